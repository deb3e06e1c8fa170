"""Krippendorff's alpha: how far people agree beyond what chance would give, 1 for full agreement, 0 for chance.

For values without an order: ``1 - (n - 1) * sum_u (sum_{c<k} n_uc n_uk) / (m_u - 1) / sum_{c<k} n_c n_k``, over units u
that two people or more gave a value; ``n_uc`` people called u by c, ``m_u`` called it anything, ``n_c`` is the sum of
``n_uc``, n that of all (K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011). Agreement is not
correctness: people may agree on what is wrong.

Both sums come from figures of single frames, so that a bootstrap over frames (B. Efron, "Bootstrap methods", 1979) only
weighs them anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SAMPLES = 1000
INTERVAL = (2.5, 97.5)  # percentiles: 95 of 100 such intervals hold what they are of
_AT_ONCE = 2_000_000  # weights of samples


@dataclass(frozen=True)
class Sums:
    """What alpha is made of, by frame.

    Attributes:
        frames: ``(F,)``, ascending.
        disagreement: ``(F,)``: the sum over a frame's units of the pairs that differ, over the people less one.
        values: ``(F, C)``: how often each value was given, in units that two people or more gave one.
        units: ``(F,)``: how many such units there are.
    """

    frames: npt.NDArray[np.int64]
    disagreement: Floats
    values: Floats
    units: npt.NDArray[np.int64]


def sums_of(frames: npt.NDArray[np.int64], counts: Floats) -> Sums:
    """Return the sums of units by frame.

    Args:
        frames: ``(U,)``: each unit's frame.
        counts: ``(U, C)``: how many people gave it each value.
    """
    people = counts.sum(axis=1)
    paired = people >= 2
    counts, people = counts[paired], people[paired]
    differing = (people**2 - (counts**2).sum(axis=1)) / 2
    numbers, place = np.unique(frames[paired], return_inverse=True)
    values = np.zeros((len(numbers), counts.shape[1]))
    np.add.at(values, place, counts)
    disagreement = np.zeros(len(numbers))
    np.add.at(disagreement, place, differing / (people - 1))
    return Sums(numbers, disagreement, values, np.bincount(place, minlength=len(numbers)))


def alpha(sums: Sums) -> float | None:
    """Return alpha, None where no unit has two values; 1 where all values are one, as nothing could differ."""
    (found,) = _alphas(sums, np.ones((1, len(sums.frames))))
    return None if np.isnan(found) else float(found)


def interval(sums: Sums, samples: int = SAMPLES, seed: int = 0) -> tuple[float, float] | None:
    """Return where alpha lies in 95 of 100 samples of the frames, None where there are fewer than two frames."""
    count = len(sums.frames)
    if count < 2:
        return None
    draw = np.random.default_rng(seed)
    found, step = [], max(1, _AT_ONCE // count)
    for start in range(0, samples, step):
        weights = draw.multinomial(count, np.full(count, 1 / count), size=min(step, samples - start))
        found.append(_alphas(sums, weights.astype(np.float64)))
    low, high = np.nanpercentile(np.concatenate(found), INTERVAL).tolist()
    return low, high


def _alphas(sums: Sums, weights: Floats) -> Floats:
    """Return alpha of each sample; each frame counts as often as its weight says."""
    values = weights @ sums.values
    total = values.sum(axis=1)
    expected = (total**2 - (values**2).sum(axis=1)) / 2
    observed = (total - 1) * (weights @ sums.disagreement)
    found = 1 - np.divide(observed, expected, out=np.zeros_like(expected), where=expected > 0)
    return np.where(total > 0, found, np.nan)
