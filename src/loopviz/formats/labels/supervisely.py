"""Supervisely's JSON: a file for each picture or video in ``ann``, and ``meta.json`` with the classes of the project.

A picture has ``size`` and ``objects`` with ``classTitle``, ``geometryType`` and ``points`` (``exterior``, and the holes
of a polygon in ``interior``), or ``bitmap``: ``data``, a PNG packed by zlib, in base64, and ``origin``, its left upper
corner. A video has ``frames`` with ``figures`` of ``objects``, on every frame on which they are seen, from 0. A whole
number is a pixel: the right and the bottom one of a rectangle are inside it. Projects of before 2020 have no
``geometryType``: ``shape`` of the class says it (https://developer.supervisely.com/getting-started/supervisely-annotation-format).
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, Size, files_like, first_like, masked
from loopviz.formats.labels.said_shapes import Points, cornered, line, mask_of_bytes, outlined, pairs, point, size_said
from loopviz.formats.labels.works import Work
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files, mentions
from loopviz.geometry import polygons_to_mask

FOLDER = "ann"
MOST_BYTES = 64 * 2**20  # of an unpacked PNG
MOST_FRAMES = 10_000_000
Entry = Mapping[str, Any]


def detect_supervisely(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are Supervisely's."""
    found = first_like(candidate, ".json", is_supervisely)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_supervisely(file: Path) -> bool:
    """Say whether a JSON file looks like Supervisely's, from its bytes; one without an object does only in ``ann``."""
    if mentions(file, b'"classTitle"', b'"objects"', b'"size"'):  # a point cloud has no size
        return True
    return file.parent.name == FOLDER and mentions(file, b'"size"', b'"objects"', b'"tags"')


