"""What taught a run, and which of it a detection resembles: planted look-alikes, people without a name, troubles."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from detectors import add_features, classes, make_model
from PIL import Image

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, LoopvizError, OutputError
from loopviz.predict.options import PredictOptions
from loopviz.project import taught
from loopviz.project.config import ClipConfig
from loopviz.project.discover import configure
from loopviz.project.predict import Predicted, predict_labels
from loopviz.project.train import go_on, prepare
from loopviz.train.run_folder import RunFolder
from loopviz.train.trainer import Epoch, TrainingJob, plugins

pytestmark = pytest.mark.usefixtures("toy_trainer")
TOY = {"training.trainer": "toy", "training.epochs": 1, "training.size": 64, "training.split": "random"}
PEOPLE = [f"RAWID{number}XYZ" for number in range(6)]
ALONE = PEOPLE[0]  # who alone labels the part that looks like nothing else
SIZE = 96, 96
PLACES = ((8, 8), (56, 8), (8, 56), (56, 56))  # of parts of 32 pixels
UNSURE = PredictOptions(confidence=0.05)


def export(_: object, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:  # noqa: ARG001
    """Write a model that finds the four places, and sees by features of random weights."""
    boxes = [(x, y, x + 32, y + 32, 0, 1.0) for x, y in PLACES]
    named = {"names": str(dict(enumerate(job.names))), "stride": "32", "task": "detect"}
    add_features(make_model(target, classes(boxes, len(job.names)), named, ("batch", 3, 96, 96)))


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy trainer's models tell features."""
    plugins()
    monkeypatch.setattr("toy_trainer.ToyTrainer.export", export)


def part(chance: np.random.Generator, *, odd: bool) -> np.ndarray:
    """Return what a part looks like: rings of a colour, or a grey slope; never twice the same."""
    across, down = np.meshgrid(np.linspace(-1, 1, 32), np.linspace(-1, 1, 32))
    slope = across * chance.normal() + down * chance.normal()
    rings = np.sin(np.hypot(across, down) * chance.uniform(14, 18)) > 0
    colour = [30, 60, 220] if odd else [150, 140, 130]
    shade = 90 * rings if odd else 30 * slope
    return np.clip(np.array(colour) + shade[..., None] + chance.normal(0, 8, (32, 32, 3)), 0, 255)


