"""V7's Darwin JSON 2.0: a file for each picture or video (https://docs.v7labs.com/reference/darwin-json).

``item`` has ``name``, ``path`` and ``slots`` with ``width`` and ``height``; ``annotations`` have ``name``, one shape
and ``annotators``, in pixels from 0: ``bounding_box`` (x, y, w, h), ``polygon`` (``paths``, with its box beside it),
``ellipse`` (its turn in radians), ``keypoint``, ``line``, ``skeleton`` (``nodes`` with a name). Masks lie in one
``raster_layer``: rows of values and how often each comes, and which value is whose. Of a video an annotation
has ``frames``, from 0, with ``keyframe`` true where somebody set it, and ``ranges`` in which it is seen; their ends, as
those of ``hidden_areas``, do not belong to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.label_names import Skeleton
from loopviz.formats.labels.by_name import (
    MOST_MASK,
    BadShape,
    LabelsByName,
    Shape,
    Size,
    bounds,
    ellipse,
    files_like,
    first_like,
    masked,
)
from loopviz.formats.labels.said_shapes import cornered, fields, line, named_pairs, outlined, pixels, point, size_said
from loopviz.formats.labels.works import Work
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions

NODES = ("skeleton", "eye")
SHAPES = ("polygon", "ellipse", "keypoint", "line", *NODES, "mask", "bounding_box")  # a polygon has a box as well
LEFT = ("tag", "cuboid", "string", "table", "link", "simple_table", "graph")
MOST_FRAMES = 10_000_000
Entry = Mapping[str, Any]
Raster = npt.NDArray[np.int64]


def detect_darwin(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are Darwin JSON."""
    found = first_like(candidate, ".json", is_darwin)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_darwin(file: Path) -> bool:
    """Say whether a JSON file looks like Darwin's second version, from its bytes."""
    if not mentions(file, b'"item"', b'"annotations"'):
        return False
    return mentions(file, b'"slots"', b'"slot_name"') or mentions(file, b'"schema_ref"', b"darwin")


