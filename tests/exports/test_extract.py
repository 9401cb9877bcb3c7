"""Formats of a product are declared; what an edition does not hold is made from its Parquet file."""

from __future__ import annotations

import json
import typing
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner

from expectations.settings import Description as Gated
from exports import candidate, describe, products, release
from exports.candidate import Candidate
from exports.extract import FORMS, ExtractError, Form, Part, extract
from exports.maps import MAPS
from exports.release import Release
from exports.statistics import ON_DEMAND
from exports.writers import FORMATS
from orchestration.cli.commands import main
from sources.foundation.files import sha256_of
from sources.foundation.located_yaml import DeclarationError
from tests.exports.small_warehouse import description_of, passing

CHOSEN = {"csv": "{}.csv", "csv-excel": "{}_excel.csv", "xlsx": "{}.xlsx", "gpkg": "{}.gpkg"}


def built(warehouse: Path, folder: Path, *formats: str) -> Candidate:
    described = description_of("population") | {"formats": list(formats)}
    return candidate.build(warehouse, "population", described, folder / "population")


def published(warehouse: Path, folder: Path, *formats: str) -> Release:
    made = built(warehouse, folder, *formats)
    described = description_of("population") | {"formats": list(formats)}
    release.write_receipt(made, passing("population"), described, release.look(made.path))
    found = release.publish("population", made, folder / "releases", datetime(2026, 11, 22, tzinfo=UTC))
    assert isinstance(found, Release)
    return found


def described() -> dict[str, Any]:
    return description_of("population")


@pytest.mark.parametrize("formats", [(), ("gpkg",), ("csv",), ("csv-excel", "xlsx")])
def test_an_edition_holds_the_formats_that_its_product_declares(
    warehouse: Path, tmp_path: Path, formats: tuple[str, ...]
) -> None:
    made = built(warehouse, tmp_path, *formats)
    names = {form: name.format("population") for form, name in CHOSEN.items()}
    assert {form for form, name in names.items() if name in made.files} == set(formats)
    assert {"population.parquet", "dictionary.csv", "LICENCES.md", "README.md"} <= set(made.files)
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    listed = {resource["path"] for resource in package["resources"]}
    readme = made.files["README.md"].read_text(encoding="utf-8")
    for form, name in names.items():
        assert (name in listed) == (form in formats)
        assert (f"`{name}`" in readme or f'"{name}"' in readme) == (form in formats), name
    asked = "planstat releases export population" in readme
    assert asked == (not {"csv", "csv-excel"} <= set(formats))


def test_the_choice_is_part_of_the_fingerprint_and_figures_are_the_same(
    warehouse: Path, tmp_path: Path
) -> None:
    every = built(warehouse, tmp_path / "a", *CHOSEN)
    usual = candidate.build(
        warehouse, "population", description_of("population"), tmp_path / "b" / "population"
    )
    few = built(warehouse, tmp_path / "c", "gpkg")
    assert usual.fingerprint == every.fingerprint
    assert few.fingerprint != every.fingerprint
    rows = [duckdb.read_parquet(str(one.parquet)).fetchall() for one in (every, few)]
    assert rows[0] == rows[1]
    known = description_of("population") | {"formats": ["gpkg"]}
    assert candidate.fingerprint(warehouse, "population", known, tmp_path) == few.fingerprint


def test_formats_that_may_be_left_out_have_one_list() -> None:
    names = {form.name for form in FORMATS}
    assert set(products.EVERY_FORMAT) == set(CHOSEN) == names - {"parquet", "dictionary", "licences"}
    assert set(typing.get_type_hints(Gated)) >= {"formats"}
    assert set(Gated.model_fields["formats"].default) == set(products.EVERY_FORMAT)
    assert set(FORMS) - set(ON_DEMAND) - set(MAPS) == (set(products.EVERY_FORMAT) | {"parquet"}) - {"gpkg"}
    assert not set(ON_DEMAND) & names, "an edition would take more room"


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    known = (products.FOLDER / "municipalities.yml").read_text(encoding="utf-8")
    file = tmp_path / "municipalities.yml"
    file.write_text(known.replace("formats: [gpkg]", "formats: [gpkg, odt]"), encoding="utf-8")
    with pytest.raises((products.ProductError, DeclarationError), match="formats"):
        products.load_product(file)


