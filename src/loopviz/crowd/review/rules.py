"""The rules that work is reviewed by: ``categories >= 3 and area >= 0.01``, read by a small parser of their own.

A rule is one or more conditions joined by ``and``; a condition is a measure, a comparison and a number. Nothing in a
rule is ever evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from loopviz.errors import ConfigError
from loopviz.validation import nearest

Comparison = Literal[">=", ">", "<=", "<"]
COMPARISONS: tuple[Comparison, ...] = (">=", ">", "<=", "<")
EXAMPLE = "categories >= 3 and seconds >= 30"
EXACT = 1e15  # whole numbers below it are written without a point

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[^\W\d]\w*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<sign>[<>=!]+|\S))"
)
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Measure:
    """Something that can be measured of an assignment.

    Attributes:
        what: What it says, for help and messages.
        share: Whether it is a share, from 0 to 1.
        of_labels: Whether it is measured of what was drawn.
    """

    what: str
    share: bool = False
    of_labels: bool = True


MEASURES: Mapping[str, Measure] = {
    "categories": Measure("how many categories were used"),
    "boxes": Measure("how many labels were drawn"),
    "area": Measure("the share of the picture that is labelled", share=True),
    "seconds": Measure("how long the work took", of_labels=False),
    "agreement": Measure("the mean overlap with what others drew on the frame", share=True),
    "gold": Measure("the overlap with the frame's known answer", share=True),
}


@dataclass(frozen=True)
class Condition:
    """One measure held against one number."""

    measure: str
    comparison: Comparison
    value: float

    def __str__(self) -> str:
        return f"{self.measure} {self.comparison} {number_text(self.value)}"

    def holds(self, measured: float | None) -> bool | None:
        """Say whether a measured value keeps the condition; None where nothing could be measured."""
        if measured is None:
            return None
        match self.comparison:
            case ">=":
                return measured >= self.value
            case ">":
                return measured > self.value
            case "<=":
                return measured <= self.value
            case "<":
                return measured < self.value

    def score(self, measured: float | None) -> float:
        """Return how good a value is: 1 at the number that is asked for, 0 (or less) at its worst.

        What could not be measured counts as lying on the line: it speaks neither for nor against anybody.
        """
        if measured is None:
            return 1.0
        beyond = measured - self.value if self.comparison in {">=", ">"} else self.value - measured
        return 1.0 + beyond / (self.value or 1.0)


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold; ``str`` gives the text that it can be read from again."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


def parse_rule(text: str) -> Rule:
    """Read a rule such as ``categories >= 3 and area >= 0.01``.

    Raises:
        ConfigError: If a measure is not known, a comparison or number is missing or impossible, or something follows.
    """
    tokens = _tokens(text)
    if not tokens:
        raise _error("the rule is empty", text, expected=f"a rule such as '{EXAMPLE}'", remedy=_known())
    conditions = [_condition(tokens, text)]
    while tokens:
        joint = tokens.pop(0)
        if joint.lower() != "and":
            remedy = (
                "Give several rules, or ask for the weaker one." if joint.lower() == "or" else f"As in '{EXAMPLE}'."
            )
            raise _error(
                f"something other than 'and' follows '{conditions[-1]}'",
                text,
                found=joint,
                expected="'and', or the rule's end",
                remedy=remedy,
            )
        conditions.append(_condition(tokens, text))
    return Rule(tuple(conditions))


def number_text(value: float) -> str:
    """Return a number as a rule writes it: exact, and without a point where it is whole."""
    return str(int(value)) if value.is_integer() and value < EXACT else repr(value)


def _tokens(text: str) -> list[str]:
    return [match.group(match.lastgroup) for match in _TOKEN.finditer(text) if match.lastgroup]


def _condition(tokens: list[str], text: str) -> Condition:
    """Take a condition off the tokens' beginning."""
    measure = _next(tokens, text, "a measure")
    known = MEASURES.get(measure.lower())
    if known is None:
        raise _error(
            "not a measure that a rule can ask for",
            text,
            found=measure,
            expected=", ".join(MEASURES),
            remedy=nearest(measure, MEASURES),
        )
    sign = _next(tokens, text, f"a comparison after {measure!r}")
    comparison = next((each for each in COMPARISONS if each == sign), None)
    if comparison is None:
        raise _error(
            "not a comparison", text, found=sign, expected=", ".join(COMPARISONS), remedy=f"As in '{EXAMPLE}'."
        )
    return Condition(measure.lower(), comparison, _value(measure, known, tokens, text))


def _value(measure: str, known: Measure, tokens: list[str], text: str) -> float:
    given = _next(tokens, text, f"a number to hold {measure!r} against")
    expected = "a number from 0 to 1" if known.share else "a number, 0 or more"
    value = float(given) if _NUMBER.fullmatch(given) else float("inf")
    percent = tokens[:1] == ["%"]
    if percent or value == float("inf") or (known.share and value > 1):
        remedy = f"{measure!r} is a share: 1 % is 0.01." if known.share else f"As in '{EXAMPLE}'."
        found = f"{given}%" if percent else given
        raise _error(f"not a number that {measure!r} can have", text, found=found, expected=expected, remedy=remedy)
    return value


def _next(tokens: list[str], text: str, expected: str) -> str:
    if not tokens:
        raise _error("the rule is incomplete", text, found=text, expected=expected, remedy=f"As in '{EXAMPLE}'.")
    return tokens.pop(0)


def _known() -> str:
    return f"Known: {', '.join(f'{name} ({measure.what})' for name, measure in MEASURES.items())}."


def _error(problem: str, text: str, *, found: str | None = None, expected: str, remedy: str) -> ConfigError:
    return ConfigError(problem, at=f"rule {text[:80]!r}", found=found, expected=expected, remedy=remedy)
