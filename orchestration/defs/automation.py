"""When the main job runs by itself: once a week from the network, and whenever files lie in the inbox."""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import dagster as dg

from ..resources import Settings, is_running

QUIET_SECONDS = 5.0
"""A file that was written to more recently may still be on its way."""


def deliveries_from(origin: str, folder: str = "") -> dict[str, Any]:
    """Run configuration of the main job: where its deliveries come from."""
    return {"resources": {"run": {"config": {"origin": origin, "folder": folder}}}}


def build_refresh(job: Any) -> dg.ScheduleDefinition:
    """The weekly look at the publishers. It is off until somebody switches it on: it uses the network."""
    return dg.ScheduleDefinition(
        name="weekly_refresh",
        job=job,
        cron_schedule="0 4 * * 1",
        execution_timezone="Europe/Berlin",
        run_config=deliveries_from("live"),
        tags={"origin": "live"},
        description="Mondays at 4: fetch what the publishers have brought out, and release what changed.",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )


def build_drop_folder(settings: Settings, job: Any) -> dg.SensorDefinition:
    """Watches `inbox` in the data root. Files stay there; what was seen is known by name, size and time."""

    @dg.sensor(
        name="drop_folder",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Lands files that were put into the inbox, and releases what changed.",
    )
    def drop_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        listing = _listing(settings.paths.inbox)
        if not listing:
            return dg.SensorResult(skip_reason=f"{settings.paths.inbox} is empty")
        seen = hashlib.sha256(json.dumps(listing).encode()).hexdigest()
        if seen == context.cursor:
            return dg.SensorResult(skip_reason="nothing new in the inbox")
        newest = max(modified for _, _, modified in listing) / 1e9
        if time.time() - newest < QUIET_SECONDS:
            return dg.SensorResult(skip_reason="a file is still being written")
        if is_running(settings.paths):
            return dg.SensorResult(skip_reason="a run is going on; the inbox is looked at after it")
        request = dg.RunRequest(run_key=seen, run_config=deliveries_from("drop"), tags={"origin": "drop"})
        return dg.SensorResult(run_requests=[request], cursor=seen)

    return drop_folder


def _listing(inbox: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of every file, hidden ones left out."""
    if not inbox.is_dir():
        return []
    found = []
    for file in sorted(inbox.rglob("*")):
        name = file.relative_to(inbox)
        if file.is_file() and not any(part.startswith(".") for part in name.parts):
            facts = file.stat()
            found.append((str(name), facts.st_size, facts.st_mtime_ns))
    return found
