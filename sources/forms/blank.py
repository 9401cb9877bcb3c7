"""Forms to hand out: an empty workbook with lists and instructions, and the same columns as CSV.

A form is a declaration of format `form`. Its columns, lists, signs and instructions come from that
declaration and the code lists alone, so that a filled form is read back by what wrote it.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration, ReferenceTime
from sources.declared.file_formats import FormFile
from sources.declared.vocabulary import CodeList

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

INSTRUCTIONS, LISTS = "Anleitung", "Listen"
_LINE = 96
"""Characters that surely fit into a line of the instructions."""

_CREATED = dt.datetime(2020, 1, 1)
_TIMES = {
    "date": ("Tag als TT.MM.JJJJ", "31.12.2025"),
    "compact_date": ("Tag als JJJJMMTT", "20251231"),
    "month": ("Monat als JJJJMM", "202512"),
    "half_year": ("Halbjahr als JJJJ-01 oder JJJJ-02", "2025-02"),
    "year": ("Jahr", "2025"),
    "school_year": ("Schuljahr", "2025/26"),
}
_RULES = (
    "Spalten und Überschriften nicht ändern, keine Spalten einfügen, keine leere Zeile zwischen den Angaben.",
    "Nur Werte eintragen: keine Formeln, Makros oder Verknüpfungen, keine Tausenderpunkte.",
    "Jede Kombination der Schlüsselspalten nur einmal. Keine Zahlenspalte leer lassen: was fehlt, bekommt"
    " ein Zeichen.",
    "Stimmt etwas nicht, wird die ganze Datei zur Seite gelegt; die Meldung nennt die Zelle. Berichtigen und"
    " neu abgeben.",
)
SEX_IN_CASES = "sex_in_cases"
"""The code list of the sex in a case row, which also has those that are counted by chance."""

_SEX = (
    "Wer als divers oder ohne Angabe geführt wird, ist wie in der amtlichen Statistik nach dem Zufall"
    " männlich oder weiblich zuzuordnen (immer gleich für dieselbe Person): eine dritte Gruppe wäre so klein,"
    " dass sie einzelne erkennen ließe."
)
_SEX_OF_CASES = (
    "Auch divers und ohne Angabe können eingetragen werden. Gezählt werden sie wie in der amtlichen Statistik"
    " nach dem Zufall als männlich oder weiblich, derselbe Fall immer gleich."
)


@dataclass(frozen=True)
class FormColumn:
    """One column of a form: its header, what to enter, and from which list."""

    header: str
    words: str
    required: bool
    choices: tuple[str, ...] = ()
    number: bool = False
    decimals: int = 0
    example: str = ""


def forms(catalog: Catalog) -> list[Declaration]:
    """The declarations that are forms, in the catalogue's order."""
    return [declaration for declaration in catalog.values() if declaration.form is not None]


def columns(catalog: Catalog, declaration: Declaration) -> list[FormColumn]:
    """The columns of a form from the left."""
    form = _format(declaration)
    if form.shape == "records":
        return [
            FormColumn(
                column.source or column.name,
                column.title_de + (f", in {column.unit}" if column.unit else ""),
                column.required,
                _wordings(catalog.code_lists[column.code_list]) if column.code_list else (),
                example=column.example or "",
            )
            for column in declaration.columns
        ]
    found = [_key_column(catalog, declaration, key.header, key.holds) for key in form.keys]
    for value in form.values:
        measure = declaration.measures[value.measure]
        words = f"{measure.title_de}, in {measure.unit}"
        found.append(FormColumn(value.header, words, True, (), True, measure.decimals, "17"))
    return found


def case_columns(catalog: Catalog, declaration: Declaration) -> list[FormColumn]:
    """The columns of the edition with a line per case, from the left."""
    form = _format(declaration)
    if form.cases is None:
        raise ValueError(f"the form {declaration.id} has no edition with cases")
    found = [FormColumn(form.cases.key, "Pseudonym des Falls, kein Name", True, example="PS-0001")]
    for key in form.keys:
        if key.holds == "age_group" and form.cases.age:
            found.append(FormColumn(form.cases.age, "vollendete Jahre", True, example="7"))
        elif key.holds != "area_name":
            column = _key_column(catalog, declaration, key.header, key.holds)
            if key.holds == "sex":
                column = replace(column, choices=tuple(catalog.code_lists[SEX_IN_CASES].code_of))
            found.append(column)
    for value in form.values:
        words = f"{declaration.measures[value.measure].title_de}: zählt der Fall dazu?"
        found.append(FormColumn(value.header, words, True, ("ja", "nein")))
    return found


