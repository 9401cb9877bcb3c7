"""What only the data protection officer may see of a plan: its pattern, its costs, and what is outdated."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.disclosure.auditor.certificate import level_in_german
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.plan_key import NOISE_KEY, keep
from exports.files import private_folder
from sources.foundation.files import readable_json, write_text
from sources.foundation.told import Told, figure

if TYPE_CHECKING:
    import numpy

    from exports.disclosure.planning import Planned
    from exports.disclosure.protected import Protected


BESIDE_CODES = ("value", "status", "reason", "reason_de")
"""Columns of `pattern.csv` behind the codes of the cell."""


def keep_record(planned: Planned, folder: Path) -> dict[str, Any]:
    """Write what only the data protection officer may see, and return the summary.

    `pattern.csv` (every cell with its true value, status and reason), `summary.json`, `bericht.md` (the same
    in German words) and `outdated.json` (numbers of earlier editions that were revised since).
    """
    summary = summarise(planned)
    private_folder(folder)
    write_csv(folder / "pattern.csv", pattern_rows(planned.protected))
    write_text(folder / "summary.json", readable_json(summary))
    write_text(folder / "bericht.md", in_german(summary))
    outdated = [[product, list(key), number] for product, key, number in planned.outdated]
    write_text(folder / "outdated.json", readable_json(outdated))
    if planned.drawn_key:
        keep(planned.drawn_key, b"", folder)
    if planned.noise_key is not None:
        write_text(folder / NOISE_KEY, planned.noise_key + "\n")
    return summary


def read_outdated(folder: Path) -> list[tuple[str, tuple[str, ...], float | None]]:
    """Numbers of earlier editions that do not hold any more, as `keep_record` wrote them; none without."""
    path = folder / "outdated.json"
    if not path.is_file():
        return []
    return [
        (product, tuple(key), number) for product, key, number in json.loads(path.read_text(encoding="utf-8"))
    ]


def summarise(planned: Planned) -> dict[str, Any]:
    """What the plan costs and what it holds against. Confidential: sums over hidden cells are equations."""
    protected = planned.protected
    shown = protected.printed
    hidden = protected.pattern.hidden & shown
    withdrawn = protected.withdrawn & shown if protected.withdrawn.size else hidden & False
    sensitive = protected.primaries.sensitive
    unsure = protected.unsure
    policy = planned.universe.policy
    return {
        "universe": planned.universe.name,
        "title_de": planned.universe.title_de,
        "products": sorted(planned.tables),
        "legal_basis": policy.legal_basis,
        "decided_by": policy.decided_by,
        "decided_on": policy.decided_on.isoformat(),
        "method": policy.method,
        "withstand": list(policy.withstand),
        "cells": int(shown.sum()),
        "equations": int(protected.system.equations.shape[0]),
        "primary": int((sensitive & hidden).sum()),
        "secondary": int((protected.pattern.secondary & shown & ~unsure).sum()),
        "unknown": int((protected.pattern.secondary & shown & unsure).sum()),
        "hidden": int(hidden.sum()),
        "withdrawn": int(withdrawn.sum()),
        "value_hidden_percent": _lost(protected.system.values, shown, hidden | withdrawn),
        "objective": round(protected.pattern.objective, 6),
        "lower_bound": round(protected.pattern.bound, 6),
        "lower_bound_of": protected.bound_of,
        "hidden_in_any_case": round(protected.pattern.given, 6),
        "gap_percent": None if math.isinf(protected.pattern.gap) else round(100 * protected.pattern.gap, 3),
        "levels": dict(protected.result.levels),
        "provably_small": protected.result.provably_small,
        "earlier_editions": [public.id for public in planned.public],
        # what was hidden before and is zero is no number: group disclosure hides zeros too
        "outdated_numbers": sum(number is not None for _, _, number in planned.outdated),
        "rounds": protected.rounds,
        "notes": [*protected.notes, *protected.pattern.notes],
    }


def in_german(summary: Mapping[str, Any]) -> str:
    """The summary for the data protection officer."""
    gap = summary["gap_percent"]
    given, rest = summary["hidden_in_any_case"], summary["objective"] - summary["hidden_in_any_case"]
    surcharge = f"{100 * given / rest:.1f} % der übrigen Kosten" if rest > 0 else f"Kosten {given:g}"
    distance = (
        "nicht bekannt"
        if gap is None
        else "0 (nachweislich am besten)"
        if gap == 0
        else f"höchstens {figure(gap, 'de')} %"
    )
    lost = figure(summary["value_hidden_percent"], "de")
    lines = [
        f"# Geheimhaltung: {summary['title_de']}",
        "",
        "**Vertraulich.** Nur für die Stelle, die über die Geheimhaltung entscheidet. Nicht veröffentlichen:",
        "schon die Summe der gesperrten Werte wäre eine Gleichung mehr für einen Angreifer.",
        "",
        f"Produkte: {', '.join(summary['products'])}. Grundlage: {summary['legal_basis']}. Festgelegt von "
        f"{summary['decided_by']} am {summary['decided_on']}.",
        "",
        "| | |",
        "|---|---|",
        f"| veröffentlichte Felder | {summary['cells']} |",
        f"| wegen einer Regel gesperrt (primär) | {summary['primary']} |",
        f"| zum Schutz anderer gesperrt (sekundär) | {summary['secondary']} |",
        f"| Summen mit Teilen, welche die Quelle geheim hält | {summary['unknown']} |",
        f"| früher veröffentlicht oder daraus errechenbar, jetzt gesperrt | {summary['withdrawn']} |",
        f"| Anteil der gesperrten an allen gezeigten Werten | {lost} % |",
        f"| Abstand von der besten Lösung | {distance} |",
        f"| Preis dessen, was ohnehin gesperrt ist (Lockfelder, frühere Muster) | {surcharge} |",
        f"| bereits veröffentlichte Ausgaben | {len(summary['earlier_editions'])} |",
        f"| davon überholte Zahlen | {summary['outdated_numbers']} |",
        "",
        "Angriffe:",
        "",
        *(f"- {level_in_german(name, outcome)}" for name, outcome in summary["levels"].items()),
    ]
    if summary["provably_small"]:
        lines += [
            "",
            f"Verbleibendes Wissen: bei {summary['provably_small']} gesperrten Feldern ist nachweisbar, dass "
            "sie unter der Mindestfallzahl liegen; ihr Wert bleibt offen.",
        ]
    if summary["withdrawn"]:
        lines += [
            "",
            f"{summary['withdrawn']} gesperrte Felder standen in einer früheren Ausgabe oder lassen sich aus "
            "früheren Ausgaben errechnen. Wer diese aufgehoben hat, kennt sie weiter.",
        ]
    return "\n".join([*lines, ""])


def _lost(values: numpy.typing.NDArray[Any], shown: Any, hidden: Any) -> float:
    total = float(values[shown].sum())
    return round(100.0 * float(values[hidden].sum()) / total, 2) if total else 0.0


def pattern_rows(planned: Protected) -> list[list[str]]:
    """Every printed cell with its true value, its status and the rule that hides it, in both languages."""
    rows = [[*planned.system.dimensions, *BESIDE_CODES]]
    for cell, key in enumerate(planned.system.keys):
        if planned.printed[cell]:
            reason = planned.primaries.reasons.get(cell, Told("", ""))
            value = "" if planned.is_unsure(cell) else in_digits(float(planned.system.values[cell]))
            rows.append([*key, value, planned.status(cell), str(reason), reason.de])
    return rows


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV with a header; raises DeclarationError when there is no such file."""
    if not path.is_file():
        raise DeclarationError(Told(f"{path}: no such file", f"{path}: diese Datei gibt es nicht"))
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write rows as CSV, the header first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8")


def in_digits(number: float) -> str:
    """A number as it is written into files: whole ones without a decimal point."""
    return str(int(number)) if number == int(number) else repr(number)


__all__ = [
    "BESIDE_CODES",
    "in_digits",
    "in_german",
    "keep_record",
    "pattern_rows",
    "read_csv",
    "read_outdated",
    "summarise",
    "write_csv",
]
