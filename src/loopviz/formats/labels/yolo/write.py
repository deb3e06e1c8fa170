"""Writing YOLO datasets: ``labels/*.txt`` and always a ``data.yaml``.

A file is written for every frame, an empty one where there is no label, so that reading it back lists all frames. Boxes
are cut to the picture. In a segment dataset every row is a polygon: a mask becomes its outline along the pixels' edges,
its stairs smoothed as long as the area stays within a hundredth; a box becomes its four corners; and the parts and the
holes of one object are joined by lines without width, as one row can hold one polygon only. Trainers take no more than
that: Ultralytics calls a file with a sixth column corrupt and leaves its image out. So a confidence and a track id
stand behind the coordinates only where they are asked for, in the order in which Ultralytics saves predictions.
A set of nothing but rotated boxes is one of these (obb); where labels have keypoints, all of them as many, it is one of
poses. Points and lines that are no pose are left out: they have no area.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.align.frame_names import frame_names
from loopviz.formats.format import WriteOptions
from loopviz.formats.labels.yolo.write_poses import four_corners, is_of_poses, is_skeleton, pose_numbers, pose_spec
from loopviz.formats.mturk.mask_polygons import mask_polygons
from loopviz.formats.people.write import PEOPLE_FILE, people_by_image
from loopviz.geometry import boxes_to_centres, clip_boxes, mask_from_rle, mask_outlines, rle_from_string
from loopviz.notes import Note, note
from loopviz.paths import PLAIN_FOLDERS, stem_of
from loopviz.work import HAS_AREA

EXTRAS = ("confidence", "track_id")


def write_yolo(dataset: Dataset, folder: Path, options: WriteOptions) -> None:
    """Write a YOLO dataset that says nothing of people into a folder.

    Raises:
        OutputError: If a frame has no size, two frames have the same name, or a mask cannot be read.
    """
    kind = options.task or task_of(dataset)
    write_spec(dataset, folder, kind, images=True)
    write_label_files(dataset, folder, kind, options.extras)


def write_label_files(dataset: Dataset, folder: Path, task: str, extras: Collection[str] = ()) -> None:
    """Write the files of ``labels/``, one for every frame, an empty one where there is no label; see ``write_yolo``."""
    names = _label_names(dataset, folder)
    rows = label_rows(dataset, task, extras)
    by_frame = dict(rows.group_by("frame", maintain_order=True).agg("row").iter_rows())
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    for frame, name in names.items():
        write_rows(folder / "labels" / f"{name}.txt", by_frame.get(frame, ()))


def _label_names(dataset: Dataset, folder: Path) -> dict[int, str]:
    """Return what the label files of the frames are called, without their suffix."""
    names: dict[int, str] = {}
    for frame, name in frame_names(dataset).items():
        names[frame] = f"{_folders_of(name)}/{stem_of(name)}".lstrip("/")
    if len(set(names.values())) < len(names):
        raise OutputError("two frames have the same name", file=folder, remedy="Rename one of them.")
    return names


def write_traceable(dataset: Dataset, folder: Path, options: WriteOptions) -> None:
    """Write a YOLO dataset with its people by image beside it; see ``write_yolo``."""
    write_yolo(dataset, folder, options)
    write_text(folder / PEOPLE_FILE, people_by_image(dataset))


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset the rows cannot hold."""
    pairs = dataset.assignments.select("frame", "worker_id").drop_nulls().unique()
    shared = pairs.filter(pl.col("frame").is_duplicated())["frame"].n_unique()
    lost = _lost_shapes(dataset, task_of(dataset))
    notes = [note("no-place", format="YOLO", what=what, count=count) for what, count in lost.items() if count]
    return [*([note("several-on-a-frame", frames=shared)] if shared else []), *notes]


def _lost_shapes(dataset: Dataset, task: str) -> dict[str, int]:
    """Return how much stands in no row of a task, by what it is."""
    rows = dataset.annotations.filter(in_rows(dataset, task))
    shaped = pl.any_horizontal(pl.col("polygons", "mask_rle").is_not_null())
    skeletons = dataset.categories["skeleton"]
    return {
        "points and lines": dataset.annotations.height - rows.height,
        "keypoints": 0 if task == "pose" else rows.height - rows["keypoints"].null_count(),
        "outlines": rows.filter(shaped).height if task == "pose" else 0,
        "which outlines are rotated boxes": rows.filter(pl.col("shape") == "rotated_box").height
        if task == "segment"
        else 0,
        "the edges of skeletons": len(skeletons) - skeletons.null_count(),
    }


def _folders_of(name: str) -> str:
    """Return the folders of a file that say more than what is in them: ``train`` of ``train/images/a.jpg``."""
    return "/".join(part for part in name.split("/")[:-1] if part.lower() not in PLAIN_FOLDERS)


def write_spec(
    dataset: Dataset, folder: Path, task: str, *, images: bool, lists: Mapping[str, str] | None = None
) -> None:
    """Write ``data.yaml``; the categories' names stand there by class id.

    It names no ``path``: without one Ultralytics looks beside the file, with ``.`` where it happens to be started.

    Args:
        dataset: The Dataset.
        folder: Where.
        task: One of ``TASKS``.
        images: Whether it says where the images of each part of the set are.
        lists: By part, the file that lists its images, where that stands for their folder.
    """
    names = dict(enumerate(dataset.categories["name"].to_list()))
    spec: dict[str, Any] = {**_image_folders(dataset), **(lists or {})} if images else {}
    spec |= {"task": task, "nc": len(names), "names": names}
    if task == "pose":
        spec |= pose_spec(dataset)
    write_text(folder / "data.yaml", yaml.safe_dump(spec, sort_keys=False, allow_unicode=True))


