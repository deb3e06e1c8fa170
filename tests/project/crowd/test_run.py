"""A project of batches and a survey, from its file to its video, and what an earlier run spares a later one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from crowds import FIRST, PEOPLE, SECOND, Task, hashes, row, rows_of, write_batches, write_survey

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.outputs import MARKER
from loopviz.project import pipeline
from loopviz.project.config_file import load_config
from loopviz.project.crowd import cache as crowd_cache
from loopviz.project.crowd import run as crowd_run
from loopviz.project.crowd.commands import Naming, forget_person
from loopviz.project.crowd.run import picked
from loopviz.project.crowd.store import CrowdData
from loopviz.project.load import LoadedProject, load
from loopviz.schema import SCHEMAS

THEME = "extends: margin\nmin_height: 0\n"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=6, width=40, height=30)


@pytest.fixture
def project(tmp_path: Path, clip: Path) -> Callable[..., Path]:
    """A function that writes a project; what is given takes the place of keys of the section ``crowd``."""

    def make(*, caption: dict[str, str] | None = None, **crowd: object) -> Path:
        write_batches(tmp_path, FIRST, SECOND)
        write_survey(tmp_path)
        (tmp_path / "small.yaml").write_text(THEME)
        section = {"batches": ["batch1.csv", "batch2.csv"], "survey": "survey.csv", "rule": "categories >= 3", **crowd}
        config: dict[str, Any] = {
            "source": str(clip),
            "output": "out/video.mp4",
            "theme": "small.yaml",
            "encoder": {"preset": "ultrafast", "crf": 45},
            "crowd": {key: value for key, value in section.items() if value is not None},
        }
        file = tmp_path / "loopviz.yaml"
        file.write_text(yaml.safe_dump(config | ({"caption": caption} if caption else {})))
        return file

    return make


def loaded(file: Path, **changes: object) -> LoadedProject:
    with load(load_config(file).changed(changes)) as project:
        return project


def test_everything_is_made(project: Callable[..., Path], tmp_path: Path):
    file = project(export=["coco", "yolo", "thesis", "parquet", "csv"], wage_usd_per_hour=7.25)
    result = pipeline.run(load_config(file))
    assert result.path == tmp_path / "out" / "video.mp4"
    crowd = tmp_path / "out" / "video"
    assert sorted(path.name for path in crowd.iterdir()) == sorted(
        ["dataset", "review", "ledger.txt", "ledger.json", "coco", "yolo", "thesis", "parquet", "csv"]
    )
    assert len(rows_of(crowd / "review" / "upload" / "batch2_review.csv")) == 3
    assert len(rows_of(crowd / "review" / "next_batch.csv")) == 1
    assert len(list((crowd / "review" / "sheets").iterdir())) == 2
    cost = (
        "Leaves 2 people unpaid for 4 of 9 tasks: 4 minutes of work, 0.60 USD. For 1 of them it is all that they did."
    )
    assert cost in map(str, result.notes)
    assert CrowdData.load(crowd / "dataset").dataset.assignments["accepted"].sum() == 5


def test_a_second_run_reads_no_mask_again(
    project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    config = load_config(project())
    pipeline.run(config)
    before = hashes(tmp_path / "out")
    monkeypatch.setattr(crowd_run, "gather", _never)
    pipeline.run(config)
    after = hashes(tmp_path / "out")
    assert {name for name in before if before[name] != after.get(name) and not name.endswith(MARKER)} <= {"video.mp4"}
    assert set(after) == set(before)


def _never(*_: object) -> CrowdData:
    raise AssertionError("the batches are read again")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"crowd.rule": "categories >= 1"}, False, id="another rule"),
        pytest.param({"crowd.pay_all": True}, False, id="everyone is paid"),
        pytest.param({"crowd.show": "all"}, False, id="others are shown"),
        pytest.param({"crowd.tolerance": 10}, True, id="another tolerance"),
        pytest.param({"crowd.min_area": 1}, True, id="another least area"),
        pytest.param({"crowd.batches": "one"}, True, id="one batch less"),
        pytest.param("no survey", True, id="no survey"),
        pytest.param({"questions.Q1": "Age"}, True, id="a heading"),
        pytest.param("batch", True, id="a changed batch"),
        pytest.param("survey", True, id="a changed survey"),
        pytest.param("damage", True, id="a damaged dataset"),
    ],
)
def test_what_makes_a_run_read_again(
    project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: Any, again: bool
):
    config = load_config(project())
    first = loaded(tmp_path / "loopviz.yaml").crowd
    assert first is not None
    first.data.update(first.folder / "dataset")
    crowd_cache.clear()
    if change == "batch":
        write_batches(tmp_path, FIRST, SECOND[:2])
    elif change == "survey":
        write_survey(tmp_path, [(PEOPLE[0], "40", "")])
    elif change == "no survey":
        config = load_config(project(survey=None))
    elif change == "damage":
        (first.folder / "dataset" / "usage.parquet").write_bytes(b"junk")
    else:
        one = {"crowd.batches": [str(tmp_path / "batch1.csv")]}
        config = config.changed(one if change == {"crowd.batches": "one"} else change)
    calls: list[object] = []
    real = crowd_run.gather
    monkeypatch.setattr(crowd_run, "gather", lambda *given: calls.append(given) or real(*given))
    with load(config) as second:
        assert second.crowd is not None
    assert bool(calls) == again


class TestWhatWasReadBefore:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[object]:
        made: list[object] = []
        real = crowd_run.gather
        monkeypatch.setattr(crowd_run, "gather", lambda *given: made.append(given) or real(*given))
        return made

    def test_is_not_read_again(self, project: Callable[..., Path], own_cache: Path, calls: list[object]):
        first, second = (loaded(project()) for _ in range(2))
        assert len(calls) == 1
        assert second.crowd is not None
        assert first.crowd is not None
        for name in SCHEMAS:
            assert getattr(second.crowd.data.dataset, name).equals(getattr(first.crowd.data.dataset, name)), name
        assert (own_cache / "crowds").stat().st_mode & 0o077 == 0

    def test_is_read_again_when_it_changed(self, project: Callable[..., Path], tmp_path: Path, calls: list[object]):
        file = project()
        loaded(file)
        write_survey(tmp_path, [(PEOPLE[0], "40", "")])
        assert "40" in loaded(file).dataset.answers["answer"].to_list()
        assert len(calls) == 2

    def test_is_read_again_when_it_is_damaged(self, project: Callable[..., Path], own_cache: Path, calls: list[object]):
        loaded(project())
        for file in own_cache.glob("crowds/*"):
            file.write_bytes(file.read_bytes()[:-100] + bytes(100))
        loaded(project())
        assert len(calls) == 2

    def test_is_not_kept_by_a_dry_run(self, project: Callable[..., Path], own_cache: Path):
        with load(load_config(project()), dry_run=True):
            pass
        assert list(own_cache.iterdir()) == []

    def test_goes_when_somebody_is_forgotten(self, project: Callable[..., Path], own_cache: Path, tmp_path: Path):
        pipeline.run(load_config(project()))
        assert list(own_cache.glob("crowds/*"))
        assert not [file for file in own_cache.rglob("*") if file.is_file() and b"RAWID" in file.read_bytes()]
        forget_person(tmp_path / "out" / "video" / "dataset", PEOPLE[2], Naming())
        assert not list(own_cache.glob("crowds/*"))

    def test_is_not_too_much(self, project: Callable[..., Path], own_cache: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(crowd_cache, "KEPT", 2)
        for tolerance in (40, 41, 42):
            with load(load_config(project(tolerance=tolerance))):
                pass
        assert len(list(own_cache.glob("crowds/*"))) == 2


def test_who_was_forgotten_does_not_come_back(project: Callable[..., Path], tmp_path: Path):
    file = project()
    pipeline.run(load_config(file))
    forget_person(tmp_path / "out" / "video" / "dataset", PEOPLE[2], Naming())
    assert PEOPLE[2] not in loaded(file).dataset.workers["worker_id"].to_list()
    write_survey(tmp_path, [(PEOPLE[0], "40", ""), (PEOPLE[2], "50", "")])  # the batches are read again
    with load(load_config(file)) as again:
        assert again.crowd is not None
        data = again.crowd.data
    texts = [table.write_json() for table in (data.dataset.workers, data.dataset.answers, data.dataset.assignments)]
    theirs = {row(t, f"batch{1 if t in FIRST else 2}")["AssignmentId"] for t in (*FIRST, *SECOND) if t.person == 2}
    texts += [data.usage.write_json(), data.record.model_dump_json()]
    assert not [name for name in (PEOPLE[2], *theirs) if any(name in text for text in texts)]


@pytest.mark.parametrize(
    ("show", "rule", "tasks"),
    [
        pytest.param("all", "categories >= 3", [*FIRST, *SECOND], id="all"),
        pytest.param("accepted", "categories >= 3", [FIRST[0], FIRST[1], FIRST[3], *SECOND[:2]], id="only what counts"),
        pytest.param("accepted first", "categories >= 3",
                     [FIRST[0], FIRST[1], FIRST[3], FIRST[5], *SECOND],
                     id="what counts, and others where nothing does"),
        pytest.param("accepted first", None, [*FIRST, *SECOND], id="without a review nothing counts: all"),
        pytest.param("accepted", None, [], id="only what counts, without a review"),
    ],
)  # fmt: skip
def test_what_is_shown(project: Callable[..., Path], show: str, rule: str | None, tasks: list[Task]):
    found = loaded(project(show=show, rule=rule)).dataset
    wanted = {row(task, f"batch{1 if task in FIRST else 2}")["AssignmentId"] for task in tasks}
    assert set(found.assignments["assignment_id"]) == wanted
    assert found.annotations.height == sum(task.parts for task in tasks)
    assert (found.frames.height, found.workers.height) == (6, 4)


def test_what_is_nobodys_is_always_shown(project: Callable[..., Path]):
    whole = loaded(project(show="all")).dataset
    gold = whole.annotations.head(1).with_columns(
        annotation_id=pl.lit(99, pl.Int64), assignment_id=pl.lit(None, pl.String)
    )
    more = whole.replace(annotations=pl.concat([whole.annotations, gold]))
    assert 99 in picked(more, "accepted").annotations["annotation_id"].to_list()


def test_captions_count_everybodys_work_not_only_what_is_shown(project: Callable[..., Path]):
    file = project(show="accepted", caption={"line": "{{ everyone.tasks }} by {{ everyone.people }}"})
    with load(load_config(file)) as found:
        assert "9 by 4" in repr(found.scene.elements(0))


@pytest.mark.parametrize(
    ("crowd", "error", "message"),
    [
        pytest.param({"batches": []}, ConfigError, "batches", id="no batch"),
        pytest.param({"batches": ["none.csv"]}, InputError, "none.csv", id="a batch that is not there"),
        pytest.param({"survey": "none.csv"}, InputError, "none.csv", id="a survey that is not there"),
        pytest.param({"rule": "beauty >= 3"}, ConfigError, "beauty", id="a rule that says nothing"),
        pytest.param({"gold": "none.json", "rule": "gold >= 1"}, InputError, "none.json", id="no known answers"),
        pytest.param({"show": "best"}, ConfigError, "crowd.show", id="a way to show that there is not"),
        pytest.param({"tolerance": 300}, ConfigError, "crowd.tolerance", id="a tolerance beyond colours"),
        pytest.param({"rules": "x"}, ConfigError, "rules.*'?rule'?", id="a slip of the pen"),
        pytest.param({"wage_usd_per_hour": 0}, ConfigError, "wage_usd_per_hour", id="no wage"),
    ],
)
def test_projects_that_are_refused(
    project: Callable[..., Path], tmp_path: Path, crowd: dict, error: type[Exception], message: str
):
    file = project(**crowd)
    with pytest.raises(error, match=message):
        pipeline.run(load_config(file))
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_in_it_is_kept(project: Callable[..., Path], tmp_path: Path):
    file = project()
    mine = tmp_path / "out" / "video" / "dataset" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(OutputError, match="the folder holds other things"):
        pipeline.run(load_config(file))
    assert hashes(tmp_path / "out") == {"video/dataset/thesis.txt": hashes(mine.parent)["thesis.txt"]}


def test_a_taken_output_is_refused_before_anything_is_written_beside_it(project: Callable[..., Path], tmp_path: Path):
    file = project()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "video.mp4").write_text("mine")
    with pytest.raises(OutputError, match="the output exists and was kept"):
        pipeline.run(load_config(file))
    assert list(hashes(tmp_path / "out")) == ["video.mp4"]


def test_the_folder_can_be_named(project: Callable[..., Path], tmp_path: Path):
    pipeline.run(load_config(project(folder="elsewhere", rule=None)))
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == ["dataset", "ledger.json", "ledger.txt"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["video.mp4"]


def test_the_video_alone_can_be_written(project: Callable[..., Path], tmp_path: Path):
    pipeline.run(load_config(project(write=False)))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["video.mp4"]
    with pytest.raises(ConfigError, match="'export' without"):
        load_config(project(write=False, export=["coco"]))
