"""What one person answered, from an entry of a file about people: as keys and values, or as a list of pairs.

Answers stand flat in the entry, or under ``form_responses`` and the like. What is neither a text, a number, a truth nor
a list of these is no answer, and is refused: it may hold somebody else's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from loopviz.errors import InputError
from loopviz.formats.people.consent_words import CONSENT, about_question, squashed
from loopviz.formats.people.flags import FLAGS, IMAGE_KEYS, WORK_KEYS, WORKER_KEYS, is_about_consent, is_flag
from loopviz.formats.people.tables import answer_text
from loopviz.mentions import looks_like_an_id

NESTED = frozenset({
    "formresponses", "answers", "survey", "responses", "surveyresponses", "surveyanswers", "form", "questionnaire",
    "formresponse", "formanswers", "response", "replies",
})  # fmt: skip
# In this order: an id tells a question from all others, its words may not.
QUESTION_KEYS = ("questionid", "qid", "key", "field", "id", "name", "question", "q", "prompt", "label", "title", "item")
ONE_ANSWER = [{question, answer} for question in ("question", "questionid", "qid") for answer in ("answer", "response")]
ANSWER_KEYS = ("answer", "response", "value", "reply", "text", "a", "choice", "selected", "answers", "responses")


@dataclass
class Answered:
    """What an entry says.

    Args:
        answers: By question id.
        texts: The questions' own words, by id, where a list of pairs has both.
        consents: What is said of single answers, by question id or a key such as ``consent_Q4``, as it stands there.
        person: What is said of the person: the values of ``FLAGS`` that stand among the answers.
        aside: Keys that were left aside.
    """

    answers: dict[str, str | None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    consents: dict[str, object] = field(default_factory=dict)
    person: dict[str, object] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)


def read_answers(entry: Mapping[str, Any] | Sequence[Any], is_person: Callable[[str], bool]) -> Answered:
    """Return what an entry says of a person's answers.

    Args:
        entry: The entry; a list is one of pairs.
        is_person: Says whether a key is a worker's id: no question is called like one.

    Raises:
        InputError: If something there is no answer; without the file and the person, which the caller knows.
    """
    found = Answered()
    if not isinstance(entry, Mapping):
        _add_pairs(found, entry, "")
    else:
        _add_entry(found, entry)
    ids = sum(is_person(question) or looks_like_an_id(question) for question in found.answers)
    if ids:
        expected, remedy = "answers by question", "Put the answers under their own worker's id, one level up."
        raise InputError(
            "questions have the names of workers", found=f"{ids} such keys", expected=expected, remedy=remedy
        )
    return found


def _add_entry(found: Answered, entry: Mapping[str, Any]) -> None:
    entry = {key: _unpacked(value) if squashed(key) in NESTED else value for key, value in entry.items()}
    nested = [key for key, value in entry.items() if squashed(key) in NESTED and isinstance(value, dict | list)]
    for key in nested:
        if isinstance(entry[key], dict):
            _add_keys(found, entry[key], key)
        else:
            _add_pairs(found, entry[key], key)
    flags = {key: value for key, value in entry.items() if is_flag(key, value)}
    others = {
        key: value
        for key, value in entry.items()
        if key not in flags and key not in nested and squashed(key) not in (*WORKER_KEYS, *IMAGE_KEYS)
        and not (value is None and squashed(key) in NESTED)
    }  # fmt: skip
    _add_keys(found, flags, "")
    if nested:
        found.aside += others
    elif {squashed(key) for key in others} in ONE_ANSWER:  # a row of its own
        _add_pairs(found, [others], "")
    else:
        _add_keys(found, others, "")


def _unpacked(value: object) -> object:
    """Return what is packed as JSON in a text; another text as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            return from_json(value)
    return value


def _add_keys(found: Answered, answers: Mapping[str, Any], at: str) -> None:
    for key, value in answers.items():
        place = f"{at}.{key}" if at else key
        if is_about_consent(key, value) and isinstance(value, dict):
            found.consents |= value
        elif is_about_consent(key, value) and about_question(key):
            found.consents[key] = value
        elif is_flag(key, value):
            found.person[key] = value
        elif squashed(key) in WORK_KEYS or squashed(key) in WORKER_KEYS:
            found.aside.append(key)
        else:
            if isinstance(value, dict):
                _note_consent(found, key, value)
            _add(found, key, _answer(value, place), place)


def _add_pairs(found: Answered, pairs: Sequence[Any], at: str) -> None:
    """Add answers that stand as ``{"question": …, "answer": …}``, ``["Q1", …]`` or ``{"Q1": …}``."""
    for number, pair in enumerate(pairs, 1):
        place = f"{at}, answer {number}".lstrip(", ")
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            _add_keys(found, {pair[0]: pair[1]}, place)
            continue
        if not isinstance(pair, dict):
            raise _no_pair(place, pair)
        keys = {squashed(key): key for key in reversed(pair)}
        asked = [keys[key] for key in QUESTION_KEYS if key in keys and isinstance(pair[keys[key]], str | int)]
        asked.sort(key=lambda key: str(pair[key]).isdecimal())  # the number of a row, if there is anything else
        said = next((keys[key] for key in ANSWER_KEYS if key in keys and keys[key] not in asked[:1]), None)
        if asked and said is not None:
            question = str(pair[asked[0]])
            words = next((str(pair[key]) for key in asked if is_flag(str(pair[key]), pair[said])), question)
            _add_keys(found, {words: pair[said]}, place)
            if len(asked) > 1 and asked[1] != said and question in found.answers:
                found.texts.setdefault(question, str(pair[asked[1]]))
            _note_consent(found, question, pair)
            found.aside += [key for key in pair if key not in (*asked[:2], said) and squashed(key) not in FLAGS]
        elif len(pair) == 1 and not asked:
            _add_keys(found, pair, place)
        else:
            raise _no_pair(place, pair)


def _note_consent(found: Answered, question: str, beside: Mapping[str, Any]) -> None:
    """Note what stands of consent beside an answer."""
    for key, value in beside.items():
        if squashed(key) in CONSENT:
            found.consents[question] = value


def _no_pair(place: str, pair: object) -> InputError:
    found = f"an object with {', '.join(map(str, list(pair)[:4]))}" if isinstance(pair, dict) else type(pair).__name__
    return InputError(
        "not a question with its answer",
        at=place,
        found=found,
        expected='{"question": "Q1", "answer": "25 - 34"}, or answers by question: {"Q1": "25 - 34"}',
    )


def _add(found: Answered, question: str, answer: str | None, place: str) -> None:
    if question in found.answers and found.answers[question] != answer:
        raise InputError("one person answers a question twice", at=place, remedy="Keep one answer.")
    found.answers[question] = answer


def _answer(value: object, place: str) -> str | None:
    """Return an answer as it was written; an object with an ``answer`` in it is that."""
    if isinstance(value, dict):
        keys = {squashed(key): key for key in value}
        inner = next((value[keys[key]] for key in ANSWER_KEYS if key in keys), value)
        if isinstance(inner, dict):
            raise _no_answer(place, value)
        return _answer(inner, place)
    if isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        raise _no_answer(place, value)
    return answer_text(value)


def _no_answer(place: str, value: dict[str, Any] | list[Any]) -> InputError:
    found = f"an object with {len(value)} keys" if isinstance(value, dict) else f"a list of {len(value)} objects"
    expected = "a text, a number, true or false, null, or a list of these"
    remedy = "Put people and their answers one level below the file's top, or give each answer a key of its own."
    return InputError("not an answer", at=place, found=found, expected=expected, remedy=remedy)
