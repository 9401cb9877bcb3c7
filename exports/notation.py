"""How values are written as text: for machines, and for people with a German Excel.

Both come as SQL expressions, so that millions of rows are written by DuckDB and never pass through Python.

For machines numbers appear in their shortest form that reads back to the same double (614600, 0.1, 12.34),
without trailing `.0` and without thousands marks. DuckDB's own text form of a double is the shortest; only
whole numbers below 10**16 are written through BIGINT to lose the `.0`. For people a number has the decimals
that its column declares, rounded half away from zero.

A spreadsheet takes a code such as `05`, `2-`, `1E5`, `3-4` or `+` for a number, a date or a formula. In a CSV
for people such a code gets a tab before it: Excel and LibreOffice then keep it as text and show no mark.
Other codes (`01001@1900-01-01`, `Y3T5`) cannot be mistaken and stay as they are.
"""

from __future__ import annotations

from exports.rows import ROW_DIGITS, Field, Kind
from sources.foundation.sql import quoted

FORMULA_STARTERS = r"^[=+\-@\t\r]"
"""First characters at which a spreadsheet takes a text for a formula (OWASP, "CSV Injection")."""


MISREAD = (
    r"^([=+@-].*"  # a formula, a sign
    r"|[0-9]+([.,:/ -][0-9]+){0,2}[.,]?([eE][+-]?[0-9]+)?[ ]?[%€+-]?"  # a number, date, time, fraction
    r"|[.,][0-9]+([eE][+-]?[0-9]+)?-?"
    r"|[0-9]{1,4}[ .-]*[A-Za-zÄä]{3,9}\.?([ .-]*[0-9]{1,4})?"  # 1. Mai 2020
    r"|[A-Za-zÄä]{3,9}\.?[ .-]*[0-9]{1,4}"  # Mai 20
    r"|(?i:true|false|wahr|falsch))$"
)
"""Codes that a spreadsheet would read as something else than text, as a regular expression (RE2)."""

TEXT_MARK = "\t"
"""What stands before such a code in a CSV for people."""


def decimals_shown(field: Field) -> str | None:
    """SQL of the decimals that a number is shown with to people; None where the column declares none."""
    digits = field.column.digits
    if field.kind != "number" or digits is None:
        return None
    if digits == "row":
        return quoted(ROW_DIGITS)
    if digits == "2 at most":
        column = quoted(field.name)
        return f"case when {column} = trunc({column}) then 0 else 2 end"
    return str(digits)


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


def german(column: str, kind: Kind, *, is_code: bool = False, digits: str | None = None) -> str:
    """SQL text of a value for a German spreadsheet: decimal comma, TT.MM.JJJJ, ja/nein, texts made harmless.

    A text that begins like a formula gets a leading apostrophe, a code that could be misread the `TEXT_MARK`.
    `digits` is SQL of the decimals of a number; where it is NULL, or not given, the number is in its shortest
    form. Line breaks inside texts become blanks.
    """
    match kind:
        case "text" if is_code:
            misread = f"regexp_full_match({column}, '{MISREAD}')"
            return f"case when {misread} then chr({ord(TEXT_MARK)}) || {column} else {column} end"
        case "text":
            one_line = rf"trim(regexp_replace({column}, '[\r\n]+', ' ', 'g'), chr(10) || chr(13))"
            return (
                f"case when regexp_matches({column}, '{FORMULA_STARTERS}') then '''' || {one_line} "
                f"else {one_line} end"
            )
        case "integer":
            return f"cast({column} as varchar)"
        case "number":
            return f"replace({rounded(column, digits) if digits else shortest(column)}, '.', ',')"
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


def rounded(column: str, digits: str) -> str:
    """SQL for a double with as many decimals as `digits` (SQL of an integer from 0 to 6) says."""
    forms = " ".join(
        f"when {places} then printf('%.{places}f', round({column}, {places}))" for places in range(7)
    )
    return (
        f"case when {column} is null then null else "
        f"regexp_replace(case {digits} {forms} else {shortest(column)} end, '^-(0[.]?0*)$', '\\1') end"
    )
