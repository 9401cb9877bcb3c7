"""What the signs, status codes and column headings mean, in German and English.

Signs are those of the statistical offices of Germany; `obs_status` and `conf_status` follow the SDMX code
lists CL_OBS_STATUS and CL_CONF_STATUS; `missing_reason` tells apart what SDMX puts together under M.
"""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """One entry of the legend: where the code stands, the code, the printed sign, and what it says."""

    column: str
    code: str
    sign: str
    de: str
    en: str


LEGEND: tuple[Meaning, ...] = (
    Meaning("obs_status", "A", "", "normaler Wert", "normal value"),
    Meaning("obs_status", "P", "p", "vorläufiger Wert", "provisional value"),
    Meaning("obs_status", "E", "s", "geschätzter oder umgerechneter Wert", "estimated or converted value"),
    Meaning("obs_status", "U", "()", "eingeschränkt aussagefähiger Wert", "value of limited reliability"),
    Meaning("obs_status", "M", "", "kein Zahlenwert vorhanden", "no value"),
    Meaning("conf_status", "F", "", "frei zur Veröffentlichung", "free for publication"),
    Meaning("conf_status", "N", "", "nicht zur Veröffentlichung", "not for publication"),
    Meaning("conf_status", "C", "", "geheim zu halten", "confidential"),
    Meaning("conf_status", "A", "", "geheim wegen kleiner Fallzahl", "confidential because of small counts"),
    Meaning(
        "conf_status", "D", "", "geheim zum Schutz anderer Werte", "confidential to protect other values"
    ),
    Meaning(
        "conf_status",
        "S",
        "",
        "hier geheim zum Schutz anderer Werte",
        "kept back here to protect other values",
    ),
    Meaning("missing_reason", "none", "", "Wert liegt vor", "value is present"),
    Meaning(
        "missing_reason",
        "less_than_half_unit",
        "0",
        "weniger als die Hälfte der kleinsten Einheit, aber mehr als nichts",
        "less than half of the smallest unit, but more than nothing",
    ),
    Meaning(
        "missing_reason",
        "unknown_or_confidential",
        ".",
        "Zahlenwert unbekannt oder geheim zu halten",
        "value unknown or confidential",
    ),
    Meaning("missing_reason", "not_yet_available", "...", "Angabe fällt später an", "value comes later"),
    Meaning(
        "missing_reason", "too_uncertain", "/", "Zahlenwert nicht sicher genug", "value not reliable enough"
    ),
    Meaning("missing_reason", "not_meaningful", "x", "Nachweis nicht sinnvoll", "not meaningful"),
    Meaning(
        "missing_reason",
        "not_delivered",
        "",
        "vom Herausgeber nicht geliefert",
        "not delivered by the publisher",
    ),
    Meaning(
        "missing_reason", "not_locatable", "", "keinem Gebiet zuzuordnen", "cannot be assigned to an area"
    ),
    Meaning(
        "missing_reason",
        "area_not_existing",
        "",
        "Gebiet besteht zu diesem Zeitpunkt nicht",
        "area does not exist at this time",
    ),
    Meaning(
        "missing_reason",
        "suppressed",
        "",
        "hier geheim gehalten",
        "kept secret here",
    ),
    Meaning(
        "missing_reason",
        "suppressed_primary",
        "",
        "zum Schutz kleiner Fallzahlen gesperrt",
        "suppressed to protect small counts",
    ),
    Meaning(
        "missing_reason",
        "suppressed_secondary",
        "",
        "gesperrt, damit ein anderer Wert nicht errechnet werden kann",
        "suppressed so that another value cannot be derived",
    ),
    Meaning(
        "missing_reason",
        "part_missing",
        "",
        "ein Teil der Rechnung fehlt",
        "a part of the calculation is missing",
    ),
)

HEADINGS: dict[str, tuple[str, str]] = {
    "age_group_code": ("Altersgruppe", "age group"),
    "area_code": ("Regionalschlüssel", "area code"),
    "area_key": ("Gebietsstand-Schlüssel", "area version key"),
    "area_level": ("Gebietsebene", "area level"),
    "area_name": ("Gebiet", "area"),
    "area_sqkm": ("Fläche in km²", "area in km²"),
    "area_sqkm_date": ("Stand der Fläche", "date of the area size"),
    "benefit_code": ("Leistung", "benefit"),
    "change_kind": ("Art der Gebietsänderung", "kind of boundary change"),
    "childcare_type_code": ("Betreuungsform", "type of childcare"),
    "conf_status": ("Geheimhaltung", "confidentiality status"),
    "dataset_id": ("Tabelle", "source table"),
    "decimals": ("Nachkommastellen", "decimals"),
    "denominator": ("Nenner", "denominator"),
    "denominator_dataset": ("Tabelle des Nenners", "source table of the denominator"),
    "facility_branch_code": ("Hilfebereich", "branch of the facility"),
    "facility_type_code": ("Art der Einrichtung", "type of facility"),
    "grade_code": ("Jahrgangsstufe", "grade"),
    "has_geometry": ("Umriss vorhanden", "has geometry"),
    "in_register": ("Im Gebietsverzeichnis", "in the register"),
    "indicator_id": ("Kennzahl-Nr.", "indicator id"),
    "indicator_name_de": ("Kennzahl", "indicator (German)"),
    "indicator_name_en": ("Kennzahl (englisch)", "indicator"),
    "is_backcast": ("Zurückgerechnet", "backcast"),
    "known_from": ("Bekannt seit", "known from"),
    "land_code": ("Land", "Land"),
    "measure_code": ("Merkmal", "measure"),
    "missing_reason": ("Grund fehlender Werte", "reason for a missing value"),
    "nationality_code": ("Staatsangehörigkeit", "nationality"),
    "numerator": ("Zähler", "numerator"),
    "numerator_dataset": ("Tabelle des Zählers", "source table of the numerator"),
    "obs_status": ("Status", "observation status"),
    "parent_area_code": ("Übergeordnetes Gebiet", "parent area code"),
    "period_key": ("Zeitraum-Schlüssel", "period key"),
    "policy_field": ("Planungsfeld", "policy field"),
    "qualification_code": ("Schulabschluss", "qualification"),
    "raw_symbol": ("Zeichen", "published sign"),
    "reference_date": ("Stichtag", "reference date"),
    "rounding_base": ("Gerundet auf", "rounding base"),
    "school_type_code": ("Schulart", "school type"),
    "setting_code": ("Ort der Leistung", "setting"),
    "sex_code": ("Geschlecht", "sex"),
    "snapshot_id": ("Abruf", "snapshot"),
    "subject": ("Sachgebiet", "subject"),
    "successor_code": ("Nachfolgegebiet", "successor"),
    "unemployed_group_code": ("Personengruppe", "group of unemployed"),
    "unit": ("Einheit", "unit"),
    "valid_from": ("Gültig ab", "valid from"),
    "valid_to": ("Gültig bis vor", "valid until before"),
    "value": ("Wert", "value"),
}
"""German and English headings of columns that products share; a column's own labels come first."""


def heading_de(name: str, label: str | None) -> str:
    """The German heading of a column: its own label, the shared heading, or its name."""
    return label or HEADINGS.get(name, (name, name))[0]


def heading_en(name: str, label: str | None) -> str:
    """The English heading of a column: its own label, the shared heading, or its name."""
    return label or HEADINGS.get(name, (name, name))[1]
