"""Published files in the programs of their readers: LibreOffice with German habits, and plain R."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from exports import candidate
from exports.candidate import Candidate
from tests.exports.small_warehouse import KREISE, description_of

GERMAN_CSV = "CSV:59,34,76,1,,1031,false,true"
"""Import as a German computer does on a double click: `;`, UTF-8, German numbers, dates recognised."""

PLAIN_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true"
"""Export what the cells show."""


@pytest.fixture(scope="module")
def made(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    folder = tmp_path_factory.mktemp("office") / "indicators"
    return candidate.build(warehouse, "indicators", description_of("indicators"), folder)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settings folder of its own, so that nobody's office is touched."""
    return tmp_path_factory.mktemp("profile")


def convert(profile: Path, source: Path, target: str, folder: Path, read_as: str | None = None) -> Path:
    """Let LibreOffice open a file and save it in another format."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed here: apt-get install libreoffice-calc")
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    command += ["--infilter=" + read_as] if read_as else []
    command += ["--convert-to", target, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder / f"{source.stem}.{target.split(':')[0]}"


def test_the_german_csv_opens_with_numbers_dates_and_umlauts(
    made: Candidate, profile: Path, tmp_path: Path
) -> None:
    import openpyxl

    opened = convert(profile, made.files["indicators_excel.csv"], "xlsx", tmp_path, GERMAN_CSV)
    sheet = openpyxl.load_workbook(opened).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    heading = {str(text): index for index, text in enumerate(lines[0])}
    assert lines[0][0] == "Kennzahl-Nr.", "no byte order mark in the first heading"
    assert "Regionalschlüssel" in heading
    measured = [line[heading["Wert"]] for line in lines[1:] if line[0] == "K01-centre"]
    wanted = [-0.5, 28.4, 33.3, 123456789.1, 1e15]  # a file for people: as many digits as the indicator has
    assert sorted(float(str(value)) for value in measured) == pytest.approx(wanted, rel=1e-14)
    assert all(isinstance(value, int | float) for value in measured), "decimal commas were read as numbers"
    assert {line[heading["Stichtag"]] for line in lines[1:]} == {
        datetime(2014, 12, 31),
        datetime(2015, 12, 31),
    }
    assert "München, Landeshauptstadt" in {line[heading["Gebiet"]] for line in lines[1:]}
    assert "Kennzahl P07 für Grün & Äpfel" in {line[heading["Kennzahl"]] for line in lines[1:]}
    assert '\'=HYPERLINK("x")' in {line[heading["Kennzahl"]] for line in lines[1:]}, "no formula came to life"
    reasons = {line[heading["Grund fehlender Werte"]] for line in lines[1:] if line[heading["Wert"]] is None}
    assert reasons == {"Zahlenwert unbekannt oder geheim zu halten"}


def test_the_workbook_opens_with_leading_zeros(made: Candidate, profile: Path, tmp_path: Path) -> None:
    opened = convert(profile, made.files["indicators.xlsx"], PLAIN_CSV, tmp_path)
    with opened.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == made.rows
    assert {line["Regionalschlüssel"] for line in lines} == {*KREISE, "DG"}
    assert {line["Stichtag"] for line in lines} == {"31.12.2014", "31.12.2015"}
    assert '=HYPERLINK("x")' in {line["Kennzahl"] for line in lines}


def test_plain_r_reads_the_csv_as_the_readme_says(made: Candidate) -> None:
    """R takes a column of nothing but `F` for truth values unless told otherwise."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R (Rscript) is not installed here: apt-get install r-base-core")
    readme = made.files["README.md"].read_text(encoding="utf-8")
    reading = readme.split("```r")[1].split("```")[0].strip()
    program = f"""
        rows <- {reading}
        cat(rows$area_code[1], rows$conf_status[1], class(rows$value), nrow(rows), "\\n")
        cat(sum(is.na(rows$value)), "\\n")
        german <- read.csv2("indicators_excel.csv", fileEncoding = "UTF-8-BOM", check.names = FALSE)
        cat(all.equal(rows$value, german$Wert), "Gebiet" %in% names(german), "\\n")
    """
    ended = subprocess.run(
        [rscript, "--vanilla", "-e", program],
        cwd=made.path,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.stdout.split() == ["01001", "F", "numeric", "16", "1", "TRUE", "TRUE"]
