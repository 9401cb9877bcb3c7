"""Checks of disclosure control: somebody decided, and a protected product was attacked in vain.

The attack itself is not made here: its certificate lies in the candidate. What is checked is that it passed,
that it speaks about exactly these files, and that a decision fits what the product stands on. Nothing here
names a number that is kept secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.bench import CANDIDATE_VIEW, Bench
from expectations.rules import EXAMPLES, Inspection, Result, Statement, quoted_list
from sources.foundation.editions import AFTERWARDS, CERTIFICATE
from sources.foundation.files import sha256_of
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

DECLARATION = "disclosure.json"

PROPOSED = "bitte durch die eigene Stelle ersetzen"
"""How `decided_by` of a policy that comes with planstat says that nobody in the house has decided yet."""

_OFFICER = Phrase(
    "Datenschutz und wer die Produktdatei pflegt (exports/products, Abschnitt disclosure)",
    "data protection officer and owner of the product file (exports/products, section disclosure)",
)
_FINDING = Phrase("{de}", "{en}")
_PROTECTS = Phrase(
    "Menschen, die in kleinen Zahlen erkennbar wären", "people who could be recognised in small numbers"
)


def inspections(bench: Bench) -> list[Inspection]:
    """The decision and withdrawals; for a protected product also certificate, who decided, what remains."""
    found = [_decided(bench)]
    decision = bench.description.disclosure
    if decision is not None and decision.policy is not None:
        found += [_certified(bench), _adopted(bench), _risks(bench)]
    if bench.previous_types is not None and bench.has("value", "conf_status"):
        found.append(_withdrawals(bench))
    return found


def _decided(bench: Bench) -> Inspection:
    statement = Statement(
        "disclosure.decided",
        "disclosure",
        "fail",
        Phrase("Über die Geheimhaltung ist entschieden", "Disclosure control is decided"),
        _PROTECTS,
        _OFFICER,
        _FINDING,
        unit=Phrase("Entscheidung", "decision"),
    )

    def run() -> Result:
        decision = bench.description.disclosure
        secret = [dataset.dataset_id for dataset in bench.description.datasets if dataset.is_confidential]
        names = ", ".join(secret)
        if decision is None:
            because = (f" (vertraulich: {names})", f" (confidential: {names})") if secret else ("", "")
            row = {
                "de": f"niemand hat entschieden, wie das Produkt geheim gehalten wird{because[0]}; eine "
                "Regel "
                "(policy) oder eine begründete Ausnahme (exempt) in die Produktdatei schreiben",
                "en": f"nobody decided how the product keeps secrets{because[1]}; write a policy, or an "
                "exemption with its reason, into the product file",
            }
            return Result(examined=1, failed=1, rows=(row,))
        if decision.policy is None and secret:
            row = {
                "de": f"das Produkt ist ausgenommen, beruht aber auf vertraulichen Daten ({names}): es "
                "braucht "
                "eine Regel (policy)",
                "en": f"the product is exempt, yet it stands on confidential data ({names}): it needs a "
                "policy",
            }
            return Result(examined=1, failed=1, rows=(row,))
        return Result(examined=1)

    return Inspection(statement, run)


def _certified(bench: Bench) -> Inspection:
    statement = Statement(
        "disclosure.certificate",
        "disclosure",
        "fail",
        Phrase(
            "Der Angriff auf genau diese Dateien ist gescheitert",
            "The attack on exactly these files did not succeed",
        ),
        _PROTECTS,
        _OFFICER,
        _FINDING,
        unit=Phrase("Dateien", "files"),
    )

    def run() -> Result:
        complaints: list[dict[str, Any]] = []

        def complain(de: str, en: str) -> None:
            complaints.append({"de": de, "en": en})

        files = _hashes(bench.folder)
        if DECLARATION not in files:
            complain(f"{DECLARATION} fehlt", f"{DECLARATION} is absent")
        certificate = _read(bench.folder / CERTIFICATE)
        recorded = certificate.get("files") if certificate else None
        if not isinstance(recorded, Mapping):
            complain(
                "kein Zertifikat: die Dateien wurden nicht angegriffen, oder sie widersprechen sich",
                "no certificate: the files were not attacked, or they contradict each other",
            )
            return Result(examined=len(files), failed=len(complaints), rows=tuple(complaints))
        assert certificate is not None
        demanded = bench.description.policy
        if demanded is None:
            complain(
                "die Beschreibung sagt nicht, was die Festlegung verlangt",
                "the description does not say what the policy demands",
            )
        else:
            declared = (_read(bench.folder / DECLARATION) or {}).get("declaration")
            safety = declared.get("safety") if isinstance(declared, Mapping) else None
            safety = safety if isinstance(safety, Mapping) else {}
            differs = [key for key, value in demanded.safety.items() if safety.get(key) != value]
            if differs:
                names = ", ".join(differs)
                complain(
                    f"{DECLARATION} verlangt anderes als die Festlegung {demanded.universe}: {names}",
                    f"{DECLARATION} demands other than the policy {demanded.universe}: {names}",
                )
            if certificate.get("policy_sha256") != demanded.sha256:
                complain(
                    f"angegriffen wurde nach einer anderen Festlegung als {demanded.universe} von jetzt",
                    f"the attack was by another decision than {demanded.universe} as it is now",
                )
        missing = [str(name) for name in certificate.get("missing") or ()]
        if missing:
            names = ", ".join(missing)
            complain(
                f"der Angriff ist unvollständig: {names} wurde veröffentlicht und fehlt oder ist verändert; "
                "aus einer Sicherung wiederherstellen",
                f"the attack is not complete: {names} was published and is missing or changed; restore it "
                "from a backup",
            )
        elif certificate.get("passed") is not True:
            count = certificate.get("findings")
            complain(
                f"der Angriff gelang: {count} gesperrte Werte lassen sich errechnen; `planstat disclosure "
                "audit "
                f"{bench.description.product}` zeigt wie",
                f"the attack succeeded: {count} hidden values can be computed; `planstat disclosure audit "
                f"{bench.description.product}` shows how",
            )
        for name in sorted(files.keys() | recorded.keys()):
            if name not in files:
                complain(f"{name} wurde angegriffen und fehlt", f"{name} was attacked and is absent")
            elif name not in recorded:
                complain(f"{name} wurde nicht angegriffen", f"{name} was not attacked")
            elif files[name] != recorded[name]:
                complain(f"{name} wurde danach geändert", f"{name} was changed afterwards")
        return Result(examined=len(files), failed=len(complaints), rows=tuple(complaints[:EXAMPLES]))

    return Inspection(statement, run)


def _adopted(bench: Bench) -> Inspection:
    """A warning: whoever tries planstat out has nobody decide first."""
    statement = Statement(
        "disclosure.adopted",
        "disclosure",
        "warn",
        Phrase(
            "Die eigene Stelle hat über die Geheimhaltung entschieden", "The office itself decided the policy"
        ),
        Phrase(
            "davor, dass vorgeschlagene Schwellen für beschlossene gehalten werden",
            "against proposed thresholds that are taken for decided ones",
        ),
        _OFFICER,
        _FINDING,
        unit=Phrase("Entscheidung", "decision"),
    )

    def run() -> Result:
        decided_by = bench.description.policy.decided_by if bench.description.policy else ""
        if PROPOSED not in decided_by:
            return Result(examined=1)
        row = {
            "de": "die Regel ist ein Vorschlag, der mit planstat kommt: in exports/products/policies "
            "decided_by, decided_on und die Schwellen durch die eigene Entscheidung ersetzen",
            "en": "the policy is a proposal that comes with planstat: in exports/products/policies put your "
            "own decision in the place of decided_by, decided_on and the thresholds",
        }
        return Result(examined=1, warned=1, rows=(row,))

    return Inspection(statement, run)


def _risks(bench: Bench) -> Inspection:
    statement = Statement(
        "disclosure.remaining",
        "disclosure",
        "info",
        Phrase(
            "Was geschützt ist und was ein Angreifer dennoch weiß", "What is protected, what remains known"
        ),
        _PROTECTS,
        _OFFICER,
        _FINDING,
        unit=Phrase("Felder", "cells"),
    )

    def run() -> Result:
        certificate = _read(bench.folder / CERTIFICATE) or {}
        declared = bench.description.policy
        basis = (
            (declared.legal_basis, declared.decided_by, declared.decided_on.isoformat())
            if declared is not None
            else ("?", "?", "?")
        )
        hidden, cells = int(certificate.get("hidden", 0)), int(certificate.get("cells", 0))
        levels = ", ".join(f"{name} {outcome}" for name, outcome in (certificate.get("levels") or {}).items())
        in_german = "; ".join(map(str, certificate.get("levels_de") or ()))
        withstand = ", ".join(certificate.get("withstand") or ())
        rows = [
            {
                "de": f"{hidden} Felder gesperrt; Grundlage {basis[0]}, festgelegt von "
                f"{basis[1]} am {basis[2]}. Zahl der primären und "
                "sekundären "
                "Sperrungen, Wertverlust und Abstand vom Optimum stehen im vertraulichen Bericht: sie wären "
                "hier selbst Hinweise",
                "en": f"{hidden} cells hidden; basis {basis[0]}, decided by "
                f"{basis[1]} on {basis[2]}. Primaries, secondaries, "
                "value "
                "lost and distance from the optimum stand in the confidential report: here they would be "
                "hints",
            },
            {"de": f"Angriffe ({withstand}): {in_german}", "en": f"attacks ({withstand}): {levels}"},
            *(
                {"de": str(de), "en": str(en)}
                for de, en in zip(
                    certificate.get("remaining_risks_de") or (),
                    certificate.get("remaining_risks") or (),
                    strict=True,
                )
            ),
        ]
        return Result(examined=cells, noted=len(rows), rows=tuple(rows))

    return Inspection(statement, run)


def _withdrawals(bench: Bench) -> Inspection:
    statement = Statement(
        "disclosure.withdrawals",
        "disclosure",
        "warn",
        Phrase("Was öffentlich war, bleibt öffentlich", "What was public stays public"),
        Phrase(
            "davor, dass eine zurückgezogene Zahl unbemerkt bleibt: sie steht noch in früheren Ausgaben",
            "against an unnoticed withdrawal: the figure still stands in earlier editions",
        ),
        _OFFICER,
        Phrase("stand in der vorigen Ausgabe, jetzt geheim", "was in the previous edition, secret now"),
        unit=Phrase("Werte", "values"),
        keys=bench.key_columns(),
    )

    def run() -> Result:
        grain = bench.description.grain
        previous = bench.previous_types or {}
        if any(name not in previous for name in (*grain, "value")):
            return Result(examined=0, skipped=1)
        match = " and ".join(f"now.{quoted(name)} = before.{quoted(name)}" for name in grain)
        keys = bench.key_columns()
        found = bench.connection.execute(
            f"select {quoted_list(keys, 'now')} from {CANDIDATE_VIEW} as now "
            f"inner join previous as before on {match} "
            "where before.value is not null and now.value is null and now.conf_status <> 'F' "
            f"order by {quoted_list(keys, 'now')}"
        ).fetchall()
        (examined,) = bench.connection.execute("select count(value) from previous").fetchone() or (0,)
        rows = tuple(dict(zip(keys, row, strict=True)) for row in found[:EXAMPLES])
        return Result(examined=int(examined), warned=len(found), rows=rows)

    return Inspection(statement, run)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in AFTERWARDS and not path.name.startswith(".")
    }
