"""Large label sets from a seed, for the reading benchmarks: nobody's data."""

from __future__ import annotations

import json
import os
import random
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
