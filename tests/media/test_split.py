from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import numpy as np
import pytest

from loopviz.errors import InputError, OutputError
from loopviz.media import open_source, to_rgb
from loopviz.media.split import split_frames

VFR = [0, 40, 85, 120, 400, 440]


def add_sound(clip: Path, target: Path, *, start: Fraction = Fraction(0), codec: str = "aac", seconds: int = 2) -> Path:
    """Put a tone beside the pictures of a clip, beginning at ``start`` on its clock."""
    rate = 8000 if codec == "libopus" else 44100
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        video = out.add_stream_from_template(source.streams.video[0])
        audio = out.add_stream(codec, rate=48000 if codec == "libopus" else rate, layout="mono")
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
        for block in range(seconds * 44):
            tone = (np.sin(np.arange(1000) / 9) * 8000).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            frame.sample_rate, frame.time_base = audio.rate, Fraction(1, audio.rate)
            frame.pts = round(start * audio.rate) + block * 1000
            out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    return target


def sound_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(p.pts * p.time_base) for p in container.demux(audio=0) if p.size and p.pts is not None]


def test_a_split_clip_comes_back(make_clip, tmp_path: Path) -> None:
    clip = make_clip(time_base=Fraction(1, 1000), pts=VFR)
    seen: list[tuple[int, int]] = []
    with open_source(clip) as source:
        folder = split_frames(source, tmp_path / "frames", progress=lambda done, whole: seen.append((done, whole)))
        assert seen == [(done, 6) for done in range(1, 7)]
        with open_source(folder) as again:
            assert again.pts.tolist() == source.pts.tolist()
            assert again.end_pts == source.end_pts
            assert again.info.time_base == source.info.time_base
            assert again.info.color == source.info.color
            assert again.info.variable_frame_rate
            assert again.info.frame_rate == source.info.frame_rate
            assert again.info.duration_seconds == source.info.duration_seconds
            assert again.sound is None
            for before, after in zip(source.read(), again.read(), strict=True):
                assert (before.index, before.pts) == (after.index, after.pts)
                change = np.abs(to_rgb(before.picture).astype(int) - to_rgb(after.picture))
                assert change.mean() < 1.5
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["version"] == 1
    assert [frame["index"] for frame in manifest["frames"]] == list(range(6))
    for frame in manifest["frames"]:
        assert sha256((folder / frame["file"]).read_bytes()).hexdigest() == frame["sha256"]
    assert sorted(file.name for file in folder.iterdir())[1:3] == ["frame_000000.png", "frame_000001.png"]


@pytest.mark.parametrize("image_format", ["png", "jpg"])
def test_a_part_keeps_its_numbers_and_times(make_clip, tmp_path: Path, image_format: str) -> None:
    with open_source(make_clip(frames=12)) as source:
        folder = split_frames(source, tmp_path / "part", frames=range(4, 7), image_format=image_format)
        with open_source(folder) as part:
            assert part.files == tuple(f"frame_{index:06d}.{image_format}" for index in (4, 5, 6))
            assert part.pts.tolist() == source.pts[4:7].tolist()
            assert part.end_pts == source.pts[7]
            expected, found = to_rgb(next(source.read(5)).picture), to_rgb(list(part.read())[1].picture)
            assert np.abs(expected.astype(int) - found).mean() < 3


@pytest.mark.parametrize(
    ("codec", "suffix", "start"),
    [
        pytest.param("aac", "mp4", Fraction(1, 4), id="aac-late"),
        pytest.param("aac", "mp4", Fraction(0), id="aac-with-its-run-up-before-0"),
        pytest.param("libopus", "mkv", Fraction(1, 4), id="opus"),
        pytest.param("pcm_s16le", "mov", Fraction(1, 4), id="pcm"),
    ],
)
def test_sound_keeps_its_clock(make_clip, tmp_path: Path, codec: str, suffix: str, start: Fraction) -> None:
    video = make_clip(f"silent.{suffix}", frames=48)
    clip = add_sound(video, tmp_path / f"loud.{suffix}", start=start, codec=codec)
    with open_source(clip) as source:
        assert source.sound == clip
        folder = split_frames(source, tmp_path / "frames")
    with open_source(folder) as again:
        assert again.sound == folder / "sound.mka"
        assert again.info.audio_streams == 1
    expected, found = sound_times(clip), sound_times(folder / "sound.mka")
    assert len(found) == len(expected) > 10
    assert (expected[0] < 0) == (start == 0)
    assert np.abs(np.array(found) - expected).max() <= 0.0011


def test_a_part_takes_its_sound_along(make_clip, tmp_path: Path) -> None:
    clip = add_sound(make_clip(frames=96), tmp_path / "loud.mp4", seconds=4)
    with open_source(clip) as source:
        folder = split_frames(source, tmp_path / "part", frames=range(48, 60))
    times = sound_times(folder / "sound.mka")
    assert 0.9 < times[0] <= 2.0
    assert 2.4 < times[-1] <= 2.6


def test_nothing_is_left_of_a_split_that_was_broken_off(make_clip, tmp_path: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with open_source(make_clip()) as source, pytest.raises(KeyboardInterrupt):
        split_frames(source, tmp_path / "out" / "frames", progress=stop)
    assert not (tmp_path / "out").exists()


def fill_with_photos(folder: Path) -> None:
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"dear")


def fill_with_an_app(folder: Path) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text('{"name": "my web app"}')


@pytest.mark.parametrize("overwrite", [False, True], ids=["keep", "overwrite"])
@pytest.mark.parametrize(
    ("fill", "problem"),
    [
        pytest.param(fill_with_photos, "holds other things", id="photos"),
        pytest.param(fill_with_an_app, "holds other things", id="another-manifest"),
        pytest.param(lambda folder: folder.write_text("a"), "the output is a file", id="file"),
    ],
)
def test_no_other_folder_is_ever_replaced(
    make_clip, tmp_path: Path, fill: Callable[[Path], None], problem: str, overwrite: bool
) -> None:
    fill(tmp_path / "frames")
    before = sorted(tmp_path.rglob("*"))
    with open_source(make_clip()) as source, pytest.raises(OutputError, match=problem):
        split_frames(source, tmp_path / "frames", overwrite=overwrite)
    assert [path for path in sorted(tmp_path.rglob("*")) if path.name != "clip.mp4"] == before


def test_a_split_folder_is_replaced_when_asked(make_clip, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    with open_source(make_clip()) as source:
        split_frames(source, folder)
        split_frames(source, folder)  # the same again
        with pytest.raises(OutputError, match="exists and was kept: it holds more frames"):
            split_frames(source, folder, frames=range(2))
        assert len(list(folder.iterdir())) == 14
        split_frames(source, folder, frames=range(2), overwrite=True)
    names = [".loopviz", "frame_000000.png", "frame_000001.png", "manifest.json"]
    assert sorted(file.name for file in folder.iterdir()) == names
    assert sorted(file.name for file in tmp_path.iterdir()) == ["clip.mp4", "frames"]


@pytest.mark.parametrize("frames", [range(0), range(0, 6, 2), range(6, 30)], ids=str)
def test_parts_that_cannot_be_split(make_clip, tmp_path: Path, frames: range) -> None:
    with open_source(make_clip()) as source, pytest.raises(InputError):
        split_frames(source, tmp_path / "frames", frames=frames)
    assert not (tmp_path / "frames").exists()


def test_a_place_that_cannot_be_written_to(make_clip, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a")
    with open_source(make_clip()) as source, pytest.raises(OutputError):
        split_frames(source, tmp_path / "file" / "frames")
