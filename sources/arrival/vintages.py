"""Two deliveries of a table that claim the same time: which of them holds cannot be said.

Versions of a number are told apart by when they became known: the publisher's time stamp, else the time of
retrieval. Deliveries of one time that print different cells (other years, other areas) complete each other;
when both print a cell and print it differently, the later delivery is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from sources.errors import problem

NOT_KEYS = ("line", "column_no", "area_name", "unit", "value_text", "quality_text")


def refuse_same_time(new: Path, others: Sequence[Path], file_name: str, known_from: str) -> None:
    """Compare the cells of a delivery with those of accepted ones of the same time (Parquet files each).

    Raises `SourceError` with line and column of the first cell that is printed differently.
    """
    import duckdb

    columns = set(pq.read_schema(new).names)
    for other in others:
        keys = sorted((columns & set(pq.read_schema(other).names)) - set(NOT_KEYS))
        same = " and ".join(f'mine."{key}" is not distinct from theirs."{key}"' for key in keys)
        with duckdb.connect() as connection:
            found = connection.execute(
                "select mine.line, mine.column_no, mine.value_text, theirs.value_text, mine.area_code"
                f" from read_parquet(?) as mine inner join read_parquet(?) as theirs on {same}"
                " where mine.value_text is distinct from theirs.value_text"
                " order by mine.line, mine.column_no limit 1",
                [str(new), str(other)],
            ).fetchone()
        if found is not None:
            line, column, text, before, area = found
            raise problem(
                "same_time", file_name, line=line, column=column, time=known_from, area=area, found=text,
                before=before, snapshot=other.parent.name.removeprefix("snapshot="),
            )  # fmt: skip
