"""The catalogue, loaded once."""

from __future__ import annotations

import pytest

from sources.declared.catalogue import Catalog, load_catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Every declaration of the project."""
    return load_catalog()
