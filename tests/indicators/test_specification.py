"""Specifications of indicators: strict reading, references, and what the committed files say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from dbt_project.indicators import specification
from dbt_project.indicators.compiler import compile_files, in_order, passes
from dbt_project.indicators.specification import age_span, load_specifications
from sources.foundation.located_yaml import DeclarationError

PROJECT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = (
    [f"D{n:02}" for n in range(1, 17)]
    + [f"I{n:02}" for n in range(1, 8)]
    + [f"A{n:02}" for n in range(1, 7)]
    + [f"P{n:02}" for n in range(1, 16)]
    + [f"J{n:02}" for n in range(1, 17)]
    + [f"K{n:02}" for n in range(1, 8)]
    + [f"B{n:02}" for n in range(1, 14)]
    + [f"H{n:02}" for n in range(1, 5)]
    + [f"W{n:02}" for n in range(1, 10)]
    + [f"X{n:02}" for n in range(1, 7)]
    + ["Z01"]
)
FIRST_RELEASE = [
    "D01", "D02", "D03", "D04", "D05-u3", "D05-u6", "D05-u18", "D05-65plus", "D13", "I01", "I04", "A01",
    "P03", "P06", "P07", "P14", "K01", "K01-centre", "K01-home", "K02", "K02-centre", "K02-home", "B01",
    "B03",
]  # fmt: skip


@pytest.fixture(scope="module")
def specifications() -> specification.Specifications:
    return load_specifications()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the shared files and one indicator, to be broken."""
    for name in ("traps.yml", "B01.yml"):
        shutil.copy(specification.FOLDER / name, tmp_path / name)
    return tmp_path


def break_and_read(folder: Path, old: str, new: str, file: str = "B01.yml") -> str:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_specifications(folder)
    return str(caught.value)


def test_every_indicator_of_the_catalogue_is_specified(specifications: specification.Specifications) -> None:
    assert {one.base_id for one in specifications.values()} == set(CATALOGUE)


def test_what_was_published_first_still_computes(specifications: specification.Specifications) -> None:
    assert all(passes(specifications, specifications[name]) for name in FIRST_RELEASE)


def test_whoever_does_not_compute_names_its_input(specifications: specification.Specifications) -> None:
    for one in specifications.values():
        assert one.computes != (one.waits_for is not None)


def test_ages_become_published_groups(specifications: specification.Specifications) -> None:
    terms = specifications.terms_of(specifications["D02"])
    assert [term.where["age_group"] for term in terms["numerator"]] == [
        "Y_LT3", "Y3T5", "Y6T9", "Y10T14", "Y15T17", "Y18T19",
    ]  # fmt: skip


def test_a_cut_the_groups_do_not_have_takes_single_years(
    specifications: specification.Specifications,
) -> None:
    denominator = specifications.terms_of(specifications["D03-67"])["denominator"]
    assert len(denominator) == 47
    assert {term.where["age_group"] for term in denominator} >= {"Y20", "Y66"}


def test_foreigners_by_age_come_from_the_table_that_has_them(
    specifications: specification.Specifications,
) -> None:
    groups = {
        term.where["age_group"]
        for term in specifications.terms_of(specifications["A03-foreign"])["denominator"]
    }
    assert groups >= {"Y15T17", "Y60T64"}


def test_mean_age_weighs_a_group_by_what_lies_beside_it(
    specifications: specification.Specifications,
) -> None:
    """The sum of ages of a parabola through the groups, integrated numerically, is that of the factors."""
    factors = {
        term.where["age_group"]: term.factor
        for term in specifications.terms_of(specifications["D07"])["numerator"]
    }
    assert factors["Y0"] == 0.5
    assert factors["Y40"] == 40.5
    groups = {70: 3_700_000.0, 75: 4_270_000.0, 80: 2_380_000.0, 85: 1_490_000.0, 90: 718_000.0}
    expected = sum(groups[70] / 5 * (age + 0.5) for age in range(70, 75)) + groups[90] * 92.5
    for first in (75, 80, 85):
        before, own, after = (groups[first + step] for step in (-5, 0, 5))
        # counts of three groups of the width 5 around age 0 fix c + bx + ax²
        edges = ((-7.5, -2.5), (-2.5, 2.5), (2.5, 7.5))
        system = [[5, (high**2 - low**2) / 2, (high**3 - low**3) / 3] for low, high in edges]
        c, b, a = np.linalg.solve(system, [before, own, after])
        ages = np.linspace(-2.5, 2.5, 20_001)
        expected += own * (first + 2.5) + np.trapezoid(ages * (c + b * ages + a * ages**2), ages)
    parts = {f"Y{age}": groups[70] / 5 for age in range(70, 75)}
    parts |= {"Y75T79": groups[75], "Y80T84": groups[80], "Y85T89": groups[85], "Y_GE90": groups[90]}
    assert sum(factors[code] * people for code, people in parts.items()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("code", "span"), [("Y_LT3", (0, 2)), ("Y3T5", (3, 5)), ("Y17", (17, 17)), ("Y_GE75", (75, None))]
)
def test_age_span(code: str, span: tuple[int, int | None]) -> None:
    assert age_span(code) == span


