"""The gate: looks at a candidate's files and says whether they may leave.

It reads the candidate's folder, the product's plain description, the folder of the release before and an
optional register of areas, and nothing else. It writes `gate.json` and `gate_report.html` into the candidate,
and what was asked in Great Expectations' own form: `gate_suite.json` and `gate_validation.json`. All are the
same for the same input and day.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from expectations import cells
from expectations.bench import CANDIDATE_VIEW, Bench, UnreadableFile, laid_out
from expectations.report import FAMILIES, page
from expectations.rules import DATA_ENGINEER, DECLARATION, Excuse, Inspection, Result, Rule, Statement
from expectations.settings import DescriptionError, Waiver, read_description
from expectations.suites import UnknownProduct, suite_of
from expectations.verdict import Check, Outcome, Verdict
from expectations.wording import place, say, word
from sources.foundation.editions import GATE_FILES, GATE_JSON, GATE_REPORT, GATE_SUITE, GATE_VALIDATION
from sources.foundation.files import readable_json, sha256_of_text, write_text
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.told import Language, Phrase

_ON_FAILURE = {
    "fail": Phrase(
        "keine Veröffentlichung; die vorige bleibt gültig", "no release; the previous one stays current"
    ),
    "warn": Phrase("Hinweis in den Veröffentlichungsnotizen", "a warning in the release notes"),
    "info": Phrase("nur zur Kenntnis", "for information only"),
}
_ERROR_FIX = Phrase(
    "Datentechnik: die Regel selbst ließ sich nicht auswerten (keine Aussage über die Daten)",
    "data engineer: the rule itself could not be evaluated (no statement about the data)",
)


def check(
    candidate: Path,
    description: Mapping[str, Any],
    previous: Path | None,
    areas: Path | None = None,
    now: datetime | date | None = None,
    lineage: Path | None = None,
    office: Path | None = None,
    answered: Path | None = None,
    deliveries: Path | None = None,
    previous_lineage: Path | None = None,
) -> Verdict:
    """Check a candidate and write `gate.json` and `gate_report.html` into its folder.

    Beside them `refused_cells.parquet` says which cells of the sources the findings that stop the release
    are about; `lineage` is a Parquet that says which cells every row is made from (see `cells`), needed where
    rows do not name their datasets themselves.

    `previous` is the folder of the release before, None for the first. `areas` is a Parquet with
    `area_code, area_level, valid_from, valid_to` (half open, NULL for open ends). `now` is the day of the
    check: it bounds reference dates and ends waivers. Without it the newest delivery of a source stands in,
    so that the same input gives the same verdict on any day.

    A candidate that cannot be read, a description with unknown keys and a rule that cannot be evaluated are
    part of the verdict (`failed` or `error`); `office` is the folder of findings that the office knows (see
    `known`), `answered` a Parquet with the marked cells that were looked at (see `plausibility`),
    `deliveries` the ledger of deliveries and `previous_lineage` the lineage of the release before (see
    `withdrawals`); an exception only comes from a folder that cannot be written.
    """
    today = _today(description, now)
    datasets: list[dict[str, Any]] = [dict(entry) for entry in description.get("datasets") or ()]
    for name in GATE_FILES:  # of an earlier check
        (candidate / name).unlink(missing_ok=True)
    texts: dict[str, str] = {}
    facts: dict[str, Any] = {"title_de": description.get("title_de"), "title_en": description.get("title_en")}
    try:
        read = read_description(description)
        suite = suite_of(read.product)
        with laid_out(
            candidate,
            read,
            previous,
            areas,
            today,
            lineage,
            office,
            answered,
            deliveries,
            previous_lineage,
        ) as bench:
            facts |= _facts(bench, previous)
            checks = judged(bench, suite.rules(bench), suite.inspections(bench), texts)
    except (DescriptionError, UnknownProduct, DeclarationError) as error:
        checks = [_stopped("gate.description", DECLARATION, str(error), "error")]
    except UnreadableFile as error:
        checks = [_stopped("gate.readable", DATA_ENGINEER, str(error), "failed")]
    verdict = Verdict(
        product=str(description.get("product", "?")),
        checks=tuple(checks),
        checked_on=today.isoformat() if today != date.max else None,
        facts=facts,
    )
    plain = verdict.as_dict(seconds=False)
    plain["sources"] = [
        {key: entry.isoformat() if hasattr(entry, "isoformat") else entry for key, entry in dataset.items()}
        for dataset in datasets
    ]
    candidate.mkdir(parents=True, exist_ok=True)
    written = cells.write(verdict, candidate)
    texts |= {GATE_JSON: readable_json(plain), GATE_REPORT: page(plain)}
    for name, text in texts.items():
        write_text(candidate / name, text)
        written[name] = sha256_of_text(text)
    return replace(verdict, written=written)


def judged(
    bench: Bench,
    rules: Sequence[Rule],
    inspections: Sequence[Inspection],
    texts: dict[str, str] | None = None,
) -> list[Check]:
    """Run everything and put it into words, in the order families first appear.

    `texts` takes suite and validation result in Great Expectations' own form, by the file's name.
    """
    waivers = bench.description.checks.waivers
    valid = [waiver for waiver in waivers if bench.today <= waiver.until]
    asked = [_with_waivers(bench, rule, valid) for rule in rules]
    with ThreadPoolExecutor(max_workers=1) as thread:  # files are read while the database computes
        inspected = thread.submit(lambda: [_inspected(item, valid) for item in inspections])
        try:
            results = _validated(bench, asked, {} if texts is None else texts)
            checks = [
                _check(item.statement, result)
                for item, result in zip(inspections, inspected.result(), strict=True)
            ]
        except BaseException:
            bench.connection.interrupt()
            raise
    checks += [_check(rule.statement, results[rule.statement.id]) for rule in asked]
    checks += _waiver_checks(waivers, valid, checks)
    order = list(FAMILIES)
    return sorted(checks, key=lambda check: order.index(check.family))


def _validated(bench: Bench, rules: Sequence[Rule], texts: dict[str, str]) -> dict[str, Result]:
    """Ask the rules through Great Expectations, whose import costs seconds and which must not phone home."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    from expectations.validation import validate

    validation = validate(bench, rules)
    texts |= {GATE_SUITE: readable_json(validation.suite), GATE_VALIDATION: readable_json(validation.result)}
    results = validation.results
    for rule in rules:
        result = results[rule.statement.id]
        if result.failed:
            results[rule.statement.id] = replace(result, cells=cells.cells_of(bench, rule))
    return results


