from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loopviz import geometry
from loopviz.errors import InputError
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.scene.casings import casing_of
from loopviz.scene.contrast import mixed
from loopviz.scene.elements import Path, Rect, Sprite
from loopviz.scene.layout import Area, Layout
from loopviz.scene.mark_drawing import GHOST, GREY, draw_mark
from loopviz.scene.marks import Category, ClipMarks, Mark, Marks
from loopviz.scene.typography import Typesetter
from loopviz.schema import table

LAYOUT = Layout(1000, 800, Area(100, 60, 640, 480), 480.0, 1)
BOXES = Marks(draw="boxes", line=0.0042, bracket=0.0084, bracket_length=0.05)  # 2, 4 and 24 pixels
SETTER = Typesetter()


def row(*box: float, **more: Any) -> dict[str, Any]:
    edges = dict(zip(("x_min", "y_min", "x_max", "y_max"), box, strict=True))
    return {"annotation_id": 7, "frame": 3, "class_id": 0, "polygons": None, "mask_rle": None, **edges, **more}


def mark(*box: float, layout: Layout = LAYOUT, **more: Any) -> Mark | None:
    shown = placed(row(*box, **more), layout=layout).on(3)
    return shown[0] if shown else None


def placed(*rows: dict[str, Any], layout: Layout = LAYOUT, with_shape: bool = True) -> ClipMarks:
    return ClipMarks(table("annotations", rows), layout, [Category("thing", "#0072B2")] * 3, with_shape)


def drawn(shown: Mark | None, style: Marks = BOXES, layout: Layout = LAYOUT) -> list[Any]:
    """What is drawn of a mark, but for casings of boxes."""
    assert shown is not None
    found = list(draw_mark(shown, style, layout))
    return [element for element in found if isinstance(element, Sprite) or element.color == shown.color]


def covered(rects: list[Rect]) -> np.ndarray:
    canvas = np.zeros((800, 1000), np.bool_)
    for r in rects:
        assert r.x_min < r.x_max
        assert r.y_min < r.y_max
        canvas[int(r.y_min) : int(r.y_max), int(r.x_min) : int(r.x_max)] = True
    return canvas


class TestPlacing:
    @pytest.mark.parametrize(
        ("box", "placed"),
        [
            pytest.param((10, 20, 50, 60), (110, 80, 150, 120), id="inside"),
            pytest.param((-10, -5, 50, 60), (100, 60, 150, 120), id="over the corner"),
            pytest.param((600, 400, 9e9, 9e9), (700, 460, 740, 540), id="far over the other corner"),
            pytest.param((0, 0, 640, 480), (100, 60, 740, 540), id="the whole picture"),
        ],
    )
    def test_boxes_are_moved_and_cut_to_the_picture(self, box: tuple[float, ...], placed: tuple[float, ...]):
        shown = mark(*box)
        assert shown is not None
        assert shown.box == placed

    @pytest.mark.parametrize(
        "box",
        [
            pytest.param((700, 10, 720, 20), id="outside"),
            pytest.param((-20, 10, 0, 20), id="touches the edge from outside"),
            pytest.param((10, 10, 10, 60), id="no width"),
            pytest.param((50, 10, 10, 60), id="inside out"),
            pytest.param((10, 10, 10.9, 60), id="less than a pixel"),
        ],
    )
    def test_what_nobody_could_see_is_no_mark(self, box: tuple[float, ...]):
        assert mark(*box) is None

    def test_an_enlarged_picture_enlarges_its_marks(self):
        twice = replace(LAYOUT, picture=Area(100, 60, 1280, 960), scale=2)
        shown = mark(10, 20, 50, 60, layout=twice, polygons=[[10, 20, 50, 20, 50, 60]])
        assert shown is not None
        assert shown.box == (120, 100, 200, 180)
        assert shown.outlines == ((120, 100, 200, 100, 200, 180),)

    def test_a_picture_that_is_cut_off_keeps_marks_where_they_are_on_it(self):
        part = Layout(
            400, 300, Area(100, 60, 200, 100), 300.0, 0.5, fitted=True, window=Area(80, 40, 400, 200), source=(640, 480)
        )
        mask = np.zeros((480, 640), np.bool_)
        mask[100:140, 180:260] = True
        run = rle_to_string(rle_from_mask(mask))
        shown = mark(180, 100, 260, 140, layout=part, mask_rle=run)
        assert shown is not None
        assert shown.box == (150, 90, 190, 110)
        (outline,) = shown.outlines
        assert geometry.polygons_bounds((outline,)) == pytest.approx((150, 90, 190, 110), abs=1)
        assert mark(0, 0, 80, 40, layout=part) is None
        assert mark(0, 0, 640, 480, layout=part).box == (100, 60, 300, 160)  # type: ignore[union-attr]

    def test_the_way_to_a_hole_is_not_drawn(self):
        with_hole = [0, 0, 90, 0, 90, 90, 0, 90, 0, 0, 20, 20, 20, 80, 80, 80, 80, 20, 20, 20]
        shown = mark(0, 0, 90, 90, polygons=[with_hole])
        assert shown is not None
        assert shown.outlines == (
            (100, 60, 190, 60, 190, 150, 100, 150),
            (120, 80, 120, 140, 180, 140, 180, 80),
        )


