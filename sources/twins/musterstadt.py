"""Musterstadt: an invented town that fills in its forms, for tests and for showing disclosure control.

Nothing here is a figure of a real place. The town's code `99001000` belongs to no Land. It has five districts
and 22 small areas; on 1 January 2025 two of them are merged and the border between two others moves, so that
areas of 2023 and 2024 differ from those of 2025. People, benefits and cases come from one seeded generator:
residents by part of town, cases of youth welfare with a beginning and an end, so that running supports follow
from those begun and ended. Most counts are small, as in life.

    python -m sources.twins.musterstadt FOLDER      # then: planstat run --from FOLDER
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from sources.declared.catalogue import Catalog, load_catalog
from sources.forms import blank
from sources.readers.reading import cells_schema, records_schema
from sources.twins.labels import Labels
from sources.twins.rendering import render

CITY = "99001000"
NOT_LOCATABLE = f"{CITY}9999"
REFORM = dt.date(2025, 1, 1)
YEARS = (2023, 2024, 2025)
NOTE = "ERFUNDENE BEISPIELDATEN: Musterstadt gibt es nicht, keine Zahl gehört zu wirklichen Menschen."
FORMS = (
    "gebietsgliederung", "bevoelkerung-kleinraeumig", "hilfen-zur-erziehung", "gefaehrdungseinschaetzungen",
    "inobhutnahmen", "sgb2-kleinraeumig", "kita-plaetze", "einschulungen", "schuluebergaenge",
    "integration-zuwanderung", "integration-kurse", "sgb12-kleinraeumig", "schuelerzahlen", "ganztag",
    "engagement", "einbuergerungen", "familiengericht", "jugendhilfe-ausgaben", "wohnungslose",
    "leistungsvereinbarungen", "leistungsberichte", "zielwerte", "gute-beispiele", "angebote",
)  # fmt: skip
CASE_FORMS = ("hilfen-zur-erziehung", "gefaehrdungseinschaetzungen", "inobhutnahmen")

DISTRICTS = {"01": "Mitte", "02": "Nord", "03": "Ost", "04": "Süd", "05": "West"}


@dataclass(frozen=True)
class Part:
    """A part of town that no reform divides: its area before and after the reform, size and kind of people.

    need: how much poorer (above 1) or richer (below 1) than the town as a whole.
    """

    before: str
    after: str
    name: str
    name_after: str
    residents: int
    need: float
    mix: str


def _part(
    code: str, name: str, residents: int, need: float, mix: str, *, after: str = "", now: str = ""
) -> Part:
    return Part(CITY + code, CITY + (after or code), name, now or name, residents, need, mix)


# The part of the area Kanalviertel that goes to Gartenstadt is listed by itself (0402 to 0407).
PARTS = (
    _part("0101", "Altstadt", 3900, 0.8, "young"),
    _part("0102", "Bahnhofsviertel", 4600, 1.9, "young"),
    _part("0103", "Marktviertel", 2800, 0.7, "old"),
    _part("0104", "Universität", 5200, 0.6, "young"),
    _part("0105", "Schlossgarten", 1900, 0.4, "old"),
    _part("0201", "Nordstadt", 6100, 1.7, "family"),
    _part("0202", "Am Hafen", 3300, 1.4, "young"),
    _part("0203", "Lindenhof", 1500, 0.5, "family", after="0206", now="Lindenhof-Eichkamp"),
    _part("0204", "Eichkamp", 1200, 0.4, "old", after="0206", now="Lindenhof-Eichkamp"),
    _part("0205", "Siedlung Nord", 4800, 2.2, "family"),
    _part("0301", "Oststadt", 5400, 1.3, "family"),
    _part("0302", "Gewerbegebiet Ost", 600, 1.1, "young"),
    _part("0303", "Neubaugebiet Ost", 3700, 0.6, "family"),
    _part("0304", "Dorf Ostheim", 1400, 0.3, "old"),
    _part("0401", "Südstadt", 5900, 0.9, "family"),
    _part("0402", "Kanalviertel", 2900, 1.5, "family", after="0406", now="Kanalviertel (neu)"),
    _part("0402", "Kanalviertel", 1300, 1.2, "family", after="0407", now="Gartenstadt (neu)"),
    _part("0403", "Gartenstadt", 3100, 0.5, "old", after="0407", now="Gartenstadt (neu)"),
    _part("0404", "Ziegelei", 2600, 1.0, "family"),
    _part("0405", "Waldrand", 1100, 0.3, "old"),
    _part("0501", "Weststadt", 5600, 1.2, "family"),
    _part("0502", "Hochhaussiedlung West", 4900, 2.4, "family"),
    _part("0503", "Dorf Westheim", 900, 0.3, "old"),
)

AGES = {
    "Y_LT3": (0, 3), "Y3T5": (3, 6), "Y6T8": (6, 9), "Y9": (9, 10), "Y10T11": (10, 12), "Y12T13": (12, 14),
    "Y14": (14, 15), "Y15T17": (15, 18), "Y18T20": (18, 21), "Y21T24": (21, 25), "Y25T26": (25, 27),
    "Y27T44": (27, 45), "Y45T54": (45, 55), "Y55T64": (55, 65), "Y65T79": (65, 80), "Y_GE80": (80, 95),
}  # fmt: skip
# weight of a year of age, by kind of people: from this age on
_WEIGHTS = {
    "young": ((0, 0.7), (15, 0.8), (18, 2.2), (30, 1.5), (45, 0.9), (65, 0.6), (80, 0.3)),
    "family": ((0, 1.3), (10, 1.2), (18, 0.9), (27, 1.2), (45, 1.1), (65, 0.7), (80, 0.3)),
    "old": ((0, 0.8), (10, 0.8), (18, 0.6), (27, 0.8), (45, 1.3), (65, 1.4), (80, 0.7)),
}  # fmt: skip


@dataclass(frozen=True)
class Support:
    """A kind of support: begun per 10,000 under 21 and year, ages at the beginning, mean years it lasts."""

    rate: float
    ages: tuple[int, int]
    years: float
    by_need: bool = True


SUPPORTS = {
    "S27": Support(20, (0, 18), 1.0),
    "S28": Support(180, (0, 20), 0.6, by_need=False),
    "S29": Support(8, (8, 16), 0.8),
    "S30": Support(35, (10, 20), 1.2),
    "S31": Support(70, (0, 15), 1.4),
    "S32": Support(10, (6, 13), 1.8),
    "S33": Support(14, (0, 17), 4.0),
    "S34": Support(26, (10, 20), 2.0),
    "S35": Support(2, (14, 20), 1.0),
    "S35A": Support(40, (6, 18), 2.0, by_need=False),
    "S41": Support(10, (18, 21), 1.0),
}
_HELP_AGES = {
    "Y_LT3": (0, 3), "Y3T5": (3, 6), "Y6T8": (6, 9), "Y9T11": (9, 12), "Y12T14": (12, 15), "Y15T17": (15, 18),
    "Y18T20": (18, 21), "Y21T26": (21, 27),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One support of a young person. `key` is the pseudonym of the case system; it is in no count."""

    key: str
    part: Part | None
    support: str
    sex: str
    born: dt.date
    begun: dt.date
    ended: dt.date | None
    as_planned: bool


