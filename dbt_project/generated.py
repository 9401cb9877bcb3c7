"""Everything that follows from declarations, in one place: `python -m dbt_project` writes it.

Datasets, facts and indicators are declared; `compiled/` and a few pages are made of them, committed, and
compared with a fresh generation in a test.
"""

from __future__ import annotations

from pathlib import Path

from dbt_project.contracts import contract as contracts
from dbt_project.facts import compiler as facts
from dbt_project.indicators import compiler as indicators
from dbt_project.indicators.specification import load_specifications
from sources.declared.catalogue import load_catalog
from sources.declared.generate import generated_files

ROOT = Path(__file__).parent.parent
COMPILED = "dbt_project/compiled"


def files(root: Path = ROOT) -> dict[str, str]:
    """Every generated file: path relative to `root`, and its text.

    Facts and indicators are those declared below `root`, datasets those of this package.
    Raises `DeclarationError` with every problem of one of the three.
    """
    catalog, project = load_catalog(), root / "dbt_project"
    return {
        **generated_files(catalog),
        **contracts.compile_files(project),
        **facts.compile_files(catalog, project / "facts", project / "models"),
        **indicators.compile_files(
            load_specifications(project / "indicators", facts=project / "facts"), project / "indicators"
        ),
    }


def write(root: Path = ROOT) -> list[str]:
    """Write what differs, and remove what nothing generates any more; the paths that changed."""
    made = files(root)
    changed = [str(file.relative_to(root)) for file in stale(made, root)]
    for path in changed:
        (root / path).unlink()
    for path, text in made.items():
        target = root / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def stale(made: dict[str, str], root: Path = ROOT) -> list[Path]:
    """Files of `compiled/` that nothing generates."""
    kept = {root / path for path in made}
    return sorted(file for file in (root / COMPILED).rglob("*") if file.is_file() and file not in kept)
