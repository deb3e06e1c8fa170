"""The invented people: an id that says so, how they work, and what they answered."""

from __future__ import annotations

import string
from dataclasses import dataclass
from random import Random

from sample.answers import Answers, make_answers

ID_PREFIX = "SIM"  # no platform gives out such ids: nobody can take these for real people
ID_LENGTH = 14
VIEWER_SIDE_SHARE = 0.12


@dataclass(frozen=True)
class Person:
    """One invented worker.

    Args:
        worker_id: Fourteen capitals and digits that begin with ``SIM``.
        care: 0 (throws boxes at the picture) to 1 (each edge within a pixel or two).
        speed: 1 is usual; 2 takes half the time.
        padding: How much too large this person draws a box, as a share of its size.
        viewer_side: Takes "left" for the viewer's left, where the user's is meant.
        answers: Q1 … Q10, None where nothing was said.
    """

    worker_id: str
    care: float
    speed: float
    padding: float
    viewer_side: bool
    answers: Answers


def make_people(rng: Random, count: int) -> list[Person]:
    """Invent people. What they answer and how they work are drawn independently: no group is made to look careless."""
    ids = simulated_ids(rng, count)
    answers = make_answers(rng, count)
    return [_person(rng, worker_id, said) for worker_id, said in zip(ids, answers, strict=True)]


def _person(rng: Random, worker_id: str, answers: Answers) -> Person:
    care = rng.betavariate(2.4, 1.3)
    generous = rng.random() < 0.55 * (1 - care)
    return Person(
        worker_id=worker_id,
        care=care,
        speed=rng.lognormvariate(0, 0.22),
        padding=rng.uniform(0.03, 0.14) if generous else 0.0,
        viewer_side=rng.random() < VIEWER_SIDE_SHARE,
        answers=answers,
    )


def simulated_ids(rng: Random, count: int, length: int = ID_LENGTH) -> list[str]:
    """Invent different ids that say of themselves that they are invented."""
    alphabet = string.ascii_uppercase + string.digits
    ids: dict[str, None] = {}  # a dictionary keeps the order in which they were drawn
    while len(ids) < count:
        ids[ID_PREFIX + "".join(rng.choices(alphabet, k=length - len(ID_PREFIX)))] = None
    return list(ids)
