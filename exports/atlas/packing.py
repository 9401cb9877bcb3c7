"""The form of the atlas's data files: a classic script that hands one packed record to the page.

A page opened from a disk may load scripts, and nothing else. So a record is JSON, compressed (RFC 1951) and
written into a call of `planstat.put`, 15 bits a letter; the page unpacks it with `DecompressionStream`. The
file is UTF-16 with a byte order mark, which every browser obeys before anything that a web server says: a
letter takes two bytes, so that text costs 7 % more than bytes (Base64: 33 %). A column of
numbers holds the differences to the number before; a column of few words holds runs:
`[code, length, code, length, …]`, and one of ascending numbers the steps between runs and their lengths.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

LEVEL = 7
"""Of compression: 9 takes three times as long for one percent less."""

FIRST = 0x3400
"""The first of 32,768 letters in a row that stand for themselves: no control, no surrogate, no quote."""

BITS = 15
"""That a letter holds."""

_CALL = re.compile(r'planstat\.put\("([^"]+)",(\d+),"([\u3400-\ub3ff]*)"\);\n')


def write_record(folder: Path, name: str, record: Any) -> Path:
    """Write `record` to `data/<name>.js` below `folder`; gives the file."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    squeezed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    packed = squeezed.compress(text.encode("utf-8")) + squeezed.flush()
    file = folder / "data" / f"{name}.js"
    file.parent.mkdir(parents=True, exist_ok=True)
    call = f'planstat.put("{name}",{len(packed)},"{lettered(packed)}");\n'
    file.write_bytes(codecs.BOM_UTF16_LE + call.encode("utf-16-le"))
    return file


def read_record(folder: Path, name: str) -> Any:
    """What `data/<name>.js` hands to the page. Raises `ValueError` for a file of another form."""
    found = _CALL.fullmatch((folder / "data" / f"{name}.js").read_text(encoding="utf-16"))
    if found is None or found[1] != name:
        raise ValueError(f"{folder.name}/data/{name}.js is no record of an atlas")
    return json.loads(zlib.decompress(unlettered(found[3], int(found[2])), -15))


def lettered(packed: bytes) -> str:
    """Bytes as letters of 15 bits each, the high bits first; the last one is filled up with noughts."""
    import numpy

    bits = numpy.unpackbits(numpy.frombuffer(packed, dtype=numpy.uint8))
    rows = numpy.pad(bits, (0, -len(bits) % BITS)).reshape(-1, BITS)
    numbers = rows @ (1 << numpy.arange(BITS - 1, -1, -1, dtype=numpy.uint16)) + FIRST
    return numbers.astype("<u2").tobytes().decode("utf-16-le")


def unlettered(letters: str, length: int) -> bytes:
    """The `length` bytes that `lettered` was given."""
    import numpy

    numbers = numpy.frombuffer(letters.encode("utf-16-le"), dtype="<u2") - FIRST
    places = numpy.arange(BITS - 1, -1, -1, dtype=numpy.uint16)
    bits = (numbers[:, numpy.newaxis] >> places & 1).astype(numpy.uint8)
    return numpy.packbits(bits).tobytes()[:length]


def runs(codes: NDArray[numpy.int64]) -> list[int]:
    """`[0, 0, 2]` as `[0, 2, 2, 1]`: each code with how often it follows itself."""
    import numpy

    if not len(codes):
        return []
    starts = numpy.flatnonzero(numpy.concatenate(([True], codes[1:] != codes[:-1])))
    lengths = numpy.diff(numpy.append(starts, len(codes)))
    found: list[int] = numpy.column_stack((codes[starts], lengths)).ravel().tolist()
    return found


def unrolled(found: list[int]) -> NDArray[numpy.int64]:
    """What `runs` was given."""
    import numpy

    pairs = numpy.array(found, dtype=numpy.int64).reshape(-1, 2)
    return numpy.repeat(pairs[:, 0], pairs[:, 1])


def climbs(numbers: NDArray[numpy.int64]) -> list[list[int]]:
    """`[4, 4, 5]` as `[[4, 1], [2, 1]]`: steps from run to run, and how long each run is."""
    import numpy

    pairs = numpy.array(runs(numbers), dtype=numpy.int64).reshape(-1, 2)
    return [numpy.diff(pairs[:, 0], prepend=0).tolist(), pairs[:, 1].tolist()]


def climbed(found: list[list[int]]) -> NDArray[numpy.int64]:
    """What `climbs` was given."""
    import numpy

    up, lengths = (numpy.array(one, dtype=numpy.int64) for one in found)
    return numpy.repeat(numpy.cumsum(up), lengths)


def steps(numbers: NDArray[numpy.int64], known: NDArray[numpy.bool_]) -> list[int | None]:
    """Differences to the last known number; None where no number is known."""
    import numpy

    held = numbers[known]
    found = numpy.full(len(numbers), None, dtype=object)
    found[known] = numpy.diff(held, prepend=0).tolist()
    listed: list[int | None] = found.tolist()
    return listed


def summed(found: list[int | None]) -> list[int | None]:
    """What `steps` was given: the number, or None."""
    numbers: list[int | None] = []
    number = 0
    for step in found:
        if step is not None:
            number += step
        numbers.append(None if step is None else number)
    return numbers
