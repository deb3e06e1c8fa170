"""Runs: what their folder holds, how they go on, what they never say, and what stands where one is to be made.

They are trained by the toy trainer of the tests' toy package; Ultralytics itself is tried in ``tests/train``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loopviz.cli import main
from loopviz.errors import ConfigError, InputError, MissingPartError, OutputError
from loopviz.project.discover import configure
from loopviz.project.train import go_on, prepare
from loopviz.train.run_folder import RunFolder
from loopviz.train.trainer import Epoch, Event

pytestmark = pytest.mark.usefixtures("toy_trainer")
TOY = {"training.trainer": "toy", "training.epochs": 3, "training.size": 64}
Train = Callable[..., Any]


@pytest.fixture
def train(project_folder: Path, tmp_path: Path) -> Train:
    """A function that makes and trains a run, and returns what came of it."""

    def make(name: str = "run", *, overwrite: bool = False, tell: Any = lambda _: None, **settings: object) -> Any:
        changes = {**TOY, **{f"training.{key}": value for key, value in settings.items()}}
        prepare(configure(project_folder, changes)[0], tmp_path / name, overwrite=overwrite)
        return go_on(tmp_path / name, tell)

    return make


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_a_run_holds_what_was_done(train: Train, tmp_path: Path) -> None:
    told: list[Event] = []
    made = train(tell=told.append, seed=2)
    assert (made.epochs, made.best_epoch, made.scores["map50"], made.seconds) == (3, 3, 0.3, 4.5)
    run = RunFolder.open(tmp_path / "run")
    assert sorted(file.name for file in run.path.iterdir()) == [
        *("checkpoints", "log.jsonl", "model.onnx", "recipe.json", "results.json", "set", "taught.parquet")
    ]
    assert run.results is not None
    assert run.results["classes"] == {"Body": 0.15, "Cable": 0.15}
    assert (run.path / "model.onnx").read_text().startswith("3 of Body, Cable by loopviz")
    assert [line["event"] for line in run.log()] == ["begun", *["epoch"] * 3, "remark", "remark", "finished"]
    assert [type(event).__name__ for event in told] == ["Begun", *["Step", "Epoch"] * 3, "Remark", "Remark"]
    recipe = run.recipe
    assert (recipe["trainer"], recipe["job"]["seed"], recipe["set"]["flips"]) == ("toy", 2, True)
    assert set(recipe["versions"]) >= {"python", "numpy"}
    assert sum(recipe["set"]["images"].values()) == 10


def test_it_says_by_numbers_whose_work_taught_it(train: Train, tmp_path: Path) -> None:
    train()
    work = pl.DataFrame(RunFolder.open(tmp_path / "run").recipe["work"])
    assert work["number"].to_list() == list(range(1, 11))
    assert work["worker"].str.contains(r"^Worker \d{4}$").all()
    assert work["worker"].n_unique() == 3
    taught = pl.read_parquet(tmp_path / "run" / "taught.parquet")
    assert taught.explode("work")["work"].value_counts().sort("work").rows() == [(n, 2) for n in range(1, 11)]
    assert work["labels"].to_list() == [2] * 10


def test_nothing_in_it_is_an_id(train: Train, tmp_path: Path) -> None:
    for identity in ("alias", "full", "hidden"):
        train(identity)  # the name of the run
    for name, held in files(tmp_path).items():
        assert "RAWID" not in name
        assert b"RAWID" not in held, name


def test_people_without_a_name_have_none_in_it(project_folder: Path, tmp_path: Path) -> None:
    for identity, named in (("hidden", False), ("full", True)):
        config = configure(project_folder, {**TOY, "identity": identity})[0]
        work = prepare(config, tmp_path / identity).recipe["work"]
        assert all((each["worker"] is not None) == named for each in work)
        assert not [each for each in work if "RAWID" in str(each)]


def test_a_run_that_stopped_goes_on(train: Train, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(settings={"stop_at": 2})
    run = RunFolder.open(tmp_path / "run")
    assert (run.results, len(run.epochs()), run.job.spent_seconds) == (None, 2, 3.0)
    with (run.path / "log.jsonl").open("ab") as log:
        log.write(b'{"event": "epo')  # as a killed process leaves it
    made = go_on(run.path)
    assert (made.epochs, made.best_epoch, made.seconds) == (3, 3, 4.5)
    assert [epoch.epoch for epoch in run.epochs()] == [1, 2, 3]
    assert sum(line.get("event") == "epoch" for line in run.log()) == 3


def test_an_epoch_that_was_not_noted_is(train: Train, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(settings={"stop_at": 2})
    log = tmp_path / "run" / "log.jsonl"
    log.write_text("".join(line for line in log.read_text().splitlines(keepends=True) if '"epoch": 2' not in line))
    assert len(RunFolder.open(tmp_path / "run").epochs()) == 1
    told: list[Event] = []
    assert go_on(tmp_path / "run", told.append).epochs == 3
    assert [event.epoch for event in told if isinstance(event, Epoch)] == [2, 3]


def test_a_run_may_move(train: Train, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(settings={"stop_at": 1})
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "run").rename(tmp_path / "elsewhere" / "other")
    assert go_on(moved).epochs == 3


def test_a_trainer_that_fails_leaves_a_run_that_goes_on(train: Train, tmp_path: Path) -> None:
    with pytest.raises(MissingPartError, match="the fingers are tired"):
        train(settings={"fail_at": 2})
    assert RunFolder.open(tmp_path / "run").log()[-1]["event"] == "stopped"
    assert go_on(tmp_path / "run").epochs == 3


def test_a_finished_run_is_not_touched(train: Train, tmp_path: Path) -> None:
    train()
    before = files(tmp_path / "run")
    with pytest.raises(ConfigError, match="finished") as caught:
        go_on(tmp_path / "run")
    assert "--weights" in str(caught.value.remedy)
    with pytest.raises(OutputError, match="a run stands here"):
        train()
    assert files(tmp_path / "run") == before


def test_a_run_is_replaced_only_when_asked_and_only_alone(train: Train, tmp_path: Path) -> None:
    train()
    assert train(overwrite=True, epochs=1).epochs == 1
    with RunFolder.open(tmp_path / "run").alone(), pytest.raises(OutputError, match="another process"):
        train(overwrite=True)
    with RunFolder.open(tmp_path / "run").alone(), pytest.raises(OutputError, match="another process"):
        go_on(tmp_path / "run")
    for name in ("notes.txt", "set/more.txt", "checkpoints/mine.pt"):
        (tmp_path / "run" / name).write_text("mine")
        with pytest.raises(OutputError):
            train(overwrite=True)
        (tmp_path / "run" / name).unlink()
    assert train(overwrite=True).epochs == 3


@pytest.mark.parametrize("name", ["a folder", "a file"])
def test_what_is_no_run_is_kept(train: Train, tmp_path: Path, name: str) -> None:
    if name == "a folder":
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "thesis.txt").write_text("years of work")
    else:
        (tmp_path / "run").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(OutputError):
            train(overwrite=overwrite)
    assert (
        "years of work" in ((tmp_path / "run" / "thesis.txt") if name == "a folder" else tmp_path / "run").read_text()
    )


def test_what_cannot_be_learned_from_leaves_no_run(project_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project_folder, folder)
    for file in sorted((folder / "labels").iterdir())[1:]:
        file.unlink()
    (folder / "assignments.csv").unlink()
    with pytest.raises(InputError, match="single image"):
        prepare(configure(folder, TOY)[0], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_is_known_beforehand_costs_no_run(train: Train, tmp_path: Path) -> None:
    train()
    before = files(tmp_path / "run")
    with pytest.raises(MissingPartError, match="no such device"):
        train(overwrite=True, device="3")
    with pytest.raises(MissingPartError, match="no such device"):
        train("other", device="3")
    assert files(tmp_path / "run") == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run"]


BROKEN: dict[str, Callable[[Path], object]] = {
    "its set is gone": lambda run: shutil.rmtree(run / "set"),
    "its recipe lacks the job": lambda run: change(run / "recipe.json", lambda recipe: recipe.pop("job")),
    "its recipe has a job of another time": lambda run: change(
        run / "recipe.json", lambda recipe: recipe["job"].update(colour="red")
    ),
    "its results are half written": lambda run: (run / "results.json").write_text('{"epochs": '),
    "its results are a number": lambda run: (run / "results.json").write_text("3"),
    "its log is gone": lambda run: (run / "log.jsonl").unlink(),
}


def change(file: Path, how: Callable[[Any], object]) -> None:
    data = json.loads(file.read_text())
    how(data)
    file.write_text(json.dumps(data))


@pytest.mark.parametrize("name", BROKEN)
def test_a_run_that_is_broken_is_said(train: Train, tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(settings={"stop_at": 2})
    BROKEN[name](tmp_path / "run")
    checkpoints = files(tmp_path / "run" / "checkpoints")
    if name == "its log is gone":  # what the checkpoint says is enough
        assert go_on(tmp_path / "run").best_epoch == 3
        return
    with pytest.raises(InputError) as caught:
        go_on(tmp_path / "run")
    assert caught.value.remedy
    assert files(tmp_path / "run" / "checkpoints") == checkpoints
    assert main(["train", str(tmp_path / "run")]) == 3


def test_lines_of_a_log_that_say_nothing_are_passed_over(train: Train, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(settings={"stop_at": 2})
    with (tmp_path / "run" / "log.jsonl").open("ab") as log:
        log.write(b'3\n{"event": "epoch"}\nnull\n\xff\xfe\n')
    assert [epoch.epoch for epoch in RunFolder.open(tmp_path / "run").epochs()] == [1, 2]
    assert go_on(tmp_path / "run").epochs == 3


RECIPES = {
    "no recipe": None,
    "no JSON": "kind",
    "another kind": '{"kind": "a cake"}',
    "no mapping": "[1, 2]",
    "another version": '{"kind": "loopviz training run", "version": 7}',
}


@pytest.mark.parametrize("name", RECIPES)
def test_what_is_no_recipe_is_refused(tmp_path: Path, name: str) -> None:
    text = RECIPES[name]
    if text is not None:
        (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(InputError):
        RunFolder.open(tmp_path)


class TestCommand:
    """``loopviz train``, as it is called."""

    @pytest.fixture
    def project(self, project_folder: Path, tmp_path: Path) -> Path:
        shutil.copytree(project_folder, tmp_path / "mouse")
        text = "source: clip.mp4\nlabels: .\nassignments: assignments.csv\ntraining: {trainer: toy, epochs: 3, size: 64"
        (tmp_path / "mouse" / "loopviz.yaml").write_text(f"{text}, settings: {{stop_at: 2}}}}\n")
        return tmp_path / "mouse"

    def say(self, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[dict[str, Any]], str]:
        code = main([*map(str, words), "--json"])
        said = capsys.readouterr()
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    def test_it_is_interrupted_and_goes_on(
        self, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, said, _ = self.say(capsys, "train", project, "-o", tmp_path / "run", "--batch", 4)
        assert code == 130
        assert [each["epoch"] for each in said if each["event"] == "epoch"] == [1, 2]
        assert any("loopviz train" in each.get("message", "") for each in said if each["event"] == "note")
        code, said, _ = self.say(capsys, "train", tmp_path / "run")
        assert code == 0
        assert (said[-1]["event"], said[-1]["epochs"], said[-1]["best_epoch"]) == ("result", 3, 3)
        assert [each["epoch"] for each in said if each["event"] == "epoch"] == [3]
        assert RunFolder.open(tmp_path / "run").recipe["job"]["batch"] == 4

    def test_people_read_it_too(self, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["train", str(project), "-o", str(tmp_path / "run")])
        assert main(["train", str(tmp_path / "run")]) == 0
        said = capsys.readouterr()
        assert "epoch 3 of 3" in said.err
        assert "mAP50 0.300" in said.out

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            pytest.param([], 2, id="no folder"),
            pytest.param(["-o", "run", "--size", "100"], 4, id="a size that is no multiple"),
            pytest.param(["-o", "run", "--time", "soon"], 4, id="no time"),
            pytest.param(["-o", "run", "--time", "5m", "--epochs", "3"], 4, id="a time and epochs"),
            pytest.param(["-o", "run", "--device", "toaster"], 4, id="no device"),
            pytest.param(["-o", "run", "--weights", "nowhere.pt"], 3, id="no weights"),
            pytest.param(["-o", "run", "--preset", "huge"], 2, id="no preset"),
            pytest.param(["-o", "mouse"], 5, id="the project itself"),
        ],
    )
    def test_what_is_impossible(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
    ) -> None:
        monkeypatch.chdir(project.parent)
        before = files(project)
        assert main(["train", str(project), *words]) == code
        assert files(project) == before
        assert not (project.parent / "run").exists()

    def test_a_run_takes_no_options(self, project: Path, tmp_path: Path) -> None:
        main(["train", str(project), "-o", str(tmp_path / "run")])
        for words in (["--epochs", "9"], ["-o", "other"], ["--overwrite"], ["--whose", "all"]):
            assert main(["train", str(tmp_path / "run"), *words]) == 2
