"""Looks into a workbook of Excel 97 to 2003 (.xls) for what python-calamine does not tell: errors, formulas.

Such a file is a compound file ([MS-CFB]) of sectors and chains of them; its stream `Workbook` (`Book` before
Excel 97) is a sequence of records ([MS-XLS] 2.1.4), each with a number, a length and its bytes. Cells with an
error are records BoolErr (2.4.24), or Formula (2.4.127) whose stored result is an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_HEADER = 512
_ENTRY = 128
_BOUND_SHEET, _BOF, _EOF, _FORMULA, _BOOL_ERR = 0x0085, 0x0809, 0x000A, 0x0006, 0x0205
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip


@dataclass(frozen=True)
class Hidden:
    """A cell that calamine does not tell: 0-based row and column, the error it shows; None: a formula."""

    row: int
    column: int
    error: str | None


def hidden_cells(file: Path, sheet: int) -> Iterator[Hidden]:
    """Errors and formulas of a sheet by its 0-based number among all sheets, in the order of the file.

    Raises:
        ValueError: the file is no compound file with a workbook, or ends within one of its parts.
    """
    try:
        stream = _stream(file.read_bytes())
        begins = [
            struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _BOUND_SHEET
        ]
        if sheet >= len(begins):
            raise ValueError(f"there is no sheet {sheet + 1}")
        for kind, body in _records(stream, begins[sheet]):
            if kind == _BOOL_ERR and body[7]:
                row, column = struct.unpack_from("<HH", body)
                yield Hidden(row, column, _ERRORS.get(body[6], "#N/A"))
            elif kind == _FORMULA:
                row, column = struct.unpack_from("<HH", body)
                is_error = body[12:14] == b"\xff\xff" and body[6] == 2
                yield Hidden(row, column, _ERRORS.get(body[8], "#N/A") if is_error else None)
    except (struct.error, IndexError) as error:
        raise ValueError(f"it ends within one of its parts: {error}") from None


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records of the part of the stream that begins at a place, but for parts within it (charts)."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth == 0:
            return
        at += 4 + length


def _stream(content: bytes) -> bytes:
    """The bytes of the workbook's stream."""
    if not content.startswith(SIGNATURE):
        raise ValueError("it is no compound file")
    size, small_size = 1 << content[30], 1 << content[32]
    (directory,) = struct.unpack_from("<I", content, 48)
    (limit, small_table) = struct.unpack_from("<II", content, 56)
    sectors = len(content) // size + 1

    def sector(number: int) -> bytes:
        return content[_HEADER + number * size - (0 if size <= _HEADER else _HEADER - size) :][:size]

    def numbers(of: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(of) // 4}I", of[: len(of) // 4 * 4]))

    table: list[int] = []
    listed = numbers(content[76:512])
    (further,) = struct.unpack_from("<I", content, 68)
    while further < _END_OF_CHAIN and len(listed) <= sectors:
        more = numbers(sector(further))
        listed += more[:-1]
        further = more[-1]
    for number in listed:
        if number < _END_OF_CHAIN:
            table += numbers(sector(number))

    def chain(first: int, links: list[int]) -> Iterator[int]:
        for _ in range(sectors * max(size // small_size, 1)):
            if first >= _END_OF_CHAIN - 2:
                return
            yield first
            first = links[first]
        raise ValueError("a chain of its sectors has no end")

    def whole(first: int) -> bytes:
        return b"".join(sector(number) for number in chain(first, table))

    entries = whole(directory)
    root = entries[:_ENTRY]
    for start in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        entry = entries[start : start + _ENTRY]
        (letters,) = struct.unpack_from("<H", entry, 64)
        if entry[: max(letters - 2, 0)].decode("utf-16-le", "replace").lower() not in ("workbook", "book"):
            continue
        first, length = struct.unpack_from("<II", entry, 116)
        if length >= limit:
            return whole(first)[:length]
        small = whole(struct.unpack_from("<I", root, 116)[0])
        links = numbers(whole(small_table))
        return b"".join(small[n * small_size : (n + 1) * small_size] for n in chain(first, links))[:length]
    raise ValueError("it holds no workbook")
