"""Which cells of a batch's row are a widget's, which an image's address, and which an answer.

A widget called ``annotatedResult`` (the author names it; what counts is how a column ends) writes

- ``Answer.annotatedResult.labeledImage.pngImageData`` with ``.labelMappings.<Label>.color`` for every label there is
  (``crowd-semantic-segmentation``), or with ``.instances``, a JSON list of ``{color, label}``
  (``crowd-instance-segmentation``),
- ``Answer.annotatedResult.boundingBoxes``, a JSON list of ``{height, label, left, top, width}``,
- ``Answer.annotatedResult.polygons``, a JSON list of ``{label, vertices: [{x, y}]}``,

each with ``.inputImageProperties.height`` and ``.width``. Or one column ``Answer.taskAnswers`` holds all answers as
JSON, ``[{"annotatedResult": {…}, "Q1": …}]``. Tasks of several images have ``annotatedResult1`` … ``annotatedResult9``
and ``Input.image_url1`` … ``Input.image_url9``. What other ``Answer.*`` columns hold is found out by ``columns``:
labels of the requester's own page, answers of people, or something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from loopviz.errors import InputError
from loopviz.formats.mturk.rows import ANSWER, INPUT
from loopviz.formats.people.tables import answer_text
from loopviz.paths import natural_key

DOCUMENT = "Answer.taskAnswers"
SHAPES = ("labeledImage", "boundingBoxes", "polygons")  # one of them makes an answer a widget's
LISTS = ("instances", "boundingBoxes", "polygons")
_ENDS = ("inputImageProperties.height", "inputImageProperties.width", "labeledImage.pngImageData", *LISTS)
NUMBERED = re.compile(r"(\d+)$")
IMAGE_WORD = re.compile(r"image|img|picture|photo|frame|url", re.IGNORECASE)

Widget = dict[str, Any]
Refuse = Callable[..., InputError]  # makes an error that names the row


@dataclass(frozen=True)
class BatchLayout:
    """What a header's columns are.

    Args:
        fields: Column, widget and path inside the widget's answer, of every widget's column.
        answers: The columns of answers that are no widget's.
        inputs: The task's own columns, ``Input.*``.
        masks_deleted: Widgets whose labels are listed, but whose column of masks is gone.
    """

    fields: tuple[tuple[str, str, tuple[str, ...]], ...]
    answers: tuple[str, ...]
    inputs: tuple[str, ...]
    masks_deleted: tuple[str, ...]


@dataclass(frozen=True)
class WidgetTask:
    """One image of a task: the widget's answer and the image's address, None where there is none."""

    widget: Widget | None
    image: str | None


def layout_of(header: Sequence[str]) -> BatchLayout:
    """Return what a header's columns are."""
    found = {column: part for column in header if column.startswith(ANSWER) and (part := _part(column))}
    drawn = {widget for widget, path in found.values() if path[0] in SHAPES}
    listed = {widget for widget, path in found.values() if path[0] == "labelMappings"}
    fields = [(column, *part) for column, part in found.items() if part[0] in drawn | listed]
    mine = {*found, DOCUMENT}  # a widget's sizes are no answer, also where its labels were deleted
    return BatchLayout(
        tuple(fields),
        tuple(column for column in header if column.startswith(ANSWER) and column not in mine),
        tuple(column for column in header if column.startswith(INPUT)),
        tuple(sorted(listed - drawn)),
    )


def _part(column: str) -> tuple[str, tuple[str, ...]] | None:
    name = "." + column.removeprefix(ANSWER)
    for end in _ENDS:
        if name == "." + end and end in LISTS:
            return None  # of no widget: a page of the requester's own wrote it
        if name.endswith("." + end):
            return name[1 : -len(end) - 1], tuple(end.split("."))
    if ".labelMappings." in name and name.endswith(".color"):  # a label may hold dots itself
        widget, _, label = name.partition(".labelMappings.")
        return widget[1:], ("labelMappings", label.removesuffix(".color"), "color")
    return None


