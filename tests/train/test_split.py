"""Splits: whole units on one side, every frame once, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import planted
from support import codes, make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import table
from loopviz.train.options import TrainingSetOptions
from loopviz.train.split import default_block, touched, with_split

Options = TrainingSetOptions


def clip(frames: int, *, labelled: Sequence[int] | None = None, files: Sequence[str] | None = None) -> Dataset:
    """Frames with a box each, or on some, by nobody."""
    some = range(frames) if labelled is None else labelled
    sides = dict.fromkeys(("x_min", "y_min"), [1.0] * len(some)) | dict.fromkeys(("x_max", "y_max"), [9.0] * len(some))
    columns: dict[str, Any] = {"frame": range(frames), "pts_seconds": [f / 24 for f in range(frames)]}
    return Dataset(
        frames=table("frames", columns | ({"file": files} if files else {})),
        categories=table("categories", {"class_id": [0], "name": ["a"]}),
        annotations=table(
            "annotations", {"annotation_id": range(len(some)), "frame": some, "class_id": [0] * len(some), **sides}
        ),
    )


def parts(dataset: Dataset, **options: Any) -> list[str]:
    return with_split(dataset, Options(**options))[0].frames["split"].to_list()


def held(dataset: Dataset, part: str = "val", **options: Any) -> list[int]:
    return [frame for frame, name in enumerate(parts(dataset, **options)) if name == part]


def test_the_default_is_every_fifth_of_ten_blocks():
    """The sample's 296 frames: blocks of 30, of which the fifth and the tenth judge."""
    assert default_block(296) == 30
    assert held(clip(296)) == [*range(120, 150), *range(270, 296)]
    assert held(clip(296), block="30") == held(clip(296))


@pytest.mark.parametrize(("frames", "block"), [(1, 1), (9, 1), (12, 1), (100, 10), (3_000, 300), (1_000_000, 300)])
def test_a_block_is_a_tenth_and_never_long(frames: int, block: int):
    assert default_block(frames) == block


def test_blocks_in_seconds():
    assert held(clip(240), block="1s") == [*range(96, 120), *range(216, 240)]


def test_blocks_in_seconds_need_times():
    dataset = clip(20)
    bare = dataset.replace(frames=dataset.frames.with_columns(pts_seconds=pl.lit(None, pl.Float64)))
    with pytest.raises(ConfigError, match="not known"):
        with_split(bare, Options(block="1s"))


def test_only_blocks_with_labels_count():
    """Labels on the first half of a clip: the blocks are of that half."""
    dataset = clip(1000, labelled=range(300, 500))
    assert held(dataset) == [*range(380, 400), *range(480, 500)]


def test_seeds_go_round():
    """Five seeds hold out everything once: folds."""
    dataset = clip(100)
    folds = [held(dataset, seed=seed) for seed in range(5)]
    assert sorted(frame for fold in folds for frame in fold) == list(range(100))


def test_a_test_part_is_apart():
    named = parts(clip(100), test=True)
    assert [named.count(part) for part in ("train", "val", "test")] == [60, 20, 20]


@pytest.mark.parametrize(("labelled", "wanted"), [([0, 50], 1), ([0, 40, 80], 1), ([7], 0)])
def test_a_few_labelled_frames_leave_one_to_judge_where_there_are_two(labelled: list[int], wanted: int):
    dataset = clip(100, labelled=labelled)
    assert len([frame for frame in held(dataset) if frame in labelled]) == wanted


SPLITS = st.fixed_dictionaries(
    {
        "split": st.sampled_from(["blocks", "random", "worker"]),
        "hold_out": st.integers(3, 8),
        "seed": st.integers(0, 20),
        "test": st.booleans(),
    }
)


@given(SPLITS, st.integers(10, 80), st.integers(4, 12), st.integers(1, 3))
def test_every_frame_stands_on_one_side_and_the_same_one_again(
    options: dict[str, Any], frames: int, people: int, each: int
):
    dataset = planted(frames, people, each=each).dataset
    split, _ = with_split(dataset, Options(**options))
    assert split.frames["frame"].equals(dataset.frames["frame"])
    assert not split.frames["split"].null_count()
    assert {"train", "val"} <= set(split.frames["split"])
    assert with_split(dataset, Options(**options))[0].equals(split)


