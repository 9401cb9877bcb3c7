"""Reforms that an office knows of before the package does: `<data root>/town/reforms.csv`.

Semicolons, UTF-8, a heading line of `COLUMNS`: those of `catalog/area_history.csv`, and `formed_from`, the
codes (by blanks) of areas that go on and gave ground. A Kreis that is independent since 2026 is one
line; what it was part of has a break in its series then, in all tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sources.areas.area_codes import levels_of
from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.office_csv import no_day, office_lines
from sources.foundation.told import Told

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
    lines, problems = office_lines(file, COLUMNS)
    found: list[Reform] = []
    for number, row in lines:
        wrong = _wrong(row)
        problems += [Problem(str(file), number, column, words) for column, words in wrong]
        if not wrong:
            found.append(_reform(row))
    if problems:
        raise DeclarationError(problems)
    return tuple(found)


def _wrong(row: dict[str, str]) -> list[tuple[str, Told]]:
    """Column and message of everything that is wrong with a line."""
    wrong: list[tuple[str, Told]] = []
    for column in ("area_code", "successor_code", "further_successor_codes", "formed_from"):
        for code in row[column].split() or ([""] if column == "area_code" else []):
            if not levels_of(code):
                wrong.append(
                    (column, Told(f"{code!r} is no area code", f"{code!r} ist kein Gebietsschlüssel"))
                )
    for column in ("valid_from", "valid_to"):
        if row[column] and (strange := no_day(row[column])):
            wrong.append((column, strange))
    if not (row["valid_from"] or row["valid_to"]):
        wrong.append(("valid_from", Told("the day of the change is missing", "der Tag der Änderung fehlt")))
    kind, kinds = row["change_kind"], ", ".join(KINDS)
    if kind not in KINDS:
        words = Told(f"is {kind!r}, expected one of {kinds}", f"ist {kind!r}, erlaubt sind {kinds}")
        wrong.append(("change_kind", words))
    if not row["legal_basis"]:
        words = Told(
            "is empty: name the law, or who said so", "ist leer: das Gesetz nennen, oder wer es sagt"
        )
        wrong.append(("legal_basis", words))
    code, levels = row["area_code"], levels_of(row["area_code"])
    if levels and row["area_level"] not in levels:
        words = Told(f"{code} is {' or '.join(levels)}", f"{code} ist {' oder '.join(levels)}")
        wrong.append(("area_level", words))
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
