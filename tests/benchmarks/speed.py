"""What each part of `orchestration.speed` saves in a run of the sample that changes nothing.

    python tests/benchmarks/speed.py [RUNS]

Prints seconds on the clock and of the processors (all processes), the best of RUNS (default 3) each.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

PARTS = ("", "programs", "storage", "meanwhile", "1")


def one_run(root: str, without: str) -> tuple[float, float]:
    """Seconds on the clock and of the processors of one run."""
    environment = {**os.environ, "PLANSTAT_DATA": root, "PLANSTAT_PLAIN": without}
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "run"], env=environment, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return time.perf_counter() - begin, used


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="planstat-speed-") as root:
        one_run(root, "")
        for without in PARTS:
            measured = [one_run(root, without) for _ in range(runs)]
            clock, used = (min(column) for column in zip(*measured, strict=True))
            print(f"without {without or '(nothing)':<12} {clock:6.1f} s   {used:6.1f} s of the processors")


if __name__ == "__main__":
    main()
