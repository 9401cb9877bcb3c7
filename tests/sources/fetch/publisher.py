"""A publisher on the loopback interface, for tests: plain downloads, the GENESIS interface, and bad manners.

It is a real HTTP server on a free port of 127.0.0.1. Files are served with ETag, Last-Modified and ranges;
tables of the GENESIS interface with statuses, jobs and credentials; recorded exchanges are replayed byte for
byte. Faults are queued per path and used up one per request, so that a test can say "twice busy, then fine".
"""

from __future__ import annotations

import hashlib
import io
import json
import socket
import struct
import threading
import time
import zipfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

LAST_MODIFIED = "Tue, 10 Mar 2026 20:49:32 GMT"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """An answer as it leaves; faults return one or act on the connection themselves."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


Fault = Callable[["Handler", Answer], Answer | None]
"""Gets the answer that would be sent; returns another, or None when the connection is dealt with."""


def status(code: int, *, retry_after: str | None = None, body: bytes = b"busy") -> Fault:
    """An answer with this status instead."""
    headers = (("Retry-After", retry_after),) if retry_after is not None else ()
    return lambda handler, answer: Answer(code, body, headers)


def login_page() -> Fault:
    """HTTP 200 with a web page."""
    page = (
        b"<!DOCTYPE html>\n<html><head><title>Anmeldung | Datenbank</title></head><body>login</body></html>"
    )
    return lambda handler, answer: Answer(200, page, (("Content-Type", "text/html"),))


def json_error(text: str = "internal failure") -> Fault:
    """HTTP 200 with an error in JSON."""
    body = json.dumps({"error": {"message": text}}).encode()
    return lambda handler, answer: Answer(200, body, (("Content-Type", "application/json"),))


def redirect(to: str, code: int = 302) -> Fault:
    """A redirect."""
    return lambda handler, answer: Answer(code, b"", (("Location", to),))


def truncate(at: int) -> Fault:
    """The announced length, but only `at` bytes of it, then the connection ends."""

    def act(handler: Handler, answer: Answer) -> None:
        handler.start(answer)
        handler.wfile.write(answer.body[:at])
        handler.wfile.flush()
        handler.close_connection = True

    return act


def truncate_chunked(at: int) -> Fault:
    """A chunked body that ends without its last chunk."""

    def act(handler: Handler, answer: Answer) -> None:
        handler.start(Answer(answer.status, b"", answer.headers), chunked=True)
        handler.wfile.write(f"{at:x}\r\n".encode() + answer.body[:at] + b"\r\n")
        handler.wfile.flush()
        handler.close_connection = True

    return act


def reset() -> Fault:
    """The connection is reset before any answer."""

    def act(handler: Handler, answer: Answer) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()

    return act


def slow(seconds: float) -> Fault:
    """The answer, so many seconds late."""

    def act(handler: Handler, answer: Answer) -> Answer:
        time.sleep(seconds)
        return answer

    return act


def instead(body: bytes) -> Fault:
    """Another body (changed columns, wrong charset, a bomb), everything else as it was."""
    return lambda handler, answer: Answer(answer.status, body, answer.headers)


def endless(chunk: bytes = b"0" * 65536, chunks: int = 10_000) -> Fault:
    """A body without announced length that goes on and on."""

    def act(handler: Handler, answer: Answer) -> None:
        handler.start(Answer(200), chunked=True)
        for _ in range(chunks):
            handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    return act


@dataclass
class File:
    """A file behind an address; `ranges=False` is a server that ignores `Range`."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = LAST_MODIFIED
    ranges: bool = True
    file_name: str | None = None

    def __post_init__(self) -> None:
        if self.etag is None:
            self.etag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass
class Table:
    """A table of the GENESIS interface.

    Args:
        flat: its flat file; a callable gets the request's form and returns bytes, or a status number.
        too_large: whether it is only to be had as a job or in slices of at most `slice_years`.
        polls: how many times `catalogue/results` says "not ready".
    """

    flat: bytes | Callable[[dict[str, str]], bytes | int]
    too_large: bool = False
    slice_years: int = 0
    polls: int = 2
    years: tuple[str, str] = ("31.12.2007", "31.12.2024")
    updated: str = "28.12.2022 17:16:03h"


_TEXTS = {
    -1: "Für die Teiltabelle wurde kein Datenquader gefunden!",
    0: "erfolgreich",
    15: "Sie haben keine Berechtigung für diesen Aufruf.",
    98: "Die Tabelle ist zu gross, um im Dialog abgerufen zu werden.",
    104: "Es gibt keine Objekte zum angegebenen Selektionskriterium",
}


