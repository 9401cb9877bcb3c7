"""The invented town from its forms to two editions of a protected product: models, gate, command line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from expectations import gate
from exports import release
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.planning import plan
from orchestration.cli import main as command_line
from tests.exports.disclosure.musterstadt import Editions, build_warehouse, demand, describe_product, fill

NAME = "sgb2_small_area"

ENGLISH = re.compile(r"\b(the|hidden|broken|passed|cells|and|none|remaining|earlier|risk)\b", re.IGNORECASE)
"""Words that no German answer holds."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """The town before its reform, the first edition released and its candidate built again."""
    town = Editions(tmp_path_factory.mktemp("musterstadt"))
    fill(town.warehouse, (2023, 2024))
    town.build(NAME)
    assert town.attack(NAME)[0]
    assert town.check(NAME).passed
    town.publish(NAME, 1)
    town.build(NAME)
    return town


@pytest.fixture
def town(first: Editions, tmp_path: Path) -> Editions:
    """A copy that the test may change."""
    shutil.copytree(first.folder, tmp_path / "town", symlinks=True)
    return Editions(tmp_path / "town")


@pytest.fixture(scope="module")
def once_attacked(first: Editions, tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """The same with its candidate attacked: it withstands, and the certificate lies there."""
    folder = tmp_path_factory.mktemp("attacked") / "town"
    shutil.copytree(first.folder, folder, symlinks=True)
    town = Editions(folder)
    assert town.attack(NAME)[0]
    return town


@pytest.fixture
def attacked(once_attacked: Editions, tmp_path: Path) -> Editions:
    """A copy of the attacked one that the test may change."""
    shutil.copytree(once_attacked.folder, tmp_path / "town", symlinks=True)
    return Editions(tmp_path / "town")


def outcome(town: Editions, check: str, **changes: object) -> tuple[str, str]:
    """What the gate says about a check of the candidate, with changes to the product's description."""
    folder = town.folder / "candidates" / NAME
    verdict = gate.check(folder, describe_product(NAME) | changes, None)
    found = next(one for one in verdict.checks if one.id == check)
    assert verdict.passed or found.outcome in ("failed", "error")
    return found.outcome, "; ".join(found.examples)


def test_confidential_data_need_a_policy_and_an_attack(town: Editions) -> None:
    assert outcome(town, "disclosure.certificate")[0] == "failed", "no attack yet"
    assert town.attack(NAME)[0]
    assert outcome(town, "disclosure.certificate") == ("passed", "")
    said, words = outcome(town, "disclosure.decided", disclosure=None)
    assert said == "failed"
    assert "confidential: sgb2-kleinraeumig" in words
    exempt = {"exempt": "the office published it already", "decided_by": "x", "decided_on": "2026-01-01"}
    said, words = outcome(town, "disclosure.decided", disclosure=exempt)
    assert said == "failed"
    assert "stands on confidential data (sgb2-kleinraeumig)" in words


def test_a_proposed_policy_is_told_until_somebody_decides(attacked: Editions) -> None:
    town = attacked
    said, words = outcome(town, "disclosure.adopted")
    assert said == "warned"
    assert "proposal that comes with planstat" in words
    decided = demand(NAME).model_dump(mode="json") | {"decided_by": "Stadt Musterstadt"}
    assert outcome(town, "disclosure.adopted", policy=decided) == ("passed", "")
    declaration = town.folder / "candidates" / NAME / "disclosure.json"
    declared = json.loads(declaration.read_text(encoding="utf-8"))
    declaration.write_text(json.dumps({**declared, "decided_by": "Stadt Musterstadt"}), encoding="utf-8")
    passed, words = town.attack(NAME)
    assert not passed, "what somebody writes into the candidate is no decision"
    assert "decided_by" in words


def test_the_gate_compares_the_candidate_with_the_decision(attacked: Editions) -> None:
    town = attacked
    decided = demand(NAME).model_dump(mode="json")
    said, words = outcome(town, "disclosure.certificate", policy=decided | {"sha256": "0" * 64})
    assert (said, "by another decision" in words) == ("failed", True)
    stricter = decided | {"safety": decided["safety"] | {"width": 5.0}}
    said, words = outcome(town, "disclosure.certificate", policy=stricter)
    assert (said, "demands other than the policy" in words) == ("failed", True)
    said, words = outcome(town, "disclosure.certificate", policy=None)
    assert (said, "does not say what the policy demands" in words) == ("failed", True)


