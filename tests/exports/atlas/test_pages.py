"""The pages of the atlas in a real browser, opened as a file: every view, by keyboard, without a fault."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from .ground import Ground, area, figure, goal, in_ring, peer, square

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

VIEWS = {
    "start": "",
    "indicator": "#/kennzahl/P07?gebiete=KREIS:01002",
    "patterns": "#/kennzahl/P07?muster=1",
    "English": "#/kennzahl/P07?sprache=en",
    "area": "#/gebiet/KREIS/01002",
    "comparison": "#/vergleich?gebiete=KREIS:01002,KREIS:01057&kennzahl=P07",
    "nothing chosen": "#/vergleich",
    "rings": "#/ringe",
    "ring": "#/ringe/ring?gebiet=01002",
    "similar": "#/ringe/aehnliche/01002",
    "planning": "#/planung",
    "goals": "#/planung/outcome",
    "data": "#/daten",
    "unknown": "#/kennzahl/X99",
}

KIEL, PLOEN = area("01002", "Kiel"), area("01057", "Plön, مدينة </script><b>fett</b>")
LUEBECK, NEW = area("01003", "Lübeck"), area("01099", "Später", since="2020-01-01")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas of four areas: a break, hidden cells, one that begins later, a name that could be markup."""
    days = [f"{year}-12-31" for year in range(2012, 2020)]
    figures = [figure(KIEL, day, 15.0 + at / 3) for at, day in enumerate(days)]
    figures[4] |= {"break_de": "Ab 2016 neu abgegrenzt", "break_en": "New definition since 2016"}
    figures += [figure(PLOEN, day, 6.0 + at / 7) for at, day in enumerate(days)]
    figures += [figure(LUEBECK, day, None) for day in days]
    figures += [figure(NEW, "2022-12-31", 4.2)]
    outlines = [(one, square(at, 0)) for at, one in enumerate((KIEL, PLOEN, LUEBECK, NEW))]
    made = Ground(
        tmp_path_factory.mktemp("atlas"), [KIEL, PLOEN, LUEBECK, NEW], figures,
        {"Kreise, Gebietsstand 31.12.2022": outlines},
        [
            goal(title, f"{year}-12-31", value, "on_track")
            for title, value in (("Weniger Kinderarmut", 11.25), ("Mehr Plätze", None))
            for year in range(2010, 2014)
        ],
        [
            *(in_ring(KIEL, day, 15.0 + at / 3) for at, day in enumerate(days)),
            *(in_ring(PLOEN, day, 6.0 + at / 7) for at, day in enumerate(days)),
            *(in_ring(LUEBECK, day, None) for day in days),
        ],
        [peer(KIEL, PLOEN, 1), peer(KIEL, LUEBECK, 2)],
    )  # fmt: skip
    return made.write()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not here: the pages of the atlas are not opened")
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


class Opened:
    """A view in a window of its own, with what the console said."""

    def __init__(self, browser: Browser, site: Path, hash_: str, width: int = 1200) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900})
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda problem: self.said.append(str(problem)))
        self.page.goto(f"file://{site}/index.html{hash_}")
        self.page.wait_for_function("() => document.body?.dataset.whole !== undefined")

    def go(self, hash_: str) -> None:
        self.page.evaluate("to => { location.hash = to }", hash_)
        self.page.wait_for_function("to => document.body.dataset.whole === to", arg=hash_)


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_clean_and_fits(browser: Browser, site: Path, view: str, width: int) -> None:
    opened = Opened(browser, site, VIEWS[view], width)
    assert opened.said == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    found: dict[str, Any] = Axe().run(opened.page).response
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert "NaN" not in opened.page.content()
    opened.page.close()


def test_a_map_tells_class_hidden_and_other_boundaries_apart(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, "#/kennzahl/P07?stand=2019-12-31")
    said = opened.page.eval_on_selector_all("svg.map path > title", "all => all.map(one => one.textContent)")
    assert "Kiel: 17,3 %" in said
    assert "Plön, مدينة </script><b>fett</b>: 7,0 %" in said
    assert "Lübeck: zum Schutz kleiner Fallzahlen gesperrt" in said
    assert "Später: anderer Gebietsstand" in said
    fills = opened.page.eval_on_selector_all(
        "svg.map g > path", "all => all.map(one => one.getAttribute('fill'))"
    )
    assert len(set(fills)) == 4
    legend = opened.page.inner_text(".legend")
    assert "geheim gehalten" in legend
    assert "anderer Gebietsstand" in legend
    assert opened.page.query_selector("b") is None, "a name became markup"


def test_nothing_is_joined_across_the_break_and_its_text_stands_beside(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, "#/kennzahl/P07?gebiete=KREIS:01002")
    lines = opened.page.eval_on_selector_all(
        ".picture path[fill=none]", "all => all.map(one => one.getAttribute('d'))"
    )
    assert [line.count("L") for line in lines] == [3, 3], "four years before the break, four from it"
    assert "2016: Ab 2016 neu abgegrenzt" in opened.page.inner_text("main")
    opened.go("#/kennzahl/P07?gebiete=KREIS%3A01002&sprache=en")
    assert "New definition since 2016" in opened.page.inner_text("main")
    assert opened.page.get_attribute("html", "lang") == "en"


