"""Places that an office has or plans, by area and year: `<data root>/town/places.yml`.

Places are said outright or by a rule of capacity: groups of a size (day care), trains of classes of a size
(school). A rule is an input with a name, a source and a date, like a demand rate, never a constant of the
code. What the file says of an area, step and year goes before lists of facilities and statistics. The file is
the office's own, so its errors are told in German, each with file, line and key.

    schulentwicklungsplan-2026:
      title: {de: Schulentwicklungsplan 2026, en: School development plan 2026}
      source: Beschluss der Ratsversammlung vom 12.03.2026, Anlage 2
      dated: 2026-03-12
      places:
        - {area: "01001", step: CLASS_1, from_year: 2026, to_year: 2030, trains: 32, class_size: 25}
        - {area: "01001", step: ALLDAY, from_year: 2026, to_year: 2027, places: 1850}
        - {area: "01001", step: Y_LT3, from_year: 2026, to_year: 2030, groups: 88, group_size: 10}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from sources.declared.demand import AtSchool
from sources.declared.needs import steps
from sources.declared.office_file import entries
from sources.declared.scenarios import Day, Span, Text, Title, said_again
from sources.declared.vocabulary import TOTAL
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict, problem_at

FILE = "places.yml"
CLASSES = {"CLASS_1": 1, "CLASSES_1_4": 4, "CLASS_5": 1}
"""Steps whose places may be said by trains, and how many classes a train has there."""

Number = Annotated[int, Field(ge=0)]


class Places(Span):
    """Places of a step in an area, from year to year: outright, or groups or trains times their size."""

    step: Text
    school_type: Text | None = None
    places: Number | None = None
    groups: Number | None = None
    group_size: Annotated[int, Field(gt=0, le=200)] | None = None
    trains: Number | None = None
    class_size: Annotated[int, Field(gt=0, le=60)] | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _is_said_once(self) -> Places:
        if self.step not in steps():
            raise ValueError(f"step: geplant wird für {', '.join(steps())}")
        if steps()[self.step][0] == "school":
            AtSchool(step=self.step, school_type=self.school_type)
        elif self.school_type is not None:
            raise ValueError(f"school_type: gehört nicht zu {self.step}")
        rules = (("places",), ("groups", "group_size"), ("trains", "class_size"))
        given = [names for names in rules if any(getattr(self, name) is not None for name in names)]
        if len(given) != 1:
            raise ValueError("nötig ist places, oder groups mit group_size, oder trains mit class_size")
        for name in given[0]:
            if getattr(self, name) is None:
                raise ValueError(f"{name}: fehlt")
        if self.trains is not None and self.step not in CLASSES:
            raise ValueError(f"trains: Züge gibt es bei {', '.join(CLASSES)}")
        return self

    @property
    def branch(self) -> str:
        """Code of the type of school."""
        return self.school_type or TOTAL

    @property
    def count(self) -> int:
        """Places by the rule that is given."""
        if self.trains is not None and self.class_size is not None:
            return self.trains * self.class_size * CLASSES[self.step]
        if self.groups is not None and self.group_size is not None:
            return self.groups * self.group_size
        return self.places or 0

    @property
    def rule(self) -> str | None:
        """The rule in German words, where there is one."""
        if self.trains is not None:
            classes = CLASSES[self.step]
            years = f" × {classes} Klassenstufen" if classes > 1 else ""
            return f"{self.trains} Züge × {self.class_size} Plätze{years}"
        if self.groups is not None:
            return f"{self.groups} Gruppen × {self.group_size} Plätze"
        return None


class Input(Strict):
    """One input of the office: its places, who says so and since when."""

    title: Title
    source: Text
    dated: Day
    places: tuple[Places, ...] = Field(min_length=1)


@dataclass(frozen=True)
class PlannedPlaces:
    """One row of the catalogue's table `planned_places`."""

    input_id: str
    title_de: str
    title_en: str
    source: str
    dated: dt.date
    need_id: str
    step_code: str
    branch_code: str
    area_code: str
    from_year: int
    to_year: int
    places: int
    rule: str | None
    note: str | None


def planned_places(town: Path) -> tuple[PlannedPlaces, ...]:
    """What the office has or plans, in the order of its file; nothing where there is no file.

    Raises:
        DeclarationError: everything that is wrong, in German, with file, line and key.
    """
    file = town / FILE
    if not file.exists():
        return ()
    located, inputs, problems = entries(file, Input, "Plätze", {})
    every = (((name, place), one) for name, given in inputs.items() for place, one in enumerate(given.places))
    words = "für dieses Gebiet, diese Stufe und dieses Jahr stehen schon Plätze da"
    for name, place in said_again(every, lambda one: (one.step, one.branch)):
        problems.append(problem_at(located, (name, "places", place), words))
    if problems:
        raise DeclarationError(problems)
    return tuple(row for name, given in inputs.items() for row in _rows(name, given))


def _rows(name: str, given: Input) -> Iterator[PlannedPlaces]:
    for one in given.places:
        yield PlannedPlaces(
            input_id=name,
            title_de=given.title.de,
            title_en=given.title.en,
            source=given.source,
            dated=given.dated,
            need_id=steps()[one.step][0],
            step_code=one.step,
            branch_code=one.branch,
            area_code=one.area,
            from_year=one.from_year,
            to_year=one.to_year,
            places=one.count,
            rule=one.rule,
            note=one.note,
        )
