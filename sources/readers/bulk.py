"""Streams delimited files of any size through DuckDB: strict, with line numbers, in bounded memory.

How a file is read: its bytes are counted once (lines, separators, line ends, NUL), DuckDB parses the columns
that matter as text into an intermediate Parquet file, checks run as queries over that, and the cells are
written when the landing asks for them. DuckDB by itself skips blank lines, takes a surplus empty field at the
end of a line and can lose rows on odd line ends; the count of lines and separators finds all three.

Only when a check has failed, the file is searched line by line for the place to name.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sources.declared.declaration import Measure
from sources.declared.notation import Notation
from sources.declared.text_corrections import MAX_IMPOSSIBLE, Corrected
from sources.errors import SourceError, problem
from sources.foundation.sql import text_literal
from sources.foundation.told import Told
from sources.readers.reading import Reading

MEMORY_LIMIT = "512MiB"
MAX_LINE = 1 << 20
MAX_DISTINCT = 300_000
_BLOCK = 8 << 20
_BOM = b"\xef\xbb\xbf"
_MAGIC = (b"pk\x03\x04", b"\xd0\xcf\x11\xe0", b"%pdf", b"\x1f\x8b")


@dataclass(frozen=True)
class Head:
    """The first line of a file as fields, and what its first data line holds (None when there is none)."""

    names: list[str]
    first: list[str] | None


@dataclass(frozen=True)
class _Count:
    """What one pass over the bytes found: lines, separators, whether quotes occur."""

    lines: int
    separators: int
    quotes: bool


def read_head(file: Path) -> Head:
    """Header and first data line of a `;`-separated UTF-8 file.

    Raises:
        SourceError: missing, empty, no text, a web page, an answer of an interface, or UTF-16.
    """
    try:
        with file.open("rb") as stream:
            start = stream.read(2048)
            stream.seek(0)
            lines = [stream.readline(MAX_LINE), stream.readline(MAX_LINE)]
    except OSError as error:
        raise problem("missing_file", file.name, reason=error.strerror or str(error)) from None
    if not start.strip():
        raise problem("empty_file", file.name)
    lowered = start.lstrip(_BOM + b" \t\r\n").lower()
    if lowered.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise problem("html_page", file.name)
    if lowered.startswith((b"{", b"[")):
        raise problem("json_answer", file.name, found=start[:200].decode("utf-8", "replace"))
    if lowered.startswith(_MAGIC):
        raise problem("not_text", file.name, found="ZIP, Excel, PDF")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise problem("wrong_encoding", file.name, found="UTF-16")
    fields = []
    for number, line in enumerate(lines, start=1):
        if len(line) >= MAX_LINE:
            raise problem("line_too_long", file.name, line=number, limit=MAX_LINE)
        if b"\0" in line:
            raise problem("not_text", file.name, line=number, found="NUL")
        try:
            text = line.removeprefix(_BOM if number == 1 else b"").decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise problem(
                "wrong_encoding", file.name, line=number, found=Told("not UTF-8", "kein UTF-8")
            ) from None
        if "\r" in text:
            raise problem("mixed_line_ends", file.name, line=number)
        try:
            fields.append(next(csv.reader([text], delimiter=";", strict=True), []))
        except csv.Error:
            raise problem("bad_quotes", file.name, line=number) from None
    return Head(fields[0], fields[1] if lines[1] else None)


class Bulk:
    """One file in DuckDB: `raw` has the wanted columns as text (`""` where a field is empty), `row`, `fits`.

    `row` counts data rows from 0; the first stands on line 2. `fits` is a condition over all columns that is
    judged while parsing, so that columns which hold the same everywhere need not be stored. The intermediate
    file lives until the `Bulk`, and the `StoredReading` made from it, are dropped.
    """

    def __init__(self, file: Path, names: Sequence[str], wanted: Sequence[int], fits: str = "true") -> None:
        """Parse `file` whose header is `names`; `wanted` are the columns to keep, as 0-based positions.

        A column is called `c<position>`; in `fits` an empty field is null.

        Raises:
            SourceError: a line is not as wide as the header, quotes are open, bytes are not UTF-8, NUL bytes,
                mixed line ends, blank lines.
        """
        self.file = file
        self.name = file.name
        self.folder = Path(tempfile.mkdtemp(prefix="planstat-bulk-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.stored = self.folder / "raw.parquet"
        self.names = names
        self.wanted = wanted
        self.read_as: dict[tuple[int, int], str | None] = {}
        with ThreadPoolExecutor(1) as beside:
            counting = beside.submit(_count, file)
            self.rows = self._parse(names, wanted, fits)
            counted = counting.result()
        self._compare(counted, len(names))

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own with the view `raw`, limited in memory."""
        with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(self.folder)}) as con:
            con.execute("set enable_progress_bar = false")
            self._show(con)
            yield con

    def replace(self, con: duckdb.DuckDBPyConnection, cells: dict[tuple[int, int], str | None]) -> None:
        """Read cells as other texts, here and wherever the file is read again; None: as no text at all.

        Args:
            cells: data row and 0-based column to the text.
        """
        self.read_as |= cells
        self._show(con)

    def _show(self, con: duckdb.DuckDBPyConnection) -> None:
        def shown(position: int) -> str:
            own = {row: text for (row, at), text in self.read_as.items() if at == position}
            if not own:
                return f"coalesce(c{position}, '')"
            cases = " ".join(
                f"when {row} then {'null' if text is None else text_literal(text)}"
                for row, text in own.items()
            )
            return f"case file_row_number {cases} else coalesce(c{position}, '') end"

        kept = ", ".join(f"{shown(position)} as c{position}" for position in self.wanted)
        con.execute(
            f"create or replace view raw as select {kept}, fits, file_row_number as row "
            f"from read_parquet({text_literal(str(self.stored))}, file_row_number = true)"
        )

    def whole_row(self, row: int) -> list[str]:
        """All fields of a data row, for saying what does not fit."""
        with self.file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            line = next(itertools.islice(stream, row + 1, None))
        return next(csv.reader([line.rstrip("\r\n")], delimiter=";"))

    def _parse(self, names: Sequence[str], wanted: Sequence[int], fits: str) -> int:
        columns = {f"c{position}": "VARCHAR" for position in range(len(names))}
        kept = ", ".join(f"c{position}" for position in wanted)
        try:
            with duckdb.connect(
                config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(self.folder)}
            ) as con:
                con.execute("set enable_progress_bar = false")
                source = con.read_csv(
                    str(self.file), header=True, sep=";", quotechar='"', escapechar='"', columns=columns,
                    auto_detect=False, max_line_size=MAX_LINE, compression="none",
                )  # fmt: skip
                source.create_view("source")
                written = con.execute(
                    f"copy (select {kept}, ({fits}) is true as fits from source) "
                    f"to {text_literal(str(self.stored))} (format parquet, compression uncompressed)"
                ).fetchone()
        except duckdb.Error as error:
            self._explain(error, len(names))
        return int(written[0]) if written else 0

    def _compare(self, counted: _Count, width: int) -> None:
        """The parsed rows must account for every line and every separator of the file."""
        separators = counted.separators == counted.lines * (width - 1)
        if self.rows != counted.lines - 1 or not (separators or (counted.quotes and self._quoted_fit(width))):
            self._explain(None, width)

    def _quoted_fit(self, width: int) -> bool:
        """Whether each line has the right width in a file with quotes, which may hold separators."""
        with self.file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            for line in stream:
                fields = line.count(";") + 1
                if '"' in line:
                    fields = len(next(csv.reader([line.rstrip("\r\n")], delimiter=";"), []))
                if fields != width:
                    return False
        return True

    def _explain(self, error: duckdb.Error | None, width: int) -> NoReturn:
        """Name the line that is wrong; the search stops at the first."""
        _count(self.file)  # NUL bytes and mixed line ends come first
        with self.file.open("rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), b""), start=1):
                if len(line) > MAX_LINE:
                    raise problem("line_too_long", self.name, line=number, limit=MAX_LINE)
                try:
                    text = line.decode("utf-8").rstrip("\r\n")
                except UnicodeDecodeError:
                    raise problem(
                        "wrong_encoding", self.name, line=number, found=Told("not UTF-8", "kein UTF-8")
                    ) from None
                if text.count(";") == width - 1 and '"' not in text:
                    continue
                try:
                    row = next(csv.reader([text], delimiter=";", strict=True), [])
                except csv.Error:
                    raise problem("bad_quotes", self.name, line=number) from None
                if len(row) != width:
                    raise problem(
                        "wrong_width",
                        self.name,
                        line=number,
                        column=len(row) or 1,
                        expected=width,
                        found=len(row),
                    )
        reason = (
            re.sub(r"\s+", " ", str(error)).split(" Possible ")[0][:200]
            if error
            else Told("lines were lost", "Zeilen gingen verloren")
        )
        raise problem("unreadable", self.name, reason=reason)


class StoredReading(Reading):
    """A reading that lies on disk: it writes itself to a file and comes into memory only when asked for."""

    def __init__(
        self,
        bulk: Bulk,
        select: str,
        prepare: Callable[[duckdb.DuckDBPyConnection], None],
        schema: pa.Schema,
        rows: int,
        times: list[str | None],
        *,
        layout: str | None,
        areas: pa.Table,
        corrected: tuple[Corrected, ...] = (),
    ) -> None:
        """
        Args:
            select: query over `raw` (and what `prepare` creates) that yields the cells.
            rows: number of cells.
            times: the distinct times of the cells.
            areas: see `Reading.areas`.
        """
        for name, value in {
            "notes": None,
            "published_at": None,
            "layout": layout,
            "corrected": corrected,
            "_areas": areas,
            "_bulk": bulk,
            "_select": select,
            "_prepare": prepare,
            "_schema": schema,
            "_rows": rows,
            "_times": times,
        }.items():
            object.__setattr__(self, name, value)

    _bulk: Bulk
    _select: str
    _prepare: Callable[[duckdb.DuckDBPyConnection], None]
    _schema: pa.Schema
    _rows: int
    _times: list[str | None]
    _areas: pa.Table

    @property
    def table(self) -> pa.Table:
        """All cells, in memory."""
        with tempfile.TemporaryDirectory(prefix="planstat-bulk-") as folder:
            target = Path(folder) / "cells.parquet"
            self.write(target)
            return pq.read_table(target, memory_map=False).cast(self._schema)

    @property
    def row_count(self) -> int:
        return self._rows

    @property
    def columns(self) -> list[str]:
        return list(self._schema.names)

    def times(self) -> list[str | None]:
        return list(self._times)

    def areas(self) -> pa.Table:
        return self._areas

    def write(self, target: Path) -> None:
        """Write the cells to a Parquet file, in the order of the lines."""
        with self._bulk.connect() as con:
            self._prepare(con)
            written = con.execute(
                f"copy ({self._select}) to {text_literal(str(target))} (format parquet, compression zstd)"
            ).fetchone()
        if written is None or written[0] != self._rows:
            raise RuntimeError(f"{self._bulk.name}: {written} cells written instead of {self._rows}")


def first_rows(
    con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], where: str = "true"
) -> list[tuple[Any, ...]]:
    """Distinct values of columns of `raw` with the first row each stands in, in the order of those rows.

    Raises:
        SourceError: there are more than `MAX_DISTINCT`: these are no codes.
    """
    listed = ", ".join(columns)
    found = con.execute(
        f"select {listed}, min(row) from raw where {where} group by {listed} "
        f"order by min(row) limit {MAX_DISTINCT + 1}"
    ).fetchall()
    if len(found) > MAX_DISTINCT:
        reason = Told(
            f"more than {MAX_DISTINCT} different entries where codes or signs are expected",
            f"mehr als {MAX_DISTINCT} verschiedene Einträge, wo Codes oder Zeichen stehen sollen",
        )
        raise problem("unreadable", name, line=found[-1][-1] + 2, reason=reason)
    return found


