"""What an attacker knows: every published number, and every sum that the declaration makes public.

Variables are cells named by one code per dimension. Starting from the published cells, each cell is taken
apart along each dimension until the leaves are reached; every step is an equation. Cells that nobody
published are unknown like the hidden ones.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exports.disclosure.declaration import Declaration, DeclarationError, Dimension, Safety, Table
from sources.foundation.numbers import compiled, number_pattern, value_of
from sources.foundation.told import Language, Told

Key = tuple[str, ...]

DECIMALS = 20
"""Most decimals of a published amount: those of a number written in full."""

JOINT_CELLS = 400_000
"""Above this size tables over different dimensions are joined only in the cells they share."""


@dataclass
class Knowledge:
    """Cells, what was published about them, and the equations total = parts between them.

    `shown[i]` is the published number or None; `hidden[i]` whether some table prints the symbol for it;
    `sources[i]` names the table that shows the number. `low[i]` and `high[i]` are the least and greatest true
    value that all published numbers of the cell allow: the same when it is known exactly, else what rounding
    or noise leave open. Equations are (total, parts). `noisy`: what is to be published now carries noise.
    `may_be_zero`: hidden cells that may be zero although zeros are shown: group disclosure hides whole lines.
    `unprinted`: cells that no file prints, and whose only case may know of it all the same.
    """

    dimensions: tuple[str, ...]
    totals: tuple[str | None, ...]
    keys: list[Key] = field(default_factory=list)
    index: dict[Key, int] = field(default_factory=dict)
    shown: list[float | None] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    sources: list[str | None] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    equations: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    members: tuple[dict[str, frozenset[str]], ...] = ()
    noisy: bool = False
    may_be_zero: list[bool] = field(default_factory=list)
    unprinted: frozenset[Key] = frozenset()

    def is_exact(self, cell: int) -> bool:
        """Whether a published number gives the true value."""
        return self.low[cell] == self.high[cell]

    def may_be_alone(self, cell: int) -> bool:
        """Whether a cell may hold one case that knows to be the only one."""
        return self.hidden[cell] or self.keys[cell] in self.unprinted

    def within(self, part: int, whole: int) -> bool:
        """Whether all units of one cell are also units of the other, by the declared codes."""
        return all(
            members[a] <= members[b]
            for members, a, b in zip(self.members, self.keys[part], self.keys[whole], strict=True)
        )

    def apart(self, one: int, other: int) -> bool:
        """Whether two cells have no unit in common, by the declared codes."""
        return any(
            not members[a] & members[b]
            for members, a, b in zip(self.members, self.keys[one], self.keys[other], strict=True)
        )

    def cell(self, key: Key) -> int:
        """The number of a cell, which is added when new."""
        number = self.index.get(key)
        if number is None:
            number = len(self.keys)
            self.index[key] = number
            self.keys.append(key)
            self.shown.append(None)
            self.hidden.append(False)
            self.may_be_zero.append(False)
            self.sources.append(None)
            self.low.append(0.0)
            self.high.append(math.inf)
        return number

    def name(self, number: int, language: Language = "en") -> str:
        """A cell in words."""
        parts = [
            f"{dimension}={code}"
            for dimension, code, total in zip(self.dimensions, self.keys[number], self.totals, strict=True)
            if code != total
        ]
        return "(" + (", ".join(parts) or ("insgesamt" if language == "de" else "total")) + ")"


def read_published(path: Path, table: Table, declaration: Declaration) -> dict[Key, float | None]:
    """Cells of one published file (CSV or Parquet): codes of the shown dimensions -> number,
    None where hidden.
    """
    if not path.is_file():
        raise DeclarationError(
            Told(
                f"{path}: the published file of table {table.name!r} is not there",
                f"{path}: Die veröffentlichte Datei der Tabelle {table.name!r} ist nicht da",
            )
        )
    columns = {name: table.columns.get(name, name) for name in table.dimensions}
    wanted = tuple(dict.fromkeys((*columns.values(), table.value, *table.where)))
    rows = _parquet_rows(path, wanted) if path.suffix == ".parquet" else _csv_rows(path, wanted)
    whole = declaration.safety.whole_numbers
    pattern = compiled(number_pattern(signed=True, decimals=0 if whole else DECIMALS, decimal="."))
    found: dict[Key, float | None] = {}
    for line, row in enumerate(rows, start=2):
        if any(str(row[column]) not in values for column, values in table.where.items()):
            continue
        key = tuple(str(row[columns[name]]) for name in table.dimensions)
        text = row[table.value]
        number: float | None
        if text is None or str(text).strip() in ("", declaration.safety.symbol):
            number = None
        else:
            if isinstance(text, str) and not pattern.match(text):
                raise DeclarationError(
                    Told(
                        f"{path}: line {line}, column {table.value!r}: is neither a number, written in digits"
                        f"{'' if whole else ' with a decimal point'}, nor the symbol "
                        f"{declaration.safety.symbol!r}",
                        f"{path}: Zeile {line}, Spalte {table.value!r}: ist weder eine Zahl in "
                        f"Ziffern{'' if whole else ' mit Dezimalpunkt'} noch das Zeichen "
                        f"{declaration.safety.symbol!r}",
                    )
                )
            number = value_of(text, decimal=".") if isinstance(text, str) else float(text)
            if not math.isfinite(number):
                raise DeclarationError(
                    Told(
                        f"{path}: line {line}, column {table.value!r}: is no finite number",
                        f"{path}: Zeile {line}, Spalte {table.value!r}: ist keine endliche Zahl",
                    )
                )
            if number < 0:
                raise DeclarationError(
                    Told(
                        f"{path}: line {line}, column {table.value!r}: is negative",
                        f"{path}: Zeile {line}, Spalte {table.value!r}: ist negativ",
                    )
                )
            if whole and number != int(number):
                raise DeclarationError(
                    Told(
                        f"{path}: line {line}, column {table.value!r}: is not a whole number",
                        f"{path}: Zeile {line}, Spalte {table.value!r}: ist keine ganze Zahl",
                    )
                )
        if key in found:
            raise DeclarationError(
                Told(
                    f"{path}: line {line}: the cell {key} appears twice",
                    f"{path}: Zeile {line}: Das Feld {', '.join(key)} kommt zweimal vor",
                )
            )
        found[key] = number
    return found


def _parquet_rows(path: Path, wanted: Sequence[str]) -> list[dict[str, Any]]:
    import duckdb

    with duckdb.connect() as connection:
        try:
            relation = connection.execute("select * from read_parquet(?)", [str(path)])
            header = [column[0] for column in relation.description or ()]
            rows = relation.fetchall()
        except duckdb.Error as error:
            raise DeclarationError(
                Told(
                    f"{path}: not readable as Parquet: {error}",
                    f"{path}: nicht als Parquet zu lesen: {error}",
                )
            ) from None
    _check_header(path, wanted, header)
    places = [header.index(name) for name in wanted]
    return [{name: row[place] for name, place in zip(wanted, places, strict=True)} for row in rows]


def _csv_rows(path: Path, wanted: Sequence[str]) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        _check_header(path, wanted, list(reader.fieldnames or ()))
        return list(reader)


def _check_header(path: Path, wanted: Sequence[str], header: Sequence[str]) -> None:
    for name in wanted:
        if name not in header:
            raise DeclarationError(
                Told(
                    f"{path}: column {name!r} is missing; the file has {', '.join(header)}",
                    f"{path}: Die Spalte {name!r} fehlt; die Datei hat {', '.join(header)}",
                )
            )


def gather(declaration: Declaration, published: dict[str, dict[Key, float | None]]) -> Knowledge:
    """All cells and equations that follow from a resolved declaration and the published
    cells of its tables.
    """
    names = tuple(declaration.dimensions)
    trees = [_Tree(name, declaration.dimensions[name], declaration.tables) for name in names]
    knowledge = Knowledge(
        names,
        tuple(tree.total for tree in trees),
        members=tuple(tree.leaf_sets() for tree in trees),
        noisy=any(table.is_noisy and not table.earlier for table in declaration.tables),
    )
    pending: list[int] = []
    for table in declaration.tables:
        for short, number in published[table.name].items():
            given = dict(zip(table.dimensions, short, strict=True))
            key = []
            for tree in trees:
                code = given.get(tree.name, tree.total)
                if code is None or code not in tree.known:
                    raise DeclarationError(
                        Told(
                            f"table {table.name!r}: the code {code!r} is not declared for dimension "
                            f"{tree.name!r}",
                            f"Tabelle {table.name!r}: Der Schlüssel {code!r} ist für die Dimension "
                            f"{tree.name!r} nicht angegeben",
                        )
                    )
                key.append(code)
            before = len(knowledge.keys)
            cell = knowledge.cell(tuple(key))
            if cell == before:
                pending.append(cell)
            if number is None:
                knowledge.hidden[cell] = True
                continue
            low, high = table.behind(number)
            if max(low, knowledge.low[cell]) > min(high, knowledge.high[cell]):
                raise DeclarationError(
                    Told(
                        f"{knowledge.name(cell)} has another number in table {knowledge.sources[cell]!r} "
                        "than in "
                        f"table {table.name!r}; a revised cell needs a key of its own (another period)",
                        f"{knowledge.name(cell)} hat in Tabelle {knowledge.sources[cell]!r} eine andere "
                        f"Zahl als in Tabelle {table.name!r}; ein berichtigtes Feld braucht einen eigenen "
                        "Schlüssel (einen anderen Zeitraum)",
                    )
                )
            if knowledge.shown[cell] is None or high - low < knowledge.high[cell] - knowledge.low[cell]:
                knowledge.shown[cell] = number
                knowledge.sources[cell] = table.name
            knowledge.low[cell] = max(low, knowledge.low[cell])
            knowledge.high[cell] = min(high, knowledge.high[cell])
    joint = math.prod(max(1, len(tree.known)) for tree in trees) <= JOINT_CELLS
    kinds = {tuple(name in table.dimensions for name in names) for table in declaration.tables}
    _expand(knowledge, trees, pending, joint=joint or len(kinds) == 1, kinds=kinds)
    _mark_hidden_lines(knowledge, trees, declaration.safety)
    return knowledge


def _mark_hidden_lines(knowledge: Knowledge, trees: Sequence[_Tree], safety: Safety) -> None:
    """Group disclosure hides a whole line: where no part of a line is shown, its hidden parts may be zero."""
    for name in safety.group_lines:
        axis = knowledge.dimensions.index(name)
        harmless = safety.harmless_lines.get(name, ())
        lines = [
            group
            for total, groups in trees[axis].full.items()
            if total not in harmless
            for group in groups
            if len(group) > 1
        ]
        for cell, key in enumerate(knowledge.keys):
            if not knowledge.hidden[cell] or knowledge.may_be_zero[cell]:
                continue
            for line in lines:
                beside = [knowledge.index.get((*key[:axis], code, *key[axis + 1 :])) for code in line]
                if key[axis] in line and all(
                    part is None or knowledge.shown[part] is None for part in beside
                ):
                    knowledge.may_be_zero[cell] = True
        _mark_within(knowledge, trees[axis], axis)


def _mark_within(knowledge: Knowledge, tree: _Tree, axis: int) -> None:
    """What a cell that may be zero is made of may be zero too, as far as all of it is hidden."""
    waiting = [cell for cell, may in enumerate(knowledge.may_be_zero) if may]
    while waiting:
        key = knowledge.keys[waiting.pop()]
        for group in tree.full.get(key[axis], ()):
            parts = [knowledge.index.get((*key[:axis], code, *key[axis + 1 :])) for code in group]
            inside = [part for part in parts if part is not None]
            if any(knowledge.shown[part] is not None for part in inside):
                continue
            fresh = [p for p in inside if knowledge.hidden[p] and not knowledge.may_be_zero[p]]
            for part in fresh:
                knowledge.may_be_zero[part] = True
            waiting += fresh


class _Tree:
    """The codes of one dimension and the ways to take each apart."""

    def __init__(self, name: str, dimension: Dimension, tables: Sequence[Table]) -> None:
        self.name = name
        self.total = dimension.total
        used: set[str] = set()
        crossed = [table.dimensions[name] for table in tables if name in table.dimensions]
        for axis in crossed:
            used.update(dimension.hierarchies if axis.hierarchies is None else axis.hierarchies)
        leaves = tuple(dimension.leaves or ())
        self.leaves = leaves
        self.parts: dict[str, list[tuple[str, ...]]] = {}
        for label in sorted(used):
            children = dimension.hierarchies[label].children or {}
            below = {child for group in children.values() for child in group}
            for code, group in children.items():
                self._add(code, group)
            if dimension.total is not None and dimension.total not in children:
                tops = tuple(code for code in children if code not in below)
                if tops:
                    self._add(dimension.total, tops)
        if dimension.total is not None and dimension.total not in self.parts and crossed:
            self._add(dimension.total, leaves)
        self.known = set(leaves) | set(self.parts)
        if dimension.total is not None:
            self.known.add(dimension.total)
        self.full = dict(self.parts)
        # leaves that no table shows, below one hierarchy only, tell an attacker nothing beyond their sum
        if not any(axis.leaves for axis in crossed) and len(used) == 1:
            leaf_set = set(leaves)
            self.parts = {
                code: [group for group in groups if not set(group) <= leaf_set]
                for code, groups in self.parts.items()
            }

    def leaf_sets(self) -> dict[str, frozenset[str]]:
        """Leaves under each code."""
        found = {leaf: frozenset((leaf,)) for leaf in self.leaves}

        def below(code: str) -> frozenset[str]:
            if code not in found:
                group = self.full.get(code) or [self.leaves]
                found[code] = frozenset().union(*(below(child) for child in group[0]))
            return found[code]

        for code in self.known:
            below(code)
        return found

    def _add(self, code: str, group: tuple[str, ...]) -> None:
        if group not in self.parts.setdefault(code, []):
            self.parts[code].append(group)


def _expand(
    knowledge: Knowledge,
    trees: Sequence[_Tree],
    pending: list[int],
    *,
    joint: bool,
    kinds: set[tuple[bool, ...]],
) -> None:
    """Take every cell apart along every dimension; without `joint` only inside the
    dimensions of one table.
    """
    done = 0
    while done < len(pending):
        cell = pending[done]
        done += 1
        key = knowledge.keys[cell]
        for axis, tree in enumerate(trees):
            if not joint:
                crossing = tuple(
                    other == axis or code != trees[other].total for other, code in enumerate(key)
                )
                if not any(
                    all(allowed or not needed for allowed, needed in zip(kind, crossing, strict=True))
                    for kind in kinds
                ):
                    continue
            for group in tree.parts.get(key[axis], ()):
                parts = []
                for code in group:
                    before = len(knowledge.keys)
                    part = knowledge.cell((*key[:axis], code, *key[axis + 1 :]))
                    if part == before:
                        pending.append(part)
                    parts.append(part)
                knowledge.equations.append((cell, tuple(parts)))