@pytest.mark.parametrize("form", ["csv", "csv-excel", "xlsx", "parquet"])
def test_an_extract_of_everything_is_the_file_that_the_edition_would_hold(
    warehouse: Path, tmp_path: Path, form: Form
) -> None:
    every, few = built(warehouse, tmp_path / "a", *CHOSEN), published(warehouse, tmp_path / "b", "gpkg")
    found = extract(few.path, described, form, tmp_path / "out")
    assert found.rows == every.rows
    if form == "parquet":
        rows = [duckdb.read_parquet(str(one)).fetchall() for one in (tmp_path / "out", every.parquet)]
        assert rows[0] == rows[1]
    elif form == "xlsx":
        # a workbook names the edition that it belongs to
        wanted, own = (
            json.loads(one.files["datapackage.json"].read_text(encoding="utf-8"))["planstat"][
                "description_sha256"
            ]
            for one in (every, candidate.read(few.path))
        )
        with zipfile.ZipFile(every.files["population.xlsx"]) as one, zipfile.ZipFile(tmp_path / "out") as two:
            assert one.namelist() == two.namelist()
            for name in one.namelist():
                assert one.read(name).replace(wanted.encode(), own.encode()) == two.read(name), name
            assert own.encode() in two.read("docProps/custom.xml")
    else:
        assert sha256_of(tmp_path / "out") == sha256_of(every.files[CHOSEN[form].format("population")])


def test_an_extract_of_an_area_holds_its_rows_and_what_lies_in_it(warehouse: Path, tmp_path: Path) -> None:
    made = published(warehouse, tmp_path)
    target = tmp_path / "out.csv"
    codes = f"select distinct area_code from '{made.path / 'population.parquet'}' order by 1"
    codes_there = [code for (code,) in duckdb.sql(codes).fetchall()]
    for asked in (["01"], ["01001"], ["05315", "01051"]):
        found = extract(made.path, described, "csv", target, Part(areas=tuple(asked)))
        rows = duckdb.read_csv(str(target), all_varchar=True)
        inside = [code for code in codes_there if code.startswith(tuple(asked))]
        assert inside
        assert sorted({row[rows.columns.index("area_code")] for row in rows.fetchall()}) == inside
        assert found.rows == len(duckdb.read_csv(str(target), all_varchar=True).fetchall())


def test_an_extract_of_years_holds_them_alone(warehouse: Path, tmp_path: Path) -> None:
    made = published(warehouse, tmp_path)
    found = extract(made.path, described, "csv", tmp_path / "out.csv", Part(years=(2015, 2020)))
    dates = duckdb.sql(f"select distinct reference_date::varchar from '{tmp_path / 'out.csv'}'").fetchall()
    assert dates == [("2015-12-31",)]
    assert 0 < found.rows < made.rows


