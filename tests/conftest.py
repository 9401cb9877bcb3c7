"""Fixtures that every test may use: where the published files lie, a data root of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.report_by_part import ReportByPart, seconds_before

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
SHARED_CASES = ROOT.parent / "shared" / "cases"


def _asks_about_published_files(module: Path) -> bool:
    """Whether a module's tests ask about the run over the published files, which takes minutes."""
    return "real_run" in module.read_text(encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """The run says what it is doing, part by part."""
    config.pluginmanager.register(ReportByPart(config), "report-by-part")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes test, the long modules begin: as long as the run before took, else those that
    run the whole way.
    """
    if not hasattr(config, "workerinput"):
        return
    published = {path: _asks_about_published_files(path) for path in {item.path for item in items}}
    took = seconds_before(config)

    def place(item: pytest.Item) -> tuple[bool, float, str]:
        guess = 60.0 if item.get_closest_marker("end_to_end") else 0.0
        module = item.nodeid.split("::", 1)[0]
        return not published[item.path], -took.get(module, guess), module

    items.sort(key=place)


class _ByModule(LoadScopeScheduling):
    """The tests of a module in one process, so that its fixtures are made once.

    Modules that ask about the same run over the published files share a process. (The groups that xdist
    brings are lost with this version of pytest, which does not read the name that xdist gives a test.)
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return "published files" if _asks_about_published_files(ROOT / module) else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByModule:
    """The scheduler of `--dist loadscope`."""
    return _ByModule(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real published files beside the project; without it the test is skipped."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the published files are not here (../shared/data): real-file tests are left out")
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """The folder of small inputs that went wrong; without it the test is skipped."""
    if not SHARED_CASES.is_dir():
        pytest.skip("the small inputs that went wrong are not here (../shared/cases)")
    return SHARED_CASES


@pytest.fixture(scope="session")
def more(shared_data: Path) -> Path:
    """The second folder of published files."""
    folder = shared_data.parent / "data-more"
    if not folder.is_dir():
        pytest.skip("the second folder of published files is not here (../shared/data-more)")
    return folder


@pytest.fixture
def data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data root that `PLANSTAT_DATA` points to for this test."""
    root = tmp_path / "data"
    root.mkdir()
    monkeypatch.setenv("PLANSTAT_DATA", str(root))
    return root
