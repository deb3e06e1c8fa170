"""Consensus: what most people drew, how sure it is, what it is made of, and who is careful."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from planted_errors import moving
from support import box
from voters import box_row, mask_row, point
from voters import crowd as one_frame

from loopviz import geometry
from loopviz.crowd.quality.consensus import METHODS, Method, consensus_of
from loopviz.crowd.quality.consensus.skill import dawid_skene
from loopviz.crowd.quality.consensus.staple import staple
from loopviz.dataset import Dataset
from loopviz.geometry import box_iou, mask_from_rle, rle_from_mask, rle_from_string, rle_to_string
from loopviz.schema import EDGES, table

FRAMES, PEOPLE = 40, 6
TRUTH = moving(FRAMES)


def drawn(*rows: tuple[int, str, dict[str, Any]], seen: tuple[tuple[int, str], ...] = ()) -> Dataset:
    """Labels of people by frame: ``(frame, worker, label)``, and who else saw a frame."""
    works = sorted({*((frame, who) for frame, who, _ in rows), *seen})
    names = {work: f"task-{work[0]}-{work[1]}" for work in works}
    plain = {"class_id": 0, "is_crowd": False, "origin": "worker"}
    annotations = [
        plain | {"annotation_id": n, "frame": frame, "assignment_id": names[frame, who], **label}
        for n, (frame, who, label) in enumerate(rows)
    ]
    frames = {"frame": range(FRAMES), "width": [64] * FRAMES, "height": [48] * FRAMES}
    return Dataset(
        frames=table("frames", frames),
        categories=TRUTH.categories,
        annotations=table("annotations", annotations),
        assignments=table(
            "assignments", [{"assignment_id": names[w], "frame": w[0], "worker_id": w[1]} for w in works]
        ),
        workers=table("workers", {"worker_id": sorted({who for _, who in works})}),
    )


def crowd(seed: int) -> tuple[Dataset, np.ndarray]:
    """Four of six people on each frame, who are careless in different measures; and how far off their edges are."""
    random = np.random.default_rng(seed)
    careless, misses, wrong = random.uniform([[0.01], [0.02], [0.0]], [[0.12], [0.35], [0.3]], (3, PEOPLE))
    rows = []
    for frame in range(FRAMES):
        truth = TRUTH.annotations.filter(pl.col("frame") == frame).rows(named=True)
        for person in random.choice(PEOPLE, 4, replace=False).tolist():
            for row in truth:
                if random.random() < misses[person]:
                    continue
                edges = np.array([row[edge] for edge in EDGES])
                edges += random.normal(0, careless[person], 4) * np.tile(edges[2:] - edges[:2], 2)
                other = int(random.integers(5)) if random.random() < wrong[person] else row["class_id"]
                label = dict(zip(EDGES, edges.tolist(), strict=True)) | {"class_id": other}
                rows.append((frame, f"w{person}", label))
    made = drawn(*rows)
    return made.replace(frames=TRUTH.frames), careless


def scores(labels: pl.DataFrame) -> tuple[float, float]:
    """How many of the true labels are found and how few others there are (F1), and how much those found overlap."""
    hits, overlaps, count = 0, list[float](), 0
    for (frame,), truth in TRUTH.annotations.group_by("frame"):
        found = labels.filter(pl.col("frame") == frame)
        count += found.height
        alike = truth["class_id"].to_numpy()[:, None] == found["class_id"].to_numpy()
        best = (box_iou(truth.select(EDGES).to_numpy(), found.select(EDGES).to_numpy()) * alike).max(axis=1, initial=0)
        hits += int((best >= 0.5).sum())
        overlaps += best[best >= 0.5].tolist()
    return 2 * hits / (count + TRUTH.annotations.height), float(np.mean(overlaps))


class TestAgainstTruth:
    @pytest.mark.parametrize("method", METHODS)
    def test_each_method_is_better_than_any_person(self, method: Method):
        dataset, _ = crowd(0)
        one = [
            scores(dataset.annotations.filter(pl.col("assignment_id").str.ends_with(f"w{person}")))[0]
            for person in range(PEOPLE)
        ]
        assert scores(consensus_of(dataset, method).dataset.annotations)[0] > max(one)

    def test_knowing_how_good_people_are_helps(self):
        found = {method: np.zeros(2) for method in METHODS}
        for seed in range(3):
            dataset, _ = crowd(seed)
            for method in METHODS:
                found[method] += scores(consensus_of(dataset, method).dataset.annotations)
        assert found["skill"][0] > found["majority"][0]
        assert found["skill"][1] > max(found["majority"][1], found["fusion"][1])

    def test_the_careless_are_known(self):
        dataset, careless = crowd(1)
        skills = consensus_of(dataset, "skill").people.sort("worker_id")["skill"].to_numpy()
        assert np.all((skills > 0) & (skills <= 1))
        assert skills.argmax() != careless.argmax()


ONE, NEAR, FAR = box(10, 10, 30, 30), box(12, 10, 34, 30), box(40, 5, 60, 25)


class TestObjects:
    @pytest.mark.parametrize("method", METHODS)
    def test_what_most_drew_is_there_and_says_what_it_is_made_of(self, method: Method):
        dataset = drawn((0, "a", ONE), (0, "b", NEAR), (0, "c", ONE), (0, "c", FAR), (1, "a", ONE))
        agreed = consensus_of(dataset, method)
        rows = agreed.dataset.annotations.filter(pl.col("origin") == "consensus")
        assert rows.select("frame", "class_id", "annotation_id").rows() == [(0, 0, 5)]
        assert 10 <= rows["x_min"][0] < 12
        assert 0.5 < rows["confidence"][0] <= 1
        assert agreed.made_of.select("annotation_id", "source_annotation_id", "worker_id").rows() == [
            (5, 0, "a"),
            (5, 1, "b"),
            (5, 2, "c"),
        ]

    def test_frames_of_one_person_are_as_they_were(self):
        dataset = drawn((0, "a", ONE), (0, "b", ONE), (1, "a", FAR))
        kept = consensus_of(dataset, "skill").dataset.annotations.filter(pl.col("frame") == 1)
        assert kept.equals(dataset.annotations.filter(pl.col("frame") == 1))

    def test_who_saw_a_frame_and_drew_nothing_has_a_say(self):
        dataset = drawn((0, "a", ONE), seen=((0, "b"), (0, "c")))
        assert consensus_of(dataset, "majority").dataset.annotations.height == 0

    def test_the_name_is_what_most_call_it(self):
        wheel = ONE | {"class_id": 1}
        dataset = drawn((0, "a", ONE), (0, "b", wheel), (0, "c", wheel))
        rows = consensus_of(dataset, "majority").dataset.annotations
        assert rows["class_id"].to_list() == [1]
        assert rows["confidence"].to_list() == pytest.approx([2 / 3])

    def test_work_that_does_not_count_has_no_say(self):
        dataset = drawn((0, "a", ONE), (0, "b", ONE), (0, "c", FAR), (0, "d", FAR), (0, "e", FAR))
        accepted = pl.when(pl.col("worker_id").is_in(["c", "d", "e"])).then(pl.lit(value=False))
        counted = dataset.replace(assignments=dataset.assignments.with_columns(accepted=accepted))
        rows = consensus_of(counted, "majority").dataset.annotations
        assert rows.select(EDGES).rows() == [(10, 10, 30, 30)]

    @pytest.mark.parametrize("method", METHODS)
    def test_masks_are_pixels_that_most_drew(self, method: Method):
        masks = []
        for left in (10, 12, 10):
            mask = np.zeros((48, 64), bool)
            mask[10:30, left:30] = True
            masks.append(mask)
        rows = [
            (0, who, ONE | {"mask_rle": rle_to_string(rle_from_mask(mask))})
            for who, mask in zip("abc", masks, strict=True)
        ]
        found = consensus_of(drawn(*rows), method).dataset.annotations["mask_rle"].to_list()
        assert (mask_from_rle(rle_from_string(found[0]), 48, 64) == masks[0]).all()

    @pytest.mark.parametrize("method", METHODS)
    def test_where_nobody_shares_a_frame_there_is_none(self, method: Method):
        dataset = drawn((0, "a", ONE), (1, "b", ONE))
        agreed = consensus_of(dataset, method)
        assert agreed.dataset.annotations.equals(dataset.annotations)
        assert (agreed.made_of.height, agreed.people.height) == (0, 0)


def voted(dataset: Dataset) -> Dataset:
    return consensus_of(dataset, "majority", unnamed=True).dataset


class TestAMajority:
    def test_masks_become_the_pixels_of_the_majority(self):
        draw = np.random.default_rng(5)
        votes = [draw.random((9, 12)) < 0.9 for _ in range(3)]
        found = voted(one_frame(*(mask_row(vote, who=f"T{i}") for i, vote in enumerate(votes)))).annotations
        (row,) = found.iter_rows(named=True)
        counts = geometry.rle_from_string(row["mask_rle"])
        np.testing.assert_array_equal(geometry.mask_from_rle(counts, 9, 12), np.sum(votes, axis=0) >= 2)
        assert (row["origin"], row["assignment_id"], row["is_crowd"]) == ("consensus", None, False)
        assert (row["x_min"], row["y_min"], row["x_max"], row["y_max"]) == geometry.rle_bounds(counts, 9)

    @pytest.mark.parametrize(
        ("rows", "work", "expected"),
        [
            pytest.param(
                [
                    box_row(0, 0, 4, 4, who="T0"),
                    box_row(0, 0, 4, 6, who="T1"),
                    box_row(1, 0, 5, 5, who="T2"),
                ],
                {},
                [(0, 0, 4, 5)],
                id="the median of each edge",
            ),
            pytest.param(
                [
                    box_row(0, 0, 4, 4, who="T0"),
                    box_row(0, 0, 4, 4, who="T1"),
                    box_row(8, 4, 12, 9, who="T2"),
                ],
                {},
                [(0, 0, 4, 4)],
                id="one alone is outvoted",
            ),
            pytest.param([box_row(0, 0, 4, 4, who="T0")], {}, [], id="silence is a vote"),
            pytest.param(
                [box_row(0, 0, 4, 4, who=t) for t in ("T0", "T1")]
                + [box_row(8, 0, 12, 4, who=t) for t in ("T1", "T0")],
                {},
                [(0, 0, 4, 4), (8, 0, 12, 4)],
                id="two objects",
            ),
            pytest.param(
                [
                    box_row(0, 0, 4, 4, who="T0"),
                    box_row(0, 0, 4, 4, who="T1"),
                    box_row(8, 4, 12, 9, who="T2"),
                ],
                {"accepted": [False, None, True]},
                [],
                id="labels that do not count have no vote",
            ),
            pytest.param(
                [
                    box_row(0, 0, 4, 4, who="T0"),
                    box_row(0, 0, 4, 4, who="T1"),
                    box_row(0, 0, 6, 6, who="T2"),
                ],
                {"worker_id": ["W0", "W0", "W1"]},
                [],
                id="one person has one vote",
            ),
        ],
    )
    def test_boxes_become_those_of_the_majority(
        self, rows: list[dict[str, Any]], work: dict[str, Any], expected: list[tuple]
    ):
        found = voted(one_frame(*rows, **work)).annotations
        assert sorted(found.select("x_min", "y_min", "x_max", "y_max").rows()) == expected
        assert set(found["origin"]) <= {"consensus"}

    def test_what_one_person_labelled_stays_as_it_is_and_so_do_gold_labels_and_the_work(self):
        alone = one_frame(box_row(0, 0, 4, 4, who="T0"), box_row(0, 0, 3, 3, origin="gold"), people=1)
        assert voted(alone).equals(alone)
        two = one_frame(
            box_row(0, 0, 3, 3, origin="gold"),
            box_row(0, 0, 4, 4, who="T0"),
            box_row(0, 0, 4, 4, who="T1"),
        )
        found = voted(two)
        assert found.annotations["origin"].to_list() == ["gold", "consensus"]
        assert found.annotations["annotation_id"].is_unique().all()
        assert found.assignments.equals(two.assignments)

    def test_a_vote_on_boxes_leaves_points_whose_they_are(self):
        data = one_frame(box_row(0, 0, 6, 6, who="T0"), box_row(0, 0, 6, 6, who="T1"), point(3, 3, who="T2"))
        found = voted(data).annotations
        assert found.select("origin", "assignment_id", "shape").rows() == [
            ("worker", "T2", "points"),
            ("consensus", None, None),
        ]

    def test_work_of_unknown_people_has_a_voice_where_that_is_wanted_and_no_name(self):
        data = one_frame(*(box_row(0, 0, 4, 4, who=task) for task in ("T0", "T1")), worker_id=["W0", None, None])
        found = consensus_of(data, "majority", unnamed=True)
        assert found.dataset.annotations["origin"].to_list() == ["consensus"]
        assert set(found.made_of["worker_id"]) == {"W0", None}
        assert found.people["worker_id"].to_list() == ["W0"]
        assert consensus_of(data, "majority").dataset.equals(data)


class TestSkill:
    def test_three_good_people_outvote_two_who_always_say_the_same(self):
        random = np.random.default_rng(0)
        truth = random.integers(0, 2, 200)
        said = np.stack(
            [np.where(random.random(200) < 0.9, truth, 1 - truth) for _ in range(3)] + [np.zeros(200, int)] * 2
        )
        people, items = np.meshgrid(np.arange(5), np.arange(200), indexing="ij")
        found = dawid_skene(items.ravel(), people.ravel(), said.ravel(), (200, 5, 2))
        assert (found.truth.argmax(axis=1) == truth).mean() > 0.95
        assert found.right[:3].min() > 0.8
        assert found.truth.sum(axis=1) == pytest.approx(np.ones(200))
        assert found.people.sum(axis=2) == pytest.approx(np.ones((5, 2)))


class TestStaple:
    def test_the_careful_count_for_more(self):
        random = np.random.default_rng(1)
        truth = np.zeros(4000, bool)
        truth[:1000] = True
        chances = (0.02, 0.02, 0.3, 0.3, 0.3)
        masks = np.array([np.where(random.random(4000) < chance, ~truth, truth) for chance in chances])
        probable, sure, clear = staple(masks)
        assert ((probable > 0.5) == truth).mean() > 0.98
        assert ((masks.sum(axis=0) > 2) == truth).mean() < 0.97  # the vote of most is worse
        assert sure[:2].min() > 0.9 > sure[2:].max()
        assert clear[:2].min() > 0.9

    def test_what_all_drew_is_the_mask(self):
        mask = np.array([[True] * 5 + [False] * 5] * 3)
        assert ((staple(mask)[0] > 0.5) == mask[0]).all()
