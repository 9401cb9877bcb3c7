"""Measures the readers of flat files and grids against DuckDB's own `read_csv` to Parquet, in one run.

    python tests/benchmarks/reader_flat.py [--rows 10000000] [--rounds 1] [--kinds flat grid]

Writes a file of that many rows in the publisher's wire format (2.5 GB for 10 million flat rows), then in
turns, each in a process of its own: DuckDB copying the CSV as text to Parquet, and our reader checking it and
writing landing's cells. Prints wall time, processor time, peak memory (resident) and ratios; deletes all.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FLAT = {
    "id": "bench-flat",
    "title_de": "Einwohner nach Alter und Geschlecht",
    "title_en": "Inhabitants by age and sex",
    "publisher": "regionalstatistik",
    "statistic": "12411",
    "table_code": "12411-XX-XX-4",
    "each_row_is": "the number of inhabitants",
    "cadence": {"every": "year"},
    "reference_time": {"kind": "stock", "text": "date", "month_days": ["12-31"]},
    "area_levels": ["KREIS", "GEMEINDE"],
    "dimensions": {"age": {"verbatim": True}, "sex": {"codes": ["_T", "M", "F"]}},
    "measures": {"persons": {"title_de": "Personen", "title_en": "Persons", "unit": "Anzahl"}},
    "format": {
        "kind": "genesis_flat",
        "statistic": "12411",
        "time": ["STAG"],
        "areas": ["KREISE"],
        "dimensions": {
            "age": {"variables": ["ALT"]},
            "sex": {"variables": ["GES"], "codes": {"": "_T", "GESM": "M", "GESW": "F"}},
        },
        "values": {"BEVSTD": {"measure": "persons"}},
    },
}
GRID = {
    "id": "bench-grid",
    "title_de": "Einwohner je Gitterzelle",
    "title_en": "Inhabitants by grid cell",
    "publisher": "zensus",
    "each_row_is": "the number of inhabitants of a grid cell",
    "cadence": {"every": "census"},
    "reference_time": {"kind": "stock", "text": "none", "fixed": "2022-05-15"},
    "area_levels": ["GRID"],
    "measures": {"persons": {"title_de": "Personen", "title_en": "Persons", "unit": "Anzahl"}},
    "format": {
        "kind": "zensus_grid",
        "resolution": "100m",
        "values": [{"header": "Einwohner", "measure": "persons"}],
    },
}
FLAT_ROWS = """
select '12411' as statistics_code, 'Fortschreibung des Bevölkerungsstandes' as statistics_label,
  'STAG' as time_code, 'Stichtag' as time_label, (1950 + i // 120000)::varchar || '-12-31' as time,
  'KREISE' as "1_variable_code", 'Kreise und kreisfreie Städte' as "1_variable_label",
  printf('05111%03d', i % 500) as "1_variable_attribute_code",
  'Musterkreis ' || (i % 500)::varchar || ', Landkreis' as "1_variable_attribute_label",
  'ALT' as "2_variable_code", 'Altersjahre' as "2_variable_label",
  'ALT' || printf('%03d', (i // 500) % 80) as "2_variable_attribute_code",
  ((i // 500) % 80)::varchar || ' bis unter ' || ((i // 500) % 80 + 1)::varchar || ' Jahre'
    as "2_variable_attribute_label",
  'GES' as "3_variable_code", 'Geschlecht' as "3_variable_label",
  case (i // 40000) % 3 when 0 then null when 1 then 'GESM' else 'GESW' end as "3_variable_attribute_code",
  case (i // 40000) % 3 when 0 then 'Insgesamt' when 1 then 'männlich' else 'weiblich' end
    as "3_variable_attribute_label",
  case when hash(i) % 50 = 0 then '-' else (hash(i) % 100000)::varchar end as value,
  'Anzahl' as value_unit, 'BEVSTD' as value_variable_code, 'Bevölkerungsstand' as value_variable_label
from range({rows}) t(i)
"""
GRID_ROWS = """
select 'CRS3035RES100mN' || n::varchar || 'E' || e::varchar as "GITTER_ID_100m",
  e + 50 as x_mp_100m, n + 50 as y_mp_100m,
  case when hash(i) % 20 = 0 then '–' else (hash(i) % 300 + 3)::varchar end as "Einwohner"
from (select i, 2600000 + (i // 5000) * 100 as n, 4000000 + (i % 5000) * 100 as e from range({rows}) t(i))
"""


def make(kind: str, rows: int, target: Path) -> None:
    """Write a file of that many rows in the wire format."""
    import duckdb

    query = (FLAT_ROWS if kind == "flat" else GRID_ROWS).format(rows=rows)
    with duckdb.connect(config={"memory_limit": "1GB"}) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"copy ({query}) to '{target}' (format csv, delimiter ';', header true)")


def by_duckdb(source: Path, target: Path) -> int:
    """DuckDB's own way: all columns as text to Parquet."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "512MiB", "temp_directory": str(target.parent)}) as con:
        con.execute("set enable_progress_bar = false")
        query = f"select * from read_csv('{source}', all_varchar = true, delim = ';', header = true)"
        row = con.execute(f"copy ({query}) to '{target}' (format parquet)").fetchone()
    return int(row[0]) if row else 0


def by_reader(kind: str, source: Path, target: Path) -> int:
    """Our way: every row checked, cells with line numbers to Parquet."""
    from dataclasses import replace

    from sources.declared.catalogue import load_catalog
    from sources.declared.declaration import Declaration
    from sources.readers.reading import reader_of

    declaration = Declaration.model_validate(FLAT if kind == "flat" else GRID)
    known = load_catalog()
    catalog = replace(known, declarations=known.declarations | {declaration.id: declaration})
    reading = reader_of(declaration).read(catalog, declaration, source)
    reading.write(target)
    return reading.row_count


def measure(way: str, kind: str, source: Path, target: Path) -> dict[str, float]:
    """Run one way in a process of its own; seconds, processor seconds and MiB."""
    target.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--one", way, "--kind", kind, str(source), str(target)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    result: dict[str, float] = json.loads(out.stdout.splitlines()[-1])
    result["bytes"] = target.stat().st_size
    return result


def one(way: str, kind: str, source: Path, target: Path) -> None:
    """The measured process."""
    started = time.perf_counter()
    rows = by_duckdb(source, target) if way == "duckdb" else by_reader(kind, source, target)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = _peak_mib() or used.ru_maxrss / 1024
    result: dict[str, Any] = {"rows": rows, "seconds": seconds, "mib": peak}
    result["processor"] = used.ru_utime + used.ru_stime
    print(json.dumps(result))


def _peak_mib() -> float | None:
    """Peak resident memory of this process alone (`ru_maxrss` begins with that of its parent)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return None


def main() -> None:
    """Generate, measure in turns, print, delete."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kinds", nargs="+", default=["flat", "grid"])
    parser.add_argument("--one")
    parser.add_argument("--kind")
    parser.add_argument("paths", nargs="*", type=Path)
    args = parser.parse_args()
    if args.one:
        one(args.one, args.kind, *args.paths)
        return
    for kind in args.kinds:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            source = Path(folder) / f"{kind}.csv"
            make(kind, args.rows, source)
            print(f"{kind}: {args.rows:,} rows, {source.stat().st_size / 1e9:.2f} GB")
            for _ in range(args.rounds):
                found = {
                    way: measure(way, kind, source, Path(folder) / f"{way}.parquet")
                    for way in ("duckdb", "reader")
                }
                for way, result in found.items():
                    print(
                        f"  {way:7} {result['seconds']:7.2f} s wall {result['processor']:7.2f} s processor "
                        f"{result['mib']:6.0f} MiB peak {result['bytes'] / 1e6:7.1f} MB Parquet "
                        f"{result['rows']:>11,} rows"
                    )
                ours, theirs = found["reader"], found["duckdb"]
                print(
                    f"  ratio   {ours['seconds'] / theirs['seconds']:.2f} wall "
                    f"{ours['processor'] / theirs['processor']:.2f} processor"
                )


if __name__ == "__main__":
    main()
