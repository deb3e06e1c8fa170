from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voters import SIZE, box_row, crowd, mask_row, point

from loopviz import geometry
from loopviz.crowd.quality.agreement import agreements, gold_scores
from loopviz.crowd.quality.measures import measures
from loopviz.crowd.quality.pixel_runs import counts_of, covered, pixels, region_iou, runs_of
from loopviz.crowd.review.evidence import NO_AREA, evidence
from loopviz.crowd.review.rules import parse_rule
from loopviz.errors import InputError

masks = st.lists(st.booleans(), min_size=108, max_size=108).map(lambda bits: np.array(bits).reshape(9, 12))
corner = st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0.5, 40), st.floats(0.5, 40))
boxes = st.lists(corner, min_size=1, max_size=5).map(
    lambda rows: np.array([(x, y, x + w, y + h) for x, y, w, h in rows])
)


@settings(max_examples=40)
@given(masks, masks)
def test_overlap_of_masks_is_that_of_their_pixels_whoever_comes_first(one: np.ndarray, other: np.ndarray):
    a, b = runs_of(mask_row(one), SIZE), runs_of(mask_row(other), SIZE)
    union = (one | other).sum()
    assert region_iou(a, b) == region_iou(b, a) == ((one & other).sum() / union if union else 1.0)
    assert 0 <= region_iou(a, b) <= 1
    assert region_iou(a, a) == 1


@settings(max_examples=40)
@given(st.lists(masks, min_size=1, max_size=5), st.integers(1, 5))
def test_what_so_many_cover_is_what_so_many_cover(parts: list[np.ndarray], least: int):
    found = covered([runs_of(mask_row(part), SIZE) for part in parts], least)
    counts = counts_of(found, SIZE)
    np.testing.assert_array_equal(geometry.mask_from_rle(counts, 9, 12), np.sum(parts, axis=0) >= least)
    assert pixels(found) == geometry.rle_area(counts)
    np.testing.assert_array_equal(counts, geometry.rle_from_mask(np.sum(parts, axis=0) >= least))


@given(boxes, boxes)
def test_overlap_of_boxes_is_symmetric_and_a_share(one: np.ndarray, other: np.ndarray):
    found = geometry.box_iou(one, other)
    np.testing.assert_allclose(found, geometry.box_iou(other, one).T)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    np.testing.assert_allclose(np.diag(geometry.box_iou(one, one)), 1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param((0, 0, 4, 4), (0, 0, 4, 4), 1, id="the same"),
        pytest.param((0, 0, 4, 4), (2, 0, 6, 4), 8 / 24, id="shifted by half"),
        pytest.param((0, 0, 4, 4), (4, 0, 8, 4), 0, id="side by side"),
        pytest.param((0, 0, 4, 4), (1, 1, 3, 3), 4 / 16, id="one within the other"),
    ],
)
def test_overlap_of_two_boxes(one: tuple[int, ...], other: tuple[int, ...], expected: float):
    assert geometry.box_iou(np.array([one], float), np.array([other], float))[0, 0] == pytest.approx(expected)
    assert region_iou(runs_of(as_row(one), SIZE), runs_of(as_row(other), SIZE)) == pytest.approx(expected)


def as_row(corners: tuple[int, ...]) -> dict[str, Any]:
    return box_row(*map(float, corners), mask_rle=None, polygons=None)


