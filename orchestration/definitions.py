"""Everything Dagster knows: one graph from published files to releases, one main job over all of it.

Nothing happens on import; Dagster calls `defs` when it loads the code.
"""

import dagster as dg

from .defs.automation import build_drop_folder, build_refresh
from .defs.landing import build_landing
from .defs.release import build_releases, relations
from .defs.run import Run
from .defs.warehouse import build_warehouse
from .project import Project
from .resources import Settings


@dg.definitions  # type: ignore[untyped-decorator]
def defs() -> dg.Definitions:
    """The definitions over this process's settings."""
    return build(Settings.from_environment())


def build(settings: Settings) -> dg.Definitions:
    """The definitions over given settings."""
    manifest = Project(settings).manifest()
    warehouse = build_warehouse(settings, manifest, needed=relations())
    parts = [build_landing(), warehouse, *build_releases(settings, manifest)]
    main = dg.define_asset_job("main", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
    return dg.Definitions(
        assets=[part for part in parts if not isinstance(part, dg.AssetChecksDefinition)],
        asset_checks=[part for part in parts if isinstance(part, dg.AssetChecksDefinition)],
        jobs=[main],
        schedules=[build_refresh(main)],
        sensors=[build_drop_folder(settings, main)],
        resources={"run": Run.over(settings)},
        executor=dg.in_process_executor,
    )
