"""Candidates are written whole, the same twice, and an error leaves the earlier one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from exports import candidate
from exports.rows import RowsError
from sources.foundation.files import LEFTOVER, sha256_of
from tests.exports.small_warehouse import COLUMNS, description_of, make_warehouse, square

FILES = {
    "{}.csv",
    "{}.parquet",
    "{}_excel.csv",
    "{}.xlsx",
    "{}.gpkg",
    "dictionary.csv",
    "LICENCES.html",
    "LICENCES.md",
    "README.html",
    "README.md",
    "csv-metadata.json",
    "datapackage.json",
    "description.json",
    "diff.csv",
    "diff.json",
}


def build(warehouse: Path, product: str, folder: Path, previous: Path | None = None) -> candidate.Candidate:
    return candidate.build(warehouse, product, description_of(product), folder / product, previous)


@pytest.mark.parametrize("product", list(COLUMNS))
def test_a_candidate_holds_every_format(warehouse: Path, tmp_path: Path, product: str) -> None:
    told: list[str] = []
    made = candidate.build(warehouse, product, description_of(product), tmp_path / product, None, told.append)
    assert set(made.files) == {name.format(product) for name in FILES}
    assert set(told) <= set(made.files)
    assert made == candidate.read(tmp_path / product)
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(LEFTOVER)] == []


@pytest.mark.parametrize("product", list(COLUMNS))
def test_the_same_content_gives_the_same_bytes(
    warehouse: Path, own_warehouse: Path, tmp_path: Path, product: str
) -> None:
    """Two warehouses with the same content, in another order, at another time, in another place."""
    first = build(warehouse, product, tmp_path / "a")
    with duckdb.connect(str(own_warehouse)) as connection:
        for relation in ("mart_indicator", "mart_population", "mart_area", "dim_area_geometry"):
            connection.execute(
                f"create table shuffled as select * from {relation} order by md5({relation}::varchar)"
            )
            connection.execute(f"drop table {relation}")
            connection.execute(f"alter table shuffled rename to {relation}")
    second = build(own_warehouse, product, tmp_path / "b")
    hashes = [{name: sha256_of(path) for name, path in made.files.items()} for made in (first, second)]
    assert hashes[0] == hashes[1]
    assert first.fingerprint == second.fingerprint


def test_the_fingerprint_says_beforehand_whether_building_brings_anything(
    own_warehouse: Path, tmp_path: Path
) -> None:
    described = description_of("indicators")
    made = build(own_warehouse, "indicators", tmp_path / "c")

    def now() -> str:
        return candidate.fingerprint(own_warehouse, "indicators", described, tmp_path / "scratch")

    assert now() == made.fingerprint
    assert list((tmp_path / "scratch").iterdir()) == []
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute(
            "update dim_area_geometry set geometry = ? where area_code = '01001'",
            [square(400_000, 5_500_000)],
        )
    moved = now()
    assert moved != made.fingerprint
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("update mart_indicator set value = value + 1e-9 where area_code = '01051'")
    assert now() not in (moved, made.fingerprint)
    described["title_de"] = "Anders"
    assert now() != moved


def test_an_error_leaves_the_earlier_candidate(own_warehouse: Path, tmp_path: Path) -> None:
    made = build(own_warehouse, "indicators", tmp_path / "c")
    before = {name: sha256_of(path) for name, path in made.files.items()}
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("update mart_indicator set value = 'nan' where area_code = '01001'")
    with pytest.raises(RowsError, match="value is not finite for indicator_id="):
        build(own_warehouse, "indicators", tmp_path / "c")
    kept = candidate.read(tmp_path / "c" / "indicators")
    assert {name: sha256_of(path) for name, path in kept.files.items()} == before
    assert sorted(entry.name for entry in (tmp_path / "c").iterdir()) == [".lock-indicators", "indicators"]


@pytest.mark.parametrize("at", ["indicators.csv", "indicators.xlsx", "LICENCES.md", "diff.csv"])
def test_an_interrupt_while_files_are_written_leaves_the_earlier_candidate(
    warehouse: Path, tmp_path: Path, at: str
) -> None:
    made = build(warehouse, "indicators", tmp_path / "c")
    before = {name: sha256_of(path) for name, path in made.files.items()}

    def progress(file: str) -> None:
        if file == at:
            raise KeyboardInterrupt

    described, target = description_of("indicators"), tmp_path / "c" / "indicators"
    with pytest.raises(KeyboardInterrupt):
        candidate.build(warehouse, "indicators", described, target, progress=progress)
    assert {name: sha256_of(path) for name, path in candidate.read(target).files.items()} == before
    assert sorted(entry.name for entry in target.parent.iterdir()) == [".lock-indicators", "indicators"]


def test_a_rebuild_replaces_the_folder_whole(warehouse: Path, tmp_path: Path) -> None:
    made = build(warehouse, "indicators", tmp_path)
    (made.path / "receipt.json").write_text("{}", encoding="utf-8")
    (made.path / "gate.json").write_text("{}", encoding="utf-8")
    assert "receipt.json" not in build(warehouse, "indicators", tmp_path).files


def test_leftovers_of_a_killed_build_are_swept_but_not_those_of_others(
    warehouse: Path, tmp_path: Path
) -> None:
    build(warehouse, "indicators", tmp_path)
    mine = tmp_path / f"{LEFTOVER}99999999-a-indicators"
    mine.mkdir()
    (mine / "x").write_text("x", encoding="utf-8")
    mine.chmod(0o500)
    old = tmp_path / f"{LEFTOVER}99999999-b-indicators"
    old.mkdir()
    theirs = tmp_path / f"{LEFTOVER}99999999-a-population"
    theirs.mkdir()
    build(warehouse, "indicators", tmp_path)
    assert not mine.exists()
    assert not old.exists()
    assert theirs.exists()


def test_names_have_to_agree(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(candidate.CandidateError, match="belongs into a folder called 'indicators'"):
        candidate.build(warehouse, "indicators", description_of("indicators"), tmp_path / "elsewhere")
    with pytest.raises(candidate.CandidateError, match="but 'areas' was to be built"):
        candidate.build(warehouse, "areas", description_of("indicators"), tmp_path / "areas")


def test_a_folder_that_is_no_candidate_is_said(tmp_path: Path) -> None:
    with pytest.raises(candidate.CandidateError, match="is no finished candidate"):
        candidate.read(tmp_path)


def test_an_empty_mart_gives_empty_files(own_warehouse: Path, tmp_path: Path) -> None:
    """Undelivered datasets are empty tables; their product still has all its columns."""
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("delete from mart_indicator")
    made = build(own_warehouse, "indicators", tmp_path / "c")
    assert made.rows == 0
    with duckdb.connect() as connection:
        found = connection.execute(f"select * from '{made.parquet}'")
        assert [column[0] for column in found.description] == [name for name, _, _ in COLUMNS["indicators"]]
        assert found.fetchall() == []


def test_without_outlines_the_map_is_a_table_and_a_note_says_so(tmp_path: Path) -> None:
    import pyogrio

    warehouse = make_warehouse(tmp_path / "w.duckdb", geometry=False)
    made = build(warehouse, "indicators", tmp_path / "c")
    assert "Umrisse der Gebiete wurden nicht geliefert" in made.notes["gpkg"]
    assert made.notes["gpkg"] in made.files["README.md"].read_text(encoding="utf-8")
    layers = dict(pyogrio.list_layers(made.files["indicators.gpkg"]).tolist())
    assert layers == {"gebiete": None, "spalten": None}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table dim_area_geometry")
    assert build(warehouse, "indicators", tmp_path / "c").fingerprint == made.fingerprint


def test_the_difference_to_the_earlier_release_is_written(own_warehouse: Path, tmp_path: Path) -> None:
    first = build(own_warehouse, "indicators", tmp_path / "c")
    assert first.difference["previous"] is None
    release = tmp_path / "2026-11-22.1"
    shutil.copytree(first.path, release)
    (tmp_path / "current").symlink_to(release.name)
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute(
            "update mart_indicator set value = 10.3 where area_code = '01001' and period_key = 'Y2014'"
        )
        connection.execute("delete from mart_indicator where area_code = 'DG'")
    second = build(own_warehouse, "indicators", tmp_path / "c", tmp_path / "current")
    assert second.difference["previous"] == "2026-11-22.1"
    assert second.difference["rows_changed"] == 1
    assert second.difference["rows_removed"] == 1
    assert "Gegenüber 2026-11-22.1: 0 Zeilen neu, 1 entfallen, 1 geändert." in second.files[
        "README.md"
    ].read_text(encoding="utf-8")
    lines = second.files["diff.csv"].read_text(encoding="utf-8").splitlines()
    name = "P07,Mindestsicherungsquote,Minimum income benefit rate"
    assert lines == [
        "change,change_de,change_en,indicator_id,indicator_id_de,indicator_id_en,area_code,area_name,"
        "reference_date,column,column_de,column_en,old_value,old_value_de,old_value_en,new_value,new_value_de,"
        "new_value_en,movement",
        f'changed,geändert,changed,{name},01001,"Flensburg, kreisfreie Stadt",2014-12-31,value,Wert,value,'
        "9.3,,,10.3,,,1",
        f"removed,entfallen,removed,{name},DG,Deutschland,2015-12-31,value,Wert,value,9.7,,,,,,",
    ]


def test_a_previous_folder_that_is_not_there_counts_as_none(warehouse: Path, tmp_path: Path) -> None:
    made = build(warehouse, "indicators", tmp_path, tmp_path / "releases" / "current")
    assert json.loads(made.files["diff.json"].read_text(encoding="utf-8"))["previous"] is None
