"""Settings, the lock on a data root, and JSON that is never seen half written."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from orchestration.cli.running import prepare_instance
from orchestration.resources import (
    BadKey,
    InUse,
    NotBuilt,
    Paths,
    Settings,
    Warehouse,
    is_running,
    make_root,
    only_run,
    openness,
    read_json,
    write_json,
)


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({}).paths.root == tmp_path / ".data"
    assert Settings.from_environment({}, of_sample=True).paths.root == tmp_path / ".sample"
    (tmp_path / ".sample").mkdir()
    assert Settings.from_environment({}).paths.root == tmp_path / ".sample", "as long as there is no other"
    assert Settings.from_environment({}, of_sample=False).paths.root == tmp_path / ".data"
    (tmp_path / ".data").mkdir()
    assert Settings.from_environment({}).paths.root == tmp_path / ".data"
    named = Settings.from_environment({"PLANSTAT_DATA": "elsewhere"}, of_sample=True)
    assert named.paths.root == tmp_path / "elsewhere"
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


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777])
def test_a_fresh_root_is_for_its_owner_only_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    paths = Paths(tmp_path / "deep" / "root")
    paths.root.parent.mkdir()
    before = os.umask(umask)
    try:
        make_root(paths)
    finally:
        os.umask(before)
    assert stat.S_IMODE(paths.root.stat().st_mode) == 0o700
    assert openness(paths) is None


def test_every_way_into_a_root_makes_it_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with only_run(Paths(tmp_path / "run")):
            pass
        prepare_instance(Settings(Paths(tmp_path / "web"), tmp_path))
    finally:
        os.umask(before)
    for name in ("run", "web"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700, name


@pytest.mark.parametrize(
    ("mode", "words"),
    [(0o755, "every user"), (0o711, "every user"), (0o750, "every member of its group"), (0o700, None)],
)
def test_a_looser_root_is_told_and_left_as_it_is(tmp_path: Path, mode: int, words: str | None) -> None:
    paths = Paths(tmp_path / "root")
    paths.root.mkdir()
    paths.root.chmod(mode)
    make_root(paths)
    told = openness(paths)
    assert stat.S_IMODE(paths.root.stat().st_mode) == mode, "whoever opened it may have had a reason"
    assert (told is None) == (words is None)
    assert words is None or (told is not None and words in told and "chmod 700" in told)


def test_releases_may_lie_apart(tmp_path: Path) -> None:
    apart = {"PLANSTAT_DATA": str(tmp_path / "root"), "PLANSTAT_RELEASES": str(tmp_path / "open")}
    settings = Settings.from_environment(apart)
    assert settings.paths.releases == tmp_path / "open"
    assert settings.paths.internal == tmp_path / "root" / "internal", "internal ones stay behind the door"
    assert settings.for_programs()["PLANSTAT_RELEASES"] == str(tmp_path / "open")
    alone = Settings.from_environment({"PLANSTAT_DATA": str(tmp_path / "root")})
    assert alone.paths.releases == tmp_path / "root" / "releases"


READS = """
import os, pathlib, sys
found = []
for folder, folders, names in os.walk(sys.argv[1], onerror=lambda problem: None):
    for name in names:
        try:
            found.append(pathlib.Path(folder, name).read_bytes())
        except OSError:
            pass
for name in ("warehouse.duckdb", "landing/a/b.parquet", "candidates/x.csv"):
    try:
        found.append(pathlib.Path(sys.argv[1], name).read_bytes())
    except OSError:
        pass
print(len(found))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_reads_nothing_of_the_root_and_all_releases_apart() -> None:
    """Files as the loosest umask leaves them; the other user knows their names."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        paths = Paths(folder / "root", folder / "open")
        before = os.umask(0)
        try:
            with only_run(paths):
                for name in ("warehouse.duckdb", "landing/a/b.parquet", "candidates/x.csv"):
                    (paths.root / name).parent.mkdir(parents=True, exist_ok=True)
                    (paths.root / name).write_bytes(b"3")
            paths.releases.mkdir()
            (paths.releases / "population.csv").write_bytes(b"1")
        finally:
            os.umask(before)

        def read(place: Path) -> str:
            return subprocess.run(
                ["/usr/bin/env", "python3", "-c", READS, str(place)],
                capture_output=True,
                text=True,
                check=True,
                user=65534,
                group=65534,
                extra_groups=[],
                cwd="/",
            ).stdout.strip()

        assert read(paths.root) == "0"
        assert read(paths.releases) == "1"
        paths.root.chmod(0o755)
        assert int(read(paths.root)) >= 3, "the probe would have seen them"


def test_the_offices_ssh_key_lies_outside_the_root_and_is_its_own(tmp_path: Path) -> None:
    program = shutil.which("ssh-keygen")
    if program is None:
        pytest.skip("ssh-keygen is not installed")
    root, key = tmp_path / "root", tmp_path / "key"
    root.mkdir()
    subprocess.run([program, "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)

    def settings(file: Path) -> Settings:
        return Settings.from_environment({"PLANSTAT_DATA": str(root), "PLANSTAT_OFFICE_SSH_KEY": str(file)})

    signer = settings(key).memory.signer
    assert signer is not None
    assert signer.public.startswith("ssh-ed25519 ")
    assert settings(key).for_programs()["PLANSTAT_OFFICE_SSH_KEY"] == str(key)
    assert settings(key.with_name("key.pub")).memory.signer is not None, "an agent may hold the private half"
    key.chmod(0o644)
    with pytest.raises(BadKey, match="others can read"):
        settings(key)
    shutil.copy(key, root / "key")
    with pytest.raises(BadKey, match="lies in the data root"):
        settings(root / "key")
    with pytest.raises(BadKey, match="PLANSTAT_OFFICE_SSH_KEY"):
        settings(tmp_path / "none")
    assert Settings.from_environment({"PLANSTAT_DATA": str(root)}).memory.signer is None
