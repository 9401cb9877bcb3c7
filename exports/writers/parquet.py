"""Parquet for R, Python, Power BI, Tableau and SQL: flat columns, text codes, dates as date32, zstd.

The file's key-value metadata names the product and the hash of its content; no wall clock, so that the same
rows give the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Description
from exports.rows import Rows
from sources.foundation.files import sha256_of
from sources.foundation.sql import quoted, text_literal


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the rows in staged order; needs the machine CSV beside it for the content hash."""
    metadata = {
        "planstat.product": description.product,
        "planstat.content_sha256": sha256_of(path.with_suffix(".csv")),
        "planstat.description_sha256": description.content_sha256(),
    }
    entries = ", ".join(f"{text_literal(key)}: {text_literal(value)}" for key, value in metadata.items())
    columns = ", ".join(quoted(field.name) for field in rows.fields)
    rows.connection.execute(
        f"copy (select {columns} from rows order by rowid) to {text_literal(str(path))} "
        f"(format parquet, compression zstd, row_group_size 122880, kv_metadata {{{entries}}})"
    )
    return None
