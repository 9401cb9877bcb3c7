"""Whether the areas of a delivered table existed when it says so.

Two sources answer: the reforms in `catalog/area_history.csv` and, once landed, the register of areas. A
code that stands for an area of another code (`catalog/area_aliases.csv`) is known until the day it ended;
staging gives its figures to that area.

Offices carry new areas back in time and report a reform's year on the former areas; both is accepted here
and told apart in the warehouse. What no office publishes is a number under a code that nobody knows, or
under one that ended before the year began: then columns have shifted or the file is another one.
"""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sources.areas.area_codes import levels_of
from sources.areas.reforms import Reform
from sources.declared.catalogue import CATALOG
from sources.declared.declaration import Division
from sources.errors import problem
from sources.foundation.told import Told

REGISTER = "gv-isys"
"""The dataset that is the official register of areas."""


@dataclass(frozen=True)
class Territory:
    """Codes that ended, with the day after their last, and the Kreise that are known (None: no register).

    aliases: codes that stand for an area of another code, with that code.
    """

    ended: dict[str, dt.date]
    kreise: frozenset[str] | None
    aliases: dict[str, str]
    names: Names | None = None

    @classmethod
    def known(cls, register: Path | None, catalog: Path = CATALOG, own: Sequence[Reform] = ()) -> Territory:
        """From the reforms on record, those that the office knows of and, where it is given, the Parquet of
        the landed register.
        """
        ended, touched = _reforms(catalog / "area_history.csv")
        ended = ended | {one.area_code: one.valid_to for one in own if one.valid_to is not None}
        ended = {code: end for code, end in ended.items() if code not in _going_on(own)}
        touched |= frozenset(code for one in own for code in one.codes)
        aliases = _aliases(catalog / "area_aliases.csv")
        kreise = None
        names = None
        if register is not None:
            registered = _kreise(register)
            names = Names.of(registered.items())
            kreise = frozenset(registered) | touched | _identities(catalog / "area_identity.csv")
            kreise |= aliases.keys()
        ended = ended | {code: end for code, (_, end) in aliases.items()}
        return cls(ended, kreise, {code: area for code, (area, _) in aliases.items()}, names)

    def check(self, cells: pa.Table, file_name: str) -> None:
        """Refuse numbers of areas that cannot have them. `cells` as a reader gives them.

        A zero counts nobody: some tables print it for every area that there ever was.

        Raises `SourceError` with line and column of the first one.
        """
        numbers = cells.filter(pc.match_substring_regex(cells.column("value_text"), "[1-9]"))
        first = numbers.group_by(["area_code", "time_text"]).aggregate([("line", "min")])
        counted = set(zip(first["area_code"].to_pylist(), first["time_text"].to_pylist(), strict=True))
        for row in sorted(first.to_pylist(), key=lambda row: row["line_min"]):
            code, time, line = row["area_code"], row["time_text"], row["line_min"]
            if (other := self.aliases.get(code)) is not None and (other, time) in counted:
                raise problem(
                    "area_twice",
                    file_name,
                    line=line,
                    found=code,
                    other=other,
                    name=_name(cells, code),
                    time=time,
                )
            end, year = self.ended.get(code), _year(time)
            if self.kreise is not None and "KREIS" in levels_of(code) and code not in self.kreise:
                raise problem("unknown_area", file_name, line=line, found=code, name=_name(cells, code))
            if end is not None and year is not None and end <= dt.date(year, 1, 1):
                raise problem(
                    "area_ended", file_name, line=line, found=code, name=_name(cells, code), time=time,
                    end=f"{end:%d.%m.%Y}",
                )  # fmt: skip
        if self.names is not None and "area_name" in cells.column_names:
            named = cells.group_by(["area_code", "area_name"]).aggregate([("line", "min")]).to_pylist()
            self.names.check(
                (
                    (row["area_code"], row["area_name"], row["line_min"])
                    for row in sorted(named, key=lambda row: row["line_min"])
                ),
                file_name,
            )


