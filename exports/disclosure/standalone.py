"""Disclosure control for any CSV of leaf counts, without the rest of the house.

`protect` writes, below the output folder,
  published/<table>.csv, declaration.json, certificate.json     may leave the house
  confidential/pattern.csv, summary.json, attacks.json          must not
`audit` attacks any published table with its declaration, foreign patterns included. `explain` says why a
cell is hidden. `check_certificate` tells whether a certificate speaks about exactly these bytes.
"""

from __future__ import annotations

import itertools
import json
import math
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exports.disclosure.auditor.certificate import (
    LEVELS,
    Certificate,
    check_certificate,
    issue_certificate,
    level_in_german,
)
from exports.disclosure.auditor.earlier import DECLARATION, read_declaration
from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import Key, gather, read_published
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.coarsening import Attempt, attempts, with_noise
from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import (
    Axis,
    Declaration,
    DeclarationError,
    Demand,
    Table,
    parse_model,
    read_model,
    resolve,
)
from exports.disclosure.leaf_table import check_codes, check_keys, check_totals, numbers, read_text
from exports.disclosure.plan_key import keep, plan_key
from exports.disclosure.policy import Config, Data, safety_of
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import NotSafe, Protected, cells_of
from exports.disclosure.record import (
    BESIDE_CODES,
    in_digits,
    pattern_rows,
    read_csv,
    read_outdated,
    write_csv,
)
from exports.files import private_folder
from sources.foundation.told import Language, Told, figure, said

CONF_HIDDEN = "N"
"""SDMX CL_CONF_STATUS "not for publication": one code for every hidden cell, primary or not."""
CONF_FREE = "F"

_UNKNOWN = Told(
    "{} is hidden because the source itself keeps a part of it secret: nobody here knows it",
    "{} ist gesperrt, weil schon die Quelle einen Teil davon geheim hält: hier kennt ihn niemand",
)
_PUBLISHED = Told("{} is published: {}", "{} ist veröffentlicht: {}")
_BY_RULE = Told("{} is hidden because of a rule: {}", "{} ist wegen einer Regel gesperrt: {}")
_WITHDRAWN = Told(
    "{} is withdrawn: an earlier edition shows it, and now a rule hides it: {}",
    "{} ist zurückgezogen: eine frühere Ausgabe zeigt es, jetzt sperrt es eine Regel: {}",
)
_LEAVES_ROOM = Told(
    "{} is hidden to leave room for others; showing it alone would break nothing",
    "{} ist gesperrt, um anderen Spielraum zu lassen; es allein zu zeigen verriete nichts",
)
_OTHERWISE = Told("{} is hidden because otherwise: {}", "{} ist gesperrt, denn sonst: {}")
_AND_MORE = Told(" (and {} more)", " (und {} weitere)")


def _filled(words: Told, label: str, more: Told | str = "") -> Told:
    """Words with the cell they are about, and what is said of it."""
    return Told(words.format(label, more), words.de.format(label, said(more, "de")))


def _otherwise(label: str, findings: Sequence[Finding]) -> Told:
    """What an attacker would compute if a hidden cell were shown."""
    if not findings:
        return _filled(_LEAVES_ROOM, label)
    first = _filled(_OTHERWISE, label, findings[0].derivation)
    if len(findings) == 1:
        return first
    more = _filled(_AND_MORE, str(len(findings) - 1))
    return Told(first + more, first.de + more.de)


@dataclass(frozen=True)
class AuditReport:
    """Outcome of an attack on published files."""

    declaration: Declaration
    result: Result
    certificate: Certificate
    seconds: float

    @property
    def passed(self) -> bool:
        """Nothing was broken at the declared attacker level."""
        return self.result.passed

    def in_words(self, language: Language = "en") -> str:
        """The report for people."""
        result = self.result
        head = Told(
            f"{self.declaration.name}: {result.cells} cells, {result.hidden} hidden, {result.equations} "
            f"equations, {result.components} connected sets, {result.programs} linear programs, "
            f"{self.seconds:.2f} s",
            f"{self.declaration.name}: {result.cells} Felder, {result.hidden} gesperrt, {result.equations} "
            f"Gleichungen, {result.components} zusammenhängende Mengen, {result.programs} lineare Programme, "
            f"{figure(round(self.seconds, 2), 'de')} s",
        )
        return "\n".join([head.say(language), *attack_in_words(result, self.certificate, language)])


