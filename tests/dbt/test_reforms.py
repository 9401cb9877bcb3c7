"""What a table fills around a reform decides, cell by cell: which codes report, where a row stands.

The Land 77 knows three days. 2005: the Kreis 77001 gives a part away, which becomes 77002; the same day 77051
gives some to 77052, and both keep their codes. 2010: the Kreise 77011 and 77012 become 77020. 2015: the town
77030 goes on as a town of the Kreis 77040, to which 77031 belongs too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import pytest

from tests.contracts import make
from tests.dbt.compiled import macro
from tests.dbt.test_versions import STAGED

ALWAYS, OPEN = "1900-01-01", "9999-12-31"
SPLIT, MERGER, TOWN = "2005-01-01", "2010-07-01", "2015-11-01"
AREAS = [
    ("77001", "KREIS", ALWAYS, SPLIT), ("77001", "KREIS", SPLIT, OPEN), ("77002", "KREIS", SPLIT, OPEN),
    ("77051", "KREIS", ALWAYS, SPLIT), ("77051", "KREIS", SPLIT, OPEN),
    ("77052", "KREIS", ALWAYS, SPLIT), ("77052", "KREIS", SPLIT, OPEN),
    ("77011", "KREIS", ALWAYS, MERGER), ("77012", "KREIS", ALWAYS, MERGER), ("77020", "KREIS", MERGER, OPEN),
    ("77030", "KREIS", ALWAYS, TOWN), ("77030", "CITY_IN_KREIS", TOWN, OPEN),
    ("77031", "KREIS", ALWAYS, TOWN), ("77040", "KREIS", TOWN, OPEN),
]  # fmt: skip
PREDECESSORS = {
    ("77001", SPLIT): "77001", ("77002", SPLIT): "77001",
    ("77051", SPLIT): "77051", ("77052", SPLIT): "77051, 77052",
}  # fmt: skip
HISTORY = ["77002", "77011", "77012", "77020", "77030", "77031", "77040"]
Row = tuple[object, str, bool, str]
"""Value, reason why it is missing, whether it is a backcast, key of the area."""


def facts(day: str, printed: Sequence[tuple[str, str, str, str]]) -> dict[tuple[str, str, str], Row]:
    """The fact out of one table: code, measure, sex and what is printed (a number, `-` or `.`)."""
    connection = duckdb.connect()
    connection.execute(STAGED)
    make(
        connection,
        "dim_area",
        [
            {
                "area_key": f"{code}@{first}", "area_code": code, "area_level": level, "valid_from": first,
                "valid_to": end, "predecessor_codes": PREDECESSORS.get((code, first)),
            }
            for code, level, first, end in AREAS
        ],
    )  # fmt: skip
    for code, measure, sex, text in printed:
        number = 0.0 if text == "-" else None if text == "." else float(text)
        connection.execute(
            "insert into cells values ('t', 's', timestamp '2020-01-01', 1, 1, ?, ?, ?, ?, 'Anzahl', ?, ?,"
            " 'F', ?, ?, null, ?, 1)",
            [
                f"D{day}", day, code, measure, number, "M" if number is None else "A",
                "unknown_or_confidential" if number is None else "none", text if text in "-." else None, sex,
            ],
        )  # fmt: skip
    body = macro("fact_versions", relation="cells", dimensions=["sex"], fact="population")
    touched = " union all ".join(f"select '{code}' as area_code, null as successor_code" for code in HISTORY)
    found = connection.execute(
        "select area_code, measure_code, sex_code, value, missing_reason, is_backcast, area_key from ("
        f"with areas as (select * from dim_area), history as ({touched}), {body})"
    ).fetchall()
    assert len(found) == len(printed), "a row is neither lost nor doubled"
    return {row[:3]: row[3:] for row in found}


def people(*printed: tuple[str, str]) -> list[tuple[str, str, str, str]]:
    return [(code, "persons", "_T", text) for code, text in printed]


def of(found: dict[tuple[str, str, str], Row], code: str, measure: str = "persons", sex: str = "_T") -> Row:
    return found[code, measure, sex]


def test_rates_under_the_old_codes_and_counts_under_the_new_ones_are_both_kept() -> None:
    """Decided per measure: neither side is a backcast, and the signs of the other one are no zeros."""
    printed = people(("77011", "-"), ("77012", "-"), ("77020", "900"))
    printed += [
        ("77011", "rate_pct", "_T", "9.5"),
        ("77012", "rate_pct", "_T", "8"),
        ("77020", "rate_pct", "_T", "-"),
    ]
    found = facts("2009-12-31", printed)
    assert of(found, "77020")[:3] == (900.0, "none", False)
    assert of(found, "77011")[:3] == (None, "not_delivered", False)
    assert of(found, "77011", "rate_pct")[:3] == (9.5, "none", False)
    assert of(found, "77020", "rate_pct")[:3] == (None, "area_not_existing", False)


def test_a_cell_with_both_sides_counts_people_once() -> None:
    printed = people(("77011", "500"), ("77012", "400"), ("77020", "900"))
    printed += [
        ("77011", "persons", "F", "-"),
        ("77012", "persons", "F", "7"),
        ("77020", "persons", "F", "7"),
    ]
    found = facts("2009-12-31", printed)
    assert [of(found, code)[2] for code in ("77011", "77012", "77020")] == [False, False, True]
    assert of(found, "77011", sex="F")[:3] == (0.0, "none", False), "both report: the sign is a zero"


def test_old_codes_that_go_on_after_the_reform_stand_on_their_last_territory() -> None:
    found = facts("2010-12-31", people(("77011", "500"), ("77012", "400"), ("77020", "-")))
    assert of(found, "77011") == (500.0, "none", False, "77011@1900-01-01")
    assert of(found, "77020")[:2] == (None, "not_delivered")


@pytest.mark.parametrize(
    ("day", "other", "version"),
    [
        # the table knows the new Kreis before it was founded: what is left of the old one stands without it
        ("2003-12-31", "40", SPLIT),
        ("2003-12-31", "-", ALWAYS),
        ("2006-12-31", "40", SPLIT),
    ],
)
def test_an_area_that_kept_its_code_stands_where_the_filled_codes_say(
    day: str, other: str, version: str
) -> None:
    found = facts(day, people(("77001", "60"), ("77002", other)))
    assert of(found, "77001") == (60.0, "none", False, f"77001@{version}")
    assert of(found, "77002")[0] == (40.0 if other == "40" else None)
    assert not of(found, "77002")[2], "the same people stand nowhere else"


def test_a_town_within_its_kreis_reports_beside_it() -> None:
    """Both codes hold: a sign of the town is a zero. A former Kreis does not report any more."""
    printed = people(("77030", "3"), ("77040", "70"), ("77031", "-"))
    printed += [
        ("77030", "persons", "F", "-"),
        ("77040", "persons", "F", "9"),
        ("77031", "persons", "F", "-"),
    ]
    found = facts("2016-12-31", printed)
    assert of(found, "77030", sex="F") == (0.0, "none", False, "77030@2015-11-01")
    assert of(found, "77031")[:2] == (None, "area_not_existing")


def test_a_zero_among_the_parts_of_a_withheld_total_is_unknown() -> None:
    printed = [
        ("77001", "persons", "_T", "-"),
        ("77001", "persons", "F", "0"),
        ("77001", "persons", "M", "8"),
    ]
    printed += [
        ("77040", "persons", "_T", "8"),
        ("77040", "persons", "F", "0"),
        ("77040", "persons", "M", "8"),
    ]
    found = facts("2016-12-31", printed)
    assert of(found, "77001")[:2] == (None, "unknown_or_confidential")
    assert of(found, "77001", sex="F")[:2] == (None, "unknown_or_confidential")
    assert of(found, "77001", sex="M")[0] == 8.0
    assert of(found, "77040", sex="F")[:2] == (0.0, "none")


@pytest.mark.parametrize(("other", "version"), [("40", SPLIT), ("-", ALWAYS)])
def test_only_what_a_reform_divided_stands_with_its_parts(other: str, version: str) -> None:
    """A table that has 77002 before it was founded says so of 77001, not of others that changed that day."""
    found = facts("2003-12-31", people(("77001", "60"), ("77002", other), ("77051", "30"), ("77052", "20")))
    assert of(found, "77001")[3] == f"77001@{version}"
    assert of(found, "77051")[3] == f"77051@{ALWAYS}"
    assert of(found, "77052")[3] == f"77052@{ALWAYS}"


@pytest.mark.parametrize("day", [f"{year}-12-31" for year in range(2002, 2018)])
@pytest.mark.parametrize("filled", ["old", "new", "both"])
def test_no_person_is_lost_and_none_is_counted_twice(day: str, filled: str) -> None:
    """Whichever codes a table fills in whichever year: what is no backcast adds up to the Land."""
    printed = [("77011", "500" if filled != "new" else "-"), ("77012", "400" if filled != "new" else "-")]
    printed += [("77020", "900" if filled != "old" else "-")]
    found = facts(day, people(*printed))
    assert sum(row[0] or 0 for row in found.values() if not row[2]) == 900.0
    for (code, _, _), row in found.items():
        held = dt.date.fromisoformat(day) >= dt.date.fromisoformat(MERGER)
        assert not row[2] or (code == "77020") != held, "only a code that did not hold is a backcast"
