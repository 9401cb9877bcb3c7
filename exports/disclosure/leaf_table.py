"""The confidential table of leaf counts as it is handed in: read strictly, or refused with line and column.

What is misread here is published with a certificate beside it, so nothing is guessed: a number is written in
the one notation that was declared, every combination has one row, and a row of totals is no category. No
message repeats a number of the table.
"""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exports.disclosure.combinations import left_out
from exports.disclosure.constraints import Floats
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.policy import Data
from sources.foundation.numbers import compiled, number_pattern, value_of
from sources.foundation.told import Told

LARGEST = 10.0**12
"""Larger numbers are refused: solvers do not compute them exactly, and nothing a town counts is so large."""

TOTALS = frozenset({"insgesamt", "gesamt", "zusammen", "summe", "total", "alle", "all", "sum", "_t"})
"""Codes (in lower case) that name a total wherever they stand."""

ENOUGH = 3
"""Lines in which two codes must agree before one counts as a copy of the other and not as chance."""

RUN_ENOUGH = 4
"""Lines in which a code must be the sum of its neighbours before it counts as their subtotal."""

MOST_PARTS = 24
"""Codes of one dimension up to which pairs and triples are tried as the parts of a subtotal."""

MOST_DECIMALS = 9

_BY_NAME = Told("is called a total", "heißt wie eine Summe")
_OF_ALL = Told(
    "is the sum of the other codes in every line", "ist in jeder Zeile die Summe der anderen Schlüssel"
)
_WHERE_IT_STANDS = Told(
    "is the sum of the other codes in every line that has it",
    "ist in jeder Zeile, die ihn hat, die Summe der anderen Schlüssel",
)


@dataclass(frozen=True)
class Text:
    """A CSV as text: the columns by name. Row 0 stands on line 2 of the file."""

    path: Path
    columns: Mapping[str, Sequence[str]]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return list(self.columns)

    def refuse(self, row: int, column: str, words: Told) -> DeclarationError:
        """An error that names file, line and column."""
        return DeclarationError(
            Told(
                f"{self.path}: line {row + 2}, column {column!r}: {words}",
                f"{self.path}: Zeile {row + 2}, Spalte {column!r}: {words.de}",
            )
        )


def read_text(path: Path, delimiter: str) -> Text:
    """All columns of a CSV as text, blanks as they are. Raises DeclarationError."""
    import duckdb

    if not path.is_file():
        raise DeclarationError(Told(f"{path}: no such file", f"{path}: diese Datei gibt es nicht"))
    _check_header(path, delimiter)
    with duckdb.connect() as connection:
        try:
            relation = connection.execute(
                "select * from read_csv(?, delim = ?, header = true, all_varchar = true, nullstr = '', "
                "strict_mode = true)",
                [str(path), delimiter],
            )
            header = [column[0] for column in relation.description or ()]
            arrays = relation.fetchnumpy()
        except duckdb.Error as error:
            # the database quotes the line, which holds true counts
            line = re.search(r"[Ll]ine: (\d+)", str(error))
            place, place_de = (f" (line {line[1]})", f" (Zeile {line[1]})") if line else ("", "")
            raise DeclarationError(
                Told(
                    f"{path}: not readable as CSV in UTF-8 with the delimiter {delimiter!r}{place}",
                    f"{path}: nicht als CSV in UTF-8 mit dem Trennzeichen {delimiter!r} zu lesen{place_de}",
                )
            ) from None
    columns: dict[str, list[str]] = {}
    for name in header:
        masked = np.ma.asarray(arrays[name])
        columns[name] = [
            "" if missing else str(value)
            for value, missing in zip(masked.data, np.ma.getmaskarray(masked), strict=True)
        ]
    return Text(path, columns)


