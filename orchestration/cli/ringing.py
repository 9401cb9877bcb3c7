"""What `planstat ring` shows and writes: a ring as one member sees it, and the form that it asks for."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_project.indicators.specification import Specifications, load_specifications
from dbt_project.vocabulary import meaning, written
from sources.declared.catalogue import load_catalog
from sources.foundation.told import Phrase, day_in

from .asking.ring import ring
from .display import plain_table
from .language import Language

if TYPE_CHECKING:
    from rich.console import Console

    from ..resources import Settings

_HEADS = (
    Phrase("Kennzahl", "indicator"),
    Phrase("Stichtag", "date"),
    Phrase("eigener Wert", "own value"),
    Phrase("Median", "median"),
    Phrase("Quartile", "quartiles"),
    Phrase("Veränderung", "change"),
    Phrase("im Ring", "in the ring"),
    Phrase("Werte", "values"),
)
_LACKING = Phrase("Es fehlen: {names}", "Lacking: {names}")
_NOTE = Phrase(
    "Zum Lernen, nicht als Rangliste. Veränderung gegen den Wert davor; im Ring: Median der Veränderungen.",
    "For learning, no ranking. Change against the value before; in the ring: median of the changes.",
)
_MEMBERS = Phrase("Mitglieder: {names}", "Members: {names}")
_FORM = (
    ("Kennzahl", 11),
    ("Bezeichnung", 34),
    ("Stichtag", 12),
    ("Eigener Wert", 13),
    ("Einheit", 10),
    ("Definition", 50),
    ("Quelle", 50),
    ("Bemerkung", 36),
)
_RING = (
    ("Kennzahl", 11),
    ("Bezeichnung", 44),
    ("Stichtag", 12),
    ("Eigener Wert", 13),
    ("Median", 10),
    ("Unteres Quartil", 14),
    ("Oberes Quartil", 14),
    ("Anzahl Werte", 12),
    ("Veränderung", 12),
    ("Median der Veränderungen", 24),
)
LINE = 15.0
"""Points that a line of text is high; programs do not fit rows to wrapped texts by themselves."""

_ABSENT = (("Kennzahl", 11), ("Bezeichnung", 44), ("Stichtag", 12), ("Warum", 60))


def print_ring(settings: Settings, name: str, area: str | None, console: Console, language: Language) -> None:
    """The newest values of a ring: own, median, quartiles, trend and number of values."""
    answer = ring(settings.paths.warehouse, name, area)
    title = answer.ring[f"name_{language}"]
    console.print(f"{title} ({name}): {answer.area['area_name']}", markup=False, style="bold")
    names = ", ".join(one["area_name"] for one in answer.members)
    console.print(_MEMBERS.say(language, names=names), markup=False)
    table = plain_table(*(head.say(language) for head in _HEADS))
    for column in table.columns[2:]:
        column.justify = "right"
    newest = {row["indicator_id"]: row for row in answer.rows}
    for row in newest.values():
        digits = f".{row['decimals']}f"
        lower, upper = row["ring_lower_quartile"], row["ring_upper_quartile"]
        table.add_row(
            f"{row['indicator_id']} {row[f'name_{language}']}",
            day_in(row["reference_date"], language),
            _figure(row["value"], digits, language),
            _figure(row["ring_median"], digits, language),
            ""
            if lower is None
            else f"{_figure(lower, digits, language)} – {_figure(upper, digits, language)}",
            _figure(row["change"], "+" + digits, language),
            _figure(row["ring_change_median"], "+" + digits, language),
            f"{row['members_count']}",
        )
    console.print(table)
    if answer.lacking:
        told = ", ".join(f"{one['indicator_id']} {one[f'name_{language}']}" for one in answer.lacking)
        console.print(_LACKING.say(language, names=told), markup=False)
    console.print(_NOTE.say(language), markup=False)


def write_form(settings: Settings, name: str, area: str | None, folder: Path) -> Path:
    """The form of a ring, filled: own values with source and remark; what is lacking; the ring's values."""
    import xlsxwriter

    answer = ring(settings.paths.warehouse, name, area)
    specifications = load_specifications(settings.dbt_project / "indicators")
    file = folder / f"{name}-{answer.area['area_code']}.xlsx"
    folder.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(file)) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        words = workbook.add_format({"text_wrap": True, "valign": "top"})
        formats = {
            digits: workbook.add_format(
                {"num_format": "0" + ("." + "0" * digits if digits else ""), "valign": "top"}
            )
            for digits in range(5)
        }
        head = f"{answer.ring['name_de']}: {answer.area['area_name']} ({answer.area['area_code']})"

        def sheet(title: str, columns: Sequence[tuple[str, int]], lines: Sequence[Sequence[Any]]) -> None:
            page = workbook.add_worksheet(title)
            page.set_landscape()
            page.set_paper(9)
            page.fit_to_pages(1, 0)
            page.write(0, 0, head, workbook.add_format({"bold": True, "font_size": 13}))
            page.write(1, 0, answer.ring["purpose_de"])
            for place, (text, width) in enumerate(columns):
                page.set_column(place, place, width)
                page.write(3, place, text, bold)
            page.freeze_panes(4, 2)
            page.repeat_rows(3)
            for number, line in enumerate(lines, start=4):
                for place, value in enumerate(line):
                    if isinstance(value, tuple):
                        figure, digits = value
                        if figure is not None:
                            page.write_number(number, place, figure, formats[min(digits, 4)])
                    else:
                        page.write(number, place, value, words)
                texts = zip(line, columns, strict=True)
                high = max(_lines(text, width) for text, (_, width) in texts)
                page.set_row(number, LINE * high)

        sheet("Erhebung", _FORM, [_line(row, specifications) for row in answer.rows])
        sheet("Ringwerte", _RING, [_ring_line(row) for row in answer.rows])
        sheet("Fehlende Angaben", _ABSENT, [_absent(one) for one in answer.lacking])
    return file


