"""The published files through the command line, with national figures that everybody can look up."""

from __future__ import annotations

import duckdb
import pytest

from .conftest import PRODUCTS, Ended, Place

pytestmark = [pytest.mark.end_to_end, pytest.mark.real_files]


def figures(place: Place, product: str, where: str) -> list[float]:
    """Values of a product's current release."""
    file = place.root / "releases" / product / "current" / f"{product}.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(f"select value from read_parquet(?) where {where}", [str(file)]).fetchall()
    return [row[0] for row in rows]


def test_published_files_end_in_releases(real_place: Place, real_run: Ended) -> None:
    assert real_run.code in (0, 3), real_run.said
    assert set(real_place.current()) == set(PRODUCTS) - {"outcome"}, "invented goals stay with the sample"
    assert "outcome: no rows, until goals are agreed: nothing is released" in real_run.said


@pytest.mark.parametrize(
    ("product", "where", "value"),
    [
        (
            "population",
            "measure_code = 'persons' and sex_code = '_T' and age_group_code = '_T' "
            "and nationality_code = '_T' and reference_date = date '2015-12-31'",
            82_175_684,
        ),
        (
            "population",
            "measure_code = 'persons' and sex_code = 'M' and age_group_code = '_T' "
            "and nationality_code = '_T' and reference_date = date '2015-12-31'",
            40_514_123,
        ),
        (
            "childcare",
            "measure_code = 'children' and childcare_type_code = 'CENTRE' and age_group_code = 'Y_LT3' "
            "and reference_date = date '2016-03-01'",
            614_600,
        ),
        (
            "social_benefits",
            "measure_code = 'persons' and benefit_code = 'MINDESTSICHERUNG' and sex_code = '_T' "
            "and age_group_code = '_T' and nationality_code = '_T' and setting_code = '_T' "
            "and reference_date = date '2015-12-31'",
            7_986_994,
        ),
        (
            "education",
            "measure_code = 'leavers' and qualification_code = '_T' and sex_code = '_T' "
            "and year(reference_date) = 2015",
            846_423,
        ),
        (
            "education",
            "measure_code = 'leavers' and qualification_code = 'WITHOUT_HSA' and sex_code = '_T' "
            "and year(reference_date) = 2015",
            47_435,
        ),
    ],
)
def test_national_figures(real_place: Place, real_run: Ended, product: str, where: str, value: int) -> None:
    assert figures(real_place, product, f"area_code = 'DG' and {where}") == [value]
