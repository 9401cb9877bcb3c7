"""The main job reads stored originals again when a declaration or a reader has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.landing import build_landing
from orchestration.defs.run import Run
from orchestration.plan import CATALOGUE
from orchestration.resources import Paths
from sources.arrival.landing import Landing
from sources.declared.catalogue import load_catalog
from sources.declared.file_formats import FormFile
from sources.forms import blank

DATASET = "kita-plaetze"
LINE = ["01.03.2025", "990010000101", "Altstadt", "Tageseinrichtung", "unter 3 Jahre"]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A root in which one form has landed, read by an older declaration; its file is gone from the inbox."""
    monkeypatch.setenv("PLANSTAT_DATA", str(tmp_path))
    paths, catalog = Paths(tmp_path), load_catalog()
    file = tmp_path / f"{DATASET}.csv"
    form = catalog[DATASET].format
    assert isinstance(form, FormFile)
    file.write_bytes(blank.csv_text(catalog, catalog[DATASET], [LINE + ["."] * len(form.values)]))
    older = catalog[DATASET].model_copy(update={"area_levels": ("SMALL_AREA", "GEMEINDE")})
    landing = Landing(paths.root, replace(catalog, declarations={DATASET: older}))
    landing.prepare()
    assert landing.land(older, [file], origin="drop").status == "landed"
    file.unlink()
    return paths


def land_nothing() -> dict[str, dg.MetadataValue]:
    """The landing step over an empty inbox; the metadata of the ledger."""
    defs = dg.Definitions(assets=[build_landing()], resources={"run": Run(origin="drop")})
    done = defs.resolve_implicit_global_asset_job_def().execute_in_process()
    (event,) = [
        one for one in done.get_asset_materialization_events()
        if one.asset_key == dg.AssetKey(["landing", CATALOGUE, "ledger"])
    ]  # fmt: skip
    return dict(event.materialization.metadata)


def test_a_changed_declaration_reads_the_stored_original_again(paths: Paths) -> None:
    found = land_nothing()
    assert found["read_again"].value == [DATASET]
    rows = {row["status"]: row for row in Landing(paths.root).ledger()}
    assert set(rows) == {"accepted", "superseded"}
    assert rows["accepted"]["declaration_sha256"] == load_catalog().fingerprint(load_catalog()[DATASET])
    assert rows["accepted"]["sha256"] == rows["superseded"]["sha256"]
    assert rows["accepted"]["retrieved_at"] == rows["superseded"]["retrieved_at"]
    assert land_nothing()["read_again"].value == [], "once is enough"


def test_when_it_cannot_be_read_any_more_the_old_reading_counts(paths: Paths) -> None:
    """The original is not as declared any more: the message says so, and the figures stay."""
    (original,) = paths.landing.glob(f"kommune/{DATASET}/snapshot=2*/original/*.csv")
    original.write_bytes(original.read_bytes().replace(b"Genehmigte", b"Bewilligte"))
    found = land_nothing()
    assert found["read_again"].value == []
    assert "Bewilligte" in str(found["message"].value)
    (row,) = Landing(paths.root).ledger()
    assert row["status"] == "accepted"
