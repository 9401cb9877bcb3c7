"""Published parts add up to published totals: one mechanism for dimensions, one for the hierarchy of areas.

Which sums hold is data in the product file (`checks.parts`, `checks.areas`). The tolerance of a sum is what
the source's rounding allows: a count rounded to a multiple of b is off by at most floor(b / 2), and every
cell of the sum, the total included, may be off by that much. Sums are taken to six decimals: beyond them
they hang on the order of rows, and a known finding would not be met again. A sum with a missing part is not
compared (it is counted as not comparable); a part whose area does not exist on that date is no part.
Areas give every published level up to the declared one: Kreise their Regierungsbezirk and their Land. They
are whole when each area that the register has on that day is there, or when the table stands on the areas of
another day (Region Hannover in 1995) and every figure of it is known.

What a gap means follows from its size, never from how many there are. A gap that a figure marked as
implausible accounts for is told. One that is less than `SMALL` of the total warns, a larger one stops the
release, unless it is known (`known`) or explained in the product file.
"""

from __future__ import annotations

from expectations.bench import CANDIDATE_VIEW, Bench
from expectations.rules import PUBLISHER, Rule, Statement, quoted_list
from expectations.settings import AreaSum, Parts, Rates, Where
from expectations.values import excuses
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

LAENDER = 16  # since 3 October 1990
ROUNDING = 5
"""Standard deviations that rounding of many figures may add up to."""
MARKED = 0.01
"""A figure is marked as implausible when it is wrong by this share of itself at least: less
has another reason."""
SMALL = 1e-5
"""The share of its total below which a gap warns: a person or two in a Land."""
_AREA_COLUMNS = ("area_key", "area_code", "area_level", "area_name", "parent_area_code")
_PARENT_CODE = {
    "DE": "'DG'",
    "LAND": "left(area_code, 2)",
    "REGBEZ": "left(area_code, 3)",
    "KREIS": "left(area_code, 5)",
    "GEMEINDEVERBAND": "left(area_code, 9)",
}
_BETWEEN = {("KREIS", "LAND"): ("REGBEZ",)}
"""Levels that are published in between, and whose sums hold by the same reason."""

_PROTECTS = Phrase(
    "vor verwechselten Zeilen und Spalten, vergessenen Teilen und doppelt Gezähltem",
    "against mixed-up rows and columns, forgotten parts and double counting",
)
_SUMS = Phrase("Summen", "sums")


def rules(bench: Bench) -> list[Rule]:
    """One rule per declared sum."""
    checks = bench.description.checks
    return [
        *(_parts(bench, parts) for parts in checks.parts),
        *(_areas(bench, sums) for sums in checks.areas),
        *(_rates(bench, rates) for rates in checks.rates),
    ]


def _tolerance(bench: Bench, entry: Parts | AreaSum) -> str:
    """SQL: by how much one cell may be off."""
    extra = bench.declared.number(entry.tolerance_per_cell) if entry.tolerance_per_cell else "0"
    if entry.tolerance_where:
        extra = f"case when {bench.declared.where(entry.tolerance_where)} then {extra} else 0 end"
    rounding = "floor(coalesce(rounding_base, 1) / 2)" if bench.has("rounding_base") else "0"
    return f"({rounding} + {extra})"


def _severity(entry: Parts | AreaSum | Rates) -> str:
    """SQL: what a gap means."""
    return (
        f"case when abs(difference) >= {MARKED} * marked then 'info' "
        f"when '{entry.severity}' = 'fail' and abs(difference) < {SMALL} * abs(total) then 'warn' "
        f"else '{entry.severity}' end"
    )


def _marked(bench: Bench) -> str:
    """SQL: the figure of a cell where it is marked as implausible, NULL where it is not."""
    return (
        "case when obs_status = 'U' then abs(value) end"
        if bench.has("obs_status")
        else "cast(null as double)"
    )


