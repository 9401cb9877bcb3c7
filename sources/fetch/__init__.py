"""Getting published files over the network: `fetch(way, target_dir, state)`, and
`FetchError` when it fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sources.fetch.archive import ArchiveLimits
from sources.fetch.errors import FetchError, Trouble
from sources.fetch.state import FetchState, Remembered
from sources.fetch.ways import DownloadWay, Fetched, GenesisWay

if TYPE_CHECKING:
    from sources.fetch.http import HttpClient

__all__ = [
    "ArchiveLimits",
    "DownloadWay",
    "FetchError",
    "FetchState",
    "Fetched",
    "GenesisWay",
    "Remembered",
    "Trouble",
    "fetch",
    "remember",
]


def fetch(
    way: DownloadWay | GenesisWay,
    target_dir: Path,
    state: FetchState,
    *,
    http: HttpClient | None = None,
    environ: Mapping[str, str] | None = None,
    limits: ArchiveLimits | None = None,
) -> Fetched:
    """Get the published file or files into `target_dir`, an empty folder of the caller's.

    Nothing is remembered: call `remember(state, fetched)` once the files have landed. A folder kept between
    two calls lets a broken-off download go on where it stopped.

    Args:
        way: from `declared.ways_of` or made by hand.
        http: a client to share between calls; its settings hold limits, timeouts and retries.
        environ: where credentials come from; the process's environment by default.

    Raises:
        FetchError: what happened, where, and what to do; never with a credential in it.
    """
    from sources.fetch.download import fetch_download
    from sources.fetch.genesis import GenesisClient
    from sources.fetch.http import HttpClient

    if isinstance(way, GenesisWay):
        return GenesisClient(way.instance, environ, http=http, limits=limits).fetch(way, target_dir, state)
    return fetch_download(way, target_dir, state, http or HttpClient(), limits or ArchiveLimits())


def remember(state: FetchState, fetched: Fetched) -> None:
    """Note that these files are landed, so that the same content is reported as unchanged from now on."""
    state.put(fetched.remembered())
