"""How near to the truth people come together: the sample's true masks, drawn by simulated people, and each method.

    .venv/bin/python benchmarks/consensus.py --truth ground_truth_coco.json
    .venv/bin/python benchmarks/consensus.py --truth ground_truth_coco.json --each 3 --frames 24

Of twelve people a third is exact, a third usual and a third careless: they shift and stretch what they draw by some
share of its size, forget every twentieth part (the careless every fifth), and the last two take left for right. Each
frame is labelled by some of them, as boxes and as masks. Given is the mean overlap with the true part under the same
name, where a part that is not there has 0, and how many labels have no true part under their name at all.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import polars as pl
from measure import print_machine

from loopviz import geometry
from loopviz.crowd.quality.consensus import METHODS, consensus_of
from loopviz.crowd.quality.pixel_runs import region_iou, runs_of
from loopviz.dataset import Dataset
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES, table

OFF = (0.01, 0.03, 0.08)  # of a side: a third of the people each
FORGOTTEN = (0.05, 0.05, 0.2)
PEOPLE, MIRRORED = 12, (10, 11)  # and who of them takes left for right
OTHER_SIDE = {"Left_Button": "Right_Button", "Right_Button": "Left_Button"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True, help="The sample's true labels.")
    parser.add_argument("--each", type=int, default=5, help="How many people label a frame.")
    parser.add_argument("--frames", type=int, default=48, help="How many frames, spread evenly.")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    truth = read_labels(options.truth).dataset
    chosen = np.linspace(0, truth.frames.height - 1, options.frames).astype(int).tolist()
    truth = truth.filter(frames=truth.frames["frame"].gather(chosen).to_list())
    print_machine(("loopviz", "numpy", "polars"))
    for what in ("boxes", "masks"):
        crowd = drawn(truth, options.each, options.seed, masks=what == "masks")
        print(f"{what}: {options.frames} frames, {options.each} of {PEOPLE} people each")
        alone = [score(truth, work) for work in by_person(crowd)]
        rows = {"the best person": max(alone), "the mean of the people": tuple(np.mean(alone, axis=0).tolist())}
        for method in METHODS:
            rows[method] = score(truth, consensus_of(crowd, method).dataset.annotations)
        for name, (overlap, wrong) in rows.items():
            print(f"  {name:24} {overlap:.3f}   no such part: {wrong:.1%}")


def drawn(truth: Dataset, each: int, seed: int, *, masks: bool) -> Dataset:
    """Return what simulated people drew of the truth."""
    random = np.random.default_rng(seed)
    names = dict(truth.categories.select("class_id", "name").iter_rows())
    ids = {name: number for number, name in names.items()}
    sizes = {frame: (width, height) for frame, width, height in truth.frames.select("frame", "width", "height").rows()}
    labels, work = [], []
    for (frame,), rows in truth.annotations.sort("frame").group_by(["frame"], maintain_order=True):
        for who in sorted(random.choice(PEOPLE, each, replace=False).tolist()):
            kind = who % len(OFF)
            work.append((f"task-{frame}-{who}", f"person-{who:02}", frame))
            for row in rows.iter_rows(named=True):
                if random.random() < FORGOTTEN[kind]:
                    continue
                box = np.array([row[edge] for edge in EDGES])
                new = box + random.normal(0, OFF[kind], 4) * np.tile(box[2:] - box[:2], 2)
                name = names[row["class_id"]]
                called = OTHER_SIDE.get(name, name) if who in MIRRORED else name
                made = {"annotation_id": len(labels), "frame": frame, "class_id": ids[called], "origin": "worker"}
                corners = dict(zip(EDGES, new.tolist(), strict=True))
                shape = moved(row, box, new, sizes[frame]) if masks else {}
                labels.append(made | corners | {"is_crowd": False, "assignment_id": work[-1][0]} | shape)
    columns = dict(zip(("assignment_id", "worker_id", "frame"), zip(*work, strict=True), strict=True))
    people = table("workers", {"worker_id": sorted(set(columns["worker_id"]))})
    return truth.replace(annotations=table("annotations", [])).replace(
        workers=people, assignments=table("assignments", columns), annotations=table("annotations", labels)
    )


def moved(row: dict[str, object], box: np.ndarray, new: np.ndarray, size: tuple[int, int]) -> dict[str, object]:
    """Return a mask moved and stretched as its box was."""
    bits = geometry.mask_from_rle(geometry.row_runs(row, size[1], size[0]), size[1], size[0])
    scale = (new[2:] - new[:2]) / np.maximum(box[2:] - box[:2], 1)
    shift = new[:2] - scale * box[:2]
    matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
    there = cv2.warpAffine(bits.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0
    counts = geometry.rle_from_mask(there)
    bounds = map(float, geometry.rle_bounds(counts, size[1]))
    return {"mask_rle": geometry.rle_to_string(counts), **dict(zip(EDGES, bounds, strict=True))}


def by_person(crowd: Dataset) -> list[pl.DataFrame]:
    """Return each person's labels, with the frames that they saw."""
    work = crowd.annotations.join(crowd.assignments.select("assignment_id", "worker_id"), on="assignment_id")
    return [part for _, part in work.sort("worker_id").group_by(["worker_id"], maintain_order=True)]


def score(truth: Dataset, labels: pl.DataFrame) -> tuple[float, float]:
    """Return the mean overlap with the true parts of the frames, and which share of labels has no part of its name."""
    sizes = {frame: (width, height) for frame, width, height in truth.frames.select("frame", "width", "height").rows()}
    right = truth.annotations.filter(pl.col("frame").is_in(labels["frame"].unique().to_list()))
    mine = {(row["frame"], row["class_id"]): row for row in labels.iter_rows(named=True)}
    overlaps, none = [], 0
    for row in right.iter_rows(named=True):
        other = mine.get((row["frame"], row["class_id"]))
        if other is None:
            overlaps.append(0.0)
            continue
        as_box = not other["mask_rle"]
        runs = [runs_of(each, sizes[row["frame"]], as_box=as_box) for each in (row, other)]
        overlaps.append(region_iou(*runs))
        none += overlaps[-1] == 0
    return float(np.mean(overlaps)), none / max(labels.height, 1)


if __name__ == "__main__":
    main()
