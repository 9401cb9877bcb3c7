"""What has to be built, decided from hashes and never from clocks.

A dbt node (model, seed, test) has a *fingerprint*: a hash of its own text, the macros it calls, its
configuration and columns, the fingerprints of what it reads, and the accepted snapshots of the landed
datasets it reads. `warehouse_state.json` holds the fingerprints that hold in the warehouse. A node is built
when its fingerprint is not among them; a change therefore reaches everything downstream by itself.

The state is written once dbt has ended and names the warehouse file by its headers. A build that was killed
leaves a file that the state does not know, and then everything is built again. A copy of a data root, or one
that was moved, holds what it held: only views over landing name the place where it lies, and are made anew.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dbt_project
from sources.foundation.files import sha256_of

from .project import Manifest, Project
from .resources import Damaged, Paths, Warehouse, read_json, write_json

CATALOGUE = "catalog"
"""Name of the dbt source that holds the tables about landing itself (ledger, datasets, symbols, ...)."""

FINISHED = {"success", "pass", "warn", "no-op"}
BUILT = ("model.", "seed.", "snapshot.")
CHECKED = ("test.",)
STORED = {"table", "incremental", "seed", "snapshot"}
"""Materialisations that keep rows, and not the SQL that gives them."""


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


# -- what lies in landing ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Landed:
    """The catalogue tables of landing as rows, for fingerprints: table -> list of rows."""

    tables: Mapping[str, Sequence[Mapping[str, Any]]]

    @classmethod
    def read(cls, paths: Paths) -> Landed:
        """Read every `landing/*.parquet`. An empty landing gives no tables."""
        found = [(file, file.stat()) for file in sorted(paths.landing.glob("*.parquet"))]
        return _landed(tuple((file, stat.st_mtime_ns, stat.st_size, stat.st_ino) for file, stat in found))

    def accepted(self, datasets: Iterable[str]) -> list[str]:
        """The accepted snapshots of these datasets, sorted."""
        wanted = set(datasets)
        return sorted(
            str(row["snapshot_id"])
            for row in self.tables.get("ledger", ())
            if row["status"] == "accepted" and row["dataset_id"] in wanted
        )

    def hash_of(self, table: str, datasets: Iterable[str]) -> str:
        """Hash of a catalogue table, of these datasets' rows only when it has a `dataset_id`."""
        wanted = set(datasets)
        rows = self.tables.get(table, ())
        chosen = [row for row in rows if not wanted or row.get("dataset_id", "") in wanted | {""}]
        return _digest(sorted(json.dumps(row, sort_keys=True, default=str) for row in chosen))


@cache
def _landed(files: tuple[tuple[Path, int, int, int], ...]) -> Landed:
    """What these files hold; a run asks for every product, and they are replaced, never written into."""
    import duckdb

    tables: dict[str, list[dict[str, Any]]] = {}
    if files:
        with duckdb.connect() as connection:
            for file, *_ in files:
                try:
                    found = connection.execute("select * from read_parquet(?)", [str(file)])
                except duckdb.Error:
                    raise Damaged(
                        f"{file} cannot be read; it follows from what has landed, and the next "
                        "`planstat run` writes it anew"
                    ) from None
                names = [column[0] for column in found.description]
                tables[file.stem] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return Landed(tables)


# -- fingerprints --------------------------------------------------------------------------------------


