"""Which question of a survey is the people's consent, and which of its answers are a yes.

Both can be named. What is found instead is listed before it counts, and what is not clear is asked: two questions that
could be it, one whose answers are neither a yes nor a no that is known. Nobody is shown, or left out, by a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from loopviz.errors import ConfigError, shown_plain
from loopviz.formats.consent_words import (
    asks_consent,
    asks_for_use,
    is_reversed,
    mentions_consent,
    names_consent,
    plain_words,
)
from loopviz.formats.yes_no import is_yes

NOBODY = "none"  # instead of a question: nobody was asked
PREFIX = "consent_"
LISTED = 6  # answers in a message
LONGEST = 200  # characters of each
MOST_CHOICES = 10  # different answers that a question of one choice has


@dataclass(frozen=True)
class ConsentAsked:
    """What the user says of consent.

    Args:
        question: The column in which a person agrees that the answers are used; ``none`` where nobody was asked; None
            where it is to be found.
        yes: The answers that are a yes, where they are named: every other answer to the question is a no.
    """

    question: str | None = None
    yes: tuple[str, ...] = ()


FOUND_OUT = ConsentAsked()


@dataclass(frozen=True)
class Consent:
    """What was found.

    Args:
        column: The column in which people agree; None where the survey has none.
        means: Whether an answer in it is a yes, by the answer; what is empty is none.
        single: For a question, the column that says it for this question alone, and what its answers mean.
        taken: What was taken for what, as sentences.
    """

    column: str | None = None
    means: Mapping[str, bool] = field(default_factory=dict)
    single: Mapping[str, tuple[str, Mapping[str, bool]]] = field(default_factory=dict)
    taken: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are no questions."""
        return (*([self.column] if self.column else []), *(column for column, _ in self.single.values()))


@dataclass(frozen=True)
class _Asked:
    """The questions of a survey: their answers with how many gave them, and their words."""

    file: Path
    responses: pl.DataFrame
    texts: Mapping[str, str]

    def answers(self, column: str) -> dict[str | None, int]:
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


def find_consent(file: Path, responses: pl.DataFrame, texts: Mapping[str, str], wanted: ConsentAsked) -> Consent:
    """Find out which column is consent and what its answers mean.

    Args:
        file: The survey, for messages.
        responses: Its answers, a text column for each question.
        texts: The text of every question that may be it, by column; empty where it is not known.
        wanted: What the user says.

    Raises:
        ConfigError: If it is not clear, or is named and not there; what was found is named, and the option that helps.
    """
    asked = _Asked(file, responses, texts)
    if wanted.question == NOBODY:
        return Consent(taken=("consent: nobody was asked, as you say",))
    column = wanted.question or _found(asked, wanted)
    names = {name.casefold(): name for name in texts if name != column}
    pairs = [(question, names.get(f"{PREFIX}{question}".casefold())) for question in texts]
    single = {q: (name, _meanings(asked, name, wanted.yes, whole=False)) for q, name in pairs if name is not None}
    means = {} if column is None else _meanings(asked, column, wanted.yes, whole=True)
    listed = [(column, means)] if column else []
    lines = tuple(f"consent: {_listed(asked, name, what)}" for name, what in (*listed, *single.values()))
    return Consent(column, means, single, lines + _not_chosen(asked, wanted))


def _not_chosen(asked: _Asked, wanted: ConsentAsked) -> tuple[str, ...]:
    """Say which other questions speak of consent, where the user has named one."""
    if wanted.question is None:
        return ()
    others = [c for c in _whole(asked) if c != wanted.question and (_is_sure(asked, c) or _is_of_use(asked, c))]
    listed = ", ".join(_named(asked, c) for c in others[:LISTED])
    return (f"answers, and not as consent: {listed}",) if others else ()


def _found(asked: _Asked, wanted: ConsentAsked) -> str | None:
    """Return the one column that speaks of consent.

    Raises:
        ConfigError: If there are several, or one that could be.
    """
    columns = _whole(asked)
    sure = [c for c in columns if _is_sure(asked, c)]
    sure = sure or [c for c in columns if set(wanted.yes) & set(asked.choices(c))]
    of_use = [c for c in columns if c not in sure and _is_of_use(asked, c)]
    maybe = [c for c in columns if c not in (*sure, *of_use) and _may_be(asked, c)] + of_use
    if len(sure) == 1 and not of_use:
        return sure[0]
    if not sure and not maybe:
        return None
    several = len(sure) + len(maybe) > 1
    raise ConfigError(
        "several questions may be the people's consent" if several else "a question may be the people's consent",
        file=asked.file,
        at=", ".join(_named(asked, c) for c in [*sure, *(of_use if sure else maybe)][:LISTED]),
        remedy=f"Name the one that is: --consent COLUMN (crowd: consent); or --consent {NOBODY}, if nobody was asked.",
    )


