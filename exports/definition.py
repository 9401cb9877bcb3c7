"""What readers are told about an indicator, as its specification says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """What a reader is told about an indicator, in German."""

    question: str
    how_to_read: str
    how_not_to_read: str
    formula: str
    law: str | None = None
