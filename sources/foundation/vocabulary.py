"""What codes mean, in German and English: the vocabulary that all rooms share, and the way to read one.

`vocabulary.yml` beside this file holds status, reasons, levels and units; another room keeps its own codes in
a file of the same form.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

SHARED = Path(__file__).parent / "vocabulary.yml"


class Meaning(BaseModel):
    """What one code says; `sign` is what the statistical offices of Germany print for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    de: str = Field(min_length=1)
    en: str = Field(min_length=1)
    sign: str = ""


Vocabulary = dict[str, dict[str, Meaning]]
"""Meanings by list and code, in the order in which to show them."""


@cache
def read_vocabulary(file: Path = SHARED) -> Vocabulary:
    """The vocabulary in a file: list, code, meaning. Every text stays as it is written.

    Raises `pydantic.ValidationError` for an entry without both languages or with an unknown key.
    """
    written = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - plain texts only
    return TypeAdapter(Vocabulary).validate_python(written)
