"""How values are written as text: for machines, and for people with a German Excel.

Both come as SQL expressions, so that millions of rows are written by DuckDB and never pass through Python.

Numbers appear in their shortest form that reads back to the same double (614600, 0.1, 12.34), without
trailing `.0` and without thousands marks. DuckDB's own text form of a double is the shortest; only whole
numbers below 10**16 are written through BIGINT to lose the `.0`.
"""

from __future__ import annotations

from exports.rows import Field, Kind, quoted

FORMULA_STARTERS = r"^[=+\-@\t\r]"
"""First characters at which a spreadsheet takes a text for a formula (OWASP, "CSV Injection")."""


def for_machines(field: Field) -> str:
    """SQL text of a value in CSV for machines: dot decimals, ISO dates, true/false; NULL stays NULL."""
    column = quoted(field.name)
    match field.kind:
        case "text":
            return column
        case "integer":
            return f"cast({column} as varchar)"
        case "number":
            return shortest(column)
        case "boolean":
            return f"case when {column} then 'true' when not {column} then 'false' end"
        case "date":
            return f"strftime({column}, '%Y-%m-%d')"
        case "timestamp":
            return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"


def for_german_excel(field: Field) -> str:
    """SQL text of a published column for a German spreadsheet."""
    return german(quoted(field.name), field.kind, is_code=field.is_code)


def german(column: str, kind: Kind, *, is_code: bool = False) -> str:
    """SQL text of a value for a German spreadsheet: decimal comma, TT.MM.JJJJ, ja/nein, texts made harmless.

    A text that begins like a formula gets a leading apostrophe. Codes and numbers are never touched (a
    negative number keeps its minus; codes that look like formulas are refused when rows are staged). Line
    breaks inside texts become blanks.
    """
    match kind:
        case "text" if is_code:
            return column
        case "text":
            one_line = rf"trim(regexp_replace({column}, '[\r\n]+', ' ', 'g'), chr(10) || chr(13))"
            return (
                f"case when regexp_matches({column}, '{FORMULA_STARTERS}') then '''' || {one_line} "
                f"else {one_line} end"
            )
        case "integer":
            return f"cast({column} as varchar)"
        case "number":
            return f"replace({shortest(column)}, '.', ',')"
        case "boolean":
            return f"case when {column} then 'ja' when not {column} then 'nein' end"
        case "date":
            return f"strftime({column}, '%d.%m.%Y')"
        case "timestamp":
            return f"strftime({column}, '%d.%m.%Y %H:%M')"


def shortest(column: str) -> str:
    """SQL for the shortest text of a double that reads back to the same double; no `.0`, no minus zero."""
    return (
        f"case when {column} = trunc({column}) and abs({column}) < 1e16 "
        f"then cast(cast({column} as bigint) as varchar) else cast({column} as varchar) end"
    )
