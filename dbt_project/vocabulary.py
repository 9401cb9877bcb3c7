"""What the columns of products are called and hold, and what the warehouse's own codes mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from sources.foundation.strict import Strict, read
from sources.foundation.told import Language, Told
from sources.foundation.vocabulary import Vocabulary, read_vocabulary

FOLDER = Path(__file__).parent
Digits = int | Literal["row", "2 at most"]


class ColumnWords(Strict):
    """One column of `columns.yml`, where its keys are explained; `about` alone: no product prints it."""

    about: str = ""
    de: str = ""
    en: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    scope: str | None = None
    listed: bool = False
    beside: bool = True
    named: tuple[str, ...] = ()
    digits: Digits | None = None

    @model_validator(mode="after")
    def _whole(self) -> ColumnWords:
        printed = self.model_fields_set - {"about"}
        if printed and not (self.de and self.en and self.text):
            raise ValueError("a column that products print has `de`, `en` and `text`")
        if not printed and not self.about:
            raise ValueError("say what it holds")
        return self


def columns_declared(file: Path = FOLDER / "columns.yml") -> dict[str, ColumnWords]:
    """Every column by name. Raises `DeclarationError` for an entry that is not as declared."""
    return read(file, dict[str, ColumnWords])


@cache
def column_words() -> dict[str, ColumnWords]:
    """The columns that products print. Raises `DeclarationError` as `columns_declared` does."""
    return {name: one for name, one in columns_declared().items() if one.de}


def own_vocabulary() -> Vocabulary:
    """The meanings of the warehouse's own codes."""
    return read_vocabulary(FOLDER / "vocabulary.yml")


def in_both(name: str, code: str) -> Told:
    """What a code of a shared or own vocabulary says."""
    return Told(meaning(name, code, "en"), meaning(name, code, "de"))


def meaning(name: str, code: str, language: Language) -> str:
    """What a code of a shared or own vocabulary says; the code where none has it."""
    for room in (read_vocabulary(), own_vocabulary()):
        if one := room.get(name, {}).get(code):
            return one.de if language == "de" else one.en
    return code


def written(number: float, digits: str, language: Language) -> str:
    """A number by a format specification, in German with a decimal comma."""
    text = format(number, digits)
    return text.replace(".", ",") if language == "de" else text
