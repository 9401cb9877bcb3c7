"""Projections made in the past against what came: see dbt_project/projection/backtest.py."""

from typing import Any

import pyarrow as pa

from dbt_project.projection import tables


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per panel, base, target, age group and size class."""
    dbt.config(materialized="table")
    known = tables.panels(tables.read(dbt.ref("int_projection_population").fetchnumpy()))
    return pa.Table.from_pylist(tables.trial_rows(known), schema=tables.TRIALS)
