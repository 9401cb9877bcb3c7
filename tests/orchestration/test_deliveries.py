"""Where deliveries come from, and what a dataset's arrival says. Only the network itself is replaced."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from orchestration import lineage
from orchestration.cli.settings import PAGE, page, print_settings, settings_known, settings_of
from orchestration.deliveries import TROUBLE, Deliveries, refuse_mixing, ways_to
from orchestration.resources import Paths
from sources.arrival.landing import Landing, LandingRefused
from sources.declared.catalogue import load_catalog
from sources.fetch import DownloadWay, Fetched, FetchError, GenesisWay, Trouble
from sources.twins.sample import write_sample

DATASET = "11111-01-01-4"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files in the publishers' own formats."""
    folder = tmp_path_factory.mktemp("published")
    write_sample(folder)
    return folder


def one_file(published: Path, name: str = DATASET) -> Path:
    """The file of one table."""
    [file] = published.rglob(f"{name}*")
    return file


def arrives(paths: Paths, origin: str, folder: Path | str = "", dataset: str = DATASET) -> Any:
    """Take one dataset in."""
    with Deliveries(paths, origin, str(folder)).received() as deliveries:
        return deliveries.take(dataset)


def test_a_folder_is_landed_once(tmp_path: Path, published: Path) -> None:
    paths = Paths(tmp_path)
    first = arrives(paths, "folder", published)
    assert (first.status, first.outcomes[0].rows > 0) == ("landed", True)
    assert arrives(paths, "folder", published).status == "unchanged"
    assert arrives(paths, "folder", published, "nrw-schulsozialindex").status == "not delivered"


def test_a_cell_that_cannot_be_is_told_of_a_file_that_landed(tmp_path: Path, published: Path) -> None:
    table = "12411-01-01-4"
    source = one_file(published, table)
    lines = source.read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("01001;"))
    fields = lines[at].split(";")
    lines[at] = ";".join([*fields[:2], "-56", *fields[3:]])
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / source.name).write_text("\n".join(lines), encoding="utf-8")
    arrival = arrives(Paths(tmp_path / "root"), "folder", folder, table)
    assert arrival.status == "landed"
    assert f"{source.name}, line {at + 1}, column 3: '-56' cannot be" in arrival.message
    assert arrives(Paths(tmp_path / "root"), "folder", folder, table).message == ""


