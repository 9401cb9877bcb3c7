"""Every form that a town hands in becomes a figure, and every product of it withstands the attack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from exports.disclosure.universe import load_universes
from exports.products import FOLDER, load_product, load_products
from sources.declared.catalogue import load_catalog
from sources.declared.file_formats import FormFile
from sources.foundation.editions import CERTIFICATE
from sources.twins.musterstadt import FORMS
from tests.exports.disclosure.musterstadt import PRODUCTS, Editions, build_models, fill

NOT_OF_THE_TOWN = {
    # areas by youth-office and school district: the town has one of each
    "gebietszuordnung",
}
CHANGES = {
    "gebietsgliederung": set(PRODUCTS) - {"agreement"},  # which counts by no area
    "bevoelkerung-kleinraeumig": {
        "youth_service",
        "child_protection",
        "childcare_small_area",
        "sgb12_small_area",
        "homelessness",
        "all_day",
        "youth_spending",
        "child_protection_goals",
    },
    "hilfen-zur-erziehung": {"youth_service", "youth_spending"},
    "gefaehrdungseinschaetzungen": {"child_protection", "child_protection_goals"},
    "inobhutnahmen": {"child_protection", "child_protection_goals"},
    "sgb2-kleinraeumig": {"sgb2_small_area"},
    "kita-plaetze": {"childcare_small_area"},
    "einschulungen": {"school_entry"},
    "schuluebergaenge": {"school_transfer"},
    "integration-zuwanderung": {"integration", "integration_goals"},
    "integration-kurse": {"integration_course"},
    "sgb12-kleinraeumig": {"sgb12_small_area"},
    "wohnungslose": {"homelessness"},
    "schuelerzahlen": {"pupils"},
    "ganztag": {"all_day"},
    "engagement": {"volunteering"},
    "einbuergerungen": {"integration"},
    "familiengericht": {"child_protection", "child_protection_goals"},
    "jugendhilfe-ausgaben": {"youth_spending"},
    "leistungsvereinbarungen": {"agreement"},
    "leistungsberichte": {"agreement"},
    "zielwerte": {"child_protection_goals", "integration_goals"},
    # public lists without a count of people; what they change stands in test_need and test_agreements
    "gute-beispiele": set(),
    "angebote": set(),
}
"""Products that would have other figures without the form."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """The town of two years with its reform, counted by planning area."""
    made = Editions(tmp_path_factory.mktemp("every_form"))
    fill(made.warehouse, (2024, 2025), blocks=False)
    return made


@pytest.fixture
def changing(town: Editions) -> Iterator[duckdb.DuckDBPyConnection]:
    """The town's warehouse; what a test changes is taken back."""
    with duckdb.connect(str(town.warehouse)) as connection:
        connection.execute("begin")
        yield connection
        connection.execute("rollback")


def figures(connection: duckdb.DuckDBPyConnection) -> dict[str, set[tuple[object, ...]]]:
    """The rows that each product prints, before disclosure control takes some away."""
    found = {}
    for name in PRODUCTS:
        relation = load_product(FOLDER / f"{name}.yml").relation
        kept = "columns(name -> name not in ('snapshot_id', 'known_from'))"
        rows = connection.execute(f"select {kept} from {relation}").fetchall()
        found[name] = set(rows)
    return found


def test_these_are_all_forms_and_all_products_of_a_town() -> None:
    forms = {one.id for one in load_catalog().values() if isinstance(one.format, FormFile)}
    assert forms == set(FORMS) | NOT_OF_THE_TOWN
    assert set(CHANGES) == set(FORMS)
    protected = {name for name, one in load_products().items() if one.disclosure and one.disclosure.policy}
    assert protected == set(PRODUCTS)
    counted = {form for one in load_universes().values() for form in one.cases.where["dataset_id"]}
    lists = {
        "gebietsgliederung", "bevoelkerung-kleinraeumig", "leistungsvereinbarungen", "zielwerte",
        "gute-beispiele", "angebote",
    }  # fmt: skip
    assert counted == set(FORMS) - lists


@pytest.fixture(scope="module")
def whole(town: Editions) -> dict[str, set[tuple[object, ...]]]:
    """The rows of every product when all forms are there."""
    with duckdb.connect(str(town.warehouse)) as connection:
        return figures(connection)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_invented_town_changes_a_product(
    changing: duckdb.DuckDBPyConnection, whole: dict[str, set[tuple[object, ...]]], form: str
) -> None:
    assert all(whole.values())
    changing.execute(f'delete from "{form}"')
    build_models(changing, form)
    without = figures(changing)
    assert {name for name in PRODUCTS if whole[name] != without[name]} == CHANGES[form]


