"""The star: facts with integer keys and the dimensions they point to, written from released editions.

Every product with an area version, a day and a value becomes a table `fact_<product>`. What its rows repeat
stands once in a dimension: areas (from the edition of `areas`), periods, indicators, measures, scenarios,
datasets, and each list of codes with German and English labels in the order of the list. Keys end in `_sk`
(surrogate key); they hold within one edition of the star. An empty key means that the row says nothing there.

Left in the products, for they are about the making of a figure: delivery, day of knowledge and the sign that
the publisher printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exports.definition import Definition
from exports.describe import CodeMeaning, Column, Description, parse
from exports.release import Release
from sources.foundation.editions import DESCRIPTION
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb

AREAS = "areas"
"""The product that the dimension of areas is made from."""

NEEDED = ("area_key", "reference_date", "value")
"""Columns that make a product a fact."""

OF_THE_MAKING = frozenset({"snapshot_id", "known_from", "raw_symbol"})
"""Columns that stay in the products."""

PERIOD = ("reference_date", "period_key")

DATASETS = {
    "dataset_id": "dataset_sk",
    "numerator_dataset": "numerator_dataset_sk",
    "denominator_dataset": "denominator_dataset_sk",
    "stock_dataset_id": "stock_dataset_sk",
    "rate_dataset_id": "rate_dataset_sk",
}
"""Columns that name a dataset, and the keys that stand for them."""


@dataclass(frozen=True)
class Entity:
    """Something that rows of several products name: by which columns, and what else they repeat of it."""

    name: str
    by: tuple[str, ...]
    holds: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.name}_sk"


AREA = Entity("area", ("area_key",), ("area_code", "area_level", "area_name"))
INDICATOR = Entity("indicator", ("indicator_id",), ("indicator_name_de", "indicator_name_en", "policy_field"))
MEASURE = Entity("measure", ("measure_code", "dataset_id", "unit"))
NAMED = (
    INDICATOR,
    MEASURE,
    Entity("scenario", ("scenario_id",), ("scenario_label_de", "scenario_label_en", "scenario_source")),
    Entity("demand", ("demand_id", "demand_source"), ("demand_label_de", "demand_label_en")),
    Entity("ring", ("ring_id",), ("ring_name_de", "ring_name_en")),
)
"""Entities whose rows are those that the facts name."""

UNIT = ("unit", "decimals")
"""Of the measure of a row, where it has one, else of its indicator."""


@dataclass(frozen=True)
class Field:
    """A column of a table: its type as the database names it, heading, what it holds, and where it points."""

    name: str
    type: str
    title_de: str
    title_en: str
    text_de: str = ""
    points_to: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of the star as written: its file is `<name>.parquet`."""

    name: str
    title_de: str
    rows: int
    fields: tuple[Field, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.parquet"

    @property
    def is_fact(self) -> bool:
        return self.name.startswith("fact_")


@dataclass(frozen=True)
class Edition:
    """An edition that goes into the star, with its description."""

    release: Release
    described: Description

    @property
    def product(self) -> str:
        return self.release.product

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.described.columns]

    @property
    def file(self) -> Path:
        return self.release.path / f"{self.product}.parquet"

    def read(self) -> str:
        """SQL: its rows, with the place of each in the file."""
        return f"read_parquet({text_literal(str(self.file))}, file_row_number = true)"


def edition_of(release: Release) -> Edition:
    """An edition with the description it keeps; raises `OSError` for one from before it kept any."""
    return Edition(release, parse(json.loads((release.path / DESCRIPTION).read_text(encoding="utf-8"))))


def facts_of(editions: Sequence[Edition], left_out: Mapping[str, str]) -> list[Edition]:
    """The editions that become facts, by product."""
    return [
        one
        for one in sorted(editions, key=lambda one: one.product)
        if set(NEEDED) <= set(one.names) and one.product not in left_out
    ]


def held_by(edition: Edition) -> dict[str, tuple[str, ...]]:
    """Entity -> columns of the product that its dimension holds besides those it is named by."""
    names = set(edition.names)
    found = {
        entity.name: tuple(column for column in entity.holds if column in names)
        for entity in (AREA, *NAMED)
        if set(entity.by) <= names
    }
    for entity in (MEASURE, INDICATOR):
        if entity.name in found:
            found[entity.name] += tuple(one for one in UNIT if one in names and one not in entity.by)
            break
    return found


