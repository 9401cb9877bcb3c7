"""Licences and attributions: one source note per publisher, and every dataset, as the terms ask for.

Data licence Germany – attribution – 2.0 (dl-de/by-2-0), no. 2 and 3: name the provider, the licence with a
link, and a link to the dataset; changed data must say that they were changed.
"""

from __future__ import annotations

from pathlib import Path

import exports
from exports.describe import Description
from exports.readme import cell
from exports.rows import Rows
from sources.foundation.templates import fill

CHANGES = (
    "Die Daten wurden verändert: planstat hat Tabellen in einzelne Werte zerlegt, Schlüssel und Merkmale "
    "vereinheitlicht, Zeichen für fehlende Werte in Statusangaben übersetzt und, wo angegeben, "
    "Kennzahlen berechnet."
)


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the attributions; gives a note when no dataset is named.

    First the source notes to print, one for each publisher and licence; then, where figures of several
    sources stand beside each other, which indicator is made from which; then every dataset.
    """
    noted: dict[tuple[str, str, str, str], list[str]] = {}
    for dataset in description.datasets:
        key = (dataset.publisher, dataset.attribution, dataset.licence_title, dataset.licence_url)
        noted.setdefault(key, []).append(dataset.dataset_id)
    values = {"description": description, "changes": CHANGES, "noted": noted, "cell": cell}
    text = fill(exports.__file__, "LICENCES.md.j2", values)
    path.write_text(text, encoding="utf-8", newline="\n")
    return None if description.datasets else "Es ist keine Quelle angegeben; Lizenzen sind ungeklärt."
