"""Drafting a declaration from a file: the draft reads that file at once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.drafting import draft, placeholders, write_draft, write_publisher
from sources.declared.vocabulary import Publisher
from sources.errors import SourceError
from sources.foundation import located_yaml
from sources.readers import genesis_table
from sources.readers.reading import reader_of
from tests.sources.classic_table import HEADER, text


def drafted(catalog: Catalog, file: Path, scratch: Path) -> Declaration:
    path = scratch / "draft.yml"
    path.write_text(draft(catalog, file), encoding="utf-8")
    return Declaration.model_validate(located_yaml.load(path).value)


def test_a_small_table(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text(), encoding="utf-8")
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.id == declaration.table_code == "12345-01-01-4"
    assert list(declaration.dimensions) == ["age_group", "sex"]
    assert declaration.reference_time.month_days == ("12-31",)
    assert declaration.area_levels == ("DE", "LAND", "KREIS")
    assert genesis_table.read(catalog, declaration, file).row_count == 18


def test_what_a_person_must_decide_is_marked(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text(), encoding="utf-8")
    assert draft(catalog, file).count("# check:") >= 5


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("irgendwas", "no_draft"),
        ("a;b;c\n1;2\n3;4;5\n", "no_draft"),
        (text(()), "no_rows"),
        (text(["31.12.2015;DG;Deutschland;seltsam;1;2;3"]), "unknown_label"),
        (text(header=()), "unknown_header"),
    ],
)
def test_a_file_that_cannot_be_taken_apart(catalog: Catalog, tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "new.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        draft(catalog, file)
    assert caught.value.code == code
    assert HEADER


@pytest.mark.real_files
def test_every_published_classic_table_can_be_drafted_and_read(
    catalog: Catalog, shared_data: Path, tmp_path: Path
) -> None:
    folders = ("01-genesis-regio", "08-regionalatlas-inkar/regionalatlas")
    files = [file for folder in folders for file in sorted((shared_data / folder).rglob("*.csv"))]
    assert len(files) == 39
    for file in files:
        declaration = drafted(catalog, file, tmp_path)
        final = catalog[declaration.id]
        reading = genesis_table.read(catalog, declaration, file)
        cells = genesis_table.read(catalog, final, file).table
        assert (
            reading.table.column("value_text")
            .combine_chunks()
            .equals(cells.column("value_text").combine_chunks())
        )
        assert set(declaration.area_levels) <= set(final.area_levels)


def test_a_unit_that_no_list_knows_is_taken_from_the_last_header_line(
    catalog: Catalog, shared_cases: Path, tmp_path: Path
) -> None:
    file = shared_cases / "H9_draft_workbook" / "12411-07-01-4.csv"
    declaration = drafted(catalog, file, tmp_path)
    assert {measure.unit for measure in declaration.measures.values()} == {"Jahre"}
    assert genesis_table.read(catalog, declaration, file).row_count == 6


def test_what_cannot_be_drafted_is_called_what_it_is(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "tabelle.pdf"
    file.write_bytes(b"%PDF-1.7 ...")
    with pytest.raises(SourceError) as caught:
        draft(catalog, file)
    assert caught.value.code == "no_draft"
    assert "ein PDF-Dokument" in caught.value.sentence_de
    assert "planstat sources new KENNUNG" in caught.value.sentence_de
    assert "Kodierung" not in caught.value.sentence_de


def test_a_workbook_is_drafted_and_read(catalog: Catalog, shared_cases: Path, tmp_path: Path) -> None:
    file = shared_cases / "H9_draft_workbook" / "stadtteile.xlsx"
    declaration = drafted(catalog, file, tmp_path)
    assert (declaration.format.kind, declaration.shape) == ("workbook", "records")
    reading = reader_of(declaration).read(catalog, declaration, file)
    assert reading.row_count > 0
    assert [column.name for column in declaration.columns] == [
        name for name in reading.table.column_names if name != "line"
    ]
    assert placeholders(write_draft(draft(catalog, file), tmp_path / "drafts"))


def test_a_line_of_the_day_below_the_headings_is_the_time_of_every_cell(
    catalog: Catalog, tmp_path: Path
) -> None:
    """The layout of workbooks of GENESIS-Online: codes and names under one heading, notes right below."""
    file = tmp_path / "12521-0099.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet("12521-0099")
        page.write(0, 0, "Ausländer: Kreise, Stichtag, Geschlecht")
        page.merge_range(1, 0, 1, 1, "Stichtag\nKreise")
        page.write_row(1, 2, ["männlich", "Insgesamt"])
        page.merge_range(2, 0, 2, 3, "31.12.2023")
        page.write_row(3, 0, ["01001", "Flensburg, kreisfreie Stadt", 5, 12])
        page.write_row(4, 0, ["01002", "Kiel, kreisfreie Stadt", 20, 35])
        page.write(5, 0, "________")
        page.write(6, 0, "(C)opyright Amt, 2024")
    said = draft(catalog, file, "destatis")
    assert 'statistic: "12521"\n' in said
    assert "legal_basis" not in said
    assert "publisher: destatis\n" in said
    assert "dialect: genesis  " in said, "the publisher has none of its own"
    assert "dialect" not in draft(catalog, file, "regionalstatistik")
    declaration = drafted(catalog, file, tmp_path)
    assert (declaration.shape, declaration.area_levels) == ("cells", ("KREIS",))
    assert [
        (row["time_text"], row["area_code"], row["sex"], row["value_text"])
        for row in cells_of(catalog, declaration, file)
    ] == [
        ("31.12.2023", "01001", "M", "5"), ("31.12.2023", "01001", "_T", "12"),
        ("31.12.2023", "01002", "M", "20"), ("31.12.2023", "01002", "_T", "35"),
    ]  # fmt: skip


def test_a_register_with_a_line_of_the_day_has_it_as_a_column(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "liste.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet("Liste")
        page.write_row(0, 0, ["Name", "Straße"])
        page.write(1, 0, "31.12.2023")
        page.write_row(2, 0, ["Haus A", "Weg 1"])
    declaration = drafted(catalog, file, tmp_path)
    assert [column.name for column in declaration.columns] == ["name", "strasse", "time_text"]
    (row,) = reader_of(declaration).read(catalog, declaration, file).table.to_pylist()
    assert (row["name"], row["time_text"]) == ("Haus A", "31.12.2023")


def test_areas_that_stand_by_name_are_listed_for_their_codes(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "einwohner-2023.csv"
    file.write_text(
        "Stadtteil;Einwohner;männlich\nAltdorf;30;14\nNeudorf;12;7\nStadt insgesamt;42;21\n"
        "Quelle: Amt, 2024\n",
        encoding="utf-8",
    )
    said = draft(catalog, file)
    assert 'left_out: ["Stadt insgesamt"]' in said
    path = tmp_path / "draft.yml"
    path.write_text(said, encoding="utf-8")
    Declaration.model_validate(located_yaml.load(path).value)  # what is left to decide stops no other command
    left = {problem.line for problem in placeholders(path)}
    assert {number for number, line in enumerate(said.splitlines(), 1) if "{code: …" in line} <= left
    for name, code in (("Altdorf", "99000001"), ("Neudorf", "99000002")):
        said = said.replace(f'code: …, names: ["{name}"]', f'code: "{code}", names: ["{name}"]')
    path.write_text(said, encoding="utf-8")
    declaration = Declaration.model_validate(located_yaml.load(path).value)
    assert [
        (row["time_text"], row["area_code"], row["sex"], row["value_text"])
        for row in cells_of(catalog, declaration, file)
    ] == [
        ("2023", "99000001", "_T", "30"), ("2023", "99000001", "M", "14"),
        ("2023", "99000002", "_T", "12"), ("2023", "99000002", "M", "7"),
    ]  # fmt: skip


def test_a_row_of_a_total_without_a_code_is_named(catalog: Catalog, tmp_path: Path) -> None:
    """A report as statistical offices publish it: a cover, a title, merged headings, a sum, notes."""
    file = tmp_path / "A_I_1_kreise_2021.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("Titel").write(0, 0, "Statistischer Bericht A I 1")
        page = book.add_worksheet("T1")
        page.merge_range(0, 0, 0, 4, "Bevölkerung am 31.12.2021")
        page.merge_range(2, 0, 3, 0, "Schlüssel")
        page.merge_range(2, 1, 3, 1, "Kreis")
        page.merge_range(2, 2, 2, 4, "Bevölkerung")
        page.write_row(3, 2, ["insgesamt", "männlich", "weiblich"])
        page.write_row(4, 0, ["01001", "Flensburg, Stadt", 12, 5, 7])
        page.write_row(5, 0, ["01002", "Kiel, Landeshauptstadt", 35, 20, 15])
        page.write_row(6, 1, ["Schleswig-Holstein", 47, 25, 22])
        page.write(8, 0, "Fortschreibung")
    said = draft(catalog, file)
    assert '    "Schleswig-Holstein": null' in said
    declaration = drafted(catalog, file, tmp_path)
    assert (declaration.shape, declaration.area_levels) == ("cells", ("KREIS",))
    assert {
        (row["area_code"], row["sex"]): row["value_text"] for row in cells_of(catalog, declaration, file)
    } == {
        ("01001", "_T"): "12", ("01001", "M"): "5", ("01001", "F"): "7",
        ("01002", "_T"): "35", ("01002", "M"): "20", ("01002", "F"): "15",
    }  # fmt: skip


def test_areas_by_name_get_the_codes_that_are_known_for_them(catalog: Catalog, tmp_path: Path) -> None:
    """A code that two of the names would get is left to a person."""
    file = tmp_path / "einwohner-2023.csv"
    file.write_text("Kreis;Einwohner\nKiel;30\nPlön;12\nKreis Plön;1\nSonstwo;2\n", encoding="utf-8")
    said = draft(catalog, file, code_of={"Kiel": "01002", "Plön": "01057", "Kreis Plön": "01057"}.get)
    assert '{code: "01002", names: ["Kiel"]}' in said
    assert said.count("{code: …") == 3
    assert "area_levels: [KREIS]" in said, "by the codes that are known"
    file.write_text("Kreis;Einwohner\nKiel;30\nPlön;12\n", encoding="utf-8")
    said = draft(catalog, file, code_of={"Kiel": "01002", "Plön": "01057"}.get)
    assert "area_levels: [KREIS]" in said


def test_a_new_publisher_is_drafted_once(tmp_path: Path) -> None:
    folder = tmp_path / "nord"
    folder.mkdir()
    written = write_publisher(folder)
    assert written is not None
    assert {problem.line for problem in placeholders(written)} >= {2, 3, 4, 6}
    Publisher.model_validate(located_yaml.load(written).value)
    assert write_publisher(folder) is None


@pytest.mark.parametrize(
    ("content", "encoding", "columns"),
    [
        ("sep=;\nSchlüssel;Plätze\n1a;12\n1b;\n", "cp1252", [("schluessel", None), ("plaetze", "integer")]),
        (
            "Jahr\tGebiet\tGebiet (neu)\n2015\tA\tB, C\n",
            "utf-8-sig",
            [("jahr", "integer"), ("gebiet", None), ("gebiet_neu", None)],
        ),
    ],
)
def test_a_delimited_register_is_drafted_and_read(
    catalog: Catalog, tmp_path: Path, content: str, encoding: str, columns: list[tuple[str, str | None]]
) -> None:
    file = tmp_path / "Liste.csv"
    file.write_bytes(content.encode(encoding))
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.id == "liste"
    assert [(column.name, column.type) for column in declaration.columns] == columns
    lines = len(content.splitlines()) - 1 - content.startswith("sep=")
    assert reader_of(declaration).read(catalog, declaration, file).row_count == lines


def cells_of(catalog: Catalog, declaration: Declaration, file: Path) -> list[dict[str, str]]:
    return list(reader_of(declaration).read(catalog, declaration, file).table.to_pylist())


def test_measures_are_crossed_with_dimensions_where_headers_repeat(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "bestand_2025.csv"
    file.write_text(
        "ags,name,maenner_deutsch,frauen_deutsch,maenner_auslaender,frauen_auslaender,haushalte\n"
        "01001000,Flensburg,1,2,3,4,5\n01002000,Kiel,6,7,8,,10\n",
        encoding="utf-8",
    )
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.shape == "cells"
    assert (declaration.id, declaration.area_levels) == ("bestand", ("GEMEINDE",))
    assert {name: one.codes for name, one in declaration.dimensions.items()} == {
        "nationality": ("_T", "GERMAN", "FOREIGN"),
        "sex": ("_T", "M", "F"),
    }
    assert list(declaration.measures) == ["persons", "haushalte"]
    cells = cells_of(catalog, declaration, file)
    assert {one["time_text"] for one in cells} == {"2025"}, "the file's name says it"
    kiel = {
        (one["measure"], one["sex"], one["nationality"]): one["value_text"]
        for one in cells
        if one["area_code"] == "01002000"
    }
    assert kiel == {
        ("persons", "M", "GERMAN"): "6",
        ("persons", "F", "GERMAN"): "7",
        ("persons", "M", "FOREIGN"): "8",
        ("haushalte", "_T", "_T"): "10",
    }, "an empty field is no number"


@pytest.mark.parametrize("total", ["Geborene insgesamt", "Insgesamt Geborene", "geborene_gesamt", "Geborene"])
def test_the_total_of_what_others_divide_is_of_their_measure(
    catalog: Catalog, tmp_path: Path, total: str
) -> None:
    file = tmp_path / "geborene-2024.csv"
    file.write_text(
        f"AGS;{total};Geborene weiblich;Mehrlinge insgesamt\n01001;9;5;2\n01002;8;3;0\n", encoding="utf-8"
    )
    declaration = drafted(catalog, file, tmp_path)
    assert list(declaration.measures) == ["geborene", "mehrlinge_insgesamt"], "nobody divides the second"
    assert [
        (one["measure"], one["sex"], one["value_text"]) for one in cells_of(catalog, declaration, file)
    ] == [
        ("geborene", "_T", "9"), ("geborene", "F", "5"), ("mehrlinge_insgesamt", "_T", "2"),
        ("geborene", "_T", "8"), ("geborene", "F", "3"), ("mehrlinge_insgesamt", "_T", "0"),
    ]  # fmt: skip


def test_times_in_headers_and_labels_in_columns(catalog: Catalog, tmp_path: Path) -> None:
    """Neighbours that differ in a time alone are one column with a time of its own."""
    file = tmp_path / "liste.csv"
    file.write_text(
        "Schlüssel;Geschlecht;Kinder 2023;Kinder 2024;Quote 2024\n"
        "01001;männlich;1;2;3,5\n01002;weiblich;4;5;6,25\n",
        encoding="utf-8",
    )
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.measures["quote"].decimals == 2
    cells = cells_of(catalog, declaration, file)
    assert [(one["measure"], one["sex"], one["time_text"], one["value_text"]) for one in cells] == [
        ("kinder", "M", "2023", "1"), ("kinder", "M", "2024", "2"), ("quote", "M", "2024", "3,5"),
        ("kinder", "F", "2023", "4"), ("kinder", "F", "2024", "5"), ("quote", "F", "2024", "6,25"),
    ]  # fmt: skip


def test_merged_header_cells_of_a_workbook_cross_what_is_below_them(catalog: Catalog, tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "personal.xlsx"
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Titel").write(0, 0, "Personal")
        sheet = book.add_worksheet("Daten")
        sheet.write(0, 0, "Personal in Einrichtungen")
        sheet.merge_range(2, 0, 3, 0, "Schlüssel")
        sheet.merge_range(2, 1, 3, 1, "Kreis")
        sheet.merge_range(2, 2, 2, 3, "Frauen")
        sheet.merge_range(2, 4, 2, 5, "Männer")
        sheet.write_row(3, 2, ["Beschäftigte", "Stunden", "Beschäftigte", "Stunden"])
        sheet.write_row(4, 0, ["01001", "Flensburg", 1, 10.5, 2, 20.5])
        sheet.write_row(5, 0, ["01002", "Kiel", 3, 30.5, 4, 40.5])
    declaration = drafted(catalog, file, tmp_path)
    assert list(declaration.measures) == ["beschaeftigte", "stunden"]
    assert [one["value_text"] for one in cells_of(catalog, declaration, file)] == [
        "1", "10.5", "2", "20.5", "3", "30.5", "4", "40.5",
    ]  # fmt: skip
    assert {(one["measure"], one["sex"]) for one in cells_of(catalog, declaration, file)} == {
        ("beschaeftigte", "F"), ("beschaeftigte", "M"), ("stunden", "F"), ("stunden", "M"),
    }  # fmt: skip


@pytest.mark.real_files
@pytest.mark.parametrize(
    ("name", "shape", "codes"),
    [
        ("housing-stock-derivative/berlin-lor-housing-stock-2022-00.csv", "cells", {"dwelling_size"}),
        ("gesix-derivative/gesix-2022-planning-areas.csv", "cells", set()),
        ("gisd/GISD_Bund_Kreis.csv", "cells", set()),
        ("fact_bevoelkerung_2023_2024.csv", "cells", {"age_group", "sex"}),
        ("pyramiden/pyramide_2025.csv", "records", set()),
        ("krpend-11-0-202212-xlsx.xlsx", "records", set()),
        ("svb-kreise-merkmale-d-0-202106-xlsx.xlsx", "cells", {"age_group", "length_of_stay", "sex"}),
        ("2023/04-kreise.xlsx", "records", set()),
    ],
)
def test_published_lists_are_drafted_and_read(
    catalog: Catalog, more: Path, tmp_path: Path, name: str, shape: str, codes: set[str]
) -> None:
    file = next(one for one in more.rglob(Path(name).name) if str(one).endswith(name))
    declaration = drafted(catalog, file, tmp_path)
    assert (declaration.shape, set(declaration.dimensions)) == (shape, codes)
    if "svb" in name:  # the publisher's template links to other files, which a person decides
        form = declaration.format.model_copy(update={"links": "leave_alone"})
        declaration = declaration.model_copy(update={"format": form})
    assert reader_of(declaration).read(catalog, declaration, file).row_count > 100


OLD_FLAT = (
    "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;"
    "1_Auspraegung_Code;1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;"
    "2_Auspraegung_Label;BEVSTD__Bevölkerungsstand__Anzahl;FLC__Fläche__qkm\n"
    "12411;Fortschreibung des Bevölkerungsstandes;STAG;Stichtag;31.12.2022;KREISE;Kreise;01001;Flensburg;"
    "GES;Geschlecht;GESM;männlich;45000;56,7\n"
    "12411;Fortschreibung des Bevölkerungsstandes;STAG;Stichtag;31.12.2022;KREISE;Kreise;01001;Flensburg;"
    "GES;Geschlecht;;Insgesamt;92550;-\n"
)


def test_a_flat_file_of_the_old_edition_is_drafted_and_read(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "12411-99-01-4_flat.csv"
    file.write_text(OLD_FLAT, encoding="utf-8")
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.id == declaration.table_code.lower() == "12411-99-01-4"
    assert (declaration.statistic, declaration.area_levels) == ("12411", ("KREIS",))
    assert declaration.dimensions["sex"].codes == ("_T", "M")
    assert [(one.unit, one.decimals) for one in declaration.measures.values()] == [("Anzahl", 0), ("qkm", 1)]
    assert reader_of(declaration).read(catalog, declaration, file).row_count == 4


@pytest.mark.real_files
@pytest.mark.parametrize(
    "table", ["11111-02-01-4", "12211-Z-11", "12411-01-01-4", "12531-0043", "13111-01-03-4", "AI-N-01-2-5"]
)
def test_a_recorded_flat_file_is_drafted_and_read(
    catalog: Catalog, shared_data: Path, tmp_path: Path, table: str
) -> None:
    """The draft reads as many cells as the declaration that a person finished."""
    recorded = shared_data / "09-api-samples" / "pystatis-recorded-http" / "2026-03" / table
    (archive,) = sorted(recorded.glob("*_ffcsv.response.zip"))[:1]
    with zipfile.ZipFile(archive) as opened:
        (name,) = opened.namelist()
        file = Path(opened.extract(name, tmp_path))
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.id == table.lower()
    finished = next(one for one in catalog.values() if one.id.lower() == table.lower())
    reading = reader_of(declaration).read(catalog, declaration, file)
    forms = (finished.format, *finished.other_formats)
    flat = finished.model_copy(
        update={"format": next(one for one in forms if one.kind == "genesis_flat"), "other_formats": ()}
    )
    assert reading.row_count == reader_of(flat).read(catalog, flat, file).row_count
    assert set(declaration.area_levels) <= set(finished.area_levels)
    assert {one.unit for one in declaration.measures.values()} <= {
        one.unit for one in finished.measures.values()
    }


def test_columns_without_a_heading_of_their_own_are_told(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("a;b;b\n1;2;3\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        draft(catalog, file)
    assert caught.value.code == "no_draft_header"


def test_a_draft_is_written_whole_and_says_what_is_left_to_do(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text(), encoding="utf-8")
    written = write_draft(draft(catalog, file), tmp_path / "office")
    assert written == tmp_path / "office" / "12345-01-01-4.yml"
    left = placeholders(written)
    assert len(left) >= 5
    assert all(one.line for one in left)
    with pytest.raises(FileExistsError):
        write_draft(draft(catalog, file), tmp_path / "office")
    for declared in catalog.files.values():
        assert placeholders(declared) == [], declared
