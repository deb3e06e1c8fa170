"""The forms that files about people come in: each is read whole, or refused; nothing of it is lost without a word."""

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
from loopviz.formats.types import LabelSet, Report

Make = Callable[..., Path]
ONE, TWO = "AINV00001", "AINV00002"
FLAT = {"Q1": "25-34", "Q4": "Lima"}
READ = {ONE: FLAT, TWO: {"Q1": "35-44"}}
PAIRS = [{"question": "Q1", "answer": "25-34"}, {"question": "Q4", "answer": "Lima"}]
BOTH = {ONE: FLAT, TWO: {"Q1": "35-44"}}


@pytest.fixture
def labels(yolo: Make) -> LabelSet:
    return read_labels(yolo({f"clip_0001_{ONE}": "0 .5 .5 .1 .1", f"clip_0002_{TWO}": "1 .5 .5 .1 .1"}))


def read(folder: Path, document: object, labels: LabelSet, report: Report | None = None) -> Dataset:
    file = folder / "people.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return read_people(file, labels.dataset, report)


def answers(dataset: Dataset) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    for worker, question, answer in dataset.answers.select("worker_id", "question_id", "answer").iter_rows():
        found.setdefault(worker, {})[question] = answer
    return found


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(BOTH, id="by worker"),
        *(pytest.param({key: BOTH}, id=f"under {key}") for key in ("workers", "data", "Participants", "study 2024")),
        pytest.param({"data": {"workers": BOTH}}, id="under two keys"),
        pytest.param({"data": {"version": 2, "workers": BOTH}}, id="under two keys, with something beside"),
        pytest.param({"version": 1, "meta": {"made": "by us"}, "people": BOTH}, id="beside other keys"),
        pytest.param([{"worker_id": w, **a} for w, a in BOTH.items()], id="a list"),
        pytest.param([{"id": w, "answers": a} for w, a in BOTH.items()], id="a list with an id"),
        pytest.param({"results": [{"annotator": w, "survey": a} for w, a in BOTH.items()]}, id="a list under a key"),
        pytest.param({f" {ONE.lower()} ": FLAT, "AINV-00002": BOTH[TWO]}, id="ids in other spellings"),
        pytest.param({f"{ONE[:4]}\u200b{ONE[4:]}": FLAT, "AINV 00002": BOTH[TWO]}, id="what is not seen"),
        pytest.param({ONE: {"form_responses": PAIRS}, TWO: BOTH[TWO]}, id="pairs"),
        pytest.param({ONE: PAIRS, TWO: [["Q1", "35-44"]]}, id="pairs in place of the entry, or two of a list"),
        pytest.param({ONE: {"Form Responses": [{"Q1": "25-34"}, {"Q4": "Lima"}]}, TWO: BOTH[TWO]}, id="one key each"),
        pytest.param(
            {ONE: {"answers": [{"id": "Q1", "value": "25-34"}, {"id": "Q4", "value": "Lima"}]}, TWO: BOTH[TWO]},
            id="id and value",
        ),
        pytest.param(
            {
                ONE: {"responses": [{"questionId": q, "question": f"{q}?", "response": a} for q, a in FLAT.items()]},
                TWO: BOTH[TWO],
            },
            id="id, words and response",
        ),
        pytest.param(
            [{"worker": w, "question": q, "answer": a} for w, given in BOTH.items() for q, a in given.items()],
            id="a row an answer",
        ),
        pytest.param(
            {ONE: {"Q1": {"answer": "25-34"}, "Q4": {"text": "Lima"}}, TWO: BOTH[TWO]}, id="answers in objects"
        ),
        pytest.param([{w: a} for w, a in BOTH.items()], id="a list of one key each"),
        pytest.param({w: {"form_responses": json.dumps(a)} for w, a in BOTH.items()}, id="packed as JSON"),
        pytest.param({f"clip_0001_{ONE}.png": FLAT, f"clip_0002_{TWO}.png": BOTH[TWO]}, id="by image"),
        pytest.param(
            {"images": [{"file_name": f"x/clip_000{i}_{w}.jpg", **a} for i, (w, a) in enumerate(BOTH.items(), 1)]},
            id="a list of images",
        ),
    ],
)
def test_what_is_read(tmp_path: Path, labels: LabelSet, document: object):
    dataset = read(tmp_path, document, labels)
    assert answers(dataset) == READ
    assert dataset.assignments.select("frame", "worker_id").rows() == [(0, ONE), (1, TWO)]


