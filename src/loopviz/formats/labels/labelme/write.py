"""Writing LabelMe JSON, as LabelMe itself reads it: a file for each picture, side by side.

Each names its picture by the folders and the name that it has (``imagePath``). Rotated boxes are polygons of four
corners; an object of several parts is a mask.
"""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.format import WriteOptions
from loopviz.formats.labels.by_picture import (
    PEOPLE,
    Picture,
    Row,
    edges_of,
    mask_of,
    outline_of,
    pictures,
    points_of,
    without_place,
    written_as_masks,
)
from loopviz.notes import Note
from loopviz.paths import stem_of

VERSION = "5.4.1"  # of LabelMe, whose form is written
NO_PLACE = (
    "which outlines are rotated boxes",
    "keypoints",
    "track ids",
    "confidences",
    "which labels a model drew",
    "which labels are of crowds",
    PEOPLE,
)


def write_labelme(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write a file for each picture, an empty list of shapes where nothing is labelled.

    Raises:
        OutputError: If two pictures would share a file, a mask has no picture's size or does not fit it, or a number is
            none that JSON has.
    """
    written: set[str] = set()
    for picture in pictures(dataset, folder, sized=False):
        name = f"{stem_of(picture.name.replace('/', '__'))}.json"
        if name.lower() in written:
            raise OutputError("two frames have the same name", file=folder, found=name, remedy="Rename one of them.")
        written.add(name.lower())
        try:
            text = json.dumps(_document(picture), ensure_ascii=False, allow_nan=False, indent=2)
        except ValueError as error:
            remedy = "Correct the labels."
            raise OutputError("a number cannot be written as JSON", file=folder / name, remedy=remedy) from error
        write_text(folder / name, text + "\n")


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset these files cannot hold."""
    return [*without_place(dataset, "LabelMe", NO_PLACE), *written_as_masks(dataset)]


def _document(picture: Picture) -> dict[str, Any]:
    return {
        "version": VERSION,
        "flags": {},
        "shapes": [_written(row, picture) for row in picture.labels],
        "imagePath": picture.name,
        "imageData": None,
        "imageHeight": picture.height,
        "imageWidth": picture.width,
    }


def _written(row: Row, picture: Picture) -> dict[str, Any]:
    kind, points, more = _form(row, picture)
    entry = {"label": row["category"], "points": points, "group_id": None, "description": "", "shape_type": kind}
    return {**entry, "flags": {}, "mask": None, **more}


def _form(row: Row, picture: Picture) -> tuple[str, list[list[float]], dict[str, str]]:
    """Return a label's type, its points, and what else is said of it."""
    if row["shape"] in {"points", "line"}:
        points = [list(point) for point in points_of(row)]
        few = {"points": "point" if len(points) == 1 else "points", "line": "line" if len(points) == 2 else "linestrip"}
        return few[row["shape"]], points, {}
    outline = outline_of(row)
    if outline is not None:
        return "polygon", [list(pair) for pair in zip(outline[::2], outline[1::2], strict=True)], {}
    if row["mask_rle"] is None and not row["polygons"]:
        x_min, y_min, x_max, y_max = edges_of(row)
        return "rectangle", [[x_min, y_min], [x_max, y_max]], {}
    if picture.size is None:
        remedy = "Say how large the pictures are, or give their files."
        raise OutputError("a frame has no size", at=picture.name, remedy=remedy)
    return _written_mask(mask_of(row, picture.size))


def _written_mask(mask: npt.NDArray[np.bool_] | None) -> tuple[str, list[list[float]], dict[str, str]]:
    from PIL import Image

    assert mask is not None  # noqa: S101 - the label has one, or several outlines
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x_min, x_max = (int(columns[0]), int(columns[-1])) if len(columns) else (0, 0)
    y_min, y_max = (int(rows[0]), int(rows[-1])) if len(rows) else (0, 0)
    stream = io.BytesIO()
    Image.fromarray(mask[y_min : y_max + 1, x_min : x_max + 1].astype(np.uint8)).save(stream, "PNG")
    said = {"mask": base64.b64encode(stream.getvalue()).decode("ascii")}
    return "mask", [[x_min, y_min], [x_max, y_max]], said
