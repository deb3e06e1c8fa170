"""What each profile makes of a small project, read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from support import codes, make_clip, psnr

from loopviz.cli import main
from loopviz.errors import ConfigError, LoopvizError, MissingPartError, OutputError
from loopviz.media import open_source, to_rgb
from loopviz.media.encoders import ENCODERS
from loopviz.project import pipeline
from loopviz.project.config import ClipConfig, ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.project.profile import load_profile, profile_names
from loopviz.project.render_options import Effort
from loopviz.render import RenderResult, render_still

Rgb = np.ndarray[Any, Any]
VIDEOS = {  # codec, pixel format, what its container is, likeness to the pictures before encoding
    "web": ("h264", "yuv420p", "mp4", 38),
    "web-small": ("h264", "yuv420p", "mp4", 33),
    "av1": ("av1", "yuv420p", "mp4", 33),
    "hevc": ("hevc", "yuv420p", "mp4", 35),
    "portrait": ("h264", "yuv420p", "mp4", 38),
    "wall-4k": ("hevc", "yuv420p", "mp4", 35),
    "master": ("prores", "yuv422p10le", "mov", 44),
    "master-ffv1": ("ffv1", "yuv420p", "matroska", float("inf")),
}
OVERLAYS = {"overlay": ("prores", "mov"), "overlay-vp9": ("vp9", "matroska")}
ANIMATIONS = {"gif": 27, "webp": 30}
FOLDERS = {"stills": (8, "png"), "frames": (12, "png"), "frames-jpeg": (12, "jpg"), "overlay-png": (12, "png")}
NO_CACHE = Effort(cache=False)


@pytest.fixture(scope="module")
def config(project_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectConfig:
    """The small project, in another theme, on a clip with sound."""
    folder = tmp_path_factory.mktemp("clips")
    clip = make_clip(folder / "clip.mp4", 12, (96, 80), sound=True)
    (folder / "salt").write_bytes(b"the same for all films of this project")
    said = {"source": clip, "theme": "house", "align.rescale": True, "salt_file": folder / "salt"}
    return configure(project_folder, said)[0]


@pytest.fixture
def made(config: ProjectConfig, tmp_path: Path) -> Callable[..., RenderResult]:
    def make(name: str, output: str = "", frames: str | None = None, **changes: Any) -> RenderResult:
        ending = load_profile(name).ending
        said = {"profile": name, "output": tmp_path / (output or f"out{ending}"), **changes}
        return pipeline.run(config.changed(said), frames=frames, effort=NO_CACHE)

    return make


@pytest.fixture(scope="module")
def once(config: ProjectConfig, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], RenderResult]:
    """A function that returns what a profile makes of the project, made once: not to be written to."""
    folder = tmp_path_factory.mktemp("once")

    @cache
    def make(name: str) -> RenderResult:
        output = folder / name / f"out{load_profile(name).ending}"
        return pipeline.run(config.changed({"profile": name, "output": output}), effort=NO_CACHE)

    return make


@pytest.fixture(scope="module")
def still(config: ProjectConfig) -> list[Rgb]:
    """The project's pictures before encoding."""
    return expected(config)


def expected(config: ProjectConfig, count: int = 12) -> list[Rgb]:
    """The pictures before encoding."""
    with load(config) as project:
        return [render_still(project.source, project.scene, index) for index in range(count)]


def test_every_profile_is_tried():
    assert {*VIDEOS, *OVERLAYS, *ANIMATIONS, *FOLDERS} == set(profile_names())


@pytest.mark.parametrize("name", VIDEOS)
def test_a_video(
    once: Callable[[str], RenderResult],
    made: Callable[..., RenderResult],
    config: ProjectConfig,
    still: list[Rgb],
    name: str,
):
    codec, pixel_format, container, likeness = VIDEOS[name]
    size, count = load_profile(name).size, 12
    if size:  # large pictures take their time
        count = 2
        result, still = made(name, frames="0:2"), expected(config.changed({"size": size}), count)
    else:
        result = once(name)
    with av.open(str(result.path)) as file:
        stream, tags = file.streams.video[0], file.streams.video[0].codec_context
        assert (tags.codec.canonical_name, tags.pix_fmt) == (codec, pixel_format)
        assert container in file.format.name
        assert (tags.color_range, tags.colorspace) == (1, 6)  # as the source's are taken
        assert len(file.streams.audio) == 1
        frames = [to_rgb(frame) for frame in file.decode(stream)]
    assert len(frames) == result.frames == count
    worst = min(psnr(one, other) for one, other in zip(frames, still, strict=True))
    assert worst >= likeness


