from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from support import codes, make_clip, make_dataset, psnr, samples

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.media import EncoderSettings, Source, open_source, to_rgb
from loopviz.media.repeat import Repetition
from loopviz.render import (
    RenderOptions,
    begin_render,
    compositor_of,
    plan_render,
    render_still,
    render_video,
    rendering,
)
from loopviz.render.compositor import Compositor
from loopviz.scene import Scene, build_scene, load_theme

SIZE = (160, 120)
QUICK = EncoderSettings(crf=23, preset="ultrafast")
FAST = RenderOptions(QUICK, segment_seconds=0.2)  # five frames a segment


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", 12, SIZE, sound=True)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pts = [0, 41, 83, 250, 291, 333, 375, 700, 741, 783]
    return make_clip(tmp_path_factory.mktemp("clips") / "vfr.mkv", 10, SIZE, pts=pts, time_base=Fraction(1, 1000))


@pytest.fixture
def source(clip: Path) -> Iterator[Source]:
    with open_source(clip) as opened:
        yield opened


def scene_of(name: str = "margin", size: tuple[int, int] = SIZE) -> Scene:
    theme = load_theme(name).model_copy(update={"min_height": 0})
    return build_scene(make_dataset(12, size), theme, size)


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def shown_at(path: Path) -> list[Fraction]:
    return [frame.pts * frame.time_base for frame in decoded(path)]


