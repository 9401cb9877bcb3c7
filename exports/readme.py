"""The README of a release: what it is, how old each dataset is, how to open and cite it, in plain German.

An English paragraph at the end says the same in short.
"""

from __future__ import annotations

from exports.describe import Awaited, Dataset, Description
from exports.difference import Difference
from exports.rows import Rows


def readme(
    rows: Rows,
    description: Description,
    difference: Difference,
    files: dict[str, str],
    notes: dict[str, str],
    method: str | None = None,
) -> str:
    """The text; `files` are file names with their German titles, `notes` remarks by file or format.

    `method` is how a protected product is protected (`suppress`, `cell_key`, `round`).
    """
    product = description.product
    old = [dataset for dataset in description.datasets if dataset.is_old]
    absent = [dataset for dataset in description.datasets if dataset.snapshot_id is None]
    lines = [
        f"# {description.title_de}",
        "",
        *(_INTERNAL if description.audience == "internal" else []),
        " ".join(description.description.split()),
        "",
        f"{_thousands(rows.count)} Zeilen, eine je "
        f"{', '.join(description.column(name).heading_de for name in description.grain)}. "
        f"{difference.in_words()}",
        "",
    ]
    if old or absent:
        lines += ["**Achtung:**", ""]
        lines += [f"- {dataset.dataset_id} ({dataset.title_de}) ist alt: {_why(dataset)}" for dataset in old]
        never = ", ".join(dataset.dataset_id for dataset in absent if not dataset.is_old)
        lines += [f"- Nicht geliefert, ihre Werte fehlen: {never}."] if never else []
        lines += [""]
    if description.awaits:
        lines += ["**Wartet auf Daten.** Zugesagt, sobald geliefert ist:", ""]
        lines += [f"- {_named(awaited)}: {_needs(awaited)}" for awaited in description.awaits]
        lines += [""]
    lines += ["## Stand der Datensätze", "", "| Datensatz | Titel | Stand | Bemerkung |", "|---|---|---|---|"]
    lines += [
        f"| {dataset.dataset_id} | {_cell(dataset.title_de)} | {dataset.stand} | "
        f"{'alt: ' if dataset.is_old else ''}{_cell(dataset.note or '')} |"
        for dataset in description.datasets
    ]
    lines += ["", "## Dateien", "", "| Datei | Inhalt |", "|---|---|"]
    lines += [f"| `{name}` | {title} |" for name, title in files.items()]
    lines += [""]
    if notes:
        lines += [f"- {note}" for note in notes.values()] + [""]
    lines += [
        "## Öffnen",
        "",
        f"- Excel: `{product}.xlsx`, oder `{product}_excel.csv` mit Doppelklick. Schlüssel wie 05 oder 2- "
        "bleiben Text: in der CSV steht ein Tabulator davor, den niemand sieht. Zahlen stehen mit den "
        "Nachkommastellen ihrer Kennzahl, auch in der Karte; ungerundet sind sie in den anderen Dateien.",
        f'- Python: `pandas.read_parquet("{product}.parquet")`',
        f'- R: `arrow::read_parquet("{product}.parquet")`, oder ohne weitere Pakete (R hält eine '
        "Spalte voller `F` "
        "sonst für Wahrheitswerte und Schlüssel für Zahlen):",
        "",
        *_in_r(rows, product),
        "",
        f"- DuckDB: `select * from '{product}.parquet'`",
        f"- QGIS: `{product}.gpkg`",
        "- Power BI: Daten abrufen, Parquet; die Schlüssel kommen als Text an.",
        "",
        "Ein leerer Wert ist nie eine Null. Die Spalte „Grund fehlender Werte“ (`missing_reason`) sagt, "
        "warum er fehlt; `dictionary.csv` erklärt jede Spalte und jeden Code.",
        "",
        *_secrecy(method),
        "## Zitieren",
        "",
        f"> {description.contact.name}: {description.title_de}. planstat-Ausgabe {product}/⟨Ausgabe⟩. "
        "Quellen und Lizenzen: siehe LICENCES.md.",
        "",
        "⟨Ausgabe⟩ ist der Name des Ordners, in dem diese Datei liegt (zum Beispiel "
        "2026-11-22.1). Eine Ausgabe wird "
        "nie geändert; wer sie zitiert, findet später dieselben Zahlen. Die Prüfsummen aller "
        "Dateien stehen in "
        "`receipt.json`, das Ergebnis der Prüfungen in `gate_report.html`.",
        "",
        "## English",
        "",
        f"{description.title_en}. {' '.join(description.description_en.split())} {rows.count:,} rows, "
        f"one per {', '.join(description.column(name).heading_en for name in description.grain)}. "
        "An empty value is never a zero: `missing_reason` says why it is missing. "
        "Column meanings are in `dictionary.csv`, licences in `LICENCES.md`.",
        "",
    ]
    return "\n".join(lines)


_INTERNAL = [
    "**Nur für den internen Dienstgebrauch.** Diese Ausgabe ist weniger geschützt als eine öffentliche "
    "und darf "
    "nicht weitergegeben werden.",
    "",
]


_HIDDEN = (
    "Kleine Zahlen, und Zahlen, aus denen sie zu errechnen wären, sind gesperrt: der Wert ist leer, "
    "`conf_status` ist N, `missing_reason` ist suppressed. Welche Sperrung welchen Grund hat, wird nicht "
    "gesagt. "
)
_ADDED = (
    "Alle Zahlen sind leicht verändert, dieselben Fälle in jeder Ausgabe auf dieselbe Weise. Jede Zahl wurde "
    "für sich verändert: Teile ergeben nicht immer genau die Summe. Quoten und Anteile sind aus "
    "den gezeigten Zahlen gerechnet. "
)


def _secrecy(method: str | None) -> list[str]:
    """How secrets are kept, for the reader of a protected product."""
    if method is None:
        return []
    return [
        "## Geheimhaltung",
        "",
        f"{_HIDDEN if method == 'suppress' else _ADDED}"
        "`disclosure.json` nennt Rechtsgrundlage und Regel, `disclosure_certificate.json` die "
        "Angriffe, "
        "denen genau diese Dateien standhielten, und was ein Angreifer dennoch wissen kann.",
        "",
    ]


def _in_r(rows: Rows, product: str) -> list[str]:
    """How to read the CSV in plain R with every code as text."""
    codes = [f'{field.name} = "character"' for field in rows.fields if field.is_code]
    return [
        "  ```r",
        f'  read.csv("{product}.csv", na.strings = "", colClasses = c(',
        *(f"    {code}{',' if index < len(codes) else ''}" for index, code in enumerate(codes, start=1)),
        "  ))",
        "  ```",
    ]


def _why(dataset: Dataset) -> str:
    """Why an old state stands in, as a sentence."""
    reason = dataset.note or "eine neuere Lieferung wurde nicht übernommen"
    return f"{reason} (Stand {dataset.stand})."


def _named(awaited: Awaited) -> str:
    """What is promised, as a planner calls it."""
    return awaited.id if awaited.name_de is None else f"{awaited.name_de} ({awaited.id})"


def _needs(awaited: Awaited) -> str:
    """The datasets that something promised waits for."""
    if not awaited.needs:
        return "Zähler und Nenner sind geliefert, aber von Tagen, die nicht zueinander gehören"
    return ", und ".join(f"Tabelle {' oder '.join(names)}" for names in awaited.needs)


def _thousands(number: int) -> str:
    """A number with German thousands marks."""
    return f"{number:,}".replace(",", ".")


def _cell(text: str) -> str:
    """A text that fits into a table cell."""
    return " ".join(text.split()).replace("|", "\\|")
