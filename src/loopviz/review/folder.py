"""The review folder: a page, its script, its fonts, and beside them the labels as numbers and what is seen."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.media import Source
from loopviz.review import columns
from loopviz.review.columns import chunk_scripts, chunks, label_columns, work_columns
from loopviz.review.detections import detection_scripts
from loopviz.review.packed import in_base64
from loopviz.review.pictures import Kind, write_pictures
from loopviz.review.places import NOWHERE, offered, place_columns
from loopviz.review.shapes import boxes_where_unsized, shape_scripts
from loopviz.review.wording import shown_name
from loopviz.scene.keypoints import skeleton_of

PAGE = "index.html"
ASSETS = Path(str(resources.files("loopviz") / "review" / "page"))
FONTS = Path(str(resources.files("loopviz") / "fonts"))
FILES = (PAGE, "review.css")
SCRIPT = "review.js"  # one file of these parts, in one scope
PARTS = ("tables", "shapes", "choose", "label", "decisions", "film", "marks", "people", "begin")
FONT_FILES = ("Inter_400Regular.ttf", "Inter_600SemiBold.ttf", "OFL-Inter.txt")
Home = Literal["folder", "embedded"]
EXPLAINED = 20_000  # suspects of which the page says why; of places where nobody labelled something it always does
_COLOR = re.compile("#[0-9a-fA-F]{6}")
NOBODY = pl.DataFrame(schema={"annotation_id": pl.Int64, "score": pl.Float64, "why": pl.String})
FRAME_SECONDS = 1 / 25  # of a frame whose time nobody knows


@dataclass(frozen=True, eq=False)
class Beside:
    """What there is to see beside the labels.

    Attributes:
        suspects: Labels worth a look, the most suspicious first: ``annotation_id``, ``score``, ``why`` in a sentence.
        places: Where nobody labelled something, see ``places.PLACES``.
        detections: A model's annotations, on the frames and the categories of the labels; None: none.
    """

    suspects: pl.DataFrame = field(default_factory=NOBODY.clear)
    places: pl.DataFrame = field(default_factory=NOWHERE.clear)
    detections: pl.DataFrame | None = None


def write_folder(
    dataset: Dataset, source: Source | None, revision: str, folder: Path, beside: Beside | None = None
) -> Kind:
    """Write a review of labels into a folder that nobody looks into yet; return what is seen behind them.

    Args:
        dataset: The labels on the source's frames, their people named already (``apply_identity``): who has no alias
            is nobody here. No id, no file name and no answer is written.
        source: The open video or folder of images; None: labels are shown on blank ground.
        revision: What decisions are about, see ``columns.revision``.
        folder: The folder.
        beside: What there is to see beside the labels.

    Raises:
        InputError: If a frame cannot be decoded.
    """
    beside, frames = beside or Beside(), dataset.frames
    dataset = dataset.replace(annotations=boxes_where_unsized(dataset.annotations, frames))
    for name in FILES:
        shutil.copyfile(ASSETS / name, folder / name)
    write_text(folder / SCRIPT, script())
    (folder / "fonts").mkdir()
    for name in FONT_FILES:
        shutil.copyfile(FONTS / name, folder / "fonts" / name)
    seen = write_pictures(source, dataset.annotations["frame"].unique().to_list(), folder)
    picture = _picture_size(dataset, source)
    labels = label_columns(dataset, picture, beside.suspects)
    cuts = chunks(labels["frame"], columns.CHUNK)
    named = dataset.workers.drop_nulls("alias").select("worker_id", "alias", "simulated")
    people = {worker: number for number, worker in enumerate(named["worker_id"])}
    work, batches = work_columns(dataset, people)
    times, data = _times(dataset), folder / "data"
    shaped = _numbered("shapes", shape_scripts(dataset.annotations, frames, picture), data)
    found, found_shapes = None, list[int]()
    if beside.detections is not None:
        detections = boxes_where_unsized(beside.detections, frames)
        found = _numbered("found", detection_scripts(detections, frames, picture), data)
        found_shapes = _numbered("found-shapes", shape_scripts(detections, frames, picture, "foundShapes"), data)
    meta = {
        "revision": revision,
        "picture": seen,
        "size": picture,
        "frames": len(times),
        "times": in_base64(times),
        "categories": list(_categories(dataset)),
        "people": [
            {"name": shown_name(alias), "simulated": bool(invented)} for _, alias, invented in named.iter_rows()
        ],
        "batches": batches,
        "work": {name: in_base64(values) for name, values in work.items()},
        "rows": len(labels["id"]),
        "chunks": [asdict(cut) for cut in cuts],
        "shapes": shaped,
        "found": found,
        "foundShapes": found_shapes,
        "places": beside.places.height,
    }
    write_text(folder / "data" / "meta.js", f"loopviz.meta({json.dumps(meta)});\n")
    write_text(data / "suspects-00000.js", _suspects_script(dataset, picture, beside))
    for name, text in chunk_scripts(labels, cuts):
        write_text(folder / "data" / name, text)
    return seen


def _numbered(name: str, files: Iterator[tuple[int, str]], folder: Path) -> list[int]:
    """Write files that begin with a frame each, and return these."""
    first = []
    for number, (frame, text) in enumerate(files):
        first.append(frame)
        write_text(folder / f"{name}-{number:05}.js", text)
    return first


def _suspects_script(dataset: Dataset, picture: tuple[int, int], beside: Beside) -> str:
    """Return why labels are suspicious, and where nobody labelled something."""
    labels = beside.suspects.drop_nulls(["annotation_id", "why"]).select("annotation_id", "why").head(EXPLAINED)
    places = place_columns(beside.places, dataset, picture)
    given = {
        "why": dict(labels.iter_rows()),
        "places": {name: in_base64(values) for name, values in places.items()},
        "offered": offered(beside.places),
        "said": beside.places["why"].to_list(),
    }
    return f"loopviz.suspects(0, {json.dumps(given)});\n"


def _categories(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for row in dataset.categories.iter_rows(named=True):
        color = row["color"] if _COLOR.fullmatch(row["color"] or "") else None
        bones = skeleton_of(row)
        yield {"name": shown_name(row["name"]), "color": color, "sides": bones.sides, "skeleton": bones.edges}


def script(home: Home = "folder") -> str:
    """Return the page's script: its parts, in a scope of their own.

    Args:
        home: Where its files come from: its folder, or the page around it (see ``embedded``).
    """
    parts = [(ASSETS / "script" / f"{name}.js").read_text(encoding="utf-8") for name in (home, *PARTS)]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def _times(dataset: Dataset) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return when each frame is shown, from 0 on, by its number; between known times as if frames were equally long."""
    frames = dataset.frames.select("frame", "pts_seconds")
    count = int(frames["frame"].max() or 0) + 1 if frames.height else 0  # type: ignore[arg-type]
    times = np.arange(count, dtype=np.float64) * FRAME_SECONDS
    known = frames.filter(pl.col("pts_seconds").is_finite())
    times[known["frame"].to_numpy()] = known["pts_seconds"].to_numpy()
    return times


def _picture_size(dataset: Dataset, source: Source | None) -> tuple[int, int]:
    """Return how large the picture is: the source's, else what the largest frame, or all labels, need."""
    if source is not None:
        return source.info.width, source.info.height
    sides = []
    for side, edge in (("width", "x_max"), ("height", "y_max")):
        known, needed = dataset.frames[side].max(), dataset.annotations[edge].max()
        sides.append(max(2, int(min(known or needed or 2, columns.SIDE))))  # type: ignore[arg-type]
    return sides[0], sides[1]
