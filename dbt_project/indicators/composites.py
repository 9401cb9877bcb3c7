"""Composite indices, peer rings and goals: data with a strict model, compiled to seeds.

`indices.yml` holds the editions of composite indices, `rings.yml` the Vergleichsringe, `goals.yml` the agreed
goals of the Wirkungsmonitor. Errors name file, line and key like those of indicators.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict
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
from sources.declared.goals import Goal, goal_rows
from sources.declared.indices import Edition, EditionRow, edition_row
from sources.declared.scenarios import Title
from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.strict import Strict, problem_at
from sources.foundation.vocabulary import AreaLevel


class IndexEdition(Edition):
    """An edition of a composite index; never changed once published."""

    name: Title
    input: Literal["indicator", "small_area_share"]


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


class ExampleGoal(Goal):
    """A goal that the package shows beside the sample, or a town's in place of it."""

    invented: bool = Field(default=False, description="an example, shown as such wherever it appears")


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
) -> dict[str, ExampleGoal]:
    """Read all example goals; raises `DeclarationError` with file, line and key."""
    goals, located, problems = read_mapping(folder / "goals.yml", ExampleGoal)
    for name, goal in goals.items():
        if goal.indicator is not None and (wrong := _unusable(specifications, goal.indicator)):
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


def edition_rows(editions: Mapping[str, IndexEdition]) -> Iterator[EditionRow]:
    """Rows of the seed index_edition."""
    for name, one in editions.items():
        yield edition_row(name, one, one.name, one.input)


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


def example_rows(goals: Mapping[str, ExampleGoal]) -> Iterator[dict[str, Any]]:
    """Rows of the seed goal."""
    for row in goal_rows(goals):
        yield asdict(row) | {"is_invented": goals[row.goal_id].invented}


def as_seed(row: Any) -> dict[str, Any]:
    """A row as a seed writes it: dbt reads true and false in small letters."""
    given = row if isinstance(row, dict) else asdict(row)
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
