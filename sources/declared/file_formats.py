"""Wire formats other than those of GENESIS: workbooks, delimited and fixed-width text, code lists, geometry.

Header texts: several header lines are joined with ` > `; white space (line breaks within a cell too)
counts as one blank. A `{name}` in a header, sheet or file name stands for a text that changes from edition to
edition, such as a date: it must be the same wherever it occurs, and a register can carry it in a column
whose `source` is `"{name}"`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from sources.declared.vocabulary import Code, Identifier, Text
from sources.foundation.strict import Strict

Encoding = Literal["utf-8", "utf-8-sig", "cp1252", "cp850", "iso-8859-1"]


GeometryKind = Literal[
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"
]  # fmt: skip


class KeyColumn(Strict):
    """A column of a flat table of counts that holds no number."""

    header: Text
    holds: Identifier = Field(
        description="time, area_code, area_name, quality (of the whole line), ignored, or a dimension"
    )


class ValueColumn(Strict):
    """A value column of a flat table of counts: what it holds. Dimensions not named in `codes` are `_T`.

    A header with `{time}` stands for one or more neighbouring columns, each with a time of its own.
    """

    header: Text
    measure: Identifier
    codes: dict[Identifier, Code] = Field(default={})
    optional: bool = Field(default=False, description="older files do not have it: nothing is known then")

    @property
    def repeats(self) -> bool:
        """Whether this stands for a run of columns, one per time."""
        return "{time}" in self.header


class NamedArea(Strict):
    """An area of a table that prints names and no codes."""

    code: Text
    names: tuple[Text, ...] = Field(min_length=1, description="wordings of its name, newest first")


class FlatTable(Strict):
    """Columns of a flat table of counts: keys, then values, then what may stand to the right of them."""

    keys: tuple[KeyColumn, ...] = ()
    values: tuple[ValueColumn, ...] = ()
    tail: tuple[KeyColumn, ...] = ()
    name_in_key: bool = Field(
        default=False, description="one area code stands for several areas, told apart by their names"
    )
    named_rows: dict[Text, Text | None] = Field(
        default={},
        description="rows without an area code, by their name: the code they stand for, or null for rows that"
        " are no area and are left out",
    )
    empty_values: Literal["refuse", "leave_out"] = Field(
        default="refuse", description="leave_out: an empty field says nothing and becomes no cell"
    )

    areas: tuple[NamedArea, ...] = Field(
        default=(),
        description="the areas of a table without codes, by name; where a name stands for several (a Bezirk "
        "and its Stadtteil), the first row of that name is the first of them here, and so on",
    )

    @model_validator(mode="after")
    def _areas_are_named_once(self) -> FlatTable:
        held = {key.holds for key in (*self.keys, *self.tail)}
        if self.areas and ("area_code" in held or "area_name" not in held):
            raise ValueError("areas belong to a table with a column area_name and none area_code")
        codes = [area.code for area in self.areas if area.code != "…"]  # a draft has some to find
        if len(set(codes)) != len(codes):
            raise ValueError("an area is named twice")
        return self

    @model_validator(mode="after")
    def _columns_differ(self) -> FlatTable:
        held = [key.holds for key in (*self.keys, *self.tail) if key.holds != "ignored"]
        if len(set(held)) != len(held):
            raise ValueError("a key is held by two columns")
        seen: dict[tuple[object, ...], str] = {}
        for column in self.values:
            identity = (column.measure, *sorted(column.codes.items()))
            if identity in seen:
                raise ValueError(f"columns {seen[identity]!r} and {column.header!r} mean the same")
            seen[identity] = column.header
        if self.named_rows and not {"area_code", "area_name"} <= set(held):
            raise ValueError("named_rows needs key columns that hold area_code and area_name")
        if any(column.repeats for column in self.values) and "time" in held:
            raise ValueError("time stands in a key column or in the header, not in both")
        return self

    def check_names(self, dimensions: set[str], measures: set[str]) -> None:
        """Raise `ValueError` when a column holds something that the declaration does not declare."""
        held = {key.holds for key in (*self.keys, *self.tail)}
        for name in held - {"time", "area_code", "area_name", "quality", "ignored"} - dimensions:
            raise ValueError(f"key column {name!r} is no declared dimension")
        for column in self.values:
            if column.measure not in measures:
                raise ValueError(f"column {column.header!r}: {column.measure!r} is no declared measure")
            for name in set(column.codes) - dimensions | set(column.codes) & held:
                raise ValueError(f"column {column.header!r}: {name!r} is no dimension of the header")


class SheetOrText(FlatTable):
    """What workbooks and delimited text have in common: a header somewhere near the top, lines below it."""

    shape: Literal["cells", "records"]
    header_lines: int = Field(default=1, ge=1, le=9)
    search_lines: int = Field(default=40, ge=1, le=500, description="how far down the header may begin")
    decimal: Literal[",", "."] = "."
    thousands: Literal[".", ",", " ", "'"] | None = Field(
        default=None, description="mark that numbers of four and more digits may be grouped with"
    )
    left_out: tuple[Text, ...] = Field(
        default=(),
        description="texts of the first columns that mark a row as none of the data, wherever it stands: "
        "totals, notes; `{name}` stands for any text",
    )
    trailer: Text | None = Field(
        default=None, description="beginning of the line from which on nothing is data"
    )
    file_name: Text | None = Field(
        default=None,
        description="the file's name with `{name}` in place of what it says about the file; `{time}` is the"
        " time of every cell of a table of counts",
    )

    @model_validator(mode="after")
    def _shape_has_columns(self) -> SheetOrText:
        if (self.shape == "cells") != bool(self.values):
            raise ValueError("shape cells needs keys and values; shape records has neither")
        if self.thousands == self.decimal:
            raise ValueError("decimal and thousands mark are the same")
        if self.has_time and any(key.holds == "time" for key in (*self.keys, *self.tail)):
            raise ValueError("time stands in a key column or in the file's name, not in both")
        return self

    @property
    def has_time(self) -> bool:
        """Whether the file's name says the time of every cell."""
        return "{time}" in (self.file_name or "")


