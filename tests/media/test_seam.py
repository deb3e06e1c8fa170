from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.media.seam import FLOOR, seam_of

GRAIN = np.random.default_rng(5).integers(20, 120, (48, 64))


def grey(levels):
    """A function that draws frames whose luma is a grain plus a level for each."""

    def draw(index):
        luma = (GRAIN + levels[index]).clip(0, 255).astype(np.uint8)
        frame = av.VideoFrame(64, 48, "yuv420p")
        for plane, value in zip(
            frame.planes, (luma, np.full((24, 32), 128, np.uint8), np.full((24, 32), 128, np.uint8)), strict=True
        ):
            rows = np.zeros((plane.height, plane.line_size), np.uint8)
            rows[:, : plane.width] = value
            plane.update(rows)
        return frame

    return draw


@pytest.fixture
def measured(make_clip):
    def measure(levels, name="clip.mp4", **options):
        return seam_of(make_clip(name, frames=len(levels), pictures=grey(levels), **options))

    return measure


@pytest.mark.parametrize(
    ("levels", "difference", "neighbours", "score"),
    [
        pytest.param([2 * abs(i - 30) for i in range(60)], 2, 2, 1, id="it runs on"),
        pytest.param(list(range(60)), 59, 1, 59, id="it jumps back"),
        pytest.param([0] * 60, 0, 0, 0, id="it stands still"),
        pytest.param([0] * 59 + [1], 1, 0, 1 / FLOOR, id="it stands still, but for the seam"),
        pytest.param([0, 3], 3, 3, 1, id="two frames"),
        pytest.param([0] * 30 + [90] * 300 + [0, 2, 0, 2] * 8, 2, 1, 2, id="what lies in the middle does not count"),
    ],
)
def test_the_score(measured, levels, difference, neighbours, score):
    found = measured(levels)
    assert found.difference == pytest.approx(difference, abs=0.02)
    assert found.neighbours == pytest.approx(neighbours, abs=0.02)
    assert found.score == pytest.approx(score, abs=0.1)


def test_one_frame_has_no_seam(measured):
    assert measured([5]) is None


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param("clip.mkv", {}, id="matroska"),
        pytest.param("clip.mp4", {"options": {"qp": "1", "bf": "3", "g": "300"}}, id="one reordered group"),
        pytest.param("clip.webm", {"codec": "libvpx-vp9", "options": {"lossless": "1"}}, id="webm"),
        pytest.param("clip.mp4", {"rate": 1}, id="a frame a second"),
        pytest.param("clip.mp4", {"rate": 120}, id="120 frames a second"),
        pytest.param(
            "clip.mkv", {"pts": [i * 7 + (i % 5) for i in range(300)], "time_base": Fraction(1, 1000)}, id="uneven"
        ),
        pytest.param("clip.mp4", {"pts": range(500, 800)}, id="begins late"),
    ],
)
def test_containers_and_times(measured, name, options):
    found = measured([100 - i % 100 for i in range(300)], name, **options)
    assert found.difference == pytest.approx(99, rel=0.02)
    assert found.score == pytest.approx(99, rel=0.05)


def test_ten_bits_are_measured_in_the_same_levels(make_clip):
    def draw(index):
        return grey([2 * i for i in range(40)])(index).reformat(format="yuv420p10le")

    path = make_clip(frames=40, pictures=draw, pixel_format="yuv420p10le", options={"qp": "0"})
    found = seam_of(path)
    assert found.difference == pytest.approx(78, rel=0.02) and found.neighbours == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("kept", [0, 30, 3000])
def test_a_broken_file(make_clip, kept):
    path = make_clip(frames=20)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError):
        seam_of(path)
