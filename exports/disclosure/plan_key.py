"""The secret that disturbs the planner's costs and draws its decoys: one per policy, the same at every run.

Derived from the office's secret where there is one; otherwise drawn once and kept among what only the data
protection officer may see. Whoever lacks it cannot run the planner as it ran here.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

FILE = "plan_key.txt"


def plan_key(name: str, secret: bytes, folder: Path | None) -> bytes:
    """The key of a policy, kept in its confidential `folder`; empty with neither secret nor folder."""
    if secret:
        return hmac.digest(secret, f"plan {name}".encode(), "sha256")
    if folder is None:
        return b""
    path = folder / FILE
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(drawn().hex() + "\n", encoding="utf-8")
    return bytes.fromhex(path.read_text(encoding="utf-8").strip())


def drawn() -> bytes:
    """A new secret."""
    return secrets.token_bytes(32)


__all__ = ["FILE", "plan_key"]
