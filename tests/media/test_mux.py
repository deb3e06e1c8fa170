from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction

import av
import numpy as np
import pytest

from loopviz.errors import ConfigError, OutputError
from loopviz.media import mux as join
from loopviz.media.encode import encode_segment
from loopviz.media.encoders import EncoderSettings
from loopviz.media.mux import join_segments

CONSTANT = np.arange(20) * 512
VARIABLE = np.cumsum([7, 512, 3, 512, 4000, 512, 100, 512, 512, 9, 512, 512, 512, 8, 512, 512, 512, 512, 5000, 1])


def decoded(path):
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def demuxed(path):
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def seconds(pts, spec):
    return [int(p - pts[0]) * spec.time_base for p in pts]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4v", ".MP4"])
@pytest.mark.parametrize(
    ("pts", "end"),
    [
        pytest.param(CONSTANT, 20 * 512, id="constant"),
        pytest.param(VARIABLE, VARIABLE[-1] + 700, id="variable"),
        pytest.param(CONSTANT - 2048, 20 * 512 - 2048, id="begins-before-zero"),
        pytest.param(CONSTANT + 102_396, 20 * 512 + 102_396, id="begins-late"),
        pytest.param(CONSTANT[:1], 512, id="one-frame"),
    ],
)
def test_the_same_pictures_at_exact_times(tmp_path, spec, make_segments, digest, pts, end, suffix):
    segments = make_segments(pts, spec)
    target = tmp_path / f"out{suffix}"
    assert join_segments(segments, target, spec, pts=pts, end_pts=int(end)) == ()
    frames = decoded(target)
    assert [digest(f) for f in frames] == [digest(f) for path in segments for f in decoded(path)]
    assert [f.pts * f.time_base for f in frames] == seconds(pts, spec)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        planned = int(end - pts[0]) * spec.time_base
        assert stream.duration * stream.time_base == planned
        assert container.duration == pytest.approx(float(planned) * 1e6, abs=1)
        assert stream.frames == len(pts)


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("libx265", ".mp4"), ("libsvtav1", ".mp4"), ("libvpx-vp9", ".mp4"), ("libvpx-vp9", ".webm"), ("libx264", ".mkv")],
)
def test_other_codecs_and_containers(tmp_path, spec, make_segments, digest, codec, suffix):
    spec = dataclasses.replace(spec, settings=EncoderSettings(codec, 30, "ultrafast"))
    segments, target = make_segments(CONSTANT, spec), tmp_path / f"out{suffix}"
    notes = join_segments(segments, target, spec, pts=CONSTANT, end_pts=20 * 512)
    frames = decoded(target)
    assert [digest(f) for f in frames] == [digest(f) for path in segments for f in decoded(path)]
    rounding = Fraction(0) if suffix == ".mp4" else Fraction(1, 2000)
    found = [f.pts * f.time_base for f in frames]
    assert all(abs(a - b) <= rounding for a, b in zip(found, seconds(CONSTANT, spec), strict=True))
    assert bool(notes) == (suffix != ".mp4")
    assert codec != "libx265" or b"hvc1" in target.read_bytes()


def test_whole_milliseconds_need_no_note_in_matroska(tmp_path, spec, make_segments):
    spec = dataclasses.replace(spec, time_base=Fraction(1, 90_000), frame_rate=Fraction(25))
    pts = np.arange(10) * 3600
    segments = make_segments(pts, spec)
    assert join_segments(segments, tmp_path / "out.mkv", spec, pts=pts, end_pts=36_000) == ()


@pytest.mark.parametrize("pts", [CONSTANT, VARIABLE], ids=["constant", "variable"])
def test_decoding_stamps(tmp_path, spec, make_segments, pts):
    join_segments(make_segments(pts, spec), tmp_path / "out.mp4", spec, pts=pts, end_pts=int(pts[-1]) + 9)
    found = demuxed(tmp_path / "out.mp4")
    assert [p.pts for p in found] != sorted(p.pts for p in found)  # frames are reordered, else this proves nothing
    assert all(earlier.dts < later.dts for earlier, later in itertools.pairwise(found))
    assert all(p.dts <= p.pts for p in found)
    assert sum(p.is_keyframe for p in found) == 3  # one a segment


def test_moov_comes_before_mdat(tmp_path, spec, make_segments):
    join_segments(make_segments(CONSTANT, spec), tmp_path / "out.mp4", spec, pts=CONSTANT, end_pts=20 * 512)
    data = (tmp_path / "out.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9"])  # VP9's own header holds no primaries
