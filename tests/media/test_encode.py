from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import pytest

from loopviz.errors import ConfigError, InputError, LoopvizError, MissingPartError, OutputError
from loopviz.media import containers as output
from loopviz.media import encode
from loopviz.media.encode import clock_shift, encode_segment
from loopviz.media.encoders import ENCODERS, EncoderSettings

SIXTEEN = np.arange(16) * 512


def packets(path):
    """Return (seconds, keyframe) of each packet in the order of decoding."""
    with av.open(str(path)) as container:
        return [(p.pts * p.time_base, p.is_keyframe) for p in container.demux(video=0) if p.size]


@pytest.mark.parametrize(
    ("pts", "time_base"),
    [
        pytest.param(SIXTEEN, Fraction(1, 12288), id="constant"),
        pytest.param(np.arange(16) * 1001, Fraction(1, 30000), id="ntsc"),
        pytest.param(np.cumsum([1, 40, 2, 900, 33, 33, 33, 1, 7, 7]), Fraction(1, 1000), id="variable"),
        pytest.param(8_333_008_000 + np.arange(10) * 41_666_667, Fraction(1, 10**9), id="far-and-fine"),
        pytest.param(np.arange(10) * 10**8, Fraction(1, 2**31 - 1), id="finest-time-base"),
        pytest.param(np.array([5]), Fraction(1, 10), id="one-picture"),
        pytest.param(np.array([3, 4]), Fraction(5, 1), id="slower-than-a-second"),
    ],
)
def test_stamps_are_those_of_the_pictures(tmp_path, spec, draw, pts, time_base):
    spec = dataclasses.replace(spec, time_base=time_base)
    assert encode_segment(draw(pts, spec), tmp_path / "s.nut", spec) == len(pts)
    assert sorted(seconds for seconds, _ in packets(tmp_path / "s.nut")) == [int(p) * time_base for p in pts]


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_the_shortest_segments_have_stamps_that_fit(tmp_path, spec, draw, monkeypatch, codec, count):
    spec = dataclasses.replace(spec, settings=EncoderSettings(codec, 30, "ultrafast"))
    seen: list[tuple[int, int]] = []

    class Watched:
        def __init__(self, container):
            self.container = container

        def add_stream(self, *args, **options):
            return self.container.add_stream(*args, **options)

        def mux(self, packets):
            seen.extend((packet.dts, packet.pts) for packet in packets)
            self.container.mux(packets)

    @contextlib.contextmanager
    def watched(*args):
        with output.new_media_file(*args) as container:
            yield Watched(container)

    monkeypatch.setattr(encode, "new_media_file", watched)
    for turn in range(4):  # what is wrong depends on what was in memory before
        encode_segment(draw(SIXTEEN[:count], spec), tmp_path / f"{turn}.nut", spec)
    assert len(seen) == 4 * count
    for turn in range(4):
        decoded, shown = zip(*seen[turn * count : (turn + 1) * count], strict=True)
        assert list(decoded) == sorted(set(decoded))
        assert all(-3 * 512 <= one <= other for one, other in zip(decoded, shown, strict=True))


def test_a_segment_before_zero_is_moved_to_zero(tmp_path, spec, draw):
    pts = SIXTEEN - 1024
    encode_segment(draw(pts, spec), tmp_path / "s.nut", spec)
    assert clock_shift(-1024) == 1024 and clock_shift(7) == 0
    assert min(packets(tmp_path / "s.nut"))[0] == 0


def test_a_segment_begins_with_its_only_keyframe_and_reorders(tmp_path, spec, draw):
    encode_segment(draw(SIXTEEN, spec), tmp_path / "s.nut", spec)
    found = packets(tmp_path / "s.nut")
    assert [key for _, key in found] == [True] + [False] * 15
    assert found != sorted(found, key=lambda packet: packet[0])  # else the tests of reordering prove nothing


def test_order_from_the_source_does_not_reach_the_encoder(tmp_path, spec, draw):
    def keyframes_of_the_source():
        for picture in draw(SIXTEEN, spec):
            picture.pict_type = av.video.frame.PictureType.I
            yield picture

    encode_segment(keyframes_of_the_source(), tmp_path / "s.nut", spec)
    assert sum(key for _, key in packets(tmp_path / "s.nut")) == 1


def test_the_same_pictures_give_the_same_bytes(tmp_path, spec, draw):
    for name in ("a.nut", "b.nut"):
        encode_segment(draw(SIXTEEN, spec), tmp_path / name, spec)
    assert (tmp_path / "a.nut").read_bytes() == (tmp_path / "b.nut").read_bytes()


