"""Two label sets on the same frames: what there is to know of each is said once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from loopviz.project.reference import read_both_whole, with_detections


def coco(file: Path, name: str) -> Path:
    """Labels of which there is something to know: two images of one name."""
    images = [{"id": number, "file_name": "a.png", "width": 64, "height": 48} for number in range(2)]
    labels = [{"id": number, "image_id": number, "category_id": 1, "bbox": [8, 8, 20, 20]} for number in range(2)]
    content = {"images": images, "annotations": labels, "categories": [{"id": 1, "name": name}]}
    file.write_text(json.dumps(content))
    return file


def test_a_model_beside_labels_says_nothing_twice(tmp_path: Path):
    sides = read_both_whole(coco(tmp_path / "labels.json", "wheel"), coco(tmp_path / "found.json", "wheel"), None)
    known = Counter(note.line for side in sides for note in side.notes)
    assert any("same file name" in line for line in known)
    side, found = with_detections(*sides)
    assert Counter(note.line for note in side.notes) == known
    assert found.height == 2
