"""Whether a delivery that was read may land: its areas, its times, its sums, and what landed before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sources.areas.divisions import check_areas
from sources.areas.reforms import reforms
from sources.areas.territory import REGISTER, OwnAreas, Territory
from sources.arrival.ledger import Ledger
from sources.arrival.snapshots import About, Incoming
from sources.arrival.vintages import refuse_same_time
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.errors import problem
from sources.forms.consistency import check_line_sums, check_records
from sources.readers.reading import Reading

FAR_AHEAD = 20
"""Years ahead that a town may decide on its areas; a later day is a slip of the pen."""


SMALL_AREAS = ("SMALL_AREA",)
WHOLE_TOWN = ("CITY",)
"""Levels of forms whose areas are those of the town's own list: the lowest ones, or the town itself."""


class Admission:
    """What deliveries are compared with: the areas on record, and accepted deliveries of the same time."""

    def __init__(self, catalog: Catalog, ledger: Ledger, town: Path) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._town = town

    def judge(self, incoming: Incoming, reading: Reading) -> None:
        """Refuse areas that are not known, figures of a time to come, parts that give no whole.

        Raises `SourceError` with the line of the first one.
        """
        declaration, name = incoming.declaration, incoming.file_name
        if declaration.shape == "cells" and "area_code" in reading.columns:
            self._territory(of_sample=incoming.is_sample).check(reading.areas(), name)
            own = self.own_areas(declaration, of_sample=incoming.is_sample)
            if own is not None:
                own.check(reading.areas(), name, whole=declaration.area_levels == WHOLE_TOWN)
        if declaration.form is not None:
            _refuse_future(declaration, reading, incoming.landed_at.date(), name)
            check_line_sums(declaration, reading.table, name)
            check_records(declaration, reading.table, name)
        if declaration.division or declaration.crosswalk:
            check_areas(declaration, reading.table, name)

    def compare(self, declaration: Declaration, about: About, table: Path) -> None:
        """Refuse cells that an accepted delivery of the same time prints differently: `SourceError`."""
        if declaration.shape == "cells":
            folder = self._ledger.folder / declaration.publisher / declaration.id
            others = [
                folder / f"snapshot={name}" / table.name
                for name in self._ledger.of_same_time(declaration, about)
            ]
            moment = about["published_at"] or about["retrieved_at"]
            refuse_same_time(table, others, about["file_name"], moment)

    def own_areas(self, declaration: Declaration, *, of_sample: bool) -> OwnAreas | None:
        """The publisher's own list of areas, for a form about them; None when no list has landed."""
        if declaration.form is None or declaration.area_levels not in (SMALL_AREAS, WHOLE_TOWN):
            return None
        for one in self._catalog.values():
            if one.publisher == declaration.publisher and one.division is not None:
                records = self._ledger.newest_records(one.id, of_sample=of_sample)
                return OwnAreas.known(records, one.division) if records else None
        return None

    def _territory(self, *, of_sample: bool) -> Territory:
        """The areas on record: the reforms, and the newest register of the same kind of origin."""
        register = self._ledger.newest_records(REGISTER, of_sample=of_sample)
        return Territory.known(register, own=reforms(self._town))


def _refuse_future(declaration: Declaration, reading: Reading, today: dt.date, file_name: str) -> None:
    """Refuse figures of a time that has not begun, and areas that begin or end in a far future.

    Raises `SourceError` with the line of the first one.
    """
    table = reading.table
    if declaration.shape == "cells":
        ahead = {
            text: declaration.reference_time.period(text)[0] for text in reading.times() if text is not None
        }
        late = {"time_text": {text for text, first in ahead.items() if first > today}}
    elif declaration.division is not None:
        limit = today.replace(year=today.year + FAR_AHEAD, day=1)
        late = {
            column: _after(reading, column, limit)
            for column in (declaration.division.valid_from, declaration.division.valid_to)
        }
        late["time_text"] = _after(reading, "time_text", today)
    else:
        return
    found = [
        (line, text)
        for column, texts in late.items()
        if texts
        for line, text in zip(table.column("line").to_pylist(), table.column(column).to_pylist(), strict=True)
        if text in texts
    ]
    if found:
        line, text = min(found)
        raise problem("not_yet", file_name, line=line, found=text)


def _after(reading: Reading, column: str, limit: dt.date) -> set[str]:
    """The days of a column, as printed, that lie after a day."""
    return {
        text
        for text in reading.table.column(column).unique().to_pylist()
        if text and dt.datetime.strptime(text, "%d.%m.%Y").date() > limit
    }
