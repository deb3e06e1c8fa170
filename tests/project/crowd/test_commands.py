"""What the commands do with a dataset's folder: review it, forget and protect people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from crowds import FIRST, PEOPLE, RULE, SECOND, hashes, row, rows_of, write_batches, write_survey

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.media import open_source
from loopviz.project.crowd.commands import (
    Naming,
    example_labels,
    forget_person,
    import_crowd,
    protect_people,
    review_crowd,
)
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import Reading
from loopviz.project.crowd.store import CrowdData
from loopviz.project.review_page import apply_review
from loopviz.review.columns import revision


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    files = write_batches(tmp_path / "in", FIRST, SECOND)
    crowd = CrowdConfig(batches=tuple(files), survey=write_survey(tmp_path / "in"))
    import_crowd(crowd, Reading(), None, tmp_path / "dataset", overwrite=False)
    return tmp_path / "dataset"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=6, width=40, height=30)


def alias_of(dataset: Path, worker: str) -> str:
    people = Naming().named(CrowdData.load(dataset).dataset).workers
    return str(people.filter(pl.col("worker_id") == worker)["alias"].item())


def text_of(folder: Path) -> str:
    """Everything in a dataset's folder as text, what is compressed as well."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    tables = [pl.read_parquet(file).write_json() for file in files if file.suffix == ".parquet"]
    return "".join([*tables, *(file.read_bytes().decode("latin-1") for file in files)])


def test_without_a_folder_nothing_is_written(dataset: Path, tmp_path: Path):
    before = hashes(tmp_path)
    decided, written = review_crowd(dataset, RULE, None, Naming())
    assert (decided.cost.tasks_unpaid, written) == (4, None)
    assert hashes(tmp_path) == before


def test_the_dataset_remembers_whose_labels_count(dataset: Path, tmp_path: Path):
    review_crowd(dataset, RULE, tmp_path / "review", Naming())
    work = CrowdData.load(dataset).dataset.assignments
    assert work["accepted"].sum() == 5
    assert work["status"].value_counts().sort("status").rows() == [("submitted", 3), ("approved", 3), ("rejected", 3)]
    review_crowd(dataset, "categories >= 0", tmp_path / "review", Naming(), overwrite=True)
    assert CrowdData.load(dataset).dataset.assignments["accepted"].sum() == 9  # the last review stands


@pytest.mark.parametrize(
    ("target", "message"),
    [
        pytest.param("dataset/review", "a review cannot be written into its dataset", id="inside the dataset"),
        pytest.param("dataset", "a review cannot be written into its dataset", id="in the dataset's place"),
        pytest.param("dataset/../dataset/x/y", "a review cannot be written into its dataset", id="inside, by a detour"),
        pytest.param("in", "the folder holds other things", id="over the batches"),
        pytest.param(".", "the folder holds other things", id="over everything"),
    ],
)
def test_a_review_never_takes_the_place_of_something_else(dataset: Path, tmp_path: Path, target: str, message: str):
    before = hashes(tmp_path)
    with pytest.raises(OutputError, match=message):
        review_crowd(dataset, RULE, tmp_path / target, Naming(), overwrite=True)
    assert hashes(tmp_path) == before


def test_what_a_person_put_beside_the_tables_is_kept(dataset: Path, tmp_path: Path):
    (dataset / "notes.txt").write_text("mine")
    before = hashes(tmp_path)
    for use in (
        lambda: review_crowd(dataset, RULE, tmp_path / "review", Naming()),
        lambda: forget_person(dataset, PEOPLE[0], Naming()),
    ):
        with pytest.raises(OutputError, match=r"the folder holds other things and was kept \(found 'notes.txt'\)"):
            use()
    assert hashes(tmp_path) == before


