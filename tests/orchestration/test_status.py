"""What `planstat status` says of the drop folder."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

from rich.console import Console

from orchestration.cli.status import _tell_inbox
from orchestration.deliveries import Deliveries
from orchestration.resources import Paths


def told(paths: Paths) -> str:
    stream = io.StringIO()
    _tell_inbox(paths, Console(file=stream, soft_wrap=True))
    return stream.getvalue()


def test_files_that_wait_and_files_to_correct(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert told(paths) == ""
    paths.inbox.mkdir()
    file = paths.inbox / "kita-plaetze.csv"
    file.write_text("Stichtag;Plätze\n", encoding="utf-8")
    os.utime(file, (time.time() - 60,) * 2)
    assert "1 file lies in the inbox" in told(paths)
    assert "refused" not in told(paths)
    with Deliveries(paths, "drop").received() as deliveries:
        assert deliveries.take("kita-plaetze").status == "set aside"
    assert "kita-plaetze.csv was refused: kita-plaetze.csv.abgelehnt.txt says why" in told(paths)
