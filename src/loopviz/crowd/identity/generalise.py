"""Making answers coarser: neighbouring bands are joined (18–24 and 25–34 to 18–34), rare choices become "other"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from loopviz.crowd.answers.durations import parse_duration

OTHER = "other"
ANY = "any"
Group = frozenset[str]
_WORD = r"(?:\s+[a-z]+)?"  # "5 – 9 times"
_BAND = re.compile(rf"(\d{{1,9}})(?:\s*(?:[-‐-―−]|to)\s*(\d{{1,9}}))?{_WORD}")
_FROM = re.compile(
    rf"(?:more than|over|at least)\s+(\d{{1,9}}){_WORD}|(\d{{1,9}}){_WORD}\s*(?:\+|or (?!less|fewer)[a-z]+)"
)
_TO = re.compile(rf"(?:less than|under|up to)\s+(\d{{1,9}}){_WORD}|(\d{{1,9}}){_WORD}\s+or (?:less|fewer|younger)")
_NOTHING = ("none", "never", "no")
_ENDLESS = float("inf")
_PLAIN = re.compile(r"[\d\s‐-―−-]+(?:\+| or (?:older|over|more|above))?")


@dataclass(frozen=True)
class Recoding:
    """A question's answers in groups; each group has one name.

    Args:
        groups: The answers of each group, bands in their order.
        counts: How many people gave each answer.
        banded: Whether the answers are bands of one scale.
    """

    groups: tuple[Group, ...]
    counts: Mapping[str, int]
    banded: bool

    @cached_property
    def label(self) -> Mapping[str, str]:
        """The name of the group that each answer is in."""
        return {answer: self._name(group) for group in self.groups for answer in group}

    @cached_property
    def loss(self) -> Mapping[str, float]:
        """The share of each answer that is lost: 0 as it was, 1 where all choices are one."""
        choices = max(1, len(self.counts) - 1)
        return {answer: (len(group) - 1) / choices for group in self.groups for answer in group}

    def people(self, group: Group) -> int:
        """Return how many people gave an answer of a group."""
        return sum(self.counts[answer] for answer in group)

    def _name(self, group: Group) -> str:
        if len(group) == 1:
            return next(iter(group))
        if len(group) == len(self.counts):
            return ANY
        return _joined(group) if self.banded else OTHER


def as_given(answers: Iterable[str | None]) -> Recoding:
    """Return the recoding that changes nothing; answers are bands if all of them are, and there are two or more."""
    counts = Counter(answer for answer in answers if answer is not None)
    bands = {answer: _bounds(answer) for answer in counts}
    banded = len(bands) > 1 and None not in bands.values()
    ordered = (
        sorted(counts, key=lambda answer: (bands[answer] if banded else None) or (0, 0)) if banded else sorted(counts)
    )
    return Recoding(tuple(frozenset([answer]) for answer in ordered), counts, banded)


def steps(recoding: Recoding) -> Iterator[Recoding]:
    """Yield the recodings that are one step coarser: the rarest answers are merged, bands with either neighbour."""
    groups = recoding.groups
    if len(groups) < 2:
        return
    if not recoding.banded:
        yield _with_other(recoding)
        return
    rarest = min(range(len(groups)), key=lambda i: recoding.people(groups[i]))
    for i in (rarest - 1, rarest):
        if 0 <= i < len(groups) - 1:
            merged = (*groups[:i], groups[i] | groups[i + 1], *groups[i + 2 :])
            yield Recoding(merged, recoding.counts, banded=True)


def _with_other(recoding: Recoding) -> Recoding:
    """Put all the choices that are rarest into "other"; two at least, for one alone would only lose its name."""
    other = frozenset[str]().union(*(group for group in recoding.groups if len(group) > 1 or OTHER in group))
    single = sorted((group for group in recoding.groups if not group & other), key=recoding.people)
    least = recoding.people(single[0])
    rare = [group for group in single if recoding.people(group) == least]
    if not other and len(rare) == 1:
        rare = single[:2]
    rest = [group for group in single if group not in rare]
    return Recoding((*rest, other.union(*rare)), recoding.counts, banded=False)


def _bounds(answer: str) -> tuple[float, float] | None:
    """Return both ends of a band, or None where an answer is no band."""
    text = answer.casefold().strip()
    if text in _NOTHING:
        return 0, 0
    if found := _BAND.fullmatch(text):
        return float(found[1]), float(found[2] or found[1])
    if found := _FROM.fullmatch(text):
        return float(found[1] or found[2]), _ENDLESS
    if found := _TO.fullmatch(text):
        return -1, float(found[1] or found[2])
    span = parse_duration(answer)
    return None if span is None else (float(span.low), _ENDLESS if span.high is None else float(span.high))


def _joined(group: Group) -> str:
    """Return ``18–34`` for bands of plain numbers, ``55 or older`` where the last has no end; else all their names."""
    bands = sorted(((_bounds(answer) or (0, 0), answer) for answer in group), key=lambda band: band[0])
    if not all(_PLAIN.fullmatch(answer.casefold()) for _, answer in bands):
        return " or ".join(answer for _, answer in bands)
    low, high = int(bands[0][0][0]), max(high for (_, high), _ in bands)
    if high != _ENDLESS:
        return f"{low}–{int(high)}"
    return f"{low} or older" if "older" in bands[-1][1] else f"{low} or more"
