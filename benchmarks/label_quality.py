"""How good suspects and consensus are, against the truth of the sample.

    .venv/bin/python benchmarks/label_quality.py --truth ground_truth_coco.json
    .venv/bin/python benchmarks/label_quality.py --truth ground_truth_coco.json --cleanlab PYTHON

Suspects: errors of eight kinds are planted among the true boxes, which careful people's hands make inexact, and a tenth
of the labels is looked at. Consensus: each method on the labels that a crowd of invented people, of whom each is
careless in their own measure, draws around the true boxes; four of six people see each frame.

With a Python that has cleanlab (``pip install cleanlab``), suspects are ranked by its object detection scores as well:
it needs a model's predictions, here the sample's (``sample_media/model``).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from planted_errors import KINDS, Planted, plant

from loopviz.crowd.quality.consensus import METHODS, consensus_of
from loopviz.crowd.quality.suspects import Evidence, suspects
from loopviz.dataset import Dataset
from loopviz.evaluation.categories import on_same_categories
from loopviz.formats.reading import read_labels
from loopviz.geometry import box_iou
from loopviz.schema import EDGES, table

PEOPLE, EACH = 6, 4  # people, and how many of them see a frame


def main() -> None:
    """Print recall by kind, and what consensus gains."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--truth", type=Path, required=True, help="the sample's true masks, as COCO")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--each", type=int, default=10, help="errors of each kind")
    options.add_argument("--cleanlab", type=Path, help="a Python that has cleanlab")
    said = options.parse_args()
    truth = _sides_first(read_labels(said.truth).dataset)
    for careful in (0.01, 0.02, 0.03, 0.05):
        _suspects([plant(truth, said.each, seed, careful) for seed in range(said.rounds)], careful)
    if said.cleanlab:
        _beside_cleanlab([plant(truth, said.each, seed, 0.02) for seed in range(said.rounds)], said.cleanlab)
    _consensus(truth, said.rounds)


def _beside_cleanlab(planted: list[Planted], python: Path) -> None:
    """Print how many errors the first tenth of each ranking holds, on the same predictions."""
    predicted = read_labels(Path(__file__).parents[1] / "sample_media" / "model").dataset
    found: dict[str, list[dict[str, tuple[int, int]]]] = {}
    for each in planted:
        detections = on_same_categories(each.dataset, predicted)[1].annotations
        count = each.dataset.annotations.height // 10
        rankings = {
            "loopviz without a model": suspects(each.dataset),
            "loopviz": suspects(each.dataset, Evidence(detections)),
            "cleanlab": _cleanlab(each.dataset, detections, python),
        }
        for name, ranking in rankings.items():
            found.setdefault(name, []).append(each.recall(ranking.head(count)))
    for name, recalls in found.items():
        counts = {kind: np.sum([recall[kind] for recall in recalls], axis=0) for kind in KINDS}
        hits, of = sum(counts.values())
        shown = "  ".join(f"{kind} {a / b:.2f}" for kind, (a, b) in counts.items())
        print(f"{name}: recall {hits / of:.3f} ({shown})")


def _cleanlab(dataset: Dataset, detections: pl.DataFrame, python: Path) -> pl.DataFrame:
    """Return the labels in cleanlab's order, and what it takes for overlooked."""
    frames = dataset.frames["frame"].to_list()
    parts = [[rows.filter(pl.col("frame") == frame) for frame in frames] for rows in (dataset.annotations, detections)]
    asked = {
        "classes": dataset.categories.height,
        "labels": [{"boxes": part.select(EDGES).rows(), "classes": part["class_id"].to_list()} for part in parts[0]],
        "predictions": [
            {
                "boxes": part.select(EDGES).rows(),
                "classes": part["class_id"].to_list(),
                "confidence": part["confidence"].to_list(),
            }
            for part in parts[1]
        ],
    }
    script = Path(__file__).with_name("ask_cleanlab.py")
    done = subprocess.run([python, script], input=json.dumps(asked), capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    rows = [
        (score, frame, number, class_id)
        for scores, part in zip(said["labels"], parts[0], strict=True)
        for score, frame, number, class_id in zip(
            scores, part["frame"], part["annotation_id"], part["class_id"], strict=True
        )
    ]
    for scores, part in zip(said["overlooked"], parts[1], strict=True):
        by_class = part.sort("class_id", maintain_order=True)
        rows += [
            (score, frame, None, class_id)
            for score, frame, class_id in zip(scores, by_class["frame"], by_class["class_id"], strict=False)
            if score is not None and score == score
        ]
    columns = {"score": pl.Float64, "frame": pl.Int64, "annotation_id": pl.Int64, "class_id": pl.Int64}
    return pl.DataFrame(rows, schema=columns, orient="row").sort("score", maintain_order=True)


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
