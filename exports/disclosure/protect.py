"""From confidential leaf counts to protected tables, in memory: plan, attack, repair, until
nothing is broken.

The planner works on the interval model; what the stricter attacks (whole numbers, hidden zeros, insiders)
still find becomes further tasks. A pattern that the auditor breaks never leaves: after the last round it
is an error.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.auditor.verdict import KnownBefore, joined, known_before, without_earlier
from exports.disclosure.constraints import Booleans, Floats, Leaves, System, build_system
from exports.disclosure.declaration import Declaration, DeclarationError
from exports.disclosure.hardening import Hardening, Safe
from exports.disclosure.perturbing import perturbed
from exports.disclosure.planner.costs import costs_of, decoys_of
from exports.disclosure.planner.pattern import Pattern
from exports.disclosure.policy import Data, Policy, check_fit, safety_of
from exports.disclosure.primary import LinkedUnits, Primaries, find_primaries, insight_of
from exports.disclosure.protected import Protected, cells_of, publish
from exports.disclosure.secret_parts import Completed, complete
from exports.disclosure.shown_before import cells_named, shown_before, still_valid
from exports.disclosure.sights import Published, Sight, cell_behind, known_not_zero
from sources.foundation.told import Told


def protect_tables(
    declaration: Declaration,
    leaves: Leaves,
    data: Data,
    policy: Policy,
    *,
    earlier: Mapping[str, Mapping[Key, float | None]] | None = None,
    previously_hidden: Mapping[str, set[Key]] | None = None,
    printed: Mapping[str, Sequence[Key]] | None = None,
    kept_hidden: Mapping[str, Iterable[Key]] | None = None,
    given: Mapping[str, Mapping[Key, float | None]] | None = None,
    revised: bool = False,
    secret: bytes = b"",
    cost_key: bytes = b"",
    linked: Mapping[str, LinkedUnits] | None = None,
    denominators: Mapping[str, Mapping[Key, float | None]] | None = None,
) -> Protected:
    """Protect all current tables of a resolved declaration.

    `earlier` holds the published cells of the tables marked `earlier`; `previously_hidden` the hidden cells
    of an earlier pattern per table, for stable patterns; `kept_hidden` cells that stay hidden in any case.
    `printed` says which cells of a table are printed (default: all that its axes give). `given` are numbers
    of cells that the source tells although it keeps parts of them secret. `cost_key` is the secret that
    disturbs the costs; without one, whoever knows the program can try out tables. `linked`: counts of units
    behind the cases; `denominators` per table and cell where the policy has a minimum. With `revised` numbers
    may have changed since they were published. Raises NotSafe, FrozenConflict or DeclarationError.
    """
    ground = _grounded(declaration, leaves, data, policy, earlier or {}, printed or {}, given or {}, revised)
    if policy.method != "suppress":
        system = replace(ground.system, published=ground.current)
        primaries = find_primaries(system, ground.leaves, policy, data)
        planned = perturbed(
            ground.declaration,
            ground.leaves,
            data,
            policy,
            system,
            primaries,
            ground.cells,
            ground.before,
            secret,
        )
        return replace(planned, outdated=ground.outdated, unsure=ground.completed.unsure)
    demanded = _demanded(ground, linked, denominators or {})
    weighed = _weighed(ground, demanded, previously_hidden or {}, kept_hidden or {}, cost_key)
    plan = Hardening(
        _sights(ground, demanded, weighed),
        weighed.cost,
        policy,
        weighed.withdrawn,
        ground.current,
        # where the source rounds numbers and sums one by one, its own numbers are printed
        functools.partial(
            publish,
            demanded.system,
            ground.cells,
            told=_published_numbers(ground.declaration, demanded.system, ground.leaves, given or {}),
        ),
        demanded.insight,
    )
    for sight in plan.sights:
        sight.extra = known_not_zero(sight.system, sight.primaries, ground.declaration.safety)
    safe = plan.hardened(plan.planned(plan.draft))
    if plan.refines:
        safe = plan.refined(safe)
    return _protected(ground, demanded, weighed, plan, safe)


@dataclass(frozen=True)
class _Ground:
    """What there is to protect: cells with stand-ins for what the source keeps secret, what is printed now
    (`cells` per table, `current` over all cells), and what earlier editions show that still holds.
    """

    declaration: Declaration
    leaves: Leaves
    data: Data
    policy: Policy
    system: System
    completed: Completed
    cells: dict[str, list[tuple[Key, int]]]
    current: Booleans
    before: Published
    outdated: dict[str, tuple[Key, ...]]


def _grounded(
    declaration: Declaration,
    leaves: Leaves,
    data: Data,
    policy: Policy,
    earlier: Mapping[str, Mapping[Key, float | None]],
    printed: Mapping[str, Sequence[Key]],
    given: Mapping[str, Mapping[Key, float | None]],
    revised: bool,
) -> _Ground:
    """Check what is given and lay out the cells."""
    declaration = declaration.model_copy(update={"safety": safety_of(policy, data)})
    if "K5" not in policy.withstand:
        declaration = declaration.model_copy(
            update={"tables": tuple(table for table in declaration.tables if not table.earlier)}
        )
    check_fit(policy, data)
    check_amounts(leaves, data)
    declaration = declaration.model_copy(
        update={"safety": declaration.safety.model_copy(update={"unit": _unit(leaves, data)})}
    )
    system = build_system(declaration, leaves, data.value)
    completed = _completed(declaration, system, leaves, data, policy, given, earlier, revised)
    system = completed.system
    cells = {
        table.name: cells_of(system, declaration, table, printed.get(table.name))
        for table in declaration.tables
        if not table.earlier
    }
    current = np.zeros(system.size, dtype=bool)
    for shown in cells.values():
        current[[cell for _, cell in shown]] = True
    before, outdated = still_valid(declaration, system, earlier, declaration.safety, revised=revised)
    return _Ground(
        declaration, completed.leaves, data, policy, system, completed, cells, current, before, outdated
    )


@dataclass(frozen=True)
class _Demanded:
    """Which cells are sensitive, and what whoever has the earlier editions knows: cells they show (`frozen`),
    print as hidden (`hidden_before`), and let compute.
    """

    system: System
    primaries: Primaries
    insight: Insight | None
    frozen: Booleans
    hidden_before: Booleans
    known: KnownBefore
    computable: Booleans


def _demanded(
    ground: _Ground,
    linked: Mapping[str, LinkedUnits] | None,
    denominators: Mapping[str, Mapping[Key, float | None]],
) -> _Demanded:
    """Find the sensitive cells, and what is known before anything is printed."""
    declaration, system, data = ground.declaration, ground.system, ground.data
    frozen, hidden_before = shown_before(declaration, system, ground.before)
    insight = None
    if data.kind == "magnitude" and data.contributor is not None:
        insight = insight_of(
            system, ground.leaves, ground.policy, data, functools.partial(cell_behind, system, declaration)
        )
    primaries = find_primaries(
        # what an earlier release prints as hidden is known not to be zero, like what is printed now
        replace(system, published=ground.current | hidden_before),
        ground.leaves,
        ground.policy,
        data,
        secret=ground.completed.secret,
        linked=linked,
        denominators=_denominators(system, declaration, denominators),
    )
    system = replace(system, may_be_zero=primaries.may_be_zero)
    blank: Published = {
        name: dict.fromkeys(codes for codes, _ in shown) for name, shown in ground.cells.items()
    }
    known = known_before(declaration, {**blank, **ground.before})
    computable = np.zeros(system.size, dtype=bool)
    computable[[cell_behind(system, declaration, key) for key in known.cells]] = True
    return _Demanded(system, primaries, insight, frozen, hidden_before, known, computable)


@dataclass(frozen=True)
class _Weighed:
    """What hiding a cell costs, which cells are hidden in any case, and which of them are public already."""

    cost: Floats
    stay: Booleans
    withdrawn: Booleans


def _weighed(
    ground: _Ground,
    demanded: _Demanded,
    previously_hidden: Mapping[str, set[Key]],
    kept_hidden: Mapping[str, Iterable[Key]],
    cost_key: bytes,
) -> _Weighed:
    """Set the costs, and what stays hidden whatever the plan."""
    declaration, policy, current = ground.declaration, ground.policy, ground.current
    system, primaries, frozen = demanded.system, demanded.primaries, demanded.frozen
    unsure = ground.completed.unsure
    # whoever kept the earlier file knows these: hidden from now on, known to whoever has the file
    withdrawn = unsure & frozen & current
    if policy.public_before == "withdraw":
        withdrawn |= primaries.sensitive & (frozen | demanded.computable) & current
    kept = cells_named(declaration, system, previously_hidden) if previously_hidden else None
    cost = costs_of(system, policy.costs.factors, kept, policy.costs.kept, cost_key)
    stay = cells_named(declaration, system, kept_hidden) | (unsure & current)
    stay |= decoys_of(system, cost, policy.costs.decoys, cost_key) & current
    stay &= (system.values > 0) | primaries.zeros_open
    cost[(withdrawn & primaries.sensitive) | (demanded.hidden_before & ~current)] = 0.0
    return _Weighed(cost, stay, withdrawn)


def _sights(ground: _Ground, demanded: _Demanded, weighed: _Weighed) -> list[Sight]:
    """Whoever has the earlier editions, where there are any, and whoever has none."""
    system, primaries, frozen, current = (
        demanded.system,
        demanded.primaries,
        demanded.frozen,
        ground.current,
    )
    sights = []
    if ground.before:
        left = primaries.sensitive & ~demanded.computable
        if ground.policy.public_before == "withdraw":
            left &= ~frozen
        sights.append(
            Sight(
                ground.declaration,
                ground.before,
                replace(system, published=current | demanded.hidden_before),
                replace(primaries, sensitive=left),
                frozen,
                (weighed.stay | weighed.withdrawn | (demanded.hidden_before & ~current)) & ~frozen,
                demanded.known,
            )
        )
    sights.append(
        Sight(
            without_earlier(ground.declaration),
            {},
            replace(system, published=current),
            primaries,
            np.zeros(system.size, dtype=bool),
            weighed.stay | weighed.withdrawn,
        )
    )
    return sights


def _protected(
    ground: _Ground, demanded: _Demanded, weighed: _Weighed, plan: Hardening, safe: Safe
) -> Protected:
    """Put together what came out: pattern with its costs, tables, and what the attacks say."""
    declaration, before, current = ground.declaration, ground.before, ground.current
    cost, stay, sights = weighed.cost, weighed.stay, plan.sights
    secondary = safe.hidden & ~demanded.primaries.sensitive
    objective = float(cost[secondary].sum())
    # decoys among what earlier editions show are hidden for nothing else
    bound = safe.bound + (float(cost[stay & secondary & demanded.frozen].sum()) if before else 0.0)
    return Protected(
        declaration,
        safe.published,
        demanded.system,
        demanded.primaries,
        Pattern(
            safe.hidden | ~current,
            secondary,
            objective,
            min(bound, objective),
            sum(sight.pattern.clusters for sight in sights),
            sum(sight.pattern.programs for sight in sights),
            list(dict.fromkeys(note for sight in sights for note in sight.pattern.notes)),
            given=float(cost[stay & secondary].sum()),
        ),
        joined(
            declaration,
            {**safe.published, **before},
            safe.results[-1],
            safe.results[0] if len(safe.results) > 1 else None,
            demanded.known,
        ),
        safe.rounds,
        before,
        printed=current,
        withdrawn=weighed.withdrawn | (safe.hidden & demanded.frozen),
        outdated=ground.outdated,
        unsure=ground.completed.unsure,
        insight=demanded.insight,
        single_contributors=any(task.without for task in sights[0].extra if sights[0].is_due(task)),
    )


def _completed(
    declaration: Declaration,
    system: System,
    leaves: Leaves,
    data: Data,
    policy: Policy,
    given: Mapping[str, Mapping[Key, float | None]],
    earlier: Mapping[str, Mapping[Key, float | None]],
    revised: bool,
) -> Completed:
    """The system with stand-ins for what the source keeps secret, fitting what is given and was published."""
    known: dict[int, float] = {}
    before: dict[int, float] = {}
    blank: set[int] = set()
    if leaves.unknown is not None:
        for table in declaration.tables:
            for codes, number in (earlier if table.earlier else given).get(table.name, {}).items():
                cell = system.find(dict(zip(table.dimensions, codes, strict=True)))
                if number is None and not table.earlier:
                    blank.add(cell)
                if number is None or len(set(table.behind(number))) > 1:
                    continue
                (before if table.earlier and revised else known).setdefault(cell, number)
    parts = np.zeros(system.size) if leaves.unknown is None else system.aggregate(leaves, leaves.unknown)
    return complete(
        system,
        leaves,
        data,
        policy,
        {cell: number for cell, number in known.items() if parts[cell] > 0},
        before,
        blank,
    )


def _denominators(
    system: System, declaration: Declaration, given: Mapping[str, Mapping[Key, float | None]]
) -> Floats | None:
    """Denominators of the cells whose rate is printed, NaN for all others; None where no product has any."""
    found = np.full(system.size, np.nan)
    for table in declaration.tables:
        for codes, number in given.get(table.name, {}).items():
            if number is not None:
                found[system.find(dict(zip(table.dimensions, codes, strict=True)))] = number
    return None if np.isnan(found).all() else found


def _unit(leaves: Leaves, data: Data) -> float:
    """The smallest step of the values: 1, or for amounts with decimals the last decimal that occurs."""
    amounts = leaves.amounts[data.value]
    for decimals in range(7):
        if np.allclose(amounts, np.round(amounts, decimals), rtol=0, atol=10.0 ** -(decimals + 3)):
            return float(10.0**-decimals)
    return 1e-6


def check_amounts(leaves: Leaves, data: Data) -> None:
    """Leaf amounts must be finite, not negative, and whole where they are counts."""
    amounts = leaves.amounts[data.value]
    for place in np.flatnonzero(~np.isfinite(amounts) | (amounts < 0))[:1].tolist():
        raise DeclarationError(
            Told(
                f"row {place + 2}: {data.value} is negative or no number; values must be numbers of at "
                "least 0",
                f"Zeile {place + 2}: {data.value} ist negativ oder keine Zahl; Werte müssen Zahlen von "
                "mindestens 0 sein",
            )
        )
    if data.kind == "count":
        for place in np.flatnonzero(amounts != np.round(amounts))[:1].tolist():
            raise DeclarationError(
                Told(
                    f"row {place + 2}: {data.value} is not a whole number; declare kind: "
                    f"magnitude if it is no count",
                    f"Zeile {place + 2}: {data.value} ist keine ganze Zahl; `kind: magnitude` angeben, wenn "
                    "es keine Fallzahl ist",
                )
            )


def _published_numbers(
    declaration: Declaration,
    system: System,
    leaves: Leaves,
    given: Mapping[str, Mapping[Key, float | None]],
) -> Published:
    """Numbers that a rounding source tells, as far as rounding explains their distance from the parts."""
    told: Published = {}
    parts = system.aggregate(leaves, np.ones(leaves.size))
    for table in declaration.tables:
        if table.earlier or table.rounded_to == 1:
            continue
        told[table.name] = {}
        for codes, number in given.get(table.name, {}).items():
            cell = system.find(dict(zip(table.dimensions, codes, strict=True)))
            slack = table.rounded_to / 2 * (1 + parts[cell])
            if number is not None and abs(number - system.values[cell]) <= slack:
                told[table.name][codes] = number
    return told
