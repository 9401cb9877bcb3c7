"""Every column and code of every product has words in both languages, and the gate holds files to them."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dbt_project.indicators.specification import load_specifications
from dbt_project.vocabulary import column_words, own_vocabulary
from expectations import gate
from exports import candidate
from exports.candidate import Candidate
from exports.products import load_products
from orchestration import labelling, lineage
from orchestration.labelling import NoSuchVocabulary, with_words
from orchestration.project import Manifest
from sources.declared.catalogue import Catalog, load_catalog
from sources.foundation.vocabulary import read_vocabulary
from tests.dbt.compiled import parsed
from tests.exports.small_warehouse import description_of, make_warehouse

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("label_de", "label_en", "description_de", "description")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    """The project's own manifest."""
    return parsed().manifest()


@pytest.mark.parametrize("product", sorted(load_products()))
def test_every_column_of_every_product_has_words_in_both_languages(
    manifest: Manifest, catalog: Catalog, product: str
) -> None:
    relation = load_products()[product].relation
    columns = with_words(
        lineage.columns_of(manifest, relation), catalog, lineage.datasets_of(manifest, relation)
    )
    assert columns
    gaps = [f"{column['name']}: {word}" for column in columns for word in WORDS if not column.get(word)]
    assert gaps == [], "say it in dbt_project/columns.yml"
    codes = [(column["name"], code) for column in columns for code in column.get("codes", ())]
    assert [(name, code) for name, code in codes if not (code["label_de"] and code["label_en"])] == []
    undecided = [
        column["name"] for column in columns if column["type"] == "double" and column.get("digits") is None
    ]
    assert undecided == [], "say with how many decimals people see it: `digits`"


def test_every_column_that_is_worded_is_published(manifest: Manifest) -> None:
    published = {
        column["name"]
        for product in load_products().values()
        for column in lineage.columns_of(manifest, product.relation)
    }
    assert set(column_words()) - published == set()


def test_every_unit_field_and_direction_has_words(catalog: Catalog) -> None:
    """Values that declarations and specifications allow, not only those that occur."""
    shared, own = read_vocabulary(), own_vocabulary()
    units = {measure.unit for declaration in catalog.values() for measure in declaration.measures.values()}
    specified = load_specifications()
    units |= {one.unit for one in specified.indicators.values()}
    assert units <= {*shared["unit"], *own["unit"]}
    assert {one.policy_field for one in specified.indicators.values()} <= set(own["policy_field"])
    assert {one.direction for one in specified.indicators.values()} <= set(own["direction"])


@pytest.mark.parametrize(
    ("column", "quoted_in"),
    [
        ("reliability", ["macros/small_numbers.sql"]),
        ("change_verdict", ["models/core/indicators/fct_indicator_precision.sql"]),
        (
            "reference_verdict",
            ["models/core/indicators/fct_indicator_precision.sql", "macros/small_numbers.sql"],
        ),
        ("interval_method", ["models/core/indicators/fct_indicator_precision.sql"]),
        ("status", ["macros/goals.sql"]),
        ("comparability", ["models/marts/indicators/mart_peer_ring.sql"]),
    ],
)
def test_what_sql_gives_is_in_the_vocabulary_and_the_other_way_round(
    column: str, quoted_in: list[str]
) -> None:
    """Every code of a vocabulary stands in the SQL that gives it; the gate looks at those that occur."""
    sql = "".join((ROOT / "dbt_project" / file).read_text(encoding="utf-8") for file in quoted_in)
    own = own_vocabulary()
    codes = [code for name in column_words()[column].codes for code in own[name]]
    assert codes
    assert [code for code in codes if f"'{code}'" not in sql] == []


