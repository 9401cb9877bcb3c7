"""Reads the published comparison cases into declarations, leaf rows and published tables."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy, Safety, Table, resolve

Published = dict[tuple[str, ...], float | None]


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def declare(
    rows: Sequence[Mapping[str, str]],
    dimensions: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]],
    tables: Sequence[Table] | None = None,
    safety: Safety | None = None,
    total: str = "Total",
) -> Declaration:
    """`dimensions`: name -> (leaf column, hierarchy -> level columns coarse to fine)."""
    declared = {
        name: Dimension(
            total=total, hierarchies={label: Hierarchy(levels=levels) for label, levels in trees.items()}
        )
        for name, (_, trees) in dimensions.items()
    }
    columns = {
        name: (leaf, *dict.fromkeys(level for levels in trees.values() for level in levels))
        for name, (leaf, trees) in dimensions.items()
    }
    codes = {name: [tuple(row[column] for column in columns[name]) for row in rows] for name in dimensions}
    declaration = Declaration(
        name="case",
        dimensions=declared,
        tables=tuple(tables or [Table(name="t", dimensions={name: Axis() for name in dimensions})]),
        safety=safety or Safety(withstand=("K1",)),
    )
    return resolve(declaration, Path(), codes, columns)


def leaves_of(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str], value: str) -> Leaves:
    return Leaves(
        {name: [row[column] for row in rows] for name, column in columns.items()},
        {value: np.array([float(row[value]) for row in rows])},
    )


def pattern(path: Path, columns: Sequence[str], value: str, hide: str = "suppressed") -> Published:
    """A reference pattern as it would be published: hidden where `hide` is TRUE."""
    return {
        tuple(row[column] for column in columns): None if row[hide] == "TRUE" else float(row[value])
        for row in read_rows(path)
    }
