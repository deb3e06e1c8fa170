"""What several tests build on: a small Dataset of invented people, pictures from a seed, and measures of likeness."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from loopviz.dataset import Dataset
from loopviz.notes import Note
from loopviz.scene import Scene, Theme, build_scene, load_theme
from loopviz.schema import table

Plane = npt.NDArray[np.uint8]
WORKERS = ("A1RAWIDXXXX01", "A2RAWIDXXXX02", "A3RAWIDXXXX03")
QUESTIONS = ("Q1", "Q2", "Q3")


def codes(notes: Iterable[Note]) -> list[str]:
    """Return what notes are about."""
    return [note.code for note in notes]


def make_dataset(
    frames: int = 6, size: tuple[int, int] = (320, 240), *, seed: int = 1, simulated: bool = True, people: bool = True
) -> Dataset:
    """Frames with two boxes each by three workers in turn; the last frame has no label and no worker.

    The second worker answered one question of three, the third none; the third's work is rejected.
    """
    draw = np.random.default_rng(seed)
    width, height = size
    labelled = [frame for frame in range(max(1, frames - 1)) for _ in range(2)]
    low = draw.uniform(0, 0.6, (len(labelled), 2)) * size
    high = low + draw.uniform(0.1, 0.4, (len(labelled), 2)) * size
    tables: dict[str, Any] = {
        "frames": {
            "frame": range(frames),
            "pts_seconds": [i / 24 for i in range(frames)],
            "width": [width] * frames,
            "height": [height] * frames,
        },
        "categories": {"class_id": [0, 1], "name": ["button", "wheel"]},
        "annotations": {
            "annotation_id": range(len(labelled)),
            "frame": labelled,
            "class_id": [i % 2 for i in range(len(labelled))],
            "x_min": low[:, 0].tolist(),
            "y_min": low[:, 1].tolist(),
            "x_max": high[:, 0].tolist(),
            "y_max": high[:, 1].tolist(),
            "assignment_id": [f"T{frame}" for frame in labelled] if people else [None] * len(labelled),
        },
    }
    if people:
        done = sorted(set(labelled))
        tables |= {
            "assignments": {
                "assignment_id": [f"T{frame}" for frame in done],
                "worker_id": [WORKERS[frame % 3] for frame in done],
                "frame": done,
                "status": ["rejected" if frame % 3 == 2 else "approved" for frame in done],
                "reward_usd": [0.15] * len(done),
                "work_seconds": [60.0 + frame for frame in done],
            },
            "workers": {
                "worker_id": WORKERS,
                "alias": [f"Worker 000{i}" for i in range(3)],
                "simulated": [simulated] * 3,
            },
            "questions": {
                "question_id": QUESTIONS,
                "text": [f"The whole question {q}?" for q in QUESTIONS],
                "heading": ["Age", "Country", None],
            },
            "answers": {
                "worker_id": [WORKERS[0]] * 3 + [WORKERS[1]],
                "question_id": [*QUESTIONS, "Q2"],
                "answer": ["31", "India", "I like it", "Kenya"],
            },
        }
    return Dataset(**{name: table(name, columns) for name, columns in tables.items()})


def table_of_boxes(frames: int, each: int) -> Dataset:
    """Frames with as many boxes each, of one category and nobody in particular: for what is about numbers."""
    count, size = frames * each, 1000.0
    draw = np.random.default_rng(1).uniform(0, size / 2, (4, count))
    low = {"x_min": draw[0], "y_min": draw[1], "x_max": draw[0] + draw[2], "y_max": draw[1] + draw[3]}
    rows = {"annotation_id": range(count), "frame": np.repeat(np.arange(frames), each), "class_id": [0] * count, **low}
    sizes = {"frame": range(frames), "width": [int(size)] * frames, "height": [int(size)] * frames}
    tables = {"frames": sizes, "categories": {"class_id": [0], "name": ["wheel"]}, "annotations": rows}
    return Dataset(**{name: table(name, columns) for name, columns in tables.items()})  # type: ignore[arg-type]


def with_worker(dataset: Dataset) -> pl.DataFrame:
    """Return the annotations with ``worker_id`` and ``status`` of the assignment that each came from."""
    work = dataset.assignments.select("assignment_id", "worker_id", "status")
    return dataset.annotations.join(work, on="assignment_id", how="left", maintain_order="left")


def with_boxes(dataset: Dataset, *rows: Mapping[str, Any]) -> Dataset:
    """The Dataset with other annotations; what a row leaves out is 0 or null."""
    plain = {"frame": 0, "class_id": 0}
    return dataset.replace(
        annotations=table("annotations", [{"annotation_id": i, **plain, **row} for i, row in enumerate(rows)])
    )


def box(x_min: float, y_min: float, x_max: float, y_max: float, **more: Any) -> dict[str, Any]:
    return {"x_min": x_min, "y_min": y_min, "x_max": x_max, "y_max": y_max, **more}


def yuv_frame(size: tuple[int, int], seed: int = 0) -> av.VideoFrame:
    """A smooth picture of BT.709 limited range with some noise, every sample from the seed."""
    draw = np.random.default_rng(seed)
    frame = av.VideoFrame(*size, "yuv420p")
    for plane in frame.planes:
        y, x = np.mgrid[0 : plane.height, 0 : plane.line_size]
        values = 128 + 60 * np.sin(x / 17 + seed) + 40 * np.cos(y / 11 - seed) + draw.uniform(-4, 4, x.shape)
        plane.update(values.astype(np.uint8).tobytes())
    frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc = 1, 1, 1, 1
    return frame


def samples(frame: av.VideoFrame) -> list[Plane]:
    """Copies of a picture's planes, without their rows' padding."""
    return [
        np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width].copy()
        for plane in frame.planes
    ]


def make_clip(
    path: Path,
    frames: int = 12,
    size: tuple[int, int] = (64, 48),
    *,
    pts: list[int] | None = None,
    time_base: Fraction = Fraction(1, 24),
    sound: bool = False,
) -> Path:
    """Write a clip of ``yuv_frame`` pictures in H.264, with a tone if there is to be sound."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"crf": "4", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.codec_context.thread_count = 3  # the same bytes on every machine
        video.codec_context.time_base = video.time_base = time_base
        tone = out.add_stream("aac", rate=16000, layout="mono") if sound else None
        for index, when in enumerate(pts or range(frames)):
            picture = yuv_frame(size, index)
            picture.pts, picture.time_base = when, time_base
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
        if tone:
            count = round(16000 * frames / 24)
            wave = (0.3 * np.sin(np.arange(count) / 6)).astype(np.float32).reshape(1, -1)
            for start in range(0, count, 1024):
                part = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave[:, start : start + 1024]), "fltp", "mono")
                part.sample_rate, part.pts, part.time_base = 16000, start, Fraction(1, 16000)
                out.mux(tone.encode(part))
            out.mux(tone.encode(None))
    return path


