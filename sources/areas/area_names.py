"""The areas that published tables name: one list over all tables, for the register of areas to read.

A new edition of a table seldom names a new area. The list then stays as it is, byte for byte, and nothing
that is built on the register is built again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sources.declared.declaration import Declaration

AREA_NAMES = pa.schema([("area_code", pa.string()), ("area_name", pa.string())])
SIDECAR = "areas.parquet"


def names_areas(declaration: Declaration) -> bool:
    """Whether a table's areas are Kreise and what lies above them (depth `-4` of the Regionaldatenbank)."""
    return declaration.shape == "cells" and (declaration.table_code or "").endswith("-4")


def write_sidecar(cells: pa.Table, target: Path) -> None:
    """The distinct areas of one delivery, beside its cells."""
    found = cells.select(AREA_NAMES.names).group_by(AREA_NAMES.names).aggregate([])
    pq.write_table(found.cast(AREA_NAMES), target)


def read_areas(snapshot: Path) -> dict[str, str]:
    """Code -> name as one delivery prints them; from its cells where no such list lies beside them."""
    sidecar = snapshot / SIDECAR
    table = (
        pq.read_table(sidecar)
        if sidecar.exists()
        else pq.read_table(snapshot / "cells.parquet", columns=AREA_NAMES.names).group_by(AREA_NAMES.names)
        .aggregate([])
    )  # fmt: skip
    pairs = zip(table["area_code"].to_pylist(), table["area_name"].to_pylist(), strict=True)
    return {code: (name or "").strip() for code, name in pairs}


def area_names(deliveries: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]]) -> pa.Table:
    """One name for every code, that of the newest delivery: offices have come to spell them alike.

    `deliveries`: rows of the ledger with the areas of each.
    """

    def order(row: Mapping[str, Any]) -> tuple[Any, ...]:
        known = row["published_at"] or row["retrieved_at"]
        return (-known.timestamp(), row["dataset_id"], row["snapshot_id"])

    names: dict[str, str] = {}
    for _, areas in sorted(deliveries, key=lambda one: order(one[0])):
        for code, name in areas.items():
            names.setdefault(code, name)
    codes = sorted(names)
    return pa.table({"area_code": codes, "area_name": [names[code] for code in codes]}, schema=AREA_NAMES)
