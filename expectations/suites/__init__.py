"""One suite per product. `suite_of` finds it by the product's name."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Protocol, cast

from expectations.bench import Bench
from expectations.rules import NAME, Inspection, Rule


class Suite(Protocol):
    """A module that gives the rules and inspections of one product."""

    @staticmethod
    def rules(bench: Bench) -> list[Rule]:
        """Rules in SQL."""

    @staticmethod
    def inspections(bench: Bench) -> list[Inspection]:
        """Checks that read files."""


class UnknownProduct(LookupError):
    """A product for which nobody wrote a suite; nothing may leave unchecked."""


def suite_of(product: str) -> Suite:
    """The suite module of a product; raises UnknownProduct naming the file to write."""
    name = f"expectations.suites.{product}"
    if not NAME.match(product) or product == "common" or importlib.util.find_spec(name) is None:
        raise UnknownProduct(
            f"product {product} has no suite: write expectations/suites/{product}.py "
            "(it may start from expectations/suites/common.py)"
        )
    return cast(Suite, importlib.import_module(name))
