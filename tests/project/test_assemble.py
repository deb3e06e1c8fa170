"""Labels, work and people become one Dataset, in one way for a render and for a check; what differs is the trouble."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.project.assemble import Assembled, Strict, assemble_dataset
from loopviz.project.check.checkup import check
from loopviz.project.config import ProjectConfig
from loopviz.schema import table

FRAMES = table("frames", {"frame": [0, 1], "file": ["a_1.png", "a_2.png"], "width": [64] * 2, "height": [48] * 2})
COCO = {
    "images": [{"id": i, "file_name": f"a_{i}.png", "width": 64, "height": 48} for i in (1, 2)],
    "categories": [{"id": 1, "name": "Wheel"}],
    "annotations": [
        {"id": i, "image_id": i, "category_id": 1, "bbox": [1, 2, 30, 20], "area": 600, "iscrowd": 0} for i in (1, 2)
    ],
}
BY_IMAGE = "worker_id,file\nA1,a_1.png\nA2,a_2.png\n"
BY_FRAME = "worker_id,frame\nA1,0\nA2,1\n"
PEOPLE = {"A1": {"Q1": "yes"}, "A2": {"Q1": "no"}}
UNFIT = {**COCO, "images": [{**image, "width": 640} for image in COCO["images"]]}  # type: ignore[dict-item]


@pytest.fixture
def config(tmp_path: Path) -> ProjectConfig:
    for name, value in (("labels.json", COCO), ("people.json", PEOPLE)):
        (tmp_path / name).write_text(json.dumps(value))
    (tmp_path / "work.csv").write_text(BY_IMAGE)
    return ProjectConfig(
        source=tmp_path / "clip.mp4",
        labels=tmp_path / "labels.json",
        people=tmp_path / "people.json",
        assignments=tmp_path / "work.csv",
    )


def who(made: Assembled) -> list[tuple[int, str]]:
    return made.dataset.assignments.select("frame", "worker_id").rows()


@pytest.mark.parametrize("work", [BY_IMAGE, BY_FRAME])
def test_work_is_read_by_image_and_by_frame(config: ProjectConfig, tmp_path: Path, work: str) -> None:
    (tmp_path / "work.csv").write_text(work)
    made = assemble_dataset(config, FRAMES, Strict())
    assert made.aligned
    assert made.labels is not None
    assert made.labels.dataset is made.dataset
    assert who(made) == [(0, "A1"), (1, "A2")]
    assert made.dataset.answers["answer"].to_list() == ["yes", "no"]


BROKEN = [
    ("labels.json", "{", "input-unusable"),
    ("labels.json", json.dumps(UNFIT), "other-size"),
    ("people.json", "[1", "input-unusable"),
    ("people.json", '{"B1": {"Q1": "yes"}}', "people-unusable"),
    ("work.csv", "who\nA1\n", "assignments-unusable"),
    ("work.csv", "worker_id,frame\nA1,99\n", "bad-assignment"),
]


@pytest.mark.parametrize(("file", "text", "code"), BROKEN)
def test_what_ends_a_render_is_a_finding_of_a_check(
    config: ProjectConfig, tmp_path: Path, frames: Path, file: str, text: str, code: str
) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(InputError):
        assemble_dataset(config, FRAMES, Strict())
    found = check([frames, *(tmp_path / name for name in ("labels.json", "people.json", "work.csv"))])
    assert code in {each.code for each in found.findings}


def test_a_table_of_work_without_a_row_excuses_nobody(config: ProjectConfig, tmp_path: Path, frames: Path) -> None:
    (tmp_path / "work.csv").write_text("worker_id,frame\n")
    with pytest.raises(InputError, match="nobody"):
        assemble_dataset(config, FRAMES, Strict())
    found = check([frames, *(tmp_path / name for name in ("labels.json", "people.json", "work.csv"))])
    assert "people-unusable" in {each.code for each in found.findings}


def test_no_row_of_work_is_left_out(tmp_path: Path, config: ProjectConfig) -> None:
    (tmp_path / "work.csv").write_text("worker_id,file\nA1,elsewhere.png\n")
    with pytest.raises(InputError):  # also where bad rows of labels are left out: this is somebody's work
        assemble_dataset(config, FRAMES, Strict(skip_bad=True))


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    from PIL import Image

    folder = tmp_path / "frames"
    folder.mkdir()
    for name in FRAMES["file"]:
        Image.new("RGB", (64, 48), "white").save(folder / name)
    return folder
