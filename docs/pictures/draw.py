"""Draws the pictures of the README from released files: a map, a chart, the top of a gate report.

python docs/pictures/draw.py ROOT [FOLDER]    # ROOT: a data root with releases; FOLDER: else beside this file

The map comes from the GeoPackage, the chart from the Parquet file, both as SVG; the report is a screenshot,
which needs Chromium (without it the picture that is there stays). Map and chart show the Kreise of
Schleswig-Holstein, so that the sample can be drawn too; its outlines are squares.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

import duckdb

from sources.foundation.spatial import open_spatial

HERE = Path(__file__).resolve().parent
INK, SOFT, LINE = "#1c2430", "#5a6573", "#d5dbe2"
SHADES = ("#e3eef6", "#b5d3e7", "#7fb2d5", "#4789ba", "#1f5f94")
FIGURES = "© Statistische Ämter des Bundes und der Länder"
OUTLINES = "© GeoBasis-DE / BKG 2023"
LICENCE = "dl-de/by-2-0, Daten verändert"


@dataclass(frozen=True)
class Drawing:
    """An SVG picture that grows by elements; lengths are pixels, texts are escaped."""

    width: int
    height: int
    elements: list[str]

    def text(self, x: float, y: float, words: str, size: int = 13, **style: str) -> None:
        """Write words; `style` are attributes of SVG, `_` for `-`."""
        attributes = {"fill": INK, **style}
        given = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{given}>{escape(words)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0) -> None:
        """Draw a line."""
        self.elements.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"/>'
        )

    def save(self, file: Path, title: str) -> None:
        """Write the picture with a title for those who hear it read."""
        file.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" '
            'font-family="Segoe UI, Roboto, Liberation Sans, Arial, sans-serif">\n'
            f"<title>{escape(title)}</title>\n"
            f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>\n'
            + "\n".join(self.elements)
            + "\n</svg>\n",
            encoding="utf-8",
        )


def german(number: float) -> str:
    """One decimal, with a comma."""
    return f"{number:.1f}".replace(".", ",")


def short(name: str) -> str:
    """`Kiel, Landeshauptstadt, Kreisfreie Stadt` -> `Kiel`."""
    return name.split(",", 1)[0]


def draw_map(releases: Path, file: Path) -> None:
    """The share of people who live on minimum income, by Kreis, in five classes of equal width."""
    layer = releases / "indicators" / "current" / "indicators.gpkg"
    with open_spatial() as connection:
        asked = (
            "select {} from st_read(?, layer = 'kreise_2022')"
            " where p07 is not null and starts_with(area_code, '01')"
        )
        rows = connection.execute(
            asked.format(
                "area_name, p07, st_astext(st_simplifypreservetopology(geom, 300)),"
                " st_x(st_pointonsurface(geom)), st_y(st_pointonsurface(geom))"
            )
            + " order by st_area(geom) desc",
            [str(layer)],
        ).fetchall()
        west, south, east, north = connection.execute(
            asked.format("min(st_xmin(geom)), min(st_ymin(geom)), max(st_xmax(geom)), max(st_ymax(geom))"),
            [str(layer)],
        ).fetchall()[0]
        date, name = connection.execute(
            "select stichtag, bezeichnung from st_read(?, layer = 'spalten')"
            " where ebene = 'kreise_2022' and spalte = 'p07'",
            [str(layer)],
        ).fetchall()[0]
    top, scale = 58, 470 / (north - south)
    width = 40 + int((east - west) * scale) + 190
    drawing = Drawing(width, top + 470 + 46, [])

    def place(x: float, y: float) -> tuple[float, float]:
        return 20 + (x - west) * scale, top + (north - y) * scale

    values = [row[1] for row in rows]
    least, step = min(values), (max(values) - min(values)) / len(SHADES)
    drawing.text(20, 26, f"{name} in Schleswig-Holstein", 17, font_weight="600")
    drawing.text(20, 45, f"Kreise am {date:%d.%m.%Y}, Anteil in %", 13, fill=SOFT)
    shades = [min(int((value - least) / step), len(SHADES) - 1) for value in values]
    for (_, _, outline, _, _), shade in zip(rows, shades, strict=True):
        path = []
        for ring in outline.replace("MULTIPOLYGON", "").replace("POLYGON", "").split("),"):
            points = [point.split() for point in ring.strip(" ()").split(",")]
            placed = (place(float(x), float(y)) for x, y in points)
            path.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in placed) + "Z")
        drawing.elements.append(
            f'<path d="{"".join(path)}" fill="{SHADES[shade]}" stroke="#8fa3b5" stroke-width="0.7" '
            'fill-rule="evenodd"/>'
        )
    halo = {"text_anchor": "middle", "stroke": "#ffffff", "stroke_width": "3", "paint_order": "stroke"}
    for area, value, _, x, y in rows:
        across, down = place(x, y)
        drawing.text(across, down, german(value), 13, font_weight="600", **halo)
        drawing.text(across, down + 11, short(area), 9, **halo)
    for number, shade in enumerate(SHADES):
        y = top + 20 + number * 24
        drawing.elements.append(f'<rect x="{width - 150}" y="{y}" width="22" height="16" fill="{shade}"/>')
        limits = f"{german(least + number * step)} – {german(least + (number + 1) * step)}"
        drawing.text(width - 120, y + 13, limits, 13)
    drawing.text(20, top + 470 + 20, f"{FIGURES}; {OUTLINES}", 11, fill=SOFT)
    drawing.text(20, top + 470 + 36, LICENCE, 11, fill=SOFT)
    drawing.save(file, f"Karte: {name} nach Kreisen")


def draw_chart(releases: Path, file: Path) -> None:
    """The childcare rate of each Kreis with its interval, beside those of the Land and of Germany."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area_name, area_level, value, lower_limit, upper_limit, reference_date,"
            " indicator_name_de from read_parquet(?)"
            " where indicator_id = 'K01' and value is not null and not is_backcast"
            " and (starts_with(area_code, '01') or area_level = 'DE')"
            " and area_level in ('KREIS', 'LAND', 'DE')"
            " qualify reference_date = max(reference_date) over () order by value desc",
            [str(releases / "indicators" / "current" / "indicators.parquet")],
        ).fetchall()
    kreise = [row for row in rows if row[1] == "KREIS"]
    wider = [row for row in rows if row[1] != "KREIS"]
    date, name = kreise[0][5], kreise[0][6]
    left, top, row_height, right = 190, 84, 23, 650
    bottom = top + len(kreise) * row_height
    drawing = Drawing(700, bottom + 66, [])
    low = 5 * int(min(row[3] for row in kreise) / 5)
    high = 5 * (int(max(row[4] for row in kreise) / 5) + 1)

    def place(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    drawing.text(20, 26, name, 17, font_weight="600")
    drawing.text(
        20, 45, f"Kreise in Schleswig-Holstein am {date:%d.%m.%Y}, in %, mit 95-%-Intervall", 13, fill=SOFT
    )
    for tick in range(low, high + 1, 5):
        drawing.line(place(tick), top, place(tick), bottom, LINE)
        drawing.text(place(tick), bottom + 16, str(tick), 12, text_anchor="middle", fill=SOFT)
    for area, level, value, *_ in wider:
        is_land = level == "LAND"
        colour = "#a11622" if is_land else SOFT
        drawing.line(place(value), top - 4, place(value), bottom, colour, 1.5)
        drawing.text(
            place(value) + (-4 if is_land else 4),
            top - 9,
            f"{short(area)} {german(value)}",
            12,
            text_anchor="end" if is_land else "start",
            fill=colour,
        )
    for number, (area, _, value, lower, upper, *_) in enumerate(kreise):
        y = top + number * row_height + row_height / 2
        drawing.text(left - 12, y + 4, short(area), 13, text_anchor="end")
        drawing.line(place(lower), y, place(upper), y, SHADES[3], 3)
        drawing.elements.append(f'<circle cx="{place(value):.1f}" cy="{y:.1f}" r="5" fill="{SHADES[4]}"/>')
        drawing.text(right + 40, y + 4, german(value), 13, text_anchor="end")
    drawing.text(20, bottom + 40, FIGURES, 11, fill=SOFT)
    drawing.text(20, bottom + 56, LICENCE, 11, fill=SOFT)
    drawing.save(file, f"Diagramm: {name} der Kreise neben Land und Bund")


def photograph_report(releases: Path, file: Path) -> None:
    """The top of the gate report of the indicators, as a browser shows it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print(f"Chromium is not installed here: {file.name} stays as it is")
        return
    report = releases / "indicators" / "current" / "gate_report.html"
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={profile}", "--window-size=1000,800", f"--screenshot={file}"),
                report.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )


def main(root: Path, folder: Path = HERE) -> None:
    """Draw all pictures over the releases of a data root."""
    releases = root.resolve() / "releases"
    draw_map(releases, folder / "map.svg")
    draw_chart(releases, folder / "chart.svg")
    photograph_report(releases, folder.resolve() / "report.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
