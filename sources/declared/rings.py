"""Vergleichsringe of an office: `<data root>/town/rings.yml`.

A ring says who is compared with whom: members by hand, with validity, or peers by structure. Peers of `every`
Kreis are sought for each Kreis. Without a year they are sought in the newest year in which nearly all Kreise
have all of the context. The file is the office's own, so its errors are told in German, each with file, line
and key; that a member exists in its period, and an indicator at all, a test of the warehouse says.

    ring-nord:
      title: {de: Vergleichsring Nord, en: Ring North}
      purpose: {de: Voneinander lernen, en: Learning}
      ranking: false
      members:
        - {area: "01001"}
        - {area: "13003", since: 2012-01-01}
      indicators: [P03, K01, B01]
    aehnlich-wie-wir:
      title: {de: Strukturähnliche Kreise, en: Similar Kreise}
      purpose: {de: Vergleich nach Struktur, en: Comparison by structure}
      ranking: true
      peers: {of: "01001", context: [D13, A01, I01], number: 8}
      indicators: [P03, K01]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from sources.declared.office_file import entries
from sources.declared.scenarios import Area, Day, Text, Title, Year
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict, problem_at

FILE = "rings.yml"
EVERY = "every"
"""In place of an area: peers are sought for each Kreis."""

FIRST, LAST = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
FEWEST = 3
"""With fewer members a ring's value gives away the other's number."""


def _is_indicator(text: str) -> str:
    if not text or not text[0].isalpha() or not text[0].isupper():
        raise ValueError("ist keine Kennzahl wie P03")
    return text


IndicatorId = Annotated[str, AfterValidator(_is_indicator)]


class Member(Strict):
    """An area in a ring, from and until (half open) when."""

    area: Area
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Member:
        if self.since and self.until and self.until <= self.since:
            raise ValueError("until liegt nicht nach since")
        return self


class Peers(Strict):
    """Kreise nearest in standardised context indicators of one year."""

    of: Text = Field(description="area code the peers are sought for, or `every`")
    context: tuple[IndicatorId, ...] = Field(min_length=1)
    number: int = Field(default=8, ge=FEWEST, le=50)
    year: Year | None = None

    @model_validator(mode="after")
    def _of_an_area(self) -> Peers:
        if self.of != EVERY and not (self.of.isdigit() and len(self.of) == 5):
            raise ValueError("of: erwartet wird der Schlüssel eines Kreises, oder every")
        return self


class Ring(Strict):
    """Who is compared with whom, chosen by hand or by structure."""

    title: Title
    purpose: Title
    ranking: bool
    minimum_members: int = Field(default=4, ge=FEWEST)
    members: tuple[Member, ...] = ()
    peers: Peers | None = None
    indicators: tuple[IndicatorId, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_way(self) -> Ring:
        if bool(self.members) == (self.peers is not None):
            raise ValueError("entweder members oder peers angeben")
        return self


@dataclass(frozen=True)
class RingRow:
    """One row of the catalogue's table `rings`."""

    ring_id: str
    name_de: str
    name_en: str
    purpose_de: str
    purpose_en: str
    ranking: bool
    minimum_members: int
    peers_of: str | None
    peer_level: str | None
    peer_year: int | None
    peer_number: int | None


@dataclass(frozen=True)
class RingMember:
    """One row of the catalogue's table `ring_members`, valid half open."""

    ring_id: str
    area_code: str
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True)
class RingIndicator:
    """One row of the catalogue's table `ring_indicators`; role: compared, or context of peers."""

    ring_id: str
    indicator_id: str
    role: str


def rings(town: Path) -> dict[str, Ring]:
    """The office's rings by name; none where there is no file.

    Raises:
        DeclarationError: everything that is wrong, in German, with file, line and key.
    """
    file = town / FILE
    if not file.exists():
        return {}
    located, found, problems = entries(file, Ring, "Vergleichsringe", {})
    for name, ring in found.items():
        for place, one in enumerate(ring.members):
            if any(_meet(one, other) for other in ring.members[:place]):
                words = "dieses Gebiet ist in dieser Zeit schon Mitglied"
                problems.append(problem_at(located, (name, "members", place), words))
    if problems:
        raise DeclarationError(problems)
    return found


def _meet(one: Member, other: Member) -> bool:
    return one.area == other.area and (
        (one.since or FIRST) < (other.until or LAST) and (other.since or FIRST) < (one.until or LAST)
    )


def ring_rows(found: dict[str, Ring]) -> Iterator[RingRow]:
    """Rows of `rings`."""
    for name, one in found.items():
        peers = one.peers
        yield RingRow(
            ring_id=name,
            name_de=one.title.de,
            name_en=one.title.en,
            purpose_de=one.purpose.de,
            purpose_en=one.purpose.en,
            ranking=one.ranking,
            minimum_members=one.minimum_members,
            peers_of=peers.of if peers else None,
            peer_level="KREIS" if peers else None,
            peer_year=peers.year if peers else None,
            peer_number=peers.number if peers else None,
        )


def ring_members(found: dict[str, Ring]) -> Iterator[RingMember]:
    """Rows of `ring_members`."""
    for name, one in found.items():
        for member in one.members:
            yield RingMember(name, member.area, member.since or FIRST, member.until or LAST)


def ring_indicators(found: dict[str, Ring]) -> Iterator[RingIndicator]:
    """Rows of `ring_indicators`."""
    for name, one in found.items():
        yield from (RingIndicator(name, indicator, "compared") for indicator in one.indicators)
        for indicator in one.peers.context if one.peers else ():
            yield RingIndicator(name, indicator, "context")
