"""Demand rates of an office: data with a source and a date, refused in German with file, line and key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from sources.declared.demand import FILE, DemandRate, demand_rates
from sources.foundation.located_yaml import DeclarationError

GOOD = """\
elternbefragung:
  title: {de: Elternbefragung, en: Survey of parents}
  source: Bericht des Jugendamtes vom 12.03.2026, Tabelle 4
  dated: 2026-03-12
  childcare:
    - {area: "01001", ages: 0-2, from_year: 2026, to_year: 2030, rate: 0.52}
    - {area: "01001", ages: 3-5, from_year: 2026, to_year: 2030, rate: 1.02, note: Kinder von auswärts}
"""


def written(town: Path, text: str) -> Path:
    town.mkdir(exist_ok=True)
    (town / FILE).write_text(text, encoding="utf-8")
    return town


def refusal(town: Path, text: str) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        demand_rates(written(town, text))
    return [f"{Path(one.file).name}:{one.line}: {one.key}: {one.message}" for one in caught.value.problems]


def test_no_file_asks_for_nothing(tmp_path: Path) -> None:
    assert demand_rates(tmp_path) == ()


def test_every_rate_carries_name_source_and_date(tmp_path: Path) -> None:
    head = {
        "demand_id": "elternbefragung",
        "title_de": "Elternbefragung",
        "title_en": "Survey of parents",
        "source": "Bericht des Jugendamtes vom 12.03.2026, Tabelle 4",
    }
    head |= {"need_id": "childcare", "branch_code": "_T"}
    years = {"from_year": 2026, "to_year": 2030, "area_code": "01001", "dated": dt.date(2026, 3, 12)}
    assert demand_rates(written(tmp_path, GOOD)) == (
        DemandRate(**head, **years, step_code="Y_LT3", age_group_code="Y_LT3", rate=0.52, note=None),
        DemandRate(
            **head, **years, step_code="Y3T5", age_group_code="Y3T5", rate=1.02, note="Kinder von auswärts"
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  source: Bericht des Jugendamtes vom 12.03.2026, Tabelle 4\n", "", "source"),
        ("rate: 1.02, note: Kinder von auswärts", "rate: 1.02", "rate liegt über 1"),
        ("rate: 0.52", "rate: -0.1", "rate"),
        ("ages: 0-2", "ages: 6-9", "Plätze werden für 0-2, 3-5, 0-5 geplant"),
        ("to_year: 2030, rate: 0.52", "to_year: 2020, rate: 0.52", "to_year liegt vor from_year"),
        ("ages: 3-5", "ages: 0-2", "für dieses Gebiet, Alter und Jahr gilt schon eine Quote"),
        ("elternbefragung:", "held:", "so heißt die Quote der neuesten Statistik"),
        ('area: "01001", ages: 0-2', 'area: "Flensburg", ages: 0-2', "ist kein Gebietsschlüssel"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_line_and_key(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    said = refusal(tmp_path / "town", GOOD.replace(old, new, 1))
    assert len(said) == 1
    assert said[0].startswith(f"{FILE}:")
    assert expected in said[0]


def test_a_refused_file_leaves_the_rates_of_before(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    written(tmp_path / "town", GOOD)
    write_catalogue_tables(load_catalog(), landing)
    assert pq.read_table(landing / "demand_rates.parquet").num_rows == 2
    before = (landing / "demand_rates.parquet").read_bytes()
    written(tmp_path / "town", GOOD.replace("rate: 0.52", "rate: hoch"))
    with pytest.raises(DeclarationError):
        write_catalogue_tables(load_catalog(), landing)
    assert (landing / "demand_rates.parquet").read_bytes() == before


SCHOOL = """\
plan:
  title: {de: Plan, en: Plan}
  source: Beschluss vom 12.03.2026
  dated: 2026-03-12
  school:
    - {area: "01001", step: ALLDAY, from_year: 2026, to_year: 2030, rate: 0.78}
    - {area: "01001", step: CLASS_5, school_type: GY, from_year: 2026, to_year: 2030, rate: 0.41}
  care:
    - {area: "01001", step: CARE_HOME, ages: 75+, from_year: 2026, to_year: 2030, rate: 0.11}
"""


def test_rates_of_school_and_care_name_their_step(tmp_path: Path) -> None:
    found = demand_rates(written(tmp_path, SCHOOL))
    assert [(one.need_id, one.step_code, one.branch_code, one.age_group_code) for one in found] == [
        ("school", "ALLDAY", "_T", "_T"), ("school", "CLASS_5", "GY", "_T"),
        ("care", "CARE_HOME", "_T", "Y_GE75"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("step: ALLDAY", "step: HORT", "demand.yml:6: plan.school[0]: step: geplant wird für CLASS_1, "),
        ("school_type: GY, ", "", "demand.yml:7: plan.school[1]: school_type: fehlt"),
        (
            "school_type: GY",
            "school_type: ABI",
            "demand.yml:7: plan.school[1]: school_type: ABI gibt es nicht",
        ),
        ("step: ALLDAY", "step: ALLDAY, school_type: GY", "school_type: gehört nicht zu ALLDAY"),
        ("ages: 75+", "ages: 70+", "demand.yml:9: plan.care[0]: ages: geplant wird für 65+, 65-74, 75+, 80+"),
        ("rate: 0.78", "rate: 1.2", "demand.yml:6: plan.school[0]: rate liegt über 1"),
        (SCHOOL[SCHOOL.index("  school") :], "", "nennt keine Quote: childcare, school oder care fehlt"),
        ("plan:", "law:", "so heißt die Quote nach dem Gesetz"),
    ],
)
def test_a_step_that_is_not_planned_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SCHOOL
    said = refusal(tmp_path / "town", SCHOOL.replace(old, new, 1))
    assert len(said) == 1
    assert expected in said[0]
