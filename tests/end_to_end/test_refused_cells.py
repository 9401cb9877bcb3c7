"""What is wrong in a delivery gets no further: a broken file, two rows exchanged in one table, and its kind.

The tests of this module share one data root and build on each other. Figures are those of the sample.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from exports import release

from .conftest import Ended, Place

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
    pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning"),
]

KIEL, LUEBECK = 246306, 216253
TABLE = "12411-01-01-4"
CARRIED = {
    "population",
    "indicators",
    "indicators_wide",
    "area_profile",
    "need_care",
    "need_childcare",
    "need_school",
    "peer_ring",
    "projection",
    "social_index",
    "structural_peers",
}
"""Products made from the population of Kreise."""
Deliver = Callable[..., Ended]


def table(name: str, tmp: Path) -> str:
    """A table of the sample in the publisher's format."""
    from sources.twins.sample import write_sample

    if not tmp.exists():
        write_sample(tmp)
    return (tmp / f"{name}.csv").read_text(encoding="utf-8")


def exchanged(text: str) -> str:
    """Kiel and Lübeck change places in the newest year, as a slip of the mouse does it."""
    kiel = re.search(r"^01002;[^;]*;(\d+;\d+;\d+);", text, re.MULTILINE)
    luebeck = re.search(r"^01003;[^;]*;(\d+;\d+;\d+);", text, re.MULTILINE)
    assert kiel
    assert luebeck
    return text.replace(kiel[1], "§").replace(luebeck[1], kiel[1]).replace("§", luebeck[1])


def newest_year(text: str) -> dict[str, tuple[str, ...]]:
    """Figures of the first date that a table prints, by area."""
    lines = re.finditer(r"^(DG|[0-9]{2,8});[^;]*;([^;]*);([^;]*);([^;\n]*)", text, re.MULTILINE)
    return {line[1]: line.groups()[1:] for line in lines}


def later(text: str, day: str) -> str:
    """The same with a later date of the publisher."""
    dated, count = re.subn(r"Stand: \d\d\.\d\d\.\d{4}", f"Stand: {day}", text)
    assert count == 1
    return dated


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "files"
    table(TABLE, folder)
    return folder


@pytest.fixture(scope="module")
def first(place: Place, sample: Path) -> dict[str, str]:
    """The editions of the first delivery, by product."""
    ended = place.planstat("run", "--from", str(sample))
    assert ended.code == 0, ended.said
    return place.current()


