"""An area by what a person writes for it: a code, or a name in the ways names are written.

`Kreis Plön`, `Hansestadt Lübeck`, `Sankt Wendel` and `Muenchen` are found; umlauts and ß may be spelled out,
words stand in any order, and words for the kind of area (Stadt, Kreis, …) choose between areas of one name.
What could be two areas is asked back, never guessed: `Oldenburg` is a town and a Landkreis.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.foundation.told import Told

from .warehouse import Row, UnknownName, opened, rows

NAMED = ("DE", "LAND", "REGBEZ", "KREIS", "CITY_IN_KREIS", "BEZIRK")
"""Levels whose areas are looked for by name first."""

SMALL = ("PROGNOSERAUM", "BEZIRKSREGION", "PLANUNGSRAUM", "ORTSTEIL")
"""Levels within a town, looked for where no larger area has the name."""

MUNICIPAL = ("GEMEINDE", "GEMEINDEVERBAND")
"""Levels of thousands of areas, looked for by their whole name where no larger area has it."""

Span = tuple[dt.date, dt.date]

KREIS = frozenset({"kreis", "landkreis", "regionalverband", "staedteregion", "region"})
TOWN = frozenset(
    {"stadt", "hansestadt", "landeshauptstadt", "stadtkreis", "kreisfreie", "krfr", "universitaetsstadt"}
)
OTHER = frozenset(
    {"regierungsbezirk", "statistische", "land", "freistaat", "bezirk", "freie", "und", "gemeinde"}
)
KINDS = KREIS | TOWN | OTHER
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
FITS = ("exact", "begins", "words", "contains")
LISTED = 8


def words_of(name: str) -> list[str]:
    """The words of a name in small letters, umlauts spelled out, `St.` as `sankt`; hyphens stay in them."""
    text = re.sub(r"\bst\.\s*", "sankt ", name.lower().translate(SPELLED))
    return re.findall(r"[\w-]*\w", text)


@dataclass(frozen=True)
class Name:
    """A name taken apart: the words that name, and those that say what kind of area it is."""

    own: tuple[str, ...]
    kinds: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Name:
        """Read a name; one that is made of words for kinds only names with them."""
        words = words_of(text)
        own = tuple(word for word in words if word not in KINDS)
        return cls(own, frozenset(words) & KINDS) if own else cls(tuple(words), frozenset())

    @property
    def parts(self) -> set[str]:
        """The words that name, hyphens divided too."""
        return {part for word in self.own for part in word.split("-")}

    def suits(self, asked: Name, level: str) -> bool:
        """Whether an area of this name and level is of the kind asked for."""
        if not asked.kinds or asked.kinds <= self.kinds:
            return True
        if asked.kinds & {"regierungsbezirk", "bezirk", "land"}:
            levels = {"regierungsbezirk": "REGBEZ", "bezirk": "BEZIRK", "land": "LAND"}
            return any(levels.get(kind) == level for kind in asked.kinds)
        if "gemeinde" in asked.kinds:
            return level == "GEMEINDE"
        if level not in ("KREIS", "CITY_IN_KREIS"):
            return False
        is_kreis = bool(self.kinds & KREIS) or any(word.endswith("kreis") for word in self.own)
        return is_kreis if asked.kinds & KREIS else not is_kreis

    def match(self, asked: Name) -> str | None:
        """How well it fits: `exact`, `begins` with it, has its `words`, `contains` it, or not at all."""
        if sorted(self.own) == sorted(asked.own):
            return "exact"
        if self.own[: len(asked.own)] == asked.own:
            return "begins"
        if asked.parts <= self.parts:
            return "words"
        return "contains" if " ".join(asked.own) in " ".join(self.own) else None


def area_row(
    connection: duckdb.DuckDBPyConnection,
    area: str,
    named: Sequence[str] = NAMED,
    span: Span | None = None,
) -> Row:
    """The version of an area by code, or by name where that is unambiguous among the levels `named`.

    span: first and last day it is asked for; areas that existed then go before those that did not. Without
    it, those that exist now. Raises `UnknownName` with what the name could mean, or what comes near.
    """
    by_code = rows(connection, "select * from dim_area where area_code = ? and is_latest", [area])
    if not by_code and re.fullmatch(r"\d{8}", area):  # of a Gemeinde the register has the longer code
        by_code = rows(
            connection,
            "select * from dim_area where area_level = 'GEMEINDE' and is_latest"
            " and left(area_code, 5) || right(area_code, 3) = ? order by valid_to desc limit 1",
            [area],
        )
    if by_code:
        return by_code[0]
    asked = Name.of(area)
    if asked.own:
        for found in _candidates(connection, asked, named, span):
            if len(found) == 1:
                return found[0]
            if found:
                could = ", ".join(f"{row['area_code']} {row['area_name']}" for row in found[:LISTED])
                more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
                mehr = f" und {len(found) - LISTED} weitere" if len(found) > LISTED else ""
                raise UnknownName(
                    Told(
                        f"{area!r} could be {could}{more}: give the code",
                        f"{area!r} könnte {could}{mehr} sein: bitte den Schlüssel angeben",
                    )
                )
    raise UnknownName(_near(connection, area, named))


@contextmanager
def codes_by_name(warehouse: Path) -> Iterator[Callable[[str], str | None]]:
    """A name to the code of the one area that has exactly that name; None without a warehouse, too."""
    if not warehouse.is_file():
        yield lambda name: None
        return
    with opened(warehouse) as connection:

        def code_of(name: str) -> str | None:
            try:
                row = area_row(connection, name)
            except UnknownName:
                return None
            is_named = Name.of(row["area_name"] or "").match(Name.of(name)) == "exact"
            return str(row["area_code"]) if is_named else None

        yield code_of


def _candidates(
    connection: duckdb.DuckDBPyConnection, asked: Name, named: Sequence[str], span: Span | None
) -> Iterator[list[Row]]:
    """Areas that the name could mean, the best fits first; of each fit, those of the time asked for.

    Gemeinden are asked for only where no area of the levels `named` has the name, and by their whole name.
    """
    fits: dict[tuple[str, bool], list[Row]] = {}

    def look(levels: Sequence[str], *, is_named: bool, only: Collection[str] = FITS) -> None:
        for row in _of_levels(connection, levels, span):
            name = Name.of(row["area_name"])
            fit = name.match(asked) if name.suits(asked, row["area_level"]) else None
            if fit in only:
                fits.setdefault((str(fit), is_named), []).append(row)

    def of(*keys: tuple[str, bool]) -> list[Row]:
        found = [row for key in keys for row in fits.get(key, [])]
        return _without_the_same(connection, [row for row in found if row["is_of_time"]] or found)

    look(named, is_named=True)
    yield of(("exact", True), ("begins", True))
    if tuple(named) == NAMED:
        look(SMALL, is_named=False)
        look(MUNICIPAL, is_named=False, only=("exact",))
    yield of(("words", True), ("exact", False))
    yield of(("begins", False))
    yield of(("words", False))
    yield of(("contains", True))
    yield of(("contains", False))


def _of_levels(connection: duckdb.DuckDBPyConnection, levels: Sequence[str], span: Span | None) -> list[Row]:
    """The versions of all areas of some levels, and whether they are of the time asked for."""
    first, last = span or (dt.date.max, dt.date.max)
    return rows(
        connection,
        """select *, valid_from <= ? and (valid_to > ? or valid_to = date '9999-12-31') as is_of_time
        from dim_area
        where list_contains(?::varchar[], area_level) and area_name is not null
        order by area_code, valid_from desc""",
        [last, first, list(levels)],
    )


def _without_the_same(connection: duckdb.DuckDBPyConnection, found: list[Row]) -> list[Row]:
    """One row per code, and no larger area that is the same, or that only has its name from a Kreis.

    A Land of one Kreis is that Kreis (Berlin); a Regierungsbezirk is named after its seat (Münster).
    """
    found = list({row["area_code"]: row for row in reversed(found)}.values())[::-1]
    kreise = [row for row in found if row["area_level"] in ("KREIS", "CITY_IN_KREIS")]
    if not kreise:
        return found
    lands = [row["area_code"] for row in found if row["area_level"] == "LAND"]
    same = set()
    for land in lands:
        [count] = rows(
            connection,
            "select count(distinct area_code) as kreise from dim_area where area_level = 'KREIS'"
            " and valid_to = date '9999-12-31' and starts_with(area_code, ?)",
            [land],
        )
        same |= {land} if count["kreise"] == 1 else set()
    return [row for row in found if row["area_level"] != "REGBEZ" and row["area_code"] not in same]


def _near(connection: duckdb.DuckDBPyConnection, area: str, named: Sequence[str]) -> Told:
    near = rows(
        connection,
        "select area_code, area_name from dim_area where is_latest"
        " and list_contains(?::varchar[], area_level) order by area_code = lpad(?, 5, '0') desc,"
        " jaro_winkler_similarity(lower(split_part(area_name, ',', 1)), lower(?)) desc, area_code limit 3",
        [[level for level in named if level not in ("REGBEZ", "CITY_IN_KREIS", "BEZIRK")], area, area],
    )
    near_by = ", ".join(f"{row['area_code']} {row['area_name']}" for row in near)
    return Told(
        f"no area {area!r}; near it are {near_by}. Codes keep their leading zeros",
        f"kein Gebiet {area!r}; ähnlich sind {near_by}. Schlüssel behalten ihre führenden Nullen",
    )


def index_area_code(connection: duckdb.DuckDBPyConnection, area: str, span: Span | None = None) -> str:
    """The code of an area; an index also knows small areas by the code its edition gives them."""
    if rows(connection, "select 1 from mart_social_index where area_code = ? limit 1", [area]):
        return area
    code: str = area_row(connection, area, span=span)["area_code"]
    return code
