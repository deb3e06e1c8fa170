"""Writing CVAT XML 1.1: tracks where labels follow objects through a video, else the shapes of each image.

A task has tracks where its frames are a video's, all of one size, and every label has a track that is of one category
and once on a frame. A track lists each frame that it is on; what was carried over is no key frame. In front of a gap,
and behind its end, the object is ``outside``. Points are a skeleton's where their category has as many.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from loopviz.dataset import Dataset
from loopviz.formats.format import WriteOptions
from loopviz.formats.labels.by_picture import (
    PEOPLE,
    Picture,
    Row,
    by_track,
    edges_of,
    has_tracks,
    mask_of,
    outline_of,
    pictures,
    points_of,
    without_place,
    written_as_masks,
)
from loopviz.formats.labels.cvat.shapes import SKELETON
from loopviz.formats.xml_write import added, plain, write_xml
from loopviz.geometry import rotated_box
from loopviz.notes import Note, note
from loopviz.work import IS_CARRIED

NO_PLACE = ("keypoints", "keypoints' confidences", "confidences", "which labels are of crowds", PEOPLE)
NO_PLACE_ON_IMAGES = (*NO_PLACE, "track ids")
Skeletons = Mapping[str, Sequence[str] | None]  # what the keypoints of a category are called


def write_cvat(dataset: Dataset, file: Path, _: WriteOptions) -> None:
    """Write a document.

    Raises:
        OutputError: If a frame has no size, two have the same name, or a mask does not fit its frame.
    """
    every = list(pictures(dataset, file, sized=True))
    root, tracks = Element("annotations"), has_tracks(dataset)
    added(root, "version", "1.1")
    _meta(root, dataset, every, tracks=tracks)
    skeletons = {row["name"]: row["keypoint_names"] for row in dataset.categories.iter_rows(named=True)}
    if tracks:
        _tracks(root, every, skeletons)
    else:
        _images(root, every, skeletons)
    write_xml(root, file)


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset a document cannot hold."""
    if has_tracks(dataset):
        return [*without_place(dataset, "CVAT", NO_PLACE), *written_as_masks(dataset)]
    carried = dataset.annotations.filter(IS_CARRIED).height
    origin = [note("origin-lost", format="CVAT", count=carried)] if carried else []
    return [*origin, *without_place(dataset, "CVAT", NO_PLACE_ON_IMAGES), *written_as_masks(dataset)]


def _meta(root: Element, dataset: Dataset, every: Sequence[Picture], *, tracks: bool) -> None:
    task = added(added(root, "meta"), "task")
    last = max((picture.frame for picture in every), default=-1)
    said = {
        "name": "loopviz",
        "size": len(every),
        "mode": "interpolation" if tracks else "annotation",
        "start_frame": 0,
        "stop_frame": max(0, last),
    }
    for tag, text in said.items():
        added(task, tag, text)
    labels = added(task, "labels")
    for row in dataset.categories.iter_rows(named=True):
        _label(labels, row)
    if tracks:
        size = added(task, "original_size")
        for side, value in zip(("width", "height"), every[0].size or (), strict=True):
            added(size, side, value)


def _label(labels: Element, row: dict[str, Any]) -> None:
    names = row["keypoint_names"] or []
    label = added(labels, "label")
    added(label, "name", row["name"])
    if row["color"]:
        added(label, "color", row["color"])
    if names:
        added(label, "type", SKELETON)
    added(label, "attributes")
    if names:
        added(label, "svg", "".join(_drawing(names, row["skeleton"] or [])))
    for name in names:
        point = added(labels, "label")
        for tag, text in (("name", name), ("type", "points"), ("attributes", None), ("parent", row["name"])):
            added(point, tag, text)


def _drawing(names: Sequence[str], edges: Iterable[Sequence[int]]) -> Iterator[str]:
    """Yield a skeleton as CVAT draws it: lines between numbered nodes, which stand in a circle."""
    places = [
        (50 + 40 * math.cos(2 * math.pi * n / len(names)), 50 + 40 * math.sin(2 * math.pi * n / len(names)))
        for n in range(len(names))
    ]
    for one, other in edges:
        (x1, y1), (x2, y2) = places[one], places[other]
        ends = f'data-type="edge" data-node-from="{one + 1}" data-node-to="{other + 1}"'
        yield f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="black" {ends}></line>'
    for number, (name, (x, y)) in enumerate(zip(names, places, strict=True), 1):
        said = f'data-type="element node" data-element-id="{number}" data-node-id="{number}"'
        label = html.escape(name)
        yield f'<circle r="1.5" cx="{x:.2f}" cy="{y:.2f}" {said} data-label-name="{label}"></circle>'


