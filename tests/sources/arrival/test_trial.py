"""A file is read without landing, and shows what it would become."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.arrival.landing import Landing
from sources.arrival.trial import SHOWN, try_file
from sources.declared.catalogue import Catalog
from sources.errors import SourceError

pytestmark = pytest.mark.real_files


@pytest.fixture
def landing(catalog: Catalog, tmp_path: Path) -> Landing:
    """A data root in which nothing landed."""
    return Landing(tmp_path / "data", catalog)


def test_ten_cells_with_the_places_they_stand_at(landing: Landing, shared_data: Path) -> None:
    file = shared_data / "01-genesis-regio/population/12411-01-01-4_00/12411-01-01-4_00.csv"
    trial = try_file(landing, file)
    assert (trial.dataset_id, trial.rows, len(trial.shown)) == ("12411-01-01-4", 33138, SHOWN)
    place, texts = trial.shown[0]
    row = dict(zip(trial.columns, texts, strict=True))
    line, column = (int(part.split()[1]) for part in place.split(", "))
    fields = file.read_text(encoding="utf-8").splitlines()[line - 1].split(";")
    assert (fields[0], fields[column - 1]) == (row["area_code"], row["value_text"])


def test_what_is_wrong_is_said_as_when_it_lands(landing: Landing, shared_data: Path, tmp_path: Path) -> None:
    published = shared_data / "01-genesis-regio/population/12411-01-01-4_00/12411-01-01-4_00.csv"
    file = tmp_path / published.name
    file.write_bytes(published.read_bytes()[:5000])
    with pytest.raises(SourceError, match="incomplete"):
        try_file(landing, file)
    with pytest.raises(SourceError, match="this is no readable Excel workbook"):
        try_file(landing, published, "gv-isys")
    with pytest.raises(KeyError, match="there is no dataset"):
        try_file(landing, published, "12411")


def test_an_impossible_cell_is_named_and_nothing_is_written(
    landing: Landing, shared_data: Path, tmp_path: Path
) -> None:
    published = shared_data / "01-genesis-regio/population/12411-01-01-4_00/12411-01-01-4_00.csv"
    file = tmp_path / published.name
    lines = published.read_bytes().split(b"\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"01001;"))
    fields = lines[at].split(b";")
    lines[at] = b";".join([*fields[:2], b"-56", *fields[3:]])
    file.write_bytes(b"\n".join(lines))
    trial = try_file(landing, file)
    assert trial.rows == 33138
    ((place, printed, text, reason),) = trial.corrected
    assert (place, printed, text) == (f"line {at + 1}, column 3", "-56", "")
    assert "below zero" in reason
    assert not landing.root.exists()


def test_a_form_is_judged_by_the_areas_that_landed_and_in_the_words_of_its_office(
    landing: Landing, shared_cases: Path, tmp_path: Path
) -> None:
    names = shared_cases / "H5_names_against_keys" / "sgb2-kleinraeumig.csv"
    assert try_file(landing, names).rows > 0, "nobody knows the areas yet"
    landing.prepare()
    division = shared_cases / "H5_names_against_keys" / "gebietsgliederung.xlsx"
    assert landing.land(landing.catalog["gebietsgliederung"], [division], origin="drop").status == "landed"
    before = sorted(landing.root.rglob("*"))
    for file, code in (
        (names, "key_against_name"),
        (shared_cases / "H7_sum_row_in_form" / "sgb2-kleinraeumig.xlsx", "area_of_parts"),
    ):
        with pytest.raises(SourceError) as caught:
            try_file(landing, file)
        assert caught.value.code == code
        assert "publisher" not in caught.value.remedy
    assert sorted(landing.root.rglob("*")) == before
