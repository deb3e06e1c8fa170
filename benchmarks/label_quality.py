"""How good suspects and consensus are, against the truth of the sample.

    .venv/bin/python benchmarks/label_quality.py --truth ground_truth_coco.json

Suspects: errors of eight kinds are planted among the true boxes, which careful people's hands make inexact, and a tenth
of the labels is looked at. Consensus: each method on the labels that a crowd of invented people, of whom each is
careless in their own measure, draws around the true boxes; four of six people see each frame.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from planted_errors import KINDS, Planted, plant

from loopviz.crowd.quality.consensus import METHODS, consensus_of
from loopviz.crowd.quality.suspects import suspects
from loopviz.dataset import EDGES, Dataset, table
from loopviz.formats.reading import read_labels
from loopviz.geometry import box_iou

PEOPLE, EACH = 6, 4  # people, and how many of them see a frame


def main() -> None:
    """Print recall by kind, and what consensus gains."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--truth", type=Path, required=True, help="the sample's true masks, as COCO")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--each", type=int, default=10, help="errors of each kind")
    said = options.parse_args()
    truth = _sides_first(read_labels(said.truth).dataset)
    for careful in (0.01, 0.02, 0.03, 0.05):
        _suspects([plant(truth, said.each, seed, careful) for seed in range(said.rounds)], careful)
    _consensus(truth, said.rounds)


def _sides_first(truth: Dataset) -> Dataset:
    """Return the truth with the two buttons as the first categories."""
    names = truth.categories["name"].to_list()
    order = sorted(range(len(names)), key=lambda n: ("Left" not in names[n], "Right" not in names[n], n))
    new = {old: place for place, old in enumerate(order)}
    rows = truth.annotations.with_columns(pl.col("class_id").replace(new))
    categories = table("categories", {"class_id": range(len(order)), "name": [names[n] for n in order]})
    return Dataset(truth.frames, categories, rows)


def _suspects(planted: list[Planted], careful: float) -> None:
    counts, seconds = {kind: np.zeros(2, dtype=int) for kind in KINDS}, 0.0
    for each in planted:
        start = time.process_time()
        found = suspects(each.dataset)
        seconds += time.process_time() - start
        for kind, hits in each.recall(found.head(each.dataset.annotations.height // 10)).items():
            counts[kind] += hits
    hits, of = sum(counts.values())
    shown = "  ".join(f"{kind} {a / b:.2f}" for kind, (a, b) in counts.items())
    print(
        f"suspects, edges off by {careful:.0%}: recall {hits / of:.3f} ({shown}); {seconds / len(planted):.2f} s of CPU"
    )


def _consensus(truth: Dataset, rounds: int) -> None:
    found: dict[str, list[tuple[float, float]]] = {method: [] for method in ("one person", *METHODS)}
    for seed in range(rounds):
        crowd = _crowd(truth, np.random.default_rng(seed))
        alone = crowd.assignments.unique("frame", keep="first", maintain_order=True)
        one = crowd.annotations.join(alone, on="assignment_id", how="semi")
        found["one person"].append(_scores(truth, one))
        for method in METHODS:
            found[method].append(_scores(truth, consensus_of(crowd, method).dataset.annotations))
    for method, scores in found.items():
        f1, overlap = np.mean(scores, axis=0)
        print(f"consensus, {method}: F1 {f1:.3f}, mean overlap of what is found {overlap:.3f}")


def _crowd(truth: Dataset, random: np.random.Generator) -> Dataset:
    careless, misses, wrong = random.uniform([[0.01], [0.02], [0.0]], [[0.12], [0.35], [0.3]], (3, PEOPLE))
    categories, rows, work = truth.categories.height, [], []
    for (frame,), labels in truth.annotations.group_by("frame", maintain_order=True):
        for person in random.choice(PEOPLE, EACH, replace=False).tolist():
            task = f"task-{frame}-{person}"
            work.append({"assignment_id": task, "worker_id": f"w{person}", "frame": frame})
            for class_id, *edges in labels.select("class_id", *EDGES).iter_rows():
                if random.random() < misses[person]:
                    continue
                box = np.array(edges)
                box += random.normal(0, careless[person], 4) * np.tile(box[2:] - box[:2], 2)
                called = int(random.integers(categories)) if random.random() < wrong[person] else class_id
                said = {"annotation_id": len(rows), "frame": frame, "class_id": called, "assignment_id": task}
                rows.append(
                    said | {"is_crowd": False, "origin": "worker", **dict(zip(EDGES, box.tolist(), strict=True))}
                )
    people = table("workers", {"worker_id": [f"w{person}" for person in range(PEOPLE)]})
    return Dataset(truth.frames, truth.categories, table("annotations", rows), table("assignments", work), people)


def _scores(truth: Dataset, labels: pl.DataFrame) -> tuple[float, float]:
    hits, overlaps = 0, list[float]()
    for (frame,), right in truth.annotations.group_by("frame"):
        found = labels.filter(pl.col("frame") == frame)
        alike = right["class_id"].to_numpy()[:, None] == found["class_id"].to_numpy()
        best = (box_iou(right.select(EDGES).to_numpy(), found.select(EDGES).to_numpy()) * alike).max(axis=1, initial=0)
        hits += int((best >= 0.5).sum())
        overlaps += best[best >= 0.5].tolist()
    return 2 * hits / (labels.height + truth.annotations.height), float(np.mean(overlaps))


if __name__ == "__main__":
    main()
