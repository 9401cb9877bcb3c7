"""Reads the flat file ("ffcsv") of GENESIS databases, new (since 2024) and old (until 2024), at any size.

New: `statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;
1_variable_attribute_code;1_variable_attribute_label;…;value;value_unit;value_variable_code;
value_variable_label[;value_q]`, ISO dates, rows in no order. Old: `Statistik_Code;…;1_Merkmal_Code;
1_Merkmal_Label;1_Auspraegung_Code;1_Auspraegung_Label;…`, German dates, one value column per measure named
`CODE__Label__Unit`, each followed by `CODE__…__q` when quality was asked for.

A total is an empty attribute code for some variables and a code of its own for others; both are declared.
A sign stands in the value or, with an empty value, in the quality column; the sign then becomes
`value_text`. What stands in the quality column is kept in `quality_text` as well.

Every row is checked: width, statistic, time, variables, codes, unit, number or sign, and that its key occurs
once. Flat files of some publishers are known to come with shifted columns now and then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from sources.areas import area_codes
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.flat_formats import GenesisFlat
from sources.declared.notation import Notation
from sources.declared.text_corrections import Corrected, impossible_cell
from sources.declared.vocabulary import TOTAL
from sources.errors import problem
from sources.foundation.sql import text_literal
from sources.readers.bulk import (
    Bulk,
    StoredReading,
    case_of,
    check_numbers,
    check_unique,
    first_rows,
    read_head,
)
from sources.readers.reading import Reading, cells_schema

VERSION = "1"

_NEW = ("statistics_code", "statistics_label", "time_code", "time_label", "time")
_NEW_SLOT = ("variable_code", "variable_label", "variable_attribute_code", "variable_attribute_label")
_NEW_END = ("value", "value_unit", "value_variable_code", "value_variable_label")
_OLD = ("Statistik_Code", "Statistik_Label", "Zeit_Code", "Zeit_Label", "Zeit")
_OLD_SLOT = ("Merkmal_Code", "Merkmal_Label", "Auspraegung_Code", "Auspraegung_Label")
_OLD_VALUE = re.compile(r"([A-Z0-9_-]+?)__(.+)__([^_].*?)")
_QUALITY = "value_q"
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_STATISTIC, _TIME_VARIABLE, _TIME = 0, 2, 4
_FIRST_SLOT = 5
_MAX_SLOTS = 20


@dataclass(frozen=True)
class Slot:
    """Four columns of a numbered variable; `at` is the position of its variable code (0-based)."""

    at: int

    @property
    def variable(self) -> str:
        return f"c{self.at}"

    @property
    def code(self) -> str:
        return f"c{self.at + 2}"

    @property
    def label(self) -> str:
        return f"c{self.at + 3}"


@dataclass(frozen=True)
class ValueColumn:
    """Where values stand. `variable` and `unit` are columns (new format) or texts of the header (old)."""

    at: int
    quality: int | None
    variable: str
    unit: str


@dataclass(frozen=True)
class Layout:
    """The columns of a file: `edition` is `new` or `old`."""

    edition: str
    names: list[str]
    slots: list[Slot]
    values: list[ValueColumn]

    def wanted(self, form: GenesisFlat, roles: dict[str, Slot]) -> list[int]:
        """Positions of the columns to keep: no labels that repeat a code, nothing that never changes."""
        kept = {_TIME}
        for role, slot in roles.items():
            kept |= {slot.at + 2} | ({slot.at + 3} if role == "" else set())
            if role and len(form.dimensions[role].variables) > 1:
                kept.add(slot.at)
        for value in self.values:
            kept |= {value.at} | ({value.quality} if value.quality is not None else set())
        if self.edition == "new" and (len(form.values) > 1 or "*" in form.values):
            kept.add(self.values[0].at + 2)
        return sorted(kept)


def recognises(head: bytes) -> bool:
    """Whether a file that begins with `head` is a flat file of either edition."""
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return line.startswith((b"statistics_code;", b"Statistik_Code;"))


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one flat file.

    Returns a `Reading` with one row per value, in the order of the lines; times in the notation of
    `reference_time`. It stays on disk until it is written or its table is asked for.

    Raises:
        SourceError: anything that the declaration does not expect, with line and column.
    """
    form = declaration.format
    assert isinstance(form, GenesisFlat)
    head = read_head(file)
    layout = layout_of(head.names, file.name)
    if head.first is None:
        raise problem("no_rows", file.name, line=2)
    if len(head.first) != len(head.names):
        raise problem(
            "wrong_width", file.name, line=2, column=len(head.first),
            expected=len(head.names), found=len(head.first),
        )  # fmt: skip
    roles = _roles(form, layout, head.first, file.name)
    bulk = Bulk(file, head.names, layout.wanted(form, roles), _fits(declaration, form, layout, roles))
    with bulk.connect() as con:
        check = _Check(catalog, declaration, form, layout, roles, bulk, con)
        return check.reading()


