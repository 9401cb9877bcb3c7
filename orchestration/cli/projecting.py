"""What `planstat projection` shows: the test on the past, and the years ahead of one area with what
they rest on.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dbt_project.vocabulary import meaning, written
from sources.declared.needs import NeedId, steps
from sources.foundation.told import Phrase, Told, day_in

from .asking.labels import label_of
from .asking.need import need
from .asking.projection import NothingProjected, ahead, trials
from .display import plain_table
from .language import Language

if TYPE_CHECKING:
    from rich.console import Console

    from ..resources import Paths

_HEADS = (
    Phrase("Ebene", "level"),
    Phrase("Alter", "ages"),
    Phrase("von", "from"),
    Phrase("bis", "to"),
    Phrase("Jahre", "years"),
    Phrase("Größe", "size"),
    Phrase("Gebiete", "areas"),
    Phrase("wie heute", "as today"),
    Phrase("Geburten gleich", "births held"),
    Phrase("Geburten folgen", "births follow"),
    Phrase("gezeigt", "shown"),
    Phrase("Verfahren", "method"),
)
_TITLE = Phrase(
    "Mittlerer absoluter Fehler in Prozent; ‖: dazwischen liegt ein Zensus, dessen Korrektur mitzählt.",
    "Mean absolute error in per cent; ‖: a census lies between, whose correction counts.",
)
_JUDGED = Phrase(
    "{level} {ages}: in Jahren, die nicht in die Wahl eingingen, {shown} % gezeigt, {today} % wie"
    " heute; im 80-%-Intervall lagen dort {coverage} % der Werte",
    "{level} {ages}: in years that had no part in the choice {shown} % shown, {today} % as today;"
    " there the 80 % interval held {coverage} % of the figures",
)
_AHEAD = (
    Phrase("Alter", "ages"),
    Phrase("Stichtag", "date"),
    Phrase("Wert", "value"),
    Phrase("80 %", "80 %"),
    Phrase("Verfahren", "method"),
    Phrase("Fehler", "error"),
    Phrase("wie heute", "as today"),
)
_RESTS = Phrase(
    "Ausgang: {dataset}, {base}. Raten aus {years} Jahren, zu {own} % aus dem Gebiet selbst, sonst aus dem"
    " Gebiet darüber.",
    "Base: {dataset}, {base}. Ratios of {years} years, {own} % from the area itself, else from the area"
    " around.",
)
_SCENARIO = Phrase("Szenario {name}: {title} ({source})", "Scenario {name}: {title} ({source})")
_RATIO = Phrase(
    "{ages}: {persons} derselben Jahrgänge am {base} × {ratio} = {value}",
    "{ages}: {persons} of the same birth years on {base} × {ratio} = {value}",
)
_EDITIONS = Phrase("Ausgaben: {editions}", "Editions: {editions}")
_CENSUS = Phrase("Zensus", "census")
_NO_RATIO = Phrase(
    "‖ trennt Ausgaben verschiedener Zensusgrundlage: über sie hinweg gibt es keine Rate.",
    "‖ parts editions of different censuses: no ratio is taken across.",
)
_SHORT = {
    "published": Phrase("gezählt", "counted"),
    "as_today": Phrase("wie heute", "as today"),
    "within_group": Phrase("in der Altersgruppe geschätzt", "estimated within its group"),
    "sum": Phrase("Summe der Gebiete", "sum of its areas"),
    "cohorts": Phrase("Jahrgänge", "cohorts"),
    "cohorts_births_held": Phrase("Jahrgänge, Geburten gleich", "cohorts, births held"),
    "cohorts_births_follow": Phrase("Jahrgänge, Geburten folgen", "cohorts, births follow"),
}
_SIZES = ("<2", "2–5", "5–20", "20–100", "100–200", "200–500", "≥500")


def print_backtest(
    paths: Paths, level: str | None, by_size: bool, as_csv: bool, console: Console, language: Language
) -> None:
    """The errors of every projection that the data at hand allow to test."""
    found = trials(paths.warehouse, level, by_size=by_size)
    if as_csv:
        console.print(csv_text(found), end="", markup=False, soft_wrap=True)
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

    `period`: one year, or several as 2026-2030; all without it. Of one year alone the ratio of each age group
    that is born at the base stands below.
    """
    answer = ahead(paths.warehouse, area, scenario, years_of(period))
    if as_csv:
        console.print(csv_text(answer.rows), end="", markup=False, soft_wrap=True)
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
    for row in answer.rows if len({one["reference_date"] for one in answer.rows}) == 1 else ():
        if row["projection_method"].startswith("cohorts") and row["cohort_base_value"]:
            console.print(
                _RATIO.say(
                    language,
                    ages=row[f"label_{language}"],
                    persons=_count(row["cohort_base_value"]),
                    base=day_in(row["base_date"], language),
                    ratio=written(row["value"] / row["cohort_base_value"], ".3f", language),
                    value=_count(row["value"]),
                ),
                markup=False,
            )
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
    Phrase("Jahresende", "year-end"),
    Phrase("Menschen", "people"),
    Phrase("Quote", "rate"),
    Phrase("Bedarf", "need"),
    Phrase("Bestand", "stock"),
    Phrase("Lücke", "gap"),
    Phrase("80 %", "80 %"),
)
_DEMAND = Phrase("Bedarfsquote {name}: {title} ({source})", "Demand rate {name}: {title} ({source})")
_RATE_OF = Phrase(
    "Quote: von {area}, {day}{dataset}{note}.",
    "Rate: of {area}, {day}{dataset}{note}.",
)
_STOCK = Phrase("Bestand: {kind}{count}, {source}, {day}.", "Stock: {kind}{count}, {source}, {day}.")
_FACILITIES = Phrase(" ({count} Einrichtungen)", " ({count} facilities)")
_PEOPLE = Phrase(
    "Menschen: {ages}, Fortschreibung von {base} ({dataset}), {method}.",
    "People: {ages}, projected from {base} ({dataset}), {method}.",
)
_PRINCIPLE = Phrase(
    "Menschen zählen, wo sie wohnen, Plätze, wo sie liegen. Lücke: Bedarf minus Bestand; unter null ist mehr"
    " da als nachgefragt.",
    "People count where they live, places where they lie. Gap: need minus stock; below zero there is more"
    " than asked for.",
)
_OF_KIND = {
    "childcare": Phrase(
        "Der Bedarf vom 31.12. gilt für den 1.3. danach.", "The need of 31 December is for 1 March after it."
    ),
    "school": Phrase(
        "Ein 31.12. steht für das Schuljahr, in dem er liegt; eine Klasse ist ein Altersjahr an diesem Tag.",
        "A 31 December stands for the school year around it; a class is a year of age on that day.",
    ),
    "care": Phrase(
        "Die gehaltene Quote ist eine Annahme, keine Vorhersage.",
        "The rate held is an assumption, no forecast.",
    ),
}


