"""Every published file, opened the way its readers open it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import candidate
from exports import sheet as of_excel
from exports.candidate import Candidate
from exports.writers.geopackage import attribute_names
from sources.foundation.files import sha256_of
from tests.exports.small_warehouse import COLUMNS, KREISE, description_of

VALUES = {"K01-centre": [28.4, -0.5, 1e15, 123456789.125, 33.333333333333336]}


@pytest.fixture(scope="session", params=["indicators", "population", "areas"])
def made(
    request: pytest.FixtureRequest, warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Candidate:
    """A candidate of each kind."""
    folder = tmp_path_factory.mktemp("files") / request.param
    return candidate.build(warehouse, request.param, description_of(request.param), folder)


@pytest.fixture(scope="session")
def indicators(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The candidate of the indicators."""
    folder = tmp_path_factory.mktemp("files") / "indicators"
    return candidate.build(warehouse, "indicators", description_of("indicators"), folder)


def rows_of(made: Candidate) -> list[dict[str, Any]]:
    """The rows as DuckDB reads them from the Parquet file."""
    with duckdb.connect() as connection:
        found = connection.execute(f"select * from '{made.parquet}'")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


# Parquet


def test_parquet_is_flat_with_text_codes_and_short_names(made: Candidate) -> None:
    """What R, Stata, Power BI and Tableau can take without any conversion."""
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(made.parquet)
    assert schema.names == [name for name, _, _ in COLUMNS[made.product]]
    allowed = {
        pyarrow.string(),
        pyarrow.int64(),
        pyarrow.float64(),
        pyarrow.date32(),
        pyarrow.bool_(),
        pyarrow.timestamp("us"),
    }
    assert set(schema.types) <= allowed
    for name in schema.names:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name)
        if name.endswith(("_code", "_key", "_id")):
            assert schema.field(name).type == pyarrow.string()
    metadata = schema.metadata
    assert metadata[b"planstat.product"] == made.product.encode()
    assert metadata[b"planstat.content_sha256"] == sha256_of(made.files[f"{made.product}.csv"]).encode()
    assert b"pandas" not in metadata


def test_parquet_opens_in_pandas_with_leading_zeros(indicators: Candidate) -> None:
    import pandas

    frame = pandas.read_parquet(indicators.parquet)
    assert len(frame) == 16
    flensburg = frame[(frame["area_code"] == "01001") & (frame["indicator_id"] == "P07")]
    assert list(flensburg["value"]) == [9.3, 9.7]
    assert frame["value"].isna().sum() == 1
    assert frame["reference_date"].iloc[0] == date(2015, 12, 31)


def test_parquet_rows_are_ordered(made: Candidate) -> None:
    order = description_of(made.product)["order_by"]
    keys = [tuple(row[name] for name in order) for row in rows_of(made)]
    assert keys == sorted(keys)


# CSV for machines


def test_machine_csv_is_rfc_4180_with_line_feeds(made: Candidate) -> None:
    raw = made.files[f"{made.product}.csv"].read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8")), strict=True))
    assert lines[0] == [name for name, _, _ in COLUMNS[made.product]]
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines) == made.rows + 1


def test_machine_csv_holds_the_same_values_as_parquet(made: Candidate) -> None:
    with made.files[f"{made.product}.csv"].open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line, row in zip(lines, rows_of(made), strict=True):
        for name, value in row.items():
            text = line[name]
            if value is None:
                assert text == ""
            elif isinstance(value, bool):
                assert text == str(value).lower()
            elif isinstance(value, float):
                assert float(text) == value
            elif isinstance(value, datetime):
                assert text == value.strftime("%Y-%m-%dT%H:%M:%SZ")
            else:
                assert text == str(value)


def test_machine_csv_opens_in_pandas_and_duckdb(indicators: Candidate) -> None:
    import pandas

    path = indicators.files["indicators.csv"]
    frame = pandas.read_csv(path, dtype={"area_code": str})
    assert set(frame["area_code"]) == {*KREISE, "DG"}
    assert frame["value"].dtype == "float64"
    with duckdb.connect() as connection:
        types = connection.execute(
            f"describe select reference_date, value, area_code from '{path}'"
        ).fetchall()
        assert [kind for _, kind, *_ in types] == ["DATE", "DOUBLE", "VARCHAR"]


# CSV for German Excel


