"""The survey of a kit, ``questions.yaml``: what is asked of the people who label.

A question has an id, which becomes a column of the results (``Answer.Q1``), a short heading for captions, its text, and
a kind: one ``choice``, ``several``, or a ``text`` of one's own. Every question is voluntary.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

import pydantic
import yaml
from pydantic import AfterValidator, Field

from loopviz.errors import ConfigError
from loopviz.kit.texts import problem_of
from loopviz.validation import config_error
from loopviz.yamlfile import read_mapping

DEFAULT = Path(str(resources.files("loopviz") / "kit" / "questions.yaml"))
EXAMPLE = "'questions:' and a list of questions with id, heading, text and kind"
RESERVED = ("consent", "annotatedresult")  # other columns of the results
MOST = 60  # questions: more are not voluntary any more


def _line(longest: int) -> AfterValidator:
    def check(text: str) -> str:
        problem = problem_of(text, longest)
        if problem is not None:
            raise ValueError(f"one line of text: {problem}")
        return text

    return AfterValidator(check)


class _Section(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Question(_Section):
    """One question.

    Attributes:
        id: Letters, digits and underscores, a letter first.
        heading: A word or two for captions: ``Age``.
        text: What is asked.
        kind: ``choice``: one of ``choices``; ``several``: any of them; ``text``: the person's own words.
        choices: Sent as they stand here.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    heading: Annotated[str, _line(60)]
    text: Annotated[str, _line(500)]
    kind: Literal["choice", "several", "text"]
    choices: tuple[Annotated[str, _line(200)], ...] = ()

    @pydantic.model_validator(mode="after")
    def _choices_fit(self) -> Self:
        if self.kind == "text" and self.choices:
            raise ValueError("no choices: people answer a question of kind text in their own words")
        if self.kind != "text" and len(self.choices) < 2:
            raise ValueError(f"two choices or more for a question of kind {self.kind}")
        if len({choice.casefold() for choice in self.choices}) < len(self.choices):
            raise ValueError("choices that differ")
        if self.kind == "several" and any("," in choice for choice in self.choices):
            raise ValueError("choices without commas: several of them come back in one cell, joined by commas")
        return self


class SurveyQuestions(_Section):
    """The questions of a kit, in order; ids differ."""

    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=MOST)]

    @pydantic.field_validator("questions")
    @classmethod
    def _ids_differ(cls, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        seen = set(RESERVED)
        for question in questions:
            if question.id.casefold() in seen:
                raise ValueError(f"ids that differ, and none of {', '.join(RESERVED)}: {question.id} stands twice")
            seen.add(question.id.casefold())
        return questions

    @property
    def headings(self) -> dict[str, str]:
        """The short heading of each question id, as a project file's ``questions`` has them."""
        return {question.id: question.heading for question in self.questions}

    def to_yaml(self) -> str:
        """Return the file that ``load_survey`` reads this survey from."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)


def load_survey(path: str | Path | None = None) -> SurveyQuestions:
    """Read a ``questions.yaml``; without one, the thesis' ten questions.

    Raises:
        InputError: If the file cannot be read.
        ConfigError: If it is not plain YAML, a key is unknown or missing, or a question is not one; the file and the
            key are named.
    """
    file = DEFAULT if path is None else Path(path)
    data = read_mapping(file, "survey", EXAMPLE)
    try:
        return SurveyQuestions.model_validate(data)
    except pydantic.ValidationError as error:
        missing = [each["loc"] for each in error.errors() if each["type"] == "missing"]
        if missing and len(missing) == error.error_count():  # a key that is not known would explain it better
            at = ".".join(str(part) for part in missing[0])
            raise ConfigError("a key is missing", file=file, at=at, expected=EXAMPLE) from None
        raise config_error(error, SurveyQuestions, file) from None
