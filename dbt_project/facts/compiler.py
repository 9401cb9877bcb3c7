"""Declarations of facts become what dbt reads; all of it machine-owned.

`compile_files` returns every generated file as text (`dbt_project.generated` writes them; a test compares):

- per fact its SQL, a call of `versioned_fact`, and its contract
- the staging of each of its tables that is not staged by SQL of its own in `models/staging`
- a dimension over each code list, with its contract; `dim_age_group` has SQL of its own
- per table of summands its SQL and its contract
- per mart of counts its SQL, its contract, and the two functions that carry it to other boundaries
- macros that tell other SQL which facts, forms and marts there are
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dbt_project.facts.declaration import (
    FOLDER,
    CountMart,
    Fact,
    OwnFact,
    Summands,
    Table,
    load_facts,
    load_marts,
    load_own_facts,
)
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.foundation.located_yaml import DeclarationError, Problem

PROJECT = Path(__file__).parent.parent
COMPILED = "dbt_project/compiled"
BY_HAND = PROJECT / "models"
TOTAL = "_T"
TYPED = "      - typed_values"
HEADER = "Generated from dbt_project/facts (make generate); do not edit."


class Column(NamedTuple):
    """A column of a contract. Its description is the docs block of its name unless `text` says it."""

    name: str
    data_type: str = "varchar"
    may_be_empty: bool = False
    text: str | None = None
    values: tuple[str, ...] = ()


CELL_BEFORE = (
    Column("area_key"),
    Column("area_code"),
    Column("area_is_valid", "boolean"),
    Column("is_backcast", "boolean"),
    Column("period_key"),
    Column("reference_date", "date"),
)
MEASURED = (
    Column("measure_code"),
    Column("unit"),
    Column("value", "double", True),
    Column("obs_status"),
    Column("conf_status"),
    Column("missing_reason"),
    Column("raw_symbol", may_be_empty=True),
    Column("rounding_base", "integer", True),
    Column("dataset_id"),
    Column("snapshot_id"),
)
VERSION = (
    Column("last_snapshot_id"),
    Column("correction_id", may_be_empty=True),
    Column("source_line", "integer"),
    Column("source_column", "integer"),
    Column("known_from", "timestamp"),
    Column("known_to", "timestamp", True),
    Column("preferred_to", "timestamp", True),
    Column("is_preferred", "boolean"),
    Column("finding_id", may_be_empty=True),
    Column("finding_check", may_be_empty=True),
    Column("published_value", "double", True),
    Column("expected_value", "double", True),
    Column("finding_detail", may_be_empty=True),
    Column("answer", may_be_empty=True),
)
CODED = (
    Column("label_de"),
    Column("label_en"),
    Column("parent_code", may_be_empty=True),
    Column("is_total", "boolean"),
    Column("is_additive", "boolean"),
    Column("part_dimension", may_be_empty=True),
    Column("part_dimension_code", may_be_empty=True),
    Column("sort_order", "integer"),
)


def compile_files(catalog: Catalog, folder: Path = FOLDER, by_hand: Path = BY_HAND) -> dict[str, str]:
    """Every generated file: path relative to the root of the repository, and its text.

    Args:
        catalog: the declared datasets and code lists.
        folder: where the declarations of facts stand.
        by_hand: where models written by hand stand; none is generated that stands there.

    Raises:
        DeclarationError: what a fact names is not there, or cannot be staged.
    """
    facts = load_facts(folder)
    own = load_own_facts(folder)
    marts = load_marts(facts, folder)
    written = {file.stem for file in by_hand.rglob("*.sql")}
    published = {name: fact for name, fact in facts.items() if not fact.form}
    problems = [
        Problem(str(folder / f"{name}.yml"), 0, key, message)
        for name, fact in facts.items()
        for key, message in _problems(fact, catalog, written)
    ]
    problems += [
        Problem(str(folder / f"{name}.yml"), 0, "sql", f"no fct_{name}.sql is written in {by_hand}/core")
        for name in own
        if f"fct_{name}" not in written
    ]
    if problems:
        raise DeclarationError(problems)
    models = f"{COMPILED}/models"
    dimensions = [
        name
        for name in sorted({one for fact in published.values() for one in fact.dimensions})
        if f"dim_{name}" not in written
    ]
    files = {
        f"{models}/core/facts/facts.yml": _contracts(
            [*map(_fact_contract, published.values()), *map(_own_contract, own.values())]
        ),
        f"{models}/core/dimensions/code_lists.yml": _contracts(map(_dimension_contract, dimensions)),
        f"{models}/marts/counts.yml": _contracts(_mart_contract(name, mart) for name, mart in marts.items()),
        f"{models}/marts/sums/sums.yml": _contracts(
            _sum_contract(name, fact) for fact in published.values() for name in fact.sums
        ),
        f"{models}/territory/counts.yml": _contracts(map(_function_contracts, marts)),
        f"{COMPILED}/macros/facts.sql": _macros(facts, marts),
    }
    for fact in published.values():
        if fact.model not in written:
            files[f"{models}/core/facts/{fact.model}.sql"] = _fact_sql(fact, catalog)
        for name, one in fact.sums.items():
            files[f"{models}/marts/sums/{name}.sql"] = _sum_sql(fact, one)
        for table in fact.tables:
            dataset = catalog[table.table]
            if (name := staging_model(dataset)) not in written:
                files[f"{models}/staging/{dataset.publisher}/{name}.sql"] = _staging_sql(dataset)
    for fact in facts.values():
        if fact.form and (name := staging_model(catalog[fact.form])) not in written:
            dataset = catalog[fact.form]
            files[f"{models}/staging/{dataset.publisher}/{name}.sql"] = _staging_sql(dataset)
    for name in dimensions:
        files[f"{models}/core/dimensions/dim_{name}.sql"] = f"{{{{ code_dimension('{name}') }}}}\n"
    for name, mart in marts.items():
        files[f"{models}/marts/mart_{name}.sql"] = _mart_sql(name, mart)
        files[f"{models}/territory/{name}_on.sql"] = (
            "{{ config(parameters=['gebietsstand := null', 'as_of := null']) }}\n"
            f"{{{{ counts_on('{name}') }}}}\n"
        )
        files[f"{models}/territory/{name}_up.sql"] = (
            "{{ config(\n"
            "    parameters=['hierarchy_name', 'from_level', 'to_level', "
            "'gebietsstand := null', 'as_of := null']\n"
            ") }}\n"
            f"{{{{ counts_up('{name}') }}}}\n"
        )
    return {
        path: f"{{#- {HEADER} -#}}\n{text}" if path.endswith(".sql") else f"# {HEADER}\n{text}"
        for path, text in files.items()
    }


def staging_model(dataset: Declaration) -> str:
    """The model that stages a dataset."""
    return f"stg_{dataset.publisher}__{dataset.id.replace('-', '_')}"


def printed_by(fact: Fact, table: Table, catalog: Catalog) -> tuple[str, ...]:
    """The dimensions of a fact that are columns of its table's staging model, in the order of the fact."""
    given = catalog[table.table].dimensions if table.by is None else table.by
    return tuple(name for name in fact.dimensions if name in given and name not in table.at)


