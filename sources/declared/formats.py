"""Wire formats and their parameters: the `format:` part of a declaration, told apart by `kind`.

A format model says everything its reader may know about a file; `sources/readers/<kind>.py` reads it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sources.declared.file_formats import (
    Delimited,
    FixedWidth,
    FormFile,
    GeometryFile,
    JsonMap,
    Workbook,
    XoevCodeList,
)
from sources.declared.flat_formats import GenesisFlat, ZensusGrid
from sources.declared.vocabulary import Code, Identifier, Text
from sources.foundation.strict import Strict

Encoding = Literal["utf-8", "utf-8-sig", "cp1252", "cp850", "iso-8859-1"]

Wording = Text | tuple[Text, ...]
"""A text in a header, or several wordings of it that the publisher has used, newest first."""


def wordings(wording: str | tuple[str, ...]) -> tuple[str, ...]:
    """All wordings of a header text, the newest first."""
    return (wording,) if isinstance(wording, str) else wording


class HeaderLevel(Strict):
    """One header line of a regular table: what its cells hold. Exactly one of the three is given.

    `time`: texts of dates or years; `dimension`: labels of that dimension's codes; `text`: the same words.
    """

    time: Literal[True] | None = None
    dimension: Identifier | None = None
    text: Wording | None = None

    @model_validator(mode="after")
    def _one_role(self) -> HeaderLevel:
        if sum(role is not None for role in (self.time, self.dimension, self.text)) != 1:
            raise ValueError("give exactly one of time, dimension, text")
        return self


class HeaderColumn(Strict):
    """One value column of a table whose header is a tree: its header texts from the top, and what it holds.

    `header` has one entry per header line without the line of units; `""` is an empty cell. `codes` names the
    dimensions that differ from the total (`_T`).
    """

    header: tuple[str | tuple[Text, ...], ...]
    measure: Identifier
    codes: dict[Identifier, Code] = Field(default={})


class GenesisLayout(Strict):
    """One edition of a classic table. A file is read with the layout whose header fits exactly.

    Either `levels` (a regular header: every combination of codes, one measure) or `columns` (a tree, column
    by column). The time stands in a key column, in a header level, or else alone in the last title line.
    """

    id: Text
    keys: tuple[Identifier, ...] = Field(
        description="key columns from the left: time, area_code, area_name or the name of a dimension"
    )
    unit: Literal["row", "title"] = Field(
        default="row", description="row: the last header line holds units; title: a title line ends in (unit)"
    )
    measure: Identifier | None = Field(default=None, description="the one measure of a regular header")
    levels: tuple[HeaderLevel, ...] = ()
    columns: tuple[HeaderColumn, ...] = ()

    @model_validator(mode="after")
    def _regular_or_tree(self) -> GenesisLayout:
        if bool(self.levels) == bool(self.columns):
            raise ValueError("give either levels (regular header) or columns (tree)")
        if bool(self.levels) != bool(self.measure):
            raise ValueError("measure belongs to levels; with columns each column names its own")
        for required in ("area_code", "area_name"):
            if required not in self.keys:
                raise ValueError(f"keys need {required}")
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a key column is named twice")
        if "time" in self.keys and any(level.time for level in self.levels):
            raise ValueError("time stands in a key column or in the header, not in both")
        depths = {len(column.header) for column in self.columns}
        if len(depths) > 1:
            raise ValueError(f"columns have headers of different depth: {sorted(depths)}")
        return self

    @property
    def time_in(self) -> Literal["keys", "header", "title"]:
        """Where the time of a cell is printed."""
        if "time" in self.keys:
            return "keys"
        return "header" if any(level.time for level in self.levels) else "title"

    @property
    def header_depth(self) -> int:
        """Number of header lines, the line of units included."""
        depth = len(self.levels) or len(self.columns[0].header)
        return depth + (self.unit == "row")

    def check_names(self, dimensions: set[str], measures: set[str]) -> None:
        """Raise `ValueError` for an undeclared dimension or measure, or two columns that mean the same."""
        for key in self.keys:
            if key not in {"time", "area_code", "area_name", *dimensions}:
                raise ValueError(f"key column {key!r} is no declared dimension")
        for dimension in (level.dimension for level in self.levels if level.dimension):
            if dimension not in dimensions:
                raise ValueError(f"header level {dimension!r} is no declared dimension")
            if dimension in self.keys:
                raise ValueError(f"{dimension!r} is both a key column and a header level")
        for measure in (self.measure, *(column.measure for column in self.columns)):
            if measure is not None and measure not in measures:
                raise ValueError(f"{measure!r} is no declared measure")
        seen: dict[tuple[object, ...], int] = {}
        for number, column in enumerate(self.columns, start=1):
            for dimension in column.codes:
                if dimension not in dimensions or dimension in self.keys:
                    raise ValueError(f"column {number}: {dimension!r} is no dimension of the header")
            identity = (column.measure, *sorted(column.codes.items()))
            if identity in seen:
                raise ValueError(f"columns {seen[identity]} and {number} mean the same")
            seen[identity] = number


class GenesisTable(Strict):
    """The classic table ("datencsv") of GENESIS databases."""

    kind: Literal["genesis_table"]
    encoding: Encoding | None = Field(
        default=None, description="only to overrule the detection (UTF-8 if valid, else cp1252)"
    )
    layouts: tuple[GenesisLayout, ...] = Field(min_length=1)
    lost_zeros: bool = Field(
        default=False,
        description="a spreadsheet took the leading zero of the codes of Kreise: 1001 is read as 01001",
    )
    shape: Literal["cells"] = "cells"

    def check_names(self, dimensions: set[str], measures: set[str]) -> None:
        """Raise `ValueError` when a layout names something that the declaration does not declare."""
        for layout in self.layouts:
            try:
                layout.check_names(dimensions, measures)
            except ValueError as error:
                raise ValueError(f"layout {layout.id}: {error}") from None

    @model_validator(mode="after")
    def _layout_ids(self) -> GenesisTable:
        ids = [layout.id for layout in self.layouts]
        if len(set(ids)) != len(ids):
            raise ValueError(f"two layouts share an id: {ids}")
        return self


# A new format: write its model (here or in file_formats.py) and add it to the union.
Format = Annotated[
    GenesisTable
    | GenesisFlat
    | ZensusGrid
    | Workbook
    | Delimited
    | FormFile
    | FixedWidth
    | XoevCodeList
    | JsonMap
    | GeometryFile,
    Field(discriminator="kind"),
]
