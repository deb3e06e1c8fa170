"""What labels' colours say, and that weight and dashes say it too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from support import box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene import Scene, Sprite, Text, build_scene, load_theme
from loopviz.scene.coloring import MOST_GROUPS, STYLES, Coloring, agreement, categories_apart, coloring

SIZE = (960, 640)
COLORS = load_theme("margin").colors


def of(dataset: Dataset, by: str) -> Coloring:
    found = coloring(dataset, by, COLORS)  # type: ignore[arg-type]
    assert found is not None
    return found


def built(tmp_path: Path, by: str, dataset: Dataset, name: str = "margin") -> Scene:
    plates = ", plates: {area: picture}" if name == "margin" else ""
    (tmp_path / "mine.yaml").write_text(
        f"extends: {name}\nname: mine\nwidgets: {{marks: {{color_by: {by}}}{plates}}}\n"
    )
    return build_scene(dataset, load_theme(tmp_path / "mine.yaml"), SIZE)


def said(scene: Scene, frame: int = 0) -> list[str]:
    shapes = [shape for each in scene.elements(frame) if isinstance(each, Sprite) for shape in each.drawing.shapes]
    return [shape.text for shape in shapes if isinstance(shape, Text)]


def with_confidence(*values: float | None) -> Dataset:
    rows = [box(100 * n, 100, 100 * n + 80, 180, confidence=value) for n, value in enumerate(values)]
    return with_boxes(make_dataset(2, SIZE), *rows)


class TestGroups:
    def test_people_are_called_by_their_aliases_most_labels_first(self):
        found = of(make_dataset(size=SIZE), "person")
        assert [group.name for group in found.groups] == ["Worker 0000", "Worker 0001", "Worker 0002"]
        assert found.of.tolist() == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1]

    def test_people_whose_alias_is_hidden_are_not_told_apart(self):
        data = make_dataset(size=SIZE)
        hidden = data.replace(workers=data.workers.with_columns(alias=pl.lit(None, pl.String)))
        (group,) = of(hidden, "person").groups
        assert (group.name, group.color) == ("not known", COLORS.quiet)

    def test_no_two_groups_are_drawn_alike_without_colour(self):
        data = make_dataset(size=SIZE)
        batches = pl.Series([f"batch {n}" for n in range(data.assignments.height)])
        found = of(data.replace(assignments=data.assignments.with_columns(batch=batches)), "batch")
        assert len({(group.weight, group.dash) for group in found.groups}) == len(found.groups) == 5
        assert len(set(STYLES)) == len(STYLES) == MOST_GROUPS

    def test_categories_differ_in_weight_and_dashes_where_they_are_asked_to(self, tmp_path: Path):
        data = make_dataset(size=SIZE)
        alike, varied = (built(tmp_path, f"category, strokes: {strokes}", data) for strokes in ("alike", "varied"))
        looks = [{m.class_id: (m.name, m.color, m.weight, m.dash) for m in scene.marks(0)} for scene in (alike, varied)]
        assert len({look[2:] for look in looks[0].values()}) == 1
        assert len({look[2:] for look in looks[1].values()}) == len(looks[1]) == 2
        assert [look[:2] for look in looks[0].values()] == [look[:2] for look in looks[1].values()]
        assert said(alike) == said(varied)  # legend and plates call them the same

    def test_without_labels_no_categories_differ(self):
        assert categories_apart(make_dataset(size=SIZE).annotations.clear(), [("a", "#000000")]) is None

    def test_those_of_whom_there_are_too_many_are_quiet(self):
        data = make_dataset(12, SIZE)
        batches = pl.Series([f"batch {n}" for n in range(data.assignments.height)])
        found = of(data.replace(assignments=data.assignments.with_columns(batch=batches)), "batch")
        assert [group.name for group in found.groups][-1] == "others"
        assert found.groups[-1].color == COLORS.quiet
        assert len(found.groups) == MOST_GROUPS + 1

    def test_states_are_in_their_order_and_only_those_that_are_there(self):
        found = of(make_dataset(size=SIZE), "status")
        assert [group.name for group in found.groups] == ["approved", "rejected"]

    def test_what_people_answered(self):
        data = make_dataset(size=SIZE)
        found = of(data, "answers.Q2")  # India, Kenya, and no answer
        assert [group.name for group in found.groups] == ["India", "Kenya", "not known"]
        assert [group.name for group in of(data, "answers.Q9").groups] == ["not known"]  # no such question

    def test_one_spelling_stands_for_what_is_one_choice_and_texts_are_cut_and_cleaned(self):
        data = make_dataset(size=SIZE)
        alike = data.answers.with_columns(normal=pl.lit("the same"))
        assert [g.name for g in of(data.replace(answers=alike), "answers.Q2").groups] == ["the same", "not known"]
        long = data.answers.with_columns(answer=pl.lit("\x1b{{ 7 * 7 }} " + "word " * 20))
        (name, _) = [group.name for group in of(data.replace(answers=long), "answers.Q1").groups]
        assert name.startswith("{{ 7 * 7 }} word")
        assert len(name) <= 32
        assert name.endswith("…")

    def test_labels_of_nobody_are_not_known(self):
        data = make_dataset(size=SIZE, people=False)
        assert [group.name for group in of(data, "person").groups] == ["not known"]

    def test_categories_are_drawn_as_ever(self):
        assert coloring(make_dataset(size=SIZE), "category", COLORS) is None


class TestScales:
    def test_from_light_and_thin_to_dark_and_heavy(self):
        found = of(with_confidence(0.2, 0.5, 1.0), "confidence")
        assert found.of.tolist() == [0, 1, 4]
        assert [group.name for group in found.groups] == ["", "", "", "", "confidence 0.20 – 1.00"]
        assert (np.diff([group.weight for group in found.groups]) > 0).all()

    def test_what_is_not_known_is_quiet_and_dashed(self):
        found = of(with_confidence(0.2, None, 1.0), "confidence")
        assert (found.groups[-1].name, found.groups[-1].color) == ("not known", COLORS.quiet)
        assert found.groups[-1].dash
        assert found.of.tolist() == [0, 5, 4]

    def test_one_value_is_no_scale(self):
        found = of(with_confidence(0.5, 0.5), "confidence")
        assert [group.name for group in found.groups] == ["confidence 0.50"]

    def test_nothing_known(self):
        assert of(with_confidence(None, None), "confidence").of.tolist() == [5, 5]


class TestAgreement:
    def several(self) -> Dataset:
        data = make_dataset(6, SIZE)
        rows = [
            box(0, 0, 100, 100, assignment_id="T0"),
            box(0, 0, 100, 50, assignment_id="T1"),
            box(0, 0, 100, 100, assignment_id="T2"),
            box(400, 0, 500, 100, assignment_id="T0", class_id=1),
            box(0, 0, 50, 50, assignment_id="T3", frame=3),
            box(0, 0, 100, 100),
        ]
        return with_boxes(data, *rows)

    def test_it_is_the_mean_of_what_each_other_person_overlaps_most(self):
        found = agreement(self.several())
        assert found[:4].tolist() == [0.75, 0.5, 0.75, 0.0]
        assert np.isnan(found[4:]).all()  # alone on a frame, or nobody's

    def test_it_is_drawn(self):
        assert of(self.several(), "agreement").groups[4].name == "overlap with others 0.00 – 0.75"


class TestDrawing:
    def test_marks_and_the_legend_say_it_and_plates_stand_on_paper(self, tmp_path: Path):
        scene = built(tmp_path, "person", make_dataset(size=SIZE))
        first, second = scene.marks(0)[0], scene.marks(1)[0]
        assert (first.color, first.dash) != (second.color, second.dash)
        assert first.dash != second.dash
        assert {"Worker 0000", "Worker 0001", "button", "wheel"} <= set(said(scene))
        plates = [e for e in scene.elements(0) if isinstance(e, Sprite) and len(e.drawing.shapes) == 2]
        assert any(plate.drawing.shapes[0].color == COLORS.paper for plate in plates)  # type: ignore[union-attr]

    def test_a_scale_stands_in_the_legend_with_its_ends(self, tmp_path: Path):
        assert "confidence 0.20 – 1.00" in said(built(tmp_path, "confidence", with_confidence(0.2, 0.5, 1.0)))

    def test_heavier_lines_are_thicker(self, tmp_path: Path):
        scene = built(tmp_path, "confidence", with_confidence(0.2, 1.0))
        weights = [mark.weight for mark in scene.marks(0)]
        assert weights[0] < 1 < weights[1]

    def test_it_is_keyed(self, tmp_path: Path):
        data = make_dataset(size=SIZE)
        assert built(tmp_path, "person", data).key(0) != built(tmp_path, "status", data).key(0)

    def test_letters_of_groups_are_looked_at(self, tmp_path: Path):
        data = make_dataset(size=SIZE)
        odd = data.replace(assignments=data.assignments.with_columns(batch=pl.lit("\U0001f44d")))
        assert built(tmp_path, "batch", odd).unprintable() == "\U0001f44d"

    @pytest.mark.parametrize("name", ["house", "wake", "one-number"])
    @pytest.mark.parametrize("by", ["answers.Q1", "person", "batch", "status", "confidence", "agreement"])
    def test_every_theme_can(self, tmp_path: Path, by: str, name: str):
        assert built(tmp_path, by, make_dataset(size=SIZE), name).elements(0)

    @pytest.mark.parametrize("by", ["colour", "categoryx", "answers.", "answers", "'answers. '"])
    def test_what_there_is_not_is_refused(self, tmp_path: Path, by: str):
        with pytest.raises(ConfigError, match="color_by") as raised:
            built(tmp_path, by, make_dataset(size=SIZE))
        assert "or an answer, as answers.Q1" in str(raised.value)
