"""A whole check: what each path is taken for, what cannot be read, and whether the parts fit."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from batches import BOXES, PNG, URL, json_row, list_row, mask_row, text_of
from PIL import Image

from loopviz.errors import ConfigError, InputError
from loopviz.formats.reading import read_labels
from loopviz.note_words.formats import FORMATS
from loopviz.project.check.checkup import check
from loopviz.project.check.finding_codes import BATCH, CODES, FILM, FIT, IMPORT, INPUTS, LABELS, PEOPLE, READING, VIDEO
from loopviz.project.check.findings import Finding

Build = Callable[[Path], None]
SIZE = (64, 48)  # of ``make_clip``
FRAMES = 12


@pytest.fixture
def folder(tmp_path: Path, make_clip: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a clip, a COCO file that fits it, people and work."""
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "clip.mp4")
    write_coco(coco())
    Path("metadata.json").write_text(json.dumps({"frame_000003.png": {"worker_id": "A1", "Q1": "31"}}))
    Path("assignments.csv").write_text("file,worker_id,status,reward_usd\nframe_000003,A1,approved,0.15\n")
    write("labels/frame_000003.txt", "0 0.5 0.5 0.5 0.4\n")
    write("labels/classes.txt", "wheel\n")
    write("loopviz.yaml", "source: clip.mp4\nlabels: coco.json\npeople: metadata.json\n")
    return tmp_path


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def coco(**changes: Any) -> dict[str, Any]:
    return {
        "images": [
            {"id": i, "file_name": f"frame_{i:06d}.png", "width": SIZE[0], "height": SIZE[1]} for i in range(FRAMES)
        ],
        "annotations": [{"id": i, "image_id": i, "category_id": 1, "bbox": [8, 8, 20 + i, 24]} for i in range(FRAMES)],
        "categories": [{"id": 1, "name": "wheel"}],
    } | changes


def write_coco(document: object, path: str = "coco.json") -> None:
    write(path, json.dumps(document))


def entries(key: str, *more: object, **changes: object) -> Build:
    """Return what writes the COCO file with one entry changed, and more entries."""

    def build(_: Path) -> None:
        listed = coco()[key]
        write_coco(coco(**{key: [{**listed[0], **changes}, *listed[1:], *more]}))

    return build


def labels(text: str, name: str = "labels/frame_000003.txt") -> Build:
    return lambda _: write(name, text)


def tracks(row: str, names: str = "", *, found: bool = False) -> Build:
    """Return what writes a MOTChallenge sequence of one row; with names beside it, or detections."""

    def build(_: Path) -> None:
        write("SEQ/gt/gt.txt", f"{row}\n")
        if names:
            write("SEQ/gt/labels.txt", names)
        if found:
            write("SEQ/det/det.txt", "1,-1,9,9,9,9,1,-1,-1,-1\n")

    return build


PALE = 'extends: margin\ncolors: {ink: "#bbbbbb", quiet: "#cccccc"}\n'


def project(text: str, theme: str = "") -> Build:
    def build(_: Path) -> None:
        write("loopviz.yaml", "source: clip.mp4\nlabels: coco.json\npeople: metadata.json\n" + text)
        write("pale.yaml", theme)

    return build


def found(*paths: str, decode: bool = False, **settings: object) -> Mapping[str, Finding]:
    return {each.code: each for each in check(paths, settings, decode=decode).findings}


def nothing(_: Path) -> None:
    pass


def resized(width: int, height: int) -> Build:
    def build(_: Path) -> None:
        write_coco(coco(images=[{**image, "width": width, "height": height} for image in coco()["images"]]))

    return build


def renamed(names: Callable[[int], str], count: int = FRAMES) -> Build:
    def build(_: Path) -> None:
        write_coco(
            coco(
                images=[{**coco()["images"][0], "id": i, "file_name": names(i)} for i in range(count)],
                annotations=[{"id": i, "image_id": i, "category_id": 1, "bbox": [8, 8, 20, 24]} for i in range(count)],
            )
        )

    return build


def images_at(first: int, labelled: int, count: int = FRAMES - 1) -> Build:
    """Return what makes a folder of images that count from ``first``, and labels that count from ``labelled``."""

    def build(_: Path) -> None:
        Path("images").mkdir()
        for i in range(FRAMES):
            Image.new("L", SIZE).save(f"images/shot_{first + i}.png")
        renamed(lambda i: f"mouse_{labelled + i}.png", count)(Path())

    return build


def of_two_sizes(_: Path) -> None:
    Path("shots").mkdir()
    for name, size in (("a", (64, 48)), ("b", (32, 48))):
        Image.new("L", size).save(f"shots/{name}.png")


