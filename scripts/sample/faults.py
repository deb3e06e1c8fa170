"""What each person makes of a task: which parts they mark, under which names, or how they fall short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from sample.labels import FORGETTING, mirrored
from sample.people import Person
from sample.truth import BODY, CABLE, LEFT, PARTS, RIGHT, WHEEL, Truth
from sample.work import Attempt

ENOUGH_CATEGORIES = 3  # the review rule of the thesis: "categories >= 3"

COMPLETE, MISSING, SWAPPED = "complete", "part missing", "buttons swapped"
EMPTY, BLOB, BODY_ONLY, TWO_PARTS, DAB = "empty", "blob", "body only", "two parts", "dab"
HASTE = {EMPTY: 0.1, BLOB: 0.35, BODY_ONLY: 0.55, TWO_PARTS: 0.8, DAB: 0.75}  # share of the time that all parts take
PAIRS = ((BODY, CABLE), (BODY, CABLE), (BODY, CABLE), (LEFT, RIGHT), (BODY, WHEEL))
LUCK = 0.22  # how far a single task strays from what a person's care would have it be


@dataclass(frozen=True)
class Plan:
    """What is drawn on a frame.

    Args:
        kind: One of the words above; the last five are too few categories to pass.
        names: True part to the name that it is given, in the order of drawing.
        dab: A part that is only touched, with fewer pixels than count.
    """

    kind: str
    names: dict[int, int]
    dab: int | None = None


def plan_work(rng: Random, work: list[tuple[Truth, Attempt]], failing: int) -> list[tuple[Truth, Attempt, Plan]]:
    """Plan every attempt so that exactly ``failing`` of them use too few categories: mostly those with little care."""
    luck = [attempt.person.care + rng.gauss(0, LUCK) for _, attempt in work]
    worst = set(sorted(range(len(work)), key=lambda index: luck[index])[:failing])
    planned = []
    for index, (truth, attempt) in enumerate(work):
        plan = _falling_short(rng, attempt.person) if index in worst else _enough(rng, truth, attempt.person)
        seconds = max(8, round(attempt.work_seconds * HASTE.get(plan.kind, 1.0)))  # sooner done: nothing else moves
        planned.append((truth, replace(attempt, work_seconds=seconds, idle=plan.kind == EMPTY), plan))
    return planned


def _enough(rng: Random, truth: Truth, person: Person) -> Plan:
    """Plan three parts or more, as many as the person thinks of."""
    carelessness = 1 - person.care
    kept = {part for part in truth.boxes if rng.random() >= FORGETTING[part] * carelessness}
    for part in (BODY, LEFT, RIGHT):
        if len(kept) < ENOUGH_CATEGORIES:
            kept.add(part)
    swapped = rng.random() < 0.16 * carelessness**2 or (person.viewer_side and mirrored(truth))
    names = _named(kept, swapped=swapped and bool({LEFT, RIGHT} & kept))
    if any(part != name for part, name in names.items()):
        return Plan(SWAPPED, names)
    return Plan(COMPLETE if len(kept) == len(truth.boxes) else MISSING, names)


def _falling_short(rng: Random, person: Person) -> Plan:
    carelessness = 1 - person.care
    weights = {EMPTY: 14 * carelessness, BLOB: 34 * carelessness, BODY_ONLY: 20, TWO_PARTS: 24, DAB: 7}
    kind = rng.choices(list(weights), list(weights.values()))[0]
    pair = rng.choice(PAIRS)
    if kind == EMPTY:
        return Plan(kind, {})
    if kind == BLOB:
        return Plan(kind, {BODY: rng.choice((BODY, BODY, BODY, CABLE, LEFT))})
    if kind == BODY_ONLY:
        return Plan(kind, {BODY: BODY})
    dab = rng.choice([part for part in range(len(PARTS)) if part not in pair]) if kind == DAB else None
    return Plan(kind, _named(set(pair), swapped=False), dab)


def _named(parts: set[int], *, swapped: bool) -> dict[int, int]:
    other = {LEFT: RIGHT, RIGHT: LEFT} if swapped else {}
    return {part: other.get(part, part) for part in sorted(parts)}
