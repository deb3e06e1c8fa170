"""A model beside the crowd: what stands where, what each line says, and that both pictures are the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import av
import cv2
import numpy as np
import polars as pl
import pytest
from support import changed_theme, make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.evaluation.matching import match_labels
from loopviz.media import ColorTags
from loopviz.render.compositor import Compositor
from loopviz.render.planes import planes
from loopviz.scene import Scene, SceneOptions, View, build_scene, load_theme
from loopviz.scene.elements import Rect, Sprite, Text
from loopviz.scene.layout import Area
from loopviz.scene.marks import Category, Kind, Mark
from loopviz.scene.typography import Typesetter
from loopviz.scene.versus.legend import Legend
from loopviz.scene.versus.marks import LINES, draw_outcome, line_of
from loopviz.scene.versus.outcomes import Agreement, Detections, frames_of_several, of_one_person
from loopviz.scene.versus.strip import AgreementStrip
from loopviz.schema import table

SIZES = [(320, 240), (1920, 1080), (720, 1280), (1441, 961), (3840, 1600)]
COLORS = ColorTags("bt709", False, 1, 1, 1)
TYPESETTER = Typesetter()
Box = tuple[float, float, float, float]


def boxes(frame: int, *given: tuple[int, Box], first: int = 0, sure: float | None = None) -> pl.DataFrame:
    rows = [
        {"annotation_id": first + n, "frame": frame, "class_id": class_id, "confidence": sure}
        | dict(zip(("x_min", "y_min", "x_max", "y_max"), box, strict=True))
        for n, (class_id, box) in enumerate(given)
    ]
    return table("annotations", rows)


def scene_of(
    size: tuple[int, int] = (320, 240),
    *,
    labels: pl.DataFrame | None = None,
    found: pl.DataFrame | None = None,
    moving_line: bool = False,
    people: bool = True,
    line: str = "40 epochs",
    taught_by: Mapping[int, str] | None = None,
) -> Scene:
    dataset = make_dataset(size=size, people=people)
    labels = dataset.annotations if labels is None else labels
    found = labels if found is None else found
    dataset = dataset.replace(annotations=labels)
    side = Dataset(frames=dataset.frames, categories=dataset.categories, annotations=found.with_columns(
        assignment_id=pl.lit(None, pl.String), confidence=pl.col("confidence").fill_null(0.5)))  # fmt: skip
    judged = frozenset(range(5))
    matches = match_labels(labels, side.annotations, frames=judged)
    detections = Detections(side, matches, judged, "yolo11n", moving_line=moving_line)
    theme = load_theme("versus")
    theme = theme.model_copy(update={"caption": theme.caption.model_copy(update={"model_line": line})})
    return build_scene(dataset, theme, size, SceneOptions(detections=detections, taught_by=taught_by or {}))


def texts(scene: Scene, view: View | int) -> list[str]:
    sprites = (each for each in scene.elements(view) if isinstance(each, Sprite))
    return [shape.text for sprite in sprites for shape in sprite.drawing.shapes if isinstance(shape, Text)]


def frames_drawn(scene: Scene, view: View | int, color: str) -> list[tuple[float, float, float, float]]:
    return [
        (each.x_min, each.y_min, each.x_max, each.y_max)
        for each in scene.elements(view)
        if isinstance(each, Rect) and each.color == color
    ]


def picture_of(size: tuple[int, int]) -> av.VideoFrame:
    noise = np.random.default_rng(5).integers(16, 235, (size[1] * 3 // 2, size[0]), np.uint8)
    return av.VideoFrame.from_ndarray(noise, format="yuv420p")


class TestPlaces:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("moving_line", [False, True])
    def test_everything_is_on_the_canvas_and_pictures_are_apart(self, size: tuple[int, int], moving_line: bool):
        scene = scene_of(size, moving_line=moving_line)
        width, height = scene.canvas_size
        assert 1080 <= height <= 2160
        assert abs(width / height - 16 / 9) < 0.01
        areas = scene.pictures
        assert len(areas) == (1 if moving_line else 2)
        for x, y, w, h in areas:
            assert x % 2 == y % 2 == w % 2 == h % 2 == 0
            assert 0 <= x < x + w <= width
            assert 0 <= y < y + h <= height
            assert w / h == pytest.approx(size[0] / size[1], rel=0.02)
        if not moving_line:
            assert areas[0][0] + areas[0][2] < areas[1][0]
        for element in scene.elements(2):
            if isinstance(element, Rect):
                edges = element.x_min, element.y_min, element.x_max, element.y_max
            else:
                assert element.x % 2 == element.y % 2 == 0
                edges = element.x, element.y, element.x + element.drawing.width, element.y + element.drawing.height
            assert 0 <= edges[0] <= edges[2] <= width
            assert 0 <= edges[1] <= edges[3] <= height

    def test_without_a_model_there_is_nothing_to_show(self):
        with pytest.raises(ConfigError, match=r"a model beside the crowd.*--model"):
            build_scene(make_dataset(), load_theme("versus"), (320, 240))

    def test_margins_that_leave_no_room_are_refused(self):
        margins = load_theme("versus").canvas.margins.model_copy(update={"left": 0.6})
        wide = changed_theme("versus", canvas={"margins": margins})
        with pytest.raises(ConfigError, match="no room for the pictures"):
            build_scene(make_dataset(), wide, (320, 240), SceneOptions(detections=detections_of(make_dataset())))


def detections_of(dataset: Dataset) -> Detections:
    return Detections(dataset, match_labels(dataset.annotations, dataset.annotations), frozenset())


class TestPicture:
    @pytest.mark.parametrize("size", [(1920, 1080), (2880, 1920)])
    def test_both_pictures_are_the_frame_made_smaller(self, size: tuple[int, int]):
        scene, picture = scene_of(size, labels=boxes(0)), picture_of(size)
        composed = planes(Compositor(scene, size, COLORS).compose(picture, 0))
        for plane, source, step in zip(composed, planes(picture), (1, 2, 2), strict=True):
            for x, y, w, h in scene.pictures:
                shown = plane[y // step : (y + h) // step, x // step : (x + w) // step]
                small = cv2.resize(source, (w // step, h // step), interpolation=cv2.INTER_AREA)
                np.testing.assert_allclose(shown, small, atol=1)  # two scalers, whose rounding may differ

    def test_a_small_picture_is_made_larger(self):
        scene = scene_of((64, 48), labels=boxes(0))
        composed = planes(Compositor(scene, (64, 48), COLORS).compose(picture_of((64, 48)), 0))[0]
        (x, y, w, h), (x2, *_) = scene.pictures
        assert h > 400
        np.testing.assert_array_equal(composed[y : y + h, x : x + w], composed[y : y + h, x2 : x2 + w])


class TestBoxes:
    def lines(self, mark: Mark) -> list[Rect]:
        """What is drawn of a mark, but for its casing."""
        return [bar for bar in draw_outcome(mark, 1080, Area(0, 0, 640, 480)) if bar.color == mark.color]

    @pytest.mark.parametrize(
        ("kind", "line"),
        [
            pytest.param("matched", 2, id="thin"),
            pytest.param("missed", 8, id="heavy"),
            pytest.param("extra", 4, id="dashed"),
        ],
    )
    def test_lines_tell_what_became_of_a_box(self, kind: Kind, line: int):
        assert line_of(kind, 1080) == line
        bars = self.lines(Mark((100, 100, 300, 260), 0, "#0072B2", "a", kind=kind))
        assert min(bar.x_min for bar in bars) == 100
        assert max(bar.y_max for bar in bars) == 260
        assert {min(bar.x_max - bar.x_min, bar.y_max - bar.y_min) for bar in bars} == {line}
        assert (len(bars) > 4) == (kind == "extra")

    def test_a_heavy_line_leaves_a_small_box_open(self):
        bars = self.lines(Mark((10, 10, 50, 46), 0, "#0072B2", "a", kind="missed"))
        assert {min(bar.x_max - bar.x_min, bar.y_max - bar.y_min) for bar in bars} == {4}

    def test_kinds_differ_without_colour(self):
        assert LINES["matched"] < LINES["extra"] < LINES["missed"]

    def test_labels_stand_left_and_detections_right(self):
        scene = scene_of(labels=boxes(0, (0, (10, 10, 60, 60))), found=boxes(0, (1, (10, 10, 60, 60)), first=9))
        (x, _, w, _), (x2, _, w2, _) = scene.pictures
        foot = scene.layout.picture.bottom  # below are the legends, with pieces of line
        blue, green = (
            [each for each in frames_drawn(scene, 0, color) if each[3] <= foot] for color in ("#0072B2", "#009E73")
        )
        assert len(blue) == 4 < len(green)  # what is extra is dashed
        assert all(x <= a < b <= x + w for a, _, b, _ in blue)
        assert all(x2 <= a < b <= x2 + w2 for a, _, b, _ in green)

    @pytest.mark.parametrize("line", [0.1, 0.5, 0.9])
    def test_a_moving_line_parts_labels_from_detections(self, line: float):
        whole = (0, (20, 20, 300, 200))
        scene = scene_of(labels=boxes(0, whole), found=boxes(0, (1, whole[1]), first=9), moving_line=True)
        (x, _, w, _) = scene.pictures[0]
        at = x + 2 * round(line * w / 2)
        view = View(0, line=line)
        left, right = ([each for each in frames_drawn(scene, view, color) if each[1] < 640]
                       for color in ("#0072B2", "#009E73"))  # fmt: skip
        column = scene.layout.area("side").right  # the legends have pieces of line too
        assert max(each[2] for each in left if each[0] > column) <= at
        assert min(each[0] for each in right if each[0] < x + w) >= at
        assert scene.key(View(0, line=line)) != scene.key(View(0, line=0.3))


class TestSeveralPeople:
    def test_the_one_who_is_named_is_shown(self):
        dataset = make_dataset()
        first, second = dataset.assignments["assignment_id"][:2]
        frame = dataset.assignments["frame"][0]
        theirs = boxes(frame, (0, (200, 150, 260, 210)), first=500).with_columns(assignment_id=pl.lit(second))
        work = dataset.assignments.with_columns(
            frame=pl.when(pl.col("assignment_id") == second).then(frame).otherwise("frame")
        )
        both = dataset.replace(assignments=work).replace(annotations=pl.concat([dataset.annotations, theirs]))
        own = dataset.annotations.filter(pl.col("frame") == frame)
        assert (own["assignment_id"] == first).all()
        assert of_one_person(both).filter(pl.col("frame") == frame).equals(own)
        assert frames_of_several(both) == 1
        side = Dataset(frames=both.frames, categories=both.categories, annotations=both.annotations.clear())
        found = Detections(side, match_labels(own, side.annotations, frames=frozenset([frame])), frozenset([frame]))
        scene = build_scene(both, load_theme("versus"), (320, 240), SceneOptions(detections=found))
        shown = sum(text.endswith(": missed") for text in texts(scene, frame))
        assert shown == own.height


class TestWords:
    def test_both_sides_are_named_and_confidence_stands_with_the_model(self):
        labels = boxes(0, (0, (10, 10, 60, 60)), (1, (100, 100, 160, 160)))
        scene = scene_of(labels=labels, found=boxes(0, (0, (10, 10, 60, 60)), first=9, sure=0.876))
        said = texts(scene, 0)
        assert {"yolo11n", "40 epochs", "button", "wheel: missed", "0.88\u2002button"} <= set(said)
        assert "0.50 agreement" in said
        assert "1 missed and 0 extra in 5 frames." in said
        assert "Simulated data" in said

    def test_where_nobody_labelled_nothing_is_judged(self):
        scene = scene_of(labels=boxes(0, (0, (10, 10, 60, 60))), found=boxes(5, (0, (10, 10, 60, 60)), first=9))
        said = texts(scene, 5)
        assert "nobody labelled this frame" in said
        assert "0.50\u2002button" in said  # not "extra"

    def test_rejected_work_is_explained(self):
        assert "0 missed and 0 extra in 5 frames. Thin bars: rejected work." in texts(scene_of(), 0)

    def test_labels_of_nobody_who_is_known_are_called_labels(self):
        assert "Labels" in texts(scene_of(people=False), 0)

    @pytest.mark.parametrize("people", [True, False])
    def test_the_models_line_is_a_template(self, people: bool):
        line = "like {{ taught_by }}, frame {{ frame.number }}"
        scene = scene_of(people=people, line=line, taught_by={0: "Worker 7"})
        assert "like Worker 7, frame 1" in texts(scene, 0)
        assert not [text for text in texts(scene, 1) if text.startswith("like")]  # not known: left out
        assert scene.key(0) != scene_of(people=people, line=line, taught_by={0: "Worker 8"}).key(0)

    def test_a_models_line_that_is_no_template_is_refused(self):
        with pytest.raises(ConfigError):
            scene_of(line="{{ frame.number")

    @pytest.mark.parametrize("moving_line", [False, True])
    @pytest.mark.parametrize("people", [True, False])
    @pytest.mark.parametrize("words", [1, 4, 8, 12, 40])
    def test_a_long_line_shrinks_then_breaks_then_is_cut_and_that_is_said(
        self, moving_line: bool, people: bool, words: int
    ):
        line = " ".join(["learned"] * words)
        scene = scene_of(moving_line=moving_line, people=people, line=line)
        (shown,) = {text for text in texts(scene, 0) if text.startswith("learned")}
        left, frames, whole = scene.left_out()
        assert (shown == line) == (words <= 12)
        assert (left.texts > 0, bool(frames), whole) == (words > 12, words > 12, True)

    def test_no_line_leaves_its_column_or_the_canvas(self):
        for words in (1, 8, 40):
            scene = scene_of((1920, 1080), line=" ".join(["learned"] * words))
            second = scene.pictures[1]
            for each in scene.elements(0):
                if isinstance(each, Sprite) and any("learned" in str(shape) for shape in each.drawing.shapes):
                    assert second[0] < each.x
                    assert each.x + each.drawing.width <= scene.canvas_size[0]
                    assert each.y >= 0
                    assert each.y + each.drawing.height <= second[1] + 8  # its sprite has room for what hangs down

    def test_every_text_is_looked_at_for_its_letters(self):
        dataset = make_dataset()
        found = Detections(dataset, match_labels(dataset.annotations, dataset.annotations), frozenset(), name="\u6f22")
        scene = build_scene(dataset, load_theme("versus"), (320, 240), SceneOptions(detections=found))
        assert scene.unprintable() == "\u6f22"


class TestLegend:
    NAMES = ("Body", "Cable", "Left button", "Right button", "Scroll wheel", "Foot", "Logo", "Label")

    def said(self, marks: Sequence[Mark], used: Sequence[int], width: float = 800) -> dict[str, tuple[float, float]]:
        legend = Legend([Category(n, "#0072B2") for n in self.NAMES], used, TYPESETTER, 1080, "#ffffff", (3, 2))
        return {each.text: (each.x, each.y) for each in legend.set(marks, (0, 0), width) if isinstance(each, Text)}

    def mark(self, class_id: int, kind: Kind = "matched", sure: float | None = None) -> Mark:
        return Mark((0, 0, 9, 9), class_id, "#0072B2", self.NAMES[class_id], kind=kind, confidence=sure)

    def test_a_category_keeps_its_cell(self):
        both = self.said([self.mark(0), self.mark(4)], range(5))
        alone = self.said([self.mark(4)], range(5))
        assert both["Scroll wheel"] == alone["Scroll wheel"]

    def test_many_categories_share_the_cells_and_the_rest_is_counted(self):
        said = self.said([self.mark(n) for n in range(8)], range(8))
        assert list(said) == ["Body", "Cable", "Left button", "Right button", "Scroll wheel", "+ 3"]
        assert len(set(said.values())) == 6

    @pytest.mark.parametrize(
        ("marks", "said"),
        [
            pytest.param([("missed", None)], "Cable: missed", id="missed"),
            pytest.param([("extra", 0.41)], "0.41\u2002Cable: extra", id="extra"),
            pytest.param([("matched", 0.9), ("extra", 0.4)], "0.40\u2002Cable: 1 extra", id="one of two"),
            pytest.param([("matched", None), ("matched", None)], "Cable \u00d7 2", id="two"),
        ],
    )
    def test_what_became_of_a_category(self, marks: list[tuple[Kind, float | None]], said: str):
        assert list(self.said([self.mark(1, *each) for each in marks], range(5))) == [said]

    def test_a_name_that_has_no_room_goes_before_what_the_line_says_too(self):
        assert list(self.said([self.mark(3, "missed")], range(5), 540)) == ["Right button"]


class TestStrip:
    def strip(
        self, shares: list[float], rejected: int | None = None, room: float = 600, held_out: tuple[int, ...] = ()
    ) -> AgreementStrip:
        states = ["rejected" if n == rejected else "labelled" for n in range(len(shares))]
        missed = np.array([n == 1 for n in range(len(shares))], int)
        agreement = Agreement(np.array(shares), missed, 0 * missed)
        return AgreementStrip(
            agreement, states, held_out, (0, room, 100, 200), 1080, load_theme("versus").colors, TYPESETTER
        )

    def bars(self, strip: AgreementStrip) -> list[Rect]:
        sprite = strip.still()[0]
        assert isinstance(sprite, Sprite)
        ink = load_theme("versus").colors.ink
        return [s for s in sprite.drawing.shapes if isinstance(s, Rect) and s.color == ink and s.y_max == 100]

    def test_a_bar_is_as_high_as_both_agree(self):
        bars = self.bars(self.strip([0.5, 1.0, float("nan"), 0.0]))
        assert [bar.y_max - bar.y_min for bar in bars] == [50, 100, 1]

    def test_a_bar_of_rejected_work_is_thin(self):
        wide, thin, _ = self.bars(self.strip([0.5, 0.5, 0.5], rejected=1))
        assert thin.x_max - thin.x_min < 0.5 * (wide.x_max - wide.x_min)

    def test_a_long_clip_shares_bars(self):
        bars = self.bars(self.strip([0.0, 1.0] * 600))
        assert len(bars) == 200
        assert {bar.y_max - bar.y_min for bar in bars} == {50}

    def test_frames_that_the_model_had_not_seen_are_underlined(self):
        sprite = self.strip([0.5] * 10, held_out=(2, 3, 7)).still()[0]
        assert isinstance(sprite, Sprite)
        under = [s for s in sprite.drawing.shapes if isinstance(s, Rect) and (s.y_min, s.y_max) == (100, 105)]
        assert [round((bar.x_max - bar.x_min) / 60, 1) for bar in under] == [1.8, 0.8]

    def test_the_number_stays_within_the_strip(self):
        strip = self.strip([0.5] * 20)
        for frame in range(20):
            number = strip.moving(frame)[-1]
            assert isinstance(number, Sprite)
            assert number.x > -20
            assert number.x + number.drawing.width < 620
