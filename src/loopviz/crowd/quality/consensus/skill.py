"""What is true, and how good each person is, from each other: the estimate of Dawid and Skene.

Each object that anybody drew on a frame is an item. What a person says of it is one of its categories, or that it is
not there: nothing drawn, by somebody who saw the frame. From what is probably true follows how often each person says
what of what, and from that what is probably true, until nothing changes (A. Dawid and A. Skene, "Maximum likelihood
estimation of observer error-rates using the EM algorithm", 1979). A few answers as everybody gives them are added to
each person's own, so that somebody who did little is taken for anybody.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS, STILL = 100, 1e-5
AS_OTHERS = 5.0  # answers, of each true value


class Skill(NamedTuple):
    """What came of it.

    Attributes:
        truth: ``(items, values)``: how probable each value is; the last one is that the object is not there.
        people: ``(people, values, values)``: how often a person says the third of what is truly the second.
    """

    truth: Floats
    people: Floats

    @property
    def right(self) -> Floats:
        """``(people,)``: how often each person is right, of what there commonly is."""
        common = self.truth.sum(axis=0) / max(self.truth.sum(), 1e-12)
        return np.asarray(np.einsum("v,pvv->p", common, self.people))


def dawid_skene(items: Ints, people: Ints, said: Ints, sizes: tuple[int, int, int]) -> Skill:
    """Return what is true of some items, and how good people are.

    Args:
        items: ``(N,)``: what is spoken of.
        people: ``(N,)``: who speaks.
        said: ``(N,)``: the value that they say.
        sizes: How many items, people and values there are.
    """
    count, persons, values = sizes
    truth = np.zeros((count, values))
    np.add.at(truth, (items, said), 1.0)
    truth /= np.maximum(truth.sum(axis=1, keepdims=True), 1e-12)
    confusion = np.zeros((persons, values, values))
    for _ in range(ROUNDS if count else 0):
        confusion = _confusion(truth, items, people, said, persons)
        before, truth = truth, _truth(truth.mean(axis=0), confusion, items, people, said, count)
        if np.abs(truth - before).max(initial=0.0) < STILL:
            break
    return Skill(truth, confusion)


def _confusion(truth: Floats, items: Ints, people: Ints, said: Ints, persons: int) -> Floats:
    values = truth.shape[1]
    counts = np.zeros((persons, values, values))
    for value in range(values):
        here = said == value
        np.add.at(counts[:, :, value], people[here], truth[items[here]])
    everybody = counts.sum(axis=0) + np.eye(values)
    everybody /= everybody.sum(axis=1, keepdims=True)
    counts += AS_OTHERS * everybody
    return np.asarray(counts / counts.sum(axis=2, keepdims=True))


def _truth(common: Floats, confusion: Floats, items: Ints, people: Ints, said: Ints, count: int) -> Floats:
    logs = np.tile(np.log(np.maximum(common, 1e-12)), (count, 1))
    np.add.at(logs, items, np.log(np.maximum(confusion[people, :, said], 1e-12)))
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
