"""Grid files of the census: round trips, everything that may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.flat_formats import ZensusGrid
from sources.readers import zensus_grid
from sources.readers.reading import Reading, SourceError
from sources.twins import quirks as quirk
from sources.twins import zensus_grid as twin


def grids(catalog: Catalog) -> list[Declaration]:
    return [one for one in catalog.values() if isinstance(one.format, ZensusGrid)]


def read_bytes(catalog: Catalog, declaration: Declaration, content: bytes, folder: Path) -> Reading:
    file = folder / "grid.csv"
    file.write_bytes(content)
    return zensus_grid.read(catalog, declaration, file)


def test_every_declared_grid_comes_back(catalog: Catalog, tmp_path: Path) -> None:
    assert {one.format.resolution for one in grids(catalog)} == {"100m", "1km", "10km"}  # type: ignore[union-attr]
    for declaration in grids(catalog):
        table = twin.invent(catalog, declaration, cells=90, seed=3)
        for quirks in (frozenset[str](), frozenset({"bom"}), frozenset({"crlf"})):
            content = twin.render(catalog, declaration, table, quirks=quirks)
            reading = read_bytes(catalog, declaration, content, tmp_path)
            back = reading.table
            assert back.drop_columns(["line", "column_no"]).equals(table.drop_columns(["line", "column_no"]))
            assert back["line"].to_pylist()[0] == 2
            assert back["column_no"].to_pylist()[0] == 4
            assert reading.row_count == table.num_rows
            fixed = declaration.reference_time.fixed
            assert reading.period(declaration) == (fixed, fixed)
            assert reading.areas().num_rows == 0
            reading.write(tmp_path / "cells.parquet")
            assert pq.read_table(tmp_path / "cells.parquet").equals(back)


@pytest.mark.parametrize("name", sorted(twin.ALLOWED - quirk.HARMLESS))
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_wrong_sets_the_file_aside(
    catalog: Catalog, tmp_path: Path, name: str, seed: int
) -> None:
    declaration = grids(catalog)[0]
    table = twin.invent(catalog, declaration, cells=60, seed=seed)
    content = twin.render(catalog, declaration, table, seed=seed, quirks=frozenset({name}))
    with pytest.raises(SourceError) as caught:
        read_bytes(catalog, declaration, content, tmp_path)
    assert caught.value.remedy


def _set(column: int, text: str) -> Callable[[list[list[str]]], None]:
    def change(lines: list[list[str]]) -> None:
        lines[4][column] = text

    return change


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        (_set(0, "CRS3035RES1000mN3400000E4100300"), "bad_cell_id", 1),
        (_set(0, "CRS3035RES100mN3400050E4100300"), "bad_cell_id", 1),
        (_set(0, "CRS3035RES100mN340000E41003000"), "bad_cell_id", 1),
        (_set(0, "CRS3035RES100mE3400000N4100300"), "bad_cell_id", 1),
        (_set(0, "CRS3035RES100mN0400000E4100300"), "bad_cell_id", 1),
        (_set(0, ""), "bad_cell_id", 1),
        (_set(1, "4100351"), "bad_cell_centre", 2),
        (_set(1, "4100350.0"), "bad_cell_centre", 2),
        (_set(2, "3400051"), "bad_cell_centre", 3),
        (_set(3, "-"), "bad_value", 4),
        (_set(3, ""), "bad_value", 4),
        (_set(3, "1.234"), "bad_value", 4),
        (_set(3, "-3"), "bad_value", 4),
        (lambda lines: lines.insert(9, list(lines[4])), "duplicate_key", 1),
        (lambda lines: lines[4].append("1"), "wrong_width", 5),
    ],
)
def test_the_cell_that_is_wrong_is_named(
    catalog: Catalog,
    tmp_path: Path,
    change: Callable[[list[list[str]]], None],
    code: str,
    column: int,
) -> None:
    declaration = next(one for one in grids(catalog) if one.id == "zensus2022-gitter-bevoelkerung-100m")
    content = twin.render(catalog, declaration, twin.invent(catalog, declaration, cells=30))
    lines = [line.split(";") for line in content.decode().rstrip("\n").split("\n")]
    change(lines)
    with pytest.raises(SourceError) as caught:
        read_bytes(catalog, declaration, "".join(";".join(line) + "\n" for line in lines).encode(), tmp_path)
    assert (caught.value.code, caught.value.column) == (code, column)
    assert caught.value.line == (10 if code == "duplicate_key" else 5)


def test_a_grid_of_another_resolution_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    by_size = {one.format.resolution: one for one in grids(catalog)}  # type: ignore[union-attr]
    content = twin.render(catalog, by_size["1km"], twin.invent(catalog, by_size["1km"]))
    with pytest.raises(SourceError, match="unknown header"):
        read_bytes(catalog, by_size["10km"], content, tmp_path)
    assert zensus_grid.recognises(content[:100])
    assert not zensus_grid.recognises(b"GENESIS-Tabelle: x")