def german(made: Candidate) -> list[dict[str, str]]:
    text = made.files[f"{made.product}_excel.csv"].read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def test_german_csv_has_mark_semicolons_and_windows_line_ends(made: Candidate) -> None:
    raw = made.files[f"{made.product}_excel.csv"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n") == made.rows + 1
    assert raw.endswith(b"\r\n")
    assert len(german(made)) == made.rows


def test_german_csv_has_german_headings_numbers_and_dates(indicators: Candidate) -> None:
    lines = german(indicators)
    assert list(lines[0])[:5] == [
        "Kennzahl-Nr.",
        "Kennzahl",
        "Kennzahl (englisch)",
        "Gebietsstand-Schlüssel",
        "Regionalschlüssel",
    ]
    wanted = {"28,4", "-0,5", "1000000000000000,0", "123456789,1", "33,3"}
    assert {line["Wert"] for line in lines if line["Kennzahl-Nr."] == "K01-centre"} == wanted
    assert {line["Stichtag"] for line in lines} == {"31.12.2014", "31.12.2015"}
    assert {line["Regionalschlüssel"] for line in lines} == {*(f"\t{code}" for code in KREISE), "DG"}
    assert any(line["Gebiet"] == "München, Landeshauptstadt" for line in lines)


def test_german_csv_puts_reasons_beside_empty_values(indicators: Candidate) -> None:
    missing = [line for line in german(indicators) if line["Wert"] == ""]
    assert [(line["Status"], line["Status (Code)"], line["Grund fehlender Werte"]) for line in missing] == [
        ("kein Zahlenwert vorhanden", "M", "Zahlenwert unbekannt oder geheim zu halten")
    ]
    present = [line for line in german(indicators) if line["Wert"] != ""]
    assert {line["Grund fehlender Werte"] for line in present} == {"Wert liegt vor"}
    assert {line["Geheimhaltung"] for line in present} == {"frei zur Veröffentlichung"}


def test_german_csv_makes_formulas_harmless_but_leaves_codes_and_numbers(
    indicators: Candidate, warehouse: Path, tmp_path: Path
) -> None:
    harmless = [line["Kennzahl"] for line in german(indicators) if line["Regionalschlüssel"] == "DG"]
    assert harmless == ['\'=HYPERLINK("x")']
    population = candidate.build(
        warehouse, "population", description_of("population"), tmp_path / "population"
    )
    assert {line["Zeichen"] for line in german(population)} == {"", "\t-"}


def test_german_csv_shows_labels_beside_codes(warehouse: Path, tmp_path: Path) -> None:
    made = candidate.build(warehouse, "population", description_of("population"), tmp_path / "population")
    lines = german(made)
    assert {(line["Altersgruppe"], line["Altersgruppe (Code)"]) for line in lines} == {
        ("Insgesamt", "_T"),
        ("unter 3 Jahre", "Y_LT3"),
        ("75 Jahre und mehr", "Y_GE75"),
    }
    assert {(line["Geschlecht"], line["Merkmal"]) for line in lines} == {("Insgesamt", "Bevölkerung")}
    assert {line["Gebietsebene"] for line in lines} == {"Kreis oder kreisfreie Stadt"}


# Workbook


def test_workbook_has_three_sheets_with_typed_cells(indicators: Candidate) -> None:
    import openpyxl

    book = openpyxl.load_workbook(indicators.files["indicators.xlsx"])
    assert book.sheetnames == ["Daten", "Legende", "Metadaten"]
    sheet = book["Daten"]
    heading = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.freeze_panes == "C2", "number and name of the indicator stay in sight"
    assert sheet.auto_filter.ref == "A1:X17"
    for line, row in enumerate(rows_of(indicators), start=2):
        code = sheet.cell(line, heading["Regionalschlüssel"])
        assert (code.value, code.number_format, code.data_type) == (row["area_code"], "@", "s")
        value = sheet.cell(line, heading["Wert"])
        assert (value.value, value.number_format) == (
            row["value"],
            "General" if row["value"] is None else "#,##0.0",
        )
        day = sheet.cell(line, heading["Stichtag"])
        assert (day.value.date(), day.number_format) == (row["reference_date"], "dd.mm.yyyy")
        assert sheet.cell(line, heading["Kennzahl"]).value == row["indicator_name_de"]
        assert sheet.cell(line, heading["Bekannt seit"]).value == row["known_from"]
    kinds = {cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line}
    assert "f" not in kinds, "no cell may be a formula"
    facts = {line[0].value: line[1].value for line in book["Metadaten"].iter_rows(max_row=7)}
    assert facts["Zeilen"] == "16"
    old = next(line for line in book["Metadaten"].iter_rows(values_only=True) if line[0] == "22811-01-01-4")
    assert str(old[6]).startswith("veralteter Stand; die Lieferung vom 01.11.2026")
    legend = {(line[0], line[1]): line[3] for line in book["Legende"].iter_rows(values_only=True)}
    assert (
        legend["Grund fehlender Werte (Code)", "unknown_or_confidential"]
        == "Zahlenwert unbekannt oder geheim zu halten"
    )


def test_workbook_carries_awkward_texts_dates_and_moments(own_warehouse: Path, tmp_path: Path) -> None:
    import openpyxl

    texts = [
        "<a> & \"b\" 'c'",
        " blanks  kept ",
        "_x0041_",
        "tab\there",
        "Grüße – €",
        "bell\x07gone",
        "x" * 40_000,
        "",
    ]
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("delete from mart_area")
        for index, text in enumerate(texts):
            connection.execute(
                "insert into mart_area by name select 'k' as area_key, ? as area_code, 'KREIS' "
                "as area_level, "
                "? as area_name, ?::date as valid_from, date '9999-12-31' as valid_to, index as area_sqkm "
                "from (select ?::double as index)",
                [f"{index:05d}", text, "1899-12-31" if index else "1900-03-01", index * 1e-7],
            )
    made = candidate.build(own_warehouse, "areas", description_of("areas"), tmp_path / "areas")
    sheet = openpyxl.load_workbook(made.files["areas.xlsx"])["Daten"]
    read = [line[4] for line in sheet.iter_rows(min_row=2, values_only=True)]
    wanted = [*texts[:2], "_x0041_", *texts[3:5], "bellgone", "x" * 32767, None]
    assert [text or None for text in read] == wanted
    wraps = [bool(sheet.cell(8, column).alignment.wrap_text) for column in range(1, 8)]
    assert wraps == [column == 5 for column in range(1, 8)], "a sentence is read whole, also on paper"
    days = [line[6] for line in sheet.iter_rows(min_row=2, values_only=True)]
    assert days[:2] == [datetime(1900, 3, 1), "31.12.1899"]
    assert sheet["H2"].value == datetime(9999, 12, 31)
    assert [line[8] for line in sheet.iter_rows(min_row=2, values_only=True)] == [
        i * 1e-7 for i in range(len(texts))
    ]


@pytest.mark.parametrize("texts", [250, 255, 257])
def test_workbook_with_about_as_many_texts_as_a_byte_counts(
    own_warehouse: Path, tmp_path: Path, texts: int
) -> None:
    """DuckDB numbers the texts with the narrowest integer that holds them."""
    import openpyxl

    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("delete from mart_area")
        connection.execute(
            "insert into mart_area by name select 'k' as area_key, format('{:05d}', n) as area_code,"
            " 'k' as area_level, 'k' as area_name, date '1990-01-01' as valid_from from range(?) as t(n)",
            [texts - 1],
        )
    made = candidate.build(own_warehouse, "areas", description_of("areas"), tmp_path / "areas")
    sheet = openpyxl.load_workbook(made.files["areas.xlsx"])["Daten"]
    codes = [line[1] for line in sheet.iter_rows(min_row=2, values_only=True)]
    assert codes == [f"{number:05d}" for number in range(texts - 1)]


@pytest.mark.parametrize(("limit", "most"), [("CELL_LIMIT", 16 * 24 - 1), ("EXCEL_ROWS", 16)])
def test_a_product_too_large_for_excel_has_neither_file_for_it_and_says_so(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(of_excel, limit, most + 1)
    within = candidate.build(warehouse, "indicators", description_of("indicators"), tmp_path / "indicators")
    assert {"indicators.xlsx", "indicators_excel.csv"} <= set(within.files)
    monkeypatch.setattr(of_excel, limit, most)
    made = candidate.build(warehouse, "indicators", description_of("indicators"), tmp_path / "indicators")
    assert {"indicators.xlsx", "indicators_excel.csv"}.isdisjoint(made.files)
    assert {"indicators.csv", "indicators.parquet"} <= set(made.files)
    note = made.notes["xlsx"]
    assert note == made.notes["csv-excel"]
    assert "Zu groß für Excel" in note
    assert "16 Zeilen mit 24 Spalten" in note
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    assert package["planstat"]["notes"] == made.notes
    assert {"xlsx", "csv-excel"}.isdisjoint(resource["name"] for resource in package["resources"])
    readme = made.files["README.md"].read_text(encoding="utf-8")
    assert readme.count(note) == 1
    assert "- Excel: auf Anfrage" in readme
    assert "planstat releases export indicators --area 01056 --out auszug.csv" in readme
    assert "_excel.csv" not in readme


def test_workbook_tells_its_edition(indicators: Candidate) -> None:
    """The version is given later; the hash leads to it."""
    import openpyxl

    book = openpyxl.load_workbook(indicators.files["indicators.xlsx"])
    package = json.loads(indicators.files["datapackage.json"].read_text(encoding="utf-8"))
    properties = {one.name: one.value for one in book.custom_doc_props.props}
    assert properties["Produkt"] == book.properties.subject == "indicators"
    assert properties["Kennung der Beschreibung"] == package["planstat"]["description_sha256"]
    told = {line[0].value: line[1].value for line in book["Metadaten"].iter_rows(max_row=12)}
    assert {name: properties[name] for name in properties.keys() & told} == {
        name: told[name] for name in properties.keys() & told
    }
    assert "Kennung der Beschreibung" in told


def test_workbook_is_a_sound_zip_without_a_clock(made: Candidate) -> None:
    with zipfile.ZipFile(made.files[f"{made.product}.xlsx"]) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
        assert "2000-01-01T00:00:00Z" in core


def test_writing_leaves_no_setting_behind(warehouse: Path, tmp_path: Path) -> None:
    import pyogrio

    candidate.build(warehouse, "areas", description_of("areas"), tmp_path / "areas")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_attribute_names_are_short_unique_and_stable() -> None:
    keys = [
        ("K01-centre",),
        ("_T", "_T"),
        ("2020",),
        ("a" * 40, "x"),
        ("a" * 40, "y"),
        ("ä-ö",),
        ("persons", "Y_LT3"),
    ]
    names = attribute_names(keys)
    assert names["K01-centre",] == "k01_centre"
    assert names["_T", "_T"] == "total"
    assert names["2020",] == "x2020"
    assert names["persons", "Y_LT3"] == "persons_y_lt3"
    assert len(set(names.values())) == len(keys)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) for name in names.values())
    assert attribute_names(list(reversed(keys))) == names


