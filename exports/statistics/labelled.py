"""Stata (.dta) and SPSS (.sav) with labels and typed missing values, written by pyreadstat (ReadStat).

Stata labels numbers only: a column of codes from a closed list becomes whole numbers in the order of the
list, whose label is `CODE – meaning`. SPSS labels texts, so codes stay as they are. Codes of areas are text
in both. A figure that is not there has its reason: in Stata `.a` to `.z`, in SPSS a number far below every
figure, declared as user-missing; both are labelled. Other figures without value are system-missing.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from exports.about import About, ExtractError, Write, Written
from exports.describe import Description
from exports.rows import Field, Kind, Rows
from exports.statistics import columns
from sources.foundation.sql import quoted

if TYPE_CHECKING:
    import pandas as pd

Program = Literal["stata", "spss"]

REASON = "missing_reason"
PRESENT = "none"

SPSS_MISSING = -999_999_999_999_999.0
"""SPSS: reason number n (from 0) is this plus n; no figure of the products comes near it."""

STATA_LABEL, SPSS_LABEL, SPSS_VALUE_LABEL = 80, 250, 118
"""How long labels may be: characters of a variable's in Stata; bytes of a variable's, a value's in SPSS."""

SPSS_FORMATS: dict[Kind, str] = {"number": "F16.3", "integer": "F16.0", "date": "EDATE10"}

DAYS: dict[Program, tuple[str, int]] = {"stata": ("1960-01-01", 86_400), "spss": ("1582-10-14", 1)}
"""From when a program counts, and in steps of how many seconds."""

LETTERS = string.ascii_lowercase


def letters(reasons: Mapping[str, str]) -> dict[str, str]:
    """The letter of each reason, in the order of their list; `ExtractError` where there are too few."""
    wanted = [reason for reason in reasons if reason != PRESENT]
    if len(wanted) > len(LETTERS):
        raise ExtractError(f"{len(wanted)} reasons for missing values, but Stata has {len(LETTERS)} letters")
    return dict(zip(wanted, LETTERS, strict=False))


def prepare(program: Program) -> Callable[[Rows, Description, About], Write]:
    """Take labels from the whole edition, so that a number means the same code in every part of it."""

    def over(rows: Rows, description: Description, about: About) -> Write:
        labelled = {
            field.name: columns.labels(rows, description, field)
            for field in rows.fields
            if columns.is_labelled(field) and field.name != columns.CODE
        }

        def write(part: Rows, path: Path) -> Written:
            return Written(_write(program, part, description, about, labelled, path))

        return write

    return over


def _write(
    program: Program,
    rows: Rows,
    description: Description,
    about: About,
    labelled: Mapping[str, Mapping[str, str]],
    path: Path,
) -> str | None:
    import pyreadstat

    figures = columns.measures(rows, description)
    typed = figures[0].name if figures and REASON in labelled else None
    frame = rows.connection.execute(
        f"select {', '.join(quoted(field.name) for field in rows.fields)} from rows order by rowid"
    ).df()
    is_stata = program == "stata"
    value_labels: dict[str, dict[Any, str]] = {}
    reasons = frame[REASON].copy() if typed else None
    for field in rows.fields:
        name = field.name
        if name in labelled and is_stata:
            places = {code: place for place, code in enumerate(labelled[name], 1)}
            frame[name] = frame[name].map(places).astype("float64")
            value_labels[name] = {place: _said(code, labelled[name]) for code, place in places.items()}
        elif name in labelled:
            value_labels[name] = {code: _cut(text, SPSS_VALUE_LABEL) for code, text in labelled[name].items()}
        if name not in labelled or not is_stata:
            frame[name] = _column(program, frame[name], field)
        if field.kind == "boolean":
            value_labels[name] = {0.0: "nein", 1.0: "ja"}
    missing: dict[str, Any] = {}
    if typed is not None and reasons is not None:
        words = labelled[REASON]
        signs = letters(words)
        low = len(LETTERS) + SPSS_MISSING
        if (frame[typed] <= low).any():
            raise ExtractError(f"{typed} holds figures below {low:.0f}, where reasons stand in SPSS")
        empty = frame[typed].isna()
        absent = empty & reasons.isin(list(signs))
        if is_stata:
            frame[typed] = frame[typed].astype(object).where(~absent, reasons.map(signs))
            missing[typed] = list(signs.values())
            value_labels[typed] = {sign: words[reason] for reason, sign in signs.items()}
        else:
            numbers = {reason: SPSS_MISSING + LETTERS.index(sign) for reason, sign in signs.items()}
            frame[typed] = frame[typed].where(~absent, reasons.map(numbers))
            missing[typed] = [{"lo": SPSS_MISSING, "hi": low}]
            value_labels[typed] = {
                number: _cut(words[reason], SPSS_VALUE_LABEL) for reason, number in numbers.items()
            }
    said = {field.name: field.column.heading_de for field in rows.fields}
    title = f"{about.edition}: {description.title_de}"
    if is_stata:
        pyreadstat.write_dta(
            frame,
            path,
            file_label=title[:STATA_LABEL],
            column_labels={name: text[:STATA_LABEL] for name, text in said.items()},
            variable_value_labels=value_labels,
            missing_user_values=missing,
            variable_format={field.name: "%td" for field in rows.fields if field.kind == "date"},
        )
    else:
        pyreadstat.write_sav(
            frame,
            path,
            file_label=_cut(title, 60),
            column_labels={name: _cut(text, SPSS_LABEL) for name, text in said.items()},
            row_compress=True,
            variable_value_labels=value_labels,
            missing_ranges=missing,
            variable_measure={
                field.name: "scale" if field.kind in ("number", "integer") else "nominal"
                for field in rows.fields
            },
            variable_format={
                field.name: SPSS_FORMATS[field.kind] for field in rows.fields if field.kind in SPSS_FORMATS
            },
        )
    return None


def _column(program: Program, column: pd.Series[Any], field: Field) -> pd.Series[Any]:
    """Values in a type that ReadStat takes; a text that is absent is empty there, since it has no other.

    A day is the number that the program counts it by (Stata days, SPSS seconds): ReadStat guesses the type of
    a column of dates by its first one, which may be absent.
    """
    import numpy as np

    match field.kind:
        case "text":
            return column.where(column.notna(), "").astype(object)
        case "date":
            origin, step = DAYS[program]
            passed = column.astype("datetime64[s]") - np.datetime64(origin, "s")
            return passed / np.timedelta64(step, "s")
        case "number" | "integer" | "boolean":
            return column.astype("float64")
        case _:
            return column


def _said(code: str, labels: Mapping[str, str]) -> str:
    return code if labels[code] == code else f"{code} – {labels[code]}"


def _cut(text: str, size: int) -> str:
    """As much of a text as fits into so many bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


__all__ = ["SPSS_MISSING", "letters", "prepare"]