def _parts(bench: Bench, parts: Parts) -> Rule:
    declared = bench.declared
    dimension = quoted(parts.dimension)
    total = f"(select value from {declared.texts([parts.total])})"
    members = declared.texts(parts.parts)
    group = [name for name in bench.description.grain if name != parts.dimension]
    # What the group determines anyway is carried along so that a reader sees area and date.
    carried = [
        f"any_value({quoted(name)}) as {quoted(name)}"
        for name in ("area_code", "area_name", "area_level", "reference_date")
        if bench.has(name) and name not in group
    ]
    keys = tuple(name for name in bench.key_columns() if name != parts.dimension)
    comparable = f"total is not null and parts_known = {len(parts.parts)}"
    return Rule(
        Statement(
            f"additivity.{parts.id}",
            "additivity",
            parts.severity,
            Phrase(parts.title_de, parts.title_en),
            _PROTECTS,
            PUBLISHER,
            Phrase(
                "Teile ergeben {parts_sum}, als Summe steht {total} "
                "(Unterschied {difference}, zulässig {tolerance})",
                "parts add to {parts_sum}, the total says {total} "
                "(difference {difference}, allowed {tolerance})",
            ),
            unit=_SUMS,
            keys=keys,
            must_apply=True,
            values=("parts_sum", "total"),
        ),
        cases=f"""
            select *, parts_sum - total as difference
            from (
                select {", ".join([quoted_list(group), *carried])},
                    round(sum(value) filter (where {dimension} in {members}), 6) as parts_sum,
                    count(value) filter (where {dimension} in {members}) as parts_known,
                    max(value) filter (where {dimension} = {total}) as total,
                    sum({_tolerance(bench, parts)}) as tolerance,
                    min({_marked(bench)}) as marked
                from {_at_their_codes(bench, parts)}
                where ({declared.where(parts.where)})
                    and ({dimension} = {total} or {dimension} in {members})
                group by {quoted_list(group)}
            )
            """,
        comparable=comparable,
        broken="abs(difference) > tolerance + 1e-6",
        severity=_severity(parts),
        order="abs(difference) desc",
        excuses=excuses(bench, parts.explained, bounded=True),
    )


def _at_their_codes(bench: Bench, parts: Parts) -> str:
    """SQL: the candidate, where a member that is a part at one code of a column stands at the
    whole's code there."""
    dimension = quoted(parts.dimension)
    columns: dict[str, list[tuple[str, str]]] = {}
    for member, placed in parts.at.items():
        for column, code in placed.items():
            columns.setdefault(column, []).append((member, code))
    if not columns:
        return "candidate"
    one = bench.declared.texts
    replaced = ", ".join(
        "case "
        + " ".join(
            f"when {dimension} in {one([member])} "
            f"then case when {quoted(column)} in {one([code])} then '_T' end"
            for member, code in members
        )
        + f" else {quoted(column)} end as {quoted(column)}"
        for column, members in columns.items()
    )
    known = " and ".join(f"{quoted(column)} is not null" for column in columns)
    return f"(select * from (select * replace ({replaced}) from candidate) where {known})"


