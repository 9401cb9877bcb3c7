"""`planstat doctor`: what is damaged in the data root, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..healing import Finding, look
from ..resources import Settings, only_run

if TYPE_CHECKING:
    from rich.console import Console


def damages(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """What is damaged and who mends it, as plain data."""
    found = []
    for finding in findings:
        if finding.mend is None:
            remedy = finding.remedy
        elif finding.by_run:
            remedy = f"the next run mends it: {finding.remedy}"
        else:
            remedy = f"`planstat doctor --mend` mends it: {finding.remedy}"
        found.append({"words": finding.words, "remedy": remedy})
    return found


def print_damages(found: Sequence[Mapping[str, str]], console: Console) -> None:
    """Say what `damages` found."""
    for one in found:
        console.print(f"damaged: {one['words']}", markup=False)
        console.print(f"  {one['remedy']}", markup=False)


def print_doctored(settings: Settings, mend: bool, console: Console) -> bool:
    """Look at every byte of the root, and mend what can be mended when asked to; True when all is whole.

    Raises InUse while a run goes on: what it writes is not whole yet.
    """
    if not settings.paths.root.is_dir():
        console.print(f"there is no data root {settings.paths.root}", markup=False)
        return True
    with only_run(settings.paths):
        findings = look(settings, thoroughly=True)
        if not mend:
            print_damages(damages(findings), console)
        left = 0
        for finding in findings if mend else ():
            trouble = finding.mend() if finding.mend is not None else finding.remedy
            left += trouble is not None
            mark = "mended" if trouble is None else "not mended"
            console.print(f"{mark}: {finding.words}; {trouble or finding.remedy}", markup=False)
    if not findings:
        console.print(f"{settings.paths.root}: everything is as it was written", markup=False)
        return True
    if mend:
        console.print(f"{len(findings) - left} of {len(findings)} mended; `planstat run` makes the rest anew")
        return left == 0
    console.print(f"{len(findings)} found; nothing was changed: `planstat doctor --mend` mends")
    return False