class TestClip:
    ROWS = (
        row(0, 0, 90, 90, frame=5, class_id=2),
        row(0, 0, 9, 9, frame=2),
        row(700, 0, 709, 9, frame=5),
        row(8, 8, 20, 20, frame=5, class_id=1, polygons=[[8.0, 8.0, 20.0, 8.0, 20.0, 20.0]]),
    )

    def test_each_frame_has_its_own_in_the_order_of_the_table(self):
        clip = placed(*self.ROWS)
        assert [[mark.class_id for mark in clip.on(frame)] for frame in range(7)] == [[], [], [0], [], [], [2, 1], []]
        assert [len(mark.outlines) for mark in clip.on(5)] == [0, 1]

    def test_its_labels_as_arrays(self):
        clip = placed(*self.ROWS)
        found = clip.labels(5)
        assert found.boxes.tolist() == [list(mark.box) for mark in clip.on(5)]
        assert (found.class_ids.tolist(), found.kinds.tolist()) == ([2, 1], ["drawn", "drawn"])

    def test_labels_are_known_by_their_track_or_by_how_many_came_before(self):
        rows = [row(n, 0, 9 + n, 9, track_id=track) for n, track in enumerate((None, 4, None, 3, 4))]
        assert placed(*rows).labels(3).keys == [(0, -1, 0), (0, 4, 0), (0, -1, 1), (0, 3, 0), (0, 4, 1)]

    def test_none_at_all(self):
        assert placed().on(0) == tuple(placed().labels(0).keys) == ()


class TestBoxes:
    @given(st.floats(0, 639), st.floats(0, 479), st.floats(1, 640), st.floats(1, 480))
    @example(1.5, 2.5, 1.0, 1.0)  # both edges round to the same pixel
    def test_lines_stay_inside_the_box_to_the_pixel(self, x: float, y: float, width: float, height: float):
        shown = mark(x, y, x + width, y + height)
        if shown is None:
            return
        rects = drawn(shown)
        x0, y0, x1, y1 = shown.box
        for rect in rects:
            assert rect.x_min < rect.x_max
            assert rect.y_min < rect.y_max
            assert rect.x_min >= round(x0)
            assert rect.y_min >= round(y0)
            assert rect.x_max <= max(round(x1), round(x0) + 1) <= 740
            assert rect.y_max <= max(round(y1), round(y0) + 1) <= 540
        for rect in draw_mark(shown, BOXES, LAYOUT):
            assert isinstance(rect, Rect)
            assert 100 <= rect.x_min < rect.x_max <= 740
            assert 60 <= rect.y_min < rect.y_max <= 540
            assert min(rect.x_min - round(x0), rect.y_min - round(y0)) >= -2

    def test_a_box_is_a_closed_frame_with_heavier_corners(self):
        rects = drawn(mark(10, 10, 210, 110))
        canvas = covered(rects)[70:170, 110:310]
        frame = np.zeros((100, 200), np.bool_)
        frame[:2] = frame[-2:] = frame[:, :2] = frame[:, -2:] = True
        for rows in (slice(0, 4), slice(-4, None)):
            frame[rows, :24] = frame[rows, -24:] = True
        for columns in (slice(0, 4), slice(-4, None)):
            frame[:24, columns] = frame[-24:, columns] = True
        np.testing.assert_array_equal(canvas, frame)
        assert {rect.color for rect in rects} == {"#0072B2"}
        assert {rect.opacity for rect in rects} == {1.0}

    def test_the_thin_lines_do_not_overlap(self):
        thin = drawn(mark(10, 10, 210, 110))[:4]
        assert sum((r.x_max - r.x_min) * (r.y_max - r.y_min) for r in thin) == covered(thin).sum()

    @pytest.mark.parametrize("corner", [(10, 10), (11, 10), (10, 11), (11, 11)])
    @pytest.mark.parametrize("size", [(200, 100), (201, 100), (200, 101)])
    def test_a_large_boxs_bars_fill_whole_chroma_samples(self, corner: tuple[int, int], size: tuple[int, int]):
        (x, y), (width, height) = corner, size
        for rect in drawn(mark(x, y, x + width, y + height)):
            assert rect.x_min % 2 == rect.y_min % 2 == rect.x_max % 2 == rect.y_max % 2 == 0
            assert x <= rect.x_min - 100 < rect.x_max - 100 <= x + width
            assert y <= rect.y_min - 60 < rect.y_max - 60 <= y + height

    def test_corners_shrink_with_the_box_and_a_tiny_one_has_none(self):
        assert len(drawn(mark(10, 10, 210, 110))) == 4 + 8
        small = drawn(mark(10, 10, 54, 54))
        assert max(r.x_max - r.x_min for r in small[4:]) == 14
        assert len(drawn(mark(10, 10, 40, 40))) == 4

    @pytest.mark.parametrize("size", [(1, 1), (2, 9), (3, 3), (4, 100), (100, 4)])
    def test_a_box_without_an_inside_is_full(self, size: tuple[int, int]):
        rects = drawn(mark(5, 5, 5 + size[0], 5 + size[1]))
        assert covered(rects).sum() == size[0] * size[1]

    def test_a_box_at_the_edge_is_whole(self):
        canvas = covered(drawn(mark(-50, -50, 700, 500)))
        assert canvas[61:539, 101].all()  # a pixel is its casing's
        assert canvas[538, 101:739].all()
        assert not canvas[:, 739:].any()
        assert not canvas[:61].any()

    def test_lines_are_never_thinner_than_a_pixel(self):
        small = replace(LAYOUT, unit=10.0)
        assert covered(drawn(mark(10, 10, 60, 60), layout=small)).sum() >= 4 * 49


