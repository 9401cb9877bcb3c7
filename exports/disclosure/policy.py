"""What must be protected, and who decided it: the strict model of a disclosure policy.

Rules differ between sources and between offices, so a policy is data with a legal basis. A product over
confidential data without a policy is not released.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from exports.disclosure.declaration import DeclarationError, Dimension, Safety, Table
from sources.foundation.strict import Strict
from sources.foundation.told import Told, figure


class Dominance(Strict):
    """(n,k) rule: a cell is sensitive when its n largest contributors hold more than k percent of it."""

    n: int = Field(ge=1)
    k: float = Field(gt=0, lt=100)


class Rules(Strict):
    """Primary rules. A cell is sensitive as soon as one of them says so.

    minimum_frequency: cells with 1 … minimum_frequency-1 cases. units: the same for further counted units
    (column -> minimum). p_percent: the second largest contributor could estimate the largest within p
    percent. minimum_denominator: cells whose denominator is smaller. group_disclosure: all cases of a line
    lie in one category. harmless_lines: lines of which knowing the category tells nothing about a person, by
    dimension and total of the line, each with the reason. secret_marks: values of the mark column that the
    source uses for its own secrets; without a mark column, texts that stand in place of the count.
    secret_between: least and greatest count that such a text can stand for (null: no upper end, as where the
    source hides others to protect it).
    """

    minimum_frequency: int | None = Field(default=3, ge=2)
    zeros: Literal["publish", "protect"] = "publish"
    units: dict[str, int] = Field(default_factory=dict)
    dominance: tuple[Dominance, ...] = ()
    p_percent: float | None = Field(default=None, gt=0)
    minimum_denominator: float | None = Field(default=None, gt=0)
    group_disclosure: tuple[str, ...] = ()
    harmless_lines: dict[str, dict[str, str]] = Field(default_factory=dict)
    secret_marks: tuple[str, ...] = ()
    secret_between: tuple[int, int | None] | None = None

    @model_validator(mode="after")
    def _lines_are_asked_for(self) -> Rules:
        for name, lines in self.harmless_lines.items():
            if name not in self.group_disclosure:
                raise ValueError(
                    Told(
                        f"harmless_lines.{name} contradicts group_disclosure, which does not name {name}: "
                        "lines "
                        "along it are not asked for anyway; name it there too, or leave the lines out",
                        f"harmless_lines.{name} widerspricht group_disclosure, wo {name} nicht steht: "
                        f"Linien entlang {name} werden ohnehin nicht geprüft; dort auch nennen, oder die "
                        "Linien weglassen",
                    )
                )
            without = sorted(code for code, reason in lines.items() if not reason.strip())
            if without:
                raise ValueError(
                    Told(
                        f"harmless_lines.{name}.{without[0]}: give the reason",
                        f"harmless_lines.{name}.{without[0]}: die Begründung fehlt",
                    )
                )
        return self


class Costs(Strict):
    """What hiding costs: 1 + log2(1 + value), times these factors.

    `decoys`: share of cheap cells that are hidden without need, drawn by the secret key of the policy, so
    that nobody excludes tables by running the planner on them. `factors`: dimension -> code -> factor (Kreis
    totals and the newest year are costly). `kept` is the factor of cells that an earlier pattern hides
    already: below 1 patterns stay stable where that is safe.
    """

    factors: dict[str, dict[str, float]] = Field(default_factory=dict)
    kept: float = Field(default=1.0, gt=0, le=1)
    decoys: float = Field(default=0.02, gt=0, lt=0.5)

    @model_validator(mode="after")
    def _cost_something(self) -> Costs:
        for name, codes in self.factors.items():
            for code, factor in codes.items():
                if not 0 < factor <= 1e6:
                    raise ValueError(
                        Told(
                            f"factors.{name}.{code}: {factor:g} is no factor above 0 (1 changes nothing, 4 "
                            "makes "
                            "hiding four times as costly)",
                            f"factors.{name}.{code}: {figure(factor, 'de')} ist kein Faktor über 0 (1 "
                            "ändert nichts, 4 macht das Sperren viermal so teuer)",
                        )
                    )
        return self


class CellKey(Strict):
    """Cell-key noise: largest deviation D, variance V, small values never shown (1..js), chance to stay."""

    deviation: int = Field(ge=1)
    variance: float = Field(gt=0)
    small: int = Field(default=0, ge=0)
    stay: float | None = Field(default=None, gt=0, lt=1)


class Rounding(Strict):
    """Rounding to a multiple of the base; `random` draws up or down by a keyed hash, without bias."""

    base: Literal[3, 5, 10]
    random: bool = False


class EarlierRelease(Strict):
    """A file that is already public: its shown cells cannot be hidden any more."""

    table: Table
    file: str


_LARGE = Told("cells of large contributors", "Felder mit großen Beitragenden")
_HIDES = {
    "group_disclosure": Told("whole lines", "ganze Linien"),
    "units": Told("cells of few units", "Felder weniger Einheiten"),
    "dominance": _LARGE,
    "p_percent": _LARGE,
    "minimum_denominator": Told("rates over small denominators", "Raten über kleinen Nennern"),
    "secret_marks": Told("what the source keeps secret", "was die Quelle geheim hält"),
}
"""Rules that only hiding can keep, and what they hide."""


class Policy(Strict):
    """One decision of the data protection officer about one set of tables.

    `public_before` says what becomes of a cell that is sensitive now and that an earlier release
    shows: `refuse` the whole release, or `withdraw` the cell from now on, knowing that earlier files
    cannot be called back.
    """

    legal_basis: str = Field(min_length=1)
    decided_by: str = Field(min_length=1)
    decided_on: dt.date
    rules: Rules = Rules()
    method: Literal["suppress", "cell_key", "round"] = "suppress"
    width: float = Field(default=1.0, gt=0)
    withstand: tuple[Literal["K1", "K2", "K3", "K4", "K5"], ...] = ("K1", "K2", "K4", "K5")
    unpublished: Literal["protect", "ignore"] = "protect"
    public_before: Literal["refuse", "withdraw"] = "refuse"
    costs: Costs = Costs()
    cell_key: CellKey | None = None
    rounding: Rounding | None = None
    symbol: str = Field(default=".", min_length=1)
    effort: Literal["quick", "thorough", "optimal"] = "thorough"
    audience: Literal["public", "internal"] = "public"

    @model_validator(mode="before")
    @classmethod
    def _asks_what_is_tried(cls, given: Any) -> Any:
        """Single contributors (K4) are not tried on noise, so without a word they are not asked for."""
        if isinstance(given, Mapping) and given.get("method", "suppress") != "suppress":
            return {"withstand": ("K1", "K2", "K5"), **given}
        return given

    @field_validator("symbol")
    @classmethod
    def _no_number(cls, symbol: str) -> str:
        if any(sign.isalnum() or sign in "-+,;\"'" or sign.isspace() for sign in symbol):
            raise ValueError(
                Told(
                    f"symbol {symbol!r} could be read as a number, a word or the border of a cell; choose a "
                    "sign "
                    "such as . or *",
                    f"symbol {symbol!r} könnte als Zahl, als Wort oder als Grenze eines Feldes gelesen "
                    "werden; ein Zeichen wie . oder * wählen",
                )
            )
        return symbol

    @model_validator(mode="after")
    def _fits_together(self) -> Policy:
        if self.method != "suppress" and "K4" in self.withstand:
            raise ValueError(
                Told(
                    f"K4 (a single contributor knows the own cell) contradicts method {self.method}: that "
                    "attack on noise is not tried, so no certificate could speak of it; leave K4 out and "
                    "the certificate names it as not tried, or choose method suppress, which single "
                    "contributors attack too",
                    f"K4 (wer allein in einem Feld steht, kennt es) widerspricht method: {self.method}: "
                    "Dieser Angriff wird auf überlagerte Zahlen nicht versucht, also könnte kein "
                    "Zertifikat etwas darüber aussagen; K4 weglassen, dann nennt das Zertifikat es als nicht "
                    "geprüft, oder method: suppress wählen, das auch von Einzelnen angegriffen wird",
                )
            )
        if self.method != "suppress" and "K3" in self.withstand:
            raise ValueError(
                Told(
                    "K3 (which hidden cells are provably below the minimum) contradicts method "
                    f"{self.method}: "
                    "noise hides no cell, so there is nothing to report; leave K3 out, or choose method "
                    "suppress, whose report counts these cells",
                    "K3 (welche gesperrten Felder nachweislich unter dem Mindestwert liegen) widerspricht "
                    f"method: {self.method}: Überlagerung sperrt kein Feld, es gibt also nichts zu "
                    "berichten; K3 weglassen, oder method: suppress wählen, dessen Bericht diese Felder "
                    "zählt",
                )
            )
        for rule, follows in _HIDES.items():
            if self.method != "suppress" and getattr(self.rules, rule):
                raise ValueError(
                    Told(
                        f"{rule} contradicts method {self.method}: it hides {follows}, and noise hides none; "
                        f"leave {rule} out, and what it protects is shown with noise, or choose method "
                        "suppress",
                        f"{rule} widerspricht method: {self.method}: Die Regel sperrt {follows.de}, "
                        f"Überlagerung sperrt nichts; {rule} weglassen, und was die Regel schützt, wird "
                        "überlagert gezeigt, oder method: suppress wählen",
                    )
                )
        if self.method != "suppress" and self.rules.zeros == "protect":
            raise ValueError(
                Told(
                    f"zeros: protect contradicts method {self.method}: noise leaves a zero what it is; let "
                    "zeros "
                    "be published, or choose method suppress, which hides them",
                    f"zeros: protect widerspricht method: {self.method}: Überlagerung lässt eine Null, wie "
                    "sie ist; Nullen veröffentlichen, oder method: suppress wählen, das sie sperrt",
                )
            )
        if (self.method == "cell_key") != (self.cell_key is not None):
            raise ValueError(
                Told(
                    "cell_key settings belong to method cell_key, and the method needs them",
                    "cell_key gehört zu method: cell_key, und dieses Verfahren braucht es",
                )
            )
        if (self.method == "round") != (self.rounding is not None):
            raise ValueError(
                Told(
                    "rounding settings belong to method round, and the method needs them",
                    "rounding gehört zu method: round, und dieses Verfahren braucht es",
                )
            )
        if "K1" not in self.withstand:
            raise ValueError(
                Told(
                    "withstand must contain K1: everybody knows that counts are not negative",
                    "withstand muss K1 enthalten: Jeder weiß, dass Fallzahlen nicht negativ sind",
                )
            )
        if "K2" in self.withstand and self.rules.zeros == "protect":
            raise ValueError(
                Told(
                    "K2 (hidden cells are at least 1) contradicts zeros: protect: with zeros hidden too, "
                    "what is hidden may be 0; leave K2 out, or let zeros be published, and hidden cells "
                    "are then attacked as at least 1",
                    "K2 (gesperrte Felder sind mindestens 1) widerspricht zeros: protect: Wenn auch Nullen "
                    "gesperrt sind, kann Gesperrtes 0 sein; K2 weglassen, oder Nullen veröffentlichen, "
                    "dann werden gesperrte Felder als mindestens 1 angegriffen",
                )
            )
        if self.rules.secret_between is not None:
            least, most = self.rules.secret_between
            if least < 0 or (most is not None and most < least):
                raise ValueError(
                    Told(
                        "secret_between needs 0 <= least <= greatest (or null for no upper end)",
                        "secret_between braucht 0 <= kleinster <= größter Wert (oder null für keine obere "
                        "Grenze)",
                    )
                )
            if least < 1 and "K2" in self.withstand:
                raise ValueError(
                    Told(
                        "K2 (hidden cells are at least 1) contradicts secret_between from 0: a secret "
                        "count that "
                        "may be 0 is hidden too",
                        "K2 (gesperrte Felder sind mindestens 1) widerspricht secret_between ab 0: Eine "
                        "geheime Fallzahl, die 0 sein kann, ist auch gesperrt",
                    )
                )
        if self.rules.zeros == "protect" and self.rules.minimum_frequency is None:
            raise ValueError(
                Told(
                    "zeros: protect needs a minimum_frequency",
                    "zeros: protect braucht eine minimum_frequency",
                )
            )
        return self


def check_fit(policy: Policy, data: Data) -> None:
    """Refuse what a policy asks of data that cannot be tried on them.

    Raises DeclarationError that names both options and what follows from each.
    """
    if "K3" in policy.withstand and (data.kind == "magnitude" or policy.rules.minimum_frequency is None):
        other = "data.kind: magnitude" if data.kind == "magnitude" else "rules.minimum_frequency: null"
        raise DeclarationError(
            Told(
                "policy.withstand K3 (which hidden cells are provably below the minimum) contradicts "
                f"{other}: "
                "there is no count that could be below it, so nothing can be reported; leave K3 out, or "
                "count "
                "cases and give a minimum_frequency",
                "policy.withstand K3 (welche gesperrten Felder nachweislich unter dem Mindestwert liegen) "
                f"widerspricht {other}: Keine Fallzahl könnte darunter liegen, also ist nichts zu "
                "berichten; K3 weglassen, oder Fälle zählen und eine minimum_frequency angeben",
            )
        )
    if "K4" not in policy.withstand:
        return
    if data.kind == "magnitude" and data.contributor is None:
        raise DeclarationError(
            Told(
                "policy.withstand K4 (whoever is alone in a cell computes what others gave) contradicts "
                "data.kind: magnitude without data.contributor: who is alone in a cell is not known, so "
                "it cannot be tried; name the column of the contributor, or leave K4 out and the "
                "certificate says that it was not tried",
                "policy.withstand K4 (wer allein in einem Feld steht, errechnet, was andere beitrugen) "
                "widerspricht data.kind: magnitude ohne data.contributor: Wer allein in einem Feld steht, "
                "ist nicht bekannt, also nicht zu prüfen; die Spalte der Beitragenden nennen, oder K4 "
                "weglassen, und das Zertifikat sagt, dass es nicht geprüft wurde",
            )
        )
    if data.kind == "count" and policy.rules.minimum_frequency is None:
        raise DeclarationError(
            Told(
                "policy.withstand K4 (a single case learns another small cell) contradicts "
                "rules.minimum_frequency: null: nothing says what is small; give a minimum_frequency, or "
                "leave K4 out and the certificate says that it was not tried",
                "policy.withstand K4 (ein einzelner Fall erfährt ein anderes kleines Feld) widerspricht "
                "rules.minimum_frequency: null: Nichts sagt, was klein ist; eine minimum_frequency "
                "angeben, oder K4 weglassen, und das Zertifikat sagt, dass es nicht geprüft wurde",
            )
        )


class Data(Strict):
    """Where the confidential leaf counts stand in the input file.

    `columns`: dimension -> column of the leaf code (default: the dimension's name). `contributor`: rows are
    contributions of units. `denominator`: column whose sum is the denominator. `mark`: column with the
    source's secrecy marks. Further counted units are named by policy.rules.units. `decimal` and `thousands`
    are the marks within numbers; without them a count is written in digits alone. `absent: zero` says that
    combinations without a row have no cases; else none may be left out. `not_sums` names codes (by
    dimension) that look like totals and are none.
    """

    value: str
    columns: dict[str, str] = Field(default_factory=dict)
    kind: Literal["count", "magnitude"] = "count"
    contributor: str | None = None
    respondents: str | None = None
    denominator: str | None = None
    rate_per: float | None = Field(default=None, gt=0)
    mark: str | None = None
    delimiter: str = ","
    decimal: Literal[",", "."] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    absent: Literal["refuse", "zero"] = "refuse"
    not_sums: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _marks_differ(self) -> Data:
        decimal = self.decimal or ("." if self.delimiter == "," else None)
        if self.thousands is not None and self.thousands == decimal:
            raise ValueError(
                Told(
                    "decimal and thousands are the same mark; say which is which",
                    "decimal und thousands sind dasselbe Zeichen; sagen, welches was ist",
                )
            )
        return self


class Config(Strict):
    """The whole configuration of the standalone use: data, dimensions, tables, policy, earlier releases."""

    name: str
    data: Data
    dimensions: dict[str, Dimension]
    tables: tuple[Table, ...] = ()
    policy: Policy
    earlier_releases: tuple[EarlierRelease, ...] = ()
    previous_pattern: str | None = None


def safety_of(policy: Policy, data: Data) -> Safety:
    """The public part of a policy."""
    return Safety(
        minimum_frequency=policy.rules.minimum_frequency,
        public_before=policy.public_before,
        zeros=policy.rules.zeros,
        group_lines=policy.rules.group_disclosure,
        harmless_lines={name: tuple(lines) for name, lines in policy.rules.harmless_lines.items()},
        width=policy.width,
        withstand=policy.withstand,
        whole_numbers=data.kind == "count",
        unpublished=policy.unpublished,
        symbol=policy.symbol,
    )
