"""CSV files that an office writes itself into its data root: semicolons, UTF-8, a heading line.

What is wrong with them is said in both languages, with file, line and column.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from sources.foundation.located_yaml import Problem
from sources.foundation.told import Told


def office_lines(
    file: Path, columns: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """The lines by column, each with its number in the file, and what cannot be read.

    Blank lines, lines that begin with # and blanks around a cell are left out; an absent file has no lines.
    """
    found: list[tuple[int, dict[str, str]]] = []
    problems: list[Problem] = []

    def wrong(line: int, en: str, de: str) -> None:
        problems.append(Problem(str(file), line, "", Told(en, de)))

    if not file.exists():
        return found, problems
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        wrong(1, "is no UTF-8 text: save it as CSV UTF-8", "ist kein UTF-8-Text: als CSV UTF-8 speichern")
        return found, problems
    lines = csv.reader(text.splitlines(), delimiter=";", strict=True)
    try:
        spoken = (cells for cells in lines if not (cells and cells[0].lstrip().startswith("#")))
        heading = tuple(name.strip() for name in next(spoken, []))
        if heading != columns:
            names = ";".join(columns)
            wrong(1, f"the heading must be {names}", f"die Kopfzeile muss lauten: {names}")
            return found, problems
        for cells in spoken:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                n, of = len(cells), len(columns)
                wrong(lines.line_num, f"has {n} fields instead of {of}", f"hat {n} Felder statt {of}")
                continue
            row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
            found.append((lines.line_num, row))
    except csv.Error as error:
        wrong(lines.line_num, f"cannot be read as CSV: {error}", f"ist als CSV nicht lesbar: {error}")
    return found, problems


def no_day(text: str) -> Told | None:
    """Why a text is no day, None where it is one."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return Told(
            f"is {text!r}, expected like 2027-01-31", f"ist {text!r}, erwartet wird ein Tag wie 2027-01-31"
        )
    return None
