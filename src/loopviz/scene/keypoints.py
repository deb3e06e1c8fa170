"""Keypoints as they are drawn: dots, hollow where what they mark is hidden, and the edges of the skeleton between them.

Left and right are told by tone: where a skeleton's names say sides, the left one is lighter and the right one darker
than the category's colour. So they are in greyscale too. Everything has a casing, as boxes have.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from loopviz.scene.boxes import DASH, LONG_DASH
from loopviz.scene.casings import casing_of
from loopviz.scene.contrast import mixed
from loopviz.scene.elements import Drawing, Path, Sprite
from loopviz.scene.layout import Area, Layout, even
from loopviz.schema import POINT

Floats = npt.NDArray[np.float64]
Side = Literal["left", "right", ""]
TONES: Mapping[Side, tuple[str, float]] = {"left": ("#ffffff", 0.55), "right": ("#000000", 0.6), "": ("#000000", 1.0)}
CORNERS = 32  # of what stands for a circle
LEAST = 2.0  # pixels: the radius of the smallest dot
SHARE = 0.06  # of a label's longer side: its dots are no larger, so that those of a small one stay apart
EDGE = 0.55  # of a dot's radius: how thick an edge is
HOLLOW, WIDER = 0.45, 1.15  # of a dot's radius: how thick the line of a hollow one is, and its middle's radius
CROSS = 0.6  # of a dot's radius: how thick the lines of a cross are
CROSSED = ("rejected", "ghost")
DASHES = {"carried": DASH, "rejected": LONG_DASH, "ghost": LONG_DASH}
_SIDE = re.compile(r"(?<![a-z])(left|right|l|r)(?![a-z])")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Skeleton:
    """What keypoints of a category are.

    Attributes:
        sides: Of each, which side of something it marks, by its name.
        edges: Pairs of them that belong together.
    """

    sides: tuple[Side, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


NO_SKELETON = Skeleton()


def skeleton_of(category: Mapping[str, Any]) -> Skeleton:
    """Return the skeleton of a row of the Dataset's categories."""
    sides = tuple(map(side_of, category["keypoint_names"] or ()))
    return Skeleton(sides, tuple((one, other) for one, other in category["skeleton"] or ()))


@dataclass(frozen=True)
class Keypoints:
    """The keypoints of a label on the canvas.

    Attributes:
        at: Those that are labelled: x and y, in canvas pixels.
        hidden: Of each, whether what it marks is hidden.
        sides: Of each, which side of something it marks.
        edges: Pairs of places in ``at`` that belong together.
        bare: Whether the label is nothing else than these: its box is only around them.
    """

    at: tuple[tuple[float, float], ...]
    hidden: tuple[bool, ...]
    sides: tuple[Side, ...]
    edges: tuple[tuple[int, int], ...] = ()
    bare: bool = False

    def first(self, share: float) -> Keypoints:
        """Return the first of them, as many as that share of all is, from 0 to 1; one at least."""
        count = max(1, round(share * len(self.at)))
        edges = tuple(edge for edge in self.edges if max(edge) < count)
        return Keypoints(self.at[:count], self.hidden[:count], self.sides[:count], edges, self.bare)

    def moved(self, scale: float, x: float, y: float) -> Keypoints:
        """Return them on another canvas."""
        at = tuple((x + scale * a, y + scale * b) for a, b in self.at)
        return Keypoints(at, self.hidden, self.sides, self.edges, self.bare)

    def rings(self, radius: float) -> tuple[tuple[float, ...], ...]:
        """Return their outlines: the edges, or a circle for each point where there are none."""
        lines = tuple(_flat(*self.at[one], *self.at[other]) for one, other in self.edges)
        return lines or tuple(_circle(at, radius) for at in self.at)


@dataclass(frozen=True)
class Pen:
    """How keypoints are drawn.

    Attributes:
        color: Of the label.
        radius: Of a dot, in pixels.
        kind: Of the label.
    """

    color: str
    radius: float
    kind: str

    def of(self, side: Side) -> str:
        """Return the colour of a side."""
        other, share = TONES[side]
        return mixed(self.color, other, share)


def side_of(name: str) -> Side:
    """Return which side a keypoint's name says: ``left_eye``, ``Eye-R`` and ``lKnee`` say one."""
    found = _SIDE.search(_HUMPS.sub(" ", name).replace("_", " ").lower())
    if found is None:
        return ""
    return "left" if found[1][0] == "l" else "right"


def keypoints_of(row: Mapping[str, Any], layout: Layout, skeleton: Skeleton) -> Keypoints | None:
    """Return the keypoints of an annotation on the canvas, those that lie on the picture; None where there are none.

    Args:
        row: A row of the Dataset's annotations.
        layout: Where the picture lies.
        skeleton: The category's.
    """
    if not row["keypoints"]:
        return None
    values = np.array(row["keypoints"], dtype=np.float64).reshape(-1, POINT)
    at = values[:, :2] * layout.scale + np.array(layout.origin)
    there = np.flatnonzero((values[:, 2] != 0) & _is_on(at, layout.picture)).tolist()
    if not there:
        return None
    places = {number: place for place, number in enumerate(there)}
    return Keypoints(
        tuple((float(x), float(y)) for x, y in at[there]),
        tuple((values[there, 2] == 1).tolist()),
        tuple(skeleton.sides[number] if number < len(skeleton.sides) else "" for number in there),
        tuple((places[a], places[b]) for a, b in _edges(row, skeleton, len(values)) if a in places and b in places),
        row["shape"] in ("points", "line"),
    )


