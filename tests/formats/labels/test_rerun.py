"""Recordings for Rerun, read back by its own library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from support import box, make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import MissingPartError, OutputError
from loopviz.formats.format import use
from loopviz.formats.registry import BY_NAME
from loopviz.formats.writing import write_labels
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.schema import table

WIDTH, HEIGHT, COUNT = 64, 48, 6
OUTLINE = [8.0, 8.0, 40.0, 8.0, 24.0, 30.0]
MASK = np.zeros((HEIGHT, WIDTH), bool)
MASK[10:20, 12:40] = True


def made(*rows: dict[str, Any], sized: bool = True) -> Dataset:
    """A video, and labels on it: of a person, unless a row says another origin."""
    size = (WIDTH, HEIGHT) if sized else (None, None)
    frames = {"frame": range(COUNT), "pts_seconds": [n / 4 for n in range(COUNT)]}
    frames |= {"width": [size[0]] * COUNT, "height": [size[1]] * COUNT}
    said = [
        {"annotation_id": n, "frame": 0, "class_id": 0, "assignment_id": "w"} | row for n, row in enumerate(rows, 10)
    ]
    names = {"keypoint_names": [["nose", "tail", "ear"], None], "skeleton": [[[0, 1]], None]}
    return Dataset(
        frames=table("frames", frames),
        categories=table(
            "categories", {"class_id": [0, 1], "name": ["body", "wheel"], "color": ["#ff8000", None], **names}
        ),
        annotations=table("annotations", said),
        assignments=table("assignments", [{"assignment_id": "w", "worker_id": "A1RAW"}]),
        workers=table("workers", [{"worker_id": "A1RAW", "alias": "Aspen / 17"}]),
    )


def read(dataset: Dataset, folder: Path) -> dict[str, dict[str, list[Any]]]:
    """What Rerun finds: by path, each column's values, a list a moment."""
    rerun = pytest.importorskip("rerun", reason="the extra rerun is not installed")
    write_labels(dataset, folder / "labels.rrd", "rerun")
    found: dict[str, dict[str, list[Any]]] = {}
    for chunk in rerun.chunk.RrdReader(str(folder / "labels.rrd")).stream():
        batch = chunk.to_record_batch()
        columns = found.setdefault(chunk.entity_path, {})
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            columns.setdefault(name, []).extend(values.to_pylist())
    return found


WHO = r"/labels/people/Aspen\ \/\ 17"


def test_all_shapes(tmp_path: Path):
    rows = [
        box(1, 2, 9, 10, frame=1),
        box(3, 4, 5, 8, frame=1, class_id=1, track_id=7),
        box(8, 8, 40, 30, frame=1, polygons=[OUTLINE]),
        box(12, 10, 40, 20, frame=2, mask_rle=rle_to_string(rle_from_mask(MASK)), class_id=1),
        box(2, 3, 9, 9, frame=2, shape="line", keypoints=[2.0, 3.0, None, 9.0, 9.0, None]),
        box(2, 2, 6, 6, frame=2, keypoints=[3.0, 3.0, 2.0, 0.0, 0.0, 0.0, 5.0, 4.0, 1.0]),
        box(2, 2, 6, 6, frame=2, keypoints=[4.0, 3.0, 2.0, 5.0, 4.0, 2.0, 0.0, 0.0, 0.0]),
    ]
    found = read(made(*rows), tmp_path)
    said = {path.removeprefix(WHO): facts for path, facts in found.items() if path.startswith(WHO)}
    assert set(said) == {"/boxes", "/outlines", "/lines", "/points/0", "/points/1", "/masks"}
    boxes = said["/boxes"]
    assert (boxes["frame"], [each.total_seconds() for each in boxes["time"]]) == ([1, 2, 3], [0.25, 0.5, 0.75])
    assert boxes["Boxes2D:centers"] == [[[5, 6], [4, 6]], [[26, 15], [4, 4], [4, 4]], []]  # none are left on frame 3
    assert boxes["Boxes2D:half_sizes"][0] == [[4, 4], [1, 2]]
    assert boxes["Boxes2D:class_ids"] == [[1, 2], [2, 1, 1], []]
    assert boxes["annotation_id"] == [[10, 11], [13, 15, 16], []]
    assert boxes["track_id"] == [[-1, 7], [-1, -1, -1], []]
    assert said["/outlines"]["LineStrips2D:strips"] == [[[[8, 8], [40, 8], [24, 30], [8, 8]]], []]
    assert said["/lines"]["LineStrips2D:strips"] == [[[[2, 3], [9, 9]]], []]
    assert said["/points/0"]["Points2D:positions"] == [[[3, 3], [5, 4]], []]
    assert said["/points/0"]["Points2D:keypoint_ids"] == [[0, 2], []]
    assert said["/points/0"]["visibility"] == [[2, 1], []]
    assert said["/points/1"]["Points2D:keypoint_ids"] == [[0, 1], []]
    (buffer,) = said["/masks"]["SegmentationImage:buffer"]
    assert (np.array(buffer[0]).reshape(HEIGHT, WIDTH) == MASK * 2).all()
    assert said["/masks"]["Clear:is_recursive"] == [[False]]