@given(st.integers(0, 50), st.integers(2, 12), st.integers(1, 4), st.booleans())
def test_nobody_works_on_two_sides(seed: int, people: int, each: int, test: bool):
    dataset = planted(40, people, each=min(each, people)).dataset
    split, notes = with_split(dataset, Options(split="worker", seed=seed, test=test))
    work = split.assignments.join(split.frames, on="frame")
    assert work.group_by("worker_id").agg(pl.col("split").n_unique())["split"].max() == 1
    gone = dataset.assignments.height - split.assignments.height
    assert codes(notes) == (["split-both-sides"] if gone else [])
    # Labels of who is left out are left out with them.
    drawn = split.annotations.join(split.assignments, on="assignment_id", how="anti")
    assert not drawn.height


@given(st.integers(1, 400), st.integers(1, 40), st.integers(0, 9))
def test_blocks_do_not_mix(frames: int, block: int, seed: int):
    named = parts(clip(frames), block=str(block), seed=seed)
    assert all(len(set(named[start : start + block])) == 1 for start in range(0, frames, block))


def test_where_nobody_is_known_the_work_trains():
    dataset = planted(30, 5, each=1).dataset
    nobody = pl.when(pl.col("frame") < 10).then(None).otherwise("worker_id")
    dataset = dataset.replace(assignments=dataset.assignments.with_columns(worker_id=nobody.cast(pl.String)))
    named = parts(dataset, split="worker")
    assert set(named[:10]) == {"train"}


def test_frames_judge_on_which_who_is_held_out_did_most():
    """Two people label every frame, one of them held out: the frames where that one weighs more judge."""
    dataset = planted(20, 2, each=2, share=0).dataset
    split, _ = with_split(dataset, Options(split="worker"))
    judge = split.assignments.join(split.frames.filter(pl.col("split") == "val"), on="frame")["worker_id"][0]
    heavy = pl.when((pl.col("worker_id") != judge) & (pl.col("frame") > 3)).then(9.0).otherwise(1.0)
    weights = dict(dataset.assignments.select("assignment_id", heavy).iter_rows())
    split, _ = with_split(dataset, Options(split="worker"), weights)
    assert split.frames.filter(pl.col("split") == "val")["frame"].to_list() == [0, 1, 2, 3]


@pytest.mark.parametrize("frames", ["people", "nobody"])
def test_work_of_one_person_cannot_be_split_by_people(frames: str):
    dataset = planted(10, 1, each=1).dataset if frames == "people" else clip(10)
    with pytest.raises(ConfigError, match="several people"):
        with_split(dataset, Options(split="worker"))


CLIPS = {
    "by-name": ["a_001.png", "a_002.png", "b_1.png", "b_2.png"],
    "by-folder": ["one/1.png", "one/2.png", "two/1.png", "two/2.png"],
    "below-images": ["images/one/1.png", "images/one/2.png", "images/train/two/1.png", "images/val/two/2.png"],
    "uploaded": ["12ab34cd-a_1.png", "92ab34cd-a_2.png", "1fab34cd-b_1.png", "0cab34cd-b_2.png"],
    "with-a-word-behind": ["a_001_left.png", "a_002_left.png", "b_001_left.png", "b_002_left.png"],
}  # fmt: skip


@pytest.mark.parametrize("files", CLIPS.values(), ids=CLIPS)
@pytest.mark.parametrize("seed", range(4))
def test_a_clip_stands_on_one_side(files: list[str], seed: int):
    named = parts(clip(4, files=files), split="clip", seed=seed)
    assert named[0] == named[1] != named[2] == named[3]


@pytest.mark.parametrize("files", [None, ["a_1.png", "a_2.png"]])
def test_one_clip_is_no_split(files: list[str] | None):
    with pytest.raises(ConfigError, match="no clips"):
        with_split(clip(2, files=files), Options(split="clip"))


def test_at_random_is_warned_of():
    dataset, notes = with_split(clip(100), Options(split="random"))
    assert [(note.code, note.severity) for note in notes] == [("split-random", "warning")]
    assert dataset.frames["split"].value_counts().sort("split")["count"].to_list() == [80, 20]


def test_parts_that_the_files_have_are_kept():
    dataset = clip(4, labelled=[0, 1, 2])
    with pytest.raises(ConfigError, match="no parts"):
        with_split(dataset, Options(split="keep"))
    known = dataset.frames.with_columns(
        split=pl.Series(["val", "train", None, None], dtype=dataset.frames["split"].dtype)
    )
    split, notes = with_split(dataset.replace(frames=known), Options(split="keep"))
    assert split.frames["split"].to_list() == ["val", "train", None, None]
    assert [(note.code, note.count) for note in notes] == [("split-unknown", 1)]


def test_frames_that_somebody_looked_at_count_as_touched():
    assert touched(make_dataset()) == [0, 1, 2, 3, 4]
    assert touched(clip(9, labelled=[4])) == [4]
