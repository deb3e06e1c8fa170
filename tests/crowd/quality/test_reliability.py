"""Krippendorff's alpha of labels: known examples, another library's figures, people and frames."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from loopviz.crowd.quality.alpha import alpha, interval, sums_of
from loopviz.crowd.quality.reliability import reliability, stretches_of
from loopviz.crowd.quality.units import grouped, overlaps
from loopviz.dataset import Dataset
from loopviz.schema import table

Box = tuple[int, str, int, tuple[float, float, float, float]]  # frame, worker, category, edges


def dataset(boxes: list[Box], seen: Sequence[tuple[int, str]] = (), categories: int = 3, **work: Any) -> Dataset:
    """A Dataset in which people drew boxes, and some saw a frame and drew nothing."""
    pairs = sorted({(frame, worker) for frame, worker, *_ in boxes} | set(seen))
    names = {pair: f"a{place}" for place, pair in enumerate(pairs)}
    edges = dict(zip(("x_min", "y_min", "x_max", "y_max"), zip(*(box[3] for box in boxes), strict=True), strict=False))
    frames = range(1 + max(frame for frame, _ in pairs))
    return Dataset(
        frames=table("frames", {"frame": frames, "file": [f"{frame}.png" for frame in frames]}),
        categories=table("categories", {"class_id": range(categories), "name": [f"c{n}" for n in range(categories)]}),
        annotations=table(
            "annotations",
            {
                "annotation_id": range(len(boxes)),
                "frame": [box[0] for box in boxes],
                "class_id": [box[2] for box in boxes],
                "assignment_id": [names[box[0], box[1]] for box in boxes],
                **edges,
            },
        ),
        workers=table("workers", {"worker_id": sorted({worker for _, worker in pairs})}),
        assignments=table(
            "assignments",
            {
                "assignment_id": list(names.values()),
                "frame": [frame for frame, _ in names],
                "worker_id": [worker for _, worker in names],
                **work,
            },
        ),
    )


def crowd(people: int, frames: int, seed: int, jitter: float, categories: int, objects: int) -> Dataset:
    """People who miss every seventh object, and call every fifth anything."""
    draw, boxes = np.random.default_rng(seed), list[Box]()
    for frame in range(frames):
        corners, sides = draw.uniform(0, 900, (objects, 2)), draw.uniform(30, 120, (objects, 2))
        called = draw.integers(0, categories, objects)
        for who in range(people):
            for each in range(objects):
                if draw.random() < 0.15:
                    continue
                x, y = (corners[each] + draw.normal(0, jitter, 2)).round().tolist()
                w, h = np.maximum(5, (sides[each] + draw.normal(0, jitter, 2)).round()).tolist()
                name = int(called[each]) if draw.random() > 0.2 else int(draw.integers(0, categories))
                boxes.append((frame, f"w{who}", name, (x, y, x + w, y + h)))
    return dataset(boxes, categories=categories)


def test_the_example_of_the_paper():
    """Nominal data of four observers with missing values (Krippendorff 2011, C): 0.743."""
    said = (
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    )
    counts = np.zeros((12, 5))
    for row in said:
        for unit, value in enumerate(row.split()):
            if value != ".":
                counts[unit, int(value) - 1] += 1
    assert alpha(sums_of(np.arange(12), counts)) == pytest.approx(0.743, abs=5e-4)


# What iaa-od 4.4.0 (MIT) says of the same boxes: ``crowd``'s arguments, the overlap, its alpha, and the vitality of the
# first person.
ORACLE = [
    ((2, 8, 0, 2, 2, 3), 0.3, 0.3724696356275303, None),
    ((2, 8, 0, 2, 2, 3), 0.5, 0.3724696356275303, None),
    ((2, 8, 0, 2, 2, 3), 0.7, 0.3438914027149321, None),
    ((3, 8, 1, 4, 3, 4), 0.3, 0.6052631578947368, 0.00403616402970608),
    ((3, 8, 1, 4, 3, 4), 0.5, 0.5905172413793103, -0.01070975248572048),
    ((3, 8, 1, 4, 3, 4), 0.7, 0.6012658227848101, 0.2489342165671935),
    ((4, 9, 2, 6, 4, 5), 0.3, 0.5891006780094665, -0.00933358402138773),
    ((4, 9, 2, 6, 4, 5), 0.5, 0.5991091314031181, -0.01560583630258261),
    ((4, 9, 2, 6, 4, 5), 0.7, 0.5859147471538259, -0.051740670252923726),
    ((5, 7, 3, 9, 5, 6), 0.3, 0.6004786733908881, -0.046935547268294076),
    ((5, 7, 3, 9, 5, 6), 0.5, 0.6078819903126376, 0.013272825892152396),
    ((5, 7, 3, 9, 5, 6), 0.7, 0.6607822776047075, -0.08154901073885068),
]


@pytest.mark.parametrize(("case", "overlap", "figure", "vitality"), ORACLE)
def test_another_library_says_the_same(case: tuple[Any, ...], overlap: float, figure: float, vitality: float | None):
    found = reliability(crowd(*case), overlap, samples=10)
    assert found.whole["alpha_names"][0] == pytest.approx(figure, abs=1e-6)
    if vitality is not None:
        first = found.people.filter(pl.col("worker") == "w0")["vitality_names"][0]
        assert first == pytest.approx(vitality, abs=1e-6)


@given(arrays(np.float64, (6, 3), elements=st.integers(0, 3).map(float)), st.permutations(range(3)))
def test_what_alpha_must_hold(counts: np.ndarray, order: list[int]):
    frames = np.array([0, 0, 1, 2, 2, 3])
    found = alpha(sums_of(frames, counts))
    assert (
        found == pytest.approx(by_the_book(counts), nan_ok=True) if found is not None else counts.sum(axis=1).max() < 2
    )
    if found is not None:
        assert found <= 1 + 1e-12
        assert alpha(sums_of(frames, counts[:, order])) == pytest.approx(found)
        assert alpha(sums_of(np.zeros(6, np.int64), counts)) == pytest.approx(found)


def by_the_book(counts: np.ndarray) -> float:
    """Coincidences of all ordered pairs within units, weighed by the people less one."""
    size = counts.shape[1]
    pairs = np.zeros((size, size))
    for unit in counts:
        values = [value for value, count in enumerate(unit) for _ in range(int(count))]
        for one, other in combinations(values, 2):
            pairs[one, other] += 1 / (len(values) - 1)
            pairs[other, one] += 1 / (len(values) - 1)
    each, total = pairs.sum(axis=1), pairs.sum()
    if not total:
        return float("nan")
    observed = (total - np.trace(pairs)) / total
    expected = (total**2 - (each**2).sum()) / (total * (total - 1)) if total > 1 else 0.0
    return 1 - observed / expected if expected else 1.0


A, B = (0.0, 0.0, 10.0, 10.0), (100.0, 0.0, 110.0, 10.0)


@pytest.mark.parametrize(
    ("boxes", "seen", "found", "names"),
    [
        pytest.param([(0, "x", 0, A), (0, "y", 0, A), (0, "x", 1, B), (0, "y", 1, B)], [], 1.0, 1.0, id="the same"),
        pytest.param([(0, "x", 0, A), (0, "y", 1, A)], [], 0.0, 0.0, id="other names"),
        pytest.param([(0, "x", 0, A)], [(0, "y")], 0.0, None, id="missed by who drew nothing"),
        pytest.param([(0, "x", 0, A), (0, "y", 0, B)], [], -0.5, None, id="other places"),
        pytest.param([(0, "x", 0, A), (1, "y", 0, A)], [], None, None, id="nobody shares a frame"),
        pytest.param([(0, "x", 0, A), (0, "y", 0, A)], [], 1.0, 1.0, id="one name alone: nothing could differ"),
    ],
)
def test_simple_crowds(boxes: list[Box], seen: list[tuple[int, str]], found: float | None, names: float | None):
    (whole,) = reliability(dataset(boxes, seen), samples=10).whole.to_dicts()
    assert whole["alpha_found"] == (None if found is None else pytest.approx(found))
    assert whole["alpha_names"] == (None if names is None else pytest.approx(names))


def test_work_that_was_not_read_says_nothing():
    boxes = [(0, "x", 0, A), (0, "y", 0, A), (0, "z", 0, B)]
    read = [None, None, False]
    (whole,) = reliability(dataset(boxes, labels_read=read), samples=10).whole.to_dicts()
    assert (whole["alpha_found"], whole["workers"]) == (1.0, 2)


def test_people_pairs_and_vitality():
    boxes = [(frame, who, frame % 2, A) for frame in range(6) for who in ("x", "y")]
    boxes += [(frame, "z", (frame + 1) % 2, A) for frame in range(6)]
    found = reliability(dataset(boxes), samples=10)
    vitality = dict(found.people.select("worker", "vitality_names").iter_rows())
    assert vitality["z"] < 0 < vitality["x"] == vitality["y"]
    rows = found.pairs.rows()
    assert rows == [("x", "y", 6, 6, 6, 0, 0), ("x", "z", 6, 6, 0, 0, 0), ("y", "z", 6, 6, 0, 0, 0)]


def test_vitality_is_alpha_less_that_without_the_person():
    whole = crowd(4, 9, seed=3, jitter=6, categories=3, objects=5)
    found = reliability(whole, samples=10)
    for worker, vitality in found.people.select("worker", "vitality_found").iter_rows():
        others = whole.assignments.filter(pl.col("worker_id") != worker)
        drawn = whole.annotations.filter(pl.col("assignment_id").is_in(others["assignment_id"].implode()))
        rest = reliability(whole.replace(annotations=drawn).replace(assignments=others), samples=10).whole
        assert vitality == pytest.approx(found.whole["alpha_found"][0] - rest["alpha_found"][0])


def test_an_interval_holds_alpha_and_is_the_same_again():
    found = reliability(crowd(3, 30, seed=1, jitter=3, categories=2, objects=4)).whole.to_dicts()[0]
    again = reliability(crowd(3, 30, seed=1, jitter=3, categories=2, objects=4)).whole.to_dicts()[0]
    assert found == again
    assert found["alpha_found_low"] < found["alpha_found"] < found["alpha_found_high"]
    assert interval(sums_of(np.zeros(3, np.int64), np.full((3, 2), 2.0))) is None


def test_a_person_has_one_label_in_a_unit():
    row = {"x_min": 0.0, "y_min": 0.0, "x_max": 9.0, "y_max": 9.0}
    overlap = overlaps([row] * 4, None)
    assert grouped(overlap, np.array([0, 0, 1, 1]), 0.5).tolist() == [0, 1, 0, 1]
    assert grouped(overlap[:0, :0], np.array([], dtype=np.int64), 0.5).tolist() == []


@pytest.mark.parametrize("count", [1, 3, 100])
def test_over_time_each_stretch_is_what_its_frames_are_alone(count: int):
    whole = crowd(3, 12, seed=2, jitter=4, categories=2, objects=3)
    found = stretches_of(whole, count)
    assert found.height == min(count, 12)
    assert found["frames"].sum() == 12
    for first, last, alpha_found in found.select("first", "last", "alpha_found").iter_rows():
        part = whole.replace(annotations=whole.annotations.filter(pl.col("frame").is_between(first, last)))
        part = part.replace(assignments=whole.assignments.filter(pl.col("frame").is_between(first, last)))
        alone = reliability(part, samples=1).whole["alpha_found"][0]
        assert alpha_found == (alone if alone is None else pytest.approx(alone))
