"""Plausibility: what the figures say about each other over areas and time, beside the sums.

A single figure that stands out is marked where facts are made (`obs_status` U) and released as that. Here the
gate looks at what marks cannot tell: many at once, and a whole level that moves. A mark that a statistician
has looked at and left is no error of a delivery: it counts for nothing among the many. What was looked at is
named cell by cell (`dataset_id, area_code, period_key, reference_date, measure_code, value`, and `cell` with
the other dimensions as `sex=_T age_group=Y_LT3`), so that it holds for any part of the data.
"""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import STATISTICIAN, Rule, Statement, quoted_list
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

_LARGE_SHARE = 0.25
_SEVERAL = 8
_MOVE = 3.0
"""How many times its former figure the median area shows when a whole level has moved."""
_OUTLIER = 12.0
_AREAS = ("area_key", "area_code", "area_name", "area_level", "parent_area_code")


def rules(bench: Bench) -> list[Rule]:
    """The rules for products whose rows are figures of areas at dates; none for others."""
    if not bench.has("value", "obs_status", "area_code", "area_level", "reference_date"):
        return []
    found = [_marked(bench), _marked_series(bench), _marked_areas(bench)]
    if _measure(bench):
        found.append(_level_moves(bench))
    if bench.has("indicator_id", "numerator", "denominator"):
        found.append(_outliers())
    return found


def _measure(bench: Bench) -> list[str]:
    """The columns of the grain that name what is measured."""
    return [
        name
        for name in bench.description.grain
        if name not in _AREAS and name not in ("reference_date", "period_key", "reference_year")
    ]


