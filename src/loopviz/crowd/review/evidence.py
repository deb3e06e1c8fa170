"""What was measured of an assignment, in words that its worker could be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from loopviz.crowd.review.rules import Condition, number_text
from loopviz.wording import listed

LISTED = 5  # categories named in a sentence
CANNOT = {
    "categories": "It is not known which categories were used",
    "boxes": "It is not known how many labels were drawn",
    "area": "The picture's size is not known",
    "seconds": "It is not known how long the work took",
    "agreement": "Nobody else labelled this frame",
    "gold": "There is no known answer for this frame",
}

OF_AREAS = ("area", "agreement", "gold")
NO_AREA = "Points and lines have no area that could be measured or compared"


class Evidence(TypedDict):
    """What was found of a condition, a whole sentence where nothing is asked for, and what is asked for."""

    found: str
    asked: str | None


NOT_READ = Evidence(found="The labels were not read, so nobody judges this work.", asked=None)


def sentences(grounds: Iterable[Evidence]) -> list[str]:
    """Return evidence in words, a sentence each: ``2 of 5 categories used (Body, Cable); the rule asks for 3.``."""
    return [each["found"] if each["asked"] is None else f"{each['found']}; {asks(each['asked'])}." for each in grounds]


def asks(asked: str) -> str:
    """Return the clause that says what is asked for."""
    return f"the rule asks for {asked}"


def evidence(condition: Condition, measured: Mapping[str, Any]) -> Evidence:
    """Return what was found and what is asked for.

    Args:
        condition: What was asked for.
        measured: A row of ``loopviz.crowd.quality.measures.measures``.
    """
    value = measured[condition.measure]
    if value is None:
        bare = measured.get("without_area") and condition.measure in OF_AREAS
        why = NO_AREA if bare else CANNOT[condition.measure]
        unknown = f"{why}, so {condition.measure} is not held against anyone."
        return Evidence(found=unknown, asked=None)
    return Evidence(found=_found(condition, value, measured), asked=asked(condition))


def asked(condition: Condition) -> str:
    """Return what a condition asks for: ``3``, ``more than 3``, ``at most 30 s``."""
    before = {">=": "", ">": "more than ", "<=": "at most ", "<": "less than "}[condition.comparison]
    return f"{before}{_exact(condition)}"


def value_text(condition: Condition, value: float | None) -> str:
    """Return a measured value in its unit, with as many digits as tell it from what was asked for."""
    if value is None:
        return "–"
    digits = {"area": 1, "agreement": 2, "gold": 2}.get(condition.measure, 0)
    scale, unit = _unit(condition.measure)
    while digits < 12 and value != condition.value and round(value * scale, digits) == condition.value * scale:
        digits += 1
    text = f"{value * scale:,.{digits}f}" if value else "0"
    if condition.measure == "area" and value and not float(text.replace(",", "")):
        return "less than 0.1 %"
    return text + unit


def _exact(condition: Condition) -> str:
    scale, unit = _unit(condition.measure)
    return number_text(round(condition.value * scale, 10)) + unit


def _unit(measure: str) -> tuple[int, str]:
    return {"area": (100, " %"), "seconds": (1, " s")}.get(measure, (1, ""))


def _found(condition: Condition, value: float, measured: Mapping[str, Any]) -> str:
    shown = value_text(condition, value)
    match condition.measure:
        case "categories":
            return f"{shown} of {measured['offered']} categories used{_names(measured)}"
        case "boxes":
            return f"{shown} {'label' if value == 1 else 'labels'} drawn"
        case "area":
            return f"{shown} of the picture labelled"
        case "seconds":
            return f"{shown} of work"
        case "agreement":
            others = measured["others"]
            return f"Agreement of {shown} with {others} other {'person' if others == 1 else 'people'}"
        case _:
            return f"Agreement of {shown} with the known answer"


def _names(measured: Mapping[str, Any]) -> str:
    """Name the categories that were used, where that says more than their number."""
    used: list[str] = measured["used"]
    if not used or len(used) == measured["offered"]:
        return ""
    return f" ({listed(used, LISTED)})"
