"""Excel workbook with the sheets Daten, Legende and Metadaten; codes are text cells, so leading zeros stay.

xlsxwriter writes the workbook without its rows; the rows of the sheet Daten are then put in as XML that
DuckDB builds, because row by row in Python they take a minute and more. Format: ECMA-376 Part 1, 18.3 (`row`,
`c`) and 18.4 (shared strings); dates are days since 30 December 1899, and dates before March 1900, which
Excel does not know, are texts.

No workbook is written where the rows are too many for Excel; the note says so.
"""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from exports.describe import Description
from exports.rows import Kind, Rows
from exports.sheet import Shown, shown_columns, too_large
from exports.writers.licences import CHANGES
from sources.foundation.sql import text_literal

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FIXED_MOMENT = datetime(2000, 1, 1)
"""The workbook's time stamp; a real one would make the same rows give other bytes."""

A4 = 9
"""The paper's number in the format."""

LINE = 15.0
"""Points that a line of text is high."""
WIDEST = 48
"""Characters that the widest column of Daten shows in one line."""

FROZEN = 66
"""Characters that the columns which stay in sight take at most."""

DATA_SHEET = "xl/worksheets/sheet1.xml"
"""Where xlsxwriter puts the first sheet."""

FIRST_DAY = "date '1900-03-01'"
"""The first day that spreadsheets count right: Excel takes 1900 for a leap year."""

CONTROLS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}"
"""Characters that XML 1.0 does not allow."""

STRINGS = "xl/sharedStrings.xml"
"""Where xlsxwriter puts the texts that cells refer to by number."""

DIGITS = 7
"""Number formats there are: with 0 to 6 decimals."""

