"""Names and texts inside SQL, where SQL takes no bound parameter."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(name: str) -> str:
    """A column, table or schema name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as an SQL literal: paths, options of COPY, comments, lists of codes."""
    return "'" + text.replace("'", "''") + "'"


def text_list(texts: Iterable[str]) -> str:
    """Texts as SQL literals separated by commas, for `in (…)`."""
    return ", ".join(text_literal(text) for text in texts)
