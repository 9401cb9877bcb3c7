"""Drafts the declaration of a GENESIS flat file: variables, codes, units and times are all printed in it.

A variable whose codes are area codes holds the area; one whose labels a code list knows becomes that
dimension, with the codes mapped; any other keeps the publisher's codes (`verbatim`) until a person decides.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sources.areas import area_codes
from sources.declared.catalogue import Catalog
from sources.declared.vocabulary import TOTAL
from sources.errors import problem
from sources.foundation.vocabulary import read_vocabulary
from sources.readers import genesis_flat
from sources.readers.genesis_flat import Layout

_TABLE = re.compile(r"[0-9A-Z]+(?:-[0-9A-Z]+)+", re.ASCII)
_NUMBER = re.compile(r"(-?)[0-9]+(?:,([0-9]+))?")
_DAY = re.compile(r"(?:19|20)[0-9]{2}-([01][0-9]-[0-3][0-9])|([0-3][0-9])\.([01][0-9])\.(?:19|20)[0-9]{2}")
_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "²": "2"})


@dataclass
class _Variable:
    """A variable in a numbered place: its label, and the labels of its codes in the order of the file."""

    label: str
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def is_area(self) -> bool:
        """Whether all its codes can be codes of areas."""
        return all(area_codes.levels_of(code) for code in self.labels)


@dataclass
class _Value:
    """A value variable: its label, unit, decimals and whether a number is below zero."""

    label: str
    unit: str
    decimals: int = 0
    signed: bool = False


@dataclass
class _Content:
    """What a flat file holds: statistic, times, variables by place, value variables."""

    statistic: tuple[str, str] = ("", "")
    times: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[int, dict[str, _Variable]] = field(default_factory=lambda: defaultdict(dict))
    values: dict[str, _Value] = field(default_factory=dict)


def draft_flat(catalog: Catalog, file: Path, publisher: str) -> str:
    """The declaration of the table in a flat file, as YAML text.

    Raises:
        SourceError: the header is that of no edition, or there is no data line.
    """
    content = _read(file)
    statistic, title = content.statistic
    found = _TABLE.match(file.name)
    code = found.group() if found else f"{statistic}-…"
    areas = [name for place in content.places.values() for name, one in place.items() if one.is_area]
    declared: list[str] = []
    read_as: list[str] = []
    for name, variables in _dimensions(catalog, content):
        codes = _codes(catalog, name, variables.values())
        listed = ", ".join(variables)
        if codes is None:
            declared.append(f"  {name}: {{verbatim: true}}   # check: a code list, or the publisher's codes")
            read_as.append(f"    {name}: {{variables: [{listed}]}}")
        else:
            known = ", ".join(dict.fromkeys([TOTAL, *codes.values()]))
            declared.append(f"  {name}: {{codes: [{known}]}}")
            mapped = ", ".join(f'"{printed}": {ours}' for printed, ours in codes.items())
            read_as.append(f"    {name}: {{variables: [{listed}], codes: {{{mapped}}}}}")
    measures = _measures(content)
    lines = [
        f"id: {code.lower()}{'' if found else '   # check: the code of the table'}",
        f"title_de: {_quoted(title)}   # check: what this table of the statistic shows",
        "title_en: …                      # check: translate",
        f"publisher: {publisher}           # check: folder in sources/catalog",
        f'statistic: "{statistic}"'
        if statistic in catalog.statistics
        else "legal_basis: …                   # check: the law, or add the statistic to statistics.yml",
        f"table_code: {code}",
        "each_row_is: the number of … of an area …      # check: complete the sentence 'one row is'",
        "cadence: {every: year}           # check: and the usual window, window_from, window_to",
        _reference(content),
        f"area_levels: [{', '.join(_levels(content))}]",
        f"access: {{genesis: {{table: {code}}}}}",
        *(["dimensions:", *declared] if declared else []),
        "measures:                        # check: names and titles",
        *(
            f"  {name}: {{title_de: {_quoted(one.label)}, title_en: …, unit: {_quoted(one.unit)}"
            + (f", decimals: {one.decimals}" if one.decimals else "")
            + (", signed: true" if one.signed else "")
            + "}"
            for name, one in measures.values()
        ),
        "format:",
        "  kind: genesis_flat",
        f'  statistic: "{statistic}"',
        f"  time: [{', '.join(content.times)}]",
        *([f"  areas: [{', '.join(areas)}]"] if areas else []),
        *(["  dimensions:", *read_as] if read_as else []),
        "  values:",
        *(f"    {variable}: {{measure: {name}}}" for variable, (name, _) in measures.items()),
    ]
    return "\n".join(lines) + "\n"


def _read(file: Path) -> _Content:
    content = _Content()
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=";")
        layout = genesis_flat.layout_of(next(rows, []), file.name)
        for row in rows:
            if row:
                _take(content, layout, row)
    if not content.values:
        raise problem("no_rows", file.name, line=2)
    return content


def _take(content: _Content, layout: Layout, row: list[str]) -> None:
    """What one line says: its time, the codes of its variables, its values."""
    content.statistic = (row[0], row[1])
    content.times[row[2]].add(row[4])
    for number, slot in enumerate(layout.slots):
        variable, label, code, words = row[slot.at : slot.at + 4]
        content.places[number].setdefault(variable, _Variable(label)).labels[code] = words
    for value in layout.values:
        if layout.edition == "new":
            unit, name, label = row[value.at + 1 : value.at + 4]
        else:
            name, unit = value.variable, value.unit
            label = layout.names[value.at].split("__")[1]
        one = content.values.setdefault(name, _Value(label, unit))
        if found := _NUMBER.fullmatch(row[value.at]):
            one.signed |= bool(found[1])
            one.decimals = max(one.decimals, len(found[2] or ""))


def _dimensions(catalog: Catalog, content: _Content) -> Iterator[tuple[str, dict[str, _Variable]]]:
    """Name of each dimension, and the variables of one place that hold it."""
    taken: set[str] = set()
    for place in content.places.values():
        variables = {name: one for name, one in place.items() if not one.is_area}
        if not variables:
            continue
        labels = {words for one in variables.values() for words in one.labels.values()}
        fitting = [
            (len(codes.codes), name)
            for name, codes in catalog.lists_of_dimensions.items()
            if name not in taken and labels <= set(codes.code_of)
        ]
        name = min(fitting)[1] if fitting else _slug(next(iter(variables.values())).label)
        taken.add(name)
        yield name, variables


def _codes(catalog: Catalog, name: str, variables: Iterable[_Variable]) -> dict[str, str] | None:
    """Published code -> ours, by the labels; None when the dimension is no code list that knows them all."""
    known = catalog.code_lists[name].code_of if name in catalog.code_lists else {}
    found: dict[str, str] = {}
    for one in variables:
        for code, words in one.labels.items():
            if words not in known or found.setdefault(code, known[words]) != known[words]:
                return None
    return found


def _measures(content: _Content) -> dict[str, tuple[str, _Value]]:
    """Value variable -> the name of its measure, made of its label."""
    found: dict[str, tuple[str, _Value]] = {}
    for variable, one in content.values.items():
        name = _slug(one.label)
        if any(name == other for other, _ in found.values()):
            name = f"{name}_{variable.lower()}"
        found[variable] = (name, one)
    return found


def _reference(content: _Content) -> str:
    """How times are printed; what a bare year stands for is for a person to say."""
    days = [_DAY.fullmatch(text) for texts in content.times.values() for text in texts]
    if all(days):
        month_days = sorted({found[1] or f"{found[3]}-{found[2]}" for found in days if found})
        listed = ", ".join(f'"{day}"' for day in month_days)
        return f"reference_time: {{kind: stock, text: date, month_days: [{listed}]}}"
    return (
        "reference_time: {kind: flow, text: year}     "
        "# check: a stock (month_days), a flow, or a school_year (year_is: start | end)"
    )


def _levels(content: _Content) -> list[str]:
    codes = {
        code
        for place in content.places.values()
        for one in place.values()
        if one.is_area
        for code in one.labels
    }
    found = {level for code in codes for level in area_codes.levels_of(code)}
    if "KREIS" in found and {"GEMEINDE", "CITY_IN_KREIS"} <= found:
        found.discard("GEMEINDE" if sum(len(code) == 8 for code in codes) < 100 else "CITY_IN_KREIS")
    return [level for level in read_vocabulary()["area_level"] if level in (found or {"DE"})]


def _slug(text: str) -> str:
    ascii_text = text.lower().translate(_TRANSLITERATION)
    name = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:50].strip("_")
    return name if name[:1].isalpha() else f"m_{name}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
