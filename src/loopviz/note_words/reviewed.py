"""The words of notes on a review: what it would cost people."""

from __future__ import annotations

from collections.abc import Mapping

from loopviz.wording import Words, counted


def _review_cost(
    people_unpaid: int,
    people_with_nothing: int,
    tasks_unpaid: int,
    tasks: int,
    usd: float,
    hours: float,
    unknown: int,
    not_judged: int,
    still_rejected: int,
    left_out: int,
) -> str:
    later = _not_judged(not_judged, still_rejected)
    if not tasks_unpaid:
        return f"{'The rule leaves nobody unpaid.' if still_rejected else 'Nobody is left unpaid.'}{later}"
    people, work = counted(people_unpaid, "person", "people"), f"{tasks_unpaid} of {counted(tasks, 'task', 'tasks')}"
    text = f"Leaves {people} unpaid for {work}: {_time(hours)} of work, {usd:,.2f} USD."
    if people_with_nothing:
        text += f" For {people_with_nothing} of them it is all that they did."
    if left_out:
        work = counted(left_out, "of the tasks is", "of the tasks are")
        text += f" {work} by people who are left out, and not counted."
    if unknown:
        text += f" Pay or time of {counted(unknown, 'task is', 'tasks are')} not known and not counted."
    return f"{text}{later}"


def _not_judged(not_judged: int, still_rejected: int) -> str:
    if not not_judged:
        return ""
    tasks = "1 task is" if not_judged == 1 else f"{not_judged} tasks are"
    stay = "1 of them stays" if still_rejected == 1 else f"{still_rejected} of them stay"
    before = f" {stay} rejected, as before." if still_rejected else ""
    return f" {tasks} neither approved nor rejected: the labels were not read.{before}"


def _time(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else counted(round(60 * hours), "minute")


REVIEWED: Mapping[str, Words] = {"review-cost": _review_cost}
