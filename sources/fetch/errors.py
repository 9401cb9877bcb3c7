"""What can go wrong on the way to a publisher, told so that a person can act on it.

Every failure of `sources.fetch` is a `FetchError` with three sentences: what happened, where (address without
user information, or file), and what to do. No message ever carries a credential, a request header or a body.
"""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import urlsplit, urlunsplit

from sources.foundation.exits import SOURCE_TROUBLE


class Trouble(Enum):
    """The kind of a failure, for callers that decide on it (a message is for people)."""

    UNREACHABLE = "unreachable"  # no answer, or an answer that broke off, after all attempts
    BUSY = "busy"  # the publisher asks to come later
    GONE = "gone"  # the address or object does not exist (any more)
    LOGIN = "login"  # credentials missing, refused or not allowed
    REFUSED = "refused"  # the publisher refuses the request for another reason
    NOT_DATA = "not_data"  # an answer that is not the file asked for (web page, error body)
    EMPTY = "empty"  # the object exists but holds no rows
    TOO_LARGE = "too_large"  # over a size limit
    UNSAFE = "unsafe"  # archive or address that must not be followed
    UNSTABLE = "unstable"  # two retrievals of the same table differ
    NOT_READY = "not_ready"  # a job at the publisher is not finished in the time given
    USAGE = "usage"  # the declaration asks for something that cannot be asked for


class FetchError(Exception):
    """A retrieval that failed.

    Args:
        trouble: kind of the failure.
        what: what happened, one sentence without a full stop at the end.
        where: address or file concerned.
        remedy: what a person can do about it.
        retry_after: seconds after which the publisher says a new attempt makes sense.
    """

    exit_code = SOURCE_TROUBLE

    def __init__(
        self, trouble: Trouble, what: str, where: str, remedy: str, *, retry_after: float | None = None
    ) -> None:
        self.trouble = trouble
        self.what = what
        self.where = plain_address(where)
        self.remedy = remedy
        self.retry_after = retry_after
        super().__init__(f"{what} ({self.where}). {remedy}")


def plain_address(address: str) -> str:
    """The address without user information and without query values, fit for logs and receipts."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    host = parts.netloc.rsplit("@", 1)[-1]
    query = re.sub(r"=[^&]*", "=…", parts.query)
    return urlunsplit((parts.scheme, host, parts.path, query, ""))
