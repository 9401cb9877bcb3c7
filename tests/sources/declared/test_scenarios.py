"""Scenarios of an office: data with a source and a date, refused in German with file, line and key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from sources.declared.scenarios import FILE, Assumption, scenarios
from sources.foundation.located_yaml import DeclarationError

GOOD = """\
wohnbau-nord:
  title: {de: Wohnbau Nord, en: Housing in the north}
  source: Beschluss der Gemeindevertretung vom 12.03.2026
  dated: 2026-03-12
  births:
    - {area: "11", from_year: 2026, to_year: 2030, change_pct: -5}
  migration:
    - {area: "11000", from_year: 2026, to_year: 2027, ages: 6-17, persons_per_year: 300}
  housing:
    - area: "01100101"
      year: 2028
      dwellings: 240
      children_per_dwelling: {0-2: 0.15, 3-5: 0.1}
"""


def written(town: Path, text: str) -> Path:
    town.mkdir(exist_ok=True)
    (town / FILE).write_text(text, encoding="utf-8")
    return town


def refusal(town: Path, text: str) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        scenarios(written(town, text))
    return [f"{Path(one.file).name}:{one.line}: {one.key}: {one.message}" for one in caught.value.problems]


def test_no_file_assumes_nothing(tmp_path: Path) -> None:
    assert scenarios(tmp_path) == ()


def test_every_assumption_carries_name_source_and_date(tmp_path: Path) -> None:
    found = scenarios(written(tmp_path, GOOD))
    assert {(one.scenario_id, one.source, one.dated) for one in found} == {
        ("wohnbau-nord", "Beschluss der Gemeindevertretung vom 12.03.2026", dt.date(2026, 3, 12))
    }
    head = {"scenario_id": "wohnbau-nord", "title_de": "Wohnbau Nord", "title_en": "Housing in the north"}
    head |= {"source": found[0].source}
    day = found[0].dated
    assert found == (
        Assumption(**head, dated=day, kind="births", area_code="11", from_year=2026, to_year=2030,
                   age_from=0, age_to=0, amount=-5),
        Assumption(**head, dated=day, kind="arrivals", area_code="11000", from_year=2026, to_year=2027,
                   age_from=6, age_to=17, amount=300),
        Assumption(**head, dated=day, kind="arrivals", area_code="01100101", from_year=2028, to_year=2028,
                   age_from=0, age_to=2, amount=36),
        Assumption(**head, dated=day, kind="arrivals", area_code="01100101", from_year=2028, to_year=2028,
                   age_from=3, age_to=5, amount=24),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "  source: Beschluss der Gemeindevertretung vom 12.03.2026\n", "",
            "scenarios.yml:1: wohnbau-nord.source: fehlt",
        ),
        (
            "source: Beschluss der",
            'source: ""\n  note: ',
            "scenarios.yml:3: wohnbau-nord.source: ist leer (gefunden: '')",
        ),
        (
            "dated: 2026-03-12", "dated: 12.03.2026",
            "scenarios.yml:4: wohnbau-nord.dated: ist kein Datum wie 2026-03-12 (gefunden: '12.03.2026')",
        ),
        (
            "change_pct: -5", "change_pct: -95",
            "scenarios.yml:6: wohnbau-nord.births[0].change_pct:"
            " darf nicht unter -90 liegen (gefunden: -95)",
        ),
        (
            "from_year: 2026, to_year: 2030", "from_year: 2030, to_year: 2026",
            "scenarios.yml:6: wohnbau-nord.births[0]: to_year liegt vor from_year",
        ),
        (
            'area: "11000"', "area: Berlin",
            "scenarios.yml:8: wohnbau-nord.migration[0].area: ist kein Gebietsschlüssel (gefunden: 'Berlin')",
        ),
        (
            "ages: 6-17", "ages: 6-25",
            "scenarios.yml:8: wohnbau-nord.migration[0]: die Altersspanne liegt nicht zwischen 0 und 17",
        ),
        (
            "dwellings: 240", "dwellings: 0",
            "scenarios.yml:12: wohnbau-nord.housing[0].dwellings: muss über 0 liegen (gefunden: 0)",
        ),
        (
            "3-5: 0.1", "2-5: 0.1",
            "scenarios.yml:10: wohnbau-nord.housing[0]:"
            " children_per_dwelling: das Alter 2 steht in zwei Spannen",
        ),
        (
            "dwellings: 240", "dwellings: 240\n      wohnungen: 3",
            "scenarios.yml:13: wohnbau-nord.housing[0].wohnungen:"
            " unbekannte Angabe (verschrieben, oder sie gehört woandershin)",
        ),
        ("wohnbau-nord:", "trend:", "scenarios.yml:1: trend: so heißt die Fortschreibung ohne Annahmen"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_german_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in GOOD
    assert refusal(tmp_path, GOOD.replace(old, new, 1)) == [told]


def test_a_scenario_that_assumes_nothing_is_refused(tmp_path: Path) -> None:
    [told] = refusal(tmp_path, GOOD.partition("  births:")[0])
    assert told == "scenarios.yml:1: wohnbau-nord: nimmt nichts an: births, migration oder housing fehlt"


def test_a_file_that_is_refused_leaves_the_last_good_table(tmp_path: Path) -> None:
    landing, town = tmp_path / "landing", tmp_path / "town"
    written(town, GOOD)
    write_catalogue_tables(load_catalog(), landing)
    before = (landing / "scenarios.parquet").read_bytes()
    written(town, GOOD.replace("  dated: 2026-03-12\n", ""))
    with pytest.raises(DeclarationError):
        write_catalogue_tables(load_catalog(), landing)
    assert (landing / "scenarios.parquet").read_bytes() == before
