"""JSON from strangers, read strictly, and quickly where a file is large.

The standard library's parser can be told to refuse a key that stands twice in an object, but takes three times as long
as pydantic's, which cannot. So a large file goes through the quick one, and the keys of the result are counted: only if
the text holds more keys than the result does it go through the slow one, which finds the reason.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from loopviz.errors import InputError
from loopviz.formats.files import decode, read_bytes

JSON_BYTES = 4 * 2**30
LARGE = 2**20


def read_json(file: Path) -> Any:
    """Return a JSON file's content, read strictly.

    Raises:
        InputError: If it is not UTF-8 or not JSON, a key stands twice in one object, a number is NaN or
            infinite by name, or it is nested absurdly deep.
    """
    data = read_bytes(file, JSON_BYTES)
    quick = _read_quickly(data) if len(data) > LARGE else None
    if quick is not None:
        return quick
    text = decode(data, file)
    try:
        with collector_paused():
            return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"not valid JSON: {error.msg}", file=file, at=at, remedy="Export the file again.") from error
    except RecursionError as error:
        raise InputError("the JSON is nested too deeply", file=file, remedy="Export the file again.") from error
    except ValueError as error:
        raise InputError(f"not usable JSON: {error}", file=file, remedy="Export the file again.") from error


@contextmanager
def collector_paused() -> Iterator[None]:
    """Hold the garbage collector off a million small objects, none of them garbage: it costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_quickly(data: bytes) -> Any:
    """Return the content of sound JSON, or None where it has to be looked at closely."""
    try:
        with collector_paused():
            document = from_json(data, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return None
    spaced = sum(data.count(space + b":") for space in (b" ", b"\t", b"\n", b"\r"))
    return document if data.count(b'":') + spaced == _count_keys(document) else None


def _count_keys(document: Any) -> int:
    """Return how many keys the objects of a document have, those in lists that begin with something else left out."""
    total = 0
    objects = [document] if type(document) is dict else []
    while objects:
        total += sum(map(len, objects))
        held = [v for each in objects for v in each.values() if type(v) is dict or type(v) is list]
        objects = [v for v in held if type(v) is dict]
        lists = [v for v in held if v and type(v) is list and type(v[0]) is dict]
        objects += [v for each in lists for v in each if type(v) is dict]
    return total


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {ascii(twice)[:60]} stands twice in one object")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")
