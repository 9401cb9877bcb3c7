"""Licences and attributions: one source note per publisher, and every dataset, as the terms ask for.

Data licence Germany – attribution – 2.0 (dl-de/by-2-0), no. 2 and 3: name the provider, the licence with a
link, and a link to the dataset; changed data must say that they were changed.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Description
from exports.rows import Rows

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
    lines = [
        f"# Lizenzen und Quellenvermerke: {description.title_de}",
        "",
        "Wer diese Dateien weitergibt oder daraus veröffentlicht, nennt die folgenden Quellen.",
        "",
        CHANGES,
        "",
    ]
    if not description.datasets:
        lines += ["Für diese Dateien ist keine Quelle angegeben.", ""]
    else:
        lines += [*_notes(description), *_indicators(description), *_datasets(description)]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return None if description.datasets else "Es ist keine Quelle angegeben; Lizenzen sind ungeklärt."


def _notes(description: Description) -> list[str]:
    """One source note for each publisher and licence, with its datasets."""
    noted: dict[tuple[str, str, str, str], list[str]] = {}
    for dataset in description.datasets:
        key = (dataset.publisher, dataset.attribution, dataset.licence_title, dataset.licence_url)
        noted.setdefault(key, []).append(dataset.dataset_id)
    lines = ["## Quellenvermerke zum Abdrucken", ""]
    for (publisher, attribution, licence, url), datasets in noted.items():
        lines += [
            f"- {attribution}. {licence}, {url}. Daten verändert, siehe oben. "
            f"Herausgeber: {publisher}. Datensätze: {', '.join(datasets)}."
        ]
    return [*lines, ""]


def _indicators(description: Description) -> list[str]:
    """Which datasets the figures of each indicator are made from."""
    if not description.sources_of:
        return []
    rows = [f"| {name} | {', '.join(used)} |" for name, used in sorted(description.sources_of.items())]
    return ["## Quellen je Kennzahl", "", "| Kennzahl | Datensätze |", "|---|---|", *rows, ""]


def _datasets(description: Description) -> list[str]:
    """Every dataset with its title, the date of its figures and where it is found."""
    lines = ["## Datensätze", "", "| Datensatz | Titel | Stand | Fundstelle |", "|---|---|---|---|"]
    for dataset in description.datasets:
        title = " ".join(dataset.title_de.split()).replace("|", "\\|")
        lines.append(f"| {dataset.dataset_id} | {title} | {dataset.stand} | {dataset.source_url or ''} |")
    return [*lines, ""]
