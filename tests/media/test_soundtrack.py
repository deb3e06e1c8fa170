from __future__ import annotations

import dataclasses
from fractions import Fraction

import av
import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.media.encoders import EncoderSettings
from loopviz.media.mux import join_segments
from loopviz.media.soundtrack import Soundtrack, check_soundtrack

RATE = 48_000
NO_FADES = {"fade_in": Fraction(0), "fade_out": Fraction(0)}


def hum(seconds, hertz=480.0, level=0.5):
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE) * level


@pytest.fixture
def make_sound(tmp_path):
    def make(wave, name="track.wav", codec="pcm_s16le", *, channels=1, rate=RATE, start=0):
        path = tmp_path / name
        with av.open(str(path), "w") as out:
            stream = out.add_stream(codec, rate=rate, layout="mono" if channels == 1 else "stereo")
            resampler = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, rate)
            samples = np.repeat(np.asarray(wave, np.float32)[:, None], channels, axis=1).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "flt", stream.codec_context.layout.name)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for ready in resampler.resample(frame):
                out.mux(stream.encode(ready))
            out.mux(stream.encode(None))
        return path

    return make


@pytest.fixture
def film_with(tmp_path, spec, make_segments):
    """A function that joins two seconds of pictures with a soundtrack, and returns what is heard."""

    def make(soundtrack, name="film.mp4", *, frames=48, first=0):
        codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
        chosen = dataclasses.replace(spec, settings=EncoderSettings(codec, 40, "ultrafast"))
        pts = np.arange(frames) * 512 + first
        end = int(pts[-1]) + 512
        film = tmp_path / name
        join_segments(make_segments(pts, chosen, 24), film, chosen, pts=pts, end_pts=end, soundtrack=soundtrack)
        with av.open(str(film)) as container:
            (stream,) = container.streams.audio
            heard = list(container.decode(stream))
            resampler = av.AudioResampler("fltp", rate=RATE)
            ready = [each for frame in (*heard, None) for each in resampler.resample(frame)]
            samples = np.concatenate([each.to_ndarray()[0] for each in ready])
        assert abs(float(heard[0].time)) < 0.001
        with av.open(str(film)) as container:
            assert next(container.decode(video=0)).time == 0
        return samples

    return make


def loudness(samples, begin, end):
    return float(np.sqrt(np.mean(samples[round(begin * RATE) : round(end * RATE)] ** 2)))


@pytest.mark.parametrize("name", ["film.mp4", "film.mov", "film.mkv", "film.webm"])
@pytest.mark.parametrize("seconds", [0.7, 2.0, 30.0], ids=["shorter", "as-long", "longer"])
def test_it_has_the_length_of_the_film_and_fades(make_sound, film_with, name, seconds):
    samples = film_with(Soundtrack(make_sound(hum(seconds)), Fraction(1, 2), Fraction(1, 4)), name)
    assert 0 <= len(samples) - 2 * RATE < 2048
    assert loudness(samples, 0, 0.02) < 0.05 and loudness(samples, 1.98, 2) < 0.05
    assert loudness(samples, 0.2, 0.3) == pytest.approx(0.35 / 2, abs=0.04)
    assert loudness(samples, 1.85, 1.9) == pytest.approx(0.35 / 2, abs=0.04)
    assert loudness(samples, 0.6, 0.62) == pytest.approx(0.35, abs=0.03)
    assert loudness(samples, 1.4, 1.42) == pytest.approx(0.35, abs=0.03)


def test_rounds_are_joined_without_a_click_and_without_a_hole(make_sound, film_with):
    wave = hum(0.5, 440.7)  # it ends elsewhere than it begins
    samples = film_with(Soundtrack(make_sound(wave), **NO_FADES))[2048 : 2 * RATE - 2048]
    assert np.abs(np.diff(samples)).max() < 1.5 * np.abs(np.diff(wave)).max()
    levels = [loudness(samples, at, at + 0.01) for at in np.arange(0.05, 1.85, 0.01)]
    assert min(levels) > 0.2 and max(levels) < 0.55