def _with_waivers(bench: Bench, rule: Rule, waivers: Sequence[Waiver]) -> Rule:
    mine = tuple(
        Excuse(bench.declared.where(waiver.where), _waived(waiver))
        for waiver in waivers
        if waiver.check == rule.statement.id
    )
    return replace(rule, excuses=rule.excuses + mine) if mine else rule


def _waived(waiver: Waiver) -> str:
    return f"{waiver.who}: {waiver.reason} (bis/until {waiver.until.isoformat()})"


def _inspected(inspection: Inspection, waivers: Sequence[Waiver]) -> Result:
    """Run an inspection; what it raises is an error of its own kind. A waiver lets it through as a whole."""
    started = time.perf_counter()
    try:
        result = inspection.run()
    except Exception as error:
        result = Result(examined=0, error=f"{type(error).__name__}: {error}")
    result = replace(result, seconds=time.perf_counter() - started)
    mine = [w for w in waivers if w.check == inspection.statement.id and not w.where]
    if mine and result.failed:
        rows = tuple({**row, "excuse_number": 0} for row in result.rows)
        result = replace(
            result,
            failed=0,
            warned=result.warned + result.failed,
            excused=result.failed,
            rows=rows,
            excuses=(_waived(mine[0]),),
        )
    return result


def _waiver_checks(
    waivers: Sequence[Waiver], valid: Sequence[Waiver], checks: Sequence[Check]
) -> list[Check]:
    """Says which waivers have ended or name a check that does not exist."""
    if not waivers:
        return []
    known = {check.id for check in checks}
    is_first = "comparison.previous" in known  # nothing is compared yet, and a waiver of it can wait
    rows: list[dict[str, Any]] = []
    for waiver in waivers:
        if waiver not in valid:
            rows.append(
                {"check": waiver.check, "de": "ist abgelaufen", "en": "has ended", "w": _waived(waiver)}
            )
        elif waiver.check not in known and not (is_first and waiver.check.startswith("comparison.")):
            rows.append(
                {
                    "check": waiver.check,
                    "de": "nennt keine Prüfung",
                    "en": "names no check",
                    "w": _waived(waiver),
                }
            )
    statement = Statement(
        "gate.waivers",
        "gate",
        "warn",
        Phrase("Ausnahmen gelten und nennen eine Prüfung", "Waivers hold and name a check"),
        Phrase("davor, dass eine Ausnahme zur Regel wird", "against an exception that becomes the rule"),
        DECLARATION,
        Phrase("Ausnahme für {check} {de}: {w}", "waiver for {check} {en}: {w}"),
        unit=Phrase("Ausnahmen", "waivers"),
    )
    return [_check(statement, Result(examined=len(waivers), warned=len(rows), rows=tuple(rows)))]


