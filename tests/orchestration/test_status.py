"""What `planstat status` says of the drop folder."""

from __future__ import annotations

import datetime as dt
import io
import os
import time
from pathlib import Path

from rich.console import Console

from orchestration.cli.status import _inbox, _newest, _print_currency, _print_inbox
from orchestration.currency import NONE, Currency
from orchestration.deliveries import Deliveries
from orchestration.resources import Paths


def shown_of(paths: Paths) -> str:
    stream = io.StringIO()
    _print_inbox(_inbox(paths), Console(file=stream, soft_wrap=True))
    return stream.getvalue()


def test_files_that_wait_and_files_to_correct(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert shown_of(paths) == ""
    paths.inbox.mkdir()
    file = paths.inbox / "kita-plaetze.csv"
    file.write_text("Stichtag;Plätze\n", encoding="utf-8")
    os.utime(file, (time.time() - 60,) * 2)
    assert "1 file lies in the inbox" in shown_of(paths)
    assert "refused" not in shown_of(paths)
    with Deliveries(paths, "drop").received() as deliveries:
        assert deliveries.take("kita-plaetze").status == "set aside"
    assert "kita-plaetze.csv was refused: kita-plaetze.csv.abgelehnt.txt says why" in shown_of(paths)


def test_newest_values_and_what_is_overdue_on_a_day() -> None:
    def one(
        newest: str, following: str | None, due: str | None, dataset: str | None
    ) -> dict[str, str | None]:
        return {"newest_date": newest, "next_date": following, "due_on": due, "dataset_id": dataset}

    known = Currency(
        {
            "P03": one("2015-12-31", "2016-12-31", "2017-11-30", "12411-02-03-4"),
            "A01": one("2025-12-31", "2026-12-31", "2027-04-30", "13211-02-05-4"),
            "P15": one("2015-12-31", None, None, None),
        },
        {
            "22121-01-03-4": {
                "newest_date": "2015-12-31", "next_date": "2016-12-31", "due_on": "2017-12-31",
                "successors": "22121-01-04-4",
            },
            "13211-02-05-4": {
                "newest_date": "2025-12-31", "next_date": "2026-12-31", "due_on": "2027-04-30",
                "successors": None,
            },
        },
    )  # fmt: skip

    def printed_on(today: dt.date, known: Currency) -> str:
        stream = io.StringIO()
        _print_currency(_newest(known), known.late(today), Console(file=stream, soft_wrap=True))
        return stream.getvalue()

    said = printed_on(dt.date(2026, 11, 30), known)
    assert "31.12.2025 A01" in said
    assert "31.12.2015 P03, P15" in said
    assert "12411-02-03-4 of 31.12.2016 was due by 30.11.2017: P03" in said
    assert "22121-01-03-4 of 31.12.2016 was due by 31.12.2017, goes on in 22121-01-04-4" in said
    assert "13211-02-05-4" not in said
    assert "13211-02-05-4 of 31.12.2026 was due by 30.04.2027: A01" in printed_on(dt.date(2027, 5, 1), known)
    assert "overdue" not in printed_on(dt.date(2017, 11, 30), known)
    assert printed_on(dt.date(2026, 11, 30), NONE) == ""
