from __future__ import annotations

import itertools
from typing import Any

import polars as pl
import pytest
from support import WORKERS, box, changed_theme, make_dataset, with_boxes

from loopviz import geometry
from loopviz.crowd import apply_identity
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.scene import Rect, Scene, SceneOptions, Sprite, Text, build_scene, load_theme
from loopviz.scene.caption_shapes import NOTHING
from loopviz.scene.contrast import contrast
from loopviz.scene.style import FigureText
from loopviz.schema import empty_table, table

SALT = b"a secret of some length"
SIZE = (960, 640)
THEMES = ["margin", "house"]


def scene(name: str = "margin", dataset: Dataset | None = None, size: tuple[int, int] = SIZE, **options: Any) -> Scene:
    return build_scene(dataset or make_dataset(size=size), load_theme(name), size, SceneOptions(**options))


def built(name: str, **changes: Any) -> Scene:
    return build_scene(make_dataset(size=SIZE), changed_theme(name, **changes), SIZE)


def words(shown: Scene, frame: int) -> list[str]:
    return [
        shape.text
        for element in shown.elements(frame)
        if isinstance(element, Sprite)
        for shape in element.drawing.shapes
        if isinstance(shape, Text)
    ]


@pytest.mark.parametrize("name", THEMES)
class TestElements:
    def test_two_scenes_of_the_same_data_draw_the_same(self, name: str):
        one, other = scene(name), scene(name)
        assert [one.elements(f) for f in range(6)] == [other.elements(f) for f in range(6)]
        assert [one.key(f) for f in range(6)] == [other.key(f) for f in range(6)]

    def test_frames_are_drawn_alike_in_any_order(self, name: str):
        forward, backward = scene(name), scene(name)
        ahead = [forward.key(f) for f in range(6)]
        assert [backward.key(f) for f in reversed(range(6))] == ahead[::-1]

    def test_keys_are_equal_where_the_drawing_is_and_only_there(self, name: str):
        still = make_dataset(12, SIZE)
        alike = still.replace(
            annotations=still.annotations.with_columns(
                x_min=pl.lit(10.0), y_min=pl.lit(20.0), x_max=pl.lit(100.0), y_max=pl.lit(90.0)
            )
        )
        for dataset in (still, alike):
            shown = scene(name, dataset)
            for a, b in itertools.combinations(range(12), 2):
                assert (shown.key(a) == shown.key(b)) == (shown.elements(a) == shown.elements(b))

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda d: d.replace(annotations=d.annotations.with_columns(pl.col("x_max") + 3)), id="a box"),
            pytest.param(lambda d: d.replace(answers=d.answers.with_columns(answer=pl.lit("other"))), id="an answer"),
            pytest.param(lambda d: d.replace(workers=d.workers.with_columns(alias=pl.lit("W"))), id="an alias"),
            pytest.param(
                lambda d: d.replace(assignments=d.assignments.with_columns(reward_usd=pl.lit(9.0))), id="the pay"
            ),
            pytest.param(
                lambda d: d.replace(categories=d.categories.with_columns(color=pl.lit("#123456"))), id="a colour"
            ),
        ],
    )
    def test_a_key_changes_with_what_is_shown(self, name: str, change: Any):
        assert scene(name).key(0) != scene(name, change(make_dataset(size=SIZE))).key(0)

    def test_a_key_changes_with_the_canvas(self, name: str):
        nothing = Dataset(frames=table("frames", {"frame": [0]}))
        small, large = (build_scene(nothing, load_theme(name), size) for size in ((640, 640), (642, 640)))
        assert small.key(0) != large.key(0)

    @pytest.mark.parametrize("size", [(960, 640), (640, 960), (321, 241), (10, 5), (2560, 640), (641, 641)])
    def test_everything_is_on_the_canvas_at_even_pixels(self, name: str, size: tuple[int, int]):
        draw = make_dataset(8, size, seed=3)
        crowd = with_boxes(
            draw, *(box(i * size[0] / 9, -9, i * size[0] / 9 + 40, size[1] + 9, frame=0) for i in range(9))
        )
        for dataset in (draw, crowd):
            shown = scene(name, dataset, size)
            width, height = shown.canvas_size
            x, y, w, h = shown.pictures[0]
            assert width % 2 == height % 2 == 0
            assert 0 <= x <= x + w <= width
            assert 0 <= y <= y + h <= height
            for element in itertools.chain.from_iterable(shown.elements(f) for f in range(8)):
                if isinstance(element, Rect):
                    assert 0 <= element.x_min < element.x_max <= width
                    assert 0 <= element.y_min < element.y_max <= height
                else:
                    assert element.x % 2 == element.y % 2 == 0
                    assert element.drawing.width % 2 == element.drawing.height % 2 == 0
                    assert element.x >= 0
                    assert element.y >= 0
                    assert element.x + element.drawing.width <= width
                    assert element.y + element.drawing.height <= height

    def test_without_people_there_is_no_panel(self, name: str):
        bare = scene(name, make_dataset(size=SIZE, people=False))
        shown = set(words(bare, 0))
        assert shown <= {"button", "wheel"}
        assert words(bare, 5) == (["button", "wheel"] if name == "margin" else [])

    def test_an_empty_dataset_draws_no_mark(self, name: str):
        shown = build_scene(Dataset(frames=table("frames", {"frame": [0, 1]})), load_theme(name), SIZE)
        assert words(shown, 0) == []
        assert shown.marks(0) == ()

    def test_a_frame_beyond_the_data_has_nobody(self, name: str):
        assert "Nobody" in words(scene(name), 99)


