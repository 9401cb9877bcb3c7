"""What a run makes of its editions for readers: what the office declares, and nothing else."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from exports import release
from exports.products import ProductError, load_office
from orchestration.cli.progress import Watcher
from orchestration.defs.run import Run
from orchestration.reading import make_for_readers
from orchestration.resources import Paths, Settings
from sources.foundation.exits import FAILED
from tests.exports.conftest import Editions, publish
from tests.exports.small_warehouse import make_warehouse

PROJECT = Path(__file__).parents[2] / "dbt_project"


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    folder = tmp_path_factory.mktemp("editions")
    return Editions(make_warehouse(folder / "growing.duckdb"), folder)


@pytest.fixture
def settings(editions: Editions, tmp_path: Path) -> Settings:
    """A data root with releases of areas and population, and no warehouse any more."""
    settings = Settings(Paths(tmp_path / "root"), PROJECT)
    for product in ("areas", "population"):
        publish(editions, settings.paths.releases, product, 1)
    return settings


def made(settings: Settings, reading: str) -> tuple[list[str], list[str]]:
    """What is told and what is in trouble with this section of `office.yml`."""
    settings.paths.office.write_text(f"name: Stadt Musterstadt\n{reading}", encoding="utf-8")
    told: list[str] = []
    trouble: list[str] = []
    make_for_readers(settings, told.append, trouble.append)
    return told, trouble


def on_shelf(settings: Settings) -> set[str]:
    return {path.name for path in (settings.paths.releases / "zum-lesen").glob("*.*")} - {"receipt.json"}


def test_nothing_declared_makes_nothing(settings: Settings) -> None:
    assert made(settings, "") == ([], [])
    assert on_shelf(settings) == set()
    assert release.current_release(settings.paths.releases, "star") is None


def test_letters_and_star_come_once_for_each_edition(settings: Settings, editions: Editions) -> None:
    told, trouble = made(settings, "reading:\n  star: true\n  letters: true\n")
    assert trouble == []
    assert len(told) == 3
    current = {one.product: one for one in release.list_releases(settings.paths.releases)}
    assert current["star"].compiled_from == (current["areas"].id, current["population"].id)
    letters = {f"{name}-{current[name].version}.html" for name in ("areas", "population")}
    assert on_shelf(settings) == letters, "the star is told of by the letters of what is in it"
    again, trouble = made(settings, "reading:\n  star: true\n  letters: true\n")
    assert (again, trouble) == ([f"{current['star'].id}: unchanged"], [])
    publish(editions, settings.paths.releases, "areas", 2)
    told, _ = made(settings, "reading:\n  star: true\n  letters: true\n")
    assert len(told) == 2
    newest = release.current_release(settings.paths.releases, "areas")
    assert newest is not None
    assert on_shelf(settings) == letters | {f"areas-{newest.version}.html"}
    page = (settings.paths.releases / "index.html").read_text(encoding="utf-8")
    assert all(f"zum-lesen/{name}" in page for name in on_shelf(settings))
    assert release.derived_problems(settings.paths.releases, settings.memory) == []


def test_an_atlas_needs_indicators_and_says_so(settings: Settings) -> None:
    told, trouble = made(settings, "reading:\n  atlas: true\n")
    assert told == []
    assert trouble == [
        f"office.yml, reading: {settings.paths.releases}: there is no edition of `areas` and of `indicators`"
    ]


def test_what_cannot_be_made_is_told_and_the_rest_is_made(settings: Settings) -> None:
    wanted = 'reading:\n  letters: true\n  workbooks: [{area: "01002"}, {ring: towns, own: "01002"}]\n'
    told, trouble = made(settings, wanted)
    assert len(told) == 2
    assert len(trouble) == 2
    assert all("indicators has no release yet" in one for one in trouble)


def test_a_run_makes_it_at_its_end_and_says_what_it_could_not(settings: Settings) -> None:
    """What fails is a problem of the run, as a refused product is, and keeps nobody else from theirs."""

    @dg.asset
    def release_of_something(run: Run) -> None:
        run.publishes(settings)
        assert on_shelf(settings) == set(), "the editions of this run come first"

    text = 'name: Stadt\nreading:\n  letters: true\n  workbooks: [{area: "01002"}]\n'
    settings.paths.office.write_text(text, encoding="utf-8")
    watcher = Watcher(lambda kind, text: None)
    with dg.DagsterInstance.ephemeral() as instance:
        defs = dg.Definitions([release_of_something], resources={"run": Run.over(settings)})
        run_id = "11111111-1111-4111-8111-111111111111"
        instance.add_event_listener(run_id, watcher.take)
        job = defs.resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(instance=instance, run_id=run_id).success
    assert len(on_shelf(settings)) == 2
    assert len(watcher.outcome.problems) == 1
    assert "indicators has no release yet" in watcher.outcome.problems[0]
    assert watcher.outcome.exit_code == FAILED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reading:\n  letter: true\n", r"office\.yml:3: reading\.letter"),
        ("reading:\n  workbooks:\n    - {area: 11000}\n", r"office\.yml:4: reading\.workbooks"),
        ("reading:\n  workbooks:\n    - {own: '01002'}\n", "needs area, or ring"),
        ("reading:\n  workbooks:\n    - {area: '01002', own: '01002'}\n", "own marks a member in"),
    ],
)
def test_a_wrong_section_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "office.yml"
    file.write_text(f"name: Stadt Musterstadt\n{text}", encoding="utf-8")
    with pytest.raises(ProductError, match=words):
        load_office(file)
