"""Findings of real candidates that nobody has explained yet, as entries for `known/<product>.yml`.

    python -m tests.benchmarks.open_findings DATA_ROOT [PRODUCT ...]

Reads the current releases (or waiting candidates) of a data root, asks the rules of each product, and prints
every fingerprint that fails or warns, with the declared explanation where the product file has one. Who has
looked at a finding puts it under a reason, with name and date. Nothing of the data root is changed.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import date
from pathlib import Path

import yaml

from expectations.bench import CANDIDATE_VIEW, laid_out
from expectations.rules import found
from expectations.settings import read_description
from expectations.suites import suite_of
from orchestration.project import Project
from orchestration.publication import Publication
from orchestration.resources import Paths, Settings
from sources.declared.catalogue import load_catalog

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
PRODUCTS = Path(__file__).resolve().parents[2] / "exports" / "products"


def open_findings(root: Path, product: str) -> dict[str, dict[str, list[str]]]:
    """Declared reason (`?` without one) to check to the fingerprints of what fails or warns."""
    settings = Settings(Paths(root.resolve()), PROJECT)
    publication = Publication(settings.paths, Project(settings).manifest(), load_catalog(), product)
    folder = root / "candidates" / product
    if not folder.is_dir():
        folder = (root / "releases" / product / "current").resolve()
    described = read_description(publication.describe())
    register = root / "candidates" / "register.parquet"
    reasons: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    answered = root / "candidates" / "answered.parquet"
    with laid_out(folder, described, None, register, date.max, answered=answered) as bench:
        for rule in suite_of(product).rules(bench):
            rows = bench.connection.execute(
                f"""
                with candidate as not materialized (select * from {CANDIDATE_VIEW}), {found(rule)}
                select excuse_number, fingerprint from found
                where found_severity in ('fail', 'warn') and fingerprint is not null order by all
                """
            ).fetchall()
            for number, text in rows:
                reason = rule.excuses[number].reason if number is not None else "?"
                reasons[reason][rule.statement.id].append(text)
    return {reason: dict(checks) for reason, checks in reasons.items()}


def main() -> None:
    """Print the open findings of the products named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("products", nargs="*")
    given = parser.parse_args()
    for product in given.products or sorted(file.stem for file in PRODUCTS.glob("*.yml")):
        if not any((given.root / kind / product).is_dir() for kind in ("releases", "candidates")):
            continue
        found_here = open_findings(given.root, product)
        print(f"# {product}: {sum(len(f) for c in found_here.values() for f in c.values())} findings")
        entries = [
            {"reason": reason, "person": "?", "date": "?", "findings": checks}
            for reason, checks in found_here.items()
        ]
        print(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=1000) if entries else "")


if __name__ == "__main__":
    main()
