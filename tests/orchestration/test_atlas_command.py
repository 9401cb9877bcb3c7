"""`planstat atlas open`: the files of one edition, for this computer only."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli.atlas import LOOPBACK, server_of
from orchestration.cli.commands import main


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """The port of a server over a folder beside which lies a file that is none of its."""
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "atlas"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Sozialatlas</h1>", encoding="utf-8")
    server = server_of(folder, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def asked(port: int, method: str, path: str, host: str = LOOPBACK) -> tuple[int, str]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", f"{host}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    said = answer.status, answer.read().decode("utf-8")
    connection.close()
    return said


def test_it_gives_the_page_and_nothing_beside(served: int) -> None:
    assert asked(served, "GET", "/") == (200, "<h1>Sozialatlas</h1>")
    assert asked(served, "GET", "/../secret.txt")[0] == 404
    assert asked(served, "GET", "/%2e%2e/secret.txt")[0] == 404


def test_a_page_elsewhere_cannot_reach_it_under_its_own_name(served: int) -> None:
    assert asked(served, "GET", "/", host="example.org")[0] == 403
    assert asked(served, "HEAD", "/", host="example.org")[0] == 403
    assert asked(served, "POST", "/")[0] == 501


def test_without_an_atlas_it_says_so(data_root: Path) -> None:
    ended = CliRunner().invoke(main, ["atlas", "open"])
    assert ended.exit_code != 0
    assert "atlas" in ended.output
