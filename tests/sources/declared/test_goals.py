"""Goals and indices of an office: read strictly, told in German with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared import goals as of_goals
from sources.declared import indices as of_indices
from sources.declared.goals import goal_rows, goals
from sources.declared.indices import class_rows, component_rows, indices, own_edition_rows
from sources.declared.town import FILES
from sources.foundation.located_yaml import DeclarationError


def example(name: str) -> str:
    """The example of a file without its comment signs."""
    return "".join(line.removeprefix("# ") for line in FILES[name].example.splitlines(keepends=True)[1:])


def written(town: Path, name: str, old: str = "", new: str = "") -> Path:
    """The example in a town, with one thing changed."""
    text = example(name)
    assert old in text
    town.mkdir(exist_ok=True)
    (town / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return town


def test_a_goal_names_an_indicator_or_the_cover_of_a_need(tmp_path: Path) -> None:
    rows = {row.goal_id: row for row in goal_rows(goals(written(tmp_path, of_goals.FILE)))}
    leavers, all_day = rows["weniger-abgaenge"], rows["ganztag-fuer-alle"]
    assert (leavers.indicator_id, leavers.need_step_code, leavers.baseline) == ("B01", None, None)
    assert (all_day.indicator_id, all_day.need_step_code, all_day.demand_id, all_day.scenario_id) == (
        None, "ALLDAY", "law", "trend",
    )  # fmt: skip
    assert leavers.measures == "Schulsozialarbeit; Übergangsbegleitung"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("due: 2025-07-31", "due: 2013-07-31", "1: weniger-abgaenge: due liegt nicht nach baseline_date"),
        ("baseline: 71", "baseline: 100", "12: ganztag-fuer-alle: target ist gleich baseline"),
        ("  indicator: B01\n", "", "weniger-abgaenge: entweder indicator oder need angeben"),
        ("  baseline: 71\n", "", "zu einem Ziel über einen Bedarf gehört baseline"),
        ("step: ALLDAY", "step: GANZTAG", "need: step: eine Deckung wird gerechnet für"),
        ("step: ALLDAY", "step: CLASS_5", "need: step: eine Deckung wird gerechnet für"),
        ("rate: law", "rate: held", "need: rate: für ALLDAY gibt es law, nicht held"),
        ("indicator: B01", "indicator: b01", "weniger-abgaenge.indicator: ist keine Kennzahl wie P03"),
        ('area: "01002"', "area: Kiel", "weniger-abgaenge.area: ist kein Gebietsschlüssel"),
        ("  unit_responsible: Amt für Schulen\n", "", "unit_responsible: fehlt"),
        ("corridor: 0.5", "korridor: 0.5", "korridor: unbekannte Angabe"),
        ("corridor: 0.5", "corridor: -1", "corridor: darf nicht unter 0 liegen"),
        ("baseline_date: 2014-07-31", "baseline_date: gestern", "baseline_date: ist kein Datum"),
    ],
)
def test_what_is_wrong_in_a_goal_is_told_by_line_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(DeclarationError) as raised:
        goals(written(tmp_path, of_goals.FILE, old, new))
    told = [f"{one.line}: {one.key}: {one.message}" for one in raised.value.problems]
    assert any(said in one for one in told), told


def test_an_edition_of_an_index_has_components_and_classes(tmp_path: Path) -> None:
    found = indices(written(tmp_path, of_indices.FILE))
    [edition] = own_edition_rows(found)
    assert (edition.edition_id, edition.index_id, edition.input) == ("soziale-lage-2026", "X01", "indicator")
    assert [(row.component, row.weight) for row in component_rows(found)] == [("P03", 1.0), ("A01", 0.5)]
    assert [(row.class_code, row.lower_limit, row.upper_limit) for row in class_rows(found)] == [
        ("1", None, -0.5), ("2", -0.5, 0.5), ("3", 0.5, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("upper: 0.5}", "upper: 0.4}", "die Klassen müssen lückenlos aneinander anschließen"),
        ("index: X01", "index: X02", "eigene Ausgaben gibt es von X01 und X05"),
        ("component: A01", "component: P03", "ein Bestandteil steht zweimal da"),
        ("weight: 0.5", "weight: 0.5, mean: 3", "mean und sd gehören zusammen"),
        ("weight: 0.5", "weight: -1", "die Gewichte eines Mittels dürfen nicht zusammen 0 sein"),
        ("combine: mean", "combine: median", "combine: muss"),
        ("lower: 0.5}", "lower: 0.5, upper: 2}", "die erste Klasse ist nach unten offen"),
        ("  note:", "  hinweis:", "hinweis: unbekannte Angabe"),
    ],
)
def test_what_is_wrong_in_an_index_is_told_by_line_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(DeclarationError) as raised:
        indices(written(tmp_path, of_indices.FILE, old, new))
    told = [f"{one.line}: {one.key}: {one.message}" for one in raised.value.problems]
    assert any(said in one for one in told), told


def test_a_town_without_these_files_has_none(tmp_path: Path) -> None:
    assert goals(tmp_path) == {}
    assert indices(tmp_path) == {}
