"""Speed and memory of territory and time: `python tests/benchmarks/territory.py [CASE]…`.

conversion   a table like 12411 by age and sex for all Kreise and 30 years, 10 million rows, on one
             Gebietsstand, beside a plain join with a weight table. Allowed: 3 times as long, 2 GiB.
as_of        a fact with 20 vintages of 5 million rows of which 2 % change each: a state of the past beside
             the newest. Allowed: 2 times as long; storage 1.6 times that of one vintage.
incremental  the run after one table of Kreise was published anew beside the first run over all published
             files: landing and building the tables, and the whole run with start, files and checks. Allowed
             for the tables: a quarter. The files of a product are written whole, so the whole run takes as
             many of them as the table has products.

The warehouse's own macros are measured, over a fact of the shape that dbt builds. DuckDB works with two
threads and a memory limit as in profiles.yml; memory is the largest resident set of the process.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

KREISE, YEARS, CELLS = 400, 30, 840
AGAIN = ("13211-02-05-4", "21121-02-02-4")
"""Tables of Kreise that were published in 2017 and 2026: one feeds indicators, one is in no product."""
VINTAGE_ROWS, VINTAGES, EVERY = 5_000_000, 20, 50


def opened(file: Path) -> duckdb.DuckDBPyConnection:
    """A database with the settings of the warehouse."""
    connection = duckdb.connect(str(file))
    connection.execute("set threads = 2; set memory_limit = '1500MB'; set preserve_insertion_order = false")
    return connection


def make_fact(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """`fct_population` out of a query that gives code, day, sex, age, value, known_from.

    Versions follow from a window over each cell, and rows lie in the order of macros/fact_versions.sql.
    """
    connection.execute(f"""
        create table fct_population as
        select md5(concat(code, day, sex, age, known_from)) as population_key,
            code || '@1900-01-01' as area_key, code as area_code, true as area_is_valid, false as is_backcast,
            'D' || day as period_key, day as reference_date, sex as sex_code, age as age_group_code,
            '_T' as nationality_code, 'persons' as measure_code, 'Anzahl' as unit, value, 'A' as obs_status,
            'F' as conf_status, 'none' as missing_reason, null::varchar as raw_symbol,
            null::integer as rounding_base, '12411-02-03-4' as dataset_id, 'snapshot' as snapshot_id,
            null::varchar as correction_id, 1 as source_line, 1 as source_column, known_from,
            preferred_to as known_to, preferred_to, preferred_to is null as is_preferred
        from (
            select *, lead(known_from) over versions as preferred_to
            from ({rows}) as printed
            window versions as (partition by code, day, sex, age order by known_from)
        ) as made
        order by known_from, preferred_to
    """)


def make_territory(connection: duckdb.DuckDBPyConnection) -> None:
    """400 Kreise; in every past year four of ten gave a tenth of their people to their neighbour since."""
    from tests.dbt.compiled import count_functions, model

    connection.execute(f"""
        create table dim_area as
        select lpad(cast(n as varchar), 5, '0') as area_code, area_code || '@1900-01-01' as area_key,
            'KREIS' as area_level, 'Kreis ' || n as area_name, 'DG' as parent_area_code,
            date '1900-01-01' as valid_from, date '9999-12-31' as valid_to
        from range(1, {KREISE} + 1) as numbers (n)
        union all
        select 'DG', 'DG@1900-01-01', 'DE', 'Deutschland', null, date '1900-01-01', date '9999-12-31';
        create table bridge_area_crosswalk as
        with parts as (
            select cast(y as integer) as from_year, lpad(cast(n as varchar), 5, '0') as from_code,
                2022 as to_year, lpad(cast(1 + (n - 1 + part) % {KREISE} as varchar), 5, '0') as to_code,
                case part when 0 then 0.9::double else 0.1::double end as weight_population
            from range(1992, 2022) as years (y), range(1, {KREISE} + 1) as numbers (n),
                range(2) as parts (part)
            where n % 10 < 4
        )
        select *, weight_population as weight_area, 'estimated' as grade from parts
        union all
        select distinct from_year, to_code, 2022, to_code, 1.0::double, 1.0::double, 'exact' from parts
        where not exists (
            select 1 from parts as changed
            where changed.from_year = parts.from_year and changed.from_code = parts.to_code
        );
        create table stg_kommune__gebietsgliederung (area_code varchar, valid_from date);
        create table stg_kommune__gebietszuordnung (hierarchy varchar, area_code varchar,
            parent_area_code varchar, valid_from date, valid_to date);
    """)
    hierarchy = model("bridge_area_hierarchy")
    connection.execute(f"create table bridge_area_hierarchy as {hierarchy}")
    for statement in count_functions("population"):
        connection.execute(statement)


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of some runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def used_bytes(connection: duckdb.DuckDBPyConnection) -> int:
    """Bytes of the blocks in use, once everything is written."""
    connection.execute("checkpoint")
    found = connection.execute("select used_blocks * block_size from pragma_database_size()").fetchone()
    assert found is not None
    return int(found[0])


def peak_mib() -> float:
    """Largest resident set of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def conversion(folder: Path) -> bool:
    """10 million rows on one Gebietsstand."""
    plain = """
        create or replace temp table converted as
        select coalesce(to_code, area_code) as area_code, period_key, reference_date, sex_code,
            age_group_code, nationality_code, measure_code,
            sum(value * coalesce(weight_population, 1)) as value
        from fct_population
        left join bridge_area_crosswalk
            on year(reference_date) = from_year and to_year = 2022 and area_code = from_code
        group by all"""
    ours = """
        create or replace temp table converted as
        select area_code, period_key, reference_date, sex_code, age_group_code, nationality_code,
            measure_code, value, obs_status, missing_reason, grade, estimated_share
        from population_on(date '2022-12-31')"""
    with opened(folder / "conversion.duckdb") as connection:
        make_fact(
            connection,
            f"""select lpad(cast(n as varchar), 5, '0') as code, make_date(y, 12, 31) as day,
                ['_T', 'M', 'F'][1 + a % 3] as sex, 'Y' || (a // 3) as age,
                cast(n * 7 + a as double) as value,
                timestamp '2023-01-01' as known_from
            from range(1, {KREISE} + 1) as kreise (n), range(1992, 1992 + {YEARS}) as years (y),
                range({CELLS}) as cells (a)""",
        )
        make_territory(connection)
        join = seconds(lambda: connection.execute(plain), 2)
        macro = seconds(lambda: connection.execute(ours), 2)
        found = connection.execute(
            "select count(*), sum(value) - (select sum(value) from converted) from fct_population"
        ).fetchone()
        assert found is not None
    print(
        f"conversion   {found[0]:,} rows: plain join {join:.2f} s, population_on {macro:.2f} s"
        f" ({macro / join:.2f} times, allowed 3); peak {peak_mib():.0f} MiB (allowed 2048);"
        f" the total moved by {found[1]:.3g}",
        flush=True,
    )
    return macro <= 3 * join and peak_mib() < 2048