def of_task(task: str, row: str) -> Build:
    def build(_: Path) -> None:
        write("set/data.yaml", f"names: [wheel]\ntask: {task}\n")
        write("set/labels/a.txt", f"{row}\n")
        Image.new("RGB", SIZE).save("set/a.png")

    return build


def renamed_names() -> None:
    Path("labels/classes.txt").rename("labels/wheels.names")


BNDBOX = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"


def xml(content: str) -> Build:
    def build(_: Path) -> None:
        Path("xml").mkdir()
        write("xml/a.xml", content)

    return build


def voc(inner: str, folder: str = "") -> Build:
    size = "<size><width>64</width><height>48</height></size>"
    thing = f"<object><name>snail</name>{inner}</object>"
    return xml(f"<annotation><folder>{folder}</folder><filename>a.png</filename>{size}{thing}</annotation>")


def via(**attributes: object) -> Build:
    """Return what writes an export of VIA with one region."""
    shape = {"name": "rect", "x": 1, "y": 1, "width": 20, "height": 20}
    region = {"shape_attributes": shape, "region_attributes": attributes}
    document = {"a.png1": {"filename": "a.png", "size": 1, "regions": [region], "file_attributes": {}}}

    def build(_: Path) -> None:
        write("via/a.json", json.dumps(document))

    return build


def labelme(inner: str, more: str = "") -> Build:
    size = "<imagesize><nrows>48</nrows><ncols>64</ncols></imagesize><source><sourceImage>x</sourceImage></source>"
    return xml(
        f"<annotation><filename>a.png</filename>{size}<object><name>snail</name>{inner}</object>{more}</annotation>"
    )


def grouped(_: Path) -> None:
    """Write a picture's file of LabelMe with a shape that has a group."""
    shape = {"label": "snail", "points": [[1, 1], [9, 9]], "shape_type": "rectangle", "group_id": 1}
    document = {"shapes": [shape], "imagePath": "a.png", "imageWidth": 64, "imageHeight": 48}
    write("labelme/a.json", json.dumps(document))


def openimages(_: Path) -> None:
    Path("boxes").mkdir()
    Image.new("L", SIZE).save("boxes/a.png")
    write("boxes/class-descriptions.csv", "/m/01,snail\n")
    columns = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax"
    write("boxes/boxes.csv", f"{columns}\na,xclick,/m/02,1,0,1,0,1\n")


def studio(*annotations: object, **more: object) -> Build:
    """Return what writes an export of Label Studio with one task."""
    task = {"id": 1, "data": {"image": "a.png"}, "annotations": annotations, "predictions": [], **more}

    def build(_: Path) -> None:
        write("studio/a.json", json.dumps([task]))

    return build


def drawn(*names: str, **more: object) -> dict[str, object]:
    """Return an annotation of Label Studio with one rectangle."""
    value = {"x": 10, "y": 10, "width": 50, "height": 50, "rectanglelabels": names}
    region = {"type": "rectanglelabels", "value": value, "original_width": 64, "original_height": 48}
    return {"completed_by": 1, "lead_time": 9, "result": [region], **more}


def sequence() -> dict[str, object]:
    keys = [{"frame": frame, "x": 0, "y": 0, "width": 9, "height": 9} for frame in (1, 2)]
    region = {"type": "videorectangle", "value": {"sequence": keys, "labels": ["snail"]}}
    region |= {"original_width": 64, "original_height": 48}
    return {"completed_by": 1, "lead_time": 9, "result": [region]}


def labelbox(_: Path) -> None:
    Path("labelbox").mkdir()
    Image.new("L", SIZE).save("labelbox/a.png")
    write("labelbox/a.ndjson", '{"data_row": {"id": "x"}, "projects": {}}')


def ground_truth(_: Path) -> None:
    box = {"left": 1, "top": 1, "width": 9, "height": 9}
    content = json.dumps({"result": {"boundingBoxes": [{"label": "snail", **box}]}})
    answer = {"workerId": "w", "annotationData": {"content": content}}
    write("truth/a.json", json.dumps([{"dataObject": {"s3Uri": "s3://b/a.png"}, "annotations": [answer]}]))
    job = {"annotations": [{"class_id": 0, **box}]}
    write("truth/a.manifest", json.dumps({"source-ref": "s3://b/a.png", "job": job, "job-metadata": {}}))


def fiftyone(_: Path) -> None:
    box = {"_cls": "Detection", "label": "snail", "bounding_box": [0.1, 0.1, 0.2, 0.2]}
    fields = {name: {"_cls": "Detections", "detections": [box]} for name in ("ground_truth", "predictions")}
    sample = {"filepath": "data/a.png", "metadata": {"width": 64, "height": 48}, **fields}
    write("fiftyone/samples.json", json.dumps({"samples": [sample]}))


def many_parts(_: Path) -> None:
    for split in ("train", "val"):
        write_coco(coco(), f"parts/instances_{split}.json")


