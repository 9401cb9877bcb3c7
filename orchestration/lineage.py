"""What a product stands on: the columns of its relation and the datasets upstream of it.

Joins three places that do not know each other: dbt's manifest (columns, what reads what), the catalogue
(titles, licences) and landing (which snapshot counts, what was set aside since).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .plan import CATALOGUE, Landed, source_table
from .project import Manifest
from .resources import Paths, read_json

if TYPE_CHECKING:
    from sources.declared.catalogue import Catalog

NO_FIGURES = ("dim_", "bridge_")
"""How relations are named that give a product codes, names and weights, and none of its figures."""


def relation_id(manifest: Manifest, relation: str) -> str:
    """The dbt node behind a relation; raises LookupError when the project has none of that name."""
    for unique_id, node in manifest["nodes"].items():
        if node["name"] == relation and unique_id.startswith(("model.", "seed.")):
            return str(unique_id)
    raise LookupError(f"the dbt project has no model {relation!r}: see `relation` in exports/products")


def datasets_of(manifest: Manifest, relation: str) -> list[str]:
    """The landed datasets that a relation draws on, however far upstream, sorted."""
    walked = _walk(manifest, relation, lambda name: True)
    found = (source_table(manifest, unique_id) for unique_id in walked if unique_id.startswith("source."))
    return sorted({table for source, table in found if source != CATALOGUE})


def upstream(manifest: Manifest, relation: str) -> set[str]:
    """Names of all relations upstream of this one."""
    return {
        str(manifest["nodes"][unique_id]["name"])
        for unique_id in _walk(manifest, relation, lambda name: True)
        if unique_id in manifest["nodes"]
    } - {relation}


def feeding(manifest: Manifest, relation: str, stop: Container[str] = ()) -> dict[str, bool]:
    """Relations upstream whose rows can say what feeds this one, and whether each names its only dataset.

    Above such a relation nothing is looked at: its rows say what they are made from. Of the relation itself
    the same holds, and then none is upstream. Not through dimensions, bridges and the relations in `stop`.
    """
    root = relation_id(manifest, relation)
    found: dict[str, bool] = {}
    seen = {root}
    waiting = [root]
    while waiting:
        node = manifest["nodes"][waiting.pop()]
        name = str(node["name"])
        if name != relation:
            found[name] = names_its_dataset(node)
        if names_its_dataset(node):
            continue
        for parent in node.get("depends_on", {}).get("nodes", ()):
            above = manifest["nodes"].get(parent)
            if above is None or parent in seen:
                continue
            seen.add(parent)
            if not above["name"].startswith(NO_FIGURES) and above["name"] not in stop:
                waiting.append(parent)
    return found


def figures_of(manifest: Manifest, relation: str, stop: Container[str] = ()) -> list[str]:
    """The datasets that a relation's figures can come from, sorted: not through dimensions and bridges.

    Those give codes, names and weights. Nor through the relations in `stop`.
    """

    def goes_on(name: str) -> bool:
        return not name.startswith(NO_FIGURES) and name not in stop

    found = (
        source_table(manifest, unique_id)
        for unique_id in _walk(manifest, relation, goes_on)
        if unique_id.startswith("source.")
    )
    return sorted({table for source, table in found if source != CATALOGUE})


def _walk(manifest: Manifest, relation: str, goes_on: Callable[[str], bool]) -> set[str]:
    """The node of a relation and all nodes and sources upstream, through models whose name `goes_on`."""
    seen: set[str] = set()
    waiting = [relation_id(manifest, relation)]
    while waiting:
        unique_id = waiting.pop()
        if unique_id in seen:
            continue
        node = manifest["nodes"].get(unique_id)
        if node is not None:
            if not goes_on(node["name"]):
                continue
            waiting += node.get("depends_on", {}).get("nodes", ())
        seen.add(unique_id)
    return seen


def names_its_dataset(node: Mapping[str, Any]) -> bool:
    """Whether the contract of a model says that each row is made from the dataset that it names alone."""
    meta: Mapping[str, Any] = node.get("config", {}).get("meta", {})
    return bool(meta.get("names_its_dataset"))


_SAID = ("unit", "role", "label_de", "label_en", "description_de", "digits")
"""What a contract may say of a column under `meta`."""


def columns_of(manifest: Manifest, relation: str) -> list[dict[str, object]]:
    """The columns of the relation's contract, in its order: name, type, description, unit, role."""
    node = manifest["nodes"][relation_id(manifest, relation)]
    columns = []
    for column in node["columns"].values():
        known = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
        columns.append(
            {
                "name": column["name"],
                "type": column["data_type"] or "varchar",
                "description": " ".join((column.get("description") or "").split()),
                **{key: known[key] for key in _SAID if key in known},
            }
        )
    return columns


