"""How often a property is tried: a push tries few examples, `make test-nightly` twenty times as many."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

NIGHTLY = os.environ.get("PLANSTAT_TESTS") == "nightly"


def tried(examples: int, **more: Any) -> settings:
    """Settings of a property that a push tries with so many examples; no deadline: machines are busy."""
    return settings(deadline=None, max_examples=examples * (20 if NIGHTLY else 1), **more)
