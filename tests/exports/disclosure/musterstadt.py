"""The invented town's forms as a warehouse, by the project's own models, and its two products as editions.

python -m tests.exports.disclosure.musterstadt FOLDER    # both products, both editions, before and after
"""

from __future__ import annotations

import atexit
import functools
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from expectations import gate
from expectations.verdict import Verdict
from exports import candidate, describe, release
from exports.candidate import Candidate
from exports.disclosure.auditor.edition import certify
from exports.disclosure.declaration import Demand
from exports.disclosure.planning import Context
from exports.disclosure.record import read_outdated
from exports.disclosure.universe import demand_of, load_universe
from exports.history import BESIDE
from exports.products import FOLDER, Product, load_product, load_products
from orchestration.labelling import with_words
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from sources.readers.reading import cells_schema, records_schema
from sources.twins.musterstadt import FORMS, YEARS, Musterstadt
from tests.contracts import make
from tests.dbt.compiled import PROJECT, model, readers

PRODUCTS = (
    "youth_service",
    "child_protection",
    "sgb2_small_area",
    "childcare_small_area",
    "school_entry",
    "school_transfer",
    "integration",
    "integration_course",
    "sgb12_small_area",
    "homelessness",
    "pupils",
    "all_day",
    "volunteering",
    "youth_spending",
    "agreement",
    "child_protection_goals",
    "integration_goals",
)

SECRET = b"the invented office's secret"

CHECKED_ON = datetime(2027, 4, 1, tzinfo=UTC)
"""When the last year that any edition here holds is over."""

MODELS = (
    *(f"stg_kommune__{form.replace('-', '_')}" for form in FORMS),
    "bridge_small_area",
    "fct_small_area_count",
    "fct_town_indicator",
    "dim_agreement",
    "fct_agreement_report",
    "dim_goal",
    "fct_town_outcome",
    *(f"mart_{name.replace('_goals', '_goal')}" for name in PRODUCTS),
)
"""In the order in which they read each other."""


def fill(
    warehouse: Path,
    years: Sequence[int],
    *,
    blocks: bool = True,
    empty: bool = False,
    starred: bool = False,
) -> None:
    """A warehouse with the small-area models over the forms of these years, copied from one built before.

    `empty`: over forms nobody handed in. `starred`: SGB II as the Federal Employment Agency delivers it, by
    planning area, with a star in place of figures below 10 in the age groups.
    """
    made = _built(tuple(years), blocks, empty, starred)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made / "warehouse.duckdb", warehouse)
    shutil.copytree(made / "landing", warehouse.parent / "landing", dirs_exist_ok=True)