BOX = {"label": "Body", "left": 3, "top": 4, "width": 10, "height": 5}


def batch(*rows: Mapping[str, str], without: tuple[str, ...] = (), short: bool = False) -> Build:
    """Return what writes a batch of these rows; some columns deleted, or nobody's verdict given."""

    def build(_: Path) -> None:
        left = [{column: cell for column, cell in row.items() if column not in without} for row in rows]
        write("batch.csv", text_of(left, short=short))

    return build


def two_images(**facts: str) -> dict[str, str]:
    """Return a row of a task of two images, each with a box."""
    answer = {"boundingBoxes": [BOX], "inputImageProperties": {"width": 40, "height": 30}}
    images = {f"Input.image_url{number}": f"https://x.example/frame_{number}.png" for number in (1, 2)}
    row = json_row([{"annotatedResult1": answer, "annotatedResult2": answer}], **images, **facts)
    return {column: cell for column, cell in row.items() if column != URL}


BATCHES = ("batch.csv",)
YOLO, COCO, CLIP = ("labels", "clip.mp4"), ("coco.json",), ("clip.mp4", "coco.json")
UNNAMED = "classes.txt"
CASES = [
    pytest.param("input-unusable", nothing, ("nowhere",), CLIP, id="nothing there"),
    pytest.param("input-unusable", nothing, ("labels/frame_000003.txt",), YOLO, id="one label file"),
    pytest.param("input-twice", nothing, ("coco.json", "labels"), CLIP, id="two label sets"),
    pytest.param("labels-left-aside", labelbox, ("labelbox",), ("labels",), id="Labelbox beside frames"),
    pytest.param("input-left-aside", nothing, ("assignments.csv",), (*COCO, "assignments.csv"), id="work alone"),
    pytest.param(
        "crowd-unusable",
        labels("source: clip.mp4\ncrowd: {batches: [batch.csv], rule: cats >= 3}\n", "crowd.yaml"),
        ("crowd.yaml",),
        (".",),
        id="crowd",
    ),
    pytest.param("project-unusable", labels("sorce: clip.mp4", "bad.yaml"), ("bad.yaml",), (".",), id="project"),
    pytest.param("video-unusable", labels("no video", "bad.mp4"), ("bad.mp4",), ("clip.mp4",), id="video"),
    pytest.param(
        "labels-unusable", labels('{"images" "annotations" "categories"', "bad.json"), ("bad.json",), COCO, id="labels"
    ),
    pytest.param("people-unusable", labels("[]", "bad.json"), ("bad.json",), ("metadata.json",), id="people"),
    pytest.param(
        "assignments-unusable",
        labels("a,b\n1,2\n", "bad.csv"),
        (*COCO, "bad.csv"),
        (*COCO, "assignments.csv"),
        id="work",
    ),
    pytest.param("theme-unusable", project("theme: hose\n"), (".",), CLIP, id="theme"),
    pytest.param("theme-unusable", project("caption: {figures: 3}\n"), (".",), CLIP, id="caption"),
    pytest.param("model-unusable", project("theme: versus\nmodel: {labels: nowhere}\n"), (".",), CLIP, id="a model"),
    pytest.param("theme-unusable", project("theme: versus\n"), (".",), CLIP, id="a theme without its model"),
    pytest.param("salt-unusable", project("salt_file: nowhere\n"), (".",), CLIP, id="salt"),
    pytest.param("output-unusable", project("output: out.txt\n"), (".",), CLIP, id="output"),
    pytest.param("output-exists", project("output: clip.mp4\n"), (".",), CLIP, id="output exists"),
    pytest.param("unknown-name", project("categories: {whel: {name: Wheel}}\n"), (".",), CLIP, id="unknown category"),
    pytest.param("unprintable", project("questions: {Q1: '\U00012000'}\n"), (".",), CLIP, id="unprintable"),
    pytest.param("timeline-unusable", project("timeline: {show: 9 people}\n"), (".",), CLIP, id="timeline"),
    pytest.param("unreadable", project("timeline: {pace: 0.1s}\n"), (".",), CLIP, id="unreadable"),
    pytest.param("small-text", project("screen: {metres: 100}\n"), (".",), CLIP, id="small-text"),
    pytest.param("low-contrast", project("theme: pale.yaml\n", PALE), (".",), CLIP, id="low-contrast"),
    pytest.param("text-cut", project(f"caption: {{name: {'word ' * 500}}}\n"), (".",), CLIP, id="text-cut"),
    pytest.param("bad-row", labels("0 0.5 0.5\n"), YOLO, COCO, id="short row"),
    pytest.param("bad-class", labels("0.5 0.5 0.5 0.2 0.2\n"), YOLO, COCO, id="bad-class"),
    pytest.param("unknown-class", labels("1 0.5 0.5 0.2 0.2\n"), YOLO, COCO, id="unknown-class"),
    pytest.param("bad-coordinate", labels("0 320 240 64 48\n"), YOLO, COCO, id="pixels in a YOLO file"),
    pytest.param("bad-annotation", entries("annotations", bbox=["a"]), COCO, YOLO, id="bad-annotation"),
    pytest.param(
        "bad-image",
        entries("images", {"id": 99, "file_name": "..", "width": 1, "height": 1}),
        COCO,
        YOLO,
        id="bad-image",
    ),
    pytest.param("bad-category", entries("categories", {"id": 9, "name": []}), COCO, YOLO, id="bad-category"),
    pytest.param(
        "image-unreadable",
        lambda _: write("labels/frame_000003.png", "no picture"),
        ("labels",),
        COCO,
        id="image-unreadable",
    ),
    pytest.param("no-size", of_two_sizes, ("shots", "labels"), ("shots",), id="no-size"),
    pytest.param(
        "bad-person",
        labels('{"A1": {"Q1": "x"}, "A2": 7}', "people.json"),
        ("people.json",),
        ("metadata.json",),
        id="bad-person",
    ),
    pytest.param(
        "bad-consent",
        labels('{"A1": {"consent": "perhaps"}}', "people.json"),
        ("people.json",),
        ("metadata.json",),
        id="bad-consent",
    ),
    pytest.param(
        "consent-taken",
        labels('{"A1": {"Q1 consent": "no"}}', "people.json"),
        ("people.json",),
        ("metadata.json",),
        id="consent-taken",
    ),
    pytest.param(
        "people-met",
        labels('{"frame_000001.png": {"worker_id": "A"}, "B": {"Q1": "x"}}', "people.json"),
        (*COCO, "people.json"),
        (*COCO, "metadata.json"),
        id="people-met",
    ),
    pytest.param(
        "people-left-aside",
        labels('{"made": "today", "workers": {"A1": {"Q1": "x"}}}', "people.json"),
        ("people.json",),
        ("metadata.json",),
        id="people-left-aside",
    ),
    pytest.param(
        "bad-assignment",
        labels("file,worker_id,reward_usd\nframe_000001,A1,nan\nframe_000002,A1,1\n", "work.csv"),
        (*COCO, "work.csv"),
        (*COCO, "assignments.csv"),
        id="bad-assignment",
    ),
    pytest.param("duplicate-row", labels("0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n"), YOLO, COCO, id="duplicate-row"),
    pytest.param("short-polygon", entries("annotations", segmentation=[[1, 1, 2, 2]]), COCO, YOLO, id="short-polygon"),
    pytest.param(
        "answers-differ",
        labels(
            '{"frame_000001.png": {"worker_id": "A", "Q1": "x"}, "frame_000002.png": {"worker_id": "A", "Q1": "y"}}',
            "people.json",
        ),
        (*COCO, "people.json"),
        (*COCO, "metadata.json"),
        id="answered twice",
    ),
    pytest.param(
        "repeated-name",
        entries("images", {"id": 99, "file_name": "frame_000001.png", "width": 64, "height": 48}),
        COCO,
        YOLO,
        id="repeated-name",
    ),
    pytest.param(
        "names-outside",
        entries("images", {"id": 99, "file_name": "/a/frame_000004.png", "width": 64, "height": 48}),
        COCO,
        YOLO,
        id="names-outside",
    ),
    pytest.param("bad-value", entries("annotations", score="high"), COCO, YOLO, id="bad-value"),
    pytest.param("renumbered", many_parts, ("parts",), COCO, id="renumbered"),
    pytest.param("skew-boxes", of_task("obb", "0 0 0 .9 .1 .9 .9 0 .5"), ("set",), COCO, id="skew-boxes"),
    pytest.param("pose-shape", of_task("pose", f"0 .5 .5 .2 .2 {'.4 .6 2 ' * 5}"), ("set",), COCO, id="pose-shape"),
    pytest.param("last-number", labels("0 0.5 0.5 0.2 0.2 1\n"), YOLO, COCO, id="last-number"),
    pytest.param(
        "mixed-rows", labels("0 0.5 0.5 0.2 0.2\n0 .1 .1 .9 .1 .9 .9 .5 .7 .1 .9\n"), YOLO, COCO, id="mixed-rows"
    ),
    pytest.param(
        "names-gap", lambda _: write("data.yaml", "names: {0: a, 2: c}\n"), ("labels", "clip.mp4"), COCO, id="names-gap"
    ),
    pytest.param(
        "results-beside",
        lambda _: write("found.json", '[{"image_id": 1, "category_id": 1, "bbox": [8, 8, 9, 9], "score": 0.5}]'),
        ("found.json", "clip.mp4"),
        COCO,
        id="results-beside",
    ),
    pytest.param("names-from", lambda _: renamed_names(), ("labels",), COCO, id="names of another file"),
    pytest.param(
        "names-differ", lambda _: write("labels/data.yaml", "names: [dog, person]\n"), YOLO, COCO, id="names-differ"
    ),
    pytest.param("no-names", lambda _: Path("labels/classes.txt").unlink(), YOLO, COCO, id="no-names"),
    pytest.param("first-pixel", tracks("1,1,0,1,10,20,1,1,1", names="a\n"), ("SEQ",), COCO, id="first-pixel"),
    pytest.param("detections-aside", tracks("1,1,1,1,9,9,1,1,1", found=True), ("SEQ",), COCO, id="detections-aside"),
    pytest.param("rows-without-class", tracks("1,1,1,1,9,9,1,-1,1"), ("SEQ",), COCO, id="rows-without-class"),
    pytest.param("rows-to-ignore", tracks("1,1,1,1,10,20,0,1,1"), ("SEQ",), COCO, id="rows-to-ignore"),
    pytest.param(
        "no-area",
        xml('<annotations><image name="a.png"><tag label="a"/></image></annotations>'),
        ("xml",),
        CLIP,
        id="a tag of CVAT",
    ),
    pytest.param("voc-edges", voc(BNDBOX), ("xml",), CLIP, id="edges of Pascal VOC"),
    pytest.param("voc-pixels", voc(BNDBOX, "VOC2007"), ("xml",), CLIP, id="pixels of Pascal VOC"),
    pytest.param("voc-parts", voc(f"{BNDBOX}<part><name>head</name>{BNDBOX}</part>"), ("xml",), CLIP, id="parts"),
    pytest.param("objects-difficult", voc(f"{BNDBOX}<difficult>1</difficult>"), ("xml",), CLIP, id="difficult"),
    pytest.param("shapes-grouped", grouped, ("labelme",), CLIP, id="a group of LabelMe"),
    pytest.param("category-attribute", via(kind="snail"), ("via",), CLIP, id="an attribute of VIA"),
    pytest.param("attributes-left-out", via(a="snail", b="slow"), ("via",), CLIP, id="attributes of VIA"),
    pytest.param("deleted-objects", labelme("<deleted>1</deleted>"), ("xml",), CLIP, id="a deleted object of LabelMe"),
    pytest.param(
        "masks-missing",
        labelme(f"<segm>{BNDBOX.replace('bndbox', 'box')}<mask>m.png</mask></segm>"),
        ("xml",),
        CLIP,
        id="a mask that is not there",
    ),
    pytest.param("codes-without-name", openimages, ("boxes",), CLIP, id="a code of Open Images"),
    pytest.param(
        "left-predictions", studio(drawn("snail"), predictions=[drawn("snail")]), ("studio",), CLIP, id="predictions"
    ),
    pytest.param("skipped-work", studio(drawn("snail", was_cancelled=True)), ("studio",), CLIP, id="skipped"),
    pytest.param("several-names", studio(drawn("snail", "shell")), ("studio",), CLIP, id="several names"),
    pytest.param("shared-time", studio(sequence()), ("studio",), CLIP, id="time of a video"),
    pytest.param(
        "tasks-without-picture", studio(data={"text": "some words"}), ("studio",), CLIP, id="a task without a picture"
    ),
    pytest.param(
        "left-answers", studio({"result": [{"type": "choices"}]}), ("studio",), CLIP, id="answers of Label Studio"
    ),
    pytest.param("consolidated-aside", ground_truth, ("truth",), CLIP, id="a manifest beside what workers drew"),
    pytest.param("fields-aside", fiftyone, ("fiftyone",), CLIP, id="fields of FiftyOne"),
    pytest.param(
        "assignee-taken",
        xml(
            "<annotations><meta><task><assignee><username>ann</username></assignee></task></meta>"
            '<image name="a.png" width="64" height="48"><box label="a" xtl="1" ytl="1" xbr="9" ybr="9"/></image>'
            "</annotations>"
        ),
        ("xml",),
        CLIP,
        id="the assignee of CVAT",
    ),
    pytest.param("visibility", tracks("1,1,1,1,10,20,1,1,0.5"), ("SEQ",), COCO, id="visibility"),
    pytest.param("no-people", lambda here: thesis(here), ("thesis",), COCO, id="no-people"),
    pytest.param("no-mask-column", batch(mask_row(), without=(PNG,)), BATCHES, COCO, id="no-mask-column"),
    pytest.param("no-image", batch(list_row(BOXES, [BOX]), without=(URL,)), BATCHES, COCO, id="no-image"),
    pytest.param("outside-image", batch(list_row(BOXES, [{**BOX, "left": 90}])), BATCHES, COCO, id="outside-image"),
    pytest.param("short-rows", batch(mask_row(), short=True), BATCHES, COCO, id="short-rows"),
    pytest.param("columns-missing", batch(mask_row(), without=("Reward",)), BATCHES, COCO, id="columns-missing"),
    pytest.param(
        "no-assignment-id", batch(mask_row(), without=("AssignmentId",)), BATCHES, COCO, id="no-assignment-id"
    ),
    pytest.param(
        "labels-unusable",
        batch(mask_row(**{"Input.image_2": "https://x.example/2.png"})),
        BATCHES,
        COCO,
        id="two images",
    ),
    pytest.param(
        "no-label-column",
        batch({**list_row(BOXES, [BOX]), "Answer.Q1": "x"}, without=(BOXES,)),
        BATCHES,
        COCO,
        id="no-label-column",
    ),
    pytest.param(
        "labels-not-read",
        batch({**mask_row(), "Answer.drawing": '[{"label": "a", "x": 1, "y": 2}]'}),
        BATCHES,
        COCO,
        id="labels-not-read",
    ),
    pytest.param(
        "labels-unknown", batch(mask_row(), mask_row("", AssignmentId="A2")), BATCHES, COCO, id="labels-unknown"
    ),
    pytest.param("taken-as", batch({**mask_row(), "Answer.Q1": "25 - 34"}), BATCHES, COCO, id="taken-as"),
    pytest.param(
        "ids-alike",
        batch(mask_row(), mask_row(AssignmentId="A2", WorkerId="w1invented")),
        BATCHES,
        COCO,
        id="ids-alike",
    ),
    pytest.param("assignment-again", batch(mask_row(), mask_row()), BATCHES, COCO, id="assignment-again"),
    pytest.param("labels-from-pixels", batch(mask_row()), BATCHES, COCO, id="labels-from-pixels"),
    pytest.param("shared-pay", batch(two_images()), BATCHES, COCO, id="shared-pay"),
    pytest.param("frames-unmatched", renamed(lambda i: f"{'abcdefghijkl'[i]}.png"), CLIP, COCO, id="frames-unmatched"),
    pytest.param("extra-frames", renamed(lambda i: f"frame_{i}.png", 15), CLIP, COCO, id="extra-frames"),
    pytest.param("other-size", resized(128, 96), CLIP, COCO, id="other-size"),
    pytest.param("swapped-size", resized(48, 64), CLIP, COCO, id="swapped-size"),
    pytest.param("counted-from-one", renamed(lambda i: f"frame_{i + 1}.png", 9), CLIP, COCO, id="counted-from-one"),
    pytest.param("counted-otherwise", images_at(1, 0), ("images", "coco.json"), CLIP, id="counted-otherwise"),
    pytest.param("equal-numbers", images_at(0, 3, 6), ("images", "coco.json"), CLIP, id="equal-numbers"),
]


