"""Every Kreis in every year: indicators computed here straight from the published CSV files.

Nothing of planstat's readers, models or declarations is used: the files are split at semicolons, the columns
are counted off by hand from the printed headings, and the formulas are written out. What comes out must be
what the released product says, number by number, and where one has no number the other must have none.

How the files are read here: `-` for a whole Kreis (population, recipients, a rate) means that the table does
not report the Kreis in that year; `-` for a part (leavers without certificate) means none. Any other sign is
no number. Hamburg and Berlin stand in the tables under their Länder, and Aachen, a Kreis of its own until
October 2009, under the key it has as a town of the Städteregion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from .conftest import Ended, Place

pytestmark = [pytest.mark.end_to_end, pytest.mark.real_files]

Numbers = dict[tuple[str, int], float]
"""Kreis code and year -> a number; what is not reported is not in it."""
CITY_STATES = {"02": "02000", "11": "11000"}
AACHEN, KREIS_UNTIL = "05334002", 2008


def lines(folder: Path, table: str) -> Iterator[list[str]]:
    """The fields of every data line of all files of a table: those that begin with a day or a year."""
    for file in sorted(folder.rglob(f"{table}*.csv")):
        raw = file.read_bytes()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        for line in text.splitlines():
            fields = line.rstrip("\r").split(";")
            if re.fullmatch(r"\d{2}\.\d{2}\.\d{4}|\d{4}", fields[0]) and len(fields) > 3:
                yield [fields[0][-4:], CITY_STATES.get(fields[1], fields[1]), *fields[2:]]


def is_kreis(code: str, year: int) -> bool:
    """Whether a printed key is that of a Kreis in a year."""
    return bool(re.fullmatch(r"\d{5}", code)) or (code == AACHEN and year <= KREIS_UNTIL)


def number(text: str, *, dash: float | None) -> float | None:
    """A printed number; `dash` for `-`; None for every other sign."""
    if text == "-":
        return dash
    return float(text.replace(",", ".")) if re.fullmatch(r"-?\d+(,\d+)?", text) else None


def column(
    folder: Path,
    table: str,
    field: int,
    *,
    where: Callable[[list[str]], bool] = lambda fields: True,
    dash: float | None = None,
) -> Numbers:
    """One printed column (0-based field) of the Kreise by year, added up over the lines that `where` picks.

    A Kreis whose lines are not all numbers is left out.
    """
    found: dict[tuple[str, int], list[float | None]] = {}
    for fields in lines(folder, table):
        if is_kreis(fields[1], int(fields[0])) and where(fields):
            key = fields[1], int(fields[0])
            found.setdefault(key, []).append(number(fields[field], dash=dash))
    return {
        key: sum(value for value in values if value is not None)
        for key, values in found.items()
        if None not in values
    }


def share(numerator: Numbers, denominator: Numbers, *, lag: int = 0, factor: float = 100) -> Numbers:
    """Numerator / denominator of `lag` years before, where both are there and the denominator is not 0."""
    return {
        (kreis, year): value / denominator[kreis, year - lag] * factor
        for (kreis, year), value in numerator.items()
        if denominator.get((kreis, year - lag))
    }


def people(folder: Path) -> Numbers:
    """12411-01-01-4: the years stand in the heading, three columns each (all, male, female)."""
    [file] = folder.rglob("12411-01-01-4*.csv")
    rows = [line.split(";") for line in file.read_text(encoding="utf-8").splitlines()]
    [heading] = [row for row in rows if row[:2] == ["", ""] and re.match(r"31\.12\.", row[2])]
    found: Numbers = {}
    for row in rows:
        code = CITY_STATES.get(row[0], row[0])
        for field in range(2, len(row), 3) if len(row) == len(heading) else ():
            year = int(heading[field][-4:])
            value = number(row[field], dash=None)
            if value is not None and is_kreis(code, year):
                found[code, year] = value
    return found


def of_ages(folder: Path, *groups: str) -> Numbers:
    """12411-02-03-4: people of the printed age groups together (field 3 names the group, 4 is the total)."""
    return column(folder, "12411-02-03-4", 4, where=lambda fields: fields[3] in groups)


def computed(folder: Path) -> dict[str, Numbers]:
    """Every indicator by Kreis and year."""
    everybody = people(folder)
    under_3, to_5 = "unter 3 Jahre", "3 bis unter 6 Jahre"
    to_14 = ("6 bis unter 10 Jahre", "10 bis unter 15 Jahre")
    to_17 = "15 bis unter 18 Jahre"
    old = of_ages(folder, "65 bis unter 75 Jahre", "75 Jahre und mehr")

    def in_day_care(age: int) -> Numbers:
        return column(folder, "22543-01-02-4", age, where=lambda fields: fields[3].startswith("Insgesamt"))

    leavers = column(folder, "21111-02-06-4", 3)
    return {
        "D01": everybody,
        "D05-u3": share(of_ages(folder, under_3), everybody),
        "D05-u6": share(of_ages(folder, under_3, to_5), everybody),
        "D05-u18": share(of_ages(folder, under_3, to_5, *to_14, to_17), everybody),
        "D05-65plus": share(old, everybody),
        "D13": share(everybody, column(folder, "11111-01-01-4", 3), factor=1),
        "I01": share(
            column(folder, "12411-03-03-4", 10, where=lambda fields: fields[3] == "Insgesamt"), everybody
        ),
        "A01": column(folder, "13211-02-05-4", 11),
        "P03": share(column(folder, "22811-02-02-4", 15), of_ages(folder, under_3, to_5, *to_14)),
        "P06": share(column(folder, "22151-01-02-4", 6, where=lambda fields: fields[3] == "Insgesamt"), old),
        "P07": share(column(folder, "22811-01-01-4", 3), everybody),
        "K01": share(in_day_care(5), of_ages(folder, under_3), lag=1),
        "K02": share(in_day_care(6), of_ages(folder, to_5), lag=1),
        "B01": share(column(folder, "21111-02-06-4", 5, dash=0), leavers),
        "B03": share(column(folder, "21111-02-06-4", 15, dash=0), leavers),
    }


def indices(by_hand: dict[str, Numbers]) -> dict[str, Numbers]:
    """X01 and X05 of the Kreise of 2015, and X06 (under `DG` and the Länder), by numpy.

    X01 is the mean of the z-values of P03, P06, A01 and B01, X05 their first principal component.
    """
    import numpy as np

    names = ["P03", "P06", "A01", "B01"]
    kreise = sorted(kreis for kreis, year in by_hand["P03"] if year == 2015)
    matrix = np.array([[by_hand[name][kreis, 2015] for name in names] for kreis in kreise])
    z = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    loadings = np.linalg.eigh(np.corrcoef(matrix.T))[1][:, -1]
    scores = z @ (loadings * np.sign(loadings.sum()))
    found: dict[str, Numbers] = {
        "X01": {(kreis, 2015): value for kreis, value in zip(kreise, z.mean(axis=1), strict=True)},
        "X05": {(kreis, 2015): value for kreis, value in zip(kreise, scores, strict=True)},
        "X06": {},
    }
    for upper in ["DG", *sorted({kreis[:2] for kreis in kreise})]:
        own = [kreis for kreis in kreise if upper in ("DG", kreis[:2])]
        everybody = np.array([by_hand["D01"][kreis, 2015] for kreis in own])
        foreign = everybody * np.array([by_hand["I01"][kreis, 2015] for kreis in own]) / 100
        german = everybody - foreign
        if len(own) >= 3:
            shares = np.abs(foreign / foreign.sum() - german / german.sum())
            found["X06"][upper, 2015] = 50 * float(shares.sum())
    return found


@pytest.fixture(scope="module")
def by_hand(shared_data: Path) -> dict[str, Numbers]:
    return computed(shared_data / "01-genesis-regio")


@pytest.fixture(scope="module")
def released(real_place: Place, real_run: Ended) -> dict[str, tuple[Numbers, int]]:
    """Indicator -> the released values of the Kreise, and the decimals they are published with."""
    file = real_place.root / "releases" / "indicators" / "current" / "indicators.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select indicator_id, area_code, year(reference_date), value, decimals from read_parquet(?)"
            " where area_level = 'KREIS'",
            [str(file)],
        ).fetchall()
    found: dict[str, tuple[Numbers, int]] = {}
    for indicator, kreis, year, value, decimals in rows:
        numbers, _ = found.setdefault(indicator, ({}, decimals))
        if value is not None:
            numbers[kreis, year] = value
    return found


@pytest.mark.parametrize("index", ["X01", "X05", "X06"])
def test_indices_of_every_kreis(
    by_hand: dict[str, Numbers], real_place: Place, real_run: Ended, index: str
) -> None:
    """To the two decimals they are shown with: references and loadings are frozen with six digits."""
    file = real_place.root / "releases" / "social_index" / "current" / "social_index.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area_code, reference_year, score from read_parquet(?) where index_id = ?",
            [str(file), index],
        ).fetchall()
    expected = indices(by_hand)[index]
    assert {(area, year) for area, year, _ in rows} == set(expected)
    assert max(abs(score - expected[area, year]) for area, year, score in rows) < 1e-4


INDICATORS = (
    "D01", "D05-u3", "D05-u6", "D05-u18", "D05-65plus", "D13", "I01", "A01", "P03", "P06", "P07", "K01",
    "K02", "B01", "B03",
)  # fmt: skip
AGES = {"D05-u3", "D05-u6", "D05-u18", "D05-65plus"}
FURTHER: dict[str, set[int]] = {
    "D01": {2018, 2019, 2021, 2023, 2024}, "D13": {2018, 2019, 2021, 2023}, "P03": {2010}, "K01": {2011},
    "K02": {2011}, **{name: {2010, 2019, 2023, 2024} for name in AGES},
}  # fmt: skip
"""Years that come from other tables than those read here (test_recent_figures holds them)."""


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_kreis_in_every_year(
    by_hand: dict[str, Numbers], released: dict[str, tuple[Numbers, int]], indicator: str
) -> None:
    expected = by_hand[indicator]
    found, decimals = released[indicator]
    assert len(expected) >= 400, "the files hold every Kreis at least once"
    assert {kreis for kreis, _ in expected} >= {"01001", "02000", "11000", "16077"}
    years = {year for _, year in expected}
    assert {year for _, year in found} - years == FURTHER.get(indicator, set())
    only_here = expected.keys() - found.keys()
    only_there = {(kreis, year) for kreis, year in found.keys() - expected.keys() if year in years}
    assert (sorted(only_here), sorted(only_there)) == ([], [])
    different = {
        key: (value, found[key])
        for key, value in expected.items()
        if abs(value - found[key]) > 1e-9 * max(1.0, abs(value))
        or f"{value:.{decimals}f}" != f"{found[key]:.{decimals}f}"
    }
    assert different == {}
