"""Random damage: every reader gives a table or a `SourceError`, never another error, a crash or a hang."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.catalogue import Catalog
from sources.declaration import Declaration
from sources.readers.reading import SourceError, reader_of
from sources.twins import Twin, render
from sources.twins.inventing import invent
from sources.twins.sample import writing

EXAMPLES = 25
FEW_EXAMPLES = 8  # loading the spatial extension takes its time
MANY_EXAMPLES = 3000

Records = Callable[[Declaration], pa.Table]
DATASETS: dict[str, Records | None] = {
    "12411-02-03-4": None,
    "21111-01-03-4": None,
    "zensus2022-bevoelkerung": None,
    "ew24-strukturdaten": None,
    "inkar-bruttoverdienst": None,
    "gv-isys": writing._register,
    "regionalschluessel-xoev": writing._code_list,
    "vg2500-krs": writing._outlines,
}


@pytest.fixture(scope="module")
def twins(catalog: Catalog) -> dict[str, Twin]:
    """One small, sound delivery per dataset."""
    made = {}
    for dataset_id, records in DATASETS.items():
        declaration = catalog[dataset_id]
        table = (
            records(declaration).slice(0, 12) if records else invent(catalog, declaration, areas=3, seed=2)
        )
        options = {"placeholders": writing.REGISTER_EDITION} if dataset_id == "gv-isys" else {}
        made[dataset_id] = render(catalog, declaration, table, **options)
    return made


damage = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "delete", "repeat"]),
        st.floats(0, 1),
        st.integers(1, 64),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=5,
)


def damaged(content: bytes, steps: list[tuple[str, float, int, bytes]]) -> bytes:
    """The content after each kind of damage at its place (a share of the length)."""
    for kind, share, length, extra in steps:
        at = int(share * len(content))
        if kind == "cut":
            content = content[:at]
        elif kind == "insert":
            content = content[:at] + extra + content[at:]
        elif kind == "delete":
            content = content[:at] + content[at + length :]
        elif kind == "repeat":
            content = content[:at] + content[at : at + length] * 2 + content[at + length :]
        else:
            content = content[:at] + extra + content[at + len(extra) :]
    return content


def check(catalog: Catalog, twin: Twin, dataset_id: str, data: st.DataObject) -> None:
    declaration = catalog[dataset_id]
    part = data.draw(st.sampled_from(sorted(twin.files)))
    content = damaged(twin.files[part], data.draw(damage))
    with TemporaryDirectory() as folder:
        main = Twin({**twin.files, part: content}).write(Path(folder))[0]
        with suppress(SourceError):
            assert reader_of(declaration).read(catalog, declaration, main).table.num_rows


@pytest.mark.parametrize("dataset_id", [name for name in DATASETS if name != "vg2500-krs"])
@settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_some_damage(catalog: Catalog, twins: dict[str, Twin], dataset_id: str, data: st.DataObject) -> None:
    check(catalog, twins[dataset_id], dataset_id, data)


@settings(deadline=None, max_examples=FEW_EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_some_damage_to_outlines(catalog: Catalog, twins: dict[str, Twin], data: st.DataObject) -> None:
    check(catalog, twins["vg2500-krs"], "vg2500-krs", data)


@pytest.mark.fuzz
@pytest.mark.parametrize("dataset_id", DATASETS)
@settings(deadline=None, max_examples=MANY_EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_much_damage(catalog: Catalog, twins: dict[str, Twin], dataset_id: str, data: st.DataObject) -> None:
    check(catalog, twins[dataset_id], dataset_id, data)
