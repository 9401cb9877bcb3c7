"""Small hand-made candidates: a folder with every file a product has, from rows as plain dictionaries.

Written with DuckDB, csv and sqlite3 alone, so that the gate is tested against files, not against the
project's own writers.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from sources.foundation.editions import GATE_FILES

Row = dict[str, Any]

SOURCE = {
    "dataset_id": "12411-01-01-4",
    "title_de": "Bevölkerung nach Geschlecht",
    "publisher": "Statistische Ämter des Bundes und der Länder",
    "licence": "dl-de/by-2-0",
    "licence_title": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
    "licence_url": "https://www.govdata.de/dl-de/by-2-0",
    "attribution": "© Statistische Ämter des Bundes und der Länder, Deutschland, 2017",
    "snapshot_id": "20171010T120000Z-aaaaaaaa-bbbbbbbb",
    "retrieved_at": "2026-11-22T09:30:00Z",
    "published_at": "2017-10-10T11:57:53Z",
    "is_old": False,
    "note": None,
}

INDICATOR_TYPES = {
    "indicator_id": "VARCHAR",
    "area_code": "VARCHAR",
    "area_level": "VARCHAR",
    "area_name": "VARCHAR",
    "period_key": "VARCHAR",
    "reference_date": "DATE",
    "value": "DOUBLE",
    "numerator": "DOUBLE",
    "denominator": "DOUBLE",
    "unit": "VARCHAR",
    "obs_status": "VARCHAR",
    "conf_status": "VARCHAR",
    "missing_reason": "VARCHAR",
    "numerator_dataset": "VARCHAR",
    "known_from": "TIMESTAMP",
}

FACT_TYPES = {
    "area_code": "VARCHAR",
    "area_level": "VARCHAR",
    "area_name": "VARCHAR",
    "period_key": "VARCHAR",
    "reference_date": "DATE",
    "measure_code": "VARCHAR",
    "age_group_code": "VARCHAR",
    "sex_code": "VARCHAR",
    "nationality_code": "VARCHAR",
    "unit": "VARCHAR",
    "value": "DOUBLE",
    "obs_status": "VARCHAR",
    "conf_status": "VARCHAR",
    "missing_reason": "VARCHAR",
    "raw_symbol": "VARCHAR",
    "rounding_base": "INTEGER",
    "dataset_id": "VARCHAR",
    "known_from": "TIMESTAMP",
}

AREA_TYPES = {
    "area_code": "VARCHAR",
    "area_level": "VARCHAR",
    "area_name": "VARCHAR",
    "parent_area_code": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "area_sqkm": "DOUBLE",
    "successor_code": "VARCHAR",
}

AREAS = (
    ("DG", "DE", "Deutschland"),
    ("01", "LAND", "Schleswig-Holstein"),
    ("01001", "KREIS", "Flensburg, kreisfreie Stadt"),
    ("01002", "KREIS", "Kiel, kreisfreie Stadt"),
)


@dataclass
class Candidate:
    """A product to be written: rows, types and description; change them, then `write`."""

    product: str
    types: dict[str, str]
    grain: list[str]
    rows: list[Row]
    checks: dict[str, Any] = field(default_factory=dict)
    datasets: list[dict[str, Any]] = field(default_factory=lambda: [copy.deepcopy(SOURCE)])
    geometry: dict[str, Any] | None = None
    formats: tuple[str, ...] = ("csv", "csv-excel", "xlsx", "gpkg")
    disclosure: dict[str, Any] | None = field(
        default_factory=lambda: {"exempt": "published by the office, protected there", "decided_by": "DPO"}
    )

    def description(self) -> dict[str, Any]:
        """The plain description that goes to the gate."""
        return {
            "product": self.product,
            "title_de": "Prüfstück",
            "title_en": "Specimen",
            "description": "Ein Kandidat für Tests",
            "relation": f"mart_{self.product}",
            "grain": self.grain,
            "order_by": self.grain,
            "geometry": self.geometry,
            "formats": list(self.formats),
            "columns": [
                {"name": name, "type": kind, "description": name, "unit": None, "role": "attribute"}
                for name, kind in self.types.items()
            ],
            "disclosure": self.disclosure,
            "checks": self.checks,
            "datasets": self.datasets,
        }

    def change(self, chosen: Mapping[str, Any], **values: Any) -> None:
        """Set columns of the rows that have the chosen values; at least one row must."""
        hit = [row for row in self.rows if all(row[name] == value for name, value in chosen.items())]
        assert hit, f"no row has {chosen}"
        for row in hit:
            row.update(values)

    def drop(self, **chosen: Any) -> None:
        """Remove the rows that have the chosen values; at least one row must."""
        kept = [row for row in self.rows if any(row[name] != value for name, value in chosen.items())]
        assert len(kept) < len(self.rows), f"no row has {chosen}"
        self.rows = kept

    def write(self, folder: Path) -> Path:
        """Write all files into `folder/<product>`."""
        target = folder / self.product
        target.mkdir(parents=True, exist_ok=True)
        write_parquet(target / f"{self.product}.parquet", self.types, self.rows)
        names = list(self.types)
        with (target / f"{self.product}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(names)
            lines.writerows([machine_text(row.get(name)) for name in names] for row in self.rows)
        with (target / f"{self.product}_excel.csv").open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file, delimiter=";", lineterminator="\r\n")
            lines.writerow(f"Überschrift {name}" for name in names)
            lines.writerows([excel_text(row.get(name)) for name in names] for row in self.rows)
        with (target / "dictionary.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(["column", "code", "heading_de", "heading_en", "description_de", "description_en"])
            lines.writerows([name, "", *[f"Bedeutung von {name}"] * 4] for name in names)
        (target / "LICENCES.md").write_text("dl-de/by-2-0\n", encoding="utf-8")
        if self.geometry:
            codes = {row["area_code"] for row in self.rows if row["area_level"] == "KREIS"}
            write_geopackage(target / f"{self.product}.gpkg", sorted(codes))
        describe_files(target)
        return target


def write_parquet(path: Path, types: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Rows as Parquet with the given DuckDB types."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"create table rows ({columns})")
        listed = list(rows)
        if listed:
            connection.register("given", pyarrow.table({n: [row.get(n) for row in listed] for n in types}))
            connection.execute("insert into rows select * from given")
        connection.table("rows").write_parquet(str(path))


MapFigure = tuple[str, str, str, str, float | None, str, str | None]
"""Area, column, codes, day, value, status and remark of a figure on the map."""


def write_geopackage(
    path: Path,
    codes: Iterable[str],
    layer: str = "kreise",
    kind: str = "features",
    figures: Sequence[MapFigure] = (),
    aliases: bool = True,
) -> None:
    """An SQLite file with the tables of a GeoPackage that the gate looks at; `attributes` has no outlines."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("create table gpkg_contents (table_name text, data_type text)")
        connection.execute("insert into gpkg_contents values (?, ?)", [layer, kind])
        connection.execute(f'create table "{layer}" (fid integer primary key, area_code text)')
        connection.executemany(f'insert into "{layer}" (area_code) values (?)', [(code,) for code in codes])
        connection.execute("pragma application_id = 1196444487")
        connection.execute("pragma user_version = 10300")
        connection.execute("create table spalten (ebene text, spalte text, merkmal text, stichtag text)")
        connection.execute("insert into gpkg_contents values ('spalten', 'attributes')")
        connection.execute("create table gpkg_data_columns (table_name text, column_name text, name text)")
        told = {(column, what, day) for _, column, what, day, *_ in figures}
        for column, what, day in sorted(told):
            connection.execute("insert into spalten values (?, ?, ?, ?)", [layer, column, what, day])
            for name, sort in ((column, "real"), (f"{column}_status", "text"), (f"{column}_hinweis", "text")):
                connection.execute(f'alter table "{layer}" add column "{name}" {sort}')
        for area, column, _, _, value, status, remark in figures:
            connection.execute(
                f'update "{layer}" set "{column}" = ?, "{column}_status" = ?, "{column}_hinweis" = ? '
                "where area_code = ?",
                [value, status, remark, area],
            )
        for table in (layer, "spalten") if aliases else ():
            for name in [row[1] for row in connection.execute(f'pragma table_info("{table}")')]:
                connection.execute(
                    "insert into gpkg_data_columns values (?, ?, ?)", [table, name, f"Name {name}"]
                )
        connection.commit()
    finally:
        connection.close()


