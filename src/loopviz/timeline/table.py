"""The table of a film's frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl

from loopviz.errors import InputError
from loopviz.media.types import Pts

Words = Literal["full", "sentence"]


class Shown(NamedTuple):
    """What is shown on a frame of the output; frames that follow each other with the same are drawn once.

    Attributes:
        source_frame: The source's frame that is the picture.
        label_frame: The frame whose labels and people are drawn on it.
        mix_frame: The source's frame that is mixed into the picture; None for none.
        mix_weight: Its share, 0 to 1.
        words: What the panel says: all that is known of a person, or one sentence.
        caption_opacity: How opaque the panel's words are, 0 to 1; and the labels, while two pictures are mixed.
        drawn: How much of each label is drawn, 0 to 1.
        so_far: How many frames with labels have been shown by now, this one included: what counters count.
        card: The page of text that covers the frame, by its number; None for none.
        card_opacity: How opaque the card is, its text included.
        text_opacity: How opaque the text on it is.
        card_progress: How much of the card has passed, 0 to 1: where a roll stands.
        line: Where the line between the crowd and a model stands on the picture, 0 to 1 from its left edge.
        worked: How much of the work on the frame has been done by now, 0 to 1, in a film that goes as the work went.
        turn: Which of those who labelled the frame are shown, where they are one after the other; from 0.
    """

    source_frame: int
    label_frame: int
    mix_frame: int | None = None
    mix_weight: float = 0.0
    words: Words = "full"
    caption_opacity: float = 1.0
    drawn: float = 1.0
    so_far: int = 0
    card: int | None = None
    card_opacity: float = 1.0
    text_opacity: float = 1.0
    card_progress: float = 0.0
    line: float = 0.5
    worked: float = 1.0
    turn: int = 0


SCHEMA: Mapping[str, pl.DataType] = {
    "pts": pl.Int64(),
    "source_frame": pl.Int64(),
    "label_frame": pl.Int64(),
    "mix_frame": pl.Int64(),
    "mix_weight": pl.Float64(),
    "words": pl.Enum(["full", "sentence"]),
    "caption_opacity": pl.Float64(),
    "drawn": pl.Float64(),
    "so_far": pl.Int64(),
    "card": pl.Int64(),
    "card_opacity": pl.Float64(),
    "text_opacity": pl.Float64(),
    "card_progress": pl.Float64(),
    "line": pl.Float64(),
    "worked": pl.Float64(),
    "turn": pl.Int64(),
}
MAY_LACK = ("mix_frame", "card")
SHARES = tuple(name for name, kind in SCHEMA.items() if kind == pl.Float64())
NUMBERS = tuple(name for name, kind in SCHEMA.items() if kind == pl.Int64() and name != "pts")


def rows(columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any] | pl.Series]) -> pl.DataFrame:
    """Return rows of a timeline; columns that are not given have what stands in ``Shown``."""
    given = pl.DataFrame(dict(columns), schema_overrides={name: SCHEMA[name] for name in columns if name in SCHEMA})
    usual = [
        pl.lit(value, dtype=SCHEMA[name]).alias(name)
        for name, value in Shown._field_defaults.items()
        if name not in given.columns
    ]
    frames = given.with_columns(usual)
    return frames.select(*SCHEMA) if set(frames.columns) == set(SCHEMA) else frames


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
        if self.frames.drop(MAY_LACK).null_count().sum_horizontal().item():
            raise _refusal("a row lacks a value", None, "a number in every column")
        times = np.append(self.pts, self.end_pts)
        if (backwards := np.flatnonzero(np.diff(times) <= 0)).size:
            at = int(backwards[0])
            raise _refusal("times do not ascend", times[at : at + 2].tolist(), f"more than {times[at]} after row {at}")
        if (least := min(self.start, *(n or 0 for n in self.frames.select(NUMBERS).min().row(0)))) < 0:
            raise _refusal("a frame's number is negative", least, "numbers from 0")
        shares = self.frames.select(SHARES)
        low, high = min(shares.min().row(0)), max(shares.max().row(0))
        if not 0 <= low <= high <= 1:
            raise _refusal("a share is not from 0 to 1", low if low < 0 else high, "a number from 0 to 1")

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
        shown_rows = map(Shown._make, self.frames.select(Shown._fields).iter_rows())
        for shown, run in groupby(zip(shown_rows, self.pts.tolist(), strict=True), key=itemgetter(0)):
            yield shown, [pts for _, pts in run]


def _refusal(problem: str, found: object, expected: str) -> InputError:
    return InputError(problem, at="timeline", found=found, expected=expected)