@dataclass(frozen=True)
class OwnAreas:
    """A town's own areas by code: the day after their last (None: it exists), names, days of their parts.

    `tops` are those that lie in no other: the town as a whole.
    """

    ends: dict[str, dt.date | None]
    names: Names
    parts: dict[str, tuple[tuple[dt.date, dt.date], ...]]
    tops: frozenset[str]

    @classmethod
    def known(cls, records: Path, columns: Division, names: str = "area_name") -> OwnAreas:
        """From the landed list of areas; a code that was given again counts until its last end."""
        import pyarrow.parquet as pq

        ends: dict[str, dt.date | None] = {}
        called: list[tuple[str, str]] = []
        parts: dict[str, list[tuple[dt.date, dt.date]]] = {}
        tops: set[str] = set()
        for row in pq.read_table(records).to_pylist():
            end = _german_day(row[columns.valid_to])
            code = row[columns.code]
            known = ends.get(code, dt.date.min)
            ends[code] = None if end is None or known is None else max(end, known)
            called.append((code, row[names] or ""))
            if not row[columns.parent]:
                tops.add(code)
            else:
                days = (_german_day(row[columns.valid_from]) or dt.date.min, end or dt.date.max)
                parts.setdefault(row[columns.parent], []).append(days)
        days_of_parts = {code: tuple(days) for code, days in parts.items()}
        return cls(ends, Names.of(called), days_of_parts, frozenset(tops))

    def trouble(self, code: str, time: str | None) -> str | None:
        """Why a figure of that time cannot be of that area: the code of a problem, or None."""
        if code not in self.ends:
            return "no_own_area"
        end, year = self.ends[code], _year(time)
        if end is not None and year is not None and end <= dt.date(year, 1, 1):
            return "area_ended"
        if any(
            year is None or (first <= dt.date(year, 12, 31) and dt.date(year, 1, 1) < last)
            for first, last in self.parts.get(code, ())
        ):
            return "area_of_parts"
        return None

    def check(self, cells: pa.Table, file_name: str, *, whole: bool = False) -> None:
        """Refuse figures of areas that are not in the list, had ended, are made of others, or are called as
        another area is. `cells` as a reader gives them; `whole`: they are those of the town as a whole.

        Raises `SourceError` with the line of the first one.
        """
        first = cells.group_by(["area_code", "area_name", "time_text"]).aggregate([("line", "distinct")])
        rows = sorted(first.to_pylist(), key=lambda row: min(row["line_distinct"]))
        for row in rows:
            code, time = row["area_code"], row["time_text"]
            trouble = self.trouble(code, time)
            if whole and trouble != "no_own_area":
                trouble = None if code in self.tops else "not_the_whole"
            if trouble is not None:
                end = self.ends.get(code)
                lines = sorted(
                    line for one in rows if one["area_code"] == code for line in one["line_distinct"]
                )
                raise problem(
                    trouble, file_name, line=lines[0], found=code, name=_name(cells, code), time=time,
                    end=f"{end:%d.%m.%Y}" if end else "", lines=_lines(lines),
                    whole=", ".join(sorted(self.tops)),
                )  # fmt: skip
        self.names.check(
            ((row["area_code"], row["area_name"], min(row["line_distinct"])) for row in rows), file_name
        )