def describe_files(target: Path, left_out: tuple[str, ...] = ("xlsx",)) -> None:
    """datapackage.json over everything in the folder; `left_out` are formats that it has a note of."""
    resources = [
        {
            "name": file.name.replace(".", "-"),
            "path": file.name,
            "bytes": file.stat().st_size,
            "hash": "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in sorted(target.iterdir())
        if file.name not in GATE_FILES | {"datapackage.json"}
    ]
    package = {"resources": resources, "planstat": {"notes": dict.fromkeys(left_out, "zu groß")}}
    (target / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


def machine_text(value: Any) -> str:
    """A value in CSV for programs."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def excel_text(value: Any) -> str:
    """A value in CSV for a German Excel."""
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float):
        return machine_text(value).replace(".", ",")
    return machine_text(value)


def indicators() -> Candidate:
    """Population (D01) and share under 3 (D05-u3) for two Kreise, their Land and Germany at two dates."""
    people = {"DG": 82175684.0, "01": 2858714.0, "01001": 85942.0, "01002": 246306.0}
    rows: list[Row] = []
    for year, growth in ((2014, 0.0), (2015, 100.0)):
        for code, level, name in AREAS:
            persons = people[code] - 100.0 + growth
            children = float(round(persons / 40))
            shared = {
                "area_code": code,
                "area_level": level,
                "area_name": name,
                "period_key": f"D{year}-12-31",
                "reference_date": date(year, 12, 31),
                "obs_status": "A",
                "conf_status": "F",
                "missing_reason": "none",
                "numerator_dataset": "12411-01-01-4",
            }
            rows.append(
                shared | {"indicator_id": "D01", "value": persons, "numerator": persons, "unit": "Anzahl"}
            )
            rows.append(
                shared
                | {
                    "indicator_id": "D05-u3",
                    "value": children / persons * 100,
                    "numerator": children,
                    "denominator": persons,
                    "unit": "%",
                }
            )
    return Candidate(
        "indicators",
        dict(INDICATOR_TYPES),
        ["indicator_id", "area_code", "reference_date"],
        rows,
        checks={
            "required": [{"column": "indicator_id", "values": ["D01", "D05-u3"]}],
            "ranges": [
                {"where": {"unit": "%"}, "low": 0, "high": 100},
                {"where": {"indicator_id": "D01"}, "low": 0},
            ],
            "integers": [{"indicator_id": "D01"}],
            "ratio": {"factors": [{"where": {"unit": "%"}, "factor": 100}]},
            "national": {"by": ["indicator_id"]},
            "reference_values": [
                {
                    "where": {"indicator_id": "D01", "area_code": "DG", "reference_date": "2015-12-31"},
                    "value": 82175684,
                    "source": "12411-01-01-4, Stand 10.10.2017",
                }
            ],
            "completeness": [{"by": ["indicator_id"], "fail_share": 0.3}],
        },
    )


def population(persons: Callable[[str, str], float] | None = None) -> Candidate:
    """Persons by sex for all Länder with one Kreis each, and Germany; sums hold exactly."""
    rows: list[Row] = []

    def of(code: str, sex: str) -> float:
        base = 1000.0 + 10 * int(code)
        return {"M": base, "F": base + 5, "_T": 2 * base + 5}[sex]

    of = persons or of

    def add(code: str, level: str, sex: str, value: float) -> None:
        rows.append(
            {
                "area_code": code,
                "area_level": level,
                "area_name": {"DE": "Deutschland"}.get(level, f"{level.title()} {code}"),
                "period_key": "D2015-12-31",
                "reference_date": date(2015, 12, 31),
                "measure_code": "persons",
                "age_group_code": "_T",
                "sex_code": sex,
                "nationality_code": "_T",
                "unit": "Anzahl",
                "value": value,
                "obs_status": "A",
                "conf_status": "F",
                "missing_reason": "none",
                "dataset_id": "12411-01-01-4",
            }
        )

    for sex in ("M", "F", "_T"):
        whole = 0.0
        for number in range(1, 17):
            land = f"{number:02d}"
            whole += of(land, sex)
            add(land, "LAND", sex, of(land, sex))
            add(f"{land}001", "KREIS", sex, of(land, sex))
        add("DG", "DE", sex, whole)
    return Candidate(
        "population",
        dict(FACT_TYPES),
        ["area_code", "period_key", "measure_code", "age_group_code", "sex_code", "nationality_code"],
        rows,
        checks={
            "integers": [{"measure_code": "persons"}],
            "parts": [
                {
                    "id": "sex",
                    "title_de": "Männlich und weiblich ergeben insgesamt",
                    "title_en": "Males and females add to the total",
                    "dimension": "sex_code",
                    "parts": ["M", "F"],
                }
            ],
            "areas": [
                {
                    "id": "laender",
                    "title_de": "Länder ergeben Deutschland",
                    "title_en": "Länder add to Germany",
                    "children": "LAND",
                    "parents": "DE",
                },
                {
                    "id": "kreise",
                    "title_de": "Kreise ergeben ihr Land",
                    "title_en": "Kreise add to their Land",
                    "children": "KREIS",
                    "parents": "LAND",
                },
            ],
            "completeness": [{"by": ["measure_code"], "fail_share": 0.1}],
        },
    )


def areas() -> Candidate:
    """Germany, one Land and three Kreise, of which two merged into the third on 1 November 2016."""
    rows: list[Row] = [
        {"area_code": "DG", "area_level": "DE", "area_name": "Deutschland", "area_sqkm": 357376.0},
        {"area_code": "03", "area_level": "LAND", "area_name": "Niedersachsen", "area_sqkm": 47614.0},
    ]
    for code, name, since, until, successor in (
        ("03152", "Göttingen", None, date(2016, 11, 1), "03159"),
        ("03156", "Osterode am Harz", None, date(2016, 11, 1), "03159"),
        ("03159", "Göttingen", date(2016, 11, 1), None, None),
    ):
        rows.append(
            {
                "area_code": code,
                "area_level": "KREIS",
                "area_name": name,
                "valid_from": since,
                "valid_to": until,
                "successor_code": successor,
                "area_sqkm": 1100.0,
            }
        )
    for row in rows:
        row["valid_from"] = row.get("valid_from") or date(1900, 1, 1)
        row["valid_to"] = row.get("valid_to") or date(9999, 12, 31)
        row["parent_area_code"] = {"DE": None, "LAND": "DG", "KREIS": "03"}[row["area_level"]]
    return Candidate("areas", dict(AREA_TYPES), ["area_code", "area_level", "valid_from"], rows)


def social_index() -> Candidate:
    """Status, dynamics and the overall index of one small area in one edition."""
    types = {"area_code": "VARCHAR", "area_level": "VARCHAR", "area_name": "VARCHAR", "index_id": "VARCHAR"}
    types |= {
        "edition_id": "VARCHAR",
        "reference_year": "INTEGER",
        "score": "DOUBLE",
        "index_class": "VARCHAR",
        "missing_reason": "VARCHAR",
    }
    place = {"area_code": "01011101", "area_level": "SMALL_AREA", "area_name": "Stülerstraße"}
    rows: list[Row] = [
        place
        | {"index_id": index, "edition_id": f"{index}-mss-2019", "reference_year": 2019}
        | {"score": score, "index_class": sign}
        | {"missing_reason": "not_meaningful" if score is None else "none"}
        for index, score, sign in (("X02", -0.52, "2"), ("X03", 0.01, "+/-"), ("X04", None, "2+/-"))
    ]
    return Candidate("social_index", types, ["edition_id", "area_code", "reference_year"], rows)


def peer_ring() -> Candidate:
    """One member of a ring of five, second place."""
    row: Row = {
        "ring_id": "towns", "indicator_id": "B01", "area_code": "01001", "area_name": "Flensburg",
        "reference_date": date(2015, 7, 31), "value": 2.0, "members_count": 5, "ring_minimum": 1.0,
        "ring_lower_quartile": 2.0, "ring_median": 3.0, "ring_upper_quartile": 4.0, "ring_maximum": 5.0,
        "position": 2,
    }  # fmt: skip
    kinds = {str: "VARCHAR", float: "DOUBLE", int: "INTEGER", date: "DATE"}
    types = {name: kinds[type(value)] for name, value in row.items()}
    return Candidate("peer_ring", types, ["ring_id", "indicator_id", "area_code", "reference_date"], [row])


def outcome() -> Candidate:
    """A goal to raise a rate from 24 to 40 that is on course, its movement beyond chance."""
    row: Row = {
        "goal_id": "childcare", "area_code": "01001", "area_name": "Flensburg",
        "reference_date": date(2016, 3, 1), "baseline_value": 24.0, "target": 40.0, "status": "on_course",
        "change_since_baseline": 2.0, "change_lower": 1.0, "change_upper": 3.0,
    }  # fmt: skip
    kinds = {str: "VARCHAR", float: "DOUBLE", date: "DATE"}
    types = {name: kinds[type(value)] for name, value in row.items()}
    return Candidate("outcome", types, ["goal_id", "reference_date"], [row])


def projection() -> Candidate:
    """One age group of a Kreis, counted and projected a year ahead by its cohorts."""
    place = {"scenario_id": "trend", "area_code": "01001", "area_name": "Flensburg", "age_group_code": "Y6T9"}
    base: Row = place | {
        "base_date": date(2024, 12, 31), "reference_date": date(2024, 12, 31), "horizon_years": 0,
        "base_value": 3340.0, "value": 3340.0, "projection_lower": 3340.0, "projection_upper": 3340.0,
        "projection_method": "published", "interval_basis": "published", "ratio_years": 5.0, "off_pct": None,
        "as_today_off_pct": None,
    }  # fmt: skip
    ahead: Row = base | {
        "reference_date": date(2025, 12, 31), "horizon_years": 1, "value": 3407.0, "projection_lower": 3324.0,
        "projection_upper": 3492.0, "projection_method": "cohorts", "interval_basis": "tested",
        "off_pct": 1.4, "as_today_off_pct": 1.6,
    }  # fmt: skip
    kinds = {str: "VARCHAR", float: "DOUBLE", int: "INTEGER", date: "DATE"}
    types = {name: kinds[type(value)] for name, value in ahead.items()}
    grain = ["scenario_id", "area_code", "age_group_code", "reference_date"]
    return Candidate("projection", types, grain, [base, ahead])


def write_register(path: Path, candidate: Candidate) -> Path:
    """A register that holds exactly the areas of a candidate, without end."""
    found = {(row["area_code"], row["area_level"]) for row in candidate.rows}
    write_parquet(
        path,
        {"area_code": "VARCHAR", "area_level": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"},
        [
            {"area_code": code, "area_level": level, "valid_from": date(1990, 1, 1), "valid_to": None}
            for code, level in sorted(found)
        ],
    )
    return path