def print_need(
    paths: Paths,
    area: str,
    scenario: str,
    as_csv: bool,
    console: Console,
    language: Language,
    period: str | None = None,
    kind: NeedId = "childcare",
) -> None:
    """One need of one area, by demand rate and step, with what people, rate and stock rest on."""
    answer = need(paths.warehouse, area, scenario, kind, years_of(period))
    if as_csv:
        console.print(csv_text(answer.rows), end="", markup=False, soft_wrap=True)
        return
    console.print(f"{answer.area['area_name']} ({answer.area['area_code']})", markup=False)
    for demand in dict.fromkeys(row["demand_id"] for row in answer.rows):
        found = [row for row in answer.rows if row["demand_id"] == demand]
        title, source = found[0][f"demand_label_{language}"], found[0]["demand_source"]
        console.print(_DEMAND.say(language, name=demand, title=title, source=source), markup=False)
        parts: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for row in found:
            ages = row["age_group_code"] if kind == "care" else ""
            parts.setdefault((row["need_step_code"], row["branch_code"], ages), []).append(row)
        for (step, branch, _), own in parts.items():
            title = label_of("need_step", step, language)
            if of := steps()[step][1].of:
                title += f": {label_of(of, branch, language)}"
            if kind == "care":
                title += f", {own[0][f'label_{language}']}"
            _print_need_of(title, own, console, language)
    console.print(f"{_PRINCIPLE.say(language)} {_OF_KIND[kind].say(language)}", markup=False)


def _print_need_of(title: str, found: Sequence[dict[str, Any]], console: Console, language: Language) -> None:
    """One step at one demand rate, with what people, rate and stock rest on."""
    console.print(title, markup=False, style="bold")
    table = plain_table(*(head.say(language) for head in _NEED))
    for column in table.columns[1:]:
        column.justify = "right"
    for row in found:
        table.add_row(
            f"{row['reference_date']:%Y}",
            _count(row["persons_count"]),
            _number(row["demand_rate_pct"], language) + " %",
            _count(row["value"]),
            _count(row["stock_count"]),
            _count(row["gap"]),
            _span(row["gap_lower"], row["gap_upper"])
            if row["gap"] is not None
            else _span(row["need_lower"], row["need_upper"]),
        )
    console.print(table)
    row = found[-1]
    ages = dict.fromkeys(one[f"label_{language}"] for one in found)
    console.print(
        _PEOPLE.say(
            language,
            ages=" / ".join(ages),
            base=day_in(row["base_date"], language),
            dataset=row["dataset_id"],
            method=", ".join(dict.fromkeys(_SHORT[one["projection_method"]].say(language) for one in found)),
        ),
        markup=False,
    )
    if row["rate_area_code"]:
        note = f"; {row['demand_note']}" if row["demand_note"] else ""
        dataset = f", {row['rate_dataset_id']}" if row["rate_dataset_id"] else ""
        day = day_in(row["rate_date"], language)
        console.print(
            _RATE_OF.say(language, area=row["rate_area_code"], day=day, dataset=dataset, note=note),
            markup=False,
        )
    for one in {
        row["stock_source"] or row["stock_dataset_id"]: row for row in found if row["stock_kind"]
    }.values():
        count = "" if one["facilities_count"] is None else _FACILITIES.say(
            language, count=_count(one["facilities_count"])
        )  # fmt: skip
        words = _STOCK.say(
            language,
            kind=meaning("stock_kind", one["stock_kind"], language),
            count=count,
            source=one["stock_source"] or one["stock_dataset_id"],
            day=day_in(one["stock_date"], language),
        )
        console.print(words, markup=False)


ASKED: Mapping[str, Callable[..., None]] = {
    "projection": print_ahead,
    "need": print_need,
    "need_childcare": print_need,
    "need_school": partial(print_need, kind="school"),
    "need_care": partial(print_need, kind="care"),
}
"""What `query` and `explain` are asked for, where they are asked for no indicator."""


def _span(lower: float | None, upper: float | None) -> str:
    return "" if lower is None or upper is None or lower == upper else f"{lower:.0f} – {upper:.0f}"


def years_of(period: str | None) -> tuple[int, int] | None:
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


def csv_text(found: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()
