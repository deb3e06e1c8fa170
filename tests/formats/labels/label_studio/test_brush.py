"""Painted masks of Label Studio: any picture comes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from loopviz.formats.labels.by_name import BadShape
from loopviz.formats.labels.label_studio.brush import painted

WIDE = (4, 8, 16, 16)  # bits of the four kinds of lengths


def bits_of(number: int, wide: int) -> list[int]:
    return [number >> place & 1 for place in range(wide - 1, -1, -1)]


def encoded(values: list[int], runs: list[tuple[bool, int]]) -> list[int]:
    """Run lengths of values: each run is one value or as many as it is long, with the shortest length that fits."""
    bits = [*bits_of(len(values), 32), *bits_of(7, 5)]
    bits += [bit for wide in WIDE for bit in bits_of(wide - 1, 4)]
    start = 0
    for same, length in runs:
        kind = next(place for place, wide in enumerate(WIDE) if length - 1 < 1 << wide)
        bits += [int(same), *bits_of(kind, 2), *bits_of(length - 1, WIDE[kind])]
        for value in values[start : start + (1 if same else length)]:
            bits += bits_of(value, 8)
        start += length
    return np.packbits(np.array(bits, np.uint8)).tolist()


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=9)), st.integers(1, 300), st.booleans())
def test_a_mask_comes_back(mask: np.ndarray, longest: int, literal: bool):
    alpha = np.repeat(mask.astype(np.uint8) * 255, 4).tolist()
    runs: list[tuple[bool, int]] = []
    start = 0
    while start < len(alpha):
        stop = start + 1
        while stop < len(alpha) and stop - start < longest and (literal or alpha[stop] == alpha[start]):
            stop += 1
        runs.append((not literal, stop - start))
        start = stop
    np.testing.assert_array_equal(painted(encoded(alpha, runs), (mask.shape[1], mask.shape[0])), mask)


@pytest.mark.parametrize("cut", [0, 3, 7, 10, 14])
def test_what_breaks_off_is_refused(cut: int):
    whole = encoded([255] * 16, [(False, 16)])
    assert painted(whole, (2, 2)).all()
    with pytest.raises(BadShape):
        painted(whole[:cut], (2, 2))
