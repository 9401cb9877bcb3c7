"""A file is read without landing, and shows what it would become."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.arrival.trial import SHOWN, try_file
from sources.declared.catalogue import Catalog
from sources.errors import SourceError

pytestmark = pytest.mark.real_files


def test_ten_cells_with_the_places_they_stand_at(catalog: Catalog, shared_data: Path) -> None:
    file = shared_data / "01-genesis-regio/population/12411-01-01-4_00/12411-01-01-4_00.csv"
    trial = try_file(catalog, file)
    assert (trial.dataset_id, trial.rows, len(trial.shown)) == ("12411-01-01-4", 33138, SHOWN)
    place, texts = trial.shown[0]
    row = dict(zip(trial.columns, texts, strict=True))
    line, column = (int(part.split()[1]) for part in place.split(", "))
    fields = file.read_text(encoding="utf-8").splitlines()[line - 1].split(";")
    assert (fields[0], fields[column - 1]) == (row["area_code"], row["value_text"])


def test_what_is_wrong_is_said_as_when_it_lands(catalog: Catalog, shared_data: Path, tmp_path: Path) -> None:
    published = shared_data / "01-genesis-regio/population/12411-01-01-4_00/12411-01-01-4_00.csv"
    file = tmp_path / published.name
    file.write_bytes(published.read_bytes()[:5000])
    with pytest.raises(SourceError, match="incomplete"):
        try_file(catalog, file)
    with pytest.raises(SourceError, match="this is no readable Excel workbook"):
        try_file(catalog, published, "gv-isys")
    with pytest.raises(KeyError, match="there is no dataset"):
        try_file(catalog, published, "12411")
