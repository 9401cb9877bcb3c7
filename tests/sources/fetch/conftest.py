"""The publisher to test against, and a client that does not wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sources.fetch import FetchState
from sources.fetch.http import HttpClient, HttpSettings

from .publisher import Publisher, open_publisher


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with open_publisher() as running:
        yield running


@dataclass
class Naps:
    """Records how long the client would have slept."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def settings(naps: Naps, tmp_path: Path) -> HttpSettings:
    return HttpSettings(
        connect_timeout=2.0,
        read_timeout=2.0,
        locks=tmp_path / "locks",
        sleep=naps,
        jitter=lambda: 0.5,
    )


@pytest.fixture
def http(settings: HttpSettings) -> Iterator[HttpClient]:
    with HttpClient(settings) as client:
        yield client


@pytest.fixture
def state(tmp_path: Path) -> FetchState:
    return FetchState(tmp_path / "fetch_state.json")