def check_unique(con: duckdb.DuckDBPyConnection, columns: Sequence[str], name: str) -> None:
    """Every combination of the columns may occur once.

    Equal hashes are looked for first (they cost 8 bytes a row); only rows that share one are compared.

    Raises:
        SourceError: naming the second line of the first combination that occurs again.
    """
    listed = ", ".join(columns)
    con.execute(
        "create or replace temp table shared as "
        f"select hash({listed}) as h from raw group by 1 having count(*) > 1"
    )
    found = con.execute("select count(*) from shared").fetchone()
    if found is None or found[0] == 0:
        return
    twice = con.execute(
        f"select {listed}, min(row) as first, list_sort(list(row))[2] as second from raw "
        f"where hash({listed}) in (select h from shared) group by {listed} having count(*) > 1 "
        "order by second limit 1"
    ).fetchone()
    if twice is not None:
        *key, first, second = twice
        shown = " / ".join(str(part) for part in key)
        raise problem("duplicate_key", name, line=second + 2, column=1, found=shown, first=first + 2)


def check_numbers(
    con: duckdb.DuckDBPyConnection,
    name: str,
    at: int,
    quality_at: int | None,
    measure: Measure,
    notation: Notation,
    which: str = "true",
) -> list[tuple[int, str]]:
    """Every cell of a column is a number of the measure or a sign; its quality, if any, is a known mark.

    Plain numbers are passed by the query; the few distinct other texts are looked at one by one.

    Args:
        at, quality_at: 0-based positions of the value and quality columns.
        which: condition for the rows that hold this measure.

    Returns:
        The rows whose number cannot be (fewer than none of what is counted), with what is printed there.

    Raises:
        SourceError: a text that is neither, an unknown mark, or more impossible numbers than slips explain.
    """
    value = f"c{at}"
    quality = f"c{quality_at}" if quality_at is not None else "''"
    plain = f"(try_cast({value} as ubigint)::varchar = {value}) is true"
    pattern = text_literal(notation.number_pattern(measure))
    unusual = f"case when {quality} <> '' then true when {plain} then false "
    unusual += f"else not regexp_full_match({value}, {pattern}) end"
    impossible: list[tuple[int, str]] = []
    first: SourceError | None = None
    for text, mark, row in first_rows(con, name, [value, quality], f"{which} and {unusual}"):
        shown = mark if text == "" and mark in notation.values else text
        if not notation.is_valid(shown, measure):
            refused = problem(
                "bad_value", name, line=row + 2, column=at + 1, found=shown,
                signs=notation.signs, notation=notation.example(measure),
            )  # fmt: skip
            if mark or not notation.is_impossible(shown, measure):
                raise refused
            first = first or refused
            rows = con.execute(
                f"select row from raw where {which} and {value} = {text_literal(text)} "
                f"order by row limit {MAX_IMPOSSIBLE + 1}"
            ).fetchall()
            impossible += [(int(one), shown) for (one,) in rows]
            if len(impossible) > MAX_IMPOSSIBLE:
                raise first
        if mark and not _is_quality(text, mark, notation):
            raise problem(
                "unknown_quality", name, line=row + 2, column=(quality_at or 0) + 1,
                found=mark, signs=notation.signs,
            )  # fmt: skip
    return impossible


