"""What `planstat indicators`, `query` and `explain` show: the register, a series with a chart, a receipt.

The answers come from `dbt_project.indicators`; here they are only laid out. The warehouse is opened late,
read only, and closed before anything is printed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sources.foundation.vocabulary import read_vocabulary

from .display import WIDE, plain_table
from .resources import Paths, Settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from dbt_project.indicators.query import Answer

ROWS_SHOWN = 120
"""Rows a terminal still shows to a reader; the rest is for `--csv`."""

BAR_WIDTH = 10
EIGHTHS = " ▏▎▍▌▋▊▉█"
MARKS = {"E": "s", "P": "p", "U": "()"}
MEANINGS = {"s": "estimated or converted", "p": "provisional", "()": "of limited reliability"}
"""Signs of the statistical offices behind a number."""

UNSAID = (None, "", "untested", "high", "not_graded")
"""Entries that need no column of their own when all rows have them."""


def tell_indicators(settings: Settings, policy_field: str | None, console: Console) -> None:
    """Every indicator: computes, with how much; has no values, and why; or what it waits for, and why."""
    from dbt_project.indicators.register import register
    from dbt_project.indicators.specification import load_specifications

    warehouse = settings.paths.warehouse
    entries = register(warehouse, policy_field, load_specifications(settings.dbt_project / "indicators"))
    is_wide = console.width >= WIDE
    table = plain_table(
        "indicator", "name", "areas", "dates", "values", "years", *(["from"] if is_wide else [])
    )
    for column in table.columns[2:5]:
        column.justify = "right"
    others: dict[str, Table] = {}
    for entry in entries:
        if entry.state == "computes":
            span = " – ".join(dict.fromkeys(f"{day:%Y}" for day in (entry.first, entry.last) if day))
            counts = (f"{number or '–'}" for number in (entry.areas, entry.periods, entry.values))
            table.add_row(
                entry.indicator_id, entry.name_de, *counts, span, *([entry.origin] if is_wide else [])
            )
        else:
            why = f"{entry.origin}: {entry.why}" if entry.state == "waits" else entry.why
            title = "waits for" if entry.state == "waits" else "has no values here, since"
            other = others.setdefault(entry.state, plain_table("indicator", "name", title))
            other.add_row(entry.indicator_id, entry.name_de, why)
    for one in (table, *others.values()):
        one.columns[0].no_wrap = True
        console.print(one)
        console.print()
    waiting = [entry for entry in entries if entry.state == "waits"]
    computing = [entry for entry in entries if entry.state != "waits"]
    with_values = [entry for entry in computing if entry.values]
    console.print(
        f"{len(entries)} indicators and variants: {len(computing)} compute, {len(waiting)} wait",
        markup=False,
    )
    if warehouse.is_file():
        total = sum(entry.values for entry in with_values)
        console.print(f"{len(with_values)} have values in this warehouse, {total} in all", markup=False)
    else:
        console.print("there is no warehouse yet, so values are not counted: `planstat run`", markup=False)


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
    from dbt_project.indicators.query import query

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
    from dbt_project.indicators.warehouse import UnknownName

    try:
        return dt.date(int(text), 12, 31) if len(text) == 4 else dt.date.fromisoformat(text)
    except ValueError:
        raise UnknownName(f"{text!r} is no day; write 2022-12-31, or 2022 for its last day") from None


def tell_answer(answer: Answer, console: Console) -> None:
    """Tables with bars; breaks of the series stand between the rows they part, missing values say why.

    A series has a table per area, values of one date have one table of all areas.
    """
    from dbt_project.indicators.breaks import words_of

    indicator, rows = answer.indicator, answer.rows[:ROWS_SHOWN]
    console.print(f"{indicator['indicator_id']} {indicator['name_de']}, {indicator['unit']}", markup=False)
    console.print(f"{indicator['question_de']}", markup=False)
    for note in answer.notes:
        console.print(f"note: {note}", markup=False)
    remarks: dict[str, str] = {}
    areas = list(dict.fromkeys(row["area_code"] for row in rows))
    is_series = len(areas) < len(rows)
    for chosen in [[area] for area in areas] if is_series else [areas]:
        own = [row for row in rows if row["area_code"] in chosen]
        if is_series:
            chart = answer.chart(chosen[0]) if len(own) > 2 else ""
            console.print(f"\n{chosen[0]} {own[0]['area_name'] or ''}  {chart}", markup=False)
        else:
            dates = sorted({f"{row['reference_date']}" for row in own})
            console.print(f"\n{' – '.join(dict.fromkeys((dates[0], dates[-1])))}", markup=False)
        console.print(_table(answer, own, remarks, with_area=not is_series))
    if len(answer.rows) > ROWS_SHOWN:
        console.print(
            f"… {len(answer.rows) - ROWS_SHOWN} more rows: give --area, --level or --period, or take --csv",
            markup=False,
        )
    console.print()
    for mark in dict.fromkeys(MARKS[row["obs_status"]] for row in rows if row["obs_status"] in MARKS):
        console.print(f"{mark} {MEANINGS[mark]}", markup=False)
    for text, letter in remarks.items():
        console.print(f"{letter} {text}", markup=False)
    shown = {row["area_code"] for row in rows}
    told = [item for item in answer.breaks if item["area_code"] in shown]
    for line in dict.fromkeys(f"{item['break_date']}: {words_of(item)}" for item in told):
        console.print(f"‖ break of the series on {line}", markup=False)
    for first, second, found in answer.differences()[-1:]:
        decimals = first["decimals"]
        console.print(
            f"{second['area_name']} against {first['area_name']} on {first['reference_date']}: "
            f"{found.value:+.{decimals}f} ({found.lower:+.{decimals}f} to {found.upper:+.{decimals}f}), "
            f"{'more than chance' if found.beyond_chance else 'within chance'}",
            markup=False,
        )
    console.print(f"read it so: {indicator['how_to_read_de']}", markup=False)
    console.print(f"not so: {indicator['how_not_to_read_de']}", markup=False)


def _table(
    answer: Answer, rows: Sequence[Mapping[str, Any]], remarks: dict[str, str], with_area: bool
) -> Table:
    """Rows with bars. What is to be said of a value stands below, by letter (`remarks`: text, letter)."""
    from rich.text import Text

    top = max((abs(row["value"]) for row in answer.rows if row["value"] is not None), default=0.0)
    titles = {
        "lower_limit": "95 % interval",
        "reliability": "reliability",
        "reference_verdict": "vs. higher",
        "change_verdict": "change",
        "label": "class",
        "edition": "edition",
    }
    extra = [name for name in titles if any(row.get(name) not in UNSAID for row in rows)]
    if with_area:  # the change of one day says little without the series
        extra = [name for name in extra if name != "change_verdict"]
    keys = ("area", "name") if with_area else ("date",)
    table = plain_table(*keys, "value", "", *(titles[name] for name in extra))
    widths = {"area": 5, "date": 10, "value": 6, "95 % interval": 13, "vs. higher": 10}
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
                table.add_row(f"⋮ {years:.3g} years", "", "no figure")
            for item in answer.breaks:
                if (item["area_code"], item["before"]) == (row["area_code"], row["reference_date"]):
                    table.add_row(f"{item['break_date']}", "‖", "break")
        named = (row["area_code"], row["area_name"] or "") if with_area else (f"{row['reference_date']}",)
        said = [] if row["value"] is not None or row.get("label") else [_why(row["missing_reason"])]
        said += ["carried back to a later territory"] if row.get("is_backcast") else []
        letters = [remarks.setdefault(text, f"{chr(ord('a') + len(remarks))})") for text in said]
        cells = (
            *named,
            " ".join([_number(row["value"], row["decimals"]) + _mark(row), *letters]),
            bar(row["value"], top),
            *(_cell(name, row) for name in extra),
        )
        table.add_row(*(Text(cell) for cell in cells))
        before = row
    return table


def _cell(name: str, row: Mapping[str, Any]) -> str:
    value = row.get(name)
    if value in UNSAID and name != "reliability":
        return ""
    if name == "lower_limit":
        decimals = row["decimals"]
        return f"{_number(value, decimals)} – {_number(row['upper_limit'], decimals)}"
    if name == "change_verdict" and row["change"] is None:  # too far from the value before
        return f"none: {row['years_since_previous']:g} years"
    if name == "change_verdict":
        return f"{row['change']:+.{row['decimals']}f} {str(value).replace('_', ' ')}"
    return str(value or "").replace("_", " ")


def bar(value: float | None, top: float) -> str:
    """A horizontal bar from zero, as long as the value's share of `top`; negative values have none."""
    if value is None or value < 0 or not top:
        return ""
    eighths = round(value / top * BAR_WIDTH * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"


def _mark(row: Mapping[str, Any]) -> str:
    mark = MARKS.get(row["obs_status"], "")
    return f" {mark}" if mark else ""


def _why(missing_reason: str) -> str:
    """What a reason for a missing number says, from the legend that releases carry too."""
    known = read_vocabulary()["missing_reason"]
    return f"missing: {known[missing_reason].en if missing_reason in known else missing_reason}"


def csv_of(answer: Answer) -> str:
    """The rows of an answer as CSV: UTF-8, comma, decimal point, ISO dates; every column it has."""
    rows = [{"indicator_id": answer.indicator["indicator_id"], **row} for row in answer.rows]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def tell_receipt(
    paths: Paths,
    indicator: str,
    area: str,
    period: str,
    as_of: dt.datetime | None,
    gebietsstand: str | None,
    console: Console,
) -> None:
    """The receipt of a number, one statement a line."""
    from dbt_project.indicators.explain import explain

    day = _day(gebietsstand) if gebietsstand else None
    receipt = explain(paths.warehouse, indicator, area, period, as_of=_end_of(as_of), gebietsstand=day)
    for line in receipt.lines():
        console.print(line, markup=False)