# Data package, dictionary, licences, README


def test_data_package_follows_the_standard(made: Candidate) -> None:
    """A strict reading of Data Package v2: required keys, known keys, and true statements about the files."""
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    assert set(package) <= {
        *("$schema", "name", "title", "description", "keywords", "contributors", "licenses", "sources"),
        *("resources", "planstat"),
    }
    assert re.fullmatch(r"[a-z0-9._/-]+", package["name"])
    assert package["licenses"] == [
        {
            "name": "dl-de/by-2-0",
            "title": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
            "path": "https://www.govdata.de/dl-de/by-2-0",
        }
    ]
    assert all(set(source) <= {"title", "path", "email", "version"} for source in package["sources"])
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names) == 7
    for resource in package["resources"]:
        assert set(resource) <= {
            *("name", "path", "title", "format", "mediatype", "encoding", "bytes", "hash", "type", "dialect"),
            "schema",
        }
        path = made.path / resource["path"]
        assert resource["bytes"] == path.stat().st_size
        assert resource["hash"] == f"sha256:{sha256_of(path)}"
        if resource.get("type") == "table":
            check_schema(resource["schema"])
    assert package["planstat"]["rows"] == made.rows
    assert package["planstat"]["fingerprint"] == made.fingerprint


def check_schema(schema: dict[str, Any]) -> None:
    """Table Schema v2: field names unique, types known, keys among the fields."""
    assert set(schema) <= {"fields", "primaryKey", "missingValues"}
    names = [field["name"] for field in schema["fields"]]
    assert len(set(names)) == len(names)
    for field in schema["fields"]:
        assert field["type"] in {"string", "integer", "number", "boolean", "date", "datetime"}
        extra = {key for key in field if not key.startswith("planstat:")}
        assert extra <= {
            "name",
            "type",
            "title",
            "description",
            "decimalChar",
            "format",
            "trueValues",
            "falseValues",
            "categories",
        }
        for category in field.get("categories", []):
            assert set(category) <= {"value", "label"}
    assert set(schema.get("primaryKey", [])) <= set(names)
    assert schema["missingValues"] == [""]


