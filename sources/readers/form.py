"""Reads a filled form (`sources.declared.file_formats.FormFile`): a workbook, or the same columns as CSV."""

from __future__ import annotations

from pathlib import Path

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Encoding, FormFile
from sources.readers import delimited, grid, workbook
from sources.readers.reading import Reading

VERSION = f"1+{workbook.VERSION}+{delimited.VERSION}"


def encoding_of(data: bytes) -> Encoding:
    """UTF-8, or cp1252 as a German Excel writes its plain CSV; the header tells a third one."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one filled form.

    Raises:
        SourceError: the file is no such form, is unsafe, or a cell is not as declared.
    """
    form = declaration.format
    assert isinstance(form, FormFile)
    if workbook.recognises(grid.check_kind(file)):
        as_sheet = declaration.model_copy(update={"format": form.as_workbook()})
        return workbook.read(catalog, as_sheet, file)
    as_text = declaration.model_copy(update={"format": form.as_delimited(encoding_of(file.read_bytes()))})
    return delimited.read(catalog, as_text, file)