def test_an_indicator_is_followed_by_its_variants(specifications: specification.Specifications) -> None:
    names = [one.id for one in in_order(specifications)]
    assert names.index("K01") + 1 == names.index("K01-centre")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("measure: leavers", "measure: levers", "no measure 'levers'"),
        ("fact: school_leaver", "fact: school_leavr", "no fact 'school_leavr'"),
        ("WITHOUT_HSA", "WITHOUT", "'WITHOUT' is not in the code list qualification"),
        ("where: {qualification", "where: {colour", "no dimension 'colour'"),
        ("decimals: 1", "decimal: 1", "decimal: unknown key"),
        ("unit: '%'", "", "unit: is missing"),
        ("id: B01", "id: B02", "must be the file's name"),
        ("school_place", "school_plaice", "not in traps.yml"),
        ("statistic: proportion", "statistic: share", "statistic"),
        ("minimum_denominator: 100", "", "needs minimum_denominator"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(folder: Path, old: str, new: str, message: str) -> None:
    text = break_and_read(folder, old, new)
    assert message in text
    assert re.search(r"B01\.yml:\d+: ", text)


def test_ages_without_a_cut_are_refused(folder: Path) -> None:
    text = break_and_read(
        folder,
        "  - {fact: school_leaver, measure: leavers, where: {qualification: WITHOUT_HSA}}",
        "  - {fact: population, measure: persons, ages: 80-82}",
    )
    assert "publishes no age groups that make up 80-82" in text


def test_a_circle_is_named(folder: Path) -> None:
    for name, other in (("I06", "I07"), ("I07", "I06")):
        text = (specification.FOLDER / "I06.yml").read_text(encoding="utf-8")
        text = (
            text.replace("id: I06", f"id: {name}").replace("A03-foreign", other).replace("A03-german", "B01")
        )
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match="a circle: I06 → I07 → I06"):
        load_specifications(folder)


def test_a_chain_of_derived_indicators_is_refused(folder: Path) -> None:
    for name, operands in (("I06", ("B01", "B01")), ("I07", ("I06", "B01"))):
        text = (specification.FOLDER / "I06.yml").read_text(encoding="utf-8")
        text = text.replace("id: I06", f"id: {name}")
        text = text.replace("A03-foreign", operands[0]).replace("A03-german", operands[1])
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match="I06 is derived itself"):
        load_specifications(folder)


def test_an_indicator_added_by_yaml_alone_is_in_everything_generated(
    specifications: specification.Specifications, tmp_path: Path
) -> None:
    for file in specification.FOLDER.glob("*.yml"):
        shutil.copy(file, tmp_path / file.name)
    text = (tmp_path / "B03.yml").read_text(encoding="utf-8")
    text = text.replace("id: B03", "id: B99").replace("AHR", "MSA")
    (tmp_path / "B99.yml").write_text(text, encoding="utf-8")
    files = compile_files(load_specifications(tmp_path))
    for path in (
        "dbt_project/compiled/seeds/indicator.csv",
        "dbt_project/compiled/seeds/indicator_part.csv",
        "dbt_project/compiled/seeds/indicator_area_level.csv",
        "docs/indicators.md",
        "docs/indicators.json",
    ):
        assert "B99" in files[path], path
    assert "as b99" in files["dbt_project/compiled/models/marts/indicators/mart_indicator_wide.sql"]
    assert "name: b99" in files["dbt_project/compiled/models/marts/indicators/mart_indicator_wide.yml"]
    view = files["dbt_project/compiled/models/views/mart_indicator_wide_education.sql"]
    assert "reference_year, b01, b01_structure, b02, b03, b11, b11_foreign, b12, b12_hsa, b13, b99\n" in view


def test_a_published_rate_is_not_taken_for_a_count(specifications: specification.Specifications) -> None:
    """A count is added up when areas merge; a rate has to be marked, so that it is not."""
    unmarked = specifications["P13"].model_dump() | {"published_value": None}
    with pytest.raises(ValueError, match="poverty_risk_national_pct is a rate, which is never added up"):
        specification.Indicator.model_validate(unmarked)
