"""The `checks:` block of a product file, and the part of a product description that the gate reads.

The gate is handed a plain dictionary; these models are the only place that knows its shape. Unknown keys are
refused with the key's full name, so that a misspelt rule cannot silently check nothing.

What `exports/products/<product>.yml` holds under `checks:` (every key may be left out)::

    checks:
      dates: {since: 1990-01-01, until: null}  # reference dates allowed; never later than the check
      required:                                # values that must occur with at least one figure
        - {column: indicator_id, values: [D01, I01], why: "…"}
      ranges:                                  # first entry whose `where` fits decides about a row
        - {where: {unit: "%"}, low: 0, high: 100, severity: fail, why: "…"}
      integers: [{measure_code: [persons]}]    # rows that count things: whole and not negative
      ratio:                                   # value = numerator / denominator * factor
        {factors: [{where: {unit: "%"}, factor: 100}], decimals: null}
      national:                                # a figure for Germany wherever a Kreis has one
        {by: [indicator_id], severity: fail, explained: [...]}
      reference_values:                        # figures known from elsewhere; compared when the row exists
        - {where: {indicator_id: D01, area_code: DG, reference_date: 2015-12-31}, value: 82175684,
           source: "…"}
      parts:                                   # members of one dimension add up to another of its members
        - {id: sex, title_de: "…", title_en: "…", dimension: sex, total: _T, parts: [M, F], where: {…},
           severity: fail, tolerance_per_cell: 0, explained: [...]}
      areas:                                   # areas of one level add up to their area of a higher level
        - {id: kreise, title_de: "…", title_en: "…", children: KREIS, parents: LAND, where: {…},
           severity: fail, tolerance_per_cell: 0, explained: [...]}
      completeness:                            # every Kreis of the register has a row per group and date
        - {by: [indicator_id], level: KREIS, fail_share: 0.05, where: {…}, explained: [...]}
      comparison:                              # against the release before
        {by: [indicator_id], moved_relative: 0.2, moved_warn_share: 0.02, moved_fail_share: 0.5,
         span: [valid_from, valid_to]}
      waivers:                                 # a finding let through by a named person until a day
        - {check: comparison.rows_lost, who: "…", reason: "…", until: 2027-01-31, where: {indicator_id: P06}}

`where` maps a column to one value or a list; several columns must all fit. `explained` is a list of
`{where, since, until, why, source}`: findings that the publisher explains. They are reported as warnings with
the reason, not as failures. In `areas` the `where` of an explanation speaks about the parent's row
(`area_code: "10"`), `since`/`until` about `reference_date`, both days included. `tolerance_per_cell` is added
for every cell of a sum (`tolerance_where`: for these cells only); the rounding of the source
(`rounding_base`) is allowed for anyway. How many sums break says nothing; what is known about single ones
stands in `known/`. `rates` hold rates of areas against the rate of the area they lie in.

A threshold that nothing can reach is refused: it would look like a check and be none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from expectations.rules import NAME
from expectations.verdict import Severity
from sources.foundation.exits import REFUSED
from sources.foundation.strict import Strict, in_one_line
from sources.foundation.vocabulary import AreaLevel


class DescriptionError(ValueError):
    """A product description that the gate cannot read; names product and key."""

    exit_code = REFUSED


def _selection(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        str(column): tuple(_text(item) for item in (wanted if isinstance(wanted, list | tuple) else [wanted]))
        for column, wanted in value.items()
    }


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | date) else value


def _column(value: Any) -> Any:
    if isinstance(value, str) and not NAME.match(value):
        raise ValueError(f"{value!r} is no column name (small letters, digits and _)")
    return value


Column = Annotated[str, BeforeValidator(_column)]


def _area_codes_are_codes(where: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for code in where.get("area_code", ()):
        if code != "DG" and (len(code) < 2 or not code[:1].isdigit()):
            raise ValueError(f"area_code {code!r} is no code of an area: write it in quotes, zeros in front")
    return where


Where = Annotated[
    dict[Column, tuple[str, ...]], BeforeValidator(_selection), AfterValidator(_area_codes_are_codes)
]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Explained(Strict):
    """Findings that the publisher explains: which (`where`, `since`, `until`) and why, with the source.

    Of sums, only gaps `up_to` this share of the total: what is larger is not what was explained.
    """

    why: str
    where: Where = Field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    source: str | None = None
    up_to: float = Field(default=0.05, gt=0, le=1)


class Dates(Strict):
    """Reference dates a product may hold, both days included; the last is today, or `years_ahead` later."""

    since: date = date(1949, 5, 23)
    until: date | None = None
    years_ahead: int = Field(default=0, ge=0, le=100)


class Required(Strict):
    """Values of one column that must each occur with at least one figure."""

    column: Column
    values: tuple[str, ...]
    why: str | None = None
    severity: Severity = "fail"


class ValueRange(Strict):
    """Smallest and largest value of the rows selected; at least one bound."""

    where: Where = Field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    severity: Severity = "fail"
    why: str | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> ValueRange:
        if self.low is None and self.high is None:
            raise ValueError("a range without low and high can never be left")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}: no value fits")
        return self


class Factor(Strict):
    """`value = numerator / denominator * factor` for the rows selected."""

    where: Where = Field(default_factory=dict)
    factor: float


class Ratio(Strict):
    """Which factor a ratio carries, first fitting entry; `decimals` when values are stored rounded."""

    factors: tuple[Factor, ...]
    decimals: int | None = None
    severity: Severity = "fail"


class National(Strict):
    """Groups in which Germany must have a figure wherever a Kreis has one."""

    by: tuple[Column, ...]
    where: Where = Field(default_factory=dict)
    severity: Severity = "fail"
    explained: tuple[Explained, ...] = ()


class ReferenceValue(Strict):
    """One published figure known from elsewhere. `where` must name exactly one row."""

    where: Where
    value: float
    source: str
    tolerance: float = 0.0
    severity: Severity = "fail"


class Parts(Strict):
    """Members of a dimension that add up to another member of it.

    `at`: a member that is a part at one code of another column only (member -> column -> code).
    """

    id: RuleId
    title_de: str
    title_en: str
    dimension: Column
    parts: tuple[str, ...]
    at: dict[str, dict[Column, str]] = Field(default_factory=dict)
    total: str = "_T"
    where: Where = Field(default_factory=dict)
    severity: Severity = "fail"
    tolerance_per_cell: float = Field(default=0.0, ge=0, le=10)
    tolerance_where: Where = Field(default_factory=dict)
    explained: tuple[Explained, ...] = ()


class AreaSum(Strict):
    """Areas of one level that add up to the area of a higher level they lie in."""

    id: RuleId
    title_de: str
    title_en: str
    children: AreaLevel
    parents: AreaLevel
    where: Where = Field(default_factory=dict)
    severity: Severity = "fail"
    tolerance_per_cell: float = Field(default=0.0, ge=0, le=10)
    tolerance_where: Where = Field(default_factory=dict)
    explained: tuple[Explained, ...] = ()


class Rates(Strict):
    """Rates of areas that are the rate of the area they lie in, weighted with what each is a rate of.

    `count / rate` is that base; the bases of the children add up to the base of the parent. `rate` and
    `count` select one cell per area and date; their units are those to which the source rounds.
    """

    id: RuleId
    title_de: str
    title_en: str
    children: AreaLevel
    parents: AreaLevel
    rate: Where
    count: Where
    rate_unit: float = Field(gt=0)
    count_unit: float = Field(gt=0)
    severity: Severity = "fail"
    explained: tuple[Explained, ...] = ()


class Completeness(Strict):
    """Areas of a level that must have a row for each group and date in which the level occurs at all.

    Up to `fail_share` of missing areas per group and date warns, above it fails.
    """

    by: tuple[Column, ...]
    level: AreaLevel = "KREIS"
    fail_share: float = Field(default=0.05, ge=0, lt=1)
    where: Where = Field(default_factory=dict)
    explained: tuple[Explained, ...] = ()


class Comparison(Strict):
    """Thresholds for the comparison with the release before.

    A value that moved by more than `moved_relative` of its former size warns. Per group, a share of moved
    values above `moved_warn_share` warns and above `moved_fail_share` fails. Lost rows always fail, and so
    does a group whose total, or whose number of figures, falls by more than `fallen_share`.

    `span`: the columns between which a row holds, the first of them part of the grain. A row whose beginning
    became known better is the same row: it is told, and not lost.
    """

    by: tuple[Column, ...] = ()
    moved_relative: float = Field(default=0.2, gt=0)
    moved_warn_share: float = Field(default=0.02, ge=0, lt=1)
    moved_fail_share: float = Field(default=0.5, gt=0, lt=1)
    fallen_share: float = Field(default=0.5, gt=0, lt=1)
    span: tuple[Column, Column] | None = None

    @model_validator(mode="after")
    def _warns_before_it_fails(self) -> Comparison:
        if self.moved_warn_share > self.moved_fail_share:
            raise ValueError("moved_warn_share is above moved_fail_share: it could never warn")
        return self


class Waiver(Strict):
    """A finding that a named person lets through, with the reason, until a day (included)."""

    check: str
    who: str
    reason: str
    until: date
    where: Where = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_secret(self) -> Waiver:
        if self.check.startswith("disclosure."):
            raise ValueError(
                f"{self.check} is not for anybody to let through: what is decided about secrecy stands in "
                "the policy (exports/products/policies), with its legal basis"
            )
        return self


class Settings(Strict):
    """The whole `checks:` block."""

    dates: Dates = Field(default_factory=Dates)
    required: tuple[Required, ...] = ()
    ranges: tuple[ValueRange, ...] = ()
    integers: tuple[Where, ...] = ()
    ratio: Ratio | None = None
    national: National | None = None
    reference_values: tuple[ReferenceValue, ...] = ()
    parts: tuple[Parts, ...] = ()
    areas: tuple[AreaSum, ...] = ()
    rates: tuple[Rates, ...] = ()
    completeness: tuple[Completeness, ...] = ()
    comparison: Comparison = Field(default_factory=Comparison)
    waivers: tuple[Waiver, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Settings:
        ids = [
            *(rule.id for rule in self.parts),
            *(rule.id for rule in self.areas),
            *(rule.id for rule in self.rates),
        ]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"ids of parts, areas and rates must differ, used twice: {', '.join(twice)}")
        return self


class DescribedCode(BaseModel):
    """What a code means, in rows whose scope column holds `scope` or, without one, in all."""

    code: str
    label_de: str
    label_en: str
    scope: str | None = None
    digits: int | None = None


class DescribedColumn(BaseModel):
    """A column as the product describes it; keys the gate does not read are ignored here and below.

    `codes` are its values with their labels, `scope` the column that tells apart what they mean, `named` the
    columns that print the labels. `digits`: how many decimals files for people show.
    """

    name: Column
    type: str | None = None
    description: str | None = None
    unit: str | None = None
    role: str | None = None
    codes: tuple[DescribedCode, ...] = ()
    scope: Column | None = None
    is_listed: bool = False
    named: tuple[Column, ...] = ()
    digits: int | Literal["row", "2 at most"] | None = None

    @cached_property
    def _meant(self) -> dict[tuple[str, str | None], DescribedCode]:
        return {(one.code, one.scope): one for one in self.codes}

    def label_of(self, value: str, scope: str | None, language: Literal["de", "en"]) -> str | None:
        """The declared label of a value in a scope; None when one of its codes is not declared."""
        codes = value.split(", ") if self.is_listed else [value]
        found = [self._meant.get((code, scope if self.scope else None)) for code in codes]
        labels = [one.label_de if language == "de" else one.label_en for one in found if one is not None]
        return ", ".join(labels) if len(labels) == len(codes) else None

    def labels_of(self, code: str, scopes: str) -> set[tuple[str, str]]:
        """The declared pairs of labels of a code in the scopes that a text lists; in all if it lists none."""
        wanted = set(filter(None, scopes.split(", ")))
        return {
            (one.label_de, one.label_en)
            for one in self.codes
            if one.code == code and (not wanted or one.scope in wanted)
        }


class DescribedDataset(BaseModel):
    """A source of the product, as lineage found it. Times are text (ISO) or absent."""

    dataset_id: str
    title_de: str | None = None
    publisher: str | None = None
    licence: str | None = None
    licence_title: str | None = None
    licence_url: str | None = None
    attribution: str | None = None
    snapshot_id: str | None = None
    retrieved_at: str | None = None
    published_at: str | None = None
    is_old: bool = False
    note: str | None = None
    is_confidential: bool = False


class Decision(BaseModel):
    """What was decided about disclosure control: exempt with a reason, or a policy's name."""

    exempt: str | None = None
    decided_by: str | None = None
    decided_on: date | None = None
    policy: str | None = None


