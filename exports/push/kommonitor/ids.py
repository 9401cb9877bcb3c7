"""Which thing on a server belongs to which here, and the log of what was sent: two files in the data root.

The ids are a help, not the truth: what they name is looked up in every push, and what is not there any more
is made anew. Only the owner may read either file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.foundation.exits import FAILED
from sources.foundation.files import readable_json, write_text
from sources.foundation.told import Told

FORMAT = 1
MODE = 0o600


class BadIds(RuntimeError):
    """The file of ids cannot be used; the message says what to do."""

    exit_code = FAILED


@dataclass
class Ids:
    """Ids of one server: topics by policy field, levels and indicators by their own names here."""

    file: Path
    address: str
    topics: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    indicators: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path, address: str) -> Ids:
        """The ids of a server; none for one that nothing was sent to yet. Raises `BadIds`."""
        kept = _servers(file).get(address, {})
        return cls(file, address, *(dict(kept.get(name, {})) for name in ("topics", "levels", "indicators")))

    def save(self) -> None:
        """Write them beside those of other servers; the file is replaced whole."""
        own = {"topics": self.topics, "levels": self.levels, "indicators": self.indicators}
        servers = {**_servers(self.file), self.address: own}
        write_text(self.file, readable_json({"format": FORMAT, "servers": servers}), mode=MODE)


def _servers(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        known, servers = found["format"] == FORMAT, dict(found["servers"])
    except (ValueError, KeyError, TypeError):
        known, servers = False, {}
    if not known:
        raise BadIds(
            Told(
                f"{file}: is no file of ids of format {FORMAT}; restore it from a backup, or move it away: "
                "what is in KomMonitor is then found by its tags",
                f"{file}: ist keine Datei mit Ids im Format {FORMAT}; aus der Sicherung wiederherstellen "
                "oder wegnehmen: was in KomMonitor liegt, wird dann an den Tags erkannt",
            )
        )
    return servers


def log_line(file: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to the log of what was sent."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    write_text(file, before + json.dumps(dict(entry), ensure_ascii=False) + "\n", mode=MODE)
