"""Labels that go where the pictures go: by dense optical flow, from frame to frame.

The flow is OpenCV's DIS (Kroeger et al., *Fast Optical Flow using Dense Inverse Search*, ECCV 2016). Of each label one
motion is taken, the one that most of the pixels inside it agree on: shift, turn and scale, by the least median of
squares. So a label keeps its shape, and what moves behind it does not pull at it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.errors import DamagedError
from loopviz.geometry import clip_boxes, without_opencv_threads
from loopviz.interpolation.outlines import polygons_of
from loopviz.interpolation.tracks import points_of, row_of
from loopviz.media import Source
from loopviz.media.rotation import plane_view

Floats = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]
Flow = npt.NDArray[np.float32]
LONGEST_SIDE = 512  # pixels of the pictures that are compared
MOST_POINTS = 400  # of a label
FEWEST_POINTS = 8  # of a label that may turn and grow: a smaller one is only shifted


@dataclass(frozen=True)
class Way:
    """From a labelled frame to the last one that its labels are carried to, forward or back."""

    anchor: int
    end: int


@dataclass(frozen=True, eq=False)
class Moving:
    """A label on its way: its row, its box ``(4,)``, its polygons and its keypoints ``(N, 3)``, in the frame's pixels.

    The box of points and lines, which have no area, is a pixel larger on all sides than they are.
    """

    row: Mapping[str, Any]
    box: Floats
    polygons: tuple[Floats, ...]
    keypoints: Floats | None = None


def flowed(labels: pl.DataFrame, gaps: pl.DataFrame, source: Source, most: int) -> pl.DataFrame:
    """Return the labels of frames near labelled ones: each is where what it showed has gone.

    The source is read once, and only where labels are carried. Where it is damaged nothing is carried on.

    Args:
        labels: The annotations that may be carried, with the sizes of their frames.
        gaps: The runs of frames that nobody worked on.
        source: The pictures.
        most: How many frames labels are carried, from the nearest frame that somebody worked on.

    Returns:
        One row a label, with the columns of ``labels``.
    """
    info = source.info
    known = labels.filter(pl.col("width") == info.width, pl.col("height") == info.height)
    by_frame = {frame: group for (frame,), group in known.partition_by("frame", as_dict=True).items()}
    ways = [way for way in ways_of(gaps, most) if way.anchor in by_frame]
    with without_opencv_threads():  # their number would decide what the flow is
        made = [row for start, stop in _parts(ways) for row in _along(ways, by_frame, source, range(start, stop))]
    return pl.DataFrame(made, schema=labels.schema)


def ways_of(gaps: pl.DataFrame, most: int) -> Iterator[Way]:
    """Yield where labels are carried: within a gap to the middle from both sides, the first half one frame longer."""
    for before, after, first, last in gaps.iter_rows():
        middle = (before + after) // 2 if before is not None and after is not None else None
        if before is not None:
            yield Way(before, min(before + most, last if middle is None else middle))
        if after is not None and (start := max(after - most, first if middle is None else middle + 1)) < after:
            yield Way(after, start)


def _parts(ways: Iterable[Way]) -> list[tuple[int, int]]:
    """Return the runs of frames that are read: first and last but one."""
    parts: list[tuple[int, int]] = []
    for low, high in sorted((min(way.anchor, way.end), max(way.anchor, way.end) + 1) for way in ways):
        if parts and low <= parts[-1][1]:
            parts[-1] = parts[-1][0], max(high, parts[-1][1])
        else:
            parts.append((low, high))
    return parts


def _along(
    ways: Iterable[Way], labels: Mapping[object, pl.DataFrame], source: Source, frames: range
) -> Iterator[dict[str, Any]]:
    ahead = {way.anchor: way.end for way in ways if way.end > way.anchor}
    back = {way.anchor: way.end for way in ways if way.end < way.anchor}
    seen: deque[tuple[int, Picture]] = deque(maxlen=max((start - end for start, end in back.items()), default=0) + 1)
    going, until = Chain(source, []), -1
    try:
        for frame in source.read(frames.start, frames.stop):
            seen.append((frame.index, small(frame.picture)))
            if frame.index <= until:
                yield from going.step(*seen[-1])
            if frame.index in back:
                going_back = Chain(source, _begun(labels[frame.index]), seen[-1][1])
                for index, picture in list(seen)[-2::-1]:
                    if index >= back[frame.index]:
                        yield from going_back.step(index, picture)
            if frame.index in ahead:
                going, until = Chain(source, _begun(labels[frame.index]), seen[-1][1]), ahead[frame.index]
    except DamagedError:
        return


class Chain:
    """Labels that are carried from picture to picture, until they have left it."""

    def __init__(self, source: Source, labels: list[Moving], picture: Picture | None = None) -> None:
        self._size = source.info.width, source.info.height
        self._labels, self._picture = labels, picture
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def step(self, frame: int, picture: Picture) -> Iterator[dict[str, Any]]:
        """Yield the labels on the next picture, as rows."""
        if not self._labels or self._picture is None:
            return
        flow = self._flow.calc(self._picture, picture, np.zeros((*picture.shape, 2), np.float32)).astype(np.float32)
        scale = np.array(flow.shape[1::-1]) / self._size
        moved = [moved_by(label, flow, scale) for label in self._labels]
        self._labels = [label for label in moved if _is_inside(label, self._size)]
        self._picture = picture
        for label in self._labels:
            yield _row(label, frame, self._size)


def small(picture: av.VideoFrame) -> Picture:
    """Return a picture's luma, 8 bits, its longest side at most ``LONGEST_SIDE`` pixels."""
    luma = plane_view(picture, 0)
    scale = min(1.0, LONGEST_SIDE / max(luma.shape))
    size = max(16, round(luma.shape[1] * scale)), max(16, round(luma.shape[0] * scale))
    less = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    more = picture.format.components[0].bits - 8
    return np.asarray(np.right_shift(less, more), dtype=np.uint8)