def layout_of(names: list[str], name: str) -> Layout:
    """What the header's columns are.

    Raises:
        SourceError: `unknown_header` with the first column that is in no edition.
    """

    def unknown(at: int, expected: str) -> Exception:
        found = repr(names[at]) if at < len(names) else "the end of the line"
        return problem(
            "unknown_header", name, line=1, column=min(at, len(names)) + 1,
            expected=expected, found=found, layout="ffcsv",
        )  # fmt: skip

    old = bool(names) and names[0] == _OLD[0]
    start, slot_names = (_OLD, _OLD_SLOT) if old else (_NEW, _NEW_SLOT)
    for at, expected in enumerate(start):
        if at >= len(names) or names[at] != expected:
            raise unknown(at, repr(expected))
    slots: list[Slot] = []
    at = _FIRST_SLOT
    while at < len(names) and names[at] == f"{len(slots) + 1}_{slot_names[0]}" and len(slots) < _MAX_SLOTS:
        for offset, part in enumerate(slot_names):
            expected = f"{len(slots) + 1}_{part}"
            if at + offset >= len(names) or names[at + offset] != expected:
                raise unknown(at + offset, repr(expected))
        slots.append(Slot(at))
        at += len(slot_names)
    if not old:
        for offset, expected in enumerate(_NEW_END):
            if at + offset >= len(names) or names[at + offset] != expected:
                raise unknown(at + offset, repr(expected))
        end = at + len(_NEW_END)
        quality = end if end < len(names) and names[end] == _QUALITY else None
        if len(names) > end + (quality is not None):
            raise unknown(end + (quality is not None), "the end of the line")
        return Layout("new", names, slots, [ValueColumn(at, quality, f"c{at + 2}", f"c{at + 1}")])
    values: list[ValueColumn] = []
    while at < len(names):
        match = _OLD_VALUE.fullmatch(names[at])
        if match is None or names[at].lower().endswith("_q"):
            raise unknown(at, "a value column CODE__Label__Unit")
        variable, _, unit = match.groups()
        following = names[at + 1] if at + 1 < len(names) else ""
        has_quality = following.startswith(variable + "__") and following.lower().endswith("_q")
        values.append(ValueColumn(at, at + 1 if has_quality else None, variable, unit))
        at += 1 + has_quality
    if not values:
        raise unknown(at, "a value column CODE__Label__Unit")
    return Layout("old", names, slots, values)


def _roles(form: GenesisFlat, layout: Layout, first: list[str], name: str) -> dict[str, Slot]:
    """Which slot holds the area (`""`) and which each dimension, by the variables of the first data line."""
    role_of = dict.fromkeys(form.areas, "")
    for dimension, declared in form.dimensions.items():
        role_of |= dict.fromkeys(declared.variables, dimension)
    roles: dict[str, Slot] = {}
    for slot in layout.slots:
        variable = first[slot.at]
        role = role_of.get(variable, role_of.get(first[slot.at + 1]))
        if role is None or role in roles:
            raise problem(
                "unknown_variable", name, line=2, column=slot.at + 1,
                found=variable, expected=", ".join(sorted(role_of)),
            )  # fmt: skip
        roles[role] = slot
    missing = ({""} if form.areas else set()) | set(form.dimensions)
    for role in sorted(missing - set(roles)):
        expected = " / ".join(form.dimensions[role].variables if role else form.areas)
        found = ", ".join(first[slot.at] for slot in layout.slots) or "none"
        raise problem(
            "unknown_variable", name, line=2, column=_FIRST_SLOT + 1, found=found, expected=expected
        )
    return roles


