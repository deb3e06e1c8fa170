"""The best pairs are those that trying all of them finds."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from loopviz.evaluation.assignment import best_pairs

SIDES = st.tuples(st.integers(0, 5), st.integers(0, 5))
WORTH = SIDES.flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.sampled_from([0, 0, 0.2, 0.5, 0.9, 1]))
)


@settings(max_examples=150)
@given(WORTH)
def test_their_worth_is_the_greatest(worth: np.ndarray):
    pairs = best_pairs(worth)
    rows, columns = ([pair[side] for pair in pairs] for side in (0, 1))
    assert len(set(rows)) == len(rows)
    assert len(set(columns)) == len(columns)
    assert all(worth[pair] > 0 for pair in pairs)
    short = worth if worth.shape[0] <= worth.shape[1] else worth.T
    tried = (sum(short[i, j] for i, j in enumerate(order)) for order in permutations(range(short.shape[1]), len(short)))
    assert sum(worth[pair] for pair in pairs) == pytest.approx(max(tried, default=0.0))


def test_the_first_choice_gives_way_where_both_are_better_off():
    assert best_pairs(np.array([[0.9, 0.8], [0.8, 0.0]])) == [(0, 1), (1, 0)]
