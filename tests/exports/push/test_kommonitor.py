"""KomMonitor: what is sent is the edition, the server shows it, and nothing is claimed that it does not."""

from __future__ import annotations

import copy
import json
import logging
import stat
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from exports.outlines import day_of_layer, layer_title
from exports.push.kommonitor import bodies, pushing
from exports.push.kommonitor.bodies import Places
from exports.push.kommonitor.client import Client, KomMonitorError, Login, Manners
from exports.push.kommonitor.content import Content, NothingToSend, read_content, single, survives
from exports.push.kommonitor.ids import BadIds, Ids
from exports.push.kommonitor.package import MANIFEST, NotOurs, unnamed, write_package
from exports.push.kommonitor.pushing import NotAsSent, Outcome, push
from sources.foundation.files import sha256_of
from sources.foundation.told import said
from tests.exports.push.kommonitor_editions import DEFINED, ROWS, content_of, row, write_editions
from tests.exports.push.kommonitor_pictures import picture
from tests.exports.push.kommonitor_server import (
    CLIENT,
    OWNER,
    SECRET,
    Fault,
    Interface,
    StandIn,
    read_interface,
)

DAY, LATER = date(2015, 12, 31), date(2022, 12, 31)


@pytest.fixture(scope="session")
def interface() -> Interface:
    """The interface file of data-management."""
    return read_interface()


