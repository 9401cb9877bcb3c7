"""Requests to a KomMonitor server: with a token of a service account (Keycloak, client credentials).

GET, PUT and PATCH say the same when said twice, so they are repeated after an error of the network or of a
proxy (502, 503, 504) and after 429. POST is repeated only where the answer says that nothing was done (401,
429, 503): what it may have made is found by its tag in the next push. A token is renewed before it expires,
and once after a 401. An answer with status 200 that says it is an error is one.

Secret and token stand in no message: neither in ours, nor in what we repeat of an answer. Redirects are not
followed, and http is only for this computer, because both would give them away.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from exports.push.kommonitor.bodies import Body
from sources.foundation.exits import FAILED
from sources.foundation.told import Told

if TYPE_CHECKING:
    import requests

log = logging.getLogger(__name__)

Method = Literal["GET", "POST", "PUT", "PATCH"]

AGAIN = frozenset({429, 502, 503, 504})
UNTOUCHED = frozenset({429, 503})
"""Answers that say that the request was not carried out."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
QUOTED = 300
"""How much of an answer a message repeats."""

FORBIDDEN = (
    "see that the service account is in the group that `owner_id` names and may make resources and topics",
    "prüfen, ob das Dienstkonto in der Gruppe von `owner_id` ist und Ressourcen und Themen anlegen darf",
)
NOT_CLAIMED = (
    "nothing is claimed, push again; if it stays so, the log of data-management says more",
    "nichts gilt als übertragen, erneut senden; bleibt es so, steht mehr im Protokoll von Data-Management",
)
"""What to do, in English and German."""


