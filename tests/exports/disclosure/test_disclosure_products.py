"""Products with a policy: what leaves is protected in every file, and nothing leaves without
a " "certificate."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from exports import candidate, products, release
from exports.disclosure.auditor.earlier import read_declaration
from exports.disclosure.auditor.edition import audit_edition, certificate_problems
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.planning import plan
from exports.disclosure.protected import NotSafe
from exports.disclosure.solver import Program, SolverFailure
from exports.disclosure.universe import load_universe, members
from orchestration.cli import main as command_line
from sources.foundation.editions import CERTIFICATE
from tests.exports.disclosure.model_town import POLICY, PRODUCT, Town, invented

FIRST = {"until_2023": ("Y2022", "Y2023")}
SECOND = {"until_2023": ("Y2022", "Y2023"), "from_2024": ("Y2023", "Y2024")}


@pytest.fixture(scope="module")
def kept_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose first edition is released; tests do not change it."""
    town = Town(tmp_path_factory.mktemp("town"))
    town.fill(invented(), FIRST)
    town.build()
    town.publish(1)
    town.build()
    return town


@pytest.fixture
def town(kept_town: Town, tmp_path: Path) -> Town:
    """A copy of that town, which the test may change."""
    return kept_town.copied(tmp_path / "town")


def hidden(town: Town, folder: Path | None = None) -> set[tuple[str, str, str, str]]:
    return {key for key, row in town.printed(folder).items() if row["value"] is None}


def test_hidden_cells_look_alike_and_take_everything_computed_from_them_along(kept_town: Town) -> None:
    folder = kept_town.releases / "youth" / "current"
    rows = kept_town.printed(folder)
    secret = [row for row in rows.values() if row["value"] is None]
    assert secret
    assert {
        (row["obs_status"], row["conf_status"], row["missing_reason"], row["raw_symbol"]) for row in secret
    } == {("M", "N", "suppressed", ".")}
    assert {row["per_1000"] for row in secret} == {None}
    assert all(row["residents"] is not None for row in secret)
    for (area, period, help_code, sex), row in rows.items():
        if row["value"] is not None and row["share_pct"] is not None:
            assert rows[area, period, "_T", sex]["value"] is not None, "share and part give the whole away"
        if row["change"] is not None:
            assert row["value"] is not None
            assert rows[area, "Y2022", help_code, sex]["value"] is not None
    assert {row["snapshot_id"] for row in rows.values()} == {"20260101T080000Z"}
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["planstat"]["disclosure"] == "protected"
    assert package["planstat"]["datasets"][0]["snapshot_id"] == "20260101T080000Z"


def test_no_file_of_the_edition_holds_a_hidden_number(kept_town: Town) -> None:
    folder = kept_town.releases / "youth" / "current"
    secret = hidden(kept_town, folder)
    with duckdb.connect() as connection:
        for name, options in (
            ("youth.csv", ""),
            ("youth_excel.csv", ", delim = ';'"),
        ):
            rows = connection.execute(
                f"select * from read_csv(?, all_varchar = true, header = true{options})", [str(folder / name)]
            ).fetchall()
            shown = [row for row in rows if (row[0], row[3], row[6], row[7]) in secret]
            assert len(shown) == len(secret) or name != "youth.csv"
            assert all(row[9] is None for row in shown)
    mapped = 0
    with contextlib.closing(sqlite3.connect(folder / "youth.gpkg")) as map_file:
        columns = [row[1] for row in map_file.execute("pragma table_info(gebiete)")]
        for row in map_file.execute("select * from gebiete"):
            values = dict(zip(columns, row, strict=True))
            for help_code in ("S28", "S31", "S33", "S34"):
                if (values["area_code"], "Y2023", help_code, "_T") in secret:
                    assert values[help_code.lower()] is None
                    mapped += 1
    assert mapped, "a hidden number of the newest year would stand on the map"
    pattern = (kept_town.folder / "disclosure" / "youth" / "pattern.csv").read_text(encoding="utf-8")
    assert "primary" in pattern
    for name in ("youth.csv", "youth_excel.csv", "youth.parquet", "disclosure.json", CERTIFICATE):
        assert b"secondary" not in (folder / name).read_bytes(), f"{name} tells why a cell is hidden"


