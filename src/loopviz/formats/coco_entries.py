"""The lists of a COCO file as columns, and the sieve that refuses single entries by their place."""

from __future__ import annotations

from collections.abc import Sequence, Set
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from loopviz.errors import InputError
from loopviz.formats.columns import Bools, Floats, Ints
from loopviz.formats.types import Report

MAX_WHOLE = 2**53  # beyond, a float no longer tells whole numbers apart


def entries(document: Any, key: str, file: Path) -> list[dict[str, Any]]:
    """Return one of a COCO document's lists.

    Raises:
        InputError: If the document is no object, or the list is missing or holds something else than objects.
    """
    if not isinstance(document, dict):
        found = type(document).__name__
        remedy = "Detection results alone do not say their images: export the instances."
        raise InputError(
            "not a COCO file", file=file, found=found, expected="an object with images and annotations", remedy=remedy
        )
    value = document.get(key)
    if not isinstance(value, list):
        raise InputError("not a COCO instances file", file=file, at=key, found=value, expected="a list")
    if not set(map(type, value)) <= {dict}:
        wrong = next(i for i, entry in enumerate(value) if not isinstance(entry, dict))
        raise InputError("an entry is no object", file=file, at=f"{key}[{wrong}]", found=value[wrong], expected="{…}")
    return value


def column(listed: Sequence[dict[str, Any]], key: str, keys: Set[str]) -> list[Any]:
    """Return what every entry has under a key, null where it has none; ``keys`` are the keys that occur at all."""
    if key not in keys:
        return [None] * len(listed)
    try:
        return list(map(itemgetter(key), listed))  # three times as fast as asking each one
    except KeyError:
        return [entry.get(key) for entry in listed]


class Sieve:
    """Refuses entries of one list: by raising, or by marking them as left out where the report allows that."""

    def __init__(self, key: str, count: int, file: Path, report: Report) -> None:
        self.key, self.file, self.report = key, file, report
        self.sound: Bools = np.ones(count, dtype=np.bool_)

    def reject(self, index: int, part: str, what: str, found: object = None, expected: str | None = None) -> None:
        """Refuse an entry, or a part of it, unless it is refused already."""
        if not self.sound[index]:
            return
        at = f"{self.key}[{index}]" + (f".{part}" if part else "")
        error = InputError(
            what, file=self.file, at=at, found=found, expected=expected, remedy="Correct or remove the entry."
        )
        self.report.bad(f"bad-{self.key.removesuffix('s')}", error)
        self.sound[index] = False

    def reject_where(
        self, flagged: Bools, part: str, what: str, values: Sequence[object], expected: str | None = None
    ) -> None:
        """Refuse every entry that is flagged; ``values`` are shown."""
        for index in np.flatnonzero(flagged & self.sound).tolist():
            self.reject(index, part, what, values[index], expected)


def whole_numbers(values: Sequence[object], part: str, sieve: Sieve) -> Ints:
    """Return values as whole numbers; those written as text or with ``.0`` count, others are refused and become 0."""
    if set(map(type, values)) <= {int}:
        try:
            return np.array(values, dtype=np.int64)
        except OverflowError:
            pass
    numbers = np.zeros(len(values), dtype=np.int64)
    for index, value in enumerate(values):
        number = as_whole(value)
        if number is None:
            sieve.reject(index, part, "not a whole number", value, "a whole number")
        else:
            numbers[index] = number
    return numbers


def as_whole(value: object) -> int | None:
    """Return a value as a whole number that a float can hold, or None."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 20 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_WHOLE:
        return None
    return value


def real_numbers(values: Sequence[object], part: str, sieve: Sieve) -> Floats:
    """Return values as numbers, NaN where there is none (null); what is no number is refused."""
    numbers = np.full(len(values), np.nan)
    for index, value in enumerate(values):
        if value is None:
            continue
        try:
            numbers[index] = float(value)  # type: ignore[arg-type]  # whatever it is: the error is what we ask for
        except (TypeError, ValueError, OverflowError):
            sieve.reject(index, part, "not a number", value, "a number")
    return numbers


def refuse_repeated(ids: Ints, sieve: Sieve) -> None:
    """Refuse entries whose id stands in an earlier entry."""
    _, first = np.unique(ids, return_index=True)
    again = np.ones(len(ids), dtype=np.bool_)
    again[first] = False
    sieve.reject_where(again, "id", "the id stands twice", ids.tolist(), "every id once")


def look_up(ids: Ints, known: Ints, part: str, what: str, sieve: Sieve) -> Ints:
    """Return where each id stands among the known ones; one that is not among them is refused and becomes 0."""
    order = np.argsort(known, kind="stable")
    slot = np.searchsorted(known[order], ids)
    slot = np.where(slot < len(known), slot, 0)
    position = order[slot] if len(known) else np.zeros(len(ids), dtype=np.int64)
    lost = known[position] != ids if len(known) else np.ones(len(ids), dtype=np.bool_)
    sieve.reject_where(np.asarray(lost), part, what, ids.tolist())
    return np.asarray(position, dtype=np.int64)