class KomMonitorError(RuntimeError):
    """The server did not do, or not as it says, what it was asked; the message says what to do."""

    exit_code = FAILED

    def __init__(self, words: Told, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Login:
    """Where a token is to be had, and for whom."""

    token_address: str
    client_id: str
    secret: SecretStr


@dataclass(frozen=True)
class Manners:
    """Attempts and times in seconds; `sleep` and `clock` are injected by tests."""

    attempts: int = 4
    backoff: float = 2.0
    connect: float = 15.0
    read: float = 600.0
    early: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass
class Spent:
    """What was asked of the server so far."""

    requests: int = 0
    bytes_sent: int = 0
    by_method: dict[str, int] = field(default_factory=dict)


class Client:
    """A client for one server and one thread."""

    def __init__(self, address: str, login: Login, manners: Manners | None = None) -> None:
        for one in (address, login.token_address):
            _is_safe(one)
        self.address, self.spent = address.rstrip("/"), Spent()
        self._login, self._manners = login, manners or Manners()
        self._session: requests.Session | None = None
        self._token, self._until = SecretStr(""), 0.0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def get(self, path: str) -> Any:
        """What stands at a path, as JSON."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Body) -> Any:
        """Make something new."""
        return self._ask("POST", path, body)

    def put(self, path: str, body: Body) -> Any:
        """Send contents."""
        return self._ask("PUT", path, body)

    def patch(self, path: str, body: Body) -> Any:
        """Send what is said about something."""
        return self._ask("PATCH", path, body)

    def _ask(self, method: Method, path: str, body: Body | None) -> Any:
        sent = None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        renewed = False
        for attempt in range(1, self._manners.attempts + 1):
            answer = self._once(method, self.address + path, sent, bearer=True)
            if isinstance(answer, KomMonitorError):
                failure, again = answer, method != "POST"
            elif answer.status_code == 401 and not renewed:
                renewed, self._until = True, 0.0
                continue
            else:
                status = answer.status_code
                if 200 <= status < 300:
                    return self._content(method, path, answer)
                failure = self._failed(method, path, status, answer.text)
                again = status in (AGAIN if method != "POST" else UNTOUCHED)
            if not again or attempt == self._manners.attempts:
                break
            log.info("%s %s: %s; attempt %d follows", method, path, failure, attempt + 1)
            self._manners.sleep(self._manners.backoff * 2 ** (attempt - 1))
        raise failure

    def _once(
        self, method: Method, address: str, sent: bytes | None, *, bearer: bool
    ) -> requests.Response | KomMonitorError:
        """One request. The error is made here and raised outside, so that none of the library hangs on it."""
        import requests

        headers = {"Accept": "application/json"}
        if bearer:
            headers["Content-Type"] = "application/json"
            headers["Authorization"] = f"Bearer {self._fresh_token()}"
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.spent.requests += 1
        self.spent.bytes_sent += len(sent or b"")
        self.spent.by_method[method] = self.spent.by_method.get(method, 0) + 1
        try:
            return self._opened().request(
                method,
                address,
                data=sent,
                headers=headers,
                timeout=(self._manners.connect, self._manners.read),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            kind = type(error).__name__
        host = urlsplit(address).netloc.rsplit("@", 1)[-1]
        return KomMonitorError(
            Told(
                f"{host} does not answer ({kind}): see whether KomMonitor is running and reachable from "
                "here, then push again; the next push ends in the same state",
                f"{host} antwortet nicht ({kind}): prüfen, ob KomMonitor läuft und von hier erreichbar ist, "
                "dann erneut senden; der nächste Versand kommt zum selben Stand",
            )
        )

    def _opened(self) -> requests.Session:
        if self._session is None:
            import requests

            self._session = requests.Session()
            self._session.auth = _leave_as_is  # otherwise requests would look into ~/.netrc
        return self._session

    def _fresh_token(self) -> str:
        if self._manners.clock() >= self._until:
            self._renew()
        return self._token.get_secret_value()

    def _renew(self) -> None:
        from urllib.parse import urlencode

        form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self._login.client_id,
                "client_secret": self._login.secret.get_secret_value(),
            }
        ).encode()
        for attempt in range(1, self._manners.attempts + 1):
            answer = self._once("POST", self._login.token_address, form, bearer=False)
            away = isinstance(answer, KomMonitorError) or answer.status_code in AGAIN
            if not away or attempt == self._manners.attempts:
                break
            self._manners.sleep(self._manners.backoff * 2 ** (attempt - 1))
        if isinstance(answer, KomMonitorError):
            raise answer
        try:
            given = answer.json() if answer.status_code == 200 else {}
            token, seconds = str(given["access_token"]), float(given.get("expires_in", 60))
        except (ValueError, KeyError, TypeError, AttributeError):
            token, seconds = "", 0.0
        if not token:
            raise KomMonitorError(
                Told(
                    f"no token for {self._login.client_id} (status {answer.status_code}): see that the "
                    "client has a service account in Keycloak and that PLANSTAT_KOMMONITOR_SECRET is its "
                    "secret",
                    f"kein Token für {self._login.client_id} (Status {answer.status_code}): prüfen, ob der "
                    "Client in Keycloak ein Dienstkonto hat und PLANSTAT_KOMMONITOR_SECRET sein Secret ist",
                ),
                answer.status_code,
            )
        self._token = SecretStr(token)
        self._until = self._manners.clock() + max(seconds - self._manners.early, seconds / 2)

    def _content(self, method: Method, path: str, answer: requests.Response) -> Any:
        """The body of an answer that claims success."""
        if not answer.content:
            return None
        try:
            found = answer.json()
        except ValueError:
            if method == "GET":
                raise self._failed(method, path, answer.status_code, answer.text) from None
            return None
        if isinstance(found, dict) and _says_error(found):
            raise self._failed(method, path, answer.status_code, answer.text)
        return found

    def _failed(self, method: Method, path: str, status: int, text: str) -> KomMonitorError:
        said = " ".join(self._scrubbed(text).split())[:QUOTED]
        english, german = FORBIDDEN if status in (401, 403) else NOT_CLAIMED
        return KomMonitorError(
            Told(
                f"{method} {path}: KomMonitor answers {status}: {said or 'nothing more'}; {english}",
                f"{method} {path}: KomMonitor antwortet {status}: {said or 'nichts weiter'}; {german}",
            ),
            status,
        )

    def _scrubbed(self, text: str) -> str:
        for secret in (self._login.secret.get_secret_value(), self._token.get_secret_value()):
            if secret:
                text = text.replace(secret, "***")
        return text


def _says_error(found: dict[str, Any]) -> bool:
    """Whether an answer with a good status is an error by its text (Spring's form, or a bare `error`)."""
    status = found.get("status")
    return bool(found.get("error")) or (isinstance(status, int) and status >= 400)


def _is_safe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE):
        return
    raise KomMonitorError(
        Told(
            f"{address}: secret and token are sent over https only; give an https address in office.yml",
            f"{address}: Secret und Token werden nur über https gesendet; in office.yml eine https-Adresse "
            "angeben",
        )
    )


def _leave_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
