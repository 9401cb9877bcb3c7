"""Formats for programs of statistics, made on demand from a released edition (`exports.extract`).

No edition holds them, so that it takes no more room. Each is prepared over the whole edition (structure,
labels) and then writes the chosen part, so that codes and structures are the same in every part.
"""

from __future__ import annotations

from exports.about import Format
from exports.statistics import json_stat, labelled, sdmx

ON_DEMAND: dict[str, Format] = {
    "sdmx-csv": Format(
        "SDMX-CSV 2.0 mit Struktur (SDMX-ML 3.0)",
        "application/vnd.sdmx.data+csv; version=2.0.0",
        sdmx.prepare,
        (lambda path: path.with_name(path.name + sdmx.STRUCTURE),),
    ),
    "json-stat": Format("JSON-stat 2.0", "application/json", json_stat.prepare),
    "stata": Format("Stata (.dta)", "application/x-stata-dta", labelled.prepare("stata")),
    "spss": Format("SPSS (.sav)", "application/x-spss-sav", labelled.prepare("spss")),
}

__all__ = ["ON_DEMAND"]
