"""Whoever can write to the data root, but does not hold the office's key, gets nothing else published.

Each test is one way to try it. What write access can do all the same is said in docs/disclosure.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from exports import release
from exports.candidate import Candidate
from exports.describe import parse
from exports.history import HistoryError, Memory
from exports.release import Release, ReleaseError, ReleaseRefused, publishing
from exports.release.receipt import hashes_of
from sources.foundation.files import sha256_of
from tests.exports.conftest import Editions
from tests.exports.small_warehouse import description_of, passing
from tests.exports.test_release import House

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KEY = b"the office's key, of 32 bytes or more"


@pytest.fixture
def house(editions: Editions, tmp_path: Path) -> House:
    """A house with a key, and a first edition."""
    made = House(tmp_path / "data", editions, Memory(key=KEY))
    made.released()
    made.change()
    return made


def publish(house: House, made: Candidate) -> Release:
    done = release.publish("areas", made, house.releases, NOW + timedelta(days=1), memory=house.memory)
    assert isinstance(done, Release)
    return done


def writable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def overwrite(path: Path) -> None:
    path.write_text("area_code\n99999\n", encoding="utf-8")


def there_and_back(path: Path) -> None:
    """The gate reads something else, and afterwards the bytes are the old ones."""
    before, times = path.read_bytes(), path.stat()
    path.write_bytes(before.replace(b"1", b"2"))
    path.write_bytes(before)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def exchange(path: Path) -> None:
    """The same bytes in a file that somebody else made, and may have open."""
    other = path.with_name(".other")
    shutil.copy(path, other)
    other.replace(path)


def add(path: Path) -> None:
    path.with_name("more.csv").write_text("1\n", encoding="utf-8")


def lose(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("name", ["areas.csv", "areas.parquet", "README.md", "datapackage.json"])
@pytest.mark.parametrize("how", [overwrite, there_and_back, exchange, add, lose])
def test_bytes_that_change_while_they_are_checked(
    house: House, name: str, how: Callable[[Path], None]
) -> None:
    made = house.checked()
    seen = release.look(made.path)
    how(made.path / name)
    with pytest.raises(ReleaseRefused, match="changed while the candidate was checked"):
        release.write_receipt(
            made,
            passing("areas"),
            description_of("areas"),
            seen,
            previous=house.releases / "areas" / "current",
            key=KEY,
        )
    with pytest.raises(ReleaseRefused, match="has no receipt"):
        publish(house, made)


@pytest.mark.parametrize("how", ["changed", "added", "lost"])
def test_what_attack_and_gate_write_is_what_the_receipt_speaks_about(house: House, how: str) -> None:
    """Report and certificate are exchanged after they were written, before the receipt is."""
    made = house.checked()
    seen = release.look(made.path)
    names = {"gate.json": "{}", "gate_report.html": "<p>", "disclosure_certificate.json": "{}"}
    for name, text in names.items():
        (made.path / name).write_text(text, encoding="utf-8")
    written = {name: sha256_of(made.path / name) for name in names}
    path = made.path / "gate_report.html"
    if how == "changed":
        path.write_text("<p>all is well", encoding="utf-8")
    elif how == "added":
        del written["gate_report.html"]
    else:
        path.unlink()
    current = house.releases / "areas" / "current"
    with pytest.raises(ReleaseRefused, match=r"gate_report\.html is not what attack and gate wrote"):
        release.write_receipt(
            made, passing("areas"), description_of("areas"), seen, written=written, previous=current, key=KEY
        )
    with pytest.raises(ReleaseRefused, match="has no receipt"):
        publish(house, made)


def test_the_receipt_records_the_hashes_that_were_compared(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that changes after it was compared must not come into the receipt by a second reading."""
    made = house.checked()
    seen = release.look(made.path)
    hashes = hashes_of

    def then_change(folder: Path) -> dict[str, dict[str, object]]:
        overwrite(folder / "areas.csv")
        return hashes(folder)

    monkeypatch.setattr("exports.release.receipt.hashes_of", then_change)
    current = house.releases / "areas" / "current"
    release.write_receipt(made, passing("areas"), description_of("areas"), seen, previous=current, key=KEY)
    monkeypatch.undo()
    with pytest.raises(ReleaseRefused, match=r"areas\.csv was changed after the check"):
        publish(house, made)