def test_contact_sheets_need_the_video_and_go_without(tmp_path: Path, clip: Path):
    files = write_batches(tmp_path / "in", FIRST, SECOND)
    here = tmp_path / "clip.mp4"
    here.write_bytes(clip.read_bytes())
    import_crowd(CrowdConfig(batches=tuple(files)), Reading(), here, tmp_path / "dataset", overwrite=False)
    _, seen = review_crowd(tmp_path / "dataset", RULE, tmp_path / "seen", Naming())
    here.unlink()
    _, unseen = review_crowd(tmp_path / "dataset", RULE, tmp_path / "unseen", Naming())
    assert seen is not None and unseen is not None
    assert (seen.sheets, unseen.sheets) == (2, 0)
    assert rows_of(tmp_path / "seen" / "decisions.csv") == rows_of(tmp_path / "unseen" / "decisions.csv")


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda _, worker: worker, id="by id"),
        pytest.param(alias_of, id="by alias"),
        pytest.param(lambda dataset, worker: f" {alias_of(dataset, worker).upper()} ", id="by alias, carelessly"),
    ],
)
def test_a_person_is_forgotten_to_the_last_byte(dataset: Path, call: Callable[[Path, str], str]):
    worker = PEOPLE[2]
    tasks = [row(task, f"batch{n}")["AssignmentId"] for n, batch in enumerate((FIRST, SECOND), 1)
             for task in batch if task.worker_id == worker]  # fmt: skip
    assert worker in text_of(dataset)
    gone = forget_person(dataset, call(dataset, worker), Naming())
    left = text_of(dataset)
    assert worker not in left
    assert not [task for task in tasks if task in left]
    assert gone.removed["assignments"] == len(tasks) == 3
    assert gone.frames == (2, 4, 5)
    assert not [line for line in gone.lines() if worker in line]
    again = CrowdData.load(dataset)
    assert (again.dataset.workers.height, again.dataset.assignments.height) == (3, 6)
    assert again.dataset.workers["alias"].null_count() == 3  # a dataset's people get their names when they are shown
    assert set(again.usage["assignment_id"]) == set(again.dataset.assignments["assignment_id"])


def test_what_is_kept_of_a_dataset_before_decisions_forgets_as_well(dataset: Path, tmp_path: Path):
    worker, alias = PEOPLE[2], alias_of(dataset, PEOPLE[2])
    labels = CrowdData.load(dataset).dataset
    said = f"{alias} was in a hurry, as {worker.lower()} often is"
    made = {"loopviz": "decisions", "version": 1, "revision": revision(labels)}
    first = int(labels.annotations["annotation_id"][0])
    given = [{"label": first, "decision": "reject", "comment": said}]
    (tmp_path / "decisions.json").write_text(json.dumps({**made, "decisions": given}))
    kept = apply_review(tmp_path / "decisions.json", dataset).before
    other = tmp_path / "dataset.before-lunch"  # somebody else's
    other.mkdir()
    assert kept is not None and worker in text_of(kept)
    (other / "notes.txt").write_text(worker)
    gone = forget_person(dataset, alias, Naming())
    assert gone.earlier == 1
    assert worker not in text_of(kept) + text_of(dataset)
    assert [person for person in PEOPLE[:2] if person in text_of(kept)]
    comment = json.loads(kept.with_name(f"{kept.name}.decisions.json").read_text())["decisions"][0]["comment"]
    assert comment == "… was in a hurry, as … often is"
    assert (other / "notes.txt").read_text() == worker
    assert PEOPLE[0] in text_of(kept)


def test_a_kept_state_that_is_damaged_is_named_while_nothing_is_forgotten_yet(dataset: Path, tmp_path: Path):
    kept = tmp_path / "dataset.before-0123456789ab"
    shutil.copytree(dataset, kept)
    (kept / "workers.parquet").write_bytes(b"")
    before = hashes(tmp_path)
    with pytest.raises(InputError) as caught:
        forget_person(dataset, PEOPLE[2], Naming())
    assert "dataset.before-0123456789ab" in str(caught.value)
    assert hashes(tmp_path) == before


