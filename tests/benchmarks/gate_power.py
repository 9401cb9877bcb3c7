"""What is noticed of errors planted into real figures: refused, marked as implausible, warned, silent.

    python -m tests.benchmarks.gate_power DATA_ROOT [--cells 60] [--seed 1] [--facts population ...]

Errors are planted into the cells of every fact as they were published, far apart from each other, in the
warehouse of a data root (which is only read). Then the very SQL of a run judges them: the macro that
marks implausible cells (dbt_project/macros/plausibility.sql) and the rules of the gate over the product
that carries the fact. A fact that only indicators are made of is judged by its marks and by the gate's
rules of plausibility over the fact itself.

- refused   a rule stops the product, and the finding is about the planted cell
- marked    the cell leaves only with status U and a row in the register
- warned    a rule warns about the cell, and nothing explains the warning
- reported  a sum of the cell that does not hold is reported, and other figures of it are marked for that
- silent    none of these

Some errors nothing that is published can tell. They are counted apart (`beyond`), and why:

- a figure that the source rounds to a unit (a rate to 0.1, a count to a multiple of 5) changed by two units
  at most, or by no more than rounding may add up to in the narrowest published sum that holds it: the figure
  itself and what it is set against are each off by half a unit, which together is as much;
- off by one, where no published sum holds the cell to the unit (none is printed, it does not hold in the
  source either, or its figures are rounded).

Of a whole column or area it counts as refused when the product is stopped. Kinds: `x10` tenfold; `digit`
one digit changed, `swapped` two neighbouring digits exchanged (both by at least 2 %); `one` off by one;
`column` all Kreise of one cell and date tenfold; `area` all cells of a Kreis on a date tenfold.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dbt_project.facts.declaration import load_facts, load_marts
from expectations import plausibility
from expectations.bench import CANDIDATE_VIEW, Bench, laid_out
from expectations.rules import Rule, found
from expectations.settings import read_description
from expectations.suites import suite_of
from sources.declared.answers import answers
from sources.declared.catalogue import CATALOG
from sources.foundation.sql import quoted
from tests.dbt.compiled import macro

PRODUCTS = Path(__file__).resolve().parents[2] / "exports" / "products"
KINDS = ("x10", "digit", "swapped", "one")
WHOLE = ("column", "area")
OUTCOMES = ("refused", "marked", "warned", "reported", "silent")
JUDGING = ("values", "additivity", "plausibility")
LEAST = 0.02


@dataclass(frozen=True)
class Fact:
    """A fact over published tables; product of its rows (None: indicators only), how it is judged."""

    name: str
    dimensions: tuple[str, ...]
    product: str | None
    how: dict[str, Any]

    @property
    def cell(self) -> list[str]:
        """Columns that name a cell in fact and product."""
        return ["area_code", "period_key", "measure_code", *(f"{name}_code" for name in self.dimensions)]


@dataclass(frozen=True)
class Planted:
    """One error: the rows it changes (by number), and what stands there instead.

    `is_beyond`: nothing that is published can tell it (see above).
    """

    kind: str
    rows: tuple[int, ...]
    values: tuple[float, ...]
    is_beyond: bool = False


def facts() -> list[Fact]:
    """All facts over published tables."""
    declared = load_facts()
    marts = {
        fact: name for name, mart in load_marts(declared).items() if not mart.gemeinden for fact in mart.facts
    }
    return [
        Fact(name, one.dimensions, marts.get(name), one.how) for name, one in declared.items() if not one.form
    ]


def wrong_number(kind: str, value: float, dice: random.Random) -> float | None:
    """The number an error of this kind makes of a value; None where it cannot be made."""
    if kind == "x10":
        return value * 10
    if kind == "one":
        return value + dice.choice((-1, 1)) if value == round(value) else None
    text = str(int(value)) if value == round(value) else f"{value:.1f}"
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    tried = []
    for place in places:
        if kind == "digit":
            tried += [text[:place] + new + text[place + 1 :] for new in "0123456789" if new != text[place]]
        elif place + 1 in places and text[place] != text[place + 1]:
            tried.append(text[:place] + text[place + 1] + text[place] + text[place + 2 :])
    fitting = [float(one) for one in tried if abs(float(one) - value) >= LEAST * value]
    return dice.choice(fitting) if fitting else None


class Ground:
    """The cells of one fact as published, in a database of their own, with what a run makes of them."""

    def __init__(self, warehouse: Path, fact: Fact) -> None:
        self.fact = fact
        self.connection = duckdb.connect()
        self.connection.execute("set threads = 2")
        self.connection.execute(f"attach '{warehouse}' as w (read_only)")
        self.connection.execute("create table dim_area as select * from w.dim_area")
        codes = ", ".join(f"f.{name}_code as {name}" for name in fact.dimensions)
        other = "".join(f", f.{name}_code" for name in fact.dimensions)
        self.connection.execute(
            f"""
            create table published as
            select cast(row_number() over (order by f.{fact.name}_key) as integer) as number,
                f.dataset_id, f.area_key, f.area_code, a.area_level, a.area_name, f.period_key,
                f.reference_date, f.measure_code, f.unit, {codes + ", " if codes else ""}
                coalesce(f.published_value, f.value) as value,
                case when f.finding_id is not null then 'A' else f.obs_status end as obs_status,
                f.missing_reason, f.raw_symbol, f.rounding_base, f.is_backcast, f.preferred_to,
                f.snapshot_id, f.source_line as line,
                concat_ws('|', left(f.area_code, 2), f.period_key) as apart_by_land,
                concat_ws('|', f.measure_code{other}) as name
            from w.fct_{fact.name} as f inner join dim_area as a on f.area_key = a.area_key
            where f.is_preferred
            """
        )

    def plant(self, cells: int, seed: int) -> list[Planted]:
        """Errors of single cells, so far apart that no sum and no step in time holds two of them."""
        dice = random.Random(f"{seed}-{self.fact.name}")
        rows = self.connection.execute(
            """
            select number, area_code, period_key, apart_by_land, name, value, measure_code, rounding_base
            from published where area_level = 'KREIS' and value > 0 and not is_backcast order by number
            """
        ).fetchall()
        held = self._held()
        how = self.fact.how
        units: dict[str, float] = how.get("rounded", {})
        dice.shuffle(rows)
        wanted = dict.fromkeys(KINDS, cells)
        taken: set[tuple[str, str]] = set()
        planted = []
        for number, area, period, land, name, value, measure, base in rows:
            kind = next((kind for kind in KINDS if wanted[kind] > 0), None)
            if kind is None:
                break
            # rates add up with their counts, and measures that weigh each other stand and fall together
            sums = f"{land}|{name}"
            if "wholes" in how:
                sums = area[:2]
            elif "paired" in how or "weighted" in how:
                sums = land
            near = {("sum", sums), ("row", f"{area}|{period}"), ("series", f"{area}|{name}")}
            new = wrong_number(kind, value, dice)
            if new is None or near & taken:
                continue
            taken |= near
            wanted[kind] -= 1
            unit = max(units.get(measure, 0), base or 0)
            if kind == "one":
                reach = held.get(number, 1.0)
            else:
                reach = max(2 * unit, held.get(number, 0.0)) if unit else 0.0
            is_beyond = abs(new - value) <= reach + 1e-9
            planted.append(Planted(kind, (number,), (new,), is_beyond))
        return planted

    def _held(self) -> dict[int, float]:
        """By how much a cell may change before the narrowest sum that holds it does not hold any more."""
        self.connection.execute("create or replace table spoilt as select *, null as error from published")
        found = self.connection.execute(
            f"""
            with areas as (select * from dim_area), {self._body()}
            select numbered.number, min((sums.slack + abs(sums.gap)) / sum_members.factor) from numbered
            inner join sum_members on numbered.row_no = sum_members.row_no
            inner join sums on sum_members.sum_id = sums.sum_id
            where abs(sums.gap) <= sums.slack
            group by numbered.number
            """
        )
        return dict(found.fetchall())

    def _body(self) -> str:
        """The CTEs that a run judges by, over the spoilt cells."""
        return str(
            macro(
                "judged",
                relation="spoilt",
                fact=self.fact.name,
                dimensions=self.fact.dimensions,
                how=self.fact.how,
            )
        )

    def plant_whole(self, groups: int, seed: int, column_of: int = 50) -> Iterator[Planted]:
        """Whole columns (of so many Kreise at least) and whole areas, tenfold: one at a time."""
        dice = random.Random(f"{seed}-whole-{self.fact.name}")
        for kind, group in (("column", "name, period_key"), ("area", "area_code, period_key")):
            found_groups = self.connection.execute(
                f"""
                select list(number order by number), list(10 * value order by number) from published
                where area_level = 'KREIS' and value > 0 and not is_backcast
                group by {group} having count(*) >= {column_of if kind == "column" else 1} order by {group}
                """
            ).fetchall()
            for numbers, values in dice.sample(found_groups, min(groups, len(found_groups))):
                yield Planted(kind, tuple(numbers), tuple(values))

    def judge(self, planted: Sequence[Planted]) -> set[int]:
        """Plant the errors and mark what is implausible, as a run does; the marked rows."""
        run = self.connection.execute
        run("create or replace table planted (number integer, error integer, value double)")
        changes = [
            (number, error, value)
            for error, one in enumerate(planted)
            for number, value in zip(one.rows, one.values, strict=True)
        ]
        for start in range(0, len(changes), 500):
            part = changes[start : start + 500]
            marks = ", ".join(["(?, ?, ?)"] * len(part))
            run(f"insert into planted values {marks}", [cell for row in part for cell in row])
        run(
            """
            create or replace table spoilt as
            select p.* exclude (value), coalesce(e.value, p.value) as value, e.error
            from published as p left join planted as e on p.number = e.number
            """
        )
        accepted = [one.finding_id for one in answers(CATALOG / "answers.csv") if one.answer == "accept"]
        run(
            "create or replace table accepted as select unnest(cast($1 as varchar[])) as finding_id",
            [accepted],
        )
        run(
            f"""
            create or replace table seen as
            with areas as (select * from dim_area), {self._body()}
            select * replace (
                case when finding_id is not null and finding_id not in (select finding_id from accepted)
                    then 'U' else obs_status end as obs_status
            )
            from judged
            """
        )
        return {row[0] for row in run("select number from seen where obs_status = 'U'").fetchall()}

    def candidate(self, folder: Path) -> str:
        """Write what would be the product's Parquet with the errors in it; the product's name."""
        fact, product = self.fact, self.fact.product
        if product is None:
            codes = "".join(f", {name} as {name}_code" for name in fact.dimensions)
            rows = f"""
                select area_code, area_level, area_name, is_backcast, period_key, reference_date,
                    measure_code{codes}, value, obs_status, raw_symbol, error
                from seen where missing_reason <> 'area_not_existing'
            """
        else:
            own = "".join(f" and m.{name}_code = s.{name}" for name in fact.dimensions)
            columns = [row[0] for row in self.connection.execute(f"describe w.mart_{product}").fetchall()]
            subject = "subject" if "subject" in columns else f"'{fact.name}'"
            rows = f"""
                select m.* exclude (of_fact) replace (coalesce(s.value, m.value) as value,
                    coalesce(s.obs_status, m.obs_status) as obs_status), s.error
                from (select *, {subject} as of_fact from w.mart_{product}) as m
                left join (select *, '{fact.name}' as of_fact from seen) as s
                    on m.area_code = s.area_code and m.period_key = s.period_key
                    and m.measure_code = s.measure_code {own} and m.of_fact = s.of_fact
            """
        name = product or fact.name
        self.connection.execute(f"copy ({rows}) to '{folder / f'{name}.parquet'}' (format parquet)")
        return name

    def answered(self, folder: Path) -> Path:
        """The marked cells that a statistician has looked at, as the gate reads them."""
        self.connection.execute(
            "create or replace table looked_at as select unnest(cast($1 as varchar[])) as finding_id",
            [[one.finding_id for one in answers(CATALOG / "answers.csv") if one.answer == "implausible"]],
        )
        cell = ", ".join(["' '", *(f"'{name}=' || {name}" for name in self.fact.dimensions), "''"])
        file = folder / "answered.parquet"
        self.connection.execute(
            f"copy (select dataset_id, area_code, period_key, reference_date, measure_code, "
            f"concat_ws({cell}) as cell, value from seen inner join looked_at using (finding_id) "
            "union all select dataset_id, area_code, period_key, reference_date, measure_code, cell, "
            "published_value from w.fct_implausible "  # of the other facts of the product
            f"where answer = 'implausible' and fact <> '{self.fact.name}') "
            f"to '{file}' (format parquet)"
        )
        return file


def described(fact: Fact, folder: Path, name: str) -> dict[str, Any]:
    """The description of the product for the gate; of a fact without one, its grain."""
    columns = [
        {"name": row[0], "type": row[1]}
        for row in duckdb.sql(f"describe select * from '{folder / f'{name}.parquet'}'").fetchall()
    ]
    if fact.product is None:
        return {"product": name, "grain": fact.cell, "columns": columns}
    plain = yaml.safe_load((PRODUCTS / f"{name}.yml").read_text(encoding="utf-8"))
    return {"product": name, "grain": plain["grain"], "columns": columns, "checks": plain["checks"]}


def asked(bench: Bench, fact: Fact) -> list[Rule]:
    """The rules that judge figures; of a fact without a product those of plausibility."""
    rules = suite_of(fact.product).rules(bench) if fact.product else plausibility.rules(bench)
    return [rule for rule in rules if rule.statement.family in JUDGING]


def touched(bench: Bench, rule: Rule) -> list[tuple[int, str, str]]:
    """Planted errors that findings of the rule are about, which nothing explains, with severity and case."""
    queries = f"with candidate as not materialized (select * from {CANDIDATE_VIEW}), {found(rule)}"
    shown = {one[0] for one in bench.connection.execute(f"{queries} select * from found limit 0").description}
    keys = [name for name in rule.statement.keys if name in bench.types and name in shown]
    touches = rule.touches or " and ".join(
        f"carrier.{quoted(name)} is not distinct from found.{quoted(name)}" for name in keys
    )
    if not touches:
        return []
    return bench.connection.execute(
        f"""
        {queries}
        select distinct carrier.error, found.found_severity, coalesce(found.fingerprint, '')
        from {CANDIDATE_VIEW} as carrier inner join found on ({touches})
        where carrier.error is not null and found.known_reason is null
        """
    ).fetchall()


def outcomes(
    ground: Ground,
    planted: Sequence[Planted],
    register: Path,
    standing: frozenset[str] = frozenset(),
) -> list[str]:
    """What becomes of each planted error; `standing`: what is reported of the untouched figures anyway."""
    marked = ground.judge(planted)
    severities: dict[int, set[str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        name = ground.candidate(folder)
        description = read_description(described(ground.fact, folder, name))
        answered = ground.answered(folder)
        with laid_out(folder, description, None, register, date.max, answered=answered) as bench:
            for rule in asked(bench, ground.fact):
                for error, severity, case in touched(bench, rule):
                    if severity != "info" or f"{rule.statement.id} {case}" not in standing:
                        severities.setdefault(error, set()).add(severity)
    result = []
    for error, one in enumerate(planted):
        found_here = severities.get(error, set())
        if "fail" in found_here:
            result.append("refused")
        elif set(one.rows) <= marked:
            result.append("marked")
        elif "warn" in found_here:
            result.append("warned")
        else:
            result.append("reported" if "info" in found_here else "silent")
    return result


def clean(ground: Ground, register: Path, *severities: str) -> list[str]:
    """Findings about the untouched figures that nothing explains: rule and case (fail and warn,
    or those named).
    """
    ground.judge([])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        name = ground.candidate(folder)
        description = read_description(described(ground.fact, folder, name))
        answered = ground.answered(folder)
        with laid_out(folder, description, None, register, date.max, answered=answered) as bench:
            return [
                f"{rule.statement.id} {text}"
                for rule in (asked(bench, ground.fact) if ground.fact.product else [])
                for (text,) in bench.connection.execute(
                    f"""
                    with candidate as not materialized (select * from {CANDIDATE_VIEW}), {found(rule)}
                    select fingerprint from found
                    where list_contains($1, found_severity) and known_reason is null
                    """,
                    [list(severities or ("fail", "warn"))],
                ).fetchall()
            ]


def measure(
    warehouse: Path, register: Path, chosen: Sequence[Fact], cells: int, groups: int, seed: int
) -> dict[tuple[str, str], Counter[str]]:
    """Outcomes by product (or fact) and kind of error; an asterisk marks those beyond judgement."""
    table: dict[tuple[str, str], Counter[str]] = {}
    for fact in chosen:
        ground = Ground(warehouse, fact)
        name = fact.product or f"({fact.name})"
        planted = ground.plant(cells, seed)
        standing = frozenset(clean(ground, register, "info"))
        for one, outcome in zip(planted, outcomes(ground, planted, register, standing), strict=True):
            table.setdefault((name, one.kind + "*" * one.is_beyond), Counter())[outcome] += 1
        for one in ground.plant_whole(groups, seed):
            (outcome,) = outcomes(ground, [one], register)
            table.setdefault((name, one.kind), Counter())[outcome] += 1
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "root", nargs="?", type=Path, default=Path(".data"), help="data root with a warehouse"
    )
    parser.add_argument("--cells", type=int, default=60, help="errors of each kind and fact")
    parser.add_argument("--groups", type=int, default=2, help="whole columns and areas of each fact")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--facts", nargs="*", help="only these facts")
    given = parser.parse_args()
    started = time.perf_counter()
    chosen = [fact for fact in facts() if not given.facts or fact.name in given.facts]
    warehouse = given.root / "warehouse.duckdb"
    register = given.root / "candidates" / "register.parquet"
    standing = 0
    for fact in chosen:
        ground = Ground(warehouse, fact)
        unexplained = clean(ground, register)
        standing += len(unexplained)
        counts = ground.connection.execute("select count(value), count(finding_id) from seen").fetchone() or (
            0,
            0,
        )
        print(f"{fact.name:20} {counts[0]:9,} figures, {counts[1]:5,} marked, {len(unexplained)} unexplained")
        for text in unexplained[:5]:
            print(f"    {text}")
    print(f"unexplained findings about the untouched figures: {standing}\n")
    table = measure(warehouse, register, chosen, given.cells, given.groups, given.seed)
    print(f"{'product':20} {'kind':8} {'planted':>8}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES))
    print("(*: apart, nothing published can tell them; see the head of this file)")
    whole: dict[str, Counter[str]] = {}
    for (name, kind), counter in sorted(table.items()):
        whole.setdefault(kind, Counter()).update(counter)
        print(_line(name, kind, counter))
    for kind in (*KINDS, *WHOLE):
        for mark in ("", "*"):
            if kind + mark in whole:
                print(_line("all", kind + mark, whole[kind + mark]))
    print(f"{time.perf_counter() - started:.0f} seconds")


def _line(name: str, kind: str, counter: Counter[str]) -> str:
    total = sum(counter.values())
    shares = "".join(f"{counter[outcome] / total:>10.1%}" for outcome in OUTCOMES)
    return f"{name:20} {kind:8} {total:>8}{shares}"


if __name__ == "__main__":
    main()
