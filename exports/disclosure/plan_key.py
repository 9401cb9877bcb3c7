"""The secret that disturbs the planner's costs and draws its decoys: one per policy, the same at every run.

Derived from the office's secret where there is one; otherwise drawn once and kept among what only the data
protection officer may see. Whoever lacks it cannot run the planner as it ran here.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

FILE = "plan_key.txt"

NOISE_KEY = "noise_key.txt"
"""File of the confidential folder with the fingerprint of the secret of keyed noise."""


def plan_key(name: str, secret: bytes, folder: Path | None) -> bytes:
    """The key of a policy: derived, or as `keep` left it in the confidential `folder`, or drawn."""
    if secret:
        return hmac.digest(secret, f"plan {name}".encode(), "sha256")
    if folder is None:
        return b""
    path = folder / FILE
    return bytes.fromhex(path.read_text(encoding="utf-8").strip()) if path.is_file() else drawn()


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
