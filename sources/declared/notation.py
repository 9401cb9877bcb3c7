"""How numbers and signs of a table are written, by its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.declared.declaration import Declaration, Measure
from sources.declared.vocabulary import Dialect
from sources.foundation.numbers import compiled, number_pattern

if TYPE_CHECKING:
    from sources.declared.catalogue import Catalog


class Notation:
    """How a publisher writes numbers and signs: tells a number from a sign from a mistake.

    `decimal` is the decimal mark, `thousands` one that digits may be grouped with; without it there are no
    thousands marks. There are no plus signs and no leading zeros.
    """

    def __init__(self, dialect: Dialect | None, decimal: str = ",", thousands: str | None = None) -> None:
        self.decimal = decimal
        self.thousands = thousands
        symbols = dialect.symbols if dialect else {}
        self.values = tuple(sign for sign, symbol in symbols.items() if symbol.kind == "value")
        self.enclosing = tuple(sign for sign, symbol in symbols.items() if symbol.kind == "enclosing")
        self.suffixes = tuple(sign for sign, symbol in symbols.items() if symbol.kind == "suffix")
        self.zeros = tuple(sign for sign, symbol in symbols.items() if symbol.means_zero)
        self.signs = " ".join(symbols) or "none"

    @property
    def remedy(self) -> str:
        """What to do about a cell that is neither number nor sign."""
        return "Check the cell; no thousands points. Add a new sign to dialects.yml."

    def number_pattern(self, measure: Measure) -> str:
        """Regular expression (RE2 and Python) that a plain number of the measure matches wholly."""
        return number_pattern(
            signed=measure.signed,
            decimals=measure.decimals,
            decimal=self.decimal,
            thousands=self.thousands,
        )

    def example(self, measure: Measure) -> str:
        """A number of the measure as the publisher would write it."""
        return "1234" + (self.decimal + "5" * measure.decimals if measure.decimals else "")

    def is_valid(self, text: str, measure: Measure) -> bool:
        """Whether a cell is a number of the measure, a sign of the dialect, or a marked number."""
        if text in self.values:
            return True
        number = compiled(self.number_pattern(measure))
        if number.match(text):
            return True
        for sign in self.enclosing:
            opening, closing = sign[: len(sign) // 2], sign[len(sign) // 2 :]
            if text.startswith(opening) and text.endswith(closing):
                inner = text[len(opening) : len(text) - len(closing)]
                if number.match(inner):
                    return True
        return any(
            text.endswith(sign) and number.match(text[: -len(sign)].rstrip(" ")) for sign in self.suffixes
        )

    def is_impossible(self, text: str, measure: Measure) -> bool:
        """Whether a cell is a number as the publisher writes one, below zero where nothing can be."""
        if measure.signed or not text.startswith("-"):
            return False
        return compiled(self.number_pattern(measure)).match(text[1:]) is not None

    def problem(self, text: str, measure: Measure) -> str | None:
        """What is wrong with a cell, in words; None when it is a number or a sign."""
        if self.is_valid(text, measure):
            return None
        return (
            f"{text!r} is neither a number written like {self.example(measure)} nor a sign of the legend"
            f" ({self.signs})"
        )


def notation_of(catalog: Catalog, declaration: Declaration) -> Notation:
    """How the cells of a table are written: the signs of its dialect, the marks of its format."""
    form = declaration.format
    return Notation(
        catalog.dialect(declaration), getattr(form, "decimal", ","), getattr(form, "thousands", None)
    )
