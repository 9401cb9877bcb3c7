"""Who took over an area: one successor, or each part of a divided one."""

from __future__ import annotations

import duckdb

from tests.dbt.compiled import model

GIVEN = """
    create table dim_area as from (values
        ('13052@1900-01-01', '13052', date '2011-09-04', '13071', 'split'),
        ('13071@2011-09-04', '13071', date '9999-12-31', null, 'created'),
        ('03152@1900-01-01', '03152', date '2016-11-01', '03159', 'merge'),
        ('01010101@2006-08-01', '01010101', date '2021-01-01', '01100101', 'split'),
        ('01010101@2021-01-01', '01010101', date '9999-12-31', null, 'created'),
        ('990010000104@2000-01-01', '990010000104', date '2025-01-01', '990010000105', 'split')
    ) as given (area_key, area_code, valid_to, successor_code, change_kind);
    create table area_history as from (values
        ('13052', date '2011-09-04', '13071', '13075'), ('03152', date '2016-11-01', '03159', null)
    ) as given (area_code, valid_to, successor_code, further_successor_codes);
    create table stg_berlin__lor_crosswalk_2006_2021 as from (values
        ('01010101', '01100101'), ('01010101', '01100102')
    ) as given (from_code, to_code);
    create table stg_kommune__gebietsgliederung as from (values
        ('990010000105', date '2025-01-01', '990010000104 (0.6)'),
        ('990010000106', date '2025-01-01', '990010000104 (0.4)'),
        ('990010000101', date '2000-01-01', null)
    ) as given (area_code, valid_from, former_codes);
"""


def test_each_part_has_a_row_and_only_the_version_that_ended_has_any() -> None:
    with duckdb.connect() as connection:
        connection.execute(GIVEN)
        found = connection.execute(
            "select area_key, successor_code, change_kind from ("
            + model("bridge_area_successor")
            + ") as successors order by all"
        ).fetchall()
    assert found == [
        ("01010101@2006-08-01", "01100101", "split"),
        ("01010101@2006-08-01", "01100102", "split"),
        ("03152@1900-01-01", "03159", "merge"),
        ("13052@1900-01-01", "13071", "split"),
        ("13052@1900-01-01", "13075", "split"),
        ("990010000104@2000-01-01", "990010000105", "split"),
        ("990010000104@2000-01-01", "990010000106", "split"),
    ]
