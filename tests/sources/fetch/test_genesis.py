"""The GENESIS client against a publisher that speaks the interface, and against recorded exchanges."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sources.fetch import FetchError, FetchState, GenesisWay, Remembered, Trouble, fetch, remember
from sources.fetch.errors import plain_address
from sources.fetch.genesis import INSTANCES, GenesisClient, Patience
from sources.fetch.http import HttpClient
from tests.profiles import tried

from . import publisher as bad
from .conftest import Naps
from .publisher import Exchange, Publisher, Table, zipped

HEADER = (
    "\ufeffstatistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label"
    ";value;value_unit;value_variable_code;value_variable_label\n"
)
TABLEFILE = "/rest/2020/data/tablefile"


def flat(years: range = range(2020, 2025)) -> bytes:
    rows = [
        f"12411;Stand;STAG;Stichtag;{year}-12-31;KREISE;Kreise;0100{n};Kreis {n};{n}{year};Anzahl;B;Köpfe\n"
        for year in years
        for n in range(1, 4)
    ]
    return (HEADER + "".join(rows)).encode()


def years_of(form: dict[str, str]) -> bytes:
    return flat(range(int(form["startyear"] or 2007), int(form["endyear"] or 2024) + 1))


@pytest.fixture
def account(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Credentials with every character that has broken a client, set for all instances."""
    user, password = "AB12:cd", "p\"ä ß/%&=+#;<'\\{}§€".replace("€", "é")
    publisher.genesis.account = (user, password)
    for instance in ("GENESIS_ONLINE", "REGIONALSTATISTIK", "ZENSUS"):
        monkeypatch.setenv(f"PLANSTAT_{instance}_USERNAME", user)
        monkeypatch.setenv(f"PLANSTAT_{instance}_PASSWORD", password)
        monkeypatch.setenv(f"PLANSTAT_{instance}_BASE", publisher.base)
    return user, password