def test_the_words_of_a_question_are_kept(tmp_path: Path, labels: LabelSet):
    said = [{"id": "Q1", "question": "How old are you?", "answer": "9"}]
    dataset = read(tmp_path, {ONE: {"answers": said}}, labels)
    assert dataset.questions.select("question_id", "text").rows() == [("Q1", "How old are you?")]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param({"workers": BOTH, "people": BOTH}, "people may be listed under several keys", id="two groups"),
        pytest.param({"people": {"a": {"Q1": "x"}}, "other": {"b": {}}}, "people may be listed", id="beside another"),
        pytest.param({"study": {"wave": {"Q1": "x"}}}, "not an answer", id="nobody known below a strange key"),
        pytest.param({ONE: {"Q1": {"a": {"b": 1}}}}, "not an answer", id="an object"),
        pytest.param({ONE: {"Q1": [{"a": 1}]}}, "not an answer", id="a list of objects"),
        pytest.param({ONE: {"form_responses": [{"foo": 1, "bar": 2}]}}, "not a question with its answer", id="no pair"),
        pytest.param({ONE: {"form_responses": ["25-34"]}}, "not a question with its answer", id="answers alone"),
        pytest.param({ONE: {TWO: "x"}}, "questions have the names of workers", id="a question called like a worker"),
        pytest.param(
            {ONE: {"A1B2C3D4E5F6G7": "x"}}, "questions have the names of workers", id="or like a platform's id"
        ),
        pytest.param([{"Q1": "25-34"}], "nothing says who this is", id="nobody"),
        pytest.param({ONE: [["Q1", "a"], ["Q1", "b"]]}, "one person answers a question twice", id="two answers"),
        pytest.param({"a": {"b": {"c": {"d": {ONE: FLAT}}}}}, "people are nested too deeply", id="too deep"),
        pytest.param({"X1": FLAT, "X2": FLAT}, "nobody in this file worked on the labels", id="strangers"),
    ],
)
def test_what_is_refused(tmp_path: Path, labels: LabelSet, document: object, problem: str):
    with pytest.raises(InputError, match=problem) as caught:
        read(tmp_path, document, labels)
    assert caught.value.file == str(tmp_path / "people.json")
    assert not any(i in str(caught.value) for i in (ONE, TWO, "A1B2C3D4E5F6G7"))


def test_strangers_are_described_and_not_named(tmp_path: Path, labels: LabelSet):
    with pytest.raises(InputError) as caught:
        read(tmp_path, {"P-117": FLAT}, labels)
    assert "1 in the file, such as A-000; nobody in the labels" in (caught.value.found or "")
    assert "P-117" not in str(caught.value)


def test_counts_are_said_where_some_met(tmp_path: Path, labels: LabelSet):
    report = Report()
    read(tmp_path, {ONE: FLAT, "AINV77777": FLAT}, labels, report)
    (problem,) = report.problems()
    assert (problem.code, str(problem)) == (
        "people-met",
        "1 of 2 people here worked on the labels, and 1 of 2 workers stand here",
    )


def test_another_id_at_the_end_of_a_name_is_somebodys_too(tmp_path: Path, labels: LabelSet):
    dataset = read(tmp_path, {ONE: FLAT}, labels)
    assert dataset.assignments.select("frame", "worker_id").rows() == [(0, ONE), (1, TWO)]
    assert dataset.workers["worker_id"].to_list() == [ONE, TWO]


