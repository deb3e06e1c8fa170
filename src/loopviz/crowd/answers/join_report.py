"""What a join of answers to work came to, in numbers that balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from loopviz.notes import Note, told

Found = Literal["named", "by name", "by overlap", "by code"]


@dataclass(frozen=True)
class JoinReport:
    """Who answered and who did not.

    Every worker is either ``answered`` or ``silent``, and every response is counted once: in ``answered`` (the one
    that stands for its worker), ``superseded``, ``without_work``, ``nameless`` or ``unclear``.

    Args:
        key: The column that says who answered.
        how: How that column was found.
        responses: Responses in the survey.
        workers: People with work in the dataset.
        answered: Workers who answered.
        silent: Workers who did not.
        twice: Workers who answered more than once; the last complete response stands.
        superseded: Their responses that do not stand.
        without_work: Responses of people without work in the dataset.
        nameless: Responses that do not say whose they are.
        unclear: Responses with a code that several workers handed in.
        unfinished: Responses that stand although they were not finished: those workers have no other.
        refused: Workers whose answers come without a yes to their use.
        refused_unknown: Responses that refuse it, and of which it is not known whose they are.
        changed: Answers that replaced another one known before.
        shared_codes: Codes that several workers handed in: they prove nothing.
        taken: What was taken for what, beside the key.

    Raises:
        AssertionError: If the counts do not balance.
    """

    key: str
    how: Found
    responses: int
    workers: int
    answered: int
    silent: int
    twice: int = 0
    superseded: int = 0
    without_work: int = 0
    nameless: int = 0
    unclear: int = 0
    unfinished: int = 0
    refused: int = 0
    refused_unknown: int = 0
    changed: int = 0
    shared_codes: tuple[str, ...] = ()
    taken: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        placed = self.answered + self.superseded + self.without_work + self.nameless + self.unclear
        if self.workers != self.answered + self.silent or self.responses != placed or self.superseded < self.twice:
            raise AssertionError(f"the join's counts do not balance: {self!r}")

    def notes(self) -> tuple[Note, ...]:
        """Return what there is to know, without anybody's name: the numbers that are not 0."""
        beside: dict[str, dict[str, object]] = {
            "answered-twice": {"count": self.twice, "others": self.superseded},
            "unfinished": {"count": self.unfinished},
            "without-work": {"count": self.without_work},
            "nameless": {"count": self.nameless, "key": self.key},
            "code-of-several": {"count": self.unclear},
            "answered-without-yes": {"count": self.refused},
            "refused-unknown": {"count": self.refused_unknown, "key": self.key},
            "replaced": {"count": self.changed},
            "shared-codes": {"count": len(self.shared_codes), "codes": self.shared_codes},
        }
        people = {"answered": self.answered, "workers": self.workers, "silent": self.silent}
        return (
            told("key-taken", key=self.key, how=self.how),
            *(told("join-taken", taken=taken) for taken in self.taken),
            told("joined", **people, responses=self.responses),
            *(told(code, **values) for code, values in beside.items() if values["count"]),
        )
