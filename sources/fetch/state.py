"""What the last accepted retrieval of each address was: a small JSON file beside landing.

It belongs to the caller: `fetch` only reads it, and `remember` is called once the files have landed. A
file that was fetched but set aside is therefore fetched again next time instead of being reported as
unchanged. The state is a convenience, never the truth: an unreadable state file only means that everything
is fetched once more.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sources.foundation.files import write_text


@dataclass(frozen=True)
class Remembered:
    """One address as it was last accepted. Times are ISO 8601 in UTC; `digest` is `content.table_digest`."""

    source_uri: str
    digest: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retrieved_at: str = ""
    pending_job: str | None = None


class FetchState:
    """The remembered retrievals, by source address; written as a whole, atomically."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries = _read(path)

    def last(self, source_uri: str) -> Remembered | None:
        """The last accepted retrieval of this address, or None."""
        return self._entries.get(source_uri)

    def put(self, entry: Remembered) -> None:
        """Replace what is remembered for the entry's address and write the file."""
        self._entries = _read(self.path) | {entry.source_uri: entry}
        self._write()

    def _write(self) -> None:
        body = {key: asdict(value) for key, value in sorted(self._entries.items())}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_text(self.path, json.dumps(body, ensure_ascii=False, indent=1))


def _read(path: Path) -> dict[str, Remembered]:
    try:
        body: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(body, dict):
        return {}
    names = {field.name for field in fields(Remembered)}
    return {
        str(key): Remembered(**value)
        for key, value in body.items()
        if isinstance(value, dict)
        and set(value) <= names
        and value.get("source_uri") == key
        and all(item is None or isinstance(item, str) for item in value.values())
    }
