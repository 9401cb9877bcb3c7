"""The certificate of an attack: which attacker levels were tried on exactly which bytes, and how it ended."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from exports.disclosure.auditor.findings import Result
from exports.disclosure.auditor.minimality import LISTED_CELLS, LISTED_TABLES
from exports.disclosure.declaration import Declaration
from sources.foundation.files import sha256_of

AUDITOR_VERSION = "1"


class Risk(NamedTuple):
    """What an attacker can still do, in English and German."""

    en: str
    de: str


LEVELS = {
    "exact": Risk(
        "no hidden cell can be computed from sums and differences of published numbers",
        "Summen und Differenzen",
    ),
    "interval": Risk(
        "no hidden cell is known more closely than the declared width, counts not being negative",
        "Werte sind nicht negativ (K1)",
    ),
    "integer": Risk(
        "the same in whole numbers, knowing that hidden cells are not zero",
        "ganze Zahlen, Gesperrtes ist nicht null (K2)",
    ),
    "whole": Risk("the same in whole numbers", "ganze Zahlen"),
    "positive": Risk(
        "the same for amounts, knowing that hidden ones are more than zero",
        "Beträge, Gesperrtes ist nicht null (K2)",
    ),
    "insider": Risk(
        "nobody who is alone in a cell learns from it what others contribute",
        "wer in einem Feld allein steht (K4)",
    ),
    "unions": Risk(
        "no sum of hidden cells that the rule forbids to show can be computed",
        "errechenbare Summen gesperrter Felder",
    ),
    "minimality": Risk(
        "no hidden cell of a small connected set is fixed by knowing how the planner works",
        "Kenntnis des Programms",
    ),
    "earlier": Risk(
        "hidden cells that earlier editions give away by themselves; nobody can call these back",
        "was frühere Ausgaben allein verraten",
    ),
    "noise": Risk(
        "the noise of no small cell can be undone from the published sums", "Überlagerung zurückrechnen"
    ),
}
"""What each level says when it passed, and its name in German."""

_OUTCOMES_DE = (
    (r"passed", "abgewehrt"),
    (r"(\d+) broken", r"\1 gebrochen"),
    (r"passed, but for what .*", "abgewehrt, bis auf das, was frühere Ausgaben verraten"),
    (r"(\d+) hidden cells known from earlier editions", r"\1 gesperrte Felder sind aus ihnen bekannt"),
    (r"nothing known from them", "nichts"),
    (r"not tried: who contributes .*", "nicht geprüft: wer beiträgt, steht nicht in den Dateien"),
    (
        r"not tried: no connected set .*",
        "nicht geprüft: keine zusammenhängende Menge ist klein genug, um alle ihre Tabellen aufzuzählen",
    ),
)


def level_in_german(name: str, outcome: str) -> str:
    """A level and how it ended, for people who read German. Raises ValueError for an unknown one."""
    for pattern, words in _OUTCOMES_DE:
        if found := re.fullmatch(pattern, outcome):
            return f"{LEVELS[name].de}: {found.expand(words)}"
    raise ValueError(f"{name}: {outcome!r} has no German words")


_NOT_TRIED = {
    "K2": Risk(
        "an attacker who knows that hidden cells are not zero was not tried",
        "ein Angreifer, der weiß, dass gesperrte Felder nicht null sind, wurde nicht geprüft",
    ),
    "K4": Risk(
        "a single contributor who knows the own cell was not tried",
        "jemand, der sein eigenes Feld als einziger Beitrag kennt, wurde nicht geprüft",
    ),
    "K5": Risk(
        "earlier releases and other publishers' tables were not used",
        "frühere Ausgaben und Tabellen anderer Stellen wurden nicht benutzt",
    ),
}
_NOTHING_EARLIER = Risk(
    "no earlier release is declared; what others have published about these cells is not known here",
    "keine frühere Ausgabe ist angegeben; was andere über diese Felder veröffentlichten, ist hier unbekannt",
)
_UNPRINTED = Risk(
    "small cells that no table prints may be computable",
    "kleine Felder, die in keiner Tabelle stehen, können zu errechnen sein",
)


@dataclass(frozen=True)
class Certificate:
    """Bound to the files by their hashes. `passed` is false when anything was broken.

    For a product, `earlier` says which editions of which products were public when it was attacked, by hash,
    and `policy_sha256` which decision the attack was as strong as. `complete`: whether all that was ever
    published was used; `missing` names what was published and is gone or changed, which is not passed.
    """

    name: str
    passed: bool
    levels: dict[str, str]
    withstand: tuple[str, ...]
    files: dict[str, str]
    declaration_sha256: str
    cells: int
    hidden: int
    findings: int
    remaining_risks: tuple[Risk, ...]
    earlier: dict[str, str] | None = None
    policy_sha256: str | None = None
    complete: bool = True
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "certificate": "disclosure audit",
            "auditor_version": AUDITOR_VERSION,
            "name": self.name,
            "passed": self.passed,
            "levels": self.levels,
            "levels_de": [level_in_german(name, outcome) for name, outcome in self.levels.items()],
            "meaning": {name: LEVELS[name].en for name in self.levels},
            "withstand": list(self.withstand),
            "files": self.files,
            "declaration_sha256": self.declaration_sha256,
            "cells": self.cells,
            "hidden": self.hidden,
            "findings": self.findings,
            "remaining_risks": [risk.en for risk in self.remaining_risks],
            "remaining_risks_de": [risk.de for risk in self.remaining_risks],
            **(
                {}
                if self.earlier is None
                else {
                    "earlier": self.earlier,
                    "complete": self.complete,
                    "missing": list(self.missing),
                }
            ),
            **({} if self.policy_sha256 is None else {"policy_sha256": self.policy_sha256}),
        }

    def write(self, path: Path) -> None:
        """Write as JSON; the same audit gives the same bytes."""
        path.write_text(
            json.dumps(self.as_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )


def issue_certificate(
    declaration: Declaration, result: Result, files: Mapping[str, Path], declaration_file: Path
) -> Certificate:
    """The certificate for a finished attack on these files."""
    return Certificate(
        name=declaration.name,
        passed=result.passed,
        levels=dict(result.levels),
        withstand=declaration.safety.withstand,
        files={name: sha256_of(path) for name, path in sorted(files.items())},
        declaration_sha256=sha256_of(declaration_file),
        cells=result.cells,
        hidden=result.hidden,
        findings=len(result.findings),
        remaining_risks=tuple(remaining_risks(declaration, result)),
    )


def remaining_risks(declaration: Declaration, result: Result) -> list[Risk]:
    """What an attacker can still do, in words."""
    safety = declaration.safety
    risks: list[Risk] = []
    if result.provably_small:
        risks.append(
            Risk(
                f"{result.provably_small} of {result.hidden} hidden cells are provably smaller than "
                f"{safety.minimum_frequency} because zeros are shown; their exact value stays open",
                f"{result.provably_small} von {result.hidden} gesperrten Feldern sind nachweislich unter "
                f"{safety.minimum_frequency}, weil Nullen gezeigt werden; ihr genauer Wert bleibt offen",
            )
        )
    risks += [risk for level, risk in _NOT_TRIED.items() if level not in result.tried]
    risks += _program_known(result)
    if result.given_away:
        risks.append(
            Risk(
                f"{result.given_away} hidden cells stand in earlier editions or follow from these alone; "
                "whoever kept them knows these cells",
                f"{result.given_away} gesperrte Felder stehen in früheren Ausgaben oder sind aus diesen "
                "allein zu errechnen; wer diese hat, kennt sie",
            )
        )
    if "K5" in safety.withstand and not any(table.earlier for table in declaration.tables):
        risks.append(_NOTHING_EARLIER)
    if result.undone_noise:
        cells = len(result.undone_noise)
        risks.append(
            Risk(
                f"{cells} cells have only one true value within the noise",
                f"bei {cells} Feldern passt nur ein wahrer Wert zur Überlagerung",
            )
        )
    if safety.unpublished == "ignore":
        risks.append(_UNPRINTED)
    return risks


def _program_known(result: Result) -> list[Risk]:
    """How far it was tried what somebody excludes who runs the planner; nothing without hidden cells."""
    if not result.hidden or "noise" in result.levels or (result.sets and result.listed == result.sets):
        return []
    tried = f"{result.listed} of {result.sets}" if result.sets else "none"
    versucht = f"{result.listed} von {result.sets}" if result.sets else "keiner"
    return [
        Risk(
            f"what somebody excludes who runs the planner on every table that fits was tried in {tried} "
            f"connected sets of hidden cells, the small ones (up to {LISTED_CELLS} cells and {LISTED_TABLES} "
            "tables); in the others the secret of the policy stands against it",
            "was ausschließt, wer das Programm auf jede passende Tabelle anwendet, wurde in "
            f"{versucht} zusammenhängenden Mengen gesperrter Felder geprüft, den kleinen (bis "
            f"{LISTED_CELLS} Felder und {LISTED_TABLES} Tabellen); in den übrigen steht das Geheimnis der "
            "Festlegung dagegen",
        )
    ]


def check_certificate(certificate: Path, published: Path, declaration_file: Path) -> list[str]:
    """Problems that forbid a release: no certificate, not passed, or other bytes than were
    attacked. Empty: fine.
    """
    if not certificate.is_file():
        return [f"{certificate}: there is no disclosure certificate"]
    try:
        content = json.loads(certificate.read_text(encoding="utf-8"))
        files: dict[str, str] = content["files"]
        passed = content["passed"]
        declared = content["declaration_sha256"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{certificate}: not a disclosure certificate: {error!r}"]
    problems = [] if passed is True else [f"{certificate}: the audit did not pass"]
    if sha256_of(declaration_file) != declared:
        problems.append(f"{declaration_file}: changed since the audit")
    plan = json.loads(declaration_file.read_text(encoding="utf-8"))
    for table in plan["tables"]:
        path = published / (table.get("file") or f"{table['name']}.csv")
        if table["name"] not in files:
            problems.append(f"{path}: not part of the audit")
        elif not path.is_file():
            problems.append(f"{path}: audited, but not there")
        elif sha256_of(path) != files[table["name"]]:
            problems.append(f"{path}: changed since the audit")
    return problems
