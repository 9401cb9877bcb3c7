"""A model town's youth welfare in a small warehouse: blocks, small areas in two editions, true counts.

The product, its policy and the warehouse are written into a folder, so that tests go the way of the house:
candidate, attack, gate, release. All figures are invented.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow

from exports import candidate, describe, products, release
from exports.candidate import Candidate
from exports.disclosure.auditor.edition import certify
from exports.disclosure.declaration import Demand
from exports.disclosure.planning import Context
from exports.disclosure.record import read_outdated
from exports.disclosure.universe import demand_of, load_universe
from exports.history import BESIDE

BLOCKS = [f"b{number:02d}" for number in range(1, 19)]
HELPS = ("S28", "S31", "S33", "S34")
SEXES = ("M", "F")

OLD: dict[str, dict[str, list[str]]] = {
    "North": {"N1": BLOCKS[0:3], "N2": BLOCKS[3:6], "N3": BLOCKS[6:9]},
    "South": {"S1": BLOCKS[9:12], "S2": BLOCKS[12:15], "S3": BLOCKS[15:18]},
}
"""District -> small area -> blocks until 2023."""

NEW: dict[str, dict[str, list[str]]] = {
    "North": {"N1x": BLOCKS[0:2], "N2x": BLOCKS[2:6], "N3": BLOCKS[6:9]},
    "South": {"S1": BLOCKS[9:12], "S2": BLOCKS[12:15], "S3": BLOCKS[15:18]},
}
"""From 2024 on block b03 belongs to the neighbouring area: the border moved by one block."""

CITY = "town"

POLICY = """
name: youth
title_de: Hilfen zur Erziehung in kleinen Gebieten
cases: {relation: fct_case, value: value, denominator: residents}
dimensions:
  area:
    column: area_key
    editions: {relation: bridge_area}
  period: {column: period_key, total: null}
  help: {column: help_code}
  sex: {column: sex_code}
policy:
  legal_basis: § 64 SGB VIII, Statistiksatzung
  decided_by: Datenschutz
  decided_on: 2026-01-15
  withstand: [K1, K2, K5]
"""

PRODUCT = """
product: youth
title_de: Hilfen zur Erziehung
title_en: Support for upbringing
description: Laufende Hilfen je kleinem Gebiet am Jahresende.
description_en: Running supports per small area at the end of the year.
relation: mart_youth
grain: [area_key, period_key, help_code, sex_code]
order_by: [period_key, area_key, help_code, sex_code]
geometry:
  area_code: area_key
  value: value
  by: help_code
  where: {sex_code: _T}
contact: {name: Amt}
disclosure:
  policy: youth
  keep: [area_level, area_name, reference_date, unit, residents, dataset_id, snapshot_id]
  derived:
    - {columns: [per_1000], times: 1000, over: residents}
    - {columns: [share_pct], of: [{}, {help: _T}], times: 100}
    - {columns: [change], of: [{}, {period: =previous_period_key}]}
    - {columns: [previous_period_key]}
