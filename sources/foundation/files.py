"""Files that are never seen half written: hashes, siblings that take a name at once, locks.

The rule is always the same: write beside the target, then rename. A rename on one file system happens
whole or not at all, so a process killed at any point leaves either the old state or the new one, plus at
most a leftover whose name starts with `LEFTOVER` and names the process; `sweep` removes those of processes
that are gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from .exits import IN_USE

LEFTOVER = ".tmp-"
"""Names that start so belong to an unfinished write."""


class Busy(RuntimeError):
    """Another process holds the lock for longer than we are willing to wait."""

    exit_code = IN_USE


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_text(text: str) -> str:
    """The SHA-256 of a text's bytes (UTF-8) in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no blanks: the same value gives the same text, so it can be hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def readable_json(value: Any) -> str:
    """JSON for people: indented, umlauts as they are, keys in the order given, newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def flush_to_disk(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def leftover_beside(path: Path) -> Path:
    """A name in the same folder for something unfinished; unique to this process and moment."""
    return path.with_name(f"{LEFTOVER}{os.getpid()}-{uuid4().hex[:12]}-{path.name}")


@contextlib.contextmanager
def replacing(path: Path, *, lasting: bool = False, mode: int | None = None) -> Iterator[Path]:
    """A sibling to write into. It takes the place of `path` when the block ends, and goes when it fails.

    `lasting`: flushed to the disk before and after. `mode` overrules the umask.
    """
    beside = leftover_beside(path)
    try:
        yield beside
        if mode is not None:
            beside.chmod(mode)
        if lasting:
            flush_to_disk(beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if lasting:
        flush_to_disk(path.parent)


def write_text(path: Path, text: str, *, mode: int | None = None) -> None:
    """Replace a text file whole (UTF-8, line ends as given), so that it survives a power cut."""
    with replacing(path, lasting=True, mode=mode) as beside:
        beside.write_text(text, encoding="utf-8", newline="")


def flush_tree(folder: Path) -> None:
    """Make every file of a folder, and the folders themselves, survive a power cut."""
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            flush_to_disk(Path(place) / name)
        flush_to_disk(Path(place))


def move_aside(path: Path, into: Path) -> Path:
    """Move what is damaged or in the wrong place into a folder, under its name and a number; where it is now.

    Nothing is deleted: a person may want to see what it was. Both lie on one file system.
    """
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while os.path.lexists(place := into / f"{path.name}.{number}"):
        number += 1
    if path.is_dir() and not path.is_symlink():
        path.chmod(0o700)  # a folder that is write-protected cannot be renamed by everybody
    path.rename(place)
    return place


def remove(path: Path) -> None:
    """Delete a file, a link or a folder with everything in it, write-protected or not."""
    if path.is_dir() and not path.is_symlink():
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(0o700)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sweep(folder: Path, *, depth: int = 0, of: str | None = None) -> list[str]:
    """Remove what processes that are gone, or this one, left in a folder. Call it while nothing is written.

    `depth`: levels of folders below it too. `of`: only what was to become this name.
    """
    swept = []
    for level in range(depth + 1):
        for entry in sorted(folder.glob("*/" * level + f"{LEFTOVER}*" + (f"-{of}" if of else ""))):
            owner = entry.name.removeprefix(LEFTOVER).split("-")[0]
            if owner.isdigit() and int(owner) != os.getpid() and _is_running(int(owner)):
                continue
            remove(entry)
            swept.append(entry.name)
    return swept


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def locked(path: Path, wait_seconds: float = 60.0) -> Iterator[None]:
    """Hold a lock file; the system lets go of it when the process ends, however it ends. The file stays.

    Raises `Busy` when somebody else (a thread or a process) still holds it after `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(path).acquire(timeout=wait_seconds)
    except Timeout:
        raise Busy(
            f"another process is working in {path.parent} and holds {path.name} "
            f"for more than {wait_seconds:g} s: wait for it to end, then run again"
        ) from None
    with held:
        yield
