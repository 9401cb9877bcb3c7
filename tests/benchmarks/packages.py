"""Judge the data package of every current edition of a data root with frictionless, each table to its end.

    python -m tests.benchmarks.packages ROOT [PRODUCT…]

A line per product, the smallest first: valid or not, tables, rows, MB read, seconds of processor; what is
wrong stands below. Ends with 1 when anything is. Rows are checked against types, constraints, keys and the
hash of the file, by the program that others use.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import frictionless

SHOWN = 5
"""Errors that are printed of a product; a wrong type of a column is one in every row."""


def judge(edition: Path) -> tuple[str, list[str]]:
    """A line about an edition, and what is wrong with it."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the reader of workbooks by itself
        report = frictionless.Package(str(edition / "datapackage.json")).validate()
    spent = time.process_time() - began
    wrong = [error.message for error in report.errors]
    wrong += [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors]
    rows = sum(int(task.stats.get("rows") or 0) for task in report.tasks)
    read = sum(
        (edition / task.place).stat().st_size for task in report.tasks if (edition / task.place).is_file()
    )
    verdict = "valid" if report.valid and not wrong else "NOT valid"
    line = f"{edition.parent.name}: {verdict}, {len(report.tasks)} tables, {rows} rows, {read / 1e6:.1f} MB"
    return f"{line}, {spent:.1f} s", wrong


def size(edition: Path) -> int:
    """Bytes of an edition."""
    return sum(file.stat().st_size for file in edition.iterdir() if file.is_file())


def main(root: str, *products: str) -> int:
    """Print a line per product; gives the exit code."""
    found = [place.resolve() for place in Path(root, "releases").glob("*/current")]
    chosen = [place for place in found if not products or place.parent.name in products]
    failed = 0
    for edition in sorted(chosen, key=size):
        line, wrong = judge(edition)
        print(line, flush=True)
        for message in wrong[:SHOWN]:
            print(f"    {message}", flush=True)
        failed += bool(wrong)
    print(f"{len(chosen) - failed} of {len(chosen)} packages are valid as a whole")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
