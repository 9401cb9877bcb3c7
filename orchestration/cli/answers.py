"""What `planstat indicators`, `query` and `explain` show: the register, a series with a chart, a receipt.

The answers come from `dbt_project.indicators`; here they are only laid out. The warehouse is opened late,
read only, and closed before anything is printed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_project.vocabulary import meaning, written
from sources.foundation.told import Phrase, Told, day_in, said

from ..resources import Paths, Settings
from .display import WIDE, plain_table
from .language import Language

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from .asking.query import Answer
    from .asking.register import Entry

ROWS_SHOWN = 120
"""Rows a terminal still shows to a reader; the rest is for `--csv`."""

BAR_WIDTH = 10
EIGHTHS = " ▏▎▍▌▋▊▉█"
MARKS = {"E": "s", "P": "p", "U": "()"}
"""Signs of the statistical offices behind a number, by status."""

UNSAID = (None, "", "untested", "high", "not_graded")
"""Entries that need no column of their own when all rows have them."""


def print_indicators(
    settings: Settings,
    policy_field: str | None,
    console: Console,
    language: Language = "en",
    page: Path | None = None,
) -> None:
    """Every indicator: computes, with how much; has no values, and why; or what it waits for, and why.

    With `page` it is written there in Markdown, and nothing else is printed.
    """
    from dbt_project.indicators.specification import load_specifications

    from .asking.register import as_page, register

    warehouse = settings.paths.warehouse
    entries = register(warehouse, policy_field, load_specifications(settings.dbt_project / "indicators"))
    if page is not None:
        page.write_text(as_page(entries, dt.date.today()), encoding="utf-8")
        console.print(str(page), markup=False)
        return
    is_wide = console.width >= WIDE
    is_german = language == "de"
    heads = (
        ("Kennzahl", "Name", "Gebiete", "Stichtage", "Werte", "Jahre", "aus")
        if is_german
        else ("indicator", "name", "areas", "dates", "values", "years", "from")
    )
    table = plain_table(*heads[: None if is_wide else -1])
    for column in table.columns[2:5]:
        column.justify = "right"
    others: dict[str, Table] = {}
    for entry in entries:
        if entry.state == "computes":
            span = " – ".join(dict.fromkeys(f"{day:%Y}" for day in (entry.first, entry.last) if day))
            counts = (f"{number or '–'}" for number in (entry.areas, entry.periods, entry.values))
            table.add_row(
                entry.indicator_id,
                _name(entry, language),
                *counts,
                span,
                *([entry.origin] if is_wide else []),
            )
        else:
            why = f"{entry.origin}: {entry.why}" if entry.state == "waits" else said(entry.why, language)
            title = _WAITS if entry.state == "waits" else _EMPTY
            other = others.setdefault(entry.state, plain_table(*heads[:2], title.say(language)))
            other.add_row(entry.indicator_id, _name(entry, language), why)
    for one in (table, *others.values()):
        one.columns[0].no_wrap = True
        console.print(one)
        console.print()
    waiting = [entry for entry in entries if entry.state == "waits"]
    computing = [entry for entry in entries if entry.state != "waits"]
    with_values = [entry for entry in computing if entry.values]
    console.print(
        _COUNTED.say(language, all=len(entries), computing=len(computing), waiting=len(waiting)), markup=False
    )
    if warehouse.is_file():
        total = sum(entry.values for entry in with_values)
        console.print(_FILLED.say(language, some=len(with_values), total=total), markup=False)
    else:
        console.print(_NO_WAREHOUSE.say(language), markup=False)


_WAITS = Phrase("wartet auf", "waits for")
_EMPTY = Phrase("hat hier keine Werte, denn", "has no values here, since")
_COUNTED = Phrase(
    "{all} Kennzahlen und Varianten: {computing} werden gerechnet, {waiting} warten",
    "{all} indicators and variants: {computing} compute, {waiting} wait",
)
_FILLED = Phrase(
    "{some} haben Werte in dieser Datenhaltung, {total} insgesamt",
    "{some} have values in this warehouse, {total} in all",
)
_NO_WAREHOUSE = Phrase(
    "es gibt noch keine Datenhaltung, darum sind keine Werte gezählt: `planstat run`",
    "there is no warehouse yet, so values are not counted: `planstat run`",
)


def _name(entry: Entry, language: Language) -> str:
    return entry.name_de if language == "de" else entry.name_en


def ask(
    paths: Paths,
    indicator: str,
    areas: Sequence[str],
    level: str | None,
    period: str | None,
    as_of: dt.datetime | None,
    gebietsstand: str | None,
) -> Answer:
    """What `planstat query` asks the warehouse; `gebietsstand` is a day, or a year for its last."""
    from .asking.query import query

    return query(
        paths.warehouse,
        indicator,
        areas=areas,
        area_level=level.upper() if level else None,
        period=period,
        as_of=_end_of(as_of),
        gebietsstand=_day(gebietsstand) if gebietsstand else None,
    )


def _end_of(as_of: dt.datetime | None) -> dt.datetime | None:
    """A day without a time means all that was known when it ended."""
    if as_of is None or as_of.time() != dt.time():
        return as_of
    return as_of + dt.timedelta(days=1) - dt.timedelta(microseconds=1)


def _day(text: str) -> dt.date:
    from .asking.warehouse import UnknownName

    try:
        return dt.date(int(text), 12, 31) if len(text) == 4 else dt.date.fromisoformat(text)
    except ValueError:
        raise UnknownName(
            Told(
                f"{text!r} is no day; write 2022-12-31, or 2022 for its last day",
                f"{text!r} ist kein Tag; 2022-12-31 schreiben, oder 2022 für den letzten Tag des Jahres",
            )
        ) from None


def print_answer(answer: Answer, console: Console, language: Language = "en") -> None:
    """Tables with bars; breaks of the series stand between the rows they part, missing values say why.

    A series has a table per area, values of one date have one table of all areas.
    """
    from .asking.breaks import words_of

    indicator, rows = answer.indicator, answer.rows[:ROWS_SHOWN]
    title = f"{indicator['indicator_id']} {indicator[f'name_{language}']}"
    console.print(f"{title}, {meaning('unit', indicator['unit'], language)}", markup=False)
    console.print(f"{indicator[f'question_{language}']}", markup=False)
    for note in answer.notes:
        console.print(f"{'Hinweis' if language == 'de' else 'note'}: {said(note, language)}", markup=False)
    remarks: dict[str, str] = {}
    areas = list(dict.fromkeys(row["area_code"] for row in rows))
    is_series = len(areas) < len(rows)
    for chosen in [[area] for area in areas] if is_series else [areas]:
        own = [row for row in rows if row["area_code"] in chosen]
        if is_series:
            chart = answer.chart(chosen[0]) if len(own) > 2 else ""
            console.print(f"\n{chosen[0]} {own[0]['area_name'] or ''}  {chart}", markup=False)
        else:
            dates = [day_in(day, language) for day in sorted({row["reference_date"] for row in own})]
            console.print(f"\n{' – '.join(dict.fromkeys((dates[0], dates[-1])))}", markup=False)
        console.print(_table(answer, own, remarks, language, with_area=not is_series))
    if len(answer.rows) > ROWS_SHOWN:
        console.print(_MORE.say(language, number=len(answer.rows) - ROWS_SHOWN), markup=False)
    console.print()
    for status in dict.fromkeys(row["obs_status"] for row in rows if row["obs_status"] in MARKS):
        console.print(f"{MARKS[status]} {meaning('obs_status', status, language)}", markup=False)
    for text, letter in remarks.items():
        console.print(f"{letter} {text}", markup=False)
    shown = {row["area_code"] for row in rows}
    told = [item for item in answer.breaks if item["area_code"] in shown]
    for line in dict.fromkeys(
        f"{day_in(item['break_date'], language)}: {words_of(item, language)}" for item in told
    ):
        console.print(f"‖ {_BROKEN.say(language)} {line}", markup=False)
    for first, second, found in answer.differences()[-1:]:
        decimals = first["decimals"]
        console.print(
            _COMPARED.say(
                language,
                second=second["area_name"],
                first=first["area_name"],
                day=day_in(first["reference_date"], language),
                value=written(found.value, f"+.{decimals}f", language),
                lower=written(found.lower, f"+.{decimals}f", language),
                upper=written(found.upper, f"+.{decimals}f", language),
            )
            + (_BEYOND if found.beyond_chance else _WITHIN).say(language),
            markup=False,
        )
    console.print(_READ.say(language, words=indicator[f"how_to_read_{language}"]), markup=False)
    console.print(_READ_NOT.say(language, words=indicator[f"how_not_to_read_{language}"]), markup=False)


_MORE = Phrase(
    "… {number} weitere Zeilen: --area, --level oder --period angeben, oder --csv nehmen",
    "… {number} more rows: give --area, --level or --period, or take --csv",
)
_BROKEN = Phrase("Bruch in der Zeitreihe am", "break of the series on")
_COMPARED = Phrase(
    "{second} gegen {first} am {day}: {value} ({lower} bis {upper}), ",
    "{second} against {first} on {day}: {value} ({lower} to {upper}), ",
)
_BEYOND = Phrase("mehr als Zufall", "more than chance")
_WITHIN = Phrase("im Rahmen des Zufalls", "within chance")
_READ = Phrase("so zu lesen: {words}", "read it so: {words}")
_READ_NOT = Phrase("so nicht: {words}", "not so: {words}")
_HEADS: dict[str, Phrase] = {
    "area": Phrase("Gebiet", "area"),
    "name": Phrase("Name", "name"),
    "date": Phrase("Stichtag", "date"),
    "value": Phrase("Wert", "value"),
    "lower_limit": Phrase("95-%-Intervall", "95 % interval"),
    "reliability": Phrase("Verlässlichkeit", "reliability"),
    "reference_verdict": Phrase("Vergleich", "vs. higher"),
    "change_verdict": Phrase("Veränderung", "change"),
    "label": Phrase("Klasse", "class"),
    "edition": Phrase("Ausgabe", "edition"),
}
_NO_FIGURE = Phrase("keine Angabe", "no figure")
_BREAK = Phrase("Bruch", "break")
_CARRIED = Phrase("auf einen späteren Gebietsstand zurückgerechnet", "carried back to a later territory")


def _table(
    answer: Answer,
    rows: Sequence[Mapping[str, Any]],
    remarks: dict[str, str],
    language: Language,
    with_area: bool,
) -> Table:
    """Rows with bars. What is to be said of a value stands below, by letter (`remarks`: text, letter)."""
    from rich.text import Text

    top = max((abs(row["value"]) for row in answer.rows if row["value"] is not None), default=0.0)
    titles = {name: both.say(language) for name, both in _HEADS.items()}
    told_beside = ("lower_limit", "reliability", "reference_verdict", "change_verdict", "label", "edition")
    extra = [name for name in told_beside if any(row.get(name) not in UNSAID for row in rows)]
    if with_area:  # the change of one day says little without the series
        extra = [name for name in extra if name != "change_verdict"]
    keys = ("area", "name") if with_area else ("date",)
    table = plain_table(*(titles[name] for name in (*keys, "value")), "", *(titles[name] for name in extra))
    narrow = {"area": 5, "date": 10, "value": 6, "lower_limit": 13, "reference_verdict": 10}
    widths = {titles[name]: width for name, width in narrow.items()}
    for column in table.columns:
        column.no_wrap = True
        column.overflow = "ellipsis"
        column.min_width = widths.get(str(column.header))
    table.columns[len(keys)].justify = "right"
    table.columns[len(keys) + 1].min_width = BAR_WIDTH
    before: Mapping[str, Any] | None = None
    for row in rows:
        if before is not None and not with_area:
            if years := answer.years_left_out(before, row):
                table.add_row(
                    f"⋮ {written(years, '.3g', language)} {_YEARS.say(language)}",
                    "",
                    _NO_FIGURE.say(language),
                )
            for item in answer.breaks:
                if (item["area_code"], item["before"]) == (row["area_code"], row["reference_date"]):
                    table.add_row(day_in(item["break_date"], language), "‖", _BREAK.say(language))
        day = day_in(row["reference_date"], language)
        named = (row["area_code"], row["area_name"] or "") if with_area else (day,)
        said = [] if row["value"] is not None or row.get("label") else [_why(row["missing_reason"], language)]
        said += [_CARRIED.say(language)] if row.get("is_backcast") else []
        letters = [remarks.setdefault(text, f"{chr(ord('a') + len(remarks))})") for text in said]
        cells = (
            *named,
            " ".join([_number(row["value"], row["decimals"], language) + _mark(row), *letters]),
            bar(row["value"], top),
            *(_cell(name, row, language) for name in extra),
        )
        table.add_row(*(Text(cell) for cell in cells))
        before = row
    return table


def _cell(name: str, row: Mapping[str, Any], language: Language) -> str:
    value = row.get(name)
    if value in UNSAID and name != "reliability":
        return ""
    if name == "lower_limit":
        decimals = row["decimals"]
        upper = _number(row["upper_limit"], decimals, language)
        return f"{_number(value, decimals, language)} – {upper}"
    if name == "change_verdict" and row["change"] is None:  # too far from the value before
        years = written(row["years_since_previous"], "g", language)
        return f"{_NONE.say(language)}: {years} {_YEARS.say(language)}"
    if name == "change_verdict":
        change = written(row["change"], f"+.{_places(row['change'], row['decimals'])}f", language)
        return f"{change} {_verdict(name, value, language)}"
    return _verdict(name, value, language)


def _places(change: float, decimals: int) -> int:
    """So many decimals that a change does not look like none: a value that rose did not rise by 0.0."""
    finer = (places for places in range(decimals, decimals + 4) if round(change, places))
    return next(finer, decimals)


_YEARS = Phrase("Jahre", "years")
_NONE = Phrase("keine", "none")


_SHORT = {
    "above": "höher",
    "below": "niedriger",
    "far_above": "weit höher",
    "far_below": "weit niedriger",
    "up": "gestiegen",
    "down": "gesunken",
    "break": "Bruch",
    "gap": "Lücke",
}
"""Verdicts in a word, for the width of a terminal; files have the whole label."""


def _verdict(name: str, value: Any, language: Language) -> str:
    """A grade or verdict: in German a word or its label, in English its code."""
    code = str(value or "")
    if language == "en":
        return code.replace("_", " ")
    if (name, code) == ("change_verdict", "within_chance"):
        return "Zufall"
    return _SHORT.get(code) or meaning(name, code, language)


def bar(value: float | None, top: float) -> str:
    """A horizontal bar from zero, as long as the value's share of `top`; negative values have none."""
    if value is None or value < 0 or not top:
        return ""
    eighths = round(value / top * BAR_WIDTH * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def _number(value: float | None, decimals: int, language: Language) -> str:
    return "–" if value is None else written(value, f".{decimals}f", language)


def _mark(row: Mapping[str, Any]) -> str:
    mark = MARKS.get(row["obs_status"], "")
    return f" {mark}" if mark else ""


def _why(missing_reason: str, language: Language) -> str:
    """What a reason for a missing number says, in the words that releases carry too."""
    words = meaning("missing_reason", missing_reason, language)
    return f"{'fehlt' if language == 'de' else 'missing'}: {words}"


def csv_of(answer: Answer) -> str:
    """The rows of an answer as CSV: UTF-8, comma, decimal point, ISO dates; every column it has."""
    rows = [{"indicator_id": answer.indicator["indicator_id"], **row} for row in answer.rows]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def print_receipt(
    paths: Paths,
    indicator: str,
    area: str,
    period: str,
    as_of: dt.datetime | None,
    gebietsstand: str | None,
    console: Console,
    language: Language = "en",
) -> None:
    """The receipt of a number, one statement a line."""
    from .asking.explain import explain

    day = _day(gebietsstand) if gebietsstand else None
    receipt = explain(paths.warehouse, indicator, area, period, as_of=_end_of(as_of), gebietsstand=day)
    for line in receipt.lines(language):
        console.print(line, markup=False)