@pytest.mark.parametrize("tail", ["left", "0002", "a-b", "AINV0000000000000001"])
def test_another_word_at_the_end_of_a_name_is_not(tmp_path: Path, yolo: Make, tail: str):
    labels = read_labels(yolo({f"clip_0001_{ONE}": "0 .5 .5 .1 .1", f"clip_0002_{tail}": "1 .5 .5 .1 .1"}))
    assert read(tmp_path, {ONE: FLAT}, labels).workers["worker_id"].to_list() == [ONE]


def test_what_is_left_aside_is_said(tmp_path: Path, labels: LabelSet):
    report = Report()
    entries = {ONE: {"form_responses": FLAT, "device": "phone"}, TWO: {"AssignmentId": "3XYZ", "Q1": "35-44"}}
    dataset = read(tmp_path, {"made": "today", "workers": entries}, labels, report)
    assert answers(dataset) == READ
    (problem,) = report.problems()
    assert problem.code == "people-left-aside"
    assert str(problem).endswith(": made, device, AssignmentId")


@pytest.mark.parametrize("folder", ["{}/clip_0001.png", "{}/a/clip_0001.png", "clip_%41INV00001.png", "clip-{}.png"])
def test_ids_in_folders_and_names(tmp_path: Path, labels: LabelSet, folder: str):
    import polars as pl

    name = folder.format(ONE)
    first = pl.int_range(pl.len()) == 0
    frames = labels.dataset.frames.with_columns(file=pl.when(first).then(pl.lit(name)).otherwise("file"))
    dataset = read(tmp_path, {ONE: FLAT}, labels.with_dataset(labels.dataset.replace(frames=frames)))
    assert dataset.assignments.select("frame", "worker_id").rows()[0] == (0, ONE)


YES = (True, 1, "yes", "Yes.", " JA ", "true", "1", "I agree")
NO = (False, 0, "no", "Nein", "FALSE", "0", "refused", "I do not agree")
UNCLEAR = ("perhaps", "", 2, -1, "yes and no", [], {"a": 1, "b": []}, "nope, not at all")


@pytest.mark.parametrize(
    ("said", "consent"),
    [*((value, True) for value in YES), *((value, False) for value in NO), (None, None)],
    ids=repr,
)
@pytest.mark.parametrize("key", ["consent", "Consent", "Einwilligung", "consent given"])
@pytest.mark.parametrize("place", ["own", "nested", "everybody", "list"])
def test_every_spelling_of_consent(
    tmp_path: Path, labels: LabelSet, said: object, consent: bool | None, key: str, place: str
):
    document: Any = {
        "own": {ONE: {key: said, **FLAT}},
        "nested": {ONE: {"form_responses": {key: said, **FLAT}}},
        "everybody": {key: said, "workers": {ONE: FLAT}},
        "list": [{"worker_id": ONE, key: said, "answers": PAIRS}],
    }[place]
    dataset = read(tmp_path, document, labels)
    assert dataset.workers["consent"].to_list() == [consent, None]
    assert answers(dataset) == {ONE: FLAT}


@pytest.mark.parametrize("said", [value for value in UNCLEAR if not isinstance(value, dict)], ids=repr)
def test_unclear_consent_is_asked_about_and_never_a_yes(tmp_path: Path, labels: LabelSet, said: object):
    with pytest.raises(InputError, match="neither yes nor no"):
        read(tmp_path, {ONE: {"consent": said, **FLAT}}, labels)
    report = Report(skip_bad=True)
    dataset = read(tmp_path, {ONE: {"consent": said, **FLAT}}, labels, report)
    assert dataset.workers["consent"].to_list() == [False, None]
    assert [problem.code for problem in report.problems()] == ["bad-consent", "people-met"]


