"""The dbt project as assets: one op over all models and seeds, dbt's tests as asset checks.

The plan (plan.py) decides what dbt builds; it may have nothing to do. dbt runs in place, as a program of its
own (dbt_process.py). `DbtCliInvocation` is used directly because `DbtCliResource.cli` would add a selection
of its own to ours and start `dbt --version` before every build, which asks the network.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, dbt_assets
from packaging.version import Version

from .. import dbt_process
from .. import plan as planning
from ..project import Manifest, Project
from ..resources import Settings, Warehouse, read_json
from ..unplaced import UNPLACED, unplaced
from .run import Run

RUN_WHEN_READ = ("view", "table_function")


def landing_key(publisher: str, dataset_id: str) -> dg.AssetKey:
    """Key of the asset that lands a dataset, and of the dbt source that reads it."""
    return dg.AssetKey(["landing", publisher, dataset_id])


def relation_key(name: str) -> dg.AssetKey:
    """Key of a table or view of the warehouse."""
    return dg.AssetKey(["warehouse", name])


class Translator(DagsterDbtTranslator):
    """Names dbt's nodes: sources are landing assets, models are grouped by their folder."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            table = dbt_resource_props.get("meta", {}).get("dataset_id") or dbt_resource_props["name"]
            return landing_key(dbt_resource_props["source_name"], table)
        return relation_key(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        layer, *rest = dbt_resource_props["fqn"][1:-1] or ["warehouse"]
        return str(rest[0]) if layer == "core" and rest else str(layer)


def build_warehouse(settings: Settings, manifest: Manifest, needed: set[str]) -> dg.AssetsDefinition:
    """The warehouse of this manifest as one multi-asset.

    `needed` are the relations that later steps wait for: they are reported also when they are unchanged.
    """
    project = Project(settings)
    translator = Translator()

    @dbt_assets(manifest=manifest, name="warehouse", dagster_dbt_translator=translator)
    def warehouse(context: dg.AssetExecutionContext, run: Run) -> Iterator[Any]:
        plan = planning.make_plan(manifest, project, settings.paths)
        keys = {_unique_id(manifest, key): key for key in context.selected_asset_keys}
        if context.is_subset:
            plan = plan.only(manifest, keys)
        built = _build(context, project, manifest, translator, plan) if plan.reasons else Built()
        if not plan.reasons:
            context.log.info("no model changed: dbt has nothing to do")

        def awaited(unique_id: str) -> bool:
            return unique_id in keys and keys[unique_id].path[-1] in needed

        for unique_id, fingerprint in plan.fingerprints.items():  # upstream first, as Dagster wants them
            if unique_id in built.outputs:
                yield built.outputs[unique_id]
            elif unique_id not in plan.reasons and not built.problems and awaited(unique_id):
                yield dg.Output(
                    None,
                    output_name=keys[unique_id].to_python_identifier(),
                    metadata={"status": "unchanged", "unique_id": unique_id, "hash": fingerprint},
                )
        yield from built.checks
        if built.problems:
            raise dg.Failure("\n".join(built.problems), allow_retries=False)

    return warehouse


def _unique_id(manifest: Manifest, key: dg.AssetKey) -> str:
    name = key.path[-1]
    return next(
        str(unique_id)
        for unique_id, node in manifest["nodes"].items()
        if node["name"] == name and unique_id.startswith(planning.BUILT)
    )


@dataclass(frozen=True)
class Built:
    """What a build brought: Dagster outputs by node, check results, and what failed in words."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    checks: Sequence[Any] = ()
    problems: Sequence[str] = ()


def _build(
    context: dg.AssetExecutionContext,
    project: Project,
    manifest: Manifest,
    translator: Translator,
    plan: planning.Plan,
) -> Built:
    """Run `dbt build` for the plan and remember what succeeded."""
    settings = project.settings
    if plan.is_whole:
        settings.paths.warehouse_state.unlink(missing_ok=True)
        Warehouse(settings.paths.warehouse).remove()
    target = project.build_target
    command = ["build", *plan.selection(manifest)]
    context.log.info(f"dbt {shlex.join(command)}")
    invocation = DbtCliInvocation(
        process=dbt_process.hand_over(project, command),
        manifest=manifest,
        dagster_dbt_translator=translator,
        project_dir=project.folder,
        target_path=target,
        raise_on_error=False,
        context=context,
        cli_version=Version(version("dbt-core")),
    )
    import_module("expectations.validation")  # every gate needs it, and there is time now
    events: list[Any] = []
    done = 0
    for message in invocation.stream_raw_events():
        if message.is_result_event and _node_of(message) in plan.fingerprints:  # else: edited meanwhile
            events += message.to_default_asset_events(manifest, translator, context, target)
            done += 1
            context.log.info(f"dbt {done}/{len(plan.reasons)}")
    results = planning.results_of(target / "run_results.json")
    planning.finish(plan, manifest, settings.paths, results)
    problems = _problems(target, manifest, results)
    if invocation.process.returncode != 0 and not problems:
        problems = [f"dbt failed before it built anything, see {settings.paths.logs / 'dbt' / 'dbt.log'}"]
    extents = _extents(settings, [n for n in plan.models if results.get(n) in planning.FINISHED], manifest)
    outputs = [_with_extent(event, plan, extents) for event in events if isinstance(event, dg.Output)]
    return Built(
        outputs={output.metadata["unique_id"].text: output for output in outputs},
        checks=[event for event in events if not isinstance(event, dg.Output)],
        problems=problems,
    )


def _node_of(message: Any) -> str | None:
    node: str | None = message.raw_event["data"].get("node_info", {}).get("unique_id")
    return node


def _extents(settings: Settings, models: list[str], manifest: Manifest) -> dict[str, dict[str, Any]]:
    """Rows and period covered of every table just built; not of what is run when it is read."""
    found: dict[str, dict[str, Any]] = {}
    tables = [n for n in models if manifest["nodes"][n]["config"].get("materialized") not in RUN_WHEN_READ]
    if not tables or not settings.paths.warehouse.exists():
        return found
    with Warehouse(settings.paths.warehouse).reading() as connection:
        dated = {
            row[0]
            for row in connection.execute(
                "select table_name from information_schema.columns where column_name = 'reference_date'"
            ).fetchall()
        }
        for unique_id in tables:
            name = manifest["nodes"][unique_id]["alias"]
            period = "min(reference_date), max(reference_date)" if name in dated else "null, null"
            row = connection.execute(f'select count(*), {period} from "{name}"').fetchone()
            if row is not None:
                found[unique_id] = {"rows": row[0]}
                if row[1] is not None:
                    found[unique_id]["period"] = f"{row[1]} to {row[2]}"
                if name == UNPLACED:
                    found[unique_id]["left_out"] = unplaced(connection)
    return found


def _with_extent(event: Any, plan: planning.Plan, extents: Mapping[str, dict[str, Any]]) -> dg.Output[None]:
    """dbt's event with rows, period and hash."""
    metadata = dict(event.metadata)
    unique_id = str(getattr(metadata["unique_id"], "text", metadata["unique_id"]))
    fingerprint = plan.fingerprints[unique_id]
    return dg.Output(
        None,
        output_name=event.output_name,
        metadata={
            **metadata,
            **extents.get(unique_id, {}),
            "status": "built",
            "reason": plan.reasons.get(unique_id, ""),
            "hash": fingerprint,
        },
    )


def _problems(target: Path, manifest: Manifest, results: Mapping[str, str]) -> list[str]:
    """What failed, in words: which model or check, what dbt says, where its SQL lies."""
    said = {r["unique_id"]: r for r in read_json(target / "run_results.json").get("results", ())}
    lines = []
    for unique_id, status in results.items():
        if status in planning.FINISHED or status == "skipped":
            continue
        node = manifest["nodes"].get(unique_id, {})
        kind = "model" if unique_id.startswith(planning.BUILT) else "check"
        words = (said[unique_id].get("message") or status).strip()
        sql = next((target / "compiled").rglob(f"{node.get('alias') or node.get('name')}.sql"), None)
        lines.append(f"{kind} {node.get('name', unique_id)} ({node.get('original_file_path')}): {words}")
        if node.get("description"):
            lines.append(f"  {' '.join(node['description'].split())}")
        if sql:
            lines.append(f"  its SQL: {sql}")
    skipped = sum(status == "skipped" for status in results.values())
    if lines and skipped:
        lines.append(f"{skipped} models and checks downstream were not run")
    return lines
