"""The description that travels with a product: declaration, columns and datasets joined into one plain dict.

The product file says what is published, the warehouse's contract says what each column means, the landing
says which state of which dataset went in. `describe` joins the three; gate and writers read only the result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from exports.disclosure.declaration import Demand
from exports.products import COLUMN_NAME, EVERY_FORMAT, UNNAMED, Contact, Product, Stripped
from sources.foundation.exits import FAILED
from sources.foundation.files import canonical_json
from sources.foundation.strict import in_one_line

Role = Literal["key", "dimension", "measure", "attribute"]


class DescriptionError(ValueError):
    """Product, columns and datasets do not fit together; the message names product and column or dataset."""

    exit_code = FAILED


def _in_utc(moment: datetime) -> datetime:
    """Moments are UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class CodeMeaning(Stripped):
    """What a code of a column says: in rows whose scope column holds `scope`, or, without one, in all rows.

    `sign` is what offices print for it; `digits` the decimals that figures of this measure are shown with.
    """

    code: str
    label_de: str = Field(min_length=1)
    label_en: str = Field(min_length=1)
    sign: str = ""
    scope: str | None = None
    digits: int | None = Field(default=None, ge=0, le=6)


class Column(Stripped):
    """One published column. `type` is the warehouse's type name, `unit` the unit of a measure.

    `codes` are the values that it may hold with what they mean; with `is_listed` a value names several, with
    a comma and a blank between them. `labels_beside`: spreadsheets show the label beside each value, unless
    columns of the product itself do so, `named`. `digits` are the decimals of a number for people: so many,
    two at most, or those of the measure or indicator of the row (`row`).
    """

    name: str = Field(pattern=COLUMN_NAME)
    type: str = Field(min_length=1)
    description: str = ""
    description_de: str = ""
    unit: str | None = None
    role: Role = "attribute"
    label_de: str | None = None
    label_en: str | None = None
    codes: tuple[CodeMeaning, ...] = ()
    scope: str | None = None
    is_listed: bool = False
    labels_beside: bool = True
    named: tuple[str, ...] = ()
    digits: int | Literal["row", "2 at most"] | None = None

    @model_validator(mode="after")
    def each_code_means_one_thing(self) -> Column:
        """A code has one meaning in a scope, and a scope needs the column that holds it."""
        known = [(one.code, one.scope) for one in self.codes]
        if len(set(known)) < len(known):
            twice = sorted({" ".join(filter(None, key)) for key in known if known.count(key) > 1})
            raise ValueError(f"column {self.name}: {', '.join(twice)} is labelled more than once")
        if any(one.scope is not None for one in self.codes) != (self.scope is not None):
            raise ValueError(f"column {self.name}: codes with a scope and `scope` go together")
        return self

    @property
    def heading_de(self) -> str:
        """The German heading, or the column's name."""
        return self.label_de or self.name

    @property
    def heading_en(self) -> str:
        """The English heading, or the column's name."""
        return self.label_en or self.name

    @property
    def words_de(self) -> str:
        """What the column holds, in German where it is said, on one line."""
        return " ".join((self.description_de or self.description).split())

    @property
    def words_en(self) -> str:
        """What the column holds, in English, on one line."""
        return " ".join(self.description.split())


class Dataset(Stripped):
    """The state of one source dataset inside the product.

    `is_old` says that a newer delivery was set aside or could not be fetched, so that the last good state
    stands in; `note` says why in words. A dataset without `snapshot_id` was not delivered at all.
    `is_confidential`: its figures may leave only through disclosure control. `licence` is the short id.
    `provenance`: whether the file is the publisher's own; the attribution says it in words. `newest_date` is
    the last day that its figures speak of; those for `next_date` are to come by `due_on`, by the publisher's
    calendar, perhaps in one of the tables that go on where it ends (`successors`).
    """

    dataset_id: str = Field(min_length=1)
    title_de: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    licence_title: str = Field(min_length=1)
    licence_url: str
    attribution: str = Field(min_length=1)
    source_url: str | None = None
    snapshot_id: str | None = None
    retrieved_at: Moment | None = None
    published_at: Moment | None = None
    is_old: bool = False
    note: str | None = None
    is_confidential: bool = False
    provenance: Literal["original", "resaved", "derivative"] = "original"
    newest_date: date | None = None
    next_date: date | None = None
    due_on: date | None = None
    successors: str | None = None

    @property
    def stand(self) -> str:
        """The date of the figures in German: the publisher's own, else when they were fetched."""
        if self.published_at:
            return self.published_at.strftime("%d.%m.%Y")
        if self.retrieved_at:
            return self.retrieved_at.strftime("%d.%m.%Y") + " (Abruf)"
        return "nicht geliefert"


class Awaited(Stripped):
    """Something a product promises that cannot be there yet: by id and name, and the datasets it waits for.

    Of each entry of `needs` one dataset is enough. No entry: all are there, but none of matching days.
    """

    id: str = Field(min_length=1)
    name_de: str | None = None
    needs: tuple[tuple[str, ...], ...] = ()


class Current(Stripped):
    """How new an indicator is: its newest day with a value, and by when that of the day after is to come.

    Both of the latter are empty where no publisher has a calendar for it.
    """

    id: str = Field(min_length=1)
    name_de: str = Field(min_length=1)
    newest_date: date
    next_date: date | None = None
    due_on: date | None = None


