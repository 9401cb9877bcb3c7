"""The specification of an indicator: the single truth about what it asks, how it is computed and read.

One YAML file per indicator, `<id>.yml` beside this module; variants (other age, other form of care) stand
inside and inherit what they do not say. A term selects from the facts of `dbt_project/facts`; `traps.yml`
holds warnings that several indicators share. The models are frozen and refuse unknown keys;
`load_specifications` reports every problem with file, line and key.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from dbt_project.facts.declaration import FOLDER as FACTS
from dbt_project.facts.declaration import Fact, Identifier, Text, load_facts
from sources.foundation import located_yaml
from sources.foundation.located_yaml import DeclarationError, Key, Located, Problem
from sources.foundation.strict import Strict, problem_at, problems_of
from sources.foundation.vocabulary import AreaLevel

FOLDER = Path(__file__).parent
CODE_LISTS = FOLDER.parent.parent / "sources" / "catalog" / "code_lists.yml"
TOTAL = "_T"

IndicatorId = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}(-[a-z0-9]+)*$")]
Ages = Annotated[str, StringConstraints(pattern=r"^([0-9]+-[0-9]+|[0-9]+\+)$")]
PolicyField = Literal[
    "Demografie", "Integration", "Armut", "Arbeit", "Jugendhilfe", "Kita", "Bildung", "Inklusion",
    "Gesundheit/Pflege", "Wohnen", "Querschnitt",
]  # fmt: skip
Statistic = Literal["proportion", "rate", "odds", "published_share", "none"]
DateRule = Literal["same", "year_before", "year_end", "year_end_before", "mean_of_two"]

Model = TypeVar("Model", bound=BaseModel)


class Bilingual(Strict):
    """German text and its English version."""

    de: Text
    en: Text


class Term(Strict):
    """Cells of one fact that are added up: a measure, the codes of its dimensions, a factor.

    A dimension that is not named is the total; several codes of one are added up. `ages` counts completed
    years, both ends inclusive (`0-19`, `65+`), and is resolved to published age groups; a code of the list is
    given as `where: {age_group: …}`.
    """

    fact: Identifier
    measure: Identifier
    ages: Ages | None = None
    where: dict[Identifier, str | tuple[str, ...]] = Field(default_factory=dict)
    factor: float = 1.0

    @model_validator(mode="after")
    def _one_age(self) -> Term:
        if self.ages and "age_group" in self.where:
            raise ValueError("give ages or where.age_group, not both")
        return self

    @property
    def age_bounds(self) -> tuple[int, int | None] | None:
        """First and last completed year of age; None as last for an open group."""
        if self.ages is None:
            return None
        first, _, last = self.ages.partition("-")
        return (int(first.rstrip("+")), int(last) if last else None)


class MeanAge(Strict):
    """Terms for the sum of ages: each published age group at its mean age, the open one at `open_at`.

    A year of age lies at its middle. Within a wider group people are not spread evenly: where fewer follow
    than went before, they are younger than its middle. Its sum of ages is its middle times its people plus
    n/24 times the difference of the groups of the same width after and before it (graduation by a parabola;
    Keyfitz 1966, as in Preston, Heuveline and Guillot 2001, Demography, chapter 3), the open group taken
    for one of that width. That is linear in the counts, so it is a matter of factors.
    """

    fact: Identifier
    measure: Identifier
    open_at: float


class Denominator(Strict):
    """What the numerator is divided by, and of which day it is.

    date `same`: the reference date of the numerator. `year_before`: that day of the year before, over
    forms only. `year_end`: 31 December of its year. `year_end_before`: that of the year before.
    `mean_of_two`: the mean of both.
    """

    date: DateRule = "same"
    terms: tuple[Term, ...] = Field(min_length=1)


class Derived(Strict):
    """A value made of two other indicators: the first divided by the second, or their difference."""

    operation: Literal["ratio", "difference"]
    operands: tuple[IndicatorId, IndicatorId]


class Composite(Strict):
    """A value another model computes; `model` is that dbt model."""

    model: Identifier


class Wait(Strict):
    """The input an indicator waits for: what, where it is published, and why it is not here."""

    input: Text
    where: Text
    why: Text


class Formula(Strict):
    """Whose formula it is, in words; `confirmed` is false where it was not read in a source."""

    text: Text
    confirmed: bool = True


class Edition(Strict):
    """A span of time in which one definition holds (half open)."""

    id: Text
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    note: Bilingual


class Indicator(Strict):
    """One indicator or variant, complete.

    statistic decides the formulas of chance: `proportion` counts among the denominator (Wilson), `rate`
    events per denominator (Byar), `odds` two disjoint groups of one population, `published_share` a
    percentage the publisher computed with its numerator beside it, `none` no count.
    """

    id: IndicatorId
    name: Bilingual
    short_name: Bilingual
    policy_field: PolicyField
    question: Bilingual
    how_to_read: Bilingual
    how_not_to_read: Bilingual
    unit: Text
    multiplier: float = 1.0
    decimals: int = Field(ge=0, le=6)
    direction: Literal["higher", "lower", "neutral"]
    statistic: Statistic
    minimum_denominator: int | None = Field(default=None, ge=1)
    area_levels: tuple[AreaLevel, ...] = Field(min_length=1)
    first_period: dt.date | None = None
    last_period: dt.date | None = None
    numerator: tuple[Term, ...] = ()
    mean_age: MeanAge | None = None
    denominator: Denominator | None = None
    published_value: Term | None = None
    derived: Derived | None = None
    composite: Composite | None = None
    estimate: bool = Field(default=False, description="the value rests on an assumption: obs_status E")
    waits_for: Wait | None = None
    law: Text | None = None
    formula: Formula
    tables: tuple[Text, ...] = ()
    editions: tuple[Edition, ...] = ()
    traps: tuple[Identifier, ...] = ()

    @property
    def base_id(self) -> str:
        """Id of the indicator a variant belongs to: `K01` for `K01-centre`."""
        return self.id.partition("-")[0]

    @property
    def computes(self) -> bool:
        """Whether the value comes out of the one pass over the facts or of a further model."""
        return self.waits_for is None

    @model_validator(mode="after")
    def _coherent(self) -> Indicator:
        ways = [
            bool(self.numerator or self.mean_age),
            self.derived is not None,
            self.composite is not None,
        ]
        if self.waits_for is None and sum(ways) != 1:
            raise ValueError(
                "say how it is computed: numerator, mean_age, derived or composite, or waits_for"
            )
        rates = [term.measure for term in self.numerator if term.measure.endswith("_pct")]
        if rates and not self.published_value:
            raise ValueError(f"{rates[0]} is a rate, which is never added up: name it as published_value too")
        if self.published_value and self.denominator:
            raise ValueError("a published value needs no denominator")
        if self.statistic in ("proportion", "rate", "odds") and self.waits_for is None:
            if not self.denominator or not self.numerator:
                raise ValueError(f"statistic {self.statistic} needs numerator and denominator")
            if self.minimum_denominator is None:
                raise ValueError(f"statistic {self.statistic} needs minimum_denominator")
        if self.statistic == "published_share" and not self.published_value:
            raise ValueError("statistic published_share needs published_value")
        for earlier, later in pairwise(self.editions):
            if earlier.valid_to is None or later.valid_from is None or earlier.valid_to > later.valid_from:
                raise ValueError(f"editions {earlier.id} and {later.id} overlap")
        return self


@dataclass(frozen=True)
class Specifications(Mapping[str, Indicator]):
    """All indicators and variants by id, in the order of the catalogue, with what they refer to."""

    indicators: dict[str, Indicator]
    facts: dict[str, Fact]
    traps: dict[str, Bilingual]
    code_lists: dict[str, dict[str, Any]]
    files: dict[str, Path] = field(default_factory=dict)

    def __getitem__(self, indicator_id: str) -> Indicator:
        return self.indicators[indicator_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension of any fact, in order of first mention."""
        return tuple(dict.fromkeys(name for fact in self.facts.values() for name in fact.dimensions))

    def facts_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The facts an indicator is computed from, directly or through the indicators it is derived from."""
        terms = [*indicator.numerator, *(indicator.denominator.terms if indicator.denominator else ())]
        names = [term.fact for term in terms]
        names += [indicator.published_value.fact] if indicator.published_value else []
        names += [indicator.mean_age.fact] if indicator.mean_age else []
        for operand in indicator.derived.operands if indicator.derived else ():
            names += self.facts_of(self.indicators[operand])
        return tuple(dict.fromkeys(names))

    def is_own(self, indicator: Indicator) -> bool:
        """Whether the indicator is computed from a municipality's own forms, not from published tables.

        Nothing is derived from such an indicator (`_check`), so its own terms tell.
        """
        return any(self.facts[term.fact].form for term in indicator.numerator if term.fact in self.facts)

    def traps_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The traps of the indicator itself and of the facts it is computed from."""
        inherited = [name for fact in self.facts_of(indicator) for name in self.facts[fact].traps]
        return tuple(dict.fromkeys((*indicator.traps, *inherited)))

    def terms_of(self, indicator: Indicator) -> dict[str, tuple[Term, ...]]:
        """All terms by role (numerator, denominator, value), ages resolved to published age groups.

        The mean age becomes one term per age group with a factor (`MeanAge`).
        """
        roles: dict[str, tuple[Term, ...]] = {}
        numerator = [one for term in indicator.numerator for one in self._resolved(term)]
        if indicator.mean_age:
            numerator += self._midpoints(indicator.mean_age)
        roles["numerator"] = tuple(numerator)
        if indicator.denominator:
            roles["denominator"] = tuple(
                one for term in indicator.denominator.terms for one in self._resolved(term)
            )
        if indicator.published_value:
            roles["value"] = tuple(self._resolved(indicator.published_value))
        return roles

    def _resolved(self, term: Term) -> Iterator[Term]:
        """One term per combination of single codes."""
        listed = {
            name: (codes,) if isinstance(codes, str) else codes
            for name, codes in (*term.where.items(), *self._ages(term))
        }
        for codes in product(*listed.values()):
            yield term.model_copy(update={"ages": None, "where": dict(zip(listed, codes, strict=True))})

    def _ages(self, term: Term) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return () if term.ages is None else (("age_group", self.age_codes(term)),)

    def _midpoints(self, mean_age: MeanAge) -> Iterator[Term]:
        finest = max(self.facts[mean_age.fact].age_partitions, key=lambda one: len(one.codes))
        spans = {code: age_span(code) for code in finest.codes}
        factors = {
            code: mean_age.open_at if last is None else (first + last + 1) / 2
            for code, (first, last) in spans.items()
        }
        for first, last in spans.values():
            width = 1 if last is None else last - first + 1
            for code, (lower, upper) in spans.items():
                if width > 1 and first - width <= lower < first:
                    factors[code] -= width / 24
                if width > 1 and last is not None and last < lower and (upper or lower) <= last + width:
                    factors[code] += width / 24
        for code, factor in factors.items():
            yield Term(fact=mean_age.fact, measure=mean_age.measure, where={"age_group": code}, factor=factor)

    def age_codes(self, term: Term) -> tuple[str, ...]:
        """The published age groups that make up a term's ages.

        Raises `ValueError` when the fact publishes no partition with cuts at these ages.
        """
        assert term.age_bounds is not None
        first, last = term.age_bounds
        whole = term.where.get("nationality", TOTAL) == TOTAL
        for partition in self.facts[term.fact].age_partitions:
            if not whole and partition.nationality == "total_only":
                continue
            inside = tuple(code for code in partition.codes if _within(code, first, last))
            if inside and _covers(inside, first, last):
                return inside
        raise ValueError(f"fact {term.fact} publishes no age groups that make up {term.ages}")


