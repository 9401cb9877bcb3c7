"""A town's figures are of areas in its own list, once that list has landed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.arrival.landing import Landing
from sources.arrival.outcome import Outcome
from sources.declared.catalogue import Catalog
from sources.declared.file_formats import FormFile
from sources.forms import blank
from sources.twins.musterstadt import write_musterstadt

HZE = "hilfen-zur-erziehung"
NEW, OLD, NOBODY = "990010000206", "990010000203", "990010000999"


@pytest.fixture(scope="module")
def published(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musterstadt")
    write_musterstadt(folder, catalog=catalog)
    return folder


@pytest.fixture
def landing(catalog: Catalog, published: Path, tmp_path: Path) -> Landing:
    """A landing that knows the town's areas."""
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    areas = catalog["gebietsgliederung"]
    assert landing.land(areas, [published / "gebietsgliederung.xlsx"], origin="drop").status == "landed"
    return landing


def hand_in(landing: Landing, folder: Path, year: int, area: str, *, cases: bool) -> Outcome:
    counts = [str(year), area, "Irgendwo", "§ 33 Vollzeitpflege", "3 bis unter 6 Jahre", "weiblich", *"1001"]
    case = ["PS-1", str(year), area, "§ 33 Vollzeitpflege", "4", "weiblich", "ja", "nein", "nein", "ja"]
    file = folder / f"{HZE}.csv"
    declaration = landing.catalog[HZE]
    file.write_bytes(blank.csv_text(landing.catalog, declaration, [case if cases else counts], cases=cases))
    return landing.land(declaration, [file], origin="drop")


@pytest.mark.parametrize("cases", [False, True])
@pytest.mark.parametrize(
    ("year", "area", "words"),
    [
        (2025, NEW, None),
        (2024, NEW, None),  # carried back, as offices do
        (2024, OLD, None),
        (2025, OLD, "did not exist any more"),
        (2025, NOBODY, "is not in the town's list of areas"),
    ],
)
def test_a_figure_is_of_an_area_of_the_town(
    landing: Landing, tmp_path: Path, year: int, area: str, words: str | None, cases: bool
) -> None:
    outcome = hand_in(landing, tmp_path, year, area, cases=cases)
    assert (outcome.error is None) == (words is None), outcome.error
    if words and outcome.error:
        assert words in outcome.error.sentence_en
        assert outcome.error.line == 2
        assert outcome.error.code == "case_rows", "a form that may hold cases quotes nothing"
        assert area not in outcome.error.sentence_en


def test_other_forms_quote_the_code(landing: Landing, tmp_path: Path) -> None:
    file = tmp_path / "kita-plaetze.csv"
    line = ["01.03.2025", NOBODY, "Irgendwo", "Tageseinrichtung", "unter 3 Jahre"]
    declaration = landing.catalog["kita-plaetze"]
    assert isinstance(declaration.format, FormFile)
    line += ["."] * len(declaration.format.values)
    file.write_bytes(blank.csv_text(landing.catalog, declaration, [line]))
    error = landing.land(declaration, [file], origin="drop").error
    assert error is not None
    assert f"Gebietsschlüssel '{NOBODY}' (Irgendwo) steht nicht in der Gebietsgliederung" in error.sentence_de


def test_without_the_list_nothing_is_known_of_areas(catalog: Catalog, tmp_path: Path) -> None:
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    assert hand_in(landing, tmp_path, 2025, NOBODY, cases=False).status == "landed"
