"""What an official German area code can look like, by its digits alone.

Whether an area of that code existed in a year is a question to the register of areas, not to this module.

Berlin has twelve Bezirke, printed as 11001 or 11001001; its only Kreis is 11000.

Codes are text: `DG` (Germany), Land 2 digits, Regierungsbezirk or statistical region 3, Kreis 5, Gemeinde 8
(AGS). GENESIS adds codes of its own in Rhineland-Palatinate (Kreis + 2 digits for a Verbandsgemeinde,
+ 5 for its Gemeinden) and Lower Saxony (Kreis + 3 + 3 digits). The Regionalschlüssel
(ARS) has 9 or 12 digits.
"""

from __future__ import annotations

GERMANY = "DG"

LAENDER = {
    "01": "Schleswig-Holstein",
    "02": "Hamburg",
    "03": "Niedersachsen",
    "04": "Bremen",
    "05": "Nordrhein-Westfalen",
    "06": "Hessen",
    "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg",
    "09": "Bayern",
    "10": "Saarland",
    "11": "Berlin",
    "12": "Brandenburg",
    "13": "Mecklenburg-Vorpommern",
    "14": "Sachsen",
    "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}

# Third digits in use since 1990: Regierungsbezirke and statistical regions; 0 where a Land has none (GENESIS
# lists such a Land as a region of its own, `010` or `110`).
_REGIONS = {
    "01": "0", "02": "0", "03": "1234", "04": "0", "05": "13579", "06": "456", "07": "123", "08": "1234",
    "09": "1234567", "10": "0", "11": "0", "12": "0", "13": "0", "14": "0123567", "15": "0123", "16": "0",
}  # fmt: skip

_LEVELS_BY_LENGTH = {
    2: ("LAND",),
    3: ("REGBEZ",),
    5: ("KREIS",),
    7: ("GEMEINDEVERBAND",),
    8: ("GEMEINDE", "CITY_IN_KREIS"),
    9: ("GEMEINDEVERBAND",),
    10: ("GEMEINDE",),
    11: ("GEMEINDE",),
    12: ("GEMEINDE",),
}
_ONLY_IN_LAND = {7: "07", 10: "07", 11: "03"}

# (length, Land) to levels and third digits, for every combination that can be
_FORMS = {
    (length, land): (levels, _REGIONS[land])
    for length, levels in _LEVELS_BY_LENGTH.items()
    for land in LAENDER
    if _ONLY_IN_LAND.get(length, land) == land
}


def levels_of(code: str) -> tuple[str, ...]:
    """The area levels a code can belong to by its form; empty when it cannot be an area code at all."""
    levels, regions = _FORMS.get((len(code), code[:2]), ((), ""))
    if not levels:
        return ("DE",) if code == GERMANY else ()
    if not (code.isascii() and code.isdigit()):
        return ()
    if len(code) > 2 and code[2] not in regions:
        return ()
    if code[3:5] == "00" and code[:2] not in ("02", "11"):
        return ()
    if code[:2] == "11" and len(code) in (5, 8) and not code.endswith("000"):
        return ("BEZIRK",) if "01" <= code[3:5] <= "12" else ()
    return levels
