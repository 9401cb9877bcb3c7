"""How long the pass over the facts takes, for published files and for a twin of all municipalities.

    python -m tests.benchmarks.indicators --warehouse .data/warehouse.duckdb    a warehouse that is built
    python -m tests.benchmarks.indicators --areas 11000 --years 30              a twin of all municipalities

The twin holds, for 85 indicators, every cell they select, for each municipality and year. The pass
(`fct_indicator`) is measured beside a query written by hand for the same facts, selections and group-bys: one
scan and one `group by area, date` per fact with a filtered sum per selection, then one division per
indicator. Each runs in a process of its own, so that its peak memory is its own. Prints seconds of wall and
processor time, their ratio, and the peak.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications
from orchestration.cli.asking.warehouse import facts
from tests.dbt.compiled import model

WANTED = 85
DAYS = {
    "childcare": "03-01",
    "youth_facility": "03-01",
    "school_leaver": "07-31",
    "school_enrolment": "08-01",
}
"""Month and day of a fact's dates; all others stand at the end of the year."""

Row = dict[str, Any]


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--warehouse", type=Path, help="a warehouse that planstat built; it is only read")
    parser.add_argument("--areas", type=int, default=11_000, help="municipalities of the twin")
    parser.add_argument("--years", type=int, default=30, help="years of the twin")
    parser.add_argument("--memory", default="2GB", help="what DuckDB may take before it spills to disk")
    given = parser.parse_args()
    if given.warehouse:
        of_warehouse(given.warehouse)
        return
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "twin.duckdb"
        cells = twin(file, given.areas, given.years, given.memory)
        print(f"{given.areas:,} municipalities, {given.years} years, {WANTED} indicators, {cells:,} cells")
        ours = apart(file, pass_sql(), given.memory)
        theirs = apart(file, by_hand(file), given.memory)
    report("the pass over the facts", ours)
    report("written by hand", theirs)
    print(f"ratio of wall times               {ours['wall'] / theirs['wall']:6.2f}")


def of_warehouse(warehouse: Path) -> None:
    """The pass over a built warehouse, best of three."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as built (read_only)")
        connection.execute("use built")
        best = min(timed(connection, pass_sql()) for _ in range(3))
        [(rows, areas, dates)] = connection.execute(
            "select count(*), count(distinct area_code), count(distinct reference_date) from memory.result"
        ).fetchall()
    print(f"{rows:,} rows, {areas:,} areas, {dates} dates: {best:.2f} s")


def timed(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Seconds a query takes with its result stored in memory."""
    began = time.perf_counter()
    connection.execute(f"create or replace table memory.result as {sql}")
    return time.perf_counter() - began


def pass_sql() -> str:
    """The SQL of `fct_indicator`."""
    return model("fct_indicator")


def seeds() -> dict[str, list[Row]]:
    """The compiled seeds, filled up to 85 computing indicators by the same ones for women."""
    compiled = compile_files(load_specifications())
    found: dict[str, list[Row]] = {
        name: pa.csv.read_csv(
            io.BytesIO(compiled[f"dbt_project/compiled/seeds/{name}.csv"].encode())
        ).to_pylist()
        for name in ("indicator", "indicator_part", "indicator_area_level")
    }
    found["indicator"] = [row for row in found["indicator"] if row["computed_by"] in ("facts", "derived")]
    own = {row["indicator_id"] for row in found["indicator"]}  # those over forms have a pass of their own
    found["indicator_part"] = [part for part in found["indicator_part"] if part["indicator_id"] in own]
    sizes: dict[str, int] = {}
    for part in found["indicator_part"]:
        sizes[part["indicator_id"]] = sizes.get(part["indicator_id"], 0) + 1
    known = {row["indicator_id"]: row for row in found["indicator"]}
    parts = {
        name: [part for part in found["indicator_part"] if part["indicator_id"] == name] for name in sizes
    }
    smallest = sorted(sizes, key=lambda name: (sizes[name], name))
    for name in smallest[: WANTED - len(known)]:
        copy = f"{name}-women"
        found["indicator"].append(known[name] | {"indicator_id": copy})
        for part in parts[name]:
            selection = f"{part['selection_id']}-women"
            found["indicator_part"].append(
                part | {"indicator_id": copy, "selection_id": selection, "sex_code": "F"}
            )
    found["indicator_area_level"] = [
        {"indicator_id": row["indicator_id"], "area_level": "GEMEINDE"} for row in found["indicator"]
    ]
    assert len(found["indicator"]) == WANTED
    return found