class TestShapes:
    OUTLINES = Marks(outline=0.005, fill_opacity=0.25)

    def test_a_polygon_is_drawn_where_it_is(self):
        (sprite,) = drawn(mark(10, 10, 60, 60, polygons=[[10, 10, 60, 10, 60, 60, 10, 60]]), self.OUTLINES)
        assert isinstance(sprite, Sprite)
        assert sprite.x % 2 == sprite.y % 2 == sprite.drawing.width % 2 == sprite.drawing.height % 2 == 0
        alpha = SETTER.paint(sprite.drawing)[..., 3]
        left, top = 110 - sprite.x, 70 - sprite.y
        assert alpha[top + 25, left + 25] == 64
        assert alpha[top, left + 25] == 255
        assert alpha[top + 25, left] == 255
        assert alpha[top - 5 : top - 3].max(initial=0) == 0

    def test_a_mask_is_drawn_by_its_outline(self):
        mask = np.zeros((480, 640), np.bool_)
        mask[100:140, 200:260] = True
        mask[110:120, 220:230] = False
        text = geometry.rle_to_string(geometry.rle_from_mask(mask))
        (sprite,) = drawn(mark(200, 100, 260, 140, mask_rle=text), self.OUTLINES)
        alpha = SETTER.paint(sprite.drawing)[..., 3]
        y, x = 160 - sprite.y, 300 - sprite.x
        assert alpha[y + 30, x + 10] == 64  # in it
        assert alpha[y + 15, x + 25] == 0  # in its hole
        assert alpha[y, x + 30] > 200  # on its edge

    @pytest.mark.parametrize(
        ("draw", "kinds"),
        [
            pytest.param("auto", {Sprite}, id="auto: the shape"),
            pytest.param("both", {Sprite, Rect}, id="both"),
            pytest.param("boxes", {Rect}, id="boxes"),
        ],
    )
    def test_what_a_theme_draws_of_a_shape(self, draw: str, kinds: set[type]):
        shown = mark(10, 10, 60, 60, polygons=[[10, 10, 60, 10, 60, 60]])
        assert {type(e) for e in drawn(shown, Marks(draw=draw))} == kinds

    @pytest.mark.parametrize("draw", ["auto", "both", "boxes"])
    @pytest.mark.parametrize("shape", [{}, {"polygons": []}, {"polygons": [[1, 1, 2, 2]]}])
    def test_without_a_shape_there_is_a_box(self, draw: str, shape: dict[str, Any]):
        assert {type(e) for e in drawn(mark(10, 10, 60, 60, **shape), Marks(draw=draw))} == {Rect}

    @given(
        st.lists(st.floats(-1e9, 1e9) | st.floats(-50, 700), min_size=6, max_size=12).filter(lambda p: len(p) % 2 == 0)
    )
    @settings(max_examples=50)
    def test_no_shape_leaves_the_picture_however_absurd(self, polygon: list[float]):
        for element in drawn(mark(10, 10, 60, 60, polygons=[polygon]), self.OUTLINES):
            assert element.x >= 100
            assert element.y >= 60
            assert element.x + element.drawing.width <= 740
            assert element.y + element.drawing.height <= 540
            assert all(isinstance(shape, Path) for shape in element.drawing.shapes)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(geometry.rle_to_string([640 * 480 + 1]), id="one pixel too many"),
            pytest.param(geometry.rle_to_string([10, 20]), id="of a smaller picture"),
            pytest.param("not runs!", id="no run lengths"),
            pytest.param("P", id="breaks off"),
            pytest.param("o" * 12 + "?", id="absurd numbers"),
        ],
    )
    def test_a_mask_that_does_not_fit_names_its_frame(self, text: str):
        with pytest.raises(InputError, match=r"frame 3, annotation 7: the mask does not fit its frame.*this video"):
            mark(10, 10, 60, 60, mask_rle=text)

    def test_a_mask_that_is_not_drawn_is_not_read(self):
        assert placed(row(10, 10, 60, 60, mask_rle="not runs!"), with_shape=False).on(3)[0].outlines == ()


