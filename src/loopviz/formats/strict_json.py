"""JSON from strangers, read strictly, and quickly where a file is large.

The standard library's parser can be told to refuse a key that stands twice in an object, but takes three times as long
as pydantic's, which cannot. So a large file goes through the quick one, and the keys of the result are counted: only if
the text holds more keys than the result does it go through the slow one, which finds the reason.

A million small objects take ten times the room of their text. So the one long list of a large file can be had in
blocks, each made into columns before the next is read.
"""

from __future__ import annotations

import gc
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from loopviz.errors import InputError
from loopviz.formats.untrusted_files import decode, read_bytes

JSON_BYTES = 4 * 2**30
LARGE = 2**20
BLOCK = 4 * 2**20
_END_OF_OBJECTS = re.compile(rb"\}\s*\]")
_NEXT_OBJECT = re.compile(rb"\}\s*,\s*\{")


def read_json(file: Path) -> Any:
    """Return a JSON file's content, read strictly.

    Raises:
        InputError: If it is not UTF-8 or not JSON, a key stands twice in one object, a number is NaN or
            infinite by name, or it is nested absurdly deep.
    """
    return _parsed(read_bytes(file, JSON_BYTES), file)


def read_json_in_blocks(file: Path, key: str, beside: Sequence[str]) -> tuple[Any, Iterable[list[Any]]]:
    """Return a JSON file's content, and the list under one of its keys in blocks of some megabytes.

    Args:
        file: The file.
        key: Where the list is; in the content, it may be empty. Content that has no such list has no blocks.
        beside: Keys of other lists. They tell that the end of the long one was found, not that of another. Other keys
            of the content are sure to be all there once the blocks have been read.

    Raises:
        InputError: See ``read_json``; also while the blocks are read.
    """
    data = read_bytes(file, JSON_BYTES)
    cut = _cut(data, key, beside) if len(data) > LARGE else None
    if cut is not None:
        document, start, stop = cut
        return document, _blocks(data, (start, stop), key, document, file)
    document = _parsed(data, file)
    whole = document.get(key) if isinstance(document, dict) else None
    return document, [whole] if isinstance(whole, list) else []


def _cut(data: bytes, key: str, beside: Sequence[str]) -> tuple[dict[str, Any], int, int] | None:
    """Return a document without its long list of objects, and where that begins and ends; None if it is not plain.

    The list is taken out for a word that nobody can have foreseen. If the rest is JSON and has the word as the value of
    the key, the list began where it seemed to. That it ended there is known once its blocks are JSON.
    """
    opening = re.search(rb'"%s"\s*:\s*\[(?=\s*\{)' % key.encode(), data)
    closing = opening and _END_OF_OBJECTS.search(data, opening.end())
    if not opening or not closing:
        return None
    word = secrets.token_hex()
    document = _read_quickly(b'%b"%b"%b' % (data[: opening.end() - 1], word.encode(), data[closing.end() :]))
    if type(document) is not dict or document.get(key) != word:
        return None
    if any(type(document.get(other)) is not list for other in beside):
        return None
    return document | {key: []}, opening.end(), closing.end() - 1


def _blocks(data: bytes, span: tuple[int, int], key: str, document: dict[str, Any], file: Path) -> Iterator[list[Any]]:
    """Yield the list's blocks; the document gets the keys that a list which did not end there had hidden."""
    done = 0
    start, stop = span
    while start < stop:
        border = _NEXT_OBJECT.search(data, start + BLOCK, stop)
        block = _read_quickly(b"[%b]" % data[start : border.start() + 1 if border else stop])
        if block is None:
            whole = _parsed(data, file)
            document.update(whole | {key: []})
            yield whole[key][done:]
            return
        yield block
        done += len(block)
        start = border.end() - 1 if border else stop


def _parsed(data: bytes, file: Path) -> Any:
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
        what = "a number of thousands of digits" if "int_max_str_digits" in str(error) else error
        raise InputError(f"not usable JSON: {what}", file=file, remedy="Export the file again.") from error


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
    keys = _count_keys(document, data.count(b"{"))
    if data.count(b":") == keys:  # no text holds a colon: most lists of annotations
        return document
    spaced = sum(data.count(space + b":") for space in (b" ", b"\t", b"\n", b"\r"))
    return document if data.count(b'":') + spaced == keys else None


def _count_keys(document: Any, most: int) -> int:
    """Return how many keys the objects of a document have, those in lists that begin with something else left out.

    No more objects are looked for once there are as many as the text has braces, which is at ``most``.
    """
    keys = found = 0
    objects = _objects([document])
    while objects:
        keys += sum(map(len, objects))
        found += len(objects)
        objects = _objects(chain.from_iterable(map(dict.values, objects))) if found < most else []
    return keys


def _objects(values: Iterable[Any]) -> list[dict[str, Any]]:
    held = [v for v in values if type(v) is dict or (type(v) is list and v and type(v[0]) is dict)]
    return [v for each in held for v in ((each,) if type(each) is dict else each) if type(v) is dict]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {ascii(twice)[:60]} stands twice in one object")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")
