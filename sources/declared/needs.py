"""What is planned for: needs and their steps, from `catalog/needs.yml`, with the age groups that count.

A step is what places are counted for (class 1, a place in a nursing home). Here stands only whom it concerns;
statistics, lists of facilities and files of the office say what people ask for and which places there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from sources.declared.vocabulary import TOTAL, CodeList
from sources.foundation.strict import Strict, read

CATALOG = Path(__file__).parents[1] / "catalog"
FILE = CATALOG / "needs.yml"
TARGET_AGES = CATALOG / "target_ages.yml"
EVER = (0, 9999)

NeedId = Literal["childcare", "school", "care"]
CodeListName = Literal["school_type", "qualification"]


class Ages(Strict):
    """An age group that counts in the years from … to …"""

    group: str
    from_year: int = EVER[0]
    to_year: int = EVER[1]


class Step(Strict):
    """What places are counted for.

    of: the code list that splits it up. by_law: everybody goes there or may ask for it. offers: the kind of
    offer that has its places. unit: what is needed; persons where no places are counted.
    """

    ages: tuple[Ages, ...] = Field(min_length=1)
    of: CodeListName | None = None
    by_law: bool = False
    offers: str | None = None
    unit: Literal["Plätze", "Personen"] = "Plätze"


Needs = Mapping[NeedId, Mapping[str, Step]]


@dataclass(frozen=True)
class NeedStep:
    """One row of the catalogue's table `need_steps`: an age group of a step, and its years."""

    need_id: str
    step_code: str
    age_group_code: str
    from_year: int
    to_year: int
    by_law: bool
    offer_kind_code: str | None
    unit: str


@cache
def needs() -> Needs:
    """The steps of every need, by id and code. Raises `DeclarationError` as `strict.read` does."""
    return read(FILE, dict[NeedId, dict[str, Step]])


@cache
def codes_of(code_list: str) -> tuple[str, ...]:
    """The codes that may split up a step, without the one of all together."""
    return tuple(
        code
        for code in read(CATALOG / "code_lists.yml", dict[str, CodeList])[code_list].codes
        if code != TOTAL
    )


def steps() -> dict[str, tuple[NeedId, Step]]:
    """Every step by its code, with the need that it belongs to."""
    return {code: (need, step) for need, own in needs().items() for code, step in own.items()}


@dataclass(frozen=True)
class TargetAge:
    """One row of the catalogue's table `target_ages`: an age group, one of `parts` of a target group."""

    target_group_code: str
    age_group_code: str
    parts: int


def target_ages() -> tuple[TargetAge, ...]:
    """The age groups of each target group, in every way that makes it up."""
    known = read(TARGET_AGES, dict[str, list[list[str]]])
    if strange := set(known) - set(codes_of("target_group")):
        raise ValueError(f"{TARGET_AGES}: no target group {', '.join(sorted(strange))}")
    return tuple(
        TargetAge(group, age, len(way)) for group, ways in known.items() for way in ways for age in way
    )


def need_steps() -> tuple[NeedStep, ...]:
    """All steps by age group and years."""
    return tuple(
        NeedStep(need, code, ages.group, ages.from_year, ages.to_year, step.by_law, step.offers, step.unit)
        for code, (need, step) in steps().items()
        for ages in step.ages
    )
