"""The table of a film's frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import polars as pl

from loopviz.errors import InputError
from loopviz.media.types import Pts


class Shown(NamedTuple):
    """What is shown on a frame of the output; frames that follow each other with the same are drawn once.

    Attributes:
        source_frame: The source's frame that is the picture.
        label_frame: The frame whose labels and people are drawn on it.
    """

    source_frame: int
    label_frame: int


SCHEMA: Mapping[str, pl.DataType] = {"pts": pl.Int64(), "source_frame": pl.Int64(), "label_frame": pl.Int64()}


@dataclass(frozen=True, eq=False)
class Timeline:
    """What plays when: checked when it is built, then trusted.

    Source frames may come in any order, and as often as one likes. Forward is what costs least: a step back begins to
    decode at the last key frame before. No order takes more memory than another.

    Attributes:
        frames: One row an output frame, with the columns of ``SCHEMA``: when it is shown, strictly ascending in
            ``time_base``, and the fields of ``Shown``.
        time_base: Seconds that one unit of pts lasts.
        frame_rate: Frames a second; the average where it varies. A tag: no time depends on it.
        end_pts: When the last frame ends.
        start: The number of the first row: a part of a film keeps the numbers that its frames have in the whole, and is
            cut into segments where that is.

    Raises:
        InputError: If the columns or the times are not so.
    """

    frames: pl.DataFrame
    time_base: Fraction
    frame_rate: Fraction
    end_pts: int
    start: int = 0

    def __post_init__(self) -> None:
        if self.frames.schema != SCHEMA or not self.frames.height:
            raise _refusal("the columns are not those of a timeline", dict(self.frames.schema), str(dict(SCHEMA)))
        if self.frames.null_count().sum_horizontal().item():
            raise _refusal("a row lacks a value", None, "a number in every column")
        times = np.append(self.pts, self.end_pts)
        if (backwards := np.flatnonzero(np.diff(times) <= 0)).size:
            at = int(backwards[0])
            raise _refusal("times do not ascend", times[at : at + 2].tolist(), f"more than {times[at]} after row {at}")
        if (least := min(self.start, *self.frames.drop("pts").min().row(0))) < 0:
            raise _refusal("a frame's number is negative", least, "numbers from 0")

    def __len__(self) -> int:
        """How many frames the output has."""
        return self.frames.height

    @property
    def numbers(self) -> range:
        """The numbers of the output's frames."""
        return range(self.start, self.start + len(self))

    @property
    def pts(self) -> Pts:
        """Shape ``(frames,)``: when each frame is shown, in ``time_base``."""
        return self.frames["pts"].to_numpy()

    @property
    def duration_seconds(self) -> float:
        """How long it lasts."""
        return float((self.end_pts - int(self.pts[0])) * self.time_base)

    def runs(self) -> Iterator[tuple[Shown, list[int]]]:
        """Yield what is shown, and the pts of the frames on which it is, while that stays the same."""
        rows = map(Shown._make, self.frames.select(Shown._fields).iter_rows())
        for shown, run in groupby(zip(rows, self.pts.tolist(), strict=True), key=itemgetter(0)):
            yield shown, [pts for _, pts in run]


def _refusal(problem: str, found: object, expected: str) -> InputError:
    return InputError(problem, at="timeline", found=found, expected=expected)
