"""What was decided in a review: read from its file, checked, and brought back into the Dataset.

- A label that was rejected leaves the annotations. The work it was of is no longer there as it was drawn, and is marked
  so (``labels_read``): nobody is judged by what is missing.
- Work whose labels were all rejected keeps them, and does not count (``accepted`` is false). Work whose labels were all
  accepted counts.
- A place that nobody labelled becomes a label where somebody said so: nobody's work, with the origin that the page
  said.
- What a piece of work is paid (``status``) never changes here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
import pydantic

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.strict_json import read_json
from loopviz.schema import EDGES, table

KEY = 60  # characters of a strange key that a message shows
AGAIN = "Make the page anew with loopviz review, and decide there."


def _whole(text: object) -> object:
    """Return text without halves of characters: a browser may cut one in the middle, and no file can hold that."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(text, str) else text


Text = Annotated[str, pydantic.BeforeValidator(_whole)]


class Decision(pydantic.BaseModel, extra="forbid", strict=True, frozen=True):
    """What was decided on a label: ``accept``, ``reject``, or nothing but a comment."""

    label: int
    decision: Literal["accept", "reject"] | None
    comment: Text = ""


class PlaceDecision(pydantic.BaseModel, extra="forbid", strict=True, frozen=True):
    """What was decided on a place that nobody labelled: ``add`` a label, ``nothing`` is there, or only a comment.

    ``frame`` and ``box`` are in the dataset's own frames and pixels.
    """

    frame: int = pydantic.Field(ge=0, le=2**53)
    category: Text
    box: list[pydantic.FiniteFloat] = pydantic.Field(min_length=4, max_length=4)
    origin: Literal["interpolated", "model"]
    confidence: float | None = pydantic.Field(default=None, ge=0, le=1)
    decision: Literal["add", "nothing"] | None
    comment: Text = ""


class DecisionFile(pydantic.BaseModel, extra="forbid", strict=True, frozen=True):
    """The file that the page hands over; ``revision`` says which labels it is about."""

    loopviz: Literal["decisions"]
    version: Literal[1]
    revision: str
    decisions: list[Decision]
    places: list[PlaceDecision] = []


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
        added: How many labels were added where nobody had labelled something.
        nothing: At how many such places nothing is.
    """

    dataset: Dataset
    accepted: int
    rejected: int
    removed: int
    counts: int
    dismissed: int
    comments: int
    added: int
    nothing: int


def read_decisions(file: Path) -> DecisionFile:
    """Read what the page handed over.

    Raises:
        InputError: If it is no such file, or one label or place is decided twice.
    """
    content = read_json(file)
    try:
        found = DecisionFile.model_validate(content)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part)[:KEY] for part in first["loc"]) or None
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
    places: set[tuple[int, str, tuple[float, ...]]] = set()
    for number, one in enumerate(found.places):
        known = (one.frame, one.category, tuple(one.box))
        if known in places:
            at, remedy = f"places[{number}]", "Keep one of the two in the file."
            raise InputError("a place is decided twice", file=file, at=at, found=f"frame {one.frame}", remedy=remedy)
        places.add(known)
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
    for number, place in enumerate(given.places):
        _check_place(dataset, place, file, f"places[{number}]")
    applied = _applied(dataset, given)
    return replace(applied, dataset=_with_places(applied.dataset, [p for p in given.places if p.decision == "add"]))


def _check_place(dataset: Dataset, place: PlaceDecision, file: Path, at: str) -> None:
    frame = dataset.frames.filter(pl.col("frame") == place.frame)
    if not frame.height:
        raise InputError("there is no such frame", file=file, at=at, found=f"frame {place.frame}", remedy=AGAIN)
    x0, y0, x1, y1 = place.box
    width, height = frame.select("width", "height").row(0)
    if not (0 <= x0 < x1 <= (width or x1) and 0 <= y0 < y1 <= (height or y1)):
        size = f"{width}x{height} pixels" if width and height else "pixels of its frame"
        what = "a place is no box on its frame"
        raise InputError(what, file=file, at=at, found=place.box, expected=f"x and y twice, in {size}", remedy=AGAIN)


def _with_places(dataset: Dataset, places: list[PlaceDecision]) -> Dataset:
    """Return the Dataset with labels that nobody drew, each in its category, which is made if it lacks."""
    if not places:
        return dataset
    known = dict(dataset.categories.select("name", "class_id").unique("name", keep="first").iter_rows())
    new = [name for name in dict.fromkeys(place.category for place in places) if name not in known]
    numbers = {name: dataset.categories.height + number for number, name in enumerate(new)}
    more = table("categories", {"class_id": list(numbers.values()), "name": new})
    first = int(dataset.annotations["annotation_id"].max() or 0) + 1  # type: ignore[arg-type]
    rows = [
        {
            "annotation_id": first + number,
            "frame": place.frame,
            "class_id": (known | numbers)[place.category],
            **dict(zip(EDGES, place.box, strict=True)),
            "origin": place.origin,
            "confidence": place.confidence,
        }
        for number, place in enumerate(places)
    ]
    labels = pl.concat([dataset.annotations, table("annotations", rows)])
    return dataset.replace(categories=pl.concat([dataset.categories, more])).replace(annotations=labels)


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
        "comments": sum(bool(each.comment) for each in given.decisions)
        + sum(bool(each.comment) for each in given.places),
        "added": sum(each.decision == "add" for each in given.places),
        "nothing": sum(each.decision == "nothing" for each in given.places),
    }
    return Applied(after, **counts)