def test_archives_are_read_and_what_nobody_knows_is_named(tmp_path: Path, published: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    file = one_file(published)
    with zipfile.ZipFile(folder / f"{DATASET}.zip", "w") as archive:
        archive.write(file, file.name)
        archive.writestr("liesmich.txt", "Hinweise")
    shutil.copyfile(folder / f"{DATASET}.zip", folder / "portal.zip")
    (folder / f"{DATASET}-2.zip").write_bytes(b"PK\x03\x04 and nothing more")
    (folder / "stadtteile.csv").write_text("Stadtteil;Einwohner\nAltdorf;12\n", encoding="utf-8")
    (folder / os.fsdecode(b"12411-01-01-4 K\xf6ln.csv")).write_bytes(file.read_bytes())
    for number in range(9):
        (folder / "notes").mkdir(exist_ok=True)
        (folder / "notes" / f"{number}.md").write_text("#", encoding="utf-8")
    with Deliveries(Paths(tmp_path / "root"), "folder", str(folder)).received() as deliveries:
        arrival = deliveries.take(DATASET)
        left_out = deliveries.left_out()
    assert arrival.status == "landed"
    ledger = Landing(tmp_path / "root").ledger()
    assert [row["source_uri"].rsplit("/", 1)[-1] for row in ledger] == [f"{DATASET}.zip#{file.name}"]
    said = "\n".join(left_out)
    assert len(left_out) == 6
    for words in (
        f"{DATASET}.zip: liesmich.txt",
        f"{DATASET}-2.zip: the archive",
        "stadtteile.csv",
        "K\\xf6ln.csv",
        "4 more in notes",
    ):
        assert words in said, words
    said.encode("utf-8")


def test_the_inbox_may_be_absent_and_a_named_folder_may_not(tmp_path: Path) -> None:
    assert arrives(Paths(tmp_path), "drop").status == "not delivered"
    with pytest.raises(NotADirectoryError, match="is no folder"):
        arrives(Paths(tmp_path), "folder", tmp_path / "nowhere")


def test_a_broken_file_is_set_aside_and_makes_the_dataset_old(tmp_path: Path, published: Path) -> None:
    paths = Paths(tmp_path / "root")
    catalog = load_catalog()
    arrives(paths, "folder", published)
    [good] = lineage.dataset_states(paths, catalog, [DATASET])
    assert (good["is_old"], good["note"]) == (False, None)
    assert good["licence"] == "dl-de/by-2-0"

    paths.inbox.mkdir()
    cut = paths.inbox / f"{DATASET}.csv"
    cut.write_bytes(one_file(published).read_bytes()[:300])
    os.utime(cut, (time.time() - 60,) * 2)  # it rests: a fresh one would be waited for
    arrival = arrives(paths, "drop")
    assert arrival.status == "set aside"
    assert f"{DATASET}.csv" in arrival.message
    aside = lineage.set_aside(paths, DATASET)
    assert aside is not None
    assert aside.file_name == f"{DATASET}.csv"

    [reason] = (paths.quarantine / DATASET).glob("*/reason.json")
    later = reason.parent.with_name("20991231T000000Z-" + reason.parent.name.split("-")[1])
    reason.parent.rename(later)  # the same second may hold both
    [old] = lineage.dataset_states(paths, catalog, [DATASET])
    assert old["is_old"]
    assert "zurückgestellt" in old["note"]
    assert old["snapshot_id"] == good["snapshot_id"], "the last good snapshot stays current"
    assert json.loads((later / "reason.json").read_text(encoding="utf-8"))["dataset_id"] == DATASET


def test_a_withdrawn_delivery_is_told_when_it_comes_again_and_in_what_is_published(
    tmp_path: Path, published: Path
) -> None:
    paths, catalog = Paths(tmp_path), load_catalog()
    arrives(paths, "folder", published)
    newer = tmp_path / "newer"
    newer.mkdir()
    text = one_file(published).read_text(encoding="utf-8")
    later = text.replace("Stand: 10.10.2017", "Stand: 01.02.2018").replace(";56,74", ";56,75")
    (newer / one_file(published).name).write_text(later, encoding="utf-8")
    landed = arrives(paths, "folder", newer)
    assert landed.status == "landed", landed.message
    Landing(paths.root).withdraw(landed.outcomes[0].snapshot_id, "falsche Spalte", "A. Muster")
    again = arrives(paths, "folder", newer)
    assert again.status == "withdrawn"
    assert again.status in TROUBLE
    assert "sources reinstate" in again.message
    [state] = lineage.dataset_states(paths, catalog, [DATASET])
    assert state["is_old"]
    assert state["note"] == "Die Lieferung vom 01.02.2018 wurde zurückgezogen; es gilt der Stand davor."


def test_the_sample_and_published_files_keep_apart(tmp_path: Path, published: Path) -> None:
    sample, own = Paths(tmp_path / "sample"), Paths(tmp_path / "own")
    for paths in (sample, own):
        for origin in ("sample", "folder", "drop", "live"):
            refuse_mixing(paths, origin)
    arrives(sample, "sample")
    arrives(own, "folder", published)
    refuse_mixing(sample, "sample")
    refuse_mixing(own, "folder")
    with pytest.raises(LandingRefused, match=r"holds published files.*PLANSTAT_DATA"):
        refuse_mixing(own, "sample")
    for origin in ("folder", "live"):
        with pytest.raises(LandingRefused, match=r"holds the sample.*PLANSTAT_DATA"):
            arrives(sample, origin, published)
    refuse_mixing(sample, "drop")
    sample.inbox.mkdir()
    (sample.inbox / "table.csv").write_text("1", encoding="utf-8")
    with pytest.raises(LandingRefused, match="holds the sample"):
        refuse_mixing(sample, "drop")


def test_a_root_in_which_both_once_landed_is_refused_whole(tmp_path: Path, published: Path) -> None:
    sample, own = Paths(tmp_path / "sample"), Paths(tmp_path / "own")
    arrives(sample, "sample")
    arrives(own, "folder", published)
    shutil.copytree(own.landing, sample.landing, dirs_exist_ok=True)
    Landing(sample.root).prepare()
    for origin in ("sample", "folder", "drop", "live"):
        with pytest.raises(LandingRefused, match="together"):
            refuse_mixing(sample, origin)


def test_releases_of_the_sample_do_not_go_where_everybody_looks(tmp_path: Path) -> None:
    with pytest.raises(LandingRefused, match="PLANSTAT_RELEASES"):
        refuse_mixing(Paths(tmp_path / "root", tmp_path / "srv"), "sample")


def test_what_cannot_be_fetched_is_told_not_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any, **__: Any) -> Fetched:
        raise FetchError(Trouble.UNREACHABLE, "No connection", "https://example.org", "Try again later.")

    monkeypatch.setattr("sources.fetch.fetch", nobody)
    arrival = arrives(Paths(tmp_path), "live", dataset="12411-01-01-4")
    assert arrival.status == "unreachable"
    assert "Try again later" in arrival.message


