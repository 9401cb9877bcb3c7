"""The atlas read back: every number in its files is the released one, hidden cells hold none, outlines close.

The check knows the form of the files and the editions, and nothing of how the files were written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.atlas.figures import CODED, MOST_DECIMALS
from exports.atlas.maps import misplaced
from exports.atlas.packing import climbed, read_record, summed, unrolled
from exports.atlas.rings import PEERS, RINGS, peers_that_differ, rings_that_differ
from exports.atlas.tables import rows_that_differ
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb

_MOVES = re.compile(r"(?:M-?\d+(?: |(?=-))-?\d+l(?:-?\d+(?: |(?=-))-?\d+(?: |(?=[-z]))){2,}z)+")


def check_atlas(
    connection: duckdb.DuckDBPyConnection, folder: Path, editions: Mapping[str, Path]
) -> list[dict[str, Any]]:
    """What was checked, each as an entry of a verdict; an atlas may leave when none of them failed.

    `editions`: product -> Parquet file of the edition; `indicators` and `areas` are among them.
    """
    indicators, areas = editions["indicators"], editions["areas"]
    atlas = read_record(folder, "atlas")
    places = read_record(folder, "areas")
    connection.execute(
        "create or replace temp table said (indicator_id varchar, area_level varchar, area_code varchar, "
        "area_name varchar, area_from varchar, reference_date date, value double, lower_limit double, "
        "upper_limit double, numerator double, denominator double, break_de varchar, "
        + ", ".join(f"{quoted(column)} varchar" for column in CODED.values())
        + ")"
    )
    for head in atlas["indicators"]:
        _take(connection, folder, atlas, places, head)
    return [
        *_figures_are_the_released(connection, indicators, areas),
        _hidden_stay_hidden(connection, indicators),
        *_outlines_close(connection, folder, atlas, places, areas),
        *_rings_are_the_released(connection, folder, atlas, editions),
        *(
            _entry(
                f"atlas.table.{table['product']}",
                (
                    f"{table['product']}: jede Zeile ist die freigegebene",
                    f"{table['product']}: each row is released",
                ),
                rows_that_differ(
                    connection, folder, table["product"], table["columns"], editions[table["product"]]
                ),
            )
            for table in atlas["tables"]
        ),
        *(
            _entry(
                f"atlas.placed.{table['product']}",
                (
                    f"{table['product']}: jede Zeile liegt auf dem Umriss ihres Gebietsstands",
                    f"{table['product']}: each row lies on the outline of its own boundaries",
                ),
                _misplaced(connection, folder, table["product"], places, editions),
            )
            for table in atlas["tables"]
        ),
    ]


def _misplaced(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    product: str,
    places: Mapping[str, Any],
    editions: Mapping[str, Path],
) -> int:
    record = read_record(folder, f"table/{product}")
    keys = [
        f"{places['level'][unit]}:{places['code'][unit]}@{first}"
        for unit, first in zip(places["version_of"], places["from"], strict=True)
    ]
    versions = unrolled(record.get("version", [])).tolist()
    return misplaced(connection, record, versions, keys, str(editions[product]), str(editions["areas"]))


def _take(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    atlas: Mapping[str, Any],
    places: Mapping[str, Any],
    head: Mapping[str, Any],
) -> None:
    """Put the rows of an indicator into the table `said`, as the page would show them."""
    import numpy

    record = read_record(folder, f"indicator/{head['id']}")

    def column(name: str) -> Any:
        held = record[name]
        while isinstance(held, str):
            indicator, _, other = held.rpartition("/")
            held = read_record(folder, f"indicator/{indicator}")[other]
        return numpy.array([numpy.nan if one is None else one for one in summed(held)], dtype=numpy.float64)

    scale = 10 ** head["decimals"]
    versions = climbed(record["version"])
    units = numpy.array(places["version_of"])[versions]
    value = column("value")

    def listed(name: str, codes: list[int]) -> Any:
        words = numpy.array(atlas["codes"][name]["list"], dtype=object)
        return words[unrolled(codes)]

    breaks = numpy.array(["", *(one[0] for one in atlas["breaks"])], dtype=object)
    apart = {
        name: numpy.array([numpy.nan if one is None else one for one in record[name]], dtype=numpy.float64)
        for name in ("below", "above")
    }
    rows = {
        "indicator_id": numpy.full(len(value), head["id"], dtype=object),
        "area_level": numpy.array(places["level"], dtype=object)[units],
        "area_code": numpy.array(places["code"], dtype=object)[units],
        "area_name": numpy.array(places["name"], dtype=object)[versions],
        "area_from": numpy.array(places["from"], dtype=object)[versions],
        "reference_date": numpy.array(record["days"], dtype=object)[
            numpy.array(summed(record["day"]), dtype=numpy.int64)
        ],
        "value": value / scale,
        "lower_limit": (value - apart["below"]) / scale,
        "upper_limit": (value + apart["above"]) / scale,
        "numerator": column("numerator") / record["numerator_scale"],
        "denominator": column("denominator") / record["denominator_scale"],
        "break_de": breaks[unrolled(record["codes"]["break"])],
    }
    rows |= {column: listed(name, record["codes"][name]) for name, column in CODED.items()}
    connection.register("rows_of_atlas", rows)
    numbers = ("value", "lower_limit", "upper_limit", "numerator", "denominator")
    chosen = ", ".join(
        f"case when isnan({one}) then null else {one} end as {one}"
        if one in numbers
        else f"nullif({quoted(one)}, '') as {quoted(one)}"
        if one != "reference_date"
        else "cast(reference_date as date) as reference_date"
        for one in rows
    )
    connection.execute(f"insert into said by name select {chosen} from rows_of_atlas")
    connection.unregister("rows_of_atlas")


def _figures_are_the_released(
    connection: duckdb.DuckDBPyConnection, indicators: Path, areas: Path
) -> list[dict[str, Any]]:
    """Rows that only one of the two says; numbers as whole numbers of the smallest unit that is shown."""

    def shown(column: str) -> str:
        rounded = f"round({column}, cast(decimals as integer))"
        return f"cast(round({rounded} * pow(10, decimals)) as bigint) as {column}"

    released = f"read_parquet({text_literal(str(indicators))})"
    words = ", ".join(
        f"nullif(cast({quoted(one)} as varchar), '') as {quoted(one)}" for one in CODED.values()
    )
    keys = "indicator_id, area_level, area_code, area_name, area_from, reference_date"
    numbers = ", ".join(shown(one) for one in ("value", "lower_limit", "upper_limit"))
    parts = ", ".join(f"round({one}, {MOST_DECIMALS}) as {one}" for one in ("numerator", "denominator"))
    # a limit without a value has nothing to stand beside
    hers = (
        f"select {keys}, {numbers}, {parts}, nullif(break_de, '') as break_de, {words} "
        f"from (select * replace (if(value is null, null, lower_limit) as lower_limit, "
        f"if(value is null, null, upper_limit) as upper_limit) from {released}) "
        "inner join (select area_key, strftime(valid_from, '%Y-%m-%d') as area_from "
        f"from read_parquet({text_literal(str(areas))})) using (area_key)"
    )
    ours = (
        f"select {keys}, {numbers}, {parts}, break_de, {words} from said "
        f"inner join (select distinct indicator_id, decimals from {released}) using (indicator_id)"
    )
    only_atlas = _number(connection, f"select count(*) from (({ours}) except all ({hers}))")
    only_edition = _number(connection, f"select count(*) from (({hers}) except all ({ours}))")
    return [
        _entry(
            "atlas.same",
            ("Jede Zahl ist die freigegebene", "Each number is the released one"),
            only_atlas,
        ),
        _entry(
            "atlas.whole",
            ("Jede freigegebene Zahl steht im Atlas", "Each released number stands in the atlas"),
            only_edition,
        ),
    ]


def _hidden_stay_hidden(connection: duckdb.DuckDBPyConnection, indicators: Path) -> dict[str, Any]:
    wrong = _number(
        connection,
        "select count(*) from said inner join "
        f"read_parquet({text_literal(str(indicators))}) as released "
        "using (indicator_id, area_level, area_code, reference_date) "
        "where released.value is null and (said.value is not null or said.lower_limit is not null "
        "or said.upper_limit is not null)",
    )
    return _entry(
        "atlas.hidden",
        (
            "Wo die Ausgabe keinen Wert hat, hat der Atlas keinen",
            "Where the edition has no value, the atlas has none",
        ),
        wrong,
    )


def _rings_are_the_released(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    atlas: Mapping[str, Any],
    editions: Mapping[str, Path],
) -> list[dict[str, Any]]:
    found = []
    if RINGS in editions:
        titles = (
            "Jede Zeile eines Vergleichsrings ist die freigegebene",
            "Each row of a peer group is the released one",
        )
        wrong = rings_that_differ(connection, folder, atlas["rings"], editions[RINGS])
        found.append(_entry("atlas.rings", titles, wrong))
    if PEERS in editions:
        titles = (
            "Jede Zeile der strukturähnlichen Kreise ist die freigegebene",
            "Each row of the districts of similar structure is the released one",
        )
        wrong = peers_that_differ(connection, folder, atlas["peers"], editions[PEERS])
        found.append(_entry("atlas.peers", titles, wrong))
    return found


def _outlines_close(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    atlas: Mapping[str, Any],
    places: Mapping[str, Any],
    areas: Path,
) -> list[dict[str, Any]]:
    """Each path is made of closed rings, and belongs to a version that the edition of areas has."""
    open_paths, strange = 0, 0
    known = set(
        connection.execute(
            "select area_level || ':' || area_code || '@' || strftime(valid_from, '%Y-%m-%d') "
            f"from read_parquet({text_literal(str(areas))})"
        ).fetchall()
    )
    for layer in atlas["layers"]:
        record = read_record(folder, f"outlines/{layer['name']}")
        open_paths += sum(_MOVES.fullmatch(path) is None for path in record["path"])
        for version in record["version"]:
            unit = places["version_of"][version]
            key = f"{places['level'][unit]}:{places['code'][unit]}@{places['from'][version]}"
            strange += (key,) not in known or places["level"][unit] != layer["level"]
    return [
        _entry("atlas.closed", ("Jeder Umriss ist geschlossen", "Each outline is closed"), open_paths),
        _entry(
            "atlas.outlined",
            ("Jeder Umriss gehört zu einem Gebiet der Ausgabe", "Each outline is of an area of the edition"),
            strange,
        ),
    ]


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else -1


def _entry(check: str, titles: tuple[str, str], wrong: int) -> dict[str, Any]:
    """One check of a verdict: passed without anything wrong, failed else."""
    return {
        "id": check,
        "title": titles[1],
        "title_de": titles[0],
        "severity": "fail",
        "outcome": "failed" if wrong else "passed",
        "observed": f"{wrong} differ",
        "observed_de": f"{wrong} weichen ab",
        "who_fixes": "planstat",
    }
