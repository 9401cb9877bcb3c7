"""An answer that no finding asks for any more is told; one that holds, or waits for its table, is not."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

CHECK = Path(__file__).resolve().parents[2] / "dbt_project" / "tests" / "answers_meet_a_finding.sql"
FINDING = "income:t:01001:Y2015:income_teur:12.0"


def explained(finding_id: str, dataset: str, origin: str, printed: str) -> list[str]:
    """What the check says of one answer when the register holds the finding about `printed`."""
    connection = duckdb.connect()
    connection.execute(
        "create table answers as select $1 as finding_id, $2 as dataset_id, 'accept' as answer, $3 as origin,"
        " 'A. Muster' as person, date '2027-01-15' as answered_on",
        [finding_id, dataset, origin],
    )
    connection.execute(
        "create table fct_implausible as select $1 as finding_id",
        [f"income:t:01001:Y2015:income_teur:{printed}"],
    )
    connection.execute("create table ledger as select 't' as dataset_id, 'accepted' as status")
    connection.execute("create table datasets as select unnest(['t', 'later']) as dataset_id")
    text = re.sub(r"\{\{ source\('catalog', '(\w+)'\) \}\}", r"\1", CHECK.read_text(encoding="utf-8"))
    text = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", text)
    text = re.sub(r"\{\{ config.*?\}\}|\{#-.*?-#\}", "", text, flags=re.DOTALL)
    return [row[0] for row in connection.execute(text).fetchall()]


@pytest.mark.parametrize(
    ("finding_id", "dataset", "origin", "printed", "is_told"),
    [
        (FINDING, "t", "town", "12.0", False),
        (FINDING, "t", "town", "13.0", True),
        (FINDING, "t", "package", "13.0", False),
        (FINDING.replace(":t:", ":later:"), "later", "town", "13.0", False),
        (FINDING.replace(":t:", ":typo:"), "typo", "town", "13.0", True),
    ],
)
def test_only_an_answer_that_nothing_asks_for_is_told(
    finding_id: str, dataset: str, origin: str, printed: str, is_told: bool
) -> None:
    assert explained(finding_id, dataset, origin, printed) == ([finding_id] if is_told else [])
