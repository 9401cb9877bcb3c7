"""The folder of what an office decides, `<data root>/town/`: checked as a whole, and begun with examples.

Every file there is known by its name, so that a misspelt one is told and not passed over. Each is read by the
module that knows it; what is wrong is told in German, with file, line and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass
from pathlib import Path

from sources.areas.reforms import reforms
from sources.declared.answers import answers
from sources.declared.catalogue import CATALOG
from sources.declared.demand import demand_rates
from sources.declared.goals import goals
from sources.declared.indices import indices
from sources.declared.places import planned_places
from sources.declared.rings import rings
from sources.declared.scenarios import scenarios
from sources.foundation.files import write_text
from sources.foundation.located_yaml import DeclarationError, Problem

README = "README.md"
KNOWN = "known"
"""Folder of known findings; the gate reads it."""


@dataclass(frozen=True)
class TownFile:
    """A file that an office may write: what it says, how it is read, and how it begins."""

    what_de: str
    read: Callable[[Path], Sized]
    example: str


FILES: dict[str, TownFile] = {
    "scenarios.yml": TownFile(
        "Szenarien: Geburten, Wanderung, neue Wohnungen",
        scenarios,
        """\
# Beispiel, auskommentiert; jede Angabe braucht Titel, Quelle und Datum.
# wohnbau-nord:
#   title: {de: Wohnbau Nord wie beschlossen, en: Housing in the north as resolved}
#   source: Beschluss der Gemeindevertretung vom 12.03.2026, Vorlage 41/2026
#   dated: 2026-03-12
#   housing:
#     - {area: "01001", year: 2028, dwellings: 240, children_per_dwelling: {0-2: 0.15, 3-5: 0.1}}
""",
    ),
    "demand.yml": TownFile(
        "Bedarfsquoten: Tagesbetreuung, Schule, Pflege",
        demand_rates,
        """\
# Beispiel, auskommentiert; eine Quote über 1 braucht eine note.
# elternbefragung-2026:
#   title: {de: Elternbefragung 2026, en: Survey of parents 2026}
#   source: Elternbefragung des Jugendamtes, Bericht vom 12.03.2026, Tabelle 4
#   dated: 2026-03-12
#   childcare:
#     - {area: "01001", ages: 0-2, from_year: 2026, to_year: 2030, rate: 0.52}
#   school:
#     - {area: "01001", step: ALLDAY, from_year: 2026, to_year: 2030, rate: 0.78}
#   care:
#     - {area: "01001", step: CARE_HOME, ages: 75+, from_year: 2026, to_year: 2030, rate: 0.09}
""",
    ),
    "places.yml": TownFile(
        "Plätze, auch nach Regeln: Gruppen mal Größe, Züge mal Klassengröße",
        planned_places,
        """\
# Beispiel, auskommentiert.
# schulentwicklungsplan-2026:
#   title: {de: Schulentwicklungsplan 2026, en: School development plan 2026}
#   source: Beschluss der Ratsversammlung vom 12.03.2026, Anlage 2
#   dated: 2026-03-12
#   places:
#     - {area: "01001", step: CLASS_1, from_year: 2026, to_year: 2030, trains: 32, class_size: 25}
#     - {area: "01001", step: ALLDAY, from_year: 2026, to_year: 2027, places: 1850}
""",
    ),
    "rings.yml": TownFile(
        "Vergleichsringe: Mitglieder von Hand oder strukturähnliche Kreise",
        rings,
        """\
# Beispiel, auskommentiert; entweder members oder peers.
# ring-nord:
#   title: {de: Vergleichsring Nord, en: Ring North}
#   purpose: {de: Voneinander lernen, en: Learning}
#   ranking: false
#   members:
#     - {area: "01001"}
#     - {area: "01002", since: 2012-01-01}
#     - {area: "01003"}
#     - {area: "01004"}
#   indicators: [P03, K01, B01]
# aehnlich-wie-wir:
#   title: {de: Strukturähnliche Kreise, en: Similar districts}
#   purpose: {de: Vergleich nach Struktur, en: Comparison by structure}
#   ranking: false
#   peers: {of: "01001", context: [D13, A01, I01], number: 8}
#   indicators: [P03, K01]
""",
    ),
    "goals.yml": TownFile(
        "Ziele: eine Kennzahl oder die Deckung eines Bedarfs soll sich bis zu einem Tag bewegen",
        goals,
        """\
