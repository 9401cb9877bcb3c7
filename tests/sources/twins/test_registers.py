"""Every declared register that is text or a workbook comes back from its twin as it was put in."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.declaration import Column, Declaration
from sources.declared.file_formats import FixedWidth, SheetOrText
from sources.readers import grid
from sources.readers.reading import reader_of, records_schema
from sources.twins import render
from sources.twins.flat import fill
from tests.profiles import tried

KINDS = ("delimited", "fixed_width", "form", "json_map", "workbook", "xoev_codelist")
REGISTERS = [
    name
    for name, one in load_catalog().items()
    if one.shape == "records"
    and one.format.kind in KINDS
    # without a column that every line fills, an invented line may be empty, which no sheet tells from none
    and any(column.required and not (column.source or "").startswith("{") for column in one.columns)
]
WORDS = st.text(alphabet="abcÄÖÜäöüß,.;\"'()-/ 0123456789", min_size=1, max_size=12).map(
    lambda text: f"A{text}z"
)
EDITIONS = {
    "territory_date": "30.06.2024", "population_date": "31.12.2022", "attribute_date": "31.12.2023",
    "territory_quarter": "2", "sheet_date": "30062024", "version": "2023-07-31", "from_year": "1999",
    "thousand": "1000", "day": "30. Juni 2021", "population_title": "Bevölkerung2)",
}  # fmt: skip
TIMES = {
    "month": "2023-01",
    "half_year": "2023-01",
    "year": "2021",
    "date": "30.06.2024",
    "school_year": "2024/25",
}


WHOLE = st.integers(0, 10**7).map(str)
TYPED = {
    "integer": WHOLE,
    "number": WHOLE | st.integers(1, 10**7).map(lambda whole: f"{whole}.5"),
    "date": st.dates(date(1950, 1, 1), date(2040, 12, 31)).map(lambda day: day.strftime("%d.%m.%Y")),
}


def texts(catalog: Catalog, declaration: Declaration, column: Column) -> st.SearchStrategy[str]:
    """Texts that may stand in a column."""
    if column.name == "time_text" and grid.placeholder(column) is None:
        return st.just(TIMES[declaration.reference_time.text])
    if column.code_list:
        return st.sampled_from(sorted(catalog.code_lists[column.code_list].codes))
    if column.type == "date" or (column.type is not None and column.pattern is None):
        return TYPED[column.type]
    if column.pattern is None:
        return WORDS
    found = st.from_regex(
        re.compile(column.pattern, re.ASCII), fullmatch=True, alphabet=st.characters(codec="ascii")
    )
    return found.filter(lambda text: len(text) <= 40 and text == text.strip() and text.isprintable())


def draw_records(
    catalog: Catalog, declaration: Declaration, data: st.DataObject
) -> list[dict[str, str | None]]:
    """A few records with keys of their own."""
    records: list[dict[str, str | None]] = []
    keys = [column.name for column in declaration.columns if column.key]
    for _ in range(data.draw(st.integers(1, 3))):
        record: dict[str, str | None] = {}
        for column in declaration.columns:
            name = grid.placeholder(column)
            if name is not None:
                time = TIMES.get(declaration.reference_time.text, "")
                record[column.name] = time if name == "time_text" else EDITIONS[name]
            elif column.required or data.draw(st.booleans()):
                record[column.name] = data.draw(texts(catalog, declaration, column))
        if isinstance(declaration.format, FixedWidth):
            cut_to_width(declaration.format, record)
        known = [[one.get(key) for key in keys] for one in records]
        if not keys or [record.get(key) for key in keys] not in known:
            records.append(record)
    return records


def cut_to_width(form: FixedWidth, record: dict[str, str | None]) -> None:
    """Leave out the fields that a record type does not have, and what is too long."""
    for field in form.fields:
        text = record.get(field.name)
        if field.record_types and record["satzart"] not in field.record_types:
            record[field.name] = None
        elif text and len(text) > field.last - field.first + 1:
            record[field.name] = text[: field.last - field.first + 1].strip() or "A"


@pytest.mark.parametrize("dataset_id", REGISTERS)
@tried(6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_comes_back(catalog: Catalog, dataset_id: str, data: st.DataObject) -> None:
    declaration = catalog[dataset_id]
    form = declaration.format
    table = pa.Table.from_pylist(draw_records(catalog, declaration, data), schema=records_schema(declaration))
    options = {"placeholders": EDITIONS} if isinstance(form, SheetOrText) else {}
    twin = render(catalog, declaration, table, **options)
    with TemporaryDirectory() as folder:
        file = twin.write(Path(folder))[0]
        if isinstance(form, SheetOrText) and form.file_name:
            told = {"time_text": TIMES[declaration.reference_time.text]}
            file = file.rename(Path(folder) / fill(form.file_name, told))
        back = reader_of(declaration).read(catalog, declaration, file).table
    assert back.drop_columns(["line"]).to_pylist() == table.drop_columns(["line"]).to_pylist()
