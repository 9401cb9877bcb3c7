"""One table, many prints: a column is what its header says, wherever it stands."""

# ruff: noqa: E501 - lines of published tables

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from sources.declared.catalogue import Catalog, load_catalog
from sources.errors import SourceError
from sources.readers import genesis_table
from tests.sources.classic_table import catalog, text

FOLDER = "01-genesis-regio"
RULE = b"__________"

# Figures: © Statistische Ämter des Bundes und der Länder, Deutschland, 2026, dl-de/by-2-0; lines of the
# web download of this table, whose columns stand in another order than in the downloader's file.
YOUTH_FACILITIES_2020 = """Tabelle: 22542-01-02-4
Einrichtungen der Jugendhilfe (ohne Tageseinrichtungen),;;;;;;;;;
verfügbare Plätze, tätige Personen - Stichtag 31.12. -;;;;;;;;;
regionale Tiefe: Kreise und krfr. Städte (bis 2020);;;;;;;;;
Statistik der Einrichtung der Kinder- u. Jugendhilfe;;;;;;;;;
;;;Einrichtungen der Jugendhilfe;Einrichtungen der Jugendhilfe;Einrichtungen der Jugendhilfe;Verfügbare Plätze;Tätige Personen;Tätige Personen;Tätige Personen
;;;Art der Jugendhilfeeinrichtung;Art der Jugendhilfeeinrichtung;Art der Jugendhilfeeinrichtung;Art der Jugendhilfeeinrichtung;Art der Jugendhilfeeinrichtung;Art der Jugendhilfeeinrichtung;Art der Jugendhilfeeinrichtung
;;;Insgesamt;Hilfe z. Erziehung u. Hilfe f. junge Volljährige;Jugendarbeit;Hilfe z. Erziehung u. Hilfe f. junge Volljährige;Insgesamt;Hilfe z. Erziehung u. Hilfe f. junge Volljährige;Jugendarbeit
;;;Anzahl;Anzahl;Anzahl;Anzahl;Anzahl;Anzahl;Anzahl
31.12.2020;DG;Deutschland;33417;14057;13305;141083;202420;114930;38157
31.12.2020;01;  Schleswig-Holstein;1045;744;226;5936;7557;5439;1248
31.12.2020;01002;      Kiel, kreisfreie Stadt;79;66;2;405;566;407;25
31.12.2020;03152;      Göttingen, Landkreis;-;-;-;-;-;-;-
__________
Stand: 26.09.2026 / 20:26:11
"""
POPULATION_2015 = """Tabelle: 12411-01-01-4
Bevölkerung nach Geschlecht - Stichtag 31.12. - regionale;;;;
Tiefe: Kreise und krfr. Städte;;;;
Fortschreibung des Bevölkerungsstandes;;;;
Bevölkerungsstand (Anzahl);;;;
;;Stichtag;Stichtag;Stichtag
;;31.12.2015;31.12.2015;31.12.2015
;;Insgesamt;männlich;weiblich
DG;Deutschland;82175684;40514123;41661561
01002;      Kiel, Landeshauptstadt, Kreisfreie Stadt;246306;119835;126471
__________
Stand: 26.09.2026 / 20:26:11
"""


@pytest.fixture(scope="module")
def declared() -> Catalog:
    return load_catalog()


def test_a_print_with_its_columns_in_another_order_reads(declared: Catalog) -> None:
    reading = genesis_table.read_bytes(
        declared, declared["22542-01-02-4"], YOUTH_FACILITIES_2020.encode("cp1252"), "22542-01-02-4.csv"
    )
    kiel = {
        (row["measure"], row["facility_type"]): row["value_text"]
        for row in reading.table.to_pylist()
        if row["area_code"] == "01002"
    }
    assert kiel == {
        ("facilities", "_T"): "79", ("facilities", "HZE"): "66", ("facilities", "YOUTH_WORK"): "2",
        ("places", "HZE"): "405", ("staff", "_T"): "566", ("staff", "HZE"): "407", ("staff", "YOUTH_WORK"): "25",
    }  # fmt: skip
    columns = {row["column_no"]: row["measure"] for row in reading.table.to_pylist()}
    assert columns == dict.fromkeys((4, 5, 6), "facilities") | {7: "places"} | dict.fromkeys(
        (8, 9, 10), "staff"
    )


