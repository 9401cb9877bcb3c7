"""Puts a plan into the staged rows of a product, before any writer sees them.

Afterwards the table `rows` holds nothing that must not leave: hidden counts are empty, and so is everything
computed from them. All hidden cells look alike: no number, `conf_status` N, `missing_reason` suppressed, the
one public sign. Every column and every row must be declared; what nobody spoke about stops the candidate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.describe import Description
from exports.disclosure.auditor.earlier import DECLARATION
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.planning import Planned, public_declaration
from exports.disclosure.universe import columns_of
from exports.products import Disclosure
from exports.rows import Rows, label_column
from sources.foundation.files import readable_json
from sources.foundation.sql import quoted
from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb

HIDDEN = "suppressed"
"""`missing_reason` of every hidden cell, whatever the reason."""

STATUS = ("obs_status", "conf_status", "missing_reason", "raw_symbol")
"""Columns that say what became of a value; set here for hidden cells."""

CHANGED_BY = "disclosure_cells"

COPIES = 5
"""Hidden counts that a kept column must repeat before it is no chance."""


def apply(rows: Rows, description: Description, planned: Planned, folder: Path) -> None:
    """Protect the table `rows` and write `disclosure.json` beside the files to come.

    Raises DeclarationError when a column or row of the product is neither a count, nor kept, nor derived.
    """
    disclosure = _of(description)
    columns = columns_of(planned.universe, description)
    _check_columns(rows, description, disclosure, columns)
    _stage_cells(rows, planned, description.product)
    hiding = _hiding(rows, disclosure, columns, noise=planned.universe.policy.method != "suppress")
    _refuse_undeclared(rows, description, hiding)
    _protect_rows(rows, description, hiding, planned.universe.policy.symbol)
    _refuse_copies(rows, description, disclosure)
    _put_in_place(rows)
    (folder / DECLARATION).write_text(
        readable_json(public_declaration(planned, description.product)), encoding="utf-8"
    )


@dataclass(frozen=True)
class _Hiding:
    """How rows meet the cells of the plan, and when which column is hidden; conditions are SQL over `mart`.

    joins: of each row with its own cell (`own`), then with those that its derived columns are computed from.
    is_count: the row is a count. others: the row is derived from counts, a condition a derivation.
    hides: column -> conditions under which it is emptied. anew: column -> what it is computed as with noise.
    """

    bound: _Bound
    disclosure: Disclosure
    noise: bool
    joins: tuple[str, ...]
    is_count: str
    others: tuple[str, ...]
    hides: dict[str, list[str]]
    anew: dict[str, str]

    def hidden(self, column: str) -> str:
        """When a column is emptied."""
        return " or ".join(f"({one})" for one in self.hides[column])


def _hiding(rows: Rows, disclosure: Disclosure, columns: Mapping[str, str], *, noise: bool) -> _Hiding:
    """What the declaration says of each column, as conditions."""
    bound = _Bound()
    own = _matches(bound, columns)
    is_count = _chosen(bound, disclosure.rows)
    joins = [f"left join {CHANGED_BY} as own on ({is_count}) and {own}"]
    hides: dict[str, list[str]] = {field.name: [] for field in rows.fields}
    computed = dict.fromkeys(name for derived in disclosure.derived for name in derived.columns)
    anew: dict[str, str] = {}
    others = []
    for number, derived in enumerate(disclosure.derived):
        hidden = []
        for place, change in enumerate(derived.of):
            alias = f"of_{number}_{place}"
            joins.append(f"left join {CHANGED_BY} as {alias} on {_matches(bound, columns, change, alias)}")
            # a count that is not printed must not be computed from what is
            hidden.append(f"coalesce({alias}.hidden, true)")
        condition = " or ".join(hidden)
        if noise and derived.times is None:
            condition = "true"
        elif noise:
            parts = f"of_{number}_0.shown", f"of_{number}_1.shown"
            over = f"mart.{quoted(derived.over)}" if derived.over else parts[1]
            anew |= dict.fromkeys(derived.columns, f"{derived.times!r} * {parts[0]} / nullif({over}, 0)")
        if derived.columns:
            for name in derived.columns:
                hides[name].append(f"({is_count}) and ({condition})")
        else:
            mine = _chosen(bound, derived.where)
            others.append(mine)
            for name in (disclosure.value, *computed):
                hides[name].append(f"({mine}) and not ({is_count}) and ({condition})")
    hides[disclosure.value].append(f"({is_count}) and own.hidden")
    return _Hiding(bound, disclosure, noise, tuple(joins), is_count, tuple(others), hides, anew)


def _refuse_undeclared(rows: Rows, description: Description, hiding: _Hiding) -> None:
    """Refuse a count that the plan does not know, and a row that is neither a count nor derived from any."""
    left_out = Told(
        "is a count, but is not part of the plan", "ist eine Fallzahl, gehört aber nicht zum Plan"
    )
    _refuse(rows, description, hiding, f"({hiding.is_count}) and own.position is null", left_out)
    if hiding.others or hiding.disclosure.rows:
        neither = " and ".join(f"not ({one})" for one in (hiding.is_count, *hiding.others))
        undeclared = Told(
            "is neither a count (`disclosure.rows`) nor `derived` from counts",
            "ist weder eine Fallzahl (`disclosure.rows`) noch aus Fallzahlen errechnet (`derived`)",
        )
        _refuse(rows, description, hiding, neither, undeclared)


def _protect_rows(rows: Rows, description: Description, hiding: _Hiding, symbol: str) -> None:
    """Make the table `protected_rows`, a row for each of `rows`."""
    names = [column for column, *_ in rows.connection.execute("describe rows").fetchall()]
    shown = _Shown(rows, description, hiding, symbol)
    selected = ", ".join(f"{shown.column(name)} as {quoted(name)}" for name in names)
    hiding.bound.execute(
        rows,
        f"create table protected_rows as select {selected} from rows as mart {' '.join(hiding.joins)} "
        "order by mart.rowid",
    )
    (count,) = rows.connection.execute("select count(*) from protected_rows").fetchone() or (0,)
    if count != rows.count:
        raise DeclarationError(
            Told(
                f"product {description.product}: {rows.count} rows became {count} by protection",
                f"Produkt {description.product}: aus {rows.count} Zeilen wurden durch den Schutz {count}",
            )
        )


class _Shown:
    """What each column shows, hidden or not, as an expression over `mart`."""

    def __init__(self, rows: Rows, description: Description, hiding: _Hiding, symbol: str) -> None:
        self._description = description
        self._hiding = hiding
        self._kinds = {field.name: field.kind for field in rows.fields}
        self._labelled = {label_column(name): name for name in rows.labelled}
        self._marks = {"obs_status": "M", "conf_status": "N", "missing_reason": HIDDEN, "raw_symbol": symbol}
        self._sign = hiding.bound.value(symbol)

    def column(self, name: str) -> str:
        """The expression of one column."""
        hiding, source = self._hiding, f"mart.{quoted(name)}"
        value, beside = hiding.disclosure.value, self._labelled.get(name)
        if name == value:
            return f"case when {hiding.hidden(value)} then null else {self._value(source)} end"
        if name in STATUS:
            mark = self._sign if name == "raw_symbol" else f"'{self._marks[name]}'"
            return f"case when {hiding.hidden(value)} then {mark} else {source} end"
        if name == "snapshot_id":
            # the rest of the name is a hash of the confidential delivery
            return f"split_part({source}, '-', 1)"
        if name in hiding.anew:
            return f"case when ({hiding.is_count}) then {hiding.anew[name]} end"
        if beside in STATUS:
            label = hiding.bound.value(_label_of(self._description, beside, self._marks[beside]))
            return f"case when {hiding.hidden(value)} then {label} else {source} end"
        if hiding.hides.get(beside or name):
            return f"case when {hiding.hidden(beside or name)} then null else {source} end"
        return source

    def _value(self, source: str) -> str:
        """The value where it is not hidden: as it is, or with its noise."""
        hiding = self._hiding
        shown = f"case when ({hiding.is_count}) then own.shown else {source} end" if hiding.noise else source
        whole = self._kinds[hiding.disclosure.value] == "integer"
        return f"cast({shown} as bigint)" if whole else shown


def _put_in_place(rows: Rows) -> None:
    """The protected rows take the place of those with true numbers."""
    rows.connection.execute("drop table rows")
    rows.connection.execute("alter table protected_rows rename to rows")
    rows.connection.execute(f"drop table {CHANGED_BY}")


def _refuse_copies(rows: Rows, description: Description, disclosure: Disclosure) -> None:
    """A column that is public in any case must not hold, row by row, the counts that are hidden.

    Asked where at least `COPIES` counts are hidden that are not all the same; raises DeclarationError.
    """
    kinds = {field.name: field.kind for field in rows.fields}
    for name in disclosure.keep:
        if kinds.get(name) not in ("integer", "number"):
            continue
        mine, value = f"before.{quoted(name)}", quoted(disclosure.value)
        row = rows.connection.execute(
            f"select count(*), count(*) filter ({mine} is not distinct from before.{value}), "
            f"count(distinct before.{value}) from rows as before inner join protected_rows as now "
            f"on before.rowid = now.rowid where now.{value} is null and before.{value} is not null"
        ).fetchone()
        hidden, copied, different = row or (0, 0, 0)
        if hidden >= COPIES and copied == hidden and different > 1:
            raise DeclarationError(
                Told(
                    f"product {description.product}: {name} repeats the counts that are hidden, and stands "
                    "under "
                    "`keep`; name it under `derived`, or leave it out",
                    f"Produkt {description.product}: {name} wiederholt die gesperrten Fallzahlen und steht "
                    "unter `keep`; unter `derived` nennen, oder weglassen",
                )
            )


def _label_of(description: Description, column: str, code: str) -> str | None:
    """The German label of a code, as the product declares it."""
    declared = next((one for one in description.columns if one.name == column), None)
    codes = declared.codes if declared is not None else ()
    return next((one.label_de for one in codes if one.code == code and one.scope is None), None)


def _of(description: Description) -> Disclosure:
    if description.disclosure is None or description.disclosure.policy is None:
        raise DeclarationError(
            Told(
                f"product {description.product} has no policy for disclosure control",
                f"Produkt {description.product} hat keine Festlegung zur Geheimhaltung",
            )
        )
    return description.disclosure


def _check_columns(
    rows: Rows, description: Description, disclosure: Disclosure, columns: Mapping[str, str]
) -> None:
    """Every column is a code of a dimension, the value, a status, kept, or derived; nothing is left open."""
    known = {disclosure.value, *columns.values(), *disclosure.rows, *STATUS, *disclosure.keep}
    for derived in disclosure.derived:
        known |= {*derived.columns, *derived.where}
    names = [field.name for field in rows.fields]
    undeclared = [name for name in names if name not in known]
    if undeclared:
        raise DeclarationError(
            Told(
                f"product {description.product}: columns {', '.join(undeclared)} are not declared; say under "
                "`disclosure` whether each is public in any case (`keep`) or `derived` from counts",
                f"Produkt {description.product}: Die Spalten {', '.join(undeclared)} sind nicht erklärt; "
                "unter `disclosure` sagen, ob jede in jedem Fall öffentlich ist (`keep`) oder aus "
                "Fallzahlen errechnet (`derived`)",
            )
        )
    named = {*disclosure.keep, *(column for derived in disclosure.derived for column in derived.columns)}
    absent = sorted((named | set(columns.values()) | {disclosure.value}) - set(names))
    if absent:
        raise DeclarationError(
            Told(
                f"product {description.product}: `disclosure` names {', '.join(absent)}, which "
                f"{description.relation} does not have",
                f"Produkt {description.product}: `disclosure` nennt {', '.join(absent)}, was "
                f"{description.relation} nicht hat",
            )
        )
    if "conf_status" not in names or "missing_reason" not in names:
        raise DeclarationError(
            Told(
                f"product {description.product}: {description.relation} needs the columns conf_status and "
                "missing_reason, so that a hidden value says so",
                f"Produkt {description.product}: {description.relation} braucht die Spalten conf_status und "
                "missing_reason, damit ein gesperrter Wert als solcher kenntlich ist",
            )
        )


def _stage_cells(rows: Rows, planned: Planned, product: str) -> None:
    """The plan as a table: one row per printed cell, its codes in the order of the product's dimensions."""
    cells = planned.shown(product)
    width = len(planned.tables[product].dimensions)
    columns = ", ".join(f"code_{place} varchar" for place in range(width))
    rows.connection.execute(
        f"create table {CHANGED_BY} ({columns}, hidden boolean, shown double, position bigint)"
    )
    content: dict[str, list[Any]] = {f"code_{place}": [key[place] for key in cells] for place in range(width)}
    content |= {"hidden": [number is None for number in cells.values()], "shown": list(cells.values())}
    content["position"] = list(range(len(cells)))
    import pyarrow

    given = pyarrow.table(content)
    rows.connection.register("given_cells", given)
    rows.connection.execute(f"insert into {CHANGED_BY} select * from given_cells")
    rows.connection.unregister("given_cells")