def _areas(bench: Bench, sums: AreaSum) -> Rule:
    declared = bench.declared
    cell = [
        name for name in bench.description.grain if name not in _AREA_COLUMNS and name != "reference_date"
    ]
    cell.append("reference_date")
    selected = declared.where(sums.where)
    tolerance = _tolerance(bench, sums)
    exists = "and missing_reason <> 'area_not_existing'" if bench.has("missing_reason") else ""
    if bench.has("is_backcast"):  # the same people stand in the table once more, under the codes of the day
        exists += " and not coalesce(is_backcast, false)"
    levels = (sums.parents, *_BETWEEN.get((sums.children, sums.parents), ()))
    parent = "case of_level.area_level "
    parent += " ".join(f"when '{level}' then {_PARENT_CODE[level]}" for level in levels) + " end"
    of_level = f"(select unnest({list(levels)}) as area_level) as of_level"
    land_count = "count(distinct left(area_code, 2))"
    # the children that the register has on each date; without a register those that are there
    held = f"""(
        select distinct area_code, reference_date from candidate where area_level = '{sums.children}'
    )"""
    if bench.has_areas:
        held = f"""(
            select distinct areas.area_code, dates.reference_date
            from areas
            inner join (select distinct reference_date from candidate) as dates
                on (areas.valid_from is null or dates.reference_date >= areas.valid_from)
                and (areas.valid_to is null or dates.reference_date < areas.valid_to)
            where areas.area_level = '{sums.children}'
        )"""
    whole = "(parts_held = held_count or parts_held < parts_count)" if bench.has_areas else "true"
    if sums.parents == "DE":
        whole += f" and laender = {LAENDER}"
    comparable = f"total is not null and parts_known = parts_count and {whole}"
    names = quoted_list(("area_name",), "totals") + ", " if bench.has("area_name") else ""
    return Rule(
        Statement(
            f"additivity.{sums.id}",
            "additivity",
            sums.severity,
            Phrase(sums.title_de, sums.title_en),
            _PROTECTS,
            PUBLISHER,
            Phrase(
                "{parts_count} Gebiete ergeben {parts_sum}, veröffentlicht ist {total} "
                "(Unterschied {difference}, zulässig {tolerance})",
                "{parts_count} areas add to {parts_sum}, published is {total} "
                "(difference {difference}, allowed {tolerance})",
            ),
            unit=_SUMS,
            keys=tuple(dict.fromkeys(("area_code", *cell))),
            must_apply=_has_parents(bench, sums),
            values=("parts_sum", "total"),
        ),
        cases=f"""
            select
                totals.area_code, {names}{quoted_list(cell, "totals")},
                parts_sum, parts_count, parts_known, parts_held, laender, held_areas.held_count, totals.total,
                parts_sum - totals.total as difference, parts_tolerance + totals.total_tolerance as tolerance,
                least(parts.marked, totals.marked) as marked
            from (
                select * exclude (value), value as total, {tolerance} as total_tolerance,
                    {_marked(bench)} as marked
                from candidate
                where area_level in {declared.texts(levels)} and ({selected})
            ) as totals
            inner join (
                select of_level.area_level, {parent} as parent_code, {quoted_list(cell)},
                    round(sum(value), 6) as parts_sum, count(*) as parts_count, count(value) as parts_known,
                    count(held.area_code) as parts_held, {land_count} as laender,
                    sum({tolerance}) as parts_tolerance, min({_marked(bench)}) as marked
                from (
                    select * from candidate
                    where area_level = '{sums.children}' and ({selected}) {exists}
                ) as children
                left join {held} as held using (area_code, reference_date)
                cross join {of_level}
                group by of_level.area_level, parent_code, {quoted_list(cell)}
            ) as parts
                on totals.area_level = parts.area_level and totals.area_code = parts.parent_code
                and {" and ".join(f"totals.{quoted(name)} = parts.{quoted(name)}" for name in cell)}
            left join (
                select of_level.area_level, {parent} as parent_code, reference_date, count(*) as held_count
                from {held} as held
                cross join {of_level}
                group by of_level.area_level, parent_code, reference_date
            ) as held_areas
                on totals.area_level = held_areas.area_level
                and totals.area_code = held_areas.parent_code
                and totals.reference_date = held_areas.reference_date
            """,
        comparable=comparable,
        broken="abs(difference) > tolerance + 1e-6",
        severity=_severity(sums),
        order="abs(difference) desc",
        excuses=excuses(bench, sums.explained, bounded=True),
        touches=f"""
            (carrier.area_code = found.area_code or (
                carrier.area_level = '{sums.children}'
                and (found.area_code = 'DG' or starts_with(carrier.area_code, found.area_code))
            ))
            and {" and ".join(f"carrier.{quoted(n)} is not distinct from found.{quoted(n)}" for n in cell)}
        """,
    )


def _has_parents(bench: Bench, sums: AreaSum | Rates) -> bool:
    """Whether areas of the upper level lie around the product's: some Länder have no Regierungsbezirk."""
    if not bench.has_areas:
        return False
    found = bench.connection.execute(
        f"""
        select 1 from areas
        where area_level = ? and (
            area_level = 'DE'
            or left(area_code, 2) in (select left(area_code, 2) from {CANDIDATE_VIEW} where area_level = ?)
        )
        limit 1
        """,
        [sums.parents, sums.children],
    )
    return found.fetchone() is not None


