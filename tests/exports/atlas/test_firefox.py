"""The walk over all views in Firefox: clean, as wide as the window, without a finding of axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from .firefox import FIREFOX, Firefox, firefox
from .test_pages import VIEWS, site

__all__ = ["site"]

WHOLE = """new Promise(done => {
  const seen = () => document.body?.dataset.whole !== undefined ? done(true) : setTimeout(seen, 10);
  seen();
})"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if FIREFOX is None:
        pytest.skip("Firefox is not here: the pages of the atlas are opened in Chromium alone")
    with firefox(tmp_path_factory.mktemp("firefox") / "profile") as opened:
        yield opened


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_clean_and_fits_in_firefox(window: Firefox, site: Path, view: str, width: int) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    window.said.clear()
    window.open(f"file://{site}/index.html{VIEWS[view]}", width)
    assert window.evaluate(WHOLE)
    assert window.evaluate("document.querySelector('main h1').textContent !== ''")
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    assert window.said == []
    window.send("script.evaluate", expression=axe, target=window.target, awaitPromise=False)
    found = window.evaluate(
        "axe.run().then(one => one.violations.map(each => [each.id, each.nodes[0].html]))"
    )
    assert found == []
