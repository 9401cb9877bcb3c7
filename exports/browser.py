"""Texts of an edition as pages for a browser: the words of the Markdown file, nothing loaded from anywhere.

Markdown is read by markdown-it-py (MIT licence; rich brings it), which escapes what looks like HTML.
"""

from __future__ import annotations

import exports
from sources.foundation.templates import fill

PAGES = {"README.md": "README.html", "LICENCES.md": "LICENCES.html"}
"""Text of an edition -> the page beside it."""


def page(title: str, markdown: str) -> str:
    """A whole HTML page (German, to be printed on A4) that says what the Markdown text says."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    for text, beside in PAGES.items():
        body = body.replace(f"<code>{text}</code>", f'<a href="{beside}">{beside}</a>')
    return fill(exports.__file__, "text.html.j2", {"title": title, "body": body})
