"""What the headers of a folder's images say together: one size, and what is changed on the way to the frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loopviz.errors import InputError
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


def common_size(files: Sequence[Path], headers: Sequence[ImageHeader], *, letterbox: bool) -> tuple[int, int]:
    """Return the size, as shown, that all images have; with ``letterbox`` that of the first.

    Raises:
        InputError: If one differs from most, naming the first that does.
    """
    sizes = list(map(_size, headers))
    if letterbox:
        return sizes[0]
    expected = Counter(sizes).most_common(1)[0][0]
    for file, size in zip(files, sizes, strict=True):
        if size != expected:
            raise InputError(
                "the images are not all of one size",
                file=file,
                found=f"{size[0]}x{size[1]}",
                expected=f"{expected[0]}x{expected[1]}, as {files[sizes.index(expected)].name}",
                remedy="Scale or crop them to one size, or put them in folders of their own; "
                "'loopviz assemble --letterbox' fits them into the first one's.",
            )
    return expected


def header_notes(headers: Sequence[ImageHeader], shown: Shown) -> list[str]:
    """Say what is changed on the way from the files to the frames."""
    turned = sum(header.orientation != UPRIGHT for header in headers)
    fitted = sum(_size(header) != (shown.width, shown.height) for header in headers)
    deepest = max(header.bit_depth for header in headers)
    said = {
        f"images that are turned, as their EXIF data says: {turned}": turned > 0,
        f"images of another size than the first, and fitted into it on {shown.paper}: {fitted}": fitted > 0,
        f"{deepest} bit is reduced to {shown.color.depth}": deepest > shown.color.depth,
        paper_note(shown.paper): any(header.has_alpha for header in headers),
        "a colour profile other than sRGB is ignored": any(header.has_profile for header in headers),
    }
    return [note for note, holds in said.items() if holds]


def _size(header: ImageHeader) -> tuple[int, int]:
    return header.orientation.size(header.width, header.height)
