"""What was decided in a review: read from its file, checked, and brought back into the Dataset.

- A label that was rejected leaves the annotations. The work it was of is no longer there as it was drawn, and is marked
  so (``labels_read``): nobody is judged by what is missing.
- Work whose labels were all rejected keeps them, and does not count (``accepted`` is false). Work whose labels were all
  accepted counts.
- What a piece of work is paid (``status``) never changes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pydantic

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.strict_json import read_json

AGAIN = "Make the page anew with loopviz review, and decide there."


class Decision(pydantic.BaseModel, extra="forbid", strict=True, frozen=True):
    """What was decided on a label: ``accept``, ``reject``, or nothing but a comment."""

    label: int
    decision: Literal["accept", "reject"] | None
    comment: str = ""


class DecisionFile(pydantic.BaseModel, extra="forbid", strict=True, frozen=True):
    """The file that the page hands over; ``revision`` says which labels it is about."""

    loopviz: Literal["decisions"]
    version: Literal[1]
    revision: str
    decisions: list[Decision]


@dataclass(frozen=True)
class Applied:
    """What became of decisions.

    Attributes:
        dataset: The Dataset after them.
        accepted: How many labels were accepted.
        rejected: How many were rejected.
        removed: How many of these left the annotations.
        counts: How many pieces of work count now.
        dismissed: How many do not count now.
        comments: How many decisions have a comment.
    """

    dataset: Dataset
    accepted: int
    rejected: int
    removed: int
    counts: int
    dismissed: int
    comments: int


def read_decisions(file: Path) -> DecisionFile:
    """Read what the page handed over.

    Raises:
        InputError: If it is no such file, or one label is decided twice.
    """
    content = read_json(file)
    try:
        found = DecisionFile.model_validate(content)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or None
        given = first["input"]
        shown = type(given).__name__ if isinstance(given, dict | list) else given  # another file may name people
        expected = "decisions.json as the page of loopviz review hands it over"
        raise InputError("these are no decisions", file=file, at=place, found=shown, expected=expected) from error
    seen: set[int] = set()
    for number, each in enumerate(found.decisions):
        if each.label in seen:
            at, remedy = f"decisions[{number}]", "Keep one of the two in the file."
            raise InputError("a label is decided twice", file=file, at=at, found=f"label {each.label}", remedy=remedy)
        seen.add(each.label)
    return found


def apply_decisions(dataset: Dataset, given: DecisionFile, revision: str, file: Path) -> Applied:
    """Return the Dataset after decisions; see above for what they do.

    Args:
        dataset: The Dataset.
        given: The decisions.
        revision: The Dataset's own revision, see ``columns.revision``.
        file: The decisions' file, for errors.

    Raises:
        InputError: If they are about other labels than the Dataset has.
    """
    if given.revision != revision:
        what = "the decisions are about another state of the labels"
        raise InputError(what, file=file, at="revision", found=given.revision, expected=revision, remedy=AGAIN)
    known = set(dataset.annotations["annotation_id"])
    strange = next((place for place, each in enumerate(given.decisions) if each.label not in known), None)
    if strange is not None:
        found = f"label {given.decisions[strange].label}"
        raise InputError("there is no such label", file=file, at=f"decisions[{strange}]", found=found, remedy=AGAIN)
    return _applied(dataset, given)


def _applied(dataset: Dataset, given: DecisionFile) -> Applied:
    verdicts = {each.label: each.decision == "accept" for each in given.decisions if each.decision}
    table = pl.DataFrame(
        {"annotation_id": list(verdicts), "kept": list(verdicts.values())},
        schema={"annotation_id": pl.Int64, "kept": pl.Boolean},
    )
    rows = dataset.annotations.join(table, on="annotation_id", how="left", maintain_order="left")
    own = rows.drop_nulls("assignment_id").group_by("assignment_id")
    judged = own.agg(
        good=pl.col("kept").fill_null(value=False).all(),
        bad=(~pl.col("kept")).fill_null(value=False).all(),
        less=(~pl.col("kept")).fill_null(value=False).any(),
    )
    rows = rows.join(judged, on="assignment_id", how="left", maintain_order="left")
    gone = (~pl.col("kept")).fill_null(value=False) & ~pl.col("bad").fill_null(value=False)
    left = rows.filter(~gone).select(dataset.annotations.columns)
    work = dataset.assignments.join(judged, on="assignment_id", how="left", maintain_order="left")
    verdict = pl.when("good").then(pl.lit(True)).when("bad").then(pl.lit(False)).otherwise("accepted")
    partly = pl.col("less").fill_null(value=False) & ~pl.col("bad").fill_null(value=False)
    read = pl.when(partly).then(pl.lit(False)).otherwise("labels_read")
    work = work.with_columns(accepted=verdict, labels_read=read).select(dataset.assignments.columns)
    after = dataset.replace(annotations=left).replace(assignments=work)
    counts: dict[str, Any] = {
        "accepted": sum(verdicts.values()),
        "rejected": len(verdicts) - sum(verdicts.values()),
        "removed": rows.height - left.height,
        "counts": judged["good"].sum(),
        "dismissed": judged["bad"].sum(),
        "comments": sum(bool(each.comment) for each in given.decisions),
    }
    return Applied(after, **counts)
