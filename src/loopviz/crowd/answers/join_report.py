"""What a join of answers to work came to, in numbers that balance and in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from loopviz.errors import shown, shown_plain
from loopviz.notes import Note
from loopviz.wording import counted

Found = Literal["named", "by name", "by overlap", "by code"]
SHOWN_CODES = 5
_HOW: dict[Found, str] = {
    "named": "as it was named",
    "by name": "found by its name",
    "by overlap": "found because its values are workers' ids",
    "by code": "found because its values are the codes that workers handed in",
}


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

    def lines(self) -> tuple[str, ...]:
        """Return the report as sentences; no worker is named in them."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterable[str]:
        yield f"Taken as the key: {shown_plain(self.key)}, {_HOW[self.how]}."
        yield from (f"Taken as {taken}." for taken in self.taken)
        yield (
            f"{counted(self.answered, 'worker')} of {self.workers} answered, {self.silent} did not; "
            f"{counted(self.responses, 'response')} in all."
        )
        if self.twice:
            several, others = counted(self.twice, "worker"), counted(self.superseded, "other response")
            yield f"{several} answered more than once: the last complete one stands, not {others}."
        if self.unfinished:
            unfinished = counted(self.unfinished, "response")
            yield f"{unfinished} not finished, but the worker's only one: what it says stands."
        if self.without_work:
            several = counted(self.without_work, "response")
            yield f"{several} of people without work in the dataset; they were not taken in."
        if self.nameless:
            yield f"{counted(self.nameless, 'response')} without anything in {shown_plain(self.key)}; not taken in."
        if self.unclear:
            yield f"{counted(self.unclear, 'response')} with a code of several workers; not taken in."
        if self.refused:
            yield f"{counted(self.refused, 'worker')} answered without a yes to the use of the answers."
        if self.refused_unknown:
            yield (
                f"{counted(self.refused_unknown, 'response')} with a no to the use of answers, of nobody known here: "
                f"if they worked, correct {shown_plain(self.key)}, or what they wrote in a batch stays in."
            )
        if self.changed:
            yield f"{counted(self.changed, 'answer')} known before were replaced by later ones."
        if self.shared_codes:
            some = ", ".join(shown(code) for code in self.shared_codes[:SHOWN_CODES])
            more = ", …" if len(self.shared_codes) > SHOWN_CODES else ""
            yield f"{counted(len(self.shared_codes), 'code')} handed in by several workers: {some}{more}."
