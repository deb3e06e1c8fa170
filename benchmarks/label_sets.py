"""Large label sets from a seed, for the reading benchmarks: nobody's data."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 640, 480
CLASSES = 80
LINKS = 1000  # names of one image's file: the size is read from each name, and the disk keeps few files


def coco_file(target: Path, annotations: int, *, polygons: bool) -> Path:
    """Write COCO instances, ten annotations an image, in the form of the original: one line, ``", "`` and ``": "``.

    With polygons an annotation has one of 8 to 40 points, every hundredth run lengths instead, as crowds have.
    """
    draw = random.Random(7)
    images = [
        {"license": 1, "file_name": f"{i:012d}.jpg", "height": HEIGHT, "width": WIDTH, "id": i}
        for i in range(1, annotations // 10 + 1)
    ]
    categories = [{"supercategory": "thing", "id": i, "name": f"thing {i}"} for i in range(1, CLASSES + 1)]
    with target.open("w") as out:
        out.write('{"info": {"year": 2026}, "licenses": [{"id": 1, "name": "CC0"}], "images": ')
        out.write(json.dumps(images) + ', "annotations": [')
        for i in range(annotations):
            out.write((", " if i else "") + json.dumps(_annotation(draw, i, len(images), polygons)))
        out.write('], "categories": ' + json.dumps(categories) + "}")
    return target


def _annotation(draw: random.Random, index: int, images: int, polygons: bool) -> dict[str, object]:
    x, y = round(draw.uniform(0, 500), 2), round(draw.uniform(0, 380), 2)
    w, h = round(draw.uniform(5, 130), 2), round(draw.uniform(5, 95), 2)
    crowd = polygons and index % 100 == 0
    shape: object = []
    if crowd:
        runs = [draw.randint(1, 900) for _ in range(200)]
        shape = {"counts": [*runs, WIDTH * HEIGHT - sum(runs)], "size": [HEIGHT, WIDTH]}
    elif polygons:
        shape = [[round(draw.uniform(0, side), 2) for _ in range(draw.randint(8, 40)) for side in (WIDTH, HEIGHT)]]
    return {
        "segmentation": shape,
        "area": round(w * h / 2, 4),
        "iscrowd": int(crowd),
        "image_id": draw.randint(1, images),
        "bbox": [x, y, w, h],
        "category_id": draw.randint(1, CLASSES),
        "id": index + 1,
    }


def yolo_folder(root: Path, files: int) -> Path:
    """Make a YOLO folder of ``files`` label files with zero to twenty boxes each, and an image beside each."""
    draw = random.Random(7)
    for part in ("images", "labels"):
        (root / part).mkdir(parents=True)
    names = "".join(f"  {i}: thing {i}\n" for i in range(CLASSES))
    (root / "data.yaml").write_text(f"train: images\nnames:\n{names}")
    picture = root / "images" / "frame_000000.jpg"
    for i in range(files):
        image = root / "images" / f"frame_{i:06d}.jpg"
        if i % LINKS == 0:
            picture = image
            Image.new("RGB", (WIDTH, HEIGHT)).save(picture)
        else:
            os.link(picture, image)
        rows = [
            f"{draw.randrange(CLASSES)} {draw.uniform(0.2, 0.8):.6f} {draw.uniform(0.2, 0.8):.6f} "
            f"{draw.uniform(0.01, 0.4):.6f} {draw.uniform(0.01, 0.4):.6f}\n"
            for _ in range(draw.randrange(21))
        ]
        (root / "labels" / f"frame_{i:06d}.txt").write_text("".join(rows))
    return root


def cvat_video(target: Path, boxes: int, *, tracks: int = 1000) -> Path:
    """Write tracks of a video as CVAT exports them: every frame a box, each tenth set by hand, the last one outside."""
    draw = random.Random(7)
    length = boxes // tracks
    labels = "".join(f"<label><name>thing {i}</name><attributes></attributes></label>" for i in range(CLASSES))
    size = f"<original_size><width>{WIDTH}</width><height>{HEIGHT}</height></original_size>"
    task = (
        f"<task><name>clip</name><size>{length}</size><mode>interpolation</mode><stop_frame>{length - 1}</stop_frame>"
    )
    with target.open("w") as out:
        out.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n')
        out.write(f"  <meta>{task}<labels>{labels}</labels>{size}</task></meta>\n")
        for track in range(tracks):
            out.write(f'  <track id="{track}" label="thing {draw.randrange(CLASSES)}" source="manual">\n')
            x, y = draw.uniform(0, 500), draw.uniform(0, 380)
            for frame in range(length):
                x, y = x + draw.uniform(-1, 1), y + draw.uniform(-1, 1)
                ends = f'frame="{frame}" keyframe="{int(frame % 10 == 0)}" outside="{int(frame == length - 1)}"'
                edges = f'xtl="{x:.2f}" ytl="{y:.2f}" xbr="{x + 40:.2f}" ybr="{y + 30:.2f}"'
                out.write(f'    <box {ends} occluded="0" {edges} z_order="0">\n    </box>\n')
            out.write("  </track>\n")
        out.write("</annotations>\n")
    return target


def label_studio_file(target: Path, boxes: int) -> Path:
    """Write Label Studio tasks with ten boxes each, by five people in turn."""
    draw = random.Random(7)
    tasks = []
    for task in range(boxes // 10):
        result = [
            {
                "id": f"r{task}-{i}",
                "type": "rectanglelabels",
                "from_name": "label",
                "to_name": "image",
                "original_width": WIDTH,
                "original_height": HEIGHT,
                "image_rotation": 0,
                "value": {
                    "x": draw.uniform(0, 70),
                    "y": draw.uniform(0, 70),
                    "width": draw.uniform(1, 25),
                    "height": draw.uniform(1, 25),
                    "rotation": 0,
                    "rectanglelabels": [f"thing {draw.randrange(CLASSES)}"],
                },
            }
            for i in range(10)
        ]
        annotation = {"id": task, "completed_by": task % 5 + 1, "lead_time": 12.5, "result": result}
        tasks.append({"id": task, "data": {"image": f"/data/{task:06d}.jpg"}, "annotations": [annotation]})
    target.write_text(json.dumps(tasks))
    config = "".join(f'<Label value="thing {i}"/>' for i in range(CLASSES))
    target.with_name("label_config.xml").write_text(
        f'<View><Image name="image" value="$image"/><RectangleLabels name="label" toName="image">{config}'
        "</RectangleLabels></View>"
    )
    return target


def mot_sequence(root: Path, boxes: int, *, tracks: int = 100) -> Path:
    """Make a sequence of MOTChallenge: a ground truth with 100 people on each frame, and a picture a frame."""
    draw = random.Random(7)
    frames = boxes // tracks
    for part in ("gt", "img1"):
        (root / part).mkdir(parents=True)
    rows = (
        f"{frame},{track},{draw.uniform(1, 500):.2f},{draw.uniform(1, 380):.2f},40.5,80.25,1,1,{draw.random():.3f}\n"
        for frame in range(1, frames + 1)
        for track in range(1, tracks + 1)
    )
    (root / "gt" / "gt.txt").write_text("".join(rows))
    (root / "seqinfo.ini").write_text(
        f"[Sequence]\nname=bench\nimDir=img1\nframeRate=25\nseqLength={frames}\nimWidth={WIDTH}\nimHeight={HEIGHT}\n"
        "imExt=.jpg\n"
    )
    _pictures(root / "img1", [f"{frame:06d}.jpg" for frame in range(1, frames + 1)])
    return root


def voc_folder(root: Path, boxes: int) -> Path:
    """Make a Pascal VOC set of ten boxes a picture."""
    draw = random.Random(7)
    for part in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (root / part).mkdir(parents=True)
    stems = [f"frame_{number:06d}" for number in range(boxes // 10)]
    for stem in stems:
        objects = "".join(_voc_object(draw) for _ in range(10))
        size = f"<size><width>{WIDTH}</width><height>{HEIGHT}</height><depth>3</depth></size>"
        text = f"<annotation><folder>set</folder><filename>{stem}.jpg</filename>{size}{objects}</annotation>"
        (root / "Annotations" / f"{stem}.xml").write_text(text)
    (root / "ImageSets" / "Main" / "default.txt").write_text("\n".join(stems) + "\n")
    names = "".join(f"thing {i}:{i + 1},{i},{i}::\n" for i in range(CLASSES))
    (root / "labelmap.txt").write_text(f"# label:color_rgb:parts:actions\nbackground:0,0,0::\n{names}")
    _pictures(root / "JPEGImages", [f"{stem}.jpg" for stem in stems])
    return root


def _voc_object(draw: random.Random) -> str:
    x, y = draw.randrange(500), draw.randrange(380)
    edges = f"<xmin>{x}</xmin><ymin>{y}</ymin><xmax>{x + 40}</xmax><ymax>{y + 30}</ymax>"
    said = "<pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
    return f"<object><name>thing {draw.randrange(CLASSES)}</name>{said}<bndbox>{edges}</bndbox></object>"


def _pictures(folder: Path, names: Sequence[str]) -> None:
    """Make one picture, and give it all the names."""
    first = folder / names[0]
    Image.new("RGB", (WIDTH, HEIGHT)).save(first)
    for number, name in enumerate(names[1:], 1):
        if number % LINKS == 0:
            first = folder / name
            Image.new("RGB", (WIDTH, HEIGHT)).save(first)
        else:
            os.link(first, folder / name)
