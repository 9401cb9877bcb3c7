"""What earlier editions show of the cells of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.constraints import Booleans, System
from exports.disclosure.declaration import Declaration, DeclarationError, Safety
from exports.disclosure.sights import Published
from sources.foundation.told import Told


def still_valid(
    declaration: Declaration,
    system: System,
    earlier: Mapping[str, Mapping[Key, float | None]],
    safety: Safety,
    *,
    revised: bool,
) -> tuple[Published, dict[str, tuple[Key, ...]]]:
    """Cells of earlier releases that hold today, and those that do not.

    With `revised` numbers may have changed since; an earlier number that is not today's tells nobody
    anything. Without it such a number is an error.
    """
    valid: Published = {}
    outdated: dict[str, tuple[Key, ...]] = {}
    for table in declaration.tables:
        if not table.earlier:
            continue
        if table.name not in earlier:
            raise DeclarationError(
                Told(
                    f"the earlier release {table.name!r} is declared, but its cells are not here",
                    f"Die frühere Ausgabe {table.name!r} ist angegeben, aber ihre Felder sind nicht da",
                )
            )
        kept: dict[Key, float | None] = {}
        gone: list[Key] = []
        for codes, number in earlier[table.name].items():
            try:
                cell = system.find(dict(zip(table.dimensions, codes, strict=True)))
            except KeyError:
                raise DeclarationError(
                    Told(
                        f"earlier release {table.name!r}: the cell {codes} is not declared",
                        f"Frühere Ausgabe {table.name!r}: Das Feld {', '.join(codes)} ist nicht erklärt",
                    )
                ) from None
            true = float(system.values[cell])
            if number is None:
                holds = not revised or true > 0 or safety.zeros == "protect"
            else:
                low, high = table.behind(number)
                holds = low <= true <= high
            if holds:
                kept[codes] = number
            elif revised:
                gone.append(codes)
            else:
                raise DeclarationError(
                    Told(
                        f"earlier release {table.name!r}: {system.describe(cell)} had another number than "
                        "now; "
                        "a revised period needs its own code, so that both are not taken for one",
                        f"Frühere Ausgabe {table.name!r}: {system.describe(cell)} hatte eine andere Zahl "
                        "als jetzt; ein berichtigter Zeitraum braucht einen eigenen Schlüssel, damit beide "
                        "nicht für dasselbe gehalten werden",
                    )
                )
        valid[table.name] = kept
        outdated[table.name] = tuple(gone)
    return valid, outdated


def shown_before(declaration: Declaration, system: System, earlier: Published) -> tuple[Booleans, Booleans]:
    """Cells that earlier releases show with today's number, and those they print as hidden."""
    shown = np.zeros(system.size, dtype=bool)
    hidden = np.zeros(system.size, dtype=bool)
    for table in declaration.tables:
        if not table.earlier:
            continue
        for codes, number in earlier[table.name].items():
            cell = system.find(dict(zip(table.dimensions, codes, strict=True)))
            if number is None:
                hidden[cell] = True
            elif len(set(table.behind(number))) == 1:
                shown[cell] = True
    return shown, hidden


def cells_named(declaration: Declaration, system: System, hidden: Mapping[str, Iterable[Key]]) -> Booleans:
    """The cells with these codes, table by table; codes that no longer exist are passed over."""
    kept = np.zeros(system.size, dtype=bool)
    by_name = {table.name: table for table in declaration.tables}
    for name, keys in hidden.items():
        if name not in by_name:
            continue
        for codes in keys:
            try:
                kept[system.find(dict(zip(by_name[name].dimensions, codes, strict=True)))] = True
            except KeyError:
                continue  # the cell no longer exists
    return kept
