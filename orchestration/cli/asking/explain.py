"""`planstat explain`: the receipt of one number.

Formula and edition, every cell of numerator and denominator with its table, line and field in the original
file, the hash of that file, status, rounding, corrections, and how sure the value is. A derived indicator or
a composite index has the receipts of what it is made of below its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dbt_project.facts.declaration import Fact
from dbt_project.vocabulary import in_both, meaning, written
from sources.foundation.told import Language, Told, day_in, said

from . import own
from .breaks import breaks_around, words_of
from .explain_composite import goal_receipt, index_receipt
from .labels import words_of_cell
from .places import area_row
from .query import (
    can_answer,
    denominator_dates,
    is_known_territory,
    parts_of,
    recompute,
    span_of,
)
from .warehouse import (
    Row,
    UnknownName,
    facts,
    indicator_row,
    no_row,
    opened,
    period_range,
    rows,
)

CELL = (
    "measure_code", "unit", "value", "factor", "reference_date", "obs_status", "missing_reason", "raw_symbol",
    "rounding_base", "is_backcast", "correction_id", "dataset_id", "table_code", "title_de", "publisher_name",
    "attribution", "snapshot_id", "file_name", "source_uri", "sha256", "source_line", "source_column",
    "known_from", "note_en", "note_de", "plausible_value",
)  # fmt: skip
FOREVER = dt.datetime(9999, 12, 31)
ROLES = {
    "numerator": Told("numerator", "Zähler"),
    "denominator": Told("denominator", "Nenner"),
    "value": Told("published value", "veröffentlichter Wert"),
}


@dataclass(frozen=True)
class Side:
    """Numerator, denominator or published value: the cells it is made of."""

    role: str
    value: float | None
    cells: list[Row]

    def lines(self, language: Language) -> Iterator[str]:
        """The side in words; cells of one line of one file that lie side by side are told one by one."""
        total = _MISSING.say(language) if self.value is None else written(self.value, ".10g", language)
        yield f"{ROLES[self.role].say(language)}: {total}"
        for cell in self.cells:
            yield f"  {_cell_line(cell, language)}"


@dataclass(frozen=True)
class Explanation:
    """The receipt of one number: its row in the mart, and the receipts of what it is made of (`parts`)."""

    indicator: Row
    area: Row
    result: Row
    edition: Row | None
    breaks: list[Row]
    sides: list[Side]
    parts: list[Explanation]
    remarks: list[Told] = field(default_factory=list)

    def warnings(self, language: Language = "en") -> list[str]:
        """What is implausible in the figures it is made of, its own and those of its parts, each once."""
        own = [
            _implausible(ROLES[side.role], cell, language)
            for side in self.sides
            for cell in side.cells
            if cell["obs_status"] == "U" and cell["note_en"]
        ]
        return list(dict.fromkeys([*own, *(line for part in self.parts for line in part.warnings(language))]))

    def lines(self, language: Language = "en") -> list[str]:
        """The receipt in words, one statement a line; those of parts are indented.

        What is implausible in it is said first.
        """
        return [*self.warnings(language), *self._receipt(language)]

    def _receipt(self, language: Language) -> list[str]:
        result, indicator = self.result, self.indicator

        def word(told: Told) -> str:
            return told.say(language)

        def number(name: str, more_digits: int = 0) -> str:
            return _shown(result[name], result["decimals"] + more_digits, language)

        unit = "" if result["value"] is None else f" {meaning('unit', result['unit'], language)}"
        confirmed = "" if indicator["formula_confirmed"] else f" ({word(_NOT_CONFIRMED)})"
        status = f"{meaning('obs_status', result['obs_status'], language)} ({result['obs_status']})"
        out = [
            f"{indicator['indicator_id']} {indicator[f'name_{language}']}",
            f"{self.area['area_name']} ({self.area['area_code']}), "
            f"{day_in(result['reference_date'], language)}: {number('value')}{unit}",
            f"{word(_FORMULA)}: {indicator['formula_source']}{confirmed}",
        ]
        if indicator["law"]:
            out.append(f"{word(_LAW)}: {indicator['law']}")
        if self.edition:
            edition, note = self.edition["edition_id"], self.edition[f"note_{language}"]
            out.append(f"{word(_EDITION)}: {edition}, {note}")
        out.append(f"Status: {status}" if language == "de" else f"status: {status}")
        if result["missing_reason"] != "none":
            out[-1] += f", {word(_BECAUSE)}: {meaning(self._reasons(), result['missing_reason'], language)}"
        if result.get("lower_limit") is not None:
            between = Told("to", "bis")
            method = meaning("interval_method", result["interval_method"], language)
            reliability = meaning("reliability", result["reliability"], language)
            out.append(
                f"{word(_INTERVAL)}: {number('lower_limit', 1)} {word(between)} {number('upper_limit', 1)} "
                f"({method}), {word(_RELIABILITY)}: {reliability}"
            )
        if result.get("rounding_base"):
            out.append(f"{word(_ROUNDING)} {result['rounding_base']}")
        if result.get("is_backcast"):
            out.append(word(_BACKCAST))
        out += [word(remark) for remark in self.remarks]
        for side in self.sides:
            out += side.lines(language)
        out += [
            f"{word(_BEFORE if one['before'] == result['reference_date'] else _AFTER)}: "
            f"{day_in(one['break_date'], language)}, {words_of(one, language)}"
            for one in self.breaks
        ]
        for part in self.parts:
            out += ["", *(f"  {line}" for line in part._receipt(language))]
        return out

    def _reasons(self) -> str:
        """The list that says what the reason of a missing number means."""
        return "outcome_reason" if self.indicator["computed_by"] == "mart_outcome" else "missing_reason"


_MISSING = Told("missing", "fehlt")
_NO_VALUE = Told("no value", "kein Wert")
_FORMULA = Told("formula", "Formel")
_NOT_CONFIRMED = Told("not confirmed at the source", "an der Quelle nicht bestätigt")
_LAW = Told("law", "Recht")
_EDITION = Told("edition", "Fassung")
_BECAUSE = Told("missing because", "Grund")
_INTERVAL = Told("95 % interval", "95-%-Intervall")
_RELIABILITY = Told("reliability", "Verlässlichkeit")
_ROUNDING = Told(
    "rounding: the source rounds to multiples of", "Rundung: die Quelle rundet auf Vielfache von"
)
_BACKCAST = Told(
    "territory: carried back to an area that did not exist on that day",
    "Gebiet: auf ein Gebiet zurückgerechnet, das es an diesem Tag nicht gab",
)
_BEFORE = Told("break before it", "Bruch davor")
_AFTER = Told("break after it", "Bruch danach")


def _shown(value: float | None, decimals: int, language: Language) -> str:
    return _NO_VALUE.say(language) if value is None else written(value, f".{decimals}f", language)


def _register(connection: duckdb.DuckDBPyConnection) -> str:
    """The register of implausible figures; empty in a warehouse that was built before there was one."""
    columns = "snapshot_id, source_line, source_column, area_code, note_de, note_en, expected_value"
    if rows(connection, "select 1 from duckdb_tables() where table_name = 'fct_implausible'"):
        return f"select {columns} from fct_implausible"
    return (
        "select null::varchar as snapshot_id, null::integer as source_line, null::integer as source_column,"
        " null::varchar as area_code, null::varchar as note_de, null::varchar as note_en,"
        " null::double as expected_value where false"
    )


def _implausible(role: Told, cell: Row, language: Language) -> str:
    """What the register of implausible figures says of a cell."""
    table, line = cell["table_code"] or cell["dataset_id"], cell["source_line"]
    day = day_in(cell["reference_date"], language)
    number = f"{written(cell['value'], '.10g', language)}{_unit(cell, language)}"
    likely = None if cell["plausible_value"] is None else written(cell["plausible_value"], ".10g", language)
    told = Told(
        f"IMPLAUSIBLE: {number} of {day} in the {role} (table {table}, line {line}). {cell['note_en']}"
        + ("" if likely is None else f" Plausible would be {likely}."),
        f"UNPLAUSIBEL: {number} vom {day} im {role.de} (Tabelle {table}, Zeile {line}). {cell['note_de']}"
        + ("" if likely is None else f" Plausibel wäre {likely}."),
    )
    return told.say(language)


def _unit(cell: Row, language: Language) -> str:
    """The unit after a number; what is merely counted has none."""
    return "" if cell["unit"] == "Anzahl" else f" {meaning('unit', cell['unit'], language)}"


_PLACE = {
    "on": Told("on", "am"),
    "table": Told("table", "Tabelle"),
    "line": Told("line", "Zeile"),
    "field": Told("field", "Feld"),
    "since": Told("known since", "bekannt seit"),
    "status": Told("status", "Status"),
    "rounded": Told("rounded to", "gerundet auf"),
    "corrected": Told("corrected", "berichtigt"),
}


def _cell_line(cell: Row, language: Language) -> str:
    value, status = cell["value"], cell["obs_status"]
    number = written(value, ".10g", language) if value is not None else _NO_VALUE.say(language)
    symbol = "" if value is not None else f" (“{cell['raw_symbol'] or ''}”)"
    factor = "" if cell["factor"] == 1 else f" × {written(cell['factor'], 'g', language)}"
    table = cell["table_code"] or cell["dataset_id"]
    line = said(cell["source_line"], language)
    say = {name: told.say(language) for name, told in _PLACE.items()}
    column = "" if cell["source_column"] is None else f" {say['field']} {cell['source_column']}"
    return "".join(
        [
            f"{number}{symbol}{factor}{_unit(cell, language)} [{cell['words'].say(language)}] {say['on']}"
            f" {day_in(cell['reference_date'], language)}: {say['table']} {table},",
            f" {said(cell['file_name'], language)} {say['line']} {line}{column},",
            f" sha256 {cell['sha256'][:12]}…, {say['since']} {day_in(cell['known_from'], language)}",
            ""
            if status in ("A", "M")
            else f", {say['status']} {status} ({meaning('obs_status', status, language)})",
            f", {say['rounded']} {cell['rounding_base']}" if cell["rounding_base"] else "",
            f", {say['corrected']} ({cell['correction_id']})" if cell["correction_id"] else "",
        ]
    )


def explain(
    warehouse: Path,
    indicator_id: str,
    area: str,
    period: str,
    *,
    as_of: dt.datetime | None = None,
    gebietsstand: dt.date | None = None,
) -> Explanation:
    """The receipt of the newest number of an indicator for an area in a period.

    as_of: as it was known at that time. gebietsstand: on the boundaries of that year-end; the receipts of the
    areas the number was carried from stand below. Raises `UnknownName` when indicator, area, period or number
    is not there, `CannotAnswer` for what an indicator cannot be asked.
    """
    with opened(warehouse) as connection:
        if gebietsstand is None:
            return _explain(connection, indicator_id, area, period, as_of)
        return _carried(connection, indicator_id, area, period, as_of, gebietsstand)


def of_indicator(
    connection: duckdb.DuckDBPyConnection, indicator_id: str, area: str, period: str
) -> Explanation:
    """The receipt of an indicator in a warehouse that is open; errors as in `explain`."""
    return _explain(connection, indicator_id, area, period, None)


def _carried(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    area: str,
    period: str,
    as_of: dt.datetime | None,
    gebietsstand: dt.date,
) -> Explanation:
    indicator = indicator_row(connection, indicator_id)
    indicator_id = indicator["indicator_id"]
    can_answer(indicator, as_of, gebietsstand)
    is_known_territory(connection, gebietsstand)
    place = area_row(connection, area, span=span_of(period, gebietsstand))
    first, last = period_range(period)
    if as_of is not None:
        recompute(connection, indicator_id, as_of)
    found = rows(
        connection,
        "select * from indicator_on(?) where indicator_id = ? and area_code = ?"
        " and reference_date between ? and ? order by reference_date desc limit 1",
        [gebietsstand, indicator_id, place["area_code"], first, last],
    )
    if not found:
        code = place["area_code"]
        raise UnknownName(
            Told(
                f"{indicator_id} has no row for {code} in {period} on {gebietsstand}",
                f"{indicator_id} hat keine Zeile für {code} in {period} auf dem Stand {gebietsstand}",
            )
        )
    [result] = found
    codes, share = result["from_codes"], 100 * result["estimated_share"]
    grade = in_both("conversion_grade", result["grade"])
    remarks = [
        Told(
            f"territory: carried to the boundaries of {gebietsstand} from {codes}"
            f" ({grade}, {share:.1f} % of it estimated)",
            f"Gebiet: auf den Gebietsstand {day_in(gebietsstand, 'de')} umgerechnet aus {codes}"
            f" ({grade.de}, davon {written(share, '.1f', 'de')} % geschätzt)",
        )
    ]
    for name in ("numerator", "denominator"):
        if (number := result[name]) is not None:
            remarks.append(
                Told(f"{ROLES[name]}: {number:.10g}", f"{ROLES[name].de}: {written(number, '.10g', 'de')}")
            )
    breaks = breaks_around(connection, indicator_id, result, converted=True)
    parts = [
        _explain(connection, indicator_id, code, f"{result['reference_date']}", as_of)
        for code in result["from_codes"].split(", ")
    ]
    return Explanation(indicator, place, result, None, breaks, [], parts, remarks)


def _explain(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    area: str,
    period: str,
    as_of: dt.datetime | None,
) -> Explanation:
    indicator = indicator_row(connection, indicator_id)
    indicator_id = indicator["indicator_id"]
    can_answer(indicator, as_of)
    if indicator["computed_by"] == "forms":
        place = own.place_row(connection, area, span_of(period))
        result = own.newest(connection, indicator_id, place["area_code"], period_range(period))
        division = result["division"]
        remarks = [
            own.CONFIDENTIAL,
            Told(
                f"division of the town: edition of {division}", f"Gliederung der Kommune: Ausgabe {division}"
            ),
        ]
        sides = []
        for role in ("numerator", "denominator"):
            if parts_of(connection, indicator_id, role):
                sides.append(Side(role, result[role], own.cells(connection, indicator_id, role, result)))
        edition, breaks = _history(connection, indicator, result)
        return Explanation(indicator, place, result, edition, breaks, sides, [], remarks)
    if indicator["computed_by"] not in ("facts", "derived"):

        def part(name: str, code: str, when: str) -> Explanation:
            return _explain(connection, name, code, when, None)

        if indicator["computed_by"] == "mart_outcome":
            place, results, remarks, parts = goal_receipt(connection, area, period, part)
        else:
            place, results, remarks, parts = index_receipt(connection, indicator_id, area, period, part)
        return Explanation(indicator, place, results[-1], None, [], [], parts, remarks)
    place = area_row(connection, area, span=span_of(period))
    first, last = period_range(period)
    if as_of is not None:
        recompute(connection, indicator_id, as_of)
    found = rows(
        connection,
        "select * from mart_indicator where indicator_id = ? and area_code = ?"
        " and reference_date between ? and ? order by reference_date desc limit 1",
        [indicator_id, place["area_code"], first, last],
    )
    if not found:
        dates = rows(
            connection,
            "select distinct reference_date from mart_indicator where indicator_id = ? and area_code = ?"
            " order by 1",
            [indicator_id, place["area_code"]],
        )
        raise no_row(indicator_id, place["area_code"], period, [row["reference_date"] for row in dates])
    result = found[0]
    date: dt.date = result["reference_date"]
    edition, breaks = _history(connection, indicator, result)
    sides = [
        _side(connection, indicator_id, role, place["area_code"], dates, as_of)
        for role, dates in (
            ("numerator", [date]),
            ("denominator", denominator_dates(indicator, date)),
            ("value", [date]),
        )
        if parts_of(connection, indicator_id, role)
    ]
    operands = [indicator[name] for name in ("operand_1", "operand_2") if indicator[name]]
    parts = [_explain(connection, name, place["area_code"], date.isoformat(), as_of) for name in operands]
    return Explanation(indicator, place, result, edition, breaks, sides, parts)


def _history(
    connection: duckdb.DuckDBPyConnection, indicator: Row, result: Row
) -> tuple[Row | None, list[Row]]:
    """The edition of the definition that holds on the day of a number, and the breaks around it."""
    name, date = indicator["indicator_id"], result["reference_date"]
    editions = rows(
        connection,
        "select * from indicator_edition where indicator_id = ? and valid_from <= ? and valid_to > ?",
        [name, date, date],
    )
    breaks = breaks_around(connection, name, result)
    return (editions[0] if editions else None), breaks


def _side(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    role: str,
    area_code: str,
    dates: list[dt.date],
    as_of: dt.datetime | None,
) -> Side:
    parts = parts_of(connection, indicator_id, role)
    declared = facts()
    cells = [
        cell
        for name in dict.fromkeys(part["fact"] for part in parts)
        for cell in _cells(connection, name, declared[name], [indicator_id, role], area_code, dates, as_of)
    ]
    days = max(1, len(dates))
    complete = len(cells) == len(parts) * days and all(cell["value"] is not None for cell in cells)
    total = sum(cell["value"] * cell["factor"] for cell in cells) / days if complete else None
    return Side(role, total, cells)


def _cells(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    fact: Fact,
    side: list[str],
    area_code: str,
    dates: list[dt.date],
    as_of: dt.datetime | None,
) -> list[Row]:
    """The cells of a fact that one side (indicator, role) selects, one per part and date, as known then."""
    codes = [f"{dimension}_code" for dimension in fact.dimensions]
    match = "".join(f" and facts.{code} = parts.{code}" for code in codes)
    found = rows(
        connection,
        f"""with cells as (
            select facts.*, parts.part_no, parts.factor
            from {fact.model} as facts
            inner join indicator_part as parts on facts.measure_code = parts.measure_code{match}
            where parts.indicator_id = ? and parts.role = ? and parts.fact = ? and facts.area_code = ?
                and list_contains(?::date[], facts.reference_date)
                and facts.missing_reason <> 'area_not_existing' and facts.known_from <= ?::timestamp
                and (facts.preferred_to is null or facts.preferred_to > ?::timestamp)
        )
        select cells.*, dim_dataset.table_code, dim_dataset.title_de, dim_dataset.publisher_name,
            dim_dataset.attribution, dim_snapshot.file_name, dim_snapshot.source_uri, dim_snapshot.sha256,
            findings.note_en, findings.note_de, findings.expected_value as plausible_value
        from cells
        left join ({_register(connection)}) as findings
            on cells.snapshot_id = findings.snapshot_id
            and cells.source_line = findings.source_line
            and cells.source_column = findings.source_column
            and cells.area_code = findings.area_code
        inner join dim_dataset on cells.dataset_id = dim_dataset.dataset_id
        inner join dim_snapshot on cells.snapshot_id = dim_snapshot.snapshot_id
        order by cells.reference_date, cells.part_no""",
        [*side, name, area_code, dates, as_of or FOREVER, as_of or FOREVER],
    )
    return [
        {key: row[key] for key in CELL}
        | {
            "words": words_of_cell(
                row["dataset_id"],
                row["measure_code"],
                {dimension: row[f"{dimension}_code"] for dimension in fact.dimensions},
            )
        }
        for row in found
    ]
