"""Comparison with the release before: rows lost and added, values moved or gone missing, columns changed."""

from __future__ import annotations

from typing import Any

from expectations import withdrawals
from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, STATISTICIAN, Inspection, Result, Rule, Statement, quoted_list
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

_VALUES = Phrase("verglichene Werte", "values compared")


def rules(bench: Bench) -> list[Rule]:
    """Row by row comparison by the product's grain; none without a previous release of the same grain."""
    if bench.previous_types is None or not _same_grain(bench):
        return []
    found = [_rows_lost(bench), _rows_added(bench)]
    if _begins(bench):
        found.append(_rows_redated(bench))
    if _both_have(bench, "value"):
        found += [_values_moved(bench), _share_moved(bench), _values_gone(bench), _totals_fallen(bench)]
    if _both_have(bench, "unit"):
        found.append(_unit_changed(bench))
    return found


def inspections(bench: Bench) -> list[Inspection]:
    """What can be said from the columns alone, and that there is nothing to compare with."""
    if bench.previous_types is None:
        return [_first_release()]
    return [_columns(bench)]


def _same_grain(bench: Bench) -> bool:
    return all(name in (bench.previous_types or {}) for name in bench.description.grain)


def _both_have(bench: Bench, *names: str) -> bool:
    return bench.has(*names) and all(name in (bench.previous_types or {}) for name in names)


def _group(bench: Bench) -> list[str]:
    """Columns by which movements are counted: declared, else the indicator or measure, else the level."""
    declared = [name for name in bench.description.checks.comparison.by if _both_have(bench, name)]
    usual = [name for name in ("indicator_id", "measure_code", "area_level") if _both_have(bench, name)]
    return declared or usual[:1]


def _join(bench: Bench, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quoted(n)} = {right}.{quoted(n)}" for n in bench.description.grain)


def _shared_keys(bench: Bench) -> tuple[str, ...]:
    return tuple(name for name in bench.key_columns() if name in (bench.previous_types or {}))


def _pairs(bench: Bench) -> str:
    """SQL: rows that both releases have, with `value_before` and `value_now` and how far it moved."""
    return f"""
        select {quoted_list(dict.fromkeys((*bench.key_columns(), *_group(bench))), "candidate")},
            previous.value as value_before, candidate.value as value_now,
            candidate.value - previous.value as movement,
            abs(candidate.value - previous.value) / nullif(abs(previous.value), 0) as relative
        from candidate
        inner join {_before(bench)} on {_join(bench, "candidate", "previous")}
    """


_MOVED = "abs(movement) > 1e-9 * greatest(1, abs(value_before))"


def _span(bench: Bench) -> tuple[str, str] | None:
    """The columns between which a row holds, where the product declares them and both releases have them."""
    span = bench.description.checks.comparison.span
    return span if span and span[0] in bench.description.grain and _both_have(bench, *span) else None


AREA_KEY = "area_key"
"""Names a version of an area in any product: its code and, behind `@`, the day on which it begins."""


def _begins(bench: Bench) -> str | None:
    """The part of the grain that says when a row's area begins: declared, else the key of a version."""
    span = _span(bench)
    if span is not None:
        return span[0]
    return AREA_KEY if AREA_KEY in bench.description.grain and _both_have(bench, AREA_KEY) else None


def _before(bench: Bench) -> str:
    """SQL: the release before as `previous`, under the keys of areas whose beginning became known better."""
    if _begins(bench) != AREA_KEY:
        return "previous"
    grain = quoted_list(bench.description.grain)
    return f"""(
        select before.* replace (coalesce(redated.key_now, before.{AREA_KEY}) as {AREA_KEY})
        from previous as before left join ({_redated(bench)}) as redated using ({grain})
    ) as previous"""


