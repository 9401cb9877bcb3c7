"""Drafts the declaration of a delimited file or a workbook.

What the file tells is taken over: encoding, delimiter, sheet, header lines, and what each column holds.
Columns of areas, times and labels that a code list knows are keys; columns of numbers are values. A label of
a code list within a header becomes a code, what is left of the header names the measure: headers that
repeat under one another (`Männer > Anzahl`, `frauen_deutsch`) are measures crossed with dimensions. Areas
that stand by name alone are listed, with the code of the area that has exactly that name or to be given one;
rows of totals, rows without a code among others with one and lines below are left out.
A file whose rows are no counts of areas, or whose keys do not tell rows apart, is drafted as a register.
Either reads the file as it is; what a person has to decide is marked `# check:`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from sources.areas import area_codes
from sources.declared.catalogue import Catalog
from sources.declared.vocabulary import TOTAL
from sources.errors import problem
from sources.fetch import content
from sources.forms.blank import SEX_IN_CASES
from sources.foundation.vocabulary import read_vocabulary

_DELIMITERS = (";", "\t", "|", ",")
_ENCODINGS = ("utf-8-sig", "cp1252")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"(-?)(?:0|[1-9][0-9]*)(?:([.,])([0-9]+))?")
_SIGNS = frozenset({"-", ".", "...", "…", "/", "x", "*", "–"})
_TIMES = {
    "date": re.compile(r"[0-3][0-9]\.[01][0-9]\.(?:19|20)[0-9]{2}"),
    "compact_date": re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"),
    "month": re.compile(r"(?:19|20)[0-9]{2}-?(?:0[1-9]|1[0-2])"),
    "year": re.compile(r"(?:19|20)[0-9]{2}"),
}
_TIME_IN_NAME = re.compile(
    "(?<![0-9])(?:{})(?![0-9])".format("|".join(one.pattern for one in _TIMES.values()))
)
_CODE_WORDS = re.compile(r"schl(?:ü|ue)ssel|kennziffer|code|\bid\b|ags|ars|\bnr\b|nummer", re.IGNORECASE)
_SMALL_AREA = re.compile(r"[0-9]{6,12}")
"""What codes of a town's own areas look like: under a heading of codes such a number counts nobody."""
_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "²": "2"})
_FILLING = frozenset(
    {"with", "of", "and", "by", "the", "in", "mit", "und", "der", "die", "das", "davon", "darunter", "von"}
    | {"nach", "insgesamt", "total", "zusammen"}
)
_COUNTED = re.compile(r" > [0-9]{1,2}$")
"""What a line that counts the columns adds to their headings."""
_OF_A_TOTAL = frozenset({"insgesamt", "zusammen", "gesamt", "total"})
_SHORTEST_LABEL = 4
_AREA_WORDS = re.compile(
    r"gebiet|stadtteil|bezirk|kreis|gemeinde|\bort|quartier|\bland|raum|viertel|region|area|district",
    re.IGNORECASE,
)
"""Headings of areas that stand by name alone."""
_SUM = re.compile(r"insgesamt|gesamt\b|summe|zusammen|\btotal", re.IGNORECASE)
"""Names of rows that add up others."""

CodeOf = Callable[[str], str | None]
"""A name to the code of the one area that has exactly that name; None: none has, or several."""


