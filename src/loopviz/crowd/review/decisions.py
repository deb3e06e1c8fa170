"""Reviewing work by rules: what was measured, one decision for every assignment, and what a rule would cost people.

Two things are decided, apart from each other: whether labels count (``passes``), and whether work is paid
(``approve``). Work that was paid stays paid; a task of several pictures is one payment, and is paid when any of its
pictures keeps the rule; what cannot be measured is held against nobody. Work whose labels were not read is not judged
by a rule about labels: it is neither approved nor rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from loopviz.crowd.quality.measures import measures
from loopviz.crowd.review.evidence import NOT_READ, Evidence, evidence, sentences
from loopviz.crowd.review.rules import MEASURES, Condition, Rule
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.notes import Note, told

DECIDED: dict[str, pl.DataType] = {
    "assignment_id": pl.String(),
    "task": pl.String(),  # the platform's own id: one for all pictures of a task
    "worker_id": pl.String(),
    "frame": pl.Int64(),
    "passes": pl.Boolean(),  # whether its labels count; null: they were not read, and nobody judges them
    "approve": pl.Boolean(),  # whether it is paid; null: neither yes nor no
    "reason": pl.String(),  # of a rejection; null otherwise
    "evidence": pl.List(pl.Struct({"found": pl.String(), "asked": pl.String()})),
    "score": pl.Float64(),  # 1 lies on the line, less is worse
    "measure": pl.String(),  # what the score is of: the measure that came off worst
    "value": pl.Float64(),
}
_PICTURE = r"/\d+$"  # what tells the pictures of one task apart


@dataclass(frozen=True)
class ReviewCost:
    """What a review leaves unpaid.

    Attributes:
        people_unpaid: How many people lose pay.
        people_with_nothing: How many of them are paid for nothing at all.
        tasks_unpaid: For how many tasks.
        tasks: Of how many.
        usd: What these would have been paid, in US dollars, where that is known.
        hours: How long they took, where that is known.
        unknown: How many of them have no known pay or no known time.
        not_judged: How many tasks are neither paid nor not, as their labels were not read.
        still_rejected: How many of these the platform rejected before.
        left_out: How many of the unpaid tasks are of people who are left out, and not among those counted.
    """

    people_unpaid: int
    people_with_nothing: int
    tasks_unpaid: int
    tasks: int
    usd: float
    hours: float
    unknown: int
    not_judged: int = 0
    still_rejected: int = 0
    left_out: int = 0

    def note(self) -> Note:
        """Return the cost for people to read before anything is written."""
        return told("review-cost", **asdict(self))


@dataclass(frozen=True, eq=False)
class Review:
    """The decisions of a review, one for every assignment, worst first.

    Attributes:
        decisions: Columns as ``DECIDED``.
        cost: What it leaves unpaid.
        rules: What was asked for.
        pay_all: Whether everyone is paid, whatever the rules say.

    Raises:
        ConfigError: If an assignment is decided twice, or rejected without a reason.
    """

    decisions: pl.DataFrame
    cost: ReviewCost
    rules: tuple[Rule, ...]
    pay_all: bool = False

    def __post_init__(self) -> None:
        twice = self.decisions.filter(pl.col("assignment_id").is_duplicated()).height
        if twice:
            raise ConfigError("an assignment is decided twice", found=f"{twice} decisions", expected="one each")
        silent = pl.col("reason").is_null() | (pl.col("reason").str.strip_chars() == "")
        mute = self.decisions.filter(~pl.col("approve") & silent).height
        if mute:
            raise ConfigError(
                "work cannot be rejected without a reason",
                found=f"{mute} rejections without one",
                remedy="Say in every rejection what was found and what was asked for.",
            )


def review(
    dataset: Dataset, rules: Sequence[Rule], *, usage: pl.DataFrame | None = None, pay_all: bool = False
) -> Review:
    """Decide on every assignment by some rules, all of which it must keep. Nothing is changed or written.

    Args:
        dataset: The Dataset.
        rules: What is asked for.
        usage: As for ``measures``.
        pay_all: Approve everyone; the rules then only say whose labels count.

    Raises:
        ConfigError: If there is no rule.
    """
    conditions = [condition for rule in rules for condition in rule.conditions]
    if not conditions:
        raise ConfigError("there is no rule to review by", expected="one or more, such as 'categories >= 3'")
    judged = [_judged(conditions, row) for row in measures(dataset, usage).iter_rows(named=True)]
    work = dataset.assignments.select("assignment_id", "worker_id", "frame", "status").with_columns(
        pl.Series("passes", [j[0] for j in judged], pl.Boolean),
        pl.Series("evidence", [j[1] for j in judged], DECIDED["evidence"]),
        pl.Series("grounds", [" ".join(sentences(j[1])) for j in judged], pl.String),
        pl.Series("score", [j[2] for j in judged], pl.Float64),
        pl.Series("measure", [j[3] for j in judged], pl.String),
        pl.Series("value", [j[4] for j in judged], pl.Float64),
        task=pl.col("assignment_id").str.replace(_PICTURE, ""),
    )
    paid = pl.lit(pay_all) | (pl.col("status") == "approved").fill_null(False) | pl.col("passes")
    # An id of another platform may end in "/1" as well: only one person's pictures are one task.
    one = ["task", "worker_id"]
    # Yes if any picture is, else not known if any picture is not.
    work = work.with_columns(approve=paid.any(ignore_nulls=False).over(one))
    grounds = pl.col("grounds").unique(maintain_order=True).str.join(" ").over(one)
    work = work.with_columns(reason=pl.when(~pl.col("approve")).then(grounds))
    decisions = work.sort("score", "frame", maintain_order=True).select(*DECIDED)
    return Review(decisions, _cost(dataset, decisions), tuple(rules), pay_all)


def _judged(
    conditions: Sequence[Condition], row: dict[str, Any]
) -> tuple[bool | None, list[Evidence], float, str, float | None]:
    """Return whether a row keeps all conditions, the evidence, its score, and what that is the score of."""
    drawn = [condition.measure for condition in conditions if MEASURES[condition.measure].of_labels]
    if drawn and not row["read"]:
        return None, [NOT_READ], 1.0, drawn[0], None
    broken = [condition for condition in conditions if condition.holds(row[condition.measure]) is False]
    grounds = [evidence(condition, row) for condition in broken or conditions]
    worst = min(broken or conditions, key=lambda condition: condition.score(row[condition.measure]))
    return not broken, grounds, worst.score(row[worst.measure]), worst.measure, row[worst.measure]


def _cost(dataset: Dataset, decisions: pl.DataFrame) -> ReviewCost:
    verdicts = decisions.select("assignment_id", "task", "approve")
    work = dataset.assignments.join(verdicts, on="assignment_id", how="left", maintain_order="left")
    unpaid = work.filter(~pl.col("approve"))
    left_open = work.filter(pl.col("approve").is_null())
    losers = unpaid["worker_id"].drop_nulls().unique()
    paid_once = work.filter("approve")["worker_id"].drop_nulls().unique()
    return ReviewCost(
        people_unpaid=len(losers),
        people_with_nothing=len(losers.filter(~losers.is_in(paid_once.implode()))),
        tasks_unpaid=unpaid.select("task", "worker_id").n_unique(),
        tasks=work.select("task", "worker_id").n_unique(),
        usd=round(float(unpaid["reward_usd"].sum()), 4),
        hours=round(float(unpaid["work_seconds"].sum()) / 3600, 4),
        unknown=unpaid.filter(pl.any_horizontal(pl.col("reward_usd", "work_seconds").is_null())).height,
        not_judged=left_open.select("task", "worker_id").n_unique(),
        still_rejected=left_open.filter(pl.col("status") == "rejected").select("task", "worker_id").n_unique(),
        left_out=unpaid.filter(pl.col("worker_id").is_null())["task"].n_unique(),
    )


def accepted(dataset: Dataset, review: Review) -> Dataset:
    """Return the Dataset that was reviewed with ``accepted`` set by the review."""
    verdicts = review.decisions.select("assignment_id", "passes")
    work = dataset.assignments.join(verdicts, on="assignment_id", how="left", maintain_order="left")
    work = work.with_columns(accepted=pl.coalesce("passes", "accepted"))
    return dataset.replace(assignments=work.select(dataset.assignments.columns))


def frames_left(dataset: Dataset) -> list[int]:
    """Return the frames that nobody's accepted work covers, nor a label that is nobody's (gold, consensus).

    Work whose labels were not read is done all the same: its frames wait for somebody who reads it.
    """
    work = dataset.assignments
    waits = work["labels_read"].eq(other=False).fill_null(value=False) & work["accepted"].is_null()
    done = work.filter(pl.col("accepted").fill_null(value=False) | waits)["frame"].drop_nulls().to_list()
    done += dataset.annotations.filter(pl.col("assignment_id").is_null())["frame"].to_list()
    return sorted(set(dataset.frames["frame"].to_list()) - set(done))
