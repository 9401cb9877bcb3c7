"""Runs the public planner on every table that fits what is printed, with and without the policy's secret.

python -m tests.benchmarks.disclosure_program [TABLES]     # 200 random tables, three by three
"""

from __future__ import annotations

import sys
import time

from tests.exports.disclosure.test_disclosure_knowledge_of_program import run_the_program


def main(count: int) -> None:
    """How many of the tables that fit are excluded, and how many leaves have one value left by that."""
    for with_secret in (True, False):
        started = time.process_time()
        found = run_the_program(count, 7, with_secret=with_secret)
        print(
            f"{'with' if with_secret else 'without'} a secret: {found.tried} tables, {found.fitting} fitting "
            f"them, {found.excluded} of these excluded, {found.newly_fixed} leaves newly fixed in "
            f"{found.tables_with_fixed} tables, {time.process_time() - started:.0f} s"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
