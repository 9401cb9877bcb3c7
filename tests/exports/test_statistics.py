"""Extracts for programs of statistics, read back by the libraries and programs of others.

Every figure and every hidden cell is that of the released Parquet file.
"""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import candidate, release
from exports.extract import Form, Part, extract
from exports.release import Release
from exports.statistics.labelled import SPSS_MISSING, letters
from exports.statistics.sdmx import semantic
from sources.foundation.files import sha256_of
from tests.exports.conftest import Editions
from tests.exports.small_warehouse import description_of, passing

WITHDRAW = {
    "indicators": "update mart_indicator set value = null, obs_status = 'M', conf_status = 'C', "
    "missing_reason = 'suppressed_primary' where indicator_id = 'P07' and area_code = '09162' "
    "and reference_date = date '2015-12-31'",
    "population": "update mart_population set value = null, obs_status = 'M', conf_status = 'D', "
    "missing_reason = 'suppressed_secondary' where area_code = '09162' and age_group_code = 'Y_LT3' "
    "and reference_date = date '2015-12-31'",
}
REMOVE = {
    "indicators": "delete from mart_indicator where indicator_id = 'K01-centre' and area_code = '14612'",
    "population": "delete from mart_population where area_code = '14612' and age_group_code = 'Y_GE75' "
    "and reference_date = date '2014-12-31'",
}


GERMANY = (
    "insert into mart_population select * replace ('DG' as area_code, 'DE' as area_level, "
    "'Deutschland' as area_name) from mart_population where area_code = '01001'"
)
"""pysdmx 1.21 guesses types, and takes a column of codes for numbers where all of them are digits."""


class Published:
    """Two editions of a product; in the newer one a figure was withdrawn and a row is gone."""

    def __init__(self, root: Path, warehouse: Path, product: str) -> None:
        self.product, self.root = product, root
        self.grain = description_of(product)["grain"]
        own = Path(shutil.copy(warehouse, root / "own.duckdb"))
        with duckdb.connect(str(own)) as connection:
            connection.execute(GERMANY)
        self.first = self._publish(own, None)
        with duckdb.connect(str(own)) as connection:
            connection.execute(WITHDRAW[product])
            connection.execute(REMOVE[product])
        self.second = self._publish(own, self.root / "releases" / product / "current")

    def _publish(self, warehouse: Path, previous: Path | None) -> Release:
        described = description_of(self.product)
        made = candidate.build(warehouse, self.product, described, self.root / self.product, previous)
        seen = release.look(made.path)
        release.write_receipt(made, passing(self.product), described, seen, previous=previous)
        found = release.publish(
            self.product, made, self.root / "releases", datetime(2026, 11, 22, tzinfo=UTC)
        )
        assert isinstance(found, Release)
        return found

    def extracted(self, form: Form, target: Path, part: Part | None = None) -> Path:
        extract(self.second.path, dict, form, target, part or Part())
        return target

    def rows(self, edition: Release | None = None) -> list[dict[str, Any]]:
        """The released rows in their order."""
        file = (edition or self.second).path / f"{self.product}.parquet"
        table = duckdb.read_parquet(str(file))
        return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]