def thesis(_: Path) -> None:
    write("thesis/labels/mouse_0001_A1B2C3D4.txt", "0 0.5 0.5 0.2 0.2\n")
    write("thesis/mouse_video_frames/readme.md", "")


@pytest.mark.parametrize(("code", "build", "bad", "good"), CASES)
def test_trouble_is_found_where_it_is(
    code: str, build: Build, bad: tuple[str, ...], good: tuple[str, ...], folder: Path
):
    before = found(*good)
    assert code not in before, before
    build(folder)
    trouble = found(*bad)
    assert code in trouble, list(trouble)
    assert (trouble[code].severity, bool(trouble[code].remedy)) == (CODES[code].severity, True)


def test_characters_that_no_font_has_are_an_error_unless_boxes_may_stand_for_them(folder: Path):
    severities = []
    for said in ("", "missing_glyphs: draw\n"):
        project(f"{said}questions: {{Q1: '\U00012000'}}\n")(folder)
        severities.append(found(".")["unprintable"].severity)
    assert severities == ["error", "warning"]


def test_images_beside_their_labels_are_the_source(folder: Path):
    del folder
    for name in ("a", "b"):
        Path("set/images").mkdir(parents=True, exist_ok=True)
        Image.new("L", SIZE).save(f"set/images/{name}.png")
        write(f"set/labels/{name}.txt", "0 0.5 0.5 0.2 0.2\n")
    report = check(["set"])
    assert (report.parts, report.counts["errors"]) == ({"source": str(Path("set/images")), "labels": "set"}, 0)
    write("set/labels/c.txt", "0 0.5 0.5 0.2 0.2\n")
    assert found("set")["extra-frames"].severity == "error"
    assert check(["set", "clip.mp4"]).parts["source"] == "clip.mp4"