def _lines(value: Any, width: int) -> int:
    """Lines that a text takes in a column so many characters wide."""
    return max(1, len(textwrap.wrap(value, width - 2))) if isinstance(value, str) else 1


def _line(row: dict[str, Any], specifications: Specifications) -> list[Any]:
    one = specifications[row["indicator_id"]]
    formula = one.formula.text if one.formula else ""
    return [
        row["indicator_id"],
        row["name_de"],
        day_in(row["reference_date"], "de"),
        (row["value"], row["decimals"]),
        row["unit"],
        formula,
        _source(row),
        _remark(row),
    ]


def _source(row: dict[str, Any]) -> str:
    catalog = load_catalog()
    told = []
    for dataset in dict.fromkeys((row["numerator_dataset"], row["denominator_dataset"])):
        if dataset in catalog:
            declaration = catalog[dataset]
            told.append(f"{catalog.publisher(declaration).name_de}, {dataset}: {declaration.title_de}")
    return "; ".join(told)


def _remark(row: dict[str, Any]) -> str:
    told = []
    if row["value"] is None:
        told.append(_why(row["missing_reason"]))
    if row["obs_status"] in ("E", "P", "U"):
        told.append(meaning("obs_status", row["obs_status"], "de"))
    if row["reliability"] in ("low", "insufficient"):
        told.append(f"Verlässlichkeit {meaning('reliability', row['reliability'], 'de')}")
    if row["change_verdict"] not in (None, "untested"):
        told.append(f"gegen den Wert davor: {meaning('change_verdict', row['change_verdict'], 'de')}")
    return "; ".join(told)


def _ring_line(row: dict[str, Any]) -> list[Any]:
    digits = row["decimals"]
    return [
        row["indicator_id"],
        row["name_de"],
        day_in(row["reference_date"], "de"),
        (row["value"], digits),
        (row["ring_median"], digits),
        (row["ring_lower_quartile"], digits),
        (row["ring_upper_quartile"], digits),
        (row["members_count"], 0),
        (row["change"], digits),
        (row["ring_change_median"], digits),
    ]


def _absent(one: dict[str, Any]) -> list[Any]:
    day = one["reference_date"]
    return [
        one["indicator_id"],
        one["name_de"],
        day_in(day, "de") if day else "",
        _why(one["missing_reason"]),
    ]


def _why(reason: str | None) -> str:
    return (
        meaning("missing_reason", reason, "de")
        if reason
        else "für kein Mitglied des Rings liegt ein Wert vor"
    )


def _figure(value: float | None, digits: str, language: Language) -> str:
    return "–" if value is None else written(value, digits, language)