def attack_in_words(result: Result, certificate: Certificate, language: Language) -> list[str]:
    """Levels, what was broken, what an attacker can still do, and the verdict, line by line."""
    if language == "de":
        broken, risk, levels = (
            "GEBROCHEN",
            "verbleibendes Wissen",
            [level_in_german(*level) for level in result.levels.items()],
        )
    else:
        broken, risk = "BROKEN", "remaining risk"
        levels = [f"{name}: {outcome}" for name, outcome in result.levels.items()]
    lines = [f"  {level}" for level in levels]
    for finding in result.findings:
        name = LEVELS[finding.attack].de if language == "de" else finding.attack
        lines.append(f"  {broken} ({name}) {finding.derivation.say(language)}")
    lines += [f"  {risk}: {getattr(one, language)}" for one in certificate.remaining_risks]
    untried, missing = ", ".join(result.untried), ", ".join(certificate.missing)
    if missing:
        verdict = Told(
            f"NOT COMPLETE: {missing} was published and is missing or changed",
            f"NICHT VOLLSTÄNDIG: {missing} wurde veröffentlicht und fehlt oder ist verändert",
        )
    elif result.findings:
        verdict = Told(
            f"NOT SAFE: {len(result.findings)} broken", f"NICHT SICHER: {len(result.findings)} gebrochen"
        )
    elif untried:
        verdict = Told(
            f"NOT COMPLETE: {untried} asked for, but not tried",
            f"NICHT VOLLSTÄNDIG: {untried} verlangt, aber nicht geprüft",
        )
    else:
        verdict = Told("PASSED", "ABGEWEHRT")
    return [*lines, verdict.say(language)]


