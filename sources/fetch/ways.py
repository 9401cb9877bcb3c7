"""The two ways over the network that a declaration can name, as plain values, and what
a retrieval returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sources.fetch import content
from sources.fetch.state import Remembered


@dataclass(frozen=True)
class DownloadWay:
    """A file at a fixed address.

    Args:
        url: http or https address.
        expects: kinds of content (`sources.fetch.content`) that are the file; anything else is refused. A
            ZIP is unpacked when it is not a workbook, and its members are judged by the same set.
        members: glob patterns of the files wanted from an archive that holds several, the main one first
            (case does not count).
    """

    url: str
    expects: frozenset[str] = frozenset({content.TEXT, content.WORKBOOK, content.OLD_WORKBOOK})
    members: tuple[str, ...] = ("*",)

    @property
    def source_uri(self) -> str:
        return self.url


@dataclass(frozen=True)
class GenesisWay:
    """A table of a GENESIS interface.

    Args:
        instance: id in `genesis.INSTANCES`.
        table: table code of the publisher.
        wire_format: `ffcsv` (flat) or `datencsv` (classic).
        start_year, end_year: first and last year asked for; None leaves it to the publisher.
        regional_variable, regional_key: restrict areas, as the interface has it.
        quality: ask for the quality column.
        slice_years: fetch the table in slices of that many years from the start (ffcsv only); None asks for
            the whole table, and for a job or halves of it only when the publisher says that it is too large.
    """

    instance: str
    table: str
    wire_format: str = "ffcsv"
    language: str = "de"
    area: str = "all"
    start_year: int | None = None
    end_year: int | None = None
    regional_variable: str = ""
    regional_key: str = ""
    quality: bool = True
    slice_years: int | None = None

    @property
    def source_uri(self) -> str:
        """A stable name of what is asked for, without credentials: `genesis://instance/table?…`."""
        asked = [f"format={self.wire_format}", f"language={self.language}"]
        for name, value in (
            ("area", self.area if self.area != "all" else ""),
            ("startyear", self.start_year),
            ("endyear", self.end_year),
            ("regionalvariable", self.regional_variable),
            ("regionalkey", self.regional_key),
        ):
            asked += [f"{name}={value}"] if value else []
        asked += [] if self.quality else ["quality=off"]
        return f"genesis://{self.instance}/{self.table}?{'&'.join(asked)}"


@dataclass(frozen=True)
class Fetched:
    """What a retrieval brought.

    Args:
        files: the files as published (members of a transport ZIP, unpacked), in order; empty when
        `unchanged`.
        source_uri: where from, without credentials or user information.
        etag, last_modified: the publisher's validators, None when it sends none.
        retrieved_at: end of the transfer, UTC.
        unchanged: the publisher holds what was last remembered; nothing is to be landed.
        published_at: the publisher's own time stamp of the object, in its own words, None when it gives none.
        digest: `content.table_digest` over the files, what `unchanged` is decided by when there is no
        validator.
        metadata: the publisher's own description of a GENESIS table (JSON file), None for downloads.
    """

    files: tuple[Path, ...]
    source_uri: str
    etag: str | None
    last_modified: str | None
    retrieved_at: datetime
    unchanged: bool
    published_at: str | None = None
    digest: str = ""
    metadata: Path | None = None
    notes: tuple[str, ...] = field(default=())

    def remembered(self) -> Remembered:
        """The entry to put into `FetchState` once the files have landed."""
        return Remembered(
            source_uri=self.source_uri,
            digest=self.digest,
            etag=self.etag,
            last_modified=self.last_modified,
            retrieved_at=self.retrieved_at.isoformat(timespec="seconds"),
        )
