"""Every label format with an odd value in the place of each of its values: our own errors, or labels, nothing else."""

# ruff: noqa: E501  (documents as they are written)

from __future__ import annotations

import contextlib
import copy
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import LoopvizError
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import READABLE

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    1e308,
    "",
    "x" * 300,
    "\ud800",
    "../../etc/passwd",
    [],
    {"a": []},
)
WORDS = ("", "nan", "-1", "1e400", "9" * 400, "\u0663", "../x", "a,b", "1_0", "\x85")
BOX = [1.0, 2.0, 30.0, 40.0]
JSON: dict[str, Any] = {
    "coco": {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": BOX, "segmentation": [[1, 1, 9, 1, 9, 9]], "iscrowd": 0},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": BOX, "keypoints": [5, 5, 2], "num_keypoints": 1},
        ],
        "categories": [{"id": 1, "name": "a", "keypoints": ["nose"], "skeleton": [[1, 1]]}],
    },
    "createml": [
        {
            "image": "a.png",
            "annotations": [{"label": "a", "coordinates": {"x": 9, "y": 9, "width": 4, "height": 5}}],
        }
    ],
    "labelme": {
        "imagePath": "a.png",
        "imageWidth": 64,
        "imageHeight": 48,
        "shapes": [
            {"label": "a", "shape_type": "polygon", "points": [[1, 1], [9, 1], [9, 9]], "group_id": None, "flags": {}},
            {"label": "a", "shape_type": "mask", "points": [[1, 1], [2, 2]], "mask": "iVBORw0KGgo="},
            {"label": "a", "shape_type": "rotation", "points": [[1, 1], [9, 1], [9, 9], [1, 9]]},
        ],
    },
    "label-studio": [
        {
            "id": 1,
            "data": {"image": "a.png"},
            "annotations": [
                {
                    "completed_by": {"id": 3, "email": "a@example.org"},
                    "lead_time": 3.5,
                    "created_at": "2024-05-01T10:00:00Z",
                    "was_cancelled": False,
                    "result": [
                        {
                            "id": "r",
                            "type": "rectanglelabels",
                            "from_name": "x",
                            "to_name": "y",
                            "original_width": 64,
                            "original_height": 48,
                            "image_rotation": 0,
                            "value": {
                                "x": 1,
                                "y": 2,
                                "width": 30,
                                "height": 40,
                                "rotation": 5,
                                "rectanglelabels": ["a"],
                            },
                        }
                    ],
                }
            ],
            "predictions": [],
        }
    ],
    "via": {
        "a.png1": {
            "filename": "a.png",
            "size": 1,
            "file_attributes": {},
            "regions": [
                {
                    "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
                    "region_attributes": {"class": "a"},
                },
                {
                    "shape_attributes": {"name": "polygon", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]},
                    "region_attributes": {"class": {"a": True}},
                },
            ],
        }
    },
    "vott": {
        "tags": [{"name": "a", "color": "#ff0000"}],
        "assets": {
            "x": {
                "asset": {"name": "a.png", "size": {"width": 64, "height": 48}},
                "regions": [
                    {
                        "type": "RECTANGLE",
                        "tags": ["a"],
                        "boundingBox": {"left": 1, "top": 2, "width": 3, "height": 4},
                        "points": [{"x": 1, "y": 2}],
                    },
                    {
                        "type": "POLYGON",
                        "tags": ["a"],
                        "points": [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9}],
                    },
                ],
            }
        },
    },
}
JSON |= {
    "coco-panoptic": {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 4, "height": 2}],
        "annotations": [
            {
                "image_id": 1,
                "file_name": "a.png",
                "segments_info": [{"id": 1, "category_id": 1, "bbox": [0, 0, 4, 2], "area": 8, "iscrowd": 0}],
            }
        ],
        "categories": [{"id": 1, "name": "a", "isthing": 1, "color": [1, 2, 3]}],
    },
    "sagemaker": {
        "source-ref": "s3://b/a.jpg",
        "job": {
            "annotations": [{"class_id": 0, "left": 1, "top": 2, "width": 3, "height": 4}],
            "image_size": [{"width": 64, "height": 48, "depth": 3}],
        },
        "job-metadata": {
            "objects": [{"confidence": 0.5}],
            "class-map": {"0": "a"},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
        },
    },
    "supervisely": {
        "size": {"height": 48, "width": 64},
        "tags": [],
        "objects": [
            {
                "classTitle": "a",
                "geometryType": "rectangle",
                "labelerLogin": "ada",
                "points": {"exterior": [[1, 2], [3, 5]], "interior": []},
            },
            {"classTitle": "a", "geometryType": "bitmap", "bitmap": {"data": "eJw=", "origin": [3, 4]}},
        ],
    },
}
JSON |= {
    "darwin": {
        "version": "2.0",
        "item": {"name": "a", "path": "/", "slots": [{"slot_name": "0", "width": 64, "height": 48, "frame_count": 4}]},
        "annotations": [
            {
                "name": "a",
                "frames": {
                    "0": {"bounding_box": {"x": 1, "y": 2, "w": 3, "h": 4}, "keyframe": True},
                    "2": {"bounding_box": {"x": 2, "y": 2, "w": 3, "h": 4}, "keyframe": True},
                },
                "ranges": [[0, 4]],
                "hidden_areas": [[1, 2]],
                "annotators": [{"email": "ada@x.example"}],
            }
        ],
    },
    "datumaro": {
        "categories": {
            "label": {"labels": [{"name": "a"}]},
            "points": {"items": [{"label_id": 0, "labels": ["x", "y"], "joints": [[1, 2]]}]},
        },
        "items": [
            {
                "id": "a",
                "image": {"path": "a.png", "size": [6, 8]},
                "annotations": [
                    {"type": "bbox", "label_id": 0, "group": 1, "bbox": [1, 2, 3, 4], "attributes": {"track_id": 1}},
                    {"type": "mask", "label_id": 0, "group": 1, "rle": {"counts": [40, 8], "size": [6, 8]}},
                    {"type": "points", "label_id": 0, "group": 0, "points": [1, 1, 2, 2], "visibility": [1, 2]},
                ],
            }
        ],
    },
    "fiftyone": {
        "samples": [
            {
                "filepath": "a.png",
                "metadata": {"width": 64, "height": 48},
                "ground_truth": {
                    "_cls": "Detections",
                    "detections": [{"_cls": "Detection", "label": "a", "bounding_box": [0, 0, 0.5, 0.5], "index": 1}],
                },
                "ground_truth_polylines": {
                    "_cls": "Polylines",
                    "polylines": [{"_cls": "Polyline", "label": "a", "points": [[[0, 0], [1, 1]]], "closed": False}],
                },
            }
        ]
    },
}
NAMES = {"sagemaker": "output.manifest", "supervisely": "a.png.json"}  # of files; others are labels.json
SIZE = "<size><width>64</width><height>48</height></size>"
VOC = f"""<annotation><folder>VOC</folder><filename>a.png</filename>{SIZE}<object><name>a</name><bndbox><xmin>1</xmin>
<ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox><polygon><x1>1</x1><y1>1</y1><x2>9</x2><y2>1</y2><x3>9</x3><y3>9</y3>
</polygon></object><object><name>b</name><robndbox><cx>20</cx><cy>20</cy><w>9</w><h>5</h><angle>0.5</angle></robndbox></object>
</annotation>"""
LABELME = """<annotation><filename>a.png</filename><folder>x</folder><source><sourceImage>x</sourceImage></source><imagesize>
<nrows>48</nrows><ncols>64</ncols></imagesize><object><name>a</name><deleted>0</deleted><polygon><username>ada</username>
<pt><x>1</x><y>1</y></pt><pt><x>9</x><y>1</y></pt><pt><x>9</x><y>9</y></pt></polygon></object><object><name>b</name><segm>
<username>ada</username><box><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></box><mask>m.png</mask></segm></object>
</annotation>"""
IMAGES = """<annotations><version>1.1</version><meta><task><labels><label><name>a</name></label></labels></task></meta>
<image id="0" name="a.png" width="64" height="48"><box label="a" source="manual" xtl="1" ytl="2" xbr="30" ybr="40"
rotation="5"/><polygon label="a" points="1,1;9,1;9,9"/><mask label="a" rle="1, 3" left="1" top="1" width="2" height="2"/>
<skeleton label="a"><points label="n" outside="0" occluded="0" points="3,4"/></skeleton></image></annotations>"""
TRACKS = """<annotations><version>1.1</version><meta><task><size>5</size><start_frame>0</start_frame><stop_frame>4</stop_frame>
<frame_filter>step=1</frame_filter><labels><label><name>a</name></label></labels><original_size><width>64</width><height>48
</height></original_size></task></meta><track id="0" label="a" source="manual"><box frame="0" outside="0" keyframe="1" xtl="1"
ytl="2" xbr="30" ybr="40"/><box frame="3" outside="1" keyframe="1" xtl="5" ytl="2" xbr="35" ybr="40"/></track></annotations>"""
XML = {"voc": VOC, "labelme-xml": LABELME, "cvat": IMAGES, "cvat, tracks": TRACKS}
VIA_CELLS = ["a.png", "1", '{"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}', '{"class": "a"}']
TABLES: dict[str, tuple[str, list[list[str]]]] = {
    "motchallenge": ("gt.txt", [["1", "1", "2", "3", "10", "20", "1", "1", "1"]]),
    "dota": ("a.txt", [["1", "1", "9", "1", "9", "9", "1", "9", "plane", "0"]]),
    "openimages": (
        "a.csv",
        [
            ["ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", "IsGroupOf"],
            ["a", "xclick", "/m/1", "1", "0.1", "0.9", "0.1", "0.9", "0"],
        ],
    ),
    "tensorflow-csv": (
        "a.csv",
        [
            ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"],
            ["a.png", "64", "48", "a", "1", "2", "3", "4"],
        ],
    ),
    "via": ("a.csv", [["filename", "region_count", "region_shape_attributes", "region_attributes"], VIA_CELLS]),
    "zooniverse": (
        "a.csv",
        [
            ["classification_id", "user_name", "created_at", "metadata", "annotations", "subject_data", "subject_ids"],
            [
                "1",
                "ada",
                "2021-03-01 10:00:31 UTC",
                '{"started_at": "2021-03-01T10:00:00.000Z", "finished_at": "2021-03-01T10:00:30.500Z"}',
                '[{"task": "T0", "value": [{"tool": 0, "x": 1, "y": 2, "width": 3, "height": 4, "tool_label": "a"}]}]',
                '{"7": {"Filename": "a.png"}}',
                "7",
            ],
        ],
    ),
    "vott": ("a.csv", [["image", "xmin", "ymin", "xmax", "ymax", "label"], ["a.png", "1", "2", "3", "4", "a"]]),
}


