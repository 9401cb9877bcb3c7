"""Counts that the source itself keeps secret: stand-ins, so that everything else can be planned around them.

What nobody here knows cannot be published, and an attacker of the published files learns nothing from the
stand-in: his possible tables follow from the published numbers alone. Planning needs some whole table that
fits what is known; the stand-ins are whole numbers within the declared range, as near to its middle as the
totals allow that the source gives beside its secrets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Leaves, System
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import membership
from exports.disclosure.solver import INFINITY, Program, SolverFailure
from sources.foundation.told import Told


@dataclass(frozen=True)
class Completed:
    """The system and its leaves with stand-ins.

    `unsure`: cells whose true value nobody here knows. `secret`: cells that are sensitive because the source
    keeps all their parts secret and does not tell their total, or because they may be too small.
    """

    system: System
    leaves: Leaves
    unsure: Booleans
    secret: Booleans


def complete(
    system: System,
    leaves: Leaves,
    data: Data,
    policy: Policy,
    given: Mapping[int, float],
    remembered: Mapping[int, float],
    blank: Collection[int] = (),
) -> Completed:
    """Put stand-ins in place of secret parts.

    `given` are cells whose total the source tells, `remembered` numbers of earlier releases that hold if they
    can, `blank` cells that are printed without a number even if it follows from the totals. Raises
    DeclarationError when no table fits what is given.
    """
    if leaves.unknown is None or not leaves.unknown.any():
        nothing = np.zeros(system.size, dtype=bool)
        return Completed(system, leaves, nothing, nothing)
    if policy.rules.secret_between is None:
        row = int(np.flatnonzero(leaves.unknown)[0])
        cell = ", ".join(f"{name}={codes[row]}" for name, codes in leaves.codes.items())
        raise DeclarationError(
            Told(
                f"{int((leaves.unknown > 0).sum())} counts are secret at the source, first {cell}; say under "
                "policy.rules.secret_between what such a count is at least and at most",
                f"{int((leaves.unknown > 0).sum())} Fallzahlen hält die Quelle geheim, zuerst {cell}; unter "
                "policy.rules.secret_between sagen, was eine solche mindestens und höchstens ist",
            )
        )
    if data.kind != "count" or policy.method != "suppress":
        raise DeclarationError(
            Told(
                "counts that are secret at the source can be planned around by method suppress, for counts "
                "only: "
                "there is nothing that noise could be added to",
                "Um Fallzahlen, welche die Quelle geheim hält, kann nur method: suppress herumplanen, und "
                "nur bei Fallzahlen: Es gibt nichts, was überlagert werden könnte",
            )
        )
    least, most = policy.rules.secret_between
    rows = np.flatnonzero(leaves.unknown)
    parts = leaves.unknown[rows]
    member = membership(system, leaves)
    inside = sparse.csr_matrix(member[:, rows])
    touched = np.asarray(inside @ parts) > 0
    lower = least * parts
    upper = np.full(len(rows), INFINITY) if most is None else most * parts
    _check_one_by_one(system, inside, lower, upper, given)
    middle = np.round((lower + (upper if most is not None else _usual(policy, least) * parts)) / 2)

    fixed = {cell: number for cell, number in given.items() if touched[cell]}
    found = _nearest(system, inside, lower, upper, middle, fixed)
    if found is None:
        raise DeclarationError(
            Told(
                "the totals given beside the secret counts contradict each other: no counts of "
                f"{least:g}{' or more' if most is None else f' to {most:g}'} add up to all of them; correct "
                "the "
                "delivery, or policy.rules.secret_between",
                "Die Summen neben den geheimen Fallzahlen widersprechen sich: Keine Fallzahlen von "
                f"{least:g}{' oder mehr' if most is None else f' bis {most:g}'} ergeben sie alle; die "
                "Lieferung berichtigen, oder policy.rules.secret_between",
            )
        )
    held = {cell: number for cell, number in remembered.items() if touched[cell] and cell not in given}
    for some in ([held] if held else []) + [{cell: number} for cell, number in sorted(held.items())]:
        more = _nearest(system, inside, lower, upper, middle, {**fixed, **some})
        if more is None:
            continue  # revised since
        found, fixed = more, {**fixed, **some}
        if len(some) == len(held):
            break
    amounts = leaves.amounts[data.value].copy()
    amounts[rows] += found
    filled = replace(leaves, amounts={**leaves.amounts, data.value: amounts})
    unsure = touched.copy()
    unsure[list(given)] = False
    all_secret = touched & (np.asarray(inside.sum(axis=1)).ravel() == np.asarray(member.sum(axis=1)).ravel())
    secret = unsure & all_secret
    unsure = _unsure_still(system, unsure)
    unsure[[cell for cell in blank if touched[cell]]] = True
    lowest = np.asarray(system.values + inside @ lower)
    return Completed(
        replace(system, values=np.asarray(system.values + inside @ found, dtype=np.float64)),
        filled,
        unsure,
        secret | (unsure & (lowest < (policy.rules.minimum_frequency or 0))),
    )


def _unsure_still(system: System, unsure: Booleans) -> Booleans:
    """Cells left unsure when every sum with one unsure member makes that one known."""
    matrix = sparse.csr_matrix(np.abs(system.equations))
    unsure = unsure.copy()
    while True:
        alone = np.flatnonzero(np.asarray(matrix @ unsure.astype(np.float64)) == 1)
        told = np.asarray(matrix[alone].sum(axis=0)).ravel() > 0
        if not (told & unsure).any():
            return unsure
        unsure &= ~told


def _usual(policy: Policy, least: float) -> float:
    """What a secret count without upper end usually stays below."""
    return max(least, float(policy.rules.minimum_frequency or 3) - 1)


def _check_one_by_one(
    system: System, inside: sparse.csr_matrix, lower: Floats, upper: Floats, given: Mapping[int, float]
) -> None:
    lows = np.asarray(system.values + inside @ lower)
    highs = np.asarray(system.values + inside @ np.minimum(upper, 1e15))
    for cell, number in given.items():
        if not lows[cell] - 1e-6 <= number <= highs[cell] + 1e-6:
            raise DeclarationError(
                Told(
                    f"{system.describe(cell)}: the number given does not fit its parts that are known and "
                    "the "
                    "range of those that are secret (policy.rules.secret_between)",
                    f"{system.describe(cell)}: Die angegebene Zahl passt nicht zu ihren bekannten Teilen "
                    "und der Spanne der geheimen (policy.rules.secret_between)",
                )
            )


def _nearest(
    system: System,
    inside: sparse.csr_matrix,
    lower: Floats,
    upper: Floats,
    middle: Floats,
    fixed: Mapping[int, float],
) -> Floats | None:
    """Whole numbers next to the middle that fit the fixed cells; None when there are none."""
    size = inside.shape[1]
    if not fixed:
        return np.clip(middle, lower, upper)
    cells = sorted(fixed)
    identity = sparse.identity(size, format="csr")
    matrix = sparse.bmat([[inside[cells], None, None], [identity, -identity, identity]], format="csr")
    right = np.concatenate([np.array([fixed[cell] for cell in cells]) - system.values[cells], middle])
    free = np.zeros(size), np.full(size, INFINITY)
    solution = Program(
        matrix,
        right,
        right,
        np.concatenate([lower, free[0], free[0]]),
        np.concatenate([upper, free[1], free[1]]),
        np.concatenate([np.zeros(size), np.ones(2 * size)]),
        integer=np.ones(3 * size, dtype=bool),
        relative_gap=0.5,
    ).solve()
    if solution.status in ("infeasible", "unbounded"):
        return None
    if solution.status != "optimal":
        raise SolverFailure(f"the stand-ins for secret counts ended with status {solution.status}")
    found = np.round(solution.values[:size])
    if np.abs(inside[cells] @ found - right[: len(cells)]).max() > 1e-6:
        raise SolverFailure("the stand-ins for secret counts do not add up to what is given")
    return np.asarray(found, dtype=np.float64)
