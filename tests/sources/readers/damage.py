"""Random damage to sound files: a reader must give a table or a `SourceError`, nothing else.

The long run: `python -m tests.sources.readers.damage 3000` prints what became of so many files per format.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.declaration import Declaration
from sources.readers.reading import SourceError, reader_of
from sources.twins import Twin, render
from sources.twins.inventing import invent
from sources.twins.sample import writing

DATASETS: dict[str, Callable[[Declaration], pa.Table] | None] = {
    "12411-02-03-4": None,
    "21111-01-03-4": None,
    "zensus2022-bevoelkerung": None,
    "ew24-strukturdaten": None,
    "inkar-bruttoverdienst": None,
    "gv-isys": writing._register,
    "regionalschluessel-xoev": writing._code_list,
    "vg2500-krs": writing._outlines,
}
KINDS = ("flip", "cut", "insert", "delete", "repeat")

Step = tuple[str, float, int, bytes]
"""Kind of damage, place as a share of the file's length, length, and bytes to put in."""


def sound_twins(catalog: Catalog) -> dict[str, Twin]:
    """One small, sound delivery per dataset."""
    made = {}
    for dataset_id, records in DATASETS.items():
        declaration = catalog[dataset_id]
        table = (
            records(declaration).slice(0, 12) if records else invent(catalog, declaration, areas=3, seed=2)
        )
        options = {"placeholders": writing.REGISTER_EDITION} if dataset_id == "gv-isys" else {}
        made[dataset_id] = render(catalog, declaration, table, **options)
    return made


def damaged(content: bytes, steps: Sequence[Step]) -> bytes:
    """The content after each step of damage."""
    for kind, share, length, extra in steps:
        at = int(share * len(content))
        if kind == "cut":
            content = content[:at]
        elif kind == "insert":
            content = content[:at] + extra + content[at:]
        elif kind == "delete":
            content = content[:at] + content[at + length :]
        elif kind == "repeat":
            content = content[:at] + content[at : at + length] * 2 + content[at + length :]
        else:
            content = content[:at] + extra + content[at + len(extra) :]
    return content


def outcome(catalog: Catalog, dataset_id: str, twin: Twin, part: str, steps: Sequence[Step]) -> str:
    """Read a delivery with one damaged part: `read`, or the code of the refusal."""
    declaration = catalog[dataset_id]
    content = damaged(twin.files[part], steps)
    with TemporaryDirectory() as folder:
        main = Twin({**twin.files, part: content}).write(Path(folder))[0]
        try:
            table = reader_of(declaration).read(catalog, declaration, main).table
        except SourceError as error:
            if not (error.file and error.remedy and error.remedy_de):
                raise AssertionError("a refusal must name file and remedy") from error
            return error.code
    if not table.num_rows:
        raise AssertionError("a table without rows is no table")
    return "read"


def random_steps(dice: random.Random) -> list[Step]:
    """One to five steps of damage."""
    return [
        (dice.choice(KINDS), dice.random(), dice.randrange(1, 65), dice.randbytes(dice.randrange(1, 9)))
        for _ in range(dice.randrange(1, 6))
    ]


def run(examples: int, seed: int = 0) -> dict[str, Counter[str]]:
    """Damage so many files per dataset; returns what became of them, and prints it."""
    catalog = load_catalog()
    found: dict[str, Counter[str]] = {}
    for dataset_id, twin in sound_twins(catalog).items():
        dice = random.Random(seed)
        started, counts = time.monotonic(), Counter[str]()
        for _ in range(examples):
            steps = random_steps(dice)
            counts[outcome(catalog, dataset_id, twin, dice.choice(sorted(twin.files)), steps)] += 1
        found[dataset_id] = counts
        shown = ", ".join(f"{code} {count}" for code, count in counts.most_common())
        print(
            f"{dataset_id}: {examples} damaged files in {time.monotonic() - started:.0f} s: {shown}",
            flush=True,
        )
    return found


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 3000, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