def age_span(code: str) -> tuple[int, int | None]:
    """Completed years a code of the list `age_group` covers: `Y3T5` is (3, 5), `Y_GE75` is (75, None)."""
    if match := re.fullmatch(r"Y_LT([0-9]+)", code):
        return 0, int(match[1]) - 1
    if match := re.fullmatch(r"Y_GE([0-9]+)", code):
        return int(match[1]), None
    if match := re.fullmatch(r"Y([0-9]+)(?:T([0-9]+))?", code):
        return int(match[1]), int(match[2] or match[1])
    raise ValueError(f"{code!r} is no age group with fixed ages")


def _within(code: str, first: int, last: int | None) -> bool:
    lower, upper = age_span(code)
    return lower >= first and (last is None or (upper is not None and upper <= last))


def _covers(codes: Sequence[str], first: int, last: int | None) -> bool:
    spans = sorted((age_span(code) for code in codes), key=lambda span: span[0])
    if spans[0][0] != first or spans[-1][1] != last:
        return False
    return all(upper is not None and upper + 1 == lower for (_, upper), (lower, _) in pairwise(spans))


def load_specifications(
    folder: Path = FOLDER, code_lists: Path = CODE_LISTS, facts: Path = FACTS
) -> Specifications:
    """Read all specifications of a folder.

    Raises `DeclarationError` with all problems found, each with file, line and key.
    """
    problems: list[Problem] = []
    found_facts = load_facts(facts)
    traps = _shared(folder / "traps.yml", Bilingual, problems)
    lists = {
        name: entry["codes"]
        for name, entry in located_yaml.load(code_lists).value.items()
        if "codes" in entry
    }
    indicators: dict[str, Indicator] = {}
    where: dict[str, tuple[Located, tuple[Key, ...]]] = {}
    for file in sorted(folder.glob("[A-Z]*.yml")):
        for indicator, located, path in _read(file, problems):
            if indicator.id in indicators:
                first = where[indicator.id][0].file
                problems.append(problem_at(located, (*path, "id"), f"declared twice, first in {first}"))
                continue
            indicators[indicator.id] = indicator
            where[indicator.id] = (located, path)
    specifications = Specifications(
        indicators, found_facts, traps, lists, {name: located.file for name, (located, _) in where.items()}
    )
    for name, indicator in indicators.items():
        _check(specifications, indicator, *where[name], problems)
    problems.extend(_cycles(specifications, where))
    if problems:
        raise DeclarationError(sorted(problems))
    return specifications