def test_a_number_put_back_by_hand_is_refused_by_the_gate(attacked: Editions) -> None:
    town = attacked
    parquet = town.folder / "candidates" / NAME / f"{NAME}.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table rows as select * from read_parquet(?)", [str(parquet)])
        connection.execute(f"attach '{town.warehouse}' as town (read_only)")
        connection.execute(
            "update rows set conf_status = 'F', obs_status = 'A', missing_reason = 'none', raw_symbol = "
            "null, "
            "value = (select value from town.mart_sgb2_small_area as true_row where true_row.area_key = "
            "rows.area_key and true_row.period_key = rows.period_key and true_row.age_group_code = "
            "rows.age_group_code) where rowid = (select min(rowid) from rows where value is null)"
        )
        connection.execute("copy rows to $file (format parquet)", {"file": str(parquet)})
    said, words = outcome(town, "disclosure.certificate")
    assert said == "failed"
    assert "was changed afterwards" in words
    passed, derivation = town.attack(NAME)
    assert not passed
    assert "=" in derivation
    said, words = outcome(town, "disclosure.certificate")
    assert said == "failed"
    assert "the attack succeeded" in words
    town.check(NAME)
    with pytest.raises(release.ReleaseRefused, match="the gate did not pass"):
        town.publish(NAME, 2)


def test_the_reform_reveals_nothing_and_would_without_the_earlier_edition_in_mind(town: Editions) -> None:
    fill(town.warehouse, (2023, 2024, 2025))
    town.build(NAME, alone=True)
    broken, derivation = town.attack(NAME)
    assert not broken, "planned as if nothing were public"
    assert "=" in derivation
    town.build(NAME)
    assert town.attack(NAME)[0]
    verdict = town.check(NAME)
    assert verdict.passed
    edition = town.publish(NAME, 2)
    certificate = json.loads((edition.path / "disclosure_certificate.json").read_text(encoding="utf-8"))
    assert list(certificate["earlier"]) == [f"{NAME}/2026-01-01.1"]
    with duckdb.connect() as connection:
        found = connection.execute(
            "select count(*) filter (where is_backcast), count(distinct edition), "
            "count(*) filter (where value is null) from read_parquet(?)",
            [str(edition.path / f"{NAME}.parquet")],
        ).fetchone()
    assert found is not None
    backcast, divisions, hidden = found
    assert backcast > 0
    assert divisions == 2
    assert hidden > 0


def test_two_runs_give_the_same_bytes(town: Editions, tmp_path: Path) -> None:
    other = Editions(tmp_path / "other")
    other.folder.mkdir()
    build_warehouse(other.warehouse, (2023, 2024))
    other.build(NAME)
    edition = town.releases / NAME / "current"
    for file in sorted((other.folder / "candidates" / NAME).iterdir()):
        assert file.read_bytes() == (edition / file.name).read_bytes(), file.name


def test_a_town_that_counts_by_planning_area_shows_each_year_on_its_own_division(tmp_path: Path) -> None:
    town = Editions(tmp_path)
    fill(town.warehouse, (2023, 2024, 2025), blocks=False)
    town.build(NAME)
    assert town.attack(NAME)[0]


def test_forms_that_nobody_handed_in_are_empty_and_plan_nothing(tmp_path: Path) -> None:
    town = Editions(tmp_path)
    fill(town.warehouse, (2023,), empty=True)
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        for mart in ("mart_youth_service", "mart_sgb2_small_area"):
            assert connection.execute(f"select count(*) from {mart}").fetchone() == (0,)
    with pytest.raises(DeclarationError, match="nothing is to be protected"):
        plan(town.warehouse, town.context(NAME))