class TestWhole:
    @pytest.mark.parametrize("name", ["margin", "house", None])
    def test_every_frame_is_there_at_its_time_and_looks_as_composed(
        self, source: Source, tmp_path: Path, name: str | None
    ):
        scene = scene_of(name) if name else None
        result = render_video(source, scene, tmp_path / "out.mp4", FAST)
        frames = decoded(result.path)
        assert (result.path, result.frames, len(frames)) == (tmp_path / "out.mp4", 12, 12)
        assert result.duration_seconds == pytest.approx(0.5)
        assert (frames[0].width, frames[0].height) == result.canvas_size == (scene.canvas_size if scene else SIZE)
        assert shown_at(result.path) == [Fraction(i, 24) for i in range(12)]
        for index in (0, 5, 11):
            still = render_still(source, scene, index)
            assert psnr(to_rgb(frames[index]), still) > 32
            others = [psnr(to_rgb(frames[other]), still) for other in range(12) if abs(other - index) > 1]
            assert psnr(to_rgb(frames[index]), still) > max(others)

    def test_uneven_times_are_kept(self, uneven: Path, tmp_path: Path):
        with open_source(uneven) as source:
            assert source.info.variable_frame_rate
            result = render_video(source, scene_of(), tmp_path / "out.mp4", FAST)
            expected = [Fraction(int(p - source.pts[0])) * source.info.time_base for p in source.pts]
            assert shown_at(result.path) == expected
            assert result.duration_seconds == pytest.approx(source.info.duration_seconds)

    def test_sound_is_copied(self, source: Source, clip: Path, tmp_path: Path):
        path = render_video(source, None, tmp_path / "out.mp4", FAST).path
        packets = []
        for file in (clip, path):
            with av.open(str(file)) as container:
                packets.append([bytes(p) for p in container.demux(audio=0) if p.size])
        assert len(packets[0]) > 5
        assert packets[1] == packets[0]

    def test_sound_can_be_left_out(self, source: Source, tmp_path: Path):
        path = render_video(source, None, tmp_path / "out.mp4", RenderOptions(QUICK, sound=False)).path
        with av.open(str(path)) as container:
            assert len(container.streams.audio) == 0

    def test_a_silent_clip_stays_silent(self, uneven: Path, tmp_path: Path):
        with open_source(uneven) as source:
            path = render_video(source, None, tmp_path / "out.mp4", FAST).path
        with av.open(str(path)) as container:
            assert len(container.streams) == 1

    def test_the_same_input_gives_the_same_bytes(self, source: Source, tmp_path: Path):
        one, other = (render_video(source, scene_of(), tmp_path / f"{n}.mp4", FAST).path for n in "ab")
        assert one.read_bytes() == other.read_bytes()

    def test_no_raw_worker_id_is_in_the_file(self, source: Source, tmp_path: Path):
        path = render_video(source, scene_of(), tmp_path / "out.mp4", FAST).path
        data = path.read_bytes()
        assert not any(worker.encode() in data for worker in ("A1RAWID", "A2RAWID", "A3RAWID"))

    def test_odd_sizes_are_padded(self, tmp_path: Path):
        # H.264 in 4:2:0 has no odd sizes: a picture folder has.
        from PIL import Image

        folder = tmp_path / "frames"
        folder.mkdir()
        for index in range(3):
            Image.fromarray(np.full((47, 65, 3), 80 * index, np.uint8)).save(folder / f"frame_{index}.png")
        with open_source(folder) as source:
            result = render_video(source, None, tmp_path / "out.mp4", FAST)
        assert result.canvas_size == (66, 48)
        assert len(decoded(result.path)) == 3

    @pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
    def test_a_film_that_is_repeated_is_the_film_again_and_again(self, source: Source, tmp_path: Path, suffix: str):
        once = render_video(source, scene_of(), tmp_path / f"once{suffix}", FAST)
        options, said = replace(FAST, repeat=Repetition(seconds=Fraction(5, 4))), list[tuple[int, int]]()
        target = tmp_path / f"again{suffix}"
        result = render_video(source, scene_of(), target, options, progress=lambda *counts: said.append(counts))
        assert said[-4:] == [(12, 12), (12, 36), (24, 36), (36, 36)]
        assert (once.repetitions, result.repetitions) == (1, 3)
        assert (result.frames, result.duration_seconds) == (36, 1.5)
        film, again = decoded(once.path), decoded(result.path)
        assert [f.to_ndarray().tobytes() for f in again] == [f.to_ndarray().tobytes() for f in film] * 3
        assert "sound-encoded-anew" in codes(result.notes)
        assert sorted(path.name for path in tmp_path.iterdir()) == [f"again{suffix}", f"once{suffix}"]

    @pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError, ZeroDivisionError])
    def test_who_waits_may_stop_while_a_film_is_repeated(
        self, source: Source, tmp_path: Path, error: type[BaseException]
    ):
        def stop(done: int, total: int) -> None:
            if (done, total) == (24, 60):
                raise error

        options = replace(FAST, repeat=Repetition(5))
        with pytest.raises(error):
            render_video(source, None, tmp_path / "out.mp4", options, progress=stop)
        assert not list(tmp_path.iterdir())

    def test_a_film_that_would_play_for_too_long_is_refused_before_it_is_rendered(self, source: Source, tmp_path: Path):
        said: list[int] = []
        with pytest.raises(ConfigError, match="more than a week"):
            options = replace(FAST, repeat=Repetition(2_000_000))
            render_video(source, None, tmp_path / "out.mp4", options, progress=lambda done, _: said.append(done))
        assert not said and not list(tmp_path.iterdir())

    @pytest.mark.parametrize("suffix", [".mkv", ".mov"])
    def test_other_containers(self, source: Source, tmp_path: Path, suffix: str):
        path = render_video(source, scene_of(), tmp_path / f"out{suffix}", FAST).path
        assert len(decoded(path)) == 12

    def test_a_folder_that_is_not_there_is_made(self, source: Source, tmp_path: Path):
        assert render_video(source, None, tmp_path / "a" / "b" / "out.mp4", FAST).path.is_file()


