"""Completeness against the register: each area that exists on a date has a row, and no other area has one.

A part of the country is normal: an office may load its own Land alone. What is expected are the areas of the
Länder that occur in the product at all, on any date; Länder that do not are told. One that is lost against
the release before is refused by the comparison with it.
"""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, PUBLISHER, Inspection, Result, Rule, Statement, quoted_list
from expectations.settings import Completeness
from expectations.values import excuses
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

_PROTECTS = Phrase(
    "davor, dass ein Kreis unbemerkt fehlt oder unter falschem Schlüssel steht",
    "against a Kreis that is silently absent or stands under a wrong code",
)


def rules(bench: Bench) -> list[Rule]:
    """One rule per declared completeness, and one on unknown areas; none without a register."""
    if not bench.has_areas or not bench.has("area_code", "area_level", "reference_date"):
        return []
    declared = bench.description.checks.completeness
    return [
        _unknown(bench),
        _laender(),
        *(_missing(bench, entry, number) for number, entry in enumerate(declared, 1)),
    ]


def inspections(bench: Bench) -> list[Inspection]:
    """Says that completeness was not checked when no register was handed in."""
    if bench.has_areas or not bench.description.checks.completeness:
        return []
    statement = Statement(
        "completeness.register",
        "completeness",
        "info",
        Phrase("Ein Gebietsverzeichnis liegt vor", "A register of areas is at hand"),
        _PROTECTS,
        PUBLISHER,
        Phrase(
            "kein Gebietsverzeichnis geliefert: Vollständigkeit und Schlüssel wurden nicht geprüft",
            "no register was delivered: completeness and codes were not checked",
        ),
        unit=Phrase("Verzeichnis", "register"),
    )
    return [Inspection(statement, lambda: Result(examined=0, noted=1, rows=({},)))]


def _holds(areas: str, day: str) -> str:
    """SQL: the area version holds on the day; open ends are NULL."""
    return (
        f"({areas}.valid_from is null or {day} >= {areas}.valid_from) "
        f"and ({areas}.valid_to is null or {day} < {areas}.valid_to)"
    )


def _unknown(bench: Bench) -> Rule:
    located = "where true"
    if bench.has("missing_reason"):
        located += " and missing_reason not in ('area_not_existing', 'not_locatable')"
    if bench.has("is_backcast"):  # the publisher reports on a later territory, and the row says so
        located += " and not coalesce(is_backcast, false)"
    return Rule(
        Statement(
            "completeness.unknown_areas",
            "completeness",
            "fail",
            Phrase("Jedes Gebiet gibt es am Stichtag", "Every area exists on the date"),
            _PROTECTS,
            DATA_ENGINEER,
            Phrase(
                "{row_count} Zeilen, aber das Verzeichnis kennt dieses Gebiet an diesem Tag nicht "
                "(zu anderer Zeit: {is_known_otherwise})",
                "{row_count} rows, but the register does not know this area on this day "
                "(at another time: {is_known_otherwise})",
            ),
            unit=Phrase("Gebiete je Stichtag", "areas by date"),
            keys=("area_code", "area_level", "reference_date"),
        ),
        cases=f"""
            select used.*, exists (
                select 1 from areas
                where areas.area_code = used.area_code and areas.area_level = used.area_level
                    and {_holds("areas", "used.reference_date")}
            ) as is_known,
            used.area_code in (select area_code from areas) as is_known_otherwise
            from (
                select area_code, area_level, reference_date, count(*) as row_count
                from candidate {located}
                group by area_code, area_level, reference_date
            ) as used
        """,
        broken="not is_known",
        severity="case when is_known_otherwise then 'warn' else 'fail' end",
        order="is_known_otherwise, row_number() over (partition by area_code order by reference_date)",
    )


