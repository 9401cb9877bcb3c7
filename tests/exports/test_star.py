"""The star: what its tables say is what the released editions say, and nothing else is published."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from exports import release
from exports.compilations import NotCompiled, compile_edition, load_compilation
from exports.compilations.star import NEEDED, Edition, Star, edition_of
from exports.compilations.star_check import check_star
from exports.dcat import TURTLE, write_catalogue
from exports.definition import Definition
from exports.products import Office, load_products
from exports.release import Release, ReleaseError, ReleaseRefused, Unchanged
from sources.foundation.editions import DESCRIPTION
from sources.foundation.told import said
from tests.contracts import contracts
from tests.exports.conftest import NOW, Editions, publish
from tests.exports.test_packages import complaints

OFFICE = Office(name="Stadt Musterstadt")
WORDS = {"D01": Definition("Wie viele?", "Personen.", "Nicht je km².", "Bestand")}


def compiled(root: Path, definitions: dict[str, Definition] = WORDS) -> Release | Unchanged:
    return compile_edition(root, root.parent / "scratch", definitions, OFFICE, NOW)


def star_in(root: Path, folder: Path) -> tuple[duckdb.DuckDBPyConnection, Star]:
    """The star of the current editions, written into a folder by itself."""
    found = [edition_of(one) for one in release.list_releases(root) if one.is_current]
    folder.mkdir()
    connection = duckdb.connect()
    star = Star(connection, found, {}, WORDS, folder)
    star.write()
    return connection, star


def test_facts_and_dimensions_say_what_the_edition_says(two_released: Path) -> None:
    made = compiled(two_released)
    assert isinstance(made, Release)
    assert made.compiled_from == ("areas/2026-11-30.1", "population/2026-11-30.1")
    star, released = made.path, two_released / "population" / "current" / "population.parquet"
    with duckdb.connect() as connection:
        query = (
            "select area_name, sex.code, period.reference_date, measure.unit, fact.value, reason.code "
            f"from '{star}/fact_population.parquet' as fact "
            f"join '{star}/dim_area.parquet' using (area_sk) "
            f"join '{star}/dim_period.parquet' as period using (period_sk) "
            f"join '{star}/dim_sex.parquet' as sex using (sex_sk) "
            f"join '{star}/dim_measure.parquet' as measure using (measure_sk) "
            f"join '{star}/dim_missing_reason.parquet' as reason using (missing_reason_sk) order by all"
        )
        found = connection.execute(query).fetchall()
        printed = connection.execute(
            "select area_name, sex_code, reference_date, unit, value, missing_reason "
            f"from '{released}' order by all"
        ).fetchall()
    assert found == printed
    assert len(found) == made.rows > 0


def test_the_package_names_every_file_and_every_relation_leads_somewhere(two_released: Path) -> None:
    made = compiled(two_released)
    assert isinstance(made, Release)
    package = json.loads((made.path / "datapackage.json").read_text(encoding="utf-8"))
    tables = {one["name"]: one for one in package["resources"]}
    assert {one["path"] for one in tables.values()} == {path.name for path in made.path.glob("*.parquet")}
    relations = [(one, key) for one in tables.values() for key in one["schema"].get("foreignKeys", ())]
    assert len(relations) >= 5
    with duckdb.connect() as connection:
        for table in tables.values():
            described = connection.execute(f"describe from '{made.path}/{table['path']}'").fetchall()
            assert [row[0] for row in described] == [field["name"] for field in table["schema"]["fields"]]
        for fact, key in relations:
            [column], [target] = key["fields"], key["reference"]["fields"]
            other = tables[key["reference"]["resource"]]
            assert other["schema"]["primaryKey"] == [target]
            lost = connection.execute(
                f"select count(*) from '{made.path}/{fact['path']}' as f "
                f"anti join '{made.path}/{other['path']}' as d on f.{column} = d.{target} "
                f"where f.{column} is not null"
            ).fetchone()
            assert lost == (0,), (fact["name"], column)


def test_the_data_package_is_valid_as_a_whole(two_released: Path) -> None:
    made = compiled(two_released)
    assert isinstance(made, Release)
    assert complaints(made.path) == []


def test_the_same_editions_make_no_new_star_and_a_new_one_does(
    two_released: Path, editions: Editions
) -> None:
    first = compiled(two_released)
    assert isinstance(first, Release)
    assert isinstance(compiled(two_released), Unchanged)
    publish(editions, two_released, "areas", 2)
    second = compiled(two_released)
    assert isinstance(second, Release)
    assert second.version != first.version
    other = compiled(two_released, {})
    assert isinstance(other, Release), "words that readers are told are part of it"
    assert not list((two_released.parent / "scratch").glob("*star*")), "nothing is left behind"


def test_a_star_is_an_edition_like_others_and_no_table_of_its_own(two_released: Path) -> None:
    compiled(two_released)
    assert set(release.verify_all(two_released, release.publishing.BESIDE).values()) == {""}
    assert release.derived_problems(two_released, release.publishing.BESIDE) == []
    with duckdb.connect(str(two_released / "planstat.duckdb"), read_only=True) as connection:
        names = {row[0] for row in connection.execute("select product from planstat_releases").fetchall()}
    assert names == {"areas", "population"}
    with pytest.raises(ReleaseError, match="compiled from other editions"):
        release.diff(two_released, "star", "2026-11-30.1", "2026-11-30.1", two_released.parent / "lines.csv")
    shown = release.show(two_released, "star")
    assert {check["outcome"] for check in shown["verdict"]["checks"]} == {"passed"}
    catalogue = Office.model_validate(
        {
            "name": "Stadt Musterstadt",
            "catalogue": {
                "web": "https://daten.musterstadt.example",
                "contributor_id": "http://dcat-ap.de/def/contributors/stadtMusterstadt",
            },
        }
    )
    write_catalogue(two_released, catalogue)
    assert "/star#dataset" in (two_released / TURTLE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "change", "checked"),
    [
        ("dim_area", "area_name = case area_code when '01001' then 'Köln' else area_name end", "star.same"),
        (
            "dim_age_group",
            "code = case code when '_T' then 'Y_LT3' when 'Y_LT3' then '_T' else code end",
            "star.same",
        ),
        ("fact_population", "value = case when value > 0 then value + 1 else value end", "star.same"),
        ("fact_population", "area_sk = 999", "star.known"),
        ("dim_area", "area_sk = 1", "star.unique"),
    ],
)
def test_what_is_read_back_and_says_something_else_is_found(
    two_released: Path, tmp_path: Path, table: str, change: str, checked: str
) -> None:
    connection, star = star_in(two_released, tmp_path / "star")
    assert {one["outcome"] for one in check_star(connection, star.facts, star.tables, tmp_path / "star")} == {
        "passed"
    }
    file = tmp_path / "star" / f"{table}.parquet"
    connection.execute(f"create temp table changed as from '{file}'")
    connection.execute(f"update changed set {change}")
    connection.execute(f"copy changed to '{file}' (format parquet)")
    wrong = [
        one["id"]
        for one in check_star(connection, star.facts, star.tables, tmp_path / "star")
        if one["outcome"] == "failed"
    ]
    assert any(name.startswith(checked) for name in wrong), wrong


def test_a_star_that_says_something_else_is_not_published(
    two_released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that gives the facts other places in a list than the list has."""
    monkeypatch.setattr(Star, "_write_list", _with_other_order(Star._write_list))
    with pytest.raises(NotCompiled) as raised:
        compiled(two_released)
    assert "fact_population" in said(raised.value.args[0], "de")
    assert release.list_releases(two_released, "star") == []


