"""How long people say that something takes, as minutes: choices of a survey and what they type themselves.

``10 – 20 minutes`` is a range, ``Less than 5 minutes`` one from nothing, ``More tha 30 minutes`` has no end. Nothing is
guessed: a number without a unit, other words beside it, or more hours than a day has, is not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Per = Literal["task", "day"]
Unit = Literal["seconds", "minutes", "hours"]
LONGEST_ANSWER = 120  # characters
LONGEST = Fraction(24 * 60)  # minutes: nobody looks longer for a task, or on one day
UNITS = {"second": Fraction(1, 60), "minute": Fraction(1), "hour": Fraction(60)}

_UNIT = r"(?P<{0}>seconds?|secs?|s|minutes?|minuts?|mins?|m|hours?|hrs?|h)\b\.?"
_NUMBER = r"\d{1,4},\d{1,2}(?!\d)|\d{1,6}(?:,\d{3})*(?:\.\d{1,3})?"
_ONE = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?:{_UNIT.format('unit')})?\s*(?:and\s+(?=\d))?")
_NOTHING = re.compile(r"0|none|zero|nothing|no time( at all)?|i (do not|don't) search")
_PER = re.compile(r"\s*(?:\b(?:a|an|per|each|every|for each|for every)|/)\s*(?P<per>task|hit|day)$")
_ABOUT = re.compile(r"^(?:about|around|approximately|approx\.?|roughly|ca\.?|~)\s*")
_AT_LEAST = re.compile(r"^(?:more th?[ae]?n?|longer than|over|above|at least|>=?|≥)\s*(?=\d)")
_OR_MORE = re.compile(r"(?<=\d)\s*\+(?=\s*\w+$)|\s*(?:\+|or more|and more|or longer|or over|plus)$")
_BELOW = re.compile(r"^(?:less th?[ae]?n?|fewer than|under|below|up to|at most|<=?|≤)\s*(?=\d)")
_OR_LESS = re.compile(r"\s*(?:or less|or fewer|or under)$")
_BETWEEN = re.compile(r"^(?:between|from)\s+(?=\d)")
_TO = re.compile(r"\s*(?:-|\bto\b|\bor\b)\s*")
_WORDS = {
    "half an hour": "30 minutes", "half hour": "30 minutes", "an hour": "1 hour", "a minute": "1 minute",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "ten": "10", "fifteen": "15", "twenty": "20",
    "thirty": "30",
}  # fmt: skip
_SPELLED = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b")


@dataclass(frozen=True)
class Span:
    """A time as somebody said it.

    Args:
        low: The least that it may be, in minutes.
        high: The most; the same as ``low`` where one time was said, None where the answer has no end ("more than").
        per: What it was said to be for, where the answer says so itself ("20 minutes a day").
    """

    low: Fraction
    high: Fraction | None
    per: Per | None = None

    @property
    def minutes(self) -> Fraction:
        """The number to reckon with: the middle of a range, and the bound of one that has no end."""
        return self.low if self.high is None else (self.low + self.high) / 2

    @property
    def at_least(self) -> bool:
        """Whether the true time is that or longer, and nobody knows by how much."""
        return self.high is None


def parse_duration(answer: str | None, unit: Unit | None = None) -> Span | None:
    """Return the time that an answer names, or None where it names none that can be understood.

    Args:
        answer: What was answered.
        unit: What a number without a unit counts; None: it names no time.
    """
    if answer is None or len(answer) > LONGEST_ANSWER:
        return None
    text = _plain(answer)
    per: Per | None = None
    if found := _PER.search(text):
        text, per = text[: found.start()], "day" if found["per"] == "day" else "task"
    if _NOTHING.fullmatch(text):
        return Span(Fraction(0), Fraction(0), per)
    text, more = _stripped(text, _AT_LEAST, _OR_MORE)
    text, less = _stripped(text, _BELOW, _OR_LESS)
    ends = _ends(text, unit and unit.removesuffix("s"))
    if ends is None or (more and less):
        return None
    low, high = ends
    if not low <= high <= LONGEST:
        return None
    return Span(Fraction(0) if less else low, None if more else high, per)


def _plain(answer: str) -> str:
    """Return an answer in small letters, with one kind of dash, and numbers that are written as words as numbers."""
    text = " ".join(re.sub(r"[‐-―−]", "-", answer.casefold()).split()).strip(" .!")
    return _SPELLED.sub(lambda word: _WORDS[word[0]], _ABOUT.sub("", text))


def _stripped(text: str, before: re.Pattern[str], after: re.Pattern[str]) -> tuple[str, bool]:
    shorter = after.sub("", before.sub("", text))
    return shorter, shorter != text


def _ends(text: str, unit: str | None) -> tuple[Fraction, Fraction] | None:
    """Return both ends of ``1-2 hours``, ``30 minutes - 2 hours`` or ``1 h 30 min``; the first may lack a unit."""
    parts = _TO.split(_BETWEEN.sub("", text))
    if len(parts) == 1 and text.startswith("between"):
        parts = re.split(r"\s+and\s+", parts[0])
    if len(parts) > 2:
        return None
    last = _amount(parts[-1], unit)
    if last is None:
        return None
    first = _amount(parts[0], last[1])
    return None if first is None else (first[0], last[0])


def _amount(text: str, default: str | None) -> tuple[Fraction, str] | None:
    """Return the minutes of ``1 hour 30 minutes`` and the unit of its first number."""
    total, first, at = Fraction(0), "", 0
    while at < len(text):
        found = _ONE.match(text, at)
        unit = found and (_unit(found["unit"]) if found["unit"] else default)
        if not found or not unit or (first and not found["unit"]):
            return None
        total += _number(found["number"]) * UNITS[unit]
        first, at = first or unit, found.end()
    return (total, first) if first else None


def _unit(word: str) -> str:
    return {"s": "second", "m": "minute", "h": "hour"}[word[0]]


def _number(text: str) -> Fraction:
    """A comma before three digits parts thousands; before one or two it is a decimal comma."""
    return Fraction(text.replace(",", "") if re.search(r",\d{3}(?!\d)", text) else text.replace(",", "."))