@dataclass
class Genesis:
    """The interface's memory: tables, accounts and jobs."""

    tables: dict[str, Table] = field(default_factory=dict)
    account: tuple[str, str] = ("GAST", "gast")
    tokens_start_jobs: bool = True
    jobs: dict[str, int] = field(default_factory=dict)
    started: int = 0

    def answer(self, method: str, seen: Seen) -> Answer:
        given = (seen.headers.get("username", ""), seen.headers.get("password", ""))
        if given != self.account:
            return _plain_status(401, 15, seen)
        form = seen.form
        if method == "catalogue/results":
            return self._results(form, seen)
        name = form.get("name", "")
        if method == "data/resultfile":
            if name not in self.jobs:
                return _status(104, seen)
            return self._flat(self.tables[name.split("_")[0]], form, seen)
        table = self.tables.get(name)
        if table is None:
            return _status(104, seen)
        if method == "metadata/table":
            return self._metadata(name, table, seen)
        if method != "data/tablefile":
            return _plain_status(404, 2, seen)
        if form.get("job") == "true":
            if not self.tokens_start_jobs and given[1] == "":
                return _status(15, seen)
            self.started += 1
            job = f"{name}_{175879553 + self.started}"
            self.jobs[job] = table.polls
            return _status(
                99, seen, f"Der Bearbeitungsauftrag wurde erstellt. Ergebnis mit folgendem Namen: {job}"
            )
        start, end = form.get("startyear") or "0", form.get("endyear") or "9999"
        if table.too_large and int(end) - int(start) >= table.slice_years:
            return _status(98, seen)
        return self._flat(table, form, seen)

    def _flat(self, table: Table, form: dict[str, str], seen: Seen) -> Answer:
        body = table.flat(form) if callable(table.flat) else table.flat
        if isinstance(body, int):
            return _status(body, seen)
        name = f"{form['name']}_{time.monotonic_ns()}_de_flat"
        if form.get("compress") == "true":
            packed = zipped({f"{name}.csv": body})
            headers = (
                ("Content-Type", "application/zip"),
                ("Content-Disposition", f"attachment; filename={name}.zip"),
            )
            return Answer(200, packed, headers)
        return Answer(200, body, (("Content-Type", "text/csv"),))

    def _results(self, form: dict[str, str], seen: Seen) -> Answer:
        job = form.get("selection", "")
        left = self.jobs.get(job)
        if left is None or left > 0:
            if left:
                self.jobs[job] = left - 1
            return _status(104, seen)
        body = {"Status": {"Code": 0, "Content": "erfolgreich"}, "List": [{"Code": job, "Values": "1980160"}]}
        return Answer(200, json.dumps(body).encode(), (("Content-Type", "application/json"),))

    def _metadata(self, name: str, table: Table, seen: Seen) -> Answer:
        body = {
            "Status": {"Code": 0, "Content": "erfolgreich", "Type": "Information"},
            "Parameter": {"username": seen.headers.get("username"), "password": seen.headers.get("password")},
            "Object": {
                "Code": name,
                "Time": {"From": table.years[0], "To": table.years[1]},
                "Updated": table.updated,
            },
        }
        return Answer(200, json.dumps(body).encode(), (("Content-Type", "application/json;charset=UTF-8"),))


def _status(code: int, seen: Seen, text: str | None = None) -> Answer:
    """An error as the interface sends it: HTTP 200 and JSON that, at its worst, echoes the credentials."""
    echo = {key: seen.headers.get(key, "") for key in ("username", "password")}
    said = text or f"{_TEXTS.get(code, 'Fehler')} [{echo['username']}/{echo['password']}]"
    body = {"Status": {"Code": code, "Content": said, "Type": "Fehler"}, "Parameter": echo | seen.form}
    return Answer(200, json.dumps(body, ensure_ascii=False).encode(), (("Content-Type", "application/json"),))


def _plain_status(http: int, code: int, seen: Seen) -> Answer:
    """The bare form that comes with HTTP 401 and 404."""
    body = {"Code": code, "Content": _TEXTS.get(code, "Fehler"), "Type": "ERROR"}
    return Answer(
        http, json.dumps(body, ensure_ascii=False).encode(), (("Content-Type", "application/json"),)
    )


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return buffer.getvalue()


