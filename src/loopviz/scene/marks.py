"""Labels as marks: where each lies on the canvas, its colour, its kind, and what a theme says of how they are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from loopviz import geometry
from loopviz.scene.coloring import ColorBy, Coloring, Group
from loopviz.scene.keypoints import NO_SKELETON, Keypoints, Skeleton, keypoints_of
from loopviz.scene.layout import Layout
from loopviz.scene.style import Placed, Size
from loopviz.schema import EDGES, POINT
from loopviz.work import HAS_AREA, IS_CARRIED

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Outlines = tuple[tuple[float, ...], ...]
Key = tuple[int, int, int]
NO_TRACK = -1
Kind = Literal["drawn", "carried", "rejected", "ghost", "behind", "hidden", "matched", "missed", "extra"]
AROUND = 0.011  # units: what the dots of points without a box take up, on all sides


class Marks(Placed):
    """What a theme says of labels: how they are drawn, in units.

    Attributes:
        draw: ``auto``: outlines where there is a shape, and a box elsewhere; ``both``: both.
        line: How thick a box's lines are.
        bracket: How thick its corners; 0 for none that are heavier.
        bracket_length: How long they are.
        outline: How thick an outline is.
        point: How large a keypoint's dot is across.
        fill_opacity: How opaque a shape is inside.
        color_by: What colours say; weight and dashes of lines say it too.
        strokes: Whether the lines of all categories are ``alike``, or ``varied`` in weight and dashes as well.
    """

    draw: Literal["auto", "boxes", "both"] = "auto"
    line: Size = 0.0047
    bracket: Size = 0.0082
    bracket_length: Size = 0.036
    outline: Size = 0.0047
    point: Size = 0.0156
    fill_opacity: float = Field(default=0.22, ge=0.0, le=1.0)
    color_by: ColorBy = "category"
    strokes: Literal["alike", "varied"] = "alike"


@dataclass(frozen=True)
class Category:
    """A category as it is shown; and what else the legend says: labels that nobody drew, or groups of labels."""

    name: str
    color: str
    kind: Kind = "drawn"
    group: Group | None = None
    skeleton: Skeleton = NO_SKELETON


@dataclass(frozen=True)
class Mark:
    """One annotation on the canvas.

    Attributes:
        box: In canvas pixels.
        class_id: Its category.
        color: As it is drawn.
        name: The category's, as it is shown.
        outlines: Its shape, in canvas pixels.
        is_open: Whether the shape is still being drawn.
        is_turned: Whether the shape is a rotated box: it is drawn as boxes are.
        points: Its keypoints, in canvas pixels.
        kind: ``drawn`` by somebody, ``carried`` there from another frame, ``rejected``, the ``ghost`` of a label that
            does not count, or ``behind`` those of the one of whom is spoken, of many people. Of labels beside a
            model's detections: ``matched`` or ``missed``; of these ``matched`` or ``extra``.
        confidence: How sure a model is, 0 to 1.
        weight: How thick its line is, as a share of what it is else.
        dash: How long its line's dashes are, in line widths; 0: it is whole.
    """

    box: tuple[float, float, float, float]
    class_id: int
    color: str
    name: str
    outlines: Outlines = ()
    is_open: bool = False
    kind: Kind = "drawn"
    confidence: float | None = None
    weight: float = 1.0
    dash: int = 0
    is_turned: bool = False
    points: Keypoints | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it is points or a line, without an area."""
        return self.points is not None and self.points.bare

    @property
    def rings(self) -> Outlines:
        """Its outlines, or that of its box, or those of its points."""
        x0, y0, x1, y1 = self.box
        if self.points is not None and self.points.bare:
            return self.points.rings(4.0)
        return self.outlines or ((x0, y0, x1, y0, x1, y1, x0, y1),)


class FrameLabels(NamedTuple):
    """A frame's labels as arrays: ``(N, 4)`` boxes on the canvas, categories, kinds, and what they are known by."""

    boxes: Floats
    class_ids: Rows
    kinds: npt.NDArray[np.object_]
    keys: list[Key]


