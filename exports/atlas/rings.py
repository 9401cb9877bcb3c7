"""Rings of the atlas: members beside each other with the statistics of the released edition of `peer_ring`.

One record per ring, `ring/<id>`, and one with the districts of similar structure, `peers`. Nothing is
computed: numbers are those of the editions, with the decimals of the indicator as every sheet shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.atlas.packing import read_record, write_record
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb

    from exports.compilations.star import Edition

RINGS, PEERS = "peer_ring", "structural_peers"
"""Products that rings are written from; each may be absent."""

OF_RING = {
    "members": "members_count",
    "median": "ring_median",
    "lower": "ring_lower_quartile",
    "upper": "ring_upper_quartile",
    "minimum": "ring_minimum",
    "maximum": "ring_maximum",
    "change": "ring_change_median",
    "reason": "ring_missing_reason",
}
"""Name in the record -> column that is the same for all members of a ring on a day."""

OF_MEMBER = {
    "value": "value",
    "status": "obs_status",
    "reason": "missing_reason",
    "change": "change",
    "verdict": "change_verdict",
    "comparability": "comparability",
    "limits": "comparability_reasons",
    "position": "position",
    "distance": "structural_distance",
}
"""Name in the record -> column of a member on a day."""

_ROUNDED = frozenset({"value", "change", *OF_RING.values()} - {"members_count", "ring_missing_reason"})
_DISTANCE = "round(structural_distance, 2)"
_WORDS = ("change_verdict", "comparability", "comparability_reasons", "ring_missing_reason", "missing_reason")


def write_rings(
    connection: duckdb.DuckDBPyConnection, edition: Edition, folder: Path
) -> list[dict[str, Any]]:
    """Write a record per ring; gives the rings with their names and members, by id.

    Of each indicator: its days, the statistics of the ring per day, and a row per member and day.
    """
    listed = edition.described.column("indicator_id").codes
    decimals = {one.code: one.digits for one in listed if one.digits is not None}
    rows = _as_shown(edition.file, decimals)
    keys = ("indicator_id", "reference_date", "area_code", "area_name")
    columns = (*OF_RING.values(), *OF_MEMBER.values())
    heads = connection.execute(
        "select ring_id, any_value(ring_name_de), any_value(ring_name_en), "
        f"list(distinct area_code order by area_code) from ({rows}) group by ring_id order by ring_id"
    ).fetchall()
    for ring, *_ in heads:
        found = connection.execute(
            f"select {', '.join(map(quoted, (*keys, *columns)))} from ({rows}) where ring_id = ? "
            "order by indicator_id, reference_date, area_code",
            [ring],
        ).fetchall()
        write_record(folder, f"ring/{ring}", _record(found, decimals))
    return [{"id": ring, "name": [de, en], "members": members} for ring, de, en, members in heads]


def ring_words(edition: Edition) -> dict[str, dict[str, list[str]]]:
    """Name in the records -> code -> its words in both languages."""
    lists = {
        "verdict": ("change_verdict",),
        "comparability": ("comparability",),
        "limits": ("comparability_reasons",),
        "reason": ("missing_reason", "ring_missing_reason"),
    }
    return {
        name: {
            one.code: [one.label_de, one.label_en]
            for column in columns
            for one in edition.described.column(column).codes
        }
        for name, columns in lists.items()
    }


def _record(rows: Sequence[tuple[Any, ...]], decimals: Mapping[str, int]) -> dict[str, Any]:
    """Rows in the order of indicator, day and member as the record of a ring."""
    areas = sorted({row[2:4] for row in rows})
    place = {area: at for at, area in enumerate(areas)}
    indicators = []
    for indicator, its in groupby(rows, key=lambda row: row[0]):
        days: list[str] = []
        of_ring: dict[str, list[Any]] = {name: [] for name in OF_RING}
        members: dict[str, list[Any]] = {name: [] for name in ("area", "day", *OF_MEMBER)}
        for day, on_day in groupby(its, key=lambda row: row[1]):
            days.append(day)
            for at, row in enumerate(on_day):
                if at == 0:
                    for name, value in zip(OF_RING, row[4:], strict=False):
                        of_ring[name].append(value)
                members["area"].append(place[row[2:4]])
                members["day"].append(len(days) - 1)
                for name, value in zip(OF_MEMBER, row[4 + len(OF_RING) :], strict=True):
                    members[name].append(value)
        shown = decimals.get(indicator)
        indicators.append(
            {"id": indicator, "decimals": shown, "days": days, "ring": of_ring, "rows": members}
        )
    return {"areas": [list(one) for one in areas], "indicators": indicators}


def write_peers(
    connection: duckdb.DuckDBPyConnection, edition: Edition, folder: Path
) -> list[dict[str, Any]]:
    """Write the districts of similar structure; gives each choice of context by its ring.

    Of each: names, and year and indicators that the distance is made of.
    """
    record: dict[str, dict[str, list[list[Any]]]] = {}
    heads: dict[str, dict[str, Any]] = {}
    for ring, de, en, year, made_of, area, *peer in connection.execute(_peers(edition.file)).fetchall():
        heads[ring] = {"id": ring, "name": [de, en], "year": year, "indicators": made_of.split(", ")}
        record.setdefault(ring, {}).setdefault(area, []).append(peer)
    write_record(folder, "peers", record)
    return list(heads.values())


def rings_that_differ(
    connection: duckdb.DuckDBPyConnection, folder: Path, rings: Sequence[Mapping[str, Any]], file: Path
) -> int:
    """How many rows only one of the two says: the records of the rings, or the edition's file."""
    decimals: dict[str, int] = {}
    said: list[list[Any]] = []
    for ring in rings:
        record = read_record(folder, f"ring/{ring['id']}")
        for one in record["indicators"]:
            if one["decimals"] is not None:
                decimals[one["id"]] = one["decimals"]
            rows = one["rows"]
            for at, (area, day) in enumerate(zip(rows["area"], rows["day"], strict=True)):
                said.append(
                    [
                        *(ring["id"], *ring["name"], one["id"], one["days"][day], *record["areas"][area]),
                        *(one["ring"][name][day] for name in OF_RING),
                        *(rows[name][at] for name in OF_MEMBER),
                    ]
                )
    keys = ("ring_id", "ring_name_de", "ring_name_en", "indicator_id", "reference_date", "area_code")
    columns = (*keys, "area_name", *OF_RING.values(), *OF_MEMBER.values())
    chosen = ", ".join(map(quoted, columns))
    return _differ(connection, said, f"select {chosen} from ({_as_shown(file, decimals)})")