@dataclass(frozen=True)
class Exchange:
    """A recorded exchange: what was asked and what came back."""

    method: str
    path: str
    form: dict[str, str]
    answer: Answer

    @classmethod
    def read(cls, path: Path) -> Exchange:
        record = json.loads(path.read_text(encoding="utf-8"))
        request, response = record["request"], record["response"]
        body = (path.parent / response["body_file"]).read_bytes()
        dropped = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
        headers = tuple(
            (name, value)
            for name, values in response["headers"].items()
            for value in values
            if name.lower() not in dropped
        )
        form = dict(parse_qsl(request["body"] or "", keep_blank_values=True))
        answer = Answer(response["status"]["code"], body, headers)
        return cls(request["method"], urlsplit(request["uri"]).path, form, answer)

    def fits(self, seen: Seen, asked: tuple[str, ...]) -> bool:
        """Whether a request asks for the same: method, path and the parameters in `asked`."""
        same_path = seen.path.endswith(self.path[self.path.index("/rest/") :])
        return same_path and all(seen.form.get(key) == self.form.get(key) for key in asked)


class Publisher:
    """The server; use `with open_publisher() as publisher`."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.genesis = Genesis()
        self.recorded: list[Exchange] = []
        self.seen: list[Seen] = []
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.server.publisher = self  # type: ignore[attr-defined]
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"

    def serve(self, path: str, file: File | bytes) -> str:
        """Put a file behind a path; its address."""
        self.files[path] = file if isinstance(file, File) else File(file)
        return self.base + path

    def misbehave(self, path: str, *faults: Fault) -> None:
        """Queue faults for a path, used up one per request."""
        self._faults[path].extend(faults)

    def fault(self, path: str) -> Fault | None:
        with self.lock:
            queue = self._faults[path]
            return queue.popleft() if queue else None

    def asked(self, path: str) -> list[Seen]:
        """The requests that arrived for a path."""
        return [seen for seen in self.seen if seen.path == path]


@contextmanager
def open_publisher() -> Iterator[Publisher]:
    """A publisher that runs while the block does."""
    publisher = Publisher()
    thread = threading.Thread(
        target=publisher.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield publisher
    finally:
        publisher.server.shutdown()
        publisher.server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    @property
    def publisher(self) -> Publisher:
        return self.server.publisher  # type: ignore[attr-defined, no-any-return]

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._serve(dict(parse_qsl(body.decode(), keep_blank_values=True)))

    def _serve(self, form: dict[str, str]) -> None:
        publisher = self.publisher
        path = urlsplit(self.path).path
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, path, headers, form)
        with publisher.lock:
            publisher.seen.append(seen)
            publisher.at_once += 1
            publisher.most_at_once = max(publisher.most_at_once, publisher.at_once)
        try:
            answer: Answer | None = self._answer(seen)
            fault = publisher.fault(path)
            if fault is not None and answer is not None:
                answer = fault(self, answer)
            if answer is not None:
                with (
                    publisher.lock
                ):  # before the client can know, so that its next request never counts twice
                    publisher.at_once -= 1
                self.start(answer)
                self.wfile.write(answer.body)
                return
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        with publisher.lock:
            publisher.at_once -= 1

    def _answer(self, seen: Seen) -> Answer:
        publisher = self.publisher
        for number, exchange in enumerate(publisher.recorded):
            if exchange.fits(seen, ("name", "selection", "language", "format", "job")):
                if exchange.path.endswith("results"):  # these follow each other
                    publisher.recorded.append(publisher.recorded.pop(number))
                return exchange.answer
        if "/rest/2020/" in seen.path and not publisher.recorded:
            return publisher.genesis.answer(seen.path.split("/rest/2020/")[1], seen)
        file = publisher.files.get(seen.path)
        return _file_answer(file, seen) if file else Answer(404, b"not here")

    def start(self, answer: Answer, *, chunked: bool = False) -> None:
        """Send status line and headers."""
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silence: pytest shows what matters."""


def _file_answer(file: File, seen: Seen) -> Answer:
    headers = [("ETag", file.etag or "")] if file.etag else []
    headers += [("Last-Modified", file.last_modified)] if file.last_modified else []
    if file.file_name:
        headers.append(("Content-Disposition", f'attachment; filename="{file.file_name}"'))
    asked = seen.headers
    if file.etag and asked.get("if-none-match") == file.etag:
        return Answer(304, b"", tuple(headers))
    if "if-none-match" not in asked and asked.get("if-modified-since", "-") == file.last_modified:
        return Answer(304, b"", tuple(headers))
    wanted = asked.get("range", "")
    if file.ranges and wanted and asked.get("if-range") in (file.etag, file.last_modified):
        first = int(wanted.removeprefix("bytes=").rstrip("-"))
        if first >= len(file.body):
            return Answer(416, b"", (*headers, ("Content-Range", f"bytes */{len(file.body)}")))
        headers.append(("Content-Range", f"bytes {first}-{len(file.body) - 1}/{len(file.body)}"))
        return Answer(206, file.body[first:], tuple(headers))
    return Answer(200, file.body, tuple(headers))
