"""One page to read and print: integration for a committee, or one agreement with what came of it.

Both are made from released editions, so that no number stands in them that gate and attack have not seen.
What an edition hides stays hidden and says so. A page is HTML without anything from elsewhere, for A4.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.difference import Words
from exports.sheet import at_most_two, day_in_german, number_in_german
from exports.writers.licences import CHANGES
from sources.foundation.editions import DESCRIPTION
from sources.foundation.exits import USAGE
from sources.foundation.files import write_text
from sources.foundation.templates import fill
from sources.foundation.told import Told

HIDDEN, MISSING = "•", "–"
YEARS = 3
"""Years that stand side by side."""

Row = dict[str, Any]
Editions = Mapping[str, Path]
"""Folder of the current edition by product; products without one are absent."""


class NoPage(ValueError):
    """A page that cannot be made; the message says why and what to do."""

    exit_code = USAGE


@dataclass(frozen=True)
class Line:
    """A line of a table: what is counted, how deep it stands below another, and the cells."""

    label: str
    cells: tuple[str, ...]
    depth: int = 0


@dataclass(frozen=True)
class Table:
    """A table of the page with its heading and the heads of its columns."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """Where a goal stands, as an edition says it."""

    goal_id: str
    title: str
    figure: str
    area: str
    baseline: str
    target: str
    due: str
    value: str
    interval: str
    day: str
    status: str
    reason: str
    peers: str
    kind: str


@dataclass(frozen=True)
class Source:
    """An edition that the page rests on, with the datasets in it."""

    product: str
    version: str
    title: str
    datasets: tuple[str, ...]


INTEGRATION_LINES = (
    ("ARRIVED", 0), ("REFUGE", 1), ("EU", 1), ("OTHER", 1),
    ("GUIDANCE_BEGUN", 0), ("GUIDED", 0), ("GUIDED_WITH_PLAN", 1),
    ("ENDED", 0), ("ENDED_INDEPENDENT", 1), ("ENDED_BROKEN_OFF", 1),
    ("PLANS_BEGUN", 0), ("PLANS_REVIEWED", 0), ("PLANS_COMPLETED", 0), ("PLANS_NOT_REACHED", 0),
    ("BEFORE_SCHOOL", 0), ("WITH_PLACE", 1), ("SCHOOL_AGE", 0), ("AT_SCHOOL", 1), ("NATURALISED", 0),
)  # fmt: skip
"""What the page says of the whole town, and how deep each line stands."""
SHARES = ("GUIDED_WITH_PLAN", "ENDED_INDEPENDENT", "WITH_PLACE", "AT_SCHOOL")
"""Lines whose share in their whole stands beside the newest count."""
GOALS = ("integration_goals", "child_protection_goals", "outcome")
"""Products that say how far goals have come."""
DISTANCES = "I06"
"""Indicator, with its variants, of the distance between German and foreign people."""


def write_integration(editions: Editions, target: Path, kreis: str | None = None) -> str:
    """Write the page of integration for the newest year; returns the name of the town.

    `kreis` is the code under which published tables know the town: then the distance measures (I06) stand
    on the page. Raises `NoPage` without an edition of `integration`.
    """
    if "integration" not in editions:
        raise NoPage(
            Told(
                "there is no release of `integration` yet: hand in the form integration-zuwanderung",
                "es gibt noch keine Ausgabe von `integration`: den Vordruck integration-zuwanderung abgeben",
            )
        )
    words = {name: Words.read(folder / "dictionary.csv") for name, folder in editions.items()}
    rows = _rows(editions["integration"], "where area_level = 'CITY'")
    if not rows:
        raise NoPage(
            Told(
                "the edition has no row for the whole town", "die Ausgabe hat keine Zeile für die ganze Stadt"
            )
        )
    years = sorted({row["reference_date"].year for row in rows})[-YEARS:]
    tables = [_town_table(rows, years, words["integration"])]
    beside = [
        _beside(editions, words, "integration_course", years[-1]),
        _districts(editions["integration"], years[-1]),
        _beside(editions, words, "volunteering", years[-1]),
        _distances(editions, kreis),
    ]
    tables += [one for one in beside if one is not None]
    goals = [
        _goal(row, words["integration_goals"])
        for row in (_rows(editions["integration_goals"]) if "integration_goals" in editions else [])
        if row["is_latest"]
    ]
    used = ["integration", "integration_course", "volunteering", "integration_goals"]
    if kreis is not None:
        used.append("indicators")
    town = str(rows[0]["area_name"])
    _write(
        target,
        "integration.html.j2",
        title=f"Integration {years[-1]}: {town}",
        town=town,
        year=years[-1],
        tables=tables,
        goals=goals,
        sources=_sources({name: editions[name] for name in used if name in editions}),
    )
    return town


def write_agreement(editions: Editions, agreement_id: str, target: Path) -> str:
    """Write the page of one agreement; returns what it is about.

    Raises `NoPage` without an edition of `agreement`, and for an agreement that is not in it.
    """
    if "agreement" not in editions:
        raise NoPage(
            Told(
                "there is no release of `agreement` yet: hand in the form leistungsvereinbarungen",
                "es gibt noch keine Ausgabe von `agreement`: den Vordruck leistungsvereinbarungen abgeben",
            )
        )
    every = _rows(editions["agreement"])
    rows = [row for row in every if row["agreement_id"] == agreement_id]
    if not rows:
        known = ", ".join(sorted({str(row["agreement_id"]) for row in every}))
        raise NoPage(
            Told(
                f"the edition has no agreement {agreement_id!r}; it has {known}",
                f"die Ausgabe enthält keine Vereinbarung {agreement_id!r}; es gibt {known}",
            )
        )
    words = {name: Words.read(folder / "dictionary.csv") for name, folder in editions.items()}
    first, own = rows[0], words["agreement"]
    wanted = [one.strip() for one in str(first["goal_ids"] or "").split(";") if one.strip()]
    goals, used = _goals_of(editions, words, wanted)
    outputs = tuple(
        Line(
            f"{row['output_name']} ({row['report_year']})",
            (
                f"{_number(row['agreed_quantity'])} {_label(own, 'output_unit_code', row)}",
                _number(row["done_quantity"]),
                f"{_number(row['done_pct'])} %" if row["done_pct"] is not None else MISSING,
                _figure(row, row["value"]),
                _euro(row["spending_eur"]),
                _euro(row["cost_per_person_eur"], row, digits=0),
            ),
        )
        for row in sorted(rows, key=lambda row: (row["output_name"], row["report_year"]))
        if row["output_name"]
    )
    heads = ("Leistung (Jahr)", "vereinbart", "erbracht", "Anteil", "erreichte Personen", "Ausgaben",
             "je erreichter Person")  # fmt: skip
    _write(
        target,
        "agreement.html.j2",
        title=f"Vereinbarung {agreement_id}: {first['agreement_title']}",
        agreement=first,
        basis=_label(own, "agreement_basis_code", first),
        period=" bis ".join(day_in_german(first[name], MISSING) for name in ("agreed_from", "agreed_to")),
        budget=_euro(first["budget_eur"]),
        conclusion=_label(own, "conclusion", first),
        conclusion_code=first["conclusion"],
        outputs=Table("Was getan wurde", heads, outputs),
        goals=goals,
        unknown=[one for one in wanted if one not in {goal.goal_id for goal in goals}],
        sources=_sources({name: editions[name] for name in ("agreement", *used)}),
    )
    return str(first["agreement_title"])


def _rows(edition: Path, condition: str = "", *values: object) -> list[Row]:
    """Rows of an edition; figures carried back to a later division do not count twice."""
    import duckdb

    with duckdb.connect() as connection:
        file = str(edition / f"{edition.parent.name}.parquet")
        result = connection.execute(f"select * from read_parquet(?) {condition}", [file, *values])
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _on_its_day(rows: Sequence[Row]) -> list[Row]:
    """One row per area and year: on the division of its day where it stands on several."""
    chosen: dict[tuple[Any, ...], Row] = {}
    codes = ("integration_code", "measure_code", "course_type_code", "volunteer_kind_code")
    for row in sorted(rows, key=lambda row: (not row["is_backcast"], str(row["edition"]))):
        chosen[(row["area_code"], row["reference_date"].year, *(row.get(code) for code in codes))] = row
    return list(chosen.values())


def _town_table(rows: Sequence[Row], years: Sequence[int], words: Words) -> Table:
    cells = {(row["integration_code"], row["reference_date"].year): row for row in _on_its_day(rows)}
    lines = []
    for code, depth in INTEGRATION_LINES:
        found = [cells.get((code, year)) for year in years]
        if not any(found):
            continue
        newest = next(row for row in reversed(found) if row is not None)
        shown = [_figure(row, row["value"]) if row else MISSING for row in found]
        share = ""
        if code in SHARES and found[-1] is not None:
            share = _share(found[-1], cells.get((found[-1]["whole_code"], years[-1])))
        lines.append(Line(_label(words, "integration_code", newest), (*shown, share), depth))
    heads = ("Zahl", *(f"{year}" for year in years), f"Anteil {years[-1]}")
    return Table("Ankommen, Begleitung, Pläne, Kinder", heads, tuple(lines))


BESIDE = {
    "integration_course": ("Kurse", "course_type_code",
                           ("", "Plätze", "begonnen", "abgeschlossen", "wartend"),
                           ("places_count", "course_participants", "course_completions", "course_waiting")),
    "volunteering": ("Freiwilliges Engagement", "volunteer_kind_code",
                     ("", "Angebote", "Freiwillige", "Begleitungen", "gesucht"),
                     ("volunteer_offers_count", "volunteers", "volunteer_matches", "sought_count")),
}  # fmt: skip
"""Products beside: title, what the lines are, heads, and behind each head a measure or a public column."""


def _beside(editions: Editions, words: Mapping[str, Words], product: str, year: int) -> Table | None:
    """Courses or volunteers of the whole town in the year, a line per kind."""
    if product not in editions:
        return None
    title, code, heads, figures = BESIDE[product]
    rows = [
        row
        for row in _on_its_day(_rows(editions[product], "where area_level = 'CITY'"))
        if row["reference_date"].year == year
    ]
    if not rows:
        return None
    by = {(row["measure_code"], row[code]): row for row in rows}
    lines = []
    for kind in ("_T", *sorted({str(row[code]) for row in rows} - {"_T"})):
        own = [row for row in rows if row[code] == kind]
        cells = []
        for figure in figures:
            if figure in rows[0]:
                given = [row[figure] for row in own if row[figure] is not None]
                cells.append(_number(given[0] if given else None))
            else:
                row = by.get((figure, kind))
                cells.append(_figure(row, row["value"]) if row else MISSING)
        label = "insgesamt" if kind == "_T" else _label(words[product], code, {code: kind})
        lines.append(Line(label, tuple(cells), 0 if kind == "_T" else 1))
    return Table(f"{title} {year}", heads, tuple(lines))


def _districts(edition: Path, year: int) -> Table | None:
    """Arrivals, guidance and plans by district in the year."""
    codes = ("ARRIVED", "GUIDED", "GUIDED_WITH_PLAN")
    rows = [
        row
        for row in _on_its_day(_rows(edition, "where area_level = 'DISTRICT'"))
        if row["reference_date"].year == year and row["integration_code"] in codes
    ]
    if not rows:
        return None
    by = {(row["area_code"], row["integration_code"]): row for row in rows}
    names = {str(row["area_code"]): str(row["area_name"]) for row in rows}
    lines = []
    for area, name in sorted(names.items()):
        found = [by.get((area, code)) for code in codes]
        cells = [_figure(row, row["value"]) if row else MISSING for row in found]
        cells.append(_share(found[-1], found[-2]) if found[-1] else MISSING)
        lines.append(Line(name, tuple(cells)))
    heads = ("Bezirk", "angekommen", "in Begleitung", "mit Plan", "Anteil")
    return Table(f"Bezirke {year}", heads, tuple(lines))


def _distances(editions: Editions, kreis: str | None) -> Table | None:
    """The newest distance measures (I06) of the Kreis, as published indicators say them."""
    if kreis is None:
        return None
    if "indicators" not in editions:
        raise NoPage(
            Told("there is no release of `indicators` yet", "es gibt noch keine Ausgabe von `indicators`")
        )
    rows = _rows(
        editions["indicators"],
        "where area_code = ? and indicator_id like ? and value is not null and not is_backcast"
        " qualify row_number() over (partition by indicator_id order by reference_date desc) = 1"
        " order by indicator_id",
        kreis,
        f"{DISTANCES}%",
    )
    if not rows:
        raise NoPage(
            Told(
                f"{kreis}: the edition has no distance measures ({DISTANCES}) of this area",
                f"{kreis}: die Ausgabe enthält keine Abstände ({DISTANCES}) dieses Gebiets",
            )
        )
    lines = tuple(
        Line(
            str(row["indicator_name_de"]),
            (
                f"{_number(row['value'], int(row['decimals'] or 0))} {row['unit']}",
                day_in_german(row["reference_date"], MISSING),
            ),
        )
        for row in rows
    )
    return Table("Abstände (Ausländer und Deutsche)", ("Kennzahl", "Wert", "Stichtag"), lines)


def _goals_of(
    editions: Editions, words: Mapping[str, Words], wanted: Sequence[str]
) -> tuple[list[Goal], list[str]]:
    """The newest state of goals in the order they are named, and the products that say it."""
    found: dict[str, tuple[Goal, str]] = {}
    for product in GOALS:
        if product not in editions:
            continue
        for row in _rows(editions[product], "where is_latest"):
            found[str(row["goal_id"])] = _goal(row, words[product]), product
    chosen = [found[one] for one in wanted if one in found]
    return [goal for goal, _ in chosen], list(dict.fromkeys(product for _, product in chosen))


def _goal(row: Row, words: Words) -> Goal:
    """A goal as a row says it; of a hidden one only what was agreed."""
    figure = "indicator_value" if "indicator_value" in row else "value"
    unit = str(row.get("indicator_unit") or row["unit"] or "")
    is_hidden = row["status"] is None
    limits = (row["lower_limit"], row["upper_limit"])
    return Goal(
        goal_id=str(row["goal_id"]),
        title=str(row["title_de"]),
        figure=f"{row['indicator_name_de']} ({unit})",
        area=str(row["area_name"] or row["area_code"]),
        baseline=_goal_number(row, "baseline_value"),
        target=_goal_number(row, "target"),
        due=day_in_german(row["due"], MISSING),
        value=_goal_number(row, figure),
        interval="" if None in limits else f"{at_most_two(limits[0])} bis {at_most_two(limits[1])}",
        day=day_in_german(row["reference_date"], MISSING),
        status="gesperrt" if is_hidden else _label(words, "status", row),
        reason="" if is_hidden or row["status_reason"] == "none" else _label(words, "status_reason", row),
        peers=at_most_two(row["peer_change"], sign="+") if row.get("peer_change") is not None else "",
        kind="hidden" if is_hidden else str(row["status"]),
    )


def _goal_number(row: Row, column: str) -> str:
    if row[column] is None:
        return HIDDEN if row["status"] is None else MISSING
    return at_most_two(row[column])


def _label(words: Words, column: str, row: Mapping[str, Any]) -> str:
    """What the edition's dictionary calls a code."""
    code = str(row[column])
    scope = words.scopes.get(column)
    keys = [(column, code, str(row[scope]))] if scope and row.get(scope) is not None else []
    for key in (*keys, (column, code, "")):
        if key in words.labels:
            return words.labels[key][0]
    raise NoPage(
        Told(
            f"the edition has no words for {code!r} in {column}",
            f"die Ausgabe hat keine Worte für {code!r} in {column}",
        )
    )