class Workbook(SheetOrText):
    """A sheet of an Excel workbook; the header may stand anywhere near the top.

    Merged header cells count for every column (and line) that they cover. The table ends at the first
    empty row; what follows may only be notes in the first column. A number comes out in its shortest exact
    notation with a decimal point, a whole number without decimals.
    """

    kind: Literal["workbook"]
    sheet: Text = Field(description="name of the sheet, or `{name}` in place of what changes")
    sheets: Literal["one", "every"] = Field(
        default="one", description="every: all sheets of that name, one after another"
    )
    links: Literal["refuse", "leave_alone"] = Field(
        default="refuse",
        description="leave_alone: the publisher's template links to other files; none is followed, and a"
        " sheet with formulas is refused all the same",
    )
    dates: Literal["iso", "german"] = Field(
        default="iso", description="how a date cell comes out: 2021-09-01 or 01.09.2021"
    )


class Delimited(SheetOrText):
    """Text with a delimiter between fields (CSV). The encoding is declared, never guessed.

    What stands above the header is kept as notes, and so is what follows from the line that begins with
    `trailer`. With `empty_tail` lines may end in more delimiters than there are columns.
    """

    kind: Literal["delimited"]
    encoding: Encoding
    delimiter: Literal[";", ",", "\t", "|"] = ";"
    quote: Literal['"', "'"] | None = '"'
    sep_line: bool = Field(default=False, description="the first line tells Excel the delimiter: sep=;")
    empty_tail: bool = False


class CaseRows(Strict):
    """The same form with a line per case instead of counts: a pseudonym, the key columns, and yes or no for
    each count. Cases are counted in memory; neither they nor the file are kept.
    """

    sheet: Text = Field(max_length=31, description="name of the sheet; it tells this edition apart")
    key: Text = Field(description="header of the first column: the pseudonym of the case")
    age: Text | None = Field(
        default=None, description="header of completed years that stand in place of the age group"
    )
    after: Literal["remove", "keep"] = Field(
        default="remove", description="what becomes of the file in the inbox once it is counted"
    )
    how: tuple[Text, ...] = Field(default=(), description="what to mind with cases, in German")