def write_forms(catalog: Catalog, declaration: Declaration, folder: Path) -> list[Path]:
    """Write the empty form as workbook and as CSV into a folder, and its edition with a line per case if it
    has one; returns the paths.

    Raises:
        ValueError: the dataset is no form.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for cases in (False, True)[: 1 + (_format(declaration).cases is not None)]:
        stem = declaration.id + ("-faelle" if cases else "")
        files += [folder / f"{stem}.xlsx", folder / f"{stem}.csv"]
        files[-2].write_bytes(workbook(catalog, declaration, cases=cases))
        files[-1].write_bytes(csv_text(catalog, declaration, cases=cases))
    return files


def csv_text(
    catalog: Catalog, declaration: Declaration, lines: Sequence[Sequence[str]] = (), *, cases: bool = False
) -> bytes:
    """The form as CSV (UTF-8 with byte-order mark, semicolon), empty or with lines of texts."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    given = case_columns(catalog, declaration) if cases else columns(catalog, declaration)
    writer.writerow([column.header for column in given])
    writer.writerows(lines)
    return buffer.getvalue().encode("utf-8-sig")


def workbook(
    catalog: Catalog,
    declaration: Declaration,
    lines: Sequence[Sequence[str]] = (),
    *,
    cases: bool = False,
    header: Sequence[str] | None = None,
    notes: Sequence[str] = (),
) -> bytes:
    """The form as a workbook, empty or with lines of texts; the same arguments give the same bytes.

    Args:
        cases: the edition with a line per case.
        header: other texts for the header line (only to write a form that is wrong on purpose).
        notes: further lines for the sheet of instructions, above all else.
    """
    import xlsxwriter

    form = _format(declaration)
    given = case_columns(catalog, declaration) if cases else columns(catalog, declaration)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _CREATED, "title": declaration.title_de, "author": "planstat"})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "bold": book.add_format({"bold": True}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        "key": book.add_format({"bold": True, "text_wrap": True, "bg_color": "#DDE7F3", "border": 1}),
        "text": book.add_format({"num_format": "@"}),
    }
    guide = book.add_worksheet(INSTRUCTIONS)
    page = book.add_worksheet(form.cases.sheet if cases and form.cases else form.sheet)
    lists = book.add_worksheet(LISTS)
    signs = {} if cases else _signs(catalog, declaration)
    how = form.cases.how if cases and form.cases else declaration.form.how if declaration.form else ()
    if "sex" in declaration.dimensions:
        how = (*how, _SEX_OF_CASES if cases else _SEX)
    _write_instructions(guide, catalog, declaration, given, signs, how, styles, notes)
    _write_page(page, given, lines, header, styles)
    _write_lists(page, lists, given, list(signs), declaration.form.rows if declaration.form else 1, styles)
    book.close()
    return buffer.getvalue()


def _format(declaration: Declaration) -> FormFile:
    if not isinstance(declaration.format, FormFile):
        raise ValueError(f"{declaration.id} is no form to fill in")
    return declaration.format


def _key_column(catalog: Catalog, declaration: Declaration, header: str, holds: str) -> FormColumn:
    if holds == "time":
        words, example = _TIMES[declaration.reference_time.text]
        return FormColumn(header, words + _days(declaration.reference_time), True, example=example)
    if holds == "area_code":
        words = "Schlüssel des Gebiets wie in der Gebietsgliederung, mit führenden Nullen"
        return FormColumn(header, words, True, example="990010000101")
    if holds == "area_name":
        return FormColumn(header, "Name des Gebiets", True)
    codes = catalog.code_list(declaration, holds)
    words = codes.title_de if codes else header
    offered = _wordings(codes, catalog.codes(declaration, holds)) if codes else ()
    return FormColumn(header, words, True, offered)


def _days(time: ReferenceTime) -> str:
    days = [f"{day[3:]}.{day[:2]}." for day in time.month_days]
    return f" ({' oder '.join(days)})" if days else ""


def _wordings(codes: CodeList, only: Iterable[str] | None = None) -> tuple[str, ...]:
    """How each code is written today: of its wordings a list has the newest first."""
    entries = [codes.codes[code] for code in (only if only is not None else codes.codes)]
    return tuple(entry.published[0] for entry in entries if entry.published)


def _signs(catalog: Catalog, declaration: Declaration) -> dict[str, str]:
    """Signs that may stand instead of a number, with their meaning."""
    dialect = catalog.dialect(declaration)
    if dialect is None or declaration.shape != "cells":
        return {}
    return {sign: symbol.label_de for sign, symbol in dialect.symbols.items() if symbol.kind == "value"}