@pytest.mark.parametrize("name", THEMES)
class TestPeople:
    @pytest.mark.parametrize("mode", ["alias", "hidden"])
    def test_no_raw_id_is_in_anything_drawn(self, name: str, mode: str):
        dataset = apply_identity(make_dataset(size=SIZE), mode, SALT)
        shown = scene(name, dataset)
        for frame in range(6):
            drawn = repr(shown.elements(frame)) + repr(shown.caption(frame))
            assert not any(worker in drawn for worker in WORKERS)

    def test_full_shows_the_id(self, name: str):
        shown = scene(name, apply_identity(make_dataset(size=SIZE), "full", b""))
        assert WORKERS[1] in words(shown, 1)

    def test_simulated_people_are_said_to_be_on_every_frame(self, name: str):
        shown, real = scene(name), scene(name, make_dataset(size=SIZE, simulated=False))
        for frame in range(6):  # nobody labelled the last one
            assert words(shown, frame).count("Simulated data") == 1
            assert "Simulated data" not in words(real, frame)

    def test_one_simulated_person_is_enough(self, name: str):
        dataset = make_dataset(size=SIZE)
        one = dataset.workers.with_columns(simulated=pl.col("worker_id") == WORKERS[2])
        assert "Simulated data" in words(scene(name, dataset.replace(workers=one)), 0)

    def test_who_is_shown_is_who_labelled(self, name: str):
        shown = scene(name)
        for frame in range(5):
            assert [word for word in words(shown, frame) if word.startswith("Worker")] == [f"Worker 000{frame % 3}"]

    def test_hostile_answers_are_drawn_as_text(self, name: str):
        dataset = make_dataset(size=SIZE)
        evil = dataset.replace(answers=dataset.answers.with_columns(answer=pl.lit("{{ 7*7 }}\u202e\x1b[0m")))
        drawn = [shape for shape in words(scene(name, evil), 0) if "7*7" in shape]
        assert drawn == ["{{ 7*7 }} [0m"] * 3
        assert all(word.isprintable() for word in words(scene(name, evil), 0))