"""

COLUMNS: tuple[tuple[str, str], ...] = (
    ("area_key", "VARCHAR"),
    ("area_level", "VARCHAR"),
    ("area_name", "VARCHAR"),
    ("period_key", "VARCHAR"),
    ("previous_period_key", "VARCHAR"),
    ("reference_date", "DATE"),
    ("help_code", "VARCHAR"),
    ("sex_code", "VARCHAR"),
    ("unit", "VARCHAR"),
    ("value", "DOUBLE"),
    ("residents", "DOUBLE"),
    ("per_1000", "DOUBLE"),
    ("share_pct", "DOUBLE"),
    ("change", "DOUBLE"),
    ("obs_status", "VARCHAR"),
    ("conf_status", "VARCHAR"),
    ("missing_reason", "VARCHAR"),
    ("raw_symbol", "VARCHAR"),
    ("dataset_id", "VARCHAR"),
    ("snapshot_id", "VARCHAR"),
)

DATASETS = (
    {
        "dataset_id": "hilfen-zur-erziehung",
        "title_de": "Hilfen zur Erziehung",
        "publisher": "Eigene Daten der Kommune",
        "licence": "internal",
        "licence_title": "Nur für den Dienstgebrauch",
        "licence_url": "https://www.gesetze-im-internet.de/sgb_10/__67b.html",
        "attribution": "Eigene Daten der Kommune",
        "snapshot_id": "20260101T080000Z-aaaaaaaa-bbbbbbbb",
        "retrieved_at": "2026-01-01T08:00:00+00:00",
        "is_confidential": True,
    },
)

Counts = dict[tuple[str, str, str, str], int]


def invented(periods: tuple[str, ...] = ("Y2022", "Y2023"), seed: int = 5) -> Counts:
    """Cases per block, period, kind of help and sex; many zeros and ones."""
    generator = np.random.default_rng(seed)
    return {
        (block, period, help_code, sex): int(generator.negative_binomial(0.8, 0.8 / (0.8 + 2.2)))
        for period in periods
        for block in BLOCKS
        for help_code in HELPS
        for sex in SEXES
    }


class Town:
    """The folder of a model town: warehouse, product file, policy, candidates and releases."""

    def __init__(
        self,
        folder: Path,
        policy: str = POLICY,
        product: str = PRODUCT,
        secret: bytes = b"0123456789abcdef",
    ) -> None:
        self.secret = secret
        self._lie_in(folder)
        (self.products / "policies").mkdir(parents=True)
        (self.products / "policies" / "youth.yml").write_text(policy, encoding="utf-8")
        (self.products / "youth.yml").write_text(product, encoding="utf-8")

    def _lie_in(self, folder: Path) -> None:
        """Name the places of the town in its folder."""
        self.folder = folder
        self.warehouse = folder / "warehouse.duckdb"
        self.releases = folder / "releases"
        self.products = folder / "products"

    def copied(self, folder: Path) -> Town:
        """The same town with a copy of its files in `folder`, which may be changed."""
        shutil.copytree(self.folder, folder, symlinks=True)
        twin = copy.copy(self)
        twin._lie_in(folder)
        return twin

    def fill(self, counts: Counts, editions: Mapping[str, tuple[str, ...]]) -> None:
        """Write the warehouse; `editions` says for which periods the areas of each edition are shown."""
        self.warehouse.unlink(missing_ok=True)
        trees = {"until_2023": OLD, "from_2024": NEW}
        bridge: list[list[Any]] = []
        for edition in editions:
            bridge.append([edition, CITY, None])
            for district, areas in trees[edition].items():
                bridge.append([edition, district, CITY])
                for area, blocks in areas.items():
                    bridge.append([edition, area, district])
                    bridge += [[edition, block, area] for block in blocks]
        rows = _rows(counts, {name: (trees[name], shown) for name, shown in editions.items()})
        keys = ("area_key", "period_key", "help_code", "sex_code")
        with duckdb.connect(str(self.warehouse)) as connection:
            cases = [*((key, "VARCHAR") for key in keys), ("value", "DOUBLE"), ("residents", "DOUBLE")]
            _store(connection, "fct_case", cases, [[*key, n, 100.0] for key, n in counts.items()])
            edges = [("edition", "VARCHAR"), ("code", "VARCHAR"), ("parent_code", "VARCHAR")]
            _store(connection, "bridge_area", edges, bridge)
            _store(connection, "mart_youth", COLUMNS, rows)

    def change(self, statement: str) -> None:
        """Change the warehouse."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(statement)

    @property
    def product(self) -> products.Product:
        """The product as declared."""
        return products.load_product(self.products / "youth.yml")

    def description(self) -> dict[str, Any]:
        """The product's description."""
        columns = [{"name": name, "type": kind, "description": name} for name, kind in COLUMNS]
        return describe.describe(self.product, columns, DATASETS, policy=self.demand())

    def demand(self) -> Demand:
        """What the town's policy demands."""
        return demand_of(load_universe("youth", self.products), self.product)

    def context(self) -> Context:
        """What disclosure control needs."""
        universe = load_universe("youth", self.products)
        return Context.of(
            universe,
            tuple(products.load_products(self.products).values()),
            (self.releases,),
            self.folder / "disclosure" / "youth",
            self.secret,
        )

    def build(self, previous: bool = True) -> Candidate:
        """Build the candidate."""
        current = self.releases / "youth" / "current"
        return candidate.build(
            self.warehouse,
            self.product,
            self.description(),
            self.folder / "candidates" / "youth",
            current if previous and current.exists() else None,
            disclosure=self.context(),
        )

    def attack(self) -> tuple[bool, str]:
        """Attack the candidate; whether it held, and in words what broke."""
        attacked = certify(
            self.folder / "candidates" / "youth",
            (self.releases,),
            self.demand(),
            release.remembered((self.releases,), "youth", BESIDE),
            read_outdated(self.folder / "disclosure" / "youth"),
        )
        return attacked.passed, attacked.words

    def publish(self, day: int = 1, audience: str = "public") -> release.Release | release.Unchanged:
        """Let the candidate be attacked, sign the receipt, and publish it."""
        seen = release.look(self.folder / "candidates" / "youth")
        passed, _ = self.attack()
        verdict = {
            "product": "youth",
            "passed": passed,
            "checks": [{"id": "disclosure", "severity": "fail", "outcome": "passed" if passed else "failed"}],
        }
        made = candidate.read(self.folder / "candidates" / "youth")
        current = self.releases / "youth" / "current"
        release.write_receipt(made, verdict, self.description(), seen, previous=current)
        moment = datetime(2026, 1, day, tzinfo=UTC)
        return release.publish("youth", made, self.releases, moment, audience=audience)

    def printed(self, folder: Path | None = None) -> dict[tuple[str, str, str, str], dict[str, Any]]:
        """Rows of a candidate or release by area, period, help and sex."""
        folder = folder or self.folder / "candidates" / "youth"
        with duckdb.connect() as connection:
            relation = connection.execute("select * from read_parquet(?)", [str(folder / "youth.parquet")])
            names = [column[0] for column in relation.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
        return {(row["area_key"], row["period_key"], row["help_code"], row["sex_code"]): row for row in rows}


def _store(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Write a table in one go."""
    declared = ", ".join(f"{column} {kind}" for column, kind in columns)
    connection.execute(f"create table {name} ({declared})")
    content = {column: [row[place] for row in rows] for place, (column, _) in enumerate(columns)}
    connection.register("given", pyarrow.table(content))
    connection.execute(f"insert into {name} select * from given")


def _rows(
    counts: Counts, editions: Mapping[str, tuple[Mapping[str, Any], tuple[str, ...]]]
) -> list[list[Any]]:
    """The rows of the mart: every area, district and the town, crossed with help and sex."""
    known: dict[tuple[str, str, str, str], float] = {}
    residents: dict[tuple[str, str], float] = {}
    level: dict[str, str] = {}
    for tree, periods in editions.values():
        for period in periods:
            nodes = {CITY: BLOCKS, **{d: [b for part in a.values() for b in part] for d, a in tree.items()}}
            level |= {CITY: "GEMEINDE", **dict.fromkeys(tree, "DISTRICT")}
            for areas in tree.values():
                nodes |= areas
                level |= dict.fromkeys(areas, "SMALL_AREA")
            for area, blocks in nodes.items():
                residents[area, period] = 100.0 * len(blocks)
                for help_code in ("_T", *HELPS):
                    for sex in ("_T", *SEXES):
                        known[area, period, help_code, sex] = float(
                            sum(
                                n
                                for (b, p, h, s), n in counts.items()
                                if b in blocks and p == period and help_code in ("_T", h) and sex in ("_T", s)
                            )
                        )
    rows = []
    for (area, period, help_code, sex), number in known.items():
        before = f"Y{int(period[1:]) - 1}"
        total, earlier = known[area, period, "_T", sex], known.get((area, before, help_code, sex))
        rows.append(
            [
                area, level[area], f"Area {area}", period, before if earlier is not None else None,
                f"{period[1:]}-12-31", help_code, sex, "Hilfen", number, residents[area, period],
                1000 * number / residents[area, period], 100 * number / total if total else None,
                number - earlier if earlier is not None else None,
                "A", "F", "none", None, "hilfen-zur-erziehung", "20260101T080000Z-aaaaaaaa-bbbbbbbb",
            ]
        )  # fmt: skip
    return rows
