"""The atlas at the command line: served to this computer."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from sources.foundation.told import Phrase, Told

from ..resources import Settings
from .display import ONLY_INTERNAL
from .language import Language

if TYPE_CHECKING:
    from rich.console import Console

LOOPBACK = "127.0.0.1"


class _Pages(SimpleHTTPRequestHandler):
    """The files of one edition, for this computer only; a page elsewhere cannot name itself its host."""

    def do_GET(self) -> None:
        if self._is_asked_here():
            super().do_GET()

    def do_HEAD(self) -> None:
        if self._is_asked_here():
            super().do_HEAD()

    def _is_asked_here(self) -> bool:
        host, _, _ = self.headers.get("Host", "").partition(":")
        if host in (LOOPBACK, "localhost"):
            return True
        self.send_error(403)
        return False

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written down of who looks at what."""


def server_of(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the files in `folder` on the loopback address; port 0: any that is free."""
    return ThreadingHTTPServer((LOOPBACK, port), functools.partial(_Pages, directory=str(folder)))


def serve_atlas(
    settings: Settings, port: int, console: Console, language: Language = "en", *, internal: bool = False
) -> None:
    """Serve the current atlas, or the `internal` one, until it is interrupted.

    Raises `exports.release.ReleaseError` without an atlas, or where the port is taken.
    """
    from exports.release import ReleaseError, verify

    root = settings.paths.internal if internal else settings.paths.releases
    edition = verify(root, "atlas", None, settings.memory)
    try:
        server = server_of(edition.path, port)
    except OSError as problem:
        raise ReleaseError(
            Told(
                f"port {port} cannot be used ({problem.strerror}); give another by --port",
                f"Port {port} ist nicht zu haben ({problem.strerror}); einen anderen mit --port angeben",
            )
        ) from problem
    with server:
        address = f"http://{LOOPBACK}:{server.server_address[1]}/"
        named = f"{edition.id} ({ONLY_INTERNAL.say(language)})" if internal else edition.id
        console.print(_SERVED.say(language, named=named, address=address), markup=False)
        server.serve_forever()


_SERVED = Phrase(
    "{named}: {address} (nur von diesem Rechner aus; Ende mit Strg+C)",
    "{named}: {address} (from this computer only; end with Ctrl+C)",
)
