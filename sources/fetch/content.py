"""What a retrieved file really is, whatever the server called it, and a digest that ignores the
order of rows.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.foundation.files import sha256_of

_HEAD = 8192
_JSON_ERROR_LIMIT = 4 * 1024 * 1024

TEXT = "text"
ZIP = "zip"
WORKBOOK = "workbook"
OLD_WORKBOOK = "old_workbook"
HTML = "html"
JSON = "json"
XML = "xml"
PDF = "pdf"
GZIP = "gzip"
SQLITE = "sqlite"
EMPTY = "empty"
BINARY = "binary"


@dataclass(frozen=True)
class Content:
    """Kind of a file (one of the constants above) and, for a web page, its title."""

    kind: str
    title: str = ""


def recognise(path: Path) -> Content:
    """Tell the kind of a file from its first bytes; a name or a declared media type proves nothing."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Content(WORKBOOK if _is_office(path) else ZIP)
    for magic, kind in (
        (b"%PDF", PDF),
        (b"\x1f\x8b", GZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_WORKBOOK),
        (b"SQLite format 3\x00", SQLITE),
    ):
        if head.startswith(magic):
            return Content(kind)
    text = _text(head).lstrip("\ufeff \t\r\n")
    if not text:
        return Content(EMPTY)
    lowered = text.lower()
    if lowered.startswith("<"):
        if re.search(r"<(!doctype\s+html|html|head|body|script)\b", lowered):
            title = re.search(r"<title[^>]*>(.*?)</title", text, re.IGNORECASE | re.DOTALL)
            return Content(HTML, re.sub(r"\s+", " ", title.group(1)).strip()[:120] if title else "")
        return Content(XML)
    if text[0] in "{[":
        return Content(JSON)
    return Content(BINARY if "\x00" in text else TEXT)


def read_json(path: Path) -> Any:
    """The JSON value of a small file (an error answer), or None when it is large or broken."""
    if path.stat().st_size > _JSON_ERROR_LIMIT:
        return None
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None


def error_text(body: Any) -> str:
    """The sentence that an error answer in JSON carries, whatever its publisher calls
    the field; '' if none.
    """
    for _ in range(3):
        if isinstance(body, list) and body:
            body = body[0]
        if not isinstance(body, dict):
            break
        lowered = {str(key).lower(): value for key, value in body.items()}
        found = next(
            (
                lowered[key]
                for key in ("status", "error", "errors", "content", "message", "detail", "title")
                if lowered.get(key) not in (None, "", [])
            ),
            None,
        )
        if isinstance(found, str):
            return re.sub(r"\s+", " ", found).strip()[:300]
        body = found
    return ""


def table_digest(path: Path) -> str:
    """Digest of a file's lines as a bag: equal when the same lines stand in another order.

    Flat files come in no order, so two equal retrievals differ byte by byte. The header line is the first
    line and is hashed in its place. Lines that carry the time of retrieval (`Stand: 10.10.2017 / 19:19:45`)
    do not count. For a binary file (NUL in the first bytes) the digest is that of its bytes. Memory is
    bounded by one line of at most 64 KiB; longer lines are hashed in pieces, which keeps the digest exact up
    to the order of such pieces.
    """
    with path.open("rb") as file:
        binary = b"\x00" in file.read(_HEAD)
        file.seek(0)
        if binary:
            return "bytes:" + sha256_of(path)
        header = file.readline(65536)
        total = 0
        count = 0
        while line := file.readline(65536):
            if line.startswith((b"Stand: ", b'"Stand: ')):
                continue
            total += int.from_bytes(hashlib.blake2b(line.rstrip(b"\r\n"), digest_size=32).digest(), "big")
            count += 1
    seal = hashlib.sha256(header.rstrip(b"\r\n"))
    seal.update(f"|{count}|{total % (1 << 256)}".encode())
    return "lines:" + seal.hexdigest()


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8", errors="replace")


def _is_office(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()[:2000]}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names
