"""Which questions of a survey are the people's consent, and which of their answers are a yes.

Both can be named. What is found instead is listed before it counts: where several questions are surely consent (to
taking part, to being shown, to being published), each of them must be a yes. What only may be consent is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from loopviz.crowd.consent.meaning import (
    EMPTY,
    FOUND_OUT,
    LISTED,
    NOBODY,
    ConsentAsked,
    Means,
    Questions,
    meanings,
    meanings_of,
)
from loopviz.errors import ConfigError
from loopviz.formats.people.consent_words import (
    about_question,
    asks_consent,
    asks_for_use,
    mentions_consent,
    names_consent,
    nearly_names_consent,
    plain_words,
    squashed,
)
from loopviz.formats.people.yes_no import first_word, is_yes
from loopviz.note_words.crowd import meanings_text
from loopviz.notes import Note, note

__all__ = ["EMPTY", "FOUND_OUT", "NOBODY", "Consent", "ConsentAsked", "find_consent"]


@dataclass(frozen=True)
class Consent:
    """What was found.

    Args:
        whole: The columns in which people agree, all of which must be a yes, and whether an answer in each is one, by
            the answer; an empty one stands under ``""`` where it is a yes.
        single: For a question, the column that says it for this question alone, and what its answers mean.
        taken: What was taken for what.
        handed_in: Whether every response was handed in as a whole, so that an empty answer was left empty.
    """

    whole: Mapping[str, Means] = field(default_factory=dict)
    single: Mapping[str, tuple[str, Means]] = field(default_factory=dict)
    taken: tuple[Note, ...] = ()
    handed_in: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are no questions."""
        return (*self.whole, *(column for column, _ in self.single.values()))


def find_consent(file: Path, responses: pl.DataFrame, texts: Mapping[str, str], wanted: ConsentAsked) -> Consent:
    """Find out which columns are consent and what their answers mean.

    Args:
        file: The survey, for messages.
        responses: Its answers, a text column for each question.
        texts: The text of every question that may be it, by column; empty where it is not known.
        wanted: What the user says. Where all the questions that are named stand elsewhere, what is surely consent
            counts here too, and nothing is asked.

    Raises:
        ConfigError: If it is not clear; what was found is named, and the option that helps.
    """
    if wanted.nobody:
        return Consent(taken=(note("consent-nobody"),))
    asked = _Search(file, responses, texts)
    named = [column for column in wanted.questions if column in responses.columns]
    single = {q: (c, meanings(asked, c, wanted, whole=False)) for q, c in asked.single().items() if c not in named}
    others = [column for column in texts if column not in {*named, *(c for c, _ in single.values())}]
    sure = [] if named else asked.sure(others, wanted)
    unsure = [column for column in others if column not in sure and asked.may_be(column, certainly=bool(named))]
    if unsure and not wanted.questions:
        raise _unclear(asked, [*sure, *unsure])
    whole = {column: meanings(asked, column, wanted, whole=True) for column in named or sure}
    if whole and wanted.yes and not any(_is_given(asked, column, wanted) for column in whole):
        _refuse_yes_of_nobody(asked, whole)
    pairs = (*whole.items(), *single.values())
    taken = [note("consent", **meanings_of(asked, column, means)) for column, means in pairs]
    if len(whole) > 1:
        taken.append(note("consent-all"))
    if unsure:
        taken.append(note("consent-not", questions=[asked.named(column) for column in unsure[:LISTED]]))
    return Consent(whole, single, tuple(taken))


def _is_given(asked: Questions, column: str, wanted: ConsentAsked) -> bool:
    """Say whether somebody gave an answer that the user calls a yes."""
    yes = set(map(plain_words, wanted.yes))
    return any(plain_words(answer) in yes for answer in asked.answers(column) if answer is not None)


def _refuse_yes_of_nobody(asked: Questions, whole: Mapping[str, Means]) -> None:
    """Refuse a yes that nobody gave, where others agreed in other words: it may be misspelt."""
    column = next((column for column, means in whole.items() if any(means.values())), None)
    if column is not None:
        remedy = "Name the answers as they stand there: --consent-yes TEXT (crowd: consent: yes)."
        said = meanings_text(**meanings_of(asked, column, whole[column]))
        raise ConfigError("nobody gave the answer that is to be a yes", file=asked.file, at=said, remedy=remedy)


def _unclear(asked: Questions, columns: list[str]) -> ConfigError:
    several = len(columns) > 1
    problem = "several questions may be the people's consent" if several else "a question may be the people's consent"
    which = "each that is, all of which must then be a yes" if several else "it if it is"
    remedy = (
        f"Name {which}: --consent COLUMN, which may be repeated (crowd: consent: question); or --consent {NOBODY}, if"
    )
    listed = ", ".join(asked.named(column) for column in columns[:LISTED])
    return ConfigError(problem, file=asked.file, at=listed, remedy=f"{remedy} nobody was asked.")


class _Search(Questions):
    """Looks for questions of consent."""

    def single(self) -> dict[str, str]:
        """Return the columns that are about one question's answer alone, by that question."""
        known = {squashed(question): question for question in self.texts}
        found: dict[str, str] = {}
        for column in self.texts:
            meant = (known.get(name) for name in sorted(about_question(column)))
            question = next((name for name in meant if name not in (None, column)), None)
            if question is not None:
                found.setdefault(question, column)
        return found

    def sure(self, columns: list[str], wanted: ConsentAsked) -> list[str]:
        """Return the questions whose names or words, or whose choices, are those of consent."""
        found = [c for c in columns if self._is_sure(c)]
        words = set(map(plain_words, (*wanted.yes, *wanted.no)))
        return found or [c for c in columns if words & set(map(plain_words, self.choices(c)))]

    def _is_sure(self, column: str) -> bool:
        named = any(map(names_consent, (column, self.text(column))))
        return named or any(map(asks_consent, (self.text(column), *self.choices(column))))

    def may_be(self, column: str, *, certainly: bool) -> bool:
        """Say whether a question mentions consent or the use of answers, and is answered with a yes or a no.

        Args:
            column: The question.
            certainly: Whether those that are surely consent are meant as well.
        """
        choices, text = self.choices(column), self.text(column)
        if certainly and self._is_sure(column):
            return True
        begun = any(_is_flag(first_word(choice)) for choice in choices)
        if nearly_names_consent(column) or asks_for_use(text):
            return begun
        return begun and mentions_consent(f"{column}. {text}") and all(map(_is_flag, choices))


def _is_flag(answer: str) -> bool:
    """Say whether an answer is a yes, a no, or a mere mark: ``X``, ``1``."""
    return is_yes(answer) is not None or (len(answer) == 1 and not answer.isalpha()) or answer in ("x", "X")
