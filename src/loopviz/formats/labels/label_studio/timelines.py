"""Writing a video's tracks as Label Studio's timelines: one task, and in it a region with key frames for each track.

Key frames count from 1, with their time by the video's frame rate, which the interface says too. What was carried over
in a straight line between two key frames is left to Label Studio, which moves boxes so; any other box that was carried
over is a key frame with ``auto``. The last key frame before a gap, and before a track's end, is not ``enabled``.

https://labelstud.io/tags/videorectangle, and ``video`` beside this for how it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import polars as pl

from loopviz.dataset import Dataset
from loopviz.formats.labels.by_picture import (
    HAS_MASK,
    HAS_OUTLINE,
    IS_TURNED,
    Picture,
    Row,
    by_track,
    edges_of,
    has_tracks,
)
from loopviz.formats.labels.label_studio.places import Size, rectangle_place
from loopviz.formats.xml_write import added
from loopviz.work import HAS_AREA

VIDEO, FILE = "video", "video.mp4"  # nobody says what the video is called: the address is the user's to put in
REGION, NAMES = "box", "names"
USUAL_RATE = 25.0  # frames a second, where Label Studio is told none
NEAR = 0.01  # pixels: how far from the straight line a box may be; tools round to two digits
CARRIED = "interpolated"
_Whose = Mapping[str | None, str | None]


def has_timelines(dataset: Dataset) -> bool:
    """Say whether the labels are tracks of boxes on a video: Label Studio has no other shapes there."""
    other = ~HAS_AREA | HAS_MASK | (HAS_OUTLINE & ~IS_TURNED)
    return has_tracks(dataset) and not dataset.annotations.select(other.any()).item()


def video_task(dataset: Dataset, every: Sequence[Picture], *, predicted: bool = False) -> dict[str, Any]:
    """Return the task of a video.

    Args:
        dataset: One that ``has_timelines``.
        every: All its pictures.
        predicted: Whether all tracks are a prediction, not only a model's.
    """
    whose: _Whose = dict(dataset.assignments.select("assignment_id", "worker_id").iter_rows())
    made: dict[str | None, list[dict[str, Any]]] = {}
    guessed: list[dict[str, Any]] = []
    for rows in by_track(every).values():
        region = _region(rows, every, frame_rate(dataset))
        if predicted or all(row["origin"] == "model" for row in rows):
            guessed.append(region)
        else:
            made.setdefault(_one_of(rows, whose), []).append(region)
    seconds = _seconds(dataset)
    return {
        "data": {VIDEO: FILE},
        "annotations": [_annotation(regions, seconds.get(who or "")) for who, regions in made.items()],
        "predictions": [{"model_version": "loopviz", "result": guessed}] if guessed else [],
    }


def video_interface(dataset: Dataset) -> Element:
    """Return the tags of a video's boxes, with all categories."""
    root = Element("View")
    add_labels(added(root, "Labels", name=NAMES, toName=VIDEO), dataset)
    added(root, "Video", name=VIDEO, value=f"${VIDEO}", frameRate=f"{frame_rate(dataset):.6g}")
    added(root, "VideoRectangle", name=REGION, toName=VIDEO)
    return root


def add_labels(parent: Element, dataset: Dataset) -> None:
    """Add a tag for each category."""
    for row in dataset.categories.iter_rows(named=True):
        color = {"background": row["color"]} if row["color"] else {}
        added(parent, "Label", value=row["name"], **color)


def frame_rate(dataset: Dataset) -> float:
    """Return how many frames a second has: by their times, else as Label Studio takes it."""
    first, last = dataset.frames.select(pl.col("pts_seconds").min().alias("first"), pl.col("pts_seconds").max()).row(0)
    steps = dataset.frames.select(pl.col("frame").max() - pl.col("frame").min()).item()
    return USUAL_RATE if first is None or last <= first else steps / (last - first)


def _one_of(rows: Sequence[Row], whose: _Whose) -> str | None:
    """Return who drew a track; None where nobody says, or it was several."""
    found = {whose.get(row["assignment_id"]) for row in rows if row["origin"] != CARRIED}
    return found.pop() if len(found) == 1 else None


def _seconds(dataset: Dataset) -> Mapping[str, float]:
    """Return how long each person worked."""
    known = dataset.assignments.drop_nulls(("worker_id", "work_seconds"))
    return dict(known.group_by("worker_id", maintain_order=True).agg(pl.col("work_seconds").sum()).iter_rows())


def _annotation(regions: Sequence[Mapping[str, Any]], seconds: float | None) -> dict[str, Any]:
    said: dict[str, Any] = {"result": list(regions), "was_cancelled": False, "ground_truth": False}
    return said if seconds is None else {**said, "lead_time": seconds}


def _region(rows: Sequence[Row], every: Sequence[Picture], rate: float) -> dict[str, Any]:
    size, count = every[0].size, every[-1].frame + 1
    assert size is not None  # noqa: S101 - asked for
    value = {
        "framesCount": count,
        "duration": count / rate,
        "sequence": list(_sequence(rows, count, size, rate)),
        "labels": [rows[0]["category"]],
    }
    return {
        "id": f"track-{rows[0]['track_id']}",
        "type": "videorectangle",
        "from_name": REGION,
        "to_name": VIDEO,
        "original_width": size[0],
        "original_height": size[1],
        "value": value,
    }


def _sequence(rows: Sequence[Row], count: int, size: Size, rate: float) -> Iterator[dict[str, Any]]:
    """Yield the key frames of a track."""
    for run in _runs(rows):
        for row in _needed(run):
            stays = row is not run[-1] or row["frame"] == count - 1
            auto = {"auto": True} if row["origin"] == CARRIED else {}
            place = rectangle_place(row, size)
            yield {"frame": row["frame"] + 1, "time": (row["frame"] + 1) / rate, "enabled": stays, **place, **auto}


def _runs(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the stretches of a track that have no gap."""
    breaks = [n for n, (one, other) in enumerate(pairwise(rows), 1) if other["frame"] != one["frame"] + 1]
    for start, stop in pairwise([0, *breaks, len(rows)]):
        yield rows[start:stop]


def _needed(run: Sequence[Row]) -> Iterator[Row]:
    """Yield what of a stretch must be said: not what was carried over in a straight line."""
    fixed = [n for n, row in enumerate(run) if row["origin"] != CARRIED or n in (0, len(run) - 1)]
    for start, stop in pairwise(fixed):
        yield run[start]
        between = run[start + 1 : stop]
        if not all(_is_straight(row, run[start], run[stop]) for row in between):
            yield from between
    yield run[-1]


def _is_straight(row: Row, before: Row, after: Row) -> bool:
    if any(each["polygons"] for each in (row, before, after)):
        return False
    share = (row["frame"] - before["frame"]) / (after["frame"] - before["frame"])
    edges = zip(edges_of(row), edges_of(before), edges_of(after), strict=True)
    return all(abs(one + (other - one) * share - edge) <= NEAR for edge, one, other in edges)
