"""Delimited and fixed-width text: what editions of real files do, and what sets one aside."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sources.arrival.folder import match_folder
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Delimited
from sources.readers import delimited, fixed_width
from sources.readers.reading import Reading, SourceError, reader_of
from sources.twins import render
from sources.twins.inventing import invent


def declare(form: dict[str, Any] | None = None, **changes: Any) -> Declaration:
    """A small table of children by place and sex."""
    return Declaration.model_validate(
        {
            "id": "children",
            "title_de": "Kinder",
            "title_en": "Children",
            "publisher": "regionalstatistik",
            "each_row_is": "a number of children",
            "cadence": {"every": "year"},
            "reference_time": {"kind": "stock", "text": "date"},
            "format": {
                "kind": "delimited",
                "shape": "cells",
                "encoding": "utf-8",
                "decimal": ",",
                "thousands": ".",
                "keys": [
                    {"header": "Tag", "holds": "time"},
                    {"header": "Ort", "holds": "area_code"},
                    {"header": "Bemerkung", "holds": "ignored"},
                ],
                "values": [
                    {"header": "Kinder", "measure": "children"},
                    {"header": "Mädchen", "measure": "children", "codes": {"sex": "F"}},
                ],
                **(form or {}),
            },
            "dimensions": {"sex": {"codes": ["_T", "F"]}},
            "measures": {"children": {"title_de": "Kinder", "title_en": "Children", "unit": "Anzahl"}},
            **changes,
        }
    )


HEADER = "Tag;Ort;Bemerkung;Kinder;Mädchen\n"
LINE = "31.12.2020;01001;;1.234;600\n"


def read(catalog: Catalog, path: Path, text: str | bytes, form: dict[str, Any] | None = None) -> Reading:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return delimited.read(catalog, declare(form), path)


def refused(
    catalog: Catalog, folder: Path, text: str | bytes, form: dict[str, Any] | None = None
) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(catalog, folder / "kinder.csv", text, form)
    return caught.value


def test_cells_keep_their_text_and_place(catalog: Catalog, tmp_path: Path) -> None:
    reading = read(catalog, tmp_path / "a.csv", "# Quelle: Amt;;\n\n" + HEADER + LINE)
    first, second = reading.table.to_pylist()
    assert (first["line"], first["column_no"], first["value_text"], first["sex"]) == (4, 4, "1.234", "_T")
    assert (second["value_text"], second["sex"], second["time_text"]) == ("600", "F", "31.12.2020")
    assert reading.notes == "Quelle: Amt"


def test_a_thousands_point_is_allowed_only_where_declared(catalog: Catalog, tmp_path: Path) -> None:
    error = refused(catalog, tmp_path, HEADER + LINE, {"thousands": None})
    assert (error.line, error.column) == (2, 4)
    for wrong in ("1.23", "12.34", "1234.567", ".123", "1,5", "+3", "007"):
        assert refused(catalog, tmp_path, HEADER + LINE.replace("1.234", wrong)).code == "bad_value"


def test_sep_line_empty_tail_and_trailer(catalog: Catalog, tmp_path: Path) -> None:
    form = {"sep_line": True, "empty_tail": True, "trailer": "Summe"}
    text = "sep=;\n" + HEADER.replace("\n", ";;\n") + LINE.replace("\n", ";\n") + "Summe;;;1.234\nEnde\n"
    reading = read(catalog, tmp_path / "a.csv", text, form)
    assert reading.table.num_rows == 2
    assert reading.notes == "Summe 1.234\nEnde"
    assert refused(catalog, tmp_path, text, {**form, "sep_line": False}).line == 1
    assert refused(catalog, tmp_path, text, {**form, "empty_tail": False}).code == "wrong_width"


@pytest.mark.parametrize(
    ("declared", "written"),
    [("utf-8", "cp1252"), ("cp1252", "utf-8"), ("cp850", "cp1252"), ("cp850", "utf-8"), ("utf-8", "utf-16")],
)
def test_another_encoding_is_refused(catalog: Catalog, tmp_path: Path, declared: str, written: str) -> None:
    text = (HEADER + LINE.replace(";;", ";Größe;")).encode(written)
    error = refused(catalog, tmp_path, text, {"encoding": declared})
    assert error.code in ("wrong_encoding", "damaged_text", "not_text"), str(error)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEADER, "no_rows", 1),
        (HEADER + LINE + LINE, "duplicate_key", 3),
        (HEADER + LINE.replace("31.12.2020", "31.13.2020"), "bad_time", 2),
        (HEADER + LINE.replace("01001", "Kiel"), "no_area_code", 2),
        (HEADER + LINE + "31.12.2020;01002;;1\n", "wrong_width", 3),
        (HEADER.replace("Mädchen", "Jungen") + LINE, "unknown_header", 1),
        (HEADER + LINE.replace("600", '"600'), "bad_quotes", 2),
        (HEADER + LINE.replace("\n", "\r\n") + LINE, "mixed_line_ends", None),
        (HEADER + LINE.replace("600", '"600"').replace("\n", "\r\n"), "mixed_line_ends", None),
        ("", "empty_file", None),
        ("<html><body>Anmeldung</body></html>", "html_page", None),
        (HEADER + LINE.replace("600", "6\x0000"), "not_text", 2),
    ],
)
def test_a_wrong_file_is_named_with_its_line(
    catalog: Catalog, tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    error = refused(catalog, tmp_path, text)
    assert (error.code, error.line) == (code, line), str(error)


def test_an_absurdly_wide_line_and_a_huge_field_are_refused(catalog: Catalog, tmp_path: Path) -> None:
    assert refused(catalog, tmp_path, HEADER + ";" * 10_000 + "\n").code == "wrong_width"
    assert "longer than" in refused(catalog, tmp_path, HEADER + '"' + "x" * (1 << 21) + '"\n').what


def test_the_files_name_can_tell_the_time(catalog: Catalog, tmp_path: Path) -> None:
    declaration = catalog["lor-population-derivative"]
    columns = [column.source or "" for column in declaration.columns if column.name != "time_text"]
    text = ",".join(columns) + "\n" + ",".join(["01100101"] + ["1"] * (len(columns) - 1)) + "\n"
    good = tmp_path / "berlin-lor-population-2023-01.csv"
    good.write_text(text)
    reading = delimited.read(catalog, declaration, good)
    assert reading.table["time_text"].to_pylist() == ["2023-01"]
    assert f"{reading.period(declaration)[1]}" == "2023-06-30"
    other = tmp_path / "einwohner.csv"
    other.write_text(text)
    with pytest.raises(SourceError, match="name"):
        delimited.read(catalog, declaration, other)


GV_LINE = "60" + "20171231" + "01001000" + "0000" + "Flensburg, Stadt".ljust(50) + " " * 50 + "61"


def test_fixed_width_places(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "GV100AD.ASC"
    file.write_bytes((GV_LINE.ljust(220) + "\n").encode("cp1252"))
    (row,) = fixed_width.read(catalog, catalog["gv100ad"], file).table.to_pylist()
    assert (row["land"], row["kreis"], row["gem"], row["vb"], row["name"]) == (
        "01", "01", "000", "0000", "Flensburg, Stadt",
    )  # fmt: skip
    assert row["population"] is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (GV_LINE.ljust(219), "219 fields instead of 220"),
        ("70" + GV_LINE[2:].ljust(218), "record type '70'"),
        (GV_LINE.ljust(200) + "x".ljust(20), "positions 197 to 220"),
        (GV_LINE.replace("Flensburg, Stadt", " " * 16).ljust(220), "positions 23 to 72"),
        (GV_LINE.ljust(128) + "0000000567A".ljust(92), "positions 129 to 139"),
    ],
)
def test_fixed_width_that_is_not_as_declared(catalog: Catalog, tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "GV100AD.ASC"
    file.write_bytes((line + "\n").encode("cp1252"))
    with pytest.raises(SourceError) as caught:
        fixed_width.read(catalog, catalog["gv100ad"], file)
    assert says in str(caught.value)


REAL = {
    "ew24-strukturdaten": ("03-ba-and-strukturdaten/*/*.csv", 441 * 49),
    "nrw-schuldaten": ("04-schools/*/schuldaten_raw.csv", 5637),
    "nrw-schulformen": ("04-schools/*/schulformen.csv", 27),
    "nrw-rechtsformen": ("04-schools/*/rechtsformen.csv", 2),
    "nrw-betriebsschluessel": ("04-schools/*/betriebsschluessel.csv", 8),
    "nrw-schulsozialindex": ("04-schools/*/schulsozialindex_raw.csv", 4157),
    "nrw-schulverzeichnis": ("04-schools/*/AS_BS_Verzeichnis*.csv", 5407),
    "ewr-lor2021": ("05-small-area/berlin/*/EWR_L21_202512E_Matrix.csv", 542 * 44),
    "lor-population-derivative": ("05-small-area/berlin/*/berlin-lor-population-2021-02.csv", 542),
    "mss-planungsraeume": ("05-small-area/berlin/mss-2021*/*.csv", 534),
    "lor-crosswalk-2006-2021": ("05-small-area/berlin/*/seed_lor_crosswalk*.csv", 3055),
    "lor-planungsraeume-until-2020": ("05-small-area/berlin/*/*until-2020.geojson", 448),
    "lor2021-bezirke": ("05-small-area/berlin/*/bezirke.geojson", 12),
    "lor2021-prognoseraeume": ("05-small-area/berlin/*/prognoseraeume.geojson", 58),
    "lor2021-bezirksregionen": ("05-small-area/berlin/*/bezirksregionen.geojson", 143),
    "lor2021-planungsraeume": ("05-small-area/berlin/*/kieze.geojson", 542),
    "lor2021-flaechen": ("05-small-area/berlin/*/lor-flaechen.json", 542),
    "lor-matches-2019-2021": ("05-small-area/berlin/*/berlin-lor-matches.json", 1173),
    "vg2500-lan": ("07-geo-keys/*/VG2500_LAN.shp", 24),
    "vg250-gem-simplified": ("07-geo-keys/*/VG250_GEM_simplified.zip", 10990),
    "vg250-de-simplified": ("07-geo-keys/*/VG250_DE_simplified.zip", 1),
    "vg250-lan-mesh-simplified": ("07-geo-keys/*/VG250_LAN_mesh_simplified.zip", 1265),
    "nuts3-outlines-2021": ("07-geo-keys/*/NUTS_RG_60M_2021_4326_LEVL_3.geojson", 1514),
    "nuts3-kreise": ("07-geo-keys/*/nuts_2024_level_3.csv", 400),
    "raumtyp-lage-kreise": ("07-geo-keys/*/Download_RefLageKrs.xlsx", 402),
    "kreistypen": ("07-geo-keys/*/download-ref-kreistypen-xls.xlsx", 401),
    "stadt-gemeindetypen": ("07-geo-keys/*/download-ref-sgtyp.xlsx", 11127),
    "gv100ad": ("07-geo-keys/*/GV100AD_311217.ASC", 16119),
    "umsteigeschluessel-kreise-2020": ("07-geo-keys/*/ref-kreise-umrech*.xlsx", 13771),
    "inkar-arbeitslosigkeit": ("08-regionalatlas-inkar/*/*/A_Arbeitslosigkeit.xls", 4538 * 18),
    "inkar-bruttoverdienst": ("08-regionalatlas-inkar/*/*/A_Bruttoverdienst.xls", 402 * 16),
    "inkar-haushaltseinkommen": ("08-regionalatlas-inkar/*/*/E_Haushaltseinkommen.xls", 402 * 16),
}


def read_real(catalog: Catalog, shared_data: Path, dataset_id: str) -> Reading:
    (file,) = shared_data.glob(REAL[dataset_id][0])
    return reader_of(catalog[dataset_id]).read(catalog, catalog[dataset_id], file)


@pytest.mark.real_files
@pytest.mark.parametrize("dataset_id", REAL)
def test_published_files(catalog: Catalog, shared_data: Path, dataset_id: str) -> None:
    reading = read_real(catalog, shared_data, dataset_id)
    assert reading.table.num_rows == REAL[dataset_id][1]
    assert reading.period(catalog[dataset_id])[0]


@pytest.mark.real_files
def test_no_file_of_data_is_left_undeclared(catalog: Catalog, shared_data: Path) -> None:
    folders = [folder for folder in shared_data.iterdir() if folder.is_dir() and folder.name[:2] < "09"]
    unknown = {
        delivery.name
        for folder in folders
        for delivery in match_folder(catalog, folder)
        if delivery.dataset_id is None
    }
    assert unknown == {"Datensatzbeschreibung_Bevoelkerungszahl_Gitterzellen.xlsx"}, "a description, no data"


RECORDED = {
    "12531-0043", "11111-02-01-4", "12111-01-01-4", "12211-z-11", "ai-n-01-2-5", "1000a-0000", "1000a-2022",
}  # fmt: skip
"""Declared from recorded answers of the interface, whose bodies lie in archives or JSON."""


@pytest.mark.real_files
def test_what_was_declared_without_a_file_says_so(catalog: Catalog, shared_data: Path) -> None:
    """A layout is verified by a real file, or its declaration says that it is not. Forms are ours."""
    folders = (shared_data, shared_data.parent / "data-more")
    seen = {one.dataset_id for folder in folders for one in match_folder(catalog, folder)}
    for declaration in catalog.values():
        if declaration.form is None:
            assert (declaration.id in seen | RECORDED) != bool(declaration.unverified), declaration.id


@pytest.mark.real_files
def test_every_edition_of_the_berlin_monitoring(catalog: Catalog, shared_data: Path) -> None:
    declaration = catalog["mss-planungsraeume"]
    counts = {}
    for file in shared_data.glob("05-small-area/berlin/mss-*/*.csv"):
        table = delimited.read(catalog, declaration, file).table
        counts[table["time_text"][0].as_py()] = table.num_rows
        with file.open(encoding="utf-8", newline="") as lines:
            published = list(csv.reader(lines))[1:]
        assert table["name"].to_pylist() == [row[1] for row in published]
    assert counts == {"2013": 434, "2015": 435, "2017": 436, "2019": 436, "2021": 534}


@pytest.mark.real_files
def test_known_figures(catalog: Catalog, shared_data: Path) -> None:
    ewr = read_real(catalog, shared_data, "ewr-lor2021").table.to_pylist()
    total = [
        cell["value_text"]
        for cell in ewr
        if cell["sex"] == cell["age_group"] == "_T" and cell["measure"] == "registered_persons"
    ]
    assert sum(int(text) for text in total if text != "NA") == 3_913_644
    assert total.count("NA") == 2
    structure = read_real(catalog, shared_data, "ew24-strukturdaten").table.to_pylist()
    germany = {
        cell["measure"]: cell["value_text"] for cell in structure if cell["area_name"] == "Deutschland"
    }
    assert (germany["population_thousand"], germany["municipalities"]) == ("84.358,8", "10.775")
    names = {cell["area_name"] for cell in structure if cell["area_code"] == "16"}
    assert names == {"Thüringen Land", "Thüringen kreisfreie Städte", "Thüringen Landkreise"}
    index = read_real(catalog, shared_data, "nrw-schulsozialindex").table.to_pylist()
    assert {row["kreis"] for row in index} >= {"Kreis Höxter", "Stadt Düsseldorf"}
    keys = read_real(catalog, shared_data, "umsteigeschluessel-kreise-2020").table.to_pylist()
    by_area: dict[tuple[str, str], float] = {}
    for row in keys:
        key = (row["from_year"], row["from_code"])
        by_area[key] = by_area.get(key, 0) + float(row["share_population"])
    assert all(abs(total - 1) < 1e-6 for total in by_area.values())
    assert {row["from_year"] for row in keys} == {str(year) for year in range(1990, 2020)}
    register = read_real(catalog, shared_data, "gv100ad").table.to_pylist()
    assert sum(int(row["population"] or 0) for row in register) == 82_792_351


@pytest.mark.parametrize("dataset_id", ["gisd-kreise", "berlin-lor-housing-stock", "ba-sgb2-eckwerte-kreise"])
def test_columns_in_another_order_say_the_same(catalog: Catalog, tmp_path: Path, dataset_id: str) -> None:
    """A column is what its header says, in delimited files too."""
    declaration = catalog[dataset_id]
    [file] = render(catalog, declaration, invent(catalog, declaration, areas=9)).write(tmp_path)
    form = declaration.format
    assert isinstance(form, Delimited)
    rows = list(csv.reader(file.read_text(form.encoding).splitlines(), delimiter=form.delimiter))
    straight = delimited.read(catalog, declaration, file).table.drop_columns(["column_no"])
    order = random.Random(7).sample(range(len(rows[0])), len(rows[0]))
    assert order != sorted(order)
    with file.open("w", encoding=form.encoding, newline="") as opened:
        csv.writer(opened, delimiter=form.delimiter).writerows([[row[at] for at in order] for row in rows])
    moved = delimited.read(catalog, declaration, file).table.drop_columns(["column_no"])

    def lines(table: pa.Table) -> list[str]:
        return sorted(map(str, table.to_pylist()))

    assert lines(moved) == lines(straight)


def test_columns_whose_headers_do_not_tell_them_apart_keep_their_order(
    catalog: Catalog, tmp_path: Path
) -> None:
    """Two columns of this file are called alike: another order could mean either."""
    declaration = catalog["lor-population-derivative"]
    headers = [column.source or "" for column in declaration.columns if column.name != "time_text"]
    assert len(set(headers)) < len(headers)
    file = tmp_path / "berlin-lor-population-2023-01.csv"
    lines = [headers, ["01100101", *(["1"] * (len(headers) - 1))]]
    moved = [[row[1], row[0], *row[2:]] for row in lines]
    file.write_text("\n".join(map(",".join, moved)), encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        delimited.read(catalog, declaration, file)
    assert caught.value.code == "unknown_header"


LEFT_UNDECLARED = {
    "INDEX.csv": "the index of the folder",
    "berlin-lor-city.geojson": "the outline of Berlin, which vg2500-lan has",
    "seats.csv": "working paper of one Bezirk with notes between its figures, made by others",
}
"""Files of the second folder that no dataset is declared for, and why."""


@pytest.mark.real_files
def test_what_is_left_undeclared_of_the_second_folder_has_a_reason(catalog: Catalog, more: Path) -> None:
    unknown = {delivery.name for delivery in match_folder(catalog, more) if delivery.dataset_id is None}
    assert unknown <= set(LEFT_UNDECLARED)
    assert {"INDEX.csv"} <= unknown
