"""Wire formats that may be too large for memory: the GENESIS flat file and the census grid.

Their readers (`sources/readers/genesis_flat.py`, `zensus_grid.py`) stream them through DuckDB.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sources.declared.vocabulary import Code, Identifier, Text
from sources.foundation.strict import Strict


class FlatDimension(Strict):
    """Which variables of a flat file hold a dimension, and what their codes mean here.

    `variables` are codes (GES) or German labels (Geschlecht) of variables; the code is surer.

    `codes` maps the publisher's attribute code to ours; the empty code `""` is how many variables write
    their total. Where a code means something else under one of several variables, `VARIABLE/CODE` says so.
    A verbatim dimension has none: the publisher's codes are kept (an empty one becomes `_T`).
    """

    variables: tuple[Text, ...] = Field(min_length=1)
    codes: dict[str, Code] = Field(default={})


class FlatValue(Strict):
    """What a value variable holds. Dimensions without a variable of their own are `_T` unless in `codes`."""

    measure: Identifier
    codes: dict[Identifier, Code] = Field(default={})


class GenesisFlat(Strict):
    """The flat file ("ffcsv") of GENESIS databases, as written since 2024 and before.

    Variables are named by code or German label. The value variable `*` is the only one of its table,
    whatever its code.

    Which of the numbered variables holds what is told by its variable code in the rows, so their order may
    change. Times come out in the notation of `reference_time` (the new format writes 2024-12-31).
    """

    kind: Literal["genesis_flat"]
    statistic: Text = Field(description="the code in the first column")
    time: tuple[Text, ...] = Field(min_length=1, description="time variables that may occur, e.g. STAG")
    areas: tuple[Text, ...] = Field(
        default=(), description="variables that hold the area, e.g. KREISE; none: the table is of Germany"
    )
    dimensions: dict[Identifier, FlatDimension] = Field(default={})
    values: dict[Text, FlatValue] = Field(min_length=1, description="value variable to what it holds")
    shape: Literal["cells"] = "cells"

    @model_validator(mode="after")
    def _variables_differ(self) -> GenesisFlat:
        if "*" in self.values and len(self.values) > 1:
            raise ValueError("the value variable * stands alone")
        seen: dict[str, str] = {}
        roles = {"areas": self.areas} | {name: one.variables for name, one in self.dimensions.items()}
        for role, variables in roles.items():
            for variable in variables:
                if variable in seen:
                    raise ValueError(f"variable {variable} belongs to both {seen[variable]} and {role}")
                seen[variable] = role
        return self

    def check_names(self, dimensions: dict[str, bool], measures: set[str]) -> None:
        """Raise `ValueError` when a name is not declared. `dimensions`: name to whether it is verbatim."""
        for name, one in self.dimensions.items():
            if name not in dimensions:
                raise ValueError(f"{name!r} is no declared dimension")
            if bool(one.codes) == dimensions[name]:
                word = "keeps the publisher's codes" if dimensions[name] else "needs codes"
                raise ValueError(f"dimension {name!r} {word}")
        for variable, value in self.values.items():
            if value.measure not in measures:
                raise ValueError(f"{variable}: {value.measure!r} is no declared measure")
            for name in value.codes:
                if name not in dimensions or name in self.dimensions:
                    raise ValueError(f"{variable}: {name!r} is no dimension of the value variables")


class GridValue(Strict):
    """A value column of a grid: its wording, or several that the publisher has used, and what it holds."""

    header: Text | tuple[Text, ...]
    measure: Identifier
    codes: dict[Identifier, Code] = Field(default={})

    @property
    def headers(self) -> tuple[str, ...]:
        """All wordings of the header, the newest first."""
        return (self.header,) if isinstance(self.header, str) else self.header


class ZensusGrid(Strict):
    """A CSV of the 2022 census by grid cell: cell id, coordinates of the cell's centre, values."""

    kind: Literal["zensus_grid"]
    resolution: Literal["100m", "1km", "10km"]
    values: tuple[GridValue, ...] = Field(min_length=1)
    decimal: Literal[",", "."] = ","
    shape: Literal["cells"] = "cells"

    def check_names(self, dimensions: set[str], measures: set[str]) -> None:
        """Raise `ValueError` when a name is not declared."""
        seen: dict[tuple[object, ...], str] = {}
        for value in self.values:
            if value.measure not in measures:
                raise ValueError(f"column {value.header!r}: {value.measure!r} is no declared measure")
            for name in set(value.codes) - dimensions:
                raise ValueError(f"column {value.header!r}: {name!r} is no declared dimension")
            identity = (value.measure, *sorted(value.codes.items()))
            if identity in seen:
                raise ValueError(f"columns {seen[identity]!r} and {value.header!r} mean the same")
            seen[identity] = str(value.header)