BATCH = 20_000
"""Lines of the sheet that are held in memory at once."""


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the workbook, or give a note that the rows are too many for Excel."""
    if note := too_large(rows):
        return note
    with (
        zipfile.ZipFile(_frame(rows, description)) as frame,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as target,
    ):
        strings = frame.read(STRINGS).decode("utf-8")
        _lay_out(rows, strings.count("<si>"))
        for entry in frame.infolist():
            with target.open(entry.filename, "w") as part:
                if entry.filename == DATA_SHEET:
                    _fill_sheet(part, frame.read(entry).decode("utf-8"), rows)
                elif entry.filename == STRINGS:
                    _fill_strings(part, strings, rows)
                else:
                    part.write(frame.read(entry))
        _clear(rows)
    return None


def _frame(rows: Rows, description: Description) -> io.BytesIO:
    """The workbook with everything but the rows; line 2 of Daten holds empty cells that carry the formats."""
    import xlsxwriter

    frame = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        frame, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties(
        {
            "title": description.title_de,
            "subject": description.product,
            "company": description.contact.name,
            "author": "planstat",
            "created": FIXED_MOMENT,
        }
    )
    for name, text in _identity(description).items():
        workbook.set_custom_property(name, text, "text")
    bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    named = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    _data(workbook, rows, bold)
    _legend(workbook.add_worksheet("Legende"), rows, bold, wrapped)
    _metadata(workbook.add_worksheet("Metadaten"), rows, description, bold, named, wrapped)
    for sheet in workbook.worksheets():
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.set_footer(f"&L{description.title_de.replace('&', '&&')}&C&A&RSeite &P von &N")
        if sheet.get_name() == "Daten":
            sheet.repeat_rows(0)
            sheet.print_across()
        else:
            sheet.fit_to_pages(1, 0)
    workbook.close()
    return frame


def _identity(description: Description) -> dict[str, str]:
    """What tells which edition the workbook belongs to.

    The version is given after it is written, and the same rows give the same bytes: so it carries what the
    edition's `datapackage.json` repeats, and says where the version stands.
    """
    published = [dataset.published_at for dataset in description.datasets if dataset.published_at]
    newest = [dataset.newest_date for dataset in description.datasets if dataset.newest_date]
    return {
        "Produkt": description.product,
        "Herausgeber": description.contact.name,
        **({"Werte bis": f"{max(newest):%d.%m.%Y}"} if newest else {}),
        **({"Quellen veröffentlicht bis": f"{max(published):%d.%m.%Y}"} if published else {}),
        "Kennung der Beschreibung": description.content_sha256(),
        "Ausgabe": "Nummer und Tag stehen in release.json der Ausgabe, deren datapackage.json unter "
        "planstat.description_sha256 diese Kennung nennt",
    }


def _data(workbook: Workbook, rows: Rows, bold: Format) -> None:
    """The sheet Daten without its rows: headings, widths, formats, frozen heading, filter."""
    sheet = workbook.add_worksheet("Daten")
    formats: dict[Kind, Format] = {
        "text": workbook.add_format({"num_format": "@", "indent": 1}),
        "integer": workbook.add_format({"num_format": "0"}),  # years and numbers of classes
        "number": workbook.add_format({"num_format": "General"}),
        "boolean": workbook.add_format({"num_format": "@", "indent": 1}),
        "date": workbook.add_format({"num_format": "dd.mm.yyyy"}),
        "timestamp": workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    }
    counted = workbook.add_format({"num_format": "#,##0"})
    # a sentence is read whole, on paper too
    wrapped = workbook.add_format({"num_format": "@", "indent": 1, "text_wrap": True})
    columns = shown_columns(rows)
    longest = rows.query(  # of each text once: few are different
        "select "
        + ", ".join(
            f"(select max(length({column.german})) from (select distinct {column.expression} from rows))"
            if column.kind == "text"
            else f"(select max(length({column.german})) from rows)"
            for column in columns
        )
    )[0]
    lines, frozen, room = 1, 0, FROZEN
    for index, column in enumerate(columns):
        word = max(map(len, re.split(r"[ -]", column.heading)))
        marks = 3 if column.kind in ("integer", "number") else 0  # of the thousands
        width = min(WIDEST, max(8, word + 4, (longest[index] or 0) + marks + 3))
        is_long = column.kind == "text" and (longest[index] or 0) + 3 > WIDEST
        is_count = (
            column.kind == "integer" and column.field is not None and column.field.column.role == "measure"
        )
        own = wrapped if is_long else counted if is_count else formats[column.kind]
        # what says which row it is stays in sight, and leaves room for what is read
        room -= width
        if frozen == index and room >= 0 and column.kind == "text" and not is_long:
            frozen += 1
        sheet.set_column(index, index, width, own)
        sheet.write_string(0, index, column.heading, bold)
        lines = max(lines, _lines(column.heading, width - 2))
        sheet.write_blank(1, index, None, own)
    for places in range(DIGITS):
        decimals = workbook.add_format({"num_format": "#,##0." + "0" * places if places else "#,##0"})
        sheet.write_blank(1, len(columns) + places, None, decimals)
    sheet.set_row(0, LINE * lines)
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, max(rows.count, 1), len(columns) - 1)


def _lay_out(rows: Rows, known_strings: int) -> None:
    """Create the tables `sheet_texts`, every text once with its number, and `sheet`, every cell as a number.

    `sheet` has for column n of line `line` either `text_n`, the number of its text, or `value_n`, or neither.
    """
    columns = shown_columns(rows)
    texts = " union ".join(
        f"select {_as_text(column)} from rows"
        for column in columns
        if column.kind not in ("integer", "number")
    )
    rows.connection.execute(
        "create type sheet_text as enum "
        f"(select cast(text as varchar) from ({texts}) as found(text) where text is not null order by 1)"
    )
    cells = ", ".join(  # codes of an enum have the narrowest type that holds them
        f"cast(enum_code(cast({_as_text(column)} as sheet_text)) as integer) + {known_strings}"
        f" as text_{number}, "
        f"{_as_number(column)} as value_{number}, {column.digits or 'null'} as digits_{number}"
        for number, column in enumerate(columns)
    )
    rows.connection.execute(
        # an extract took rows out of the table: its rowids have gaps
        "create table sheet as select place, cast(place + 2 as varchar) as line, * exclude (place) from "
        f"(select row_number() over (order by rowid) - 1 as place, {cells} from rows) order by place"
    )
    rows.connection.execute(
        "create table sheet_texts as select unnest(enum_range(null::sheet_text))::varchar as text"
    )


def _clear(rows: Rows) -> None:
    """Drop what `_lay_out` made."""
    for made in ("table sheet", "table sheet_texts", "type sheet_text"):
        rows.connection.execute(f"drop {made}")


def _fill_strings(part: IO[bytes], xml: str, rows: Rows) -> None:
    """Write the shared strings: xlsxwriter's own first, then those of the rows."""
    before, end, after = xml.partition("</sst>")
    before = re.sub(r' (count|uniqueCount)="\d+"', "", before)
    part.write(before.encode("utf-8"))
    result = rows.connection.execute(
        f"""select '<si><t xml:space="preserve">' || {_escaped("text")} || '</t></si>'
        from sheet_texts order by rowid"""
    )
    while batch := result.fetchmany(BATCH):
        part.write("".join(row[0] for row in batch).encode("utf-8"))
    part.write((end + after).encode("utf-8"))