class ClipMarks:
    """All annotations of a clip as they are placed on the canvas.

    Boxes are one array: of an hour's annotations Python would hold a gigabyte of rows.

    Args:
        annotations: The Dataset's table.
        layout: Where the picture lies on the canvas.
        categories: Colour and name by ``class_id``.
        with_shape: Whether polygons and masks become outlines; rotated boxes do in any case.
        kinds: Each annotation's kind; None: by whose work it is.
        colors: How they are drawn by what they are; None: by their category.
    """

    def __init__(
        self,
        annotations: pl.DataFrame,
        layout: Layout,
        categories: Sequence[Category],
        with_shape: bool,
        kinds: pl.Series | None = None,
        colors: Coloring | None = None,
    ) -> None:
        frames = annotations["frame"].to_numpy()
        bare = annotations.select(~HAS_AREA).to_series().to_numpy()
        boxes = place_boxes(annotations.select(EDGES).to_numpy(), layout, bare)
        order = np.argsort(frames, kind="stable")
        self._rows = order[has_room(boxes)[order]]
        self._frames, self._boxes = frames[self._rows], boxes[self._rows]
        self._class_ids = annotations["class_id"].to_numpy()[self._rows]
        shaped = pl.any_horizontal(pl.col("polygons", "mask_rle").is_not_null()) & pl.lit(with_shape)
        always = (pl.col("shape") == "rotated_box").fill_null(value=False) | pl.col("keypoints").is_not_null()
        self._shaped = annotations.select(shaped | always).to_series().to_numpy()[self._rows]
        self._with_shape = with_shape
        kinds = kinds_of_work(annotations) if kinds is None else kinds
        self._kinds = kinds.to_numpy()[self._rows]
        self._tracks = annotations["track_id"].fill_null(NO_TRACK).to_numpy()[self._rows]
        self._confidences = annotations["confidence"].gather(self._rows)
        self._annotations = annotations
        self._layout, self._categories = layout, categories
        self._groups = None if colors is None else colors.groups
        self._group_of = None if colors is None else colors.of[self._rows]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all marks, and ``hidden`` where some keypoints are."""
        points = self._annotations["keypoints"].gather(self._rows).drop_nulls()
        seen = points.list.eval(pl.element().gather_every(POINT, POINT - 1)).explode()
        return frozenset([*np.unique(self._kinds).tolist(), *(["hidden"] if (seen == 1).any() else [])])

    def labels(self, frame: int) -> FrameLabels:
        """Return where those labels of a frame are that stand for themselves, and what they are known by."""
        start, stop = self._span(frame)
        rows = start + np.flatnonzero(self._kinds[start:stop] != "behind")
        ids = zip(self._class_ids[rows].tolist(), self._tracks[rows].tolist(), strict=True)
        return FrameLabels(self._boxes[rows], self._class_ids[rows], self._kinds[rows], numbered(ids))

    def _span(self, frame: int) -> tuple[int, int]:
        start, stop = np.searchsorted(self._frames, [frame, frame + 1]).tolist()
        return start, stop

    def on(self, frame: int) -> tuple[Mark, ...]:
        """Return a frame's marks, in the order of the table."""
        start, stop = self._span(frame)
        marks = []
        for place, row in enumerate(self._shapes(start, stop), start):
            class_id = int(self._class_ids[place])
            shown = self._categories[class_id]
            box = tuple(self._boxes[place].tolist())
            kind, sure = self._kinds[place], self._confidences[place]
            mark = Mark(box, class_id, shown.color, shown.name, (), False, kind, sure)
            mark = mark if row is None else self._with_shape_of(row, mark)
            marks.append(mark if self._group_of is None else self._grouped(mark, int(self._group_of[place])))
        return tuple(marks)

    def _grouped(self, mark: Mark, number: int) -> Mark:
        assert self._groups is not None  # noqa: S101 - it belongs to one
        group = self._groups[number]
        return replace(mark, color=group.color, weight=group.weight, dash=group.dash)

    def _shapes(self, start: int, stop: int) -> Iterable[Mapping[str, Any] | None]:
        """Return the rows of marks among which some are more than boxes; None each where none is."""
        if not self._shaped[start:stop].any():
            return repeat(None, stop - start)
        return self._annotations[self._rows[start:stop]].iter_rows(named=True)

    def _with_shape_of(self, row: Mapping[str, Any], mark: Mark) -> Mark:
        turned = row["shape"] == "rotated_box"
        outlines = outlines_of(row, self._layout) if turned or self._with_shape else ()
        points = keypoints_of(row, self._layout, self._categories[mark.class_id].skeleton)
        return replace(mark, outlines=outlines, is_turned=turned, points=points)


