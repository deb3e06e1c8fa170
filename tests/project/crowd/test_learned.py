"""A person who is forgotten is in no run, and in nothing that a model predicted, any more."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from crowds import FIRST, PEOPLE, SECOND, write_batches

from loopviz.cli import main
from loopviz.errors import InputError
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.predict.record import RECORD, Prediction
from loopviz.predict.similar import SIMILAR, SIMILAR_TABLE, WORKERS_TABLE, counted_workers
from loopviz.project.crowd.commands import Naming, import_crowd
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import Reading
from loopviz.project.crowd.learned import forget_learned, places_of
from loopviz.project.crowd.store import CrowdData
from loopviz.train.run_folder import FEATURES, KIND, RECIPE, SET, TAUGHT, RunFolder

GONE, STAYS = "Worker 1", "Worker 2"
WORK = [(1, GONE), (2, STAYS), (3, GONE), (4, None)]
TAUGHT_BY = [[1], [2], [1, 2], [3, 1], [4], []]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    for kind in ("images", "labels"):
        (folder / SET / kind / "train").mkdir(parents=True)
    work = [{"number": number, "worker": worker, "weight": 1.0} for number, worker in WORK]
    (folder / RECIPE).write_text(json.dumps({"kind": KIND, "version": 1, "trainer": "toy", "work": work}))
    files = [f"images/train/frame_{frame:06}.jpg" for frame in range(len(TAUGHT_BY))]
    for file in files:
        (folder / SET / file).write_bytes(b"jpeg")
        (folder / SET / file.replace("images", "labels")).with_suffix(".txt").write_text("0 0.5 0.5 1 1\n")
    (folder / SET / "train.txt").write_text("".join(f"./{file}\n" * 2 for file in files))
    frames = list(range(len(TAUGHT_BY)))
    taught = {"frame": frames, "split": ["train"] * len(frames), "work": pl.Series(TAUGHT_BY, dtype=pl.List(pl.UInt32))}
    pl.DataFrame(taught | {"file": files}).write_parquet(folder / TAUGHT)
    names = dict(WORK)
    workers = [list(dict.fromkeys(names[each] for each in work if names[each])) for work in TAUGHT_BY]
    features = pl.DataFrame({"frame": frames, "workers": pl.Series(workers, dtype=pl.List(pl.String))})
    features.write_parquet(folder / FEATURES, metadata={"model": "abc"})
    return folder


@pytest.fixture
def predicted(tmp_path: Path) -> Path:
    folder = tmp_path / "predicted"
    workers = [[GONE], [STAYS], [GONE, STAYS], []]
    rows = [
        {"annotation_id": n, "frame": n, "rank": 1, "similarity": 0.9, "workers": who, "training_frame": n}
        for n, who in enumerate(workers)
    ]
    similar = pl.DataFrame(rows, schema=SIMILAR)
    record = Prediction(model="m.onnx", sha256="0", size=(64, 64), confidence=0.2, iou=0.7, frames=(0, 4))
    with own_folder(folder, Origin.of("predicted", "x")) as part:
        similar.write_parquet(part / SIMILAR_TABLE)
        counted_workers(similar).write_parquet(part / WORKERS_TABLE)
        (part / RECORD).write_text(record.json_text())
    return folder


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def text_of(folder: Path) -> str:
    """Everything in a folder as text, what is compressed as well."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    tables = [pl.read_parquet(file).write_json() for file in files if file.suffix == ".parquet"]
    return "".join([*tables, *(file.read_bytes().decode("latin-1") for file in files)])


