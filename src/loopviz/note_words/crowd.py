"""The words of notes on people: what was taken for their consent and their search time, or was not."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from loopviz.errors import shown_plain
from loopviz.note_words.joined import JOINED
from loopviz.note_words.reviewed import REVIEWED
from loopviz.wording import Words, counted, quoted

LISTED = 6  # answers
Meaning = tuple[str | None, bool, int]


def meanings_text(question: str, meanings: Sequence[Meaning]) -> str:
    """Return what the answers to a question were taken for, and how many people gave them.

    Args:
        question: The question, as it is to be named.
        meanings: Answers, None for an empty one; whether each is a yes; and how many gave it.
    """
    words = [
        f"{quoted(answer) if answer is not None else 'no answer'} = {'yes' if agrees else 'no'} ({count})"
        for answer, agrees, count in meanings[:LISTED]
    ]
    rest = meanings[LISTED:]
    agreed = sum(count for _, agrees, count in rest if agrees)
    others = sum(count for *_, count in rest) - agreed
    more = f" and {len(rest)} more answers, yes ({agreed}), no ({others})" if rest else ""
    return f"{question}: {', '.join(words)}{more}"


def _consent(question: str, meanings: Sequence[Meaning]) -> str:
    return f"consent: {meanings_text(question, meanings)}"


def _unit_lacks(question: str) -> str:
    wanted = f"--search-question {shlex.quote(question)} --search-unit minutes|hours|seconds"
    return shown_plain(f"answers to {question} are numbers without a unit ({wanted})")


def _search(question: str, heading: str, times: int, others: int, numbers: int) -> str:
    lost = f", {others} do not" if others else ""
    bare = f"; {_unit_lacks(question)}" if numbers else ""
    return f"Taken as search time: {question}{heading}: {times} answers name a time{lost}{bare}."


def _search_without_unit(question: str) -> str:
    return f"Not taken as search time: {_unit_lacks(question)}."


def _consent_counts(agreed: int, refused: int, not_asked: int) -> str:
    return f"Consent: {counted(agreed, 'person', 'people')} agreed, {refused} refused, {not_asked} not asked."


def _refused(people: int, answers: int) -> str:
    return f"Left out: {counted(people, 'person', 'people')} and {counted(answers, 'answer')}."


def _refused_answers(answers: int) -> str:
    return f"Left out besides: {counted(answers, 'answer')} to be kept private."


def _refused_unmet(people: int, unasked: int) -> str:
    return (
        f"{counted(people, 'person', 'people')} who refused did none of this work; not asked, and shown, of those who "
        f"did it: {unasked}. Look whether names are spelt alike."
    )


def _forgotten(count: int) -> str:
    return f"Forgotten before, and left out again: {count}."


def _work_counted(assignments: int, people: int, batches: int, states: Mapping[str, int]) -> str:
    by_state = ", ".join(f"{count:,} {state}" for state, count in states.items())
    many = f"{counted(people, 'person', 'people')} in {counted(batches, 'batch', 'batches')}"
    return f"{counted(assignments, 'assignment')} of {many}" + (f": {by_state}." if by_state else ".")


def _labels_counted(labels: int, frames: int, of: int) -> str:
    return f"{counted(labels, 'label')} on {frames:,} of {counted(of, 'frame')}."


def _pay_taken(known: int, assignments: int) -> str:
    return f"Taken as pay: Reward, in US dollars, known of {known:,} of {counted(assignments, 'assignment')}."


CROWD: Mapping[str, Words] = {
    **JOINED,
    **REVIEWED,
    "forgotten-again": _forgotten,
    "work-counted": _work_counted,
    "labels-counted": _labels_counted,
    "pay-taken": _pay_taken,
    "consent-counts": _consent_counts,
    "refused": _refused,
    "refused-answers": _refused_answers,
    "refusal-unmet": _refused_unmet,
    "consent-nobody": "consent: nobody was asked, as you say",
    "consent": _consent,
    "consent-all": "consent: a yes to each of these questions, and a no to any of them is a no",
    "consent-not": "answers, and not as consent: {questions}",
    "search-time": _search,
    "search-several": "Not taken as search time: {questions} all speak of it. Name one: --search-question.",
    "search-without-unit": _search_without_unit,
    "no-pictures": "no picture was looked at: edges of labels were not held against those of pictures, and there are "
    "no crops; --video names the video or the folder of images",
    "nobody-shares": "nobody labelled what another person labelled too: agreement is not measured",
    "kit-no-address": "no address for the images: task.html and input.csv hold a stand-in",
    "kit-no-contact": "no contact: people cannot ask anybody",
    "kit-no-pilot": "no pilot: what the reward is an hour is not known",
    "kit-no-example": "no example labels: the instructions show a drawing",
}
