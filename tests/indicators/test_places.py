"""Areas by the names that people write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.cli.asking.places import Span, area_row, codes_by_name
from orchestration.cli.asking.warehouse import UnknownName
from tests.contracts import make

NEVER = dt.date(9999, 12, 31)
ALWAYS = dt.date(1900, 1, 1)
REFORM = dt.date(2016, 11, 1)
AREAS = [  # code, level, name, Land
    ("DG", "DE", "Deutschland", None),
    ("01", "LAND", "Schleswig-Holstein", "01"),
    ("01003", "KREIS", "Lübeck, kreisfreie Stadt, Hansestadt", "01"),
    ("01057", "KREIS", "Plön, Kreis", "01"),
    ("01059", "KREIS", "Schleswig-Flensburg, Kreis", "01"),
    ("01001", "KREIS", "Flensburg, kreisfreie Stadt", "01"),
    ("03159", "KREIS", "Göttingen, Landkreis", "03"),
    ("03403", "KREIS", "Oldenburg (Oldenburg), kreisfreie Stadt", "03"),
    ("03458", "KREIS", "Oldenburg, Landkreis", "03"),
    ("04", "LAND", "Bremen", "04"),
    ("04011", "KREIS", "Bremen, kreisfreie Stadt", "04"),
    ("04012", "KREIS", "Bremerhaven, kreisfreie Stadt", "04"),
    ("053", "REGBEZ", "Köln, Regierungsbezirk", "05"),
    ("05315", "KREIS", "Köln, kreisfreie Stadt", "05"),
    ("055", "REGBEZ", "Münster, Regierungsbezirk", "05"),
    ("05515", "KREIS", "Münster, kreisfreie Stadt", "05"),
    ("05162", "KREIS", "Rhein-Kreis Neuss", "05"),
    ("06531", "KREIS", "Gießen, Landkreis", "06"),
    ("07315", "KREIS", "Mainz, kreisfreie Stadt", "07"),
    ("07339", "KREIS", "Mainz-Bingen, Landkreis", "07"),
    ("09162", "KREIS", "München, kreisfreie Stadt", "09"),
    ("09184", "KREIS", "München, Landkreis", "09"),
    ("10046", "KREIS", "St. Wendel, Landkreis", "10"),
    ("11", "LAND", "Berlin", "11"),
    ("11000", "KREIS", "Berlin, Stadt", "11"),
    ("11001001", "BEZIRK", "Berlin-Mitte", "11"),
    ("11008008", "BEZIRK", "Berlin-Neukölln", "11"),
    ("0810", "PROGNOSERAUM", "Neukölln", "11"),
    ("05100315", "PLANUNGSRAUM", "Ackerstraße", "11"),
    ("092007", "BEZIRKSREGION", "Adlershof", "11"),
    ("13003", "KREIS", "Rostock, kreisfreie Stadt", "13"),
    ("13072", "KREIS", "Landkreis Rostock", "13"),
    ("010570057057", "GEMEINDE", "Plön, Stadt", "01"),
    ("010510011011", "GEMEINDE", "Brunsbüttel, Stadt", "01"),
    ("010515166016", "GEMEINDE", "Büsum", "01"),
    ("010010000000", "GEMEINDE", "Flensburg, Stadt", "01"),
    ("010590075075", "GEMEINDE", "Schleswig, Stadt", "01"),
    ("010605005060", "GEMEINDE", "Neuenkirchen", "01"),
    ("033585401016", "GEMEINDE", "Neuenkirchen", "03"),
    ("073395003001", "GEMEINDE", "Mainzweiler", "07"),
]


def write_areas(connection: duckdb.DuckDBPyConnection) -> None:
    spans = {"03159": (REFORM, NEVER), "03152": (ALWAYS, REFORM)}
    make(
        connection,
        "dim_area",
        [
            {
                "area_code": code, "area_level": level, "area_name": name, "land_code": land,
                "valid_from": spans.get(code, (ALWAYS, NEVER))[0],
                "valid_to": spans.get(code, (ALWAYS, NEVER))[1], "is_latest": True,
            }
            for code, level, name, land in [*AREAS, ("03152", "KREIS", "Göttingen, Landkreis", "03")]
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def register() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        write_areas(connection)
        yield connection


def year(number: int, last: int | None = None) -> Span:
    return dt.date(number, 1, 1), dt.date(last or number, 12, 31)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Münster", "05515"), ("Köln", "05315"), ("Göttingen", "03159"), ("Berlin", "11000"),
        ("Regierungsbezirk Münster", "055"), ("Plön", "01057"), ("Kreis Plön", "01057"),
        ("Plön, Kreis", "01057"),
        ("kreis ploen", "01057"), ("Hansestadt Lübeck", "01003"), ("Lübeck, Hansestadt", "01003"),
        ("Luebeck", "01003"), ("Sankt Wendel", "10046"), ("St. Wendel", "10046"), ("St.Wendel", "10046"),
        ("Giessen", "06531"), ("Gießen", "06531"), ("Landkreis München", "09184"),
        ("Stadt Muenchen", "09162"),
        ("Landkreis Rostock", "13072"), ("Rostock, Landkreis", "13072"), ("Stadt Oldenburg", "03403"),
        ("Oldenburg, Landkreis", "03458"), ("Oldenburg (Oldenburg)", "03403"), ("Mainz", "07315"),
        ("Neuss", "05162"), ("Rhein-Kreis Neuss", "05162"), ("Land Bremen", "04"),
        ("Ackerstrasse", "05100315"),
        ("Adlershof", "092007"), ("Mitte", "11001001"), ("03403", "03403"), ("Flensburg", "01001"),
        ("Deutschland", "DG"),
        # a town that is a Kreis goes before its only Gemeinde, a Kreis before the Gemeinde of its name
        ("Flensburg, Stadt", "01001"), ("Plön, Stadt", "010570057057"), ("Gemeinde Plön", "010570057057"),
        ("Büsum", "010515166016"), ("buesum", "010515166016"), ("Stadt Brunsbüttel", "010510011011"),
        ("01051011", "010510011011"), ("010515166016", "010515166016"),
    ],
)  # fmt: skip
def test_a_name_finds_its_area(register: duckdb.DuckDBPyConnection, written: str, code: str) -> None:
    assert area_row(register, written)["area_code"] == code


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Oldenburg", {"03403", "03458"}),
        ("München", {"09162", "09184"}),
        ("Muenchen", {"09162", "09184"}),
        ("Rostock", {"13003", "13072"}),
        ("Bremen", {"04", "04011"}),  # the Land has Bremerhaven too
        ("Neukölln", {"11008008", "0810"}),
        ("Schleswig", {"01", "01059", "010590075075"}),
        ("Neuenkirchen", {"010605005060", "033585401016"}),
    ],
)
def test_what_could_be_two_areas_is_asked_back(
    register: duckdb.DuckDBPyConnection, written: str, codes: set[str]
) -> None:
    with pytest.raises(UnknownName, match="give the code") as asked:
        area_row(register, written)
    assert {code for code, *_ in AREAS if f" {code} " in str(asked.value)} == codes


def test_the_area_that_existed_then_is_meant(register: duckdb.DuckDBPyConnection) -> None:
    assert area_row(register, "Göttingen", span=year(2015))["area_code"] == "03152"
    assert area_row(register, "Göttingen", span=year(2020))["area_code"] == "03159"
    with pytest.raises(UnknownName, match="03152 Göttingen, Landkreis, 03159 Göttingen"):
        area_row(register, "Göttingen", span=year(2010, 2020))


def test_nothing_like_it_names_what_comes_near(register: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownName, match="no area 'Flansburg'; near it are 01001 Flensburg"):
        area_row(register, "Flansburg")
    for empty in ("", "  ", "(,)"):
        with pytest.raises(UnknownName, match="no area"):
            area_row(register, empty)


def test_only_a_whole_name_of_one_area_has_a_code(tmp_path: Path) -> None:
    """What `sources new` fills in: no name that begins like another, or that two areas have."""
    with codes_by_name(tmp_path / "none.duckdb") as code_of:
        assert code_of("Plön") is None
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as written:
        write_areas(written)
    with codes_by_name(file) as code_of:
        found = {name: code_of(name) for name in ("Plön", "Lübeck, Hansestadt", "Oldenburg", "Schleswig-Fl")}
    assert found == {"Plön": "01057", "Lübeck, Hansestadt": "01003", "Oldenburg": None, "Schleswig-Fl": None}
