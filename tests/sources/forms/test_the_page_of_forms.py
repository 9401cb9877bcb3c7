"""The page that offices read about the forms says what the declarations say."""

from __future__ import annotations

import re
from pathlib import Path

from sources.declared.catalogue import Catalog
from sources.declared.file_formats import FormFile

PAGE = Path(__file__).resolve().parents[3] / "docs" / "vordrucke.md"


def test_the_page_names_the_forms_of_which_no_figure_is_made(catalog: Catalog) -> None:
    unused = {
        declaration.id
        for declaration in catalog.values()
        if isinstance(declaration.format, FormFile) and declaration.unused
    }
    (paragraph,) = re.findall(
        r"^Aus diesen Vordrucken wird noch keine.*?\n\n", PAGE.read_text("utf-8"), re.S | re.M
    )
    assert set(re.findall(r"`([a-z0-9-]+)`", paragraph)) == unused
