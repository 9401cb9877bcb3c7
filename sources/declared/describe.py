"""The catalogue in words for people: a list, a description of one dataset, a template
for a new one, a check.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from sources.declared.breaks import breaks_on_record
from sources.declared.catalogue import CATALOG, Catalog
from sources.declared.declaration import ID_PATTERN, Declaration
from sources.declared.file_formats import FormFile
from sources.declared.formats import GenesisTable
from sources.foundation.vocabulary import read_vocabulary

_EVERY = {
    "month": "every month",
    "quarter": "every quarter",
    "half_year": "every half year",
    "year": "every year",
    "two_years": "every two years",
    "four_years": "every four years",
    "census": "with each census",
    "irregular": "at no fixed times",
    "once": "never again (a closed series)",
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def describe(catalog: Catalog, dataset_id: str, root: Path = CATALOG) -> str:
    """What a dataset is, in plain words; `root` holds the breaks that several tables share.

    Raises:
        KeyError: no such dataset; the text names the ones that come close.
    """
    declaration = catalog.get(dataset_id)
    if declaration is None:
        close = [one for one in catalog if dataset_id in one or one.startswith(dataset_id[:5])]
        hint = f" Close to it: {', '.join(close)}." if close else ""
        raise KeyError(f"No dataset {dataset_id!r} is declared.{hint}")
    licence = catalog.licence(declaration)
    publisher = catalog.publisher(declaration)
    statistic = catalog.statistic(declaration)
    paragraphs = [
        f"{declaration.id}: {declaration.title_de}\n({declaration.title_en})",
        f"One row is {declaration.each_row_is}. Published by {publisher.name_de}"
        + (f" as part of the statistic {statistic.code} {statistic.title_de}" if statistic else "")
        + ".",
        _time(declaration),
        _areas(declaration),
        _contents(catalog, declaration),
        _symbols(catalog, declaration),
        *(f"Rounding: {_sentence(rule.note)}" for rule in declaration.rounding),
        *(
            f"Break in the series from {gap.effective_date:%d.%m.%Y} on: {_sentence(gap.what_de)}"
            for gap in breaks_on_record(catalog, root / "breaks.csv")
            if dataset_id.startswith(gap.statistic_prefix)
        ),
        _succession(declaration),
        f"Not the publisher's own file ({handed_on.kind}): {handed_on.what_en}. "
        "Figures of the publisher's own files go before it."
        if (handed_on := declaration.handed_on)
        else "",
        f"No figure is made of it: {_sentence(declaration.unused.en)}" if declaration.unused else "",
        f"The layout is not verified. {declaration.unverified}" if declaration.unverified else "",
        declaration.notes or "",
        f"Law: {catalog.legal_basis(declaration) or 'not stated'}. "
        + (
            "It holds data that can be traced to persons."
            if catalog.holds_personal_data(declaration)
            else "It holds no data that can be traced to persons."
        )
        + (
            " Its counts are confidential: they leave only through disclosure control."
            * declaration.confidential
        ),
        f"Licence: {licence.name} ({licence.url}). Name the source as: {licence.attribution}.",
        _file(catalog, declaration),
    ]
    return "\n\n".join(
        "\n".join(_wrapped(line) for line in paragraph.splitlines()) for paragraph in paragraphs if paragraph
    )


def _wrapped(line: str) -> str:
    indent = "    " if line.startswith("  ") else ""
    return textwrap.fill(line, 96, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _day(month_day: str) -> str:
    month, day = month_day.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]}"


def _time(declaration: Declaration) -> str:
    time, cadence = declaration.reference_time, declaration.cadence
    if time.kind == "stock":
        days = " or ".join(_day(day) for day in time.month_days)
        what = f"the state on {days or 'a day'}"
        if time.fixed:
            what = f"the state on {_day(f'{time.fixed:%m-%d}')} {time.fixed.year}"
    elif time.kind == "flow":
        what = "a whole year"
    else:
        which = "begins" if time.year_is == "start" else "ends"
        what = f"a school year (1 August to 31 July); the printed year is the one in which it {which}"
    text = f"A figure speaks of {what}. A new edition comes {_EVERY[cadence.every]}"
    if cadence.window_from and cadence.window_to:
        text += f", usually between {_day(cadence.window_from)} and {_day(cadence.window_to)}"
        if later := cadence.years_later:
            text += f", {later} {'year' if later == 1 else 'years'} after the first of them"
    text += "."
    return text + (f" {_sentence(cadence.note)}" if cadence.note else "")


def _areas(declaration: Declaration) -> str:
    known = read_vocabulary()["area_level"]
    levels = [known[level].en for level in declaration.area_levels]
    return f"Areas: {', '.join(levels)}." if levels else ""


def _contents(catalog: Catalog, declaration: Declaration) -> str:
    lines = []
    for name, measure in declaration.measures.items():
        lines.append(f"  {name}: {measure.title_de}, in {measure.unit}")
    for name, dimension in declaration.dimensions.items():
        codes = catalog.codes(declaration, name)
        code_list = catalog.code_list(declaration, name)
        if code_list is None or dimension.verbatim:
            lines.append(f"  by {name}: the publisher's own text")
            continue
        shown = [f"{code} ({code_list.codes[code].de})" for code in codes[:6]]
        more = f" and {len(codes) - 6} more" if len(codes) > 6 else ""
        lines.append(f"  by {name}: {', '.join(shown)}{more}")
    for column in declaration.columns:
        unit = f", in {column.unit}" if column.unit else ""
        lines.append(f"  {column.name}: {column.title_de}{unit}")
    return "It holds\n" + "\n".join(lines)


def _symbols(catalog: Catalog, declaration: Declaration) -> str:
    dialect = catalog.dialect(declaration)
    if dialect is None:
        return ""
    lines = [f"  {sign}  {symbol.label_de}" for sign, symbol in dialect.symbols.items()]
    return f"Signs in place of numbers ({dialect.title_de})\n" + "\n".join(lines)


def _succession(declaration: Declaration) -> str:
    parts = []
    if declaration.predecessors:
        parts.append(f"It continues {', '.join(declaration.predecessors)}.")
    if declaration.successors:
        parts.append(f"It is continued by {', '.join(declaration.successors)}.")
    return " ".join(parts)


def _file(catalog: Catalog, declaration: Declaration) -> str:
    access, form = declaration.access, declaration.format
    lines = [f"Its file is called {' or '.join(declaration.file_patterns)} and comes as {form.kind}"]
    if isinstance(form, GenesisTable) and len(form.layouts) > 1:
        lines[0] += f", in {len(form.layouts)} editions ({', '.join(layout.id for layout in form.layouts)})"
    lines[0] += ". Ways to get it:"
    if access.download:
        lines.append(f"  download {access.download}")
    if access.genesis:
        lines.append(f"  table {access.genesis.table} of {catalog.publisher(declaration).genesis_base}")
    if access.drop_folder:
        lines.append("  put it into the drop folder")
    if isinstance(form, FormFile):
        lines.append(f"  an empty form to hand out: planstat form {declaration.id}")
    if isinstance(form, FormFile) and form.cases:
        lines.append(
            "It may hold a line per case instead of counts: cases are counted in memory and never kept."
        )
    return "\n".join(lines)


def json_schema() -> str:
    """JSON schema of a declaration, for completion in editors; generated, committed, compared in a test."""
    schema = Declaration.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "planstat dataset declaration"
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def template(dataset_id: str, publisher: str = "regionalstatistik") -> str:
    """A commented declaration to fill in; save it as `sources/catalog/<publisher>/<dataset_id>.yml`.

    Raises:
        ValueError: this can be no dataset's id (it looks like the name of a file that is not there).
    """
    if not re.fullmatch(ID_PATTERN, dataset_id):
        raise ValueError(f"{dataset_id!r} is neither a file nor an id (letters, digits, hyphens)")
    return TEMPLATE.replace("<ID>", dataset_id).replace("<PUBLISHER>", publisher)


TEMPLATE = """\
# yaml-language-server: $schema=../declaration.schema.json
# Fill in, then run: planstat sources check
id: <ID>                              # the publisher's table code where there is one; names the file too
title_de: …
title_en: …
publisher: <PUBLISHER>                # folder of this file; its publisher.yml holds licence and legend
# statistic: "12411"                  # number in statistics.yml: title and law stand there once
table_code: <ID>                      # what the first line of the file names
# predecessors: [12411-01-01-4]       # tables this one continues
# successors: []
each_row_is: the number of … of an area on a day, by …
cadence: {every: year, window_from: "07-01", window_to: "12-31"}
# what a time text means. stock: a day; flow: a year; school_year: with year_is: start | end
reference_time: {kind: stock, text: date, month_days: ["12-31"]}
area_levels: [DE, LAND, REGBEZ, KREIS, CITY_IN_KREIS, BEZIRK]
# file_names: ["<ID>*.csv"]           # this is the default
access:
  # download: https://…
  genesis: {table: <ID>}
dimensions:                           # codes of a list in code_lists.yml; `codes` are those that occur
  sex: {codes: [_T, M, F]}
measures:
  persons: {title_de: …, title_en: …, unit: Anzahl}     # decimals: 1, signed: true where it applies
format:
  kind: genesis_table
  layouts:                            # one per edition; the one whose header fits exactly is taken
    - id: "2026"
      keys: [time, area_code, area_name]                # key columns from the left; may name dimensions
      unit: row                       # the last header line holds units (title: a title ends in "(Anzahl)")
      columns:                        # header texts from the top, without the line of units
        - {header: [Personen, ""], measure: persons}
        - {header: [Personen, weiblich], measure: persons, codes: {sex: F}}
      # or, for a regular header:
      # measure: persons
      # levels: [{dimension: sex}]    # {time: true} for dates, {text: Geschlecht} for constant words
# rounding:
#   - {base: 5, from_year: 2020, note: …}
# breaks:
#   - {at: "2011", what_de: …, what_en: …}
# notes: …
"""
