"""Scenarios that an office assumes for the projection of children: `<data root>/town/scenarios.yml`.

A scenario is data with a name, a source and a date, never a constant of the code. It says what differs from
the trend that `fct_projection` calls `trend`: births (a change in per cent), migration (persons who come or
go beside the trend) and new housing (dwellings by year of moving in, with children per dwelling by age). The
file is the office's own, so its errors are told in German, each with file, line and key.

    wohnbau-nord:
      title: {de: Wohnbau Nord wie beschlossen, en: Housing in the north as resolved}
      source: Beschluss der Gemeindevertretung vom 12.03.2026, Vorlage 41/2026
      dated: 2026-03-12
      housing:
        - {area: "01100101", year: 2028, dwellings: 240, children_per_dwelling: {0-2: 0.14, 3-5: 0.12}}
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sources.declared.office_file import entries
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict

FILE = "scenarios.yml"
TREND = "trend"
"""Name of what is projected without a scenario; no scenario may take it."""

OLDEST = 17
"""Highest age that is projected."""


_CODE = re.compile(r"[0-9][0-9A-Za-z._-]*")


def _is_area(code: str) -> str:
    # small areas have codes of their own division; whether one is projected, a test of the warehouse says
    if code != "DG" and not _CODE.fullmatch(code):
        raise ValueError("ist kein Gebietsschlüssel")
    return code


def _is_name(text: str) -> str:
    if not text.strip():
        raise ValueError("ist leer")
    return text.strip()


def _is_day(value: object) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("ist kein Datum wie 2026-03-12") from None


def span_of(text: str) -> tuple[int, int]:
    """First and last age of a span like 0-2 or 6."""
    first, dash, last = str(text).partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise ValueError("ist keine Altersspanne wie 0-2 oder 6")
    span = int(first), int(last if dash else first)
    if span[0] > span[1] or span[1] > OLDEST:
        raise ValueError(f"die Altersspanne liegt nicht zwischen 0 und {OLDEST}")
    return span


Area = Annotated[str, AfterValidator(_is_area)]
Text = Annotated[str, AfterValidator(_is_name)]
Day = Annotated[dt.date, BeforeValidator(_is_day)]
Year = Annotated[int, Field(ge=1990, le=2100)]


class Title(Strict):
    """A name in both languages."""

    de: Text
    en: Text


Place = TypeVar("Place")
Said = TypeVar("Said", bound="Span")


class Span(Strict):
    """An area and the years for which something is said of it."""

    area: Area
    from_year: Year
    to_year: Year

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.to_year < self.from_year:
            raise ValueError("to_year liegt vor from_year")
        return self

    def meets(self, other: Span) -> bool:
        """Whether both speak of a year."""
        return self.from_year <= other.to_year and other.from_year <= self.to_year


def said_again(given: Iterable[tuple[Place, Said]], of: Callable[[Said], Hashable]) -> Iterator[Place]:
    """Places of what speaks of an area, a thing and a year of which something before it speaks already.

    `of` is the thing: what it speaks of beside area and years.
    """
    before: list[Said] = []
    for place, one in given:
        if any((one.area, of(one)) == (other.area, of(other)) and one.meets(other) for other in before):
            yield place
        before.append(one)


class Births(Span):
    """Births in and below an area are `change_pct` per cent above the trend, in years from … to …"""

    change_pct: float = Field(ge=-90, le=300)


class Migration(Span):
    """`persons_per_year` of these ages come to the area beside the trend, or go where it is below zero."""

    ages: Text = f"0-{OLDEST}"
    persons_per_year: float

    @model_validator(mode="after")
    def _ages_are_a_span(self) -> Migration:
        span_of(self.ages)
        return self


class Housing(Strict):
    """New dwellings that people move into in a year, and how many children of which ages live in one."""

    area: Area
    year: Year
    dwellings: int = Field(gt=0)
    children_per_dwelling: Mapping[Text, Annotated[float, Field(ge=0, le=5)]] = Field(min_length=1)
    project: Text | None = None

    @model_validator(mode="after")
    def _ages_are_spans(self) -> Housing:
        seen: set[int] = set()
        for text in self.children_per_dwelling:
            first, last = span_of(text)
            ages = set(range(first, last + 1))
            if ages & seen:
                raise ValueError(f"children_per_dwelling: das Alter {min(ages & seen)} steht in zwei Spannen")
            seen |= ages
        return self


class Scenario(Strict):
    """What an office assumes beside the trend, who says so and since when."""

    title: Title
    source: Text
    dated: Day
    note: Text | None = None
    births: tuple[Births, ...] = ()
    migration: tuple[Migration, ...] = ()
    housing: tuple[Housing, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Scenario:
        if not (self.births or self.migration or self.housing):
            raise ValueError("nimmt nichts an: births, migration oder housing fehlt")
        return self


@dataclass(frozen=True)
class Assumption:
    """One row of the catalogue's table `scenarios`: what a scenario adds in an area, from year to
    year, to ages.

    kind births: `amount` is a change in per cent. kind arrivals: `amount` is persons a year over all ages
    of the span.
    """

    scenario_id: str
    title_de: str
    title_en: str
    source: str
    dated: dt.date
    kind: Literal["births", "arrivals"]
    area_code: str
    from_year: int
    to_year: int
    age_from: int
    age_to: int
    amount: float


def scenarios(town: Path) -> tuple[Assumption, ...]:
    """What the office assumes, in the order of its file; nothing where there is no file.

    Raises:
        DeclarationError: everything that is wrong, in German, with file, line and key.
    """
    file = town / FILE
    if not file.exists():
        return ()
    _, found, problems = entries(file, Scenario, "Szenarien", {TREND: "die Fortschreibung ohne Annahmen"})
    if problems:
        raise DeclarationError(problems)
    return tuple(one for name, scenario in found.items() for one in _assumptions(name, scenario))


def _assumptions(name: str, scenario: Scenario) -> Iterator[Assumption]:
    head: dict[str, Any] = {
        "scenario_id": name,
        "title_de": scenario.title.de,
        "title_en": scenario.title.en,
        "source": scenario.source,
        "dated": scenario.dated,
    }
    for births in scenario.births:
        yield Assumption(
            **head, kind="births", area_code=births.area, from_year=births.from_year, to_year=births.to_year,
            age_from=0, age_to=0, amount=births.change_pct,
        )  # fmt: skip
    for migration in scenario.migration:
        first, last = span_of(migration.ages)
        yield Assumption(
            **head, kind="arrivals", area_code=migration.area, from_year=migration.from_year,
            to_year=migration.to_year, age_from=first, age_to=last, amount=migration.persons_per_year,
        )  # fmt: skip
    for housing in scenario.housing:
        for text, children in housing.children_per_dwelling.items():
            first, last = span_of(text)
            yield Assumption(
                **head, kind="arrivals", area_code=housing.area, from_year=housing.year, to_year=housing.year,
                age_from=first, age_to=last, amount=housing.dwellings * children,
            )  # fmt: skip
