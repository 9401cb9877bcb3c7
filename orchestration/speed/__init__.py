"""What is there for speed alone. Each part leaves every result as it is, and can be left out.

- `programs`: a process ends without taking its millions of objects apart; 3.9 s
- `storage`: Dagster's databases stay open during a run; 15.1 s
- `meanwhile`: dbt starts and reads its project while files are landed and modules imported; where nothing is
  to be built that costs 3.2 s of the processors, else dbt need not be waited for

The seconds are of the processors, of 14.6 in a run of the sample that changes nothing, on a busy machine.

- `events`: dbt drops events that none of its loggers takes; 7.8 s of 28.0 where dbt builds the whole sample

`PLANSTAT_PLAIN=1` does without all of them, `PLANSTAT_PLAIN=storage,meanwhile` without these two;
`tests/benchmarks/speed.py` measures what each saves. Beside them, modules import heavy libraries only inside
the functions that need them; a rule of the house watches that.
"""

import os
from collections.abc import Mapping
from typing import Literal

Part = Literal["programs", "storage", "meanwhile", "events"]


def is_plain(part: Part, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process does without a part."""
    without = environment.get("PLANSTAT_PLAIN", "").split(",")
    return "1" in without or part in without
