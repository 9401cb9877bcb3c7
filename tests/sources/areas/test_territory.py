"""A number may stand under a code only when some office could have published it so."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sources.areas.territory import Territory
from sources.errors import SourceError


def cells(*rows: tuple[str, str, str], names: list[str] | None = None) -> pa.Table:
    return pa.table(
        {
            "line": pa.array(range(7, 7 + len(rows)), pa.int32()),
            "area_code": [code for code, _, _ in rows],
            "area_name": names or ["  Irgendwo" for _ in rows],
            "time_text": [time for _, time, _ in rows],
            "value_text": [value for _, _, value in rows],
        }
    )


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    register = tmp_path / "records.parquet"
    entries = [
        ("40", "01", "0", "01", "Flensburg, Stadt"),
        ("40", "01", "0", "02", "Kiel, Landeshauptstadt"),
        ("40", "03", "1", "59", "Göttingen"),
        ("40", "13", "0", "71", "Mecklenburgische Seenplatte"),
        ("10", "01", None, None, "Schleswig-Holstein"),
    ]
    names = ["satzart", "land", "rb", "kreis", "name"]
    pq.write_table(pa.table({name: [row[i] for row in entries] for i, name in enumerate(names)}), register)
    return Territory.known(register)


@pytest.mark.parametrize(
    ("code", "time", "value"),
    [
        ("01001", "31.12.2015", "5"),
        ("DG", "31.12.2015", "5"),
        ("031", "2015", "5"),
        ("11000", "20220515", "5"),
        ("03152", "31.12.2015", "5"),
        ("03159", "31.12.2015", "5"),  # carried back before its foundation
        ("13001", "31.12.2011", "5"),  # the reform's year, still reported on the former Kreis
        ("13001", "2011", "5"),
        ("13001", "31.12.2015", "-"),  # a dissolved Kreis that stays as a row of signs
        ("05354", "31.12.2011", "0"),  # printed so in published tables
        ("05334002", "2020", "5"),  # ended as a Kreis, goes on as a city
        ("05313", "31.12.2005", "5"),  # the same city under the code it had as a Kreis
        ("05313", "2009", "5"),
        ("05313", "31.12.2015", "-"),
    ],
)
def test_what_offices_publish_is_taken(territory: Territory, code: str, time: str, value: str) -> None:
    territory.check(cells((code, time, value)), "t.csv")


def test_a_code_nobody_knows_is_refused_with_its_line(territory: Territory) -> None:
    with pytest.raises(SourceError, match=r"t\.csv, line 8: area code '01099' \(Irgendwo\)") as caught:
        territory.check(cells(("01001", "31.12.2015", "5"), ("01099", "31.12.2015", "5")), "t.csv")
    assert "in keinem Gebietsverzeichnis" in caught.value.sentence_de


@pytest.mark.parametrize("time", ["31.12.2012", "2012", "20120101"])
def test_a_number_after_the_end_of_an_area_is_refused(territory: Territory, time: str) -> None:
    with pytest.raises(SourceError, match=r"'13001' .* did not exist any more at .* ended on 04\.09\.2011"):
        territory.check(cells(("13001", time, "5")), "t.csv")


def test_a_number_under_a_code_that_stood_for_another_is_refused_after_its_end(territory: Territory) -> None:
    with pytest.raises(SourceError, match=r"'05313' .* did not exist any more at .* ended on 21\.10\.2009"):
        territory.check(cells(("05313", "31.12.2010", "5")), "t.csv")


def test_without_a_register_only_the_reforms_speak() -> None:
    without = Territory.known(None)
    without.check(cells(("01099", "31.12.2015", "5")), "t.csv")
    with pytest.raises(SourceError):
        without.check(cells(("03156", "31.12.2017", "5")), "t.csv")


def test_names_that_stand_by_each_others_keys_are_told_with_the_line(territory: Territory) -> None:
    rows = [(code, "31.12.2015", "5") for code in ("01001", "01002", "03159")]
    right = ["      Flensburg, Kreisfreie Stadt", "  Kiel, kreisfreie Stadt", "Göttingen, Landkreis"]
    territory.check(cells(*rows, names=right), "t.csv")
    with pytest.raises(SourceError) as caught:
        territory.check(cells(*rows, names=[right[1], right[0], right[2]]), "t.csv")
    assert (caught.value.code, caught.value.line) == ("key_against_name", 7)
    assert "'Kiel, kreisfreie Stadt'" in caught.value.sentence_de
    assert "01002" in caught.value.sentence_de
