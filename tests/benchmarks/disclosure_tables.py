"""Synthetic tables like `t100x8`: small areas in a hierarchy by categories, many zeros and small counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy, Safety, Table, resolve


def areas(leaves: int, middle: int, upper: int) -> tuple[list[str], Dimension]:
    """`leaves` areas under `middle` groups under `upper` groups under the total."""
    names = [f"a{number:04d}" for number in range(leaves)]
    groups = [f"m{number:03d}" for number in range(middle)]
    tops = [f"u{number:02d}" for number in range(upper)]
    children: dict[str, tuple[str, ...]] = {}
    for index, group in enumerate(groups):
        children[group] = tuple(name for place, name in enumerate(names) if place * middle // leaves == index)
    for index, top in enumerate(tops):
        children[top] = tuple(group for place, group in enumerate(groups) if place * upper // middle == index)
    return names, Dimension(leaves=tuple(names), hierarchies={"h": Hierarchy(children=children)})


def categories() -> tuple[list[str], Dimension]:
    """Eight categories in three groups."""
    names = [f"c{number}" for number in range(8)]
    children = {"g0": tuple(names[:3]), "g1": tuple(names[3:6]), "g2": tuple(names[6:])}
    return names, Dimension(leaves=tuple(names), hierarchies={"h": Hierarchy(children=children)})


def flat(count: int, letter: str) -> tuple[list[str], Dimension]:
    """A flat dimension."""
    names = [f"{letter}{number}" for number in range(count)]
    return names, Dimension(leaves=tuple(names))


def table(
    shape: tuple[tuple[list[str], Dimension], ...], mean: float, seed: int, safety: Safety | None = None
) -> tuple[Declaration, Leaves]:
    """Counts with strongly different area and category sizes; `mean` per leaf cell."""
    generator = np.random.default_rng(seed)
    sizes = [generator.lognormal(0.0, 1.0, len(names)) for names, _ in shape]
    expected = sizes[0]
    for size in sizes[1:]:
        expected = np.multiply.outer(expected, size)
    expected = expected / expected.mean() * mean
    counts = generator.negative_binomial(0.7, 0.7 / (0.7 + expected))
    grids = np.meshgrid(*[np.array(names, dtype=object) for names, _ in shape], indexing="ij")
    labels = [f"d{number}" for number in range(len(shape))]
    declaration = Declaration(
        name="synthetic",
        dimensions={label: dimension for label, (_, dimension) in zip(labels, shape, strict=True)},
        tables=(Table(name="t", dimensions={label: Axis() for label in labels}),),
        safety=safety or Safety(withstand=("K1",)),
    )
    leaves = Leaves(
        {label: grid.reshape(-1).tolist() for label, grid in zip(labels, grids, strict=True)},
        {"n": counts.reshape(-1).astype(np.float64)},
    )
    return resolve(declaration, Path()), leaves


def t400x8(seed: int = 1) -> tuple[Declaration, Leaves]:
    """451 areas x 12 categories = 5,412 cells."""
    return table((areas(400, 40, 10), categories()), 7.3, seed)


def t400x8x2(seed: int = 1) -> tuple[Declaration, Leaves]:
    """451 x 12 x 3 = 16,236 cells."""
    return table((areas(400, 40, 10), categories(), flat(2, "s")), 7.3 / 2, seed)


def t400x8x2x5(seed: int = 1) -> tuple[Declaration, Leaves]:
    """451 x 12 x 3 x 6 = 97,416 cells."""
    return table((areas(400, 40, 10), categories(), flat(2, "s"), flat(5, "y")), 7.3 / 10, seed)