class TestPicture:
    def test_marks_are_drawn_large_first_so_that_small_ones_stay_visible(self):
        data = with_boxes(make_dataset(size=SIZE), box(40, 40, 90, 90), box(20, 20, 900, 600))
        color = scene("margin", data).marks(0)[0].color
        rects = [e for e in scene("margin", data).elements(0) if isinstance(e, Rect) and e.color == color]
        x, y, *_ = scene("margin", data).pictures[0]
        assert (rects[0].x_min, rects[0].y_min, rects[0].x_max) == (x + 20, y + 20, x + 900)

    def test_marks_lie_on_the_picture(self):
        data = with_boxes(make_dataset(size=SIZE), box(10, 20, 60, 80))
        shown = scene("margin", data)
        x, y, *_ = shown.pictures[0]
        assert shown.marks(0)[0].box == (x + 10, y + 20, x + 60, y + 80)
        assert shown.marks(1) == ()

    def test_categories_are_named_coloured_and_cleaned(self):
        dataset = make_dataset(size=SIZE)
        named = dataset.replace(
            categories=table("categories", {"class_id": [0, 1], "name": ["a\x1bb", "c"], "color": [None, "#112233"]})
        )
        shown = scene("margin", named, display_names={"c": "wheel\u202e"}, colors={"a\x1bb": "#aabbcc"})
        assert [(m.name, m.color) for m in shown.marks(0)] == [("a b", "#aabbcc"), ("wheel", "#112233")]
        plain = scene("margin", dataset)
        assert [m.color for m in plain.marks(0)] == list(plain.theme.colors.palette[:2])

    def test_a_category_that_is_only_control_characters_is_unnamed(self):
        dataset = make_dataset(size=SIZE)
        blank = dataset.replace(categories=dataset.categories.with_columns(name=pl.lit("\x00")))
        assert {m.name for m in scene("margin", blank).marks(0)} == {"unnamed"}

    def test_the_legend_shows_what_is_used(self):
        data = with_boxes(make_dataset(size=SIZE), box(1, 1, 50, 50, class_id=1))
        assert "wheel" in words(scene("margin", data), 5)
        assert "button" not in words(scene("margin", data), 5)

    def test_a_legend_that_does_not_fit_is_counted(self):
        many = [f"category number {i}" for i in range(60)]
        data = make_dataset(size=SIZE).replace(
            categories=table("categories", {"class_id": range(60), "name": many}),
            annotations=empty_table("annotations"),
        )
        data = with_boxes(data, *(box(1, 1, 50, 50, class_id=i) for i in range(60)))
        shown = words(scene("margin", data), 5)
        listed = [word for word in shown if word.startswith("category")]
        assert listed == many[: len(listed)]
        assert f"+ {60 - len(listed)}" in shown

    @pytest.mark.parametrize("name", THEMES)
    def test_labels_that_were_carried_over_name_nobody(self, name: str):
        shown = words(scene(name, with_carried(make_dataset(size=SIZE))), 5)
        assert "Nobody" in shown
        assert "labels carried over from frame 3" in shown
        assert ("carried over, not drawn by a person" in shown) == (name == "margin")
        assert "labels carried over from frame 3" not in words(scene(name), 5)

    def test_the_legend_says_it_however_many_categories_there_are(self):
        many = [f"category number {i}" for i in range(60)]
        data = with_carried(make_dataset(size=SIZE)).replace(
            categories=table("categories", {"class_id": range(60), "name": many})
        )
        rows = [box(1, 1, 50, 50, class_id=i) for i in range(60)]
        shown = words(scene("margin", with_boxes(data, *rows, box(1, 1, 9, 9, frame=5, origin="interpolated"))), 5)
        assert "carried over, not drawn by a person" in shown
        assert any(word.startswith("+ ") for word in shown)

    def test_where_neither_legend_nor_panel_does_plates_say_it(self):
        data = with_carried(make_dataset(size=(1920, 1080), people=False))
        shown = scene("house", data, (1920, 1080))
        assert "button: carried over, not drawn by a person" in words(shown, 5)
        assert {"button", "wheel"} >= set(words(shown, 2)) > set()

    @pytest.mark.parametrize("part", ["carried", "carried_line"])
    def test_their_words_are_not_forgotten(self, part: str):
        odd = changed_theme("margin", caption={part: "\U0001f44d"})
        assert build_scene(with_carried(make_dataset(size=SIZE)), odd, SIZE).unprintable() == "\U0001f44d"

    def test_a_frame_with_carried_labels_is_not_labelled_on_the_time_line(self):
        carried = with_carried(make_dataset(size=SIZE))
        drawn = carried.replace(annotations=carried.annotations.filter(pl.col("frame") < 3))
        strip = [scene("house", data).elements(4) for data in (carried, drawn)]
        assert strip[0] == strip[1]

    @pytest.mark.parametrize(
        ("rejected", "kinds"),
        [("show", ["rejected"] * 2), ("ghost", ["ghost"] * 2), ("hide", [])],
    )
    def test_what_is_drawn_of_rejected_work(self, rejected: str, kinds: list[str]):
        shown = scene("margin", make_dataset(size=SIZE), rejected=rejected)
        assert [mark.kind for mark in shown.marks(2)] == kinds  # the third person's work is rejected
        assert [mark.kind for mark in shown.marks(1)] == ["drawn"] * 2
        assert ("rejected, or does not count" in words(shown, 1)) == (rejected != "hide")
        assert shown.caption(2) == scene("margin").caption(2)

    def test_work_that_does_not_count_is_a_ghost_too(self):
        data = make_dataset(size=SIZE)
        first = pl.when(pl.col("frame") == 0).then(pl.lit(value=False)).otherwise("accepted")
        data = data.replace(assignments=data.assignments.with_columns(accepted=first))
        assert {mark.kind for mark in scene("house", data, rejected="ghost").marks(0)} == {"ghost"}

    def test_ghosts_have_their_plates(self):
        data = make_dataset(size=(1920, 1080))
        plain, ghosts = (scene("house", data, (1920, 1080), rejected=each) for each in ("show", "ghost"))
        assert {"button", "wheel"} & set(words(plain, 2)) == {"button", "wheel"} & set(words(ghosts, 2))

    def test_every_mark_of_the_house_has_its_plate_off_the_panel(self):
        data = with_boxes(
            make_dataset(size=(1920, 1080)), box(900, 500, 1200, 700), box(1300, 600, 1500, 800, class_id=1)
        )
        shown = scene("house", data, (1920, 1080))
        plates = [e for e in shown.elements(0) if isinstance(e, Sprite) and words_of(e) & {"button", "wheel"}]
        assert len(plates) == 2
        for plate in plates:
            ground, text = plate.drawing.shapes
            assert isinstance(ground, Rect)
            assert isinstance(text, Text)
            assert contrast(ground.color, text.style.color) > 4.3
            assert plate.x >= shown.layout.area("panel").right

    def test_the_strip_marks_where_the_clip_is(self):
        shown = scene("house")
        accent = shown.theme.colors.accent
        places = [
            next(e.x_min for e in shown.elements(f) if isinstance(e, Rect) and e.color == accent) for f in range(6)
        ]
        assert places == sorted(set(places))

    def test_rejected_work_counts_as_rejected_unless_other_work_stands(self):
        dataset = make_dataset(size=SIZE)
        ticks = [
            s
            for e in scene("house").elements(0)
            if isinstance(e, Sprite)
            for s in e.drawing.shapes
            if isinstance(s, Rect)
        ]
        heights = [tick.y_max - tick.y_min for tick in ticks if tick.color == scene("house").theme.colors.ink][:6]
        assert heights[0] == heights[1] == heights[3] > heights[2] > heights[5]
        assert dataset.assignments["status"].to_list()[2] == "rejected"

    def test_a_mask_of_another_size_names_the_frame(self):
        text = geometry.rle_to_string([10, 20])
        data = with_boxes(make_dataset(size=SIZE), box(1, 1, 50, 50, frame=2, mask_rle=text))
        with pytest.raises(InputError, match="frame 2, annotation 0: the mask does not fit"):
            scene("margin", data).elements(2)

    def test_what_no_font_has_is_told(self):
        dataset = make_dataset(size=SIZE)
        odd = dataset.replace(
            answers=dataset.answers.with_columns(answer=pl.lit("漢 ok")),
            categories=dataset.categories.with_columns(name=pl.lit("字")),
        )
        assert set(scene("margin", odd).unprintable()) == {"漢", "字"}
        assert scene("margin").unprintable() == ""

    @pytest.mark.parametrize("part", ["kicker", "name", "line", "nobody", "nobody_line", "no_answer", "simulated"])
    def test_no_words_of_the_theme_are_forgotten(self, part: str):
        assert built("house", caption={part: "\U0001f44d"}).unprintable() == "\U0001f44d"

    @pytest.mark.parametrize("part", ["value", "label"])
    def test_no_part_of_a_figure_is_forgotten(self, part: str):
        figure = {"value": "1", "label": "one"} | {part: "\U0001f44d\ufe0f"}
        assert built("house", caption={"figures": (FigureText(**figure),)}).unprintable() == "\U0001f44d"

    def test_what_there_is_no_room_for_is_counted_once_a_caption(self):
        dataset = make_dataset(size=SIZE)
        long = dataset.replace(answers=dataset.answers.with_columns(answer=pl.lit("word " * 700)))
        left, frames, whole = scene("margin", long).left_out()
        assert whole
        assert not scene("margin", long).left_out(most=1)[2]
        assert left.texts > 0
        assert left.characters > 1000
        assert frames
        assert scene("margin").left_out() == (NOTHING, [], True)
        assert not scene("margin", make_dataset(size=SIZE, people=False)).left_out()[0]

    def test_a_theme_whose_type_has_no_room_is_refused(self):
        with pytest.raises(ConfigError, match="too low"):
            built("house", widgets={"panel": {"name": 1.5}})

    def test_headings_of_the_project_are_shown(self):
        assert "My heading" in words(scene("margin", headings={"Q2": "My heading"}), 0)

    def test_themes_may_leave_out_what_they_have(self):
        bare = changed_theme("house", without=("plates", "timeline"))
        shown = build_scene(make_dataset(size=SIZE), bare, SIZE)
        assert not {"button", "wheel"} & set(words(shown, 0))
        assert not any(isinstance(e, Rect) and e.color == bare.colors.accent for e in shown.elements(0))


def with_carried(dataset: Dataset) -> Dataset:
    """The labels of the third frame, carried to the last, which nobody labelled."""
    rows = dataset.annotations.filter(pl.col("frame") == 2).with_columns(
        annotation_id=pl.col("annotation_id") + 100,
        frame=pl.lit(5, pl.Int64),
        origin=pl.lit("interpolated").cast(dataset.annotations.schema["origin"]),
        assignment_id=pl.lit(None, pl.String),
    )
    kept = dataset.annotations.filter(pl.col("frame") < 3)
    return dataset.replace(annotations=pl.concat([kept, rows]))


def words_of(sprite: Sprite) -> set[str]:
    return {shape.text for shape in sprite.drawing.shapes if isinstance(shape, Text)}
