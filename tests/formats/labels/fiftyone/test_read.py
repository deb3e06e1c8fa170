"""FiftyOne's samples: boxes, masks, outlines and keypoints as fractions, fields, and what cannot be read."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.geometry import rle_bounds, rle_from_string
from loopviz.schema import EDGES

Write = Callable[..., Path]


def packed(array: Any) -> str:
    stream = io.BytesIO()
    np.save(stream, np.array(array))
    return base64.b64encode(zlib.compress(stream.getvalue())).decode()


def box(**changed: Any) -> dict[str, Any]:
    return {"_cls": "Detection", "label": "cat", "bounding_box": [0.1, 0.25, 0.5, 0.5], **changed}


def field(kind: str = "Detections", *labels: Any) -> dict[str, Any]:
    return {"_cls": kind, kind.lower(): list(labels)}


def samples(**fields: Any) -> dict[str, Any]:
    metadata = {"_cls": "ImageMetadata", "width": 20, "height": 8}
    return {"samples": [{"filepath": "data/a.jpg", "tags": [], "metadata": metadata, **fields}]}


def test_boxes_are_fractions_of_the_picture(lay: Write):
    lay("metadata.json", {"name": "set", "media_type": "image"})
    folder = lay("samples.json", samples(ground_truth=field("Detections", box(index=3, worker="ann"))))
    labels = read_labels(folder)
    assert detect_format(folder) == labels.format == "fiftyone" and not labels.problems
    assert labels.dataset.frames.select("file", "width", "height").rows() == [("data/a.jpg", 20, 8)]
    assert labels.dataset.annotations.select("track_id", *EDGES).rows() == [(3, 2, 2, 12, 6)]
    assert labels.dataset.assignments["worker_id"].to_list() == ["ann"]


@pytest.mark.parametrize(
    ("mask", "right"),
    [
        pytest.param(packed([[True, False]]), 7, id="drawn out to the box"),
        pytest.param({"$binary": {"base64": packed([[1, 1]]), "subType": "00"}}, 12, id="as MongoDB has it"),
    ],
)
def test_a_mask_fills_its_box(lay: Write, mask: Any, right: int):
    folder = lay("samples.json", samples(truth=field("Detections", box(mask=mask))))
    row = read_labels(folder).dataset.annotations.row(0, named=True)
    assert [row[edge] for edge in EDGES] == [2, 2, 12, 6]
    assert rle_bounds(rle_from_string(row["mask_rle"]), 8) == (2, 2, right, 6)


def test_outlines_lines_and_keypoints_are_read(lay: Write):
    corners = [[0.1, 0.25], [0.5, 0.25], [0.1, 0.75]]
    outline = {"_cls": "Polyline", "label": "a", "points": [corners], "closed": True, "filled": True}
    line = {**outline, "points": [corners[:2]], "closed": False, "filled": False}
    point = {"_cls": "Keypoint", "label": "b", "points": [[0.5, 0.5], [float("nan")] * 2]}
    fields = {"ground_truth_polylines": field("Polylines", outline, line)}
    found = read_labels(lay("samples.json", samples(**fields, ground_truth_keypoints=field("Keypoints", point))))
    assert found.dataset.annotations["shape"].to_list() == [None, "line", "points"]
    assert found.dataset.annotations["keypoints"].to_list()[2] == [10, 4, None, 0, 0, 0]


def test_a_models_labels_are_read_where_nobody_drew_any(lay: Write):
    model = field("Detections", box(confidence=0.75))
    labels = read_labels(lay("samples.json", samples(yolo=model)))
    assert labels.dataset.annotations.select("origin", "confidence").rows() == [("model", 0.75)]
    labels = read_labels(lay("samples.json", samples(yolo=model, boxes=field("Detections", box()))))
    assert labels.dataset.annotations["origin"].to_list() == [None]
    assert [(p.code, p.values) for p in labels.problems] == [("fields-aside", {"name": "boxes", "names": ["yolo"]})]


def test_several_fields_of_which_none_is_the_truth_are_refused(lay: Write):
    one = field("Detections", box())
    with pytest.raises(InputError, match="labels in several fields"):
        read_labels(lay("samples.json", samples(first=one, second=one)))
    assert read_labels(lay("samples.json", samples(first=one, ground_truth=one))).dataset.annotations.height == 1


def test_kinds_that_are_not_read_are_counted(lay: Write):
    more = {"_cls": "Segmentation", "mask": "x"}
    labels = read_labels(lay("samples.json", samples(ground_truth=field("Detections", box()), whole=more)))
    assert [problem.values for problem in labels.problems] == [{"shapes": "1 segmentation"}]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(box(bounding_box=[0, 0, 1]), id="three numbers"),
        pytest.param(box(bounding_box=[0, 0, -0.5, 1]), id="less than nothing"),
        pytest.param(box(bounding_box=[10, 20, 30, 40]), id="pixels"),
        pytest.param(box(bounding_box=[0, "0", 1, 1]), id="a text for a number"),
        pytest.param(box(label=7), id="a label that is a number"),
        pytest.param(box(mask="AAAA"), id="no mask"),
        pytest.param(box(mask=packed([1, 2])), id="a mask of one dimension"),
        pytest.param(box(mask=packed([[False]])), id="a mask without a pixel"),
        pytest.param(7, id="a number"),
    ],
)
def test_a_malformed_label_is_refused_or_left_out(lay: Write, bad: Any):
    folder = lay("samples.json", samples(ground_truth=field("Detections", box(), bad)))
    with pytest.raises(InputError) as caught:
        read_labels(folder)
    assert caught.value.at == "samples[0].ground_truth[1]"
    assert read_labels(folder, skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"samples": {}, "x": ["filepath", "_cls"]}, id="samples that are no list"),
        pytest.param({"samples": [{"filepath": "v.mp4", "frames": {}}]}, id="a video"),
        pytest.param({"samples": [{"filepath": 7}]}, id="no name"),
    ],
)
def test_what_is_none_is_refused(lay: Write, said: Any):
    with pytest.raises(InputError):
        read_labels(lay("samples.json", said) / "samples.json", format="fiftyone")


def test_a_size_that_nobody_knows_is_asked_for_or_left_open(lay: Write):
    said = samples(ground_truth=field("Detections", box()))
    del said["samples"][0]["metadata"]
    folder = lay("samples.json", said)
    with pytest.raises(InputError, match="how large"):
        read_labels(folder)
    labels = read_labels(folder, unsized=True)
    assert labels.normalised and labels.dataset.annotations.select(EDGES).row(0) == pytest.approx(
        (0.1, 0.25, 0.6, 0.75)
    )
