"""What caption templates can show: one row a value, with how it is reckoned and what the reference says of it.

A new value is a new row. Templates, the account that is reckoned for them, messages and ``docs/reference/captions.md``
follow from this table; only ``answers`` and ``headings`` are not in it, whose names are the questions'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from loopviz.work import MOST_PEOPLE


@dataclass(frozen=True)
class Moment:
    """What is known of a frame whose caption is written.

    Attributes:
        frame: Its number, from 0.
        frames: How many there are.
        work: The work on it, that which the caption speaks of first: an assignment's columns, its worker's, ``labels``.
        answers: What that worker answered, by question.
        account: What all the work of that worker comes to, by name.
        everyone: The same of everybody.
        so_far: What the work on the frames that the film has shown comes to, by name.
        carried_from: The frame whose labels it has, where nobody labelled it.
    """

    frame: int
    frames: int
    work: list[dict[str, Any]]
    answers: Mapping[str, str]
    account: Mapping[str, float | None]
    everyone: Mapping[str, float | None]
    so_far: Mapping[str, float | None]
    carried_from: int | None = None

    @property
    def mine(self) -> dict[str, Any]:
        """The work that the caption speaks of."""
        return self.work[0]

    @property
    def people(self) -> set[str]:
        """Who worked on the frame."""
        return {work["worker_id"] for work in self.work if work["worker_id"] is not None}

    @property
    def paid(self) -> list[float]:
        """What each work on the frame was paid, where that is known."""
        return [paid for work in self.work if (paid := _paid_for(work)) is not None]


class Value(NamedTuple):
    """A value.

    Attributes:
        name: As a template writes it: ``work.seconds``.
        of: Returns it, None where it is not known.
        says: What it is, for the reference; empty where another row says it.
    """

    name: str
    of: Callable[[Moment], Any]
    says: str


def _work(column: str) -> Callable[[Moment], Any]:
    return lambda moment: moment.mine[column]


def _paid(moment: Moment) -> float | None:
    return _paid_for(moment.mine)


def _paid_for(work: Mapping[str, Any]) -> float | None:
    """Nothing if the work was rejected, not known before that is decided."""
    reward = work["reward_usd"]
    return None if reward is None else {"rejected": 0.0, "approved": float(reward)}.get(work["status"])


def _withheld(moment: Moment) -> float | None:
    status, reward = moment.mine["status"], moment.mine["reward_usd"]
    if status is None:
        return None
    return 0.0 if status != "rejected" else None if reward is None else float(reward)


def _reason(moment: Moment) -> str | None:
    """Of somebody who is not known, or refused consent, it is not told: it may say who they are."""
    rejected = moment.mine["status"] == "rejected" and moment.mine["worker_id"] is not None
    return moment.mine["reason"] or None if rejected else None


def _paid_an_hour(moment: Moment) -> float | None:
    usd, seconds = _paid(moment), moment.mine["work_seconds"]
    return None if usd is None or not seconds else usd / seconds * 3600


def _silent(moment: Moment) -> bool:
    return moment.mine["worker_id"] is not None and not moment.answers  # of somebody unknown it is not known


def _of_account(name: str, says: str) -> Value:
    return Value(f"account.{name}", lambda moment: moment.account.get(name), says)


def _of_everyone(name: str, says: str = "") -> Value:
    return Value(f"everyone.{name}", lambda moment: moment.everyone.get(name), says)


def _of_so_far(name: str, says: str) -> Value:
    return Value(f"so_far.{name}", lambda moment: moment.so_far.get(name), says)


ACCOUNT = (
    _of_account("tasks", "how many assignments the person handed in, over all frames"),
    _of_account("approved", "how many of them were approved"),
    _of_account("rejected", "how many of them were rejected"),
    _of_account("seconds", "how long they took together"),
    _of_account("paid_usd", "what was paid for them"),
    _of_account("unpaid_usd", "what was offered for the rejected ones"),
    _of_account("usd_per_hour", "what the person's decided work paid an hour"),
    _of_account(
        "usd_per_hour_with_search",
        "the same, with the unpaid search that the survey reports, once for each day of work",
    ),
    _of_account(
        "search_at_least",
        'whether that search may have been longer ("more than 30 minutes"): then the pay is at most that',
    ),
)
VALUES = (
    Value("worker.alias", _work("alias"), "what may name the person, by `identity`; nothing if hidden"),
    Value("worker.simulated", lambda moment: bool(moment.mine["simulated"]), "whether the person is invented"),
    Value(
        "worker.silent",
        _silent,
        "whether the person answered no question at all; not so of who refused consent, or is not known",
    ),
    Value(
        "work.reason",
        _reason,
        "why it was rejected, in the requester's words; missing where it was not, or nobody said why",
    ),
    Value("work.status", _work("status"), "`submitted`, `approved` or `rejected`"),
    Value("work.reward_usd", _work("reward_usd"), "what was offered"),
    Value(
        "work.labels",
        _work("labels"),
        "how many objects the person labelled on this frame; missing where the labels were not read",
    ),
    Value(
        "work.accepted",
        _work("accepted"),
        "whether the labels count, where that was reviewed: apart from what was paid",
    ),
    Value("work.batch", _work("batch"), "the batch that it came in"),
    Value("work.seconds", _work("work_seconds"), "how long it took"),
    Value(
        "pay.usd",
        _paid,
        "what was paid: the reward where the work was approved, 0 where it was rejected; not known before that is "
        "decided",
    ),
    Value(
        "pay.withheld_usd",
        _withheld,
        "what was offered and not paid: the reward where the work was rejected, 0 where it was not",
    ),
    Value("pay.usd_per_hour", _paid_an_hour, "that, an hour of this work's own time"),
    *ACCOUNT,
    _of_everyone("people", "how many people worked"),
    *(_of_everyone(value.name.removeprefix("account.")) for value in ACCOUNT),
    _of_so_far("people", "how many people the film has shown by now, this frame's included"),
    _of_so_far("tasks", "how many assignments these frames took"),
    _of_so_far("approved", "how many of them were approved"),
    _of_so_far("rejected", "how many of them were rejected"),
    _of_so_far("labels", "how many objects were labelled on them"),
    _of_so_far("seconds", "how long they took together, as far as that is known"),
    _of_so_far("unpaid_seconds", "how long the rejected ones took, as far as that is known"),
    _of_so_far("untimed", "of how many it is not known how long they took"),
    _of_so_far("hours", "how long all took, in hours"),
    _of_so_far("paid_usd", "what was paid for them, as far as that is known"),
    _of_so_far("unpaid_usd", "what was offered for the rejected ones"),
    Value("frame.index", lambda moment: moment.frame, "the frame's number, from 0"),
    Value("frame.number", lambda moment: moment.frame + 1, "the frame's number, from 1"),
    Value("frame.count", lambda moment: moment.frames, "how many frames there are"),
    Value("frame.others", lambda moment: len(moment.work) - 1, "how many other people labelled this frame"),
    Value("frame.people", lambda moment: len(moment.people), "how many people labelled this frame"),
    Value(
        "frame.is_crowded",
        lambda moment: len(moment.people) > MOST_PEOPLE,
        "whether these are so many that only the first one's labels are drawn as labels, and all others as a density",
    ),
    Value("frame.paid_least_usd", lambda moment: min(moment.paid, default=None), "what it paid the one who got least"),
    Value("frame.paid_most_usd", lambda moment: max(moment.paid, default=None), "what it paid the one who got most"),
    Value(
        "frame.carried_from",
        lambda moment: None if moment.carried_from is None else moment.carried_from + 1,
        "the number, from 1, of the frame whose labels were "
        "[carried over](project-file.md#labels-between-labelled-frames); missing where none were",
    ),
)
GROUPS = tuple(dict.fromkeys(value.name.partition(".")[0] for value in VALUES))
ACCOUNTS = ("account", "everyone")  # what is reckoned only where a template shows it
SO_FAR = "so_far"


def values_of(moment: Moment, groups: tuple[str, ...] = GROUPS) -> dict[str, dict[str, Any]]:
    """Return the values of some groups, as ``{"work": {"seconds": …}}``; None is not known."""
    found: dict[str, dict[str, Any]] = {group: {} for group in groups}
    for value in VALUES:
        group, _, name = value.name.partition(".")
        if group in found:
            found[group][name] = value.of(moment)
    return found
