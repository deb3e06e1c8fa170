"""Outlines of masks: the area and the holes stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from loopviz.formats.mturk.mask_polygons import MOST_OUTLINES, mask_polygons
from loopviz.geometry import polygon_area, polygons_to_mask


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_blocks_come_back_exactly(small: np.ndarray) -> None:
    mask = small.repeat(4, axis=0).repeat(4, axis=1)
    polygons = [polygon.tolist() for polygon in mask_polygons(mask)]
    # Blocks that touch at a corner are one outline that meets itself; it counts twice there, and is right all the same.
    assert sum(map(polygon_area, polygons)) == pytest.approx(mask.sum(), rel=0.01)
    assert np.array_equal(polygons_to_mask(polygons, *mask.shape), mask)


def test_a_round_shape_loses_its_stairs_and_keeps_its_area_and_hole() -> None:
    y, x = np.mgrid[:200, :200]
    distance = np.hypot(x - 99.5, y - 99.5)
    mask = (distance < 90) & (distance > 30)
    (polygon,) = mask_polygons(mask)
    assert polygon_area(polygon.tolist()) == pytest.approx(mask.sum(), rel=0.01)
    assert len(polygon) // 2 < 120
    again = polygons_to_mask([polygon.tolist()], 200, 200)
    assert not again[100, 100] and (again ^ mask).sum() < 0.02 * mask.sum()


@pytest.mark.parametrize(
    ("mask", "parts"),
    [
        pytest.param(np.zeros((5, 5), np.bool_), 0, id="empty"),
        pytest.param(np.eye(1, dtype=np.bool_), 1, id="one pixel"),
        pytest.param(np.indices((200, 200)).sum(axis=0) % 3 == 0, 1, id="stripes that touch at corners"),
        pytest.param(np.tile(np.eye(4, k=1, dtype=np.bool_), (MOST_OUTLINES, 1)) & False, 0, id="nothing at all"),
    ],
)
def test_odd_masks(mask: np.ndarray, parts: int) -> None:
    assert min(len(mask_polygons(mask)), 1) == parts


def test_noise_has_no_polygons() -> None:
    mask = np.random.default_rng(1).random((300, 300)) < 0.3
    assert mask_polygons(mask) == []
