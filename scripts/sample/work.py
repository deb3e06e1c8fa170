"""Who takes which frame, when, and how long it takes: tasks in a queue, people who come in waves and stay a while."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from sample.people import Person

Waves = tuple[datetime, ...]
"""When tasks are put up, in order of time."""

WAVES: Waves = tuple(datetime(2026, 3, day, 14, 0, tzinfo=UTC) for day in (2, 3, 4, 5, 9, 10))
TASKS_EACH = {1: 30, 2: 27, 3: 18, 4: 12, 5: 8, 6: 5}
UNTOUCHED_SHARE = 8 / 296  # frames that nobody took: the task lapsed
IDLE_SHARE = 6 / 296  # tasks handed in with nothing drawn


@dataclass(frozen=True)
class Attempt:
    """One person's go at one frame, before anybody reviews it.

    Args:
        number: The frame's number, from 1.
        person: Who took it.
        started: When.
        work_seconds: From taking it to handing it in.
        idle: Nothing was drawn.
    """

    number: int
    person: Person
    started: datetime
    work_seconds: int
    idle: bool = False


def share_out(rng: Random, numbers: list[int], people: list[Person]) -> list[Attempt]:
    """Simulate who works on which frame; some frames stay untouched. Returned in the order of the frames.

    The first and the last frame are always taken and worked on, so that the labels alone show how the files count.

    Raises:
        ValueError: If so many people cannot share so many frames at one to six each.
    """
    untouched = set(rng.sample(numbers[1:-1], round(len(numbers) * UNTOUCHED_SHARE)))
    attempts = take_tasks(rng, [n for n in numbers if n not in untouched], people, WAVES)
    return _with_idle(rng, attempts, round(len(numbers) * IDLE_SHARE))


def take_tasks(rng: Random, numbers: list[int], people: list[Person], waves: Waves) -> list[Attempt]:
    """Simulate who works on which of these frames, each taken once. Returned in the order of the frames.

    Raises:
        ValueError: If so many people cannot share so many frames at one to six each.
    """
    # Tasks come off the queue nearly in order, as a platform hands them out.
    queue = sorted(numbers, key=lambda n: n + rng.uniform(0, 6))
    counts = _tasks_each(rng, len(people), len(queue))
    crew = list(zip(people, counts, strict=True))
    return sorted(_work_off(rng, queue, crew, waves), key=lambda attempt: attempt.number)


def _tasks_each(rng: Random, people: int, tasks: int) -> list[int]:
    """Draw how many tasks each person does, so that they add up."""
    most = max(TASKS_EACH)
    if not people <= tasks <= people * most:
        raise ValueError(f"{people} people cannot share {tasks} frames at 1 to {most} each")
    counts = rng.choices(list(TASKS_EACH), list(TASKS_EACH.values()), k=people)
    while (difference := tasks - sum(counts)) != 0:
        step = 1 if difference > 0 else -1
        open_to_it = [index for index, count in enumerate(counts) if 1 <= count + step <= most]
        counts[rng.choice(open_to_it)] += step
    return counts


def _work_off(rng: Random, queue: list[int], crew: list[tuple[Person, int]], waves: Waves) -> list[Attempt]:
    """Let people arrive and take the next task until each has done theirs."""
    heap = [(_arrival(rng, waves[index * len(waves) // len(crew)]), index, 0) for index in range(len(crew))]
    heapq.heapify(heap)
    attempts = []
    for number in queue:
        now, index, done = heapq.heappop(heap)
        person, tasks = crew[index]
        attempt = Attempt(number, person, now, _work_seconds(rng, person, done))
        attempts.append(attempt)
        if done + 1 < tasks:
            heapq.heappush(heap, (_next_visit(rng, attempt, waves), index, done + 1))
    return attempts


def _arrival(rng: Random, opening: datetime) -> datetime:
    return opening + timedelta(seconds=round(rng.expovariate(1 / 2100)))


def _next_visit(rng: Random, attempt: Attempt, waves: Waves) -> datetime:
    """Say when a person takes their next task: soon after the last, or in a later wave."""
    finished = attempt.started + timedelta(seconds=attempt.work_seconds)
    later = [opening for opening in waves if opening > finished]
    if later and rng.random() < 0.2:
        return _arrival(rng, rng.choice(later[:2]))
    return finished + timedelta(seconds=round(3 + rng.expovariate(1 / 45)))


def _work_seconds(rng: Random, person: Person, done_before: int) -> int:
    practice = 0.94**done_before
    seconds = 262 * (0.62 + 0.6 * person.care) * practice / person.speed * rng.lognormvariate(0, 0.3)
    return round(min(max(seconds, 35.0), 1500.0))


def _with_idle(rng: Random, attempts: list[Attempt], count: int) -> list[Attempt]:
    """Mark the attempts of those with the least care, give or take, as handed in empty and at once."""
    by_care = sorted(attempts[1:-1], key=lambda attempt: attempt.person.care + rng.uniform(0, 0.5))
    idle = {attempt.number: rng.randint(9, 55) for attempt in by_care[:count]}
    return [
        replace(attempt, idle=True, work_seconds=idle[attempt.number]) if attempt.number in idle else attempt
        for attempt in attempts
    ]