@pytest.fixture(scope="module", params=["indicators", "population"])
def published(
    request: pytest.FixtureRequest, warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    return Published(tmp_path_factory.mktemp(request.param), warehouse, request.param)


def same(read: Any, released: Any) -> bool:
    """Equal, or both absent."""
    if released is None:
        return read is None or (isinstance(read, float) and math.isnan(read))
    return bool(read == released)


def key_ids(published: Published) -> dict[str, str]:
    """Columns of the key by the id of their dimension."""
    named = {"reference_date": "TIME_PERIOD"}
    columns = dict.fromkeys([*published.grain, "reference_date"])
    return {named.get(name, name.upper()): name for name in columns}


def test_pysdmx_reads_every_observation_by_the_structure_beside_it(
    published: Published, tmp_path: Path
) -> None:
    from pysdmx.io import get_datasets, read_sdmx

    file = published.extracted("sdmx-csv", tmp_path / "x.csv")
    structure = tmp_path / "x.csv.structure.xml"
    message = read_sdmx(structure, validate=True)
    (definition,) = message.get_data_structure_definitions()
    assert [one.id for one in definition.components.measures] == ["OBS_VALUE"]
    dimensions = [one.id for one in definition.components.dimensions]
    ids = key_ids(published)
    assert set(dimensions) == set(ids)
    listed = {one.id: {code.id for code in one} for one in message.get_codelists()}
    (data,) = get_datasets(file, structure)
    frame, rows = data.data, published.rows()
    assert list(frame.columns) == [one.id for one in definition.components]
    assert len(frame) == len(rows)
    for line, row in zip(frame.to_dict("records"), rows, strict=True):
        assert {name: str(line[name]) for name in ids} == {name: str(row[ids[name]]) for name in ids}
        assert same(line["OBS_VALUE"], row["value"])
        for sign in ("obs_status", "conf_status", "missing_reason"):
            assert line[sign.upper()] == row[sign]
    for name in set(frame.columns) & {one.split("_", 2)[2] for one in listed}:
        values = {value for value in frame[name].astype(str) if value not in ("", "nan", "NaN", "None")}
        assert values <= listed[f"CL_{published.product.upper()}_{name}"], name


def test_what_was_withdrawn_or_is_gone_is_deleted_before_the_new_comes(
    published: Published, tmp_path: Path
) -> None:
    file = published.extracted("sdmx-csv", tmp_path / "x.csv")
    with file.open(encoding="utf-8", newline="") as text:
        lines = list(csv.DictReader(text))
    deleted = [line for line in lines if line["ACTION"] == "D"]
    assert lines[: len(deleted)] == deleted
    assert {line["ACTION"] for line in lines[len(deleted) :]} == {"R"}
    before = {tuple(str(row[name]) for name in published.grain) for row in published.rows(published.first)}
    after = {tuple(str(row[name]) for name in published.grain): row for row in published.rows()}
    hidden = {key for key in before & after.keys() if after[key]["conf_status"] in ("C", "D")}
    ids = {column: name for name, column in key_ids(published).items()}
    found = {tuple(line[ids[name]] for name in published.grain) for line in deleted}
    assert hidden
    assert found == (before - after.keys()) | hidden
    assert all(not line["OBS_VALUE"] and not line["OBS_STATUS"] for line in deleted)
    shown = [line for line in lines if line["ACTION"] == "R" and line["CONF_STATUS"] in ("C", "D")]
    assert {line["OBS_VALUE"] for line in shown} == {"NaN"}
    extract(published.first.path, dict, "sdmx-csv", tmp_path / "first.csv")
    assert ",D," not in (tmp_path / "first.csv").read_text(encoding="utf-8")
    extract(published.second.path, dict, "sdmx-csv", tmp_path / "part.csv", Part(areas=("01",)))
    assert ",D," not in (tmp_path / "part.csv").read_text(encoding="utf-8")


def test_sdmx1_reads_structure_observations_and_deletions(published: Published, tmp_path: Path) -> None:
    sdmx = pytest.importorskip("sdmx", reason="sdmx1 is not installed here")
    from sdmx.reader.csv import Reader

    file = published.extracted("sdmx-csv", tmp_path / "x.csv")
    with (tmp_path / "x.csv.structure.xml").open("rb") as opened:
        structures = sdmx.read_sdmx(opened)
    (definition,) = structures.structure.values()
    assert str(definition.version) == semantic(published.second.version) == "2026.1122.2"
    with file.open("rb") as opened:
        message = Reader().convert(opened, structure=definition)
    read = {one.action.name: one.obs for one in message.data}
    ids = key_ids(published)
    released = {tuple(str(row[ids[name]]) for name in ids): row["value"] for row in published.rows()}
    found = {tuple(str(one.key[name].value) for name in ids): float(one.value) for one in read["replace"]}
    assert found.keys() == released.keys()
    assert all(same(found[key], value) for key, value in released.items())
    assert len(read["delete"]) >= 2


def test_every_part_obeys_the_structure_of_the_whole_edition(published: Published, tmp_path: Path) -> None:
    published.extracted("sdmx-csv", tmp_path / "x.csv")
    published.extracted("sdmx-csv", tmp_path / "y.csv", Part(areas=("05315",)))
    whole, part = (tmp_path / f"{name}.csv.structure.xml" for name in "xy")
    assert sha256_of(whole) == sha256_of(part)
    receipt = json.loads((tmp_path / "y.csv.receipt.json").read_text(encoding="utf-8"))
    assert set(receipt["files"]) == {"y.csv", "y.csv.structure.xml"}


def test_json_stat_is_valid_and_holds_every_figure_at_its_place(published: Published, tmp_path: Path) -> None:
    validator = pytest.importorskip("jsonstat_validator", reason="jsonstat-validator is not installed here")
    file = published.extracted("json-stat", tmp_path / "x.json")
    cube = json.loads(file.read_text(encoding="utf-8"))
    assert validator.validate_jsonstat(cube) is True
    axes = {name: cube["dimension"][name]["category"]["index"] for name in cube["id"]}
    assert cube["size"] == [len(codes) for codes in axes.values()]
    figures = axes.get("figure", ["value"])
    extension = cube["extension"]
    rows = published.rows()
    assert len(cube["value"]) == len(rows) * len(figures)
    for row in rows:
        for figure in figures:
            place = 0
            for name, codes in axes.items():
                code = figure if name == "figure" else str(row[name])
                place = place * len(codes) + codes.index(code)
            assert str(place) in cube["value"]
            assert same(cube["value"][str(place)], row[figure])
            if figure == "value":
                assert cube["status"].get(str(place), "A") == row["obs_status"]
                assert extension["missing_reason"].get(str(place), "none") == row["missing_reason"]
                assert extension["conf_status"].get(str(place), "F") == row["conf_status"]
    assert cube["role"]["geo"] == ["area_code"]
    assert cube["role"]["time"][0] in published.grain
    assert cube["dimension"]["area_code"]["category"]["label"]["05315"] == "Köln, kreisfreie Stadt"
    assert extension["licences"]
    assert extension["edition"] == published.second.id


def test_stata_reads_figures_and_reasons(published: Published, tmp_path: Path) -> None:
    import pyreadstat

    file = published.extracted("stata", tmp_path / "x.dta")
    frame, meta = pyreadstat.read_dta(file, user_missing=True)
    rows = published.rows()
    reasons = stata_letters(published)
    assert list(frame.columns) == list(rows[0])
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) for name in frame.columns)
    assert len(frame) == len(rows)
    for line, row in zip(frame.to_dict("records"), rows, strict=True):
        assert line["area_code"] == row["area_code"]
        assert line["reference_date"] == row["reference_date"]
        if row["value"] is None:
            assert line["value"] == reasons[row["missing_reason"]]
        else:
            assert line["value"] == row["value"]
        for name in ("obs_status", "conf_status", "missing_reason"):
            said = meta.variable_value_labels[name][line[name]]
            assert said.split(" – ")[0] == row[name]
    assert meta.variable_value_labels["value"][reasons["suppressed_primary"]].startswith("zum Schutz kleiner")
    assert meta.column_names_to_labels["area_code"] == "Regionalschlüssel"
    assert meta.file_label.startswith(published.second.id)


