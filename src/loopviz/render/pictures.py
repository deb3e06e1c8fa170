"""The source's pictures in the order in which a film wants them, whatever order that is, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import av

from loopviz.media import Source

Wanted = tuple[int, int | None]  # a picture, and one that is mixed into it
AHEAD, LEAST_AHEAD = 16, 2  # pictures that are decoded in one pass where the order is not the source's
MEMORY = 256 << 20  # bytes that these may take


def pictures_of(
    source: Source, wanted: Sequence[Wanted], kept: dict[int, av.VideoFrame] | None = None
) -> Iterator[tuple[av.VideoFrame, av.VideoFrame | None]]:
    """Yield pictures, and those that are mixed into them; each is decoded once as long as it is shown.

    Going back means decoding from the key frame before. So in any order but the source's the next few pictures are
    decoded together, in one pass, and kept until they were shown.

    Args:
        source: The open source.
        wanted: The frames of each picture.
        kept: Pictures of this source that were kept from before; in the end those that the last ones were.

    Raises:
        InputError: If a frame is damaged, or not in the source.
    """
    kept = {} if kept is None else kept
    for part in _passes(wanted, 1 if _is_forward(wanted) else _ahead(source)):
        numbers = {number for pair in part for number in pair if number is not None}
        for number in set(kept) - numbers:
            del kept[number]
        for number in sorted(numbers - set(kept)):
            kept |= {frame.index: frame.picture for frame in source.read(number, number + 1)}
        for one, other in part:
            yield kept[one], None if other is None else kept[other]


def _is_forward(wanted: Sequence[Wanted]) -> bool:
    return all(a <= b and other is None for (a, other), (b, _) in pairwise([*wanted, *wanted[-1:]]))


def _ahead(source: Source) -> int:
    size = source.info.width * source.info.height * (3 if source.info.color.depth > 8 else 1.5)
    return max(LEAST_AHEAD, min(AHEAD, int(MEMORY // size)))


def _passes(wanted: Sequence[Wanted], most: int) -> Iterator[list[Wanted]]:
    """Cut what is wanted into runs with so many different pictures each, two at least where one is mixed in."""
    run: list[Wanted] = []
    numbers: set[int] = set()
    for pair in wanted:
        more = {number for number in pair if number is not None}
        if run and len(numbers | more) > most:
            yield run
            run, numbers = [], set()
        run.append(pair)
        numbers |= more
    if run:
        yield run
