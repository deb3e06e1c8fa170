"""No export of a crowd's work holds an id of the platform: of a person, a task, or an assignment.

Made from the sample's batches and its survey; every byte of every file, its name, and what is compressed in it is
searched for every id, however its letters are written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from support import recorded

from loopviz.crowd.answers.join import join_survey
from loopviz.dataset import Dataset
from loopviz.formats.mturk.read import read_batches
from loopviz.formats.registry import EXPORTS
from loopviz.formats.survey.read import read_survey
from loopviz.outputs import MARKER
from loopviz.project.export import ExportOptions, export, prepare
from loopviz.project.reading import Reading

CROWD = Path(__file__).resolve().parents[2] / "sample_media" / "crowd"
FORMS = tuple(EXPORTS)
NAMELESS = {"motchallenge"}  # has no place for names, not even in those of files
ROWS = 30  # of each batch: enough people, and quickly read
COLUMNS = ("WorkerId", "HITId", "AssignmentId")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, frozenset[bytes]]:
    """A dataset's folder with every id of the platform in it, and these ids, in small letters."""
    folder = tmp_path_factory.mktemp("crowd")
    ids: set[str] = set()
    files = []
    for number in (1, 2):
        with (CROWD / f"batch{number}.csv").open(newline="", encoding="utf-8-sig") as stream:
            rows = [row for row, _ in zip(csv.reader(stream), range(ROWS + 1), strict=False)]
        ids |= {row[rows[0].index(column)] for row in rows[1:] for column in COLUMNS}
        files.append(folder / f"Batch_401234{number}_batch_results.csv")
        with files[-1].open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
    dataset, _ = join_survey(read_batches(files).labels.dataset, read_survey(CROWD / "survey.csv"))
    _indiscreet(dataset).save(folder / "dataset")
    return folder / "dataset", frozenset(i.lower().encode() for i in (*ids, "Batch_401234"))


def _indiscreet(dataset: Dataset) -> Dataset:
    """Have ids stand where they do not belong: in answers, in reasons, and in the names of frames."""
    work = dataset.assignments
    worker, task, hit = work.select("worker_id", "assignment_id", "hit_id").row(0)
    first = pl.int_range(pl.len()) == 0
    text = f"I am {worker.lower()}, see {task}/{hit}!"
    answer = pl.when(first).then(pl.lit(text)).otherwise("answer")
    own = pl.when(first).then(pl.format(f"{{}}_{worker}_{hit}.png", pl.col("frame"))).otherwise("file")
    return dataset.replace(
        answers=dataset.answers.with_columns(answer=answer, normal=answer),
        assignments=work.with_columns(reason=pl.lit(f"same as {work['worker_id'][1]} in {work['assignment_id'][2]}")),
        frames=dataset.frames.with_columns(file=own),
    )


def _contents(place: Path) -> Iterator[tuple[str, bytes]]:
    """Every file's name and bytes, and of Parquet what is compressed in it."""
    for file in sorted(place.rglob("*")):
        data = b"" if file.is_dir() else file.read_bytes()
        plain = (
            file.is_dir() or file.name == MARKER or file.suffix in {".json", ".yaml", ".txt", ".csv", ".ini", ".xml"}
        )
        assert plain or file.suffix in {".parquet", ".rrd"}  # nothing else is packed
        if file.suffix == ".rrd":
            data += recorded(file).encode()
        if file.suffix == ".parquet":
            data += pl.read_parquet(file).write_json().encode()
        yield file.name, file.name.encode() + b"\0" + data


def found(place: Path, ids: frozenset[bytes]) -> set[str]:
    """The files that hold an id; worker ids have 14 characters, those of work 30: no accident writes one."""
    return {name for name, data in _contents(place) if any(i in data.lower() for i in ids)}


def test_the_ids_are_in_the_working_copy(crowd: tuple[Path, frozenset[bytes]]):
    folder, ids = crowd
    assert len(ids) > 100
    assert found(folder, ids) == {
        f"{name}.parquet" for name in ("annotations", "answers", "assignments", "frames", "workers")
    }


@pytest.mark.parametrize("identity", ["alias", "hidden", "full"])
@pytest.mark.parametrize("to", FORMS)
def test_no_export_holds_an_id(
    crowd: tuple[Path, frozenset[bytes]], to: str, identity: str, tmp_path: Path, user_config: Path
):
    folder, ids = crowd
    made = export(folder, to, tmp_path / "out", ExportOptions(identity=identity))
    assert made.annotations > 100
    assert bool(found(tmp_path, ids)) == (identity == "full" and to not in NAMELESS)
    salt = [(user_config / "loopviz" / "salt").read_bytes()] if identity == "alias" else []
    assert not any(secret in data for secret in salt for _, data in _contents(tmp_path))


@pytest.mark.parametrize("to", ["coco", "yolo"])
def test_nor_does_a_plain_one(crowd: tuple[Path, frozenset[bytes]], to: str, tmp_path: Path, user_config: Path):
    folder, ids = crowd
    assert user_config.is_dir()
    export(folder, to, tmp_path / "out", ExportOptions(plain=True))
    assert found(tmp_path, ids) == set()


@pytest.mark.parametrize("to", ["coco", "label-studio"])
def test_nor_does_what_is_converted(crowd: tuple[Path, frozenset[bytes]], to: str, tmp_path: Path, user_config: Path):
    folder, ids = crowd
    assert user_config.is_dir()
    made = prepare(folder, to, tmp_path / "out", ExportOptions(), Reading()).write()
    assert made.annotations > 100
    assert found(tmp_path, ids) == set()