def _is_on(at: Floats, picture: Area) -> npt.NDArray[np.bool_]:
    low, high = (picture.x, picture.y), (picture.right, picture.bottom)
    return np.asarray(((at >= low) & (at <= high)).all(axis=1))


def _edges(row: Mapping[str, Any], skeleton: Skeleton, count: int) -> Sequence[tuple[int, int]]:
    return [(i, i + 1) for i in range(count - 1)] if row["shape"] == "line" else skeleton.edges


def radius_of(size: float, box: Sequence[float], points: Keypoints) -> float:
    """Return the radius of a label's dots: half of ``size``, and less where several would lie on each other."""
    if len(points.at) == 1:
        return max(LEAST, size / 2)
    return max(LEAST, min(size / 2, SHARE * max(box[2] - box[0], box[3] - box[1])))


def draw_keypoints(points: Keypoints, pen: Pen, picture: Area) -> Iterator[Sprite]:
    """Yield one drawing of keypoints, edges under dots, cut off at the picture's edges."""
    at = np.array(points.at)
    reach = 3 * pen.radius + 2
    left, top = (
        int(max(low, 2 * ((value - reach) // 2)))
        for low, value in zip((picture.x, picture.y), at.min(axis=0), strict=True)
    )
    right, bottom = np.minimum(at.max(axis=0) + reach, (picture.right, picture.bottom)).tolist()
    if right <= left or bottom <= top:
        return
    local = points.moved(1.0, -left, -top)
    shapes = (*_lines(local, pen), *(path for dot in range(len(at)) for path in _dot(local, dot, pen)))
    yield Sprite(left, top, Drawing(even(right - left), even(bottom - top), shapes))


def _lines(points: Keypoints, pen: Pen) -> Iterator[Path]:
    """Edges have the tone of a side if both of their ends do."""
    thick = max(1.0, EDGE * pen.radius)
    for one, other in points.edges:
        side = points.sides[one] if points.sides[one] == points.sides[other] else ""
        color, line = pen.of(side), _flat(*_end(points, one, other, pen), *_end(points, other, one, pen))
        dash = DASHES.get(pen.kind, 0) * thick
        yield Path((line,), color, thick, is_open=True, dash=dash, casing=casing_of(color, thick))


def _end(points: Keypoints, one: int, other: int, pen: Pen) -> tuple[float, float]:
    """Return where an edge ends: at the middle of a dot, or where a hollow one begins."""
    (x, y), (there_x, there_y) = points.at[one], points.at[other]
    long = math.hypot(there_x - x, there_y - y)
    gap = min(WIDER * pen.radius, long / 2) if _is_hollow(points, one, pen) and long else 0.0
    return x + gap * (there_x - x) / (long or 1.0), y + gap * (there_y - y) / (long or 1.0)


def _is_hollow(points: Keypoints, number: int, pen: Pen) -> bool:
    return pen.kind not in CROSSED and (points.hidden[number] or pen.kind == "carried")


def _dot(points: Keypoints, number: int, pen: Pen) -> Iterator[Path]:
    """A dot; a ring where it is hidden, and a cross where the work does not count."""
    at, color = points.at[number], pen.of(points.sides[number])
    if pen.kind in CROSSED:
        thick, (x, y), far = max(1.0, CROSS * pen.radius), at, pen.radius
        cross = _flat(x - far, y - far, x + far, y + far), _flat(x - far, y + far, x + far, y - far)
        yield Path(cross, color, thick, is_open=True, casing=casing_of(color, thick))
    elif _is_hollow(points, number, pen):
        thick = max(1.0, HOLLOW * pen.radius)
        # A thin casing that bends has lost its contrast to the pixels beside it.
        yield Path((_circle(at, WIDER * pen.radius),), color, thick, casing=casing_of(color, 1.2 * pen.radius))
    else:
        casing = casing_of(color, pen.radius)
        around = [casing.outside] if casing.is_plain else [casing.inside, casing.outside]
        for far, ring in zip(range(len(around), 0, -1), around, strict=True):
            yield Path((_circle(at, pen.radius + far * casing.width),), ring, fill_opacity=1.0)
        yield Path((_circle(at, pen.radius),), color, fill_opacity=1.0)


def _circle(at: tuple[float, float], radius: float) -> tuple[float, ...]:
    turns = [2 * math.pi * step / CORNERS for step in range(CORNERS)]
    return _flat(
        *(value for turn in turns for value in (at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn)))
    )


def _flat(*values: float) -> tuple[float, ...]:
    return tuple(round(value, 3) for value in values)
