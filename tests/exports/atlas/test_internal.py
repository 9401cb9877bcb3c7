"""An atlas for an internal audience is marked, lies among internal editions, and tells nothing outside."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import candidate, release
from exports.atlas.packing import read_record
from exports.compilations import NotCompiled, compile_atlas
from exports.products import Office
from exports.release import Release
from tests.contracts import make
from tests.exports.conftest import NOW
from tests.exports.small_warehouse import passing

from .ground import TABLE, WORDS, area, description, figure, goal

OFFICE = Office(name="Kreis Muster")
KIEL = area("01002", "Kiel")
SECRETS = ("Vertrauliches Ziel", "87654.321", "424242")
"""What stands in internal editions only."""


def published(
    folder: Path, product: str, relation: str, rows: Iterable[Mapping[str, Any]], audience: str = "public"
) -> Release:
    """An edition of these rows, built, received and published like any other."""
    root = folder / ("releases" if audience == "public" else "internal")
    warehouse = folder / f"{product}-{audience}.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        make(connection, relation, rows)
    told = description(product, relation) | {
        "audience": audience, "formats": ["csv"], "may_be_empty": "in a test",
    }  # fmt: skip
    made = candidate.build(warehouse, product, told, folder / "candidates" / product)
    release.write_receipt(made, passing(product), told, release.look(made.path))
    out = release.publish(product, made, root, NOW, audience=audience)
    assert isinstance(out, Release)
    return out


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Public indicators, areas and goals; goals and people for an internal audience."""
    published(tmp_path, "areas", "mart_area", [KIEL])
    published(tmp_path, "indicators", "mart_indicator", [figure(KIEL, "2018-12-31", 9.75)])
    published(tmp_path, "outcome", "mart_outcome", [goal("Weniger Armut", "2018-12-31", 11.0, "on_track")])
    secret = goal("Vertrauliches Ziel", "2018-12-31", 87654.321, "on_track")
    published(tmp_path, "outcome", "mart_outcome", [secret], "internal")
    people = {
        **{name: KIEL[name] for name in ("area_key", "area_code", "area_level", "area_name")},
        "dataset_id": TABLE, "measure_code": "population", "unit": "Personen",
        "period_key": "D2018-12-31", "reference_date": "2018-12-31", "value": 424242.0,
        "sex_code": "_T", "age_group_code": "_T", "nationality_code": "_T",
        "obs_status": "A", "conf_status": "F", "missing_reason": "none",
    }  # fmt: skip
    published(tmp_path, "population", "mart_population", [people], "internal")
    return tmp_path


def atlas_of(town: Path, *, internal: bool) -> Release:
    made = compile_atlas(
        town / "releases",
        town / "scratch",
        WORDS,
        OFFICE,
        NOW,
        internal=town / "internal" if internal else None,
    )
    assert isinstance(made, Release)
    return made


def text_of(folder: Path) -> str:
    """Everything that an edition says: its files, records unpacked."""
    said = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parts[-2] != "site":
            said.append(path.read_text(encoding="utf-8", errors="replace"))
            name = path.relative_to(folder / "data") if folder / "data" in path.parents else None
            if name is not None:
                record = read_record(folder, str(name.with_suffix("")))
                said.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(said)


def test_no_cell_of_an_internal_edition_is_in_the_public_atlas(town: Path) -> None:
    inside = text_of(atlas_of(town, internal=True).path)
    assert all(secret in inside for secret in SECRETS), "else this test proves nothing"
    public = atlas_of(town, internal=False)
    outside = text_of(public.path)
    assert not [secret for secret in SECRETS if secret in outside]
    assert {one.partition("/")[0] for one in public.compiled_from} == {"areas", "indicators", "outcome"}
    assert "Weniger Armut" in outside
    heads = read_record(public.path, "atlas")
    assert heads["audience"] == "public"
    assert [one["product"] for one in heads["tables"]] == ["outcome"]


def test_it_lies_among_internal_editions_with_their_rights_and_mark(town: Path) -> None:
    made = atlas_of(town, internal=True)
    other = release.current_release(town / "internal", "outcome")
    assert other is not None
    assert made.path.parents[1] == town / "internal"
    assert made.audience == "internal"
    assert read_record(made.path, "atlas")["audience"] == "internal"
    assert "Intern – nicht weitergeben" in (made.path / "README.md").read_text(encoding="utf-8")
    for name in (".", "datapackage.json"):
        modes = [stat.S_IMODE((one.path / name).stat().st_mode) for one in (made, other)]
        assert modes[0] == modes[1]
    assert release.current_release(town / "releases", "atlas") is None
    for listed in ("index.html", "catalog.json"):
        path = town / "releases" / listed
        assert "atlas" not in path.read_text(encoding="utf-8"), listed
    assert set(release.verify_all(town / "internal", release.publishing.BESIDE).values()) == {""}


def test_without_internal_editions_there_is_none(town: Path) -> None:
    (town / "empty").mkdir()
    with pytest.raises(NotCompiled, match="no edition for an internal audience"):
        compile_atlas(town / "releases", town / "scratch", WORDS, OFFICE, NOW, internal=town / "empty")