def as_of(folder: Path) -> bool:
    """A past state beside the newest one."""
    cell = f"""select lpad(cast(i % {KREISE} + 1 as varchar), 5, '0') as code,
        make_date(1990 + i // {KREISE} % {YEARS}, 12, 31) as day, '_T' as sex,
        'Y' || (i // {KREISE * YEARS}) as age"""
    people = "cast(hash(i) % 100000 as double)"  # counts do not follow each other like numbers of a row
    with opened(folder / "one.duckdb") as connection:
        make_fact(
            connection,
            f"""{cell}, {people} as value, timestamp '2000-01-01' as known_from
            from range({VINTAGE_ROWS}) as cells (i)""",
        )
        one = used_bytes(connection)
    total = "select count(*), sum(value) from population_on({}) where area_level = 'KREIS'"
    with opened(folder / "many.duckdb") as connection:
        # vintage v replaces the cells whose number leaves the remainder v by 50
        make_fact(
            connection,
            f"""{cell}, {people} + v as value,
                make_timestamp(2000 + v, 1, 1, 0, 0, 0) as known_from
            from range({VINTAGE_ROWS}) as cells (i), range({VINTAGES}) as vintages (v)
            where v = 0 or i % {EVERY} = v""",
        )
        many = used_bytes(connection)
        make_territory(connection)
        newest = seconds(lambda: connection.execute(total.format("")).fetchall())
        moment = total.format("as_of := timestamp '2010-06-01'")
        past = seconds(lambda: connection.execute(moment).fetchall())
        expected = connection.execute(
            f"select count(*), sum({people} + case when i % {EVERY} <= 10 then i % {EVERY} else 0 end)"
            f" from range({VINTAGE_ROWS}) as cells (i)"
        ).fetchone()
        assert connection.execute(moment).fetchone() == expected, "the state of that day"
    print(
        f"as_of        {VINTAGES} vintages of {VINTAGE_ROWS:,} rows, {1 / EVERY:.0%} changed each: newest"
        f" {newest:.2f} s, as of 2010 {past:.2f} s ({past / newest:.2f} times, allowed 2); storage"
        f" {many / 2**20:.0f} MiB, one vintage {one / 2**20:.0f} MiB ({many / one:.2f} times, allowed 1.6)",
        flush=True,
    )
    return past <= 2 * newest and many <= 1.6 * one


