"""QGIS without a screen: opens a layer as somebody does who drags it into the map, and says what it shows.

QGIS brings its own Python with it (Debian: python3-qgis), so it runs as a program of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PYTHON = "/usr/bin/python3"
"""The Python that Debian's QGIS is made for."""

PROGRAM = """
import json, os, sys
from qgis.core import (
    Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsMapRendererParallelJob, QgsMapSettings, QgsProject,
    QgsRenderContext, QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

program = QgsApplication([], False)
program.initQgis()
layer = QgsVectorLayer(sys.argv[1], "layer", "ogr")
if not layer.isValid():
    raise SystemExit(f"QGIS does not open {sys.argv[1]}")
settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:25832"))
settings.setBackgroundColor(QColor("#ff00ff"))
settings.setOutputSize(QSize(900, 900))
settings.setExtent(settings.fullExtent())
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
image.save(sys.argv[2])
colours = {}
for x in range(0, 900, 3):
    for y in range(0, 900, 3):
        name = image.pixelColor(x, y).name()
        colours[name] = colours.get(name, 0) + 1
renderer = layer.renderer().clone()
context = QgsRenderContext.fromMapSettings(settings)
renderer.startRender(context, layer.fields())
drawn = {}
for feature in layer.getFeatures():
    context.expressionContext().setFeature(feature)
    keys = renderer.legendKeysForFeature(feature, context)
    drawn[feature["area_code"]] = sorted(keys)
renderer.stopRender(context)
heading, *items = layer.renderer().legendSymbolItems()
labels = {item.ruleKey(): item.label() for item in items}
print(json.dumps({
    "version": Qgis.QGIS_VERSION,
    "features": layer.featureCount(),
    "crs": layer.crs().authid(),
    "renderer": layer.renderer().type(),
    "invalid": [f["area_code"] for f in layer.getFeatures() if not f.geometry().isGeosValid()],
    "heading": heading.label(),
    "legend": list(labels.values()),
    "drawn": {code: [labels[key] for key in keys if key in labels] for code, keys in drawn.items()},
    "aliases": {field.name(): layer.attributeDisplayName(i) for i, field in enumerate(layer.fields())},
    "colours": colours,
    "labelled": layer.labelsEnabled(),
}), flush=True)
os._exit(0)  # taking QGIS down in the order of a script's variables ends in a crash of its own
"""


def opened(layer: str, picture: Path) -> dict[str, Any]:
    """What QGIS makes of a layer (a path, perhaps with `|layername=…`): legend, classes, a picture's colours.

    Skips the test where QGIS is not installed.
    """
    known = shutil.which("qgis_process") is not None and Path(PYTHON).exists()
    asked = [PYTHON, "-c", "import qgis.core"]
    if not known or subprocess.run(asked, capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("QGIS is not installed here: apt-get install qgis python3-qgis")
    home = picture.parent / "qgis"
    home.mkdir(mode=0o700, exist_ok=True)
    variables = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    ended = subprocess.run(
        [PYTHON, "-c", PROGRAM, layer, str(picture)],
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **variables},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said
