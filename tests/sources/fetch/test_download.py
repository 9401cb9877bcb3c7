"""Plain downloads through `fetch`: what lands, what is known already, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared.catalogue import Catalog
from sources.fetch import DownloadWay, FetchError, FetchState, GenesisWay, Trouble, fetch, remember
from sources.fetch import content as kinds
from sources.fetch.declared import ways_of
from sources.fetch.http import HttpClient

from . import publisher as bad
from .publisher import File, Publisher, zipped

TABLE = b"GENESIS-Tabelle: 12411-01-01-4\n;;Insgesamt\n01001;Flensburg;89504\nStand: 10.10.2017 / 19:19:45\n"


def test_a_file_is_fetched_once_and_then_only_asked_about(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    way = DownloadWay(publisher.serve("/t/12411-01-01-4_00.csv", TABLE))
    first = fetch(way, tmp_path / "1", state, http=http)
    assert [file.name for file in first.files] == ["12411-01-01-4_00.csv"]
    assert first.files[0].read_bytes() == TABLE
    assert first.published_at == bad.LAST_MODIFIED
    assert not fetch(way, tmp_path / "2", state, http=http).unchanged, "only what has landed counts as known"
    remember(state, first)
    again = fetch(way, tmp_path / "3", FetchState(state.path), http=http)
    assert again.unchanged
    assert again.files == ()
    assert publisher.seen[-1].headers["if-none-match"] == first.etag


def test_without_validators_the_content_decides(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    way = DownloadWay(publisher.serve("/t.csv", File(TABLE, etag="", last_modified=None)))
    first = fetch(way, tmp_path / "1", state, http=http)
    assert (first.etag, first.last_modified) == (None, None)
    remember(state, first)
    publisher.serve("/t.csv", File(TABLE.replace(b"19:19", b"20:20"), etag="", last_modified=None))
    assert fetch(way, tmp_path / "2", state, http=http).unchanged
    publisher.serve("/t.csv", File(TABLE.replace(b"89504", b"89505"), etag="", last_modified=None))
    changed = fetch(way, tmp_path / "3", state, http=http)
    assert not changed.unchanged
    assert b"89505" in changed.files[0].read_bytes()


def test_a_transport_zip_is_unpacked_and_a_workbook_is_not(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    way = DownloadWay(publisher.serve("/z.zip", zipped({"d/a.csv": TABLE, "d/b.csv": b"x;y\n1;2\n"})))
    got = fetch(way, tmp_path / "1", state, http=http)
    assert [file.name for file in got.files] == ["a.csv", "b.csv"]
    assert sorted(file.name for file in (tmp_path / "1").iterdir()) == ["a.csv", "b.csv"]
    book = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    way = DownloadWay(publisher.serve("/w.xlsx", book))
    assert fetch(way, tmp_path / "2", state, http=http).files[0].read_bytes() == book


@pytest.mark.parametrize(
    ("fault", "trouble", "words"),
    [
        (bad.login_page(), Trouble.NOT_DATA, "web page .*Anmeldung"),
        (bad.json_error("Tabelle gesperrt"), Trouble.NOT_DATA, "Tabelle gesperrt"),
        (bad.instead(b""), Trouble.EMPTY, "empty"),
        (bad.instead(b"%PDF-1.4"), Trouble.NOT_DATA, "pdf"),
        (bad.instead(zipped({"a.csv": zipped({"b.csv": b"1"})})), Trouble.UNSAFE, "another archive"),
        (bad.instead(zipped({"a.csv": b"<html><body>login"})), Trouble.NOT_DATA, "web page"),
        (bad.instead(zipped({"../a.csv": b"1"})), Trouble.UNSAFE, "leaves its folder"),
        (bad.instead(b"PK\x03\x04 not an archive"), Trouble.NOT_DATA, "cannot be unpacked"),
        (bad.instead(zipped({"a.csv": b"0" * 80_000_000})), Trouble.UNSAFE, "bomb"),
    ],
)
def test_what_is_not_the_file_is_refused_and_leaves_nothing(
    publisher: Publisher,
    http: HttpClient,
    state: FetchState,
    tmp_path: Path,
    fault: bad.Fault,
    trouble: Trouble,
    words: str,
) -> None:
    way = DownloadWay(publisher.serve("/t.csv", TABLE))
    publisher.misbehave("/t.csv", fault)
    with pytest.raises(FetchError, match=words) as caught:
        fetch(way, tmp_path / "1", state, http=http)
    assert caught.value.trouble is trouble
    assert list((tmp_path / "1").iterdir()) == []
    assert fetch(way, tmp_path / "1", state, http=http).files[0].read_bytes() == TABLE


def test_what_a_declaration_expects_is_taken(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    way = DownloadWay(publisher.serve("/k.json", b'{"metadaten": {}}'), expects=frozenset({kinds.JSON}))
    assert fetch(way, tmp_path / "1", state, http=http).files[0].name == "k.json"


def test_of_an_archive_only_the_wanted_files_are_taken(
    publisher: Publisher, http: HttpClient, state: FetchState, tmp_path: Path
) -> None:
    packed = zipped({"a_10km-Gitter.csv": b"1\n", "a_100m-Gitter.csv": b"2\n", "Lies mich.pdf": b"%PDF"})
    url = publisher.serve("/z.zip", packed)
    got = fetch(DownloadWay(url, members=("*_100M-gitter*.csv",)), tmp_path / "1", state, http=http)
    assert [file.name for file in got.files] == ["a_100m-Gitter.csv"]
    with pytest.raises(FetchError, match="none of the files wanted"):
        fetch(DownloadWay(url, members=("*_1km*",)), tmp_path / "2", state, http=http)


def test_every_declaration_tells_its_ways(catalog: Catalog) -> None:
    known = 0
    for declaration in catalog.values():
        ways = ways_of(declaration, catalog.publisher(declaration))
        access = declaration.access
        assert len(ways) == bool(access.download) + bool(access.genesis)
        known += len(ways)
        for way in ways:
            if isinstance(way, DownloadWay):
                assert way.url.startswith("https://")
    assert known > 20
    flat = ways_of(catalog["12531-0043"], catalog.publisher(catalog["12531-0043"]))
    assert flat == [GenesisWay("genesis-online", "12531-0043", area="free", start_year=2007)]
    grid = catalog["zensus2022-gitter-bevoelkerung-1km"]
    [way] = ways_of(grid, catalog.publisher(grid))
    assert isinstance(way, DownloadWay)
    assert way.members == grid.file_patterns


def test_a_mirror_stands_in_for_every_publisher(catalog: Catalog) -> None:
    declaration = catalog["12411-01-01-4"]
    publisher = catalog.publisher(declaration)
    direct = ways_of(declaration, publisher, {})[0]
    mirrored = ways_of(declaration, publisher, {"PLANSTAT_MIRROR": "https://spiegel.example/amt/"})[0]
    assert isinstance(direct, DownloadWay)
    assert isinstance(mirrored, DownloadWay)
    assert mirrored.url == direct.url.replace("https://", "https://spiegel.example/amt/")
    with pytest.raises(FetchError, match="no http or https address"):
        ways_of(declaration, publisher, {"PLANSTAT_MIRROR": "file:///etc"})
