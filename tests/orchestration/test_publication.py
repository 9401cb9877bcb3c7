"""A protected product on its whole way: built, attacked, checked, released; and what is refused on the way.

The warehouse holds Musterstadt, built by the project's own models; the manifest names what the way reads.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from exports.disclosure.auditor.earlier import released
from exports.disclosure.auditor.edition import audit_edition
from exports.history import BESIDE, Memory
from exports.release import ReleaseRefused, adopt, give_up, remembered, repair
from exports.release.verification import derived_problems
from orchestration.plan import State
from orchestration.publication import BUILT, KEPT, RELEASED, Publication
from orchestration.resources import Paths
from sources.declared.catalogue import load_catalog
from sources.foundation.files import sha256_of
from tests.dbt.compiled import PROJECT
from tests.exports.disclosure.musterstadt import fill

NAME = "sgb2_small_area"
SOURCES = {"mart_sgb2_small_area": "sgb2-kleinraeumig", "fct_small_area_count": "sgb2-kleinraeumig"}


def manifest() -> dict[str, Any]:
    """What dbt's manifest says about the product's relations."""
    folder = PROJECT / "compiled" / "models" / "marts" / "small_areas.yml"
    contract = yaml.safe_load(folder.read_text(encoding="utf-8"))
    (mart,) = [model for model in contract["models"] if model["name"] == f"mart_{NAME}"]
    columns = {column["name"]: column for column in mart["columns"]}
    names = (f"mart_{NAME}", "mart_youth_service", "fct_small_area_count", "bridge_small_area", "mart_area")
    return {
        "nodes": {
            f"model.planstat.{name}": {
                "name": name,
                "columns": columns if name == f"mart_{NAME}" else {},
                "depends_on": {
                    "nodes": [f"source.planstat.kommune.{SOURCES[name]}"] if name in SOURCES else []
                },
            }
            for name in names
        },
        "sources": {
            "source.planstat.kommune.sgb2-kleinraeumig": {
                "source_name": "kommune",
                "name": "sgb2-kleinraeumig",
            }
        },
    }


def load(paths: Paths, years: tuple[int, ...], change: str = "") -> None:
    """The warehouse of these years with the register, and its state, as a finished build leaves them."""
    paths.root.mkdir(parents=True, exist_ok=True)
    fill(paths.warehouse, years, blocks=False)
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute(
            "create table mart_area as select distinct area_code, area_level, "
            "date '1975-01-01' as valid_from, date '9999-12-31' as valid_to from bridge_small_area"
        )
        # one district is enough, and fast
        for table, column in (("mart_sgb2_small_area", "area_code"), ("fct_small_area_count", "area_code")):
            connection.execute(f"delete from {table} where not starts_with({column}, '9900100001')")
        connection.execute("delete from bridge_small_area where not starts_with(area_code, '9900100001')")
        connection.execute("update bridge_small_area set parent_key = null where area_code = '9900100001'")
        if change:
            connection.execute(change)
    nodes = {name: {"fingerprint": f"{years}{change}"} for name in manifest()["nodes"]}
    State(nodes).write(paths)


def publication(paths: Paths, told: list[str] | None = None) -> Publication:
    return Publication(paths, manifest(), load_catalog(), NAME, (told if told is not None else []).append)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A root with the first edition released."""
    paths = Paths(tmp_path_factory.mktemp("root"))
    load(paths, (2024,))
    paths.office.write_text(
        "name: Stadt Musterstadt\ncatalogue:\n  web: https://daten.musterstadt.example\n"
        "  contributor_id: http://dcat-ap.de/def/contributors/stadtMusterstadt\n",
        encoding="utf-8",
    )
    one = publication(paths)
    assert one.build()[0] == BUILT
    assert one.build()[0] == KEPT
    answer = one.check()
    assert answer.passed, answer.words
    assert one.publish().status == "released"
    return paths


