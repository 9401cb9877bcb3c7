"""What `planstat projection` shows: the test on the past, and the years ahead of one area with what
they rest on.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dbt_project.vocabulary import written
from sources.foundation.told import Told, day_in

from .asking.need import need
from .asking.projection import NothingProjected, ahead, trials
from .display import plain_table
from .language import Both, Language

if TYPE_CHECKING:
    from rich.console import Console

    from ..resources import Paths

_HEADS = (
    Both("Ebene", "level"),
    Both("Alter", "ages"),
    Both("von", "from"),
    Both("bis", "to"),
    Both("Jahre", "years"),
    Both("Größe", "size"),
    Both("Gebiete", "areas"),
    Both("wie heute", "as today"),
    Both("Geburten gleich", "births held"),
    Both("Geburten folgen", "births follow"),
    Both("gezeigt", "shown"),
    Both("Verfahren", "method"),
)
_TITLE = Both(
    "Mittlerer absoluter Fehler in Prozent; ‖: dazwischen liegt ein Zensus, dessen Korrektur mitzählt.",
    "Mean absolute error in per cent; ‖: a census lies between, whose correction counts.",
)
_JUDGED = Both(
    "{level} {ages}: in Jahren, die an der Wahl nicht beteiligt waren, {shown} % gezeigt, {today} % wie"
    " heute; das 80-%-Intervall hielt dort {coverage} % der Werte",
    "{level} {ages}: in years that had no part in the choice {shown} % shown, {today} % as today;"
    " there the 80 % interval held {coverage} % of the figures",
)
_AHEAD = (
    Both("Alter", "ages"),
    Both("Stichtag", "date"),
    Both("Wert", "value"),
    Both("80 %", "80 %"),
    Both("Verfahren", "method"),
    Both("Fehler", "error"),
    Both("wie heute", "as today"),
)
_RESTS = Both(
    "Ausgang: {dataset}, {base}. Raten aus {years} Jahren, zu {own} % aus dem Gebiet selbst, sonst aus dem"
    " Gebiet darüber.",
    "Base: {dataset}, {base}. Ratios of {years} years, {own} % from the area itself, else from the area"
    " around.",
)
_SCENARIO = Both("Szenario {name}: {title} ({source})", "Scenario {name}: {title} ({source})")
_EDITIONS = Both("Ausgaben: {editions}", "Editions: {editions}")
_CENSUS = Both("Zensus", "census")
_NO_RATIO = Both(
    "‖ trennt Ausgaben verschiedener Zensusgrundlage: über sie hinweg gibt es keine Rate.",
    "‖ parts editions of different censuses: no ratio is taken across.",
)
_SHORT = {
    "published": Both("gezählt", "counted"),
    "as_today": Both("wie heute", "as today"),
    "sum": Both("Summe der Gebiete", "sum of its areas"),
    "cohorts": Both("Jahrgänge", "cohorts"),
    "cohorts_births_held": Both("Jahrgänge, Geburten gleich", "cohorts, births held"),
    "cohorts_births_follow": Both("Jahrgänge, Geburten folgen", "cohorts, births follow"),
}
_SIZES = ("<2", "2–5", "5–20", "20–100", "100–200", "200–500", "≥500")


def print_backtest(
    paths: Paths, level: str | None, by_size: bool, as_csv: bool, console: Console, language: Language
) -> None:
    """The errors of every projection that the data at hand allow to test."""
    found = trials(paths.warehouse, level, by_size=by_size)
    if as_csv:
        console.print(_csv(found), end="", markup=False)
        return
    table = plain_table(*(head.say(language) for head in _HEADS))
    for column in table.columns[4:11]:
        column.justify = "right"
    for row in found:
        size = "" if row["size_class"] < 0 else f"{_SIZES[row['size_class']]}"
        table.add_row(
            row["area_level"],
            row["age_group_code"],
            f"{row['base_date']:%Y-%m}",
            f"{row['target_date']:%Y-%m}" + (" ‖" if row["crosses_break"] else ""),
            f"{row['horizon_years']}",
            size,
            f"{row['areas_count']}",
            *(_number(row[name], language) for name in _ERRORS),
            _SHORT[row["projection_method"]].say(language),
        )
    console.print(_TITLE.say(language), markup=False)
    console.print(table)
    for row in {(one["area_level"], one["age_group_code"]): one for one in found}.values():
        console.print(
            _JUDGED.say(
                language,
                level=row["area_level"],
                ages=row["age_group_code"],
                shown=_number(row["left_out_off_pct"], language),
                today=_number(row["left_out_as_today_off_pct"], language),
                coverage=_number(row["coverage_pct"], language),
            ),
            markup=False,
        )


_ERRORS = ("as_today_off_pct", "births_held_off_pct", "births_follow_off_pct", "off_pct")


def print_ahead(
    paths: Paths,
    area: str,
    scenario: str,
    as_csv: bool,
    console: Console,
    language: Language,
    period: str | None = None,
) -> None:
    """The years ahead of one area, with interval, method, errors, and the editions that they rest on.

    `period`: one year, or several as 2026-2030; all without it.
    """
    answer = ahead(paths.warehouse, area, scenario, _years(period))
    if as_csv:
        console.print(_csv(answer.rows), end="", markup=False)
        return
    first = answer.rows[0]
    title = first[f"scenario_label_{language}"]
    console.print(f"{answer.area['area_name']} ({answer.area['area_code']})", markup=False)
    console.print(
        _SCENARIO.say(language, name=scenario, title=title, source=first["scenario_source"]), markup=False
    )
    table = plain_table(*(head.say(language) for head in _AHEAD))
    for row in answer.rows:
        limits = (row["projection_lower"], row["projection_upper"])
        has_limits = row["horizon_years"] and None not in limits
        table.add_row(
            row[f"label_{language}"],
            day_in(row["reference_date"], language),
            _count(row["value"]),
            f"{_count(limits[0])} – {_count(limits[1])}" if has_limits else "",
            _SHORT[row["projection_method"]].say(language),
            _number(row["off_pct"], language),
            _number(row["as_today_off_pct"], language),
        )
    console.print(table)
    console.print(
        _RESTS.say(
            language,
            dataset=first["dataset_id"],
            base=day_in(first["base_date"], language),
            years=_number(first["ratio_years"], language),
            own=_count(first["own_weight_pct"]),
        ),
        markup=False,
    )
    told = ""
    for before, edition in zip([None, *answer.editions], answer.editions, strict=False):
        parted = " ‖ " if before is not None and before["basis"] != edition["basis"] else ", " if told else ""
        census = f", {_CENSUS.say(language)}" if edition["is_census"] else ""
        told += f"{parted}{day_in(edition['reference_date'], language)} ({edition['dataset_id']}{census})"
    console.print(_EDITIONS.say(language, editions=told), markup=False)
    console.print(_NO_RATIO.say(language), markup=False)


_NEED = (
    Both("Jahresende", "year-end"),
    Both("Kinder", "children"),
    Both("Quote", "rate"),
    Both("Bedarf", "need"),
    Both("Bestand", "stock"),
    Both("Lücke", "gap"),
    Both("80 %", "80 %"),
)
_DEMAND = Both("Bedarfsquote {name}: {title} ({source})", "Demand rate {name}: {title} ({source})")
_RATE_OF = Both(
    "Quote: von {area}, {day}{note}.",
    "Rate: of {area}, {day}{note}.",
)
_STOCK = {
    "PLACES": Both(
        "Bestand: Plätze von {count} Einrichtungen, {dataset}, {day}.",
        "Stock: places of {count} facilities, {dataset}, {day}.",
    ),
    "CHILDREN": Both(
        "Bestand: betreute Kinder, {dataset}, {day}; Plätze dieser Altersgruppe sind nicht bekannt.",
        "Stock: children in day care, {dataset}, {day}; places of this age group are not known.",
    ),
}
_PRINCIPLE = Both(
    "Kinder zählen, wo sie wohnen, Plätze, wo sie liegen. Lücke: Bedarf minus Bestand; unter null sind mehr"
    " Plätze da als nachgefragt. Der Bedarf vom 31.12. gilt für den 1.3. danach.",
    "Children count where they live, places where they lie. Gap: need minus stock; below zero there are more"
    " places than asked for. The need of 31 December is for 1 March after it.",
)


def print_need(
    paths: Paths,
    area: str,
    scenario: str,
    as_csv: bool,
    console: Console,
    language: Language,
    period: str | None = None,
) -> None:
    """Need and places of one area, by demand rate, with what rate and stock rest on."""
    answer = need(paths.warehouse, area, scenario, _years(period))
    if as_csv:
        console.print(_csv(answer.rows), end="", markup=False)
        return
    console.print(f"{answer.area['area_name']} ({answer.area['area_code']})", markup=False)
    for demand in dict.fromkeys(row["demand_id"] for row in answer.rows):
        found = [row for row in answer.rows if row["demand_id"] == demand]
        title, source = found[0][f"demand_label_{language}"], found[0]["demand_source"]
        console.print(_DEMAND.say(language, name=demand, title=title, source=source), markup=False)
        for ages in dict.fromkeys(row[f"label_{language}"] for row in found):
            _print_need_of(
                ages, [row for row in found if row[f"label_{language}"] == ages], console, language
            )
    console.print(_PRINCIPLE.say(language), markup=False)


def _print_need_of(ages: str, found: Sequence[dict[str, Any]], console: Console, language: Language) -> None:
    """One age group at one demand rate, with what both sides rest on."""
    console.print(ages, markup=False, style="bold")
    table = plain_table(*(head.say(language) for head in _NEED))
    for column in table.columns[1:]:
        column.justify = "right"
    for row in found:
        table.add_row(
            f"{row['reference_date']:%Y}",
            _count(row["children_count"]),
            _number(row["demand_rate_pct"], language) + " %",
            _count(row["value"]),
            _count(row["stock_count"]),
            _count(row["gap"]),
            _span(row["gap_lower"], row["gap_upper"]),
        )
    console.print(table)
    row = found[-1]
    if row["rate_area_code"]:
        note = f"; {row['demand_note']}" if row["demand_note"] else ""
        day = day_in(row["rate_date"], language)
        console.print(_RATE_OF.say(language, area=row["rate_area_code"], day=day, note=note), markup=False)
    if row["stock_kind"]:
        words = _STOCK[row["stock_kind"]].say(
            language,
            count=_count(row["facilities_count"]),
            dataset=row["stock_dataset_id"],
            day=day_in(row["stock_date"], language),
        )
        console.print(words, markup=False)


ASKED = {"projection": print_ahead, "need": print_need}
"""What `query` and `explain` are asked for, where they are asked for no indicator."""


def _span(lower: float | None, upper: float | None) -> str:
    return "" if lower is None or upper is None or lower == upper else f"{lower:.0f} – {upper:.0f}"


def _years(period: str | None) -> tuple[int, int] | None:
    """First and last year of a period like 2030 or 2026-2030."""
    if period is None:
        return None
    first, _, last = period.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        raise NothingProjected(
            Told(
                f"{period!r} is no year like 2030 or 2026-2030",
                f"{period!r} ist kein Jahr wie 2030 oder 2026-2030",
            )
        )
    return int(first), int(last or first)


def _number(value: float | None, language: Language) -> str:
    return "–" if value is None or math.isnan(value) else written(value, ".1f", language)


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _csv(found: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()
