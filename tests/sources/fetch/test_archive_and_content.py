"""Archives are unpacked safely; content is recognised by its bytes; digests ignore the order of rows."""

from __future__ import annotations

import io
import json
import random
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sources.fetch import ArchiveLimits, FetchError, Trouble
from sources.fetch import content as kinds
from sources.fetch.archive import unpack
from tests.profiles import tried

from .publisher import zipped


def _unpack(tmp_path: Path, packed: bytes, limits: ArchiveLimits | None = None) -> list[Path]:
    archive = tmp_path / "a.zip"
    archive.write_bytes(packed)
    folder = tmp_path / "out"
    folder.mkdir(exist_ok=True)
    return unpack(archive, folder, limits or ArchiveLimits())


def test_members_come_out_flat_and_whole(tmp_path: Path) -> None:
    files = _unpack(tmp_path, zipped({"x/Straße.csv": b"a;b\n", "README": b"r", "__MACOSX/._x": b"junk"}))
    assert [file.name for file in files] == ["Straße.csv", "README"]
    assert files[0].read_bytes() == b"a;b\n"


@pytest.mark.parametrize(
    "name",
    ["../x.csv", "/etc/x.csv", "a/../../x.csv", "..\\x.csv", "C:/x.csv", "C:x.csv", "a\nb.csv", "\x7f.csv"],
)
def test_paths_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FetchError) as caught:
        _unpack(tmp_path, zipped({name: b"x"}))
    assert caught.value.trouble is Trouble.UNSAFE
    assert not (tmp_path / "x.csv").exists()
    assert list((tmp_path / "out").iterdir()) == []


def test_links_duplicates_and_encrypted_members_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("x.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FetchError, match="link"):
        _unpack(tmp_path, buffer.getvalue())
    with pytest.raises(FetchError, match="twice"):
        _unpack(tmp_path, zipped({"a/x.csv": b"1", "b/X.csv": b"2"}))
    packed = bytearray(zipped({"x.csv": b"1"}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    packed[6] |= 1
    with pytest.raises(FetchError, match="encrypted"):
        _unpack(tmp_path, bytes(packed))


def test_bombs_and_archives_in_archives_are_refused(tmp_path: Path) -> None:
    limits = ArchiveLimits(total=10_000_000, ratio=100, ratio_from=1_000_000)
    with pytest.raises(FetchError, match="bomb"):
        _unpack(tmp_path, zipped({"x.csv": b"0" * 5_000_000}), limits)
    with pytest.raises(FetchError, match="more than 10,000,000 bytes"):
        _unpack(
            tmp_path, zipped({f"{n}.csv": random.Random(n).randbytes(3_000_000) for n in range(4)}), limits
        )
    with pytest.raises(FetchError, match="another archive"):
        _unpack(tmp_path, zipped({"x.csv": b"1", "inner.csv": zipped({"y": b"1"})}))
    with pytest.raises(FetchError, match="more than 2"):
        _unpack(tmp_path, zipped({"a": b"", "b": b"", "c": b""}), ArchiveLimits(members=2))
    with pytest.raises(FetchError, match="no file"):
        _unpack(tmp_path, zipped({}))
    assert list((tmp_path / "out").iterdir()) == []


@tried(60)
@given(position=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 10_000))
@example(position=498, byte=2, cut=0)  # a directory that begins before the file
def test_a_damaged_archive_is_an_error_or_intact(
    tmp_path_factory: pytest.TempPathFactory, position: int, byte: int, cut: int
) -> None:
    body = b"".join(b"%d;abc\n" % n for n in range(200))
    packed = bytearray(zipped({"x.csv": body}))
    packed[position % len(packed)] = byte
    folder = tmp_path_factory.mktemp("damaged")
    try:
        files = _unpack(folder, bytes(packed[: len(packed) - cut % 50]))
    except FetchError:
        pass
    else:
        assert [file.read_bytes() for file in files] == [body]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xef\xbb\xbfstatistics_code;x\n", kinds.TEXT),
        (b"", kinds.EMPTY),
        (b"\xef\xbb\xbf \r\n", kinds.EMPTY),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html><title> Anmeldung\n hier</title>", kinds.HTML),
        (b'<?xml version="1.0"?><html xmlns="x">', kinds.HTML),
        (b'<?xml version="1.0"?><genml:GENESIS>', kinds.XML),
        (b'{"Status": 1}', kinds.JSON),
        (b"%PDF-1.7", kinds.PDF),
        (b"\x1f\x8b\x08", kinds.GZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kinds.OLD_WORKBOOK),
        (zipped({"a.csv": b"1"}), kinds.ZIP),
        (zipped({"[Content_Types].xml": b"1", "xl/workbook.xml": b""}), kinds.WORKBOOK),
        (b"a\x00b", kinds.BINARY),
        ("a;b\n1;2\n".encode("utf-16"), kinds.TEXT),
    ],
)
def test_content_is_recognised_by_its_bytes(tmp_path: Path, head: bytes, kind: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(head)
    found = kinds.recognise(path)
    assert found.kind == kind
    if kind == kinds.HTML and b"title" in head:
        assert found.title == "Anmeldung hier"


def test_error_text_is_found_wherever_it_stands() -> None:
    assert kinds.error_text({"error": {"message": "zu\n viel"}}) == "zu viel"
    assert kinds.error_text({"Status": {"Code": 2, "Content": "kaputt"}}) == "kaputt"
    assert kinds.error_text({"errors": [{"detail": "nein"}]}) == "nein"
    assert kinds.error_text([[[[]]]]) == ""
    assert kinds.error_text(17) == ""


@given(st.lists(st.text(alphabet="ab;1ß", max_size=6).filter(lambda line: "\n" not in line), max_size=20))
def test_a_digest_ignores_order_but_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("digest")

    def digest(rows: list[str], end: str = "\n") -> str:
        path = folder / "x"
        path.write_bytes(("head" + end + "".join(row + end for row in rows)).encode())
        return kinds.table_digest(path)

    one = digest(lines)
    assert digest(lines[::-1]) == one
    assert digest(lines, "\r\n") == one
    assert digest([*lines, "x"]) != one
    assert digest([*lines, "Stand: 10.10.2017 / 19:19:45"]) == one
    if lines:
        assert digest([*lines[1:], lines[0] + "1"]) != one
        assert digest([*lines, lines[0]]) != one


def test_state_survives_what_happens_to_files(tmp_path: Path) -> None:
    from sources.fetch import FetchState, Remembered

    path = tmp_path / "deep" / "fetch_state.json"
    state = FetchState(path)
    assert state.last("u") is None
    state.put(Remembered("u", digest="d", etag='"e"'))
    FetchState(path).put(Remembered("v"))
    state.put(Remembered("w"))  # does not lose what somebody else wrote
    assert {uri for uri in "uvw" if FetchState(path).last(uri)} == set("uvw")
    for broken in ("", "[]", '{"u": 1}', '{"u": {"source_uri": "u", "odd": "x"}}', json.dumps({"u": {}})):
        path.write_text(broken)
        assert FetchState(path).last("u") is None
