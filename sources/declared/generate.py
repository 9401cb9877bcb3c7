"""What is generated from the declarations of datasets and from the shared vocabulary, as text."""

from __future__ import annotations

from sources.declared.catalogue import Catalog
from sources.declared.dbt_sources import render_dbt_sources, render_vocabulary_macros
from sources.declared.describe import json_schema


def generated_files(catalog: Catalog) -> dict[str, str]:
    """Path, relative to the root of the repository, and text of every generated file."""
    return {
        "dbt_project/compiled/models/staging/sources.yml": render_dbt_sources(catalog),
        "dbt_project/compiled/macros/vocabulary.sql": render_vocabulary_macros(),
        "sources/catalog/declaration.schema.json": json_schema(),
    }
