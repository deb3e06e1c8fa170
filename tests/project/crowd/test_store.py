"""The folder of a crowd's dataset: whole, exact, and never in the place of something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from crowds import FIRST, SECOND, hashes, write_batches, write_survey

from loopviz.errors import InputError, OutputError
from loopviz.outputs import Origin
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import Reading, gather
from loopviz.project.crowd.store import CrowdData, FileMark
from loopviz.schema import SCHEMAS

ORIGIN = Origin.of("dataset", "batches")
Break = Callable[[Path], object]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_batches(tmp_path_factory.mktemp("batches"), FIRST, SECOND)


@pytest.fixture(scope="module")
def data(files: list[Path]) -> CrowdData:
    return gather(CrowdConfig(batches=tuple(files), survey=write_survey(files[0].parent)), Reading()).whole()


@pytest.fixture
def folder(data: CrowdData, tmp_path: Path) -> Path:
    data.save(tmp_path / "dataset", ORIGIN)
    return tmp_path / "dataset"


def test_what_is_saved_is_read_again(data: CrowdData, folder: Path):
    again = CrowdData.load(folder)
    for name in SCHEMAS:
        assert getattr(again.dataset, name).equals(getattr(data.dataset, name)), name
    assert again.usage.equals(data.usage)
    assert again.record == data.record
    assert {f"{name}.parquet" for name in SCHEMAS} | {".loopviz", "crowd.json", "usage.parquet"} == set(hashes(folder))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        pytest.param(lambda d: (d / "crowd.json").unlink(), "not a crowd's dataset", id="no record"),
        pytest.param(lambda d: (d / "usage.parquet").unlink(), "not a crowd's dataset", id="no usage"),
        pytest.param(lambda d: (d / "usage.parquet").write_bytes(b"PAR1" + bytes(60)), "not a crowd's", id="junk"),
        pytest.param(lambda d: (d / "crowd.json").write_bytes(b"\xff\xfe{"), "not a crowd's dataset", id="no text"),
        pytest.param(lambda d: (d / "crowd.json").write_text("{}"), "not a record of this form", id="empty record"),
        pytest.param(lambda d: (d / "crowd.json").write_text("{"), "not a record of this form", id="cut record"),
        pytest.param(lambda d: _replace(d / "crowd.json", '"version": 1', '"version": 2'),
                     "not a record of this form", id="a later version"),
        pytest.param(lambda d: (d / "workers.parquet").write_bytes(b"junk"), "workers.parquet", id="a table is junk"),
        pytest.param(lambda d: (d / "workers.parquet").unlink(), "workers.parquet", id="a table is gone"),
    ],
)  # fmt: skip
def test_damage_is_named(folder: Path, harm: Break, message: str):
    harm(folder)
    with pytest.raises(InputError, match=message):
        CrowdData.load(folder)


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match=r"loopviz crowd import BATCH\.csv … -o DATASET"):
        CrowdData.load(tmp_path / "none")


def test_it_is_replaced_only_when_that_is_allowed(data: CrowdData, folder: Path):
    before = hashes(folder)
    with pytest.raises(OutputError, match="the folder exists and was kept"):
        data.save(folder, Origin("another"))
    assert hashes(folder) == before
    data.with_dataset(data.dataset.replace(answers=data.dataset.answers.clear())).save(folder, ORIGIN, overwrite=True)
    assert CrowdData.load(folder).dataset.answers.height == 0
    assert [path.name for path in folder.parent.iterdir()] == ["dataset"]


@pytest.mark.parametrize(
    ("add", "found"),
    [
        pytest.param(lambda d: (d / "notes.txt").write_text("mine"), "found 'notes.txt'", id="a note in it"),
        pytest.param(lambda d: [(d / "review").mkdir(), (d / "review" / "a.csv").write_text("mine")],
                     "found 'review'", id="a folder in it"),
        pytest.param(lambda d: (d / "crowd.json").rename(d / "other.json"), "in the folder was", id="no record"),
        pytest.param(lambda d: d.rename(d.with_name("x")) and d.write_text("mine"), "output is a file", id="a file"),
    ],
)  # fmt: skip
def test_something_else_is_kept(data: CrowdData, folder: Path, add: Break, found: str):
    add(folder)
    before = hashes(folder.parent)
    with pytest.raises(OutputError, match=found):
        data.save(folder, ORIGIN, overwrite=True)
    assert hashes(folder.parent) == before


def test_batches_are_known_by_what_is_in_them(data: CrowdData, files: list[Path], tmp_path: Path):
    assert data.record.batch_files() == files
    moved = [tmp_path / "b.csv", tmp_path / "a.csv"]
    for old, new in zip(files, moved, strict=True):
        new.write_bytes(old.read_bytes())
    assert data.record.batch_files(moved[::-1]) == moved  # in the order of the import, whatever they are called


@pytest.mark.parametrize(
    ("given", "what"),
    [
        pytest.param(["batch1.csv"], "batch2.csv: the batch is not what the dataset was made of", id="one is missing"),
        pytest.param(["batch1.csv", "other.csv"], "batch2.csv: the batch is not what", id="one is another"),
        pytest.param(["batch1.csv", "none.csv"], "none.csv: there is no such file", id="none"),
    ],
)
def test_another_batch_is_named(data: CrowdData, files: list[Path], tmp_path: Path, given: list[str], what: str):
    for file in files:
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "other.csv").write_bytes(files[1].read_bytes() + b"\r\n")
    with pytest.raises(InputError, match=what):
        data.record.batch_files([tmp_path / name for name in given])


def test_a_file_named_twice_is_one(files: list[Path]):
    data = gather(CrowdConfig(batches=(files[0], files[0])), Reading()).whole()
    assert data.dataset.assignments.height == len(FIRST)
    assert data.record.batch_files() == [files[0]]


def test_a_mark_is_of_the_bytes(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"")
    assert FileMark.of(file).sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(InputError, match="this is a folder, where a file is expected"):
        FileMark.of(tmp_path)


def test_usage_goes_with_the_assignments(data: CrowdData):
    assert set(data.usage["assignment_id"]) == set(data.dataset.assignments["assignment_id"])
    assert data.usage.group_by("assignment_id").len()["len"].unique().to_list() == [3]
    used = data.usage.filter(pl.col("used"))["assignment_id"].len()
    assert used == sum(task.parts for task in (*FIRST, *SECOND))