@pytest.mark.parametrize("name", ["web", "web-small"])
def test_a_film_for_the_web_begins_before_all_is_there(once: Callable[[str], RenderResult], name: str):
    data = once(name).path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay(once: Callable[[str], RenderResult], name: str):
    result = once(name)
    with av.open(str(result.path)) as file:
        assert file.streams.video[0].codec_context.codec.canonical_name == OVERLAYS[name][0]
        assert OVERLAYS[name][1] in file.format.name and not file.streams.audio
        assert sum(packet.size > 0 for packet in file.demux(video=0)) == 12


def test_no_picture_of_a_large_overlay_is_lost(sample: Path, tmp_path: Path):
    """Transparency that lies beside a packet may be as large as the picture."""
    found, _ = configure(sample, {"theme": "house"})
    said = {"profile": "overlay-vp9", "output": tmp_path / "a.webm", "encoder.preset": "ultrafast"}
    result = pipeline.run(found.changed(said), frames="96:99", effort=NO_CACHE)
    with av.open(str(result.path)) as file:
        packets = [packet for packet in file.demux(video=0) if packet.size]
    assert [packet.has_sidedata("matroska_block_additional") for packet in packets] == [True] * 3


@pytest.mark.parametrize("name", ANIMATIONS)
def test_an_image_that_moves(made: Callable[..., RenderResult], still: list[Rgb], name: str):
    result = made(name, sound=True)
    most = load_profile(name).max_frame_rate or 0
    assert "sound-not-there" in codes(result.notes)
    with Image.open(result.path) as image:
        assert image.is_animated and image.info.get("loop") == 0
    with open_source(result.path) as source:
        assert source.info.duration_seconds == pytest.approx(0.5, abs=0.06)
        assert source.info.frame_rate <= most and source.info.frames == result.frames <= 12
        times = source.pts * source.info.time_base
        shown = [to_rgb(frame.picture) for frame in source.read()]
    for picture, time in zip(shown, times, strict=True):
        near = cv2.resize(still[min(11, round(float(time) * 24))], picture.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert psnr(picture, near) > ANIMATIONS[name]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_images(once: Callable[[str], RenderResult], still: list[Rgb], name: str):
    count, kind = FOLDERS[name]
    result = once(name)
    images = sorted(result.path.glob(f"*.{kind}"))
    assert len(images) == count == result.frames
    assert [file.stem for file in images][-1] == ("frame_000009" if name == "stills" else "frame_000011")
    for file in images:
        with Image.open(file) as image:
            pixels = np.asarray(image)
        if name != "overlay-png":
            assert psnr(pixels, still[int(file.stem[-6:])]) > (34 if kind == "jpg" else 99)
        assert pixels.shape[2] == (4 if name == "overlay-png" else 3)


def test_a_png_is_what_a_preview_is(once: Callable[[str], RenderResult], config: ProjectConfig, tmp_path: Path):
    folder = once("frames").path
    with load(config) as project:
        preview = pipeline.preview(project, "3", tmp_path / "still.png")
    with Image.open(folder / "frame_000003.png") as one, Image.open(preview) as other:
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("name", [name for name in profile_names() if not load_profile(name).size])
def test_the_same_again_is_the_same(once: Callable[[str], RenderResult], made: Callable[..., RenderResult], name: str):
    assert digest(once(name).path) == digest(made(name).path)


def digest(path: Path) -> str:
    files = sorted(file for file in path.iterdir() if file.name != ".loopviz") if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@pytest.mark.parametrize("name", [*OVERLAYS, *ANIMATIONS, *FOLDERS, "master", "master-ffv1"])
def test_nobody_is_named_by_a_platforms_id(once: Callable[[str], RenderResult], name: str):
    path = once(name).path
    for file in path.rglob("*") if path.is_dir() else [path]:
        assert "RAWID" not in file.name and b"RAWID" not in file.read_bytes()


def test_nor_are_images_called_after_files_that_name_them(project_folder: Path, tmp_path: Path):
    frames = tmp_path / "frames"
    frames.mkdir()
    for number in range(1, 4):
        Image.new("RGB", (96, 80), (90, 120, 150)).save(frames / f"clip_{number:04}_RAWID{number % 3}XYZ.png")
    found, _ = configure(project_folder, {"source": frames, "labels": project_folder, "theme": "house"})
    config = found.changed({"profile": "frames", "output": tmp_path / "out", "align.rescale": True})
    result = pipeline.run(config.changed({"align.drop_extra": True}), effort=NO_CACHE)
    names = sorted(file.name for file in result.path.glob("*.png"))
    assert names == [f"frame_{number:06}.png" for number in range(3)]


class TestSizes:
    def test_wider_pictures_are_scaled_to_even_sides(self, config: ProjectConfig, tmp_path: Path):
        profile = tmp_path / "small.yaml"
        profile.write_text("description: small\ncontainer: mp4\nmax_width: 51\nmax_frame_rate: 8\n")
        output = tmp_path / "a.mp4"
        result = pipeline.run(config.changed({"profile": str(profile), "output": output}), effort=NO_CACHE)
        assert result.canvas_size == (50, 42)
        with av.open(str(output)) as file:
            assert len(file.streams.audio) == 1
            times = [frame.pts * frame.time_base for frame in file.decode(video=0)]
            assert times == [Fraction(i, 8) for i in range(4)]

    def test_what_lies_beside_counts_the_frames_that_are_left(self, config: ProjectConfig, tmp_path: Path):
        profile = tmp_path / "few.yaml"
        profile.write_text("description: few\ncontainer: mp4\nmax_frame_rate: 8\nsidecars: [json]\n")
        output = tmp_path / "a.mp4"
        result = pipeline.run(config.changed({"profile": str(profile), "output": output}), effort=NO_CACHE)
        beside = json.loads(output.with_suffix(".json").read_text())
        assert result.frames == 4
        assert (beside["frames"], sum(run["frames"] for run in beside["runs"])) == (4, 4)

    def test_what_is_narrow_stays(self, once: Callable[[str], RenderResult]):
        assert once("web-small").canvas_size == (768, 640)


class TestWhatIsInTheWay:
    def test_a_folder_that_is_somebody_elses(self, made: Callable[..., RenderResult], tmp_path: Path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine")
        with pytest.raises(OutputError):
            made("frames")
        assert [file.name for file in (tmp_path / "out").iterdir()] == ["mine.txt"]

    def test_a_file_in_a_folders_place(self, made: Callable[..., RenderResult], tmp_path: Path):
        (tmp_path / "out").write_text("mine")
        with pytest.raises(OutputError):
            made("stills")
        assert (tmp_path / "out").read_text() == "mine"

    def test_the_same_is_made_again_and_another_is_not_replaced(
        self, made: Callable[..., RenderResult], project_folder: Path
    ):
        made("frames")
        made("frames")
        with pytest.raises(OutputError):
            made("frames", source=project_folder / "clip.mp4")

    @pytest.mark.parametrize(("name", "output"), [("gif", "a.gif"), ("frames", "a")])
    def test_what_is_no_video_is_not_repeated(self, config: ProjectConfig, tmp_path: Path, name: str, output: str):
        changed = config.changed({"profile": name, "output": tmp_path / output})
        with pytest.raises(ConfigError):
            pipeline.run(changed, repeat=3, effort=NO_CACHE)
        assert not (tmp_path / output).exists()

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            pytest.param("master", {"encoder.crf": 20}, id="no such choice"),
            pytest.param("overlay", {"encoder.codec": "libx264"}, id="no transparency"),
            pytest.param("overlay-vp9", {"depth": "keep", "encoder.codec": "libsvtav1"}, id="nor has this"),
            pytest.param("gif", {"encoder.codec": "libx264"}, id="no video in a GIF"),
            pytest.param("master", {"encoder.codec": "libvpx-vp9"}, id="not in this container"),
            pytest.param("web", {"encoder.codec": "png"}, id="images in a file"),
            pytest.param("frames", {"encoder.codec": "libx265"}, id="a video in a folder"),
            pytest.param("web", {"encoder.crf": 52}, id="out of range"),
        ],
    )
    def test_options_that_contradict_a_profile(
        self, made: Callable[..., RenderResult], tmp_path: Path, name: str, changes: dict[str, Any]
    ):
        with pytest.raises(ConfigError):
            made(name, **changes)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", ["web", "master", "overlay", "gif", "webp", "frames"])
    def test_an_encoder_that_is_missing_here(
        self, made: Callable[..., RenderResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ):
        gone = {load_profile(name).encoder.codec or {"gif": "gif", "webp": "libwebp_anim"}[name]}
        monkeypatch.setattr(av, "codecs_available", set(av.codecs_available) - gone)
        with pytest.raises(MissingPartError) as caught:
            made(name)
        assert caught.value.found in {repr(each) for each in gone} and caught.value.remedy
        assert not list(tmp_path.iterdir())

    def test_an_encoder_built_without_transparency(
        self, made: Callable[..., RenderResult], monkeypatch: pytest.MonkeyPatch
    ):
        formats = {**ENCODERS["libvpx-vp9"].formats, "alpha": "yuva422p12le"}
        monkeypatch.setitem(vars(ENCODERS["libvpx-vp9"]), "formats", formats)
        with pytest.raises(MissingPartError):
            made("overlay-vp9")


class TestImagesIntoVideo:
    def test_assemble_takes_a_profile(self, once: Callable[[str], RenderResult], tmp_path: Path):
        folder = once("frames").path
        clip = ClipConfig.checked({"source": folder}).changed({"profile": "gif", "output": tmp_path / "b.gif"})
        assert pipeline.assemble(clip, effort=NO_CACHE).frames == 7

    def test_but_nothing_is_drawn(self, project_folder: Path, tmp_path: Path):
        clip = ClipConfig.checked({"source": project_folder / "clip.mp4"})
        with pytest.raises(LoopvizError, match="alone"):
            pipeline.assemble(clip.changed({"profile": "overlay", "output": tmp_path / "b.mov"}), effort=NO_CACHE)


def test_the_ending_decides_where_no_profile_does(config: ProjectConfig, tmp_path: Path):
    result = pipeline.run(config.changed({"output": tmp_path / "a.gif"}), effort=NO_CACHE)
    assert (result.frames, result.canvas_size) == (12, (768, 640))


class TestCommandLine:
    def test_names_itself_after_the_profile(
        self, project_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        given = ["render", str(project_folder / "clip.mp4"), "--labels", str(project_folder), "--align", "number"]
        where = tmp_path / "clip.yaml"
        where.write_text(f"source: {project_folder / 'clip.mp4'}\nlabels: {project_folder}\n")
        assert main(["run", str(where), "--profile", "stills", "--json"]) == 0
        event = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert Path(event["output"]) == tmp_path / "out" / "clip_stills"
        assert main([*given, "--profile", "wbe"]) == 4
        assert "Did you mean 'web'?" in capsys.readouterr().err
        assert main([*given, "--profile", "web", "-o", str(tmp_path / "a.mov"), "--dry-run"]) == 4
        assert main([*given, "--profile", "master", "--crf", "3", "-o", str(tmp_path / "a.mov"), "--dry-run"]) == 4
        assert not (tmp_path / "a.mov").exists()

    def test_lists_and_shows(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        assert main(["profile", "list", "--json"]) == 0
        listed = json.loads(capsys.readouterr().out)["profiles"]
        assert [each["name"] for each in listed] == list(profile_names())
        for each in profile_names():
            assert main(["profile", "show", each]) == 0
            assert load_profile(each).description in capsys.readouterr().out
        assert main(["profile", "show", str(tmp_path)]) == 4
        assert main(["profile", "show", "overlay", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["alpha"] is True