def protect(
    table: Path, config: Path, out: Path, *, secret: bytes = b"", alternatives: int = 20
) -> dict[str, Any]:
    """Protect a CSV of leaf counts as configured and write the results; returns the summary.

    `out/published` changes only when everything is safe: it is written beside and renamed. Raises
    DeclarationError (bad input), FrozenConflict (public cells block), NotSafe (the attacker wins).
    """
    started = time.perf_counter()
    settings = read_model(config, Config)
    declaration, leaves = load(table, settings, config.parent)
    earlier = read_earlier(declaration, settings, config.parent)
    previous = _read_previous(settings, config.parent)
    key = plan_key(settings.name, secret, out / "confidential")
    planned = protect_tables(
        declaration,
        leaves,
        settings.data,
        settings.policy,
        earlier=earlier,
        previously_hidden=previous,
        secret=secret,
        cost_key=key,
    )
    protected_declaration = _with_files(planned.declaration, settings, config.parent, out)
    public = out / ".published.new"
    shutil.rmtree(public, ignore_errors=True)
    public.mkdir(parents=True)
    try:
        report = _written(planned, protected_declaration, settings, config.parent, public)
    except BaseException:
        shutil.rmtree(public)  # nobody attacked what lies there, or somebody broke it
        raise
    shutil.rmtree(out / "published", ignore_errors=True)
    public.rename(out / "published")
    confidential = private_folder(out / "confidential")
    keep(key, secret, confidential)
    write_csv(confidential / "pattern.csv", pattern_rows(planned))
    summary = _summary(planned, report, time.perf_counter() - started)
    (confidential / "summary.json").write_text(
        json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    attacks = {
        "levels": report.result.levels,
        "provably_small": report.result.provably_small,
        "provably_small_names": report.result.provably_small_names,
        "alternatives": alternative_tables(planned, alternatives),
    }
    (confidential / "attacks.json").write_text(
        json.dumps(attacks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return summary


def _written(
    planned: Protected, declaration: Declaration, settings: Config, folder: Path, public: Path
) -> AuditReport:
    """Write what may leave the house into `public`, attack what was written, and certify it.

    Raises NotSafe when it can be broken or was not attacked as asked for, and what the attack raises.
    """
    for shown in declaration.tables:
        path = public / (shown.file or f"{shown.name}.csv")
        if shown.earlier:
            source = next(r for r in settings.earlier_releases if r.table.name == shown.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((folder / source.file).read_bytes())
        else:
            write_csv(path, _table_rows(planned, shown, settings.data))
    (public / "declaration.json").write_text(
        json.dumps(declaration.model_dump(mode="json", exclude_none=False), ensure_ascii=False, indent=1)
        + "\n",
        encoding="utf-8",
    )
    # the attacker reads what was written, not what was planned
    report = audit(public, public / "declaration.json", planned.insight)
    if not report.passed:
        first = [finding.name for finding in report.result.findings[:1]]
        untried = ", ".join(report.result.untried)
        raise NotSafe(
            Told(
                f"the written files can be broken: {first[0]} can be computed",
                f"die geschriebenen Dateien halten nicht stand: {first[0]} ist zu errechnen",
            )
            if first
            else Told(
                f"{untried} is asked for, but was not tried on the written files",
                f"{untried} ist verlangt, wurde an den geschriebenen Dateien aber nicht geprüft",
            ),
            report.result.findings,
        )
    report.certificate.write(public / "certificate.json")
    return report


def coarsen(table: Path, config: Path, *, secret: bytes = b"") -> list[Attempt]:
    """Coarser versions of a table too detailed to be protected by hiding and, with a secret, the whole
    table with noise, each tried. Takes minutes for large tables and writes nothing.

    Raises DeclarationError where earlier releases are declared: what they show cannot be coarsened any more.
    """
    settings = read_model(config, Config)
    if settings.earlier_releases:
        raise DeclarationError(
            Told(
                f"{config}: earlier releases show finer cells already, so a coarser table hides them no "
                "more; "
                "choose a method with noise, or leave earlier_releases out to see what would have helped",
                f"{config}: Frühere Ausgaben zeigen feinere Felder schon, eine gröbere Tabelle verbirgt sie "
                "nicht mehr; ein Verfahren mit Überlagerung wählen, oder earlier_releases weglassen, um zu "
                "sehen, was geholfen hätte",
            )
        )
    declaration, leaves = load(table, settings, config.parent)
    key = plan_key(settings.name, secret, None)
    found = attempts(declaration, leaves, settings.data, settings.policy, cost_key=key)
    if secret and settings.data.kind == "count":
        noisy, _ = with_noise(declaration, leaves, settings.data, settings.policy, secret)
        found.append(noisy)
    return found


def audit(published: Path, declaration: Path, insight: Insight | None = None) -> AuditReport:
    """Attack published files: `published` is a file (one table) or the folder that the declared files lie
    in. `insight`: who contributes to which cell, which only the house knows.
    """
    started = time.perf_counter()
    declared = read_model(declaration, Declaration)
    return audit_declared(published, declared, declaration, started, insight)


def audit_declared(
    published: Path,
    declared: Declaration,
    declaration_file: Path,
    started: float | None = None,
    insight: Insight | None = None,
) -> AuditReport:
    """The same with a declaration already read."""
    started = time.perf_counter() if started is None else started
    files = published_files(published, declared)
    cells = {table.name: read_published(files[table.name], table, declared) for table in declared.tables}
    codes, columns = _codes_from_published(declared, cells)
    resolved = resolve(declared, declaration_file.parent, codes, columns)
    result = attack_all(resolved, cells, insight=insight)
    certificate = issue_certificate(resolved, result, files, declaration_file)
    return AuditReport(resolved, result, certificate, time.perf_counter() - started)


def published_files(published: Path, declared: Declaration) -> dict[str, Path]:
    """Where each table's file lies."""
    if published.is_file():
        if len(declared.tables) != 1:
            raise DeclarationError(
                Told(
                    f"{published} is one file, but {len(declared.tables)} tables are declared; give their "
                    "folder",
                    f"{published} ist eine Datei, erklärt sind aber {len(declared.tables)} Tabellen; ihren "
                    "Ordner angeben",
                )
            )
        return {declared.tables[0].name: published}
    return {table.name: published / (table.file or f"{table.name}.csv") for table in declared.tables}


def _codes_from_published(
    declared: Declaration, cells: Mapping[str, Mapping[Key, float | None]]
) -> tuple[dict[str, list[tuple[str, ...]]], dict[str, tuple[str, ...]]]:
    """Leaves of flat dimensions whose codes are not listed: every printed code except the total."""
    codes: dict[str, list[tuple[str, ...]]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for name, dimension in declared.dimensions.items():
        if dimension.leaves is not None or dimension.hierarchies:
            continue
        seen: set[str] = set()
        for table in declared.tables:
            if name in table.dimensions:
                place = list(table.dimensions).index(name)
                seen.update(key[place] for key in cells[table.name])
        seen.discard(dimension.total or "")
        codes[name] = [(code,) for code in sorted(seen)]
        columns[name] = (name,)
    return codes, columns


def explain(out: Path, cell: Mapping[str, str]) -> Told:
    """Why a cell of a protected output is hidden: its rule, or what could be computed if it were shown."""
    rows = read_csv(out / "confidential" / "pattern.csv")
    names = [name for name in rows[0] if name not in BESIDE_CODES] if rows else []
    declared = read_model(out / "published" / "declaration.json", Declaration)
    wanted = {name: cell.get(name) or (declared.dimensions[name].total or "") for name in names}
    label, found = _recorded(rows, names, wanted, cell)
    if (told := _plainly(label, found)) is not None:
        return told
    cells = {
        table.name: read_published(path, table, declared)
        for table, path in (
            (t, published_files(out / "published", declared)[t.name]) for t in declared.tables
        )
    }
    for table in declared.tables:
        key = tuple(wanted[name] for name in table.dimensions)
        if key in cells[table.name] and not table.earlier:
            cells[table.name][key] = float(found["value"])
    return _otherwise(label, attack_all(declared, cells).findings)


def _recorded(
    rows: Sequence[Mapping[str, str]],
    names: Sequence[str],
    wanted: Mapping[str, str],
    cell: Mapping[str, str],
) -> tuple[str, Mapping[str, str]]:
    """A cell in words, and its row of the record; raises DeclarationError for what is not there."""
    unknown = sorted(set(cell) - set(names))
    if unknown:
        have = ", ".join(names)
        raise DeclarationError(
            Told(
                f"unknown dimension {unknown[0]!r}; there are {have}",
                f"unbekannte Dimension {unknown[0]!r}; es gibt {have}",
            )
        )
    label = ", ".join(f"{name}={code}" for name, code in wanted.items())
    found = next((row for row in rows if all(row[name] == wanted[name] for name in names)), None)
    if found is None:
        raise DeclarationError(
            Told(
                f"there is no cell {label}; areas are named by their key",
                f"es gibt kein Feld {label}; Gebiete werden mit ihrem Schlüssel genannt",
            )
        )
    return label, found


def _plainly(label: str, found: Mapping[str, str]) -> Told | None:
    """Why a cell is as it is, where that needs no attack."""
    if found["status"] == "published":
        return _filled(_PUBLISHED, label, found["value"])
    if found["status"] == "unknown":
        return _filled(_UNKNOWN, label)
    if found["status"] in ("primary", "withdrawn"):
        words = _BY_RULE if found["status"] == "primary" else _WITHDRAWN
        return _filled(words, label, Told(found["reason"], found["reason_de"]))
    return None


def explain_product(
    folder: Path, record: Path, releases: Sequence[Path], demand: Demand, cell: Mapping[str, str]
) -> Told:
    """Why a cell of a product's candidate or edition is hidden, from the confidential record of its plan.

    Dimensions left out stand at their total. Raises DeclarationError for an unknown dimension or cell.
    """
    from exports.disclosure.auditor.edition import audit_edition

    rows = read_csv(record / "pattern.csv")
    _, declared = read_declaration(folder / DECLARATION)
    names = list(declared.dimensions)
    wanted = {name: cell.get(name) or (declared.dimensions[name].total or "") for name in names}
    label, found = _recorded(rows, names, wanted, cell)
    if (told := _plainly(label, found)) is not None:
        return told
    key = tuple(wanted[name] for name in declared.tables[0].dimensions)
    result, _ = audit_edition(folder, releases, demand, read_outdated(record), {key: float(found["value"])})
    return _otherwise(label, result.findings)


def load(table: Path, settings: Config, folder: Path) -> tuple[Declaration, Leaves]:
    """Read the confidential CSV and resolve the declaration against its codes."""
    data = settings.data
    text = read_text(table, data.delimiter)
    header, columns = text.header, text.columns
    leaf_column = {name: data.columns.get(name, name) for name in settings.dimensions}
    needed: dict[str, Told] = {
        column: Told(f"dimension {name!r}", f"Dimension {name!r}") for name, column in leaf_column.items()
    }
    needed[data.value] = _key("data.value")
    for key in ("contributor", "respondents", "denominator", "mark"):
        column = getattr(data, key)
        if column is not None:
            needed[column] = _key(f"data.{key}")
    for unit in settings.policy.rules.units:
        needed[unit] = _key("policy.rules.units")
    level_columns: dict[str, tuple[str, ...]] = {}
    for name, dimension in settings.dimensions.items():
        levels = dict.fromkeys(
            level for hierarchy in dimension.hierarchies.values() for level in hierarchy.levels or ()
        )
        level_columns[name] = (leaf_column[name], *levels)
        needed.update(dict.fromkeys(levels, Told(f"a level of {name!r}", f"eine Stufe von {name!r}")))
    for column, why in needed.items():
        if column not in header:
            raise DeclarationError(
                Told(
                    f"{table}: column {column!r} ({why}) is missing; the file has {', '.join(header)}",
                    f"{table}: Die Spalte {column!r} ({why.de}) fehlt; die Datei hat {', '.join(header)}",
                )
            )
    if not columns[data.value]:
        raise DeclarationError(
            Told(f"{table}: the table has no rows", f"{table}: Die Tabelle hat keine Zeilen")
        )
    check_codes(text, list(dict.fromkeys(itertools.chain.from_iterable(level_columns.values()))))
    codes = {
        name: list(zip(*(columns[column] for column in level_columns[name]), strict=True))
        for name in settings.dimensions
    }
    tables = settings.tables or (
        Table(name=settings.name, dimensions={name: Axis() for name in settings.dimensions}),
    )
    declaration = Declaration(
        name=settings.name,
        dimensions=settings.dimensions,
        tables=(
            *tables,
            *(release.table.model_copy(update={"earlier": True}) for release in settings.earlier_releases),
        ),
        safety=safety_of(settings.policy, data),
    )
    resolved = resolve(declaration, folder, codes, level_columns)
    free = [name for name, dimension in settings.dimensions.items() if dimension.total is None]
    check_keys(text, leaf_column, free, data)
    texts = columns[data.value]
    unknown = None
    if data.mark is None:
        unknown = np.array([float(one in settings.policy.rules.secret_marks) for one in texts])
        texts = ["0" if secret else one for one, secret in zip(texts, unknown, strict=True)]
    amounts = {data.value: numbers(text, data.value, data, whole=data.kind == "count", texts=texts)}
    for column in (data.respondents, *settings.policy.rules.units):
        if column is not None:
            amounts[column] = numbers(text, column, data, whole=True)
    if data.denominator is not None:
        amounts[data.denominator] = numbers(text, data.denominator, data, whole=False)
    added = {name: column for name, column in leaf_column.items() if name not in free}
    check_totals(text, leaf_column, added, amounts[data.value], unknown, data)
    if data.mark is not None:
        marks = set(settings.policy.rules.secret_marks)
        amounts[data.mark] = np.array([1.0 if value in marks else 0.0 for value in columns[data.mark]])
    leaf_codes: dict[str, Sequence[str]] = {name: columns[leaf_column[name]] for name in settings.dimensions}
    if data.contributor is not None:
        leaf_codes[data.contributor] = columns[data.contributor]
    return resolved, Leaves(leaf_codes, amounts, unknown if unknown is not None and unknown.any() else None)


def read_earlier(
    declaration: Declaration, settings: Config, folder: Path
) -> dict[str, dict[Key, float | None]]:
    """Cells of the earlier releases."""
    earlier: dict[str, dict[Key, float | None]] = {}
    for release in settings.earlier_releases:
        table = next(table for table in declaration.tables if table.name == release.table.name)
        earlier[table.name] = read_published(folder / release.file, table, declaration)
    return earlier


def alternative_tables(planned: Protected, limit: int) -> list[dict[str, Any]]:
    """For primaries, another table that fits everything published and has another value in the cell."""
    from exports.disclosure.auditor.alternative import alternative

    found: list[dict[str, Any]] = []
    if any(table.is_noisy for table in planned.declaration.tables):
        return found
    knowledge = gather(planned.declaration, {**planned.published, **planned.earlier})
    index = {key: cell for cell, key in enumerate(knowledge.keys)}
    sensitive = planned.primaries.sensitive & planned.pattern.hidden & ~planned.unsure
    for cell in np.flatnonzero(sensitive)[:limit].tolist():
        number = index.get(planned.system.keys[cell])
        if number is None or knowledge.shown[number] is not None:
            continue
        truth = float(planned.system.values[cell])
        table = alternative(knowledge, number, truth)
        if table is not None:
            found.append({"cell": knowledge.name(number), "true": truth, "alternative": table})
    return found


def _key(name: str) -> Told:
    """A key of the configuration, which has one name in both languages."""
    return Told(name, name)


def _with_files(declaration: Declaration, settings: Config, folder: Path, out: Path) -> Declaration:
    """Every table with the file it is written to."""
    tables = []
    for table in declaration.tables:
        file = table.file or (f"earlier/{table.name}.csv" if table.earlier else f"{table.name}.csv")
        if Path(file).is_absolute() or ".." in Path(file).parts:
            raise DeclarationError(
                Told(
                    f"table {table.name!r}: the file {file!r} must lie below the output folder",
                    f"Tabelle {table.name!r}: Die Datei {file!r} muss unter dem Ausgabeordner liegen",
                )
            )
        tables.append(table.model_copy(update={"file": file}))
    return declaration.model_copy(update={"tables": tuple(tables)})


def _table_rows(planned: Protected, table: Table, data: Data) -> list[list[str]]:
    names = list(table.dimensions)
    header = [table.columns.get(name, name) for name in names] + [table.value, "conf_status"]
    with_rate = data.denominator is not None and data.rate_per is not None
    denominators = planned.primaries.denominators
    if with_rate:
        header += ["denominator", "rate"]
    rows = [header]
    for codes, cell in cells_of(planned.system, planned.declaration, table):
        number = planned.published[table.name][codes]
        row = [*codes]
        if number is None:
            row += [planned.declaration.safety.symbol, CONF_HIDDEN]
        else:
            row += [in_digits(number), CONF_FREE]
        if with_rate and denominators is not None and data.rate_per is not None:
            base = float(denominators[cell])
            row.append(in_digits(base))
            if number is None or base <= 0:
                row.append(planned.declaration.safety.symbol)
            else:
                row.append(f"{number / base * data.rate_per:.2f}")
        rows.append(row)
    return rows


def _summary(planned: Protected, report: AuditReport, seconds: float) -> dict[str, Any]:
    shown = planned.printed
    hidden = planned.pattern.hidden & shown
    values = planned.system.values
    leaf_total = float(values[shown].sum())
    gap = planned.pattern.gap
    return {
        "name": planned.declaration.name,
        "cells": int(shown.sum()),
        "equations": int(planned.system.equations.shape[0]),
        "primary": int((planned.primaries.sensitive & hidden).sum()),
        "secondary": int((planned.pattern.secondary & shown & ~planned.unsure).sum()),
        "unknown": int((planned.pattern.secondary & shown & planned.unsure).sum()),
        "hidden": int(hidden.sum()),
        "value_hidden_share": float(values[hidden].sum()) / leaf_total if leaf_total else 0.0,
        "objective": planned.pattern.objective,
        "lower_bound": planned.pattern.bound,
        "lower_bound_of": planned.bound_of,
        "hidden_in_any_case": planned.pattern.given,
        "gap": None if math.isinf(gap) else gap,
        "rounds": planned.rounds,
        "levels": report.result.levels,
        "remaining_risks": [Told(risk.en, risk.de) for risk in report.certificate.remaining_risks],
        "notes": [*planned.notes, *planned.pattern.notes],
        "seconds": round(seconds, 3),
    }


def _read_previous(settings: Config, folder: Path) -> dict[str, set[Key]] | None:
    if settings.previous_pattern is None:
        return None
    rows = read_csv(folder / settings.previous_pattern)
    names = list(settings.dimensions)
    keys = {tuple(row[name] for name in names) for row in rows if row["status"] != "published"}
    label = settings.tables[0].name if settings.tables else settings.name
    return {label: keys}


__all__ = [
    "AuditReport",
    "NotSafe",
    "alternative_tables",
    "audit",
    "audit_declared",
    "check_certificate",
    "coarsen",
    "explain",
    "load",
    "parse_model",
    "protect",
]
