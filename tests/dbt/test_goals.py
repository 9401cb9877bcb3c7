"""Goals come from the town's own list; invented examples stand beside the sample only."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt.compiled import model


def goals(origin: str, lists: list[tuple[str, str]]) -> list[tuple[object, ...]]:
    """Goals in a warehouse with snapshots of this origin. `lists`: (snapshot, target) of one goal."""
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
            "baseline varchar, target varchar, corridor varchar, due varchar, measures_taken varchar)"
        )
        for snapshot, target in lists:
            connection.execute(
                "insert into zielwerte values (?, 'Z1', 'Mehr Plätze', 'K01', '01002', 'Jugendamt', null, "
                "'01.03.2020', null, ?, null, '01.03.2028', 'Ausbau')",
                [snapshot, target],
            )
        connection.execute("create table dim_snapshot as select ? as origin, 'accepted' as status", [origin])
        connection.execute(
            "create table goal as select 'example' as goal_id, 'b' as title_de, 'b' as title_en, "
            "'K01' as indicator_id, '01001' as area_code, 'u' as unit_responsible, 'a' as agreement, "
            "date '2012-03-01' as baseline_date, 24.0 as baseline, 40.0 as target, 2.0 as corridor, "
            "date '2018-03-01' as due, 'm' as measures, 'r' as ring_id, true as is_invented"
        )
        staged = model("stg_kommune__zielwerte")
        connection.execute(f"create view stg_kommune__zielwerte as {staged}")
        found = connection.execute(
            "select goal_id, target, corridor, baseline, due::varchar, is_invented "
            f"from ({model('dim_goal')}) order by goal_id"
        )
        return found.fetchall()


def test_the_newest_list_counts_and_no_example_stands_beside_it() -> None:
    lists = [("s1", "38,5"), ("s2", "40,5"), ("s3", "1")]
    assert goals("folder", lists) == [("Z1", 40.5, 0.0, None, "2028-03-01", False)]


@pytest.mark.parametrize(("origin", "examples"), [("sample", ["example"]), ("drop", [])])
def test_examples_belong_to_the_sample(origin: str, examples: list[str]) -> None:
    assert [row[0] for row in goals(origin, [])] == examples