class TestParts:
    def test_a_range_begins_at_zero_with_its_own_frames_and_sound(self, source: Source, tmp_path: Path):
        options = RenderOptions(QUICK, 0.2, frames=range(3, 9))
        result = render_video(source, scene_of(), tmp_path / "out.mp4", options)
        assert shown_at(result.path) == [Fraction(i, 24) for i in range(6)]
        assert result.duration_seconds == pytest.approx(0.25)
        first = to_rgb(decoded(result.path)[0])
        likeness = [psnr(first, render_still(source, scene_of(), index)) for index in range(12)]
        assert int(np.argmax(likeness)) == 3
        with av.open(str(result.path)) as container:
            tone = container.streams.audio[0]
            assert float(tone.duration * tone.time_base) == pytest.approx(0.25, abs=0.1)

    def test_a_segment_alone_has_the_same_bytes_as_in_sequence(self, clip: Path, tmp_path: Path):
        with open_source(clip) as source:
            scene = scene_of()
            plan = plan_render(source, scene, FAST)
            assert len(plan.segments) == 3
            compositor = compositor_of(source, scene)
            for segment in plan.segments:
                target = tmp_path / f"a{segment.index}.nut"
                assert begin_render(source, compositor, plan, segment, target)() == len(segment)
        for index in (2, 0, 1):
            with open_source(clip) as source:
                scene = scene_of()
                plan = plan_render(source, scene, FAST)
                segment, target = plan.segments[index], tmp_path / f"b{index}.nut"
                begin_render(source, compositor_of(source, scene), plan, segment, target)()
        for index in range(3):
            assert (tmp_path / f"a{index}.nut").read_bytes() == (tmp_path / f"b{index}.nut").read_bytes()

    def test_a_still_is_what_is_encoded(self, source: Source):
        scene = scene_of("house")
        compositor = Compositor(scene, SIZE, source.info.color)
        composed = [to_rgb(compositor.compose(frame.picture, frame.index)) for frame in source.read()]
        for index in (0, 7, 11, 2):
            np.testing.assert_array_equal(render_still(source, scene, index), composed[index])

    @pytest.mark.parametrize("frame", [-1, 12, 10**9])
    def test_a_still_of_a_frame_that_is_not_there_is_refused(self, source: Source, frame: int):
        with pytest.raises(ConfigError, match=r"no such frame.*0 to 11"):
            render_still(source, None, frame)

    def test_an_encoder_that_loses_nothing_gives_back_what_was_composed(self, source: Source, tmp_path: Path):
        options = RenderOptions(EncoderSettings(crf=0, preset="ultrafast"), 0.2)
        scene = scene_of()
        path = render_video(source, scene, tmp_path / "out.mp4", options).path
        compositor = Compositor(scene, SIZE, source.info.color)
        for frame, result in zip(source.read(), decoded(path), strict=True):
            for plane, old in zip(
                samples(result), samples(compositor.compose(frame.picture, frame.index)), strict=True
            ):
                np.testing.assert_array_equal(plane, old)


