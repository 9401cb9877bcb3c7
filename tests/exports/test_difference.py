"""What changed between two editions, row by row."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from exports.difference import Words, compare


def edition(path: Path, rows: str, columns: str = "area_code, year, value, obs_status, snapshot_id") -> Path:
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from (values {rows}) as t({columns})) to '{path}' (format parquet)"
        )
    return path


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_added_removed_and_changed_are_told_apart(tmp_path: Path) -> None:
    before = edition(
        tmp_path / "a.parquet",
        "('01',2014,1.5::double,'A','s1'),('02',2014,null,'M','s1'),('03',2014,7.0,'A','s1'),('04',2014,2.0,'A','s1')",
    )
    after = edition(
        tmp_path / "b.parquet",
        "('01',2014,3.0::double,'A','s2'),('02',2014,4.0,'P','s2'),('04',2014,2.0,'A','s2'),('05',2014,null,'M','s2')",
    )
    found = compare("demo", ["area_code", "year"], after, before, "v1", tmp_path / "d.csv")
    assert (found.rows_before, found.rows_after) == (4, 4)
    assert (found.rows_added, found.rows_removed, found.rows_changed) == (1, 1, 2)
    assert found.values_changed == {"obs_status": 1, "value": 2}
    assert [
        (row["area_code"], row["movement"], row["relative_movement"]) for row in found.largest_movements
    ] == [("01", 1.5, 1.0)]
    told = [
        (row["change"], row["area_code"], row["column"], row["old_value"], row["new_value"])
        for row in lines_of(tmp_path / "d.csv")
    ]
    assert told == [
        ("added", "05", "value", "", ""),
        ("changed", "01", "value", "1.5", "3"),
        ("changed", "02", "obs_status", "M", "P"),
        ("changed", "02", "value", "", "4"),
        ("removed", "03", "value", "7", ""),
    ]
    assert "1 Zeilen neu, 1 entfallen, 2 geändert" in found.in_words()


def test_where_a_figure_came_from_is_no_change(tmp_path: Path) -> None:
    before = edition(tmp_path / "a.parquet", "('01',2014,1.5::double,'A','s1')")
    after = edition(tmp_path / "b.parquet", "('01',2014,1.5::double,'A','s2')")
    found = compare("demo", ["area_code", "year"], after, before, "v1", tmp_path / "d.csv")
    assert (found.rows_added, found.rows_removed, found.rows_changed) == (0, 0, 0)


def test_new_and_gone_columns_are_named(tmp_path: Path) -> None:
    before = edition(tmp_path / "a.parquet", "('01',2014,1.5::double,'x')", "area_code, year, value, old")
    after = edition(tmp_path / "b.parquet", "('01',2014,1.5::double,'y')", "area_code, year, value, new")
    found = compare("demo", ["area_code", "year"], after, before, "v1", tmp_path / "d.csv")
    assert (found.columns_added, found.columns_removed) == (("new",), ("old",))
    assert found.rows_changed == 0


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ("('01',1.5::double)", "area_code, value", "keine Spalte year"),
        ("('01',2014,1.5::double),('01',2014,2.0)", "area_code, year, value", "mehrere Zeilen je Schlüssel"),
    ],
)
def test_editions_that_cannot_be_matched_say_why(tmp_path: Path, rows: str, columns: str, words: str) -> None:
    before = edition(tmp_path / "a.parquet", rows, columns)
    after = edition(tmp_path / "b.parquet", "('01',2014,1.5::double)", "area_code, year, value")
    found = compare("demo", ["area_code", "year"], after, before, "v1", tmp_path / "d.csv")
    assert found.reason is not None
    assert words in found.reason
    assert words in found.in_words()
    assert lines_of(tmp_path / "d.csv") == []


def test_a_first_edition_differs_from_nothing(tmp_path: Path) -> None:
    after = edition(tmp_path / "b.parquet", "('01',2014,1.5::double)", "area_code, year, value")
    found = compare("demo", ["area_code", "year"], after, None, None, tmp_path / "d.csv")
    assert found.as_plain()["previous"] is None
    assert found.in_words() == "Erste Ausgabe mit 1 Zeilen."
    assert (tmp_path / "d.csv").read_text(encoding="utf-8") == (
        "change,change_de,change_en,area_code,year,column,old_value,new_value,movement\n"
    )


def test_the_largest_movements_are_listed_by_size_and_by_share(tmp_path: Path) -> None:
    small = ",".join(f"('{code:05d}',2014,{code}.0::double)" for code in range(1, 40))
    grown = ",".join(
        f"('{code:05d}',2014,{code * 2 if code > 1 else 100}.0::double)" for code in range(1, 40)
    )
    before = edition(tmp_path / "a.parquet", small, "area_code, year, value")
    after = edition(tmp_path / "b.parquet", grown, "area_code, year, value")
    found = compare("demo", ["area_code", "year"], after, before, "v1", tmp_path / "d.csv")
    assert len(found.largest_movements) == 20
    assert [row["area_code"] for row in found.largest_movements[:2]] == ["00001", "00039"]
    assert found.largest_relative_movements[0]["relative_movement"] == 99.0
    assert found.rows_changed == 39


def test_rows_without_any_figure_are_compared_too(tmp_path: Path) -> None:
    before = edition(tmp_path / "a.parquet", "('01','Altstadt')", "area_code, area_name")
    after = edition(tmp_path / "b.parquet", "('01','Neustadt'),('02','Dorf')", "area_code, area_name")
    found = compare("areas", ["area_code"], after, before, "v1", tmp_path / "d.csv")
    assert (found.rows_added, found.rows_changed) == (1, 1)
    assert [row["new_value"] for row in lines_of(tmp_path / "d.csv")] == ["Dorf", "Neustadt"]


def test_codes_areas_and_columns_bear_their_names(tmp_path: Path) -> None:
    """A measure is named as the dataset of its row names it, an area by its newer name."""
    columns = "area_code, area_name, measure_code, dataset_id, value, obs_status"
    before = edition(
        tmp_path / "a.parquet",
        "('01001','Flensburg','persons','a',1.0::double,'A'),('01001','Flensburg','pupils','b',2.0,'A'),"
        "('01051','Dithmarschen','persons','b',9.0,'A')",
        columns,
    )
    after = edition(
        tmp_path / "b.parquet",
        "('01001','Flensburg, Stadt','persons','a',1.0::double,'P'),"
        "('01001','Flensburg, Stadt','pupils','b',4.0,'A')",
        columns,
    )
    dictionary = tmp_path / "dictionary.csv"
    dictionary.write_text(
        "column,code,scope,heading_de,heading_en\n"
        "measure_code,,dataset_id,Merkmal,measure\nvalue,,,Wert,value\nobs_status,,,Status,status\n"
        'measure_code,persons,a,Bevölkerung,population\nmeasure_code,persons,"b, c",Empfänger,recipients\n'
        "measure_code,pupils,,Schüler,pupils\nobs_status,A,,normal,normal\nobs_status,P,,vorläufig,provisional\n",
        encoding="utf-8",
    )
    words = Words.read(dictionary)
    found = compare(
        "demo", ["area_code", "measure_code"], after, before, "v1", tmp_path / "d.csv", words=words
    )
    told = [
        (line["change_de"], line["area_name"], line["measure_code_de"], line["column_de"])
        for line in lines_of(tmp_path / "d.csv")
    ]
    assert told == [
        ("geändert", "Flensburg, Stadt", "Bevölkerung", ""),
        ("geändert", "Flensburg, Stadt", "Bevölkerung", "Status"),
        ("geändert", "Flensburg, Stadt", "Schüler", ""),
        ("geändert", "Flensburg, Stadt", "Schüler", "Wert"),
        ("entfallen", "Dithmarschen", "Empfänger", "Wert"),
    ]
    assert found.largest_movements[0]["area_name"] == "Flensburg, Stadt"
