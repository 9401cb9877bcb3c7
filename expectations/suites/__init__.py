"""The suite of a product: a module of its name, or the common rules with what the product file declares."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Protocol, cast

from expectations.bench import Bench
from expectations.rules import NAME, Inspection, Rule
from sources.foundation.exits import USAGE


class Suite(Protocol):
    """A module that gives the rules and inspections of one product."""

    @staticmethod
    def rules(bench: Bench) -> list[Rule]:
        """Rules in SQL."""

    @staticmethod
    def inspections(bench: Bench) -> list[Inspection]:
        """Checks that read files."""


class UnknownProduct(LookupError):
    """A name that no product can have."""

    exit_code = USAGE


def suite_of(product: str) -> Suite:
    """The suite module of a product, `common` without one. Raises UnknownProduct for a name that is none."""
    if not NAME.match(product) or product == "common":
        raise UnknownProduct(
            f"{product!r} is no name of a product: small letters, digits and _, a letter first"
        )
    name = f"expectations.suites.{product}"
    if importlib.util.find_spec(name) is None:
        name = "expectations.suites.common"
    return cast(Suite, importlib.import_module(name))
