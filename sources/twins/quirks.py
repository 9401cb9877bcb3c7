"""What can be wrong (or merely unusual) with a published file, to be switched on in a twin.

Grid quirks work on the texts before they are written, byte quirks on the finished file. `HARMLESS` ones
must not change what is read; each other one must set the file aside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

Lines = list[list[str]]


@dataclass
class Grid:
    """A table as texts: header and data lines, `keys` columns left and `tail` columns right of the values."""

    header: Lines
    body: Lines
    keys: int
    area_at: int | None = None
    label_at: int | None = None
    tail: int = 0
    header_texts: list[tuple[int, int]] = field(default_factory=list)

    def pick(self, dice: random.Random) -> int:
        """A data line somewhere in the middle."""
        return dice.randrange(len(self.body) // 3, max(len(self.body) * 2 // 3, len(self.body) // 3 + 1))


def _shifted_column(grid: Grid, dice: random.Random) -> None:
    """One line lost a key column, so its texts stand one column too far to the left."""
    line = grid.body[grid.pick(dice)]
    del line[max(grid.keys - 1, 0)]
    line.append(line[-1])


def _short_line(grid: Grid, dice: random.Random) -> None:
    """One line ends early."""
    line = grid.body[grid.pick(dice)]
    del line[-1:]


def _wide_line(grid: Grid, dice: random.Random) -> None:
    """One line has a column too many."""
    grid.body[grid.pick(dice)].append("1")


def _duplicate_rows(grid: Grid, dice: random.Random) -> None:
    """A line stands twice."""
    at = grid.pick(dice)
    grid.body.insert(at + 1, list(grid.body[at]))


def _unknown_header(grid: Grid, dice: random.Random) -> None:
    """A header text that no declaration knows."""
    spots = grid.header_texts or [
        (row, column) for row, line in enumerate(grid.header) for column, text in enumerate(line) if text
    ]
    row, column = dice.choice(spots)
    grid.header[row][column] += " (neu)"


def _in_value(grid: Grid, dice: random.Random, text: str) -> None:
    line = grid.body[grid.pick(dice)]
    line[dice.randrange(grid.keys, len(line) - grid.tail)] = text


def _thousands_points(grid: Grid, dice: random.Random) -> None:
    """A number with a thousands point where the format has none."""
    _in_value(grid, dice, "1.234")


def _german_number(grid: Grid, dice: random.Random) -> None:
    """A number with thousands point and decimal comma."""
    _in_value(grid, dice, "1.234,5")


def _unknown_symbol(grid: Grid, dice: random.Random) -> None:
    """A sign that is in no legend."""
    _in_value(grid, dice, "?")


def _empty_value(grid: Grid, dice: random.Random) -> None:
    """A value cell with nothing in it."""
    _in_value(grid, dice, "")


def _wrong_area_code(grid: Grid, dice: random.Random) -> None:
    """A text that can be no area code."""
    if grid.area_at is None:
        raise ValueError("the table has no column of area codes")
    grid.body[grid.pick(dice)][grid.area_at] = "Kiel"


def _unknown_label(grid: Grid, dice: random.Random) -> None:
    """A label that is in no code list."""
    if grid.label_at is None:
        raise ValueError("the table has no key column with labels")
    grid.body[grid.pick(dice)][grid.label_at] = "kunterbunt"


GRID: dict[str, Callable[[Grid, random.Random], None]] = {
    "shifted_column": _shifted_column,
    "short_line": _short_line,
    "wide_line": _wide_line,
    "duplicate_rows": _duplicate_rows,
    "unknown_header": _unknown_header,
    "thousands_points": _thousands_points,
    "german_number": _german_number,
    "unknown_symbol": _unknown_symbol,
    "empty_value": _empty_value,
    "wrong_area_code": _wrong_area_code,
    "unknown_label": _unknown_label,
}

_LOGIN = (
    "<!DOCTYPE html><html><head><title>Anmeldung</title></head>"
    "<body><h1>Bitte melden Sie sich an</h1></body></html>\n"
)


def _mixed_line_ends(content: bytes, dice: random.Random) -> bytes:
    lines = content.split(b"\n")
    return (
        b"".join(line + (b"\r\n" if number % 2 else b"\n") for number, line in enumerate(lines[:-1]))
        + lines[-1]
    )


def _nul_bytes(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) // 3, len(content) * 2 // 3 + 1)
    return content[:at] + b"\x00" + content[at:]


BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "truncated": lambda content, dice: content[: len(content) * dice.randrange(30, 70) // 100],
    "html_page": lambda content, dice: _LOGIN.encode(),
    "empty": lambda content, dice: b"",
    "nul_bytes": _nul_bytes,
    "crlf": lambda content, dice: content.replace(b"\n", b"\r\n"),
    "mixed_line_ends": _mixed_line_ends,
    "bom": lambda content, dice: b"\xef\xbb\xbf" + content,
}

FORMAT = frozenset(
    {
        "wrong_table",  # the name of one table, the content of another
        "wrong_encoding",  # an encoding that no publisher uses
        "cp1252",  # written in cp1252 instead of UTF-8
        "new_first_line",  # `Tabelle:` instead of `GENESIS-Tabelle:`
        "no_footer",  # ends with the last data line
        "formula",  # a workbook with a formula
        "macro",  # a workbook with macros
        "other_delimiter",  # a comma where a semicolon is declared, and the other way round
        "cut_line",  # a fixed-width line that ends early
        "other_sheet",  # a workbook whose sheet has another name
        "missing_part",  # a shapefile without its .prj
        "other_crs",  # a geometry in another coordinate system
        "crossing_outline",  # an outline that crosses itself
    }
)
"""Quirks that a format's twin builds in itself."""

HARMLESS = frozenset({"crlf", "bom", "cp1252", "new_first_line"})
KNOWN = frozenset(GRID) | frozenset(BYTES) | FORMAT


def check(quirks: Collection[str], allowed: Collection[str]) -> frozenset[str]:
    """The quirks as a set.

    Raises:
        ValueError: one is unknown, or this format cannot have it.
    """
    wanted = frozenset(quirks)
    for name in sorted(wanted - frozenset(allowed)):
        raise ValueError(
            f"this format has no quirk {name!r}" if name in KNOWN else f"there is no quirk {name!r}"
        )
    return wanted


def spoil_grid(grid: Grid, quirks: Collection[str], dice: random.Random) -> None:
    """Apply the grid quirks in place."""
    for name, spoil in GRID.items():
        if name in quirks:
            spoil(grid, dice)


def spoil_bytes(content: bytes, quirks: Collection[str], dice: random.Random) -> bytes:
    """Apply the byte quirks."""
    for name, spoil in BYTES.items():
        if name in quirks:
            content = spoil(content, dice)
    return content
