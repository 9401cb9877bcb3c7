"""The catalogue: what is loaded, how fast, and how every mistake is named with file, line and key."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
import yaml

from dbt_project.indicators.specification import age_span
from sources.declared import generate
from sources.declared.catalogue import CATALOG, Catalog, load_catalog
from sources.declared.catalogue_tables import catalogue_tables
from sources.declared.describe import describe, json_schema, template
from sources.foundation.located_yaml import DeclarationError, Problem, load

MAIN_JOB = {
    "12411-01-01-4", "12411-02-03-4", "12411-03-03-4", "12411-04-02-4", "21111-01-03-4", "21111-02-06-4",
    "22811-01-01-4", "22811-02-02-4", "22121-01-03-4", "22151-01-02-4", "22221-01-01-4", "22311-01-02-4",
    "22541-01-04-4", "22542-01-02-4", "22543-01-02-4", "13211-02-05-4", "82411-01-03-4", "11111-01-01-4",
}  # fmt: skip


def test_the_tables_of_the_main_job_are_declared(catalog: Catalog) -> None:
    assert set(catalog) >= MAIN_JOB


def test_the_whole_catalogue_loads_in_well_under_a_second() -> None:
    best = min(_seconds_to_load() for _ in range(3))
    assert best < 0.5


def _seconds_to_load() -> float:
    start = time.process_time()
    load_catalog()
    return time.process_time() - start


def test_order_is_by_publisher_and_id(catalog: Catalog) -> None:
    order = [(declaration.publisher, declaration.id) for declaration in catalog.values()]
    assert order == sorted(order)


def test_every_dataset_has_licence_law_and_sentence(catalog: Catalog) -> None:
    """A table of an official statistic rests on a law; keys, geometry and derived files need not."""
    for declaration in catalog.values():
        assert catalog.licence(declaration).attribution
        if declaration.statistic or declaration.publisher == "regionalstatistik":
            assert catalog.legal_basis(declaration), declaration.id
        assert catalog.holds_personal_data(declaration) is False
        assert not declaration.each_row_is.endswith(".")


def test_predecessors_and_successors_agree(catalog: Catalog) -> None:
    for declaration in catalog.values():
        for other in declaration.predecessors:
            if other in catalog:
                assert declaration.id in catalog[other].successors
        for other in declaration.successors:
            if other in catalog:
                assert declaration.id in catalog[other].predecessors


def test_file_patterns_tell_datasets_apart(catalog: Catalog) -> None:
    """No dataset's own file name fits another dataset's pattern."""
    from fnmatch import fnmatchcase

    for declaration in catalog.values():
        name = f"{declaration.table_code or declaration.id}_00.csv"
        fitting = [one.id for one in catalog.values() if any(fnmatchcase(name, p) for p in one.file_patterns)]
        assert fitting in ([declaration.id], [])


def test_sources_of_the_warehouse_name_every_dataset(catalog: Catalog) -> None:
    (text,) = [
        text for path, text in generate.generated_files(catalog).items() if path.endswith("sources.yml")
    ]
    sources = yaml.safe_load(text)["sources"]
    named = {table["name"] for source in sources if source["name"] != "catalog" for table in source["tables"]}
    assert named == set(catalog)


def test_an_unverified_layout_is_told(catalog: Catalog) -> None:
    assert "The layout is not verified." in describe(catalog, "22551-0003")
    assert "not verified" not in describe(catalog, "12411-01-01-4")


# --- mistakes --------------------------------------------------------------------------------------------


def test_each_dataset_names_its_measures_itself(catalog: Catalog) -> None:
    rows = catalogue_tables(catalog)["measures"].to_pylist()
    named = {(row["dataset_id"], row["measure_code"]): (row["label_de"], row["label_en"]) for row in rows}
    assert len(named) == len(rows)
    assert named == {
        (dataset_id, name): (measure.title_de, measure.title_en)
        for dataset_id, declaration in catalog.items()
        for name, measure in declaration.measures.items()
    }
    assert named["12411-01-01-4", "persons"][0] == "Bevölkerung"
    assert named["22811-01-01-4", "persons"][0] == "Empfängerinnen und Empfänger"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the catalogue to spoil."""
    return Path(shutil.copytree(CATALOG, tmp_path / "catalog"))


def complaints(root: Path) -> tuple[Problem, ...]:
    """Every problem of a catalogue; none when all is well."""
    try:
        load_catalog(root)
    except DeclarationError as error:
        return error.problems
    return ()


def spoil(copy: Path, old: str, new: str, file: str = "regionalstatistik/12411-02-03-4.yml") -> str:
    """Replace a text in a declaration; the one problem found, with the path cut off."""
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = complaints(copy)
    assert problems
    return "\n".join(str(problem).replace(f"{copy}/", "") for problem in problems)


