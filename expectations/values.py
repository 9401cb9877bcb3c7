"""Rules about the figures themselves, built from what the product file declares."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.bench import Bench
from expectations.rules import (
    DATA_ENGINEER,
    EXPORT,
    PUBLISHER,
    STATISTICIAN,
    Excuse,
    Rule,
    Statement,
    quoted_list,
)
from expectations.settings import Explained, National, Ratio
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase


def rules(bench: Bench) -> list[Rule]:
    """All declared rules about figures; each is left out when nothing is declared for it."""
    checks = bench.description.checks
    found: list[Rule] = []
    if checks.ranges:
        found.append(_ranges(bench))
    if checks.integers:
        found.append(_integers(bench))
    if checks.ratio:
        found.append(_ratio(bench, checks.ratio))
        if bench.has("missing_reason"):
            found.append(_parts_do_not_reveal(bench))
    if checks.required:
        found.append(_required(bench))
    if checks.national:
        found.append(_national(bench, checks.national))
    if checks.reference_values:
        found.append(_reference_values(bench))
    return found


def excuses(bench: Bench, explained: Sequence[Explained], *, bounded: bool = False) -> tuple[Excuse, ...]:
    """Declared explanations as conditions over the columns of a rule's cases.

    `bounded`: the cases are sums, and an explanation covers a `difference` up to its share of the `total`.
    """
    number = bench.declared.number
    return tuple(
        Excuse(
            bench.declared.where(entry.where, since=entry.since, until=entry.until)
            + (f" and abs(difference) <= {number(entry.up_to)} * abs(total)" if bounded else ""),
            f"{entry.why} ({entry.source})" if entry.source else entry.why,
        )
        for entry in explained
    )


def first_fit(conditions: Sequence[str], values: Sequence[str]) -> str:
    """SQL that gives the value of the first condition that holds; NULL when none does."""
    branches = " ".join(f"when {c} then {v}" for c, v in zip(conditions, values, strict=True))
    return f"case {branches} end"


def _ranges(bench: Bench) -> Rule:
    declared = bench.declared
    ranges = bench.description.checks.ranges
    conditions = [declared.where(entry.where) for entry in ranges]
    lows = [declared.number(r.low) if r.low is not None else "cast('-inf' as double)" for r in ranges]
    highs = [declared.number(r.high) if r.high is not None else "cast('inf' as double)" for r in ranges]
    whys = [f"(select value from {declared.texts([f' ({r.why})' if r.why else ''])})" for r in ranges]
    numbers = [str(number) for number in range(len(ranges))]
    entries = [f"entry = {number}" for number in numbers]
    unit = "unit" if bench.has("unit") else "''"
    return Rule(
        Statement(
            "values.ranges",
            "values",
            "fail",
            Phrase("Werte liegen im möglichen Bereich", "Values lie in their possible range"),
            Phrase(
                "vor verrutschten Spalten, falschen Einheiten und falschen Nennern",
                "against shifted columns, wrong units and wrong denominators",
            ),
            STATISTICIAN,
            Phrase(
                "Wert {value} {unit} liegt nicht zwischen {low} und {high}{why}",
                "value {value} {unit} is not between {low} and {high}{why}",
            ),
            unit=Phrase("Werte", "values"),
            keys=bench.key_columns(),
            must_apply=True,
        ),
        cases=f"""
            select *,
                {first_fit(entries, lows)} as low,
                {first_fit(entries, highs)} as high,
                {first_fit(entries, whys)} as why,
                {first_fit(entries, [f"'{entry.severity}'" for entry in ranges])} as range_severity
            from (
                select {quoted_list(bench.key_columns())}, value, {unit} as unit,
                    {first_fit(conditions, numbers)} as entry
                from candidate
                where value is not null
            )
        """,
        comparable="low is not null",
        broken="value < low or value > high",
        severity="range_severity",
        # The worst of every entry first, so that one entry does not hide the others.
        order="row_number() over (partition by entry order by greatest(low - value, value - high) desc)",
    )


def _integers(bench: Bench) -> Rule:
    conditions = [bench.declared.where(entry) for entry in bench.description.checks.integers]
    return Rule(
        Statement(
            "values.whole_counts",
            "values",
            "fail",
            Phrase("Gezähltes ist ganz und nicht negativ", "Counts are whole and not negative"),
            Phrase(
                "vor Dezimalpunkten, die als Tausenderpunkte gelesen wurden, und umgekehrt",
                "against decimal points read as thousands points and the reverse",
            ),
            DATA_ENGINEER,
            Phrase("Wert {value} ist keine Anzahl", "value {value} is no count"),
            unit=Phrase("Werte", "values"),
            keys=bench.key_columns(),
            must_apply=True,
        ),
        cases=f"""
            select {quoted_list(bench.key_columns())}, value from candidate
            where value is not null and ({" or ".join(f"({condition})" for condition in conditions)})
        """,
        broken="value < 0 or value <> round(value)",
    )


def _ratio(bench: Bench, ratio: Ratio) -> Rule:
    declared = bench.declared
    factor = first_fit(
        [declared.where(entry.where) for entry in ratio.factors],
        [declared.number(entry.factor) for entry in ratio.factors],
    )
    step = declared.number(0.5 * 10.0**-ratio.decimals) if ratio.decimals is not None else "0"
    return Rule(
        Statement(
            "values.ratio",
            "values",
            ratio.severity,
            Phrase("Wert = Zähler / Nenner × Faktor", "Value = numerator / denominator × factor"),
            Phrase(
                "davor, dass Kennzahl und veröffentlichte Bestandteile einander widersprechen",
                "against an indicator that contradicts its published parts",
            ),
            DATA_ENGINEER,
            Phrase(
                "Wert {value}, aber {numerator} / {denominator} × {factor} = {expected}",
                "value {value}, but {numerator} / {denominator} × {factor} = {expected}",
            ),
            unit=Phrase("Kennzahlwerte", "indicator values"),
            keys=bench.key_columns(),
            must_apply=True,
        ),
        cases=f"""
            select *, numerator / nullif(denominator, 0) * factor as expected
            from (
                select {quoted_list(bench.key_columns())}, value, numerator, denominator, {factor} as factor
                from candidate
            )
        """,
        comparable=(
            "value is not null and numerator is not null and denominator is not null and factor is not null"
        ),
        broken=f"expected is null or abs(value - expected) > {step} + 1e-9 * greatest(1, abs(expected))",
        order="abs(value - expected) desc nulls first",
        of_figure=True,
    )


def _parts_do_not_reveal(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "values.parts_do_not_reveal",
            "values",
            "fail",
            Phrase(
                "Zähler und Nenner verraten keinen gesperrten Wert",
                "Numerator and denominator do not reveal a suppressed value",
            ),
            Phrase("die Geheimhaltung kleiner Fallzahlen", "the confidentiality of small counts"),
            EXPORT,
            Phrase(
                "Wert ist gesperrt, Zähler {numerator} und Nenner {denominator} stehen aber da",
                "value is suppressed, yet numerator {numerator} and denominator {denominator} are given",
            ),
            unit=Phrase("gesperrte Werte", "suppressed values"),
            keys=bench.key_columns(),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns())}, numerator, denominator from candidate
            where starts_with(missing_reason, 'suppressed')
        """,
        broken="numerator is not null and denominator is not null",
    )