def moved_by(label: Moving, flow: Flow, scale: Floats) -> Moving:
    """Return a label where a flow takes it.

    Args:
        label: The label.
        flow: ``(height, width, 2)``: how far each pixel of a small picture goes, x and y.
        scale: ``(2,)``: the small picture's pixels a pixel of the frame, x and y.
    """
    points = _inside(label, flow.shape[:2], scale)
    matrix = _motion(points, flow[points[:, 1], points[:, 0]])
    turn, shift = matrix[:, :2], matrix[:, 2]

    def gone(at: Floats) -> Floats:
        return np.asarray(((at * scale) @ turn.T + shift) / scale)

    middle = gone((label.box[None, :2] + label.box[None, 2:]) / 2)[0]
    half = (label.box[2:] - label.box[:2]) / 2 * np.sqrt(abs(np.linalg.det(turn)))
    box = np.concatenate([middle - half, middle + half])
    keypoints = label.keypoints
    if keypoints is not None:
        there = np.column_stack([gone(keypoints[:, :2]), keypoints[:, 2]])
        keypoints = np.where(keypoints[:, 2:] != 0, there, keypoints)
    return replace(label, box=box, polygons=tuple(gone(polygon) for polygon in label.polygons), keypoints=keypoints)


def _inside(label: Moving, size: tuple[int, ...], scale: Floats) -> npt.NDArray[np.int64]:
    """Return ``(N, 2)`` pixels inside a label, x and y: some of them, one at least."""
    x0, y0, x1, y1 = label.box.reshape(2, 2).ravel() * np.tile(scale, 2)
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    mask = np.zeros(size, dtype=np.uint8)
    shapes = [polygon * scale for polygon in label.polygons] or [corners]
    cv2.fillPoly(mask, [np.round(shape - 0.5).astype(np.int32) for shape in shapes], 1)
    y, x = np.nonzero(mask)
    if not len(x):
        middle = np.clip(np.round(corners.mean(axis=0)).astype(np.int64), 0, np.array(size[::-1]) - 1)
        return np.asarray(middle[None], dtype=np.int64)
    every = max(1, len(x) // MOST_POINTS)
    return np.asarray(np.stack([x, y], axis=1)[::every], dtype=np.int64)


def _motion(points: npt.NDArray[np.int64], vectors: Flow) -> Floats:
    """Return the ``(2, 3)`` motion that most points agree on."""
    shift = np.median(vectors, axis=0)
    only_shift = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    if len(points) < FEWEST_POINTS or np.ptp(points, axis=0).min() == 0:
        return only_shift
    start = points.astype(np.float32)
    found, _ = cv2.estimateAffinePartial2D(start, start + vectors, method=cv2.LMEDS)
    return only_shift if found is None or not np.isfinite(found).all() else np.asarray(found, dtype=np.float64)


def _begun(labels: pl.DataFrame) -> list[Moving]:
    return [
        Moving(row, _room(row), tuple(polygons_of(row)), points_of(row["keypoints"]))
        for row in labels.iter_rows(named=True)
    ]


def _room(row: Mapping[str, Any]) -> Floats:
    """Return a label's box, and one around points that shows some of what is there."""
    around = 1.0 if row["shape"] in ("points", "line") else 0.0
    return np.array([row["x_min"] - around, row["y_min"] - around, row["x_max"] + around, row["y_max"] + around])


def _row(label: Moving, frame: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return a label as a row: cut to the picture, and of keypoints those that have left it as not labelled."""
    box = clip_boxes(label.box[None], *size)[0]
    points = label.keypoints
    if points is not None:
        points = np.where(_points_inside(points, size)[:, None], points, 0.0)
    polygons = [np.clip(polygon, 0, size) for polygon in label.polygons]
    return {**label.row, **row_of(frame, box, polygons, points, label.row["shape"])}


def _points_inside(points: Floats, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    at, labelled = points[:, :2], points[:, 2] != 0
    return np.asarray(labelled & ((at >= 0) & (at <= size)).all(axis=1))


def _is_inside(label: Moving, size: tuple[int, int]) -> bool:
    """Say whether a pixel's width of a label's box is still in the picture; of points and lines, one of the points."""
    if label.row["shape"] in ("points", "line") and label.keypoints is not None:
        return bool(_points_inside(label.keypoints, size).any())
    low, high = np.maximum(label.box[:2], 0), np.minimum(label.box[2:], size)
    return bool(((high - low) >= 1).all())
