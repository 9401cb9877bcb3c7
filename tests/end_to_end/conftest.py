"""The command line as a person uses it: a process of its own, a data root of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from tests.report_by_part import add_elsewhere, forget_elsewhere

from .forking import Forking

ROOT = Path(__file__).resolve().parents[2]
PRODUCTS = tuple(
    sorted(
        path.stem
        for path in (ROOT / "exports" / "products").glob("*.yml")
        if "\n  policy:" not in path.read_text(encoding="utf-8")
    )
)
"""Products that come of published tables; those with a policy wait for a town's own figures."""
NOT_OF_SAMPLE = {
    "catchment_areas": "the sample has no outlines of school catchments",
    "good_practice": "examples are an office's own, handed in as a form",
    "offers": "facilities are real institutions with names and addresses; a town hands in its own list",
    "offers_by_area": "of the same list",
    "protection_seekers": "its Länder are sums over the lines of the table: a part would be a wrong sum",
    "school_catchments": "the sample has no outlines of school catchments",
    "school_index": "the same: its Land is the sum over all schools of a directory",
}
"""Products that the sample has no table for, and why: they wait."""
OF_SAMPLE = tuple(product for product in PRODUCTS if product not in NOT_OF_SAMPLE)
"""Products that come of the sample."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, what it said, seconds of wall time."""

    code: int
    said: str
    seconds: float


@dataclass(frozen=True)
class Place:
    """A data root, and the command line over it."""

    root: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    forking: Forking | None = None

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            "LC_ALL": "C.UTF-8",  # the prompt answers in English
            **self.variables,
            **variables,
            "PLANSTAT_DATA": str(self.root),
            "PYTHONWARNINGS": "default",
        }

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start `planstat …` as a shell does; output of both streams together."""
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            cwd=ROOT,
            env=self._environment(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0,  # the loosest that a user can have: what must be private is so by itself
        )

    def planstat(self, *arguments: str, **variables: str) -> Ended:
        """Run `planstat …` to its end."""
        began = time.monotonic()
        if self.forking is not None:
            code, said, spent = self.forking.run(arguments, self._environment(variables))
            add_elsewhere("forking", spent)
            return Ended(code, said, time.monotonic() - began)
        with self.start(*arguments, **variables) as process:
            said, _ = process.communicate()
        return Ended(process.returncode, said, time.monotonic() - began)

    def current(self) -> dict[str, str]:
        """Product -> the version that `current` leads to."""
        return {
            product: str((self.root / "releases" / product / "current").readlink())
            for product in PRODUCTS
            if (self.root / "releases" / product / "current").is_symlink()
        }

    def log(self) -> str:
        """The log of the newest run."""
        newest = max((self.root / "logs").glob("run-*.log"), default=None)
        return newest.read_text(encoding="utf-8", errors="replace") if newest else ""


@pytest.fixture(scope="session")
def forking() -> Iterator[Forking]:
    """The command line with its libraries imported, for all tests of this process."""
    waiting = Forking()
    yield waiting
    waiting.end()
    forget_elsewhere("forking")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, forking: Forking) -> Place:
    """An empty data root, one for all tests of a module."""
    return Place(tmp_path_factory.mktemp("place") / "data", forking=forking)


@pytest.fixture(scope="session")
def real_place(tmp_path_factory: pytest.TempPathFactory, forking: Forking) -> Place:
    """The data root that the published files go to, one for all tests that ask about them."""
    return Place(tmp_path_factory.mktemp("published") / "data", forking=forking)


@pytest.fixture(scope="session")
def real_run(real_place: Place, shared_data: Path, more: Path) -> Iterator[Ended]:
    """The run over both folders of published files: minutes, so once for all tests.

    Answers to findings are given over the two together. The warehouse stays open to read: opening it takes a
    fifth of a second, and nearly every test does.
    """
    ended = real_place.planstat("run", "--from", str(shared_data), "--from", str(more))
    with ExitStack() as opened:
        warehouse = real_place.root / "warehouse.duckdb"
        if warehouse.exists():
            opened.enter_context(duckdb.connect(str(warehouse), read_only=True))
        yield ended
