"""Persons seeking protection (12531-0043), summed over citizenships, from a recorded delivery.

Official: about 3.3 million on 31 December 2024 (Statistisches Bundesamt, press release of 2025). Every figure
of the table is rounded to a multiple of 5, and figures below 3 are not there: the sum is somewhat below.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pytest

from sources.arrival.landing import Landing
from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from tests.dbt.compiled import model

TABLE = "12531-0043"
pytestmark = pytest.mark.real_files


@pytest.fixture(scope="module")
def staged(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The staged rows of the recorded table."""
    folder = tmp_path_factory.mktemp("protection")
    recorded = shared_data / "09-api-samples" / "pystatis-recorded-http" / "2026-03" / TABLE
    with zipfile.ZipFile(recorded / "step4_resultfile_ffcsv.response.zip") as opened:
        (name,) = opened.namelist()
        file = Path(opened.extract(name, folder))
    catalog = load_catalog()
    landing = Landing(folder / "data", catalog)
    landing.prepare()
    write_catalogue_tables(catalog, landing.folder)
    outcome = landing.land(catalog[TABLE], [file], origin="folder")
    assert outcome.status == "landed", outcome
    connection = duckdb.connect()
    for table in ("ledger", "datasets", "missing_symbols", "rounding", "area_aliases"):
        connection.execute(f"create view {table} as from '{landing.folder}/{table}.parquet'")
    (cells,) = (landing.folder / "destatis" / TABLE).glob("snapshot=2*/cells.parquet")
    connection.execute(f"""create view "{TABLE}" as from '{cells}'""")
    connection.execute(f"create table staged as {model('stg_destatis__12531_0043')}")
    return connection


def test_the_whole_is_the_published_one_but_for_rounding(staged: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        staged.execute(
            "select area_code, value from staged where protection_status = '_T' and sex = '_T'"
            " and area_code in ('DG', '01', '10')"
        ).fetchall()
    )
    assert found["DG"] == 3_278_005
    assert 3_300_000 * 0.985 < found["DG"] < 3_300_000
    assert set(found) == {"DG", "01", "10"}


def test_areas_statuses_and_sexes_add_up(staged: duckdb.DuckDBPyConnection) -> None:
    """Kreise whose office answers for a second one have no figure, and their Land has them."""
    levels = staged.execute(
        "select count(*) filter (length(area_code) = 2 and area_code <> 'DG'),"
        " sum(value) filter (length(area_code) = 2 and area_code <> 'DG'),"
        " max(value) filter (area_code = 'DG'), count(*) filter (length(area_code) = 5),"
        " count(*) filter (length(area_code) = 5 and value is null)"
        " from staged where protection_status = '_T' and sex = '_T'"
    ).fetchone()
    assert levels == (16, 3_278_005, 3_278_005, 392, 2)
    gaps = staged.execute(
        "select count(*) from (select area_code, sum(value) filter (sex <> '_T') as parts,"
        " max(value) filter (sex = '_T') as whole from staged where protection_status = '_T' group by 1)"
        " where parts <> whole"
    ).fetchone()
    assert gaps == (0,)
    keys = staged.execute(
        "select count(*) - count(distinct (area_code, protection_status, sex)) from staged"
    ).fetchone()
    assert keys == (0,)
