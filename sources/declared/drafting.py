"""Drafts the declaration of a new dataset from one of its files: everything that the file itself tells.

    planstat sources new FILE --into sources/catalog/regionalstatistik

The draft can read the file at once. What a person has to decide (names of measures, what a year stands for,
law, cadence) is marked with `# check:`. Labels that stand in `code_lists.yml` are recognised; others are
left in the names of the measures, to be turned into codes by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sources.areas import area_codes
from sources.declared.catalogue import PUBLISHER_FILE, Catalog
from sources.declared.declaration import ReferenceTime
from sources.declared.drafting_flat import draft_flat
from sources.declared.drafting_lists import CodeOf, draft_list
from sources.declared.vocabulary import TOTAL
from sources.errors import problem
from sources.fetch import content
from sources.forms.blank import SEX_IN_CASES
from sources.foundation.files import write_text
from sources.foundation.located_yaml import Problem
from sources.foundation.told import Told
from sources.foundation.vocabulary import read_vocabulary
from sources.readers import genesis_flat, genesis_table

_UNITS = re.compile(
    r"Anzahl|Personen|Fälle|Jahre|EUR|Euro|Tsd\. EUR|Mill\. EUR|Prozent|%|ha|qkm|m²|qm|km|t|1000|"
    r"10{2,3} (?:qm|m²)|je .*"
)
PLACEHOLDER = re.compile(r"#\s*check:|(?<![\w(„])…(?=[\s,}\]]|$)")
"""What a draft leaves to a person, and what no declaration may still hold."""
_DATE = re.compile(r"[0-3][0-9]\.[01][0-9]\.(?:19|20)[0-9]{2}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "²": "2"})


@dataclass
class _Measure:
    """A measure as far as the file tells."""

    name: str
    title: str
    unit: str
    decimals: int = 0
    signed: bool = False


def draft(
    catalog: Catalog,
    file: Path,
    publisher: str = "regionalstatistik",
    code_of: CodeOf = lambda name: None,
) -> str:
    """The declaration of the table in `file`, as YAML text: a classic table, a flat
    file, a delimited file, a workbook.

    Args:
        code_of: a name to the code of the one area that has exactly that name, where it is known.

    Raises:
        SourceError: the file is no classic table that can be taken apart.
    """
    kind = content.recognise(file).kind
    with file.open("rb") as stream:
        if genesis_flat.recognises(stream.read(64)):
            return draft_flat(catalog, file, publisher)
    is_classic = kind not in _NO_TABLE and genesis_table.table_code(file.read_bytes()[:2048]) is not None
    if (
        not is_classic
        and kind not in _NO_LIST
        and (listed := draft_list(catalog, file, publisher, code_of)) is not None
    ):
        return listed
    if kind in _NO_TABLE:
        raise problem("no_draft", file.name, found=_NO_TABLE[kind])
    data = genesis_table.as_utf8(file.read_bytes(), None, file.name)
    code = genesis_table.table_code(data[:2048])
    if code is None:
        raise problem("no_draft", file.name, found=Told("a text", "ein Text"))
    prelude = genesis_table.prelude_of(data, file.name)
    rows = _rows(data, prelude.data_line)
    if not rows:
        raise problem("no_rows", file.name, line=prelude.data_line)
    header = [texts for _, texts in prelude.header]
    keys, dimension_columns = _keys(catalog, header, rows, file.name)
    unit_row = _holds_units(catalog, header, len(keys))
    levels = header[:-1] if unit_row else header
    titles = [text for _, texts in prelude.titles[1:] for text in texts if text]
    time_in_title = "time" not in keys and not _time_level(levels, len(keys))
    times = _times(keys, levels, rows, titles if time_in_title else [])
    units = header[-1] if unit_row else [_title_unit(titles)] * len(header[0])
    lines = [
        f"id: {code}",
        f"title_de: {_quoted(' '.join(titles))}   # check: shorten",
        "title_en: …                      # check: translate",
        f"publisher: {publisher}",
        *([f'statistic: "{code[:5]}"'] if code[:5] in catalog.statistics else _LAW),
        f"table_code: {code}",
        "each_row_is: the number of … of an area …      # check: complete the sentence 'one row is'",
        "cadence: {every: year}           # check: and the usual window, window_from, window_to",
        _reference(times),
        f"area_levels: [{', '.join(_area_levels(rows, keys))}]",
        f"access: {{genesis: {{table: {code}}}}}",
    ]
    measures: dict[str, _Measure] = {}
    used: dict[str, list[str]] = dict(dimension_columns)
    time_level = _time_level(levels, len(keys))
    body = (
        _regular(catalog, levels, keys, units, rows, time_level, measures, used)
        if time_level is not None
        else _tree(catalog, levels, keys, units, rows, measures, used)
    )
    if used:
        lines.append("dimensions:")
        lines += [f"  {name}: {{codes: [{', '.join(codes)}]}}" for name, codes in used.items()]
    lines.append("measures:                        # check: names and titles")
    for measure in measures.values():
        more = f", decimals: {measure.decimals}" if measure.decimals else ""
        more += ", signed: true" if measure.signed else ""
        what = f"title_de: {_quoted(measure.title)}, title_en: …, unit: {_quoted(measure.unit)}{more}"
        lines.append(f"  {measure.name}: {{{what}}}")
    stand = data[data.rfind(b"Stand: ") :].decode("utf-8", "replace")[13:17]
    lines += ["format:", "  kind: genesis_table", "  layouts:", f'    - id: "{stand}"']
    lines.append(f"      keys: [{', '.join(keys)}]")
    if not unit_row:
        lines.append("      unit: title")
    return "\n".join([*lines, *body]) + "\n"


_NO_TABLE = {
    content.WORKBOOK: Told("a workbook", "eine Arbeitsmappe"),
    content.OLD_WORKBOOK: Told("a workbook of Excel 97 to 2003", "eine Arbeitsmappe von Excel 97 bis 2003"),
    content.ZIP: Told("a ZIP archive", "ein ZIP-Archiv"),
    content.PDF: Told("a PDF document", "ein PDF-Dokument"),
    content.JSON: Told("JSON", "JSON"),
}
_NO_LIST = set(_NO_TABLE) - {content.WORKBOOK}
_LAW = ["legal_basis: …                   # check: the law, or add the statistic to statistics.yml"]


def _rows(data: bytes, first_line: int) -> list[list[str]]:
    """The data lines as fields."""
    lines = data.decode("utf-8").replace("\r\n", "\n").split("\n")[first_line - 1 :]
    end = next((number for number, line in enumerate(lines) if line.startswith("______")), len(lines))
    return list(csv.reader(lines[:end], delimiter=";"))


def _keys(
    catalog: Catalog, header: list[list[str]], rows: list[list[str]], name: str
) -> tuple[list[str], dict[str, list[str]]]:
    """Names of the key columns, and the codes that occur in those that are dimensions."""
    count = min(_leading_empty(texts) for texts in header)
    keys: list[str] = []
    dimensions: dict[str, list[str]] = {}
    first = rows[0]
    if not area_codes.levels_of(first[0]) or _DATE.fullmatch(first[0]) or _YEAR.fullmatch(first[0]):
        keys.append("time")
    keys += ["area_code", "area_name"]
    for column in range(len(keys), count):
        labels = list(dict.fromkeys(row[column] for row in rows if len(row) > column))
        found = _dimension_of(catalog, labels)
        if found is None:
            raise problem(
                "unknown_label", name, column=column + 1, dimension=f"column {column + 1}",
                found=", ".join(labels[:9]),
            )  # fmt: skip
        keys.append(found)
        dimensions[found] = [catalog.code_lists[found].code_of[label] for label in labels]
    return keys, dimensions


def _holds_units(catalog: Catalog, header: list[list[str]], keys: int) -> bool:
    """Whether the last header line holds units: known ones, or below others one word for all columns that no
    code list knows.
    """
    last = header[-1][keys:]
    if all(_UNITS.fullmatch(text) for text in last):
        return True
    word = last[0]
    known = any(word in codes.code_of for codes in catalog.lists_of_dimensions.values())
    time = _DATE.fullmatch(word) or _YEAR.fullmatch(word)
    return len(header) > 1 and bool(word) and set(last) == {word} and not known and not time


def write_draft(text: str, into: Path) -> Path:
    """Write a draft whole or not at all: to `into`, or to `<id>.yml` in it when that is a folder.

    Raises:
        FileExistsError: there is a declaration already.
    """
    name = next(
        line.removeprefix("id:").split("#")[0].strip() for line in text.splitlines() if line[:3] == "id:"
    )
    target = into if into.suffix in (".yml", ".yaml") else into / f"{name}.yml"
    if target.exists():
        raise FileExistsError(f"{target} is there already: give another name, or remove it first")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, text)
    return target


_PUBLISHER = """\
id: {publisher}
name_de: …                        # check: the publisher's name
name_en: …
homepage: …
licence:
  id: …                           # check: what the publisher says on use, e.g. dl-de/by-2-0
  name: …
  url: …
  attribution: …                  # check: how the source is to be named
