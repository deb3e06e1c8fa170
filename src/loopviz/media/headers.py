"""What the headers of a folder's images say together: the size all are shown in, and what is changed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_high

from loopviz.media.normalise import paper_note
from loopviz.media.pictures import ImageHeader
from loopviz.media.types import ColorTags
from loopviz.media.upright import UPRIGHT


@dataclass(frozen=True)
class Shown:
    """As what images are delivered."""

    width: int
    height: int
    color: ColorTags
    paper: str


def shown_size(header: ImageHeader) -> tuple[int, int]:
    """Return an image's width and height as shown: upright."""
    return header.orientation.size(header.width, header.height)


def canvas_size(headers: Sequence[ImageHeader]) -> tuple[int, int]:
    """Return the size that all images are shown in: the median of their widths by the median of their heights.

    That is the size of all, or of most, where there is one. Of an even number it is the upper median.
    """
    width, height = (median_high(sides) for sides in zip(*map(shown_size, headers), strict=True))
    return width, height


def header_notes(files: Sequence[Path], headers: Sequence[ImageHeader], shown: Shown) -> list[str]:
    """Say what is changed on the way from the files to the frames."""
    turned = sum(header.orientation != UPRIGHT for header in headers)
    deepest = max(header.bit_depth for header in headers)
    several = [file.name for file, header in zip(files, headers, strict=True) if header.pictures > 1]
    pages = f"images that hold several pictures, of which one is shown, the first: {len(several)}"
    said = {
        f"{pages} (first {several[0]})" if several else "": bool(several),
        f"images that are turned, as their EXIF data says: {turned}": turned > 0,
        f"{deepest} bit is reduced to {shown.color.depth}": deepest > shown.color.depth,
        paper_note(shown.paper): any(header.has_alpha for header in headers),
        "a colour profile other than sRGB is ignored": any(header.has_profile for header in headers),
    }
    return [*_size_notes(files, headers, shown), *(note for note, holds in said.items() if holds)]


def _size_notes(files: Sequence[Path], headers: Sequence[ImageHeader], shown: Shown) -> list[str]:
    """Say which images are fitted because they are of another size."""
    sizes = list(map(shown_size, headers))
    other = [place for place, size in enumerate(sizes) if size != (shown.width, shown.height)]
    if not other:
        return []
    name, (width, height) = files[other[0]].name, sizes[other[0]]
    return [
        f"images of {len(set(sizes))} sizes: {len(other)} of {len(sizes)} are fitted into {shown.width}x{shown.height} "
        f"on {shown.paper} (first {name}, {width}x{height})"
    ]