def test_counts_that_the_source_kept_secret_stay_secret_and_its_totals_are_used(tmp_path: Path) -> None:
    """Stars of the Federal Employment Agency: hidden like all others, sums with them where it tells them."""
    town = Editions(tmp_path)
    fill(town.warehouse, (2024,), starred=True)
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        stars = connection.execute(
            "select leaf.area_key, leaf.period_key, leaf.age_group_code from fct_small_area_count as leaf "
            "where dataset_id = 'sgb2-kleinraeumig' and unknown_count > 0 and value is null"
        ).fetchall()
        unknown = connection.execute(
            "select count(*) filter (age_group_code = '_T'), count(*) from mart_sgb2_small_area "
            "where value is null"
        ).fetchone()
    assert stars
    assert unknown is not None
    assert unknown[0] == 0, "the agency tells the totals of areas"
    assert unknown[1] >= len(stars)
    town.build(NAME)
    passed, words = town.attack(NAME)
    assert passed, words
    with duckdb.connect() as connection:
        shown = {
            key: (value, reason)
            for *key_parts, value, reason in connection.execute(
                "select area_key, period_key, age_group_code, value, missing_reason from read_parquet(?)",
                [str(town.folder / "candidates" / NAME / f"{NAME}.parquet")],
            ).fetchall()
            for key in [tuple(key_parts)]
        }
    assert {shown[star] for star in stars if star in shown} == {(None, "suppressed")}
    assert {reason for value, reason in shown.values() if value is None} == {"suppressed"}, "all look alike"
    report = (town.folder / "disclosure" / NAME / "bericht.md").read_text(encoding="utf-8")
    assert "welche die Quelle geheim hält" in report


def test_counts_missing_for_another_reason_than_secrecy_are_refused_in_words(town: Editions) -> None:
    with duckdb.connect(str(town.warehouse)) as connection:
        connection.execute(
            "update fct_small_area_count set known_count = null where age_group_code = 'Y_LT15'"
        )
    with pytest.raises(DeclarationError, match="true counts must be complete"):
        plan(town.warehouse, town.context(NAME))


def test_the_command_line_plans_attacks_and_explains(town: Editions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANSTAT_DATA", str(town.folder))

    def planstat(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(command_line, ["disclosure", *arguments])
        return result.exit_code, result.output

    code, said = planstat("plan", NAME)
    assert code == 0, said
    assert "secondary" in said
    assert "bericht.md" in said
    assert (town.folder / "disclosure" / NAME).stat().st_mode & 0o077 == 0, "for one pair of eyes only"
    code, said = planstat("audit", NAME)
    assert code == 0, said
    assert "PASSED" in said
    pattern = (town.folder / "disclosure" / NAME / "pattern.csv").read_text(encoding="utf-8").splitlines()
    names = pattern[0].split(",")
    for status, words in (("primary", "because of a rule: fewer than 10"), ("secondary", "is hidden")):
        row = next(
            dict(zip(names, line.split(","), strict=False)) for line in pattern if f",{status}," in line
        )
        names_of_cell = ("area", "period", "age")
        code, said = planstat("explain", NAME, *(f"{name}={row[name]}" for name in names_of_cell))
        assert code == 0, said
        assert words in said.replace("\n", " ")
        told = planstat("explain", NAME, *(f"{name}={row[name]}" for name in names_of_cell), "--lang", "de")[
            1
        ]
        assert (
            "wegen einer Regel gesperrt: weniger als 10" if status == "primary" else "ist gesperrt"
        ) in told
    assert planstat("explain", NAME, "colour=red")[0] == 2
    assert "unbekannte Dimension 'colour'" in planstat("explain", NAME, "colour=red", "--lang", "de")[1]
    for arguments, words in (
        (("plan", NAME), ("zum Schutz anderer gesperrt", "abgewehrt", "vertraulicher Bericht")),
        (("audit", NAME), ("Felder aus dieser und", "verbleibendes Wissen", "ABGEWEHRT")),
        (("check", str(town.releases / NAME / "2026-01-01.1")), ("genau diese Dateien",)),
    ):
        code, said = planstat(*arguments, "--lang", "de")
        assert code == 0, said
        assert all(word in said for word in words), said
        assert not ENGLISH.search(said), said
    assert planstat("explain", NAME, "red")[0] == 2
    assert planstat("audit", "no_such_product")[0] == 2
    assert planstat("plan", "population")[0] == 2
    assert planstat("check", str(town.releases / NAME / "2026-01-01.1"))[0] == 0
