"""Extracts: an edition, or a part of it, in a format that nobody chose for the product.

It is made from the edition's Parquet file, which is compared with its receipt before (`release.verify`), with
the headings and labels that the edition keeps (`description.json`). An edition from before that was kept is
written with those of today, if they are still those of its dictionary.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from exports.describe import parse
from exports.rows import Rows, released
from exports.writers import FORMATS, dictionary
from sources.foundation.editions import DESCRIPTION
from sources.foundation.exits import USAGE
from sources.foundation.files import replacing
from sources.foundation.told import Told

Form = Literal["csv-excel", "csv", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
"""Formats of an extract, the most asked for first."""

OF_TOWNS = ("PROGNOSERAUM", "BEZIRKSREGION", "PLANUNGSRAUM")
"""Levels whose codes a town gives, so that they may begin like the code of an area elsewhere."""


class ExtractError(ValueError):
    """An extract that cannot be made; the message says why and what to do."""

    exit_code = USAGE


@dataclass(frozen=True)
class Extract:
    """What was written: how many rows, and what a reader of the file should know."""

    rows: int
    note: str | None


def extract(
    edition: Path, description: Mapping[str, Any], form: Form, areas: Collection[str], target: Path
) -> Extract:
    """Write the rows of an edition in a format to the file `target`, which is replaced whole.

    `edition` is its folder, `description` what `describe.describe` gives today. `areas` are codes: their
    rows, and those of areas whose codes begin so (a Kreis with its Gemeinden); none: all rows. Raises
    `ExtractError` where the edition was described otherwise, no row lies in an area, or the format cannot
    hold the rows.
    """
    kept = edition / DESCRIPTION
    described = parse(json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else description)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        scratch = Path(folder)
        with released(edition / f"{described.product}.parquet", described, scratch) as rows:
            dictionary.write(rows, described, scratch / "dictionary.csv")
            if (scratch / "dictionary.csv").read_bytes() != (edition / "dictionary.csv").read_bytes():
                raise ExtractError(
                    Told(
                        f"{edition}: was described with other headings or labels than those of today; let a "
                        "run publish a new edition, or read the edition's own files",
                        f"{edition}: wurde mit anderen Überschriften oder Bezeichnungen beschrieben als "
                        "heute; mit einem Lauf eine neue Ausgabe veröffentlichen, oder deren Dateien lesen",
                    )
                )
            part = _within(rows, areas) if areas else rows
            writer = next(one for one in FORMATS if one.name == form)
            with replacing(target) as beside:
                note = writer.write(part, described, beside)
                if not beside.exists():
                    raise ExtractError(
                        Told(
                            f"{part.count} rows are too many for this format: name areas (--area), or take "
                            "another one (--format)",
                            f"{part.count} Zeilen sind für dieses Format zu viel: Gebiete nennen (--area) "
                            "oder ein anderes wählen (--format)",
                        )
                    )
            return Extract(part.count, note)


def _within(rows: Rows, areas: Collection[str]) -> Rows:
    """Keep the rows of these areas."""
    names = {field.name for field in rows.fields}
    if not {"area_code", "area_level"} <= names:
        raise ExtractError(
            Told(
                "the product has no areas: leave out --area",
                "das Produkt hat keine Gebiete: --area weglassen",
            )
        )
    inside = "area_code = ? or starts_with(area_code, ?) and not list_contains(?::varchar[], area_level)"
    for code in areas:
        if not rows.query(f"select 1 from rows where {inside} limit 1", [code, code, list(OF_TOWNS)]):
            raise ExtractError(
                Told(
                    f"no row of the edition lies in {code}; give the official code of an area",
                    f"keine Zeile der Ausgabe liegt in {code}; den amtlichen Schlüssel eines Gebiets angeben",
                )
            )
    kept = " or ".join([f"({inside})"] * len(areas))
    given = [value for code in areas for value in (code, code, list(OF_TOWNS))]
    rows.query(f"delete from rows where not ({kept})", given)
    ((count,),) = rows.query("select count(*) from rows")
    return dataclasses.replace(rows, count=count)


__all__ = ["FORMS", "Extract", "ExtractError", "Form", "extract"]
