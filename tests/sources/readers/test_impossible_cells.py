"""A number that cannot be is a doubt about a cell; many are a doubt about the table."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sources.arrival.inbox import Inbox
from sources.arrival.landing import Landing
from sources.declared.catalogue import load_catalog
from sources.errors import SourceError
from sources.readers import genesis_table
from tests.sources.classic_table import ROWS, catalog, text


def read(*cells: str) -> genesis_table.Reading:
    rows = [*ROWS[:4], *(f"31.12.2015;0{at};  Land;Insgesamt;9;{cell};2" for at, cell in enumerate(cells, 1))]
    rows = [row for row in rows if not row.startswith("31.12.2015;01;  Schleswig")]
    declared, declaration = catalog()
    return genesis_table.read_bytes(declared, declaration, text(rows).encode(), "x.csv")


def test_a_count_below_zero_is_set_aside_alone() -> None:
    reading = read("-56", "7")
    values = {
        (row["area_code"], row["sex"]): row["value_text"]
        for row in reading.table.to_pylist()
        if row["area_code"] in ("01", "02")
    }
    assert values == {
        ("01", "_T"): "9", ("01", "M"): None, ("01", "F"): "2",
        ("02", "_T"): "9", ("02", "M"): "7", ("02", "F"): "2",
    }  # fmt: skip
    (found,) = reading.corrected
    assert (found.printed, found.line, found.column_no, found.is_applied) == ("-56", 8, 6, True)
    assert "below zero" in found.correction.reason


@pytest.mark.parametrize(
    "cells",
    [
        ["-5"] * 8 + ["--"],
        ["-5"] * 3 + ["-5,5"],
        ["-", "5.000"],
        ["-56", "n/a"],
    ],
)
def test_what_is_no_number_at_all_is_a_reason_to_refuse_the_file(cells: list[str]) -> None:
    with pytest.raises(SourceError) as caught:
        read(*cells[:9])
    assert caught.value.code == "bad_value"


def test_many_say_that_the_columns_are_others() -> None:
    declared, declaration = catalog()
    rows = [f"31.12.2015;0{at};  Land;Insgesamt;-9;-3;-2" for at in range(1, 6)]
    with pytest.raises(SourceError) as caught:
        genesis_table.read_bytes(declared, declaration, text(rows).encode(), "x.csv")
    assert (caught.value.code, caught.value.line, caught.value.column) == ("bad_value", 6, 5)


@pytest.mark.real_files
def test_the_other_cells_of_a_published_table_land_and_the_register_names_it(
    shared_data: Path, tmp_path: Path
) -> None:
    published = shared_data / "01-genesis-regio/population/12411-01-01-4_00/12411-01-01-4_00.csv"
    lines = published.read_bytes().split(b"\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"01001;"))
    fields = lines[at].split(b";")
    fields[2] = b"-56"
    lines[at] = b";".join(fields)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    file = inbox / "12411-01-01-4.csv"
    file.write_bytes(b"\n".join(lines))
    landing = Landing(tmp_path / "data", load_catalog())
    landing.prepare()
    (delivery,) = Inbox(inbox, landing, quiet=0).deliveries
    outcome = Inbox(inbox, landing, quiet=0).take(delivery)
    assert (outcome.status, outcome.rows) == ("landed", 33138)
    said = (inbox / "12411-01-01-4.csv.angenommen.txt").read_text(encoding="utf-8-sig")
    assert f"Achtung: Zeile {at + 1}, Spalte 3: '-56' kann nicht sein und wurde zurückgestellt" in said
    assert f"line {at + 1}, column 3: '-56' cannot be and was set aside" in said
    (row,) = pq.read_table(landing.folder / "text_corrections.parquet").to_pylist()
    assert (row["printed"], row["line"], row["column_no"]) == ("-56", at + 1, 3)
    assert row["is_applied"]
    assert row["person"] == "planstat"
