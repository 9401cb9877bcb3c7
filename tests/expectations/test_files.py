"""The files beside the Parquet: present, described, explained, and saying the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from expectations.bench import laid_out
from expectations.settings import read_description
from expectations.suites import suite_of
from tests.expectations.candidates import (
    Candidate,
    MapFigure,
    describe_files,
    indicators,
    write_geopackage,
)

Spoil = Callable[[Path], None]


def edited(name: str, before: str, after: str) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_bytes().decode("utf-8")
        assert before in text
        path.write_bytes(text.replace(before, after, 1).encode("utf-8"))
        describe_files(folder)

    return spoil


def removed(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def without_last_line(name: str, end: str) -> Spoil:
    def spoil(folder: Path) -> None:
        lines = (folder / name).read_bytes().decode("utf-8").rstrip(end).split(end)
        (folder / name).write_bytes(end.join([*lines[:-1], ""]).encode("utf-8"))

    return spoil


CASES: list[tuple[str, Spoil, str]] = [
    ("files.present", removed("dictionary.csv"), "dictionary.csv: is absent"),
    ("files.present", lambda folder: (folder / "LICENCES.md").write_text(""), "LICENCES.md: is empty"),
    ("files.described", lambda f: (f / "extra.csv").write_text("a"), "extra.csv: is not named"),
    ("files.described", removed("indicators.csv"), "indicators.csv: described, but not there"),
    ("files.described", lambda f: (f / "indicators.csv").write_text("a"), "indicators.csv: has 1 bytes"),
    ("files.described", removed("datapackage.json"), "datapackage.json: cannot be read"),
    ("files.dictionary", edited("dictionary.csv", "unit,,", "units,,"), "column unit is not explained"),
    ("files.dictionary", edited("dictionary.csv", "column,", "name,"), "has no column"),
    (
        "files.machine_csv",
        edited("indicators.csv", "246306", "246307"),
        "1 cells of column value differ, first in line",
    ),
    ("files.machine_csv", edited("indicators.csv", "Kiel,", "Kïel,"), "cells of column area_name differ"),
    ("files.machine_csv", edited("indicators.csv", "2015-12-31", "31.12.2015"), "cells of column"),
    ("files.machine_csv", edited("indicators.csv", "unit", "einheit"), "columns are"),
    ("files.machine_csv", without_last_line("indicators.csv", "\n"), "has 15 rows, Parquet 16"),
    ("files.machine_csv", removed("indicators.csv"), "cannot be read"),
    ("files.excel_csv", edited("indicators_excel.csv", "246306", "246.306"), "cells of column"),
    ("files.excel_csv", edited("indicators_excel.csv", "2,5", "2.5"), "cells of column value differ"),
    (
        "files.excel_csv",
        edited("indicators_excel.csv", "31.12.2015", "12/31/2015"),
        "column reference_date differ",
    ),
    ("files.excel_csv", edited("indicators_excel.csv", ";01001;", ";1001;"), "column area_code differ"),
    ("files.excel_csv", without_last_line("indicators_excel.csv", "\r\n"), "has 15 rows, Parquet 16"),
    (
        "files.excel_format",
        edited("indicators_excel.csv", "\ufeff", ""),
        "does not start with the UTF-8 mark",
    ),
    ("files.excel_format", edited("indicators_excel.csv", "\r\n", "\n"), "1 lines do not end with CR LF"),
]


@pytest.mark.parametrize(("check_id", "spoil", "words"), CASES, ids=lambda c: c if isinstance(c, str) else "")
def test_finds_what_is_wrong(ask, check_id: str, spoil: Spoil, words: str) -> None:
    check = ask(indicators(), check_id, spoil=spoil)
    assert check.outcome == "failed"
    assert any(words in example for example in check.examples), check.examples


def full() -> Candidate:
    """A candidate with a moment, a truth value, a missing value, quotes and a leading equals sign."""
    candidate = indicators()
    candidate.types["is_backcast"] = "BOOLEAN"
    for row in candidate.rows:
        row["known_from"] = datetime(2017, 10, 10, 13, 27, 32)
    candidate.rows[0].update(value=None, missing_reason="not_delivered")
    candidate.rows[1].update(area_name='"Kiel"; kreisfrei')
    return candidate


@pytest.mark.parametrize("check_id", sorted({case[0] for case in CASES}))
def test_passes_a_sound_candidate(ask, check_id: str) -> None:
    check = ask(full(), check_id, spoil=write_moments)
    assert (check.outcome, check.examples) == ("passed", ())
    assert check.examined > 0


def test_files_for_excel_are_left_out_with_a_note_only(ask, tmp_path: Path) -> None:
    def without_sheet(*left_out: str) -> Spoil:
        def spoil(folder: Path) -> None:
            removed("indicators_excel.csv")(folder)
            describe_files(folder, left_out)

        return spoil

    check = ask(indicators(), "files.present", spoil=without_sheet("xlsx", "csv-excel"))
    assert (check.outcome, check.examples) == ("passed", ())
    check = ask(indicators(), "files.present", spoil=without_sheet("xlsx"))
    assert check.examples == ("indicators_excel.csv: is absent",)
    check = ask(indicators(), "files.present", spoil=without_sheet("csv-excel"))
    assert check.examples == ("indicators.xlsx: is absent",)
    folder = indicators().write(tmp_path)
    described = read_description(indicators().description())
    sheets = {"files.excel_csv", "files.excel_format", "labels.printed"}
    removed("indicators_excel.csv")(folder)
    for noted in (("xlsx",), ("xlsx", "csv-excel")):
        describe_files(folder, noted)
        with laid_out(folder, described, None, None, date(2026, 11, 30)) as bench:
            asked = {item.statement.id for item in suite_of("indicators").inspections(bench)}
        assert asked & sheets == (set() if "csv-excel" in noted else sheets)


def test_files_of_formats_that_the_product_does_not_have_are_neither_missed_nor_let_through(
    ask, tmp_path: Path
) -> None:
    candidate = indicators()
    candidate.formats = ("gpkg",)

    def without_csv(folder: Path) -> None:
        removed("indicators.csv")(folder)
        removed("indicators_excel.csv")(folder)
        describe_files(folder)

    for check_id in ("files.present", "files.described"):
        check = ask(candidate, check_id, spoil=without_csv)
        assert (check.outcome, check.examples) == ("passed", ())
    check = ask(candidate, "files.present")
    assert (check.outcome, check.found) == ("failed", 2)
    assert "indicators.csv: is no format of the product" in check.examples
    described = read_description(candidate.description())
    folder = candidate.write(tmp_path)
    with laid_out(folder, described, None, None, date(2026, 11, 30)) as bench:
        asked = {item.statement.id for item in suite_of("indicators").inspections(bench)}
    assert asked.isdisjoint({"files.machine_csv", "files.excel_csv", "files.excel_format", "labels.printed"})
    assert {"files.present", "files.described", "files.dictionary", "labels.dictionary"} <= asked


def write_moments(folder: Path) -> None:
    """Moments as the exports write them: to the second for programs, to the minute for people."""
    for name, moment in (
        ("indicators.csv", "2017-10-10T13:27:32Z"),
        ("indicators_excel.csv", "10.10.2017 13:27"),
    ):
        text = (folder / name).read_bytes().decode("utf-8")
        text = text.replace("2017-10-10 13:27:32", moment).replace("10.10.2017\r\n", f"{moment}\r\n")
        text = text.replace(";10.10.2017;", f";{moment};")
        (folder / name).write_bytes(text.encode("utf-8"))
    describe_files(folder)


def test_a_label_before_its_code_is_no_column_of_its_own(ask) -> None:
    def label(folder: Path) -> None:
        file = folder / "indicators_excel.csv"
        lines = file.read_bytes().decode("utf-8-sig").split("\r\n")
        heading = lines[0].split(";")[0]
        labelled = [f"{heading};{heading} (Code){lines[0][len(heading) :]}"]
        labelled += [f"Bevölkerung;{line}" for line in lines[1:-1]]
        file.write_text("\r\n".join([*labelled, ""]), encoding="utf-8-sig", newline="")

    assert ask(indicators(), "files.excel_csv", spoil=label).outcome == "passed"


def test_a_text_made_harmless_for_excel_is_the_same_text(ask) -> None:
    candidate = indicators()
    candidate.rows[0]["area_name"] = "=1+1"
    harmless = edited("indicators_excel.csv", "=1+1", "'=1+1")
    assert ask(candidate, "files.excel_csv", spoil=harmless).outcome == "passed"


def test_a_map_layer_with_unknown_codes_or_no_features_fails(ask) -> None:
    candidate = indicators()
    candidate.geometry = {"layer": "kreise", "area_code": "area_code", "level": "KREIS"}
    assert ask(candidate, "files.geopackage").outcome == "passed"
    unknown = ask(
        candidate, "files.geopackage", spoil=lambda f: write_geopackage(f / "indicators.gpkg", ["99999"])
    )
    assert unknown.outcome == "failed"
    assert "1 codes are neither in the product nor in the register: 99999" in unknown.examples[0]
    empty = ask(candidate, "files.geopackage", spoil=lambda f: write_geopackage(f / "indicators.gpkg", []))
    assert "layer kreise is empty" in empty.examples[0]
    broken = ask(
        candidate, "files.geopackage", spoil=lambda f: (f / "indicators.gpkg").write_text("no database")
    )
    assert "cannot be read" in broken.examples[0]
    absent = ask(candidate, "files.present", spoil=lambda f: (f / "indicators.gpkg").unlink())
    assert "indicators.gpkg: is absent" in absent.examples[0]


def test_values_without_outlines_are_released_with_a_warning(ask) -> None:
    candidate, before = indicators(), indicators()
    for one in (candidate, before):
        one.geometry = {"layer": "kreise", "area_code": "area_code", "level": "KREIS"}

    def without(folder: Path) -> None:
        write_geopackage(folder / "indicators.gpkg", ["01001"], kind="attributes")

    assert ask(candidate, "files.outlines").outcome == "passed"
    warned = ask(candidate, "files.outlines", spoil=without)
    assert warned.outcome == "warned"
    assert "no boundaries were delivered" in warned.examples[0]
    # without outlines there are none to examine, and the check says so
    assert ask(candidate, "files.geopackage", spoil=without).outcome == "noted"
    lost = ask(candidate, "files.geopackage", previous=before, spoil=without)
    assert lost.outcome == "failed"
    assert "the edition before had outlines" in lost.examples[0]


def test_a_file_check_is_waived_as_a_whole(ask) -> None:
    candidate = indicators()
    candidate.checks["waivers"] = [
        {
            "check": "files.excel_format",
            "who": "B. Beispiel",
            "reason": "Altsystem",
            "until": date(2026, 12, 31),
        }
    ]
    check = ask(candidate, "files.excel_format", spoil=edited("indicators_excel.csv", "\r\n", "\n"))
    assert (check.outcome, check.excused) == ("warned", 1)
    assert "B. Beispiel: Altsystem" in check.examples[0]


MAPPED = {
    "area_code": "area_code",
    "value": "value",
    "by": ["indicator_id"],
    "date": "reference_date",
    "converted_by": "indicator_on",
}
RIGHT: tuple[MapFigure, ...] = (
    ("01001", "d01", "D01", "2015-12-31", 85942.0, "A", None),
    ("01002", "d01", "D01", "2015-12-31", 246306.0, "A", None),
)


def on_the_map(*figures: MapFigure, aliases: bool = True) -> Spoil:
    def spoil(folder: Path) -> None:
        write_geopackage(folder / "indicators.gpkg", ["01001", "01002"], figures=figures, aliases=aliases)

    return spoil


def test_a_map_that_shows_the_published_figures_passes(ask) -> None:
    candidate = indicators()
    candidate.geometry = MAPPED
    found = ask(candidate, "files.map_values", spoil=on_the_map(*RIGHT))
    assert (found.outcome, found.examined) == ("passed", 2)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ((85943.0, "A", None), "kreise, 01001, d01: 85943.0 (A), in Parquet 85942.0 (A)"),
        ((85942.0, "E", None), "85942.0 (E), in Parquet 85942.0 (A)"),
        ((None, "M", None), "is absent without a reason"),
        ((None, "A", "nicht geliefert"), "is absent without a reason"),
        (
            (85942.0, "A", "umgerechnet, zu 3 % geschätzt: aus 01001, 01999"),
            "converted, but with the status A",
        ),
        ((85942.0, "E", "umgerechnet: Summe aus 01001, 01002"), "is not the sum of 01001, 01002"),
        ((85942.0, "E", "umgerechnet: Summe aus 01001, 01999"), "is not the sum of 01001, 01999"),
        ((85942.0, "A", "veröffentlicht unter 01002"), "in Parquet 246306.0 (A)"),
    ],
)
def test_a_figure_of_the_map_that_is_not_the_published_one_fails(
    ask, first: tuple[float | None, str, str | None], words: str
) -> None:
    candidate = indicators()
    candidate.geometry = MAPPED
    spoiled = on_the_map(("01001", "d01", "D01", "2015-12-31", *first), RIGHT[1])
    found = ask(candidate, "files.map_values", spoil=spoiled)
    assert found.outcome == "failed"
    assert words in found.examples[0]


def test_converted_figures_say_what_they_are_made_of(ask) -> None:
    candidate = indicators()
    candidate.geometry = MAPPED
    summed = ("01001", "d01", "D01", "2015-12-31", 332248.0, "E", "umgerechnet: Summe aus 01001, 01002")
    guessed = ("01002", "d01", "D01", "2015-12-31", 1.5, "E", "umgerechnet, zu 40 % geschätzt: aus 01001")
    assert ask(candidate, "files.map_values", spoil=on_the_map(summed, guessed)).outcome == "passed"
    candidate.geometry = {**MAPPED, "converted_by": None}
    forbidden = ask(candidate, "files.map_values", spoil=on_the_map(summed, guessed))
    assert "converted, though nothing may be" in forbidden.examples[0]


def test_a_map_may_show_areas_of_the_register_that_the_table_does_not_know_yet(ask) -> None:
    candidate = indicators()
    candidate.geometry = MAPPED
    candidate.rows = [row for row in candidate.rows if row["area_code"] != "01002"]
    known = ask(candidate, "files.geopackage", spoil=on_the_map(*RIGHT), register=indicators())
    assert known.outcome == "passed"

    def foreign(folder: Path) -> None:
        write_geopackage(folder / "indicators.gpkg", ["01001", "99999"], figures=RIGHT[:1])

    unknown = ask(candidate, "files.geopackage", spoil=foreign, register=indicators())
    assert "1 codes are neither in the product nor in the register: 99999" in unknown.examples[0]


def test_what_is_hidden_in_the_table_is_hidden_on_the_map(ask) -> None:
    candidate = indicators()
    candidate.geometry = MAPPED
    for row in candidate.rows:
        if (row["area_code"], row["indicator_id"]) == ("01001", "D01"):
            row |= {"value": None, "obs_status": "M", "missing_reason": "suppressed_primary"}
    shown = ask(candidate, "files.map_values", spoil=on_the_map(*RIGHT))
    assert "85942.0 (A), in Parquet None (M)" in shown.examples[0]
    hidden = ("01001", "d01", "D01", "2015-12-31", None, "M", "zum Schutz kleiner Fallzahlen gesperrt")
    assert ask(candidate, "files.map_values", spoil=on_the_map(hidden, RIGHT[1])).outcome == "passed"


def test_a_column_without_a_german_name_and_another_format_fail(ask) -> None:
    candidate = indicators()
    candidate.geometry = MAPPED
    unnamed = ask(candidate, "files.map_values", spoil=on_the_map(*RIGHT, aliases=False))
    assert "kreise, area_code: has no German name" in unnamed.examples[0]

    def older(folder: Path) -> None:
        on_the_map(*RIGHT)(folder)
        with sqlite3.connect(folder / "indicators.gpkg") as connection:
            connection.execute("pragma user_version = 10200")

    assert "is no GeoPackage 1.3" in ask(candidate, "files.map_values", spoil=older).examples[0]
