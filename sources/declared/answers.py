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

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.office_csv import no_day, office_lines
from sources.foundation.told import Told

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
    lines, unreadable = office_lines(file, COLUMNS)
    problems += unreadable
    found: dict[str, Answer] = {}
    for number, row in lines:
        answer = _answer(row, origin, file, number, problems)
        if answer is None:
            continue
        if answer.finding_id in found:
            words = Told("is answered twice: keep one line", "ist zweimal beantwortet: eine Zeile behalten")
            problems.append(Problem(str(file), number, "finding_id", words))
        found[answer.finding_id] = answer
    return list(found.values())


def _answer(
    row: dict[str, str], origin: str, file: Path, line: int, problems: list[Problem]
) -> Answer | None:
    """The answer of one line; what is wrong with it is added to `problems`."""
    before = len(problems)

    def wrong(column: str, en: str, de: str) -> None:
        problems.append(Problem(str(file), line, column, Told(en, de)))

    parts = row["finding_id"].split(":")
    if len(parts) < 6:
        wrong(
            "finding_id",
            "is no name of a finding: copy it from the register of implausible numbers",
            "ist kein Befund: aus dem Verzeichnis der unplausiblen Zahlen übernehmen",
        )
    answer, allowed = row["answer"], ", ".join(ANSWERS)
    if answer not in ANSWERS:
        wrong("answer", f"is {answer!r}, allowed are {allowed}", f"ist {answer!r}, erlaubt sind {allowed}")
    value, printed = None, row["corrected_value"]
    if answer == "correct":
        try:
            value = float(printed.replace(",", "."))
        except ValueError:
            wrong(
                "corrected_value",
                f"is {printed!r}: `correct` needs a number",
                f"ist {printed!r}: `correct` braucht eine Zahl",
            )
        else:
            if value < 0 or not math.isfinite(value):
                wrong(
                    "corrected_value",
                    "must be a number that is not negative",
                    "muss eine Zahl sein, die nicht negativ ist",
                )
    elif printed:
        wrong(
            "corrected_value",
            "belongs to `correct` only: leave it empty",
            "gehört nur zu `correct`: leer lassen",
        )
    for column in ("reason", "person"):
        if not row[column]:
            wrong(column, "is empty: say why, and who says it", "ist leer: angeben, warum, und wer es sagt")
    strange = no_day(row["date"])
    if strange:
        wrong("date", strange, strange.de)
    if len(problems) > before:
        return None
    return Answer(
        finding_id=row["finding_id"],
        fact=parts[0],
        dataset_id=parts[1],
        answer=cast("Answered", answer),
        corrected_value=value,
        reason=row["reason"],
        person=row["person"],
        answered_on=dt.date.fromisoformat(row["date"]),
        origin=origin,
    )