@dataclass(frozen=True)
class ProtectionCase:
    """One measure of child protection; `key` is the pseudonym of the case system."""

    key: str
    year: int
    part: Part | None
    code: str
    age: int
    sex: str


@dataclass(frozen=True)
class _Protection:
    """`rate` per 10,000 under 18 and year in a part of average need, shares of the codes of `dimension`."""

    rate: float
    dimension: str
    shares: dict[str, float]


_PROTECTION = {
    "gefaehrdungseinschaetzungen": _Protection(
        110, "assessment_result", {"ACUTE": 0.13, "LATENT": 0.17, "NEED": 0.34, "NONE": 0.36}
    ),
    "inobhutnahmen": _Protection(
        45,
        "taking_into_care_reason",
        {"OWN_REQUEST": 0.22, "DANGER": 0.5, "UNACCOMPANIED": 0.18, "PROVISIONAL": 0.1},
    ),
    "familiengericht": _Protection(
        22,
        "court_measure",
        {"DUTIES": 0.3, "ORDERS": 0.15, "DECLARATIONS": 0.1, "CUSTODY_PART": 0.25, "CUSTODY_WHOLE": 0.2},
    ),
}

EUROS = {
    "S27": 9_000, "S28": 900, "S29": 6_000, "S30": 8_500, "S31": 11_000, "S32": 24_000, "S33": 19_000,
    "S34": 68_000, "S35": 40_000, "S35A": 16_000, "S41": 14_000,
}  # fmt: skip
"""What a support of each kind costs in a year."""


CHILDCARE = {
    ("CENTRE", "Y_LT3"): 0.27, ("CENTRE", "Y3T5"): 0.9, ("CENTRE", "Y6T13"): 0.16,
    ("HOME", "Y_LT3"): 0.07, ("HOME", "Y3T5"): 0.02, ("HOME", "Y6T13"): 0.0,
}  # fmt: skip
"""Children in care per resident child of the age, by type of care and age group."""

SCHOOLS = {"GY": 0.42, "IGS": 0.24, "RS": 0.18, "SMB": 0.08, "HS": 0.04, "FOES": 0.02, "WALDORF": 0.02}
"""Shares of the types of school that pupils enter in a part of average need."""

ALL_DAY = {"HORT": 0.14, "OPEN": 0.28, "BOUND": 0.1, "OTHER": 0.04}
"""Children in all-day offers per child of classes 1 to 4 in a part of average need, by kind of offer."""

NEWCOMERS = {
    "ASYLUM": (0.16, 0.5), "RECOGNISED": (0.08, 0.7), "TEMPORARY": (0.2, 0.6), "FAMILY": (0.16, 0.4),
    "EU": (0.3, 0.1), "OTHER": (0.1, 0.2),
}  # fmt: skip
"""Share of each group in those who arrive, and of them with an integration plan."""

AGREEMENTS = (
    ("V1", "Familienbildung in der Siedlung Nord", "Nachbarschaftswerk (erfunden)", "OTHER",
     "90000", "80", "Z1"),
    ("V2", "Soziale Gruppenarbeit an drei Schulen", "Jugendhilfe Musterstadt (erfunden)", "S78B",
     "240000", "90", "Z1; Z2"),
    ("V3", "Lernpaten im Hafenviertel", "Bürgerverein Am Hafen (erfunden)", "OTHER", None, "75", None),
)  # fmt: skip
"""Agreements with providers: number, what, provider, basis, budget, share that counts as done, goals."""

GOALS = (
    ("Z1", "Weniger Gefährdungsmeldungen in Nord", "J13", "02", "40", "4", "Jugendamt"),
    ("Z2", "Seltener Inobhutnahmen in Ost", "J15", "03", "10", "3", "Jugendamt"),
    ("Z3", "Integrationsplan für drei von vier Begleiteten", "I07", "", "75", "5", "Integrationsmanagement"),
    ("Z4", "Kinder in der Kita im Bahnhofsviertel", "I07-daycare", "0102", "80", "5", "Jugendamt"),
    ("Z6", "Keine Maßnahmen des Gerichts in der Altstadt", "J16", "0101", "0", "0", "Jugendamt"),
    ("Z5", "Hilfen zur Erziehung in West", "J01", "05", "900", "40", "Jugendamt"),
)  # fmt: skip
"""Goals over figures of the town's own forms: number, goal, indicator, area, target, corridor, unit."""

EXAMPLES = (
    ("B1", "Elternkurse im Stadtteil", "Eltern erreichen Beratung zu spät", "FAMILIES",
     "Kurse und Hausbesuche in der Siedlung Nord", "Großsiedlung, 4.800 Einwohner", "J13", "Z1",
     "Nachbarschaftswerk (erfunden)", "LT50", "01.06.2025"),
    ("B2", "Plan beim ersten Gespräch", "Begleitung ohne Ziel und Termin", "NEWCOMERS",
     "Integrationsplan als Teil der ersten Beratung", "ganze Stadt, 80.000 Einwohner", "I07", "Z3",
     "Bürgerverein Am Hafen (erfunden)", "LT10", "15.03.2021"),
    ("B3", "Lernpaten am Hafen", "Kinder ohne Hilfe bei Aufgaben", "SCHOOLCHILDREN",
     "Patenschaften zweimal in der Woche", "Hafenviertel, 3.300 Einwohner", "B04; B09", None,
     "Bürgerverein Am Hafen (erfunden)", "LT10", "10.10.2025"),
)  # fmt: skip
"""Good examples: number, title, problem, whom, measure, area, indicators, goal, partners, cost, review."""

