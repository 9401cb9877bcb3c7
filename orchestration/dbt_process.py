"""dbt as a program of its own that ends when the run that started it ends.

`python -m orchestration.dbt_process build …` is `dbt build …`, except that the system ends it together with
its parent. Without that, a killed run would leave a dbt behind that goes on writing the warehouse.
"""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def end_with_parent() -> None:
    """Ask the system to end this process when its parent ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Run dbt's own command line with the arguments of this process."""
    end_with_parent()
    from dbt.cli.main import cli

    cli(prog_name="dbt")


if __name__ == "__main__":
    main()