"""


def write_publisher(folder: Path) -> Path | None:
    """Draft the publisher of a folder that has none yet; None where it has one."""
    target = folder / PUBLISHER_FILE
    if target.exists():
        return None
    write_text(target, _PUBLISHER.format(publisher=folder.name))
    return target


def placeholders(file: Path) -> list[Problem]:
    """What a declaration's file still leaves to a person, line by line."""
    return [
        Problem(str(file), number, "", f"is a draft still: fill in what {found.group()!r} stands for")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if (found := PLACEHOLDER.search(line)) is not None
    ]


def _leading_empty(texts: list[str]) -> int:
    return next((number for number, text in enumerate(texts) if text), len(texts))


def _dimension_of(catalog: Catalog, labels: Iterable[str]) -> str | None:
    """The code list that knows all labels; the smallest of several."""
    wanted = set(labels)
    fitting = [
        (len(codes.codes), name)
        for name, codes in catalog.lists_of_dimensions.items()
        if wanted <= set(codes.code_of)
    ]
    return min(fitting)[1] if fitting else None


def _time_level(levels: list[list[str]], keys: int) -> int | None:
    """The header line whose cells are all dates or years."""
    for number, texts in enumerate(levels):
        if all(_DATE.fullmatch(text) or _YEAR.fullmatch(text) for text in texts[keys:]):
            return number
    return None


