"""What the atlas says is what the editions say; what it does not say stays unsaid."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.atlas.check import check_atlas
from exports.atlas.packing import climbed, climbs, read_record, runs, steps, summed, unrolled, write_record
from exports.atlas.site import SITE
from exports.compilations import load_compilation
from exports.products import FOLDER, load_product
from sources.foundation.spatial import open_spatial
from tests.contracts import contracts

from .ground import Ground, area, figure, goal, in_ring, peer, square

WEB = SITE.parent / "web"
KIEL, PLOEN = area("01002", "Kiel"), area("01057", "Plön")
LATER = area("01057", "Plön (Neu)", since="2020-01-01")


def ground(folder: Path) -> Ground:
    """Two areas, one of them with two versions; a hidden cell, a break, limits, outlines of 2022."""
    return Ground(
        folder,
        [KIEL, PLOEN, LATER],
        [
            figure(KIEL, "2018-12-31", 9.75),
            figure(KIEL, "2019-12-31", None),
            figure(KIEL, "2022-12-31", 10.04, break_de="Ab 2022 neu", break_en="New since 2022"),
            figure(PLOEN, "2018-12-31", 0.0),
            figure(LATER, "2022-12-31", 12.25, numerator=1 / 3),
        ],
        {"Kreise, Gebietsstand 31.12.2022": [(KIEL, square(0, 0)), (LATER, square(1, 0))]},
        [
            goal("Weniger Kinderarmut", "2022-12-31", 11.123456, "on_track"),
            goal("Mehr Plätze", "2022-12-31", None, "x"),
        ],
        [
            in_ring(KIEL, "2018-12-31", 9.75),
            in_ring(KIEL, "2019-12-31", None),
            in_ring(PLOEN, "2018-12-31", 0.0, position=2),
        ],
        [peer(KIEL, PLOEN, 1), peer(PLOEN, KIEL, 1)],
    )


def outcomes(made: Ground) -> dict[str, str]:
    with open_spatial() as connection:
        products = ("indicators", "areas", "outcome", "peer_ring", "structural_peers")
        files = {one: made.file(one) for one in products if made.file(one).is_file()}
        found = check_atlas(connection, made.site, files)
    return {entry["id"]: entry["outcome"] for entry in found}


def test_every_number_is_the_released_one(tmp_path: Path) -> None:
    made = ground(tmp_path)
    made.write()
    assert set(outcomes(made).values()) == {"passed"}


def _add(name: str, place: int, by: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        record[name][place] = by if record[name][place] is None else record[name][place] + by

    return change


def _reason(record: dict[str, Any]) -> None:
    record["codes"]["reason"] = [0, 5]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_add("value", 0, 1), {"atlas.same", "atlas.whole"}),
        (_add("below", 0, 1), {"atlas.same", "atlas.whole"}),
        (_add("denominator", 3, 1), {"atlas.same", "atlas.whole"}),
        (_add("value", 1, 3), {"atlas.same", "atlas.whole", "atlas.hidden"}),
        (_reason, {"atlas.same", "atlas.whole"}),
    ],
)
def test_whatever_differs_is_found(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], found: set[str]
) -> None:
    made = ground(tmp_path)
    folder = made.write()
    record = read_record(folder, "indicator/P07")
    change(record)
    write_record(folder, "indicator/P07", record)
    assert {name for name, outcome in outcomes(made).items() if outcome == "failed"} == found


def test_an_open_outline_and_one_of_nobody_are_found(tmp_path: Path) -> None:
    made = ground(tmp_path)
    folder = made.write()
    record = read_record(folder, "outlines/lage_0")
    record["path"][0] = record["path"][0].removesuffix("z")
    write_record(folder, "outlines/lage_0", record)
    places = read_record(folder, "areas")
    places["from"][record["version"][1]] = "1871-01-01"
    write_record(folder, "areas", places)
    failed = {name for name, outcome in outcomes(made).items() if outcome == "failed"}
    assert {"atlas.closed", "atlas.outlined"} <= failed


def test_rows_of_further_products_are_the_released_ones(tmp_path: Path) -> None:
    made = ground(tmp_path)
    folder = made.write()
    (head,) = read_record(folder, "atlas")["tables"]
    at = [column["name"] for column in head["columns"]].index("value")
    record = read_record(folder, "table/outcome")
    assert record["columns"][at] == [11.123, None], "with as many decimals as any indicator has"
    record["columns"][at][1] = 3.0
    write_record(folder, "table/outcome", record)
    assert outcomes(made)["atlas.table.outcome"] == "failed"


def _of_ring(record: dict[str, Any]) -> None:
    record["indicators"][0]["ring"]["median"][0] += 0.1


def _of_member(record: dict[str, Any]) -> None:
    record["indicators"][0]["rows"]["value"][2] = 12.0


def _of_peer(record: dict[str, Any]) -> None:
    record["structural-peers"]["01002"][0][2] += 0.01


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        ("ring/ring", _of_ring, "atlas.rings"),
        ("ring/ring", _of_member, "atlas.rings"),
        ("peers", _of_peer, "atlas.peers"),
    ],
)
def test_a_ring_says_what_its_edition_says(
    tmp_path: Path, name: str, change: Callable[[dict[str, Any]], None], found: str
) -> None:
    made = ground(tmp_path)
    folder = made.write()
    record = read_record(folder, name)
    change(record)
    write_record(folder, name, record)
    assert {check for check, outcome in outcomes(made).items() if outcome == "failed"} == {found}


def test_numbers_of_a_ring_are_rounded_once(tmp_path: Path) -> None:
    (one,) = read_record(ground(tmp_path).write(), "ring/ring")["indicators"]
    assert one["ring"]["upper"] == [14.2, 14.2], "14.2496 is 14.2 and, rounded twice, would be 14.3"
    assert one["rows"]["value"] == [9.8, 0.0, None]
    assert one["rows"]["position"] == [None, 2, None]


def test_what_is_declared_for_the_tables_is_a_column_of_the_product() -> None:
    declared = load_compilation("atlas").tables
    assert declared
    for product, columns in declared.items():
        relation = load_product(FOLDER / f"{product}.yml").relation
        assert set(columns) <= contracts()[relation].keys(), product


def test_a_hidden_cell_holds_no_number_and_says_why(tmp_path: Path) -> None:
    folder = ground(tmp_path).write()
    record, atlas = read_record(folder, "indicator/P07"), read_record(folder, "atlas")
    assert record["value"][1] is record["below"][1] is record["above"][1] is record["numerator"][1] is None
    reasons = atlas["codes"]["reason"]
    assert reasons["list"][unrolled(record["codes"]["reason"])[1]] == "suppressed_primary"
    assert all(german and english for german, english in reasons["words"])


def test_a_layer_holds_versions_of_areas_and_neighbours_share_their_border(tmp_path: Path) -> None:
    folder = ground(tmp_path).write()
    atlas, places = read_record(folder, "atlas"), read_record(folder, "areas")
    (layer,) = atlas["layers"]
    assert (layer["level"], layer["day"]) == ("KREIS", "2022-12-31")
    record = read_record(folder, f"outlines/{layer['name']}")
    assert [places["name"][one] for one in record["version"]] == ["Kiel", "Plön (Neu)"]
    kiel, ploen = map(_corners, record["path"])
    assert kiel == {(0, 0), (1000, 0), (1000, 1000), (0, 1000)}
    assert kiel & ploen == {(1000, 0), (1000, 1000)}


def _corners(path: str) -> set[tuple[int, int]]:
    """The points of a path of one ring."""
    numbers = [int(one) for one in re.findall(r"-?\d+", path)]
    moves = numpy.array(numbers).reshape(-1, 2).cumsum(axis=0)
    return {(int(x), int(y)) for x, y in moves}


def test_classes_hold_for_all_days_and_a_balance_has_a_middle(tmp_path: Path) -> None:
    one = area("01002", "Kiel")
    days = [f"{year}-12-31" for year in range(2000, 2020)]
    made = Ground(tmp_path, [one], [figure(one, day, float(at)) for at, day in enumerate(days)])
    classes = read_record(made.write(), "atlas")["indicators"][0]["classes"]["KREIS"]
    assert (classes["edges"], classes["diverging"]) == ([3.8, 7.6, 11.4, 15.2], False)
    assert len(set(classes["colours"])) == 5
    (tmp_path / "balance").mkdir()
    balance = Ground(tmp_path / "balance", [one], [figure(one, day, at - 6.0) for at, day in enumerate(days)])
    classes = read_record(balance.write(), "atlas")["indicators"][0]["classes"]["KREIS"]
    assert classes["diverging"]
    assert 0.0 in classes["edges"]
    assert len([edge for edge in classes["edges"] if edge < 0]) == 2


def test_without_outlines_and_with_one_area_it_is_an_atlas(tmp_path: Path) -> None:
    made = Ground(tmp_path, [KIEL], [figure(KIEL, "2018-12-31", 9.75)])
    folder = made.write()
    assert read_record(folder, "atlas")["layers"] == []
    assert set(outcomes(made).values()) == {"passed"}


def test_a_figure_of_an_unknown_area_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="01057@1990-01-01"):
        Ground(tmp_path, [KIEL], [figure(PLOEN, "2018-12-31", 1.0)]).write()


@given(st.lists(st.integers(0, 4)))
def test_runs_come_back(codes: list[int]) -> None:
    assert unrolled(runs(numpy.array(codes, dtype=numpy.int64))).tolist() == codes
    ascending = sorted(codes)
    assert climbed(climbs(numpy.array(ascending, dtype=numpy.int64))).tolist() == ascending


@given(st.lists(st.none() | st.integers(-(10**12), 10**12)))
def test_steps_come_back(numbers: list[int | None]) -> None:
    known = numpy.array([one is not None for one in numbers], dtype=bool)
    held = numpy.array([one or 0 for one in numbers], dtype=numpy.int64)
    assert summed(steps(held, known)) == numbers


def test_the_bundle_is_what_the_source_says(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("node is not here: the bundle of the atlas is not built anew")
    web = tmp_path / "atlas" / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules"))
    asked = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(asked, cwd=web, capture_output=True, check=False).returncode:
        pytest.skip("npm brings no packages here: the bundle of the atlas is not built anew")
    for script in ("check", "test", "build"):
        ended = subprocess.run(
            ["npm", "run", "--silent", script], cwd=web, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (web.parent / "site" / "atlas.js").read_bytes() == (SITE / "atlas.js").read_bytes(), "`make atlas`"
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, one in lock["packages"].items() if "resolved" in one], "no address in the lock"