def peers_that_differ(
    connection: duckdb.DuckDBPyConnection, folder: Path, heads: Sequence[Mapping[str, Any]], file: Path
) -> int:
    """The same with the districts of similar structure."""
    record = read_record(folder, "peers")
    said = [
        [head["id"], *head["name"], head["year"], ", ".join(head["indicators"]), area, *peer]
        for head in heads
        for area, peers in record[head["id"]].items()
        for peer in peers
    ]
    return _differ(connection, said, _peers(file))


def _as_shown(file: Path, decimals: Mapping[str, int]) -> str:
    """SQL: the rows of the edition with numbers as they are shown; days and empty words as text."""
    places = " ".join(f"when {text_literal(one)} then {digits}" for one, digits in decimals.items())
    by = f"case indicator_id {places} end" if places else "null"
    rounded = ", ".join(
        f"coalesce(round({quoted(one)}, cast({by} as integer)), {quoted(one)}) as {quoted(one)}"
        for one in sorted(_ROUNDED)
    )
    words = ", ".join(f"coalesce({quoted(one)}, '') as {quoted(one)}" for one in _WORDS)
    return (
        f"select * replace ({rounded}, {words}, {_DISTANCE} as structural_distance, "
        "strftime(reference_date, '%Y-%m-%d') as reference_date) "
        f"from read_parquet({text_literal(str(file))})"
    )


def _peers(file: Path) -> str:
    """SQL: ring with what its distances are made of, area, and a peer with place and distance."""
    return (
        "select ring_id, ring_name_de, ring_name_en, reference_year, context_indicators, area_code, "
        f"peer_code, position, {_DISTANCE} as structural_distance "
        f"from read_parquet({text_literal(str(file))}) order by ring_id, area_code, position"
    )


def _differ(connection: duckdb.DuckDBPyConnection, said: Sequence[Sequence[Any]], released: str) -> int:
    """Rows that stand on one side only; `released` is SQL of the same columns in the same order."""
    connection.execute(f"create or replace temp table said_of_rings as {released} limit 0")
    if said:
        types = [kind for _, kind, *_ in connection.execute("describe said_of_rings").fetchall()]
        columns = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in types)
        values = [list(column) for column in zip(*said, strict=True)]
        connection.execute(f"insert into said_of_rings select {columns}", values)
    found = connection.execute(
        f"select (select count(*) from (from said_of_rings except all ({released}))) + "
        f"(select count(*) from (({released}) except all from said_of_rings))"
    ).fetchone()
    return int(found[0]) if found else -1
