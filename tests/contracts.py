"""Tables of the warehouse for tests, with columns and types of their contracts (written and generated)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from sources.foundation.located_yaml import load

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Model -> column -> type, of every model whose contract names types."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted((*PROJECT.glob("models/**/*.yml"), *PROJECT.glob("compiled/models/**/*.yml"))):
        for model in (load(file).value or {}).get("models") or ():
            columns = {
                column["name"]: column["data_type"]
                for column in model.get("columns") or ()
                if "data_type" in column
            }
            if columns:
                assert model["name"] not in found, f"{model['name']} has two contracts"
                found[model["name"]] = columns
    return found


def make(
    connection: duckdb.DuckDBPyConnection, model: str, rows: Iterable[Mapping[str, Any]] = (), name: str = ""
) -> None:
    """Make the table of a model, under another `name` if given; columns that a row leaves out are null."""
    columns = contracts()[model]
    declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f"create table {name or model} ({declared})")
    for row in rows:
        assert row.keys() <= columns.keys(), f"{model} has no {', '.join(row.keys() - columns.keys())}"
        named, places = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
        connection.execute(f"insert into {name or model} ({named}) values ({places})", [*row.values()])
