"""Words for people: German and English texts of a check, and rows of data put into words.

The text of a `Phrase` may name columns of a found row in braces; `say` fills them with
numbers and dates as the language writes them (`1.234,5` and `31.12.2015`; `1,234.5` and `2015-12-31`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sources.foundation.told import Language, Phrase

_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?$")
# What key columns are called in examples, German and English; others keep their name.
LABELS: dict[str, tuple[str, str]] = {
    "indicator_id": ("Kennzahl", "indicator"),
    "measure_code": ("Merkmal", "measure"),
    "subject": ("Thema", "subject"),
    "sex_code": ("Geschlecht", "sex"),
    "age_group_code": ("Alter", "age"),
    "nationality_code": ("Staatsangehörigkeit", "nationality"),
    "benefit_code": ("Leistung", "benefit"),
    "setting_code": ("Ort", "setting"),
    "school_type_code": ("Schulart", "school type"),
    "grade_code": ("Jahrgang", "grade"),
    "qualification_code": ("Abschluss", "qualification"),
    "childcare_type_code": ("Betreuung", "childcare"),
    "facility_branch_code": ("Bereich", "branch"),
    "facility_type_code": ("Einrichtung", "facility"),
    "area_level": ("Ebene", "level"),
    "valid_from": ("gültig ab", "valid from"),
    "reference_year": ("Jahr", "year"),
    "edition_id": ("Ausgabe", "edition"),
    "index_id": ("Index", "index"),
    "ring_id": ("Vergleichsring", "ring"),
    "goal_id": ("Ziel", "goal"),
    "support_group_code": ("Hilfe", "support"),
    "dataset_id": ("Tabelle", "table"),
    "column_name": ("Spalte", "column"),
}
TOTAL = "_T"  # the member "all" of every dimension; goes without saying
_SILENT_KEYS = {"area_key": "area_code", "period_key": "reference_date"}


def number_text(value: float, language: Language) -> str:
    """A number with thousands marks and at most six significant decimals, as the language writes it."""
    if isinstance(value, int) or float(value).is_integer():
        text = f"{int(value):,}"
    else:
        text = f"{value:,.6f}".rstrip("0").rstrip(".")
    if language == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    return text


def word(value: Any, language: Language) -> str:
    """Any value of a row as a reader of the language expects it; nothing is `–`."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return {"de": ("nein", "ja"), "en": ("no", "yes")}[language][int(value)]
    if isinstance(value, int | float):
        return number_text(value, language)
    if isinstance(value, list | tuple):
        return ", ".join(word(item, language) for item in value)
    text = str(value)
    day = _DAY.match(text)
    if day:
        return f"{day[3]}.{day[2]}.{day[1]}" if language == "de" else f"{day[1]}-{day[2]}-{day[3]}"
    return text


def say(phrase: Phrase, row: Mapping[str, Any], language: Language) -> str:
    """The phrase about this row. A column that the row does not have stays visible as `{column}`."""
    words = _Words({name: word(value, language) for name, value in row.items()})
    return phrase.text(language).format_map(words)


def place(row: Mapping[str, Any], keys: Iterable[str], language: Language) -> str:
    """Which case is meant: `01002 Kiel · 31.12.2015 · sex M`, from the key columns that the row has.

    A whole number in a key is a name (the year 2019, class 3), and no quantity to be set with marks.
    """
    parts: list[str] = []
    for key in keys:
        value = row.get(key)
        if value is None or value == TOTAL or row.get(_SILENT_KEYS.get(key, "")) is not None:
            continue
        if key == "area_code":
            name = row.get("area_name")
            parts.append(f"{value} {name}" if name else str(value))
        elif key == "reference_date":
            parts.append(word(value, language))
        elif key != "area_name":
            label = LABELS.get(key, (key, key))[0 if language == "de" else 1]
            parts.append(f"{label} {value if isinstance(value, int) else word(value, language)}")
    return " · ".join(parts)


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
