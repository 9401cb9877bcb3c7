"""`planstat indicators`: which indicator computes, from what, and which waits for which input, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dbt_project.indicators.compiler import FIELDS, in_order
from dbt_project.indicators.specification import Indicator, Specifications, load_specifications
from sources.foundation.told import Told

from . import own
from .warehouse import UnknownName, opened, rows

State = Literal["computes", "without values", "waits"]


@dataclass(frozen=True)
class Entry:
    """One indicator or variant in the register.

    state: `computes`; `without values` (specified and computable, but the loaded data hold no cell or no
    denominator for it); `waits` (for an input that is not here). `origin` says from what or for what.
    """

    indicator_id: str
    name_de: str
    name_en: str
    policy_field: str
    unit: str
    state: State
    origin: str
    why: str
    confirmed: bool
    periods: int = 0
    areas: int = 0
    values: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    levels: tuple[str, ...] = ()


def as_page(entries: Sequence[Entry], on: dt.date) -> str:
    """What computes over a data root, with levels, areas and dates, and what waits: as a page in Markdown."""
    computing = [one for one in entries if one.state == "computes"]
    recent = sum(one.last is not None and one.last.year >= RECENT for one in computing)
    lines = [
        "# Stand der Kennzahlen",
        "",
        f"Geschrieben von `planstat indicators --page` am {on:%d.%m.%Y}; nicht von Hand ändern. Von "
        f"{len(entries)} Kennzahlen und Varianten haben {len(computing)} Werte, {recent} davon für {RECENT} "
        "oder später.",
        "",
        "| Kennzahl | Name | Ebenen | Gebiete | Stichtage | Werte | ältester | neuester | aus |",
        "|---|---|---|---:|---:|---:|---|---|---|",
    ]
    lines += [
        f"| {one.indicator_id} | {one.name_de} | {', '.join(one.levels)} | {one.areas} | {one.periods} "
        f"| {one.values} | {_day(one.first)} | {_day(one.last)} | {one.origin} |"
        for one in computing
    ]
    for state, title in (("waits", "Worauf Kennzahlen warten"), ("without values", "Ohne Werte")):
        others = [one for one in entries if one.state == state]
        if others:
            lines += [
                "",
                f"## {title} ({len(others)})",
                "",
                "| Kennzahl | Name | worauf | warum |",
                "|---|---|---|---|",
            ]
            lines += [
                f"| {one.indicator_id} | {one.name_de} | {one.origin} | {_german(one.why)} |"
                for one in others
            ]
    return "\n".join(lines) + "\n"


RECENT = 2021
"""The year from which on a value counts as recent."""


def _day(day: dt.date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"


def _german(why: str) -> str:
    return why.de if isinstance(why, Told) else why


def register(
    warehouse: Path | None = None,
    policy_field: str | None = None,
    specifications: Specifications | None = None,
) -> list[Entry]:
    """Every indicator in the order of the catalogue, of one policy field or of all.

    With a warehouse also how many values there are. Raises `UnknownName` for a field that is none.
    """
    known = specifications or load_specifications()
    field = None if policy_field is None else _field(policy_field)
    counted, empty = (
        _counted(warehouse, known) if warehouse is not None and warehouse.is_file() else (None, set())
    )
    return [
        _entry(known, one, counted, empty) for one in in_order(known) if field in (None, one.policy_field)
    ]


def _field(text: str) -> str:
    """The policy field by its German name or its English column name, in any case."""
    for name, slug in FIELDS.items():
        if text.lower() in (name.lower(), slug):
            return name
    there = ", ".join(FIELDS)
    raise UnknownName(
        Told(
            f"no policy field {text!r}; there are {there}",
            f"kein Handlungsfeld {text!r}; es gibt {there}",
        )
    )


def _entry(
    known: Specifications,
    one: Indicator,
    counted: Mapping[str, dict[str, Any]] | None,
    empty: set[str],
) -> Entry:
    state: State = "computes"
    counts = (counted or {}).get(one.id, {})
    if one.waits_for:
        state, origin = "waits", f"{one.waits_for.input} ({one.waits_for.where})"
        why = one.waits_for.why
    else:
        origin, why = _origin(known, one), ""
        if counted is not None and not counts.get("values"):
            state = "without values"
            why = _why_empty(known, one, empty)
    return Entry(
        one.id,
        one.name.de,
        one.name.en,
        one.policy_field,
        one.unit,
        state,
        origin,
        why,
        one.formula.confirmed,
        **counts,
    )


def _origin(known: Specifications, one: Indicator) -> str:
    if one.composite:
        return one.composite.model
    if one.derived:
        return f"{one.derived.operands[0]} / {one.derived.operands[1]}"
    named = [known.facts[name] for name in known.facts_of(one)]
    return ", ".join(f"form {fact.form}" if fact.form else fact.model for fact in named)


def _why_empty(known: Specifications, one: Indicator, empty: set[str]) -> Told:
    if known.is_own(one):
        forms = sorted({known.facts[name].form or "" for name in known.facts_of(one)} & empty)
        if forms:
            named = ", ".join(forms)
            return Told(
                f"form not handed in: {named} (`planstat form` writes an empty one)",
                f"Vordruck nicht abgegeben: {named} (`planstat form` schreibt einen leeren)",
            )
        return Told(
            "the forms handed in hold no area or day for it",
            "die abgegebenen Vordrucke enthalten dafür kein Gebiet oder keinen Stichtag",
        )
    lacking = [known.facts[name].model for name in known.facts_of(one) if known.facts[name].model in empty]
    if lacking:
        facts, tables = ", ".join(lacking), ", ".join(one.tables)
        return Told(
            f"{facts} is empty: nothing of {tables} is delivered",
            f"{facts} ist leer: von {tables} ist nichts geliefert",
        )
    if one.composite:
        return Told("no area has all of its parts", "kein Gebiet hat alle Bestandteile")
    rule = one.denominator.date if one.denominator else "same"
    if rule == "year_end_before":
        return Told(
            "no numerator whose denominator of 31 December of the year before is loaded too",
            "zu keinem Zähler ist auch der Nenner vom 31. Dezember des Vorjahres geladen",
        )
    if rule == "year_before":
        return Told(
            "no numerator whose denominator of the year before is loaded too",
            "zu keinem Zähler ist auch der Nenner des Vorjahres geladen",
        )
    if rule == "mean_of_two":
        return Told(
            "no numerator whose denominators of both year-ends are loaded too",
            "zu keinem Zähler sind auch die Nenner beider Jahresenden geladen",
        )
    return Told(
        "the loaded data hold no cells for it, or none with a denominator of the same day",
        "die geladenen Daten enthalten dafür keine Zellen oder keine mit einem Nenner vom selben Tag",
    )


def _counted(warehouse: Path, known: Specifications) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Periods, areas and values per indicator in the warehouse, and the facts and forms without a cell.

    Composites and goals are counted in marts of their own.
    """
    sql = """
        select indicator_id, count(distinct reference_date) as periods, count(distinct area_code) as areas,
            count(value) as values, min(reference_date) as first, max(reference_date) as last,
            list_sort(list(distinct area_level)) as levels
        from fct_indicator
        where value is not null group by indicator_id
        union all
        select index_id, count(distinct reference_year), count(distinct area_code), count(*),
            make_date(min(reference_year), 12, 31), make_date(max(reference_year), 12, 31),
            list_sort(list(distinct area_level))
        from mart_social_index where obs_status <> 'M' group by index_id
        union all
        select 'Z01', count(distinct reference_date), count(distinct area_code), count(attainment_pct),
            min(reference_date), max(reference_date), []::varchar[]
        from mart_outcome having count(attainment_pct) > 0
    """
    with opened(warehouse) as connection:
        counted = {row.pop("indicator_id"): row for row in rows(connection, sql)}
        counts, given = own.counted(connection)
        counted |= {row.pop("indicator_id"): row for row in counts}
        for row in counted.values():
            row["levels"] = tuple(row.get("levels") or ())
        models = {fact.model for fact in known.facts.values() if fact.form is None}
        empty = {model for model in models if not rows(connection, f"select 1 from {model} limit 1")}
        empty |= {fact.form for fact in known.facts.values() if fact.form} - given
        return counted, empty