def _redated(bench: Bench) -> str:
    """SQL: rows of the release before whose key is gone, `begins_now`, the beginning that they have now, and
    `key_now`, the value of the grain that says so.

    Such a row is a new one of the same key but for its beginning that holds on days on which the former one
    held. Each new row stands for one former row, the one that it shares most days with: of two versions that
    became one, one is lost. A version that begins after a row's own date is not what the row was about.
    """
    begins = _begins(bench)
    grain = bench.description.grain
    if begins is None:
        names = quoted_list(grain)
        return f"select {names}, cast(null as date) as begins_now from previous where false"
    span = _span(bench)
    same = " and ".join(f"gone.{quoted(n)} = new.{quoted(n)}" for n in grain if n != begins) or "true"
    if span is not None:
        since, until = map(quoted, span)
        begins_now, key_now = f"new.{since}", f"new.{since}"
        shared = f"least(new.{until}, gone.{until}) - greatest(new.{since}, gone.{since})"
        holds = f"new.{since} < gone.{until} and gone.{since} < new.{until}"
        since = f"gone.{since}"
    else:
        begins_now, since = (
            f"try_cast(split_part({row}.{AREA_KEY}, '@', 2) as date)" for row in ("new", "gone")
        )
        key_now = f"new.{AREA_KEY}"
        shared = f"-abs({begins_now} - {since})"
        holds = f"split_part(gone.{AREA_KEY}, '@', 1) = split_part(new.{AREA_KEY}, '@', 1)"
        if bench.has("reference_date"):
            holds += f" and {begins_now} <= new.reference_date"
        elif bench.has("reference_year"):
            holds += f" and year({begins_now}) <= new.reference_year"
    return f"""
        select {quoted_list(grain, "gone")}, {begins_now} as begins_now, {key_now} as key_now
        from (select * from previous anti join candidate using ({quoted_list(grain)})) as gone
        inner join (select * from candidate anti join previous using ({quoted_list(grain)})) as new
            on {same} and {holds}
        qualify row_number() over (
                partition by {quoted_list(grain, "new")} order by {shared} desc, {since}
            ) = 1
            and row_number() over (
                partition by {quoted_list(grain, "gone")} order by {shared} desc, {begins_now}
            ) = 1
    """


def _rows_redated(bench: Bench) -> Rule:
    begins = _begins(bench) or ""
    keys = _shared_keys(bench)
    return Rule(
        Statement(
            "comparison.rows_redated",
            "comparison",
            "info",
            Phrase("Zeilen, deren Beginn neu bestimmt ist", "Rows whose beginning is known anew"),
            Phrase(
                "Verknüpfungen mit früheren Ausgaben über den Beginn",
                "joins with former releases by the beginning",
            ),
            STATISTICIAN,
            Phrase("beginnt jetzt am {begins_now}", "begins on {begins_now} now"),
            unit=Phrase("frühere Zeilen", "former rows"),
            keys=keys,
        ),
        cases=f"""
            select {quoted_list(keys, "previous")}, redated.begins_now
            from previous
            left join ({_redated(bench)}) as redated on {_join(bench, "previous", "redated")}
        """,
        broken="begins_now is not null",
        order=f"{quoted(begins)} desc",
        of_previous=True,
    )


def _rows_lost(bench: Bench) -> Rule:
    keys = _shared_keys(bench)
    had_value = "value" if "value" in (bench.previous_types or {}) else "cast(null as double)"
    return Rule(
        Statement(
            "comparison.rows_lost",
            "comparison",
            "fail",
            Phrase("Keine Zeile geht verloren", "No row gets lost"),
            Phrase(
                "Leserinnen und Leser, die eine veröffentlichte Zahl wiederfinden wollen",
                "readers who look for a figure that was published",
            ),
            STATISTICIAN,
            Phrase(
                "stand in der vorigen Veröffentlichung (Wert {value_before}) und fehlt jetzt",
                "was in the previous release (value {value_before}) and is missing now",
            ),
            unit=Phrase("frühere Zeilen", "former rows"),
            keys=keys,
        ),
        cases=f"""
            select {quoted_list(keys, "previous")}, previous.{had_value} as value_before,
                here.is_here is null as is_lost,
                case when here.is_here is null then {withdrawals.withdrawn_with(bench)} end
                    as withdrawn_snapshot
            from previous
            left join (
                select {quoted_list(bench.description.grain)}, true as is_here from candidate
                union all
                select {quoted_list(bench.description.grain)}, true from ({_redated(bench)})
            ) as here
                on {_join(bench, "previous", "here")}
        """.replace("previous.cast", "cast"),
        broken="is_lost",
        excuses=withdrawals.excuses(bench),
        of_previous=True,
        of_figure=True,
    )


def _rows_added(bench: Bench) -> Rule:
    group = _group(bench)
    by = quoted_list(group, "candidate") + ", " if group else ""
    date = "candidate.reference_date, " if bench.has("reference_date") else ""
    return Rule(
        Statement(
            "comparison.rows_added",
            "comparison",
            "info",
            Phrase("Neue Zeilen", "New rows"),
            Phrase("den Überblick, was dazugekommen ist", "the overview of what is new"),
            STATISTICIAN,
            Phrase("{added} neue Zeilen", "{added} new rows"),
            unit=Phrase("Gruppen", "groups"),
            keys=tuple(dict.fromkeys((*group, *(["reference_date"] if date else [])))),
        ),
        cases=f"""
            select {by}{date}count(*) filter (where there.is_there is null) as added
            from candidate
            left join (
                select {quoted_list(bench.description.grain)}, true as is_there from {_before(bench)}
            ) as there
                on {_join(bench, "candidate", "there")}
            group by all
        """,
        broken="added > 0",
        order="added desc",
    )


