"""From a CSV and a configuration to files that may leave the house, and what is refused."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import highspy
import pytest
from click.testing import CliRunner

from exports.disclosure.declaration import DeclarationError
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.solver import SolverFailure
from exports.disclosure.standalone import audit, check_certificate, explain, protect
from orchestration.cli import main as command_line


def main(arguments: list[str]) -> int:
    """`planstat disclosure …`: its exit code; what it says is printed."""
    result = CliRunner().invoke(command_line, ["disclosure", *arguments])
    print(result.output)
    return result.exit_code


HELP = """area,part,sex,help,cases
A1,A,m,family,12
A1,A,f,family,9
A1,A,m,home,2
A1,A,f,home,7
A2,A,m,family,15
A2,A,f,family,1
A2,A,m,home,6
A2,A,f,home,8
B1,B,m,family,20
B1,B,f,family,14
B1,B,m,home,5
B1,B,f,home,11
B2,B,m,family,9
B2,B,f,family,13
B2,B,m,home,0
B2,B,f,home,4
"""

CONFIG = """
name: help
data: {{value: cases}}
dimensions:
  area: {{hierarchies: {{parts: {{levels: [part]}}}}}}
  sex: {{}}
  help: {{}}
policy:
  legal_basis: § 16 BStatG, § 103 SGB VIII
  decided_by: data protection officer
  decided_on: 2026-01-15
  {policy}
{more}
"""


def write(folder: Path, policy: str = "", more: str = "", table: str = HELP) -> tuple[Path, Path]:
    (folder / "help.csv").write_text(table, encoding="utf-8")
    (folder / "help.yml").write_text(
        CONFIG.format(policy=policy or "effort: optimal", more=more), encoding="utf-8"
    )
    return folder / "help.csv", folder / "help.yml"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_protected_files_pass_the_attack_and_do_not_name_primaries(tmp_path: Path) -> None:
    table, config = write(tmp_path)
    summary = protect(table, config, tmp_path / "out")
    assert summary["primary"] > 0
    assert summary["secondary"] > 0
    untried = "not tried: no connected set is small enough to list its tables"
    assert {name for name, outcome in summary["levels"].items() if outcome != "passed"} <= {"minimality"}
    assert summary["levels"]["minimality"] == untried, "what examined nothing does not pass"
    shown = rows_of(tmp_path / "out" / "published" / "help.csv")
    hidden = [row for row in shown if row["value"] == "."]
    assert len(hidden) == summary["hidden"]
    assert {row["conf_status"] for row in hidden} == {"N"}
    pattern = rows_of(tmp_path / "out" / "confidential" / "pattern.csv")
    assert {row["status"] for row in pattern} == {"published", "primary", "secondary"}
    report = audit(tmp_path / "out" / "published", tmp_path / "out" / "published" / "declaration.json")
    assert report.passed
    assert "PASSED" in report.in_words()
    primary = next(row for row in pattern if row["status"] == "primary")
    assert "fewer than 3" in explain(
        tmp_path / "out", {name: primary[name] for name in ("area", "sex", "help")}
    )
    attacks = json.loads((tmp_path / "out" / "confidential" / "attacks.json").read_text(encoding="utf-8"))
    for proof in attacks["alternatives"]:
        assert abs(proof["alternative"][proof["cell"]] - proof["true"]) >= 1


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    table, config = write(tmp_path)
    for name in ("one", "two"):
        protect(table, config, tmp_path / name)
    for path in sorted((tmp_path / "one").rglob("*.*")):
        if path.name != "summary.json":  # holds the seconds
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_a_hidden_cell_put_back_by_hand_is_noticed(tmp_path: Path) -> None:
    table, config = write(tmp_path)
    protect(table, config, tmp_path / "out")
    folder = tmp_path / "out" / "published"
    declaration, certificate = folder / "declaration.json", folder / "certificate.json"
    assert check_certificate(certificate, folder, declaration) == []
    pattern = rows_of(tmp_path / "out" / "confidential" / "pattern.csv")
    secondary = next(row for row in pattern if row["status"] == "secondary")
    lines = rows_of(folder / "help.csv")
    for line in lines:
        if all(line[name] == secondary[name] for name in ("area", "sex", "help")):
            line["value"], line["conf_status"] = secondary["value"], "F"
    with (folder / "help.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    assert any(
        "changed since the audit" in problem
        for problem in check_certificate(certificate, folder, declaration)
    )
    report = audit(folder, declaration)
    assert not report.passed
    assert "NOT SAFE" in report.in_words()
    assert main(["audit", str(folder), "--declaration", str(declaration)]) == 1
    certificate.unlink()
    assert "no disclosure certificate" in check_certificate(certificate, folder, declaration)[0]


def test_what_is_hidden_for_whom_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, config = write(tmp_path)
    assert main(["protect", str(table), "--config", str(config), "--out", str(tmp_path / "out")]) == 0
    pattern = rows_of(tmp_path / "out" / "confidential" / "pattern.csv")
    secondary = next(row for row in pattern if row["status"] == "secondary")
    cell = [f"{name}={secondary[name]}" for name in ("area", "sex", "help")]
    capsys.readouterr()
    assert main(["explain", str(tmp_path / "out"), *cell]) == 0
    assert "is hidden" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "out" / "published")]) == 0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (HELP.replace("A1,A,m,family,12", "A1,A,m,family,-12"), "row 2: cases is negative"),
        (HELP.replace("A1,A,m,family,12", "A1,A,m,family,1.5"), "line 2, column 'cases': is not a whole"),
        (HELP.replace("A1,A,m,family,12", "A1,A,m,family,."), "column 'cases': is not a whole number as"),
        (HELP.replace("A1,A,f,home", "A1,B,f,home"), "'A1' lies under both 'A' and 'B'"),
        (HELP.replace("cases", "count"), "column 'cases' (data.value) is missing"),
        ("area,part,sex,help,cases\n", "has no rows"),
    ],
)
def test_bad_tables_are_refused_in_words(tmp_path: Path, table: str, words: str) -> None:
    path, config = write(tmp_path, table=table)
    with pytest.raises(DeclarationError) as caught:
        protect(path, config, tmp_path / "out")
    assert words in str(caught.value)
    assert not (tmp_path / "out" / "published").exists()
    assert main(["protect", str(path), "--config", str(config), "--out", str(tmp_path / "out")]) == 2


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("rules: {minimum_freqency: 3}", "policy.rules.minimum_freqency: unknown key"),
        ("rules: {zeros: protect}", "K2 (hidden cells are at least 1) contradicts zeros: protect"),
        ("method: round", "rounding settings belong to method round"),
        ("withstand: [K2]", "withstand must contain K1"),
        ("rules: {p_percent: 10}", "need data.contributor"),
        (
            "rules: {group_disclosure: [sex]}\n  method: round\n  rounding: {base: 5}",
            "group_disclosure contradicts method round: it hides whole lines",
        ),
        ("rules: {minimum_denominator: 100}", "needs data.denominator"),
    ],
)
def test_contradicting_policies_are_refused(tmp_path: Path, policy: str, words: str) -> None:
    path, config = write(tmp_path, policy=policy)
    with pytest.raises(DeclarationError) as caught:
        protect(path, config, tmp_path / "out")
    assert words in str(caught.value)


def test_a_published_table_that_does_not_add_up_is_refused_unless_it_says_it_rounds(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("area,value\n_T,10\na,3\nb,8\n", encoding="utf-8")
    declaration = {
        "name": "t",
        "dimensions": {"area": {}},
        "tables": [{"name": "t", "dimensions": {"area": {}}}],
    }
    (tmp_path / "d.json").write_text(json.dumps(declaration), encoding="utf-8")
    with pytest.raises(DeclarationError, match="does not add up"):
        audit(tmp_path / "t.csv", tmp_path / "d.json")
    declaration["tables"][0]["rounded_to"] = 3
    (tmp_path / "d.json").write_text(json.dumps(declaration), encoding="utf-8")
    assert audit(tmp_path / "t.csv", tmp_path / "d.json").passed


def test_an_unreadable_earlier_release_is_refused(tmp_path: Path) -> None:
    more = """earlier_releases:
  - {file: old.csv, table: {name: old, dimensions: {area: {leaves: false}}}}
