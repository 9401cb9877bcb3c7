"""Published wordings for codes: the inverse of what readers look up."""

from __future__ import annotations

import random

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.formats import wordings


class Labels:
    """Codes of a dataset's dimensions to a published wording: any of them with dice, else the newest."""

    def __init__(self, catalog: Catalog, declaration: Declaration, dice: random.Random | None) -> None:
        self.dice = dice
        self.wordings: dict[str, dict[str, list[str]]] = {}
        for dimension in declaration.dimensions:
            by_code = self.wordings.setdefault(dimension, {})
            for label, code in catalog.label_codes(declaration, dimension).items():
                by_code.setdefault(code, []).append(label)

    def of(self, dimension: str, code: str) -> str:
        """A wording of the code; the code itself in a verbatim dimension.

        Raises:
            ValueError: no publisher prints that code.
        """
        if not self.wordings[dimension]:
            return code
        known = self.wordings[dimension].get(code)
        if known is None:
            raise ValueError(f"{dimension}: no published wording for the code {code!r}")
        return self.dice.choice(known) if self.dice else known[0]

    def any(self, texts: str | tuple[str, ...]) -> str:
        """One of several declared wordings of a header text."""
        known = wordings(texts)
        return self.dice.choice(known) if self.dice else known[0]
