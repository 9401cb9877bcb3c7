"""Places that an office has or plans: outright or by a rule of capacity, refused with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared.catalogue import load_catalog
from sources.declared.needs import codes_of, steps
from sources.declared.places import FILE, planned_places
from sources.foundation.located_yaml import DeclarationError

GOOD = """\
plan:
  title: {de: Schulentwicklungsplan, en: School development plan}
  source: Beschluss vom 12.03.2026
  dated: 2026-03-12
  places:
    - {area: "01001", step: CLASS_1, from_year: 2026, to_year: 2030, trains: 32, class_size: 25}
    - {area: "01001", step: CLASSES_1_4, from_year: 2026, to_year: 2030, trains: 32, class_size: 25}
    - {area: "01001", step: Y_LT3, from_year: 2026, to_year: 2030, groups: 88, group_size: 10}
    - {area: "01001", step: CLASS_5, school_type: GY, from_year: 2026, to_year: 2030, places: 400}
"""


def written(town: Path, text: str) -> Path:
    town.mkdir(exist_ok=True)
    (town / FILE).write_text(text, encoding="utf-8")
    return town


def test_rules_of_capacity_are_multiplied_and_told(tmp_path: Path) -> None:
    found = planned_places(written(tmp_path, GOOD))
    assert [(one.need_id, one.step_code, one.branch_code, one.places, one.rule) for one in found] == [
        ("school", "CLASS_1", "_T", 800, "32 Züge × 25 Plätze"),
        ("school", "CLASSES_1_4", "_T", 3200, "32 Züge × 25 Plätze × 4 Klassenstufen"),
        ("childcare", "Y_LT3", "_T", 880, "88 Gruppen × 10 Plätze"),
        ("school", "CLASS_5", "GY", 400, None),
    ]
    assert {(one.source, str(one.dated)) for one in found} == {("Beschluss vom 12.03.2026", "2026-03-12")}
    assert planned_places(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("places: 400", "places: -1", "places.yml:9: plan.places[3].places: darf nicht unter 0 liegen"),
        (", class_size: 25}", "}", "places.yml:6: plan.places[0]: class_size: fehlt"),
        ("places: 400", "places: 400, groups: 3, group_size: 4", "nötig ist places, oder groups"),
        ("places: 400", "note: offen", "nötig ist places, oder groups"),
        ("step: Y_LT3", "step: U3", "places.yml:8: plan.places[2]: step: geplant wird für Y_LT3, "),
        ("groups: 88, group_size: 10", "trains: 88, class_size: 10", "trains: Züge gibt es bei CLASS_1"),
        ("step: Y_LT3", "step: Y_LT3, school_type: GY", "school_type: gehört nicht zu Y_LT3"),
        ("school_type: GY, ", "", "places.yml:9: plan.places[3]: school_type: fehlt"),
        ("step: CLASSES_1_4", "step: CLASS_1", "diese Stufe und dieses Jahr stehen schon Plätze da"),
        ("  dated: 2026-03-12\n", "", "places.yml:1: plan.dated: fehlt"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_line_and_key(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    with pytest.raises(DeclarationError) as caught:
        planned_places(written(tmp_path / "town", GOOD.replace(old, new, 1)))
    said = [f"{Path(one.file).name}:{one.line}: {one.key}: {one.message}" for one in caught.value.problems]
    assert len(said) == 1
    assert expected in said[0]


def test_every_step_has_a_label_and_every_age_group_and_branch_is_a_code() -> None:
    lists = load_catalog().code_lists
    assert set(steps()) == set(lists["need_step"].codes)
    for _, step in steps().values():
        assert {one.group for one in step.ages} <= set(lists["age_group"].codes)
        assert step.offers is None or step.offers in lists["offer_kind"].codes
        assert step.of is None or codes_of(step.of)
