"""The series of areas as released editions hold them: figures with what is to be known of each.

Workbook, profile and charts are made of them, so that no number stands there that gate and attack have not
seen. Figures that were carried back to a later division are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sources.foundation.exits import USAGE
from sources.foundation.told import Told

DOUBTFUL = ("low", "insufficient")
"""Reliability of a figure that rests on few cases."""


class NoFigures(ValueError):
    """Figures that are asked for and not there; the message says which, and what to do."""

    exit_code = USAGE


@dataclass(frozen=True)
class Cell:
    """A figure of one indicator at one day; `land` is the value of the next higher area, mostly the Land.

    `break_text` says what parts the figure from the one before; an edition of an older form says only that
    something does (`change`).
    """

    day: date
    value: float | None
    status: str
    reason: str
    reliability: str
    change: str
    land: float | None
    verdict: str
    lower: float | None = None
    upper: float | None = None
    break_text: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether a line may lead through it."""
        return self.value is not None and self.status != "U"

    @property
    def breaks(self) -> bool:
        """Whether the series breaks before it."""
        return self.change == "break" or bool(self.break_text)


@dataclass(frozen=True)
class Series:
    """An indicator of one area with its figures by day, their datasets, and the medians of a ring."""

    indicator_id: str
    name: str
    field: str
    unit: str
    decimals: int
    figures: tuple[Cell, ...]
    medians: tuple[tuple[date, float], ...] = ()
    datasets: frozenset[str] = frozenset()

    @property
    def cells(self) -> dict[int, Cell]:
        """The newest figure of each year."""
        return {cell.day.year: cell for cell in self.figures}

    @property
    def newest(self) -> Cell | None:
        """The newest figure that a line may lead through."""
        return next((cell for cell in reversed(self.figures) if cell.is_drawn), None)

    def median_on(self, day: date) -> float | None:
        """The ring's median on a day, if it is the newest that the ring has."""
        return self.medians[-1][1] if self.medians and self.medians[-1][0] == day else None

    def runs(self) -> Iterator[list[Cell]]:
        """Figures to join by a line: nothing across a break, a gap, or a date without a figure."""
        run: list[Cell] = []
        for cell in self.figures:
            if run and (not cell.is_drawn or cell.breaks or cell.change == "gap"):
                yield run
                run = []
            if cell.is_drawn:
                run.append(cell)
        if run:
            yield run


@dataclass(frozen=True)
class AreaSeries:
    """The series of one area in the order of the edition; `above` is the area that it is compared with.

    `rings` names by id the rings that it is in, `ring` the one whose medians stand in the series.
    """

    area_code: str
    name: str
    level: str
    above: str
    above_code: str | None
    series: tuple[Series, ...]
    rings: dict[str, str] = field(default_factory=dict)
    ring: str | None = None


def parquet(edition: Path) -> str:
    """The Parquet file of an edition."""
    return str(edition / f"{edition.parent.name}.parquet")


def read_series(
    edition: Path, areas: Collection[str], indicators: Collection[str] | None = None
) -> dict[str, AreaSeries]:
    """The series of areas from an edition of `indicators`, by code, in the order of codes.

    An area without figures is absent. The names are those of the newest day.
    """
    import duckdb

    with duckdb.connect() as connection:
        file = parquet(edition)
        there = {row[0] for row in connection.execute("describe from read_parquet(?)", [file]).fetchall()}
        wanted = (
            "area_code", "area_name", "area_level", "reference_area_code", "reference_area_name",
            "indicator_id", "indicator_name_de", "policy_field", "unit", "decimals",
            "numerator_dataset", "denominator_dataset", "reference_date", "value", "obs_status",
            "missing_reason", "reliability", "change_verdict", "reference_value", "reference_verdict",
            "lower_limit", "upper_limit", "break_de",
        )  # fmt: skip
        # editions of an older form do not say what a break is; several breaks in one are divided by ` | `
        columns = ", ".join(name if name in there else f"null as {name}" for name in wanted)
        found = connection.execute(
            f"select {columns} from read_parquet($file) where not is_backcast "
            "and list_contains($areas, area_code) "
            "and ($indicators is null or list_contains($indicators, indicator_id)) "
            "order by area_code, indicator_id, reference_date",
            {
                "file": file,
                "areas": list(areas),
                "indicators": list(indicators) if indicators is not None else None,
            },
        ).fetchall()
    return {area.area_code: area for area in _areas(found)}


def _areas(rows: Sequence[tuple[Any, ...]]) -> Iterator[AreaSeries]:
    by_area: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_area.setdefault(str(row[0]), []).append(row)
    for code, own in by_area.items():
        name = level = above = ""
        above_code: str | None = None
        newest = date.min
        figures: dict[str, list[Cell]] = {}
        heads: dict[str, tuple[str, str, str, int]] = {}
        datasets: dict[str, set[str]] = {}
        for _, area, kind, higher_code, higher, indicator, title, about, unit, decimals, *rest in own:
            datasets.setdefault(indicator, set()).update(filter(None, rest[:2]))
            values: list[Any] = [*rest[2:-1], (rest[-1] or "").replace(" | ", "; ")]
            cell = Cell(*values)
            figures.setdefault(indicator, []).append(cell)
            heads[indicator] = (title, about, unit or "", int(decimals or 0))
            if cell.day >= newest:
                newest, name, level = cell.day, area, kind
                above, above_code = higher or above, higher_code or above_code
        series = tuple(
            Series(indicator, *heads[indicator], tuple(cells), (), frozenset(datasets[indicator]))
            for indicator, cells in figures.items()
        )
        yield AreaSeries(code, name, level, above, above_code, series)


