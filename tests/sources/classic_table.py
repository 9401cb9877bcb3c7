"""Builds small classic tables and their declarations for tests, in the layout publishers use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.vocabulary import CodeEntry, CodeList, Dialect, Licence, Publisher, Symbol

FOOTER = """__________
"zu ""gesamte Tabelle"":
Gebietsstand
31.12.2015; geschätzt"
Stand: 10.10.2017 / 19:19:45
"""

ROWS = (
    "31.12.2015;DG;Deutschland;unter 3 Jahre;10;4;6",
    "31.12.2015;DG;Deutschland;Insgesamt;2030;1010;1020",
    "31.12.2015;01;  Schleswig-Holstein;unter 3 Jahre;-;.;x",
    "31.12.2015;01;  Schleswig-Holstein;Insgesamt;/;...;(12)",
    "31.12.2015;09;  Bayern;Insgesamt;0;1;2",
    "31.12.2015;08111;      Öhringen, Große Kreisstadt;Insgesamt;7;3;4",
)
TITLE = (
    "GENESIS-Tabelle: 12345-01-01-4",
    "Bevölkerung nach Geschlecht;;;;;;",
    "und Altersgruppen - Stichtag 31.12. -;;;;;;",
    "Bevölkerungsstand (Anzahl);;;;;;",
)
HEADER = (";;;;Insgesamt;männlich;weiblich",)


def text(
    rows: Sequence[str] = ROWS,
    *,
    title: Sequence[str] = TITLE,
    header: Sequence[str] = HEADER,
    footer: str = FOOTER,
) -> str:
    """A whole file."""
    return "\n".join([*title, *header, *rows]) + "\n" + footer


def catalog(**declared: Any) -> tuple[Catalog, Declaration]:
    """A catalogue with one table: sex in the header, age group as a key column; any part can be replaced."""
    values: dict[str, Any] = {
        "id": "12345-01-01-4",
        "title_de": "Bevölkerung",
        "title_en": "Population",
        "publisher": "office",
        "table_code": "12345-01-01-4",
        "each_row_is": "a count",
        "cadence": {"every": "year"},
        "reference_time": {"kind": "stock", "text": "date", "month_days": ["12-31"]},
        "area_levels": ["DE", "LAND", "KREIS"],
        "dimensions": {"age_group": {}, "sex": {}},
        "measures": {"persons": {"title_de": "Bevölkerung", "title_en": "Population", "unit": "Anzahl"}},
        "format": {
            "kind": "genesis_table",
            "layouts": [
                {
                    "id": "only",
                    "keys": ["time", "area_code", "area_name", "age_group"],
                    "unit": "title",
                    "measure": "persons",
                    "levels": [{"dimension": "sex"}],
                }
            ],
        },
    }
    declaration = Declaration.model_validate(values | declared)
    return Catalog(
        declarations={declaration.id: declaration},
        publishers={"office": PUBLISHER},
        statistics={},
        code_lists={"sex": SEX, "age_group": AGE},
        dialects={"genesis": DIALECT},
    ), declaration


def _list(**codes: str) -> CodeList:
    entries = {code: CodeEntry(de=label, en=label, published=(label,)) for code, label in codes.items()}
    return CodeList(title_de="Liste", title_en="list", codes=entries)


SEX = _list(_T="Insgesamt", M="männlich", F="weiblich")
AGE = _list(_T="Insgesamt", Y_LT3="unter 3 Jahre")
LICENCE = Licence(id="test", name="Test", url="https://example.org", attribution="Amt")
PUBLISHER = Publisher(
    id="office",
    name_de="Amt",
    name_en="Office",
    homepage="https://example.org",
    licence=LICENCE,
    dialect="genesis",
)
DIALECT = Dialect(
    title_de="Legende",
    title_en="legend",
    source="test",
    symbols={
        "-": Symbol(obs_status="A", means_zero=True, label_de="null", label_en="zero"),
        ".": Symbol(obs_status="M", missing_reason="unknown_or_confidential", label_de="u", label_en="u"),
        "...": Symbol(obs_status="M", missing_reason="not_yet_available", label_de="s", label_en="l"),
        "/": Symbol(obs_status="M", missing_reason="too_uncertain", label_de="u", label_en="u"),
        "x": Symbol(obs_status="M", missing_reason="not_meaningful", label_de="x", label_en="x"),
        "()": Symbol(kind="enclosing", obs_status="U", label_de="e", label_en="l"),
        "p": Symbol(kind="suffix", obs_status="P", label_de="v", label_en="p"),
    },
)
