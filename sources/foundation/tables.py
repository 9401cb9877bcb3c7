"""Parquet files compared with the tables that they are to hold."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def holds(target: Path, table: pa.Table) -> bool:
    """Whether a Parquet file is there, can be read and holds exactly this table."""
    try:
        return bool(pq.read_table(target).equals(table))
    except (OSError, pa.ArrowException):
        return False
