"""Writes the flat file ("ffcsv") of GENESIS databases from cells, in either edition."""

from __future__ import annotations

import csv
import io
import itertools
import random
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.flat_formats import GenesisFlat
from sources.declared.notation import Notation
from sources.declared.vocabulary import TOTAL
from sources.readers.reading import cells_schema
from sources.twins import quirks as quirk
from sources.twins.inventing import invent_areas, invent_times, invent_value

ALLOWED = (set(quirk.GRID) | set(quirk.BYTES) | {"wrong_encoding", "wrong_table"}) - {"unknown_header"}
Edition = Literal["new", "old"]
Language = Literal["de", "en"]

_GERMAN_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    edition: Edition = "new",
    language: Language = "de",
    quality: bool = False,
    shuffled: bool = False,
) -> bytes:
    """Write cells as a flat file.

    Args:
        edition: `new` (since 2024, ISO dates, UTF-8 with byte-order mark) or `old` (a column per measure).
        language: of the labels; codes and units are the same in both.
        quality: with a quality column, which takes `quality_text`; a cell without number then has its sign
            there and an empty value whenever `quality_text` repeats it.
        shuffled: rows in no order, as the interface delivers them.

    Raises:
        ValueError: a cell fits no variable, or, in the old edition, a row lacks a measure.
    """
    form = declaration.format
    assert isinstance(form, GenesisFlat)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    writer = _Writer(catalog, declaration, form, language, dice if seed else None)
    header, body = writer.new(table, quality) if edition == "new" else writer.old(table, quality)
    if shuffled:
        dice.shuffle(body)
    slots = 5 + 4 * len(writer.roles)
    lines = quirk.Grid(
        header=[header],
        body=body,
        keys=slots,
        area_at=7 if form.areas else None,
        label_at=next(
            (7 + 4 * at for at, role in enumerate(writer.roles) if role and form.dimensions[role].codes), None
        ),
        tail=3 + quality if edition == "new" else 0,
    )
    if "wrong_table" in quirks:
        for line in lines.body:
            line[0] = "99999"
    quirk.spoil_grid(lines, quirks, dice)
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerows([*lines.header, *lines.body])
    encoding = "utf-8-sig" if edition == "new" else "utf-8"
    if "wrong_encoding" in quirks:
        encoding = "cp1252"
    return quirk.spoil_bytes(buffer.getvalue().encode(encoding), quirks, dice)