def test_two_builds_give_the_same_bytes_and_an_unchanged_town_nothing_new(town: Town) -> None:
    first = town.releases / "youth" / "current"
    made = town.build(previous=False)
    for name in ("youth.parquet", "youth.csv", "disclosure.json", "youth.gpkg", "youth.xlsx"):
        assert (made.path / name).read_bytes() == (first / name).read_bytes(), name
    assert isinstance(town.publish(2), release.Unchanged)
    described, scratch = town.description(), town.folder / "scratch"
    again = candidate.fingerprint(town.warehouse, "youth", described, scratch, town.context())
    assert again == made.fingerprint


def test_a_hidden_number_put_back_by_hand_is_refused(town: Town) -> None:
    town.change("update mart_youth set area_name = area_name || '!' where area_key = 'N1'")
    made = town.build()
    parquet = made.path / "youth.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table rows as select * from read_parquet(?)", [str(parquet)])
        connection.execute(f"attach '{town.warehouse}' as town (read_only)")
        connection.execute(
            "update rows set value = (select value from town.mart_youth as true_row where "
            "true_row.area_key = "
            "rows.area_key and true_row.period_key = rows.period_key and true_row.help_code = rows.help_code "
            "and true_row.sex_code = rows.sex_code) "
            "where rowid in (select rowid from rows where value is null order by rowid limit 1)"
        )
        connection.execute("copy rows to $file (format parquet)", {"file": str(parquet)})
    passed, words = town.attack()
    assert not passed
    assert "=" in words
    with pytest.raises(release.ReleaseRefused, match="the gate did not pass"):
        town.publish(2)
    # and a verdict that looks away does not help
    verdict = {"product": "youth", "passed": True, "checks": [{"id": "x", "outcome": "passed"}]}
    current = town.releases / "youth" / "current"
    seen = release.look(made.path)
    release.write_receipt(candidate.read(made.path), verdict, town.description(), seen, previous=current)
    with pytest.raises(release.ReleaseRefused, match="the attack succeeded"):
        release.publish("youth", made.path, town.releases, datetime(2026, 1, 2, tzinfo=UTC))


def test_files_changed_after_the_attack_or_never_attacked_are_refused(town: Town) -> None:
    made = town.build()
    assert "not attacked yet" in certificate_problems(made.path)[0]
    assert town.attack()[0]
    assert certificate_problems(made.path) == []
    (made.path / "youth.csv").write_text("area_key\n", encoding="utf-8")
    (made.path / "more.csv").write_text("1\n", encoding="utf-8")
    assert [problem.split(" ", 1)[0] for problem in certificate_problems(made.path)] == [
        "more.csv",
        "youth.csv",
    ]
    (made.path / "disclosure.json").unlink()
    assert "nothing says how" in certificate_problems(made.path)[0]


def test_old_and_new_boundaries_together_reveal_nothing(town: Town) -> None:
    town.fill(invented(("Y2022", "Y2023", "Y2024")), SECOND)
    before = hidden(town, town.releases / "youth" / "current")
    made = town.build()
    after = hidden(town)
    assert before <= after, "an unchanged year keeps its pattern"
    passed, words = town.attack()
    assert passed, words
    edition = town.publish(2)
    assert isinstance(edition, release.Release)
    certificate = json.loads((edition.path / CERTIFICATE).read_text(encoding="utf-8"))
    assert list(certificate["earlier"]) == ["youth/2026-01-01.1"]
    assert made.product == "youth"


def test_what_an_earlier_edition_gives_away_is_told_as_a_risk_or_refused(tmp_path: Path) -> None:
    """The old areas N1 and N2 are hidden beside each other, so their sum is public; then they are merged."""
    counts = dict.fromkeys(invented(("Y2023",)), 20)
    for sex in ("M", "F"):
        for block in ("b01", "b02", "b04", "b05", "b06"):
            counts[block, "Y2023", "S33", sex] = 0
    counts["b01", "Y2023", "S33", "F"] = counts["b04", "Y2023", "S33", "F"] = 1
    counts["b03", "Y2023", "S33", "F"] = counts["b03", "Y2023", "S33", "M"] = 0
    town = Town(tmp_path, POLICY + "  public_before: withdraw\n")
    town.fill(counts, {"until_2023": ("Y2023",)})
    town.build()
    assert town.attack()[0]
    town.publish(1)
    town.fill(counts, {"until_2023": ("Y2023",), "from_2024": ("Y2023",)})
    town.build()
    passed, words = town.attack()
    assert passed, words
    assert isinstance(town.publish(2), release.Release)


