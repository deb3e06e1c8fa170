"""A project, a label set or a dataset as a training set: what is read, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from planted import HEIGHT, WIDTH, planted
from support import codes, make_clip

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.reading import read_labels
from loopviz.media import open_source
from loopviz.project.config import ProjectConfig
from loopviz.project.training_set import ExportedSet, export_training_set
from loopviz.train import TrainingSetOptions

FRAMES = 30


@pytest.fixture(autouse=True)
def _own_salt(user_config: Path) -> None:
    pass


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", FRAMES, (WIDTH, HEIGHT))


@pytest.fixture(scope="module")
def saved(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset's folder, on the frames of the clip."""
    folder = tmp_path_factory.mktemp("saved") / "dataset"
    with open_source(clip) as source:
        planted(FRAMES, 8, each=2).dataset.replace(frames=source.table()).save(folder)
    return folder


def export(source: Any, out: Path, pictures: Path | None = None, **options: Any) -> ExportedSet:
    return export_training_set(source, out, TrainingSetOptions(**options), pictures=pictures)


def test_a_project_folder(project_folder: Path, tmp_path: Path):
    made = export(project_folder, tmp_path / "set")
    assert (made.frames, made.annotations, made.assignments, made.left_out) == (10, 20, 10, 0)
    assert made.images == {"train": 8, "val": 2}
    assert made.labels[0] == {"split": "train", "category": "Body", "frames": 8, "objects": 8}
    assert made.flips
    assert read_labels(made.path).dataset.annotations.height == 20


def test_a_project_file(project_folder: Path, tmp_path: Path):
    file = tmp_path / "mouse.yaml"
    file.write_text(f"source: {project_folder}/clip.mp4\nlabels: {project_folder}/labels\nnames: [Body, Cable]\n")
    whole = export(file, tmp_path / "a")
    config = ProjectConfig(
        source=project_folder / "clip.mp4", labels=project_folder / "labels", names=("Body", "Cable")
    )
    assert export(config, tmp_path / "b").labels == whole.labels


def test_a_saved_dataset_and_its_video(saved: Path, clip: Path, tmp_path: Path):
    made = export(saved, tmp_path / "set", clip, whose="weighted")
    assert FRAMES - 3 <= made.frames <= FRAMES
    assert made.annotations == 3 * made.frames
    assert made.assignments + made.left_out == 2 * FRAMES
    assert made.left_out > 0


def test_a_dataset_of_another_video_is_refused(saved: Path, tmp_path: Path):
    other = make_clip(tmp_path / "other.mp4", FRAMES + 1, (WIDTH, HEIGHT))
    with pytest.raises(InputError, match="another video"):
        export(saved, tmp_path / "set", other)


def test_a_training_set_is_split_anew(project_folder: Path, tmp_path: Path):
    first = export(project_folder, tmp_path / "first")
    assert export(first.path, tmp_path / "kept", split="keep").images == first.images
    assert export(first.path, tmp_path / "other", hold_out=2, link=True).images == {"train": 5, "val": 5}
    for file in (first.path / "images").rglob("*.jpg"):
        assert file.read_bytes()


def test_labels_alone_need_their_pictures(saved: Path, project_folder: Path, tmp_path: Path):
    with pytest.raises(InputError, match="--source"):
        export(saved, tmp_path / "set")
    file = tmp_path / "labels.yaml"
    shutil.copy(project_folder / "data.yaml", tmp_path / "data.yaml")
    shutil.copytree(project_folder / "labels", tmp_path / "labels")
    with pytest.raises(ConfigError, match="--source"):
        export(tmp_path / "data.yaml", tmp_path / "set")
    made = export(tmp_path / "data.yaml", tmp_path / "set", project_folder / "clip.mp4")
    assert made.frames == 10
    assert not file.exists()


@pytest.mark.parametrize("place", ["", "labels", "clip.mp4"])
def test_what_is_read_is_never_replaced(project_folder: Path, tmp_path: Path, place: str):
    shutil.copytree(project_folder, tmp_path / "project")
    with pytest.raises(OutputError):
        export_training_set(tmp_path / "project", tmp_path / "project" / place, overwrite=True)
    assert read_labels(tmp_path / "project", frame_size=(64, 48)).dataset.annotations.height == 20


def test_a_damaged_video_is_read_as_far_as_it_can_be(project_folder: Path, tmp_path: Path):
    shutil.copytree(project_folder, tmp_path / "project")
    file = tmp_path / "project" / "clip.mp4"
    data = bytearray(file.read_bytes())
    start = data.index(b"mdat") + len(data) // 3
    data[start : start + 300] = bytes(300)
    file.write_bytes(data)
    made = export(tmp_path / "project", tmp_path / "set")
    assert "frames-damaged" in codes(made.notes)
    assert made.frames < 10
    config = ProjectConfig(source=file, labels=tmp_path / "project" / "labels", names=("Body", "Cable"), strict=True)
    with pytest.raises(InputError):
        export(config, tmp_path / "strict")
    assert not (tmp_path / "strict").exists()


def test_progress_counts_images(project_folder: Path, tmp_path: Path):
    said: list[tuple[int, int]] = []
    export_training_set(project_folder, tmp_path / "set", progress=lambda done, of: said.append((done, of)))
    assert said == [(number, 10) for number in range(1, 11)]
