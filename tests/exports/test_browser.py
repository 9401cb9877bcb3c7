"""README and licences as pages: the words of the text, nothing from elsewhere, nothing that runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from exports import candidate
from exports.browser import PAGES, page
from tests.exports.small_warehouse import description_of


class Words(HTMLParser):
    """What a page shows, and every address that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.tags: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "srcset", "style")]

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


def read(html: str) -> Words:
    words = Words()
    words.feed(html)
    return words


def test_every_edition_has_its_texts_as_pages(warehouse: Path, tmp_path: Path) -> None:
    made = candidate.build(warehouse, "areas", description_of("areas"), tmp_path / "areas")
    for text, beside in PAGES.items():
        markdown = made.files[text].read_text(encoding="utf-8")
        words = read(made.files[beside].read_text(encoding="utf-8"))
        shown = " ".join(" ".join(words.shown).split())
        for heading in re.findall(r"^#+ (.+)$", markdown, re.MULTILINE):
            assert heading in shown, heading
        for cell in re.findall(r"^\| ([^|`]+?) \|", markdown, re.MULTILINE)[:20]:
            assert cell in shown, cell
        assert words.loaded == [], "nothing is loaded from elsewhere"
        assert "script" not in words.tags
        assert words.tags.count("table") == len(re.findall(r"^\|[-|]+\|$", markdown, re.MULTILINE)) > 0
    readme = made.files["README.md"].read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", readme, re.MULTILINE)
    assert headings[:2] == ["Öffnen", "Dateien"], "first what to open"
    assert headings[-1] == "English"
    assert 'href="LICENCES.html"' in made.files["README.html"].read_text(encoding="utf-8")


def test_what_looks_like_markup_is_shown_and_not_run() -> None:
    html = page("A & <b>", "# A\n\n<script>alert(1)</script> [x](javascript:alert(1))\n")
    words = read(html)
    assert "script" not in words.tags
    assert "<title>A &amp; &lt;b&gt;</title>" in html
    assert 'href="javascript' not in html
