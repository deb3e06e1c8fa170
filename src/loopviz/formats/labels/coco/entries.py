"""The lists of a COCO file as columns, and the sieve that refuses single entries by their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError, shown
from loopviz.formats.table_columns import Bools, Floats, Ints
from loopviz.formats.types import Report

Numbers = npt.NDArray[np.generic]
MAX_WHOLE = 2**53  # beyond, a float no longer tells whole numbers apart
SINGULAR = {"annotations": "annotation", "images": "image", "categories": "category"}


def entries(document: Any, key: str, file: Path) -> list[dict[str, Any]]:
    """Return one of a COCO document's lists of objects.

    Raises:
        InputError: If the document is no object, or the list is missing or holds something else than objects.
    """
    value = list_of(document, key, file)
    check_objects(value, key, file)
    return value


def list_of(document: Any, key: str, file: Path) -> list[Any]:
    """Return one of a COCO document's lists.

    Raises:
        InputError: If the document is no object, or the list is missing.
    """
    if not isinstance(document, dict):
        found, expected = type(document).__name__, "an object with images and annotations"
        remedy = "Detection results alone do not say their images: export the instances."
        raise InputError("not a COCO file", file=file, found=found, expected=expected, remedy=remedy)
    value = document.get(key)
    if not isinstance(value, list):
        raise InputError("not a COCO instances file", file=file, at=key, found=value, expected="a list")
    return value


def check_objects(listed: Sequence[Any], key: str, file: Path, first: int = 0) -> None:
    """Check that a list, or a part of one that begins with entry ``first``, holds objects.

    Raises:
        InputError: If it holds something else.
    """
    if not set(map(type, listed)) <= {dict}:
        wrong = next(i for i, entry in enumerate(listed) if not isinstance(entry, dict))
        at = f"{key}[{first + wrong}]"
        raise InputError("an entry is not an object", file=file, at=at, found=listed[wrong], expected="{…}")


class EntryColumns:
    """Entries of a list, a key at a time."""

    def __init__(self, listed: Sequence[dict[str, Any]]) -> None:
        self.listed = listed
        self.keys = set(chain.from_iterable(listed))

    def __len__(self) -> int:
        return len(self.listed)

    def __getitem__(self, key: str) -> list[Any]:
        """Return what every entry has under a key, null where it has none."""
        if key not in self.keys:
            return [None] * len(self.listed)
        try:
            return list(map(itemgetter(key), self.listed))  # three times as fast as asking each one
        except KeyError:
            return [entry.get(key) for entry in self.listed]


class Sieve:
    """Refuses entries of one list: by raising, or by marking them as left out where the report allows that.

    Args:
        key: Where the list is in its document.
        count: How many entries it has.
        file: The document, for messages.
        report: Decides whether a bad entry ends the reading.
        first: Which entry of the document's list the first one is.
    """

    def __init__(self, key: str, count: int, file: Path, report: Report, first: int = 0) -> None:
        self.key, self.file, self.report, self.first = key, file, report, first
        self.sound: Bools = np.ones(count, dtype=np.bool_)

    def place(self, index: int, part: str) -> str:
        """Return where an entry, or a part of it, stands in the document."""
        return f"{self.key}[{self.first + index}]" + (f".{part}" if part else "")

    def reject(self, index: int, part: str, what: str, found: object = None, expected: str | None = None) -> None:
        """Refuse an entry, or a part of it, unless it is refused already."""
        if not self.sound[index]:
            return
        remedy = "Correct or remove the entry."
        at = self.place(index, part)
        error = InputError(what, file=self.file, at=at, found=found, expected=expected, remedy=remedy)
        self.report.bad(f"bad-{SINGULAR[self.key]}", error)
        self.sound[index] = False

    def reject_where(
        self, flagged: Bools, part: str, what: str, values: Sequence[object] | Numbers, expected: str | None = None
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


def optional_numbers(
    values: Sequence[object], part: str, sieve: Sieve, read: Callable[[object], float | None], expected: str
) -> Floats:
    """Return values as numbers, NaN where there is none. Nothing depends on them: a wrong one is left out and said."""
    numbers = np.full(len(values), np.nan)
    for index, value in enumerate(values):
        number = None if value is None else read(value)
        if number is not None:
            numbers[index] = number
        elif value is not None and sieve.sound[index]:
            place = sieve.place(index, part)
            sieve.report.warn("bad-value", sieve.file, at=place, value=shown(value), expected=expected)
    return numbers


def as_share(value: object) -> float | None:
    """Return a value as a number from 0 to 1, or None."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is: the error is what we ask for
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= 1 else None


def refuse_repeated(ids: Ints, sieve: Sieve) -> None:
    """Refuse entries whose id stands in an earlier entry that is not refused."""
    sound = np.flatnonzero(sieve.sound)
    _, first = np.unique(ids[sound], return_index=True)
    if len(first) < len(sound):
        again = sieve.sound.copy()
        again[sound[first]] = False
        sieve.reject_where(again, "id", "the id occurs twice", ids, "every id once")


class KnownIds:
    """Ids that others refer to, and their places."""

    def __init__(self, ids: Ints) -> None:
        self._order = np.argsort(ids, kind="stable")
        self._ids = ids[self._order]

    def look_up(self, ids: Ints, part: str, what: str, sieve: Sieve) -> Ints:
        """Return where each id stands among the known ones; one that is not among them is refused and becomes 0."""
        if not len(self._ids):
            sieve.reject_where(np.ones(len(ids), dtype=np.bool_), part, what, ids)
            return np.zeros(len(ids), dtype=np.int64)
        slot = np.searchsorted(self._ids, ids)
        slot[slot == len(self._ids)] = 0
        sieve.reject_where(np.asarray(self._ids[slot] != ids), part, what, ids)
        return np.asarray(self._order[slot], dtype=np.int64)
