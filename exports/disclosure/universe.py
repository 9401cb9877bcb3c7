"""Everything that is published about the same cases: one policy file for all products over them.

A universe names the relation with the true counts of the finest cells, the dimensions with their hierarchies,
and the policy that the data protection officer decided. Products name the universe in their `disclosure:`
section and are planned together, so that nobody computes a hidden cell of one from another.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import Field, model_validator

from exports.disclosure.declaration import (
    DeclarationError,
    Demand,
    Dimension,
    Hierarchy,
    Noise,
    read_model,
)
from exports.disclosure.policy import Data, Policy, safety_of
from exports.products import FOLDER, Product
from sources.foundation.files import canonical_json
from sources.foundation.strict import Strict
from sources.foundation.told import Told

POLICIES = "policies"
"""Folder beside the products that holds the policies."""

_AUDIENCES = {"public": "die Öffentlichkeit", "internal": "den internen Gebrauch"}

NAME = r"^[a-z][a-z0-9_]*$"


class Editions(Strict):
    """Hierarchies that the warehouse keeps: rows of `code` under `parent` (empty at the top), per `edition`.

    Each edition (a territorial state, say) becomes a hierarchy of its own. A code that means another set of
    leaves in another edition needs another code.
    """

    relation: str = Field(pattern=NAME)
    code: str = Field(default="code", pattern=NAME)
    parent: str = Field(default="parent_code", pattern=NAME)
    edition: str = Field(default="edition", pattern=NAME)


class UniverseDimension(Strict):
    """A dimension: the column of its codes, its total (null: codes are never added up), its hierarchies."""

    column: str = Field(pattern=NAME)
    total: str | None = "_T"
    hierarchies: dict[str, Hierarchy] = Field(default_factory=dict)
    editions: Editions | None = None

    @model_validator(mode="after")
    def _spelt_out(self) -> UniverseDimension:
        for label, hierarchy in self.hierarchies.items():
            if hierarchy.children is None:
                raise ValueError(
                    Told(
                        f"hierarchy {label!r}: give `children`, or let the warehouse tell by `editions`",
                        f"Hierarchie {label!r}: `children` angeben, oder mit `editions` aus der "
                        "Datenhaltung nehmen",
                    )
                )
        return self


class Linked(Strict):
    """Counts of units to whom the cases belong (benefit communities, households), by some of the dimensions.

    `where` chooses rows. `dimensions` are those by which the units are counted; along the others a unit may
    stand in several cells, so that each of them is asked for the units of all. `unknown`: parts that the
    source keeps secret, `value` then being the sum of the others.
    """

    relation: str = Field(pattern=NAME)
    value: str = Field(default="value", pattern=NAME)
    unknown: str | None = Field(default=None, pattern=NAME)
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    dimensions: tuple[str, ...] = Field(min_length=1)


class Cases(Strict):
    """The true counts: a relation of the warehouse with one number per finest cell (further rows add up).

    `where` chooses rows (column -> values). `denominator`: column of the denominator. `respondents`: column
    with the number of contributors. `mark`: column with the source's secrecy marks. `unknown`: column with
    the number of parts that the source keeps secret, `value` then being the sum of the others. Units that
    `policy.rules.units` names are columns too, or `linked` counts of their own. `rounded_to`: the
    multiple to which the source rounds its numbers and totals one by one, so that these need not add up.
    """

    relation: str = Field(pattern=NAME)
    value: str = Field(default="value", pattern=NAME)
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    respondents: str | None = Field(default=None, pattern=NAME)
    denominator: str | None = Field(default=None, pattern=NAME)
    mark: str | None = Field(default=None, pattern=NAME)
    unknown: str | None = Field(default=None, pattern=NAME)
    rounded_to: int = Field(default=1, ge=1)
    linked: dict[str, Linked] = Field(default_factory=dict)


class Universe(Strict):
    """One policy file: what is counted, by what, and what the data protection officer decided.

    `same_cases_as`: another policy over the same cases, for another audience; whoever reads one edition may
    know those of the others, so all are attacked together. Dimensions of one name must mean the same.
    """

    name: str = Field(pattern=NAME)
    title_de: str = Field(min_length=1)
    same_cases_as: str | None = Field(default=None, pattern=NAME)
    cases: Cases
    dimensions: dict[str, UniverseDimension] = Field(min_length=1)
    policy: Policy

    @model_validator(mode="after")
    def _names_fit(self) -> Universe:
        for unit, linked in self.cases.linked.items():
            if unit not in self.policy.rules.units:
                raise ValueError(
                    Told(
                        f"cases.linked: {unit!r} is counted, but policy.rules.units gives no minimum for it",
                        f"cases.linked: {unit!r} wird gezählt, aber policy.rules.units nennt keinen "
                        "Mindestwert dafür",
                    )
                )
            unknown = sorted(set(linked.dimensions) - set(self.dimensions))
            if unknown:
                raise ValueError(
                    Told(
                        f"cases.linked.{unit}: {unknown[0]!r} is no dimension of this policy",
                        f"cases.linked.{unit}: {unknown[0]!r} ist keine Dimension dieser Festlegung",
                    )
                )
        return self

    @property
    def family(self) -> str:
        """The name under which all editions about these cases are known, whatever audience they are for."""
        return self.same_cases_as or self.name

    @property
    def relations(self) -> tuple[str, ...]:
        """Relations of the warehouse that planning reads, beside those of the products."""
        editions = [dimension.editions for dimension in self.dimensions.values()]
        return tuple(
            dict.fromkeys(
                (
                    self.cases.relation,
                    *(linked.relation for linked in self.cases.linked.values()),
                    *(one.relation for one in editions if one is not None),
                )
            )
        )


def load_universe(name: str, folder: Path = FOLDER) -> Universe:
    """Read `policies/<name>.yml` beside the products; raises DeclarationError naming file and key."""
    path = folder / POLICIES / f"{name}.yml"
    universe = read_model(path, Universe)
    if universe.name != name:
        raise DeclarationError(
            Told(
                f"{path}: key name: says {universe.name!r}; give file and universe one name",
                f"{path}: Angabe name: sagt {universe.name!r}; Datei und Festlegung brauchen denselben Namen",
            )
        )
    return universe


def members(universe: Universe, products: Iterable[Product]) -> tuple[Product, ...]:
    """The products over the cases of a universe, by name.

    Raises DeclarationError when a public product names a policy that was decided for an internal audience.
    """
    chosen = sorted(
        (p for p in products if p.disclosure is not None and p.disclosure.policy == universe.name),
        key=lambda product: product.product,
    )
    for product in chosen:
        if product.audience != universe.policy.audience:
            raise DeclarationError(
                Told(
                    f"product {product.product} is {product.audience}, but policy {universe.name} was "
                    "decided "
                    f"for the audience {universe.policy.audience!r}; give each audience a policy of its own",
                    f"Produkt {product.product} ist für {_AUDIENCES[product.audience]}, die Festlegung "
                    f"{universe.name} aber für {_AUDIENCES[universe.policy.audience]} beschlossen; jeder "
                    "Leserkreis braucht eine eigene Festlegung",
                )
            )
    return tuple(chosen)


def columns_of(universe: Universe, product: Product) -> dict[str, str]:
    """Dimension -> column of the product's relation, in the universe's order; only those the product has.

    A dimension that the product names under `columns` with an empty text stands at its total there.
    """
    if product.disclosure is None:
        raise DeclarationError(
            Told(
                f"product {product.product} has no disclosure section",
                f"Produkt {product.product} hat keinen Abschnitt disclosure",
            )
        )
    unknown = sorted(set(product.disclosure.columns) - set(universe.dimensions))
    if unknown:
        raise DeclarationError(
            Told(
                f"product {product.product}: disclosure.columns names {', '.join(unknown)}, which policy "
                f"{universe.name} does not have",
                f"Produkt {product.product}: disclosure.columns nennt {', '.join(unknown)}, was die "
                f"Festlegung {universe.name} nicht hat",
            )
        )
    named = {
        name: product.disclosure.columns.get(name, dimension.column)
        for name, dimension in universe.dimensions.items()
    }
    return {name: column for name, column in named.items() if column}


def data_of(universe: Universe) -> Data:
    """Where the true counts stand, in the words of the planner."""
    cases = universe.cases
    return Data(
        value=cases.value,
        columns={name: dimension.column for name, dimension in universe.dimensions.items()},
        respondents=cases.respondents,
        denominator=cases.denominator,
        mark=cases.mark,
    )


def demand_of(universe: Universe, product: Product) -> Demand:
    """What the policy as decided demands of a product: read from the declarations, never from a candidate."""
    columns = columns_of(universe, product)
    policy = universe.policy
    assert product.disclosure is not None, "columns_of raises without"
    return Demand(
        family=universe.family,
        universe=universe.name,
        sha256=hashlib.sha256(canonical_json(universe.model_dump(mode="json")).encode()).hexdigest(),
        legal_basis=policy.legal_basis,
        decided_by=policy.decided_by,
        decided_on=policy.decided_on,
        method=policy.method,
        audience=policy.audience,
        safety=safety_of(policy, data_of(universe)),
        dimensions={
            name: Dimension(total=dimension.total, hierarchies=dimension.hierarchies)
            for name, dimension in universe.dimensions.items()
        },
        value=product.disclosure.value,
        columns=columns,
        where=product.disclosure.rows,
        noise=_noise(policy),
        rounded_to=universe.cases.rounded_to,
    )


def _noise(policy: Policy) -> Noise | None:
    if policy.rounding is not None:
        base = policy.rounding.base
        if policy.rounding.random:
            return Noise(reach=base - 1, below=base - 1, above=base - 1)
        return Noise(reach=base // 2, below=base // 2, above=(base - 1) // 2)
    if policy.cell_key is not None:
        from exports.disclosure.cell_key import make_noise_table

        table = make_noise_table(policy.cell_key)
        reach = policy.cell_key.deviation
        small: dict[int, tuple[int, int]] = {}
        for shown in range(3 * reach + policy.cell_key.small + 2):
            with contextlib.suppress(ValueError):  # never shown
                small[shown] = table.behind(shown)
        return Noise(reach=reach, below=reach, above=reach, small=small)
    return None


def by_universe(products: Mapping[str, Product]) -> dict[str, tuple[str, ...]]:
    """Names of policies with the names of their products."""
    found: dict[str, list[str]] = {}
    for name, product in products.items():
        if product.disclosure is not None and product.disclosure.policy is not None:
            found.setdefault(product.disclosure.policy, []).append(name)
    return {policy: tuple(names) for policy, names in sorted(found.items())}


def check_families(universes: Iterable[Universe]) -> None:
    """Policies over the same cases say so, else their editions would not be attacked together.

    Raises DeclarationError for two policies that count the same rows without `same_cases_as`, and for one
    whose `same_cases_as` leads to no policy that stands for itself.
    """
    known = {universe.name: universe for universe in universes}
    for universe in known.values():
        named = universe.same_cases_as
        if named is not None and (named not in known or known[named].same_cases_as is not None):
            why = (
                Told("there is no such policy", "diese Festlegung gibt es nicht")
                if named not in known
                else Told(f"{named} itself names another", f"{named} nennt selbst eine andere")
            )
            raise DeclarationError(
                Told(
                    f"policy {universe.name}: key same_cases_as: {named!r}, but {why}; its editions would be "
                    "attacked with no others. Name the one policy that all over these cases name",
                    f"Festlegung {universe.name}: Angabe same_cases_as: {named!r}, aber {why.de}; ihre "
                    "Ausgaben würden mit keinen anderen zusammen angegriffen. Die eine Festlegung nennen, "
                    "die alle über diese Fälle nennen",
                )
            )
    for one, other in itertools.combinations(known.values(), 2):
        if one.family != other.family and _share_cases(one.cases, other.cases):
            raise DeclarationError(
                Told(
                    f"policies {one.name} and {other.name} are about the same cases ({one.cases.relation}), "
                    "and "
                    "neither says so: whoever reads both editions computes from both. Write `same_cases_as: "
                    f"{one.name}` into {other.name}, or choose different cases under `where`",
                    f"Die Festlegungen {one.name} und {other.name} handeln von denselben Fällen "
                    f"({one.cases.relation}), und keine sagt es: Wer beide Ausgaben liest, rechnet mit "
                    f"beiden. `same_cases_as: {one.name}` in {other.name} schreiben, oder unter `where` "
                    "verschiedene Fälle wählen",
                )
            )


def _share_cases(one: Cases, other: Cases) -> bool:
    """Whether some row can be counted by both."""
    if (one.relation, one.value) != (other.relation, other.value):
        return False
    return all(set(one.where[column]) & set(other.where[column]) for column in one.where.keys() & other.where)


def load_universes(folder: Path = FOLDER) -> dict[str, Universe]:
    """Every policy by name, compared with each other. Raises DeclarationError."""
    found = {
        path.stem: load_universe(path.stem, folder) for path in sorted((folder / POLICIES).glob("*.yml"))
    }
    check_families(found.values())
    return found


__all__ = [
    "Cases",
    "Editions",
    "Universe",
    "UniverseDimension",
    "by_universe",
    "check_families",
    "columns_of",
    "data_of",
    "demand_of",
    "load_universe",
    "load_universes",
    "members",
]
