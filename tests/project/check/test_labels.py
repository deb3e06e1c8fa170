"""Each kind of trouble with labels: a set that has it, and one that only nearly has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import box

from loopviz.dataset import Dataset
from loopviz.formats.types import LabelSet
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.project.check.finding_codes import LABELS
from loopviz.project.check.findings import Finding
from loopviz.project.check.labels import check_labels
from loopviz.project.check.shapes import check_shapes
from loopviz.schema import table

SIZE = (200, 100)
Row = dict[str, Any]
SOUND = [box(10, 10, 50, 50), box(60, 20, 120, 90, class_id=1), box(5, 30, 40, 60, frame=1)]


def mask(x_min: int, y_min: int, x_max: int, y_max: int) -> str:
    pixels = np.zeros(SIZE[::-1], dtype=np.bool_)
    pixels[y_min:y_max, x_min:x_max] = True
    return rle_to_string(rle_from_mask(pixels))


def label_set(
    rows: list[Row], *, form: str = "coco", names: tuple[str, ...] = ("Body", "Wheel"), **frames: Any
) -> LabelSet:
    """Two frames, or as many as there are files, and some boxes on them."""
    files = frames.get("files", ["a_1.png", "a_2.png"])
    width, height = frames.get("size", SIZE)
    plain = {"frame": 0, "class_id": 0, "is_crowd": False}
    dataset = Dataset(
        frames=table(
            "frames",
            {"frame": range(len(files)), "file": files, "width": [width] * len(files), "height": [height] * len(files)},
        ),
        categories=table("categories", {"class_id": range(len(names)), "name": names}),
        annotations=table("annotations", [{"annotation_id": i, **plain, **row} for i, row in enumerate(rows)]),
    )
    return LabelSet(form, Path("labels"), dataset)


def found(labels: LabelSet) -> Mapping[str, Finding]:
    findings = [*check_labels(labels), *check_shapes(labels)]
    assert len({each.code for each in findings}) == len(findings)
    return {each.code: each for each in findings}


def outlined(*points: float) -> Row:
    return box(10, 10, 50, 50, polygons=[list(points)])


WHOLE = [box(10, 30, 40, 190), box(20, 10, 60, 150), box(50, 5, 70, 120), box(1, 2, 90, 60, class_id=1, frame=1)]
CORNERS = [
    box(100, 60, 250, 150),
    box(80, 40, 190, 110),
    box(110, 50, 240, 110),
    box(60, 20, 150, 70, frame=1, class_id=1),
]
FRACTIONS = [box(0.1, 0.1, 0.4, 0.3), box(0.2, 0.4, 0.9, 0.8, class_id=1), box(0.3, 0.1, 0.5, 0.9, frame=1)]
SQUARE = (10, 10, 50, 10, 50, 50, 10, 50)
SHIFTED = [box(-30, -20, 150, 60), box(-30, -21, 150, 61)]  # 0.3 0.2 0.9 0.8 as a centre and a size
NUMBERED = [1, 2, 3, 4, 6, 7, 8, 9, 10]
ROW = [box(1, 1, 9, 9, frame=i, class_id=i % 2) for i in range(9)]
FALLING = [box(1, 1, 9, 9, frame=i, class_id=i % 2, annotation_id=9 - i) for i in range(3)]
CASES = [
    pytest.param("no-labels", {"rows": []}, {"rows": SOUND}, 1, id="no-labels"),
    pytest.param(
        "outside-picture",
        {"rows": [*SOUND, box(-30, 10, -5, 40), box(200, 10, 220, 40), box(10, 100, 40, 130, frame=1)]},
        {"rows": [*SOUND, box(190, 90, 200, 100)]},
        3,
        id="outside-picture",
    ),
    pytest.param(
        "beyond-edge",
        {"rows": [*SOUND, box(190, 10, 201.5, 40), box(-2, 5, 20, 30, frame=1)]},
        {"rows": [*SOUND, box(190, 10, 201, 40)]},
        2,
        id="beyond-edge",
    ),
    pytest.param(
        "zero-area",
        {"rows": [*SOUND, box(30, 30, 30, 60), box(60, 60, 50, 70)]},
        {"rows": [*SOUND, box(30, 30, 30.5, 60)]},
        2,
        id="zero-area",
    ),
    pytest.param("tiny", {"rows": [*SOUND, box(3, 3, 5.9, 40)]}, {"rows": [*SOUND, box(3, 3, 6, 40)]}, 1, id="tiny"),
    pytest.param(
        "duplicate",
        {"rows": [*SOUND, box(10.2, 10, 50, 50.1)]},
        {"rows": [*SOUND, box(10.2, 10, 50, 50.1, class_id=1), box(16, 10, 50, 50), box(10, 10, 50, 50, frame=1)]},
        1,
        id="duplicate",
    ),
    pytest.param(
        "duplicate",
        {"rows": [*SOUND, box(10, 90, 40, 95), box(10, 70, 40, 80), box(10, 10, 50, 50)]},
        {"rows": [*SOUND, box(10, 90, 40, 95), box(10, 70, 40, 80)]},
        1,
        id="duplicate among others",
    ),
    pytest.param(
        "track-twice",
        {"rows": [box(1, 1, 9, 9, track_id=7), box(20, 1, 29, 9, track_id=7), *SOUND]},
        {"rows": [box(1, 1, 9, 9, track_id=7), box(20, 1, 29, 9, track_id=7, frame=1), *SOUND]},
        1,
        id="track-twice",
    ),
    pytest.param(
        "track-changes-class",
        {"rows": [box(1, 1, 9, 9, track_id=7), box(20, 1, 29, 9, track_id=7, frame=1, class_id=1), *SOUND]},
        {"rows": [box(1, 1, 9, 9, track_id=7), box(20, 1, 29, 9, track_id=7, frame=1), *SOUND]},
        2,
        id="track-changes-class",
    ),
    pytest.param("swapped-axes", {"rows": WHOLE}, {"rows": [*WHOLE, box(150, 5, 190, 90)]}, 3, id="swapped-axes"),
    pytest.param(
        "corners-as-size", {"rows": CORNERS}, {"rows": [*CORNERS, box(150, 50, 170, 60)]}, 3, id="corners-as-size"
    ),
    pytest.param(
        "corners-as-size",
        {"rows": [*SHIFTED, box(-28, -20, 150, 64, class_id=1, frame=1)], "form": "yolo"},
        {"rows": [*SHIFTED, box(150, 70, 190, 90, class_id=1, frame=1)], "form": "yolo"},
        3,
        id="corners-as-size in yolo",
    ),
    pytest.param(
        "fractions-as-pixels",
        {"rows": FRACTIONS},
        {"rows": [*FRACTIONS, box(0.3, 0.1, 1.5, 0.9)]},
        3,
        id="fractions-as-pixels",
    ),
    pytest.param(
        "out-of-order",
        {"rows": FALLING, "files": ["1", "2", "3"]},
        {"rows": [box(1, 1, 9, 9, annotation_id=2), box(1, 1, 9, 9, annotation_id=5, frame=1, class_id=1)]},
        2,
        id="out-of-order",
    ),
    pytest.param(
        "frames-without-labels",
        {"rows": SOUND, "files": ["a_1", "a_2", "a_3", "a_4"]},
        {"rows": SOUND},
        2,
        id="frames-without-labels",
    ),
    pytest.param(
        "number-gap",
        {"rows": ROW, "files": [f"a_{i}" for i in NUMBERED]},
        {"rows": ROW, "files": [f"a_{i}" for i in range(1, 18, 2)]},
        1,
        id="number-gap",
    ),
    pytest.param("size-unknown", {"rows": SOUND, "size": (None, None)}, {"rows": SOUND}, 1, id="size-unknown"),
    pytest.param(
        "category-unused",
        {"rows": SOUND, "names": ("Body", "Wheel", "Cable", "Button")},
        {"rows": SOUND},
        2,
        id="category-unused",
    ),
    pytest.param(
        "category-repeated",
        {"rows": SOUND, "names": ("Body", "body ")},
        {"rows": SOUND, "names": ("Body", "Body 2")},
        2,
        id="category-repeated",
    ),
    pytest.param(
        "category-unnamed",
        {"rows": SOUND, "names": ("Body", " ")},
        {"rows": SOUND, "names": ("Body", "-")},
        1,
        id="category-unnamed",
    ),
    pytest.param(
        "mask-unreadable",
        {"rows": [{**SOUND[0], "mask_rle": "0" * 9}, {**SOUND[1], "mask_rle": rle_to_string([20_001])}, SOUND[2]]},
        {"rows": [box(10, 10, 50, 50, mask_rle=mask(10, 10, 50, 50)), *SOUND[1:]]},
        2,
        id="mask-unreadable",
    ),
    pytest.param(
        "mask-empty",
        {"rows": [box(10, 10, 50, 50, mask_rle=mask(0, 0, 0, 0)), *SOUND[1:]]},
        {"rows": [box(10, 10, 13, 13, mask_rle=mask(11, 11, 12, 12)), *SOUND[1:]]},
        1,
        id="mask-empty",
    ),
    pytest.param(
        "shape-not-in-box",
        {"rows": [box(10, 10, 50, 50, mask_rle=mask(10, 10, 50, 54)), *SOUND[1:]]},
        {"rows": [box(10, 10, 50, 50, mask_rle=mask(10, 10, 50, 53)), *SOUND[1:]]},
        1,
        id="mask not in box",
    ),
    pytest.param(
        "shape-not-in-box",
        {"rows": [outlined(10, 10, 54, 10, 54, 50, 10, 50), *SOUND[1:]]},
        {"rows": [outlined(10, 10, 53, 10, 53, 50, 10, 50), *SOUND[1:]]},
        1,
        id="polygon not in box",
    ),
    pytest.param(
        "polygon-flat",
        {"rows": [outlined(10, 10, 30, 30, 50, 50), {**SOUND[1], "polygons": [list(SQUARE), [7.0] * 8]}, SOUND[2]]},
        {"rows": [outlined(*SQUARE), *SOUND[1:]]},
        2,
        id="polygon-flat",
    ),
]


@pytest.mark.parametrize(("code", "bad", "good", "count"), CASES)
def test_trouble_is_found_where_it_is(code: str, bad: dict[str, Any], good: dict[str, Any], count: int):
    trouble = found(label_set(**bad))
    assert code in trouble, list(trouble)
    assert trouble[code].count == count
    assert trouble[code].severity == LABELS[code].severity
    assert trouble[code].places
    assert code not in found(label_set(**good))


def test_every_code_has_a_case():
    assert {case.values[0] for case in CASES} == set(LABELS)


def test_sound_labels_are_sound():
    assert found(label_set(SOUND)) == {}


def test_a_place_names_image_frame_and_object():
    (place,) = found(label_set([*SOUND, box(-9, 12.345, -5, 20, frame=1, class_id=1)]))["outside-picture"].places
    assert str(place) == "a_2.png, frame 1, annotation 3, 'Wheel': from -9, 12.35 to -5, 20"
    rows = [*SOUND, box(-9, 12.345, -5, 20, frame=1, class_id=1)]
    (place,) = found(label_set(rows, form="yolo"))["outside-picture"].places
    assert place.at == "object 2, 'Wheel'"


def test_a_flood_is_counted_and_its_first_places_shown():
    flood = found(label_set([*SOUND, *(box(-30 - i, 10, -5, 40) for i in range(500))]))["outside-picture"]
    assert (flood.count, len(flood.places)) == (500, 20)


def test_a_mistake_of_the_whole_set_is_said_once():
    assert set(found(label_set(WHOLE))) == {"swapped-axes"}
    assert set(found(label_set(CORNERS))) == {"corners-as-size"}
    assert set(found(label_set(FRACTIONS))) == {"fractions-as-pixels"}


def test_frames_without_labels_are_runs():
    files = [f"a_{i}" for i in range(9)]
    silent = found(label_set([box(1, 1, 9, 9), box(1, 1, 9, 9, frame=4, class_id=1)], files=files))
    assert [place.at for place in silent["frames-without-labels"].places] == ["frames 1 to 3", "frames 5 to 8"]


def test_work_of_two_people_at_one_place_is_no_duplicate():
    labels = label_set([*SOUND, box(10, 10, 50, 50)])
    assert "duplicate" in found(labels)
    work = table("assignments", {"assignment_id": ["t1", "t2"], "frame": [0, 0]})
    named = labels.dataset.annotations.with_columns(
        assignment_id=table("annotations", {"annotation_id": range(4), "assignment_id": ["t1", "t1", None, "t2"]})[
            "assignment_id"
        ]
    )
    assert "duplicate" not in found(
        labels.with_dataset(labels.dataset.replace(assignments=work).replace(annotations=named))
    )


def test_many_objects_at_one_place_take_no_square_of_time():
    assert found(label_set([box(1, 1, 50, 50) for _ in range(50_000)]))["duplicate"].count == 49_999
