from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loopviz.predict.letterbox import GREY, InputFit

sizes = st.tuples(st.integers(1, 3000), st.integers(1, 3000))
inputs = st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda sides: (32 * sides[0], 32 * sides[1]))


@pytest.mark.parametrize(
    ("picture", "size", "stride", "scaled", "left", "top", "whole"),
    [
        pytest.param((640, 480), (640, 640), None, (640, 480), 0, 80, (640, 640), id="wide"),
        pytest.param((480, 640), (640, 640), None, (480, 640), 80, 0, (640, 640), id="tall"),
        pytest.param((1440, 960), (320, 320), None, (320, 213), 0, 53, (320, 320), id="an odd rest, one more below"),
        pytest.param((1440, 960), (320, 320), 32, (320, 213), 0, 5, (320, 224), id="no more grey than the stride asks"),
        pytest.param((100, 100), (320, 320), None, (320, 320), 0, 0, (320, 320), id="enlarged"),
        pytest.param((3000, 1), (320, 320), None, (320, 1), 0, 159, (320, 320), id="a line"),
        pytest.param((640, 480), (320, 192), None, (256, 192), 32, 0, (320, 192), id="an input that is no square"),
    ],
)
def test_where_a_picture_stands(
    picture: tuple[int, int],
    size: tuple[int, int],
    stride: int | None,
    scaled: tuple[int, int],
    left: int,
    top: int,
    whole: tuple[int, int],
) -> None:
    fit = InputFit.of(picture, size, stride)
    assert (fit.scaled, fit.left, fit.top, fit.input) == (scaled, left, top, whole)


@given(sizes, inputs, st.booleans(), hnp.arrays(np.float64, (5, 4), elements=st.floats(0, 1)))
def test_the_way_back_is_exact(picture: tuple[int, int], size: tuple[int, int], free: bool, share: np.ndarray) -> None:
    fit = InputFit.of(picture, size, 32 if free else None)
    boxes = share * (*picture, *picture)
    np.testing.assert_allclose(fit.back(fit.into(boxes)), boxes, atol=1e-9 * max(picture))


@given(sizes, inputs, st.booleans())
def test_the_picture_is_inside_and_in_the_middle(picture: tuple[int, int], size: tuple[int, int], free: bool) -> None:
    fit = InputFit.of(picture, size, 32 if free else None)
    for place, (side, full) in enumerate(zip(fit.scaled, fit.input, strict=True)):
        before = (fit.left, fit.top)[place]
        assert 0 <= full - side - 2 * before <= 1
        assert full <= size[place]
        assert full % 32 == 0
    if free:
        assert all(full - side < 32 for side, full in zip(fit.scaled, fit.input, strict=True))


def test_what_lies_in_the_grey_is_cut_to_the_picture() -> None:
    fit = InputFit.of((100, 50), (64, 64))
    np.testing.assert_allclose(fit.back(np.array([[0.0, 0.0, 64.0, 64.0]])), [[0, 0, 100, 50]])


def test_a_picture_of_the_inputs_width_keeps_its_pixels() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 64, 3), dtype=np.uint8)
    whole = InputFit.of((64, 20), (64, 64)).apply(picture)
    assert whole.shape == (64, 64, 3)
    np.testing.assert_array_equal(whole[22:42], picture)
    assert (np.delete(whole, range(22, 42), axis=0) == GREY).all()


def test_a_large_picture_is_scaled_to_what_it_shows() -> None:
    picture = np.zeros((200, 400, 3), np.uint8)
    picture[:, 200:] = 200
    whole = InputFit.of((400, 200), (64, 64)).apply(picture)
    np.testing.assert_array_equal(np.unique(whole[20, :30]), [0])
    np.testing.assert_array_equal(np.unique(whole[20, 34:]), [200])
