"""Fixtures of the export tests: the small warehouse."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports import candidate, release
from exports.candidate import Candidate
from tests.exports.small_warehouse import description_of, enlarge, make_warehouse, passing


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small warehouse, read only by the tests that share it."""
    return make_warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")


@pytest.fixture
def own_warehouse(warehouse: Path, tmp_path: Path) -> Path:
    """A copy of the small warehouse that the test may change."""
    return Path(shutil.copy(warehouse, tmp_path / "own.duckdb"))


class Editions:
    """Checked candidates of successive editions, each built once and copied for whoever wants to publish it.

    In edition n of `areas` one area has grown n - 1 times; its difference is taken from edition n - 1.
    """

    def __init__(self, warehouse: Path, folder: Path) -> None:
        self._warehouse, self._folder, self._grown = warehouse, folder, 1

    def copy(self, product: str, number: int, target: Path) -> Candidate:
        """Put the checked candidate of an edition into the folder `target`."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(self._made(product, number), target)
        return candidate.read(target)

    def _made(self, product: str, number: int) -> Path:
        folder = self._folder / f"2026-11-22.{number}" / product
        if not folder.is_dir():
            previous = None
            if number > 1:
                previous = self._folder / product / f"2026-11-22.{number - 1}"
                previous.parent.mkdir(exist_ok=True)
                if not previous.exists():
                    previous.symlink_to(self._made(product, number - 1))
            while self._grown < number:
                enlarge(self._warehouse)
                self._grown += 1
            made = candidate.build(self._warehouse, product, description_of(product), folder, previous)
            release.write_receipt(made, passing(product), description_of(product), release.look(made.path))
        return folder


@pytest.fixture(scope="session")
def editions(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """Editions over a copy of the small warehouse."""
    folder = tmp_path_factory.mktemp("editions")
    return Editions(Path(shutil.copy(warehouse, folder / "growing.duckdb")), folder)


NOW = datetime(2026, 11, 30, tzinfo=UTC)
"""When the editions of `releases` come out."""


def publish(editions: Editions, root: Path, product: str, number: int) -> None:
    """Publish an edition of the small warehouse among the releases in `root`."""
    made = editions.copy(product, number, root.parent / "candidates" / product)
    current = root / product / "current"
    release.write_receipt(
        made, passing(product), description_of(product), release.look(made.path), previous=current
    )
    release.publish(product, made, root, NOW)


@pytest.fixture
def two_released(editions: Editions, tmp_path: Path) -> Path:
    """Releases of areas and population, an edition of each."""
    root = tmp_path / "releases"
    publish(editions, root, "areas", 1)
    publish(editions, root, "population", 1)
    return root
