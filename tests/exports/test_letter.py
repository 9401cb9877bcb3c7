"""The letter with an edition: what it says is what its files say, in German, and it loads nothing."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from exports import candidate, release
from exports.letter import CAUSES, NoLetter, Revision, letter
from exports.release import Release
from sources.foundation.editions import DESCRIPTION
from sources.foundation.told import said
from tests.exports.small_warehouse import DATASETS, description_of, passing

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 30)
CHANGES = (
    "update mart_indicator set value = 12.5 where indicator_id = 'P07' and area_code = '01001' "
    "and reference_date = date '2014-12-31'",
    "delete from mart_indicator where indicator_id = 'K01-centre' and area_code = '14612'",
    "insert into mart_indicator select * replace (date '2016-12-31' as reference_date, "
    "'D2016-12-31' as period_key) from mart_indicator where indicator_id = 'P07' "
    "and reference_date = date '2015-12-31'",
)


@pytest.fixture(scope="module")
def two(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Two editions; in the newer one a figure is another, a year is new and a series of an area is gone."""
    root = tmp_path_factory.mktemp("letter")
    own = Path(shutil.copy(warehouse, root / "own.duckdb"))
    found = []
    for changes in ((), CHANGES):
        with duckdb.connect(str(own)) as connection:
            for change in changes:
                connection.execute(change)
        previous = root / "releases" / "indicators" / "current"
        described = description_of("indicators")
        made = candidate.build(own, "indicators", described, root / "indicators", previous)
        release.write_receipt(
            made, passing("indicators"), described, release.look(made.path), previous=previous
        )
        published = release.publish("indicators", made, root / "releases", datetime(2026, 11, 22, tzinfo=UTC))
        assert isinstance(published, Release)
        found.append(published)
    return found[0], found[1]


def shown(page: str) -> str:
    """The words of a page without its tags."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def test_it_says_what_is_new_revised_and_gone(two: tuple[Release, Release]) -> None:
    _, second = two
    revision = Revision(
        "22811-01-01-4", "revision", 7, date(2014, 12, 31), date(2014, 12, 31), date(2026, 11, 20)
    )
    page = letter(second, [revision], TODAY)
    words = shown(page)
    with (second.path / "diff.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    added = sum(row["change"] == "added" and row["new_value"] != "" for row in rows)
    assert added > 0
    assert f"31.12.2016 {added} " in words
    [changed] = [row for row in rows if row["change"] == "changed" and row["column"] == "value"]
    assert f"{changed['area_name']}, 31.12.2014 {changed['old_value'].replace('.', ',')} 12,5" in words
    assert "22811-01-01-4 Revision des Herausgebers 7 31.12.2014 31.12.2014 20.11.2026" in words
    gone = words.partition("Zurückgezogen oder entfallen")[2].partition("Überfällig")[0]
    assert "Dresden, Stadt" in gone
    assert "P07" not in gone
    assert f"Nachfolgerin von {two[0].version}" in words
    assert not re.search(r"(src|href)=\"(?!LICENCES)", page), "nothing from elsewhere"


def test_what_is_overdue_depends_on_the_day(two: tuple[Release, Release]) -> None:
    dataset = dict(DATASETS[0])
    first, _ = two
    kept = first.path / DESCRIPTION
    text = kept.read_text(encoding="utf-8")
    assert dataset["dataset_id"] in text
    edition = first.path.parent.parent / "later" / first.version
    shutil.copytree(first.path, edition)
    edition.chmod(0o755)
    (edition / DESCRIPTION).unlink()
    due = text.replace('"due_on": null', '"due_on": "2026-10-15"', 1).replace(
        '"next_date": null', '"next_date": "2025-12-31"', 1
    )
    assert due != text
    (edition / DESCRIPTION).write_text(due, encoding="utf-8")
    one = Release(**{**vars(first), "path": edition})
    assert "erwartet bis" in shown(letter(one, [], TODAY))
    assert "15.10.2026" in shown(letter(one, [], TODAY))
    assert "Nichts: jede Tabelle ist so neu" in shown(letter(one, [], date(2026, 10, 15)))


def test_a_first_edition_compares_with_nothing(two: tuple[Release, Release]) -> None:
    words = shown(letter(two[0], [], TODAY))
    assert "die erste ihres Produkts" in words
    assert "Geänderte Werte" not in words


def test_every_cause_of_a_revision_has_words() -> None:
    models = yaml.safe_load((ROOT / "dbt_project/compiled/models/core/facts.yml").read_text(encoding="utf-8"))
    [fact] = [one for one in models["models"] if one["name"] == "fct_revision"]
    [cause] = [one for one in fact["columns"] if one["name"] == "cause"]
    [accepted] = [test["accepted_values"] for test in cause["data_tests"] if "accepted_values" in test]
    assert set(accepted["arguments"]["values"]) == set(CAUSES)


def test_an_edition_without_a_description_is_told(two: tuple[Release, Release], tmp_path: Path) -> None:
    shutil.copytree(two[0].path, tmp_path / "old")
    (tmp_path / "old").chmod(0o755)
    (tmp_path / "old" / DESCRIPTION).unlink()
    with pytest.raises(NoLetter) as refused:
        letter(Release(**{**vars(two[0]), "path": tmp_path / "old"}), [], TODAY)
    assert "enthält keine Beschreibung" in said(refused.value.args[0], "de")
