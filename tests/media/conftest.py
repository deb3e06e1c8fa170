"""Small clips and pictures, made by PyAV for one test each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.container import OutputContainer
from av.video.stream import VideoStream

from loopviz.media.encode import encode_segment
from loopviz.media.encoders import EncoderSettings, VideoSpec
from loopviz.media.types import ColorTags

LOSSLESS = {"qp": "0", "preset": "ultrafast", "bf": "0"}
B_FRAMES = {"crf": "20", "preset": "veryfast", "x264-params": "keyint=8:min-keyint=8:bframes=3:b-adapt=0:scenecut=0"}


def rgb_picture(index: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """A gradient that moves with the index: no two frames are alike, no two corners either."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 3 + index * 9, y * 4 + 255 - index * 7, x + y + index * 5]
    return np.stack([np.abs((plane % 400) - 200) for plane in planes], axis=2).astype(np.uint8)


def video_frame(rgb: npt.NDArray[np.uint8], pixel_format: str) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixel_format)


class ClipMaker:
    """Writes a clip: ``setup`` may change the stream before it is opened, ``pts`` places the frames."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self,
        name: str = "clip.mp4",
        *,
        frames: int = 12,
        size: tuple[int, int] = (64, 48),
        rate: Fraction | int = 24,
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        options: dict[str, str] | None = None,
        pts: Iterable[int] | None = None,
        time_base: Fraction | None = None,
        pictures: Callable[[int], av.VideoFrame] | None = None,
        setup: Callable[[VideoStream], None] | None = None,
        before: Callable[[OutputContainer], None] | None = None,
    ) -> Path:
        path = self.folder / name
        times = list(range(frames)) if pts is None else list(pts)
        draw = pictures or (lambda index: video_frame(rgb_picture(index, *size), pixel_format))
        with av.open(str(path), "w") as out:
            if before:
                before(out)
            stream = out.add_stream(codec, rate=Fraction(rate), options=LOSSLESS if options is None else options)
            stream.width, stream.height, stream.pix_fmt = *size, pixel_format
            # The same bytes on every machine; threads of libvpx may wait for each other for ever on few processors.
            stream.codec_context.thread_count = 1 if codec.startswith("libvpx") else 3
            stream.codec_context.time_base = time_base or 1 / Fraction(rate)
            stream.time_base = stream.codec_context.time_base
            if setup:
                setup(stream)
            for index, when in enumerate(times):
                picture = draw(index)
                picture.pts, picture.time_base = when, stream.codec_context.time_base
                out.mux(stream.encode(picture))
            out.mux(stream.encode(None))
        return path


@pytest.fixture
def make_clip(tmp_path: Path) -> ClipMaker:
    return ClipMaker(tmp_path)


@pytest.fixture
def samples_of() -> Callable[[av.VideoFrame], list[npt.NDArray[np.uint8]]]:
    """The planes of a picture as arrays, without the rows' padding."""

    def planes(picture: av.VideoFrame) -> list[npt.NDArray[np.uint8]]:
        return [
            np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size)[: p.height, : p.width].copy()
            for p in picture.planes
        ]

    return planes


@pytest.fixture
def digest(
    samples_of: Callable[[av.VideoFrame], list[npt.NDArray[np.uint8]]],
) -> Callable[[av.VideoFrame], str]:
    """A hash of every sample of a picture."""
    return lambda picture: hashlib.sha256(b"".join(p.tobytes() for p in samples_of(picture))).hexdigest()


@pytest.fixture
def tags() -> ColorTags:
    """Unusual ones, so that no default can pass for them: BT.601 of 625 lines, full range."""
    return ColorTags(matrix="bt601", full_range=True, colorspace=5, primaries=5, transfer=6)


@pytest.fixture
def spec(tags: ColorTags) -> VideoSpec:
    """64x48, 24 frames a second, counted in 1/12288 s."""
    return VideoSpec(64, 48, Fraction(24), Fraction(1, 12288), tags, EncoderSettings("libx264", 23, "veryfast"))


@pytest.fixture
def draw() -> Callable[..., Iterator[av.VideoFrame]]:
    """A function that draws one picture for each pts."""

    def pictures(pts: Iterable[int], spec: VideoSpec) -> Iterator[av.VideoFrame]:
        for index, when in enumerate(pts):
            picture = video_frame(rgb_picture(index, spec.width, spec.height), "yuv420p")
            picture.pts, picture.time_base = int(when), spec.time_base
            yield picture

    return pictures


@pytest.fixture
def make_segments(tmp_path: Path, draw: Callable[..., Iterator[av.VideoFrame]]) -> Callable[..., list[Path]]:
    """A function that encodes pictures at the given times to segments of ``length`` frames."""

    def make(pts: npt.NDArray[np.int64], spec: VideoSpec, length: int = 8) -> list[Path]:
        segments = []
        for first in range(0, len(pts), length):
            segments.append(tmp_path / f"segment_{first:03}.nut")
            encode_segment(draw(pts[first : first + length], spec), segments[-1], spec)
        return segments

    return make