def left_half() -> np.ndarray:
    mask = np.zeros((9, 12), bool)
    mask[:, :6] = True
    return mask


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], 1, id="both silent"),
        pytest.param([box_row(0, 0, 4, 4, who="T0")], 0, id="one silent"),
        pytest.param([box_row(0, 0, 4, 4, who="T0"), box_row(2, 0, 6, 4, who="T1")], 8 / 24, id="boxes"),
        pytest.param(
            [box_row(0, 0, 4, 4, who="T0"), box_row(0, 0, 2, 4, who="T1"), box_row(2, 0, 4, 4, who="T1")],
            1,
            id="two boxes for one",
        ),
        pytest.param(
            [box_row(0, 0, 4, 4, who="T0"), box_row(0, 0, 4, 4, who="T1", class_id=1)], 0, id="other categories"
        ),
        pytest.param(
            [box_row(0, 0, 4, 4, who=t) for t in ("T0", "T1")] + [box_row(5, 5, 8, 8, who="T0", class_id=1)],
            0.5,
            id="the mean of categories",
        ),
        pytest.param([mask_row(left_half(), who="T0"), mask_row(~left_half(), who="T1")], 0, id="masks"),
        pytest.param(
            [mask_row(left_half(), who="T0"), box_row(0, 0, 6, 9, who="T1", polygons=[[0, 0, 6, 0, 6, 9, 0, 9]])],
            1,
            id="a mask and a polygon",
        ),
        pytest.param(
            [mask_row(left_half() & ~np.eye(9, 12, dtype=bool), who="T0"), box_row(0, 0, 6, 9, who="T1")],
            1,
            id="a mask and a box are compared as boxes",
        ),
    ],
)
def test_agreement_of_two(rows: list[dict[str, Any]], expected: float):
    found = agreements(crowd(*rows, people=2))
    assert found == {"T0": pytest.approx(expected), "T1": pytest.approx(expected)}


def test_without_the_frames_size_boxes_are_compared():
    known = crowd(box_row(0, 0, 4, 4, who="T0"), box_row(2, 0, 6, 4, who="T1"), people=2)
    unknown = known.replace(frames=known.frames.with_columns(pl.lit(None, pl.Int64).alias("width")))
    assert agreements(unknown) == agreements(known)


def test_nobody_agrees_with_themselves_or_with_no_one():
    rows = [box_row(0, 0, 4, 4, who="T0"), box_row(0, 0, 4, 4, who="T1")]
    assert agreements(crowd(*rows, people=2)) == {"T0": 1, "T1": 1}
    twice = crowd(*rows, people=2)
    twice = twice.replace(assignments=twice.assignments.with_columns(pl.lit("W0").alias("worker_id")))
    assert agreements(twice) == {}
    assert agreements(crowd(rows[0], people=1)) == {}


def test_a_known_answer_is_what_work_is_held_against():
    gold = box_row(0, 0, 4, 4, origin="gold")
    found = gold_scores(crowd(gold, box_row(0, 0, 4, 4, who="T0"), box_row(2, 0, 6, 4, who="T1")))
    assert found == {"T0": 1, "T1": pytest.approx(8 / 24), "T2": 0}
    assert gold_scores(crowd(box_row(0, 0, 4, 4, who="T0"))) == {}


def test_a_mask_of_another_size_is_refused_by_frame():
    wrong = mask_row(np.ones((5, 5), bool), who="T0")
    with pytest.raises(InputError, match="frame 0, annotation 0: the mask does not fit"):
        agreements(crowd(wrong, mask_row(left_half(), who="T1")))


def test_points_neither_agree_nor_disagree_and_are_held_against_nobody():
    data = crowd(point(3, 3, who="T0"), point(8, 8, who="T1"), box_row(0, 0, 6, 6, who="T2"))
    assert agreements(data) == {}
    measured = measures(data).rows(named=True)
    assert [row["boxes"] for row in measured] == [1, 1, 1]
    assert [row["without_area"] for row in measured] == [1, 1, 0]
    assert [row["area"] is None for row in measured] == [True, True, False]
    for rule in ("area >= 0.5", "agreement >= 0.5"):
        found = evidence(parse_rule(rule).conditions[0], measured[0])
        assert found == {"found": NO_AREA + f", so {rule.split()[0]} is not held against anyone.", "asked": None}


def test_boxes_are_compared_beside_points():
    both = [box_row(0, 0, 6, 6, who="T0"), point(3, 3, who="T0"), box_row(0, 0, 6, 6, who="T1")]
    assert agreements(crowd(*both, people=2)) == {"T0": 1.0, "T1": 1.0}