def test_what_is_fetched_is_landed_and_remembered(
    tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = one_file(published, "12411-01-01-4")
    at = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)

    def brings(way: Any, folder: Path, state: Any, **_: Any) -> Fetched:
        known = state.last(way.source_uri)
        return Fetched((file,), way.source_uri, None, None, at, unchanged=known is not None, digest="d")

    monkeypatch.setattr("sources.fetch.fetch", brings)
    paths = Paths(tmp_path)
    first = arrives(paths, "live", dataset="12411-01-01-4")
    assert first.status == "landed"
    assert first.outcomes[0].snapshot_id.startswith("20261101T093000Z")
    assert arrives(paths, "live", dataset="12411-01-01-4").status == "unchanged"


def test_all_ways_are_tried_and_a_dead_host_is_asked_once(
    tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    file = one_file(published, "12411-01-01-4")

    def answers(way: Any, folder: Path, state: Any, **_: Any) -> Fetched:
        asked.append(way)
        if isinstance(way, DownloadWay) and "12411" in way.url:
            raise FetchError(Trouble.GONE, "The address is gone", way.url, "Look for the new one.")
        if isinstance(way, DownloadWay):
            raise FetchError(Trouble.UNREACHABLE, "No answer", way.url, "Try again later.")
        at = datetime(2026, 11, 1, tzinfo=UTC)
        return Fetched((file,), way.source_uri, None, None, at, unchanged=False, digest="d")

    monkeypatch.setattr("sources.fetch.fetch", answers)
    only = frozenset({"12411-01-01-4", DATASET, "13211-02-05-4"})
    with Deliveries(Paths(tmp_path), "live", "", only).received() as deliveries:
        assert deliveries.take("12411-01-01-4").status == "landed", "the second way leads to it"
        assert [type(way) for way in asked] == [DownloadWay, GenesisWay]
        assert deliveries.take("22542-01-02-4").status == "not delivered", "nobody asked for it"
        assert not deliveries.may_hold("22542-01-02-4")
        asked.clear()
        first = deliveries.take(DATASET)
        second = deliveries.take("13211-02-05-4")
    assert first.status == second.status == "unreachable"
    assert "No answer" in first.message
    assert "did not answer before in this run (No answer)" in second.message
    assert len(asked) == 1


def test_every_setting_of_the_code_is_on_the_page_and_no_secret_is_shown() -> None:
    known = {one.name for one in settings_known()}
    root = Path(__file__).resolve().parents[2]
    written = {
        found
        for folder in ("sources", "orchestration", "exports", "expectations", "dbt_project")
        for file in (root / folder).rglob("*.py")
        for found in re.findall(r"PLANSTAT_[A-Z_]*[A-Z]", file.read_text(encoding="utf-8"))
    }
    assert written <= known
    assert PAGE.read_text(encoding="utf-8") == page()
    out = io.StringIO()
    given = {"PLANSTAT_ZENSUS_TOKEN": "geheim", "PLANSTAT_MIRROR": "https://mirror.example"}
    print_settings(settings_of(given), Console(file=out, width=300))
    assert "geheim" not in out.getvalue()
    assert "https://mirror.example" in out.getvalue()
    assert "set, not shown" in out.getvalue()


def test_every_declared_way_is_one_that_can_be_gone() -> None:
    catalog = load_catalog()
    every = {name: ways_to(catalog, declaration) for name, declaration in catalog.items()}
    ways = {name: found[0] if found else None for name, found in every.items()}
    assert any(len(found) > 1 for found in every.values())
    downloads = [way for way in ways.values() if isinstance(way, DownloadWay)]
    tables = [way for way in ways.values() if isinstance(way, GenesisWay)]
    assert len(downloads) > 10
    assert all(way.url.startswith("https://") for way in downloads)
    assert {way.instance for way in tables} <= {"genesis-online", "regionalstatistik", "zensus"}
    geometry = ways["vg2500-krs"]
    assert isinstance(geometry, DownloadWay)
    assert "binary" in geometry.expects


def test_the_note_on_a_confidential_dataset_names_no_file() -> None:
    """It stands in the published list of sources."""
    aside = lineage.SetAside(datetime(2026, 1, 2, tzinfo=UTC), "Familie-Meier.csv", "a.csv, line 3")
    for is_confidential in (True, False):
        note = lineage._note(aside, is_confidential)
        assert "zurückgestellt" in note
        assert ("Meier" in note) is not is_confidential


def test_what_never_landed_is_not_old(tmp_path: Path) -> None:
    """No former state holds, and no release may say that one does."""
    paths, catalog = Paths(tmp_path), load_catalog()
    dataset = "gebietsgliederung"
    delivered = tmp_path / dataset
    delivered.mkdir()
    (delivered / f"{dataset}.csv").write_text("a;b", encoding="utf-8")
    assert arrives(paths, "folder", delivered, dataset).status == "set aside"
    [state] = lineage.dataset_states(paths, catalog, [dataset])
    assert (state["is_old"], state["note"], state["snapshot_id"]) == (False, None, None)