def test_data_package_lists_every_code_that_occurs(warehouse: Path, tmp_path: Path) -> None:
    made = candidate.build(warehouse, "population", description_of("population"), tmp_path / "population")
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    fields = next(item for item in package["resources"] if item["name"] == "parquet")["schema"]["fields"]
    categories = {field["name"]: field.get("categories") for field in fields}
    assert categories["age_group_code"] == [
        {"value": "_T", "label": "Insgesamt"},
        {"value": "Y_LT3", "label": "unter 3 Jahre"},
        {"value": "Y_GE75", "label": "75 Jahre und mehr"},
    ]
    assert categories["area_code"] is None


def test_the_german_csv_reads_by_its_own_dialect_and_schema(made: Candidate) -> None:
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    resource = next(item for item in package["resources"] if item["name"] == "csv-excel")
    text = (made.path / resource["path"]).read_bytes().decode("utf-8-sig")
    lines = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=resource["dialect"]["delimiter"], strict=True
    )
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert list(lines.fieldnames or []) == list(fields)
    for line, row in zip(lines, rows_of(made), strict=True):
        for name, field in fields.items():
            if "planstat:column" not in field or line[name] == "":
                continue
            value = row[field["planstat:column"]]
            if field["type"] == "number":
                shown = line[name].replace(field["decimalChar"], ".")
                assert float(shown) == pytest.approx(value, abs=0.5 * 10 ** -len(shown.partition(".")[2]))
            elif field["type"] == "date":
                assert datetime.strptime(line[name], field["format"]).date() == value
            elif field["type"] == "boolean":
                assert (line[name] in field["trueValues"]) == value


