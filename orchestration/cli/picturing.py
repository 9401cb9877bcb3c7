"""`planstat chart | map | profile`: pictures and pages for print, from the current releases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sources.foundation.told import Phrase, Told, day_in

from ..reading import definitions
from ..resources import Settings
from .language import Language

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console

    from exports.pictures.profile import Heading

    from .asking.warehouse import Row


def print_chart(
    settings: Settings,
    indicator: str,
    areas: Sequence[str],
    ring: str | None,
    out: Path,
    console: Console,
    language: Language = "en",
) -> None:
    """Write the chart of an indicator for areas by code or name, and say what it shows.

    Raises `UnknownName` for an indicator or area that is not there, `exports.series.NoFigures` and
    `exports.pictures.drawing.NoPicture` where there is nothing to draw.
    """
    from exports.pictures.chart import draw_chart
    from exports.pictures.typesetting import save

    from .asking.places import area_row
    from .asking.warehouse import indicator_row

    _must_be_picture(out)
    figures, rings = _edition(settings, "indicators"), _edition_if_any(settings, "peer_ring")
    with _names(settings, figures) as names:
        chosen = str(indicator_row(names, indicator)["indicator_id"])
        codes = [str(area_row(names, area)["area_code"]) for area in areas]
    svg, width, name = draw_chart(figures, rings, chosen, codes, ring)
    save(out, svg, width)
    console.print(_CHART.say(language, name=name, out=out), markup=False)


_CHART = Phrase("Diagramm {name}: {out}", "chart {name}: {out}")


def print_map(
    settings: Settings,
    indicator: str,
    period: str,
    level: str,
    within: str | None,
    out: Path,
    console: Console,
    language: Language = "en",
) -> None:
    """Write the map of an indicator for the newest day of a period, and say what it shows.

    Raises as `print_chart` does, and for a period or level without values or outlines.
    """
    from exports.pictures.maps import draw_map
    from exports.pictures.typesetting import save

    from .asking.places import area_row
    from .asking.warehouse import indicator_row, period_range

    _must_be_picture(out)
    figures, areas = _edition(settings, "indicators"), _edition(settings, "areas")
    with _names(settings, figures) as names:
        chosen = str(indicator_row(names, indicator)["indicator_id"])
        found: Row | None = area_row(names, within) if within is not None else None
    inside = (str(found["area_code"]), str(found["area_name"])) if found is not None else None
    drawn = draw_map(figures, areas, chosen, period_range(period), level.upper(), inside, _outlines())
    save(out, drawn.svg, drawn.width)
    said = {
        "name": drawn.name,
        "day": day_in(drawn.day, language),
        "number": drawn.with_value,
        "without": drawn.without,
        "out": out,
    }
    console.print(_MAP.say(language, **said), markup=False)


_MAP = Phrase(
    "Karte {name} am {day}: {number} Gebiete mit Wert, {without} ohne; {out}",
    "map {name} on {day}: {number} areas with a value, {without} without; {out}",
)


def print_profile(
    settings: Settings, area: str, ring: str | None, out: Path, console: Console, language: Language = "en"
) -> None:
    """Write the profile of an area by code or name, and say what is in it."""
    from exports.pictures.profile import write_profile

    from .asking.places import area_row

    figures, rings = _edition(settings, "indicators"), _edition_if_any(settings, "peer_ring")
    with _names(settings, figures) as names:
        code = str(area_row(names, area)["area_code"])
    made = write_profile(figures, rings, code, ring, _heading(settings), definitions(settings), out)
    said = {"area": made.area, "number": made.indicators, "pages": made.pages, "out": out}
    console.print(_PROFILE.say(language, **said), markup=False)


EVERY_LEVEL = "all"


def print_profiles(
    settings: Settings,
    levels: Sequence[str],
    ring: str | None,
    folder: Path,
    console: Console,
    language: Language = "en",
) -> None:
    """Write the profiles of all areas of some levels that have figures, and say how many there are.

    Raises `NoFigures` without levels, with the number of areas of each; `EVERY_LEVEL` is all of them.
    """
    from exports.pictures.profile import indicators_on_it, write_profiles
    from exports.series import NoFigures, areas_by_level

    figures, rings = _edition(settings, "indicators"), _edition_if_any(settings, "peer_ring")
    if not levels:
        by_level = areas_by_level(figures, indicators_on_it())
        told = ", ".join(f"{level} {number}" for level, number in by_level.items())
        every = sum(by_level.values())
        raise NoFigures(
            Told(
                f"{every} areas have figures for a profile, each a file ({told}): name levels with "
                f"--level, or all of them with --level {EVERY_LEVEL}",
                f"{every} Gebiete haben Werte für ein Profil, jedes eine Datei ({told}): mit --level "
                f"Ebenen nennen, oder alle mit --level {EVERY_LEVEL}",
            )
        )
    chosen = [] if EVERY_LEVEL in levels else [level.upper() for level in levels]
    made = write_profiles(figures, rings, ring, _heading(settings), definitions(settings), folder, chosen)
    console.print(_PROFILES.say(language, number=sum(1 for _ in made), folder=folder), markup=False)


_PROFILE = Phrase(
    "{area}: Profil mit {number} Kennzahlen auf {pages} Seiten, {out}",
    "{area}: profile with {number} indicators on {pages} pages, {out}",
)
_PROFILES = Phrase("{number} Profile in {folder}", "{number} profiles in {folder}")


def _edition(settings: Settings, product: str) -> Path:
    """The folder of a product's current edition, compared with its receipt."""
    from exports.release import verify

    return verify(settings.paths.releases, product, None, settings.memory).path


