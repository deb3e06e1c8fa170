from __future__ import annotations

import math
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.media import open_source, to_rgb
from loopviz.media.rotation import EXIF, Orientation, plane_view, turn_picture
from loopviz.notes import Note

TURNS = {
    # rotation as ffprobe says it, mirrored left to right after it: what NumPy does to the stored rows and columns
    (0, False): lambda a: a,
    (90, False): lambda a: np.rot90(a, 1),
    (180, False): lambda a: np.rot90(a, 2),
    (-90, False): lambda a: np.rot90(a, -1),
}


def rotated(make_clip, degrees: int, size: tuple[int, int], **clip: object):
    return make_clip(
        f"turned{degrees}.mp4", size=size, frames=2, setup=lambda stream: stream.set_display_rotation(degrees), **clip
    )


@pytest.mark.parametrize("degrees", [0, 90, 180, -90])
def test_even_sizes_are_turned_sample_for_sample(make_clip, samples_of, degrees: int) -> None:
    with open_source(make_clip("plain.mp4", size=(64, 36), frames=2)) as source:
        stored = [samples_of(frame.picture) for frame in source.read()]
    with open_source(rotated(make_clip, degrees, (64, 36))) as source:
        info = source.info
        assert (info.width, info.height) == ((36, 64) if degrees in (90, -90) else (64, 36))
        assert abs(info.rotation) == abs(degrees)
        assert degrees == 180 or info.rotation == degrees
        for frame, planes in zip(source.read(), stored, strict=True):
            for shown, plane in zip(samples_of(frame.picture), planes, strict=True):
                assert np.array_equal(shown, TURNS[degrees, False](plane))


@pytest.mark.parametrize("size", [(63, 37), (64, 37), (63, 36)], ids=str)
@pytest.mark.parametrize("degrees", [0, 90, 180, -90])
def test_odd_sizes_keep_every_pixel_and_its_colour_in_place(make_clip, degrees: int, size: tuple[int, int]) -> None:
    clip = {"codec": "libvpx-vp9", "options": {"lossless": "1"}}
    with open_source(make_clip("plain.mp4", size=size, frames=2, **clip)) as source:
        assert (source.info.width, source.info.height) == size
        stored = [to_rgb(frame.picture).astype(int) for frame in source.read()]
    with open_source(rotated(make_clip, degrees, size, **clip)) as source:
        for frame, rgb in zip(source.read(), stored, strict=True):
            expected = TURNS[degrees, False](rgb)
            shown = to_rgb(frame.picture).astype(int)
            assert shown.shape == expected.shape
            assert np.abs(shown - expected).mean() < 4


@pytest.mark.parametrize(
    ("flips", "expected"),
    [
        pytest.param({"hflip": True}, lambda a: a[:, ::-1], id="left-right"),
        pytest.param({"vflip": True}, lambda a: a[::-1], id="top-bottom"),
        pytest.param({"hflip": True, "vflip": True}, lambda a: a[::-1, ::-1], id="both"),
    ],
)
def test_mirrored_clips(make_clip, samples_of, flips: dict[str, bool], expected) -> None:
    plain = make_clip("plain.mp4", frames=1)
    mirrored = make_clip("mirrored.mp4", frames=1, setup=lambda stream: stream.set_display_rotation(0, **flips))
    with open_source(plain) as first, open_source(mirrored) as second:
        before, after = (samples_of(next(source.read()).picture)[0] for source in (first, second))
    assert np.array_equal(after, expected(before))


def with_matrix(path: Path, a: float, b: float, c: float, d: float) -> Path:
    """Write a display matrix into an MP4's track header (ISO/IEC 14496-12, 8.3.2)."""
    content = path.read_bytes()
    at = content.index(b"tkhd") + 4 + 40
    matrix = struct.pack(">9i", *(round(n * 65536) for n in (a, b, 0, c, d, 0, 0, 0)), 1 << 30)
    path.write_bytes(content[:at] + matrix + content[at + 36 :])
    return path


HALF = math.sqrt(0.5)
IGNORED = Note("no-quarter-turn")
SCALED = Note("scaled-by-matrix")


