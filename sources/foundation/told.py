"""Words in both languages: `Told` are raised, stored or printed as they are, a `Phrase` may have gaps."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Phrase:
    """One text in both languages; `{name}` stands for a value."""

    de: str
    en: str

    def text(self, language: Language) -> str:
        """The text in one language, with its places open."""
        return self.de if language == "de" else self.en

    def say(self, language: Language, **values: object) -> str:
        """The text in one language with its values filled in."""
        return self.text(language).format(**values)


def day_in(day: date, language: Language) -> str:
    """A day as it is written in the language: 31.12.2015, in English 2015-12-31."""
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day:%Y-%m-%d}"


def said(words: object, language: Language) -> str:
    """Words in one language, where they are known in both; else as they are."""
    return words.say(language) if isinstance(words, Told) else f"{words}"


def figure(number: float, language: Language) -> str:
    """A number as a sentence of this language prints it: six digits, in German with a comma."""
    return f"{number:g}".replace(".", ",") if language == "de" else f"{number:g}"
