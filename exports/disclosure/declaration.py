"""What is published: dimensions with their hierarchies, and the tables cut from them. Public knowledge only.

Planner and auditor both read this, and it is all they share. A table is a choice of axes; two tables over the
same dimensions are linked through their common cells, an old boundary version is a second hierarchy over the
same leaves, and an earlier release is a table that is already out. Nothing has to be said twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from sources.foundation import located_yaml
from sources.foundation.exits import USAGE
from sources.foundation.strict import Strict, in_one_line, read
from sources.foundation.told import Told

ModelT = TypeVar("ModelT", bound=BaseModel)


class DeclarationError(ValueError):
    """A declaration, a policy or an input table that cannot be used, with file and key, and what to do."""

    exit_code = USAGE


class Hierarchy(Strict):
    """How leaves of one dimension add up. Exactly one of the three forms.

    `children`: code -> codes below it. `levels`: columns of the input table above the leaf, coarse to fine.
    `file`: CSV `code,parent[,valid_from,valid_to]` (half open), taken as it stood on `valid_on`.
    """

    children: dict[str, tuple[str, ...]] | None = None
    levels: tuple[str, ...] | None = None
    file: str | None = None
    valid_on: dt.date | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Hierarchy:
        given = [name for name in ("children", "levels", "file") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                Told(
                    f"needs exactly one of children, levels, file; found {given or 'none'}",
                    "braucht genau eines von children, levels, file; gefunden: "
                    f"{', '.join(given) or 'keines'}",
                )
            )
        if self.valid_on is not None and self.file is None:
            raise ValueError(
                Told(
                    "valid_on belongs to a hierarchy given by a file",
                    "valid_on gehört zu einer Hierarchie aus einer Datei",
                )
            )
        return self


class Dimension(Strict):
    """One dimension: its leaves, the code of its total (null: its codes are never added
    up, such as years).
    """

    total: str | None = "_T"
    leaves: tuple[str, ...] | None = None
    hierarchies: dict[str, Hierarchy] = Field(default_factory=dict)


class Axis(Strict):
    """What of a dimension a table shows: which hierarchies (null: all), the leaves, the total."""

    hierarchies: tuple[str, ...] | None = None
    leaves: bool = True
    total: bool = True


class Table(Strict):
    """One published table: a file, its axes, the column of the value, and whether it is already out.

    `where` chooses the rows of the file that print counts (column -> values). `rounded_to` declares that the
    values were rounded by their source, so that equations need a tolerance. `perturbation` is null for exact
    values; otherwise every value carries noise of at most that much, and `shown_as` narrows it: a shown value
    -> the least and the greatest true value that may stand behind it.
    """

    name: str
    file: str | None = None
    dimensions: dict[str, Axis]
    columns: dict[str, str] = Field(default_factory=dict)
    value: str = "value"
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    earlier: bool = False
    rounded_to: int = Field(default=1, ge=1)
    perturbation: int | None = Field(default=None, ge=0)
    shown_as: dict[int, tuple[int, int]] | None = None

    @model_validator(mode="after")
    def _stays_inside(self) -> Table:
        for key, path in (("name", PurePath(self.name)), ("file", PurePath(self.file or "."))):
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(
                    Told(
                        f"{key} {str(path)!r} leaves the folder of the published files",
                        f"{key} {str(path)!r} verlässt den Ordner der veröffentlichten Dateien",
                    )
                )
        return self

    @property
    def is_noisy(self) -> bool:
        """Whether its values carry noise."""
        return self.perturbation is not None or self.shown_as is not None

    def behind(self, shown: float) -> tuple[float, float]:
        """Least and greatest true value that may stand behind a shown one; the same for an exact value."""
        if self.shown_as is not None and int(shown) in self.shown_as:
            low, high = self.shown_as[int(shown)]
            return float(low), float(high)
        reach = float(self.perturbation or 0) if self.rounded_to == 1 else self.rounded_to / 2
        return (max(0.0, shown - reach), shown + reach) if reach else (shown, shown)


class Safety(Strict):
    """The public part of a policy: what an attacker knows and how much room a hidden cell must keep.

    `public_before` says whether cells that earlier releases give away already count as broken (`refuse`) or
    as a level of their own (`withdraw`). `unit` is the smallest step of a value: 1 for counts. `group_lines`
    names dimensions along which a line with all its cases in one category is hidden whole, zeros included,
    but for `harmless_lines` (dimension -> totals of the lines).
    """

    minimum_frequency: int | None = Field(default=3, ge=2)
    zeros: Literal["publish", "protect"] = "publish"
    width: float = Field(default=1.0, ge=0)
    withstand: tuple[Literal["K1", "K2", "K3", "K4", "K5"], ...] = ("K1", "K2", "K4", "K5")
    whole_numbers: bool = True
    unit: float = Field(default=1.0, gt=0)
    group_lines: tuple[str, ...] = ()
    harmless_lines: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unpublished: Literal["protect", "ignore"] = "protect"
    public_before: Literal["refuse", "withdraw"] = "refuse"
    symbol: str = "."


class Noise(Strict):
    """How far true counts may lie from shown ones: at most `reach`; `small` says it for small shown ones."""

    reach: int
    below: int
    above: int
    small: dict[int, tuple[int, int]] = Field(default_factory=dict)

    def behind(self, shown: int) -> tuple[int, int]:
        """Least and greatest true count behind a shown one."""
        return self.small.get(shown, (max(0, shown - self.below), shown + self.above))


class Demand(Strict):
    """What the policy as decided demands of one product, told apart from what the product's files say.

    Whoever writes a candidate could ask less of it there. `family` names the cases, whose editions for any
    audience are attacked together. `sha256` is the hash of the decision (policy, cases
    and dimensions). `dimensions` holds totals and spelt-out hierarchies; further ones are read off the files.
    `value`, `columns` and `where` say where the product prints counts, `noise` how they are disturbed (None:
    not at all), and `rounded_to` the rounding of the source.
    """

    universe: str
    family: str
    sha256: str
    legal_basis: str
    decided_by: str
    decided_on: dt.date
    method: str
    audience: str
    safety: Safety
    dimensions: dict[str, Dimension]
    value: str
    columns: dict[str, str]
    where: dict[str, tuple[str, ...]]
    noise: Noise | None = None
    rounded_to: int = 1

    def applied(self, declared: Declaration, printed: Iterable[float | None]) -> Declaration:
        """The declaration of a product's files under what was decided; `printed` are the numbers there."""
        table = declared.tables[0]
        if self.noise is not None:
            shown = sorted({int(number) for number in printed if number is not None})
            ranges = {number: self.noise.behind(number) for number in shown}
            table = table.model_copy(update={"perturbation": self.noise.reach, "shown_as": ranges})
        return declared.model_copy(update={"safety": self.safety, "tables": (table, *declared.tables[1:])})

    def weakened(self, content: Mapping[str, Any], declared: Declaration) -> list[str]:
        """How a `disclosure.json` differs from what was decided; empty when it asks for all of it."""
        found = [
            key
            for key in ("universe", "family", "legal_basis", "decided_by", "method", "audience")
            if content.get(key) != getattr(self, key)
        ]
        if content.get("decided_on") != self.decided_on.isoformat():
            found.append("decided_on")
        found += [
            f"safety.{key}"
            for key in Safety.model_fields
            if getattr(declared.safety, key) != getattr(self.safety, key)
        ]
        if list(declared.dimensions) != list(self.dimensions):
            found.append("dimensions")
        for name, decided in self.dimensions.items():
            own = declared.dimensions.get(name)
            if own is None or own.total != decided.total:
                found.append(f"dimensions.{name}.total")
                continue
            found += [
                f"dimensions.{name}.hierarchies.{label}"
                for label, hierarchy in decided.hierarchies.items()
                if own.hierarchies.get(label) != hierarchy
            ]
        if len(declared.tables) != 1:
            return [*found, "tables"]
        (table,) = declared.tables
        found += [
            f"tables.{key}"
            for key in ("value", "columns", "where")
            if getattr(table, key) != getattr(self, key)
        ]
        if set(table.dimensions) != set(self.columns):
            found.append("tables.dimensions")
        if table.earlier or table.rounded_to != self.rounded_to:
            found.append("tables.rounded_to")
        ranges = table.shown_as or {}
        if self.noise is None:
            noise_fits = not table.is_noisy
        else:
            noise_fits = table.perturbation == self.noise.reach and all(
                self.noise.behind(shown) == behind for shown, behind in ranges.items()
            )
        return found if noise_fits else [*found, "tables.perturbation"]


