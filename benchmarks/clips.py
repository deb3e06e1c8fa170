"""The sample at any size and length, and project files for it: what the render benchmarks run on."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from measure import ROOT

from loopviz.media.encode import KEYFRAME_SECONDS
from loopviz.media.rotation import plane_view

SAMPLE = ROOT / "sample_media" / "mouse"
FRAMES = 296
RATE = 24
T = TypeVar("T")
GOP = round(KEYFRAME_SECONDS * RATE)  # how far apart loopviz' key frames are: its peers keep the same distance


def pictures(size: tuple[int, int], frames: int, grain: float = 0) -> Iterator[av.VideoFrame]:
    """Yield the sample's pictures at another size, from its beginning again and again.

    Args:
        size: Width and height.
        frames: How many.
        grain: Standard deviation of noise on the luma, in levels of 255: the sample was rendered and has none, a
            camera's footage has.
    """

    def endless() -> Iterator[av.VideoFrame]:
        while True:
            with av.open(str(SAMPLE / "mouse_turntable.mp4")) as source:
                yield from source.decode(video=0)

    draw = np.random.default_rng(7)
    noise = draw.normal(0, grain, (2 * size[1], 2 * size[0])).round().astype(np.int16) if grain else None
    for index, frame in enumerate(islice(endless(), frames)):
        scaled = frame.reformat(*size, "yuv420p")
        if noise is not None:  # a piece of it from another place for every frame
            x, y = draw.integers(size[0]), draw.integers(size[1])
            scaled.make_writable()
            luma = plane_view(scaled, 0)
            luma[...] = np.clip(luma + noise[y : y + size[1], x : x + size[0]], 0, 255)
        scaled.pts, scaled.time_base, scaled.pict_type = index, Fraction(1, RATE), 0
        yield scaled


def apart(make: Callable[..., T], *given: object) -> T:
    """Call a function in a process of its own: a child's peak memory begins with what its parent holds."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(make, *given).result()


def make_clip(folder: Path, size: tuple[int, int], frames: int = FRAMES, grain: float = 0) -> Path:
    """Write the sample as a clip, near lossless so that decoding costs what a camera's file would."""
    return apart(_make_clip, folder, size, frames, grain)


def _make_clip(folder: Path, size: tuple[int, int], frames: int, grain: float) -> Path:
    target = folder / f"mouse_{size[0]}x{size[1]}_{frames}.mp4"
    with av.open(str(target), "w") as out:
        made = out.add_stream("libx264", rate=RATE, options={"crf": "14", "preset": "veryfast"})
        made.width, made.height, made.pix_fmt, made.thread_type = *size, "yuv420p", "AUTO"
        for frame in pictures(size, frames, grain):
            out.mux(made.encode(frame))
        out.mux(made.encode(None))
    return target


def make_jpegs(folder: Path, size: tuple[int, int], frames: int = FRAMES, grain: float = 0) -> Path:
    """Write the sample as JPEGs of quality 95, ``mouse_0001.jpg`` and so on."""
    return apart(_make_jpegs, folder, size, frames, grain)


def _make_jpegs(folder: Path, size: tuple[int, int], frames: int, grain: float) -> Path:
    target = folder / f"mouse_{size[0]}x{size[1]}_{frames}"
    target.mkdir()
    for number, frame in enumerate(pictures(size, frames, grain), 1):
        frame.to_image().save(target / f"mouse_{number:04d}.jpg", quality=95)
    return target


def make_labels(folder: Path, frames: int = FRAMES) -> Path:
    """Write the sample's labels and people for a clip of that length: frame 296 is labelled as frame 0, and so on."""
    target = folder / f"labels_{frames}"
    (target / "labels").mkdir(parents=True)
    for name in ("data.yaml", "metadata.json"):
        shutil.copy(SAMPLE / name, target)
    stems = {file.stem: file for file in sorted((SAMPLE / "labels").iterdir())}
    again = {stem: list(_later(stem, frames)) for stem in stems}
    for stem, file in stems.items():
        for later in again[stem]:
            shutil.copy(file, target / "labels" / f"{later}.txt")
    with (SAMPLE / "assignments.csv").open(newline="") as given, (target / "assignments.csv").open("w") as out:
        rows = csv.DictReader(given)
        writer = csv.DictWriter(out, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows(row | {"file": later} for row in rows for later in _later(row["file"], frames))
    return target


def _later(stem: str, frames: int) -> Iterator[str]:
    name, number, worker = stem.split("_")
    for again in range(int(number), frames + 1, FRAMES):
        yield f"{name}_{again:04d}_{worker}"


def project_file(folder: Path, source: Path, labels: Path, theme: str, crf: int, preset: str) -> Path:
    """Write a project file that renders labels on a source; ``ours.mp4`` beside it is the output."""
    file = folder / f"{source.stem}_{'images' if source.is_dir() else 'clip'}_{theme}.yaml"
    settings = {
        "source": str(source),
        "labels": str(labels),
        "labels_format": "thesis",
        "people": str(labels / "metadata.json"),
        "assignments": str(labels / "assignments.csv"),
        "theme": theme,
        "output": str(folder / "ours.mp4"),
        "align": {"how": "number", "first_number": 1, "rescale": True},
        "encoder": {"crf": crf, "preset": preset},
    }
    if source.is_dir():
        settings["frame_rate"] = RATE
    file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return file
