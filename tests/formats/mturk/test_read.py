"""Batches: files into people, work, labels and answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from batches import (
    BLUE,
    BOXES,
    COLORS,
    FACTS,
    GREEN,
    POLYGONS,
    RED,
    URL,
    H,
    W,
    area,
    canvas,
    json_row,
    list_row,
    mask_row,
    png,
    sample,
    text_of,
    write,
)

from loopviz.errors import ConfigError
from loopviz.formats.detect import detect_format
from loopviz.formats.mturk import annotations as batch_annotations
from loopviz.formats.mturk.read import BatchOptions, read_batches
from loopviz.formats.mturk.rows import is_batch
from loopviz.formats.reading import read_labels
from loopviz.formats.types import Report
from loopviz.geometry import mask_from_rle, polygons_to_mask, rle_area, rle_from_string

BOX = {"label": "Body", "left": 3, "top": 4, "width": 10, "height": 5}
ANSWER = {
    "annotatedResult": {
        "inputImageProperties": {"height": H, "width": W},
        "labelMappings": {label: {"color": color} for label, color in COLORS.items()},
        "labeledImage": {"pngImageData": sample()},
    }
}


def codes(report: Report) -> list[str]:
    return [problem.code for problem in report.problems()]


def test_a_mask_becomes_run_lengths_polygons_and_boxes(tmp_path: Path) -> None:
    batches = read_batches([write(tmp_path, [mask_row()])])
    found = batches.labels.dataset
    assert found.categories["name"].to_list() == ["Body", "Left Button", "v1.0_cable"]
    assert found.frames.select("frame", "file", "width", "height").rows() == [(0, "frame_0001.png", W, H)]
    assert found.annotations.select("class_id", "x_min", "y_min", "x_max", "y_max", "origin").rows() == [
        (0, 5, 4, 15, 12, "worker"),
        (1, 20, 10, 25, 15, "worker"),
    ]
    counts = rle_from_string(found.annotations["mask_rle"][0])
    body = mask_from_rle(counts, H, W)
    assert (rle_area(counts), body[7, 8], body[5, 6]) == (74, False, True)
    polygons = found.annotations["polygons"][0].to_list()
    assert np.array_equal(polygons_to_mask(polygons, H, W), body)
    assert batches.usage.rows() == [
        ("A1", "Body", 74, True),
        ("A1", "Left Button", 25, True),
        ("A1", "v1.0_cable", 0, False),
    ]


@pytest.mark.parametrize(
    ("title", "simulated"),
    [("Simulated: mark the parts", True), ("simulated: x", True), ("Mark the parts", None), ("A simulated: one", None)],
)
def test_people_of_a_simulated_task_are_marked(tmp_path: Path, title: str, simulated: bool | None) -> None:
    batches = read_batches([write(tmp_path, [mask_row(Title=title)])])
    assert batches.labels.dataset.workers["simulated"].to_list() == [simulated]


def test_shapes_packed_bit_by_bit_are_the_same_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        list_row(BOXES, [BOX, BOX | {"label": "Cable"}], AssignmentId="A3", **{URL: "https://b.example/frame_3.png"}),
        mask_row(AssignmentId="A2", **{URL: "https://b.example/frame_2.png"}),
        mask_row(AssignmentId="A1", **{URL: "https://b.example/frame_1.png"}),
    ]
    files = [write(tmp_path, [row], f"batch_{number}.csv") for number, row in enumerate([*rows, rows[1]])]
    at_once = read_batches(files).labels.dataset
    monkeypatch.setattr(batch_annotations, "BLOCK", 1)
    assert read_batches(files).labels.dataset.equals(at_once)
    assert at_once.annotations["frame"].to_list() == [0, 0, 1, 1, 2, 2]
    assert at_once.annotations["assignment_id"].to_list() == ["A1", "A1", "A2", "A2", "A3", "A3"]
    assert at_once.annotations["polygons"].is_null().to_list() == [False] * 4 + [True] * 2


def test_the_platforms_facts(tmp_path: Path) -> None:
    row = mask_row(AssignmentStatus="Rejected", RequesterFeedback="too, coarse")
    found = read_batches([write(tmp_path, [row], "Batch_7.csv")])
    assert found.labels.dataset.assignments.rows(named=True) == [
        {
            "assignment_id": "A1",
            "worker_id": "W1INVENTED",
            "hit_id": "HIT1",
            "frame": 0,
            "status": "rejected",
            "reason": "too, coarse",
            "reward_usd": 0.15,
            "work_seconds": 63.0,
            "submitted_at": datetime(2019, 11, 21, 5, 3, 26, tzinfo=UTC),
            "batch": "Batch_7",
            "labels_read": True,
            "accepted": None,
        }
    ]
    (short,) = [problem.values for problem in found.labels.problems if problem.code == "short-rows"]
    assert short == {"count": 1, "rows": 1}


@pytest.mark.parametrize(
    ("row", "shapes", "usage"),
    [
        pytest.param(
            list_row(BOXES, [BOX, {**BOX, "label": "Cable", "left": 35, "width": 20}]),
            [("Body", 3, 4, 13, 9, False, False), ("Cable", 35, 4, 40, 9, False, False)],
            [("Body", 50, True), ("Cable", 25, True)],
            id="boxes, cut at the image's edge",
        ),
        pytest.param(list_row(BOXES, []), [], [], id="no box at all"),
        pytest.param(
            list_row(POLYGONS, [{"label": "Body", "vertices": [{"x": 0, "y": 0}, {"x": 8, "y": 0}, {"x": 8, "y": 4}]}]),
            [("Body", 0, 0, 8, 4, False, True)],
            [("Body", 16, True)],
            id="polygon",
        ),
        pytest.param(
            {
                **{key: value for key, value in mask_row().items() if "labelMappings" not in key},
                "Answer.annotatedResult.instances": json.dumps(
                    [{"color": "#d62728", "label": "Cat"}, {"color": "#2ca02c", "label": "Cat"}]
                ),
            },
            [("Cat", 5, 4, 15, 12, True, True), ("Cat", 20, 10, 25, 15, True, True)],
            [("Cat", 99, True)],
            id="instances of one label",
        ),
        pytest.param(
            json_row([ANSWER]),
            [("Body", 5, 4, 15, 12, True, True), ("Left Button", 20, 10, 25, 15, True, True)],
            [("Body", 74, True), ("Left Button", 25, True), ("v1.0_cable", 0, False)],
            id="taskAnswers with a mask",
        ),
        pytest.param(
            json_row([{"boxes": {"boundingBoxes": [BOX]}}]),
            [("Body", 3, 4, 13, 9, False, False)],
            [("Body", 50, True)],
            id="taskAnswers with boxes, size unknown",
        ),
    ],
)
def test_every_widget(
    tmp_path: Path, row: dict[str, str], shapes: list[tuple[object, ...]], usage: list[tuple[object, ...]]
) -> None:
    batches = read_batches([write(tmp_path, [row])])
    found = batches.labels.dataset
    names = found.categories["name"].to_list()
    drawn = [
        (names[r["class_id"]], r["x_min"], r["y_min"], r["x_max"], r["y_max"], bool(r["mask_rle"]), bool(r["polygons"]))
        for r in found.annotations.rows(named=True)
    ]
    assert drawn == shapes
    assert batches.usage.select("category", "pixels", "used").rows() == usage


def test_colors_within_the_tolerance_from_the_minimum_area_on(tmp_path: Path) -> None:
    near, far = (RED[0] - 40, RED[1], RED[2]), (RED[0] - 41, RED[1], RED[2])
    picture = area(area(canvas(), (0, 0, 8, 8), near), (20, 0, 28, 8), far)
    picture = area(area(picture, (0, 20, 6, 24), GREEN), (20, 20, 25, 25), BLUE)
    report = Report()
    usage = read_batches([write(tmp_path, [mask_row(png(picture))])], report=report).usage
    assert usage.select("pixels", "used").rows() == [(64, True), (24, False), (25, True)]
    assert "at most 40 from its own; 1 times it had fewer, and 64 painted pixels" in str(report.problems()[-1])
    strict = read_batches([write(tmp_path, [mask_row(png(picture))])], BatchOptions(tolerance=39, min_area=26)).usage
    assert strict.select("pixels", "used").rows() == [(0, False), (24, False), (25, False)]


def test_an_edge_between_two_labels_is_not_a_third_one(tmp_path: Path) -> None:
    third = tuple((a + b) // 2 for a, b in zip(RED, GREEN, strict=True))
    row = mask_row() | {"Answer.annotatedResult.labelMappings.v1.0_cable.color": "#" + bytes(third).hex()}
    picture = area(area(canvas(), (0, 0, 10, 30), RED), (11, 0, 20, 30), GREEN)
    mixed = area(picture, (10, 0, 11, 30), (third[0] + 1, *third[1:]))
    mixed = area(mixed, (30, 0, 34, 30), third)
    mixed = area(mixed, (34, 0, 35, 30), (third[0] + 9, *third[1:]))  # its own smoothed edge counts
    usage = read_batches([write(tmp_path, [row | {list(row)[-1]: png(mixed)}])]).usage
    assert usage["pixels"].to_list() == [300, 270, 150]


@pytest.mark.parametrize("ground", [(255, 255, 255, 255), (0, 0, 0, 255), (214, 39, 40, 127)])
def test_grounds(tmp_path: Path, ground: tuple[int, ...]) -> None:
    picture = canvas()
    picture[:] = ground
    usage = read_batches([write(tmp_path, [mask_row(png(area(picture, (0, 0, 5, 5), BLUE)))])]).usage
    assert usage["pixels"].to_list() == [0, 0, 25]


def test_pictures_without_transparency_and_with_a_data_prefix(tmp_path: Path) -> None:
    picture = area(canvas(), (0, 0, 5, 5), BLUE)[..., :3]
    usage = read_batches([write(tmp_path, [mask_row("data:image/png;base64," + png(picture))])]).usage
    assert usage["pixels"].to_list() == [0, 0, 25]


def test_several_images_a_task_share_its_pay(tmp_path: Path) -> None:
    answers = {f"annotatedResult{i}": {"boundingBoxes": [{**BOX, "left": i}]} for i in (10, 2, 1)}
    urls = {f"Input.image_url{i}": f"https://x/f{i}.png" for i in (1, 2, 3, 10)}
    row = {key: value for key, value in json_row([answers | {"Q1": "yes"}]).items() if key != URL} | urls
    report = Report()
    batches = read_batches([write(tmp_path, [row])], report=report)
    found = batches.labels.dataset
    assert found.frames["file"].to_list() == ["f1.png", "f2.png", "f3.png", "f10.png"]
    assert found.assignments.select("assignment_id", "frame", "reward_usd", "work_seconds").rows() == [
        (f"A1/{i + 1}", i, 0.0375, 15.75) for i in range(4)
    ]
    assert found.annotations.select("frame", "x_min").rows() == [(0, 1), (1, 2), (3, 10)]
    assert batches.answers.rows() == [("A1/1", "W1INVENTED", "Q1", "yes")]
    assert codes(report) == ["taken-as", "taken-as", "short-rows", "shared-pay", "labels-unknown"]
    assert found.assignments["labels_read"].to_list() == [True, True, False, True]


def test_several_workers_a_frame_and_several_batches_add_up(tmp_path: Path) -> None:
    first = [mask_row(), mask_row(AssignmentId="A2", WorkerId="W2INVENTED")]
    second = [
        list_row(BOXES, [{**BOX, "label": "Antenna"}], AssignmentId="A3", WorkerId="W1INVENTED"),
        list_row(BOXES, [BOX], AssignmentId="A4", **{URL: "https://elsewhere.example/frame_0000.png?X=1#a"}),
    ]
    files = [write(tmp_path, first, "one.csv"), write(tmp_path, second, "two.csv")]
    found = read_batches(files).labels.dataset
    assert found.frames["file"].to_list() == ["frame_0000.png", "frame_0001.png"]
    assert found.categories["name"].to_list() == ["Body", "Left Button", "v1.0_cable", "Antenna"]
    assert found.assignments.select("assignment_id", "frame", "batch").rows() == [
        ("A1", 1, "one"),
        ("A2", 1, "one"),
        ("A3", 1, "two"),
        ("A4", 0, "two"),
    ]
    assert found.annotations["assignment_id"].to_list() == ["A4", "A1", "A1", "A2", "A2", "A3"]
    assert found.workers["worker_id"].to_list() == ["W1INVENTED", "W2INVENTED"]


def test_an_assignment_in_two_files_is_one_and_the_later_facts_win(tmp_path: Path) -> None:
    after = {"AssignmentStatus": "Approved", "Reward": "", "Answer.Q1": "later"}
    less = {key: value for key, value in mask_row().items() if "annotatedResult" not in key} | after
    files = [write(tmp_path, [mask_row() | {"Answer.Q1": "first"}], "one.csv"), write(tmp_path, [less], "two.csv")]
    report = Report()
    batches = read_batches(files, report=report)
    found = batches.labels.dataset
    assert found.assignments.select("status", "reward_usd", "batch").rows() == [("approved", 0.15, "two")]
    assert (found.annotations.height, batches.usage.height) == (2, 3)
    assert batches.answers["value"].to_list() == ["later"]
    assert [problem.count for problem in report.problems() if problem.code == "assignment-again"] == [1]
    again = read_batches([files[0], write(tmp_path, [mask_row(png(canvas()))], "three.csv")]).labels.dataset
    assert again.annotations.height == 0


def test_the_same_file_twice_is_read_once(tmp_path: Path) -> None:
    report = Report()
    file = write(tmp_path, [mask_row()])
    assert read_batches([file, file], report=report).labels.dataset.assignments.height == 1
    assert codes(report) == ["short-rows", "batch-twice", "labels-from-pixels"]


def test_only_workers_and_answers_are_needed(tmp_path: Path) -> None:
    row = {key: value for key, value in mask_row().items() if key == "WorkerId" or key.startswith("Answer.")}
    report = Report()
    batches = read_batches([write(tmp_path, [row, row])], report=report)
    found = batches.labels.dataset
    assert found.assignments.select("assignment_id", "frame", "reward_usd", "status").rows() == [
        ("batch-row-2", None, None, None),
        ("batch-row-3", None, None, None),
    ]
    assert (batches.usage.height, found.annotations.height, found.frames.height) == (6, 0, 0)
    said = {problem.code: str(problem) for problem in report.problems()}
    assert said["columns-missing"].endswith("unknown are tasks, status, pay, work time, time of submission")
    assert said["no-image"] == "no column Input.* names the image of 2 answers; their labels are counted, but left out"
    assert "no-assignment-id" in said


def test_a_deleted_column_of_masks_is_said(tmp_path: Path) -> None:
    row = {key: value for key, value in mask_row().items() if "pngImageData" not in key}
    report = Report()
    batches = read_batches([write(tmp_path, [row])], report=report)
    assert batches.labels.dataset.assignments.height == 1
    assert "no-mask-column" in codes(report)


@pytest.mark.parametrize(
    ("url", "images", "name"),
    [
        pytest.param("https://x/a/my%20frame%2001.png?sig=a/b.jpg", None, "my frame 01.png", id="query and blanks"),
        pytest.param("https://x/a%2Fframe_1.png", None, "frame_1.png", id="a path in one part"),
        pytest.param("C:\\pictures\\frame_1.png", None, "frame_1.png", id="a path on somebody's machine"),
        pytest.param("https://x/frame_1.png", {"frame_1.png": "mouse_0007.png"}, "mouse_0007.png", id="table by name"),
        pytest.param("https://x/77", {"https://x/77": "mouse_0007.png"}, "mouse_0007.png", id="table by address"),
        pytest.param("https://x/stream/77", None, "77", id="no suffix, but a column called so"),
    ],
)
def test_frames_from_addresses(tmp_path: Path, url: str, images: dict[str, str] | None, name: str) -> None:
    file = write(tmp_path, [mask_row(**{URL: url})])
    assert read_batches([file], BatchOptions(images=images)).labels.dataset.frames["file"].to_list() == [name]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(text_of([mask_row()]).encode("utf-8-sig"), id="byte order mark"),
        pytest.param(text_of([mask_row()], end="\n").encode(), id="bare line feeds"),
        pytest.param(text_of([mask_row()], short=False).encode(), id="rewritten by a spreadsheet"),
        pytest.param(text_of([mask_row()], delimiter=";").encode(), id="semicolons"),
        pytest.param(text_of([mask_row()], delimiter="\t").encode("utf-16"), id="UTF-16 with tabs"),
        pytest.param(text_of([mask_row()]).encode() + b"\r\n,,,,\r\n", id="empty rows at the end"),
        pytest.param(
            text_of([mask_row(AssignmentStatus="submitted", Reward="0.15", WorkTimeInSeconds="63.0")]).encode(),
            id="numbers rewritten",
        ),
        pytest.param(text_of([mask_row(WorkerId=f"\u2060{FACTS['WorkerId']}\u200b ")]).encode(), id="pasted ids"),
    ],
)
def test_what_spreadsheets_make_of_a_file(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "batch.csv"
    file.write_bytes(data)
    found = read_batches([file]).labels.dataset
    assert found.equals(read_batches([write(tmp_path, [mask_row()])]).labels.dataset)


def test_answers_beside_the_widget(tmp_path: Path) -> None:
    choices = {
        "Answer.Q1.18-24": "false",
        "Answer.Q1.25-34": "true",
        "Answer.Q9.back": "TRUE",
        "Answer.Q9.eyes": "true",
    }
    blank = dict.fromkeys(choices, "false")
    texts = {"Answer.Q4": "=HYPERLINK(1)", "Answer.dr. who": "true or not"}
    rows = [mask_row() | choices | texts, mask_row(AssignmentId="A2") | blank | texts]
    answers = read_batches([write(tmp_path, rows)]).answers
    assert answers.filter(assignment_id="A1").select("column", "value").rows() == [
        ("Q1", "25-34"),
        ("Q9", "back, eyes"),
        ("Q4", "=HYPERLINK(1)"),
        ("dr. who", "true or not"),
    ]
    assert answers.filter(assignment_id="A2")["value"].to_list()[:2] == ["", ""]


def test_answers_inside_task_answers(tmp_path: Path) -> None:
    said = {"Q1": {"18-24": False, "25-34": True}, "Q2": 3, "Q3": None, "Q4": "text"}
    answers = read_batches([write(tmp_path, [json_row([ANSWER, said])])]).answers
    assert answers.select("column", "value").rows() == [("Q1", "25-34"), ("Q2", "3"), ("Q3", ""), ("Q4", "text")]


def test_a_survey_without_an_image(tmp_path: Path) -> None:
    row = {key: value for key, value in FACTS.items() if key != URL} | {"Answer.surveycode": "77"}
    batches = read_batches([write(tmp_path, [row])])
    assert batches.labels.dataset.assignments["frame"].to_list() == [None]
    assert batches.answers.rows() == [("A1", "W1INVENTED", "surveycode", "77")]


def test_the_order_of_files_decides_no_more_than_the_classes(tmp_path: Path) -> None:
    one, two = write(tmp_path, [mask_row()], "a.csv"), write(tmp_path, [mask_row(AssignmentId="A2")], "b.csv")
    there, back = (read_batches(files).labels.dataset for files in ([one, two], [two, one]))
    assert there.frames.equals(back.frames)
    assert there.categories.equals(back.categories)


def test_detection_and_reading_as_labels(tmp_path: Path) -> None:
    file = write(tmp_path, [mask_row()])
    other = tmp_path / "assignments.csv"
    other.write_text("worker_id,file\nW,f.png\n")
    assert (detect_format(file), detect_format(other), is_batch(other)) == ("mturk", None, False)
    labels = read_labels(file)
    assert (labels.format, labels.dataset.annotations.height) == ("mturk", 2)


def test_impossible_options() -> None:
    with pytest.raises(ConfigError, match="a tolerance from 0 to 255"):
        BatchOptions(tolerance=300)
    with pytest.raises(ConfigError, match="no batch is given"):
        read_batches([])


@pytest.mark.parametrize(
    ("name", "rows"), [("Batch_3731003_batch_results.csv", 5), ("Batch_3732168_batch_results.csv", 9)]
)
def test_real_surveys(corpus: Path, name: str, rows: int) -> None:
    found = read_batches([corpus / "survey" / "exteriors_cloned" / "mturk_batch_files" / name])
    work = found.labels.dataset.assignments
    (short,) = [problem.values for problem in found.labels.problems if problem.code == "short-rows"]
    assert (*short.values(), work.height, work["worker_id"].n_unique()) == (rows,) * 4
    assert (
        set(work["status"]) == {"approved"} and set(work["reward_usd"]) == {2.0} and work["frame"].null_count() == rows
    )
    assert set(found.answers["column"]) == {"surveycode"}