def test_without_the_earlier_edition_in_mind_the_attacker_computes_the_moved_block(tmp_path: Path) -> None:
    """The new areas are planned as if nothing had been published: old minus new gives the block b03.

    The secret decides which cells protect others, so a careless plan may be safe by luck: one of 8 is not.
    """
    counts = invented()
    for help_code in ("S28", "S31", "S33", "S34"):
        for block in ("b01", "b02", "b03", "b04", "b05", "b06"):
            for sex in ("M", "F"):
                counts[block, "Y2023", help_code, sex] = 6
    counts["b03", "Y2023", "S33", "F"] = 1
    for number in range(8):
        careless = Town(
            tmp_path / f"careless{number}",
            POLICY.replace("[K1, K2, K5]", "[K1, K2]"),
            secret=f"0123456789abcde{number}".encode(),
        )
        careless.fill(counts, {"until_2023": ("Y2023",)})
        careless.build()
        assert careless.attack()[0]
        careless.publish(1)
        careless.fill(counts, {"until_2023": (), "from_2024": ("Y2023",)})
        careless.build()
        demand = careless.demand()
        knowing = demand.safety.model_copy(update={"withstand": ("K1", "K2", "K5")})
        result, _ = audit_edition(
            careless.folder / "candidates" / "youth",
            (careless.releases,),
            demand.model_copy(update={"safety": knowing}),
        )
        words = "; ".join(finding.derivation for finding in result.findings)
        if "b03" in words:
            break
    assert not result.passed
    assert "b03" in words
    assert "N2x" in words
    (careless.products / "policies" / "youth.yml").write_text(POLICY, encoding="utf-8")
    careless.build()
    assert careless.attack()[0]
    with_k5, printed = hidden(careless), careless.printed()
    block = ("Y2023", "S33", "F")
    assert any((area, *block) in with_k5 for area in ("N1x", "N2x")), sorted(with_k5)
    assert printed["town", "Y2023", "_T", "_T"]["value"] is not None


def test_a_stricter_rule_refuses_or_withdraws_what_was_public(town: Town) -> None:
    stricter = POLICY.replace("  withstand:", "  rules: {minimum_frequency: 6}\n  withstand:")
    policy = town.products / "policies" / "youth.yml"
    policy.write_text(stricter, encoding="utf-8")
    with pytest.raises(FrozenConflict, match="already public with its value"):
        town.build()
    policy.write_text(stricter + "  public_before: withdraw\n", encoding="utf-8")
    made = town.build()
    lines = (made.path / "diff.csv").read_text(encoding="utf-8").splitlines()
    header, gone = lines[0].split(","), [line.split(",") for line in lines if line.startswith("withdrawn")]
    assert gone
    assert {line[header.index("old_value")] for line in gone} == {""}
    assert {line[header.index("column")] for line in gone} == {"value"}
    summary = json.loads((made.path / "diff.json").read_text(encoding="utf-8"))
    assert summary["rows_withdrawn"] == len(gone)
    assert "zurückgezogen" in (made.path / "README.md").read_text(encoding="utf-8")
    assert town.attack()[0]
    report = (town.folder / "disclosure" / "youth" / "bericht.md").read_text(encoding="utf-8")
    assert f"daraus errechenbar, jetzt gesperrt | {len(gone)} |" in report


def test_numbers_revised_since_neither_contradict_nor_count(town: Town) -> None:
    counts = invented()
    counts["b01", "Y2023", "S31", "M"] += 9
    town.fill(counts, FIRST)
    town.build()
    outdated = json.loads(
        (town.folder / "disclosure" / "youth" / "outdated.json").read_text(encoding="utf-8")
    )
    assert ["youth", ["town", "Y2023", "_T", "_T"]] in [entry[:2] for entry in outdated]
    passed, words = town.attack()
    assert passed, words
    edition = town.publish(2)
    assert isinstance(edition, release.Release)
    risks = json.loads((edition.path / CERTIFICATE).read_text(encoding="utf-8"))["remaining_risks"]
    assert any("revised since" in risk for risk in risks)