@pytest.fixture
def server(interface: Interface) -> Iterator[StandIn]:
    """A server with nothing in it; every request that it was sent keeps to the interface."""
    with StandIn(interface).running() as running:
        yield running
    assert running.violations == []


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The small edition, the population in thousands."""
    return content_of(tmp_path_factory.mktemp("editions"), units={"D01": "Tsd."})


def push_to(server: StandIn, content: Content, home: Path, secret: str = SECRET, **how: Any) -> Outcome:
    """Push as an office would, without waiting between attempts."""
    login = Login(server.token_address, CLIENT, SecretStr(secret))
    places = Places(OWNER, ("leser",), **how)
    with Client(server.address, login, Manners(sleep=lambda _: None)) as client:
        return push(content, places, client, Ids.read(home / "kommonitor.json", client.address))


def changes(server: StandIn) -> list[tuple[str, str]]:
    """Requests that change something."""
    return [one for one in server.asked if one[0] != "GET" and not one[1].endswith("/token")]


# What an edition has


def test_values_stand_on_outlines_of_their_own_gebietsstand(content: Content) -> None:
    d01, p07 = content.series
    assert p07.values["KREIS"] == {
        "01001": {DAY: 15.3, LATER: 16.0},
        "01002": {DAY: 0.0, LATER: None},
        "01003": {DAY: None, LATER: 12.0},
    }
    assert p07.values["LAND"] == {"01": {LATER: 10.3}}
    assert content.undrawn == {"KREIS": 1}, (
        "01003 of 2015 has no outline; the backcast is no value of its day"
    )
    assert d01.values["KREIS"] == {"01001": {DAY: 85.9}, "01002": {DAY: 246.3}}
    assert (d01.unit, d01.decimals, content.refused) == ("Tsd. Personen", 1, ())
    assert p07.beside == {"DG": {DAY: 9.7, LATER: 8.3}, "01": {LATER: 10.3}}
    assert p07.remarks == (
        "Werte mit Vermerk: geschätzter oder umgerechneter Wert: 1.",
        "Ohne Zahl: Zahlenwert unbekannt oder geheim zu halten: 1.",
        "Nicht gesendet: ohne Umriss des Gebietsstands: 1.",
    )


def test_a_version_is_drawn_once_and_valid_until_the_next_begins(content: Content) -> None:
    assert [(one.level, [layer.name for layer in one.layers]) for one in content.levels] == [
        ("LAND", ["laender_2022"]),
        ("KREIS", ["kreise_2015", "kreise_2022"]),
    ]
    assert day_of_layer(layer_title("KREIS", "2015-12-31")) == DAY
    old, new = content.levels[1].layers
    assert [one.area_key for one in old.outlines] == ["01001@2000"]
    assert [one.area_key for one in new.outlines] == ["01001@2016", "01002@2000", "01003@2016"]
    assert bodies.period(old.outlines) == {"startDate": "2000-01-01", "endDate": "2016-01-01"}
    assert bodies.period(new.outlines) == {"startDate": "2000-01-01"}
    features = json.loads(bodies.feature_collection(new.outlines))["features"]
    assert features[0]["properties"] == {
        "ID": "01001",
        "NAME": "Flensburg (neu)",
        "validStartDate": "2016-01-01",
    }
    longitude, latitude = features[0]["geometry"]["coordinates"][0][0][0]
    assert 9 < longitude < 10
    assert 54 < latitude < 55


@pytest.mark.parametrize(
    ("value", "decimals", "stays"),
    [
        (16_777_216.0, 0, True),
        (16_777_217.0, 0, False),
        (82_175_684.0, 0, False),
        (82_175.7, 1, True),
        (123_456.7, 1, True),
        (1_234_567.2, 1, False),  # 1234567.25: printed as .2 or as .3
        (-0.1, 1, True),
        (1e39, 0, False),
    ],
)
def test_numbers_that_32_bits_would_change_are_known(value: float, decimals: int, stays: bool) -> None:
    assert survives(value, decimals) is stays
    assert not stays or f"{single(value):.{decimals}f}" == f"{value:.{decimals}f}"


def test_a_number_that_would_change_is_refused_by_indicator_and_area(tmp_path: Path) -> None:
    rows = [*ROWS, row("D01", "01@2000", "2014-12-31", 16_777_217.0)]
    content = content_of(tmp_path, rows)
    assert [(one.area, one.day) for one in content.refused] == [
        ("Schleswig-Holstein", date(2014, 12, 31)),
        ("Deutschland", DAY),
    ]
    assert said(content.refused[1].words(), "de") == (
        "D01 Bevölkerung, Deutschland, 31.12.2015: aus 82.175.684 würde 82.175.680, weil KomMonitor mit "
        "32-Bit-Zahlen rechnet; die Kennzahl in Tsd. oder Mio. senden (`units:` in office.yml)"
    )
    d01 = content.series[0]
    assert d01.values["LAND"]["01"][date(2014, 12, 31)] is None
    assert d01.remarks == ("Nicht gesendet: durch 32-Bit-Zahlen verfälscht: 1.",)
    assert bodies.beside(d01, "DG") == []
    only_land = read_content(*next_editions(tmp_path, rows), DEFINED, beside=["01"])
    assert [one.area for one in only_land.refused] == ["Schleswig-Holstein"], (
        "what is not sent is not refused"
    )


def next_editions(home: Path, rows: list[dict[str, Any]]) -> tuple[Path, Path]:
    return write_editions(home / "next", rows)


def test_what_cannot_be_sent_says_why(tmp_path: Path) -> None:
    indicators, areas = write_editions(tmp_path, ROWS)
    with pytest.raises(NothingToSend) as unknown:
        read_content(indicators, areas, DEFINED, units={"X99": "Mio."})
    assert "keine solche Kennzahl" in said(unknown.value.args[0], "de")
    (areas / "areas.gpkg").unlink()
    with pytest.raises(NothingToSend) as bare:
        read_content(indicators, areas, DEFINED)
    assert "keine Umrisse" in said(bare.value.args[0], "de")


def test_only_chosen_areas_are_sent(tmp_path: Path) -> None:
    content = content_of(tmp_path, within=["01002"])
    assert [one.level for one in content.levels] == ["KREIS"]
    assert {code for one in content.series for cells in one.values.values() for code in cells} == {"01002"}
    assert content.series[1].beside["DG"], "the values beside are those of the Bund still"


def test_classes_hold_for_all_days_and_need_values_that_differ(content: Content) -> None:
    p07 = content.series[1]
    assert p07.breaks("KREIS") == []
    cells = {f"{n:05}": {DAY: float(n), LATER: float(n + 10)} for n in range(10)}
    wide = replace(p07, values={"KREIS": cells})
    assert wide.breaks("KREIS") == [3.8, 7.6, 11.4, 15.2]
    places = unnamed(content)
    mapping = bodies.about(content, wide, places)["defaultClassificationMapping"]
    assert (mapping["classificationMethod"], len(mapping["items"])) == ("REGIONAL_DEFAULT", 1)
    assert mapping["colorBrewerSchemeName"] == "Blues"
    negative = replace(p07, values={"KREIS": {"01001": {DAY: -1.0}}})
    mapping = bodies.about(content, negative, places)["defaultClassificationMapping"]
    assert (mapping["classificationMethod"], mapping["colorBrewerSchemeName"]) == ("QUANTILE", "PuOr")


# The package


def test_the_package_is_what_importer_and_interface_take(
    content: Content, interface: Interface, tmp_path: Path
) -> None:
    licences = tmp_path / "LICENCES.md"
    licences.write_text("# Quellen\n", encoding="utf-8")
    home = tmp_path / "paket"
    made = write_package(content, licences, home)
    table = (home / "werte" / "P07.KREIS.csv").read_bytes()
    assert table.decode("utf-8-sig").split("\r\n") == [
        "ID;2015-12-31;2022-12-31",
        "01001;15.3;16",
        "01002;0;",
        "01003;;12",
        "",
    ]
    assert table.startswith(b"\xef\xbb\xbf")
    mapping = json.loads((home / "werte" / "P07.KREIS.mapping.json").read_text(encoding="utf-8"))
    assert mapping["propertyMapping"]["keepMissingOrNullValueIndicator"] is True
    assert [one["timestamp"] for one in mapping["propertyMapping"]["timeseriesMappings"]] == [
        "2015-12-31",
        "2022-12-31",
    ]
    assert (mapping["aggregations"], mapping["converter"]["encoding"]) == ([], "UTF-8")
    for file, method, path in (
        ("kennzahlen/P07.json", "POST", "/indicators"),
        ("werte/P07.KREIS.json", "PUT", "/indicators/x"),
    ):
        body = json.loads((home / file).read_text(encoding="utf-8"))
        assert interface.problems_of_request(method, path, body) == []
    told = (home / "LIESMICH.md").read_text(encoding="utf-8")
    assert "Kreise: 4 Gebiete (Kreise, Gebietsstand 31.12.2015; Kreise, Gebietsstand 31.12.2022)" in told
    assert "1 Werte, für deren Gebietsstand kein Umriss vorliegt" in told
    manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["edition"] == "indicators/2026-11-22.1, areas/2026-11-22.1"
    written = {file.relative_to(home).as_posix() for file in home.rglob("*") if file.is_file()}
    assert {*manifest["files"], MANIFEST} == written
    assert all(sha256_of(home / name) == digest for name, digest in manifest["files"].items())
    assert made.files == len(written)
    assert write_package(content, licences, home) == made, "a package is replaced whole"


def test_a_folder_that_is_no_package_is_left_alone(content: Content, tmp_path: Path) -> None:
    (tmp_path / "wichtig.txt").write_text("behalten", encoding="utf-8")
    with pytest.raises(NotOurs):
        write_package(content, tmp_path / "wichtig.txt", tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["wichtig.txt"]


def test_the_check_of_the_interface_refuses_null_elsewhere(content: Content, interface: Interface) -> None:
    """The stand-in's judgement can fail: it is not one that lets all through."""
    places = unnamed(content)
    good = bodies.new_indicator(content, content.series[0], places)
    assert interface.problems_of_request("POST", "/indicators", good) == []
    for key in good:
        if key in ("permissions", "interpretation", "metadata", "unit", "isPublic", "topicReference"):
            assert interface.problems_of_request("POST", "/indicators", {**good, key: None}), key
            assert interface.problems_of_request(
                "POST", "/indicators", {k: good[k] for k in good if k != key}
            )
    assert interface.problems_of_request("POST", "/indicators", {**good, "intrepretation": "x"})
    assert interface.problems_of_request("GET", "/nowhere", None)


