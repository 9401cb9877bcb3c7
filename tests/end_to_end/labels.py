"""Labels of released files against the declarations, read as plain YAML and compared row by row in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from .conftest import ROOT

CATALOG = ROOT / "sources" / "catalog"
SHARED = ROOT / "sources" / "foundation" / "vocabulary.yml"
CODE = r"_T|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[a-z]+(_[a-z0-9]+)+"
"""What is written like a code and like no word."""


@dataclass
class Found:
    """Rows whose label was compared, labels that differ, and what has no label in one language."""

    rows: int = 0
    wrong: list[tuple[Any, ...]] = field(default_factory=list)
    without: list[tuple[Any, ...]] = field(default_factory=list)


def compare(releases: Path) -> Found:
    """Every current edition: each row's printed labels, and a label in both languages for each value."""
    found = Found()
    with duckdb.connect() as connection:
        connection.register("declared_measures", pa.Table.from_pylist(list(_measures())))
        connection.register("declared_codes", pa.Table.from_pylist(list(_codes())))
        for folder in sorted(releases.glob("*/current")):
            _one(connection, folder, found)
    return found


def _measures() -> Iterator[dict[str, str]]:
    """Measures as each dataset's own file names them."""
    for file in CATALOG.glob("*/*.yml"):
        written = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        for code, one in (written.get("measures") or {}).items():
            yield {"dataset": written["id"], "code": code, "de": one["title_de"], "en": one["title_en"]}


def _codes() -> Iterator[dict[str, str]]:
    lists = yaml.load((CATALOG / "code_lists.yml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    shared = yaml.load(SHARED.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    for name, one in lists.items():
        for code, label in one["codes"].items():
            label = shared[one["labels_of"]][code] if "labels_of" in one else label
            yield {"list": name, "code": code, "de": label["de"], "en": label["en"]}


def _one(connection: duckdb.DuckDBPyConnection, folder: Path, found: Found) -> None:
    product = folder.parent.name

    def ask(sql: str, *values: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql, values).fetchall()

    ask(
        "create or replace temp table words as select * from read_csv(?, all_varchar = true, header = true)",
        str(folder / "dictionary.csv"),
    )
    ask("create or replace temp view figures as from read_parquet('" + f"{folder / product}.parquet')")
    headings = {
        name: (de, en)
        for name, de, en in ask("select \"column\", heading_de, heading_en from words where role <> 'code'")
    }
    listed = {name for (name,) in ask("select distinct \"column\" from words where role = 'code'")}
    columns = {name: kind for name, kind, *_ in ask("describe figures")}
    found.without += [(product, name) for name in columns if not all(headings.get(name, ("", "")))]
    for name in columns:
        if name in listed:
            found.without += [(product, name, *row) for row in ask(_unlabelled(name, columns))]
        elif columns[name] == "VARCHAR":
            like_codes = ask(
                f'select "{name}" from figures group by 1 having bool_and(regexp_full_match("{name}", ?))',
                CODE,
            )
            found.without += [(product, name, "is no listed code", value) for (value,) in like_codes]
    dimensions = [name for name in columns if name.endswith("_code") and name in listed]
    if not dimensions:
        return
    sheet = folder / f"{product}_excel.csv"
    is_printed = sheet.is_file()
    if is_printed:
        ask(
            "create or replace temp table printed as select * from"
            " read_csv(?, all_varchar = true, header = true, delim = ';', quote = '\"')",
            str(sheet),
        )
        (number,) = ask("select count(*) from printed")[0]
        assert (number,) == ask("select count(*) from figures")[0]
        found.rows += number
    for name in dimensions:
        label, code = headings[name][0], f"{headings[name][0]} (Code)"
        own = name.removesuffix("_code")
        # a product without a sheet prints its German labels in the dictionary alone
        german = "" if is_printed else "or words.heading_de is distinct from known.de"
        if own == "measure":
            table, known = headings["dataset_id"][0], "declared_measures"
            of_row = f'ltrim(printed."{table}", chr(9)) = known.dataset'
        else:
            known, of_row = "declared_codes", f"known.list = '{own}'"
        if is_printed:
            found.wrong += [
                (product, name, *row)
                for row in ask(
                    f"""select printed."{code}", printed."{label}", known.de, count(*) from printed
                    left join {known} as known on {of_row} and ltrim(printed."{code}", chr(9)) = known.code
                    where printed."{code}" is not null
                        and ltrim(printed."{label}", chr(9)) is distinct from known.de
                    group by all"""
                )
            ]
        of_figure = "figures.dataset_id" if own == "measure" else "''"
        of_known = "known.dataset = figures.dataset_id" if own == "measure" else f"known.list = '{own}'"
        found.wrong += [
            (product, name, *row)
            for row in ask(
                f"""select figures."{name}", words.heading_en, known.en, count(*) from figures
                left join words on words."column" = '{name}' and words.role = 'code'
                    and words.code = figures."{name}" and (
                        words.scope is null or list_contains(string_split(words.scope, ', '), {of_figure})
                    )
                left join {known} as known on {of_known} and known.code = figures."{name}"
                where figures."{name}" is not null and (words.heading_en is distinct from known.en {german})
                group by all"""
            )
        ]


def _unlabelled(name: str, columns: dict[str, str]) -> str:
    """Values of a column without a German and an English label; several in one field stand side by side."""
    return f"""
        with given as (
            select distinct "{name}"::varchar as value from figures where "{name}" is not null
        ), known as (
            select code from words
            where "column" = '{name}' and role = 'code' and heading_de <> '' and heading_en <> ''
        ), parts as (
            select value from given where value in (from known)
            union all
            select unnest(string_split(value, ', ')) from given where value not in (from known)
        )
        select distinct value from parts where value not in (from known) and value <> ''"""
