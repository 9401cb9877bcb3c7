"""The parts a suite is made of: what a rule says (`Statement`) and how it is asked in SQL (`Rule`).

A rule is one SQL statement over the relation `candidate` (and `previous`, `areas`, where the gate has them)
that lists the *cases* it looks at, and one condition that is true for a case that *breaks* it. Everything
else (counting, excuses, the first twenty examples, words) is the same for all rules and done in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from expectations.verdict import Cell, Severity
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

EXAMPLES = 20

NAME = re.compile(r"^[a-z][a-z0-9_]*$")

# Who puts a finding right. The gate only finds; it never mends.
DATA_ENGINEER = Phrase("Datentechnik (dbt-Modell des Produkts)", "data engineer (the product's dbt model)")
STATISTICIAN = Phrase(
    "Statistikstelle (fachliche Prüfung, dann Erklärung in der Produktdatei oder Korrektur an der Quelle)",
    "statistician (judge it, then declare the explanation in the product file or correct the source)",
)
DECLARATION = Phrase(
    "Wer die Produktdatei pflegt (exports/products)", "owner of the product file (exports/products)"
)
EXPORT = Phrase("Datentechnik (Exportschreiber)", "data engineer (the export writers)")
PUBLISHER = Phrase(
    "Quelle: Herausgeber fragen; bis dahin Abweichung in der Produktdatei begründen",
    "source: ask the publisher; until then declare the deviation with its reason in the product file",
)

ROWS = Phrase("Zeilen", "rows")


def quoted_list(names: Iterable[str], relation: str = "") -> str:
    """Quoted names separated by commas, each behind its relation when one is given."""
    prefix = f"{relation}." if relation else ""
    return ", ".join(prefix + quoted(name) for name in names)


@dataclass(frozen=True)
class Statement:
    """What a check is about, in words. `finding` is the sentence about one row that breaks it.

    `keys` name a case to a reader. With the numbers in `values` they are the fingerprint by which a finding
    is remembered (see `known`): names of areas do not belong to it.
    """

    id: str
    family: str
    severity: Severity
    title: Phrase
    protects: Phrase
    who_fixes: Phrase
    finding: Phrase
    unit: Phrase = ROWS
    keys: tuple[str, ...] = ()
    must_apply: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Excuse:
    """A declared reason why a case that breaks the rule does not stop the release. `condition` is SQL."""

    condition: str
    reason: str


@dataclass(frozen=True)
class BuiltIn:
    """An expectation that comes with Great Expectations: its class there, and its arguments."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A statement asked in SQL.

    `cases` is a select, `broken` a condition over its columns. `comparable` (condition) leaves cases out that
    cannot be judged, such as sums with a missing part; they are counted, not judged. `severity` (SQL giving
    'fail', 'warn' or 'info') replaces the statement's severity case by case. A case that is remembered as
    known and explained (see `known`) is for information only. `order` sorts examples.

    `touches` says which rows a broken case is about, as a condition over `carrier` (a row of the candidate)
    and `found` (the case); without it, those that agree in the statement's keys. `of_previous`: the case is
    about rows of the release before, which the candidate does not have. `of_figure`: of a computed figure it
    doubts the computing (a formula that changed moves a whole series) and not the cells. See `cells`.

    `built_in`: expectations of Great Expectations that together say the same. They are asked first, and the
    cases only when one of them does not hold: to count, excuse and list them.
    """

    statement: Statement
    cases: str
    broken: str
    comparable: str = "true"
    severity: str | None = None
    order: str | None = None
    excuses: tuple[Excuse, ...] = ()
    touches: str | None = None
    of_previous: bool = False
    of_figure: bool = False
    built_in: tuple[BuiltIn, ...] = ()


def found(rule: Rule) -> str:
    """The named queries of a rule up to `found`: every case that breaks it, with its `found_severity`.

    They begin with `candidate`, which has to be put before them.
    """
    severity = rule.severity or f"'{rule.statement.severity}'"
    excuses = " ".join(f"when {excuse.condition} then {n}" for n, excuse in enumerate(rule.excuses))
    excuse = f"case {excuses} end" if excuses else "cast(null as integer)"
    return f"""
        cases as not materialized ({rule.cases}),
        excused as materialized (
            select *, {severity} as declared_severity, {excuse} as excuse_number,
                {fingerprint(rule.statement)} as fingerprint
            from cases where ({rule.comparable}) and ({rule.broken})
        ),
        found as materialized (
            select
                excused.* exclude (declared_severity),
                known_finding.reason as known_reason,
                case when known_finding.reason is not null then 'info'
                     when declared_severity = 'fail' and excuse_number is not null then 'warn'
                     else declared_severity end as found_severity
            from excused
            left join known_finding
                on known_finding.check_id = '{rule.statement.id}'
                and known_finding.fingerprint = excused.fingerprint
        )"""


def fingerprint(statement: Statement) -> str:
    """SQL: the text by which a case of the rule is remembered; NULL when nothing names the case."""
    keys = [name for name in statement.keys if not name.endswith("_name")]
    if not keys:
        return "cast(null as varchar)"
    named = ", ".join(f"'{name}=' || cast({quoted(name)} as varchar)" for name in keys)
    numbers = ", ".join(f"cast({quoted(name)} as varchar)" for name in statement.values)
    return f"concat_ws(', ', {named})" + (f" || ': ' || concat_ws(', ', {numbers})" if numbers else "")


@dataclass(frozen=True)
class Result:
    """What a rule or inspection found, before it is put into words. `rows` are the examples, worst first.

    `known` are those of the noted findings that are remembered with a reason.
    `cells`: all cells of sources that the findings which stop the release are about, not only the examples'.
    """

    examined: int
    failed: int = 0
    warned: int = 0
    noted: int = 0
    excused: int = 0
    known: int = 0
    skipped: int = 0
    rows: tuple[dict[str, Any], ...] = ()
    excuses: tuple[str, ...] = ()
    error: str | None = None
    seconds: float = 0.0
    cells: tuple[Cell, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Inspection:
    """A check that reads files instead of rows (encoding, presence, hashes); it is run as Python."""

    statement: Statement
    run: Callable[[], Result] = field(repr=False)