@pytest.fixture
def token(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> str:
    secret = "0123456789abcdef0123456789abcdef"
    publisher.genesis.account = (secret, "")
    publisher.genesis.tokens_start_jobs = False
    monkeypatch.setenv("PLANSTAT_GENESIS_ONLINE_TOKEN", secret)
    monkeypatch.setenv("PLANSTAT_GENESIS_ONLINE_BASE", publisher.base)
    return secret


@pytest.mark.usefixtures("account")
def test_a_table_comes_with_metadata_and_is_confirmed(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["12411-01-01-4"] = Table(flat())
    way = GenesisWay("regionalstatistik", "12411-01-01-4")
    got = fetch(way, tmp_path / "1", state, http=http)
    assert got.files[0].read_bytes() == flat()
    assert got.published_at == "28.12.2022 17:16:03h"
    assert got.source_uri == "genesis://regionalstatistik/12411-01-01-4?format=ffcsv&language=de"
    assert len(publisher.asked(TABLEFILE)) == 2, "a changed table is fetched twice"
    remember(state, got)
    shuffled = flat().splitlines(keepends=True)
    publisher.genesis.tables["12411-01-01-4"] = Table(b"".join([shuffled[0], *reversed(shuffled[1:])]))
    again = fetch(way, tmp_path / "2", state, http=http)
    assert again.unchanged, "the same rows in another order are the same table"
    assert again.files == ()
    assert len(publisher.asked(TABLEFILE)) == 3


@pytest.mark.usefixtures("account")
def test_the_request_is_the_documented_one(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(flat())
    way = GenesisWay(
        "zensus", "T", start_year=2020, end_year=2024, regional_variable="KREISE", regional_key="01*"
    )
    fetch(way, tmp_path / "1", state, http=http)
    seen = publisher.asked(TABLEFILE)[0]
    assert seen.method == "POST"
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.form == {
        "area": "all", "compress": "true", "endyear": "2024", "format": "ffcsv", "language": "de", "name":
        "T", "quality": "on", "regionalkey": "01*", "regionalvariable": "KREISE", "stand": "", "startyear":
        "2020", "timeslices": "", "job": "false",
    }  # fmt: skip


@pytest.mark.usefixtures("account")
def test_a_table_that_is_too_large_becomes_a_job(
    publisher: Publisher, http: HttpClient, state: FetchState, naps: Naps, tmp_path: Path
) -> None:
    publisher.genesis.tables["12531-0043"] = Table(flat(), too_large=True, polls=3)
    way = GenesisWay("genesis-online", "12531-0043")
    got = fetch(way, tmp_path / "1", state, http=http)
    assert got.files[0].read_bytes() == flat()
    assert publisher.genesis.started == 1, "the second retrieval takes the same job's result"
    assert naps.taken == [5.0, 7.5, 11.25]
    assert state.last(way.source_uri) == Remembered(way.source_uri)


@pytest.mark.usefixtures("account")
def test_a_job_that_outlasts_the_run_is_picked_up_by_the_next(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(flat(), too_large=True, polls=4)
    way = GenesisWay("genesis-online", "T")
    client = GenesisClient("genesis-online", http=http, patience=Patience(total=12.0))
    with pytest.raises(FetchError, match="next run picks its result up") as caught:
        client.fetch(way, tmp_path / "1", state)
    assert caught.value.trouble is Trouble.NOT_READY
    got = fetch(way, tmp_path / "1", FetchState(state.path), http=http)
    assert got.files[0].read_bytes() == flat()
    assert publisher.genesis.started == 1


@pytest.mark.usefixtures("account")
def test_a_job_that_the_publisher_lost_is_started_again(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(flat(), too_large=True, polls=0)
    way = GenesisWay("genesis-online", "T")
    state.put(Remembered(way.source_uri, pending_job="T_1"))
    client = GenesisClient("genesis-online", http=http, patience=Patience(total=12.0))
    assert client.fetch(way, tmp_path / "1", state).files[0].read_bytes() == flat()
    assert publisher.genesis.started == 1


@pytest.mark.usefixtures("token")
def test_a_token_that_may_not_start_jobs_halves_the_years(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(years_of, too_large=True, slice_years=4)
    got = fetch(GenesisWay("genesis-online", "T"), tmp_path / "1", state, http=http)
    assert got.files[0].name == "T_2007-2024_flat.csv"
    assert got.files[0].read_bytes() == flat(range(2007, 2025))
    assert publisher.genesis.started == 0


@pytest.mark.usefixtures("account")
def test_declared_slices_are_joined_under_one_header(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    def some_years(form: dict[str, str]) -> bytes | int:
        return 104 if form["startyear"] == "2013" else years_of(form).rstrip(b"\n")

    publisher.genesis.tables["T"] = Table(some_years)
    got = fetch(GenesisWay("zensus", "T", slice_years=3), tmp_path / "1", state, http=http)
    assert got.files[0].read_bytes() == flat(range(2007, 2013)) + flat(range(2016, 2025)).partition(b"\n")[2]

    def odd(form: dict[str, str]) -> bytes:
        body = years_of(form)
        return body.replace(b"value_unit;", b"", 1) if form["startyear"] == "2010" else body

    publisher.genesis.tables["T"] = Table(odd)
    with pytest.raises(FetchError, match="different headers"):
        fetch(GenesisWay("zensus", "T", slice_years=3), tmp_path / "2", state, http=http)
    with pytest.raises(FetchError, match="only flat files"):
        fetch(
            GenesisWay("zensus", "T", slice_years=3, wire_format="datencsv"), tmp_path / "3", state, http=http
        )


@pytest.mark.usefixtures("token")
def test_one_year_that_is_too_large_is_told(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(flat(), too_large=True)
    with pytest.raises(FetchError, match="Even one year") as caught:
        fetch(GenesisWay("genesis-online", "T"), tmp_path / "1", state, http=http)
    assert caught.value.trouble is Trouble.TOO_LARGE


@pytest.mark.usefixtures("account")
def test_two_retrievals_that_differ_are_not_accepted(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    bodies = iter([flat(), flat().replace(b"2021-12-31;KREISE", b"KREISE;2021-12-31")])
    publisher.genesis.tables["T"] = Table(lambda form: next(bodies))
    with pytest.raises(FetchError, match="do not hold the same lines") as caught:
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    assert caught.value.trouble is Trouble.UNSTABLE
    assert list((tmp_path / "1").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "trouble", "words"),
    [
        (-1, Trouble.EMPTY, "data cube is missing"),
        (2, Trouble.REFUSED, "could not work"),
        (15, Trouble.LOGIN, "PLANSTAT_ZENSUS_USERNAME"),
        (22, Trouble.REFUSED, "changed a parameter"),
        (90, Trouble.GONE, "does not exist"),
        (104, Trouble.GONE, "no table T"),
        (4711, Trouble.REFUSED, "status 4711"),
    ],
)
@pytest.mark.usefixtures("account")
def test_every_status_is_an_error_in_words(
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    code: int,
    trouble: Trouble,
    words: str,
) -> None:
    publisher.genesis.tables["T"] = Table(lambda form: code)
    with pytest.raises(FetchError, match=words) as caught:
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    assert caught.value.trouble is trouble
    assert f"status {code}" in str(caught.value)


@pytest.mark.usefixtures("account")
def test_errors_with_http_401_and_404_are_read_too(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.account = ("somebody", "else")
    with pytest.raises(FetchError, match=r"credentials are wrong \(status 15"):
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    body = b'{"Code": 104, "Content": "nichts", "Type": "INFORMATION"}'
    publisher.misbehave(TABLEFILE, bad.status(404, body=body))
    with pytest.raises(FetchError, match="no table T"):
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    publisher.misbehave(TABLEFILE, bad.status(404, body=b"<html>nothing"))
    with pytest.raises(FetchError, match="HTTP 404"):
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)


@pytest.mark.parametrize(
    ("fault", "trouble", "words"),
    [
        (bad.login_page(), Trouble.NOT_DATA, "web page"),
        (bad.json_error(), Trouble.NOT_DATA, "json instead of a text table"),
        (bad.instead(zipped({"a.csv": HEADER.encode()})), Trouble.EMPTY, "no rows"),
        (bad.instead(zipped({"a.csv": b""})), Trouble.EMPTY, "no rows"),
        (bad.instead(zipped({"a.csv": b"1", "b.csv": b"2"})), Trouble.NOT_DATA, "2 files"),
        (bad.instead(zipped({"a.csv": b"0" * 80_000_000})), Trouble.UNSAFE, "bomb"),
        (bad.instead(b""), Trouble.EMPTY, "no rows"),
        (bad.redirect("http://example.invalid/"), Trouble.REFUSED, "credentials are not sent there"),
        (bad.redirect("/elsewhere"), Trouble.REFUSED, "credentials are not sent there"),
    ],
)
@pytest.mark.usefixtures("account")
def test_answers_that_are_no_table_are_refused(
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    fault: bad.Fault,
    trouble: Trouble,
    words: str,
) -> None:
    publisher.genesis.tables["T"] = Table(flat())
    publisher.misbehave(TABLEFILE, fault)
    with pytest.raises(FetchError, match=words) as caught:
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    assert caught.value.trouble is trouble
    assert list((tmp_path / "1").iterdir()) == []


@pytest.mark.usefixtures("account")
def test_busy_and_broken_answers_are_tried_again(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(flat())
    publisher.misbehave(
        TABLEFILE, bad.status(429, retry_after="3"), bad.truncate(200), bad.reset(), bad.status(503)
    )
    got = fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    assert got.files[0].read_bytes() == flat()
    assert "range" not in publisher.seen[2].headers, "a POST is never resumed"


@pytest.mark.usefixtures("account")
def test_metadata_that_is_none_is_told(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    publisher.genesis.tables["T"] = Table(flat())
    publisher.misbehave("/rest/2020/metadata/table", bad.login_page())
    with pytest.raises(FetchError, match="did not answer metadata/table"):
        fetch(GenesisWay("zensus", "T"), tmp_path / "1", state, http=http)
    publisher.genesis.tables["T"] = Table(flat(), years=("", ""))
    with pytest.raises(FetchError, match="which years"):
        fetch(GenesisWay("zensus", "T", slice_years=2), tmp_path / "1", state, http=http)


def test_credentials_that_cannot_work_are_told_before_any_request(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = GenesisWay("zensus", "T")
    monkeypatch.setenv("PLANSTAT_ZENSUS_BASE", publisher.base)
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"PLANSTAT_ZENSUS_{name}", raising=False)
    with pytest.raises(FetchError, match=r"No credentials for zensus.*PLANSTAT_ZENSUS_TOKEN"):
        fetch(way, tmp_path, state, http=http)
    monkeypatch.setenv("PLANSTAT_ZENSUS_USERNAME", "u")
    with pytest.raises(FetchError, match="PLANSTAT_ZENSUS_PASSWORD is not set"):
        fetch(way, tmp_path, state, http=http)
    for secret, words in ((" x", "blank"), ("a\nb", "control"), ("5€x", "8859-1")):
        monkeypatch.setenv("PLANSTAT_ZENSUS_PASSWORD", secret)
        with pytest.raises(FetchError, match=words) as caught:
            fetch(way, tmp_path, state, http=http)
        assert secret.strip() not in str(caught.value)
    assert publisher.seen == []
    monkeypatch.setenv("PLANSTAT_ZENSUS_BASE", "http://statistik.example/api")
    with pytest.raises(FetchError, match="only sent over https"):
        fetch(way, tmp_path, state, http=http)
    with pytest.raises(FetchError, match=r"no GENESIS instance 'genesis'.*genesis-online"):
        fetch(GenesisWay("genesis", "T"), tmp_path, state, http=http)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Status", "Code", "Content", "Object", "Time", "From", "To", "List", "Updated"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.usefixtures("account")
@tried(30, suppress_health_check=list(HealthCheck))
@given(answers=st.lists(JSON, min_size=1, max_size=4), slices=st.booleans())
def test_any_json_answer_is_a_table_or_an_error_in_words(
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    answers: list[object],
    slices: bool,
) -> None:
    publisher.genesis.tables["T"] = Table(flat(), too_large=True, polls=0)
    publisher._faults.clear()
    for method in ("data/tablefile", "metadata/table", "catalogue/results", "data/resultfile"):
        faults = [bad.instead(json.dumps(answer).encode()) for answer in answers]
        publisher.misbehave(f"/rest/2020/{method}", *faults)
    client = GenesisClient("zensus", http=http, patience=Patience(first=1.0, total=3.0))
    with contextlib.suppress(FetchError):
        client.fetch(GenesisWay("zensus", "T", slice_years=5 if slices else None), tmp_path / "1", state)


def _forms(secret: str) -> set[str]:
    return {secret, repr(secret)[1:-1], quote(secret, safe=""), quote(secret), quote_plus(secret)} | {
        ascii(secret)[1:-1]
    }


def _message_of(act: Callable[[], object]) -> str:
    """All that a run can print about an outcome: the value, or the error with all frames and variables."""
    try:
        return repr(act())
    except FetchError as error:
        frames = error.__traceback__.tb_next.tb_next if error.__traceback__ else None  # not the test's own
        told = traceback.TracebackException(type(error), error, frames, capture_locals=True)
        chained = [repr(error.__context__), repr(error.__cause__)]
        return "\n".join([str(error), repr(error), repr(vars(error)), *told.format(chain=True), *chained])


def test_credentials_appear_nowhere(
    account: tuple[str, str],
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever goes wrong, no message, log line, traceback (locals included) or file holds a secret."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    publisher.genesis.tables |= {
        "ok": Table(flat()),
        "large": Table(flat(), too_large=True),
        **{f"s{code}": Table(lambda form, code=code: code) for code in (-1, 2, 15, 22, 90, 104, 4711)},
    }
    faults: list[bad.Fault | None] = [
        None, bad.login_page(), bad.json_error(" ".join(account)), bad.redirect("http://example.invalid/"),
        bad.status(401, body=b""), bad.status(404), bad.status(500), bad.reset(), bad.truncate(10),
        bad.instead(" ".join(account).encode()), bad.status(429, retry_after="9999"),
    ]  # fmt: skip
    for table in publisher.genesis.tables:
        for fault in faults if table == "ok" else [None]:
            if fault:
                publisher.misbehave(TABLEFILE, *[fault] * 5)
            way = GenesisWay("zensus", table)
            said.append(_message_of(lambda way=way: fetch(way, tmp_path / "t", state, http=http)))
            publisher._faults.clear()
    client = GenesisClient("zensus", http=http)
    said += [repr(client), repr(vars(client)), repr(client._credentials), str(vars(client._credentials))]
    said += [caplog.text, *capfd.readouterr()]
    said += [path.read_text("utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    haystack = "\n".join(said)
    for secret in account:
        for form in _forms(secret):
            assert form not in haystack
    assert publisher.seen[0].headers["password"] == account[1]
    assert all(secret not in str(seen.form) + seen.path for seen in publisher.seen for secret in account)


def test_credentials_resist_printing_and_storing(account: tuple[str, str]) -> None:
    import pickle

    client = GenesisClient("zensus")
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(client._credentials)
    assert client._credentials.scrub(f"x{account[1]}y{quote_plus(account[1])}z") == "x***y***z"
    assert plain_address("https://u:p@h/x?name=T&password=p") == "https://h/x?name=…&password=…"


RECORDED = [
    ("12411-01-01-4", "regionalstatistik", "de"),
    ("12411-01-01-4", "regionalstatistik", "en"),
    ("1000A-0000", "zensus", "de"),
    ("1000A-2022", "zensus", "de"),
    ("12531-0043", "genesis-online", "de"),
]


def _recorded(shared_data: Path) -> Path:
    folder = shared_data / "09-api-samples" / "pystatis-recorded-http" / "2026-03"
    if not folder.is_dir():
        pytest.skip("the recorded exchanges are not here")
    return folder


@pytest.mark.real_files
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("table", "instance", "language"), RECORDED)
def test_recorded_exchanges_replay_byte_for_byte(
    shared_data: Path,
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    naps: Naps,
    table: str,
    instance: str,
    language: str,
) -> None:
    paths = sorted((_recorded(shared_data) / table).glob("*.exchange.json"))
    publisher.recorded = [Exchange.read(path) for path in paths if "variant2" not in path.name]
    files = [
        e for e in publisher.recorded if e.answer.body.startswith(b"PK") and e.form["language"] == language
    ]
    quality = files[0].form["quality"] == "on"
    way = GenesisWay(instance, table, language=language, quality=quality)
    got = fetch(way, tmp_path / "1", state, http=http)
    with zipfile.ZipFile(io.BytesIO(files[0].answer.body)) as archive:
        [name] = archive.namelist()
        assert got.files[0].read_bytes() == archive.read(name)
        assert got.files[0].name == name
    sent = {tuple(sorted(seen.form.items())) for seen in publisher.seen}
    for exchange in publisher.recorded:
        if exchange.form.get("language", language) == language and "metadata" not in exchange.path:
            known = {**exchange.form, "compress": "true"} if "compress" in exchange.form else exchange.form
            assert tuple(sorted(known.items())) in sent, "the client asks as the recorded one did"
    assert got.published_at
    assert (naps.taken == [5.0]) == (table == "12531-0043")


@pytest.mark.real_files
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("table", "name", "trouble"),
    [
        ("61111-0021", "tablefile_status_minus1", Trouble.EMPTY),
        ("63121-0001", "tablefile_status104_de", Trouble.GONE),
        ("63121-0001", "tablefile_status104_en", Trouble.GONE),
    ],
)
def test_recorded_errors_become_errors_in_words(
    shared_data: Path,
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    table: str,
    name: str,
    trouble: Trouble,
) -> None:
    publisher.recorded = [Exchange.read(_recorded(shared_data) / table / f"{name}.exchange.json")]
    way = GenesisWay("genesis-online", table, language=publisher.recorded[0].form["language"])
    with pytest.raises(FetchError) as caught:
        fetch(way, tmp_path / "1", state, http=http)
    assert caught.value.trouble is trouble


def test_the_known_instances_speak_https() -> None:
    assert set(INSTANCES) == {"genesis-online", "regionalstatistik", "zensus"}
    assert all(instance.base.startswith("https://") for instance in INSTANCES.values())
