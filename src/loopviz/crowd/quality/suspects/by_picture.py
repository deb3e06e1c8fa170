"""Where a picture has edges around labels' edges, and how far these lie from there beside other labels of the category.

Along the normal of each edge the picture's gradient is averaged over the edge's length. The picture's edge is the
place outside of which a quarter of the squared gradient lies: of an object on a calmer ground, where it begins. A box
touches what it is drawn around at a few points only, so that the place is somewhat inside, alike for all labels of a
category at a time: what counts is how far it is from where it is for these. Where a picture is flat or textured all
over, it says nothing; where its edges do not follow the labels, neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz import geometry
from loopviz.schema import EDGES

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
REACH, LEAST_REACH = 0.3, 4.0  # how far is looked on both sides of an edge: of the label's side; and in pixels at least
PLACES, POINTS = 49, 24  # along the normal, and along each edge
SHARE = 0.25  # of the squared gradient: what lies outside of the picture's edge
CLEAR, FLOOR = 2.0, 2.0  # times the middling gradient, and grey levels a pixel: what a strong edge has at least
FEW = 4  # points of an outline that face one side, to say anything of it
FRAMES, ENOUGH = 15, 20  # labels that are near in time; labels of a category, to say how far edges scatter
TENTH = 1.645  # deviations that nine tenths of normally distributed values are within
COMMON = 0.02  # of an object's side: how far careful people's edges lie apart
LINE = 0.5  # how exact time is: the noise of a line through ten labels, of their variance
FOLLOWS, APART = 0.6, 2.0  # least correlation with time; and how many deviations two measures of one thing may differ
SHIFTS = tuple(f"shift_{edge}" for edge in EDGES)


class Around(NamedTuple):
    """Points of an outline: where, ``(P, 2)``; which way is out, ``(P, 2)``; and which of the four edges each is of."""

    points: Floats
    out: Floats
    edge: npt.NDArray[np.int64]


def picture_edges(pictures: Iterable[tuple[int, Pixels]], labels: pl.DataFrame) -> pl.DataFrame:
    """Return how far the picture's edges lie from labels' edges; memory holds one picture.

    Args:
        pictures: Frames and their R'G'B' pictures, ``(height, width, 3)``; those without labels are passed over.
        labels: Rows of annotations, in pixels of the pictures.

    Returns:
        ``annotation_id`` and ``SHIFTS``: how far to the right or down of each edge, in the label's sides; null where
        the picture says nothing.
    """
    by_frame = {frame: part for (frame,), part in labels.group_by(["frame"], maintain_order=True)}
    ids, found = list[int](), [np.zeros((0, 4))]
    for frame, pixels in pictures:
        if frame in by_frame:
            ids += by_frame[frame]["annotation_id"].to_list()
            found.append(shifts(pixels, by_frame[frame].to_dicts()))
    columns = dict(zip(SHIFTS, np.concatenate(found).T, strict=True))
    return pl.DataFrame({"annotation_id": pl.Series(ids, dtype=pl.Int64), **columns}).with_columns(
        pl.col(SHIFTS).fill_nan(None)
    )


def shifts(pixels: Pixels, rows: Sequence[Mapping[str, Any]]) -> Floats:
    """Return ``(N, 4)``: how far the picture's edges lie from each label's, in sides, to the right or down; or NaN."""
    levels = [pixels]
    found = np.full((len(rows), 4), np.nan)
    for number, row in enumerate(rows):
        box = np.array([row[edge] for edge in EDGES], dtype=np.float64)
        sides = np.maximum(box[2:] - box[:2], 1.0)
        level = max(0, int(np.log2(max(1.0, REACH * sides.min() / PLACES))))  # so that no thin edge is stepped over
        while len(levels) <= level:
            levels.append(np.asarray(cv2.pyrDown(levels[-1]), dtype=np.uint8))
        around = _outline(row, pixels.shape[:2]) or _sides_of(box)
        reach = np.maximum(REACH * np.tile(sides, 2), LEAST_REACH)
        found[number] = _shift(levels[level], 2**level, around, reach) / np.tile(sides, 2)
    return found


def _sides_of(box: Floats) -> Around:
    """Return points along the sides of a box, without its corners."""
    share = np.linspace(0.04, 0.96, POINTS)
    across = box[:2] + share[:, None] * (box[2:] - box[:2])
    points = []
    for edge in range(4):
        side = across.copy()
        side[:, edge % 2] = box[edge]
        points.append(side)
    out = np.repeat([[-1.0, 0.0], [0.0, -1.0], [1.0, 0.0], [0.0, 1.0]], POINTS, axis=0)
    return Around(np.concatenate(points), out, np.repeat(np.arange(4), POINTS))


def _outline(row: Mapping[str, Any], size: tuple[int, int]) -> Around | None:
    """Return points along the longest outline of a shape; None: it is a box."""
    if row["polygons"]:
        rings = [np.array(polygon, dtype=np.float64).reshape(-1, 2) for polygon in row["polygons"]]
    elif row["mask_rle"]:
        rings = geometry.mask_outlines(geometry.row_mask(row, *size))
    else:
        return None
    ring = max(rings, key=len, default=np.zeros((0, 2))).astype(np.float64)
    if len(ring) < 3:
        return None
    steps = np.linalg.norm(np.diff(ring, axis=0, append=ring[:1]), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, way[-1], 4 * POINTS, endpoint=False)
    closed = np.concatenate([ring, ring[:1]])
    points = np.stack([np.interp(at, way, closed[:, axis]) for axis in (0, 1)], axis=1)
    along = np.roll(points, -2, axis=0) - np.roll(points, 2, axis=0)
    turn = np.sign((points[:, 0] * np.roll(points[:, 1], -1) - np.roll(points[:, 0], -1) * points[:, 1]).sum())
    out = (
        turn * np.stack([along[:, 1], -along[:, 0]], axis=1) / np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    )
    axis = np.abs(out).argmax(axis=1)
    return Around(points, out, axis + 2 * (np.take_along_axis(out, axis[:, None], axis=1)[:, 0] > 0))


def _shift(pixels: Pixels, scale: int, around: Around, reach: Floats) -> Floats:
    """Return how far the picture's edge lies from each edge of one outline."""
    steps = np.linspace(-1, 1, PLACES)
    away = reach[around.edge][:, None] * steps
    # Pixel (0, 0) of a picture ends at 1: its middle is at a half.
    places = (around.points[:, None] + away[:, :, None] * around.out[:, None] - 0.5) / scale
    mode = {"interpolation": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    seen = cv2.remap(pixels, places.astype(np.float32), None, **mode).astype(np.float64)  # type: ignore[call-overload]
    gradient = np.abs(seen[:, 2:] - seen[:, :-2]).max(axis=2)
    found = np.full(4, np.nan)
    for edge in range(4):
        mine = around.edge == edge
        if mine.sum() >= FEW:
            profile = gradient[mine].mean(axis=0)[::-1]  # from outside
            if profile.max() >= max(FLOOR, CLEAR * float(np.median(profile))):
                energy = np.cumsum(profile**2)
                place = float(np.interp(SHARE * energy[-1], energy, steps[1:-1][::-1]))
                found[edge] = place * reach[edge] * (-1 if edge < 2 else 1)
    return found


class Picture(NamedTuple):
    """How far the picture's edges lie from labels' edges beside other labels of the category, in pixels; NaN: unknown.

    Attributes:
        off: ``(N, 4)``: to the right or down.
        within: ``(N, 4)``: how far they may be off.
        classes: ``(N,)``: the labels' categories.
    """

    off: Floats
    within: Floats
    classes: npt.NDArray[np.int64]


def by_picture(labels: pl.DataFrame, edges: pl.DataFrame) -> Picture:
    """Return what the picture says of labels' edges.

    Args:
        labels: Rows of annotations, sorted by frame.
        edges: What ``picture_edges`` found.
    """
    rows = labels.select("annotation_id", "class_id", *EDGES).join(
        edges, on="annotation_id", how="left", maintain_order="left"
    )
    table = rows.select("class_id", *_off())
    spread = table.select((_spread(name)).over("class_id").alias(name) for name in SHIFTS)
    boxes = rows.select(EDGES).to_numpy().astype(np.float64)
    sides = np.tile(np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0), 2)
    off, within = (each.select(pl.col(SHIFTS).fill_null(float("nan"))).to_numpy() for each in (table, spread))
    known = np.where(np.isfinite(within), off, np.nan)
    return Picture(known * sides, (COMMON + within) * sides, rows["class_id"].to_numpy().astype(np.int64))