# The push


def test_the_server_shows_the_edition(server: StandIn, content: Content, tmp_path: Path) -> None:
    outcome = push_to(server, content, tmp_path)
    assert server.numbers("P07", "Kreise") == {
        ("01001", "2015-12-31"): single(15.3),
        ("01001", "2022-12-31"): 16.0,
        ("01002", "2015-12-31"): 0.0,
        ("01003", "2022-12-31"): 12.0,
    }
    assert server.numbers("D01", "Kreise")["01002", "2015-12-31"] == single(246.3)
    d01, p07 = sorted(server.indicators.values(), key=lambda one: str(one.about["abbreviation"]))
    assert p07.about["regionalReferenceValues"] == [
        {"referenceDate": "2015-12-31", "regionalAverage": single(9.7)},
        {"referenceDate": "2022-12-31", "regionalAverage": single(8.3)},
    ]
    assert d01.about["regionalReferenceValues"] == [
        {"referenceDate": "2015-12-31", "regionalSum": single(82175.7)}
    ]
    assert p07.about["metadata"]["datasource"] == "© Amt"
    assert "Lizenz: frei." in p07.about["metadata"]["note"]
    assert {one["topicName"] for one in server.topics.values()} == {"Armut", "Demografie"}
    kreise = next(one for one in server.units.values() if one.about["spatialUnitLevel"] == "Kreise")
    assert sorted(kreise.features) == [
        ("01001", "2000-01-01"),
        ("01001", "2016-01-01"),
        ("01002", "2000-01-01"),
        ("01003", "2016-01-01"),
    ]
    assert kreise.features["01001", "2000-01-01"]["properties"]["validEndDate"] == "2016-01-01"
    assert (outcome.made, outcome.changed, outcome.unchanged) == (6, 0, 0)
    assert (outcome.numbers, outcome.empty) == (8, 2)


