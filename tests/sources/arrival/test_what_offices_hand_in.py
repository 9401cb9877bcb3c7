"""Small files that went wrong, and what is right (../shared/cases): each stands for a kind."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from string import Formatter

import pyarrow.parquet as pq
import pytest

from sources.areas.reforms import COLUMNS, reforms
from sources.arrival.inbox import Inbox
from sources.arrival.landing import Landing
from sources.arrival.outcome import Outcome
from sources.declared.catalogue import Catalog
from sources.errors import SourceError, problem
from sources.forms import blank
from sources.foundation.located_yaml import DeclarationError
from sources.problems import OF_PUBLISHER, PROBLEMS
from sources.twins.musterstadt import write_musterstadt

SGB2 = "sgb2-kleinraeumig"


@pytest.fixture(scope="module")
def town(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musterstadt")
    write_musterstadt(folder, catalog=catalog)
    return folder


@pytest.fixture
def landing(catalog: Catalog, town: Path, tmp_path: Path) -> Landing:
    """A landing that knows the town's areas."""
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    file = town / "gebietsgliederung.xlsx"
    assert landing.land(catalog["gebietsgliederung"], [file], origin="drop").status == "landed"
    return landing


def hand_in(landing: Landing, file: Path, dataset_id: str = SGB2) -> Outcome:
    return landing.land(landing.catalog[dataset_id], [file], origin="drop")


def refused(outcome: Outcome) -> SourceError:
    assert outcome.status == "set_aside"
    assert outcome.error is not None
    return outcome.error


def test_names_sorted_away_from_their_keys_are_told(landing: Landing, shared_cases: Path) -> None:
    error = refused(hand_in(landing, shared_cases / "H5_names_against_keys" / f"{SGB2}.csv"))
    assert (error.code, error.line) == ("key_against_name", 2)
    for words in ("990010000101", "Altstadt", "Bahnhofsviertel", "990010000102"):
        assert words in error.sentence_de


@pytest.mark.parametrize(
    ("name", "cell", "found"),
    [(SGB2, "D2", "#DIV/0!"), ("gebietsgliederung", "G3", "#N/A")],
)
def test_an_error_of_excel_is_no_empty_cell(
    landing: Landing, shared_cases: Path, name: str, cell: str, found: str
) -> None:
    error = refused(hand_in(landing, shared_cases / "H6_excel_error_cell" / f"{name}.xlsx", name))
    assert error.code == "excel_error"
    assert f"Zelle {cell} im Blatt" in error.sentence_de
    assert found in error.sentence_de
    assert "abrufen" not in error.sentence_de


def test_an_error_of_excel_in_a_csv_is_one_too(landing: Landing, tmp_path: Path) -> None:
    row = ["202412", "990010000101", "Altstadt", "#NV", *["3"] * 11]
    file = tmp_path / f"{SGB2}.csv"
    file.write_bytes(blank.csv_text(landing.catalog, landing.catalog[SGB2], [row]))
    error = refused(hand_in(landing, file))
    assert (error.code, error.line, error.column) == ("excel_error", 2, 4)


def test_a_row_of_sums_is_refused_at_the_door(landing: Landing, shared_cases: Path) -> None:
    error = refused(hand_in(landing, shared_cases / "H7_sum_row_in_form" / f"{SGB2}.xlsx"))
    assert (error.code, error.line) == ("area_of_parts", 67)
    assert "Zeilen 67–69" in error.sentence_de
    assert "Summenzeilen weglassen" in error.sentence_de


@pytest.mark.parametrize("time", ["205212", "209901"])
def test_a_month_to_come_is_refused(landing: Landing, tmp_path: Path, time: str) -> None:
    row = [time, "990010000101", "Altstadt", *["3"] * 12]
    file = tmp_path / f"{SGB2}.csv"
    file.write_bytes(blank.csv_text(landing.catalog, landing.catalog[SGB2], [row]))
    error = refused(hand_in(landing, file))
    assert (error.code, error.line) == ("not_yet", 2)
    assert f"{time!r} liegt in der Zukunft" in error.sentence_de


