"""Plans the protection of all products of a universe together, from the true values in the warehouse.

Reads the true counts, the hierarchies and which cells each product prints, takes what is public already into
account, and returns for every product which of its cells are hidden. An unchanged period keeps its pattern
from release to release, so that nobody learns from the change and nothing is released anew without need.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.disclosure.auditor.earlier import Cells, Key, Public, layers, released
from exports.disclosure.combinations import left_out
from exports.disclosure.declaration import (
    Axis,
    Declaration,
    DeclarationError,
    Dimension,
    Hierarchy,
    Table,
    fitted_axes,
    resolve,
)
from exports.disclosure.plan_key import NOISE_KEY, plan_key
from exports.disclosure.policy import safety_of
from exports.disclosure.universe import Editions, Universe, columns_of, data_of, members
from exports.products import Product
from sources.foundation.sql import quoted, text_literal, why_not_read
from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb

    from exports.disclosure.constraints import Leaves
    from exports.disclosure.primary import LinkedUnits
    from exports.disclosure.protected import Protected

DIFFERS = 1e-6
"""A count of the product and the sum of its cases may differ by this (relative, numbers are doubles)."""


@dataclass(frozen=True)
class Context:
    """What a product's protection needs beside the product: its universe, and where things lie.

    `products` are all products of the universe. `releases` are the folders of releases that the attacker
    knows, `confidential` the folder for what only the data protection officer may see. `secret` is the key of
    cell-key noise and random rounding.
    """

    universe: Universe
    products: tuple[Product, ...]
    releases: tuple[Path, ...]
    confidential: Path | None = None
    secret: bytes = b""

    @classmethod
    def of(
        cls,
        universe: Universe,
        products: Sequence[Product],
        releases: Sequence[Path],
        confidential: Path | None = None,
        secret: bytes = b"",
    ) -> Context:
        """With the products of this universe chosen from all."""
        return cls(universe, members(universe, products), tuple(releases), confidential, secret)

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations of all products of the universe."""
        return tuple(product.relation for product in self.products)


@dataclass(frozen=True)
class Planned:
    """The plan for a universe. Confidential, but for `declaration` and what `shown` gives for printing.

    `tables` are the products' tables as they are declared publicly. `noise_key` tells whether the secret of
    keyed noise is still the same; `drawn_key` disturbed the costs where the office has no secret.
    """

    universe: Universe
    protected: Protected
    tables: dict[str, Table]
    public: tuple[Public, ...]
    earlier: Mapping[str, Cells]
    noise_key: str | None = None
    drawn_key: bytes = b""

    def shown(self, product: str) -> Cells:
        """Every cell the product prints, with the number to print or None."""
        return dict(self.protected.published[product])

    @property
    def outdated(self) -> list[tuple[str, Key, float | None]]:
        """Numbers of earlier releases that do not hold any more: product, cell, number."""
        return [
            (name.split("@")[0], key, self.earlier[name][key])
            for name, keys in self.protected.outdated.items()
            for key in keys
        ]


