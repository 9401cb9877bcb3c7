"""The committee's page and the page of an agreement: what editions say, and what they hide stays hidden."""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import pytest

from exports.pages import HIDDEN, NoPage, write_agreement, write_integration
from tests.exports.disclosure.musterstadt import Editions, fill

NAMES = (
    "integration", "integration_course", "volunteering", "integration_goals", "child_protection_goals",
    "agreement",
)  # fmt: skip


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Released editions of the invented town, attacked, checked and published."""
    made = Editions(tmp_path_factory.mktemp("pages"), worded=True)
    fill(made.warehouse, (2024, 2025), blocks=False)
    found = {}
    for name in NAMES:
        made.build(name)
        passed, words = made.attack(name)
        assert passed, words
        assert made.check(name).passed
        found[name] = made.publish(name, 1).path
    return found


def cells(page: Path) -> dict[str, list[str]]:
    """The cells of each line of a page's tables, by its head."""
    text = page.read_text(encoding="utf-8")
    found = {}
    for line in re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.S):
        heads = re.findall(r"<th[^>]*scope=\"row\"[^>]*>(.*?)</th>", line, re.S)
        if heads:
            told = re.sub(r"<[^>]+>", " ", heads[0])
            found[html.unescape(told).strip()] = [
                html.unescape(re.sub(r"<[^>]+>", " ", cell)).strip()
                for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.S)
            ]
    return found


def released(edition: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        file = str(edition / f"{edition.parent.name}.parquet")
        return connection.execute(sql.replace("edition", "read_parquet(?)", 1), [file]).fetchall()


def test_the_page_of_integration_prints_what_is_released(editions: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "integration.html"
    assert write_integration(editions, page) == "Musterstadt (erfunden)"
    lines = cells(page)
    shown = released(
        editions["integration"],
        "select value, share_pct from edition where area_level = 'CITY'"
        " and integration_code = 'GUIDED_WITH_PLAN' and not is_backcast order by reference_date",
    )
    assert len(shown) == 2
    [(_, share)] = shown[1:]
    counts = [f"{value:,.0f}".replace(",", ".") if value is not None else HIDDEN for value, _ in shown]
    expected = HIDDEN if share is None else f"{share:.0f} %"
    assert lines["in Fallbegleitung mit eigenem Integrationsplan"] == [*counts, expected]
    districts = released(
        editions["integration"],
        "select area_name, value from edition where area_level = 'DISTRICT' and integration_code = 'ARRIVED'"
        " and not is_backcast and year(reference_date) = 2025 order by area_code",
    )
    assert len(districts) == 5
    for name, value in districts:
        assert lines[str(name)][0] == (HIDDEN if value is None else f"{value:,.0f}".replace(",", "."))
    text = page.read_text(encoding="utf-8")
    assert "Ausgabe integration/" in text
    assert "Hilfen zur Erziehung" not in text, "a source that none of its rows rest on"
    assert not re.search(r"(src|href)=", text), "nothing from elsewhere"


def test_a_hidden_goal_says_nothing_but_what_was_agreed(editions: dict[str, Path], tmp_path: Path) -> None:
    hidden = released(
        editions["integration_goals"], "select goal_id from edition where is_latest and value is null"
    )
    assert hidden, "one of the goals is over few children"
    page = tmp_path / "integration.html"
    write_integration(editions, page)
    for (goal,) in hidden:
        [line] = [cell for head, cell in cells(page).items() if head.startswith(f"{goal} ")]
        baseline, now, _, verdict = line
        assert baseline == HIDDEN
        assert now.startswith(HIDDEN)
        assert verdict == "gesperrt"


def test_the_page_of_an_agreement_tells_done_from_not_done(editions: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "agreement.html"
    assert write_agreement(editions, "V2", page) == "Soziale Gruppenarbeit an drei Schulen"
    text = page.read_text(encoding="utf-8")
    assert '<p class="badge verdict not_done_not_measured">nicht geleistet, Wirkung nicht messbar</p>' in text
    lines = cells(page)
    [(done, reached, cost)] = released(
        editions["agreement"],
        "select done_pct, value, cost_per_person_eur from edition"
        " where agreement_id = 'V2' and report_year = 2025",
    )
    line = lines["Gruppenstunden (2025)"]
    assert line[2] == f"{done:.1f} %".replace(".", ",").replace(",0 %", " %")
    assert line[3] == f"{reached:.0f}"
    assert line[5] == f"{cost:.0f} €"
    assert any(head.startswith("Z1 Weniger Gefährdungsmeldungen in Nord") for head in lines)


def test_few_persons_reached_stay_hidden_on_the_page(editions: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "agreement.html"
    write_agreement(editions, "V3", page)
    line = cells(page)["Patenschaften (2025)"]
    assert (line[3], line[5]) == (HIDDEN, HIDDEN)
    assert line[1] != HIDDEN, "what was done counts nobody"


def test_what_is_lacking_is_told(editions: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(NoPage, match="no agreement 'V9'; it has V1, V2, V3"):
        write_agreement(editions, "V9", tmp_path / "x.html")
    with pytest.raises(NoPage, match="no release of `integration`"):
        write_integration({}, tmp_path / "x.html")
    with pytest.raises(NoPage, match="no release of `indicators`"):
        write_integration(editions, tmp_path / "x.html", "01002")
    assert list(tmp_path.iterdir()) == []
