"""Composite indices, peer rings and goals: data with a strict model, compiled to seeds.

`indices.yml` holds the editions of composite indices, `rings.yml` the Vergleichsringe, `goals.yml` the agreed
goals of the Wirkungsmonitor. Errors name file, line and key like those of indicators.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from dbt_project.facts.declaration import Text
from dbt_project.indicators.specification import (
    FOLDER,
    Bilingual,
    IndicatorId,
    Specifications,
    read_mapping,
)
from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.strict import Strict, problem_at
from sources.foundation.vocabulary import AreaLevel


class Component(Strict):
    """One part of an index: an indicator or share, its direction, weight and reference."""

    component: Text
    label: Bilingual
    sign: Literal[-1, 1] = 1
    weight: float = Field(default=1.0)
    mean: float | None = None
    sd: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _whole_reference(self) -> Component:
        if (self.mean is None) != (self.sd is None):
            raise ValueError("mean and sd are given together or not at all")
        return self


class IndexClass(Strict):
    """A class of a standardised score, from above `lower` up to and including `upper`."""

    code: Text
    label: Bilingual
    lower: float | None = None
    upper: float | None = None


class IndexEdition(Strict):
    """An edition of a composite index; never changed once published."""

    index: IndicatorId
    name: Bilingual
    input: Literal["indicator", "small_area_share"]
    area_level: AreaLevel
    only_year: int | None = None
    combine: Literal["sum", "mean", "weighted_sum"]
    standardise: bool = Field(description="whether the score is divided by its standard deviation")
    score_sd: float | None = Field(default=None, gt=0)
    note: Bilingual
    components: tuple[Component, ...] = Field(min_length=1)
    classes: tuple[IndexClass, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> IndexEdition:
        names = [one.component for one in self.components]
        if len(set(names)) != len(names):
            raise ValueError("a component is named twice")
        if self.combine == "mean" and sum(one.weight for one in self.components) == 0:
            raise ValueError("weights of a mean must not sum to 0")
        edges = [one.upper for one in self.classes[:-1]]
        if edges != [one.lower for one in self.classes[1:]]:
            raise ValueError("classes must join without gap or overlap")
        if self.classes and (self.classes[0].lower is not None or self.classes[-1].upper is not None):
            raise ValueError("the first class is open below, the last above")
        return self


class Member(Strict):
    """An area in a ring, from and until (half open) when."""

    area: Text
    since: dt.date | None = None
    until: dt.date | None = None


class AutomaticPeers(Strict):
    """Peers by structure: the areas of a level nearest in standardised context indicators of one year."""

    of: Text = Field(description="area code the peers are sought for, or `every` area of the level")
    area_level: AreaLevel
    year: int | None = Field(
        default=None, description="without it, the newest in which nearly all have all context"
    )
    context: tuple[IndicatorId, ...] = Field(min_length=1)
    number: int = Field(ge=1, le=50)


class Ring(Strict):
    """A Vergleichsring: who is compared with whom, chosen by hand or by structure."""

    name: Bilingual
    purpose: Bilingual
    ranking: bool = Field(description="whether positions are shown; false where the ring is no league table")
    minimum_members: int = Field(default=4, ge=3)
    members: tuple[Member, ...] = ()
    automatic: AutomaticPeers | None = None
    indicators: tuple[IndicatorId, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_way(self) -> Ring:
        if bool(self.members) == (self.automatic is not None):
            raise ValueError("give members by hand or automatic peers, one of both")
        return self


class Goal(Strict):
    """An agreed goal: an indicator of an area that is to move from a baseline to a target by a day."""

    title: Bilingual
    indicator: IndicatorId
    area: Text
    unit_responsible: Text
    agreement: Text | None = None
    baseline_date: dt.date
    baseline: float | None = Field(default=None, description="without it, the fact of the baseline date")
    target: float
    corridor: float = Field(default=0.0, ge=0, description="distance from the straight way that is on course")
    due: dt.date
    measures: tuple[Text, ...] = ()
    ring: Text | None = None
    invented: bool = Field(default=False, description="an example, shown as such wherever it appears")

    @model_validator(mode="after")
    def _in_time(self) -> Goal:
        if self.due <= self.baseline_date:
            raise ValueError("due must lie after baseline_date")
        if self.baseline is not None and self.baseline == self.target:
            raise ValueError("target equals baseline: there is nothing to reach")
        return self


def load_indices(specifications: Specifications, folder: Path = FOLDER) -> dict[str, IndexEdition]:
    """Read all index editions; raises `DeclarationError` with file, line and key."""
    editions, located, problems = read_mapping(folder / "indices.yml", IndexEdition)
    for name, edition in editions.items():
        if edition.index not in specifications:
            problems.append(problem_at(located, (name, "index"), f"no indicator {edition.index!r}"))
        for number, one in enumerate(edition.components):
            wrong = _unusable(specifications, one.component) if edition.input == "indicator" else None
            if wrong:
                problems.append(problem_at(located, (name, "components", number, "component"), wrong))
    return _or_raise(editions, problems)


def load_rings(specifications: Specifications, folder: Path = FOLDER) -> dict[str, Ring]:
    """Read all rings; raises `DeclarationError` with file, line and key.

    Whether a member exists is known only in the warehouse: there a test names members that do not.
    """
    rings, located, problems = read_mapping(folder / "rings.yml", Ring)
    for name, ring in rings.items():
        chosen = [(("indicators", number), one) for number, one in enumerate(ring.indicators)]
        if ring.automatic:
            chosen += [(("automatic", "context", n), one) for n, one in enumerate(ring.automatic.context)]  # type: ignore[misc]
        for key, one in chosen:
            if wrong := _unusable(specifications, one):
                problems.append(problem_at(located, (name, *key), wrong))
    return _or_raise(rings, problems)


def load_goals(
    specifications: Specifications, rings: dict[str, Ring], folder: Path = FOLDER
) -> dict[str, Goal]:
    """Read all goals; raises `DeclarationError` with file, line and key."""
    goals, located, problems = read_mapping(folder / "goals.yml", Goal)
    for name, goal in goals.items():
        if wrong := _unusable(specifications, goal.indicator):
            problems.append(problem_at(located, (name, "indicator"), wrong))
        if goal.ring is not None and goal.ring not in rings:
            problems.append(problem_at(located, (name, "ring"), f"no ring {goal.ring!r} in rings.yml"))
    return _or_raise(goals, problems)


def _unusable(specifications: Specifications, indicator_id: str) -> str | None:
    """Why indices, rings and goals, which are published, cannot be made of an indicator."""
    if indicator_id not in specifications:
        return f"no indicator {indicator_id!r}"
    if specifications.is_own(specifications[indicator_id]):
        return (
            f"{indicator_id} is computed from a municipality's own forms, confidential: take a published one"
        )
    return None


def _or_raise(found: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    if problems:
        raise DeclarationError(sorted(problems))
    return found


def edition_rows(editions: dict[str, IndexEdition]) -> Iterator[dict[str, Any]]:
    """Rows of the seed index_edition."""
    for name, one in editions.items():
        yield {
            "edition_id": name,
            "index_id": one.index,
            "name_de": one.name.de,
            "name_en": one.name.en,
            "input": one.input,
            "area_level": one.area_level,
            "only_year": one.only_year,
            "combine": one.combine,
            "standardise": str(one.standardise).lower(),
            "score_sd": one.score_sd,
            "note_de": one.note.de,
            "note_en": one.note.en,
        }


def component_rows(editions: dict[str, IndexEdition]) -> Iterator[dict[str, Any]]:
    """Rows of the seed index_component."""
    for name, edition in editions.items():
        for one in edition.components:
            yield {
                "edition_id": name,
                "component": one.component,
                "label_de": one.label.de,
                "label_en": one.label.en,
                "sign": one.sign,
                "weight": one.weight,
                "reference_mean": one.mean,
                "reference_sd": one.sd,
            }


def class_rows(editions: dict[str, IndexEdition]) -> Iterator[dict[str, Any]]:
    """Rows of the seed index_class."""
    for name, edition in editions.items():
        for one in edition.classes:
            yield {
                "edition_id": name,
                "class_code": one.code,
                "label_de": one.label.de,
                "label_en": one.label.en,
                "lower_limit": one.lower,
                "upper_limit": one.upper,
            }


def ring_rows(rings: dict[str, Ring]) -> Iterator[dict[str, Any]]:
    """Rows of the seed peer_ring."""
    for name, ring in rings.items():
        peers = ring.automatic
        yield {
            "ring_id": name,
            "name_de": ring.name.de,
            "name_en": ring.name.en,
            "purpose_de": ring.purpose.de,
            "purpose_en": ring.purpose.en,
            "ranking": str(ring.ranking).lower(),
            "minimum_members": ring.minimum_members,
            "peers_of": peers.of if peers else None,
            "peer_level": peers.area_level if peers else None,
            "peer_year": peers.year if peers else None,
            "peer_number": peers.number if peers else None,
        }


def member_rows(rings: dict[str, Ring]) -> Iterator[dict[str, Any]]:
    """Rows of the seed peer_ring_member: members chosen by hand."""
    for name, ring in rings.items():
        for one in ring.members:
            yield {
                "ring_id": name,
                "area_code": one.area,
                "valid_from": one.since or "1900-01-01",
                "valid_to": one.until or "9999-12-31",
            }


def ring_indicator_rows(rings: dict[str, Ring]) -> Iterator[dict[str, Any]]:
    """Rows of the seed peer_ring_indicator: what a ring compares, and by what automatic peers are sought."""
    for name, ring in rings.items():
        for one in ring.indicators:
            yield {"ring_id": name, "indicator_id": one, "role": "compared"}
        for one in ring.automatic.context if ring.automatic else ():
            yield {"ring_id": name, "indicator_id": one, "role": "context"}


def goal_rows(goals: dict[str, Goal]) -> Iterator[dict[str, Any]]:
    """Rows of the seed goal."""
    for name, one in goals.items():
        yield {
            "goal_id": name,
            "title_de": one.title.de,
            "title_en": one.title.en,
            "indicator_id": one.indicator,
            "area_code": one.area,
            "unit_responsible": one.unit_responsible,
            "agreement": one.agreement,
            "baseline_date": one.baseline_date,
            "baseline": one.baseline,
            "target": one.target,
            "corridor": one.corridor,
            "due": one.due,
            "measures": "; ".join(one.measures),
            "ring_id": one.ring,
            "is_invented": str(one.invented).lower(),
        }
