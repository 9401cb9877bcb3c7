"""Wire formats other than those of GENESIS: workbooks, code lists, geometry files.

Header texts: several header lines are joined with ` > `; white space (line breaks within a cell too)
counts as one blank. A `{name}` in a header or sheet name stands for a text that changes from edition to
edition, such as a date: it must be the same wherever it occurs, and a register can carry it in a column
whose `source` is `"{name}"`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sources.vocabulary import Code, Frozen, Identifier, Text


class KeyColumn(Frozen):
    """A key column of a flat table of counts."""

    header: Text
    holds: Identifier = Field(description="time, area_code, area_name or the name of a dimension")


class ValueColumn(Frozen):
    """A value column of a flat table of counts: what it holds. Dimensions not named in `codes` are `_T`."""

    header: Text
    measure: Identifier
    codes: dict[Identifier, Code] = Field(default={})


class FlatTable(Frozen):
    """Key columns, then value columns; the part of a format that holds for tables of counts only."""

    keys: tuple[KeyColumn, ...] = ()
    values: tuple[ValueColumn, ...] = ()

    @model_validator(mode="after")
    def _columns_differ(self) -> FlatTable:
        held = [key.holds for key in self.keys]
        if len(set(held)) != len(held):
            raise ValueError("a key is held by two columns")
        seen: dict[tuple[object, ...], str] = {}
        for column in self.values:
            identity = (column.measure, *sorted(column.codes.items()))
            if identity in seen:
                raise ValueError(f"columns {seen[identity]!r} and {column.header!r} mean the same")
            seen[identity] = column.header
        return self

    def check_names(self, dimensions: set[str], measures: set[str]) -> None:
        """Raise `ValueError` when a column holds something that the declaration does not declare."""
        held = {key.holds for key in self.keys}
        for name in held - {"time", "area_code", "area_name"} - dimensions:
            raise ValueError(f"key column {name!r} is no declared dimension")
        for column in self.values:
            if column.measure not in measures:
                raise ValueError(f"column {column.header!r}: {column.measure!r} is no declared measure")
            for name in set(column.codes) - dimensions | set(column.codes) & held:
                raise ValueError(f"column {column.header!r}: {name!r} is no dimension of the header")


class Workbook(FlatTable):
    """A sheet of an Excel or OpenDocument workbook; the header may stand anywhere near the top.

    Merged header cells count for every column (and line) that they cover. The table ends at the first
    empty row; what follows may only be notes in the first column. A number comes out in its shortest exact
    notation with a decimal point, a whole number without decimals.
    """

    kind: Literal["workbook"]
    shape: Literal["cells", "records"]
    sheet: Text = Field(description="name of the sheet, or `{name}` in place of what changes")
    header_lines: int = Field(default=1, ge=1, le=9)
    search_lines: int = Field(default=40, ge=1, le=500, description="how far down the header may begin")

    @model_validator(mode="after")
    def _shape_has_columns(self) -> Workbook:
        if (self.shape == "cells") != bool(self.values):
            raise ValueError("shape cells needs keys and values; shape records has neither")
        return self


class XoevCodeList(Frozen):
    """A code list of the XRepository as JSON. Columns are told apart by their `spaltennameTechnisch`."""

    kind: Literal["xoev_codelist"]
    urn: Text = Field(description="`metadaten.kennungInhalt`: the code list without its version")
    shape: Literal["records"] = "records"


class GeometryFile(Frozen):
    """A vector file with one layer: shapefile (its parts beside it, or zipped), GeoPackage, GeoJSON.

    The result has the declared columns plus `geometry` (WKB) and `crs`. Dates come out as 2021-09-01.
    """

    kind: Literal["geometry"]
    driver: Literal["ESRI Shapefile", "GPKG", "GeoJSON"]
    crs: Text = Field(pattern=r"^EPSG:[0-9]{4,6}$", description="coordinate system the file must name")
    layer: Text | None = Field(default=None, description="name of the layer where a file holds several")
    geometry: tuple[Literal["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTIPOLYGON"], ...] = (
        "POLYGON",
        "MULTIPOLYGON",
    )
    invalid: Literal["refuse", "note"] = Field(
        default="refuse", description="note: keep self-crossing outlines of a simplified file, and say so"
    )
    shape: Literal["records"] = "records"
