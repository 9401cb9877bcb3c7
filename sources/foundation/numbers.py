"""How a number may be written: the one grammar by which texts of published and handed-in tables are numbers.

A number has no plus sign, no leading zeros, no exponent and no blanks. Digits are grouped by threes only with
a mark that was declared, because `12.000` is twelve thousand in one table and twelve in another.
"""

from __future__ import annotations

import re


def number_pattern(
    *, signed: bool = False, decimals: int = 0, decimal: str = ",", thousands: str | None = None
) -> str:
    """Regular expression (RE2 and Python) that a number with at most so many decimals matches wholly."""
    minus = "-?" if signed else ""
    fraction = f"({re.escape(decimal)}[0-9]{{1,{decimals}}})?" if decimals else ""
    grouped = f"|[1-9][0-9]{{0,2}}({re.escape(thousands)}[0-9]{{3}})+" if thousands else ""
    return f"^{minus}(0|[1-9][0-9]*{grouped}){fraction}$"


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for Python, where `$` would allow a line end and `\\d` digits of every script."""
    return re.compile(pattern.removesuffix("$") + r"\Z", re.ASCII)


def value_of(text: str, *, decimal: str = ",", thousands: str | None = None) -> float:
    """The value of a text that matches `number_pattern` with the same marks."""
    plain = text.replace(thousands, "") if thousands else text
    return float(plain.replace(decimal, "."))