def read_supervisely(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are Supervisely's.

    Raises:
        InputError: If there is none, one is malformed, or there is a video and something else.
    """
    folder, names = files_like(path, ".json", is_supervisely)
    if not names:
        what, expected = "no annotation of Supervisely in the folder", "JSON files with size and objects"
        raise InputError(what, file=path, expected=expected)
    shapes = _classes(folder)
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder), shapes)
    for name in names:
        reader.take(folder / name, name, is_alone=len(names) == 1)
    return LabelSet("supervisely", path, reader.labels.dataset(path, list(shapes)), reader.labels.report.problems())


def _classes(folder: Path) -> dict[str, Any]:
    """Return the classes of a project in their order, and the shape of each, as ``meta.json`` says them.

    It is the first one of the folder, or that of a folder above.
    """
    below = (folder / name for name in list_files(folder) if name.rpartition("/")[2] == "meta.json")
    above = (place / "meta.json" for place in (folder.parent, folder.parent.parent))
    meta = next((file for file in (*below, *above) if file.is_file()), None)
    document = read_json(meta) if meta is not None else None
    said = document.get("classes") if isinstance(document, dict) else None
    listed = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return {title: one.get("shape") for one in listed if isinstance(title := one.get("title"), str)}


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName, shapes: Mapping[str, Any]) -> None:
        self.labels, self._shapes = labels, shapes

    def take(self, file: Path, name: str, *, is_alone: bool) -> None:
        """Read a file.

        Raises:
            InputError: If it is of a video, and not the only one.
        """
        try:
            document = read_json(file)
            objects = document.get("objects") if isinstance(document, dict) else None
            if not isinstance(document, dict) or not isinstance(objects, list):
                expected = "an object with size and objects"
                raise InputError("not an annotation of Supervisely", file=file, found=document, expected=expected)
            size, frames = size_said(document.get("size")), document.get("frames")
            if isinstance(frames, list):
                if not is_alone:
                    remedy = "Give the annotation of one video."
                    raise InputError(
                        "the folder holds several annotations, and one is of a video", file=file, remedy=remedy
                    )
                self._video(frames, objects, size, file)
                return
            picture = "/".join(part for part in name.split("/") if part != FOLDER).removesuffix(".json")
            size = size or self.labels.size_of_file(picture)
            place = self.labels.picture(picture, size, file=file, at="name")
        except InputError as error:
            self.labels.report.bad("bad-file", error)
            return
        self._objects(objects, place, size, file, "objects")

    def _objects(self, said: list[Any], place: int, size: Size | None, file: Path, at: str) -> None:
        works: dict[str, str] = {}
        for number, one in enumerate(said):
            if isinstance(one, dict) and self._is_left(one):
                continue
            make = partial(self._object, one, one, size)
            origin, work = self._who(one, place, works)
            self.labels.attempt(place, make, file, f"{at}[{number}]", origin=origin, work=work)

    def _is_left(self, one: Entry) -> bool:
        """Say whether a thing is of a kind that is not read; it is counted."""
        kind = self._kind(one)
        if isinstance(kind, str) and kind not in SHAPES:
            self.labels.leave(kind)
            return True
        return False

    def _kind(self, one: Entry) -> Any:
        """Return of which kind a thing is, as it says itself or its class does."""
        return one.get("geometryType") or self._shapes.get(str(one.get("classTitle")))

    def _who(self, said: Any, place: int, works: dict[str, str]) -> tuple[str | None, str | None]:
        """Return where a label comes from, and the work of who drew it; what a model drew is nobody's."""
        login = said.get("labelerLogin") if isinstance(said, dict) else None
        if isinstance(said, dict) and said.get("nnCreated") is True:
            return "model", None
        if not isinstance(login, str) or not login.strip():
            return None, None
        if login not in works:
            works[login] = self.labels.works.add(place, Work(login))
        return None, works[login]

    def _object(self, said: Any, named: Any, size: Size | None) -> Shape:
        """Return the label of a thing; what it is called may stand elsewhere."""
        title = named.get("classTitle") if isinstance(named, dict) else None
        kind = self._kind(said) if isinstance(said, dict) else None
        is_known = isinstance(kind, str) and kind in SHAPES
        if not isinstance(said, dict) or not isinstance(title, str | None) or not is_known:
            raise BadShape("not an object of Supervisely", said, "an object with classTitle and geometryType")
        if kind not in SHAPES:
            raise BadShape("there is no such shape", kind, ", ".join(SHAPES))
        geometry: Entry = inner if isinstance(inner := said.get("geometry"), dict) else said
        return SHAPES[kind](self.labels.named(title), geometry, size)

    def _video(self, frames: list[Any], objects: list[Any], size: Size | None, file: Path) -> None:
        """Take the frames of a video."""
        known = {key: (one, number) for number, one in enumerate(objects, 1) for key in _keys(one)}
        figures: dict[int, Any] = {}
        for number, frame in enumerate(frames):
            index = frame.get("index") if isinstance(frame, dict) else None
            drawn = frame.get("figures") if isinstance(frame, dict) else None
            whole = isinstance(index, int) and not isinstance(index, bool) and 0 <= index <= MOST_FRAMES
            if not isinstance(index, int) or not whole or index in figures or not isinstance(drawn, list):
                at, expected = f"frames[{number}]", f"an index from 0 to {MOST_FRAMES:,} that no other has, and figures"
                raise InputError("not a frame of a video", file=file, at=at, found=index, expected=expected)
            figures[index] = drawn
        for index in range(max(figures, default=-1) + 1):
            name = f"frame_{index:06}"
            place = self.labels.picture(name, size, file=file, at=name)
            self._figures(figures.get(index, []), known, place, size, file)

    def _figures(
        self, said: list[Any], known: Mapping[Any, tuple[Any, int]], place: int, size: Size | None, file: Path
    ) -> None:
        works: dict[str, str] = {}
        for number, one in enumerate(said):
            if isinstance(one, dict) and self._is_left(one):
                continue
            key = (one.get("objectKey") or one.get("objectId")) if isinstance(one, dict) else None
            thing, track = known.get(key if isinstance(key, str | int) else None, (None, None))
            make = partial(self._figure, one, thing, size)
            origin, work = self._who(one, place, works)
            where = f"frame {place}, figures[{number}]"
            self.labels.attempt(place, make, file, where, track=track, origin=origin, work=work)

    def _figure(self, said: Any, thing: Any, size: Size | None) -> Shape:
        if thing is None:
            raise BadShape("the figure belongs to no object", said, "an objectKey of the objects")
        return self._object(said, thing, size)


def _keys(thing: Any) -> list[Any]:
    said = [thing.get(name) for name in ("key", "id")] if isinstance(thing, dict) else []
    return [key for key in said if isinstance(key, str | int)]


def _points(said: Entry, part: str = "exterior") -> Any:
    points = said.get("points")
    return points.get(part) if isinstance(points, dict) else None


def _rectangle(category: str, said: Entry, _: Size | None) -> Shape:
    points = pairs(_points(said))
    if len(points) != 2:
        raise BadShape("not a rectangle", points, "two corners")
    (x, y), (to_x, to_y) = points
    last = 1 if all(value == int(value) for value in (x, y, to_x, to_y)) else 0  # whole numbers are pixels
    left, top = min(x, to_x), min(y, to_y)
    return cornered(category, left, top, max(x, to_x) + last - left, max(y, to_y) + last - top)


def _polygon(category: str, said: Entry, size: Size | None) -> Shape:
    inside = _points(said, "interior") or []
    if not isinstance(inside, list):
        raise BadShape("not the holes of an outline", inside, "a list of lists of points")
    points, holes = pairs(_points(said)), [pairs(hole) for hole in inside]
    if not holes:
        return outlined(category, points)
    if size is None:
        raise BadShape("nobody knows how large the picture of an outline with holes is", None, "size")
    mask = polygons_to_mask([_flat(points)], size[1], size[0])
    for hole in holes:
        mask &= ~polygons_to_mask([_flat(hole)], size[1], size[0])
    return masked(category, mask, (0, 0), size)


def _flat(points: Points) -> list[float]:
    if len(points) < 3:
        raise BadShape("not an outline", points, "three points or more")
    return [value for pair in points for value in pair]


def _bitmap(category: str, said: Entry, size: Size | None) -> Shape:
    bitmap = said.get("bitmap")
    data, corner = (bitmap.get("data"), bitmap.get("origin")) if isinstance(bitmap, dict) else (None, None)
    if size is None:
        raise BadShape("nobody knows how large the picture of a mask is", None, "size")
    if not isinstance(data, str) or not isinstance(corner, list) or len(corner) != 2:
        raise BadShape("not a bitmap", bitmap, "an object with data and origin")
    ((left, top),) = pairs([corner])
    return masked(category, mask_of_bytes(_unpacked(data)), (int(left), int(top)), size)


def _unpacked(text: str) -> bytes:
    try:
        unpack = zlib.decompressobj()
        data = unpack.decompress(base64.b64decode(text, validate=True), MOST_BYTES)
    except (ValueError, zlib.error) as error:  # binascii.Error, or characters beyond ASCII
        raise BadShape("not a bitmap", str(error), "a PNG packed by zlib, in base64") from None
    if unpack.unconsumed_tail:
        raise BadShape("a mask that is too large", f"more than {MOST_BYTES:,} bytes", f"{MOST_BYTES:,} bytes")
    return data


def _point(category: str, said: Entry, _: Size | None) -> Shape:
    return point(category, pairs(_points(said)))


def _line(category: str, said: Entry, _: Size | None) -> Shape:
    return line(category, pairs(_points(said)))


def _graph(category: str, said: Entry, _: Size | None) -> Shape:
    """Return the label of a skeleton: its nodes that are not disabled, as points."""
    nodes = said.get("nodes")
    listed = list(nodes.values()) if isinstance(nodes, dict) else nodes
    if not isinstance(listed, list) or not all(isinstance(node, dict) for node in listed):
        raise BadShape("not a skeleton", nodes, "nodes with loc")
    return point(category, pairs([node.get("loc") for node in listed if not node.get("disabled")]))


SHAPES: Mapping[Any, Callable[[str, Entry, Size | None], Shape]] = {
    "rectangle": _rectangle,
    "polygon": _polygon,
    "bitmap": _bitmap,
    "point": _point,
    "line": _line,
    "polyline": _line,
    "graph": _graph,
}