CARRIED = {"origin": "interpolated"}


class TestCarried:
    """What nobody drew is dashed: 2 pixels thick, dashes of 8."""

    def test_a_box_is_dashed_to_the_pixel(self):
        canvas = covered(drawn(mark(10, 10, 110, 70, **CARRIED)))[10:, 10:]
        top = np.zeros(100, np.bool_)
        for start in (100, 116, 130, 146, 162, 176, 192):
            top[start - 100 : start - 92] = True
        assert canvas[60, 100:200].tolist() == canvas[61, 100:200].tolist() == top.tolist()
        assert canvas[118, 100:200].tolist() == canvas[119, 100:200].tolist() == top.tolist()
        assert not canvas[62:118, 102:198].any()
        assert canvas[60:68, 100].all()
        assert not canvas[68, 100]
        assert canvas[112:120, 199].all()
        assert not canvas[:60].any()
        assert not canvas[120:].any()

    def test_it_has_no_corners_and_no_fill(self):
        rects = drawn(mark(10, 10, 110, 70, **CARRIED))
        assert {min(r.x_max - r.x_min, r.y_max - r.y_min) for r in rects} == {2}

    @pytest.mark.parametrize("size", range(1, 60))
    def test_boxes_of_any_size_keep_their_corners_and_lie_inside(self, size: int):
        rects = drawn(mark(10, 10, 10 + size, 10 + size, **CARRIED))
        canvas = covered(rects)
        ys, xs = np.nonzero(canvas)
        assert (xs.min(), ys.min()) == (110, 70)
        assert max(xs.max() - 109, ys.max() - 69) in (size, size - 1)  # a large one ends at an even pixel
        assert sum((r.x_max - r.x_min) * (r.y_max - r.y_min) for r in rects) == canvas.sum()  # none lies on another

    def test_a_shape_is_dashed_and_not_filled(self):
        shown = mark(10, 10, 110, 60, polygons=[[10, 10, 110, 10, 110, 60, 10, 60]], **CARRIED)
        (sprite,) = drawn(shown, Marks(outline=4 / 480, fill_opacity=0.5))
        (path,) = sprite.drawing.shapes
        assert (path.dash, path.fill_opacity) == (16.0, 0.0)
        alpha = SETTER.paint(sprite.drawing)[..., 3]
        y = 70 - sprite.y
        line = alpha[y, 110 - sprite.x : 190 - sprite.x]
        assert (line[2:14] == 255).all()
        assert (line[18:30] == 0).all()
        assert (line[34:46] == 255).all()

    def test_it_is_known_whether_there_are_any(self):
        assert placed(row(0, 0, 9, 9, **CARRIED)).kinds == {"carried"}
        assert placed(row(0, 0, 9, 9)).kinds == {"drawn"}
        assert placed(row(0, 0, 9, 9, origin="worker")).kinds == {"drawn"}


