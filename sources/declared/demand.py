"""Demand rates that an office plans with: `<data root>/town/demand.yml`.

A demand rate says of how many children of an age a place is wanted. It is an input with a name, a source and
a date (a survey of parents, a resolution, an assumption), never a constant of the code. The rate of the
newest day-care statistics needs no file; it is called `held`. The file is the office's own, so its errors are
told in German, each with file, line and key.

    elternbefragung-2026:
      title: {de: Elternbefragung 2026, en: Survey of parents 2026}
      source: Elternbefragung des Jugendamtes, Bericht vom 12.03.2026, Tabelle 4
      dated: 2026-03-12
      childcare:
        - {area: "01001", ages: 0-2, from_year: 2026, to_year: 2030, rate: 0.52}
        - {area: "01001", ages: 3-5, from_year: 2026, to_year: 2030, rate: 1.02, note: Kinder von auswärts}

A rate holds for the area and all areas below it that the same input does not name themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from sources.declared.office_file import entries
from sources.declared.scenarios import Day, Span, Text, Title, span_of
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict, problem_at

FILE = "demand.yml"
HELD = "held"
"""Name of the rate of the newest day-care statistics; no input of the office may take it."""

AGE_GROUPS = {(0, 2): "Y_LT3", (3, 5): "Y3T5", (0, 5): "Y_LT6"}
"""Ages of which day care is planned, with the code of their group."""


class Childcare(Span):
    """Of the children of these ages in and below an area, `rate` want a place in the years from … to …"""

    ages: Text
    rate: float = Field(ge=0, le=2)
    note: Text | None = None

    @model_validator(mode="after")
    def _is_planned(self) -> Childcare:
        if span_of(self.ages) not in AGE_GROUPS:
            known = ", ".join(f"{first}-{last}" for first, last in AGE_GROUPS)
            raise ValueError(f"ages: Plätze werden für {known} geplant")
        if self.rate > 1 and self.note is None:
            raise ValueError(
                "rate liegt über 1: eine note muss sagen, warum es mehr Plätze als Kinder braucht"
            )
        return self


class Input(Strict):
    """One input of the office: its rates, who says so and since when."""

    title: Title
    source: Text
    dated: Day
    childcare: tuple[Childcare, ...] = Field(min_length=1)


@dataclass(frozen=True)
class DemandRate:
    """One row of the catalogue's table `demand_rates`."""

    demand_id: str
    title_de: str
    title_en: str
    source: str
    dated: dt.date
    area_code: str
    age_group_code: str
    from_year: int
    to_year: int
    rate: float
    note: str | None


def demand_rates(town: Path) -> tuple[DemandRate, ...]:
    """What the office plans with, in the order of its file; nothing where there is no file.

    Raises:
        DeclarationError: everything that is wrong, in German, with file, line and key.
    """
    file = town / FILE
    if not file.exists():
        return ()
    located, inputs, problems = entries(
        file, Input, "Bedarfsquoten", {HELD: "die Quote der neuesten Statistik"}
    )
    for name, given in inputs.items():
        problems += [
            problem_at(
                located, (name, "childcare", place), "für dieses Gebiet, Alter und Jahr gilt schon eine Quote"
            )
            for place in _again(given)
        ]
    if problems:
        raise DeclarationError(problems)
    return tuple(rate for name, given in inputs.items() for rate in _rates(name, given))


def _again(given: Input) -> Iterator[int]:
    """Places of rates that speak of an area, age and year of which one before them speaks."""
    for place, one in enumerate(given.childcare):
        for other in given.childcare[:place]:
            same = (one.area, span_of(one.ages)) == (other.area, span_of(other.ages))
            if same and one.from_year <= other.to_year and other.from_year <= one.to_year:
                yield place
                break


def _rates(name: str, given: Input) -> Iterator[DemandRate]:
    for one in given.childcare:
        yield DemandRate(
            demand_id=name,
            title_de=given.title.de,
            title_en=given.title.en,
            source=given.source,
            dated=given.dated,
            area_code=one.area,
            age_group_code=AGE_GROUPS[span_of(one.ages)],
            from_year=one.from_year,
            to_year=one.to_year,
            rate=one.rate,
            note=one.note,
        )