class _Writer:
    """Rows of a flat file; `roles` are the numbered variables: `""` the area, else a dimension."""

    def __init__(
        self,
        catalog: Catalog,
        declaration: Declaration,
        form: GenesisFlat,
        language: Language,
        dice: random.Random | None,
    ) -> None:
        self.catalog = catalog
        self.declaration = declaration
        self.form = form
        self.language = language
        self.dice = dice
        self.roles = [*([""] if form.areas else []), *form.dimensions]
        self.published: dict[str, dict[str, list[tuple[str, str]]]] = {}
        for name, one in form.dimensions.items():
            by_code = self.published.setdefault(name, {})
            for key, ours in one.codes.items():
                variable, _, code = key.rpartition("/")
                by_code.setdefault(ours, []).append((variable or one.variables[0], code))
        self.free = [name for name in declaration.dimensions if name not in form.dimensions]

    def new(self, table: pa.Table, quality: bool) -> tuple[list[str], list[list[str]]]:
        """Header and one row per cell."""
        header = ["statistics_code", "statistics_label", "time_code", "time_label", "time"]
        for number in range(1, len(self.roles) + 1):
            parts = ("variable_code", "variable_label", "variable_attribute_code", "variable_attribute_label")
            header += [f"{number}_{part}" for part in parts]
        header += ["value", "value_unit", "value_variable_code", "value_variable_label"]
        body = []
        for cell in table.to_pylist():
            fitting = self._variables(cell)
            variable = self.dice.choice(fitting) if self.dice else fitting[0]
            value, mark = self._value(cell, quality)
            measure = self.declaration.measures[cell["measure"]]
            title = measure.title_de if self.language == "de" else measure.title_en
            row = [*self._keys(cell, iso=True), value, measure.unit, variable, title]
            body.append([*row, mark] if quality else row)
        return header + ["value_q"] * quality, body

    def old(self, table: pa.Table, quality: bool) -> tuple[list[str], list[list[str]]]:
        """Header and one row per key with all measures beside each other."""
        header = ["Statistik_Code", "Statistik_Label", "Zeit_Code", "Zeit_Label", "Zeit"]
        for number in range(1, len(self.roles) + 1):
            parts = ("Merkmal_Code", "Merkmal_Label", "Auspraegung_Code", "Auspraegung_Label")
            header += [f"{number}_{part}" for part in parts]
        rows: dict[tuple[str, ...], dict[str, tuple[str, str]]] = {}
        for cell in table.to_pylist():
            held = rows.setdefault(tuple(self._keys(cell, iso=False)), {})
            held[self._variables(cell)[0]] = self._value(cell, quality)
        variables = list(dict.fromkeys(variable for held in rows.values() for variable in held))
        for variable in variables:
            value = self.form.values.get(variable) or self.form.values["*"]
            measure = self.declaration.measures[value.measure]
            title = re.sub(r"[^A-Za-z0-9]+", "_", measure.title_en).strip("_")
            unit = re.sub(r"[^A-Za-z0-9]+", "_", measure.unit)
            header += [f"{variable}__{title}__{unit}", *([f"{variable}__{title}__q"] if quality else [])]
        body = []
        for keys, held in rows.items():
            if len(held) != len(variables):
                raise ValueError(f"no value of every measure for {keys}")
            values = itertools.chain.from_iterable(
                held[variable] if quality else held[variable][:1] for variable in variables
            )
            body.append([*keys, *values])
        return header, body

    def _keys(self, cell: dict[str, Any], *, iso: bool) -> list[str]:
        time = cell["time_text"] or ""
        if iso:
            time = _GERMAN_DATE.sub(r"\3-\2-\1", time)
        statistic = self.catalog.statistic(self.declaration)
        title = (
            (statistic.title_de if self.language == "de" else statistic.title_en)
            if statistic
            else "Statistik"
        )
        row = [self.form.statistic, title, *_code_and_label(self.form.time[0], "Stichtag"), time]
        for role in self.roles:
            if role == "":
                row += [
                    *_code_and_label(self.form.areas[0], "Gebiete"),
                    cell["area_code"],
                    cell["area_name"] or "",
                ]
                continue
            ours = cell[role]
            label = self._label(role, ours)
            if self.form.dimensions[role].codes:
                known = self.published[role].get(ours)
                if not known:
                    raise ValueError(f"{role}: no published code for {ours!r}")
                variable, code = self.dice.choice(known) if self.dice else known[0]
            else:
                variable, code = self.form.dimensions[role].variables[0], "" if ours == TOTAL else ours
            row += [*_code_and_label(variable, role), code, label]
        return row

    def _label(self, dimension: str, code: str) -> str:
        code_list = self.catalog.code_list(self.declaration, dimension)
        if code_list is None or code not in code_list.codes:
            return code
        entry = code_list.codes[code]
        return entry.de if self.language == "de" else entry.en

    def _variables(self, cell: dict[str, Any]) -> list[str]:
        fitting = [
            name
            for name, value in self.form.values.items()
            if value.measure == cell["measure"]
            and all(cell[name] == value.codes.get(name, TOTAL) for name in self.free)
        ]
        if not fitting:
            raise ValueError(f"no value variable for {cell['measure']}")
        return ["WERT01" if name == "*" else name for name in fitting]

    def _value(self, cell: dict[str, Any], quality: bool) -> tuple[str, str]:
        mark = (cell["quality_text"] or "") if quality else ""
        value = cell["value_text"]
        return ("" if mark and mark == value else value), mark


def _code_and_label(variable: str, label: str) -> tuple[str, str]:
    """A variable named by its label gets a made-up code."""
    if re.fullmatch(r"[A-Z0-9_.-]+", variable):
        return variable, label
    return re.sub(r"[^A-Z]", "", variable.upper())[:5] + "1", variable


def invent(
    catalog: Catalog, declaration: Declaration, *, areas: int = 5, times: int = 1, seed: int = 0
) -> pa.Table:
    """A complete table with invented figures; a verbatim dimension gets a few made-up codes."""
    form = declaration.format
    assert isinstance(form, GenesisFlat)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    notation = Notation(catalog.dialect(declaration))
    places = invent_areas(areas, declaration.area_levels) if form.areas else [("DG", "Deutschland")]
    cells = []
    for time in invent_times(declaration, times):
        for code, name in places:
            for codes in _combinations(catalog, declaration, form):
                for variable, held in _meanings(form).items():
                    measure = declaration.measures[held.measure]
                    free = {
                        name: held.codes.get(name, TOTAL)
                        for name in declaration.dimensions
                        if name not in form.dimensions
                    }
                    cells.append(
                        {
                            "time_text": time, "area_code": code, "area_name": name, **codes, **free,
                            "measure": form.values[variable].measure, "unit": measure.unit,
                            "value_text": invent_value(measure, notation, dice),
                        }
                    )  # fmt: skip
    return pa.Table.from_pylist(cells, schema=cells_schema(declaration))


def _meanings(form: GenesisFlat) -> dict[str, Any]:
    """The value variables, one for each meaning."""
    seen: dict[tuple[object, ...], str] = {}
    for variable, value in form.values.items():
        seen.setdefault((value.measure, *sorted(value.codes.items())), variable)
    return {variable: form.values[variable] for variable in seen.values()}


def _combinations(catalog: Catalog, declaration: Declaration, form: GenesisFlat) -> Iterator[dict[str, str]]:
    choices: list[Sequence[str]] = []
    for name, one in form.dimensions.items():
        known = set(one.codes.values())
        codes = [code for code in catalog.codes(declaration, name) if code in known]
        choices.append(codes or ["AB1", "CD-2", "XY.3", TOTAL])
    for combination in itertools.product(*choices):
        yield dict(zip(form.dimensions, combination, strict=True))
