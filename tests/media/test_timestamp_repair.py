from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.media.timestamp_repair import mended
from loopviz.notes import Note

STAMPS = st.lists(st.one_of(st.none(), st.integers(-50, 50), st.integers(-(2**40), 2**40)), min_size=1, max_size=60)


@given(stored=STAMPS)
def test_mended_times_ascend_and_keep_what_is_right(stored: list[int | None]) -> None:
    pts, notes = mended(stored, Fraction(10))
    assert len(pts) == len(stored)
    assert np.all(np.diff(pts) > 0)
    right = all(value is not None for value in stored) and stored == sorted(set(stored))
    assert bool(notes) != right
    if right:
        assert pts.tolist() == stored


def wrong(count: int, frame: int) -> Note:
    return Note("times-mended", {"count": count, "frame": frame})


@pytest.mark.parametrize(
    ("stored", "expected", "note"),
    [
        pytest.param([None, None, None], [0, 10, 20], Note("no-times"), id="none-at-all"),
        pytest.param([0, 79, 113, 100, 133], [0, 79, 90, 100, 133], wrong(1, 2), id="one-runs-back"),
        pytest.param([0, 10, 10, 30], [0, 5, 10, 30], wrong(1, 1), id="one-twice"),
        pytest.param([None, 10, None, 30], [0, 10, 20, 30], wrong(2, 0), id="some-missing"),
        pytest.param([0, 10, None], [0, 10, 20], wrong(1, 2), id="the-last-missing"),
    ],
)
def test_mended(stored: list[int | None], expected: list[int], note: Note) -> None:
    pts, notes = mended(stored, Fraction(10))
    assert pts.tolist() == expected
    assert notes == (note,)
