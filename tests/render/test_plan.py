from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_clip, make_dataset

from loopviz.errors import ConfigError
from loopviz.media import EncoderSettings, open_source
from loopviz.render.plan import RenderOptions, Segment, cut, plan_render, seconds
from loopviz.scene import build_scene, load_theme


@given(st.integers(0, 500), st.integers(1, 500), st.integers(1, 90))
def test_segments_cover_the_frames_exactly_and_are_cut_at_multiples(start: int, count: int, length: int):
    segments = cut(range(start, start + count), length)
    assert [frame for s in segments for frame in range(s.start, s.stop)] == list(range(start, start + count))
    assert [s.index for s in segments] == list(range(len(segments)))
    assert all(0 < len(s) <= length for s in segments)
    assert all(a.stop == b.start and b.start % length == 0 for a, b in pairwise(segments))


@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 50))
def test_a_part_is_cut_where_the_whole_is(start: int, count: int, length: int):
    whole = {(s.start, s.stop) for s in cut(range(1000), length)}
    inner = cut(range(start, start + count), length)[1:-1]
    assert {(s.start, s.stop) for s in inner} <= whole


@pytest.mark.parametrize(
    ("frames", "length", "places"),
    [
        pytest.param(range(10), 4, [(0, 4), (4, 8), (8, 10)], id="a rest"),
        pytest.param(range(8), 4, [(0, 4), (4, 8)], id="no rest"),
        pytest.param(range(3, 9), 4, [(3, 4), (4, 8), (8, 9)], id="a part"),
        pytest.param(range(4, 8), 4, [(4, 8)], id="just one"),
        pytest.param(range(5, 6), 4, [(5, 6)], id="one frame"),
        pytest.param(range(3), 100, [(0, 3)], id="shorter than a segment"),
    ],
)
def test_known_cuts(frames: range, length: int, places: list[tuple[int, int]]):
    assert [(s.start, s.stop) for s in cut(frames, length)] == places


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames in 1/1200 s, of uneven length."""
    pts = [0, 50, 100, 175, 200, 250, 300, 400, 450, 500, 550, 600]
    return make_clip(tmp_path_factory.mktemp("plan") / "clip.mkv", 12, (66, 48), pts=pts, time_base=Fraction(1, 1000))


def test_a_plan_of_the_whole_clip(clip: Path):
    with open_source(clip) as source:
        plan = plan_render(source, None, RenderOptions(EncoderSettings(crf=30), segment_seconds=0.2))
        np.testing.assert_array_equal(plan.timeline.pts, source.pts)
        assert (plan.frames, plan.timeline.end_pts) == (12, source.end_pts)
        assert plan.duration_seconds == pytest.approx(source.info.duration_seconds)
        spec = plan.spec
        assert (spec.width, spec.height, spec.time_base, spec.color) == (
            66,
            48,
            source.info.time_base,
            source.info.color,
        )
        assert spec.settings == EncoderSettings(crf=30)
        assert len(plan.segments) == -(-12 // max(1, round(0.2 * source.info.frame_rate)))


def test_a_part_ends_where_the_next_frame_begins(clip: Path):
    with open_source(clip) as source:
        plan = plan_render(source, None, RenderOptions(frames=range(3, 7)))
        assert plan.timeline.pts.tolist() == source.pts[3:7].tolist()
        assert plan.timeline.end_pts == source.pts[7]
        assert plan.duration_seconds == pytest.approx(float((source.pts[7] - source.pts[3]) * source.info.time_base))
        assert plan_render(source, None, RenderOptions(frames=range(7, 12))).timeline.end_pts == source.end_pts


def test_the_canvas_is_the_scenes(clip: Path):
    scene = build_scene(make_dataset(size=(66, 48)), load_theme("margin"), (66, 48))
    with open_source(clip) as source:
        spec = plan_render(source, scene, RenderOptions()).spec
    assert (spec.width, spec.height) == scene.canvas_size


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(range(0), id="empty"),
        pytest.param(range(5, 5), id="no frame"),
        pytest.param(range(7, 3), id="backwards"),
        pytest.param(range(13), id="one too many"),
        pytest.param(range(-1, 3), id="before the first"),
        pytest.param(range(0, 12, 2), id="every second"),
    ],
)
def test_frames_that_are_not_there_are_refused(clip: Path, frames: range):
    with open_source(clip) as source, pytest.raises(ConfigError, match="expected a part of 0:12"):
        plan_render(source, None, RenderOptions(frames=frames))


@pytest.mark.parametrize("length", [0.0, 1e-9])
def test_a_segment_has_at_least_one_frame(clip: Path, length: float):
    with open_source(clip) as source:
        plan = plan_render(source, None, RenderOptions(segment_seconds=length))
    assert plan.segments == tuple(Segment(i, i, i + 1) for i in range(12))


def test_seconds_are_exact():
    assert seconds(1001, Fraction(1, 30000)) == Fraction(1001, 30000)
