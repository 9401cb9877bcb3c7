"""From confidential leaf counts to protected tables, in memory: plan, attack, repair, until
nothing is broken.

The planner works on the interval model; what the stricter attacks (whole numbers, hidden zeros, insiders)
still find becomes further tasks. A pattern that the auditor breaks never leaves: after the last round it
is an error.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.auditor.verdict import (
    attack_all,
    joined,
    known_before,
    without_earlier,
)
from exports.disclosure.cell_key import KEY_SPACE, make_noise_table, record_keys
from exports.disclosure.constraints import Booleans, Floats, Leaves, System, build_system
from exports.disclosure.declaration import Declaration, DeclarationError, Safety, Table
from exports.disclosure.planner.costs import costs_of, decoys_of
from exports.disclosure.planner.limits import CHEAPER, CLOSER, EFFORTS, Effort
from exports.disclosure.planner.pattern import Pattern
from exports.disclosure.planner.search import Memories
from exports.disclosure.policy import Data, Policy, check_fit, safety_of
from exports.disclosure.primary import LinkedUnits, Primaries, find_primaries, insight_of
from exports.disclosure.rounding import behind, round_count
from exports.disclosure.secret_parts import Completed, complete
from exports.disclosure.sights import (
    ANEW,
    LIGHT,
    ROUNDS,
    SMALL,
    Published,
    Sight,
    cell_behind,
    known_not_zero,
)
from sources.foundation.told import Told


class NotSafe(RuntimeError):
    """No protected table came out that withstands the attacks: nothing may be published.

    The message goes to logs, so it names cells and no numbers; `findings` derive these.
    """

    def __init__(self, message: str, findings: Sequence[Finding]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@dataclass
class Protected:
    """Protected tables and what is known about them. Everything but `published` and
    `declaration` is confidential.
    """

    declaration: Declaration
    published: Published
    system: System
    primaries: Primaries
    pattern: Pattern
    result: Result
    rounds: int
    earlier: Published = field(default_factory=dict)
    printed: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))
    outdated: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    withdrawn: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))
    notes: list[Told] = field(default_factory=list)
    unsure: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))
    insight: Insight | None = None
    single_contributors: bool = False

    @property
    def bound_of(self) -> Told:
        """Which demands the lower bound covers; what else is demanded can only cost more."""
        covered, umfasst = "the interval model (K1)", "das Modell der Spannen (K1)"
        if known_not_zero(self.system, self.primaries, self.declaration.safety):
            covered += (
                " and single cases that an attacker knowing the zeros (K2) must be able to think larger"
            )
            umfasst += ", einzelne Fälle, die ein Kenner der Nullen (K2) für mehr halten können muss"
        if self.single_contributors:
            covered += " and what single contributors (K4) must not learn, as far as the attacks found it"
            umfasst += ", was Einzelne (K4) nicht erfahren dürfen, soweit die Angriffe es fanden"
        given = f"{self.pattern.given:.2f}"
        return Told(
            f"{covered}, all on top of what is hidden in any case (decoys, earlier patterns): that costs "
            f"{given} in objective and bound alike; further demands can only cost more",
            f"{umfasst}, alles über dem, was ohnehin gesperrt ist (Tarnung, frühere Muster): Das kostet "
            f"{given.replace('.', ',')} in Kosten und Schranke gleichermaßen; weitere Forderungen können nur "
            "mehr kosten",
        )

    def status(self, cell: int) -> str:
        """published, primary, secondary, withdrawn (public in an earlier release, not shown any more), or
        unknown: a sum that holds what the source itself keeps secret.
        """
        if self.withdrawn.size and self.withdrawn[cell]:
            return "withdrawn"
        if not self.pattern.hidden[cell]:
            return "published"
        if self.primaries.sensitive[cell]:
            return "primary"
        return "unknown" if self.is_unsure(cell) else "secondary"

    def is_unsure(self, cell: int) -> bool:
        """Whether nobody here knows the cell's true value."""
        return bool(self.unsure[cell])


def table_codes(declaration: Declaration, table: Table) -> list[Key]:
    """The code combinations that a table prints, in the order of the declaration (totals first)."""
    axes: list[list[str]] = []
    for name, axis in table.dimensions.items():
        dimension = declaration.dimensions[name]
        codes: dict[str, None] = {}
        if axis.total and dimension.total is not None:
            codes[dimension.total] = None
        for label in dimension.hierarchies if axis.hierarchies is None else axis.hierarchies:
            codes.update(dict.fromkeys(dimension.hierarchies[label].children or {}))
        if axis.leaves:
            codes.update(dict.fromkeys(dimension.leaves or ()))
        if not axis.total and dimension.total is not None:
            codes.pop(dimension.total, None)
        axes.append(list(codes))
    return list(itertools.product(*axes))


