"""The error of a delivered file: where something is wrong, and in both languages what and what to do."""

from __future__ import annotations

import re
from typing import Any

from sources.foundation.exits import SOURCE_TROUBLE
from sources.problems import HAND_IN_AGAIN_DE, HAND_IN_AGAIN_EN, OF_PUBLISHER, PROBLEMS, TODO_OF_FORM

_PLACES_DE = (
    (re.compile(r"^cell (\S+)"), r"Zelle \1"),
    (re.compile(r" of sheet "), " im Blatt "),
    (re.compile(r"^sheet "), "Blatt "),
    (re.compile(r"^positions? (\d+) to (\d+)$"), r"Stellen \1 bis \2"),
    (re.compile(r"^feature (\d+)"), r"Objekt \1"),
    (re.compile(r"^entry (\d+)"), r"Eintrag \1"),
    (re.compile(r", column "), ", Spalte "),
)
"""Places in the words of a format, in German."""


class SourceError(Exception):
    """A delivered file is not what its declaration says: it is set aside whole.

    `what` and `remedy` say in English what is wrong and what to do, `what_de` and `remedy_de` in German (for
    a caller that gives none, the German sentence quotes the English words). `file` is the file's name, `line`
    and `column` are 1-based, `cell` is the place in the words of the format (`B17`, `entry 4`); None where
    they make no sense. `code` is stable.
    """

    exit_code = SOURCE_TROUBLE

    def __init__(
        self,
        what: str,
        *,
        file: str,
        remedy: str,
        line: int | None = None,
        column: int | None = None,
        cell: str | None = None,
        code: str = "unreadable",
        what_de: str | None = None,
        remedy_de: str | None = None,
    ) -> None:
        self.what = what
        self.remedy = remedy
        self.what_de = what_de or f"Die Datei ist nicht so, wie sie deklariert ist ({what})"
        self.remedy_de = remedy_de or f"Datei prüfen und erneut liefern ({remedy})"
        self.file = file
        self.line = line
        self.column = column
        self.cell = cell
        self.code = code
        super().__init__(self.sentence_en)

    @property
    def sentence_de(self) -> str:
        """File, place, problem and remedy in German."""
        cell = self.cell
        for english, german in _PLACES_DE if cell else ():
            cell = english.sub(german, cell or "")
        return f"{self._place('Zeile', 'Spalte', cell)}: {self.what_de}. {self.remedy_de}"

    @property
    def sentence_en(self) -> str:
        """File, place, problem and remedy in English."""
        return f"{self._place('line', 'column', self.cell)}: {self.what}. {self.remedy}"

    def of_form(self) -> SourceError:
        """The same with what an office can do about it that filled in a form: it fetches nothing."""
        todo_de, todo_en = TODO_OF_FORM.get(self.code, ("", ""))
        if not todo_de:
            if not OF_PUBLISHER.search(self.remedy_de):
                return self
            todo_de, todo_en = HAND_IN_AGAIN_DE, HAND_IN_AGAIN_EN
        return SourceError(
            self.what, file=self.file, line=self.line, column=self.column, cell=self.cell, code=self.code,
            remedy=todo_en, what_de=self.what_de, remedy_de=todo_de,
        )  # fmt: skip

    def _place(self, line: str, column: str, cell: str | None) -> str:
        parts = [self.file]
        if self.line:
            parts.append(f"{line} {self.line}")
        if cell:
            parts.append(cell)
        elif self.column:
            parts.append(f"{column} {self.column}")
        return ", ".join(parts)

    def as_dict(self) -> dict[str, str | int | None]:
        """Everything as JSON-serialisable data, for `reason.json`."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "cell": self.cell,
            "what_de": self.what_de,
            "what_en": self.what,
            "remedy_de": self.remedy_de,
            "remedy_en": self.remedy,
        }


def problem(
    code: str,
    file: str,
    *,
    line: int | None = None,
    column: int | None = None,
    cell: str | None = None,
    **facts: Any,
) -> SourceError:
    """The error of a kind in `PROBLEMS`, its words filled with the facts."""
    words = PROBLEMS[code]
    facts_de = {name: getattr(fact, "de", fact) for name, fact in facts.items()}
    return SourceError(
        words.what_en.format(**facts),
        file=file,
        line=line,
        column=column,
        cell=cell,
        code=code,
        remedy=words.todo_en.format(**facts),
        what_de=words.what_de.format(**facts_de),
        remedy_de=words.todo_de.format(**facts_de),
    )
