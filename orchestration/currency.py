"""How new the figures are: the newest period of each indicator and dataset, and by when the next are due.

Computed in the warehouse (`mart_indicator_currency`, `mart_dataset_currency`) by the calendar that each
dataset's declaration says of its publisher. Whether a day that is due is past is for whoever reads it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from . import lineage
from .plan import State
from .project import Manifest
from .resources import Paths, Warehouse, read_json, write_json

INDICATORS, DATASETS = "mart_indicator_currency", "mart_dataset_currency"
_ASKED = {
    DATASETS: "select dataset_id as id, newest_date, next_date, due_on, successors from {}",
    INDICATORS: (
        "select indicator_id as id, name_de, newest_date, next_date, due_on, dataset_id from {}"
        " where newest_date is not null"
    ),
}


class Due(TypedDict):
    """How new an indicator or dataset is: its newest period, the next one, when that is due (ISO days)."""

    id: str
    name_de: NotRequired[str]
    newest_date: str | None
    next_date: str | None
    due_on: str | None
    dataset_id: NotRequired[str]
    successors: NotRequired[str | None]


class Late(TypedDict):
    """A dataset that is overdue: the period that is missing, by when it was due (ISO days), the dataset that
    goes on in its place, and the indicators that wait for it.
    """

    dataset_id: str
    next_date: str
    due_on: str
    successors: str | None
    indicators: list[str]


@dataclass(frozen=True)
class Currency:
    """Indicators and datasets by id."""

    indicators: Mapping[str, Due]
    datasets: Mapping[str, Due]

    def overdue(self, today: dt.date) -> dict[str, list[str]]:
        """Dataset -> the indicators whose next value waits for it although it was due before today."""
        found: dict[str, list[str]] = {}
        for name, one in self.indicators.items():
            if is_overdue(one, today):
                found.setdefault(str(one["dataset_id"]), []).append(name)
        return dict(sorted(found.items()))

    def late(self, today: dt.date) -> list[Late]:
        """Every dataset whose next period was due before today, by its id: what `status`, `health` and
        Dagster call overdue.
        """
        waiting = self.overdue(today)
        found: list[Late] = []
        for dataset_id in sorted(
            {*waiting, *(n for n, one in self.datasets.items() if is_overdue(one, today))}
        ):
            one = self.datasets.get(dataset_id)
            if one is None or not is_overdue(one, today):
                one = self.indicators[waiting[dataset_id][0]]
            found.append(
                {
                    "dataset_id": dataset_id,
                    "next_date": str(one["next_date"]),
                    "due_on": str(one["due_on"]),
                    "successors": one.get("successors"),
                    "indicators": sorted(waiting.get(dataset_id, ())),
                }
            )
        return found

    def of_dataset(self, dataset_id: str) -> dict[str, object]:
        """What a product's description says of a dataset; nothing of one that never came."""
        known: Mapping[str, object] = self.datasets.get(dataset_id, {})
        return {name: known.get(name) for name in ("newest_date", "next_date", "due_on", "successors")}

    def of_indicators(self, names: Iterable[str]) -> list[dict[str, object]]:
        """What a product's description says of its indicators, in order of their ids."""
        fields = ("id", "name_de", "newest_date", "next_date", "due_on")
        known: list[Mapping[str, object]] = [
            self.indicators[name] for name in sorted(names) if name in self.indicators
        ]
        return [{field: one[field] for field in fields} for one in known]


NONE = Currency({}, {})
"""Of a warehouse that knows nothing of it yet."""


def is_overdue(one: Due, today: dt.date) -> bool:
    """Whether a value was to be there before today."""
    return one["due_on"] is not None and dt.date.fromisoformat(str(one["due_on"])) < today


def currency(paths: Paths, manifest: Manifest) -> Currency:
    """What the warehouse says; asked once per state of its two relations and kept beside the candidates."""
    nodes = State.read(paths).nodes
    states = [nodes.get(_node(manifest, name), {}).get("fingerprint") for name in (INDICATORS, DATASETS)]
    if None in states or not paths.warehouse.exists():
        return NONE
    short = hashlib.sha256("\n".join([*map(str, states), *_ASKED.values()]).encode()).hexdigest()[:16]
    kept = paths.candidates / f"currency.{short}.json"
    if not kept.exists():
        for old in paths.candidates.glob("currency.*.json"):
            old.unlink(missing_ok=True)
        with Warehouse(paths.warehouse).reading() as warehouse:
            found = {}
            for relation, asked in _ASKED.items():
                result = warehouse.execute(asked.format(relation))
                names = [column[0] for column in result.description or ()]
                rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
                found[relation] = {str(row["id"]): _plain(row) for row in rows}
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_json(kept, found)
    read = read_json(kept)
    return Currency(read[INDICATORS], read[DATASETS])


def _node(manifest: Manifest, relation: str) -> str:
    try:
        return lineage.relation_id(manifest, relation)
    except LookupError:
        return relation


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.items()}
