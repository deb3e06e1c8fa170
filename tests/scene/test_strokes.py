from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.strokes import DASH, LaidStrokes, Numbers, Strokes, density, inks_of

PAPER, NIGHT = "#f4f1ea", "#121214"
BOXES = st.tuples(st.integers(0, 50), st.integers(0, 30), st.integers(1, 40), st.integers(1, 30))


def strokes(boxes: list[tuple[int, int, int, int]], paper: str = PAPER, *, broken: bool = False) -> Strokes:
    table: Numbers = np.array(boxes, np.int64).reshape(-1, 4)
    ink = inks_of(["#d55e00"], 0.1, paper)[np.zeros(len(table), np.int64)]
    return Strokes((64, 40), table, ink, np.full(len(table), broken), 2, paper)


@given(
    boxes=st.lists(BOXES.map(lambda b: (b[0], b[1], min(64, b[0] + b[2]), min(40, b[1] + b[3]))), max_size=12),
    steps=st.lists(st.integers(0, 12), min_size=1, max_size=6),
    broken=st.booleans(),
)
def test_it_is_the_same_however_it_was_reached(boxes: list[tuple[int, int, int, int]], steps: list[int], broken: bool):
    laid = LaidStrokes(made := strokes(boxes, broken=broken))
    painted = np.zeros((40, 64, 4), np.float32)
    for step in steps:
        count = min(step, len(boxes))
        for x0, y0, x1, y1 in laid.go_to(count):
            assert not (x0 % 2 or y0 % 2 or x1 % 2 or y1 % 2)
            painted[y0:y1, x0:x1] = made.pixels(laid.field[y0:y1, x0:x1])
        at_once = density(made, count)
        assert np.array_equal(laid.field, at_once)
        assert np.array_equal(painted, made.pixels(at_once.astype(np.int32)))


@pytest.mark.parametrize(("paper", "color"), [(PAPER, "#d55e00"), (PAPER, "#000000"), (NIGHT, "#d55e00")])
def test_lines_over_each_other_multiply_on_paper_and_add_light_on_night(paper: str, color: str):
    inks = inks_of([color], 0.25, paper)
    made = Strokes((8, 8), np.array([[0, 0, 8, 8]] * 2), inks[[0, 0]], np.zeros(2, bool), 2, paper)
    pixels = made.pixels(density(made, 2).astype(np.int32))[0, 0]
    ground = np.array([int(paper[i : i + 2], 16) for i in (1, 3, 5)], float)
    ink = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], float)
    if paper == PAPER:
        expected = ground * (0.75 + 0.25 * ink / 255) ** 2
    else:
        expected = 255 - (255 - ground) * (1 - 0.25 * ink / 255) ** 2
    assert pixels[:3] + ground * (1 - pixels[3] / 255) == pytest.approx(expected, abs=0.05)
    assert (pixels[:3] <= pixels[3] + 1e-3).all()
    assert made.pixels(density(made, 2).astype(np.int32))[4, 4].tolist() == [0, 0, 0, 0]


def test_bars_of_a_box_do_not_lie_on_each_other_and_have_its_edges():
    for broken in (False, True):
        covered = np.zeros((40, 64), int)
        for x0, y0, x1, y1 in strokes([(3, 5, 60, 37)], broken=broken).bars(0).tolist():
            covered[y0:y1, x0:x1] += 1
        assert covered.max() == 1
        assert covered[5, 3] == covered[36, 59] == 1
        assert covered[:5].sum() == covered[37:].sum() == covered[:, :3].sum() == covered[:, 60:].sum() == 0
        assert (covered[5, 3:60].mean() < 0.7) == broken


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (0, 0, 4, 40), (0, 0, 3 * DASH, 5)])
def test_a_small_box_is_whole(box: tuple[int, int, int, int]):
    bars = strokes([box], broken=True).bars(0)
    assert (bars[:, 2:] > bars[:, :2]).all()
    assert bars.min(axis=0)[:2].tolist() == list(box[:2])
    assert bars.max(axis=0)[2:].tolist() == list(box[2:])
