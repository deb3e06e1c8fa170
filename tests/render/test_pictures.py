"""Pictures in any order, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_clip, samples

from loopviz.media import Source, open_source
from loopviz.render.pictures import AHEAD, pictures_of

COUNT, SIZE = 60, (64, 48)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    with open_source(make_clip(tmp_path_factory.mktemp("pictures") / "clip.mp4", COUNT, SIZE)) as opened:
        yield opened


@pytest.fixture(scope="module")
def luma(source: Source) -> list[np.ndarray]:
    return [samples(frame.picture)[0].copy() for frame in source.read()]


@given(st.lists(st.tuples(st.integers(0, COUNT - 1), st.none() | st.integers(0, COUNT - 1)), max_size=80))
def test_every_picture_is_the_one_that_is_wanted(
    source: Source, luma: list[np.ndarray], wanted: list[tuple[int, int | None]]
):
    for (one, other), (picture, mixed) in zip(wanted, pictures_of(source, wanted), strict=True):
        np.testing.assert_array_equal(samples(picture)[0], luma[one])
        assert (mixed is None) == (other is None)
        if other is not None and mixed is not None:
            np.testing.assert_array_equal(samples(mixed)[0], luma[other])


@pytest.mark.parametrize(
    ("wanted", "asked", "back"),
    [
        pytest.param([(n, None) for n in range(COUNT)], COUNT, 0, id="forward"),
        pytest.param([(n // 20, None) for n in range(COUNT)], 3, 0, id="held"),
        pytest.param([(n, None) for n in reversed(range(COUNT))], COUNT, -(-COUNT // AHEAD) - 1, id="backward"),
        pytest.param([(n, n + 30) for n in range(30)], COUNT, 30 // (AHEAD // 2), id="one over another"),
        pytest.param([(5, None)] * 9 + [(5, 40)] * 9 + [(40, 5)] * 9 + [(40, None)] * 9, 2, 0, id="dissolve"),
    ],
)
def test_a_picture_is_decoded_once_while_it_is_shown(
    source: Source, wanted: list[tuple[int, int | None]], asked: int, back: int
):
    read = mock.Mock(wraps=source.read)
    with mock.patch.object(source, "read", read):
        assert len(list(pictures_of(source, wanted))) == len(wanted)
    numbers = [call.args[0] for call in read.call_args_list]
    assert len(numbers) == asked
    assert sum(a > b for a, b in pairwise(numbers)) <= back


def test_little_memory_means_little_is_decoded_ahead(source: Source):
    wanted: list[tuple[int, int | None]] = [(n, COUNT - 1 - n) for n in range(COUNT)]
    for memory, ahead in ((1, 2), (1 << 30, AHEAD)):
        read = mock.Mock(wraps=source.read)
        with mock.patch.object(source, "read", read), mock.patch("loopviz.render.pictures.MEMORY", memory):
            next(iter(pictures_of(source, wanted)))
        assert read.call_count == ahead


def test_who_stands_on_is_not_decoded_again(source: Source, luma: list[np.ndarray]):
    kept: dict[int, object] = {}
    read = mock.Mock(wraps=source.read)
    with mock.patch.object(source, "read", read):
        for part in ([(5, None)] * 4, [(5, None)] * 4 + [(5, 9)] * 4, [(9, 5)] * 2 + [(9, None)], [(20, None)]):
            for (one, _), (picture, _) in zip(part, pictures_of(source, part, kept), strict=True):  # type: ignore[arg-type]
                np.testing.assert_array_equal(samples(picture)[0], luma[one])
    assert [call.args[0] for call in read.call_args_list] == [5, 9, 20]
    assert set(kept) == {20}