def _values_moved(bench: Bench) -> Rule:
    threshold = bench.declared.number(bench.description.checks.comparison.moved_relative)
    return Rule(
        Statement(
            "comparison.values_moved",
            "comparison",
            "warn",
            Phrase("Größte Änderungen veröffentlichter Werte", "Largest movements of published values"),
            Phrase(
                "davor, dass eine Revision oder ein Fehler unbemerkt alte Zahlen ändert",
                "against a revision or an error that silently changes old figures",
            ),
            STATISTICIAN,
            Phrase(
                "von {value_before} auf {value_now} ({movement}, {percent} %)",
                "from {value_before} to {value_now} ({movement}, {percent} %)",
            ),
            unit=_VALUES,
            keys=bench.key_columns(),
        ),
        cases=f"select *, round(100 * relative, 1) as percent from ({_pairs(bench)})",
        comparable="value_before is not null and value_now is not null",
        broken=_MOVED,
        severity=f"case when coalesce(relative, 1) > {threshold} then 'warn' else 'info' end",
        order="coalesce(relative, 1) desc, abs(movement) desc",
    )


def _share_moved(bench: Bench) -> Rule:
    thresholds = bench.description.checks.comparison
    warn = bench.declared.number(thresholds.moved_warn_share)
    fail = bench.declared.number(thresholds.moved_fail_share)
    group = _group(bench)
    by = quoted_list(group) + ", " if group else ""
    return Rule(
        Statement(
            "comparison.share_moved",
            "comparison",
            "fail",
            Phrase("Anteil geänderter Werte je Merkmal", "Share of moved values per measure"),
            Phrase(
                "davor, dass eine ganze Zeitreihe durch einen Fehler anders wird",
                "against a whole series changed by an error",
            ),
            STATISTICIAN,
            Phrase(
                "{moved} von {compared} Werten geändert ({percent} %), größte Änderung {largest}",
                "{moved} of {compared} values moved ({percent} %), largest movement {largest}",
            ),
            unit=Phrase("Gruppen", "groups"),
            keys=tuple(group),
        ),
        cases=f"""
            select *, moved / compared as share, round(100.0 * moved / compared, 1) as percent
            from (
                select {by}count(movement) as compared, count(*) filter (where {_MOVED}) as moved,
                    arg_max(movement, abs(movement)) as largest
                from ({_pairs(bench)})
                group by all
            )
        """,
        comparable="compared > 0",
        broken="moved > 0",
        severity=f"case when share > {fail} then 'fail' when share > {warn} then 'warn' else 'info' end",
        order="share desc",
        of_figure=True,
    )


def _totals_fallen(bench: Bench) -> Rule:
    share = bench.declared.number(bench.description.checks.comparison.fallen_share)
    group = _group(bench)
    for name in ("area_level", "reference_date", "reference_year"):
        if _both_have(bench, name) and name not in group:
            group.append(name)
    by = quoted_list(group)
    shown = "true"
    if bench.has("missing_reason"):
        # what is kept secret now has not fallen: `disclosure.withdrawals` tells it
        pair = _join(bench, "candidate", "previous")
        shown = f"not exists (from candidate where missing_reason = 'suppressed' and {pair})"
    same = " and ".join(f"before.{quoted(name)} is not distinct from now.{quoted(name)}" for name in group)
    return Rule(
        Statement(
            "comparison.totals_fallen",
            "comparison",
            "fail",
            Phrase(
                "Keine Summe fällt auf null oder einen Bruchteil, keine Lieferung bringt nur einen Teil",
                "No total falls to zero or a fraction, no delivery brings a part only",
            ),
            Phrase(
                "davor, dass eine unvollständige Datei einen ganzen Stichtag ersetzt",
                "against an incomplete file replacing a whole date",
            ),
            STATISTICIAN,
            Phrase(
                "Summe {total_before} aus {figures_before} Werten, jetzt {total_now} aus {figures_now}",
                "total {total_before} of {figures_before} figures, now {total_now} of {figures_now}",
            ),
            unit=Phrase("Gruppen", "groups"),
            keys=tuple(group),
            values=("total_before", "total_now"),
        ),
        cases=f"""
            select before.*, coalesce(now.total_now, 0) as total_now,
                coalesce(now.figures_now, 0) as figures_now
            from (
                select {by}, sum(abs(value)) as total_before, count(value) filter (where value <> 0)
                    as figures_before
                from previous where {shown} and {withdrawals.withdrawn_with(bench)} is null group by {by}
            ) as before
            left join (
                select {by}, sum(abs(value)) as total_now,
                    count(value) filter (where value <> 0) as figures_now
                from candidate group by {by}
            ) as now on {same}
        """,
        comparable="total_before > 0",
        broken=f"total_now < {share} * total_before or figures_now < {share} * figures_before",
        order="total_now / total_before",
        touches=" and ".join(f"carrier.{quoted(n)} is not distinct from found.{quoted(n)}" for n in group),
    )