def test_a_batch_is_a_label_set_and_a_survey_is_left_aside(folder: Path):
    del folder
    batch(mask_row())(Path())
    write("survey.csv", "StartDate,EndDate,Finished,Q1\n2019-11-20 10:00:00,2019-11-20 10:01:00,True,31\n")
    report = check(["batch.csv", "survey.csv"])
    assert report.parts == {"labels": "batch.csv"}
    assert {each.code: each.severity for each in report.findings}["labels-from-pixels"] == "note"
    aside = next(each for each in report.findings if each.code == "input-left-aside")
    assert (aside.severity, aside.places[0].file) == ("note", "survey.csv")
    assert "loopviz crowd import" in aside.message


def test_a_crowds_project_is_checked_with_its_batches(folder: Path):
    del folder
    batch(mask_row())(Path())
    write("crowd.yaml", "source: clip.mp4\ncrowd: {batches: [batch.csv], rule: categories >= 3}\n")
    report = check(["crowd.yaml"])
    assert report.parts["batches"] == "batch.csv"
    assert "labels-from-pixels" in {each.code for each in report.findings}


def test_every_code_has_a_case():
    assert {case.values[0] for case in CASES} == {*INPUTS, *FILM, *READING, *BATCH, *FIT} - {
        "flashes",
        "seam",
        "seam-broken",
        "edit-length",
        "edit-unusable",
        "not-credited",
    }  # see test_film, and tests/project/test_edit