@pytest.mark.parametrize("name", ["areas.csv", "README.md", "gate.json"])
def test_bytes_that_change_between_receipt_and_publication(house: House, name: str) -> None:
    made = house.checked()
    (made.path / name).write_text("changed", encoding="utf-8")
    with pytest.raises(ReleaseRefused, match=r"was changed after the check|is not in the receipt"):
        publish(house, made)


@pytest.mark.parametrize("name", ["areas.csv", "receipt.json"])
def test_bytes_that_change_between_the_hash_and_the_move(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    made = house.checked()
    checked = publishing._check_destination

    def then_change(folder: Path, *rest: object) -> None:
        checked(folder, *rest)  # type: ignore[arg-type]
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("areas", "ereas"), encoding="utf-8")
        if name != "receipt.json":
            overwrite(path)

    monkeypatch.setattr("exports.release.publishing._check_destination", then_change)
    with pytest.raises(ReleaseRefused, match="was changed after the check"):
        publish(house, made)
    assert house.current() == "2026-11-22.1"
    assert [edition.version for edition in release.list_releases(house.releases)] == ["2026-11-22.1"]


def test_bytes_that_change_after_the_copy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the new folder, before the move: the hash in place finds it, and nothing of it stays."""
    made = house.checked()
    append = type(house.memory.of(house.releases)).append

    def then_change(self: object, event: object) -> None:
        append(self, event)  # type: ignore[arg-type]
        for work in (house.releases / "areas").glob(".tmp-*"):
            writable(work)
            overwrite(work / "areas.csv")

    monkeypatch.setattr("exports.history.History.append", then_change)
    with pytest.raises(ReleaseRefused, match=r"areas\.csv was changed after the check"):
        publish(house, made)
    monkeypatch.undo()
    release.repair(house.releases, house.memory)
    assert house.current() == "2026-11-22.1"
    assert release.verify_all(house.releases, house.memory) == {"areas/2026-11-22.1": ""}


def test_a_second_name_of_a_file(house: House, tmp_path: Path) -> None:
    made = house.checked()
    os.link(made.path / "areas.csv", tmp_path / "elsewhere.csv")
    with pytest.raises(ReleaseRefused, match="has a second name"):
        release.look(made.path)
    with pytest.raises(ReleaseRefused, match="has a second name"):
        publish(house, made)


def test_a_handle_that_stays_open_writes_into_nothing_that_is_published(house: House) -> None:
    made = house.checked()
    with (made.path / "areas.csv").open("r+b") as handle:
        published = publish(house, made)
        handle.write(b"99999")
        handle.flush()
        os.fsync(handle.fileno())
        release.verify(house.releases, "areas", memory=house.memory)
        assert not (published.path / "areas.csv").read_bytes().startswith(b"99999")


def rewritten(made: Candidate, **changes: object) -> None:
    path = made.path / "receipt.json"
    receipt = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(receipt | changes), encoding="utf-8")


def test_a_receipt_written_by_hand(house: House) -> None:
    made = house.checked()
    overwrite(made.path / "areas.csv")
    release.write_receipt(
        made,
        passing("areas"),
        description_of("areas"),
        release.look(made.path),
        previous=house.releases / "areas" / "current",
    )
    with pytest.raises(ReleaseRefused, match="is not signed with the office's key"):
        publish(house, made)


def test_without_a_key_a_receipt_written_by_hand_is_believed(editions: Editions, tmp_path: Path) -> None:
    """Said plainly in the docs: hashes alone stand against accident, not against intent."""
    house = House(tmp_path / "data", editions)
    house.released()
    house.change()
    made = house.checked()
    overwrite(made.path / "areas.csv")
    release.write_receipt(
        made,
        passing("areas"),
        description_of("areas"),
        release.look(made.path),
        previous=house.releases / "areas" / "current",
    )
    assert publish(house, made).version == house.current()


def test_a_verdict_that_lets_confidential_data_through_without_a_policy(house: House) -> None:
    """Such as one with a waiver: the receipt does not take the gate's word for it."""
    description = description_of("areas")
    description["datasets"] = [{**one, "is_confidential": True} for one in description["datasets"]]
    checked = house.checked()
    (checked.path / "receipt.json").unlink()
    made = replace(checked, description_sha256=parse(description).content_sha256())
    with pytest.raises(ReleaseRefused, match=r"stands on confidential data .* and has no policy"):
        release.write_receipt(made, passing("areas"), description, release.look(made.path), key=KEY)
    with pytest.raises(ReleaseRefused, match="has no receipt"):
        publish(house, made)


