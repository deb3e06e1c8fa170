"""JSON that is nearly one format is called what it was taken for, with what it lacks; other JSON is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.nearly import refuse_nearly
from loopviz.formats.reading import read_labels

NEARLY: dict[str, tuple[Any, str]] = {
    "COCO": ({"images": [], "annotations": []}, "categories"),
    "VIA": ({"a": {"filename": "a.jpg", "regions": []}}, "shape_attributes"),
    "LabelMe": ({"shapes": [{"points": []}]}, "imagePath"),
    "Label Studio": ([{"data": {"image": "a.jpg"}, "annotations": [{"id": 1}]}], "result, from_name"),
    "CreateML": ([{"image": "a.jpg", "annotations": [{"label": "x"}]}], "coordinates"),
    "Datumaro": ({"items": [{"id": "a", "annotations": []}]}, "categories"),
    "FiftyOne": ({"samples": [{"filepath": "a.jpg"}]}, "_cls"),
}


@pytest.mark.parametrize("title", NEARLY)
def test_what_it_looks_like_and_what_is_missing_is_said(tmp_path: Path, title: str) -> None:
    said, missing = NEARLY[title]
    (tmp_path / "a.json").write_text(json.dumps(said), encoding="utf-8")
    for place in (tmp_path, tmp_path / "a.json"):
        with pytest.raises(InputError, match="this looks like") as caught:
            read_labels(place)
        assert title in caught.value.problem and caught.value.problem.endswith(f"is missing: {missing}")
        assert caught.value.file == str(tmp_path / "a.json")


@pytest.mark.parametrize("said", [{"W1": {"Q1": "an image"}}, [{"worker_id": "W1", "size": 3}], {"data": {"W1": {}}}])
def test_other_json_is_nearly_nothing(tmp_path: Path, said: Any) -> None:
    (tmp_path / "a.json").write_text(json.dumps(said), encoding="utf-8")
    refuse_nearly(tmp_path)
    (tmp_path / "a.txt").write_text('{"images": [], "annotations": []}', encoding="utf-8")
    refuse_nearly(tmp_path / "a.txt")