OFFERS = (
    ("FAMILY_CENTRE", "FAMILIES", "YES", None, ("0101", "0201", "0205", "0502")),
    ("YOUTH_WORK", "YOUTH", "YES", 40, ("0102", "0201", "0301", "0501")),
    ("INTEGRATION", "NEWCOMERS", "YES", None, ("0101", "0502")),
    ("FAMILY_ADVICE", "FAMILIES", "NO", None, ("0103",)),
    ("DAYCARE", "PRESCHOOL", "NO", 60, ("0102", "0104", "0201", "0205", "0301", "0401", "0501", "0502")),
    ("DAY_CARE_ELDERLY", "OLDER", "NO", 16, ("0103", "0401")),
)  # fmt: skip
"""Offers: kind, target group, low threshold, places, and the parts that have one."""

OUTPUTS = {
    "V1": (("Elternkurse", "DATES", 40, 0.95, 22), ("Hausbesuche", "VISITS", 60, 0.9, 2)),
    "V2": (("Gruppenstunden", "HOURS", 360, 0.6, 48),),
    "V3": (("Patenschaften", "MEETINGS", 120, 1.1, 1),),
}
"""Outputs of each agreement: what, unit, quantity agreed for a year, share of it done, persons reached."""

GUIDANCE_ENDS = {"": 0.6, "INDEPENDENT": 0.2, "MOVED": 0.08, "BROKEN_OFF": 0.07, "OTHER": 0.05}
"""Share of those who arrived whose guidance ends in the year, by reason; the empty one goes on."""

VOLUNTEERS = {
    "LANGUAGE": 0.35, "LEARNING": 0.25, "MENTORING": 0.15, "AUTHORITIES": 0.1, "MEETING": 0.1, "OTHER": 0.05,
}  # fmt: skip
"""Share of each kind in the volunteers of a part."""

COURSES: dict[str, dict[str, float]] = {
    "0101": {"INTEGRATION": 6, "VOCATIONAL": 2, "MUNICIPAL": 3},
    "0102": {"INTEGRATION": 3, "ORIENTATION": 2},
    "0201": {"INTEGRATION": 2, "MUNICIPAL": 2},
    "0301": {"MUNICIPAL": 1},
    "0502": {"INTEGRATION": 2, "ORIENTATION": 1, "MUNICIPAL": 1},
    "0503": {"MUNICIPAL": 0.1},
}
"""Courses of 22 places that are held in a part each year, by kind; one is for two only."""


