"""Checks of the candidate's other files: they are there, are described, and say what Parquet says."""

from __future__ import annotations

import contextlib
import csv
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from expectations import maps
from expectations.bench import Bench
from expectations.readback import GERMAN_EXCEL, MACHINE, Notation, differences
from expectations.rules import EXAMPLES, EXPORT, ROWS, Inspection, Result, Statement
from expectations.verdict import Severity
from sources.foundation.editions import AFTERWARDS, DESCRIPTION
from sources.foundation.files import sha256_of
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

# Files that hold no data of the product: about it, or written by or after the gate.
_COMPANIONS = AFTERWARDS | {
    DESCRIPTION,
    "csv-metadata.json",
    "README.md",
    "README.html",
    "LICENCES.md",
    "LICENCES.html",
    "diff.csv",
    "diff.json",
    "disclosure.json",
}

_FILES = Phrase("Dateien", "files")
_FINDING = Phrase("{file_name}: {problem_de}", "{file_name}: {problem_en}")
_UTF8_MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 22


def machine_csv(bench: Bench) -> Path:
    """The CSV for programs."""
    return bench.folder / f"{bench.description.product}.csv"


def excel_csv(bench: Bench) -> Path:
    """The CSV for a German Excel."""
    return bench.folder / f"{bench.description.product}_excel.csv"