def _values_gone(bench: Bench) -> Rule:
    reason = "missing_reason" if bench.has("missing_reason") else "cast(null as varchar)"
    return Rule(
        Statement(
            "comparison.values_gone",
            "comparison",
            "warn",
            Phrase("Kein Wert wird nachträglich leer", "No value becomes missing afterwards"),
            Phrase(
                "die Geheimhaltung (die alte Zahl steht noch in der vorigen Veröffentlichung) und Zeitreihen",
                "confidentiality (the old figure still stands in the previous release) and the series",
            ),
            STATISTICIAN,
            Phrase(
                "war {value_before}, ist jetzt leer ({missing_reason})",
                "was {value_before}, is missing now ({missing_reason})",
            ),
            unit=_VALUES,
            keys=bench.key_columns(),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns(), "candidate")}, previous.value as value_before,
                candidate.value as value_now, candidate.{reason} as missing_reason
            from candidate inner join {_before(bench)} on {_join(bench, "candidate", "previous")}
        """.replace("candidate.cast", "cast"),
        # what is kept secret now is told by `disclosure.withdrawals`, without the old figure
        comparable="value_before is not null and coalesce(missing_reason, '') <> 'suppressed'",
        broken="value_now is null",
    )


def _unit_changed(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "comparison.unit_changed",
            "comparison",
            "fail",
            Phrase("Einheiten bleiben gleich", "Units stay the same"),
            Phrase(
                "davor, dass Leser Zahlen in verschiedenen Einheiten vergleichen",
                "against readers comparing figures in different units",
            ),
            STATISTICIAN,
            Phrase("war „{unit_before}“, ist jetzt „{unit_now}“", "was “{unit_before}”, is now “{unit_now}”"),
            keys=bench.key_columns(),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns(), "candidate")},
                previous.unit as unit_before, candidate.unit as unit_now
            from candidate inner join {_before(bench)} on {_join(bench, "candidate", "previous")}
        """,
        broken="unit_before is distinct from unit_now",
        of_figure=True,
    )


def _first_release() -> Inspection:
    statement = Statement(
        "comparison.previous",
        "comparison",
        "info",
        Phrase("Vergleich mit der vorigen Veröffentlichung", "Comparison with the previous release"),
        Phrase("vor unbemerkten Änderungen", "against unnoticed changes"),
        STATISTICIAN,
        Phrase(
            "es gibt keine vorige Veröffentlichung: nichts zu vergleichen",
            "there is no previous release: nothing to compare with",
        ),
        unit=Phrase("vorige Veröffentlichungen", "previous releases"),
    )
    return Inspection(statement, lambda: Result(examined=0, noted=1, rows=({},)))


def _columns(bench: Bench) -> Inspection:
    statement = Statement(
        "comparison.columns",
        "comparison",
        "fail",
        Phrase("Keine Spalte fällt weg oder wechselt den Typ", "No column disappears or changes its type"),
        Phrase(
            "Programme, die auf der vorigen Veröffentlichung aufbauen",
            "programs built on the previous release",
        ),
        DATA_ENGINEER,
        Phrase("{column_name}: {problem_de}", "{column_name}: {problem_en}"),
        unit=Phrase("Spalten", "columns"),
    )

    def run() -> Result:
        before = bench.previous_types or {}
        failed: list[dict[str, Any]] = []
        noted: list[dict[str, Any]] = []
        for name, kind in before.items():
            if name not in bench.types:
                failed.append(
                    {"column_name": name, "problem_de": "ist weggefallen", "problem_en": "disappeared"}
                )
            elif bench.types[name] != kind:
                failed.append(
                    {
                        "column_name": name,
                        "problem_de": f"war {kind}, ist jetzt {bench.types[name]}",
                        "problem_en": f"was {kind}, is now {bench.types[name]}",
                    }
                )
        for name in bench.types:
            if name not in before:
                noted.append({"column_name": name, "problem_de": "ist neu", "problem_en": "is new"})
        if not _same_grain(bench):
            failed.append(
                {
                    "column_name": ", ".join(bench.description.grain),
                    "problem_de": "die vorige Veröffentlichung hat einen anderen Zeilenschlüssel; "
                    "Zeilen wurden nicht verglichen",
                    "problem_en": "the previous release has another grain; rows were not compared",
                }
            )
        return Result(examined=len(before), failed=len(failed), noted=len(noted), rows=tuple(failed + noted))

    return Inspection(statement, run)
