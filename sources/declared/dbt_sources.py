"""What the warehouse reads of declarations: the landing folder as sources, and the shared vocabulary.

The text is committed as `dbt_project/compiled/models/staging/sources.yml` and compared with a fresh one in a
test. A source's `external_location` is what dbt-duckdb puts in place of the table; it passes through
`str.format` and through Jinja, so the only braces in it are those of `env_var`.
"""

from __future__ import annotations

from itertools import groupby

import yaml

from sources.declared.catalogue import Catalog
from sources.foundation.sql import text_list
from sources.foundation.vocabulary import read_vocabulary

HEADER = """\
# Generated from the declarations in sources/catalog (make generate). Do not edit.
"""
LANDING = "{{ env_var('PLANSTAT_DATA', '.data') }}/landing"
CATALOG_TABLES = {
    "ledger": "One row per snapshot: what landed when, from where, with which hash, and whether it counts",
    "datasets": "One row per declared dataset",
    "missing_symbols": "One row per dialect and sign: what a sign in place of a number means",
    "code_lists": "One row per code list and code, with labels",
    "measures": "One row per dataset and measure, with labels, unit and decimals",
    "rounding": "One row per dataset, area prefix and period in which the publisher rounds",
    "area_history": "One row per area and change of the area (founded, merged, renamed)",
    "breaks": "One row per break in a series: figures before and after it do not compare",
    "area_names": "One row per area that published tables of Kreise name, with its name there",
    "answers": "One row per finding about an implausible number that a statistician has answered",
    "scenarios": "One row per assumption of a scenario that the office makes for the projection of children",
    "demand_rates": "One row per demand rate that the office plans with, by need, step, area, age and years",
    "rings": "One row per Vergleichsring of the office",
    "ring_members": "One row per member of a ring of the office, valid half open",
    "ring_indicators": "One row per ring of the office and indicator, compared in it or context of its peers",
    "goals": "One row per agreed goal that the office keeps in its own file",
    "index_editions": "One row per edition of a composite index that the office makes",
    "index_components": "One row per component of an edition of the office, with a reference where fixed",
    "index_classes": "One row per class of an edition of the office",
    "need_steps": "One row per step of a need and age group that counts for it, with years",
    "target_ages": "One row per target group and age group, with how many such parts make it up",
    "planned_places": "One row per step, area and years: places that the office has or plans",
    "text_corrections": "One row per text of a delivery that was read as another, or was to be, with reason",
    "area_aliases": "One row per code that tables print for an area of another code, until it ended",
    "area_identity": "One row per area code of tables that stands for a district of another code",
}


def render_dbt_sources(catalog: Catalog) -> str:
    """YAML text of the sources file: one source per publisher, and the catalogue's own tables."""
    sources = [
        {
            "name": "catalog",
            "description": "The ledger of snapshots and the catalogue as tables, written by landing",
            "tables": [
                _table(name, description, f"read_parquet('{LANDING}/{name}.parquet')")
                for name, description in CATALOG_TABLES.items()
            ],
        }
    ]
    for publisher, declarations in groupby(catalog.values(), key=lambda declaration: declaration.publisher):
        tables = []
        for declaration in declarations:
            glob = f"{LANDING}/{publisher}/{declaration.id}/snapshot=*/{declaration.shape}.parquet"
            location = (
                f"read_parquet('{glob}', hive_partitioning = true, hive_types_autocast = false,"
                " union_by_name = true)"
            )
            tables.append(_table(declaration.id, declaration.title_de, location))
        sources.append(
            {"name": publisher, "description": catalog.publishers[publisher].name_de, "tables": tables}
        )
    body = yaml.safe_dump(
        {"version": 2, "sources": sources},
        allow_unicode=True,
        sort_keys=False,
        width=1000,
        default_flow_style=False,
    )
    return HEADER + body


def _table(name: str, description: str, location: str) -> dict[str, object]:
    return {"name": name, "description": description, "config": {"meta": {"external_location": location}}}


VOCABULARY_HEADER = "{#- Generated from sources/foundation/vocabulary.yml (make generate). Do not edit. -#}\n"
VOCABULARY_MACROS = {
    "obs_statuses": "obs_status",
    "conf_statuses": "conf_status",
    "missing_reasons": "missing_reason",
}
"""Macro and the list of the shared vocabulary whose codes it gives, as SQL literals for `in (…)`."""


def render_vocabulary_macros() -> str:
    """The shared vocabulary for dbt: one macro per list, so that no test writes its codes down again."""
    known = read_vocabulary()
    return VOCABULARY_HEADER + "".join(
        f"{{% macro {macro}() %}}{text_list(known[name])}{{% endmacro %}}\n"
        for macro, name in VOCABULARY_MACROS.items()
    )
