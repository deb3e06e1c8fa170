from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import av
import flash_clips as clips
import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.media.flashes import Grid, find_flashes, flashes_in, light_of
from loopviz.viewing import Viewing

HERE = Path(__file__).parent
IRIS = json.loads((HERE / "iris_says.json").read_text(encoding="utf-8"))
# IRIS measures red as WCAG 2.1 did, by (R - G - B) x 320 > 20; the clips are such that both come to the same.
WHOLE = Grid(18, 32, math.sqrt(18 * 32 * 4 / math.pi))  # a field of view as large as the picture
SCREEN = Grid.of(1920, 1080, Viewing())


def found_in(clip, grid=WHOLE):
    return find_flashes(
        ((Fraction(index, clip.rate), light_of(picture, grid)) for index, picture in clip.frames()), grid
    )


def kinds(found):
    return {kind: any(each.kind == kind for each in found) for kind in ("general", "red")}


@pytest.mark.parametrize("name", clips.CLIPS)
def test_what_iris_says_too(name):
    """See scripts/ask_iris, which made the table."""
    assert kinds(found_in(clips.CLIPS[name])) == IRIS[name]


def test_the_table_of_iris_has_both_answers_for_all_clips():
    assert set(IRIS) == set(clips.CLIPS)
    for kind in ("general", "red"):
        assert {answer[kind] for answer in IRIS.values()} == {True, False}


@pytest.mark.parametrize("rate", [24, 25, 30, 60])
def test_what_is_said_of_flashes(rate):
    (found,) = found_in(clips.Clip(rate, clips.square(5, until=2), seconds=6))
    assert found.kind == "general"
    assert found.start_seconds == pytest.approx(0.1, abs=2 / rate)
    assert found.stop_seconds == pytest.approx(2, abs=2 / rate + 0.1)
    assert found.flashes_a_second == pytest.approx(5, abs=0.5)
    assert found.share > 0.75


def test_flashes_that_come_again_are_found_again():
    def twice(seconds, picture):
        clips.square(6)(seconds if seconds < 1.5 or seconds > 5 else 0.6, picture)

    first, second = found_in(clips.Clip(30, twice, seconds=7))
    assert first.stop_seconds < 1.7 and second.start_seconds > 4.9


def on_screen(*boxes, hertz=5):
    """Boxes of a screen of 32 by 18 units that flash."""

    def draw(seconds, picture):
        for left, top, width, height in boxes:
            picture[2 * top : 2 * (top + height), 2 * left : 2 * (left + width)] = 255 * (seconds * hertz % 1 < 0.5)

    return clips.Clip(30, draw, seconds=2)


@pytest.mark.parametrize(
    ("boxes", "fails"),
    [
        # A field of 10 degrees takes 18 % of a screen of 55 inches at 2.5 m; a quarter of it is 26 units of 576.
        pytest.param([(0, 0, 32, 18)], True, id="all"),
        pytest.param([(8, 6, 6, 6)], True, id="36"),
        pytest.param([(8, 6, 5, 4)], False, id="20"),
        pytest.param([(8, 6, 4, 4), (13, 6, 4, 4)], True, id="two of 16 beside each other"),
        pytest.param([(0, 0, 4, 4), (28, 14, 4, 4)], False, id="two of 16 in opposite corners"),
        pytest.param([(0, 0, 6, 6)], True, id="36 in a corner"),
        pytest.param([(0, 9, 32, 1)], False, id="a thin line across"),
    ],
)
def test_the_area_counts_in_a_field_of_view(boxes, fails):
    assert bool(found_in(on_screen(*boxes), SCREEN)) == fails


@pytest.mark.parametrize(
    ("viewing", "fails"),
    [
        (Viewing(55, 2.5), True),
        (Viewing(55, 10), False),
        (Viewing(24, 2.5), False),
        (Viewing(300, 12), True),
    ],
)
def test_how_a_screen_is_seen_decides(viewing, fails):
    assert bool(found_in(on_screen((8, 4, 8, 8)), Grid.of(1920, 1080, viewing))) == fails


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (640, 360), (16, 16), (4000, 10)])
@pytest.mark.parametrize("viewing", [Viewing(), Viewing(10, 100), Viewing(500, 0.5)], ids=["default", "far", "near"])
def test_every_picture_has_places(width, height, viewing):
    grid = Grid.of(width, height, viewing)
    assert 1 <= grid.rows <= 160 and 1 <= grid.columns <= 160
    field = viewing.metres(10) / viewing.metres_a_pixel(width, height)
    assert grid.share(np.ones((grid.rows, grid.columns), bool)) <= 1.05 * max(
        1, width * height / (math.pi / 4 * field**2)
    )


