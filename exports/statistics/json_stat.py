"""JSON-stat 2.0 (json-stat.org/full): the figures of an extract as one cube, with labels and signs.

The grain gives the dimensions. Where rows hold several figures (value, numerator, denominator), their columns
are one more dimension. A cell that the extract has no row for is absent; one that has a row without figure is
null, with its `status` (SDMX observation status) and its reason in `extension`. Attributes that are no label
are left out; `extension` names them.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from exports.about import About, ExtractError, Write, Written
from exports.describe import Description
from exports.notation import for_machines
from exports.rows import ROW_DIGITS, Field, Rows
from exports.statistics import columns
from exports.writers.licences import CHANGES
from sources.foundation.sql import quoted
from sources.foundation.told import Told

FIGURE = "figure"
"""The dimension of the columns with figures, where there are several."""

MOST_CELLS = 2**53
"""Positions up to which a program that counts in doubles finds the right cell."""

METRICS = ("measure_code", "indicator_id")

SIGNS = ("obs_status", "conf_status", "missing_reason")
ORDINARY = {"obs_status": "A", "conf_status": "F", "missing_reason": "none"}
"""What is said of nearly every figure, and so not repeated at each."""


def prepare(rows: Rows, description: Description, about: About) -> Write:
    """Take the time from the whole edition; the answer writes a part of it."""
    when = columns.time(rows, description)
    labels = {
        field.name: columns.labels(rows, description, field)
        for field in rows.fields
        if field.name in description.grain
    }

    def write(part: Rows, path: Path) -> Written:
        return Written(_write(part, description, about, when, labels, path))

    return write


def _write(
    rows: Rows,
    description: Description,
    about: About,
    when: str | None,
    labels: dict[str, dict[str, str]],
    path: Path,
) -> str | None:
    figures = columns.measures(rows, description)
    if not figures:
        raise ExtractError(
            Told(
                f"{description.product} has no figures, so it is no cube: take another --format",
                f"{description.product} hat keine Zahlen und ist darum kein Würfel: anderes --format nehmen",
            )
        )
    keys = [rows.field(name) for name in description.grain]
    dimension: dict[str, Any] = {}
    for number, field in enumerate(keys):
        text = for_machines(field)
        rows.query(
            f"create or replace temp table axis_{number} as "
            "select code, row_number() over (order by code) - 1 as place "
            f"from (select distinct {text} as code from rows)"
        )
        codes = [code for (code,) in rows.query(f"select code from axis_{number} order by place")]
        dimension[field.name] = _axis(rows, field, codes, labels.get(field.name, {}))
    size = [len(one["category"]["index"]) for one in dimension.values()]
    metric = [field.name for field in keys if field.name in METRICS]
    if len(figures) > 1 or not metric:
        metric.append(FIGURE)
        size.append(len(figures))
        words = {field.name: field.column.heading_de for field in figures}
        dimension[FIGURE] = {"label": "Zahl", "category": {"index": list(words), "label": words}}
    cells = math.prod(size)
    if cells > MOST_CELLS:
        raise ExtractError(
            Told(
                f"a cube of {cells} cells is too large: name areas, indicators or years",
                f"ein Würfel von {cells} Zellen ist zu groß: Gebiete, Kennzahlen oder Jahre nennen",
            )
        )
    value, said = _cells(rows, keys, figures, size[-1] if FIGURE in dimension else 1)
    times = [name for name in (when, "period_key") if name in description.grain]
    role: dict[str, list[str]] = {"metric": metric}
    if times:
        role["time"] = times[:1]
    if columns.CODE in description.grain:
        role["geo"] = [columns.CODE]
    held = {*description.grain, *(field.name for field in figures), *SIGNS, columns.NAME}
    left_out = [field.name for field in rows.fields if field.name not in held]
    names = {one.code: one.label_de for one in rows.labels if one.column == "obs_status"}
    reasons = {one.code: one.label_de for one in rows.labels if one.column == "missing_reason"}
    document = {
        "version": "2.0",
        "class": "dataset",
        "label": description.title_de,
        "source": "; ".join(about.attributions()) or description.contact.name,
        "updated": about.published_at,
        "note": [" ".join(description.description.split()), CHANGES],
        "id": list(dimension),
        "size": size,
        "role": role,
        "dimension": dimension,
        "value": value,
        "status": said["obs_status"],
        "extension": {
            "edition": about.edition,
            "receipt_sha256": about.receipt_sha256,
            "part": about.part.as_plain(),
            "licences": about.licences(),
            "attribution": about.attributions(),
            "status_labels": names,
            "missing_reason": said["missing_reason"],
            "missing_reason_labels": reasons,
            "conf_status": said["conf_status"],
            "columns_left_out": left_out,
        },
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        json.dump(document, file, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    shape = " × ".join(map(str, size))
    return f"Würfel aus {shape} Zellen; {len(left_out)} Spalten fehlen darin (extension.columns_left_out)"


def _axis(rows: Rows, field: Field, codes: list[str], labels: dict[str, str]) -> dict[str, Any]:
    known = {code: labels.get(code) or _plain(code, field) for code in codes}
    category: dict[str, Any] = {"index": codes, "label": known}
    names = {one.name for one in rows.fields}
    if field.name in METRICS and "unit" in names:
        digits = quoted(ROW_DIGITS)
        units = rows.query(
            f"select {quoted(field.name)}, max(unit), max({digits}) from rows group by 1 "
            f"having count(distinct unit) = 1 and count(distinct {digits}) = 1 order by 1"
        )
        if units:
            category["unit"] = {code: {"label": unit, "decimals": places} for code, unit, places in units}
    return {"label": field.column.heading_de, "category": category}


def _plain(code: str, field: Field) -> str:
    """A code without label; a day in the German manner."""
    return ".".join(reversed(code.split("-"))) if field.kind == "date" else code


def _cells(
    rows: Rows, keys: list[Field], figures: tuple[Field, ...], width: int
) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """Figures by position, and what else than the ordinary is said of them; the last key varies fastest."""
    place = "0::hugeint"
    joins = []
    for number, field in enumerate(keys):
        ((count,),) = rows.query(f"select count(*) from axis_{number}")
        place = f"({place} * {count} + axis_{number}.place)"
        joins.append(f"join axis_{number} on axis_{number}.code = {for_machines(field)}")
    names = {field.name for field in rows.fields}
    signs = [quoted(name) if name in names else "null" for name in SIGNS]
    chosen = ", ".join([f"({place})::bigint as place", *(quoted(field.name) for field in figures), *signs])
    found = rows.query(f"select {chosen} from rows {' '.join(joins)} order by place")
    value: dict[str, Any] = {}
    said: dict[str, dict[str, str]] = {name: {} for name in SIGNS}
    for position, *cells in found:
        for offset in range(len(figures)):
            value[str(position * width + offset)] = _number(cells[offset])
        for name, sign in zip(SIGNS, cells[len(figures) :], strict=True):
            if sign is not None and sign != ORDINARY[name]:
                said[name][str(position * width)] = sign
    return value, said


def _number(figure: Any) -> Any:
    """Whole numbers without `.0`, which any program reads as the same figure."""
    if isinstance(figure, float) and figure.is_integer() and abs(figure) < 2**53:
        return int(figure)
    return figure


__all__ = ["FIGURE", "prepare"]