def incremental(folder: Path) -> bool:
    """The first run beside a run after each of the tables that were published anew."""
    published = ROOT.parent / "shared" / "data"
    if not published.is_dir():
        print("incremental  the published files are not here")
        return True
    files = sorted(path for path in published.rglob("*") if path.is_file())
    kept = True
    for table in AGAIN:
        [again] = (path for path in files if path.name == f"{table}.csv")
        home = folder / table
        for file in files:
            target = home / ("again" if file == again else "first") / file.relative_to(published)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        first, later = (job(home / part, home) for part in ("first", "again"))
        share = later.tables / first.tables
        print(
            f"incremental  {table} of 2026 after that of 2017, all other files being there: tables"
            f" {later.tables:.1f} s of {first.tables:.1f} s ({share:.2f}, allowed 0.25), whole run"
            f" {later.whole:.1f} s of {first.whole:.1f} s ({later.whole / first.whole:.2f})",
            flush=True,
        )
        kept &= share <= 0.25
    return kept


class Taken(NamedTuple):
    """Seconds of a run of the main job, and how many of them were landing and building the tables."""

    whole: float
    tables: float


def job(source: Path, folder: Path) -> Taken:
    """What the main job takes over these files."""
    from dagster import DagsterInstance

    from orchestration.resources import Paths, Settings

    settings = Settings(Paths(folder / "data"), ROOT / "dbt_project")
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "run", "--from", str(source)],
        cwd=ROOT,
        env={**os.environ, "PLANSTAT_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode not in (0, 1):  # the gate may want a person to look at nine years at once
        raise SystemExit(f"the run over {source} ended with {ended.returncode}:\n{ended.stdout[-3000:]}")
    whole = time.monotonic() - began
    with settings.environment(), DagsterInstance.from_config(str(settings.paths.dagster_home)) as instance:
        (run,) = instance.get_run_records(limit=1)
        steps = {step.step_key: step for step in instance.get_run_step_stats(run.dagster_run.run_id)}
        tables = sum(steps[name].end_time - steps[name].start_time for name in ("landing", "warehouse"))
    return Taken(whole, tables)


def main() -> int:
    """Run what is named, or everything; 1 when something took more than is allowed."""
    cases = {"conversion": conversion, "as_of": as_of, "incremental": incremental}
    kept = True
    for name in sys.argv[1:] or cases:
        with tempfile.TemporaryDirectory() as folder:
            kept &= cases[name](Path(folder))
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
