"""The planner's view of everything published together: all cells, and the additive equations A x =
0 among them.

Each dimension becomes a ladder of nodes (leaves, groups, total). Codes with the same leaves are one node, so
trivial levels and identical cells disappear. Leaves that no table tells apart are joined into atoms; two
boundary versions thus meet in exactly the pieces an attacker could compute. The cells are the product of the
ladders, the equations are the sums along one dimension at a time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from exports.disclosure.declaration import Axis, Declaration, DeclarationError, Dimension, Table
from sources.foundation.told import Told

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

JOINT_CELLS = 400_000
"""Above this size tables over different dimensions are joined only in the cells they share."""


@dataclass(frozen=True)
class Ladder:
    """The nodes of one dimension. `sums` are (node, nodes that add up to it); atoms are nodes 0 … atoms-1."""

    name: str
    codes: tuple[str, ...]
    node_of: dict[str, int]
    atom_of_leaf: dict[str, int]
    atoms: int
    sums: tuple[tuple[int, tuple[int, ...]], ...]
    members: sparse.csr_matrix  # nodes x atoms, 0/1
    total: int | None
    group_nodes: dict[str, frozenset[int]]  # hierarchy -> nodes that it names above the leaves
    leaf_nodes: frozenset[int]


@dataclass(frozen=True)
class System:
    """All cells that are published together or can be computed from what is published, and their equations.

    `keys[i]` holds one code per dimension, `values[i]` the true value, `published[i]` whether any table
    shows it.
    `equations` are all declared sums (total 1, parts -1); `basis` is an independent subset that implies them.
    `tables` maps a table's name to the cells it shows, `earlier` marks cells that an earlier release shows.
    """

    dimensions: tuple[str, ...]
    ladders: tuple[Ladder, ...]
    keys: tuple[tuple[str, ...], ...]
    values: Floats
    published: Booleans
    equations: sparse.csr_matrix
    basis: sparse.csr_matrix
    tables: dict[str, Integers]
    position: (
        Integers  # per cell its place in the product of all ladders (a node more per ladder: not crossed)
    )
    may_be_zero: Booleans | None = None

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.keys)

    @property
    def floored(self) -> Booleans:
        """Cells that are known to be at least 1 when they are hidden: zeros are printed."""
        return self.published if self.may_be_zero is None else self.published & ~self.may_be_zero

    def with_unions(self, unions: Sequence[tuple[int, ...]]) -> System:
        """The same with one more cell per union (a sum of cells), which nobody prints, behind the others."""
        if not unions:
            return self
        count, size = len(unions), self.size
        rows = np.repeat(np.arange(count), [len(union) + 1 for union in unions])
        columns = np.concatenate([[size + number, *union] for number, union in enumerate(unions)])
        signs = np.concatenate([[1.0, *(-1.0 for _ in union)] for union in unions])
        sums = sparse.csr_matrix((signs, (rows, columns)), shape=(count, size + count))

        def wider(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
            blank = sparse.csr_matrix((matrix.shape[0], count))
            return sparse.csr_matrix(sparse.vstack([sparse.hstack([matrix, blank]), sums]))

        beyond = math.prod(len(ladder.codes) for ladder in self.ladders)
        return replace(
            self,
            keys=(
                *self.keys,
                *(
                    tuple(
                        "+".join(dict.fromkeys(codes))
                        for codes in zip(*(self.keys[c] for c in union), strict=True)
                    )
                    for union in unions
                ),
            ),
            values=np.concatenate([self.values, [self.values[list(union)].sum() for union in unions]]),
            published=np.concatenate([self.published, np.zeros(count, dtype=bool)]),
            equations=wider(self.equations),
            basis=wider(self.basis),
            position=np.concatenate([self.position, beyond + np.arange(count)]),
            may_be_zero=None
            if self.may_be_zero is None
            else np.concatenate([self.may_be_zero, np.zeros(count, dtype=bool)]),
        )

    def find(self, codes: Mapping[str, str]) -> int:
        """The cell with these codes; dimensions left out stand at their total. Raises KeyError."""
        place = 0
        for ladder in self.ladders:
            node = ladder.node_of[codes[ladder.name]] if ladder.name in codes else ladder.total
            if node is None:
                raise KeyError(f"{ladder.name} has no total")
            place = place * len(ladder.codes) + node
        index = int(np.searchsorted(self.position, place))
        if index >= len(self.position) or self.position[index] != place:
            raise KeyError(dict(codes))
        return index

    def aggregate(self, leaves: Leaves, amounts: Floats) -> Floats:
        """Sums of leaf amounts for every cell."""
        shape = tuple(ladder.atoms for ladder in self.ladders)
        tensor = np.zeros(shape)
        places = tuple(
            np.fromiter((ladder.atom_of_leaf[code] for code in leaves.codes[ladder.name]), dtype=np.int64)
            for ladder in self.ladders
        )
        np.add.at(tensor, places, amounts)
        for axis, ladder in enumerate(self.ladders):
            moved = np.moveaxis(tensor, axis, 0)
            rest = moved.shape[1:]
            product = ladder.members @ moved.reshape(moved.shape[0], -1)
            tensor = np.moveaxis(np.asarray(product).reshape((len(ladder.codes), *rest)), 0, axis)
        return np.asarray(tensor.reshape(-1)[self.position], dtype=np.float64)

    def aggregate_over(self, codes: Mapping[str, Sequence[str]], amounts: Floats) -> Floats:
        """Sums of amounts for every cell by some dimensions only (name -> leaf codes per row of amounts)."""
        axes = [axis for axis, ladder in enumerate(self.ladders) if ladder.name in codes]
        chosen = [self.ladders[axis] for axis in axes]
        tensor = np.zeros(tuple(ladder.atoms for ladder in chosen))
        known = np.array(
            [
                all(code in ladder.atom_of_leaf for ladder, code in zip(chosen, row, strict=True))
                for row in zip(*(codes[ladder.name] for ladder in chosen), strict=True)
            ],
            dtype=bool,
        )
        places = tuple(
            np.array(
                [ladder.atom_of_leaf.get(code, 0) for code in codes[ladder.name]],
                dtype=np.int64,
            )[known]
            for ladder in chosen
        )
        np.add.at(tensor, places, amounts[known])
        for place, ladder in enumerate(chosen):
            moved = np.moveaxis(tensor, place, 0)
            product = ladder.members @ moved.reshape(moved.shape[0], -1)
            tensor = np.moveaxis(np.asarray(product).reshape((len(ladder.codes), *moved.shape[1:])), 0, place)
        digits = np.unravel_index(self.position, tuple(len(ladder.codes) for ladder in self.ladders))
        return np.asarray(tensor[tuple(digits[axis] for axis in axes)], dtype=np.float64)

    def describe(self, cell: int) -> str:
        """A cell in words: the codes of the dimensions that are not at their total."""
        parts = [
            f"{ladder.name}={code}"
            for ladder, code in zip(self.ladders, self.keys[cell], strict=True)
            if ladder.total is None or code != ladder.codes[ladder.total]
        ]
        return ", ".join(parts) or "total"


@dataclass(frozen=True)
class Leaves:
    """Leaf rows of the confidential input: one code per dimension and row, one amount per row and measure.

    `unknown`: how many parts of each row the source keeps secret; its amount is then the sum of the others.
    """

    codes: dict[str, Sequence[str]]
    amounts: dict[str, Floats]
    unknown: Floats | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(next(iter(self.codes.values())))


def build_ladder(name: str, dimension: Dimension, axes: Sequence[Axis]) -> Ladder:
    """Nodes and sums of one dimension, as far as the given axes show them."""
    leaves = dimension.leaves or ()
    used: dict[str, dict[str, tuple[str, ...]]] = {}
    for axis in axes:
        for label in dimension.hierarchies if axis.hierarchies is None else axis.hierarchies:
            used[label] = dict(dimension.hierarchies[label].children or {})
    show_leaves = any(axis.leaves for axis in axes)

    under: dict[str, frozenset[str]] = {}
    labelled: list[tuple[str, str, frozenset[str]]] = []
    for label, children in used.items():
        cache: dict[str, frozenset[str]] = {}

        def below(
            code: str,
            tree: dict[str, tuple[str, ...]] = children,
            found: dict[str, frozenset[str]] = cache,
        ) -> frozenset[str]:
            if code not in tree:
                return frozenset((code,))
            if code not in found:
                found[code] = frozenset(itertools.chain.from_iterable(below(child) for child in tree[code]))
            return found[code]

        for code in children:
            if code == dimension.total:
                continue
            members = below(code)
            if under.setdefault(code, members) != members:
                raise DeclarationError(
                    Told(
                        f"dimension {name!r}: code {code!r} means different things in two hierarchies; "
                        "give the older version its own codes (for example with the year behind)",
                        f"Dimension {name!r}: Der Schlüssel {code!r} bedeutet in zwei Hierarchien "
                        "Verschiedenes; der älteren Fassung eigene Schlüssel geben (zum Beispiel mit dem "
                        "Jahr dahinter)",
                    )
                )
            labelled.append((label, code, members))

    signature: dict[str, list[int]] = {leaf: [] for leaf in leaves}
    for number, members in enumerate(dict.fromkeys(group for _, _, group in labelled)):
        for leaf in members:
            signature[leaf].append(number)
    groups: dict[object, list[str]] = {}
    for leaf in leaves:
        groups.setdefault(leaf if show_leaves else tuple(signature[leaf]), []).append(leaf)

    codes: list[str] = []
    node_of: dict[str, int] = {}
    atom_of_leaf: dict[str, int] = {}
    node_of_members: dict[frozenset[str], int] = {}

    def node(code: str, members: frozenset[str]) -> int:
        if members not in node_of_members:
            node_of_members[members] = len(codes)
            codes.append(code)
        node_of[code] = node_of_members[members]
        return node_of_members[members]

    label_of = {members: code for _, code, members in labelled}
    for group in groups.values():
        members = frozenset(group)
        code = (
            group[0]
            if len(group) == 1
            else label_of.get(members, "+".join(group[:3]) + "…" * (len(group) > 3))
        )
        atom = node(code, members)
        for leaf in group:
            atom_of_leaf[leaf] = atom
            if show_leaves:
                node_of[leaf] = atom
    atoms = len(codes)
    group_nodes: dict[str, set[int]] = {label: set() for label in used}
    for label, code, members in labelled:
        group_nodes[label].add(node(code, members))
    total = node(dimension.total, frozenset(leaves)) if dimension.total is not None else None

    sums: set[tuple[int, tuple[int, ...]]] = set()
    for label, children in used.items():
        known = {code: members for other, code, members in labelled if other == label}
        inner = set(itertools.chain.from_iterable(children.values()))
        tops = [code for code in children if code not in inner and code != dimension.total]
        parents = {code: below_codes for code, below_codes in children.items() if code != dimension.total}
        top_parts: set[int] = set()
        for code, below_codes in parents.items():
            parts: set[int] = set()
            for child in below_codes:
                parts.add(node_of_members[known[child]] if child in known else atom_of_leaf[child])
            if parts != {node_of[code]}:
                sums.add((node_of[code], tuple(sorted(parts))))
        top_codes = children.get(dimension.total or "", tuple(tops))
        for code in top_codes:
            top_parts.add(node_of_members[known[code]] if code in known else atom_of_leaf[code])
        if total is not None and top_parts != {total} and top_codes:
            sums.add((total, tuple(sorted(top_parts))))
    if total is not None and not any(parent == total for parent, _ in sums) and atoms > 1:
        sums.add((total, tuple(range(atoms))))

    rows, columns = [], []
    for members, index in node_of_members.items():
        for atom in sorted({atom_of_leaf[leaf] for leaf in members}):
            rows.append(index)
            columns.append(atom)
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(codes), atoms))
    return Ladder(
        name=name,
        codes=tuple(codes),
        node_of=node_of,
        atom_of_leaf=atom_of_leaf,
        atoms=atoms,
        sums=tuple(sorted(sums)),
        members=matrix,
        total=total,
        group_nodes={label: frozenset(nodes) for label, nodes in group_nodes.items()},
        leaf_nodes=frozenset(range(atoms)) if show_leaves else frozenset(),
    )


def build_system(declaration: Declaration, leaves: Leaves, measure: str) -> System:
    """The system of all cells of all tables of a resolved declaration, filled with true values."""
    names = [
        name
        for name in declaration.dimensions
        if any(name in table.dimensions for table in declaration.tables)
    ]
    ladders = tuple(
        build_ladder(
            name,
            declaration.dimensions[name],
            [table.dimensions[name] for table in declaration.tables if name in table.dimensions],
        )
        for name in names
    )
    _check_leaf_codes(ladders, leaves)
    shape = tuple(len(ladder.codes) for ladder in ladders)
    kinds = list(
        dict.fromkeys(tuple(name in table.dimensions for name in names) for table in declaration.tables)
    )
    joint = tuple(any(kind[axis] for kind in kinds) for axis in range(len(names)))
    blocks = [joint] if len(kinds) == 1 or math.prod(shape) <= JOINT_CELLS else kinds

    places = np.unique(np.concatenate([_places(ladders, block) for block in blocks]))
    equations = _stack(
        [_equations(ladders, block, places, independent=False) for block in blocks], len(places)
    )
    basis = _stack([_equations(ladders, block, places, independent=True) for block in blocks], len(places))

    digits = np.stack(np.unravel_index(places, shape), axis=1)
    code_arrays = [np.array(ladder.codes, dtype=object) for ladder in ladders]
    keys = tuple(
        map(tuple, np.stack([codes[digits[:, axis]] for axis, codes in enumerate(code_arrays)], axis=1))
    )
    tables = {
        table.name: _cells_of_table(ladders, table, declaration, digits) for table in declaration.tables
    }
    published = np.zeros(len(places), dtype=bool)
    for cells in tables.values():
        published[cells] = True
    system = System(
        dimensions=tuple(names),
        ladders=ladders,
        keys=keys,
        values=np.zeros(0),
        published=published,
        equations=equations,
        basis=basis,
        tables=tables,
        position=places,
    )
    values = system.aggregate(leaves, leaves.amounts[measure])
    rounded = np.round(values)
    if np.allclose(values, rounded, rtol=0, atol=1e-9 * max(1.0, float(np.abs(values).max(initial=1.0)))):
        values = rounded
    return System(**{**system.__dict__, "values": values})


def clusters(matrix: sparse.csr_matrix, active: Booleans) -> list[Integers]:
    """Connected sets of active cells: cells that share an equation, directly or over
    others. Deterministic order.
    """
    chosen = np.flatnonzero(active)
    reduced = sparse.csr_matrix(matrix[:, chosen])
    reduced.data = np.ones_like(reduced.data)
    rows, columns = reduced.shape
    graph = sparse.bmat(
        [[sparse.csr_matrix((columns, columns)), reduced.T], [reduced, sparse.csr_matrix((rows, rows))]],
        format="csr",
    )
    _, labels = csgraph.connected_components(graph, directed=False)
    labels = labels[:columns]
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    parts = np.split(chosen[order], cuts) if columns else []
    return sorted(parts, key=lambda part: int(part[0]))


def _check_leaf_codes(ladders: Sequence[Ladder], leaves: Leaves) -> None:
    for ladder in ladders:
        unknown = sorted({code for code in leaves.codes[ladder.name] if code not in ladder.atom_of_leaf})
        if unknown:
            raise DeclarationError(
                Told(
                    f"dimension {ladder.name!r}: the input has codes that the declaration does not know: "
                    f"{', '.join(unknown[:5])}; add them to the hierarchy or correct the input",
                    f"Dimension {ladder.name!r}: Die Eingabe hat Schlüssel, welche die Erklärung nicht "
                    f"kennt: {', '.join(unknown[:5])}; in die Hierarchie aufnehmen, oder die Eingabe "
                    "berichtigen",
                )
            )


def _nodes(ladder: Ladder, crossed: bool) -> Integers:
    if crossed:
        return np.arange(len(ladder.codes))
    if ladder.total is None:
        raise DeclarationError(
            Told(
                f"dimension {ladder.name!r} has no total and must be shown by every table",
                f"Die Dimension {ladder.name!r} hat keine Summe, und jede Tabelle muss sie zeigen",
            )
        )
    return np.array([ladder.total])


def _places(ladders: Sequence[Ladder], block: tuple[bool, ...]) -> Integers:
    grids = [_nodes(ladder, crossed) for ladder, crossed in zip(ladders, block, strict=True)]
    shape = tuple(len(ladder.codes) for ladder in ladders)
    mesh = np.meshgrid(*grids, indexing="ij")
    return np.ravel_multi_index(tuple(axis.reshape(-1) for axis in mesh), shape).astype(np.int64)


def _equations(
    ladders: Sequence[Ladder], block: tuple[bool, ...], places: Integers, *, independent: bool
) -> sparse.csr_matrix:
    """Sums along every crossed dimension; with `independent` one sum per cell that is not made
    of atoms alone.
    """
    grids = [_nodes(ladder, crossed) for ladder, crossed in zip(ladders, block, strict=True)]
    block_places = _places(ladders, block)
    columns = np.searchsorted(places, block_places)
    parts = []
    for axis, ladder in enumerate(ladders):
        if not block[axis]:
            continue
        sums = list(ladder.sums)
        if independent:
            first: dict[int, tuple[int, tuple[int, ...]]] = {}
            for total, below in sorted(sums, key=lambda item: (item[0], len(item[1]), item[1])):
                first.setdefault(total, (total, below))
            sums = [item for item in first.values() if item[0] >= ladder.atoms]
        line = sparse.lil_matrix((len(sums), len(ladder.codes)))
        for row, (total, below) in enumerate(sums):
            line[row, total] = 1.0
            for node in below:
                line[row, node] = -1.0
        product = sparse.csr_matrix(np.ones((1, 1)))
        for other, other_ladder in enumerate(ladders):
            if other == axis:
                factor = sparse.csr_matrix(line)
            else:
                nodes = grids[other]
                keep = nodes
                if independent and other < axis and block[other]:
                    keep = nodes[nodes < other_ladder.atoms]
                factor = sparse.identity(len(nodes), format="csr")[np.searchsorted(nodes, keep)]
            product = sparse.kron(product, factor, format="csr")
        parts.append(product)
    if not parts:
        return sparse.csr_matrix((0, len(places)))
    stacked = sparse.coo_matrix(sparse.vstack(parts))
    return sparse.csr_matrix(
        (stacked.data, (stacked.row, columns[stacked.col])), shape=(stacked.shape[0], len(places))
    )


def _stack(parts: Sequence[sparse.csr_matrix], width: int) -> sparse.csr_matrix:
    """All rows once (blocks share the equations of the cells they share)."""
    matrix = sparse.csr_matrix(sparse.vstack(parts)) if parts else sparse.csr_matrix((0, width))
    matrix.sort_indices()
    if len(parts) < 2:
        return matrix
    seen: dict[bytes, int] = {}
    for row in range(matrix.shape[0]):
        begin, end = matrix.indptr[row], matrix.indptr[row + 1]
        seen.setdefault(matrix.indices[begin:end].tobytes() + matrix.data[begin:end].tobytes(), row)
    return matrix[np.array(list(seen.values()), dtype=np.int64)]


def _cells_of_table(
    ladders: Sequence[Ladder], table: Table, declaration: Declaration, digits: npt.NDArray[np.int64]
) -> Integers:
    chosen = np.ones(len(digits), dtype=bool)
    for axis, ladder in enumerate(ladders):
        allowed = np.zeros(len(ladder.codes), dtype=bool)
        if ladder.name not in table.dimensions:
            if ladder.total is not None:
                allowed[ladder.total] = True
        else:
            shown = table.dimensions[ladder.name]
            labels = ladder.group_nodes if shown.hierarchies is None else shown.hierarchies
            for label in labels:
                allowed[list(ladder.group_nodes[label])] = True
            if shown.leaves:
                allowed[list(ladder.leaf_nodes)] = True
            if shown.total and ladder.total is not None:
                allowed[ladder.total] = True
        chosen &= allowed[digits[:, axis]]
    return np.flatnonzero(chosen)
