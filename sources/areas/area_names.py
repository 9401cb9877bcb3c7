"""The areas that published tables name: one list over all tables, for the register of areas to read.

A new edition of a table seldom names a new area. The list then stays as it is, byte for byte, and nothing
that is built on the register is built again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
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


def read_areas(snapshot: Path) -> dict[str, tuple[str, ...]]:
    """Code -> names as one delivery prints them; from its cells where no such list lies beside them."""
    sidecar = snapshot / SIDECAR
    table = (
        pq.read_table(sidecar)
        if sidecar.exists()
        else pq.read_table(snapshot / "cells.parquet", columns=AREA_NAMES.names).group_by(AREA_NAMES.names)
        .aggregate([])
    )  # fmt: skip
    names: dict[str, set[str]] = {}
    for code, name in zip(table["area_code"].to_pylist(), table["area_name"].to_pylist(), strict=True):
        names.setdefault(code, set()).add((name or "").strip())
    return {code: tuple(sorted(found)) for code, found in names.items()}


def area_names(deliveries: Iterable[tuple[Mapping[str, Any], Mapping[str, tuple[str, ...]]]]) -> pa.Table:
    """One name for every code: what the newest delivery prints, for offices have come to spell them alike.

    Where deliveries of the same time, or one delivery, print several names, the one that most deliveries have
    printed holds. Of names that as many deliveries print all are told, divided by ` / `: nobody shall take
    one for the other.

    `deliveries`: rows of the ledger with the areas of each.
    """
    printed: dict[str, list[tuple[dt.datetime, str]]] = {}
    for row, areas in deliveries:
        known: dt.datetime = row["published_at"] or row["retrieved_at"]
        for code, names in areas.items():
            printed.setdefault(code, []).extend((known, name) for name in names if name)
    chosen = {code: _name(found) for code, found in printed.items() if found}
    codes = sorted(chosen)
    return pa.table({"area_code": codes, "area_name": [chosen[code] for code in codes]}, schema=AREA_NAMES)


def _name(printed: list[tuple[dt.datetime, str]]) -> str:
    """The name of one code, by the times at which deliveries printed it."""
    newest = max(known for known, _ in printed)
    times = Counter(name for _, name in printed)
    last = {name for known, name in printed if known == newest}
    most = max(times[name] for name in last)
    return " / ".join(sorted(name for name in last if times[name] == most))
