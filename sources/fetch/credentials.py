"""Credentials of GENESIS accounts: read from the environment, put on a request, and shown nowhere.

`Credentials` never gives its secrets to `repr`, `str`, `vars`, pickling or dataclass machinery; the only
ways out are the two headers of a request and `scrub`, which takes them out of a text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from requests.auth import AuthBase

from sources.fetch.errors import FetchError, Trouble

if TYPE_CHECKING:
    import requests


class Credentials(AuthBase):  # type: ignore[misc, unused-ignore]
    """User and password, or a token (which stands in for the user, with an empty password)."""

    is_token: bool
    _reveal: Callable[[], tuple[str, str]]

    def __init__(self, username: str, password: str, *, is_token: bool) -> None:
        secrets = (username, password)
        self.is_token = is_token
        self._reveal = lambda: secrets  # a closure, because frames, vars() and debuggers print attributes

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        username, password = self._reveal()
        request.headers["username"] = username
        request.headers["password"] = password
        return request

    def __repr__(self) -> str:
        return f"Credentials({'token' if self.is_token else 'user and password'}, hidden)"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not stored")

    def scrub(self, text: str) -> str:
        """The text with every occurrence of a secret (plain, percent-encoded, JSON-escaped)
        replaced by `***`.
        """
        import json
        from urllib.parse import quote, quote_plus

        for secret in sorted(filter(None, self._reveal()), key=len, reverse=True):
            if len(secret) < 4:  # shorter ones would mangle ordinary words; no publisher accepts them
                continue
            escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
            for form in {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), *escaped}:
                text = re.sub(re.escape(form), "***", text, flags=re.IGNORECASE)
        return text


def from_environment(instance: str, environ: Mapping[str, str] | None = None) -> Credentials:
    """The credentials of an instance from `PLANSTAT_<INSTANCE>_TOKEN` or `…_USERNAME` and `…_PASSWORD`.

    `<INSTANCE>` is the instance's id in capitals with `_` for `-`: `PLANSTAT_GENESIS_ONLINE_TOKEN`,
    `PLANSTAT_REGIONALSTATISTIK_USERNAME`, `PLANSTAT_ZENSUS_PASSWORD`. User and password win over a token
    because a token cannot start jobs everywhere.

    Raises:
        FetchError: none are set, only half of them, or one holds a character that a header cannot carry.
    """
    # The frame that raises holds no secret, for tracebacks that print local variables.
    found = _read(variable_prefix(instance), instance, environ)
    if isinstance(found, FetchError):
        raise found
    return found


def _read(prefix: str, instance: str, environ: Mapping[str, str] | None) -> Credentials | FetchError:
    environ = os.environ if environ is None else environ
    username, password, token = (
        environ.get(f"{prefix}_{name}", "") for name in ("USERNAME", "PASSWORD", "TOKEN")
    )
    if bool(username) != bool(password):
        missing = "PASSWORD" if username else "USERNAME"
        remedy = "Set both user name and password, or a token alone."
        return FetchError(Trouble.LOGIN, f"{prefix}_{missing} is not set", instance, remedy)
    if not (username or token):
        return FetchError(
            Trouble.LOGIN,
            f"No credentials for {instance}",
            instance,
            f"Set {prefix}_USERNAME and {prefix}_PASSWORD, or {prefix}_TOKEN, in the environment.",
        )
    for name, value in (
        ("user name", username),
        ("password", password),
        ("token", "" if username else token),
    ):
        trouble = _unfit(value)
        if trouble:
            remedy = "Correct it, or change it at the publisher."
            return FetchError(Trouble.LOGIN, f"The {name} for {instance} {trouble}", instance, remedy)
    if username:
        return Credentials(username, password, is_token=False)
    return Credentials(token, "", is_token=True)


def variable_prefix(instance: str) -> str:
    """The start of the names of an instance's environment variables."""
    return "PLANSTAT_" + re.sub(r"[^A-Z0-9]", "_", instance.upper())


def _unfit(value: str) -> str:
    """Why a header cannot carry the value, or ''."""
    if value != value.strip():
        return "starts or ends with a blank, which a header drops"
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        return "holds a control character or line end"
    if any(ord(char) > 255 for char in value):
        return "holds a character outside ISO 8859-1, which a header cannot carry"
    return ""