@pytest.mark.parametrize(
    "said",
    [
        {"consent_Q4": "no"},
        {"consent": {"Q4": False}},
        {"consent": {"Q4": False, "Q1": True}},
        {"Q4 consent": "No"},
        {"Consent (Q4)": "no"},
        {"Q4_consent_to_publish": False},
    ],
)
def test_consent_to_single_answers(tmp_path: Path, labels: LabelSet, said: dict[str, Any]):
    dataset = read(tmp_path, {ONE: {**said, **FLAT}}, labels)
    refused = dataset.answers.filter(~dataset.answers["consent"].fill_null(value=True))
    assert refused["question_id"].to_list() == ["Q4"]
    assert dataset.workers["consent"].to_list() == [None, None]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"Do you consent?": "no", **FLAT}, id="in a sentence"),
        pytest.param({"agreed": False, **FLAT}, id="agreed"),
        pytest.param({"opt_out": True, **FLAT}, id="the other way about"),
        pytest.param({"consent": {"given": "no"}, **FLAT}, id="an object"),
        pytest.param({"consent_publication": "no", **FLAT}, id="for what is no question"),
        pytest.param({"answers": [{"question": "I consent to this", "answer": "No, thank you"}, *PAIRS]}, id="a pair"),
        pytest.param({"consent": True, "Consent": "no", **FLAT}, id="said twice"),
        pytest.param({"Q7 consent": "No", **FLAT}, id="behind its number"),
        pytest.param({"Consent (Q12)": "No", **FLAT}, id="before its number"),
        pytest.param({"Q3_consent_to_publish": "No", **FLAT}, id="to something"),
        pytest.param({"consentToPublish": False, **FLAT}, id="in capitals"),
        pytest.param({"Do you consent to being shown?": "No", **FLAT}, id="a question"),
        pytest.param({"form_responses": {"Einverständnis": "Nein", **FLAT}}, id="German"),
        pytest.param({"consented": "n", **FLAT}, id="consented"),
        pytest.param({"agree to publication": "no", **FLAT}, id="agree"),
        pytest.param({"May we show your name?": "no", **FLAT}, id="may we"),
        pytest.param({"I do not wish to be shown": "yes", **FLAT}, id="I do not"),
        pytest.param({"do_not_show": True, **FLAT}, id="do not"),
        pytest.param({"consent": "yes", "consent to be filmed": "no", **FLAT}, id="one of two"),
        pytest.param(
            {"answers": [{"id": "Q7", "question": "Do you consent?", "answer": "No"}, *PAIRS]}, id="its words"
        ),
    ],
)
def test_other_ways_to_refuse(tmp_path: Path, labels: LabelSet, said: dict[str, Any]):
    dataset = read(tmp_path, {ONE: said, TWO: BOTH[TWO]}, labels)
    assert dataset.workers["consent"].to_list() == [False, None]
    assert answers(dataset)[ONE] == FLAT


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        pytest.param({"konsent": False}, "misspelt", id="a letter"),
        pytest.param({"consnet": "no"}, "misspelt", id="letters in turn"),
        pytest.param({"form_responses": {"Q1 konsent": "yes", **FLAT}}, "misspelt", id="a yes"),
        pytest.param({"I do not consent": "No"}, "the other way about", id="a no to a no"),
        pytest.param({"Q7 consent": "perhaps"}, "neither yes nor no", id="no answer that is known"),
        pytest.param({"May we show your name?": "No, not mine"}, "neither yes nor no", id="more than a no"),
    ],
)
def test_what_may_be_consent_is_asked_about(tmp_path: Path, labels: LabelSet, said: dict[str, Any], problem: str):
    with pytest.raises(InputError, match=problem):
        read(tmp_path, {ONE: {**FLAT, **said}}, labels)
    report = Report(skip_bad=True)
    assert read(tmp_path, {ONE: {**FLAT, **said}}, labels, report).workers["consent"].to_list() == [False, None]


@pytest.mark.parametrize(
    "said",
    [
        {"What did you think of the consent?": "too long"}, {"content": "no"},
        {"How often do you share your data?": "daily"}, {"konsent": "what is that"}, {"context": False},
    ],
)  # fmt: skip
def test_other_answers_are_no_consent(tmp_path: Path, labels: LabelSet, said: dict[str, Any]):
    dataset = read(tmp_path, {ONE: {**FLAT, **said}}, labels)
    assert dataset.workers["consent"].to_list() == [None, None]
    assert set(said) <= set(answers(dataset)[ONE])


