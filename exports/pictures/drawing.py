"""An SVG that grows by elements, and what charts and maps share: lengths of text, ticks, numbers, colours.

Lengths are pixels. Text stays text, so that it can be read aloud, searched and translated; how long it will
be is estimated, since the font is that of the reader.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from pathlib import Path

from exports.sheet import number_in_german
from sources.foundation.exits import USAGE

INK, SOFT, LINE, PAPER = "#1c2430", "#4c5866", "#d5dbe2", "#ffffff"
FONTS = "Segoe UI, Roboto, Liberation Sans, Arial, Libertinus Serif, sans-serif"
"""The last but one is the one that Typst brings, for pictures as PNG."""

HUES = ("#0072b2", "#c24a00", "#007a5a", "#8c3d78", "#1c2430")
"""Colours of areas in a chart, told apart by the colour-blind (Okabe and Ito), darkened for white paper."""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2")
SHAPES = ("circle", "square", "triangle", "diamond", "cross")

SUFFIXES = (".svg", ".png")


class NoPicture(ValueError):
    """A picture or page that cannot be made; the message says why and what to do."""

    exit_code = USAGE


def rounded(value: float, decimals: int) -> float:
    """A figure with its decimals, rounded as in the spreadsheets (half away from zero)."""
    whole = Decimal(value * 10**decimals).quantize(Decimal(1), ROUND_HALF_UP)
    return float(whole / Decimal(10) ** decimals) + 0.0


def german(value: float, decimals: int) -> str:
    """A figure as it is printed: rounded as in the spreadsheets, and with a true minus."""
    return number_in_german(rounded(value, decimals), decimals).replace("-", "−")


def short(name: str) -> str:
    """`Kiel, Landeshauptstadt, Kreisfreie Stadt` -> `Kiel`."""
    return name.split(",", 1)[0]


def length(text: str, size: float) -> float:
    """How long a text will be, within some per cent, in a font such as Arial."""
    units = 0.0
    for letter in text:
        if letter in "ijl.,;:'|!()[] tfrI-":
            units += 0.32
        elif letter in "mwMW%—…":
            units += 0.87
        elif ord(letter) > 0x2000:
            units += 0.9
        elif letter.isupper():
            units += 0.69
        else:
            units += 0.55
    return units * size


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The text in lines that fit a width; a word that is longer than a line is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if length(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while length(word, size) > width:
            cut = max(1, int(len(word) * width / length(word, size)) - 1)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line else lines


def fitting(text: str, width: float, size: float) -> str:
    """The text, cut with `…` where it is too long for a width."""
    while length(text, size) > width and len(text) > 1:
        text = text[:-2].rstrip() + "…"
    return text


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about as many as wanted."""
    span = high - low or abs(high) or 1.0
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= raw)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def decimals_of(numbers: list[float]) -> int:
    """So many decimals that round numbers can be told apart."""
    return max((max(0, -int(Decimal(f"{one:g}").as_tuple().exponent)) for one in numbers), default=0)


@dataclass
class Drawing:
    """A picture `width` wide; `height` is set when its end is known."""

    width: int
    height: int = 0
    elements: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, size: float = 13, **style: str | float) -> None:
        """Write words; `style` are attributes of SVG, `_` for `-`."""
        given = attributes({"fill": INK, **style})
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{given}>{escape(words)}</text>'
        )

    def lines(self, x: float, y: float, texts: list[str], size: float = 11, **style: str | float) -> float:
        """Write lines below each other; gives where the next would stand."""
        for text in texts:
            self.text(x, y, text, size, **style)
            y += round(size * 1.36, 1)
        return y

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0, dash: str = ""
    ) -> None:
        """Draw a line."""
        given = f' stroke-dasharray="{dash}"' if dash else ""
        self.elements.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width:g}"{given}/>'
        )

    def mark(
        self, shape: str, x: float, y: float, colour: str, *, hollow: bool = False, says: str = ""
    ) -> None:
        """Draw the mark of a figure, with what it says to those who point at it or hear it read."""
        how: dict[str, str | float] = {
            "fill": PAPER if hollow or shape == "cross" else colour, "stroke": colour, "stroke_width": 1.6,
        }  # fmt: skip
        r = 3.6
        outline = {
            "square": f"M{x - r:.1f},{y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}Z",
            "triangle": f"M{x:.1f},{y - r - 1:.1f}l{r + 1},{2 * r}h{-2 * r - 2}Z",
            "diamond": f"M{x:.1f},{y - r - 1:.1f}l{r + 1},{r + 1}l{-r - 1},{r + 1}l{-r - 1},{-r - 1}Z",
            "cross": f"M{x - r:.1f},{y - r:.1f}l{2 * r},{2 * r}m0,{-2 * r}l{-2 * r},{2 * r}",
        }.get(shape)
        start = f'<path d="{outline}"' if outline else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}"'
        name = "path" if outline else "circle"
        inside = f"<title>{escape(says)}</title>" if says else ""
        self.elements.append(f"{start}{attributes(how)}>{inside}</{name}>")

    def svg(self, title: str, description: str) -> str:
        """The picture as SVG, with a title and a description for those who hear it read."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" lang="de" '
            f'aria-labelledby="title desc" font-family="{FONTS}">\n'
            f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(description)}</desc>\n'
            f'<rect width="{self.width}" height="{self.height}" fill="{PAPER}"/>\n'
            + "\n".join(self.elements)
            + "\n</svg>\n"
        )


def attributes(style: dict[str, str | float]) -> str:
    """Attributes of an element, `_` for `-`."""
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())


def is_picture(target: Path) -> bool:
    """Whether a file is named as a picture that can be written."""
    return target.suffix.lower() in SUFFIXES