def _times(keys: list[str], levels: list[list[str]], rows: list[list[str]], titles: list[str]) -> list[str]:
    if "time" in keys:
        return list(dict.fromkeys(row[0] for row in rows))
    level = _time_level(levels, len(keys))
    if level is not None:
        return list(dict.fromkeys(levels[level][len(keys) :]))
    return titles[-1:]


def _reference(times: list[str]) -> str:
    """How times are printed; what a bare year stands for is for a person to say."""
    if times and all(_DATE.fullmatch(text) for text in times):
        days = sorted({f"{text[3:5]}-{text[:2]}" for text in times})
        listed = ", ".join(f'"{day}"' for day in days)
        ReferenceTime.model_validate({"kind": "stock", "text": "date", "month_days": days})
        return f"reference_time: {{kind: stock, text: date, month_days: [{listed}]}}"
    return (
        "reference_time: {kind: flow, text: year}     "
        "# check: a stock (month_days), a flow, or a school_year (year_is: start | end)"
    )


def _area_levels(rows: list[list[str]], keys: list[str]) -> list[str]:
    at = keys.index("area_code")
    found = {level for row in rows for level in area_codes.levels_of(row[at])}
    if "KREIS" in found and {"GEMEINDE", "CITY_IN_KREIS"} <= found:
        cities = {row[at] for row in rows if len(row[at]) == 8}
        found.discard("GEMEINDE" if len(cities) < 100 else "CITY_IN_KREIS")
    return [level for level in read_vocabulary()["area_level"] if level in found]


def _title_unit(titles: list[str]) -> str:
    found = re.findall(r"\(([^()]*)\)", " ".join(titles))
    return next((unit for unit in reversed(found) if _UNITS.fullmatch(unit)), "…")


