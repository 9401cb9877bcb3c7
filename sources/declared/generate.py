"""Writes anew what is generated from the declarations: `python -m sources.declared.generate`."""

from __future__ import annotations

from pathlib import Path

from sources.declared.catalogue import CATALOG, Catalog, load_catalog
from sources.declared.dbt_sources import render_dbt_sources, render_vocabulary_macros
from sources.declared.describe import json_schema

ROOT = Path(__file__).parents[2]


def generated_files(catalog: Catalog) -> dict[Path, str]:
    """Path and text of every generated file."""
    return {
        ROOT / "dbt_project" / "models" / "staging" / "sources.yml": render_dbt_sources(catalog),
        ROOT / "dbt_project" / "macros" / "vocabulary.sql": render_vocabulary_macros(),
        CATALOG / "declaration.schema.json": json_schema(),
    }


def main() -> None:
    """Write every generated file that differs from what it should be."""
    for path, text in generated_files(load_catalog()).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