def _check_header(path: Path, delimiter: str) -> None:
    """A column that comes twice would be renamed silently."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, delimiter=delimiter), [])
    except UnicodeDecodeError:
        raise DeclarationError(
            Told(
                f"{path}: is not UTF-8; save it as CSV UTF-8",
                f"{path}: ist nicht UTF-8; als CSV UTF-8 speichern",
            )
        ) from None
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DeclarationError(
            Told(
                f"{path}: line 1: the column {twice[0]!r} comes twice",
                f"{path}: Zeile 1: Die Spalte {twice[0]!r} kommt zweimal",
            )
        )


def check_codes(text: Text, columns: Sequence[str]) -> None:
    """Codes are written out, without blanks around them, and one code has one spelling."""
    for column in columns:
        spelt: dict[str, str] = {}
        for row, code in enumerate(text.columns[column]):
            if not code.strip():
                raise text.refuse(row, column, Told("the code is empty", "der Schlüssel ist leer"))
            plain = " ".join(unicodedata.normalize("NFC", code).split())
            if any(unicodedata.category(sign) in ("Cc", "Cf") for sign in code):
                raise text.refuse(
                    row,
                    column,
                    Told(
                        f"{code!r} holds a sign that nobody sees",
                        f"{code!r} enthält ein Zeichen, das niemand sieht",
                    ),
                )
            if code != code.strip() or any(sign.isspace() and sign != " " for sign in code):
                raise text.refuse(
                    row,
                    column,
                    Told(
                        f"{code!r} has blanks around or within it that are none",
                        f"{code!r} hat Leerraum um oder in sich, der keiner ist",
                    ),
                )
            if spelt.setdefault(plain, code) != code:
                raise text.refuse(
                    row,
                    column,
                    Told(
                        f"{code!r} is {spelt[plain]!r} in another spelling",
                        f"{code!r} ist {spelt[plain]!r} in anderer Schreibweise",
                    ),
                )


def numbers(
    text: Text, column: str, data: Data, *, whole: bool, texts: Sequence[str] | None = None
) -> Floats:
    """The numbers of a column, written as `data` declares. Raises DeclarationError with line and column.

    A table with a semicolon between its columns is a German one, where a point may group thousands and a
    comma may part decimals: marks count only when `data.thousands` and `data.decimal` say so.
    """
    decimal = data.decimal or ("." if data.delimiter == "," else None)
    pattern = compiled(
        number_pattern(
            signed=True,
            decimals=0 if whole or decimal is None else MOST_DECIMALS,
            decimal=decimal or ",",
            thousands=data.thousands,
        )
    )
    given = text.columns[column] if texts is None else texts
    found = np.empty(len(given))
    for row, written in enumerate(given):
        if not pattern.match(written):
            raise text.refuse(row, column, _wrong(written, whole=whole))
        found[row] = value_of(written, decimal=decimal or ",", thousands=data.thousands)
        if not abs(found[row]) <= LARGEST:
            raise text.refuse(
                row,
                column,
                Told(f"the number is larger than {LARGEST:.0f}", f"die Zahl ist größer als {LARGEST:.0f}"),
            )
    return found


def _wrong(written: str, *, whole: bool) -> Told:
    """Why a text is no number, without its digits."""
    kind, art = ("whole number", "ganze Zahl") if whole else ("number", "Zahl")
    if not written:
        return Told(
            f"is empty and not a {kind}; leaf counts must be complete, give 0 where there are no cases",
            f"ist leer und keine {art}; Fallzahlen müssen vollständig sein, 0 eintragen, wo es keine Fälle "
            "gibt",
        )
    no_number = Told(f"is not a {kind} as written", f"ist so geschrieben keine {art}")
    others = dict.fromkeys(sign for sign in written if not sign.isascii() or not sign.isdigit())
    signs = "".join(sign for sign in others if not sign.isalnum())
    letters = "".join(sign for sign in others if sign.isalnum())
    if len(letters) > 1 or not letters.isascii():
        # a number in words, or in digits of another script, would stand in the message
        return Told(
            f"{no_number}: it holds letters; write it in the digits 0 to 9 alone",
            f"{no_number.de}: Buchstaben darin; nur mit den Ziffern 0 bis 9 schreiben",
        )
    signs += letters
    if not signs:
        return Told(f"{no_number}: it begins with a zero", f"{no_number.de}: eine Null steht am Anfang")
    if set(signs) <= set(".,'\u00a0\u202f -"):
        return Told(
            f"{no_number}: it holds {signs!r}; say under data.thousands and data.decimal how numbers are "
            "written, and kind: magnitude if it is no count",
            f"{no_number.de}: {signs!r} darin; unter data.thousands und data.decimal sagen, wie Zahlen "
            "geschrieben sind, und kind: magnitude, wenn es keine Fallzahl ist",
        )
    return Told(
        f"{no_number}: it holds {signs!r}; write digits only, without exponent, and 0 where there are no "
        "cases",
        f"{no_number.de}: {signs!r} darin; nur Ziffern schreiben, ohne Exponent, und 0, wo es keine Fälle "
        "gibt",
    )


def check_keys(text: Text, codes: Mapping[str, str], free: Sequence[str], data: Data) -> None:
    """One row per combination, and none left out. `codes`: dimension -> column; `free` have no total.

    Contributions of units are many rows per cell, and only those that there are.
    """
    if data.contributor is not None:
        return
    names = list(codes)
    keys = list(zip(*(text.columns[codes[name]] for name in names), strict=True))
    first: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(keys):
        before = first.setdefault(key, row)
        if before != row:
            words = ", ".join(f"{name}={code}" for name, code in zip(names, key, strict=True))
            raise text.refuse(
                row,
                codes[names[0]],
                Told(
                    f"the cell {words} stands on line {before + 2} already; give each cell one row, or name "
                    "data.contributor if rows are contributions",
                    f"das Feld {words} steht schon in Zeile {before + 2}; jedem Feld eine Zeile geben, oder "
                    "data.contributor nennen, wenn Zeilen Beiträge sind",
                ),
            )
    if data.absent == "zero":
        return
    fixed = [names.index(name) for name in free]
    blocks: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for key in keys:
        blocks.setdefault(tuple(key[place] for place in fixed), set()).add(key)
    absent = left_out(blocks.values())
    if absent is not None:
        words = ", ".join(f"{name}={code}" for name, code in zip(names, absent, strict=True))
        raise DeclarationError(
            Told(
                f"{text.path}: there is no row for {words} (columns {', '.join(codes.values())}); a row "
                "that is "
                "left out would be read as zero: give 0, or say `absent: zero` under data",
                f"{text.path}: Es gibt keine Zeile für {words} (Spalten {', '.join(codes.values())}); eine "
                "fehlende Zeile würde als null gelesen: 0 eintragen, oder unter data `absent: zero` sagen",
            )
        )


def check_totals(
    text: Text,
    codes: Mapping[str, str],
    added: Mapping[str, str],
    amounts: Floats,
    unknown: Floats | None,
    data: Data,
) -> None:
    """No code is the sum of others: a row of totals, taken as one more category, doubles every sum.

    The sum of all other codes, or of a run of neighbours, in every line; or a name that means a total.
    `codes` is dimension -> column, `added` those of them that are added up. Codes under `data.not_sums` were
    looked at by a person.
    """
    for name, column in added.items():
        rest = [other for other in codes.values() if other != column]
        accepted = set(data.not_sums.get(name, ()))
        given = text.columns[column]
        order = list(dict.fromkeys(given))
        for code in order:
            if code.casefold() in TOTALS and code not in accepted:
                raise text.refuse(
                    given.index(code),
                    column,
                    _total(code, name, _BY_NAME),
                )
        if len(order) < 2:
            continue
        lines = _lines(text, column, rest, order, amounts, unknown)
        for code, words in _sums(lines, order):
            if code not in accepted:
                raise text.refuse(given.index(code), column, _total(code, name, words))


def _total(code: str, name: str, words: Told) -> Told:
    return Told(
        f"the code {code!r} {words}: leave the rows of totals out, they are formed here (as the dimension's "
        f"`total`); if it is a category all the same, name it under data.not_sums.{name}",
        f"der Schlüssel {code!r} {words.de}: Zeilen mit Summen weglassen, sie werden hier gebildet (als "
        "`total` "
        f"der Dimension); ist es doch eine Ausprägung, unter data.not_sums.{name} nennen",
    )


def _lines(
    text: Text,
    column: str,
    rest: Sequence[str],
    order: Sequence[str],
    amounts: Floats,
    unknown: Floats | None,
) -> Floats:
    """Codes of one dimension by lines (combinations of all others), without lines with secret parts."""
    place = {code: number for number, code in enumerate(order)}
    line_of: dict[tuple[str, ...], int] = {}
    keys = zip(*(text.columns[other] for other in rest), strict=True) if rest else itertools.repeat(())
    where = [
        (place[code], line_of.setdefault(key, len(line_of)))
        for code, key in zip(text.columns[column], keys, strict=False)
    ]
    matrix = np.zeros((len(order), len(line_of)))
    hidden = np.zeros(len(line_of), dtype=bool)
    for (code, line), amount, secret in zip(
        where, amounts, unknown if unknown is not None else itertools.repeat(0.0), strict=False
    ):
        matrix[code, line] += amount
        hidden[line] |= bool(secret)
    return np.asarray(matrix[:, ~hidden & (matrix.sum(axis=0) > 0)])


def _sums(lines: Floats, order: Sequence[str]) -> list[tuple[str, Told]]:
    """Codes that are sums of others in every line (of those with cases), and in words of which."""
    count = lines.shape[1]
    if count == 0:
        return []
    whole = lines.sum(axis=0)
    found = []
    for number, code in enumerate(order):
        own = lines[number]
        if not own.any():
            continue
        if np.allclose(2 * own, whole, rtol=1e-9, atol=1e-9):
            others = int((np.delete(lines, number, axis=0).sum(axis=1) > 0).sum())
            if others > 1 or count >= ENOUGH:
                found.append((code, _OF_ALL))
            continue
        if count >= RUN_ENOUGH:
            for step in (1, -1):
                until = _run(lines, number, step)
                if until is not None:
                    first, last = sorted((number + step, until))
                    words = Told(
                        f"is the sum of {order[first]!r} to {order[last]!r} in every line",
                        f"ist in jeder Zeile die Summe von {order[first]!r} bis {order[last]!r}",
                    )
                    found.append((code, words))
        found += _in_its_own_lines(lines, number, order)
    return found


def _in_its_own_lines(lines: Floats, number: int, order: Sequence[str]) -> list[tuple[str, Told]]:
    """A total that not every line has, and a subtotal of codes that are no neighbours."""
    own = lines[number] > 0
    count, inside = int(own.sum()), lines[:, own]
    if count >= ENOUGH and np.allclose(2 * inside[number], inside.sum(axis=0), rtol=1e-9, atol=1e-9):
        return [(order[number], _WHERE_IT_STANDS)]
    if count < RUN_ENOUGH or len(order) > MOST_PARTS:
        return []
    filled = [other for other in range(len(order)) if other != number and lines[other].any()]
    for size in (2, 3):
        for parts in itertools.combinations(filled, size):
            if np.allclose(lines[number], lines[list(parts)].sum(axis=0), rtol=1e-9, atol=1e-9):
                names = ", ".join(repr(order[part]) for part in parts)
                words = Told(
                    f"is the sum of {names} in every line", f"ist in jeder Zeile die Summe von {names}"
                )
                return [(order[number], words)]
    return []


def _run(lines: Floats, number: int, step: int) -> int | None:
    """The end of a run of at least two neighbours with cases that add up to a code in every line."""
    left = lines[number].copy()
    taken = 0
    place = number + step
    while 0 <= place < len(lines):
        left -= lines[place]
        if (left < -1e-9).any():
            return None
        taken += bool(lines[place].any())
        if taken > 1 and np.allclose(left, 0, atol=1e-9):
            return place
        place += step
    return None