class TestProgress:
    def test_every_frame_is_told_once(self, source: Source, tmp_path: Path):
        told: list[tuple[int, int]] = []
        render_video(source, None, tmp_path / "out.mp4", FAST, progress=lambda done, of: told.append((done, of)))
        assert told == [(i + 1, 12) for i in range(12)]

    @pytest.mark.parametrize("at", [1, 7, 12])
    @pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
    def test_stopping_leaves_nothing_behind(self, source: Source, tmp_path: Path, at: int, error: type[BaseException]):
        def stop(done: int, _: int) -> None:
            if done == at:
                raise error

        with pytest.raises(error):
            render_video(source, scene_of(), tmp_path / "out.mp4", FAST, progress=stop)
        assert list(tmp_path.iterdir()) == []

    def test_stopping_keeps_what_stood_there(self, source: Source, tmp_path: Path):
        target = tmp_path / "out.mp4"
        target.write_bytes(b"the old one")

        def stop(*_: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            render_video(source, None, target, RenderOptions(QUICK, overwrite=True), progress=stop)
        assert target.read_bytes() == b"the old one"
        assert list(tmp_path.iterdir()) == [target]


class TestTakingItsName:
    def test_a_video_appears_when_the_block_ends(self, source: Source, tmp_path: Path):
        with rendering(source, None, tmp_path / "out.mp4", FAST) as result:
            assert not (tmp_path / "out.mp4").exists()
        assert [file.name for file in tmp_path.iterdir()] == [result.path.name]

    def test_what_is_raised_in_the_block_passes_and_leaves_nothing(self, source: Source, tmp_path: Path):
        with (
            pytest.raises(OutputError) as raised,
            rendering(source, None, tmp_path / "out.mp4", FAST),
        ):
            raise OutputError("cannot be written", file=tmp_path / "another")
        assert raised.value.file == str(tmp_path / "another")
        assert list(tmp_path.iterdir()) == []

    def test_what_somebody_put_there_meanwhile_is_kept(self, source: Source, tmp_path: Path):
        with pytest.raises(OutputError), rendering(source, None, tmp_path / "out.mp4", FAST):
            (tmp_path / "out.mp4").write_text("mine")
        assert (tmp_path / "out.mp4").read_text() == "mine"
        assert len(list(tmp_path.iterdir())) == 1


class TestRefusals:
    def refused(self, source: Source, target: Path, options: RenderOptions = FAST) -> tuple[type[Exception], str]:
        """What is raised, before a single frame was rendered."""

        def never(*_: int) -> None:
            pytest.fail("a frame was rendered")

        with pytest.raises((ConfigError, OutputError)) as caught:
            render_video(source, None, target, options, progress=never)
        return caught.type, str(caught.value)

    def test_an_output_that_exists_is_kept(self, source: Source, tmp_path: Path):
        target = tmp_path / "out.mp4"
        target.write_bytes(b"the old one")
        kind, message = self.refused(source, target)
        assert kind is OutputError
        assert "--overwrite" in message
        assert target.read_bytes() == b"the old one"

    def test_an_output_that_exists_is_replaced_when_asked(self, source: Source, tmp_path: Path):
        target = tmp_path / "out.mp4"
        target.write_bytes(b"the old one")
        render_video(source, None, target, RenderOptions(QUICK, overwrite=True))
        assert len(decoded(target)) == 12
        assert list(tmp_path.iterdir()) == [target]

    def test_a_folder_is_no_output(self, source: Source, tmp_path: Path):
        kind, message = self.refused(source, tmp_path, RenderOptions(QUICK, overwrite=True))
        assert kind is OutputError
        assert "folder" in message

    @pytest.mark.parametrize(
        ("name", "settings", "word"),
        [
            pytest.param("out.avi", QUICK, ".mp4", id="a container that is not known"),
            pytest.param("out", QUICK, ".mp4", id="no suffix"),
            pytest.param("out.webm", QUICK, "libvpx-vp9", id="a codec that the container does not take"),
            pytest.param("out.mp4", EncoderSettings(codec="libx263"), "libx264", id="an encoder that is not known"),
            pytest.param("out.mp4", EncoderSettings(crf=99), "0 to 51", id="a crf out of range"),
            pytest.param("out.mp4", EncoderSettings(preset="hasty"), "ultrafast", id="a preset that is not known"),
        ],
    )
    def test_what_could_only_fail_at_the_end_fails_at_the_beginning(
        self, source: Source, tmp_path: Path, name: str, settings: EncoderSettings, word: str
    ):
        kind, message = self.refused(source, tmp_path / name, RenderOptions(settings))
        assert kind is ConfigError
        assert word in message
        assert list(tmp_path.iterdir()) == []

    def test_a_place_under_a_file_is_refused(self, source: Source, tmp_path: Path):
        (tmp_path / "file").write_text("x")
        kind, message = self.refused(source, tmp_path / "file" / "out.mp4")
        assert kind is OutputError
        assert "choose another place" in message

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_may_not_be_written_to_is_refused(self, source: Source, tmp_path: Path):
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o555)
        kind, message = self.refused(source, folder / "out.mp4")
        assert kind is OutputError
        assert "Choose a folder" in message

    def test_a_full_disk_is_an_output_error_that_names_the_output(
        self, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("loopviz.render.segment.begin_render", full)
        with pytest.raises(
            OutputError, match=r"out\.mp4: cannot be written: No space left on device\. Free some space"
        ):
            render_video(source, None, tmp_path / "out.mp4", FAST)
        assert list(tmp_path.iterdir()) == []

    def test_an_output_that_is_not_the_plan_is_not_put_in_place(
        self, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        def other(*_: object, **__: object) -> None:
            raise OutputError("the written video is not the planned one: frames", file="hidden/whole.mp4", found=11)

        monkeypatch.setattr("loopviz.render.finish.verify_video", other)
        with pytest.raises(OutputError, match=r"out\.mp4: .*not the planned one.*found 11") as caught:
            render_video(source, None, tmp_path / "out.mp4", FAST)
        assert "hidden" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_a_source_that_breaks_on_the_way_is_an_input_error(self, clip: Path, tmp_path: Path):
        broken = tmp_path / "broken.mp4"
        data = bytearray(clip.read_bytes())
        with av.open(str(clip)) as container:
            packets = [p for p in container.demux(video=0) if p.size]
        at = packets[6].pos
        data[at : at + packets[6].size] = bytes(packets[6].size)
        broken.write_bytes(data)
        with pytest.raises(InputError, match=r"broken\.mp4"), open_source(broken) as source:
            render_video(source, None, tmp_path / "out.mp4", FAST)
        assert list(tmp_path.iterdir()) == [broken]
