"""The areas people ask about first, in the register built of the published files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import duckdb
import pytest

from .conftest import Ended, Place

pytestmark = [pytest.mark.end_to_end, pytest.mark.real_files]

ALWAYS, OPEN = "1900-01-01", "9999-12-31"
SAXONY, MECKLENBURG, AACHEN = "2008-08-01", "2011-09-04", "2009-10-21"
GOETTINGEN, EISENACH = "2016-11-01", "2021-07-01"
END_1995, END_1997, END_2001 = "1995-12-31", "1997-12-31", "2001-12-31"


class Version(NamedTuple):
    """One version of an area as the register has it; codes of predecessors joined by a comma."""

    level: str
    name: str
    parent: str | None
    valid_from: str = ALWAYS
    valid_to: str = OPEN
    kind: str | None = None
    successor: str | None = None
    predecessors: str | None = None


@pytest.fixture(scope="module")
def warehouse(real_place: Place, real_run: Ended) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the run over all published files, to read only."""
    assert real_run.code in (0, 3), real_run.said
    with duckdb.connect(str(real_place.root / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def versions(warehouse: duckdb.DuckDBPyConnection, code: str) -> list[Version]:
    rows = warehouse.execute(
        "select area_level, area_name, parent_area_code, valid_from::varchar, valid_to::varchar, change_kind,"
        " successor_code, predecessor_codes from dim_area where area_code = ? order by valid_from",
        [code],
    ).fetchall()
    return [Version(*row) for row in rows]


REGISTER = {
    # a Region since 2001: figures of earlier years are published under its code; the town reports since 2009
    "03201": [Version("KREIS", "Hannover, kreisfreie Stadt", "032", ALWAYS, END_2001, "merge", "03241")],
    "03253": [Version("KREIS", "Hannover, Landkreis", "032", ALWAYS, END_2001, "merge", "03241")],
    "03241": [
        Version(
            "KREIS", "Region Hannover, Landkreis", "032", END_2001, kind="created",
            predecessors="03201, 03253",
        )
    ],
    # Lüneburg took a part of Mecklenburg in
    "03355": [
        Version("KREIS", "Lüneburg, Landkreis", "033", ALWAYS, "1993-12-31", "size", "03355"),
        Version(
            "KREIS", "Lüneburg, Landkreis", "033", "1993-12-31", kind="size", predecessors="03355, 13021"
        ),
    ],
    # a code that had been given to another Kreis before
    "15002": [
        Version(
            "KREIS", "Kreis 15002 (Name nicht im Umsteigeschlüssel)", "15", ALWAYS, "1991-12-31", "recode",
            "15202",
        ),
        Version(
            "KREIS", "Halle (Saale), kreisfreie Stadt", "15", "2007-07-01", kind="created",
            predecessors="15202",
        ),
    ],
    "03241001": [
        Version("CITY_IN_KREIS", "Hannover, Landeshauptstadt", "03241", "2009-01-01", kind="reported")
    ],
    "032410001001": [Version("GEMEINDE", "Hannover, Landeshauptstadt", "032410001")],
    # the tables have the former town 05313 under the code it has as a town of the Städteregion
    "05313": [],
    "05334": [
        Version(
            "KREIS", "Städteregion Aachen, Kreis", "053", AACHEN, kind="created",
            predecessors="05334002, 05354",
        )
    ],
    "05334002": [
        Version("KREIS", "Aachen, kreisfreie Stadt", "053", ALWAYS, AACHEN, "merge", "05334"),
        Version("CITY_IN_KREIS", "Aachen, kreisfreie Stadt", "05334", AACHEN, kind="level"),
    ],
    "05354": [Version("KREIS", "Aachen, Kreis", "053", ALWAYS, AACHEN, "merge", "05334")],
    # Stadtverband until 2007: another name of the same area under the same code
    "10041": [Version("KREIS", "Saarbrücken, Regionalverband", "10")],
    "10041100": [
        Version("CITY_IN_KREIS", "Saarbrücken, Landeshauptstadt", "10041", "2009-01-01", kind="reported")
    ],
    "100410512512": [Version("GEMEINDE", "Großrosseln", "100410512")],
    "100410519519": [Version("GEMEINDE", "Völklingen, Stadt", "100410519")],
    # Land and Kreis at once
    "02": [Version("LAND", "Hamburg", "DG")],
    "02000": [Version("KREIS", "Hamburg, Freie und Hansestadt", "02")],
    "11": [Version("LAND", "Berlin", "DG")],
    "11000": [
        Version("KREIS", "Berlin, Stadt", "11", ALWAYS, "1991-12-31", "size", "11000"),
        Version("KREIS", "Berlin, Stadt", "11", "1991-12-31", kind="size", predecessors="11000, 12034"),
    ],
    "11008008": [Version("BEZIRK", "Berlin-Neukölln", "11000")],
    # Landkreis Göttingen takes Osterode in and gets a new code
    "03152": [Version("KREIS", "Göttingen, Landkreis", "031", ALWAYS, GOETTINGEN, "merge", "03159")],
    "03156": [Version("KREIS", "Osterode am Harz, Landkreis", "031", ALWAYS, GOETTINGEN, "merge", "03159")],
    "03159": [
        Version(
            "KREIS", "Göttingen, Landkreis", "031", GOETTINGEN, kind="created", predecessors="03152, 03156"
        )
    ],
    # Eisenach leaves the Wartburgkreis, Kaltennordheim does, Eisenach comes back: the code stays
    "16056": [
        Version(
            "KREIS", "Eisenach, kreisfreie Stadt", "16", END_1997, EISENACH, "merge", "16063", "16063"
        )
    ],
    "16063": [
        Version(
            "KREIS", "Wartburgkreis", "16", "1994-12-31", END_1997, "size", "16063",
            "16015, 16016, 16026, 16028, 16036, 16042",
        ),
        Version("KREIS", "Wartburgkreis", "16", END_1997, "2019-12-31", "size", "16063", "16063"),
        Version("KREIS", "Wartburgkreis", "16", "2019-12-31", EISENACH, "size", "16063", "16063"),
        Version("KREIS", "Wartburgkreis", "16", EISENACH, kind="size", predecessors="16056, 16063"),
    ],
    "160560000000": [
        Version("GEMEINDE", "Eisenach, Stadt", "160560000", ALWAYS, EISENACH, "recode", "160630105105")
    ],
    "160630105105": [
        Version(
            "GEMEINDE", "Eisenach, Stadt", "160630105", EISENACH, kind="created", predecessors="160560000000"
        )
    ],
    # Saxony: a town that only got a new code, towns and Kreise that were merged, across the old Bezirke too
    "14161": [
        Version(
            "KREIS", "Chemnitz, kreisfreie Stadt", "141", END_1995, END_1997, "size", "14161",
            "14061, 14073, 14081, 14082, 14088",
        ),
        Version(
            "KREIS", "Chemnitz, kreisfreie Stadt", "141", END_1997, "1999-12-31", "size", "14161",
            "14161, 14181, 14188",
        ),
        Version(
            "KREIS", "Chemnitz, kreisfreie Stadt", "141", "1999-12-31", SAXONY, "recode", "14511",
            "14161, 14173, 14182",
        ),
    ],
    "14375": [
        Version(
            "KREIS", "Döbeln, Landkreis", "143", END_1995, "1996-12-31", "size", "14375",
            "14075, 14077, 14079, 14082",
        ),
        Version(
            "KREIS", "Döbeln, Landkreis", "143", "1996-12-31", SAXONY, "merge", "14522", "14375, 14379"
        ),
    ],
    "14285": [
        Version(
            "KREIS", "Riesa-Großenhain, Landkreis", "142", END_1995, SAXONY, "merge", "14627",
            "14080, 14085, 14094",
        )
    ],
    "14290": [
        Version(
            "KREIS", "Weißeritzkreis", "142", END_1995, END_1997, "size", "14290", "14080, 14087, 14090"
        ),
        Version("KREIS", "Weißeritzkreis", "142", END_1997, SAXONY, "merge", "14628", "14280, 14290"),
    ],
    "145": [
        Version("REGBEZ", "Chemnitz, Statistische Region", "14", SAXONY, kind="created", predecessors="141")
    ],
    "14511": [
        Version("KREIS", "Chemnitz, kreisfreie Stadt", "145", SAXONY, kind="created", predecessors="14161")
    ],
    # Demmin was divided: its larger part went to the Seenplatte
    "13052": [
        Version(
            "KREIS", "Landkreis Demmin", "13", "1994-12-31", MECKLENBURG, "split", "13071",
            "13011, 13012, 13015, 13017, 13024, 13025, 13026, 13028, 13030, 13036, 13038, 13039, 13041",
        )
    ],
    "13005": [
        Version(
            "KREIS", "Stralsund, Hansestadt, kreisfreie Stadt", "13", ALWAYS, MECKLENBURG, "merge", "13073"
        )
    ],
    "13003": [Version("KREIS", "Rostock, kreisfreie Stadt", "13")],
    "13004": [Version("KREIS", "Schwerin, kreisfreie Stadt", "13")],
}  # fmt: skip


@pytest.mark.parametrize("code", REGISTER)
def test_versions_of_an_area(warehouse: duckdb.DuckDBPyConnection, code: str) -> None:
    assert versions(warehouse, code) == REGISTER[code]


@pytest.mark.parametrize(
    ("land", "day", "made_of"),
    [
        (
            "13",
            MECKLENBURG,
            {
                "13071": ("Mecklenburgische Seenplatte, Landkreis", "13002, 13052, 13055, 13056"),
                "13072": ("Landkreis Rostock", "13051, 13053"),
                "13073": ("Vorpommern-Rügen, Landkreis", "13005, 13057, 13061"),
                "13074": ("Nordwestmecklenburg, Landkreis", "13006, 13058"),
                "13075": ("Vorpommern-Greifswald, Landkreis", "13001, 13052, 13059, 13062"),
                "13076": ("Ludwigslust-Parchim, Landkreis", "13054, 13060"),
            },
        ),
        (
            "14",
            SAXONY,
            {
                "14511": ("Chemnitz, kreisfreie Stadt", "14161"),
                "14521": ("Erzgebirgskreis", "14171, 14181, 14188, 14191"),
                "14522": ("Mittelsachsen, Landkreis", "14177, 14182, 14375"),
                "14523": ("Vogtlandkreis", "14166, 14178"),
                "14524": ("Zwickau, Landkreis", "14167, 14173, 14193"),
                "14612": ("Dresden, kreisfreie Stadt", "14262"),
                "14625": ("Bautzen, Landkreis", "14264, 14272, 14292"),
                "14626": ("Görlitz, Landkreis", "14263, 14284, 14286"),
                "14627": ("Meißen, Landkreis", "14280, 14285"),
                "14628": ("Sächsische Schweiz-Osterzgebirge, Landkreis", "14287, 14290"),
                "14713": ("Leipzig, kreisfreie Stadt", "14365"),
                "14729": ("Leipzig, Landkreis", "14379, 14383"),
                "14730": ("Nordsachsen, Landkreis", "14374, 14389"),
            },
        ),
    ],
    ids=["Mecklenburg-Vorpommern 2011", "Sachsen 2008"],
)
def test_reform_of_a_land(
    warehouse: duckdb.DuckDBPyConnection, land: str, day: str, made_of: dict[str, tuple[str, str]]
) -> None:
    """All Kreise of the new day, none left over, and every former one gone into those that got its parts."""
    created = warehouse.execute(
        "select area_code, area_name, predecessor_codes from dim_area where area_level = 'KREIS'"
        " and land_code = ? and valid_from = cast(? as date) and change_kind = 'created'",
        [land, day],
    ).fetchall()
    assert {code: (name, former) for code, name, former in created} == made_of
    ended = warehouse.execute(
        "select ended.area_code, parts.successor_code from bridge_area_successor as parts"
        " inner join dim_area as ended on parts.area_key = ended.area_key"
        " where ended.area_level = 'KREIS' and ended.land_code = ? and parts.ended_on = cast(? as date)",
        [land, day],
    ).fetchall()
    assert sorted(ended) == sorted(
        (former, code) for code, (_, codes) in made_of.items() for former in codes.split(", ")
    )


@pytest.mark.parametrize(
    ("former", "year", "shares"),
    [
        ("03201", 2000, {"03241": 1.0}),
        ("03253", 2000, {"03241": 1.0}),
        ("05334002", 2008, {"05334": 1.0}),
        ("13052", 2010, {"13071": 0.824, "13075": 0.176}),
        ("16056", 2020, {"16063": 1.0}),
    ],
)  # fmt: skip
def test_where_the_people_of_a_former_area_are(
    warehouse: duckdb.DuckDBPyConnection, former: str, year: int, shares: dict[str, float]
) -> None:
    found = warehouse.execute(
        "select to_code, weight_population from bridge_area_crosswalk"
        " where from_code = ? and from_year = ? and to_year = 2022",
        [former, year],
    ).fetchall()
    assert dict(found) == pytest.approx(shares, abs=5e-4)


def test_berlin_has_twelve_bezirke_up_to_the_land(warehouse: duckdb.DuckDBPyConnection) -> None:
    above = warehouse.execute(
        "select area_code, string_agg(ancestor_code, ' ' order by distance) from bridge_area_hierarchy"
        " where hierarchy = 'ADMIN' and area_level = 'BEZIRK'"
        " and date '2015-12-31' >= valid_from and date '2015-12-31' < valid_to group by area_code"
    ).fetchall()
    assert dict(above) == {f"11{number:03}{number:03}": "11000 11 DG" for number in range(1, 13)}


def test_400_kreise_since_the_summer_of_2021(warehouse: duckdb.DuckDBPyConnection) -> None:
    counted = warehouse.execute(
        "select day::varchar, count(*) from dim_area, (values (date '2015-12-31'), (date '2016-12-31'),"
        " (date '2020-12-31'), (date '2021-12-31')) as days (day)"
        " where area_level = 'KREIS' and valid_from <= day and day < valid_to group by day order by day"
    ).fetchall()
    assert counted == [("2015-12-31", 402), ("2016-12-31", 401), ("2020-12-31", 401), ("2021-12-31", 400)]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("03159", [("2016-11-01", "hervorgegangen aus 03152, 03156")]),
        # Kaltennordheim left for Schmalkalden-Meiningen, Eisenach came
        (
            "16063",
            [
                ("2019-12-31", "Neuer Gebietsstand von Wartburgkreis"),
                (EISENACH, "hervorgegangen aus 16056, 16063"),
            ],
        ),
        ("10041", []),
    ],
)
def test_new_boundaries_are_breaks_of_a_series(
    warehouse: duckdb.DuckDBPyConnection, code: str, says: list[tuple[str, str]]
) -> None:
    """Each census is one break, so is the method of 2016, and each reform of the area is one more."""
    found = warehouse.execute(
        "select effective_date::varchar, kind, what_de"
        " from breaks_between('12411-01-01-4', ?, date '2010-12-31', date '2023-12-31')",
        [code],
    ).fetchall()
    assert [day for day, kind, _ in found if kind == "definition"] == [
        "2011-12-31",
        "2016-12-31",
        "2022-12-31",
    ]
    territory = [(day, what) for day, kind, what in found if kind == "territory"]
    assert [day for day, _ in territory] == [day for day, _ in says]
    assert all(what.endswith(words) for (_, what), (_, words) in zip(territory, says, strict=True))


def test_the_census_of_2022_found_eisenach_in_the_wartburgkreis(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A figure stands under the version of the area that held on its day."""
    keys = warehouse.execute(
        "select distinct area_key, area_is_valid from fct_population where area_code = '160630105105'"
    ).fetchall()
    assert keys == [("160630105105@2021-07-01", True)]


@pytest.mark.parametrize(
    ("former", "successors"),
    [
        ("13052", ["13071", "13075"]),
        ("15151", ["15001", "15082", "15086", "15091"]),
        ("15352", ["15085", "15089"]),
        ("16056", ["16063"]),
    ],
)
def test_every_part_of_a_divided_area_is_named_and_the_keys_agree(
    warehouse: duckdb.DuckDBPyConnection, former: str, successors: list[str]
) -> None:
    named = warehouse.execute(
        "select successor_code, year(ended_on) from bridge_area_successor where area_code = ? order by 1",
        [former],
    ).fetchall()
    assert [code for code, _ in named] == successors
    carried = warehouse.execute(
        "select to_code from bridge_area_crosswalk where from_code = ? and from_year = ? and to_year = ?"
        " order by 1",
        [former, named[0][1] - 1, named[0][1]],
    ).fetchall()
    assert [code for (code,) in carried] == successors
