"""Lists of areas and keys between them: what has to hold before a figure is carried with them.

A list of areas (declaration: `division`) names for each area its parent, its first and last day and the areas
it came from. A key between two divisions (declaration: `crosswalk`) says which share of an area went where.
Both are refused whole, with the line, when a figure carried by them would come out wrong.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.areas.area_codes import levels_of
from sources.declared.declaration import Crosswalk, Declaration, Division
from sources.errors import problem
from sources.foundation.located_yaml import Problem

if TYPE_CHECKING:
    import pyarrow as pa

NEVER = dt.date(9999, 12, 31)
_FORMER = re.compile(r"\s*([0-9A-Za-z]+)\s*(?:\(([0-9.]+)\))?\s*")


def check_areas(declaration: Declaration, records: pa.Table, file_name: str) -> None:
    """Refuse a list of areas or a key that cannot be right. Raises `SourceError` with the line."""
    if declaration.division is not None:
        _check_division(declaration.division, records.to_pylist(), file_name)
    if declaration.crosswalk is not None:
        _check_crosswalk(declaration.crosswalk, records.to_pylist(), file_name)


def _day(text: str | None) -> dt.date:
    return dt.datetime.strptime(text, "%d.%m.%Y").date() if text else NEVER


def _check_division(columns: Division, rows: list[dict[str, Any]], file_name: str) -> None:
    codes = {row[columns.code] for row in rows}
    parents: dict[str, tuple[str, int]] = {}
    periods: dict[str, list[tuple[dt.date, dt.date, int]]] = defaultdict(list)
    for row in rows:
        code, line = row[columns.code], row["line"]
        first, end = _day(row[columns.valid_from]), _day(row[columns.valid_to])
        if first >= end:
            raise problem("area_ends_first", file_name, line=line, found=code)
        for other_first, other_end, other_line in periods[code]:
            if first < other_end and other_first < end:
                raise problem("area_reused", file_name, line=line, found=code, other=other_line)
        periods[code].append((first, end, line))
        parent = row[columns.parent]
        if parent:
            if parent not in codes:
                raise problem("area_not_listed", file_name, line=line, found=parent)
            parents[code] = (parent, line)
    for code in parents:
        _check_path(code, parents, file_name)
    shares: dict[tuple[str, dt.date], list[tuple[float, int]]] = defaultdict(list)
    for row in rows:
        if not row[columns.former]:
            continue
        first, line = _day(row[columns.valid_from]), row["line"]
        for text in row[columns.former].split(","):
            match = _FORMER.fullmatch(text)
            former = match.group(1) if match else text.strip()
            if former not in codes:
                raise problem("area_not_listed", file_name, line=line, found=former)
            if not any(end == first for _, end, _ in periods[former]):
                raise problem("area_goes_on", file_name, line=line, found=former, day=f"{first:%d.%m.%Y}")
            shares[former, first].append((float(match.group(2) or 1) if match else 1.0, line))
    for (former, _), parts in sorted(shares.items()):
        _check_sum([share for share, _ in parts], 1e-9, file_name, parts[0][1], former)


def _check_path(code: str, parents: dict[str, tuple[str, int]], file_name: str) -> None:
    path = [code]
    while path[-1] in parents:
        parent, line = parents[path[-1]]
        if parent in path:
            raise problem("area_cycle", file_name, line=line, found=" → ".join([*path, parent]))
        path.append(parent)


def _check_crosswalk(columns: Crosswalk, rows: list[dict[str, Any]], file_name: str) -> None:
    for weight in columns.weights:
        groups: dict[tuple[Any, ...], list[tuple[float, int]]] = defaultdict(list)
        for row in rows:
            if row[weight] is not None:
                groups[tuple(row[name] for name in columns.of)].append((float(row[weight]), row["line"]))
        for key, parts in groups.items():
            name = " ".join(map(str, key))
            _check_sum([share for share, _ in parts], columns.tolerance, file_name, parts[0][1], name)


def _check_sum(shares: list[float], tolerance: float, file_name: str, line: int, name: str) -> None:
    total = math.fsum(shares)
    if abs(total - 1) > tolerance or min(shares) < 0:
        raise problem("shares_not_one", file_name, line=line, found=name, total=f"{total:.9g}", n=len(shares))


def history_problems(file: Path) -> list[Problem]:
    """What cannot be in the reforms on record (`area_history.csv`): cycles, a code used again.

    Of an area that was split `successor_code` is the largest part, `further_successor_codes` are the others.

    A code may end and go on where the area changes its level or the office its way of reporting.
    """
    problems: list[Problem] = []
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(number, row) for number, row in enumerate(csv.DictReader(lines), start=2)]
    successors: dict[str, str] = {}
    seen: dict[str, list[tuple[int, dt.date, dt.date]]] = defaultdict(list)
    for line, row in rows:
        code = row["area_code"]
        first = dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else dt.date.min
        end = dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else NEVER
        if first >= end:
            problems.append(Problem(str(file), line, code, f"{code} ends before it begins"))
            continue
        for other_line, other_first, other_end in seen[code]:
            if first < other_end and other_first < end:
                problems.append(Problem(str(file), line, code, f"{code} overlaps line {other_line}"))
            elif row["change_kind"] not in ("level", "reported"):
                words = f"{code} is used again for another area (line {other_line} ended it)"
                problems.append(Problem(str(file), line, code, words))
        seen[code].append((line, first, end))
        further = (row.get("further_successor_codes") or "").split()
        if further and row["change_kind"] != "split":
            problems.append(
                Problem(str(file), line, code, f"{code} has several successors, but was not split")
            )
        for successor in (row["successor_code"], *further):
            if successor and not levels_of(successor):
                problems.append(Problem(str(file), line, code, f"successor {successor!r} is no area code"))
        if successor := row["successor_code"]:
            path = [code, successor]
            while path[-1] in successors and path[-1] not in path[:-1]:
                path.append(successors[path[-1]])
            if path[-1] in path[:-1]:
                words = f"{' → '.join(path)}: an area cannot become itself again"
                problems.append(Problem(str(file), line, code, words))
            successors[code] = successor
    return problems
