"""A film that plays again and again: pictures, time stamps and sound around its seams."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from collections import namedtuple
from fractions import Fraction

import av
import numpy as np
import pytest
from support import codes

from loopviz.errors import ConfigError, OutputError
from loopviz.media import repeat, verify
from loopviz.media.encoders import EncoderSettings
from loopviz.media.mux import join_segments
from loopviz.media.repeat import Repetition, repeat_film
from loopviz.media.sound_cycle import Playing

RATE = 48_000
FRAMES = 20  # at 24 a second: neither whole packets of sound, nor whole milliseconds
CONSTANT = np.arange(FRAMES) * 512
VARIABLE = np.cumsum([0, 512, 30, 512, 4000, 512, 100, 512, 512, 90, 512, 512, 512, 80, 512, 512, 512, 512, 5000, 100])
Shown = namedtuple("Shown", "pts end_pts time_base")
KINDS = [
    ("libx264", ".mp4"),
    ("libx264", ".mov"),
    ("libx264", ".mkv"),
    ("libvpx-vp9", ".webm"),
    ("libx265", ".mp4"),
    ("libsvtav1", ".webm"),
]


def tone(seconds, rate=RATE):
    """A hum that runs on where it begins again, if ``seconds`` are a whole number of 120ths."""
    return np.sin(2 * np.pi * 480 * np.arange(int(seconds * rate)) / rate) * 0.5


@pytest.fixture
def make_film(tmp_path, spec, make_segments):
    def make(suffix=".mp4", codec="libx264", *, pts=CONSTANT, end=FRAMES * 512, wave=None, sound_codec="flac"):
        chosen = dataclasses.replace(spec, settings=EncoderSettings(codec, 30, "veryfast"))
        sound = None
        if wave is not None:
            sound = tmp_path / "sound.mka"
            with av.open(str(sound), "w") as out:
                stream = out.add_stream(sound_codec, rate=RATE, layout="mono")
                for begin in range(0, len(wave), 4608):
                    samples = np.round(wave[begin : begin + 4608] * 32768).clip(-32768, 32767).astype(np.int16)
                    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], "s16", "mono")
                    frame.sample_rate, frame.pts, frame.time_base = RATE, begin, Fraction(1, RATE)
                    out.mux(stream.encode(frame))
                out.mux(stream.encode(None))
        film = tmp_path / f"film{suffix}"
        join_segments(make_segments(pts, chosen), film, chosen, pts=pts, end_pts=end, sound=sound)
        return Film(film, Shown(pts, end, chosen.time_base))

    return make


class Film(namedtuple("Film", "path shown")):
    """A film, and when its frames are shown."""

    def again(self, name, times):
        return repeat_film(self.path, self.path.with_name(name), times, shown=self.shown)


def pictures(path):
    with av.open(str(path)) as container:
        return [(frame.pts * frame.time_base, frame) for frame in container.decode(video=0)]


def packets(path):
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def heard(path):
    """The samples of a file's first channel, and when the first is heard."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    resampler = av.AudioResampler("flt", "mono", RATE)
    ready = [each for frame in frames for each in resampler.resample(frame)]
    return np.concatenate([each.to_ndarray()[0] for each in ready]), float(frames[0].time)


@pytest.mark.parametrize("sound", [False, True], ids=["silent", "sound"])
@pytest.mark.parametrize(("codec", "suffix"), KINDS)
def test_every_frame_comes_again_at_its_time(tmp_path, make_film, digest, codec, suffix, sound):
    film = make_film(suffix, codec, wave=tone(1) if sound else None)
    made = film.again(f"again{suffix}", 4)
    once, again = pictures(film.path), pictures(made.path)
    assert made.times == 4 and len(again) == 4 * FRAMES
    assert [digest(frame) for _, frame in again] == [digest(frame) for _, frame in once] * 4
    zero, rounding = once[0][0], Fraction(0) if suffix in (".mp4", ".mov") else Fraction(1, 500)
    planned = [when - zero + time * made.film_seconds for time in range(4) for when, _ in once]
    assert all(abs(when - plan) <= rounding for (when, _), plan in zip(again, planned, strict=True))
    assert codes(made.notes) == ["sound-encoded-anew"] * sound
    assert sorted(path.name for path in tmp_path.glob("again*")) == [made.path.name]
    assert not list(tmp_path.glob(".sound*"))


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
@pytest.mark.parametrize(("pts", "end"), [(CONSTANT, FRAMES * 512), (VARIABLE, int(VARIABLE[-1]) + 700)])
def test_stamps_run_on_and_nothing_is_edited(make_film, pts, end, suffix):
    film = make_film(suffix, pts=pts, end=end, wave=tone(2))
    made = film.again(f"again{suffix}", 7)
    found = packets(made.path)
    assert [p.pts for p in found] != sorted(p.pts for p in found)  # frames are reordered, else this proves little
    assert all(one.dts < other.dts for one, other in itertools.pairwise(found))
    assert all(p.dts <= p.pts for p in found)
    data = made.path.read_bytes()
    assert b"elst" not in data
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(str(made.path)) as container:
        stream = container.streams.video[0]
        assert (stream.start_time, stream.frames) == (0, 7 * FRAMES)
        assert stream.duration * stream.time_base == made.film_seconds * 7 == Fraction(end, 12_288) * 7
        assert container.streams.audio[0].start_time == 0


