"""Reads label sets with the libraries that others read them with, in an environment of theirs: ``scripts/peers-setup``.

Given a folder of label sets, each called after its format, it prints as JSON what each library found: of each picture,
by its name without a suffix, the category and the box (x, y, width, height) of each label.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = dict[str, list[tuple[str, list[float]]]]
DATUMARO = {"voc": "voc_detection", "coco": "coco_instances", "cvat": "cvat", "yolo": "yolo", "motchallenge": "mot_seq"}


def by_datumaro(place: Path, form: str) -> Found:
    import datumaro

    dataset = datumaro.Dataset.import_from(str(place), form)
    names = [category.name for category in dataset.categories()[datumaro.AnnotationType.label]]
    boxes = {item.id: [each for each in item.annotations if each.type.name == "bbox"] for item in dataset}
    return {key: [(names[each.label], list(each.get_bbox())) for each in some] for key, some in boxes.items()}


def shapes_by_datumaro(place: Path, form: str) -> list[Any]:
    """Return of each label the picture, kind, track and place; of a mask its corner and how many pixels it has."""
    import datumaro

    found: list[Any] = []
    for item in datumaro.Dataset.import_from(str(place), form):
        for each in item.annotations:
            if each.attributes.get("outside"):  # where the object is not seen
                continue
            kind, track = each.type.name, each.attributes.get("track_id")
            if kind == "mask":
                rows, columns = each.image.nonzero()
                place_of = [int(columns.min()), int(rows.min()), int(each.image.sum())]
            else:
                place_of = [*each.points] if kind != "bbox" else [*each.get_bbox()]
            found.append([item.id, kind, track, [float(value) for value in place_of]])
    return sorted(found, key=str)


def by_label_studio(place: Path) -> Found:
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    config = (place / "label_config.xml").read_text(encoding="utf-8")
    tasks = json.loads((place / "tasks.json").read_text(encoding="utf-8"))
    interface = LabelInterface(config)
    interface.validate()
    assert all(interface.validate_annotation(each) for task in tasks for each in task["annotations"])
    assert all(interface.validate_prediction(each) for task in tasks for each in task["predictions"])
    converter = Converter(config, project_dir=None, download_resources=False)
    converter.convert_to_coco(str(place / "tasks.json"), str(place / "coco"), is_dir=False)
    document = json.loads((place / "coco" / "result.json").read_text(encoding="utf-8"))
    names = {each["id"]: each["name"] for each in document["categories"]}
    # It puts a hash and two underscores before each name.
    pictures = {each["id"]: Path(each["file_name"]).stem.split("__", 1)[1] for each in document["images"]}
    found: Found = {name: [] for name in pictures.values()}
    for each in document["annotations"]:
        found[pictures[each["image_id"]]].append((names[each["category_id"]], each["bbox"]))
    return found


def tracks_by_label_studio(place: Path) -> list[Any]:
    """Return of each box of a video's tracks the frame, kind, track and place, as ``shapes_by_datumaro``."""
    from label_studio_sdk._extensions.label_studio_tools.postprocessing.video import extract_key_frames
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface((place / "label_config.xml").read_text(encoding="utf-8"))
    interface.validate()
    assert interface.is_video_object_tracking()
    (task,) = json.loads((place / "tasks.json").read_text(encoding="utf-8"))
    found: list[Any] = []
    for made in task["annotations"]:
        assert interface.validate_annotation(made)
        for region in extract_key_frames(made["result"]):
            size = (region["original_width"], region["original_height"]) * 2
            for key in region["value"]["sequence"]:
                shares = [key[name] for name in ("x", "y", "width", "height")]
                box = [round(share * side / 100, 6) for share, side in zip(shares, size, strict=True)]
                track = int(region["id"].removeprefix("track-"))
                found.append([f"frame_{key['frame'] - 1:06d}", "bbox", track, box])
    return sorted(found, key=str)


def by_motmetrics(place: Path) -> Found:
    import motmetrics

    names = (place / "gt" / "labels.txt").read_text(encoding="utf-8").split()
    found: Found = {}
    for (frame, _), row in motmetrics.io.loadtxt(str(place / "gt" / "gt.txt"), fmt="mot16").iterrows():
        # It counts pixels from 1, as MATLAB does, and takes 1 off both.
        box = [row["X"] + 1, row["Y"] + 1, row["Width"], row["Height"]]
        found.setdefault(f"{frame}", []).append((names[int(row["ClassId"]) - 1], box))
    return found


def by_fiftyone(place: Path) -> Found:
    from fiftyone.utils.data.importers import FiftyOneDatasetImporter

    named = FiftyOneDatasetImporter(str(place))
    assert named._is_legacy_format_data()  # as it asks itself; what reads it needs no database
    found: Found = {}
    with named._to_legacy_importer() as importer:
        for sample in importer:
            assert Path(sample.filepath).is_relative_to(place / "data")
            size = (sample.metadata.width, sample.metadata.height) * 2
            found[Path(sample.filepath).stem] = [
                (each.label, [share * side for share, side in zip(each.bounding_box, size, strict=True)])
                for each in sample.ground_truth.detections
            ]
    return found


def main(folder: Path) -> None:
    asked: dict[str, Callable[[], Any]] = {
        **{f"datumaro {name}": lambda n=name, f=form: by_datumaro(folder / n, f) for name, form in DATUMARO.items()},
        "label-studio-sdk label-studio": lambda: by_label_studio(folder / "label-studio"),
        "motmetrics motchallenge": lambda: by_motmetrics(folder / "motchallenge"),
    }
    if importlib.util.find_spec("fiftyone"):
        asked["fiftyone fiftyone"] = lambda: by_fiftyone(folder / "fiftyone")
    for name, form in (("cvat-shapes", "cvat"), ("cvat-tracks", "cvat"), ("coco-shapes", "coco_instances")):
        asked[f"datumaro {name}"] = lambda n=name, f=form: shapes_by_datumaro(folder / n, f)
    asked["label-studio-sdk label-studio-tracks"] = lambda: tracks_by_label_studio(folder / "label-studio-tracks")
    answers: dict[str, Any] = {}
    with contextlib.redirect_stdout(sys.stderr):
        for name, ask in asked.items():
            answers[name] = ask()
    sys.stdout.write(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
