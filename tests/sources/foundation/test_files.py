"""Files are never seen half written, and a lock keeps everybody else out."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sources.foundation.files import LEFTOVER, Busy, leftover_beside, locked, replacing, sweep, write_text


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_text(file, "alt\r\n")
    with pytest.raises(RuntimeError, match="stop"), replacing(file) as beside:
        beside.write_text("half", encoding="utf-8")
        assert file.read_bytes() == b"alt\r\n"
        raise RuntimeError("stop")
    assert file.read_bytes() == b"alt\r\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_a_mode_does_not_hang_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_text(tmp_path / "open.txt", "x", mode=0o644)
    finally:
        os.umask(before)
    assert (tmp_path / "open.txt").stat().st_mode & 0o777 == 0o644


def test_leftovers_of_processes_that_run_stay(tmp_path: Path) -> None:
    gone = [tmp_path / f"{LEFTOVER}99999999-a-x", tmp_path / "deep" / f"{LEFTOVER}99999999-b-x"]
    alive, other = tmp_path / f"{LEFTOVER}1-c-x", tmp_path / f"{LEFTOVER}99999999-d-y"
    own = leftover_beside(tmp_path / "x")
    for path in (*gone, alive, other, own):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert sorted(sweep(tmp_path, of="x")) == sorted([gone[0].name, own.name])
    assert gone[1].exists()
    assert sweep(tmp_path, depth=1) == [other.name, gone[1].name]
    assert alive.exists()


def test_a_lock_keeps_other_threads_out_and_its_file_stays(tmp_path: Path) -> None:
    lock, outcome = tmp_path / "new" / ".lock", []

    def attempt() -> None:
        try:
            with locked(lock, wait_seconds=0.05):
                outcome.append("in")
        except Busy as busy:
            outcome.append(str(busy))

    with locked(lock):
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        with pytest.raises(Busy), locked(lock, wait_seconds=0):
            pass
    attempt()
    assert "holds .lock for more than 0.05 s" in outcome[0]
    assert outcome[1:] == ["in"]
    assert lock.exists()
