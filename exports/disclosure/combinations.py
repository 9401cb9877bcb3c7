"""Rows that are left out among the combinations of their codes: a missing row would be read as zero."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

from exports.disclosure.auditor.knowledge import Key


def left_out(blocks: Iterable[set[Key]]) -> Key | None:
    """The first combination that a block lacks although each of its codes occurs there."""
    for present in blocks:
        axes = [sorted(set(codes)) for codes in zip(*present, strict=True)]
        if math.prod(map(len, axes)) != len(present):
            return next(key for key in itertools.product(*axes) if key not in present)
    return None
