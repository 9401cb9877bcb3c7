"""`python -m exports.disclosure protect|audit|explain|check` until the house's own command line calls the
same.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from exports.disclosure.declaration import DeclarationError
from exports.disclosure.secondary import FrozenConflict, TooSparse
from exports.disclosure.solver import SolverFailure
from exports.disclosure.standalone import NotSafe, audit, check_certificate, explain, protect


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: safe; 1: broken or refused; 2: bad input."""
    parser = argparse.ArgumentParser(prog="python -m exports.disclosure", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("protect", help="protect a CSV of leaf counts")
    command.add_argument("table", type=Path)
    command.add_argument("--config", type=Path, required=True)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("audit", help="attack published tables")
    command.add_argument("published", type=Path)
    command.add_argument("--declaration", type=Path, required=True)
    command.add_argument("--certificate", type=Path)
    command = commands.add_parser("explain", help="say why a cell is hidden")
    command.add_argument("out", type=Path)
    command.add_argument("cell", nargs="+", help="dimension=code")
    command = commands.add_parser("check", help="compare a certificate with the files")
    command.add_argument("published", type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.command == "protect":
            secret = os.environ.get("PLANSTAT_DISCLOSURE_SECRET", "").encode()
            summary = protect(options.table, options.config, options.out, secret=secret)
            for key, value in summary.items():
                print(f"{key}: {value}")
            return 0
        if options.command == "audit":
            report = audit(options.published, options.declaration)
            print(report.in_words())
            if options.certificate is not None:
                report.certificate.write(options.certificate)
            return 0 if report.passed else 1
        if options.command == "explain":
            print(explain(options.out, dict(part.split("=", 1) for part in options.cell)))
            return 0
        problems = check_certificate(
            options.published / "certificate.json", options.published, options.published / "declaration.json"
        )
        print("\n".join(problems) or "the certificate speaks about exactly these files")
        return 1 if problems else 0
    except (NotSafe, FrozenConflict, TooSparse, SolverFailure) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    except DeclarationError as error:
        print(f"cannot be used: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