def _write_instructions(
    page: Worksheet,
    catalog: Catalog,
    declaration: Declaration,
    given: Sequence[FormColumn],
    signs: Mapping[str, str],
    how: Sequence[str],
    styles: Mapping[str, Format],
    notes: Sequence[str],
) -> None:
    assert declaration.form is not None
    page.set_column(0, 0, 34, styles["wrapped"])
    page.set_column(1, 1, _LINE, styles["wrapped"])
    page.set_column(2, 2, 44, styles["wrapped"])
    page.hide_gridlines(2)
    _print_on_a4(page)
    row = 0

    def line(*texts: str, style: str | None = None) -> None:
        nonlocal row
        for column, text in enumerate(texts):
            if text:
                page.write_string(row, column, text, styles[style] if style else None)
        longest = max(map(len, texts[1:]), default=0)
        if longest > _LINE:  # programs disagree about fitting heights by themselves
            page.set_row(row, 15 * -(-longest // _LINE))
        row += 1

    line(declaration.title_de, style="title")
    for note in notes:
        line(note, style="bold")
    line()
    line("Vordruck", declaration.id)
    line("Auszufüllen von", declaration.form.filled_in_by)
    line("Rechtsgrundlage", catalog.legal_basis(declaration) or "")
    if declaration.confidential:
        line(
            "Vertraulich",
            "Ausgefüllt enthält der Vordruck kleine Zahlen. Nur auf geschütztem Weg weitergeben.",
        )
    names = " oder ".join(pattern.replace("*", "-2025") for pattern in reversed(declaration.file_patterns))
    where = f"Unter einem Namen wie {names} in den Eingangsordner (inbox) legen."
    line("Abgabe", where + " Als Excel-Arbeitsmappe (.xlsx) oder als „CSV UTF-8“ speichern.")
    line()
    line("So wird ausgefüllt", style="bold")
    for number, sentence in enumerate((*how, *_RULES), start=1):
        line(f"{number}.", sentence)
    line()
    line("Spalte", "Was einzutragen ist", "Beispiel", style="bold")
    for column in given:
        words = column.words + ("" if column.required else " (darf leer bleiben)")
        if column.choices:
            words += ": eine Angabe aus der Liste"
        if column.number:
            words += ": Zahl" if column.decimals else ": ganze Zahl"
            words += " oder ein Zeichen (siehe unten)" if signs else ""
        line(column.header, words, column.example or (column.choices[0] if column.choices else ""))
    if signs:
        line()
        line("Zeichen", "Bedeutung", style="bold")
        for sign, words in signs.items():
            line(sign, words)


def _print_on_a4(page: Worksheet) -> None:
    """Across, all columns on one page: offices hand forms round on paper, too."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _write_page(
    page: Worksheet,
    given: Sequence[FormColumn],
    lines: Sequence[Sequence[str]],
    header: Sequence[str] | None,
    styles: Mapping[str, Format],
) -> None:
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    _print_on_a4(page)
    for number, column in enumerate(given):
        width = max(14, min(44, max(map(len, (column.header, *column.choices)))))
        page.set_column(number, number, width, None if column.number else styles["text"])
    for number, text in enumerate([column.header for column in given] if header is None else header):
        page.write_string(0, number, text, styles["key"])
    for row, line in enumerate(lines, start=1):
        for number, text in enumerate(line):
            if number < len(given) and given[number].number and text.isdecimal() and len(text) < 15:
                page.write_number(row, number, int(text))
            elif text:
                page.write_string(row, number, text, styles["text"])


def _write_lists(
    page: Worksheet,
    lists: Worksheet,
    given: Sequence[FormColumn],
    signs: Sequence[str],
    rows: int,
    styles: Mapping[str, Format],
) -> None:
    """The lists to choose from on a sheet of their own, and the rules of every column that refer to them."""
    from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

    at = 0

    def put(title: str, texts: Sequence[str]) -> str:
        nonlocal at
        lists.write_string(0, at, title, styles["bold"])
        for row, text in enumerate(texts, start=1):
            lists.write_string(row, at, text)
        lists.set_column(at, at, max(map(len, (title, *texts))))
        name = xl_col_to_name(at)
        at += 1
        return f"{LISTS}!${name}$2:${name}${len(texts) + 1}"

    of_signs = put("Zeichen", signs) if signs else None
    for number, column in enumerate(given):
        rule: dict[str, Any] = {"validate": "any"}
        if column.choices:
            rule = {"validate": "list", "source": "=" + put(column.header, column.choices)}
            rule |= {
                "error_title": column.header[:32],
                "error_message": "Bitte eine Angabe aus der Liste wählen.",
            }
        elif column.number:
            cell = xl_rowcol_to_cell(1, number)
            whole = "" if column.decimals else f",{cell}=INT({cell})"
            sign = f"COUNTIF({of_signs},{cell})>0" if of_signs else "FALSE"
            test = f"IF(ISNUMBER({cell}),AND({cell}>=0{whole}),{sign})"
            rule = {"validate": "custom", "value": f"={test}", "error_title": column.header[:32]}
            rule["error_message"] = "Bitte eine Zahl ab 0 oder ein Zeichen der Anleitung eintragen."
        rule |= {"input_title": column.header[:32], "input_message": column.words[:255]}
        page.data_validation(1, number, rows, number, rule)