def left_out(bench: Bench) -> set[str]:
    """Formats whose file is not there and whose note in the data package says why (too large for Excel)."""
    try:
        package = json.loads((bench.folder / "datapackage.json").read_text(encoding="utf-8"))
        noted = set(package["planstat"]["notes"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    files = {
        "csv-excel": excel_csv(bench),
        "xlsx": excel_csv(bench).with_name(f"{bench.description.product}.xlsx"),
    }
    return {form for form, file in files.items() if form in noted and not file.exists()}


def inspections(bench: Bench) -> list[Inspection]:
    """All checks of files, in the order in which a reader meets them."""
    found = [_present(bench), _described(bench), _dictionary(bench)]
    formats = set(bench.description.formats) - left_out(bench)
    if "csv" in formats:
        found.append(_machine_csv(bench))
    if "csv-excel" in formats:
        found += [_excel_format(bench), _excel_csv(bench)]
    if bench.description.geometry and "gpkg" in formats:
        found += [_geopackage(bench), _map_values(bench), _outlines(bench)]
    return found


class _Findings:
    """Collects complaints about files."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, file: Path | str, de: str, en: str) -> None:
        name = file.name if isinstance(file, Path) else file
        self.rows.append({"file_name": name, "problem_de": de, "problem_en": en})

    def result(self, examined: int) -> Result:
        return Result(examined=examined, failed=len(self.rows), rows=tuple(self.rows[:EXAMPLES]))


def _inspection(
    name: str,
    title: Phrase,
    protects: Phrase,
    run: Callable[[], Result],
    unit: Phrase = _FILES,
    severity: Severity = "fail",
) -> Inspection:
    statement = Statement(f"files.{name}", "files", severity, title, protects, EXPORT, _FINDING, unit=unit)
    return Inspection(statement, run)


def _present(bench: Bench) -> Inspection:
    product = bench.description.product

    def run() -> Result:
        wanted = [f"{product}.parquet", "datapackage.json", "dictionary.csv", "LICENCES.md"]
        findings = _Findings()
        absent = left_out(bench)
        chosen = {
            "csv": f"{product}.csv",
            "csv-excel": f"{product}_excel.csv",
            "xlsx": f"{product}.xlsx",
            "gpkg": f"{product}.gpkg",
        }
        for form, name in chosen.items():
            if form not in bench.description.formats:
                if (bench.folder / name).exists():
                    findings.add(name, "ist für das Produkt nicht vorgesehen", "is no format of the product")
            elif form not in absent and (form != "gpkg" or bench.description.geometry):
                wanted.append(name)
        for name in wanted:
            path = bench.folder / name
            if not path.is_file():
                findings.add(name, "fehlt", "is absent")
            elif path.stat().st_size == 0:
                findings.add(name, "ist leer", "is empty")
        return findings.result(len(wanted))

    return _inspection(
        "present",
        Phrase("Alle Dateien des Produkts sind da", "All files of the product are there"),
        Phrase("Leserinnen und Leser, deren Format sonst fehlte", "readers whose format would be missing"),
        run,
    )


def _described(bench: Bench) -> Inspection:
    def run() -> Result:
        findings = _Findings()
        path = bench.folder / "datapackage.json"
        try:
            package = json.loads(path.read_text(encoding="utf-8"))
            resources = {str(resource["path"]): resource for resource in package["resources"]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            findings.add(path, f"nicht lesbar: {error}", f"cannot be read: {error}")
            return findings.result(1)
        there = {
            file.name for file in bench.folder.iterdir() if file.is_file() and not file.name.startswith(".")
        }
        there -= _COMPANIONS | {path.name}
        for name in sorted(there - resources.keys()):
            findings.add(name, "steht nicht in datapackage.json", "is not named in datapackage.json")
        for name, resource in sorted(resources.items()):
            file = bench.folder / name
            if not file.is_file():
                findings.add(name, "beschrieben, aber nicht da", "described, but not there")
                continue
            size, stated = file.stat().st_size, resource.get("bytes")
            if stated is not None and stated != size:
                findings.add(
                    name, f"hat {size} Bytes, beschrieben {stated}", f"has {size} bytes, described {stated}"
                )
            digest = str(resource.get("hash") or "").rpartition(":")[2]
            if digest and len(digest) == 64 and digest != sha256_of(file):
                findings.add(name, "Prüfsumme stimmt nicht", "checksum does not match")
        return findings.result(len(there | resources.keys()))

    return _inspection(
        "described",
        Phrase(
            "datapackage.json beschreibt jede Datendatei richtig",
            "datapackage.json describes every data file rightly",
        ),
        Phrase(
            "Programme, die dem Verzeichnis der Dateien vertrauen",
            "programs that trust the list of files",
        ),
        run,
    )


def _dictionary(bench: Bench) -> Inspection:
    def run() -> Result:
        findings = _Findings()
        path = bench.folder / "dictionary.csv"
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            findings.add(path, f"nicht lesbar: {error}", f"cannot be read: {error}")
            return findings.result(1)
        if not lines or "column" not in lines[0]:
            findings.add(path, "hat keine Spalte „column“", "has no column “column”")
            return findings.result(1)
        explained = {str(line["column"]) for line in lines if not line.get("code")}
        for name in bench.types:
            if name not in explained:
                findings.add(path, f"Spalte {name} ist nicht erklärt", f"column {name} is not explained")
        for name in sorted(explained - bench.types.keys()):
            findings.add(path, f"erklärt {name}, das es nicht gibt", f"explains {name}, which does not exist")
        return findings.result(len(bench.types))

    return _inspection(
        "dictionary",
        Phrase("Das Verzeichnis erklärt jede Spalte", "The dictionary explains every column"),
        Phrase(
            "davor, dass eine Zahl ohne Bedeutung weitergegeben wird", "against figures without a meaning"
        ),
        run,
        Phrase("Spalten", "columns"),
    )


def _machine_csv(bench: Bench) -> Inspection:
    return _inspection(
        "machine_csv",
        Phrase("CSV für Programme sagt dasselbe wie Parquet", "The CSV for programs says what Parquet says"),
        Phrase("davor, dass zwei Formate zwei Wahrheiten tragen", "against two formats with two truths"),
        lambda: _read_back(bench, machine_csv(bench), MACHINE),
        ROWS,
    )


def _excel_csv(bench: Bench) -> Inspection:
    return _inspection(
        "excel_csv",
        Phrase(
            "CSV für deutsches Excel sagt dasselbe wie Parquet",
            "The CSV for German Excel says what Parquet says",
        ),
        Phrase(
            "vor Dezimalpunkten, Tausenderpunkten und vertauschten Tagen und Monaten",
            "against decimal points, thousands points and swapped days and months",
        ),
        lambda: _read_back(bench, excel_csv(bench), GERMAN_EXCEL, _shown_digits(bench)),
        ROWS,
    )


def _shown_digits(bench: Bench) -> dict[str, str]:
    """For each number that files for people show rounded: SQL over its row that gives the decimals."""
    of_row = ["decimals"] if bench.has("decimals") else []
    for column in bench.description.columns:
        given = {(one.code, one.scope or ""): one.digits for one in column.codes if one.digits is not None}
        if given and bench.has(column.name):
            scope = f"coalesce(cast({quoted(column.scope)} as varchar), '')" if column.scope else "''"
            known = bench.declared.mapping(
                {f"{code}\n{scope}": digits for (code, scope), digits in given.items()}
            )
            of_row.append(f"map_extract_value({known}, {quoted(column.name)} || chr(10) || {scope})")
    row = f"cast(coalesce({', '.join([*of_row, 'null'])}) as integer)"
    return {
        column.name: {
            "row": row,
            "2 at most": f"case when {quoted(column.name)} = trunc({quoted(column.name)}) then 0 else 2 end",
        }.get(str(column.digits), str(column.digits))
        for column in bench.description.columns
        if column.digits is not None and bench.types.get(column.name) in ("DOUBLE", "FLOAT")
    }


def _read_back(
    bench: Bench, path: Path, notation: Notation, digits: Mapping[str, str] | None = None
) -> Result:
    findings = _Findings()
    rows = 0
    try:
        rows = bench.connection.read_parquet(str(bench.parquet)).count("*").fetchall()[0][0]
        for difference in differences(bench.connection, bench.parquet, path, notation, digits):
            findings.add(path, difference.de, difference.en)
    except (duckdb.Error, OSError) as error:
        reason = str(error).splitlines()[0]
        findings.add(path, f"nicht lesbar: {reason}", f"cannot be read: {reason}")
    return findings.result(rows)


def _excel_format(bench: Bench) -> Inspection:
    def run() -> Result:
        findings = _Findings()
        path = excel_csv(bench)
        if not path.is_file():
            findings.add(path, "fehlt", "is absent")
            return findings.result(1)
        line_feeds = returns = 0
        with path.open("rb") as file:
            if file.read(3) != _UTF8_MARK:
                findings.add(
                    path,
                    "beginnt nicht mit der UTF-8-Marke (BOM): Excel zerstört Umlaute",
                    "does not start with the UTF-8 mark (BOM): Excel breaks umlauts",
                )
            header = file.readline()
            line_feeds, returns = header.count(b"\n"), header.count(b"\r\n")
            tail = b""
            while block := file.read(_BLOCK):
                line_feeds += block.count(b"\n")
                returns += (tail + block).count(b"\r\n")
                tail = block[-1:] if block.endswith(b"\r") else b""
        if line_feeds != returns:
            findings.add(
                path,
                f"{line_feeds - returns} Zeilen enden nicht mit CR LF",
                f"{line_feeds - returns} lines do not end with CR LF",
            )
        if b";" not in header:
            findings.add(path, "Trennzeichen ist nicht „;“", "separator is not “;”")
        return findings.result(1)

    return _inspection(
        "excel_format",
        Phrase(
            "CSV für Excel: UTF-8 mit Marke, Semikolon, Zeilenende CR LF",
            "CSV for Excel: UTF-8 with mark, semicolons, CR LF",
        ),
        Phrase(
            "davor, dass Excel Umlaute oder Spalten zerstört", "against Excel breaking umlauts or columns"
        ),
        run,
    )


def _geopackage(bench: Bench) -> Inspection:
    def run() -> Result:
        findings = _Findings()
        path = bench.folder / f"{bench.description.product}.gpkg"
        geometry = bench.description.geometry or {}
        code = str(geometry.get("area_code", "area_code"))
        examined = 0
        try:
            with _opened(path) as connection:
                for layer in _map_layers(connection):
                    table = quoted(layer)
                    (count,) = connection.execute(f"select count(*) from {table}").fetchone()
                    examined += count
                    if not count:
                        findings.add(path, f"Ebene {layer} ist leer", f"layer {layer} is empty")
                    names = {row[1] for row in connection.execute(f"pragma table_info({table})")}
                    if code in names:
                        codes = [
                            row[0]
                            for row in connection.execute(f"select distinct {quoted(code)} from {table}")
                        ]
                        _codes_known(bench, findings, path, layer, code, codes)
            if not examined and not findings.rows and _had_outlines(bench):
                findings.add(
                    path,
                    "die vorige Ausgabe hatte Umrisse, diese hat keine",
                    "the edition before had outlines, this one has none",
                )
        except (OSError, sqlite3.Error) as error:
            findings.add(path, f"nicht lesbar: {error}", f"cannot be read: {error}")
        return findings.result(examined)

    return _inspection(
        "geopackage",
        Phrase(
            "Die GeoPackage-Ebenen haben Flächen mit bekannten Schlüsseln",
            "The GeoPackage layers hold features with known codes",
        ),
        Phrase("vor leeren oder falsch verknüpften Karten", "against empty or wrongly joined maps"),
        run,
        Phrase("Flächen", "features"),
    )


def _map_values(bench: Bench) -> Inspection:
    def run() -> Result:
        path = bench.folder / f"{bench.description.product}.gpkg"
        try:
            with _opened(path) as connection:
                examined, complaints = maps.read_back(connection, bench)
        except (OSError, sqlite3.Error, duckdb.Error) as error:
            reason = str(error).splitlines()[0]
            examined, complaints = 1, [Phrase(f"nicht lesbar: {reason}", f"cannot be read: {reason}")]
        findings = _Findings()
        for complaint in complaints:
            findings.add(path, complaint.de, complaint.en)
        return findings.result(examined)

    return _inspection(
        "map_values",
        Phrase(
            "Jeder Wert der Karte ist der veröffentlichte oder als umgerechnet bezeichnet",
            "Every value of the map is the published one or said to be converted",
        ),
        Phrase(
            "vor Werten auf fremden Umrissen und vor Geheimem, das nur die Karte zeigt",
            "against values on foreign outlines, and secrets that only the map shows",
        ),
        run,
        Phrase("Werte", "values"),
    )


def _outlines(bench: Bench) -> Inspection:
    """A warning: figures without a map are of use, and a town may have no boundaries at hand."""

    def run() -> Result:
        findings = _Findings()
        path = bench.folder / f"{bench.description.product}.gpkg"
        with contextlib.suppress(OSError, sqlite3.Error), _opened(path) as connection:
            if not _map_layers(connection):
                findings.add(
                    path,
                    "hat Werte ohne Umrisse: es wurden keine Grenzen geliefert",
                    "has values without outlines: no boundaries were delivered",
                )
        return Result(examined=1, warned=len(findings.rows), rows=tuple(findings.rows))

    return _inspection(
        "outlines",
        Phrase("Die Karte hat Umrisse", "The map has outlines"),
        Phrase("vor einer Karte, die nichts zeigt", "against a map that shows nothing"),
        run,
        severity="warn",
    )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A GeoPackage is an SQLite file (OGC 12-128r18); immutable, so that nothing is written beside it."""
    if not path.is_file():
        raise FileNotFoundError("fehlt / is absent")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def _map_layers(connection: sqlite3.Connection) -> list[str]:
    wanted = "select table_name from gpkg_contents where data_type = 'features' order by 1"
    return [str(row[0]) for row in connection.execute(wanted)]


def _had_outlines(bench: Bench) -> bool:
    """Whether the edition before can be drawn."""
    if bench.previous is None:
        return False
    path = bench.previous / f"{bench.description.product}.gpkg"
    if not path.is_file():
        return False
    with _opened(path) as connection:
        return bool(_map_layers(connection))


def _codes_known(
    bench: Bench, findings: _Findings, path: Path, layer: str, code: str, codes: list[Any]
) -> None:
    if not bench.has(code):
        return
    known = {
        row[0]
        for row in bench.connection.read_parquet(str(bench.parquet))
        .project(quoted(code))
        .distinct()
        .fetchall()
    }
    if bench.has_areas:  # a map shows areas founded later, and those that no table has figures of
        register = bench.connection.cursor().execute("select distinct area_code from areas").fetchall()
        known |= {row[0] for row in register}
    elif (bench.description.geometry or {}).get("converted_by"):
        return
    unknown = sorted(str(value) for value in codes if value not in known)
    if unknown:
        shown = ", ".join(unknown[:5])
        findings.add(
            path,
            f"Ebene {layer}: {len(unknown)} Schlüssel kennt weder Produkt noch Verzeichnis: {shown}",
            f"layer {layer}: {len(unknown)} codes are neither in the product nor in the register: {shown}",
        )
