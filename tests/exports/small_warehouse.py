"""A small warehouse with the marts that products publish, and a passing verdict of the gate."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import duckdb

from exports import describe, products
from orchestration.labelling import with_words
from sources.declared.catalogue import load_catalog
from tests.contracts import make

KREISE = {
    "01001": "Flensburg, kreisfreie Stadt",
    "01051": "Dithmarschen, Landkreis",
    "05315": "Köln, kreisfreie Stadt",
    "09162": "München, Landeshauptstadt",
    "14612": "Dresden, Stadt",
}

INDICATOR_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("indicator_id", "VARCHAR", "Id of the indicator in the catalogue."),
    ("indicator_name_de", "VARCHAR", "German name."),
    ("indicator_name_en", "VARCHAR", "English name."),
    ("area_key", "VARCHAR", "Surrogate key of the area version."),
    ("area_code", "VARCHAR", "Official code as text."),
    ("area_level", "VARCHAR", "Level of the area."),
    ("area_name", "VARCHAR", "Official name."),
    ("period_key", "VARCHAR", "Key of the period."),
    ("reference_date", "DATE", "Date of the stock, or the last day of the period."),
    ("value", "DOUBLE", "The indicator."),
    ("numerator", "DOUBLE", "Upper part of the fraction."),
    ("denominator", "DOUBLE", "Lower part of the fraction."),
    ("unit", "VARCHAR", "Unit of the value."),
    ("obs_status", "VARCHAR", "SDMX observation status."),
    ("conf_status", "VARCHAR", "SDMX confidentiality status."),
    ("missing_reason", "VARCHAR", "Why there is no number."),
    ("rounding_base", "INTEGER", "What the source rounds to."),
    ("numerator_dataset", "VARCHAR", "Table of the numerator."),
    ("denominator_dataset", "VARCHAR", "Table of the denominator."),
    ("known_from", "TIMESTAMP", "When this value became known."),
)

POPULATION_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("area_key", "VARCHAR", "Surrogate key of the area version."),
    ("area_code", "VARCHAR", "Official code as text."),
    ("area_level", "VARCHAR", "Level of the area."),
    ("area_name", "VARCHAR", "Official name."),
    ("is_backcast", "BOOLEAN", "Whether the same people stand under other codes too."),
    ("period_key", "VARCHAR", "Key of the period."),
    ("reference_date", "DATE", "Date of the stock."),
    ("age_group_code", "VARCHAR", "Age group."),
    ("sex_code", "VARCHAR", "Sex."),
    ("nationality_code", "VARCHAR", "Nationality."),
    ("measure_code", "VARCHAR", "What is counted."),
    ("unit", "VARCHAR", "Unit of the value."),
    ("value", "DOUBLE", "The figure."),
    ("obs_status", "VARCHAR", "SDMX observation status."),
    ("conf_status", "VARCHAR", "SDMX confidentiality status."),
    ("missing_reason", "VARCHAR", "Why there is no number."),
    ("raw_symbol", "VARCHAR", "Sign printed by the publisher."),
    ("rounding_base", "INTEGER", "What the source rounds to."),
    ("dataset_id", "VARCHAR", "Source table."),
    ("snapshot_id", "VARCHAR", "Delivery that the figure came from."),
    ("known_from", "TIMESTAMP", "When this value became known."),
)

AREA_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("area_key", "VARCHAR", "Surrogate key of the area version."),
    ("area_code", "VARCHAR", "Official code as text."),
    ("area_level", "VARCHAR", "Level of the area."),
    ("area_name", "VARCHAR", "Official name."),
    ("parent_area_code", "VARCHAR", "Code of the area above."),
    ("valid_from", "DATE", "First day of validity."),
    ("valid_to", "DATE", "First day no longer valid."),
    ("area_sqkm", "DOUBLE", "Size in square kilometres."),
    ("change_kind", "VARCHAR", "How it ended."),
    ("successor_code", "VARCHAR", "Area that came after."),
    ("in_register", "BOOLEAN", "Whether the register lists it."),
    ("has_geometry", "BOOLEAN", "Whether an outline is there."),
)

COLUMNS = {
    "indicators": INDICATOR_COLUMNS,
    "population": POPULATION_COLUMNS,
    "areas": AREA_COLUMNS,
}

DATASETS: tuple[dict[str, Any], ...] = (
    {
        "dataset_id": "12411-01-01-4",
        "title_de": "Bevölkerung nach Geschlecht",
        "publisher": "Statistische Ämter des Bundes und der Länder",
        "licence": "dl-de/by-2-0",
        "licence_title": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
        "licence_url": "https://www.govdata.de/dl-de/by-2-0",
        "attribution": "© Statistische Ämter des Bundes und der Länder, Deutschland",
        "snapshot_id": "20261101T080000Z-aaaaaaaa-bbbbbbbb",
        "retrieved_at": "2026-11-01T08:00:00+00:00",
        "published_at": "2026-10-20T00:00:00+00:00",
        "is_old": False,
        "note": None,
    },
    {
        "dataset_id": "22811-01-01-4",
        "title_de": "Empfänger von Mindestsicherung",
        "publisher": "Statistische Ämter des Bundes und der Länder",
        "licence": "dl-de/by-2-0",
        "licence_title": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
        "licence_url": "https://www.govdata.de/dl-de/by-2-0",
        "attribution": "© Statistische Ämter des Bundes und der Länder, Deutschland",
        "snapshot_id": "20251101T080000Z-cccccccc-dddddddd",
        "retrieved_at": "2025-11-01T08:00:00+00:00",
        "is_old": True,
        "note": "die Lieferung vom 01.11.2026 hatte in Zeile 7 eine unbekannte Überschrift",
    },
)


def square(x: float, y: float, side: float = 1000.0) -> bytes:
    """A square as WKB polygon, in metres."""
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    points = b"".join(struct.pack("<dd", *corner) for corner in corners)
    return struct.pack("<BII", 1, 3, 1) + struct.pack("<I", len(corners)) + points


def make_warehouse(path: Path, *, geometry: bool = True) -> Path:
    """Write the small warehouse: three marts in the schema `main`, with awkward values."""
    with duckdb.connect(str(path)) as connection:
        for product, columns in COLUMNS.items():
            relation = products.load_product(products.FOLDER / f"{product}.yml").relation
            declared = ", ".join(f'"{name}" {kind}' for name, kind, _ in columns)
            connection.execute(f"create table {relation} ({declared})")
        _indicators(connection)
        _population(connection)
        _areas(connection)
        connection.execute(
            "create table dim_area_geometry "
            "(area_level varchar, area_code varchar, geometry blob, crs varchar, valid_on date, "
            "dataset_id varchar)"
        )
        for product in ("indicator", "population"):
            connection.execute(
                f"create macro {product}_on(gebietsstand := null, as_of := null) as table select *, "
                f"'exact' as grade, area_code as from_codes, 0.0 as estimated_share from main.mart_{product}"
            )
        if geometry:
            for index, code in enumerate(KREISE):
                connection.execute(
                    "insert into dim_area_geometry values ('KREIS', ?, ?, 'EPSG:25832', date '2023-12-31', "
                    "'vg2500-krs')",
                    [code, square(500_000 + 2000 * index, 5_500_000)],
                )
    return path


def _indicators(connection: duckdb.DuckDBPyConnection) -> None:
    """P07 and K01-centre for two years; a missing value, a zero, long fractions, a formula-like name."""
    values = {
        ("P07", 2014): [9.3, 11.1, None, 0.1 + 0.2, 614600.0],
        ("P07", 2015): [9.7, 12.345678901234567, 13.0, 1e-5, 0.0],
        ("K01-centre", 2015): [28.4, -0.5, 1e15, 123456789.125, 33.333333333333336],
    }
    for (indicator, year), column in values.items():
        for (code, name), value in zip(KREISE.items(), column, strict=True):
            missing = value is None
            connection.execute(
                "insert into mart_indicator values "
                "(?, ?, ?, md5(?), ?, 'KREIS', ?, ?, ?, ?, ?, ?, '%', ?, 'F', ?, ?, ?, ?, ?)",
                [
                    *(
                        indicator,
                        f"Kennzahl {indicator} für Grün & Äpfel",
                        f"Indicator {indicator}",
                        code,
                        code,
                        name,
                    ),
                    *(f"Y{year}", f"{year}-12-31", value, None if missing else 10.0, 100.0),
                    *("M" if missing else "A", "unknown_or_confidential" if missing else "none", None),
                    *("22811-01-01-4", "12411-01-01-4", "2026-10-20 00:00:00"),
                ],
            )
    connection.execute(
        "insert into mart_indicator by name select 'P07' as indicator_id, '=HYPERLINK(\"x\")' as "
        "indicator_name_de, "
        "'a \"quoted\"; text, with all' as indicator_name_en, 'k' as area_key, 'DG' as "
        "area_code, 'DE' as area_level, "
        "'Deutschland' as area_name, 'Y2015' as period_key, date '2015-12-31' as reference_date, "
        "9.7 as value, "
        "7986994 as numerator, 82175684 as denominator, '%' as unit, 'A' as obs_status, 'F' as conf_status, "
        "'none' as missing_reason, timestamp '2026-10-20 12:30:00' as known_from"
    )


def _population(connection: duckdb.DuckDBPyConnection) -> None:
    """Two years, totals and two age groups; one exact zero printed as `-`."""
    for year in (2014, 2015):
        for index, (code, name) in enumerate(KREISE.items()):
            for age, share in (("_T", 1.0), ("Y_LT3", 0.03), ("Y_GE75", 0.0)):
                figure = float(round((80_000 + 1000 * index + year) * share))
                connection.execute(
                    "insert into mart_population values (md5(?), ?, 'KREIS', ?, false, ?, ?, ?, '_T', "
                    "'_T', 'persons', 'Anzahl', ?, "
                    "'A', 'F', 'none', ?, 1, '12411-01-01-4', '20261101T080000Z-aaaaaaaa-bbbbbbbb', "
                    "timestamp '2026-10-20 00:00:00')",
                    [
                        *(code, code, name, f"D{year}-12-31", f"{year}-12-31", age, figure),
                        "-" if figure == 0 else None,
                    ],
                )


def _areas(connection: duckdb.DuckDBPyConnection) -> None:
    """The Kreise, one of them with an earlier version, and one that ended; `dim_area` has the same."""
    for code, name in KREISE.items():
        connection.execute(
            "insert into mart_area values (md5(?), ?, 'KREIS', ?, ?, date '2010-01-01', null, "
            "123.45, null, null, true, true)",
            [code, code, name, code[:2]],
        )
    connection.execute(
        "insert into mart_area values ('old', '05315', 'KREIS', 'Köln (alt)', '05', date '1975-01-01', "
        "date '2010-01-01', 400.0, 'size', null, true, true), "
        "('gone', '13001', 'KREIS', 'Greifswald, Hansestadt', '13', date '1990-10-03', date "
        "'2011-09-04', 50.5, "
        "'merged', '13075', false, false)"
    )
    connection.execute(
        "create table dim_area as select area_key, area_code, area_level, area_name, valid_from, "
        "coalesce(valid_to, date '9999-12-31') as valid_to from mart_area"
    )
    make(connection, "bridge_area_hierarchy")


def enlarge(warehouse: Path) -> None:
    """Let one area grow in all its versions: two rows of `areas` change."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update mart_area set area_sqkm = area_sqkm + 1 where area_code = '05315'")


def description_of(product: str, *, worded: bool = True, **changes: Any) -> dict[str, Any]:
    """The description of a product over the small warehouse, with the words that the project declares."""
    declared = products.load_product(products.FOLDER / f"{product}.yml")
    columns = [{"name": name, "type": kind, "description": text} for name, kind, text in COLUMNS[product]]
    datasets = [str(dataset["dataset_id"]) for dataset in DATASETS]
    words = with_words(columns, load_catalog(), datasets) if worded else columns
    return describe.describe(declared, words, DATASETS) | changes


def passing(product: str) -> dict[str, Any]:
    """The gate's answer for a candidate that passed."""
    return {
        "product": product,
        "passed": True,
        "checks": [
            {"id": "grain", "severity": "fail", "outcome": "passed", "observed": "0 rows", "examples": []}
        ],
    }
