"""Boxes, polygons and masks: pure functions over NumPy arrays.

Inside loopviz a box is ``x_min y_min x_max y_max`` in pixels with the maximum edges exclusive, a polygon is a flat list
``x1 y1 x2 y2 …`` in the same coordinates, and a mask is a boolean array of shape ``(height, width)`` or its run-length
encoding. Every other form lives in the ``formats`` module that reads or writes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError

Boxes = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

MOST_UNPACKED = 2**28  # pixels of a mask as such: a quarter of a gibibyte
LONGEST_RUN = 7  # characters of five bits: 34 bits and the sign
_LIMITS = 1 << np.arange(4, 63, 5, dtype=np.int64)


def fit_within(size: tuple[int, int], into: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return where a picture of one size stands in another, scaled as a whole, in the middle: x, y, width, height.

    It fills the other in one direction at least. Where it does not, its side and its place are even, so that no sample
    of subsampled colour lies on its edge.
    """
    scale = min(Fraction(into[0], size[0]), Fraction(into[1], size[1]))
    width, height = (
        full if round(side * scale) >= full else min(max(2, round(side * scale) // 2 * 2), full)
        for side, full in zip(size, into, strict=True)
    )
    return (into[0] - width) // 4 * 2, (into[1] - height) // 4 * 2, width, height


def boxes_from_centres(boxes: Boxes) -> Boxes:
    """Return ``(N, 4)`` boxes given as centre x, centre y, width, height as corner boxes, in the same unit."""
    centre, half = boxes[:, :2], boxes[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def boxes_to_centres(boxes: Boxes) -> Boxes:
    """Return ``(N, 4)`` corner boxes as centre x, centre y, width, height, in the same unit."""
    low, high = boxes[:, :2], boxes[:, 2:]
    return np.concatenate([(low + high) / 2, high - low], axis=1)


def clip_boxes(boxes: Boxes, width: float, height: float) -> Boxes:
    """Return ``(N, 4)`` corner boxes cut to a picture; one that lies outside lies on its edge, with no area."""
    limits = np.array([width, height, width, height], dtype=np.float64)
    return np.clip(boxes, 0.0, limits)


def box_areas(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Return the ``(N,)`` areas of corner boxes in square pixels; a box turned inside out has none."""
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float64)


def box_intersections(one: Boxes, other: Boxes) -> npt.NDArray[np.float64]:
    """Return the ``(N, M)`` areas in square pixels that ``(N, 4)`` and ``(M, 4)`` corner boxes share."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    return np.asarray(np.clip(high - low, 0.0, None).prod(axis=2), dtype=np.float64)


def box_iou(one: Boxes, other: Boxes) -> npt.NDArray[np.float64]:
    """Return the ``(N, M)`` intersections over unions of ``(N, 4)`` and ``(M, 4)`` corner boxes, each from 0 to 1."""
    shared = box_intersections(one, other)
    union = box_areas(one)[:, None] + box_areas(other)[None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def paired_iou(one: Boxes, other: Boxes) -> npt.NDArray[np.float64]:
    """Return the ``(N,)`` intersections over unions of corner boxes, each with the other of its row; of NaN 0."""
    sides = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    shared = np.clip(sides, 0.0, None).prod(axis=1)
    union = box_areas(one) + box_areas(other) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def polygon_area(polygon: Sequence[float]) -> float:
    """Return a flat polygon's area in square pixels, by the shoelace formula; the direction does not matter."""
    x, y = np.asarray(polygon, dtype=np.float64).reshape(-1, 2).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


class RotatedBox(NamedTuple):
    """A box that is turned about its middle: pixels, and radians clockwise on the picture, from -pi to pi."""

    x: float
    y: float
    width: float
    height: float
    angle: float


def rotated_box(corners: Sequence[float]) -> RotatedBox:
    """Return the box of four corners ``x1 y1 … x4 y4`` in order around it; its width lies between the first two."""
    points = np.asarray(corners, dtype=np.float64).reshape(4, 2)
    across, down = (
        (points[1] - points[0] + points[2] - points[3]) / 2,
        (points[3] - points[0] + points[2] - points[1]) / 2,
    )
    x, y = points.mean(axis=0).tolist()
    return RotatedBox(x, y, float(np.hypot(*across)), float(np.hypot(*down)), math.atan2(across[1], across[0]))


def rotated_corners(box: RotatedBox) -> list[float]:
    """Return the corners ``x1 y1 … x4 y4`` of a rotated box, from its upper left one before it is turned, clockwise."""
    across, down = math.cos(box.angle), math.sin(box.angle)
    w, h = box.width / 2, box.height / 2
    corners = ((-w, -h), (w, -h), (w, h), (-w, h))
    return [edge for i, j in corners for edge in (box.x + i * across - j * down, box.y + i * down + j * across)]


def between_turned(one: RotatedBox, other: RotatedBox, share: float) -> RotatedBox:
    """Return what lies between two rotated boxes, turned the shorter way: at 0 the one, at 1 the other."""
    turn = math.remainder(other.angle - one.angle, 2 * math.pi)
    x, y, width, height = (a * (1 - share) + b * share for a, b in zip(one[:4], other[:4], strict=True))
    return RotatedBox(x, y, width, height, one.angle + share * turn)


def are_rectangles(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Say which ``(N, 4, 2)`` corners in order around a shape are a rectangle's, to a pixel or a hundredth.

    A rectangle's diagonals halve each other and are equally long.
    """
    one, other = (np.hypot(*(corners[:, i + 2] - corners[:, i]).T) for i in (0, 1))
    middles = np.hypot(*(corners[:, 0] + corners[:, 2] - corners[:, 1] - corners[:, 3]).T) / 2
    allowed = np.maximum(1.0, 0.01 * one)
    return np.asarray((middles <= allowed) & (np.abs(one - other) <= allowed))


def is_rectangle(corners: Sequence[float]) -> bool:
    """Say whether four corners ``x1 y1 … x4 y4`` are a rectangle's; see ``are_rectangles``."""
    return bool(are_rectangles(np.asarray(corners, dtype=np.float64).reshape(1, 4, 2))[0])


def polygons_bounds(polygons: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """Return the corner box around some flat polygons.

    Raises:
        ValueError: If there is no point at all.
    """
    points = np.concatenate([np.asarray(p, dtype=np.float64) for p in polygons]).reshape(-1, 2)
    (x_min, y_min), (x_max, y_max) = points.min(axis=0), points.max(axis=0)
    return float(x_min), float(y_min), float(x_max), float(y_max)


def polygons_to_mask(polygons: Sequence[Sequence[float]], height: int, width: int) -> Mask:
    """Return the ``(height, width)`` mask of the pixels whose centres lie in any of some flat polygons.

    Each polygon is filled by the even-odd rule; what lies outside the picture is cut off.
    """
    mask = np.zeros((height, width), dtype=np.bool_)
    rows = np.arange(height) + 0.5
    for polygon in polygons:
        points = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
        # OpenCV's fillPoly would also set every pixel that the outline touches: half a pixel too much all around.
        crossings = np.zeros((height, width + 1), dtype=np.bool_)
        for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
            crossed = np.flatnonzero((y0 <= rows) != (y1 <= rows))
            x = x0 + (rows[crossed] - y0) * ((x1 - x0) / (y1 - y0) if y1 != y0 else 0.0)
            crossings[crossed, np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)] ^= True
        mask |= np.logical_xor.accumulate(crossings, axis=1)[:, :width]
    return mask


def polygon_rings(points: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """Return the ``(N, 2)`` rings of a polygon that walks to its holes and back, without those ways.

    A polygon cannot say that it has a hole; programs let one in by walking there, round it, and back the same way. An
    edge that is walked both ways is such a way. Filled by the even-odd rule the rings are the polygon; drawn as lines
    they are its outline.
    """
    corners = [(x, y) for x, y in points.tolist()]
    if len(set(corners)) == len(corners):
        return [points]
    edges = list(zip(corners, [*corners[1:], *corners[:1]], strict=True))
    known = set(edges)
    ring: list[tuple[float, float]] = []
    rings: list[list[tuple[float, float]]] = []
    left: list[tuple[list[tuple[float, float]], object]] = []  # on such a way, each with the edge that leads back
    for here, there in edges:
        ring.append(here)
        if left and left[-1][1] == (here, there):
            rings.append(ring[:-1])
            ring = left.pop()[0][:-1]
        elif (there, here) in known and here != there:
            left.append((ring, (there, here)))
            ring = []
    whole = [np.array(each) for each in (ring, *rings) if len(each) > 2]
    return whole if whole and not left else [points]


def mask_outlines(mask: Mask) -> list[npt.NDArray[np.float64]]:
    """Return a mask's outlines, holes included, as ``(N, 2)`` arrays of x and y through the pixels' centres."""
    import cv2  # here: most who read labels never need it, and it takes as long to load as a small set to read

    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return [contour.reshape(-1, 2).astype(np.float64) + 0.5 for contour in contours]


def rle_from_mask(mask: Mask) -> Counts:
    """Return a mask's run lengths in COCO's order: down the columns, beginning with background (perhaps 0 of it)."""
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate([[0], changes, [flat.size]]))
    return np.concatenate([[0], counts]) if flat.size and flat[0] else counts


def check_runs(counts: Counts, height: int, width: int) -> None:
    """Refuse COCO's run lengths that are no mask of a picture.

    Raises:
        ValueError: If the runs are negative or do not fill the picture exactly.
    """
    if np.any((counts < 0) | (counts > height * width)) or int(counts.sum()) != height * width:
        found, expected = int(counts.sum()), height * width
        raise ValueError(f"runs add up to {found}, a picture of {width}x{height} has {expected} pixels")


def row_runs(row: Mapping[str, Any], height: int, width: int) -> Counts:
    """Return the run lengths of an annotation's mask, a row of the Dataset's annotations.

    Raises:
        InputError: If they do not fit the frame.
    """
    try:
        counts = rle_from_string(row["mask_rle"])
        check_runs(counts, height, width)
    except ValueError as error:
        raise InputError(
            f"the mask does not fit its frame: {error}",
            at=f"frame {row['frame']}, annotation {row['annotation_id']}",
            remedy="Check that the labels belong to this video and this size.",
        ) from error
    return counts


def mask_from_rle(counts: Counts, height: int, width: int) -> Mask:
    """Return the ``(height, width)`` mask of COCO's run lengths.

    Raises:
        ValueError: If the runs are negative or do not fill the picture exactly.
        InputError: If the picture has more than ``MOST_UNPACKED`` pixels, as a few bytes of labels may say.
    """
    check_runs(counts, height, width)
    if height * width > MOST_UNPACKED:
        what, expected = "a mask is too large to be unpacked", f"at most {MOST_UNPACKED:,} pixels"
        remedy = "Give outlines in its place, or leave it out."
        raise InputError(what, found=f"{width}x{height}", expected=expected, remedy=remedy)
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((height, width), order="F")


def row_mask(row: Mapping[str, Any], height: int, width: int) -> Mask:
    """Return the ``(height, width)`` mask of an annotation that has one, a row of the Dataset's annotations.

    Raises:
        InputError: If it does not fit the frame, or has too many pixels; see ``row_runs`` and ``mask_from_rle``.
    """
    return mask_from_rle(row_runs(row, height, width), height, width)


def row_rings(row: Mapping[str, Any], height: int, width: int) -> list[npt.NDArray[np.float64]]:
    """Return the ``(N, 2)`` outlines of an annotation's polygons, or of its mask, holes included; none of a mere box.

    Raises:
        InputError: As ``row_mask``.
    """
    if row["polygons"]:
        polygons = (np.asarray(polygon, dtype=np.float64).reshape(-1, 2) for polygon in row["polygons"])
        return [ring for polygon in polygons for ring in polygon_rings(polygon)]
    return mask_outlines(row_mask(row, height, width)) if row["mask_rle"] else []


def rle_area(counts: Counts) -> int:
    """Return how many pixels COCO's run lengths hold."""
    return int(counts[1::2].sum())


def rle_bounds(counts: Counts, height: int) -> tuple[int, int, int, int]:
    """Return the corner box around COCO's run lengths; all zeros when nothing is set."""
    ends = np.cumsum(counts)
    starts, stops = ends[0::2][: len(counts[1::2])], ends[1::2]
    starts, stops = starts[stops > starts], stops[stops > starts]
    if not len(starts):
        return 0, 0, 0, 0
    first, last = starts // height, (stops - 1) // height
    whole = first != last  # a run over a column's end touches that column's bottom and the next one's top
    top = 0 if whole.any() else int((starts % height).min())
    bottom = height if whole.any() else int(((stops - 1) % height).max()) + 1
    return int(first.min()), top, int(last.max()) + 1, bottom


def rle_to_string(counts: Sequence[int] | Counts) -> str:
    """Return run lengths in COCO's compressed form.

    Six bits a character from ASCII 48: five of the value, low first, and one that says more follow; from the fourth run
    on, the difference to the run two before (``rleToString`` in pycocotools' ``maskApi.c``).
    """
    return rle_to_strings([counts])[0]


def rle_to_strings(masks: Sequence[Sequence[int] | Counts]) -> list[str]:
    """Return the run lengths of several masks in COCO's compressed form: together they take less time."""
    runs = np.array([len(mask) for mask in masks], dtype=np.int64)
    values = np.concatenate([np.empty(0, np.int64), *(np.asarray(mask, np.int64) for mask in masks)])
    nth = np.arange(len(values)) - np.repeat(np.cumsum(runs) - runs, runs)
    values[2:] -= np.where(nth[2:] > 2, values[:-2], 0)  # the right side is whole before the left one changes
    # n characters hold numbers of 5 n bits, of which one is the sign
    lengths = np.searchsorted(_LIMITS, np.where(values < 0, ~values, values), side="right") + 1
    ends = np.cumsum(lengths)
    place = np.arange(lengths.sum()) - np.repeat(ends - lengths, lengths)
    text = (np.repeat(values, lengths) >> (5 * place)) & 0x1F | 0x20
    text[ends - 1] &= 0x1F
    whole = bytes((text + 48).astype(np.uint8)).decode("ascii")
    cuts = np.concatenate([[0], ends])[np.concatenate([[0], np.cumsum(runs)])].tolist()
    return [whole[begin:end] for begin, end in pairwise(cuts)]


def rle_from_string(text: str) -> Counts:
    """Return the run lengths of COCO's compressed form (``rleFrString`` in pycocotools' ``maskApi.c``).

    Raises:
        ValueError: If the text breaks off inside a number, or holds a character or a number that the form does not
            have.
    """
    chunks = np.frombuffer(text.encode("utf-8"), dtype=np.uint8).astype(np.int64) - 48
    if np.any((chunks < 0) | (chunks >= 64)):
        raise ValueError("a character that compressed run lengths cannot hold")
    if not len(chunks):
        return chunks
    if chunks[-1] & 0x20:
        raise ValueError("compressed run lengths that break off inside a number")
    ends = np.flatnonzero(chunks < 0x20) + 1
    lengths = np.diff(ends, prepend=0)
    if lengths.max() > LONGEST_RUN:
        raise ValueError("a run that is longer than any picture")
    starts = ends - lengths
    place = np.arange(len(chunks)) - np.repeat(starts, lengths)
    runs = np.add.reduceat((chunks & 0x1F) << (5 * place), starts)
    runs -= np.where(chunks[ends - 1] & 0x10, 1 << (5 * lengths), 0)
    runs[1::2], runs[2::2] = np.cumsum(runs[1::2]), np.cumsum(runs[2::2])  # each adds to the run two before
    return np.asarray(runs, dtype=np.int64)


@contextmanager
def without_opencv_threads() -> Iterator[None]:
    """Have OpenCV work in the thread that calls it: on small pictures its own threads wait more than they do."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