class Demanded(BaseModel):
    """What the policy as decided demands: read from the description, never from the candidate.

    `safety` holds the public rules (minimum, width, attacker levels) as `disclosure.json` must repeat them.
    """

    universe: str
    sha256: str
    legal_basis: str
    decided_by: str
    decided_on: date
    safety: dict[str, Any]


class Description(BaseModel):
    """The product description as far as the gate reads it."""

    product: str
    title_de: str = ""
    title_en: str = ""
    grain: tuple[Column, ...] = Field(min_length=1)
    columns: tuple[DescribedColumn, ...] = Field(min_length=1)
    geometry: dict[str, Any] | None = None
    formats: tuple[str, ...] = ("csv", "csv-excel", "xlsx", "gpkg")
    disclosure: Decision | None = None
    policy: Demanded | None = None
    checks: Settings = Field(default_factory=Settings)
    datasets: tuple[DescribedDataset, ...] = ()

    @model_validator(mode="after")
    def _span_begins_in_the_grain(self) -> Description:
        span = self.checks.comparison.span
        if span and span[0] not in self.grain:
            raise ValueError(f"checks.comparison.span: {span[0]} is no part of the grain, so it dates no row")
        return self

    @property
    def column_names(self) -> tuple[str, ...]:
        """Described columns in their order."""
        return tuple(column.name for column in self.columns)


def read_description(description: Mapping[str, Any]) -> Description:
    """The description as a model. Raises DescriptionError naming product, key and what is wrong with it."""
    product = str(description.get("product", "?"))
    plain = {**description, "checks": description.get("checks") or {}}
    plain["datasets"] = [_times_as_text(dataset) for dataset in description.get("datasets") or ()]
    try:
        return Description.model_validate(plain)
    except ValidationError as error:
        raise DescriptionError(
            f"the description of product {product} cannot be read: {in_one_line(error)}. "
            f"Correct exports/products/{product}.yml (keys of checks: see expectations/settings.py)."
        ) from error


def _times_as_text(dataset: Any) -> Any:
    if not isinstance(dataset, Mapping):
        return dataset
    return {
        key: value.isoformat() if key.endswith("_at") and hasattr(value, "isoformat") else value
        for key, value in dataset.items()
    }