def psnr(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Peak signal to noise of two 8-bit arrays in decibels; infinite when they are equal."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


def changed_theme(
    name: str, *, without: Collection[str] = (), widgets: Mapping[str, Mapping[str, Any]] | None = None, **keys: Any
) -> Theme:
    """A theme of the package without some of its widgets, with others and their sizes and other keys changed."""
    theme, said = load_theme(name), widgets or {}
    styles = {
        key: style.model_copy(update=dict(said.get(key, {})))
        for key, style in theme.widgets.items()
        if key not in without
    }
    parts = {
        key: getattr(theme, key).model_copy(update=value) if isinstance(value, dict) else value
        for key, value in keys.items()
    }
    return theme.model_copy(update={**parts, "widgets": styles})


COMPOSITION = """\
extends: margin
canvas: {size: 1600x900, margins: {left: 0.05, right: 0.05, top: 0.05, bottom: 0.05}}
areas:
  columns: [1fr, 0.4]
  rows: [1fr, 0.3]
  gap: 0.05
  grid: [picture words, picture more]
  unit: 1
widgets:
  legend: null
  panel: null
"""


def composed(folder: Path, widgets: str, caption: str = "") -> Scene:
    """A scene with a picture and some widgets beside it, in the areas ``words`` and ``more``."""
    (folder / "mine.yaml").write_text(f"{COMPOSITION}{widgets}caption: {{rows: false, {caption}}}\n")
    return build_scene(make_dataset(), load_theme(folder / "mine.yaml"), (320, 240))


def that_can_be_written(kinds: Iterable[str]) -> list[Any]:
    """Formats as parameters of a test; one whose library is an extra that is not there is skipped."""
    lacks = importlib.util.find_spec("rerun") is None
    mark = pytest.mark.skipif(lacks, reason="the extra rerun is not installed")
    return [pytest.param(kind, marks=mark) if kind == "rerun" else kind for kind in kinds]


def recorded(file: Path) -> str:
    """What a recording for Rerun's viewer holds, which is packed: paths, and every value as text."""
    rerun = pytest.importorskip("rerun", reason="the extra rerun is not installed")
    chunks = list(rerun.chunk.RrdReader(str(file)).stream())
    assert chunks
    return "".join(chunk.entity_path + _values(chunk.to_record_batch()) for chunk in chunks)


def _values(batch: Any) -> str:
    """A record batch's values as text, but for times."""
    columns = zip(batch.schema, batch.columns, strict=True)
    return "".join(repr(values.to_pylist()) for field, values in columns if not str(field.type).startswith("duration"))
