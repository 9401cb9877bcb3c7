"""Demand rates that an office plans with: `<data root>/town/demand.yml`.

A demand rate says of how many people of an age a place is wanted. It is an input with a name, a source and a
date (a survey of parents, a resolution, an assumption), never a constant of the code. The rates of the newest
statistics need no file; they are called `held`, and what everybody may ask for `law`. The file is the
office's own, so its errors are told in German, each with file, line and key.

    elternbefragung-2026:
      title: {de: Elternbefragung 2026, en: Survey of parents 2026}
      source: Elternbefragung des Jugendamtes, Bericht vom 12.03.2026, Tabelle 4
      dated: 2026-03-12
      childcare:
        - {area: "01001", ages: 0-2, from_year: 2026, to_year: 2030, rate: 0.52}
        - {area: "01001", ages: 3-5, from_year: 2026, to_year: 2030, rate: 1.02, note: Kinder von auswärts}
      school:
        - {area: "01001", step: ALLDAY, from_year: 2026, to_year: 2030, rate: 0.78}
        - {area: "01001", step: CLASS_5, school_type: GY, from_year: 2026, to_year: 2030, rate: 0.41}
      care:
        - {area: "01001", step: CARE_HOME, ages: 75+, from_year: 2026, to_year: 2030, rate: 0.11}

A rate holds for the area and all areas below it that the same input does not name themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from sources.declared.needs import codes_of, needs
from sources.declared.office_file import entries
from sources.declared.scenarios import Day, Span, Text, Title, said_again, span_of
from sources.declared.vocabulary import TOTAL
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict, problem_at

FILE = "demand.yml"
HELD = "held"
"""Name of the rates of the newest statistics; no input of the office may take it."""

LAW = "law"
"""Name of the rate of what everybody goes to or may ask for; no input of the office may take it."""

AGE_GROUPS = {(0, 2): "Y_LT3", (3, 5): "Y3T5", (0, 5): "Y_LT6"}
"""Ages of which day care is planned, with the code of their group."""

OLD_AGES = {"65+": "Y_GE65", "65-74": "Y65T74", "75+": "Y_GE75", "80+": "Y_GE80"}
"""Ages of which care is planned, with the code of their group."""


class Rate(Span):
    """`rate` places are wanted per person in the years from … to …, in and below an area."""

    rate: float = Field(ge=0, le=2)
    note: Text | None = None

    @model_validator(mode="after")
    def _is_explained(self) -> Rate:
        if self.rate > 1 and self.note is None:
            raise ValueError(
                "rate liegt über 1: eine note muss sagen, warum es mehr Plätze als Menschen braucht"
            )
        return self


class Childcare(Rate):
    """A rate of children of these ages in day care."""

    ages: Text

    @model_validator(mode="after")
    def _is_planned(self) -> Childcare:
        if span_of(self.ages) not in AGE_GROUPS:
            known = ", ".join(f"{first}-{last}" for first, last in AGE_GROUPS)
            raise ValueError(f"ages: Plätze werden für {known} geplant")
        return self

    @property
    def of(self) -> tuple[str, str, str]:
        """Step, branch and age group."""
        group = AGE_GROUPS[span_of(self.ages)]
        return group, TOTAL, group


class AtSchool(Strict):
    """A step of school and, where it is split up, the type of school or the qualification."""

    step: Text
    school_type: Text | None = None
    qualification: Text | None = None

    @model_validator(mode="after")
    def _is_a_step(self) -> AtSchool:
        known = needs()["school"]
        if self.step not in known:
            raise ValueError(f"step: geplant wird für {', '.join(known)}")
        of = known[self.step].of
        for name in ("school_type", "qualification"):
            given = getattr(self, name)
            if (given is not None) != (name == of):
                raise ValueError(f"{name}: " + ("fehlt" if name == of else f"gehört nicht zu {self.step}"))
            if given is not None and given not in codes_of(name):
                raise ValueError(f"{name}: {given} gibt es nicht; bekannt: {', '.join(codes_of(name))}")
        return self

    @property
    def branch(self) -> str:
        """Code of the type of school or qualification."""
        return self.school_type or self.qualification or TOTAL


class School(Rate, AtSchool):
    """A rate of children who enter or visit a step of school."""

    @property
    def of(self) -> tuple[str, str, str]:
        """Step, branch and age group: which one, the step says."""
        return self.step, self.branch, TOTAL


class Care(Rate):
    """A rate of people of these ages in need of a kind of care."""

    step: Text
    ages: Text

    @model_validator(mode="after")
    def _is_planned(self) -> Care:
        if self.step not in needs()["care"]:
            raise ValueError(f"step: geplant wird für {', '.join(needs()['care'])}")
        if self.ages not in OLD_AGES:
            raise ValueError(f"ages: geplant wird für {', '.join(OLD_AGES)}")
        return self

    @property
    def of(self) -> tuple[str, str, str]:
        """Step, branch and age group."""
        return self.step, TOTAL, OLD_AGES[self.ages]


class Input(Strict):
    """One input of the office: its rates, who says so and since when."""

    title: Title
    source: Text
    dated: Day
    childcare: tuple[Childcare, ...] = ()
    school: tuple[School, ...] = ()
    care: tuple[Care, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Input:
        if not (self.childcare or self.school or self.care):
            raise ValueError("nennt keine Quote: childcare, school oder care fehlt")
        return self

    def rates(self) -> Iterator[tuple[str, int, Childcare | School | Care]]:
        """Need, place in the list of that need, and rate."""
        lists: tuple[tuple[str, tuple[Childcare | School | Care, ...]], ...] = (
            ("childcare", self.childcare),
            ("school", self.school),
            ("care", self.care),
        )
        for need, own in lists:
            for place, one in enumerate(own):
                yield need, place, one


@dataclass(frozen=True)
class DemandRate:
    """One row of the catalogue's table `demand_rates`; age group _T: that of the step."""

    demand_id: str
    title_de: str
    title_en: str
    source: str
    dated: dt.date
    need_id: str
    step_code: str
    branch_code: str
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
    taken = {HELD: "die Quote der neuesten Statistik", LAW: "die Quote nach dem Gesetz"}
    located, inputs, problems = entries(file, Input, "Bedarfsquoten", taken)
    words = "für dieses Gebiet, Alter und Jahr gilt schon eine Quote"
    for name, given in inputs.items():
        rates = (((need, place), one) for need, place, one in given.rates())
        problems += [
            problem_at(located, (name, *where), words) for where in said_again(rates, lambda one: one.of)
        ]
    if problems:
        raise DeclarationError(problems)
    return tuple(rate for name, given in inputs.items() for rate in _rates(name, given))


def _rates(name: str, given: Input) -> Iterator[DemandRate]:
    for need, _, one in given.rates():
        step, branch, ages = one.of
        yield DemandRate(
            demand_id=name,
            title_de=given.title.de,
            title_en=given.title.en,
            source=given.source,
            dated=given.dated,
            need_id=need,
            step_code=step,
            branch_code=branch,
            area_code=one.area,
            age_group_code=ages,
            from_year=one.from_year,
            to_year=one.to_year,
            rate=one.rate,
            note=one.note,
        )
