"""Any damage to a file of any format: read or refused. Hypothesis shrinks what it finds to a small example.

In a ZIP (workbook) the damage is done to one of its parts, so that it gets past the unpacking.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sources.declared.catalogue import Catalog, load_catalog
from tests.fuzz.readers import DATASETS, WORDS, Coverage, Target, attempt, targets_of
from tests.profiles import tried
from tests.sources.readers.damage import KINDS, Step, damaged

EXAMPLES = {"geometry": 6, "genesis_flat": 6}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.floats(0, 1),
        st.integers(0, 60),
        st.one_of(st.sampled_from(WORDS), st.binary(max_size=6)),
    ),
    min_size=1,
    max_size=4,
)


@cache
def catalogue() -> Catalog:
    return load_catalog()


@cache
def targets(kind: str) -> list[Target]:
    return targets_of(catalogue(), kind)


def spoil(content: bytes, steps: list[Step], part: int) -> bytes:
    """The content damaged, or one part of a ZIP."""
    if not content.startswith(b"PK\x03\x04"):
        return damaged(content, steps)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(parts)[part % len(parts)]
    parts[name] = damaged(parts[name], steps)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one, body in parts.items():
            archive.writestr(one, body)
    return packed.getvalue()


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", sorted(DATASETS))
def test_any_damage_is_read_or_refused(kind: str) -> None:
    @tried(EXAMPLES.get(kind, 25), suppress_health_check=list(HealthCheck), database=None)
    @given(which=st.integers(0, 99), parts=st.integers(0, 99), steps=STEPS)
    def run(which: int, parts: int, steps: list[Step]) -> None:
        target = targets(kind)[which % len(targets(kind))]
        files = target.corpus[which % len(target.corpus)]
        name = sorted(files)[parts % len(files)]
        spoiled = files | {name: spoil(files[name], steps, parts)}
        with tempfile.TemporaryDirectory() as folder:
            attempt(catalogue(), target, spoiled, Path(folder), Coverage())
        findings, target.findings = target.findings, []
        assert findings == []

    run()