def test_a_second_push_changes_nothing(server: StandIn, content: Content, tmp_path: Path) -> None:
    push_to(server, content, tmp_path)
    state = server.state()
    server.asked.clear()
    outcome = push_to(server, content, tmp_path)
    assert changes(server) == []
    assert server.state() == state
    assert (outcome.made, outcome.changed, outcome.unchanged) == (0, 0, 4)


def withdrawn() -> list[dict[str, Any]]:
    """The rows of an edition without a value that is secret now, a row, a level and an indicator."""
    kept = [one for one in ROWS if one["indicator_id"] == "P07" and one["area_level"] != "LAND"]
    return [
        {**one, "value": None, "missing_reason": "suppressed_primary"}
        if one["area_key"] == "01001@2016"
        else one
        for one in kept
        if one["area_key"] != "01003@2016"
    ]


def test_withdrawn_values_leave_no_number_behind(server: StandIn, content: Content, tmp_path: Path) -> None:
    """A value that is secret now, a row and a level that are gone, and an indicator that is no more."""
    push_to(server, content, tmp_path)
    before = picture(server, "vorher")
    after = content_of(tmp_path / "later", withdrawn())
    outcome = push_to(server, after, tmp_path)
    gone = picture(server, "nachher")
    assert before.count("kein Wert") == 1, "Kiel has no number on the newest day"
    assert "Kiel: 246,3<" in before
    assert gone.count("kein Wert") == gone.count("<path") == before.count("<path")
    assert server.numbers("P07", "Kreise") == {
        ("01001", "2015-12-31"): single(15.3),
        ("01002", "2015-12-31"): 0.0,
    }
    assert server.numbers("P07", "Länder") == {}
    assert server.numbers("D01", "Kreise") == server.numbers("D01", "Länder") == {}
    (d01,) = (one for one in server.indicators.values() if one.about["abbreviation"] == "D01")
    assert d01.about["regionalReferenceValues"] == []
    assert outcome.emptied == 2 + 1 + 3
    server.asked.clear()
    push_to(server, after, tmp_path)
    assert changes(server) == []


