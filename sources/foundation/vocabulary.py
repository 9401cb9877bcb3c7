"""What codes mean, in German and English: the vocabulary that all rooms share, and the way to read one.

`vocabulary.yml` beside this file holds status, reasons, levels and units; another room keeps its own codes in
a file of the same form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .strict import Strict, read

SHARED = Path(__file__).parent / "vocabulary.yml"


class Meaning(Strict):
    """What one code says, in both languages.

    `sign`: what the statistical offices of Germany print for it. `pattern`: of a level of areas, the form of
    its codes (matches the whole code). `is_secret`: of a reason, that a value is (or may be) kept secret.
    `is_count`: of a unit, that it counts persons or things, so that a number grows with the area.
    """

    de: str = Field(min_length=1)
    en: str = Field(min_length=1)
    sign: str = ""
    pattern: str = ""
    is_secret: bool = False
    is_count: bool = False


Vocabulary = dict[str, dict[str, Meaning]]
"""Meanings by list and code, in the order in which to show them."""


@cache
def read_vocabulary(file: Path = SHARED) -> Vocabulary:
    """The vocabulary in a file: list, code, meaning.

    Raises `DeclarationError` for an entry without both languages or with an unknown key.
    """
    return read(file, Vocabulary)


@dataclass(frozen=True)
class OneOf:
    """Says of a text in a model that it is a code of a list of the vocabulary, read when asked."""

    list: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": [*read_vocabulary()[self.list]]}

    def _known(self, code: str) -> str:
        if code not in (known := read_vocabulary()[self.list]):
            raise ValueError(f"must be one of {', '.join(known)}")
        return code


ObsStatus = Annotated[str, OneOf("obs_status")]
ConfStatus = Annotated[str, OneOf("conf_status")]
MissingReason = Annotated[str, OneOf("missing_reason")]
AreaLevel = Annotated[str, OneOf("area_level")]
