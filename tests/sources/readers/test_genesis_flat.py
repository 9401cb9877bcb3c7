"""Flat files of both editions: round trips, everything that may be wrong, the recorded files."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.flat_formats import GenesisFlat
from sources.declared.notation import Notation
from sources.readers import bulk, genesis_flat
from sources.readers.reading import SourceError, cells_schema, reader_of
from sources.twins import genesis_flat as twin
from sources.twins import quirks as quirk
from sources.twins.inventing import invent_value
from tests.profiles import tried

QUIET = tried(8, suppress_health_check=list(HealthCheck))
RECORDED = Path("09-api-samples") / "pystatis-recorded-http"


def flat_declarations(catalog: Catalog) -> list[Declaration]:
    """Every declared flat format, as the format of its dataset."""
    return [
        declaration.model_copy(update={"format": form})
        for declaration in catalog.values()
        for form in (declaration.format, *declaration.other_formats)
        if isinstance(form, GenesisFlat)
    ]


def read_bytes(catalog: Catalog, declaration: Declaration, content: bytes, folder: Path) -> Any:
    file = folder / "table_flat.csv"
    file.write_bytes(content)
    return genesis_flat.read(catalog, declaration, file)


def comparable(table: pa.Table, *without: str) -> list[dict[str, Any]]:
    kept = [name for name in table.column_names if name not in ("line", "column_no", *without)]
    rows: list[dict[str, Any]] = table.select(kept).to_pylist()
    return sorted(rows, key=lambda row: [str(row[name]) for name in kept])


def test_every_declared_table_comes_back_in_both_editions(catalog: Catalog, tmp_path: Path) -> None:
    declarations = flat_declarations(catalog)
    assert len(declarations) >= 8
    for declaration in declarations:
        table = twin.invent(catalog, declaration, areas=3, seed=5)
        for options in ({"edition": "new", "shuffled": True}, {"edition": "old"}, {"language": "en"}):
            content = twin.render(catalog, declaration, table, seed=2, **options)  # type: ignore[arg-type]
            reading = read_bytes(catalog, declaration, content, tmp_path)
            assert reading.row_count == table.num_rows
            assert reading.columns == cells_schema(declaration).names
            assert comparable(reading.table) == comparable(table), (declaration.id, options)


NAMES = st.text(alphabet="aäöüßÉ ,()-./'\"&®é;", max_size=12).map(lambda text: "X" + text + "y")


@QUIET
@given(data=st.data())
def test_any_figures_signs_and_names(catalog: Catalog, data: st.DataObject, tmp_path: Path) -> None:
    """No sign becomes a number, no number loses a digit, umlauts and quotes survive; lines are right."""
    declaration = data.draw(st.sampled_from(flat_declarations(catalog)))
    table = twin.invent(catalog, declaration, areas=2)
    notation = Notation(catalog.dialect(declaration))
    dice = random.Random(data.draw(st.integers(0, 2**32)))
    names = {code: data.draw(NAMES) for code in table["area_code"].unique().to_pylist()}
    rows = table.to_pylist()
    marks = [*notation.suffixes, *notation.enclosing]
    quality = data.draw(st.booleans())
    for row in rows:
        row["area_name"] = names[row["area_code"]]
        row["value_text"] = invent_value(declaration.measures[row["measure"]], notation, dice)
        if quality and dice.random() < 0.4:
            sign = row["value_text"] in notation.values
            row["quality_text"] = row["value_text"] if sign else dice.choice(marks)
    table = pa.Table.from_pylist(rows, schema=table.schema)
    edition = data.draw(st.sampled_from(["new", "old"]))
    line_end = data.draw(st.sampled_from([(), ("crlf",)]))
    content = twin.render(
        catalog, declaration, table, quality=quality, edition=edition, quirks=frozenset(line_end)
    )
    back = read_bytes(catalog, declaration, content, tmp_path).table
    assert comparable(back) == comparable(table)
    lines = content.decode("utf-8-sig").split("\n")
    for row in back.to_pylist()[:20]:
        line = lines[row["line"] - 1]
        assert row["area_code"] in line
        assert row["value_text"] in line


def test_it_writes_itself_without_coming_into_memory(catalog: Catalog, tmp_path: Path) -> None:
    declaration = flat_declarations(catalog)[0]
    content = twin.render(catalog, declaration, twin.invent(catalog, declaration, areas=4))
    reading = read_bytes(catalog, declaration, content, tmp_path)
    reading.write(tmp_path / "cells.parquet")
    written = pq.read_table(tmp_path / "cells.parquet")
    assert written.schema.equals(cells_schema(declaration))
    assert written.equals(reading.table)
    assert written["line"].to_pylist() == sorted(written["line"].to_pylist())
    assert reading.areas().num_rows <= 4
    assert {"line", "time_text", "area_code", "area_name", "value_text"} <= set(reading.areas().column_names)


def test_a_table_in_two_formats_is_told_by_its_content(catalog: Catalog, tmp_path: Path) -> None:
    from sources.twins import render as render_classic
    from sources.twins.inventing import invent

    declaration = catalog["12411-01-01-4"]
    flat = declaration.model_copy(update={"format": declaration.other_formats[0]})
    cells = twin.invent(catalog, flat, areas=3)
    for content in (
        twin.render(catalog, flat, cells),
        render_classic(catalog, declaration, invent(catalog, declaration, areas=3)).content,
    ):
        file = tmp_path / "12411-01-01-4.csv"
        file.write_bytes(content)
        reader = reader_of(declaration)
        assert reader.VERSION.count("+") == 1
        table = reader.read(catalog, declaration, file).table
        assert set(table["time_text"].to_pylist()) == {"31.12.2020"}
        assert set(table["sex"].to_pylist()) == {"_T", "M", "F"}


HARMLESS = quirk.HARMLESS | {"bom"}


@pytest.mark.parametrize("name", sorted(twin.ALLOWED - HARMLESS - {"mixed_line_ends"}))
@pytest.mark.parametrize("edition", ["new", "old"])
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_wrong_sets_the_file_aside(
    catalog: Catalog, tmp_path: Path, name: str, edition: Any, seed: int
) -> None:
    declaration = next(one for one in flat_declarations(catalog) if one.id == "12111-01-01-4")
    table = twin.invent(catalog, declaration, areas=12, seed=seed)
    content = twin.render(catalog, declaration, table, seed=seed, quirks=frozenset({name}), edition=edition)
    with pytest.raises(SourceError) as caught:
        read_bytes(catalog, declaration, content, tmp_path)
    assert caught.value.remedy
    assert caught.value.what_de
    if name not in ("html_page", "empty"):
        assert caught.value.line, name


@pytest.mark.parametrize("name", ["crlf", "bom"])
def test_what_does_not_matter_is_read(catalog: Catalog, tmp_path: Path, name: str) -> None:
    declaration = flat_declarations(catalog)[0]
    table = twin.invent(catalog, declaration, areas=6)
    content = twin.render(catalog, declaration, table, edition="old", quirks=frozenset({name}))
    assert comparable(read_bytes(catalog, declaration, content, tmp_path).table) == comparable(table)


def spoilt(change: Callable[[list[list[str]]], None], content: bytes) -> bytes:
    lines = [line.split(";") for line in content.decode("utf-8-sig").rstrip("\n").split("\n")]
    change(lines)
    return ("\ufeff" + "".join(";".join(line) + "\n" for line in lines)).encode()


def _set(row: int, column: int, text: str) -> Callable[[list[list[str]]], None]:
    def change(lines: list[list[str]]) -> None:
        lines[row][column] = text

    return change


def _move(row: int, column: int) -> Callable[[list[list[str]]], None]:
    """Columns from here on shifted to the right by one, the last lost."""

    def change(lines: list[list[str]]) -> None:
        lines[row][column:] = ["", *lines[row][column:-1]]

    return change


@pytest.mark.parametrize(
    ("change", "code", "line", "column"),
    [
        (_set(4, 0, "12412"), "wrong_statistic", 5, 1),
        (_set(4, 2, "JAHR"), "unknown_variable", 5, 3),
        (_set(4, 4, "2011-05-10"), "bad_time", 5, 5),
        (_set(4, 4, "2011-13-09"), "bad_time", 5, 5),
        (_set(4, 4, ""), "bad_time", 5, 5),
        (_set(4, 5, "GEMEIN"), "unknown_variable", 5, 6),
        (_set(4, 7, "1001"), "no_area_code", 5, 8),
        (_set(4, 7, ""), "no_area_code", 5, 8),
        (_set(4, 7, "01001001001"), "no_area_code", 5, 8),
        (_set(4, 8, "17"), "no_area_name", 5, 9),
        (_set(4, 9, "GES"), "unknown_variable", 5, 10),
        (_set(4, 11, "NATX"), "unknown_code", 5, 12),
        (_set(4, 17, "1.234"), "bad_value", 5, 18),
        (_set(4, 17, "12,5"), "bad_value", 5, 18),
        (_set(4, 17, " 12"), "bad_value", 5, 18),
        (_set(4, 17, "+12"), "bad_value", 5, 18),
        (_set(4, 17, "012"), "bad_value", 5, 18),
        (_set(4, 17, "–"), "bad_value", 5, 18),
        (_set(4, 17, "12e"), None, 0, 0),
        (_set(4, 17, ""), "bad_value", 5, 18),
        (_set(4, 18, "1000"), "unknown_unit", 5, 19),
        (_set(4, 19, "BEVXXX"), "unknown_variable", 5, 20),
        (_move(4, 7), "unknown_variable", 5, 10),
        (_move(4, 16), "unknown_variable", 5, 20),
        (lambda lines: lines[4].append(""), "wrong_width", 5, 22),
        (lambda lines: lines[4].pop(), "wrong_width", 5, 20),
        (lambda lines: lines.insert(4, [""]), "wrong_width", 5, 1),
        (lambda lines: lines.insert(9, list(lines[4])), "duplicate_key", 10, 1),
        (lambda lines: lines[0].insert(5, "x"), "unknown_header", 1, 6),
        (lambda lines: lines[0].pop(), "unknown_header", 1, 21),
        (lambda lines: lines[0].append("more"), "unknown_header", 1, 22),
        (lambda lines: lines.__delitem__(slice(1, None)), "no_rows", 2, None),
    ],
)
def test_the_cell_that_is_wrong_is_named(
    catalog: Catalog,
    tmp_path: Path,
    change: Callable[[list[list[str]]], None],
    code: str | None,
    line: int,
    column: int | None,
) -> None:
    declaration = catalog["12111-01-01-4"]
    content = twin.render(catalog, declaration, twin.invent(catalog, declaration, areas=2))
    content = spoilt(change, content)
    if code is None:
        read_bytes(catalog, declaration, content, tmp_path)
        return
    with pytest.raises(SourceError) as caught:
        read_bytes(catalog, declaration, content, tmp_path)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, line, column)


@pytest.mark.parametrize(
    ("value", "mark", "shown", "good"),
    [
        ("12", "", "12", True),
        ("12", "e", "12", True),
        ("12", "()", "12", True),
        ("12", "p", "12", True),
        ("", ".", ".", True),
        ("", "/", "/", True),
        ("", "-", "-", True),
        ("-", "-", "-", True),
        ("0", "-", "0", True),
        ("12", ".", "", False),
        ("12", "-", "", False),
        ("", "", "", False),
        ("", "e", "", False),
        ("12", "?", "", False),
        ("-", ".", "", False),
    ],
)
def test_signs_in_value_or_quality(
    catalog: Catalog, tmp_path: Path, value: str, mark: str, shown: str, good: bool
) -> None:
    declaration = catalog["12111-01-01-4"]
    content = twin.render(catalog, declaration, twin.invent(catalog, declaration, areas=2), quality=True)

    def change(lines: list[list[str]]) -> None:
        lines[4][17], lines[4][21] = value, mark

    content = spoilt(change, content)
    if not good:
        with pytest.raises(SourceError) as caught:
            read_bytes(catalog, declaration, content, tmp_path)
        assert caught.value.line == 5
        return
    row = read_bytes(catalog, declaration, content, tmp_path).table.to_pylist()[3]
    assert (row["value_text"], row["quality_text"]) == (shown, mark or None)


def test_codes_that_mean_the_same_are_one_key(catalog: Catalog, tmp_path: Path) -> None:
    declaration = catalog["12111-01-01-4"]
    form = declaration.format
    assert isinstance(form, GenesisFlat)
    sex = form.dimensions["sex"].model_copy(
        update={"codes": {**form.dimensions["sex"].codes, "INSGESAMT": "_T"}}
    )
    form = form.model_copy(update={"dimensions": {**form.dimensions, "sex": sex}})
    declaration = declaration.model_copy(update={"format": form})
    table = twin.invent(catalog, declaration, areas=2)
    content = twin.render(catalog, declaration, table, seed=3)
    assert comparable(read_bytes(catalog, declaration, content, tmp_path).table) == comparable(table)

    def change(lines: list[list[str]]) -> None:
        total = next(line for line in lines[1:] if line[15] in ("", "INSGESAMT"))
        lines.append([*total])
        lines[-1][15] = "" if total[15] else "INSGESAMT"

    with pytest.raises(SourceError) as caught:
        read_bytes(catalog, declaration, spoilt(change, content), tmp_path)
    assert caught.value.code == "duplicate_key"


def test_distinct_entries_are_limited(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = catalog["12111-01-01-4"]
    content = twin.render(catalog, declaration, twin.invent(catalog, declaration, areas=9))
    monkeypatch.setattr(bulk, "MAX_DISTINCT", 5)
    with pytest.raises(SourceError, match="different entries"):
        read_bytes(catalog, declaration, content, tmp_path)


def test_odd_bytes_and_line_ends_are_refused(catalog: Catalog, tmp_path: Path) -> None:
    declaration = catalog["12111-01-01-4"]
    content = twin.render(catalog, declaration, twin.invent(catalog, declaration, areas=2))
    for spoil, code in (
        (content.replace(b"Deutschland", b"D" * (bulk.MAX_LINE + 5), 1), "line_too_long"),
        (content[:-1], "truncated"),
        (content[:-4], "truncated"),
        (content.replace(b"\n", b"\r"), "mixed_line_ends"),
        (content.replace(b"\n", b"\r", 3), "mixed_line_ends"),
        (content.replace(b"\n", b"\r\n", 3), "mixed_line_ends"),
        (content.replace("männlich".encode(), "männlich".encode("cp1252"), 1), "wrong_encoding"),
        (content[:-9] + b"\0" + content[-9:], "not_text"),
        (content + b"\n", "wrong_width"),
    ):
        with pytest.raises(SourceError) as caught:
            read_bytes(catalog, declaration, spoil, tmp_path)
        assert caught.value.code == code


def test_a_dimension_of_value_variables(catalog: Catalog, tmp_path: Path) -> None:
    """Several measures and codes told apart by the value variable, in both editions."""
    declaration = catalog["12111-01-01-4"]
    form = declaration.format
    assert isinstance(form, GenesisFlat)
    values = {
        "BEVA": {"measure": "persons", "codes": {"nationality": "GERMAN"}},
        "BEVB": {"measure": "persons", "codes": {"nationality": "FOREIGN"}},
        "SHARE": {"measure": "share_pct"},
    }
    dimensions = {"sex": form.dimensions["sex"].model_dump()}
    changed = Declaration.model_validate(
        declaration.model_dump()
        | {
            "id": "made-up",
            "format": form.model_dump() | {"values": values, "dimensions": dimensions},
            "measures": {
                "persons": declaration.measures["persons"].model_dump(),
                "share_pct": {
                    "title_de": "Anteil",
                    "title_en": "Share",
                    "unit": "Prozent",
                    "decimals": 1,
                    "signed": True,
                },
            },
        }
    )
    catalog = replace(catalog, declarations=catalog.declarations | {changed.id: changed})
    table = twin.invent(catalog, changed, areas=3, times=1, seed=4)
    for edition in ("new", "old"):
        content = twin.render(catalog, changed, table, edition=edition)  # type: ignore[arg-type]
        back = read_bytes(catalog, changed, content, tmp_path)
        assert comparable(back.table) == comparable(table)
        assert back.row_count == table.num_rows
    one_wrong = content.replace(b"SHARE__Share__Prozent", b"SHARE__Share__Anzahl")
    with pytest.raises(SourceError, match="unit"):
        read_bytes(catalog, changed, one_wrong, tmp_path)


REAL = [
    ("12411-01-01-4", "2026-03/12411-01-01-4/tablefile_de_ffcsv.response.zip", 1467, "new"),
    ("12411-01-01-4", "2026-03/12411-01-01-4/tablefile_en_ffcsv.response.zip", 1467, "new"),
    ("13111-01-03-4", "2026-03/13111-01-03-4/tablefile_de_ffcsv.response.zip", 3300, "new"),
    ("12531-0043", "2026-03/12531-0043/step4_resultfile_ffcsv.response.zip", 116_738, "new"),
    ("1000a-0000", "2026-03/1000A-0000/tablefile_de_ffcsv.response.zip", 10_787, "new"),
    ("1000a-2022", "2026-03/1000A-2022/tablefile_de_ffcsv.response.zip", 1360, "new"),
    ("1000a-2022", "2026-03/1000A-2022/tablefile_de_ffcsv_variant2.response.zip", 1003, "new"),
    ("ai-n-01-2-5", "2026-03/AI-N-01-2-5/tablefile_de_ffcsv.response.zip", 27_132, "new"),
    ("12211-z-11", "2026-03/12211-Z-11/tablefile_de_ffcsv.response.zip", 1956, "new"),
    ("11111-02-01-4", "2026-03/11111-02-01-4/tablefile_de_ffcsv.response.zip", 489, "new"),
    ("11111-02-01-4", "2024-06-old-api/11111-02-01-4/tablefile_de_ffcsv_OLD.response.csv", 538, "old"),
    ("12111-01-01-4", "2024-06-old-api/12111-01-01-4/tablefile_de_ffcsv_OLD.response.csv", 4842, "old"),
]


@pytest.mark.real_files
@pytest.mark.parametrize(("dataset_id", "name", "rows", "edition"), REAL)
def test_recorded_files_are_read(
    catalog: Catalog, shared_data: Path, tmp_path: Path, dataset_id: str, name: str, rows: int, edition: str
) -> None:
    source = shared_data / RECORDED / name
    if not source.exists():
        pytest.skip(f"{name} is not here")
    content = source.read_bytes()
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(archive.namelist()[0])
    file = tmp_path / "delivered_flat.csv"
    file.write_bytes(content)
    declaration = catalog[dataset_id]
    reading = reader_of(declaration).read(catalog, declaration, file)
    assert (reading.row_count, reading.layout) == (rows, edition)
    table = reading.table
    text = content.decode("utf-8-sig").split("\n")
    for row in table.slice(0, 300).to_pylist():
        fields = text[row["line"] - 1].split(";")
        assert fields[row["column_no"] - 1] == row["value_text"]
        assert row["area_code"] in fields
        assert row["area_name"] in fields
    if (dataset_id, edition) == ("12111-01-01-4", "old"):
        found = table.to_pylist()[0]
        assert (found["area_code"], found["value_text"]) == ("DG", "80219695")
