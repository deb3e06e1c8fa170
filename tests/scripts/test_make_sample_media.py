"""The sample's maker, run on a tiny clip of its own masks."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
FRAMES, SIZE, PEOPLE = 74, (72, 48), 28
PARTS = ((10, 12, 60, 40), (0, 30, 12, 34), (14, 14, 30, 30), (34, 14, 50, 30), (30, 16, 35, 22))


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("material")
    (folder / "masks").mkdir()
    (folder / "mouse_turntable.mp4").write_bytes(b"a clip is copied, not read")
    for number in range(1, FRAMES + 1):
        _mask(number % 5).save(folder / "masks" / f"mouse_{number:04d}.png", bits=4)
    return folder


def _mask(shift: int) -> Image.Image:
    classes = np.zeros(SIZE[::-1], np.uint8)
    for part, (x_min, y_min, x_max, y_max) in enumerate(PARTS, start=1):
        classes[y_min:y_max, x_min + shift : x_max + shift] = part
    picture = Image.fromarray(classes).convert("P")
    picture.putdata(classes.ravel().tolist())
    picture.putpalette([0, 0, 0, 250, 1, 1, 1, 250, 1, 1, 1, 250, 9, 9, 9, 7, 7, 7])  # colours that do not matter
    return picture


def _make(material: Path, target: Path, seed: int = 1) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPTS / "make_sample_media", "--material", material, "--target", target]
    options = ["--seed", str(seed), "--people", str(PEOPLE)]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("project") / "mouse"
    done = _make(material, target)
    assert done.returncode == 0, done.stderr
    return target


def _content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _assignments(project: Path) -> list[dict[str, str]]:
    with (project / "assignments.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_same_seed_gives_the_same_bytes_even_over_an_older_run(material: Path, project: Path, tmp_path: Path):
    again = tmp_path / "again"
    assert _make(material, again, seed=2).returncode == 0
    other = _content(again)
    assert _make(material, again).returncode == 0
    assert _content(again) == _content(project)
    assert other != _content(project)


def test_every_person_is_marked_as_simulated_and_has_ten_answers(project: Path):
    people = json.loads((project / "metadata.json").read_text(encoding="utf-8"))
    assert len(people) == PEOPLE
    for worker_id, entry in people.items():
        assert worker_id.startswith("SIM")
        assert len(worker_id) == 14
        assert entry.pop("simulated") is True
        assert list(entry) == [f"Q{number}" for number in range(1, 11)]
    assert any(all(answer is None for answer in entry.values()) for entry in people.values())


def test_tasks_labels_and_people_belong_together(project: Path):
    people = json.loads((project / "metadata.json").read_text(encoding="utf-8"))
    tasks = _assignments(project)
    assert {task["file"] for task in tasks} == {file.stem for file in (project / "labels").iterdir()}
    assert {task["worker_id"] for task in tasks} == set(people)
    assert all(task["file"] == f"mouse_{task['file'][6:10]}_{task['worker_id']}" for task in tasks)
    assert all(bool(task["reason"]) == (task["status"] == "rejected") for task in tasks)


def test_some_frames_stay_unlabelled_but_never_the_first_or_the_last(project: Path):
    labelled = {int(file.name[6:10]): file.read_text() for file in (project / "labels").iterdir()}
    assert len(labelled) == FRAMES - 2
    assert sum(not rows for rows in labelled.values()) == 2
    assert labelled[1]
    assert labelled[FRAMES]


def test_rows_are_yolo_boxes_inside_the_picture(project: Path):
    rows = [line.split() for file in (project / "labels").iterdir() for line in file.read_text().splitlines()]
    assert len(rows) > FRAMES * 3
    for part, *numbers in rows:
        cx, cy, width, height = map(float, numbers)
        assert part in "01234"
        assert min(width, height) > 0
        assert -1e-6 <= cx - width / 2 <= cx + width / 2 <= 1 + 1e-6
        assert -1e-6 <= cy - height / 2 <= cy + height / 2 <= 1 + 1e-6


@pytest.mark.parametrize(
    ("missing", "word"),
    [
        pytest.param("masks", "no mask", id="no masks"),
        pytest.param("mouse_turntable.mp4", "no such file", id="no clip"),
    ],
)
def test_material_that_lacks_something_is_refused_with_the_place(
    material: Path, tmp_path: Path, missing: str, word: str
):
    (tmp_path / "given").mkdir()
    for entry in material.iterdir():
        if entry.name != missing:
            (tmp_path / "given" / entry.name).symlink_to(entry)
    done = _make(tmp_path / "given", tmp_path / "out")
    assert done.returncode == 1
    assert missing in done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The maker's modules, as the script imports them."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import sample.labels
    import sample.people
    import sample.review
    import sample.truth

    return sample


def test_true_boxes_end_beyond_the_last_pixel(maker: ModuleType, material: Path):
    truth = maker.truth.read_truth(material / "masks")[4]  # number 5: not shifted
    assert (truth.number, truth.width, truth.height) == (5, *SIZE)
    assert truth.boxes == dict(enumerate(PARTS))


def test_care_decides_how_close_the_boxes_are(maker: ModuleType):
    boxes = {part: tuple(20.0 * edge for edge in box) for part, box in enumerate(PARTS)}
    truth = maker.truth.Truth(1, 1440, 960, boxes)
    quality = {care: _mean_quality(maker, truth, care) for care in (1.0, 0.5, 0.0)}
    assert quality[1.0] > 0.95
    assert quality[1.0] > quality[0.5] + 0.05
    assert quality[0.5] > quality[0.0] + 0.1


def _mean_quality(maker: ModuleType, truth: object, care: float) -> float:
    person = maker.people.Person("SIM00000000000", care, 1.0, 0.0, False, {})
    rng = Random(5)  # noqa: S311 - a test's dice
    drawn = [maker.labels.draw_boxes(rng, truth, person) for _ in range(60)]
    return sum(maker.review.quality(truth, rows) for rows in drawn) / len(drawn)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([], "Nothing is labelled.", id="empty"),
        pytest.param([0], "One box over everything: each part needs its own.", id="one box"),
        pytest.param([0, 1, 3, 2, 4], "Left and right button are swapped.", id="swapped"),
        pytest.param([0, 1, 2, 3], "Not labelled: scroll wheel.", id="part forgotten"),
        pytest.param([0, 1, 2, 3, 4], "Does not follow the instructions.", id="good work rejected all the same"),
    ],
)
def test_a_rejection_names_the_fault_that_is_there(maker: ModuleType, rows: list[int], reason: str):
    truth = maker.truth.Truth(1, *SIZE, dict(enumerate(PARTS)))
    drawn = [(part, PARTS[place]) for place, part in enumerate(rows)]
    assert maker.review.reason(truth, drawn) == reason