def cells_of(
    system: System, declaration: Declaration, table: Table, printed: Iterable[Key] | None = None
) -> list[tuple[Key, int]]:
    """Printed code combinations (default: all that the axes give) with the cells behind them."""
    names = list(table.dimensions)
    return [
        (codes, system.find(dict(zip(names, codes, strict=True))))
        for codes in (table_codes(declaration, table) if printed is None else printed)
    ]


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
    completed = _completed(declaration, system, leaves, data, policy, given or {}, earlier or {}, revised)
    system, leaves, unsure = completed.system, completed.leaves, completed.unsure
    cells = {
        table.name: cells_of(system, declaration, table, (printed or {}).get(table.name))
        for table in declaration.tables
        if not table.earlier
    }
    current = np.zeros(system.size, dtype=bool)
    for shown in cells.values():
        current[[cell for _, cell in shown]] = True
    before, outdated = _still_valid(declaration, system, earlier or {}, declaration.safety, revised=revised)
    if policy.method != "suppress":
        system = replace(system, published=current)
        primaries = find_primaries(system, leaves, policy, data)
        planned = _perturbed(declaration, leaves, data, policy, system, primaries, cells, before, secret)
        return replace(planned, outdated=outdated, unsure=unsure)

    frozen, hidden_before = _public(declaration, system, before)
    insight = None
    if data.kind == "magnitude" and data.contributor is not None:
        insight = insight_of(
            system, leaves, policy, data, functools.partial(cell_behind, system, declaration)
        )
    primaries = find_primaries(
        # what an earlier release prints as hidden is known not to be zero, like what is printed now
        replace(system, published=current | hidden_before),
        leaves,
        policy,
        data,
        secret=completed.secret,
        linked=linked,
        denominators=_denominators(system, declaration, denominators or {}),
    )
    system = replace(system, may_be_zero=primaries.may_be_zero)
    blank: Published = {name: dict.fromkeys(codes for codes, _ in shown) for name, shown in cells.items()}
    known = known_before(declaration, {**blank, **before})
    computable = np.zeros(system.size, dtype=bool)
    computable[[cell_behind(system, declaration, key) for key in known.cells]] = True
    # whoever kept the earlier file knows these: hidden from now on, known to whoever has the file
    withdrawn = unsure & frozen & current
    if policy.public_before == "withdraw":
        withdrawn |= primaries.sensitive & (frozen | computable) & current
    kept = _previously_hidden(declaration, system, previously_hidden or {})
    cost = costs_of(system, policy.costs.factors, kept, policy.costs.kept, cost_key)
    stay = _cells_named(declaration, system, kept_hidden or {}) | (unsure & current)
    stay |= decoys_of(system, cost, policy.costs.decoys, cost_key) & current
    stay &= (system.values > 0) | primaries.zeros_open
    cost[(withdrawn & primaries.sensitive) | (hidden_before & ~current)] = 0.0
    sights = []
    if before:
        left = primaries.sensitive & ~computable
        if policy.public_before == "withdraw":
            left &= ~frozen
        sights.append(
            Sight(
                declaration,
                before,
                replace(system, published=current | hidden_before),
                replace(primaries, sensitive=left),
                frozen,
                (stay | withdrawn | (hidden_before & ~current)) & ~frozen,
                known,
            )
        )
    sights.append(
        Sight(
            without_earlier(declaration),
            {},
            replace(system, published=current),
            primaries,
            np.zeros(system.size, dtype=bool),
            stay | withdrawn,
        )
    )
    stage = _Stage(
        sights,
        cost,
        policy,
        withdrawn,
        current,
        # where the source rounds numbers and sums one by one, its own numbers are printed
        functools.partial(
            publish, system, cells, told=_published_numbers(declaration, system, leaves, given or {})
        ),
        insight,
    )
    for sight in sights:
        sight.extra = known_not_zero(sight.system, sight.primaries, declaration.safety)
    safe = stage.hardened(stage.planned(stage.draft))
    if stage.refines:
        safe = stage.refined(safe)
    secondary = safe.hidden & ~primaries.sensitive
    objective = float(cost[secondary].sum())
    # decoys among what earlier editions show are hidden for nothing else
    bound = safe.bound + (float(cost[stay & secondary & frozen].sum()) if before else 0.0)
    return Protected(
        declaration,
        safe.published,
        system,
        primaries,
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
            known,
        ),
        safe.rounds,
        before,
        printed=current,
        withdrawn=withdrawn | (safe.hidden & frozen),
        outdated=outdated,
        unsure=unsure,
        insight=insight,
        single_contributors=any(task.without for task in sights[0].extra if sights[0].is_due(task)),
    )