"""
    path, config = write(tmp_path, more=more)
    with pytest.raises(DeclarationError, match=r"old\.csv"):
        protect(path, config, tmp_path / "out")
    (tmp_path / "old.csv").write_text("area,value\n_T,some\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="neither a number, written in digits, nor"):
        protect(path, config, tmp_path / "out")
    (tmp_path / "old.csv").write_text("area,value\nA,61\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="had another number than now"):
        protect(path, config, tmp_path / "out")


def test_a_hierarchy_with_a_hole_is_refused_in_words(tmp_path: Path) -> None:
    path, config = write(tmp_path)
    spelt = "{parts: {children: {A: [A1, A2], B: [B1]}}}"
    text = config.read_text(encoding="utf-8").replace("{parts: {levels: [part]}}", spelt)
    config.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"has a hole: 1 leaves belong to no code above them \(B2\)"):
        protect(path, config, tmp_path / "out")


def test_a_solver_that_fails_keeps_what_was_published_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, config = write(tmp_path)
    protect(path, config, tmp_path / "out")
    shown = tmp_path / "out" / "published" / "help.csv"
    before = shown.read_bytes()
    path.write_text(HELP.replace("A1,A,m,family,12", "A1,A,m,family,13"), encoding="utf-8")

    def unheard_of(self: object) -> object:
        return "a status that nobody has heard of"

    monkeypatch.setattr(highspy.Highs, "getModelStatus", unheard_of)
    monkeypatch.setattr(highspy.Highs, "modelStatusToString", lambda self, status: status)
    with pytest.raises(SolverFailure, match="nobody has heard of"):
        protect(path, config, tmp_path / "out")
    assert main(["protect", str(path), "--config", str(config), "--out", str(tmp_path / "out")]) == 4
    assert shown.read_bytes() == before


def test_a_public_sensitive_cell_cannot_be_protected_any_more(tmp_path: Path) -> None:
    table = "{name: old, dimensions: {area: {}, sex: {}, help: {}}}"
    more = f"earlier_releases:\n  - {{file: old.csv, table: {table}}}\n"
    path, config = write(tmp_path, more=more)
    (tmp_path / "old.csv").write_text("area,sex,help,value\nA2,f,family,1\n", encoding="utf-8")
    with pytest.raises(FrozenConflict, match="already public"):
        protect(path, config, tmp_path / "out")
    assert main(["protect", str(path), "--config", str(config), "--out", str(tmp_path / "out")]) == 4


PIECES = """piece,kind,cases
P1,SGB II,30
P1,none,60
P2,SGB II,2
P2,none,11
P3,SGB II,25
P3,none,70
P4,SGB II,40
P4,none,80
"""

BOUNDARIES = """
name: boundaries
data: {value: cases}
dimensions:
  piece:
    hierarchies:
      since2025: {children: {north: [P1], middle: [P2, P3], south: [P4]}}
      until2024: {children: {north-2024: [P1, P2], middle-2024: [P3], south-2024: [P4]}}
  kind: {}
