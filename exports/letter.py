"""The letter with an edition: what is new, what was revised and why, what is withdrawn, what is overdue.

It is made on demand from the edition's own files (`diff.json`, `diff.csv`, `description.json`); causes of
revisions come from whoever asks, since the warehouse knows them. What is overdue depends on the day it is
written. In German, as a page for a browser that prints on A4.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import exports
from exports.browser import page
from exports.describe import Description, parse
from exports.readme import cell
from exports.release import Release
from exports.sheet import at_most_two, day_in_german, thousands
from sources.foundation.editions import DESCRIPTION
from sources.foundation.exits import USAGE
from sources.foundation.templates import fill
from sources.foundation.told import Told

LISTED = 30
"""Lines of a table; more are counted, and stand in `diff.csv`."""

CAUSES = {
    "correction": "Berichtigung der Stelle",
    "new_period": "neuer Zeitraum",
    "late_report": "Nachmeldung",
    "territory": "anderer Gebietsstand",
    "rounding": "andere Rundung",
    "definition": "andere Definition",
    "revision": "Revision des Herausgebers",
    "succession": "fortgeführt in einer anderen Tabelle",
    "unexplained": "ohne bekannten Grund",
}
"""Why a number changed, as `fct_revision` tells it."""


class NoLetter(ValueError):
    """An edition that nothing can be written about; the message says why."""

    exit_code = USAGE


@dataclass(frozen=True)
class Revision:
    """What a newer delivery of a dataset changed for one cause, over all its measures."""

    dataset_id: str
    cause: str
    cells: int
    first_date: date
    last_date: date
    known_on: date

    @property
    def words(self) -> str:
        return CAUSES[self.cause]


@dataclass(frozen=True)
class Change:
    """A changed number for people: which, where, when, before and after."""

    what: str
    before: str
    after: str


def letter(release: Release, revisions: Sequence[Revision], today: date) -> str:
    """The letter as a page. `revisions` are those between the edition before and this one.

    Raises `NoLetter` for an edition that keeps no description of itself.
    """
    kept = release.path / DESCRIPTION
    if not kept.is_file():
        raise NoLetter(
            Told(
                f"{release.id} keeps no description of its rows; only products of a newer run have a letter",
                f"{release.id} enthält keine Beschreibung der Zeilen; ein Brief entsteht nur zu Produkten "
                "eines neueren Laufs",
            )
        )
    described = parse(json.loads(kept.read_text(encoding="utf-8")))
    changes = json.loads((release.path / "diff.json").read_text(encoding="utf-8"))
    lines = list(_lines(release.path / "diff.csv"))
    values: dict[str, Any] = {
        "release": release,
        "described": described,
        "changes": changes,
        "new": _by_period(lines),
        "changed": list(_of(lines, "changed", described)),
        "gone": [*_of(lines, "withdrawn", described), *_of(lines, "removed", described)],
        "revisions": [one for one in revisions if one.cause != "new_period"],
        "overdue": [one for one in described.datasets if one.due_on is not None and one.due_on < today],
        "late": [one for one in described.currency if one.due_on is not None and one.due_on < today],
        "today": today,
        "listed": LISTED,
        "day": day_in_german,
        "cell": cell,
        "thousands": thousands,
    }
    text = fill(exports.__file__, "NEUES.md.j2", values)
    return page(f"Was ist neu? {described.title_de}", text)


def _lines(file: Path) -> Iterator[dict[str, str]]:
    if file.is_file():
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def _by_period(lines: Sequence[Mapping[str, str]]) -> list[tuple[str, int]]:
    """How many new numbers each day or year has, the newest first."""
    found = Counter(
        line.get("reference_date") or line.get("period_key") or line.get("reference_year") or ""
        for line in lines
        if line["change"] == "added" and line["new_value"]
    )
    return [(_day(when), number) for when, number in sorted(found.items(), reverse=True)]


def _of(lines: Sequence[Mapping[str, str]], change: str, described: Description) -> Iterator[Change]:
    """The lines of one kind in words; each row once where it went as a whole."""
    seen = set()
    for line in lines:
        if line["change"] != change:
            continue
        what = _named(line, described)
        if change != "changed":
            if what in seen:
                continue
            seen.add(what)
        elif line["column"] != "value":
            what = f"{what}: {line.get('column_de') or line['column']}"
        before = line.get("old_value_de") or _number(line["old_value"])
        after = line.get("new_value_de") or _number(line["new_value"])
        yield Change(what, before, after)


def _named(line: Mapping[str, str], described: Description) -> str:
    """What tells a row from others, as people call it: names and labels before codes."""
    parts = []
    for column in described.grain:
        name = {"area_code": "area_name", "area_key": "area_name"}.get(column, column)
        said = line.get(f"{column}_de") or line.get(name) or line.get(column, "")
        if said and line.get(column) != "_T":
            parts.append(_day(said))
    return ", ".join(parts)


def _day(text: str) -> str:
    """A day as it is written in German; a code, a year or a name stays as it is."""
    try:
        return day_in_german(date.fromisoformat(text.removeprefix("D")))
    except ValueError:
        return text


def _number(text: str) -> str:
    """A figure as it is written in German; what is no number stays as it is."""
    try:
        return at_most_two(float(text))
    except ValueError:
        return _day(text)