def test_a_run_knows_nothing_of_the_person(run: Path) -> None:
    done = forget_learned(run, ["A1", GONE])
    assert (done.is_run, done.labels) == (True, 3)
    assert GONE not in text_of(run)
    assert [each["number"] for each in RunFolder.open(run).recipe["work"]] == [2, 4]
    taught = pl.read_parquet(run / TAUGHT)
    assert (taught["frame"].to_list(), taught["work"].to_list()) == ([1, 2, 4, 5], [[2], [2], [4], []])
    features = pl.read_parquet(run / FEATURES)
    assert (features["frame"].to_list(), features["workers"].to_list()) == ([1, 2, 4, 5], [[STAYS], [STAYS], [], []])
    assert pl.read_parquet_metadata(run / FEATURES)["model"] == "abc"
    left = [f"frame_{frame:06}" for frame in (1, 4, 5)]
    assert sorted(file.stem for file in (run / SET / "images" / "train").iterdir()) == left
    assert sorted(file.stem for file in (run / SET / "labels" / "train").iterdir()) == left
    listed = (run / SET / "train.txt").read_text().split()
    assert listed == [f"./images/train/{name}.jpg" for name in left for _ in range(2)]


def test_nothing_changes_for_somebody_who_is_not_in_it(run: Path, predicted: Path) -> None:
    before = bytes_of(run / SET), RunFolder.open(run).recipe, bytes_of(predicted)
    assert (forget_learned(run, ["Worker 9"]).labels, forget_learned(predicted, ["Worker 9"]).labels) == (0, 0)
    assert (bytes_of(run / SET), RunFolder.open(run).recipe, bytes_of(predicted)) == before
    assert "salt" in forget_learned(run, ["Worker 9"]).line


def test_a_prediction_names_the_person_no_more(predicted: Path) -> None:
    assert forget_learned(predicted, [GONE]).labels == 2
    assert GONE not in text_of(predicted)
    similar = pl.read_parquet(predicted / SIMILAR_TABLE)
    assert similar["workers"].to_list() == [[], [STAYS], [STAYS], []]
    assert similar["training_frame"].to_list() == [None, 1, 2, 3]
    assert dict(pl.read_parquet(predicted / WORKERS_TABLE).select("worker", "detections").iter_rows()) == {
        STAYS: 2,
        None: 2,
    }
    check_folder(predicted, Origin.of("predicted", "x"))  # it is still ours, and can be made again


def test_a_prediction_that_did_not_look(predicted: Path) -> None:
    (predicted / SIMILAR_TABLE).unlink()
    assert forget_learned(predicted, [GONE]).labels == 0


def test_a_project_stands_for_what_it_names(tmp_path: Path, run: Path, predicted: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("source: clip.mp4\nlabels: coco.json\nmodel: {labels: predicted, run: run}\n")
    assert places_of([file, run]) == [run, predicted]


@pytest.mark.parametrize("name", ["nothing", "set"])
def test_what_is_neither(tmp_path: Path, name: str) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(InputError):
        places_of([tmp_path / name])


@pytest.mark.parametrize("name", [TAUGHT, FEATURES])
def test_a_damaged_table_is_said(run: Path, name: str) -> None:
    (run / name).write_bytes(b"PAR1")
    with pytest.raises(InputError):
        forget_learned(run, [GONE])
    assert len(RunFolder.open(run).recipe["work"]) == 4  # it can be tried again


def test_the_command_reaches_them(
    tmp_path: Path, run: Path, predicted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = write_batches(tmp_path / "in", FIRST, SECOND)
    import_crowd(CrowdConfig(batches=tuple(files)), Reading(), None, tmp_path / "dataset", overwrite=False)
    people = Naming().aliased(CrowdData.load(tmp_path / "dataset").dataset).workers
    alias = people.filter(pl.col("worker_id") == PEOPLE[2])["alias"].item()
    recipe = (run / RECIPE).read_text()
    (run / RECIPE).write_text(recipe.replace(GONE, alias))
    asked = ["crowd", "forget", PEOPLE[2], str(tmp_path / "dataset"), "--run", str(run), "--run", str(predicted)]
    assert main([*asked, "--run", str(tmp_path / "nothing")]) == 3
    assert (run / RECIPE).read_text() != recipe  # nothing was done
    assert alias in (run / RECIPE).read_text()
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert f"Taken out of {run}: 3 labels. Its weights have learned from them: train it anew." in said
    assert f"Not named in {predicted}" in said
    assert alias not in said
    assert alias not in text_of(run)
