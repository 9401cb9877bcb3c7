"""No byte of what is released gives a hidden number: every file is searched, packed ones are opened.

The counts are numbers of five or six digits of their own, so that a hit is no chance; the search must
find shown ones.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from exports import release
from tests.exports.disclosure.model_town import POLICY, PRODUCT, Town, invented

THRESHOLD = 130_000
"""Counts below are secret."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Two editions: a second year was added and a number revised. With a chart that colours the map."""
    rule = f"  rules: {{minimum_frequency: {THRESHOLD}}}\n  effort: quick\n"
    town = Town(tmp_path_factory.mktemp("town"), POLICY + rule, PRODUCT)
    counts = {
        key: (30_011 + 13 * number if key[2] == "S33" else 100_003 + 17 * number)
        for number, key in enumerate(invented(("Y2022", "Y2023")))
    }
    town.fill({key: n for key, n in counts.items() if key[1] == "Y2022"}, {"until_2023": ("Y2022",)})
    town.build()
    town.publish(1)
    counts["b09", "Y2022", "S33", "M"] += 5_000
    town.fill(counts, {"until_2023": ("Y2022", "Y2023"), "from_2024": ("Y2023",)})
    town.build()
    assert isinstance(town.publish(2), release.Release)
    return town


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and what lies in it: members of a zip, rows and statistics, tables of a database."""
    yield path.name, path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path.name}/{name}", archive.read(name)
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            for function in ("read_parquet", "parquet_metadata", "parquet_kv_metadata"):
                rows = connection.execute(f"select * from {function}(?)", [str(path)]).fetchall()
                yield f"{path.name}/{function}", "\n".join(map(str, rows)).encode()
    if path.suffix == ".gpkg":
        with contextlib.closing(sqlite3.connect(path)) as database:
            yield f"{path.name}/tables", "\n".join(database.iterdump()).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for (name,) in connection.execute("select table_name from information_schema.tables").fetchall():
                rows = connection.execute(f'select * from "{name}"').fetchall()
                yield f"{path.name}/{name}", "\n".join(map(str, rows)).encode()


def hits(folder: Path, numbers: set[float]) -> dict[str, set[float]]:
    """File -> which of the numbers stand in it, as text or as a binary number."""
    whole = {str(int(number)).encode(): number for number in numbers if number == int(number)}
    # rates by their first nine digits, with point or comma
    texts = {f"{number:.4f}"[:9].encode(): number for number in numbers if number != int(number)}
    texts |= {text.replace(b".", b","): number for text, number in texts.items()}
    binary = {struct.pack("<d", number): number for number in numbers}
    found: dict[str, set[float]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        for name, data in contents(path):
            words = set(re.findall(rb"(?<![0-9A-Za-z.])\d{5,6}(?![0-9A-Za-z])", data))
            seen = {whole[word] for word in words & whole.keys()}
            seen |= {number for text, number in texts.items() if text in data}
            if path.suffix in (".parquet", ".duckdb"):
                seen |= {number for text, number in binary.items() if text in data}
            if seen:
                found.setdefault(name, set()).update(seen)
    return found


def test_no_byte_of_any_released_file_gives_a_hidden_number(town: Town) -> None:
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        true = {
            tuple(key): numbers
            for *key, number, rate in connection.execute(
                "select area_key, period_key, help_code, sex_code, value, per_1000 from mart_youth"
            ).fetchall()
            for numbers in [(number, rate)]
        }
    current = town.printed(town.releases / "youth" / "current")
    before = town.printed(town.releases / "youth" / "2026-01-01.1")
    shown = {row["value"] for rows in (current, before) for row in rows.values()} - {None}
    secret = {key for key, row in current.items() if row["value"] is None}
    assert len(secret) > 30
    rates = {row["per_1000"] for rows in (current, before) for row in rows.values()}
    numbers = {number for key in secret for number in true[key]} - shown - rates
    assert len(numbers) > 30
    assert hits(town.releases, numbers) == {}
    everywhere = hits(town.releases / "youth", shown)
    names = {name.split("/")[0] for name in everywhere}
    assert {"youth.csv", "youth_excel.csv", "youth.parquet", "youth.gpkg", "youth.xlsx", "diff.csv"} <= names
    confidential = hits(town.folder / "disclosure", numbers)
    assert "pattern.csv" in confidential, "the search finds them where they are"
