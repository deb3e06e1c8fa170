"""COCO files: what they mean, what is tolerated, what is refused and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.reading import read_labels
from loopviz.geometry import mask_from_rle, rle_from_string

pytestmark = pytest.mark.usefixtures("whole_or_in_blocks")
Make = Callable[..., Path]
EDGES = ("x_min", "y_min", "x_max", "y_max")
SQUARE = [8, 8, 16, 8, 16, 24, 8, 24]
RUNS = [10, 20, 64 * 48 - 30]


def test_ids_are_looked_up_and_frames_follow_the_names(coco: Make) -> None:
    dataset = read_labels(coco()).dataset
    assert dataset.frames.select("frame", "file", "width", "height").rows() == [
        (0, "img/f_0001.png", 64, 48),
        (1, "img/f_0002.png", 64, 48),
    ]
    assert dataset.categories["name"].to_list() == ["wheel", "cable"]
    assert dataset.annotations.select("annotation_id", "frame", "class_id", *EDGES).rows() == [
        (3, 0, 0, 4.0, 6.0, 14.0, 26.0),
        (11, 1, 1, 0.0, 0.0, 64.0, 48.0),
    ]


@pytest.mark.parametrize(
    ("names", "expected", "noted"),
    [
        pytest.param(("img\\f_0.jpg", "img\\f_1.jpg"), ["img/f_0.jpg", "img/f_1.jpg"], False, id="backslashes"),
        pytest.param(
            ("../../data/upload/4/f_0.png", "../../data/upload/4/f_1.png"), ["f_0.png", "f_1.png"], True, id="up"
        ),
        pytest.param(("/home/x/f_0.png", "C:\\x\\f_1.png"), ["f_0.png", "f_1.png"], True, id="absolute"),
        pytest.param(
            ("/x/a/f_0.png", "/x/b/f_0.png"), ["x/a/f_0.png", "x/b/f_0.png"], True, id="alike-but-for-folders"
        ),
    ],
)
def test_a_name_that_leads_elsewhere_still_names_an_image(
    coco: Make, names: tuple[str, str], expected: list[str], noted: bool
) -> None:
    labels = read_labels(coco({"images": {i: {"file_name": name} for i, name in enumerate(names)}}))
    assert labels.dataset.frames["file"].to_list() == expected
    assert ("names-outside" in [problem.code for problem in labels.problems]) == noted


def test_an_image_without_a_name_has_that_of_its_address(coco: Make) -> None:
    address = "http://images.cocodataset.org/val2017/000000397133.jpg"
    for name in (None, ...):
        labels = read_labels(coco({"images": {1: {"file_name": name, "coco_url": address}}}))
        assert labels.dataset.frames["file"].to_list() == ["000000397133.jpg", "img/f_0001.png"]


def test_numbers_as_text_and_a_missing_licence_are_fine(coco: Make) -> None:
    strings = {
        "images": {0: {"id": "7", "width": "64", "height": 48.0}},
        "categories": {0: {"id": "5"}},
        "annotations": {
            0: {"id": "3", "image_id": "7", "category_id": "5", "bbox": ["4", "6", "10", "20"], "iscrowd": "0"}
        },
    }
    assert read_labels(coco(strings)).dataset.equals(read_labels(coco()).dataset)


@pytest.mark.parametrize(
    ("segmentation", "polygons"),
    [
        pytest.param([SQUARE], [[float(v) for v in SQUARE]], id="a list of polygons"),
        pytest.param(SQUARE, [[float(v) for v in SQUARE]], id="one flat polygon"),
        pytest.param([SQUARE, [0, 0, 1, 0, 1, 1]], [[float(v) for v in SQUARE], [0, 0, 1, 0, 1, 1]], id="two parts"),
        pytest.param([], None, id="an empty list"),
        pytest.param([[]], None, id="an empty polygon"),
        pytest.param(None, None, id="null"),
        pytest.param(..., None, id="missing"),
    ],
)
def test_polygons(coco: Make, segmentation: Any, polygons: Any) -> None:
    annotations = read_labels(coco({"annotations": {0: {"segmentation": segmentation}}})).dataset.annotations
    assert annotations["polygons"].to_list() == [polygons, None]
    assert annotations.select(EDGES).row(0) == (4.0, 6.0, 14.0, 26.0)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(RUNS, id="numbers"),
        pytest.param("", id="compressed"),
        pytest.param([str(r) for r in RUNS], id="text"),
    ],
)
def test_run_lengths_stay_compressed_text(coco: Make, counts: Any) -> None:
    from loopviz.geometry import rle_to_string

    segmentation = {"size": [48, 64], "counts": counts or rle_to_string(RUNS)}
    annotations = read_labels(
        coco({"annotations": {0: {"segmentation": segmentation, "iscrowd": 1}}})
    ).dataset.annotations
    assert annotations["mask_rle"].to_list() == [rle_to_string(RUNS), None]
    assert annotations["is_crowd"].to_list() == [True, False]
    assert mask_from_rle(rle_from_string(annotations["mask_rle"][0]), 48, 64).sum() == 20


@pytest.mark.parametrize(
    ("segmentation", "box"),
    [
        pytest.param([[0, 0, 5, 0, 5, 5], SQUARE], (0.0, 0.0, 16.0, 24.0), id="polygons"),
        pytest.param({"size": [48, 64], "counts": RUNS}, (0.0, 10.0, 1.0, 30.0), id="run lengths"),
    ],
)
def test_a_missing_box_is_taken_from_the_segmentation(coco: Make, segmentation: Any, box: tuple[float, ...]) -> None:
    changes = {"annotations": {0: {"bbox": ..., "segmentation": segmentation}}}
    assert read_labels(coco(changes)).dataset.annotations.select(EDGES).row(0) == box


def test_scores_tracks_and_crowds_are_kept(coco: Make) -> None:
    changes = {
        "annotations": {0: {"score": 0.5, "attributes": {"track_id": 12}}, 1: {"iscrowd": True, "track_id": "4"}}
    }
    annotations = read_labels(coco(changes)).dataset.annotations
    assert annotations.select("confidence", "track_id", "is_crowd").rows() == [(0.5, 12, False), (None, 4, True)]


def test_images_out_of_order_are_frames_in_order(coco: Make) -> None:
    names = {"images": {0: {"file_name": "mouse_0202_A1.png"}, 1: {"file_name": "mouse_0003_A2.png"}}}
    dataset = read_labels(coco(names)).dataset
    assert dataset.frames["file"].to_list() == ["mouse_0003_A2.png", "mouse_0202_A1.png"]
    assert dataset.annotations.select("annotation_id", "frame").rows() == [(11, 0), (3, 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '{"images": [}', ", line 1, column 13: not valid JSON: Expecting value. Export the file again.", id="broken"
        ),
        pytest.param("", ", line 1, column 1: not valid JSON: Expecting value. Export the file again.", id="empty"),
        pytest.param(
            "[]", ": not a COCO file (found 'list'; expected an object with images and annotations).", id="a list"
        ),
        pytest.param("{}", ", categories: not a COCO instances file (expected a list).", id="no keys"),
        pytest.param(
            '{"categories": {}}', ", categories: not a COCO instances file (found {}; expected a list).", id="an object"
        ),
        pytest.param(
            '{"categories": [1]}', ", categories[0]: an entry is not an object (found 1; expected {…}).", id="numbers"
        ),
        pytest.param('{"a": NaN}', ": not usable JSON: NaN is not a JSON number. Export the file again.", id="NaN"),
        pytest.param('{"a": -Infinity}', ": not usable JSON: -Infinity is not a JSON number. Export", id="Infinity"),
        pytest.param(
            '{"a": 1, "a": 2}', ": not usable JSON: the key 'a' stands twice in one object. Export", id="a key twice"
        ),
        pytest.param("[" * 100_000, ": the JSON is nested too deeply. Export the file again.", id="too deep"),
        pytest.param(
            '{"a": ' + "9" * 5000 + "}",
            ": not usable JSON: a number of thousands of digits",
            id="a number of 5000 digits",
        ),
    ],
)
def test_a_file_that_is_no_coco_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "labels.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_labels(file, format="coco")
    assert str(caught.value).startswith(f"{file}{message}")


def test_panoptic_coco_is_named(coco: Make) -> None:
    file = coco(annotations=[{"image_id": 7, "file_name": "a.png", "segments_info": []}])
    with pytest.raises(InputError, match="another format"):
        read_labels(file, format="coco")


def folder_of(tmp_path: Path, documents: dict[str, Any]) -> Path:
    for name, document in documents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(document))
    return tmp_path


def part(name: str, category: str = "wheel") -> dict[str, Any]:
    return {
        "images": [{"id": 1, "file_name": name, "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": category}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]}],
    }


@pytest.mark.parametrize("name", ["{}/_annotations.coco.json", "annotations/instances_{}2017.json", "{}.json"])
def test_the_files_of_several_splits_are_one_set(tmp_path: Path, name: str) -> None:
    files = {name.format("train"): part("b.png"), name.format("val"): part("a.png")}
    labels = read_labels(folder_of(tmp_path, files))
    assert labels.dataset.frames["file"].to_list() == ["a.png", "b.png"]
    assert labels.dataset.annotations.select("annotation_id", "frame").rows() == [(1, 0), (0, 1)]
    assert [problem.code for problem in labels.problems] == ["renumbered"]


def test_splits_with_other_categories_are_refused(tmp_path: Path) -> None:
    files = {"instances_train.json": part("b.png"), "instances_val.json": part("a.png", "cable")}
    with pytest.raises(InputError, match=r"the files of the folder differ in their categories \(found"):
        read_labels(folder_of(tmp_path, files))


def test_several_kinds_of_files_are_refused(tmp_path: Path) -> None:
    root = folder_of(tmp_path, {"mine.json": part("b.png"), "yours.json": part("a.png")})
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value) == (
        f"{root}: COCO files of several kinds in the folder (found 'mine.json, yours.json'). Give the file itself."
    )


def test_names_can_be_given(coco: Make) -> None:
    assert read_labels(coco(), names=["a", "b"]).dataset.categories["name"].to_list() == ["a", "b"]
    with pytest.raises(InputError, match="the names given do not fit the categories"):
        read_labels(coco(), names=["a"])


@pytest.mark.parametrize("key", ["worker_id", "annotator_id", "rater_id"])
def test_who_drew_it_may_stand_beside_the_attributes(coco: Make, key: str) -> None:
    file = coco({"annotations": {0: {key: 7}}})
    labels = read_labels(file)
    assert labels.format == "coco-traceable" and labels.dataset.assignments["worker_id"].to_list() == ["7"]
    file = coco({"annotations": {0: {key: 7, "attributes": {"worker_id": "own"}}}})
    assert read_labels(file).dataset.assignments["worker_id"].to_list() == ["own"]