def _fill_sheet(part: IO[bytes], xml: str, rows: Rows) -> None:
    """Write the sheet's XML with the product's rows in the place of line 2."""
    from xlsxwriter.utility import xl_col_to_name

    before, formatted, after = _split(xml)
    styles = dict(re.findall(r'<c r="([A-Z]+)2" s="(\d+)"', formatted))
    columns = shown_columns(rows)
    letters = [xl_col_to_name(number) for number in range(len(columns))]
    decimals = [styles[xl_col_to_name(len(columns) + places)] for places in range(DIGITS)]
    cells = ", ".join(
        _cell(
            letter,
            _style(number, styles.get(letter, "0"), decimals if columns[number].digits else []),
            number,
        )
        for number, letter in enumerate(letters)
    )
    size = f'<dimension ref="A1:{letters[-1]}{rows.count + 1}"'
    part.write(re.sub(r'<dimension ref="[^"]*"', size, before, count=1).encode("utf-8"))
    for first in range(0, rows.count, BATCH):
        found = rows.query(
            f"""select concat('<row r="', line, '">', {cells}, '</row>')
            from sheet where place between ? and ? order by place""",
            [first, first + BATCH - 1],
        )
        part.write("".join(row[0] for row in found).encode("utf-8"))
    part.write(after.encode("utf-8"))


def _split(xml: str) -> tuple[str, str, str]:
    """The sheet's XML before, in and after its line 2."""
    found = re.search(r'<row r="2".*?</row>', xml, flags=re.DOTALL)
    if found is None:
        raise ValueError("xlsxwriter wrote the sheet Daten in another shape than expected; pin its version")
    return xml[: found.start()], found.group(), xml[found.end() :]


def _as_text(column: Shown) -> str:
    """SQL for what a cell of this column shows as text; NULL where it shows a number."""
    expression = column.expression
    match column.kind:
        case "text":
            return f"left({expression}, 32767)"
        case "boolean":
            return f"case when {expression} then 'ja' when not {expression} then 'nein' end"
        case "date":
            return f"case when {expression} < {FIRST_DAY} then strftime({expression}, '%d.%m.%Y') end"
        case "timestamp":
            return f"case when {expression} < {FIRST_DAY} then strftime({expression}, '%d.%m.%Y %H:%M') end"
        case _:
            return "cast(null as varchar)"


def _as_number(column: Shown) -> str:
    """SQL for what a cell of this column shows as number; NULL where it shows a text."""
    expression = column.expression
    match column.kind:
        case "integer" | "number":
            return expression
        case "date":
            days = f"({expression} - date '1899-12-30')"
            return f"case when {expression} >= {FIRST_DAY} then {days} end"
        case "timestamp":
            days = f"((epoch({expression}) - epoch(timestamp '1899-12-30')) / 86400)"
            return f"case when {expression} >= {FIRST_DAY} then {days} end"
        case _:
            return "cast(null as bigint)"


def _style(number: int, style: str, decimals: list[str]) -> str:
    """SQL for the style of a cell: that of its column, or the one with the decimals that the row asks for."""
    if not decimals:
        return f"'{style}'"
    cases = " ".join(f"when {places} then '{one}'" for places, one in enumerate(decimals))
    return f"case digits_{number} {cases} else '{style}' end"


def _cell(letters: str, style: str, number: int) -> str:
    """SQL for one cell as XML; a missing value gives no cell. `style` is SQL too."""
    place = f"""'<c r="{letters}', line, '" s="', {style}, '"'"""
    text, value = f"text_{number}", f"value_{number}"
    return (
        f"""case when {text} is not null then concat({place}, ' t="s"><v>', {text}, '</v></c>')"""
        f""" when {value} is not null then concat({place}, '><v>', {value}, '</v></c>') else '' end"""
    )


