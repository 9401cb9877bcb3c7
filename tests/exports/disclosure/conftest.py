"""Plans of these tests come out the same at every run: a new secret of a policy is always the same one."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _drawn_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.disclosure.plan_key.drawn", lambda: b"\x01" * 32)