def test_a_column_that_the_form_of_a_year_lacks_is_no_zero_in_a_product(
    changing: duckdb.DuckDBPyConnection,
) -> None:
    """What an older form does not ask for is not printed for its year; the other years stay."""
    lacking = {
        "mart_integration": ("integration-zuwanderung", "guidance_ended", "integration_code like 'ENDED%'"),
        "mart_integration_course": ("integration-kurse", "course_waiting", "measure_code = 'course_waiting'"),
        "mart_school_entry": ("einschulungen", "examined", "whole_code = 'EXAMINED'"),
    }
    before = {mart: years_of(changing, mart, rows) for mart, (_, _, rows) in lacking.items()}
    for form, measure, _ in lacking.values():
        changing.execute(
            f"delete from \"{form}\" where starts_with(measure, ?) and starts_with(time_text, '2024')",
            [measure],
        )
    build_models(changing)
    for mart, (_, _, rows) in lacking.items():
        assert before[mart] == {2024, 2025}
        assert years_of(changing, mart, rows) == {2025}, mart
        assert years_of(changing, mart, "true") == {2024, 2025}, mart


def years_of(connection: duckdb.DuckDBPyConnection, mart: str, rows: str) -> set[int]:
    """Years of these rows."""
    found = connection.execute(f"select distinct year(reference_date) from {mart} where {rows}").fetchall()
    return {row[0] for row in found}


RARE = {
    # amounts are hidden by the supports behind them: here those of young adults are few, or none in one year
    "youth_spending": "delete from \"hilfen-zur-erziehung\" where youth_support = 'S41'"
    " and (time_text = '2024' or not starts_with(area_code, '9900100003'))",
}
"""What makes a product hide something that the town's own figures leave open."""
SPARSE = {"child_protection_goals"}
"""Products of single cells of a policy: no set of them is small enough for all its tables to be listed."""
MAGNITUDES = {"youth_spending"}
"""Products of amounts, whose policy does not ask for what is tried on counts of persons only."""


def test_amounts_of_a_year_without_the_supports_behind_them_are_not_printed(
    changing: duckdb.DuckDBPyConnection,
) -> None:
    """Nobody knows how many supports they are of when the form that counts them is not handed in."""
    assert years_of(changing, "mart_youth_spending", "true") == {2024, 2025}
    changing.execute("delete from \"hilfen-zur-erziehung\" where time_text = '2024'")
    build_models(changing, "hilfen-zur-erziehung")
    assert years_of(changing, "mart_youth_spending", "true") == {2025}


@pytest.mark.parametrize("name", PRODUCTS[3:])
def test_every_product_of_a_form_withstands_the_attack(town: Editions, name: str) -> None:
    """Planned, attacked with all that is public, checked and published."""
    editions = Editions(town.folder / name)
    editions.folder.mkdir()
    editions.warehouse.write_bytes(town.warehouse.read_bytes())
    if name in RARE:
        with duckdb.connect(str(editions.warehouse)) as connection:
            connection.execute(RARE[name])
            build_models(connection, "hilfen-zur-erziehung")
    editions.build(name)
    passed, words = editions.attack(name)
    assert passed, words
    assert editions.check(name).passed
    edition = editions.publish(name, 1)
    certificate = json.loads((edition.path / CERTIFICATE).read_text(encoding="utf-8"))
    levels = {"exact", "integer", "interval"}
    levels |= set() if name in MAGNITUDES else {"insider", "minimality", "unions"}
    levels -= {"minimality"} if name in SPARSE else set()
    assert levels <= set(certificate["levels"])
    assert {certificate["levels"][level] for level in levels} == {"passed"}
    hidden, shown, small = counts_in(edition.path / f"{name}.parquet")
    assert hidden
    assert shown
    assert not small, "counts below the minimum"


def counts_in(file: Path) -> tuple[int, int, int]:
    """Counts of hidden, shown and too small numbers; whatever is computed from a hidden one is empty."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "select count(*) filter (value is null), count(value), count(*) filter (value between 1 and 2)"
            " from read_parquet(?)",
            [str(file)],
        ).fetchone()
        names = {
            row[0]
            for row in connection.execute("describe select * from read_parquet(?)", [str(file)]).fetchall()
        }
        computed = names & {
            "per_100", "per_10000", "occupancy_pct", "share_pct", "plans_per_100", "completed_pct",
            "waiting_per_100", "hours_count", "per_resident_eur", "cost_per_person_eur", "indicator_value",
            "status",
        }  # fmt: skip
        assert computed
        left = " or ".join(f"{column} is not null" for column in sorted(computed))
        assert connection.execute(
            f"select count(*) from read_parquet(?) where value is null and ({left})", [str(file)]
        ).fetchone() == (0,)
    assert found is not None
    return found