def test_classes_have_their_names_colours_and_skeletons(tmp_path: Path):
    ((context,),) = read(made(box(1, 2, 9, 10)), tmp_path)["/labels"]["AnnotationContext:context"]
    body, wheel = (each["class_description"] for each in context[1:])
    assert (body["info"]["id"], body["info"]["label"], body["info"]["color"]) == (1, "body", 0xFF8000FF)
    assert [each["label"] for each in body["keypoint_annotations"]] == ["nose", "tail", "ear"]
    assert body["keypoint_connections"] == [{"keypoint0": 0, "keypoint1": 1}]
    assert (wheel["info"]["label"], wheel["info"]["color"]) == ("wheel", None)


def test_everybody_has_a_branch_and_nobody_an_id(tmp_path: Path):
    rows = [
        box(1, 2, 9, 10),
        box(1, 2, 9, 10, origin="model", confidence=0.5, assignment_id=None),
        box(1, 2, 9, 10, origin="consensus", assignment_id=None),
        box(1, 2, 9, 10, assignment_id=None),
    ]
    found = read(made(*rows), tmp_path)
    branches = {path.removesuffix("/boxes") for path in found if path.endswith("/boxes")}
    assert branches == {WHO, "/labels/model", "/labels/consensus", "/labels/unknown"}
    assert found["/labels/model/boxes"]["confidence"][0] == [0.5]
    assert found["/labels/model/boxes"]["origin"][0] == ["model"]
    assert b"A1RAW" not in (tmp_path / "labels.rrd").read_bytes()


def test_pictures_have_their_names_and_no_time_that_nobody_knows(tmp_path: Path):
    dataset = make_dataset()
    found = read(dataset.replace(frames=dataset.frames.with_columns(pts_seconds=pl.lit(None, pl.Float64))), tmp_path)
    names = dataset.frames.drop_nulls("file")["file"].to_list()
    assert found.get("/pictures", {"file": []})["file"] == [[name] for name in names]
    assert all("time" not in facts for facts in found.values())
    labels = [each for path, facts in found.items() if path.endswith("boxes") for each in facts["annotation_id"]]
    assert sorted(number for each in labels for number in each) == dataset.annotations["annotation_id"].to_list()


def test_a_mask_needs_a_size(tmp_path: Path):
    pytest.importorskip("rerun", reason="the extra rerun is not installed")
    masked = box(12, 10, 40, 20, mask_rle=rle_to_string(rle_from_mask(MASK)))
    with pytest.raises(OutputError, match="size"):
        write_labels(made(masked, sized=False), tmp_path / "labels.rrd", "rerun")
    assert not list(tmp_path.iterdir())


def test_what_is_lost_is_said():
    turned = box(8, 8, 40, 30, polygons=[[8.0, 8, 40, 8, 40, 30, 8, 30]], shape="rotated_box", is_crowd=True)
    notes = use(BY_NAME["rerun"].losses)(made(turned), False)  # type: ignore[misc]
    assert [str(dict(each.values)["what"]) for each in notes] == [  # type: ignore[call-overload]
        "which outlines are rotated boxes",
        "which labels are of crowds",
        "the answers, pay and times of people",
    ]


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(MissingPartError) as caught:
        write_labels(made(box(1, 2, 9, 10)), tmp_path / "labels.rrd", "rerun")
    assert "loopviz[rerun]" in str(caught.value.remedy)
    assert not list(tmp_path.iterdir())
