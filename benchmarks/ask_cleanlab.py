"""Ranks labels with cleanlab, for ``label_quality.py``: run by a Python that has cleanlab, JSON in and out."""

from __future__ import annotations

import json
import sys

import numpy as np
from cleanlab.object_detection import rank


def main() -> None:
    """Read what ``label_quality.py`` asks, and print each label's score, and each detection's that nobody labelled."""
    asked = json.load(sys.stdin)
    labels = [
        {"bboxes": np.array(frame["boxes"]).reshape(-1, 4), "labels": np.array(frame["classes"], dtype=int)}
        for frame in asked["labels"]
    ]
    classes = range(asked["classes"])
    predictions = [_by_class(frame, classes) for frame in asked["predictions"]]
    both = {"labels": labels, "predictions": predictions}
    bad, swapped = rank.compute_badloc_box_scores(**both), rank.compute_swap_box_scores(**both)
    overlooked = rank.compute_overlooked_box_scores(**both)
    scores = [np.fmin(one, other).tolist() for one, other in zip(bad, swapped, strict=True)]
    json.dump({"labels": scores, "overlooked": [each.tolist() for each in overlooked]}, sys.stdout)


def _by_class(frame: dict[str, list[object]], classes: range) -> np.ndarray:
    rows = np.array([[*box, sure] for box, sure in zip(frame["boxes"], frame["confidence"], strict=True)], dtype=float)
    of = np.array(frame["classes"], dtype=int)
    found = np.empty(len(classes), dtype=object)
    for number in classes:
        found[number] = rows.reshape(-1, 5)[of == number]
    return found


if __name__ == "__main__":
    main()
