"""What stands on a sheet of many pictures: which frames, whose labels on each, and the words under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import polars as pl

from loopviz.crowd.quality.measures import measures
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.paths import natural_key
from loopviz.scene.templates import clean, money
from loopviz.work import IS_CARRIED, IS_DISMISSED

Kind = Literal["contact", "poster", "sequence", "enlarged", "frames", "results"]
By = Literal["person", "quality", "time"]
KINDS, ORDERS = get_args(Kind), get_args(By)
SOMEBODY = "Somebody"  # whose name is hidden
SEQUENCE = 12  # pictures of one, where it is not said how many
TITLES: dict[Kind, str] = {
    "contact": "Contact sheet",
    "poster": "What everybody drew",
    "sequence": "Sequence",
    "enlarged": "Enlarged",
    "frames": "Frames with labels",
    "results": "Results and decisions",
}
STATUS = {"approved": "approved", "rejected": "rejected", "submitted": "not decided on"}


@dataclass(frozen=True)
class Cell:
    """A picture of a sheet.

    Attributes:
        frame: The source's frame.
        tasks: Whose labels are drawn on it, as assignments; None: all of the frame.
        name: Who it is; empty where nobody is known.
        value: What stands at the right: what the work paid, or the frame's number.
        lines: What else is said.
        is_dismissed: Whether the work was rejected, or does not count.
    """

    frame: int
    tasks: tuple[str, ...] | None
    name: str
    value: str
    lines: tuple[str, ...]
    is_dismissed: bool = False


def cells_of(dataset: Dataset, kind: Kind, by: By, frames: range, count: int | None) -> list[Cell]:
    """Return the pictures of a sheet, in order.

    Args:
        dataset: Who may be shown, by the names that they may be called, and what they drew.
        kind: Of pictures.
        by: In which order a contact sheet shows the work.
        frames: Which frames may be on it.
        count: How many pictures, spread evenly; None: all, of a sequence ``SEQUENCE``.

    Raises:
        ConfigError: If there is nothing to be shown.
    """
    if kind == "sequence":
        found = _spread(frames, count or SEQUENCE)
        work = _by_frame(_work(dataset, frames))
        return [_frame(frame, work.get(frame, [])) for frame in found]
    if kind == "frames":
        drawn = dataset.annotations.filter(pl.col("frame").is_between(frames.start, frames.stop - 1), ~IS_CARRIED)
        labelled = sorted(drawn["frame"].unique().to_list())
        if not labelled:
            raise _nothing("no frame of this range has a label", frames)
        work = _by_frame(_work(dataset, frames))
        return [_frame(frame, work.get(frame, [])) for frame in _spread(labelled, count)]
    rows = _work(dataset, frames)
    if not rows:
        raise _nothing("nobody is known who worked on these frames", frames)
    if kind == "results":
        return [_result(row) for row in _spread(rows, count)]
    says, key = _order(dataset, by)
    return [_piece(row, says(row)) for row in _spread(sorted(rows, key=key), count)]


def _nothing(problem: str, frames: range) -> ConfigError:
    found = f"frames {frames.start} to {frames.stop - 1}"
    return ConfigError(problem, at="sheet", found=found, expected="a range with work in it, or people who agreed")


def _spread(all_of_them: Sequence[Any], count: int | None) -> list[Any]:
    """Return so many, spread evenly; all where there are no more."""
    if count is None or count >= len(all_of_them):
        return list(all_of_them)
    return [all_of_them[i] for i in np.linspace(0, len(all_of_them) - 1, count).round().astype(int)]


def _work(dataset: Dataset, frames: range) -> list[dict[str, Any]]:
    """Return the assignments on some frames, in their order, with the names of those who did them."""
    people = dataset.workers.select("worker_id", "alias")
    work = dataset.assignments.with_columns(dismissed=IS_DISMISSED.fill_null(value=False))
    work = work.filter(pl.col("frame").is_between(frames.start, frames.stop - 1))
    joined = work.join(people, on="worker_id", how="left", maintain_order="left")
    return joined.sort("frame", maintain_order=True).to_dicts()


def _by_frame(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["frame"], []).append(row)
    return found


def _name(row: dict[str, Any]) -> str:
    return clean(row["alias"] or "") or SOMEBODY


def _pay(row: dict[str, Any]) -> str:
    if row["status"] == "rejected":
        return "not paid"
    return money(row["reward_usd"]) if row["status"] == "approved" and row["reward_usd"] is not None else ""


def _frame(frame: int, work: list[dict[str, Any]]) -> Cell:
    """A frame with all that was drawn on it; of several people how many they are."""
    names = list(dict.fromkeys(map(_name, work)))
    who = names[0] if len(names) == 1 else f"{len(names)} people" if names else ""
    gone = bool(work) and all(row["dismissed"] for row in work)
    return Cell(frame, None, who, f"{frame + 1}", (), gone)


def _piece(row: dict[str, Any], said: str) -> Cell:
    lines = tuple(filter(None, (f"frame {row['frame'] + 1}", said)))
    return Cell(row["frame"], (row["assignment_id"],), _name(row), _pay(row), (", ".join(lines),), row["dismissed"])


def _result(row: dict[str, Any]) -> Cell:
    decided = STATUS.get(row["status"] or "", "")
    if row["dismissed"] and row["status"] == "approved":
        decided = "paid, and left out"
    reason = clean(row["reason"] or "")
    lines = tuple(filter(None, (", ".join(filter(None, (f"frame {row['frame'] + 1}", decided))), reason)))
    return Cell(row["frame"], (row["assignment_id"],), _name(row), _pay(row), lines, row["dismissed"])


Row = dict[str, Any]


def _order(dataset: Dataset, by: By) -> tuple[Callable[[Row], str], Callable[[Row], Any]]:
    """Return what a contact sheet in an order says of each piece of work, and by what that is sorted."""
    if by == "person":
        return lambda _: "", lambda row: (natural_key(_name(row)), row["frame"])
    if by == "time":
        return _handed_in, lambda row: (row["submitted_at"] is None, row["submitted_at"] or 0, row["frame"])
    found = {row["assignment_id"]: row for row in measures(dataset).iter_rows(named=True)}
    return lambda row: _quality(found[row["assignment_id"]]), lambda row: _worst(row, found[row["assignment_id"]])


def _handed_in(row: Row) -> str:
    return "" if row["submitted_at"] is None else f"{row['submitted_at']:%H:%M:%S}"


def _quality(found: Row) -> str:
    """What is measured of a piece of work: how far it agrees with others', else how many categories it has."""
    if found["agreement"] is not None:
        return f"agreement {found['agreement']:.0%}"
    return "" if found["categories"] is None else f"{found['categories']} of {found['offered']} categories"


def _worst(row: Row, found: Row) -> tuple[float, int]:
    """The share that is said, worst first; what could not be measured is last, and held against nobody."""
    if found["agreement"] is not None:
        return found["agreement"], row["frame"]
    known = found["categories"] is not None and found["offered"]
    return (found["categories"] / found["offered"] if known else 2.0), row["frame"]