def _rates(bench: Bench, rates: Rates) -> Rule:
    """Rates as sums: count / rate is what a rate is a rate of, and that adds up over areas.

    A rate is off by half its unit at most, so its base by that share of it; over many areas these errors go
    in both directions, and their sum stays within `ROUNDING` standard deviations of a uniform error.
    """
    declared = bench.declared
    rate, count = declared.where(rates.rate), declared.where(rates.count)
    half_rate, half_count = declared.number(rates.rate_unit / 2), declared.number(rates.count_unit / 2)
    parent = _PARENT_CODE[rates.parents]
    marked = "case when obs_status = 'U' then 0 end" if bench.has("obs_status") else "cast(null as integer)"
    settled = "and not coalesce(is_backcast, false)" if bench.has("is_backcast") else ""
    named = "area_name, " if bench.has("area_name") else ""

    def bases(level: str, which: str, names: str) -> str:
        """SQL: per area of a level and date the rate, its base, and by how much rounding may move it."""
        return f"""
            select *, counted / nullif(rate, 0) as base,
                (counted / nullif(rate, 0) * {half_rate} + {half_count}) / nullif(rate, 0) as slack
            from (
                select area_code, {names}reference_date, max(value) filter (where {rate}) as rate,
                    max(value) filter (where {count}) as counted, min({marked}) as marked
                from candidate
                where area_level = '{level}' and (({rate}) or ({count})) {which}
                group by area_code, {names}reference_date
            )
        """

    register = "cast(null as bigint)"
    if bench.has_areas:
        register = f"""(
            select count(*) from areas
            where areas.area_level = '{rates.children}' and {parent.replace("area_code", "areas.area_code")}
                = totals.area_code
                and (areas.valid_from is null or totals.reference_date >= areas.valid_from)
                and (areas.valid_to is null or totals.reference_date < areas.valid_to)
        )"""
    return Rule(
        Statement(
            f"additivity.{rates.id}",
            "additivity",
            rates.severity,
            Phrase(rates.title_de, rates.title_en),
            Phrase(
                "vor einer falschen Quote, die zu keiner Summe gehört",
                "against a wrong rate that belongs to no sum",
            ),
            PUBLISHER,
            Phrase(
                "{parts_count} Gebiete ergeben {mean_rate}, veröffentlicht ist {rate}",
                "{parts_count} areas give {mean_rate}, published is {rate}",
            ),
            unit=Phrase("Quoten", "rates"),
            keys=("area_code", "reference_date"),
            must_apply=_has_parents(bench, rates),
            values=("mean_rate", "rate"),
        ),
        cases=f"""
            select *, round(rate * total / parts_sum, 2) as mean_rate, parts_sum - total as difference,
                least(most, {ROUNDING} * spread) as tolerance
            from (
                select totals.area_code, {"any_value(totals.area_name) as area_name, " if named else ""}
                    totals.reference_date, any_value(totals.rate) as rate, any_value(totals.base) as total,
                    sum(parts.base) as parts_sum, count(*) as parts_count, count(parts.base) as parts_known,
                    count(distinct left(parts.area_code, 2)) as laender,
                    any_value({register}) as expected_count,
                    least(min(parts.marked), any_value(totals.marked)) as marked,
                    sum(parts.slack) + any_value(totals.slack) as most,
                    sqrt((sum(power(parts.slack, 2)) + any_value(power(totals.slack, 2))) / 3) as spread
                from ({bases(rates.parents, "", named)}) as totals
                inner join ({bases(rates.children, settled, "")}) as parts
                    on totals.area_code = {parent.replace("area_code", "parts.area_code")}
                    and totals.reference_date = parts.reference_date
                group by totals.area_code, totals.reference_date
            )
        """,
        comparable="total is not null and parts_known = parts_count"
        " and parts_count = coalesce(expected_count, parts_count)"
        + (f" and laender = {LAENDER}" if rates.parents == "DE" else ""),
        broken="abs(difference) > tolerance + 1e-6",
        severity=_severity(rates),
        order="abs(difference) / total desc",
        excuses=excuses(bench, rates.explained, bounded=True),
        touches=f"""
            (carrier.area_code = found.area_code or (
                carrier.area_level = '{rates.children}'
                and {parent.replace("area_code", "carrier.area_code")} = found.area_code
            ))
            and carrier.reference_date = found.reference_date
            and (({_of_carrier(bench, rates.rate)}) or ({_of_carrier(bench, rates.count)}))
        """,
    )


def _of_carrier(bench: Bench, where: Where) -> str:
    """SQL: whether a row of the candidate is among those selected."""
    return bench.declared.where(where, relation="carrier")
