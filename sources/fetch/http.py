"""Downloads one file over HTTP: politely, resumably, within limits, and with bounded memory.

What is retried: 429 and 503 (after `Retry-After` when given), 408, 502, 504, connection errors, time-outs
and bodies that break off. What is not: every other status, certificate errors, a redirect that loops,
changes host with credentials on board or falls back from https to http.

Proxy (`HTTP(S)_PROXY`, `NO_PROXY`) and certificates (`REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`) come from the
environment; `.netrc` is not read. A partial body is kept as `<target>.part` with its validator beside it and
resumed with `Range` and `If-Range`, in the same run or in a later one.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from sources.fetch.errors import FetchError, Trouble, plain_address
from sources.fetch.turn import lock_folder, turn

if TYPE_CHECKING:
    from http.cookiejar import CookiePolicy

    import requests
    from requests.auth import AuthBase

log = logging.getLogger(__name__)

RETRIED_STATUS = frozenset({408, 429, 502, 503, 504})
_ERROR_BODY_LIMIT = 64 * 1024


@dataclass(frozen=True)
class HttpSettings:
    """Limits and manners. Times in seconds, sizes in bytes.

    `sleep` and `jitter` (a number in [0, 1)) are injected by tests.
    """

    connect_timeout: float = 15.0
    read_timeout: float = 120.0
    total_timeout: float = 4 * 3600.0
    attempts: int = 5
    backoff_base: float = 2.0
    backoff_cap: float = 120.0
    longest_retry_after: float = 600.0
    max_bytes: int = 4 * 1024**3
    redirects: int = 5
    chunk: int = 64 * 1024
    user_agent: str = "planstat (municipal statistics; one request at a time)"
    locks: Path = field(default_factory=lock_folder)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


@dataclass(frozen=True)
class Download:
    """A complete answer. `unchanged` means 304: nothing was written."""

    uri: str
    status: int
    path: Path | None
    size: int
    etag: str | None
    last_modified: str | None
    file_name: str | None
    retrieved_at: datetime
    unchanged: bool


class HttpStatusError(FetchError):
    """An answer with an error status; `body` is its first 64 KiB, for callers that know how to read it."""

    def __init__(self, error: FetchError, status: int, body: bytes) -> None:
        super().__init__(error.trouble, error.what, error.where, error.remedy, retry_after=error.retry_after)
        self.status = status
        self.body = body


class HttpClient:
    """A polite HTTP client for one thread."""

    def __init__(self, settings: HttpSettings | None = None) -> None:
        self.settings = settings or HttpSettings()
        self._session: requests.Session | None = None

    def download(
        self,
        uri: str,
        target: Path,
        *,
        form: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Download:
        """Write the body of the answer to `target` (which appears only when complete).

        Args:
            form: with it the request is a form-encoded POST (never resumed), without it a GET.
            auth: sets credentials on the request; with it no redirect to another host is followed.
            etag, last_modified: of the last accepted retrieval, for a conditional GET.

        Raises:
            FetchError: in words; HttpStatusError when the answer is a status that is not worth retrying or
                stayed so after all attempts.
        """
        settings = self.settings
        started = time.monotonic()
        failure: FetchError | None = None
        for attempt in range(1, settings.attempts + 1):
            outcome = self._attempt(uri, target, form, auth, etag, last_modified, started)
            if isinstance(outcome, Download):
                return outcome
            failure, wait, again = outcome
            if not again or attempt == settings.attempts:
                break
            if wait is None:
                ceiling = min(settings.backoff_cap, settings.backoff_base * 2 ** (attempt - 1))
                wait = ceiling * (0.5 + 0.5 * settings.jitter())
            if time.monotonic() + wait - started > settings.total_timeout:
                break
            log.info("attempt %d of %d: %s; next in %.1f s", attempt, settings.attempts, failure.what, wait)
            settings.sleep(wait)
        assert failure is not None
        raise failure

    def _attempt(
        self,
        uri: str,
        target: Path,
        form: Mapping[str, str] | None,
        auth: AuthBase | None,
        etag: str | None,
        last_modified: str | None,
        started: float,
    ) -> Download | tuple[FetchError, float | None, bool]:
        """One attempt, over all its redirects: the download, or (failure, seconds to
        wait, worth retrying).
        """
        import requests

        part = _Part(target, uri)
        headers = {"User-Agent": self.settings.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        if form is None:
            headers |= part.resume_headers()
            if "Range" not in headers:
                headers |= {"If-None-Match": etag} if etag else {}
                headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        else:
            part.drop()
        # Errors are put into words inside and raised outside of `except`, so that no library exception,
        # which may hold the request with its headers, hangs on to ours.
        try:
            return self._follow(uri, part, form, auth, headers, started)
        except FetchError as error:
            trouble = error
        except (requests.RequestException, OSError, ValueError) as error:
            return _in_words(error, uri)
        status = getattr(trouble, "status", None)
        again = status in RETRIED_STATUS or trouble.trouble is Trouble.UNREACHABLE
        wait = trouble.retry_after
        if wait is not None and wait > self.settings.longest_retry_after:
            again = False
        return trouble.with_traceback(None), wait, again

    def _follow(
        self,
        uri: str,
        part: _Part,
        form: Mapping[str, str] | None,
        auth: AuthBase | None,
        headers: dict[str, str],
        started: float,
    ) -> Download:
        here = uri
        for _ in range(self.settings.redirects + 1):
            parts = urlsplit(here)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise FetchError(
                    Trouble.USAGE,
                    "Only http and https addresses can be fetched",
                    here,
                    "Correct the declaration.",
                )
            with (
                turn(parts.netloc.rsplit("@", 1)[-1], self.settings.locks),
                self._send(here, form, auth, headers) as response,
            ):
                step = response.headers.get("Location")
                if response.status_code in (301, 302, 303, 307, 308) and step:
                    here = _redirected(here, step, with_credentials=auth is not None or form is not None)
                    continue
                return self._receive(uri, here, part, headers, response, started)
        raise FetchError(
            Trouble.REFUSED,
            f"The address redirects more than {self.settings.redirects} times",
            uri,
            "Open it in a browser: the publisher may have moved the file; then correct the declaration.",
        )

    def _send(
        self, uri: str, form: Mapping[str, str] | None, auth: AuthBase | None, headers: dict[str, str]
    ) -> requests.Response:
        settings = self.settings
        return self._open_session().request(
            "GET" if form is None else "POST",
            uri,
            headers=headers,
            data=form,
            auth=auth,
            stream=True,
            allow_redirects=False,
            timeout=(settings.connect_timeout, settings.read_timeout),
        )

    def _open_session(self) -> requests.Session:
        if self._session is None:
            import requests

            self._session = requests.Session()
            self._session.auth = _leave_as_is  # otherwise requests would look into ~/.netrc
            self._session.cookies.set_policy(_no_cookies())
        return self._session

    def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(
        self,
        uri: str,
        here: str,
        part: _Part,
        headers: dict[str, str],
        response: requests.Response,
        started: float,
    ) -> Download:
        status = response.status_code
        answer = response.headers
        etag, last_modified = answer.get("ETag"), answer.get("Last-Modified")
        conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
        if status == 304 and conditional:
            return Download(uri, 304, None, 0, etag, last_modified, None, datetime.now(UTC), unchanged=True)
        if status == 416 and "Range" in headers:
            part.drop()
            raise _broken_off(uri, "the rest of a partial download could not be asked for; starting afresh")
        if status == 206:
            offset = _range_start(answer.get("Content-Range"))
            if "Range" not in headers or offset != part.size():
                part.drop()
                raise _broken_off(uri, "the publisher sent another part of the file than asked for")
        elif status == 200:
            offset = 0
        else:
            raise self._status_error(uri, response)
        part.begin(
            offset, etag, last_modified, resumable=answer.get("Content-Encoding", "identity") == "identity"
        )
        size = self._stream(uri, part, response, offset, started)
        path = part.finish()
        return Download(
            here, status, path, size, etag, last_modified, _file_name(answer.get("Content-Disposition"),
            here), datetime.now(UTC), unchanged=False,
        )  # fmt: skip

    def _stream(self, uri: str, part: _Part, response: requests.Response, offset: int, started: float) -> int:
        """Append the body to the partial file; the size of the whole file in bytes.

        The library raises when fewer bytes than `Content-Length` come; the count here is for
        size limits only.
        """
        settings = self.settings
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and offset + int(announced) > settings.max_bytes:
            raise _too_large(uri, settings.max_bytes)
        size = offset
        with part.path.open("ab") as file:
            for chunk in response.iter_content(settings.chunk):
                size += len(chunk)
                if size > settings.max_bytes:
                    raise _too_large(uri, settings.max_bytes)
                if time.monotonic() - started > settings.total_timeout:
                    raise FetchError(
                        Trouble.BUSY,
                        f"The publisher sends too slowly: {settings.total_timeout:.0f} s did not suffice",
                        uri,
                        "Run again later; what has arrived is kept and continued if that is allowed.",
                    )
                file.write(chunk)
        return size

    def _status_error(self, uri: str, response: requests.Response) -> HttpStatusError:
        status = response.status_code
        retry_after = _retry_after(response.headers.get("Retry-After")) if status in RETRIED_STATUS else None
        body = _first_bytes(response)
        if status in (401, 403):
            error = FetchError(
                Trouble.LOGIN,
                f"The publisher wants a login or does not allow this request (HTTP {status})",
                uri,
                "Check the account and its credentials in the environment.",
            )
        elif status in (404, 410):
            error = FetchError(
                Trouble.GONE,
                f"There is no file at this address any more (HTTP {status})",
                uri,
                "Look for the new address on the publisher's site and correct the declaration.",
            )
        elif status in RETRIED_STATUS:
            asked = "" if retry_after is None else f" and asks to wait {retry_after:.0f} seconds"
            error = FetchError(
                Trouble.BUSY,
                f"The publisher is busy (HTTP {status}){asked}",
                uri,
                "Run again later; until then the last good snapshot stays current.",
                retry_after=retry_after,
            )
        else:
            error = FetchError(
                Trouble.REFUSED,
                f"The publisher answered with HTTP {status}",
                uri,
                "Open the address in a browser; if it works there, tell the maintainers of this declaration.",
            )
        return HttpStatusError(error, status, body)


class _Part:
    """A partial body on disk and the validator that says which file it is part of."""

    def __init__(self, target: Path, uri: str) -> None:
        self.target = target
        self.uri = plain_address(uri)
        self.path = target.with_name(target.name + ".part")
        self.note = target.with_name(target.name + ".part.json")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def resume_headers(self) -> dict[str, str]:
        """`Range` and `If-Range` when a partial body of this address with a validator lies
        here, else nothing.
        """
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            validator = note["validator"] if note["uri"] == self.uri else None
        except (OSError, ValueError, KeyError, TypeError):
            validator = None
        if not isinstance(validator, str) or self.size() == 0:
            self.drop()
            return {}
        return {"Range": f"bytes={self.size()}-", "If-Range": validator}

    def begin(self, offset: int, etag: str | None, last_modified: str | None, *, resumable: bool) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if offset == 0:
            self.path.write_bytes(b"")
        strong = etag if etag and not etag.startswith("W/") else None
        validator = strong or last_modified
        if validator and resumable:
            self.note.write_text(json.dumps({"uri": self.uri, "validator": validator}), encoding="utf-8")
        else:
            self.note.unlink(missing_ok=True)

    def finish(self) -> Path:
        self.path.replace(self.target)
        self.note.unlink(missing_ok=True)
        return self.target

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def _first_bytes(response: requests.Response) -> bytes:
    import urllib3

    try:
        return bytes(response.raw.read(_ERROR_BODY_LIMIT, decode_content=True) or b"")
    except (urllib3.exceptions.HTTPError, OSError):
        return b""


def _leave_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _no_cookies() -> CookiePolicy:
    from http.cookiejar import DefaultCookiePolicy

    return DefaultCookiePolicy(allowed_domains=[])


def _redirected(here: str, step: str, *, with_credentials: bool) -> str:
    there = urljoin(here, step)
    old, new = urlsplit(here), urlsplit(there)
    if with_credentials:
        raise FetchError(
            Trouble.REFUSED,
            f"The interface redirects to {new.hostname or 'nowhere'}; credentials are not sent there",
            here,
            "The publisher may have moved the interface: check its documentation and the instance's address.",
        )
    if old.scheme == "https" and new.scheme != "https":
        raise FetchError(
            Trouble.UNSAFE,
            "The address redirects from https to an unprotected connection",
            here,
            "Look for a current https address and correct the declaration.",
        )
    return there


def _in_words(error: Exception, uri: str) -> tuple[FetchError, float | None, bool]:
    """A library's exception as one of ours, without its text (it may quote addresses of
    proxies with passwords).
    """
    import requests

    host = urlsplit(uri).hostname or uri
    if isinstance(error, requests.exceptions.SSLError):
        return (
            FetchError(
                Trouble.UNREACHABLE,
                f"The certificate of {host} could not be verified",
                uri,
                "In a network with its own certificate authority set REQUESTS_CA_BUNDLE to its certificates.",
            ),
            None,
            False,
        )
    if isinstance(error, requests.exceptions.ProxyError):
        what, again = f"The proxy did not let the request to {host} through", True
        remedy = "Check HTTPS_PROXY and NO_PROXY."
    elif isinstance(error, requests.exceptions.Timeout):
        what, again = f"{host} did not answer in time", True
        remedy = "Run again later; until then the last good snapshot stays current."
    elif isinstance(
        error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError
    ):
        what, again = f"The answer of {host} broke off before its end", True
        remedy = "Run again later; what has arrived is kept and continued if that is allowed."
    elif isinstance(error, requests.exceptions.ConnectionError):
        what, again = f"No connection to {host}", True
        remedy = "Check the network, HTTPS_PROXY and the publisher's site, then run again."
    elif isinstance(error, requests.RequestException | ValueError):
        what, again = f"The request to {host} could not be made ({type(error).__name__})", False
        remedy = "Correct the address in the declaration."
    else:
        raise error  # a full or read-only disk is not the publisher's trouble
    return FetchError(Trouble.UNREACHABLE, what, uri, remedy), None, again


def _broken_off(uri: str, why: str) -> FetchError:
    return FetchError(Trouble.UNREACHABLE, f"The download broke off: {why}", uri, "Run again later.")


def _too_large(uri: str, limit: int) -> FetchError:
    return FetchError(
        Trouble.TOO_LARGE,
        f"The file is larger than {limit:,} bytes",
        uri,
        "If it is expected to be that large, raise the limit in the settings.",
    )


def _range_start(header: str | None) -> int | None:
    """The first byte of `Content-Range: bytes 100-199/200`, or None."""
    unit, _, rest = (header or "").partition(" ")
    first = rest.partition("-")[0].strip()
    return int(first) if unit.strip().lower() == "bytes" and first.isdigit() else None


def _retry_after(header: str | None) -> float | None:
    """Seconds of a `Retry-After` header, given as seconds or as an HTTP date; None when absent or unreadable.

    Waits and attempts stay our own: urllib3's `Retry` begins a request again, and a download is resumed.
    """
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    try:
        return None if not header else float(Retry().parse_retry_after(header))
    except InvalidHeader:
        return None


def _file_name(disposition: str | None, uri: str) -> str:
    """A file name fit for any folder, from `Content-Disposition` or the last part of the path."""
    from email.message import Message

    name: str | None = None
    if disposition:
        message = Message()
        message["Content-Disposition"] = disposition
        name = message.get_filename()
    if not name:
        from urllib.parse import unquote

        name = unquote(urlsplit(uri).path.rsplit("/", 1)[-1])
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if char.isprintable()).strip(" .")
    return name[-150:] or "download"
