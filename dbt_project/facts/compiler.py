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

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from dbt_project.contracts.contract import Column, Contract, columns, quoted, written_out
from dbt_project.facts.declaration import (
    FOLDER,
    CountMart,
    Fact,
    Summands,
    Table,
    load_facts,
    load_marts,
)
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.foundation.located_yaml import DeclarationError, Problem

PROJECT = Path(__file__).parent.parent
COMPILED = "dbt_project/compiled"
BY_HAND = PROJECT / "models"
CORRECTED = PROJECT / "seeds" / "corrections.csv"
TOTAL = "_T"
HEADER = "Generated from dbt_project/facts (make generate); do not edit."


CELL_BEFORE = {
    **columns("area_key", "area_code"),
    **columns("area_is_valid", "is_backcast", type="boolean"),
    **columns("period_key"),
    **columns("reference_date", type="date"),
}
MEASURED = {
    **columns("measure_code", "unit"),
    **columns("value", type="double?"),
    **columns("obs_status", "conf_status", "missing_reason"),
    **columns("raw_symbol", type="varchar?"),
    **columns("rounding_base", type="integer?"),
    **columns("dataset_id", "snapshot_id"),
}
VERSION = {
    **columns("last_snapshot_id"),
    **columns("correction_id", type="varchar?"),
    **columns("source_line", "source_column", type="integer"),
    **columns("known_from", type="timestamp"),
    **columns("known_to", "preferred_to", type="timestamp?"),
    **columns("is_preferred", type="boolean"),
    **columns("finding_id", "finding_check", type="varchar?"),
    **columns("published_value", "expected_value", type="double?"),
    **columns("finding_detail", "answer", type="varchar?"),
}
CODED = {
    **columns("label_de", "label_en"),
    **columns("parent_code", type="varchar?"),
    **columns("is_total", "is_additive", type="boolean"),
    **columns("part_dimension", "part_dimension_code", type="varchar?"),
    **columns("sort_order", type="integer"),
}


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
    marts = load_marts(facts, folder)
    written = {file.stem for file in by_hand.rglob("*.sql")}
    published = {name: fact for name, fact in facts.items() if not fact.form}
    problems = [
        Problem(str(folder / f"{name}.yml"), 0, key, message)
        for name, fact in facts.items()
        for key, message in _problems(fact, catalog, written)
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
        f"{models}/core/facts/facts.yml": written_out(
            {fact.model: _fact_contract(fact) for fact in published.values()}
        ),
        f"{models}/core/dimensions/code_lists.yml": written_out(
            {f"dim_{name}": _dimension_contract(name) for name in dimensions}
        ),
        f"{models}/marts/counts.yml": written_out(
            {f"mart_{name}": _mart_contract(mart) for name, mart in marts.items()}
        ),
        f"{models}/marts/sums/sums.yml": written_out(
            {name: _sum_contract(one, fact) for fact in published.values() for name, one in fact.sums.items()}
        ),
        f"{models}/territory/counts.yml": "version: 2\n\nmodels:\n"
        + "\n".join(_function_contracts(name) for name, mart in marts.items() if not mart.gemeinden),
        f"{COMPILED}/macros/facts.sql": _macros(facts, marts, catalog, written),
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
        if mart.gemeinden:
            continue
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
    corrected = CORRECTED.read_text("utf-8").partition("\n")[0].split(",")
    for name in fact.dimensions:
        if name not in catalog.code_lists:
            yield "dimensions", f"no code list {name!r} in sources/catalog/code_lists.yml"
        elif not fact.form and f"{name}_code" not in corrected:
            yield "dimensions", f"no column {name}_code in {CORRECTED.name}: no correction could name a cell"
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
        if table.gemeinden:
            row["gemeinden"] = True
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


def _fact_contract(fact: Fact) -> Contract:
    codes = [f"{name}_code" for name in fact.dimensions]
    return Contract(
        about=f"version of {fact.about}.",
        one_row_per=("dataset_id", "area_code", "period_key", "measure_code", *codes, "known_from"),
        typed_values=True,
        names_its_dataset=True,
        refers_to={
            "area_key": "dim_area",
            "period_key": "dim_period",
            **{f"{name}_code": f"dim_{name}" for name in fact.dimensions},
            "dataset_id, measure_code": "dim_measure",
            "dataset_id": "dim_dataset",
        },
        columns={
            f"{fact.fact}_key": Column(text="Key of the row: one text over its grain."),
            **CELL_BEFORE,
            **columns(*codes),
            **MEASURED,
            **VERSION,
        },
    )


def _dimension_contract(name: str) -> Contract:
    return Contract(
        about=f"code of the code list {name}.",
        one_row_per=(f"{name}_code",),
        columns={**columns(f"{name}_code"), **CODED},
    )


def _mart_contract(mart: CountMart) -> Contract:
    subject = ["subject"] if len(mart.facts) > 1 else []
    codes = [f"{one}_code" for one in mart.dimensions]
    return Contract(
        about=f"{mart.about}. Newest version, preferred table.",
        one_row_per=(*subject, "area_code", "period_key", *codes, "measure_code"),
        typed_values=True,
        names_its_dataset=True,
        columns={
            **columns(*subject, "area_key", "area_code", "area_level", "area_name"),
            **_of(CELL_BEFORE, "is_backcast", "period_key", "reference_date"),
            **columns(*codes),
            **MEASURED,
            **columns("known_from", type="timestamp"),
        },
    )


def _of(group: Mapping[str, Column], *names: str) -> dict[str, Column]:
    return {name: group[name] for name in names}


def _sum_sql(fact: Fact, one: Summands) -> str:
    whole = f", roots={one.whole}" if one.whole else ""
    return f"{{{{ summands('{fact.fact}', '{one.measure}', {list(one.by or fact.dimensions)}{whole}) }}}}\n"


def _sum_contract(one: Summands, fact: Fact) -> Contract:
    codes = {f"{dimension}_code": one.whole.get(dimension, TOTAL) for dimension in one.by or fact.dimensions}
    right = (
        "A plain sum over any areas is right, and over years too."
        if one.over_years
        else "A plain sum over any areas of one date is right; a stock is never summed over dates."
    )
    totals = {"fact": fact.fact, "measure": one.measure, "totals": codes}
    return Contract(
        about=f"cell that counts to a sum: {one.about}, Kreise only, divided as finely as parts add up to "
        f"the published total. {right}",
        one_row_per=("area_key", "period_key", *codes),
        tests=({"sums_to_totals": {"arguments": totals}},),
        columns={
            **columns("area_key", "area_code", "area_name"),
            **columns("land_code", type="varchar?"),
            **_of(CELL_BEFORE, "period_key", "reference_date"),
            **columns(*codes),
            **_of(MEASURED, "measure_code", "unit", "value", "obs_status", "missing_reason", "dataset_id"),
        },
    )


def _function_contracts(mart: str) -> str:
    cell = f"One row per cell of `mart_{mart}`"
    on = f"{cell} on the boundaries of a year-end, as known at a time."
    up = f"{cell} summed up along a hierarchy: the publisher's total, and the sum beside it."
    return (
        f"  - name: {mart}_on\n    description: {quoted(on)}\n"
        f"  - name: {mart}_up\n    description: {quoted(up)}\n"
    )


def _mart_sql(name: str, mart: CountMart) -> str:
    which = "    where area_level in {{ municipal_levels() }}\n" if mart.gemeinden else ""
    read = "".join(
        f"{fact} as (\n\n    select * from {{{{ ref('fct_{fact}') }}}}\n    where is_preferred\n\n),\n\n"
        for fact in mart.facts
    )
    return (
        f"with areas as (\n\n    select * from {{{{ ref('dim_area') }}}}\n{which}\n),\n\n"
        f"{read}{{{{ count_mart('{name}') }}}}\n"
    )


def _macros(
    facts: Mapping[str, Fact], marts: Mapping[str, CountMart], catalog: Catalog, written: Collection[str]
) -> str:
    staged = [
        staging_model(catalog[table.table])
        for fact in facts.values()
        for table in fact.tables
        if table.gemeinden
    ]
    published: dict[str, dict[str, Any]] = {}
    for fact in facts.values():
        for table in () if fact.form else fact.tables:
            dataset = catalog[table.table]
            model = staging_model(dataset)
            of_table = published.setdefault(
                table.table,
                {"publisher": dataset.publisher, "staged_in": model if model in written else None},
            )
            of_table["gemeinden"] = of_table.get("gemeinden", False) or table.gemeinden
    tables = "".join(f"    '{name}': {about},\n" for name, about in sorted(published.items()))
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
        municipal = {
            fact: [table.table for table in facts[fact].tables if table.gemeinden] for fact in mart.facts
        }
        apart = {fact: tables for fact, tables in municipal.items() if tables and not mart.gemeinden}
        counted += (
            f"    '{name}': {{\n        'facts': {of},\n"
            f"        'dimensions': {[f'{one}_code' for one in mart.dimensions]},\n"
            f"        'without_gemeinden_of': {apart},\n"
            "    },\n"
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
        "{#- The tables that facts are made of: publisher, the model that stages one in its own way, and\n"
        "    whether Gemeinden are printed there. -#}\n"
        "{% macro tables_of_facts() -%}\n"
        f"{{{{ return({{\n{tables}}}) }}}}\n"
        "{%- endmacro %}\n\n"
        "{#- The staged tables that print Gemeinden. -#}\n"
        "{% macro municipal_tables() -%}\n"
        f"{{{{ return({staged}) }}}}\n"
        "{%- endmacro %}\n\n"
        "{#- Marts of counts: the facts of each, what names a cell beside area, period, measure, and the\n"
        "    tables whose Gemeinden are left to the mart of Gemeinden. -#}\n"
        "{% macro count_marts() -%}\n"
        f"{{{{ return({{\n{counted}}}) }}}}\n"
        "{%- endmacro %}\n"
    )
