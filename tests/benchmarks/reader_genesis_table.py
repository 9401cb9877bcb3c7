"""How fast the classic-table reader is, beside two floors measured in the same run on the same bytes.

    python -m tests.benchmarks.reader_genesis_table [folder of published files]

Floors: a bare pass of the csv module over the decoded lines (no checks, no result), and DuckDB's read_csv
of the data lines alone (all text, counted). The reader's figure includes reading the file, every check,
and the unpivoted table; `+ Parquet` adds writing it. Each figure is the best of five rounds; the rounds of
all contenders alternate.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from sources.declared.catalogue import load_catalog
from sources.readers import genesis_table

ROUNDS = 5
FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "01-genesis-regio"
FILES = (
    "population/12411-04-02-4_00/12411-04-02-4_00.csv",
    "population/12411-03-03-4_00/12411-03-03-4_00.csv",
    "population/12411-01-01-5_00/12411-01-01-5_00.csv",
    "youth-welfare/22541-01-04-4_00/22541-01-04-4_00.csv",
    "area/33111-01-01-4_00/33111-01-01-4_00.csv",
    "modern-2026/21111-01-03-4/21111-01-03-4.csv",
)


def main(folder: Path) -> None:
    """Print one line per file: MB/s of floors and reader."""
    catalog = load_catalog()
    print(f"{'file':24}{'MB':>6}{'cells':>9}{'csv':>8}{'DuckDB':>8}{'reader':>8}{'+ Parquet':>11}   MB/s")
    with tempfile.TemporaryDirectory() as scratch:
        for name in FILES:
            file = folder / name
            data = file.read_bytes()
            code = genesis_table.table_code(data[:100])
            declaration = catalog[str(code)]
            lines = Path(scratch) / "lines.csv"
            lines.write_bytes(_data_lines(data))
            parquet = Path(scratch) / "cells.parquet"
            contenders: list[Callable[[], object]] = [
                lambda file=file: _csv_pass(file),
                lambda lines=lines: _duckdb_pass(lines),
                lambda file=file, declared=declaration: genesis_table.read(catalog, declared, file),
                lambda file=file, declared=declaration, parquet=parquet: genesis_table.read(
                    catalog, declared, file
                ).write(parquet),
            ]
            best = [float("inf")] * len(contenders)
            for _ in range(ROUNDS):
                for number, contender in enumerate(contenders):
                    start = time.perf_counter()
                    contender()
                    best[number] = min(best[number], time.perf_counter() - start)
            size = len(data) / 1e6
            cells = genesis_table.read(catalog, declaration, file).row_count
            speeds = [size / seconds for seconds in best]
            print(
                f"{file.name:24}{size:6.2f}{cells:9}{speeds[0]:8.1f}{speeds[1]:8.1f}{speeds[2]:8.1f}{speeds[3]:11.1f}"
            )


def _data_lines(data: bytes) -> bytes:
    """The lines between header and footer, as UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    lines = text.split("\n")
    end = next(number for number, line in enumerate(lines) if line.startswith("______"))
    begin = max(number for number, line in enumerate(lines[:end]) if line.startswith(";")) + 1
    return "\n".join(lines[begin:end]).encode()


def _csv_pass(file: Path) -> int:
    data = file.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return sum(len(row) for row in csv.reader(text.split("\n"), delimiter=";"))


def _duckdb_pass(lines: Path) -> object:
    query = "select count(*) from read_csv(?, delim = ';', header = false, all_varchar = true)"
    return duckdb.execute(query, [str(lines)]).fetchall()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