def test_a_list_that_no_room_has_is_named(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    words = column_words()["sex_code"].model_copy(update={"codes": ("sexes",)})
    monkeypatch.setattr("orchestration.labelling.column_words", lambda: {"sex_code": words})
    with pytest.raises(NoSuchVocabulary, match="'sexes'"):
        with_words([{"name": "sex_code", "type": "varchar"}], catalog, [])


def test_what_the_office_names_is_called_so(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rings and indices of a data root stand in products beside the examples, or in their place."""
    monkeypatch.setenv("PLANSTAT_DATA", str(tmp_path))
    shipped = {name: labelling._codes(name, catalog, ()) for name in ("ring", "edition", "index_class")}
    assert all(shipped.values()), "without an office the examples are there"
    (tmp_path / "landing").mkdir()
    taken = shipped["ring"][0]["code"]
    for table, rows in {
        "rings": [
            {"ring_id": "nord", "name_de": "Ring Nord", "name_en": "Ring North"},
            {"ring_id": taken, "name_de": "Unser Ring", "name_en": "Our ring"},
        ],
        "index_editions": [{"edition_id": "own-2026", "name_de": "Unser Index", "name_en": "Our index"}],
        "index_classes": [
            {"edition_id": "own-2026", "class_code": "1", "label_de": "niedrig", "label_en": "low"}
        ],
    }.items():
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "landing" / f"{table}.parquet")
    rings = {one["code"]: one["label_de"] for one in labelling._codes("ring", catalog, ())}
    assert rings["nord"] == "Ring Nord"
    assert rings[taken] == "Unser Ring", "a ring of the office takes the place of an example"
    assert len(rings) == len(shipped["ring"]) + 1 == len(labelling._codes("ring", catalog, ()))
    assert {"code": "own-2026", "label_de": "Unser Index", "label_en": "Our index"} in labelling._codes(
        "edition", catalog, ()
    )
    classes = labelling._codes("index_class", catalog, ())
    assert len(classes) == len(shipped["index_class"]) + 1, "a class of another edition is another class"
    assert [one["label_de"] for one in classes if one.get("scope") == "own-2026"] == ["niedrig"]


def test_a_measure_is_named_by_each_of_its_datasets(catalog: Catalog) -> None:
    columns = [{"name": name, "type": "varchar"} for name in ("measure_code", "dataset_id")]
    datasets = ["12411-01-01-4", "22811-01-01-4", "ba-sgb2-eckwerte-kreise"]
    [measure, _] = with_words(columns, catalog, datasets)
    told = {code["scope"]: code["label_de"] for code in measure["codes"] if code["code"] == "persons"}
    assert told == {
        "12411-01-01-4": "Bevölkerung",
        "22811-01-01-4": "Empfängerinnen und Empfänger",
        "ba-sgb2-eckwerte-kreise": "Personen in Bedarfsgemeinschaften",
    }


# What the gate says of wrong words


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose names are the declared ones."""
    path = make_warehouse(tmp_path_factory.mktemp("labels") / "warehouse.duckdb")
    names = {one.id: one.name for one in load_specifications().indicators.values()}
    with duckdb.connect(str(path)) as connection:
        for indicator_id in ("P07", "K01-centre"):
            name = names[indicator_id]
            connection.execute(
                "update mart_indicator set indicator_name_de = ?, indicator_name_en = ? "
                "where indicator_id = ?",
                [name.de, name.en, indicator_id],
            )
    return path


def checked(
    made: Candidate, description: dict[str, Any], family: str = "labels"
) -> dict[str, tuple[str, str]]:
    """Outcome and words of the checks of a family."""
    verdict = gate.check(made.path, description, None)
    return {
        check.id: (check.outcome, f"{check.observed} {check.examples}")
        for check in verdict.checks
        if check.family == family
    }


@pytest.mark.parametrize("product", ["population", "indicators"])
def test_declared_labels_pass_and_something_was_looked_at(sound: Path, tmp_path: Path, product: str) -> None:
    described = description_of(product)
    found = checked(candidate.build(sound, product, described, tmp_path / product), described)
    assert {outcome for outcome, _ in found.values()} == {"passed"}, found
    assert {"labels.declared", "labels.dictionary", "labels.printed"} <= set(found)


def in_file(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "check", "said"),
    [
        (
            in_file("population_excel.csv", ";Bevölkerung;", ";Personen in Bedarfsgemeinschaften;"),
            "labels.printed",
            "Personen in Bedarfsgemeinschaften",
        ),
        (
            in_file("population_excel.csv", "unter 3 Jahre", "unter 6 Jahre"),
            "labels.printed",
            "unter 6 Jahre",
        ),
        (in_file("dictionary.csv", "Bevölkerung", "Empfänger"), "labels.dictionary", "Empfänger"),
        (in_file("dictionary.csv", ",Altersgruppe,", ",,"), "labels.dictionary", "heading_de"),
    ],
)
def test_a_wrong_label_in_a_file_is_refused(
    sound: Path, tmp_path: Path, spoil: Callable[[Path], None], check: str, said: str
) -> None:
    described = description_of("population")
    made = candidate.build(sound, "population", described, tmp_path / "population")
    spoil(made.path)
    outcome, words = checked(made, described)[check]
    assert outcome == "failed"
    assert said in words


def test_a_wrong_name_in_the_rows_is_refused(sound: Path, tmp_path: Path) -> None:
    described = description_of("indicators")
    other = tmp_path / "warehouse.duckdb"
    other.write_bytes(sound.read_bytes())
    with duckdb.connect(str(other)) as connection:
        connection.execute("update mart_indicator set indicator_name_de = 'Kita' where area_code = '05315'")
    made = candidate.build(other, "indicators", described, tmp_path / "indicators")
    outcome, words = checked(made, described)["labels.named"]
    assert outcome == "failed"
    assert "Kita" in words


def test_a_code_without_words_is_refused(sound: Path, tmp_path: Path) -> None:
    described = description_of("population")
    [measure] = [column for column in described["columns"] if column["name"] == "measure_code"]
    measure["codes"] = [code for code in measure["codes"] if code["scope"] != "12411-01-01-4"]
    made = candidate.build(sound, "population", described, tmp_path / "population")
    outcome, words = checked(made, described)["labels.declared"]
    assert outcome == "failed"
    assert "persons" in words


def test_a_map_figure_is_the_published_one_with_the_decimals_of_its_indicator(
    sound: Path, tmp_path: Path
) -> None:
    described = description_of("indicators")
    made = candidate.build(sound, "indicators", described, tmp_path / "indicators")
    assert checked(made, described, "files")["files.map_values"][0] == "passed"
    with sqlite3.connect(made.files["indicators.gpkg"]) as connection:
        for (trigger,) in connection.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            connection.execute(f"drop trigger {trigger}")  # they need functions of GDAL
        connection.execute("update kreise_2023 set p07 = 12.4 where area_code = '01051'")
    outcome, words = checked(made, described, "files")["files.map_values"]
    assert outcome == "failed"
    assert "12.4 (A), in Parquet 12.345678901234567 (A)" in words


# Files for people


def test_the_workbook_shows_labels_digits_and_codes_as_text(sound: Path, tmp_path: Path) -> None:
    import openpyxl

    made = candidate.build(sound, "indicators", description_of("indicators"), tmp_path / "indicators")
    book = openpyxl.load_workbook(made.files["indicators.xlsx"])
    lines = list(book["Daten"].iter_rows())
    place = {cell.value: number for number, cell in enumerate(lines[0])}
    for line in lines[1:]:
        code, value = line[place["Regionalschlüssel"]], line[place["Wert"]]
        assert (code.data_type, code.number_format) == ("s", "@")
        if value.value is not None:
            assert value.number_format == "#,##0.0"
    legend = [line[:5] for line in book["Legende"].iter_rows(values_only=True)]
    assert ("Status (Code)", "M", "", "kein Zahlenwert vorhanden", "no value") in legend
    headings = {line[1]: line for line in book["Legende"].iter_rows(values_only=True)}
    assert headings["value"][5] == "value"


def test_the_data_package_names_columns_in_both_languages(sound: Path, tmp_path: Path) -> None:
    made = candidate.build(sound, "population", description_of("population"), tmp_path / "population")
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    fields = next(one for one in package["resources"] if one["name"] == "parquet")["schema"]["fields"]
    assert all(field["title"] and field["planstat:title_en"] for field in fields)


def test_the_dictionary_says_in_which_dataset_a_code_means_what(sound: Path, tmp_path: Path) -> None:
    other = tmp_path / "warehouse.duckdb"
    other.write_bytes(sound.read_bytes())
    with duckdb.connect(str(other)) as connection:
        connection.execute(
            "update mart_population set dataset_id = '22811-01-01-4' where area_code = '01001'"
        )
    made = candidate.build(other, "population", description_of("population"), tmp_path / "population")
    with made.files["dictionary.csv"].open(encoding="utf-8", newline="") as file:
        told = {
            (line["scope"], line["heading_de"])
            for line in csv.DictReader(file)
            if (line["column"], line["code"]) == ("measure_code", "persons")
        }
    assert told == {("12411-01-01-4", "Bevölkerung"), ("22811-01-01-4", "Empfängerinnen und Empfänger")}
