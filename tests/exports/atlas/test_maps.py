"""Tables on outlines: classes that hold, rows and points where the edition says, in a browser too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, sync_playwright

from exports.atlas.check import check_atlas
from exports.atlas.packing import lettered, read_record, unlettered, unrolled, write_record
from exports.compilations import load_compilation
from sources.foundation.spatial import open_spatial

from .ground import Ground, area, facility, figure, in_class, need, offered, square

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

KIEL, PLOEN = area("01002", "Kiel"), area("01057", "Plön, مدينة </script><b>fett</b>")
LUEBECK, WITHOUT = area("01003", "Lübeck"), area("01051", "Ohne Umriss")
LATER = area("01058", "Rendsburg", since="2020-01-01")
BEFORE = area("01058", "Rendsburg", since="1990-01-01")
EMPTY = area("01055", "Ostholstein")


def ground(folder: Path) -> Ground:
    """Five outlines: gaps above and below nought, a hidden one, one of other boundaries, one without row."""
    days = ("2024-12-31", "2030-12-31")
    needs = [
        row
        for at, day in enumerate(days)
        for row in (
            need(KIEL, day, 12.0 + at), need(PLOEN, day, -8.0), need(LUEBECK, day, None),
            need(BEFORE, day, 4.0), need(WITHOUT, day, 3.0),
        )
    ]  # fmt: skip
    drawn = {
        "need_childcare": needs,
        "offers_by_area": [
            offered(KIEL, 2, "with_offer"), offered(PLOEN, 0, "without_offer"),
            offered(LUEBECK, 0, "nobody", places_per_100_persons=None),
        ],
        "offers": [facility(KIEL, "Kita <i>Eins</i>", 54.10, 9.05), facility(KIEL, "Kita Zwei", None, None)],
        "social_index": [
            in_class(KIEL, "1", "hoch"), in_class(PLOEN, "2", "mittel"), in_class(LUEBECK, None, None),
        ],
    }  # fmt: skip
    outlines = [(one, square(at, 0)) for at, one in enumerate((KIEL, PLOEN, LUEBECK, LATER, EMPTY))]
    return Ground(
        folder, [KIEL, PLOEN, LUEBECK, BEFORE, LATER, EMPTY, WITHOUT], [figure(KIEL, "2022-12-31", 9.0)],
        {"Kreise, Gebietsstand 31.12.2022": outlines}, drawn=drawn,
    )  # fmt: skip


def failed(made: Ground) -> set[str]:
    with open_spatial() as connection:
        files = {product: made.file(product) for product in ("indicators", "areas", *made.drawn)}
        found = check_atlas(connection, made.site, files)
    return {entry["id"] for entry in found if entry["outcome"] != "passed"}


def test_rows_and_points_lie_where_the_edition_says(tmp_path: Path) -> None:
    made = ground(tmp_path)
    folder = made.write()
    assert failed(made) == set()
    record, places = read_record(folder, "table/need_childcare"), read_record(folder, "areas")
    names = [places["name"][one] if one >= 0 else None for one in unrolled(record["version"]).tolist()]
    assert names == [KIEL["area_name"], PLOEN["area_name"], "Lübeck", None, None] * 2
    points = read_record(folder, "table/offers")["points"]
    assert points["x"][1] is points["y"][1] is None
    assert (points["x"][0], points["y"][0]) == pytest.approx((503_270, 5_994_700), abs=500)


@pytest.mark.parametrize(
    ("product", "found"),
    [("need_childcare", {"atlas.placed.need_childcare"}), ("offers", {"atlas.placed.offers"})],
)
def test_a_row_or_a_point_elsewhere_is_found(tmp_path: Path, product: str, found: set[str]) -> None:
    made = ground(tmp_path)
    folder = made.write()
    record = read_record(folder, f"table/{product}")
    if "points" in record:
        record["points"]["x"][0] += 1
    else:
        record["version"][0], record["version"][2] = record["version"][2], record["version"][0]
    write_record(folder, f"table/{product}", record)
    assert failed(made) == found


def test_a_gap_has_its_middle_at_nought_even_where_none_lies_below(tmp_path: Path) -> None:
    rows = [need(KIEL, f"{year}-12-31", float(year - 2019)) for year in range(2020, 2030)]
    folder = Ground(
        tmp_path, [KIEL], [figure(KIEL, "2022-12-31", 9.0)], drawn={"need_childcare": rows}
    ).write()
    (head,) = read_record(folder, "atlas")["tables"]
    gap = next(one for one in head["map"]["measures"] if one["column"] == "gap")
    (classes,) = gap["classes"].values()
    assert classes["edges"][0] == 0.0
    assert len(classes["colours"]) == len(classes["edges"]) + 1


def test_what_is_declared_for_the_maps_is_a_column_of_the_table() -> None:
    declared = load_compilation("atlas")
    assert declared.maps
    for product, drawn in declared.maps.items():
        names = set(declared.tables[product])
        measures = {name for one in drawn.measures for name in (one.column, one.lower, one.upper, one.words)}
        assert {*drawn.by, *drawn.alike, drawn.reason, *measures} - {""} <= names, product
        assert drawn.points in {"", *declared.tables}
        assert {"area_code", "area_level"} <= names


@given(st.binary(max_size=200))
def test_letters_come_back_as_bytes(packed: bytes) -> None:
    assert unlettered(lettered(packed), len(packed)) == packed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ground(tmp_path_factory.mktemp("maps")).write()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not here: the maps of the atlas are not opened")
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def opened(browser: Browser, site: Path, hash_: str, width: int = 1200) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.goto(f"file://{site}/index.html{hash_}")
    page.wait_for_selector("main h1")
    return page, said


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize(
    "hash_",
    [
        "#/planung/need_childcare?gebiet=01002",
        "#/planung/need_childcare?muster=1&sprache=en",
        "#/planung/need_childcare?reference_date=*",
        "#/planung/need_childcare?rahmen=karte",
        "#/planung/social_index",
        "#/planung/offers_by_area",
        "#/planung/offers_by_area?mass=nearest_m&punkte=0",
    ],
)
def test_every_map_is_clean_and_fits(browser: Browser, site: Path, hash_: str, width: int) -> None:
    page, said = opened(browser, site, hash_, width)
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found: dict[str, Any] = Axe().run(page).response
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert "NaN" not in page.content()
    page.emulate_media(media="print")
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
    page.close()


def titles(page: Page) -> list[str]:
    return [str(one) for one in page.eval_on_selector_all(
        "svg.map path > title", "all => all.map(one => one.textContent)"
    )]  # fmt: skip


def test_gap_hidden_other_boundaries_and_no_row_are_told_apart(browser: Browser, site: Path) -> None:
    page, _ = opened(browser, site, "#/planung/need_childcare")
    assert titles(page) == [
        "Kiel: 12 (6 – 18)",
        "Lübeck: zum Schutz kleiner Fallzahlen gesperrt",
        "Ostholstein: kein Wert",
        "Plön, مدينة </script><b>fett</b>: −8 (−14 – −2)",
        "Rendsburg: anderer Gebietsstand",
    ]
    fills = page.eval_on_selector_all("svg.map g > path", "all => all.map(one => one.getAttribute('fill'))")
    assert len(set(fills)) == 5
    assert page.query_selector("b") is None, "a name became markup"
    assert "2 Werte ohne Umriss auf dieser Karte: Rendsburg; Ohne Umriss" in page.inner_text("main")
    legend = page.inner_text(".legend")
    assert all(words in legend for words in ("geheim gehalten", "anderer Gebietsstand", "kein Wert"))


def test_filters_of_the_table_take_nothing_from_the_map(browser: Browser, site: Path) -> None:
    page, _ = opened(browser, site, "#/planung/need_childcare?text=Kiel")
    assert page.inner_text("main [role=status]") == "1 Zeilen"
    assert "Plön, مدينة </script><b>fett</b>: −8 (−14 – −2)" in titles(page)


def test_classes_have_words_and_a_cell_without_class_its_reason(browser: Browser, site: Path) -> None:
    page, _ = opened(browser, site, "#/planung/social_index")
    found = titles(page)
    assert {"Kiel: hoch", "Plön, مدينة </script><b>fett</b>: mittel"} <= set(found)
    assert any(one.startswith("Lübeck: ") and one != "Lübeck: kein Wert" for one in found)
    assert "1: hoch" in page.inner_text(".legend")


def test_facilities_stand_on_the_map_and_go_on_wish(browser: Browser, site: Path) -> None:
    page, _ = opened(browser, site, "#/planung/offers_by_area")
    assert "Kita <i>Eins</i>" in titles(page)
    assert "1 Einrichtungen" in page.inner_text(".legend")
    page.click("button[aria-label='Vergrößern']")
    width = "one => getComputedStyle(one).strokeWidth + one.getAttribute('vector-effect')"
    assert page.eval_on_selector("svg.map path[d$='h0']", width) == "4pxnon-scaling-stroke"
    page.click("button:text-is('Einrichtungen zeigen')")
    page.wait_for_function("to => document.body.dataset.ready.includes(to)", arg="punkte=0")
    assert "Kita <i>Eins</i>" not in titles(page)


def test_an_area_is_chosen_by_table_and_a_row_has_its_receipt(browser: Browser, site: Path) -> None:
    page, said = opened(browser, site, "#/planung/need_childcare")
    page.focus("button[aria-label^='Kiel auswählen']")
    page.keyboard.press("Enter")
    page.wait_for_function("to => document.body.dataset.ready.includes(to)", arg="gebiet=01002")
    assert page.get_attribute("button[aria-label^='Kiel auswählen']", "aria-pressed") == "true"
    page.click("table button[aria-label^='Beleg zu']")
    receipt = page.inner_text("dialog")
    for words in ("Kiel", "need_childcare/2026-11-30.1", "f" * 64, "erste Ausgabe"):
        assert words in receipt
    assert said == []


def test_a_map_is_taken_away_with_title_source_and_edition(browser: Browser, site: Path) -> None:
    page, _ = opened(browser, site, "#/planung/need_childcare")
    taken = {}
    for words in ("Bild (SVG)", "Tabelle (CSV)"):
        with page.expect_download() as coming:
            page.click(f"main section:first-of-type button:text-is('{words}')")
        taken[words] = Path(coming.value.path()).read_text(encoding="utf-8-sig")
    assert "need_childcare/2026-11-30.1" in taken["Bild (SVG)"]
    assert "© Vermessung Musterland" in taken["Bild (SVG)"]
    assert "Kiel;01002;Fortschreibung;gehalten;" in taken["Tabelle (CSV)"]
