"""How fast the atlas is in a browser: first picture, another year, another indicator, each beside a floor.

python -m tests.benchmarks.atlas FOLDER [ROUNDS]    # FOLDER: an edition of the atlas, opened as files

The floor of the first picture is a page of as many bytes of script that does nothing; that of a change is a
page that swaps two texts. Times end with the second frame after the picture was drawn; the table far below
comes after it. Beside the wall time stands the processor time of the page's own thread (scripting, layout,
style, painting), which other work on the machine lengthens little. Medians of all rounds.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FRAME = "requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)))"
CHANGED = f"""to => new Promise(done => {{
  const from = performance.now();
  const seen = () => document.body.dataset.ready === location.hash ? {FRAME} : setTimeout(seen, 1);
  location.hash = to;
  addEventListener('hashchange', () => seen(), {{ once: true }});
}})"""
SWAPPED = f"""to => new Promise(done => {{
  const from = performance.now();
  document.body.replaceChildren(to);
  {FRAME};
}})"""
DRAWN = f"""ready => new Promise(done => {{
  const from = 0;
  const seen = () => ready() ? {FRAME} : setTimeout(seen, 1);
  seen();
}})"""


def busy(session: CDPSession) -> float:
    """Milliseconds of processor time of the page's own thread since it began."""
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(1000 * found["TaskDuration"])


def opened(browser: Browser, address: str, ready: str) -> tuple[float, float, Page, CDPSession]:
    """Wall and own milliseconds up to the first picture of a page in a window of its own."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="commit")
    wall = page.evaluate(DRAWN.replace("ready()", ready))
    return wall, busy(session), page, session


def changes(page: Page, session: CDPSession, script: str, to: list[str]) -> list[tuple[float, float]]:
    """Wall and own milliseconds of each change."""
    found = []
    for one in to:
        before = busy(session)
        wall = page.evaluate(script, one)
        found.append((wall, busy(session) - before))
    return found


def measured(browser: Browser, site: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """What was measured -> wall and own milliseconds of each time."""
    index = (site / "index.html").as_uri()
    found: dict[str, list[tuple[float, float]]] = {}

    def add(what: str, times: list[tuple[float, float]]) -> None:
        found.setdefault(what, []).extend(times)

    with tempfile.TemporaryDirectory() as folder:
        size = sum((site / one).stat().st_size for one in ("atlas.js", "data/atlas.js", "data/areas.js"))
        empty = Path(folder) / "empty.html"
        empty.write_text(
            '<!doctype html><script src="empty.js"></script><body data-ready="1">', encoding="utf-8"
        )
        (empty.parent / "empty.js").write_text(f'"{"x" * size}";', encoding="ascii")
        for _ in range(rounds):
            wall, own, page, session = opened(browser, empty.as_uri(), "document.body?.dataset.ready")
            add("floor: a page of as many bytes", [(wall, own)])
            add("floor: two texts swapped", changes(page, session, SWAPPED, ["a", "b"] * 2))
            page.context.close()
            ready = "document.body?.dataset.ready !== undefined"
            for what, hash_ in (("start page", ""), ("map of Kreise", "#/kennzahl/P07?ebene=KREIS")):
                wall, own, page, session = opened(browser, index + hash_, ready)
                add(f"first picture: {what}", [(wall, own)])
                page.context.close()
            _, _, page, session = opened(browser, f"{index}#/kennzahl/P07?ebene=KREIS", ready)
            years = [f"#/kennzahl/P07?ebene=KREIS&stand={year}-12-31" for year in (2012, 2013, 2014, 2015)]
            add("another year", changes(page, session, CHANGED, years))
            others = [f"#/kennzahl/{one}?ebene=KREIS" for one in ("D03", "A01", "D05-u18", "D13")]
            add("another indicator, its file not read yet", changes(page, session, CHANGED, others))
            back = [f"#/kennzahl/{one}?ebene=KREIS&land=" for one in ("D03", "A01", "D05-u18", "D13")]
            add("another indicator, read before", changes(page, session, CHANGED, back))
            page.context.close()
    return found


def main(site: Path, rounds: int = 5, tell: Callable[[str], None] = print) -> None:
    """Measure and tell."""
    if CHROMIUM is None:
        raise SystemExit("Chromium is not installed here")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tell(f"Chromium {browser.version}, {rounds} rounds, load {os.getloadavg()[0]:.1f}")
        tell(f"{'':42} {'median':>9} {'fastest':>9} {'own thread':>11}")
        for what, times in measured(browser, site.resolve(), rounds).items():
            walls, own = zip(*times, strict=True)
            tell(
                f"{what:42} {statistics.median(walls):6.0f} ms {min(walls):6.0f} ms "
                f"{statistics.median(own):8.0f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
