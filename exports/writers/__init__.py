"""Writers: one module per file format, each a pure function of the staged rows and the description.

`FORMATS` is the one list of what a candidate consists of, in the order of writing. A writer returns a note
when it leaves its file out, or when a reader of the file should know something; the note goes into the data
package and the README. `version` says in which edition of its format a writer writes: raise it when the bytes
change for the same rows (a test pins them), so that a release is made although no figure changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exports.describe import Description
from exports.products import EVERY_FORMAT
from exports.rows import Rows
from exports.writers import csv_excel, csv_machine, dictionary, geopackage, licences, parquet, workbook


@dataclass(frozen=True)
class Format:
    """One file of a candidate. `file` may hold `{product}`; `write` gives a note or None.

    `is_beside`: takes longest by far and reads no other file, so it is written beside the others.
    """

    name: str
    file: str
    title_de: str
    media_type: str
    version: int
    write: Callable[[Rows, Description, Path], str | None]
    is_beside: bool = False

    def path(self, folder: Path, description: Description) -> Path:
        """Where the file lies in a candidate's folder."""
        return folder / self.file.format(product=description.product)

    def is_offered(self, description: Description) -> bool:
        """Whether an edition of the product has this file; the CSV for programs is hashed in any case."""
        return self.name not in EVERY_FORMAT or self.name in description.formats


FORMATS: tuple[Format, ...] = (
    Format("csv", "{product}.csv", "CSV für Programme", "text/csv", 1, csv_machine.write),
    Format("parquet", "{product}.parquet", "Parquet", "application/vnd.apache.parquet", 1, parquet.write),
    Format("csv-excel", "{product}_excel.csv", "CSV für deutsches Excel", "text/csv", 3, csv_excel.write),
    Format(
        "xlsx",
        "{product}.xlsx",
        "Excel-Arbeitsmappe",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        4,
        workbook.write,
        is_beside=True,
    ),
    Format(
        "gpkg",
        "{product}.gpkg",
        "GeoPackage: Kartenebenen mit den neuesten Werten",
        "application/geopackage+sqlite3",
        4,
        geopackage.write,
    ),
    Format(
        "dictionary", "dictionary.csv", "Verzeichnis der Spalten und Codes", "text/csv", 3, dictionary.write
    ),
    Format("licences", "LICENCES.md", "Lizenzen und Quellenvermerke", "text/markdown", 3, licences.write),
)
