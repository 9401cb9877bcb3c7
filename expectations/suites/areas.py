"""Areas: the common rules, and that versions, parents and successors fit together."""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, PUBLISHER, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase

_VERSION = ("area_code", "area_level", "valid_from")
_PROTECTS = Phrase(
    "jede Verknüpfung über Schlüssel und Stichtag: sie muss genau einen Gebietsstand treffen",
    "every join by code and date: it has to hit exactly one version of an area",
)
_VERSIONS = Phrase("Gebietsstände", "area versions")


def rules(bench: Bench) -> list[Rule]:
    """Common rules and the rules of versioned areas."""
    found = common.rules(bench)
    if bench.has("area_code", "area_name", "area_level", "valid_from", "valid_to"):
        found += [_period(), _overlap(), _one_germany()]
        if bench.has("parent_area_code"):
            found.append(_parent())
        if bench.has("successor_code"):
            found.append(_successor())
        if bench.has("area_sqkm"):
            found.append(_size())
    return found


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _period() -> Rule:
    return Rule(
        Statement(
            "areas.period",
            "areas",
            "fail",
            Phrase("Gültig ab liegt vor gültig bis", "Valid from lies before valid to"),
            _PROTECTS,
            DATA_ENGINEER,
            Phrase("gilt von {valid_from} bis vor {valid_to}", "holds from {valid_from} until {valid_to}"),
            unit=_VERSIONS,
            keys=_VERSION,
        ),
        cases="select area_code, area_level, area_name, valid_from, valid_to from candidate",
        broken="valid_from >= valid_to",
    )


def _overlap() -> Rule:
    return Rule(
        Statement(
            "areas.no_overlap",
            "areas",
            "fail",
            Phrase("Gebietsstände eines Schlüssels überlappen nicht", "Versions of one code do not overlap"),
            _PROTECTS,
            DATA_ENGINEER,
            Phrase(
                "der vorige Gebietsstand gilt noch bis {before_to}",
                "the version before still holds until {before_to}",
            ),
            unit=_VERSIONS,
            keys=_VERSION,
        ),
        cases="""
            select area_code, area_level, area_name, valid_from,
                lag(coalesce(valid_to, date '9999-12-31'))
                    over (partition by area_code order by valid_from nulls first) as before_to
            from candidate
        """,
        broken="valid_from is null and before_to is not null or before_to > valid_from",
    )


def _one_germany() -> Rule:
    return Rule(
        Statement(
            "areas.one_germany",
            "areas",
            "fail",
            Phrase("Deutschland steht genau einmal", "Germany stands exactly once"),
            _PROTECTS,
            DATA_ENGINEER,
            Phrase("Deutschland steht {germany_count}-mal", "Germany occurs {germany_count} times"),
            unit=Phrase("Verzeichnis", "register"),
        ),
        cases="select count(*) filter (where area_level = 'DE') as germany_count from candidate",
        broken="germany_count <> 1",
    )


def _parent() -> Rule:
    return Rule(
        Statement(
            "areas.parent",
            "areas",
            "fail",
            Phrase(
                "Jedes Gebiet außer Deutschland hat ein übergeordnetes im Verzeichnis",
                "Every area but Germany has a parent in the register",
            ),
            Phrase("Summen nach oben und die Auswahl nach Land", "sums upwards and the choice by Land"),
            DATA_ENGINEER,
            Phrase(
                "übergeordnetes Gebiet „{parent_area_code}“ gibt es nicht",
                "parent “{parent_area_code}” does not exist",
            ),
            unit=_VERSIONS,
            keys=_VERSION,
        ),
        cases="""
            select area_code, area_level, area_name, valid_from, parent_area_code,
                parent_area_code in (select area_code from candidate) as has_parent
            from candidate
            where area_level <> 'DE'
        """,
        broken="not coalesce(has_parent, false)",
        # Sums and the choice by Land need the upper levels; below the Kreis a register has gaps of its own.
        severity="case when area_level in ('LAND', 'REGBEZ', 'KREIS') then 'fail' else 'warn' end",
    )


def _successor() -> Rule:
    return Rule(
        Statement(
            "areas.successor",
            "areas",
            "fail",
            Phrase("Nachfolgegebiete stehen im Verzeichnis", "Successors stand in the register"),
            Phrase(
                "die Umrechnung alter Zahlen auf neue Gebiete", "the conversion of old figures to new areas"
            ),
            DATA_ENGINEER,
            Phrase(
                "Nachfolgegebiet „{successor_code}“ gibt es nicht",
                "successor “{successor_code}” does not exist",
            ),
            unit=_VERSIONS,
            keys=_VERSION,
        ),
        cases="""
            select area_code, area_level, area_name, valid_from, successor_code,
                successor_code in (select area_code from candidate) as has_successor
            from candidate
            where successor_code is not null
        """,
        broken="not has_successor",
    )


def _size() -> Rule:
    return Rule(
        Statement(
            "areas.size",
            "areas",
            "fail",
            Phrase("Flächen sind möglich (km²)", "Sizes are possible (km²)"),
            Phrase("die Bevölkerungsdichte", "population density"),
            PUBLISHER,
            Phrase(
                "{area_sqkm} km² ist für {area_level} nicht möglich",
                "{area_sqkm} km² is impossible for {area_level}",
            ),
            unit=_VERSIONS,
            keys=_VERSION,
        ),
        cases="""
            select area_code, area_level, area_name, valid_from, area_sqkm from candidate
            where area_sqkm is not null
        """,
        # Germany has 357,000 km², its largest Kreis 5,500 km² (Mecklenburgische Seenplatte).
        broken="""
            area_sqkm <= 0
            or area_sqkm > case area_level
                when 'DE' then 360000 when 'LAND' then 71000 when 'REGBEZ' then 30000 else 6000 end
        """,
    )
