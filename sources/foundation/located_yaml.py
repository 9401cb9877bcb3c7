"""YAML with the line of every key, so that an error in a declaration names file, line and key.

Plain scalars follow the small YAML 1.2 core: `true`/`false`, `null`, integers and decimals. Everything else
is text, so `01`, `31.12.2015`, `no` and `2015-12-31` stay exactly what is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .exits import USAGE
from .told import Language, Told, said

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

Key = str | int


class DeclarationError(Exception):
    """What is wrong in the catalogue: every problem with file, line and key.

    `problems` holds one `Problem` per finding; the text lists them all, one a line.
    """

    exit_code = USAGE

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            Told(
                "\n".join(str(problem) for problem in self.problems),
                "\n".join(problem.say("de") for problem in self.problems),
            )
        )


@dataclass(frozen=True, order=True)
class Problem:
    """One finding: `file:line: key: message`, its message in both languages where it is `Told`."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return self.say("en")

    def say(self, language: Language) -> str:
        """The finding in one language."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        message = said(self.message, language)
        return f"{where}: {self.key}: {message}" if self.key else f"{where}: {message}"


@dataclass
class Located:
    """A YAML document as plain Python values, and the 1-based line of each path into it."""

    file: Path
    value: Any
    lines: dict[tuple[Key, ...], int] = field(default_factory=dict)

    def line_of(self, path: Sequence[Key]) -> int:
        """Line of the deepest part of `path` that stands in the file."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)


def load(file: Path) -> Located:
    """Read one YAML file.

    Raises `DeclarationError` for a file that is not there, text that is not UTF-8, broken YAML, a key given
    twice, or an alias.
    """
    try:
        return read(file, file.read_bytes())
    except FileNotFoundError as error:
        words = Told("there is no such file", "diese Datei gibt es nicht")
        raise DeclarationError([Problem(str(file), 0, "", words)]) from error


def read(file: Path, content: bytes) -> Located:
    """The same from bytes that were read already; `file` is named in errors."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        words = Told(f"not UTF-8 text ({error.reason})", f"kein Text in UTF-8 ({error.reason})")
        raise DeclarationError([Problem(str(file), 0, "", words)]) from error
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DeclarationError([Problem(str(file), line, "", _broken(error.problem))]) from error
    except yaml.YAMLError as error:
        raise DeclarationError([Problem(str(file), 0, "", _broken(error))]) from error
    located = Located(file, None)
    if node is not None:
        located.value = _value(node, (), located)
    return located


def _broken(problem: object) -> Told:
    return Told(f"broken YAML: {problem}", f"fehlerhaftes YAML: {problem}")


def _value(node: yaml.Node, path: tuple[Key, ...], located: Located) -> Any:
    located.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                message = Told("a key must be plain text", "ein Schlüssel muss einfacher Text sein")
                raise DeclarationError(
                    [Problem(str(located.file), key_node.start_mark.line + 1, "", message)]
                )
            key = key_node.value
            line = key_node.start_mark.line + 1
            if key in mapping:
                first = located.lines[(*path, key)]
                message = Told(
                    f"given twice (first in line {first})", f"steht zweimal da (zuerst in Zeile {first})"
                )
                raise DeclarationError([Problem(str(located.file), line, dotted((*path, key)), message)])
            located.lines[(*path, key)] = line
            mapping[key] = _value(value_node, (*path, key), located)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), located) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def dotted(path: Sequence[Key]) -> str:
    """`("format", "layouts", 0, "keys")` as `format.layouts[0].keys`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text
