"""SVG to PNG, and templates with data to PDF/UA-1, by Typst: offline, with the fonts that it brings.

Data reaches a template as JSON, never as part of its text: a name may hold whatever it likes. A letter that
no font has becomes a box (the standard demands that all text can be shown).
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.foundation.files import replacing, write_text

if TYPE_CHECKING:
    import typst

PICTURE = """#let data = json(bytes(sys.inputs.data))
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(data.svg), format: "svg", width: data.width * 1pt)
"""
BOX = "□"
DPI = 200
"""Of a PNG: a picture 800 pixels wide has 2,222, enough for a page of A4."""

_UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


@cache
def _compiler() -> typst.Compiler:
    import typst

    return typst.Compiler(PICTURE.encode(), ignore_system_fonts=True)


def png_of(svg: str, width: int) -> bytes:
    """A picture as PNG."""
    data = json.dumps({"svg": svg, "width": width})
    made = _compiler().compile(input=PICTURE.encode(), format="png", ppi=DPI, sys_inputs={"data": data})
    return _whole(made)


def pdf_of(template: Path, data: dict[str, Any]) -> bytes:
    """A page as PDF/UA-1, tagged, by a template that reads `data` as JSON.

    Raises `typst.TypstError` where the template breaks a rule of the standard.
    """
    import typst

    text, given = template.read_bytes(), json.dumps(data, ensure_ascii=False)
    while True:
        try:
            made = _compiler().compile(
                input=text, format="pdf", pdf_standards=["ua-1"], sys_inputs={"data": given}
            )
        except typst.TypstError as problem:
            found = _UNSHOWN.search(str(problem))
            unshown = found[1] if found else ""
            if not unshown or unshown not in given or unshown == BOX:
                raise
            given = given.replace(unshown, BOX)
        else:
            return _whole(made)


def _whole(made: bytes | list[bytes] | None) -> bytes:
    """A file that was made in one piece."""
    if not isinstance(made, bytes):
        raise TypeError("the template makes more or less than one picture")
    return made


def save(target: Path, svg: str, width: int) -> None:
    """Write a picture as its file's name says: SVG or PNG."""
    if target.suffix.lower() == ".svg":
        write_text(target, svg)
    else:
        save_bytes(target, png_of(svg, width))


def save_bytes(target: Path, content: bytes) -> None:
    """Write a file, which is replaced whole."""
    with replacing(target) as beside:
        beside.write_bytes(content)
