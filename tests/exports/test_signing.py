"""Editions signed by an SSH key of the office, and what somebody without the key makes of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exports import release
from exports.history import Memory
from exports.release import Release, ReleaseRefused
from exports.release.receipt import hashes_of
from exports.signing import Signer, SigningError, signature_of
from sources.foundation.files import sha256_of
from tests.exports.conftest import Editions
from tests.exports.test_release import House

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def new_key(folder: Path, name: str = "office", passphrase: str = "") -> Signer:
    file = folder / name
    program = shutil.which("ssh-keygen")
    assert program is not None
    subprocess.run(
        [program, "-q", "-t", "ed25519", "-N", passphrase, "-C", "office@town", "-f", str(file)], check=True
    )
    return Signer.read(file)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return new_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def house(editions: Editions, tmp_path: Path, signer: Signer) -> House:
    """A house with an SSH key, and a first edition."""
    made = House(tmp_path / "data", editions, Memory(signer=signer))
    made.released()
    return made


def opened(edition: Path) -> Path:
    for path in (edition, *edition.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return edition


def test_an_edition_is_signed_and_anybody_verifies_it_without_planstat(house: House, signer: Signer) -> None:
    edition = house.releases / "areas" / "2026-11-22.1"
    signed = sorted(path.name for path in edition.glob("*.sig"))
    assert signed == ["receipt.json.sig", "release.json.sig"]
    assert {path.stat().st_mode & 0o777 for path in edition.glob("*.sig")} == {0o444}
    assert release.verify_all(house.releases, house.memory) == {"areas/2026-11-22.1": ""}
    signers = house.releases.parent / "allowed_signers"
    signers.write_text(f'office namespaces="planstat" {signer.public}\n', encoding="utf-8")
    program = shutil.which("ssh-keygen")
    assert program is not None
    receipt = edition / "receipt.json"
    command = [program, "-Y", "verify", "-f", str(signers), "-I", "office", "-n", "planstat"]
    with receipt.open("rb") as given:
        subprocess.run([*command, "-s", f"{receipt}.sig"], stdin=given, check=True, capture_output=True)


def another_key(edition: Path, folder: Path) -> None:
    new_key(folder, "another").sign(edition / "receipt.json")


def no_signature(edition: Path, folder: Path) -> None:
    signature_of(edition / "receipt.json").unlink()


def of_another_file(edition: Path, folder: Path) -> None:
    shutil.copy(edition / "release.json.sig", edition / "receipt.json.sig")


def changed_signature(edition: Path, folder: Path) -> None:
    path = edition / "release.json.sig"
    path.write_text(path.read_text(encoding="utf-8").replace("A", "B", 3), encoding="utf-8")


@pytest.mark.parametrize("how", [another_key, no_signature, of_another_file, changed_signature])
def test_a_signature_that_is_not_the_offices_is_told(
    house: House, tmp_path: Path, how: Callable[[Path, Path], None]
) -> None:
    how(opened(house.releases / "areas" / "2026-11-22.1"), tmp_path)
    found = release.verify_all(house.releases, house.memory)["areas/2026-11-22.1"]
    assert "the office's SSH key" in found
    with pytest.raises(ReleaseRefused, match="the office's SSH key"):
        release.verify(house.releases, "areas", memory=house.memory)


def test_a_history_and_a_receipt_written_anew_do_not_make_a_signature(house: House) -> None:
    """Without the HMAC key all hashes can be made to fit; the signature cannot."""
    edition = opened(house.releases / "areas" / "2026-11-22.1")
    (edition / "areas.csv").write_text("area_code\n99999\n", encoding="utf-8")
    receipt = json.loads((edition / "receipt.json").read_text(encoding="utf-8"))
    hashes = {name: one for name, one in hashes_of(edition).items() if not name.endswith(".sig")}
    (edition / "receipt.json").write_text(json.dumps(receipt | {"files": hashes}), encoding="utf-8")
    digest = sha256_of(edition / "receipt.json")
    note = json.loads((edition / "release.json").read_text(encoding="utf-8"))
    (edition / "release.json").write_text(json.dumps(note | {"receipt_sha256": digest}), encoding="utf-8")
    house.memory.of(house.releases).path.unlink()
    release.repair(house.releases, house.memory)
    assert release.verify_all(house.releases, Memory()) == {"areas/2026-11-22.1": ""}, "all hashes fit"
    assert "SSH key" in release.verify_all(house.releases, house.memory)["areas/2026-11-22.1"]


def test_a_candidate_does_not_bring_signatures(house: House) -> None:
    house.change()
    made = house.checked()
    (made.path / "receipt.json.sig").write_text("anything", encoding="utf-8")
    with pytest.raises(ReleaseRefused, match=r"receipt\.json\.sig is not for a candidate to bring"):
        release.look(made.path)
    with pytest.raises(ReleaseRefused, match=r"receipt\.json\.sig"):
        release.publish("areas", made, house.releases, NOW + timedelta(days=1), memory=house.memory)
    assert house.current() == "2026-11-22.1"


def test_a_key_that_does_not_sign_publishes_nothing(house: House, tmp_path: Path) -> None:
    """A passphrase that nobody can type, and a key that is gone: the current edition stays."""
    house.change()
    made = house.checked()
    with_passphrase = new_key(tmp_path, "locked", "a long passphrase")
    for memory in (
        Memory(signer=with_passphrase),
        Memory(signer=Signer(with_passphrase.public, tmp_path / "x")),
    ):
        with pytest.raises(ReleaseRefused, match="could not be signed: ssh-keygen"):
            release.publish("areas", made, house.releases, NOW + timedelta(days=1), memory=memory)
    release.repair(house.releases, house.memory)
    assert house.current() == "2026-11-22.1"
    assert [
        entry.name for entry in (house.releases / "areas").iterdir() if entry.name.startswith(".tmp")
    ] == []
    done = release.publish("areas", made, house.releases, NOW + timedelta(days=1), memory=house.memory)
    assert isinstance(done, Release)


def test_editions_from_before_the_key_are_signed_once_and_only_when_they_are_whole(
    editions: Editions, tmp_path: Path, signer: Signer
) -> None:
    house = House(tmp_path / "data", editions)
    house.released()
    house.change()
    release.publish("areas", house.checked(), house.releases, NOW + timedelta(days=1), memory=house.memory)
    now = Memory(signer=signer)
    assert all("is not signed" in words for words in release.verify_all(house.releases, now).values())
    (opened(house.releases / "areas" / "2026-11-22.1") / "areas.csv").write_text("x", encoding="utf-8")
    assert release.sign_all(house.releases, now) == ["areas/2026-11-23.1"]
    assert release.sign_all(house.releases, now) == []
    found = release.verify_all(house.releases, now)
    assert found["areas/2026-11-23.1"] == ""
    assert "was changed" in found["areas/2026-11-22.1"]
    with pytest.raises(ReleaseRefused, match="PLANSTAT_OFFICE_SSH_KEY names none"):
        release.sign_all(house.releases, Memory())


def test_what_is_no_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nothing", encoding="utf-8")
    with pytest.raises(SigningError, match="ssh-keygen"):
        Signer.read(tmp_path / "key")
    (tmp_path / "key.pub").write_text("nothing", encoding="utf-8")
    with pytest.raises(SigningError, match="is no public SSH key"):
        Signer.read(tmp_path / "key.pub")
