"""Reading a GeoPackage back: every figure is the Parquet file's, or says that it was carried from others.

What the file promises is in its layer `spalten`: for each column of a layer (`ebene`, `spalte`) the codes it
stands for (`merkmal`) and the day (`stichtag`). Beside a figure `…_status` and `…_hinweis` say what it is.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections import defaultdict
from datetime import date
from typing import Any

import duckdb

from expectations.bench import Bench
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

APPLICATION = int.from_bytes(b"GPKG", "big")
VERSION = 10300
"""A GeoPackage says what it is in its application id, and its version in the user version (1.3: 10300)."""

COLUMNS = "spalten"
_CONVERTED = "umgerechnet"
_SUM = re.compile(r"umgerechnet: Summe aus ([^;]+)(?:; .+)?")
_RENAMED = re.compile(r"(?:.+; )?veröffentlicht unter (.+)")

Figures = dict[tuple[str, str, str], list[tuple[float | None, str | None]]]
"""Area, codes and day to what the Parquet file says there: value and status."""


def read_back(connection: sqlite3.Connection, bench: Bench) -> tuple[int, list[Phrase]]:
    """How many figures were looked at, and what is wrong with the file. Raises
    sqlite3.Error and duckdb.Error."""
    complaints: list[Phrase] = []
    (application,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    if application != APPLICATION or version < VERSION:
        complaints.append(Phrase("ist kein GeoPackage 1.3", "is no GeoPackage 1.3"))
    layers = [
        str(name)
        for (name,) in connection.execute(
            "select table_name from gpkg_contents where table_name <> ? order by 1", [COLUMNS]
        )
    ]
    complaints += _without_alias(connection, layers)
    geometry = bench.description.geometry or {}
    if not geometry.get("value"):
        return len(layers), complaints
    published = _published(bench, geometry)
    shown = _shown_digits(bench, geometry)
    examined = 0
    told = connection.execute(f"select ebene, spalte, merkmal, stichtag from {COLUMNS}").fetchall()
    for layer, column, codes, day in told:
        names = ("area_code", column, f"{column}_status", f"{column}_hinweis")
        for area, value, status, remark in connection.execute(
            f"select {', '.join(map(quoted, names))} from {quoted(layer)}"
        ):
            examined += 1
            place, digits = (str(area), codes, day), shown.get(codes, set())
            wrong = _judge(published, place, value, status, remark or "", geometry, digits)
            if wrong is not None:
                complaints.append(
                    Phrase(f"{layer}, {area}, {column}: {wrong.de}", f"{layer}, {area}, {column}: {wrong.en}")
                )
    described = {(layer, column) for layer, column, _, _ in told}
    for layer in layers:
        for column in _columns(connection, layer):
            if (layer, column.removesuffix("_status")) in described and column.endswith("_status"):
                continue
            if (layer, column.removesuffix("_hinweis")) in described and column.endswith("_hinweis"):
                continue
            if (layer, column) not in described and column not in ("area_code", "area_name"):
                complaints.append(
                    Phrase(f"{layer}, {column}: ist nicht erklärt", f"{layer}, {column}: is not explained")
                )
    return examined, complaints


def _judge(
    published: Figures,
    place: tuple[str, str, str],
    value: float | None,
    status: str | None,
    remark: str,
    geometry: dict[str, Any],
    digits: set[int],
) -> Phrase | None:
    """What is wrong with a figure of the map; None when nothing is."""
    area, codes, day = place
    if value is None:
        if status != "M" or not remark:
            return Phrase("fehlt ohne Grund", "is absent without a reason")
        return None
    if remark.startswith(_CONVERTED):
        if not geometry.get("converted_by"):
            return Phrase("umgerechnet, obwohl nichts umzurechnen ist", "converted, though nothing may be")
        if status not in ("E", "U"):
            return Phrase(
                f"umgerechnet, aber mit Status {status}", f"converted, but with the status {status}"
            )
        summed = _SUM.fullmatch(remark)
        parts = summed[1].split(", ") if summed else None
        return _sum_is_right(published, parts, (codes, day), value, digits) if parts else None
    renamed = _RENAMED.fullmatch(remark)
    stated = published.get((renamed[1] if renamed else area, codes, day), [])
    if any(sign == status and _shows(value, number, digits) for number, sign in stated):
        return None
    shown = ", ".join(f"{number} ({sign})" for number, sign in stated) or "–"
    return Phrase(f"{value} ({status}), in Parquet {shown}", f"{value} ({status}), in Parquet {shown}")


def _shows(value: float, number: float | None, digits: set[int]) -> bool:
    """Whether a map's value is the number with so many decimals; without any the number itself."""
    if number is None or not digits:
        return value == number
    return any(
        math.isclose(value, round(value, places), rel_tol=1e-12)
        and math.isclose(value, number, rel_tol=1e-12, abs_tol=0.5000001 * 10**-places)
        for places in digits
    )


