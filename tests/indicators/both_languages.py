"""A receipt in German and English, held line by line against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.cli.asking.explain import Explanation, explain

SAME_IN_BOTH = frozenset(
    re.findall(
        r"\S+",
        """
        an april baden byar definition dg gisd gv ii in index intensive isys ix km² kreise land mss m²
        pflegestufen plus private rate revision segregation sgb status wilson wohngeld württemberg xii zentral
        """,
    )
)
"""Words of one spelling in both languages, and names."""


ASKED = """
    select indicator_id, area_code, max(reference_date)::varchar from mart_indicator
    group by indicator_id, area_code, missing_reason, reliability is null, is_backcast, obs_status
    qualify row_number() over (
        partition by indicator_id, missing_reason, is_backcast, obs_status order by area_code desc
    ) = 1
    union all
    select index_id, max(area_code), reference_year::varchar from mart_social_index
    group by index_id, reference_year, missing_reason
    union all
    select 'Z01', area_code, reference_date::varchar from mart_outcome where reference_date is not null
"""
"""A number of every kind: each indicator, by status, reason and territory; each index, edition and goal."""


def forgotten_words(warehouse: Path) -> tuple[int, list[str]]:
    """How many receipts a warehouse gave for `ASKED`, and the words that they have in both languages."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        asked = connection.execute(ASKED).fetchall()
        # while one connection is open, DuckDB does not read the file anew for each receipt
        return len(asked), [word for one in asked for word in foreign_words(explain(warehouse, *one))]


def foreign_words(receipt: Explanation) -> list[str]:
    """Words that both languages of a receipt have in the same line: what was forgotten to be said in one.

    Left out are names, codes and numbers; formulas and laws, which are quoted as the publisher prints them;
    and what lies within quotation marks or names a file.
    """
    german, english = receipt.lines("de"), receipt.lines("en")
    assert len(german) == len(english)
    names = {word for one in _all(receipt) for word in _words(one.area["area_name"] or "")}
    found = []
    for de, en in zip(german, english, strict=True):
        if re.match(r" *(Formel|Recht): ", de):
            assert re.match(r" *(formula|law): ", en)
            continue
        common = (_words(de) & _words(en)) - SAME_IN_BOTH - names
        found += [f"{word}: {de}" for word in sorted(common)]
    return found


def _all(receipt: Explanation) -> Iterable[Explanation]:
    yield receipt
    for part in receipt.parts:
        yield from _all(part)


def _words(line: str) -> set[str]:
    """The words of a line that are words: no file, no table or edition code, no digest, no number."""
    plain = re.sub(r"“[^”]*”|\([^()]*[0-9A-Z]{3}[0-9A-Z-]*\)|\S*\w\.(csv|xlsx|xls|zip|json)\S*", " ", line)
    plain = re.sub(
        r"sha256 \w+|(sheet|Blatt|table|Tabelle) [^,]+,|^ *(goal|Ziel) [\w-]+:|\S*[\d_]\S*", " ", plain
    )
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", plain)}
