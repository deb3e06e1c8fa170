"""Models that never saw some people's labels, as evidence of their care: the toy's models find what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from detectors import classes, make_model
from planted import HEIGHT, NAMES, WIDTH, planted

from loopviz.errors import ConfigError, OutputError
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.train import prepare, trained
from loopviz.project.watch import NOBODY, Watch
from loopviz.project.whose_trials import ablate, compare_whose
from loopviz.train.job_options import TrainingOptions
from loopviz.train.left_out import left_out, work_of_fold
from loopviz.train.run_folder import RunFolder
from loopviz.train.trainer import TrainingJob, plugins

pytestmark = pytest.mark.usefixtures("toy_trainer", "eyes")
FRAMES, PEOPLE = 40, 10
CROWD = planted(FRAMES, PEOPLE, each=1)
ASKED: list[str] = []


def export(_: object, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:  # noqa: ARG001
    """Write a model that finds what stands on the middle frame."""
    ASKED.append(str(job.checkpoints.parent))
    boxes = [(*CROWD.truth[FRAMES // 2, class_id], class_id, 1.0) for class_id in range(len(NAMES))]
    named = {"names": str(dict(enumerate(job.names))), "stride": "32", "task": "detect"}
    make_model(target, classes(boxes, len(job.names)), named, (1, 3, HEIGHT + 16, WIDTH))


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, toy_trainer: None) -> None:  # noqa: ARG001
    plugins()
    ASKED.clear()
    monkeypatch.setattr("toy_trainer.ToyTrainer.export", export)


@pytest.fixture
def config(tmp_path: Path, make_clip: Callable[..., Path]) -> ProjectConfig:
    """A project of ten people, three of them careless, of whom one labels each frame."""
    folder = tmp_path / "mouse"
    folder.mkdir()
    make_clip(folder / "clip.mp4", frames=FRAMES, width=WIDTH, height=HEIGHT)
    CROWD.dataset.save(folder / "labels")
    training = "{trainer: toy, epochs: 6, size: 64, batch: 4, block: 4, whose: weighted, folds: 3}"
    (folder / "loopviz.yaml").write_text(f"source: clip.mp4\nlabels: labels\ntraining: {training}\n")
    return configure(folder / "loopviz.yaml", {})[0]


def weights_of(run: Path) -> dict[bool, list[float]]:
    """Return what the work of careless and of other people weighs in a run."""
    careless = set(CROWD.dataset.assignments.filter(pl.col("worker_id").is_in(list(CROWD.careless)))["assignment_id"])
    tasks = CROWD.dataset.assignments["assignment_id"].to_list()
    weights = [row["weight"] for row in RunFolder.open(run).recipe["work"]]
    return {
        bad: [w for task, w in zip(tasks, weights, strict=True) if (task in careless) == bad] for bad in (True, False)
    }


def test_models_tell_careless_people_where_nobody_shares_a_frame(config: ProjectConfig, tmp_path: Path) -> None:
    run = trained(config, tmp_path / "run", NOBODY)
    found = weights_of(run.path)
    assert max(found[True]) < 0.5 * min(found[False])
    assert run.recipe["options"]["folds"] == 3
    plain = trained(config.changed({"training.folds": 0}), tmp_path / "plain", NOBODY)
    assert [*map(set, weights_of(plain.path).values())] == [{1.0}, {1.0}]  # nothing is known


def test_no_model_saw_the_labels_that_it_is_held_against(config: ProjectConfig, tmp_path: Path) -> None:
    trained(config, tmp_path / "run", NOBODY)
    tasks = CROWD.dataset.assignments["assignment_id"].to_list()
    people = dict(CROWD.dataset.assignments.select("assignment_id", "worker_id").iter_rows())
    unseen: list[str] = []
    for number in (1, 2, 3):
        run = RunFolder.open(tmp_path / "run-folds" / f"{number}-of-3")
        assert (run.recipe["options"]["fold"], run.recipe["job"]["epochs"]) == (f"{number}/3", 2)
        whys = [row["why"] for row in run.recipe["work"]]
        theirs = {people[task] for task, why in zip(tasks, whys, strict=True) if why == "left-out"}
        assert not theirs & {people[task] for task, why in zip(tasks, whys, strict=True) if why != "left-out"}
        unseen += theirs
    assert sorted(unseen) == sorted(set(people.values()))


def test_which_fold_somebody_is_in_does_not_depend_on_others() -> None:
    dataset = CROWD.dataset
    fewer = dataset.assignments.filter(pl.col("worker_id") != dataset.assignments["worker_id"][0])
    gone = dataset.annotations.join(fewer, on="assignment_id", how="semi", maintain_order="left")
    less = dataset.replace(annotations=gone).replace(assignments=fewer)
    for fold in ("1/3", "2/3", "3/3"):
        assert work_of_fold(less, fold) == work_of_fold(dataset, fold) & set(fewer["assignment_id"])
        assert left_out(dataset, TrainingOptions(fold=fold)) == work_of_fold(dataset, fold)


def test_folds_go_on_where_they_stopped(config: ProjectConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*given: object) -> None:
        if len(ASKED) == 1:
            ASKED.append("killed")
            raise KeyboardInterrupt
        export(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("toy_trainer.ToyTrainer.export", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    prepare(config, tmp_path / "run")
    assert [Path(name).name for name in ASKED] == ["1-of-3", "killed", "2-of-3", "3-of-3"]


def test_folds_of_another_recipe_are_kept(config: ProjectConfig, tmp_path: Path) -> None:
    trained(config, tmp_path / "run", NOBODY)
    with pytest.raises(OutputError, match="other options"):
        prepare(config.changed({"training.size": 96}), tmp_path / "run", overwrite=True)


def test_the_cost_is_said_first(config: ProjectConfig, tmp_path: Path) -> None:
    said: list[str] = []
    prepare(config, tmp_path / "run", watch=Watch(say=lambda notes: said.extend(each.code for each in notes)))
    assert said[0] == "folds-first"


def test_trials_train_their_folds_once(config: ProjectConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*given: object) -> None:
        export(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("toy_trainer.ToyTrainer.export", killed)
        compare_whose(config, tmp_path / "whose", ["all", "weighted"])
    ASKED.clear()
    made = compare_whose(config, tmp_path / "whose", ["all", "weighted"])
    assert sum("-folds/" in name for name in ASKED) == 3
    weighted = next(each for each in made.trials if each.trial.name == "weighted")
    assert max(weights_of(weighted.path)[True]) < 0.5
    ASKED.clear()
    ablate(config, tmp_path / "people", most=2, repeat=0)
    assert sum("-folds/" in name for name in ASKED) == 3
    assert len(ASKED) == 6


@pytest.mark.parametrize("training", [{"whose": "accepted"}, {"folds": 1}, {"folds": -1}, {"fold": "0/3"}])
def test_what_is_impossible(config: ProjectConfig, training: Mapping[str, object]) -> None:
    with pytest.raises(ConfigError):
        config.changed({f"training.{name}": value for name, value in training.items()})
