"""Suspects: planted errors are found, right labels rank low, and what speaks against each label is true."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from planted_errors import KINDS, moving, plant
from support import box, make_dataset, with_boxes

from loopviz.crowd.quality.suspects import SUSPECTS, Evidence, suspects
from loopviz.crowd.quality.suspects.chains import chains
from loopviz.crowd.quality.suspects.expected import expected_at
from loopviz.dataset import Dataset
from loopviz.geometry import box_iou
from loopviz.schema import EDGES, table

TRUTH = moving()

ODD = {"x_min": 4.0, "y_min": 4.0, "x_max": 9.0, "y_max": 9.0}  # of a label that somebody drew elsewhere


class TestPlanted:
    @pytest.mark.parametrize("careful", [0.005, 0.015, 0.03])
    def test_a_tenth_of_the_labels_holds_most_errors_of_every_kind(self, careful: float):
        counts = {kind: np.zeros(2, dtype=int) for kind in KINDS}
        for seed in range(3):
            planted = plant(TRUTH, 4, seed, careful)
            found = suspects(planted.dataset)
            for kind, hits in planted.recall(found.head(planted.dataset.annotations.height // 10)).items():
                counts[kind] += hits
        assert sum(hits for hits, _ in counts.values()) >= 0.9 * sum(of for _, of in counts.values()), counts
        assert all(hits >= 0.8 * of for hits, of in counts.values()), counts

    def test_where_nothing_is_wrong_no_score_is_high(self):
        clean = suspects(plant(TRUTH, 0, 1).dataset)
        wrong = suspects(plant(TRUTH, 4, 1).dataset)
        assert clean["score"].max() < 0.7
        assert wrong["score"].head(20).min() > clean["score"].max()


def changed(**more: object) -> Dataset:
    """The moving objects, right but for one label of the third object on frame 60."""
    rows = TRUTH.annotations
    here = (pl.col("frame") == 60) & (pl.col("class_id") == 2)
    return TRUTH.replace(
        annotations=rows.with_columns(
            **{name: pl.when(here).then(value).otherwise(name) for name, value in more.items()}
        )
    )


class TestKinds:
    def test_too_large(self):
        grown = {edge: pl.col(edge) + (60 if edge.endswith("max") else -60) for edge in EDGES}
        first = suspects(changed(**grown)).row(0, named=True)
        assert (first["kind"], first["frame"], first["class_id"]) == ("size", 60, 2)
        assert first["found"] > 2 * first["usual"]

    def test_off_its_place(self):
        first = suspects(changed(x_min=pl.col("x_min") + 90, x_max=pl.col("x_max") + 90)).row(0, named=True)
        assert (first["kind"], first["frame"]) == ("jump", 60)

    def test_one_edge(self):
        first = suspects(changed(x_max=pl.col("x_max") + 50)).row(0, named=True)
        assert (first["kind"], first["frame"]) == ("edges", 60)

    def test_another_name(self):
        first, *_ = suspects(changed(class_id=pl.lit(4, pl.Int64))).rows(named=True)
        assert (first["kind"], first["class_id"], first["other_class_id"]) == ("category", 4, 2)

    def test_exchanged(self):
        swapped = {0: 1, 1: 0}
        rows = TRUTH.annotations.with_columns(
            class_id=pl.when(pl.col("frame") == 60).then(pl.col("class_id").replace(swapped)).otherwise("class_id")
        )
        found = suspects(TRUTH.replace(annotations=rows)).head(2)
        assert found["kind"].to_list() == ["swapped", "swapped"]
        assert sorted(found.select("class_id", "other_class_id").rows()) == [(0, 1), (1, 0)]

    def test_missed_is_where_it_should_be(self):
        rows = TRUTH.annotations
        gone = (pl.col("frame") == 60) & (pl.col("class_id") == 2)
        first = suspects(TRUTH.replace(annotations=rows.filter(~gone))).row(0, named=True)
        assert (first["kind"], first["annotation_id"], first["frame"], first["class_id"]) == ("missed", None, 60, 2)
        should = rows.filter(gone).select(EDGES).row(0)
        assert [first[edge] for edge in EDGES] == pytest.approx(should, abs=4)

    @pytest.mark.parametrize("seen_by_a_model", [False, True])
    def test_two_of_one_category_that_are_missed_on_a_frame_are_two(self, seen_by_a_model: bool):
        rows = moving(120, 2).annotations.with_columns(class_id=pl.lit(0, pl.Int64))
        gone = rows.filter(pl.col("frame") == 60)
        dataset = moving(120, 1).replace(annotations=rows.filter(pl.col("frame") != 60))
        blank = gone.head(1).with_columns(pl.lit(edge).cast(pl.Float64).alias(name) for name, edge in ODD.items())
        dataset = dataset.replace(annotations=pl.concat([dataset.annotations, blank]))
        detections = gone.with_columns(confidence=pl.lit(0.9)) if seen_by_a_model else None
        found = suspects(dataset, Evidence(detections))
        missed = found.filter((pl.col("kind") == "missed") & (pl.col("frame") == 60))
        overlap = box_iou(missed.select(EDGES).to_numpy(), gone.select(EDGES).to_numpy())
        assert missed.height == 2
        assert overlap.max(axis=0).min() > 0.8

    def test_an_object_that_comes_and_goes_is_not_missed(self):
        rows = TRUTH.annotations.filter((pl.col("class_id") != 2) | pl.col("frame").is_between(30, 60))
        assert "missed" not in suspects(TRUTH.replace(annotations=rows))["kind"].to_list()


class TestPictures:
    """A set of pictures that have nothing to do with each other."""

    def test_a_size_that_its_category_does_not_have(self):
        random = np.random.default_rng(0)
        rows = []
        for frame in range(60):
            left, top = random.uniform(0, 500, 2)
            side = 60 * random.uniform(0.8, 1.2) * (5 if frame == 40 else 1)
            said = {"annotation_id": frame, "frame": frame, "class_id": frame % 2, "is_crowd": False}
            rows.append(said | box(left, top, left + side, top + side))
        frames, names = table("frames", {"frame": range(60)}), {"class_id": [0, 1], "name": ["a", "b"]}
        found = suspects(Dataset(frames, table("categories", names), table("annotations", rows)))
        first, second = found.head(2).rows(named=True)
        assert (first["kind"], first["frame"]) == ("unusual", 40)
        assert first["found"] > 15
        assert first["score"] > 1.5 * second["score"]

    @pytest.mark.parametrize("count", range(1, 9))
    def test_however_few_there_are(self, count: int):
        rows = TRUTH.annotations.filter(pl.col("frame") < count, pl.col("class_id") == 0)
        found = suspects(TRUTH.replace(annotations=rows))
        assert set(found["annotation_id"]) <= set(rows["annotation_id"])

    def test_of_a_few_labels_nothing_is_usual(self):
        rows = [
            {"annotation_id": n, "frame": n, "class_id": 0, "is_crowd": False, **box(0, 0, 9 + 90 * n, 9)}
            for n in range(3)
        ]
        few = Dataset(table("frames", {"frame": range(3)}), table("categories", {"class_id": [0], "name": ["a"]}))
        assert suspects(few.replace(annotations=table("annotations", rows))).height == 0


class TestPeople:
    def two(self, *boxes: dict[str, object]) -> Dataset:
        return with_boxes(make_dataset(4), *boxes)

    def test_a_copy_is_one_persons(self):
        ids = self.two().assignments["assignment_id"].to_list()
        one, two = (box(10, 10, 60, 60, frame=0, assignment_id=ids[0]) for _ in range(2))
        other = box(10, 10, 60, 60, frame=0, assignment_id=ids[1])
        found = suspects(self.two(one, two, other)).filter(pl.col("kind") == "duplicate")
        assert found.select("annotation_id", "other_annotation_id").rows() == [(1, 0)]

    def test_of_nobody_who_is_known_nobody_knows_whether_it_is_a_copy(self):
        found = suspects(self.two(box(10, 10, 60, 60), box(10, 10, 60, 60)))
        assert "duplicate" not in found["kind"].to_list()

    def test_without_people_two_alike_are_a_copy(self):
        rows = [{"annotation_id": n, "frame": 0, "class_id": 0, "is_crowd": False, **box(1, 1, 9, 9)} for n in range(2)]
        plain = Dataset(table("frames", {"frame": [0]}), table("categories", {"class_id": [0], "name": ["a"]}))
        assert suspects(plain.replace(annotations=table("annotations", rows)))["kind"].to_list() == ["duplicate"]

    def test_what_a_model_or_nobody_drew_is_no_suspect(self):
        rows = [box(10, 10, 60, 60, origin=origin) for origin in ("model", "interpolated", "gold")]
        assert suspects(self.two(*rows, *rows)).height == 0


class TestModel:
    LABELS = (box(10, 10, 60, 60), box(100, 100, 160, 160, class_id=1), box(200, 10, 260, 60))

    def found(self, *detections: dict[str, object]) -> list[tuple[object, ...]]:
        labels = with_boxes(make_dataset(2, (640, 480)), *self.LABELS)
        theirs = with_boxes(make_dataset(2, (640, 480)), *detections).annotations
        table_ = suspects(labels, Evidence(theirs)).filter(pl.col("score") > 0.3)
        return table_.select("kind", "annotation_id", "other_class_id").sort("annotation_id").rows()

    def test_what_it_finds_too_is_well(self):
        assert self.found(*({**each, "confidence": 0.9} for each in self.LABELS)) == []

    def test_what_speaks_against_labels(self):
        detections = [
            box(12, 10, 60, 60, class_id=1, confidence=0.9),
            box(100, 100, 190, 190, class_id=1, confidence=0.9),
            box(400, 300, 460, 360, confidence=0.8),
        ]
        assert self.found(*detections) == [
            ("missed", None, None),
            ("category", 0, 1),
            ("edges", 1, None),
            ("odd", 2, None),
        ]

    def test_what_it_is_not_sure_of_is_nothing(self):
        unsure = [{**each, "confidence": 0.9} for each in self.LABELS]
        assert self.found(*unsure, box(400, 300, 460, 360, confidence=0.2)) == []

    def test_a_frame_without_detections_says_nothing(self):
        assert self.found(box(10, 10, 60, 60, frame=1, confidence=0.9)) == []


class TestTables:
    def test_each_label_is_there_once_and_in_the_order_of_its_score(self):
        found = suspects(plant(TRUTH, 4, 2).dataset)
        assert found.schema == SUSPECTS
        ids = found["annotation_id"].drop_nulls()
        assert ids.n_unique() == len(ids)
        assert found["rank"].to_list() == list(range(1, found.height + 1))
        assert found["score"].is_sorted(descending=True)

    def test_nothing_is_an_empty_table(self):
        empty = TRUTH.replace(annotations=TRUTH.annotations.clear())
        assert suspects(empty).schema == SUSPECTS
        assert suspects(empty).height == 0

    def test_shares_of_a_picture_rank_as_pixels_do(self):
        planted = plant(TRUTH, 4, 3).dataset
        scaled = planted.replace(
            annotations=planted.annotations.with_columns(
                **{edge: pl.col(edge) / (1440 if edge[0] == "x" else 960) for edge in EDGES}
            )
        )
        same = [suspects(each)["annotation_id"].head(20).to_list() for each in (planted, scaled)]
        assert same[0] == same[1]


class TestChains:
    def rows(self, *rows: tuple[int, int, float, int | None]) -> pl.DataFrame:
        made = [
            {"annotation_id": n, "frame": frame, "class_id": class_id, "track_id": track, **box(x, 0, x + 10, 10)}
            for n, (frame, class_id, x, track) in enumerate(rows)
        ]
        return table("annotations", made).with_columns(person=pl.lit(0))

    def test_tracks_are_objects(self):
        found = chains(self.rows((0, 0, 0, 1), (0, 0, 50, 2), (1, 0, 50, 1), (1, 0, 0, 2))).tolist()
        assert found == [found[0], found[1], found[0], found[1]]
        assert found[0] != found[1]

    def test_a_category_that_is_once_on_a_frame_is_one_object_wherever_it_goes(self):
        assert len(set(chains(self.rows(*((n, 0, 100.0 * n, None) for n in range(5)))).tolist())) == 1

    def test_others_go_on_with_what_they_overlap(self):
        rows = [(n, 0, x + n, None) for n in range(4) for x in (0.0, 50.0)]
        found = chains(self.rows(*rows)).tolist()
        assert found == [found[0], found[1]] * 4
        assert found[0] != found[1]

    def test_what_was_away_for_long_is_another(self):
        rows = [(n, 0, x, None) for n in range(12) for x in (0.0, 50.0) if x or n in (0, 11)]
        found = chains(self.rows(*rows))
        assert len(set(found.tolist())) == 3


class TestExpected:
    def test_a_straight_way_is_found_in_spite_of_an_outlier(self):
        times = np.arange(11.0)
        boxes = np.stack([3 * times, 2 * times, 3 * times + 20, 2 * times + 10], axis=1)
        boxes[4] += 200
        found = expected_at(times, boxes, np.arange(11), np.array([5.0]), np.array([5]))
        assert found.boxes[0] == pytest.approx([15, 10, 35, 20], abs=0.5)

    def test_too_few_neighbours_say_nothing(self):
        found = expected_at(np.arange(3.0), np.zeros((3, 4)), np.arange(3), np.array([1.0]), np.array([1]))
        assert np.isnan(found.boxes).all()

    def test_own_work_does_not_count(self):
        times = np.repeat(np.arange(6.0), 2)
        boxes = np.tile([0.0, 0.0, 10.0, 10.0], (12, 1))
        boxes[4:6] = 90
        found = expected_at(times, boxes, np.repeat(np.arange(6), 2), np.array([2.0]), np.array([2]))
        assert found.boxes[0] == pytest.approx([0, 0, 10, 10], abs=0.5)
