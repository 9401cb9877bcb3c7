"""In which outlines a facility lies: see dbt_project/locating/points.py."""

from typing import Any

import pyarrow as pa

from dbt_project.locating import points


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per facility with a point and area whose outline holds it."""
    dbt.config(materialized="table")
    offers = dbt.ref("int_offer").filter("lat is not null and lon is not null")
    return points.located(offers.project("facility_key, lat, lon").distinct(), dbt.ref("dim_area_geometry"))