def _read(file: Path, problems: list[Problem]) -> Iterator[tuple[Indicator, Located, tuple[Key, ...]]]:
    """The indicator of a file, then its variants: a variant is the base with its own keys laid over it."""
    try:
        located = located_yaml.load(file)
    except DeclarationError as error:
        problems.extend(error.problems)
        return
    if not isinstance(located.value, dict):
        problems.append(Problem(str(file), 1, "", "a specification is a mapping of keys to values"))
        return
    base = dict(located.value)
    variants = base.pop("variants", None) or []
    variants_only = base.pop("variants_only", False)
    if base.get("id") != file.stem:
        problems.append(problem_at(located, ("id",), f"must be the file's name, {file.stem!r}"))
    entries: list[tuple[dict[str, Any], tuple[Key, ...]]] = [] if variants_only else [(base, ())]
    for number, variant in enumerate(variants):
        path: tuple[Key, ...] = ("variants", number)
        if not isinstance(variant, dict) or not str(variant.get("id", "")).startswith(f"{base.get('id')}-"):
            problems.append(problem_at(located, (*path, "id"), f"must begin with {base.get('id')}-"))
            continue
        inherited = dict(base)
        if "waits_for" not in variant and ({"numerator", "derived", "composite"} & set(variant)):
            inherited.pop("waits_for", None)
        entries.append(({**inherited, **variant}, path))
    for value, path in entries:
        value = {key: entry for key, entry in value.items() if entry is not None}
        try:
            yield Indicator.model_validate(value), located, path
        except ValidationError as error:
            problems.extend(problems_of(error, located, path))