def test_dictionary_explains_every_column_and_code(made: Candidate) -> None:
    with made.files["dictionary.csv"].open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    columns = [line for line in lines if not line["code"]]
    assert [line["column"] for line in columns] == [name for name, _, _ in COLUMNS[made.product]]
    words = ("heading_de", "heading_en", "description_de", "description_en")
    assert all(line[name] for line in columns for name in words)
    codes = {(line["column"], line["code"]) for line in lines if line["code"]}
    if made.product == "areas":
        assert {("area_level", "KREIS"), ("change_kind", "merge")} <= codes
    elif made.product == "population":
        explained = {line["code"]: line["heading_de"] for line in lines if line["column"] == "age_group_code"}
        assert explained["Y_LT3"] == "unter 3 Jahre"
        assert "Y0" not in explained, "codes that do not occur are left out"
    else:
        used = {("missing_reason", row["missing_reason"]) for row in rows_of(made)}
        used |= {("obs_status", row["obs_status"]) for row in rows_of(made)}
        assert used <= codes


def test_licences_name_source_licence_and_change(made: Candidate) -> None:
    text = made.files["LICENCES.md"].read_text(encoding="utf-8")
    notes = text.split("## Datensätze")[0]
    assert notes.count("© Statistische Ämter des Bundes und der Länder, Deutschland") == 1, (
        "one note for both"
    )
    assert notes.count("https://www.govdata.de/dl-de/by-2-0") == 1
    assert "Daten verändert, siehe oben." in notes
    assert "Datensätze: 12411-01-01-4, 22811-01-01-4." in notes
    assert "| 22811-01-01-4 | Empfänger von Mindestsicherung |" in text


def test_licences_are_exact_for_each_indicator(warehouse: Path, tmp_path: Path) -> None:
    described = description_of("indicators") | {"sources_of": {"P07": ["12411-01-01-4", "22811-01-01-4"]}}
    made = candidate.build(warehouse, "indicators", described, tmp_path / "indicators")
    text = made.files["LICENCES.md"].read_text(encoding="utf-8")
    assert "| P07 | 12411-01-01-4, 22811-01-01-4 |" in text


