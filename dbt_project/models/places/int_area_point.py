"""A point inside each outline of an area: see dbt_project/locating/points.py."""

from typing import Any

import pyarrow as pa

from dbt_project.locating import points


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per outline."""
    dbt.config(materialized="table")
    return points.within(dbt.ref("dim_area_geometry"))