def picture(chance: np.random.Generator, odd: list[bool]) -> Image.Image:
    pixels = chance.uniform(60, 200) + chance.normal(0, 12, (SIZE[1], SIZE[0], 3))
    for (x, y), each in zip(PLACES, odd, strict=True):
        pixels[y : y + 32, x : x + 32] = part(chance, odd=each)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def make_project(folder: Path, consent: bool | None = None) -> Path:
    """Make a project of 36 frames; ``ALONE`` labels every sixth, where one of the four parts is odd."""
    (folder / "frames").mkdir(parents=True)
    (folder / "labels").mkdir()
    chance, rows = np.random.default_rng(3), ["file,worker_id,status"]
    for number in range(1, 37):
        worker = PEOPLE[number % len(PEOPLE)]
        odd = [worker == ALONE and place == number // 6 % 4 for place in range(4)]
        picture(chance, odd).save(folder / "frames" / f"clip_{number:04d}.png")
        boxes = [f"0 {(x + 16) / 96:.6f} {(y + 16) / 96:.6f} {32 / 96:.6f} {32 / 96:.6f}\n" for x, y in PLACES]
        (folder / "labels" / f"clip_{number:04d}_{worker}.txt").write_text("".join(boxes))
        rows.append(f"clip_{number:04d}_{worker},{worker},approved")
    (folder / "data.yaml").write_text("names: [Part]\n")
    (folder / "assignments.csv").write_text("\n".join(rows) + "\n")
    people = {worker: {"Q1": "31", "simulated": True} for worker in PEOPLE}
    if consent is not None:
        people[ALONE]["consent"] = consent
    (folder / "metadata.json").write_text(json.dumps(people))
    return folder


def others(folder: Path, count: int = 25) -> tuple[ClipConfig, list[list[bool]]]:
    """Make pictures that no training saw, with an odd part in one place, another or none."""
    folder.mkdir()
    chance, odd = np.random.default_rng(99), []
    for number in range(count):
        odd.append([number % 5 == place for place in range(4)])
        picture(chance, odd[-1]).save(folder / f"{number:04d}.png")
    return ClipConfig(source=folder), odd


Trained = Callable[..., Path]


@pytest.fixture
def trained(tmp_path: Path, eyes: None) -> Trained:  # noqa: ARG001
    def make(name: str = "run", *, consent: bool | None = None, **changes: object) -> Path:
        project = make_project(tmp_path / f"{name}-project", consent)
        prepare(configure(project, {**TOY, **changes})[0], tmp_path / name)
        return go_on(tmp_path / name).path

    return make


def alias_of(run: Path) -> str:
    """Return what ``ALONE`` is called: whose work is on every sixth frame."""
    shown = pl.read_parquet(run / "taught.parquet").filter((pl.col("frame") + 1) % 6 == 0)
    work = {each["number"]: each["worker"] for each in RunFolder.open(run).recipe["work"]}
    (name,) = {work[number] for numbers in shown["work"] for number in numbers}
    return str(name)


def nearest(made: Predicted) -> pl.DataFrame:
    table = pl.read_parquet(made.path / "similar.parquet")
    return table.filter(pl.col("rank") == 1)


def test_a_part_that_looks_like_nothing_else_names_who_alone_labelled_it(trained: Trained, tmp_path: Path) -> None:
    run = trained()
    clip, odd = others(tmp_path / "others")
    made = predict_labels(run, clip, tmp_path / "out", UNSURE, taught_by=3)
    boxes = pl.read_parquet(made.path / "annotations.parquet")
    assert boxes.height == 4 * len(odd)
    found = nearest(made).join(boxes.select("annotation_id", "x_min", "y_min"), on="annotation_id")
    places = {place: number for number, place in enumerate(PLACES)}
    planted = [
        odd[frame][places[round(x), round(y)]] for frame, x, y in found.select("frame", "x_min", "y_min").iter_rows()
    ]
    name = alias_of(run)
    by_them = found.filter(planted)["workers"].to_list()
    assert len(by_them) == sum(map(sum, odd))
    assert sum(each == [name] for each in by_them) >= 0.95 * len(by_them)
    plain = found.filter([not each for each in planted])["workers"].to_list()
    assert sum(each == [name] for each in plain) < len(plain) / 2  # who drew a sixth of the plain ones, too


def test_the_tables_say_who_and_how_often(trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained()
    clip, _ = others(tmp_path / "others", 5)
    asked = ["predict", str(run), str(clip.source), "-o", str(tmp_path / "out"), "--confidence", "0.05"]
    capsys.readouterr()
    assert main([*asked, "--taught-by", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    table = pl.read_parquet(tmp_path / "out" / "similar.parquet")
    assert table["rank"].to_list() == [1, 2] * 20
    assert table["similarity"].is_between(-1, 1.001).all()
    drew = dict(pl.read_parquet(run / "features.parquet").select("frame", "workers").iter_rows())
    assert all(drew[frame] == workers for frame, workers in table.select("training_frame", "workers").iter_rows())
    counted = pl.read_parquet(tmp_path / "out" / "similar_workers.parquet")
    assert told["taught_by"] == counted.to_dicts()
    assert counted["detections"].sum() == 20
    assert counted["share"].sum() == pytest.approx(1)
    assert len(Dataset.load(tmp_path / "out").annotations) == 20
    assert main([*asked, "--taught-by", "2", "--overwrite"]) == 0
    assert "similarity, not cause" in capsys.readouterr().out
    assert main([*asked, "--overwrite"]) == 0
    assert not (tmp_path / "out" / "similar.parquet").exists()


def test_only_labels_that_trained_are_among_them(trained: Trained) -> None:
    run = trained()
    taught_by = pl.read_parquet(run / "taught.parquet").filter(pl.col("split") == "train")
    features = pl.read_parquet(run / "features.parquet")
    assert features.select("frame", "class_id", "x_min").equals(taught_by.select("frame", "class_id", "x_min"))
    assert 0 < features.height < 36 * 4
    assert features.schema["vector"] == pl.Array(pl.Float16, 8 + 16 + 32)
    assert np.linalg.norm(features["vector"].to_numpy().astype(float), axis=1) == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(
    ("name", "consent", "changes"),
    [
        pytest.param("hidden", None, {"identity": "hidden"}, id="nobody is named"),
        pytest.param("refused", False, {}, id="one refused"),
        pytest.param("full", None, {"identity": "full"}, id="ids are shown elsewhere"),
    ],
)
def test_who_may_not_be_named_is_not(
    trained: Trained, tmp_path: Path, name: str, consent: bool | None, changes: dict[str, str]
) -> None:
    run = trained(name, consent=consent, **changes)
    clip, odd = others(tmp_path / "others")
    made = predict_labels(run, clip, tmp_path / "out", UNSURE, taught_by=3)
    for file in (*run.rglob("*"), *made.path.rglob("*")):
        assert not file.is_file() or b"RAWID" not in file.read_bytes()
    features = pl.read_parquet(run / "features.parquet")
    named = set(features["workers"].explode().drop_nulls())
    assert len(named) == {"hidden": 0, "refused": 5, "full": 6}[name]
    assert set(pl.read_parquet(made.path / "similar.parquet")["workers"].explode().drop_nulls()) <= named
    assert made.taught_by is not None
    unnamed = made.taught_by.filter(pl.col("worker").is_null())["detections"].sum()
    assert (unnamed >= sum(map(sum, odd)) * 0.95) == (name != "full")


def test_a_run_that_stopped_at_its_end_writes_them_when_it_goes_on(
    tmp_path: Path,
    eyes: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare(configure(make_project(tmp_path / "project"), TOY)[0], tmp_path / "run")
    with monkeypatch.context() as patch:

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(pl.DataFrame, "write_parquet", full)
        with pytest.raises(OutputError):
            go_on(tmp_path / "run")
    assert RunFolder.open(tmp_path / "run").results is None
    assert not [file for file in (tmp_path / "run").iterdir() if "features" in file.name]
    assert go_on(tmp_path / "run").epochs == 1
    assert (tmp_path / "run" / "features.parquet").is_file()


def test_a_trainer_without_features_trains_all_the_same(tmp_path: Path) -> None:
    prepare(configure(make_project(tmp_path / "project"), TOY)[0], tmp_path / "run")
    told: list[object] = []
    assert go_on(tmp_path / "run", told.append).epochs == 1
    assert [event for event in told if isinstance(event, Epoch)]
    assert not (tmp_path / "run" / "features.parquet").exists()


def _foreign(run: Path) -> None:
    (run / "recipe.json").unlink()


def _no_features(run: Path) -> None:
    (run / "features.parquet").unlink()


def _blind(run: Path) -> None:
    make_model(run / "model.onnx", classes([(8, 8, 40, 40, 0, 1.0)], 1), {"names": "['Part']"}, (1, 3, 96, 96))


def _another(run: Path) -> None:
    add_features(make_model(run / "model.onnx", classes([(8, 8, 40, 40, 0, 1.0)], 1), {"names": "['Part']"}), seed=5)


def _damaged(run: Path) -> None:
    (run / "features.parquet").write_bytes(b"PAR1 not a table")


def _other_columns(run: Path) -> None:
    pl.DataFrame({"frame": [1]}).write_parquet(run / "features.parquet")


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        pytest.param(_foreign, ConfigError, id="a folder with a model that is no run"),
        pytest.param(_no_features, InputError, id="a run of before"),
        pytest.param(_blind, InputError, id="a model that tells no features"),
        pytest.param(_another, InputError, id="features of another model"),
        pytest.param(_damaged, InputError, id="a damaged table"),
        pytest.param(_other_columns, InputError, id="another table"),
    ],
)
def test_what_is_lacking_is_said_and_nothing_is_written(
    trained: Trained, tmp_path: Path, spoil: Callable[[Path], None], error: type[LoopvizError]
) -> None:
    run = trained()
    spoil(run)
    clip, _ = others(tmp_path / "others", 2)
    with pytest.raises(error):
        predict_labels(run, clip, tmp_path / "out", UNSURE, taught_by=1)
    assert not (tmp_path / "out").exists()


def test_labels_are_looked_for_in_a_picture_of_another_size(trained: Trained) -> None:
    """A set's picture may be smaller than its frame: the same part of it is looked at."""
    run = RunFolder.open(trained())
    before = pl.read_parquet(run.path / "features.parquet")
    rows = pl.read_parquet(run.path / "taught.parquet")
    twice = rows.with_columns(pl.col("x_min", "y_min", "x_max", "y_max", "width", "height") * 2)
    twice.write_parquet(run.path / "taught.parquet")
    assert taught.write_features(run)
    assert pl.read_parquet(run.path / "features.parquet")["vector"].to_list() == before["vector"].to_list()
