"""Protection by changing numbers: cell-key noise or rounding, attacked before it may leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.cell_key import KEY_SPACE, make_noise_table, record_keys
from exports.disclosure.constraints import Leaves, System
from exports.disclosure.declaration import Declaration, DeclarationError
from exports.disclosure.planner.pattern import Pattern
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import Primaries
from exports.disclosure.protected import NotSafe, Protected
from exports.disclosure.rounding import behind, round_count
from exports.disclosure.sights import Published
from sources.foundation.told import Told


def perturbed(
    declaration: Declaration,
    leaves: Leaves,
    data: Data,
    policy: Policy,
    system: System,
    primaries: Primaries,
    printed: Mapping[str, Sequence[tuple[Key, int]]],
    before: Published,
    secret: bytes,
) -> Protected:
    """Cell-key noise or rounding, and the same attack on it together with the earlier releases.

    The noise of a cell hangs on its cases alone, not on tables, boundaries or names of areas: the same cases
    get the same noise in every release, so that nothing is learnt from comparing releases.
    """
    if data.kind != "count":
        raise DeclarationError(
            Told("cell_key and round are for counts", "cell_key und round sind für Fallzahlen")
        )
    counts = system.values.astype(np.int64)
    notes = [
        Told(
            "Shown values are perturbed one by one: sums of parts may differ from shown totals.",
            "Gezeigte Werte sind einzeln überlagert: Summen von Teilen können von gezeigten Summen "
            "abweichen.",
        )
    ]
    if policy.method == "cell_key":
        assert policy.cell_key is not None
        table = make_noise_table(policy.cell_key)
        keys = _cell_keys(system, leaves, data, secret)
        shown = np.array(
            [table.look_up(int(n), key) for n, key in zip(counts, keys, strict=True)], dtype=np.int64
        )
        reach = policy.cell_key.deviation
        ranges = {int(z): table.behind(int(z)) for z in np.unique(shown[system.published])}
    else:
        assert policy.rounding is not None
        rounding = policy.rounding
        draws = _cell_keys(system, leaves, data, secret) if rounding.random else [0.0] * system.size
        shown = np.array(
            [round_count(int(n), rounding, draw) for n, draw in zip(counts, draws, strict=True)],
            dtype=np.int64,
        )
        reach = rounding.base - 1 if rounding.random else rounding.base // 2
        ranges = {int(z): behind(int(z), rounding) for z in np.unique(shown[system.published])}
    noisy = {"perturbation": reach, "shown_as": ranges}
    declaration = declaration.model_copy(
        update={
            "tables": tuple(
                table if table.earlier else table.model_copy(update=noisy) for table in declaration.tables
            )
        }
    )
    published: Published = {
        name: {codes: float(shown[cell]) for codes, cell in cells} for name, cells in printed.items()
    }
    together = {**published, **before}
    truth = dict(zip(system.keys, system.values.tolist(), strict=True))
    result = attack_all(declaration, together, truth=truth)
    if result.findings:
        count, first = len(result.findings), result.findings[0].name
        raise NotSafe(
            Told(
                f"the noise is undone in {count} cells{' together with earlier releases' if before else ''}, "
                f"first {first}; choose a larger deviation or base, or publish fewer sums",
                f"die Überlagerung ist in {count} Feldern zurückzurechnen"
                f"{', zusammen mit früheren Ausgaben' if before else ''}, zuerst in {first}; eine größere "
                "Abweichung oder Basis wählen, oder weniger Summen zeigen",
            ),
            result.findings,
        )
    pattern = Pattern(np.zeros(system.size, dtype=bool), np.zeros(system.size, dtype=bool), 0.0, 0.0)
    return Protected(
        declaration,
        published,
        system,
        primaries,
        pattern,
        result,
        1,
        before,
        printed=system.published,
        notes=notes,
    )


def _cell_keys(system: System, leaves: Leaves, data: Data, secret: bytes) -> list[float]:
    """Cell keys; rows without unit ids get one key per counted case of their leaf.

    A leaf is named by all its codes, also those that no table shows now, so that another choice of tables
    changes no key.
    """
    if data.contributor is not None:
        per_row = record_keys(secret, leaves.codes[data.contributor])
    else:
        dimensions = sorted(leaves.codes)
        names = ["|".join(codes) for codes in zip(*(leaves.codes[name] for name in dimensions), strict=True)]
        per_row = []
        for name, count in zip(names, leaves.amounts[data.value].astype(np.int64).tolist(), strict=True):
            per_row.append(sum(record_keys(secret, (f"{name}#{case}" for case in range(count)))) % KEY_SPACE)
    # sums modulo 2^64 in two halves, so that they stay exact
    low = system.aggregate(leaves, np.array([key & 0xFFFFFFFF for key in per_row], dtype=np.float64))
    high = system.aggregate(leaves, np.array([key >> 32 for key in per_row], dtype=np.float64))
    return [((int(h) << 32) + int(w)) % KEY_SPACE / KEY_SPACE for h, w in zip(high, low, strict=True)]
