from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.kit.pictures import careless, drawing, example_frame, example_masks, labelled, shrunk

SIZE = (64, 48)
Labels = Callable[..., Dataset]


@pytest.mark.parametrize(
    ("categories", "frames", "expected"),
    [
        pytest.param(("body", "cable"), range(12), 8, id="the first with most categories"),
        pytest.param(("body", "cable", "table"), range(12), 9, id="three asked for"),
        pytest.param(("body", "cable"), range(0, 12, 4), 8, id="only frames of the kit"),
        pytest.param(("body",), range(4), None, id="boxes are no outlines"),
        pytest.param(("wheel",), range(12), None, id="other categories"),
    ],
)
def test_which_frame_is_the_example(
    make_labels: Labels, categories: tuple[str, ...], frames: range, expected: int | None
):
    assert example_frame(make_labels(), categories, frames) == expected


def test_without_labels_there_is_no_example():
    assert example_frame(None, ("body",), range(12)) is None


def test_masks_of_an_example_by_place(make_labels: Labels):
    masks = example_masks(make_labels(), ("cable", "body"), 8, SIZE)
    assert {place: int(mask.sum()) for place, mask in masks.items()} == {1: 400, 0: 200}


def test_labels_of_another_size_are_refused(make_labels: Labels):
    with pytest.raises(ConfigError, match=r"128x96.*64x48"):
        example_masks(make_labels((128, 96)), ("body",), 4, SIZE)


def test_a_labelled_picture_is_tinted_where_the_label_is_and_nowhere_else(make_labels: Labels):
    grey = np.full((48, 64, 3), 128, dtype=np.uint8)
    masks = example_masks(make_labels(), ("body",), 4, SIZE)
    picture = labelled(grey, masks)
    assert picture[14, 14].tolist() == [75, 123, 157]  # 0.55 of #1f77b4 over grey
    assert np.all(picture[40:] == 128)
    assert np.all(grey == 128)


def test_careless_work_runs_over_and_forgets():
    _, masks = drawing(2)
    poor = careless(masks)
    assert list(poor) == [0]
    assert np.all(poor[0][masks[0]])
    assert poor[0].sum() > 1.2 * masks[0].sum()
    assert list(careless({3: masks[0]})) == [3]  # a single part is not forgotten


def test_the_drawing_has_as_many_parts_as_it_can_show():
    picture, masks = drawing(1)
    assert picture.shape == (640, 960, 3)
    assert list(masks) == [0]
    _, two = drawing(5)
    assert not np.any(two[0] & two[1])
    assert int(two[0].sum() + two[1].sum()) == int(masks[0].sum())


def test_pictures_are_at_most_1200_wide():
    assert shrunk(np.zeros((100, 2400, 3), dtype=np.uint8)).shape == (50, 1200, 3)
    assert labelled(np.zeros((100, 2400, 3), dtype=np.uint8), {}).shape == (50, 1200, 3)
