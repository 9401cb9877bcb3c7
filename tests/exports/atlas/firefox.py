"""Firefox as the machine has it, driven by WebDriver BiDi, which it speaks without a driver beside it.

Playwright drives a Firefox of its own only, which is not fetched here.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Firefox:
    """A window of Firefox, with what its console said."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.said: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])
        self._context = self.send("browsingContext.create", type="tab")["context"]
        self.target = {"context": self._context}

    def send(self, method: str, **parameters: Any) -> Any:
        """What a command answers; raises `RuntimeError` for an error."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=60))
            if message.get("method") == "log.entryAdded":
                self.said.append(str(message["params"]["text"]))
            elif message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]

    def open(self, address: str, width: int, height: int = 900) -> None:
        """Open a page in a window of that size, and wait until it is loaded."""
        size = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self._context, viewport=size)
        self.send("browsingContext.navigate", context=self._context, url="about:blank", wait="complete")
        self.send("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression (a promise is awaited), by way of JSON."""
        found = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target=self.target,
            awaitPromise=True,
        )
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"].get("value", "null"))


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Firefox without a window, with an empty profile in a folder; it ends with the block."""
    assert FIREFOX is not None
    profile.mkdir()
    said = profile.with_name(f"{profile.name}.log")  # a pipe that nobody reads would fill and stop it
    asked = [FIREFOX, "--headless", "--remote-debugging-port=0", "--profile", str(profile)]
    with said.open("w") as output:
        running = subprocess.Popen(asked, stderr=output, stdout=subprocess.DEVNULL)
    try:
        with connect(f"{_address(running, said)}/session", max_size=None) as connection:
            yield Firefox(connection)
    finally:
        running.terminate()
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _address(running: subprocess.Popen[bytes], said: Path) -> str:
    """Where it listens, once it says so."""
    for _ in range(1200):
        if running.poll() is not None:
            break
        if found := LISTENS.search(said.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"Firefox does not listen: {said.read_text(errors='replace')[-500:]}")
