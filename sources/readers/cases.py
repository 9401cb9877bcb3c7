"""Counts pseudonymous case rows in memory (`sources.declared.file_formats.CaseRows`).

A form that may hold cases is guarded: whether it holds cases or counts is found out where it lies, before
anything of it is copied, and no error of it quotes a cell. What comes out of cases are counts, as the CSV of
the same form; the pseudonyms serve to tell a line given twice, and are forgotten.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

from sources.areas.territory import OwnAreas
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Column, Declaration
from sources.declared.file_formats import CaseRows, Delimited, FormFile, Workbook
from sources.errors import SourceError
from sources.forms import blank
from sources.readers import delimited, grid, workbook
from sources.readers import form as form_reader
from sources.readers.reading import Reading

YES, NO = "ja", "nein"
COUNTED = "Aus pseudonymen Fallzeilen gezählt; die Fallzeilen wurden nicht gespeichert."
_KEY, _AGE = "case_key", "age_years"
_AGES = re.compile(r"Y(?:(\d+)(?:T(\d+))?|_LT(\d+)|_GE(\d+))")
_WORDS = {
    "missing_file": ("Die Datei fehlt oder ist nicht lesbar", "the file is missing or cannot be read"),
    "empty_file": ("Die Datei ist leer", "the file is empty"),
    "no_rows": ("Die Datei enthält keine Zeilen", "the file holds no rows"),
    "unknown_header": ("Die Überschrift ist eine andere", "the header is another one"),
    "wrong_width": (
        "Die Zeile hat zu viele oder zu wenige Felder",
        "the line has too many or too few fields",
    ),
    "wrong_encoding": ("Die Zeichenkodierung ist nicht UTF-8", "the character encoding is not UTF-8"),
    "mixed_line_ends": ("Zeilenenden sind gemischt", "line ends are mixed"),
    "bad_quotes": ("Anführungszeichen sind nicht geschlossen", "quotation marks are not closed"),
    "missing_value": ("Eine Pflichtangabe fehlt", "a required entry is missing"),
    "unknown_label": ("Die Angabe steht nicht in der Liste", "the entry is not in the list"),
    "bad_value": ("Weder Zahl noch Zeichen der Legende", "neither a number nor a sign of the legend"),
    "bad_pattern": (
        "Die Angabe ist nicht so, wie die Spalte sie will",
        "the entry is not what the column wants",
    ),
    "bad_time": ("Die Zeitangabe ist nicht lesbar", "the time cannot be read"),
    "no_area_code": ("Das kann kein Gebietsschlüssel sein", "this cannot be an area code"),
    "no_own_area": (
        "Der Gebietsschlüssel steht nicht in der Gebietsgliederung",
        "the area code is not in the town's list of areas",
    ),
    "area_of_parts": (
        "Das Gebiet ist nicht von der untersten Ebene der Gebietsgliederung",
        "the area is not of the lowest level of the town's list",
    ),
    "area_ended": ("Das Gebiet gab es damals nicht mehr", "the area did not exist any more"),
    "duplicate_key": ("Die Zeile steht schon weiter oben", "the line stands above already"),
    "formula": ("Eine Zelle enthält eine Formel", "a cell holds a formula"),
    "macros": ("Die Arbeitsmappe enthält Makros oder Verknüpfungen", "the workbook holds macros or links"),
    "no_workbook": ("Das ist keine lesbare Arbeitsmappe", "this is no readable workbook"),
    "absurd_size": ("Das Blatt ist unsinnig groß", "the sheet is absurdly large"),
    "below_the_end": ("Unter einer leeren Zeile stehen noch Angaben", "there is data below an empty row"),
    "beside_the_table": (
        "Rechts neben der letzten Spalte steht eine Zelle",
        "there is a cell to the right of the last column",
    ),
    "not_text": ("Die Datei ist kein Text", "the file is not text"),
    "further_sheets": (
        "Die Arbeitsmappe hat weitere Blätter; erlaubt sind nur die des Vordrucks, Zahlen oder Fälle",
        "the workbook has further sheets; only those of the form are allowed, with counts or with cases",
    ),
}


def may_hold_cases(declaration: Declaration) -> bool:
    """Whether a delivery of this dataset can hold cases, so that nothing of it may be kept unseen."""
    return isinstance(declaration.format, FormFile) and declaration.format.cases is not None


def counts(
    catalog: Catalog, declaration: Declaration, file: Path, areas: OwnAreas | None = None
) -> bytes | None:
    """The counts of a file of cases as CSV of the same form; None when the file holds counts already.

    Args:
        areas: the town's own areas, once their list has landed.

    Raises:
        SourceError: the file is not as declared. Neither words nor facts of the error quote its content.
    """
    try:
        return _counts(catalog, declaration, file, areas)
    except SourceError as error:
        raise without_content(error) from None


def without_content(error: SourceError) -> SourceError:
    """The same finding at the same place, in words that quote nothing of the file."""
    what_de, what_en = _WORDS.get(
        error.code, ("Die Datei ist nicht so, wie sie deklariert ist", "the file is not as declared")
    )
    return SourceError(
        f"{what_en}; its content is not shown because the file may hold cases",
        what_de=f"{what_de}; der Inhalt wird nicht genannt, weil die Datei Fälle enthalten kann",
        file=error.file, line=error.line, column=error.column, cell=error.cell, code="case_rows",
        remedy="Look at that place in your own file, correct it and hand it in again. It was not copied.",
        remedy_de="In der eigenen Datei nachsehen, berichtigen und neu abgeben. Sie wurde nicht kopiert.",
    )  # fmt: skip


def _counts(catalog: Catalog, declaration: Declaration, file: Path, areas: OwnAreas | None) -> bytes | None:
    form = declaration.format
    assert isinstance(form, FormFile)
    assert form.cases is not None
    packed = workbook.recognises(grid.check_kind(file))
    if not (_sheet_of_cases(form, form.cases, file) if packed else _text_of_cases(form.cases, file)):
        table = form_reader.read(catalog, declaration, file).table
        if areas is not None:
            areas.check(table, file.name)
        return None
    reading = _read_cases(catalog, declaration, form, form.cases, file, packed)
    return _counted(catalog, declaration, form, reading, file, areas)


def _sheet_of_cases(form: FormFile, cases: CaseRows, file: Path) -> bool:
    """Whether a workbook is the edition with cases.

    Raises:
        SourceError: it has both sheets, or others, which could hold anything.
    """
    names = set(workbook.sheet_names(file))
    if {form.sheet, cases.sheet} <= names or names - {
        form.sheet,
        cases.sheet,
        blank.INSTRUCTIONS,
        blank.LISTS,
    }:
        raise SourceError("further sheets", file=file.name, remedy="", code="further_sheets")
    return cases.sheet in names


def _text_of_cases(cases: CaseRows, file: Path) -> bool:
    with file.open("rb") as stream:
        head = stream.read(2048).removeprefix(b"\xef\xbb\xbf")
    first = head.split(b";", 1)[0].strip(b'" \r\n')
    written = first.decode(form_reader.encoding_of(first), "replace")
    return delimited.composed(written).casefold() == cases.key.casefold()


def _read_cases(
    catalog: Catalog, declaration: Declaration, form: FormFile, cases: CaseRows, file: Path, packed: bool
) -> Reading:
    """The cases as records, in memory: texts, with codes in place of labels."""
    columns = [_column(_KEY, cases.key)]
    for key in form.keys:
        if key.holds == "age_group" and cases.age:
            columns.append(_column(_AGE, cases.age, pattern="[0-9]{1,3}"))
        elif key.holds in declaration.dimensions:
            code_list = declaration.dimensions[key.holds].code_list or key.holds
            code_list = blank.SEX_IN_CASES if code_list == "sex" else code_list
            columns.append(_column(key.holds, key.header, code_list=code_list))
        elif key.holds == "area_code":
            columns.append(_column(key.holds, key.header, pattern="[0-9]{2,12}"))
        elif key.holds == "time":
            columns.append(_column(key.holds, key.header))
    columns += [_column(value.measure, value.header, pattern=f"{YES}|{NO}|1|0") for value in form.values]
    changes = {"columns": tuple(columns), "dimensions": {}, "measures": {}}
    if packed:
        sheet = Workbook(kind="workbook", shape="records", sheet=cases.sheet, dates="german")
        return workbook.read(catalog, declaration.model_copy(update=changes | {"format": sheet}), file)
    encoding = form_reader.encoding_of(file.read_bytes())
    text = Delimited(kind="delimited", shape="records", encoding=encoding)
    return delimited.read(catalog, declaration.model_copy(update=changes | {"format": text}), file)


def _column(name: str, header: str, **more: Any) -> Column:
    return Column(name=name, source=header, title_de=header, title_en=header, required=True, **more)


def _counted(
    catalog: Catalog,
    declaration: Declaration,
    form: FormFile,
    reading: Reading,
    file: Path,
    areas: OwnAreas | None,
) -> bytes:
    names = [name for name in reading.columns if name != "line"]
    groups = [(_span(code), code) for code in _codes(catalog, declaration, "age_group")]
    seen: set[tuple[str | None, ...]] = set()
    found: Counter[tuple[str, ...]] = Counter()
    measures = [value.measure for value in form.values]
    held = [key.holds for key in form.keys if key.holds != "area_name"]

    def refuse(code: str, line: int, name: str) -> SourceError:
        column = names.index(name) + 1
        cell = f"cell {workbook.column_letters(column)}{line}" if workbook.recognises(_head(file)) else None
        return SourceError(code, file=file.name, remedy="", line=line, column=column, cell=cell, code=code)

    for row in reading.table.to_pylist():
        line = row["line"]
        try:
            declaration.reference_time.period(row["time"])
        except ValueError:
            raise refuse("bad_time", line, "time") from None
        trouble = areas.trouble(row["area_code"], row["time"]) if areas else None
        if trouble is not None:
            raise refuse(trouble, line, "area_code")
        if _AGE in row:
            age = int(row[_AGE])
            group = next((code for (first, last), code in groups if first <= age <= last), None)
            if group is None:
                raise refuse("bad_pattern", line, _AGE)
            row["age_group"] = group
        if row.get("sex") == "X":
            row["sex"] = _by_chance(row[_KEY])
        for name in declaration.dimensions:
            if row[name] not in _codes(catalog, declaration, name):
                raise refuse("unknown_label", line, name)
        key = tuple(str(row[name]) for name in held)
        case = (row[_KEY], *(row[name] for name in held if name != "age_group"))
        counting = [measure for measure in measures if row[measure] in (YES, "1")]
        # a case may stand at two ages, but counts once; a line without a yes stands once
        for identity in [(*case, measure) for measure in counting] or [(*case, row.get(_AGE))]:
            if identity in seen:
                raise refuse("duplicate_key", line, _KEY)
            seen.add(identity)
        for measure in measures:
            found[*key, measure] += measure in counting
    labels = {name: _labels(catalog, declaration, name) for name in declaration.dimensions}
    lines = []
    for key in sorted({key[:-1] for key in found}):
        texts = dict(zip(held, key, strict=True))
        texts["area_name"] = f"Gebiet {texts.get('area_code', '')}"
        shown = [labels[k.holds][texts[k.holds]] if k.holds in labels else texts[k.holds] for k in form.keys]
        lines.append([*shown, *(str(found[*key, measure]) for measure in measures)])
    return blank.csv_text(catalog, declaration, lines)


def _by_chance(pseudonym: str) -> str:
    """Male or female for a case that is neither, always the same for the same case.

    From 2020 on the official statistics of child and youth welfare do so where secrecy asks for it: a third
    group would be so small that it, and the two others with it, had to be hidden nearly everywhere.
    """
    return "MF"[hashlib.sha256(pseudonym.encode()).digest()[0] % 2]


def _codes(catalog: Catalog, declaration: Declaration, name: str) -> tuple[str, ...]:
    return catalog.codes(declaration, name) if name in declaration.dimensions else ()


def _labels(catalog: Catalog, declaration: Declaration, name: str) -> dict[str, str]:
    """Code to its newest wording."""
    found: dict[str, str] = {}
    for label, code in catalog.label_codes(declaration, name).items():
        found.setdefault(code, label)
    return found


def _span(code: str) -> tuple[int, int]:
    """First and last completed year of an age group's code; an empty span for a code that names none."""
    match = _AGES.fullmatch(code)
    if match is None:
        return (1, 0)
    first, last, below, since = (int(part) if part else None for part in match.groups())
    if below is not None:
        return (0, below - 1)
    if since is not None:
        return (since, 999)
    assert first is not None
    return (first, first if last is None else last)


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(8)