def _problems(fact: Fact, catalog: Catalog, written: Collection[str]) -> Iterator[tuple[str, str]]:
    """What a fact names that is not there, or cannot be staged: the key and what is wrong."""
    for name in fact.dimensions:
        if name not in catalog.code_lists:
            yield "dimensions", f"no code list {name!r} in sources/catalog/code_lists.yml"
    for one in (*fact.tables, *([Table(table=fact.form)] if fact.form else [])):
        dataset = catalog.get(one.table)
        if dataset is None:
            yield "tables", f"no dataset {one.table!r} is declared in sources/catalog"
        elif dataset.shape != "cells" and staging_model(dataset) not in written:
            where = f"models/staging/{dataset.publisher}"
            yield "tables", f"{one.table} is no table of cells: stage it in {where}"
        elif dataset.unused:
            yield (
                "tables",
                f"{one.table} says why no figure comes of it: take `unused` out of its declaration",
            )
        elif staging_model(dataset) in written:
            continue  # SQL of its own may print what the declaration does not say
        elif one.by is not None:
            yield "tables", f"{one.table} is staged by what it declares: leave out `by`"
        elif not fact.form and (lost := sorted(set(dataset.dimensions) - set(fact.dimensions))):
            yield "tables", f"{one.table} prints {', '.join(lost)}, which is none of the fact's dimensions"
    named = [(name, code) for table in fact.tables for name, code in table.at.items()]
    named += [(one.dimension, code) for one in fact.judged.parts for code in (*one.parts, one.total or TOTAL)]
    named += [(name, code) for name, codes in fact.judged.unshared.items() for code in codes]
    named += [(name, code) for one in fact.sums.values() for name, code in one.whole.items()]
    named += [("age_group", code) for one in fact.age_partitions for code in one.codes]
    for name, code in dict.fromkeys(named):
        if name in catalog.code_lists and code not in catalog.code_lists[name].codes:
            yield name, f"{code!r} is not in the code list"


