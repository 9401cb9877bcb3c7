"""The README of a release: what it is, how old each dataset is, how to open and cite it, in plain German.

An English paragraph at the end says the same in short.
"""

from __future__ import annotations

from exports.describe import Description
from exports.difference import Difference
from exports.rows import Rows
from exports.sheet import day_in_german, thousands
from sources.foundation.templates import fill


def readme(
    rows: Rows,
    description: Description,
    difference: Difference,
    files: dict[str, str],
    notes: dict[str, str],
    method: str | None = None,
) -> str:
    """The text; `files` are file names with their German titles, `notes` remarks by file or format.

    `method` is how a protected product is protected (`suppress`, `cell_key`, `round`).
    """

    def headings(language: str) -> str:
        """The columns that tell rows apart, as people call them."""
        return ", ".join(
            str(getattr(description.column(name), f"heading_{language}")) for name in description.grain
        )

    values = {
        "rows": rows,
        "description": description,
        "product": description.product,
        "difference": difference,
        "files": files,
        "remarks": tuple(dict.fromkeys(notes.values())),
        "method": method,
        "codes": [field.name for field in rows.fields if field.is_code],
        "old": [dataset for dataset in description.datasets if dataset.is_old],
        "absent": [
            dataset.dataset_id
            for dataset in description.datasets
            if dataset.snapshot_id is None and not dataset.is_old
        ],
        "headings": headings,
        "day": day_in_german,
        "thousands": thousands,
        "unbroken": unbroken,
        "cell": cell,
    }
    return fill(__file__, "README.md.j2", values)


def unbroken(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def cell(text: str) -> str:
    """A text that fits into a cell of a Markdown table."""
    return unbroken(text).replace("|", "\\|")
