"""What is already public about the cases of a universe: the shown and hidden cells of all its releases.

A release says in its `disclosure.json` of which universe it is and how its columns are to be read; nothing
else is believed about it. Numbers that were revised since stand in several layers, newest first, so that no
layer holds two numbers for one cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.disclosure.auditor.knowledge import read_published
from exports.disclosure.declaration import Declaration, DeclarationError, Table, parse_model
from sources.foundation.files import sha256_of
from sources.foundation.told import Told, said

DECLARATION = "disclosure.json"
"""The public declaration of a protected product, in its candidate and in its release."""

Key = tuple[str, ...]
Cells = dict[Key, float | None]


@dataclass(frozen=True)
class Public:
    """One released edition of a product of the universe."""

    product: str
    version: str
    folder: Path
    table: Table

    @property
    def id(self) -> str:
        """`<product>/<version>`."""
        return f"{self.product}/{self.version}"

    @property
    def file(self) -> Path:
        """Its Parquet file."""
        return self.folder / f"{self.product}.parquet"


def read_declaration(path: Path) -> tuple[dict[str, Any], Declaration]:
    """A `disclosure.json` as (everything, its declaration); raises DeclarationError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeclarationError(
            Told(
                f"{path}: no such file; build the candidate anew",
                f"{path}: diese Datei gibt es nicht; den Kandidaten neu bauen",
            )
        ) from None
    except ValueError as error:
        raise DeclarationError(
            Told(f"{path}: not readable: {error}", f"{path}: nicht zu lesen: {error}")
        ) from None
    if not isinstance(content, dict) or not {"universe", "product", "declaration"} <= set(content):
        raise DeclarationError(
            Told(
                f"{path}: is no declaration of a protected product; build the candidate anew",
                f"{path}: ist keine Erklärung eines geschützten Produkts; den Kandidaten neu bauen",
            )
        )
    return content, parse_model(content["declaration"], Declaration, str(path))


def released(roots: Iterable[Path], universe: str) -> list[Public]:
    """Every edition of every product over the cases of a universe below these folders of releases, oldest
    first; `universe` names the cases, which policies for several audiences have in common.

    Raises DeclarationError for an edition of this universe that cannot be read: what was published cannot be
    left out of the attack.
    """
    found: list[Public] = []
    for root in roots:
        for path in sorted(root.glob(f"*/*/{DECLARATION}")):
            if path.parent.is_symlink():
                continue
            content, declared = read_declaration(path)
            if content.get("family", content["universe"]) != universe:
                continue
            public = Public(str(content["product"]), path.parent.name, path.parent, declared.tables[0])
            if not public.file.is_file():
                raise DeclarationError(
                    Told(
                        f"{public.file}: the earlier release cannot be read; restore it, because what was "
                        "published must be part of every attack",
                        f"{public.file}: Die frühere Ausgabe ist nicht zu lesen; wiederherstellen, denn was "
                        "veröffentlicht wurde, gehört zu jedem Angriff",
                    )
                )
            found.append(public)
    return sorted(found, key=lambda public: (_order(public.version), public.product))


def _order(version: str) -> tuple[str, int]:
    day, _, number = version.rpartition(".")
    return (day, int(number)) if number.isdigit() else (version, 0)


def layers(editions: Sequence[Public], declaration: Declaration) -> list[tuple[Table, Cells]]:
    """The earlier tables to add to a declaration: per product one layer, and more for revised numbers and
    for editions that printed their numbers in another way.
    """
    tables: list[tuple[Table, Cells]] = []
    layer_of: dict[str, int] = {}
    for product, shown, versions in _alike(editions):
        numbers: dict[Key, list[float]] = {}
        hidden: dict[Key, None] = {}
        for public in reversed(versions):
            try:
                cells = read_published(public.file, public.table, declaration)
            except DeclarationError as error:
                raise DeclarationError(
                    Told(
                        f"earlier release {public.id}: {error}",
                        f"frühere Ausgabe {public.id}: {said(error.args[0], 'de')}",
                    )
                ) from None
            for key, number in cells.items():
                if number is None:
                    hidden.setdefault(key)
                elif number not in numbers.setdefault(key, []):
                    numbers[key].append(number)
        depth = max((len(known) for known in numbers.values()), default=0)
        for layer in range(max(1, depth)):
            cells = {key: known[layer] for key, known in numbers.items() if len(known) > layer}
            if layer == 0:
                cells |= {key: None for key in hidden if key not in numbers}
            layer_of[product] = layer_of.get(product, 0) + 1
            name = f"{product}@{layer_of[product]}"
            table = shown.model_copy(update={"name": name, "file": None, "earlier": True, "where": {}})
            tables.append((table, cells))
    return tables


def _alike(editions: Sequence[Public]) -> list[tuple[str, Table, list[Public]]]:
    """Editions of one product whose numbers are to be read alike, with the newest table among them.

    Editions with other noise than before, or with none, are read by their own declaration.
    """
    groups: list[tuple[str, Table, list[Public]]] = []
    for public in sorted(editions, key=lambda public: public.product):
        table = public.table
        for place, (product, known, versions) in enumerate(groups):
            ranges = [ranges or {} for ranges in (known.shown_as, table.shown_as)]
            if (
                product == public.product
                and known.perturbation == table.perturbation
                and known.rounded_to == table.rounded_to
                and all(ranges[0][z] == ranges[1][z] for z in ranges[0].keys() & ranges[1].keys())
            ):
                both = ranges[0] | ranges[1] if table.shown_as or known.shown_as else None
                groups[place] = (
                    product,
                    table.model_copy(update={"shown_as": both}),
                    [*versions, public],
                )
                break
        else:
            groups.append((public.product, table, [public]))
    return groups


def fingerprints(editions: Iterable[Public]) -> dict[str, str]:
    """Edition -> SHA-256 of its Parquet file."""
    return {public.id: sha256_of(public.file) for public in editions}