@pytest.mark.parametrize(
    ("suffix", "codec", "sound_codec"),
    [
        pytest.param(".mp4", "libx264", "flac", id="aac"),
        pytest.param(".mkv", "libx264", "flac", id="aac-matroska"),
        pytest.param(".webm", "libvpx-vp9", "libopus", id="opus"),
        pytest.param(".mov", "libx264", "pcm_s16le", id="pcm"),
    ],
)
@pytest.mark.parametrize("frames", [20, 48], ids=["odd", "two-seconds"])
def test_sound_that_loops_runs_on(make_film, suffix, codec, sound_codec, frames):
    seconds, times = Fraction(frames, 24), 9
    wave = tone(seconds)
    film = make_film(suffix, codec, pts=np.arange(frames) * 512, end=frames * 512, wave=wave, sound_codec=sound_codec)
    made = film.again(f"again{suffix}", times)
    samples, begin = heard(made.path)
    total = int(seconds * times * RATE)
    assert abs(begin) < 0.001 and 0 <= len(samples) - total < 2048
    ideal = np.tile(wave, times)
    inside = slice(2048, total - 2048)
    loss = 0.2 if sound_codec == "libopus" else 0.02  # Opus once more: what begins and ends it is not exact
    assert np.abs(samples[inside] - ideal[inside]).max() < loss
    if sound_codec == "pcm_s16le":
        assert np.array_equal(np.round(samples * 32768), np.round(ideal * 32768))
        assert not made.notes


@pytest.mark.parametrize(
    ("suffix", "codec", "sound_codec"),
    [(".mp4", "libx264", "flac"), (".webm", "libvpx-vp9", "libopus"), (".mov", "libx264", "pcm_s16le")],
)
def test_sound_that_jumps_at_the_seam_does_not_click(make_film, suffix, codec, sound_codec):
    ramp = np.linspace(-0.7, 0.7, FRAMES * 2000)  # slow, but for the seam
    made = make_film(suffix, codec, wave=ramp, sound_codec=sound_codec).again(f"again{suffix}", 5)
    samples, _ = heard(made.path)
    assert np.abs(np.diff(samples[2048:-2048])).max() < (0.1 if suffix == ".webm" else 0.02)


