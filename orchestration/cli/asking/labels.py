"""What a cell of a fact counts, in the words of the dataset it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sources.declared.catalogue import Catalog, load_catalog
from sources.foundation.told import Language, Told


@cache
def _catalog() -> Catalog:
    return load_catalog()


def words_of_cell(dataset_id: str, measure_code: str, codes: Mapping[str, str]) -> Told:
    """Measure and codes in words: `Children in care; age group under 3 years`; totals go without saying.

    codes: by code list. A code that the declarations no longer know stands for itself.
    """
    return Told(
        "; ".join(_words(dataset_id, measure_code, codes, "en")),
        "; ".join(_words(dataset_id, measure_code, codes, "de")),
    )


def label_of(code_list: str, code: str, language: Language) -> str:
    """A code of a code list in words; the code where the declarations do not know it."""
    listed = _catalog().code_lists.get(code_list)
    entry = listed.codes.get(code) if listed else None
    return code if entry is None else entry.de if language == "de" else entry.en


def _words(dataset_id: str, measure_code: str, codes: Mapping[str, str], language: Language) -> list[str]:
    catalog = _catalog()
    measure = catalog[dataset_id].measures.get(measure_code) if dataset_id in catalog else None
    told = [measure_code if measure is None else measure.title_de if language == "de" else measure.title_en]
    for name, code in codes.items():
        if code == "_T":
            continue
        listed = catalog.code_lists.get(name)
        entry = listed.codes.get(code) if listed else None
        if listed is None or entry is None:
            told.append(f"{name} {code}")
        elif language == "de":
            told.append(f"{listed.title_de} {entry.de}")
        else:
            told.append(f"{listed.title_en} {entry.en}")
    return told