def coded(edition: Edition) -> list[Column]:
    """Columns whose values are codes of a list that says the same in every row."""
    taken = {"area_level", "policy_field", *MEASURE.by, *DATASETS, *INDICATOR.by, *UNIT, *OF_THE_MAKING}
    taken |= {column for entity in NAMED for column in entity.by}
    return [
        column
        for column in edition.described.columns
        if column.codes
        and column.scope is None
        and not column.is_listed
        and column.type.upper() in ("VARCHAR", "TEXT")
        and column.name not in taken
    ]


def list_name(column: str) -> str:
    """The name of a list of codes: that of the column without `_code`."""
    return column.removesuffix("_code")


class Star:
    """The star while it is written; one connection over the editions' files."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        editions: Sequence[Edition],
        left_out: Mapping[str, str],
        definitions: Mapping[str, Definition],
        folder: Path,
    ) -> None:
        self._connection, self._folder = connection, folder
        self._editions = sorted(editions, key=lambda one: (one.release.published_at, one.product))
        self.facts = facts_of(editions, left_out)
        self._areas = next((one for one in editions if one.product == AREAS), None)
        self._definitions = definitions
        self.tables: list[Table] = []

    def write(self) -> list[Table]:
        """Write every table; dimensions first, since facts look their keys up there."""
        self._write_areas()
        self._write_periods()
        for entity in NAMED:
            self._write_named(entity)
        self._write_datasets()
        for name, columns in sorted(self._lists().items()):
            self._write_list(name, columns)
        for edition in self.facts:
            self._write_fact(edition)
        return self.tables

    def _write_areas(self) -> None:
        if self._areas is None:
            raise LookupError(AREAS)
        columns = [column for column in self._areas.described.columns if column.name not in OF_THE_MAKING]
        labelled = [column for column in columns if column.codes and column.scope is None]
        parts = [quoted(column.name) for column in columns]
        fields = [_as_said(column) for column in columns]
        for column in labelled:
            self._keep_codes(f"label_{column.name}", _by_code([column]))
            for ending, language in (("de", "Deutsch"), ("en", "Englisch")):
                parts.append(
                    f"(select label_{ending} from label_{column.name} as l "
                    f"where l.code = {quoted(column.name)}) as {quoted(f'{column.name}_{ending}')}"
                )
                fields.append(
                    Field(
                        f"{column.name}_{ending}",
                        "VARCHAR",
                        f"{column.heading_de} ({language})",
                        f"{column.heading_en} ({ending})",
                    )
                )
        self._write(
            "dim_area",
            "Gebiete je Gebietsstand",
            f"select row_number() over (order by area_level, area_code, valid_from) as area_sk, "
            f"{', '.join(parts)}, valid_to = date '9999-12-31' as is_current from {self._areas.read()}",
            [
                Field("area_sk", "BIGINT", "Gebiet (Schlüssel)", "area (key)"),
                *fields,
                Field("is_current", "BOOLEAN", "Besteht heute", "exists today"),
            ],
        )

    def _write_periods(self) -> None:
        """Days that occur in a fact; the same day as a year and as a day are two periods."""
        days = " union ".join(
            f"select distinct reference_date, {_or_null('period_key', one.names)} as period_key "
            f"from {one.read()} where reference_date is not null"
            for one in self.facts
        )
        self._write(
            "dim_period",
            "Zeiten, die in einer Tabelle vorkommen",
            f"""
            select row_number() over (order by reference_date, period_key nulls first) as period_sk,
                reference_date, period_key,
                year(reference_date) as reporting_year,
                quarter(reference_date) as quarter,
                month(reference_date) as month,
                case when month(reference_date) >= 8
                    then printf('%d/%02d', year(reference_date), (year(reference_date) + 1) % 100)
                    else printf('%d/%02d', year(reference_date) - 1, year(reference_date) % 100)
                end as school_year,
                strftime(reference_date, '%d.%m.%Y') as date_label_de
            from ({days})
            """,
            [
                Field("period_sk", "BIGINT", "Zeit (Schlüssel)", "period (key)"),
                Field("reference_date", "DATE", "Stichtag", "reference date"),
                Field("period_key", "VARCHAR", "Zeitraum", "period"),
                Field("reporting_year", "BIGINT", "Berichtsjahr", "reporting year"),
                Field("quarter", "BIGINT", "Quartal", "quarter"),
                Field("month", "BIGINT", "Monat", "month"),
                Field("school_year", "VARCHAR", "Schuljahr", "school year", "1. August bis 31. Juli."),
                Field("date_label_de", "VARCHAR", "Stichtag in Worten", "reference date (German)"),
            ],
        )

    def _write_named(self, entity: Entity) -> None:
        """One row per thing that a fact names, with what the facts repeat of it."""
        using = [one for one in self.facts if set(entity.by) <= set(one.names)]
        if not using:
            return
        held = list(dict.fromkeys(column for one in using for column in held_by(one)[entity.name]))
        said = {column.name: column for one in using for column in one.described.columns}
        by = ", ".join(map(quoted, entity.by))
        rows = " union ".join(
            f"select distinct {', '.join([by, *(_held(column, one, entity) for column in held)])} "
            f"from {one.read()} where {quoted(entity.by[0])} is not null"
            for one in using
        )
        largest = "".join(f", max({quoted(column)}) as {quoted(column)}" for column in held)
        self._connection.execute(
            f"create temp table {entity.name}_found as select {by}{largest} from ({rows}) group by {by}"
        )
        extra, fields = self._words_of(entity, using)
        order = ", ".join(f"found.{quoted(column)}" for column in entity.by)
        self._write(
            f"dim_{entity.name}",
            _TITLES[entity.name],
            f"select row_number() over (order by {order}) as {entity.key}, found.*{extra[0]} "
            f"from {entity.name}_found as found {extra[1]}",
            [
                Field(entity.key, "BIGINT", f"{_TITLES[entity.name]} (Schlüssel)", f"{entity.name} (key)"),
                *(_as_said(said[column]) for column in (*entity.by, *held)),
                *fields,
            ],
        )

    def _words_of(self, entity: Entity, using: Sequence[Edition]) -> tuple[tuple[str, str], list[Field]]:
        """Labels of measures, and what the specifications say of indicators: columns, joins and fields."""
        if entity is MEASURE:
            newest: dict[tuple[str, str | None], CodeMeaning] = {}
            for one in sorted(using, key=lambda one: (one.release.published_at, one.product)):
                newest |= {
                    (code.code, code.scope): code for code in one.described.column("measure_code").codes
                }
            self._connection.execute(
                "create temp table measure_words (code varchar, scope varchar, label_de varchar, "
                "label_en varchar, digits integer)"
            )
            self._insert(
                "measure_words",
                [(code, scope, of.label_de, of.label_en, of.digits) for (code, scope), of in newest.items()],
            )
            return (
                (
                    ", words.label_de, words.label_en, words.digits",
                    "left join measure_words as words on found.measure_code = words.code "
                    "and (words.scope is null or found.dataset_id = words.scope)",
                ),
                [
                    Field("label_de", "VARCHAR", "Merkmal (Deutsch)", "measure (German)"),
                    Field("label_en", "VARCHAR", "Merkmal (Englisch)", "measure (English)"),
                    Field("digits", "BIGINT", "Nachkommastellen", "decimals"),
                ],
            )
        if entity is INDICATOR:
            fields_of = _by_code(
                [
                    one.described.column("policy_field")
                    for one in self._editions
                    if "policy_field" in one.names
                ]
            )
            self._keep_codes("policy_words", fields_of)
            self._connection.execute(
                "create temp table definitions (indicator_id varchar, question varchar, how_to_read varchar, "
                "how_not_to_read varchar, formula varchar)"
            )
            self._insert(
                "definitions",
                [
                    (name, of.question, of.how_to_read, of.how_not_to_read, of.formula)
                    for name, of in self._definitions.items()
                ],
            )
            return (
                (
                    ", policy_words.label_de as display_folder_de, "
                    "policy_words.label_en as display_folder_en, "
                    "policy_words.position as display_folder_order, definitions.question as question_de, "
                    "definitions.how_to_read as how_to_read_de, "
                    "definitions.how_not_to_read as how_not_to_read_de, definitions.formula as formula_text",
                    "left join policy_words on found.policy_field = policy_words.code "
                    "left join definitions on found.indicator_id = definitions.indicator_id",
                ),
                [
                    Field("display_folder_de", "VARCHAR", "Planungsfeld", "policy field (German)"),
                    Field("display_folder_en", "VARCHAR", "Planungsfeld (Englisch)", "policy field"),
                    Field(
                        "display_folder_order",
                        "BIGINT",
                        "Reihenfolge der Planungsfelder",
                        "order of policy fields",
                    ),
                    Field("question_de", "VARCHAR", "Frage", "question (German)"),
                    Field("how_to_read_de", "VARCHAR", "So zu lesen", "how to read it (German)"),
                    Field(
                        "how_not_to_read_de", "VARCHAR", "So nicht zu lesen", "how not to read it (German)"
                    ),
                    Field("formula_text", "VARCHAR", "Formel", "formula"),
                ],
            )
        return ("", ""), []

    def _write_datasets(self) -> None:
        """Every dataset that a fact names, with its source note in the words of the newest edition."""
        words = {
            one.dataset_id: (one.title_de, one.publisher, one.licence_title, one.licence_url, one.attribution)
            for edition in self._editions
            for one in edition.described.datasets
        }
        self._connection.execute(
            "create temp table dataset_words (dataset_id varchar, title_de varchar, publisher varchar, "
            "licence varchar, licence_url varchar, attribution varchar)"
        )
        self._insert("dataset_words", [(name, *said) for name, said in words.items()])
        named = " union ".join(
            f"select distinct {quoted(column)} as dataset_id from {one.read()} "
            f"where {quoted(column)} is not null"
            for one in self.facts
            for column in DATASETS
            if column in one.names
        )
        self._write(
            "dim_dataset",
            "Datensätze mit Quellenvermerk",
            f"select row_number() over (order by named.dataset_id) as dataset_sk, named.dataset_id, "
            "words.* exclude (dataset_id) "
            f"from ({named}) as named "
            "left join dataset_words as words on named.dataset_id = words.dataset_id",
            [
                Field("dataset_sk", "BIGINT", "Datensatz (Schlüssel)", "dataset (key)"),
                Field("dataset_id", "VARCHAR", "Tabelle", "source table"),
                Field("title_de", "VARCHAR", "Titel", "title (German)"),
                Field("publisher", "VARCHAR", "Herausgeber", "publisher"),
                Field("licence", "VARCHAR", "Lizenz", "licence"),
                Field("licence_url", "VARCHAR", "Adresse der Lizenz", "address of the licence"),
                Field("attribution", "VARCHAR", "Quellenvermerk", "attribution"),
            ],
        )

    def _lists(self) -> dict[str, list[Column]]:
        """Name of a list of codes -> the columns with codes of it, of the oldest edition first."""
        mine = {one.product for one in self.facts}
        found: dict[str, list[Column]] = {}
        for one in self._editions:
            for column in coded(one) if one.product in mine else ():
                found.setdefault(list_name(column.name), []).append(column)
        return found

    def _write_list(self, name: str, columns: Sequence[Column]) -> None:
        """The codes of a list in its order, labelled as the newest edition does."""
        self._keep_codes(f"codes_{name}", _by_code(columns))
        heading = columns[-1]
        self._write(
            f"dim_{name}",
            heading.heading_de,
            f"select position as {name}_sk, code, label_de, label_en, position as sort_order "
            f"from codes_{name}",
            [
                Field(
                    f"{name}_sk", "BIGINT", f"{heading.heading_de} (Schlüssel)", f"{heading.heading_en} (key)"
                ),
                Field("code", "VARCHAR", heading.heading_de, heading.heading_en, heading.words_de),
                Field(
                    "label_de", "VARCHAR", f"{heading.heading_de} (Deutsch)", f"{heading.heading_en} (German)"
                ),
                Field(
                    "label_en",
                    "VARCHAR",
                    f"{heading.heading_de} (Englisch)",
                    f"{heading.heading_en} (English)",
                ),
                Field("sort_order", "BIGINT", "Reihenfolge", "order"),
            ],
        )

    def _write_fact(self, edition: Edition) -> None:
        names, held = set(edition.names), held_by(edition)
        gone = {*OF_THE_MAKING, *PERIOD, *(column for columns in held.values() for column in columns)}
        keys: dict[str, tuple[str, str]] = {}
        joins = []
        for entity in (AREA, *NAMED):
            if entity.name in held:
                gone |= set(entity.by) - set(DATASETS)
                keys[entity.key] = (f"dim_{entity.name}", entity.key)
                on = " and ".join(f"rows.{quoted(c)} = {entity.name}_.{quoted(c)}" for c in entity.by)
                joins.append(f"left join {self._kept(f'dim_{entity.name}')} as {entity.name}_ on {on}")
        keys["period_sk"] = ("dim_period", "period_sk")
        day = "rows.period_key" if "period_key" in names else "null"
        joins.append(
            f"left join {self._kept('dim_period')} as period_ "
            "on rows.reference_date = period_.reference_date "
            f"and period_.period_key is not distinct from {day}"
        )
        for column, key in DATASETS.items():
            if column in names:
                gone.add(column)
                keys[key] = ("dim_dataset", "dataset_sk")
                joins.append(
                    f"left join {self._kept('dim_dataset')} as {key}_ "
                    f"on rows.{quoted(column)} = {key}_.dataset_id"
                )
        for listed in coded(edition):
            if listed.name in gone:
                continue
            gone.add(listed.name)
            name = list_name(listed.name)
            keys[f"{name}_sk"] = (f"dim_{name}", f"{name}_sk")
            joins.append(f"left join codes_{name} as {name}_ on rows.{quoted(listed.name)} = {name}_.code")
        titles = {
            DATASETS[one.name]: one.heading_de for one in edition.described.columns if one.name in DATASETS
        }
        rest = [one for one in edition.described.columns if one.name not in gone]
        selected = [_key_of(key, target) for key, target in keys.items()]
        selected += [f"rows.{quoted(one.name)}" for one in rest]
        self._write(
            f"fact_{edition.product}",
            edition.described.title_de,
            f"select {', '.join(selected)} from {edition.read()} as rows {' '.join(joins)} "
            "order by rows.file_row_number",
            [
                *(
                    Field(
                        key,
                        "BIGINT",
                        f"{titles.get(key) or self._title_of(target[0])} (Schlüssel)",
                        f"{key.removesuffix('_sk')} (key)",
                        points_to=target[0],
                    )
                    for key, target in keys.items()
                ),
                *(_as_said(one) for one in rest),
            ],
            ordered=True,
        )

    def _write(
        self, name: str, title: str, sql: str, fields: Sequence[Field], *, ordered: bool = False
    ) -> None:
        """Write a table and say what is in it."""
        file = self._folder / f"{name}.parquet"
        order = "" if ordered else " order by 1"
        self._connection.execute(
            f"copy ({sql}{order}) to {text_literal(str(file))} (format parquet, compression zstd)"
        )
        row = self._connection.execute(
            "select count(*) from read_parquet($file)", {"file": str(file)}
        ).fetchone()
        self.tables.append(Table(name, title, int(row[0]) if row else 0, tuple(fields)))

    def _title_of(self, name: str) -> str:
        return next(table.title_de for table in self.tables if table.name == name)

    def _kept(self, name: str) -> str:
        return f"read_parquet({text_literal(str(self._folder / f'{name}.parquet'))})"

    def _keep_codes(self, table: str, codes: Mapping[str, CodeMeaning]) -> None:
        self._connection.execute(
            f"create temp table {table} (code varchar, label_de varchar, label_en varchar, position integer)"
        )
        self._insert(
            table,
            [(code, of.label_de, of.label_en, place) for place, (code, of) in enumerate(codes.items(), 1)],
        )

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            holes = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"insert into {table} values ({holes})", rows)


_TITLES = {
    "indicator": "Kennzahlen",
    "measure": "Merkmale",
    "scenario": "Szenarien",
    "demand": "Bedarfsquoten",
    "ring": "Vergleichsringe",
}


def _by_code(columns: Sequence[Column]) -> dict[str, CodeMeaning]:
    """Code -> meaning; columns of newer editions come later, and their words count."""
    return {code.code: code for column in columns for code in column.codes}


def _or_null(column: str, names: Sequence[str]) -> str:
    return quoted(column) if column in names else "cast(null as varchar)"


def _held(column: str, edition: Edition, entity: Entity) -> str:
    """SQL: a column that a dimension holds, of this edition; NULL where it says nothing of it."""
    if column in held_by(edition)[entity.name]:
        return quoted(column)
    return f"null as {quoted(column)}"


def _key_of(key: str, target: tuple[str, str]) -> str:
    """SQL: the key of a fact's row out of the table that was joined for it."""
    table, column = target
    if key in DATASETS.values():
        return f"{key}_.dataset_sk as {quoted(key)}"
    alias = f"{key.removesuffix('_sk')}_"
    is_list = column == key and table not in {"dim_area", "dim_period", *(f"dim_{one.name}" for one in NAMED)}
    return f"{alias}.position as {quoted(key)}" if is_list else f"{alias}.{quoted(key)}"


def _as_said(column: Column) -> Field:
    """A column with the words of its product."""
    return Field(column.name, column.type, column.heading_de, column.heading_en, column.words_de)


def pointed_to(tables: Sequence[Table]) -> Iterator[tuple[Table, Field, str]]:
    """Every key of a fact: the fact, the column, and the key of the dimension that it points to."""
    for table in tables:
        for field in table.fields:
            if field.points_to is not None:
                yield table, field, key_of(field.points_to)


def key_of(dimension: str) -> str:
    """The key column of a dimension."""
    return f"{dimension.removeprefix('dim_')}_sk"
