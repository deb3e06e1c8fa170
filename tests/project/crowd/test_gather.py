"""Batches, survey and video become one Dataset, and it is said what they came to."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from batches import FACTS, write
from crowds import ANSWERS, FIRST, FORMULA, PEOPLE, SECOND, hashes, ids, row, write_batches, write_survey

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.media import open_source
from loopviz.project.config import AlignConfig
from loopviz.project.crowd.commands import import_crowd
from loopviz.project.crowd.config import ConsentConfig, CrowdConfig
from loopviz.project.crowd.gather import Reading, gather, settings_of
from loopviz.project.crowd.store import CrowdData


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return write_batches(tmp_path / "in", FIRST, SECOND)


@pytest.fixture
def survey(files: list[Path]) -> Path:
    return write_survey(files[0].parent)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=6, width=40, height=30)


def of_video(clip: Path, **more: object) -> Reading:
    with open_source(clip) as source:
        return Reading(source.table(), clip, **more)  # type: ignore[arg-type]


def test_counts(files: list[Path], survey: Path):
    data = gather(CrowdConfig(batches=tuple(files), survey=survey), Reading()).whole()
    tables = data.dataset
    assert (tables.assignments.height, tables.workers.height, tables.annotations.height) == (9, 4, 19)
    assert data.record.report[:5] == (
        "9 assignments of 4 people in 2 batches: 3 submitted, 3 approved, 3 rejected.",
        "19 labels on 6 of 6 frames.",
        "Taken as pay: Reward, in US dollars, known of 9 of 9 assignments.",
        "Taken as the key: WorkerId, found by its name.",
        "3 workers of 4 answered, 1 did not; 3 responses in all.",
    )
    assert not [i for i in ids() for line in data.record.report if i in line]


def test_a_batch_is_no_survey(files: list[Path]):
    with pytest.raises(InputError, match=r"batch2.csv: these are results of a batch, not a survey\. Give it"):
        gather(CrowdConfig(batches=tuple(files[:1]), survey=files[1]), Reading()).whole()


def test_answers_are_kept_to_the_letter_beside_their_normal_form(files: list[Path], survey: Path):
    answers = gather(CrowdConfig(batches=tuple(files), survey=survey), Reading()).whole().dataset.answers
    said = answers.filter(pl.col("worker_id") == PEOPLE[0]).sort("question_id")
    assert said["answer"].to_list() == ["18- 24", FORMULA]
    assert said["normal"].to_list()[0] == "18–24"
    assert answers.height == 2 * len(ANSWERS)


def test_frames_are_the_videos(files: list[Path], clip: Path):
    reading = of_video(clip)
    data = gather(CrowdConfig(batches=tuple(files)), reading).whole()
    assert data.dataset.frames.equals(reading.frames)
    assert data.record.images == {i: f"frame_{i + 1:04d}.png" for i in range(6)}
    assert data.record.video == str(clip)
    frames = dict(data.dataset.assignments.select("assignment_id", "frame").iter_rows())
    assert frames[row(FIRST[3], "batch1")["AssignmentId"]] == 3


def test_a_later_batch_adds_and_overwrites_nothing(files: list[Path]):
    first = gather(CrowdConfig(batches=(files[0],)), Reading()).whole().dataset
    both = gather(CrowdConfig(batches=tuple(files)), Reading()).whole().dataset
    kept = both.assignments.join(first.assignments, on="assignment_id", how="semi", maintain_order="left")
    assert kept.equals(first.assignments)
    assert both.frames.equals(first.frames)
    assert both.assignments["batch"].value_counts().sort("batch").rows() == [("batch1", 6), ("batch2", 3)]


@pytest.mark.parametrize(
    ("tasks", "reading", "message"),
    [
        pytest.param([FIRST[0]._replace(image=9)], {"align": AlignConfig(first_number=1)},
                     "1 of 1 labelled frames are not in the source, which has 6", id="an image that the video lacks"),
        pytest.param([FIRST[2]], {}, "--first-number", id="nothing says where counting began"),
    ],
)  # fmt: skip
def test_images_that_do_not_fit(tmp_path: Path, clip: Path, tasks: list, reading: dict, message: str):
    files = write_batches(tmp_path, tasks)
    with pytest.raises(InputError, match=message):
        gather(CrowdConfig(batches=tuple(files)), of_video(clip, **reading)).whole()


def test_a_video_of_another_size(tmp_path: Path, files: list[Path], make_clip: Callable[..., Path]):
    large = make_clip(tmp_path / "large.mp4", frames=6, width=80, height=60)
    with pytest.raises(InputError, match=r"made at another size \(found '40x30'; expected 80x60.*--rescale"):
        gather(CrowdConfig(batches=tuple(files)), of_video(large)).whole()
    data = gather(CrowdConfig(batches=tuple(files)), of_video(large, align=AlignConfig(rescale=True))).whole()
    assert data.dataset.annotations.select("x_min", "y_min", "x_max", "y_max").row(0) == (10, 8, 30, 24)


def test_a_table_of_images(tmp_path: Path):
    facts = {"Input.image_url": "https://cdn.example/7f3a"}
    (file,) = write_batches(tmp_path, [FIRST[0]], **facts)
    table = tmp_path / "images.csv"
    table.write_text("url,file\nhttps://cdn.example/7f3a,frame_0005.png\n")
    data = gather(CrowdConfig(batches=(file,), images=table), Reading()).whole()
    assert data.dataset.frames["file"].to_list() == ["frame_0005.png"]
    assert data.record.image_table is not None and data.record.image_table.path == str(table)


@pytest.mark.parametrize(
    ("answer", "people", "answers"),
    [
        pytest.param(("yes", "yes", "yes"), 4, 6, id="all agreed"),
        pytest.param(("yes", "no", "yes"), 3, 4, id="one refused"),
        pytest.param(("yes", "", "yes"), 3, 4, id="one was silent: that is no yes"),
    ],
)
def test_who_refused_is_not_there_and_their_work_is(
    files: list[Path], answer: tuple[str, ...], people: int, answers: int
):
    rows = [(worker, *said, word) for (worker, said), word in zip(ANSWERS.items(), answer, strict=True)]
    survey = write_survey(files[0].parent, rows, "Consent")
    data = gather(CrowdConfig.checked({"batches": files, "survey": survey, "consent": "Consent"}), Reading()).whole()
    found = data.dataset
    assert (found.workers.height, found.answers.height, found.assignments.height) == (people, answers, 9)
    refused = PEOPLE[1] in {r[0] for r, word in zip(rows, answer, strict=True) if word != "yes"}
    tables = (found.workers, found.answers, found.assignments, found.annotations, data.usage)
    assert any(PEOPLE[1] in table.write_json() for table in tables) != refused
    assert [line for line in data.record.report if line.startswith("Consent: ")]
    assert found.assignments["worker_id"].null_count() == (3 if refused else 0)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"key": "Who"}, ConfigError, "Who", id="a key that is not there"),
        pytest.param({"consent": "Agreed"}, ConfigError, "Agreed", id="a consent that is not there"),
        pytest.param({"keep": ("Nothing",)}, ConfigError, "Nothing", id="a column to keep that is not there"),
    ],
)
def test_options_that_name_what_is_not_there(
    files: list[Path], survey: Path, options: dict, error: type[Exception], message: str
):
    with pytest.raises(error, match=message):
        gather(CrowdConfig(batches=tuple(files), survey=survey, **options), Reading()).whole()


@pytest.mark.parametrize(
    ("consent", "people", "message"),
    [
        pytest.param(None, 1, "", id="found"),
        pytest.param("consent", 1, "", id="named"),
        pytest.param("none", 2, "", id="nobody was asked"),
        pytest.param("Agreed", 0, "no such question", id="not there"),
        pytest.param({"yes": "Certainly"}, 0, "nobody gave the answer", id="no such answer"),
        pytest.param({"question": "Q1", "yes": "25"}, 1, "", id="another question"),
    ],
)
def test_consent_in_the_batch_itself(tmp_path: Path, consent: object, people: int, message: str):
    file = tmp_path / "batch.csv"
    file.write_text("WorkerId,Answer.Q1,Answer.consent\nA2RAWIDX0001QZ,25,I agree\nA2RAWIDX0002QZ,30,No\n")
    crowd = CrowdConfig.checked({"batches": [file], "consent": consent})
    if message:
        with pytest.raises(ConfigError, match=message):
            gather(crowd, Reading()).whole()
    else:
        assert gather(crowd, Reading()).whole().dataset.workers.height == people


def test_answers_in_the_batch_and_nothing_else(tmp_path: Path, clip: Path):
    file = tmp_path / "batch.csv"
    file.write_text("WorkerId,Answer.Q1,Answer.Q2\nA2RAWIDX0001QZ,25,Oslo\nA2RAWIDX0002QZ,,None\n")
    data = gather(CrowdConfig(batches=(file,)), of_video(clip)).whole()
    assert (data.dataset.frames.height, data.dataset.assignments.height) == (0, 2)
    assert data.dataset.answers.select("question_id", "answer").rows()[:2] == [("Q1", "25"), ("Q2", "Oslo")]
    assert data.record.report[0] == "2 assignments of 2 people in 1 batch."
    assert data.usage.height == 0


def test_the_corpus_batches_that_only_asked(corpus: Path):
    folder = corpus / "survey" / "exteriors_cloned"
    batches = tuple(sorted((folder / "mturk_batch_files").glob("*.csv")))
    data = gather(CrowdConfig(batches=batches, survey=next(folder.glob("*.csv"))), Reading()).whole()
    assert (data.dataset.frames.height, data.dataset.annotations.height) == (0, 0)
    assert (data.dataset.assignments.height, data.dataset.workers.height) == (14, 14)
    assert any("14 workers of 14 answered" in line for line in data.record.report)


def test_columns_deleted_by_hand(files: list[Path], tmp_path: Path):
    """Without AssignmentId rows are told apart all the same; a review of it cannot be uploaded, and that is said."""
    with files[0].open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    less = tmp_path / "less.csv"
    with less.open("w", newline="") as stream:
        columns = [name for name in rows[0] if name not in {"AssignmentId", "HITId", "Approve", "Reject"}]
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    data = gather(CrowdConfig(batches=(less,)), Reading()).whole()
    assert data.dataset.assignments["assignment_id"].n_unique() == len(FIRST)
    assert data.dataset.annotations.height == 12


@pytest.mark.parametrize(
    ("crowd", "reading"),
    [
        pytest.param({"tolerance": 10}, {}, id="tolerance"),
        pytest.param({"min_area": 1}, {}, id="least area"),
        pytest.param({"key": "WorkerId"}, {}, id="key"),
        pytest.param({"consent": ConsentConfig(question="C")}, {}, id="consent"),
        pytest.param({"keep": ("IPAddress",)}, {}, id="kept columns"),
        pytest.param({}, {"headings": {"Q1": "Age"}}, id="headings"),
        pytest.param({}, {"skip_bad": True}, id="skipping"),
        pytest.param({}, {"align": AlignConfig(rescale=True)}, id="alignment"),
    ],
)
def test_what_decides_how_files_are_read(files: list[Path], crowd: dict, reading: dict):
    plain = CrowdConfig(batches=tuple(files))
    assert settings_of(plain.model_copy(update=crowd), Reading(**reading)) != settings_of(plain, Reading())
    later = {"rule": "boxes >= 1", "pay_all": True, "show": "all", "export": ("coco",)}
    assert settings_of(plain.model_copy(update=later), Reading()) == settings_of(plain, Reading())


def test_import_writes_the_folder_whole(files: list[Path], survey: Path, clip: Path, tmp_path: Path):
    made = import_crowd(
        CrowdConfig(batches=tuple(files), survey=survey), Reading(), clip, tmp_path / "out" / "dataset", overwrite=False
    )
    assert CrowdData.load(tmp_path / "out" / "dataset").record == made.data.record


def test_a_place_that_is_taken_is_refused_before_anything_is_read(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="the folder holds other things"):
        import_crowd(CrowdConfig(batches=(tmp_path / "none.csv",)), Reading(), None, tmp_path, overwrite=True)
    assert list(hashes(tmp_path)) == ["mine.txt"]


def test_answers_about_the_task_are_no_survey_but_consent_is_heard(tmp_path: Path) -> None:
    box = '[{"left": 1, "top": 2, "width": 3, "height": 4, "label": "snail"}]'
    rows = [
        {
            **FACTS,
            "AssignmentId": f"A{i}",
            "WorkerId": f"A2INVENTED{i % 2}",
            "Answer.own": box,
            "Answer.text": f"line {i}",
            "Answer.Q1": ("18-24", "25-34")[i % 2],
            "Answer.consent": ("yes", "no")[i % 2],
        }
        for i in range(4)
    ]
    data = gather(CrowdConfig(batches=(write(tmp_path, rows),)), Reading()).whole()
    assert data.dataset.questions["question_id"].to_list() == ["Q1"]
    assert data.dataset.workers["worker_id"].to_list() == ["A2INVENTED0"]
    assert data.dataset.answers["answer"].to_list() == ["18-24"] and data.dataset.annotations.height == 4