def test_what_is_released_stands_in_the_catalogue_for_portals(first: Paths) -> None:
    edition = (first.releases / NAME / "current").readlink()
    text = (first.releases / "catalog.ttl").read_text(encoding="utf-8")
    assert f"<https://daten.musterstadt.example/{NAME}/{edition}/{NAME}.parquet>" in text


def copy_of(root: Paths, folder: Path) -> Paths:
    shutil.copytree(root.root, folder, symlinks=True)
    paths = Paths(folder)
    State(json.loads(paths.warehouse_state.read_text(encoding="utf-8"))["nodes"]).write(paths)  # its new mark
    return paths


@pytest.fixture
def root(first: Paths, tmp_path: Path) -> Paths:
    """A root of the test's own with the first edition."""
    return copy_of(first, tmp_path / "root")


@pytest.fixture(scope="module")
def first_and_built(first: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The same, and the candidate of a second edition, in which areas have other names."""
    paths = copy_of(first, tmp_path_factory.mktemp("built") / "root")
    load(paths, (2024,), "update mart_sgb2_small_area set area_name = area_name || ' (neu)'")
    assert publication(paths).build()[0] == BUILT
    return paths


@pytest.fixture(scope="module")
def first_and_checked(first_and_built: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The same, and the candidate is attacked and checked."""
    paths = copy_of(first_and_built, tmp_path_factory.mktemp("checked") / "root")
    answer = publication(paths).check()
    assert answer.passed, answer.words
    return paths


@pytest.fixture(scope="module")
def first_and_second(first_and_checked: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Two editions, and a warehouse in which areas have other names once more."""
    paths = copy_of(first_and_checked, tmp_path_factory.mktemp("second") / "root")
    assert publication(paths).publish().status == "released"
    load(paths, (2024,), "update mart_sgb2_small_area set area_name = area_name || ' (alt)'")
    return paths


@pytest.fixture
def built(first_and_built: Paths, tmp_path: Path) -> Paths:
    """A root of the test's own with the first edition and the candidate of a second one."""
    return copy_of(first_and_built, tmp_path / "root")


@pytest.fixture
def checked(first_and_checked: Paths, tmp_path: Path) -> Paths:
    """The same, and the candidate is attacked and checked."""
    return copy_of(first_and_checked, tmp_path / "root")


@pytest.fixture
def stricter(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the data protection officer decide for another minimum frequency."""
    import exports.disclosure.universe as universes

    before = universes.load_universe

    def decide(minimum: int) -> None:
        def load_stricter(name: str, folder: Path = universes.FOLDER) -> universes.Universe:
            universe = before(name, folder)
            rules = universe.policy.rules.model_copy(update={"minimum_frequency": minimum})
            return universe.model_copy(update={"policy": universe.policy.model_copy(update={"rules": rules})})

        monkeypatch.setattr(universes, "load_universe", load_stricter)

    return decide


def hidden(folder: Path) -> int:
    with duckdb.connect() as connection:
        found = connection.execute(
            "select count(*) from read_parquet(?) where value is null and missing_reason = 'suppressed'",
            [str(folder / f"{NAME}.parquet")],
        ).fetchone()
    return int(found[0]) if found else 0


def test_what_is_released_is_left_alone(root: Paths) -> None:
    again = publication(root)
    assert again.build()[0] == RELEASED
    assert again.check().passed
    assert again.publish().status == "unchanged"
    assert hidden(again.current) > 0
    assert json.loads((again.current / "disclosure_certificate.json").read_text("utf-8"))["passed"] is True
    assert (root.disclosure / NAME).stat().st_mode & 0o077 == 0


def test_a_second_edition_withdraws_what_is_secret_now(root: Paths, stricter: Callable[[int], None]) -> None:
    stricter(25)
    load(root, (2024,), "update mart_area set area_level = area_level")  # the same figures, built again
    second = publication(root)
    assert second.build()[0] == BUILT
    answer = second.check()
    assert answer.passed, answer.words
    done = second.publish()
    assert (done.status, bool(done.previous)) == ("released", True)
    difference = json.loads((done.folder / "diff.json").read_text(encoding="utf-8"))
    assert difference["rows_withdrawn"] > 0
    lines = (done.folder / "diff.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    gone = [dict(zip(header, line.split(","), strict=True)) for line in lines if line.startswith("withdrawn")]
    assert len(gone) == difference["rows_withdrawn"]
    assert {row["old_value"] for row in gone} == {""}
    for line in lines[1:]:
        row = dict(zip(header, line.split(","), strict=True))
        assert row["new_value"] or not row["old_value"], "an old share would give its whole away"
    certificate = json.loads((done.folder / "disclosure_certificate.json").read_text(encoding="utf-8"))
    assert list(certificate["earlier"]) == [f"{NAME}/{done.previous}"]
    report = json.loads((done.folder / "gate.json").read_text(encoding="utf-8"))
    assert any(check["id"] == "disclosure.withdrawals" for check in report["checks"])


def test_the_database_may_wait_for_the_last_of_several_publications(checked: Paths) -> None:
    """Each would copy all of it; a run brings it up to date at its end."""

    def problems() -> str:
        return "; ".join(derived_problems(checked.releases, BESIDE))

    assert problems() == ""
    mine = replace(publication(checked), database=False)
    assert mine.publish().status == "released"
    assert mine.publish().status == "unchanged"
    assert f"lacks the current edition of {NAME}" in problems()
    assert "differs" not in problems(), "nobody changed it"
    repair(checked.releases)
    assert problems() == ""


def copied(of: Publication, root: Paths, product: str) -> Path:
    """An edition of another product about the same cases: a copy of the current one that may be changed."""
    sibling = root.releases / product / "2026-11-01.1"
    shutil.copytree(of.current.resolve(), sibling)
    for path in (sibling, *sibling.iterdir()):
        path.chmod(0o755)
    declaration = sibling / "disclosure.json"
    declared = json.loads(declaration.read_text(encoding="utf-8"))
    declaration.write_text(json.dumps(declared | {"product": product}), encoding="utf-8")
    return sibling


def test_a_product_about_the_same_cases_released_meanwhile_is_attacked_together(checked: Paths) -> None:
    told: list[str] = []
    mine = publication(checked, told)
    # a sibling over the same cases comes out between check and publish
    sibling = copied(mine, checked, "sgb2_by_quarter")
    (sibling / f"{NAME}.parquet").rename(sibling / "sgb2_by_quarter.parquet")
    done = mine.publish()
    assert done.status == "released"
    assert any("attacking" in words for words in told), "attacked once more, before it is out"
    certificate = json.loads((done.folder / "disclosure_certificate.json").read_text(encoding="utf-8"))
    assert "sgb2_by_quarter/2026-11-01.1" in certificate["earlier"]


def test_a_sibling_that_gives_a_hidden_number_away_stops_it_until_it_is_planned_anew(root: Paths) -> None:
    load(root, (2023, 2024))
    told: list[str] = []
    mine = publication(root, told)
    mine.build()
    assert mine.check().passed
    sibling = copied(mine, root, "careless")
    (sibling / f"{NAME}.parquet").unlink()
    with duckdb.connect(str(root.warehouse), read_only=True) as connection:
        # the careless one prints a single number, large, and hidden here for the sake of a small one
        connection.execute(
            "copy (select mart.* from mart_sgb2_small_area as mart inner join read_parquet($mine) as mine "
            "using (area_key, period_key, age_group_code) where mine.value is null and mart.value >= 10 "
            "and mart.period_key < 'D2024' "
            "order by all limit 1) to $file (format parquet)",
            {"mine": str(mine.folder / f"{NAME}.parquet"), "file": str(sibling / "careless.parquet")},
        )
    told.clear()
    with pytest.raises(ReleaseRefused, match="the gate did not pass"):
        mine.publish()
    said = "; ".join(told)
    assert "planstat disclosure audit" in said
    assert " = " not in said, "how a hidden number follows is for no log"
    assert len(released((root.releases,), NAME)) == 2
    assert mine.build()[0] == BUILT, "planned anew with what is public now"
    assert mine.check().passed


def test_a_hidden_number_put_back_by_hand_is_refused(checked: Paths) -> None:
    mine = publication(checked)
    parquet = mine.folder / f"{NAME}.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table rows as select * from read_parquet(?)", [str(parquet)])
        connection.execute(f"attach '{checked.warehouse}' as town (read_only)")
        connection.execute(
            "update rows set conf_status = 'F', obs_status = 'A', missing_reason = 'none', "
            "raw_symbol = null, value = (select value from town.mart_sgb2_small_area as true_row "
            "where true_row.area_key = rows.area_key and true_row.period_key = rows.period_key "
            "and true_row.age_group_code = rows.age_group_code) "
            "where rowid = (select min(rowid) from rows where value is null)"
        )
        connection.execute("copy rows to $file (format parquet)", {"file": str(parquet)})
    with pytest.raises(ReleaseRefused, match="changed after the check"):
        mine.publish()
    (mine.folder / "receipt.json").unlink()
    (mine.folder / "disclosure_certificate.json").unlink()
    answer = mine.check()
    assert not answer.passed
    with pytest.raises(ReleaseRefused, match="the gate did not pass"):
        mine.publish()
    assert len(released((checked.releases,), NAME)) == 1


def test_a_state_that_asks_for_no_checks_gets_all_of_them(built: Paths) -> None:
    """Checks come from the declaration, not from what lies in the data root."""
    mine = publication(built)
    state = json.loads(built.candidate_state.read_text(encoding="utf-8"))
    state[NAME]["description"] = {**mine.describe(), "checks": {}, "disclosure": None}
    built.candidate_state.write_text(json.dumps(state), encoding="utf-8")
    assert mine.check().passed
    receipt = json.loads((mine.folder / "receipt.json").read_text(encoding="utf-8"))
    ids = {check["id"] for check in receipt["verdict"]["checks"]}
    assert {"disclosure.certificate", "disclosure.decided"} <= ids
    before = json.loads((mine.current / "receipt.json").read_text(encoding="utf-8"))
    assert {check["id"] for check in before["verdict"]["checks"]} - {"comparison.previous"} <= ids
    assert receipt["demands_sha256"] == before["demands_sha256"]


def weaken(folder: Path) -> None:
    """Ask for less in the candidate's own declaration."""
    path = folder / "disclosure.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["declaration"]["safety"] |= {"width": 0.001, "minimum_frequency": 2, "withstand": ["K1"]}
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_candidate_changed_after_it_was_written_is_refused_and_built_anew(built: Paths) -> None:
    mine = publication(built)
    weaken(mine.folder)
    answer = mine.check()
    assert not answer.passed
    assert "disclosure.json changed after it was written" in answer.words
    assert mine.build()[0] == BUILT
    # whoever writes into the state as well, without a key, still cannot ask for less than the policy
    weaken(mine.folder)
    state = json.loads(built.candidate_state.read_text(encoding="utf-8"))
    state[NAME]["files"]["disclosure.json"] = sha256_of(mine.folder / "disclosure.json")
    built.candidate_state.write_text(json.dumps(state), encoding="utf-8")
    answer = mine.check()
    assert not answer.passed
    with pytest.raises(ReleaseRefused):
        mine.publish()


def test_with_a_key_a_state_written_by_hand_is_taken_for_none(root: Paths) -> None:
    load(root, (2024,), "update mart_sgb2_small_area set area_name = area_name || ' (neu)'")
    memory = Memory(key=b"the office's key, of 32 bytes or more")
    adopt(root.releases, memory, datetime.now(UTC))
    mine = replace(publication(root), memory=memory)
    mine.build()
    weaken(mine.folder)
    state = json.loads(root.candidate_state.read_text(encoding="utf-8"))
    state[NAME]["files"]["disclosure.json"] = sha256_of(mine.folder / "disclosure.json")
    root.candidate_state.write_text(json.dumps(state), encoding="utf-8")
    answer = mine.check()
    assert not answer.passed
    assert "changed after it was written" in answer.words
    assert mine.build()[0] == BUILT
    assert mine.check().passed
    assert mine.publish().status == "released"


def opened(folder: Path) -> Path:
    """The folder of an edition, made writable as its owner can."""
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    return folder


def test_each_run_compares_the_current_edition_with_its_receipt(root: Paths) -> None:
    mine = publication(root)
    assert mine.build()[0] == RELEASED
    assert mine.check().passed
    readme = opened(mine.current.resolve()) / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8") + "Mitte: 3\n", encoding="utf-8")
    answer = mine.check()
    assert not answer.passed
    assert "README.md was changed after the check" in answer.words
    assert "planstat releases lost" in answer.words


@pytest.mark.parametrize("how", ["deleted", "changed", "read otherwise", "undeclared"])
def test_an_earlier_edition_that_is_gone_or_changed_stops_the_next_one(
    first: Paths, first_and_second: Paths, tmp_path: Path, how: str
) -> None:
    root = copy_of(first_and_second, tmp_path / "root")
    gone = (first.releases / NAME / "current").readlink().name
    third = publication(root, told := [])
    edition = opened(root.releases / NAME / gone)
    if how == "deleted":
        shutil.rmtree(edition)
    elif how == "read otherwise":
        # the numbers stay; they are said to be rounded, so that the attack would learn little from them
        declared = json.loads((edition / "disclosure.json").read_text(encoding="utf-8"))
        declared["declaration"]["tables"][0]["rounded_to"] = 50
        (edition / "disclosure.json").write_text(json.dumps(declared), encoding="utf-8")
    elif how == "undeclared":
        (edition / "disclosure.json").unlink()
    else:
        shutil.copy(third.current / f"{NAME}.parquet", edition / f"{NAME}.parquet")
        with duckdb.connect() as connection:
            connection.execute(f"create table t as from '{edition / NAME}.parquet'")
            connection.execute("update t set value = null where rowid < 3")
            connection.execute(f"copy t to '{edition / NAME}.parquet' (format parquet)")
    third.build()
    answer = third.check()
    assert not answer.passed
    certificate = json.loads((third.folder / "disclosure_certificate.json").read_text(encoding="utf-8"))
    assert (certificate["passed"], certificate["complete"]) == (False, False)
    assert certificate["missing"] == [f"{NAME}/{gone}"]
    assert any("not complete" in words for words in told)
    with pytest.raises(ReleaseRefused):
        third.publish()
    give_up(root.releases, NAME, gone, "the disk broke", BESIDE, datetime.now(UTC))
    third = publication(root)
    third.build()
    assert third.check().passed
    done = third.publish()
    certificate = json.loads((done.folder / "disclosure_certificate.json").read_text(encoding="utf-8"))
    assert (certificate["passed"], certificate["complete"]) == (True, False)
    assert any(gone in risk for risk in certificate["remaining_risks_de"])


def test_what_the_planner_says_about_old_numbers_is_not_believed(root: Paths) -> None:
    """All numbers of the first edition called outdated: the attack knows them all the same."""
    load(root, (2023, 2024))
    mine = publication(root)
    mine.build()
    honest = _attacked(mine, [])
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area_key, period_key, age_group_code, value from read_parquet(?)",
            [str(mine.current / f"{NAME}.parquet")],
        ).fetchall()
    lied = _attacked(mine, [(NAME, tuple(row[:3]), row[3]) for row in rows])
    assert lied == honest


def _attacked(of: Publication, outdated: list[tuple[str, tuple[str, ...], float | None]]) -> dict[str, Any]:
    seen = remembered(of.known, NAME, of.memory)
    result, certificate = audit_edition(of.folder, of.known, of.demand, outdated, remembered=seen)
    return certificate.as_dict() | {"equations": result.equations}
