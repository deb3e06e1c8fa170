"""Interlaced sources: as many frames as before, without combs, the same wherever reading begins."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from loopviz.errors import DamagedError
from loopviz.media import open_source
from loopviz.media.deinterlace import Deinterlacer
from loopviz.notes import Note

SIZE = (160, 96)
FIELDS = {"flags": "+ildct+ilme"}


def picture(index: int, pixel_format: str = "yuv420p") -> av.VideoFrame:
    """A bar that moves from field to field."""
    made = av.VideoFrame(*SIZE, "yuv420p")
    for place, plane in enumerate(made.planes):
        samples = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
        samples[:] = 128 if place else 40
        if place == 0:
            for parity in (0, 1):
                left = (2 * index + parity) * 4
                samples[parity::2, left : left + 24] = 200
    return made.reformat(format=pixel_format)


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        pytest.param("clip.mp4", {"options": {**FIELDS, "x264-params": "tff=1:keyint=5", "crf": "5"}}, id="h264"),
        pytest.param("clip.mpg", {"codec": "mpeg2video", "options": {**FIELDS, "b": "4M", "g": "5"}}, id="mpeg2"),
        pytest.param(
            "clip.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le", "options": FIELDS}, id="prores-ten-bits"
        ),
    ],
)
def test_fields_become_frames(make_clip, digest, name: str, clip: dict[str, str]) -> None:
    draw = {"pictures": lambda index: picture(index, clip.get("pixel_format", "yuv420p"))}
    path = make_clip(name, frames=14, size=SIZE, rate=25, **clip, **draw)
    with open_source(path) as source:
        assert source.info.frames == 14
        assert Note("interlaced") in source.info.notes
        frames = list(source.read())
        assert [frame.pts for frame in frames] == source.pts.tolist() == [frame.picture.pts for frame in frames]
        luma = np.frombuffer(bytes(frames[6].picture.planes[0]), np.uint8).reshape(SIZE[1], -1)[:, : SIZE[0]]
        combs = np.abs(np.diff(luma.astype(int), axis=0)).sum()
        stored = np.frombuffer(bytes(picture(6).planes[0]), np.uint8).reshape(SIZE[1], -1)[:, : SIZE[0]]
        assert combs < 0.02 * np.abs(np.diff(stored.astype(int), axis=0)).sum()
        straight = [digest(frame.picture) for frame in frames]
        for index in random.Random(5).sample(range(14), 14):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert digest(frame.picture) == straight[index]
        assert [digest(frame.picture) for frame in source.read(3, 9)] == straight[3:9]


def test_a_progressive_source_is_left_alone(make_clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deinterlacer, "picture", lambda *_: pytest.fail("it was taken for interlaced"))
    with open_source(make_clip()) as source:
        assert len(list(source.read())) == 12


def flagged(index: int) -> av.VideoFrame:
    return picture(index)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_clips(frames: int) -> None:
    deinterlacer = Deinterlacer(flagged, frames)
    assert [deinterlacer.picture(index).width for index in range(frames)] == [SIZE[0]] * frames


def test_what_could_not_be_read_is_not_taken_for_the_next(tmp_path: Path) -> None:
    broken = True

    def stored(index: int) -> av.VideoFrame:
        if index == 4 and broken:
            raise DamagedError("gone", file=tmp_path)
        return picture(index)

    def luma(source: Callable[[int], av.VideoFrame], index: int) -> bytes:
        return bytes(source(index).planes[0])

    deinterlacer = Deinterlacer(stored, 8)
    with pytest.raises(DamagedError):
        for index in range(8):
            deinterlacer.picture(index)
    broken = False
    assert luma(deinterlacer.picture, 4) == luma(Deinterlacer(picture, 8).picture, 4)
