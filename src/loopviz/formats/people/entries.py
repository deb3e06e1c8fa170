"""Where the people stand in a file about them: at its top, in a list, or under a key such as ``workers``.

Keys that the labels know decide; without such a key a wrapper must be called like one. What can be read in two ways
is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopviz.errors import InputError
from loopviz.formats.people.answers import NESTED
from loopviz.formats.people.consent_words import squashed
from loopviz.formats.people.flags import FLAGS, IMAGE_KEYS, ROW_KEYS, WORKER_KEYS, given, is_flag

WRAPPERS = frozenset({
    "workers", "people", "persons", "participants", "annotators", "respondents", "contributors", "turkers", "labelers",
    "labellers", "users", "students", "subjects", "crowd", "data", "results", "entries", "records", "items", "rows",
    "byworker", "byimage", "images", "frames", "files", "metadata",
}) | NESTED  # fmt: skip
BESIDE = frozenset(
    {"meta", "metadata", "info", "about", "schema", "version", "study", "questions", "description", "licenses"}
)
DEEPEST = 4
EXPECTED = 'an object such as {"A1B2": {"Q1": "25 - 34"}}'


@dataclass(frozen=True)
class Entry:
    """What stands there of one person.

    Args:
        key: The id, or the image, that it stands under or names; None where it names neither.
        value: What stands there.
        number: Its place in the file, from 1.
    """

    key: str | None
    value: Any
    number: int

    @property
    def place(self) -> str:
        """Where it stands, without saying whose it is."""
        return f"person {self.number}"


@dataclass
class Found:
    """The people of a file.

    Args:
        entries: One a person or image.
        flags: What the file says of everybody, by the keys that stand there.
        aside: Keys beside a wrapper that were left aside.
    """

    entries: list[Entry] = field(default_factory=list)
    flags: dict[str, object] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)


def find_people(document: object, knows: Callable[[str], bool], file: Path) -> Found:
    """Return the entries of a file about people.

    Args:
        document: The file's content.
        knows: Says whether a key is an id or an image that the labels have.
        file: The file, for messages.

    Raises:
        InputError: If the people may stand in several places, or nothing there is about people.
    """
    found = Found()
    for _ in range(DEEPEST):
        if isinstance(document, list) and any(isinstance(row, dict) for row in document):
            found.entries = [_row(row, number) for number, row in enumerate(document, 1)]
            return found
        if not isinstance(document, dict):
            raise InputError("not a file about people", file=file, found=type(document).__name__, expected=EXPECTED)
        flags = {key: value for key, value in document.items() if _is_of_everybody(key, value)}
        found.flags |= flags
        rest = {key: value for key, value in document.items() if key not in flags}
        inner = _wrapper(rest, knows, file)
        if inner is None:
            if given(rest, WORKER_KEYS) and not any(map(knows, rest)):  # the file is about one person
                found.entries = [_row({**found.flags, **rest}, 1)]
                found.flags = {}
            else:
                found.entries = [Entry(key, value, number) for number, (key, value) in enumerate(rest.items(), 1)]
            return found
        found.aside += [key for key in rest if key != inner]
        document = rest[inner]
    raise InputError("people are nested too deeply in the file", file=file, expected=EXPECTED)


def _is_of_everybody(key: str, value: object) -> bool:
    return squashed(key) in FLAGS or (not isinstance(value, dict | list) and is_flag(key, value))


def _row(row: object, number: int) -> Entry:
    if not isinstance(row, dict):
        return Entry(None, row, number)
    if len(row) == 1 and isinstance(value := next(iter(row.values())), dict | list):  # {"A1B2": {…}}
        return Entry(next(iter(row)), value, number)
    image = given(row, IMAGE_KEYS)
    who = given(row, WORKER_KEYS if image else ROW_KEYS)
    taken = () if image else ROW_KEYS[len(WORKER_KEYS) :]
    named = next((key for key in taken if who is not None and given(row, (key,)) == who), None)
    less = {key: value for key, value in row.items() if named is None or squashed(key) != named}
    return Entry(image or who, less, number)


def _wrapper(rest: Mapping[str, Any], knows: Callable[[str], bool], file: Path) -> str | None:
    """Return the key under which the people stand, None if they stand right here."""
    if any(map(knows, rest)):
        return None
    inside = [key for key, value in rest.items() if _has_known(value, knows)]
    named = [key for key, value in rest.items() if squashed(key) in WRAPPERS and _is_group(value)]
    candidates = inside or named
    others = [
        key
        for key, value in rest.items()
        if key not in candidates and isinstance(value, dict | list) and value and squashed(key) not in BESIDE
    ]
    if not candidates:
        return None
    if len(candidates) > 1 or (others and not inside):
        seen = ", ".join([*candidates, *others][:4])
        remedy = 'Keep one of them, or put the people at the top: {"A1B2": {"Q1": "25 - 34"}}.'
        raise InputError(
            "people may be listed under several keys", file=file, found=seen, expected="one", remedy=remedy
        )
    return candidates[0]


def _has_known(value: object, knows: Callable[[str], bool]) -> bool:
    """Say whether there are people in it whom the labels know, at any depth that is read."""
    for _ in range(DEEPEST):
        if isinstance(value, list):
            rows = [row for row in value if isinstance(row, dict)]
            return any(
                key is not None and knows(key) for row in rows for key in (given(row, ROW_KEYS), given(row, IMAGE_KEYS))
            )
        if not isinstance(value, dict):
            return False
        if any(map(knows, value)):
            return True
        value = next((inner for inner in value.values() if isinstance(inner, dict | list)), None)
    return False


def _is_group(value: object) -> bool:
    """Say whether it is a group of objects, of which each may be about a person."""
    parts: Sequence[object] = (
        list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    )
    return bool(parts) and all(isinstance(part, dict | list) for part in parts)
