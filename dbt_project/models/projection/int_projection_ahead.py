"""Children and young people ahead, by scenario: see dbt_project/projection/cohorts.py."""

from typing import Any

import pyarrow as pa

from dbt_project.projection import tables


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per scenario, area, age group and year ahead."""
    dbt.config(materialized="table")
    known = tables.panels(tables.read(dbt.ref("int_projection_population").fetchnumpy()))
    assumed = tables.read(dbt.ref("int_projection_assumption").fetchnumpy())
    return tables.ahead(known, assumed)
