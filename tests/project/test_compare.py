"""Detections held against labels, from files to files; and nobody's id in what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from detectors import classes, make_model
from support import WORKERS, codes, make_clip, make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.writing import write_labels
from loopviz.predict.options import PredictOptions
from loopviz.predict.record import RECORD, Prediction
from loopviz.project.compare import Compared, Naming, compare_labels
from loopviz.project.compare_options import CompareOptions
from loopviz.project.config import ClipConfig
from loopviz.project.predict import predict_labels
from loopviz.train.run_folder import KIND, RECIPE, TAUGHT, VERSION

ALL = CompareOptions(whose="all")
SALT = b"a secret of thirty-two bytes, no."
TABLES = ("batches", "categories", "confusion", "curves", "frames", "pairs", "people")


@pytest.fixture(autouse=True)
def salt(tmp_path: Path) -> Path:
    (tmp_path / "salt").write_bytes(SALT)
    return tmp_path / "salt"


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """Six frames by three people, of whom the third's work is rejected."""
    work = make_dataset()
    batches = pl.Series("batch", ["Batch_4811223"] * work.assignments.height)
    work.replace(assignments=work.assignments.with_columns(batches)).save(tmp_path / "crowd")
    return tmp_path / "crowd"


def detections(crowd: Path, folder: Path, *, frames: tuple[int, int] = (0, 6), confidence: float = 0.001) -> Path:
    """Save what a model sees that agrees with everybody, a little less so with each label."""
    labels = Dataset.load(crowd)
    rows = labels.annotations.with_columns(
        confidence=0.9 - pl.int_range(pl.len()) / 100,
        origin=pl.lit("model", labels.annotations.schema["origin"]),
        assignment_id=pl.lit(None, pl.String),
    ).filter(pl.col("frame").is_between(frames[0], frames[1] - 1))
    Dataset(frames=labels.frames, categories=labels.categories, annotations=rows).save(folder)
    record = Prediction(
        model="m.onnx", sha256="0" * 64, run="mouse", size=(64, 64), confidence=confidence, iou=0.7, frames=frames
    )
    (folder / RECORD).write_text(record.json_text())
    return folder


def compared(crowd: Path, other: Path, how: CompareOptions = ALL, **more: Any) -> Compared:
    return compare_labels(crowd, other, crowd.parent / "out", how, Naming("alias", crowd.parent / "salt"), **more)


def test_a_model_that_sees_what_people_drew_is_right(crowd: Path, tmp_path: Path) -> None:
    made = compared(crowd, detections(crowd, tmp_path / "p"))
    report = made.as_json()
    assert [report[name] for name in ("frames", "matched", "confused", "missed", "extra")] == [5, 10, 0, 0, 0]
    assert (report["map50"], report["map50_95"]) == (1, 1)
    assert report["model"] == {"model": "m.onnx", "sha256": "0" * 64, "run": "mouse", "confidence": 0.001}
    assert report["people"] and all(row["map50"] == 1 for row in report["people"])
    assert [row["batch"] for row in report["batches"]] == ["batch-1"]


def test_what_is_written_says_the_same_as_the_answer(crowd: Path, tmp_path: Path) -> None:
    made = compared(crowd, detections(crowd, tmp_path / "p"))
    assert json.loads((made.path / "report.json").read_text()) == made.as_json()
    names = {f"{table}.{form}" for table in TABLES for form in ("csv", "parquet")}
    pictures = {"precision-recall.png", "confusion.png"}
    assert {file.name for file in made.path.iterdir()} == {*names, *pictures, "report.json", ".loopviz"}
    for name in TABLES:
        assert pl.read_parquet(made.path / f"{name}.parquet").equals(made.tables[name])


