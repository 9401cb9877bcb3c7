"""What a product's columns and codes are called, joined from the rooms that say so.

Headings, German descriptions and the warehouse's own codes come from the dbt project, status, levels and
units from the shared vocabulary, code lists, measures, signs and tables from the declarations, names of
indicators, editions and rings from the seeds that the specifications are compiled to.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from dbt_project.vocabulary import ColumnWords, column_words, own_vocabulary
from sources.foundation.exits import USAGE
from sources.foundation.vocabulary import read_vocabulary

from .resources import Settings

if TYPE_CHECKING:
    from sources.declared.catalogue import Catalog

LARGEST_DIGITS = 6
"""Decimals beyond which no figure is printed for people, whatever a publisher's file carries."""


class Code(TypedDict):
    """One code of a vocabulary, as a product's description lists it.

    `scope` is what else the row says where the code means this; `digits` are the decimals of its figures.
    """

    code: str
    label_de: str
    label_en: str
    scope: NotRequired[str]
    digits: NotRequired[int]
    sign: NotRequired[str | None]


Codes = list[Code]


class NoSuchVocabulary(LookupError):
    """A column takes its codes from a list that no room has, or that two rooms have with different words."""

    exit_code = USAGE


def with_words(
    columns: Sequence[Mapping[str, object]], catalog: Catalog, datasets: Iterable[str]
) -> list[dict[str, object]]:
    """The columns of a relation with heading, German description, codes and digits.

    What a column's contract says for itself (`label_de`, `label_en`, `description_de`, `digits`) comes before
    what is said of all columns of that name. Raises `NoSuchVocabulary`.
    """
    known = column_words()
    mine = tuple(datasets)
    told = []
    given = {str(column["name"]) for column in columns}
    for column in columns:
        words = known.get(str(column["name"]))
        told.append({**_of_all(words, catalog, mine, given), **column})
    return told


def _of_all(
    words: ColumnWords | None, catalog: Catalog, datasets: tuple[str, ...], given: set[str]
) -> dict[str, object]:
    if words is None:
        return {}
    scope = words.scope if words.scope in given else None
    codes = [entry for name in words.codes for entry in _codes(name, catalog, datasets)]
    if words.scope is not None and scope is None:
        codes = []  # nothing in the product tells apart what the codes mean
    return {
        "label_de": words.de,
        "label_en": words.en,
        "description_de": words.text,
        "codes": codes,
        "scope": scope if codes else None,
        "is_listed": words.listed,
        "labels_beside": words.beside,
        "named": [name for name in words.named if name in given],
        "digits": words.digits,
    }


def _codes(name: str, catalog: Catalog, datasets: tuple[str, ...]) -> Codes:
    """The codes of one vocabulary, of whichever room."""
    if name == "measure":
        return list(_measures(catalog, datasets))
    if name == "dataset":
        return [
            _entry(one, catalog[one].title_de, catalog[one].title_en) for one in datasets if one in catalog
        ]
    if name == "symbol":
        return list(_symbols(catalog, datasets))
    if name in _SEEDS:
        own = own_vocabulary().get(name, {})
        return [*_seed(name), *_of_both(name), *(_entry(code, one.de, one.en) for code, one in own.items())]
    found = [
        *(
            [_signed(_entry(code, one.de, one.en), one.sign) for code, one in room[name].items()]
            for room in (read_vocabulary(), own_vocabulary())
            if name in room
        ),
        *(
            [[_entry(code, one.de, one.en) for code, one in catalog.code_lists[name].codes.items()]]
            if name in catalog.code_lists
            else []
        ),
    ]
    if not found:
        raise NoSuchVocabulary(f"dbt_project/columns.yml: no vocabulary or code list is called {name!r}")
    entries = [entry for room in found for entry in room]
    codes = [entry["code"] for entry in entries]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise NoSuchVocabulary(f"vocabulary {name!r}: {', '.join(twice)} is labelled in two rooms; keep one")
    return entries


def _entry(code: str, de: str, en: str) -> Code:
    return {"code": code, "label_de": de, "label_en": en}


