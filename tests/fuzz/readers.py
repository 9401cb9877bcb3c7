"""A coverage-guided fuzz run over the readers.

    python -m tests.fuzz.readers [--seconds 60] [--seed 1] [--formats genesis_table,workbook] [--keep FOLDER]

Starts from files that the twins write, mutates them (bytes, lines, fields, words that hurt parsers), and
keeps a mutant as a parent of further ones when it reached a line of `sources/` that no file before it had
reached. A reader may do two things with a file: give back a table whose cells are all numbers or signs of
the legend, or raise
`SourceError`. Everything else is a finding: another exception, more than ten seconds, more than 4 GiB.
Findings are written with their traceback to the folder of `--keep`. Exit code 1 when there are any.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pyarrow as pa

import sources
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.declaration import Declaration
from sources.errors import SourceError
from sources.forms import blank
from sources.readers import cases
from sources.readers.reading import Reading, reader_of, records_schema
from sources.twins import render
from sources.twins.geometry import polygon

HANG_SECONDS = 10
MEMORY = 4 << 30
HERE = str(Path(sources.__file__ or "").parent)
Files = dict[str, bytes]

# dataset, and how to make small files of it
DATASETS = {
    "genesis_table": ("12411-03-03-4", "12411-01-01-4", "21111-01-03-4", "22543-01-02-4"),
    "workbook": ("zensus2022-bevoelkerung", "inkar-arbeitslosigkeit", "gv-isys"),
    "delimited": ("ewr-lor2021", "ew24-strukturdaten", "nrw-schulformen"),
    "form": ("hilfen-zur-erziehung", "sgb2-kleinraeumig", "gebietsgliederung"),
    "cases": ("hilfen-zur-erziehung",),
    "fixed_width": ("gv100ad",),
    "json_map": ("lor-matches-2019-2021",),
    "geometry": ("vg2500-krs", "lor2021-bezirke"),
    "genesis_flat": ("12531-0043", "12211-z-11", "12111-01-01-4"),
    "zensus_grid": ("zensus2022-gitter-bevoelkerung-1km",),
    "xoev_codelist": ("regionalschluessel-xoev",),
}
WORDS = (
    b";", b";;;;", b'"', b'""', b"'", b"-", b".", b"...", b"/", b"x", b"()", b"(12)", b"1.234,5",
    b"1e309", b"-0", b"9" * 40, b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\n", b"\n\n",
    b"__________\n", b"\xc3", b"\xe4", b"Stand: 10.10.2017 / 19:19:45\n",
    b"GENESIS-Tabelle: 12411-01-01-4\n", b"31.12.2015", b"31.02.2015", b"DG", b"99999", b"=1+1", b"\t",
    b"CRS3035RES1000mN3400000E4100000", b"2020-12-31", b"NATA", b"4100500", b"01001",
    b",", b"{", b"}", b"[", b"]", b"null", b"sep=;\n", b" " * 300, b"\xe2\x80\xa8", b"\x1a",
)  # fmt: skip


class Hang(Exception):
    """A file took too long."""


@dataclass
class Target:
    """One dataset under test, and what the run found out about it. `kind`: a key of `DATASETS`."""

    kind: str
    declaration: Declaration
    corpus: list[Files]
    runs: int = 0
    read: int = 0
    refused: collections.Counter[str] = field(default_factory=collections.Counter)
    findings: list[tuple[str, Files]] = field(default_factory=list)
    slowest: float = 0.0


class Coverage:
    """Which lines of `sources/` have ever run."""

    def __init__(self) -> None:
        self.lines: set[tuple[CodeType, int]] = set()
        self.is_new = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        self.is_new = False
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename.startswith(HERE) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        place = (frame.f_code, frame.f_lineno)
        if place not in self.lines:
            self.lines.add(place)
            self.is_new = True
        return self._line


def seeds(catalog: Catalog, declaration: Declaration, kind: str) -> list[Files]:
    """Small whole files of a dataset, in each of its layouts and ways of writing."""
    if kind == "cases":
        lines = [[f"{SECRET}{number}", *CASE] for number in range(3)]
        return [
            {f"{declaration.id}.{suffix}": write(catalog, declaration, lines, cases=True)}
            for suffix, write in (("csv", blank.csv_text), ("xlsx", blank.workbook))
        ]
    if kind == "form":
        table = _records(declaration) if declaration.shape == "records" else _invented(catalog, declaration)
        return [render(catalog, declaration, table, as_csv=as_csv).files for as_csv in (True, False)]
    if declaration.shape == "records":
        options = {"placeholders": EDITION} if kind in ("workbook", "delimited") else {}
        return [render(catalog, declaration, _records(declaration), **options).files]
    if kind == "genesis_flat":
        from sources.twins.genesis_flat import invent as invent_flat

        table = invent_flat(catalog, declaration, areas=1)
        return [render(catalog, declaration, table, edition=edition).files for edition in ("new", "old")]
    if kind == "zensus_grid":
        from sources.twins.zensus_grid import invent as invent_grid

        return [render(catalog, declaration, invent_grid(catalog, declaration)).files]
    layouts = [layout.id for layout in getattr(declaration.format, "layouts", ())] or [None]
    files = []
    for layout in layouts:
        options = {"layout": layout} if layout else {}
        table = _invented(catalog, declaration, layout=layout)
        for quirks in ((), ("crlf",), ("cp1252",)) if kind == "genesis_table" else ((),):
            files.append(render(catalog, declaration, table, quirks=quirks, **options).files)
    return files


def _invented(catalog: Catalog, declaration: Declaration, layout: str | None = None) -> pa.Table:
    from sources.twins.inventing import invent

    table = invent(catalog, declaration, areas=2, layout=layout)
    return table.slice(0, 40) if declaration.form else table


SECRET = "PS-GEHEIM"
CASE = ("2025", "990010000101", "§ 33 Vollzeitpflege", "4", "weiblich", "ja", "nein", "nein", "ja")
EDITION = {"territory_quarter": "2", "attribute_date": "31.12.2023", "sheet_date": "30062024"}
_UNIT = {
    "beginn": "2022-12-31", "ade": "4", "gf": "9", "bsg": "1", "sdv_ars": "010510000000",
    "gen": "Öst", "bez": "Kreis", "ibz": "42", "bem": "erfunden", "nbd": "ja", "sn_l": "01", "sn_r": "0",
    "sn_k": "51", "sn_v1": "00", "sn_v2": "00", "sn_g": "000", "fk_s3": "R", "nuts": "DEF05",
    "ars_0": "010510000000", "ags_0": "01051000", "wsk": "2022-12-31", "crs": "EPSG:25832",
}  # fmt: skip


def _records(declaration: Declaration) -> pa.Table:
    """A few entries of the registers that are under test."""
    rows: list[dict[str, Any]] = []
    for number in range(3):
        square = [(x + 9 * number, y) for x, y in ((500000, 6000000), (500008, 6000000), (500008, 6000008))]
        degrees = [(x / 40_000, y / 115_000) for x, y in square]
        rows.append(
            {
                "regionalschluessel-xoev": {
                    "schluessel": f"0105{number:08d}", "bezeichnung": "Östlich", "hinweis": "",
                    "version": "2023-07-31",
                },
                "gv-isys": {
                    "satzart": "60", "land": "01", "rb": "0", "kreis": "51", "vb": "0011",
                    "gem": f"{number:03d}", "name": "Öst", "lon": "9,43751", "territory_date": "30.06.2024",
                    "time_text": "30.06.2024", "population_date": "31.12.2022", "area_sqkm": "1.5",
                    "population": "12",
                },
                "gv100ad": {
                    "satzart": "40", "gebietsstand": "20171231", "land": "01", "rb": "0",
                    "kreis": f"{51 + number}", "name": "Öst", "seat": "Öst", "textkennzeichen": "43",
                },
                "gebietsgliederung": {
                    "time_text": "31.12.2025", "area_code": f"9900100001{number:02d}", "area_name": "Öst",
                    "level": "PLANNING_AREA", "parent_code": "9900100001", "valid_from": "01.01.1975",
                },
                "nrw-schulformen": {"schluessel": f"0{number}", "bezeichnung": "Grundschule für Öst"},
                "lor-matches-2019-2021": {
                    declaration.columns[0].name: f"0101010{number}",
                    declaration.columns[1].name: f"0111000{number}",
                },
                "vg2500-krs": _UNIT | {
                    "objid": f"X{number}", "ars": f"0105{number}", "ags": f"0105{number}",
                    "geometry": polygon(square),
                },
                "lor2021-bezirke": {column.name: f"0{number}" for column in declaration.columns}
                | {"geometry": polygon(degrees), "crs": "EPSG:4326"},
            }[declaration.id]
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=records_schema(declaration))


def mutate(content: bytes, dice: random.Random, others: list[bytes]) -> bytes:
    """One to six small changes; of a packed workbook mostly within one of its parts."""
    if content.startswith(b"PK") and dice.random() < 0.9:
        with contextlib.suppress(zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error):
            return _within(content, dice)
    data = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        at = dice.randint(0, len(data))
        length = dice.choice((0, 1, 1, 2, 4, 16, 100))
        kind = dice.randrange(9)
        if kind == 0 and data:
            data[at % len(data)] = dice.randrange(256)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = dice.choice(WORDS)
        elif kind == 3:
            data[at : at + length] = dice.choice(WORDS)
        elif kind == 4:
            data[at:at] = data[at : at + length] * dice.randint(1, 5)
        elif kind == 5:
            del data[at:]
        elif kind == 6:
            other = dice.choice(others)
            start = dice.randint(0, len(other))
            data[at : at + length] = other[start : start + dice.choice((1, 8, 64))]
        elif kind == 7:
            _lines(data, dice)
        else:
            _field(data, dice)
    return bytes(data)


def _within(content: bytes, dice: random.Random) -> bytes:
    """A ZIP with one member mutated, repeated or dropped."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = dice.randrange(len(parts))
    name, part = parts[at]
    change = dice.randrange(10)
    if change == 0:
        del parts[at]
    elif change == 1:
        parts.append((f"xl/{name.rsplit('/', 1)[-1]}.copy", part))
    else:
        parts[at] = (name, mutate(part, dice, [other for _, other in parts]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return packed.getvalue()


def _lines(data: bytearray, dice: random.Random) -> None:
    """Swap, repeat or drop whole lines."""
    lines = bytes(data).split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    change = dice.randrange(3)
    if change == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif change == 1:
        lines.insert(one, lines[other])
    else:
        del lines[one]
    data[:] = b"\n".join(lines)


def _field(data: bytearray, dice: random.Random) -> None:
    """Replace one field of one line."""
    lines = bytes(data).split(b"\n")
    number = dice.randrange(len(lines))
    fields = lines[number].split(b";")
    fields[dice.randrange(len(fields))] = dice.choice(WORDS)
    lines[number] = b";".join(fields)
    data[:] = b"\n".join(lines)


def check(catalog: Catalog, declaration: Declaration, reading: Reading) -> None:
    """What a reader gives back must be a table of numbers and signs."""
    from sources.declared.notation import Notation

    if declaration.format.kind == "delimited" or declaration.shape == "records":
        return  # some delimited files write thousands points
    notations = [Notation(catalog.dialect(declaration), decimal) for decimal in (",", ".")]
    assert reading.table.num_rows == reading.row_count
    table = reading.table.select(["measure", "value_text", "quality_text"])
    for row in set(map(tuple, (row.values() for row in table.to_pylist()))):
        measure, value, quality = row
        if quality is not None and not value:
            continue
        assert any(one.is_valid(value, declaration.measures[measure]) for one in notations), f"took {value!r}"


def attempt(catalog: Catalog, target: Target, files: Files, folder: Path, coverage: Coverage) -> None:
    """Read one mutant and record what happened."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    main = folder / next(iter(files))
    target.runs += 1
    start = time.perf_counter()
    signal.alarm(HANG_SECONDS)
    try:
        with coverage.watching():
            if target.kind == "cases":
                counted = cases.counts(catalog, target.declaration, main) or b""
                assert SECRET.encode() not in counted, "a pseudonym among the counts"
            else:
                reader = reader_of(target.declaration)
                check(catalog, target.declaration, reader.read(catalog, target.declaration, main))
        target.read += 1
    except SourceError as error:
        target.refused[error.code] += 1
        if target.kind == "cases" and SECRET in error.sentence_de + error.sentence_en + str(error.as_dict()):
            target.findings.append((f"an error quotes a case: {error}", files))
        if not (error.sentence_de and error.sentence_en):
            target.findings.append((f"an error without words: {error.code}", files))
    except Exception:
        target.findings.append((traceback.format_exc(), files))
    finally:
        signal.alarm(0)
    target.slowest = max(target.slowest, time.perf_counter() - start)


def _hang(*_: object) -> None:
    raise Hang(f"more than {HANG_SECONDS} seconds")


def targets_of(catalog: Catalog, kind: str) -> list[Target]:
    """The datasets under test of a format, with their seed files."""
    return [
        Target(kind, catalog[dataset_id], seeds(catalog, catalog[dataset_id], kind))
        for dataset_id in DATASETS[kind]
        if dataset_id in catalog
    ]


def fuzz(
    catalog: Catalog, kind: str, *, seed: int, seconds: float = 1e9, runs: int = sys.maxsize
) -> tuple[list[Target], Coverage]:
    """Fuzz one format until time or the number of runs is used up."""
    dice = random.Random(seed)
    coverage = Coverage()
    targets = targets_of(catalog, kind)
    signal.signal(signal.SIGALRM, _hang)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        folder = Path(scratch)
        for target in targets:
            for files in list(target.corpus):
                attempt(catalog, target, files, folder, coverage)
        end = time.monotonic() + seconds
        for number in range(runs):
            if time.monotonic() > end:
                break
            target = targets[number % len(targets)]
            parent = dice.choice(target.corpus[-20:] if dice.random() < 0.5 else target.corpus)
            name = dice.choice(list(parent))
            others = [content for files in target.corpus for content in files.values()]
            mutant = parent | {name: mutate(parent[name], dice, others)}
            attempt(catalog, target, mutant, folder, coverage)
            if coverage.is_new:
                target.corpus.append(mutant)
    return targets, coverage


def main() -> int:
    """Fuzz every format and print a table."""
    parser = argparse.ArgumentParser(description="coverage-guided fuzz run over the readers")
    parser.add_argument("--seconds", type=float, default=60, help="per format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", default=",".join(DATASETS))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    catalog = load_catalog()
    columns = ("runs", "read", "refused", "kinds", "lines", "kept", "slowest", "found")
    print("format".ljust(16) + "".join(name.rjust(9) for name in columns))
    found = 0
    for kind in options.formats.split(","):
        targets, coverage = fuzz(catalog, kind, seed=options.seed, seconds=options.seconds)
        refused = sum((target.refused for target in targets), collections.Counter())
        findings = [finding for target in targets for finding in target.findings]
        figures = (
            sum(one.runs for one in targets),
            sum(one.read for one in targets),
            refused.total(),
            len(refused),
            len(coverage.lines),
            sum(len(one.corpus) for one in targets),
            f"{max(one.slowest for one in targets):.2f} s",
            len(findings),
        )
        print(kind.ljust(16) + "".join(str(figure).rjust(9) for figure in figures), flush=True)
        for number, (trace, files) in enumerate(findings):
            folder = options.keep / f"{kind}-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "traceback.txt").write_text(trace, encoding="utf-8")
            for name, content in files.items():
                (folder / name).write_bytes(content)
        found += len(findings)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
