"""Parts of planning areas in catchments: see dbt_project/locating/overlaps.py."""

from typing import Any

import pyarrow as pa

from dbt_project.locating import overlaps


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per catchment and planning area that overlap."""
    dbt.config(materialized="table")
    return overlaps.parts(
        dbt.ref("dim_catchment"), dbt.ref("dim_area_geometry").filter("area_level = 'PLANUNGSRAUM'")
    )
