"""Fixtures of the export tests: the small warehouse."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.exports.small_warehouse import make_warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small warehouse, read only by the tests that share it."""
    return make_warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")


@pytest.fixture
def own_warehouse(warehouse: Path, tmp_path: Path) -> Path:
    """A copy of the small warehouse that the test may change."""
    return Path(shutil.copy(warehouse, tmp_path / "own.duckdb"))