def _number(value: float | None, digits: int | None = None) -> str:
    """A number as German prints it; whole ones without decimals."""
    if value is None:
        return MISSING
    places = digits if digits is not None else 0 if float(value).is_integer() else 1
    return number_in_german(value, places)


def _figure(row: Row, value: float | None, *, digits: int | None = None, unit: str = "") -> str:
    """A figure of a row: the number as released, a sign for what is hidden, another for what is missing."""
    if value is not None:
        return _number(value, digits) + unit
    return HIDDEN if str(row["missing_reason"]).startswith("suppressed") else MISSING


def _share(row: Row, whole: Row | None) -> str:
    """A share as released; it is hidden with the count it is of, which stands in another row."""
    if row["share_pct"] is None and whole is not None and row["value"] is not None:
        return _figure(whole, None)
    return _figure(row, row["share_pct"], digits=0, unit=" %")


def _euro(value: float | None, row: Row | None = None, digits: int | None = None) -> str:
    if value is None and row is not None:
        return _figure(row, None)
    return MISSING if value is None else f"{_number(value, digits)} €"


def _sources(editions: Editions) -> list[Source]:
    """The editions with the datasets that their rows rest on, by whom they are attributed to."""
    found = []
    for product, folder in editions.items():
        said = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        used = _used(folder)
        titles: dict[str, list[str]] = {}
        for one in said["datasets"]:
            if used is None or one["dataset_id"] in used:
                titles.setdefault(str(one["attribution"] or one["dataset_id"]), []).append(one["title_de"])
        datasets = tuple(f"{', '.join(names)} ({whose})" for whose, names in titles.items())
        found.append(Source(product, folder.name, str(said["title_de"]), datasets))
    return found


def _used(edition: Path) -> set[str] | None:
    """The datasets that rows of an edition name; None where rows name none."""
    if edition.parent.name == "indicators":
        rows = _rows(edition, "where indicator_id like ?", f"{DISTANCES}%")
        return {row[name] for row in rows for name in ("numerator_dataset", "denominator_dataset")}
    rows = _rows(edition)
    return {row["dataset_id"] for row in rows} if rows and "dataset_id" in rows[0] else None


def _write(target: Path, template: str, **values: Any) -> None:
    write_text(
        target, fill(__file__, template, {"changes": CHANGES, "hidden": HIDDEN, "missing": MISSING, **values})
    )