def _image_folders(dataset: Dataset) -> dict[str, Any]:
    """Return where the images of each part of the set belong; a trainer wants ``train`` and ``val``."""
    folders: dict[str, list[str]] = {}
    for split, name in dataset.frames.select("split", "file").drop_nulls().iter_rows():
        place = f"images/{_folders_of(name)}".rstrip("/")
        if place not in folders.setdefault(split, []):
            folders[split].append(place)
    if not folders or dataset.frames["split"].null_count():
        return {"train": "images", "val": "images"}
    whole = folders.get("train") or next(iter(folders.values()))
    places = {"train": whole, "val": folders.get("val", whole), **folders}
    return {split: found[0] if len(found) == 1 else found for split, found in places.items()}


def write_rows(file: Path, rows: Sequence[str]) -> None:
    """Write one label file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8", newline="\n")


def task_of(dataset: Dataset) -> str:
    """Return what rows say most of the annotations.

    ``"pose"`` if some have keypoints, all of them as many; ``"obb"`` if all that have an area are rotated boxes;
    ``"segment"`` if some have an outline or a mask; else ``"detect"``.
    """
    if is_of_poses(dataset):
        return "pose"
    areas = dataset.annotations.filter(HAS_AREA)
    if areas.height and (areas["shape"] == "rotated_box").fill_null(value=False).all():
        return "obb"
    shapes = areas.select(pl.any_horizontal(pl.col("polygons", "mask_rle").is_not_null()).any()).item()
    return "segment" if shapes else "detect"


def in_rows(dataset: Dataset, task: str) -> pl.Expr:
    """Return which annotations stand in rows of a task: those that have an area, and skeletons where it is of poses."""
    return HAS_AREA | is_skeleton(dataset) if task == "pose" else HAS_AREA


def label_rows(dataset: Dataset, task: str, extras: Collection[str]) -> pl.DataFrame:
    """Return the annotations' ``frame``, ``assignment_id`` and ``row``, the text of their line.

    Raises:
        OutputError: If a frame with annotations has no size, or a mask cannot be read.
    """
    sizes = dataset.frames.select("frame", "width", "height")
    chosen = dataset.annotations.filter(in_rows(dataset, task))
    annotations = chosen.join(sizes, on="frame", how="left", maintain_order="left")
    bare = annotations.filter(pl.any_horizontal(pl.col("width", "height").is_null()))["frame"]
    if len(bare):
        raise OutputError(
            "YOLO's fractions need the size of every labelled frame",
            found=f"{bare.n_unique()} without one, such as {frame_names(dataset)[bare[0]]}",
            remedy="Name their video or images in a project file, and export that (in Python: frame_size).",
        )
    boxes = _boxes(annotations)
    points = pose_numbers(dataset, annotations) if task == "pose" else [[]] * annotations.height
    rows = []
    tail = [column for column in EXTRAS if column in extras]
    columns = ("class_id", "polygons", "mask_rle", "width", "height", *tail)
    for box, own, (class_id, polygons, mask, width, height, *more) in zip(
        boxes, points, annotations.select(columns).iter_rows(), strict=True
    ):
        values = [*box, *own]
        if task in ("segment", "obb"):
            values = _outline(box, polygons, mask, (width, height))
        if task == "obb":
            values = four_corners(values, (width, height))
        rows.append(
            " ".join([str(class_id), *map(repr, values), *(repr(value) for value in more if value is not None)])
        )
    return annotations.select("frame", "assignment_id", row=pl.Series("row", rows, dtype=pl.String))


def _boxes(annotations: pl.DataFrame) -> list[list[float]]:
    """Return the boxes as fractions of the picture: centre x, centre y, width, height."""
    corners = annotations.select("x_min", "y_min", "x_max", "y_max").to_numpy().reshape(-1, 4)
    size = np.tile(annotations.select("width", "height").to_numpy().reshape(-1, 2), 2)
    boxes: list[list[float]] = boxes_to_centres(clip_boxes(corners / size, 1, 1)).tolist()
    return boxes


def _outline(box: Sequence[float], polygons: Any, mask: str | None, size: tuple[int, int]) -> list[float]:
    """Return one polygon as fractions of the picture, cut to it."""
    if polygons:
        points = _joined([np.reshape(part, (-1, 2)) / size for part in polygons])
    elif mask is not None and (parts := _mask_parts(mask, size)):
        points = _joined([part / size for part in parts])
    else:
        x, y, half_w, half_h = box[0], box[1], box[2] / 2, box[3] / 2
        points = np.array(
            [[x - half_w, y - half_h], [x + half_w, y - half_h], [x + half_w, y + half_h], [x - half_w, y + half_h]]
        )
    flat: list[float] = np.clip(points, 0.0, 1.0).ravel().tolist()
    return flat


def _mask_parts(mask: str, size: tuple[int, int]) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    """Return a mask's outlines along its pixels' edges; through their centres where it is all specks."""
    try:
        pixels = mask_from_rle(rle_from_string(mask), size[1], size[0])
    except ValueError as error:
        raise OutputError(f"a mask cannot be read: {error}", found=mask, remedy="Correct the labels.") from error
    edges = [np.reshape(part, (-1, 2)) for part in mask_polygons(pixels)]
    return edges or [outline for outline in mask_outlines(pixels) if len(outline) > 2]


def _joined(parts: Sequence[np.ndarray[Any, np.dtype[np.float64]]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return polygons as one: each is walked once round, with a line there from the first one's start and back."""
    if len(parts) == 1:
        return parts[0]
    start = parts[0][:1]
    return np.concatenate([piece for part in parts for piece in (part, part[:1], start)][:-1])
