"""Published parts add up to published totals: one mechanism for dimensions, one for the hierarchy of areas.

Which sums hold is data in the product file (`checks.parts`, `checks.areas`). The tolerance of a sum is what
the source's rounding allows: a count rounded to a multiple of b is off by at most floor(b / 2), and every
cell of the sum, the total included, may be off by that much. A sum with a missing part is not compared (it is
counted as not comparable); a part whose area does not exist on that date is no part.

What a gap means follows from its size, never from how many there are. A gap with a figure in it that is
marked as implausible is told. One that is less than `SMALL` of the total warns, a larger one stops the
release, unless it is known (`known`) or explained in the product file.
"""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import PUBLISHER, Rule, Statement, quoted_list
from expectations.settings import AreaSum, Parts
from expectations.values import excuses
from expectations.wording import Phrase
from sources.foundation.sql import quoted

LAENDER = 16  # since 3 October 1990
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
    ]


def _tolerance(bench: Bench, per_cell: float) -> str:
    """SQL: by how much one cell may be off."""
    extra = bench.declared.number(per_cell) if per_cell else "0"
    rounding = "floor(coalesce(rounding_base, 1) / 2)" if bench.has("rounding_base") else "0"
    return f"({rounding} + {extra})"


def _severity(entry: Parts | AreaSum) -> str:
    """SQL: what a gap means."""
    return (
        f"case when marked > 0 then 'info' "
        f"when '{entry.severity}' = 'fail' and abs(difference) < {SMALL} * abs(total) then 'warn' "
        f"else '{entry.severity}' end"
    )


def _marked(bench: Bench) -> str:
    """SQL: how many cells of a sum are marked as implausible."""
    return "count(*) filter (where obs_status = 'U')" if bench.has("obs_status") else "0"


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
                    sum(value) filter (where {dimension} in {members}) as parts_sum,
                    count(value) filter (where {dimension} in {members}) as parts_known,
                    max(value) filter (where {dimension} = {total}) as total,
                    sum({_tolerance(bench, parts.tolerance_per_cell)}) as tolerance,
                    {_marked(bench)} as marked
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
    """SQL: the candidate, where a member that is a part at one code of a column stands at the whole's code
    there."""
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
    tolerance = _tolerance(bench, sums.tolerance_per_cell)
    exists = "and missing_reason <> 'area_not_existing'" if bench.has("missing_reason") else ""
    if bench.has("is_backcast"):  # the same people stand in the table once more, under the codes of the day
        exists += " and not coalesce(is_backcast, false)"
    is_marked = "cast(obs_status = 'U' as integer)" if bench.has("obs_status") else "0"
    parent = _PARENT_CODE[sums.parents]
    land_count = "count(distinct left(area_code, 2))"
    expected = "cast(null as bigint)"
    register = ""
    if bench.has_areas:
        expected = "expected.area_count"
        register = f"""
            left join (
                select {parent} as parent_code, dates.reference_date, count(*) as area_count
                from areas
                inner join (select distinct reference_date from candidate) as dates
                    on (areas.valid_from is null or dates.reference_date >= areas.valid_from)
                    and (areas.valid_to is null or dates.reference_date < areas.valid_to)
                where areas.area_level = '{sums.children}'
                group by 1, 2
            ) as expected
                on totals.area_code = expected.parent_code and totals.reference_date = expected.reference_date
        """
    whole = "parts_count = coalesce(expected_count, parts_count)"
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
            must_apply=bench.has_areas,
            values=("parts_sum", "total"),
        ),
        cases=f"""
            select
                totals.area_code, {names}{quoted_list(cell, "totals")},
                parts_sum, parts_count, parts_known, laender, {expected} as expected_count, totals.total,
                parts_sum - totals.total as difference, parts_tolerance + totals.total_tolerance as tolerance,
                parts.marked + totals.is_marked as marked
            from (
                select * exclude (value), value as total, {tolerance} as total_tolerance,
                    {is_marked} as is_marked
                from candidate
                where area_level = '{sums.parents}' and ({selected})
            ) as totals
            inner join (
                select {parent} as parent_code, {quoted_list(cell)}, sum(value) as parts_sum,
                    count(*) as parts_count, count(value) as parts_known, {land_count} as laender,
                    sum({tolerance}) as parts_tolerance, {_marked(bench)} as marked
                from candidate
                where area_level = '{sums.children}' and ({selected}) {exists}
                group by parent_code, {quoted_list(cell)}
            ) as parts
                on totals.area_code = parts.parent_code
                and {" and ".join(f"totals.{quoted(name)} = parts.{quoted(name)}" for name in cell)}
            {register}
            """,
        comparable=comparable,
        broken="abs(difference) > tolerance + 1e-6",
        severity=_severity(sums),
        order="abs(difference) desc",
        excuses=excuses(bench, sums.explained, bounded=True),
        touches=f"""
            (carrier.area_code = found.area_code or (
                carrier.area_level = '{sums.children}'
                and {parent.replace("area_code", "carrier.area_code")} = found.area_code
            ))
            and {" and ".join(f"carrier.{quoted(n)} is not distinct from found.{quoted(n)}" for n in cell)}
        """,
    )
