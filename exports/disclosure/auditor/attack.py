"""The attacks, one after the other, and what they found.

exact     the equations alone (nothing known about the values)
interval  values are not negative (K1): a hidden cell must keep room of `width`
integer   whole numbers, and hidden cells are at least 1, since zeros are shown (K2)
whole     whole numbers alone, where nobody asks for K2
positive  amounts instead of counts: the same, knowing that a hidden amount is at least the smallest unit (K2)
insider   a single contributor knows the own cell (K4)
unions    sums of hidden cells that can be computed: are they below the minimum, or dominated?
minimality  tables for which the planner, whatever its secret, would have hidden something else are excluded
noise     every value carries bounded noise: what true values still fit

A level stands in the result only if it was tried. Earlier releases and other publishers' tables (K5) are
tables of the same declaration, so every attack uses them.
"""

from __future__ import annotations

from collections.abc import Mapping

from exports.disclosure.auditor.algebra import row_space
from exports.disclosure.auditor.amounts import amounts
from exports.disclosure.auditor.counts import whole_numbers
from exports.disclosure.auditor.findings import Result, finding
from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.auditor.minimality import minimality
from exports.disclosure.auditor.noise import noise
from exports.disclosure.auditor.problem import (
    any_table,
    derivation,
    problem_of,
    split_of,
)
from exports.disclosure.auditor.ranges import intervals
from exports.disclosure.auditor.sums import unions
from exports.disclosure.auditor.trial import Trial, matters, opened
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.declaration import Safety
from sources.foundation.told import Told


class Attack(Trial):
    """The levels of one attack, in the order in which they are tried, a method each."""

    @classmethod
    def on(
        cls,
        knowledge: Knowledge,
        safety: Safety,
        *,
        truth: Mapping[tuple[str, ...], float] | None = None,
        protected: Mapping[tuple[str, ...], tuple[float, float]] | None = None,
        insight: Insight | None = None,
    ) -> Attack:
        """An attack on what is published, with nothing tried yet."""
        problem = problem_of(knowledge)
        space = row_space(problem.rows, problem.columns)
        split = split_of(problem, space.independent)
        result = opened(knowledge, safety)
        result.components = len(split)
        return cls(
            knowledge,
            safety,
            problem,
            space,
            split,
            result,
            truth=truth,
            protected=protected,
            insight=insight,
        )

    def exact(self, *, derived: bool) -> None:
        """What the equations alone determine."""
        for columns, members in split_of(self.problem, range(len(self.problem.rows))):
            inside = [cell for cell in columns if cell in self.space.determined]
            if not inside:
                continue
            table = any_table(self.knowledge, self.problem, columns, members)
            for cell in inside:
                value = round(table[cell], 6)
                if not matters(self.knowledge, self.safety, cell, value, value):
                    continue
                self.broken.add(cell)
                words = derivation(self.knowledge, self.problem, members, cell) if derived else Told("", "")
                self.result.findings.append(finding("exact", self.knowledge, cell, value, value, words))
        self.result.end("exact", len(self.broken))

    def interval(self) -> None:
        """Values are not negative (K1)."""
        found = intervals(self)
        self.result.end("interval", len(found))
        self.result.tried.add("K1")
        self.broken |= found

    def whole_numbers(self) -> None:
        """Counts: whole numbers, hidden cells not zero (K2), provably small (K3), single cases (K4)."""
        self.broken |= whole_numbers(self)

    def amounts(self) -> None:
        """Amounts: the smallest unit (K2), and contributors alone in a cell (K4)."""
        self.broken |= amounts(self)

    def unions(self) -> None:
        """Sums of hidden cells that can be computed."""
        unions(self)

    def minimality(self) -> None:
        """Knowledge of the program."""
        minimality(self)


def attack(
    knowledge: Knowledge,
    safety: Safety,
    *,
    truth: Mapping[tuple[str, ...], float] | None = None,
    protected: Mapping[tuple[str, ...], tuple[float, float]] | None = None,
    insight: Insight | None = None,
    derived: bool = True,
) -> Result:
    """Run every attack that the declaration asks to withstand.

    `truth` (true values) and `protected` (cell -> room needed below and above its true value) are optional
    inside knowledge: with them the room is checked on both sides of the true value, without them its width.
    `insight` tells the contributors of amounts; without it nobody can try who among them learns what.
    Without `derived` determined cells come without their derivation.
    """
    if knowledge.noisy:
        return noise(knowledge, safety, truth)
    tried = Attack.on(knowledge, safety, truth=truth, protected=protected, insight=insight)
    tried.exact(derived=derived)
    if "K1" in safety.withstand:
        tried.interval()
    if protected is not None:
        return tried.result
    if safety.whole_numbers and {"K2", "K3", "K4"} & set(safety.withstand):
        tried.whole_numbers()
    elif not safety.whole_numbers:
        tried.amounts()
    tried.unions()
    if safety.whole_numbers and safety.minimum_frequency is not None:
        tried.minimality()
    return tried.result


__all__ = ["Attack", "attack"]