class Declaration(Strict):
    """Everything public about a set of tables published together."""

    name: str
    dimensions: dict[str, Dimension]
    tables: tuple[Table, ...]
    safety: Safety = Safety()

    @model_validator(mode="after")
    def _names_fit(self) -> Declaration:
        seen: set[str] = set()
        for table in self.tables:
            if table.name in seen:
                raise ValueError(
                    Told(
                        f"table {table.name!r} is declared twice",
                        f"Tabelle {table.name!r} ist zweimal angegeben",
                    )
                )
            seen.add(table.name)
            for name, axis in table.dimensions.items():
                if name not in self.dimensions:
                    raise ValueError(
                        Told(
                            f"table {table.name!r}: dimension {name!r} is not declared",
                            f"Tabelle {table.name!r}: die Dimension {name!r} ist nicht angegeben",
                        )
                    )
                for chosen in axis.hierarchies or ():
                    if chosen not in self.dimensions[name].hierarchies:
                        raise ValueError(
                            Told(
                                f"table {table.name!r}: {name!r} has no hierarchy {chosen!r}",
                                f"Tabelle {table.name!r}: {name!r} hat keine Hierarchie {chosen!r}",
                            )
                        )
                if axis.total and self.dimensions[name].total is None and "total" in axis.model_fields_set:
                    raise ValueError(
                        Told(
                            f"table {table.name!r}: dimension {name!r} has no total",
                            f"Tabelle {table.name!r}: die Dimension {name!r} hat keine Summe",
                        )
                    )
            for name in table.columns:
                if name not in table.dimensions:
                    raise ValueError(
                        Told(
                            f"table {table.name!r}: column given for {name!r}, which it does not show",
                            f"Tabelle {table.name!r}: eine Spalte für {name!r}, das sie nicht zeigt",
                        )
                    )
            for name, dimension in self.dimensions.items():
                if name not in table.dimensions and dimension.total is None:
                    raise ValueError(
                        Told(
                            f"table {table.name!r} must show dimension {name!r}, because that has no total",
                            f"Tabelle {table.name!r} muss die Dimension {name!r} zeigen, weil diese keine "
                            "Summe hat",
                        )
                    )
        return self


