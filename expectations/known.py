"""Findings that are known and explained: remembered one by one, so that anything new stands out.

A finding is remembered by its fingerprint: the check, the keys of the case and the numbers that break the
rule. Another number is another finding. What is known about official tables stands in `known/<product>.yml`
beside this module; an office adds its own in `<data root>/town/known/<product>.yml`, of the same form::

    - reason: Landesergebnis einschließlich Doppelzählungen (Fußnote 22543-01-02-4)
      person: planstat
      date: 2026-11-29
      findings:
        additivity.kreise:
          - "area_code=13, measure_code=children_with_lunch, reference_date=2011-03-01: 89670.0, 91570.0"

A known finding is told in the report and stops and warns about nothing. The gate prints the fingerprint of
every finding that is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from pydantic import Field

from sources.foundation.located_yaml import DeclarationError, load
from sources.foundation.strict import Strict, checked, problem_at

FOLDER = Path(__file__).parent / "known"
TABLE = "known_finding"


class Explanation(Strict):
    """One reason and the findings it explains, by check."""

    reason: str = Field(min_length=1)
    person: str = Field(min_length=1)
    date: date
    findings: dict[str, tuple[str, ...]] = Field(min_length=1)


@dataclass(frozen=True)
class KnownFinding:
    """One remembered finding; `reason` with person and date in words."""

    check: str
    fingerprint: str
    reason: str


def known_findings(product: str, office: Path | None = None) -> list[KnownFinding]:
    """What is remembered for a product: the package's, then those in the folder `office`.

    Raises:
        DeclarationError: a file that cannot be read, or a finding that is explained twice in one file.
    """
    found: dict[tuple[str, str], KnownFinding] = {}
    for folder in (FOLDER, office):
        if folder is not None:
            found |= _read(folder / f"{product}.yml")
    return list(found.values())


def _read(file: Path) -> dict[tuple[str, str], KnownFinding]:
    if not file.exists():
        return {}
    content = load(file)
    found: dict[tuple[str, str], KnownFinding] = {}
    for place, one in enumerate(checked(list[Explanation], content) if content.value else []):
        because = f"{one.reason} ({one.person}, {one.date.isoformat()})"
        for check, fingerprints in one.findings.items():
            for number, fingerprint in enumerate(fingerprints):
                if (check, fingerprint) in found:
                    path = (place, "findings", check, number)
                    raise DeclarationError([problem_at(content, path, f"explained twice: {fingerprint}")])
                found[check, fingerprint] = KnownFinding(check, fingerprint, because)
    return found


def lay_out(connection: duckdb.DuckDBPyConnection, findings: Iterable[KnownFinding]) -> None:
    """Make the table that rules look their findings up in."""
    connection.execute(f"create table {TABLE} (check_id varchar, fingerprint varchar, reason varchar)")
    rows = [[one.check, one.fingerprint, one.reason] for one in findings]
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ", ".join(["(?, ?, ?)"] * len(part))
        connection.execute(f"insert into {TABLE} values {marks}", [cell for row in part for cell in row])
