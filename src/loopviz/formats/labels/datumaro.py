"""Datumaro's own JSON: a file for each subset in ``annotations``, with ``categories`` and ``items``.

An item has ``id``, the picture's name without its suffix, ``image`` with ``path`` and ``size`` (height, width), and
``annotations`` by ``type``, in pixels from 0: ``bbox`` (x, y, width, height), ``polygon`` and ``polyline`` (flat
points), ``points`` with a ``visibility`` each (0 not labelled, 1 hidden, 2 seen), ``skeleton`` with it among its points
(x, y, visibility), ``mask`` with COCO's run lengths.
Annotations of one ``group`` that is not 0 are of one object: its box, and its outlines or its mask
(https://open-edge-platform.github.io/datumaro/latest/docs/data-formats/formats/datumaro.html).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.label_names import Skeleton
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, bounds, ellipse, files_like, first_like
from loopviz.formats.labels.said_shapes import cornered, line, outlined, pixels
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions
from loopviz.geometry import check_runs, rle_bounds, rle_from_string, rle_to_string

Entry = Mapping[str, Any]
ANSWERS = ("label", "caption", "tabular")  # what is said of a whole picture
PARTS = frozenset({"polygon", "mask"})  # of an object that has a box as well


def detect_datumaro(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are Datumaro's."""
    found = first_like(candidate, ".json", is_datumaro)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_datumaro(file: Path) -> bool:
    """Say whether a JSON file looks like Datumaro's, from its bytes."""
    return mentions(file, b'"items"', b'"categories"', b'"annotations"') and not mentions(file, b'"images"')


