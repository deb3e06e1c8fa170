"""What the numbers of YOLO rows are: coordinates, and behind them a confidence, a track id, both or neither.

Ultralytics' ``Results.save_txt`` writes ``class coordinates [confidence] [track id]``, the one with ``save_conf``, the
other while tracking; CVAT appends a track id to a row of any kind. Nothing in a row says so. Seven numbers are a box
with both, or a polygon of three points: other rows of the set tell which where they can be only one thing
(``… 0.91 12``, ``… 0.4 0.62``), or the task does; else nobody does, and the rows are refused. Nine numbers before these
are a polygon of four points, an oriented box or a pose.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from loopviz.errors import InputError
from loopviz.formats.labels.yolo.rows import MAX_TRACK, TOLERANCE, Refusal, Rows, refuse_rows
from loopviz.formats.table_columns import Bools
from loopviz.formats.types import Report

TASKS = ("detect", "segment", "obb", "pose")
FIXED = ("obb", "pose")  # every row of these has as many numbers
BOX = 5  # numbers of a row that is a box, the class among them
SAY_TASK = f"Say which: --task {', '.join(TASKS[:-1])} or {TASKS[-1]} (task, also in data.yaml)."
SEVEN = Refusal(
    "bad-row",
    "seven numbers, which may be a box with a confidence and a track id, or a polygon of three points",
    "rows of one kind",
    SAY_TASK,
)
LONG = Refusal(
    "bad-row",
    "the last two numbers may be a point of the polygon, or a confidence and a track id",
    "rows of one kind",
    "Write a confidence and a track id in every row, or in none.",
)
CUT = Refusal(
    "bad-row",
    "a point of the polygon is cut in half, or the last number is a confidence, which other polygons have not",
    "x1 y1 x2 y2 x3 y3 …",
    "Correct the row.",
)
LAST = Refusal(
    "bad-row",
    "the last number may be a confidence or a track id: other rows of the set end in the one and in the other",
    "rows of one kind",
    "Write confidences with a point (1.0), or leave that column out.",
)


def with_tails(rows: Rows, task: str, root: Path, report: Report) -> Rows:
    """Return the rows with what they end in told apart.

    Args:
        rows: Rows of five numbers or more, all finite.
        task: ``"detect"``, ``"segment"``, or anything else where nobody said; ``poses`` has those of ``FIXED``.
        root: The folder, for messages.
        report: Decides whether a row that could be two things ends the reading, and is told what was assumed.

    Raises:
        InputError: If a row could be two things.
    """
    two, unclear, pairs = _tails_of_two(rows, task)
    rows = dataclasses.replace(rows, tail=np.where(two, 2, np.where(rows.counts % 2 == 0, 1, 0)))
    cut = (rows.tail == 1) & (rows.counts > 6) & pairs.any() & (rows.last != np.floor(rows.last))
    tracked, either = _tracked(rows, root, report)
    rows = dataclasses.replace(rows, tracked=tracked)
    seven = rows.counts == 7
    kinds = ((unclear & seven, SEVEN), (unclear & ~seven, LONG), (cut, CUT), (either & ~cut, LAST))
    for flagged, refusal in kinds:
        refuse_rows(rows, flagged, root, report, refusal)
    return rows.keep(~(unclear | cut | either))


def _tails_of_two(rows: Rows, task: str) -> tuple[Bools, Bools, Bools]:
    """Say which rows end in a confidence and a track id, which may, and which are sure to be pairs of coordinates."""
    last, before = rows.last, rows.values[rows.starts + rows.counts - 2]
    odd, seven = (rows.counts >= 7) & (rows.counts % 2 == 1), rows.counts == 7
    may_be_pairs = odd & (last >= -TOLERANCE) & (last <= 1 + TOLERANCE)
    may_be_two = odd & (before >= 0) & (before <= 1) & (last >= 0) & (last == np.floor(last)) & (last < MAX_TRACK)
    said = seven & may_be_two & (task == "detect")
    may_be_two &= said | ~seven | _box_inside(rows)
    pairs, two, either = may_be_pairs & ~may_be_two, may_be_two & ~may_be_pairs, may_be_two & may_be_pairs
    # No writer ends some rows so and others not: beside sure pairs it is a coordinate that went wrong.
    stray = two & ~said & pairs.any()
    alike = either & (two.any() & ~pairs.any()) & ~(seven & (task == "segment"))
    nobody_says = not pairs.any() and not two.any() and task not in TASKS
    return (two & ~stray) | said | alike, stray | (either & seven & nobody_says), pairs


def _box_inside(rows: Rows) -> Bools:
    """Say of each row whether its first numbers are a box with an area, inside the picture as trackers cut them."""
    x, y, width, height = rows.values[rows.starts[:, None] + np.arange(1, BOX)].T
    across, up = (width > 0) & (np.abs(x - 0.5) + width / 2 <= 0.5 + TOLERANCE), np.abs(y - 0.5) + height / 2
    return np.asarray(across & (height > 0) & (up <= 0.5 + TOLERANCE))


def _tracked(rows: Rows, root: Path, report: Report) -> tuple[Bools, Bools]:
    """Say which rows' last number is a track id, and of which nobody can say whether it is a confidence."""
    one, last = rows.tail == 1, rows.last
    fraction, large = one & (last != np.floor(last)), one & (last > 1) & (last == np.floor(last))
    small = one & ~fraction & ~large
    beside_fraction, beside_large = _shares_frame(rows, fraction), _shares_frame(rows, large)
    told = beside_fraction ^ beside_large
    as_track = np.where(told, beside_large, large.any() & ~fraction.any())
    as_confidence = np.where(told, beside_fraction, fraction.any() & ~large.any())
    if not fraction.any() and not large.any() and small.any():
        as_track, as_confidence = _by_ones(rows, small, root, report)
    as_confidence = as_confidence | (rows.dotted & ~as_track)
    return (rows.tail == 2) | large | (small & as_track), small & ~as_track & ~as_confidence


