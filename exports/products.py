"""Products: who gets what. One YAML file per product, read strictly.

A product names the relation it publishes, its grain and order, how it is drawn on a map, and what the gate
shall check. Columns are not listed here: their types and descriptions come from the warehouse's contracts
(see `describe.describe`), so that each fact is written once.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from exports.files import PRODUCT_NAME
from sources.foundation import located_yaml
from sources.foundation.exits import USAGE
from sources.foundation.located_yaml import DeclarationError, Located
from sources.foundation.strict import Strict, checked, problem_at
from sources.foundation.vocabulary import AreaLevel

FOLDER = Path(__file__).parent / "products"

COLUMN_NAME = r"^[a-z][a-z0-9_]{0,31}$"
"""Names that Parquet readers, Stata and SQL take unquoted: ASCII snake case, 32 characters at most."""

AREA_CODE = r"^[0-9A-Za-z]{2,20}$"

Declared = TypeVar("Declared", bound=BaseModel)

Choice = Literal["csv", "csv-excel", "xlsx", "gpkg"]
"""Formats that a product may go without. Every edition has Parquet, and what explains it."""

EVERY_FORMAT: tuple[Choice, ...] = get_args(Choice)


class ProductError(ValueError):
    """A product file that does not say what it must; the message names file, line and key."""

    exit_code = USAGE


class Stripped(Strict):
    """Base of all models here: texts lose the blanks around them."""

    model_config = ConfigDict(str_strip_whitespace=True)


class Contact(Stripped):
    """Whom to ask: the office that publishes. It stands in every release and is how the release is cited."""

    name: str = Field(min_length=1)
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    url: str | None = Field(default=None, pattern=r"^https?://")


class Catalogue(Stripped):
    """What portals of open data are told beside: `web` is the address of the folder of releases.

    `contributor_id` is the id that GovData gave the office (dcat-ap.de/def/contributors).
    """

    web: str = Field(pattern=r"^https?://[^\s<>\"]+$")
    contributor_id: str = Field(pattern=r"^http://dcat-ap\.de/def/contributors/[A-Za-z0-9_.-]+$")


class KomMonitor(Stripped):
    """The KomMonitor server that releases are sent to; the secret of the client comes from the environment.

    `address` of data-management, `token_address` of its Keycloak, `owner_id` of the group that owns what is
    made there, `permissions` of others on it, `public` whether everybody sees it. `region`: the area whose
    published values stand beside (`DG` or a Land). `areas`: codes; these and those whose codes begin so are
    sent, none: all. `levels`: level -> what it is called there, `topics`: policy field -> id of a topic there
    (without: made). `units`: indicators that are sent in thousands or millions.
    """

    address: str = Field(pattern=r"^https?://[^\s<>\"]+$")
    token_address: str = Field(pattern=r"^https?://[^\s<>\"]+$")
    client_id: str = Field(min_length=1)
    owner_id: str = Field(min_length=1)
    permissions: tuple[str, ...] = ()
    public: bool = True
    region: str = Field(default="DG", pattern=r"^(DG|0[1-9]|1[0-6])$")
    areas: tuple[str, ...] = ()
    levels: dict[AreaLevel, str] = Field(default_factory=dict)
    topics: dict[str, str] = Field(default_factory=dict)
    units: dict[str, Literal["Tsd.", "Mio."]] = Field(default_factory=dict)


class Postgres(Stripped):
    """How releases lie in a database: its schema there, and the roles that may read them.

    How to reach it stands in the environment, since it may hold a password.
    """

    schema_name: str = Field(default="planstat", alias="schema", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    readers: tuple[str, ...] = ()


class ReadingWorkbook(Stripped):
    """A workbook to read.

    With `area` (a code) that of the area, beside it the ring that is named, or the one it is in. Without it
    that of the whole `ring`, in which the member `own` (a code) is marked.
    """

    area: str | None = Field(default=None, pattern=AREA_CODE)
    ring: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    own: str | None = Field(default=None, pattern=AREA_CODE)

    @model_validator(mode="after")
    def _of_area_or_ring(self) -> Self:
        if self.area is None and self.ring is None:
            raise ValueError("needs area, or ring for the workbook of a whole ring")
        if self.area is not None and self.own is not None:
            raise ValueError("own marks a member in the workbook of a ring: leave out area, or own")
        return self


class Reading(Stripped):
    """What a run makes of its editions by itself: `star`, `atlas`, a letter with each edition, workbooks."""

    star: bool = False
    atlas: bool = False
    letters: bool = False
    workbooks: tuple[ReadingWorkbook, ...] = ()


class Office(Contact):
    """The office as `office.yml` says it; without `catalogue` no portal is told of its releases.

    Without `kommonitor` nothing is sent to one. `postgres` says how releases lie in a database, `reading`
    what is made of them beside. `logo` is a file (SVG or PNG) beside `office.yml`: it stands on profiles.
    """

    logo: str | None = Field(default=None, min_length=1)
    catalogue: Catalogue | None = None
    kommonitor: KomMonitor | None = None
    postgres: Postgres = Postgres()
    reading: Reading = Reading()


UNNAMED = Office(name="Kommune (Stelle noch nicht benannt)")
"""Who publishes as long as nobody wrote who does; see `load_office`."""


class Geometry(Stripped):
    """How the product becomes map layers, one per level and Gebietsstand that outlines were delivered for:
    one feature
    per area, one attribute per measured thing.

    `by` are the columns that tell the measured things apart; each combination becomes one attribute holding
    its newest value. `where` fixes the other dimensions (usually at their total). Without `value` the row of
    each area gives the attributes as they are (a register has nothing to spread out).

    A value stands on the outline of the very version of the area that it is for (`area_key`). `converted_by`
    names the warehouse's function that carries the product to a Gebietsstand; with it the newest outlines of
    a level show converted values, marked as such, where an area has changed.

    With `point` (columns of latitude and longitude, WGS 84) each row is a place of its own: `area_code` and
    `area_key` are then the column that tells the rows apart, and `name` the one that names the place.
    """

    area_key: str = Field(default="area_key", pattern=COLUMN_NAME)
    area_code: str = Field(default="area_code", pattern=COLUMN_NAME)
    area_level: str = Field(default="area_level", pattern=COLUMN_NAME)
    date: str = Field(default="reference_date", pattern=COLUMN_NAME)
    value: str | None = Field(default=None, pattern=COLUMN_NAME)
    by: tuple[str, ...] = ()
    label: str | None = Field(default=None, pattern=COLUMN_NAME)
    where: dict[str, str] = Field(default_factory=dict)
    converted_by: str | None = Field(default=None, pattern=COLUMN_NAME)
    name: str = Field(default="area_name", pattern=COLUMN_NAME)
    point: tuple[str, str] | None = None

    @field_validator("by", mode="before")
    @classmethod
    def one_or_many(cls, by: Any) -> Any:
        """A single column may stand alone."""
        return (by,) if isinstance(by, str) else by

    @model_validator(mode="after")
    def value_and_by_belong_together(self) -> Geometry:
        """A value needs columns that say what it measures, and the other way round."""
        if (self.value is None) != (not self.by):
            raise ValueError("`value` and `by` go together: give both, or neither")
        if self.converted_by is not None and self.value is None:
            raise ValueError("`converted_by` is for a `value`")
        if self.point is not None and (self.value is not None or self.area_code != self.area_key):
            raise ValueError("`point` is for rows as they are: one column tells them apart, and no `value`")
        return self

    def columns(self) -> set[str]:
        """Every column of the product that the layer needs."""
        named = {self.area_key, self.area_code, self.area_level, self.date, *self.by, *self.where}
        named |= set(self.point or ())
        return named | ({self.value} if self.value else set()) | ({self.label} if self.label else set())


class Derived(Stripped):
    """Figures computed from counts, which are hidden with any of the counts that they would reveal.

    Either `columns` beside a count, or whole rows chosen by `where` (column -> values). `of` lists the
    counts: each entry changes codes of the row's own cell, to a code (`_T`) or to what another column of the
    row holds (`=previous_period_key`); an empty entry is the row's own cell. A count that is not printed
    hides what would reveal it.

    Where counts carry noise, figures computed from true counts would undo it, so they are emptied. With
    `times` a column is computed anew from the shown counts instead: times × the first of `of` / `over`, a
    column of `keep`, or without it / the second of `of`.
    """

    columns: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    of: tuple[dict[str, str], ...] = Field(default=({},), min_length=1)
    times: float | None = Field(default=None, gt=0)
    over: str | None = Field(default=None, pattern=COLUMN_NAME)

    @model_validator(mode="after")
    def columns_or_rows(self) -> Derived:
        """One of the two."""
        if bool(self.columns) == bool(self.where):
            raise ValueError("give either `columns` or `where`")
        if self.times is None:
            if self.over is not None:
                raise ValueError("`over` needs `times`")
        elif not self.columns or len(self.of) != (2 if self.over is None else 1):
            raise ValueError("`times` is for `columns`: with `over`, or with two counts in `of`")
        return self


class Denominator(Stripped):
    """Where the product prints how many people a rate is over, for a policy with a minimum denominator.

    `column` of the relation, in the rows that `rows` chooses (column -> values; empty: all). It needs not be
    public: what a share is of is a count itself, and no number of residents.
    """

    column: str = Field(pattern=COLUMN_NAME)
    rows: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Disclosure(Stripped):
    """How the product keeps secrets: by a policy, or not at all, because its figures are protected already.

    `exempt` says in words why nothing needs to be protected, with who decided it and when. Otherwise `policy`
    names a file in `policies/`, and the product says which of its rows print counts (`rows`: column ->
    values; empty: all), in which column (`value`), under which names the policy's dimensions stand
    (`columns`, where they differ), what is public in any case (`keep`), and what is `derived` from counts.
    `denominator`: where rates stand that a minimum denominator is asked of; else the first `over`.
    """

    exempt: str | None = Field(default=None, min_length=20)
    decided_by: str | None = Field(default=None, min_length=1)
    decided_on: date | None = None
    policy: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    rows: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    value: str = Field(default="value", pattern=COLUMN_NAME)
    keep: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    denominator: Denominator | None = None

    @model_validator(mode="after")
    def one_decision(self) -> Disclosure:
        """Exempt with a name and a date, or a policy, which has its own."""
        if (self.exempt is None) == (self.policy is None):
            raise ValueError("give either `exempt` (with the reason) or `policy`, not both or neither")
        if (self.exempt is None) != (self.decided_by is None) or (self.exempt is None) != (
            self.decided_on is None
        ):
            raise ValueError("`decided_by` and `decided_on` belong to `exempt`, which needs both")
        of_policy = (self.rows, self.columns, self.keep, self.derived, self.denominator)
        if self.exempt is not None and any(of_policy):
            raise ValueError("`rows`, `columns`, `keep`, `derived` and `denominator` belong to a policy")
        for derived in self.derived:
            if derived.over is not None and derived.over not in self.keep:
                raise ValueError(f"derived: {derived.over!r} under `over` must be public: name it in `keep`")
        return self


class Product(Stripped):
    """One product as declared in `products/<product>.yml`.

    `audience` internal: less protected, marked, and published into a folder of its own. `may_be_empty`: why
    there may be no row yet; until then nothing is released and nothing fails, then it must have rows.
    `begins_with`: what its first edition must hold (column -> values, one of them), else it waits likewise.
    `formats`: which files an edition has beside Parquet, where not all: a large product is read by programs,
    and a part of it is written in any format on demand (`exports.extract`).
    `contact`: only where it is another office than the one that publishes all the others. `sums`: views of
    the released database whose rows may be added up (name -> column -> value): one measure, Kreise only, no
    backcast, every dimension at its total, so that a plain sum per date counts each case once.
    """

    product: str
    title_de: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    description: str = Field(min_length=20)
    description_en: str = Field(min_length=20)
    relation: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    grain: tuple[str, ...] = Field(min_length=1)
    order_by: tuple[str, ...] = Field(min_length=1)
    geometry: Geometry | None = None
    formats: tuple[Choice, ...] = EVERY_FORMAT
    sums: dict[str, dict[str, str]] = Field(default_factory=dict)
    cadence: Literal["ANNUAL", "BIENNIAL", "QUARTERLY", "MONTHLY", "IRREG", "UNKNOWN"] = "ANNUAL"
    keywords: tuple[str, ...] = ()
    contact: Contact | None = None
    audience: Literal["public", "internal"] = "public"
    may_be_empty: str | None = Field(None, min_length=5)
    begins_with: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    disclosure: Disclosure | None = None
    checks: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def only_public_figures_are_converted(self) -> Product:
        """What is converted comes from the warehouse's own figures, past disclosure control."""
        if (
            self.geometry
            and self.geometry.converted_by
            and (self.disclosure is None or self.disclosure.policy)
        ):
            raise ValueError("`geometry.converted_by` is for products that `disclosure` exempts")
        return self

    @field_validator("product")
    @classmethod
    def is_a_safe_name(cls, name: str) -> str:
        """The name becomes a folder, files and a view."""
        if not PRODUCT_NAME.fullmatch(name):
            raise ValueError("lower case letters, digits and _, starting with a letter, 32 at most")
        return name

    @field_validator("sums")
    @classmethod
    def names_views_safely(cls, sums: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        """Each name becomes a view."""
        wrong = sorted(name for name in sums if not PRODUCT_NAME.fullmatch(name))
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: lower case letters, digits and _, starting with a letter")
        return sums

    @field_validator("formats")
    @classmethod
    def in_the_order_of_writing(cls, formats: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The order in a product file says nothing."""
        return tuple(one for one in EVERY_FORMAT if one in formats)

    @field_validator("grain", "order_by")
    @classmethod
    def names_each_column_once(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        """A grain or order that repeats a column is a slip."""
        repeated = sorted({column for column in columns if columns.count(column) > 1})
        if repeated:
            raise ValueError(f"names {', '.join(repeated)} more than once")
        return columns


def load_product(path: Path) -> Product:
    """Read one product file.

    Raises `ProductError` naming file, line and key for anything that is not as declared by `Product`; the
    file's name has to be the product's name.
    """
    return _product(path, _bytes(path))


@cache
def _product(path: Path, written: bytes) -> Product:
    """The product that a file with these bytes declares; a run asks many times."""
    content = _content(path, written)
    product = _checked(content, Product)
    if product.product != path.stem:
        message = f"says {product.product!r}, but the file is called {path.name}; give both the same name"
        raise ProductError(str(problem_at(content, ("product",), message)))
    return product


def load_office(path: Path) -> Office:
    """Read who publishes (`name`, if wanted `email`, `url`, `catalogue`); `UNNAMED` where there is no file.

    Raises `ProductError` naming file, line and key for anything else in it.
    """
    return _checked(_content(path, _bytes(path)), Office) if path.exists() else UNNAMED


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ProductError(f"{path}: there is no such file") from None


def _content(path: Path, written: bytes) -> Located:
    try:
        return located_yaml.read(path, written)
    except DeclarationError as error:
        raise ProductError(str(error)) from error


def _checked(content: Located, model: type[Declared]) -> Declared:
    try:
        return checked(model, content)
    except DeclarationError as error:
        raise ProductError(str(error)) from error


def load_products(folder: Path = FOLDER) -> dict[str, Product]:
    """All products of a folder by name, in the order of their names; all errors in one `ProductError`."""
    products: dict[str, Product] = {}
    errors: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            products[path.stem] = load_product(path)
        except ProductError as problem:
            errors.append(str(problem))
    if errors:
        raise ProductError("\n".join(errors))
    if not products:
        raise ProductError(f"{folder}: holds no product file (*.yml)")
    return products
