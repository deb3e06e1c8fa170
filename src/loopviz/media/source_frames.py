"""What every source does alike with its frames: its table, and the ranges that may be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import polars as pl

from loopviz.errors import InputError
from loopviz.media.types import Frame, Pts, ReadOptions, Source, VideoInfo
from loopviz.paths import split_of
from loopviz.schema import table

READ_OVER = 48  # frames that are decoded sooner than sought past
LOOK = 2  # counts up whenever the same file, read with the same options, comes to be delivered as other pictures


def frames_table(
    info: VideoInfo, pts: Pts, files: Sequence[str] | None, sizes: Sequence[tuple[int, int]] | None = None
) -> pl.DataFrame:
    """Return the Dataset's ``frames`` table; times are seconds since the first frame.

    Args:
        info: The source's facts.
        pts: When each frame is shown.
        files: The frames' file names, None for a video.
        sizes: Width and height of each frame's own picture, where they are not all the source's.
    """
    seconds = (pts - pts[0]) * info.time_base.numerator / info.time_base.denominator
    count, shown = info.frames, sizes or [(info.width, info.height)] * info.frames
    return table(
        "frames",
        {
            "frame": range(count),
            "pts_seconds": seconds.tolist(),
            "file": list(files) if files is not None else [None] * count,
            "width": [width for width, _ in shown],
            "height": [height for _, height in shown],
            "split": [None] * count if files is None else list(map(split_of, files)),
        },
    )


def look_of(options: ReadOptions) -> bytes:
    """Return, for a fingerprint, what besides a source's bytes decides how its pictures look."""
    return f"\0{LOOK} {options.look}".encode()


def read_chosen(source: Source, frames: Collection[int]) -> Iterator[Frame]:
    """Yield some of a source's frames, ascending; short gaps are read over, long ones are not.

    Raises:
        InputError: As ``Source.read``.
    """
    wanted = sorted(set(frames))
    starts = [place for place, frame in enumerate(wanted) if not place or frame - wanted[place - 1] > READ_OVER]
    for start, stop in pairwise([*starts, len(wanted)]):
        some = frozenset(wanted[start:stop])
        yield from (each for each in source.read(wanted[start], wanted[stop - 1] + 1) if each.index in some)


def checked_range(info: VideoInfo, start: int, stop: int | None) -> range:
    """Return the frames asked for.

    Raises:
        InputError: If they are not all there.
    """
    end = info.frames if stop is None else stop
    if not 0 <= start <= end <= info.frames:
        raise InputError(
            "these frames are not in the source",
            file=info.path,
            found=f"[{start}, {end})",
            expected=f"within [0, {info.frames})",
        )
    return range(start, end)