def test_readme_says_what_is_awaited(warehouse: Path, tmp_path: Path) -> None:
    awaits = [
        {"id": "P03", "name_de": "Kinder in Armut", "needs": [["22811-02-02-4"], ["a", "b"]]},
        {"id": "K01", "needs": []},
    ]
    described = description_of("indicators") | {"awaits": awaits}
    made = candidate.build(warehouse, "indicators", described, tmp_path / "indicators")
    text = made.files["README.md"].read_text(encoding="utf-8")
    assert "- Kinder in Armut (P03): Tabelle 22811-02-02-4, und Tabelle a oder b" in text
    assert "- K01: Zähler und Nenner sind geliefert, aber von Tagen" in text


def test_readme_says_how_new_each_indicator_and_dataset_is(warehouse: Path, tmp_path: Path) -> None:
    known = [
        {
            "id": "P03", "name_de": "Kinder in Armut", "newest_date": "2015-12-31", "next_date": "2016-12-31",
            "due_on": "2017-11-30",
        },
        {"id": "P15", "name_de": "Index", "newest_date": "2021-12-31"},
    ]  # fmt: skip
    described = description_of("indicators") | {"currency": known}
    described["datasets"][0] |= {
        "newest_date": "2015-12-31", "next_date": "2016-12-31", "due_on": "2017-11-30",
        "successors": "12411-9",
    }  # fmt: skip
    made = candidate.build(warehouse, "indicators", described, tmp_path / "indicators")
    text = made.files["README.md"].read_text(encoding="utf-8")
    assert "| P03 | Kinder in Armut | 31.12.2015 | 31.12.2016 | 30.11.2017 |" in text
    assert "| P15 | Index | 31.12.2021 |  |  |" in text
    assert "| 20.10.2026 | 31.12.2015 | 31.12.2016 | 30.11.2017 | weiter in 12411-9 |" in text


def test_readme_says_what_is_old_and_how_to_cite(made: Candidate) -> None:
    text = made.files["README.md"].read_text(encoding="utf-8")
    assert "- 22811-01-01-4 (Empfänger von Mindestsicherung) ist alt: die Lieferung vom 01.11.2026" in text
    assert "| 12411-01-01-4 | Bevölkerung nach Geschlecht | 20.10.2026 |  |  |  |  |" in text
    assert f"planstat-Ausgabe {made.product}/⟨Ausgabe⟩" in text
    for name in made.files:
        assert f"`{name}`" in text


def test_readme_names_what_was_not_delivered(warehouse: Path, tmp_path: Path) -> None:
    described = description_of("areas")
    described["datasets"][0] |= {"snapshot_id": None, "retrieved_at": None, "published_at": None}
    made = candidate.build(warehouse, "areas", described, tmp_path / "areas")
    text = made.files["README.md"].read_text(encoding="utf-8")
    assert "- Nicht geliefert, ihre Werte fehlen: 12411-01-01-4." in text
    assert "| 12411-01-01-4 | Bevölkerung nach Geschlecht | nicht geliefert |" in text


def test_no_dataset_is_said_to_leave_licences_open(warehouse: Path, tmp_path: Path) -> None:
    made = candidate.build(warehouse, "areas", description_of("areas", datasets=[]), tmp_path / "areas")
    assert made.notes["licences"] == "Es ist keine Quelle angegeben; Lizenzen sind ungeklärt."
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    assert "licenses" not in package
    assert "sources" not in package


PINNED = {
    "csv": (1, "049374a5055d441c"),
    "csv-excel": (3, "efaff8d023540979"),
    "dictionary": (3, "20de07ba4cbe66d1"),
    "licences": (3, "278a6dd2798b7a7e"),
}
"""Version of each text writer and the hash of what it writes for the indicators of the small warehouse.

A failing test here means that the bytes of a format changed for the same rows. If that is meant, raise the
writer's version in `FORMATS`, so that a release is made, and pin the new hash.
"""


def test_a_writer_whose_bytes_change_raises_its_version(warehouse: Path, tmp_path: Path) -> None:
    from exports.writers import FORMATS

    made = candidate.build(
        warehouse, "indicators", description_of("indicators", worded=False), tmp_path / "indicators"
    )
    found = {
        form.name: (form.version, sha256_of(made.path / form.file.format(product="indicators"))[:16])
        for form in FORMATS
        if form.name in PINNED
    }
    assert found == PINNED
