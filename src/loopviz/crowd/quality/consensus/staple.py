"""One mask of several people's, and how good each was: STAPLE, on what anybody drew and as much around it.

S. Warfield, K. Zou and W. Wells, "Simultaneous truth and performance level estimation (STAPLE): an algorithm for the
validation of image segmentation", IEEE Transactions on Medical Imaging 23(7), 2004. Pixels that the same people drew
are alike, so that the estimate is over these groups of pixels, weighed by how many there are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Masks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
ROUNDS, STILL = 100, 1e-6
FIRST = 0.95  # how good everybody is taken to be at first
AROUND = 1.0  # background beside what anybody drew, as many pixels again
LEAST, MOST = 1e-4, 1 - 1e-4


def staple(masks: Masks) -> tuple[Floats, Floats, Floats]:
    """Return how probable each pixel is, and how good each person was.

    Args:
        masks: ``(people, pixels)``: what each drew.

    Returns:
        ``(pixels,)`` probabilities; ``(people,)`` how much of the true mask each drew (sensitivity), and how much of
        what is beside it they left out (specificity).
    """
    kinds, which, counts = np.unique(masks, axis=1, return_inverse=True, return_counts=True)
    which = which.ravel()
    drawn = kinds.any(axis=0)
    weights = counts.astype(np.float64)
    weights[~drawn] = np.minimum(weights[~drawn], AROUND * max(1.0, weights[drawn].sum()))
    sure = np.full(len(masks), FIRST)
    clear = np.full(len(masks), FIRST)
    prior = float((kinds.mean(axis=0) * weights).sum() / weights.sum())
    inside = np.zeros(kinds.shape[1])
    for _ in range(ROUNDS):
        before = inside
        inside = _inside(kinds, sure, clear, prior)
        mass = weights * inside
        rest = weights * (1 - inside)
        sure = np.clip((kinds * mass).sum(axis=1) / max(mass.sum(), 1e-12), LEAST, MOST)
        clear = np.clip((~kinds * rest).sum(axis=1) / max(rest.sum(), 1e-12), LEAST, MOST)
        if np.abs(inside - before).max(initial=0.0) < STILL:
            break
    return inside[which], sure, clear


def _inside(kinds: Masks, sure: Floats, clear: Floats, prior: float) -> Floats:
    """Return how probable it is that pixels of each kind are in the mask."""
    yes = np.where(kinds, np.log(sure)[:, None], np.log1p(-sure)[:, None]).sum(axis=0) + np.log(max(prior, LEAST))
    no = np.where(kinds, np.log1p(-clear)[:, None], np.log(clear)[:, None]).sum(axis=0) + np.log(max(1 - prior, LEAST))
    return np.asarray(1 / (1 + np.exp(np.clip(no - yes, -500, 500))))