@pytest.mark.parametrize(
    ("matrix", "shown", "note"),
    [
        pytest.param((1, 0, 0, 1), lambda a: a, None, id="none"),
        pytest.param((0, 1, -1, 0), lambda a: np.rot90(a, -1), None, id="quarter"),
        pytest.param((0, -1, 1, 0), lambda a: np.rot90(a, 1), None, id="three-quarters"),
        pytest.param((-1, 0, 0, -1), lambda a: a[::-1, ::-1], None, id="half"),
        pytest.param((-1, 0, 0, 1), lambda a: a[:, ::-1], None, id="mirrored"),
        pytest.param((1, 0, 0, -1), lambda a: a[::-1], None, id="upside-down"),
        pytest.param((0, 1, 1, 0), lambda a: a.T, None, id="transposed"),
        pytest.param((0, -1, -1, 0), lambda a: a[::-1, ::-1].T, None, id="transposed-the-other-way"),
        pytest.param((1, 0.0002, -0.0002, 1), lambda a: a, None, id="rounded"),
        pytest.param((0.00002, 1, -1, 0), lambda a: np.rot90(a, -1), None, id="rounded-quarter"),
        pytest.param((0, 0, 0, 0), lambda a: a, IGNORED, id="zeros"),
        pytest.param((1, 0, 0, 0), lambda a: a, IGNORED, id="flat"),
        pytest.param((0, 1, 0, 0), lambda a: a, IGNORED, id="flat-and-crossed"),
        pytest.param((0, 0, 0, -1), lambda a: a, IGNORED, id="flat-and-mirrored"),
        pytest.param((HALF, HALF, -HALF, HALF), lambda a: a, IGNORED, id="45-degrees"),
        pytest.param((0.1736, 0.9848, -0.9848, 0.1736), lambda a: a, IGNORED, id="80-degrees"),
        pytest.param((0.9998, 0.0175, -0.0175, 0.9998), lambda a: a, IGNORED, id="one-degree"),
        pytest.param((1, 0, 0.5, 1), lambda a: a, IGNORED, id="sheared"),
        pytest.param((1, 1, 1, 1), lambda a: a, IGNORED, id="singular"),
        pytest.param((2, 0, 0, 2), lambda a: a, SCALED, id="scaled"),
        pytest.param((-0.5, 0, 0, 0.5), lambda a: a[:, ::-1], SCALED, id="scaled-and-mirrored"),
        pytest.param((0, 2, -2, 0), lambda a: np.rot90(a, -1), SCALED, id="scaled-and-turned"),
        pytest.param((-32768, 0, 0, -32768), lambda a: a[::-1, ::-1], SCALED, id="the-most-that-fits"),
    ],
)
def test_display_matrices(make_clip, samples_of, matrix: tuple[float, ...], shown, note: Note | None) -> None:
    path = make_clip(frames=1, size=(64, 36))
    with open_source(path) as source:
        stored = samples_of(next(source.read()).picture)[0]
    with open_source(with_matrix(path, *matrix)) as source:
        seen = samples_of(next(source.read()).picture)[0]
        assert np.array_equal(seen, shown(stored))
        assert (source.info.height, source.info.width) == seen.shape
        assert source.info.notes == (() if note is None else (note,))
        assert abs(source.info.rotation) in ((90,) if seen.shape[1] == 36 else (0, 180))


def test_a_matrix_that_stretches_is_the_shape_of_the_pixels(make_clip) -> None:
    with open_source(with_matrix(make_clip(frames=1, size=(64, 36)), 1.5, 0, 0, 1)) as source:
        assert (source.info.width, source.info.height) == (96, 36)
        assert source.info.notes == (Note("pixels-not-square", {"ratio": "3:2", "size": "96x36"}),)


@pytest.mark.parametrize("number", sorted(EXIF))
def test_exif_orientations(number: int) -> None:
    """Exif's table: where the stored first row, and the stored first column, are to be seen."""
    stored = np.arange(6).reshape(2, 3)
    shown = EXIF[number].turn(stored)
    first_row, first_column = {
        1: ("top", "left"),
        2: ("top", "right"),
        3: ("bottom", "right"),
        4: ("bottom", "left"),
        5: ("left", "top"),
        6: ("right", "top"),
        7: ("right", "bottom"),
        8: ("left", "bottom"),
    }[number]
    edges = {"top": shown[0], "bottom": shown[-1], "left": shown[:, 0], "right": shown[:, -1]}
    assert set(edges[first_row].tolist()) == {0, 1, 2}
    assert set(edges[first_column].tolist()) == {0, 3}


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    orientation=st.builds(Orientation, st.booleans(), st.booleans(), st.booleans()),
)
def test_turning_four_times_or_twice_comes_back(width: int, height: int, orientation: Orientation) -> None:
    plane = np.arange(width * height).reshape(height, width)
    shown = orientation.turn(plane)
    assert shown.shape[::-1] == orientation.size(width, height)
    back = shown
    for _ in range(3):
        back = orientation.turn(back)
    assert np.array_equal(back, plane)


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    orientation=st.builds(Orientation, st.booleans(), st.booleans(), st.booleans()),
    seed=st.integers(0, 1000),
)
def test_a_chroma_sample_is_the_mean_of_its_pixels(size: tuple[int, int], orientation: Orientation, seed: int) -> None:
    width, height = size
    picture = av.VideoFrame(width, height, "yuv420p")
    random = np.random.default_rng(seed)
    for plane in picture.planes:
        plane.update(random.integers(0, 256, plane.buffer_size, np.uint8).tobytes())
    turned = turn_picture(picture, orientation)
    assert (turned.width, turned.height) == orientation.size(width, height)
    stored = plane_view(picture, 1)
    pixels = orientation.turn(np.array([[stored[y // 2, x // 2] for x in range(width)] for y in range(height)]))
    for (row, column), sample in np.ndenumerate(plane_view(turned, 1)):
        assert abs(sample - pixels[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].mean()) <= 0.5


def test_the_padding_of_rows_stays_out(samples_of) -> None:
    picture = av.VideoFrame(10, 6, "yuv420p")
    for plane in picture.planes:
        plane.update(bytes(range(plane.buffer_size)))
    turned = turn_picture(picture, Orientation(transpose=True, flip_x=True))
    for before, after in zip(samples_of(picture), samples_of(turned), strict=True):
        assert np.array_equal(after, np.rot90(before, -1))