def test_what_was_taken_for_consent_is_noted(tmp_path: Path, labels: LabelSet):
    report = Report()
    read(tmp_path, {ONE: {"Q1 consent": "No", **FLAT}, TWO: {"Q1 consent": "Yes", **FLAT}}, labels, report)
    (note,) = (problem for problem in report.problems() if problem.code == "consent-taken")
    assert "'Q1 consent': no (1), yes (1)" in str(note)


def test_consent_for_everybody_in_other_words(tmp_path: Path, labels: LabelSet):
    document = {"Do you consent to being shown?": "no", "workers": {ONE: FLAT}}
    assert read(tmp_path, document, labels).workers["consent"].to_list() == [False, None]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"Q1": {"answer": "25-34", "consent": "no"}, "Q4": "Lima"}, id="an object"),
        pytest.param({"answers": [{**PAIRS[0], "consent": False}, PAIRS[1]]}, id="a pair"),
    ],
)
def test_consent_beside_an_answer(tmp_path: Path, labels: LabelSet, said: dict[str, Any]):
    dataset = read(tmp_path, {ONE: said}, labels)
    assert dataset.answers.select("question_id", "consent").rows() == [("Q1", False), ("Q4", None)]


def test_what_is_noted_beside_consent_is_no_answer_to_it(tmp_path: Path, labels: LabelSet):
    dataset = read(tmp_path, {ONE: {"consent": "yes", "consent_date": "2024-05-01", "form_responses": FLAT}}, labels)
    assert dataset.workers["consent"].to_list() == [True, None]
    assert answers(dataset) == {ONE: FLAT}


def test_who_refuses_once_refused(tmp_path: Path, labels: LabelSet):
    rows = [{"worker_id": ONE, "consent": True, "Q1": "a"}, {"worker_id": ONE.lower(), "consent": "no"}]
    assert read(tmp_path, rows, labels).workers["consent"].to_list() == [False, None]


def test_a_refusal_that_the_labels_know_is_not_forgotten(tmp_path: Path, labels: LabelSet):
    before = read(tmp_path, {ONE: {"consent": False}}, labels)
    after = read(tmp_path, {ONE: {"consent": True, **FLAT}}, labels.with_dataset(before))
    assert after.workers["consent"].to_list() == [False, None]


class TestTraceableCoco:
    def people(self, coco: Make, *attributes: dict[str, Any]) -> Dataset:
        return read_labels(coco({"annotations": {i: {"attributes": a} for i, a in enumerate(attributes)}})).dataset

    def test_pairs(self, coco: Make):
        dataset = self.people(coco, {"worker_id": ONE, "form_responses": PAIRS})
        assert answers(dataset) == {ONE: FLAT}

    def test_ids_in_other_spellings(self, coco: Make):
        dataset = self.people(coco, {"worker_id": ONE, "form_responses": FLAT}, {"WorkerId": f" {ONE.lower()}"})
        assert dataset.workers["worker_id"].to_list() == [ONE]
        assert with_worker(dataset)["worker_id"].to_list() == [ONE, ONE]

    def test_consent(self, coco: Make):
        first, second = {"worker_id": ONE, "form_responses": FLAT}, {"worker_id": ONE, "consent": "no"}
        assert self.people(coco, first, second).workers["consent"].to_list() == [False]

    def test_other_attributes_are_not_answers(self, coco: Make):
        dataset = self.people(coco, {"worker_id": ONE, "occluded": False, "form_responses": FLAT})
        assert answers(dataset) == {ONE: FLAT}

    @pytest.mark.parametrize("responses", [{"Q1": {"a": {"b": 1}}}, {ONE: "x"}, ["x"]])
    def test_what_is_refused(self, coco: Make, responses: object):
        with pytest.raises(InputError) as caught:
            self.people(coco, {"worker_id": ONE, "form_responses": responses})
        assert "annotations[0].attributes" in (caught.value.at or "")