def test_turns_between_places_count_where_they_are():
    def in_turns(seconds, picture):
        half = slice(0, 32) if seconds * 5 % 1 < 0.5 else slice(32, 64)
        picture[:, half] = 255

    (found,) = found_in(clips.Clip(30, in_turns), SCREEN)  # its mean is always the same
    assert found.kind == "general" and found.flashes_a_second == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize("pattern", ["noise", "checkerboard"])
def test_fine_patterns_are_even(pattern):
    draw, squares = np.random.default_rng(7), np.indices((1080, 1920)).sum(0) // 4
    frames = []
    for index in range(30):
        grey = draw.integers(0, 2, (1080, 1920)) if pattern == "noise" else (squares + index) % 2
        picture = np.repeat((grey * 255).astype(np.uint8)[..., None], 3, axis=2)
        frames.append((Fraction(index, 30), light_of(picture, SCREEN)))
    assert find_flashes(frames, SCREEN) == []


def test_black_has_no_colour():
    def draw(seconds, picture):
        picture[:] = (3, 0, 0) if seconds * 10 % 1 < 0.5 else (0, 0, 3)

    assert found_in(clips.Clip(30, draw)) == []


def encoded(path, clip, codec="libx264", pixel_format="yuv420p", setup=None, size=(320, 180)):
    with av.open(str(path), "w") as out:
        options = {"crf": "20", "preset": "ultrafast"} if codec == "libx264" else {"crf": "30", "cpu-used": "8"}
        stream = out.add_stream(codec, rate=clip.rate, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        stream.codec_context.color_range, stream.codec_context.colorspace = 1, 1
        stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        if setup:
            setup(stream.codec_context)
        for index, picture in clip.frames():
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame = frame.reformat(*size, pixel_format, dst_colorspace="ITU709", interpolation="POINT")
            frame.pts = index
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.webm"])
@pytest.mark.parametrize(
    ("clip", "general", "red"),
    [
        pytest.param("square 3 Hz at 24", False, False, id="three"),
        pytest.param("square 4 Hz at 25", True, False, id="four"),
        pytest.param("red and a grey as bright", False, True, id="red"),
        pytest.param("held frames", False, False, id="held"),
        pytest.param("a person a frame", False, False, id="steps below a tenth"),
    ],
)
def test_an_encoded_film(tmp_path, name, clip, general, red):
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    found = flashes_in(encoded(tmp_path / name, clips.CLIPS[clip], codec))
    assert kinds(found) == {"general": general, "red": red}


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv"])
def test_the_seam_of_a_loop_can_flash(tmp_path, name):
    def draw(seconds, picture):
        clips.square(5)(seconds if seconds < 0.4 or seconds > 2.6 else 0.15, picture)

    path = encoded(tmp_path / name, clips.Clip(25, draw, seconds=3))
    assert flashes_in(path) == []
    (found,) = flashes_in(path, loops=True)
    assert 2.5 < found.start_seconds < 3 < found.stop_seconds < 3.5


def test_ten_bits_and_hdr_are_judged_as_they_are_seen(tmp_path):
    def hdr(context):
        context.color_primaries, context.color_trc, context.colorspace = 9, 16, 9

    dim, bright = (clips.square(5, (low,) * 3, (low + 30,) * 3) for low in (20, 120))
    path = encoded(tmp_path / "dim.mp4", clips.Clip(25, dim), pixel_format="yuv420p10le", setup=hdr)
    assert flashes_in(path) == []
    path = encoded(tmp_path / "bright.mp4", clips.Clip(25, bright), pixel_format="yuv420p10le", setup=hdr)
    assert kinds(flashes_in(path))["general"]


@pytest.mark.parametrize("kept", [0, 100, 2000])
def test_a_broken_file(tmp_path, kept):
    path = encoded(tmp_path / "film.mp4", clips.CLIPS["held frames"])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError):
        flashes_in(path)
