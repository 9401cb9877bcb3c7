"""What users of other programs ran into, tried here: each with the verdict that is right."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from exports.disclosure.declaration import DeclarationError
from exports.disclosure.standalone import audit, protect


def write(folder: Path, table: str, dimensions: dict[str, Any], **changes: Any) -> tuple[Path, Path]:
    (folder / "t.csv").write_text(table, encoding="utf-8")
    policy = {
        "legal_basis": "Test",
        "decided_by": "Test",
        "decided_on": "2026-01-15",
        "withstand": ["K1", "K2"],
        "effort": "optimal",
        **changes.pop("policy", {}),
    }
    data = {"value": "n", **changes.pop("data", {})}
    config = {"name": "t", "data": data, "dimensions": dimensions, "policy": policy, **changes}
    with (folder / "t.yml").open("w", encoding="utf-8") as file:
        yaml.safe_dump(config, file)
    return folder / "t.csv", folder / "t.yml"


def shown(folder: Path, name: str = "t") -> list[dict[str, str]]:
    text = (folder / "out" / "published" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def run(folder: Path, table: str, dimensions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Protect, and attack what was written once more."""
    path, config = write(folder, table, dimensions, **changes)
    summary = protect(path, config, folder / "out")
    published = folder / "out" / "published"
    assert audit(published, published / "declaration.json").passed
    return summary


def refused(folder: Path, table: str, dimensions: dict[str, Any], **changes: Any) -> str:
    path, config = write(folder, table, dimensions, **changes)
    with pytest.raises(DeclarationError) as caught:
        protect(path, config, folder / "out")
    assert not (folder / "out").exists()
    return str(caught.value)


AREAS = ("a", "b", "c", "d")


def cross(rows: dict[str, tuple[int, ...]], kinds: tuple[str, ...] = ("x", "y", "z")) -> str:
    lines = [
        f"{area},{kind},{number}"
        for area, row in rows.items()
        for kind, number in zip(kinds, row, strict=True)
    ]
    return "area,kind,n\n" + "\n".join(lines) + "\n"


def test_singletons_in_one_row_learn_nothing_of_each_other(tmp_path: Path) -> None:
    """Two sole cases in one row: each knows the own cell, so a third must stand beside them."""
    table = cross({"a": (1, 1, 20), "b": (30, 14, 25), "c": (17, 22, 31), "d": (12, 19, 40)})
    run(tmp_path, table, {"area": {}, "kind": {}}, policy={"withstand": ["K1", "K2", "K4"]})
    hidden = [row for row in shown(tmp_path) if row["area"] == "a" and row["value"] == "."]
    assert len(hidden) > 2


def test_rows_of_zeros_stay_and_hide_nobody(tmp_path: Path) -> None:
    """A row without any case is printed as it is, and is no help to a small number in it."""
    table = cross({"a": (0, 0, 0), "b": (2, 14, 25), "c": (17, 22, 31), "d": (12, 19, 40)})
    run(tmp_path, table, {"area": {}, "kind": {}})
    rows = shown(tmp_path)
    assert {row["value"] for row in rows if row["area"] == "a"} == {"0"}
    assert sum(row["value"] == "." for row in rows) >= 4, "a small number is hidden with three others"


def test_a_table_of_zeros_only_is_printed(tmp_path: Path) -> None:
    summary = run(tmp_path, cross({"a": (0, 0, 0), "b": (0, 0, 0)}), {"area": {}, "kind": {}})
    assert summary["hidden"] == 0


def test_trivial_levels_are_one_cell(tmp_path: Path) -> None:
    """A district of one area: hiding the area alone would print it one line above."""
    table = (
        "area,district,kind,n\n"
        "a,North,x,2\na,North,y,30\nb,South,x,14\nb,South,y,25\nc,South,x,40\nc,South,y,21\n"
    )
    dimensions = {"area": {"hierarchies": {"districts": {"levels": ["district"]}}}, "kind": {}}
    run(tmp_path, table, dimensions)
    value = {(row["area"], row["kind"]): row["value"] for row in shown(tmp_path)}
    assert value["a", "x"] == value["North", "x"] == "."


def test_a_dimension_of_one_code_is_its_total(tmp_path: Path) -> None:
    table = "area,kind,n\na,x,2\nb,x,30\nc,x,14\nd,x,21\n"
    run(tmp_path, table, {"area": {}, "kind": {}})
    value = {(row["area"], row["kind"]): row["value"] for row in shown(tmp_path)}
    assert value["a", "x"] == value["a", "_T"] == "."


def test_codes_with_dots_and_signs_are_only_names(tmp_path: Path) -> None:
    table = cross(
        {"08.1": (2, 14, 25), "08.10": (17, 22, 31), "8.1": (12, 19, 40), ".": (33, 28, 15)},
        ("1.0", "a;b", '"q"""'),
    )
    run(tmp_path, table.replace('""""""', '"""q"""'), {"area": {}, "kind": {}})
    rows = shown(tmp_path)
    assert {row["area"] for row in rows} == {"_T", "08.1", "08.10", "8.1", "."}
    assert {row["area"] for row in rows if row["value"] == "."} >= {"08.1"}


