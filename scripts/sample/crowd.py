"""Two batches over the clip's frames: the first is reviewed by a rule, the second repeats what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from sample.faults import ENOUGH_CATEGORIES, Plan, plan_work
from sample.hand import mask_overlap, paint, used
from sample.people import Person, make_people
from sample.png import encode_png
from sample.truth import Truth, read_classes
from sample.work import Attempt, Waves, take_tasks

FAILING_FIRST = 154 / 296  # of the tasks of the thesis that this sample follows
PASSING_SECOND = 125 / 154
OUTSIDERS = 3  # they answer the survey and never worked
FIRST_SHARE, RETURNING_SHARE = 0.93, 0.5  # of the people: who is in the first batch, and who of them in the second


def _waves(*openings: tuple[int, int]) -> Waves:
    return tuple(datetime(2026, 1, day, hour, tzinfo=UTC) for day, hour in openings)


FIRST_WAVES = _waves((12, 14), (12, 22), (13, 14), (13, 22), (14, 14))
SECOND_WAVES = _waves((19, 14), (19, 22), (20, 14))
REVIEWED_AT = datetime(2026, 1, 16, 18, 4, 11, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """One finished task.

    Args:
        attempt: Who, which frame, when.
        kind: How it was drawn: a word of ``faults``.
        categories: How many categories cover enough pixels to count.
        overlap: Mean intersection over union with the truth, 0 to 1.
        png: The mask as the platform hands it out.
    """

    attempt: Attempt
    kind: str
    categories: int
    overlap: float
    png: bytes

    @property
    def passes(self) -> bool:
        """Whether enough categories are used."""
        return self.categories >= ENOUGH_CATEGORIES


@dataclass(frozen=True)
class Batch:
    """Tasks that were published together; ``reviewed_at`` is None while nobody has decided on them."""

    number: int
    opened: datetime
    size: tuple[int, int]
    work: list[Labelled]
    reviewed_at: datetime | None


@dataclass(frozen=True)
class Crowd:
    """Two batches, who worked on them, and who only answered the survey."""

    batches: tuple[Batch, Batch]
    workers: list[Person]
    outsiders: list[Person]


def make_crowd(rng: Random, truths: list[Truth], count: int) -> Crowd:
    """Let ``count`` people label every frame once, and the frames that fail the rule once more.

    Raises:
        ValueError: If so many people cannot share so many frames, or a drawing is not what was planned.
    """
    everyone = make_people(rng, count + OUTSIDERS)
    outsiders = [person for person in everyone if any(person.answers.values())][-OUTSIDERS:]
    workers = [person for person in everyone if person not in outsiders]
    early = round(count * FIRST_SHARE)
    first = _label(rng, truths, workers[:early], FIRST_WAVES, round(len(truths) * FAILING_FIRST))
    again = {item.attempt.number for item in first if not item.passes}
    returning = rng.sample(workers[:early], round(count * RETURNING_SHARE))
    crew = [person for person in workers if person in returning] + workers[early:]
    left = [truth for truth in truths if truth.number in again]
    second = _label(rng, left, crew, SECOND_WAVES, len(left) - round(len(left) * PASSING_SECOND))
    size = (truths[0].width, truths[0].height)
    opened = [waves[0] - timedelta(minutes=21, seconds=14) for waves in (FIRST_WAVES, SECOND_WAVES)]
    batches = Batch(1, opened[0], size, first, REVIEWED_AT), Batch(2, opened[1], size, second, None)
    return Crowd(batches, workers, outsiders)


def _label(rng: Random, truths: list[Truth], people: list[Person], waves: Waves, failing: int) -> list[Labelled]:
    by_number = {truth.number: truth for truth in truths}
    attempts = take_tasks(rng, list(by_number), people, waves)
    planned = plan_work(rng, [(by_number[attempt.number], attempt) for attempt in attempts], failing)
    work = [_draw(rng, truth, attempt, plan) for truth, attempt, plan in planned]
    if sum(not item.passes for item in work) != failing:
        raise ValueError(f"{failing} of {len(work)} masks were to use fewer than {ENOUGH_CATEGORIES} categories")
    return work


def _draw(rng: Random, truth: Truth, attempt: Attempt, plan: Plan) -> Labelled:
    classes = read_classes(truth.file)
    painted = paint(rng, truth, classes, attempt.person, plan)
    return Labelled(attempt, plan.kind, len(used(painted)), mask_overlap(classes, painted), encode_png(painted))
