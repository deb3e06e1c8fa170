"""What the answers to a question of consent mean: which are a yes, which a no, and what an empty one says.

Plain words (``Yes``, ``I agree``) are known. Other answers are the user's to name, and are asked for: nobody is shown,
or left out, by a guess. An empty answer is no yes unless the user says that it is one: where a tick means a no.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.errors import ConfigError, shown_plain
from loopviz.formats.people.consent_words import is_reversed, plain_words
from loopviz.formats.people.yes_no import is_yes
from loopviz.wording import quoted

NOBODY = "none"  # instead of a question: nobody was asked
EMPTY = ""  # what an empty answer stands under
LISTED = 6  # answers in a message
MOST_CHOICES = 10  # different answers that a question of one choice has
Means = Mapping[str, bool]


@dataclass(frozen=True)
class ConsentAsked:
    """What the user says of consent.

    Args:
        questions: The columns in which a person agrees that the answers are used, in all of which it must be a yes;
            ``none`` where nobody was asked; empty where they are to be found.
        yes: The answers that are a yes, where they are named: every other answer to such a question is a no.
        no: The answers that are a no, such as a tick at ``I do not wish to be shown``.
        empty: Whether an empty answer is a yes, where every other one is named as a no; None: the user does not say.

    Raises:
        ConfigError: If an answer is both, or an empty one is to be a yes where nothing says what a no is.
    """

    questions: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    empty: bool | None = None

    def __post_init__(self) -> None:
        both = next((word for word in self.yes if plain_words(word) in map(plain_words, self.no)), None)
        if both is not None:
            raise ConfigError("an answer about consent cannot be a yes and a no", found=both)
        if NOBODY in self.questions and len(self.questions) > 1:
            raise ConfigError("nobody was asked, and a question is named", found=", ".join(self.questions))
        if self.empty and not self.no:
            remedy = "Name the answers that are a no: --consent-no TEXT (crowd: consent: no)."
            raise ConfigError("an empty answer is to be a yes, and nothing says what is a no", remedy=remedy)

    @property
    def nobody(self) -> bool:
        """Whether nobody was asked, as the user says."""
        return self.questions == (NOBODY,)


FOUND_OUT = ConsentAsked()


@dataclass(frozen=True)
class Questions:
    """The questions of a survey: their answers with how many gave them, and their words."""

    file: Path
    responses: pl.DataFrame
    texts: Mapping[str, str]

    def answers(self, column: str) -> dict[str | None, int]:
        """Return the answers to a question, the most frequent first, and how many gave them; None is an empty one."""
        given = self.responses.get_column(column)
        counted = given.set(given.str.strip_chars() == "", None).value_counts(sort=False)
        return dict(sorted(counted.iter_rows(), key=lambda row: (-row[1], row[0] or "")))

    def text(self, column: str) -> str:
        """Return a question's words, or where nothing tells them its name."""
        return self.texts.get(column) or column

    def choices(self, column: str) -> list[str]:
        """Return the different answers of a column that has few of them, else none."""
        if self.responses.get_column(column).n_unique() > 2 * MOST_CHOICES:  # some may differ in blanks alone
            return []
        found = [answer for answer in self.answers(column) if answer is not None]
        return found if len(found) <= MOST_CHOICES else []

    def named(self, column: str) -> str:
        """Return a question's name and its words, for a message."""
        text = self.texts.get(column, "")
        return f"{shown_plain(column)} {quoted(text)}" if text and text != column else shown_plain(column)


def meanings(asked: Questions, column: str, wanted: ConsentAsked, *, whole: bool) -> Means:
    """Return whether each answer of a column is a yes; an empty one stands there too where it is.

    Args:
        asked: The survey.
        column: The column.
        wanted: What the user says.
        whole: Whether it is about all of a person's answers: then nobody's answer is asked about, too.

    Raises:
        ConfigError: If an answer is neither a yes nor a no that is known, or nobody answered.
    """
    counts = asked.answers(column)
    given = [answer for answer in counts if answer is not None]
    yes, no = set(map(plain_words, wanted.yes)), set(map(plain_words, wanted.no))
    turned = is_reversed(asked.text(column))
    known = {answer: _meaning(answer, given, yes, no, turned=turned) for answer in given}
    strange = [answer for answer, agrees in known.items() if agrees is None]
    box = whole and bool(no) and (_are_all(given, no) if given else turned or wanted.questions == (column,))
    if strange and turned:
        problem = "the question is put so that a yes may be a no to the use of answers"
    elif strange:
        problem = "an answer about consent is neither a yes nor a no that is known"
    elif whole and not given and not (box and wanted.empty is not None):
        problem = "nobody answered the question about consent"
    elif box and counts.get(None) and wanted.empty is None:
        problem, given = f"nothing says what the answers that were left empty mean ({counts[None]})", []
    else:
        means = {answer: agrees is True for answer, agrees in known.items()}
        return means | {EMPTY: True} if box and wanted.empty else means
    raise _unclear(asked, column, problem, strange or given)


def _meaning(answer: str, given: Collection[str], yes: Set[str], no: Set[str], *, turned: bool) -> bool | None:
    plain = plain_words(answer)
    if plain in yes or plain in no:
        return plain in yes
    named = set(map(plain_words, given))
    if named & yes and not named & no:
        return False  # who names the yes means every other answer to be a no
    return None if turned else is_yes(answer)


def _are_all(given: Collection[str], words: Collection[str]) -> bool:
    return all(plain_words(answer) in words for answer in given)


def _unclear(asked: Questions, column: str, problem: str, said: Collection[str]) -> ConfigError:
    counts = asked.answers(column)
    listed = ", ".join(f"{quoted(answer)} ({counts[answer]})" for answer in [*said][:LISTED])
    which = (
        "Name every answer that is a yes, all others then are a no: --consent-yes TEXT (crowd: consent: yes); where a "
        "tick means a no, name it and say what an empty answer means: --consent-no TEXT --consent-empty yes (crowd: "
        "consent: no, empty). "
    )
    other = f"another question: --consent COLUMN (crowd: consent); or --consent {NOBODY}, if nobody was asked."
    problem = f"{problem}: {listed}" if listed else problem
    return ConfigError(problem, file=asked.file, at=asked.named(column), remedy=f"{which}Or name {other}")


def meanings_of(asked: Questions, column: str, means: Means) -> dict[str, Any]:
    """Return what the answers of a column were taken for, and how many gave them, as ``meanings_text`` takes it."""
    given = asked.answers(column).items()
    meanings = [(answer, bool(means.get(answer or EMPTY)), count) for answer, count in given]
    return {"question": asked.named(column), "meanings": meanings}
