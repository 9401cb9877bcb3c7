"""Files in which an office says what it assumes: a name, below it what holds under that name.

They are the office's own, so everything wrong in them is reported in German, with file, line and key.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError as Invalid

from sources.foundation.located_yaml import DeclarationError, Located, Problem, load
from sources.foundation.strict import Strict, problem_at, problems_of

Entry = TypeVar("Entry", bound=Strict)


def entries(
    file: Path, model: type[Entry], expected: str, taken: Mapping[str, str]
) -> tuple[Located, dict[str, Entry], list[Problem]]:
    """The file with its lines, its good entries by name, and what is wrong so far.

    Args:
        file: the office's file; it exists.
        model: what an entry must be.
        expected: what the file holds, for a file that holds something else.
        taken: names that no entry may have, with what has them.
    """
    located = load(file)
    if located.value is None:
        # nothing but comments
        return located, {}, []
    if not isinstance(located.value, dict):
        words = f"erwartet werden {expected}: Name, darunter Angaben"
        raise DeclarationError([Problem(str(file), 1, "", words)])
    found: dict[str, Entry] = {}
    problems: list[Problem] = []
    for name, content in located.value.items():
        if name in taken:
            problems.append(problem_at(located, (name,), f"so heißt {taken[name]}"))
        try:
            found[str(name)] = model.model_validate(content)
        except Invalid as error:
            problems += problems_of(error, located, (name,), "de")
    return located, found, problems