class TestRejected:
    """Rejected work is dashed and half as coloured; its casing keeps it as visible as any."""

    def rejected(self, *edges: float, **more: Any) -> Mark:
        annotations = table("annotations", [row(*edges, **more)])
        clip = ClipMarks(annotations, LAYOUT, [Category("thing", "#0072B2")] * 3, True, pl.Series(["rejected"]))
        (shown,) = clip.on(3)
        return shown

    def test_a_box_is_of_long_dashes_in_a_paler_colour_without_corners(self):
        found = list(draw_mark(self.rejected(10, 10, 210, 110), BOXES, LAYOUT))
        color = mixed("#0072B2", GREY, 0.5)
        lines = [bar for bar in found if bar.color == color]
        assert {min(bar.x_max - bar.x_min, bar.y_max - bar.y_min) for bar in lines} == {2}
        top = covered(lines)[70, 110:310]
        assert top[:24].all()
        assert not top[24:40].any()
        assert 0.4 <= top.mean() <= 0.6
        assert {bar.color for bar in found} == {color, *casing_of(color, 2)[:2]}

    def test_a_shape_is_dashed_and_half_filled(self):
        shown = self.rejected(10, 10, 110, 60, polygons=[[10, 10, 110, 10, 110, 60, 10, 60]])
        (sprite,) = draw_mark(shown, Marks(outline=4 / 480, fill_opacity=0.5), LAYOUT)
        (path,) = sprite.drawing.shapes
        assert (path.dash, path.fill_opacity) == (48.0, 0.25)


class TestGhosts:
    """What does not count is hatched: thin lines at 45 degrees, 40 pixels apart along an edge of a box of 2 pixels."""

    def ghost(self, *edges: float, **more: Any) -> Mark:
        annotations = table("annotations", [row(*edges, **more)])
        clip = ClipMarks(annotations, LAYOUT, [Category("thing", "#0072B2")] * 3, True, pl.Series(["ghost"]))
        (shown,) = clip.on(3)
        return shown

    def test_a_box_is_one_quiet_sprite_without_corners(self):
        (sprite,) = drawn(self.ghost(0, 0, 100, 60))
        assert isinstance(sprite, Sprite)
        assert sprite.opacity == GHOST
        (path,) = sprite.drawing.shapes
        assert path.stroke == 2
        assert path.outlines == ((1.0, 1.0, 99.0, 1.0, 99.0, 59.0, 1.0, 59.0),)

    def test_its_lines_rise_to_the_right(self):
        (sprite,) = drawn(self.ghost(0, 0, 100, 60))
        alpha = SETTER.paint(sprite.drawing)[..., 3]
        (path,) = sprite.drawing.shapes
        assert path.hatch.apart == 40
        assert (sprite.x + sprite.y + path.hatch.first) % 40 == 0
        for y in (20, 30, 40):  # inside, where x + y is a multiple of 40 on the canvas
            lines = [x for x in range(4, 96) if (100 + x + 60 + y) % 40 == 0]
            assert all(alpha[y, x] > 60 or alpha[y, x - 1] > 60 for x in lines)
            assert all(alpha[y, x + 20] == 0 for x in lines if x + 20 < 96)
        assert (alpha[:2, 2:98] == 255).all()  # its own line is whole, within the box's edges
        assert (alpha[2:58, 98:100] == 255).all()
        assert not alpha[:, 101:].any()  # its casing

    def test_lines_of_two_categories_are_side_by_side(self):
        (one,) = drawn(self.ghost(0, 0, 100, 60))
        (other,) = drawn(self.ghost(0, 0, 100, 60, class_id=1))
        assert (other.drawing.shapes[0].hatch.first - one.drawing.shapes[0].hatch.first) % 40 == 8

    def test_a_shape_is_hatched_instead_of_filled(self):
        (sprite,) = drawn(self.ghost(10, 10, 110, 60, polygons=[[10, 10, 110, 10, 110, 60]]), Marks(outline=4 / 480))
        (path,) = sprite.drawing.shapes
        assert path.hatch is not None
        assert (SETTER.paint(sprite.drawing)[..., 3] == 0).mean() > 0.5

    def test_while_it_is_drawn_it_has_no_hatching(self):
        begun = replace(self.ghost(10, 10, 110, 60, polygons=[[10, 10, 110, 10, 110, 60]]), is_open=True)
        (sprite,) = drawn(begun, Marks())
        assert sprite.drawing.shapes[0].fill_opacity == 0