HERE = "regionalstatistik/12411-02-03-4.yml"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "publisher:",
            "publischer:",
            f"{HERE}:4: publischer: unknown key (misspelt, or it belongs elsewhere)",
        ),
        ("each_row_is:", "# each_row_is:", f"{HERE}:1: each_row_is: is missing"),
        ("every: year,", "every: jahr,", f"{HERE}:8: cadence.every: Input should be 'month'"),
        ("kind: stock", "kind: stok", f"{HERE}:9: reference_time.kind: Input should be 'stock'"),
        ("12-31", "13-31", f"{HERE}:9: reference_time.month_days[0]: "),
        ("unit: title", "unit: titel", "format.layouts[0].unit: Input should be 'row' or 'title'"),
        ("kind: genesis_table", "kind: genesis", "format: Input tag 'genesis'"),
        ("measure: persons", "measure: people", "layout 2017: 'people' is no declared measure"),
        (
            "dimension: sex",
            "dimension: gender",
            "layout 2017: header level 'gender' is no declared dimension",
        ),
        ("codes: [_T, M, F]", "codes: [_T, M, D]", "dimensions.sex.codes: not in the code list: D"),
        ('"12411"', '"99999"', f"{HERE}:5: statistic: '99999' is not in statistics.yml"),
        ('"12411"', "12411", f"{HERE}:5: statistic: Input should be a valid string (found 12411)"),
        ("id: 12411-02-03-4", "id: 12411-02-03-5", f"{HERE}:1: id: must be the file's name, '12411-02-03-4'"),
        (
            "publisher: regionalstatistik",
            "publisher: destatis",
            f"{HERE}:4: publisher: must be the folder's name",
        ),
        ("statistic:", "title_de: x\nstatistic:", f"{HERE}:5: title_de: given twice (first in line 2)"),
        ("format:", "format: [", f"{HERE}:"),
        ("[time, area_code,", "[time,", "format.layouts[0]: keys need area_code"),
        ("    unit: Anzahl", "    unit: ", "unit"),
        (
            "codes: [_T, M, F]",
            "code_list: sex_in_cases, codes: [M, F]",
            "dimensions.sex.code_list: the code list 'sex' labels this dimension wherever it is shown",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(copy: Path, old: str, new: str, expected: str) -> None:
    if old == "    unit: Anzahl":
        old, new = "unit: Anzahl}", "unit: }"
    assert expected in spoil(copy, old, new)


def test_several_mistakes_are_all_named(copy: Path) -> None:
    spoil(copy, "publisher:", "publischer:")
    found = spoil(copy, "statistic:", "statistik:", "regionalstatistik/12411-03-03-4.yml")
    assert "12411-02-03-4.yml:4: publischer" in found
    assert "12411-03-03-4.yml:5: statistik" in found


def test_a_mistake_in_a_shared_file_is_named_alone(copy: Path) -> None:
    found = spoil(copy, "title_de: Geschlecht", "titel_de: Geschlecht", "code_lists.yml")
    assert found.splitlines() == [
        "code_lists.yml:4: sex.title_de: is missing",
        "code_lists.yml:5: sex.titel_de: unknown key (misspelt, or it belongs elsewhere)",
    ]


def test_a_label_for_two_codes_is_refused(copy: Path) -> None:
    found = spoil(copy, "[männlich, Männer]", "[männlich, weiblich]", "code_lists.yml")
    assert found == "code_lists.yml:4: sex: published label stands for two codes: weiblich"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "part_of: SGB2_RLB",
            "part_of: SGB3",
            "benefit: SGB2_ELB is part of SGB3, which is no code of the list",
        ),
        ("part_of: MINDESTSICHERUNG}", "part_of: SGB2_ELB}", "benefit: SGB2_RLB is part of itself"),
        (
            "part_at: {setting: OUTSIDE}",
            "part_at: {setting: ABROAD}",
            "there is no setting with the code ABROAD in code_lists.yml",
        ),
        (
            "part_of: WOHNGELD}",
            "part_at: {setting: OUTSIDE}}",
            "WOHNGELD_RENT: `part_at` belongs to `part_of`",
        ),
        (
            "en: Total, published: [Insgesamt, insgesamt, zusammen]",
            "en: Total, part_of: M",
            "is part of nothing",
        ),
    ],
)
def test_a_part_without_its_whole_is_refused(copy: Path, old: str, new: str, expected: str) -> None:
    assert expected in spoil(copy, old, new, "code_lists.yml")


