"""Keypoints, points, lines and rotated boxes as they are drawn: places, sides, what is hidden, and contrast."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from loopviz.geometry import RotatedBox, polygons_bounds, rotated_corners
from loopviz.scene.casings import VISIBLE
from loopviz.scene.contrast import luminance
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Path, Sprite
from loopviz.scene.keypoints import Keypoints, Pen, draw_keypoints, side_of, skeleton_of
from loopviz.scene.layout import Area, Layout
from loopviz.scene.mark_drawing import draw_mark
from loopviz.scene.marks import Category, ClipMarks, Mark, Marks
from loopviz.scene.style import OKABE_ITO
from loopviz.scene.typography import Typesetter
from loopviz.schema import table

LAYOUT = Layout(400, 300, Area(0, 0, 400, 300), 300.0, 1)
STYLE = Marks(point=0.04, line=0.02, bracket=0.03, bracket_length=0.1)
SETTER = Typesetter()
NAMES = ["nose", "left_eye", "right_eye"]
FACE = skeleton_of({"keypoint_names": NAMES, "skeleton": [[0, 1], [0, 2]]})
GREYS = [0, 40, 90, 118, 140, 190, 255]


def row(**more: Any) -> dict[str, Any]:
    edges = dict(zip(("x_min", "y_min", "x_max", "y_max"), (100.0, 50.0, 300.0, 250.0), strict=True))
    return {"annotation_id": 1, "frame": 0, "class_id": 0, **edges, **more}


def marks(*rows: dict[str, Any], color: str = "#0072B2", with_shape: bool = True) -> tuple[Mark, ...]:
    category = Category("face", color, skeleton=FACE)
    return ClipMarks(table("annotations", rows), LAYOUT, [category], with_shape).on(0)


def points(*flat: float | None, shape: str | None = "points") -> dict[str, Any]:
    known = [v for x, y, seen in zip(*[iter(flat)] * 3, strict=True) if seen != 0 for v in (x, y)]
    edges = dict(zip(("x_min", "y_min", "x_max", "y_max"), polygons_bounds([known]), strict=True))
    return row(keypoints=list(flat), shape=shape, **(edges if shape else {}))


def painted(elements: list[Any], grey: int) -> np.ndarray:
    """The picture's luminance, on one grey."""
    canvas = np.full((300, 400, 3), grey, np.float64)
    for each in elements:
        assert isinstance(each, Sprite)
        pixels = SETTER.paint(each.drawing).astype(np.float64)
        high, wide = (min(a, b - c) for a, b, c in zip(pixels.shape, canvas.shape, (each.y, each.x), strict=False))
        part = canvas[each.y : each.y + high, each.x : each.x + wide]
        part *= 1 - pixels[:high, :wide, 3:] / 255
        part += pixels[:high, :wide, :3]
    linear = np.where(canvas / 255 <= 0.04045, canvas / 255 / 12.92, ((canvas / 255 + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def drawn(*rows: dict[str, Any], color: str = "#0072B2") -> list[Any]:
    return [each for mark in marks(*rows, color=color) for each in draw_mark(mark, STYLE, LAYOUT)]


SHAPES = {
    "a point": points(200, 150, None),
    "a hidden point": points(200, 150, 1),
    "a line": points(100, 50, None, 300, 250, None, shape="line"),
    "a skeleton": points(200, 80, 2, 120, 200, 2, 280, 200, 1),
    "a rotated box": row(polygons=[rotated_corners(RotatedBox(200, 150, 180, 80, 0.5))], shape="rotated_box"),
}


@pytest.mark.parametrize("color", OKABE_ITO[:8])
@pytest.mark.parametrize("shape", SHAPES)
def test_something_of_every_mark_has_a_contrast_of_three_to_one_on_any_ground(shape: str, color: str):
    elements = drawn(SHAPES[shape], color=color)
    for grey in GREYS:
        found, ground = painted(elements, grey), luminance(f"#{grey:02x}{grey:02x}{grey:02x}")
        ratio = (np.maximum(found, ground) + 0.05) / (np.minimum(found, ground) + 0.05)
        seen = ratio >= VISIBLE
        assert seen.sum() > 20
        ys, xs = np.nonzero(ratio > 1.05)
        clear = np.argwhere(seen)
        for y, x in list(zip(ys, xs, strict=True))[:: max(1, len(ys) // 50)]:  # nothing drawn is far from what is seen
            assert np.abs(clear - (y, x)).max(axis=1).min() <= 16  # at the tip of a corner


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("left_eye", "left"), ("RightEar", "right"), ("eye-L", "left"), ("r knee", "right"), ("lKnee", "left"),
        ("nose", ""), ("collar", ""), ("upright", ""), ("ankle left", "left"),
    ],
)  # fmt: skip
def test_a_side_is_what_a_word_of_the_name_says(name: str, side: str):
    assert side_of(name) == side


def test_sides_differ_in_tone_and_not_in_hue_alone():
    tones = {side: luminance(Pen("#0072B2", 5, "drawn").of(side)) for side in ("left", "", "right")}
    assert tones["left"] > 1.5 * tones[""] > 1.5 * 1.5 * tones["right"]


def test_what_is_not_labelled_or_not_on_the_picture_is_not_there():
    (mark,) = marks(points(200, 80, 2, 0, 0, 0, 280, 200, 2))
    assert mark.points is not None
    assert mark.points.at == ((200, 80), (280, 200))
    assert mark.points.edges == ((0, 1),)
    assert mark.points.sides == ("", "right")
    (outside,) = marks(points(-50, 80, 2, 120, 200, 2, 280, 200, 2, shape=None))
    assert outside.points is not None
    assert len(outside.points.at) == 2


def test_what_is_hidden_is_hollow():
    full, hollow = (painted(drawn(points(200, 150, seen)), 200)[150, 200] for seen in (2, 1))
    ground = luminance("#c8c8c8")
    assert abs(hollow - ground) < 0.01 < abs(full - ground)


def test_points_have_no_box_and_a_pose_has_its_own():
    (bare,) = marks(points(100, 50, 2, 300, 250, 2, 200, 60, 2))
    (pose,) = marks(points(100, 50, 2, 300, 250, 2, 200, 60, 2, shape=None))
    assert bare.is_bare
    assert not pose.is_bare
    kinds = [{type(each).__name__ for each in draw_mark(mark, STYLE, LAYOUT)} for mark in (bare, pose)]
    assert kinds == [{"Sprite"}, {"Sprite", "Rect"}]
    assert bare.rings != pose.rings
    assert len(bare.rings) == 2  # the edges


def test_one_point_has_room_and_is_drawn():
    (mark,) = marks(points(200, 150, None))
    x0, y0, x1, y1 = mark.box
    assert x0 < 200 < x1
    assert y0 < 150 < y1
    (sprite,) = draw_mark(mark, STYLE, LAYOUT)
    assert isinstance(sprite, Sprite)
    assert sprite.x % 2 == sprite.y % 2 == 0


@pytest.mark.parametrize("with_shape", [True, False])
def test_a_rotated_box_is_drawn_as_boxes_are_with_heavier_corners(with_shape: bool):
    (mark,) = marks(SHAPES["a rotated box"], with_shape=with_shape)
    assert mark.is_turned
    (sprite,) = draw_mark(mark, STYLE, LAYOUT)
    assert isinstance(sprite, Sprite)
    paths = [path for path in sprite.drawing.shapes if isinstance(path, Path)]
    assert [(path.fill_opacity, len(path.outlines[1]) // 2) for path in paths] == [(1.0, 20)] * 3  # notched within
    x0, y0, x1, y1 = polygons_bounds(paths[2].outlines)
    edges = [x0 + sprite.x, y0 + sprite.y, x1 + sprite.x, y1 + sprite.y]
    assert edges == pytest.approx(polygons_bounds(mark.outlines), abs=0.01)
    seen = painted([sprite], 255)
    line = luminance(mark.color)
    across, down = np.array([math.cos(0.5), math.sin(0.5)]), np.array([-math.sin(0.5), math.cos(0.5)])

    def at(x: float, y: float) -> float:
        column, line_ = np.floor((200, 150) + x * across + y * down).astype(int)
        return float(seen[line_, column])

    assert at(-50, -37) == pytest.approx(line, abs=0.02)  # within the line of 6 pixels
    assert at(-50, -33) > 0.6  # its light casing
    assert at(-50, -41) < 0.01  # its dark one
    assert at(-85, -33) == pytest.approx(line, abs=0.02)  # the heavier corner
    assert at(0, 0) == 1.0


@pytest.mark.parametrize("kind", ["carried", "rejected", "ghost"])
def test_work_that_does_not_count_is_told_by_more_than_colour(kind: Any):
    pen = Pen("#0072B2", 6, kind)
    keypoints = Keypoints(((50, 50), (150, 50)), (False, False), ("", ""), ((0, 1),))
    (sprite,) = draw_keypoints(keypoints, pen, LAYOUT.picture)
    paths = [path for path in sprite.drawing.shapes if isinstance(path, Path)]
    assert paths[0].dash > 0
    assert all(path.is_open or path.fill_opacity == 0 for path in paths)


def test_keypoints_come_one_after_the_other():
    (mark,) = marks(SHAPES["a skeleton"])
    (half,) = begun([mark], 0.5)
    assert half.points is not None
    assert len(half.points.at) == 2
    assert half.points.edges == ((0, 1),)
    assert begun([mark], 0) == ()
    assert begun([mark], 1) == (mark,)
