"""Crops of suspects: what is seen, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.report.suspect_crops import LARGER, SIDE, SUSPECT, Crop, SuspectCrops, seen
from loopviz.scene.contrast import channels
from loopviz.schema import EDGES

GROUND = np.full((240, 320, 3), 128, dtype=np.uint8)


def row(*box: float, polygons: list[list[float]] | None = None) -> dict[str, object]:
    return dict(zip(EDGES, box, strict=True)) | {"polygons": polygons, "mask_rle": None}


@given(st.lists(st.floats(-2000, 2000), min_size=4, max_size=4), st.integers(1, 300), st.integers(1, 300))
def test_something_of_the_picture_is_always_seen(edges: list[float], width: int, height: int):
    (left, right), (top, bottom) = sorted(edges[:2]), sorted(edges[2:])
    x0, y0, x1, y1 = seen((left, top, right, bottom), width, height)
    assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height


@pytest.mark.parametrize("box", [(100, 80, 200, 160), (0, 0, 320, 240), (10, 10, 12, 12), (400, 300, 420, 330)])
def test_a_crop_is_no_larger_than_it_says(box: tuple[float, float, float, float]):
    made = SuspectCrops().picture(GROUND, Crop(box, row(*box)))
    assert max(made.shape[:2]) <= SIDE
    x0, _, x1, _ = seen(box, 320, 240)
    assert made.shape[1] <= LARGER * (x1 - x0)


def drawn(crop: Crop, color: str) -> int:
    """How many pixels have a colour."""
    return int((SuspectCrops().picture(GROUND, crop) == np.array(channels(color))).all(axis=2).sum())


def test_the_suspect_is_thick_and_what_nobody_labelled_is_dashed():
    box = (100.0, 80.0, 200.0, 160.0)
    full, dashed = (drawn(Crop(box, label), SUSPECT) for label in (row(*box), None))
    assert 0.3 * full < dashed < 0.8 * full


def test_shapes_are_drawn_along_their_outlines():
    box = (100.0, 80.0, 200.0, 160.0)
    triangle = drawn(Crop(box, row(*box, polygons=[[100, 80, 200, 80, 100, 160]])), SUSPECT)
    assert 0 < triangle < 0.9 * drawn(Crop(box, row(*box)), SUSPECT)


def test_neighbours_have_lines_of_their_own():
    box, other = (100.0, 80.0, 200.0, 160.0), row(120, 90, 220, 170)
    alone, with_time, with_others = (
        SuspectCrops().picture(GROUND, crop)
        for crop in (Crop(box, row(*box)), Crop(box, row(*box), [other]), Crop(box, row(*box), (), [other]))
    )
    assert (alone != with_time).any() and (with_time != with_others).any()