def _shown_digits(bench: Bench, geometry: dict[str, Any]) -> dict[str, set[int]]:
    """The decimals that the codes of each thing on the map are declared with, of whichever dataset."""
    told: dict[str, set[int]] = defaultdict(set)
    by = tuple(geometry.get("by") or ())
    declared = {
        name: {
            code: {one.digits for one in column.codes if one.code == code and one.digits is not None}
            for code in {one.code for one in column.codes}
        }
        for name in by
        for column in bench.description.columns
        if column.name == name
    }
    names = ", ".join(map(quoted, by))
    with duckdb.connect() as own:
        things = own.execute(f"select distinct {names} from read_parquet(?)", [str(bench.parquet)]).fetchall()
    for thing in things:
        merkmal = " ".join(str(code) for code in thing if code is not None)
        for name, code in zip(by, thing, strict=True):
            told[merkmal] |= declared.get(name, {}).get(code, set())
    return told


def _sum_is_right(
    published: Figures, areas: list[str], what: tuple[str, str], value: float, digits: set[int]
) -> Phrase | None:
    parts = [
        number for area in areas for number, _ in published.get((area, *what), [])[:1] if number is not None
    ]
    if len(parts) == len(areas) and _shows(value, math.fsum(parts), digits or {6}):
        return None
    return Phrase(
        f"{value} ist nicht die Summe aus {', '.join(areas)}", f"{value} is not the sum of {', '.join(areas)}"
    )


def _published(bench: Bench, geometry: dict[str, Any]) -> Figures:
    """The figures of the Parquet file that a map may show."""
    by = [quoted(name) for name in geometry.get("by") or ()]
    fixed = dict(geometry.get("where") or {})
    status = "obs_status" if bench.has("obs_status") else "null"
    condition = " and ".join(f"{quoted(name)} = ?" for name in fixed) or "true"
    with duckdb.connect() as own:  # the bench's connection is busy with the rules meanwhile
        rows = own.execute(
            f"select {quoted(str(geometry.get('area_code', 'area_code')))}, concat_ws(' ', {', '.join(by)}), "
            f"{quoted(str(geometry.get('date', 'reference_date')))}, {quoted(geometry['value'])}, {status} "
            f"from read_parquet(?) where {condition}",
            [str(bench.parquet), *fixed.values()],
        ).fetchall()
    figures: Figures = defaultdict(list)
    for area, codes, day, value, sign in rows:
        figures[area, codes, day.isoformat() if isinstance(day, date) else str(day)].append((value, sign))
    return figures


def _columns(connection: sqlite3.Connection, layer: str) -> list[str]:
    hidden = {"fid", "geom"}
    return [
        row[1] for row in connection.execute(f"pragma table_info({quoted(layer)})") if row[1] not in hidden
    ]


def _without_alias(connection: sqlite3.Connection, layers: list[str]) -> list[Phrase]:
    named = {
        (table, column)
        for table, column, alias in connection.execute(
            "select table_name, column_name, name from gpkg_data_columns"
        )
        if alias
    }
    return [
        Phrase(f"{layer}, {column}: hat keinen deutschen Namen", f"{layer}, {column}: has no German name")
        for layer in layers
        for column in _columns(connection, layer)
        if (layer, column) not in named
    ]
