"""Unpacks a publisher's ZIP into a folder, refusing what a statistics file never needs.

Refused are: paths that leave the folder, links, encrypted members, archives within archives, two members of
one name, and bombs (counted while unpacking; sizes written in the archive are not believed).
"""

from __future__ import annotations

import errno
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sources.fetch import content
from sources.fetch.errors import FetchError, Trouble

_CHUNK = 1 << 20
_IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class ArchiveLimits:
    """Sizes in bytes; `ratio` is unpacked over packed size, judged once more than
    `ratio_from` bytes are out.
    """

    members: int = 500
    total: int = 16 * 1024**3
    ratio: int = 250
    ratio_from: int = 64 * 1024**2


def unpack(archive: Path, folder: Path, limits: ArchiveLimits = ArchiveLimits()) -> list[Path]:
    """Unpack all files of `archive` into `folder` (flat archives and one level of folders alike).

    Members in folders keep only their file name, so nothing is ever written beside `folder`.

    Returns:
        The files written, in the order of the archive.

    Raises:
        FetchError: the archive is broken (`NOT_DATA`), empty (`EMPTY`), over a limit (`TOO_LARGE`) or unsafe.
            Files written so far are removed.
    """
    written: list[Path] = []
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if not _ignored(info)]
            _check_names(archive, members, limits)
            if not members:
                raise FetchError(
                    Trouble.EMPTY,
                    "The archive holds no file",
                    archive.name,
                    "Ask the publisher; the last good snapshot stays current.",
                )
            room = limits.total
            for info in members:
                target = folder / PurePosixPath(info.filename).name
                written.append(target)
                room -= _write(opened, info, target, archive, room, limits)
                if content.recognise(target).kind in (content.ZIP, content.GZIP):
                    raise _unsafe(
                        archive, f"The archive holds another archive, {info.filename!r}", "Unpack it by hand."
                    )
    except FetchError:
        _remove(written)
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as err:
        _remove(written)
        if isinstance(err, OSError) and err.errno != errno.EINVAL:  # a place before the file
            raise
        raise FetchError(
            Trouble.NOT_DATA,
            f"The archive cannot be unpacked: {type(err).__name__}: {str(err)[:200]}",
            archive.name,
            "Fetch it again; if it stays broken, ask the publisher.",
        ) from None
    return written


def _write(
    opened: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    target: Path,
    archive: Path,
    room: int,
    limits: ArchiveLimits,
) -> int:
    out = 0
    with opened.open(info) as member, target.open("wb") as file:
        while chunk := member.read(_CHUNK):
            out += len(chunk)
            if out > room:
                raise FetchError(
                    Trouble.TOO_LARGE,
                    f"The archive unpacks to more than {limits.total:,} bytes",
                    archive.name,
                    "If the file is expected to be that large, raise the limit in the settings.",
                )
            if out > limits.ratio_from and out > limits.ratio * max(info.compress_size, 1):
                raise FetchError(
                    Trouble.UNSAFE,
                    f"{info.filename!r} unpacks to over {limits.ratio} times its packed size (a ZIP bomb)",
                    archive.name,
                    "Look at the file by hand before you trust it.",
                )
            file.write(chunk)
    return out


def _check_names(archive: Path, members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(members) > limits.members:
        raise FetchError(
            Trouble.TOO_LARGE,
            f"The archive holds {len(members)} files, more than {limits.members}",
            archive.name,
            "Look at the file by hand.",
        )
    seen: set[str] = set()
    for info in members:
        name = info.filename
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or (len(name) > 1 and name[1] == ":"):
            raise _unsafe(
                archive, f"The archive holds a path that leaves its folder, {name!r}", "Do not use it."
            )
        if any(ord(char) < 32 or ord(char) == 127 for char in name) or not path.name or len(path.name) > 200:
            raise _unsafe(
                archive, f"The archive holds a file name that cannot be used, {name!r}", "Do not use it."
            )
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise _unsafe(archive, f"The archive holds a link or device, {name!r}", "Do not use it.")
        if info.flag_bits & 0x1:
            raise _unsafe(
                archive, f"{name!r} is encrypted", "Unpack it by hand and put the file into the inbox."
            )
        if path.name.lower() in seen:
            raise _unsafe(archive, f"The archive holds {path.name!r} twice", "Unpack it by hand.")
        seen.add(path.name.lower())


def _ignored(info: zipfile.ZipInfo) -> bool:
    return info.is_dir() or info.filename.startswith(_IGNORED[0]) or info.filename.endswith(_IGNORED[1:])


def _unsafe(archive: Path, what: str, remedy: str) -> FetchError:
    return FetchError(Trouble.UNSAFE, what, archive.name, remedy)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
