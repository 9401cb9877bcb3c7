"""Licences and attributions: one section per dataset, as the publishers' terms ask for.

Data licence Germany – attribution – 2.0 (dl-de/by-2-0), no. 2 and 3: name the provider, the licence with a
link, and a link to the dataset; changed data must say that they were changed.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Dataset, Description
from exports.rows import Rows

LICENCE_TEXTS = {
    "dl-de/by-2-0": (
        "Datenlizenz Deutschland – Namensnennung – Version 2.0",
        "https://www.govdata.de/dl-de/by-2-0",
    ),
    "dl-de/zero-2-0": (
        "Datenlizenz Deutschland – Zero – Version 2.0",
        "https://www.govdata.de/dl-de/zero-2-0",
    ),
    "cc-by-4.0": ("Creative Commons Namensnennung 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by/4.0": ("Creative Commons Namensnennung 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
"""Title and address of the licences that occur, by the identifier in the declaration (lower case)."""

CHANGES = (
    "Die Daten wurden verändert: planstat hat Tabellen in einzelne Werte zerlegt, Schlüssel und Merkmale "
    "vereinheitlicht, Zeichen für fehlende Werte in Statusangaben übersetzt und, wo angegeben, "
    "Kennzahlen berechnet."
)


def licence_title(dataset: Dataset) -> str:
    """The licence's name in words, or its identifier when we do not know it."""
    return LICENCE_TEXTS.get(dataset.licence.lower(), (dataset.licence, ""))[0]


def licence_url(dataset: Dataset) -> str | None:
    """The licence's address: the dataset's own, or the usual one for its identifier."""
    return dataset.licence_url or LICENCE_TEXTS.get(dataset.licence.lower(), ("", None))[1]


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the attributions; gives a note when no dataset is named."""
    lines = [
        f"# Lizenzen und Quellenvermerke: {description.title_de}",
        "",
        "Wer diese Dateien weitergibt oder daraus veröffentlicht, nennt die folgenden Quellen.",
        "",
        CHANGES,
        "",
    ]
    for dataset in description.datasets:
        url = licence_url(dataset)
        lines += [
            f"## {dataset.dataset_id} – {dataset.title_de}",
            "",
            f"- Herausgeber: {dataset.publisher}",
            f"- Quellenvermerk: {dataset.attribution}",
            f"- Lizenz: {licence_title(dataset)} ({dataset.licence})" + (f", {url}" if url else ""),
            *([f"- Fundstelle: {dataset.source_url}"] if dataset.source_url else []),
            "- Hinweis auf Veränderung: Daten verändert, siehe oben.",
            "",
        ]
    if not description.datasets:
        lines += ["Für diese Dateien ist keine Quelle angegeben.", ""]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return None if description.datasets else "Es ist keine Quelle angegeben; Lizenzen sind ungeklärt."