def test_every_note_of_a_reader_has_a_finding():
    own = {"empty-box", "dropped-frames", "rescaled"}  # what checks look at themselves
    assert set(FORMATS) - own <= set(CODES)


def test_codes_and_remedies_are_whole_and_distinct():
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in CODES)
    assert len(CODES) == sum(map(len, (INPUTS, FILM, VIDEO, READING, BATCH, IMPORT, FIT, LABELS, PEOPLE)))
    assert all(kind.remedy.endswith(".") and not kind.message.endswith(".") for kind in CODES.values())
    assert len({kind.message for kind in CODES.values()}) == len(CODES)


@pytest.mark.usefixtures("folder")
def test_inputs_that_fit_are_sound():
    assert check([Path("clip.mp4"), "coco.json"]).findings == ()
    report = check(["assignments.csv", "metadata.json", "coco.json", "clip.mp4"])
    assert report.counts == {"errors": 0, "warnings": 0, "notes": 1}
    assert report.findings[0].code == "labels-of-nobody"
    assert report.parts == {
        "source": "clip.mp4",
        "labels": "coco.json",
        "people": "metadata.json",
        "assignments": "assignments.csv",
    }


@pytest.mark.usefixtures("folder")
def test_one_bad_input_does_not_hide_the_others():
    write("bad.mp4", "no video")
    write_coco(coco(annotations=[{"id": 1, "image_id": 1, "category_id": 1, "bbox": [70, 8, 20, 24]}]))
    write("bad.csv", "no table")
    report = check(["bad.mp4", "nowhere", "coco.json", "bad.csv"])
    assert {each.code for each in report.findings if each.severity == "error"} == {
        "video-unusable",
        "input-unusable",
        "outside-picture",
        "assignments-unusable",
    }
    severities = [each.severity for each in report.findings]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


