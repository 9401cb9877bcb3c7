"""How long the gate takes: every candidate under a data root, or invented ones of a given size.

    python tests/benchmarks/gate.py .data                 candidates of the last run
    python tests/benchmarks/gate.py --rows 350000         one invented population of that many rows

Prints wall and processor seconds per product, the slowest checks, the seconds of importing Great Expectations
and the peak memory of the process. Nothing of the data root is changed: candidates are copied first.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from expectations.gate import check
from orchestration.project import Project
from orchestration.publication import Publication
from orchestration.resources import Settings
from sources.declared.catalogue import load_catalog
from tests.expectations.candidates import FACT_TYPES, Candidate, population

TODAY = date(2026, 11, 22)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", nargs="?", type=Path, help="data root that holds candidates")
    parser.add_argument("--rows", type=int, default=350_000, help="rows of the invented population")
    given = parser.parse_args()
    started = time.perf_counter()
    import expectations.validation  # noqa: F401

    print(f"import of Great Expectations      {time.perf_counter() - started:6.2f} s")
    with tempfile.TemporaryDirectory() as scratch:
        found = copied(given.root, Path(scratch)) if given.root else [invented(given.rows, Path(scratch))]
        whole = time.perf_counter()
        for folder, description, areas in found:
            measure(folder, description, areas)
        print(f"all products                      {time.perf_counter() - whole:6.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process        {peak:6.0f} MiB")


def measure(folder: Path, description: dict[str, Any], areas: Path | None) -> None:
    """Check one candidate and print what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    verdict = check(folder, description, None, areas, TODAY)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    rows = verdict.facts.get("rows", 0)
    print(f"{verdict.product:16} {rows:10,} rows   {wall:6.2f} s wall  {processor:6.2f} s processor")
    print(f"    {verdict.counts()}")
    for slow in sorted(verdict.checks, key=lambda one: -one.seconds)[:3]:
        print(f"    {slow.id:36} {slow.seconds:6.2f} s")


def copied(root: Path, scratch: Path) -> list[tuple[Path, dict[str, Any], Path | None]]:
    """The candidates, or else the current releases, of a data root, with their descriptions as of now."""
    os.environ["PLANSTAT_DATA"] = str(root)
    settings = Settings.from_environment()
    manifest, catalog = Project(settings).manifest(), load_catalog()
    kept = json.loads((root / "candidate_state.json").read_text(encoding="utf-8"))
    areas = (root / "releases" / "areas" / "current" / "areas.parquet").resolve()
    found = []
    for product in sorted(kept):
        source = root / "candidates" / product
        if not source.is_dir():
            source = (root / "releases" / product / "current").resolve()
        if not source.is_dir():
            continue  # it waits for its first rows
        shutil.copytree(source, scratch / product)
        publication = Publication(settings.paths, manifest, catalog, product, memory=settings.memory)
        found.append((scratch / product, publication.describe(), areas))
    return found


def invented(rows: int, scratch: Path) -> tuple[Path, dict[str, Any], Path | None]:
    """A population of about this many rows: the small sound one, repeated for other dates."""
    base = population()
    small = Candidate(base.product, dict(FACT_TYPES), base.grain, base.rows, base.checks)
    folder = small.write(scratch)
    parquet = folder / "population.parquet"
    with duckdb.connect() as connection:
        connection.read_parquet(str(parquet)).create("small")
        connection.execute(
            """
            create table large as
            select small.* replace (
                'D' || cast(reference_date - cast(day as integer) as varchar) as period_key,
                reference_date - cast(day as integer) as reference_date
            )
            from small cross join range(?) as days (day)
            """,
            [max(1, rows // len(base.rows))],
        )
        large = connection.table("large")
        large.write_parquet(str(parquet))
        large.write_csv(str(folder / "population.csv"))
    return folder, small.description(), None


if __name__ == "__main__":
    main()
