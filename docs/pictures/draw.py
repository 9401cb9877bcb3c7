"""Draws the pictures of the README from released files: a map, a chart, the top of a gate report.

python docs/pictures/draw.py ROOT [FOLDER]    # ROOT: a data root with releases; FOLDER: else beside this file

Map and chart are those of `planstat map` and `planstat chart`; they show Kreise of Schleswig-Holstein, so
that the sample can be drawn too, whose outlines are squares. The report is a screenshot, which needs Chromium
(without it the picture that is there stays).
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
from orchestration.resources import Settings

HERE = Path(__file__).resolve().parent
SHOWN = "P07"
LAND = "Schleswig-Holstein"
KREISE = ("Kiel", "Neumünster", "Pinneberg")


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
    settings = Settings.from_environment({**os.environ, "PLANSTAT_DATA": str(root)})
    console = Console()
    print_map(settings, SHOWN, "1990-2100", "KREIS", LAND, folder / "map.svg", console)
    print_chart(settings, SHOWN, KREISE, None, folder / "chart.svg", console)
    photograph_report(root.resolve() / "releases", folder.resolve() / "report.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
