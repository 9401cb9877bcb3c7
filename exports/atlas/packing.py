"""The form of the atlas's data files: a classic script that hands one packed record to the page.

A page opened from a disk may load scripts, and nothing else. So a record is JSON, compressed (RFC 1951) and
written as Base64 into a call of `planstat.put`; the page unpacks it with `DecompressionStream`. A column of
numbers holds the differences to the number before; a column of few words holds runs:
`[code, length, code, length, …]`, and one of ascending numbers the steps between runs and their lengths.
"""

from __future__ import annotations

import base64
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

_CALL = re.compile(r'planstat\.put\("([^"]+)","([A-Za-z0-9+/=]*)"\);\n')


def write_record(folder: Path, name: str, record: Any) -> Path:
    """Write `record` to `data/<name>.js` below `folder`; gives the file."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    squeezed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    packed = base64.b64encode(squeezed.compress(text.encode("utf-8")) + squeezed.flush()).decode("ascii")
    file = folder / "data" / f"{name}.js"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'planstat.put("{name}","{packed}");\n', encoding="ascii")
    return file


def read_record(folder: Path, name: str) -> Any:
    """What `data/<name>.js` hands to the page. Raises `ValueError` for a file of another form."""
    found = _CALL.fullmatch((folder / "data" / f"{name}.js").read_text(encoding="ascii"))
    if found is None or found[1] != name:
        raise ValueError(f"{folder.name}/data/{name}.js is no record of an atlas")
    return json.loads(zlib.decompress(base64.b64decode(found[2]), -15))


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
