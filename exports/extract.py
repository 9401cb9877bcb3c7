"""Extracts: an edition, or a part of it, in a format that nobody chose for the product.

It is made from the edition's Parquet file, which is compared with its receipt before (`release.verify`), with
the headings and labels that the edition keeps (`description.json`). An edition from before that was kept is
written with those of today, if they are still those of its dictionary. Beside it lies a receipt of its own:
edition, part, hash, licences. A map's receipt names the edition of `areas` that its outlines are from too.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from exports.about import INSIDE, About, ExtractError, Part, Written, about, inside
from exports.describe import Description, parse
from exports.maps import MAPS
from exports.rows import Rows, released
from exports.statistics import ON_DEMAND
from exports.statistics.columns import TIMES
from exports.writers import FORMATS, csv_machine, dictionary
from sources.foundation.editions import DESCRIPTION
from sources.foundation.files import readable_json, sha256_of, write_text
from sources.foundation.sql import quoted
from sources.foundation.told import Told

Form = Literal[
    "csv-excel", "csv", "xlsx", "parquet",
    "gpkg", "geojson", "geoparquet",
    "sdmx-csv", "json-stat", "stata", "spss",
]  # fmt: skip
FORMS: tuple[Form, ...] = get_args(Form)
"""Formats of an extract, the most asked for first."""

RECEIPT = ".receipt.json"
"""What the receipt of an extract is called by, after the name of its file."""

RECEIPT_FORMAT = 1

MADE = ON_DEMAND | MAPS
"""Formats that are prepared over the whole edition."""

EVERYTHING = Part()


@dataclass(frozen=True)
class Extract:
    """What was written: how many rows, where its receipt lies, and what a reader of the file should know."""

    rows: int
    note: str | None
    receipt: Path
    is_internal: bool
    beside: tuple[Path, ...] = ()


def extract(
    edition: Path,
    description: Callable[[], Mapping[str, Any]],
    form: Form,
    target: Path,
    part: Part = EVERYTHING,
    areas: Path | None = None,
) -> Extract:
    """Write the rows of an edition in a format to the file `target`, and its receipt beside it.

    `edition` is its folder, `description` gives what `describe.describe` does today, for an edition that
    keeps none, `areas` is the folder of the edition with the outlines of a map. Each file is replaced whole,
    the receipt last: what does not fit to it was not finished.
    Raises `ExtractError` where the edition was described otherwise, no row is in the part, or the format
    cannot hold the rows.
    """
    kept = edition / DESCRIPTION
    described = parse(json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else description())
    of = about(edition, described, part, areas)
    ends = MADE[form].beside if form in MADE else ()
    if target in (beside := [end(target) for end in ends]):
        raise ExtractError(
            Told(
                f"{target.name}: another file of this extract is called so; give --out another ending",
                f"{target.name}: so heißt eine andere Datei des Auszugs; --out eine andere Endung geben",
            )
        )
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
            made = scratch / f"extract.{form}"
            written, count = _write(rows, described, of, form, made)
            if not made.exists():
                raise ExtractError(
                    Told(
                        f"{count} rows are too many for this format: name areas (--area), or take "
                        "another one (--format)",
                        f"{count} Zeilen sind für dieses Format zu viel: Gebiete nennen (--area) "
                        "oder ein anderes wählen (--format)",
                    )
                )
        files = {made: target} | {
            end(made): to for end, to in zip(ends, beside, strict=True) if end(made).exists()
        }
        receipt = target.with_name(target.name + RECEIPT)
        told = _receipt(of, form, count, written, {to.name: file for file, to in files.items()})
        for file, to in reversed(files.items()):
            file.replace(to)
        for to in set(beside) - set(files.values()):
            to.unlink(missing_ok=True)
        write_text(receipt, readable_json(told))
        lies_beside = tuple(to for to in files.values() if to != target)
        return Extract(count, written.note, receipt, described.audience == "internal", lies_beside)


def _write(rows: Rows, description: Description, of: About, form: Form, path: Path) -> tuple[Written, int]:
    """Write the part in the format; gives what is said of it and the number of rows."""
    write = MADE[form].prepare(rows, description, of) if form in MADE else None
    part = _within(rows, of.part)
    if write is not None:
        return write(part, path), part.count
    if form == "parquet":
        csv_machine.write(part, description, path.with_suffix(".csv"))
    writer = next(one for one in FORMATS if one.name == form)
    return Written(writer.write(part, description, path)), part.count


def _receipt(of: About, form: Form, rows: int, written: Written, files: Mapping[str, Path]) -> dict[str, Any]:
    """What an extract says of itself."""
    outlines = {"outlines": of.outlines()} if form in MAPS and of.areas else {}
    return {
        "format": RECEIPT_FORMAT,
        "edition": of.edition,
        "edition_receipt_sha256": of.receipt_sha256,
        "published_at": of.published_at,
        "part": of.part.as_plain(),
        "form": form,
        "rows": rows,
        "note": written.note,
        **outlines,
        "files": {
            name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for name, path in files.items()
        },
        "licences": of.licences(),
        "attribution": list(dict.fromkeys([*of.attributions(), *written.sources])),
    }


def _within(rows: Rows, part: Part) -> Rows:
    """Keep the rows of the part."""
    if part.areas:
        _keep_areas(rows, part.areas)
    if part.indicators:
        _keep(rows, "indicator_id", part.indicators, Told("indicator", "Kennzahl"), "--indicator")
    if part.years:
        _keep_years(rows, part.years)
    if part.levels:
        _keep(rows, "area_level", part.levels, Told("level", "Gebietsebene"), "--level")
    ((count,),) = rows.query("select count(*) from rows")
    if not count:
        raise ExtractError(
            Told(
                "no row of the edition is in areas, levels, indicators and years at once",
                "keine Zeile der Ausgabe liegt zugleich in Gebieten, Ebenen, Kennzahlen und Jahren",
            )
        )
    return dataclasses.replace(rows, count=count)


def _keep_areas(rows: Rows, areas: Collection[str]) -> None:
    names = {field.name for field in rows.fields}
    if not {"area_code", "area_level"} <= names:
        raise ExtractError(
            Told(
                "the product has no areas: leave out --area",
                "das Produkt hat keine Gebiete: --area weglassen",
            )
        )
    for code in areas:
        if not rows.query(f"select 1 from rows where {INSIDE} limit 1", inside(code)):
            raise ExtractError(
                Told(
                    f"no row of the edition lies in {code}; give the official code of an area",
                    f"keine Zeile der Ausgabe liegt in {code}; den amtlichen Schlüssel eines Gebiets angeben",
                )
            )
    kept = " or ".join([f"({INSIDE})"] * len(areas))
    rows.query(f"delete from rows where not ({kept})", [one for code in areas for one in inside(code)])


def _keep(rows: Rows, column: str, wanted: Collection[str], kind: Told, option: str) -> None:
    """Keep the rows that have one of these values in a column; `kind` says what the values are."""
    if column not in {field.name for field in rows.fields}:
        raise ExtractError(
            Told(
                f"the product has no {kind}s: leave out {option}",
                f"das Produkt hat keine {kind.de}: {option} weglassen",
            )
        )
    there = [value for (value,) in rows.query(f"select distinct {column} from rows order by 1") if value]
    for value in wanted:
        if value not in there:
            raise ExtractError(
                Told(
                    f"no row of the edition is of the {kind} {value}; there are: {', '.join(there)}",
                    f"keine Zeile der Ausgabe ist von der {kind.de} {value}; es gibt: {', '.join(there)}",
                )
            )
    rows.query(f"delete from rows where not list_contains(?::varchar[], {column})", [list(wanted)])


def _keep_years(rows: Rows, years: tuple[int, int]) -> None:
    names = {field.name for field in rows.fields}
    column = next((name for name in TIMES if name in names), None)
    if column is None:
        raise ExtractError(
            Told(
                "the product has no dates: leave out --period",
                "das Produkt hat keine Stichtage: --period weglassen",
            )
        )
    year = f"year({column})" if rows.field(column).kind == "date" else quoted(column)
    rows.query(f"delete from rows where not coalesce({year} between ? and ?, false)", list(years))


__all__ = ["EVERYTHING", "FORMS", "Extract", "ExtractError", "Form", "Part", "extract"]