def _staging_sql(dataset: Declaration) -> str:
    return f"{{{{ stage_cells('{dataset.publisher}', '{dataset.id}', {list(dataset.dimensions)}) }}}}\n"


def _fact_sql(fact: Fact, catalog: Catalog) -> str:
    rows = []
    for table in fact.tables:
        row: dict[str, Any] = {"model": staging_model(catalog[table.table])}
        if table.at:
            row["fixed"] = table.at
        printed = printed_by(fact, table, catalog)
        if printed != tuple(name for name in fact.dimensions if name not in table.at):
            row["has"] = list(printed)
        if table.measures:
            row["measure"] = list(table.measures)
        rows.append(f"    {row},\n")
    note = f"{{#- {fact.note} -#}}\n" if fact.note else ""
    by = f"{{\n{_laid_out(fact.how, '    ')}}}" if fact.how else "{}"
    called = f"versioned_fact('{fact.fact}', {list(fact.dimensions)}, [\n{''.join(rows)}], judged_by={by})"
    return f"{note}{{{{ {called} }}}}\n"


def _laid_out(mapping: Mapping[str, Any], indent: str) -> str:
    """A mapping as Jinja reads it, an entry a line, lists of mappings with an item a line."""
    out = []
    for key, value in mapping.items():
        if isinstance(value, list) and value and not isinstance(value[0], str):
            items = "".join(f"{indent}    {item},\n" for item in value)
            out.append(f"{indent}'{key}': [\n{items}{indent}],\n")
        else:
            out.append(f"{indent}'{key}': {value},\n")
    return "".join(out)


def _fact_contract(fact: Fact) -> str:
    codes = [f"{name}_code" for name in fact.dimensions]
    refers = {"area_key": "dim_area", "period_key": "dim_period"}
    refers |= {f"{name}_code": f"dim_{name}" for name in fact.dimensions}
    refers |= {"dataset_id, measure_code": "dim_measure", "dataset_id": "dim_dataset"}
    key = Column(f"{fact.fact}_key", text="Key of the row: one text over its grain.")
    return _contract(
        fact.model,
        f"One row per version of {fact.about}.",
        ["dataset_id", "area_code", "period_key", "measure_code", *codes, "known_from"],
        [key, *CELL_BEFORE, *map(Column, codes), *MEASURED, *VERSION],
        tests=[
            TYPED,
            "      - refers_to:",
            "          arguments:",
            "            dimensions:",
            *(f"              {columns}: {dimension}" for columns, dimension in refers.items()),
        ],
    )


def _own_contract(fact: OwnFact) -> str:
    tests = []
    if fact.typed_values:
        tests.append(
            TYPED if fact.typed_values == "all" else f"{TYPED}: {{arguments: {{has_conf_status: false}}}}"
        )
    if fact.refers_to:
        named = ", ".join(f"{column}: {dimension}" for column, dimension in fact.refers_to.items())
        tests.append(f"      - refers_to: {{arguments: {{dimensions: {{{named}}}}}}}")
    return _contract(
        f"fct_{fact.fact}",
        f"One row per {fact.about}.",
        fact.one_row_per,
        [
            Column(name, one.type.rstrip("?"), one.type.endswith("?"), one.text, one.values)
            for name, one in fact.columns.items()
        ],
        tests=tests,
    )


def _dimension_contract(name: str) -> str:
    return _contract(
        f"dim_{name}",
        f"One row per code of the code list {name}.",
        [f"{name}_code"],
        [Column(f"{name}_code"), *CODED],
    )


def _mart_contract(name: str, mart: CountMart) -> str:
    subject = ["subject"] if len(mart.facts) > 1 else []
    codes = [f"{one}_code" for one in mart.dimensions]
    return _contract(
        f"mart_{name}",
        f"One row per {mart.about}. Newest version, preferred table.",
        [*subject, "area_code", "period_key", *codes, "measure_code"],
        [
            *map(Column, [*subject, "area_key", "area_code", "area_level", "area_name"]),
            *CELL_BEFORE[3:],
            *map(Column, codes),
            *MEASURED,
            Column("known_from", "timestamp"),
        ],
        tests=[TYPED],
    )


def _sum_sql(fact: Fact, one: Summands) -> str:
    whole = f", roots={one.whole}" if one.whole else ""
    return f"{{{{ summands('{fact.fact}', '{one.measure}', {list(one.by or fact.dimensions)}{whole}) }}}}\n"