def _by_ones(rows: Rows, small: Bools, root: Path, report: Report) -> tuple[Any, Any]:
    """Tell what last numbers are that are 0 and 1 alone: a frame has each track once."""
    bare = small & ~rows.dotted
    ids = np.stack([rows.frame[bare], rows.last[bare].astype(np.int64)], axis=1)
    tracks = len(np.unique(ids, axis=0)) == len(ids) and bool(bare.any())
    if bare.any():
        report.note("last-number", root, what="track ids" if tracks else "confidences")
    return bare & tracks, bare & (not tracks)


def _shares_frame(rows: Rows, flagged: Bools) -> Bools:
    """Say of each row whether one of its frame is flagged."""
    has = np.zeros(int(rows.frame.max(initial=-1)) + 1, dtype=np.bool_)
    has[rows.frame[flagged]] = True
    return has[rows.frame]


def check_forms(rows: Rows, task: str, root: Path) -> None:
    """Refuse rows that could be rotated boxes or poses, or polygons, unless the task says which.

    Args:
        rows: The rows, their ends told apart.
        task: What the caller or ``data.yaml`` says; empty where nobody did.
        root: The folder, for messages.

    Raises:
        InputError: If they are, or could be.
    """
    if task in TASKS:
        return
    if task:
        _refuse(root, "data.yaml", f"the labels are for the task {task!r}, which loopviz does not read")
    own = rows.counts - rows.tail
    lengths = own[own > BOX]
    if not len(lengths) or lengths.min() < lengths.max():  # only polygons have several lengths
        return
    file, line = rows.place(int(np.argmax(own > BOX)))
    if lengths[0] == 9:
        before = " before a confidence or a track id" if rows.tail[int(np.argmax(own > BOX))] else ""
        what = f"nine numbers{before}: a polygon of four points, a rotated box or a pose"
        _refuse(root, f"{file}, {line}", what)
    long = rows.keep(own > BOX)
    if len(set(long.counts.tolist())) == 1 and _is_pose(long.values.reshape(-1, int(long.counts[0]))):
        _refuse(root, f"{file}, {line}", "rows that look like poses, and nothing says that they are")


def _is_pose(values: Any) -> bool:
    """Say whether rows have a visibility of 0, 1 or 2 behind each of three points or more after their box."""
    points = (values.shape[1] - 5) // 3
    return points >= 3 and bool(np.isin(values[:, 7 : 5 + 3 * points : 3], (0, 1, 2)).all())


def _refuse(root: Path, at: str, what: str) -> NoReturn:
    raise InputError(what, file=root, at=at, remedy=SAY_TASK)
