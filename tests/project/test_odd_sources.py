"""Odd sources through the whole: damaged, cut short, of ten bits, HDR, of several sizes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from support import codes

import loopviz
from loopviz.cli import main
from loopviz.errors import DamagedError, InputError, MissingPartError
from loopviz.formats.untrusted_files import read_yaml
from loopviz.media import ColorTags, EncoderSettings, ReadOptions, VideoSpec, encode_segment, join_segments
from loopviz.notes import note
from loopviz.project import pipeline
from loopviz.project.check.checkup import check
from loopviz.project.config import ClipConfig, ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.export import ExportOptions, export
from loopviz.project.load import load
from loopviz.project.plan import plan_of, write_plan
from loopviz.project.render_options import Effort
from loopviz.project.split import Split, split
from loopviz.render import RenderResult

QUICK = {"encoder.preset": "ultrafast", "encoder.crf": 30}
HELD = "frames that cannot be decoded, and show the one before them: 1 (7)"
FRAMES = 10
LABELS = {
    "images": [{"id": i, "file_name": f"frame_{i}.png", "width": 128, "height": 96} for i in range(FRAMES)],
    "annotations": [{"id": i, "image_id": i, "category_id": 1, "bbox": [8 + 4 * i, 8, 20, 24]} for i in range(FRAMES)],
    "categories": [{"id": 1, "name": "wheel"}],
}


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A clip whose frame 7 is wiped out."""
    path = tmp_path / "clip.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=24)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuvj420p"
        for index in range(FRAMES):
            rgb = np.full((96, 128, 3), 20 * index, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuvj420p")))
        out.mux(stream.encode(None))
    with av.open(str(path)) as container:
        place = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size][7]
    content = bytearray(path.read_bytes())
    content[place[0] : sum(place)] = bytes(place[1])
    path.write_bytes(content)
    return path


def project(folder: Path, source: Path, **changes: object) -> ProjectConfig:
    labels = folder / "coco.json"
    labels.write_text(json.dumps(LABELS), "utf-8")
    config = ProjectConfig.checked({"source": source, "labels": labels, "output": folder / "out.mp4"})
    return config.changed({**QUICK, **changes})


def lines(made: RenderResult | Split) -> list[str]:
    return [note.line for note in made.notes]


def luma(path: Path) -> list[int]:
    """The brightness of each frame, where nothing is drawn."""
    with loopviz.open_source(path) as source:
        return [int(np.frombuffer(memoryview(frame.picture.planes[0]), np.uint8)[0]) for frame in source.read()]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_damaged_source_is_rendered_and_said(damaged: Path, tmp_path: Path, jobs: int) -> None:
    config = project(tmp_path, damaged)
    for overwrite in (False, True):  # the second time with what was kept of the first
        result = pipeline.run(config, overwrite=overwrite, effort=Effort(jobs))
        assert result.frames == FRAMES
        assert f"note: {damaged}: {HELD}" in lines(result)


def test_a_frame_that_is_missing_shows_the_one_before(damaged: Path, tmp_path: Path) -> None:
    clip = ClipConfig.checked({"source": damaged, "output": tmp_path / "out.mp4"}).changed(QUICK)
    result = pipeline.assemble(clip)
    assert f"note: {damaged}: {HELD}" in lines(result)
    shown = luma(result.path)
    assert abs(shown[7] - shown[6]) <= 1
    assert shown[8] - shown[7] > 20


def test_strict_refuses_a_damaged_source(damaged: Path, tmp_path: Path) -> None:
    config = project(tmp_path, damaged, strict=True)
    with pytest.raises(DamagedError, match=r"clip\.mov, frame 7: the frame is damaged"):
        pipeline.run(config)
    with pytest.raises(DamagedError):
        pipeline.assemble(ClipConfig.checked({"source": damaged, "strict": True, "output": tmp_path / "out.mp4"}))
    with pytest.raises(DamagedError):
        split(damaged, tmp_path / "frames", strict=True)
    assert not (tmp_path / "out.mp4").exists()
    assert not (tmp_path / "frames").exists()


def test_a_damaged_video_is_split(damaged: Path, tmp_path: Path) -> None:
    made = split(damaged, tmp_path / "frames")
    assert made.frames == FRAMES
    assert lines(made) == [f"note: {damaged}: {HELD}"]
    images = [(tmp_path / "frames" / f"frame_{index:06}.png").read_bytes() for index in (6, 7, 8)]
    assert images[0] == images[1] != images[2]