class FormFile(SheetOrText):
    """A form of planstat, filled in: a workbook, or the same columns as CSV (UTF-8, semicolon).

    Dates are written 31.12.2025, in a workbook as text or as a date cell.
    """

    kind: Literal["form"]
    sheet: Text = Field(max_length=31, description="name of the sheet that is filled in")
    cases: CaseRows | None = Field(default=None, description="the form may hold a line per case instead")
    parts: dict[Text, Text] = Field(
        default={}, description="header of a value column and of the one that it is a part of: never larger"
    )
    sums: dict[Text, tuple[Text, ...]] = Field(
        default={}, description="header of a value column and those that add up to it"
    )
    not_before: dict[Text, Text] = Field(
        default={}, description="header of a column with a day, and of one whose day it must not lie before"
    )
    no_persons: tuple[Text, ...] = Field(
        default=(), description="headers of columns in which organisations stand and no person is named"
    )

    @model_validator(mode="after")
    def _sums_name_values(self) -> FormFile:
        headers = {value.header for value in self.values}
        named = {
            *self.parts,
            *self.parts.values(),
            *self.sums,
            *(one for of in self.sums.values() for one in of),
        }
        if named - headers:
            raise ValueError(f"parts and sums: no value column is headed {min(named - headers)!r}")
        return self

    @model_validator(mode="after")
    def _cases_count(self) -> FormFile:
        if self.cases and (self.shape != "cells" or self.cases.sheet == self.sheet):
            raise ValueError("cases belong to a form of counts and have a sheet of their own")
        return self

    def as_workbook(self) -> Workbook:
        """The same columns on a sheet."""
        return Workbook(kind="workbook", dates="german", **self._columns(), sheet=self.sheet)

    def as_delimited(self, encoding: Encoding = "utf-8") -> Delimited:
        """The same columns as CSV."""
        return Delimited(kind="delimited", encoding=encoding, **(self._columns() | {"decimal": ","}))

    def _columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SheetOrText.model_fields}


class FixedField(Strict):
    """A column of a fixed-width record: first and last position, counted from 1, and where it occurs."""

    name: Identifier
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    record_types: tuple[Text, ...] = Field(default=(), description="empty: in every record type")

    @model_validator(mode="after")
    def _forward(self) -> FixedField:
        if self.last < self.first:
            raise ValueError("last comes before first")
        return self


class FixedWidth(Strict):
    """Text whose columns stand at fixed positions; records of several types may be mixed.

    The first `type_width` characters of a line name its record type. Texts are stripped of the blanks they
    are padded with; a field of blanks is empty.
    """

    kind: Literal["fixed_width"]
    encoding: Encoding
    width: int = Field(ge=1, le=10_000, description="characters per line")
    type_width: int = Field(ge=0, le=10)
    record_types: tuple[Text, ...] = ()
    fields: tuple[FixedField, ...] = Field(min_length=1)
    shape: Literal["records"] = "records"

    @model_validator(mode="after")
    def _fields_fit(self) -> FixedWidth:
        for field in self.fields:
            if field.last > self.width:
                raise ValueError(f"field {field.name!r} ends beyond the width of the line")
            for name in field.record_types:
                if name not in self.record_types:
                    raise ValueError(f"field {field.name!r}: {name!r} is no declared record type")
        return self

    def check_columns(self, names: list[str]) -> None:
        """Raise `ValueError` when fields and declared columns are not the same, in the same order."""
        if [field.name for field in self.fields] != names:
            raise ValueError("fields must name the declared columns in their order")


class XoevCodeList(Strict):
    """A code list of the XRepository as JSON. Columns are told apart by their `spaltennameTechnisch`."""

    kind: Literal["xoev_codelist"]
    urn: Text = Field(description="`metadaten.kennungInhalt`: the code list without its version")
    shape: Literal["records"] = "records"


class JsonMap(Strict):
    """JSON whose object at `path` maps a code to one text or number, or to a list of them.

    A record is one pair, so the register has two columns in the file: the code and what it maps to.
    """

    kind: Literal["json_map"]
    path: tuple[Text, ...] = ()
    shape: Literal["records"] = "records"


class GeometryFile(Strict):
    """A vector file with one layer: shapefile (its parts beside it, or zipped), GeoPackage, GeoJSON.

    The result has the declared columns plus `geometry` (WKB) and `crs`. Dates come out as 2021-09-01.
    """

    kind: Literal["geometry"]
    driver: Literal["ESRI Shapefile", "GPKG", "GeoJSON"]
    crs: Text = Field(pattern=r"^EPSG:[0-9]{4,6}$", description="coordinate system the file must name")
    layer: Text | None = Field(default=None, description="name of the layer where a file holds several")
    encoding: Literal["UTF-8", "ISO-8859-1", "CP1252"] = Field(
        default="UTF-8", description="of the texts in a shapefile; its .cpg is not relied upon"
    )
    geometry: tuple[GeometryKind, ...] = (
        "POLYGON",
        "MULTIPOLYGON",
    )
    invalid: Literal["refuse", "note"] = Field(
        default="refuse", description="note: keep self-crossing outlines of a simplified file, and say so"
    )
    shape: Literal["records"] = "records"
