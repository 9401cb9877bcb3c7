"""What a screen reader finds in a PDF: language, title, tags, and what a picture says.

python -m tests.pdf_tags FILE…    # prints what is wrong, and ends with 1 if anything is
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader


def elements(pdf: PdfReader) -> Iterator[dict[str, Any]]:
    """Every element of the tree of tags, in the order in which it is read."""
    root = pdf.trailer["/Root"].get("/StructTreeRoot")
    waiting = [root.get_object()] if root is not None else []
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict):
            continue
        if "/S" in one:
            yield one
        below = one.get("/K")
        below = below.get_object() if below is not None else []
        children = below if isinstance(below, list) else [below]
        waiting += [child.get_object() for child in reversed(children) if hasattr(child, "get_object")]


def tags(pdf: PdfReader) -> Counter[str]:
    """How often each tag occurs."""
    return Counter(str(one["/S"]).lstrip("/") for one in elements(pdf))


def spoken(pdf: PdfReader) -> list[str]:
    """What each picture says instead of being seen."""
    return [str(one.get("/Alt", "")) for one in elements(pdf) if one["/S"] == "/Figure"]


def problems(file: Path) -> list[str]:
    """What keeps a screen reader from reading the file whole; empty where nothing does."""
    pdf = PdfReader(file)
    root = pdf.trailer["/Root"]
    found = tags(pdf)
    asked = {
        "no language": bool(root.get("/Lang")),
        "not marked as tagged": bool(root.get("/MarkInfo", {}).get("/Marked")),
        "no title": bool(pdf.metadata and pdf.metadata.title),
        "the title is not shown": bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")),
        "does not say that it is PDF/UA": b"pdfuaid:part" in root["/Metadata"].get_object().get_data(),
        "no tags": bool(found),
        "no heading": found["H1"] == 1,
        "a table without heads": found["Table"] == found["THead"] and (not found["Table"] or found["TH"] > 0),
        "a picture that says nothing": all(spoken(pdf)),
        "a page outside of the reading order": all("/StructParents" in page for page in pdf.pages),
    }
    return [problem for problem, is_right in asked.items() if not is_right]


def main(files: list[str]) -> int:
    """Print what is wrong with each file."""
    wrong = {file: problems(Path(file)) for file in files}
    for file, found in wrong.items():
        print(f"{file}: {', '.join(found) or 'can be read'}")
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
