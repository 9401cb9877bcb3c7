"""Answers of a statistician to implausible numbers: the office's own file, and those of the package.

A number that contradicts the rest of its own table is marked (`obs_status` U) and has a row in the register
`fct_implausible`, named by `finding_id`. Who has looked at it answers in `<data root>/town/answers.csv`:
semicolons, UTF-8, one line per finding, a heading line of `COLUMNS`. `answer` is one of `ANSWERS`:

- `accept`       the number is right: it loses the mark
- `correct`      `corrected_value` holds instead (decimal comma or point)
- `withdraw`     no number is known: the cell is empty
- `implausible`  looked at and still implausible: the mark stays, nobody needs to look again

Findings about published tables that are known already stand in `sources/catalog/answers.csv`, of the same
shape. The office's answer to a finding goes before the package's. A finding is about one number: when the
publisher prints another one, its answer is no longer asked for.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from sources.foundation.located_yaml import DeclarationError, Problem

COLUMNS = ("finding_id", "answer", "corrected_value", "reason", "person", "date")
Answered = Literal["accept", "correct", "withdraw", "implausible"]
ANSWERS: tuple[Answered, ...] = ("accept", "correct", "withdraw", "implausible")


@dataclass(frozen=True)
class Answer:
    """One answered finding; its id begins with `fact` and `dataset_id`. `origin`: town or package."""

    finding_id: str
    fact: str
    dataset_id: str
    answer: Answered
    corrected_value: float | None
    reason: str
    person: str
    answered_on: dt.date
    origin: str


def answers(package: Path, town: Path | None = None) -> list[Answer]:
    """All answers in force, ordered by finding: the town's, and the package's where the town has none.

    A file that is absent answers nothing.

    Raises:
        DeclarationError: lines that cannot be read, each with file, line and column.
    """
    problems: list[Problem] = []
    found = {one.finding_id: one for one in _read(package, "package", problems)}
    if town is not None:
        found |= {one.finding_id: one for one in _read(town, "town", problems)}
    if problems:
        raise DeclarationError(problems)
    return [found[name] for name in sorted(found)]


def _read(file: Path, origin: str, problems: list[Problem]) -> list[Answer]:
    if not file.exists():
        return []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(str(file), 1, "", "is no UTF-8 text: save it as CSV UTF-8"))
        return []
    lines = csv.reader(text.splitlines(), delimiter=";", strict=True)
    found: dict[str, Answer] = {}
    try:
        heading = tuple(name.strip() for name in next(lines, []))
        if heading != COLUMNS:
            problems.append(Problem(str(file), 1, "", f"the heading must be {';'.join(COLUMNS)}"))
            return []
        for cells in lines:
            number = lines.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(COLUMNS):
                problems.append(
                    Problem(str(file), number, "", f"has {len(cells)} fields instead of {len(COLUMNS)}")
                )
                continue
            row = {name: cell.strip() for name, cell in zip(COLUMNS, cells, strict=True)}
            answer = _answer(row, origin, file, number, problems)
            if answer is None:
                continue
            if answer.finding_id in found:
                problems.append(Problem(str(file), number, "finding_id", "is answered twice: keep one line"))
            found[answer.finding_id] = answer
    except csv.Error as error:
        problems.append(Problem(str(file), lines.line_num, "", f"cannot be read as CSV: {error}"))
    return list(found.values())


def _answer(
    row: dict[str, str], origin: str, file: Path, line: int, problems: list[Problem]
) -> Answer | None:
    """The answer of one line; what is wrong with it is added to `problems`."""
    before = len(problems)

    def wrong(column: str, message: str) -> None:
        problems.append(Problem(str(file), line, column, message))

    parts = row["finding_id"].split(":")
    if len(parts) < 6:
        wrong("finding_id", "is no name of a finding: copy it from the register of implausible numbers")
    if row["answer"] not in ANSWERS:
        wrong("answer", f"is {row['answer']!r}, allowed are {', '.join(ANSWERS)}")
    value = None
    if row["answer"] == "correct":
        try:
            value = float(row["corrected_value"].replace(",", "."))
        except ValueError:
            wrong("corrected_value", f"is {row['corrected_value']!r}: `correct` needs a number")
        else:
            if value < 0 or not math.isfinite(value):
                wrong("corrected_value", "must be a number that is not negative")
    elif row["corrected_value"]:
        wrong("corrected_value", "belongs to `correct` only: leave it empty")
    for column in ("reason", "person"):
        if not row[column]:
            wrong(column, "is empty: say why, and who says it")
    day = None
    try:
        day = dt.date.fromisoformat(row["date"])
    except ValueError:
        wrong("date", f"is {row['date']!r}, expected like 2027-01-31")
    if len(problems) > before or day is None:
        return None
    return Answer(
        finding_id=row["finding_id"],
        fact=parts[0],
        dataset_id=parts[1],
        answer=cast("Answered", row["answer"]),
        corrected_value=value,
        reason=row["reason"],
        person=row["person"],
        answered_on=day,
        origin=origin,
    )
