from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction

import av
import av.error
import numpy as np
import pytest
from support import codes

from loopviz.media.encoders import EncoderSettings
from loopviz.media.mux import join_segments
from loopviz.media.sound_tracks import Copied

RATE = 48_000
BURST = 1.25  # seconds from the beginning of the sound to the only thing that is heard in it
NOISE = np.convolve(np.random.default_rng(7).uniform(-0.9, 0.9, RATE // 10), np.full(8, 1 / 8), "same")
FRAMES = 48  # two seconds of pictures


def frames_of_sound(seconds, start, layout, burst=BURST, size=1024):
    """Silence with a tenth of a second of noise; ``start`` is the stamp of the first sample, in samples."""
    wave = np.zeros(int(seconds * RATE))
    wave[int(burst * RATE) :][: len(NOISE)] = NOISE
    samples = (wave * 32767).astype(np.int16)
    channels = 1 if layout == "mono" else 2
    for first in range(0, len(samples), size):
        packed = np.repeat(samples[first : first + size], channels)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, start + first, Fraction(1, RATE)
        yield frame


@pytest.fixture
def make_sound(tmp_path):
    def make(
        name="sound.mp4",
        codecs=("aac",),
        *,
        seconds=2.0,
        start=0,
        burst=BURST,
        layout="stereo",
        languages=("deu", "eng"),
    ):
        path = tmp_path / name
        with av.open(
            str(path), "w", container_options={"avoid_negative_ts": "disabled", "movflags": "+faststart"}
        ) as out:
            streams = [out.add_stream(codec, rate=RATE, layout=layout) for codec in codecs]
            for stream, language in zip(streams, languages, strict=False):
                stream.metadata["language"] = language
            for stream in streams:
                stream.time_base = Fraction(1, RATE)
            for frame in frames_of_sound(seconds, start, layout, burst):
                for stream in streams:
                    out.mux(stream.encode(frame))
            for stream in streams:
                out.mux(stream.encode(None))
        return path

    return make


@pytest.fixture
def joined(tmp_path, spec, make_segments):
    """A function that joins two seconds of pictures with sound; ``zero`` is the first picture's pts in seconds."""

    def make(sound, name="out.mp4", *, zero=Fraction(0), frames=FRAMES, codec="libx264", **options):
        chosen = dataclasses.replace(spec, settings=EncoderSettings(codec, 40, "ultrafast"))
        pts = np.arange(frames) * 512 + int(zero / spec.time_base)
        notes = join_segments(
            make_segments(pts, chosen, 24),
            tmp_path / name,
            chosen,
            pts=pts,
            end_pts=int(pts[-1]) + 512,
            sound=sound,
            **options,
        )
        return tmp_path / name, notes

    return make


def packets(path, stream=0):
    with av.open(str(path)) as container:
        return [(p.pts * p.time_base, bytes(p)) for p in container.demux(audio=stream) if p.size]


def heard(path, stream=0):
    """Return when the burst begins in seconds, to the sample, and when the sound ends."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        wave = np.zeros(0)
        for frame in container.decode(audio=stream):
            begin = round(float(frame.pts * frame.time_base) * RATE)
            samples = np.concatenate([part.to_ndarray()[0] for part in resampler.resample(frame)] or [np.zeros(0)])
            if abs(begin - len(wave)) > RATE // 500:  # less is Matroska's rounding
                wave = np.concatenate([wave, np.zeros(max(0, begin - len(wave)))])[: max(begin, 0)]
            wave = np.concatenate([wave, samples])
    size = len(wave) + len(NOISE)
    alike = np.fft.irfft(np.fft.rfft(wave, size) * np.conj(np.fft.rfft(NOISE, size)), size)
    assert np.max(alike) > 0.5 * np.sum(NOISE**2)  # it is heard, and as loud as it was
    return float(np.argmax(alike)) / RATE, len(wave) / RATE


def first_picture(path):
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).time


@pytest.mark.parametrize("name", ["out.mp4", "out.mov"])
def test_copied_packets_are_the_same_bytes_at_the_same_times(make_sound, joined, name):
    source = make_sound()
    out, notes = joined(source, name)
    assert packets(out) == packets(source)
    assert notes == ()
    assert first_picture(out) == 0
    assert heard(out)[0] == pytest.approx(heard(source)[0], abs=1 / RATE)


def test_priming_before_zero_is_kept_and_not_heard(make_sound, joined):
    source = make_sound()
    assert packets(source)[0][0] == Fraction(-1024, RATE)  # what an encoder of AAC needs to get going
    out, _ = joined(source)
    with av.open(str(out)) as container:
        assert next(container.decode(audio=0)).pts == 0
    assert heard(out)[0] == pytest.approx(BURST, abs=0.001)


def test_matroska_begins_with_the_picture_and_stays_in_time(make_sound, joined):
    source = make_sound()
    out, _ = joined(source, "out.mkv")
    assert [data for _, data in packets(out)] == [data for _, data in packets(source)][1:]
    assert first_picture(out) == 0
    assert heard(out)[0] == pytest.approx(BURST, abs=0.001)


def test_matroska_hides_the_priming_of_opus_itself(make_sound, joined):
    source = make_sound("sound.mkv", ("libopus",))
    out, _ = joined(source, "out.mkv")
    assert [data for _, data in packets(out)] == [data for _, data in packets(source)]
    assert first_picture(out) == 0


def test_all_streams_and_their_languages_are_kept(make_sound, joined):
    source = make_sound(codecs=("aac", "ac3"))
    out, notes = joined(source)
    with av.open(str(out)) as container:
        assert [(s.codec.canonical_name, s.language) for s in container.streams.audio] == [
            ("aac", "deu"),
            ("ac3", "eng"),
        ]
    for stream in (0, 1):
        assert packets(out, stream) == packets(source, stream)
    assert notes == ()


@pytest.mark.parametrize(
    ("codec", "suffix", "target", "becomes"),
    [
        pytest.param("aac", ".mp4", "out.mp4", None, id="aac"),
        pytest.param("ac3", ".mp4", "out.mp4", None, id="ac3"),
        pytest.param("libmp3lame", ".mp4", "out.mp4", None, id="mp3"),
        pytest.param("flac", ".mkv", "out.mp4", None, id="flac"),
        pytest.param("alac", ".mov", "out.mp4", None, id="alac"),
        pytest.param("libopus", ".mkv", "out.mp4", None, id="opus"),
        pytest.param("libopus", ".mkv", "out.mkv", None, id="opus-matroska"),
        pytest.param("libopus", ".mkv", "out.webm", None, id="opus-webm"),
        pytest.param("pcm_s16le", ".mov", "out.mov", None, id="pcm-quicktime"),
        pytest.param("pcm_s16le", ".mkv", "out.mkv", None, id="pcm-matroska"),
        pytest.param("pcm_s16le", ".mkv", "out.mp4", "aac", id="pcm-mp4"),
        pytest.param("flac", ".mkv", "out.mov", "aac", id="flac-quicktime"),
        pytest.param("aac", ".mp4", "out.webm", "opus", id="aac-webm"),
    ],
)
def test_codecs_and_containers(make_sound, joined, codec, suffix, target, becomes):
    source = make_sound(f"sound{suffix}", (codec,))
    out, notes = joined(source, target, codec="libvpx-vp9" if target.endswith("webm") else "libx264")
    spoken = [note for note in notes if note.code != "times-rounded-coarsely"]
    with av.open(str(source)) as before, av.open(str(out)) as after:
        old, new = (c.streams.audio[0].codec.canonical_name for c in (before, after))
    assert new == (becomes or old)
    assert [(note.values["codec"], becomes in str(note)) for note in spoken] == ([(old, True)] if becomes else [])
    assert first_picture(out) == 0
    assert heard(out)[0] == pytest.approx(heard(source)[0], abs=0.001)


@pytest.mark.parametrize("target", ["out.mp4", "out.mkv"])
@pytest.mark.parametrize(
    ("codec", "suffix"), [pytest.param("aac", ".mp4", id="copied"), pytest.param("pcm_s16le", ".mov", id="converted")]
)
def test_a_clip_that_begins_late_stays_in_time(make_sound, joined, codec, suffix, target):
    """Pictures begin at 8 1/3 s, the sound a quarter of a second before them."""
    zero = Fraction(25, 3)
    source = make_sound(f"sound{suffix}", (codec,), start=int((zero - Fraction(1, 4)) * RATE))
    out, _ = joined(source, target, zero=zero)
    assert first_picture(out) == 0
    assert heard(out)[0] == pytest.approx(BURST - 0.25, abs=0.001)


def test_sound_that_begins_after_the_picture(make_sound, joined):
    out, _ = joined(make_sound("sound.mov", ("pcm_s16le",), start=RATE // 2), "out.mov")
    assert heard(out)[0] == pytest.approx(BURST + 0.5, abs=0.001)


@pytest.mark.parametrize("target", ["out.mp4", "out.mkv"])
@pytest.mark.parametrize(
    ("codec", "suffix"), [pytest.param("aac", ".mp4", id="copied"), pytest.param("pcm_s16le", ".mkv", id="converted")]
)
@pytest.mark.parametrize("begin", [1, 24])
def test_a_range_is_cut_out_in_time(make_sound, joined, codec, suffix, target, begin):
    """The longer sound is searched, not read from its beginning."""
    source = make_sound(f"sound{suffix}", (codec,), seconds=begin + 2, burst=begin + 0.25, layout="mono")
    start, stop = Fraction(begin), Fraction(begin + 1)
    out, _ = joined(source, target, zero=start, frames=24, sound_start=start, sound_stop=stop)
    onset, end = heard(out)
    assert onset == pytest.approx(0.25, abs=0.001)
    assert first_picture(out) == 0
    assert end == pytest.approx(1, abs=0.03)
    if target == "out.mp4":
        with av.open(str(out)) as container:
            assert container.duration == pytest.approx(1e6, abs=25)


def test_sound_outlasts_the_pictures_unless_it_is_cut(make_sound, joined):
    out, _ = joined(make_sound(), frames=24)
    assert heard(out)[1] == pytest.approx(2, abs=0.03)


def test_conversion_gives_the_same_bytes_again(make_sound, joined):
    source = make_sound("sound.mkv", ("pcm_s16le",))
    data = joined(source, "a.mp4")[0].read_bytes()
    assert data == joined(source, "b.mp4")[0].read_bytes()
    assert b"Lavc6" not in data


@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_channels_are_kept(make_sound, joined, layout):
    out, _ = joined(make_sound("sound.mkv", ("pcm_s16le",), layout=layout))
    with av.open(str(out)) as container:
        assert container.streams.audio[0].layout.name == layout


def test_gaps_become_silence(tmp_path, joined):
    """Half a second is missing before the burst; what comes later is heard when it should be."""
    with av.open(str(tmp_path / "gap.mkv"), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="stereo")
        for frame in frames_of_sound(2, 0, "stereo"):
            if not 0.3 < frame.pts / RATE < 0.8:
                out.mux(stream.encode(frame))
    out, _ = joined(tmp_path / "gap.mkv")
    assert heard(out)[0] == pytest.approx(BURST, abs=0.001)
    stamps = [seconds for seconds, _ in packets(out)]
    assert {later - earlier for earlier, later in itertools.pairwise(stamps)} == {Fraction(1024, RATE)}


def junk(path):
    path.write_bytes(np.random.default_rng(3).bytes(5000))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(junk, id="junk"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="folder"),
    ],
)
def test_bad_sound_costs_a_note_not_the_video(make_sound, joined, spoil):
    source = make_sound()
    spoil(source)
    out, notes = joined(source)
    assert codes(notes) == ["sound-unread"]
    with av.open(str(out)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert len(list(container.decode(video=0))) == FRAMES


def test_one_stream_that_fails_on_the_way_leaves_the_other_alone(make_sound, joined, monkeypatch):
    source = make_sound(codecs=("aac", "ac3"))
    feed = Copied.feed

    def failing(self, packet):
        if packet.stream.index == 0 and packet.pts is not None and packet.pts > 1.2 * RATE:
            raise av.error.InvalidDataError(1, "broken")
        return feed(self, packet)

    monkeypatch.setattr(Copied, "feed", failing)
    out, notes = joined(source)
    assert packets(out, 1) == packets(source, 1)
    assert 0 < len(packets(out, 0)) < len(packets(source, 0))
    assert codes(notes) == ["sound-stream-ends"] and notes[0].values["seconds"] == pytest.approx(1.2, abs=0.05)


def test_a_cut_off_file_is_told(make_sound, joined):
    source = make_sound("sound.mov", ("pcm_s16le",), seconds=5)
    source.write_bytes(source.read_bytes()[: RATE * 4 * 2])
    out, notes = joined(source, "out.mov")
    assert heard(out)[1] == pytest.approx(2, abs=0.05)
    assert codes(notes) == ["sound-missing"] and notes[0].values["seconds"] == pytest.approx(3, abs=0.05)


def test_no_sound_no_note(joined, make_clip):
    out, notes = joined(make_clip())
    assert notes == ()
    with av.open(str(out)) as container:
        assert not container.streams.audio


@pytest.mark.parametrize(
    ("clip", "kept", "became"),
    [
        pytest.param("torchcodec/nasa_13013.mp4", ["aac", "aac"], [], id="two-streams"),
        pytest.param("PHP-FFMpeg/portrait.MOV", ["aac"], [], id="quicktime"),
        pytest.param("PHP-FFMpeg/Test.ogv", ["aac"], [("vorbis", "aac")], id="vorbis"),
        pytest.param("PHP-FFMpeg/sample.3gp", ["aac"], [("amr_nb", "aac")], id="amr"),
        pytest.param("torchcodec/av1_video.mkv", [], [], id="silent"),
    ],
)
def test_real_clips(corpus, joined, clip, kept, became):
    source = corpus / "video" / clip
    out, notes = joined(source, sound_stop=Fraction(2))
    with av.open(str(out)) as container:
        assert [stream.codec.canonical_name for stream in container.streams.audio] == kept
        assert container.duration == pytest.approx(2e6, abs=25)
    assert [(note.values["codec"], note.values["became"]) for note in notes] == became
    if kept and not became:
        for number in range(len(kept)):
            found = [data for _, data in packets(out, number)]
            assert found == [data for _, data in packets(source, number)][: len(found)] and len(found) > 10