def plan(warehouse: Path, context: Context) -> Planned:
    """Plan all products of the context's universe over the true values in the warehouse.

    Raises DeclarationError (bad input or declaration, in words), FrozenConflict, NotSafe, TooSparse or
    SolverFailure; then nothing of the universe may be published.
    """
    from exports.disclosure.protect import protect_tables

    universe = context.universe
    data = data_of(universe)
    with _attached(warehouse) as connection:
        leaves, leaf_codes = _read_cases(connection, universe)
        editions = {
            name: _read_editions(connection, name, dimension.editions)
            for name, dimension in universe.dimensions.items()
            if dimension.editions is not None
        }
        linked = {unit: _read_linked(connection, universe, unit) for unit in universe.cases.linked}
        denominators = {
            product.product: _read_denominators(connection, universe, product)
            for product in context.products
            if universe.policy.rules.minimum_denominator is not None
        }
        counts = {
            product.product: _read_counts(connection, universe, product) for product in context.products
        }
    counts = {name: cells for name, cells in counts.items() if cells}
    if not counts:
        raise DeclarationError(
            Told(
                f"universe {universe.name}: no product has a row; nothing is to be protected",
                f"Festlegung {universe.name}: kein Produkt hat eine Zeile; nichts ist zu schützen",
            )
        )
    dimensions = {
        name: Dimension(
            total=dimension.total,
            hierarchies={**dimension.hierarchies, **editions.get(name, {})},
        )
        for name, dimension in universe.dimensions.items()
    }
    named = {product.product: product for product in context.products}
    frames = {name: tuple(columns_of(universe, named[name])) for name in counts}
    columns = {name: columns_of(universe, named[name]) for name in counts}
    base = Declaration(
        name=universe.name,
        dimensions=dimensions,
        tables=tuple(
            Table(
                name=name,
                file=f"{name}.parquet",
                dimensions={key: Axis() for key in frames[name]},
                columns=columns[name],
                value=named[name].disclosure.value,  # type: ignore[union-attr]  # members have one
                where=named[name].disclosure.rows,  # type: ignore[union-attr]
                rounded_to=universe.cases.rounded_to,
            )
            for name in counts
        ),
        safety=safety_of(universe.policy, data),
    )
    public = released(context.releases, universe.family)
    noise_key = _noise_key(context, public)
    before = layers(public, base) if "K5" in universe.policy.withstand else []
    codes = _codes(universe, leaf_codes, counts, frames, before, editions)
    key = plan_key(universe.name, context.secret, context.confidential)
    resolved = resolve(base, Path(), codes, {name: (name,) for name in codes})
    earlier = {table.name: cells for table, cells in before}
    tables = fitted_axes((*resolved.tables, *(table for table, _ in before)), resolved, {**counts, **earlier})
    resolved = resolved.model_copy(update={"tables": tables})
    for table in tables:
        if not table.earlier:
            _check_complete(table, resolved, list(counts[table.name]))
    protected = protect_tables(
        resolved,
        leaves,
        data,
        universe.policy,
        earlier=earlier,
        printed={name: list(cells) for name, cells in counts.items()},
        kept_hidden=_kept(universe, public, resolved, counts),
        given=counts,
        revised=True,
        linked=linked,
        denominators=denominators,
        secret=context.secret,
        cost_key=key,
    )
    _check_counts(universe, leaves, protected, resolved, counts)
    return Planned(
        universe,
        protected,
        {table.name: table for table in protected.declaration.tables if not table.earlier},
        tuple(public),
        earlier,
        noise_key,
        b"" if context.secret else key,
    )


def _noise_key(context: Context, public: Sequence[Public]) -> str | None:
    """The fingerprint of the secret of keyed noise, which must be that of earlier editions with noise."""
    policy = context.universe.policy
    if policy.method != "cell_key" and not (policy.rounding is not None and policy.rounding.random):
        return None
    from exports.disclosure.cell_key import key_fingerprint

    now = key_fingerprint(context.secret)
    kept = context.confidential / NOISE_KEY if context.confidential is not None else None
    before = kept.read_text(encoding="utf-8").strip() if kept is not None and kept.is_file() else now
    if before != now and any(one.table.is_noisy for one in public):
        raise DeclarationError(
            Told(
                f"universe {context.universe.name}: the secret of the noise (PLANSTAT_DISCLOSURE_SECRET) is "
                "not the one of the editions before, so the same cases would get other noise, and comparing "
                f"editions would undo both; give the former secret (its fingerprint is in {kept})",
                f"Festlegung {context.universe.name}: Das Geheimnis der Überlagerung "
                "(PLANSTAT_DISCLOSURE_SECRET) ist nicht das der früheren Ausgaben; dieselben Fälle würden "
                "anders überlagert, und der Vergleich der Ausgaben höbe beides auf; das frühere Geheimnis "
                f"angeben (sein Fingerabdruck steht in {kept})",
            )
        )
    return now


def public_declaration(planned: Planned, product: str) -> dict[str, Any]:
    """What the world may know about the protection of a product: the content of its `disclosure.json`."""
    policy = planned.universe.policy
    declared = planned.protected.declaration
    own = declared.model_copy(update={"name": product, "tables": (planned.tables[product],)})
    return {
        "universe": planned.universe.name,
        "family": planned.universe.family,
        "product": product,
        "title_de": planned.universe.title_de,
        "legal_basis": policy.legal_basis,
        "decided_by": policy.decided_by,
        "decided_on": policy.decided_on.isoformat(),
        "method": policy.method,
        "audience": policy.audience,
        "declaration": own.model_dump(mode="json"),
    }


