"""Labels as columns of numbers, as the page takes them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from support import WORKERS, box, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.review.columns import (
    EXACT,
    NONE,
    Chunk,
    check_numbers,
    chunk_scripts,
    chunks,
    label_columns,
    revision,
    work_columns,
)
from loopviz.review.folder import NOBODY
from loopviz.schema import ORIGINS


def outlined(polygons: list[list[list[float]]]) -> Dataset:
    return with_boxes(make_dataset(), *(box(0.0, 0.0, 9.0, 9.0, polygons=each) for each in polygons))


class TestLabels:
    def test_every_label_is_there_in_the_order_of_frames(self):
        dataset = make_dataset()
        shuffled = dataset.replace(annotations=dataset.annotations.sample(fraction=1.0, shuffle=True, seed=3))
        columns = label_columns(shuffled, (320, 240), NOBODY)
        rows = dataset.annotations.sort("frame", "annotation_id")
        assert columns["id"].tolist() == rows["annotation_id"].to_list()
        assert columns["frame"].tolist() == rows["frame"].to_list()
        assert columns["x"] == pytest.approx(rows["x_min"].to_numpy(), rel=1e-6)
        assert columns["w"] == pytest.approx((rows["x_max"] - rows["x_min"]).to_numpy(), rel=1e-5)
        assert np.isnan(columns["confidence"]).all()
        tasks = dataset.assignments["assignment_id"].to_list()
        assert [tasks[place] for place in columns["work"]] == rows["assignment_id"].to_list()

    def test_labels_of_a_frame_of_another_size_are_fitted_as_its_picture_is(self):
        dataset = make_dataset()
        small = dataset.replace(
            frames=dataset.frames.with_columns(width=pl.lit(160, pl.Int64), height=pl.lit(160, pl.Int64))
        )
        columns = label_columns(small, (320, 240), NOBODY)  # as large as fits: 240 x 240, 40 pixels from the left
        first = dataset.annotations.sort("frame", "annotation_id").row(0, named=True)
        assert columns["x"][0] == pytest.approx(40 + first["x_min"] * 1.5, rel=1e-5)
        assert columns["y"][0] == pytest.approx(first["y_min"] * 1.5, rel=1e-5)
        assert columns["h"][0] == pytest.approx((first["y_max"] - first["y_min"]) * 1.5, rel=1e-5)

    def test_how_suspicious_a_label_is(self):
        suspects = pl.DataFrame({"annotation_id": [3], "score": [0.75], "why": ["It leaps."]})
        columns = label_columns(make_dataset(), (320, 240), suspects)
        assert columns["suspect"][3] == 0.75
        assert np.isnan(np.delete(columns["suspect"], 3)).all()

    def test_where_a_label_comes_from(self):
        dataset = make_dataset()
        origins = pl.Series("origin", ["worker", "model", "consensus", "interpolated", "gold", *[None] * 5])
        rows = dataset.annotations.with_columns(origins.cast(pl.Enum(ORIGINS)))
        columns = label_columns(dataset.replace(annotations=rows), (320, 240), NOBODY)
        assert columns["origin"].tolist() == [1, 2, 3, 4, 5, *[0] * 5]

    def test_a_label_of_nobody(self):
        columns = label_columns(make_dataset(people=False), (320, 240), NOBODY)
        assert set(columns["work"].tolist()) == {NONE}


def test_work():
    dataset = make_dataset()
    work = dataset.assignments.with_columns(
        batch=pl.when(pl.col("frame") > 1).then(pl.lit("b2")).otherwise(pl.lit("b1")),
        accepted=pl.Series([True, False, None, None, True]),
    )
    columns, batches = work_columns(dataset.replace(assignments=work), {WORKERS[0]: 0, WORKERS[2]: 1})
    assert columns["person"].tolist() == [0, NONE, 1, 0, NONE]
    assert columns["status"].tolist() == [2, 2, 3, 2, 2]
    assert columns["counts"].tolist() == [1, 2, 0, 0, 1]
    assert (batches, columns["batch"].tolist()) == (2, [0, 0, 1, 1, 1])
    assert columns["seconds"].tolist() == [60, 61, 62, 63, 64]
    assert len(set(columns["task"].tolist())) == 5


def test_pictures_of_one_task_are_one_payment():
    dataset = make_dataset()
    names = {"T0": "A/1", "T3": "A/2", "T1": "B/1"}
    renamed = pl.col("assignment_id").replace(names)
    empty = dataset.replace(annotations=dataset.annotations.clear())
    columns, _ = work_columns(empty.replace(assignments=dataset.assignments.with_columns(renamed)), {})
    assert columns["task"][0] == columns["task"][3]
    assert len(set(columns["task"].tolist())) == 4


@pytest.mark.parametrize(
    ("frames", "size", "expected"),
    [
        ([], 2, []),
        ([4], 2, [Chunk(0, 1, 4)]),
        ([0, 0, 0, 1, 2, 2], 2, [Chunk(0, 3, 0), Chunk(3, 3, 1)]),  # a frame is never cut in two
        ([0, 1, 2], 1, [Chunk(0, 1, 0), Chunk(1, 1, 1), Chunk(2, 1, 2)]),
    ],
)
def test_files_begin_with_a_frame(frames: list[int], size: int, expected: list[Chunk]):
    assert chunks(np.array(frames, np.uint32), size) == expected


def test_a_file_is_one_call_with_columns_in_base64():
    columns = {"frame": np.array([3, 4, 9], np.uint32)}
    ((name, first), (_, second)) = chunk_scripts(columns, [Chunk(0, 2, 3), Chunk(2, 1, 9)])
    assert name == "boxes-00000.js"
    assert first.startswith("loopviz.boxes(0, ")
    given = json.loads(second.removeprefix("loopviz.boxes(1, ").removesuffix(");\n"))
    assert np.frombuffer(base64.b64decode(given["frame"]), "<u4").tolist() == [9]


class TestRevision:
    def test_is_of_the_labels_alone(self):
        dataset = make_dataset()
        mixed = dataset.annotations.sample(fraction=1.0, shuffle=True, seed=2)
        other = dataset.replace(annotations=mixed, assignments=dataset.assignments.with_columns(accepted=pl.lit(True)))
        assert revision(other) == revision(dataset)

    @pytest.mark.parametrize("column", ["x_min", "class_id", "frame", "mask_rle", "polygons", "keypoints"])
    def test_changes_with_them(self, column: str):
        dataset = make_dataset()
        first = pl.col("annotation_id") == 0
        new = {
            "x_min": pl.col("x_min") - 1,
            "class_id": 1 - pl.col("class_id"),
            "frame": pl.lit(5, pl.Int64),
            "mask_rle": pl.lit("abc"),
            "keypoints": pl.lit([1.0, 2.0, 2.0], pl.List(pl.Float64)),
            "polygons": pl.lit([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], pl.List(pl.List(pl.Float64))),
        }[column]
        changed = dataset.annotations.with_columns(pl.when(first).then(new).otherwise(pl.col(column)).alias(column))
        assert revision(dataset.replace(annotations=changed)) != revision(dataset)

    def test_it_says_which_corners_are_whose(self):
        first, second = [0.0, 0.0, 9.0, 0.0, 9.0, 9.0], [1.0, 1.0, 2.0, 1.0, 2.0, 2.0]
        third = [5.0, 5.0, 6.0, 6.0, 7.0, 7.0]
        ways = [[[first], [second, third]], [[first, second], [third]], [[[*first, *second]], [third]]]
        assert len({revision(outlined(polygons)) for polygons in ways}) == len(ways)

    def test_and_which_category_is_called_what(self):
        one, other = (
            make_dataset().replace(categories=make_dataset().categories.with_columns(name=pl.Series(names)))
            for names in (["a\0b", "c"], ["a", "b\0c"])
        )
        assert revision(one) != revision(other)


@pytest.mark.parametrize(
    ("table", "column", "last", "refused"),
    [
        ("annotations", "annotation_id", EXACT, None),
        ("annotations", "annotation_id", -EXACT, None),
        ("annotations", "annotation_id", EXACT + 1, "cannot tell labels"),  # as a number of JavaScript it is EXACT
        ("annotations", "annotation_id", -EXACT - 1, "cannot tell labels"),
        ("frames", "frame", 9_999_999, None),
        ("frames", "frame", 10_000_000, "cannot hold a frame"),
        ("frames", "frame", -1, "cannot hold a frame"),
        ("frames", "width", 0, "impossible width"),
        ("frames", "height", -5, "impossible height"),
        ("frames", "height", 100_001, "impossible height"),
        ("frames", "height", None, None),
    ],
)
def test_numbers_that_a_page_cannot_hold_are_refused(table: str, column: str, last: int | None, refused: str | None):
    dataset = make_dataset()
    rows = getattr(dataset, table)
    at = pl.int_range(pl.len()) == rows.height - 1
    changed = dataset.replace(**{table: rows.with_columns(pl.when(at).then(last).otherwise(column).alias(column))})
    if refused is None:
        check_numbers(changed, Path("set"))
    else:
        with pytest.raises(InputError, match=rf"set: .*{refused}.*found {last};"):
            check_numbers(changed, Path("set"))
