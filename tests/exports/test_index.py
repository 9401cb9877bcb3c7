"""The page that lists the editions, and the shelf beside them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from exports import release
from exports.history import BESIDE
from exports.release import shelf
from exports.release.index import letter_of, workbook_of
from tests.exports.conftest import Editions, publish


def links(page: Path) -> list[str]:
    return re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8"))


@pytest.fixture
def three(editions: Editions, tmp_path: Path) -> Path:
    """Releases of areas (two editions) and population."""
    root = tmp_path / "releases"
    for product, number in (("areas", 1), ("areas", 2), ("population", 1)):
        publish(editions, root, product, number)
    return root


def test_every_edition_stands_on_the_page_and_every_link_leads_somewhere(three: Path) -> None:
    text = (three / "index.html").read_text(encoding="utf-8")
    editions = release.list_releases(three)
    assert len(editions) == 3
    for edition in editions:
        assert edition.id in text
        assert f'href="{edition.id}/README.html"' in text
        assert f"{edition.published_at:%d.%m.%Y}" in text
        assert f"{edition.id} (neueste)" in text or not edition.is_current
    found = links(three / "index.html")
    assert [link for link in found if not (three / link).exists() and link != "planstat.duckdb"] == []
    for edition in editions:
        data = {f"{edition.product}.{end}" for end in ("csv", "parquet", "xlsx", "gpkg")}
        offered = {Path(link).name for link in found if link.startswith(f"{edition.id}/")}
        assert data <= offered or not edition.is_current
    assert "Nur für den internen Dienstgebrauch" not in text


def test_the_page_of_internal_releases_says_so(three: Path) -> None:
    """The audience stands in the data package of the edition."""
    package = three / "population" / "current" / "datapackage.json"
    content = json.loads(package.read_text(encoding="utf-8"))
    content["planstat"]["audience"] = "internal"
    package.chmod(0o644)
    package.write_text(json.dumps(content), encoding="utf-8")
    from exports.release.index import index_page

    assert "Nur für den internen Dienstgebrauch" in index_page(three, release.list_releases(three))


def test_a_page_that_somebody_changed_is_found_and_written_anew(three: Path) -> None:
    assert release.derived_problems(three, BESIDE) == []
    page = three / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("areas/", "arears/"), encoding="utf-8")
    assert any("index.html" in words for words in release.derived_problems(three, BESIDE))
    release.repair(three)
    assert page.read_text(encoding="utf-8") == text


def write(words: str) -> object:
    return lambda path: path.write_text(words, encoding="utf-8")


def test_a_file_of_the_shelf_is_made_once_for_the_same_editions(three: Path) -> None:
    edition = next(one for one in release.list_releases(three) if one.product == "population")
    place = letter_of(edition)
    made = shelf.put(three, place, [edition.id], write("Brief"))
    assert made == three / place
    assert place in links(three / "index.html"), "the page leads to the letter"
    assert shelf.put(three, place, [edition.id], write("anders")) is None
    assert made.read_text(encoding="utf-8") == "Brief"
    assert shelf.put(three, place, [edition.id, "areas/2026-11-30.2"], write("neu")) == made
    assert made.read_text(encoding="utf-8") == "neu"
    assert release.derived_problems(three, BESIDE) == []
    assert [one.product for one in release.list_releases(three)] == ["areas", "areas", "population"]


def test_what_was_changed_or_is_gone_is_told_and_made_anew(three: Path) -> None:
    place = workbook_of("01002", "sh-kreisfreie-staedte")
    made = shelf.put(three, place, ["population/1"], write("Mappe"))
    assert made is not None
    made.write_text("andere Mappe", encoding="utf-8")
    assert [words for words in release.derived_problems(three, BESIDE) if made.name in words]
    assert shelf.put(three, place, ["population/1"], write("Mappe")) == made
    assert release.derived_problems(three, BESIDE) == []
    made.unlink()
    assert [words for words in release.derived_problems(three, BESIDE) if made.name in words]


def test_a_workbook_that_nobody_asks_for_any_more_is_taken_away(three: Path) -> None:
    kept, gone = workbook_of("01002"), workbook_of("01056")
    letter = letter_of(release.list_releases(three)[0])
    for place in (kept, gone, letter):
        shelf.put(three, place, ["population/1"], write("x"))
    shelf.keep_only(three, ".xlsx", [kept])
    assert (three / kept).is_file()
    assert (three / letter).is_file()
    assert not (three / gone).exists()
    assert gone not in links(three / "index.html")
    assert release.derived_problems(three, BESIDE) == []


def test_a_writer_that_fails_leaves_what_was_there(three: Path) -> None:
    place = workbook_of("01002")
    made = shelf.put(three, place, ["population/1"], write("Mappe"))

    def fails(path: Path) -> None:
        path.write_text("halb", encoding="utf-8")
        raise ValueError("no figures")

    with pytest.raises(ValueError, match="no figures"):
        shelf.put(three, place, ["population/2"], fails)
    assert made is not None
    assert made.read_text(encoding="utf-8") == "Mappe"
    assert release.derived_problems(three, BESIDE) == []
    shutil.rmtree(three / "zum-lesen")