class Description(Product):
    """A product with its columns (in publication order) and datasets (in order of their ids).

    `policy` is what disclosure control demands by decision; None for a product without a policy.
    `sources_of` names for an indicator the datasets that its figures are made from; `awaits` is what is
    promised as soon as more is delivered; `currency` says how new the indicators in it are.
    """

    contact: Contact
    policy: Demand | None = None
    columns: tuple[Column, ...] = Field(min_length=1)
    datasets: tuple[Dataset, ...] = ()
    sources_of: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    awaits: tuple[Awaited, ...] = ()
    currency: tuple[Current, ...] = ()

    @model_validator(mode="after")
    def names_fit_together(self) -> Description:
        """Grain, order and map layer name published columns only, and no column or dataset comes twice."""
        names = [column.name for column in self.columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"columns {', '.join(repeated)} come more than once")
        needed = {"grain": set(self.grain), "order_by": set(self.order_by)}
        if self.geometry:
            needed["geometry"] = self.geometry.columns()
        for name, where in self.sums.items():
            needed[f"sums.{name}"] = {*where, "area_level", "is_backcast", "value"}
        for key, wanted in needed.items():
            absent = sorted(wanted - set(names))
            if absent:
                raise ValueError(f"`{key}` names {', '.join(absent)}, which {self.relation} does not have")
        ids = [dataset.dataset_id for dataset in self.datasets]
        for column in self.columns:
            if absent := sorted({*column.named, *filter(None, [column.scope])} - set(names)):
                raise ValueError(f"column {column.name} names {', '.join(absent)}, which is no column")
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"datasets {', '.join(twice)} come more than once")
        return self

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def as_plain(self) -> dict[str, Any]:
        """The description as JSON-ready data."""
        return self.model_dump(mode="json")

    def as_kept(self) -> dict[str, Any]:
        """What an edition keeps of its description: how to head and label its rows when written anew.

        What the gate checks and what disclosure control demands is no part of it.
        """
        return self.model_dump(mode="json", exclude={"checks", "policy"})

    def content_sha256(self) -> str:
        """A hash over what a reader of the product would notice when it changed.

        The gate's settings stay out, and so do snapshot ids, the time of retrieval and that a newer
        delivery was set aside: fetching the same figures again, or a bad file, is no reason for a new
        release. The next release says in which state each dataset is. What disclosure control does shows in
        the rows and in `disclosure.json`.
        """
        noticed = self.model_dump(
            mode="json", exclude={"checks", "disclosure", "policy", "may_be_empty", "begins_with"}
        )
        if self.audience == "public":
            del noticed["audience"]
        if self.formats == EVERY_FORMAT:
            del noticed["formats"]
        for dataset in noticed["datasets"]:
            for passing in ("snapshot_id", "retrieved_at", "is_old", "note", "is_confidential"):
                del dataset[passing]
        return hashlib.sha256(canonical_json(noticed).encode()).hexdigest()


def describe(
    product: Product,
    columns: Iterable[Mapping[str, Any]],
    datasets: Iterable[Mapping[str, Any]],
    office: Contact = UNNAMED,
    policy: Demand | None = None,
    sources_of: Mapping[str, Iterable[str]] | None = None,
    awaits: Iterable[Mapping[str, Any]] = (),
    currency: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Join product, columns of its relation, datasets it draws on, who publishes and what protects it.

    `columns` come in publication order with `name, type, description` and optionally what else `Column` has;
    a column without a role that stands in the grain is a key. `datasets` may come in any order.
    `sources_of`, `awaits` and `currency` are as in `Description`.
    Raises `DescriptionError` when they do not fit together.
    """
    joined = product.model_dump(mode="json")
    joined["policy"] = policy.model_dump(mode="json") if policy is not None else None
    joined["contact"] = (product.contact or office).model_dump(mode="json", include=set(Contact.model_fields))
    joined["columns"] = [_with_role(dict(column), product) for column in columns]
    joined["datasets"] = sorted(
        (_without_hash(dataset) for dataset in datasets), key=lambda dataset: str(dataset.get("dataset_id"))
    )
    joined["sources_of"] = {name: list(datasets) for name, datasets in (sources_of or {}).items()}
    joined["awaits"] = [dict(awaited) for awaited in awaits]
    joined["currency"] = [dict(current) for current in currency]
    return parse(joined).as_plain()


def parse(description: Mapping[str, Any]) -> Description:
    """Read a plain description strictly; raises `DescriptionError` naming product and key."""
    try:
        return Description.model_validate(description)
    except ValidationError as problems:
        raise DescriptionError(
            f"description of product {description.get('product')!r}: {in_one_line(problems)}"
        ) from problems


def _without_hash(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """A confidential delivery is named by its time alone: its hash would let hidden figures be guessed."""
    named = dict(dataset)
    if named.get("is_confidential") and named.get("snapshot_id"):
        named["snapshot_id"] = str(named["snapshot_id"]).split("-")[0]
    return named


def _with_role(column: dict[str, Any], product: Product) -> dict[str, Any]:
    """Fill in the role from the column's place and name when the contract does not give one."""
    if not column.get("role"):
        name = str(column.get("name", ""))
        if name in product.grain:
            column["role"] = "key"
        elif name in {"value", "numerator", "denominator"}:
            column["role"] = "measure"
        elif name.endswith(("_code", "_key", "_id")):
            column["role"] = "dimension"
        else:
            column["role"] = "attribute"
    return column
