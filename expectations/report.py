"""The gate's report as one HTML file: German with English subtitles, nothing loaded from outside.

The page is written for three readers: who decides (the verdict on top), who mends (findings with examples and
responsibility), who audits (every check, what it protects and what it looked at). It prints well, reads well
with a screen reader (headings, captions, scopes, words beside every colour) and needs no script.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from expectations.wording import word
from sources.foundation.templates import fill
from sources.foundation.told import Phrase

FAMILIES: dict[str, Phrase] = {
    "gate": Phrase("Prüfung selbst", "The check itself"),
    "shape": Phrase("Aufbau der Tabelle", "Shape of the table"),
    "vocabulary": Phrase("Schlüssel und Stichtage", "Codes and dates"),
    "labels": Phrase("Bezeichnungen", "Labels"),
    "status": Phrase("Fehlende Werte und Geheimhaltung", "Missing values and confidentiality"),
    "disclosure": Phrase("Geheimhaltung", "Disclosure control"),
    "values": Phrase("Werte", "Values"),
    "areas": Phrase("Gebietsstände", "Versions of areas"),
    "additivity": Phrase("Summen", "Sums"),
    "plausibility": Phrase("Plausibilität", "Plausibility"),
    "completeness": Phrase("Vollständigkeit der Gebiete", "Completeness of areas"),
    "comparison": Phrase(
        "Vergleich mit der vorigen Veröffentlichung", "Comparison with the previous release"
    ),
    "sources": Phrase("Quellen", "Sources"),
    "files": Phrase("Dateien", "Files"),
}
"""Families of checks in the order of the report."""

OUTCOMES: dict[str, tuple[str, str, str]] = {
    "error": ("!", "nicht auswertbar", "could not be evaluated"),
    "failed": ("✗", "nicht bestanden", "failed"),
    "warned": ("△", "Hinweis", "warning"),
    "noted": ("i", "zur Kenntnis", "for information"),
    "passed": ("✓", "bestanden", "passed"),
}
_PLURALS = {"warned": "Hinweise"}
_EFFECTS = {
    "error": "hält die Veröffentlichung an; die vorige bleibt gültig",
    "failed": "hält die Veröffentlichung an; die vorige bleibt gültig",
    "warned": "steht in den Notizen der Veröffentlichung, hält sie nicht an",
    "noted": "nur zur Kenntnis",
}


def page(verdict: Mapping[str, Any]) -> str:
    """The whole page for a verdict as `gate.json` holds it (no seconds; with `sources`)."""
    facts, checks = verdict["facts"], list(verdict["checks"])
    values = {
        "product": verdict["product"],
        "title": facts.get("title_de") or verdict["product"],
        "checked_on": verdict.get("checked_on"),
        "passed": verdict["passed"],
        "counted": _counted(verdict["counts"]),
        "facts": facts,
        "checks": checks,
        "findings": [check for outcome in _EFFECTS for check in checks if check["outcome"] == outcome],
        "families": FAMILIES,
        "by_family": {
            family: [check for check in checks if check["family"] == family]
            for family in {check["family"] for check in checks}
        },
        "sources": verdict.get("sources") or (),
        "outcomes": OUTCOMES,
        "effects": _EFFECTS,
        "german": _german,
        "day": _day,
        "age": _age,
    }
    return fill(__file__, "gate_report.html.j2", values)


def _counted(counts: Mapping[str, int]) -> str:
    """How many checks ended how, the good ones first."""
    return ", ".join(
        f"{_german(counts[outcome])} {_PLURALS.get(outcome, label) if counts[outcome] > 1 else label}"
        for outcome, (_, label, _) in reversed(OUTCOMES.items())
        if counts[outcome]
    )


def _german(value: Any) -> str:
    return word(value, "de")


def _day(moment: Any) -> str:
    return _german(str(moment)[:10]) if moment else "–"


def _age(source: Mapping[str, Any], checked_on: str | None) -> str:
    """Age of the publisher's state on the day of the check, in days, months or years."""
    stated = str(source.get("published_at") or source.get("retrieved_at") or "")[:10]
    try:
        days = (date.fromisoformat(str(checked_on)) - date.fromisoformat(stated)).days
    except ValueError:
        return "–"
    if days < 0:
        return "–"
    if days < 60:
        return f"{days} Tage" if days != 1 else "1 Tag"
    if days < 730:
        return f"{days // 30} Monate"
    return f"{word(round(days / 365.25, 1), 'de')} Jahre"
