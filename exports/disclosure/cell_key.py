"""Cell-key method: small keyed noise instead of hiding, the same noise for the same units in every table.

Noise table after Giessing (2016) and the R package ptable: for each true count the distribution of the
shown count with most entropy, given mean 0, variance V, deviation at most D, no shown count in 1..small,
and 0 stays 0. Record keys come from HMAC-SHA256 over a stable unit id, so they do not change when data
change; the key of a cell is the sum of its records' keys modulo 1. Shown values are not additive: sums are
perturbed on their own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from exports.disclosure.constraints import Floats
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.policy import CellKey
from sources.foundation.told import Told, figure

KEY_SPACE = 2**64


@dataclass(frozen=True)
class NoiseTable:
    """Per true count i (the last row serves all larger counts): shown counts and upper ends of
    their key range.
    """

    shown: tuple[tuple[int, ...], ...]
    chance: tuple[tuple[float, ...], ...]
    upper: tuple[tuple[float, ...], ...]

    def look_up(self, count: int, key: float) -> int:
        """The shown count for a true count and a cell key; keys are taken modulo 1, ranges include
        their lower end.
        """
        row = min(count, len(self.shown) - 1)
        key = key % 1.0
        for target, end in zip(self.shown[row], self.upper[row], strict=True):
            if key < end:
                return count + target - row
        return count + self.shown[row][-1] - row

    def behind(self, shown: int) -> tuple[int, int]:
        """Smallest and largest true count that can be shown as this."""
        last = len(self.shown) - 1
        reach = max(abs(target - row) for row, targets in enumerate(self.shown) for target in targets)
        possible = [
            count
            for count in range(max(0, shown - reach), shown + reach + 1)
            if shown - count + min(count, last) in self.shown[min(count, last)]
        ]
        if not possible:
            raise ValueError(f"the noise table never shows {shown}")
        return min(possible), max(possible)


def make_noise_table(settings: CellKey) -> NoiseTable:
    """The noise table of most entropy for D, V, small (js) and, where given, the chance to stay."""
    rows: list[tuple[int, ...]] = [(0,)]
    chances: list[tuple[float, ...]] = [(1.0,)]
    for count in range(1, settings.deviation + settings.small + 2):
        targets = [
            target
            for target in range(max(0, count - settings.deviation), count + settings.deviation + 1)
            if not 1 <= target <= settings.small
        ]
        offsets = np.array([target - count for target in targets], dtype=np.float64)
        rows.append(tuple(targets))
        chances.append(tuple(_most_entropy(offsets, settings, count).tolist()))
    upper = tuple(tuple(float(x) for x in np.round(np.cumsum(chance), 8)) for chance in chances)
    return NoiseTable(tuple(rows), tuple(chances), upper)


def _most_entropy(offsets: Floats, settings: CellKey, count: int) -> Floats:
    """p ∝ exp(a·d + b·d²) with mean 0 and the wanted variance, by Newton steps on the convex dual.

    With a fixed chance to stay the same holds for the other offsets, whose chances sum to the rest.
    """
    stay = settings.stay if settings.stay is not None and 0.0 in offsets else None
    free = offsets[offsets != 0] if stay is not None else offsets
    mass = 1.0 - stay if stay is not None else 1.0
    goal = np.array([0.0, settings.variance]) / mass
    features = np.stack([free, free**2])
    if not (free.min() < 0 < free.max()):
        raise DeclarationError(
            Told(
                f"cell_key: no noise with mean 0 is possible for the count {count}; change small",
                f"cell_key: Für die Fallzahl {count} ist keine Überlagerung mit Mittel 0 möglich; small "
                "ändern",
            )
        )
    angles = np.zeros(2)
    for _ in range(500):
        score = angles @ features
        chance = np.exp(score - score.max())
        chance /= chance.sum()
        mean = features @ chance
        gap = mean - goal
        if float(np.abs(gap).max()) < 1e-14:
            break
        spread = (features * chance) @ features.T - np.outer(mean, mean)
        try:
            step = np.linalg.solve(spread + 1e-15 * np.eye(2), gap)
        except np.linalg.LinAlgError:
            break
        size = 1.0
        before = _dual(angles, features, goal)
        while _dual(angles - size * step, features, goal) > before + 1e-15 and size > 1e-10:
            size /= 2
        angles = angles - size * step
    if float(np.abs(features @ chance - goal).max()) > 1e-7:
        raise DeclarationError(
            Told(
                f"cell_key: variance {settings.variance:g} cannot be reached for the count {count} with "
                f"deviation "
                f"{settings.deviation} and small {settings.small}; choose another variance or a larger "
                "deviation",
                f"cell_key: Die Varianz {figure(settings.variance, 'de')} ist für die Fallzahl {count} mit "
                f"deviation {settings.deviation} und small {settings.small} nicht zu erreichen; eine andere "
                "Varianz oder eine größere Abweichung wählen",
            )
        )
    if stay is None:
        return np.asarray(chance)
    full = np.zeros(len(offsets))
    full[offsets == 0] = stay
    full[offsets != 0] = chance * mass
    return full


def _dual(angles: Floats, features: Floats, goal: Floats) -> float:
    score = angles @ features
    top = float(score.max())
    return top + float(np.log(np.exp(score - top).sum())) - float(angles @ goal)


def record_keys(secret: bytes, unit_ids: Iterable[str]) -> list[int]:
    """Keys of records in 0 … 2^64-1, from a secret and stable unit ids."""
    if len(secret) < 16:
        raise DeclarationError(
            Told(
                "cell_key: the secret must have at least 16 bytes",
                "cell_key: Das Geheimnis muss mindestens 16 Bytes haben",
            )
        )
    return [
        int.from_bytes(hmac.new(secret, unit.encode("utf-8"), hashlib.sha256).digest()[:8], "big")
        for unit in unit_ids
    ]


def key_fingerprint(secret: bytes) -> str:
    """What tells two secrets apart and gives neither away."""
    return hmac.new(secret, b"planstat noise", hashlib.sha256).hexdigest()


def cell_key(keys: Sequence[int]) -> float:
    """Key of a cell in [0, 1): the sum of its records' keys modulo 1, exact in whole numbers."""
    return (sum(keys) % KEY_SPACE) / KEY_SPACE
