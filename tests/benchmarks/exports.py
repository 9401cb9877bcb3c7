"""How long the exports take for a product of 350,000 rows: `python tests/benchmarks/exports.py [rows]`.

Makes a warehouse of made-up figures in a temporary folder, builds the candidate, writes the receipt,
publishes, and does so again with a tenth of the figures changed. Prints seconds per step and format, sizes
and peak memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long a step took on the clock, and how much of it was computing."""
    started, computed = time.perf_counter(), time.process_time()
    yield
    seconds, processor = time.perf_counter() - started, time.process_time() - computed
    print(f"{what:<44} {seconds:7.2f} s  ({processor:.2f} s of processor)")


def fill(warehouse: Path, rows: int) -> None:
    """A population mart of about `rows` rows: 500 areas, years, single ages, one sex and nationality."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"""
            create table mart_population as
            select
                md5(area::varchar) as area_key,
                lpad(area::varchar, 5, '0') as area_code,
                'KREIS' as area_level,
                'Kreis Nr. ' || area || ', Landkreis' as area_name,
                'D' || (2000 + period) || '-12-31' as period_key,
                make_date((2000 + period)::integer, 12, 31) as reference_date,
                'Y' || age as age_group_code,
                '_T' as sex_code,
                '_T' as nationality_code,
                'persons' as measure_code,
                'n' as unit,
                round(1000 * abs(sin(area * 7 + age * 3 + period)), 0)::double as value,
                'A' as obs_status,
                'F' as conf_status,
                'none' as missing_reason,
                null::varchar as raw_symbol,
                null::integer as rounding_base,
                '12411-04-02-4' as dataset_id,
                '20261101T080000Z-aaaaaaaa-bbbbbbbb' as snapshot_id,
                timestamp '2026-10-20' as known_from
            from range(500) as areas(area), range(75) as ages(age),
                range(ceil({rows} / 37500)::bigint) as periods(period)
            limit {rows}
            """
        )


def main() -> None:
    """Run the benchmark."""
    sys.path.insert(0, str(ROOT))
    from exports import candidate, release
    from exports.describe import parse
    from exports.rows import staged
    from exports.writers import FORMATS
    from tests.exports.small_warehouse import description_of, passing

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 350_000
    described = description_of("population")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        warehouse = root / "warehouse.duckdb"
        fill(warehouse, rows)
        print(f"{rows} rows, {len(described['columns'])} columns")
        description = parse(described)
        with staged(warehouse, description, root) as taken:
            for form in FORMATS:
                path = form.path(root, description)
                with timed(f"  writing {path.name}"):
                    form.write(taken, description, path)
                if path.is_file():
                    print(f"    {path.stat().st_size / 1e6:.1f} MB")
        arguments = (warehouse, "population", described, root / "candidates" / "population")
        current = root / "releases" / "population" / "current"
        with timed("candidate, all formats"):
            made = candidate.build(*arguments, current)
        with timed("fingerprint alone"):
            candidate.fingerprint(warehouse, "population", described, root)
        with timed("receipt"):
            release.write_receipt(
                made,
                passing("population"),
                described,
                release.look(made.path),
                previous=root / "releases" / "population" / "current",
            )
        with timed("publish"):
            release.publish("population", made, root / "releases", datetime.now(UTC))
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("update mart_population set value = value + 1 where area_code < '00050'")
        with timed("candidate again, with 10 % of values changed"):
            made = candidate.build(*arguments, current)
        print(f"    {made.difference['rows_changed']} rows changed")
        release.write_receipt(
            made,
            passing("population"),
            described,
            release.look(made.path),
            previous=root / "releases" / "population" / "current",
        )
        with timed("publish the second edition"):
            release.publish("population", made, root / "releases", datetime.now(UTC))
        for path in (current.parent).rglob("*"):
            path.chmod(0o755) if path.is_dir() else None
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
