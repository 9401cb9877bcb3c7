"""`planstat run --live` against a publisher on the loopback interface: fetched, built, released; and when
the publisher misbehaves, exit 3 and the last good release.

The publisher is the one of tests/sources/fetch. It serves the sample's files at the declared addresses,
as a mirror; what it does not serve is unreachable. The tests build on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sources.arrival.folder import match_folder
from sources.declared.catalogue import Catalog, load_catalog
from sources.fetch import DownloadWay
from sources.fetch.declared import ways_of
from sources.twins.sample import write_sample
from tests.sources.fetch import publisher as bad
from tests.sources.fetch.publisher import File, Publisher, open_publisher, zipped

from .conftest import Place

pytestmark = pytest.mark.end_to_end
PUBLISHED = {"areas", "childcare", "education", "income", "indicators", "labour_market", "land_area"}
PUBLISHED |= {"population", "social_benefits"}


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """The sample's files at the addresses of their declarations."""
    folder = tmp_path_factory.mktemp("published")
    write_sample(folder)
    catalog = load_catalog()
    with open_publisher() as running:
        for delivery in match_folder(catalog, folder):
            assert delivery.dataset_id is not None
            path = address(catalog, delivery.dataset_id)
            if path:
                running.serve(path, content(delivery.files))
        yield running


def address(catalog: Catalog, dataset_id: str) -> str:
    """Path of a dataset's file on the mirror; empty for what is not downloaded."""
    declaration = catalog[dataset_id]
    ways = ways_of(declaration, catalog.publisher(declaration), {"PLANSTAT_MIRROR": "http://mirror"})
    return urlsplit(ways[0].url).path if ways and isinstance(ways[0], DownloadWay) else ""


def content(files: tuple[Path, ...]) -> File:
    """The file, or the parts of a shapefile in a ZIP."""
    if len(files) == 1:
        return File(files[0].read_bytes())
    return File(zipped({file.name: file.read_bytes() for file in files}))


@pytest.fixture(scope="module")
def live(place: Place, publisher: Publisher) -> Place:
    """The data root with the mirror in its environment, and no proxy before it."""
    without = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "")
    return Place(place.root, {"PLANSTAT_MIRROR": publisher.base, **without}, place.forking)


def test_what_is_fetched_is_released(live: Place, publisher: Publisher) -> None:
    ended = live.planstat("run", "--live")
    assert ended.code == 3, ended.said
    assert set(live.current()) >= PUBLISHED, "what rests on the town's own data is not there"
    assert "12411-01-01-4: landed" in ended.said
    assert "22517-0005: unreachable" in ended.said, "no account, no GENESIS table; the rest goes on"
    assert "Traceback" not in ended.said
    served = len(publisher.files)
    assert sum(f"{path}" in {seen.path for seen in publisher.seen} for path in publisher.files) == served


def test_a_misbehaving_publisher_changes_nothing(live: Place, publisher: Publisher) -> None:
    catalog = load_catalog()
    before = live.current()
    held = {product: sorted((live.root / "releases" / product / "current").iterdir()) for product in before}

    def spoil(dataset_id: str, old: bytes, new: bytes) -> None:
        """Serve another edition of the file."""
        path = address(catalog, dataset_id)
        body = publisher.files[path].body
        assert old in body
        publisher.serve(path, body.replace(old, new))

    login = address(catalog, "12411-02-03-4")
    publisher.serve(login, publisher.files[login].body + b"\n")  # new, so that it is sent at all
    publisher.misbehave(login, bad.login_page())
    spoil("12411-01-01-4", "männlich".encode(), b"maennlich")
    spoil("22221-01-01-4", "ä".encode(), "ä".encode("cp850"))
    gone = address(catalog, "82411-01-03-4")
    publisher.misbehave(gone, bad.status(404))
    busy = address(catalog, "22811-01-01-4")
    publisher.misbehave(busy, bad.status(503, retry_after="0"))

    ended = live.planstat("run", "--live")
    assert ended.code == 3, ended.said
    said = " ".join(ended.said.split())
    assert "12411-02-03-4: unreachable" in said
    assert "12411-01-01-4: set aside" in said
    assert "22221-01-01-4: set aside" in said
    assert "82411-01-03-4: unreachable" in said
    assert "22811-01-01-4: unreachable" not in said, "busy once is asked again"
    assert live.current() == before
    for product, files in held.items():
        assert sorted((live.root / "releases" / product / "current").iterdir()) == files
    assert (live.root / "quarantine" / "12411-01-01-4").is_dir()
