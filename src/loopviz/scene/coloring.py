"""What labels' colours say: their category, or who drew them, in which batch, what became of it, how sure, how alike.

Colour never says it alone: groups differ in their lines' weight and dashes as well, ordered values in their weight;
categories have plates, or differ so as well where a theme asks for it.
What there are too many of, or is not known, is quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import AfterValidator, WithJsonSchema

from loopviz.dataset import Dataset
from loopviz.geometry import box_iou
from loopviz.scene.oklab import ramp
from loopviz.scene.style import Colors
from loopviz.scene.templates import clean
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA

ANSWERS = "answers."
WAYS = ("category", "person", "batch", "status", "confidence", "agreement")


def _way(value: str) -> str:
    if value not in WAYS and not (value.startswith(ANSWERS) and value.removeprefix(ANSWERS).strip()):
        raise ValueError(f"{', '.join(WAYS)}, or an answer, as answers.Q1")
    return value


ColorBy = Annotated[
    str, AfterValidator(_way), WithJsonSchema({"type": "string", "pattern": rf"^({'|'.join(WAYS)}|answers\..+)$"})
]
Rows = npt.NDArray[np.int64]
MOST_GROUPS = 6  # beside the quiet one: as many as can be told apart by colour, weight and dashes
STYLES = (
    (1.0, 0),
    (1.0, 20),
    (1.7, 0),
    (1.7, 20),
    (0.6, 0),
    (0.6, 20),
)  # weight, and how long dashes are in line widths
LONGEST = 32  # characters
STEPS = 5
LIGHTEST, HEAVIEST = 0.6, 1.8  # the weights of a scale's ends
OTHERS, NOT_KNOWN = "others", "not known"
STATUS = {"approved": "approved", "submitted": "not decided", "rejected": "rejected"}


@dataclass(frozen=True)
class Group:
    """Labels that are drawn alike: what the legend calls them, their colour, their line's weight and its dashes."""

    name: str
    color: str
    weight: float = 1.0
    dash: int = 0
    in_scale: bool = False


@dataclass(frozen=True)
class Coloring:
    """How labels are drawn by what they are.

    Attributes:
        groups: All groups that have labels, in the legend's order.
        of: ``(N,)``: the group of each annotation.
        is_of_categories: Whether the groups are the categories.
    """

    groups: tuple[Group, ...]
    of: Rows
    is_of_categories: bool = False


def coloring(dataset: Dataset, by: ColorBy, colors: Colors) -> Coloring | None:
    """Return how labels are drawn; None: by their category.

    Args:
        dataset: The labels that are drawn.
        by: What their colours say; ``answers.Q1`` for what those who drew them answered.
        colors: The theme's.
    """
    if by == "category" or not dataset.annotations.height:
        return None
    if by == "confidence":
        return _scale(dataset.annotations["confidence"].to_numpy(), "confidence", colors)
    if by == "agreement":
        return _scale(agreement(dataset), "overlap with others", colors)
    named = dataset.annotations.join(_said(dataset, by), on="assignment_id", how="left", maintain_order="left")["said"]
    order = list(STATUS) if by == "status" else named.drop_nulls().value_counts(sort=True)["said"].to_list()
    return _groups(named.to_list(), order, colors)


def categories_apart(annotations: pl.DataFrame, looks: Sequence[tuple[str, str]]) -> Coloring | None:
    """Return how labels are drawn so that categories differ in weight and dashes as well; None where there are none.

    Args:
        annotations: The Dataset's table.
        looks: Each category's name as it is shown, and its colour, by ``class_id``.
    """
    used, of = np.unique(annotations["class_id"].to_numpy(), return_inverse=True)
    groups = []
    for place, class_id in enumerate(used.tolist()):
        (name, color), (weight, dash) = looks[class_id], STYLES[place % len(STYLES)]
        groups.append(Group(name, color, weight, dash))
    return Coloring(tuple(groups), of.astype(np.int64), is_of_categories=True) if groups else None


def _said(dataset: Dataset, by: str) -> pl.DataFrame:
    """Return a word for each assignment: ``assignment_id`` and ``said``."""
    if by in {"batch", "status"}:
        return dataset.assignments.select("assignment_id", said=pl.col(by).cast(pl.String))
    if by == "person":
        about = dataset.workers.select("worker_id", said="alias")
    else:
        answers = dataset.answers.filter(pl.col("question_id") == by.removeprefix(ANSWERS))
        about = answers.select("worker_id", said=pl.coalesce("normal", "answer"))
    return dataset.assignments.join(about, on="worker_id", how="left").select("assignment_id", "said")


def agreement(dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return ``(N,)``: how far each label's box agrees with those of the others on its frame; NaN where nobody else is.

    It is the mean over these people of the largest overlap (intersection over union) of their boxes of its category,
    0 of somebody who has none. Of points and lines, which have no box, it is not known.
    """
    rows = dataset.annotations.with_row_index("row").join(
        dataset.assignments.select("assignment_id", "worker_id"), on="assignment_id", how="left", maintain_order="left"
    )
    found = np.full(rows.height, np.nan)
    for _, frame in rows.filter(HAS_AREA).drop_nulls("worker_id").group_by("frame"):
        people, boxes = frame["worker_id"].to_numpy(), frame.select(EDGES).to_numpy()
        alike = frame["class_id"].to_numpy()[:, None] == frame["class_id"].to_numpy()
        shares = np.where(alike, box_iou(boxes, boxes), 0.0)
        who = np.unique(people)
        best = np.stack([shares[:, people == each].max(axis=1) for each in who], axis=1)
        best[people[:, None] == who] = np.nan
        if len(who) > 1:
            found[frame["row"].to_numpy()] = np.nanmean(best, axis=1)
    return found


def _groups(said: Sequence[str | None], order: Sequence[str], colors: Colors) -> Coloring:
    """The groups with most labels, and one of all others."""
    kept = {name: number for number, name in enumerate(order[:MOST_GROUPS])}
    groups = [
        Group(_short(clean(STATUS.get(name, name))), colors.palette[number % len(colors.palette)], *STYLES[number])
        for name, number in kept.items()
    ]
    groups += [Group(OTHERS, colors.quiet), Group(NOT_KNOWN, colors.quiet, 1.0, STYLES[1][1])]
    of = [len(kept) + 1 if name is None else kept.get(name, len(kept)) for name in said]
    used = np.unique(np.array(of, dtype=np.int64))
    return Coloring(tuple(groups[number] for number in used.tolist()), np.searchsorted(used, of))


def _short(name: str) -> str:
    """A legend has room for words, not for a text that somebody wrote."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _scale(values: npt.NDArray[np.float64], title: str, colors: Colors) -> Coloring:
    """An ordered scale between the least and the largest value."""
    known = values[~np.isnan(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    steps = 1 if high - low < 0.005 else STEPS
    share = (values - low) / max(high - low, 1e-9)
    of = np.where(np.isnan(values), steps, np.clip(np.nan_to_num(share) * steps, 0, steps - 1)).astype(np.int64)
    weights = np.linspace(LIGHTEST, HEAVIEST, steps).tolist()
    ends = f"{title} {low:.2f}" + (f" – {high:.2f}" if steps > 1 else "")
    names = [*[""] * (steps - 1), ends]  # said once, behind the scale
    scale = zip(names, ramp(steps), weights, strict=True)
    groups = [Group(name, color, weight, in_scale=True) for name, color, weight in scale]
    unknown = (Group(NOT_KNOWN, colors.quiet, 1.0, STYLES[1][1]),) if steps in of else ()
    return Coloring((*groups, *unknown), of)
