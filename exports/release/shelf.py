"""The shelf: letters and workbooks that lie beside the editions, each with the editions it was made of.

Nothing on it is an edition: a file is made of released ones and names them. `receipt.json` there remembers of
each file its hash and its editions, so that it is made anew when one is new, and a changed file is found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from exports import files
from exports.release.edition import READING, list_releases
from exports.release.index import write_index
from sources.foundation.editions import RECEIPT
from sources.foundation.files import locked, readable_json, replacing, sha256_of, write_text


def put(
    releases_root: Path, place: str, made_from: Sequence[str], write: Callable[[Path], object]
) -> Path | None:
    """Let `write` make the file at `place` (from the folder of releases), unless it is there from these.

    `made_from` are ids of editions. Gives the path of a file that was made, None where it was there.
    """
    path = releases_root / place
    with locked(releases_root / ".lock"):
        known = _recorded(releases_root)
        entry = known.get(path.name)
        if entry and entry["made_from"] == list(made_from) and _is_whole(path, entry):
            return None
        files.open_folder(path.parent)
        with replacing(path, mode=files.OPEN_FILE) as beside:
            write(beside)
        known[path.name] = {"sha256": sha256_of(path), "made_from": list(made_from)}
        _record(releases_root, known)
    return path


def keep_only(releases_root: Path, suffix: str, places: Collection[str]) -> None:
    """Take files of a kind off the shelf that nobody asks for any more."""
    with locked(releases_root / ".lock"):
        known = _recorded(releases_root)
        gone = [name for name in known if name.endswith(suffix) and f"{READING}/{name}" not in places]
        for name in gone:
            (releases_root / READING / name).unlink(missing_ok=True)
            del known[name]
        if gone:
            _record(releases_root, known)


def problems(releases_root: Path) -> list[str]:
    """Files of the shelf that are not as they were made, in words."""
    return [
        f"{releases_root / READING / name}: is not as it was made; delete it, the next run makes it anew"
        for name, entry in sorted(_recorded(releases_root).items())
        if not _is_whole(releases_root / READING / name, entry)
    ]


def _is_whole(path: Path, entry: dict[str, Any]) -> bool:
    return path.is_file() and sha256_of(path) == entry["sha256"]


def _recorded(releases_root: Path) -> dict[str, dict[str, Any]]:
    """What the shelf holds, by name."""
    try:
        found: dict[str, dict[str, Any]] = json.loads(
            (releases_root / READING / RECEIPT).read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return found


def _record(releases_root: Path, known: dict[str, dict[str, Any]]) -> None:
    """Remember what the shelf holds, and link it on the page of the editions."""
    receipt = releases_root / READING / RECEIPT
    write_text(receipt, readable_json(dict(sorted(known.items()))), mode=files.OPEN_FILE)
    write_index(releases_root, list_releases(releases_root))
