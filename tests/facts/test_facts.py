"""Facts: what is declared is what stands in the warehouse's project, once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dbt_project import generated
from dbt_project.facts import compiler
from dbt_project.facts.declaration import FOLDER, Fact, load_facts, load_marts
from sources.declared.catalogue import Catalog, load_catalog
from sources.foundation import located_yaml
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import checked
from tests.contracts import contracts

PROJECT = Path(__file__).parents[2] / "dbt_project"
CALLED = re.compile(r"\{\{-?\s*(versioned_fact|code_dimension|count_mart|counts_on|counts_up)\(")
STAGED = re.compile(r"\{\{ stage_cells\('[a-z]+', '([^']+)', \[.*\]\) \}\}\s*")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def facts() -> dict[str, Fact]:
    return load_facts()


def test_generated_files_are_what_the_declarations_give() -> None:
    """Run `make generate` when this fails."""
    made = generated.files()
    assert len(made) > 150
    differing = [
        path
        for path, text in made.items()
        if not (generated.ROOT / path).exists() or (generated.ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert differing == [], "run make generate"
    assert generated.stale(made) == [], "nothing generates these: run make generate"


def test_nothing_generated_is_written_by_hand_too() -> None:
    """Neither SQL nor a contract of a fact, a code list, a mart of counts or one of its functions."""
    compiled = {file.stem for file in (PROJECT / "compiled" / "models").rglob("*.sql")}
    by_hand = sorted((PROJECT / "models").rglob("*.sql"))
    assert compiled
    assert [file.name for file in by_hand if CALLED.search(file.read_text(encoding="utf-8"))] == []
    assert [file.name for file in by_hand if file.stem in compiled] == []
    told = {
        model["name"]: file.name
        for file in sorted((PROJECT / "models").rglob("*.yml"))
        for model in (located_yaml.load(file).value or {}).get("models") or ()
    }
    assert {name: file for name, file in told.items() if name in compiled} == {}


def test_a_table_that_declares_itself_is_staged_by_its_declaration(facts: dict[str, Fact]) -> None:
    """SQL of one's own is for what a declaration cannot say."""
    tables = {table.table for fact in facts.values() for table in fact.tables}
    tables |= {fact.form for fact in facts.values() if fact.form}
    idle = [
        file.name
        for file in (PROJECT / "models" / "staging").rglob("*.sql")
        if (found := STAGED.fullmatch(file.read_text(encoding="utf-8"))) and found[1] in tables
    ]
    assert idle == []


def test_every_fact_and_mart_has_a_contract(facts: dict[str, Fact]) -> None:
    columns = contracts()
    for name, fact in facts.items():
        codes = {
            column.removesuffix("_code")
            for column in columns[fact.model]
            if column.endswith("_code") and column not in ("area_code", "measure_code")
        }
        if fact.form:  # forms share a table
            assert set(fact.dimensions) < codes, name
        else:
            assert set(fact.dimensions) == codes, name
    for name, mart in load_marts(facts).items():
        assert {f"{one}_code" for one in mart.dimensions} < set(columns[f"mart_{name}"])