class _Bound:
    """Values from the declaration, bound to the statements that name them."""

    def __init__(self) -> None:
        self._values: dict[str, str | None] = {}

    def value(self, text: str | None) -> str:
        """The name of a parameter for this text; None for no text."""
        name = f"declared_{len(self._values)}"
        self._values[name] = text
        return f"${name}"

    def execute(self, rows: Rows, sql: str) -> duckdb.DuckDBPyConnection:
        """Run a statement with the parameters it names."""
        named = set(re.findall(r"\$(declared_\d+)", sql))
        return rows.connection.execute(sql, {name: self._values[name] for name in sorted(named)})


def _matches(
    bound: _Bound, columns: Mapping[str, str], change: Mapping[str, str] | None = None, cell: str = "own"
) -> str:
    """The join of a row with a cell: its own, or the one that `change` leads to."""
    change = change or {}
    unknown = sorted(set(change) - set(columns))
    if unknown:
        raise DeclarationError(
            Told(
                f"disclosure.derived.of names {', '.join(unknown)}, which is no dimension",
                f"disclosure.derived.of nennt {', '.join(unknown)}, was keine Dimension ist",
            )
        )
    conditions = []
    for place, (name, column) in enumerate(columns.items()):
        wanted = change.get(name, f"={column}")
        other = (
            f"cast(mart.{quoted(wanted[1:])} as varchar)" if wanted.startswith("=") else bound.value(wanted)
        )
        conditions.append(f"{cell}.code_{place} = {other}")
    return " and ".join(conditions)


def _chosen(bound: _Bound, where: Mapping[str, tuple[str, ...]]) -> str:
    """A condition over the staged rows."""
    return (
        " and ".join(
            f"cast(mart.{quoted(column)} as varchar) in ({', '.join(map(bound.value, values))})"
            for column, values in where.items()
        )
        or "true"
    )


def _refuse(rows: Rows, description: Description, hiding: _Hiding, condition: str, words: Told) -> None:
    """Refuse the first row that meets a condition, with its place."""
    keys = ", ".join(f"mart.{quoted(name)}" for name in description.grain)
    own = hiding.joins[0]
    row = hiding.bound.execute(
        rows, f"select {keys} from rows as mart {own} where {condition} order by mart.rowid limit 1"
    ).fetchone()
    if row:
        place = ", ".join(f"{name}={value}" for name, value in zip(description.grain, row, strict=True))
        raise DeclarationError(
            Told(
                f"product {description.product}: the row {place} {words}",
                f"Produkt {description.product}: Die Zeile {place} {words.de}",
            )
        )


__all__ = ["HIDDEN", "apply"]