@dataclass(frozen=True)
class Names:
    """How areas are called, to tell when rows carry each other's names; of a code as they are written."""

    of_code: dict[str, frozenset[str]]
    codes: dict[str, frozenset[str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Names:
        """From codes and names; a code may have several, and a name several codes."""
        of_code: dict[str, set[str]] = {}
        codes: dict[str, set[str]] = {}
        for code, name in pairs:
            of_code.setdefault(code, set()).add(name.strip())
            codes.setdefault(_plain(name), set()).add(code)
        return cls(
            {code: frozenset(names) for code, names in of_code.items()},
            {name: frozenset(found) for name, found in codes.items()},
        )

    def check(self, rows: Iterable[tuple[str, str | None, int]], file_name: str) -> None:
        """Refuse rows whose name is that of another area and not one of their own. A name that nobody has is
        no contradiction: offices spell names in many ways.

        Raises `SourceError` with the line of the first one.
        """
        for code, name, line in rows:
            plain = _plain(name or "")
            own = self.of_code.get(code)
            if own is None or not plain or plain in map(_plain, own):
                continue
            others = self.codes.get(plain, frozenset())
            if others and not any(code.startswith(other) or other.startswith(code) for other in others):
                raise problem(
                    "key_against_name", file_name, line=line, found=code, name=(name or "").strip(),
                    own=", ".join(sorted(own)), other=", ".join(sorted(others)),
                )  # fmt: skip


def _plain(name: str) -> str:
    """A name without what offices add to it (`Kiel, Landeshauptstadt, kreisfreie Stadt`)."""
    return " ".join(unicodedata.normalize("NFC", name).split(",")[0].split()).casefold()


def _german_day(text: str | None) -> dt.date | None:
    return dt.datetime.strptime(text, "%d.%m.%Y").date() if text else None


def _lines(lines: Sequence[int]) -> Told:
    """`67–69`, or each by itself."""
    if len(lines) > 1 and lines[-1] - lines[0] == len(lines) - 1:
        return Told(f"lines {lines[0]}–{lines[-1]}", f"Zeilen {lines[0]}–{lines[-1]}")
    shown = ", ".join(map(str, lines[:9])) + (" …" if len(lines) > 9 else "")
    return (
        Told(f"line {shown}", f"Zeile {shown}")
        if len(lines) == 1
        else Told(f"lines {shown}", f"Zeilen {shown}")
    )


def _name(cells: pa.Table, code: str) -> str:
    rows = cells.filter(pc.equal(cells.column("area_code"), code)).slice(0, 1).to_pylist()
    return (rows[0]["area_name"] or "").strip()


def _year(time: str | None) -> int | None:
    """The year a printed time lies in: `31.12.2015`, `20151231`, `2015`."""
    if not time:
        return None
    return int(time[-4:] if "." in time else time[:4])


@cache
def _reforms(file: Path) -> tuple[dict[str, dt.date], frozenset[str]]:
    """Codes that ended for good with their end, and every code a reform touched."""
    ended: dict[str, dt.date] = {}
    going_on = set()
    touched = set()
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            touched |= {row["area_code"], row["successor_code"], *row["further_successor_codes"].split()} - {
                ""
            }
            if row["valid_to"]:
                ended[row["area_code"]] = dt.date.fromisoformat(row["valid_to"])
            else:
                going_on.add(row["area_code"])
    return {code: end for code, end in ended.items() if code not in going_on}, frozenset(touched)


def _going_on(own: Sequence[Reform]) -> frozenset[str]:
    """Codes that a line of the office begins and none ends."""
    ends = {one.area_code for one in own if one.valid_to is not None}
    return frozenset(one.area_code for one in own if one.valid_to is None) - ends


@cache
def _identities(file: Path) -> frozenset[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return frozenset(row["kreis_code"] for row in csv.DictReader(lines))


@cache
def _aliases(file: Path) -> dict[str, tuple[str, dt.date]]:
    """Codes that stand for an area of another code: that code, and the day after the last of the alias."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            row["table_code"]: (row["area_code"], dt.date.fromisoformat(row["valid_to"]))
            for row in csv.DictReader(lines)
        }


def _kreise(register: Path) -> dict[str, str]:
    """Code to name of every Kreis in the register."""
    import pyarrow.parquet as pq

    table = pq.read_table(register, columns=["satzart", "land", "rb", "kreis", "name"])
    return {
        row["land"] + row["rb"] + row["kreis"]: row["name"] or ""
        for row in table.to_pylist()
        if row["satzart"] == "40"
    }
