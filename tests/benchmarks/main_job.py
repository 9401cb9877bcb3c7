"""Wall time and memory of the main job: `python -m tests.benchmarks.main_job [FOLDER]`.

Takes the sample through to releases, then again with nothing changed, then (with FOLDER, or when the
published files lie beside the project) all files of the folder, each in a process of its own. Memory is the
sum of the resident sets of the process and everything it started, sampled ten times a second: its peak.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT.parent / "shared" / "data" / "01-genesis-regio"


def measure(root: Path, *arguments: str) -> tuple[float, float, int]:
    """Run `planstat …`; returns seconds, peak memory in MiB and the exit code."""
    began = time.monotonic()
    peak = 0
    with subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "PLANSTAT_DATA": str(root)},
        stdout=subprocess.DEVNULL,
    ) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.NoSuchProcess):
                peak = max(peak, sum(one.memory_info().rss for one in (watched, *watched.children(True))))
            time.sleep(0.1)
    return time.monotonic() - began, peak / 2**20, process.returncode


def main() -> None:
    """Print one line per measurement."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PUBLISHED
    with tempfile.TemporaryDirectory() as place:
        cases = [
            ("sample, first run", Path(place) / "sample", ["run"]),
            ("sample, nothing changed", Path(place) / "sample", ["run"]),
        ]
        if folder.is_dir():
            files = Path(place) / "files"
            cases += [
                (f"files of {folder.name}, first run", files, ["run", "--from", str(folder.resolve())]),
                (f"files of {folder.name}, nothing changed", files, ["run", "--from", str(folder.resolve())]),
            ]
        print(f"{'run':<45}{'seconds':>9}{'peak MiB':>10}{'exit':>6}")
        for title, root, arguments in cases:
            seconds, memory, code = measure(root, *arguments)
            print(f"{title:<45}{seconds:>9.1f}{memory:>10.0f}{code:>6}", flush=True)


if __name__ == "__main__":
    main()