def together(off: Floats, within: Floats, picture: Picture) -> tuple[Floats, Floats]:
    """Return how far labels' edges should move by time and by the picture together, and how far they may be off.

    How exact the picture's edges of a category are shows in how they follow time's: of two measures of what labels
    are off, ``m1 = e + n1`` and ``m2 = g e + n2``, the second's gain and noise follow from their correlation and from
    how exact the first is; each weighs by the inverse of its noise's variance. Where the two say quite different
    things, and where a category's picture edges do not follow, time is right; where time says nothing, the picture is.

    Args:
        off: ``(N, 4)``: by time, in pixels to the right or down; NaN: unknown.
        within: ``(N, 4)``: how far that may be off.
        picture: What the picture says.
    """
    alone = np.isnan(off)
    moved, by_time = np.where(alone, picture.off, off), off / within
    for class_id in np.unique(picture.classes).tolist():
        for edge in range(4):
            mine = (picture.classes == class_id) & np.isfinite(by_time[:, edge]) & np.isfinite(picture.off[:, edge])
            if mine.sum() >= ENOUGH:
                one, other = by_time[mine, edge], (picture.off / within)[mine, edge]
                moved[mine, edge] = _fused(one, other) * within[mine, edge]
    return moved, np.where(alone, picture.within, within)


