"""Settings, the lock on a data root, and JSON that is never seen half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.resources import (
    InUse,
    NotBuilt,
    Paths,
    Settings,
    Warehouse,
    is_running,
    only_run,
    read_json,
    write_json,
)


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({}).paths.root == tmp_path / ".data"
    settings = Settings.from_environment({"PLANSTAT_DATA": "elsewhere", "PLANSTAT_DBT_PROJECT": "p"})
    assert (settings.paths.root, settings.dbt_project) == (tmp_path / "elsewhere", tmp_path / "p")
    assert settings.paths.landing.is_absolute()


def test_programs_get_the_same_root_and_report_to_nobody(tmp_path: Path) -> None:
    settings = Settings(Paths(tmp_path), tmp_path)
    before = dict(os.environ)
    with settings.environment():
        assert os.environ["PLANSTAT_DATA"] == str(tmp_path)
        assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
        assert os.environ["DAGSTER_DISABLE_TELEMETRY"] == "yes"
        assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert dict(os.environ) == before


def test_one_run_at_a_time(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "root")
    assert not is_running(paths)
    with only_run(paths):
        assert is_running(paths)
        with (
            pytest.raises(InUse, match=rf"another run works in .*root \(process {os.getpid()}\)"),
            only_run(paths),
        ):
            pass
    assert not is_running(paths)


def test_a_killed_run_frees_the_root(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    holds = (
        "import pathlib, time\nfrom orchestration.resources import Paths, only_run\n"
        f"with only_run(Paths(pathlib.Path({str(tmp_path)!r}))):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert is_running(paths)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert not is_running(paths)
    with only_run(paths):
        pass


def test_json_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    assert read_json(file) == {}
    write_json(file, {"a": "Köln"})
    (tmp_path / "state.json.part").write_text("{half")
    assert read_json(file) == {"a": "Köln"}
    write_json(file, {"b": 1})
    assert read_json(file) == {"b": 1}


def test_a_missing_warehouse_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="planstat run"), Warehouse(tmp_path / "w.duckdb").reading():
        pass