def test_whose_labels_are_the_reference_is_a_choice(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    accepted = compared(crowd, seen, CompareOptions()).as_json()
    assert (accepted["frames"], accepted["labels"]) == (4, 8)  # the third's work is rejected
    assert compared(crowd, seen, ALL, overwrite=True).as_json()["labels"] == 10
    background = compared(crowd, seen, CompareOptions(whose="all", background=True), overwrite=True).as_json()
    assert background["frames"] == 6


def test_only_frames_that_the_model_was_shown_are_judged(crowd: Path, tmp_path: Path) -> None:
    report = compared(crowd, detections(crowd, tmp_path / "p", frames=(1, 3))).as_json()
    assert (report["frames"], report["missed"], report["map50"]) == (2, 0, 1)


def test_only_frames_of_a_part_are_judged(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    labels = Dataset.load(crowd)
    split = pl.Series("split", ["train", "val", "val", "train", None, None], dtype=labels.frames.schema["split"])
    labels.replace(frames=labels.frames.with_columns(split)).save(crowd)
    assert compared(crowd, seen, CompareOptions(whose="all", split="val")).as_json()["frames"] == 2
    with pytest.raises(InputError, match="no frame to compare"):
        compared(crowd, seen, CompareOptions(split="test"), overwrite=True)


def test_only_frames_that_a_training_held_out_are_judged(crowd: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / RECIPE).write_text(json.dumps({"kind": KIND, "version": VERSION}))
    how = CompareOptions(whose="all", run=run)
    seen = detections(crowd, tmp_path / "p")
    with pytest.raises(InputError, match="what it learned from"):
        compared(crowd, seen, how)
    pl.DataFrame({"frame": [0, 1, 2, 3], "split": ["train", "val", "train", "val"]}).write_parquet(run / TAUGHT)
    assert compared(crowd, seen, how).tables["frames"]["frame"].to_list() == [1, 3]
    with pytest.raises(InputError):
        compared(crowd, seen, CompareOptions(run=tmp_path / "p"), overwrite=True)


def test_what_an_average_precision_cannot_know_is_said(crowd: Path, tmp_path: Path) -> None:
    cut = compared(crowd, detections(crowd, tmp_path / "p", confidence=0.25))
    assert "confidence-cut" in codes(cut.notes)
    people = compared(crowd, crowd, overwrite=True)
    assert "no-confidence" in codes(people.notes)
    assert people.as_json()["map50"] == 1


def test_what_only_one_side_speaks_of_is_said(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    labels = Dataset.load(crowd)
    other = pl.Series("name", ["button", "cable"])
    labels.replace(categories=labels.categories.with_columns(other)).save(crowd)
    made = compared(crowd, seen)
    assert [each for each in codes(made.notes) if each.startswith("categories")] == [
        "categories-not-predicted",
        "categories-not-labelled",
    ]
    assert {row["name"]: row["labels"] for row in made.as_json()["categories"]} == {"button": 5, "cable": 5, "wheel": 0}


def test_sides_that_may_be_swapped_are_said(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    assert "sides-swapped" in codes(compared(seen, crowd).notes)
    assert "sides-swapped" not in codes(compared(crowd, seen, overwrite=True).notes)


def test_people_who_refused_are_nobody(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    labels = Dataset.load(crowd)
    asked = pl.when(pl.col("worker_id") == WORKERS[1]).then(False).otherwise(True)
    labels.replace(workers=labels.workers.with_columns(consent=asked)).save(crowd)
    report = compared(crowd, seen).as_json()
    assert len(report["people"]) == 2
    assert report["labels"] == 10  # the work is done all the same


@pytest.mark.parametrize("identity", ["alias", "hidden"])
def test_nobodys_id_is_written(crowd: Path, tmp_path: Path, identity: str) -> None:
    seen = detections(crowd, tmp_path / "p")
    naming = Naming(identity, tmp_path / "salt" if identity == "alias" else None)  # type: ignore[arg-type]
    made = compare_labels(crowd, seen, tmp_path / "out", ALL, naming)
    assert made.tables["people"].height == (3 if identity == "alias" else 0)
    secrets = [*WORKERS, "4811223", *(f"T{i}" for i in range(5))]
    for file in made.path.iterdir():
        content = file.read_bytes().decode("latin-1")
        if file.suffix in (".csv", ".json"):
            assert not [secret for secret in secrets if secret in content], file.name
        assert not [worker for worker in WORKERS if worker in content], file.name


def test_full_ids_are_asked_for(crowd: Path, tmp_path: Path) -> None:
    made = compare_labels(crowd, detections(crowd, tmp_path / "p"), tmp_path / "out", ALL, Naming("full"))
    assert set(made.tables["people"]["person"]) == set(WORKERS)
    assert made.tables["batches"]["batch"].to_list() == ["Batch_4811223"]


def test_names_of_categories_are_no_formulas(crowd: Path, tmp_path: Path) -> None:
    labels = Dataset.load(crowd)
    odd = pl.Series("name", ["=1+1", "wheel"])
    labels.replace(categories=labels.categories.with_columns(odd)).save(crowd)
    made = compared(crowd, detections(crowd, tmp_path / "p"))
    assert "\n'=1+1," in (made.path / "categories.csv").read_text()


def test_labels_in_files_are_brought_to_the_models_video(tmp_path: Path) -> None:
    """YOLO texts, which know no size, against what a model sees in the video: boxes meet in pixels."""
    clip = make_clip(tmp_path / "clip.mp4", 4)
    model = make_model(tmp_path / "m.onnx", classes([(16, 16, 48, 32, 1, 1.0)]))
    predict_labels(model, ClipConfig(source=clip), tmp_path / "p", PredictOptions(confidence=0.1))
    seen = Dataset.load(tmp_path / "p")
    named = seen.frames.with_columns(file=pl.format("frame_{}.jpg", pl.col("frame") + 1))
    drawn = seen.replace(
        frames=named,
        annotations=seen.annotations.with_columns(
            origin=pl.lit(None).cast(pl.Null).cast(seen.annotations.schema["origin"])
        ),
    )
    write_labels(drawn, tmp_path / "labels", "yolo")
    made = compare_labels(tmp_path / "labels", tmp_path / "p", tmp_path / "out", CompareOptions())
    assert made.as_json()["matched"] == 4
    assert made.tables["pairs"]["iou"].min() > 0.99


def test_labels_of_other_things_or_of_another_video_are_refused(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    other = Dataset.load(crowd)
    other.replace(categories=other.categories.with_columns(pl.Series("name", ["x", "y"]))).save(tmp_path / "named")
    with pytest.raises(InputError, match="no category"):
        compared(tmp_path / "named", seen)
    make_dataset(frames=9).save(tmp_path / "longer")
    with pytest.raises(InputError, match="another video"):
        compared(tmp_path / "longer", seen)
    assert not (tmp_path / "out").exists()


def test_the_folder_is_made_again_and_something_else_is_kept(crowd: Path, tmp_path: Path) -> None:
    seen = detections(crowd, tmp_path / "p")
    compared(crowd, seen)
    compared(crowd, seen)
    with pytest.raises(OutputError):
        compared(crowd, seen, CompareOptions(whose="all", confidence=0.5))
