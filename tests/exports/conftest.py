"""Fixtures of the export tests: the small warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.small_warehouse import make_warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small warehouse, read only by the tests that share it."""
    return make_warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")