def test_measures_are_those_of_the_tables(facts: dict[str, Fact], catalog: Catalog) -> None:
    """A measure that a declaration does not have is made by the staging of one of the fact's tables."""
    texts = {file.stem: file.read_text(encoding="utf-8") for file in PROJECT.glob("models/staging/*/*.sql")}
    elections = (PROJECT / "macros" / "elections.sql").read_text(encoding="utf-8")
    seen = 0
    for name, fact in facts.items():
        datasets = [catalog[one.table] for one in fact.tables] or [catalog[fact.form or ""]]
        declared = {code for dataset in datasets for code in dataset.measures}
        own = "".join(texts.get(compiler.staging_model(dataset), "") for dataset in datasets)
        own += elections if "election_by_kreis" in own else ""
        judged = {*fact.judged.rates, *fact.judged.unjudged, *fact.judged.rounded}
        judged |= {one.measure for one in fact.judged.parts if one.measure}
        judged |= {one["measure"] for both in (*fact.judged.paired, *fact.judged.means) for one in both}
        for measure in {*fact.measures, *judged, *(code for one in fact.tables for code in one.measures)}:
            seen += 1
            assert measure in declared or f"'{measure}'" in own, f"{name}: {measure}"
    assert seen > 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the declared facts."""
    return Path(shutil.copytree(FOLDER, tmp_path / "facts", ignore=shutil.ignore_patterns("*.py", "__*")))


def changed(folder: Path, name: str, before: str, after: str) -> None:
    file = folder / f"{name}.yml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_table_more_is_one_line(folder: Path, catalog: Catalog) -> None:
    """Its staging, its place in the fact and its part in what names the fact's tables follow."""
    changed(folder, "birth", "  - 12612-02-01-4\n", "")
    without = compiler.compile_files(catalog, folder)
    changed(folder, "birth", "  - 12612-01-01-4\n", "  - 12612-01-01-4\n  - 12612-02-01-4\n")
    having = compiler.compile_files(catalog, folder)
    staging = f"{compiler.COMPILED}/models/staging/regionalstatistik/stg_regionalstatistik__12612_02_01_4.sql"
    fact = f"{compiler.COMPILED}/models/core/facts/fct_birth.sql"
    named = f"{compiler.COMPILED}/macros/facts.sql"
    assert {path for path in having if having[path] != without.get(path)} == {staging, fact, named}
    assert "stage_cells('regionalstatistik', '12612-02-01-4', ['mother_age', " in having[staging]
    assert having[fact].index("12612_01_01_4', 'has': ['sex']}") < having[fact].index("12612_02_01_4'},")


@pytest.mark.parametrize(
    ("name", "before", "after", "says"),
    [
        ("birth", "  - 12612-02-01-4", "  - 12612-02-01-5", "no dataset '12612-02-01-5' is declared"),
        ("birth", "[sex, nationality, mother_age]", "[sex, mother_age]", "prints nationality, which is none"),
        ("household", "[household_type]", "[household_type, storey]", "no code list 'storey'"),
        ("birth", "parts: [M, F]", "parts: [M, W]", "'W' is not in the code list"),
        ("birth", "dimension: sex", "dimension: sexes", "sexes is none of its dimensions"),
        ("birth", "fact: birth", "fact: births", "must be the file's name, 'birth'"),
        ("birth", "tables:", "table:", "unknown key"),
        ("birth", "  - 12612-02-01-4", "  - {table: 12612-02-01-4, by: [sex]}", "leave out `by`"),
        ("birth", "  - 12612-02-01-4", "  - 12612-01-01-4", "12612-01-01-4 stands twice"),
        ("deprivation", "  - gisd-kreise", "  - kreistypen", "kreistypen is no table of cells"),
        ("birth", "  - 12612-02-01-4", "  - 12531-0040", "take `unused` out of its declaration"),
        ("marts", "facts: [birth, death]", "facts: [birth, deaths]", "no fact 'deaths' over published"),
        ("marts", "dimensions: [sex, nationality, age_group, ", "dimensions: [", "its facts have sex"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file(
    folder: Path, catalog: Catalog, name: str, before: str, after: str, says: str
) -> None:
    changed(folder, name, before, after)
    with pytest.raises(DeclarationError) as raised:
        compiler.compile_files(catalog, folder)
    assert says in str(raised.value)
    assert f"{name}.yml" in str(raised.value)


def test_sql_of_ones_own_is_not_generated_beside(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    """The contract of such a fact is generated all the same."""
    own = tmp_path / "models"
    shutil.copytree(PROJECT / "models", own)
    (own / "core" / "facts" / "fct_birth.sql").write_text("select 1", encoding="utf-8")
    made = compiler.compile_files(catalog, folder, own)
    assert f"{compiler.COMPILED}/models/core/facts/fct_birth.sql" not in made
    assert "name: fct_birth" in made[f"{compiler.COMPILED}/models/core/facts/facts.yml"]
    assert f"{compiler.COMPILED}/models/core/facts/fct_death.sql" in made


def test_a_form_and_tables_exclude_each_other(tmp_path: Path) -> None:
    file = tmp_path / "both.yml"
    file.write_text("fact: both\nabout: x\nform: f\ntables: [t]\nmeasures: [m]\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="either its tables or the form"):
        checked(Fact, located_yaml.load(file))
