"""The declaration of a fact: the single truth about what it is made of.

One YAML file per fact, `<fact>.yml` beside this module. From it come the fact's SQL and contract, the
staging of the tables that need no SQL of their own, the dimensions over its code lists, what is judged in it
and what an indicator may select from (`dbt_project.facts.compiler`). `marts.yml` says which facts make up a
mart of counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from sources.foundation import located_yaml
from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.strict import Strict, checked, read

FOLDER = Path(__file__).parent
MARTS = "marts.yml"

Text = Annotated[str, StringConstraints(min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Measure = Identifier
Dimension = Identifier


class Table(Strict):
    """A published table of a fact; alone, its dataset's id is enough.

    A dimension that the table does not print stands at its total.
    """

    table: Text = Field(description="id of the dataset in sources/catalog")
    at: dict[Dimension, Text] = Field(default={}, description="dimension -> the code all of it stands at")
    by: tuple[Dimension, ...] | None = Field(
        default=None, description="the dimensions that its own staging model gives; else those it declares"
    )
    measures: tuple[Measure, ...] = Field(default=(), description="only these; none named: all")
    gemeinden: bool = Field(
        default=False,
        description="it prints Gemeinden, under codes of eight digits or more than the register's",
    )


def _named_alone(value: Any) -> Any:
    return {"table": value} if isinstance(value, str) else value


class Cell(Strict):
    """The place of one part that is a part only at a code of another dimension."""

    part: Text
    dimension: Dimension
    code: Text


class Sum(Strict):
    """Parts of a dimension that give its total, or the whole named, of all measures or of one."""

    dimension: Dimension
    total: Text | None = None
    measure: Measure | None = None
    parts: tuple[Text, ...] = Field(min_length=2)
    at: Cell | None = Field(default=None, description="it stands for its total there")


class Whole(Strict):
    """Measures of a line that are the shares of one whole, and what they give together."""

    measures: tuple[Measure, ...] = Field(min_length=2)
    give: float


class Weighted(Strict):
    """Rates of an area that are made of those of its parts, weighted by the product of measures of the line.

    `within` is the share of the rate by which it may miss, where the weights are not quite the office's.
    """

    measures: tuple[Measure, ...] = Field(min_length=1)
    by: tuple[Measure, ...] = Field(min_length=1)
    within: float = Field(default=0, ge=0, lt=1)


class Product(Strict):
    """A figure that is the product of two others of its line: `factor * by * scale = gives`."""

    factor: Measure
    by: Measure
    scale: float = Field(default=1, gt=0)
    gives: Measure


class Ranked(Strict):
    """A score between 0 and `most`, and the classes by its rank: measure to the number of its classes."""

    score: Measure
    most: float
    classes: dict[Measure, int] = Field(min_length=1)


class Judgement(Strict):
    """Which cells add up to which, and how measures are rounded: what plausibility.sql judges by."""

    parts: tuple[Sum, ...] = ()
    rates: tuple[Measure, ...] = Field(default=(), description="measures that do not add up: no sums")
    unjudged: tuple[Measure, ...] = Field(
        default=(),
        description="measures that are in no sum over areas and no series: scores and classes by rank; areas "
        "of structural data, where a territory common with Luxembourg is in the Land alone",
    )
    rounded: dict[Measure, float] = Field(
        default={}, description="measure -> unit to which every figure is rounded, when it is no whole count"
    )
    measured: bool = Field(
        default=False,
        description="figures are measured and stay what they are: a step has no share of chance that grows "
        "with the number",
    )
    standing: bool = Field(
        default=False,
        description="what is counted stands for decades: a town's own area may have the figures of the date "
        "before in every cell, since nothing was built there",
    )
    unshared: dict[Dimension, tuple[Text, ...]] = Field(
        default={},
        description="codes whose Land counts more than its Kreise do (recipients of agencies above them)",
    )
    wholes: tuple[Whole, ...] = Field(default=(), description="measures that are the shares of one whole")
    weighted: tuple[Weighted, ...] = Field(
        default=(), description="rates of an area that are made of those of its parts"
    )
    products: tuple[Product, ...] = Field(default=(), description="figures that are the product of two")
    ranked: Ranked | None = Field(default=None, description="a score and classes by its rank")
    paired: tuple[tuple[dict[Identifier, Text], dict[Identifier, Text]], ...] = Field(
        default=(),
        description="figures whose quotient is steady: a count and its rate, two rates of one count",
    )
    means: tuple[tuple[dict[Identifier, Text], ...], ...] = Field(
        default=(), description="a rate and those of the two parts of its base: the whole, a part, the other"
    )


class Summands(Strict):
    """A table of summands: cells of one measure that a plain sum over any areas adds up right."""

    measure: Measure
    about: Text = Field(description="what is counted: “One row per cell that counts to a sum: …”")
    over_years: bool = Field(default=False, description="a flow: sums over years are right too")
    by: tuple[Dimension, ...] = Field(
        default=(), description="the dimensions that divide it, where not all, or in another order"
    )
    whole: dict[Dimension, Text] = Field(
        default={}, description="dimension -> the code that is divided, where it is not the total"
    )


class Partition(Strict):
    """Age groups that one published table holds without gap or overlap, so that sums over them are exact."""

    codes: tuple[Text, ...]
    nationality: Literal["total_only", "any"]


class Fact(Strict):
    """A fact over published tables, or counts of a form that a municipality fills in.

    Counts of a `form` are confidential: an indicator over them is computed apart from those over published
    tables. They share one table, whose SQL is written by hand.
    """

    fact: Identifier
    about: Text = Field(
        description="what a row counts, in which area, when and by what: “One row per version of …”"
    )
    note: Text | None = Field(default=None, description="what a reader of its SQL must know")
    form: Text | None = Field(default=None, description="id of the form")
    dimensions: tuple[Dimension, ...] = Field(
        default=(),
        description="with area, period and measure they name a cell; each is a code list of the same name",
    )
    measures: tuple[Measure, ...] = Field(description="those that an indicator may select")
    tables: tuple[Annotated[Table, BeforeValidator(_named_alone)], ...] = Field(
        default=(), description="the first that prints a cell is preferred"
    )
    judged: Judgement = Field(default=Judgement(), description="how a figure is told that cannot be right")
    age_partitions: tuple[Partition, ...] = Field(
        default=(), description="the first that has the wanted cuts is taken"
    )
    sums: dict[Identifier, Summands] = Field(default={}, description="tables of summands by name")
    traps: tuple[Identifier, ...] = Field(default=(), description="traps every indicator over the fact has")

    @property
    def model(self) -> str:
        """Its dbt model."""
        return "fct_small_area_count" if self.form else f"fct_{self.fact}"

    @property
    def how(self) -> dict[str, Any]:
        """How it is judged, as SQL reads it: what is not said is left out."""
        return self.judged.model_dump(mode="json", exclude_defaults=True)

    @model_validator(mode="after")
    def _coherent(self) -> Fact:
        if bool(self.form) == bool(self.tables):
            raise ValueError("say either its tables or the form it is counted on")
        known = set(self.dimensions)
        named = {
            *(name for table in self.tables for name in (*table.at, *(table.by or ()))),
            *(one.dimension for one in self.judged.parts),
            *(one.at.dimension for one in self.judged.parts if one.at),
            *self.judged.unshared,
            *(name for one in self.sums.values() for name in (*one.by, *one.whole)),
            *(name for group in (*self.judged.paired, *self.judged.means) for one in group for name in one),
        } - {"measure"}
        if named - known:
            raise ValueError(f"{', '.join(sorted(named - known))} is none of its dimensions")
        twice = [table.table for place, table in enumerate(self.tables) if table in self.tables[:place]]
        if twice:
            raise ValueError(f"{twice[0]} stands twice")
        return self


class CountMart(Strict):
    """A mart of counts: the preferred rows of its facts, one below the other."""

    facts: tuple[Identifier, ...] = Field(min_length=1)
    about: Text = Field(description="“One row per …. Newest version, preferred table.”")
    dimensions: tuple[Dimension, ...] = Field(
        default=(), description="their order where it is not that of the facts, one after the other"
    )
    gemeinden: bool = Field(
        default=False,
        description="only Gemeinden and their associations; the others leave those of `gemeinden` tables out",
    )


def load_facts(folder: Path = FOLDER) -> dict[str, Fact]:
    """All facts by name. Raises `DeclarationError` with every problem, each with file, line and key."""
    found: dict[str, Fact] = {}
    problems: list[Problem] = []
    for file in sorted(folder.glob("*.yml")):
        if file.name == MARTS:
            continue
        try:
            located = located_yaml.load(file)
            fact = checked(Fact, located)
        except DeclarationError as error:
            problems.extend(error.problems)
            continue
        if fact.fact != file.stem:
            problems.append(
                Problem(
                    str(file), located.line_of(("fact",)), "fact", f"must be the file's name, {file.stem!r}"
                )
            )
        found[file.stem] = fact
    if problems:
        raise DeclarationError(problems)
    return found


def load_marts(facts: Mapping[str, Fact], folder: Path = FOLDER) -> dict[str, CountMart]:
    """The marts of counts by name, with `dimensions` in order. Raises `DeclarationError`."""
    file = folder / MARTS
    marts = read(file, dict[Identifier, CountMart])
    problems = [
        Problem(str(file), 0, name, f"no fact {one!r} over published tables")
        for name, mart in marts.items()
        for one in mart.facts
        if one not in facts or facts[one].form
    ]
    if problems:
        raise DeclarationError(problems)
    whole = {}
    for name, mart in marts.items():
        theirs = tuple(dict.fromkeys(one for fact in mart.facts for one in facts[fact].dimensions))
        if mart.dimensions and sorted(mart.dimensions) != sorted(theirs):
            problems.append(
                Problem(str(file), 0, f"{name}.dimensions", f"its facts have {', '.join(theirs)}")
            )
        whole[name] = mart.model_copy(update={"dimensions": mart.dimensions or theirs})
    if problems:
        raise DeclarationError(problems)
    return whole
