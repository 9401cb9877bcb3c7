"""What writers of extracts share: the edition and the part of it that is wanted, and what a format is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.describe import Dataset, Description
from exports.rows import Rows
from sources.foundation.editions import RECEIPT, RELEASE
from sources.foundation.exits import USAGE
from sources.foundation.files import sha256_of
from sources.foundation.told import Told

DIFFERENCE = "diff.csv"


OF_TOWNS = ("PROGNOSERAUM", "BEZIRKSREGION", "PLANUNGSRAUM")
"""Levels whose codes a town gives, so that they may begin like the code of an area elsewhere."""

INSIDE = "area_code = ? or starts_with(area_code, ?) and not list_contains(?::varchar[], area_level)"
"""SQL: whether a row is of an area or of one in it; its parameters are `inside`."""


def inside(code: str) -> list[Any]:
    """The parameters of `INSIDE` for the code of an area."""
    return [code, code, list(OF_TOWNS)]


class ExtractError(ValueError):
    """An extract that cannot be made; the message says why and what to do."""

    exit_code = USAGE


@dataclass(frozen=True)
class Part:
    """Which rows are wanted; nothing: all.

    `areas` are codes: their rows, and those of areas whose codes begin so (a Kreis with its Gemeinden).
    `indicators` are ids, `years` the first and the last year of the reference date, `levels` those of areas.
    `outlines` is the year of the Gebietsstand that a map shows.
    """

    areas: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    levels: tuple[str, ...] = ()
    outlines: int | None = None

    def as_plain(self) -> dict[str, Any]:
        """The choice as JSON-ready data; an empty list or null: not chosen by this."""
        return {
            "areas": list(self.areas),
            "indicators": list(self.indicators),
            "years": list(self.years) if self.years else None,
            "levels": list(self.levels),
            "outlines": self.outlines,
        }


@dataclass(frozen=True)
class About:
    """The edition of an extract, and which part of it is taken.

    `previous` is the version before it, which `DIFFERENCE` in `folder` compares it with, if there is one.
    `areas` is the folder of the edition that outlines are taken from.
    """

    folder: Path
    product: str
    version: str
    previous: str | None
    published_at: str
    receipt_sha256: str
    part: Part
    datasets: tuple[Dataset, ...]
    areas: Path | None = None

    @property
    def edition(self) -> str:
        """The edition's name in citations: `<product>/<version>`."""
        return f"{self.product}/{self.version}"

    def outlines(self) -> dict[str, Any] | None:
        """The edition that outlines are from, as a receipt names it; None without one."""
        if self.areas is None:
            return None
        named = f"{self.areas.parent.name}/{self.areas.name}"
        return {"edition": named, "edition_receipt_sha256": sha256_of(self.areas / RECEIPT)}

    def licences(self) -> list[dict[str, Any]]:
        """Each licence once, with the datasets that it is for."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for one in self.datasets:
            found.setdefault((one.licence, one.licence_title, one.licence_url), []).append(one.dataset_id)
        return [
            {"name": name, "title": title, "path": url, "datasets": ids}
            for (name, title, url), ids in found.items()
        ]

    def attributions(self) -> list[str]:
        """The source notes to print, each once."""
        return attributions(self.datasets)


@dataclass(frozen=True)
class Written:
    """What a writer says of its file: a note, and source notes of what stands beside the figures."""

    note: str | None = None
    sources: tuple[str, ...] = ()


Write = Callable[[Rows, Path], Written]
"""Writes the rows of a part into a file."""


@dataclass(frozen=True)
class Format:
    """A format of an extract. `prepare` sees the whole edition, what it gives writes a part.

    `beside` give the paths of files that are, or may be, written beside, from that of the data's file.
    """

    title_de: str
    media_type: str
    prepare: Callable[[Rows, Description, About], Write]
    beside: tuple[Callable[[Path], Path], ...] = ()


def about(folder: Path, description: Description, part: Part, areas: Path | None = None) -> About:
    """Read what an edition's folder says of it. Raises `ExtractError` for what was never released."""
    try:
        note = json.loads((folder / RELEASE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ExtractError(
            Told(
                f"{folder}: was not released, so nothing is extracted from it",
                f"{folder}: ist nicht veröffentlicht, darum gibt es keinen Auszug daraus",
            )
        ) from None
    return About(
        folder=folder,
        product=description.product,
        version=note["version"],
        previous=_version(note.get("previous")),
        published_at=note["published_at"],
        receipt_sha256=sha256_of(folder / RECEIPT),
        part=part,
        datasets=_datasets(description, part.indicators),
        areas=areas,
    )


def _version(previous: Any) -> str | None:
    return previous.get("version") if isinstance(previous, dict) else previous


def attributions(datasets: Iterable[Dataset]) -> list[str]:
    """The source notes of datasets, each once."""
    return list(dict.fromkeys(one.attribution for one in datasets))


def _datasets(description: Description, indicators: Sequence[str]) -> tuple[Dataset, ...]:
    """The datasets of the chosen indicators where the edition names them, else all of its datasets."""
    if not indicators or any(name not in description.sources_of for name in indicators):
        return description.datasets
    wanted = {dataset for name in indicators for dataset in description.sources_of[name]}
    return tuple(one for one in description.datasets if one.dataset_id in wanted)
