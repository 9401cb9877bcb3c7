"""A short fuzz run over every format, always the same; `python -m tests.fuzz.readers` runs longer ones."""

from __future__ import annotations

import pytest

from sources.declared.catalogue import load_catalog
from tests.fuzz.readers import DATASETS, fuzz


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", sorted(DATASETS))
def test_readers_read_or_refuse(kind: str) -> None:
    targets, coverage = fuzz(
        load_catalog(), kind, seed=1, runs=20 if kind in ("genesis_flat", "geometry") else 80
    )
    assert [trace for target in targets for trace, _ in target.findings] == []
    assert all(target.read for target in targets), "the seed files themselves must be read"
    assert len(coverage.lines) > 100
