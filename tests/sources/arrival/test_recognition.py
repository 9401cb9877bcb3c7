"""A file under a foreign name is told by its header, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.arrival.folder import match_files
from sources.arrival.recognition import by_content
from sources.declared.catalogue import Catalog, load_catalog
from sources.forms import blank
from sources.twins import render
from sources.twins.inventing import invent
from sources.twins.musterstadt import CASE_FORMS, write_cases, write_musterstadt


def renamed(file: Path, stem: str) -> Path:
    return file.rename(file.with_name(stem + file.suffix))


def test_filled_forms_under_any_name(catalog: Catalog, tmp_path: Path) -> None:
    for number, file in enumerate(write_musterstadt(tmp_path / "xlsx", catalog=catalog)):
        assert by_content(catalog, renamed(file, f"Mappe{number}")) == file.stem
    for as_csv in (False, True):
        files = write_cases(tmp_path / f"cases-{as_csv}", catalog=catalog, as_csv=as_csv)
        for number, (file, name) in enumerate(zip(files, CASE_FORMS, strict=True)):
            assert by_content(catalog, renamed(file, f"Export{number}")) == name


@pytest.mark.parametrize("dataset_id", [one.id for one in blank.forms(load_catalog())])
def test_empty_csv_forms(catalog: Catalog, tmp_path: Path, dataset_id: str) -> None:
    file = tmp_path / "unbenannt.csv"
    file.write_bytes(blank.csv_text(catalog, catalog[dataset_id]))
    assert by_content(catalog, file) == dataset_id


@pytest.mark.parametrize("dataset_id", ["ewr-lor2021", "ba-sgb2-eckwerte-kreise", "ew24-strukturdaten"])
def test_published_text_under_a_foreign_name(catalog: Catalog, tmp_path: Path, dataset_id: str) -> None:
    declaration = catalog[dataset_id]
    (file,) = render(catalog, declaration, invent(catalog, declaration, areas=2)).write(tmp_path)
    assert match_files(catalog, (renamed(file, "download"),)).dataset_id == dataset_id


@pytest.mark.parametrize(
    "content",
    [b"", b"a;b;c\n1;2;3\n", b"<html></html>", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0 no book"],
)
def test_nothing_is_guessed(catalog: Catalog, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "unknown.xlsx"
    file.write_bytes(content)
    assert by_content(catalog, file) is None


def test_a_header_that_lacks_a_column_is_no_header(catalog: Catalog, tmp_path: Path) -> None:
    whole = blank.csv_text(catalog, catalog["kita-plaetze"])
    file = tmp_path / "unknown.csv"
    file.write_bytes(whole.replace(b";Betreute Kinder", b""))
    assert by_content(catalog, file) is None