def test_noise_keeps_its_power_at_the_joints(make_sound, film_with):
    noise = np.random.default_rng(1).normal(0, 0.15, RATE // 2).clip(-1, 1)
    samples = film_with(Soundtrack(make_sound(noise), **NO_FADES))
    levels = [loudness(samples, at, at + 0.025) for at in np.arange(0.2, 1.8, 0.025)]
    assert min(levels) > 0.1 and max(levels) < 0.2


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("track.flac", "flac", {}),
        ("track.mp3", "libmp3lame", {"channels": 2, "rate": 44_100}),
        ("track.m4a", "aac", {"channels": 2}),
        ("track.ogg", "libopus", {}),
        ("track.wav", "pcm_u8", {}),
        ("track.wav", "pcm_s24le", {"rate": 96_000}),
        ("track.mka", "pcm_f32le", {"start": RATE}),
    ],
)
def test_kinds_of_files(make_sound, film_with, name, codec, options):
    track = make_sound(hum(1.5, 480 * options.get("rate", RATE) / RATE), name, codec, **options)
    length = 1.5 * RATE / options.get("rate", RATE)
    assert float(check_soundtrack(track)) == pytest.approx(length, abs=0.06)
    samples = film_with(Soundtrack(track, **NO_FADES))
    assert loudness(samples, 0.1, 0.2) == pytest.approx(0.35, abs=0.04)
    gaps = [loudness(samples, at, at + 0.01) for at in np.arange(0.1, 1.9, 0.01)]
    assert min(gaps) > 0.15


def test_a_film_that_begins_late_on_its_clock(make_sound, film_with):
    samples = film_with(Soundtrack(make_sound(hum(1)), **NO_FADES), first=102_400)
    assert loudness(samples, 0.05, 0.1) == pytest.approx(0.35, abs=0.05)


def test_a_video_lends_its_sound(make_sound, film_with, tmp_path):
    film_with(Soundtrack(make_sound(hum(1))), "lender.mp4")
    assert check_soundtrack(tmp_path / "lender.mp4") == pytest.approx(2, abs=0.05)
    assert loudness(film_with(Soundtrack(tmp_path / "lender.mp4"), "film.mkv"), 0.9, 1.1) > 0.3


def test_fades_longer_than_the_film_meet(make_sound, film_with):
    samples = film_with(Soundtrack(make_sound(hum(1)), Fraction(4), Fraction(4)))
    assert loudness(samples, 0.95, 1.05) == pytest.approx(0.35 / 4, abs=0.02)


def test_the_same_gives_the_same_bytes(make_sound, film_with, tmp_path):
    track = Soundtrack(make_sound(hum(0.7)))
    for name in ("a.mp4", "b.mp4"):
        film_with(track, name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def nothing(path, _):
    return path / "missing.wav"


def folder(path, _):
    return path


def empty(path, _):
    (path / "empty.wav").touch()
    return path / "empty.wav"


def text(path, _):
    (path / "notes.wav").write_text("A soundtrack that somebody meant to record.\n" * 50, encoding="utf-8")
    return path / "notes.wav"


def playlist(path, _):
    (path / "list.m3u8").write_text("#EXTM3U\nhttp://localhost/a.mp3\n", encoding="utf-8")
    return path / "list.m3u8"


def picture(path, _):
    from PIL import Image

    Image.new("RGB", (64, 64)).save(path / "cover.png")
    return path / "cover.png"


def silent(_, make_sound):
    return make_sound(np.zeros(RATE))


def almost_silent(_, make_sound):
    return make_sound(hum(1, level=0.0005), "quiet.flac", "flac")


def short(_, make_sound):
    return make_sound(hum(0.3))


def cut_short(_, make_sound):
    track = make_sound(np.random.default_rng(1).normal(0, 0.1, 5 * RATE), "cut.flac", "flac")
    track.write_bytes(track.read_bytes()[: track.stat().st_size // 2])
    return track


def damaged(_, make_sound):
    track = make_sound(np.random.default_rng(1).normal(0, 0.1, 5 * RATE), "bad.flac", "flac")
    data = bytearray(track.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = bytes(20_000)
    track.write_bytes(bytes(data))
    return track


def headless(_, make_sound):
    track = make_sound(hum(2), "broken.m4a", "aac")
    track.write_bytes(track.read_bytes()[:4000])
    return track


@pytest.mark.parametrize(
    "make",
    [nothing, folder, empty, text, playlist, picture, silent, almost_silent, short, cut_short, damaged, headless],
)
def test_what_is_no_soundtrack_is_refused(tmp_path, make_sound, make):
    path = make(tmp_path, make_sound)
    with pytest.raises(InputError) as error:
        check_soundtrack(path)
    assert error.value.exit_code == 3 and error.value.file == str(path)


def test_a_video_without_sound_is_refused(make_clip):
    with pytest.raises(InputError, match=r"no sound that can be decoded.*found 'video'"):
        check_soundtrack(make_clip())


def test_one_that_is_gone_keeps_a_film_from_being_begun(tmp_path, film_with):
    with pytest.raises(InputError):
        film_with(Soundtrack(tmp_path / "gone.wav"))
    assert not (tmp_path / "film.mp4").exists()
