"""Miniature label sets: invented pictures, invented people."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from loopviz.formats import strict_json

WIDTH, HEIGHT = 64, 48
NAMES = "names: [wheel, button, cable]\nnc: 3\n"

COCO: dict[str, Any] = {
    "images": [
        {"id": 7, "file_name": "img/f_0001.png", "width": WIDTH, "height": HEIGHT},
        {"id": 0, "file_name": "img/f_0002.png", "width": WIDTH, "height": HEIGHT},
    ],
    "categories": [{"id": 5, "name": "wheel"}, {"id": 90, "name": "cable"}],
    "annotations": [
        {"id": 3, "image_id": 7, "category_id": 5, "bbox": [4, 6, 10, 20], "iscrowd": 0},
        {"id": 11, "image_id": 0, "category_id": 90, "bbox": [0, 0, 64, 48], "iscrowd": 0},
    ],
}


def draw(file: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (120, 130, 140)).save(file)
    return file


@pytest.fixture(params=["whole", "in blocks"])
def whole_or_in_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading COCO: the file at once, and each annotation as a block of its own."""
    if request.param == "in blocks":
        monkeypatch.setattr(strict_json, "LARGE", 0)
        monkeypatch.setattr(strict_json, "BLOCK", 0)


@pytest.fixture
def picture() -> Callable[..., Path]:
    """Draws a grey picture: ``picture(file, size)``."""
    return draw


@pytest.fixture
def yolo(tmp_path: Path) -> Callable[..., Path]:
    """Writes a YOLO folder of texts by stem, each with its picture: ``yolo({"a": "0 .5 .5 .1 .1"})``."""

    def make(texts: Mapping[str, str | bytes], spec: str | None = NAMES, images: bool = True) -> Path:
        root = tmp_path / "set"
        (root / "labels").mkdir(parents=True, exist_ok=True)
        if spec is not None:
            (root / "data.yaml").write_text(spec, encoding="utf-8")
        for stem, text in texts.items():
            (root / "labels" / f"{stem}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
            if images:
                draw(root / "images" / f"{stem}.png")
        return root

    return make


@pytest.fixture
def coco(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small COCO file, changed: ``coco({"annotations": {0: {"bbox": [1, 2]}}})``."""

    def make(changes: Mapping[str, Mapping[int, Mapping[str, Any]]] | None = None, **whole: Any) -> Path:
        document = copy.deepcopy(COCO)
        for key, entries in (changes or {}).items():
            for index, fields in entries.items():
                document[key][index].update(fields)
                for name in [name for name, value in fields.items() if value is ...]:
                    del document[key][index][name]
        document.update(whole)
        file = tmp_path / "coco.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return file

    return make


PEOPLE: dict[str, Any] = {
    "A1INVENTED": {"Q1": "18- 24", "Q4": "illinois", "Q9": "", "Q10": None},
    "A2INVENTED": {"Q1": "25 - 34", "Q4": "NON", "Q10": "$1,200 laptop"},
    "A3SILENT": {"Q2": "Woman"},
}


@pytest.fixture
def thesis(tmp_path: Path) -> Path:
    """A project folder as the thesis left it: three frames of two invented people, and a third who labelled nothing."""
    root = tmp_path / "mouse"
    for number, worker, row in ((1, "A1INVENTED", "0 0.5 0.5 0.25 0.5"), (202, "A2INVENTED", "4 0.25 0.25 0.5 0.5")):
        stem = f"mouse_{number:04d}_{worker}"
        draw(root / "mouse_video_frames" / f"{stem}.jpeg")
        draw(root / "annotated_images" / f"{stem}.jpeg", (10, 10))
        (root / "labels").mkdir(exist_ok=True)
        (root / "labels" / f"{stem}.txt").write_text(row + "\n")
    draw(root / "mouse_video_frames" / "mouse_0010_A1INVENTED.jpeg")
    (root / "output_mouse_video.mp4").write_bytes(b"not looked at")
    (root / "labels" / "classes.txt").write_text("Body\nCable\nLeft_Button\nRight_Button\nScroll_Wheel\n")
    (root / "metadata.json").write_text(json.dumps(PEOPLE), encoding="utf-8")
    return root