@pytest.mark.parametrize("code", ["Total", "total", "Insgesamt", "ZUSAMMEN", "_T"])
def test_a_total_as_a_code_is_refused(tmp_path: Path, code: str) -> None:
    table = cross({"a": (2, 14, 25), "b": (17, 22, 31), code: (19, 36, 56)})
    assert "total" in refused(tmp_path, table, {"area": {}, "kind": {}})


def test_a_declared_total_of_another_name_may_be_called_total(tmp_path: Path) -> None:
    table = cross({"a": (2, 14, 25), "b": (17, 22, 31), "c": (12, 19, 40)})
    run(tmp_path, table, {"area": {"total": "Total"}, "kind": {}})
    assert {row["area"] for row in shown(tmp_path)} == {"Total", "a", "b", "c"}


CONTRIBUTIONS = {"contributor": "unit", "kind": "magnitude"}


def test_negative_contributions_are_refused(tmp_path: Path) -> None:
    """Dominance and p % rule have no meaning with them, and bounds at zero would be wrong."""
    table = "area,unit,n\na,u1,100\na,u2,-40\nb,u3,70\n"
    words = refused(tmp_path, table, {"area": {}}, data=CONTRIBUTIONS, policy={"rules": {"p_percent": 10}})
    assert "row 3: n is negative" in words
    assert "40" not in words


def test_decimals_in_whole_numbers_are_refused_and_amounts_have_them(tmp_path: Path) -> None:
    table = "area,n\na,12.5\nb,70\nc,31\n"
    assert "line 2, column 'n': is not a whole number" in refused(tmp_path, table, {"area": {}})
    declared = {
        "name": "t",
        "dimensions": {"area": {}},
        "tables": [{"name": "t", "dimensions": {"area": {}}}],
    }
    (tmp_path / "p.csv").write_text("area,value\n_T,82.5\na,12.5\nb,70\n", encoding="utf-8")
    (tmp_path / "d.json").write_text(json.dumps(declared), encoding="utf-8")
    with pytest.raises(DeclarationError, match="line 2, column 'value'"):
        audit(tmp_path / "p.csv", tmp_path / "d.json")
    declared["safety"] = {"whole_numbers": False, "withstand": ["K1"]}
    (tmp_path / "d.json").write_text(json.dumps(declared), encoding="utf-8")
    assert audit(tmp_path / "p.csv", tmp_path / "d.json").passed


def test_one_count_in_several_linked_tables_has_one_fate(tmp_path: Path) -> None:
    """Hidden in one and printed in the other would be printed."""
    table = (
        "area,kind,sex,n\n"
        + "\n".join(
            f"{area},{kind},{sex},{number}"
            for (area, kind), pair in {
                ("a", "x"): (1, 1),
                ("a", "y"): (20, 31),
                ("b", "x"): (14, 25),
                ("b", "y"): (17, 19),
                ("c", "x"): (40, 22),
                ("c", "y"): (12, 13),
            }.items()
            for sex, number in zip(("f", "m"), pair, strict=True)
        )
        + "\n"
    )
    tables = [
        {"name": "by_kind", "dimensions": {"area": {}, "kind": {}}},
        {"name": "by_sex", "dimensions": {"area": {}, "sex": {}}},
        {"name": "by_area", "dimensions": {"area": {}}},
    ]
    run(tmp_path, table, {"area": {}, "kind": {}, "sex": {}}, tables=tables)
    fates: dict[tuple[str, str, str], set[str]] = {}
    for name in ("by_kind", "by_sex", "by_area"):
        for row in shown(tmp_path, name):
            key = (row["area"], row.get("kind", "_T"), row.get("sex", "_T"))
            fates.setdefault(key, set()).add(row["value"])
    shared = {key: fate for key, fate in fates.items() if key[1:] == ("_T", "_T")}
    assert len(shared) == 4
    assert all(len(fate) == 1 for fate in fates.values())


# ---- what careless hands hand in

SPARSE = """area,kind,n
a,x,2
a,y,30
a,GES,32
b,x,14
b,y,25
b,GES,39
c,x,40
c,y,21
c,GES,61
d,x,17
d,y,22
"""


def test_a_total_that_not_every_line_has_is_refused(tmp_path: Path) -> None:
    """Read as a category it would double three of four lines, and a hidden 2 would follow from it."""
    words = refused(tmp_path, SPARSE, {"area": {}, "kind": {}}, data={"absent": "zero"})
    assert "'GES' is the sum of the other codes in every line that has it" in words
    looked_at = {"absent": "zero", "not_sums": {"kind": ["GES"]}}
    run(tmp_path, SPARSE, {"area": {}, "kind": {}}, data=looked_at)


