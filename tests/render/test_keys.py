from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from support import WORKERS, make_dataset

from loopviz.media import EncoderSettings, encoders, open_source
from loopviz.render import RenderOptions, plan_render
from loopviz.render.keys import programs, segment_key
from loopviz.scene import SceneOptions, build_scene, load_theme

OPTIONS = RenderOptions(EncoderSettings(preset="ultrafast"), segment_seconds=1 / 24)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("keys") / "clip.mp4")


def keys(clip: Path, dataset, theme="margin", options=OPTIONS, shown=None) -> list[str]:
    with open_source(clip) as source:
        scene = build_scene(dataset, load_theme(theme), (64, 48), shown)
        plan = plan_render(source, scene, options)
        return [segment_key("f", scene, plan, segment) for segment in plan.segments]


def differing(one: list[str], other: list[str]) -> list[int]:
    return [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


CROWD = make_dataset(12, (64, 48))


def test_processors_are_no_part_of_a_key(clip: Path, monkeypatch: pytest.MonkeyPatch):
    """Several machines, and a process that may use but one processor, share a cache: what they encode is the same."""
    before = keys(clip, CROWD)
    for count in (1, 7):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, count=count: set(range(count)))
        programs.cache_clear()
        assert keys(clip, CROWD) == before


def test_all_that_the_encoder_is_told_is_part_of_a_key(clip: Path, monkeypatch: pytest.MonkeyPatch):
    before = keys(clip, CROWD)
    monkeypatch.setattr(encoders, "THREADS", encoders.THREADS + 1)
    assert len(differing(before, keys(clip, CROWD))) == 12


class TestWhatAnEditTouches:
    """Segments of one frame each, so that a segment's number is its frame's."""

    def test_nothing(self, clip: Path):
        assert keys(clip, CROWD) == keys(clip, make_dataset(12, (64, 48)))

    def test_one_answer(self, clip: Path):
        mine = (pl.col("worker_id") == WORKERS[1]) & (pl.col("question_id") == "Q2")
        answer = pl.when(mine).then(pl.lit("Uganda")).otherwise("answer").alias("answer")
        edited = CROWD.replace(answers=CROWD.answers.with_columns(answer))
        assert differing(keys(clip, CROWD), keys(clip, edited)) == [1, 4, 7, 10]

    def test_one_box(self, clip: Path):
        one = pl.col("annotation_id") == 8
        moved = pl.when(one).then(pl.col("x_min") + 6).otherwise("x_min").alias("x_min")
        edited = CROWD.replace(annotations=CROWD.annotations.with_columns(moved))
        assert differing(keys(clip, CROWD), keys(clip, edited)) == [CROWD.annotations["frame"][8]]

    @pytest.mark.parametrize(
        ("change", "frames"),
        [
            pytest.param({"theme": "house"}, 12, id="the theme"),
            pytest.param(
                {"options": RenderOptions(EncoderSettings(crf=30), segment_seconds=1 / 24)}, 12, id="the encoder"
            ),
            pytest.param(
                {"shown": SceneOptions(headings={"Q1": "Years"})}, 11, id="a heading; the last frame is nobody's"
            ),
        ],
    )
    def test_everything(self, clip: Path, change: dict[str, object], frames: int):
        assert differing(keys(clip, CROWD), keys(clip, CROWD, **change)) == list(range(frames))
