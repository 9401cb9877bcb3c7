"""Which dataset the files of a folder belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.arrival.folder import match_folder
from sources.arrival.landing import Landing
from sources.declared.catalogue import Catalog
from tests.sources.classic_table import FOOTER, text
from tests.sources.classic_table import catalog as small_catalog


def put(folder: Path, name: str, content: str = "x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def found(catalog: Catalog, folder: Path) -> list[tuple[str | None, list[str]]]:
    return [(one.dataset_id, [file.name for file in one.files]) for one in match_folder(catalog, folder)]


def test_by_name_and_by_first_line(tmp_path: Path) -> None:
    catalog, _ = small_catalog()
    put(tmp_path, "deep/er/12345-01-01-4_00.csv", text())
    put(tmp_path, "population.csv", text())
    put(tmp_path, "12345-01-01-4.CSV", text())
    put(tmp_path, "notes.txt", "hello")
    assert found(catalog, tmp_path) == [
        ("12345-01-01-4", ["12345-01-01-4.CSV"]),
        ("12345-01-01-4", ["12345-01-01-4_00.csv"]),
        ("12345-01-01-4", ["population.csv"]),
        (None, ["notes.txt"]),
    ]


def test_editions_come_in_order_of_publication(tmp_path: Path) -> None:
    catalog, _ = small_catalog()
    put(tmp_path, "a/12345-01-01-4.csv", text(footer=FOOTER.replace("10.10.2017", "01.02.2026")))
    put(tmp_path, "b/12345-01-01-4_00.csv", text())
    assert [one[1] for one in found(catalog, tmp_path)] == [["12345-01-01-4_00.csv"], ["12345-01-01-4.csv"]]


def test_both_editions_in_one_folder_land(tmp_path: Path) -> None:
    catalog, declaration = small_catalog()
    put(tmp_path / "in", "a/12345-01-01-4.csv", text(footer=FOOTER.replace("10.10.2017", "01.02.2026")))
    put(tmp_path / "in", "b/12345-01-01-4.csv", text())
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    outcomes = [
        landing.land(declaration, one.files, origin="folder")
        for one in match_folder(catalog, tmp_path / "in")
    ]
    assert [outcome.status for outcome in outcomes] == ["landed", "landed"]
    assert [row["status"] for row in landing.ledger()] == ["accepted", "accepted"]


def test_a_wrong_table_under_the_right_name_is_set_aside(tmp_path: Path) -> None:
    catalog, declaration = small_catalog()
    put(tmp_path / "in", "12345-01-01-4.csv", text().replace("12345-01-01-4", "12345-01-01-5"))
    (delivery,) = match_folder(catalog, tmp_path / "in")
    assert delivery.dataset_id == "12345-01-01-4"
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    outcome = landing.land(declaration, delivery.files, origin="folder")
    assert outcome.error is not None
    assert outcome.error.code == "wrong_table"


def test_unfinished_hidden_and_linked_files_are_left_out(tmp_path: Path) -> None:
    catalog, _ = small_catalog()
    for name in (".hidden.csv", ".git/config", "a.csv.part", "b.crdownload", "~$book.xlsx"):
        put(tmp_path / "in", name)
    target = put(tmp_path, "12345-01-01-4.csv", text())
    (tmp_path / "in" / "12345-01-01-4.csv").symlink_to(target)
    assert found(catalog, tmp_path / "in") == []


def test_the_parts_of_a_shapefile_are_one_delivery(catalog: Catalog, tmp_path: Path) -> None:
    for suffix in ("shp", "dbf", "shx", "prj", "cpg"):
        put(tmp_path, f"VG2500_KRS.{suffix}")
        put(tmp_path, f"other/else.{suffix}")
    deliveries = found(catalog, tmp_path)
    assert [(one[0], one[1][0], len(one[1])) for one in deliveries] == [
        ("vg2500-krs", "VG2500_KRS.shp", 5),
        (None, "else.shp", 5),
    ]


@pytest.mark.real_files
def test_every_published_table_is_recognised(catalog: Catalog, shared_data: Path) -> None:
    deliveries = match_folder(catalog, shared_data / "01-genesis-regio")
    for delivery in deliveries:
        code = delivery.name.removesuffix(".csv").removesuffix("_00")
        assert delivery.dataset_id == (code if code in catalog else None)
    assert sum(delivery.dataset_id == "21111-01-03-4" for delivery in deliveries) == 2


@pytest.mark.real_files
def test_no_foreign_file_is_taken_for_a_declared_one(catalog: Catalog, shared_data: Path) -> None:
    """The interface's recordings and the disclosure samples belong to no dataset."""
    for folder in ("09-api-samples", "10-disclosure"):
        assert {one.dataset_id for one in match_folder(catalog, shared_data / folder)} == {None}
