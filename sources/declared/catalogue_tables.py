"""The catalogue as data: what declarations say, as tables that the warehouse reads beside the snapshots.

So that nothing is written twice, staging takes reference times, symbols, rounding and labels from here.
Each table is one Parquet file in the landing folder, rewritten whole and only when its content changes.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from sources.areas.reforms import Reform, reforms
from sources.declared.answers import Answer, answers
from sources.declared.breaks import SeriesBreak, breaks_of_reforms, breaks_on_record
from sources.declared.catalogue import CATALOG, Catalog
from sources.declared.demand import DemandRate, demand_rates
from sources.declared.goals import GoalRow, goal_rows, goals
from sources.declared.indices import (
    ClassRow,
    ComponentRow,
    EditionRow,
    class_rows,
    component_rows,
    indices,
    own_edition_rows,
)
from sources.declared.needs import NeedStep, TargetAge, need_steps, target_ages
from sources.declared.places import PlannedPlaces, planned_places
from sources.declared.rings import (
    RingIndicator,
    RingMember,
    RingRow,
    ring_indicators,
    ring_members,
    ring_rows,
    rings,
)
from sources.declared.scenarios import Assumption, scenarios
from sources.declared.vocabulary import TOTAL
from sources.foundation.files import replacing
from sources.foundation.tables import holds

_TYPES = {str: pa.string(), int: pa.int32(), float: pa.float64(), bool: pa.bool_(), dt.date: pa.date32()}


def _schema(row: type) -> pa.Schema:
    """The columns of a table whose rows are a dataclass: its fields, in order; a Literal is text."""
    fields = []
    for name, hint in get_type_hints(row).items():
        kinds = {kind for kind in get_args(hint) if kind is not NoneType} or {hint}
        if get_origin(hint) is Literal:
            kinds = {str}
        (kind,) = kinds
        fields.append((name, _TYPES[kind]))
    return pa.schema(fields)


def _table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Rows that are dataclasses as a table."""
    return pa.Table.from_pylist([asdict(row) for row in rows], schema=schema)


