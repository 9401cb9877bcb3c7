"""The secret that disturbs the planner's costs and draws its decoys: one per policy, the same at every run.

Derived from the office's secret where there is one; otherwise drawn once and kept among what only the data
protection officer may see. Whoever lacks it cannot run the planner as it ran here.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from exports.disclosure.declaration import DeclarationError
from sources.foundation.told import Told

FILE = "plan_key.txt"

SHORTEST = 16
"""Bytes below which a key can be guessed."""

NOISE_KEY = "noise_key.txt"
"""File of the confidential folder with the fingerprint of the secret of keyed noise."""


def plan_key(name: str, secret: bytes, folder: Path | None) -> bytes:
    """The key of a policy: derived, or as `keep` left it in the confidential `folder`, or drawn.

    Raises DeclarationError for one that stands against nobody.
    """
    if secret:
        if len(secret) < SHORTEST:
            raise DeclarationError(
                Told(
                    f"PLANSTAT_DISCLOSURE_SECRET holds fewer than {SHORTEST} bytes, so that it can be "
                    "guessed; "
                    "write a new one with `openssl rand -hex 32`",
                    f"PLANSTAT_DISCLOSURE_SECRET hat weniger als {SHORTEST} Bytes und ist zu erraten; ein "
                    "neues schreiben mit `openssl rand -hex 32`",
                )
            )
        return hmac.digest(secret, f"plan {name}".encode(), "sha256")
    if folder is None:
        return b""
    path = folder / FILE
    if not path.is_file():
        return drawn()
    try:
        key = bytes.fromhex(path.read_text(encoding="utf-8").strip())
    except (ValueError, UnicodeDecodeError):
        key = b""
    if len(key) < SHORTEST:
        raise DeclarationError(
            Told(
                f"{path}: is no key as it was kept; restore it from a backup, or delete it, and the next "
                "plan "
                "draws a new one and can hide other cells than before",
                f"{path}: ist kein Schlüssel, wie er abgelegt wurde; aus einer Sicherung wiederherstellen, "
                "oder löschen, dann zieht der nächste Plan einen neuen und kann andere Felder sperren als "
                "zuvor",
            )
        )
    return key


def keep(key: bytes, secret: bytes, folder: Path) -> None:
    """Keep a drawn key for the next run; a derived one is kept nowhere."""
    if not secret:
        path = folder / FILE
        path.touch(mode=0o600)
        path.write_text(key.hex() + "\n", encoding="utf-8")


def is_kept(folder: Path | None) -> bool:
    """Whether a drawn key is kept in the confidential folder."""
    return folder is not None and (folder / FILE).is_file()


def drawn() -> bytes:
    """A new secret."""
    return secrets.token_bytes(32)


__all__ = ["FILE", "NOISE_KEY", "drawn", "is_kept", "keep", "plan_key"]