def _tree(
    catalog: Catalog,
    levels: list[list[str]],
    keys: list[str],
    units: list[str],
    rows: list[list[str]],
    measures: dict[str, _Measure],
    used: dict[str, list[str]],
) -> list[str]:
    """Every value column on its own; texts that are labels become codes, the others name the measure."""
    lines = ["      columns:"]
    seen: set[tuple[object, ...]] = set()
    for column in range(len(keys), len(levels[0])):
        path = [texts[column] for texts in levels]
        codes: dict[str, str] = {}
        words: list[str] = []
        for text in path:
            dimension, code = _label(catalog, text, [*keys, *codes])
            if dimension is not None and code is not None:
                codes[dimension] = code
            elif text and text not in words and text not in _WORDS_OF_TOTALS:
                words.append(text)
        measure = _measure(measures, words, units[column], column, rows)
        if (measure, *sorted(codes.items())) in seen:  # only words tell them apart: a measure of its own
            measure = _measure(measures, [*words, f"{column + 1}"], units[column], column, rows)
        seen.add((measure, *sorted(codes.items())))
        for dimension, code in codes.items():
            known = used.setdefault(dimension, [TOTAL])
            if code not in known:
                known.append(code)
        shown = (
            f", codes: {{{', '.join(f'{name}: {code}' for name, code in codes.items())}}}" if codes else ""
        )
        texts = ", ".join(_quoted(text) for text in path)
        lines.append(f"        - {{header: [{texts}], measure: {measure}{shown}}}")
    return lines


_WORDS_OF_TOTALS = {
    "Insgesamt",
    "insgesamt",
    "zusammen",
    "Davon",
    "davon",
    "davon mit",
    "Davon mit",
    "und zwar",
}
_WORDS_OF_TOTALS |= {"Geschlecht", "Nationalität", "Altersgruppe", "Altersgruppen"}


def _regular(
    catalog: Catalog,
    levels: list[list[str]],
    keys: list[str],
    units: list[str],
    rows: list[list[str]],
    time_level: int,
    measures: dict[str, _Measure],
    used: dict[str, list[str]],
) -> list[str]:
    """A header with times: one role per line."""
    lines = []
    words = []
    for number, texts in enumerate(levels):
        labels = list(dict.fromkeys(texts[len(keys) :]))
        if number == time_level:
            lines.append("        - time: true")
            continue
        dimension = _dimension_of(catalog, labels)
        if dimension is not None and len(labels) > 1:
            used[dimension] = [catalog.code_lists[dimension].code_of[label] for label in labels]
            lines.append(f"        - dimension: {dimension}")
        else:
            words.append(labels[0])
            lines.append(f"        - text: {_quoted(labels[0])}")
    measure = ""
    for column in range(len(keys), len(levels[0])):
        measure = _measure(measures, words or ["persons"], units[column], column, rows)
    return [f"      measure: {measure}", "      levels:", *lines]


def _label(catalog: Catalog, text: str, taken: list[str]) -> tuple[str | None, str | None]:
    """The dimension and code that a header text is the label of; nothing for a total or for
    an ambiguous text.
    """
    found = [
        (name, codes.code_of[text])
        for name, codes in catalog.lists_of_dimensions.items()
        if text in codes.code_of and codes.code_of[text] != TOTAL and name not in (*taken, SEX_IN_CASES)
    ]
    return found[0] if len(found) == 1 else (None, None)


def _measure(
    measures: dict[str, _Measure], words: list[str], unit: str, column: int, rows: list[list[str]]
) -> str:
    """The measure of these words and this unit, with the decimals and signs that occur in the column."""
    title = ", ".join(words) or "persons"
    base = name = _slug(title)
    copies = 1
    while name in measures and (measures[name].unit, measures[name].title) != (unit, title):
        copies += 1
        name = f"{base}_{copies}"
    measure = measures.setdefault(name, _Measure(name, title, unit))
    for row in rows:
        number = re.fullmatch(r"(-?)[0-9]+(?:,([0-9]+))?", row[column]) if column < len(row) else None
        if number:
            measure.signed |= bool(number[1])
            measure.decimals = max(measure.decimals, len(number[2] or ""))
    return name


def _slug(text: str) -> str:
    """A name for a measure out of its title."""
    ascii_text = text.lower().translate(_TRANSLITERATION)
    name = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:60].strip("_")
    return name if name[:1].isalpha() else f"m_{name}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
