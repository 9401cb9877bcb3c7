"""Musterstadt lands on its own forms, hangs together, and belongs to nobody."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from sources.areas.area_codes import LAENDER
from sources.arrival.folder import match_folder
from sources.arrival.landing import Landing
from sources.declared.catalogue import Catalog
from sources.twins import musterstadt
from sources.twins.musterstadt import FORMS, Musterstadt, write_musterstadt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    folder = tmp_path_factory.mktemp("musterstadt")
    write_musterstadt(folder, catalog=catalog)
    return folder


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict[str, str]]]:
    return {name: list(rows) for name, rows in Musterstadt().tables().items()}


def test_it_lands_whole(
    catalog: Catalog, folder: Path, tables: dict[str, list[dict[str, str]]], tmp_path: Path
) -> None:
    landing = Landing(tmp_path, catalog)
    landing.prepare()
    for delivery in match_folder(catalog, folder):
        assert delivery.dataset_id is not None
        outcome = landing.land(catalog[delivery.dataset_id], delivery.files, origin="folder")
        assert outcome.status == "landed", outcome.error
        assert outcome.rows == len(tables[delivery.dataset_id])
    assert {row["dataset_id"] for row in landing.ledger()} == set(FORMS)
    (areas,) = tmp_path.glob("landing/kommune/gebietsgliederung/snapshot=2*/records.parquet")
    assert pq.read_table(areas).num_rows == len(tables["gebietsgliederung"])


def test_every_file_says_that_it_is_invented(folder: Path) -> None:
    for file in folder.iterdir():
        guide = openpyxl.load_workbook(file)["Anleitung"]
        assert any(musterstadt.NOTE in map(str, row) for row in guide.iter_rows(values_only=True))


def test_its_code_is_nobody_elses() -> None:
    assert musterstadt.CITY[:2] not in LAENDER


def test_the_same_seed_gives_the_same_town(catalog: Catalog, folder: Path, tmp_path: Path) -> None:
    again = write_musterstadt(tmp_path, catalog=catalog)
    assert all(path.read_bytes() == (folder / path.name).read_bytes() for path in again)
    assert Musterstadt(1).tables()["inobhutnahmen"] != Musterstadt().tables()["inobhutnahmen"]


def test_areas_of_two_editions(tables: dict[str, list[dict[str, str]]]) -> None:
    areas = {row["area_code"]: row for row in tables["gebietsgliederung"]}
    small = [row for row in areas.values() if row["level"] == "PLANNING_AREA"]
    assert sum(row["valid_from"] == "01.01.1975" for row in small) == 22
    assert sum(row["valid_to"] is None for row in small) == 21
    assert sum(row["level"] == "DISTRICT" for row in areas.values()) == 5
    shares: Counter[str] = Counter()
    for row in small:
        for code, share in re.findall(r"(\d{12})(?:\(([0-9.]+)\))?", row.get("former_codes") or ""):
            shares[code] += float(share or 1)
    ended = {row["area_code"] for row in small if row["valid_to"]}
    assert set(shares) == ended
    assert all(share == pytest.approx(1) for share in shares.values())
    for name in FORMS[1:]:
        for cell in (one for one in tables[name] if "area_code" in one):  # agreements lie in no area
            area, year = areas[cell["area_code"]], re.search(r"20\d\d", cell["time_text"])
            assert year is not None
            assert (area["valid_from"] == "01.01.2025") <= (year.group() == "2025")
            assert bool(area["valid_to"]) <= (year.group() != "2025")


def test_running_supports_follow_from_begun_and_ended(tables: dict[str, list[dict[str, str]]]) -> None:
    whole: Counter[tuple[str, str]] = Counter()
    for cell in tables["hilfen-zur-erziehung"]:
        whole[cell["time_text"], cell["measure"]] += int(cell["value_text"])
    for before, year in (("2023", "2024"), ("2024", "2025")):
        flow = whole[year, "cases_begun"] - whole[year, "cases_ended"]
        assert whole[year, "cases_running"] == whole[before, "cases_running"] + flow
        assert 0 < whole[year, "cases_ended_as_planned"] < whole[year, "cases_ended"]


def test_counts_are_small_and_benefits_add_up(tables: dict[str, list[dict[str, str]]]) -> None:
    counts = [int(cell["value_text"]) for cell in tables["hilfen-zur-erziehung"]]
    assert sum(0 < count < 3 for count in counts) / sum(count > 0 for count in counts) > 0.5
    by_area: dict[tuple[str, str], dict[str, int]] = {}
    for cell in tables["sgb2-kleinraeumig"]:
        if cell["benefit"] == "SGB2_RLB" and cell["measure"] == "persons":
            place = by_area.setdefault((cell["time_text"], cell["area_code"]), {})
            place[cell["age_group"]] = int(cell["value_text"])
    assert all(ages.pop("_T") == sum(ages.values()) for ages in by_area.values())
