"""Agreed goals of an office: `<data root>/town/goals.yml`.

A goal says which figure of an area is to move from a baseline to a target by a day. The figure is an
indicator, over published tables or over the office's own forms, or how far places cover a need (in per cent,
at a demand rate and under a scenario). Goals may come as a form too (`zielwerte`); no goal may stand in both.
The file is the office's own, so its errors are told in German, each with file, line and key; that the area
and the indicator exist, a test of the warehouse says.

    weniger-abgaenge:
      title: {de: Weniger Abgänge ohne Abschluss, en: Fewer leavers without certificate}
      indicator: B01
      area: "01002"
      unit_responsible: Amt für Schulen
      agreement: Beschluss der Ratsversammlung vom 12.03.2026
      baseline_date: 2014-07-31
      target: 6.0
      corridor: 0.5
      due: 2025-07-31
      measures: [Schulsozialarbeit, Übergangsbegleitung]
      ring: ring-nord
    ganztag-fuer-alle:
      title: {de: Ein Platz im Ganztag für jedes Kind, en: An all-day place for every child}
      need: {step: ALLDAY, rate: law}
      area: "01002"
      unit_responsible: Amt für Schulen
      baseline_date: 2026-12-31
      baseline: 71
      target: 100
      due: 2029-12-31
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from sources.declared.demand import HELD, LAW
from sources.declared.needs import needs
from sources.declared.office_file import entries
from sources.declared.rings import IndicatorId
from sources.declared.scenarios import TREND, Area, Day, Text, Title
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict
from sources.foundation.told import Told

FILE = "goals.yml"


class Coverage(Strict):
    """A step of a need that places are to cover, at a demand rate and under a scenario."""

    step: Text
    rate: Text = Field(description="`held`, `law` or an input of demand.yml")
    scenario: Text = TREND

    @model_validator(mode="after")
    def _is_planned(self) -> Coverage:
        undivided = {step: one for need in needs().values() for step, one in need.items() if one.of is None}
        if self.step not in undivided:
            known = ", ".join(undivided)
            raise ValueError(
                Told(f"step: known are {known}", f"step: eine Deckung wird gerechnet für {known}")
            )
        if undivided[self.step].by_law != (self.rate == LAW) and self.rate in (HELD, LAW):
            other = LAW if self.rate == HELD else HELD
            raise ValueError(
                Told(
                    f"rate: {self.step} has no rate {self.rate!r}, but {other!r}",
                    f"rate: für {self.step} gibt es {other}, nicht {self.rate}",
                )
            )
        return self


class Goal(Strict):
    """An agreed goal: a figure of an area that is to move from a baseline to a target by a day."""

    title: Title
    indicator: IndicatorId | None = None
    need: Coverage | None = None
    area: Area
    unit_responsible: Text
    agreement: Text | None = None
    baseline_date: Day
    baseline: float | None = Field(default=None, description="without it, the figure of the baseline date")
    target: float
    corridor: float = Field(default=0.0, ge=0, description="distance from the straight way that is on course")
    due: Day
    measures: tuple[Text, ...] = ()
    ring: Text | None = None

    @model_validator(mode="after")
    def _in_time(self) -> Goal:
        if self.due <= self.baseline_date:
            raise ValueError(Told("due must lie after baseline_date", "due liegt nicht nach baseline_date"))
        if self.baseline is not None and self.baseline == self.target:
            raise ValueError(
                Told(
                    "target equals baseline: there is nothing to reach",
                    "target ist gleich baseline: es gibt nichts zu erreichen",
                )
            )
        return self

    @model_validator(mode="after")
    def _one_figure(self) -> Goal:
        if (self.indicator is None) == (self.need is None):
            raise ValueError(Told("give indicator or need", "entweder indicator oder need angeben"))
        if self.need and self.baseline is None:
            # of a need the warehouse knows the newest year and the years ahead, not those before
            raise ValueError(
                Told(
                    "a goal over a need takes a baseline figure",
                    "zu einem Ziel über einen Bedarf gehört baseline: die Deckung am baseline_date in %",
                )
            )
        if self.need and self.ring is not None:
            raise ValueError(
                Told("a need has no ring", "ring: zu einem Bedarf gibt es keine Vergleichswerte im Ring")
            )
        return self


@dataclass(frozen=True)
class GoalRow:
    """One row of the catalogue's table `goals`, and of the seed of examples."""

    goal_id: str
    title_de: str
    title_en: str
    indicator_id: str | None
    need_step_code: str | None
    demand_id: str | None
    scenario_id: str | None
    area_code: str
    unit_responsible: str
    agreement: str | None
    baseline_date: dt.date
    baseline: float | None
    target: float
    corridor: float
    due: dt.date
    measures: str
    ring_id: str | None


def goals(town: Path) -> dict[str, Goal]:
    """The office's goals by name; none where there is no file.

    Raises:
        DeclarationError: everything that is wrong, in German, with file, line and key.
    """
    file = town / FILE
    if not file.exists():
        return {}
    _, found, problems = entries(file, Goal, "Ziele", {})
    if problems:
        raise DeclarationError(problems)
    return found


def goal_rows(found: Mapping[str, Goal]) -> Iterator[GoalRow]:
    """Rows of `goals`."""
    for name, one in found.items():
        yield GoalRow(
            goal_id=name,
            title_de=one.title.de,
            title_en=one.title.en,
            indicator_id=one.indicator,
            need_step_code=one.need.step if one.need else None,
            demand_id=one.need.rate if one.need else None,
            scenario_id=one.need.scenario if one.need else None,
            area_code=one.area,
            unit_responsible=one.unit_responsible,
            agreement=one.agreement,
            baseline_date=one.baseline_date,
            baseline=one.baseline,
            target=one.target,
            corridor=one.corridor,
            due=one.due,
            measures="; ".join(one.measures),
            ring_id=one.ring,
        )