def test_color_tags_are_in_the_container_too(tmp_path, spec, make_segments, tags, codec):
    spec = dataclasses.replace(spec, settings=EncoderSettings(codec, 30, "ultrafast"))
    join_segments(make_segments(CONSTANT, spec), tmp_path / "out.mp4", spec, pts=CONSTANT, end_pts=20 * 512)
    data = (tmp_path / "out.mp4").read_bytes()
    box = data[data.index(b"colrnclx") + 8 :][:7]
    numbers = [int.from_bytes(box[i : i + 2], "big") for i in (0, 2, 4)]
    assert (numbers, box[6]) == ([tags.primaries, tags.transfer, tags.colorspace], 0x80)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_nothing_of_the_machine_is_written(tmp_path, spec, make_segments, suffix):
    segments = make_segments(CONSTANT, spec)
    for name in ("a", "b"):
        target = tmp_path / f"{name}{suffix}"
        join_segments(segments, target, spec, pts=CONSTANT, end_pts=20 * 512)
    with av.open(str(tmp_path / f"a{suffix}")) as container:
        found = {key.lower(): value for key, value in container.metadata.items()}
    data = (tmp_path / f"a{suffix}").read_bytes()
    assert data == (tmp_path / f"b{suffix}").read_bytes()
    assert b"Lavf6" not in data and b"Lavc6" not in data and "creation_time" not in found


def test_an_existing_output_is_kept(tmp_path, spec, make_segments):
    segments, target = make_segments(CONSTANT, spec), tmp_path / "out.mp4"
    target.write_bytes(b"precious")
    with pytest.raises(OutputError, match="File exists"):
        join_segments(segments, target, spec, pts=CONSTANT, end_pts=20 * 512)
    assert target.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("out.avi", r"found '\.avi'; expected \.mp4, .*\.webm", id="unknown"),
        pytest.param("out", r"expected \.mp4", id="none"),
        pytest.param("out.webm", r"h264.*libvpx-vp9.*--codec", id="codec-does-not-fit"),
    ],
)
def test_names_that_say_no_container(tmp_path, spec, make_segments, name, words):
    segments = make_segments(CONSTANT, spec)
    with pytest.raises(ConfigError, match=words):
        join_segments(segments, tmp_path / name, spec, pts=CONSTANT, end_pts=20 * 512)
    assert not (tmp_path / name).exists()


def drop_one(segments):
    return segments[:-1]


def swap(segments):
    return [segments[1], segments[0], *segments[2:]]


def damage(segments):
    segments[1].write_bytes(b"not a segment")
    return segments


def lose(segments):
    segments[1].unlink()
    return segments


def empty(_segments):
    return []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(drop_one, "expected 20 frames", id="too-few"),
        pytest.param(swap, r"segment_008\.nut.*other frames", id="swapped"),
        pytest.param(damage, r"segment_008\.nut.*cannot be read", id="damaged"),
        pytest.param(lose, r"segment_008\.nut.*A folder was removed meanwhile", id="gone"),
        pytest.param(empty, "expected 20 frames", id="none"),
    ],
)
def test_segments_that_are_not_the_plan(tmp_path, spec, make_segments, change, words):
    segments = change(make_segments(CONSTANT, spec))
    with pytest.raises(OutputError, match=words):
        join_segments(segments, tmp_path / "out.mp4", spec, pts=CONSTANT, end_pts=20 * 512)
    assert not list(tmp_path.glob("out*"))


def test_a_segment_more_than_planned(tmp_path, spec, make_segments):
    segments = make_segments(CONSTANT, spec)
    with pytest.raises(OutputError, match="other frames"):
        join_segments(segments, tmp_path / "out.mp4", spec, pts=CONSTANT[:12], end_pts=12 * 512)


@pytest.mark.parametrize("change", [{"settings": EncoderSettings("libx264", 23, "ultrafast")}, {"width": 32}])
def test_a_segment_of_other_settings(tmp_path, spec, make_segments, draw, change):
    segments, other = make_segments(CONSTANT, spec), dataclasses.replace(spec, **change)
    encode_segment(draw(CONSTANT[8:16], other), segments[1], other)
    with pytest.raises(OutputError, match=r"segment_008\.nut.*other settings.*anew"):
        join_segments(segments, tmp_path / "out.mp4", spec, pts=CONSTANT, end_pts=20 * 512)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing(tmp_path, spec, make_segments, monkeypatch, error):
    segments = make_segments(CONSTANT, spec)
    whole = join._video_packets

    def interrupted(*args):
        yield from itertools.islice(whole(*args), 5)
        raise error

    monkeypatch.setattr(join, "_video_packets", interrupted)
    with pytest.raises(error):
        join_segments(segments, tmp_path / "out.mp4", spec, pts=CONSTANT, end_pts=20 * 512)
    assert not list(tmp_path.glob("out*"))