def test_sound_shorter_than_the_pictures_ends_softly(make_film):
    made = make_film(".mov", wave=tone(0.5), sound_codec="pcm_s16le").again("again.mov", 3)
    samples, _ = heard(made.path)
    once = FRAMES * 2000
    assert len(samples) == 3 * once
    assert not samples[RATE // 2 + 10 : once - 500].any() and samples[once : once + 9000].any()
    assert np.abs(np.diff(samples)).max() < 0.05


def test_every_stream_of_sound_comes_along(tmp_path, make_film):
    film = make_film(".mp4", wave=tone(1))
    both = tmp_path / "both.mp4"
    with av.open(str(film.path)) as source, av.open(str(both), "w") as out:
        streams = [source.streams.video[0], source.streams.audio[0], source.streams.audio[0]]
        outs = [out.add_stream_from_template(stream) for stream in streams]
        for packet in source.demux():
            for stream, made in zip(streams, outs, strict=True):
                if packet.size and packet.stream is stream:
                    packet.stream = made
                    out.mux(packet)
                    packet.stream = stream
    Film(both, film.shown).again("again.mp4", 2)
    with av.open(str(tmp_path / "again.mp4")) as container:
        assert len(container.streams.audio) == 2


def test_a_film_of_one_frame(make_film):
    made = make_film(pts=CONSTANT[:1], end=512, wave=tone(1)).again("again.mp4", 500)
    assert [when for when, _ in pictures(made.path)] == [Fraction(time, 24) for time in range(500)]


def test_once_is_the_film_without_its_edit_list(make_film):
    film = make_film()
    made = film.again("again.mp4", 1)
    assert b"elst" in film.path.read_bytes() and b"elst" not in made.path.read_bytes()
    assert [when for when, _ in pictures(made.path)] == [when for when, _ in pictures(film.path)]


def test_minutes_of_pictures_and_sound(make_film):
    made = make_film(wave=tone(1)).again("again.mp4", Repetition(seconds=Fraction(300)).of(Fraction(20, 24)))
    with av.open(str(made.path)) as container:
        assert made.times == 360 and container.duration == 300_000_000
        container.seek(299_000_000)
        assert next(container.decode(audio=0)).time > 298.9
        assert container.streams.audio[0].duration * container.streams.audio[0].time_base == 300


@pytest.mark.parametrize(
    ("repetition", "film_seconds", "times"),
    [
        pytest.param(Repetition(7), Fraction(3), 7, id="times"),
        pytest.param(Repetition(seconds=Fraction(30)), Fraction(10), 3, id="a time that fits"),
        pytest.param(Repetition(seconds=Fraction(31)), Fraction(10), 4, id="the last plays to its end"),
        pytest.param(Repetition(seconds=Fraction(1)), Fraction(10), 1, id="shorter than the film"),
        pytest.param(Repetition(seconds=Fraction(43_200)), Fraction(37, 3), 3503, id="twelve hours"),
        pytest.param(Repetition(1), Fraction(700_000), 1, id="a film of more than a week, once"),
    ],
)
def test_how_often(repetition, film_seconds, times):
    assert repetition.of(film_seconds) == times


def test_more_than_a_week_is_refused():
    with pytest.raises(ConfigError, match="at most 60480") as error:
        Repetition(10**9).of(Fraction(10))
    assert error.value.exit_code == 4


def test_a_full_disk_is_noticed_before_anything_is_written(tmp_path, make_film, monkeypatch):
    film = make_film()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 0, film.path.stat().st_size * 50))
    with pytest.raises(OutputError, match="not enough room") as error:
        film.again("again.mp4", 100)
    assert error.value.exit_code == 5 and not list(tmp_path.glob("again*"))
    film.again("again.mp4", 20)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("again.avi", ConfigError, r"found '\.avi'"),
        ("again.webm", ConfigError, "found 'h264'; expected av1, vp9"),
        ("film.mp4", OutputError, "File exists"),
    ],
)
def test_names_that_cannot_be(make_film, name, kind, words):
    film = make_film()
    before = film.path.read_bytes()
    with pytest.raises(kind, match=words):
        film.again(name, 2)
    assert film.path.read_bytes() == before


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_same_film_gives_the_same_bytes(make_film, suffix):
    film = make_film(suffix, wave=tone(1))
    one, other = (film.again(f"{name}{suffix}", 3).path for name in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_what_is_not_the_film_again_is_found(make_film):
    film = make_film()
    made = film.again("again.mp4", 3)
    playing = Playing(Fraction(0), made.film_seconds, 3)
    verify.verify_repeated(made.path, film.path, playing)
    with pytest.raises(OutputError, match="duration"):
        verify.verify_repeated(made.path, film.path, dataclasses.replace(playing, times=4))
    other = film.again("other.mp4", 1).path
    with pytest.raises(OutputError, match=r"pictures at seams \(found \[1, 2\]"):
        verify.verify_repeated(other, film.path, dataclasses.replace(playing, seconds=made.film_seconds / 2, times=2))


def test_a_clock_of_whole_durations_fits_32_bits_or_is_coarse():
    assert repeat.clock_options(12_288, Fraction(43_200))["movie_timescale"] == "12288"
    assert repeat.clock_options(90_000, Fraction(43_200))["movie_timescale"] == "90000"
    assert repeat.clock_options(90_000, Fraction(50_000))["movie_timescale"] == "1000"
    assert repeat.clock_options(10**9, Fraction(10))["movie_timescale"] == "1000000"
