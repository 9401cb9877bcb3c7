"""What a run makes of its editions for readers, as `office.yml` says under `reading:`.

Star and atlas are editions of their own; letters and workbooks lie beside (`exports.release.shelf`). All is
made from released files, each compared with its receipt before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .resources import Settings, Warehouse

if TYPE_CHECKING:
    from exports.booklet import Booklet
    from exports.definition import Definition
    from exports.history import Memory
    from exports.letter import Revision
    from exports.products import Contact, ReadingWorkbook
    from exports.release import Release, Unchanged
    from exports.ring_booklet import RingBooklet

    Compiling = Callable[
        [Path, Path, Mapping[str, Definition], Contact, datetime, Memory], Release | Unchanged
    ]


def make_for_readers(settings: Settings, told: Callable[[str], None], trouble: Callable[[str], None]) -> None:
    """Make what the office declares; `told` hears what was made, `trouble` what could not be, and why."""
    from exports.products import load_office

    wanted = load_office(settings.paths.office).reading
    wants_internal = wanted.atlas and has_internal_editions(settings)
    for is_wanted, compiled in (
        (wanted.star, star),
        (wanted.atlas, atlas),
        (wants_internal, internal_atlas),
    ):
        if not is_wanted:
            continue
        with _tried(trouble):
            made, is_new = compiled(settings)
            told(f"{made.id}: {'released' if is_new else 'unchanged'}")
    if wanted.letters:
        for releases in (settings.paths.releases, settings.paths.internal):
            for path in _letters(settings, releases, trouble):
                told(f"letter: {path}")
    places = []
    for one in wanted.workbooks:
        with _tried(trouble):
            place, new = _workbook(settings, one)
            places.append(place)
            if new is not None:
                told(f"workbook: {new}")
    from exports.release.shelf import keep_only

    if settings.paths.releases.is_dir() and len(places) == len(wanted.workbooks):
        keep_only(settings.paths.releases, ".xlsx", places)


@contextmanager
def _tried(trouble: Callable[[str], None]) -> Iterator[None]:
    """Go on after what cannot be made; other readers shall have theirs."""
    from exports.compilations import NotCompiled
    from exports.letter import NoLetter
    from exports.release import ReleaseError, ReleaseRefused
    from exports.series import NoFigures

    try:
        yield
    except (NoFigures, NoLetter, NotCompiled, ReleaseError, ReleaseRefused) as problem:
        trouble(f"office.yml, reading: {problem}")


def definitions(settings: Settings) -> dict[str, Definition]:
    """What readers are told of each indicator, those of the office's own among them."""
    from dbt_project.indicators.specification import load_specifications
    from exports.definition import Definition

    return {
        name: Definition(
            one.question.de, one.how_to_read.de, one.how_not_to_read.de, one.formula.text, one.law
        )
        for name, one in load_specifications(settings.dbt_project / "indicators").indicators.items()
    }


def star(settings: Settings) -> tuple[Release, bool]:
    """Publish the star of the current public editions; gives it, and whether it is new.

    Raises `exports.compilations.NotCompiled` where there is nothing to compile.
    """
    from exports.compilations import compile_edition

    return _compiled(settings, compile_edition)


def atlas(settings: Settings) -> tuple[Release, bool]:
    """The same with the atlas."""
    from exports.compilations import compile_atlas

    return _compiled(settings, compile_atlas)


def internal_atlas(settings: Settings) -> tuple[Release, bool]:
    """The same with the atlas for an internal audience, which lies among the editions for it."""
    from exports.compilations import compile_atlas

    return _compiled(settings, functools.partial(compile_atlas, internal=settings.paths.internal))


def has_internal_editions(settings: Settings) -> bool:
    """Whether a product was released for an internal audience."""
    from exports.release import list_releases

    root = settings.paths.internal
    return root.is_dir() and any(not one.compiled_from for one in list_releases(root))


def _compiled(settings: Settings, compiling: Compiling) -> tuple[Release, bool]:
    from exports.dcat import write_catalogue
    from exports.products import load_office
    from exports.release import Release

    office = load_office(settings.paths.office)
    made = compiling(
        settings.paths.releases,
        settings.paths.candidates,
        definitions(settings),
        office,
        datetime.now(UTC),
        settings.memory,
    )
    if office.catalogue is not None:
        write_catalogue(settings.paths.releases, office)
    return (made, True) if isinstance(made, Release) else (made.release, False)


