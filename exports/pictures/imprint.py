"""What is printed inside a picture or page: sources and licences, edition, publisher."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sources.foundation.told import day_in

CHANGED = "Daten verändert"
"""What licences ask to be said where numbers were computed from tables."""


@dataclass(frozen=True)
class Imprint:
    """An edition as it is cited: id, day, publisher, title, and its datasets by id."""

    edition: str
    published: date
    publisher: str
    title: str
    datasets: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, edition: Path) -> Imprint:
        """Read it from the files of an edition."""
        package = json.loads((edition / "datapackage.json").read_text(encoding="utf-8"))
        moment = json.loads((edition / "release.json").read_text(encoding="utf-8"))["published_at"]
        return cls(
            f"{edition.parent.name}/{edition.name}",
            date.fromisoformat(moment[:10]),
            str(package["contributors"][0]["title"]),
            str(package["title"]),
            {str(one["dataset_id"]): one for one in package["planstat"]["datasets"]},
        )

    def notes(self, datasets: Collection[str], *, with_tables: bool = True) -> list[str]:
        """A source note per attribution and licence, with the tables that are used."""
        noted: dict[tuple[str, str, str], list[str]] = {}
        for name in sorted(datasets & self.datasets.keys()):
            one = self.datasets[name]
            key = (str(one["attribution"]), str(one["licence_title"]), str(one.get("licence") or ""))
            noted.setdefault(key, []).append(name)
        return [
            f"{whose}{_tables(names) if with_tables else ''}; {licence}"
            f"{f' ({short})' if short and short not in licence else ''}"
            for (whose, licence, short), names in noted.items()
        ]

    def lines(self, datasets: Collection[str], outlines: Collection[str] = ()) -> list[str]:
        """The lines below a picture."""
        found = [f"Quelle: {note}; {CHANGED}" for note in self.notes(datasets)]
        found += [f"Umrisse: {note}; vereinfacht" for note in self.notes(outlines, with_tables=False)]
        return [*found, f"Herausgeber: {self.publisher}; {self.cited}"]

    @property
    def cited(self) -> str:
        """The edition and its day."""
        return f"Ausgabe {self.edition} vom {day_in(self.published, 'de')}"


def _tables(names: Iterable[str]) -> str:
    given = list(names)
    return f", {'Tabelle' if len(given) == 1 else 'Tabellen'} {', '.join(given)}"
