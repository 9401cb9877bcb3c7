"""Every real file: dataset, rows, seconds, result; and the times that are promised.

    python tests/benchmarks/real_files.py [FOLDER] [--markdown FILE]

FOLDER holds published files (default: ../shared/data beside the project, its folders 01 to 08). Each file is
landed into a new data root, the register of areas first, and its time is that of landing: hashing, copying,
reading, checking, writing; beside it the processor's, for a machine that does other work. Nothing is kept.
"""

from __future__ import annotations

import argparse
import collections
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.areas.territory import REGISTER
from sources.arrival.folder import Delivery, match_folder
from sources.arrival.landing import Landing
from sources.declared.catalogue import Catalog, load_catalog
from sources.readers.reading import reader_of

ROOT = Path(__file__).resolve().parents[2]
PROMISED = {"12411-04-02-4": 0.5, "zensus2022-bevoelkerung": 3.0}
"""Seconds in which the largest file of a dataset has to be read."""
CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class Line:
    """One file of the table."""

    dataset: str
    file: str
    size: int
    rows: int
    seconds: float
    cpu: float
    result: str


def deliveries(catalog: Catalog, folder: Path) -> Iterator[Delivery]:
    """What lies in the folders 01 to 08 (or in the folder itself), the register of areas first."""
    folders = [one for one in sorted(folder.iterdir()) if one.is_dir() and one.name[:2] in _NUMBERS] or [
        folder
    ]
    found = [delivery for one in folders for delivery in match_folder(catalog, one)]
    yield from sorted(found, key=lambda one: one.dataset_id != REGISTER)


_NUMBERS = {f"{number:02d}" for number in range(1, 9)}


def land_all(catalog: Catalog, folder: Path, root: Path) -> Iterator[Line]:
    """Land every delivery, and say what became of it."""
    landing = Landing(root, catalog)
    landing.prepare()
    for delivery in deliveries(catalog, folder):
        size = sum(file.stat().st_size for file in delivery.files)
        name = str(delivery.files[0].relative_to(folder))
        if delivery.dataset_id is None:
            yield Line("–", name, size, 0, 0.0, 0.0, "no data: belongs to no dataset")
            continue
        began, used = time.perf_counter(), time.process_time()
        outcome = landing.land(catalog[delivery.dataset_id], delivery.files, origin="folder")
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        result = {"landed": "read", "unchanged": "the same bytes as a file above"}.get(outcome.status)
        yield Line(
            delivery.dataset_id,
            name,
            size,
            outcome.rows,
            seconds,
            cpu,
            result or f"set aside: {outcome.error}",
        )


def read_seconds(catalog: Catalog, dataset_id: str, file: Path) -> float:
    """Wall time of reading a file alone, the best of three."""
    reader = reader_of(catalog[dataset_id])
    found = []
    for _ in range(3):
        began = time.perf_counter()
        reader.read(catalog, catalog[dataset_id], file)
        found.append(time.perf_counter() - began)
    return min(found)


def check_seconds() -> float:
    """Wall time of `planstat sources check` as a process of its own, the best of three."""
    found = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "sources", "check"],
            check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        found.append(time.perf_counter() - began)
    return min(found)


def markdown(lines: list[Line]) -> str:
    """The table, and its sums."""
    rows = [
        "| dataset | file | bytes | rows | seconds | processor | result |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for one in lines:
        times = f"{one.seconds:.2f} | {one.cpu:.2f}"
        rows.append(f"| {one.dataset} | {one.file} | {one.size} | {one.rows} | {times} | {one.result} |")
    kinds = collections.Counter(one.result.split(":")[0] for one in lines)
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    rows += ["", f"{len(lines)} files: {said}; {sum(one.rows for one in lines)} rows in "
             f"{sum(one.seconds for one in lines):.1f} s."]  # fmt: skip
    return "\n".join(rows) + "\n"


def main() -> int:
    """Print the table and the promised times; 1 when a time was not kept."""
    parser = argparse.ArgumentParser(description="land every real file and time it")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--markdown", type=Path, help="write the table to this file too")
    options = parser.parse_args()
    catalog = load_catalog()
    with tempfile.TemporaryDirectory(prefix="planstat-real-files-") as scratch:
        lines = list(land_all(catalog, options.folder, Path(scratch)))
    text = markdown(lines)
    kept = True
    for dataset_id, limit in PROMISED.items():
        mine = [one for one in lines if one.dataset == dataset_id]
        if mine:
            largest = max(mine, key=lambda one: one.size)
            seconds = read_seconds(catalog, dataset_id, options.folder / largest.file)
            kept &= seconds <= limit
            text += f"\n{dataset_id}: read in {seconds:.2f} s, {largest.size} bytes (promised: {limit} s)\n"
    check = check_seconds()
    kept &= check <= CHECK_SECONDS
    text += (
        f"\nplanstat sources check: {check:.2f} s, {len(catalog)} declarations (promised: {CHECK_SECONDS})\n"
    )
    print(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
