"""Trials: what is changed and what is not, what judges, how they go on, and what they never say.

They are trained by the toy trainer of the tests' toy package; its models find what is true.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from detectors import classes, make_model
from planted import HEIGHT, NAMES, WIDTH, planted

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, LoopvizError, MissingPartError, OutputError
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.watch import Watch
from loopviz.project.whose_trials import ablate, compare_whose
from loopviz.schema import table
from loopviz.train.run_folder import RunFolder
from loopviz.train.trainer import TrainingJob, plugins

pytestmark = pytest.mark.usefixtures("toy_trainer", "eyes")
FRAMES = 30
SIDES = ("x_min", "y_min", "x_max", "y_max")


def export(_: object, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:  # noqa: ARG001
    """Write a model that finds what stands on the middle frame."""
    truth = planted(FRAMES, 6, each=2).truth
    boxes = [(*truth[FRAMES // 2, class_id], class_id, 1.0) for class_id in range(len(NAMES))]
    named = {"names": str(dict(enumerate(job.names))), "stride": "32", "task": "detect"}
    make_model(target, classes(boxes, len(job.names)), named, (1, 3, HEIGHT + 16, WIDTH))


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, toy_trainer: None) -> None:  # noqa: ARG001
    plugins()
    monkeypatch.setattr("toy_trainer.ToyTrainer.export", export)


@pytest.fixture
def project(tmp_path: Path, make_clip: Callable[..., Path]) -> Callable[..., Path]:
    """A function that makes a project of six people, of whom two label every frame, and of two the work is rejected."""

    def make(*, rejected: int = 2, people: int = 6, each: int = 2, text: str = "", **consent: bool) -> Path:
        crowd = planted(FRAMES, people, each=each)
        workers = crowd.dataset.workers["worker_id"].to_list()
        refused = [worker for worker in workers if consent.get(worker) is False]
        bad = pl.col("worker_id").is_in(workers[:rejected])
        work = crowd.dataset.assignments.with_columns(
            status=pl.when(bad)
            .then(pl.lit("rejected"))
            .otherwise(pl.lit("approved"))
            .cast(pl.Enum(["rejected", "approved"]))
        ).cast(dict(crowd.dataset.assignments.schema))
        people_table = crowd.dataset.workers.with_columns(
            consent=pl.when(pl.col("worker_id").is_in(refused)).then(pl.lit(value=False)).otherwise(None)
        )
        folder = tmp_path / "mouse"
        folder.mkdir()
        make_clip(folder / "clip.mp4", frames=FRAMES, width=WIDTH, height=HEIGHT)
        crowd.dataset.replace(assignments=work).replace(workers=people_table).save(folder / "labels")
        rows = [{"frame": f, "class_id": c, **dict(zip(SIDES, b, strict=True))} for (f, c), b in crowd.truth.items()]
        truth = table("annotations", [{"annotation_id": i, "origin": "gold", **row} for i, row in enumerate(rows)])
        Dataset(frames=crowd.dataset.frames, categories=crowd.dataset.categories, annotations=truth).save(
            tmp_path / "truth"
        )
        training = "{trainer: toy, epochs: 4, size: 64, batch: 4, block: 3}"
        (folder / "loopviz.yaml").write_text(f"source: clip.mp4\nlabels: labels\n{text}training: {training}\n")
        return folder / "loopviz.yaml"

    return make


Project = Callable[..., Path]


def config_of(file: Path, **training: object) -> ProjectConfig:
    return configure(file, {f"training.{name}": value for name, value in training.items()})[0]


def test_each_choice_is_trained_as_long_and_judged_alike(project: Project, tmp_path: Path) -> None:
    made = compare_whose(config_of(project()), tmp_path / "out", truth=tmp_path / "truth")
    assert [each.trial.name for each in made.trials] == ["accepted", "all", "consensus", "weighted"]
    assert (made.judged_by, made.frames) == ("truth", 6)
    first = made.trials[0]
    assert first.epochs == 4
    for each in made.trials:
        run = RunFolder.open(each.path)
        assert run.recipe["options"]["whose"] == each.trial.name
        assert run.recipe["job"]["seed"] == 0
        assert abs(each.steps - first.steps) <= each.steps / each.epochs / 2
        assert each.epochs == run.results["epochs"]  # type: ignore[index]
        assert each.labels == pl.read_parquet(run.path / "taught.parquet").filter(pl.col("split") == "train").height
        assert set(each.categories) == set(NAMES)
        assert each.map50_95 is not None
        held = {
            pl.read_parquet(t.path / "taught.parquet").filter(pl.col("split") == "val")["frame"].n_unique()
            for t in made.trials
        }
    assert max(held) <= 6
    assert json.loads((tmp_path / "out" / "results.json").read_text()) == made.as_json()
    assert len({each.map50_95 for each in made.trials}) == 1  # one model, and so one judge


def test_without_truth_the_crowd_judges(project: Project, tmp_path: Path) -> None:
    made = compare_whose(config_of(project()), tmp_path / "out", ["all", "accepted"])
    assert made.judged_by == "consensus"
    assert 0 < made.frames <= 6


def test_choices_that_take_the_same_labels_are_trained_once(project: Project, tmp_path: Path) -> None:
    made = compare_whose(config_of(project(rejected=0)), tmp_path / "out", ["all", "accepted", "consensus"])
    assert [each.trial.name for each in made.trials] == ["accepted", "consensus"]
    assert [(each.code, each.values["trial"]) for each in made.notes] == [("trial-same", "all")]
    assert not (tmp_path / "out" / "all").exists()


def test_choices_that_are_all_the_same_are_no_comparison(project: Project, tmp_path: Path) -> None:
    said: list[str] = []
    watch = Watch(say=lambda notes: said.extend(each.code for each in notes))
    with pytest.raises(ConfigError, match="nothing to compare"):
        compare_whose(config_of(project(rejected=0, each=1)), tmp_path / "out", ["all", "accepted"], watch=watch)
    assert said == ["trial-same"]
    assert not (tmp_path / "out").exists()


def test_a_choice_that_is_impossible_is_left_out(project: Project, tmp_path: Path) -> None:
    made = compare_whose(config_of(project(rejected=6)), tmp_path / "out", truth=tmp_path / "truth")
    assert [each.code for each in made.notes][:2] == ["trial-impossible", "trial-impossible"]
    assert [each.trial.name for each in made.trials] == ["all", "weighted"]


def test_it_goes_on_where_it_stopped(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, out = config_of(project()), tmp_path / "out"
    asked: list[str] = []
    plain = export

    def killed(self: object, job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
        asked.append(job.checkpoints.parent.name)
        if len(asked) == 2:
            raise KeyboardInterrupt
        plain(self, job, weights, target, metadata)

    monkeypatch.setattr("toy_trainer.ToyTrainer.export", killed)
    with pytest.raises(KeyboardInterrupt):
        compare_whose(config, out, ["all", "accepted", "consensus"])
    assert asked == ["accepted", "all"]
    assert not (out / "results.json").exists()
    before = (out / "accepted" / "log.jsonl").read_bytes()
    made = compare_whose(config, out, ["all", "accepted", "consensus"])
    assert asked == ["accepted", "all", "all", "consensus"]
    assert (out / "accepted" / "log.jsonl").read_bytes() == before
    assert len(made.trials) == 3
    compare_whose(config, out, ["all", "accepted", "consensus"])
    assert len(asked) == 4


def test_a_run_that_is_killed_before_it_is_whole_is_made_again(project: Project, tmp_path: Path) -> None:
    config, out = config_of(project()), tmp_path / "out"
    compare_whose(config, out, ["all", "accepted"])
    shutil.rmtree(out / "all")  # as if it had not begun
    (out / "results.json").unlink()
    assert len(compare_whose(config, out, ["all", "accepted"]).trials) == 2


@pytest.mark.parametrize("when", ["a run that begins", "the results"])
def test_a_full_disk_costs_no_training_that_is_done(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    file, out = project(), tmp_path / "out"
    place, name = {"a run that begins": ("accepted", "recipe.json"), "the results": ("all", "results.json")}[when]
    plain = os.fsync

    def full(handle: int) -> None:
        written = Path(f"/proc/self/fd/{handle}").resolve()
        if written.name == name and (out / place / "results.json").is_file():
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(handle)

    words = ["train", "compare", str(file), "-o", str(out), "--whose", "all", "--whose", "accepted"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert main(words) == 5
    assert not (out / "results.json").exists()
    assert not list(out.glob(".*"))
    before = (out / "accepted" / "log.jsonl").read_bytes()
    assert main(words) == 0
    assert (out / "accepted" / "log.jsonl").read_bytes() == before


def test_a_process_that_is_killed_between_two_trainings_goes_on(project: Project, tmp_path: Path) -> None:
    file, out = project(), tmp_path / "out"
    words = ["train", "compare", str(file), "-o", str(out), "--whose", "all", "--whose", "accepted"]
    code = (
        "import os, signal, sys\n"
        "import loopviz.project.held_out as judging\n"
        "import loopviz.cli\n"
        "judging.HeldOut.score = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "loopviz.cli.main(sys.argv[1:])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "toy_package")}
    done = subprocess.run([sys.executable, "-c", code, *words], env=environment, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    assert [each.name for each in out.iterdir() if each.is_dir()] == ["accepted"]
    named = {"names": str(dict(enumerate(NAMES))), "stride": "32"}
    make_model(out / "accepted" / "model.onnx", classes([(0, 0, 32, 32, 0, 1.0)], len(NAMES)), named)
    before = (out / "accepted" / "log.jsonl").read_bytes()
    assert main(words) == 0
    assert (out / "accepted" / "log.jsonl").read_bytes() == before


OTHERS: dict[str, Callable[[ProjectConfig, Path], object]] = {
    "other choices": lambda config, out: compare_whose(config, out, ["all", "weighted", "accepted"]),
    "another recipe": lambda config, out: compare_whose(
        config.changed({"training.epochs": 9}), out, ["all", "accepted"]
    ),
    "another question": lambda config, out: ablate(config, out),
    "what was tried is not said": lambda config, out: (
        (out / "trials.json").write_text("{"),
        compare_whose(config, out, ["all", "accepted"]),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_trials_are_kept(project: Project, tmp_path: Path, name: str) -> None:
    config, out = config_of(project()), tmp_path / "out"
    compare_whose(config, out, ["all", "accepted"])
    before = {file: file.read_bytes() for file in out.glob("*/**/*") if file.is_file()}
    with pytest.raises(OutputError, match="other trials"):
        OTHERS[name](config, out)
    assert {file: file.read_bytes() for file in out.glob("*/**/*") if file.is_file()} == before


def test_labels_that_changed_meanwhile_are_no_part_of_the_same_trials(project: Project, tmp_path: Path) -> None:
    file, out = project(), tmp_path / "out"
    compare_whose(config_of(file), out, ["all", "accepted"])
    labels = Dataset.load(file.parent / "labels")
    moved = labels.annotations.with_columns(pl.col("x_min") + 1)
    shutil.rmtree(file.parent / "labels")
    labels.replace(annotations=moved).save(file.parent / "labels")
    with pytest.raises(OutputError, match="labels"):
        compare_whose(config_of(file), out, ["all", "accepted"])


BROKEN: dict[str, Callable[[Path], object]] = {
    "its model is gone": lambda run: (run / "model.onnx").unlink(),
    "its model is none": lambda run: (run / "model.onnx").write_text("a cake"),
    "its recipe is none": lambda run: (run / "recipe.json").write_text("{"),
    "its results are half written": lambda run: (run / "results.json").write_text("{"),
    "its results say nothing": lambda run: (run / "results.json").write_text("{}"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_run_inside_that_is_broken_is_named(project: Project, tmp_path: Path, name: str) -> None:
    config, out = config_of(project()), tmp_path / "out"
    compare_whose(config, out, ["all", "accepted"])
    BROKEN[name](out / "all")
    with pytest.raises(InputError) as caught:
        compare_whose(config, out, ["all", "accepted"])
    assert f"remove {out / 'all'}" in str(caught.value.remedy)
    shutil.rmtree(out / "all")
    assert len(compare_whose(config, out, ["all", "accepted"]).trials) == 2


@pytest.mark.parametrize("place", ["a folder", "a file"])
def test_what_is_no_trials_is_kept(project: Project, tmp_path: Path, place: str) -> None:
    out = tmp_path / "out"
    if place == "a folder":
        out.mkdir()
        (out / "thesis.txt").write_text("years of work")
    else:
        out.write_text("years of work")
    with pytest.raises(OutputError):
        compare_whose(config_of(project()), out)
    assert "years of work" in (out / "thesis.txt" if place == "a folder" else out).read_text()


IMPOSSIBLE: dict[str, tuple[dict[str, object], type[LoopvizError]]] = {
    "a time": ({"time": "5m", "epochs": None}, ConfigError),
    "a split by worker": ({"split": "worker"}, ConfigError),
    "blocks that leave nothing": ({"block": 400, "split": "blocks"}, InputError),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_compared(project: Project, tmp_path: Path, name: str) -> None:
    training, kind = IMPOSSIBLE[name]
    file = project()
    if name == "a time":
        file.write_text(file.read_text().replace("epochs: 4, ", ""))
    with pytest.raises(kind):
        compare_whose(config_of(file, **training), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_measured_is_not_trained(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(project())
    monkeypatch.setitem(sys.modules, "faster_coco_eval", None)
    with pytest.raises(MissingPartError, match="faster-coco-eval"):
        compare_whose(config, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_truth_that_says_nothing_of_what_was_held_out(project: Project, tmp_path: Path) -> None:
    file = project()
    truth = Dataset.load(tmp_path / "truth")
    shutil.rmtree(tmp_path / "truth")
    truth.replace(annotations=truth.annotations.filter(pl.col("frame") < 5)).save(tmp_path / "truth")
    with pytest.raises(InputError, match="no label is there to judge by"):
        compare_whose(config_of(file), tmp_path / "out", truth=tmp_path / "truth")


class TestAblation:
    """What the labels of each person add."""

    def test_the_labels_of_each_are_left_out_once(self, project: Project, tmp_path: Path) -> None:
        made = ablate(config_of(project()), tmp_path / "out", most=3)
        assert [each.trial.name for each in made.trials] == [
            *("all-people", "all-people-2", "without-1", "without-2", "without-3")
        ]
        whole, again, *others = made.trials
        assert (whole.trial.told["worker"], made.apart, made.adds(whole)) == (None, 0, None)
        assert RunFolder.open(again.path).recipe["job"]["seed"] == RunFolder.open(whole.path).recipe["job"]["seed"] + 1
        counts = [each.trial.told["their_labels"] for each in others]
        assert counts == sorted(counts, reverse=True)
        for each in others:
            name = each.trial.told["worker"]
            assert each.labels == whole.labels - each.trial.told["their_labels"]  # type: ignore[operator]
            assert made.adds(each) == 0  # the toy finds the same
            work = RunFolder.open(each.path).recipe["work"]
            assert {row["why"] for row in work if row["worker"] == name} == {"left-out"}
            assert not any(row["why"] == "left-out" for row in work if row["worker"] != name)
        plain = [pl.read_parquet(each.path / "taught.parquet") for each in made.trials]
        assert all(
            each.filter(pl.col("split") == "val")["frame"].is_in(plain[0]["frame"].implode()).all() for each in plain
        )

    def test_people_may_be_named(self, project: Project, tmp_path: Path) -> None:
        file = project()
        first = ablate(config_of(file), tmp_path / "one", most=1).trials[-1].trial.told["worker"]
        made = ablate(config_of(file), tmp_path / "two", workers=[str(first)], repeat=0)
        assert [each.trial.told["worker"] for each in made.trials] == [None, first]
        with pytest.raises(ConfigError, match="called so"):
            ablate(config_of(file), tmp_path / "three", workers=["Worker 0"])

    def test_nothing_in_it_is_an_id(self, project: Project, tmp_path: Path) -> None:
        file = project(text="identity: full\n")
        ablate(config_of(file), tmp_path / "out", most=1, repeat=0)
        for each in (tmp_path / "out").rglob("*"):
            assert "SIMPLANTED" not in each.name
            assert each.is_dir() or b"SIMPLANTED" not in each.read_bytes(), each

    def test_hidden_people_are_not_spoken_of(self, project: Project, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="names"):
            ablate(config_of(project(text="identity: hidden\n")), tmp_path / "out")

    def test_who_refused_is_not_spoken_of(self, project: Project, tmp_path: Path) -> None:
        everybody = {f"SIMPLANTED{number:03}": False for number in range(3, 6)}
        made = ablate(config_of(project(**everybody)), tmp_path / "out", most=9, repeat=0)
        assert len(made.trials) == 2  # of six two were rejected, and three refused
        with pytest.raises(ConfigError, match="nobody to leave out"):
            shutil.rmtree(tmp_path / "mouse")
            ablate(config_of(project(**everybody, SIMPLANTED002=False)), tmp_path / "other")

    def test_one_person_alone_cannot_be_left_out(self, project: Project, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="nothing to compare"):
            ablate(config_of(project(people=1, each=1, rejected=0)), tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_who_taught_nothing_is_left_aside(self, project: Project, tmp_path: Path) -> None:
        file = project()
        names = {
            each.trial.told["worker"] for each in ablate(config_of(file, whose="all"), tmp_path / "all", most=9).trials
        }
        teach = {each.trial.told["worker"] for each in ablate(config_of(file), tmp_path / "some", most=9).trials}
        rejected = str(min(map(str, names - teach)))
        with pytest.raises(ConfigError, match="nothing to compare"):
            ablate(config_of(file), tmp_path / "none", workers=[rejected], repeat=0)

    def test_frames_of_who_is_left_out_are_no_background(self, project: Project, tmp_path: Path) -> None:
        config = config_of(project(each=1, rejected=0), background="all")
        whole, without = ablate(config, tmp_path / "out", most=1, repeat=0).trials
        assert without.images < whole.images


def test_people_read_a_table(project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = project(), tmp_path / "out"
    words = ["train", "compare", str(file), "-o", str(out), "--whose", "all", "--whose", "accepted"]
    assert main([*words, "--truth", str(tmp_path / "truth")]) == 0
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()[:3]] == ["training", "accepted", "all"]
    assert "2 trainings" in said.err
    assert "6 frames" in said.err
    assert main([*words, "--truth", str(tmp_path / "truth"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [each["whose"] for each in told["trials"]] == ["accepted", "all"]
    assert main(["train", "ablate", str(file), "-o", str(tmp_path / "people"), "--most", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [each["adds"] is None for each in told["trials"]] == [True, True, False]
    assert told["apart"] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["compare"], 2, id="no project"),
        pytest.param(["compare", "mouse"], 2, id="no folder"),
        pytest.param(["compare", "mouse", "-o", "out", "--whose", "mine"], 2, id="no choice"),
        pytest.param(["compare", "nowhere", "-o", "out"], 3, id="no such project"),
        pytest.param(["compare", "mouse", "-o", "out", "--truth", "nowhere"], 3, id="no truth"),
        pytest.param(["compare", "mouse", "-o", "out", "--folds", "1"], 4, id="a fold"),
        pytest.param(["ablate", "mouse", "-o", "out", "--by", "frame"], 2, id="by what is no worker"),
        pytest.param(["ablate", "mouse", "-o", "mouse"], 5, id="the project itself"),
        pytest.param(["mouse", "-o", "out", "--folds", "3"], 4, id="folds of what is not weighted"),
        pytest.param(["mouse", "-o", "out", "--without", "Worker 0"], 4, id="nobody of that name"),
    ],
)
def test_what_is_impossible(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], code: int
) -> None:
    project()
    monkeypatch.chdir(tmp_path)
    assert main(["train", *words]) == code
    assert not (tmp_path / "out").exists()