def stata_letters(published: Published) -> dict[str, str]:
    """The letter of each reason, by the list of the edition."""
    kept = json.loads((published.second.path / "description.json").read_text(encoding="utf-8"))
    listed = next(column for column in kept["columns"] if column["name"] == "missing_reason")["codes"]
    return letters({one["code"]: one["label_de"] for one in listed})


def test_spss_reads_figures_and_reasons(published: Published, tmp_path: Path) -> None:
    import pyreadstat

    file = published.extracted("spss", tmp_path / "x.sav")
    frame, meta = pyreadstat.read_sav(file, user_missing=True)
    rows, signs = published.rows(), stata_letters(published)
    codes = {reason: SPSS_MISSING + place for place, reason in enumerate(signs)}
    for line, row in zip(frame.to_dict("records"), rows, strict=True):
        for name in ("area_code", "obs_status", "conf_status", "missing_reason"):
            assert line[name] == row[name]
        assert line["value"] == (codes[row["missing_reason"]] if row["value"] is None else row["value"])
    hidden = [row for row in rows if row["value"] is None]
    assert hidden
    without, _ = pyreadstat.read_sav(file)
    assert int(without["value"].isna().sum()) == len(hidden)
    assert meta.variable_value_labels["value"][codes["suppressed_primary"]].startswith("zum Schutz kleiner")
    assert meta.variable_value_labels["conf_status"]["F"] == "frei zur Veröffentlichung"


def test_letters_of_reasons_do_not_move(published: Published) -> None:
    """Who writes `.b` into a program means the same next year: reasons are only ever added at the end."""
    assert "".join(stata_letters(published).values()) == "abcdefghijklmn"
    assert list(stata_letters(published)) == [
        *("less_than_half_unit", "unknown_or_confidential", "not_yet_available", "too_uncertain"),
        *("not_meaningful", "not_delivered", "not_handed_in", "not_locatable", "area_not_existing"),
        *("suppressed", "suppressed_primary", "suppressed_secondary", "part_missing", "not_convertible"),
    ]


R_SCRIPT = """
library(haven)
reads <- list(dta = read_dta, sav = function(file) read_sav(file, user_na = TRUE))
arguments <- commandArgs(trailingOnly = TRUE)
table <- reads[[arguments[1]]](arguments[2])
said <- if (arguments[1] == "dta") na_tag(table$value) else as_factor(table$value, levels = "labels")
said <- ifelse(is.na(table$value), as.character(said), "")
number <- formatC(unclass(table$value), digits = 17, format = "g", width = 1)
write.csv(data.frame(area = table$area_code, number = number, missing = is.na(table$value), said = said,
  status = as.character(as_factor(table$obs_status)), label = attr(table$area_code, "label")),
  arguments[3], row.names = FALSE, fileEncoding = "UTF-8")
"""


