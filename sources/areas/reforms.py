"""Reforms that an office knows of before the package does: `<data root>/town/reforms.csv`.

Semicolons, UTF-8, a heading line of `COLUMNS`: those of `catalog/area_history.csv`, and `formed_from`, the
codes (by blanks) of areas that go on and gave ground. A Kreis that is independent since 2026 is one
line; what it was part of has a break in its series then, in all tables.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sources.areas.area_codes import levels_of
from sources.foundation.located_yaml import DeclarationError, Problem

FILE = "reforms.csv"
COLUMNS = (
    "area_code", "area_level", "valid_from", "valid_to", "successor_code", "change_kind", "legal_basis",
    "further_successor_codes", "formed_from",
)  # fmt: skip
KINDS = ("created", "dissolved", "level", "merge", "recode", "reported", "split")


@dataclass(frozen=True)
class Reform:
    """One line: what happened to one area. Codes as texts; None where nothing is said."""

    area_code: str
    area_level: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor_code: str | None
    change_kind: str
    legal_basis: str
    further_successor_codes: tuple[str, ...]
    formed_from: tuple[str, ...]

    @property
    def codes(self) -> frozenset[str]:
        """Every code that the line names."""
        named = {self.area_code, *self.further_successor_codes, *self.formed_from}
        return frozenset(named | ({self.successor_code} if self.successor_code else set()))


def reforms(town: Path) -> tuple[Reform, ...]:
    """The office's own reforms, in the order of its file; none where there is no file.

    Raises:
        DeclarationError: lines that cannot be read, with file, line and column.
    """
    file = town / FILE
    if not file.exists():
        return ()
    problems: list[Problem] = []
    found: list[Reform] = []
    try:
        lines = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";", strict=True)
        heading = tuple(name.strip() for name in next(lines, []))
        if heading != COLUMNS:
            raise DeclarationError([Problem(str(file), 1, "", f"the heading must be {';'.join(COLUMNS)}")])
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(COLUMNS):
                message = f"has {len(cells)} fields instead of {len(COLUMNS)}"
                problems.append(Problem(str(file), lines.line_num, "", message))
                continue
            row = {name: cell.strip() for name, cell in zip(COLUMNS, cells, strict=True)}
            wrong = _wrong(row)
            problems += [Problem(str(file), lines.line_num, column, words) for column, words in wrong]
            if not wrong:
                found.append(_reform(row))
    except UnicodeDecodeError:
        problems.append(Problem(str(file), 1, "", "is no UTF-8 text: save it as CSV UTF-8"))
    except csv.Error as error:
        problems.append(Problem(str(file), lines.line_num, "", f"cannot be read as CSV: {error}"))
    if problems:
        raise DeclarationError(problems)
    return tuple(found)


def _wrong(row: dict[str, str]) -> list[tuple[str, str]]:
    """Column and message of everything that is wrong with a line."""
    wrong = []
    for column in ("area_code", "successor_code", "further_successor_codes", "formed_from"):
        for code in row[column].split() or ([""] if column == "area_code" else []):
            if not levels_of(code):
                wrong.append((column, f"{code!r} is no area code"))
    for column in ("valid_from", "valid_to"):
        try:
            if row[column]:
                dt.date.fromisoformat(row[column])
        except ValueError:
            wrong.append((column, f"is {row[column]!r}, expected like 2026-01-01"))
    if not (row["valid_from"] or row["valid_to"]):
        wrong.append(("valid_from", "the day of the change is missing"))
    if row["change_kind"] not in KINDS:
        wrong.append(("change_kind", f"is {row['change_kind']!r}, expected one of {', '.join(KINDS)}"))
    if not row["legal_basis"]:
        wrong.append(("legal_basis", "is empty: name the law, or who said so"))
    if row["area_level"] not in levels_of(row["area_code"]):
        wrong.append(("area_level", f"{row['area_code']} is {' or '.join(levels_of(row['area_code']))}"))
    return wrong


def _reform(row: dict[str, str]) -> Reform:
    def day(text: str) -> dt.date | None:
        return dt.date.fromisoformat(text) if text else None

    return Reform(
        area_code=row["area_code"],
        area_level=row["area_level"],
        valid_from=day(row["valid_from"]),
        valid_to=day(row["valid_to"]),
        successor_code=row["successor_code"] or None,
        change_kind=row["change_kind"],
        legal_basis=row["legal_basis"],
        further_successor_codes=tuple(row["further_successor_codes"].split()),
        formed_from=tuple(row["formed_from"].split()),
    )
