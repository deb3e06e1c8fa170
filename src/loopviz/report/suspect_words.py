"""What speaks against a label, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sentence(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Return what is said of a suspect.

    Args:
        row: A row of ``loopviz.crowd.quality.suspects.SUSPECTS``.
        names: Categories by ``class_id``.
    """
    name, other = names.get(row["class_id"], "?"), names.get(row["other_class_id"], "?")
    found, usual = row["found"], row["usual"]
    match row["kind"]:
        case "size":
            return f"{name} is {found:.2f} times as large as before and after"
        case "unusual":
            return f"{name} is {found:.2f} times as large as it commonly is"
        case "jump":
            return f"{name} is {found:.0%} of its side away from where it is before and after"
        case "edges":
            said = f"{name} overlaps with where its edges should be by {found:.2f}"
            off = row["picture_pixels"]
            return said if off is None else f"{said}; in the picture, one edge is {off:.0f} pixels off"
        case "swapped":
            return f"{name} and {other} seem to be exchanged: it lies where {other} should be ({found:.2f} overlap)"
        case "category":
            return f"{name} seems to be {other} ({found:.2f})"
        case "duplicate":
            return f"{name} is labelled twice in this place ({found:.2f} overlap)"
        case "lone":
            return f"{name} is labelled here only: none is near before and after"
        case "missed":
            return f"{name} is not labelled, and {found:.0%} speaks for it"
    return f"{name} is labelled where a model found nothing (overlap {found:.2f}, {usual:.2f} would be a match)"