@pytest.mark.parametrize("name", [f"{SGB2}.xlsx", f"{SGB2}.csv"])
def test_two_signs_for_one_letter_and_the_letters_of_excel_are_read(
    landing: Landing, shared_cases: Path, name: str
) -> None:
    outcome = hand_in(landing, shared_cases / "H10_nfd_and_cp1252" / name)
    assert outcome.status == "landed", outcome.error
    (snapshot,) = [one for one in landing.snapshots() if one.dataset_id == SGB2]
    names = set(pq.read_table(snapshot.folder / "cells.parquet")["area_name"].to_pylist())
    assert "Südstadt" in names


def test_a_zero_of_a_kreis_that_ended_is_no_reason_to_refuse(
    catalog: Catalog, shared_cases: Path, tmp_path: Path
) -> None:
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    file = shared_cases / "H4_zero_under_ended_code" / "12411-01-01-4.csv"
    assert landing.land(catalog["12411-01-01-4"], [file], origin="folder").status == "landed"
    other = tmp_path / file.name
    shutil.copyfile(file, other)
    other.write_bytes(other.read_bytes().replace(b"Kreis;0;0;0", b"Kreis;3;0;3"))
    error = refused(landing.land(catalog["12411-01-01-4"], [other], origin="folder"))
    assert (error.code, error.line) == ("area_ended", 12)


def test_no_office_that_fills_in_a_form_is_told_to_fetch_it() -> None:
    for code, words in PROBLEMS.items():
        facts = dict.fromkeys(_fields(words.what_de + words.todo_de), "?")
        error = problem(code, "form.xlsx", **facts).of_form()
        assert not OF_PUBLISHER.search(error.remedy_de), (code, error.remedy_de)
        for word in ("publisher", "declar", "fetch"):
            assert word not in error.remedy.lower(), (code, error.remedy)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_a_form_handed_in_again_after_a_newer_one_says_which_counts(landing: Landing, tmp_path: Path) -> None:
    declaration = landing.catalog[SGB2]
    inbox = tmp_path / "inbox"
    inbox.mkdir()

    def put(name: str, figure: str, day: int) -> Outcome:
        file = inbox / name
        row = ["202412", "990010000101", "Altstadt", *[figure] * 12]
        file.write_bytes(blank.csv_text(landing.catalog, declaration, [row]))
        now = dt.datetime(2026, 11, day, tzinfo=dt.UTC)
        return landing.land(declaration, [file], origin="drop", now=now)

    first = put(f"{SGB2}-1.csv", "11", 1)
    second = put(f"{SGB2}-2.csv", "12", 2)
    assert (first.newer, second.newer) == (None, None)
    again = put(f"{SGB2}-1.csv", "11", 3)
    assert (again.status, again.snapshot_id) == ("unchanged", first.snapshot_id)
    assert again.newer is not None
    assert again.newer.snapshot_id == second.snapshot_id
    assert f"{SGB2}-2.csv vom 02.11.2026" in again.newer.words.de
    (delivery,) = Inbox(inbox, landing, quiet=0).deliveries[:1]
    Inbox(inbox, landing, quiet=0).take(delivery)
    said = (inbox / f"{SGB2}-1.csv.angenommen.txt").read_text(encoding="utf-8-sig")
    assert "es gilt die spätere Abgabe" in said
    landing.withdraw(str(second.snapshot_id), "the first one holds", "A. Muster")
    assert put(f"{SGB2}-1.csv", "11", 4).newer is None


