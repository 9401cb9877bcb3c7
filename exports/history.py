"""What was published, remembered apart from the folder of releases: a loss or change there is noticed.

A history is a file of lines, one event each, in JSON. Every line names the hash of the line before it, so
that none can be changed or taken out in the middle; with the office's key every line is signed (HMAC), so
that nobody without the key writes one. Lines can be cut off at the end: `head` is the hash of the last
line, which an office may note elsewhere and ask for later (`contains`).

Events: `intends` (an edition is about to be moved into place), then `published` or `abandoned`; `adopted` (it
was there before the history began); `lost` (the office knows that it is gone or damaged, with the reason).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from exports.signing import Signer
from sources.foundation.exits import FAILED
from sources.foundation.files import canonical_json, flush_to_disk

SHORTEST_KEY = 32
"""Bytes that the office's key has at least."""


class HistoryError(RuntimeError):
    """A history that was changed, or that the office's key did not sign; the message says where."""

    exit_code = FAILED


def signature(key: bytes, purpose: str, content: Mapping[str, Any]) -> str | None:
    """HMAC-SHA256 of plain data for one purpose; None without a key."""
    if not key:
        return None
    return hmac.new(key, f"{purpose}\n{canonical_json(content)}".encode(), hashlib.sha256).hexdigest()


def is_signed(key: bytes, purpose: str, content: Mapping[str, Any], found: object) -> bool:
    """Whether a signature is that of this content. Without a key nothing can be said, so it holds."""
    expected = signature(key, purpose, content)
    return expected is None or (isinstance(found, str) and hmac.compare_digest(expected, found))


@dataclass(frozen=True)
class Event:
    """One line. `universe` and `parquet_sha256` are those of a protected product's edition."""

    event: str
    product: str
    version: str
    receipt_sha256: str
    at: str
    universe: str | None = None
    parquet_sha256: str | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """The edition: `<product>/<version>`."""
        return f"{self.product}/{self.version}"


@dataclass(frozen=True)
class History:
    """The history of one folder of releases. Write only while the folder's lock is held."""

    path: Path
    key: bytes = field(default=b"", repr=False)

    @property
    def exists(self) -> bool:
        """Whether anything was ever remembered."""
        return self.path.exists()

    def events(self) -> list[Event]:
        """All events, oldest first. Raises HistoryError for a line that was changed, taken out or forged."""
        return [event for event, _ in self._lines()]

    def head(self) -> str:
        """The hash of the last line; empty before the first."""
        lines = self._lines()
        return lines[-1][1] if lines else ""

    def contains(self, head: str) -> bool:
        """Whether a head that was noted before is part of this history: nothing was cut off since."""
        return any(hash_ == head for _, hash_ in self._lines())

    def editions(self) -> dict[str, Event]:
        """Every edition that is out, by id: published or adopted, and not known to be lost."""
        return out_by(self.events())

    def lost(self) -> dict[str, Event]:
        """Editions of which the office knows that they are lost."""
        return lost_by(self.events())

    def open_intent(self) -> Event | None:
        """An edition whose publication was interrupted: whether it came out, its folder says."""
        events = self.events()
        return events[-1] if events and events[-1].event == "intends" else None

    def salvaged(self) -> list[Event]:
        """The events of a damaged history whose lines can be read, whether or not they follow each other."""
        found = []
        for line in _whole_lines(self.path).splitlines() if self.path.is_file() else ():
            try:
                body = json.loads(line)
                found.append(Event(**{key: body[key] for key in body.keys() - {"before", "signature"}}))
            except (ValueError, TypeError, AttributeError):
                continue
        return found

    def append(self, event: Event) -> None:
        """Add a line and bring it to the disk. What a killed process left of a line is cut off first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            content = _whole_lines(self.path)
            if file.seek(0, os.SEEK_END) != len(content):
                file.truncate(len(content))
            body = {**asdict(event), "before": _last_hash(content)}
            body["signature"] = signature(self.key, "history", body)
            file.write(canonical_json(body).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        flush_to_disk(self.path.parent)

    def _lines(self) -> list[tuple[Event, str]]:
        found: list[tuple[Event, str]] = []
        before = ""
        for number, line in enumerate(_whole_lines(self.path).splitlines(), start=1):
            where = f"{self.path}: line {number}"
            try:
                body = json.loads(line)
                signed = body.pop("signature")
                event = Event(**{key: value for key, value in body.items() if key != "before"})
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                raise HistoryError(f"{where} cannot be read ({problem}); restore it from a backup") from None
            if body["before"] != before:
                raise HistoryError(
                    f"{where} does not follow the line before it: a line was changed or taken out; restore "
                    "the file from a backup"
                )
            if not is_signed(self.key, "history", body, signed):
                raise HistoryError(
                    f"{where} is not signed with the office's key: somebody else wrote it, or the key is new "
                    "(`planstat releases adopt` signs what lies here after you have looked at it)"
                )
            before = hashlib.sha256(line).hexdigest()
            found.append((event, before))
        return found


def out_by(events: Iterable[Event]) -> dict[str, Event]:
    """The editions that are out by these events, by id."""
    found: dict[str, Event] = {}
    for event in events:
        if event.event in ("published", "adopted"):
            found[event.id] = event
        elif event.event == "lost":
            found.pop(event.id, None)
    return found


def lost_by(events: Iterable[Event]) -> dict[str, Event]:
    """The editions that are lost by these events, by id."""
    return {event.id: event for event in events if event.event == "lost"}


@dataclass(frozen=True)
class Remembered:
    """What was ever published about the cases of one universe: edition -> hash of its Parquet file.

    `lost`: editions that the office knows to be lost, so that no attack can take them into account.
    """

    editions: Mapping[str, str | None] = field(default_factory=dict)
    lost: tuple[str, ...] = ()

    def gaps(self, found: Mapping[str, str]) -> list[str]:
        """Remembered editions that are not among those found, or not as they were."""
        return [name for name, sha256 in sorted(self.editions.items()) if found.get(name) != sha256]


@dataclass(frozen=True)
class Memory:
    """Where the histories of folders of releases lie, as named, else beside the folder; the office's keys.

    `signer`: the SSH key by which editions are signed too, for readers outside the office.
    """

    places: Mapping[Path, Path] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)
    signer: Signer | None = None

    def of(self, releases: Path) -> History:
        """The history of a folder of releases."""
        beside = releases.with_name(f"{releases.name}.history.jsonl")
        return History(self.places.get(releases, beside), self.key)


BESIDE = Memory()
"""Histories beside their folders, and no key."""


def _whole_lines(path: Path) -> bytes:
    """The file up to its last line end."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise HistoryError(f"{path}: cannot be read ({problem.strerror}); restore it from a backup") from None
    return content[: content.rfind(b"\n") + 1]


def _last_hash(content: bytes) -> str:
    lines = content.splitlines()
    return hashlib.sha256(lines[-1]).hexdigest() if lines else ""
