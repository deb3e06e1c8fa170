from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loopviz.media import ColorTags
from loopviz.render.laid_strokes import PaintedStrokes, PlanarStrokes
from loopviz.render.planes import to_planar
from loopviz.scene.strokes import AT_ONCE, Strokes, inks_of

SDR = ColorTags("bt709", False, 1, 1, 1)


def strokes(count: int = 2 * AT_ONCE) -> Strokes:
    draw = np.random.default_rng(7)
    corners, sides = draw.integers(0, 40, (count, 2)), draw.integers(1, 25, (count, 2))
    boxes = np.hstack([corners, np.minimum(corners + sides, [64, 48])])
    inks = inks_of(["#0072b2", "#d55e00"], 0.03, "#f4f1ea")[draw.integers(0, 2, count)]
    return Strokes((64, 48), boxes, inks, draw.integers(0, 2, count) > 0, 1, "#f4f1ea")


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("way", [[3, 40, 300, 17], [*range(0, 300, 7)], [320, 0, 1]])
def test_a_sample_is_the_same_on_every_way(way: list[int], depth: int):
    made, tags = strokes(), replace(SDR, depth=depth)
    walked = PlanarStrokes(made, tags)
    for count in way:
        there, here = PlanarStrokes(made, tags).at(count), walked.at(count)
        for one, other in zip(there.layers, here.layers, strict=True):
            assert np.array_equal(one.values, other.values)
            assert one.through is not None
            assert other.through is not None
            assert np.array_equal(one.through, other.through)


def test_planes_are_those_of_the_painted_strokes():
    made = strokes()
    painted = np.rint(PaintedStrokes(made).at(200))
    padded = np.zeros((52, 68, 4), np.uint8)
    padded[2:50, 2:66] = painted
    padded[[0, -1], :, 3] = padded[:, [0, -1], 3] = 1  # as large as the field
    expected, found = to_planar(padded, SDR), PlanarStrokes(made, SDR).at(200)
    for step, one, other in zip((1, 2, 2), found.layers, expected.layers, strict=True):
        inner = other.values[2 // step : -2 // step, 2 // step : -2 // step]
        assert np.abs(one.values.astype(int) - inner).max() <= 1