def test_a_workbook_of_a_part_has_all_its_rows_one_below_the_other(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies far down in the edition too: rows are written in batches."""
    made = published(warehouse, tmp_path)
    file = tmp_path / "out.xlsx"
    monkeypatch.setattr("exports.writers.workbook.BATCH", 2)
    found = extract(made.path, described, "xlsx", file, Part(years=(2015, 2020)))
    sheet = openpyxl.load_workbook(file)["Daten"]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert 2 < found.rows < made.rows
    assert (len(lines), sheet.max_row) == (found.rows, found.rows + 1)
    assert all(any(value is not None for value in line) for line in lines)
    extract(made.path, described, "csv", tmp_path / "out.csv", Part(years=(2015, 2020)))
    codes = duckdb.read_csv(str(tmp_path / "out.csv"), all_varchar=True)
    place = [cell.value for cell in sheet[1]].index("Regionalschlüssel")
    assert [line[place] for line in lines] == [
        row[codes.columns.index("area_code")] for row in codes.fetchall()
    ]


def test_an_extract_has_a_receipt(warehouse: Path, tmp_path: Path) -> None:
    made = published(warehouse, tmp_path)
    target = tmp_path / "out.csv"
    part = Part(areas=("05",), years=(2015, 2015))
    found = extract(made.path, described, "csv", target, part)
    receipt = json.loads(found.receipt.read_text(encoding="utf-8"))
    assert receipt["edition"] == made.id
    assert receipt["edition_receipt_sha256"] == sha256_of(made.path / "receipt.json")
    assert receipt["part"] == {
        "areas": ["05"],
        "indicators": [],
        "years": [2015, 2015],
        "levels": [],
        "outlines": None,
    }
    assert receipt["rows"] == found.rows == 3
    assert receipt["files"] == {"out.csv": {"sha256": sha256_of(target), "bytes": target.stat().st_size}}
    assert [one["name"] for one in receipt["licences"]] == ["dl-de/by-2-0"]
    assert receipt["attribution"] == ["© Statistische Ämter des Bundes und der Länder, Deutschland"]


def test_the_command_writes_a_part_and_says_where_its_receipt_lies(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No project has to be built for it: the edition keeps how it is described."""
    made = published(warehouse, tmp_path)
    monkeypatch.setenv("PLANSTAT_DATA", str(tmp_path))
    target = tmp_path / "out.csv"
    asked = ["releases", "export", "population", "--format", "sdmx-csv", "--out", str(target)]
    told = CliRunner().invoke(main, [*asked, "--area", "05", "--period", "2015", "--lang", "de"])
    assert told.exit_code == 0, told.output
    said = "".join(told.output.split())
    assert f"{made.id}:3Zeilenin{target}" in said
    for end in (".structure.xml", ".receipt.json"):
        assert f"dazu{target}{end}" in said
        assert Path(f"{target}{end}").is_file()
    for wrong in ("15", "2016-2015", "2015-", "x"):
        refused = CliRunner().invoke(main, [*asked, "--period", wrong])
        assert refused.exit_code == 2, wrong
        assert "is no period" in refused.output


def test_formats_of_the_command_are_those_of_extracts() -> None:
    options = {option.name: option for option in main.commands["releases"].commands["export"].params}  # type: ignore[attr-defined]
    assert tuple(options["form"].type.choices) == FORMS  # type: ignore[attr-defined]


def test_an_edition_is_extracted_with_the_labels_that_it_was_published_with(
    warehouse: Path, tmp_path: Path
) -> None:
    """Labels that changed since are those of the next edition, and nobody has to know today's."""
    every, made = built(warehouse, tmp_path / "a", *CHOSEN), published(warehouse, tmp_path, "gpkg")

    def unknown() -> dict[str, Any]:
        raise AssertionError("an edition that keeps its description needs no other")

    extract(made.path, unknown, "csv-excel", tmp_path / "out.csv")
    assert sha256_of(tmp_path / "out.csv") == sha256_of(every.files["population_excel.csv"])
    kept = json.loads((made.path / "description.json").read_text(encoding="utf-8"))
    assert not {"checks", "policy"} & set(kept), "how it is checked and protected is not published with it"


def test_what_cannot_be_extracted_leaves_the_target_alone(warehouse: Path, tmp_path: Path) -> None:
    made = published(warehouse, tmp_path)
    target = tmp_path / "out.csv"
    target.write_text("before", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    for part, words in (
        (Part(areas=("01", "99")), "no row of the edition lies in 99"),
        (Part(indicators=("P07",)), "the product has no indicators"),
        (Part(years=(1800, 1801)), "no row of the edition"),
    ):
        with pytest.raises(ExtractError, match=words):
            extract(made.path, described, "csv", target, part)
    other = describe.parse(described()).as_plain()
    other["columns"][1]["label_de"] = "Anders"
    (made.path / "description.json").unlink()
    with pytest.raises(ExtractError, match="other headings or labels"):
        extract(made.path, lambda: other, "csv", target)
    with pytest.raises(ExtractError, match="was not released"):
        extract(built(warehouse, tmp_path / "c").path, described, "csv", target)
    assert target.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "c") == before
