"""What a model in ONNX says of itself: names, task, stride and size, as Ultralytics writes them into its metadata.

Every value is a text, that of a Python literal: ``names`` is ``{0: 'Body', 1: 'Cable'}`` (a list from other writers),
``imgsz`` is ``[320, 320]`` (height, width), ``stride`` is ``32``, ``task`` is ``detect``, ``head`` the class that makes
the output, ``end2end`` and ``args['nms']`` whether that has been sorted out. YOLOv5 writes names and stride alone.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.picture_size import MAX_SIDE

LONGEST = 1_000_000  # characters of a text that is looked into
STRIDE = 32  # of every YOLO since the third, where nothing is said
MAX_STRIDE = 1024
EXPORT = "Export a detector: yolo export model=best.pt format=onnx"


@dataclass(frozen=True)
class Metadata:
    """What a model says of itself.

    Attributes:
        names: The categories, in the order of their numbers.
        stride: What the sides of its input are multiples of.
        size: The width and height that it was exported for, if it says so.
        head: What makes its output, in Ultralytics' words; None where it does not say.
        sorted_out: Whether its output holds each object once, and no box is to be suppressed; None: it does not say.
    """

    names: tuple[str, ...]
    stride: int
    size: tuple[int, int] | None
    head: str | None
    sorted_out: bool | None


def read_metadata(said: Mapping[str, str], file: Path) -> Metadata:
    """Return what a model's metadata say.

    Raises:
        InputError: If it has no names, or is for something else than finding boxes.
    """
    task = said.get("task")
    if task not in (None, "detect"):
        what = "this model does not find boxes"
        raise InputError(what, file=file, at="task", found=task, expected="detect", remedy=EXPORT)
    head = said.get("head")
    if head is not None and not head.endswith("Detect"):  # RT-DETR's boxes are of another form
        what = "the model is no YOLO"
        raise InputError(what, file=file, at="head", found=head, expected="Detect, or v10Detect", remedy=EXPORT)
    options = _value(said, "args")
    own = bool(isinstance(options, dict) and options.get("nms"))
    sorted_out = bool(_value(said, "end2end")) or own if said.get("end2end") is not None or own else None
    return Metadata(_names(said, file), _stride(said, file), _size(said), head, sorted_out)


def _value(said: Mapping[str, str], key: str) -> object:
    """Return what a text of the metadata stands for; None where there is none, or it is no literal."""
    text = said.get(key, "")
    with contextlib.suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ast.literal_eval(text) if len(text) <= LONGEST else None
    return None


def _names(said: Mapping[str, str], file: Path) -> tuple[str, ...]:
    if "names" not in said:
        what, remedy = "the model does not say what it finds: its metadata has no names", EXPORT
        raise InputError(what, file=file, found=", ".join(sorted(said)) or "no metadata", remedy=remedy)
    given = _value(said, "names")
    if isinstance(given, list | tuple):
        given = dict(enumerate(given))
    if not isinstance(given, dict) or not given:
        raise InputError("not a list of names", file=file, at="names", found=said["names"], expected="{0: 'wheel'}")
    named = {int(key) if isinstance(key, str) and key.isdecimal() else key: name for key, name in given.items()}
    for number in range(len(named)):
        name = named.get(number)
        if not isinstance(name, str) or not name.strip():
            expected = f"a name for each of 0 to {len(named) - 1}"
            raise InputError("a category has no name", file=file, at=f"names, {number}", found=name, expected=expected)
    return tuple(named[number] for number in range(len(named)))


def _stride(said: Mapping[str, str], file: Path) -> int:
    if "stride" not in said:
        return STRIDE
    given = _value(said, "stride")
    if not isinstance(given, int) or not 0 < given <= MAX_STRIDE:
        raise InputError("not a stride", file=file, at="stride", found=said["stride"], expected="32, as an example")
    return given


def _size(said: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the width and height; None where they are not said, or cannot be."""
    given = _value(said, "imgsz")
    sides = [given, given] if isinstance(given, int) else given
    if not isinstance(sides, list | tuple) or len(sides) != 2:
        return None
    if not all(isinstance(side, int) and 0 < side <= MAX_SIDE for side in sides):
        return None
    return int(sides[1]), int(sides[0])
