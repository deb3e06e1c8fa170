"""Labels that a requester's own page wrote: what is read, and what is named as not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from batches import FACTS, URL, json_row, write

from loopviz.errors import ConfigError, InputError
from loopviz.formats.mturk.read import Batches, BatchOptions, read_batches
from loopviz.formats.mturk.requester_shapes import content_of
from loopviz.formats.types import Report

BOX = {"left": 11, "top": 22, "width": 33, "height": 44, "label": "snail"}
BOXED = ("snail", 11.0, 22.0, 44.0, 66.0)
TRIANGLE = [{"x": 1, "y": 2}, {"x": 31, "y": 2}, {"x": 31, "y": 22}]


def read(tmp_path: Path, *rows: dict[str, Any], report: Report | None = None, **options: Any) -> Batches:
    rows = tuple({**row, "AssignmentId": f"A{i}"} for i, row in enumerate(rows))
    return read_batches([write(tmp_path, rows)], BatchOptions(**options), report)


def row(number: int = 0, worker: int = 0, **cells: object) -> dict[str, Any]:
    texts = {f"Answer.{k}": v if isinstance(v, str) else json.dumps(v) for k, v in cells.items()}
    url = f"https://x.example/f_{number:04d}.png"
    return {**FACTS, "AssignmentId": f"A{number}", "WorkerId": f"W{worker}INVENTED", URL: url, **texts}


def drawn(batches: Batches) -> list[tuple[object, ...]]:
    dataset = batches.labels.dataset
    shapes = dataset.annotations.join(dataset.categories, on="class_id", maintain_order="left")
    return shapes.select("name", "x_min", "y_min", "x_max", "y_max").rows()


def said(report: Report, code: str) -> list[str]:
    return [str(problem) for problem in report.problems() if problem.code == code]


@pytest.mark.parametrize(
    ("value", "shapes"),
    [
        pytest.param([BOX], [BOXED], id="a list of boxes"),
        pytest.param(BOX, [BOXED], id="one box"),
        pytest.param({"boxes": [BOX]}, [BOXED], id="in an object"),
        pytest.param({"result": {"boxes": [BOX]}, "imageWidth": 640}, [BOXED], id="in objects, with a size"),
        pytest.param(json.dumps([BOX]), [BOXED], id="a text in JSON"),
        pytest.param([json.dumps(BOX)], [BOXED], id="a list of texts in JSON"),
        pytest.param([{k: str(v) for k, v in BOX.items()}], [BOXED], id="numbers as texts"),
        pytest.param([{**BOX, "left": "11px"}], [BOXED], id="with a unit"),
        pytest.param([{"x": 11, "y": 22, "width": 33, "height": 44, "class": "snail"}], [BOXED], id="x y width height"),
        pytest.param([{"x": 11, "y": 22, "w": 33, "h": 44, "category": "snail"}], [BOXED], id="x y w h"),
        pytest.param([{"xmin": 11, "ymin": 22, "xmax": 44, "ymax": 66, "name": "snail"}], [BOXED], id="xmin"),
        pytest.param([{"x_min": 11, "y_min": 22, "x_max": 44, "y_max": 66, "tag": "snail"}], [BOXED], id="x_min"),
        pytest.param([{"x1": 44, "y1": 66, "x2": 11, "y2": 22, "label": "snail"}], [BOXED], id="other corners"),
        pytest.param([{"left": 11, "top": 22, "right": 44, "bottom": 66, "label": "snail"}], [BOXED], id="right"),
        pytest.param([{"cx": 27.5, "cy": 44, "w": 33, "h": 44, "label": "snail"}], [BOXED], id="the middle"),
        pytest.param([{**BOX, "x": 11, "y": 22, "right": 44, "bottom": 66}], [BOXED], id="said twice"),
        pytest.param([{"label": "snail", "rect": {k: BOX[k] for k in BOX if k != "label"}}], [BOXED], id="nested"),
        pytest.param([{**BOX, "label": ["snail"]}], [BOXED], id="a list of one label"),
        pytest.param([{**BOX, "label": 7}], [("7", *BOXED[1:])], id="a number for a label"),
        pytest.param([{k: BOX[k] for k in BOX if k != "label"}], [("own", *BOXED[1:])], id="called as its column"),
        pytest.param(
            {"snail": [{**BOX, "label": ""}], "slug": [{**BOX, "label": None}]},
            [BOXED, ("slug", *BOXED[1:])],
            id="called as its list",
        ),
        pytest.param([{"label": "a", "vertices": TRIANGLE}], [("a", 1, 2, 31, 22)], id="vertices"),
        pytest.param([{"label": "a", "points": [[1, 2], [31, 2], [31, 22]]}], [("a", 1, 2, 31, 22)], id="pairs"),
        pytest.param([{"label": "a", "points": [1, 2, 31, 2, 31, 22]}], [("a", 1, 2, 31, 22)], id="flat"),
        pytest.param(
            [{"label": "a", "shape_type": "rectangle", "points": [[31, 22], [1, 2]]}], [("a", 1, 2, 31, 22)], id="two"
        ),
        pytest.param([], [], id="drew nothing"),
        pytest.param({"boxes": []}, [], id="drew nothing, in an object"),
    ],
)
@pytest.mark.parametrize("document", [False, True], ids=["column", "taskAnswers"])
def test_what_means_one_thing_in_pixels_is_read(
    tmp_path: Path, value: object, shapes: list[tuple[object, ...]], document: bool
) -> None:
    other = [BOX] if not shapes else value  # a column of empty lists alone would say nothing
    rows = [json_row([{"own": each, "Q1": "x"}]) if document else row(own=each, Q1="x") for each in (value, other)]
    batches = read(tmp_path, *rows)
    assert drawn(batches)[: len(shapes)] == shapes
    assert batches.labels.dataset.assignments["labels_read"].to_list() == [True, True]
    assert batches.people == {"Q1"} and set(batches.answers["column"]) == {"Q1"}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        pytest.param([{"label": "a", "x": 3, "y": 4}], "points", id="a point"),
        pytest.param([{"label": "a", "points": [[1, 2], [3, 4]]}], "points", id="two points"),
        pytest.param({"keypoints": [{"label": "a", "x": 3, "y": 4}]}, "keypoints", id="keypoints"),
        pytest.param([{**BOX, "left": "11%"}], "percentages", id="percent"),
        pytest.param([{**BOX, "unit": "percent"}], "percentages", id="unit"),
        pytest.param([{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.1, "label": "a"}], "fractions", id="fractions"),
        pytest.param([{**BOX, "left": 10.5, "top": 20.25}], "pixels or percentages", id="perhaps percent"),
        pytest.param([{**BOX, "rotation": 30}], "rotated", id="rotated"),
        pytest.param([{"label": "a", "bbox": [1, 2, 3, 4]}], "lists of numbers", id="four numbers"),
        pytest.param([[1, 2, 30, 40]], "lists of numbers", id="bare numbers"),
        pytest.param("10,20,30,40", "lists of numbers", id="numbers as text"),
        pytest.param([{"type": "circle", "x": 1, "y": 2, "r": 3}], "circles", id="circle"),
        pytest.param({"counts": "PQ1", "size": [4, 5]}, "another form", id="run lengths"),
        pytest.param("data:image/png;base64,iVBORw0KGgo=", "pictures", id="picture"),
        pytest.param("M 10 20 L 30 40 Z", "paths", id="path"),
        pytest.param('<svg><path d="M1 2"/></svg>', "paths", id="svg"),
        pytest.param('[{"left": 1, "top": 2', "breaks off", id="cut"),
        pytest.param("[{'left': 1, 'top': 2}]", "malformed", id="Python's"),
        pytest.param([BOX, {"label": "a", "x": 3, "y": 4}], "points", id="a box and a point"),
        pytest.param([{**BOX, "width": "wide"}], "no pixels", id="no number"),
        pytest.param([{**BOX, "right": 400, "bottom": 66}], "contradict", id="contradiction"),
    ],
)
def test_what_may_be_labels_and_is_not_read_is_said_and_marked(tmp_path: Path, value: object, why: str) -> None:
    report = Report()
    found = read(tmp_path, row(own=value), report=report)
    assert found.labels.dataset.assignments["labels_read"].to_list() == [False]
    assert found.answers.is_empty() and not found.people
    if not found.labels.dataset.annotations.height:
        (message,) = said(report, "labels-not-read")
        assert "1 cells of Answer.own" in message and why in message and "INVENTED" not in message
    else:
        assert said(report, "labels-unknown")


@pytest.mark.parametrize("cell", ["", "  ", "{}", "null", "undefined"])
def test_of_an_empty_cell_nobody_knows_what_was_drawn(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, row(own=cell), row(1, own=[BOX]), row(2, own="[]")).labels.dataset
    assert found.assignments["labels_read"].to_list() == [False, True, True]
    assert found.annotations.height == 1


@pytest.mark.parametrize(
    "text",
    ["25 - 34", "1, 2, 3", "$1,200 laptop", "2019-11-20 21:03", "192.168.1.1", "true", '["a", "b"]', '{"a": true}',
     '{"width": 1920, "height": 1080}', "M", "[none]", '"quoted"', "O'Neill <3"],
)  # fmt: skip
def test_answers_are_answers(text: str) -> None:
    assert content_of(text).kind == "answer"


def test_images_of_their_own_columns_and_of_one_object(tmp_path: Path) -> None:
    urls = {f"Input.image_url{i}": f"https://x/f{i}.png" for i in (1, 2)}
    plain = {key: value for key, value in FACTS.items() if key != URL} | urls
    other = {**BOX, "left": 1}
    columns = {"Answer.boxes1": json.dumps([BOX]), "Answer.boxes2": json.dumps([other])}
    found = read(tmp_path, {**plain, **columns}).labels.dataset
    assert found.annotations.select("frame", "x_min").rows() == [(0, 11), (1, 1)]
    inside = {**plain, "Answer.all": json.dumps({"image1": [BOX], "image2": [other]})}
    assert read(tmp_path, inside).labels.dataset.annotations.equals(found.annotations)


def test_two_columns_without_numbers_are_about_one_image(tmp_path: Path) -> None:
    found = read(tmp_path, row(boxes=[BOX], polygons=[{"label": "leaf", "vertices": TRIANGLE}]))
    assert [name for name, *_ in drawn(found)] == ["snail", "leaf"]
    assert found.labels.dataset.assignments["assignment_id"].to_list() == ["A0"]


class TestWhatColumnsAreTakenFor:
    def test_answers_that_change_with_the_task_are_no_survey(self, tmp_path: Path) -> None:
        rows = [row(i, i % 2, text=f"line {i}", **{"Q1.18-24": "true", "Q1.25-34": "false"}) for i in range(6)]
        report = Report()
        found = read(tmp_path, *rows, report=report)
        assert found.people == {"Q1"}
        assert set(found.answers["column"]) == {"text", "Q1"}
        assert said(report, "taken-as") == [
            "taken as answers of people, a survey: Answer.Q1",
            "taken as answers about the task, and not about the person: Answer.text",
        ]

    def test_what_could_find_a_person_is_left_out_and_said(self, tmp_path: Path) -> None:
        report = Report()
        read(tmp_path, *(row(i, i, email=f"{i}@example.org", phone="", city="Oslo") for i in range(3)), report=report)
        assert said(report, "protected") == ["left out to protect people: Answer.email"]

    def test_one_person_who_answers_twice_tells_nothing_of_a_crowd(self, tmp_path: Path) -> None:
        rows = [row(i, min(i, 28), city=f"city {i}") for i in range(30)]
        assert read(tmp_path, *rows).people == {"city"}

    def test_columns_can_be_named(self, tmp_path: Path) -> None:
        shapes = [{**BOX, "left": 10.5, "top": 20.25}]
        report = Report()
        found = read(tmp_path, row(own=shapes, times=[12, 40, 50, 60]), report=report, label_columns=("Answer.own",))
        assert drawn(found) == [("snail", 10.5, 20.25, 43.5, 64.25)]
        assert found.labels.dataset.assignments["labels_read"].to_list() == [True]
        assert not said(report, "labels-not-read")
        with pytest.raises(ConfigError, match="no such column of labels"):
            read(tmp_path, row(own=shapes), label_columns=("boxes",))

    def test_one_of_several_images_is_decided_by_what_tells(self, tmp_path: Path) -> None:
        def image(*rows: dict[str, str], **options: Any) -> list[str | None]:
            given = [{**row(i, own=[BOX]), **more} for i, more in enumerate(rows)]
            return read(tmp_path, *given, **options).labels.dataset.frames["file"].to_list()

        assert image({"Input.find": "f_0000.png"}) == ["f_0000.png"]  # both name the same one
        same = {"Input.example": "https://x/example.png"}
        assert image(same, same) == ["f_0000.png", "f_0001.png"]  # an example does not change with the task
        assert image({"Input.find": "a.png"}, {"Input.find": "b.png"}) == ["f_0000.png", "f_0001.png"]  # by its name
        others = {"Input.other_image": "a.png"}, {"Input.other_image": "b.png"}
        with pytest.raises(InputError, match="nothing tells which one was labelled") as caught:
            image(*others)
        assert "--image-column Input.image_url" in str(caught.value)
        assert image(*others, image_column="other_image") == ["a.png", "b.png"]
        with pytest.raises(ConfigError, match="no such column of images"):
            image(*others, image_column="Input.nowhere")
