"""Goals come from the town's own list; invented examples stand beside the sample only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from sources.declared.catalogue_tables import GOALS
from sources.declared.goals import GoalRow, goal_rows
from sources.declared.goals import goals as goals_of
from tests.dbt.compiled import model


def goals(origin: str, lists: list[tuple[str, str]], own: Sequence[GoalRow] = ()) -> list[tuple[object, ...]]:
    """Goals in a warehouse of this origin. `lists`: (snapshot, target) of one goal; `own`: the file."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table ledger as from (values "
            "('s1', 'zielwerte', 'accepted', timestamp '2025-01-01', timestamp '2025-01-01'), "
            "('s2', 'zielwerte', 'accepted', timestamp '2026-01-01', timestamp '2026-01-01'), "
            "('s3', 'zielwerte', 'withdrawn', timestamp '2026-02-01', timestamp '2026-02-01')) "
            "l(snapshot_id, dataset_id, status, retrieved_at, published_at)"
        )
        connection.execute(
            "create table zielwerte(snapshot varchar, goal_id varchar, goal varchar, indicator_id varchar, "
            "area_code varchar, unit_responsible varchar, agreement varchar, baseline_date varchar, "
            "baseline varchar, target varchar, corridor varchar, due varchar, measures_taken varchar,"
            " line integer)"
        )
        for snapshot, target in lists:
            connection.execute(
                "insert into zielwerte values (?, 'Z1', 'Mehr Plätze', 'K01', '01002', 'Jugendamt', null, "
                "'01.03.2020', null, ?, null, '01.03.2028', 'Ausbau', 2)",
                [snapshot, target],
            )
        connection.execute("create table dim_snapshot as select ? as origin, 'accepted' as status", [origin])
        connection.execute(
            "create table goal as select 'example' as goal_id, 'b' as title_de, 'b' as title_en, "
            "'K01' as indicator_id, null::varchar as need_step_code, null::varchar as demand_id, "
            "null::varchar as scenario_id, '01001' as area_code, 'u' as unit_responsible, 'a' as agreement, "
            "date '2012-03-01' as baseline_date, 24.0 as baseline, 40.0 as target, 2.0 as corridor, "
            "date '2018-03-01' as due, 'm' as measures, 'r' as ring_id, true as is_invented"
        )
        connection.register("written", pa.Table.from_pylist(list(map(asdict, own)), schema=GOALS))
        connection.execute("create table goals as from written")
        connection.execute(
            "create table indicator as from (values ('K01', 'facts'), ('J13', 'forms'))"
            " i(indicator_id, computed_by)"
        )
        staged = model("stg_kommune__zielwerte")
        connection.execute(f"create view stg_kommune__zielwerte as {staged}")
        found = connection.execute(
            "select goal_id, target, corridor, baseline, due::varchar, is_invented, is_confidential,"
            f" goal_source from ({model('dim_goal')}) order by goal_id"
        )
        return found.fetchall()


def test_the_newest_list_counts_and_no_example_stands_beside_it() -> None:
    lists = [("s1", "38,5"), ("s2", "40,5"), ("s3", "1")]
    assert goals("folder", lists) == [("Z1", 40.5, 0.0, None, "2028-03-01", False, False, "zielwerte")]


@pytest.mark.parametrize(("origin", "examples"), [("sample", ["example"]), ("drop", [])])
def test_examples_belong_to_the_sample(origin: str, examples: list[str]) -> None:
    assert [row[0] for row in goals(origin, [])] == examples


def test_the_offices_file_stands_beside_its_list_and_forms_are_confidential(tmp_path: Path) -> None:
    """A goal over the town's own forms is told apart: its figures must not stand among published ones."""
    (tmp_path / "goals.yml").write_text(
        "schutz:\n"
        "  title: {de: Weniger Gefährdungen, en: Fewer risks}\n"
        "  indicator: J13\n"
        "  area: '99001000'\n"
        "  unit_responsible: Jugendamt\n"
        "  baseline_date: 2023-12-31\n"
        "  target: 8\n"
        "  due: 2028-12-31\n",
        encoding="utf-8",
    )
    found = goals("folder", [("s2", "38,5")], list(goal_rows(goals_of(tmp_path))))
    assert [(row[0], *row[6:]) for row in found] == [
        ("Z1", False, "zielwerte"), ("schutz", True, "town/goals.yml"),
    ]  # fmt: skip
