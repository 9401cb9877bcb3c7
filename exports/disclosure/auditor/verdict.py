"""One verdict over two attacks: on what is published now alone, and with all that was published before.

What is hidden now must stay hidden from somebody who never saw an earlier edition: the current tables are
attacked as if the earlier ones did not exist, and nothing is taken off that verdict. Then all is known. What
earlier editions give away by themselves cannot be called back; it is a level of its own with its count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exports.disclosure.auditor.algebra import RowSpace
from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import Key, Knowledge, gather
from exports.disclosure.auditor.problem import space_of
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.declaration import Declaration

Published = Mapping[str, Mapping[Key, float | None]]

EARLIER = "earlier"
"""The level that says how many hidden cells earlier editions give away by themselves."""

PASSED_ALONE = "passed, but for what earlier editions give away"


def attack_all(
    declaration: Declaration,
    published: Published,
    *,
    insight: Insight | None = None,
    truth: Mapping[Key, float] | None = None,
) -> Result:
    """Attack the current tables of a resolved declaration alone, then with its earlier ones (K5).

    `truth`: the true table, where the house attacks its own noise, as one table that is known to fit.
    """
    safety = declaration.safety
    alone = attack(gathered(without_earlier(declaration), published), safety, insight=insight, truth=truth)
    if not any(table.earlier for table in declaration.tables):
        return joined(declaration, published, alone)
    both = attack(gathered(declaration, published), safety, insight=insight, truth=truth)
    return joined(declaration, published, alone, both, known_before(declaration, published))


def joined(
    declaration: Declaration,
    published: Published,
    alone: Result,
    both: Result | None = None,
    known: KnownBefore | None = None,
) -> Result:
    """The verdict over the attack on the current tables alone and the one with the earlier ones too.

    `known` is what the earlier tables give away by themselves.
    """
    if "K5" not in declaration.safety.withstand:
        return alone
    asked, tried = (*alone.asked, "K5"), alone.tried | {"K5"}
    if both is None or known is None:
        return replace(alone, asked=asked, tried=tried)
    lost = {finding.cell for finding in both.findings if known.gives_away(finding)}
    alone_found = {(finding.attack, finding.cell, finding.parts) for finding in alone.findings}
    fresh = [
        finding
        for finding in both.findings
        if not known.gives_away(finding) and (finding.attack, finding.cell, finding.parts) not in alone_found
    ]
    findings = [*alone.findings, *fresh]
    levels = dict(alone.levels)
    for name, outcome in both.levels.items():
        broken = sum(finding.attack == name for finding in findings)
        gone = any(finding.attack == name and known.gives_away(finding) for finding in both.findings)
        if outcome.startswith("not tried"):
            levels[name] = outcome
        else:
            levels[name] = f"{broken} broken" if broken else PASSED_ALONE if gone else "passed"
    lost |= _shown_before(declaration, published)
    told = f"{len(lost)} hidden cells known from earlier editions"
    levels[EARLIER] = told if lost else "nothing known from them"
    return replace(
        both,
        levels=levels,
        findings=findings,
        tried=tried & (both.tried | {"K5"}),
        asked=asked,
        programs=alone.programs + both.programs,
        given_away=len(lost),
    )


def without_earlier(declaration: Declaration) -> Declaration:
    """The declaration of the current tables alone."""
    return declaration.model_copy(
        update={"tables": tuple(table for table in declaration.tables if not table.earlier)}
    )


@dataclass(frozen=True)
class KnownBefore:
    """What earlier editions give away by themselves: `cells` to everyone, `to_contributors` to whoever is
    the only case of another cell; and by `gives_away` sums of cells.
    """

    cells: frozenset[Key] = frozenset()
    to_contributors: frozenset[Key] = frozenset()
    knowledge: Knowledge | None = None
    space: RowSpace | None = None

    def gives_away(self, finding: Finding) -> bool:
        """Whether the cell, or the sum of cells, of a finding follows from earlier editions alone."""
        if not finding.parts:
            learned = finding.attack == "insider" and finding.cell in self.to_contributors
            return learned or finding.cell in self.cells
        if self.knowledge is None or self.space is None:
            return False
        numbers = [self.knowledge.index.get(key) for key in finding.parts]
        if None in numbers:
            return False
        left = [number for number in numbers if number is not None and not self.knowledge.is_exact(number)]
        return self.space.fixes(left)


def known_before(declaration: Declaration, published: Published) -> KnownBefore:
    """What the earlier releases give away by themselves, among all cells of the current tables too.

    Current cells count as not printed: that one is hidden, or is zero, is what only the current tables tell.
    Nothing where nothing may be public before (`public_before: refuse`).
    """
    earlier = [table for table in declaration.tables if table.earlier and table.name in published]
    if declaration.safety.public_before != "withdraw" or not earlier:
        return KnownBefore()
    names = {table.name for table in earlier}
    before = gather(
        declaration.model_copy(update={"tables": tuple(earlier)}),
        {name: dict(published[name]) for name in names},
    )
    hidden = {key for key, is_hidden in zip(before.keys, before.hidden, strict=True) if is_hidden}
    blank = {
        name: dict(cells) if name in names else dict.fromkeys(cells) for name, cells in published.items()
    }
    knowledge = gather(declaration, blank)
    blanks = frozenset(
        key for key, is_blank in zip(knowledge.keys, knowledge.hidden, strict=True) if is_blank
    )
    knowledge.hidden = [key in hidden for key in knowledge.keys]
    safety = declaration.safety.model_copy(update={"unpublished": "protect"})
    if knowledge.noisy:
        return KnownBefore(
            frozenset(finding.cell for finding in attack(knowledge, safety, derived=False).findings)
        )
    without_rule = safety.model_copy(update={"minimum_frequency": None})
    everyone = attack(knowledge, without_rule, derived=False).findings
    # What a single contributor learns counts from the minimum on that holds now, which may be a higher one.
    # Whoever is alone in an area that a reform made knows it before any edition prints that area.
    knowledge.unprinted = blanks
    contributors = [
        finding
        for finding in attack(knowledge, safety, derived=False).findings
        if finding.attack == "insider" and not finding.parts
    ]
    return KnownBefore(
        frozenset(finding.cell for finding in everyone),
        frozenset(finding.cell for finding in contributors),
        knowledge,
        space_of(knowledge),
    )


def _shown_before(declaration: Declaration, published: Published) -> set[Key]:
    """Cells that are hidden now and stand with their number in an earlier edition."""
    earlier = tuple(table for table in declaration.tables if table.earlier)
    before = gathered(declaration.model_copy(update={"tables": earlier}), published)
    shown = {key for number, key in enumerate(before.keys) if before.is_exact(number)}
    now = gathered(without_earlier(declaration), published)
    return {key for key, hidden in zip(now.keys, now.hidden, strict=True) if hidden and key in shown}


def gathered(declaration: Declaration, published: Published) -> Knowledge:
    """What these tables tell; cells of other tables are left out."""
    return gather(declaration, {table.name: dict(published[table.name]) for table in declaration.tables})


__all__ = ["EARLIER", "KnownBefore", "attack_all", "gathered", "joined", "known_before", "without_earlier"]
