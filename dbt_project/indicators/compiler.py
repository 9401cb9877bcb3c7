"""Specifications become what dbt, the documentation and other programs read; all of it machine-owned.

`compile_files` returns every generated file as text (`dbt_project.generated` writes them); a test compares
the committed files with a fresh generation, so nothing here is ever edited by hand:

- seeds `indicator`, `indicator_part`, `indicator_area_level`, `indicator_edition`
- the wide mart, one column per indicator, with its contract and column docs, and a view per policy field
- `docs/indicators.md` for people and `docs/indicators.json`, a data structure definition for programs

An indicator is made of sides (numerator, denominator, published value), a side of a selection, a selection of
parts: one row per part, that is per combination of codes in a fact. Sides that select the same parts share a
selection, so that the pass sums it once.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dbt_project.contracts.contract import Column, Contract, columns, written_out
from dbt_project.indicators import composites
from dbt_project.indicators.specification import (
    FOLDER,
    TOTAL,
    Indicator,
    Specifications,
    Term,
)
from dbt_project.vocabulary import own_vocabulary
from sources.declared.breaks import SeriesBreak, breaks_on_record
from sources.declared.catalogue import CATALOG, load_catalog
from sources.declared.indices import class_rows, component_rows

PROJECT = Path(__file__).parent.parent.parent
SEEDS = "dbt_project/compiled/seeds"
WIDE = "dbt_project/compiled/models/marts/indicators/mart_indicator_wide"
FIELD_VIEWS = "dbt_project/compiled/models/views/mart_indicator_wide_"
FIELDS = {
    "Demografie": "demography",
    "Integration": "integration",
    "Armut": "poverty",
    "Arbeit": "labour",
    "Jugendhilfe": "youth_welfare",
    "Kita": "childcare",
    "Bildung": "education",
    "Inklusion": "inclusion",
    "Gesundheit/Pflege": "health_care",
    "Wohnen": "housing",
    "Querschnitt": "cross_cutting",
}
LETTERS = "DIAPJKBHWXZ"
GENERATED = "Generated from dbt_project/indicators (make generate); do not edit."
COMPARED = (
    "Ein Gebiet wird mit dem nächsthöheren verglichen, alle Gebiete einer Ebene zugleich: von 400, die nur "
    "der Zufall unterscheidet, liegen 20 außerhalb der Grenzen von 95 % und eines außerhalb der von 99,8 %. "
    "Die Grenzen rechnen die übliche Streuung der Gebiete ein; wie, steht in "
    "[kennzahlen-lesen.md](kennzahlen-lesen.md#viele-gebiete-zugleich). Zu den Brüchen unten kommen Nähte "
    "zwischen zwei Lieferungen einer Tabelle und neue Grenzen, die erst die Daten zeigen (`dim_break`). "
    "(Areas are compared with the next higher one, all of a level at once; limits allow for over-dispersion.)"
)
STATISTICS = {
    "proportion": "Anteil: Zähler ist Teil des Nenners, Wilson-Intervall",
    "rate": "Rate: Ereignisse je Nenner, Byar-Intervall",
    "odds": "Verhältnis zweier Gruppen einer Bevölkerung, Wilson-Intervall des Anteils",
    "published_share": "vom Herausgeber berechneter Anteil, Wilson-Intervall mit zurückgerechnetem Nenner",
    "none": "kein Zählwert, kein Intervall",
}


def compile_files(specifications: Specifications, folder: Path = FOLDER) -> dict[str, str]:
    """Every generated file: path relative to the project's root, and its text.

    Indices, rings and goals are read from `folder`; each of these files may be empty.
    """
    ordered = in_order(specifications)
    files = {
        f"{SEEDS}/indicator.csv": _table(_indicator_rows(specifications, ordered)),
        f"{SEEDS}/indicator_part.csv": _table(_part_rows(specifications, ordered)),
        f"{SEEDS}/indicator_area_level.csv": _table(
            {"indicator_id": one.id, "area_level": level} for one in ordered for level in one.area_levels
        ),
        f"{SEEDS}/indicator_edition.csv": _table(_edition_rows(ordered)),
        f"{WIDE}.sql": _wide_sql([one for one in ordered if passes(specifications, one)]),
        f"{WIDE}.yml": f"# {GENERATED}\n"
        + written_out(
            {"mart_indicator_wide": _wide_contract([one for one in ordered if passes(specifications, one)])}
        ),
        **_field_views(specifications, ordered),
        "docs/indicators.md": _page(specifications, ordered),
        "docs/indicators.json": _structure(specifications, ordered),
    }
    indices = composites.load_indices(specifications, folder)
    rings = composites.load_rings(specifications, folder)
    goals = composites.load_goals(specifications, rings, folder)
    chosen = {
        "index_edition": composites.edition_rows(indices),
        "index_component": component_rows(indices),
        "index_class": class_rows(indices),
        "peer_ring": composites.ring_rows(rings),
        "peer_ring_member": composites.member_rows(rings),
        "peer_ring_indicator": composites.ring_indicator_rows(rings),
        "goal": composites.example_rows(goals),
    }
    for name, rows in chosen.items():
        listed = [composites.as_seed(row) for row in rows]
        files[f"{SEEDS}/{name}.csv"] = _table(listed) if listed else _heading(name)
    return files


def in_order(specifications: Specifications) -> list[Indicator]:
    """Indicators in the order of the catalogue, each before its variants."""
    return sorted(specifications.values(), key=lambda one: (LETTERS.index(one.id[0]), int(one.id[1:3])))


def passes(specifications: Specifications, indicator: Indicator) -> bool:
    """Whether the indicator comes out of the pass over published facts.

    Those over a municipality's own forms do not: they are confidential and have a pass and a table of their
    own. Composites have a model of their own.
    """
    return _computed_by(specifications, indicator) in ("facts", "derived")


def breaks_on_record_of(specifications: Specifications, indicator: Indicator) -> list[SeriesBreak]:
    """The breaks that the catalogue has on record for the tables of an indicator, by date, each event once.

    Its tables are those of its facts that it names; of a fact of which it names none, all.
    """
    ids: set[str] = set()
    for fact in (specifications.facts[name] for name in specifications.facts_of(indicator)):
        tables = {fact.form} if fact.form else {table.table for table in fact.tables}
        ids |= tables & set(indicator.tables) or tables
    found = {
        (one.effective_date, one.what_de): one
        for one in _recorded()
        if one.kind != "revision" and any(table.startswith(one.statistic_prefix) for table in ids)
    }
    return [found[key] for key in sorted(found)]


@cache
def _recorded() -> tuple[SeriesBreak, ...]:
    return tuple(breaks_on_record(load_catalog(), CATALOG / "breaks.csv"))


def selection_id(terms: Sequence[Term]) -> str:
    """A stable short name of what is summed: equal for sides that select the same cells."""
    text = json.dumps([term.model_dump(mode="json") for term in terms], sort_keys=True)
    return f"{terms[0].fact}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def column_name(indicator_id: str) -> str:
    """Column of a wide mart: `d05_65plus` for `D05-65plus`."""
    return indicator_id.lower().replace("-", "_")


def _indicator_rows(specifications: Specifications, ordered: Iterable[Indicator]) -> Iterable[dict[str, Any]]:
    for one in ordered:
        operands = one.derived.operands if one.derived else ("", "")
        yield {
            "indicator_id": one.id,
            "base_id": one.base_id,
            "name_de": one.name.de,
            "name_en": one.name.en,
            "short_name_de": one.short_name.de,
            "short_name_en": one.short_name.en,
            "policy_field": one.policy_field,
            "unit": one.unit,
            "multiplier": _number(one.multiplier),
            "decimals": one.decimals,
            "direction": one.direction,
            "statistic": one.statistic,
            "scale": _number(100.0 if one.statistic == "published_share" else one.multiplier),
            "minimum_denominator": one.minimum_denominator,
            "denominator_date": "none"
            if one.published_value
            else one.denominator.date
            if one.denominator
            else "same",
            "is_estimate": str(one.estimate).lower(),
            "first_period": one.first_period,
            "last_period": one.last_period,
            "computed_by": _computed_by(specifications, one),
            "operation": one.derived.operation if one.derived else None,
            "operand_1": operands[0],
            "operand_2": operands[1],
            "waits_for": one.waits_for.input if one.waits_for else None,
            "waits_where": one.waits_for.where if one.waits_for else None,
            "waits_why": one.waits_for.why if one.waits_for else None,
            "law": one.law,
            "formula_source": one.formula.text,
            "formula_confirmed": str(one.formula.confirmed).lower(),
            "tables": " ".join(one.tables),
            "question_de": one.question.de,
            "question_en": one.question.en,
            "how_to_read_de": one.how_to_read.de,
            "how_to_read_en": one.how_to_read.en,
            "how_not_to_read_de": one.how_not_to_read.de,
            "how_not_to_read_en": one.how_not_to_read.en,
            "caveats_de": " ".join(specifications.traps[trap].de for trap in specifications.traps_of(one)),
            "caveats_en": " ".join(specifications.traps[trap].en for trap in specifications.traps_of(one)),
        }


def _computed_by(specifications: Specifications, one: Indicator) -> str:
    if not one.computes:
        return "nothing"
    if one.composite:
        return one.composite.model
    if one.derived:
        return "derived"
    return "forms" if specifications.is_own(one) else "facts"


def _part_rows(specifications: Specifications, ordered: Iterable[Indicator]) -> Iterable[dict[str, Any]]:
    for one in ordered:
        if not one.computes or one.composite:
            continue
        for role, terms in specifications.terms_of(one).items():
            for number, term in enumerate(terms, start=1):
                yield {
                    "indicator_id": one.id,
                    "role": role,
                    "selection_id": selection_id(terms),
                    "part_no": number,
                    "fact": term.fact,
                    "measure_code": term.measure,
                    "factor": _number(term.factor),
                    **{f"{name}_code": term.where.get(name, TOTAL) for name in specifications.dimensions},
                }


def _edition_rows(ordered: Iterable[Indicator]) -> Iterable[dict[str, Any]]:
    for one in ordered:
        for edition in one.editions:
            yield {
                "indicator_id": one.id,
                "edition_id": edition.id,
                "valid_from": edition.valid_from or "1900-01-01",
                "valid_to": edition.valid_to or "9999-12-31",
                "note_de": edition.note.de,
                "note_en": edition.note.en,
            }


def _table(rows: Iterable[dict[str, Any]]) -> str:
    rows = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _heading(seed: str) -> str:
    """The first line of a committed seed: what a table without rows consists of."""
    text = (PROJECT / SEEDS / f"{seed}.csv").read_text(encoding="utf-8")
    return text.partition("\n")[0] + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _field_views(specifications: Specifications, ordered: Sequence[Indicator]) -> dict[str, str]:
    """A view per policy field with its columns of the wide mart, for BI, and what is said about them."""
    files = {}
    about = [f"# {GENERATED}", "version: 2", "", "models:"]
    for field, slug in FIELDS.items():
        names = [
            column_name(one.id)
            for one in ordered
            if one.policy_field == field and passes(specifications, one)
        ]
        if not names:
            continue
        picked = ", ".join(names)
        files[f"{FIELD_VIEWS}{slug}.sql"] = (
            f"{{#- {GENERATED} -#}}\n"
            f"select area_key, area_code, area_level, area_name, reference_year, {picked}\n"
            "from {{ built('mart_indicator_wide') }}\n"
            f"where coalesce({picked}) is not null\n"
        )
        about += [
            f"  - name: mart_indicator_wide_{slug}",
            f'    description: "One row per area and year with a value: indicators of the field {field}, a'
            ' column each, as in `mart_indicator_wide`."',
        ]
    return files | {f"{FIELD_VIEWS}fields.yml": "\n".join(about) + "\n"}


def _wide_sql(columns: Sequence[Indicator]) -> str:
    picks = ",\n".join(
        f"    max(case when indicators.indicator_id = '{one.id}' then indicators.value end)"
        f" as {column_name(one.id)}"
        for one in columns
    )
    return f"""{{#- {GENERATED} -#}}
with indicators as (

    select * from {{{{ ref('fct_indicator') }}}}

),

areas as (

    select * from {{{{ ref('dim_area') }}}}

)

-- an area whose territory changes within the year has one row, under the newer version
select
    max(indicators.area_key) as area_key,
    indicators.area_code,
    areas.area_level,
    any_value(areas.area_name) as area_name,
    cast(year(indicators.reference_date) as integer) as reference_year,
{picks}
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_code, areas.area_level, year(indicators.reference_date)
"""


def _wide_contract(indicators: Sequence[Indicator]) -> Contract:
    return Contract(
        about="area and year: the indicators side by side, a column each. Days differ within a year "
        "(childcare 1 March, leavers 31 July); why a value is empty stands in `mart_indicator`. Views "
        "`mart_indicator_wide_<field>` hold the columns of one policy field.",
        one_row_per=("area_key", "reference_year"),
        columns={
            **columns("area_key", "area_code", "area_level", "area_name"),
            "reference_year": Column(type="integer", text="Year of the reference date."),
            **{column_name(one.id): _wide_column(one) for one in indicators},
        },
    )


def _wide_column(one: Indicator) -> Column:
    field = own_vocabulary()["policy_field"][one.policy_field]
    meta: dict[str, str | int] = {"unit": one.unit, "role": "measure"}
    meta |= {f"label_{code}": f"{one.id} {getattr(one.short_name, code)}" for code in ("de", "en")}
    meta |= {"description_de": f"{field.de}: {one.name.de}. {one.question.de}", "digits": one.decimals}
    text = f"{field.en}: {one.name.en}. {one.question.en}"
    return Column(type="double?", text=text.replace('"', "'"), meta=meta)


def _structure(specifications: Specifications, ordered: Sequence[Indicator]) -> str:
    """A data structure definition after SDMX: dimensions, measure, attributes, a concept per indicator."""
    concepts = []
    for one in ordered:
        concept = one.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        concept["base_id"] = one.base_id
        concept["computed_by"] = _computed_by(specifications, one)
        concept["traps"] = list(specifications.traps_of(one))
        concept["breaks"] = [
            {
                "at": f"{item.effective_date}",
                "areas": item.area_prefix,
                "note": {"de": item.what_de, "en": item.what_en},
            }
            for item in breaks_on_record_of(specifications, one)
        ]
        concepts.append(concept)
    structure = {
        "id": "PLANSTAT_INDICATORS",
        "note": GENERATED,
        "relation": "mart_indicator",
        "dimensions": [
            {"id": "indicator_id", "code_list": "indicators"},
            {"id": "area_code", "code_list": "dim_area"},
            {"id": "reference_date", "type": "date"},
        ],
        "measure": {"id": "value", "type": "double"},
        "attributes": [
            {"id": "unit"},
            {"id": "obs_status", "code_list": "CL_OBS_STATUS"},
            {"id": "conf_status", "code_list": "CL_CONF_STATUS"},
            {"id": "missing_reason"},
        ],
        "traps": {name: trap.model_dump() for name, trap in specifications.traps.items()},
        "indicators": concepts,
    }
    return json.dumps(structure, ensure_ascii=False, indent=1) + "\n"


def _page(specifications: Specifications, ordered: Sequence[Indicator]) -> str:
    computing = [one for one in ordered if one.computes]
    own = [one for one in computing if specifications.is_own(one)]
    out = [
        f"<!-- {GENERATED} -->",
        "# Indikatoren / Indicators",
        "",
        f"{len({one.base_id for one in ordered})} Indikatoren mit {len(ordered)} Ausprägungen; "
        f"{len(computing)} werden berechnet, {len(ordered) - len(computing)} warten auf eine Eingabe. "
        f"({len(computing)} of {len(ordered)} compute, the others name the input they wait for.) "
        f"{len(own)} davon aus den Vordrucken einer Kommune: ihre Werte sind vertraulich und stehen nie in "
        "den Produkten der veröffentlichten Tabellen. "
        "(These come from a municipality's own forms and are confidential.)",
        "",
        COMPARED,
        "",
    ]
    for field in FIELDS:
        chosen = [one for one in ordered if one.policy_field == field]
        out += [f"## {field}", ""]
        out += ["| id | Name | Einheit | berechnet aus / wartet auf |", "|---|---|---|---|"]
        out += [
            f"| [{one.id}](#{one.id.lower()}) | {one.name.de} | {one.unit} | {_origin(specifications, one)} |"
            for one in chosen
        ]
        out.append("")
        for one in chosen:
            out += _chapter(specifications, one)
    return "\n".join(out).rstrip() + "\n"


def _origin(specifications: Specifications, one: Indicator) -> str:
    if one.waits_for:
        return f"wartet auf: {one.waits_for.input} ({one.waits_for.where})"
    if one.composite:
        return f"`{one.composite.model}`"
    if one.derived:
        return f"{one.derived.operands[0]} und {one.derived.operands[1]}"
    named = [specifications.facts[name] for name in specifications.facts_of(one)]
    return ", ".join(f"Vordruck `{fact.form}`" if fact.form else f"`{fact.model}`" for fact in named)


def _chapter(specifications: Specifications, one: Indicator) -> list[str]:
    out = [
        f"### {one.id}",
        "",
        f"**{one.name.de}** · *{one.name.en}*",
        "",
        f"- Frage: {one.question.de} *{one.question.en}*",
        f"- So lesen: {one.how_to_read.de} *{one.how_to_read.en}*",
        f"- Nicht so: {one.how_not_to_read.de} *{one.how_not_to_read.en}*",
        f"- Formel: {one.formula.text}"
        + ("" if one.formula.confirmed else " (nicht an der Quelle bestätigt)"),
        f"- Einheit: {one.unit}, {one.decimals} Nachkommastellen; "
        + {"higher": "mehr ist besser", "lower": "weniger ist besser", "neutral": "ohne Wertung"}[
            one.direction
        ],
        f"- Statistik: {STATISTICS[one.statistic]}"
        + (f"; Mindestnenner {one.minimum_denominator}" if one.minimum_denominator else ""),
    ]
    if one.waits_for:
        out.append(f"- **Wartet auf:** {one.waits_for.input} ({one.waits_for.where}): {one.waits_for.why}")
    if one.denominator and one.denominator.date != "same":
        rule = {
            "year_before": "derselbe Tag des Vorjahres",
            "year_end": "31.12. des Jahres",
            "year_end_before": "31.12. des Vorjahres",
            "mean_of_two": "Mittel aus 31.12. des Vorjahres und des Jahres",
        }
        out.append(f"- Nenner: {rule[one.denominator.date]}")
    if one.law:
        out.append(f"- Recht: {one.law}")
    if one.tables:
        out.append(f"- Tabellen: {', '.join(one.tables)}")
    out.append(f"- Ebenen: {', '.join(one.area_levels)}")
    for edition in one.editions:
        span = f"{edition.valid_from or ''} bis {edition.valid_to or ''}".strip()
        out.append(f"- Ausgabe {edition.id} ({span}): {edition.note.de}")
    for item in breaks_on_record_of(specifications, one):
        out.append(f"- Bruch {item.effective_date:%d.%m.%Y}: {item.what_de}")
    for trap in specifications.traps_of(one):
        out.append(f"- Vorsicht: {specifications.traps[trap].de}")
    return [*out, ""]
