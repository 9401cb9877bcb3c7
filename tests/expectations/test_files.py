"""The files beside the Parquet: present, described, explained, and saying the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.expectations.candidates import Candidate, describe_files, indicators, write_geopackage

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
    assert "1 codes are not in the product: 99999" in unknown.examples[0]
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
    assert ask(candidate, "files.geopackage", spoil=without).outcome == "passed"
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