def _expected(
    declaration: Declaration, form: GenesisFlat, layout: Layout, roles: dict[str, Slot]
) -> list[tuple[int, tuple[str, ...], str]]:
    """Columns that may hold a few declared texts only: position, texts, code of the problem otherwise."""
    columns = [
        (_STATISTIC, (form.statistic,), "wrong_statistic"),
        (_TIME_VARIABLE, form.time, "unknown_variable"),
    ]
    for role, slot in roles.items():
        columns.append((slot.at, form.dimensions[role].variables if role else form.areas, "unknown_variable"))
    if layout.edition == "new":
        value = layout.values[0].at
        if "*" not in form.values:
            columns.append((value + 2, tuple(form.values), "unknown_variable"))
        if len({declaration.measures[one.measure].unit for one in form.values.values()}) == 1:
            unit = declaration.measures[next(iter(form.values.values())).measure].unit
            columns.append((value + 1, (unit,), "unknown_unit"))
    return columns


def _fits(declaration: Declaration, form: GenesisFlat, layout: Layout, roles: dict[str, Slot]) -> str:
    """The same as a condition over the columns, units by value variable included."""
    tests = []
    for at, texts, code in _expected(declaration, form, layout, roles):
        listed = ", ".join(map(text_literal, texts))
        by_label = _by_label(texts, code)
        tests.append(
            f"(c{at} in ({listed}) or c{at + 1} in ({listed}))" if by_label else f"c{at} in ({listed})"
        )
    if layout.edition == "new":
        value = layout.values[0].at
        units = {name: declaration.measures[one.measure].unit for name, one in form.values.items()}
        if len(set(units.values())) > 1:
            tests.append(f"c{value + 1} = {case_of(f'c{value + 2}', units)}")
    else:  # nothing else would show that a row without its unit and variable is shifted
        tests += [f"upper(c{slot.at + 3}) <> lower(c{slot.at + 3})" for slot in roles.values()]
    return " and ".join(tests)


