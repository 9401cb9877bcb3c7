"""The asset graph in outline: what is there, what it waits for, which checks it has, what starts it.

Kept in `tests/orchestration/asset_graph.json` and compared in a test, so that no asset loses an upstream, a
check or its automation unseen. `python -m orchestration.outline FILE` writes it anew (`make generate`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dagster as dg


def outline(definitions: dg.Definitions) -> dict[str, Any]:
    """Assets by key with group, deps, checks and automation; jobs, schedules and sensors."""
    assets: dict[str, dict[str, Any]] = {}
    graph = definitions.resolve_asset_graph()
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        assets[key.to_user_string()] = {
            "group": node.group_name,
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "checks": sorted(check.name for check in node.check_keys),
            "automation": str(node.automation_condition) if node.automation_condition else None,
        }
    repository = definitions.get_repository_def()
    jobs = [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")]
    return {
        "assets": assets,
        "jobs": sorted(jobs),
        "schedules": {one.name: one.cron_schedule for one in repository.schedule_defs},
        "sensors": sorted(one.name for one in repository.sensor_defs),
    }


def text(definitions: dg.Definitions) -> str:
    """The outline as it is kept: JSON with a line per asset, so that a change reads well."""
    found = outline(definitions)
    lines = [f"  {json.dumps(key)}: {json.dumps(asset)}" for key, asset in found.pop("assets").items()]
    rest = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in found.items()]
    return "{\n" + ",\n".join([' "assets": {\n' + ",\n".join(lines) + "\n }", *rest]) + "\n}\n"


def main() -> None:
    """Write the outline of this project's definitions to the file that is named."""
    from .definitions import defs

    Path(sys.argv[1]).write_text(text(defs()), encoding="utf-8")


if __name__ == "__main__":
    main()
