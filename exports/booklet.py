"""The workbook to read: the indicators of one area, a sheet per policy field, to print and to take along.

It is made from released editions (`indicators`, and `peer_ring` for a ring), so that no number stands in it
that gate and attack have not seen. Indicators are rows and years columns, the Land and the ring stand beside.
A number is a number with the decimals of its indicator; its status stands in the number format, so that it
can be read and still be added to. A year without a number says why. Small lines show the course; they end at
a break and where a year is missing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.definition import Definition
from exports.difference import Words
from exports.series import DOUBTFUL, Cell, Series, datasets_of, read_area
from exports.writers.licences import CHANGES
from exports.writers.workbook import A4, FIXED_MOMENT, LINE
from sources.foundation.files import replacing
from sources.foundation.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

COURSE = "Verlauf"
"""A hidden sheet with the numbers behind the small lines: text in a cell would be drawn as zero."""
COURSE_COLOUR, COURSE_WIDTH, COURSE_HEIGHT = "#1F4E79", 16, 18.0
"""The lines: colour, width in characters, least height in points."""

NAME_WIDTH, YEAR_WIDTH, START_WIDTH = 40, 7.6, 100
YEARS = 10
"""Years that are seen and printed; earlier ones are folded away and open by a click."""
FIRST_YEAR = 3
"""The column of the first year; before it stand name, unit and reference day."""

NO_SIGN = "k. A."
"""Printed for a reason that the statistical offices have no sign for; a number tells the reasons apart."""
SMALL = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Booklet:
    """What was written: the area's name, sheets of policy fields, indicators, and the ring beside."""

    area_name: str
    fields: tuple[str, ...]
    indicators: int
    ring: str | None


def write_booklet(
    indicators: Path,
    rings: Path | None,
    area_code: str,
    ring_id: str | None,
    definitions: Mapping[str, Definition],
    fields: Sequence[str],
    target: Path,
) -> Booklet:
    """Write the workbook of an area to `target`, which is replaced whole.

    `indicators` and `rings` are the folders of editions of `indicators` and `peer_ring`; `fields` are the
    policy fields in their order. Without `ring_id` the one ring that the area is in stands beside. Raises
    `NoFigures` for an area without figures, for a ring it is not in, and where several rings leave it open.
    """
    area = read_area(indicators, rings, area_code, ring_id)
    series = area.series
    words = Words.read(indicators / "dictionary.csv")
    with replacing(target) as beside:
        editions = [path for path in (indicators, rings if area.ring else None) if path is not None]
        book = Book(beside, words, area.name, editions, area.above, area.ring)
        named = [field for field in fields if any(one.field == field for one in series)]
        about = {
            "Gebiet": f"{area.name} (Schlüssel {area_code})",
            "Daneben": " und ".join(filter(None, (area.above, area.ring))) or "kein Vergleich",
        }
        book.start(about, [_contents(field, series) for field in named])
        for field in named:
            book.field(field, [one for one in series if one.field == field])
        book.definitions(series, definitions)
        book.sources(series)
        book.close()
    return Booklet(area.name, tuple(named), len(series), area.ring)


