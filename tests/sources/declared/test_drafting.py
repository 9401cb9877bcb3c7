"""Drafting a declaration from a file: the draft reads that file at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.drafting import draft
from sources.errors import SourceError
from sources.foundation import located_yaml
from sources.readers import genesis_table
from tests.sources.classic_table import HEADER, text


def drafted(catalog: Catalog, file: Path, scratch: Path) -> Declaration:
    path = scratch / "draft.yml"
    path.write_text(draft(catalog, file), encoding="utf-8")
    return Declaration.model_validate(located_yaml.load(path).value)


def test_a_small_table(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text(), encoding="utf-8")
    declaration = drafted(catalog, file, tmp_path)
    assert declaration.id == declaration.table_code == "12345-01-01-4"
    assert list(declaration.dimensions) == ["age_group", "sex"]
    assert declaration.reference_time.month_days == ("12-31",)
    assert declaration.area_levels == ("DE", "LAND", "KREIS")
    assert genesis_table.read(catalog, declaration, file).row_count == 18


def test_what_a_person_must_decide_is_marked(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text(), encoding="utf-8")
    assert draft(catalog, file).count("# check:") >= 5


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("irgendwas", "no_table_line"),
        (text(()), "no_rows"),
        (text(["31.12.2015;DG;Deutschland;seltsam;1;2;3"]), "unknown_label"),
        (text(header=()), "unknown_header"),
    ],
)
def test_a_file_that_cannot_be_taken_apart(catalog: Catalog, tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "new.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        draft(catalog, file)
    assert caught.value.code == code
    assert HEADER


@pytest.mark.real_files
def test_every_published_classic_table_can_be_drafted_and_read(
    catalog: Catalog, shared_data: Path, tmp_path: Path
) -> None:
    folders = ("01-genesis-regio", "08-regionalatlas-inkar/regionalatlas")
    files = [file for folder in folders for file in sorted((shared_data / folder).rglob("*.csv"))]
    assert len(files) == 39
    for file in files:
        declaration = drafted(catalog, file, tmp_path)
        final = catalog[declaration.id]
        reading = genesis_table.read(catalog, declaration, file)
        cells = genesis_table.read(catalog, final, file).table
        assert (
            reading.table.column("value_text")
            .combine_chunks()
            .equals(cells.column("value_text").combine_chunks())
        )
        assert set(declaration.area_levels) <= set(final.area_levels)