@dataclass(frozen=True)
class _Safe:
    """A pattern that nothing breaks: hidden cells of the current tables, what is printed, and the attacks."""

    hidden: Booleans
    published: Published
    results: list[Result]
    rounds: int
    bound: float


@dataclass
class _Stage:
    """The stages of one plan: draft, attack and repair, and once more with all that the attacks found."""

    sights: list[Sight]
    cost: Floats
    policy: Policy
    withdrawn: Booleans
    current: Booleans
    publish: Callable[[Booleans], Published]
    insight: Insight | None

    @property
    def effort(self) -> Effort:
        """As the policy decides."""
        return EFFORTS[self.policy.effort]

    @property
    def refines(self) -> bool:
        """Whether a second plan, with all that the attacks found, is worth its time."""
        return bool(self.effort.within) and self.sights[0].system.size <= SMALL

    @property
    def draft(self) -> Effort:
        """The effort of the first plan; where a second follows it only finds out what the attacks ask for."""
        return EFFORTS["quick"] if self.refines else self.effort

    def planned(
        self, effort: Effort, memories: Sequence[Memories | None] | None = None, *, whole: bool = False
    ) -> Booleans:
        """Plan for one sight after the other; what an earlier one hides stays hidden."""
        hidden = self.withdrawn.copy()
        for place, sight in enumerate(self.sights):
            memory = memories[place] if memories is not None else None
            sight.plan(self.cost, effort, hidden, memory, whole=whole)
            hidden |= sight.pattern.hidden & self.current
        return hidden

    def attacked(self, hidden: Booleans) -> tuple[Published, list[Result]]:
        """Print the tables with these cells hidden, and let every sight attack them."""
        published = self.publish(hidden)
        return published, [sight.attacked(published, self.insight) for sight in self.sights]

    @property
    def broken(self) -> list[Finding]:
        """What the last attacks broke."""
        return [finding for sight in self.sights for finding in sight.broken]

    def hardened(self, hidden: Booleans) -> _Safe:
        """Attack and repair until nothing is broken; raises NotSafe after the last round."""
        bound = self.sights[0].pattern.bound
        for round_number in range(1, ROUNDS + 1):
            published, results = self.attacked(hidden)
            if not self.broken:
                return _Safe(hidden, published, results, round_number, bound)
            for sight in self.sights:
                sight.repair(self.cost, self.policy, self.draft, round_number, hidden)
                hidden |= sight.pattern.hidden & self.current
        count, first = len(self.broken), self.broken[0].name
        raise NotSafe(
            Told(
                f"after {ROUNDS} rounds {count} cells are still broken, first {first}; coarsen the table "
                "(fewer categories or larger areas), or choose rounding or cell-key",
                f"nach {ROUNDS} Runden sind noch {count} Felder gebrochen, zuerst {first}; die Tabelle "
                "vergröbern (weniger Ausprägungen oder größere Gebiete), runden oder überlagern",
            ),
            self.broken,
        )

    def refined(self, draft: _Safe) -> _Safe:
        """Plan again with what the attacks found, until they find nothing new; the cheaper one of this and
        the draft, with the bound of the demands that every safe pattern meets.

        These demands come first, for the bound; then all, also those that a pattern may avoid by showing a
        cell, and from there on only what they touch is chosen anew; at last the bound of all that was found.
        """
        memories = [Memories(sight.system.size) for sight in self.sights]
        bound, hidden = draft.bound, draft.hidden
        light = replace(self.effort, exact_rounds=0)
        plans = [light] * LIGHT + [self.effort]
        while plans:
            effort = plans.pop(0)
            hidden = self.planned(effort, memories)
            bound = max(bound, self.sights[0].pattern.bound)
            if not self.learned(hidden, due=True):
                plans = [self.effort] if effort is light else []
        if self.broken:
            apart = [memory.copy() for memory in memories]
            for effort in [self.effort] + [replace(self.effort, anew=True)] * ANEW:
                hidden = self.planned(effort, apart, whole=True)
                if not self.learned(hidden, due=False) and effort.anew:
                    break
            patterns = [sight.pattern for sight in self.sights]
            self.planned(replace(self.effort, **CLOSER), memories)
            bound = max(bound, self.sights[0].pattern.bound)
            for sight, pattern in zip(self.sights, patterns, strict=True):
                sight.pattern = pattern
        found = self.hardened(hidden)
        price = [float(self.cost[safe.hidden].sum()) for safe in (draft, found)]
        return replace(draft if price[0] < price[1] - CHEAPER else found, bound=bound)

    def learned(self, hidden: Booleans, *, due: bool) -> bool:
        """Attack a pattern; whether anything new is demanded (`due`: of every safe pattern)."""
        self.attacked(hidden)
        news = [sight.learn(self.policy, self.cost, hidden, due=due) for sight in self.sights]
        return any(news)


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