def _escaped(expression: str) -> str:
    """SQL for a text as XML content: markup escaped, control characters that XML cannot hold left out.

    `_x0041_` stands for an escaped character in this format, so such a text gets its underscore escaped.
    """
    marked = f"replace(replace(replace({expression}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    readable = f"regexp_replace({marked}, {text_literal('[' + CONTROLS + ']')}, '', 'g')"
    return f"regexp_replace({readable}, '_(x[0-9A-Fa-f]{{4}}_)', '_x005F_\\1', 'g')"


def _legend(sheet: Worksheet, rows: Rows, bold: Format, wrapped: Format) -> None:
    """The sheet Legende: what every code means, and what each column holds, in both languages."""
    widths = (26, 26, 26, 70, 70, 40)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    titles = {column.field.name: column.heading for column in shown_columns(rows) if column.field}
    codes = [
        (
            titles[label.column],
            label.code,
            label.sign,
            f"{label.label_de} {label.scopes_in_brackets}".strip(),
            f"{label.label_en} {label.scopes_in_brackets}".strip(),
        )
        for label in rows.labels
    ]
    columns = [
        (
            titles[field.name],
            field.name,
            field.column.unit or "",
            field.column.words_de,
            field.column.words_en,
            field.column.heading_en,
        )
        for field in rows.fields
    ]
    line = 0
    for heading, entries in (
        (("Spalte", "Code", "Zeichen", "Bedeutung", "Bedeutung (englisch)"), codes),
        (
            (
                *("Spalte", "Name in den Dateien", "Einheit"),
                *("Erläuterung", "Erläuterung (englisch)", "Spalte (englisch)"),
            ),
            columns,
        ),
    ):
        for index, title in enumerate(heading):
            sheet.write_string(line, index, title, bold)
        for entry in entries:
            line += 1
            _write_line(sheet, line, entry, widths, wrapped)
        line += 2


def _metadata(
    sheet: Worksheet, rows: Rows, description: Description, bold: Format, named: Format, wrapped: Format
) -> None:
    """The sheet Metadaten: what the product is, and the state and licence of each dataset."""
    widths = (28, 60, 40, 18, 40, 60, 40)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    facts = (
        ("Produkt", description.product),
        ("Titel", description.title_de),
        ("Beschreibung", " ".join(description.description.split())),
        ("Zeilen", str(rows.count)),
        ("Eine Zeile je", ", ".join(description.column(name).heading_de for name in description.grain)),
        ("Ansprechstelle", description.contact.name),
        ("Veränderungshinweis", CHANGES),
        *(
            (name, text)
            for name, text in _identity(description).items()
            if name not in ("Produkt", "Herausgeber")
        ),
    )
    line = 0
    for line, (name, text) in enumerate(facts):
        _write_line(sheet, line, (name, text), widths, wrapped)
        sheet.write_string(line, 0, name, named)
    line += 2
    titles = ("Datensatz", "Titel", "Herausgeber", "Stand", "Quellenvermerk", "Lizenz", "Hinweis")
    for index, title in enumerate(titles):
        sheet.write_string(line, index, title, bold)
    for dataset in description.datasets:
        line += 1
        note = dataset.note or ""
        texts = (
            dataset.dataset_id,
            dataset.title_de,
            dataset.publisher,
            dataset.stand,
            dataset.attribution,
            f"{dataset.licence_title}, {dataset.licence_url}",
            f"veralteter Stand; {note}".rstrip("; ") if dataset.is_old else note,
        )
        _write_line(sheet, line, texts, widths, wrapped)


def _write_line(
    sheet: Worksheet, line: int, texts: Sequence[str], widths: Sequence[float], wrapped: Format
) -> None:
    """Write texts side by side, as high as the longest needs: not every program fits rows when it opens."""
    for index, text in enumerate(texts):
        sheet.write_string(line, index, text, wrapped)
    sheet.set_row(line, LINE * max(_lines(*one) for one in zip(texts, widths, strict=False)))


def _lines(text: str, width: float) -> int:
    """In how many lines a text fits into a column."""
    return max(1, len(textwrap.wrap(text, max(8, int(width)))))
