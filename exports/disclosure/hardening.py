"""The stages of a plan: draft, attack and repair, and once more with all that the attacks found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.constraints import Booleans, Floats
from exports.disclosure.planner.limits import CHEAPER, CLOSER, EFFORTS, Effort
from exports.disclosure.planner.search import Memories
from exports.disclosure.policy import Policy
from exports.disclosure.protected import NotSafe
from exports.disclosure.sights import ANEW, LIGHT, ROUNDS, SMALL, Published, Sight
from sources.foundation.told import Told


@dataclass(frozen=True)
class Safe:
    """A pattern that nothing breaks: hidden cells of the current tables, what is printed, and the attacks."""

    hidden: Booleans
    published: Published
    results: list[Result]
    rounds: int
    bound: float


@dataclass
class Hardening:
    """One plan on its way, seen by whoever has the earlier editions and by whoever has not."""

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

    def hardened(self, hidden: Booleans) -> Safe:
        """Attack and repair until nothing is broken; raises NotSafe after the last round."""
        bound = self.sights[0].pattern.bound
        for round_number in range(1, ROUNDS + 1):
            published, results = self.attacked(hidden)
            if not self.broken:
                return Safe(hidden, published, results, round_number, bound)
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

    def refined(self, draft: Safe) -> Safe:
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