DATASETS = pa.schema(
    [
        ("dataset_id", pa.string()),
        ("publisher", pa.string()),
        ("publisher_name", pa.string()),
        ("table_code", pa.string()),
        ("title_de", pa.string()),
        ("title_en", pa.string()),
        ("each_row_is", pa.string()),
        ("licence", pa.string()),
        ("licence_name", pa.string()),
        ("licence_url", pa.string()),
        ("attribution", pa.string()),
        ("legal_basis", pa.string()),
        ("holds_personal_data", pa.bool_()),
        ("confidential", pa.bool_()),
        ("cadence", pa.string()),
        ("window_from", pa.string()),
        ("window_to", pa.string()),
        ("years_later", pa.int32()),
        ("successors", pa.string()),
        ("missing_dialect", pa.string()),
        ("time_kind", pa.string()),
        ("time_text", pa.string()),
        ("time_month_day", pa.string()),
        ("time_year_is", pa.string()),
        ("time_fixed", pa.date32()),
        ("provenance", pa.string()),
        ("thousands", pa.string()),
    ]
)
MISSING_SYMBOLS = pa.schema(
    [
        ("dialect", pa.string()),
        ("symbol", pa.string()),
        ("kind", pa.string()),
        ("obs_status", pa.string()),
        ("conf_status", pa.string()),
        ("missing_reason", pa.string()),
        ("means_zero", pa.bool_()),
        ("label_de", pa.string()),
        ("label_en", pa.string()),
    ]
)
CODE_LISTS = pa.schema(
    [
        ("code_list", pa.string()),
        ("code", pa.string()),
        ("label_de", pa.string()),
        ("label_en", pa.string()),
        ("position", pa.int32()),
        ("parent_code", pa.string()),
        ("is_total", pa.bool_()),
        ("is_additive", pa.bool_()),
        ("part_dimension", pa.string()),
        ("part_dimension_code", pa.string()),
    ]
)
MEASURES = pa.schema(
    [
        ("dataset_id", pa.string()),
        ("measure_code", pa.string()),
        ("label_de", pa.string()),
        ("label_en", pa.string()),
        ("unit", pa.string()),
        ("decimals", pa.int32()),
        ("is_additive", pa.bool_()),
        ("adds_over_time", pa.bool_()),
        ("position", pa.int32()),
    ]
)
ROUNDING = pa.schema(
    [
        ("dataset_id", pa.string()),
        ("area_prefix", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("base", pa.int32()),
        ("method", pa.string()),
        ("note", pa.string()),
    ]
)
AREA_HISTORY = pa.schema(
    [
        ("area_code", pa.string()),
        ("area_level", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("successor_code", pa.string()),
        ("change_kind", pa.string()),
        ("legal_basis", pa.string()),
        ("further_successor_codes", pa.string()),
    ]
)
BREAKS = _schema(SeriesBreak)
SCENARIOS = _schema(Assumption)
DEMAND_RATES = _schema(DemandRate)
NEED_STEPS = _schema(NeedStep)
TARGET_AGES = _schema(TargetAge)
PLANNED_PLACES = _schema(PlannedPlaces)
RINGS = _schema(RingRow)
RING_MEMBERS = _schema(RingMember)
RING_INDICATORS = _schema(RingIndicator)
GOALS = _schema(GoalRow)
INDEX_EDITIONS = _schema(EditionRow)
INDEX_COMPONENTS = _schema(ComponentRow)
INDEX_CLASSES = _schema(ClassRow)
ANSWERS = _schema(Answer)
AREA_ALIASES = pa.schema(
    [
        ("table_code", pa.string()),
        ("area_code", pa.string()),
        ("valid_to", pa.date32()),
        ("reason", pa.string()),
    ]
)
AREA_IDENTITY = pa.schema([("table_code", pa.string()), ("kreis_code", pa.string()), ("reason", pa.string())])


def catalogue_tables(catalog: Catalog, root: Path = CATALOG, town: Path | None = None) -> dict[str, pa.Table]:
    """All catalogue tables by name, rows in a fixed order. `town` is the folder of what an office decides."""
    own = reforms(town) if town else ()
    own_rings = rings(town) if town else {}
    own_indices = indices(town) if town else {}
    return {
        "datasets": pa.Table.from_pylist(_datasets(catalog), schema=DATASETS),
        "missing_symbols": pa.Table.from_pylist(_symbols(catalog), schema=MISSING_SYMBOLS),
        "code_lists": pa.Table.from_pylist(_code_lists(catalog), schema=CODE_LISTS),
        "measures": pa.Table.from_pylist(_measures(catalog), schema=MEASURES),
        "rounding": pa.Table.from_pylist(_rounding(catalog), schema=ROUNDING),
        "area_history": pa.concat_tables(
            [_from_csv(root / "area_history.csv", AREA_HISTORY), _own_history(own)]
        ),
        "breaks": _table((*breaks_on_record(catalog, root / "breaks.csv"), *breaks_of_reforms(own)), BREAKS),
        "area_aliases": _from_csv(root / "area_aliases.csv", AREA_ALIASES),
        "area_identity": _from_csv(root / "area_identity.csv", AREA_IDENTITY),
        "answers": _table(answers(root / "answers.csv", town / "answers.csv" if town else None), ANSWERS),
        "scenarios": _table(scenarios(town) if town else (), SCENARIOS),
        "demand_rates": _table(demand_rates(town) if town else (), DEMAND_RATES),
        "rings": _table(ring_rows(own_rings), RINGS),
        "ring_members": _table(ring_members(own_rings), RING_MEMBERS),
        "ring_indicators": _table(ring_indicators(own_rings), RING_INDICATORS),
        "goals": _table(goal_rows(goals(town) if town else {}), GOALS),
        "index_editions": _table(own_edition_rows(own_indices), INDEX_EDITIONS),
        "index_components": _table(component_rows(own_indices), INDEX_COMPONENTS),
        "index_classes": _table(class_rows(own_indices), INDEX_CLASSES),
        "need_steps": _table(need_steps(), NEED_STEPS),
        "target_ages": _table(target_ages(), TARGET_AGES),
        "planned_places": _table(planned_places(town) if town else (), PLANNED_PLACES),
    }


def write_catalogue_tables(catalog: Catalog, landing: Path) -> None:
    """Write every catalogue table to `<landing>/<name>.parquet`; a table that is the same is left alone.

    What the office decides lies beside the landing folder, in `town/`.
    """
    landing.mkdir(parents=True, exist_ok=True)
    for name, table in catalogue_tables(catalog, town=landing.parent / "town").items():
        target = landing / f"{name}.parquet"
        if holds(target, table):
            continue
        with replacing(target) as beside:
            pq.write_table(table, beside)


def _datasets(catalog: Catalog) -> list[dict[str, Any]]:
    rows = []
    for dataset_id, declaration in catalog.items():
        licence = catalog.licence(declaration)
        time = declaration.reference_time
        rows.append(
            {
                "dataset_id": dataset_id,
                "publisher": declaration.publisher,
                "publisher_name": catalog.publisher(declaration).name_de,
                "table_code": declaration.table_code,
                "title_de": declaration.title_de,
                "title_en": declaration.title_en,
                "each_row_is": declaration.each_row_is,
                "licence": licence.id,
                "licence_name": licence.name,
                "licence_url": licence.url,
                "attribution": licence.attribution,
                "legal_basis": catalog.legal_basis(declaration),
                "holds_personal_data": catalog.holds_personal_data(declaration),
                "confidential": declaration.confidential,
                "cadence": declaration.cadence.every,
                "window_from": declaration.cadence.window_from,
                "window_to": declaration.cadence.window_to,
                "years_later": declaration.cadence.years_later,
                "successors": ", ".join(declaration.successors) or None,
                "missing_dialect": catalog.dialect_id(declaration),
                "time_kind": time.kind,
                "time_text": time.text,
                "time_month_day": time.month_days[0] if time.month_days else None,
                "time_year_is": time.year_is,
                "time_fixed": time.fixed,
                "provenance": declaration.handed_on.kind if declaration.handed_on else "original",
                "thousands": getattr(declaration.format, "thousands", None),
            }
        )
    return rows


def _symbols(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "dialect": name,
            "symbol": sign,
            "kind": symbol.kind,
            "obs_status": symbol.obs_status,
            "conf_status": symbol.conf_status,
            "missing_reason": symbol.missing_reason,
            "means_zero": symbol.means_zero,
            "label_de": symbol.label_de,
            "label_en": symbol.label_en,
        }
        for name, dialect in sorted(catalog.dialects.items())
        for sign, symbol in dialect.symbols.items()
    ]


def _code_lists(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "code_list": name,
            "code": code,
            "label_de": entry.de,
            "label_en": entry.en,
            "position": position,
            "parent_code": code_list.whole_of(code),
            "is_total": code == TOTAL,
            "is_additive": entry.additive,
            "part_dimension": next(iter(entry.part_at), None),
            "part_dimension_code": next(iter(entry.part_at.values()), None),
        }
        for name, code_list in sorted(catalog.code_lists.items())
        for position, (code, entry) in enumerate(code_list.codes.items(), start=1)
    ]