tables:
  - {name: now, dimensions: {piece: {hierarchies: [since2025], leaves: false}, kind: {}}}
earlier_releases:
  - file: release2024.csv
    table: {name: release2024, dimensions: {piece: {hierarchies: [until2024], leaves: false}, kind: {}}}
policy:
  legal_basis: § 16 BStatG
  decided_by: data protection officer
  decided_on: 2026-01-15
  effort: optimal
  withstand: [K1, K2, K5]
"""


def test_changed_boundaries_would_give_a_small_piece_away_without_the_earlier_release(tmp_path: Path) -> None:
    """P2 moved from north to middle: north-2024 - north is the 2 cases that nobody may see."""
    (tmp_path / "pieces.csv").write_text(PIECES, encoding="utf-8")
    (tmp_path / "release2024.csv").write_text(
        "piece,kind,value\n_T,_T,318\n_T,SGB II,97\n_T,none,221\n"
        "north-2024,_T,103\nnorth-2024,SGB II,32\nnorth-2024,none,71\n"
        "middle-2024,_T,95\nmiddle-2024,SGB II,25\nmiddle-2024,none,70\n"
        "south-2024,_T,120\nsouth-2024,SGB II,40\nsouth-2024,none,80\n",
        encoding="utf-8",
    )
    (tmp_path / "blind.yml").write_text(BOUNDARIES.replace(", K5]", "]"), encoding="utf-8")
    (tmp_path / "seeing.yml").write_text(BOUNDARIES, encoding="utf-8")
    blind = protect(tmp_path / "pieces.csv", tmp_path / "blind.yml", tmp_path / "blind")
    assert blind["hidden"] == 0
    assert any("earlier releases" in risk for risk in blind["remaining_risks"])
    seeing = protect(tmp_path / "pieces.csv", tmp_path / "seeing.yml", tmp_path / "seeing")
    assert seeing["hidden"] > 0

    # the attacker with both releases breaks the blind one and not the other
    folder = tmp_path / "seeing" / "published"
    assert audit(folder, folder / "declaration.json").passed
    (folder / "now.csv").write_bytes((tmp_path / "blind" / "published" / "now.csv").read_bytes())
    broken = audit(folder, folder / "declaration.json")
    assert not broken.passed
    assert any(
        "north-2024" in finding.derivation and "P2" in finding.name for finding in broken.result.findings
    )


def test_rates_are_hidden_with_their_counts(tmp_path: Path) -> None:
    table = "area,cases,people\na,2,400\nb,30,500\nc,41,610\nd,9,60\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    (tmp_path / "t.yml").write_text(
        """name: rate
data: {value: cases, denominator: people, rate_per: 1000, not_sums: {area: [c]}}
dimensions: {area: {}}
policy:
  legal_basis: test
  decided_by: test
  decided_on: 2026-01-15
  effort: optimal
  rules: {minimum_denominator: 100}
