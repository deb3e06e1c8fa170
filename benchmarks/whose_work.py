"""Whose labels should teach: careless people planted among others on the sample's true boxes, and four ways to choose.

    .venv/bin/python benchmarks/whose_work.py --truth ground_truth_coco.json
    .venv/bin/python benchmarks/whose_work.py --truth ground_truth_coco.json --seeds 1 --keep out/whose_work

Of 40 simulated people 30 % are careless: they shift boxes by a sixth to a half of their size, forget parts, and half of
the time take left for right. Two label each frame. A requester rejects 70 % of the careless work, and 10 % of the
careful work by mistake. Each way trains as many steps, and is judged by the truth on blocks that none learned from
(``loopviz train compare``). The truth of the sample lies beside what it was rendered from, and is not part of loopviz.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from measure import ROOT, print_machine

from loopviz.dataset import Dataset
from loopviz.media import open_source
from loopviz.project.config import ProjectConfig
from loopviz.project.reference import on_frames, read_side
from loopviz.project.trial_results import TrialResults
from loopviz.project.watch import Watch
from loopviz.project.whose_trials import compare_whose
from loopviz.schema import EDGES, table

CLIP = ROOT / "sample_media" / "mouse" / "mouse_turntable.mp4"
PEOPLE, CARELESS, EACH = 40, 0.3, 2
REJECTED = {True: 0.7, False: 0.1}  # of careless work, and by mistake of careful work
MIRRORED = {"Left_Button": "Right_Button", "Right_Button": "Left_Button"}
Rows = list[dict[str, Any]]


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True, help="The sample's true labels.")
    parser.add_argument("--seeds", type=int, default=2, help="How many crowds are planted.")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="Where the runs stay, to go on with them.")
    options = parser.parse_args()
    print_machine(("loopviz", "torch", "torchvision", "ultralytics-opencv-headless"))
    print(
        f"{PEOPLE} people, {CARELESS:.0%} careless, {EACH} a frame; {options.size} pixels, {options.steps} steps of 8"
    )
    with tempfile.TemporaryDirectory() if options.keep is None else nullcontext(options.keep) as place:
        for seed in range(options.seeds):
            print_results(seed, tried(Path(place) / f"crowd-{seed}", seed, options))


def tried(folder: Path, seed: int, options: argparse.Namespace) -> TrialResults:
    """Plant a crowd, and train on what it drew in all four ways."""
    with open_source(CLIP) as source:
        frames = source.table()
    truth = on_frames(read_side(options.truth), options.truth, frames).labels.dataset
    if not (folder / "labels").is_dir():
        planted(truth, np.random.default_rng(11 + seed)).save(folder / "labels")
    training = {
        "epochs": round(options.steps / 27),  # of 216 pictures with accepted labels
        "size": options.size,
    }
    config = ProjectConfig.checked({"source": CLIP, "labels": folder / "labels", "training": training})
    watch = Watch(say=lambda notes: print(*(each.line for each in notes), sep="\n", flush=True))
    return compare_whose(config, folder / "trials", truth=options.truth, folds=options.folds, watch=watch)


def planted(truth: Dataset, chance: np.random.Generator) -> Dataset:
    """Return what a crowd with careless people in it drew of true labels, and how it was decided on."""
    people = [f"SIMPLANTED{number:03}" for number in range(PEOPLE)]
    careless = set(people[: round(CARELESS * PEOPLE)])
    boxes = {int(frame): part for (frame,), part in truth.annotations.partition_by("frame", as_dict=True).items()}
    names = dict(truth.categories.select("class_id", "name").iter_rows())
    work, rows = Rows(), Rows()
    for frame, wide, high in truth.frames.select("frame", "width", "height").iter_rows():
        for worker in chance.choice(people, EACH, replace=False).tolist():
            bad = worker in careless
            status = "rejected" if chance.uniform() < REJECTED[bad] else "approved"
            task = {"assignment_id": f"T{len(work):05}", "frame": frame}
            work.append({**task, "worker_id": worker, "status": status})
            shapes = drawn(boxes.get(frame, truth.annotations.clear()), names, (wide, high), chance, bad=bad)
            rows += [
                {"annotation_id": len(rows) + place, "origin": "worker", **task, **row}
                for place, row in enumerate(shapes)
            ]
    tables = {
        "assignments": table("assignments", work),
        "workers": table("workers", {"worker_id": people, "simulated": [True] * PEOPLE}),
        "annotations": table("annotations", rows),
    }
    return Dataset(frames=truth.frames, categories=truth.categories, **tables)


def drawn(
    boxes: pl.DataFrame, names: Mapping[int, str], size: tuple[int, int], chance: np.random.Generator, *, bad: bool
) -> Iterator[dict[str, Any]]:
    """Yield what somebody draws of the true boxes of a frame; the first category, the whole, is never forgotten."""
    numbers = {name: class_id for class_id, name in names.items()}
    mirrored = bad and chance.uniform() < 0.5
    for class_id, *edges in boxes.select("class_id", *EDGES).iter_rows():
        if class_id and chance.uniform() < (0.15 if bad else 0.03):
            continue
        extent = np.tile(np.subtract(edges[2:], edges[:2]), 2)
        box = edges + chance.normal(0, 0.02, 4) * extent
        if bad:
            box += np.tile(chance.uniform(0.15, 0.5, 2) * chance.choice((-1, 1), 2), 2) * extent
        box = np.clip(box, 0, np.tile(size, 2))
        called = MIRRORED.get(names[class_id], names[class_id]) if mirrored else names[class_id]
        if box[2] - box[0] > 2 and box[3] - box[1] > 2:
            yield {"class_id": numbers[called], **dict(zip(EDGES, box.tolist(), strict=True))}


def print_results(seed: int, made: TrialResults) -> None:
    """Print what each way came to, and how weighted work compares."""
    print(f"crowd {seed}, judged by {made.judged_by} on {made.frames} frames")
    for each in made.trials:
        classes = ", ".join(f"{name} {value or 0:.2f}" for name, value in each.categories.items())
        figures = f"{each.images:4} images, {each.labels:5} labels, {each.steps} steps, {each.seconds:4.0f} s"
        print(f"  {each.trial.name:10} mAP50 {each.map50:.3f}, mAP50-95 {each.map50_95:.3f} ({classes}); {figures}")
    of = {each.trial.name: each.map50_95 or 0.0 for each in made.trials}
    gains = ", ".join(f"{of['weighted'] - value:+.3f} to {name}" for name, value in of.items() if name != "weighted")
    print(f"  weighted: {gains}", flush=True)


if __name__ == "__main__":
    main()
