"""CSV for machines: RFC 4180 quoting, UTF-8 without mark, comma, dot decimals, LF, ISO dates.

Empty means missing: an empty text is written as `""`, a missing value as nothing at all, so the two stay
apart for readers that can tell them apart. The SHA-256 of this file is the product's content hash.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Description
from exports.notation import for_machines
from exports.rows import Rows
from sources.foundation.sql import quoted, text_literal


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the rows; the order is the staged order."""
    columns = ", ".join(f"{for_machines(field)} as {quoted(field.name)}" for field in rows.fields)
    rows.connection.execute(
        f"copy (select {columns} from rows order by rowid) to {text_literal(str(path))} "
        "(format csv, header, delimiter ',', quote '\"', escape '\"', nullstr '')"
    )
    return None
