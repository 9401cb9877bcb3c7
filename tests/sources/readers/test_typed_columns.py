"""What a register measures is a number, whoever writes it down."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.declaration import Column
from sources.errors import SourceError
from sources.readers import grid
from sources.readers.reading import reader_of

POPULATION = "lor-population-derivative"


@pytest.fixture(scope="module")
def declared() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize("text", ["n/a", "1'697", "NaN", "1.697,0", "nan", "12 345", "007", "#NV", "-"])
@pytest.mark.real_files
def test_what_is_no_number_is_refused_with_its_place(
    shared_data: Path, declared: Catalog, tmp_path: Path, text: str
) -> None:
    published = shared_data / "05-small-area/berlin/ewr-2020-02-derivative/berlin-lor-population-2020-02.csv"
    lines = published.read_text(encoding="utf-8").splitlines(keepends=True)
    header = lines[0].rstrip("\n").split(",")
    at = header.index("inhabitants_foreigners")
    fields = lines[4].rstrip("\n").split(",")
    fields[at] = f'"{text}"'
    lines[4] = ",".join(fields) + "\n"
    file = tmp_path / published.name
    file.write_text("".join(lines), encoding="utf-8")
    declaration = declared[POPULATION]
    with pytest.raises(SourceError) as caught:
        reader_of(declaration).read(declared, declaration, file)
    assert (caught.value.line, caught.value.column) == (5, at + 1)
    assert caught.value.code in ("bad_type", "excel_error")
    assert text in caught.value.sentence_de


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ["0", "-3", "1697"], ["1.0", "1e3", "01", "", " 1", "Inf"]),
        ("number", ["0", "-0.5", "3,25", "-6e-05"], ["1.697,0", ".5", "5.", "n/a", "00.1", "NaN"]),
        (
            "date",
            ["31.12.2025", "2024-02-29"],
            ["31.02.2025", "2025-02-29", "1.1.2025", "45291", "99.99.2025"],
        ),
    ],
)
def test_types(kind: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not grid._is_of(kind, text)] == []
    assert [text for text in bad if grid._is_of(kind, text)] == []


def test_a_column_with_a_unit_says_what_its_texts_are() -> None:
    with pytest.raises(ValueError, match="says its type"):
        Column(name="area", title_de="Fläche", title_en="Area", unit="m²")
