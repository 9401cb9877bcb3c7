"""Which column of a product plays which part in a cube of statistics: key, time, place, measure, label."""

from __future__ import annotations

from exports.describe import Description
from exports.rows import Field, Rows
from sources.foundation.sql import quoted

TIMES = ("reference_date", "reference_year")
"""Columns with the time that a figure is for, the finer one first."""

CODE, NAME, VALUE = "area_code", "area_name", "value"


def measures(rows: Rows, description: Description) -> tuple[Field, ...]:
    """The figures: what is declared as measure, else every number of the product; `value` first."""
    keys = set(description.grain)
    numbers = [
        field for field in rows.fields if field.kind in ("number", "integer") and field.name not in keys
    ]
    declared = [field for field in numbers if field.column.role == "measure"]
    chosen = declared or [field for field in numbers if field.kind == "number"]
    return tuple(sorted(chosen, key=lambda field: field.name != VALUE))


def time(rows: Rows, description: Description) -> str | None:
    """The column that says when: part of the grain, or filled in every row; None where there is none."""
    names = {field.name for field in rows.fields}
    for name in TIMES:
        if name in description.grain:
            return name
        if name in names and not rows.query(f"select 1 from rows where {quoted(name)} is null limit 1"):
            return name
    return None


def labels(rows: Rows, description: Description, field: Field) -> dict[str, str]:
    """The German label of each code of a column that occurs or is listed, in the order of the list.

    Of names that stand in a column of the product itself (of areas, indicators, rings) the newest is taken;
    labels that differ by dataset are joined, each with its datasets in brackets. A code that the list does
    not have comes last, as its own label.
    """
    beside = NAME if field.name == CODE else next((n for n in field.column.named if n.endswith("_de")), None)
    beside = beside or next(iter(field.column.named), None)
    if beside is not None and any(one.name == beside for one in rows.fields):
        when = time(rows, description)
        newest = f"max_by({quoted(beside)}, {quoted(when)})" if when else f"max({quoted(beside)})"
        code = quoted(field.name)
        return {
            str(key): str(label or key)
            for key, label in rows.query(
                f"select {code}, {newest} from rows where {code} is not null group by 1 order by 1"
            )
        }
    said: dict[str, list[str]] = {}
    for one in rows.labels:
        if one.column == field.name:
            said.setdefault(one.code, []).append(f"{one.label_de} {one.scopes_in_brackets}".strip())
    column = quoted(field.name)
    for (code,) in rows.query(f"select distinct {column} from rows where {column} is not null order by 1"):
        said.setdefault(code, [])
    return {code: " / ".join(filter(None, words)) or code for code, words in said.items()}


def is_labelled(field: Field) -> bool:
    """Whether the values are codes of a closed list, one per value."""
    return field.kind == "text" and bool(field.column.codes) and not field.column.is_listed


__all__ = ["CODE", "NAME", "TIMES", "VALUE", "is_labelled", "labels", "measures", "time"]