def test_an_edition_released_after_the_attack_makes_it_void(town: Town) -> None:
    town.change("update mart_youth set area_name = area_name || '!' where area_key = 'N1'")
    made = town.build()
    assert town.attack()[0]
    other = town.releases / "sibling" / "2026-01-01.1"
    shutil.copytree(town.releases / "youth" / "2026-01-01.1", other)
    content = json.loads((other / "disclosure.json").read_text(encoding="utf-8"))
    for path in other.iterdir():
        path.chmod(0o644)
    other.chmod(0o755)
    (other / "disclosure.json").write_text(json.dumps(content | {"product": "sibling"}), encoding="utf-8")
    (other / "youth.parquet").rename(other / "sibling.parquet")
    verdict = {"product": "youth", "passed": True, "checks": [{"id": "x", "outcome": "passed"}]}
    release.write_receipt(
        made,
        verdict,
        town.description(),
        release.look(made.path),
        previous=town.releases / "youth" / "current",
    )
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    with pytest.raises(release.ReleaseRefused, match="one was released after it"):
        release.publish("youth", made, town.releases, moment)
    assert town.attack()[0]
    release.write_receipt(
        made,
        verdict,
        town.description(),
        release.look(made.path),
        previous=town.releases / "youth" / "current",
    )
    assert isinstance(release.publish("youth", made, town.releases, moment), release.Release)


def test_two_products_over_the_same_cases_are_planned_together(town: Town) -> None:
    """By sex alone in one product, by help alone in the other: the common totals link them."""
    sibling = (
        PRODUCT.replace("product: youth\n", "product: youth_by_sex\n")
        .replace("relation: mart_youth\n", "relation: mart_youth_by_sex\n")
        .replace(
            "grain: [area_key, period_key, help_code, sex_code]", "grain: [area_key, period_key, sex_code]"
        )
        .replace("order_by: [period_key, area_key, help_code, sex_code]", "order_by: [period_key, area_key]")
        .replace("  by: help_code\n  where: {sex_code: _T}\n", "  by: sex_code\n")
        .replace("  policy: youth\n", "  policy: youth\n  columns: {help: ''}\n")
        .replace("    - {columns: [share_pct], of: [{}, {help: _T}]}\n", "    - {columns: [share_pct]}\n")
    )
    (town.products / "youth_by_sex.yml").write_text(sibling, encoding="utf-8")
    town.change(
        "create table mart_youth_by_sex as select * exclude (help_code) from mart_youth where help_code = "
        "'_T'"
    )
    planned = plan(town.warehouse, town.context())
    both = planned.shown("youth_by_sex")
    assert both
    for (area, period, sex), number in both.items():
        assert planned.shown("youth")[area, period, "_T", sex] == number, "a shared cell has one fate"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("alter table mart_youth add column guess double", "columns guess are not declared"),
        (
            "update mart_youth set value = value + 1 where area_key = 'N1' and sex_code = 'M'",
            "its cases add up",
        ),
        ("delete from mart_youth where area_key = 'N1' and sex_code = 'M'", "there is no row for area=N1"),
        ("update fct_case set value = null where area_key = 'b01'", "empty count or code at area=b01"),
        ("update fct_case set value = -1 where area_key = 'b01'", "must be numbers of at least 0"),
        ("update fct_case set value = 1.5 where area_key = 'b01'", "not a whole number"),
        ("delete from bridge_area where code = 'b01'", "has a hole: 1 leaves belong to no code above them"),
        ("delete from fct_case", "has no row; nothing is to be protected"),
        ("insert into mart_youth select * from mart_youth limit 1", "prints the cell"),
        ("update mart_youth set area_key = 'Z9' where area_key = 'N1'", "the code 'Z9' is not known"),
        ("update mart_youth set residents = value", "residents repeats the counts that are hidden"),
        ("drop table bridge_area", "the warehouse has 0 relations called bridge_area"),
        ("alter table fct_case drop column sex_code", "fct_case has no column sex_code"),
    ],
)
def test_bad_input_is_refused_in_words_and_the_last_candidate_stays(
    town: Town, statement: str, words: str
) -> None:
    before = (town.folder / "candidates" / "youth" / "youth.parquet").read_bytes()
    town.change(statement)
    described = town.description()
    if "guess" in statement:
        described["columns"].append(
            {**described["columns"][0], "name": "guess", "type": "DOUBLE", "role": "measure"}
        )
    with pytest.raises(DeclarationError, match=words):
        candidate.build(
            town.warehouse,
            "youth",
            described,
            town.folder / "candidates" / "youth",
            disclosure=town.context(),
        )
    assert (town.folder / "candidates" / "youth" / "youth.parquet").read_bytes() == before