def test_an_archive_in_the_inbox_is_named_with_what_to_do(
    landing: Landing, shared_cases: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copyfile(shared_cases / "H8_zip_ignored" / "12411-01-01-4.zip", inbox / "12411-01-01-4.zip")
    (left,) = Inbox(inbox, landing, quiet=0).left_out
    assert left.error.code == "packed"
    assert "Auspacken" in (inbox / "12411-01-01-4.zip.abgelehnt.txt").read_text(encoding="utf-8-sig")


def test_names_that_cannot_be_kept_are_told_and_the_rest_goes_on(landing: Landing, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    good = inbox / f"{SGB2}.csv"
    row = ["202412", "990010000101", "Altstadt", *["12"] * 12]
    good.write_bytes(blank.csv_text(landing.catalog, landing.catalog[SGB2], [row]))
    latin = Path(os.fsdecode(os.fsencode(inbox) + b"/sgb2-kleinraeumig-K\xf6ln.csv"))
    long = inbox / f"{SGB2}-{'x' * 225}.csv"
    for file in (latin, long):
        shutil.copyfile(good, file)
    found = Inbox(inbox, landing, quiet=0)
    assert [one.name for one in found.deliveries] == [good.name]
    assert [one.error.code for one in found.left_out] == ["file_name", "file_name"]
    messages = sorted(inbox.glob("*.abgelehnt.txt"))
    assert len(messages) == 2
    for message in messages:
        assert "umbenennen" in message.read_text(encoding="utf-8-sig")
    assert found.take(found.deliveries[0]).status == "landed"
    assert [one.error.code for one in Inbox(inbox, landing, quiet=0).left_out] == ["file_name", "file_name"]


def test_a_reform_comes_without_a_change_of_the_package(
    catalog: Catalog, shared_cases: Path, shared_data: Path, tmp_path: Path
) -> None:
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    (register,) = shared_data.glob("07-geo-keys/gv-isys-AuszugGV2QAktuell-2024Q2/*.xlsx")
    assert landing.land(catalog["gv-isys"], [register], origin="folder").status == "landed"
    file = shared_cases / "H11_hanau" / "12411-01-01-4.csv"
    table = catalog["12411-01-01-4"]
    error = refused(landing.land(table, [file], origin="folder"))
    assert (error.code, error.line) == ("unknown_area", 11)
    assert "town/reforms.csv" in error.sentence_de

    town = tmp_path / "data" / "town"
    town.mkdir()
    law = "Gesetz zur Kreisfreiheit der Stadt Hanau (Schlüssel noch zu bestätigen)"
    (town / "reforms.csv").write_text(
        f"{';'.join(COLUMNS)}\n06415;KREIS;2026-01-01;;;created;{law};;06435\n", encoding="utf-8"
    )
    landing.prepare()
    assert landing.land(table, [file], origin="folder").status == "landed"
    breaks = pq.read_table(landing.folder / "breaks.parquet").to_pylist()
    (found,) = [one for one in breaks if one["area_prefix"] == "06435"]
    assert (found["kind"], found["effective_date"]) == ("territory", dt.date(2026, 1, 1))
    history = pq.read_table(landing.folder / "area_history.parquet").to_pylist()
    assert [one["valid_from"] for one in history if one["area_code"] == "06415"] == [dt.date(2026, 1, 1)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("06415;KREIS;;;;created;Gesetz;;06435", "the day of the change is missing"),
        ("6415;KREIS;2026-01-01;;;created;Gesetz;;06435", "'6415' is no area code"),
        ("06415;KREIS;2026-01-01;;;born;Gesetz;;06435", "change_kind"),
        ("06415;KREIS;2026-01-01;;;created;;;06435", "name the law"),
        ("06415;LAND;2026-01-01;;;created;Gesetz;;06435", "06415 is KREIS"),
        ("06415;KREIS", "has 2 fields"),
    ],
)
def test_a_reform_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "reforms.csv").write_text(f"{';'.join(COLUMNS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=words) as caught:
        reforms(tmp_path)
    assert caught.value.problems[0].line == 2


ALTSTADT = ("990010000101", "Altstadt")
KITA = ("01.03.2025", *ALTSTADT, "Tageseinrichtung", "unter 3 Jahre")
BY_FORM = {
    "kita-plaetze": (*KITA, "10", "9", "8", "2", "3", "1"),
    "einschulungen": ("2024/25", *ALTSTADT, "fristgemäß", "männlich", "5", "2", "5", "1"),
    "schuluebergaenge": ("2024/25", *ALTSTADT, "Gymnasien", "weiblich", "Deutsche", "5"),
    "integration-zuwanderung": (
        "2024",
        *ALTSTADT,
        "sonstige Zuwanderung",
        "männlich",
        "5",
        "2",
        "1",
        "4",
        "3",
        *("3", "1", "1", "0", "0", "2", "1", "2", "1", "3", "3"),
    ),
    "schuelerzahlen": ("2024/25", *ALTSTADT, "Grundschulen", "Klasse 4", "Deutsche", "9", "2", "1"),
    "ganztag": ("2024/25", *ALTSTADT, "offene Ganztagsschule", "Klasse 2", "40 Stunden und mehr", "7"),
    "integration-kurse": ("2024", *ALTSTADT, "Erstorientierungskurs", "20", "18", "11", "4"),
    "familiengericht": (
        "2024",
        *ALTSTADT,
        "Hilfen in Anspruch zu nehmen (Nr. 1)",
        "unter 3 Jahre",
        "weiblich",
        "2",
    ),
    "jugendhilfe-ausgaben": ("2024", "99001000", "Musterstadt", "§ 33 Vollzeitpflege", "1250000", "90000"),
    "engagement": ("2024", *ALTSTADT, "Sprachbegleitung", "2", "9", "3", "12", "410"),
    "einbuergerungen": ("2024", *ALTSTADT, "weiblich", "4", "260"),
    "sgb12-kleinraeumig": ("31.12.2024", *ALTSTADT, "5", "2", "30", "10", "20"),
    "wohnungslose": ("31.01.2025", *ALTSTADT, "3", "12"),
}
"""A line of each form that is accepted."""


def with_cells(form: str, **changed: str) -> list[str]:
    """The accepted line with other texts in some of its fields, counted from 1: `f6="-10"`."""
    line = list(BY_FORM[form])
    for field, text in changed.items():
        line[int(field[1:]) - 1] = text
    return line


def hand_in_lines(landing: Landing, form: str, folder: Path, *lines: list[str]) -> Outcome:
    file = folder / f"{form}.csv"
    file.write_bytes(blank.csv_text(landing.catalog, landing.catalog[form], lines))
    return hand_in(landing, file, form)


@pytest.mark.parametrize("form", BY_FORM)
def test_a_line_of_each_form_is_accepted_and_no_sum_of_the_town(
    landing: Landing, tmp_path: Path, form: str
) -> None:
    outcome = hand_in_lines(landing, form, tmp_path, with_cells(form))
    assert outcome.status == "landed", outcome.error
    if landing.catalog[form].area_levels == ("CITY",):
        error = refused(
            hand_in_lines(landing, form, tmp_path, with_cells(form, f2=ALTSTADT[0], f3="Altstadt"))
        )
        assert (error.code, error.line) == ("not_the_whole", 2)
        assert "ist nicht die ganze Stadt (99001000)" in error.sentence_de
        return
    for code, name in (("99001000", "Musterstadt (erfunden)"), ("9900100001", "Bezirk Mitte")):
        whole = with_cells(form, f2=code, f3=name)
        error = refused(hand_in_lines(landing, form, tmp_path, with_cells(form), whole))
        assert error.line == 3
        assert "Summenzeilen weglassen" in error.remedy_de


@pytest.mark.parametrize(
    ("form", "changed", "code", "column", "words"),
    [
        ("kita-plaetze", {"f6": "-10"}, "bad_value", 6, "'-10' ist weder eine Zahl"),
        ("kita-plaetze", {"f6": "10,5"}, "bad_value", 6, "'10,5' ist weder eine Zahl"),
        ("kita-plaetze", {"f1": "15.03.2025"}, "bad_time", 1, "keiner der deklarierten Tage"),
        ("kita-plaetze", {"f1": "01.03.2099"}, "not_yet", None, "liegt in der Zukunft"),
        ("kita-plaetze", {"f7": "11"}, "part_above_whole", 7,
         "„Belegbare Plätze“ ist mit 11 größer als „Genehmigte Plätze“ mit 10"),
        ("einschulungen", {"f7": "6"}, "part_above_whole", 7, "größer als „Eingeschulte Kinder“ mit 5"),
        ("einschulungen", {"f1": "2024/26"}, "bad_time", 1, "ist kein Schuljahr wie 2024/25"),
        ("schuluebergaenge", {"f1": "2098/99"}, "not_yet", None, "liegt in der Zukunft"),
        ("integration-zuwanderung", {"f1": "2099"}, "not_yet", None, "liegt in der Zukunft"),
        ("integration-zuwanderung", {"f19": "4"}, "part_above_whole", 19, "bis zur Einschulung“ mit 2"),
        ("jugendhilfe-ausgaben", {"f5": "1.250.000,50"}, "bad_value", 5, "ist weder eine Zahl"),
        ("familiengericht", {"f4": "§ 1666"}, "unknown_label", 4, "§ 1666"),
        ("engagement", {"f4": "Kuchen"}, "unknown_label", 4, "Kuchen"),
        ("einbuergerungen", {"f5": "1.5"}, "bad_value", 5, "'1.5' ist weder eine Zahl"),
        ("integration-kurse", {"f5": "-1"}, "bad_value", 5, "'-1' ist weder eine Zahl"),
        ("schuelerzahlen", {"f8": "10"}, "part_above_whole", 8, "„Schülerinnen und Schüler“ mit 9"),
        ("schuelerzahlen", {"f5": "Klasse 11"}, "unknown_label", 5, "Klasse 11"),
        ("ganztag", {"f7": "-2"}, "bad_value", 7, "'-2' ist weder eine Zahl"),
        ("sgb12-kleinraeumig", {"f1": "30.12.2024"}, "bad_time", 1, "keiner der deklarierten Tage"),
        ("wohnungslose", {"f1": "01.02.2025"}, "bad_time", 1, "keiner der deklarierten Tage"),
        ("sgb12-kleinraeumig", {"f5": "6"}, "part_above_whole", 5, "„darunter unter 15 Jahren“ ist mit 6"),
        ("sgb12-kleinraeumig", {"f6": "31"}, "sum_differs", 6,
         "„Grundsicherung insgesamt“ ist 31, seine Teile in der Zeile ergeben 30"),
    ],
)  # fmt: skip
def test_what_is_impossible_in_a_form_is_refused_at_the_door(
    landing: Landing,
    tmp_path: Path,
    form: str,
    changed: dict[str, str],
    code: str,
    column: int | None,
    words: str,
) -> None:
    error = refused(hand_in_lines(landing, form, tmp_path, with_cells(form, **changed)))
    assert (error.code, error.file, error.line, error.column) == (code, f"{form}.csv", 2, column)
    assert words in error.sentence_de
    assert not list(landing.folder.glob(f"kommune/{form}/snapshot=2*"))


def test_a_figure_that_is_not_recorded_is_compared_with_nothing(landing: Landing, tmp_path: Path) -> None:
    for form, field in (("einschulungen", "f7"), ("sgb12-kleinraeumig", "f7"), ("kita-plaetze", "f6")):
        assert hand_in_lines(landing, form, tmp_path, with_cells(form, **{field: "."})).status == "landed"


@pytest.mark.parametrize(
    ("form", "later"),
    [
        ("kita-plaetze", 2),
        ("einschulungen", 2),
        ("integration-zuwanderung", 13),
        ("integration-zuwanderung", 11),
        ("integration-kurse", 1),
    ],
)
def test_a_form_of_an_earlier_layout_is_accepted(
    landing: Landing, tmp_path: Path, form: str, later: int
) -> None:
    """Columns that were added since tell nothing, and no zero."""
    whole = blank.csv_text(landing.catalog, landing.catalog[form], [list(BY_FORM[form])]).decode("utf-8-sig")
    lines = [";".join(line.split(";")[:-later]) for line in whole.splitlines()]
    (tmp_path / f"{form}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    outcome = hand_in(landing, tmp_path / f"{form}.csv", form)
    assert outcome.status == "landed", outcome.error
    (snapshot,) = [one for one in landing.snapshots() if one.dataset_id == form]
    measures = pq.read_table(snapshot.folder / "cells.parquet")["measure"].to_pylist()
    declared = [value.measure for value in landing.catalog[form].format.values]
    assert measures == declared[:-later]


def test_sums_of_a_form_name_its_columns(catalog: Catalog) -> None:
    form = catalog["kita-plaetze"].format.model_dump()
    with pytest.raises(ValueError, match="no value column is headed 'Plätze'"):
        type(catalog["kita-plaetze"].format).model_validate(
            {**form, "parts": {"Plätze": "Genehmigte Plätze"}}
        )


AGREEMENT = [
    "31.12.2025", "V1", "Elternkurse", "Verein", "§ 78b SGB VIII", "01.01.2024", "31.12.2025", "", "80", "Z1",
]  # fmt: skip
REPORT = ["31.12.2025", "V1", "2025", "Gruppenstunden", "Stunden", "360", "216", "48", "11880"]
EXAMPLE = [
    "31.12.2025", "B1", "Kurse", "Viele Kinder ohne Platz", "Familien", "Kurse im Familienzentrum",
    "Großstadt", "K01; P03", "Z1", "Familienzentrum Nord", "unter 10.000 Euro", "Sozialplanung", "eigene",
    "CC BY 4.0", "01.03.2025",
]  # fmt: skip


def test_a_quantity_that_is_published_as_it_is_counts_no_persons(landing: Landing, tmp_path: Path) -> None:
    """The number of persons leaves through disclosure control only; as a quantity it would stand beside."""
    for unit in ("Personen", "Familien", "Fälle", "Beratene"):
        error = refused(
            hand_in_lines(landing, "leistungsberichte", tmp_path, [*REPORT[:4], unit, *REPORT[5:]])
        )
        assert unit in error.sentence_de


@pytest.mark.parametrize(
    ("form", "line", "changed", "code", "words"),
    [
        ("leistungsvereinbarungen", AGREEMENT, {}, None, ""),
        ("leistungsvereinbarungen", AGREEMENT, {7: "31.12.2023"}, "ends_before",
         "„Ende“ ist 31.12.2023 und liegt vor „Beginn“ (01.01.2024)"),
        ("leistungsvereinbarungen", AGREEMENT, {4: "Frau Dr. Meier"}, "names_a_person",
         "„Träger“ nennt eine Person"),
        ("leistungsberichte", REPORT, {}, None, ""),
        ("leistungsberichte", REPORT, {4: "Hilfe für Frau Meier"}, "names_a_person", "„Leistung“ nennt eine"),
        ("gute-beispiele", EXAMPLE, {}, None, ""),
        ("gute-beispiele", EXAMPLE, {12: "Herr Schulze"}, "names_a_person", "„Kontaktstelle“"),
        ("gute-beispiele", EXAMPLE, {12: "erika.muster@example.org"}, "names_a_person", "eine Person"),
        ("gute-beispiele", EXAMPLE, {10: "Ansprechpartnerin: Muster"}, "names_a_person", "„Partner“"),
        ("gute-beispiele", EXAMPLE, {12: "sozialplanung@example.org"}, None, ""),
        ("gute-beispiele", EXAMPLE, {1: "31.12.2024"}, "ends_before",
         "„Stand“ ist 31.12.2024 und liegt vor „Geprüft am“"),
        ("gute-beispiele", EXAMPLE, {8: "K1"}, "bad_pattern", "K1"),
    ],
)  # fmt: skip
def test_agreements_and_examples_are_refused_by_line_and_column(
    landing: Landing,
    tmp_path: Path,
    form: str,
    line: list[str],
    changed: dict[int, str],
    code: str | None,
    words: str,
) -> None:
    """A period that ends before it begins, a person where an organisation stands."""
    filled = [changed.get(number, text) for number, text in enumerate(line, start=1)]
    outcome = hand_in_lines(landing, form, tmp_path, filled)
    if code is None:
        assert outcome.status == "landed", outcome.error
        return
    error = refused(outcome)
    (column,) = changed
    assert (error.code, error.file, error.line, error.column) == (code, f"{form}.csv", 2, column)
    assert words in error.sentence_de