class Musterstadt:
    """The town as it comes out of one seed; the same seed gives the same town.

    `years` are those that it hands in: without 2025 it knows nothing of the reform yet. With `blocks` it
    counts by block (a part that no reform divides), so that each year can be shown on either division.
    """

    def __init__(self, seed: int = 2026, *, blocks: bool = False, years: Sequence[int] = YEARS) -> None:
        self.seed, self.blocks, self.years = seed, blocks, tuple(years)

    def _where(self, part: Part | None, year: int) -> str:
        """Code of the area under which a part's cases of a year are handed in."""
        return _block(part) if self.blocks and part is not None else _area(part, year)

    # --- what happens in town ----------------------------------------------------------------------

    @cached_property
    def residents(self) -> dict[tuple[int, Part, str, str, str], int]:
        """Residents by year, part, age group, sex and nationality on 31 December."""
        dice = self._dice("residents")
        found: dict[tuple[int, Part, str, str, str], int] = {}
        for part in PARTS:
            weights = {code: _weight(part.mix, first, last) for code, (first, last) in AGES.items()}
            whole = sum(weights.values())
            foreign = min(0.42, 0.05 + 0.11 * part.need + (0.06 if part.mix == "young" else 0))
            for code, weight in weights.items():
                for sex, half in (("M", 0.495), ("F", 0.505)):
                    for nationality, share in (("GERMAN", 1 - foreign), ("FOREIGN", foreign)):
                        mean = part.residents * weight / whole * half * share
                        level = mean * dice.lognormvariate(0, 0.08)
                        for year in YEARS:
                            count = max(0, round(level + dice.gauss(0, 0.5 * level**0.5)))
                            found[year, part, code, sex, nationality] = count
                            level *= 1.004
        return found

    @cached_property
    def cases(self) -> list[Case]:
        """All supports that ran in one of the years, in order of their beginning."""
        dice = self._dice("cases")
        found = []
        for part in PARTS:
            young = sum(
                count for (year, where, code, *_), count in self.residents.items()
                if year == YEARS[0] and where is part and AGES[code][1] <= 21
            )  # fmt: skip
            for name, support in SUPPORTS.items():
                rate = support.rate * (part.need if support.by_need else 0.7 + 0.3 * part.need)
                for year in range(YEARS[0] - 6, YEARS[-1] + 1):
                    for _ in range(_poisson(dice, young * rate / 10_000)):
                        case = self._case(dice, None if dice.random() < 0.02 else part, name, support, year)
                        if case.ended is None or case.ended.year >= YEARS[0]:
                            found.append(case)
        return sorted(found, key=lambda case: (case.begun, case.key))

    def _case(self, dice: random.Random, part: Part | None, name: str, support: Support, year: int) -> Case:
        begun = dt.date(year, 1, 1) + dt.timedelta(days=dice.randrange(365))
        age = dice.uniform(support.ages[0], support.ages[1] + 0.99)
        born = begun - dt.timedelta(days=int(age * 365.25))
        lasts = min(dice.expovariate(1 / support.years), 26.9 - age)
        ended = begun + dt.timedelta(days=max(1, int(lasts * 365.25)))
        over = ended > dt.date(YEARS[-1], 12, 31)
        return Case(
            key=f"PS-{dice.getrandbits(48):012X}",
            part=part,
            support=name,
            sex="F" if dice.random() < 0.46 else "M",
            born=born,
            begun=begun,
            ended=None if over else ended,
            as_planned=dice.random() < 0.58,
        )

    # --- what is counted ---------------------------------------------------------------------------

    def events(self) -> Iterator[tuple[Case, int, str, dt.date]]:
        """Case, year, measure and day of everything that counts: begun, ended, running."""
        for case in self.cases:
            for year in YEARS:
                last = dt.date(year, 12, 31)
                if case.begun.year == year:
                    yield case, year, "cases_begun", case.begun
                if case.ended and case.ended.year == year:
                    yield case, year, "cases_ended", case.ended
                    if case.as_planned:
                        yield case, year, "cases_ended_as_planned", case.ended
                if case.begun <= last and (case.ended is None or case.ended > last):
                    yield case, year, "cases_running", last

    def tables(self) -> dict[str, pa.Table]:
        """Cells and records per form, as their readers return them."""
        return {name: getattr(self, "_" + name.replace("-", "_"))() for name in FORMS}

    def _gebietsgliederung(self) -> pa.Table:
        return _areas(reformed=self.years[-1] >= REFORM.year, blocks=self.blocks)

    def _bevoelkerung_kleinraeumig(self) -> list[dict[str, Any]]:
        counts: Counter[tuple[str, ...]] = Counter()
        for (year, part, *codes), count in self.residents.items():
            counts[f"31.12.{year}", self._where(part, year), *codes] += count
        keys = ("age_group", "sex", "nationality")
        return [
            _cell(time, area, dict(zip(keys, codes, strict=True)), "persons", "Personen", count)
            for (time, area, *codes), count in counts.items()
            if count and int(time[-4:]) in self.years
        ]

    def _hilfen_zur_erziehung(self) -> list[dict[str, Any]]:
        counts: Counter[tuple[Any, ...]] = Counter()
        for case, year, measure, on in self.events():
            age = _help_age(_years(case.born, on))
            counts[year, self._where(case.part, year), case.support, age, case.sex, measure] += 1
        measures = ("cases_begun", "cases_ended", "cases_ended_as_planned", "cases_running")
        cells = []
        for year, area, support, age, sex in sorted({key[:-1] for key in counts if key[0] in self.years}):
            codes = {"youth_support": support, "age_group": age, "sex": sex}
            for measure in measures:
                count = counts[year, area, support, age, sex, measure]
                cells.append(_cell(str(year), area, codes, measure, "Hilfen", count))
        return cells

    def _gefaehrdungseinschaetzungen(self) -> list[dict[str, Any]]:
        return self._protection_counts("gefaehrdungseinschaetzungen", "assessments", "Verfahren")

    def _inobhutnahmen(self) -> list[dict[str, Any]]:
        return self._protection_counts("inobhutnahmen", "takings_into_care", "Maßnahmen")

    def _familiengericht(self) -> list[dict[str, Any]]:
        return self._protection_counts("familiengericht", "court_measures", "Maßnahmen")

    def _jugendhilfe_ausgaben(self) -> list[dict[str, Any]]:
        """Amounts of the town as a whole: what its supports of a year cost, and what is paid back."""
        dice = self._dice("ausgaben")
        supports: Counter[tuple[int, str]] = Counter()
        for case, year, measure, _ in self.events():
            supports[year, case.support] += measure in ("cases_running", "cases_ended")
        cells = []
        for year, name in sorted(supports):
            amount = round(supports[year, name] * EUROS[name] * dice.uniform(0.8, 1.1))
            for measure, euros in (("gross_spending", amount), ("spending_revenue", round(0.08 * amount))):
                if year in self.years:
                    cells.append(_cell(str(year), CITY, {"youth_support": name}, measure, "EUR", euros))
        return cells

    def _protection_counts(self, dataset_id: str, measure: str, unit: str) -> list[dict[str, Any]]:
        counts: Counter[tuple[Any, ...]] = Counter()
        dimension = _PROTECTION[dataset_id].dimension
        for case in self._protection(dataset_id):
            counts[
                case.year, self._where(case.part, case.year), case.code, _help_age(case.age), case.sex
            ] += 1
        return [
            _cell(str(year), area, {dimension: code, "age_group": group, "sex": sex}, measure, unit, count)
            for (year, area, code, group, sex), count in sorted(counts.items())
            if year in self.years
        ]

    def _protection(self, dataset_id: str) -> list[ProtectionCase]:
        """Measures of child protection."""
        dice = self._dice(dataset_id)
        about = _PROTECTION[dataset_id]
        found = []
        for (year, part, age, sex, _), residents in self.residents.items():
            if AGES[age][1] > 18:
                continue
            for _ in range(_poisson(dice, residents * about.rate * part.need / 10_000)):
                (code,) = dice.choices(list(about.shares), list(about.shares.values()))
                where = None if code in ("UNACCOMPANIED", "PROVISIONAL") else part
                key = f"PS-{dice.getrandbits(48):012X}"
                found.append(ProtectionCase(key, year, where, code, dice.randrange(*AGES[age]), sex))
        return found

    # --- the same as a line per case ---------------------------------------------------------------

    def case_lines(self, catalog: Catalog, dataset_id: str) -> list[list[str]]:
        """Lines of the form's edition with cases, in the order of its columns; they count to `tables`."""
        lines: dict[tuple[str, ...], set[str]] = {}
        if dataset_id == "hilfen-zur-erziehung":
            for case, year, measure, on in self.events():
                age = str(_years(case.born, on))
                key = (case.key, str(year), self._where(case.part, year), case.support, age, case.sex)
                lines.setdefault(key, set()).add(measure)
        else:
            (measure,) = catalog[dataset_id].measures
            for one in self._protection(dataset_id):
                key = (
                    one.key,
                    str(one.year),
                    self._where(one.part, one.year),
                    one.code,
                    str(one.age),
                    one.sex,
                )
                lines[key] = {measure}
        labels = Labels(catalog, catalog[dataset_id], None)
        dimension = next(iter(catalog[dataset_id].dimensions))
        return [
            [
                *key[:3], labels.of(dimension, key[3]), key[4], labels.of("sex", key[5]),
                *("ja" if measure in counts else "nein" for measure in catalog[dataset_id].measures),
            ]
            for key, counts in lines.items()
        ]  # fmt: skip

    def _sgb2_kleinraeumig(self) -> list[dict[str, Any]]:
        dice, more = self._dice("sgb2"), self._dice("sgb2 more")
        groups = {
            "Y_LT15": (0, 15, 0.16),
            "Y15T24": (15, 25, 0.09),
            "Y25T54": (25, 55, 0.09),
            "Y_GE55": (55, 65, 0.07),
        }
        counts: Counter[tuple[Any, ...]] = Counter()
        for (year, part, age, _, nationality), residents in self.residents.items():
            for group, (first, last, share) in groups.items():
                if first <= AGES[age][0] and AGES[age][1] <= last:
                    chance = min(0.6, share * part.need * (1.8 if nationality == "FOREIGN" else 0.8))
                    got = sum(dice.random() < chance for _ in range(residents))
                    counts[year, self._where(part, year), group] += got
        cells = []
        for year, area in sorted({key[:2] for key in counts}):
            by_age = {group: counts[year, area, group] for group in groups}
            persons = sum(by_age.values())
            children = sum(dice.random() < 0.97 for _ in range(by_age["Y_LT15"]))
            values = [("SGB2_BG", "_T", "benefit_communities", "Anzahl", -(-persons * 10 // 19)),
                      ("SGB2_RLB", "_T", "persons", "Personen", persons)]  # fmt: skip
            values += [("SGB2_RLB", group, "persons", "Personen", count) for group, count in by_age.items()]
            values.append(("SGB2_ELB", "_T", "employable", "Personen", persons - by_age["Y_LT15"]))
            values.append(("SGB2_NEF", "Y_LT15", "persons", "Personen", children))
            minors = by_age["Y_LT15"] + _share(more, by_age["Y15T24"], 0.33)
            values += [
                ("SGB2_RLB", "_T", "minors", "Personen", minors),
                ("SGB2_ELB", "_T", "employed", "Personen", _share(more, persons - by_age["Y_LT15"], 0.23)),
                ("SGB2_RLB", "_T", "education_benefits", "Personen",
                 _share(more, by_age["Y_LT15"], 0.45) + _share(more, by_age["Y15T24"], 0.2)),
                ("SGB2_BG", "_T", "single_parent_communities", "Anzahl", _share(more, values[0][4], 0.18)),
            ]  # fmt: skip
            for benefit, group, measure, unit, count in values if year in self.years else ():
                codes = {"benefit": benefit, "age_group": group}
                cells.append(_cell(f"{year}12", area, codes, measure, unit, count))
        return cells

    def _people(self, year: int, part: Part, ages: tuple[str, ...], **codes: str) -> int:
        """Residents of a part in these age groups at the end of a year; `codes` names sex or nationality."""
        return sum(
            count for (when, where, age, sex, nationality), count in self.residents.items()
            if (when, where) == (year, part)
            and age in ages
            and codes.get("sex", sex) == sex
            and codes.get("nationality", nationality) == nationality
        )  # fmt: skip

    def _kita_plaetze(self) -> list[dict[str, Any]]:
        """Where a facility lies: the smallest parts have none, their children go elsewhere."""
        dice, more = self._dice("kita"), self._dice("kita more")
        ages = {"Y_LT3": ("Y_LT3",), "Y3T5": ("Y3T5",), "Y6T13": ("Y6T8", "Y9", "Y10T11", "Y12T13")}
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            if part.residents < 1000:
                continue
            for (kind, age), rate in CHILDCARE.items():
                near = rate * dice.lognormvariate(0, 0.25)
                for year in YEARS:
                    children = round(self._people(YEARS[0], part, ages[age]) * near) + dice.randrange(-1, 3)
                    if rate == 0 or children <= 0:
                        continue
                    free = dice.choice((0, 0, 1, 2, 4)) if kind == "CENTRE" else dice.choice((0, 1, 1))
                    vacant = dice.choice((0, 0, 2, 5)) if kind == "CENTRE" else 0
                    waiting = _poisson(dice, children * 0.09 * part.need) if kind == "CENTRE" else 0
                    key = (year, self._where(part, year), kind, age)
                    for measure, count in (
                        ("places", children + free + vacant), ("places_usable", children + free),
                        ("children", children), ("children_waiting", waiting),
                        ("children_other_language", _share(more, children, min(0.8, 0.18 * part.need))),
                        ("children_integration", _share(more, children, 0.04)),
                    ):  # fmt: skip
                        counts[(*key, measure)] += count
        units = {"places": "Plätze", "places_usable": "Plätze"}
        return [
            _cell(f"01.03.{year}", area, {"childcare_type": kind, "age_group": age}, measure,
                  units.get(measure, "Kinder"), count)
            for (year, area, kind, age, measure), count in counts.items() if year in self.years
        ]  # fmt: skip

    def _einschulungen(self) -> list[dict[str, Any]]:
        dice, more = self._dice("einschulungen"), self._dice("einschulungen more")
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            for year in YEARS:
                for sex in ("M", "F"):
                    for _ in range(round(self._people(year, part, ("Y6T8",), sex=sex) / 3)):
                        (kind,) = dice.choices(("REGULAR", "EARLY", "LATE"), (0.89, 0.03, 0.08))
                        key = (year, self._where(part, year), kind, sex)
                        counts[(*key, "enrolments")] += 1
                        counts[(*key, "enrolments_language_support")] += dice.random() < 0.13 * part.need
                        examined = more.random() < 0.97
                        counts[(*key, "examined")] += examined
                        counts[(*key, "examined_with_finding")] += (
                            examined and more.random() < 0.22 * part.need
                        )
        return [
            _cell(f"{year}/{(year + 1) % 100:02d}", area, {"enrolment_kind": kind, "sex": sex}, measure,
                  "Kinder", count)
            for (year, area, kind, sex, measure), count in counts.items() if year in self.years
        ]  # fmt: skip

    def _schuluebergaenge(self) -> list[dict[str, Any]]:
        dice = self._dice("schuluebergaenge")
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            for year in YEARS:
                for sex in ("M", "F"):
                    for nationality in ("GERMAN", "FOREIGN"):
                        away = part.need * (1.3 if nationality == "FOREIGN" else 0.9)
                        shares = [share * (1 if name == "GY" else away) for name, share in SCHOOLS.items()]
                        pupils = self._people(year, part, ("Y10T11",), sex=sex, nationality=nationality)
                        for name in dice.choices(list(SCHOOLS), shares, k=round(pupils / 2)):
                            counts[year, self._where(part, year), name, sex, nationality] += 1
        return [
            _cell(f"{year}/{(year + 1) % 100:02d}", area,
                  {"school_type": name, "sex": sex, "nationality": nationality}, "transfers", "Personen",
                  count)
            for (year, area, name, sex, nationality), count in counts.items() if year in self.years
        ]  # fmt: skip

    def _schuelerzahlen(self) -> list[dict[str, Any]]:
        dice = self._dice("schuelerzahlen")
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            special = min(0.3, 0.025 * part.need)
            for year in YEARS:
                for nationality in ("GERMAN", "FOREIGN"):
                    for grade, people in self._by_grade(year, part, nationality=nationality).items():
                        primary = grade != "G5T10"
                        names = ["GS"] if primary else [name for name in SCHOOLS if name != "FOES"]
                        shares = [1.0] if primary else [SCHOOLS[name] for name in names]
                        for _ in range(people):
                            in_special = dice.random() < special
                            (name,) = ("FOES",) if in_special else dice.choices(names, shares)
                            key = (year, self._where(part, year), name, grade, nationality)
                            counts[(*key, "pupils")] += 1
                            counts[(*key, "pupils_special_needs")] += (
                                in_special or dice.random() < 0.03 * part.need
                            )
                            counts[(*key, "pupils_repeating")] += dice.random() < 0.015
        return [
            _cell(f"{year}/{(year + 1) % 100:02d}", area,
                  {"school_type": name, "grade": grade, "nationality": nationality}, measure, "Personen",
                  count)
            for (year, area, name, grade, nationality, measure), count in counts.items() if year in self.years
        ]  # fmt: skip

    def _by_grade(self, year: int, part: Part, **codes: str) -> dict[str, int]:
        """Pupils of a part by class: a third of those from 6 to under 9 in each of the first three."""
        young = self._people(year, part, ("Y6T8",), **codes)
        older = self._people(year, part, ("Y10T11", "Y12T13", "Y14"), **codes)
        return {
            "G1": young // 3,
            "G2": (young + 1) // 3,
            "G3": (young + 2) // 3,
            "G4": self._people(year, part, ("Y9",), **codes),
            "G5T10": older + self._people(year, part, ("Y15T17",), **codes) // 3,
        }

    def _ganztag(self) -> list[dict[str, Any]]:
        """Where a school or centre lies: the smallest parts have none, their children go elsewhere."""
        dice = self._dice("ganztag")
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            if part.residents < 1000:
                continue
            for offer, share in ALL_DAY.items():
                near = share * dice.lognormvariate(0, 0.3) * (0.7 + 0.3 * part.need)
                for year in YEARS:
                    for grade, pupils in self._by_grade(year, part).items():
                        if grade == "G5T10":
                            continue
                        for hours in dice.choices(
                            ("H_LT30", "H30T39", "H_GE40"), (0.2, 0.35, 0.45), k=_poisson(dice, pupils * near)
                        ):
                            counts[year, self._where(part, year), offer, grade, hours] += 1
        return [
            _cell(f"{year}/{(year + 1) % 100:02d}", area,
                  {"allday_offer": offer, "grade": grade, "allday_hours": hours}, "all_day_children",
                  "Kinder", count)
            for (year, area, offer, grade, hours), count in counts.items() if year in self.years
        ]  # fmt: skip

    def _integration_zuwanderung(self) -> list[dict[str, Any]]:
        dice, more, also = self._dice("zuwanderung"), self._dice("zuwanderung more"), self._dice("begleitung")
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            mean = part.residents * 0.012 * (0.5 + 0.5 * part.need) * (1.5 if part.mix == "young" else 1)
            for year in YEARS:
                for group, (share, with_plan) in NEWCOMERS.items():
                    for _ in range(_poisson(dice, mean * share)):
                        where = None if group == "ASYLUM" and dice.random() < 0.3 else part
                        sex = "F" if dice.random() < 0.48 else "M"
                        key = (year, self._where(where, year), group, sex)
                        begun = dice.random() < with_plan
                        completed = begun and dice.random() < 0.55
                        guided = more.random() < 0.7
                        counts[(*key, "newcomers")] += 1
                        counts[(*key, "integration_plans_begun")] += begun
                        counts[(*key, "integration_plans_completed")] += completed
                        counts[(*key, "guided")] += guided
                        counts[(*key, "guided_with_plan")] += guided and (begun or more.random() < 0.5)
                        counts[(*key, "guidance_begun")] += guided and also.random() < 0.8
                        end = also.choices(list(GUIDANCE_ENDS), list(GUIDANCE_ENDS.values()))[0]
                        for reason in GUIDANCE_ENDS:
                            if reason:
                                counts[(*key, f"guidance_ended {reason}")] += reason == end
                        counts[(*key, "integration_plans_reviewed")] += begun and also.random() < 0.4
                        counts[(*key, "integration_plans_not_reached")] += (
                            begun and not completed and also.random() < 0.4
                        )
                        age = also.random()
                        small, pupil = age < 0.13, 0.13 <= age < 0.32
                        counts[(*key, "children_before_school")] += small
                        counts[(*key, "children_with_place")] += small and also.random() < 0.5
                        counts[(*key, "children_of_school_age")] += pupil
                        counts[(*key, "children_at_school")] += pupil and also.random() < 0.85
        units = {"integration_plans": "Pläne", "children": "Kinder"}
        return [
            _cell(
                str(year),
                area,
                {"newcomer_group": group, "sex": sex, "guidance_end": measure.partition(" ")[2] or "_T"},
                measure.partition(" ")[0],
                next((unit for begin, unit in units.items() if measure.startswith(begin)), "Personen"),
                count,
            )
            for (year, area, group, sex, measure), count in counts.items()
            if year in self.years
        ]

    def _integration_kurse(self) -> list[dict[str, Any]]:
        dice, more = self._dice("kurse"), self._dice("kurse more")
        cells = []
        for part in PARTS:
            for kind, courses in COURSES.get(part.before.removeprefix(CITY), {}).items():
                for year in YEARS:
                    places = round(22 * courses)
                    begun = sum(dice.random() < 0.86 for _ in range(places))
                    ended = sum(dice.random() < 0.68 for _ in range(begun))
                    waiting = _poisson(more, places * 0.2)
                    if year in self.years:
                        place = self._where(part, year)
                        cells += [
                            _cell(str(year), place, {"course_type": kind}, measure, unit, count)
                            for measure, unit, count in (
                                ("course_places", "Plätze", places),
                                ("course_participants", "Personen", begun),
                                ("course_completions", "Personen", ended),
                                ("course_waiting", "Personen", waiting),
                            )
                        ]
        return cells

    def _engagement(self) -> list[dict[str, Any]]:
        """Where courses are held there are volunteers too; some kinds have one or two."""
        dice = self._dice("engagement")
        cells = []
        for part in PARTS:
            size = sum(COURSES.get(part.before.removeprefix(CITY), {}).values())
            for kind, share in VOLUNTEERS.items() if size else ():
                for year in YEARS:
                    people = _poisson(dice, 14 * size * share)
                    matches = _poisson(dice, 1.5 * people)
                    hours = sum(dice.randrange(20, 120) for _ in range(people))
                    sought = _poisson(dice, 1 + people / 4)
                    if year in self.years:
                        cells += [
                            _cell(
                                str(year),
                                self._where(part, year),
                                {"volunteer_kind": kind},
                                measure,
                                unit,
                                count,
                            )
                            for measure, unit, count in (
                                ("volunteer_offers", "Angebote", -(-people // 5)),
                                ("volunteers", "Personen", people),
                                ("volunteers_sought", "Personen", sought),
                                ("volunteer_matches", "Begleitungen", matches),
                                ("volunteer_hours", "Stunden", hours),
                            )
                        ]
        return cells

    def _leistungsvereinbarungen(self) -> list[dict[str, Any]]:
        keys = ("agreement_id", "agreement", "provider", "basis", "budget", "done_from", "goals")
        return [
            dict(zip(keys, one, strict=True))
            | {
                "time_text": f"31.12.{self.years[-1]}",
                "valid_from": f"01.01.{YEARS[0]}",
                "valid_to": f"31.12.{YEARS[-1]}",
            }
            for one in AGREEMENTS
        ]

    def _zielwerte(self) -> list[dict[str, Any]]:
        return [
            {
                "time_text": f"31.12.{self.years[-1]}",
                "goal_id": number,
                "goal": goal,
                "indicator_id": indicator,
                "area_code": CITY + area,
                "area_name": None,
                "baseline_date": f"31.12.{self.years[0]}",
                "target": target,
                "corridor": corridor,
                "due": "31.12.2028",
                "unit_responsible": unit,
                "agreement": "Zielvereinbarung 2023 (erfunden)",
            }
            for number, goal, indicator, area, target, corridor, unit in GOALS
        ]

    def _gute_beispiele(self) -> list[dict[str, Any]]:
        keys = (
            "example_id", "title", "problem", "target_group", "measure", "area_type", "indicator_ids",
            "goal_id", "partners", "cost", "reviewed_on",
        )  # fmt: skip
        return [
            dict(zip(keys, one, strict=True))
            | {
                "time_text": f"31.12.{YEARS[-1]}",
                "contact": "Fachstelle Sozialplanung",
                "origin": "erfundenes Beispiel",
                "licence": "CC0",
            }
            for one in EXAMPLES
        ]

    def _angebote(self) -> list[dict[str, Any]]:
        """Offers by planning area: a part that a reform gives another area lies in that one."""
        last = self.years[-1]
        return [
            {
                "time_text": f"31.12.{last}",
                "covers_code": CITY,
                "facility_id": f"{kind[:4]}-{code}",
                "facility_name": f"{_NAMES[_area(part, last)]} {number} (erfunden)",
                "provider": "Nachbarschaftswerk (erfunden)" if group == "FAMILIES" else "Stadt Musterstadt",
                "offer_kind": kind,
                "target_group": group,
                "places": str(places) if places else None,
                "low_threshold": low,
                "area_code": _area(part, last),
            }
            for number, (kind, group, low, places, codes) in enumerate(OFFERS, start=1)
            for code in codes
            for part in [next(one for one in PARTS if one.before == CITY + code)]
        ]

    def _leistungsberichte(self) -> list[dict[str, Any]]:
        dice = self._dice("leistungsberichte")
        found = []
        for agreement, outputs in OUTPUTS.items():
            for output, unit, agreed, share, reached in outputs:
                for year in YEARS:
                    done = round(agreed * share * dice.uniform(0.95, 1.05))
                    row = {
                        "time_text": f"31.12.{self.years[-1]}",
                        "agreement_id": agreement,
                        "report_year": str(year),
                        "output": output,
                        "output_unit": unit,
                        "agreed": str(agreed),
                        "done": str(done),
                        "reached": str(round(reached * dice.uniform(0.8, 1.2))),
                        "spending": str(done * 55),
                    }
                    found += [row] if year in self.years else []
        return found

    def _einbuergerungen(self) -> list[dict[str, Any]]:
        dice = self._dice("einbuergerungen")
        counts: Counter[tuple[Any, ...]] = Counter()
        for (year, part, _, sex, nationality), residents in self.residents.items():
            if nationality == "FOREIGN":
                long_here = _share(dice, residents, 0.45)
                key = (year, self._where(part, year), sex)
                counts[(*key, "foreigners_ten_years")] += long_here
                counts[(*key, "naturalised")] += _share(dice, long_here, 0.03)
        return [
            _cell(str(year), area, {"sex": sex}, measure, "Personen", count)
            for (year, area, sex, measure), count in counts.items()
            if year in self.years
        ]

    def _sgb12_kleinraeumig(self) -> list[dict[str, Any]]:
        dice = self._dice("sgb12")
        counts: Counter[tuple[Any, ...]] = Counter()
        adults = ("Y18T20", "Y21T24", "Y25T26", "Y27T44", "Y45T54", "Y55T64")
        for part in PARTS:
            for year in YEARS:
                where = (year, self._where(part, year))
                people = self._people(year, part, tuple(AGES))
                for code, mean in (
                    ("Y_LT15", 0.0003 * people), ("Y_GE15", 0.0015 * people),
                    ("Y18_TO_LIMIT", 0.009 * self._people(year, part, adults)),
                    ("Y_GE_LIMIT", 0.035 * self._people(year, part, ("Y65T79", "Y_GE80"))),
                ):  # fmt: skip
                    counts[(*where, code)] += _poisson(dice, mean * part.need)
        cells = []
        for year, area in sorted({key[:2] for key in counts}):
            young, older, below, above = (
                counts[year, area, code] for code in ("Y_LT15", "Y_GE15", "Y18_TO_LIMIT", "Y_GE_LIMIT")
            )
            for benefit, setting, age, count in (
                ("SGB12_HLU", "OUTSIDE", "_T", young + older), ("SGB12_HLU", "OUTSIDE", "Y_LT15", young),
                ("SGB12_GSIAE", "_T", "_T", below + above), ("SGB12_GSIAE", "_T", "Y18_TO_LIMIT", below),
                ("SGB12_GSIAE", "_T", "Y_GE_LIMIT", above),
            ) if year in self.years else ():  # fmt: skip
                codes = {"benefit": benefit, "setting": setting, "age_group": age}
                cells.append(_cell(f"31.12.{year}", area, codes, "persons", "Personen", count))
        return cells

    def _wohnungslose(self) -> list[dict[str, Any]]:
        """Shelters lie where people are poor; elsewhere a few live in rooms that the town rents."""
        dice = self._dice("wohnungslose")
        counts: Counter[tuple[Any, ...]] = Counter()
        for part in PARTS:
            has_shelter = dice.random() < 0.25 * part.need
            for year in YEARS:
                where = (year, self._where(part, year))
                adults = _poisson(dice, 0.02 * part.residents * part.need if has_shelter else part.need)
                counts[(*where, "Y_GE18")] += adults
                counts[(*where, "Y_LT18")] += _share(dice, adults, 0.2)
        return [
            _cell(f"31.01.{year}", area, {"age_group": age}, "persons", "Personen", count)
            for (year, area, age), count in counts.items()
            if year in self.years
        ]

    def _dice(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed} {purpose}")  # noqa: S311 - reproducible test data


def write_musterstadt(
    folder: Path,
    *,
    seed: int = 2026,
    catalog: Catalog | None = None,
    blocks: bool = False,
    years: Sequence[int] = YEARS,
) -> list[Path]:
    """Write the filled forms of Musterstadt (`FORMS`) as workbooks into a folder; returns their paths."""
    catalog = catalog or load_catalog()
    paths = []
    for name, rows in Musterstadt(seed, blocks=blocks, years=years).tables().items():
        declaration = catalog[name]
        schema = records_schema(declaration) if declaration.shape == "records" else cells_schema(declaration)
        table = pa.Table.from_pylist(rows, schema=schema)
        paths += render(catalog, declaration, table, notes=[NOTE]).write(folder)
    return paths


def write_cases(
    folder: Path, *, seed: int = 2026, catalog: Catalog | None = None, as_csv: bool = False
) -> list[Path]:
    """Write the same years of youth welfare with a line per case (`CASE_FORMS`); returns the paths."""
    catalog = catalog or load_catalog()
    town = Musterstadt(seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in CASE_FORMS:
        lines = town.case_lines(catalog, name)
        if as_csv:
            content = blank.csv_text(catalog, catalog[name], lines, cases=True)
        else:
            content = blank.workbook(catalog, catalog[name], lines, cases=True, notes=[NOTE])
        paths.append(folder / f"{name}-faelle.{'csv' if as_csv else 'xlsx'}")
        paths[-1].write_bytes(content)
    return paths


def _areas(*, reformed: bool = True, blocks: bool = False) -> list[dict[str, Any]]:
    """The register of areas; once reformed both editions of the boundaries in one list."""
    rows = [_register_row(CITY, "Musterstadt (erfunden)", "CITY", None, False, "")]
    rows += [
        _register_row(CITY + code, f"Bezirk {name}", "DISTRICT", CITY, False, "")
        for code, name in DISTRICTS.items()
    ]
    rows.append(
        _register_row(NOT_LOCATABLE, "ohne Anschrift in Musterstadt", "NOT_LOCATABLE", CITY, False, "")
    )
    stays = {part.before for part in PARTS if part.before == part.after or not reformed}
    for code in sorted({part.before for part in PARTS}):
        name = next(part.name for part in PARTS if part.before == code)
        rows.append(_register_row(code, name, "PLANNING_AREA", code[:10], code not in stays, "ended"))
    for code in sorted({part.after for part in PARTS} - stays) if reformed else ():
        name = next(part.name_after for part in PARTS if part.after == code)
        row = _register_row(code, name, "PLANNING_AREA", code[:10], True, "begun")
        rows.append(row | {"former_codes": _former(code)})
    for part in PARTS if blocks else ():
        moves = part.before not in stays
        rows.append(_register_row(_block(part), _NAMES[_block(part)], "BLOCK", part.before, moves, "ended"))
        if moves:
            rows.append(_register_row(_block(part), _NAMES[_block(part)], "BLOCK", part.after, True, "begun"))
    return rows


def _former(code: str) -> str:
    """The areas that the parts of a new one came from; with the share of residents where only a part came."""
    found = []
    for before in sorted({part.before for part in PARTS if part.after == code}):
        whole = sum(part.residents for part in PARTS if part.before == before)
        came = sum(part.residents for part in PARTS if part.before == before and part.after == code)
        found.append(before if came == whole else f"{before}({round(came / whole, 4)})")
    return ", ".join(found)


def _register_row(
    code: str, name: str, level: str, parent: str | None, changed: bool, how: str
) -> dict[str, Any]:
    begun = f"{REFORM:%d.%m.%Y}" if changed and how == "begun" else "01.01.1975"
    return {
        "time_text": f"31.12.{YEARS[-1]}",
        "area_code": code,
        "area_name": name,
        "level": level,
        "parent_code": parent,
        "valid_from": begun,
        "valid_to": f"{REFORM:%d.%m.%Y}" if changed and how == "ended" else None,
    }


def _area(part: Part | None, year: int) -> str:
    """Code of the area that a part belongs to at the end of a year."""
    if part is None:
        return NOT_LOCATABLE
    return part.after if dt.date(year, 12, 31) >= REFORM else part.before


def _block(part: Part) -> str:
    """Code of the block that a part is."""
    return f"{CITY}8{PARTS.index(part) + 1:03d}"


_NAMES = (
    {NOT_LOCATABLE: "ohne Anschrift in Musterstadt", CITY: "Musterstadt (erfunden)"}
    | {
        code: name
        for part in PARTS
        for code, name in ((part.after, part.name_after), (part.before, part.name))
    }
    | {_block(part): f"Block {number:03d} {part.name}" for number, part in enumerate(PARTS, start=1)}
)


def _cell(time: str, area: str, codes: dict[str, str], measure: str, unit: str, count: int) -> dict[str, Any]:
    return {
        "time_text": time,
        "area_code": area,
        "area_name": _NAMES[area],
        **codes,
        "measure": measure,
        "unit": unit,
        "value_text": str(count),
    }


def _share(dice: random.Random, count: int, chance: float) -> int:
    """How many of a count it is true of."""
    return sum(dice.random() < chance for _ in range(count))


def _weight(mix: str, first: int, last: int) -> float:
    """Weight of an age group: that of its years of age."""
    steps = _WEIGHTS[mix]
    return sum(
        next(weight for start, weight in reversed(steps) if age >= start) for age in range(first, last)
    )


def _years(born: dt.date, on: dt.date) -> int:
    """Completed years on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _help_age(years: int) -> str:
    """Age group of the youth welfare statistics."""
    return next((code for code, (_, last) in _HELP_AGES.items() if years < last), "Y21T26")


def _poisson(dice: random.Random, mean: float) -> int:
    """A Poisson number (Knuth 1969, multiplication of uniforms); means here are below 100."""
    limit, product, count = 2.718281828459045**-mean, dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the forms into the folder that is named; `--blocks` and `--until 2024` as in `Musterstadt`."""
    parser = argparse.ArgumentParser(prog="python -m sources.twins.musterstadt")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--blocks", action="store_true", help="count by block")
    parser.add_argument("--until", type=int, default=YEARS[-1], help="last year that is handed in")
    chosen = parser.parse_args(arguments)
    years = [year for year in YEARS if year <= chosen.until]
    for path in write_musterstadt(chosen.folder, blocks=chosen.blocks, years=years):
        print(path)


if __name__ == "__main__":
    main()
