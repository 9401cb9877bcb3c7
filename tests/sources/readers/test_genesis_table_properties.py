"""What must hold for any content: texts survive untouched, signs never become numbers, no file
crashes the reader.
"""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sources.declared.declaration import Measure
from sources.declared.notation import Notation
from sources.errors import SourceError
from sources.readers import genesis_table
from tests.profiles import tried
from tests.sources.classic_table import DIALECT, catalog, text

CATALOG, DECLARATION = catalog()
COUNT = Measure(title_de="Zahl", title_en="number", unit="Anzahl")
NOTATION = Notation(DIALECT)

numbers = st.one_of(
    st.integers(min_value=0, max_value=10**30).map(str),
    st.sampled_from(["0", "9007199254740993", "99999999999999999999"]),  # beyond what a double holds exactly
)
signs = st.sampled_from(["-", ".", "...", "/", "x"])
marked = st.one_of(numbers.map(lambda number: f"({number})"), numbers.map(lambda number: f"{number}p"))
cells = st.one_of(numbers, signs, marked)
names = st.text(alphabet=st.sampled_from("aäöüßÄÖÜéŁ -,./()ck'"), min_size=1, max_size=30).filter(
    lambda name: any(character.isalpha() for character in name)
)
kreise = st.integers(1, 99).map(lambda number: f"010{number:02d}")


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, str, str, list[str]]]:
    """Rows with distinct keys: area code, name, label of the age group, three cells."""
    codes = draw(st.lists(kreise, min_size=1, max_size=8, unique=True))
    return [
        (code, draw(names), label, draw(st.lists(cells, min_size=3, max_size=3)))
        for code in codes
        for label in draw(st.lists(st.sampled_from(["Insgesamt", "unter 3 Jahre"]), min_size=1, unique=True))
    ]


@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]), st.sampled_from(["\n", "\r\n"]))
@tried(80)
def test_every_text_comes_out_as_it_was_printed(
    rows: list[tuple[str, str, str, list[str]]], encoding: str, line_end: str
) -> None:
    lines = [f"31.12.2015;{code};{name};{label};{';'.join(values)}" for code, name, label, values in rows]
    content = text(lines).replace("\n", line_end)
    if encoding == "cp1252":
        content = content.replace("Ł", "L")
    reading = genesis_table.read_bytes(CATALOG, DECLARATION, content.encode(encoding), "file.csv")
    found = reading.table.select(["area_code", "area_name", "value_text"]).to_pylist()
    expected = [
        {
            "area_code": code,
            "area_name": name if encoding != "cp1252" else name.replace("Ł", "L"),
            "value_text": value,
        }
        for code, name, _, values in rows
        for value in values
    ]
    assert found == expected


@given(st.one_of(cells, st.text(max_size=12), st.from_regex(r"[-+.,()0-9px /]{1,9}", fullmatch=True)))
@tried(80)
def test_a_cell_is_taken_as_printed_set_aside_or_refused(cell: str) -> None:
    """What is accepted is a plain number, a sign, or a marked number; signs are never numbers.

    A number below zero of something counted is set aside as a cell: missing, and kept as it is printed.
    """
    accepted = NOTATION.is_valid(cell, COUNT)
    bare = re.fullmatch(r"0|[1-9][0-9]*", cell, re.ASCII) is not None
    sign = cell in {"-", ".", "...", "/", "x"}
    in_brackets = re.fullmatch(r"\((0|[1-9][0-9]*)\)", cell, re.ASCII) is not None
    with_mark = re.fullmatch(r"(0|[1-9][0-9]*) *p", cell, re.ASCII) is not None
    assert accepted == (bare or sign or in_brackets or with_mark)
    assert not (bare and sign)
    if ";" in cell or '"' in cell or "\n" in cell or "\r" in cell or "\0" in cell or "\ufffd" in cell:
        return
    content = text([f"31.12.2015;DG;Deutschland;Insgesamt;1;2;{cell}"])
    try:
        reading = genesis_table.read_bytes(
            CATALOG, DECLARATION, content.encode("utf-8", "replace"), "file.csv"
        )
    except SourceError:
        return
    texts = reading.table.column("value_text").to_pylist()
    if accepted:
        assert (texts, reading.corrected) == (["1", "2", cell], ())
    else:
        assert NOTATION.is_impossible(cell, COUNT)
        assert texts == ["1", "2", None]
        assert [found.printed for found in reading.corrected] == [cell]


@given(st.data())
@tried(60)
def test_a_damaged_file_is_read_or_refused_but_never_crashes_the_reader(data: st.DataObject) -> None:
    content = bytearray(text().encode(data.draw(st.sampled_from(["utf-8", "cp1252"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 20))
        patch = data.draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b";", b'"', b"\n", b"\r", b"__________\n"]))
        )
        content[start : start + length] = patch
    try:
        reading = genesis_table.read_bytes(CATALOG, DECLARATION, bytes(content), "file.csv")
    except SourceError:
        return
    assert reading.table.num_rows % 3 == 0
    for value in reading.table.column("value_text").to_pylist():
        assert NOTATION.is_valid(value, COUNT)


@given(st.binary(max_size=400))
@tried(60)
def test_any_bytes_at_all_are_refused(content: bytes) -> None:
    for head in (b"", b"GENESIS-Tabelle: 12345-01-01-4\n", b"GENESIS-Tabelle: 12345-01-01-4\n;;;;Insgesamt;"):
        try:
            genesis_table.read_bytes(CATALOG, DECLARATION, head + content, "file.csv")
        except SourceError:
            continue
        raise AssertionError("random bytes were taken for a table")