def with_rings(
    areas: dict[str, AreaSeries], edition: Path | None, ring_id: str | None = None
) -> dict[str, AreaSeries]:
    """The areas with the medians of a ring, from an edition of `peer_ring`; as they are without one.

    Without `ring_id` an area that is in one ring has that one beside it; `AreaSeries.rings` names all.
    Raises `NoFigures` for a ring that is asked for before there is an edition.
    """
    if edition is None:
        if ring_id is not None:
            raise NoFigures(
                Told("there is no release of `peer_ring` yet", "es gibt noch keine Ausgabe von `peer_ring`")
            )
        return areas
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area_code, ring_id, ring_name_de, indicator_id, reference_date, ring_median "
            "from read_parquet(?) where list_contains(?, area_code) and ring_median is not null "
            "order by reference_date",
            [parquet(edition), list(areas)],
        ).fetchall()
    names: dict[str, dict[str, str]] = {}
    medians: dict[tuple[str, str, str], list[tuple[date, float]]] = {}
    for area, ring, name, indicator, day, median in rows:
        names.setdefault(area, {})[ring] = name
        medians.setdefault((area, ring, indicator), []).append((day, median))
    joined = {}
    for code, area in areas.items():
        rings = names.get(code, {})
        chosen = ring_id if ring_id is not None else next(iter(rings)) if len(rings) == 1 else None
        series = tuple(
            replace(one, medians=tuple(medians.get((code, chosen or "", one.indicator_id), ())))
            for one in area.series
        )
        joined[code] = replace(area, series=series, rings=rings, ring=rings.get(chosen or ""))
    return joined


def read_area(indicators: Path, rings: Path | None, area_code: str, ring_id: str | None = None) -> AreaSeries:
    """The series of one area beside its ring, from editions of `indicators` and `peer_ring`.

    Raises `NoFigures` for an area without figures, for a ring it is not in, and where several rings leave
    open which one is meant.
    """
    found = read_series(indicators, [area_code])
    if area_code not in found:
        raise NoFigures(
            Told(
                f"{area_code}: the edition has no figures of this area; product areas lists the areas",
                f"{area_code}: die Ausgabe enthält keine Werte dieses Gebiets (Gebiete: Produkt areas)",
            )
        )
    area = with_rings(found, rings, ring_id)[area_code]
    known = ", ".join(sorted(area.rings))
    if ring_id is None and len(area.rings) > 1:
        raise NoFigures(
            Told(
                f"{area_code} is in several rings, name one with --ring: {known}",
                f"{area_code} ist in mehreren Ringen, einen mit --ring nennen: {known}",
            )
        )
    if ring_id is not None and area.ring is None:
        raise NoFigures(
            Told(
                f"{area_code} is not in a ring {ring_id!r}; its rings: {known or '–'}",
                f"{area_code} gehört zu keinem Ring {ring_id!r}; seine Ringe: {known or '–'}",
            )
        )
    return area


def areas_with_values(
    edition: Path, indicators: Collection[str], levels: Collection[str] | None = None
) -> list[str]:
    """The codes of areas that have a value of one of the indicators, of all levels or some, in order."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct area_code from read_parquet($file) where list_contains($names, indicator_id) "
            "and value is not null and not is_backcast "
            "and ($levels is null or list_contains($levels, area_level)) order by area_code",
            {
                "file": parquet(edition),
                "names": list(indicators),
                "levels": list(levels) if levels else None,
            },
        ).fetchall()
    return [str(code) for (code,) in rows]


def areas_by_level(edition: Path, indicators: Collection[str]) -> dict[str, int]:
    """How many areas have a value of one of the indicators, by level, the fewest first."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area_level, count(distinct area_code) as areas from read_parquet(?) "
            "where list_contains(?, indicator_id) and value is not null and not is_backcast "
            "group by 1 order by 2, 1",
            [parquet(edition), list(indicators)],
        ).fetchall()
    return {str(level): int(areas) for level, areas in rows}


def datasets_of(edition: Path, indicators: Collection[str], areas: Collection[str] | None = None) -> set[str]:
    """The datasets that figures of these indicators come from, in all areas or in some."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct unnest([numerator_dataset, denominator_dataset]) from read_parquet($file) "
            "where list_contains($names, indicator_id) "
            "and ($areas is null or list_contains($areas, area_code))",
            {
                "file": parquet(edition),
                "names": list(indicators),
                "areas": list(areas) if areas is not None else None,
            },
        ).fetchall()
    return {str(name) for (name,) in rows if name is not None}