def _check(
    specifications: Specifications, indicator: Indicator, located: Located, path: tuple[Key, ...],
    problems: list[Problem],
) -> None:  # fmt: skip
    """Everything an indicator names must be there."""

    def complain(key: Sequence[Key], message: str) -> None:
        full = (*path, *key)
        own = full if full in located.lines else tuple(key)
        problems.append(problem_at(located, own, f"{indicator.id}: {message}"))

    for number, trap in enumerate(indicator.traps):
        if trap not in specifications.traps:
            complain(("traps", number), f"{trap!r} is not in traps.yml")
    terms: list[tuple[tuple[Key, ...], Term]] = [
        (("numerator", number), term) for number, term in enumerate(indicator.numerator)
    ]
    if indicator.denominator:
        terms += [
            (("denominator", "terms", number), term)
            for number, term in enumerate(indicator.denominator.terms)
        ]
    if indicator.published_value:
        terms.append((("published_value",), indicator.published_value))
    for key, term in terms:
        _check_term(specifications, term, key, complain)
    own = [term.fact for _, term in terms if term.fact in specifications.facts]
    if any(specifications.facts[name].form for name in own):
        _check_own(specifications, indicator, own, complain)
    elif indicator.denominator and indicator.denominator.date == "year_before":
        complain(("denominator", "date"), "the same day a year before is looked up over forms only")
    if indicator.derived:
        for number, operand in enumerate(indicator.derived.operands):
            other = specifications.indicators.get(operand)
            if other is not None and specifications.is_own(other):
                complain(("derived", "operands", number), f"{operand} is computed from forms: divide counts")
            if other is None:
                complain(("derived", "operands", number), f"no indicator {operand!r}")
            elif other.derived is None and not (other.numerator or other.mean_age):
                complain(("derived", "operands", number), f"{operand} is not computed from facts")


