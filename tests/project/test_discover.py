from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.notes import told
from loopviz.project.discover import configure, discover

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000"
    "000049454e44ae426082"
)
COCO = '{"images": [], "annotations": [], "categories": []}'


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes files in a folder: empty ones, or with the content that their kind needs."""

    def make(*names: str) -> Path:
        for name in names:
            file = tmp_path / "work" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            content = {".png": PIXEL, ".txt": b"0 0.5 0.5 0.2 0.2\n", ".json": COCO.encode()}.get(file.suffix, b"")
            file.write_bytes(content)
        return tmp_path / "work"

    return make


def test_a_thesis_folder_is_understood(put: Callable[..., Path]):
    folder = put(
        "mouse.mp4",
        "output_mouse_video.mp4",
        "annotated_images/mouse_0001_A1.png",
        "labels/mouse_0001_A1.txt",
        "metadata.json",
    )
    (folder / "assignments.csv").write_text("")
    config, findings = discover(folder)
    assert config.source == folder / "mouse.mp4"
    assert config.labels == folder
    assert config.people == folder / "metadata.json"
    assert config.assignments == folder / "assignments.csv"
    assert config.output == folder / "out" / "work.mp4"
    assert findings == (
        told("made-left-aside", name="output_mouse_video.mp4"),
        told("part-found", part="video", name="mouse.mp4"),
        told("labels-found", names=["labels/"], format="thesis"),
        told("part-found", part="people", name="metadata.json"),
        told("part-found", part="assignments", name="assignments.csv"),
    )


def test_frames_are_found_where_there_is_no_video(put: Callable[..., Path]):
    folder = put(
        "mouse_video_frames/mouse_0001_A1.png", "annotated_images/a.png", "labels/mouse_0001_A1.txt", "metadata.json"
    )
    config, findings = discover(folder)
    assert config.source == folder / "mouse_video_frames"
    assert told("frames-found", names=["mouse_video_frames/"], count=1) in findings


@pytest.mark.parametrize("frames", ["images/train", "train/images"])
def test_frames_of_a_yolo_layout(put: Callable[..., Path], frames: str):
    labels = "labels/train" if frames == "images/train" else "train/labels"
    config, findings = discover(put(f"{frames}/a_1.png", f"{labels}/a_1.txt"))
    assert config.source.as_posix().endswith(frames)
    assert [each.values["format"] for each in findings if each.code == "labels-found"] == ["yolo"]


def test_coco_files_are_named(put: Callable[..., Path]):
    config, findings = discover(put("clip.mov", "annotations/instances.json"))
    assert config.labels.name == "work"
    assert told("labels-found", names=["annotations/instances.json"], format="coco") in findings


def test_a_project_file_in_the_folder_is_taken(put: Callable[..., Path]):
    folder = put("a.mp4", "b.mp4")
    (folder / "loopviz.yaml").write_text("source: b.mp4\nlabels: coco.json\n")
    config, findings = configure(folder, {"theme": "house"})
    assert (config.source, config.theme) == (folder / "b.mp4", "house")
    assert findings == (told("part-found", part="project file", name="loopviz.yaml"),)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        pytest.param(
            ["a.mp4", "b.mov", "labels/a_1.txt"],
            "more than one video could be meant (found 'a.mp4, b.mov'). Say which: --source",
            id="two-videos",
        ),
        pytest.param(
            ["one/a.png", "two/a.png", "labels/a.txt"],
            "more than one folder of frames could be meant (found 'one/, two/'). Say which: --source",
            id="two-folders",
        ),
        pytest.param(
            ["labels/a_1.txt"],
            "there is neither a video nor a folder of frames. Say where it is: --source",
            id="no-source",
        ),
        pytest.param(["output_x.mp4", "labels/a_1.txt"], "there is neither a video nor a folder", id="only-generated"),
        pytest.param(
            ["a.mp4"], "there are no labels that loopviz knows. Say where they are: --labels PATH.", id="no-labels"
        ),
        pytest.param(
            ["images/a.png"], "--labels PATH. Or make a video of the frames alone: loopviz assemble", id="frames"
        ),
        pytest.param(["a.mp4", "labels/a.txt", "b.json"], "label sets of several formats", id="two-formats"),
    ],
)
def test_nothing_is_guessed(put: Callable[..., Path], names: list[str], message: str):
    folder = put(*names)
    with pytest.raises(InputError) as caught:
        configure(folder)
    assert message in str(caught.value)
    assert caught.value.file == str(folder)


def test_what_is_given_is_not_looked_for(put: Callable[..., Path]):
    folder = put("a.mp4", "b.mov", "labels/a.txt", "b.json")
    config, findings = configure(folder, {"source": folder / "b.mov", "labels": folder / "b.json"})
    assert (config.source.name, config.labels.name) == ("b.mov", "b.json")
    assert findings == ()


def test_a_named_format_settles_which_labels_are_meant(put: Callable[..., Path]):
    config, findings = configure(put("a.mp4", "labels/a.txt", "b.json"), {"labels_format": "yolo"})
    assert config.labels_format == "yolo"
    assert told("labels-found", names=["labels/"], format="yolo") in findings


def test_a_video_is_no_project(put: Callable[..., Path]):
    folder = put("clip.mp4")
    with pytest.raises(
        InputError, match=r"a project file or a folder is expected here\. For a single video: loopviz render"
    ):
        configure(folder / "clip.mp4")


def test_changes_are_checked(put: Callable[..., Path]):
    with pytest.raises(ConfigError, match="identity"):
        configure(put("a.mp4", "labels/a_1.txt"), {"identity": "nickname"})


def test_a_folder_that_cannot_be_looked_through(put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    folder = put("a.mp4")

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(InputError, match="the folder cannot be searched: permission denied"):
        configure(folder)