def _check(statement: Statement, result: Result) -> Check:
    """A result in words."""
    outcome = _outcome(statement, result)
    found = result.failed + result.warned + result.noted
    if outcome == "error":
        observed, observed_de = f"not evaluated: {result.error}", f"nicht ausgewertet: {result.error}"
    else:
        observed, observed_de = _observed(statement, result, "en"), _observed(statement, result, "de")
    fixes = _ERROR_FIX if outcome == "error" else statement.who_fixes
    effect = _ON_FAILURE["fail" if outcome == "error" else statement.severity]
    return Check(
        id=statement.id,
        family=statement.family,
        title=statement.title.en,
        title_de=statement.title.de,
        protects=statement.protects.en,
        protects_de=statement.protects.de,
        who_fixes=fixes.en,
        who_fixes_de=fixes.de,
        on_failure=effect.en,
        on_failure_de=effect.de,
        severity=statement.severity,
        outcome=outcome,
        observed=observed,
        observed_de=observed_de,
        examined=result.examined,
        found=found,
        excused=result.excused,
        examples=tuple(_example(statement, result, row, "en") for row in result.rows),
        examples_de=tuple(_example(statement, result, row, "de") for row in result.rows),
        seconds=round(result.seconds, 3),
        cells=result.cells,
    )


def _outcome(statement: Statement, result: Result) -> Outcome:
    if result.error is not None:
        return "error"
    if result.failed:
        return "failed"
    if result.warned or (statement.must_apply and not result.examined and not result.skipped):
        return "warned"
    # a check that has looked at nothing has not passed: it says so
    return "noted" if result.noted or not (result.examined or result.skipped) else "passed"


def _observed(statement: Statement, result: Result, language: Language) -> str:
    """`1,204 sums examined, 3 break the rule, 2 of them explained, 40 not comparable`."""

    def counted(count: int, de: str, en: str) -> list[str]:
        return [f"{word(count, language)} {de if language == 'de' else en}"] if count else []

    unit = statement.unit.text(language)
    if not result.examined and not result.skipped and not result.noted and not statement.must_apply:
        return {
            "de": f"keine {unit}: es war nichts zu prüfen",
            "en": f"no {unit}: nothing to examine",
        }[language]
    if not result.examined and not result.skipped and statement.must_apply:
        return {
            "de": "die Regel traf auf nichts zu: stimmt die Angabe in der Produktdatei?",
            "en": "the rule applied to nothing: is the declaration in the product file right?",
        }[language]
    parts = [f"{word(result.examined, language)} {unit} {'geprüft' if language == 'de' else 'examined'}"]
    parts += counted(result.failed, "verletzen die Regel", "break the rule")
    parts += counted(result.warned - result.excused, "auffällig", "to be looked at")
    parts += counted(result.excused, "mit Erklärung", "with an explanation")
    parts += counted(result.known, "bekannt und erklärt", "known and explained")
    parts += counted(result.noted - result.known, "zur Kenntnis", "for information")
    parts += counted(result.skipped, "nicht vergleichbar", "not comparable")
    return ", ".join(parts)


def _example(statement: Statement, result: Result, row: Mapping[str, Any], language: Language) -> str:
    text = say(statement.finding, row, language)
    where = place(row, statement.keys, language)
    number = row.get("excuse_number")
    because = f" – {result.excuses[number]}" if number is not None and result.excuses else ""
    because = f" – {row['known_reason']}" if row.get("known_reason") else because
    return f"{where}: {text}{because}" if where else f"{text}{because}"


def _stopped(name: str, who: Phrase, message: str, outcome: Outcome) -> Check:
    """The one check of a candidate that could not be looked at."""
    title = Phrase("Kandidat und Beschreibung sind lesbar", "Candidate and description can be read")
    protects = Phrase("vor einer ungeprüften Veröffentlichung", "against an unchecked release")
    effect = _ON_FAILURE["fail"]
    return Check(
        id=name,
        family="gate",
        title=title.en,
        title_de=title.de,
        protects=protects.en,
        protects_de=protects.de,
        who_fixes=who.en,
        who_fixes_de=who.de,
        on_failure=effect.en,
        on_failure_de=effect.de,
        severity="fail",
        outcome=outcome,
        observed=message,
        observed_de=message,
        examined=1,
        found=1,
        examples=(message,),
        examples_de=(message,),
    )


def _today(description: Mapping[str, Any], now: datetime | date | None) -> date:
    if isinstance(now, datetime):
        return now.astimezone(UTC).date() if now.tzinfo else now.date()
    if now is not None:
        return now
    deliveries = [str(entry.get("retrieved_at"))[:10] for entry in description.get("datasets") or ()]
    days = [day for day in deliveries if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)]
    return date.fromisoformat(max(days)) if days else date.max


def _facts(bench: Bench, previous: Path | None) -> dict[str, Any]:
    """What was looked at, for the head of the report."""
    (rows,) = bench.connection.execute(f"select count(*) from {CANDIDATE_VIEW}").fetchone() or (0,)
    period: tuple[Any, ...] = (None, None)
    if bench.has("reference_date"):
        period = bench.connection.execute(
            f"select cast(min(reference_date) as varchar), cast(max(reference_date) as varchar) "
            f"from {CANDIDATE_VIEW}"
        ).fetchone() or (None, None)
    return {
        "rows": rows,
        "columns": len(bench.types),
        "period_from": period[0],
        "period_to": period[1],
        "previous": previous.name if previous else None,
        "register": bench.has_areas,
    }