def _check_own(
    specifications: Specifications, indicator: Indicator, facts: Sequence[str], complain: Any
) -> None:
    """Confidential counts stay among themselves: nothing else is divided by them, or divides them."""
    published = sorted({name for name in facts if not specifications.facts[name].form})
    if published:
        complain(
            ("numerator",),
            f"mixes a municipality's forms with published tables ({', '.join(published)}); take both sides "
            "from forms",
        )
    if indicator.published_value or indicator.mean_age:
        complain(("numerator",), "over forms only sums and their quotient are computed")
    if indicator.denominator and indicator.denominator.date == "mean_of_two":
        complain(("denominator", "date"), "over forms: one day, and no mean of two")


def _check_term(specifications: Specifications, term: Term, key: tuple[Key, ...], complain: Any) -> None:
    fact = specifications.facts.get(term.fact)
    if fact is None:
        known = ", ".join(specifications.facts)
        complain((*key, "fact"), f"no fact {term.fact!r}; there are {known}")
        return
    if term.measure not in fact.measures:
        complain(
            (*key, "measure"),
            f"fact {term.fact} has no measure {term.measure!r}, only {', '.join(fact.measures)}",
        )
    for dimension, chosen in term.where.items():
        if dimension not in fact.dimensions:
            complain((*key, "where", dimension), f"fact {term.fact} has no dimension {dimension!r}")
            continue
        codes = specifications.code_lists.get(dimension, {})
        named = (chosen,) if isinstance(chosen, str) else chosen
        for code in named:
            if code != TOTAL and code not in codes:
                complain(
                    (*key, "where", dimension),
                    f"{code!r} is not in the code list {dimension}",
                )
        if len(set(named)) < len(named) or (TOTAL in named and len(named) > 1):
            complain((*key, "where", dimension), "codes are added up: name each once, and not the total too")
    if term.ages:
        try:
            specifications.age_codes(term)
        except ValueError as error:
            complain((*key, "ages"), str(error))


def _cycles(
    specifications: Specifications, where: dict[str, tuple[Located, tuple[Key, ...]]]
) -> Iterator[Problem]:
    """Derived indicators must end at facts: a cycle names its way, a chain of derived ones is refused."""
    for name, indicator in specifications.indicators.items():
        if not indicator.derived:
            continue
        located, path = where[name]
        trail = _find_cycle(specifications, name, (name,))
        if trail:
            way = " → ".join(trail)
            yield problem_at(located, (*path, "derived", "operands"), f"{name}: a circle: {way}")
            continue
        for operand in indicator.derived.operands:
            other = specifications.indicators.get(operand)
            if other and other.derived:
                message = f"{name}: {operand} is derived itself; name indicators that are computed from facts"
                yield problem_at(located, (*path, "derived", "operands"), message)


def _find_cycle(specifications: Specifications, name: str, trail: tuple[str, ...]) -> tuple[str, ...] | None:
    indicator = specifications.indicators.get(name)
    if indicator is None or indicator.derived is None:
        return None
    for operand in indicator.derived.operands:
        if operand in trail:
            return (*trail, operand)
        found = _find_cycle(specifications, operand, (*trail, operand))
        if found:
            return found
    return None


def read_mapping(file: Path, model: type[Model]) -> tuple[dict[str, Model], Located, list[Problem]]:
    """A file that maps names to entries of one model, and every problem of an entry."""
    located = located_yaml.load(file)
    problems: list[Problem] = []
    found: dict[str, Model] = {}
    if not isinstance(located.value or {}, dict):
        problems.append(Problem(str(file), 1, "", "a mapping of names to entries is expected"))
        return found, located, problems
    for name, entry in (located.value or {}).items():
        try:
            found[name] = model.model_validate(_without_empty(entry))
        except ValidationError as error:
            problems.extend(problems_of(error, located, (name,)))
    return found, located, problems


def _without_empty(entry: Any) -> Any:
    return {k: v for k, v in entry.items() if v is not None} if isinstance(entry, dict) else entry


def _shared(file: Path, model: type[Model], problems: list[Problem]) -> dict[str, Model]:
    found, _, wrong = read_mapping(file, model)
    problems.extend(wrong)
    return found