def _is_quality(text: str, mark: str, notation: Notation) -> bool:
    """A mark of reliability or status beside a number, or the sign that stands for the value."""
    if mark in notation.values:
        return text in ("", mark) or (text == "0" and mark in notation.zeros)
    return text != "" and (mark in notation.enclosing or mark in notation.suffixes)


def case_of(column: str, texts: dict[str, str]) -> str:
    """An expression: what the column's text means; a literal when it always means the same."""
    distinct = set(texts.values())
    if len(distinct) == 1:
        return text_literal(distinct.pop())
    cases = " ".join(f"when {text_literal(old)} then {text_literal(new)}" for old, new in texts.items())
    return f"case {column} {cases} end"


def _count(file: Path) -> _Count:
    """Count lines and separators.

    Raises:
        SourceError: a NUL byte, bytes that are not UTF-8, line ends that differ, or a last line without its
            end: the file is cut off.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = separators = returns = 0
    quotes = False
    last = b"\n"
    with file.open("rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            if b"\0" in block:
                line = lines + block[: block.index(b"\0")].count(b"\n") + 1
                raise problem("not_text", file.name, line=line, found="NUL")
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                line = lines + block[: error.start].count(b"\n") + 1
                raise problem(
                    "wrong_encoding", file.name, line=line, found=Told("not UTF-8", "kein UTF-8")
                ) from None
            if b"\r" in block:
                returns += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
                bare = block.count(b"\r") - block.count(b"\r\n") - block.endswith(b"\r")
                if bare:
                    raise problem("mixed_line_ends", file.name, line=lines + 1)
            lines += block.count(b"\n")
            separators += block.count(b";")
            quotes = quotes or b'"' in block
            last = block[-1:]
    if returns and returns != lines:
        raise problem("mixed_line_ends", file.name)
    if last != b"\n":
        raise problem("truncated", file.name, line=lines + 1, missing="\\n")
    return _Count(lines, separators, quotes)