@dataclass(frozen=True)
class _List:
    """The header path of every column, the lines below, and how the file is opened: lines of `format`.

    `time`: what a header line says that is a time alone; `{time}` stands for it in the header.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    how: tuple[str, ...]
    time: str | None = None


@dataclass(frozen=True)
class _Column:
    """A column of a table of counts: what it holds (`value`: numbers), and its texts."""

    header: str
    holds: str
    texts: Sequence[str]


@dataclass(frozen=True)
class _Value:
    """A value column: its measure, the codes its header names, whether it stands for a run of times."""

    header: str
    measure: str
    codes: Mapping[str, str]
    texts: Sequence[str]


def draft_list(catalog: Catalog, file: Path, publisher: str, code_of: CodeOf) -> str | None:
    """The declaration of a delimited file or workbook, as YAML text; None for a text that is no table.

    Raises:
        SourceError: a column has no header, or two of a text have the same one.
    """
    is_workbook = content.recognise(file).kind == content.WORKBOOK
    found = _workbook(file) if is_workbook else _delimited(file)
    if found is None:
        return None
    header = [text.strip() for text in found.header]
    if "" in header or (not is_workbook and len(set(header)) < len(header)):
        raise problem("no_draft_header", file.name, columns="; ".join(header))
    said = _TIME_IN_NAME.search(file.stem)
    counts = _counts(catalog, header, found.rows)
    if counts is None:
        body = _register(header, found, file, said)
    else:
        body = _cells(catalog, counts, found, file, said, code_of)
        if publisher not in catalog.publishers or catalog.publishers[publisher].dialect is None:
            body.insert(0, "dialect: genesis                 # check: what its signs mean (dialects.yml)")
    stem = re.sub(r"[^A-Za-z0-9]+", "-", _TIME_IN_NAME.sub("", file.stem)).strip("-").lower()
    name = re.sub(r"(?:-0+)+$", "", stem)
    pattern = file.name if said is None else f"{file.stem[: said.start()]}*{file.suffix}"
    lines = [
        f"id: {name or 'table'}   # check: the table's code, and the file's name with it",
        "title_de: …                      # check: what the file is about",
        "title_en: …",
        f"publisher: {publisher}"
        + ("" if publisher in catalog.publishers else "           # check: folder in sources/catalog"),
        *(
            [f'statistic: "{stem[:5]}"']
            if stem[:5] in catalog.statistics
            else [
                "legal_basis: …                   # check: the law, or `statistic`",
                "holds_personal_data: false       # check",
            ]
        ),
        "each_row_is: …                   # check: complete the sentence 'one row is'",
        "cadence: {every: irregular}      # check: and the usual window, window_from, window_to",
        f"file_names: [{_quoted(pattern)}]   # check: `*` for what changes",
        *body,
    ]
    return "\n".join(lines) + "\n"


def _register(header: Sequence[str], found: _List, file: Path, said: re.Match[str] | None) -> list[str]:
    """A register: a column for each of the file's, and one for the time that the file's name says."""
    names: list[str] = []
    titles = [text.removesuffix(" > {time}") for text in header]
    header = [text.replace("{time}", "{time_text}") for text in header]
    for title in titles:
        names.append(_free(_slug(title), names))
    columns = [
        f"  - {{name: {name}, source: {_quoted(text)}, title_de: {_quoted(title)}, title_en: …"
        f"{_kind_of(texts)}}}"
        for name, text, title, texts in zip(names, header, titles, zip(*found.rows, strict=True), strict=True)
    ]
    how = list(found.how)
    if said is not None and found.time is None:
        how.append(_file_name(file, said, "time_text"))
    if said is not None or found.time is not None:
        columns.append(
            '  - {name: time_text, source: "{time_text}", title_de: Zeit, title_en: Time, required: true}'
        )
    return [
        _reference([found.time] if found.time else [said.group()] if said else []),
        "area_levels: []                  # check: levels of the areas in it",
        "format:",
        *(f"  {line}" for line in how),
        "  shape: records                 # check: `cells` with keys and values where a row holds counts",
        "columns:                         # check: names, titles, `key: true` for what tells rows apart",
        *columns,
    ]


def _counts(catalog: Catalog, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[_Column] | None:
    """The columns of a table of counts, keys before values; None where it is none."""
    columns: list[_Column] = []
    for text, values in zip(header, zip(*rows, strict=True), strict=True):
        held = {column.holds for column in columns}
        columns.append(_Column(text, _holds(catalog, text, values, held), values))
    held = {column.holds for column in columns}
    numbers = [at for at, column in enumerate(columns) if column.holds == "value"]
    is_named = columns[0].holds == "area_name" and "ignored" not in held and _AREA_WORDS.search(header[0])
    if not ("area_code" in held or is_named):
        return None
    if not numbers or numbers != list(range(numbers[0], numbers[-1] + 1)):
        return None
    if not all(_without_code(columns)):
        return None
    apart = ("value", "ignored", *(("area_name",) if "area_code" in held else ()))
    keys = [column for column in columns if column.holds not in apart]
    coded = [
        row
        for row in zip(*(column.texts for column in keys), strict=True)
        if all(text.strip() for text, column in zip(row, keys, strict=True) if column.holds == "area_code")
    ]
    return columns if len(set(coded)) == len(coded) else None


def _without_code(columns: Sequence[_Column]) -> list[str]:
    """Names of the rows without a code where others have one; an empty text for a row without either."""
    of = {column.holds: column.texts for column in columns}
    codes = of.get("area_code", ())
    names = of.get("area_name", [""] * len(codes)) if codes else ()
    return [name.strip() for code, name in zip(codes, names, strict=True) if not code.strip()]


def _holds(catalog: Catalog, header: str, texts: Sequence[str], held: set[str]) -> str:
    """What a column holds: `area_code`, `area_name`, `time`, a dimension, `value`, or `ignored`."""
    filled = [text.strip() for text in texts if text.strip()]
    is_whole = len(filled) == len(texts)
    is_mostly = len(filled) > len(texts) / 2  # rows of totals have no code
    if is_mostly and "area_code" not in held and len(set(filled)) > 1:
        is_code = bool(_CODE_WORDS.search(header)) or any(text[0] == "0" for text in filled)
        if is_code and (all(map(area_codes.levels_of, filled)) or all(map(_SMALL_AREA.fullmatch, filled))):
            return "area_code"
    if is_whole and "time" not in held and "value" not in held and _time_of(filled):
        return "time"
    if is_whole and (labels := set(filled)) and not any(map(_NUMBER.fullmatch, labels)):
        fitting = [
            (len(codes.codes), name)
            for name, codes in catalog.lists_of_dimensions.items()
            if labels <= set(codes.code_of) and name not in (*held, SEX_IN_CASES)
        ]
        if fitting:
            return min(fitting)[1]
    if any(map(_NUMBER.fullmatch, filled)) and all(
        _NUMBER.fullmatch(text) or text in _SIGNS for text in filled
    ):
        return "value"
    if is_whole and "area_name" not in held and all(any(map(str.isalpha, text)) for text in filled):
        return "area_name"
    return "ignored"


def _cells(
    catalog: Catalog,
    columns: Sequence[_Column],
    found: _List,
    file: Path,
    said: re.Match[str] | None,
    code_of: CodeOf,
) -> list[str]:
    """Keys, values and what stands to the right of them."""
    times = [text for column in columns if column.holds == "time" for text in dict.fromkeys(column.texts)]
    times += [found.time] if found.time else []
    values, printed = _values(catalog, [one for one in columns if one.holds == "value"], timed=not times)
    how = [*found.how, "shape: cells"]
    if not (times or printed) and said is not None:
        how.append(_file_name(file, said, "time"))
    texts = [text.strip() for value in values for text in value.texts]
    if any("," in text for text in texts if _NUMBER.fullmatch(text)):
        how.append('decimal: ","')
    if "" in texts:
        how.append("empty_values: leave_out        # check: an empty field says nothing")
    printed_codes = [one.texts for one in columns if one.holds == "area_code"]
    codes = [text for texts in printed_codes for text in texts if text.strip()]
    if names := list(dict.fromkeys(_without_code(columns))):
        how.append("named_rows:                    # check: the code of a row without one; null: no area")
        how += [f"  {_quoted(name)}: null" for name in names]
    if not printed_codes:
        names = _named([text for one in columns if one.holds == "area_name" for text in one.texts])
        found_codes = _codes(names, code_of)
        how += _areas(names, found_codes)
        codes = [code for name, code in found_codes.items() if not _SUM.search(name)]
    official = [area_codes.levels_of(code) for code in codes] or [()]
    levels = {level for found in official for level in found} if all(official) else {"SMALL_AREA"}
    listed = [
        level for level in read_vocabulary()["area_level"] if level in levels and level != "CITY_IN_KREIS"
    ]
    used: dict[str, list[str]] = {}
    for column in columns:
        if column.holds in catalog.code_lists:
            known = catalog.code_lists[column.holds].code_of
            used[column.holds] = list(dict.fromkeys(known[text.strip()] for text in column.texts))
    for value in values:
        for dimension, code in value.codes.items():
            used.setdefault(dimension, [TOTAL])
            if code not in used[dimension]:
                used[dimension].append(code)
    first = next(at for at, column in enumerate(columns) if column.holds == "value")
    keys = columns[:first]
    tail = [column for column in columns[first:] if column.holds != "value"]
    return [
        _reference(times or printed or ([said.group()] if said else [])),
        f"area_levels: [{', '.join(listed)}]"
        + (
            "   # check: or a town's own areas (SMALL_AREA)"
            if {"GEMEINDE", "SMALL_AREA"} & set(listed)
            else ""
        ),
        *(["dimensions:"] if used else []),
        *(f"  {name}: {{codes: [{', '.join(codes)}]}}" for name, codes in used.items()),
        "measures:                        # check: names and titles",
        *_measures(values),
        "format:",
        *(f"  {line}" for line in how),
        "  keys:",
        *(_key(column) for column in keys),
        "  values:",
        *(_value(value) for value in values),
        *(["  tail:"] if tail else []),
        *(_key(column) for column in tail),
    ]


def _named(names: Sequence[str]) -> list[str]:
    """Each name once, in the order of the file."""
    return list(dict.fromkeys(name.strip() for name in names))


def _codes(names: Sequence[str], code_of: CodeOf) -> dict[str, str]:
    """The code of each name that has one, and has it alone."""
    found = {name: code for name in names if (code := code_of(name)) is not None}
    often = Counter(found.values())
    return {name: code for name, code in found.items() if often[code] == 1}


def _areas(names: Sequence[str], codes: Mapping[str, str]) -> list[str]:
    """Areas that stand by name alone, each with its code or to be given one; rows of totals are left out."""
    sums = [name for name in names if _SUM.search(name)]
    shown = {name: _quoted(codes[name]) if name in codes else "…" for name in names}
    return [
        "areas:                         # check: the code of each area",
        *(f"  - {{code: {shown[name]}, names: [{_quoted(name)}]}}" for name in names if name not in sums),
        *([f"left_out: [{', '.join(map(_quoted, sums))}]"] if sums else []),
    ]


def _values(catalog: Catalog, columns: Sequence[_Column], *, timed: bool) -> tuple[list[_Value], list[str]]:
    """What the value columns hold, neighbours that differ in a time alone as one; and those times."""
    runs: list[tuple[str, list[_Column]]] = []
    times: list[str] = []
    repeated = [
        (header, list(run))
        for header, run in groupby(columns, key=lambda one: _TIME_IN_NAME.sub("{time}", one.header))
    ]
    timed &= any("{time}" in header and len(members) > 1 for header, members in repeated)
    for header, members in repeated:
        if timed and "{time}" in header:
            runs.append((header, members))
            times += [one.group() for member in members if (one := _TIME_IN_NAME.search(member.header))]
        else:
            runs += [(member.header, [member]) for member in members]
    labels = _labels(catalog)
    values: list[_Value] = []
    for header, members in runs:
        codes, words = _taken_apart(_COUNTED.sub("", header.replace("{time}", "")), labels)
        measure = _slug("_".join(words)) if words else "persons"
        if any((one.measure, one.codes) == (measure, codes) for one in values):
            measure = _free(measure, [one.measure for one in values])
        texts = [text for member in members for text in member.texts]
        values.append(_Value(header, measure, codes, texts))
    divided = {value.measure for value in values if value.codes}
    for at, value in enumerate(values):  # the total of what others divide says so in a word of its own
        words = [word for word in value.measure.split("_") if word not in _OF_A_TOTAL]
        if not value.codes and (whole := "_".join(words)) in divided:
            is_free = not any((one.measure, one.codes) == (whole, {}) for one in values)
            values[at] = replace(value, measure=whole) if is_free else value
    return values, list(dict.fromkeys(times))


def _labels(catalog: Catalog) -> dict[str, tuple[str, str]]:
    """Label of a code -> dimension and code, as slugs; those that stand for two are left out."""
    found: dict[str, set[tuple[str, str]]] = {}
    for name, codes in catalog.lists_of_dimensions.items():
        if name == SEX_IN_CASES:
            continue
        for code, entry in codes.codes.items():
            if code == TOTAL:
                continue
            for label in (entry.de, entry.en, *entry.published):
                slug = "_".join(_words(label))
                if len(slug) >= _SHORTEST_LABEL:
                    found.setdefault(slug, set()).add((name, code))
    return {slug: next(iter(places)) for slug, places in found.items() if len(places) == 1}


def _taken_apart(header: str, labels: Mapping[str, tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """The codes whose labels stand in a header, the longest first, and the words that are left."""
    words = _words(header)
    codes: dict[str, str] = {}
    for length in range(len(words), 0, -1):
        at = 0
        while at + length <= len(words):
            place = labels.get("_".join(words[at : at + length]))
            if place is not None and place[0] not in codes:
                codes[place[0]] = place[1]
                words[at : at + length] = [""]
            at += 1
    left = [word for word in words if word]
    if codes or _FILLING.issuperset(left):
        while left and left[0] in _FILLING:
            left.pop(0)
        while left and left[-1] in _FILLING:
            left.pop()
    return dict(sorted(codes.items())), left


def _measures(values: Sequence[_Value]) -> list[str]:
    lines = []
    for name in dict.fromkeys(value.measure for value in values):
        own = [value for value in values if value.measure == name]
        numbers = [
            found for value in own for text in value.texts if (found := _NUMBER.fullmatch(text.strip()))
        ]
        decimals = max((len(found[3] or "") for found in numbers), default=0)
        more = f", decimals: {decimals}" if decimals else ""
        more += ", signed: true" if any(found[1] for found in numbers) else ""
        title = _COUNTED.sub("", own[0].header) if len(own) == 1 else name.replace("_", " ")
        unit = "…" if decimals else "Anzahl"
        lines.append(f"  {name}: {{title_de: {_quoted(title)}, title_en: …, unit: {_quoted(unit)}{more}}}")
    return lines


def _key(column: _Column) -> str:
    marked = "   # check: not read" if column.holds == "ignored" else ""
    return f"    - {{header: {_quoted(column.header)}, holds: {column.holds}}}{marked}"


def _value(value: _Value) -> str:
    codes = ", ".join(f"{name}: {code}" for name, code in value.codes.items())
    shown = f", codes: {{{codes}}}" if codes else ""
    return f"    - {{header: {_quoted(value.header)}, measure: {value.measure}{shown}}}"


def _file_name(file: Path, said: re.Match[str], name: str) -> str:
    shown = file.stem[: said.start()] + f"{{{name}}}" + file.stem[said.end() :] + file.suffix
    return f"file_name: {_quoted(shown)}"


def _time_of(texts: Sequence[str]) -> str | None:
    """How all texts print a time; None when they do not."""
    return next((kind for kind, form in _TIMES.items() if all(map(form.fullmatch, texts))), None)


def _reference(times: Sequence[str]) -> str:
    """How times are printed; what a year stands for, and the day of a file without any, is for a person."""
    kind = _time_of(times) if times else None
    if kind is None:
        return 'reference_time: {kind: stock, text: none, fixed: "2000-01-01"}  # check: the day'
    if kind == "date":
        days = ", ".join(f'"{day}"' for day in sorted({f"{text[3:5]}-{text[:2]}" for text in times}))
        return f"reference_time: {{kind: stock, text: date, month_days: [{days}]}}"
    if kind == "year":
        return (
            'reference_time: {kind: stock, text: year, month_days: ["12-31"]}  '
            "# check: the day of a stock, or kind: flow"
        )
    return f"reference_time: {{kind: stock, text: {kind}}}  # check: or kind: flow"


def _delimited(file: Path) -> _List | None:
    data = file.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    sep = lines[0].startswith("sep=")
    body = "\n".join(lines[1:] if sep else lines)
    first = body.split("\n", 1)[0]
    delimiter = lines[0][4:5] if sep else max(_DELIMITERS, key=first.count)
    rows = [row for row in csv.reader(io.StringIO(body), delimiter=delimiter) if row]
    width = max(map(len, rows), default=0)
    rows = rows[next((at for at, row in enumerate(rows) if len(row) == width and all(row)), 0) :]
    end = next((at for at, row in enumerate(rows) if len(row) != len(rows[0])), len(rows))
    below, rows = rows[end:], rows[:end]
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) > 1 for row in below):
        return None
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    how = ["kind: delimited", f"encoding: {name}", f"delimiter: {_quoted(delimiter)}"]
    how += ["sep_line: true"] if sep else []
    how += [f"trailer: {_trailer(below[0][0])}"] if below else []
    return _List(rows[0], rows[1:], tuple(how))


def _workbook(file: Path) -> _List | None:
    """The sheet with most rows; its header is the first line that fills every column, merged cells counted
    for all that they cover, and the lines that merged cells of it reach down to.
    """
    from python_calamine import CalamineWorkbook

    from sources.readers.grid import paths
    from sources.readers.workbook import text

    with file.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        name, sheet = max(
            ((one, workbook.get_sheet_by_name(one)) for one in workbook.sheet_names),
            key=lambda named: named[1].total_height,
        )
        merged = list(sheet.merged_cell_ranges or [])
        rows = [[text(value, "iso") for value in row] for row in sheet.to_python(skip_empty_area=False)]
    shown = [list(row) for row in rows]
    for (top, left), (bottom, right) in merged:
        for row in shown[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    start = next((number for number, row in enumerate(shown) if len(row) > 1 and _fills(row)), None)
    if start is None:
        return None
    below = start + 1
    for (top, _), (bottom, _) in sorted(merged):
        if start <= top < below:
            below = max(below, bottom + 1)
    numbered = [text for text in rows[below] if text] if below < len(rows) else []
    if numbered and numbered == list(map(str, range(1, len(numbered) + 1))):  # a line that counts the columns
        below += 1
    header = paths(shown[start:below])
    width = len(header)
    alone = [text for text in rows[below] if text] if below < len(rows) else []
    time = alone[0] if len(alone) == 1 and _time_of(alone) else None
    if time is not None:
        below_it = [*shown[below], *[""] * width]
        header = [
            f"{text} > {{time}}" if said else text for text, said in zip(header, below_it, strict=False)
        ]
        below += 1
    depth = below - start
    while below < len(rows) and not any(rows[below]):
        below += 1
    body = [row[:width] for row in rows[below:]]
    end = next((at for at, row in enumerate(body) if not any(row)), len(body))
    notes = next((at for at in range(end, 0, -1) if sum(map(bool, body[at - 1])) > 1), 0)
    is_apart = notes == end  # an empty line stands before what follows
    end = notes
    if not end:
        return None
    how = ["kind: workbook", f"sheet: {_quoted(name)}"]
    if depth > 1:
        how.append(f"header_lines: {depth}")
    rest = next((text for row in rows[below + end :] for text in row if text.strip()), "")
    beside = any(any(row[1:]) for row in rows[below + end :])
    if rest and (beside or not is_apart):  # notes in one column end a table by themselves
        how.append(f"trailer: {_trailer(rest)}")
    return _List(header, body[:end], tuple(how), time)


def _trailer(text: str) -> str:
    """How the first line below a table begins."""
    return _quoted(re.split(r"[:;,]", text)[0][:40])


def _fills(row: Sequence[str]) -> bool:
    """Whether a line has a text in every column up to its last, and is no line over one merged cell."""
    last = max((at for at, text in enumerate(row) if text), default=-1)
    return last >= 1 and all(row[: last + 1]) and len(set(row)) > 1


def _kind_of(texts: Sequence[str]) -> str:
    """What kind of column its texts make: whole numbers, always filled."""
    filled = [text.strip() for text in texts if text.strip()]
    kind = ", type: integer" if filled and all(map(_INTEGER.fullmatch, filled)) else ""
    return kind + (", required: true" if len(filled) == len(texts) else "")


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", text.lower().translate(_TRANSLITERATION)) if word]


def _slug(text: str) -> str:
    name = "_".join(_words(text))[:60].strip("_")
    return name if name[:1].isalpha() else f"c_{name}"


def _free(name: str, taken: Sequence[str]) -> str:
    """The name, with a number where it is taken."""
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