class Fingerprints:
    """Fingerprints of all nodes of a manifest over what has landed."""

    def __init__(self, manifest: Manifest, project: Project, landed: Landed) -> None:
        self._manifest = manifest
        self._project = project
        self._landed = landed
        self._macros: dict[str, str] = {}
        self._nodes: dict[str, str] = {}
        self._everywhere = _digest(
            [project.engine(), (project.folder / "dbt_project.yml").read_text(encoding="utf-8")]
        )
        for unique_id in _in_order(manifest):
            self._nodes[unique_id] = self._of_node(unique_id)

    def __getitem__(self, unique_id: str) -> str:
        return self._nodes[unique_id]

    def all(self) -> Mapping[str, str]:
        """Every node's fingerprint, upstream first."""
        return self._nodes

    def _of_node(self, unique_id: str) -> str:
        node = _node(self._manifest, unique_id)
        reads = _reads(node)
        datasets = [source_table(self._manifest, r)[1] for r in reads if self._is_dataset(r)]
        return _digest(
            {
                "everywhere": self._everywhere,
                "text": [node.get(part) for part in ("resource_type", "raw_code", "alias")],
                "file": self._seed_bytes(node),
                "code": called_code(node["raw_code"]) if node.get("language") == "python" else None,
                "config": node.get("config"),
                "columns": {
                    name: [column.get("data_type"), column.get("constraints")]
                    for name, column in node.get("columns", {}).items()
                },
                "arguments": (node.get("test_metadata") or {}).get("kwargs"),
                "macros": sorted(self._of_macro(m) for m in node.get("depends_on", {}).get("macros", ())),
                "reads": sorted(
                    self._of_source(r, datasets) if r.startswith("source.") else self._nodes.get(r, r)
                    for r in reads
                ),
            }
        )

    def _is_dataset(self, unique_id: str) -> bool:
        return unique_id.startswith("source.") and source_table(self._manifest, unique_id)[0] != CATALOGUE

    def _of_source(self, unique_id: str, datasets: Sequence[str]) -> str:
        """A dataset by its accepted snapshots; a catalogue table by its rows on the datasets beside it."""
        source = self._manifest["sources"][unique_id]
        name, table = source_table(self._manifest, unique_id)
        content: object
        if name == CATALOGUE:
            content = self._landed.hash_of(table, datasets)
        else:
            content = [self._landed.accepted([table]), self._landed.hash_of("datasets", [table])]
        # where the root lies is no part of what a model means; `placed` sees to the views that name it
        parts = [source.get(part) for part in ("config", "meta", "external")]
        return _digest([json.dumps(parts, sort_keys=True, ensure_ascii=False), content])

    def _of_macro(self, unique_id: str, seen: frozenset[str] = frozenset()) -> str:
        if unique_id in seen:  # a macro that calls itself
            return unique_id
        if unique_id not in self._macros:
            macro = self._manifest["macros"].get(unique_id)
            if macro is None:
                return unique_id
            called = macro.get("depends_on", {}).get("macros", ())
            inner = sorted(self._of_macro(m, seen | {unique_id}) for m in called)
            self._macros[unique_id] = _digest([macro.get("macro_sql"), inner])
        return self._macros[unique_id]

    def _seed_bytes(self, node: Mapping[str, Any]) -> str | None:
        if node["resource_type"] != "seed":
            return None
        file = self._project.folder / node["original_file_path"]
        return sha256_of(file)


def called_code(model: str, project: Path = Path(dbt_project.__file__).parent) -> list[str]:
    """What a model in Python calls: rooms of the project that it imports by their bytes, numpy by version.

    `model` is its text; the package `project` is where Python finds the rooms.
    """
    rooms = {
        parts[1]
        for imported in ast.walk(ast.parse(model))
        if isinstance(imported, ast.ImportFrom) and imported.module
        for parts in [imported.module.split(".")]
        if parts[0] == dbt_project.__name__ and len(parts) > 1
    }
    files = [file for room in sorted(rooms) for file in sorted((project / room).glob("*.py"))]
    return [version("numpy"), *(f"{file.parent.name}/{file.name}:{sha256_of(file)}" for file in files)]


def placed(manifest: Manifest) -> set[str]:
    """The nodes whose SQL in the warehouse names the data root: what reads landing and is no table."""
    return {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if unique_id.startswith(BUILT)
        and node.get("config", {}).get("materialized") not in STORED
        and any(read.startswith("source.") for read in _reads(node))
    }


def source_table(manifest: Manifest, unique_id: str) -> tuple[str, str]:
    """(source, table) of a dbt source; for a landed dataset that is (publisher, dataset_id)."""
    source = manifest["sources"][unique_id]
    table = source.get("meta", {}).get("dataset_id") or source["name"]
    return str(source["source_name"]), str(table)


def _node(manifest: Manifest, unique_id: str) -> Mapping[str, Any]:
    node: Mapping[str, Any] = manifest["nodes"][unique_id]
    return node


def _reads(node: Mapping[str, Any]) -> Sequence[str]:
    return list(node.get("depends_on", {}).get("nodes", ()))


def _in_order(manifest: Manifest) -> list[str]:
    """Models, seeds and tests, each after what it reads; no unit tests, which are about SQL and not data."""
    wanted = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if unique_id.startswith((*BUILT, *CHECKED)) and node.get("config", {}).get("enabled", True)
    }
    ordered: list[str] = []
    done: set[str] = set()

    def visit(unique_id: str) -> None:
        if unique_id in done or unique_id not in wanted:
            return
        done.add(unique_id)
        for upstream in sorted(_reads(_node(manifest, unique_id))):
            visit(upstream)
        ordered.append(unique_id)

    for unique_id in sorted(wanted):
        visit(unique_id)
    return ordered


# -- state and plan ------------------------------------------------------------------------------------


@dataclass
class State:
    """What holds in the warehouse: node -> {fingerprint, status}; and the mark of the file it is about.

    Nodes that name the place of the data root have it as `place`.
    """

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    mark: dict[str, int | str] | None = None

    @classmethod
    def read(cls, paths: Paths) -> State:
        """The state of this root; empty when the warehouse is missing or was not left by a finished build."""
        content = read_json(paths.warehouse_state)
        mark = Warehouse(paths.warehouse).mark()
        if mark is None or content.get("mark") != mark:
            return cls({}, mark)
        nodes = content.get("nodes", {})
        return cls(nodes if isinstance(nodes, dict) else {}, mark)

    def write(self, paths: Paths) -> None:
        self.mark = Warehouse(paths.warehouse).mark()
        write_json(
            paths.warehouse_state,
            {"mark": self.mark, "nodes": self.nodes, "written_at": datetime.now(UTC).isoformat()},
        )

    def holds(self, unique_id: str, fingerprint: str) -> bool:
        return self.nodes.get(unique_id, {}).get("fingerprint") == fingerprint


