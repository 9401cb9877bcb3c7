"""The reader of the classic table on small files: every variant of the layout, and every way a file
can be wrong.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sources.errors import SourceError
from sources.readers import genesis_table
from sources.readers.reading import Reading, cells_schema
from tests.sources.classic_table import FOOTER, HEADER, ROWS, TITLE, catalog, text


def read(content: str | bytes, **declared: Any) -> Reading:
    entries, declaration = catalog(**declared)
    data = content.encode("utf-8") if isinstance(content, str) else content
    return genesis_table.read_bytes(entries, declaration, data, "file.csv")


def refused(content: str | bytes, **declared: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(content, **declared)
    assert caught.value.file == "file.csv"
    return caught.value


def rows(reading: Reading) -> list[dict[str, Any]]:
    return reading.table.to_pylist()


# --- what is read ----------------------------------------------------------------------------------------


def test_one_row_per_cell_with_line_and_column() -> None:
    reading = read(text())
    assert reading.table.num_rows == 18
    assert rows(reading)[4] == {
        "line": 7, "column_no": 6, "time_text": "31.12.2015", "area_code": "DG", "area_name": "Deutschland",
        "age_group": "_T", "sex": "M", "measure": "persons", "unit": "Anzahl", "value_text": "1010",
        "quality_text": None,
    }  # fmt: skip
    assert [row["line"] for row in rows(reading)] == [line for line in range(6, 12) for _ in range(3)]


def test_symbols_stay_as_they_are() -> None:
    values = [row["value_text"] for row in rows(read(text()))]
    assert values[6:12] == ["-", ".", "x", "/", "...", "(12)"]


def test_names_keep_leading_blanks_and_umlauts() -> None:
    assert rows(read(text()))[15]["area_name"] == "      Öhringen, Große Kreisstadt"


def test_notes_and_time_of_publication_come_from_the_footer() -> None:
    reading = read(text())
    assert reading.published_at == dt.datetime(2017, 10, 10, 19, 19, 45)
    assert reading.notes == 'zu "gesamte Tabelle":\nGebietsstand\n31.12.2015; geschätzt'


def test_schema_is_the_declared_one_once_written() -> None:
    _, declaration = catalog()
    reading = read(text())
    assert reading.table.column_names == cells_schema(declaration).names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_and_line_ends_give_the_same_cells(encoding: str, line_end: str) -> None:
    assert rows(read(text().replace("\n", line_end).encode(encoding))) == rows(read(text()))


def test_declared_encoding_overrules_detection() -> None:
    form = {
        "kind": "genesis_table",
        "encoding": "cp850",
        "layouts": [
            {
                "id": "only", "keys": ["time", "area_code", "area_name", "age_group"], "unit": "title",
                "measure": "persons", "levels": [{"dimension": "sex"}],
            }
        ],
    }  # fmt: skip
    assert rows(read(text().encode("cp850"), format=form)) == rows(read(text()))
    assert refused(text().encode("cp1252") + b"\x00", format=form).code == "not_text"


def test_newer_first_line_and_padding() -> None:
    for first in ("Tabelle: 12345-01-01-4", "GENESIS-Tabelle: 12345-01-01-4;;;;;;"):
        assert read(text(title=(first, *TITLE[1:]))).table.num_rows == 18


def test_quoted_title_over_two_lines_counts_lines_right() -> None:
    title = (TITLE[0], '"Bevölkerung ""nach', 'Geschlecht""";;;;;;', TITLE[3])
    assert rows(read(text(title=title)))[0]["line"] == 6


def test_number_of_title_lines_may_vary() -> None:
    assert rows(read(text(title=(TITLE[0], TITLE[3]))))[0]["line"] == 4


def test_dates_in_the_header() -> None:
    layout = {
        "id": "dates", "keys": ["area_code", "area_name"], "unit": "title", "measure": "persons",
        "levels": [{"time": True}, {"dimension": "sex"}],
    }  # fmt: skip
    sex = ["Insgesamt", "männlich", "weiblich"]
    header = (
        ";;" + ";".join(date for date in ("31.12.2015", "31.12.2014") for _ in sex),
        ";;" + ";".join(sex * 2),
    )
    reading = read(
        text(("DG;Deutschland;1;2;3;4;5;6",), header=header),
        format={"kind": "genesis_table", "layouts": [layout]},
        dimensions={"sex": {}},
    )
    assert [(row["time_text"], row["sex"], row["value_text"]) for row in rows(reading)] == [
        ("31.12.2015", "_T", "1"), ("31.12.2015", "M", "2"), ("31.12.2015", "F", "3"),
        ("31.12.2014", "_T", "4"), ("31.12.2014", "M", "5"), ("31.12.2014", "F", "6"),
    ]  # fmt: skip


