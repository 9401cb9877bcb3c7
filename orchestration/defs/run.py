"""What every step of a run shares: the lock on the data root and what was delivered.

Every asset takes the resource `run`. Dagster sets it up once per run, before the first step that needs it.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar, cast

import dagster as dg
from pydantic import PrivateAttr

from ..deliveries import Deliveries
from ..healing import heal
from ..last_run import recorded
from ..reading import make_for_readers
from ..resources import Settings, Warehouse, notices, only_run

if TYPE_CHECKING:
    from sources.arrival.snapshots import Origin


class Run(dg.ConfigurableResource):
    """Where this run's deliveries come from.

    origin: `sample` (written by the twins), `folder` (`folder` names it), `live` (the network) or `drop`
    (the inbox of the data root). only: datasets to take, all of them when none is named. Without
    configuration a run takes what lies in the inbox.
    """

    origin: str = "drop"
    folder: str = ""
    only: list[str] = []  # noqa: RUF012 - a field of the configuration
    given: ClassVar[Settings | None] = None
    _deliveries: Deliveries | None = PrivateAttr(default=None)
    _ends: ExitStack | None = PrivateAttr(default=None)
    _is_publishing: bool = PrivateAttr(default=False)
    _log: logging.Logger | None = PrivateAttr(default=None)

    @classmethod
    def over(cls, settings: Settings) -> "Run":
        """The resource over these settings; by itself it takes those of the process."""

        # on a class of its own, since Dagster makes a new instance for every run
        here: Run = type(cls.__name__, (cls,), {"__module__": __name__, "given": settings})()
        return here

    @property
    def deliveries(self) -> Deliveries:
        """What was delivered to this run."""
        assert self._deliveries is not None, "only inside a run"
        return self._deliveries

    def publishes(self, settings: Settings) -> None:
        """Prepare for publications, once dbt has built: the warehouse stays open until the run ends, and then
        the databases of all releases, which each publication would copy, are brought up to date, and what
        the office declares for readers is made.
        """
        assert self._ends is not None, "only inside a run"
        if self._is_publishing:
            return
        self._is_publishing = True
        if settings.paths.warehouse.exists():
            self._ends.enter_context(Warehouse(settings.paths.warehouse).kept_open())
        self._ends.callback(_make_for_readers, settings, self._log)
        self._ends.callback(_update_databases, settings)  # the last that is named is called first

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Run"]:
        """Hold the data root while the run lasts. Raises InUse when another process holds it."""
        settings = self.given or Settings.from_environment()
        paths = settings.paths
        for seen in notices(settings) if context.log is not None else ():
            context.log.warning(seen)
        with only_run(paths):
            for mended in heal(settings):
                if context.log is not None:
                    context.log.warning(mended)
        with (
            only_run(paths),
            recorded(paths, self.origin) as failed,
            Deliveries(
                paths, cast("Origin", self.origin), self.folder, frozenset(self.only)
            ).received() as deliveries,
        ):
            self._deliveries, self._log = deliveries, context.log
            with ExitStack() as self._ends:
                yield self
            failed += _failed_steps(context)


def _failed_steps(context: dg.InitResourceContext) -> Iterator[str]:
    """The steps of the run that failed, in words; not those of products that the gate refused or held."""
    if context.instance is None or context.run is None:
        return
    for record in context.instance.all_logs(context.run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        data = record.get_dagster_event().step_failure_data
        given = data.user_failure_data
        status = given.metadata.get("status") if given and given.metadata else None
        if status is None or status.value not in ("refused", "held"):
            said = given.description if given and given.description else data.error and data.error.message
            yield f"{record.step_key}: {(said or '').strip()}"


def _make_for_readers(settings: Settings, log: logging.Logger | None) -> None:
    from exports.products import ProductError

    log = log or logging.getLogger(__name__)
    try:
        make_for_readers(settings, log.info, log.error)
    except ProductError as problem:  # office.yml, which every description has read before
        log.error(str(problem))


def _update_databases(settings: Settings) -> None:
    from exports.release import ReleaseError, ReleaseRefused, repair

    for releases in (settings.paths.releases, settings.paths.internal):
        if releases.is_dir():
            with suppress(ReleaseRefused, ReleaseError):  # every verdict on a product has said why
                repair(releases, settings.memory)
