"""What every step of a run shares: the lock on the data root and what was delivered.

Every asset takes the resource `run`. Dagster sets it up once per run, before the first step that needs it.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from ..deliveries import Deliveries
from ..resources import Settings, notices, only_run


class Run(dg.ConfigurableResource):
    """Where this run's deliveries come from.

    origin: `sample` (written by the twins), `folder` (`folder` names it), `live` (the network) or `drop`
    (the inbox of the data root). Without configuration a run takes what lies in the inbox.
    """

    origin: str = "drop"
    folder: str = ""
    _deliveries: Deliveries | None = PrivateAttr(default=None)

    @property
    def deliveries(self) -> Deliveries:
        """What was delivered to this run."""
        assert self._deliveries is not None, "only inside a run"
        return self._deliveries

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Run"]:
        """Hold the data root while the run lasts. Raises InUse when another process holds it."""
        settings = Settings.from_environment()
        paths = settings.paths
        for seen in notices(settings) if context.log is not None else ():
            context.log.warning(seen)
        with only_run(paths), Deliveries(paths, self.origin, self.folder).received() as deliveries:
            self._deliveries = deliveries
            yield self
