"""``loopviz export`` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support import WORKERS, make_dataset, that_can_be_written

from loopviz.cli import main
from loopviz.formats.registry import EXPORTS

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """A function that runs a command line and returns its exit code, and what it wrote to stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_dataset().save(tmp_path / "dataset")
    monkeypatch.chdir(tmp_path)
    return Path("dataset")


NAMELESS = {
    "motchallenge",
    "voc",
    "cvat",
    "labelme",
    "label-studio",
    "label-studio-predictions",
}  # say nothing of people


@pytest.mark.parametrize("to", that_can_be_written(EXPORTS))
def test_a_dataset_is_exported(said: Said, saved: Path, to: str):
    inside = EXPORTS[to].file_name
    where = f"out/{inside}" if inside else "out"
    code, out, err = said("export", saved, "--to", to, "-o", "out")
    assert (code, out) == (0, f"{where}: 10 labels on 6 frames, 5 assignments, 3 people\n")
    assert ("no place for people" in err) == (to in NAMELESS)
    assert err.count("\n") <= 1
    assert not [file for file in Path("out").rglob("*") if file.is_file() and WORKERS[0].encode() in file.read_bytes()]


def test_what_came_of_it_as_json(said: Said, saved: Path):
    salt = Path("salt")
    salt.write_bytes(b"a secret of thirty-two bytes, no.")
    code, out, err = said("export", saved, "--to", "coco", "-o", "a.json", "--salt-file", salt, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "event": "result",
        "output": "a.json",
        "form": "coco",
        "identity": "alias",
        "frames": 6,
        "annotations": 10,
        "assignments": 5,
        "workers": 3,
        "left_out": 0,
    }


def test_a_project_says_what_it_took_for_what(said: Said, project_folder: Path, tmp_path: Path):
    code, out, err = said("export", project_folder, "--to", "csv", "-o", tmp_path / "out")
    assert (code, err.splitlines()[:2]) == (0, ["video: clip.mp4", "labels: labels/ (thesis)"])
    assert said("export", project_folder, "--to", "csv", "-o", tmp_path / "out", "--overwrite", "-q") == (0, "", "")
    assert "12 frames" in out


def test_what_the_platform_approved_counts_where_nobody_decided(said: Said, saved: Path):
    code, out, err = said("export", saved, "-o", "out", "--to", "csv", "--accepted")
    assert (code, "nobody decided which labels count" in err) == (0, True)
    assert "4 assignments" in out  # one of five is rejected


@pytest.mark.parametrize(
    ("wanted", "rows", "note"),
    [
        ((), "0 0.5 0.5 0.25 0.5\n", "2 labels have a confidence, which trainers do not take"),
        (("--with", "track"), "0 0.5 0.5 0.25 0.5 7\n", "2 labels have a confidence"),
        (("--with", "track,confidence"), "0 0.5 0.5 0.25 0.5 0.75 7\n", ""),
    ],
)
def test_confidence_and_track_on_request(said: Said, tmp_path: Path, wanted: tuple[str, ...], rows: str, note: str):
    entry = {"image_id": 1, "category_id": 1, "bbox": [24, 12, 16, 24], "score": 0.75, "track_id": 7}
    document = {
        "images": [{"id": i, "file_name": f"f_{i}.png", "width": 64, "height": 48} for i in (1, 2)],
        "categories": [{"id": 1, "name": "wheel"}],
        "annotations": [{**entry, "id": 1}, {**entry, "id": 2, "image_id": 2}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(document))
    code, _, err = said("export", tmp_path / "coco.json", "--to", "yolo", "--plain", "-o", tmp_path / "out", *wanted)
    assert (code, note in err) == (0, True)
    assert (tmp_path / "out" / "labels" / "f_1.txt").read_text() == rows


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(("--to", "labelbox"), 2, "'labelbox' is not one of", id="another form"),
        pytest.param(("--to", "csv", "--plain"), 4, "only COCO and YOLO can be plain", id="plain tables"),
        pytest.param(
            ("--to", "csv", "--with", "track"), 4, "holds confidences and track ids anyway", id="with in a table"
        ),
        pytest.param(("--to", "yolo", "--with", "conf"), 4, "expected confidence, track", id="with something else"),
        pytest.param(("--to", "yolo", "--with", ","), 4, "rows cannot end with that", id="with nothing"),
        pytest.param(("--to", "csv", "--salt-file", "none"), 4, "the salt cannot be read", id="no salt"),
        pytest.param(("--to", "csv", "-o", "dataset"), 5, "the output would replace what is read", id="over itself"),
    ],
)
def test_what_cannot_be(said: Said, saved: Path, arguments: tuple[str, ...], code: int, message: str):
    where = () if "-o" in arguments else ("-o", "out")
    found, out, err = said("export", saved, *where, *arguments)
    assert (found, out) == (code, "")
    assert message in err
    assert not Path("out").exists()


@pytest.mark.usefixtures("user_config")
def test_a_training_set_with_its_images(said: Said, project_folder: Path, tmp_path: Path):
    code, out, err = said("export", project_folder, "--to", "yolo", "--images", "-o", tmp_path / "set")
    assert code == 0
    assert out.splitlines() == [
        f"{tmp_path}/set: 20 labels on 10 images",
        "  train: 8 images; Body 8, Cable 8",
        "  val: 2 images; Body 2, Cable 2",
    ]
    assert "held out" in err
    code, out, _ = said("export", project_folder, "--to", "yolo", "--images", "-o", tmp_path / "set", "--json")
    told = json.loads(out.splitlines()[-1])
    assert (code, told["images"], told["flips"]) == (0, {"train": 8, "val": 2}, True)
    assert told["labels"][0] == {"split": "train", "category": "Body", "frames": 8, "objects": 8}


REFUSED = {
    "another-form": ("--to", "coco", "--images"),
    "without-images": ("--to", "yolo", "--split", "random"),
    "a-source-without-images": ("--to", "yolo", "--source", "clip.mp4"),
    "extras": ("--to", "yolo", "--images", "--with", "track"),
    "accepted": ("--to", "yolo", "--images", "--accepted"),
    "identity": ("--to", "yolo", "--images", "--identity", "full"),
    "no-length": ("--to", "yolo", "--images", "--block", "long"),
    "nothing-trains": ("--to", "yolo", "--images", "--hold-out", "2", "--test"),
    "one-clip": ("--to", "yolo", "--images", "--split", "clip"),
    "no-parts": ("--to", "yolo", "--images", "--split", "keep"),
}


@pytest.mark.usefixtures("user_config")
@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_options_that_do_not_go_together(said: Said, project_folder: Path, tmp_path: Path, options: tuple[str, ...]):
    code, _, err = said("export", project_folder, *options, "-o", tmp_path / "set")
    assert code == 4
    assert err.splitlines()[-1].startswith("loopviz: ")
    assert not (tmp_path / "set").exists()