def twin(file: Path, areas: int, years: int, memory: str) -> int:
    """Write the seeds, the areas and every cell that is selected; the number of cells."""
    held = seeds()
    with duckdb.connect(str(file), config={"memory_limit": memory}) as connection:
        for name, rows in held.items():
            connection.register("incoming", pa.Table.from_pylist(rows))
            connection.execute(f"create table {name} as from incoming")
            connection.unregister("incoming")
        for column in ("first_period", "last_period"):
            connection.execute(f"alter table indicator alter {column} type date using null")
        connection.execute(
            "create table dim_area as select format('{:08d}', n + 1000000) as area_code,"
            " area_code as area_key, 'GEMEINDE' as area_level from range(?) as t(n)",
            [areas],
        )
        connection.execute(
            "create table dim_dataset as select unnest(?::varchar[]) as dataset_id", [list(facts())]
        )
        total = 0
        for name, fact in facts().items():
            if fact.form is not None:
                continue
            codes = [f"{dimension}_code" for dimension in fact.dimensions]
            listed = ", ".join(["measure_code", *codes])
            connection.execute(
                f"""create table {fact.model} as
                select area_key, area_code, false as is_backcast, reference_date,
                    'D' || cast(reference_date as varchar) as period_key, {listed},
                    cast(10 + hash(area_code, reference_date, {listed}) % 1000 as double) as value,
                    'A' as obs_status, 'F' as conf_status, 'none' as missing_reason,
                    cast(null as integer) as rounding_base, '{name}' as dataset_id,
                    timestamp '2026-01-01' as known_from, true as is_preferred
                from (select distinct {listed} from indicator_part where fact = '{name}') as cells,
                    (select cast((2024 - y) || '-{DAYS.get(name, "12-31")}' as date) as reference_date
                     from range(?) as t(y)) as dates,
                    dim_area""",
                [years],
            )
            [(count,)] = connection.execute(f"select count(*) from {fact.model}").fetchall()
            total += count
    return total


def by_hand(file: Path) -> str:
    """One scan per fact with a filtered sum per selection, then one division per indicator."""
    with duckdb.connect(str(file), read_only=True) as connection:
        parts = connection.execute("select * from indicator_part").to_arrow_table().to_pylist()
        listed = connection.execute("select * from indicator").to_arrow_table().to_pylist()
    scans, selections = [], {}
    for name, fact in facts().items():
        own: dict[str, list[Row]] = {}
        for part in parts:
            if part["fact"] == name:
                own.setdefault(part["selection_id"], []).append(part)
        sums = []
        for number, (selection, pieces) in enumerate(own.items()):
            column = f"{name}_{number}"
            selections[selection] = (name, column)
            distinct = {
                tuple(sorted((k, str(v)) for k, v in p.items() if k.endswith("_code"))): p for p in pieces
            }
            wanted = [
                "("
                + " and ".join(
                    f"{c} = '{p[c]}'" for c in ["measure_code", *(f"{d}_code" for d in fact.dimensions)]
                )
                + ")"
                for p in distinct.values()
            ]
            factors = {p["factor"] for p in distinct.values()}
            value = (
                "value"
                if factors == {1}
                else "value * case "
                + " ".join(
                    f"when {where} then {p['factor']}"
                    for where, p in zip(wanted, distinct.values(), strict=True)
                )
                + " end"
            )
            sums.append(f"sum({value}) filter ({' or '.join(wanted)}) as {column}")
        if sums:
            scans.append(
                f"{name}_sums as (select area_code, reference_date, {', '.join(sums)} from {fact.model}"
                " where is_preferred group by area_code, reference_date)"
            )
    answers = [_divided(one, parts, selections) for one in listed if one["computed_by"] == "facts"]
    return f"with {', '.join(scans)} {' union all '.join(answers)}"


def _divided(indicator: Row, parts: Sequence[Row], selections: dict[str, tuple[str, str]]) -> str:
    name = indicator["indicator_id"]
    side = {part["role"]: selections[part["selection_id"]] for part in parts if part["indicator_id"] == name}
    fact, column = side.get("value", side["numerator"])
    head = f"select '{name}' as indicator_id, n.area_code, n.reference_date"
    if "denominator" not in side:
        return f"{head}, n.{column} * {indicator['multiplier']} as value from {fact}_sums as n"
    below, divisor = side["denominator"]
    end, before = (
        "make_date(year(n.reference_date)::integer, 12, 31)",
        "make_date(year(n.reference_date)::integer - 1, 12, 31)",
    )
    date = {"same": "n.reference_date", "year_end": end}.get(indicator["denominator_date"], before)
    join = f"inner join {below}_sums as d on n.area_code = d.area_code and d.reference_date = {date}"
    if indicator["denominator_date"] == "mean_of_two":
        join += f" inner join {below}_sums as e on n.area_code = e.area_code and e.reference_date = {end}"
        divisor = f"((d.{divisor} + e.{divisor}) / 2)"
    else:
        divisor = f"d.{divisor}"
    value = f"n.{column} / nullif({divisor}, 0) * {indicator['multiplier']}"
    return f"{head}, {value} as value from {fact}_sums as n {join}"


def apart(file: Path, sql: str, memory: str) -> dict[str, float]:
    """Run a query in a process of its own: wall and processor seconds, rows, peak memory in MiB."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_measure, args=(str(file), sql, memory, queue))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("the query did not end well: see above, and give it more --memory")
    found: dict[str, float] = queue.get()
    return found


def _measure(file: str, sql: str, memory: str, queue: Any) -> None:
    with duckdb.connect(file, config={"memory_limit": memory}) as connection:
        connection.execute("set enable_progress_bar = false")
        wall, processor = time.perf_counter(), time.process_time()
        connection.execute(f"create table result as {sql}")
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        [(rows,)] = connection.execute("select count(*) from result").fetchall()
        connection.execute("drop table result")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    queue.put({"wall": wall, "processor": processor, "rows": rows, "peak": peak})


def report(what: str, found: dict[str, float]) -> None:
    """One line of the result."""
    print(
        f"{what:24} {found['wall']:8.2f} s wall {found['processor']:8.2f} s processor "
        f"{found['rows']:12,.0f} rows {found['peak']:7.0f} MiB"
    )


if __name__ == "__main__":
    main()