def test_a_project_is_its_parts_and_what_is_given_beside_it_wins(folder: Path, make_clip: Callable[..., Path]):
    assert check(".").parts == {part: str(Path(name)) for part, name in (
        ("source", "clip.mp4"), ("labels", "coco.json"), ("people", "metadata.json")
    )}  # fmt: skip
    make_clip(folder / "other.mp4", frames=6)
    trouble = found("loopviz.yaml", "other.mp4")
    assert trouble["extra-frames"].count == 6


@pytest.mark.usefixtures("folder")
def test_a_folder_without_a_project_file(project_folder: Path):
    report = check(project_folder)
    assert set(report.parts) == {"source", "labels", "people", "assignments"}
    assert not report.counts["errors"]


@pytest.mark.usefixtures("folder")
def test_what_the_project_allows_is_no_error():
    resized(128, 96)(Path())
    assert found(*CLIP)["other-size"].severity == "error"
    assert found(*CLIP, **{"align.rescale": True})["other-size"].severity == "note"
    renamed(lambda i: f"frame_{i}.png", 15)(Path())
    assert found(*CLIP, **{"align.drop_extra": True})["extra-frames"].severity == "note"
    assert found(*CLIP)["extra-frames"].count == 3


@pytest.mark.usefixtures("folder")
def test_settings_are_checked():
    with pytest.raises(ConfigError, match=r"align\.first_number"):
        check("clip.mp4", {"align.first_number": -1})
    with pytest.raises(ConfigError, match="unknown key"):
        check("clip.mp4", {"frame_rte": 5})


@pytest.mark.usefixtures("folder")
def test_assignments_may_count_the_frames_of_the_source():
    write("work.csv", "frame,worker_id\n3,A1\n99,A2\n")
    trouble = found(*CLIP, "work.csv")
    assert trouble["bad-assignment"].count == 1
    assert "input-left-aside" in found("coco.json", "work.csv")
    assert "bad-assignment" in found("clip.mp4", "work.csv")


