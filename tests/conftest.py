"""Fixtures that every test may use: where the published files lie, a data root of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes test: the tests of a module in one of them, so that its fixtures are made once.

    Modules that ask about the same run over the published files share a process. The long ones begin.
    """
    if not hasattr(config, "workerinput"):
        return
    published = {item.path for item in items if "real_run" in getattr(item, "fixturenames", ())}
    for item in items:
        group = "published files" if item.path in published else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (item.path not in published, item.get_closest_marker("end_to_end") is None))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real published files beside the project; without it the test is skipped."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the published files are not here (../shared/data): real-file tests are left out")
    return SHARED_DATA


@pytest.fixture
def data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data root that `PLANSTAT_DATA` points to for this test."""
    root = tmp_path / "data"
    root.mkdir()
    monkeypatch.setenv("PLANSTAT_DATA", str(root))
    return root
