"""Marks: many at once stop a release, unless each was looked at; what was looked at is one cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.expectations.candidates import Candidate, indicators, population, write_parquet

CELL = ("dataset_id", "area_code", "period_key", "measure_code", "reference_date", "value")


def marked(*codes: str) -> tuple[Candidate, list[dict[str, object]]]:
    """Figures of the Kreise named are marked, in every column; with the rows."""
    candidate = population()
    rows = [row for row in candidate.rows if row["area_code"] in codes]
    for row in rows:
        row["obs_status"] = "U"
    return candidate, rows


def looked_at(folder: Path, rows: Iterable[dict[str, object]]) -> Path:
    """The file that says which marked cells a statistician has looked at."""
    file = folder / "answered.parquet"
    types = dict.fromkeys(CELL[:-2], "VARCHAR") | {"cell": "VARCHAR", "value": "DOUBLE"}
    types |= {"reference_date": "DATE"}
    cells = [
        {name: row[name] for name in CELL} | {"cell": f"sex={row['sex_code']} nationality=_T"} for row in rows
    ]
    write_parquet(file, types, cells)
    return file


@pytest.mark.parametrize(
    ("check", "codes"),
    [
        ("plausibility.marked_column", ["01001", "02001", "03001", "05001", "06001"]),
        ("plausibility.marked_column", ["01001", "02001", "03001", "05001"]),
        ("plausibility.marked_area", ["01001"]),
    ],
)
def test_many_marks_stop_a_release_until_each_was_looked_at(
    ask, tmp_path: Path, check: str, codes: Sequence[str]
) -> None:
    candidate, rows = marked(*codes)
    assert ask(candidate, check).outcome == "failed"
    assert ask(candidate, check, answered=looked_at(tmp_path, rows)).outcome == "passed"


def test_what_was_looked_at_holds_for_a_part_of_the_data(ask, tmp_path: Path) -> None:
    """An office that loads its own Land meets a larger share of marks, and the same cells."""
    candidate, rows = marked("01001", "05001")
    everything = looked_at(tmp_path, rows)
    part = population()
    part.rows = [row for row in candidate.rows if str(row["area_code"]).startswith("01")]
    assert ask(part, "plausibility.marked_area").outcome == "failed"
    assert ask(part, "plausibility.marked_area", answered=everything).outcome == "passed"


@pytest.mark.parametrize("change", [{"value": 1.0}, {"sex_code": "X"}, {"dataset_id": "another"}])
def test_another_number_or_cell_was_not_looked_at(ask, tmp_path: Path, change: dict[str, object]) -> None:
    candidate, rows = marked("01001")
    others = looked_at(tmp_path, [row | change for row in rows])
    assert ask(candidate, "plausibility.marked_area", answered=others).outcome == "failed"


@pytest.mark.parametrize(
    ("numerator", "denominator", "outcome"),
    [
        (46.0, 195.0, "passed"),  # five children were to be expected in a village of 195
        (4600.0, 19_500.0, "warned"),  # the same share of a town
        (26.0, 100_000.0, "warned"),  # a hundredth of what was to be expected
    ],
)
def test_a_share_far_from_all_others_is_told_where_chance_does_not_make_it(
    ask, numerator: float, denominator: float, outcome: str
) -> None:
    candidate = indicators()
    pattern = next(row for row in candidate.rows if row["area_level"] == "KREIS")
    candidate.rows = [
        pattern
        | {
            "indicator_id": "D05-u3",
            "area_code": f"01056{number:03}",
            "area_level": "GEMEINDE",
            "numerator": over * share,
            "denominator": over,
            "value": 100 * share,
        }
        for number, (over, share) in enumerate(
            [
                *((10_000.0, 0.0255 + 0.0003 * (n % 7)) for n in range(40)),
                (denominator, numerator / denominator),
            ]
        )
    ]
    assert ask(candidate, "plausibility.outliers").outcome == outcome
