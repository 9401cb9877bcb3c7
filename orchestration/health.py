"""Whether all is well in a data root, for monitoring: what is wrong, in words, with what to do about it.

Reads what lies there and starts nothing; takes no lock, so it may be asked every minute, also during a run.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sources.foundation.editions import GATE_REPORT, RECEIPT
from sources.foundation.exits import FAILED, IN_USE, MILDEST_FIRST, REFUSED, SOURCE_TROUBLE, worst

from . import lineage
from .currency import NONE, Currency, Late, currency
from .last_run import LastRun
from .project import Project
from .resources import Paths, Settings, is_running, read_json

if TYPE_CHECKING:
    from sources.declared.catalogue import Catalog

LONG = dt.timedelta(hours=6)
"""A run that holds the data root for longer is stuck: over all published files it takes minutes."""

ROOM = 1 << 30
"""Bytes that must be free at least; a run needs room for a second warehouse and for new editions."""


@dataclass(frozen=True)
class Finding:
    """Something wrong.

    kind: `overdue`, `set aside`, `inbox`, `refused`, `held`, `run`, `lock`, `disk` or `unreadable`; subject:
    the dataset, product, file or folder; code: the exit code that says of what kind it is.
    """

    kind: str
    subject: str
    words: str
    remedy: str
    code: int


@dataclass(frozen=True)
class Health:
    """The state of a data root at a moment.

    findings: what is wrong, the worst first; overdue: datasets by the publishers' calendars; last_run: the
    newest run with its end (`done`, `failed`, `running`, `killed`); lock: process and begin of the run that
    goes on; disk: free and needed bytes; editions: product -> version, moment and age in days.
    """

    at: dt.datetime
    findings: list[Finding]
    overdue: list[Late]
    last_run: dict[str, Any] | None
    lock: dict[str, Any] | None
    disk: dict[str, int]
    editions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """The code of the worst finding."""
        return worst(one.code for one in self.findings)

    def as_plain(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"exit_code": self.exit_code, **asdict(self)}


def health_of(settings: Settings, now: dt.datetime) -> Health:
    """Look at a data root; what cannot be read is a finding and hides no other."""
    from sources.declared.catalogue import load_catalog

    paths = settings.paths
    findings: list[Finding] = []
    known = NONE
    try:
        known = currency(paths, Project(settings).manifest())
    except Exception as problem:  # dbt's project or the warehouse cannot be read
        if not is_running(paths):
            words = f"{type(problem).__name__}: {problem}"
            findings.append(Finding("unreadable", "warehouse", words, "`planstat status` says more", FAILED))
    lock = lock_held(paths)
    last = LastRun.read(paths)
    disk = _disk(paths)
    findings += [
        *_of_run(paths, last, lock, now),
        *_of_disk(paths, disk),
        *_of_candidates(paths),
        *_of_files(paths, load_catalog()),
        *_of_currency(known, now.date()),
    ]
    findings.sort(key=lambda one: -MILDEST_FIRST.index(one.code))
    return Health(
        now,
        findings,
        known.late(now.date()),
        {**asdict(last), "end": last.end(paths)} if last else None,
        lock,
        disk,
        _editions(paths, now),
    )


def lock_held(paths: Paths) -> dict[str, Any] | None:
    """Which process holds the data root, and since when (UTC); None when nobody does."""
    if not is_running(paths):
        return None
    process = paths.lock.read_text(encoding="utf-8").strip()
    since = dt.datetime.fromtimestamp(paths.lock.stat().st_mtime, dt.UTC).replace(microsecond=0)
    return {"process": int(process) if process.isdigit() else None, "since": since}


def _of_run(
    paths: Paths, last: LastRun | None, lock: Mapping[str, Any] | None, now: dt.datetime
) -> Iterator[Finding]:
    if lock is not None and now - lock["since"] > LONG:
        words = f"process {lock['process']} holds {paths.root} since {_moment(lock['since'])}"
        yield Finding("lock", str(paths.root), words, "look at it, and end it if it is stuck", IN_USE)
    if last is None:
        return
    end = last.end(paths)
    if end == "killed":
        words = f"the run of {_moment(last.began)} was killed"
        yield Finding("run", last.origin, words, "start it again: the next run goes on", FAILED)
    for words in last.failed if end == "failed" else ():
        told = f"the run of {_moment(last.began)} failed: {words}"
        yield Finding("run", last.origin, told, f"the newest log in {paths.logs} says more", FAILED)


def _disk(paths: Paths) -> dict[str, int]:
    """Free bytes where the data root lies, and how many a run needs there."""
    here = paths.root
    while not here.exists():
        here = here.parent
    warehouse = paths.warehouse.stat().st_size if paths.warehouse.exists() else 0
    return {"free": shutil.disk_usage(here).free, "needed": ROOM + 2 * warehouse}


def _of_disk(paths: Paths, disk: Mapping[str, int]) -> Iterator[Finding]:
    if disk["free"] < disk["needed"]:
        words = f"{_megabytes(disk['free'])} are free, a run needs {_megabytes(disk['needed'])}"
        yield Finding("disk", str(paths.root), words, "make room before the next run", FAILED)


def _of_candidates(paths: Paths) -> Iterator[Finding]:
    """Candidates that the gate refused or held; one that was released has left."""
    for receipt in sorted(paths.candidates.glob(f"*/{RECEIPT}")):
        product, report = receipt.parent.name, receipt.parent / GATE_REPORT
        said = read_json(receipt)
        if said.get("passed") is False:
            yield Finding("refused", product, "the gate refused its candidate", f"open {report}", REFUSED)
        elif held := said.get("held"):
            others = ", ".join(sorted({one["product"] for one in held}))
            words = f"it carries figures that the gate refused in {others}"
            yield Finding("held", product, words, f"mend {others} first", REFUSED)


def _of_files(paths: Paths, catalog: Catalog) -> Iterator[Finding]:
    """Files that wait to be corrected: set aside, with no good one since, or refused in the inbox."""
    from sources.arrival.inbox import REFUSED as MESSAGE
    from sources.arrival.inbox import listing

    for state in lineage.dataset_states(paths, catalog, catalog):
        name = state["dataset_id"]
        aside = lineage.set_aside(paths, name)
        if aside is not None and (state["is_old"] or not state["snapshot_id"]):
            words = f"{aside.file_name} was set aside on {aside.at:%d.%m.%Y}. {aside.reason}"
            yield Finding("set aside", name, words, "deliver a corrected file", SOURCE_TROUBLE)
    for name in listing(paths.inbox):
        if (paths.inbox / f"{name}{MESSAGE}").exists():
            words = f"{name} lies refused in the inbox"
            yield Finding("inbox", name, words, f"read {name}{MESSAGE} beside it", SOURCE_TROUBLE)


def _of_currency(known: Currency, today: dt.date) -> Iterator[Finding]:
    for one in known.late(today):
        due = f"its period of {_day(one['next_date'])} was due by {_day(one['due_on'])}"
        waiting = f"; {', '.join(one['indicators'])} wait for it" if one["indicators"] else ""
        remedy = (
            f"deliver {one['successors']}, which goes on in its place"
            if one["successors"]
            else "fetch or deliver the newer file"
        )
        yield Finding("overdue", one["dataset_id"], due + waiting, remedy, SOURCE_TROUBLE)


def _editions(paths: Paths, now: dt.datetime) -> dict[str, dict[str, Any]]:
    """The current edition of every product: version, moment of its publication (UTC), age in days."""
    from exports.release import list_releases

    found = {}
    for root in (paths.releases, paths.internal):
        for one in list_releases(root):
            if one.is_current:
                age = (now - one.published_at).days
                found[one.product] = {
                    "version": one.version, "published_at": one.published_at, "age_days": age,
                }  # fmt: skip
    return found


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.0f} MB"


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M} UTC"


def _day(text: str) -> str:
    return f"{dt.date.fromisoformat(text):%d.%m.%Y}"


METRICS = {
    "planstat_exit_code": ("Exit code of `planstat health`", ()),
    "planstat_findings": ("Findings by kind", ("kind",)),
    "planstat_overdue_days": ("Days since the next period of a dataset was due", ("dataset",)),
    "planstat_edition_age_days": ("Days since the current edition was published", ("product",)),
    "planstat_last_run_ended_seconds": ("When the newest run ended, seconds since 1970; 0: not yet", ()),
    "planstat_last_run_failed": ("Whether the newest run failed or was killed", ()),
    "planstat_lock_held_seconds": ("For how long a run has been holding the data root; 0: nobody", ()),
    "planstat_disk_free_bytes": ("Free bytes where the data root lies", ()),
    "planstat_disk_needed_bytes": ("Bytes that a run needs there", ()),
}
"""Metric -> what it is, labels."""


def prometheus(health: Health) -> str:
    """The same as text for Prometheus (its exposition format), for node_exporter's folder of text files."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    gauges = {
        name: Gauge(name, words, labels, registry=registry) for name, (words, labels) in METRICS.items()
    }
    last, lock = health.last_run, health.lock
    ended = last["ended"].timestamp() if last and last["ended"] else 0
    held = (health.at - lock["since"]).total_seconds() if lock else 0
    gauges["planstat_exit_code"].set(health.exit_code)
    gauges["planstat_last_run_ended_seconds"].set(ended)
    gauges["planstat_last_run_failed"].set(last is not None and last["end"] in ("failed", "killed"))
    gauges["planstat_lock_held_seconds"].set(held)
    gauges["planstat_disk_free_bytes"].set(health.disk["free"])
    gauges["planstat_disk_needed_bytes"].set(health.disk["needed"])
    for one in health.findings:
        gauges["planstat_findings"].labels(one.kind).inc()
    for late in health.overdue:
        days = (health.at.date() - dt.date.fromisoformat(late["due_on"])).days
        gauges["planstat_overdue_days"].labels(late["dataset_id"]).set(days)
    for product, edition in health.editions.items():
        gauges["planstat_edition_age_days"].labels(product).set(edition["age_days"])
    return str(generate_latest(registry).decode())