def test_damage_inside_is_found_on_demand(folder: Path):
    (folder / "images").mkdir()
    for number in range(3):
        Image.linear_gradient("L").save(folder / "images" / f"{number}.jpg")
    whole = (folder / "images" / "1.jpg").read_bytes()
    (folder / "images" / "1.jpg").write_bytes(whole[: len(whole) // 2])
    assert "frame-damaged" not in found("images")
    assert str(found("images", decode=True)["frame-damaged"].places[0]).startswith("images/1.jpg")


@pytest.mark.usefixtures("folder")
def test_a_flood_of_bad_rows_is_one_finding():
    labels("".join(f"0 {i} 240 64 48\n" for i in range(2, 400)))(Path())
    flood = found(*YOLO)["bad-coordinate"]
    assert (flood.count, len(flood.places)) == (398, 20)
    assert str(flood.places[0]) == (
        "labels/frame_000003.txt, line 1: a coordinate lies outside the picture "
        "(found '0 2 240 64 48'; expected values from 0 to 1, fractions of the picture)"
    )


def test_nothing_is_written(folder: Path, user_config: Path):
    before = {path: path.stat().st_mtime_ns for path in [*folder.rglob("*"), *user_config.rglob("*")]}
    check(".")
    check(["clip.mp4", "labels"])
    assert {path: path.stat().st_mtime_ns for path in [*folder.rglob("*"), *user_config.rglob("*")]} == before


def test_the_report_is_plain_values(folder: Path):
    write("bad.mp4", "no video")
    data = json.loads(json.dumps(check(["bad.mp4", "coco.json"]).as_json()))
    assert list(data) == ["findings", "counts", "parts"]
    assert list(data["findings"][0]) == ["code", "severity", "message", "remedy", "count", "places"]
    assert list(data["findings"][0]["places"][0]) == ["file", "frame", "at", "detail"]
    shutil.rmtree(folder / "labels")


@pytest.mark.usefixtures("folder")
def test_a_device_is_refused_at_once():
    os.mkfifo("fifo")
    assert found("fifo")["input-unusable"].message == "neither a file nor a folder"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("formats/yolo_dataset/strict", {"tiny", "category-unused", "single-frame"}, id="darknet"),
        pytest.param(
            "formats/coco_dataset/coco_instances", {"tiny", "renumbered", "category-unused", "video-note"}, id="coco"
        ),
        pytest.param("formats/roboflow_dataset/yolo", {"tiny", "video-note"}, id="roboflow"),
        pytest.param("formats/roboflow_dataset/yolo_obb", {"tiny", "video-note"}, id="oriented boxes"),
        pytest.param("formats/coco_dataset/coco_panoptic", {"tiny", "masks-missing"}, id="panoptic"),
    ],
)
def test_real_label_sets(path: str, expected: set[str], corpus: Path):
    assert {each.code for each in check(corpus / path).findings} == expected


def test_the_sample_is_sound(sample: Path):
    report = check(sample)
    film = {"unreadable", "small-text"}  # at 24 people a second, on a screen across the room
    assert {each.code for each in report.findings} == {"frames-without-labels", "answers-empty", *film}


@pytest.mark.usefixtures("folder")
def test_people_who_are_read_twice_are_reported_once(make_clip: Callable[..., Path]):
    thesis(Path())
    make_clip(Path("thesis/clip.mp4").absolute())
    write(
        "thesis/metadata.json",
        '{"mouse_0001_A1B2C3D4.png": {"Q1": "x"}, "other_A1B2C3D4.png": {"worker_id": "A1B2C3D4", "Q1": "y"}}',
    )
    assert found("thesis")["answers-differ"].count == 1


def test_what_a_reader_advises_is_what_a_check_advises(folder: Path):
    del folder
    write("seven/labels/frame_000003.txt", "0 0.5 0.5 0.2 0.2 0.4 1\n")
    with pytest.raises(InputError) as caught:
        read_labels("seven", frame_size=SIZE)
    advice = found("seven")["bad-row"].remedy
    assert advice == caught.value.remedy
    assert "--task detect" in advice


def test_places_on_pictures_of_unknown_size_are_fractions(tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "a_1.txt").write_text("0 0.5 0.5 0.25 0\n0 0.1 0.1 0.2 0.1 0.3 0.1\n")
    found = {each.code: each for each in check(folder, {"task": "segment"}).findings}
    assert "size-unknown" in found
    assert found["zero-area"].places[0].detail == "from 0.375, 0.5 to 0.625, 0.5 of the picture"
    assert found["polygon-flat"].places[0].detail == "from 0.1, 0.1 to 0.3, 0.1 of the picture"
