"""What a run will need is made ready while it does something else; a machine has more than one core."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from .. import dbt_process
from ..project import Project
from ..resources import Settings
from . import is_plain


def parsed_meanwhile(settings: Settings) -> None:
    """Let dbt read a changed project in its own process while this one imports what the run will need.

    Each takes many seconds. Raises ProjectBroken.
    """
    project = Project(settings)
    if project.is_parsed() or is_plain("meanwhile"):
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        parsed = pool.submit(project.manifest)
        importlib.import_module("orchestration.definitions")
        importlib.import_module("expectations.validation")
        parsed.result()


@contextlib.contextmanager
def dbt_waiting(settings: Settings) -> Iterator[None]:
    """A dbt that has read the project waits for its command meanwhile; without one it ends with the block."""
    if not is_plain("meanwhile"):
        dbt_process.begin(Project(settings))
    try:
        yield
    finally:
        dbt_process.dismiss()