def answers_of_row(
    cells: Mapping[str, str], layout: BatchLayout, refuse: Refuse
) -> tuple[dict[str, Widget], dict[str, object]]:
    """Return a row's widgets by name, and what else was answered by column without ``Answer.``: text, or JSON's values.

    Raises:
        InputError: If a cell that should be JSON is not.
    """
    widgets: dict[str, Widget] = {}
    for column, widget, path in layout.fields:
        text = cells[column]
        if not text.strip():
            continue
        inner = widgets.setdefault(widget, {})
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = _parsed(text, column, refuse) if path[-1] in LISTS else text
    others: dict[str, object] = {column.removeprefix(ANSWER): cells[column] for column in layout.answers}
    if cells.get(DOCUMENT, "").strip():
        for name, value in _document(cells[DOCUMENT], refuse).items():
            if isinstance(value, dict) and any(key in value for key in SHAPES):
                widgets[name] = value
            else:
                others[name] = value
    return widgets, others


def _parsed(text: str, column: str, refuse: Refuse) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refuse(f"{column} is not JSON", found=text[:200], expected="a JSON list") from error


def _document(text: str, refuse: Refuse) -> dict[str, Any]:
    parts = _parsed(text, DOCUMENT, refuse)
    merged: dict[str, Any] = {}
    for part in parts if isinstance(parts, list) else [parts]:
        if not isinstance(part, dict) or merged.keys() & part.keys():
            raise refuse(
                f"{DOCUMENT} is not a list of answers", found=text[:200], expected='[{"annotatedResult": {…}}]'
            )
        merged |= part
    return merged


def text_of(value: object) -> str:
    """Return an answer as text; of choices, ``{"18-24": false, "25-34": true}``, those that were made."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value and all(isinstance(flag, bool) for flag in value.values()):
        return ", ".join(choice for choice, flag in value.items() if flag)
    return answer_text(value) or ""


def fold_choices(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the answers of a file's rows with questions of one column a choice folded into one answer.

    ``Q1.25-34`` is a choice of ``Q1`` if every cell of that column is ``true``, ``false`` or empty, and one is true or
    false. Several choices are joined by commas; no choice is an empty answer.
    """
    values: dict[str, set[str]] = {}
    for answers in rows:
        for column, value in answers.items():
            values.setdefault(column, set()).add(value.strip().lower())
    flags = {c for c, found in values.items() if "." in c and found <= {"true", "false", ""} and found != {""}}
    folded = []
    for answers in rows:
        mine: dict[str, str] = {}
        for column, value in answers.items():
            question, _, choice = column.partition(".")
            if column not in flags:
                mine[column] = value
            elif value.strip().lower() == "true":
                mine[question] = f"{mine[question]}, {choice}" if mine.get(question) else choice
            else:
                mine.setdefault(question, "")
        folded.append(mine)
    return folded


def images_of(cells: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """Return the addresses of a row's images by column."""
    return {column: cells[column].strip() for column in columns if cells[column].strip()}


def image_name(url: str) -> str:
    """Return the last part of an address' path, without its query, ``%20`` a blank again."""
    try:
        path = urlsplit(url).path
    except ValueError:  # brackets that are no address
        path = url
    return unquote(path).replace("\\", "/").rsplit("/", 1)[-1]


def tasks_of(widgets: Mapping[str, Widget], images: Mapping[str, str], refuse: Refuse) -> list[WidgetTask]:
    """Return which widget was drawn on which image: by the numbers that their names end in, or in their order.

    Raises:
        InputError: If there are several of both, and not as many.
    """
    names, columns = sorted(widgets, key=natural_key), sorted(images, key=natural_key)
    if not columns:
        return [WidgetTask(widgets[name], None) for name in names] or [WidgetTask(None, None)]
    if not names:
        return [WidgetTask(None, images[columns[0]] if len(columns) == 1 else None)]
    numbers = {_number(name): name for name in names}
    if len(columns) > 1 and -1 not in numbers and numbers.keys() <= {_number(column) for column in columns}:
        # An image that nobody labelled is part of the work as well.
        return [WidgetTask(widgets.get(numbers.get(_number(column), "")), images[column]) for column in columns]
    if len(names) == len(columns):
        return [WidgetTask(widgets[name], images[column]) for name, column in zip(names, columns, strict=True)]
    if len(columns) > 1 and len(names) > 1:
        found = f"{len(names)} widgets, {len(columns)} images"
        raise refuse("its widgets and its images are not as many", found=found, expected="one image for each widget")
    sole = next((column for column in columns if _number(column) < 0), columns[0])
    return [WidgetTask(widgets[name], images[sole]) for name in names]


def _number(name: str) -> int:
    found = NUMBERED.search(name)
    return int(found.group(1)) if found else -1
