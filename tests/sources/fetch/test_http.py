"""Downloads: conditional, resumed, retried, limited, and one at a time per host."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from sources.fetch import FetchError, Trouble
from sources.fetch.http import HttpClient, HttpSettings, HttpStatusError
from sources.fetch.turn import turn

from . import publisher as bad
from .conftest import Naps
from .publisher import File, Publisher

BODY = b"".join(f"{number};Stra\xc3\x9fe\n".encode("latin-1") for number in range(20_000))


def test_a_download_arrives_byte_for_byte(publisher: Publisher, http: HttpClient, tmp_path: Path) -> None:
    uri = publisher.serve("/a/tabelle.csv", File(BODY, file_name="../../Bevölkerung 2024.csv"))
    got = http.download(uri, tmp_path / "answer")
    assert got.path is not None
    assert got.path.read_bytes() == BODY
    assert (got.size, got.status, got.unchanged) == (len(BODY), 200, False)
    assert got.etag == publisher.files["/a/tabelle.csv"].etag
    assert "/" not in str(got.file_name)
    assert not list(tmp_path.glob("*.part*"))


def test_a_conditional_request_brings_nothing_when_nothing_changed(
    publisher: Publisher, http: HttpClient, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    first = http.download(uri, tmp_path / "a")
    second = http.download(uri, tmp_path / "b", etag=first.etag)
    assert second.unchanged
    assert not (tmp_path / "b").exists()
    third = http.download(uri, tmp_path / "c", last_modified=first.last_modified)
    assert third.unchanged


@pytest.mark.parametrize("code", [429, 502, 503, 504, 408])
def test_what_passes_is_tried_again_with_growing_pauses(
    publisher: Publisher, http: HttpClient, naps: Naps, tmp_path: Path, code: int
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.status(code), bad.status(code), bad.status(code))
    assert http.download(uri, tmp_path / "a").size == len(BODY)
    assert naps.taken == [1.5, 3.0, 6.0]


def test_retry_after_is_obeyed_in_both_notations(
    publisher: Publisher, http: HttpClient, naps: Naps, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    publisher.misbehave(
        "/a.csv",
        bad.status(429, retry_after="17"),
        bad.status(503, retry_after=soon),
        bad.status(429, retry_after="a while"),
    )
    http.download(uri, tmp_path / "a")
    assert naps.taken[0] == 17
    assert 80 < naps.taken[1] <= 90
    assert naps.taken[2] == 6.0


def test_a_publisher_that_asks_for_hours_is_left_alone(
    publisher: Publisher, http: HttpClient, naps: Naps, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.status(429, retry_after="7200"))
    with pytest.raises(FetchError, match="asks to wait 7200 seconds") as caught:
        http.download(uri, tmp_path / "a")
    assert caught.value.trouble is Trouble.BUSY
    assert naps.taken == []


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (400, Trouble.REFUSED),
        (401, Trouble.LOGIN),
        (403, Trouble.LOGIN),
        (404, Trouble.GONE),
        (410, Trouble.GONE),
        (500, Trouble.REFUSED),
        (206, Trouble.UNREACHABLE),
        (304, Trouble.REFUSED),
        (204, Trouble.REFUSED),
    ],
)
def test_other_answers_are_errors_in_words(
    publisher: Publisher, http: HttpClient, tmp_path: Path, code: int, trouble: Trouble
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", *[bad.status(code, body=b"")] * 5)
    with pytest.raises(FetchError) as caught:
        http.download(uri, tmp_path / "a")
    assert caught.value.trouble is trouble
    assert caught.value.remedy
    if trouble is not Trouble.UNREACHABLE:
        assert isinstance(caught.value, HttpStatusError)
        assert len(publisher.seen) == 1
    assert not (tmp_path / "a").exists()


def test_it_gives_up_after_the_last_attempt(
    publisher: Publisher, http: HttpClient, naps: Naps, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", *[bad.status(503)] * 9)
    with pytest.raises(FetchError, match="busy"):
        http.download(uri, tmp_path / "a")
    assert len(publisher.seen) == 5
    assert len(naps.taken) == 4


@pytest.mark.parametrize("fault", [bad.truncate(70_000), bad.truncate_chunked(70_000)])
def test_a_body_that_breaks_off_is_continued(
    publisher: Publisher, http: HttpClient, tmp_path: Path, fault: bad.Fault
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", fault)
    got = http.download(uri, tmp_path / "a")
    assert got.path is not None
    assert got.path.read_bytes() == BODY
    assert got.status == 206
    asked = publisher.seen[1].headers
    assert asked["if-range"] == publisher.files["/a.csv"].etag
    assert asked["range"] in ("bytes=65536-", "bytes=70000-")


def test_a_later_run_goes_on_where_the_last_one_stopped(
    publisher: Publisher, settings: HttpSettings, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.truncate(65_536), bad.truncate(65_536))
    with HttpClient(replace(settings, attempts=1)) as once, pytest.raises(FetchError, match="broke off"):
        once.download(uri, tmp_path / "a")
    with HttpClient(replace(settings, attempts=1)) as once, pytest.raises(FetchError, match="broke off"):
        once.download(uri, tmp_path / "a")
    with HttpClient(settings) as later:
        got = later.download(uri, tmp_path / "a")
    assert publisher.seen[2].headers["range"] == "bytes=131072-"
    assert got.path is not None
    assert got.path.read_bytes() == BODY


def test_a_file_that_changed_in_between_is_fetched_whole(
    publisher: Publisher, settings: HttpSettings, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.truncate(65_536))
    with HttpClient(replace(settings, attempts=1)) as once, pytest.raises(FetchError):
        once.download(uri, tmp_path / "a")
    publisher.serve("/a.csv", File(BODY[::-1], last_modified=None))
    with HttpClient(settings) as later:
        got = later.download(uri, tmp_path / "a")
    assert got.path is not None
    assert got.path.read_bytes() == BODY[::-1]


def test_a_server_without_ranges_is_served_whole_again(
    publisher: Publisher, http: HttpClient, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", File(BODY, ranges=False))
    publisher.misbehave("/a.csv", bad.truncate(65_536))
    got = http.download(uri, tmp_path / "a")
    assert got.path is not None
    assert got.path.read_bytes() == BODY


def test_a_weak_validator_is_never_resumed_from(
    publisher: Publisher, http: HttpClient, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", File(BODY, etag='W/"1"', last_modified=None))
    publisher.misbehave("/a.csv", bad.truncate(65_536))
    http.download(uri, tmp_path / "a")
    assert "range" not in publisher.seen[1].headers


def test_a_partial_file_longer_than_the_file_starts_afresh(
    publisher: Publisher, http: HttpClient, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.truncate(65_536))
    with HttpClient(replace(http.settings, attempts=1)) as once, pytest.raises(FetchError):
        once.download(uri, tmp_path / "a")
    (tmp_path / "a.part").write_bytes(BODY + b"more")
    got = http.download(uri, tmp_path / "a")
    assert got.path is not None
    assert got.path.read_bytes() == BODY


def test_a_reset_connection_is_tried_again(publisher: Publisher, http: HttpClient, tmp_path: Path) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.reset())
    assert http.download(uri, tmp_path / "a").size == len(BODY)


def test_silence_times_out(publisher: Publisher, settings: HttpSettings, tmp_path: Path) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", bad.slow(0.3), bad.slow(0.3))
    with (
        HttpClient(replace(settings, read_timeout=0.05, attempts=2)) as client,
        pytest.raises(FetchError, match="did not answer in time"),
    ):
        client.download(uri, tmp_path / "a")
    assert len(publisher.seen) == 2


def test_nobody_listens(settings: HttpSettings, tmp_path: Path) -> None:
    with HttpClient(settings) as client, pytest.raises(FetchError, match=r"No connection to 127\.0\.0\.1"):
        client.download("http://127.0.0.1:9/a.csv", tmp_path / "a")


def test_an_announced_and_an_unannounced_giant_are_refused(
    publisher: Publisher, settings: HttpSettings, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    with HttpClient(replace(settings, max_bytes=100_000)) as client:
        with pytest.raises(FetchError, match="larger than 100,000 bytes"):
            client.download(uri, tmp_path / "a")
        publisher.misbehave("/a.csv", bad.endless())
        with pytest.raises(FetchError, match="larger than 100,000 bytes") as caught:
            client.download(uri, tmp_path / "a")
    assert caught.value.trouble is Trouble.TOO_LARGE
    assert (tmp_path / "a.part").stat().st_size <= 100_000


def test_a_drip_feed_ends(publisher: Publisher, settings: HttpSettings, tmp_path: Path) -> None:
    uri = publisher.serve("/a.csv", BODY)
    with (
        HttpClient(replace(settings, total_timeout=0.0)) as client,
        pytest.raises(FetchError, match="too slowly"),
    ):
        client.download(uri, tmp_path / "a")


def test_redirects_are_followed_to_an_end(publisher: Publisher, http: HttpClient, tmp_path: Path) -> None:
    publisher.serve("/new.csv", BODY)
    publisher.misbehave("/old.csv", bad.redirect("/new.csv", 301))
    assert http.download(publisher.base + "/old.csv", tmp_path / "a").uri.endswith("/new.csv")
    publisher.misbehave("/loop.csv", *[bad.redirect("/loop.csv")] * 20)
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        http.download(publisher.base + "/loop.csv", tmp_path / "b")
    for odd in ("file:///etc/passwd", "ftp://127.0.0.1/x", "http://[broken"):
        publisher.misbehave("/odd.csv", bad.redirect(odd))
        with pytest.raises(FetchError):
            http.download(publisher.base + "/odd.csv", tmp_path / "c")


def test_an_https_address_never_falls_back_to_http() -> None:
    from sources.fetch.http import _redirected

    with pytest.raises(FetchError, match="unprotected"):
        _redirected("https://a.example/x", "http://a.example/x", with_credentials=False)


def test_addresses_in_errors_carry_no_user_and_no_query(settings: HttpSettings, tmp_path: Path) -> None:
    with HttpClient(replace(settings, attempts=1)) as client, pytest.raises(FetchError) as caught:
        client.download("http://user:geheim@127.0.0.1:9/a.csv?key=geheim", tmp_path / "a")
    assert "geheim" not in str(caught.value)
    assert "user" not in str(caught.value)


def test_a_netrc_is_not_read_and_cookies_are_not_kept(
    publisher: Publisher, http: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login anna password geheim\n")
    monkeypatch.setenv("NETRC", str(netrc))
    uri = publisher.serve("/a.csv", BODY)
    http.download(uri, tmp_path / "a")
    assert "authorization" not in publisher.seen[0].headers


def test_a_proxy_from_the_environment_is_used(
    publisher: Publisher, http: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.serve("/a.csv", BODY)
    monkeypatch.setenv("http_proxy", publisher.base)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert http.download("http://statistik.example/a.csv", tmp_path / "a").size == len(BODY)


def test_one_request_at_a_time_among_threads(
    publisher: Publisher, settings: HttpSettings, tmp_path: Path
) -> None:
    uri = publisher.serve("/a.csv", BODY)
    publisher.misbehave("/a.csv", *[bad.slow(0.02)] * 4)

    def go(number: int) -> None:
        with HttpClient(settings) as client:
            client.download(uri, tmp_path / f"{number}")

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(publisher.seen) == 4
    assert publisher.most_at_once == 1


def test_one_request_at_a_time_among_processes(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from sources.fetch.turn import turn\n"
        "with turn('example:80', pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with (
                pytest.raises(FetchError, match="Another run"),
                turn("EXAMPLE:80", tmp_path, wait_seconds=0.05),
            ):
                pass
        finally:
            other.kill()  # a killed run leaves no lock behind
    with turn("example:80", tmp_path, wait_seconds=5):
        pass
