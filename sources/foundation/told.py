"""Words in both languages that are raised, stored or printed as one value."""

from __future__ import annotations

from datetime import date
from typing import Literal

Language = Literal["de", "en"]


class Told(str):
    """Words for a person: the English ones, with the German ones in `de`."""

    de: str

    def __new__(cls, en: str, de: str) -> Told:
        told = super().__new__(cls, en)
        told.de = de
        return told

    def __reduce__(self) -> tuple[type[Told], tuple[str, str]]:
        return type(self), (str(self), self.de)

    def say(self, language: Language) -> str:
        """The words in one language."""
        return self.de if language == "de" else str(self)


def day_in(day: date, language: Language) -> str:
    """A day as it is written in the language: 31.12.2015, in English 2015-12-31."""
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day:%Y-%m-%d}"


def said(words: object, language: Language) -> str:
    """Words in one language, where they are known in both; else as they are."""
    return words.say(language) if isinstance(words, Told) else f"{words}"


def figure(number: float, language: Language) -> str:
    """A number as a sentence of this language prints it: six digits, in German with a comma."""
    return f"{number:g}".replace(".", ",") if language == "de" else f"{number:g}"
