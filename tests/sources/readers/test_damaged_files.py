"""Random damage: every reader gives a table or a `SourceError`, never another error, a crash or a hang."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sources.declared.catalogue import Catalog
from sources.twins import Twin
from tests.profiles import tried
from tests.sources.readers.damage import DATASETS, KINDS, outcome, random_steps, sound_twins

EXAMPLES = 25
FEW_EXAMPLES = 6  # loading the spatial extension takes its time

steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.floats(0, 1), st.integers(1, 64), st.binary(min_size=1, max_size=8)),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def twins(catalog: Catalog) -> dict[str, Twin]:
    """One small, sound delivery per dataset."""
    return sound_twins(catalog)


@pytest.mark.parametrize("dataset_id", [name for name in DATASETS if name != "vg2500-krs"])
@tried(EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage(catalog: Catalog, twins: dict[str, Twin], dataset_id: str, data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(sorted(twins[dataset_id].files)))
    outcome(catalog, dataset_id, twins[dataset_id], part, data.draw(steps))


@pytest.mark.parametrize("seed", range(FEW_EXAMPLES))
def test_damage_to_outlines(catalog: Catalog, twins: dict[str, Twin], seed: int) -> None:
    dice = random.Random(seed)
    part = dice.choice(sorted(twins["vg2500-krs"].files))
    outcome(catalog, "vg2500-krs", twins["vg2500-krs"], part, random_steps(dice))
