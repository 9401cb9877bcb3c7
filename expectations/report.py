"""The gate's report as one HTML file: German with English subtitles, nothing loaded from outside.

The page is written for three readers: who decides (the verdict on top), who mends (findings with examples and
responsibility), who audits (every check, what it protects and what it looked at). It prints well, reads well
with a screen reader (headings, captions, scopes, words beside every colour) and needs no script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from expectations.wording import Phrase, word

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
_OPEN = ("error", "failed", "warned", "noted")

_STYLE = """
:root { color-scheme: light; --ink:#1c2430; --soft:#5a6573; --line:#d5dbe2; --paper:#ffffff; --shade:#f4f6f8;
  --ok:#1b6b3a; --ok-bg:#e8f4ec; --bad:#a11622; --bad-bg:#fbeaec; --warn:#7a4b00; --warn-bg:#fdf3df;
  --note:#1f4e8c; --note-bg:#e9f0fa; }
* { box-sizing: border-box; }
body { margin:0; background:var(--shade); color:var(--ink); font:16px/1.5 system-ui, "Segoe UI", Roboto,
  "Liberation Sans", Arial, sans-serif; }
main { max-width:68rem; margin:0 auto; padding:2rem 1.5rem 4rem; background:var(--paper); min-height:100vh; }
h1 { font-size:1.75rem; line-height:1.2; margin:0 0 .25rem; }
h2 { font-size:1.25rem; margin:2.5rem 0 .75rem; padding-bottom:.25rem; border-bottom:2px solid var(--line); }
h3 { font-size:1.05rem; margin:0; }
p { margin:.4rem 0; }
[lang=en] { color:var(--soft); font-size:.875em; font-weight:400; }
h1 [lang=en], h2 [lang=en], h3 [lang=en] { display:block; }
.verdict { display:flex; gap:1rem; align-items:center; margin:1.5rem 0; padding:1rem 1.25rem;
  border-radius:.5rem; border:1px solid; }
.verdict strong { font-size:1.25rem; display:block; }
.verdict .sign { font-size:2rem; line-height:1; width:2.5rem; text-align:center; flex:none; }
.verdict.passed, .badge.passed { color:var(--ok); background:var(--ok-bg); border-color:var(--ok); }
.verdict.failed, .badge.failed, .badge.error { color:var(--bad); background:var(--bad-bg);
  border-color:var(--bad); }
.badge.warned { color:var(--warn); background:var(--warn-bg); border-color:var(--warn); }
.badge.noted { color:var(--note); background:var(--note-bg); border-color:var(--note); }
.badge { display:inline-block; padding:.1rem .55rem; border-radius:1rem; border:1px solid; font-size:.8125rem;
  font-weight:600; white-space:nowrap; }
dl.facts { display:grid; grid-template-columns:repeat(auto-fit, minmax(11rem, 1fr)); gap:.75rem 1.5rem;
  margin:1rem 0; }
dl.facts dt { color:var(--soft); font-size:.8125rem; }
dl.facts dd { margin:0; font-weight:600; font-variant-numeric:tabular-nums; }
article { border:1px solid var(--line); border-left-width:.35rem; border-radius:.375rem; padding:.9rem 1.1rem;
  margin:.9rem 0; background:var(--paper); color:var(--ink); break-inside:avoid-page; }
article.failed, article.error { border-left-color:var(--bad); }
article.warned { border-left-color:var(--warn); }
article.noted { border-left-color:var(--note); }
article header { display:flex; gap:1rem; justify-content:space-between; align-items:flex-start; }
article dl { display:grid; grid-template-columns:max-content 1fr; gap:.15rem 1rem; margin:.6rem 0;
  font-size:.9375rem; }
article dt { color:var(--soft); }
article dd { margin:0; }
article ol { margin:.5rem 0 0; padding-left:2rem; font-size:.875rem; font-variant-numeric:tabular-nums; }
article ol li { margin:.15rem 0; overflow-wrap:anywhere; }
.scroll { overflow-x:auto; }
table { border-collapse:collapse; width:100%; font-size:.875rem; }
caption { text-align:left; font-weight:600; padding:.5rem 0; }
th, td { text-align:left; vertical-align:top; padding:.4rem .6rem; border-bottom:1px solid var(--line); }
thead th { border-bottom:2px solid var(--line); color:var(--soft); font-weight:600; }
tbody th { font-weight:600; }
td.id { font-family:ui-monospace, "Liberation Mono", Consolas, monospace; font-size:.75rem;
  color:var(--soft); }
td.nowrap { white-space:nowrap; }
footer { margin-top:3rem; color:var(--soft); font-size:.8125rem; }
@media print {
  body, main { background:#fff; } main { max-width:none; padding:0; }
  h2 { break-after:avoid; } tr, article { break-inside:avoid; } a { color:inherit; }
  .scroll { overflow:visible; } body { font-size:10pt; }
}
"""


def page(verdict: Mapping[str, Any]) -> str:
    """The whole page for a verdict as `gate.json` holds it (no seconds; with `sources`)."""
    facts = verdict["facts"]
    title = facts.get("title_de") or verdict["product"]
    checks: list[Mapping[str, Any]] = list(verdict["checks"])
    findings = [check for outcome in _OPEN for check in checks if check["outcome"] == outcome]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="de">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Prüfbericht {escape(str(title))}</title>",
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body><main>",
            f"<h1>Prüfbericht: {escape(str(title))}{_en(facts.get('title_en'))}</h1>",
            f"<p>Produkt <strong>{escape(verdict['product'])}</strong>{_checked(verdict)}</p>",
            _banner(verdict),
            _facts(verdict),
            _findings(findings),
            _all_checks(checks),
            _sources(verdict.get("sources") or (), verdict.get("checked_on")),
            _legend(),
            "</main></body>",
            "</html>",
            "",
        ]
    )


def _en(text: Any) -> str:
    return f' <span lang="en">{escape(str(text))}</span>' if text else ""


def _checked(verdict: Mapping[str, Any]) -> str:
    day = verdict.get("checked_on")
    return f", geprüft am {escape(word(day, 'de'))}" if day else ""


def _banner(verdict: Mapping[str, Any]) -> str:
    counts = verdict["counts"]
    if verdict["passed"]:
        kind, sign = "passed", "✓"
        words, english = "Darf veröffentlicht werden", "May be released"
    else:
        kind, sign = "failed", "✗"
        words, english = "Wird nicht veröffentlicht", "Will not be released"
    detail = ", ".join(
        f"{word(counts[outcome], 'de')} {_PLURALS.get(outcome, label) if counts[outcome] > 1 else label}"
        for outcome, (_, label, _) in reversed(OUTCOMES.items())
        if counts[outcome]
    )
    return (
        f'<div class="verdict {kind}" role="status"><span class="sign" aria-hidden="true">{sign}</span>'
        f"<div><strong>{words}</strong>{_en(english)}<div>{escape(detail)}</div></div></div>"
    )


def _facts(verdict: Mapping[str, Any]) -> str:
    facts = verdict["facts"]
    if "rows" not in facts:
        return ""
    period = (
        f"{word(facts['period_from'], 'de')} bis {word(facts['period_to'], 'de')}"
        if facts.get("period_from")
        else "–"
    )
    entries = [
        ("Zeilen", word(facts["rows"], "de")),
        ("Spalten", word(facts["columns"], "de")),
        ("Stichtage", period),
        ("Verglichen mit", facts["previous"] or "keiner vorigen Veröffentlichung"),
        ("Gebietsverzeichnis", "lag vor" if facts["register"] else "lag nicht vor"),
        ("Prüfungen", word(len(verdict["checks"]), "de")),
    ]
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>" for name, value in entries
    )
    return (
        f'<section aria-labelledby="facts"><h2 id="facts">Was geprüft wurde{_en("What was checked")}</h2>'
        f'<dl class="facts">{items}</dl></section>'
    )


def _badge(outcome: str) -> str:
    sign, german, english = OUTCOMES[outcome]
    return (
        f'<span class="badge {outcome}" title="{english}">'
        f'<span aria-hidden="true">{sign}</span> {german}</span>'
    )


def _findings(checks: Sequence[Mapping[str, Any]]) -> str:
    heading = f'<h2 id="findings">Befunde{_en("Findings")}</h2>'
    if not checks:
        none = "<p>Keine: jede Prüfung ist bestanden.</p>"
        return f'<section aria-labelledby="findings">{heading}{none}</section>'
    return f'<section aria-labelledby="findings">{heading}{"".join(map(_finding, checks))}</section>'


def _finding(check: Mapping[str, Any]) -> str:
    examples = "".join(f"<li>{escape(example)}</li>" for example in check["examples_de"])
    more = check["found"] - len(check["examples_de"])
    rest = f"<p>… und {word(more, 'de')} weitere</p>" if examples and more > 0 else ""
    listed = f"<ol>{examples}</ol>{rest}" if examples else ""
    return (
        f'<article class="{check["outcome"]}" id="{escape(check["id"])}"><header>'
        f"<h3>{escape(check['title_de'])}{_en(check['title'])}</h3>{_badge(check['outcome'])}</header>"
        f"<dl><dt>Ergebnis</dt><dd>{escape(check['observed_de'])}</dd>"
        f"<dt>Schützt</dt><dd>{escape(check['protects_de'])}</dd>"
        f"<dt>Zuständig</dt><dd>{escape(check['who_fixes_de'])}</dd>"
        f"<dt>Folge</dt><dd>{_EFFECTS[check['outcome']]}</dd></dl>{listed}</article>"
    )


def _all_checks(checks: Sequence[Mapping[str, Any]]) -> str:
    tables = []
    for family, name in FAMILIES.items():
        members = [check for check in checks if check["family"] == family]
        if not members:
            continue
        rows = "".join(
            f'<tr><th scope="row">{escape(check["title_de"])}</th>'
            f'<td class="nowrap">{_badge(check["outcome"])}</td>'
            f"<td>{escape(check['observed_de'])}</td><td>{escape(check['protects_de'])}</td>"
            f'<td class="id">{escape(check["id"])}</td></tr>'
            for check in members
        )
        tables.append(
            f'<div class="scroll"><table><caption>{escape(name.de)}{_en(name.en)}</caption>'
            '<thead><tr><th scope="col">Prüfung</th><th scope="col">Ergebnis</th><th scope="col">Umfang</th>'
            '<th scope="col">schützt</th><th scope="col">Kennung</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
    return (
        f'<section aria-labelledby="checks"><h2 id="checks">Alle Prüfungen{_en("All checks")}</h2>'
        f"{''.join(tables)}</section>"
    )


def _sources(sources: Sequence[Mapping[str, Any]], checked_on: str | None) -> str:
    if not sources:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(str(source.get("dataset_id", "–")))}</th>'
        f"<td>{escape(str(source.get('title_de') or '–'))}<br>"
        f"{escape(str(source.get('attribution') or ''))}</td>"
        f'<td class="nowrap">{_day(source.get("published_at"))}</td>'
        f'<td class="nowrap">{_day(source.get("retrieved_at"))}</td>'
        f'<td class="nowrap">{_age(source, checked_on)}</td>'
        f"<td>{escape(str(source.get('licence') or '–'))}</td>"
        f"<td>{_state(source)}</td></tr>"
        for source in sources
    )
    return (
        f'<section aria-labelledby="sources"><h2 id="sources">Quellen{_en("Sources")}</h2>'
        '<div class="scroll"><table><caption>Welcher Stand welcher Tabelle eingegangen ist</caption>'
        '<thead><tr><th scope="col">Tabelle</th><th scope="col">Titel und Quellenvermerk</th>'
        '<th scope="col">Stand</th><th scope="col">Abruf</th><th scope="col">Alter des Stands</th>'
        '<th scope="col">Lizenz</th><th scope="col">Bemerkung</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _day(moment: Any) -> str:
    return escape(word(str(moment)[:10], "de")) if moment else "–"


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


def _state(source: Mapping[str, Any]) -> str:
    note = escape(str(source.get("note") or ""))
    if source.get("is_old"):
        return f'<span class="badge warned"><span aria-hidden="true">△</span> alter Stand</span> {note}'
    if not source.get("snapshot_id"):
        return f"nicht geliefert {note}"
    return note


def _legend() -> str:
    entries = "".join(
        f"<dt>{_badge(outcome)}</dt><dd>{meaning}</dd>"
        for outcome, meaning in {
            "failed": "Ein Befund, der die Veröffentlichung anhält. Die vorige bleibt gültig.",
            "error": "Die Regel selbst war nicht auswertbar. Das sagt nichts über die Daten, hält aber an.",
            "warned": "Ein Befund, der in den Notizen der Veröffentlichung steht.",
            "noted": "Eine Mitteilung ohne Folge.",
            "passed": "Nichts zu beanstanden.",
        }.items()
    )
    return (
        f'<section aria-labelledby="legend"><h2 id="legend">Zeichenerklärung{_en("Legend")}</h2>'
        f"<article><dl>{entries}</dl></article></section>"
        "<footer>Dieser Bericht gehört zu den Dateien in seinem Ordner; deren Prüfsummen stehen in "
        "<code>receipt.json</code>. Maschinenlesbar: <code>gate.json</code>.</footer>"
    )