TREE = {
    "format": {
        "kind": "genesis_table",
        "layouts": [
            {
                "id": "title-year",
                "keys": ["area_code", "area_name"],
                "columns": [
                    {"header": ["Personen", ""], "measure": "persons"},
                    {
                        "header": ["Personen", ["weiblich", "Frauen"]],
                        "measure": "persons",
                        "codes": {"sex": "F"},
                    },
                    {"header": ["Fläche", ""], "measure": "area"},
                ],
            }
        ],
    },
    "dimensions": {"sex": {}},
    "measures": {
        "persons": {"title_de": "Personen", "title_en": "Persons", "unit": "Anzahl"},
        "area": {"title_de": "Fläche", "title_en": "Area", "unit": "qkm", "decimals": 2},
    },
    "reference_time": {"kind": "stock", "text": "year", "month_days": ["12-31"]},
}
TREE_TITLE = (TITLE[0], "Personen und Fläche;;;;", "2015;;;;")
TREE_HEADER = (";;Personen;Personen;Fläche", ";;;weiblich;", ";;Anzahl;Anzahl;qkm")
TREE_ROWS = ("DG;Deutschland;20;11;357385,71", "01;  Schleswig-Holstein;4;-;.")


def tree(**parts: Any) -> str:
    values: dict[str, Any] = {"title": TREE_TITLE, "header": TREE_HEADER, "rows": TREE_ROWS} | parts
    return text(values["rows"], title=values["title"], header=values["header"])


def test_tree_header_with_time_in_the_title_and_a_line_of_units() -> None:
    assert [
        (row["time_text"], row["measure"], row["unit"], row["sex"], row["value_text"])
        for row in rows(read(tree(), **TREE))[:3]
    ] == [
        ("2015", "persons", "Anzahl", "_T", "20"),
        ("2015", "persons", "Anzahl", "F", "11"),
        ("2015", "area", "qkm", "_T", "357385,71"),
    ]


def test_another_declared_wording_fits_too() -> None:
    header = (TREE_HEADER[0], ";;;Frauen;", TREE_HEADER[2])
    assert read(tree(header=header), **TREE).table.num_rows == 6


def test_layout_that_fits_is_taken() -> None:
    old = {
        "id": "old", "keys": ["area_code", "area_name"], "unit": "title", "measure": "persons",
        "levels": [{"time": True}, {"dimension": "sex"}],
    }  # fmt: skip
    _, declaration = catalog()
    form = declaration.format.model_dump(exclude_none=True)
    form["layouts"] = [old, *form["layouts"]]
    assert read(text(), format=form).layout == "only"


# --- what is refused -------------------------------------------------------------------------------------


def place(error: SourceError) -> tuple[str, int | None, int | None]:
    return error.code, error.line, error.column


def with_row(number: int, row: str) -> str:
    changed = list(ROWS)
    changed[number] = row
    return text(changed)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010", ("wrong_width", 7, 6)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010;1020;1", ("wrong_width", 7, 8)),
        ("", ("wrong_width", 7, 0)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2.030;1010;1020", ("bad_value", 7, 5)),
        ("31.12.2015;DG;Deutschland;Insgesamt;1.234,5;1010;1020", ("bad_value", 7, 5)),
        ("31.12.2015;DG;Deutschland;Insgesamt;20,5;1010;1020", ("bad_value", 7, 5)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;-10.10;1020", ("bad_value", 7, 6)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010;", ("bad_value", 7, 7)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010;01020", ("bad_value", 7, 7)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010;1e3", ("bad_value", 7, 7)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010;u", ("bad_value", 7, 7)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010;١٢", ("bad_value", 7, 7)),
        ("31.12.2015;DG;Deutschland;Insgesamt;2030;1010; 12", ("bad_value", 7, 7)),
        ("31.12.2015;DG;Insgesamt;2030;1010;1020;", ("unknown_label", 7, 4)),
        ("31.12.2015;DG;Deutschland;unter 4 Jahre;1;2;3", ("unknown_label", 7, 4)),
        ("31.12.2015;99999;Nirgendwo;Insgesamt;1;2;3", ("no_area_code", 7, 2)),
        ("31.12.2015;5;Nirgendwo;Insgesamt;1;2;3", ("no_area_code", 7, 2)),
        ("31.12.2015;051;Düsseldorf;Insgesamt;1;2;3", ("wrong_area_level", 7, 2)),
        ("31.12.2015;DG;12;Insgesamt;1;2;3", ("no_area_name", 7, 3)),
        ("2015;DG;Deutschland;Insgesamt;1;2;3", ("bad_time", 7, 1)),
        ("30.06.2015;DG;Deutschland;Insgesamt;1;2;3", ("bad_time", 7, 1)),
        ("31.02.2015;DG;Deutschland;Insgesamt;1;2;3", ("bad_time", 7, 1)),
        ("31.12.2015;DG;Deutschland;unter 3 Jahre;10;4;6", ("duplicate_key", 7, 1)),
        ('31.12.2015;DG;"Deutschland;Insgesamt;1;2;3', ("bad_quotes", 7, None)),
    ],
)
def test_a_wrong_line_is_named_with_its_column(row: str, expected: tuple[str, int, int]) -> None:
    assert place(refused(with_row(1, row))) == expected


