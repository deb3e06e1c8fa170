"""Who the people are and what they said: metadata.json by worker or by image, the thesis folder, traceable COCO."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import with_worker

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.people.read import read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet

Make = Callable[..., Path]


def answers(dataset: Dataset) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    for worker, question, answer in dataset.answers.select("worker_id", "question_id", "answer").iter_rows():
        found.setdefault(worker, {})[question] = answer
    return found


def work(dataset: Dataset) -> list[tuple[int, str]]:
    return dataset.assignments.select("frame", "worker_id").rows()


def test_the_thesis_folder_loads_as_it_is(thesis: Path) -> None:
    labels = read_labels(thesis)
    dataset = labels.dataset
    assert labels.format == "thesis"
    assert [str(problem) for problem in labels.problems] == [
        "2 of 3 people here worked on the labels, and 2 of 2 workers stand here"
    ]
    assert dataset.frames["file"].to_list() == [
        "mouse_video_frames/mouse_0001_A1INVENTED.jpeg",
        "mouse_video_frames/mouse_0010_A1INVENTED.jpeg",
        "mouse_video_frames/mouse_0202_A2INVENTED.jpeg",
    ]
    assert set(dataset.frames.select("width", "height").rows()) == {(64, 48)}
    assert work(dataset) == [(0, "A1INVENTED"), (1, "A1INVENTED"), (2, "A2INVENTED")]
    assert dataset.annotations.select("frame", "class_id", "origin").rows() == [(0, 0, "worker"), (2, 4, "worker")]
    assert with_worker(dataset)["worker_id"].to_list() == ["A1INVENTED", "A2INVENTED"]
    assert dataset.workers["worker_id"].to_list() == ["A1INVENTED", "A2INVENTED", "A3SILENT"]


def test_answers_stay_verbatim_and_null_empty_and_missing_differ(thesis: Path) -> None:
    dataset = read_labels(thesis).dataset
    assert answers(dataset) == {
        "A1INVENTED": {"Q1": "18- 24", "Q4": "illinois", "Q9": "", "Q10": None},
        "A2INVENTED": {"Q1": "25 - 34", "Q4": "NON", "Q10": "$1,200 laptop"},
        "A3SILENT": {"Q2": "Woman"},
    }
    assert dataset.questions.select("question_id", "heading").rows() == [
        ("Q1", "Age"),
        ("Q2", "Gender"),
        ("Q4", "City"),
        ("Q9", "Health"),
        ("Q10", "Own equipment"),
    ]


def test_other_answers_in_the_thesis_layout_have_no_heading_of_its(thesis: Path) -> None:
    (thesis / "metadata.json").write_text('{"A1INVENTED": {"Q1": "It took me twelve minutes", "Q2": "boring"}}')
    assert read_labels(thesis).dataset.questions["heading"].to_list() == ["Q1", "Q2"]


def test_no_assignment_id_holds_a_worker_id(thesis: Path) -> None:
    assert read_labels(thesis).dataset.assignments["assignment_id"].to_list() == [
        "assignment-000001",
        "assignment-000002",
        "assignment-000003",
    ]


@pytest.mark.parametrize(
    "suffix", [pytest.param(".png", id="png where the files are jpeg"), pytest.param("", id="the stem alone")]
)
def test_people_by_image(thesis: Path, suffix: str) -> None:
    by_image = {
        f"mouse_0001_A1INVENTED{suffix}": {"Q1": "18- 24"},
        f"mouse_0202_A2INVENTED{suffix}": {"form_responses": {"Q1": "45 - 54"}},
    }
    (thesis / "metadata.json").write_text(json.dumps(by_image))
    dataset = read_labels(thesis).dataset
    assert answers(dataset) == {"A1INVENTED": {"Q1": "18- 24"}, "A2INVENTED": {"Q1": "45 - 54"}}
    assert work(dataset) == [(0, "A1INVENTED"), (1, "A1INVENTED"), (2, "A2INVENTED")]


def test_a_thesis_folder_without_people_says_so(thesis: Path) -> None:
    (thesis / "metadata.json").unlink()
    labels = read_labels(thesis)
    assert [problem.code for problem in labels.problems] == ["no-people"]
    assert labels.dataset.workers["worker_id"].to_list() == ["A1INVENTED", "A2INVENTED"]


def test_a_thesis_folder_beside_its_video_needs_the_frame_size(thesis: Path) -> None:
    for image in (thesis / "mouse_video_frames").iterdir():
        image.unlink()
    with pytest.raises(InputError, match="the size of its frame is unknown"):
        read_labels(thesis)
    assert read_labels(thesis, frame_size=(2880, 1920)).dataset.frames.height == 2


@pytest.mark.parametrize(
    ("name", "number", "worker"),
    [
        pytest.param("mouse_0202_A1B2C3", "mouse_0202", "A1B2C3", id="the thesis"),
        pytest.param("clip_2_0005_W1", "clip_2_0005", "W1", id="a number in the clip's name"),
        pytest.param("mouse_0001_A_B1", "mouse_0001", "A_B1", id="an id with underscores"),
        pytest.param("clip_2_0005", "clip_2_0005", None, id="a number is no worker"),
        pytest.param("mouse_0001", "mouse_0001", None, id="no worker"),
        pytest.param("0001_W", "0001", "W", id="no clip"),
        pytest.param("mouse_A1", "mouse_A1", None, id="no number"),
    ],
)
def test_worker_ids_in_names(name: str, number: str, worker: str | None) -> None:
    from loopviz.formats.label_names import split_worker

    assert split_worker(name) == (number, worker)


@pytest.fixture
def plain(yolo: Make) -> LabelSet:
    return read_labels(yolo({"f_0001_W1": "0 .5 .5 .1 .1", "f_0002": "1 .5 .5 .1 .1", "f_0003": ""}))


def read(tmp_path: Path, document: Any, labels: LabelSet) -> Dataset:
    file = tmp_path / "metadata.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_people(file, labels.dataset)


@pytest.mark.parametrize(
    ("document", "people", "assigned"),
    [
        pytest.param({"W1": {"Q1": "a"}, "W9": {"Q1": "b"}}, ["W1", "W9"], [(0, "W1")], id="by worker, flat"),
        pytest.param({"W1": {"answers": {"Q1": "a"}}}, ["W1"], [(0, "W1")], id="by worker, nested"),
        pytest.param({"f_0002.jpg": {"worker_id": "W5", "Q1": "a"}}, ["W5"], [(1, "W5")], id="by image, with an id"),
        pytest.param({"f_0002": {"WorkerId": 77}}, ["77"], [(1, "77")], id="by image, the id a number"),
        pytest.param({"f_0001_W1": {"Q1": "a"}}, ["W1"], [(0, "W1")], id="by image, the id in the name"),
        pytest.param({"f_0003": {"Q1": "a"}}, ["f_0003"], [(2, "f_0003")], id="by image, nobody named"),
        pytest.param(
            {"f_0009_W4.png": {"Q1": "a"}, "f_0003": {}}, ["W4", "f_0003"], [(2, "f_0003")], id="an image not there"
        ),
        pytest.param({}, [], [], id="nobody"),
    ],
)
def test_ways_to_say_who(
    tmp_path: Path, plain: LabelSet, document: Any, people: list[str], assigned: list[Any]
) -> None:
    dataset = read(tmp_path, document, plain)
    assert dataset.workers["worker_id"].to_list() == people
    assert work(dataset) == assigned


def test_annotations_of_an_assigned_frame_become_its_workers(tmp_path: Path, plain: LabelSet) -> None:
    dataset = read(tmp_path, {"f_0002": {"worker_id": "W5"}}, plain)
    assert with_worker(dataset).select("frame", "worker_id", "origin").rows() == [
        (0, None, None),
        (1, "W5", "worker"),
    ]


@pytest.mark.parametrize(
    ("document", "flags"),
    [
        pytest.param({"simulated": True, "W1": {}, "W2": {}}, [(None, True), (None, True)], id="everybody simulated"),
        pytest.param({"W1": {"simulated": True}, "W2": {}}, [(None, True), (None, None)], id="one simulated"),
        pytest.param(
            {"consent": False, "W1": {"consent": True}, "W2": {}}, [(True, None), (False, None)], id="consent"
        ),
    ],
)
def test_flags(tmp_path: Path, plain: LabelSet, document: Any, flags: list[Any]) -> None:
    dataset = read(tmp_path, document, plain)
    assert dataset.workers.select("consent", "simulated").rows() == flags
    assert dataset.questions.height == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(500000, "500000", id="a number"),
        pytest.param(1.5, "1.5", id="a fraction"),
        pytest.param(True, "true", id="a truth"),
        pytest.param(["Back pain", "Eyes"], "Back pain, Eyes", id="several choices"),
        pytest.param("More tha 30 minutes", "More tha 30 minutes", id="a slip of the pen"),
        pytest.param("<b>\x1b[31m", "<b>\x1b[31m", id="hostile text, kept as it is"),
    ],
)
def test_answers_become_text(tmp_path: Path, plain: LabelSet, value: Any, text: str) -> None:
    assert answers(read(tmp_path, {"W1": {"Q1": value}}, plain)) == {"W1": {"Q1": text}}


def test_questions_in_words_keep_their_order(tmp_path: Path, plain: LabelSet) -> None:
    dataset = read(tmp_path, {"W1": {"What is your age?": "9", "And your city?": "X"}, "W2": {"Q1": "a"}}, plain)
    assert dataset.questions["question_id"].to_list() == ["What is your age?", "And your city?", "Q1"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param("7", "not a file about people (found 'int'; expected an object such as", id="a number"),
        pytest.param(
            {"W1": "x"},
            "person 1: an entry is not an object (found 'x'; expected a person's answers by question).",
            id="text",
        ),
        pytest.param(
            {"simulated": "maybe"}, "simulated: neither yes nor no (found 'maybe'; expected true or false", id="flag"
        ),
        pytest.param(
            {"W1": {"consent": 2}}, "person 1.consent: neither yes nor no (found 2; expected true or false", id="own"
        ),
        pytest.param(
            '{"W1": {}, "W1": {}}', "not usable JSON: the key 'W1' stands twice in one object.", id="a worker twice"
        ),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, plain: LabelSet, document: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, document, plain)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "metadata.json"))


def traceable(coco: Make, *responses: Any) -> Path:
    changes = {
        i: {"attributes": {"worker_id": worker, "form_responses": given}} for i, (worker, given) in enumerate(responses)
    }
    return coco({"annotations": changes})


def test_traceable_coco(coco: Make) -> None:
    labels = read_labels(traceable(coco, ("W1", {"Q1": "25 - 34", "Q10": None}), ("W2", {"Q1": "NON"})))
    assert labels.format == "coco-traceable"
    assert work(labels.dataset) == [(0, "W1"), (1, "W2")]
    assert with_worker(labels.dataset)["worker_id"].to_list() == ["W1", "W2"]
    assert answers(labels.dataset) == {"W1": {"Q1": "25 - 34", "Q10": None}, "W2": {"Q1": "NON"}}


def test_one_worker_answering_twice_is_reported(coco: Make) -> None:
    file = traceable(coco, ("W1", {"Q1": "25 - 34", "Q2": None}), ("W1", {"Q1": "35 - 44", "Q2": "Man"}))
    labels = read_labels(file)
    assert answers(labels.dataset) == {"W1": {"Q1": "25 - 34", "Q2": "Man"}}
    (problem,) = labels.problems
    assert (problem.code, problem.place) == ("answers-differ", f"{file}, annotations[1].attributes")
    assert str(problem) == "one worker answers Q1 twice; the first answer stands"


def test_a_file_about_people_wins_over_traceable_coco(tmp_path: Path, coco: Make) -> None:
    labels = read_labels(traceable(coco, ("W1", {"Q1": "old", "Q2": "kept"}), ("W2", {"Q1": "kept"})))
    dataset = read(tmp_path, {"W1": {"Q1": "new"}}, labels)
    assert answers(dataset) == {"W1": {"Q1": "new", "Q2": "kept"}, "W2": {"Q1": "kept"}}
    assert dataset.questions["heading"].to_list() == ["Q1", "Q2"]


@pytest.mark.parametrize("attributes", [None, [], {"worker_id": ""}, {"worker_id": None}, {"other": 1}])
def test_attributes_without_a_worker_are_plain_coco(coco: Make, attributes: Any) -> None:
    labels = read_labels(coco({"annotations": {0: {"attributes": attributes}}}))
    assert (labels.format, labels.dataset.workers.height) == ("coco", 0)
