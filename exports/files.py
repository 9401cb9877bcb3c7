"""What is particular to files that are published: safe names, modes for everybody, ordinary files only."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

from sources.foundation.exits import USAGE
from sources.foundation.files import flush_to_disk, leftover_beside, remove
from sources.foundation.told import Told

OPEN_FOLDER, OPEN_FILE = 0o755, 0o644
"""Modes of what everybody may read: releases do not depend on the umask of whoever published them."""

SIGNATURE_SUFFIX = ".sig"
"""Beside a signed file lies its signature, under the same name with this at its end."""

PRODUCT_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""A product's name is a folder, a file and a view: lower case ASCII, no separators, no dots."""


class UnsafeName(ValueError):
    """A name that would leave its folder or could not be a file, a view and an address at once."""

    exit_code = USAGE


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