def test_a_subtotal_of_codes_that_are_no_neighbours_is_refused(tmp_path: Path) -> None:
    """`u` is x and z together, with y between them."""
    rows = {"a": (2, 14, 25), "b": (17, 22, 31), "c": (12, 19, 40), "d": (33, 28, 15), "e": (8, 9, 11)}
    table = cross({area: (x, y, z, x + z) for area, (x, y, z) in rows.items()}, ("x", "y", "z", "u"))
    words = refused(tmp_path, table, {"area": {}, "kind": {}})
    assert "the code 'u' is the sum of 'x', 'z' in every line" in words


def test_signs_that_nobody_sees_do_not_make_two_areas_of_one(tmp_path: Path) -> None:
    table = cross({"Nord": (2, 14, 25), "Nord\u200b": (17, 22, 31), "c": (12, 19, 40)})
    assert "holds a sign that nobody sees" in refused(tmp_path, table, {"area": {}, "kind": {}})


@pytest.mark.parametrize(
    "number",
    ["12.000", "1e3", "1_000", "+7", "7,0", "7.0", "\u0667", "\u22127", "07", "1\u00a0000", "NaN", "zwei"],
)
def test_numbers_of_other_places_are_refused_and_not_repeated(tmp_path: Path, number: str) -> None:
    table = f"area,n\na,{number!s}\nb,70\nc,31\n" if "," not in number else f'area,n\na,"{number}"\nb,70\n'
    words = refused(tmp_path, table, {"area": {}})
    assert "line 2, column 'n'" in words
    assert number not in words


@pytest.mark.parametrize("symbol", ["0", "5", "-", "x", "n/a", ",", " ", '"', "1."])
def test_a_symbol_that_reads_as_something_else_is_refused(tmp_path: Path, symbol: str) -> None:
    """With `0` for hidden, printed zeros would be attacked as hidden, and hidden cells read as nobody."""
    table = cross({"a": (2, 14, 25), "b": (17, 22, 31), "c": (12, 19, 40)})
    words = refused(tmp_path, table, {"area": {}, "kind": {}}, policy={"symbol": symbol})
    assert "could be read as a number" in words


@pytest.mark.parametrize("factor", [0, -1, 1e9])
def test_a_factor_that_turns_costs_round_is_refused(tmp_path: Path, factor: float) -> None:
    table = cross({"a": (2, 14, 25), "b": (17, 22, 31), "c": (12, 19, 40)})
    costs = {"costs": {"factors": {"kind": {"x": factor}}}}
    assert "is no factor above 0" in refused(tmp_path, table, {"area": {}, "kind": {}}, policy=costs)


def test_nothing_is_hidden_without_decoys_against_the_program(tmp_path: Path) -> None:
    table = cross({"a": (2, 14, 25), "b": (17, 22, 31), "c": (12, 19, 40)})
    costs = {"costs": {"decoys": 0}}
    assert "costs.decoys" in refused(tmp_path, table, {"area": {}, "kind": {}}, policy=costs)


@pytest.mark.parametrize("table_", [{"name": "../t"}, {"name": "t", "file": "../confidential/pattern.csv"}])
def test_a_table_does_not_leave_its_folder(tmp_path: Path, table_: dict[str, Any]) -> None:
    table = cross({"a": (2, 14, 25), "b": (17, 22, 31), "c": (12, 19, 40)})
    tables = [{**table_, "dimensions": {"area": {}, "kind": {}}}]
    words = refused(tmp_path, table, {"area": {}, "kind": {}}, tables=tables)
    assert "leaves the folder of the published files" in words


def test_two_firms_in_a_cell_do_not_compute_each_other(tmp_path: Path) -> None:
    """Whoever knows the own amount knows the other's: the cell is hidden, and so is a way to it."""
    rows = {
        ("a", "x"): (120, 90),
        ("a", "y"): (70, 60, 80, 75),
        ("b", "x"): (50, 65, 55),
        ("b", "y"): (90, 85, 95),
        ("c", "x"): (40, 45, 42),
        ("c", "y"): (70, 72, 69),
    }
    lines = [
        f"{area},{kind},{area}{kind}{place},{amount}"
        for (area, kind), amounts in rows.items()
        for place, amount in enumerate(amounts)
    ]
    table = "area,kind,unit,n\n" + "\n".join(lines) + "\n"
    path, config = write(
        tmp_path,
        table,
        {"area": {}, "kind": {}},
        data=CONTRIBUTIONS,
        policy={"rules": {"minimum_frequency": 3}, "withstand": ["K1", "K2", "K4"]},
    )
    summary = protect(path, config, tmp_path / "out")
    assert summary["levels"]["insider"] == "passed"
    hidden = {(row["area"], row["kind"]) for row in shown(tmp_path) if row["value"] == "."}
    assert ("a", "x") in hidden
    assert len(hidden) >= 4
