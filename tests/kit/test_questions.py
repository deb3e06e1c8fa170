from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.kit import load_survey

GOOD = "questions:\n  - {id: Q1, heading: Age, text: 'How old are you?', kind: choice, choices: [young, old]}\n"


def test_the_thesis_ten_questions():
    survey = load_survey()
    assert list(survey.headings) == [f"Q{n}" for n in range(1, 11)]
    assert survey.headings["Q5"] == "Searching for tasks"
    kinds = {question.id: question.kind for question in survey.questions}
    assert {kinds[q] for q in ("Q4", "Q10")} == {"text"}
    assert kinds["Q9"] == "several"


def test_what_is_written_is_read_again(tmp_path: Path):
    (tmp_path / "survey.yaml").write_text(load_survey().to_yaml(), "utf-8")
    assert load_survey(tmp_path / "survey.yaml") == load_survey()


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        pytest.param("questions: []", "questions", "at least 1", id="none"),
        pytest.param("questions: no", "questions", "found", id="no list"),
        pytest.param("ask: []", "survey.yaml", "Did you mean 'questions'|Known: questions", id="unknown key"),
        pytest.param("{}", "questions", "missing", id="nothing"),
        pytest.param(GOOD.replace("id: Q1, ", ""), "questions.0.id", "missing", id="no id"),
        pytest.param(GOOD.replace("heading", "headline"), "questions.0", "'heading'", id="a key misspelt"),
        pytest.param(GOOD.replace("Q1", "Q 1"), "questions.0.id", "Q 1", id="an id that is no column"),
        pytest.param(GOOD.replace("Q1", "consent"), "questions", "consent stands twice", id="a reserved id"),
        pytest.param(GOOD + GOOD.split("\n", 1)[1], "questions", "Q1 stands twice", id="an id twice"),
        pytest.param(GOOD.replace("choice,", "radio,"), "questions.0.kind", "'choice', 'several' or 'text'", id="kind"),
        pytest.param(GOOD.replace("[young, old]", "[young]"), "questions.0", "two choices", id="one choice"),
        pytest.param(GOOD.replace("[young, old]", "[Old, old]"), "questions.0", "differ", id="a choice twice"),
        pytest.param(GOOD.replace("young", "18"), "questions.0.choices.0", "in quotes", id="a number as a choice"),
        pytest.param(GOOD.replace("young", "no"), "questions.0.choices.0", "in quotes", id="YAML's no"),
        pytest.param(GOOD.replace("kind: choice", "kind: text"), "questions.0", "no choices", id="text with choices"),
        pytest.param(
            GOOD.replace("kind: choice", "kind: several").replace("young", '"a, b"'),
            "questions.0",
            "commas",
            id="a comma among several",
        ),
        pytest.param(GOOD.replace("Age", '"A\\u202ege"'), "questions.0.heading", "cannot be seen", id="an override"),
        pytest.param(GOOD.replace("How old are you?", " "), "questions.0.text", "empty", id="an empty text"),
        pytest.param(GOOD.replace("Age", "A" * 61), "questions.0.heading", "longer than 60", id="a long heading"),
    ],
)
def test_a_survey_that_is_none(tmp_path: Path, text: str, place: str, says: str):
    file = tmp_path / "survey.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        load_survey(file)
    assert str(file) in str(caught.value)
    assert place in str(caught.value)


def test_a_survey_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match="survey cannot be read"):
        load_survey(tmp_path / "none.yaml")