def test_a_line_that_repeats_the_name_of_a_variable_reads(declared: Catalog) -> None:
    reading = genesis_table.read_bytes(
        declared, declared["12411-01-01-4"], POPULATION_2015.encode(), "12411-01-01-4.csv"
    )
    assert {
        (row["sex"], row["value_text"], row["time_text"])
        for row in reading.table.to_pylist()
        if row["area_code"] == "01002"
    } == {("_T", "246306", "31.12.2015"), ("M", "119835", "31.12.2015"), ("F", "126471", "31.12.2015")}
    assert min(reading.table.column("line").to_pylist()) == 9


def test_a_line_that_says_something_is_not_left_out(declared: Catalog) -> None:
    foreigners = POPULATION_2015.replace(";;Stichtag;Stichtag;Stichtag", ";;Ausländer;Ausländer;Ausländer")
    with pytest.raises(SourceError) as caught:
        genesis_table.read_bytes(declared, declared["12411-01-01-4"], foreigners.encode(), "x.csv")
    assert (caught.value.code, caught.value.line, caught.value.column) == ("unknown_header", 6, 3)


def test_columns_that_are_called_alike_are_known_by_their_order_alone() -> None:
    columns = [
        {"header": ["Personen", "Insgesamt"], "measure": "persons"},
        {"header": ["Personen", "darunter"], "measure": "persons", "codes": {"sex": "M"}},
        {"header": ["Personen", "darunter"], "measure": "persons", "codes": {"sex": "F"}},
    ]
    layout = {"id": "one", "keys": ["time", "area_code", "area_name"], "unit": "title", "columns": columns}
    declared, declaration = catalog(
        dimensions={"sex": {}}, format={"kind": "genesis_table", "layouts": [layout]}
    )
    row = "31.12.2015;DG;Deutschland;10;4;6"

    def read(*header: str) -> pa.Table:
        content = text((row,), header=header).encode()
        return genesis_table.read_bytes(declared, declaration, content, "x.csv").table

    assert read(";;;Personen;Personen;Personen", ";;;Insgesamt;darunter;darunter").num_rows == 3
    with pytest.raises(SourceError):
        read(";;;Personen;Personen;Personen", ";;;darunter;darunter;Insgesamt")


@pytest.mark.real_files
@pytest.mark.parametrize(
    "path",
    [
        "youth-welfare/22542-01-02-4_00/22542-01-02-4_00.csv",
        "population/12411-01-01-4_00/12411-01-01-4_00.csv",
        "population/12411-03-03-4_00/12411-03-03-4_00.csv",
        "modern-2026/13211-02-05-4/13211-02-05-4.csv",
    ],
)
def test_a_published_file_in_any_order_says_the_same(shared_data: Path, declared: Catalog, path: str) -> None:
    data = (shared_data / FOLDER / path).read_bytes()
    name = Path(path).name
    code = genesis_table.table_code(data[:100])
    assert code is not None

    def cells(content: bytes) -> list[tuple[object, ...]]:
        table = genesis_table.read_bytes(declared, declared[code], content, name).table
        return sorted(
            zip(*(table.column(one).to_pylist() for one in table.column_names if one != "column_no"), strict=True)
        )  # fmt: skip

    assert cells(_shuffled(data)) == cells(data)


def _shuffled(data: bytes) -> bytes:
    """The file with its value columns in an order of their own, header and all."""
    body, rule, rest = data.partition(b"\n" + RULE)
    lines = list(csv.reader(io.StringIO(body.decode("latin-1"), newline=""), delimiter=";"))
    first = next(number for number, row in enumerate(lines) if row[0] == "" and len(row) > 1)
    keys = next(number for number, words in enumerate(lines[first]) if words)
    order = list(range(keys, len(lines[first])))
    random.Random(13).shuffle(order)
    moved: Callable[[list[str]], list[str]] = lambda row: row[:keys] + [row[at] for at in order]  # noqa: E731
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([row if number < first else moved(row) for number, row in enumerate(lines)])
    return out.getvalue().rstrip("\n").encode("latin-1") + rule + rest