def _required(bench: Bench) -> Rule:
    declared = bench.declared
    counted = "value" if bench.has("value") else "*"
    selects = []
    for entry in bench.description.checks.required:
        # The select stays a plain text compare: declared values are text, columns may not be.
        column = quoted(entry.column)
        selects.append(
            f"select '{entry.column}' as column_name, wanted.value as wanted, "
            f"'{entry.severity}' as required_severity, coalesce(present.figures, 0) as figures "
            f"from {declared.texts(entry.values)} as wanted "
            f"left join (select cast({column} as varchar) as value, "
            f"count({counted}) as figures from candidate group by {column}) as present "
            "on wanted.value = present.value"
        )
    return Rule(
        Statement(
            "values.required",
            "values",
            "fail",
            Phrase("Alles Zugesagte ist enthalten", "Everything promised is there"),
            Phrase(
                "davor, dass eine Kennzahl oder ein Merkmal unbemerkt wegfällt",
                "against an indicator or measure that silently disappears",
            ),
            DATA_ENGINEER,
            Phrase(
                "{column_name} „{wanted}“ hat keinen einzigen Wert",
                "{column_name} “{wanted}” has not a single value",
            ),
            unit=Phrase("zugesagte Ausprägungen", "promised members"),
            keys=("column_name", "wanted"),
        ),
        cases=" union all ".join(selects),
        broken="figures = 0",
        severity="required_severity",
    )