def test_a_receipt_signed_with_another_key(house: House) -> None:
    made = house.checked()
    release.write_receipt(
        made, passing("areas"), description_of("areas"), release.look(made.path), key=b"another key" * 4
    )
    with pytest.raises(ReleaseRefused, match="is not signed with the office's key"):
        publish(house, made)


def test_a_refusal_turned_into_a_pass(house: House) -> None:
    failed = {"id": "additivity", "severity": "fail", "outcome": "failed"}
    made = house.checked(passed=False, checks=[failed])
    rewritten(made, passed=True, verdict=passing("areas"))
    with pytest.raises(ReleaseRefused, match="is not signed with the office's key"):
        publish(house, made)


def test_fewer_checks_in_the_receipt(house: House) -> None:
    checks = passing("areas")["checks"]
    made = house.checked(checks=[*checks, {"id": "more", "severity": "fail", "outcome": "passed"}])
    rewritten(made, verdict=passing("areas"))
    with pytest.raises(ReleaseRefused, match="is not signed with the office's key"):
        publish(house, made)


def test_an_old_edition_replayed_as_the_newest(house: House) -> None:
    """Its receipt is genuine, but it names what came before it then."""
    first = house.releases / "areas" / "2026-11-22.1"
    publish(house, house.checked())
    replayed = house.candidates / "areas"
    shutil.copytree(first, replayed)
    writable(replayed)
    (replayed / "release.json").unlink()
    with pytest.raises(ReleaseRefused, match="successor of another edition"):
        release.publish("areas", replayed, house.releases, NOW, memory=house.memory)


def test_a_predecessor_named_by_hand(house: House) -> None:
    made = house.checked()
    rewritten(made, previous=None)
    with pytest.raises(ReleaseRefused, match="is not signed"):
        publish(house, made)


def test_without_a_key_the_predecessor_is_compared_all_the_same(editions: Editions, tmp_path: Path) -> None:
    house = House(tmp_path / "data", editions)
    house.released()
    house.change()
    made = house.checked()
    rewritten(made, previous=None)
    with pytest.raises(ReleaseRefused, match="successor of another edition"):
        publish(house, made)