def _fused(one: Floats, other: Floats) -> Floats:
    """Return the mean of two measures of the same, the first of which is exact to ``LINE`` of the variance."""
    first, second = _held(one), _held(other)
    both = float((first * second).mean())
    follows = both / max(float(np.sqrt((first**2).mean() * (second**2).mean())), 1e-9)
    if follows < FOLLOWS:
        return one
    true = float((first**2).mean()) / (1 + LINE)
    noise = max(true * float((second**2).mean()) / both**2 - 1, LINE / 4)
    scaled = other * true / both
    mean = (one / LINE + scaled / noise) / (1 / LINE + 1 / noise)
    alike = np.abs(scaled - one) <= APART * np.sqrt((LINE + noise) * true)
    return np.where(alike, mean, one)


def _held(values: Floats) -> Floats:
    """Return values of which none is further off than three deviations, so that no outlier decides."""
    centred = values - np.median(values)
    most = 3 * 1.4826 * max(float(np.median(np.abs(centred))), 1e-9)
    return np.clip(centred, -most, most)


def _off() -> Iterator[pl.Expr]:
    """Yield how far the picture's edges lie from where they lie for labels that are near in time, in sides."""
    for name in SHIFTS:
        usual = pl.col(name).rolling_median(FRAMES, min_samples=FRAMES // 3, center=True).over("class_id")
        yield (pl.col(name) - usual).alias(name)


def _spread(name: str) -> pl.Expr:
    """Return how far a category's labels lie from the picture's edges; null where most of the pictures say nothing."""
    off = pl.col(name).abs()
    known = (off.count() >= ENOUGH) & (2 * off.count() >= pl.len())
    return pl.when(known).then(pl.max_horizontal(1.4826 * off.median(), off.quantile(0.9) / TENTH))
