"""The words of what a join of answers to work came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loopviz.errors import shown, shown_plain
from loopviz.wording import Words, counted

SHOWN_CODES = 5
_HOW = {
    "named": "as it was named",
    "by name": "found by its name",
    "by overlap": "found because its values are workers' ids",
    "by code": "found because its values are the codes that workers handed in",
}


def _key_taken(key: str, how: str) -> str:
    return f"Taken as the key: {shown_plain(key)}, {_HOW[how]}."


def _taken(taken: object) -> str:
    return f"Taken as {taken}."


def _joined(answered: int, workers: int, silent: int, responses: int) -> str:
    people = f"{counted(answered, 'worker')} of {workers} answered, {silent} did not"
    return f"{people}; {counted(responses, 'response')} in all."


def _twice(count: int, others: int) -> str:
    rest = counted(others, "other response")
    return f"{counted(count, 'worker')} answered more than once: the last complete one stands, not {rest}."


def _unfinished(count: int) -> str:
    return f"{counted(count, 'response')} not finished, but the worker's only one: what it says stands."


def _without_work(count: int) -> str:
    return f"{counted(count, 'response')} of people without work in the dataset; they were not taken in."


def _nameless(count: int, key: str) -> str:
    return f"{counted(count, 'response')} without anything in {shown_plain(key)}; not taken in."


def _of_several(count: int) -> str:
    return f"{counted(count, 'response')} with a code of several workers; not taken in."


def _without_yes(count: int) -> str:
    return f"{counted(count, 'worker')} answered without a yes to the use of the answers."


def _refused_unknown(count: int, key: str) -> str:
    return (
        f"{counted(count, 'response')} with a no to the use of answers, of nobody known here: "
        f"if they worked, correct {shown_plain(key)}, or what they wrote in a batch stays in."
    )


def _replaced(count: int) -> str:
    return f"{counted(count, 'answer')} known before were replaced by later ones."


def _shared_codes(count: int, codes: Sequence[str]) -> str:
    some = ", ".join(shown(code) for code in codes[:SHOWN_CODES])
    more = ", …" if len(codes) > SHOWN_CODES else ""
    return f"{counted(count, 'code')} handed in by several workers: {some}{more}."


JOINED: Mapping[str, Words] = {
    "key-taken": _key_taken,
    "join-taken": _taken,
    "joined": _joined,
    "answered-twice": _twice,
    "unfinished": _unfinished,
    "without-work": _without_work,
    "nameless": _nameless,
    "code-of-several": _of_several,
    "answered-without-yes": _without_yes,
    "refused-unknown": _refused_unknown,
    "replaced": _replaced,
    "shared-codes": _shared_codes,
}