def _images(root: Element, every: Iterable[Picture], skeletons: Skeletons) -> None:
    for picture in every:
        assert picture.size is not None  # noqa: S101 - asked for
        width, height = picture.size
        image = added(root, "image", id=picture.frame, name=picture.name, width=width, height=height)
        for row in picture.labels:
            _shape(image, row, picture.size, skeletons, label=row["category"], source=_source(row))


def _tracks(root: Element, every: Sequence[Picture], skeletons: Skeletons) -> None:
    last, size = every[-1].frame, every[0].size
    assert size is not None  # noqa: S101 - asked for
    for number, own in by_track(every).items():
        track = added(root, "track", id=number, label=own[0]["category"], source=_source(own[0]))
        for row, after in zip(own, [*own[1:], None], strict=True):
            by_hand = int(row["origin"] != "interpolated")
            _shape(track, row, size, skeletons, frame=row["frame"], outside=0, keyframe=by_hand)
            gone = row["frame"] + 1
            if gone <= last if after is None else gone < after["frame"]:
                _shape(track, row, size, skeletons, frame=gone, outside=1, keyframe=1)


def _source(row: Row) -> str:
    return "auto" if row["origin"] == "model" else "manual"


def _shape(
    parent: Element, row: Row, size: tuple[int, int], skeletons: Skeletons, *, outside: int = 0, **said: object
) -> None:
    """Add a label; ``said`` is what else stands with it."""
    if "frame" in said:
        said = {**said, "outside": outside}
    points = points_of(row)
    if row["shape"] == "points" and 3 * len(skeletons.get(row["category"]) or ()) == len(row["keypoints"]):
        _skeleton(parent, row, skeletons[row["category"]] or [], outside, said)
    elif row["shape"] in {"points", "line"}:
        kind = "points" if row["shape"] == "points" else "polyline"
        added(parent, kind, **said, occluded=0, points=_pairs(points), z_order=0)
    elif (mask := mask_of(row, size)) is not None:
        _mask(parent, mask, said)
    elif row["shape"] != "rotated_box" and (outline := outline_of(row)) is not None:
        pairs = list(zip(outline[::2], outline[1::2], strict=True))
        added(parent, "polygon", **said, occluded=0, points=_pairs(pairs), z_order=0)
    else:
        _box(parent, row, said)


def _box(parent: Element, row: Row, said: dict[str, object]) -> None:
    x_min, y_min, x_max, y_max = edges_of(row)
    turn: dict[str, float] = {}
    outline = outline_of(row)
    if outline is not None:
        box = rotated_box(outline)
        x_min, x_max = box.x - box.width / 2, box.x + box.width / 2
        y_min, y_max = box.y - box.height / 2, box.y + box.height / 2
        turn = {"rotation": math.degrees(box.angle) % 360}
    added(parent, "box", **said, occluded=0, xtl=x_min, ytl=y_min, xbr=x_max, ybr=y_max, **turn, z_order=0)


def _mask(parent: Element, mask: npt.NDArray[np.bool_], said: dict[str, object]) -> None:
    """Add a mask: run lengths along the rows of the box around it, background first."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : rows[-1] + 1, left : columns[-1] + 1]
    flat = np.concatenate([[False], part.ravel(), [not part[-1, -1]]])
    ends = np.flatnonzero(flat[1:] != flat[:-1])
    runs = np.diff(np.concatenate([[0], ends]))
    height, width = part.shape
    place = {"left": left, "top": top, "width": width, "height": height}
    added(parent, "mask", **said, occluded=0, rle=", ".join(map(str, runs.tolist())), **place, z_order=0)


def _skeleton(parent: Element, row: Row, names: Sequence[str], outside: int, said: dict[str, object]) -> None:
    element = added(parent, SKELETON, **said, z_order=0)
    flat = row["keypoints"]
    for name, x, y, seen in zip(names, flat[::3], flat[1::3], flat[2::3], strict=True):
        gone = int(seen == 0 or outside == 1)
        added(element, "points", label=name, outside=gone, occluded=int(seen == 1), points=_pairs([(x, y)]))


def _pairs(points: Iterable[tuple[float, float]]) -> str:
    return ";".join(f"{plain(x)},{plain(y)}" for x, y in points)