def booklet(settings: Settings, area: str, ring: str | None, out: Path) -> Booklet:
    """Write the workbook of an area from the current editions.

    Raises `exports.series.NoFigures` for an area or ring without figures, `exports.release.ReleaseError`
    without an edition of `indicators`.
    """
    from dbt_project.indicators.compiler import FIELDS
    from exports.booklet import write_booklet
    from exports.release import current_release, verify

    releases = settings.paths.releases
    figures = verify(releases, "indicators", None, settings.memory).path
    has_rings = current_release(releases, "peer_ring") is not None
    rings = verify(releases, "peer_ring", None, settings.memory).path if has_rings else None
    return write_booklet(figures, rings, area, ring, definitions(settings), list(FIELDS), out)


def ring_booklet(settings: Settings, ring: str, own: str | None, out: Path) -> RingBooklet:
    """Write the workbook of a ring from the current editions, the member `own` marked.

    Raises `exports.series.NoFigures` for what the edition has not, `exports.release.ReleaseError` without
    editions of `indicators` and `peer_ring`.
    """
    from dbt_project.indicators.compiler import FIELDS
    from exports.release import verify
    from exports.ring_booklet import write_ring_booklet

    figures, rings = (
        verify(settings.paths.releases, product, None, settings.memory).path
        for product in ("indicators", "peer_ring")
    )
    return write_ring_booklet(figures, rings, ring, own, definitions(settings), list(FIELDS), out)


def letter_text(settings: Settings, releases: Path, edition: Release) -> str:
    """The letter with an edition as a page, with what the warehouse knows of revisions since the one before.

    Raises `exports.letter.NoLetter` for an edition that nothing can be written about.
    """
    from exports.letter import letter
    from exports.release import list_releases

    earlier = [
        one for one in list_releases(releases, edition.product) if one.published_at < edition.published_at
    ]
    since = earlier[-1].published_at if earlier else edition.published_at
    return letter(edition, _revisions(settings, edition, since), datetime.now(UTC).date())


def _letters(settings: Settings, releases: Path, trouble: Callable[[str], None]) -> Iterator[Path]:
    """Write the letters with current editions that have none yet."""
    from exports.release import list_releases, verify
    from exports.release.index import letter_of
    from exports.release.shelf import put
    from sources.foundation.files import write_text

    for edition in list_releases(releases):
        if not edition.is_current or edition.compiled_from:
            continue

        def write(path: Path, edition: Release = edition) -> None:
            whole = verify(releases, edition.product, edition.version, settings.memory)
            write_text(path, letter_text(settings, releases, whole))

        with _tried(trouble):
            made = put(releases, letter_of(edition), [edition.id], write)
            if made is not None:
                yield made


def _workbook(settings: Settings, wanted: ReadingWorkbook) -> tuple[str, Path | None]:
    """Write a workbook unless it is there from the current editions; its place, and its path if it is new."""
    from exports.release import current_release
    from exports.release.index import workbook_of
    from exports.release.shelf import put

    releases = settings.paths.releases
    found = [current_release(releases, product) for product in ("indicators", "peer_ring")]
    made_from = [edition.id for edition in found if edition is not None]

    def write(path: Path) -> None:
        if wanted.area is not None:
            booklet(settings, wanted.area, wanted.ring, path)
        elif wanted.ring is not None:
            ring_booklet(settings, wanted.ring, wanted.own, path)

    place = workbook_of(*filter(None, (wanted.area, wanted.ring, wanted.own)))
    return place, put(releases, place, made_from, write)


def _revisions(settings: Settings, edition: Release, since: datetime) -> list[Revision]:
    """What the warehouse knows of revisions of an edition's public datasets between two editions."""
    from exports.letter import Revision

    names = [str(one["dataset_id"]) for one in edition.datasets if not one.get("is_confidential")]
    if not settings.paths.warehouse.is_file():
        return []
    with Warehouse(settings.paths.warehouse).reading() as warehouse:
        found = warehouse.execute(
            "select dataset_id, cause, sum(cells_count), min(first_date), max(last_date), max(known_after) "
            "from mart_revision where list_contains($names, dataset_id) and known_after > $since "
            "and known_after <= $until group by all order by all",
            {
                "names": names,
                "since": since.replace(tzinfo=None),
                "until": edition.published_at.replace(tzinfo=None),
            },
        ).fetchall()
    return [
        Revision(str(name), str(cause), int(cells), first, last, known.date())
        for name, cause, cells, first, last, known in found
    ]
