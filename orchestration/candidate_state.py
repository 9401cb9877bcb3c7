"""What is remembered of candidates between two runs, so that what did not change is not done again.

`candidate_state.json` remembers per product

- `key`: a hash of what the candidate was built from (the mart's fingerprint, the product's description, the
  code of the exports). That a file was set aside since is no part of it: it is told with the next release.
- `fingerprint`: the candidate's content; a current release with the same one makes building, checking and
  publishing idle.
- `files`: the hash of every file as it was written; `beside`: those of what the gate reads beside it.
- `public`: the editions about the same cases that its protection was planned with.
- `gate`: a hash of what the gate looked at; its answer lies in the candidate's receipt.

What is demanded is never read from there, but from the declarations: whoever can write to the data root could
ask for less. With the office's key each entry is sealed, and one that is not is taken for none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypedDict

from sources import foundation
from sources.foundation.editions import AFTERWARDS
from sources.foundation.files import sha256_of

from .resources import read_json, write_json


class Kept(TypedDict, total=False):
    """What is remembered of a candidate, see above; `waits` alone where there is none."""

    waits: str
    key: str
    relation: str | None
    fingerprint: str
    files: dict[str, str]
    beside: dict[str, str | None]
    rows: int
    public: list[str]
    lineage: str
    gate: str


@dataclass(frozen=True)
class CandidateState:
    """The entries of a file, sealed with a key (empty: not sealed)."""

    file: Path
    key: bytes

    def read(self, name: str) -> dict[str, Any]:
        """An entry; {} for one that is absent, or that the office's key did not seal."""
        from exports.history import is_signed

        entry = read_json(self.file).get(name)
        if not isinstance(entry, dict):
            return {}
        content = {key: value for key, value in entry.items() if key != "seal"}
        return content if is_signed(self.key, f"state {name}", content, entry.get("seal")) else {}

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Put an entry in the place of the one before."""
        from exports.history import signature

        entry = {**content, "seal": signature(self.key, f"state {name}", content)}
        write_json(self.file, {**read_json(self.file), name: entry})


def code_hash(package: ModuleType) -> str:
    """SHA-256 over the Python and YAML files of a package and the foundation that it stands on.

    Other code may build or judge otherwise.
    """
    found = hashlib.sha256()
    for folder in (Path(next(iter(one.__path__))) for one in (package, foundation)):
        for file in sorted([*folder.rglob("*.py"), *folder.rglob("*.yml")]):
            found.update(str(file.relative_to(folder)).encode() + b"\0")
            found.update(bytes.fromhex(sha256_of(file)))
    return found.hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """Hash of every file of a candidate that is not written by attack or gate; {} without a candidate."""
    from exports.files import regular_files

    if not folder.is_dir():
        return {}
    return {name: sha256_of(path) for name, path in regular_files(folder).items() if name not in AFTERWARDS}


def identities(*paths: Path | None) -> list[tuple[int, int, int] | None]:
    """What changes when anybody writes to these files or puts others in their place."""
    found = [path.stat() if path is not None and path.exists() else None for path in paths]
    return [None if one is None else (one.st_ino, one.st_ctime_ns, one.st_size) for one in found]


def digest(content: object) -> str:
    """SHA-256 of plain data."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
