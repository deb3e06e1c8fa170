"""What becomes of the work: approved or rejected, as a requester in a hurry decides."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sample.labels import Row, overlap
from sample.truth import LEFT, PARTS, RIGHT, Truth
from sample.work import Attempt

APPROVED_SHARE = 142 / 296  # of the tasks of the thesis that this sample follows
REVIEW_NOISE = 0.09  # some good work is rejected and some poor work passes
LOOSE = 0.85


@dataclass(frozen=True)
class Reviewed:
    """An attempt, its rows, and the verdict; ``reason`` is empty when it was approved."""

    attempt: Attempt
    rows: list[Row]
    status: str
    reason: str


def review(rng: Random, work: list[tuple[Truth, Attempt, list[Row]]]) -> list[Reviewed]:
    """Approve the best of the work, as far as the reviewer can tell; keep the order."""
    scores = [quality(truth, rows) + rng.gauss(0, REVIEW_NOISE) if rows else -1.0 for truth, _, rows in work]
    best_first = sorted(range(len(work)), key=lambda index: -scores[index])
    approved = set(best_first[: round(len(work) * APPROVED_SHARE)])
    return [
        Reviewed(attempt, rows, "approved", "")
        if index in approved
        else Reviewed(attempt, rows, "rejected", reason(truth, rows))
        for index, (truth, attempt, rows) in enumerate(work)
    ]


def quality(truth: Truth, rows: list[Row]) -> float:
    """Return the mean overlap of what was drawn with the parts that are there, 0 to 1; a part left out counts 0."""
    drawn = dict(rows)
    return sum(overlap(box, drawn[part]) for part, box in truth.boxes.items() if part in drawn) / len(truth.boxes)


def reason(truth: Truth, rows: list[Row]) -> str:
    """Return the first fault that a reviewer would name, or a phrase that names none."""
    drawn = dict(rows)
    if not rows:
        return "Nothing is labelled."
    if len(rows) == 1 < len(truth.boxes):
        return "One box over everything: each part needs its own."
    if _swapped(truth, drawn):
        return "Left and right button are swapped."
    missing = [PARTS[part].replace("_", " ").lower() for part in truth.boxes if part not in drawn]
    if missing:
        return f"Not labelled: {', '.join(missing)}."
    return "Boxes are not tight." if quality(truth, rows) < LOOSE else "Does not follow the instructions."


def _swapped(truth: Truth, drawn: dict[int, tuple[float, float, float, float]]) -> bool:
    if not {LEFT, RIGHT} <= truth.boxes.keys():
        return False
    pairs = ((LEFT, RIGHT), (RIGHT, LEFT))
    named = [(part, other) for part, other in pairs if part in drawn]
    return bool(named) and all(
        overlap(drawn[part], truth.boxes[other]) > overlap(drawn[part], truth.boxes[part]) for part, other in named
    )