def test_who_is_forgotten_is_in_no_later_review(dataset: Path, tmp_path: Path):
    forget_person(dataset, PEOPLE[2], Naming())
    _, written = review_crowd(dataset, RULE, tmp_path / "review", Naming())
    assert written is not None and written.reviewed == 2
    assert PEOPLE[2] not in text_of(tmp_path / "review")


def test_nobody_of_that_name(dataset: Path, tmp_path: Path):
    before = hashes(tmp_path)
    with pytest.raises(ConfigError, match="no person has that name"):
        forget_person(dataset, "Worker 0", Naming())
    assert hashes(tmp_path) == before


@pytest.mark.parametrize("how", ["generalise", "leave out"])
def test_people_are_protected_in_another_dataset(dataset: Path, tmp_path: Path, how: str):
    before = hashes(dataset)
    found = protect_people(dataset, ["Q1"], 2, "generalise", None)
    assert not found.safe
    assert hashes(dataset) == before
    protect_people(dataset, ["Q1"], 2, how, tmp_path / "safe")  # type: ignore[arg-type]
    assert hashes(dataset) == before
    assert protect_people(tmp_path / "safe", ["Q1"], 2, "generalise", None).safe
    assert "18- 24" not in text_of(tmp_path / "safe")


@pytest.mark.parametrize(
    ("questions", "k", "message"),
    [
        pytest.param(["Q99"], 2, "Q99", id="no such question"),
        pytest.param([], 2, "question", id="none"),
        pytest.param(["Q1"], 0, "found 0|found '0'", id="a number that says nothing"),
    ],
)
def test_questions_that_protect_nobody(dataset: Path, questions: list[str], k: int, message: str):
    with pytest.raises(ConfigError, match=message):
        protect_people(dataset, questions, k, "generalise", None)


def test_labels_for_a_kits_pictures(tmp_path: Path, clip: Path):
    (tmp_path / "data.yaml").write_text("names: [Body]\n")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "clip_0001.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "labels" / "clip_0006.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    with open_source(clip) as source:
        assert example_labels(tmp_path, source).annotations["frame"].to_list() == [0, 5]


def test_who_was_forgotten_stays_forgotten(dataset: Path, tmp_path: Path) -> None:
    """A folder that is imported into again leaves them out; another one does not know of them."""
    forget_person(dataset, PEOPLE[0], Naming())
    crowd = CrowdConfig(batches=tuple(sorted((tmp_path / "in").glob("batch*.csv"))))
    again = import_crowd(crowd, Reading(), None, dataset, overwrite=True)
    assert PEOPLE[0] not in set(again.data.dataset.workers["worker_id"])
    assert "Forgotten before, and left out again: 1." in again.data.record.report
    assert PEOPLE[0] not in text_of(dataset)
    fresh = import_crowd(crowd, Reading(), None, tmp_path / "fresh", overwrite=False)
    assert PEOPLE[0] in set(fresh.data.dataset.workers["worker_id"])


def test_who_was_forgotten_stays_so_when_a_table_is_lost(dataset: Path, tmp_path: Path) -> None:
    forget_person(dataset, PEOPLE[0], Naming())
    (dataset / "answers.parquet").write_bytes(b"")
    crowd = CrowdConfig(batches=tuple(sorted((tmp_path / "in").glob("batch*.csv"))))
    again = import_crowd(crowd, Reading(), None, dataset, overwrite=True)
    assert PEOPLE[0] not in set(again.data.dataset.workers["worker_id"])


def test_a_record_that_cannot_say_who_was_forgotten_is_refused(dataset: Path, tmp_path: Path) -> None:
    forget_person(dataset, PEOPLE[0], Naming())
    (dataset / "crowd.json").write_text("{}")
    before = hashes(dataset)
    crowd = CrowdConfig(batches=tuple(sorted((tmp_path / "in").glob("batch*.csv"))))
    with pytest.raises(InputError, match="not a record of this form"):
        import_crowd(crowd, Reading(), None, dataset, overwrite=True)
    assert hashes(dataset) == before
