"""What every step of a run shares: the lock on the data root and what was delivered.

Every asset takes the resource `run`. Dagster sets it up once per run, before the first step that needs it.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, cast

import dagster as dg
from pydantic import PrivateAttr

from ..deliveries import Deliveries
from ..resources import Settings, notices, only_run

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

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Run"]:
        """Hold the data root while the run lasts. Raises InUse when another process holds it."""
        settings = self.given or Settings.from_environment()
        paths = settings.paths
        for seen in notices(settings) if context.log is not None else ():
            context.log.warning(seen)
        with (
            only_run(paths),
            Deliveries(
                paths, cast("Origin", self.origin), self.folder, frozenset(self.only)
            ).received() as deliveries,
        ):
            self._deliveries = deliveries
            yield self