def _marked(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "plausibility.marked",
            "plausibility",
            "info",
            Phrase(
                "Unplausible oder unsichere Werte sind gekennzeichnet (Status U)",
                "Implausible or uncertain values are marked (status U)",
            ),
            Phrase(
                "davor, dass eine falsche Zahl der Quelle als verlässlich gelesen wird",
                "against a wrong figure of the source being read as reliable",
            ),
            STATISTICIAN,
            Phrase("Wert {value} ist gekennzeichnet", "value {value} is marked"),
            unit=Phrase("Werte", "values"),
            keys=bench.key_columns(),
            values=("value",),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns())}, value, obs_status
            from candidate where value is not null
        """,
        broken="obs_status = 'U'",
    )


def _marked_series(bench: Bench) -> Rule:
    group = [*_measure(bench), "area_level", "reference_date"]
    return _many(
        bench,
        "plausibility.marked_column",
        group,
        Phrase(
            "Keine Spalte ist zu großen Teilen unplausibel",
            "No column is implausible in large parts",
        ),
        Phrase(
            "vor einer falsch gelesenen Spalte: ein einzelner Fehler der Quelle ist gekennzeichnet, viele "
            "zugleich sind ein Fehler der Lieferung oder des Lesens",
            "against a misread column: a single error of the source is marked, many at once are an error of "
            "the delivery or of its reading",
        ),
    )


def _marked_areas(bench: Bench) -> Rule:
    group = ["area_code", "area_level", "reference_date"]
    if bench.has("subject"):
        group.insert(0, "subject")
    return _many(
        bench,
        "plausibility.marked_area",
        group,
        Phrase(
            "Kein Gebiet ist an einem Stichtag zu großen Teilen unplausibel",
            "No area is implausible in large parts on a date",
        ),
        Phrase("vor vertauschten oder verrutschten Zeilen", "against swapped or shifted rows"),
        # where Länder and Germany are corrected at different times, many sums of Germany do not add up
        of="and area_level <> 'DE'",
    )


def _many(bench: Bench, name: str, group: list[str], title: Phrase, protects: Phrase, of: str = "") -> Rule:
    # An indicator inherits the mark of its parts; what the source marks as uncertain itself is no finding.
    printed = "and raw_symbol is null" if bench.has("raw_symbol") else ""
    by = quoted_list(group)
    looked_at = f"and not {_looked_at(bench)}"
    return Rule(
        Statement(
            name,
            "plausibility",
            "fail",
            title,
            protects,
            STATISTICIAN,
            Phrase(
                "{marked} von {figures} Werten sind unplausibel",
                "{marked} of {figures} values are implausible",
            ),
            unit=Phrase("Gruppen", "groups"),
            keys=tuple(group),
            values=("marked",),
        ),
        cases=f"""
            select {by}, count(*) as figures,
                count(*) filter (where obs_status = 'U' {printed} {looked_at}) as marked
            from candidate where value is not null and value <> 0 {of}
            group by {by}
        """,
        comparable="figures >= 2",
        broken=f"marked >= {_LARGE_SHARE} * figures and marked >= least({_SEVERAL // 2}, figures)",
        order="marked / figures desc",
    )


def _looked_at(bench: Bench) -> str:
    """SQL: a statistician has looked at this row of the candidate and left its mark."""
    cell = ("dataset_id", "area_code", "period_key", "measure_code")
    if not bench.has_answered:
        return "false"
    if bench.has("numerator_dataset", "denominator_dataset"):
        # a computed figure inherits the mark of a cell of its area and day
        sides = "concat_ws(', ', candidate.numerator_dataset, candidate.denominator_dataset)"
        return f"""exists (
            select 1 from answered
            where answered.area_code = candidate.area_code
                and answered.reference_date = candidate.reference_date
                and list_contains(string_split({sides}, ', '), answered.dataset_id)
        )"""
    if not bench.has(*cell):
        return "false"
    dimensions = [
        name
        for name in bench.description.grain
        if name.endswith("_code") and name not in (*_AREAS, "measure_code")
    ]
    same = [f"answered.{quoted(name)} = candidate.{quoted(name)}" for name in (*cell, "value")]
    for name in dimensions:  # of a product over several facts, one that the cell's fact does not have
        code = f"regexp_extract(answered.cell, '(^| ){name.removesuffix('_code')}=([^ ]*)', 2)"
        same.append(f"coalesce(nullif({code}, ''), '_T') = candidate.{quoted(name)}")
    return f"exists (select 1 from answered where {' and '.join(same)})"


def _level_moves(bench: Bench) -> Rule:
    measure = _measure(bench)
    steps = f"partition by {quoted_list([*measure, 'area_code', 'area_level'])} order by reference_date"
    by = quoted_list([*measure, "area_level", "reference_date", "date_before"])
    settled = "and not coalesce(is_backcast, false)" if bench.has("is_backcast") else ""
    return Rule(
        Statement(
            "plausibility.level_moves",
            "plausibility",
            "fail",
            Phrase(
                "Keine ganze Ebene verdreifacht oder drittelt sich von einem Stichtag zum nächsten",
                "No whole level triples or falls to a third from one date to the next",
            ),
            Phrase(
                "vor einer anderen Einheit oder einem verrutschten Komma in einer ganzen Spalte",
                "against another unit or a shifted decimal point in a whole column",
            ),
            STATISTICIAN,
            Phrase(
                "im mittleren von {areas_count} Gebieten das {ratio}-fache von {date_before}",
                "{ratio} times the figure of {date_before} in the median of {areas_count} areas",
            ),
            unit=Phrase("Schritte", "steps"),
            keys=(*measure, "area_level", "reference_date", "date_before"),
            values=("direction",),
        ),
        cases=f"""
            select *, case when ratio > 1 then 'up' else 'down' end as direction from (
            select {by}, count(*) as areas_count, median(value) as typical_value,
                median(value_before) as typical_before,
                round(median((value + 1) / (value_before + 1)), 2) as ratio
            from (
                select {quoted_list([*measure, "area_level", "reference_date"])}, value,
                    lag(value) over ({steps}) as value_before,
                    lag(reference_date) over ({steps}) as date_before
                from candidate where value is not null and value >= 0 {settled}
            )
            where value_before is not null
            group by {by}
            )
        """,
        comparable=f"areas_count >= {_SEVERAL} and greatest(typical_value, typical_before) >= 5",
        broken=f"ratio > {_MOVE} or ratio < 1 / {_MOVE}",
        order="abs(ln(greatest(ratio, 0.001))) desc",
    )


def _outliers() -> Rule:
    group = "indicator_id, area_level, reference_date"
    return Rule(
        Statement(
            "plausibility.outliers",
            "plausibility",
            "warn",
            Phrase(
                "Keine Kennzahl liegt weit außerhalb dessen, was alle anderen Gebiete zeigen",
                "No indicator lies far outside what all other areas show",
            ),
            Phrase(
                "vor einem falschen Zähler oder Nenner, der zu keiner Summe gehört",
                "against a wrong numerator or denominator that belongs to no sum",
            ),
            STATISTICIAN,
            Phrase(
                "Wert {value}, mittleres Gebiet {typical} ({distance} Streuungen)",
                "value {value}, median area {typical} ({distance} spreads)",
            ),
            unit=Phrase("Kennzahlwerte", "indicator values"),
            keys=("indicator_id", "area_code", "reference_date"),
            values=("numerator", "denominator", "value"),
        ),
        # of a few cases expected chance makes many times that: a count of n spreads by 1 / sqrt(n)
        cases=f"""
            select *, round(
                abs(ln(value) - ln(typical))
                / sqrt(greatest(spread, 0.02) ** 2 + value / (typical * numerator)), 0
            ) as distance
            from (
                select *, 1.4826 * median(abs(ln(value) - ln(typical))) over (partition by {group}) as spread
                from (
                    select indicator_id, area_code, area_name, area_level, reference_date, value, numerator,
                        denominator, obs_status,
                        median(value) over (partition by {group}) as typical,
                        count(*) over (partition by {group}) as areas_count
                    from candidate
                    where value > 0 and numerator > 20
                )
                where typical > 0
            )
        """,
        comparable="areas_count >= 30",
        broken=f"distance > {_OUTLIER} and obs_status <> 'U'",
        order="distance desc",
    )