@dataclass(frozen=True)
class SetAside:
    """The newest file of a dataset that was set aside: when, which file, why in words."""

    at: datetime
    file_name: str
    reason: str


def set_aside(paths: Paths, dataset_id: str) -> SetAside | None:
    """The newest file of this dataset in quarantine."""
    folder = paths.quarantine / dataset_id
    stamped = sorted(entry for entry in folder.glob("*-*") if (entry / "reason.json").exists())
    if not stamped:
        return None
    newest = stamped[-1]
    at = datetime.strptime(newest.name.split("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    reason = read_json(newest / "reason.json")
    words = (newest / "reason.txt").read_text(encoding="utf-8") if (newest / "reason.txt").exists() else ""
    return SetAside(at, str(reason.get("file", "")), " ".join(words.split()))


def dataset_states(paths: Paths, catalog: Catalog, datasets: Iterable[str]) -> list[dict[str, Any]]:
    """The datasets as a product's description lists them: title, licence, newest accepted snapshot, age.

    A dataset is old when a file of it was set aside after its newest accepted snapshot was retrieved, or when
    a newer delivery was withdrawn; one of which nothing ever landed is not old, for no former state holds.
    """
    landed = Landed.read(paths)
    newest = _newest_accepted(landed)
    withdrawn_since = _withdrawn_since(landed, newest)
    states = []
    for dataset_id in datasets:
        declaration = catalog[dataset_id]
        licence = catalog.licence(declaration)
        snapshot = newest.get(dataset_id, {})
        retrieved = _utc(snapshot.get("retrieved_at"))
        aside = set_aside(paths, dataset_id)
        is_old = aside is not None and retrieved is not None and aside.at > retrieved
        withdrawn = withdrawn_since.get(dataset_id)
        is_confidential = declaration.confidential or catalog.holds_personal_data(declaration)
        states.append(
            {
                "dataset_id": dataset_id,
                "title_de": declaration.title_de,
                "publisher": catalog.publisher(declaration).name_de,
                "licence": licence.id,
                "licence_title": licence.name,
                "licence_url": licence.url,
                "attribution": licence.attribution,
                "source_url": declaration.access.download or catalog.publisher(declaration).homepage,
                "snapshot_id": snapshot.get("snapshot_id"),
                "retrieved_at": retrieved.isoformat() if retrieved else None,
                "published_at": _iso(snapshot.get("published_at")),
                "provenance": declaration.handed_on.kind if declaration.handed_on else "original",
                "is_old": is_old or withdrawn is not None,
                "note": (
                    _note(aside, is_confidential)
                    if aside is not None and is_old
                    else _WITHDRAWN.format(day=withdrawn)
                    if withdrawn is not None
                    else None
                ),
                "is_confidential": is_confidential,
            }
        )
    return states


def _newest_accepted(landed: Landed) -> dict[str, Mapping[str, Any]]:
    newest: dict[str, Mapping[str, Any]] = {}
    for row in landed.tables.get("ledger", ()):
        known = newest.get(str(row["dataset_id"]))
        if row["status"] == "accepted" and (known is None or _stand(row) > _stand(known)):
            newest[str(row["dataset_id"])] = row
    return newest


_WITHDRAWN = "Die Lieferung vom {day:%d.%m.%Y} wurde zurückgezogen; es gilt der Stand davor."


def _withdrawn_since(landed: Landed, newest: Mapping[str, Mapping[str, Any]]) -> dict[str, datetime]:
    """The date of the newest withdrawn delivery of each dataset of which an older one counts."""
    found: dict[str, datetime] = {}
    for row in landed.tables.get("ledger", ()):
        dataset_id = str(row["dataset_id"])
        holds = newest.get(dataset_id)
        if row["status"] == "withdrawn" and holds is not None and _stand(row) > _stand(holds):
            stand, _ = _stand(row)
            found[dataset_id] = max(stand, found.get(dataset_id, stand))
    return found


def _stand(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """How new a delivery is: the publisher's own time stamp, else the time it was retrieved."""
    return (row["published_at"] or row["retrieved_at"], row["retrieved_at"])


def _note(aside: SetAside, is_confidential: bool) -> str:
    """The note is published: the name of a confidential file could tell whom it is about."""
    name = "" if is_confidential else f" ({aside.file_name})"
    return f"Eine Lieferung vom {aside.at:%d.%m.%Y}{name} wurde zurückgestellt; es gilt der Stand davor."


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _iso(moment: datetime | None) -> str | None:
    found = _utc(moment)
    return found.isoformat() if found else None