def _with_other_order(write):  # type: ignore[no-untyped-def]
    """`Star._write_list` that writes a dimension and then gives facts other positions."""

    def written(self, name, columns):  # type: ignore[no-untyped-def]
        write(self, name, columns)
        if name == "age_group":
            self._connection.execute("update codes_age_group set position = position + 1")

    return written


def test_an_edition_that_was_changed_makes_no_star(two_released: Path) -> None:
    file = two_released / "population" / "current" / "population.parquet"
    folder = file.resolve().parent
    folder.chmod(0o755)
    file.resolve().chmod(0o644)
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as from '{file}'")
        connection.execute("update rows set value = value + 1")
        connection.execute(f"copy rows to '{file.resolve()}' (format parquet)")
    with pytest.raises(ReleaseRefused, match=r"population\.parquet was changed"):
        compiled(two_released)
    assert release.list_releases(two_released, "star") == []


def test_without_editions_it_says_what_is_needed(tmp_path: Path, editions: Editions) -> None:
    with pytest.raises(NotCompiled) as raised:
        compiled(tmp_path / "releases")
    assert "noch keine Ausgabe von `areas`" in said(raised.value.args[0], "de")
    root = tmp_path / "releases"
    publish(editions, root, "areas", 1)
    publish(editions, root, "population", 1)
    edition = (root / "population" / "current").resolve()
    edition.chmod(0o755)
    (edition / DESCRIPTION).unlink()
    with pytest.raises(NotCompiled, match="from before editions kept their description"):
        compiled(root)


def test_every_product_is_a_fact_or_says_why_not() -> None:
    columns = {
        name: set(contracts()[product.relation])
        for name, product in load_products().items()
        if product.audience == "public"
    }
    could = {name for name, named in columns.items() if set(NEEDED) <= named}
    left_out = load_compilation().left_out
    assert set(left_out) <= could, "what could not be in it needs no reason"
    assert {"indicators", "population", "projection", "need_childcare"} <= could - set(left_out)


def test_words_are_those_of_the_newest_edition(two_released: Path, tmp_path: Path) -> None:
    found = [edition_of(one) for one in release.list_releases(two_released) if one.is_current]
    [old] = [one for one in found if one.product == "population"]
    column = old.described.column("sex_code")
    renamed = replace_codes(old, "sex_code", {code.code: f"{code.label_de} (neu)" for code in column.codes})
    newer = replace(renamed, release=replace(renamed.release, published_at=datetime(2027, 1, 1, tzinfo=UTC)))
    (tmp_path / "star").mkdir()
    with duckdb.connect() as connection:
        Star(
            connection, [newer, old, *(one for one in found if one is not old)], {}, {}, tmp_path / "star"
        ).write()
        labels = connection.execute(f"select label_de from '{tmp_path}/star/dim_sex.parquet'").fetchall()
    assert labels
    assert all(label.endswith("(neu)") for (label,) in labels)


def replace_codes(edition: Edition, name: str, labels: dict[str, str]) -> Edition:
    """The edition with other German labels of a column's codes."""
    columns = tuple(
        column
        if column.name != name
        else column.model_copy(
            update={
                "codes": tuple(
                    code.model_copy(update={"label_de": labels[code.code]}) for code in column.codes
                )
            }
        )
        for column in edition.described.columns
    )
    return replace(edition, described=edition.described.model_copy(update={"columns": columns}))
