"""Masks and outlines come back from the disk as they were drawn, and a disk without room is said."""

import resource
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz import dataset
from loopviz.errors import OutputError
from loopviz.formats.mturk import shape_file
from loopviz.formats.mturk.shape_file import ShapeFile, Shapes
from loopviz.formats.mturk.widget_shapes import WidgetShape
from loopviz.schema import table

numbers = st.floats(allow_nan=False, allow_infinity=False)
polygons = st.lists(st.lists(numbers, min_size=6, max_size=10), max_size=3)
shapes = st.lists(st.tuples(st.none() | st.text("01PQo", max_size=9), polygons), min_size=1, max_size=8)


def filled(drawn, folder=None):
    file = ShapeFile(folder)
    file.add([WidgetShape("a", (0, 0, 1, 1), mask, tuple(map(np.array, outlines))) for mask, outlines in drawn])
    return file


@given(shapes, st.randoms(use_true_random=False), st.sampled_from([0, 1 << 20]))
def test_any_of_them_come_back_in_any_order(drawn, random, in_memory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape_file, "IN_MEMORY", in_memory or 1)
        file = filled(drawn)
        order = random.choices(range(len(drawn)), k=5)
        found = file.columns(np.array(order))
    assert found["mask_rle"].to_list() == [drawn[i][0] for i in order]
    assert found["polygons"].to_list() == [drawn[i][1] or None for i in order]


def test_pieces_are_no_larger_than_they_may_be(monkeypatch):
    monkeypatch.setattr(dataset, "PIECE", 4000)
    count, ring = 50, [float(i) for i in range(100)]
    file = filled([("x" * 100, [ring])] * count)
    bare = table("annotations", {"annotation_id": range(count)})
    shapes = Shapes(file, np.arange(count)[::-1])
    pieces = list(shapes.pieces(bare))
    assert [piece.height for piece in pieces[:2]] == [3, 3]
    assert pl.concat(pieces).equals(shapes.put_in(bare))
    assert shapes.put_in(bare[:0]).equals(bare[:0])


@pytest.fixture
def small_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("beside", "remedy"), [(True, "choose another place for the output"), (False, "TMPDIR=FOLDER")]
)
@pytest.mark.usefixtures("small_files")
def test_a_disk_without_room_is_said(tmp_path, monkeypatch, beside, remedy):
    monkeypatch.setattr(shape_file, "IN_MEMORY", 1)
    with pytest.raises(OutputError, match="cannot be kept here while it is read") as caught:
        filled([("x" * 3000, [])], tmp_path if beside else None)
    assert remedy in str(caught.value)
    assert not list(tmp_path.iterdir())