ENCODE_NOISE = """
import sys, av, numpy as np
from fractions import Fraction
from pathlib import Path
from loopviz.media.encode import encode_segment
from loopviz.media.encoders import EncoderSettings, VideoSpec
from loopviz.media.types import ColorTags
width = int(sys.argv[4])
noise = np.random.default_rng(1).normal(0, 1, (160, width + 64)).cumsum(0).cumsum(1) / 8 + 128
def pictures():
    for i in range(6):
        luma_and_chroma = np.clip(noise[i : i + 96, 2 * i : 2 * i + width], 0, 255).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(luma_and_chroma, format="yuv420p")
        frame.pts, frame.time_base = i, Fraction(1, 24)
        yield frame
color = ColorTags("bt709", False, 1, 1, 1)
spec = VideoSpec(width, 64, Fraction(24), Fraction(1, 24), color, EncoderSettings(sys.argv[2], preset=sys.argv[3]))
encode_segment(pictures(), Path(sys.argv[1]), spec)
"""


@pytest.mark.parametrize(
    ("codec", "preset", "width"),
    [
        ("libx264", "medium", 96),
        ("libx264", "medium", 128),
        ("libx264", "veryfast", 128),
        *((codec, "veryfast", 96) for codec in ENCODERS),
    ],
)
def test_bytes_do_not_depend_on_what_stood_in_memory(tmp_path, codec, preset, width):
    """New memory is filled with one value, then with another: x264's AVX-512 code let it into its decisions."""
    made = set()
    for fill in ("1", "90", "255"):
        environment = os.environ | {"MALLOC_PERTURB_": fill}
        command = [sys.executable, "-c", ENCODE_NOISE, tmp_path / "a.nut", codec, preset, str(width)]
        subprocess.run(command, check=True, env=environment)
        made.add((tmp_path / "a.nut").read_bytes())
    assert len(made) == 1


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is but one processor to use")
@pytest.mark.parametrize("codec", [name for name, encoder in ENCODERS.items() if encoder.crf_max])
def test_bytes_do_not_depend_on_the_processors_that_may_be_used(tmp_path, codec):
    made = set()
    for processors in ({min(os.sched_getaffinity(0))}, os.sched_getaffinity(0)):
        held = f"import os\nos.sched_setaffinity(0, {processors})\n"
        command = [sys.executable, "-c", held + ENCODE_NOISE, tmp_path / "a.nut", codec, "faster", "96"]
        subprocess.run(command, check=True)
        made.add((tmp_path / "a.nut").read_bytes())
    assert len(made) == 1


def test_headers_do_not_depend_on_the_pictures(tmp_path, spec, draw):
    headers = set()
    for name, pts in (("a.nut", SIXTEEN), ("b.nut", SIXTEEN[:1]), ("c.nut", 5000 + SIXTEEN**2)):
        encode_segment(draw(pts, spec), tmp_path / name, spec)
        with av.open(str(tmp_path / name)) as container:
            headers.add(container.streams.video[0].codec_context.extradata)
    assert len(headers) == 1 and headers.pop()


@pytest.mark.parametrize("codec", [name for name, encoder in ENCODERS.items() if encoder.crf_max])
def test_every_encoder_writes_what_it_was_given(tmp_path, spec, draw, tags, codec, capfd):
    spec = dataclasses.replace(spec, settings=EncoderSettings(codec, 30, "ultrafast"))
    encode_segment(draw(SIXTEEN, spec), tmp_path / "s.nut", spec)
    with av.open(str(tmp_path / "s.nut")) as container:
        frames = list(container.decode(video=0))
    assert [frame.pts * frame.time_base for frame in frames] == [int(p) * spec.time_base for p in SIXTEEN]
    assert {(frame.width, frame.height, int(frame.colorspace)) for frame in frames} == {(64, 48, tags.colorspace)}
    assert all(int(frame.color_range) == 2 for frame in frames)
    assert "Svt[info]" not in capfd.readouterr().err


def test_all_color_tags_are_in_the_bitstream(tmp_path, spec, draw, tags):
    encode_segment(draw(SIXTEEN, spec), tmp_path / "s.nut", spec)
    with av.open(str(tmp_path / "s.nut")) as container:  # NUT holds no tags: these come from H.264's own header
        context = container.streams.video[0].codec_context
        found = (context.color_range, context.colorspace, context.color_primaries, context.color_trc)
    assert found == (2, tags.colorspace, tags.primaries, tags.transfer)