def _measures(catalog: Catalog) -> list[dict[str, Any]]:
    """One row per dataset and measure: the same code means another thing in another dataset."""
    return [
        {
            "dataset_id": dataset_id,
            "measure_code": name,
            "label_de": measure.title_de,
            "label_en": measure.title_en,
            "unit": measure.unit,
            "decimals": measure.decimals,
            "is_additive": measure.is_additive,
            "adds_over_time": declaration.adds_over_time(name),
            "position": position,
        }
        for dataset_id, declaration in catalog.items()
        for position, (name, measure) in enumerate(declaration.measures.items(), start=1)
    ]


def _rounding(catalog: Catalog) -> list[dict[str, Any]]:
    """One row per dataset, area prefix and period; an empty prefix stands for every area."""
    rows = []
    for dataset_id, declaration in catalog.items():
        for rule in declaration.rounding:
            for prefix in rule.areas or ("",):
                rows.append(
                    {
                        "dataset_id": dataset_id,
                        "area_prefix": prefix,
                        "valid_from": dt.date(rule.from_year or 1900, 1, 1),
                        "valid_to": dt.date(rule.to_year + 1, 1, 1) if rule.to_year else None,
                        "base": rule.base,
                        "method": rule.method,
                        "note": rule.note,
                    }
                )
    return rows


def _own_history(own: Sequence[Reform]) -> pa.Table:
    """The office's reforms as rows of `area_history`."""
    rows = [
        {name: value for name, value in asdict(one).items() if name != "formed_from"}
        | {"further_successor_codes": " ".join(one.further_successor_codes) or None}
        for one in own
    ]
    return pa.Table.from_pylist(rows, schema=AREA_HISTORY)


def _from_csv(file: Path, schema: pa.Schema) -> pa.Table:
    """A small committed CSV as a table; an empty cell is NULL."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [
            {
                name: (dt.date.fromisoformat(text) if pa.types.is_date(schema.field(name).type) else text)
                if text
                else None
                for name, text in row.items()
            }
            for row in csv.DictReader(lines)
        ]
    return pa.Table.from_pylist(rows, schema=schema)