@pytest.fixture(scope="module")
def deliver(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Deliver:
    """Hand in one table as a delivery of its own and run."""

    def run(text: str, name: str = TABLE) -> Ended:
        folder = tmp_path_factory.mktemp("delivery")
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return place.planstat("run", "--from", str(folder))

    return run


@pytest.fixture(scope="module")
def refused(first: dict[str, str], deliver: Deliver, sample: Path) -> Ended:
    return deliver(later(exchanged(table(TABLE, sample)), "12.12.2017"))


def persons(place: Place) -> set[float]:
    """What all released products say about the people of Kiel at the end of 2015."""
    asked = (
        "select value from population where area_code = '01002' and period_key = 'D2015-12-31' and "
        "measure_code = 'persons' and age_group_code = '_T' and sex_code = '_T' and nationality_code = '_T'",
        "select value from indicators where indicator_id = 'D01' and area_code = '01002' "
        "and reference_date = date '2015-12-31'",
        "select d01 from indicators_wide where area_code = '01002' and reference_year = 2015",
        "select value from area_profile where indicator_id = 'D01' and area_code = '01002'",
    )
    found: set[float] = set()
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as connection:
        for sql in asked:
            rows = connection.execute(sql).fetchall()
            assert rows, sql
            found |= {row[0] for row in rows}
    return found


def carrying(place: Place, figure: int) -> set[str]:
    """Products whose current edition has the figure in any column of a row about Kiel."""
    found = set()
    with duckdb.connect() as connection:
        for product in place.current():
            file = place.root / "releases" / product / "current" / f"{product}.parquet"
            columns = connection.execute(f"describe select * from '{file}'").fetchall()
            if "area_code" not in {name for name, *_ in columns}:
                continue
            numbers = [f'"{name}"' for name, kind, *_ in columns if kind in ("DOUBLE", "BIGINT", "INTEGER")]
            has = " or ".join(f"{name} = {figure}" for name in numbers) or "false"
            asked = f"select count(*) from '{file}' where area_code = '01002' and ({has})"
            if connection.execute(asked).fetchall() != [(0,)]:
                found.add(product)
    return found


def test_a_broken_file_is_set_aside_and_nothing_else_changes(
    place: Place, first: dict[str, str], sample: Path, tmp_path: Path
) -> None:
    broken = tmp_path / f"{TABLE}.csv"
    text = table(TABLE, sample)
    broken.write_text(text[: len(text) // 2], encoding="utf-8")
    page = tmp_path / "12411-02-03-4.csv"
    page.write_text("<!DOCTYPE html><html><body>Wartungsarbeiten</body></html>", encoding="utf-8")

    ended = place.planstat("run", "--from", str(tmp_path))
    assert ended.code == 3, ended.said
    assert f"{TABLE}: set aside: {broken.name}" in ended.said
    assert re.search(r"12411-02-03-4: set aside: 12411-02-03-4\.csv.*HTML", ended.said)
    assert "Traceback" not in ended.said
    assert place.current() == first
    [kept] = (place.root / "quarantine" / TABLE).iterdir()
    assert {entry.name for entry in kept.iterdir()} == {broken.name, "reason.json", "reason.txt"}
    assert (kept / broken.name).read_bytes() == broken.read_bytes(), "it is kept whole"
    assert f"{TABLE} is old" in place.planstat("status").said


def test_the_sample_is_refused_beside_published_files(place: Place, first: dict[str, str]) -> None:
    refused = place.planstat("run")
    assert refused.code == 2, refused.said
    assert "the sample must not mix with them" in refused.said
    assert "PLANSTAT_DATA" in refused.said


def test_the_delivery_is_the_one_that_went_wrong(shared_cases: Path, sample: Path) -> None:
    """The tests of this module run on the slip of case H1: its figures of the newest year, cell by cell."""
    case = shared_cases / "H1_swapped_rows" / "delivery2" / f"{TABLE}.csv"
    wrong = newest_year(case.read_text(encoding="utf-8"))
    assert len(wrong) > 10
    assert (wrong["01002"][0], wrong["01003"][0]) == (str(LUEBECK), str(KIEL))
    delivered = newest_year(later(exchanged(table(TABLE, sample)), "12.12.2017"))
    assert {area: delivered[area] for area in wrong} == wrong


def test_what_is_refused_in_one_product_leaves_by_none(
    place: Place, first: dict[str, str], refused: Ended
) -> None:
    assert refused.code == 4, refused.said
    assert "the gate refused population" in refused.said
    assert place.current() == first, "not even a product of the same fact, whose rows are Gemeinden"
    assert persons(place) == {KIEL}
    assert carrying(place, LUEBECK) == set(), "no released file gives Kiel the people of Lübeck"
    assert carrying(place, KIEL) >= {"population", "indicators", "area_profile"}
    for product in CARRIED - {"population"}:
        [line] = re.findall(rf"{product} is held back.*", refused.said)
        assert "refused in population (" in line
        assert TABLE in line
        assert "01002, 01003" in line
        assert "planstat sources withdraw" in line
    for product in set(first) - CARRIED:
        assert f"release {product}: unchanged" in refused.said
    assert "Traceback" not in refused.said


def test_the_next_run_does_not_call_it_unchanged(place: Place, first: dict[str, str], refused: Ended) -> None:
    again = place.planstat("run", "--inbox")
    assert again.code == 4
    assert re.search(r"models +unchanged", again.said)
    for product in CARRIED:
        assert f"{product}: unchanged" not in again.said
    assert "indicators is held back" in again.said
    assert place.current() == first
    told = place.planstat("status", COLUMNS="200")
    assert re.search(r"indicators +\S+ +hold it back: .*population", told.said), told.said


def test_no_other_entry_lets_it_out(place: Place, refused: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place.root / "candidates" / "indicators"
    with pytest.raises(release.ReleaseRefused, match="held back"):
        release.publish("indicators", folder, place.root / "releases", datetime.now(UTC))
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["passed"] is True, "its own gate has nothing against it"
    assert [hold["product"] for hold in receipt["held"]] == ["population"]

    import dagster as dg

    from orchestration.definitions import defs

    monkeypatch.setenv("PLANSTAT_DATA", str(place.root))
    job = defs().resolve_implicit_global_asset_job_def()
    for chosen in (["release"], ["verdict", "release"]):
        keys = [dg.AssetKey([layer, "indicators"]) for layer in chosen]
        done = job.execute_in_process(asset_selection=keys, raise_on_error=False)
        assert not done.success
        assert any(
            "held back" in str(event.step_failure_data.error) for event in done.get_step_failure_events()
        )


def test_a_later_delivery_that_mends_it_releases_all_by_itself(
    place: Place, first: dict[str, str], refused: Ended, deliver: Deliver, sample: Path
) -> None:
    ended = deliver(later(table(TABLE, sample), "13.12.2017"))
    assert ended.code == 0, ended.said
    assert "held back" not in ended.said
    assert persons(place) == {KIEL}


def test_its_kind_in_another_table(place: Place, refused: Ended, deliver: Deliver, sample: Path) -> None:
    """Recipients of benefits in Kiel ten times over; then the delivery is withdrawn."""
    before = place.current()
    name = "22811-01-01-4"
    wrong = later(table(name, sample).replace(";40139;32992;", ";401390;329920;"), "14.12.2017")
    ended = deliver(wrong, name)
    assert ended.code == 4, ended.said
    assert "the gate refused social_benefits" in ended.said or "the gate refused indicators" in ended.said
    assert place.current() == before
    for product in ("indicators", "indicators_wide", "area_profile", "social_benefits"):
        assert f"gate refused {product}" in ended.said or f"{product} is held back" in ended.said, product
    assert "population is held back" not in ended.said or "refused in indicators" in ended.said

    [snapshot] = set(re.findall(r"sources withdraw (\S+?)`", ended.said))
    unknown = place.planstat("sources", "withdraw", "20200101T000000Z-0-0", "--because", "…")
    assert unknown.code == 2
    withdrawn = place.planstat("sources", "withdraw", snapshot, "--because", "ten times too many in Kiel")
    assert withdrawn.code == 0, withdrawn.said
    mended = place.planstat("run", "--inbox")
    assert mended.code == 0, mended.said
    assert "held back" not in mended.said
    assert place.current() == before, "what was delivered before counts again, so nothing is new"
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as connection:
        asked = "select numerator from indicators where indicator_id = 'P07' and area_code = '01002'"
        assert (40139,) in connection.execute(asked).fetchall(), "what was delivered before counts again"
