"""DuckDB with geometries: the spatial extension out of its wheel, so that nothing is downloaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .sql import text_literal

if TYPE_CHECKING:
    import duckdb


def load_spatial(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the spatial extension into a connection.

    Raises:
        RuntimeError: the wheel for this version of DuckDB is not installed.
    """
    import duckdb

    found = find_spec("duckdb_extension_spatial")
    folder = Path(found.origin).parent if found and found.origin else None
    extension = folder and folder / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    if extension is None or not extension.is_file():
        raise RuntimeError(
            f"duckdb-extension-spatial {duckdb.__version__} is not installed; run the set-up again"
        )
    connection.execute(f"load {text_literal(str(extension))}")


def open_spatial() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that reads geometries, and fetches nothing from anywhere."""
    import duckdb

    engine = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"}
    )
    load_spatial(engine)
    return engine
