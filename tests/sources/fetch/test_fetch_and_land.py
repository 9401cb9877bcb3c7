"""From the publisher to the landing: what is fetched lands once; what is set aside is asked for again."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sources.arrival.landing import Landing
from sources.declared.catalogue import Catalog
from sources.fetch import FetchState, GenesisWay, fetch, remember
from sources.fetch.declared import ways_of
from sources.fetch.http import HttpClient
from sources.twins import genesis_flat as twin

from .publisher import Publisher, Table

DATASET = "12211-z-11"


@pytest.fixture
def way(catalog: Catalog, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> GenesisWay:
    monkeypatch.setenv("PLANSTAT_REGIONALSTATISTIK_USERNAME", publisher.genesis.account[0])
    monkeypatch.setenv("PLANSTAT_REGIONALSTATISTIK_PASSWORD", publisher.genesis.account[1])
    monkeypatch.setenv("PLANSTAT_REGIONALSTATISTIK_BASE", publisher.base)
    [found] = ways_of(catalog[DATASET], catalog.publisher(catalog[DATASET]))
    assert isinstance(found, GenesisWay)
    return found


def test_a_table_goes_all_the_way_once(
    catalog: Catalog, publisher: Publisher, http: HttpClient, way: GenesisWay, tmp_path: Path
) -> None:
    declaration = catalog[DATASET]
    cells = twin.invent(catalog, declaration, areas=4)
    publisher.genesis.tables[way.table] = Table(twin.render(catalog, declaration, cells, quality=True))
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    state = FetchState(tmp_path / "data" / "landing" / "fetch_state.json")
    got = fetch(way, tmp_path / "1", state, http=http)
    outcome = landing.land(declaration, got.files, origin="live", source_uri=got.source_uri)
    assert (outcome.status, outcome.rows) == ("landed", cells.num_rows)
    remember(state, got)
    assert fetch(way, tmp_path / "2", state, http=http).unchanged
    [snapshot] = landing.snapshots()
    assert pq.read_table(snapshot.folder / "cells.parquet").num_rows == cells.num_rows
    assert snapshot.about["source_uri"] == way.source_uri


def test_a_table_that_was_set_aside_is_asked_for_again(
    catalog: Catalog, publisher: Publisher, http: HttpClient, way: GenesisWay, tmp_path: Path
) -> None:
    declaration = catalog[DATASET]
    good = twin.render(catalog, declaration, twin.invent(catalog, declaration, areas=4))
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    state = FetchState(tmp_path / "fetch_state.json")
    publisher.genesis.tables[way.table] = Table(good.replace(b";LB-INS;", b";LB-NEU;"))
    got = fetch(way, tmp_path / "1", state, http=http)
    outcome = landing.land(declaration, got.files, origin="live")
    assert outcome.status == "set_aside"
    assert outcome.error is not None
    assert "LB-NEU" in outcome.error.sentence_de
    publisher.genesis.tables[way.table] = Table(good)
    got = fetch(way, tmp_path / "2", state, http=http)
    assert landing.land(declaration, got.files, origin="live").status == "landed"
