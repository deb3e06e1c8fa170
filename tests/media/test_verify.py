from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from loopviz.errors import OutputError
from loopviz.media.mux import join_segments
from loopviz.media.verify import verify_video

CONSTANT = np.arange(20) * 512
VARIABLE = np.cumsum(np.r_[0, np.tile([512, 3, 4000], 6)])
PLAN = {"frames": 20, "duration_seconds": 20 / 24, "width": 64, "height": 48}


@pytest.fixture
def written(tmp_path, spec, make_segments):
    def write(suffix=".mp4", pts=CONSTANT, end=20 * 512):
        target = tmp_path / f"out{suffix}"
        join_segments(make_segments(pts, spec), target, spec, pts=pts, end_pts=end)
        return target

    return write


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_what_was_planned_passes(written, suffix):
    verify_video(written(suffix), **PLAN)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("last", [3, 90_000])
def test_variable_times_pass(written, suffix, last):
    end = int(VARIABLE[-1]) + last
    plan = PLAN | {"frames": len(VARIABLE), "duration_seconds": end / 12288}
    verify_video(written(suffix, VARIABLE, end), **plan)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"frames": 21}, "frames.*found 20; expected 21", id="frames"),
        pytest.param({"width": 66}, r"width and height.*\(64, 48\); expected \(66, 48\)", id="size"),
        pytest.param({"duration_seconds": 20.6 / 24}, r"duration.*0\.833333; expected 0\.858333", id="longer"),
        pytest.param({"duration_seconds": 19.4 / 24}, r"duration.*0\.833333; expected 0\.808333", id="shorter"),
    ],
)
def test_another_plan_is_told(written, change, words):
    with pytest.raises(OutputError, match=words):
        verify_video(written(), **PLAN | change)


@pytest.mark.parametrize("duration", [20.4 / 24, 19.6 / 24])
def test_less_than_half_a_frame_does_not_matter(written, duration):
    verify_video(written(), **PLAN | {"duration_seconds": duration})


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut-off"),
        pytest.param(lambda data: data[: data.index(b"mdat") + 4] + bytes(len(data)), id="zeros-for-pictures"),
        pytest.param(lambda _: b"no video at all" * 99, id="junk"),
    ],
)
def test_a_damaged_file_is_told(written, spoil):
    path = written()
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(OutputError, match=r"out\.mp4"):
        verify_video(path, **PLAN)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(OutputError, match=r"gone\.mp4"):
        verify_video(tmp_path / "gone.mp4", **PLAN)


def test_a_file_without_pictures_is_told(tmp_path):
    (tmp_path / "out.wav").write_bytes(
        b"RIFF\x24\x10\x00\x00WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\x10\0\0" + bytes(4096)
    )
    with pytest.raises(OutputError, match=r"out\.wav"):
        verify_video(tmp_path / "out.wav", **PLAN)


def test_one_frame(written):
    path = written(pts=CONSTANT[:1], end=512)
    verify_video(path, **PLAN | {"frames": 1, "duration_seconds": 1 / 24})


def test_a_clip_that_begins_late_in_its_source(tmp_path, spec, make_segments):
    spec = dataclasses.replace(spec, time_base=Fraction(1, 90_000))
    pts = 750_000 + np.arange(5) * 3003
    join_segments(make_segments(pts, spec), tmp_path / "out.mp4", spec, pts=pts, end_pts=765_015)
    verify_video(tmp_path / "out.mp4", **PLAN | {"frames": 5, "duration_seconds": 15_015 / 90_000})