@functools.cache
def _built(years: tuple[int, ...], blocks: bool, empty: bool, starred: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="musterstadt-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    build_warehouse(folder / "warehouse.duckdb", years, blocks=blocks, empty=empty, starred=starred)
    return folder


def build_warehouse(
    warehouse: Path, years: Sequence[int], *, blocks: bool = True, empty: bool = False, starred: bool = False
) -> None:
    """Build what `fill` copies."""
    catalog = _catalog()
    landing = warehouse.parent / "landing"
    landing.mkdir(parents=True, exist_ok=True)
    write_catalogue_tables(catalog, landing)
    with duckdb.connect(str(warehouse)) as connection:
        for name in ("area_aliases", "datasets", "missing_symbols", "rounding"):
            connection.execute(
                f"create table {name} as select * from read_parquet(?)", [str(landing / f"{name}.parquet")]
            )
        connection.execute(
            "create table ledger (dataset_id varchar, snapshot_id varchar, status varchar, "
            "published_at timestamp, retrieved_at timestamp)"
        )
        for name, table in _forms(tuple(years), blocks and not starred).items():
            if starred and name == "sgb2-kleinraeumig":
                texts = [
                    "*" if age != "_T" and text.isdigit() and 0 < int(text) < 10 else text
                    for age, text in zip(
                        table["age_group"].to_pylist(), table["value_text"].to_pylist(), strict=True
                    )
                ]
                place = table.schema.get_field_index("value_text")
                table = table.set_column(place, "value_text", pa.array(texts, pa.string()))
            snapshot = f"{years[-1] + 1}0301T080000Z-aaaaaaaa-bbbbbbbb"
            landed = table.slice(0, 0) if empty else table
            landed = landed.append_column("snapshot", pa.array([snapshot] * landed.num_rows, pa.string()))
            connection.register("landed", landed)
            connection.execute(f'create table "{name}" as select * from landed')
            connection.unregister("landed")
            if not empty:
                moment = datetime(years[-1] + 1, 3, 1)
                connection.execute(
                    "insert into ledger values (?, ?, 'accepted', null, ?)", [name, snapshot, moment]
                )
        for seed in ("indicator", "indicator_part", "indicator_area_level", "goal"):
            connection.execute(
                f"create table {seed} as select * from read_csv(?)",
                [str(PROJECT / "compiled" / "seeds" / f"{seed}.csv")],
            )
        # no goal here is agreed over published figures, and nothing is a sample
        make(connection, "fct_outcome")
        connection.execute(
            "create table goals as select * from read_parquet(?)", [str(landing / "goals.parquet")]
        )
        make(connection, "dim_snapshot")
        build_models(connection)


def build_models(connection: duckdb.DuckDBPyConnection, changed: str | None = None) -> None:
    """Build the small-area models anew over what is landed; `changed`: those only that read this form."""
    anew = MODELS if changed is None else [name for name in MODELS if name in readers(changed)]
    for name in anew:
        connection.execute(f"create or replace table {name} as {model(name)}")


@functools.cache
def _products() -> tuple[Product, ...]:
    return tuple(load_products().values())


@functools.cache
def _catalog() -> Catalog:
    return load_catalog()


@functools.cache
def _forms(years: tuple[int, ...], blocks: bool) -> dict[str, pa.Table]:
    """The filled forms as their readers would land them."""
    catalog, tables = _catalog(), {}
    handed_in = Musterstadt(blocks=blocks, years=years).tables()
    for year in years:
        if year > YEARS[-1]:
            for name, rows in Musterstadt(seed=year + 1, blocks=blocks, years=YEARS[-1:]).tables().items():
                handed_in[name] += _a_year_later(rows, year)
    for name, rows in handed_in.items():
        declaration = catalog[name]
        schema = records_schema(declaration) if declaration.shape == "records" else cells_schema(declaration)
        numbered = [row | {"line": line, "column_no": 1} for line, row in enumerate(rows, start=2)]
        tables[name] = pa.Table.from_pylist(numbered, schema=schema)
    return tables


def _a_year_later(rows: list[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    """Cells of the last year of another such town, as those of `year`: figures nobody has seen."""
    last = YEARS[-1]
    return [
        row
        | {
            "time_text": row["time_text"]
            .replace(f"{last}/{(last + 1) % 100}", f"{year}/{(year + 1) % 100}")
            .replace(str(last), str(year))
        }
        for row in rows
        if "measure" in row  # the register of areas stays as it is
    ]


def demand(name: str) -> Demand:
    """What the policy of a product demands."""
    product = load_product(FOLDER / f"{name}.yml")
    assert product.disclosure is not None
    assert product.disclosure.policy is not None
    return demand_of(load_universe(product.disclosure.policy), product)


def describe_product(name: str, *, worded: bool = False) -> dict[str, Any]:
    """The product's description, its columns read off the model's contract; `worded`: with all labels."""
    product = load_product(FOLDER / f"{name}.yml")
    contract = yaml.safe_load(
        (PROJECT / "compiled" / "models" / "marts" / "small_areas.yml").read_text(encoding="utf-8")
    )
    (model,) = [model for model in contract["models"] if model["name"] == product.relation]
    columns: list[dict[str, object]] = [
        {"name": column["name"], "type": column["data_type"], "description": column["description"]}
        for column in model["columns"]
    ]
    catalog = _catalog()
    assert product.disclosure is not None
    assert product.disclosure.policy is not None
    datasets = load_universe(product.disclosure.policy).cases.where["dataset_id"]
    sources = [
        {
            "dataset_id": dataset,
            "title_de": catalog[dataset].title_de,
            "publisher": "Eigene Daten der Kommune",
            "licence": "internal",
            "licence_title": "Nur für den Dienstgebrauch",
            "licence_url": "https://www.gesetze-im-internet.de/sgb_10/__67b.html",
            "attribution": "Eigene Daten der Kommune",
            "snapshot_id": "20250301T080000Z-aaaaaaaa-bbbbbbbb",
            "retrieved_at": "2026-03-01T08:00:00+00:00",
            "is_confidential": catalog[dataset].confidential,
        }
        for dataset in datasets
    ]
    if worded:
        columns = with_words(columns, catalog, datasets)
    return describe.describe(product, columns, sources, policy=demand(name))


class Editions:
    """Builds, attacks, checks and publishes editions of the town's products below one folder."""

    def __init__(self, folder: Path, *, worded: bool = False) -> None:
        self.folder, self.worded = folder, worded
        self.warehouse = folder / "warehouse.duckdb"
        self.releases = folder / "releases"

    def context(self, name: str) -> Context:
        """The policy of the product; the town decided for a quick plan."""
        policy = load_product(FOLDER / f"{name}.yml").disclosure
        assert policy is not None
        assert policy.policy is not None
        return Context.of(
            load_universe(policy.policy),
            _products(),
            (self.releases,),
            self.folder / "disclosure" / name,
            SECRET,
        )

    def build(self, name: str, *, alone: bool = False) -> Candidate:
        """Build the candidate; `alone` as if nothing had been published before, by another secret."""
        context = self.context(name)
        if alone:
            context = replace(context, releases=(), secret=b"the secret of another office")
        current = self.releases / name / "current"
        return candidate.build(
            self.warehouse,
            name,
            describe_product(name, worded=self.worded),
            self.folder / "candidates" / name,
            current if current.exists() else None,
            disclosure=context,
        )

    def attack(self, name: str) -> tuple[bool, str]:
        """Attack the candidate with all that is public."""
        attacked = certify(
            self.folder / "candidates" / name,
            (self.releases,),
            demand(name),
            release.remembered((self.releases,), name, BESIDE),
            read_outdated(self.folder / "disclosure" / name),
        )
        return attacked.passed, attacked.words or f"{len(attacked.findings)}"

    def check(self, name: str) -> Verdict:
        """Let the gate check the candidate and write the receipt."""
        folder, current = self.folder / "candidates" / name, self.releases / name / "current"
        description = describe_product(name, worded=self.worded)
        seen = release.look(folder)
        verdict = gate.check(folder, description, current if current.exists() else None, now=CHECKED_ON)
        made = candidate.read(folder)
        release.write_receipt(made, verdict.as_dict(), description, seen, previous=current)
        return verdict

    def publish(self, name: str, day: int) -> release.Release:
        """Publish the candidate as the edition of a day of 2026."""
        moment = datetime(2026, 1, day, tzinfo=UTC)
        done = release.publish(name, self.folder / "candidates" / name, self.releases, moment)
        assert isinstance(done, release.Release)
        return done


def main(folder: Path) -> None:
    """Both products, before and after the reform; what the attacker finds with and without K5."""
    for name in PRODUCTS:
        town = Editions(folder)
        for day, years in ((1, (2023, 2024)), (2, (2023, 2024, 2025))):
            fill(town.warehouse, years)
            if day == 2:
                town.build(name, alone=True)
                print(f"{name}, second edition planned alone: {town.attack(name)}", flush=True)
            town.build(name)
            print(f"{name}, edition {day}: {town.attack(name)}, gate {town.check(name).passed}", flush=True)
            print((folder / "disclosure" / name / "bericht.md").read_text(encoding="utf-8"))
            town.publish(name, day)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
