"""Alpha over single pixels: against every pixel taken one by one, and what counts."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from loopviz import geometry
from loopviz.crowd.quality.alpha import alpha
from loopviz.crowd.quality.pixel_alpha import pixel_sums, pooled
from loopviz.crowd.quality.pixel_runs import depths
from loopviz.crowd.quality.reliability import reliability
from loopviz.dataset import Dataset
from loopviz.schema import EDGES, table

WIDE, HIGH = 12, 9


def dataset(masks: dict[tuple[int, str, int], Any], seen: list[tuple[int, str]], **frames: Any) -> Dataset:
    """A Dataset of masks, ``(height, width)``, by frame, person and category; some saw a frame and drew nothing."""
    rows = []
    for number, ((frame, who, class_id), bits) in enumerate(masks.items()):
        runs = geometry.rle_from_mask(bits)
        edges = dict(zip(EDGES, map(float, geometry.rle_bounds(runs, HIGH)), strict=True))
        said = {"annotation_id": number, "frame": frame, "class_id": class_id, "is_crowd": False}
        rows.append(said | edges | {"assignment_id": f"{frame}{who}", "mask_rle": geometry.rle_to_string(runs)})
    count = 1 + max(frame for frame, _ in seen)
    sizes = {"frame": range(count), "width": [WIDE] * count, "height": [HIGH] * count} | frames
    work = [{"assignment_id": f"{frame}{who}", "frame": frame, "worker_id": who} for frame, who in seen]
    return Dataset(
        table("frames", sizes),
        table("categories", {"class_id": [0, 1], "name": ["a", "b"]}),
        table("annotations", rows),
        table("assignments", work),
        table("workers", {"worker_id": sorted({who for _, who in seen})}),
    )


def crowd(seed: int) -> tuple[dict[tuple[int, str, int], Any], list[tuple[int, str]]]:
    """Three people who see some of four frames, draw some of two categories, and differ."""
    random, masks, seen = np.random.default_rng(seed), {}, []
    for frame in range(4):
        truth = random.random((2, HIGH, WIDE)) < 0.4
        for who in "xyz"[: 3 - frame % 2]:
            seen.append((frame, who))
            for class_id in range(2):
                bits = truth[class_id] ^ (random.random((HIGH, WIDE)) < 0.15)
                if random.random() < 0.8 and bits.any():
                    masks[frame, who, class_id] = bits
    return masks, seen


def by_pixels(masks: dict[tuple[int, str, int], Any], seen: list[tuple[int, str]], classes: list[int]) -> float:
    """Krippendorff's alpha by its definition: every pixel of every frame and category is a unit."""
    nothing = np.zeros((HIGH, WIDE), dtype=bool)
    values, observed = [], 0.0
    for frame in sorted({frame for frame, _ in seen}):
        people = [who for other, who in seen if other == frame]
        for class_id in classes:
            drawn = np.array([masks.get((frame, who, class_id), nothing).ravel() for who in people])
            for unit in drawn.T.tolist():
                values += unit
                observed += sum(a != b for a, b in combinations(unit, 2)) / (len(people) - 1)
    yes, count = sum(values), len(values)
    return 1 - (count - 1) * observed / (yes * (count - yes))


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_every_pixel_by_itself_gives(seed: int):
    masks, seen = crowd(seed)
    sums = pixel_sums(dataset(masks, seen))
    for class_id in (0, 1):
        assert alpha(sums[class_id]) == pytest.approx(by_pixels(masks, seen, [class_id]), abs=1e-12)
    whole = pooled(sums)
    assert whole is not None
    assert alpha(whole) == pytest.approx(by_pixels(masks, seen, [0, 1]), abs=1e-12)
    assert whole.units.tolist() == [2 * WIDE * HIGH] * 4


def test_the_tables_have_it_with_its_interval():
    masks, seen = crowd(0)
    found = reliability(dataset(masks, seen), samples=50)
    row = found.whole.row(0, named=True)
    assert row["alpha_pixels"] == pytest.approx(by_pixels(masks, seen, [0, 1]))
    assert row["alpha_pixels_low"] < row["alpha_pixels"] < row["alpha_pixels_high"]
    assert found.categories["alpha_pixels"].to_list() == pytest.approx([by_pixels(masks, seen, [n]) for n in (0, 1)])


SQUARE = np.zeros((HIGH, WIDE), dtype=bool)
SQUARE[2:6, 3:8] = True


def test_all_alike_is_one_and_nobody_who_draws_shapes_is_nothing():
    alike = dataset({(0, "x", 0): SQUARE, (0, "y", 0): SQUARE}, [(0, "x"), (0, "y")])
    assert alpha(pixel_sums(alike)[0]) == 1
    boxes = alike.replace(annotations=alike.annotations.with_columns(mask_rle=pl.lit(None, pl.String)))
    assert pixel_sums(boxes) == {}
    assert reliability(boxes, samples=5).whole["alpha_pixels"].to_list() == [None]


def test_boxes_frames_of_one_person_and_frames_of_no_size_say_nothing():
    masks = {(0, "x", 0): SQUARE, (0, "y", 0): SQUARE, (1, "x", 0): SQUARE, (2, "x", 0): SQUARE, (2, "y", 0): SQUARE}
    seen = [(0, "x"), (0, "y"), (1, "x"), (2, "x"), (2, "y")]
    made = dataset(masks, seen, width=[WIDE, WIDE, None])
    assert pixel_sums(made)[0].frames.tolist() == [0]
    boxed = made.annotations.with_columns(mask_rle=made.annotations["mask_rle"].scatter(1, None))
    assert pixel_sums(made.replace(annotations=boxed)) == {}


def test_depths_count_the_pixels_of_so_many_parts():
    parts = [np.array(each, dtype=np.int64).reshape(-1, 2) for each in ([[0, 4], [6, 8]], [[2, 7]], [])]
    assert depths(parts, 3).tolist() == [0, 5, 3, 0]
    assert depths([], 2).tolist() == [0, 0, 0]
