"""Agreements tell "not done" from "done without effect", and evidence of good examples is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from tests.contracts import make
from tests.dbt.compiled import model, singular_test

Row = dict[str, object]


def goal(goal_id: str, change: float, lower: float | None, upper: float | None, **other: object) -> Row:
    """The newest state of a goal that wants its indicator to fall from 10 to 5."""
    return {
        "goal_id": goal_id,
        "indicator_id": "B01",
        "unit": "%",
        "area_name": "Teststadt",
        "baseline_value": 10.0,
        "target": 5.0,
        "value": 10 + change,
        "reference_date": dt.date(2025, 12, 31),
        "is_latest": True,
        "status": "behind",
        "status_reason": "none",
        "change_since_baseline": change,
        "change_lower": lower,
        "change_upper": upper,
        "peer_change": -0.4,
        "peers_measured": 12,
        **other,
    }


OUTCOMES = (
    goal("fell", -3, -4, -2, status="on_course"),
    goal("noise", -0.5, -1.5, 0.5, status="behind", status_reason="within_chance"),
    goal("rose", 2, 1, 3),
    goal("broken", -4, -5, -3, status="not_measurable", status_reason="break"),
    goal("without", 0, None, None, value=None, change_since_baseline=None, status="not_measurable"),
    goal("earlier", -9, -10, -8, is_latest=False),
)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        make(connection, "fct_outcome", OUTCOMES)
        yield connection


def chain(connection: duckdb.DuckDBPyConnection, goals: str, reports: list[Row]) -> list[Row]:
    """The rows of one agreement of which 80 % of each output counts as done."""
    agreement = {
        "agreement_id": "V1", "agreement_title": "Kurse", "provider": "Verein", "agreement_basis_code": "S77",
        "agreed_from": dt.date(2024, 1, 1), "agreed_to": dt.date(2025, 12, 31), "budget_eur": 5000.0,
        "done_from_pct": 80, "goal_ids": goals, "snapshot_id": "s1",
    }  # fmt: skip
    make(connection, "dim_agreement", [agreement])
    make(connection, "dim_agreement", [agreement], "stg_kommune__leistungsvereinbarungen")
    make(connection, "fct_agreement_report", reports, "stg_kommune__leistungsberichte")
    connection.execute(f"create table fct_agreement_report as {model('fct_agreement_report')}")
    found = connection.execute(f"select * from ({model('mart_agreement')}) order by output_name, report_year")
    columns = [str(column[0]) for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def report(year: int, done: float, reached: float | None = 8, output: str = "Stunden") -> Row:
    return {
        "agreement_id": "V1", "report_year": year, "output_name": output, "output_unit_code": "HOURS",
        "agreed_quantity": 100.0, "done_quantity": done, "persons_reached": reached, "spending_eur": 400.0,
        "snapshot_id": "s2",
    }  # fmt: skip


DONE = [report(2024, 90), report(2025, 70)]
"""160 of 200: just what counts as done."""
NOT_DONE = [report(2024, 90), report(2025, 69)]


@pytest.mark.parametrize(
    ("reports", "goals", "conclusion"),
    [
        ([], "fell", "not_reported"),
        (DONE, "fell", "done_with_effect"),
        (DONE, "noise; fell", "done_with_effect"),
        (DONE, "noise", "done_without_effect"),
        (DONE, "rose;broken", "done_without_effect"),
        (DONE, "broken; without; unknown", "done_not_measured"),
        (DONE, "", "done_not_measured"),
        (NOT_DONE, "fell", "moved_without_output"),
        (NOT_DONE, "noise", "not_done"),
        (NOT_DONE, "rose;broken", "not_done"),
        (NOT_DONE, "broken", "not_done_not_measured"),
        (NOT_DONE, "", "not_done_not_measured"),
        # one output of two is not done
        ([report(2024, 100), report(2024, 10, output="Besuche")], "noise", "not_done"),
    ],
)
def test_what_was_not_done_is_no_lack_of_effect(
    warehouse: duckdb.DuckDBPyConnection, reports: list[Row], goals: str, conclusion: str
) -> None:
    rows = chain(warehouse, goals, reports)
    assert {row["conclusion"] for row in rows} == {conclusion}
    assert len(rows) == max(1, len(reports))


def test_input_output_and_reached_stand_beside_the_outcome(warehouse: duckdb.DuckDBPyConnection) -> None:
    goals = "fell; noise; rose; broken; unknown"
    first, second = chain(warehouse, goals, [report(2024, 90), report(2025, 70, reached=None)])
    assert (first["budget_eur"], first["spending_eur"], first["done_pct"]) == (5000, 400, 90)
    assert (first["value"], first["cost_per_person_eur"]) == (8, 50)
    assert (second["value"], second["cost_per_person_eur"], second["missing_reason"]) == (
        None, None, "not_delivered",
    )  # fmt: skip
    moved = [first[f"goals{which}_count"] for which in ("", "_moved", "_within_chance", "_worsened")]
    assert moved == [5, 1, 1, 1]


def test_a_report_on_an_agreement_that_is_not_listed_is_left_out_and_named(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = chain(warehouse, "fell", [report(2024, 90), report(2024, 50) | {"agreement_id": "V9"}])
    assert [row["agreement_id"] for row in rows] == ["V1"]
    unlisted = warehouse.execute(singular_test("reports_meet_an_agreement")).fetchall()
    assert unlisted == [
        (
            "V9",
            2024,
            "Stunden",
            "leistungsberichte: die Vereinbarung V9 steht nicht in der Liste der Vereinbarungen",
        )
    ]


def test_evidence_of_a_good_example_is_that_of_its_goal(warehouse: duckdb.DuckDBPyConnection) -> None:
    goals = ("fell", "noise", "rose", "broken", "without", "unknown", None)
    reviewed = (dt.date(2022, 12, 31), dt.date(2023, 1, 1))
    make(
        warehouse,
        "dim_good_example",
        [
            {
                "example_id": f"{name} {day}", "goal_id": name, "reviewed_on": day,
                "list_date": dt.date(2025, 12, 31), "snapshot_id": "s1",
            }
            for name in goals
            for day in reviewed
        ],
    )  # fmt: skip
    rows = warehouse.execute(
        f"select goal_id, reviewed_on, evidence, review_status from ({model('mart_good_practice')})"
    ).fetchall()
    assert {(name, evidence) for name, _, evidence, _ in rows} == {
        ("fell", "moved"), ("noise", "within_chance"), ("rose", "worsened"), ("broken", "not_measured"),
        ("without", "not_measured"), ("unknown", "not_measured"), (None, "not_measured"),
    }  # fmt: skip
    assert {(day, state) for _, day, _, state in rows} == {(reviewed[0], "overdue"), (reviewed[1], "current")}


def test_an_example_without_evidence_has_no_empty_key_and_no_empty_unit(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The gate asks for `reference_date` and `unit` where a product has them: evidence may have none."""
    make(warehouse, "dim_good_example", [{"example_id": "new", "goal_id": None}])
    found = warehouse.execute(f"select * from ({model('mart_good_practice')})")
    assert not {"reference_date", "unit"} & {str(column[0]) for column in found.description}
    assert found.fetchall()
