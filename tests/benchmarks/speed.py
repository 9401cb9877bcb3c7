"""What each part of `orchestration.speed` saves in a run of the sample that changes nothing, and `events`
in the first one, which builds everything.

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


def print_best(without: str, measured: list[tuple[float, float]]) -> None:
    """One line: the best of some runs."""
    clock, used = (min(column) for column in zip(*measured, strict=True))
    print(f"without {without or '(nothing)':<12} {clock:6.1f} s   {used:6.1f} s of the processors")


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("a first run")
    for without in ("", "events"):
        measured = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory(prefix="planstat-speed-") as root:
                measured.append(one_run(root, without))
        print_best(without, measured)
    print("a run that changes nothing")
    with tempfile.TemporaryDirectory(prefix="planstat-speed-") as root:
        one_run(root, "")
        for without in PARTS:
            print_best(without, [one_run(root, without) for _ in range(runs)])


if __name__ == "__main__":
    main()
