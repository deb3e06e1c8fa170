from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import cv2
import numpy as np
import polars as pl
import pytest
from support import box, make_dataset, with_boxes

from loopviz.errors import DamagedError
from loopviz.interpolation import carry_labels
from loopviz.interpolation.carry import gaps_of
from loopviz.interpolation.flow import Moving, Way, moved_by, ways_of
from loopviz.media import Source, open_source, save_png

FRAMES, SIZE, STEP = 9, (320, 240), (4, 2)
CORNER, SIDE = (60, 50), 60  # of what moves, on the first frame


def texture(size: tuple[int, int], seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 2.5).astype(np.float64)
    return np.clip((soft - soft.mean()) * 6 + 128, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """A patch that goes four pixels to the right and two down a frame, before a ground that stands still."""
    folder = tmp_path_factory.mktemp("moving")
    ground, patch = texture(SIZE, 1), texture((SIDE, SIDE), 2)
    for frame in range(FRAMES):
        picture = ground.copy()
        x, y = CORNER[0] + STEP[0] * frame, CORNER[1] + STEP[1] * frame
        picture[y : y + SIDE, x : x + SIDE] = patch
        save_png(np.repeat(picture[..., None], 3, axis=2), folder / f"frame_{frame:03}.png")
    with open_source(folder) as opened:
        yield opened


def patch_on(frame: int) -> np.ndarray:
    low = np.array(CORNER) + np.array(STEP) * frame
    return np.concatenate([low, low + SIDE])


def carried(source: Source, *frames: int, most: int = 24, **more: Any) -> pl.DataFrame:
    labels = [box(*patch_on(frame).tolist(), frame=frame, **more) for frame in frames]
    dataset = carry_labels(with_boxes(make_dataset(FRAMES, SIZE, people=False), *labels), source, "flow", most)
    return dataset.annotations.filter(pl.col("origin") == "interpolated")


@pytest.mark.parametrize("start", [0, 8, 4])
def test_a_box_goes_where_what_it_shows_goes(source: Source, start: int):
    found = carried(source, start)
    assert found["frame"].to_list() == [frame for frame in range(FRAMES) if frame != start]
    for row in found.iter_rows(named=True):
        edges = [row[edge] for edge in ("x_min", "y_min", "x_max", "y_max")]
        assert edges == pytest.approx(patch_on(row["frame"]).tolist(), abs=1.5)


def test_a_polygon_goes_along(source: Source):
    x0, y0, x1, y1 = patch_on(0).tolist()
    found = carried(source, 0, polygons=[[x0, y0, x1, y0, x1, y1, x0, y1]])
    last = found.filter(pl.col("frame") == 8).row(0, named=True)
    x0, y0, x1, y1 = patch_on(8).tolist()
    assert last["polygons"][0] == pytest.approx([x0, y0, x1, y0, x1, y1, x0, y1], abs=2)


def test_labels_are_carried_so_far_and_no_further(source: Source):
    assert carried(source, 0, 8, most=2)["frame"].to_list() == [1, 2, 6, 7]


def test_between_two_the_nearer_is_carried(source: Source):
    found = carried(source, 0, 5, track_id=None)
    assert found["frame"].to_list() == [1, 2, 3, 4, 6, 7, 8]
    assert list(ways_of(pl.DataFrame({"before": [0], "after": [5], "first": [1], "last": [4]}), 24)) == [
        Way(0, 2),
        Way(5, 3),
    ]


def test_nothing_moves_on_a_ground_that_stands_still(source: Source):
    ground = [box(200, 150, 280, 220, frame=0)]
    dataset = carry_labels(with_boxes(make_dataset(FRAMES, SIZE, people=False), *ground), source, "flow", 24)
    last = dataset.annotations.filter(pl.col("frame") == 8).row(0, named=True)
    assert [last[edge] for edge in ("x_min", "y_min", "x_max", "y_max")] == pytest.approx([200, 150, 280, 220], abs=0.5)


def moving(x0: float, y0: float, x1: float, y1: float) -> Moving:
    return Moving({}, np.array([x0, y0, x1, y1]), ())


@pytest.mark.parametrize("label", [moving(4, 4, 20, 20), moving(4, 4, 5, 5), moving(-30, -30, -20, -20)])
def test_a_shift_moves_labels_of_any_size(label: Moving):
    flow = np.full((24, 32, 2), (3.0, 1.0), dtype=np.float32)
    moved = moved_by(label, flow, np.array([0.5, 0.5]))
    assert moved.box == pytest.approx((label.box + np.array([6, 2, 6, 2])).tolist(), abs=1e-4)


def test_what_has_left_the_picture_is_not_carried_on(source: Source):
    flow_away = [box(-50, -50, 0.5, 0.5, frame=0)]
    dataset = carry_labels(with_boxes(make_dataset(FRAMES, SIZE, people=False), *flow_away), source, "flow", 24)
    assert dataset.annotations.height == 1


def test_gaps_at_both_ends_of_a_clip():
    dataset = with_boxes(make_dataset(FRAMES, people=False), box(0, 0, 9, 9, frame=3))
    assert gaps_of(dataset).rows() == [(None, 3, 0, 2), (3, None, 4, 8)]
    assert list(ways_of(gaps_of(dataset), 2)) == [Way(3, 1), Way(3, 5)]


class Damaged:
    """A source that breaks off before a frame."""

    def __init__(self, source: Source, frame: int) -> None:
        self._source, self._frame, self.info = source, frame, source.info

    def read(self, start: int, stop: int) -> Iterator[Any]:
        yield from self._source.read(start, min(stop, self._frame))
        raise DamagedError("a frame is damaged", file="clip.mp4")


def test_over_damage_nothing_is_carried(source: Source):
    assert carried(cast(Source, Damaged(source, 4)), 0)["frame"].to_list() == [1, 2, 3]