def _sum_contract(name: str, fact: Fact) -> str:
    one = fact.sums[name]
    codes = {f"{dimension}_code": one.whole.get(dimension, TOTAL) for dimension in one.by or fact.dimensions}
    right = (
        "A plain sum over any areas is right, and over years too."
        if one.over_years
        else "A plain sum over any areas of one date is right; a stock is never summed over dates."
    )
    totals = ", ".join(f"{column}: {code}" for column, code in codes.items())
    return _contract(
        name,
        f"One row per cell that counts to a sum: {one.about}, Kreise only, divided as finely as parts add up "
        f"to the published total. {right}",
        ["area_key", "period_key", *codes],
        [
            *map(Column, ("area_key", "area_code", "area_name")),
            Column("land_code", may_be_empty=True),
            *CELL_BEFORE[4:],
            *map(Column, codes),
            *MEASURED[:4],
            *(column for column in MEASURED if column.name in ("missing_reason", "dataset_id")),
        ],
        tests=[
            "      - sums_to_totals:",
            "          arguments:",
            f"            fact: {fact.fact}",
            f"            measure: {one.measure}",
            f"            totals: {{{totals}}}",
        ],
    )


def _function_contracts(mart: str) -> str:
    cell = f"One row per cell of `mart_{mart}`"
    on = f"{cell} on the boundaries of a year-end, as known at a time."
    up = f"{cell} summed up along a hierarchy: the publisher's total, and the sum beside it."
    return (
        f"  - name: {mart}_on\n    description: {_quoted(on)}\n"
        f"  - name: {mart}_up\n    description: {_quoted(up)}\n"
    )


def _contract(
    model: str,
    description: str,
    one_row_per: Sequence[str],
    columns: Iterable[Column],
    *,
    tests: Sequence[str] = (),
) -> str:
    """A model's contract: description, grain, tests, columns with type and whether they may be empty."""
    out = [
        f"  - name: {model}",
        f"    description: {_quoted(description)}",
        "    data_tests:",
        "      - one_row_per:",
        "          arguments:",
        f"            columns: [{', '.join(one_row_per)}]",
    ]
    out += [*tests, "    columns:"]
    for one in columns:
        about = one.text or f"{{{{ doc('{one.name}') }}}}"
        values = f"{{values: [{', '.join(one.values)}]}}"
        accepted = f", data_tests: [{{accepted_values: {{arguments: {values}}}}}]" if one.values else ""
        never_empty = "" if one.may_be_empty else ", constraints: [{type: not_null}]"
        out.append(
            f"      - {{name: {one.name}, data_type: {one.data_type}, "
            f"description: {_quoted(about)}{never_empty}{accepted}}}"
        )
    return "\n".join(out) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _contracts(models: Iterable[str]) -> str:
    return "version: 2\n\nmodels:\n" + "\n".join(models)


def _mart_sql(name: str, mart: CountMart) -> str:
    read = "".join(
        f"{fact} as (\n\n    select * from {{{{ ref('fct_{fact}') }}}}\n    where is_preferred\n\n),\n\n"
        for fact in mart.facts
    )
    return (
        "with areas as (\n\n    select * from {{ ref('dim_area') }}\n\n),\n\n"
        f"{read}{{{{ count_mart('{name}') }}}}\n"
    )


def _macros(facts: Mapping[str, Fact], marts: Mapping[str, CountMart]) -> str:
    rows = "".join(
        f"    {{'name': '{name}', 'model': '{fact.model}', 'dimensions': {list(fact.dimensions)}}},\n"
        for name, fact in facts.items()
        if not fact.form
    )
    forms = {name: fact.form for name, fact in facts.items() if fact.form}
    own = list(dict.fromkeys(name for fact in facts.values() if fact.form for name in fact.dimensions))
    counted = ""
    for name, mart in marts.items():
        of = {fact: [f"{one}_code" for one in facts[fact].dimensions] for fact in mart.facts}
        counted += (
            f"    '{name}': {{\n        'facts': {of},\n"
            f"        'dimensions': {[f'{one}_code' for one in mart.dimensions]},\n    }},\n"
        )
    return (
        "{#- Facts over published tables, with their dimensions. -#}\n"
        "{% macro indicator_facts() -%}\n"
        f"{{{{ return([\n{rows}]) }}}}\n"
        "{%- endmacro %}\n\n"
        "{#- Facts counted on a municipality's forms, with the form, and their dimensions: kept apart. -#}\n"
        "{% macro indicator_forms() -%}\n"
        f"{{{{ return({{'forms': {forms}, 'dimensions': {own}}}) }}}}\n"
        "{%- endmacro %}\n\n"
        "{#- Marts of counts: the facts of each, and what names a cell beside area, period, measure. -#}\n"
        "{% macro count_marts() -%}\n"
        f"{{{{ return({{\n{counted}}}) }}}}\n"
        "{%- endmacro %}\n"
    )
