"""The declaration of a dataset: the single truth about where it comes from, what it means and how it is read.

One YAML file per dataset, `catalog/<publisher>/<dataset_id>.yml`. The model is frozen and refuses unknown
keys. `catalogue.load_catalog` reads them all and reports errors with file, line and key.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from sources.declared.file_formats import FixedWidth, FlatTable
from sources.declared.flat_formats import GenesisFlat, ZensusGrid
from sources.declared.formats import Format, GenesisTable
from sources.declared.vocabulary import Code, Identifier, Licence, Text
from sources.foundation.strict import Strict
from sources.foundation.told import Told
from sources.foundation.vocabulary import AreaLevel

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]*$"
DatasetId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


def _no_period(text: str, en: str, de: str) -> ValueError:
    return ValueError(Told(f"{text!r} {en}", f"{text!r} {de}"))


class Cadence(Strict):
    """How often the publisher brings out a new edition, and when in the year it is to be expected.

    The window is the first that opens after the end of a figure's period, `years_later` years on.
    """

    every: Literal[
        "month", "quarter", "half_year", "year", "two_years", "four_years", "census", "irregular", "once"
    ]
    window_from: MonthDay | None = Field(
        default=None, description="first month and day of the usual release window"
    )
    window_to: MonthDay | None = Field(
        default=None, description="last month and day of the usual release window"
    )
    years_later: int = Field(
        default=0, ge=0, le=5, description="how many years after the first window that opens it comes"
    )
    note: Text | None = None

    @model_validator(mode="after")
    def _window_is_whole(self) -> Cadence:
        if (self.window_from is None) != (self.window_to is None):
            raise ValueError("window_from and window_to belong together")
        if self.years_later and self.window_from is None:
            raise ValueError("years_later is for a window")
        return self


class ReferenceTime(Strict):
    """What time a cell speaks of, and how its printed text becomes a date.

    kind `stock`: a day. `flow`: a period, the calendar year, or the month or half-year that is printed.
    `school_year`: 1 August to 31 July.
    text `date`: 31.12.2015; `compact_date`: 20151231; `month`: 201512 or 2015-12, of a stock its last day;
    `half_year`: 2015-02 is the second half, of a stock its last day; `year`: 2015; `school_year`: 2024/25;
    `none`: no time is printed, see `fixed`.
    """

    kind: Literal["stock", "flow", "school_year"]
    text: Literal["date", "compact_date", "month", "half_year", "year", "school_year", "none"]
    month_days: tuple[MonthDay, ...] = Field(
        default=(),
        description="stock: days of the year that may occur; the first is meant when only a year is printed",
    )
    year_is: Literal["start", "end"] | None = Field(
        default=None, description="school year: whether the printed year is the one it starts or ends in"
    )
    fixed: dt.date | None = Field(default=None, description="the date of a file that prints none")

    @model_validator(mode="after")
    def _complete(self) -> ReferenceTime:
        if (self.kind == "school_year") != (self.year_is is not None):
            raise ValueError("year_is belongs to kind school_year, and only there")
        if self.kind == "stock" and self.text == "year" and not self.month_days:
            raise ValueError("a stock printed as a year needs month_days")
        if (self.text == "none") != (self.fixed is not None):
            raise ValueError("fixed belongs to text none, and only there")
        return self

    def period(self, text: str | None) -> tuple[dt.date, dt.date]:
        """First and last day of what a printed time speaks of; for a stock both are its day.

        Raises `ValueError`, in words for a data engineer, when the text is no such time.
        """
        if self.text == "none" and self.fixed:
            return self.fixed, self.fixed
        text = text or ""
        if self.text == "year":
            if not re.fullmatch(r"(19|20)[0-9]{2}", text):
                raise _no_period(text, "is not a year like 2015", "ist kein Jahr wie 2015")
            year = int(text)
            if self.kind == "school_year":
                start = year if self.year_is == "start" else year - 1
                return dt.date(start, 8, 1), dt.date(start + 1, 7, 31)
            if self.kind == "flow":
                return dt.date(year, 1, 1), dt.date(year, 12, 31)
            month, day_of_month = map(int, self.month_days[0].split("-"))
            return dt.date(year, month, day_of_month), dt.date(year, month, day_of_month)
        if self.text == "month":
            match = re.fullmatch(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])", text, re.ASCII)
            if match is None:
                raise _no_period(
                    text, "is not a month like 201512 or 2015-12", "ist kein Monat wie 201512 oder 2015-12"
                )
            year, month = int(match.group(1)), int(match.group(2))
            last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
            return (last.replace(day=1), last) if self.kind == "flow" else (last, last)
        if self.text == "half_year":
            match = re.fullmatch(r"((?:19|20)[0-9]{2})-0([12])", text, re.ASCII)
            if match is None:
                raise _no_period(
                    text,
                    "is not a half-year like 2015-01 or 2015-02",
                    "ist kein Halbjahr wie 2015-01 oder 2015-02",
                )
            year, half = int(match.group(1)), int(match.group(2))
            last = dt.date(year, 6, 30) if half == 1 else dt.date(year, 12, 31)
            return (dt.date(year, 6 * half - 5, 1), last) if self.kind == "flow" else (last, last)
        if self.text == "school_year":
            match = re.fullmatch(r"((?:19|20)[0-9]{2})/([0-9]{2})", text, re.ASCII)
            if match is None or (int(match.group(1)) + 1) % 100 != int(match.group(2)):
                raise _no_period(text, "is not a school year like 2024/25", "ist kein Schuljahr wie 2024/25")
            start = int(match.group(1))
            return dt.date(start, 8, 1), dt.date(start + 1, 7, 31)
        form, shown = ("%d.%m.%Y", "31.12.2015") if self.text == "date" else ("%Y%m%d", "20151231")
        if len(text) != len(shown) or not text.isascii():
            raise _no_period(text, f"is not a date like {shown}", f"ist kein Datum wie {shown}")
        try:
            day = dt.datetime.strptime(text, form).date()
        except ValueError:
            raise _no_period(text, f"is not a date like {shown}", f"ist kein Datum wie {shown}") from None
        if self.month_days and f"{day:%m-%d}" not in self.month_days:
            days = ", ".join(self.month_days)
            raise _no_period(
                text,
                f"is none of the declared days of the year ({days})",
                f"ist keiner der deklarierten Tage des Jahres ({days})",
            )
        if self.kind == "flow":
            return dt.date(day.year, 1, 1), day
        return day, day


class GenesisAccess(Strict):
    """The table in a GENESIS web service (base address and login: the publisher's)."""

    table: Text
    area: Text = "free"
    first_year: int | None = Field(
        default=None, description="slice by year from here on when the table is too large"
    )


class Access(Strict):
    """Ways to get the file. Every dataset can also be put into the drop folder unless this is forbidden."""

    download: Text | None = Field(default=None, description="address of the file itself")
    genesis: GenesisAccess | None = None
    drop_folder: bool = True


class Dimension(Strict):
    """A dimension of a table of counts. The code list is the one of the same name unless given."""

    code_list: Identifier | None = None
    codes: tuple[Code, ...] = Field(
        default=(), description="the codes that occur; empty: every code of the list"
    )
    verbatim: bool = Field(default=False, description="no code list: the publisher's text is kept as it is")
    texts: tuple[Text, ...] = Field(
        default=(), description="the texts that may occur in a verbatim dimension; empty: any"
    )

    @model_validator(mode="after")
    def _list_or_text(self) -> Dimension:
        if self.verbatim and (self.code_list or self.codes):
            raise ValueError("a verbatim dimension has no code list")
        if self.texts and not self.verbatim:
            raise ValueError("texts belong to a verbatim dimension")
        return self


RATE_UNIT = re.compile(r"Prozent|%|\bje\b")
"""Units of rates and means; a mean in another unit says `additive: false`."""


class Measure(Strict):
    """What is counted or computed."""

    title_de: Text
    title_en: Text
    unit: Text = Field(description="the unit as the publisher prints it, e.g. Anzahl")
    decimals: int = Field(default=0, ge=0, le=17, description="decimals a number may have at most")
    signed: bool = Field(default=False, description="whether a number may be negative")
    additive: bool | None = Field(
        default=None,
        description="whether parts and areas may be added up; without it all but rates, which the unit tells",
    )
    adds_over_time: bool | None = Field(
        default=None,
        description="whether periods may be added up; without it flows may and stocks may not",
    )

    @property
    def is_additive(self) -> bool:
        """Whether its parts, and the areas of one level, may be added up: rates and means may not."""
        return not RATE_UNIT.search(self.unit) if self.additive is None else self.additive

    @model_validator(mode="after")
    def _rates_are_not_added(self) -> Measure:
        if RATE_UNIT.search(self.unit) and self.additive:
            raise ValueError(f"`additive`: a number in {self.unit} is a rate and adds up to nothing")
        if self.adds_over_time and not self.is_additive:
            raise ValueError("`adds_over_time` is for what adds up at all")
        return self


class Column(Strict):
    """A column of a register (shape `records`). `source` is the publisher's name of it."""

    name: Identifier
    source: Text | None = None
    title_de: Text
    title_en: Text
    unit: Text | None = None
    type: Literal["integer", "number", "date"] | None = Field(
        default=None,
        description="what every text must be: a whole number, a number, or a day (31.12.2025, 2025-12-31)",
    )
    code_list: Identifier | None = Field(
        default=None, description="the text must be one of its published wordings; its code is kept"
    )
    required: bool = Field(default=False, description="an empty cell sets the file aside")
    pattern: Text | None = Field(
        default=None, description="regular expression that every value must match wholly"
    )
    example: Text | None = Field(default=None, description="a value as a form shows it to who fills it in")
    key: bool = Field(default=False, description="part of the key: the key may occur once only")
    optional: bool = Field(default=False, description="an edition of the file may lack the whole column")

    @model_validator(mode="after")
    def _measured_has_a_type(self) -> Column:
        if self.unit and not (self.type or self.pattern):
            raise ValueError("a column with a unit says its type (integer, number) or its pattern")
        return self

    @model_validator(mode="after")
    def _example_can_be_handed_in(self) -> Column:
        if self.example and self.pattern and not re.fullmatch(self.pattern, self.example, re.ASCII):
            raise ValueError(f"the example {self.example!r} does not match the pattern of its own column")
        return self


class Rounding(Strict):
    """From when and where the publisher rounds counts, so that checks can take their tolerance from it."""

    base: int = Field(ge=2, description="numbers are multiples of this")
    from_year: int | None = None
    to_year: int | None = None
    areas: tuple[Text, ...] = Field(default=(), description="beginnings of area codes; empty: everywhere")
    method: Literal["multiple", "cell_key", "controlled"] = "multiple"
    note: Text


class HandedOn(Strict):
    """The file is not the publisher's own: somebody else stored it anew or made it from the publisher's.

    Its figures never go before those of the publisher's own file, and the source note says what it is.
    """

    kind: Literal["resaved", "derivative"] = Field(
        description="resaved: the publisher's file after a spreadsheet; derivative: made from it by others"
    )
    what_de: Text = Field(description="what was done to it and by whom, for the source note, in German")
    what_en: Text


class Unused(Strict):
    """Why no fact, dimension or product is made of a dataset, in words for those who deliver it."""

    de: Text
    en: Text


class Break(Strict):
    """A break in the series: figures before and after it do not compare."""

    at: Text = Field(description="first period of the new state, as printed")
    what_de: Text
    what_en: Text
    areas: tuple[Text, ...] = ()


class Division(Strict):
    """The columns of a list of areas that say how the areas hang together in space and time."""

    code: Identifier
    parent: Identifier
    valid_from: Identifier
    valid_to: Identifier
    former: Identifier = Field(description="codes it came from, by comma, with (share) for a part")


class Crosswalk(Strict):
    """The columns of a key between two divisions: shares that sum to 1 for each area of origin."""

    of: tuple[Identifier, ...] = Field(description="columns that name an area of origin")
    weights: tuple[Identifier, ...]
    tolerance: float = Field(default=1e-9, ge=0, lt=0.1, description="for published shares that are rounded")


class Form(Strict):
    """A form to hand out. Columns, lists and signs are those of the declaration; this adds what to say."""

    filled_in_by: Text = Field(description="office that fills it in, in German")
    how: tuple[Text, ...] = Field(default=(), description="what to mind, in German, one sentence or two each")
    rows: int = Field(default=500, ge=1, le=100_000, description="prepared rows of the empty workbook")


class Declaration(Strict):
    """One dataset."""

    id: DatasetId
    title_de: Text
    title_en: Text
    publisher: Identifier
    statistic: Text | None = Field(default=None, description="code in catalog/statistics.yml (EVAS)")
    table_code: Text | None = Field(default=None, description="the publisher's own code of the table")
    predecessors: tuple[Text, ...] = Field(default=(), description="tables this one continues")
    successors: tuple[Text, ...] = Field(default=(), description="tables that continue this one")
    each_row_is: Text = Field(description="ends the sentence: one row is ...")
    licence: Licence | None = Field(default=None, description="only where it differs from the publisher's")
    legal_basis: Text | None = Field(default=None, description="only where it differs from the statistic's")
    holds_personal_data: bool | None = Field(
        default=None, description="only where it differs from the statistic's"
    )
    confidential: bool = Field(
        default=False,
        description="counts so small that they may leave only through disclosure control",
    )
    cadence: Cadence
    reference_time: ReferenceTime
    area_levels: tuple[AreaLevel, ...] = ()
    file_names: tuple[Text, ...] = Field(
        default=(), description="glob patterns of the file's name; default for a table: <table_code>*.csv"
    )
    access: Access = Access()
    format: Format
    other_formats: tuple[Format, ...] = Field(
        default=(), description="further wire formats the same table comes in; told apart by content"
    )
    dimensions: dict[Identifier, Dimension] = Field(default={})
    measures: dict[Identifier, Measure] = Field(
        default={},
        description="what cells say; of a register, what is counted from its records",
    )
    columns: tuple[Column, ...] = ()
    dialect: Identifier | None = Field(default=None, description="only where it differs from the publisher's")
    rounding: tuple[Rounding, ...] = ()
    breaks: tuple[Break, ...] = ()
    handed_on: HandedOn | None = Field(default=None, description="not the publisher's own file")
    unused: Unused | None = Field(
        default=None, description="why no fact, dimension or product is made of it; else something is"
    )
    division: Division | None = Field(default=None, description="this is a list of areas")
    crosswalk: Crosswalk | None = Field(default=None, description="this is a key between two divisions")
    form: Form | None = Field(default=None, description="handed out as a form (`planstat form`)")
    unverified: Text | None = Field(
        default=None,
        description="why the layout is not certain: declared without a real file to check it against",
    )
    notes: Text | None = None

    @property
    def shape(self) -> Literal["cells", "records"]:
        """`cells`: one row per published number; `records`: one row per entity of a register."""
        return self.format.shape

    @property
    def file_patterns(self) -> tuple[str, ...]:
        """Glob patterns of the names this dataset's file goes by."""
        return self.file_names or (f"{self.table_code or self.id}*.csv",)

    def adds_over_time(self, measure: str) -> bool:
        """Whether periods of a measure may be added up: a flow may, a stock may not, nor a rate or mean."""
        declared = self.measures[measure]
        if declared.adds_over_time is not None:
            return declared.adds_over_time
        time = self.reference_time
        is_flow = time.kind == "flow" or (time.kind == "school_year" and time.year_is == "end")
        return is_flow and declared.is_additive

    @model_validator(mode="after")
    def _shape_fits(self) -> Declaration:
        if self.shape == "cells" and (not self.measures or self.columns):
            raise ValueError("a table of cells declares measures (and dimensions), no columns")
        if self.shape == "records" and (not self.columns or self.dimensions):
            raise ValueError("a register declares columns, no dimensions")
        return self

    @model_validator(mode="after")
    def _form_is_filled_in(self) -> Declaration:
        if (self.form is not None) != (self.format.kind == "form"):
            raise ValueError("form (what to say on it) and format kind form belong together")
        return self

    @model_validator(mode="after")
    def _areas_fit(self) -> Declaration:
        named = [*self.division.model_dump().values()] if self.division else []
        named += [*self.crosswalk.of, *self.crosswalk.weights] if self.crosswalk else []
        if unknown := sorted(set(named) - {column.name for column in self.columns}):
            raise ValueError(f"division and crosswalk name columns that are not declared: {unknown}")
        return self

    @model_validator(mode="after")
    def _layouts_fit(self) -> Declaration:
        for form in (self.format, *self.other_formats):
            if form.shape != self.shape:
                raise ValueError("all formats of a dataset have one shape")
            if isinstance(form, FlatTable | ZensusGrid):
                form.check_names(set(self.dimensions), set(self.measures))
            if isinstance(form, FixedWidth):
                form.check_columns([column.name for column in self.columns])
            if isinstance(form, GenesisFlat):
                verbatim = {name: dimension.verbatim for name, dimension in self.dimensions.items()}
                form.check_names(verbatim, set(self.measures))
            if isinstance(form, GenesisTable):
                if self.table_code is None:
                    raise ValueError("a classic table needs its table_code")
                form.check_names(set(self.dimensions), set(self.measures))
        return self
