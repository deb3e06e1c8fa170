"""What the headers of a folder's images say together: the size all are shown in, and what is changed on the way.

Also which image stands in for one that cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_high

from loopviz.errors import InputError
from loopviz.media.image_files import ImageHeader, read_header
from loopviz.media.normalise import paper_note
from loopviz.media.rotation import UPRIGHT
from loopviz.media.types import ColorTags
from loopviz.notes import Note, note

GO_ON = "Or go on with --skip-bad (skip_bad): its frame then shows the image before it, and the notes say so."


@dataclass(frozen=True)
class Shown:
    """As what images are delivered."""

    width: int
    height: int
    color: ColorTags
    paper: str


def read_headers(files: Sequence[Path], *, skip_bad: bool | None) -> dict[int, ImageHeader]:
    """Return the headers of images by their places.

    Args:
        files: The images.
        skip_bad: Whether those that cannot be opened are left out; None: that is no choice, and no error offers it.

    Raises:
        InputError: If one cannot be opened, or none can.
    """
    headers: dict[int, ImageHeader] = {}
    trouble: InputError | None = None
    for place, file in enumerate(files):
        try:
            headers[place] = read_header(file)
        except InputError as error:
            trouble = trouble or error
            if not skip_bad:
                break
    if trouble is None or (skip_bad and headers):
        return headers
    if skip_bad is False and len(files) > 1:  # else there is nothing that could be shown instead
        trouble.remedy = f"{trouble.remedy} {GO_ON}" if trouble.remedy else GO_ON
    raise trouble


def stand_ins(count: int, whole: Sequence[int]) -> dict[int, int]:
    """Return, for each of some images that is not whole, the one shown in its place: the last one before it that is.

    Before the first whole one it is that.
    """
    shown: dict[int, int] = {}
    last = whole[0]
    known = set(whole)
    for place in range(count):
        last = place if place in known else last
        shown |= {} if place in known else {place: last}
    return shown


def missing_notes(names: Sequence[str], missing: Iterable[int]) -> list[Note]:
    """Say which images show another one, since they cannot be read."""
    places = list(missing)
    if not places:
        return []
    return [note("images-held", count=len(places), first=names[places[0]], frame=places[0])]


def shown_size(header: ImageHeader) -> tuple[int, int]:
    """Return an image's width and height as shown: upright."""
    return header.orientation.size(header.width, header.height)


def canvas_size(headers: Sequence[ImageHeader]) -> tuple[int, int]:
    """Return the size that all images are shown in: the median of their widths by the median of their heights.

    That is the size of all, or of most, where there is one. Of an even number it is the upper median.
    """
    width, height = (median_high(sides) for sides in zip(*map(shown_size, headers), strict=True))
    return width, height


def header_notes(files: Sequence[Path], headers: Sequence[ImageHeader], shown: Shown) -> list[Note]:
    """Say what is changed on the way from the files to the frames."""
    turned = sum(header.orientation != UPRIGHT for header in headers)
    deepest = max(header.bit_depth for header in headers)
    several = [file.name for file, header in zip(files, headers, strict=True) if header.pictures > 1]
    return [
        *_size_notes(files, headers, shown),
        *([note("several-pictures", count=len(several), first=several[0])] if several else []),
        *([note("images-turned", count=turned)] if turned else []),
        *([note("depth-reduced", bits=deepest, depth=shown.color.depth)] if deepest > shown.color.depth else []),
        *([paper_note(shown.paper)] if any(header.has_alpha for header in headers) else []),
        *([note("profile-ignored")] if any(header.has_profile for header in headers) else []),
    ]


def _size_notes(files: Sequence[Path], headers: Sequence[ImageHeader], shown: Shown) -> list[Note]:
    """Say which images are fitted because they are of another size."""
    sizes = list(map(shown_size, headers))
    other = [place for place, size in enumerate(sizes) if size != (shown.width, shown.height)]
    if not other:
        return []
    name, (width, height) = files[other[0]].name, sizes[other[0]]
    return [
        note(
            "sizes-fitted",
            sizes=len(set(sizes)),
            other=len(other),
            count=len(sizes),
            shown=f"{shown.width}x{shown.height}",
            paper=shown.paper,
            first=name,
            size=f"{width}x{height}",
        )
    ]
