"""Rings of an office: data in the data root, refused in German with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared.rings import FILE, ring_indicators, ring_members, ring_rows, rings
from sources.foundation.located_yaml import DeclarationError

GOOD = """\
nord:
  title: {de: Ring Nord, en: Ring North}
  purpose: {de: Lernen, en: Learning}
  ranking: false
  members:
    - {area: "01001"}
    - {area: "13003", since: 2012-01-01}
  indicators: [P03, K01]
aehnlich:
  title: {de: Ähnlich, en: Similar}
  purpose: {de: Lernen, en: Learning}
  ranking: true
  peers: {of: "01001", context: [D13, A01], number: 8}
  indicators: [P03]
"""


def written(town: Path, text: str) -> Path:
    town.mkdir(exist_ok=True)
    (town / FILE).write_text(text, encoding="utf-8")
    return town


def test_rings_become_rows(tmp_path: Path) -> None:
    found = rings(written(tmp_path, GOOD))
    assert [(row.ring_id, row.peers_of, row.peer_year, row.peer_number) for row in ring_rows(found)] == [
        ("nord", None, None, None),
        ("aehnlich", "01001", None, 8),
    ]
    assert [(row.area_code, str(row.valid_from)) for row in ring_members(found)] == [
        ("01001", "1900-01-01"),
        ("13003", "2012-01-01"),
    ]
    assert [(row.indicator_id, row.role) for row in ring_indicators(found)] == [
        ("P03", "compared"), ("K01", "compared"), ("P03", "compared"), ("D13", "context"), ("A01", "context"),
    ]  # fmt: skip
    assert rings(tmp_path / "none") == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '{area: "13003", since: 2012-01-01}',
            '{area: "01001", since: 2012-01-01}',
            "rings.yml:7: nord.members[1]: ",
        ),
        ("since: 2012-01-01", "since: 2012-01-01, until: 2011-01-01", "until liegt nicht nach since"),
        ("ranking: false", "wertung: false", "nord.wertung: unbekannte Angabe"),
        ("number: 8", "number: 1", "rings.yml:13: aehnlich.peers.number: darf nicht unter 3 liegen"),
        ('of: "01001"', "of: Kiel", "erwartet wird der Schlüssel eines Kreises, oder every"),
        ("indicators: [P03, K01]", "indicators: []", "nord.indicators: braucht mindestens eine Angabe"),
        (
            '  peers: {of: "01001", context: [D13, A01], number: 8}\n',
            "",
            "entweder members oder peers angeben",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(DeclarationError) as caught:
        rings(written(tmp_path / "town", GOOD.replace(old, new, 1)))
    said = [f"{Path(one.file).name}:{one.line}: {one.key}: {one.message}" for one in caught.value.problems]
    assert any(expected in one for one in said), said
