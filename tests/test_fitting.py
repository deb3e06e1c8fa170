"""Labels on one canvas: they go where a source's pictures go."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.fitting import onto_canvas
from loopviz.geometry import fit_within, mask_from_rle, rle_from_mask, rle_from_string, rle_to_string
from loopviz.media import open_source, to_rgb
from loopviz.schema import table

SIDES = st.integers(1, 400)
WHITE = (255, 255, 255)


def labels(sizes: list[tuple[int | None, int | None]], **columns: Any) -> Dataset:
    count = len(sizes)
    boxes = {"x_min": [0.0] * count, "y_min": [0.0] * count, "x_max": [8.0] * count, "y_max": [4.0] * count}
    rows = {"annotation_id": range(count), "frame": range(count), "class_id": [0] * count, **boxes, **columns}
    width, height = zip(*sizes, strict=True)
    return Dataset(
        frames=table("frames", {"frame": range(count), "width": width, "height": height}),
        categories=table("categories", {"class_id": [0], "name": ["thing"]}),
        annotations=table("annotations", rows),
    )


@given(size=st.tuples(SIDES, SIDES), into=st.tuples(SIDES, SIDES))
def test_a_picture_is_fitted_whole_and_in_the_middle(size: tuple[int, int], into: tuple[int, int]) -> None:
    x, y, width, height = fit_within(size, into)
    assert 0 <= x <= into[0] - width
    assert 0 <= y <= into[1] - height
    assert width == into[0] or height == into[1]
    assert x % 2 == y % 2 == 0
    scale = min(into[0] / size[0], into[1] / size[1])
    assert abs(width - max(2, size[0] * scale)) <= 2
    assert abs(height - max(2, size[1] * scale)) <= 2
    assert abs((into[0] - width) - 2 * x) <= 3
    assert fit_within(into, into) == (0, 0, *into)


@pytest.mark.parametrize(
    "sizes",
    [pytest.param([(64, 48), (64, 48)], id="all-alike"), pytest.param([(None, None), (64, 48)], id="one-unknown")],
)
def test_what_has_the_size_stays_as_it_is(sizes: list[tuple[int | None, int | None]]) -> None:
    dataset = labels(sizes)
    assert onto_canvas(dataset, (64, 48)) is dataset


@pytest.mark.parametrize(
    ("size", "box"),
    [
        pytest.param((64, 48), (0, 0, 8, 4), id="the-same"),
        pytest.param((128, 96), (0, 0, 4, 2), id="half"),
        pytest.param((32, 24), (0, 0, 16, 8), id="twice"),
        pytest.param((24, 24), (8, 0, 24, 8), id="square"),
        pytest.param((64, 16), (0, 16, 8, 20), id="flat"),
    ],
)
def test_a_box_and_its_polygon_go_where_the_picture_goes(size: tuple[int, int], box: tuple[float, ...]) -> None:
    polygon = [[0.0, 0.0, 8.0, 0.0, 8.0, 4.0]]
    moved = onto_canvas(labels([size, (64, 48)], polygons=[polygon, polygon]), (64, 48))
    assert moved.frames.select("width", "height").rows() == [(64, 48), (64, 48)]
    assert moved.annotations.select("x_min", "y_min", "x_max", "y_max").rows() == [box, (0, 0, 8, 4)]
    x0, y0, x1, y1 = box
    assert moved.annotations["polygons"].to_list() == [[[x0, y0, x1, y0, x1, y1]], polygon]


def test_a_mask_is_scaled_and_placed() -> None:
    mask = np.zeros((24, 24), np.bool_)
    mask[:12] = True
    text = rle_to_string(rle_from_mask(mask))
    moved = onto_canvas(labels([(24, 24), (64, 48)], mask_rle=[text, None]), (64, 48))
    expected = np.zeros((48, 64), np.bool_)
    expected[:24, 8:56] = True
    assert np.array_equal(mask_from_rle(rle_from_string(moved.annotations["mask_rle"][0]), 48, 64), expected)


def test_a_mask_that_does_not_fit_its_frame_is_refused() -> None:
    text = rle_to_string(rle_from_mask(np.ones((3, 3), np.bool_)))
    with pytest.raises(InputError, match="a mask cannot be read"):
        onto_canvas(labels([(24, 24)], mask_rle=[text]), (64, 48))


@pytest.mark.parametrize("size", [(200, 60), (60, 200), (97, 131), (300, 225), (32, 24)])
def test_labels_lie_on_the_pixels_of_a_source(tmp_path: Path, size: tuple[int, int]) -> None:
    """A white rectangle of an image is found again, in the picture that a source delivers, where its label is."""
    width, height = size
    box = (round(width * 0.25), round(height * 0.25), round(width * 0.75), round(height * 0.75))
    for name in "abd":
        Image.new("RGB", (160, 120)).save(tmp_path / f"{name}.png")
    image = Image.new("RGB", size)
    image.paste(WHITE, box)
    image.save(tmp_path / "c.png")
    with open_source(tmp_path) as source:
        assert source.table()["width"].to_list() == [160, 160, width, 160]
        rgb = to_rgb(next(iter(source.read(2, 3))).picture)
        dataset = labels([(160, 120), (160, 120), size]).replace(
            annotations=table(
                "annotations",
                {
                    "annotation_id": [0],
                    "frame": [2],
                    "class_id": [0],
                    **{k: [float(v)] for k, v in zip(("x_min", "y_min", "x_max", "y_max"), box, strict=True)},
                },
            )
        )
        moved = onto_canvas(dataset, (source.info.width, source.info.height)).annotations
    lit = np.argwhere(rgb.min(axis=2) > 127)
    found = (*lit.min(axis=0)[::-1], *(lit.max(axis=0)[::-1] + 1))
    expected = moved.select(pl.col("x_min", "y_min", "x_max", "y_max")).row(0)
    assert all(math.isclose(a, b, abs_tol=1.5) for a, b in zip(found, expected, strict=True)), (found, expected)