def publish(
    system: System,
    printed: Mapping[str, Sequence[tuple[Key, int]]],
    hidden: Booleans,
    told: Mapping[str, Mapping[Key, float | None]] | None = None,
) -> Published:
    """The tables as they would be printed: sums of cases, or the numbers that the source told."""
    values = system.values
    found: Published = {}
    for name, cells in printed.items():
        own = (told or {}).get(name, {})
        found[name] = {}
        for codes, cell in cells:
            number = own.get(codes)
            shown = float(values[cell]) if number is None else number
            found[name][codes] = None if hidden[cell] else shown
    return found


def _still_valid(
    declaration: Declaration,
    system: System,
    earlier: Mapping[str, Mapping[Key, float | None]],
    safety: Safety,
    *,
    revised: bool,
) -> tuple[Published, dict[str, tuple[Key, ...]]]:
    """Cells of earlier releases that hold today, and those that do not.

    With `revised` numbers may have changed since; an earlier number that is not today's tells nobody
    anything. Without it such a number is an error.
    """
    valid: Published = {}
    outdated: dict[str, tuple[Key, ...]] = {}
    for table in declaration.tables:
        if not table.earlier:
            continue
        if table.name not in earlier:
            raise DeclarationError(
                Told(
                    f"the earlier release {table.name!r} is declared, but its cells are not here",
                    f"Die frühere Ausgabe {table.name!r} ist angegeben, aber ihre Felder sind nicht da",
                )
            )
        kept: dict[Key, float | None] = {}
        gone: list[Key] = []
        for codes, number in earlier[table.name].items():
            try:
                cell = system.find(dict(zip(table.dimensions, codes, strict=True)))
            except KeyError:
                raise DeclarationError(
                    Told(
                        f"earlier release {table.name!r}: the cell {codes} is not declared",
                        f"Frühere Ausgabe {table.name!r}: Das Feld {', '.join(codes)} ist nicht erklärt",
                    )
                ) from None
            true = float(system.values[cell])
            if number is None:
                holds = not revised or true > 0 or safety.zeros == "protect"
            else:
                low, high = table.behind(number)
                holds = low <= true <= high
            if holds:
                kept[codes] = number
            elif revised:
                gone.append(codes)
            else:
                raise DeclarationError(
                    Told(
                        f"earlier release {table.name!r}: {system.describe(cell)} had another number than "
                        "now; "
                        "a revised period needs its own code, so that both are not taken for one",
                        f"Frühere Ausgabe {table.name!r}: {system.describe(cell)} hatte eine andere Zahl "
                        "als jetzt; ein berichtigter Zeitraum braucht einen eigenen Schlüssel, damit beide "
                        "nicht für dasselbe gehalten werden",
                    )
                )
        valid[table.name] = kept
        outdated[table.name] = tuple(gone)
    return valid, outdated


def _public(declaration: Declaration, system: System, earlier: Published) -> tuple[Booleans, Booleans]:
    """Cells that earlier releases show with today's number, and those they print as hidden."""
    shown = np.zeros(system.size, dtype=bool)
    hidden = np.zeros(system.size, dtype=bool)
    for table in declaration.tables:
        if not table.earlier:
            continue
        for codes, number in earlier[table.name].items():
            cell = system.find(dict(zip(table.dimensions, codes, strict=True)))
            if number is None:
                hidden[cell] = True
            elif len(set(table.behind(number))) == 1:
                shown[cell] = True
    return shown, hidden


def _previously_hidden(
    declaration: Declaration, system: System, hidden: Mapping[str, set[Key]]
) -> Booleans | None:
    return _cells_named(declaration, system, hidden) if hidden else None


def _cells_named(declaration: Declaration, system: System, hidden: Mapping[str, Iterable[Key]]) -> Booleans:
    """The cells with these codes, table by table; codes that no longer exist are passed over."""
    kept = np.zeros(system.size, dtype=bool)
    by_name = {table.name: table for table in declaration.tables}
    for name, keys in hidden.items():
        if name not in by_name:
            continue
        for codes in keys:
            try:
                kept[system.find(dict(zip(by_name[name].dimensions, codes, strict=True)))] = True
            except KeyError:
                continue  # the cell no longer exists
    return kept


def _perturbed(
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