def _laender() -> Rule:
    return Rule(
        Statement(
            "completeness.laender",
            "completeness",
            "info",
            Phrase("Länder, von denen nichts vorliegt", "Länder of which there is nothing"),
            Phrase(
                "davor, einen Teil des Landes für das Ganze zu halten",
                "against taking a part of the country for the whole",
            ),
            PUBLISHER,
            Phrase(
                "kein Gebiet dieses Landes kommt vor: es wird keines erwartet",
                "no area of this Land occurs: none is expected",
            ),
            unit=Phrase("Länder", "Länder"),
            keys=("land_code",),
        ),
        cases="""
            select land_code, land_code in (
                select left(area_code, 2) from candidate where area_level in ('LAND', 'KREIS')
            ) as occurs
            from (select distinct left(area_code, 2) as land_code from areas where area_level = 'KREIS')
            where exists (select 1 from candidate where area_level in ('LAND', 'KREIS'))
        """,
        broken="not occurs",
        order="land_code",
    )


def _missing(bench: Bench, entry: Completeness, number: int) -> Rule:
    declared = bench.declared
    by = [name for name in entry.by if name != "reference_date"]
    group = quoted_list((*by, "reference_date"))
    selected = declared.where(entry.where)
    used = declared.where(entry.where, relation="used")
    return Rule(
        Statement(
            f"completeness.missing_areas{'' if number == 1 else f'_{number}'}",
            "completeness",
            "fail",
            Phrase(
                f"Jedes Gebiet der Ebene {entry.level} hat eine Zeile je {', '.join(by)} und Stichtag",
                f"Every area of level {entry.level} has a row per {', '.join(by)} and date",
            ),
            _PROTECTS,
            PUBLISHER,
            Phrase(
                "Zeile fehlt; von {area_count} Gebieten fehlen {missing_count}",
                "row is absent; of {area_count} areas {missing_count} are missing",
            ),
            unit=Phrase("erwartete Zeilen", "expected rows"),
            keys=tuple(dict.fromkeys((*by, "reference_date", "area_code"))),
            must_apply=True,
        ),
        cases=f"""
            select *,
                count(*) over (partition by {group}) as area_count,
                count(*) filter (where not is_there) over (partition by {group}) as missing_count
            from (
                select {quoted_list((*by, "reference_date"), "groups")}, register.area_code,
                    present.area_code is not null as is_there,
                    coalesce(reported.is_later, false) as reports_later_territory
                from (
                    select distinct {group} from candidate
                    where area_level = '{entry.level}' and ({selected})
                ) as groups
                inner join (
                    select distinct area_code, valid_from, valid_to from areas
                    where area_level = '{entry.level}' and left(area_code, 2) in (
                        select left(area_code, 2) from candidate
                        where area_level in ('LAND', 'KREIS', '{entry.level}')
                    )
                ) as register on {_holds("register", "groups.reference_date")}
                left join (
                    select distinct {group}, area_code from candidate
                    where area_level = '{entry.level}' and ({selected})
                ) as present
                    on register.area_code = present.area_code
                    and {" and ".join(f'groups."{n}" = present."{n}"' for n in (*by, "reference_date"))}
                left join (
                    select {quoted_list((*by, "reference_date"), "used")},
                        left(used.area_code, 2) as land_code, bool_or(valid.area_code is null) as is_later
                    from candidate as used
                    left join areas as valid
                        on used.area_code = valid.area_code and valid.area_level = '{entry.level}'
                        and {_holds("valid", "used.reference_date")}
                    where used.area_level = '{entry.level}' and ({used})
                    group by {quoted_list((*by, "reference_date"), "used")}, left(used.area_code, 2)
                ) as reported
                    on left(register.area_code, 2) = reported.land_code
                    and {" and ".join(f'groups."{n}" = reported."{n}"' for n in (*by, "reference_date"))}
            )
        """,
        comparable="is_there or not reports_later_territory",
        broken="not is_there",
        severity=(
            f"case when missing_count > area_count * {declared.number(entry.fail_share)} "
            "then 'fail' else 'warn' end"
        ),
        # what the delivery that lacks an area does hold of that date is doubted with it
        touches=" and ".join(
            f"carrier.{quoted(n)} is not distinct from found.{quoted(n)}" for n in (*by, "reference_date")
        ),
        excuses=excuses(bench, entry.explained),
    )