def test_the_first_of_several_wrong_cells_is_named() -> None:
    changed = list(ROWS)
    changed[2] = "31.12.2015;01;  Schleswig-Holstein;unter 3 Jahre;-;.;?"
    changed[4] = "31.12.2015;09;  Bayern;Insgesamt;?;1;2"
    assert place(refused(text(changed))) == ("bad_value", 8, 7)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ((";;;;weiblich;Insgesamt;mãnnlich",), ("unknown_header", 5, 7)),
        ((";;;;Insgesamt;männlich",), ("unknown_header", 5, 7)),
        ((";;;;Insgesamt;männlich;weiblich;divers",), ("unknown_header", 5, 8)),
        ((";;;Alter;Insgesamt;männlich;weiblich",), ("unknown_header", 5, 4)),
        ((";;;;Insgesamt;mãnnlich;weiblich",), ("unknown_header", 5, 6)),
        ((";;;;Insgesamt;männlich;weiblich", ";;;;Anzahl;Anzahl;Anzahl"), ("unknown_header", 6, 5)),
    ],
)
def test_an_unknown_header_is_named_with_line_and_column(
    header: tuple[str, ...], expected: tuple[str, int, int]
) -> None:
    error = refused(text(header=header))
    assert place(error) == expected
    assert "layout" in error.remedy


def test_no_header_at_all() -> None:
    assert refused(text(header=())).code in {"unknown_header", "no_rows"}


def test_a_changed_unit_is_a_break_and_is_refused() -> None:
    header = (*TREE_HEADER[:2], ";;Anzahl;1000;qkm")
    assert place(refused(tree(header=header), **TREE)) == ("unknown_unit", 6, 4)
    assert refused(text(title=(*TITLE[:3], "Bevölkerungsstand (1000)"))).code == "unknown_unit"


def test_a_missing_time_in_the_title_is_refused() -> None:
    assert place(refused(tree(title=TREE_TITLE[:2]), **TREE)) == ("unknown_header", 2, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"<!DOCTYPE html><html><body>Anmeldung</body></html>", "html_page"),
        (b"  <HTML>", "html_page"),
        (b'{"Status": {"Code": 104}}', "json_answer"),
        (b"PK\x03\x04rest", "not_text"),
        (b"\xff\xfeG\0E\0", "wrong_encoding"),
        (b"irgendwas;1;2\n", "no_table_line"),
        (text(title=("GENESIS-Tabelle: 12345-01-02-4", *TITLE[1:])).encode(), "wrong_table"),
        (text(footer="").encode(), "truncated"),
        (text(footer='__________\n"Note"\n').encode(), "truncated"),
        (text(footer=FOOTER[:-4]).encode(), "truncated"),
        (text(()).encode(), "no_rows"),
        (text().encode().replace(b"1010", b"10\x0010"), "not_text"),
        (text().encode().replace("Ö".encode(), b"\xd6"), "wrong_encoding"),
        (text().encode("utf-8").decode("cp1252", "replace").encode("utf-8"), "damaged_text"),
        (text().replace("Ö", "\ufffd").encode(), "damaged_text"),
        (text().encode("cp1252").replace(b"\xd6", b"\x81"), "wrong_encoding"),
        (text().encode().replace(b"\n31.12.2015;09", b"\r\n31.12.2015;09"), "mixed_line_ends"),
        (text().encode().replace(b"\n31.12.2015;09", b"\r31.12.2015;09"), "mixed_line_ends"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content: bytes, code: str) -> None:
    assert refused(content).code == code


def test_every_cut_of_a_file_is_noticed() -> None:
    """Wherever a download breaks off, the file is refused."""
    whole = text().encode()
    for length in range(len(whole.rstrip()) - 1):
        assert refused(whole[:length]).code


def test_sentences_say_place_problem_and_remedy_in_both_languages() -> None:
    error = refused(with_row(1, "31.12.2015;DG;Deutschland;Insgesamt;1.234,5;1010;1020"))
    assert error.sentence_de.startswith("file.csv, Zeile 7, Spalte 5: '1.234,5' ist weder eine Zahl")
    assert "keine Tausenderpunkte" in error.sentence_de
    assert error.sentence_en.startswith("file.csv, line 7, column 5: '1.234,5' is neither a number")
    assert error.as_dict()["line"] == 7


def test_table_code_of_the_first_line() -> None:
    assert genesis_table.table_code(b"\xef\xbb\xbfGENESIS-Tabelle: 12411-01-01-4\r\nx") == "12411-01-01-4"
    assert genesis_table.table_code(b"Tabelle: 13211-02-05-4\n") == "13211-02-05-4"
    assert genesis_table.table_code(b"Tabelle;1\n") is None


def test_header_constant_is_used() -> None:
    assert HEADER[0].count(";") == ROWS[0].count(";")
