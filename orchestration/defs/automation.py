"""When the main job runs by itself: once a week from the network, and whenever files lie in the inbox."""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

import hashlib
import time

import dagster as dg

from ..resources import Settings, is_running


def deliveries_from(origin: str, folder: str = "") -> dict[str, object]:
    """Run configuration of the main job: where its deliveries come from."""
    return {"resources": {"run": {"config": {"origin": origin, "folder": folder}}}}


def build_refresh(job: object) -> dg.ScheduleDefinition:
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


def build_drop_folder(settings: Settings, job: object) -> dg.SensorDefinition:
    """Watches `inbox` in the data root: a run for every file that is new there, or written anew.

    The cursor holds what was seen (name, size, times); that a file was landed and left is nothing new.
    """

    @dg.sensor(
        name="drop_folder",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Lands files that were put into the inbox, and releases what changed.",
    )
    def drop_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        from sources.arrival.inbox import QUIET_SECONDS, listing

        found = listing(settings.paths.inbox)
        if not found:
            return dg.SensorResult(skip_reason=f"{settings.paths.inbox} is empty", cursor="")
        here = {hashlib.sha256(f"{name} {facts}".encode()).hexdigest() for name, facts in found.items()}
        seen = set((context.cursor or "").split())
        cursor = " ".join(sorted(here))
        if here <= seen:
            return dg.SensorResult(skip_reason="nothing new in the inbox", cursor=cursor)
        newest = max(facts[1] for facts in found.values() if facts) / 1e9
        if 0 <= time.time() - newest < QUIET_SECONDS:
            return dg.SensorResult(skip_reason="a file is still being written")
        if is_running(settings.paths):
            return dg.SensorResult(skip_reason="a run is going on; the inbox is looked at after it")
        key = hashlib.sha256(cursor.encode()).hexdigest()
        request = dg.RunRequest(run_key=key, run_config=deliveries_from("drop"), tags={"origin": "drop"})
        return dg.SensorResult(run_requests=[request], cursor=cursor)

    return drop_folder
