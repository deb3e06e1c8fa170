"""Which question asks for the search time: by a whole word and by its answers, by name, or none; always said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from loopviz.crowd.answers.durations import Unit, parse_duration
from loopviz.crowd.ledger.search_time import find_search
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import table


def survey(asked: Mapping[str, tuple[str, Sequence[str]]]) -> Dataset:
    people = [f"W{number}" for number in range(max(len(answers) for _, answers in asked.values()))]
    said = [
        {"worker_id": worker, "question_id": question, "answer": answer}
        for question, (_, answers) in asked.items()
        for worker, answer in zip(people, answers, strict=False)
    ]
    return Dataset(
        workers=table("workers", {"worker_id": people}),
        questions=table("questions", [{"question_id": q, "text": text} for q, (text, _) in asked.items()]),
        answers=table("answers", said),
    )


@pytest.mark.parametrize(
    ("asked", "question", "taken"),
    [
        pytest.param({"Q5": ("How long do you search?", ["10 minutes", "NON"])}, "Q5", "search-time", id="it"),
        pytest.param({"search time": ("", ["1-2 hours"])}, "search time", "search-time", id="its name"),
        pytest.param({"Q1": ("I want to participate in this research.", ["Yes"])}, None, "", id="research"),
        pytest.param({"Q1": ("This research took", ["10 minutes"])}, None, "", id="research that took time"),
        pytest.param({"Q1": ("Have you searched before?", ["Yes", "No"])}, None, "", id="no times"),
        pytest.param({"Q1": ("How long do you search?", ["15", "20"])}, None, "search-without-unit", id="no unit"),
        pytest.param({"Q1": ("Hours of search", ["1-2 h per week"])}, None, "", id="not for a day"),
        pytest.param(
            {"Q1": ("Search, alone", ["5 min"]), "Q2": ("Search, together", ["9 min"])}, None, "search-several", id="2"
        ),
    ],
)  # fmt: skip
def test_found(asked: dict[str, tuple[str, list[str]]], question: str | None, taken: str) -> None:
    found = find_search(survey(asked))
    assert found.question == question
    assert [note.code for note in found.taken] == [taken] * bool(taken)


def test_named() -> None:
    dataset = survey({"Q5": ("How long do you search?", ["15", "20"]), "Q6": ("And then?", ["5 min"])})
    assert find_search(dataset, "Q6").question == "Q6"
    assert find_search(dataset, "none").question is None
    assert find_search(dataset, "Q5", "minutes").question == find_search(dataset, None, "minutes").question == "Q5"
    with pytest.raises(ConfigError, match=r"without a unit.*--search-unit"):
        find_search(dataset, "Q5")
    with pytest.raises(ConfigError, match="no such question"):
        find_search(dataset, "Q7")


@pytest.mark.parametrize(("unit", "minutes"), [("minutes", 15), ("hours", 15 * 60), ("seconds", 0.25), (None, None)])
def test_a_number_without_a_unit(unit: Unit | None, minutes: float | None) -> None:
    found = parse_duration("15", unit)
    assert (found and float(found.minutes)) == minutes
    told = parse_duration("2 minutes", unit)
    assert told is not None
    assert told.minutes == 2
