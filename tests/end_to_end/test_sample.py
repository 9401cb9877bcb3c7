"""The whole main job on the embedded sample, through the command line, in the order a person would see it.

The tests of this module share one data root and build on each other: a whole run costs much more than a look.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest
from pypdf import PdfReader
from rdflib import DCAT, RDF, Graph

from exports.atlas.packing import read_record
from exports.dcat import write_catalogue
from exports.outlines import POINTS, attributions_in, layer_name
from exports.pictures.profile import load_choice
from orchestration import dbt_process
from orchestration.project import Project
from orchestration.resources import Settings
from sources.foundation.exits import USAGE
from tests import pdf_tags
from tests.benchmarks.gate_power import Ground, facts, outcomes
from tests.exports.in_qgis import opened
from tests.exports.push.kommonitor_server import CLIENT, OWNER, SECRET, StandIn, read_interface
from tests.exports.test_dcat import OFFICE, broken
from tests.indicators.both_languages import forgotten_words

from . import labels, sums
from .conftest import NOT_OF_SAMPLE, OF_SAMPLE, ROOT, Ended, Place

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def first(place: Place) -> Ended:
    """The first run of the sample."""
    return place.planstat("run")


def test_the_sample_runs_through_to_releases(place: Place, first: Ended) -> None:
    assert first.code == 0, first.said
    assert set(place.current()) == set(OF_SAMPLE)
    for product, version in place.current().items():
        assert re.fullmatch(r"\d{4}-\d\d-\d\d\.1", version)
        assert f"{product}/{version} released" in first.said
        folder = place.root / "releases" / product / "current"
        held = {entry.name for entry in folder.iterdir()}
        assert {f"{product}.parquet", "datapackage.json", "receipt.json", "gate_report.html"} <= held
    assert "0 failed" in first.said
    assert str(place.root / "releases") in first.said, "it says where the release lies"
    assert "Traceback" not in first.said


def test_a_fresh_root_is_private_and_releases_are_for_everybody_who_gets_there(
    place: Place, first: Ended
) -> None:
    """The runs here have the loosest umask."""
    assert stat.S_IMODE(place.root.stat().st_mode) == 0o700
    assert "can look into the data root" not in first.said
    releases = place.root / "releases"
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in [releases, *releases.rglob("*")]}
    for path, mode in modes.items():
        if path.is_symlink() or path.name == ".lock":
            continue
        assert mode & 0o022 == 0, f"{path} can be written by others"
        assert mode & 0o444 == 0o444, f"{path} cannot be read by everybody"
    place.root.chmod(0o755)
    said = place.planstat("status").said
    place.root.chmod(0o700)
    assert "every user of this machine can look into the data root" in said


def test_without_a_test_on_the_past_nothing_but_the_figure_of_today_is_shown(
    place: Place, first: Ended
) -> None:
    """The sample knows one year of ages: no projection can have proved itself."""
    with (place.root / "releases" / "projection" / "current" / "projection.csv").open(
        encoding="utf-8"
    ) as lines:
        rows = list(csv.DictReader(lines))
    ahead = [row for row in rows if row["horizon_years"] != "0"]
    assert len(ahead) == 15 * (len(rows) - len(ahead)) > 0
    assert {row["projection_method"] for row in ahead} == {"as_today"}
    assert {row["value"] == row["base_value"] for row in ahead} == {True}
    assert {row["projection_lower"] + row["projection_upper"] for row in ahead} == {""}
    told = place.planstat("projection", "show", "Kiel", "--lang", "de")
    assert (told.code, "wie heute" in told.said) == (0, True)
    assert place.planstat("explain", "projection", "Kiel", "2020").said.count("2020-12-31") >= 5
    untested = place.planstat("projection", "backtest", "--lang", "de")
    assert (untested.code, "nichts, woran" in untested.said) == (2, True)


def test_naive_sums_are_the_published_totals(place: Place, first: Ended) -> None:
    warehouse = place.root / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        kreise = connection.execute(
            "select reference_date::varchar, sum(value) from mart_population where area_level = 'KREIS' "
            "and not is_backcast and measure_code = 'persons' and sex_code = '_T' and age_group_code = '_T' "
            "and nationality_code = '_T' group by 1"
        ).fetchall()
    assert sums.naive(warehouse, "population") == dict(kreise)
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as connection:
        released = connection.execute(
            "select reference_date::varchar, sum(value) from sums.population group by 1"
        ).fetchall()
    assert dict(released) == dict(kreise)
    compared = 0
    for relation in sums.SUMS:
        found, wrong = sums.wrong_marginals(warehouse, relation)
        assert wrong == [], relation
        compared += found
    assert compared > 1000


def test_every_product_view_of_sums_and_map_of_the_sample_has_rows(place: Place, first: Ended) -> None:
    """But for those that are named with their reason."""
    assert all(reason.strip() for reason in NOT_OF_SAMPLE.values())
    waiting = re.search(r"wait for first rows +([^\n]*(?:\n {10,}[^\n]*)*)", first.said)
    assert waiting is not None
    assert set(NOT_OF_SAMPLE) <= set(re.split(r"[,\s]+", waiting[1].strip()))
    maps, empty = 0, []
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as released:
        relations = released.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema in ('main', 'sums')"
        ).fetchall()
        assert {name for schema, name in relations if schema == "main"} >= set(OF_SAMPLE)
        assert len(relations) > len(OF_SAMPLE) + 5
        for schema, name in relations:
            if released.execute(f'select count(*) from "{schema}"."{name}"').fetchone() == (0,):
                empty.append(f"{schema}.{name}")
    for product in OF_SAMPLE:
        drawn = place.root / "releases" / product / "current" / f"{product}.gpkg"
        if drawn.exists():
            with sqlite3.connect(drawn) as layers:
                names = layers.execute("select table_name from gpkg_contents where data_type = 'features'")
                for (layer,) in names.fetchall():
                    maps += 1
                    if layers.execute(f'select count(*) from "{layer}"').fetchone() == (0,):
                        empty.append(f"{product}: {layer}")
    assert maps > 20
    assert empty == []


def test_the_sample_has_several_years_gemeinden_and_a_town_with_small_areas(
    place: Place, first: Ended
) -> None:
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as released:

        def counted(table: str, where: str) -> tuple[int, int]:
            (found,) = released.execute(
                f"select count(distinct area_code), count(distinct reference_date) from {table} where {where}"
            ).fetchall()
            return found

        assert counted("population", "area_level = 'KREIS' and measure_code = 'persons'") == (15, 8)
        assert counted("population", "area_level = 'PLANUNGSRAUM' and value is not null") == (46, 3)
        of_kreis = "area_level = 'GEMEINDE' and starts_with(area_code, '01056') and value is not null"
        for measure, dates in (("persons", 3), ("arrivals", 1), ("residential_buildings", 1)):
            assert counted("municipalities", f"{of_kreis} and measure_code = '{measure}'") == (49, dates)
        assert counted("indicators", f"{of_kreis} and indicator_id = 'D05-u3'") == (49, 1)
        neukoelln = released.execute(
            "select parent_area_code, parent_area_name from areas where area_code = '0810'"
        ).fetchall()
        assert neukoelln == [("11008008", "Neukölln")]


@pytest.mark.parametrize(
    ("fact", "mart", "dimensions"),
    [
        ("population", "population", ("sex_code", "age_group_code", "nationality_code")),
        ("migration", "migration", ("sex_code", "age_group_code", "nationality_code")),
        ("dwelling", "housing", ("building_size_code", "dwelling_size_code")),
    ],
)
def test_every_figure_of_a_fact_with_gemeinden_is_published(
    place: Place, first: Ended, fact: str, mart: str, dimensions: tuple[str, ...]
) -> None:
    """In the product of Gemeinden or in the other one; in both only what no table of Gemeinden prints."""
    key = ", ".join(("area_key", "period_key", "measure_code", *dimensions))
    with duckdb.connect(str(place.root / "warehouse.duckdb"), read_only=True) as warehouse:

        def rows(sql: str) -> int:
            (found,) = warehouse.execute(f"select count(*) from ({sql})").fetchone() or (0,)
            return int(found)

        known = f"from fct_{fact} where is_preferred and missing_reason <> 'area_not_existing'"
        apart = f"from mart_municipality where subject = '{fact}'"
        assert rows(f"select {key} {apart}") > 40
        assert (
            rows(f"select {key} {known} except (select {key} from mart_{mart} union select {key} {apart})")
            == 0
        )
        assert rows(f"select {key} {apart} except select {key} {known}") == 0
        twice = f"select {key}, dataset_id from mart_{mart} intersect select {key}, dataset_id {apart}"
        assert rows(f"select * from ({twice}) where not starts_with(dataset_id, 'zensus2022')") == 0


def test_the_star_says_what_the_releases_say_and_is_made_once(
    place: Place, first: Ended, tmp_path: Path
) -> None:
    """In a copy of the releases, since others count what is published."""
    for name in ("releases", "releases.history.jsonl"):
        subprocess.run(["cp", "-a", str(place.root / name), str(tmp_path)], check=True)
    apart = replace(place, root=tmp_path)
    told = apart.planstat("releases", "star", "--lang", "de")
    assert told.code == 0, told.said
    star = tmp_path / "releases" / "star" / "current"
    facts = {path.stem.removeprefix("fact_") for path in star.glob("fact_*.parquet")}
    assert len(facts) >= 20
    assert {"indicators", "population", "need_school", "projection"} <= facts <= set(OF_SAMPLE)
    checks = json.loads((star / "receipt.json").read_text(encoding="utf-8"))["verdict"]["checks"]
    assert {check["id"] for check in checks} >= {f"star.same.fact_{name}" for name in facts}
    with duckdb.connect() as connection:
        indicators = connection.execute(
            "select count(*), count(question_de), count(display_folder_de) "
            f"from '{star}/dim_indicator.parquet'"
        ).fetchone()
    assert indicators is not None
    assert indicators[0] == indicators[1] == indicators[2] > 50, "every indicator has its question and folder"
    assert "unverändert" in apart.planstat("releases", "star", "--lang", "de").said
    write_catalogue(tmp_path / "releases", OFFICE)
    catalogue = Graph().parse(tmp_path / "releases" / "catalog.ttl")
    offered = {str(one).rsplit("/", 1)[-1] for one in catalogue.subjects(RDF.type, DCAT.Dataset)}
    assert {f"{name}#dataset" for name in (*facts, "areas", "municipalities", "star")} <= offered
    assert broken(catalogue) == [], "of DCAT-AP.de, over all products and the star"
    assert apart.planstat("releases", "verify", "--all").code == 0


def test_the_atlas_says_what_the_release_says_and_is_made_once(
    place: Place, first: Ended, tmp_path: Path
) -> None:
    for name in ("releases", "releases.history.jsonl"):
        subprocess.run(["cp", "-a", str(place.root / name), str(tmp_path)], check=True)
    apart = replace(place, root=tmp_path)
    told = apart.planstat("releases", "atlas", "--lang", "de")
    assert told.code == 0, told.said
    atlas = tmp_path / "releases" / "atlas" / "current"
    assert str(atlas.resolve() / "index.html") in told.said.replace("\n", "")
    receipt = json.loads((atlas / "receipt.json").read_text(encoding="utf-8"))
    assert {check["outcome"] for check in receipt["verdict"]["checks"]} == {"passed"}
    tables = {"need_childcare", "social_index", "outcome"}
    assert receipt["compiled_from"].keys() == {
        *("areas", "indicators", "peer_ring", "structural_peers"), *tables,
    }  # fmt: skip
    said = read_record(atlas, "atlas")
    assert {table["product"] for table in said["tables"]} == tables
    assert {layer["level"] for layer in said["layers"]} >= {"LAND", "KREIS", "GEMEINDE", "PLANUNGSRAUM"}
    assert len(said["indicators"]) > 50
    assert all(one["definition"] and one["datasets"] for one in said["indicators"])
    assert said["rings"]
    assert said["breaks"]
    assert "unverändert" in apart.planstat("releases", "atlas", "--lang", "de").said
    page = (tmp_path / "releases" / "index.html").read_text(encoding="utf-8")
    assert f'href="atlas/{atlas.resolve().name}/index.html"' in page


def test_a_part_of_an_edition_becomes_a_csv_that_no_edition_holds(
    place: Place, first: Ended, tmp_path: Path
) -> None:
    edition = place.root / "releases" / "municipalities" / "current"
    assert sorted(path.name for path in edition.glob("municipalities*")) == [
        "municipalities.gpkg",
        "municipalities.parquet",
    ]
    assert "planstat releases export municipalities" in (edition / "README.md").read_text(encoding="utf-8")
    target = tmp_path / "wedel.csv"
    asked = ("releases", "export", "municipalities", "--format", "csv", "--out", str(target))
    told = place.planstat(*asked, "--area", "010560050050")
    assert told.code == 0, told.said
    with target.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["area_name"] for row in rows} == {"Wedel, Stadt"}
    assert f"{len(rows)} rows" in told.said
    nowhere = place.planstat(*asked, "--area", "99")
    assert (nowhere.code, "no row of the edition lies in 99" in nowhere.said) == (2, True)
    assert "Traceback" not in nowhere.said


def test_a_map_of_an_indicator_opens_coloured(place: Place, first: Ended, tmp_path: Path) -> None:
    """From the command to the layer in QGIS, as docs/karten.md leads; numbers are those of the Parquet."""
    target = tmp_path / "p07.gpkg"
    asked = ("releases", "export", "indicators", "--indicator", "P07", "--level", "KREIS", "--area", "01")
    told = place.planstat(*asked, "--format", "gpkg", "--out", str(target), "--lang", "de")
    assert told.code == 0, told.said
    assert "Kreise, Gebietsstand 31.12.2022." in told.said
    edition = place.root / "releases" / "indicators" / "current" / "indicators.parquet"
    released = duckdb.sql(
        f"select area_code, round(value, 1) from '{edition}' where indicator_id = 'P07' and "
        "area_level = 'KREIS' and starts_with(area_code, '01') "
        "qualify reference_date = max(reference_date) over ()"
    ).fetchall()
    with sqlite3.connect(target) as layer:
        assert layer.execute("select area_code, p07 from kreise_2022 order by 1").fetchall() == sorted(
            released
        )
        described = "select description from gpkg_contents where table_name = 'kreise_2022'"
        assert "© GeoBasis-DE / BKG" in layer.execute(described).fetchone()[0]
    shown = opened(f"{target}|layername=kreise_2022", tmp_path / "p07.png")
    assert shown["heading"].startswith("Mindestsicherungsquote, %, ")
    assert set(shown["drawn"]) == {code for code, _ in released}
    assert not [code for code, labels in shown["drawn"].items() if len(labels) != 1]


def test_every_product_with_outlines_names_whose_they_are(place: Place, first: Ended) -> None:
    """In each layer of each GeoPackage, and among the sources of its edition."""
    layers = 0
    for file in sorted((place.root / "releases").glob("*/current/*.gpkg")):
        package = json.loads((file.parent / "datapackage.json").read_text(encoding="utf-8"))
        sources = {one["attribution"] for one in package["planstat"]["datasets"]}
        with sqlite3.connect(file) as database:
            told = database.execute(
                "select table_name, identifier, description from gpkg_contents where data_type = 'features'"
            ).fetchall()
        for name, title, said in told:
            if name.startswith(layer_name(POINTS, "")):
                continue
            assert said.startswith(f"{title}. Umrisse: "), (file.name, name)
            named = [one.rpartition(" (")[0] for one in attributions_in(said)]
            assert set(named) <= sources, (file.name, name)
            layers += 1
    assert layers > 20


def test_the_workbook_to_read_holds_every_number_of_an_area(
    place: Place, first: Ended, tmp_path: Path
) -> None:
    """Kiel: one cell for the newest number of each indicator and year, as the edition has it."""
    target = tmp_path / "kiel.xlsx"
    asked = ("releases", "workbook", "01002", "--ring", "sh-kreisfreie-staedte", "--out", str(target))
    said = place.planstat(*asked, "--lang", "de")
    assert said.code == 0, said.said
    file = place.root / "releases" / "indicators" / "current" / "indicators.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select indicator_name_de, year(reference_date), max_by(value, reference_date) "
            "from read_parquet(?) where area_code = '01002' and not is_backcast group by all having "
            "max_by(value, reference_date) is not null",
            [str(file)],
        ).fetchall()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")
        book = openpyxl.load_workbook(target)
    found: dict[tuple[str, int], float] = {}
    for sheet in [one for one in book.worksheets if one.sheet_state == "visible"][1:-2]:
        years = {cell.column: cell.value for cell in sheet[2] if isinstance(cell.value, int)}
        for line in sheet.iter_rows(min_row=3):
            for cell in line:
                if cell.column in years and isinstance(cell.value, int | float):
                    found[str(line[0].value), years[cell.column]] = cell.value
    # a workbook holds 16 digits
    assert found == pytest.approx({(name, year): value for name, year, value in rows}, rel=1e-15)
    assert len(found) > 100
    assert f"{len({name for name, _ in found})} Kennzahlen" in said.said
    several = place.planstat("releases", "workbook", "01002", "--out", str(target))
    assert (several.code, "is in several rings" in several.said) == (2, True)


def test_pictures_and_profile_show_the_numbers_of_the_edition(
    place: Place, first: Ended, tmp_path: Path
) -> None:
    """Every figure of a chart, a map and a profile is in the Parquet, and all that belong there are shown."""
    file = place.root / "releases" / "indicators" / "current" / "indicators.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area_code, area_name, reference_date, indicator_name_de, indicator_id, decimals, value "
            "from read_parquet(?) where area_level in ('KREIS', 'LAND') and not is_backcast "
            "and value is not null",
            [str(file)],
        ).fetchall()

    def shown(value: float, decimals: int) -> str:
        return f"{value:,.{decimals}f}".translate(str.maketrans(",.-", ".,−"))

    drawn = {name: tmp_path / name for name in ("chart.svg", "chart.png", "map.svg", "map.png", "kiel.pdf")}
    for name, *asked in (
        ("chart.svg", "chart", "P07", "--area", "Kiel", "--area", "Kreis Plön"),
        ("chart.png", "chart", "P07", "--area", "Kiel", "--ring", "sh-kreisfreie-staedte"),
        ("map.svg", "map", "P07", "--period", "2015", "--within", "Schleswig-Holstein"),
        ("map.png", "map", "P07", "--period", "2015"),
        ("kiel.pdf", "profile", "Kiel", "--ring", "sh-kreisfreie-staedte"),
    ):
        done = place.planstat(*asked, "--out", str(drawn[name]), "--lang", "de")
        assert (done.code, drawn[name].is_file()) == (0, True), done.said
    chart, outlines = (drawn[name].read_text(encoding="utf-8") for name in ("chart.svg", "map.svg"))
    of_chart = {
        f"{area.split(',')[0]}, {day:%d.%m.%Y}: {shown(value, decimals)}"
        for code, area, day, _, indicator, decimals, value in rows
        if indicator == "P07" and code in ("01002", "01057", "01")
    }
    assert set(re.findall(r"<title>([^<]*\d)(?: \(95|</)", chart)) == of_chart
    assert len(of_chart) == 18
    assert "Zensus 2011" in chart
    of_map = {
        f"{area}: {shown(value, decimals)}"
        for code, area, day, _, indicator, decimals, value in rows
        if indicator == "P07" and len(code) == 5 and day.year == 2015
    }
    assert set(re.findall(r"<title>([^<]*), Klasse", outlines)) == of_map
    assert len(of_map) == 15
    assert pdf_tags.problems(drawn["kiel.pdf"]) == []
    pdf = PdfReader(drawn["kiel.pdf"])
    assert len(pdf.pages) == 2
    printed = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    chosen = [name for one in load_choice() for name in one.indicators]
    newest = {
        indicator: (day, shown(value, decimals))
        for code, _, day, _, indicator, decimals, value in sorted(rows, key=lambda row: row[2])
        if code == "01002" and indicator in chosen
    }
    assert len(newest) > 20
    assert [one for one, (day, value) in newest.items() if f"{day:%d.%m.%Y} {value} " not in printed] == []
    lines = {said.split(":")[0]: said for said in pdf_tags.spoken(pdf)}
    for code, _, day, name, indicator, decimals, value in rows:
        if code == "01002" and indicator in chosen and f"Verlauf {name}" in lines:
            assert f"{day:%d.%m.%Y} {shown(value, decimals)}" in lines[f"Verlauf {name}"], (indicator, day)
    for asked in (
        ("chart", "P7", "--area", "Kiel"),
        ("chart", "P07", "--area", "Kil"),
        ("map", "P07", "--period", "1990"),
        ("map", "P07", "--period", "bald"),
    ):
        refused = place.planstat(*asked, "--out", str(tmp_path / "none.svg"))
        assert (refused.code, "Traceback" in refused.said) == (2, False), refused.said
    assert not (tmp_path / "none.svg").exists()
    nowhere = place.planstat("profile", "Atlantis", "--out", str(tmp_path / "none.pdf"), "--lang", "de")
    assert (nowhere.code, "kein Gebiet 'Atlantis'; ähnlich sind" in nowhere.said) == (2, True)
    asked = place.planstat("profile", "--all", "--out", str(tmp_path / "profile"), "--lang", "en")
    assert asked.code == USAGE
    assert "areas have figures for a profile, each a file (" in asked.said
    assert not (tmp_path / "profile").exists()
    some = place.planstat("profile", "--all", "--level", "LAND", "--out", str(tmp_path / "profile"))
    assert (some.code, [one.name for one in (tmp_path / "profile").iterdir()]) == (0, ["profil-01.pdf"])


def test_kommonitor_is_sent_what_was_released(place: Place, first: Ended, tmp_path: Path) -> None:
    """A package with every number that stands on an outline, and a server that shows the same."""
    mine = Place(tmp_path / "root", forking=place.forking)
    for product in ("indicators", "areas"):
        shutil.copytree(place.root / "releases" / product, mine.root / "releases" / product, symlinks=True)
    shutil.copy(place.root / "releases.history.jsonl", mine.root)
    made = mine.planstat("releases", "kommonitor", "--out", str(tmp_path / "package"), "--lang", "de")
    assert made.code == 0, made.said
    sent = {
        (
            file.name.split(".")[0],
            file.name.split(".")[1],
            row["spatialReferenceKey"],
            cell["timestamp"],
        ): value
        for file in (tmp_path / "package" / "werte").glob("*.json")
        if not file.name.endswith(".mapping.json")
        for row in json.loads(file.read_text(encoding="utf-8"))["indicatorValues"]
        for cell in row["valueMapping"]
        if (value := cell["indicatorValue"]) is not None
    }
    file = mine.root / "releases" / "indicators" / "current" / "indicators.parquet"
    with duckdb.connect() as connection:
        published = {
            (name, level, code, f"{day}"): value
            for name, level, code, day, value in connection.execute(
                "select indicator_id, area_level, area_code, reference_date, round(value, decimals::int) "
                "from read_parquet(?) where not is_backcast and value is not null",
                [str(file)],
            ).fetchall()
        }
    assert sent.items() <= published.items()
    kreise = [key for key in published if key[1] == "KREIS"]
    assert sum(key in sent for key in kreise) > len(kreise) / 2
    unset = mine.planstat("push", "kommonitor", "--lang", "de")
    assert (unset.code, "office.yml hat keinen Abschnitt" in unset.said) == (2, True)
    with StandIn(read_interface()).running() as server:
        office = f"name: Amt\nkommonitor:\n  address: {server.address}\n  client_id: {CLIENT}\n"
        office += f"  token_address: {server.token_address}\n  owner_id: {OWNER}\n"
        (mine.root / "office.yml").write_text(office, encoding="utf-8")
        bare = mine.planstat("push", "kommonitor")
        assert (bare.code, "PLANSTAT_KOMMONITOR_SECRET is not set" in bare.said) == (2, True)
        secret = {"PLANSTAT_KOMMONITOR_SECRET": SECRET}
        server.all_from = (20, "cut after")
        cut = mine.planstat("push", "kommonitor", "--lang", "de", **secret)
        assert (cut.code, "antwortet nicht" in cut.said) == (1, True)
        server.all_from = None
        refused = mine.planstat("push", "kommonitor", "--dry-run", "--lang", "de")
        assert (refused.code, "D01 Bevölkerung, Deutschland" in refused.said) == (1, True)
        with (mine.root / "office.yml").open("a", encoding="utf-8") as more:
            more.write("  units: {D01: Tsd., D01-census2022: Tsd.}\n")
        whole = mine.planstat("push", "kommonitor", "--lang", "de", **secret)
        assert whole.code == 0, whole.said
        assert "KomMonitor zeigt indicators/" in whole.said
        assert server.violations == []
        shown = {(code, day): number for (code, day), number in server.numbers("P07", "Kreise").items()}
        asked = len(server.asked)
        outlines = next((mine.root / "releases" / "areas").glob("2*")) / "areas.gpkg"
        outlines.chmod(0o600)
        with outlines.open("ab") as damaged:
            damaged.write(b"x")
        broken = mine.planstat("push", "kommonitor", **secret)
        assert (broken.code != 0, len(server.asked)) == (True, asked), "other bytes than were released"
    wanted = {(key[2], key[3]): value for key, value in sent.items() if key[:2] == ("P07", "KREIS")}
    assert shown == pytest.approx(wanted, rel=1e-6)
    kept = (mine.root / "kommonitor.log.jsonl").read_text(encoding="utf-8")
    log = [json.loads(line) for line in kept.splitlines()]
    assert [(one["proved"], bool(one["refused"])) for one in log] == [(False, True), (True, False)]
    assert stat.S_IMODE((mine.root / "kommonitor.log.jsonl").stat().st_mode) == 0o600
    assert SECRET not in kept + "".join(one.said for one in (cut, refused, whole))


def test_planted_errors_are_refused_or_leave_as_implausible(place: Place, first: Ended) -> None:
    """A small `make bench-gate` with a fixed seed; over the published files: docs/plausibility.md."""
    register = place.root / "candidates" / "register.parquet"
    columns = {}
    for fact in facts():
        if fact.name not in ("population", "school_enrolment", "benefit_receipt", "childcare"):
            continue
        ground = Ground(place.root / "warehouse.duckdb", fact)
        planted = [one for one in ground.plant(20, seed=1) if one.kind == "x10"]
        cells = Counter(outcomes(ground, planted, register))
        assert cells.total() >= 15, fact.name
        assert cells["refused"] + cells["marked"] >= 0.95 * cells.total(), (fact.name, cells)
        (whole,) = (one for one in ground.plant_whole(1, seed=1, column_of=10) if one.kind == "column")
        (columns[fact.name],) = outcomes(ground, [whole], register)
    # recipients of the sample have few dates to compare with; those of the published files are refused
    assert columns.pop("benefit_receipt") in ("refused", "warned")
    assert columns == {"population": "refused", "school_enrolment": "refused", "childcare": "refused"}


def test_readers_find_their_way(place: Place, first: Ended) -> None:
    catalog = json.loads((place.root / "releases" / "catalog.json").read_text(encoding="utf-8"))
    assert set(catalog["products"]) == set(OF_SAMPLE)
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as connection:
        for product in OF_SAMPLE:
            count = connection.execute(f"select count(*) from {product}").fetchone()
            assert count is not None
            assert count[0] > 0
        columns = {row[0] for row in connection.execute("describe indicators").fetchall()}
    assert {
        *("indicator_id", "area_code", "area_level", "area_name", "reference_date"),
        *("value", "numerator", "denominator", "unit", "obs_status", "conf_status"),
    } <= columns


def test_a_readme_names_the_files_that_are_there(place: Place, first: Ended) -> None:
    for product in place.current():
        folder = place.root / "releases" / product / "current"
        named = re.findall(rf"\b{product}[\w-]*\.\w+", (folder / "README.md").read_text(encoding="utf-8"))
        assert named
        assert [name for name in named if not (folder / name).is_file()] == [], product


def test_the_second_run_builds_nothing_and_releases_nothing(place: Place, first: Ended) -> None:
    before = place.current()
    warehouse = (place.root / "warehouse.duckdb").stat().st_mtime_ns
    dbt_log = (place.root / "logs" / "dbt" / "dbt.log").stat().st_size
    second = place.planstat("run")
    assert second.code == 0, second.said
    assert place.current() == before
    assert (place.root / "warehouse.duckdb").stat().st_mtime_ns == warehouse
    assert (place.root / "logs" / "dbt" / "dbt.log").stat().st_size == dbt_log, "dbt had something to do"
    assert "no model changed: dbt has nothing to do" in place.log()
    assert re.search(r"models +unchanged", second.said)
    for product, version in before.items():
        assert f"{product}/{version} unchanged" in second.said


def test_status_says_that_nothing_would_run(place: Place, first: Ended) -> None:
    status = place.planstat("status")
    assert status.code == 0, status.said
    assert "dbt would have nothing to do" in status.said
    assert status.said.count("leave it as it is") == len(OF_SAMPLE)


@pytest.mark.parametrize(
    ("command", "key", "name"),
    [
        ("status", "products", "product"),
        ("status", "overdue", "dataset_id"),
        ("health", "findings", "subject"),
        ("sources list", "datasets", "dataset_id"),
        ("sources check tests", "files", "file"),
        ("releases list", "editions", "product"),
        ("releases show population", "datasets", "dataset_id"),
        ("releases verify", "heads", "head"),
        ("settings", "settings", "name"),
    ],
)
def test_json_says_what_the_words_say(place: Place, first: Ended, command: str, key: str, name: str) -> None:
    """Each line of the data is named in the words, and both end alike."""
    words, data = place.planstat(*command.split(), COLUMNS="400"), place.planstat(*command.split(), "--json")
    assert words.code == data.code
    found = json.loads(data.said)
    assert command.startswith(found["command"])
    assert found["shape"] == 1
    assert found[key]
    missing = [one[name] for one in found[key] if str(one[name]) not in words.said]
    assert missing == []


def test_releases_are_listed_and_shown(place: Place, first: Ended) -> None:
    listed = place.planstat("releases", "list")
    assert (listed.code, listed.said.count("*")) == (0, len(OF_SAMPLE))
    shown = place.planstat("releases", "show", "population")
    assert shown.code == 0, shown.said
    assert "population.parquet" in shown.said
    assert "12411-01-01-4" in shown.said
    assert "changes: first edition" in shown.said
    gezeigt = place.planstat("releases", "show", "population", "--lang", "de")
    assert "Änderungen: erste Ausgabe" in gezeigt.said
    assert re.search(r"Prüfung: .*\d+ bestanden", gezeigt.said)
    version = place.current()["population"]
    same = place.planstat("releases", "diff", "population", version)
    assert same.code == 0, same.said
    assert "none in the rows" in same.said
    nowhere = place.planstat("releases", "show", "population", "1999-01-01.1")
    assert nowhere.code == 2
    assert "has no release 1999-01-01.1" in nowhere.said
    assert "Traceback" not in nowhere.said


def test_indicators_say_what_they_have_or_wait_for(place: Place, first: Ended) -> None:
    told = place.planstat("indicators", COLUMNS="200")
    assert told.code == 0, told.said
    [row] = [line for line in told.said.splitlines() if line.startswith("P07 ")]
    assert re.search(r" 17 +\d+ +\d+ +\d{4} – \d{4} +fct_benefit_receipt, fct_population", row)
    [row] = [line for line in told.said.splitlines() if line.startswith("J01 ")]
    assert "hilfen-zur-erziehung" in row
    assert re.search(r"164 indicators and variants: 156 compute, 8 wait", told.said)
    unknown = place.planstat("indicators", "--field", "Sport")
    assert (unknown.code, "there are Demografie" in unknown.said) == (2, True)


def test_a_page_says_what_computes_where_and_what_waits(place: Place, first: Ended, tmp_path: Path) -> None:
    page = tmp_path / "stand.md"
    assert place.planstat("indicators", "--page", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    [row] = re.findall(r"^\| D01 \|.*$", text, re.MULTILINE)
    assert "KREIS" in row
    assert "31.12.2015" in row
    assert "## Worauf Kennzahlen warten" in text


def test_a_number_is_asked_for_and_explained(place: Place, first: Ended) -> None:
    """Flensburg, children under 3 in day care on 1 March 2016: 815 of 2,264."""
    asked = place.planstat("query", "K01", "--area", "Flensburg", "--period", "2016")
    assert asked.code == 0, asked.said
    assert re.search(r"2016-03-01\n.*\n01001 +Flensburg, .* +36\.0 +█+ +33\.6 – 38\.6", asked.said)
    again = place.planstat("query", "K01", "--area", "01001", "--as-of", "2100-01-01", "--csv")
    [row] = csv.DictReader(io.StringIO(again.said))
    assert (float(row["numerator"]), float(row["denominator"])) == (815, 2264)
    carried = place.planstat("query", "P07", "--area", "Kiel", "--gebietsstand", "2010", "--csv")
    assert carried.code == 2 if "conversion keys are not delivered" in carried.said else carried.code == 0
    receipt = place.planstat("explain", "K01", "01001", "2016")
    assert receipt.code == 0, receipt.said
    assert "2016-03-01: 36.0 %" in receipt.said
    assert re.search(
        r"numerator: 815\n  815 \[\w*[cC]hildren.*; [aA]ge group under 3 years\].* line \d+ field \d+, sha",
        receipt.said,
    )
    beleg = place.planstat("explain", "K01", "01001", "2016", LC_ALL="de_DE.UTF-8")
    assert "01.03.2016: 36,0 %" in beleg.said
    assert "Zähler: 815" in beleg.said
    wrong = place.planstat("explain", "K01", "Flensborg", "2016")
    assert (wrong.code, "near it are 01001 Flensburg" in wrong.said) == (2, True)


def test_receipts_have_no_word_of_the_other_language(place: Place, first: Ended) -> None:
    told, forgotten = forgotten_words(place.root / "warehouse.duckdb")
    assert told > 40
    assert forgotten == []


def test_every_row_is_named_as_its_own_dataset_declares(place: Place, first: Ended) -> None:
    found = labels.compare(place.root / "releases")
    assert found.rows > 10_000
    assert (found.wrong, found.without) == ([], [])


def test_a_label_of_another_table_and_a_code_without_a_label_are_found(
    place: Place, first: Ended, tmp_path: Path
) -> None:
    """The comparison itself: one row named otherwise, one code left out of the dictionary."""
    folder = tmp_path / "population" / "current"
    shutil.copytree(place.root / "releases" / "population" / "current", folder)
    german, dictionary = folder / "population_excel.csv", folder / "dictionary.csv"
    for file in (german, dictionary):
        file.chmod(0o644)
    text = german.read_text(encoding="utf-8")
    german.write_text(text.replace(";Bevölkerung;persons;", ";Kinder;persons;", 1), encoding="utf-8")
    lines = dictionary.read_text(encoding="utf-8").splitlines(keepends=True)
    dictionary.write_text("".join(line for line in lines if not line.startswith("obs_status,A,")))
    found = labels.compare(tmp_path)
    assert found.wrong == [("population", "measure_code", "persons", "Kinder", "Bevölkerung", 1)]
    assert ("population", "obs_status", "A") in found.without


def test_a_failed_expectation_keeps_the_release_before(place: Place, first: Ended, tmp_path: Path) -> None:
    """A mart that says something wrong is refused by the gate; the others are not held up."""
    before = place.current()
    project = tmp_path / "dbt_project"
    ignored = shutil.ignore_patterns("target", "logs", "__pycache__")
    shutil.copytree(ROOT / "dbt_project", project, ignore=ignored)
    mart = project / "compiled" / "models" / "marts" / "mart_childcare.sql"
    wrong = "case when area_code = 'DG' and measure_code = 'children' then value + 5000 else value end"
    mart.write_text(
        f"with what_it_was as (\n{mart.read_text(encoding='utf-8')}\n)\n"
        f"select * replace ({wrong} as value) from what_it_was\n",
        encoding="utf-8",
    )
    ended = place.planstat("run", PLANSTAT_DBT_PROJECT=str(project))
    assert ended.code == 4, ended.said
    assert "the gate refused childcare" in ended.said
    assert "to be fixed by" in ended.said
    assert "gate_report.html" in ended.said
    assert "Traceback" not in ended.said
    assert place.current() == before, "what current leads to is as before"
    assert re.search(r"models +1 built", ended.said), "only what changed was built"

    health = place.planstat("health", "--json", PLANSTAT_DBT_PROJECT=str(project))
    found = json.loads(health.said)
    assert health.code == found["exit_code"] == 4
    assert found["findings"][0]["subject"] == "childcare"
    assert found["last_run"]["end"] == "done", "a refusal is no failure"

    again = place.planstat("run", PLANSTAT_DBT_PROJECT=str(project))
    assert again.code == 4, "it is refused again, without being built again"
    assert re.search(r"models +unchanged", again.said)
    assert "the gate checks" not in again.said
    assert place.current() == before


def test_an_indicator_added_by_yaml_alone_is_everywhere(place: Place, first: Ended, tmp_path: Path) -> None:
    """One file more: in the marts, the documentation, the gate, the release and the command line."""
    from dbt_project.generated import write

    project = tmp_path / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "__pycache__"))
    known = (project / "indicators" / "B03.yml").read_text(encoding="utf-8")
    added = (
        known.replace("id: B03", "id: B99")
        .replace("AHR", "MSA")
        .replace("Abiturquote", "Mittlerer Abschluss")
    )
    (project / "indicators" / "B99.yml").write_text(added, encoding="utf-8")
    assert "docs/indicators.md" in write(tmp_path)
    assert "### B99" in (tmp_path / "docs" / "indicators.md").read_text(encoding="utf-8")

    ended = place.planstat("run", PLANSTAT_DBT_PROJECT=str(project))
    assert ended.code == 0, ended.said
    with duckdb.connect(str(place.root / "releases" / "planstat.duckdb"), read_only=True) as connection:
        for counted in (
            "count(value) from indicators where indicator_id = 'B99'",
            "count(b99) from indicators_wide",
            "2 * count(value) from area_profile where indicator_id = 'B99'",
        ):
            assert connection.execute(f"select {counted}").fetchone() == (34,), counted
    dictionary = place.root / "releases" / "indicators_wide" / "current" / "dictionary.csv"
    assert "Mittlerer Abschluss" in dictionary.read_text(encoding="utf-8")
    checks = json.loads((place.root / "releases" / "indicators" / "current" / "gate.json").read_text())[
        "checks"
    ]
    [ratio] = [check for check in checks if check["id"] == "values.ratio"]
    assert ratio["outcome"] == "passed"
    told = place.planstat(
        "indicators", "--lang", "de", "--field", "Bildung", PLANSTAT_DBT_PROJECT=str(project), COLUMNS="200"
    )
    assert re.search(r"B99 +Mittlerer Abschluss.* 17 +2 +34 ", told.said)
    asked = place.planstat("query", "B99", "--area", "01001", "--csv", PLANSTAT_DBT_PROJECT=str(project))
    assert len(re.findall(r"^B99,01001@[^,]+,01001,", asked.said, re.MULTILINE)) == 2


def test_the_german_file_has_commas_and_umlauts(place: Place, first: Ended) -> None:
    """What Excel in a German office opens: semicolons, decimal commas, a byte order mark."""
    folder = place.root / "releases" / "indicators" / "current"
    [file] = [f for f in folder.glob("*.csv") if f.read_bytes().startswith(b"\xef\xbb\xbf")]
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert len(rows[0]) > 10
    assert any("ü" in cell or "ö" in cell for row in rows for cell in row)
    assert any(re.fullmatch(r"\d+,\d+", cell) for row in rows for cell in row)


def test_the_sample_does_not_mix_with_published_files(place: Place, first: Ended, tmp_path: Path) -> None:
    """Own files after the sample, in one data root: refused before anything is touched."""
    from sources.twins.sample import write_sample

    write_sample(tmp_path / "whole")
    [one] = (tmp_path / "whole").rglob("11111-01-01-4*")
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    shutil.copy(one, delivery)
    before = place.current()
    refused = place.planstat("run", "--from", str(delivery))
    assert refused.code == 2, refused.said
    assert "holds the sample that comes with planstat" in refused.said
    assert "PLANSTAT_DATA" in refused.said
    assert place.current() == before


def test_the_pictures_of_the_readme_can_be_drawn(place: Place, first: Ended, tmp_path: Path) -> None:
    """Map and chart of the 15 Kreise, each with its source note; the screenshot needs a browser."""
    drawer = str(ROOT / "docs" / "pictures" / "draw.py")
    subprocess.run(
        [sys.executable, drawer, str(place.root), str(tmp_path)], check=True, env={**os.environ, "PATH": ""}
    )
    outlines, chart = ((tmp_path / name).read_text(encoding="utf-8") for name in ("map.svg", "chart.svg"))
    assert (outlines.count("<title>"), chart.count("Bruch 1")) == (15, 1)
    assert "Flensburg" in outlines
    assert "Zensus" in chart, "the break says what it is"
    assert "GeoBasis-DE / BKG" in outlines
    assert "dl-de/by-2-0" in chart


def test_units_of_the_warehouse(place: Place, first: Ended) -> None:
    """dbt's unit tests are about SQL and need only the columns of the tables: no run repeats them.

    Comes after everything else: dbt touches the warehouse file, and the next run would build it anew.
    """
    settings = Settings.from_environment({"PLANSTAT_DATA": str(place.root)})
    process = dbt_process.hand_over(Project(settings), ["test", "--select", "test_type:unit"])
    said = process.communicate()[0].decode()
    assert process.returncode == 0, said
    passed = re.search(r"PASS=(\d+)", said)
    assert passed is not None
    assert int(passed[1]) >= 6