def _edition_if_any(settings: Settings, product: str) -> Path | None:
    from exports.release import current_release

    if current_release(settings.paths.releases, product) is None:
        return None
    return _edition(settings, product)


def _must_be_picture(out: Path) -> None:
    from exports.pictures.drawing import NoPicture, is_picture

    if not is_picture(out):
        raise NoPicture(
            Told(
                f"{out}: a picture ends with .svg or .png",
                f"{out}: ein Bild endet auf .svg oder .png",
            )
        )


@contextmanager
def _names(settings: Settings, figures: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Areas and indicators of the editions in the tables that names are looked up in."""
    import duckdb

    from exports.series import parquet

    areas = _edition_if_any(settings, "areas")
    with duckdb.connect() as connection:
        versions = (
            "select area_code, area_name, area_level, cast(valid_from as date) as valid_from, "
            "cast(valid_to as date) as valid_to from read_parquet(?)"
            if areas is not None
            else "select area_code, max_by(area_name, reference_date) as area_name, "
            "min(area_level) as area_level, date '1900-01-01' as valid_from, date '9999-12-31' as valid_to "
            "from read_parquet(?) group by area_code"
        )
        connection.execute(
            f"create table dim_area as select *, valid_to = max(valid_to) over (partition by area_code) "
            f"as is_latest from ({versions})",
            [parquet(areas if areas is not None else figures)],
        )
        connection.execute(
            "create table indicator as select indicator_id, min(indicator_name_de) as name_de, "
            "min(indicator_name_en) as name_en from read_parquet(?) group by indicator_id",
            [parquet(figures)],
        )
        yield connection


def _outlines() -> dict[str, Collection[str]]:
    """The datasets that are outlines, with the levels of their areas."""
    from sources.declared.catalogue import load_catalog

    return {
        name: [str(level) for level in one.area_levels]
        for name, one in load_catalog().items()
        if one.format.kind == "geometry"
    }


def _heading(settings: Settings) -> Heading:
    """The office's name and logo, as `office.yml` says."""
    from exports.pictures.profile import Heading, logo_of
    from exports.products import load_office

    office = load_office(settings.paths.office)
    logo = logo_of(settings.paths.office.parent / office.logo) if office.logo is not None else None
    return Heading(office.name, logo)
