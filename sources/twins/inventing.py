"""Invented figures for any declared table, at any size: for property tests.

`frame` lists the cells that a complete table has, without values; `invent` fills them with seeded
numbers and signs.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from sources.areas.area_codes import LAENDER, levels_of
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration, Measure
from sources.declared.file_formats import SheetOrText
from sources.declared.formats import GenesisLayout, GenesisTable
from sources.declared.notation import Notation
from sources.readers.reading import cells_schema
from sources.twins import genesis_table
from sources.twins.labels import Labels

Area = tuple[str, str]
"""Code and name, the name with leading blanks as depth."""


def invent_areas(count: int, levels: Sequence[str] = ()) -> list[Area]:
    """Areas of the given levels (default Germany, Länder, Kreise) in the order of their codes.

    Below Kreise there is one level of small areas with codes of 8 digits.
    """
    wanted = set(levels) or {"DE", "LAND", "KREIS"}
    areas: list[tuple[str, Area]] = [("DE", ("DG", "Deutschland"))]
    for land, name in LAENDER.items():
        areas.append(("LAND", (land, f"  {name}")))
        region = next(digit for digit in "0123456789" if levels_of(f"{land}{digit}01"))
        if region != "0":
            areas.append(("REGBEZ", (land + region, f"    Beispielbezirk {land}{region}")))
        for number in range(1, 30):
            code = f"{land}{region}{number:02d}"
            areas.append(("KREIS", (code, f"      Beispielkreis {code}")))
            areas.append(("GEMEINDE", (f"{code}001", f"        Beispielort {code}")))
            areas.append(("CITY", (f"{code}000", f"Beispielstadt {code}")))
            areas.append(("SMALL_AREA", (f"{code}101", f"Beispielviertel {code}")))
    fitting = [area for level, area in areas if level in wanted]
    if count > len(fitting):
        raise ValueError(f"at most {len(fitting)} areas of the levels {sorted(wanted)} can be invented")
    return fitting[:count]


def invent_times(declaration: Declaration, count: int) -> list[str]:
    """Times as the table prints them, the newest first."""
    time = declaration.reference_time
    if time.text == "none":
        raise ValueError(f"{declaration.id} prints no time")
    month, day = (time.month_days[0] if time.month_days else "12-31").split("-")
    years = range(2020, 2020 - count, -1)
    if time.text == "school_year":
        return [f"{year}/{(year + 1) % 100:02d}" for year in years]
    forms = {"date": f"{day}.{month}.{{}}", "compact_date": f"{{}}{month}{day}", "year": "{}"}
    forms["month"] = f"{{}}{month}"
    forms["half_year"] = "{}-02"
    return [forms[time.text].format(year) for year in years]


def frame(
    catalog: Catalog,
    declaration: Declaration,
    *,
    areas: Sequence[Area],
    times: Sequence[str],
    layout: str | None = None,
) -> list[dict[str, Any]]:
    """The cells of a complete table in the order of the file, without values.

    Args:
        layout: of a classic table; default its oldest.
    """
    cells: list[dict[str, Any]] = []
    for line_keys, columns in _lines(catalog, declaration, areas, times, layout):
        for codes, measure, time in columns:
            unit = declaration.measures[measure].unit
            cells.append({**line_keys, **codes, **time, "measure": measure, "unit": unit})
    return cells


def invent(
    catalog: Catalog,
    declaration: Declaration,
    *,
    areas: int = 20,
    times: int = 1,
    seed: int = 0,
    layout: str | None = None,
) -> pa.Table:
    """A complete table with invented figures: numbers of each measure's form, and now and then a sign."""
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    wanted = invent_times(declaration, times) if declaration.reference_time.text != "none" else [""]
    chosen = invent_areas(areas, declaration.area_levels)
    cells = frame(catalog, declaration, areas=chosen, times=wanted, layout=layout)
    form = declaration.format
    decimal = form.decimal if isinstance(form, SheetOrText) else ","
    notation = Notation(catalog.dialect(declaration), decimal)
    for cell in cells:
        cell["value_text"] = invent_value(declaration.measures[cell["measure"]], notation, dice)
    return pa.Table.from_pylist(cells, schema=cells_schema(declaration))


def invent_value(measure: Measure, notation: Notation, dice: random.Random) -> str:
    """A number as the measure has it, or one time in ten a sign of the legend."""
    if notation.values and dice.random() < 0.1:
        return dice.choice(notation.values)
    text = str(int(dice.lognormvariate(6, 2)))
    if measure.decimals:
        decimals = min(measure.decimals, 6)
        text += notation.decimal + str(dice.randrange(10**decimals)).zfill(decimals)
    return "-" + text if measure.signed and dice.random() < 0.2 and text.strip("0,.") else text


def _layout(form: GenesisTable, layout: str | None) -> GenesisLayout:
    return form.layouts[-1] if layout is None else next(one for one in form.layouts if one.id == layout)


def _row_keys(
    catalog: Catalog,
    declaration: Declaration,
    layout: GenesisLayout,
    areas: Sequence[Area],
    times: Sequence[str],
) -> Iterator[dict[str, str]]:
    """Keys of every data line of a classic table, in the publisher's order."""
    dimensions = [name for name in layout.keys if name in declaration.dimensions]
    codes = [catalog.codes(declaration, name) for name in dimensions]
    for time in times if layout.time_in == "keys" else times[:1]:
        for code, name in areas:
            for combination in itertools.product(*codes):
                held = dict(zip(dimensions, combination, strict=True))
                yield {"time": time, "area_code": code, "area_name": name, **held}


def _lines(
    catalog: Catalog,
    declaration: Declaration,
    areas: Sequence[Area],
    times: Sequence[str],
    layout: str | None,
) -> Iterator[tuple[dict[str, str], list[tuple[dict[str, str], str, dict[str, str]]]]]:
    """Every data line: its keys as cell columns, and what each of its value columns adds to them."""
    form = declaration.format
    if isinstance(form, GenesisTable):
        chosen = _layout(form, layout)
        shown = times if chosen.time_in == "header" else ()
        columns = genesis_table.value_columns(
            catalog, declaration, chosen, Labels(catalog, declaration, None), shown
        )
        adds = [
            (dict(column.codes), column.measure, {"time_text": column.time} if column.time else {})
            for column in columns
        ]
        for keys in _row_keys(catalog, declaration, chosen, areas, times):
            yield {("time_text" if name == "time" else name): text for name, text in keys.items()}, adds
        return
    if not isinstance(form, SheetOrText):
        raise ValueError(f"{declaration.id} is no table of counts")
    held = [key.holds for key in form.keys]
    free = [name for name in declaration.dimensions if name not in held]
    flat: list[tuple[dict[str, str], str, dict[str, str]]] = []
    for value in form.values:
        codes = {name: value.codes.get(name, "_T") for name in free}
        flat += [
            (codes, value.measure, {"time_text": time} if value.repeats else {})
            for time in (times if value.repeats else [""])
        ]
    in_rows = [name for name in held if name in declaration.dimensions]
    texts = {name: dimension.texts or ("Land",) for name, dimension in declaration.dimensions.items()}
    choices = [catalog.codes(declaration, name) or texts[name] for name in in_rows]
    printed = times if "time" in held else times[:1] if form.has_time else [""]
    for time, (code, name), combination in itertools.product(printed, areas, itertools.product(*choices)):
        own = {"area_code": code, "area_name": name, **dict(zip(in_rows, combination, strict=True))}
        own = {key: text for key, text in own.items() if key in held or key in declaration.dimensions}
        yield ({"time_text": time} | own if time else own), flat
