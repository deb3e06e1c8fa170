"""What a file about people says beside their answers: who they are, whether they agree, whether they are invented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from loopviz.formats.people.consent_words import (
    CONSENT,
    REFUSAL,
    asks_consent,
    asks_for_use,
    is_reversed,
    mentions_consent,
    names_consent,
    names_refusal,
    nearly_names_consent,
    squashed,
)
from loopviz.formats.people.yes_no import first_word, is_yes

NUMBERS = {"1": True, "1.0": True, "0": False, "0.0": False}  # of a flag; in a survey they number its choices
WORKER_KEYS = (
    "workerid", "turkerid", "annotatorid", "participantid", "respondentid", "contributorid", "labelerid", "labellerid",
    "raterid", "subjectid", "prolificid", "prolificpid", "userid", "personid", "studentid", "pid",
)  # fmt: skip
# What says who it is where there is no key that does; with a key, they may well be questions.
ROW_KEYS = (*WORKER_KEYS, "id", "worker", "annotator", "participant", "respondent", "user", "person", "student")
IMAGE_KEYS = ("filename", "file", "imagename", "image", "imagefile", "imagepath")
WORK_KEYS = frozenset({"assignmentid", "hitid", "hittypeid", "taskid", "submissionid", "responseid"})
SIMULATED = frozenset({"simulated"})
FLAGS = SIMULATED | CONSENT | REFUSAL


def yes_or_no(value: object) -> bool | None:
    """Return what a flag says, in words or numbers; None where it is null.

    Raises:
        ValueError: If it says neither.
    """
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip() if isinstance(value, str | int | float) else ""
    said = NUMBERS.get(word, is_yes(word))
    if said is not None:
        return said
    raise ValueError("neither yes nor no")


def is_flag(key: str, value: object) -> bool:
    """Say whether a key says something of the person and not of a question: also in a sentence."""
    return squashed(key) in FLAGS or is_about_consent(key, value)


def is_about_consent(key: str, value: object) -> bool:
    """Say whether a key asks whether a person agrees; where only its words may mean that, a yes or a no tells it."""
    if names_consent(key) or asks_consent(key):
        return True
    return (mentions_consent(key) or asks_for_use(key)) and _begins_with_yes_or_no(value)


def _begins_with_yes_or_no(value: object) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and is_yes(first_word(value)) is not None)


def agrees(key: str, value: object) -> bool | None:
    """Return what an answer to a question of consent says; None where nobody answered.

    Raises:
        ValueError: With what is wrong, where it is neither a yes nor a no, or the question may mean the other thing.
    """
    if value is not None and nearly_names_consent(key):
        raise ValueError("what may be a misspelt word for consent")
    try:
        said = yes_or_no(value)
    except ValueError:
        raise ValueError("neither yes nor no") from None
    if said is None or not is_reversed(key):
        return said
    # "I do not agree: no" may be either; what only notes a refusal, or is no word, is clear.
    if said or names_refusal(key) or not isinstance(value, str):
        return not said
    raise ValueError("a no to a question that is put the other way about")


def given(entry: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """Return the first text or number under one of some keys, however they are spelt, as text."""
    values = {squashed(key): value for key, value in reversed(list(entry.items()))}
    for key in keys:
        value = values.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def shape(text: str) -> str:
    """Return what an id looks like without telling it: ``AAA-000`` for ``xyz-117``."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", text[:24]))