@pytest.mark.parametrize(
    ("settings", "error", "word"),
    [
        pytest.param(EncoderSettings("mpeg4"), ConfigError, "libx264", id="other-encoder"),
        pytest.param(EncoderSettings(preset="fastest"), ConfigError, "veryfast", id="preset"),
        pytest.param(EncoderSettings(crf=52), ConfigError, "0 to 51", id="crf"),
        pytest.param(EncoderSettings(crf=-1), ConfigError, "0 to 51", id="negative-crf"),
    ],
)
def test_settings_that_do_not_exist(tmp_path, spec, draw, settings, error, word):
    spec = dataclasses.replace(spec, settings=settings)
    with pytest.raises(error, match=word):
        encode_segment(draw(SIXTEEN, spec), tmp_path / "s.nut", spec)
    assert not list(tmp_path.iterdir())


def test_a_codec_that_this_build_lacks(tmp_path, spec, draw, monkeypatch):
    monkeypatch.setattr(av, "codecs_available", {"libx264"})
    spec = dataclasses.replace(spec, settings=EncoderSettings("libx265"))
    with pytest.raises(MissingPartError, match="libx265"):
        encode_segment(draw(SIXTEEN, spec), tmp_path / "s.nut", spec)


def other_size(pictures):
    for index, picture in enumerate(pictures):
        yield picture.reformat(width=32) if index == 3 else picture


def other_format(pictures):
    return (picture.reformat(format="yuv444p") for picture in pictures)


def stamp(change):
    def changed(pictures):
        for index, picture in enumerate(pictures):
            if index == 2:
                change(picture)
            yield picture

    return changed


@pytest.mark.parametrize(
    ("change", "word"),
    [
        pytest.param(other_size, "picture 3 of the segment.*64x48", id="size"),
        pytest.param(other_format, "picture 0.*yuv444p", id="format"),
        pytest.param(stamp(lambda p: setattr(p, "pts", 512)), "picture 2.*time", id="time-stands-still"),
        pytest.param(stamp(lambda p: setattr(p, "pts", None)), "picture 2.*time", id="no-time"),
        pytest.param(stamp(lambda p: setattr(p, "time_base", Fraction(1, 24))), "picture 2.*1/24", id="time-base"),
        pytest.param(lambda pictures: list(pictures)[:0], "at least one picture", id="none"),
    ],
)
def test_pictures_that_are_not_as_agreed(tmp_path, spec, draw, change, word):
    with pytest.raises(OutputError, match=word):
        encode_segment(change(draw(SIXTEEN, spec)), tmp_path / "s.nut", spec)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(63, 48), (64, 47), (0, 48)])
def test_odd_sizes_are_refused(tmp_path, spec, draw, size):
    spec = dataclasses.replace(spec, width=size[0], height=size[1])
    with pytest.raises(OutputError, match=f"{size[0]}x{size[1]}.*Pad"):
        encode_segment(draw([], spec), tmp_path / "s.nut", spec)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), InputError("frame 5 is damaged"), av.error.EOFError(1, "end")])
def test_a_failure_of_the_source_passes_and_leaves_nothing(tmp_path, spec, draw, error):
    def failing():
        yield from draw(SIXTEEN[:5], spec)
        raise error

    (tmp_path / "s.nut").write_bytes(b"left by a worker that died")
    with pytest.raises(type(error)) as raised:
        encode_segment(failing(), tmp_path / "s.nut", spec)
    assert raised.value is error
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_not_made(tmp_path, spec, draw):
    """It may have been removed meanwhile, with the lock in it."""
    with pytest.raises(OutputError, match=r"No such file or directory\. A folder was removed meanwhile"):
        encode_segment(draw(SIXTEEN, spec), tmp_path / "gone" / "s.nut", spec)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to(tmp_path, spec, draw):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        encode_segment(draw(SIXTEEN, spec), tmp_path / "file" / "s.nut", spec)


def test_a_full_disk_is_told_with_its_remedy(tmp_path, spec, draw, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match=r"s\.nut: cannot be written: No space left on device\. Free some space"):
        encode_segment(draw(SIXTEEN, spec), tmp_path / "s.nut", spec)
    assert not list(tmp_path.iterdir())


def test_what_the_encoder_library_says_is_told_as_an_output_error(tmp_path):
    with pytest.raises(LoopvizError) as raised, output.writing(tmp_path / "x.mp4"):
        raise av.error.FFmpegError(errno.ENOSPC, "No space left on device")
    assert isinstance(raised.value, OutputError) and "Free some space" in str(raised.value)


@pytest.mark.parametrize(("limited", "kind"), [(True, MissingPartError), (False, ConfigError)])
def test_an_encoder_without_memory_is_not_blamed_on_its_settings(monkeypatch, tmp_path, limited, kind):
    monkeypatch.setattr(encode, "is_limited", lambda: limited)
    error = av.error.ExternalError(542398533, "Generic error in an external library")
    assert isinstance(encode._refused(error, EncoderSettings(), tmp_path / "s.nut"), kind)
