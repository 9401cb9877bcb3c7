"""Draws the pictures of the README from released files: a map, a chart, the atlas, the top of a gate report.

python docs/pictures/draw.py ROOT [FOLDER]    # ROOT: a data root with releases; FOLDER: else beside this file

Map and chart are those of `planstat map` and `planstat chart`; they show Kreise of Schleswig-Holstein, so
that the sample can be drawn too, whose outlines are squares. Atlas and report are screenshots, which need
Chromium (without it the pictures that are there stay).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from orchestration.cli.picturing import print_chart, print_map
from orchestration.reading import atlas
from orchestration.resources import Settings

HERE = Path(__file__).resolve().parent
SHOWN = "P07"
LAND = "Schleswig-Holstein"
KREISE = ("Kiel", "Neumünster", "Pinneberg")


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def photograph(browser: str, address: str, file: Path, size: str) -> None:
    """The top of a page of this disk as a browser shows it."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *("--virtual-time-budget=20000", f"--user-data-dir={profile}"),
                *(f"--window-size={size}", f"--screenshot={file}", address),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )


def main(root: Path, folder: Path = HERE) -> None:
    """Draw all pictures over the releases of a data root."""
    settings = Settings.from_environment({**os.environ, "PLANSTAT_DATA": str(root)})
    console = Console()
    print_map(settings, SHOWN, "1990-2100", "KREIS", LAND, folder / "map.svg", console)
    print_chart(settings, SHOWN, KREISE, None, folder / "chart.svg", console)
    if BROWSER is None:
        print("Chromium is not installed here: the pictures of atlas and report stay as they are")
        return
    releases, out = root.resolve() / "releases", folder.resolve()
    report = (releases / "indicators" / "current" / "gate_report.html").as_uri()
    photograph(BROWSER, report, out / "report.png", "1000,800")
    made, _ = atlas(settings)
    page = (made.path / "index.html").as_uri()
    photograph(BROWSER, f"{page}#/kennzahl/{SHOWN}?ebene=KREIS", out / "atlas.png", "820,900")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