def read_darwin(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are Darwin JSON.

    Raises:
        InputError: If there is none, one is malformed, or there is a video and something else.
    """
    folder, names = files_like(path, ".json", is_darwin)
    if not names:
        raise InputError("no Darwin JSON in the folder", file=path, expected="JSON files with item and annotations")
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names:
        reader.take(folder / name, is_alone=len(names) == 1)
    return LabelSet("darwin", path, reader.labels.dataset(path), reader.labels.report.problems())


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self.labels = labels
        self._works: dict[tuple[int, str], str] = {}

    def take(self, file: Path, *, is_alone: bool) -> None:
        """Read a file.

        Raises:
            InputError: If it is malformed, or of a video and not the only one.
        """
        try:
            document = read_json(file)
            item = document.get("item") if isinstance(document, dict) else None
            drawn = document.get("annotations") if isinstance(document, dict) else None
            slots = (item.get("slots") or [{}]) if isinstance(item, dict) else None
            if not isinstance(item, dict) or not isinstance(drawn, list) or not isinstance(slots, list):
                expected = "an object with item, slots and annotations"
                raise InputError("not Darwin JSON", file=file, found=document, expected=expected)
            if len(slots) != 1 or not isinstance(slots[0], dict):
                expected = "an item with one slot"
                raise InputError("an item of several pictures", file=file, at="item.slots", expected=expected)
            size = size_said(slots[0])
            if slots[0].get("frame_count") or any("frames" in one for one in drawn if isinstance(one, dict)):
                self._video(slots[0], drawn, size, file, is_alone=is_alone)
                return
            place = self.labels.picture(*_named(item, size, self.labels), file=file, at="item.name")
        except InputError as error:
            self.labels.report.bad("bad-file", error)
            return
        size, raster = self.labels.size(place), _raster(drawn)
        for number, one in enumerate(drawn):
            if not self._is_left(one):
                make, where = partial(self._shape, one, one, size, raster), f"annotations[{number}]"
                self.labels.attempt(place, make, file, where, work=self._work(one, place))

    def _is_left(self, drawn: Any) -> bool:
        """Say whether an annotation is none of a shape: the masks' layer, or of a kind that is not read."""
        if not isinstance(drawn, dict) or any(kind in drawn for kind in SHAPES):
            return False
        kind = next((kind for kind in LEFT if kind in drawn), None)
        if kind is not None:
            self.labels.leave(kind)
        return kind is not None or "raster_layer" in drawn

    def _work(self, said: Any, place: int) -> str | None:
        """Return the work of the one person who drew an annotation; of several nobody knows whose it is."""
        who = said.get("annotators") if isinstance(said, dict) else None
        one = who[0] if isinstance(who, list) and len(who) == 1 else None
        name = (one.get("email") or one.get("full_name")) if isinstance(one, dict) else None
        if not isinstance(name, str) or not name.strip():
            return None
        if (place, name) not in self._works:
            self._works[place, name] = self.labels.works.add(place, Work(name))
        return self._works[place, name]

    def _shape(self, said: Any, drawn: Any, size: Size | None, raster: Entry | None) -> Shape:
        """Return the label of a shape; what it is called stands in its annotation."""
        name = said.get("name") if isinstance(said, dict) else None
        kind = next((kind for kind in SHAPES if kind in drawn), None) if isinstance(drawn, dict) else None
        if kind is None or not isinstance(name, str | None):
            raise BadShape("not an annotation of Darwin", said, f"an object with name and {', '.join(SHAPES)}")
        category, inner = self.labels.named(name), drawn[kind]
        if kind in NODES:
            return _nodes(category, inner.get("nodes") if isinstance(inner, dict) else None, self.labels.skeletons)
        if kind == "mask":
            return _masked(category, said.get("id"), size, raster)
        if not isinstance(inner, dict):
            raise BadShape(f"not a shape: {kind}", inner, "an object")
        return _drawn(category, kind, inner)

    def _video(self, slot: Entry, drawn: list[Any], size: Size | None, file: Path, *, is_alone: bool) -> None:
        """Take a video: its frames, and what is seen on each.

        Raises:
            InputError: If it is not the only file, or its number of frames is none.
        """
        count = slot.get("frame_count") or 0
        if not is_alone:
            what, remedy = "a video beside other files", "Give the file of one video."
            raise InputError(what, file=file, remedy=remedy)
        if not isinstance(count, int) or not 0 <= count <= MOST_FRAMES:
            expected = f"at most {MOST_FRAMES:,}"
            raise InputError("not a number of frames", file=file, at="frame_count", found=count, expected=expected)
        seen: list[tuple[int, str, int, Any, Any, bool]] = []
        for track, one in enumerate(drawn, 1):
            at = f"annotations[{track - 1}]"
            try:
                seen += [(frame, at, track, one, shape, by_hand) for frame, shape, by_hand in _seen(one)]
            except BadShape as bad:
                self.labels.report.bad("bad-shape", bad.error(file, at))
        last = max((frame for frame, *_ in seen), default=-1)
        places = [
            self.labels.picture(f"frame_{frame:06}", size, file=file, at=f"frame {frame}")
            for frame in range(max(count, last + 1))
        ]
        rasters = {frame: layer for frame, _, _, _, shape, _ in seen if (layer := _raster_of(shape))}
        for frame, at, track, one, shape, by_hand in seen:
            if self._is_left(shape):
                continue
            make = partial(self._shape, one, shape, size or self.labels.size(places[frame]), rasters.get(frame))
            work = self._work(one, places[frame]) if by_hand else None
            origin = None if by_hand else "interpolated"
            where = f"{at}.frames.{frame}"
            self.labels.attempt(places[frame], make, file, where, track=track, origin=origin, work=work)


def _named(item: Entry, size: Size | None, labels: LabelsByName) -> tuple[Any, Size | None]:
    """Return what the picture of an item is called, in its folder, and its size."""
    name, folder = item.get("name"), item.get("path")
    inside = folder.strip("/") if isinstance(folder, str) else ""
    whole = f"{inside}/{name}" if inside and isinstance(name, str) else name
    return whole, size or (labels.size_of_file(whole) if isinstance(whole, str) else None)


def _seen(said: Any) -> Iterator[tuple[int, Any, bool]]:
    """Yield the frames on which an annotation is seen, its shape there, and whether somebody set it there.

    Raises:
        BadShape: If frames or ranges are none.
    """
    frames = said.get("frames") if isinstance(said, dict) else None
    if not isinstance(frames, dict) or not all(isinstance(one, dict) for one in frames.values()):
        raise BadShape("not an annotation of a video", said, "an object with frames")
    numbers = {key: int(key) if key.isascii() and key.isdecimal() and len(key) < 9 else -1 for key in frames}
    if -1 in numbers.values():
        raise BadShape("not a number of a frame", next(key for key in numbers if numbers[key] < 0), "from 0")
    keys = sorted(((numbers[key], shape) for key, shape in frames.items()), key=lambda pair: pair[0])
    shown = _ranges(said.get("ranges"), "ranges") or [(frame, frame + 1) for frame, _ in keys]
    hidden = _ranges(said.get("hidden_areas"), "hidden_areas")
    stands = not said.get("only_keyframes")
    for (frame, shape), after in zip(keys, [*keys[1:], None], strict=False):
        end = after[0] if after else max(stop for _, stop in shown)
        for now in range(frame, end if stands else frame + 1):
            if _inside(now, shown) and not _inside(now, hidden):
                yield now, shape if now == frame else _between(shape, frame, after, now), _set(shape, now == frame)


def _set(shape: Entry, is_own: bool) -> bool:
    return is_own and shape.get("keyframe", True) is not False


def _between(shape: Entry, frame: int, after: tuple[int, Any] | None, now: int) -> Entry:
    """Return what is seen between two frames: a box on the straight line between them, else what was there."""
    if after is None or "polygon" in shape or not ("bounding_box" in shape and "bounding_box" in after[1]):
        return shape
    share = (now - frame) / (after[0] - frame)
    pairs = [fields(one["bounding_box"], "x", "y", "w", "h") for one in (shape, after[1])]
    moved = [one + (other - one) * share for one, other in zip(*pairs, strict=True)]
    return {"bounding_box": dict(zip(("x", "y", "w", "h"), moved, strict=True))}


def _ranges(said: Any, what: str) -> list[tuple[int, int]]:
    """Return ranges of frames; the second number of each does not belong to it."""
    if said is None:
        return []
    pairs = [pair for pair in said if isinstance(pair, list) and len(pair) == 2] if isinstance(said, list) else None
    if pairs is None or len(pairs) < len(said):
        raise BadShape(f"not ranges of frames: {what}", said, "[[first, end], …]")
    for first, end in pairs:
        whole = all(isinstance(one, int) and not isinstance(one, bool) for one in (first, end))
        if not whole or not 0 <= first <= end <= MOST_FRAMES:
            raise BadShape("a range that ends before it begins, or is none", [first, end], f"0 to {MOST_FRAMES:,}")
    return [(first, end) for first, end in pairs]


def _inside(frame: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= frame < end for first, end in ranges)


def _nodes(category: str, said: Any, skeletons: dict[str, Skeleton]) -> Shape:
    """Return the label of a skeleton; its nodes are those of the first one of its category, where they have such names.

    Raises:
        BadShape: If there is no node, or one is none.
    """
    places = named_pairs(said)
    names = [node.get("name") for node in said]
    if not places or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return point(category, places)
    whole = skeletons.setdefault(category, Skeleton(tuple(names))).names
    if not set(names) <= set(whole):
        return point(category, places)
    hidden = [node.get("occluded") is True for node in said]
    found = {name: (x, y, 2.0 - gone) for name, (x, y), gone in zip(names, places, hidden, strict=True)}
    flat: list[float | None] = [value for name in whole for value in found.get(name, (0.0, 0.0, 0.0))]
    return point(category, places)._replace(keypoints=flat)


def _drawn(category: str, kind: str, said: Entry) -> Shape:
    """Return the label of a shape of some kind.

    Raises:
        BadShape: If it is malformed.
    """
    if kind == "bounding_box":
        return cornered(category, *fields(said, "x", "y", "w", "h"))
    if kind == "keypoint":
        return point(category, named_pairs([dict(said)]))
    if kind == "line":
        return line(category, named_pairs(said.get("path")))
    if kind == "polygon":
        paths = said.get("paths", [said["path"]] if "path" in said else None)
        return outlined(category, *map(named_pairs, paths if isinstance(paths, list) else []))
    (x, y), (across, down) = fields(said.get("center"), "x", "y"), fields(said.get("radius"), "x", "y")
    outline = ellipse(x, y, abs(across), abs(down), pixels(said.get("angle") or 0, "angle"))
    return Shape(category, bounds(outline), [outline])


def _raster_of(said: Any) -> Entry | None:
    """Return the layer of masks that stands in an entry, None where there is none."""
    layer = said.get("raster_layer") if isinstance(said, dict) else None
    return layer if isinstance(layer, dict) else None


def _raster(drawn: Sequence[Any]) -> Entry | None:
    """Return the one layer of masks that a picture has."""
    return next(filter(None, map(_raster_of, drawn)), None)


def _masked(category: str, own: Any, size: Size | None, raster: Entry | None) -> Shape:
    """Return the label of a mask: the pixels of the layer that have its value.

    Raises:
        BadShape: If there is no layer, or it does not fill the picture.
    """
    if raster is None or size is None:
        raise BadShape("a mask without its layer, or without the size of its picture", own, "a raster_layer")
    values = raster.get("mask_annotation_ids_mapping")
    value = values.get(own) if isinstance(values, dict) and isinstance(own, str) else None
    runs = raster.get("dense_rle")
    if not isinstance(value, int) or not isinstance(runs, list) or len(runs) % 2 or size[0] * size[1] > MOST_MASK:
        raise BadShape("not a layer of masks", own, "dense_rle, and mask_annotation_ids_mapping with the mask's id")
    if not all(isinstance(one, int) and 0 <= one <= MOST_MASK for one in runs) or sum(runs[1::2]) != size[0] * size[1]:
        found = f"{sum(one for one in runs[1::2] if isinstance(one, int))} pixels"
        raise BadShape("the layer of masks does not fill its picture", found, f"{size[0]}x{size[1]}")
    flat = np.repeat(np.array(runs[::2], dtype=np.int64) == value, np.array(runs[1::2], dtype=np.int64))
    return masked(category, flat.reshape(size[1], size[0]), (0, 0), size)
