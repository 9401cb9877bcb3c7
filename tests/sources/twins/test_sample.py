"""The embedded sample: the same bytes every time, recognised by name, read by the readers, and true."""

from __future__ import annotations

import fnmatch
import time
from pathlib import Path

import pytest

from sources.declared.catalogue import Catalog
from sources.readers.reading import Reading, reader_of
from sources.twins.sample import extract, write_sample
from sources.twins.sample.writing import HERE, INVENTED

TABLES = extract.TIMES | extract.MUNICIPAL
EXPECTED = {
    *TABLES,
    *("gisd-kreise", "gemeinden-flats-2021-derivative", "vg250-gem-simplified", "zensus2022-bevoelkerung"),
    *("gv-isys", "regionalschluessel-xoev", "vg2500-krs", "ewr-lor2021", "lor-population-derivative"),
    *("lor2021-planungsraeume", "lor2021-bezirksregionen", "lor2021-prognoseraeume", "lor2021-bezirke"),
}


@pytest.fixture(scope="module")
def sample(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    """Every dataset of the sample, read back, found by its file name alone."""
    paths = write_sample(tmp_path_factory.mktemp("sample"), catalog)
    readings = {}
    for dataset_id, declaration in catalog.items():
        fitting = [
            path for path in paths if any(fnmatch.fnmatch(path.name, p) for p in declaration.file_patterns)
        ]
        if fitting:
            readings[dataset_id] = reader_of(declaration).read(catalog, declaration, fitting[0])
    return readings


def value(reading: Reading, **wanted: str) -> str:
    (cell,) = [
        cell for cell in reading.table.to_pylist() if all(cell[name] == text for name, text in wanted.items())
    ]
    text: str = cell["value_text"]
    return text


def test_same_bytes_every_time_and_quick(catalog: Catalog, tmp_path: Path) -> None:
    started = time.monotonic()
    first = write_sample(tmp_path / "first", catalog)
    second = write_sample(tmp_path / "second", catalog)
    assert time.monotonic() - started < 20
    assert [path.name for path in first] == [path.name for path in second]
    assert all(one.read_bytes() == two.read_bytes() for one, two in zip(first, second, strict=True))


def test_holds_every_dataset_of_the_main_job(sample: dict[str, Reading]) -> None:
    assert set(sample) == EXPECTED


def test_national_figures(sample: dict[str, Reading]) -> None:
    population = sample["12411-01-01-4"]
    assert value(population, area_code="DG", time_text="31.12.2015", sex="_T") == "82175684"
    assert value(population, area_code="DG", time_text="31.12.2015", sex="M") == "40514123"
    childcare = {"area_code": "DG", "time_text": "01.03.2016", "measure": "children", "age_group": "Y_LT3"}
    assert value(sample["22543-01-02-4"], childcare_type="CENTRE", **childcare) == "614600"
    benefits = {"area_code": "DG", "time_text": "31.12.2015", "benefit": "MINDESTSICHERUNG"}
    assert value(sample["22811-01-01-4"], **benefits) == "7986994"
    leavers = {"area_code": "DG", "time_text": "2015", "sex": "_T"}
    assert value(sample["21111-02-06-4"], qualification="_T", **leavers) == "846423"
    assert value(sample["21111-02-06-4"], qualification="WITHOUT_HSA", **leavers) == "47435"


def test_says_what_it_is(sample: dict[str, Reading]) -> None:
    assert all("Beispieldaten" in (sample[name].notes or "") for name in TABLES)
    assert set(sample["vg2500-krs"].table["bem"].to_pylist()) == {INVENTED}
    assert sample["vg2500-krs"].table.num_rows == 15
    assert (HERE / "ATTRIBUTION.md").read_text(encoding="utf-8").count("©") >= 3


def test_the_town_has_areas_at_every_level_of_its_figures(sample: dict[str, Reading]) -> None:
    residents = sample["ewr-lor2021"].table.to_pylist()
    areas = {record["plr_id"] for record in sample["lor2021-planungsraeume"].table.to_pylist()}
    assert {cell["area_code"] for cell in residents} == areas
    assert {record["id"] for record in sample["lor-population-derivative"].table.to_pylist()} == areas
    for dataset_id, digits in (
        *(("lor2021-bezirksregionen", 6), ("lor2021-prognoseraeume", 4), ("lor2021-bezirke", 2)),
    ):
        codes = {record["id"] for record in sample[dataset_id].table.to_pylist()}
        assert codes == {area[:digits] for area in areas}
    wanted = {"area_code": "08100101", "measure": "registered_persons", "sex": "_T", "age_group": "_T"}
    assert value(sample["ewr-lor2021"], **wanted) == "4671"


def test_keeps_the_publishers_time_stamp(sample: dict[str, Reading]) -> None:
    assert f"{sample['12411-02-03-4'].published_at}" == "2017-10-10 19:19:45"


def test_stays_small() -> None:
    assert sum(path.stat().st_size for path in HERE.glob("*.csv")) < 600_000


@pytest.mark.real_files
def test_every_figure_is_the_published_one(catalog: Catalog, shared_data: Path, more: Path) -> None:
    for name, text in extract.extract(catalog, shared_data, more).items():
        assert (HERE / name).read_text(encoding="utf-8") == text, f"{name} differs; run extract.py again"