class Book:
    """The workbook while it is written; sheets in the order in which they are asked for."""

    def __init__(
        self,
        path: Path,
        words: Words,
        title: str,
        editions: Sequence[Path],
        land: str = "",
        ring: str | None = None,
    ) -> None:
        import xlsxwriter

        self._book: Workbook = xlsxwriter.Workbook(
            str(path), {"strings_to_formulas": False, "strings_to_urls": False}
        )
        self._edition = editions[0]
        self._package = json.loads((self._edition / "datapackage.json").read_text(encoding="utf-8"))
        self._publisher = self._package["contributors"][0]["title"]
        self._editions = ", ".join(f"{edition.parent.name}/{edition.name}" for edition in editions)
        self._book.set_properties(
            {
                "title": title,
                "subject": self._editions,
                "company": self._publisher,
                "author": "planstat",
                "created": FIXED_MOMENT,
            }
        )
        self._words, self._title, self._land, self._ring = words, title, land, ring
        self._vocabulary = read_vocabulary()
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._course: Worksheet | None = None
        self._course_row = 0
        self._footer = f"{title} · {self._publisher} · {self._editions}".replace("&", "&&")

    def look(self, **how: Any) -> Format:
        """A format, made once for all cells that look so."""
        key = tuple(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"valign": "vcenter", **how})
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A sheet set up for paper: A4 landscape, as wide as the page, with edition and page number."""
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.hide_gridlines(2)
        sheet.set_footer(f"&L&8{self._footer}&R&8Seite &P von &N")
        return sheet

    def start(self, about: Mapping[str, str], contents: Sequence[tuple[str, str]]) -> None:
        """What this is, of which edition, how to cite it, and what is in it: sheets by name, with links."""
        sheet = self.sheet("Start")
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, START_WIDTH)
        wrapped, bold = self.look(text_wrap=True), self.look(bold=True)
        sheet.set_row(0, 32)
        sheet.write_string(0, 0, f"{self._title}: Kennzahlen", self.look(bold=True, font_size=18))
        published = json.loads((self._edition / "release.json").read_text(encoding="utf-8"))["published_at"]
        day = date.fromisoformat(published[:10])
        lines = {
            **about,
            "Ausgabe": f"{self._editions}, veröffentlicht am {day:%d.%m.%Y}",
            "Herausgeber": self._publisher,
            "Zitieren": f"{self._publisher}: {self._package['title']}, {self._title}, Ausgabe "
            f"{self._editions}. Quellen siehe Blatt „Quellen“.",
        }
        row = 2
        for label, text in lines.items():
            sheet.write_string(row, 0, label, bold)
            sheet.write_string(row, 1, text, wrapped)
            sheet.set_row(row, height_of((text, START_WIDTH)))
            row += 1
        row += 1
        sheet.write_string(row, 0, "Inhalt", self.look(bold=True, font_size=13))
        link = self.look(font_color="#1F4E79", underline=1)
        for name, text in (
            *contents,
            ("Definitionen", "was jede Kennzahl sagt, und was nicht"),
            ("Quellen", "Tabellen und Quellenangaben zum Abdrucken"),
        ):
            row += 1
            sheet.write_url(row, 0, f"internal:'{_tab(name)}'!A1", link, name)
            sheet.write_string(row, 1, text, wrapped)
        sheet.print_area(0, 0, row, 1)

    def field(self, field: str, series: Sequence[Series]) -> None:
        """A sheet of one policy field: indicators as rows, years as columns, Land and ring beside."""
        years = sorted({year for one in series for year in one.cells})
        sheet = self.sheet(_tab(field))
        in_ring = any(one.medians for one in series)
        beside = ["Verlauf", "Stand", "Wert", self._land or "Land", "im Vergleich"]
        beside += ["Ring (Median)"] if in_ring else []
        head = self.look(bold=True, bottom=1, text_wrap=True, bg_color="#E8EEF4")
        right = self.look(bold=True, bottom=1, text_wrap=True, bg_color="#E8EEF4", align="right")
        indented = self.look(bold=True, bottom=1, text_wrap=True, bg_color="#E8EEF4", indent=1)
        sheet.write_string(0, 0, f"{field}: {self._title}", self.look(bold=True, font_size=14))
        sheet.set_row(0, 24)
        sheet.set_row(1, 32)
        for column, text in enumerate(("Kennzahl", "Einheit", "Stichtag")):
            sheet.write_string(1, column, text, head)
        for column, year in enumerate(years, start=FIRST_YEAR):
            sheet.write_number(1, column, year, right)
        last = FIRST_YEAR + len(years)
        for column, text in enumerate(beside, start=last):
            sheet.write_string(1, column, text, indented if text in ("Verlauf", "im Vergleich") else right)
        sheet.set_column(0, 0, NAME_WIDTH)
        sheet.set_column(1, 1, 13)
        sheet.set_column(2, 2, 9.5)
        sheet.set_column(FIRST_YEAR, last - 1, YEAR_WIDTH)
        folded = len(years) - YEARS
        if folded > 0:
            sheet.set_column(
                FIRST_YEAR, FIRST_YEAR + folded - 1, YEAR_WIDTH, None, {"level": 1, "hidden": True}
            )
            sheet.set_column(FIRST_YEAR + folded, FIRST_YEAR + folded, YEAR_WIDTH, None, {"collapsed": True})
        sheet.set_column(last, last, COURSE_WIDTH)
        sheet.set_column(last + 1, last + len(beside) - 1, 11)
        sheet.set_column(last + 4, last + 4, 22)
        sheet.freeze_panes(2, 1)
        sheet.repeat_rows(1)
        sheet.repeat_columns(0)
        reasons: dict[str, str] = {}
        used: set[str] = set()
        for row, one in enumerate(series, start=2):
            self._row(sheet, row, one, years, reasons, used)
        legend = self.legend(reasons, used)
        legend.append("leer: für dieses Jahr liegt keine Tabelle vor")
        if in_ring:
            legend.insert(0, f"Ring: {self._ring}; der Median gilt für denselben Stichtag wie der Wert.")
        if folded > 0:
            folded_years = f"{years[0]} bis {years[folded - 1]}"
            legend.append(f"{folded_years}: zugeklappt, das + über der Spalte öffnet sie")
        row = 3 + len(series)
        for text in legend:
            sheet.merge_range(row, 0, row, last + len(beside) - 1, text, self.look(font_size=9))
            row += 1
        sheet.print_area(0, 0, max(row - 1, 2), last + len(beside) - 1)

    def _row(
        self,
        sheet: Worksheet,
        row: int,
        one: Series,
        years: Sequence[int],
        reasons: dict[str, str],
        used: set[str],
    ) -> None:
        """One indicator: its cells, the line, and its newest number beside Land and ring."""
        sheet.write_string(row, 0, one.name, self.look(text_wrap=True))
        height = max(COURSE_HEIGHT, height_of((one.name, NAME_WIDTH), (one.unit, 13)))
        sheet.set_row(row, height)
        sheet.write_string(row, 1, one.unit, self.look(text_wrap=True))
        days = {f"{cell.day:%d.%m.}" for cell in one.cells.values()}
        sheet.write_string(row, 2, days.pop() if len(days) == 1 else "wechselnd", self.look())
        for column, year in enumerate(years, start=FIRST_YEAR):
            cell = one.cells.get(year)
            if cell is not None:
                self.figure(sheet, row, column, one.decimals, cell, reasons, used)
        last = FIRST_YEAR + len(years)
        self._line(sheet, row, last, height, one, years)
        newest = one.newest
        if newest is None:
            return
        plain = self.number(one.decimals)
        sheet.write_string(row, last + 1, f"{newest.day:%d.%m.%Y}", self.look(align="right"))
        self.figure(sheet, row, last + 2, one.decimals, newest, reasons, used, marks_break=False)
        if newest.land is not None:
            sheet.write_number(row, last + 3, newest.land, plain)
        verdict = self._words.labels.get(("reference_verdict", newest.verdict, ""), ("", ""))[0]
        if newest.verdict != "untested":
            sheet.write_string(row, last + 4, verdict, self.look(indent=1))
        median = one.median_on(newest.day)
        if median is not None:
            sheet.write_number(row, last + 5, median, plain)

    def figure(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        decimals: int,
        cell: Cell,
        reasons: dict[str, str],
        used: set[str],
        *,
        marks_break: bool = True,
        **look: Any,
    ) -> None:
        """One number with what is to be known of it, or the sign of the reason why there is none."""
        how: dict[str, Any] = {"align": "right", **look}
        if marks_break and cell.breaks:
            how |= {"left": 5, "left_color": "#C00000"}
            used.add("break")
        if cell.value is None:
            meaning = self._vocabulary["missing_reason"].get(cell.reason)
            sign = meaning.sign if meaning and meaning.sign else None
            if cell.reason not in reasons:
                numbered = sum(text.startswith(NO_SIGN) for text in reasons.values()) + 1
                reasons[cell.reason] = sign or NO_SIGN + str(numbered).translate(SMALL)
            sheet.write_string(row, column, reasons[cell.reason], self.look(**how, font_color="#595959"))
            return
        number = _number(decimals)
        meaning = self._vocabulary["obs_status"].get(cell.status)
        if meaning is not None and meaning.sign:
            used.add(cell.status)
            number = f'"("{number}")"' if meaning.sign == "()" else f'{number}"{meaning.sign}"'
        if cell.reliability in DOUBTFUL:
            how |= {"italic": True}
            used.add("doubtful")
        sheet.write_number(row, column, cell.value, self.look(**how, num_format=number))

    def _line(
        self, sheet: Worksheet, row: int, column: int, height: float, one: Series, years: Sequence[int]
    ) -> None:
        """A small line of the series: nothing is joined across a break or a year without a number.

        A chart, because LibreOffice prints the sparklines of Excel as dots. Each run of figures has a line of
        its own on the hidden sheet, a column per year.
        """
        drawn = [cell.value for cell in one.figures if cell.is_drawn and cell.value is not None]
        if len({cell.day.year for run in one.runs() for cell in run}) < 2:
            return
        if self._course is None:
            self._course = self._book.add_worksheet(COURSE)
            self._course.hide()
        chart = self._book.add_chart({"type": "line"})
        for run in one.runs():
            for cell in run:
                self._course.write_number(self._course_row, cell.day.year - years[0], cell.value)
            chart.add_series(
                {
                    "values": [COURSE, self._course_row, 0, self._course_row, years[-1] - years[0]],
                    "line": {"color": COURSE_COLOUR, "width": 1.25},
                    "marker": {
                        "type": "circle",
                        "size": 3,
                        "fill": {"color": COURSE_COLOUR},
                        "border": {"none": True},
                    },
                }
            )
            self._course_row += 1
        margin = (max(drawn) - min(drawn)) / 6 or 1.0
        chart.set_x_axis({"visible": False})
        chart.set_y_axis(
            {
                "visible": False,
                "major_gridlines": {"visible": False},
                "min": min(drawn) - margin,
                "max": max(drawn) + margin,
            }
        )
        chart.set_legend({"none": True})
        chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
        chart.set_plotarea(
            {"fill": {"none": True}, "layout": {"x": 0.03, "y": 0.06, "width": 0.94, "height": 0.88}}
        )
        chart.show_blanks_as("gap")
        chart.show_hidden_data()
        size = COURSE_WIDTH * 7 + 5, round(height * 4 / 3)  # pixels
        chart.set_size({"width": size[0], "height": size[1]})
        sheet.insert_chart(
            row,
            column,
            chart,
            {"object_position": 2, "description": f"Verlauf: {one.name}"},
        )

    def number(self, decimals: int) -> Format:
        """How a number with so many decimals looks."""
        return self.look(num_format=_number(decimals), align="right")

    def legend(self, reasons: Mapping[str, str], used: set[str]) -> list[str]:
        """What signs and shapes on the sheet mean; only those that occur."""
        lines = []
        for code in sorted(used & self._vocabulary["obs_status"].keys()):
            meaning = self._vocabulary["obs_status"][code]
            shown = "(Zahl)" if meaning.sign == "()" else f"Zahl mit {meaning.sign}"
            lines.append(f"{shown}: {meaning.de}")
        if "doubtful" in used:
            lines.append("kursiv: beruht auf wenigen Fällen und schwankt stark")
        if "break" in used:
            lines.append("roter Strich: Bruch in der Reihe; davor und danach nicht vergleichbar")
        for reason, sign in sorted(reasons.items(), key=lambda item: item[1].startswith(NO_SIGN)):
            lines.append(f"{sign} : {self._vocabulary['missing_reason'][reason].de}")
        return lines

    def definitions(self, series: Sequence[Series], definitions: Mapping[str, Definition]) -> None:
        """What each indicator asks, how it is computed, how it is read and how not."""
        sheet = self.sheet("Definitionen")
        columns = ("Nr.", "Kennzahl", "Frage", "Berechnung", "So zu lesen", "So nicht", "Recht")
        widths = (16, 30, 34, 34, 34, 34, 18)
        for column, (text, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.write_string(0, column, text, self.look(bold=True, bottom=1, bg_color="#E8EEF4"))
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 2)
        sheet.repeat_rows(0)
        wrapped = self.look(text_wrap=True, valign="top", indent=1)
        for row, one in enumerate(series, start=1):
            known = definitions.get(one.indicator_id)
            texts = (
                (known.question, known.formula, known.how_to_read, known.how_not_to_read, known.law or "")
                if known
                else ("", "", "", "", "")
            )
            cells = (one.indicator_id, one.name, *texts)
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text, wrapped)
            sheet.set_row(row, height_of(*zip(cells, widths, strict=True)))

    def sources(self, series: Sequence[Series], areas: Collection[str] | None = None) -> None:
        """The tables behind the numbers, and the notes to print beside them."""
        used = datasets_of(self._edition, [one.indicator_id for one in series], areas)
        sheet = self.sheet("Quellen")
        columns = ("Tabelle", "Titel", "Quellenangabe", "Lizenz", "Stand beim Herausgeber")
        widths = (22, 60, 48, 40, 24)
        for column, (text, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.write_string(0, column, text, self.look(bold=True, bottom=1, bg_color="#E8EEF4"))
            sheet.set_column(column, column, width)
        sheet.repeat_rows(0)
        wrapped = self.look(text_wrap=True, valign="top")
        row = 0
        for one in self._package["planstat"]["datasets"]:
            if one["dataset_id"] not in used:
                continue
            row += 1
            published = one["published_at"]
            day = f"{date.fromisoformat(published[:10]):%d.%m.%Y}" if published else ""
            texts = (one["dataset_id"], one["title_de"], one["attribution"], one["licence_title"], day)
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, wrapped)
            sheet.set_row(row, height_of(*zip(texts, widths, strict=True)))
        sheet.merge_range(row + 2, 0, row + 2, 4, CHANGES, wrapped)
        sheet.set_row(row + 2, 32)

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def _contents(field: str, series: Sequence[Series]) -> tuple[str, str]:
    """A policy field and what its sheet holds."""
    own = [one for one in series if one.field == field]
    years = [year for one in own for year in one.cells]
    return field, f"{len(own)} {'Kennzahl' if len(own) == 1 else 'Kennzahlen'}, {min(years)} bis {max(years)}"


def _tab(field: str) -> str:
    """The name of a policy field's sheet; Excel allows no slash."""
    return field.replace("/", " und ")[:31]


def height_of(*texts: tuple[str, float]) -> float:
    """Points that a row needs for its wrapped texts, each with the width of its column in characters."""
    return LINE * max(-(-len(text) // max(int(width * 0.92), 1)) or 1 for text, width in texts)


def _number(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")