def test_the_command_line_says_it(damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out.mp4"
    assert main(["assemble", str(damaged), "-o", str(output), "--preset", "ultrafast"]) == 0
    assert HELD in capsys.readouterr().out
    assert main(["assemble", str(damaged), "-o", str(output), "--overwrite", "--strict"]) == 3
    assert "frame 7: the frame is damaged" in capsys.readouterr().err
    assert main(["split", str(damaged), str(tmp_path / "frames"), "--strict"]) == 3


def test_a_file_cut_short_is_rendered_unless_strict(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    path, fast = make_clip(tmp_path / "clip.mp4"), tmp_path / "fast.mp4"
    with av.open(str(path)) as source, av.open(str(fast), "w", options={"movflags": "faststart"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    fast.write_bytes(fast.read_bytes()[:-300])
    clip = ClipConfig.checked({"source": fast, "output": tmp_path / "out.mp4"}).changed(QUICK)
    result = pipeline.assemble(clip)
    assert 0 < result.frames < 12
    assert note("cut-short", bytes=300).about(fast) in result.notes
    with pytest.raises(InputError, match="cut short"):
        pipeline.assemble(clip.changed({"strict": True}), overwrite=True)


def deep_clip(folder: Path, color: ColorTags) -> Path:
    """A clip of ten bits, a little brighter than grey."""

    def pictures() -> Iterator[av.VideoFrame]:
        for index in range(FRAMES):
            picture = av.VideoFrame(128, 96, "yuv420p10le")
            for place, plane in enumerate(picture.planes):
                np.frombuffer(memoryview(plane), np.uint16)[:] = 512 if place else 521
            picture.pts, picture.time_base = index, Fraction(1, 24)
            yield picture

    settings = EncoderSettings("libx265", 10, "ultrafast")
    spec = VideoSpec(128, 96, Fraction(24), Fraction(1, 24), color, settings)
    encode_segment(pictures(), folder / "deep.nut", spec)
    join_segments([folder / "deep.nut"], folder / "deep.mp4", spec, pts=np.arange(FRAMES), end_pts=FRAMES)
    return folder / "deep.mp4"


PQ10 = ColorTags("bt2020", False, 9, 9, 16, 10)
SDR10 = ColorTags("bt709", False, 1, 1, 1, 10)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libsvtav1"])
@pytest.mark.parametrize("color", [PQ10, SDR10], ids=["pq", "sdr"])
def test_depth_is_kept_where_it_is_asked_for(tmp_path: Path, color: ColorTags, codec: str) -> None:
    source = deep_clip(tmp_path, color)
    config = project(tmp_path, source, depth="keep", **{"encoder.codec": codec})
    made = pipeline.run(config).path
    with loopviz.open_source(made, options=ReadOptions(depth="keep")) as video:
        assert (video.info.pixel_format, video.info.color) == ("yuv420p10le", color)


@pytest.mark.parametrize("color", [PQ10, SDR10], ids=["pq", "sdr"])
def test_by_default_it_plays_everywhere(tmp_path: Path, color: ColorTags) -> None:
    result = pipeline.run(project(tmp_path, deep_clip(tmp_path, color)))
    info = loopviz.probe(result.path)
    assert (info.pixel_format, info.color.primaries, info.color.transfer) == ("yuv420p", 1, 1)
    assert "depth-reduced" in codes(result.notes)
    assert ("hdr-mapped" in codes(result.notes)) == (color is PQ10)


def test_an_encoder_without_ten_bits_is_named(tmp_path: Path) -> None:
    if "yuv420p10le" in {form.name for form in av.Codec("libvpx-vp9", "w").video_formats or []}:
        pytest.skip("this build's VP9 has 10 bits")
    config = project(tmp_path, deep_clip(tmp_path, SDR10), depth="keep", **{"encoder.codec": "libvpx-vp9"})
    with pytest.raises(MissingPartError, match="not built for 10 bit here"):
        pipeline.run(config)


@pytest.mark.parametrize("depth", ["8", "keep"])
def test_the_option_is_the_key(tmp_path: Path, depth: str) -> None:
    source, output = deep_clip(tmp_path, SDR10), tmp_path / "made.mp4"
    assert main(["assemble", str(source), "-o", str(output), "--depth", depth, "--preset", "ultrafast"]) == 0
    assert loopviz.probe(output).pixel_format == ("yuv420p" if depth == "8" else "yuv420p10le")


def test_images_of_several_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, output = tmp_path / "photos", tmp_path / "made.mp4"
    folder.mkdir()
    for index, size in enumerate([(64, 48), (48, 64), (96, 96)]):
        Image.new("RGB", size, (200, 30, 40)).save(folder / f"{index}.png")
    assert main(["assemble", str(folder), "-o", str(output)]) == 0
    assert "3 of 3 are fitted into 64x64 on #000000" in capsys.readouterr().out
    info = loopviz.probe(output)
    assert (info.width, info.height, info.frames) == (64, 64, 3)


@pytest.mark.parametrize("beside", [True, False], ids=["images-beside-the-labels", "labels-alone"])
def test_labels_of_images_of_several_sizes(tmp_path: Path, beside: bool) -> None:
    images, labels = tmp_path / "set" / "images", (tmp_path / "set" if beside else tmp_path) / "labels"
    images.mkdir(parents=True)
    labels.mkdir()
    for name, size in (("a", (64, 48)), ("b", (96, 96)), ("c", (64, 48))):
        Image.new("RGB", size, (200, 30, 40)).save(images / f"{name}.png")
        (labels / f"{name}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    config = ProjectConfig.checked({"source": images, "labels": labels.parent if beside else labels, "theme": "house"})
    with load(config) as loaded:
        boxes = loaded.dataset.annotations.select("x_min", "y_min", "x_max", "y_max").rows()
        assert boxes == [(16, 12, 48, 36), (24, 24, 72, 72), (16, 12, 48, 36)]
        assert any("1 of 3 are fitted into 64x48" in str(note) for note in loaded.notes)
        x, y, width, height = loaded.scene.pictures[0]
        square = loaded.scene.marks(1)[0].box
    left = x + (width - height) / 2
    expected = (left + height / 4, y + height / 4, left + height * 3 / 4, y + height * 3 / 4)
    assert square == pytest.approx(expected, abs=1)


def training_set(root: Path, place: str) -> None:
    """A set of two parts of two images each, all called alike and of several sizes; ``place`` says where they lie."""
    for part, size in (("train", (64, 48)), ("valid", (96, 96))):
        for kind, suffix in (("images", "png"), ("labels", "txt")):
            folder = root / place.format(split=part, kind=kind)
            folder.mkdir(parents=True)
            for number in (1, 2):
                file = folder / f"{number}.{suffix}"
                if kind == "images":
                    Image.new("RGB", size, (200, 30, 40)).save(file)
                else:
                    file.write_text(f"{number - 1} 0.5 0.5 0.5 0.5\n")
    (root / "data.yaml").write_text("names: [one, two]\ntrain: train/images\nval: valid/images\n")


@pytest.mark.parametrize("place", ["{split}/{kind}", "{kind}/{split}"])
def test_the_parts_of_a_training_set_are_one_source(tmp_path: Path, place: str) -> None:
    root = tmp_path / "set"
    training_set(root, place)
    config, found = configure(root, {"theme": "house"})
    assert [str(each).endswith("(4 images)") for each in found if each.code == "frames-found"] == [True]
    with load(config) as loaded:
        frames = loaded.dataset.frames
        assert frames.select("split", "width").rows() == [("train", 64), ("train", 64), ("val", 96), ("val", 96)]
        assert loaded.dataset.annotations.select("frame", "class_id").rows() == [(0, 0), (1, 1), (2, 0), (3, 1)]
    exported = export(root, "yolo", tmp_path / "out", ExportOptions(plain=True))
    assert exported.annotations == 4
    assert sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").glob("labels/*/*.txt")) == [
        f"labels/{part}/{number}.txt" for part in ("train", "valid") for number in (1, 2)
    ]
    spec = read_yaml(tmp_path / "out" / "data.yaml")
    assert (spec["train"], spec["val"]) == ("images/train", "images/valid")


def test_numbers_do_not_say_which_of_several_sizes_is_meant(tmp_path: Path) -> None:
    images, labels = tmp_path / "images", tmp_path / "labels"
    images.mkdir()
    labels.mkdir()
    for index, size in enumerate([(64, 48), (96, 96)]):
        Image.new("RGB", size).save(images / f"shot{index}.png")
        (labels / f"frame_{index}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    config = ProjectConfig.checked({"source": images, "labels": labels})
    with pytest.raises(InputError, match="of several sizes, and none is called as this label file"), load(config):
        pass


def test_transparency_is_shown_on_the_themes_paper(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(FRAMES):
        Image.new("RGBA", (128, 96), (200, 30, 40, 0)).save(folder / f"frame_{index}.png")
    result = pipeline.run(project(tmp_path, folder))
    paper = loopviz.load_theme("margin").colors.paper
    assert note("on-paper", paper=paper).about(folder) in result.notes


@pytest.mark.parametrize("strict", [False, True])
def test_a_damaged_frame_of_a_film_with_its_own_time(damaged: Path, tmp_path: Path, strict: bool) -> None:
    config = project(tmp_path, damaged, **{"timeline.pace": "0.2s", "strict": strict})
    codes = {each.code for each in check(config, decode=True).findings}
    assert ("frame-damaged" in codes, "timeline-unusable" in codes) == (True, False)
    if strict:
        return
    with load(config, dry_run=True) as loaded:
        write_plan(plan_of(loaded), loaded, tmp_path / "plan.png")
    assert cv2.imread(str(tmp_path / "plan.png")) is not None
