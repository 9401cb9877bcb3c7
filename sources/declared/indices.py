"""Composite indices of an office: `<data root>/town/indices.yml`.

An edition says of which indicators an index is made, how they are aligned, weighted and combined, against
which reference, and where its classes begin. Once published it is never changed: other components, another
reference or other cuts are a new edition under a new name. The file is the office's own, so its errors are
told in German, with file, line and key; that an indicator exists and may be published, a test says.

    soziale-lage-2026:
      index: X01
      title: {de: "Soziale Lage, Ausgabe 2026", en: "Social situation, edition 2026"}
      area_level: KREIS
      combine: mean
      standardise: false
      note: {de: "Bezug: die Kreise des Jahres", en: "reference: the Kreise of the year"}
      components:
        - {component: P03, label: {de: SGB-II-Quote unter 15, en: SGB II rate under 15}}
        - {component: A01, label: {de: Arbeitslosenquote, en: unemployment rate}, weight: 0.5}
      classes:
        - {code: "1", label: {de: günstig, en: favourable}, upper: -0.5}
        - {code: "2", label: {de: mittel, en: medium}, lower: -0.5, upper: 0.5}
        - {code: "3", label: {de: belastet, en: burdened}, lower: 0.5}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from sources.declared.office_file import entries
from sources.declared.rings import IndicatorId
from sources.declared.scenarios import Text, Title
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.strict import Strict
from sources.foundation.told import Told
from sources.foundation.vocabulary import AreaLevel

FILE = "indices.yml"
OF_INDICATORS = ("X01", "X05")
"""Indices that are made of indicators; the others are the publisher's own."""


class Component(Strict):
    """One part of an index: an indicator or share, its direction, weight and reference."""

    component: Text
    label: Title
    sign: Literal[-1, 1] = 1
    weight: float = Field(default=1.0)
    mean: float | None = None
    sd: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _whole_reference(self) -> Component:
        if (self.mean is None) != (self.sd is None):
            raise ValueError(
                Told(
                    "mean and sd are given together or not at all",
                    "mean und sd gehören zusammen: beide angeben oder keines",
                )
            )
        return self


class IndexClass(Strict):
    """A class of a standardised score, from above `lower` up to and including `upper`."""

    code: Text
    label: Title
    lower: float | None = None
    upper: float | None = None


class Edition(Strict):
    """What every edition of a composite index says, whoever makes it."""

    index: IndicatorId
    area_level: AreaLevel
    only_year: int | None = None
    combine: Literal["sum", "mean", "weighted_sum"]
    standardise: bool = Field(description="whether the score is divided by its standard deviation")
    score_sd: float | None = Field(default=None, gt=0)
    note: Title
    components: tuple[Component, ...] = Field(min_length=1)
    classes: tuple[IndexClass, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Edition:
        names = [one.component for one in self.components]
        if len(set(names)) != len(names):
            raise ValueError(
                Told("a component is named twice", "components: ein Bestandteil steht zweimal da")
            )
        if self.combine == "mean" and sum(one.weight for one in self.components) == 0:
            raise ValueError(
                Told(
                    "weights of a mean must not sum to 0",
                    "components: die Gewichte eines Mittels dürfen nicht zusammen 0 sein",
                )
            )
        edges = [one.upper for one in self.classes[:-1]]
        if edges != [one.lower for one in self.classes[1:]]:
            raise ValueError(
                Told(
                    "classes must join without gap or overlap",
                    "classes: die Klassen müssen lückenlos aneinander anschließen",
                )
            )
        if self.classes and (self.classes[0].lower is not None or self.classes[-1].upper is not None):
            raise ValueError(
                Told(
                    "the first class is open below, the last above",
                    "classes: die erste Klasse ist nach unten offen, die letzte nach oben",
                )
            )
        return self


class OwnEdition(Edition):
    """An edition that an office makes of indicators."""

    title: Title

    @model_validator(mode="after")
    def _of_indicators(self) -> OwnEdition:
        if self.index not in OF_INDICATORS:
            raise ValueError(f"index: eigene Ausgaben gibt es von {' und '.join(OF_INDICATORS)}")
        return self


@dataclass(frozen=True)
class EditionRow:
    """One row of the catalogue's table `index_editions`, and of the seed."""

    edition_id: str
    index_id: str
    name_de: str
    name_en: str
    input: str
    area_level: str
    only_year: int | None
    combine: str
    standardise: bool
    score_sd: float | None
    note_de: str
    note_en: str


@dataclass(frozen=True)
class ComponentRow:
    """One row of the catalogue's table `index_components`, and of the seed."""

    edition_id: str
    component: str
    label_de: str
    label_en: str
    sign: int
    weight: float
    reference_mean: float | None
    reference_sd: float | None


@dataclass(frozen=True)
class ClassRow:
    """One row of the catalogue's table `index_classes`, and of the seed."""

    edition_id: str
    class_code: str
    label_de: str
    label_en: str
    lower_limit: float | None
    upper_limit: float | None


def indices(town: Path) -> dict[str, OwnEdition]:
    """The office's editions of indices by name; none where there is no file.

    Raises:
        DeclarationError: everything that is wrong, in German, with file, line and key.
    """
    file = town / FILE
    if not file.exists():
        return {}
    _, found, problems = entries(file, OwnEdition, "Ausgaben von Indizes", {})
    if problems:
        raise DeclarationError(problems)
    return found


def edition_row(name: str, one: Edition, title: Title, made_of: str) -> EditionRow:
    """The row of an edition; `made_of` says whether of indicators or of a publisher's shares."""
    return EditionRow(
        edition_id=name,
        index_id=one.index,
        name_de=title.de,
        name_en=title.en,
        input=made_of,
        area_level=one.area_level,
        only_year=one.only_year,
        combine=one.combine,
        standardise=one.standardise,
        score_sd=one.score_sd,
        note_de=one.note.de,
        note_en=one.note.en,
    )


def own_edition_rows(found: Mapping[str, OwnEdition]) -> Iterator[EditionRow]:
    """Rows of `index_editions`."""
    for name, one in found.items():
        yield edition_row(name, one, one.title, "indicator")


def component_rows(found: Mapping[str, Edition]) -> Iterator[ComponentRow]:
    """Rows of `index_components`."""
    for name, edition in found.items():
        for one in edition.components:
            yield ComponentRow(
                edition_id=name,
                component=one.component,
                label_de=one.label.de,
                label_en=one.label.en,
                sign=one.sign,
                weight=one.weight,
                reference_mean=one.mean,
                reference_sd=one.sd,
            )


def class_rows(found: Mapping[str, Edition]) -> Iterator[ClassRow]:
    """Rows of `index_classes`."""
    for name, edition in found.items():
        for one in edition.classes:
            yield ClassRow(
                edition_id=name,
                class_code=one.code,
                label_de=one.label.de,
                label_en=one.label.en,
                lower_limit=one.lower,
                upper_limit=one.upper,
            )