class _Check:
    """The checks over one parsed file, then the query that turns it into cells."""

    def __init__(
        self,
        catalog: Catalog,
        declaration: Declaration,
        form: GenesisFlat,
        layout: Layout,
        roles: dict[str, Slot],
        bulk: Bulk,
        con: duckdb.DuckDBPyConnection,
    ) -> None:
        self.catalog = catalog
        self.declaration = declaration
        self.form = form
        self.layout = layout
        self.roles = roles
        self.bulk = bulk
        self.con = con
        self.name = bulk.name
        self.notation = Notation(catalog.dialect(declaration))
        self.maps: dict[str, list[tuple[str, str]]] = {}
        self.corrected: list[Corrected] = []

    def reading(self) -> StoredReading:
        """All checks, cheapest first; then the reading."""
        self._fitting()
        times = self._times()
        self._areas()
        self._dimensions()
        self._values()
        keys = [f"c{_TIME}", *(self._key(role) if role else slot.code for role, slot in self.roles.items())]
        if self.layout.edition == "new" and len(self.form.values) > 1:
            keys.append(self._meaning())
        check_unique(self.con, keys, self.name)
        areas = self._area_sample()
        rows = self.bulk.rows * len(self.layout.values)
        return StoredReading(
            self.bulk, self._query(), self._map, cells_schema(self.declaration), rows, times,
            layout=self.layout.edition, areas=areas, corrected=tuple(self.corrected),
        )  # fmt: skip

    def _fitting(self) -> None:
        """Statistic, variables and units are the declared ones in every row."""
        found = self.con.execute("select min(row) from raw where not fits").fetchone()
        if found is None or found[0] is None:
            return
        row = int(found[0])
        fields = self.bulk.whole_row(row)
        for at, texts, code in _expected(self.declaration, self.form, self.layout, self.roles):
            if fields[at] not in texts and not (_by_label(texts, code) and fields[at + 1] in texts):
                raise problem(
                    code, self.name, line=row + 2, column=at + 1, found=fields[at], expected=" / ".join(texts)
                )
        if self.layout.edition == "old":
            slot = next(slot for slot in self.roles.values() if not _has_letter(fields[slot.at + 3]))
            raise problem("no_label", self.name, line=row + 2, column=slot.at + 4, found=fields[slot.at + 3])
        column = self.layout.values[0]
        value = self.form.values.get(fields[column.at + 2]) or self.form.values["*"]
        raise problem(
            "unknown_unit", self.name, line=row + 2, column=column.at + 2,
            expected=self.declaration.measures[value.measure].unit, found=fields[column.at + 1],
        )  # fmt: skip

    def _times(self) -> list[str | None]:
        """Map every time to the declared notation; the distinct ones."""
        pairs = []
        for text, row in first_rows(self.con, self.name, [f"c{_TIME}"]):
            converted = self._time(text)
            try:
                self.declaration.reference_time.period(converted)
            except ValueError as error:
                raise problem(
                    "bad_time", self.name, line=row + 2, column=_TIME + 1, reason=error.args[0]
                ) from None
            pairs.append((text, converted))
        self.maps["times"] = pairs
        return list(dict.fromkeys(new for _, new in pairs))

    def _time(self, text: str) -> str:
        match = _ISO_DATE.fullmatch(text) if self.layout.edition == "new" else None
        if match is None:
            return text
        year, month, day = match.groups()
        notation = self.declaration.reference_time.text
        return f"{day}.{month}.{year}" if notation == "date" else f"{year}{month}{day}"

    def _areas(self) -> None:
        slot = self.roles.get("")
        if slot is None:
            return
        declared = set(self.declaration.area_levels)
        for code, label, row in first_rows(self.con, self.name, [slot.code, slot.label]):
            levels = area_codes.levels_of(code)
            if not levels:
                raise problem("no_area_code", self.name, line=row + 2, column=slot.at + 3, found=code)
            if declared and not set(levels) & declared:
                raise problem(
                    "wrong_area_level", self.name, line=row + 2, column=slot.at + 3,
                    found=code, level="/".join(levels),
                )  # fmt: skip
            if not _has_letter(label):
                raise problem("no_area_name", self.name, line=row + 2, column=slot.at + 4, found=label)

    def _dimensions(self) -> None:
        for dimension, declared in self.form.dimensions.items():
            slot = self.roles[dimension]
            several = len(declared.variables) > 1
            pairs = []
            variable_column = slot.variable if several else "''"
            for variable, code, row in first_rows(self.con, self.name, [variable_column, slot.code]):
                ours = code or TOTAL
                if declared.codes:
                    ours = declared.codes.get(f"{variable}/{code}") or declared.codes.get(code)
                if not ours or not _is_code(ours, bool(declared.codes)):
                    raise problem(
                        "unknown_code", self.name, line=row + 2, column=slot.at + 3,
                        dimension=dimension, found=code,
                    )  # fmt: skip
                pairs.append((f"{variable}/{code}" if several else code, ours))
            self.maps[f"map_{dimension}"] = pairs

    def _published(self, dimension: str) -> str:
        """What a dimension's map is looked up with: the code, with its variable where there are several."""
        slot = self.roles[dimension]
        several = len(self.form.dimensions[dimension].variables) > 1
        return f"{slot.variable} || '/' || {slot.code}" if several else slot.code

    def _key(self, dimension: str) -> str:
        """The dimension as part of the key: published codes, but those that mean the same as one."""
        published = self._published(dimension)
        meanings = Counter(ours for _, ours in self.maps[f"map_{dimension}"])
        cases = [
            f"when {text_literal(old)} then {text_literal(ours)}"
            for old, ours in self.maps[f"map_{dimension}"]
            if meanings[ours] > 1
        ]
        return f"case {published} {' '.join(cases)} else {published} end" if cases else published

    def _values(self) -> None:
        """Every value is a number of its measure or a sign; qualities are known, and units of old headers."""
        columns = list(self._value_columns())
        self._correct()
        impossible: list[tuple[int, int, str]] = []
        for column, measure, which in columns:
            declared = self.declaration.measures[measure]
            found = check_numbers(
                self.con, self.name, column.at, column.quality, declared, self.notation, which
            )
            impossible += [(row, column.at, text) for row, text in found]
        for row, at, text in impossible:
            (cell,) = self._cells(f"line = {row + 2} and column_no = {at + 1}")
            codes = {name: str(cell[name]) for name in self.declaration.dimensions}
            self.corrected = [one for one in self.corrected if (one.line, one.column_no) != (row + 2, at + 1)]
            self.corrected.append(
                impossible_cell(
                    self.declaration.id, str(cell["area_code"]), str(cell["time_text"]),
                    str(cell["measure"]), codes, (row + 2, at + 1), text,
                )
            )  # fmt: skip
        self.bulk.replace(self.con, {(row, at): None for row, at, _ in impossible})

    def _correct(self) -> None:
        """Texts that are known to be wrong become what is known to be right."""
        for one in self.catalog.corrections_of(self.declaration):
            wanted = {"area_code": one.area_code, "time_text": one.time_text, "measure": one.measure}
            wanted |= dict.fromkeys(self.declaration.dimensions, TOTAL) | dict(one.dimensions)
            where = " and ".join(f'"{name}" = {text_literal(code)}' for name, code in wanted.items())
            for cell in self._cells(where):
                line, column_no = int(str(cell["line"])), int(str(cell["column_no"]))
                found = Corrected(one, line, column_no, str(cell["value_text"]))
                self.corrected.append(found)
                if found.is_applied:
                    self.bulk.replace(self.con, {(line - 2, column_no - 1): one.text})

    def _cells(self, where: str) -> list[dict[str, object]]:
        """Some cells as they are written, before they are."""
        self._map(self.con)
        cells = self.con.execute(f"select * from ({self._query()}) where {where} order by line, column_no")
        return list(cells.to_arrow_table().to_pylist())

    def _map(self, con: duckdb.DuckDBPyConnection) -> None:
        """What published times and codes are called here, as tables of a connection."""
        for table, pairs in self.maps.items():
            arrow = pa.table(
                {"old": [old for old, _ in pairs], "new": [new for _, new in pairs]},
                schema=pa.schema([("old", pa.string()), ("new", pa.string())]),
            )
            con.register(f"{table}_arrow", arrow)
            con.execute(f"create or replace temp table {table} as select * from {table}_arrow")

    def _value_columns(self) -> Iterator[tuple[ValueColumn, str, str]]:
        """The value columns with the measure that each holds, and in which rows it does."""
        for column in self.layout.values:
            if self.layout.edition == "new":
                self._check_only_variable(column)
                by_measure: dict[str, list[str]] = {}
                for variable, value in self.form.values.items():
                    by_measure.setdefault(value.measure, []).append(variable)
                for measure, variables in by_measure.items():
                    listed = ", ".join(map(text_literal, variables))
                    yield (
                        column,
                        measure,
                        f"{column.variable} in ({listed})" if len(by_measure) > 1 else "true",
                    )
                continue
            known = self.form.values.get(column.variable) or self.form.values.get("*")
            if known is None:
                raise problem(
                    "unknown_variable", self.name, line=1, column=column.at + 1,
                    found=column.variable, expected=", ".join(self.form.values),
                )  # fmt: skip
            unit = self.declaration.measures[known.measure].unit
            if _plain(column.unit) != _plain(unit):
                raise problem(
                    "unknown_unit", self.name, line=1, column=column.at + 1, expected=unit, found=column.unit
                )
            yield column, known.measure, "true"

    def _check_only_variable(self, column: ValueColumn) -> None:
        """`*` is one value variable: a table with several needs them declared."""
        if "*" not in self.form.values:
            return
        found = first_rows(self.con, self.name, [column.variable])
        if len(found) > 1:
            raise problem(
                "unknown_variable", self.name, line=found[1][1] + 2, column=column.at + 3,
                found=found[1][0], expected=found[0][0],
            )  # fmt: skip

    def _meaning(self) -> str:
        """What a value variable means, as an expression: variables that mean the same are one."""
        column = self.layout.values[0]
        number: dict[tuple[object, ...], int] = {}
        cases = []
        for variable, value in self.form.values.items():
            meaning = (value.measure, *sorted(value.codes.items()))
            cases.append(f"when {text_literal(variable)} then {number.setdefault(meaning, len(number))}")
        return f"case {column.variable} {' '.join(cases)} end"

    def _area_sample(self) -> pa.Table:
        """One cell with a number per area and time, for whoever judges areas."""
        slot = self.roles.get("")
        code, label = (slot.code, slot.label) if slot else ("'DG'", "'Deutschland'")
        signs = ", ".join(map(text_literal, ("", *self.notation.values)))
        is_number = " or ".join(f"c{column.at} not in ({signs})" for column in self.layout.values)
        times = dict(self.maps["times"])
        rows = self.con.execute(
            f"select c{_TIME}, {code}, any_value({label}), min(row) from raw where {is_number} group by 1, 2"
        ).fetchall()
        return pa.table(
            {
                "line": pa.array([row + 2 for *_, row in rows], pa.int32()),
                "time_text": pa.array([times[time] for time, *_ in rows], pa.string()),
                "area_code": pa.array([code for _, code, *_ in rows], pa.string()),
                "area_name": pa.array([label for *_, label, _ in rows], pa.string()),
                "value_text": pa.array(["1"] * len(rows), pa.string()),
            }
        )

    def _query(self) -> str:
        """The cells, as a query over `raw` and the maps."""
        declaration, form = self.declaration, self.form
        slot = self.roles.get("")
        joins: list[str] = []

        def meaning(table: str, published: str) -> str:
            """The declared text for a published one: itself where that never differs, else by a join."""
            if all(old == new for old, new in self.maps[table]):
                return published
            joins.append(f"join {table} on {table}.old = {published}")
            return f"{table}.new"

        shown = {
            "time_text": meaning("times", f"raw.c{_TIME}"),
            "area_code": f"raw.{slot.code}" if slot else "'DG'",
            "area_name": f"raw.{slot.label}" if slot else "'Deutschland'",
        }
        for dimension in form.dimensions:
            shown[dimension] = meaning(f"map_{dimension}", self._published(dimension))
        if self.layout.edition == "new":
            column = self.layout.values[0]
            variable = f"raw.{column.variable}"
            shown |= self._value_texts(column)
            measures = {name: one.measure for name, one in form.values.items()}
            shown["measure"] = case_of(variable, measures)
            units = {name: declaration.measures[measure].unit for name, measure in measures.items()}
            shown["unit"] = case_of(variable, units)
            for dimension in set(declaration.dimensions) - set(form.dimensions):
                codes = {name: one.codes.get(dimension, TOTAL) for name, one in form.values.items()}
                shown[dimension] = case_of(variable, codes)
            shown["column_no"] = f"{column.at + 1}::integer"
            source = "raw"
        else:
            structs = []
            for column in self.layout.values:
                value = form.values.get(column.variable) or form.values["*"]
                held = self._value_texts(column) | {
                    "measure": text_literal(value.measure),
                    "unit": text_literal(declaration.measures[value.measure].unit),
                    "column_no": f"{column.at + 1}::integer",
                }
                for dimension in set(declaration.dimensions) - set(form.dimensions):
                    held[dimension] = text_literal(value.codes.get(dimension, TOTAL))
                structs.append(
                    "{" + ", ".join(f"'{key}': {text}" for key, text in sorted(held.items())) + "}"
                )
            source = f"(select *, unnest([{', '.join(structs)}]) as held from raw) as raw"
            for key in sorted(held):
                shown[key] = f"raw.held.{key}"
        shown["line"] = "(raw.row + 2)::integer"
        names = cells_schema(declaration).names
        listed = ", ".join(f'{shown[name]} as "{name}"' for name in names)
        return f"select {listed} from {source} {' '.join(joins)}"

    def _value_texts(self, column: ValueColumn) -> dict[str, str]:
        value = f"c{column.at}"
        if column.quality is None:
            return {"value_text": value, "quality_text": "null::varchar"}
        quality = f"c{column.quality}"
        return {
            "value_text": f"case when {value} = '' then {quality} else {value} end",
            "quality_text": f"nullif({quality}, '')",
        }


def _by_label(texts: tuple[str, ...], code: str) -> bool:
    """Whether the declaration names variables by their label, which stands right of the code."""
    return code == "unknown_variable" and any(not _is_variable(text) for text in texts)


def _is_variable(text: str) -> bool:
    """Whether a name is a variable's code, not its label: codes have capitals, digits and signs only."""
    return re.fullmatch(r"[A-Z0-9_.-]+", text) is not None


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _is_code(code: str, mapped: bool) -> bool:
    """Verbatim codes must look like codes: a label or a number with a comma there is a shifted column."""
    return mapped or re.fullmatch(r"[A-Za-z0-9_.+-]{1,40}", code) is not None


def _plain(text: str) -> str:
    """A unit as old headers write it: transliterated, everything else than letters and digits dropped."""
    for char, plain in {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}.items():
        text = text.replace(char, plain)
    return re.sub(r"[^A-Za-z0-9]", "", text)