def _whole(asked: _Asked) -> list[str]:
    """Return the columns but those that are about one question's answer alone."""
    known = {question.casefold() for question in asked.texts}
    return [c for c in asked.texts if not (c.casefold().startswith(PREFIX) and c.casefold()[len(PREFIX) :] in known)]


def _is_sure(asked: _Asked, column: str) -> bool:
    """Say whether a question's name or words, or the choices it gives, are those of consent."""
    return names_consent(column) or any(map(asks_consent, (asked.text(column), *asked.choices(column))))


def _may_be(asked: _Asked, column: str) -> bool:
    """Say whether a question mentions consent, and is answered with yes or no."""
    choices = asked.choices(column)
    return mentions_consent(asked.text(column)) and bool(choices) and all(is_yes(c) is not None for c in choices)


def _is_of_use(asked: _Asked, column: str) -> bool:
    """Say whether a question is about the use of answers, and an answer to it begins with a yes or a no."""
    if not asks_for_use(asked.text(column)):
        return False
    begun = (re.split(r"[\s,.;:!]", choice.strip(), maxsplit=1)[0] for choice in asked.choices(column))
    return any(is_yes(word) is not None for word in begun)


def _meanings(asked: _Asked, column: str, yes: Iterable[str], *, whole: bool) -> dict[str, bool]:
    """Return whether each answer of a column is a yes.

    Args:
        asked: The survey.
        column: The column.
        yes: The answers that the user calls a yes.
        whole: Whether the column must have one of these; else words that are known do where it has none.

    Raises:
        ConfigError: If an answer is neither a yes nor a no that is known, or nobody answered.
    """
    given = {answer: count for answer, count in asked.answers(column).items() if answer is not None}
    wanted = {plain_words(word) for word in yes}
    if any(plain_words(answer) in wanted for answer in given):
        return {answer: plain_words(answer) in wanted for answer in given}
    turned = is_reversed(asked.text(column))
    known = {answer: None if turned else is_yes(answer) for answer in given}
    strange = [answer for answer, meaning in known.items() if meaning is None]
    if strange:
        problem = "an answer about consent is neither a yes nor a no that is known"
        problem = "the question is put so that a yes may be a no to the use of answers" if turned else problem
    elif whole and not given:
        problem = "nobody answered the question about consent"
    elif whole and wanted and any(known.values()):
        problem = "nobody gave the answer that is to be a yes"
    else:
        return {answer: meaning is True for answer, meaning in known.items()}
    said = strange or list(given)
    listed = ", ".join(f"{_word(answer)} ({given[answer]})" for answer in said[:LISTED])
    which = "Name every answer that is a yes, all others then are a no: --consent-yes TEXT (crowd: consent: yes). "
    other = f"another question: --consent COLUMN (crowd: consent); or --consent {NOBODY}, if nobody was asked."
    remedy = f"{which}Or name {other}" if given else f"Name {other}"
    at = _named(asked, column)
    raise ConfigError(f"{problem}: {listed}" if listed else problem, file=asked.file, at=at, remedy=remedy)


def _listed(asked: _Asked, column: str, means: Mapping[str, bool]) -> str:
    counts = asked.answers(column)
    words = [
        f"{_word(a) if a is not None else 'no answer'} = {'yes' if a is not None and means.get(a) else 'no'} ({n})"
        for a, n in counts.items()
    ]
    more = f" and {len(words) - LISTED} more answers, {_rest(counts, means)}" if len(words) > LISTED else ""
    return f"{_named(asked, column)}: {', '.join(words[:LISTED])}{more}"


def _rest(counts: Mapping[str | None, int], means: Mapping[str, bool]) -> str:
    rest = list(counts)[LISTED:]
    agreed = sum(counts[a] for a in rest if a is not None and means.get(a))
    return f"yes ({agreed}), no ({sum(counts[a] for a in rest) - agreed})"


def _named(asked: _Asked, column: str) -> str:
    text = asked.texts.get(column, "")
    return f"{shown_plain(column)} {_word(text)}" if text and text != column else shown_plain(column)


def _word(text: str) -> str:
    return shown_plain(repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"))
