"""A list of areas, or a key between two of them, is refused when a figure carried with it would be wrong."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from sources.areas.divisions import check_areas, history_problems
from sources.declared.catalogue import Catalog, load_catalog
from sources.errors import SourceError
from sources.readers.reading import reader_of
from sources.twins.musterstadt import write_musterstadt


def areas(*rows: tuple[str, str | None, str, str | None, str | None]) -> pa.Table:
    names = ["area_code", "parent_code", "valid_from", "valid_to", "former_codes"]
    columns = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)}
    return pa.table(columns | {"line": pa.array(range(2, 2 + len(rows)), pa.int32())})


OLD, NEW = ("01.01.2000", "01.01.2025"), ("01.01.2025", None)
CITY = ("99001000", None, "01.01.2000", None, None)
A, B = ("990010000001", "99001000", *OLD, None), ("990010000002", "99001000", *OLD, None)


def refused(catalog: Catalog, table: pa.Table, dataset: str = "gebietsgliederung") -> SourceError:
    with pytest.raises(SourceError) as caught:
        check_areas(catalog[dataset], table, "liste.csv")
    return caught.value


def test_a_merger_and_a_moved_border_are_taken(catalog: Catalog) -> None:
    check_areas(
        catalog["gebietsgliederung"],
        areas(
            CITY, A, B,
            ("990010000003", "99001000", *NEW, "990010000001,990010000002(0.4)"),
            ("990010000004", "99001000", *NEW, "990010000002(0.6)"),
        ),
        "liste.csv",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "code", "line", "words"),
    [
        ([CITY, A, ("990010000001", "99001000", "01.01.2020", None, None)], "area_reused", 4, "also line 3"),
        ([CITY, ("990010000001", "99001000", "01.01.2020", "01.01.2020", None)], "area_ends_first", 3, ""),
        ([CITY, ("990010000001", "9900100099", *NEW, None)], "area_not_listed", 3, "'9900100099'"),
        ([CITY, ("990010000003", "99001000", *NEW, "990010000077")], "area_not_listed", 3, "'990010000077'"),
        (
            [("990010000001", "990010000002", *NEW, None), ("990010000002", "990010000001", *NEW, None)],
            "area_cycle", 3, "990010000001 → 990010000002 → 990010000001",
        ),
        (
            [CITY, A, ("990010000003", "99001000", "01.01.2024", None, "990010000001")],
            "area_goes_on", 4, "does not end on 01.01.2024",
        ),
        (
            [CITY, A, ("990010000003", "99001000", *NEW, "990010000001(0.3)"),
             ("990010000004", "99001000", *NEW, "990010000001(0.6)")],
            "shares_not_one", 4, "add to 0.9 instead of 1 (2 rows)",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_line(
    catalog: Catalog, rows: list[tuple], code: str, line: int, words: str
) -> None:
    error = refused(catalog, areas(*rows))
    assert (error.code, error.line) == (code, line), str(error)
    assert words in str(error)


def test_a_key_whose_shares_do_not_sum_to_one(catalog: Catalog) -> None:
    table = pa.table(
        {
            "plr_id_pre2021": ["01011101", "01011101", "01011102"],
            "plr_id_2021": ["01100101", "01100102", "01100102"],
            "weight": ["0.7", "0.2", "0.9995"],
            "line": pa.array([2, 3, 4], pa.int32()),
        }
    )
    error = refused(catalog, table, "lor-crosswalk-2006-2021")
    assert (error.code, error.line) == ("shares_not_one", 2)
    assert "'01011101' add to 0.9" in str(error)
    check_areas(catalog["lor-crosswalk-2006-2021"], table.slice(2), "key.csv")


def test_the_invented_town_hangs_together(catalog: Catalog, tmp_path: Path) -> None:
    write_musterstadt(tmp_path)
    declaration = catalog["gebietsgliederung"]
    table = reader_of(declaration).read(catalog, declaration, tmp_path / "gebietsgliederung.xlsx").table
    check_areas(declaration, table, "gebietsgliederung.xlsx")


HEAD = "area_code,area_level,valid_from,valid_to,successor_code,change_kind,legal_basis,"
HEAD += "further_successor_codes\n"


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (
            "01051,KREIS,,2016-11-01,01053,merge,\n01053,KREIS,,2017-11-01,01051,merge,\n",
            3, "01053 → 01051 → 01053: an area cannot become itself again",
        ),
        (
            "01051,KREIS,,2016-11-01,01053,merge,\n01051,KREIS,2010-01-01,,,created,\n",
            3, "01051 overlaps line 2",
        ),
        (
            "01051,KREIS,,2016-11-01,01053,merge,\n01051,KREIS,2018-01-01,,,created,\n",
            3, "01051 is used again for another area (line 2 ended it)",
        ),
        ("01051,KREIS,2016-11-01,2016-11-01,01053,merge,\n", 2, "01051 ends before it begins"),
        ("01051,KREIS,,2016-11-01,1053,merge,\n", 2, "successor '1053' is no area code"),
        ("01051,KREIS,,2016-11-01,01053,split,,1054\n", 2, "successor '1054' is no area code"),
        (
            "01051,KREIS,,2016-11-01,01053,merge,,01054\n",
            2, "01051 has several successors, but was not split",
        ),
    ],
)  # fmt: skip
def test_reforms_that_cannot_be(tmp_path: Path, lines: str, line: int, words: str) -> None:
    file = tmp_path / "area_history.csv"
    file.write_text(HEAD + lines, encoding="utf-8")
    assert [(found.line, found.message) for found in history_problems(file)] == [(line, words)]


def test_the_reforms_on_record_can_be() -> None:
    load_catalog()
    assert history_problems(Path("sources/catalog/area_history.csv")) == []


def test_every_succession_of_tables_is_a_seam(catalog: Catalog) -> None:
    """A table that continues another one, both declared, has a break of kind succession for both."""
    from sources.declared.catalogue_tables import catalogue_tables

    seams = [row for row in catalogue_tables(catalog)["breaks"].to_pylist() if row["kind"] == "succession"]
    pairs = [
        (before, after)
        for before, declaration in catalog.items()
        for after in declaration.successors
        if after in catalog
    ]
    assert len(pairs) >= 3
    for before, after in pairs:
        assert any(
            before.startswith(seam["statistic_prefix"]) and after.startswith(seam["statistic_prefix"])
            for seam in seams
        ), f"{before} is continued by {after}, but breaks.csv has no seam"
        assert before in catalog[after].predecessors