# Beispiel, auskommentiert; entweder indicator oder need. Ohne baseline gilt der Wert am baseline_date.
# weniger-abgaenge:
#   title: {de: Weniger Abgänge ohne Abschluss, en: Fewer leavers without certificate}
#   indicator: B01
#   area: "01002"
#   unit_responsible: Amt für Schulen
#   agreement: Beschluss der Ratsversammlung vom 12.03.2026, Vorlage 44/2026
#   baseline_date: 2014-07-31
#   target: 6.0
#   corridor: 0.5
#   due: 2025-07-31
#   measures: [Schulsozialarbeit, Übergangsbegleitung]
# ganztag-fuer-alle:
#   title: {de: Ein Platz im Ganztag für jedes Kind, en: An all-day place for every child}
#   need: {step: ALLDAY, rate: law}
#   area: "01002"
#   unit_responsible: Amt für Schulen
#   baseline_date: 2026-12-31
#   baseline: 71
#   target: 100
#   due: 2029-12-31
""",
    ),
    "indices.yml": TownFile(
        "Indizes: Kennzahlen, Gewichte, Bezug und Klassen; eine veröffentlichte Ausgabe wird nie geändert",
        indices,
        """\
# Beispiel, auskommentiert.
# soziale-lage-2026:
#   index: X01
#   title: {de: "Soziale Lage, Ausgabe 2026", en: "Social situation, edition 2026"}
#   area_level: KREIS
#   combine: mean
#   standardise: false
#   note: {de: "Bezug: die Kreise des Jahres", en: "reference: the Kreise of the year"}
#   components:
#     - {component: P03, label: {de: SGB-II-Quote unter 15, en: SGB II rate under 15}}
#     - {component: A01, label: {de: Arbeitslosenquote, en: unemployment rate}, weight: 0.5}
#   classes:
#     - {code: "1", label: {de: günstig, en: favourable}, upper: -0.5}
#     - {code: "2", label: {de: mittel, en: medium}, lower: -0.5, upper: 0.5}
#     - {code: "3", label: {de: belastet, en: burdened}, lower: 0.5}
""",
    ),
    "reforms.csv": TownFile(
        "Gebietsreformen, bevor das Paket sie kennt",
        reforms,
        """\
# Beispiel, auskommentiert: eine Zeile je Gebiet, dem etwas geschah; # am Anfang heißt: zählt nicht.
area_code;area_level;valid_from;valid_to;successor_code;change_kind;legal_basis;further_successor_codes;formed_from
# 06437;KREIS;2027-01-01;;;created;Gesetz vom 12.03.2026, GVBl. S. 41;;06435
""",
    ),
    "answers.csv": TownFile(
        "Antworten auf Befunde der Plausibilität",
        lambda town: [
            one for one in answers(CATALOG / "answers.csv", town / "answers.csv") if one.origin == "town"
        ],
        """\
# Beispiel, auskommentiert; finding_id steht in fct_implausible.
finding_id;answer;corrected_value;reason;person;date
# area_size:11111-01-01-4:14167:D1995-12-31:area_sqkm:59.87;accept;;"Eingemeindung";A. Muster;2026-03-12
""",
    ),
}


def check_town(town: Path) -> tuple[dict[str, int], list[Problem]]:
    """Entries by file that is there, and everything that is wrong, by file and line.

    A file of another name is wrong: nobody would read it.
    """
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for name, one in FILES.items():
        if not (town / name).exists():
            continue
        try:
            found[name] = len(one.read(town))
        except DeclarationError as error:
            problems += error.problems
    for other in sorted(town.iterdir()) if town.is_dir() else ():
        if other.name not in (*FILES, README, KNOWN) and not other.name.startswith("."):
            close = ", ".join(FILES)
            problems.append(Problem(str(other), 1, "", f"diese Datei liest niemand; bekannt sind {close}"))
    return found, problems


def new_town(town: Path) -> Iterator[Path]:
    """Write the files that are not there yet, with an example that is commented out; none is overwritten."""
    town.mkdir(parents=True, exist_ok=True)
    for name, one in FILES.items():
        file = town / name
        if not file.exists():
            write_text(file, f"# {one.what_de}\n{one.example}")
            yield file