def test_the_keyboard_reaches_map_and_receipt(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, "#/kennzahl/P07?stand=2019-12-31")
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('map')"):
            break
    before = page.get_attribute("svg.map", "viewBox")
    page.keyboard.press("+")
    nearer = page.get_attribute("svg.map", "viewBox")
    page.keyboard.press("ArrowRight")
    assert len({before, nearer, page.get_attribute("svg.map", "viewBox")}) == 3
    page.keyboard.press("0")
    assert page.get_attribute("svg.map", "viewBox") == before
    page.focus("tbody button[aria-label^='Beleg zu Kiel']")
    page.keyboard.press("Enter")
    receipt = page.inner_text("dialog")
    for words in (
        "17,3 %",
        "31.12.2019",
        "1.733",
        "10.000",
        "normaler Wert",
        "indicators/2026-11-30.1",
        "f" * 64,
    ):
        assert words in receipt
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert opened.said == []


def test_the_search_finds_indicators_and_areas(browser: Browser, site: Path) -> None:
    page = Opened(browser, site, "").page
    for asked, to in (
        ("mindest", "#/kennzahl/P07"),
        ("LUEBECK", "#/gebiet/KREIS/01003"),
        ("01057", "#/gebiet/KREIS/01057"),
    ):
        page.fill("input[type=search]", asked)
        assert page.get_attribute(".found a", "href") == to
    page.fill("input[type=search]", "gibt es nicht")
    assert "Nichts gefunden" in page.inner_text("main")


def test_what_is_taken_away_says_what_it_is(browser: Browser, site: Path) -> None:
    page = Opened(browser, site, "#/kennzahl/P07?stand=2019-12-31").page
    taken = {}
    for words in ("Bild (SVG)", "Bild (PNG)", "Tabelle (CSV)"):
        with page.expect_download() as coming:
            page.click(f"main section:first-of-type button:text-is('{words}')")
        taken[words] = Path(coming.value.path()).read_bytes()
        assert coming.value.suggested_filename.startswith("P07_KREIS_2019-12-31.")
    picture, table = (taken[one].decode("utf-8") for one in ("Bild (SVG)", "Tabelle (CSV)"))
    for words in (
        "Mindestsicherungsquote",
        "31.12.2019",
        "geheim gehalten",
        "Ausgabe indicators/2026-11-30.1",
        "Gebietsstand 31.12.2022",
        "© Vermessung Musterland",
    ):
        assert words in picture
    assert "Kreis Muster" in picture
    assert taken["Bild (PNG)"].startswith(b"\x89PNG")
    assert "Mindestsicherungsquote;Kiel;01002;" in table
    assert ";17,3;%;" in table
    assert "zum Schutz kleiner Fallzahlen gesperrt" in table


def test_rows_are_chosen_and_taken_away(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, "#/planung/outcome")
    page = opened.page
    assert page.inner_text("main [role=status]") == "8 Zeilen"
    page.select_option("label:text-is('Titel') + select", "Mehr Plätze")
    page.wait_for_function("document.body.dataset.ready.includes('title_de')")
    assert page.inner_text("main [role=status]") == "4 Zeilen"
    assert "Weniger Kinderarmut" not in page.inner_text("table")
    with page.expect_download() as coming:
        page.click("button:text-is('Tabelle (CSV)')")
    assert Path(coming.value.path()).read_text(encoding="utf-8-sig").count("Mehr Plätze") == 4
    assert opened.said == []


def test_a_ring_shows_its_members_and_statistics(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, "#/ringe/ring?stand=2019-12-31")
    page = opened.page
    page.select_option("label:text-is('Eigenes Gebiet') + select", "01002")
    page.wait_for_function("document.body.dataset.ready.includes('gebiet=01002')")
    facts = page.inner_text("dl.facts")
    for words in ("17,3 %", "9,2 %", "7,2 %", "14,2 %", "5 von 3", "+0,3 gestiegen, mehr als Zufall"):
        assert words in facts
    rows = page.eval_on_selector_all("table >> nth=0 >> tbody tr", "all => all.map(one => one.innerText)")
    assert [row.split("\t")[0] for row in rows] == ["Kiel", "Lübeck", "Plön, مدينة </script><b>fett</b>"]
    assert "Platz" not in page.inner_text("main"), "a ring that is no contest names no place"
    assert "eingeschränkt: kleine Fallzahlen" in rows[0]
    assert "zum Schutz kleiner Fallzahlen gesperrt" in rows[1]
    page.click("dl.facts button")
    assert "indicators/2026-11-30.1" in page.inner_text("dialog")
    page.keyboard.press("Escape")
    assert page.get_attribute("a:text-is('Karte und Definition: Mindestsicherungsquote')", "href") == (
        "#/kennzahl/P07?stand=2019-12-31&gebiete=KREIS%3A01002"
    )
    assert opened.said == []


def test_a_profile_prints_on_paper(browser: Browser, site: Path) -> None:
    page = Opened(browser, site, "#/gebiet/KREIS/01002").page
    page.emulate_media(media="print")
    assert not page.is_visible("header")
    assert page.is_visible("section.profile")
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")


def test_a_missing_file_is_told(browser: Browser, site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    (copy / "data" / "indicator" / "P07.js").unlink()
    page = Opened(browser, copy, "#/kennzahl/P07").page
    assert "data/indicator/P07.js fehlt oder ist beschädigt" in page.inner_text("main")