@pytest.mark.parametrize(("form", "end"), [("stata", "dta"), ("spss", "sav")])
def test_haven_in_r_reads_the_same(published: Published, tmp_path: Path, form: Form, end: str) -> None:
    program = shutil.which("Rscript")
    if program is None or subprocess.run([program, "-e", "library(haven)"], capture_output=True).returncode:
        pytest.skip("R with haven is not installed here: apt-get install r-cran-haven")
    file = published.extracted(form, tmp_path / f"x.{end}")
    (tmp_path / "read.R").write_text(R_SCRIPT, encoding="utf-8")
    command = [program, str(tmp_path / "read.R"), end, str(file), str(tmp_path / "out.csv")]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={"LC_ALL": "C.UTF-8"})
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as text:
        lines = list(csv.DictReader(text))
    rows, signs = published.rows(), stata_letters(published)
    words = {"suppressed_primary": "zum Schutz kleiner", "suppressed_secondary": "gesperrt, damit"}
    for line, row in zip(lines, rows, strict=True):
        assert (line["area"], line["label"]) == (row["area_code"], "Regionalschlüssel")
        assert (line["missing"] == "TRUE") == (row["value"] is None)
        if row["value"] is not None:
            assert float(line["number"]) == row["value"]
        elif form == "stata":
            assert line["said"] == signs[row["missing_reason"]]
        else:
            assert line["said"].startswith(words.get(row["missing_reason"], "Zahlenwert unbekannt"))
        assert line["status"].startswith("A – " if form == "stata" else "normaler") == (
            row["obs_status"] == "A"
        )


def test_pspp_reads_the_same(published: Published, tmp_path: Path) -> None:
    program = shutil.which("pspp")
    if program is None:
        pytest.skip("PSPP is not installed here: apt-get install pspp")
    file = published.extracted("spss", tmp_path / "x.sav")
    (tmp_path / "read.sps").write_text(
        f"GET FILE='{file}'.\n"
        "COMPUTE hidden = MISSING(value).\nFORMATS value (E24.16).\n"
        f"SAVE TRANSLATE /OUTFILE='{tmp_path / 'out.csv'}' /TYPE=CSV /FIELDNAMES /CELLS=VALUES "
        "/TEXTOPTIONS FORMAT=VARIABLE /KEEP=area_code value hidden missing_reason.\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [program, "-o", str(tmp_path / "said.txt"), str(tmp_path / "read.sps")],
        capture_output=True,
        timeout=120,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as text:
        lines = list(csv.DictReader(text))
    for line, row in zip(lines, published.rows(), strict=True):
        assert (line["area_code"], line["missing_reason"]) == (row["area_code"], row["missing_reason"])
        assert (float(line["hidden"]) == 1) == (row["value"] is None)
        if row["value"] is not None:
            written = "PSPP writes 16 digits, of which the last is rounded"
            assert math.isclose(float(line["value"]), row["value"], rel_tol=1e-15), written


def test_an_extract_of_indicators_holds_them_alone(warehouse: Path, tmp_path: Path) -> None:
    made = Published(tmp_path, warehouse, "indicators")
    made.extracted("csv", tmp_path / "x.csv", Part(indicators=("K01-centre",)))
    found = duckdb.sql(f"select distinct indicator_id from '{tmp_path / 'x.csv'}'").fetchall()
    assert found == [("K01-centre",)]


@pytest.mark.parametrize("form", ["stata", "spss"])
def test_days_are_read_where_the_first_is_absent(editions: Editions, tmp_path: Path, form: Form) -> None:
    import pyreadstat

    made = editions.copy("areas", 1, tmp_path / "areas")
    found = release.publish("areas", made, tmp_path / "releases", datetime(2026, 11, 22, tzinfo=UTC))
    assert isinstance(found, Release)
    extract(found.path, dict, form, tmp_path / "x")
    read = pyreadstat.read_dta if form == "stata" else pyreadstat.read_sav
    frame, _ = read(tmp_path / "x")
    table = duckdb.read_parquet(str(found.path / "areas.parquet"))
    for name in ("valid_from", "valid_to"):
        released = [day for (day,) in table.select(name).fetchall()]
        assert [None if day != day else day for day in frame[name]] == released
    assert released[0] is None
    assert any(released)