def kinds_of_work(
    annotations: pl.DataFrame,
    dismissed: pl.Series | None = None,
    behind: pl.Series | None = None,
    dismissed_as: Kind = "ghost",
) -> pl.Series:
    """Return each annotation's kind.

    Args:
        annotations: The Dataset's table.
        dismissed: Which of them are of work that was rejected, or does not count; None: none.
        behind: Which are others' than those of whom is spoken, where there are many; None: none.
        dismissed_as: The kind of the former.
    """
    kinds = pl.when(IS_CARRIED).then(pl.lit("carried")).otherwise(pl.lit("drawn"))
    if dismissed is not None:
        kinds = pl.when(dismissed).then(pl.lit(dismissed_as)).otherwise(kinds)
    if behind is not None:
        kinds = pl.when(behind).then(pl.lit("behind")).otherwise(kinds)
    return annotations.select(kind=kinds)["kind"]


def in_front(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the marks that stand for themselves: not those of many others."""
    return tuple(mark for mark in marks if mark.kind != "behind")


def place_boxes(edges: Floats, layout: Layout, bare: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Return ``(N, 4)`` boxes of the source's pixels as they lie on the canvas, cut off at the picture's edges.

    Args:
        edges: ``(N, 4)`` corner boxes.
        layout: The clip's.
        bare: ``(N,)``: which of them are around points or lines; their dots need some room.
    """
    picture = layout.picture
    corner = np.array([picture.x, picture.y] * 2)
    placed = edges * layout.scale + np.array([*layout.origin, *layout.origin]) - corner
    if bare is not None:
        placed[bare] += AROUND * layout.unit * np.array([-1, -1, 1, 1])
    return np.asarray(geometry.clip_boxes(placed, picture.width, picture.height) + corner)


def has_room(boxes: Floats) -> npt.NDArray[np.bool_]:
    """Return which of ``(N, 4)`` boxes are a pixel wide and high at least: others are not drawn."""
    return np.asarray((boxes[:, 2:] - boxes[:, :2] >= 1).all(axis=1))


def outlines_of(row: Mapping[str, Any], layout: Layout) -> Outlines:
    """Return the outlines on the canvas of an annotation's polygons, or of its mask; none where it has neither."""
    offset, (width, height) = np.array(layout.origin), layout.source_size
    points = geometry.row_rings(row, height, width)
    return tuple(tuple((p * layout.scale + offset).ravel().tolist()) for p in points if len(p) >= 3)


def numbered(ids: Iterable[tuple[int, int]]) -> list[Key]:
    """Return what labels are known by from frame to frame: category, track, and the how manieth of these each is."""
    seen: Counter[tuple[int, int]] = Counter()
    keys = []
    for each in ids:
        keys.append((*each, seen[each]))
        seen[each] += 1
    return keys


def largest_first(marks: Iterable[Mark]) -> list[Mark]:
    """Return marks in the order in which they are drawn: none hides a smaller one."""
    return sorted(marks, key=lambda m: -(m.box[2] - m.box[0]) * (m.box[3] - m.box[1]))