def read_datumaro(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are Datumaro's.

    Raises:
        InputError: If there is none, one is malformed, or two of them differ in their categories.
    """
    folder, names = files_like(path, ".json", is_datumaro)
    if not names:
        what, expected = "no file of Datumaro in the folder", "JSON files with categories and items"
        raise InputError(what, file=path, expected=expected)
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names:
        reader.take(folder / name)
    return reader.label_set(path)


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self._labels, self._report = labels, labels.report
        self._known: list[str] | None = None
        self._skeletons: dict[int, Skeleton] = {}
        self._answers = 0
        self._tracks: dict[str, int] = {}

    def take(self, file: Path) -> None:
        """Read a file.

        Raises:
            InputError: If it is none, or its categories are others than those of the file before.
        """
        document = read_json(file)
        items = document.get("items") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(items, list):
            raise InputError("not a file of Datumaro", file=file, at="items", found=items, expected="a list")
        names = _names(document, file)
        if self._known not in (None, names):
            what = "the files of the folder differ in their categories"
            raise InputError(what, file=file, found=", ".join(names), expected=", ".join(self._known or []))
        self._known, self._skeletons = names, _skeletons(document, names)
        for number, item in enumerate(items):
            self._item(item, file, f"items[{number}]")

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        if self._answers:
            self._report.warn("left-answers", path, count=self._answers)
        return LabelSet("datumaro", path, self._labels.dataset(path, self._known or ()), self._report.problems())

    def _item(self, said: Any, file: Path, at: str) -> None:
        drawn = said.get("annotations") if isinstance(said, dict) else None
        try:
            if not isinstance(said, dict) or not isinstance(drawn, list):
                expected = "an object with id and annotations"
                raise InputError("not an item of Datumaro", file=file, at=at, found=said, expected=expected)
            name, size = _picture(said)
            if size is None and isinstance(name, str):
                size = self._labels.size_of_file(name)
            place = self._labels.picture(name, size, file=file, at=f"{at}.id")
        except InputError as error:
            self._report.bad("bad-image", error)
            return
        for where, members in self._objects(drawn, f"{at}.annotations"):
            about = members[0].get("attributes") if isinstance(members[0], dict) else None
            about = about if isinstance(about, dict) else {}
            crowd = about.get("is_crowd") is True
            make = partial(self._shape, members)
            track = self._track(about.get("track_id", _object_of(members[0])))
            self._labels.attempt(place, make, file, where, track=track, confidence=about.get("score"), crowd=crowd)

    def _track(self, said: Any) -> int | None:
        if isinstance(said, bool) or not isinstance(said, int | str):
            return None
        return self._tracks.setdefault(str(said), len(self._tracks) + 1)

    def _objects(self, drawn: Sequence[Any], at: str) -> list[tuple[str, list[Any]]]:
        """Return the annotations of each object and where the first one stands; others are left out and counted."""
        objects: list[tuple[str, list[Any]]] = []
        groups: dict[Any, list[Any]] = {}
        for number, one in enumerate(drawn):
            kind, group = (one.get("type"), one.get("group")) if isinstance(one, dict) else (None, None)
            if kind in ANSWERS:
                self._answers += 1
            elif isinstance(kind, str) and kind not in SHAPES:
                self._labels.leave(kind)
            else:
                label = one.get("label_id") if isinstance(one, dict) else None
                key = (group, str(label)) if isinstance(group, int) and group and isinstance(kind, str) else None
                known = groups.get(key, [])
                if known and _belongs(one, known):
                    known.append(one)
                    continue
                objects.append((f"{at}[{number}]", [one]))
                if key is not None:
                    groups[key] = objects[-1][1]
        return objects

    def _shape(self, members: Sequence[Any]) -> Shape:
        """Return the label of an object: its outlines or its mask, with the box that stands beside them."""
        shapes = [self._one(one) for one in members]
        masks = [shape for shape in shapes if shape.mask_rle is not None]
        outlines = [part for shape in shapes for part in shape.polygons or []]
        boxes = [shape for shape, one in zip(shapes, members, strict=True) if one.get("type") == "bbox"]
        if len(shapes) == 1:
            return shapes[0]
        found = masks[0] if masks else shapes[0]._replace(polygons=outlines, box=bounds(_flat(outlines)))
        return found._replace(box=boxes[0].box) if boxes else found

    def _one(self, said: Any) -> Shape:
        kind = said.get("type") if isinstance(said, dict) else None
        number = said.get("label_id") if isinstance(said, dict) else None
        names = self._known or []
        if (
            not isinstance(kind, str)
            or kind not in SHAPES
            or isinstance(number, bool)
            or not isinstance(number, int | None)
        ):
            raise BadShape("not an annotation of Datumaro", said, "an object with type and label_id")
        if number is not None and not 0 <= number < len(names):
            raise BadShape("the annotation is of a category that there is not", number, f"0 to {len(names) - 1}")
        category = self._labels.named(None if number is None else names[number])
        shape = SHAPES[kind](category, said)
        skeleton = None if number is None else self._skeletons.get(number)
        if kind in ("points", "skeleton") and skeleton and len(shape.keypoints or []) == 3 * len(skeleton.names):
            self._labels.skeletons[category] = skeleton
            return shape._replace(shape=None)
        return shape


def _object_of(one: Any) -> int | None:
    """Return which object an annotation is of in a video; -1 is none."""
    number = one.get("object_id") if isinstance(one, dict) else None
    return number if isinstance(number, int) and number >= 0 else None


def _belongs(one: Entry, known: Sequence[Entry]) -> bool:
    """Say whether an annotation is of the same object as others of its group, and not one more."""
    kinds = [each.get("type") for each in known]
    if one.get("type") == "bbox":
        return "bbox" not in kinds and set(kinds) <= PARTS
    if one.get("type") == "mask":
        return "mask" not in kinds and set(kinds) <= PARTS | {"bbox"}
    return one.get("type") == "polygon" and set(kinds) <= PARTS | {"bbox"}


def _flat(parts: Sequence[Sequence[float]]) -> list[float]:
    return [value for part in parts for value in part]


def _names(document: Entry, file: Path) -> list[str]:
    """Return the categories in the order of their numbers.

    Raises:
        InputError: If they are no list of names.
    """
    categories = document.get("categories")
    labels = categories.get("label") if isinstance(categories, dict) else None
    said = labels.get("labels") if isinstance(labels, dict) else []
    names = [one.get("name") if isinstance(one, dict) else None for one in said] if isinstance(said, list) else [None]
    if not all(isinstance(name, str) for name in names):
        at, expected = "categories.label.labels", "a list of objects with name"
        raise InputError("not the categories of Datumaro", file=file, at=at, found=said, expected=expected)
    return [str(name) for name in names]


def _skeletons(document: Entry, names: Sequence[str]) -> dict[int, Skeleton]:
    """Return the keypoints of categories by their numbers, and which belong together, counted from 1."""
    points = document["categories"].get("points") if isinstance(document.get("categories"), dict) else None
    items = points.get("items") if isinstance(points, dict) else None
    found: dict[int, Skeleton] = {}
    for item in items if isinstance(items, list) else ():
        number, called = (item.get("label_id"), item.get("labels")) if isinstance(item, dict) else (None, None)
        if not isinstance(number, int) or not isinstance(called, list) or not called or number >= len(names):
            continue
        joints = item.get("joints")
        pairs = (
            [pair for pair in joints if isinstance(pair, list) and len(pair) == 2] if isinstance(joints, list) else []
        )
        edges = [(a - 1, b - 1) for a, b in pairs if all(isinstance(k, int) and 1 <= k <= len(called) for k in (a, b))]
        found[number] = Skeleton(tuple(map(str, called)), tuple(edges))
    return found


def _picture(said: Entry) -> tuple[Any, tuple[int, int] | None]:
    """Return what the picture of an item is called, and its size."""
    image: Entry = next((said[key] for key in ("image", "media") if isinstance(said.get(key), dict)), {})
    size = image.get("size")
    known = [int(side) for side in size if isinstance(side, int) and side > 0] if isinstance(size, list) else []
    return image.get("path") or said.get("id"), (known[1], known[0]) if len(known) == 2 else None


def _numbers(said: Entry, key: str, step: int = 1) -> list[float]:
    values = said.get(key)
    if not isinstance(values, list) or len(values) % step or not values:
        raise BadShape(f"not a list of numbers: {key}", values, "numbers of pixels")
    return [pixels(value, key) for value in values]


def _box(category: str, said: Entry) -> Shape:
    values = _numbers(said, "bbox")
    if len(values) != 4:
        raise BadShape("not a box", values, "x, y, width and height")
    return cornered(category, *values)


def _pairs(said: Entry) -> list[tuple[float, float]]:
    values = _numbers(said, "points", 2)
    return list(zip(values[::2], values[1::2], strict=True))


def _polygon(category: str, said: Entry) -> Shape:
    return outlined(category, _pairs(said))


def _line(category: str, said: Entry) -> Shape:
    return line(category, _pairs(said))


def _ellipse(category: str, said: Entry) -> Shape:
    """Return the label of an ellipse, by the box around it."""
    values = _numbers(said, "points")
    if len(values) != 4:
        raise BadShape("not an ellipse", values, "x1, y1, x2 and y2")
    left, top, right, bottom = values
    outline = ellipse((left + right) / 2, (top + bottom) / 2, abs(right - left) / 2, abs(bottom - top) / 2)
    return Shape(category, bounds(outline), [outline])


def _points(category: str, said: Entry) -> Shape:
    places, seen = _pairs(said), said.get("visibility")
    seen = seen if isinstance(seen, list) and seen else [2] * len(places)
    if len(seen) != len(places) or not all(one in (0, 1, 2) for one in seen):
        raise BadShape("not the visibility of points", seen, f"{len(places)} times 0, 1 or 2")
    labelled = [value for place, one in zip(places, seen, strict=True) if one for value in place]
    if not labelled:
        raise BadShape("no point is labelled", seen, "1 or 2 for one of them")
    flat: list[float | None] = [v for (x, y), one in zip(places, seen, strict=True) for v in (x, y, float(one))]
    return Shape(category, bounds(labelled), keypoints=flat, shape="points")


def _skeleton(category: str, said: Entry) -> Shape:
    """Return the label of a skeleton, whose points have their visibility beside them."""
    values = _numbers(said, "points", 3)
    places = [value for number, value in enumerate(values) if number % 3 < 2]
    return _points(category, {"points": places, "visibility": values[2::3]})


def _mask(category: str, said: Entry) -> Shape:
    rle = said.get("rle")
    counts, size = (rle.get("counts"), rle.get("size")) if isinstance(rle, dict) else (None, None)
    if not isinstance(size, list) or len(size) != 2 or not all(isinstance(side, int) and side > 0 for side in size):
        raise BadShape("not a mask", rle, "an object with counts and size")
    try:
        runs = rle_from_string(counts) if isinstance(counts, str) else np.array(counts, dtype=np.int64)
        check_runs(runs, size[0], size[1])
    except (ValueError, TypeError, OverflowError) as error:
        raise BadShape("not a mask", str(error), "COCO's run lengths") from None
    left, top, right, bottom = rle_bounds(runs, size[0])
    if right <= left:
        raise BadShape("a mask without a pixel", size, "some of the object")
    return Shape(category, (left, top, right, bottom), mask_rle=rle_to_string(runs))


SHAPES: Mapping[Any, Callable[[str, Entry], Shape]] = {
    "bbox": _box,
    "polygon": _polygon,
    "polyline": _line,
    "points": _points,
    "skeleton": _skeleton,
    "ellipse": _ellipse,
    "mask": _mask,
}
