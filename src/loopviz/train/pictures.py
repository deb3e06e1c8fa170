"""The images of a training set, written in one pass over a source, and what in it is nearly the same picture."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from loopviz.geometry import fit_within
from loopviz.media import Source, to_rgb
from loopviz.media.image_files import read_header
from loopviz.media.rotation import UPRIGHT
from loopviz.media.source_frames import read_chosen
from loopviz.media.stills import Rgb, image_of
from loopviz.progress import Progress

# What every trainer reads, as it stands in the file; anything else is written anew as a JPEG.
COPIED = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
DEPTH = 8  # bits
SIDE = 16  # of the grid that pictures are compared by
NEAR = 4  # bits of 256 in which two pictures may differ that are taken for one

Hash = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Written:
    """The images that were written.

    Attributes:
        hashes: By frame, what the pictures look like: arrays of 32 bytes; see ``picture_hash``.
        copied: How many should have been links, and could not.
    """

    hashes: Mapping[int, Hash]
    copied: int = 0


def image_names(source: Source, frames: list[int]) -> dict[int, str]:
    """Return a file name for each of a source's frames, by its number alone: a name of its own may name a person."""
    plain = _plain_files(source, frames)
    return {frame: f"frame_{frame:06d}{plain[frame].suffix.lower() if frame in plain else '.jpg'}" for frame in frames}


def write_images(
    source: Source,
    places: Mapping[int, Path],
    *,
    link: bool = False,
    progress: Progress | None = None,
) -> Written:
    """Write frames of a source as images; memory holds one of them, however many there are.

    A video's frames become JPEGs (quality 95). A folder's images are copied byte by byte, or linked; those that not
    every program reads alike (turned by EXIF data, of 16 bits, transparent) become JPEGs as well.

    Args:
        source: The source.
        places: Where each frame goes, named as ``image_names`` says.
        link: Make hard links of a folder's images where the disk can.
        progress: Called with the images done and to do.

    Raises:
        InputError: If a frame cannot be read.
        OSError: If an image cannot be written.
    """
    hashes: dict[int, Hash] = {}
    plain, copied = _plain_files(source, list(places)), 0
    for frame, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        if frame in plain:
            copied += _put(plain[frame], place, link=link)
            hashes[frame] = _hash_of_file(place)
            _said(progress, len(hashes), len(places))
    for frame, rgb in _pictures(source, [frame for frame in places if frame not in plain]):
        places[frame].write_bytes(image_of(rgb, "jpg"))
        hashes[frame] = picture_hash(Image.fromarray(rgb))
        _said(progress, len(hashes), len(places))
    return Written(hashes, copied if link else 0)


def _said(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of)


def _plain_files(source: Source, frames: list[int]) -> dict[int, Path]:
    """Return the files of the frames that can be taken as they are: none of a video's."""
    if source.files is None:
        return {}
    root = source.info.path if source.info.path.is_dir() else source.info.path.parent
    files = {frame: root / source.files[frame] for frame in frames if frame not in source.damaged}
    return {frame: file for frame, file in files.items() if _is_plain(file)}


def _is_plain(file: Path) -> bool:
    if file.suffix.lower() not in COPIED:
        return False
    header = read_header(file)
    return header.orientation == UPRIGHT and header.bit_depth == DEPTH and not header.has_alpha and header.pictures == 1


def _put(file: Path, place: Path, *, link: bool) -> bool:
    """Link or copy a file; return whether it was copied."""
    if link:
        with contextlib.suppress(OSError):  # another disk, or one without links
            os.link(file.resolve(), place)
            return False
    shutil.copyfile(file, place)
    return True


def _pictures(source: Source, frames: list[int]) -> Iterator[tuple[int, Rgb]]:
    """Yield frames as R'G'B', an image of a folder of several sizes without what it was fitted into."""
    shown = source.info.width, source.info.height
    own = dict(zip(frames, source.table()[frames].select("width", "height").iter_rows(), strict=True))
    for frame in read_chosen(source, frames):
        rgb = to_rgb(frame.picture)
        if own[frame.index] != shown:
            x, y, width, height = fit_within(own[frame.index], shown)
            rgb = np.ascontiguousarray(rgb[y : y + height, x : x + width])
        yield frame.index, rgb


def _hash_of_file(file: Path) -> Hash:
    with Image.open(io.BytesIO(file.read_bytes())) as image:
        image.draft("L", (8 * SIDE, 8 * SIDE))
        return picture_hash(image)


def picture_hash(image: Image.Image) -> Hash:
    """Return what a picture looks like as 256 bits: where its brightness rises from left to right (difference hash).

    The mean of 16 by 17 fields is compared, as N. Krawetz describes it ("Kind of Like That", 2013), with fields finer
    than his 8 by 9: frames of one video differ in little.
    """
    fields = np.asarray(image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX), dtype=np.int16)
    return np.packbits(fields[:, 1:] > fields[:, :-1])


def twins(hashes: Mapping[int, Hash], one: list[int], other: list[int]) -> list[tuple[int, int]]:
    """Return the frames of one part that look the same as one of another part, and as which: the nearest."""
    if not one or not other:
        return []
    known = np.stack([hashes[frame] for frame in other])
    found = []
    for frame in one:
        differ = np.bitwise_count(known ^ hashes[frame]).sum(axis=1, dtype=np.int64)
        nearest = int(differ.argmin())
        if differ[nearest] <= NEAR:
            found.append((frame, other[nearest]))
    return found
