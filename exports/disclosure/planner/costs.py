"""What hiding a cell costs, and cells hidden without need so that nobody learns from running the planner."""

from __future__ import annotations

import hmac

import numpy as np

from exports.disclosure.constraints import Booleans, Floats, System

SPREAD = 0.5
"""Costs are disturbed by a secret factor from 1 to this more."""


CHEAP = 3.0
"""Cells of at most this cost become decoys with the full probability."""


def costs_of(
    system: System,
    factors: dict[str, dict[str, float]],
    kept: Booleans | None,
    kept_factor: float,
    key: bytes = b"",
) -> Floats:
    """1 + log2(1 + value) per cell, times the declared factors of its codes, disturbed by a secret key.

    Planner and costs are public: whoever runs them on every table that fits what is printed excludes those
    that would have been printed otherwise (minimality attack, Wong et al. 2007). See `decoys_of`.
    """
    cost = 1.0 + np.log2(1.0 + np.maximum(system.values, 0.0))
    for name, by_code in factors.items():
        axis = system.dimensions.index(name)
        ladder = system.ladders[axis]
        table = {ladder.codes[ladder.node_of[code]]: factor for code, factor in by_code.items()}
        cost *= np.array([table.get(key[axis], 1.0) for key in system.keys])
    if kept is not None:
        cost[kept] *= kept_factor
    return cost * (1.0 + SPREAD * keyed_draws(system, key, "cost")) if key else cost


def decoys_of(system: System, cost: Floats, share: float, key: bytes) -> Booleans:
    """Cells hidden although nobody needs them, drawn by the key: cheap ones with this probability, costly
    ones with less.

    With them every pattern that is safe for a table could have come from that table, so that none of the
    tables that fit is excluded by running the planner on it.
    """
    if not key or not share:
        return np.zeros(system.size, dtype=bool)
    chance = share * np.minimum(1.0, CHEAP / np.maximum(cost, 1e-9))
    return np.asarray((keyed_draws(system, key, "decoy") < chance) & (system.values > 0))


def keyed_draws(system: System, key: bytes, purpose: str) -> Floats:
    """One number from 0 to 1 per cell, drawn by HMAC-SHA256 over its codes."""
    draws = (hmac.digest(key, "\x1f".join((purpose, *codes)).encode(), "sha256")[:8] for codes in system.keys)
    return np.array([int.from_bytes(draw, "big") / 2.0**64 for draw in draws])
