"""Zooniverse: marks of all tools, who drew them and for how long, and what cannot be read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.labels.zooniverse import COLUMNS
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
RECT = {"tool": 0, "frame": 0, "x": 1, "y": 2, "width": 3, "height": 4, "details": [], "tool_label": "Snail"}
TIMES = {"started_at": "2021-03-01T10:00:00.000Z", "finished_at": "2021-03-01T10:00:30.500Z"}
SUBJECT = {"7": {"retired": None, "#origin": "here", "Filename": "a.png"}}


def drawn(*marks: Any) -> list[Any]:
    return [{"task": "T0", "task_label": "Draw", "value": list(marks)}]


def row(tasks: Any, user: str = "ann", subjects: Any = SUBJECT, **about: Any) -> dict[str, str]:
    size = [{"naturalWidth": 64, "naturalHeight": 48, "clientWidth": 32, "clientHeight": 24}]
    metadata = {**TIMES, "subject_dimensions": size, **about}
    cells = ("1", user, "2021-03-01 10:00:31 UTC", metadata, tasks, subjects, "7")
    texts = (cell if isinstance(cell, str) else json.dumps(cell) for cell in cells)
    return {**dict(zip(COLUMNS, texts, strict=True)), "user_ip": "abc", "workflow_name": "Snails"}


def table(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_every_person_has_their_marks_and_their_time(lay: Write):
    rows = (row(drawn(RECT, RECT)), row(drawn(), "not-logged-in-abc", started_at=None))
    folder = lay("snails-classifications.csv", table(*rows))
    labels = read_labels(folder)
    found = labels.dataset
    assert detect_format(folder) == labels.format == "zooniverse" and not labels.problems
    assert found.frames.select("file", "width", "height").rows() == [("a.png", 64, 48)]
    work = [("ann", 30.5, "Snails", None), ("not-logged-in-abc", None, "Snails", None)]
    assert found.assignments.select("worker_id", "work_seconds", "batch", "labels_read").rows() == work
    assert str(found.assignments["submitted_at"][0]) == "2021-03-01 10:00:31+00:00"
    assert (
        found.annotations.select("assignment_id", *EDGES).rows()
        == [(found.assignments["assignment_id"][0], 1, 2, 4, 6)] * 2
    )


@pytest.mark.parametrize(
    ("mark", "kind", "edges"),
    [
        pytest.param(RECT, None, (1, 2, 4, 6), id="rectangle"),
        pytest.param({"x_center": 5, "y_center": 6, "width": 2, "height": 4}, None, (4, 4, 6, 8), id="by its middle"),
        pytest.param({"x": 5, "y": 6, "r": 2}, None, (3, 4, 7, 8), id="circle"),
        pytest.param(
            {"x": 5, "y": 6, "r": 2, "angle": -24.6, "toolType": "circle"}, None, (3, 4, 7, 8), id="circle, by its tool"
        ),
        pytest.param({"x": 5, "y": 6, "rx": 2, "ry": 1, "angle": 0}, None, (3, 5, 7, 7), id="ellipse"),
        pytest.param(
            {"x_center": 5, "y_center": 6, "rx": 2, "ry": 1, "angle": 90}, None, (4, 4, 6, 8), id="ellipse, turned"
        ),
        pytest.param({**RECT, "angle": 90}, "rotated_box", (0.5, 2.5, 4.5, 5.5), id="rectangle, turned"),
        pytest.param(
            {"points": [{"x": 1, "y": 1}, {"x": 5, "y": 1}, {"x": 1, "y": 9}], "closed": True},
            None,
            (1, 1, 5, 9),
            id="polygon",
        ),
        pytest.param({"points": [{"x": 1, "y": 1}, {"x": 5, "y": 9}]}, "line", (1, 1, 5, 9), id="freehand"),
        pytest.param({"pathX": [1, 5, 1, 1], "pathY": [1, 1, 9, 1]}, None, (1, 1, 5, 9), id="freehand, closed"),
        pytest.param({"pathX": [1, 5, 1], "pathY": [1, 1, 9]}, "line", (1, 1, 5, 9), id="freehand, open"),
        pytest.param({"x1": 1, "y1": 1, "x2": 5, "y2": 9}, "line", (1, 1, 5, 9), id="line"),
        pytest.param({"x": 3, "y": 4}, "points", (3, 4, 3, 4), id="point"),
    ],
)
def test_marks_of_every_tool_are_read(lay: Write, mark: dict[str, Any], kind: str | None, edges: tuple[float, ...]):
    found = read_labels(lay("a.csv", table(row(drawn({"tool": 2, **mark}))))).dataset
    (one,) = found.annotations.select("shape", *EDGES).rows()
    assert one[0] == kind and one[1:] == pytest.approx(edges)
    assert found.categories["name"].to_list() == (["Snail"] if "tool_label" in mark else ["tool 2"])


def test_an_ellipse_turns_the_other_way_than_a_rectangle(lay: Write):
    wide = {"tool": 2, "x": 50, "y": 50, "rx": 20, "ry": 0, "angle": 30}
    found = read_labels(lay("a.csv", table(row(drawn(wide, {**RECT, "width": 40, "height": 0, "angle": 30}))))).dataset
    (ellipse, rectangle) = found.annotations.sort("annotation_id")["polygons"].to_list()
    assert ellipse[0][1] < 50 and ellipse[0][0] > 50  # up to the right
    assert rectangle[0][3] > rectangle[0][1] and rectangle[0][2] > rectangle[0][0]  # down to the right


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        pytest.param({"tool": 1, "x": 5, "y": 6, "radius": 3, "spread": 30}, "1 marks of another tool", id="a fan"),
        pytest.param(
            {"tool": 1, "x": 5, "y": 6, "r": 3, "angle": 30},
            "1 marks with r and angle, which may be circles or triangles",
            id="a circle or a triangle",
        ),
        pytest.param(
            {"tool": 1, "x": 5, "y": 6, "r": 3, "angle": 30, "toolType": "triangle"},
            "1 marks of another tool",
            id="a triangle",
        ),
        pytest.param(
            {"tool": 1, "x": 5, "y": 6, "radius": 3, "rotation": 0, "toolType": "circle"},
            "1 marks of another tool",
            id="a fan that is called a circle",
        ),
        pytest.param({**RECT, "frame": 1}, "1 marks on a subject's further pictures", id="another picture"),
        pytest.param({"tool": 1, "x": 5}, "1 marks of another tool", id="another tool"),
    ],
)
def test_what_is_not_read_is_not_held_against_anybody(lay: Write, mark: dict[str, Any], said: str):
    labels = read_labels(lay("a.csv", table(row(drawn(RECT, mark)))))
    assert labels.dataset.assignments["labels_read"].to_list() == [False]
    assert [problem.values for problem in labels.problems] == [{"shapes": said}]


def test_answers_are_counted_and_combinations_are_looked_into(lay: Write):
    tasks = [{"task": "T1", "value": "Yes"}, {"task": "T2", "value": drawn(RECT)}]
    labels = read_labels(lay("a.csv", table(row(tasks))))
    assert labels.dataset.annotations.height == 1
    assert [(problem.code, problem.values) for problem in labels.problems] == [("left-answers", {"count": 1})]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        pytest.param({"Filename": "b.jpg", "link": "https://x.example/"}, "b.jpg", id="the one picture"),
        pytest.param({"one": "b.jpg", "two": "c.jpg"}, "subject_7", id="several pictures"),
        pytest.param({"place": "here"}, "subject_7", id="none"),
    ],
)
def test_a_picture_is_called_as_the_project_calls_it(lay: Write, said: dict[str, str], name: str):
    assert read_labels(lay("a.csv", table(row(drawn(), subjects={"7": said})))).dataset.frames["file"].to_list() == [
        name
    ]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(row(drawn({**RECT, "x": "1"})), id="a text for a number"),
        pytest.param(row(drawn({**RECT, "width": -3})), id="less than nothing"),
        pytest.param(row(drawn({**RECT, "y": 1e12})), id="far outside"),
        pytest.param(row("[{"), id="no JSON"),
        pytest.param(row({}), id="annotations that are no list"),
        pytest.param(row(drawn(RECT), subjects={}), id="no subject"),
        pytest.param(row(drawn(RECT), subjects={"7": {}, "8": {}}), id="two subjects"),
    ],
)
def test_what_is_malformed_is_refused_or_left_out(lay: Write, bad: dict[str, str]):
    folder = lay("a.csv", table(row(drawn(RECT)), bad))
    with pytest.raises(InputError, match=r"a\.csv, line 3"):
        read_labels(folder)
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 1
