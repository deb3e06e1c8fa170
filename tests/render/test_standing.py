"""What stands is copied: the pictures are those that are drawn from the beginning."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import samples, yuv_frame

from loopviz.media import ColorTags
from loopviz.render.compositor import Compositor
from loopviz.render.standing import Standing
from loopviz.scene import Rect

RED, BLUE, GREY = (Rect(0, 0, 4, 4, color) for color in ("#ff0000", "#0000ff", "#777777"))
GROUND = object()


def canvas(value: int = 0) -> list[np.ndarray]:
    return [np.full(shape, value, np.uint8) for shape in ((4, 4), (2, 2), (2, 2))]


def kept(elements: tuple[Rect, ...]) -> Standing:
    standing = Standing()
    standing.keep(canvas(7), GROUND, elements)
    return standing


@pytest.mark.parametrize(
    ("ground", "elements", "copied"),
    [
        pytest.param(GROUND, (RED, BLUE), 2, id="the-same"),
        pytest.param(GROUND, (RED, BLUE, GREY), 2, id="more-on-it"),
        pytest.param(GROUND, (Rect(0, 0, 4, 4, "#ff0000"), BLUE), 2, id="equal-ones"),
        pytest.param(GROUND, (RED,), None, id="less-on-it"),
        pytest.param(GROUND, (BLUE, RED), None, id="another-order"),
        pytest.param(object(), (RED, BLUE), None, id="another-picture"),
    ],
)
def test_what_begins_with_what_is_kept_is_copied(ground: object, elements: tuple[Rect, ...], copied: int | None):
    target = canvas()
    assert kept((RED, BLUE)).lay(target, ground, elements) == copied
    assert {int(plane.max()) for plane in target} == ({7} if copied else {0})


def test_a_copy_is_no_view_of_what_was_kept():
    standing, first, second = kept((RED,)), canvas(), canvas()
    standing.lay(first, GROUND, (RED,))
    first[0][:] = 99
    standing.lay(second, GROUND, (RED,))
    assert second[0].max() == 7


def test_what_lasts_is_what_the_last_picture_had_too():
    standing = Standing()
    assert [standing.lasting(GROUND, those) for those in ((RED, BLUE), (RED, GREY), (RED, GREY), ())] == [-1, 1, 2, 0]
    assert standing.lasting(object(), (RED,)) == -1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.lists(st.sampled_from([0, 1, 2, 3, 4]), max_size=5)), max_size=8))
def test_pictures_are_those_that_are_drawn_by_themselves(film: list[tuple[int, list[int]]]):
    rects = [Rect(2 * n, n, 9 + n, 7 + 2 * n, f"#{n}0{9 - n}0c0", 1 if n % 2 else 0.5) for n in range(5)]
    pictures = [yuv_frame((24, 18)), yuv_frame((24, 18), seed=1)]

    scene: Any = SimpleNamespace(
        pictures=((0, 0, 24, 18),),
        canvas_size=(24, 18),
        layout=None,
        theme=SimpleNamespace(colors=SimpleNamespace(paper="#ffffff")),
        elements=lambda view: tuple(rects[n] for n in view),
    )
    color = ColorTags("bt709", False, 1, 1, 1)
    one = Compositor(scene, (24, 18), color)
    for number, view in film:
        alone = Compositor(scene, (24, 18), color).compose(pictures[number], view)
        for plane, expected in zip(samples(one.compose(pictures[number], view)), samples(alone), strict=True):
            np.testing.assert_array_equal(plane, expected)