def test_an_earlier_edition_that_cannot_be_read_stops_everything(town: Town) -> None:
    folder = town.releases / "youth" / "2026-01-01.1"
    folder.chmod(0o755)
    (folder / "youth.parquet").chmod(0o644)
    (folder / "youth.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(DeclarationError, match=r"release youth/2026-01-01\.1: .*not readable as Parquet"):
        town.build()
    (folder / "youth.parquet").unlink()
    with pytest.raises(DeclarationError, match="the earlier release cannot be read"):
        town.build()


def test_a_solver_that_fails_publishes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.change("update fct_case set value = value + 3 where area_key = 'b01'")
    counts = invented()
    town.fill({key: n + 3 * (key[0] == "b01") for key, n in counts.items()}, FIRST)

    def failing(self: Program) -> object:
        raise SolverFailure("HiGHS stopped with the status 'Unknown'")

    monkeypatch.setattr(Program, "solve", failing)
    shutil.rmtree(town.folder / "candidates", ignore_errors=True)
    with pytest.raises(SolverFailure, match="Unknown"):
        town.build()
    assert not (town.folder / "candidates" / "youth").exists()


def test_products_need_the_policy_of_their_audience(tmp_path: Path) -> None:
    town = Town(tmp_path, POLICY + "  audience: internal\n")
    universe = load_universe("youth", town.products)
    with pytest.raises(DeclarationError, match="product youth is public, but policy youth was decided for"):
        members(universe, [town.product])
    with pytest.raises(candidate.CandidateError, match="cannot be built without it"):
        candidate.build(town.warehouse, "youth", town.description(), tmp_path / "youth")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("rules: {zeros: protect}", "K2 .hidden cells are at least 1. contradicts zeros: protect"),
        ("rules: {secret_between: [0, 9]}", "contradicts secret_between from 0"),
        ("rules: {minimum_freqency: 5}", r"youth\.yml:[0-9]+: policy\.rules\.minimum_freqency"),
        ("method: cell_key", "cell_key settings belong to method cell_key"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused_with_file_and_key(
    tmp_path: Path, change: str, words: str
) -> None:
    town = Town(tmp_path, POLICY + f"  {change}\n")
    with pytest.raises(DeclarationError, match=words) as caught:
        load_universe("youth", town.products)
    assert re.search(r"youth\.yml:[0-9]+: policy", str(caught.value))


def test_an_internal_edition_is_marked_and_does_not_go_among_the_public_ones(tmp_path: Path) -> None:
    internal = POLICY + "  audience: internal\n  rules: {minimum_frequency: 2}\n"
    town = Town(tmp_path, internal, PRODUCT + "audience: internal\n")
    town.fill(invented(), FIRST)
    made = town.build()
    assert "internen Dienstgebrauch" in (made.path / "README.md").read_text(encoding="utf-8")
    assert made.audience == "internal"
    with pytest.raises(release.ReleaseRefused, match="is internal; it does not belong among public releases"):
        town.publish(1)


def test_internal_editions_are_listed_shown_and_compared_with_their_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(tmp_path, POLICY + "  audience: internal\n", PRODUCT + "audience: internal\n")
    town.releases = town.folder / "internal"
    counts = dict.fromkeys(invented(("Y2023",)), 9)
    for day in (1, 2):
        counts["b01", "Y2023", "S31", "M"] += day - 1
        town.fill(counts, {"until_2023": ("Y2023",)})
        town.build()
        assert isinstance(town.publish(day, "internal"), release.Release)
    monkeypatch.setenv("PLANSTAT_DATA", str(town.folder))

    def planstat(*arguments: str) -> str:
        result = CliRunner().invoke(command_line, ["releases", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    listed = planstat("list")
    assert listed.count("internal use only") == 2
    assert "youth/2026-01-02.1" in listed
    assert "(current), internal use only" in planstat("show", "youth")
    assert "internal use only" in planstat("show", "youth", "2026-01-01.1")
    compared = planstat("diff", "youth", "2026-01-01.1")
    assert "to 2026-01-02.1 (internal use only)" in compared
    assert "old_value 27, new_value 28" in compared or "movement 1" in compared


@pytest.mark.parametrize(
    "method",
    [
        "method: round\n  rounding: {base: 5}",
        "method: cell_key\n  cell_key: {deviation: 3, variance: 2}",
    ],
)
def test_noise_replaces_counts_and_empties_what_is_computed_from_them(tmp_path: Path, method: str) -> None:
    town = Town(tmp_path, POLICY.replace("  withstand: [K1, K2, K5]", f"  withstand: [K1]\n  {method}"))
    counts = {key: 4 * n for key, n in invented().items()}
    town.fill(counts, FIRST)
    town.build()
    rows = town.printed()
    true = sum(n for key, n in counts.items() if key[1] == "Y2023")
    shown = rows["town", "Y2023", "_T", "_T"]["value"]
    assert abs(shown - true) <= 3
    assert all(row["value"] is not None for row in rows.values())
    for (area, period, _, sex), row in rows.items():
        assert row["per_1000"] == pytest.approx(1000 * row["value"] / row["residents"]), "of the shown count"
        whole = rows[area, period, "_T", sex]["value"]
        assert row["share_pct"] == (pytest.approx(100 * row["value"] / whole) if whole else None)
    assert {row["change"] for row in rows.values()} == {None}, "of true counts, so it would undo the noise"
    assert town.attack()[0]
    assert "leicht verändert" in (town.build().path / "README.md").read_text(encoding="utf-8")
    town.publish(1)

    # the next edition, also on new boundaries: the same cases carry the same noise
    later = {key: 4 * n for key, n in invented(("Y2022", "Y2023", "Y2024")).items()}
    town.fill({**later, **counts}, SECOND)
    town.build()
    again = town.printed()
    assert {key: row["value"] for key, row in rows.items()} == {key: again[key]["value"] for key in rows}
    assert again["N1x", "Y2023", "_T", "_T"]["value"] is not None
    passed, words = town.attack()
    assert passed, words
    edition = town.publish(2)
    assert isinstance(edition, release.Release)
    certificate = json.loads((edition.path / CERTIFICATE).read_text(encoding="utf-8"))
    assert list(certificate["earlier"]) == ["youth/2026-01-01.1"]
    assert certificate["levels"] == {"noise": "passed"}


def test_counts_that_the_source_rounds_one_by_one_need_not_add_up_when_it_says_so(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.fill(dict.fromkeys(invented(("Y2023",)), 11), {"until_2023": ("Y2023",)})
    town.change("update mart_youth set value = 5 * round(value / 5)")
    with pytest.raises(DeclarationError, match="its cases add up"):
        town.build()
    policy = POLICY.replace("denominator: residents}", "denominator: residents, rounded_to: 5}")
    (town.products / "policies" / "youth.yml").write_text(policy, encoding="utf-8")
    town.build()
    passed, words = town.attack()
    assert passed, words
    town.change("update mart_youth set value = value + 100 where area_key = 'N1' and sex_code = 'M'")
    with pytest.raises(DeclarationError, match="its cases add up"):
        town.build()


CELL_KEY = POLICY.replace(
    "  withstand:", "  method: cell_key\n  cell_key: {deviation: 3, variance: 2}\n  withstand:"
)


def test_noise_with_another_secret_is_refused_because_two_noises_undo_each_other(tmp_path: Path) -> None:
    town = Town(tmp_path, CELL_KEY)
    town.fill({key: 4 * n for key, n in invented().items()}, FIRST)
    town.build()
    town.publish(1)
    other = replace(town.context(), secret=b"another secret of 16 bytes")
    with pytest.raises(DeclarationError, match="is not the one of the editions before"):
        plan(town.warehouse, other)
    assert plan(town.warehouse, town.context()).noise_key


def test_noise_is_attacked_over_all_editions(town: Town) -> None:
    """Exact numbers were public first: noise around the same cases then gives hidden ones away."""
    (town.products / "policies" / "youth.yml").write_text(CELL_KEY, encoding="utf-8")
    with pytest.raises(NotSafe, match=r"undone in \d+ cells together with earlier releases"):
        plan(town.warehouse, town.context())
    candidate.build(
        town.warehouse,
        "youth",
        town.description(),
        town.folder / "candidates" / "youth",
        disclosure=replace(town.context(), releases=()),
    )
    passed, words = town.attack()
    assert not passed, "planned as if nothing were public"
    assert "only true value that fits the noise" in words


def test_product_files_say_one_thing_about_secrecy(tmp_path: Path) -> None:
    for text, words in (
        ("disclosure: {}", "give either `exempt`"),
        ("disclosure: {exempt: everything was published before}", "`decided_by` and `decided_on` belong to"),
        ("disclosure: {policy: youth, decided_by: me}", "belong to `exempt`"),
        ("disclosure: {policy: youth, derived: [{of: [{}]}]}", "either `columns` or `where`"),
    ):
        head = PRODUCT.split("disclosure:")[0]
        path = tmp_path / "youth.yml"
        path.write_text(head + text + "\n", encoding="utf-8")
        with pytest.raises(products.ProductError, match=words):
            products.load_product(path)


WEAKER = {
    "width": lambda d: d["declaration"]["safety"].update(width=0.001),
    "minimum": lambda d: d["declaration"]["safety"].update(minimum_frequency=2),
    "levels": lambda d: d["declaration"]["safety"].update(withstand=["K1"]),
    "zeros": lambda d: d["declaration"]["safety"].update(zeros="protect"),
    "whole numbers": lambda d: d["declaration"]["safety"].update(whole_numbers=False),
    "unprinted": lambda d: d["declaration"]["safety"].update(unpublished="ignore"),
    "earlier ones": lambda d: d["declaration"]["safety"].update(public_before="withdraw"),
    "no total": lambda d: d["declaration"]["dimensions"]["sex"].update(total=None),
    "other rows": lambda d: d["declaration"]["tables"][0].update(where={"sex_code": ["M"]}),
    "other column": lambda d: d["declaration"]["tables"][0].update(value="residents"),
    "rounding": lambda d: d["declaration"]["tables"][0].update(rounded_to=10),
    "noise": lambda d: d["declaration"]["tables"][0].update(perturbation=3),
    "called earlier": lambda d: d["declaration"]["tables"][0].update(earlier=True),
    "another universe": lambda d: d.update(universe="other"),
    "another officer": lambda d: d.update(decided_by="nobody"),
}


@pytest.mark.parametrize("how", WEAKER)
def test_a_demand_weakened_by_hand_is_refused(town: Town, how: str) -> None:
    """The attack is as strong as the policy as decided, whatever the candidate says of itself."""
    town.change("update mart_youth set area_name = area_name || '!' where area_key = 'N1'")
    made = town.build()
    assert town.attack() == (True, "")
    path = made.path / "disclosure.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    WEAKER[how](content)
    path.write_text(json.dumps(content), encoding="utf-8")
    passed, words = town.attack()
    assert not passed
    assert "does not ask for what the policy youth decides" in words or "total" in words
    assert not (made.path / CERTIFICATE).exists(), "the certificate of before does not stay"
    with pytest.raises(release.ReleaseRefused):
        town.publish(2)


def test_every_key_of_the_public_rules_is_compared(kept_town: Town) -> None:
    """A rule added later is compared as well, by its name alone."""
    content, written = read_declaration(kept_town.releases / "youth" / "current" / "disclosure.json")
    demand = kept_town.demand()
    assert demand.weakened(content, written) == []
    for key, value in written.safety.model_dump().items():
        other = {
            bool: lambda value: not value,
            int: lambda value: value + 1,
            float: lambda value: value + 1,
            tuple: lambda value: value[:1] if value[1:] else (*value, "x"),
            dict: lambda value: {} if value else {"x": ("x",)},
            str: lambda value: {"publish": "protect", "protect": "ignore", "refuse": "withdraw"}.get(
                value, "x"
            ),
        }[type(value)](value)
        safety = written.safety.model_copy(update={key: other})
        assert demand.weakened(content, written.model_copy(update={"safety": safety})) == [f"safety.{key}"]


def test_the_certificate_names_the_decision(kept_town: Town) -> None:
    certificate = json.loads(
        (kept_town.releases / "youth" / "current" / CERTIFICATE).read_text(encoding="utf-8")
    )
    assert certificate["policy_sha256"] == kept_town.demand().sha256
