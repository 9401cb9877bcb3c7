"""The way of a plain download: conditional, unpacked, and judged by its content."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase
from pathlib import Path

from sources.fetch import content
from sources.fetch.archive import ArchiveLimits, unpack
from sources.fetch.errors import FetchError, Trouble
from sources.fetch.http import HttpClient
from sources.fetch.state import FetchState
from sources.fetch.ways import DownloadWay, Fetched


def fetch_download(
    way: DownloadWay, target_dir: Path, state: FetchState, http: HttpClient, limits: ArchiveLimits
) -> Fetched:
    """Fetch the file of `way` into `target_dir` unless the publisher says, or its content shows, that
    it is known.

    Raises:
        FetchError: in words. Of a failed transfer only the resumable part stays in `target_dir`.
    """
    last = state.last(way.source_uri)
    target_dir.mkdir(parents=True, exist_ok=True)
    got = http.download(
        way.url,
        target_dir / ".download",
        etag=last.etag if last else None,
        last_modified=last.last_modified if last else None,
    )
    if got.unchanged or got.path is None:
        assert last is not None
        etag, modified = got.etag or last.etag, got.last_modified or last.last_modified
        return Fetched((), way.source_uri, etag, modified, got.retrieved_at, True, digest=last.digest)
    try:
        files = _files(way, got.path, got.file_name or "download", target_dir, limits)
    finally:
        got.path.unlink(missing_ok=True)
    digest = "+".join(content.table_digest(file) for file in files)
    unchanged = last is not None and last.digest == digest
    if unchanged:
        for file in files:
            file.unlink()
    return Fetched(
        () if unchanged else tuple(files),
        way.source_uri,
        got.etag,
        got.last_modified,
        got.retrieved_at,
        unchanged,
        published_at=got.last_modified,
        digest=digest,
    )


def _files(way: DownloadWay, path: Path, name: str, folder: Path, limits: ArchiveLimits) -> list[Path]:
    """The published files behind a download: itself, or what its transport ZIP holds,
    each judged by content.
    """
    found = content.recognise(path)
    if found.kind != content.ZIP or content.ZIP in way.expects:
        _judge(way, path, found)
        return [path.replace(folder / name)]
    inner = folder / ".unpacked"
    shutil.rmtree(inner, ignore_errors=True)
    inner.mkdir()
    try:
        members = _wanted(way, unpack(path, inner, limits))
        for member in members:
            _judge(way, member, content.recognise(member))
        return [member.replace(folder / member.name) for member in members]
    finally:
        shutil.rmtree(inner, ignore_errors=True)


def _wanted(way: DownloadWay, members: list[Path]) -> list[Path]:
    """The members that fit a pattern, in the order of the patterns; a single member always fits."""
    if len(members) == 1:
        return members
    found = [
        member
        for pattern in way.members
        for member in members
        if fnmatchcase(member.name.lower(), pattern.lower())
    ]
    if not found:
        raise FetchError(
            Trouble.NOT_DATA,
            f"The archive holds none of the files wanted ({', '.join(way.members)}) but "
            + ", ".join(sorted(member.name for member in members)[:10]),
            way.url,
            "Correct the file name patterns in the declaration.",
        )
    return list(dict.fromkeys(found))


def _judge(way: DownloadWay, path: Path, found: content.Content) -> None:
    if found.kind in way.expects:
        return
    if found.kind == content.EMPTY:
        raise FetchError(Trouble.EMPTY, "The publisher sent an empty file", way.url, "Run again later.")
    if found.kind == content.HTML:
        title = f" ({found.title!r})" if found.title else ""
        raise FetchError(
            Trouble.NOT_DATA,
            f"The publisher sent a web page{title} instead of the file",
            way.url,
            "This is usually a login page or maintenance: open the address in a browser.",
        )
    said = content.error_text(content.read_json(path)) if found.kind == content.JSON else ""
    raise FetchError(
        Trouble.NOT_DATA,
        f"The publisher sent {found.kind} instead of {' or '.join(sorted(way.expects))}"
        + (f", saying {said!r}" if said else ""),
        way.url,
        "Open the address in a browser; if the file is right there, correct what the declaration expects.",
    )