def read(path: Path, kind: str) -> None:
    """Read a set; what is refused is refused by an error of ours, and where it may be left out, it is."""
    try:
        read_labels(path, format=kind, frame_size=(64, 48))
    except LoopvizError:
        with contextlib.suppress(LoopvizError):
            read_labels(path, format=kind, frame_size=(64, 48), skip_bad=True)


def places(document: Any) -> Iterator[tuple[str | int, ...]]:
    """Yield where each value of a JSON document stands."""
    yield ()
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in inner:
        yield from ((key, *rest) for rest in places(value))


def changed(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value
    made = copy.deepcopy(document)
    at = made
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return made


@pytest.mark.parametrize("kind", JSON)
def test_json(kind: str, tmp_path: Path):
    file = tmp_path / NAMES.get(kind, "labels.json")
    file.write_text(json.dumps(JSON[kind]), "utf-8")
    if kind == "coco-panoptic":
        (tmp_path / "labels").mkdir()
        Image.fromarray(np.full((2, 4, 3), (1, 0, 0), np.uint8)).save(tmp_path / "labels" / "a.png")
    assert read_labels(file, format=kind, frame_size=(64, 48), skip_bad=True).dataset.annotations.height
    for place in places(JSON[kind]):
        for value in ODD:
            file.write_text(json.dumps(changed(JSON[kind], place, value)), "utf-8")
            read(file, kind)


def variants(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield a document with an odd word in the place of each of its words, and without each of its elements."""
    for number, _ in enumerate(root.iter()):
        for word in WORDS:
            made = copy.deepcopy(root)
            element = list(made.iter())[number]
            if element.text and element.text.strip():
                element.text = word.replace("\x85", "\u0085")
                yield made
            for name in element.attrib:
                other = copy.deepcopy(root)
                list(other.iter())[number].set(name, word)
                yield other
        made = copy.deepcopy(root)
        parents = {child: parent for parent in made.iter() for child in parent}
        element = list(made.iter())[number]
        if element in parents:
            parents[element].remove(element)
            yield made


@pytest.mark.parametrize("name", XML)
def test_xml(name: str, tmp_path: Path):
    kind, file = name.split(",")[0], tmp_path / "labels.xml"
    file.write_text(XML[name], "utf-8")
    assert read_labels(file, format=kind).dataset.annotations.height
    for made in variants(ElementTree.fromstring(XML[name])):  # noqa: S314 - our own
        file.write_bytes(ElementTree.tostring(made))
        read(file, kind)


def text_of(rows: list[list[str]], between: str) -> str:
    if between != ",":
        return "".join(between.join(row) + "\n" for row in rows)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


@pytest.mark.parametrize("kind", TABLES)
def test_tables(kind: str, tmp_path: Path):
    name, rows = TABLES[kind]
    file, between = tmp_path / name, " " if kind == "dota" else ","
    file.write_text(text_of(rows, between), "utf-8")
    assert read_labels(file, format=kind, frame_size=(64, 48)).dataset.annotations.height
    for row, cells in enumerate(rows):
        for column in range(len(cells)):
            for word in (*WORDS, '"', "{", "[]", '{"name": []}'):
                made = copy.deepcopy(rows)
                made[row][column] = word
                file.write_text(text_of(made, between), "utf-8")
                read(file, kind)
            short = copy.deepcopy(rows)
            del short[row][column]
            file.write_text(text_of(short, between), "utf-8")
            read(file, kind)


def test_every_format_of_strangers_is_here():
    own = {"yolo", "coco-traceable", "coco-results", "thesis", "dataset", "mturk"}  # fuzzed by themselves
    own |= {"voc-masks"}  # pictures alone
    assert {*JSON, *TABLES, *(name.split(",")[0] for name in XML)} == {*READABLE} - own