def test_a_folder_put_beside_the_editions(house: House) -> None:
    """A forged newest edition, with a receipt that fits its files: nobody is led to it."""
    forged = house.releases / "areas" / "2026-12-31.1"
    shutil.copytree(house.releases / "areas" / "2026-11-22.1", forged)
    writable(forged)
    release.repair(house.releases, house.memory)
    assert house.current() == "2026-11-22.1"
    assert "is not in the history" in release.verify_all(house.releases, house.memory)["areas/2026-12-31.1"]
    catalog = json.loads((house.releases / "catalog.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in catalog["damaged"]] == ["areas/2026-12-31.1"]


def change_file(edition: Path) -> None:
    overwrite(edition / "areas.csv")


def change_readme(edition: Path) -> None:
    overwrite(edition / "README.md")


def change_note(edition: Path) -> None:
    note = json.loads((edition / "release.json").read_text(encoding="utf-8"))
    (edition / "release.json").write_text(json.dumps(note | {"version": "2020-01-01.1"}), encoding="utf-8")


def change_with_receipt(edition: Path) -> None:
    """The receipt is made to fit the forged file."""
    overwrite(edition / "areas.csv")
    receipt = json.loads((edition / "receipt.json").read_text(encoding="utf-8"))
    receipt["files"] = hashes_of(edition)
    (edition / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")


def delete(edition: Path) -> None:
    shutil.rmtree(edition)


@pytest.mark.parametrize("how", [change_file, change_readme, change_note, change_with_receipt, delete])
def test_a_published_edition_changed_or_deleted_is_told(house: House, how: Callable[[Path], None]) -> None:
    first = house.releases / "areas" / "2026-11-22.1"
    publish(house, house.checked())
    writable(first)
    how(first)
    found = release.verify_all(house.releases, house.memory)
    assert found["areas/2026-11-22.1"] != ""
    assert found["areas/2026-11-23.1"] == ""


def test_the_database_and_the_catalog_are_compared_with_the_editions(house: House) -> None:
    """They stand in no receipt, and most readers read them."""
    assert release.derived_problems(house.releases, house.memory) == []
    database = house.releases / "planstat.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update areas set area_name = 'Mitte' where area_code = (select min(area_code) from areas)"
        )
    (told,) = release.derived_problems(house.releases, house.memory)
    assert "areas differs from the edition" in told
    database.unlink()
    release.repair(house.releases, house.memory)
    assert release.derived_problems(house.releases, house.memory) == []
    catalog = house.releases / "catalog.json"
    catalog.write_text(
        catalog.read_text(encoding="utf-8").replace("2026-11-22.1", "2026-11-22.7"), encoding="utf-8"
    )
    (told,) = release.derived_problems(house.releases, house.memory)
    assert "does not say what the editions are" in told


def test_the_link_turned_to_an_older_edition(house: House) -> None:
    publish(house, house.checked())
    link = house.releases / "areas" / "current"
    link.unlink()
    link.symlink_to("2026-11-22.1")
    release.repair(house.releases, house.memory)
    assert house.current() == "2026-11-23.1"


def lines(house: House) -> tuple[Path, list[bytes]]:
    path = house.memory.of(house.releases).path
    return path, path.read_bytes().splitlines(keepends=True)


def test_a_line_of_the_history_taken_out(house: House) -> None:
    publish(house, house.checked())
    path, all_ = lines(house)
    for number in range(len(all_) - 1):
        path.write_bytes(b"".join(all_[:number] + all_[number + 1 :]))
        with pytest.raises(HistoryError, match="does not follow the line before it"):
            house.memory.of(house.releases).editions()


def test_a_line_of_the_history_changed_or_forged(house: House) -> None:
    path, all_ = lines(house)
    path.write_bytes(all_[0] + all_[1].replace(b"2026-11-22.1", b"2026-11-22.7"))
    with pytest.raises(HistoryError, match="is not signed with the office's key"):
        house.memory.of(house.releases).editions()
    path.write_bytes(b"".join(all_))
    mine = replace(house.memory.of(house.releases), key=b"my own key, which the office does not know")
    event = house.memory.of(house.releases).events()[0]
    mine.append(replace(event, event="lost", reason="nothing to see here"))
    with pytest.raises(HistoryError, match="is not signed with the office's key"):
        publish(house, house.checked())


def test_without_a_key_a_history_written_anew_is_believed(editions: Editions, tmp_path: Path) -> None:
    """The same: the chain finds a line that is changed, not a chain that somebody writes anew."""
    house = House(tmp_path / "data", editions)
    house.released()
    house.change()
    publish(house, house.checked())
    history = house.memory.of(house.releases)
    events = history.events()
    history.path.unlink()
    history.append(events[-1])
    assert set(history.editions()) == {"areas/2026-11-23.1"}, "the first edition is forgotten"


def test_the_history_deleted_together_with_an_edition(house: House) -> None:
    publish(house, house.checked())
    path, _ = lines(house)
    path.unlink()
    writable(house.releases / "areas" / "2026-11-22.1")
    shutil.rmtree(house.releases / "areas" / "2026-11-22.1")
    house.change()
    with pytest.raises(ReleaseRefused, match=r"is not there, but .* holds 1 editions"):
        publish(house, house.checked())


def test_the_end_of_the_history_cut_off_is_found_by_a_head_noted_before(house: House) -> None:
    """All that write access can do unseen is to turn everything back; a note of the head finds that too."""
    before = lines(house)[1]
    publish(house, house.checked())
    history = house.memory.of(house.releases)
    noted = history.head()
    assert history.contains(noted)
    history.path.write_bytes(b"".join(before))
    edition = house.releases / "areas" / "2026-11-23.1"
    writable(edition)
    shutil.rmtree(edition)
    release.repair(house.releases, house.memory)
    assert release.verify_all(house.releases, house.memory) == {"areas/2026-11-22.1": ""}
    assert not history.contains(noted)


def test_releases_from_before_the_history_are_adopted_and_with_a_key_by_a_person(house: House) -> None:
    path, _ = lines(house)
    path.unlink()
    unsigned = Memory()
    release.repair(house.releases, unsigned)
    assert release.verify_all(house.releases, unsigned) == {"areas/2026-11-22.1": ""}
    with pytest.raises(HistoryError, match="releases adopt"):
        release.verify_all(house.releases, house.memory)
    assert release.adopt(house.releases, house.memory, NOW) == ["areas/2026-11-22.1"]
    assert release.verify_all(house.releases, house.memory) == {"areas/2026-11-22.1": ""}
    assert path.with_name(f"{path.name}.1").exists(), "the unsigned one is kept"
    publish(house, house.checked())


def test_releases_without_a_history_are_told_before_they_are_adopted(house: House) -> None:
    """Whoever deletes history and edition together would have both forgotten: it is said, once."""
    unsigned = Memory()
    assert release.unremembered(house.releases, house.memory) is None
    lines(house)[0].unlink()
    told = release.unremembered(house.releases, unsigned)
    assert told is not None
    assert "holds 1 editions and there is no history of them" in told
    assert "somebody deleted it" in told
    release.repair(house.releases, unsigned)
    assert release.unremembered(house.releases, unsigned) is None, "once"
    assert release.unremembered(house.releases.with_name("empty"), unsigned) is None


def test_what_is_lost_is_given_up_by_name_and_the_one_before_is_current(house: House) -> None:
    publish(house, house.checked())
    edition = house.releases / "areas" / "2026-11-23.1"
    writable(edition)
    overwrite(edition / "areas.csv")
    with pytest.raises(ReleaseRefused, match="was changed after the check"):
        release.verify(house.releases, "areas", memory=house.memory)
    release.give_up(house.releases, "areas", "2026-11-23.1", "disk", house.memory, NOW)
    assert house.current() == "2026-11-22.1"
    assert release.verify_all(house.releases, house.memory) == {"areas/2026-11-22.1": ""}
    assert house.memory.of(house.releases).lost()["areas/2026-11-23.1"].reason == "disk"
    with pytest.raises(ReleaseError, match="has no edition"):
        release.give_up(house.releases, "areas", "2020-01-01.1", "x", house.memory, NOW)
    made = house.checked()
    done = release.publish("areas", made, house.releases, NOW + timedelta(days=2), memory=house.memory)
    assert isinstance(done, Release)
    assert done.version == "2026-11-24.1"


def test_what_a_killed_process_left_of_a_line_is_cut_off(house: House) -> None:
    path, all_ = lines(house)
    path.write_bytes(b"".join(all_) + b'{"event": "publ')
    assert list(house.memory.of(house.releases).editions()) == ["areas/2026-11-22.1"]
    publish(house, house.checked())
    assert len(house.memory.of(house.releases).editions()) == 2


def test_a_release_is_readable_by_everybody_under_the_tightest_umask(
    editions: Editions, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        house = House(tmp_path / "data", editions)
        published = house.released()
    finally:
        os.umask(before)
    assert published.path.stat().st_mode & 0o777 == 0o555
    assert {path.stat().st_mode & 0o777 for path in published.path.iterdir()} == {0o444}
    for path in (house.releases, house.releases / "areas"):
        assert path.stat().st_mode & 0o777 == 0o755
    for name in ("catalog.json", "planstat.duckdb"):
        assert (house.releases / name).stat().st_mode & 0o444 == 0o444


def test_every_way_named_in_the_docs_has_its_test() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs" / "disclosure.md").read_text(encoding="utf-8")
    table = page.split("| tried | without a key |")[1].split("\n\n")[0].splitlines()[2:]
    defined = {
        name
        for path in (root / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(table) >= 18
    for line in table:
        named = re.findall(r"`(test_\w+)`", line)
        assert set(named) <= defined, line
        assert named or "before they are checked" in line, line
