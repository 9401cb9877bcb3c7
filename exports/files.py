"""Files that are never seen half written: temporary siblings, renames, hashes, locks.

Everything the exports put on disk goes through here. The rule is always the same: write beside the target,
flush to the disk, rename. A rename on one file system happens whole or not at all, so a process killed at any
point leaves either the old state or the new one, plus at most a leftover whose name starts with `.tmp-`;
`sweep` removes those on the next start.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sources.foundation.told import Told

OPEN_FOLDER, OPEN_FILE = 0o755, 0o644
"""Modes of what everybody may read: releases do not depend on the umask of whoever published them."""

LEFTOVER = ".tmp-"
"""Names that start so belong to an unfinished write."""

PRODUCT_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""A product's name is a folder, a file and a view: lower case ASCII, no separators, no dots."""


class UnsafeName(ValueError):
    """A name that would leave its folder or could not be a file, a view and an address at once."""


class Busy(RuntimeError):
    """Another process holds the lock for longer than we are willing to wait."""


def product_name(name: str) -> str:
    """Give the name back when it is safe as folder, file and view name; raise `UnsafeName` otherwise."""
    if not PRODUCT_NAME.fullmatch(name):
        raise UnsafeName(
            Told(
                f"{name!r} is no product name: use lower case letters, digits and _, starting with a letter, "
                "32 characters at most",
                f"{name!r} ist kein Produktname: Kleinbuchstaben, Ziffern und _, am Anfang ein Buchstabe, "
                "höchstens 32 Zeichen",
            )
        )
    return name


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    return path.with_name(f"{LEFTOVER}{path.name}-{os.getpid()}-{time.monotonic_ns():x}")


def open_folder(path: Path) -> None:
    """Make a folder that everybody may read and only its owner may write, whatever the umask."""
    path.mkdir(parents=True, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) != OPEN_FOLDER:
        path.chmod(OPEN_FOLDER)


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, whatever the umask; what was looser is closed."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) != 0o700:
        path.chmod(0o700)
    return path


def write_text(path: Path, text: str, mode: int | None = None) -> None:
    """Replace a text file whole (UTF-8, line ends as given); `mode` overrules the umask."""
    temporary = leftover_beside(path)
    with temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    flush_to_disk(path.parent)


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file into a new one and give the SHA-256 of what was copied. Raises FileExistsError."""
    digest = hashlib.sha256()
    with source.open("rb") as given, target.open("xb") as copied:
        while block := given.read(1 << 20):
            digest.update(block)
            copied.write(block)
        copied.flush()
        os.fsync(copied.fileno())
    return digest.hexdigest()


def replace_folder(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`; both on one file system.

    Linux cannot swap two filled folders in one portable call, so for an instant the target is absent. That is
    why only candidates are replaced like this; releases are never replaced at all.
    """
    if target.exists():
        old = leftover_beside(target)
        target.rename(old)
        new.rename(target)
        remove(old)
    else:
        new.rename(target)
    flush_to_disk(target.parent)


def remove(path: Path) -> None:
    """Delete a file, a link or a folder with everything in it, write-protected or not."""
    if path.is_dir() and not path.is_symlink():
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(0o700)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> list[str]:
    """Remove what a killed run left in this folder; call only while holding the folder's lock."""
    if not folder.is_dir():
        return []
    leftovers = sorted(entry for entry in folder.iterdir() if entry.name.startswith(LEFTOVER))
    for entry in leftovers:
        remove(entry)
    return [entry.name for entry in leftovers]


def regular_files(folder: Path) -> dict[str, Path]:
    """Every file below a folder by its relative name with `/`, sorted.

    A link or a device is refused: its bytes could change after they were hashed.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise UnsafeName(f"{path} is no ordinary file; only ordinary files can be published")
        found[path.relative_to(folder).as_posix()] = path
    return found


@contextlib.contextmanager
def locked(path: Path, wait_seconds: float = 60.0) -> Iterator[None]:
    """Hold the lock file `path`; the kernel lets go of it when the process ends, however it ends.

    Raises `Busy` when another process still holds it after `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise Busy(
                        f"another process is working in {path.parent} and holds {path.name} "
                        f"for more than {wait_seconds:g} s: wait for it to end, then run again"
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)
