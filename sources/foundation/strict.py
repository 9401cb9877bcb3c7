"""Models of what is declared: immutable, strict, and with errors in one wording.

What pydantic finds becomes `Problem`s: the file, the line and the key to mend, and what is wrong there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .located_yaml import DeclarationError, Key, Located, Problem, dotted, load
from .told import Language, Told, figure

T = TypeVar("T")


class Strict(BaseModel):
    """Base of everything declared: it does not change after reading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


_WORDS = {
    "extra_forbidden": Told(
        "unknown key (misspelt, or it belongs elsewhere)",
        "unbekannte Angabe (verschrieben, oder sie gehört woandershin)",
    ),
    "missing": Told("is missing", "fehlt"),
    "model_type": Told("a mapping of keys to values is expected", "erwartet werden Angaben mit Werten"),
    "dict_type": Told("a mapping of keys to values is expected", "erwartet werden Angaben mit Werten"),
}

_GERMAN = (
    {
        "greater_than": "muss über {gt} liegen",
        "greater_than_equal": "darf nicht unter {ge} liegen",
        "less_than": "muss unter {lt} liegen",
        "less_than_equal": "darf nicht über {le} liegen",
        "too_short": "braucht mindestens eine Angabe",
        "literal_error": "muss {expected} sein",
        "string_too_short": "darf nicht leer sein",
        "string_pattern_mismatch": "passt nicht zum Muster {pattern}",
        "finite_number": "muss eine endliche Zahl sein",
        "string_type": "muss ein Text sein (Ziffern in Anführungszeichen)",
        "tuple_type": "muss eine Liste sein",
        "list_type": "muss eine Liste sein",
    }
    | dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "muss eine ganze Zahl sein")
    | dict.fromkeys(("bool_type", "bool_parsing"), "muss true oder false sein")
    | dict.fromkeys(("float_type", "float_parsing"), "muss eine Zahl sein")
    | dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing"), "muss ein Datum wie 2026-03-12 sein"
    )
)
"""pydantic's own findings, for files that an office writes; `{…}` is what pydantic says beside them."""


def faults(error: ValidationError) -> Iterator[tuple[tuple[Key, ...], Told]]:
    """Each thing that is wrong: the path of keys to it and what is wrong there, in words.

    German knows the findings that files of an office can have; what a model itself raises is in the
    words it raises.
    """
    found = error.errors(include_url=False)
    for one in found:
        if one["type"] == "too_short" and any(len(other["loc"]) > len(one["loc"]) for other in found):
            continue  # follows from an item that is wrong itself
        words = _words_of(one)
        given = one["input"]
        if one["type"] not in _WORDS and given is not None and not isinstance(given, dict | list | BaseModel):
            words = Told(f"{words} (found {given!r})", f"{words.de} (gefunden: {given!r})")
        yield one["loc"], words


def _words_of(one: ErrorDetails) -> Told:
    """What is wrong, without what was found."""
    if one["type"] in _WORDS:
        return _WORDS[one["type"]]
    context = one.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], Told):
        return raised.args[0]
    words = one["msg"].removeprefix("Value error, ")
    if one["type"] not in _GERMAN:
        return Told(words, words)
    told = {
        name: figure(value, "de") if isinstance(value, float) else value for name, value in context.items()
    }
    german = _GERMAN[one["type"]].format(**told)
    return Told(words, german.replace(" or ", " oder ") if one["type"] == "literal_error" else german)


def problems_of(
    error: ValidationError, located: Located, prefix: Sequence[Key] = (), language: Language = "en"
) -> list[Problem]:
    """What is wrong with a part of a file, with file, line and key, in both languages or in German alone.

    `prefix` is the path to the part. What the part inherits from the whole stands there, without the prefix.
    """
    found = []
    for loc, told in faults(error):
        message = told.de if language == "de" else told
        path = tuple(part for part in loc if _stands_in_file(part, loc, located))
        own = (*prefix, *path)
        found.append(
            problem_at(located, path if own not in located.lines and path in located.lines else own, message)
        )
    return found


def problem_at(located: Located, path: Sequence[Key], message: str) -> Problem:
    """A finding with the line of the deepest part of `path` that stands in the file."""
    return Problem(str(located.file), located.line_of(path), dotted(path), message)


def _stands_in_file(part: Key, path: Sequence[Key], located: Located) -> bool:
    """Whether a part of pydantic's path is a key of the file, and not the name of a branch of a union.

    The last part always counts, since it may be a key that is missing.
    """
    return part == path[-1] or isinstance(part, int) or any(part in known for known in located.lines)


def in_one_line(error: ValidationError) -> Told:
    """What is wrong with a content that has no lines: keys and words, separated by semicolons."""
    found = list(faults(error))

    def line(language: Language) -> str:
        return "; ".join(
            f"{dotted(path)}: {words.say(language)}" if path else words.say(language) for path, words in found
        )

    return Told(line("en"), line("de"))


def checked(kind: type[T], located: Located) -> T:
    """The content of a file as a model, or as whatever type pydantic knows.

    Raises `DeclarationError` with every problem, each with file, line and key.
    """
    try:
        return TypeAdapter(kind).validate_python(located.value)
    except ValidationError as error:
        raise DeclarationError(problems_of(error, located)) from error


def read(file: Path, kind: type[T]) -> T:
    """A YAML file as a model. Raises `DeclarationError`, as `located_yaml.load` and `checked` do."""
    return checked(kind, load(file))