def _signed(entry: Code, sign: str | None) -> Code:
    return {**entry, "sign": sign}


def _measures(catalog: Catalog, datasets: tuple[str, ...]) -> Iterator[Code]:
    for dataset_id in datasets:
        for name, measure in catalog[dataset_id].measures.items() if dataset_id in catalog else ():
            digits = min(measure.decimals, LARGEST_DIGITS)
            words = _entry(name, measure.title_de, measure.title_en)
            yield {**words, "scope": dataset_id, "digits": digits}


def _symbols(catalog: Catalog, datasets: tuple[str, ...]) -> Iterator[Code]:
    for dataset_id in datasets:
        dialect = catalog.dialect(catalog[dataset_id]) if dataset_id in catalog else None
        if dialect is None:
            continue
        for sign, symbol in dialect.symbols.items():
            yield {**_entry(sign, symbol.label_de, symbol.label_en), "scope": dataset_id}
        for sign, meaning in read_vocabulary()["printed_sign"].items():
            if sign not in dialect.symbols:
                yield {**_entry(sign, meaning.de, meaning.en), "scope": dataset_id}


_SEEDS: dict[str, tuple[str, str, str, str, str | None]] = {
    "indicator": ("indicator.csv", "indicator_id", "name_de", "name_en", None),
    "edition": ("index_edition.csv", "edition_id", "name_de", "name_en", None),
    "ring": ("peer_ring.csv", "ring_id", "name_de", "name_en", None),
    "index_class": ("index_class.csv", "class_code", "label_de", "label_en", "edition_id"),
    "definition": ("indicator_edition.csv", "edition_id", "note_de", "note_en", "indicator_id"),
}


_OF_THE_OFFICE = {"ring": "rings", "edition": "index_editions", "index_class": "index_classes"}
"""Vocabularies that the office adds to, and the table of landing that holds what it wrote in `town/`."""


def _seed(name: str) -> Codes:
    """What the package names and what the office names in its data root; the office's words go before."""
    file, code, de, en, scope = _SEEDS[name]
    settings = Settings.from_environment()
    shipped = _rows_of(settings.dbt_project / "compiled" / "seeds" / file)
    own = (
        _own_rows(settings.paths.landing / f"{_OF_THE_OFFICE[name]}.parquet")
        if name in _OF_THE_OFFICE
        else []
    )
    keys = [code, *([scope] if scope else [])]
    named = {tuple(row[key] for key in keys) for row in own}
    found: Codes = []
    for row in (*(row for row in shipped if tuple(row[key] for key in keys) not in named), *own):
        entry = _entry(row[code], row[de], row[en])
        if scope:
            entry["scope"] = row[scope]
        if row.get("decimals"):
            entry["digits"] = int(row["decimals"])
        found.append(entry)
    return found


def _of_both(name: str) -> Codes:
    """Editions and classes of the overall index, which `mart_social_index` joins from status and dynamics."""
    if name == "edition":
        return [
            _entry(
                one["code"].replace("X02", "X04"),
                one["label_de"].replace("Statusindex", "Gesamtindex"),
                one["label_en"].replace("status index", "overall index"),
            )
            for one in _seed("edition")
            if one["code"].startswith("X02-")
        ]
    if name == "index_class":
        classes = _seed("index_class")
        return [
            {
                "code": status["code"] + dynamics["code"],
                "label_de": f"Status {status['label_de']}, Dynamik {dynamics['label_de']}",
                "label_en": f"status {status['label_en']}, dynamics {dynamics['label_en']}",
                "scope": status["scope"].replace("X02", "X04"),
            }
            for status in classes
            if status["scope"].startswith("X02-")
            for dynamics in classes
            if dynamics["scope"] == status["scope"].replace("X02", "X03")
        ]
    return []


@cache
def _rows_of(file: Path) -> tuple[dict[str, str], ...]:
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _own_rows(file: Path) -> list[dict[str, str]]:
    import pyarrow.parquet as pq

    return pq.read_table(file).to_pylist() if file.exists() else []