def read_model(path: Path, model: type[ModelT]) -> ModelT:
    """Read a YAML or JSON file into a strict model; every problem names the file, line and key."""
    try:
        return read(path, model)
    except located_yaml.DeclarationError as error:
        raise DeclarationError(error.args[0]) from error


def parse_model(document: Any, model: type[ModelT], where: str) -> ModelT:
    """Validate plain data against a strict model; `where` is named in the error."""
    if not isinstance(document, Mapping):
        raise DeclarationError(
            Told(f"{where}: a mapping of keys is expected", f"{where}: erwartet werden Angaben mit Werten")
        )
    try:
        return model.model_validate(document)
    except ValidationError as error:
        words = in_one_line(error)
        raise DeclarationError(Told(f"{where}: {words}", f"{where}: {words.de}")) from None


def read_hierarchy_file(path: Path, valid_on: dt.date | None) -> dict[str, tuple[str, ...]]:
    """Children per code from a CSV with `code,parent[,valid_from,valid_to]`; empty
    parent: top of the tree.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DeclarationError(Told(f"{path}: no such file", f"{path}: diese Datei gibt es nicht")) from None
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames is None or not {"code", "parent"} <= set(reader.fieldnames):
        raise DeclarationError(
            Told(
                f"{path}: the columns code and parent are needed, found {reader.fieldnames}",
                f"{path}: gebraucht werden die Spalten code und parent, gefunden "
                f"{', '.join(reader.fieldnames or ()) or 'keine'}",
            )
        )
    children: dict[str, list[str]] = {}
    for row in reader:
        since, until = row.get("valid_from") or "", row.get("valid_to") or ""
        day = valid_on.isoformat() if valid_on else None
        if day and ((since and day < since) or (until and day >= until)):
            continue
        if row["parent"]:
            children.setdefault(row["parent"], []).append(row["code"])
    return {code: tuple(below) for code, below in children.items()}


def resolve(
    declaration: Declaration,
    folder: Path,
    codes: Mapping[str, Iterable[tuple[str, ...]]] | None = None,
    level_columns: Mapping[str, tuple[str, ...]] | None = None,
) -> Declaration:
    """The same declaration with every hierarchy spelled out as `children` and every
    dimension's leaves listed.

    `codes` gives per dimension the rows (leaf, upper level codes…) seen in the input, in the order of
    `level_columns`; it is needed only where a hierarchy is given by levels or leaves are not listed.
    """
    dimensions: dict[str, Dimension] = {}
    for name, dimension in declaration.dimensions.items():
        rows = sorted(set(codes[name])) if codes and name in codes else []
        columns = level_columns[name] if level_columns and name in level_columns else ()
        hierarchies: dict[str, Hierarchy] = {}
        for label, hierarchy in dimension.hierarchies.items():
            if hierarchy.children is not None:
                children = dict(hierarchy.children)
            elif hierarchy.file is not None:
                children = read_hierarchy_file(folder / hierarchy.file, hierarchy.valid_on)
            else:
                if not rows:
                    raise DeclarationError(
                        Told(
                            f"dimension {name!r}, hierarchy {label!r}: levels name columns of an input "
                            "table, "
                            "and there is none here; give children or a file",
                            f"Dimension {name!r}, Hierarchie {label!r}: levels nennt Spalten einer "
                            "Eingabetabelle, und hier gibt es keine; children oder eine Datei angeben",
                        )
                    )
                children = _children_of_levels(name, label, hierarchy.levels or (), columns, rows)
            hierarchies[label] = Hierarchy(children=children)
        leaves = dimension.leaves
        if leaves is None and rows:
            leaves = tuple(sorted({row[0] for row in rows}))
        if leaves is None:
            leaves = _leaves_of(hierarchies)
        if not leaves:
            raise DeclarationError(
                Told(
                    f"dimension {name!r}: neither leaves nor a hierarchy are given",
                    f"Dimension {name!r}: weder leaves noch eine Hierarchie sind angegeben",
                )
            )
        resolved = Dimension(total=dimension.total, leaves=leaves, hierarchies=hierarchies)
        _check_hierarchies(name, resolved)
        dimensions[name] = resolved
    return Declaration(
        name=declaration.name, dimensions=dimensions, tables=declaration.tables, safety=declaration.safety
    )


def _leaves_of(hierarchies: Mapping[str, Hierarchy]) -> tuple[str, ...]:
    parents: set[str] = set()
    below: set[str] = set()
    for hierarchy in hierarchies.values():
        for code, children in (hierarchy.children or {}).items():
            parents.add(code)
            below.update(children)
    return tuple(sorted(below - parents))


def _children_of_levels(
    dimension: str,
    label: str,
    levels: tuple[str, ...],
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
) -> dict[str, tuple[str, ...]]:
    """Children per code from level columns (coarse to fine, the leaf last); a code equal to its
    child is merged.
    """
    children: dict[str, set[str]] = {}
    parent_of: dict[str, str] = {}
    positions = [columns.index(level) for level in levels]
    for row in rows:
        chain = [row[position] for position in positions] + [row[0]]
        for upper, lower in itertools.pairwise(chain):
            if upper == lower:
                continue
            known = parent_of.setdefault(lower, upper)
            if known != upper:
                raise DeclarationError(
                    Told(
                        f"dimension {dimension!r}, hierarchy {label!r}: {lower!r} lies under both {known!r} "
                        f"and {upper!r}",
                        f"Dimension {dimension!r}, Hierarchie {label!r}: {lower!r} liegt unter {known!r} "
                        f"und unter {upper!r}",
                    )
                )
            children.setdefault(upper, set()).add(lower)
    return {code: tuple(sorted(below)) for code, below in sorted(children.items())}


def _check_hierarchies(name: str, dimension: Dimension) -> None:
    """Every hierarchy must be a forest that covers each leaf exactly once: no holes, no loops,
    no double parents.
    """
    leaves = set(dimension.leaves or ())
    if len(leaves) != len(dimension.leaves or ()):
        raise DeclarationError(
            Told(
                f"dimension {name!r}: a leaf is listed twice",
                f"Dimension {name!r}: eine feinste Ausprägung steht zweimal da",
            )
        )
    if dimension.total in leaves:
        raise DeclarationError(
            Told(
                f"dimension {name!r}: the total {dimension.total!r} is also a leaf",
                f"Dimension {name!r}: die Summe {dimension.total!r} ist auch eine feinste Ausprägung",
            )
        )
    for label, hierarchy in dimension.hierarchies.items():
        children = hierarchy.children or {}
        where = f"dimension {name!r}, hierarchy {label!r}"
        where_de = f"Dimension {name!r}, Hierarchie {label!r}"
        parent: dict[str, str] = {}
        for code, below in children.items():
            if code in leaves:
                raise DeclarationError(
                    Told(
                        f"{where}: {code!r} is a leaf and has children",
                        f"{where_de}: {code!r} ist eine feinste Ausprägung und hat doch etwas unter sich",
                    )
                )
            if not below:
                raise DeclarationError(
                    Told(f"{where}: {code!r} has no children", f"{where_de}: {code!r} hat nichts unter sich")
                )
            for child in below:
                if child not in children and child not in leaves:
                    raise DeclarationError(
                        Told(
                            f"{where} has a hole: {child!r} under {code!r} is neither a leaf nor explained "
                            f"further",
                            f"{where_de} hat ein Loch: {child!r} unter {code!r} ist weder eine feinste "
                            "Ausprägung noch weiter aufgeteilt",
                        )
                    )
                if child in parent:
                    raise DeclarationError(
                        Told(
                            f"{where}: {child!r} lies under both {parent[child]!r} and {code!r}",
                            f"{where_de}: {child!r} liegt unter {parent[child]!r} und unter {code!r}",
                        )
                    )
                parent[child] = code
        if dimension.total in parent:
            raise DeclarationError(
                Told(
                    f"{where}: the total {dimension.total!r} lies under {parent[dimension.total]!r}",
                    f"{where_de}: die Summe {dimension.total!r} liegt unter {parent[dimension.total]!r}",
                )
            )
        for code in children:
            seen = {code}
            upper = parent.get(code)
            while upper is not None:
                if upper in seen:
                    raise DeclarationError(
                        Told(
                            f"{where}: {code!r} lies under itself",
                            f"{where_de}: {code!r} liegt unter sich selbst",
                        )
                    )
                seen.add(upper)
                upper = parent.get(upper)
        orphans = sorted(leaves - set(parent))
        if orphans and children:
            shown = ", ".join(orphans[:5])
            raise DeclarationError(
                Told(
                    f"{where} has a hole: {len(orphans)} leaves belong to no code above them ({shown})",
                    f"{where_de} hat ein Loch: {len(orphans)} feinste Ausprägungen gehören zu keinem "
                    f"Schlüssel darüber ({shown})",
                )
            )


def fitted_axes(
    tables: Sequence[Table], declaration: Declaration, printed: Mapping[str, Iterable[tuple[str, ...]]]
) -> tuple[Table, ...]:
    """Axes as wide as what is printed: fewest hierarchies that hold its codes, leaves and total if shown."""
    result = []
    for table in tables:
        axes: dict[str, Axis] = {}
        keys = list(printed[table.name])
        for place, name in enumerate(table.dimensions):
            dimension = declaration.dimensions[name]
            shown = {key[place] for key in keys}
            unknown = shown - {dimension.total} - set(dimension.leaves or ())
            for hierarchy in dimension.hierarchies.values():
                unknown -= set(hierarchy.children or {})
            if unknown:
                raise DeclarationError(
                    Told(
                        f"table {table.name}: the code {min(unknown)!r} is not known to dimension {name!r}; "
                        "add it to a hierarchy or to the cases",
                        f"Tabelle {table.name}: den Schlüssel {min(unknown)!r} kennt die Dimension {name!r} "
                        "nicht; in eine Hierarchie oder zu den Fällen aufnehmen",
                    )
                )
            left = shown - {dimension.total} - set(dimension.leaves or ())
            chosen: list[str] = []
            while left:
                best = max(
                    sorted(dimension.hierarchies, reverse=True),
                    key=lambda label: (len(left & set(dimension.hierarchies[label].children or {})), label),
                )
                chosen.append(best)
                left -= set(dimension.hierarchies[best].children or {})
            axes[name] = Axis(
                hierarchies=tuple(sorted(chosen)),
                leaves=bool(shown & set(dimension.leaves or ())),
                total=dimension.total is not None and dimension.total in shown,
            )
        result.append(table.model_copy(update={"dimensions": axes}))
    return tuple(result)
