"""Makes a kit: everything that publishing frames of a video on Mechanical Turk takes, in one folder."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from loopviz.atomic import new_folder, write_text, writing
from loopviz.errors import OutputError
from loopviz.kit.pages import PageFacts, render_pages
from loopviz.kit.pictures import Pictures, Rgb, careless, drawing, example_frame, example_masks, labelled, shrunk
from loopviz.kit.plan import KitPlan
from loopviz.media import Source, save_png, to_rgb
from loopviz.notes import Note

QUALITY = 92  # JPEG: people load the images over their own lines


@dataclass(frozen=True)
class KitResult:
    """What was made.

    Attributes:
        folder: The kit.
        images: How many images there are to label.
        tasks: How many times somebody will do one: images times people for each.
        notes: What is still missing.
    """

    folder: Path
    images: int
    tasks: int
    notes: tuple[Note, ...]


def make_kit(source: Source, folder: Path, plan: KitPlan) -> KitResult:
    """Write a task page, its preview, a pay calculator, images, instructions, survey and batch into a new folder.

    The folder appears whole or not at all; one that exists is never touched.

    Args:
        source: What to label.
        folder: The new folder.
        plan: What is asked of whom, for what pay.

    Raises:
        InputError: If a frame cannot be read.
        ConfigError: If the example labels do not fit the video, or the page gets too large to publish.
        OutputError: If the folder exists or cannot be written.
    """
    if os.path.lexists(folder):
        raise OutputError("it exists already and was kept", file=folder, remedy="Give the name of a new folder.")
    chosen = range(0, source.info.frames, plan.step)
    names = tuple(f"frame_{index:06d}.jpg" for index in chosen)
    shown = example_frame(plan.example, plan.categories, chosen)
    pictures = Pictures(shown is not None, _parts(plan, shown, source))
    pages = render_pages(plan, PageFacts(names, (source.info.width, source.info.height), pictures))
    with new_folder(folder) as part, writing(folder):
        for inside in ("frames", "instructions"):
            (part / inside).mkdir()
        _write_frames(source, part, plan, chosen, chosen[0] if shown is None else shown)
        for name, text in pages.items():
            write_text(part / name, text)
        write_text(part / "survey.yaml", plan.survey.to_yaml())
        write_text(part / "input.csv", _batch(plan, names))
    return KitResult(folder, len(names), len(names) * plan.assignments, _notes(plan, shown))


def _parts(plan: KitPlan, shown: int | None, source: Source) -> int:
    if shown is None or plan.example is None:
        return min(2, len(plan.categories))
    return len(example_masks(plan.example, plan.categories, shown, (source.info.width, source.info.height)))


def _write_frames(source: Source, part: Path, plan: KitPlan, chosen: range, pictured: int) -> None:
    for frame in source.read(0, chosen[-1] + 1):
        if frame.index not in chosen:
            continue
        rgb = to_rgb(frame.picture)
        content = io.BytesIO()
        Image.fromarray(rgb).save(content, "JPEG", quality=QUALITY, subsampling=0)
        (part / "frames" / f"frame_{frame.index:06d}.jpg").write_bytes(content.getvalue())
        if frame.index == pictured:
            _write_instructions(rgb, part / "instructions", plan, pictured)


def _write_instructions(rgb: Rgb, folder: Path, plan: KitPlan, frame: int) -> None:
    save_png(shrunk(rgb), folder / "frame.png")
    height, width = rgb.shape[:2]
    masks = {} if plan.example is None else example_masks(plan.example, plan.categories, frame, (width, height))
    if not masks:
        rgb, masks = drawing(len(plan.categories))
    save_png(labelled(rgb, masks), folder / "good.png")
    save_png(labelled(rgb, careless(masks)), folder / "poor.png")


def _batch(plan: KitPlan, names: tuple[str, ...]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["image_url"])
    rows.writerows([plan.address("frames", name)] for name in names)
    return text.getvalue()


def _notes(plan: KitPlan, shown: int | None) -> tuple[Note, ...]:
    missing = {
        "kit-no-address": plan.base_url is None,
        "kit-no-contact": plan.contact is None,
        "kit-no-pilot": plan.pilot_seconds is None,
        "kit-no-example": shown is None,
    }
    return tuple(Note(code) for code, holds in missing.items() if holds)