def test_what_must_go_goes_before_anything_new_comes(
    server: StandIn, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_to(server, content, tmp_path)
    rows = [
        {
            **one,
            "value": 1.0
            if one["indicator_id"] == "D01"
            else None
            if one["area_code"] == "DG"
            else one["value"],
        }
        for one in ROWS
        if one["area_key"] != "01003@2016"
    ]
    sent: list[str] = []
    do = server.do

    def watched(method: str, path: str, body: Any, *, half: bool = False) -> tuple[int, Any]:
        if method == "PUT":
            numbers = [
                cell["indicatorValue"] for row in body["indicatorValues"] for cell in row["valueMapping"]
            ]
            sent.append("null" if all(one is None for one in numbers) else "numbers")
        if method == "PATCH":
            sent.append(f"{len(body['regionalReferenceValues'])} beside")
        return do(method, path, body, half=half)

    monkeypatch.setattr(server, "do", watched)
    push_to(server, content_of(tmp_path / "later", rows, units={"D01": "Tsd."}), tmp_path)
    assert sent[:2] == ["null", "0 beside"], "P07 of Lübeck, and of the Bund"
    assert "numbers" in sent[2:]
    assert "null" not in sent[2:]


def test_what_must_go_goes_even_where_the_rest_cannot_come(
    server: StandIn, content: Content, tmp_path: Path
) -> None:
    """A level that somebody else has stops the push, after the secret number is out."""
    kreise = [one for one in ROWS if one["area_level"] != "LAND"]
    push_to(server, content_of(tmp_path / "first", kreise, units={"D01": "Tsd."}), tmp_path)
    foreign = bodies.new_level(content, content.levels[0], unnamed(content))
    server.do("POST", "/spatial-units", {**foreign, "ownerId": "andere"})
    secret = [{**one, "value": None} if one["area_key"] == "01001@2016" else one for one in ROWS]
    with pytest.raises(KomMonitorError, match="somebody else's"):
        push_to(server, content_of(tmp_path / "later", secret, units={"D01": "Tsd."}), tmp_path)
    assert ("01001", "2022-12-31") not in server.numbers("P07", "Kreise")
    assert ("01003", "2022-12-31") in server.numbers("P07", "Kreise")


def test_a_withdrawal_cut_at_any_change_is_completed_by_the_next(
    interface: Interface, content: Content, tmp_path: Path
) -> None:
    """Of a number that is secret now nothing is left, wherever the push was cut."""
    secret = [
        {**one, "value": None} if one["area_key"] == "01001@2016" else one
        for one in ROWS
        if one["indicator_id"] == "P07"
    ]
    after = content_of(tmp_path / "later", secret)

    def state_after(home: Path, cut: tuple[int, Fault] | None) -> tuple[dict[str, Any], list[int]]:
        """What is there in the end, and which requests of the undisturbed push changed something."""
        home.mkdir()
        with StandIn(interface).running() as server:
            push_to(server, content, home)
            server.asked.clear()
            if cut is not None:
                server.all_from = cut
                with pytest.raises(KomMonitorError):
                    push_to(server, after, home)
                server.all_from = None
            push_to(server, after, home)
            assert ("01001", "2022-12-31") not in server.numbers("P07", "Kreise")
            assert server.numbers("D01", "Kreise") == {}
            asked = enumerate(server.asked, 1)
            return server.state(), [number for number, (method, _) in asked if method in ("PUT", "PATCH")]

    clean, changing = state_after(tmp_path / "clean", None)
    assert len(changing) >= 5
    for number in changing:
        for fault in ("cut after", "half"):
            assert state_after(tmp_path / f"{number} {fault}", (number, fault))[0] == clean


def test_a_server_that_keeps_old_numbers_is_found_out(
    server: StandIn, content: Content, tmp_path: Path
) -> None:
    push_to(server, content, tmp_path)
    server.keeps_old_numbers = True
    secret = [{**one, "value": None} if one["area_key"] == "01001@2016" else one for one in ROWS]
    with pytest.raises(NotAsSent) as found:
        push_to(server, content_of(tmp_path / "later", secret, units={"D01": "Tsd."}), tmp_path)
    assert "zurückgenommene Werte von P07, Kreise" in said(found.value.args[0], "de")
    assert "nichts gilt als übertragen" in said(found.value.args[0], "de")


@pytest.fixture(scope="module")
def whole(interface: Interface, content: Content, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The state after a push that nothing disturbed, and how many requests it took."""
    with StandIn(interface).running() as server:
        push_to(server, content, tmp_path_factory.mktemp("whole"))
        return {"state": server.state(), "requests": len(server.asked)}


@pytest.mark.parametrize("fault", ["cut before", "cut after", "error with 200", "half"])
def test_a_push_cut_at_any_request_is_completed_by_the_next(
    interface: Interface, content: Content, whole: dict[str, Any], fault: Fault, tmp_path: Path
) -> None:
    """From some request on all goes wrong; then the server is well again."""
    for number in range(1, whole["requests"] + 1):
        home = tmp_path / str(number)
        home.mkdir()
        with StandIn(interface).running() as server:
            server.all_from = (number, fault)
            with pytest.raises(KomMonitorError):
                push_to(server, content, home)
            server.all_from = None
            push_to(server, content, home)
            assert server.state() == whole["state"], f"{fault} from request {number} on"
            assert server.violations == []


@pytest.mark.parametrize("fault", ["500", "503", "401", "words with 200", "cut after"])
def test_one_fault_at_any_request_ends_in_the_same_state(
    interface: Interface, content: Content, whole: dict[str, Any], fault: Fault, tmp_path: Path
) -> None:
    """The push goes on, or says that it failed and is completed by the next; never something third."""
    went_on = 0
    for number in range(1, whole["requests"] + 1):
        home = tmp_path / str(number)
        home.mkdir()
        with StandIn(interface).running() as server:
            server.faults = {number: fault}
            try:
                push_to(server, content, home)
                went_on += 1
            except KomMonitorError:
                push_to(server, content, home)
            assert server.state() == whole["state"], f"{fault} at request {number}"
            assert server.violations == []
    if fault in ("503", "401", "cut after"):
        assert went_on > whole["requests"] / 2, "most requests may be said twice"


def test_values_sent_in_parts_are_proved_as_a_whole(
    interface: Interface,
    content: Content,
    whole: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One area in each request: cut after any of them, the next push sends the rest."""
    monkeypatch.setattr(pushing, "AREAS_AT_ONCE", 1)
    with StandIn(interface).running() as server:
        push_to(server, content, tmp_path)
        assert server.state() == whole["state"]
        puts = [number for number, (method, path) in enumerate(server.asked, 1) if method == "PUT"]
        assert len(puts) == 1 + 2 + 1 + 3
    for number in puts:
        home = tmp_path / str(number)
        home.mkdir()
        with StandIn(interface).running() as server:
            server.all_from = (number, "cut after")
            with pytest.raises(KomMonitorError):
                push_to(server, content, home)
            server.all_from = None
            push_to(server, content, home)
            assert server.state() == whole["state"]


def test_things_that_somebody_deleted_are_made_anew(
    server: StandIn, content: Content, whole: dict[str, Any], tmp_path: Path
) -> None:
    push_to(server, content, tmp_path)
    for things in (server.indicators, server.units, server.topics):
        del things[next(iter(things))]
        push_to(server, content, tmp_path)
        assert server.state() == whole["state"]
    (tmp_path / "kommonitor.json").unlink()
    server.asked.clear()
    push_to(server, content, tmp_path)
    assert changes(server) == [], "without the file of ids all is known again by its tags"
    (kreise,) = (one for one in server.units.values() if one.about["spatialUnitLevel"] == "Kreise")
    del kreise.features["01003", "2016-01-01"]
    push_to(server, content, tmp_path)
    assert server.state() == whole["state"]
    del kreise.features["01001", "2016-01-01"]
    push_to(server, content, tmp_path)
    ended = kreise.features["01001", "2000-01-01"]["properties"]["validEndDate"]
    assert ended == "2015-12-31", "the server ends a version on the day before its successor begins"
    server.asked.clear()
    push_to(server, content, tmp_path)
    assert changes(server) == []


def test_what_a_list_leaves_out_is_not_made_twice(
    server: StandIn, content: Content, whole: dict[str, Any], tmp_path: Path
) -> None:
    """A server that shows lists by rights, or is just starting, still has what our ids name."""
    push_to(server, content, tmp_path)
    server.lists_nothing = True
    server.asked.clear()
    push_to(server, content, tmp_path)
    assert changes(server) == []
    assert server.state() == whole["state"]


def test_a_copy_with_our_tag_is_asked_about_when_the_ids_are_lost(
    server: StandIn, content: Content, tmp_path: Path
) -> None:
    push_to(server, content, tmp_path)
    for key, one in list(server.indicators.items()):
        server.indicators[f"kopie-{key}"] = copy.deepcopy(one)
    push_to(server, content, tmp_path)
    (tmp_path / "kommonitor.json").unlink()
    server.asked.clear()
    with pytest.raises(KomMonitorError) as several:
        push_to(server, content, tmp_path)
    assert "mehrere Einträge in KomMonitor tragen sein Tag" in said(several.value.args[0], "de")
    assert changes(server) == []


def test_what_people_changed_there_is_put_right_or_respected(
    server: StandIn, content: Content, tmp_path: Path
) -> None:
    push_to(server, content, tmp_path)
    (kreise,) = (one for one in server.units.values() if one.about["spatialUnitLevel"] == "Kreise")
    kreise.about["spatialUnitLevel"] = "Kreise und kreisfreie Städte"
    (p07,) = (one for one in server.indicators.values() if one.about["abbreviation"] == "P07")
    server.topics["eigenes"] = {
        **next(iter(server.topics.values())),
        "topicId": "eigenes",
        "topicName": "Lage",
    }
    p07.about["topicReference"] = "eigenes"
    unit = next(key for key, one in server.units.items() if one is kreise)
    p07.values[unit]["01001"]["2015-12-31"] = 51.0
    p07.values[unit]["01001"]["1999-12-31"] = 1.0
    push_to(server, content, tmp_path)
    assert server.numbers("P07", "Kreise und kreisfreie Städte")["01001", "2015-12-31"] == single(15.3)
    assert ("01001", "1999-12-31") not in server.numbers("P07", "Kreise und kreisfreie Städte")
    assert p07.about["topicReference"] == "eigenes"
    assert len(server.units) == 2


def test_a_level_and_a_topic_of_others_are_not_touched(
    server: StandIn, content: Content, tmp_path: Path
) -> None:
    places = replace(unnamed(content), owner=OWNER)
    foreign = bodies.new_level(content, content.levels[1], places)
    foreign["metadata"] = {**foreign["metadata"], "note": "von Hand"}
    server.do("POST", "/spatial-units", foreign)
    before = copy.deepcopy(server.units)
    with pytest.raises(KomMonitorError) as taken:
        push_to(server, content, tmp_path)
    assert "fremde Ebene „Kreise“" in said(taken.value.args[0], "de")
    assert [one.features for one in server.units.values()][:1] == [one.features for one in before.values()]
    assert server.indicators == {}
    with pytest.raises(KomMonitorError) as unknown:
        push_to(server, content, tmp_path, topics={"Armut": "gibt-es-nicht"})
    assert "kein Thema gibt-es-nicht" in said(unknown.value.args[0], "de")


def test_a_level_that_goes_while_values_are_sent_fails_and_comes_back(
    server: StandIn, content: Content, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = server._take

    def without_level(indicator: Any, body: Any, *, half: bool) -> tuple[int, Any]:
        server.units.pop(next(iter(server.units)), None)
        return take(indicator, body, half=half)

    monkeypatch.setattr(server, "_take", without_level)
    with pytest.raises(KomMonitorError, match="no spatial unit"):
        push_to(server, content, tmp_path)
    monkeypatch.undo()
    push_to(server, content, tmp_path)
    assert server.state() == whole["state"]


# Secrets


def test_tokens_that_expire_are_renewed(
    interface: Interface, content: Content, whole: dict[str, Any], tmp_path: Path
) -> None:
    with StandIn(interface, token_seconds=0.02).running() as server:
        push_to(server, content, tmp_path)
        assert server.state() == whole["state"]
        tokens = sum(path.endswith("/token") for _, path in server.asked)
        assert tokens > 1


def test_the_secret_stands_in_no_message_file_or_log(
    server: StandIn, content: Content, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "falsches-Geheimnis-4711"
    with pytest.raises(KomMonitorError) as refused:
        push_to(server, content, tmp_path, secret=wrong)
    assert "PLANSTAT_KOMMONITOR_SECRET" in said(refused.value.args[0], "de")
    told = "".join(traceback.format_exception(refused.value)) + repr(vars(refused.value))
    assert wrong not in told
    server.faults = {9: "500", 12: "503", 15: "error with 200"}
    for _ in range(3):
        try:
            push_to(server, content, tmp_path)
        except KomMonitorError as error:
            told += "".join(traceback.format_exception(error))
    kept = "".join(one.read_text(encoding="utf-8") for one in tmp_path.iterdir())
    tokens = [token for token in server._tokens if token in told + caplog.text + kept]
    assert tokens == []
    assert SECRET not in told + caplog.text + kept
    assert wrong not in caplog.text + kept
    assert SECRET not in repr(Login("https://x.example", CLIENT, SecretStr(SECRET)))


def test_an_answer_that_repeats_secret_or_token_is_told_without_them(
    server: StandIn, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def babbling(method: str, path: str, body: Any, *, half: bool = False) -> tuple[int, Any]:
        return 400, {"message": f"secret {SECRET} token {next(iter(server._tokens))}"}

    monkeypatch.setattr(server, "do", babbling)
    with pytest.raises(KomMonitorError, match="secret \\*\\*\\* token \\*\\*\\*"):
        push_to(server, content, tmp_path)


def test_the_secret_is_sent_over_https_only() -> None:
    login = Login("https://keycloak.example/token", CLIENT, SecretStr(SECRET))
    with pytest.raises(KomMonitorError, match="https only"):
        Client("http://kommonitor.example", login)
    with pytest.raises(KomMonitorError, match="https only"):
        Client("https://kommonitor.example", replace(login, token_address="http://keycloak.example/token"))


def test_a_target_that_is_away_is_told_with_its_name(content: Content, tmp_path: Path) -> None:
    login = Login("http://127.0.0.1:9/token", CLIENT, SecretStr(SECRET))
    waited: list[float] = []
    with (
        Client("http://127.0.0.1:9", login, Manners(sleep=waited.append)) as client,
        pytest.raises(KomMonitorError) as away,
    ):
        push(content, Places(OWNER), client, Ids.read(tmp_path / "kommonitor.json", client.address))
    assert "127.0.0.1:9 antwortet nicht" in said(away.value.args[0], "de")
    assert waited == [2.0, 4.0, 8.0]
    assert list(tmp_path.iterdir()) == []


# The file of ids


def test_the_file_of_ids_is_the_owners_and_has_a_format(
    server: StandIn, content: Content, tmp_path: Path
) -> None:
    push_to(server, content, tmp_path)
    file = tmp_path / "kommonitor.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert (kept["format"], list(kept["servers"])) == (1, [server.address])
    own = kept["servers"][server.address]
    assert set(own["indicators"].values()) == set(server.indicators)
    assert set(own["levels"].values()) == set(server.units)
    other = Ids.read(file, "https://anderswo.example")
    assert other.indicators == {}
    other.indicators["P07"] = "x"
    other.save()
    assert Ids.read(file, server.address).indicators == own["indicators"], "servers do not mix"


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "servers": {}}', '{"format": 1}'])
def test_a_file_of_ids_of_another_form_is_not_overwritten(text: str, tmp_path: Path) -> None:
    file = tmp_path / "kommonitor.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadIds):
        Ids.read(file, "https://x.example")
    assert file.read_text(encoding="utf-8") == text