@dataclass(frozen=True)
class Plan:
    """What one build has to do.

    `reasons` names every planned node, upstream first, with a reason in words; `fingerprints` are those of
    all nodes; `before` is the state that was compared. `is_whole`: everything is built.
    """

    reasons: Mapping[str, str]
    fingerprints: Mapping[str, str]
    before: State

    @property
    def is_whole(self) -> bool:
        return len(self.reasons) == len(self.fingerprints)

    def only(self, manifest: Manifest, wanted: Iterable[str]) -> Plan:
        """A plan for exactly these nodes and their checks, changed or not."""
        chosen = set(wanted)
        reasons = {
            n: self.reasons.get(n, "asked for")
            for n in self.fingerprints
            if n in chosen or (n.startswith(CHECKED) and chosen.intersection(_reads(_node(manifest, n))))
        }
        return Plan(reasons, self.fingerprints, self.before)

    @property
    def nodes(self) -> list[str]:
        return list(self.reasons)

    @property
    def models(self) -> list[str]:
        return [n for n in self.reasons if n.startswith(BUILT)]

    @property
    def checks(self) -> list[str]:
        return [n for n in self.reasons if n.startswith(CHECKED)]

    def selection(self, manifest: Manifest) -> list[str]:
        """Arguments for `dbt build`: everything, or exactly the planned nodes."""
        without = ["--exclude-resource-type", "unit_test"]
        if self.is_whole:
            return without
        names = ["fqn:" + ".".join(_node(manifest, n)["fqn"]) for n in self.nodes]
        return ["--select", " ".join(names), "--indirect-selection", "empty", *without]


def make_plan(manifest: Manifest, project: Project, paths: Paths) -> Plan:
    """Compare fingerprints with the state."""
    fingerprints = Fingerprints(manifest, project, Landed.read(paths)).all()
    state = State.read(paths)
    reasons: dict[str, str] = {}
    naming, place = placed(manifest), str(paths.root)
    for unique_id, fingerprint in fingerprints.items():
        reason = _reason(manifest, unique_id, fingerprint, state, reasons)
        if reason is None and unique_id in naming and state.nodes[unique_id].get("place") != place:
            reason = "the data root lies elsewhere now"
        if reason is not None:
            reasons[unique_id] = reason
    return Plan(reasons, fingerprints, state)


def _reason(
    manifest: Manifest,
    unique_id: str,
    fingerprint: str,
    state: State,
    planned: Mapping[str, str],
) -> str | None:
    if state.holds(unique_id, fingerprint):
        return None
    if not state.nodes:
        return "there is no warehouse yet" if state.mark is None else "the last build did not end"
    if unique_id not in state.nodes:
        return "new, or it did not succeed last time"
    node = _node(manifest, unique_id)
    upstream = [r for r in _reads(node) if r in planned]
    if upstream:
        return f"{upstream[0].split('.')[2]} changes"
    if any(r.startswith("source.") for r in _reads(node)):
        return "new data, or its text changed"
    return "its text changed"


def finish(plan: Plan, manifest: Manifest, paths: Paths, results: Mapping[str, str]) -> State:
    """Remember what succeeded. `results`: node -> dbt's status.

    A node counts only when everything it reads holds too; a failed check makes what it tested count as
    not built, so that the next run builds and tests it again.
    """
    state = State(dict(plan.before.nodes))
    naming = placed(manifest)
    failed = {
        read
        for unique_id, status in results.items()
        if status not in FINISHED and unique_id.startswith(CHECKED) and unique_id in plan.fingerprints
        for read in _reads(_node(manifest, unique_id))
    }
    for gone in set(state.nodes) - set(plan.fingerprints):
        state.nodes.pop(gone)
    for unique_id, fingerprint in plan.fingerprints.items():
        status = results.get(unique_id)
        upstream = [r for r in _reads(_node(manifest, unique_id)) if r in plan.fingerprints]
        if unique_id in failed:
            state.nodes.pop(unique_id, None)
        elif status in FINISHED and all(state.holds(r, plan.fingerprints[r]) for r in upstream):
            state.nodes[unique_id] = {"fingerprint": fingerprint, "status": status}
            if unique_id in naming:
                state.nodes[unique_id]["place"] = str(paths.root)
        elif status is not None:
            state.nodes.pop(unique_id, None)
    state.write(paths)
    return state


def results_of(run_results: Path) -> dict[str, str]:
    """node -> status from dbt's run_results.json; empty when dbt did not get that far."""
    content = read_json(run_results)
    return {result["unique_id"]: result["status"] for result in content.get("results", ())}
