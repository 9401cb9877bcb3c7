"""What declarations refer to and share: publishers, statistics, code lists and missing-value dialects.

Each is written once in the catalogue (`catalog/code_lists.yml`, `catalog/dialects.yml`,
`catalog/statistics.yml`, `catalog/<publisher>/publisher.yml`) and named by its id everywhere else.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from sources.foundation.strict import Strict
from sources.foundation.vocabulary import ConfStatus, MissingReason, ObsStatus, read_vocabulary

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]+$")]
TOTAL = "_T"


class Licence(Strict):
    """Under which terms the publisher gives the data away, and how it wants to be named."""

    id: Text = Field(description="short id, e.g. dl-de/by-2-0")
    name: Text
    url: Text
    attribution: Text = Field(description="source note to print beside the data")


class Publisher(Strict):
    """Who publishes. Its licence and dialect hold for each of its datasets that does not say otherwise."""

    id: Identifier
    name_de: Text
    name_en: Text
    homepage: Text
    licence: Licence
    dialect: Identifier | None = Field(default=None, description="missing-value dialect of its tables")
    genesis_base: Text | None = Field(default=None, description="base address of its GENESIS web service")


class Statistic(Strict):
    """A statistic in the official list (EVAS): what it is, the law that orders it, whose data it holds."""

    code: Text
    title_de: Text
    title_en: Text
    legal_basis: Text
    holds_personal_data: bool = Field(
        default=False,
        description="whether published records can be traced to persons (never so for tables of counts)",
    )


class CodeEntry(Strict):
    """One code with its labels. `published` lists the wordings publishers print for it, newest first.

    `part_of` names the code that it is a part of; without it that is the list's total, for an age group the
    narrowest group around it. Where it is a part only at some code of another dimension, `part_at` says at
    which. `additive` false: counted within its whole ("darunter"), or overlapping its siblings, so that
    adding it to them counts somebody twice or leaves somebody out.
    """

    de: Text
    en: Text
    published: tuple[Text, ...] = ()
    note: Text | None = None
    part_of: Code | None = None
    part_at: dict[Identifier, Code] = Field(default_factory=dict, max_length=1)
    additive: bool = True


class CodeList(Strict):
    """A closed list of codes of one dimension, in display order.

    Codes of a list of the shared vocabulary are not labelled again: `labels_of` names that list.
    """

    title_de: Text
    title_en: Text
    codes: dict[Code, CodeEntry]

    @model_validator(mode="before")
    @classmethod
    def _labels_of_the_vocabulary(cls, written: Any) -> Any:
        if not isinstance(written, dict) or "labels_of" not in written:
            return written
        meanings = read_vocabulary().get(written["labels_of"], {})
        codes = written.get("codes") or {}
        if strange := sorted(code for code in codes if code not in meanings):
            raise ValueError(f"{', '.join(strange)}: not in the vocabulary's list {written['labels_of']!r}")
        return {
            **{key: value for key, value in written.items() if key != "labels_of"},
            "codes": {
                code: {"de": meanings[code].de, "en": meanings[code].en, **(entry or {})}
                for code, entry in codes.items()
            },
        }

    @model_validator(mode="after")
    def _labels_are_unambiguous(self) -> CodeList:
        labels = Counter(label for entry in self.codes.values() for label in entry.published)
        twice = sorted(label for label, count in labels.items() if count > 1)
        if twice:
            raise ValueError(f"published label stands for two codes: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _parts_lead_to_a_whole(self) -> CodeList:
        for code, entry in self.codes.items():
            if entry.part_of is not None and entry.part_of not in self.codes:
                raise ValueError(f"{code} is part of {entry.part_of}, which is no code of the list")
            if code == TOTAL and (entry.part_of or not entry.additive):
                raise ValueError(f"{TOTAL} is the total: it is part of nothing")
            if entry.part_at and entry.part_of is None:
                raise ValueError(f"{code}: `part_at` belongs to `part_of`")
            seen, above = {code}, entry.part_of
            while above is not None:
                if above in seen:
                    raise ValueError(f"{code} is part of itself")
                seen.add(above)
                above = self.codes[above].part_of
        return self

    def whole_of(self, code: str) -> str | None:
        """The code that a code is part of; None for a total and for what is part of nothing."""
        declared = self.codes[code].part_of
        return declared or (TOTAL if TOTAL in self.codes and code != TOTAL else None)

    @cached_property
    def code_of(self) -> dict[str, str]:
        """Published label to code."""
        return {label: code for code, entry in self.codes.items() for label in entry.published}


class Symbol(Strict):
    """What a publisher's sign in place of (or around, or behind) a number means.

    kind `value` stands instead of a number; `enclosing` wraps one, like `(12)`; `suffix` follows one: `12p`.
    """

    kind: Literal["value", "enclosing", "suffix"] = "value"
    obs_status: ObsStatus
    conf_status: ConfStatus = "F"
    missing_reason: MissingReason = "none"
    means_zero: bool = Field(default=False, description="the sign is a number: exactly zero")
    label_de: Text
    label_en: Text

    @model_validator(mode="after")
    def _missing_or_not(self) -> Symbol:
        if self.obs_status == "M" and (self.means_zero or self.missing_reason == "none"):
            raise ValueError("status M (missing) needs a missing_reason and cannot mean zero")
        if self.kind == "value" and self.obs_status != "M" and not self.means_zero:
            raise ValueError("a sign instead of a number is either missing (obs_status M) or means_zero")
        return self


class Dialect(Strict):
    """A publisher's legend of signs: each sign mapped to the one vocabulary of missing values."""

    title_de: Text
    title_en: Text
    source: Text = Field(description="where the publisher explains its signs")
    symbols: dict[str, Symbol]