""",
        encoding="utf-8",
    )
    protect(tmp_path / "t.csv", tmp_path / "t.yml", tmp_path / "out")
    rows = {row["area"]: row for row in rows_of(tmp_path / "out" / "published" / "rate.csv")}
    assert rows["a"]["value"] == rows["a"]["rate"] == "."
    assert rows["d"]["value"] == rows["d"]["rate"] == "."
    assert rows["_T"]["rate"] == "52.23"


@pytest.mark.parametrize(
    "method",
    [
        "method: cell_key\n  cell_key: {deviation: 2, variance: 1.08, small: 1}",
        "method: round\n  rounding: {base: 5}",
        "method: round\n  rounding: {base: 3, random: true}",
    ],
)
def test_noise_is_bounded_keyed_and_attacked(tmp_path: Path, method: str) -> None:
    path, config = write(tmp_path, policy=method)
    secret = b"a secret of more than 16 bytes"
    summary = protect(path, config, tmp_path / "one", secret=secret)
    protect(path, config, tmp_path / "two", secret=secret)
    assert summary["levels"] == {"noise": "passed"}
    one = tmp_path / "one" / "published" / "help.csv"
    assert one.read_bytes() == (tmp_path / "two" / "published" / "help.csv").read_bytes()
    true = {
        (row["area"], row["sex"], row["help"]): int(row["value"])
        for row in rows_of(tmp_path / "one" / "confidential" / "pattern.csv")
    }
    for row in rows_of(one):
        assert abs(int(row["value"]) - true[row["area"], row["sex"], row["help"]]) <= 2


def test_noise_that_sums_undo_is_found(tmp_path: Path) -> None:
    """Five cells shown as 0 (true 0 or 1) under a total shown as 6 (true 5 to 7): each must be 1."""
    (tmp_path / "t.csv").write_text(
        "area,value\n_T,6\n" + "".join(f"a{k},0\n" for k in range(5)), encoding="utf-8"
    )
    declaration = {
        "name": "t",
        "dimensions": {"area": {}},
        "tables": [{"name": "t", "dimensions": {"area": {}}, "perturbation": 1}],
    }
    (tmp_path / "d.json").write_text(json.dumps(declaration), encoding="utf-8")
    report = audit(tmp_path / "t.csv", tmp_path / "d.json")
    assert report.result.levels == {"noise": "5 broken"}
    assert "only true value that fits the noise" in report.in_words()


def test_patterns_stay_stable_where_they_may(tmp_path: Path) -> None:
    table, config = write(tmp_path)
    protect(table, config, tmp_path / "first")
    changed = HELP.replace("B1,B,m,family,20", "B1,B,m,family,22")
    (tmp_path / "help.csv").write_text(changed, encoding="utf-8")
    stable = config.read_text(encoding="utf-8").replace(
        "effort: optimal", "effort: optimal\n  costs: {kept: 0.01}"
    )
    config.write_text(stable + "previous_pattern: first/confidential/pattern.csv\n", encoding="utf-8")
    protect(table, config, tmp_path / "second")

    def hidden(name: str) -> set[tuple[str, ...]]:
        rows = rows_of(tmp_path / name / "confidential" / "pattern.csv")
        return {(r["area"], r["sex"], r["help"]) for r in rows if r["status"] != "published"}

    assert hidden("first") == hidden("second")
    assert os.listdir(tmp_path / "second") == os.listdir(tmp_path / "first")  # noqa: PTH208


def test_group_disclosure_hides_the_zeros_beside_the_only_category(tmp_path: Path) -> None:
    """In B2 every case of `home` is a woman; who knows a man there would know that he gets family help."""
    policy = "effort: optimal\n  withstand: [K1]\n  rules: {group_disclosure: [sex]}"
    path, config = write(tmp_path, policy=policy)
    protect(path, config, tmp_path / "out")
    shown = {
        (r["area"], r["sex"], r["help"]): r["value"]
        for r in rows_of(tmp_path / "out" / "published" / "help.csv")
    }
    assert shown["B2", "m", "home"] == shown["B2", "f", "home"] == "."


def test_a_leaf_beside_groups_is_seen(tmp_path: Path) -> None:
    """A leaf that no table shows is the difference of its parent and the groups beside it."""
    declaration = {
        "name": "t",
        "dimensions": {
            "area": {"hierarchies": {"h": {"children": {"city": ["east", "x"], "east": ["a", "b"]}}}}
        },
        "tables": [{"name": "t", "dimensions": {"area": {"leaves": False}}}],
    }
    (tmp_path / "d.json").write_text(json.dumps(declaration), encoding="utf-8")
    (tmp_path / "t.csv").write_text("area,value\n_T,42\ncity,42\neast,40\n", encoding="utf-8")
    report = audit(tmp_path / "t.csv", tmp_path / "d.json")
    assert [finding.name for finding in report.result.findings] == ["(area=x)"]
    assert "= 2" in report.result.findings[0].derivation
