"""Pages about a data root, without a server: the warehouse by dbt, the gate by Great Expectations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from . import dbt_process
from .project import Project, ProjectBroken
from .resources import NotBuilt, Settings


def write_documentation(settings: Settings) -> Path:
    """Write the page over the warehouse as it is; returns it. Raises NotBuilt, or ProjectBroken
    with dbt's words."""
    project = Project(settings)
    if not settings.paths.warehouse.exists():
        raise NotBuilt(f"{settings.paths.warehouse} does not exist yet: run `planstat run` first")
    with settings.environment():
        process = dbt_process.hand_over(project, ["docs", "generate", "--static", "--quiet"])
        said, _ = process.communicate()
    if process.returncode != 0:
        raise ProjectBroken(f"dbt cannot document the warehouse:\n{_words(said)}")
    page = settings.paths.root / "docs" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(project.build_target / "static_index.html", page)
    return page


def _words(said: bytes) -> str:
    """What dbt said, out of its lines of JSON."""
    lines = [line for line in said.decode().splitlines() if line.startswith("{")]
    return "\n".join(json.loads(line)["info"]["msg"] for line in lines)


def write_gate_pages(settings: Settings) -> Path:
    """Write `<data>/docs/gate/`: what the gate asked of every current edition, and what came out."""
    from expectations.site import Edition, write_site
    from exports.release import list_releases

    current = [
        Edition(one.product, one.version, one.path, one.published_at)
        for one in list_releases(settings.paths.releases)
        if one.is_current
    ]
    return write_site(current, settings.paths.root / "docs" / "gate")


if __name__ == "__main__":
    try:
        print(write_documentation(Settings.from_environment()))
        print(write_gate_pages(Settings.from_environment()))
    except (NotBuilt, ProjectBroken) as problem:
        raise SystemExit(str(problem)) from None