def _national(bench: Bench, national: National) -> Rule:
    by = quoted_list(national.by)
    return Rule(
        Statement(
            "values.national",
            "values",
            national.severity,
            Phrase(
                "Wo ein Kreis einen Wert hat, hat ihn Deutschland auch",
                "Where a Kreis has a value, Germany has one too",
            ),
            Phrase("den Vergleich mit dem Bund", "the comparison with the nation"),
            STATISTICIAN,
            Phrase(
                "{kreise} Kreise haben einen Wert, Deutschland nicht",
                "{kreise} Kreise have a value, Germany has none",
            ),
            unit=Phrase("Gruppen je Stichtag", "groups by date"),
            keys=tuple(dict.fromkeys((*national.by, "reference_date"))),
        ),
        cases=f"""
            select {by}, reference_date,
                count(value) filter (where area_level = 'KREIS') as kreise,
                count(value) filter (where area_level = 'DE') as national_values,
                exists (select 1 from candidate where area_level = 'DE' and value is not null) as has_nation
            from candidate
            where {bench.declared.where(national.where)}
            group by {by}, reference_date
        """,
        # an office that loads its own Land alone has nothing to compare with
        comparable="kreise > 0 and has_nation",
        broken="national_values = 0",
        excuses=excuses(bench, national.explained),
        touches="false",  # a figure is absent; those that are there are not doubted
    )


def _reference_values(bench: Bench) -> Rule:
    declared = bench.declared
    selects = []
    for number, entry in enumerate(bench.description.checks.reference_values):
        selects.append(
            f"select {number} as reference_number, {quoted_list(bench.key_columns())}, value, "
            f"{declared.number(entry.value)} as known, {declared.number(entry.tolerance)} as tolerance, "
            f"(select value from {declared.texts([entry.source])}) as source, "
            f"'{entry.severity}' as reference_severity "
            f"from candidate where {declared.where(entry.where)}"
        )
    return Rule(
        Statement(
            "values.reference_values",
            "values",
            "fail",
            Phrase("Bekannte Eckzahlen stimmen", "Well-known figures are right"),
            Phrase(
                "vor Fehlern, die alle Zeilen gleich treffen und in sich stimmig bleiben",
                "against errors that hit all rows alike and stay consistent",
            ),
            PUBLISHER,
            Phrase(
                "Wert {value}, bekannt ist {known} ({source}); Zeilen dazu: {matches} statt 1",
                "value {value}, known is {known} ({source}); rows hit: {matches} instead of 1",
            ),
            unit=Phrase("Eckzahlen", "figures"),
            keys=bench.key_columns(),
        ),
        cases=f"""
            select *, count(*) over (partition by reference_number) as matches
            from ({" union all ".join(selects)})
        """,
        broken="value is null or abs(value - known) > tolerance or matches > 1",
        severity="reference_severity",
    )
