"""Each quirk sets the file aside with a place and a remedy, or does not change what is read."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from sources.declared.catalogue import Catalog
from sources.readers.reading import SourceError, reader_of
from sources.twins import form, genesis_table, geometry, quirks, render, workbook, xoev_codelist
from sources.twins.inventing import invent
from sources.twins.sample import writing

UNPLACED = {
    "html_page", "empty", "truncated", "wrong_encoding", "wrong_table", "macro", "other_sheet",
    "missing_part", "nul_bytes", "other_crs", "unknown_header", "no_footer",
}  # fmt: skip


def spoiled(
    catalog: Catalog, dataset_id: str, table: pa.Table, quirk: str, folder: Path, **options: object
) -> Path:
    twin = render(catalog, catalog[dataset_id], table, seed=11, quirks=[quirk], **options)
    return twin.write(folder)[0]


def expect_refusal(catalog: Catalog, dataset_id: str, file: Path, quirk: str) -> None:
    with pytest.raises(SourceError) as caught:
        reader_of(catalog[dataset_id]).read(catalog, catalog[dataset_id], file)
    error = caught.value
    assert error.file == file.name
    assert error.remedy
    assert error.remedy_de
    if quirk not in UNPLACED:
        assert error.line or error.cell, str(error)


@pytest.mark.parametrize(
    ("dataset_id", "quirk"),
    [("12411-02-03-4", quirk) for quirk in sorted(genesis_table.ALLOWED)]
    + [("13211-02-05-4", quirk) for quirk in sorted(genesis_table.ALLOWED - {"unknown_label"})],
)
def test_classic_table(catalog: Catalog, dataset_id: str, quirk: str, tmp_path: Path) -> None:
    table = invent(catalog, catalog[dataset_id], areas=12, times=2, seed=1)
    if quirk in quirks.HARMLESS:
        file = spoiled(catalog, dataset_id, table, quirk, tmp_path)
        back = (
            reader_of(catalog[dataset_id]).read(catalog, catalog[dataset_id], file).table.cast(table.schema)
        )
        assert back["value_text"].equals(table["value_text"])
        return
    expect_refusal(catalog, dataset_id, spoiled(catalog, dataset_id, table, quirk, tmp_path), quirk)


@pytest.mark.parametrize("quirk", sorted(workbook.ALLOWED - {"unknown_label"}))
def test_workbook_of_cells(catalog: Catalog, quirk: str, tmp_path: Path) -> None:
    table = invent(catalog, catalog["zensus2022-bevoelkerung"], areas=12, seed=1)
    file = spoiled(catalog, "zensus2022-bevoelkerung", table, quirk, tmp_path)
    expect_refusal(catalog, "zensus2022-bevoelkerung", file, quirk)


@pytest.mark.parametrize(
    "quirk",
    ["truncated", "html_page", "empty", "formula", "macro", "unknown_header", "duplicate_rows", "wide_line"],
)
def test_workbook_of_records(catalog: Catalog, quirk: str, tmp_path: Path) -> None:
    table = writing._register(catalog["gv-isys"])
    file = spoiled(catalog, "gv-isys", table, quirk, tmp_path, placeholders=writing.REGISTER_EDITION)
    expect_refusal(catalog, "gv-isys", file, quirk)


@pytest.mark.parametrize("quirk", sorted(form.ALLOWED))
def test_form(catalog: Catalog, tmp_path: Path, quirk: str) -> None:
    dataset_id = "gefaehrdungseinschaetzungen"
    table = invent(catalog, catalog[dataset_id], areas=2, seed=5)
    expect_refusal(catalog, dataset_id, spoiled(catalog, dataset_id, table, quirk, tmp_path), quirk)


@pytest.mark.parametrize("quirk", sorted(xoev_codelist.ALLOWED))
def test_code_list(catalog: Catalog, quirk: str, tmp_path: Path) -> None:
    table = writing._code_list(catalog["regionalschluessel-xoev"])
    file = spoiled(catalog, "regionalschluessel-xoev", table, quirk, tmp_path)
    expect_refusal(catalog, "regionalschluessel-xoev", file, quirk)


@pytest.mark.parametrize("quirk", sorted(geometry.ALLOWED))
def test_outlines(catalog: Catalog, quirk: str, tmp_path: Path) -> None:
    table = writing._outlines(catalog["vg2500-krs"])
    expect_refusal(catalog, "vg2500-krs", spoiled(catalog, "vg2500-krs", table, quirk, tmp_path), quirk)


def test_unknown_quirks_are_refused(catalog: Catalog) -> None:
    table = invent(catalog, catalog["82411-01-03-4"], areas=3)
    with pytest.raises(ValueError, match="there is no quirk 'gremlin'"):
        render(catalog, catalog["82411-01-03-4"], table, quirks=["gremlin"])
    with pytest.raises(ValueError, match="this format has no quirk 'macro'"):
        render(catalog, catalog["82411-01-03-4"], table, quirks=["macro"])


def test_an_incomplete_table_is_refused(catalog: Catalog) -> None:
    table = invent(catalog, catalog["12411-02-03-4"], areas=3)
    with pytest.raises(ValueError, match="no value for"):
        render(catalog, catalog["12411-02-03-4"], table.slice(0, table.num_rows - 1))
