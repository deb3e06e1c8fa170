"""The film of how a run learned: a trainer that learns a box an epoch, and what cannot be shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest
from detectors import classes, make_model

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, MissingPartError
from loopviz.media import open_source
from loopviz.project import learning
from loopviz.project.discover import configure
from loopviz.project.train import prepare
from loopviz.train.run_folder import RunFolder
from loopviz.train.trainer import Epoch, TrainingJob

BOX = (16, 16, 48, 48, 0, 1.0)


class Learner:
    """Its checkpoints say what their models find: nothing in the first epoch, a box from then on."""

    def export(self, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        assert job.checkpoints not in job.scratch.parents
        make_model(target, classes([BOX] if weights.read_text() != "1" else []))


@pytest.fixture
def run(project_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user_config: Path) -> Iterator[Path]:  # noqa: ARG001
    monkeypatch.setattr(learning, "trainer_named", lambda _: Learner())
    made = prepare(configure(project_folder, {"training.size": 64})[0], tmp_path / "run")
    for number in (1, 2):
        (made.path / "checkpoints" / f"epoch-{number:03d}.pt").write_text(str(number))
        made.note(Epoch(number, 2, 1.5, {"box": 1.5 / number, "cls": 0.5}, {"map50": 0.5}, best=number == 2))
    (made.path / "checkpoints" / "best.pt").write_text("2")
    yield made.path


def test_checkpoints_in_their_order_and_the_best_one_last(run: Path) -> None:
    said = [point.said for point in learning.checkpoints_of(RunFolder.open(run))]
    assert said == ["epoch 1 of 2, loss 2.00", "the best: epoch 2 of 2, loss 1.25"]


def test_the_film_shows_each_checkpoint_on_each_frame(
    run: Path, project_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    out = tmp_path / "film.mp4"
    given = ["learning", str(run), str(project_folder), "-o", str(out), "--frames", "2", "--seconds", "0.5"]
    assert main([*given, "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    with open_source(project_folder / "clip.mp4") as source, open_source(out) as film:
        length = round(source.info.frame_rate / 2)
        shown = len(RunFolder.open(run).held_out())
        assert film.info.frames == last["frames"] == min(2, shown) * 3 * length
    assert {file: file.read_bytes() for file in run.rglob("*") if file.is_file()} == before


def test_pairs_have_a_gap_between_frames() -> None:
    pairs = learning._pairs(2, [7, 9])
    assert pairs.rows() == [(0, 7, 0), (1, 7, 1), (2, 7, None), (3, 9, 0), (4, 9, 1)]


def test_a_run_without_checkpoints_of_epochs(run: Path, project_folder: Path, tmp_path: Path) -> None:
    for file in (run / "checkpoints").glob("epoch-*.pt"):
        file.unlink()
    with pytest.raises(InputError, match="no checkpoint of its epochs"):
        learning.learning_film(run, configure(project_folder)[0], tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_no_frame_held_out_has_labels(run: Path, project_folder: Path, tmp_path: Path) -> None:
    taught = pl.read_parquet(run / "taught.parquet")
    taught.with_columns(frame=pl.col("frame") + 100).write_parquet(run / "taught.parquet")
    with pytest.raises(InputError, match="no frame with labels"):
        learning.learning_film(run, configure(project_folder)[0], tmp_path / "film.mp4")


@pytest.mark.parametrize(
    ("most", "within", "chosen"),
    [
        pytest.param(1, None, [15], id="the fullest of all"),
        pytest.param(2, None, [12, 15], id="the fullest of each stretch"),
        pytest.param(3, None, [12, 13, 15], id="of equals the first of those nearest to the middle"),
        pytest.param(9, None, [10, 11, 12, 13, 14, 15, 16], id="more than there are"),
        pytest.param(1, range(14), [12], id="in a range"),
    ],
)
def test_the_frames_that_are_shown(
    run: Path, monkeypatch: pytest.MonkeyPatch, most: int, within: range | None, chosen: list[int]
) -> None:
    labels = {10: 1, 11: 2, 12: 3, 13: 2, 14: 2, 15: 4, 16: 1, 90: 9}
    monkeypatch.setattr(RunFolder, "held_out", lambda _: set(range(10, 17)))
    frames = [frame for frame, count in labels.items() for _ in range(count)]
    monkeypatch.setattr(learning, "of_one_person", lambda _: pl.DataFrame({"frame": frames, "origin": "person"}))
    assert learning._frames(RunFolder.open(run), Dataset(), most, within) == chosen


def test_a_range(run: Path, project_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held_out = sorted(RunFolder.open(run).held_out())
    given = ["learning", str(run), str(project_folder), "-o", str(tmp_path / "film.mp4"), "--seconds", "0.5", "--json"]
    assert main([*given, "--range", f"{held_out[0]}:{held_out[0] + 1}"]) == 0
    with open_source(project_folder / "clip.mp4") as source:
        length = round(source.info.frame_rate / 2)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["frames"] == 3 * length
    assert main([*given, "--range", "0:9999", "--overwrite"]) == 4  # not of this source
    seen = next(frame for frame in range(99) if frame not in held_out)
    assert main([*given, "--range", f"{seen}:{seen + 1}", "--overwrite"]) == 4


def test_what_trained_it_is_not_installed(
    run: Path, project_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(_: str) -> Learner:
        raise MissingPartError("training needs a part that is not installed", found="no package torch")

    monkeypatch.setattr(learning, "trainer_named", lacking)
    given = ["learning", str(run), str(project_folder), "-o", str(tmp_path / "film.mp4")]
    assert main(given) == 6
    assert not (tmp_path / "film.mp4").exists()


def test_categories_of_another_project(run: Path, project_folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(project_folder, tmp_path / "other")
    (other / "data.yaml").write_text("names: [Cat, Dog]\n")
    with pytest.raises(InputError, match="no category stands on both sides"):
        learning.learning_film(run, configure(other)[0], tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_what_stands_there_is_kept(run: Path, project_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("mine")
    assert main(["learning", str(run), str(project_folder), "-o", str(tmp_path / "film.mp4")]) == 5
    assert (tmp_path / "film.mp4").read_text() == "mine"


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none(run: Path, project_folder: Path, tmp_path: Path, seconds: float) -> None:
    with pytest.raises(ConfigError):
        learning.learning_film(run, configure(project_folder)[0], tmp_path / "film.mp4", seconds=seconds)
