"""The page that offices read about the forms says what the declarations say."""

from __future__ import annotations

import re
from pathlib import Path

from exports.disclosure.universe import load_universes
from exports.products import load_products
from sources.declared.catalogue import Catalog
from sources.declared.file_formats import FormFile

PAGE = Path(__file__).resolve().parents[3] / "docs" / "vordrucke.md"


def test_no_form_is_handed_in_for_nothing(catalog: Catalog) -> None:
    """A form that nothing reads is told in its receipt; the page promises that there is none."""
    unused = {one.id for one in catalog.values() if isinstance(one.format, FormFile) and one.unused}
    assert not unused
    assert "Aus jedem Vordruck werden Kennzahlen oder ein Produkt" in PAGE.read_text("utf-8")


def test_the_page_lists_every_form(catalog: Catalog) -> None:
    listed = set(re.findall(r"`([a-z0-9-]+)`", PAGE.read_text("utf-8").partition("## Ausfüllen")[0]))
    forms = {one.id for one in catalog.values() if isinstance(one.format, FormFile)}
    assert forms <= listed


def test_every_product_of_a_policy_over_one_form_is_explained_with_it(catalog: Catalog) -> None:
    """A paragraph per form names the product that it becomes and nothing else."""
    told = dict(re.findall(r"^\*\*`([a-z0-9-]+)`\*\* (.*?)\n\n", PAGE.read_text("utf-8"), re.S | re.M))
    universes = load_universes()
    named = set()
    for name, product in load_products().items():
        if product.disclosure is None or product.disclosure.policy is None:
            continue
        for form in universes[product.disclosure.policy].cases.where["dataset_id"]:
            if form in told:
                assert f"`{name}`" in told[form], form
                named.add(form)
    assert named == set(told)