@contextlib.contextmanager
def _attached(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse read-only, under the name `warehouse`."""
    import duckdb

    if not warehouse.is_file():
        raise DeclarationError(
            Told(
                f"{warehouse}: there is no warehouse; run the pipeline up to its marts first",
                f"{warehouse}: Es gibt keine Datenhaltung; zuerst alles bis zu den Marts rechnen lassen "
                "(`planstat run`)",
            )
        )
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        try:
            connection.execute(f"attach {text_literal(str(warehouse))} as warehouse (read_only)")
        except duckdb.Error as problem:
            raise DeclarationError(why_not_read(warehouse, problem)) from problem
        yield connection


def _relation(connection: duckdb.DuckDBPyConnection, name: str, wanted: Sequence[str], why: Told) -> str:
    """The qualified name of a relation that has these columns."""
    found = connection.execute(
        "select table_schema, list(column_name) from information_schema.columns "
        "where table_catalog = 'warehouse' and table_name = ? group by 1",
        [name],
    ).fetchall()
    if len(found) != 1:
        raise DeclarationError(
            Told(
                f"{why}: the warehouse has {len(found)} relations called {name}; one is needed",
                f"{why.de}: Die Datenhaltung hat {len(found)} Relationen namens {name}; gebraucht wird eine",
            )
        )
    absent = [column for column in wanted if column not in found[0][1]]
    if absent:
        raise DeclarationError(
            Told(
                f"{why}: {name} has no column {', '.join(absent)}",
                f"{why.de}: {name} hat keine Spalte {', '.join(absent)}",
            )
        )
    return f"warehouse.{quoted(found[0][0])}.{quoted(name)}"


def _chosen(where: Mapping[str, Sequence[str]]) -> tuple[str, list[Any]]:
    """A condition with its bound parameters."""
    conditions = [f"list_contains(?, cast({quoted(column)} as varchar))" for column in where]
    return " and ".join(conditions) or "true", [list(values) for values in where.values()]


def _read_cases(
    connection: duckdb.DuckDBPyConnection, universe: Universe
) -> tuple[Leaves, dict[str, list[str]]]:
    """The true counts, one row per combination of leaf codes; and the codes that occur per dimension."""
    import numpy as np

    from exports.disclosure.constraints import Leaves

    cases, policy = universe.cases, universe.policy
    keys = {name: dimension.column for name, dimension in universe.dimensions.items()}
    further = [name for name in (cases.respondents, cases.denominator, cases.unknown) if name]
    further += [unit for unit in policy.rules.units if unit not in cases.linked]
    amounts = list(dict.fromkeys((cases.value, *further)))
    wanted = [*keys.values(), *amounts, *([cases.mark] if cases.mark else []), *cases.where]
    where = Told(f"universe {universe.name}: cases", f"Festlegung {universe.name}: cases")
    relation = _relation(connection, cases.relation, wanted, where)
    condition, parameters = _chosen(cases.where)
    empty = " or ".join(f"{quoted(column)} is null" for column in (*keys.values(), *amounts))
    row = connection.execute(
        f"select {', '.join(quoted(column) for column in keys.values())} from {relation} "
        f"where ({condition}) and ({empty}) order by all limit 1",
        parameters,
    ).fetchone()
    if row:
        cell = ", ".join(f"{name}={code}" for name, code in zip(keys, row, strict=True))
        raise DeclarationError(
            Told(
                f"{where}: {cases.relation} has an empty count or code at {cell}; true counts must be "
                "complete, "
                "0 where there are no cases. What the source keeps secret is counted by a column that "
                "`cases.unknown` names",
                f"{where.de}: {cases.relation} hat bei {cell} eine leere Fallzahl oder einen leeren "
                "Schlüssel; wahre Fallzahlen müssen vollständig sein, 0 wo es keine Fälle gibt. Was die "
                "Quelle geheim hält, zählt eine Spalte, die `cases.unknown` nennt",
            )
        )
    marks = "0"
    if cases.mark:
        marks = f"max(case when list_contains(?, cast({quoted(cases.mark)} as varchar)) then 1 else 0 end)"
    rows = connection.execute(
        f"select {', '.join(f'cast({quoted(column)} as varchar)' for column in keys.values())}, "
        f"{', '.join(f'cast(sum({quoted(column)}) as double)' for column in amounts)}, {marks} "
        f"from {relation} where {condition} group by all order by all",
        [*([list(policy.rules.secret_marks)] if cases.mark else []), *parameters],
    ).fetchall()
    if not rows:
        raise DeclarationError(
            Told(
                f"{where}: {cases.relation} has no row; nothing is to be protected",
                f"{where.de}: {cases.relation} hat keine Zeile; nichts ist zu schützen",
            )
        )
    codes = {name: [row[place] for row in rows] for place, name in enumerate(keys)}
    numbers = {
        name: np.array([row[len(keys) + place] for row in rows], dtype=np.float64)
        for place, name in enumerate(amounts)
    }
    if cases.mark:
        numbers[cases.mark] = np.array([row[-1] for row in rows], dtype=np.float64)
    unknown = numbers.pop(cases.unknown) if cases.unknown else None
    return Leaves(dict(codes), numbers, unknown if unknown is not None and unknown.any() else None), codes


def _read_editions(
    connection: duckdb.DuckDBPyConnection, dimension: str, editions: Editions
) -> dict[str, Hierarchy]:
    """One hierarchy per edition from rows of code and parent."""
    wanted = (editions.edition, editions.code, editions.parent)
    where = Told(f"dimension {dimension!r}: editions", f"Dimension {dimension!r}: editions")
    relation = _relation(connection, editions.relation, wanted, where)
    children: dict[str, dict[str, list[str]]] = {}
    for edition, code, parent in connection.execute(
        f"select distinct {', '.join(f'cast({quoted(column)} as varchar)' for column in wanted)} "
        f"from {relation} order by all"
    ).fetchall():
        tree = children.setdefault(edition, {})
        if parent:
            tree.setdefault(parent, []).append(code)
    every = {code for tree in children.values() for below in tree.values() for code in below}
    leaves = every - {code for tree in children.values() for code in tree}
    for edition, tree in children.items():
        # leaves that did not exist in this edition, so that each edition is whole; nobody prints their sum
        absent = leaves - {code for below in tree.values() for code in below}
        if tree and absent:
            tree[f"not in {edition}"] = sorted(absent)
    return {
        edition: Hierarchy(children={code: tuple(below) for code, below in tree.items()})
        for edition, tree in children.items()
        if tree
    }


def _read_counts(connection: duckdb.DuckDBPyConnection, universe: Universe, product: Product) -> Cells:
    """Every cell that a product prints, with its true number (None where the product has none itself)."""
    assert product.disclosure is not None
    columns = columns_of(universe, product)
    value = product.disclosure.value
    wanted = [*columns.values(), value, *product.disclosure.rows]
    where = Told(f"product {product.product}: disclosure", f"Produkt {product.product}: disclosure")
    relation = _relation(connection, product.relation, wanted, where)
    condition, parameters = _chosen(product.disclosure.rows)
    cells: Cells = {}
    for *key, number in connection.execute(
        f"select {', '.join(f'cast({quoted(column)} as varchar)' for column in columns.values())}, "
        f"cast({quoted(value)} as double) from {relation} where {condition} order by all",
        parameters,
    ).fetchall():
        codes = tuple(key)
        name = ", ".join(f"{name}={code}" for name, code in zip(columns, codes, strict=True))
        if None in codes:
            raise DeclarationError(
                Told(
                    f"{where}: {product.relation} has a row without a code: {name}",
                    f"{where.de}: {product.relation} hat eine Zeile ohne Schlüssel: {name}",
                )
            )
        if codes in cells:
            raise DeclarationError(
                Told(
                    f"{where}: {product.relation} prints the cell {name} twice; name the rows that print "
                    "counts "
                    "under `rows`",
                    f"{where.de}: {product.relation} zeigt das Feld {name} zweimal; die Zeilen, die "
                    "Fallzahlen zeigen, unter `rows` nennen",
                )
            )
        cells[codes] = number
    return cells


def _read_linked(connection: duckdb.DuckDBPyConnection, universe: Universe, unit: str) -> LinkedUnits:
    """Counts of linked units by the dimensions they are counted by, and how many parts are secret."""
    import numpy as np

    from exports.disclosure.primary import LinkedUnits

    linked = universe.cases.linked[unit]
    columns = [universe.dimensions[name].column for name in linked.dimensions]
    where = Told(
        f"universe {universe.name}: cases.linked.{unit}", f"Festlegung {universe.name}: cases.linked.{unit}"
    )
    unknown = [linked.unknown] if linked.unknown else []
    relation = _relation(
        connection, linked.relation, [*columns, linked.value, *unknown, *linked.where], where
    )
    condition, parameters = _chosen(linked.where)
    parts = f"cast(coalesce(sum({quoted(unknown[0])}), 0) as double)" if unknown else "0.0"
    rows = connection.execute(
        f"select {', '.join(f'cast({quoted(column)} as varchar)' for column in columns)}, "
        f"cast(coalesce(sum({quoted(linked.value)}), 0) as double), {parts} "
        f"from {relation} where {condition} group by all order by all",
        parameters,
    ).fetchall()
    if not rows:
        raise DeclarationError(
            Told(
                f"{where}: {linked.relation} has no row, so no minimum can be asked of {unit}",
                f"{where.de}: {linked.relation} hat keine Zeile, also ist für {unit} kein Mindestwert zu "
                "verlangen",
            )
        )
    width = len(columns)
    return LinkedUnits(
        {name: [row[place] for row in rows] for place, name in enumerate(linked.dimensions)},
        np.array([row[width] for row in rows], dtype=np.float64),
        np.array([row[width + 1] for row in rows], dtype=np.float64),
    )


def _read_denominators(connection: duckdb.DuckDBPyConnection, universe: Universe, product: Product) -> Cells:
    """Cells of a product with the denominator of their rate: where the product names it, else what a rate is
    `over`. Over nobody no rate is printed.
    """
    assert product.disclosure is not None
    over = next((derived.over for derived in product.disclosure.derived if derived.over), None)
    named = product.disclosure.denominator
    column = over if named is None else named.column
    if column is None:
        return {}
    columns = columns_of(universe, product)
    chosen = {**product.disclosure.rows, **(named.rows if named is not None else {})}
    key = "derived.over" if named is None else "denominator"
    where = Told(
        f"product {product.product}: disclosure.{key}", f"Produkt {product.product}: disclosure.{key}"
    )
    relation = _relation(connection, product.relation, [*columns.values(), column, *chosen], where)
    condition, parameters = _chosen(chosen)
    return {
        tuple(key): number or None
        for *key, number in connection.execute(
            f"select {', '.join(f'cast({quoted(column)} as varchar)' for column in columns.values())}, "
            f"cast({quoted(column)} as double) from {relation} where {condition} order by all",
            parameters,
        ).fetchall()
    }


def _codes(
    universe: Universe,
    leaf_codes: Mapping[str, Sequence[str]],
    counts: Mapping[str, Cells],
    frames: Mapping[str, tuple[str, ...]],
    before: Sequence[tuple[Table, Cells]],
    editions: Mapping[str, Mapping[str, Hierarchy]],
) -> dict[str, list[tuple[str, ...]]]:
    """Leaves of every dimension: codes of cases, leaves of hierarchies, printed codes that are no sums."""
    codes: dict[str, list[tuple[str, ...]]] = {}
    for name, dimension in universe.dimensions.items():
        trees = [*dimension.hierarchies.values(), *editions.get(name, {}).values()]
        sums = {code for tree in trees for code in tree.children or {}}
        leaves = set(leaf_codes[name])
        leaves |= {child for tree in trees for below in (tree.children or {}).values() for child in below}
        for frame, cells in (
            *((frames[product], cells) for product, cells in counts.items()),
            *((tuple(table.dimensions), cells) for table, cells in before),
        ):
            if name in frame and not trees:
                leaves |= {key[frame.index(name)] for key in cells}
        codes[name] = [(code,) for code in sorted(leaves - sums - {dimension.total or ""})]
    return codes


def _kept(
    universe: Universe,
    public: Sequence[Public],
    declaration: Declaration,
    counts: Mapping[str, Cells],
) -> dict[str, set[Key]]:
    """Cells that stay hidden as in the product's last release: those of periods in which nothing changed.

    A period (the codes of all dimensions without a total) is unchanged when every number shown then is the
    number of today and every cell printed then is printed today.
    """
    from exports.disclosure.auditor.knowledge import read_published

    newest = {one.product: one for one in public}
    kept: dict[str, set[Key]] = {}
    for product, last in newest.items():
        if product not in counts:
            continue
        cells = read_published(last.file, last.table, declaration)
        frame = list(last.table.dimensions)
        fixed = [place for place, name in enumerate(frame) if universe.dimensions[name].total is None]
        changed = {
            tuple(key[place] for place in fixed)
            for key, number in cells.items()
            if key not in counts[product] or (number is not None and not _same(number, counts[product][key]))
        }
        kept[product] = {
            key
            for key, number in cells.items()
            if number is None and tuple(key[place] for place in fixed) not in changed
        }
    return kept


def _same(number: float, other: float | None) -> bool:
    return other is not None and math.isclose(number, other, rel_tol=DIFFERS, abs_tol=DIFFERS)


def _check_counts(
    universe: Universe,
    leaves: Leaves,
    protected: Protected,
    declaration: Declaration,
    counts: Mapping[str, Cells],
) -> None:
    """Every count of a product must be the sum of its cases; where the source rounds, as near as its parts
    can bring it.
    """
    import numpy as np

    parts = protected.system.aggregate(leaves, np.ones(leaves.size))
    for table in declaration.tables:
        if table.earlier:
            continue
        names = list(table.dimensions)
        for key, number in counts[table.name].items():
            cell = protected.system.find(dict(zip(names, key, strict=True)))
            true = float(protected.system.values[cell])
            if number is None and protected.is_unsure(cell):
                continue
            slack = (
                universe.cases.rounded_to / 2 * (1 + parts[cell]) if universe.cases.rounded_to > 1 else 0.0
            )
            if number is None or not (_same(number, true) or abs(number - true) <= slack):
                words = ", ".join(f"{name}={code}" for name, code in zip(names, key, strict=True))
                raise DeclarationError(
                    Told(
                        f"product {table.name}: {words} is {'empty' if number is None else 'a number'}, but "
                        "its "
                        "cases add up to another; correct the mart, or name the rows that print counts",
                        f"Produkt {table.name}: {words} ist {'leer' if number is None else 'eine Zahl'}, "
                        "aber die Fälle ergeben eine andere; den Mart berichtigen, oder die Zeilen nennen, "
                        "die Fallzahlen zeigen",
                    )
                )


def _check_complete(table: Table, declaration: Declaration, keys: Sequence[Key]) -> None:
    """A row that is left out is read as zero, so none may be left out: zeros are printed.

    Within one period and one combination of levels all codes that occur must be crossed with each other.
    """
    names = list(table.dimensions)
    levels = [_levels(declaration.dimensions[name]) for name in names]
    free = [declaration.dimensions[name].total is None for name in names]
    blocks: dict[tuple[Any, ...], set[Key]] = {}
    for key in keys:
        block = tuple(
            code if alone else level.get(code, 0)
            for code, level, alone in zip(key, levels, free, strict=True)
        )
        blocks.setdefault(block, set()).add(key)
    absent = left_out(blocks.values())
    if absent is not None:
        words = ", ".join(f"{name}={code}" for name, code in zip(names, absent, strict=True))
        raise DeclarationError(
            Told(
                f"product {table.name}: there is no row for {words}; a missing row is read as zero, so "
                "print 0 "
                "where there are no cases",
                f"Produkt {table.name}: Es gibt keine Zeile für {words}; eine fehlende Zeile wird als null "
                "gelesen, also 0 zeigen, wo es keine Fälle gibt",
            )
        )


def _levels(dimension: Dimension) -> dict[str, int]:
    """How many steps each code of a dimension is above the leaves (total: -1)."""
    found: dict[str, int] = dict.fromkeys(dimension.leaves or (), 0)
    for hierarchy in dimension.hierarchies.values():
        children = hierarchy.children or {}

        def height(code: str, tree: Mapping[str, tuple[str, ...]] = children) -> int:
            return 1 + max(height(child) for child in tree[code]) if code in tree else 0

        for code in children:
            found[code] = height(code)
    if dimension.total is not None:
        found[dimension.total] = -1
    return found


__all__ = ["Context", "Planned", "plan", "public_declaration"]