def test_every_code_of_a_list_is_another_one() -> None:
    """Two codes for one thing are found in no sum: labels and ages tell them apart."""
    for name, code_list in load_catalog().code_lists.items():
        labels = [entry.de for entry in code_list.codes.values()]
        assert len(set(labels)) == len(labels), name
    ages = load_catalog().code_lists["age_group"].codes
    spans = [age_span(code) for code in ages if code != "_T" and not code.endswith("LIMIT")]
    assert len(set(spans)) == len(spans)


def test_rates_and_means_are_not_additive() -> None:
    added = {
        (dataset_id, name)
        for dataset_id, declaration in load_catalog().items()
        for name, measure in declaration.measures.items()
        if measure.is_additive and re.search(r"(^|_)(pct|rate|avg|per)(_|$)|density|monthly", name)
    }
    assert added == set()


def test_a_stock_is_not_added_over_time() -> None:
    catalog = load_catalog()
    assert not catalog["12411-01-01-4"].adds_over_time("persons")
    assert catalog["12711-01-03-4"].adds_over_time("arrivals")
    assert catalog["21111-02-06-4"].adds_over_time("leavers")
    assert not catalog["21111-01-03-4"].adds_over_time("pupils")
    assert not catalog["13211-02-05-4"].adds_over_time("unemployment_rate_pct")
    assert not catalog["hilfen-zur-erziehung"].adds_over_time("cases_running")


def test_a_mistake_in_the_legend_is_named(copy: Path) -> None:
    found = spoil(copy, "missing_reason: unknown_or_confidential", "missing_reason: none", "dialects.yml")
    assert "status M (missing) needs a missing_reason" in found


def test_a_missing_publisher_is_named(copy: Path) -> None:
    (copy / "zensus" / "publisher.yml").unlink()
    assert "no zensus/publisher.yml" in "\n".join(map(str, complaints(copy)))


def test_two_columns_that_mean_the_same_are_refused(copy: Path) -> None:
    found = spoil(copy, "{sex: F}", "{nationality: FOREIGN}", "regionalstatistik/22121-01-03-4.yml")
    assert "columns 2 and 3 mean the same" in found


def test_text_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(
        "a: 01\nb: 31.12.2015\nc: no\nd: 2015-12-31\ne: 1\nf: true\ng: '1'\nh:\ni: 1.5\n", "utf-8"
    )
    assert load(file).value == {
        "a": "01", "b": "31.12.2015", "c": "no", "d": "2015-12-31", "e": 1, "f": True, "g": "1", "h": None,
        "i": 1.5,
    }  # fmt: skip


def test_a_file_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_bytes("a: ä".encode("cp1252"))
    with pytest.raises(DeclarationError, match="not UTF-8"):
        load(file)


# --- fingerprints ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        (HERE, "title_de: Bev", "title_de: Die Bev", True),
        (HERE, "each_row_is: the", "each_row_is: a", True),
        ("statistics.yml", "Fortschreibung", "Fortführung", True),
        ("code_lists.yml", "en: male", "en: man", True),
        ("code_lists.yml", "[männlich, Männer]", "[Mann, Männer]", False),
        (HERE, "unit: title", "unit: row", False),
        (HERE, "unit: Anzahl", "unit: Tausend", False),
        ("dialects.yml", '"/":', '"//":', False),
    ],
)
def test_only_what_decides_the_reading_changes_the_fingerprint(
    copy: Path, catalog: Catalog, file: str, old: str, new: str, same: bool
) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    changed = load_catalog(copy)
    before = catalog.fingerprint(catalog["12411-02-03-4"])
    assert (changed.fingerprint(changed["12411-02-03-4"]) == before) is same


# --- words -----------------------------------------------------------------------------------------------


def test_every_dataset_can_be_described(catalog: Catalog) -> None:
    for dataset_id in catalog:
        text = describe(catalog, dataset_id)
        assert "One row is" in text
        assert "Licence:" in text
        assert max(len(line) for line in text.splitlines() if "http" not in line) <= 96


def test_an_unknown_dataset_names_its_neighbours(catalog: Catalog) -> None:
    with pytest.raises(KeyError, match="12411-01-01-4"):
        describe(catalog, "12411-99-99-4")


def test_the_template_is_a_valid_declaration(copy: Path) -> None:
    """As it stands, before anything is filled in, it passes the check."""
    text = template("99999-01-01-4")
    (copy / "regionalstatistik" / "99999-01-01-4.yml").write_text(text, encoding="utf-8")
    assert complaints(copy) == ()


def test_the_schema_knows_every_key() -> None:
    schema = yaml.safe_load(json_schema())
    assert schema["additionalProperties"] is False
    assert {"id", "reference_time", "format", "rounding"} <= set(schema["properties"])
