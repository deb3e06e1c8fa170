from __future__ import annotations

import math

import polars as pl
import pytest
from support import make_dataset

from loopviz.dataset import Dataset
from loopviz.evaluation.matching import MATCHES
from loopviz.scene.versus.outcomes import Agreement, Detections


def matches(*rows: tuple[int, str, int | None, int | None, float | None]) -> pl.DataFrame:
    """Rows of frame, outcome, label, detection, overlap."""
    full = [(frame, outcome, one, other, None, None, iou, None) for frame, outcome, one, other, iou in rows]
    return pl.DataFrame(full, schema=dict(MATCHES), orient="row")


def detections(dataset: Dataset, *rows: tuple[int, str, int | None, int | None, float | None]) -> Detections:
    return Detections(dataset, matches(*rows), frozenset(range(3)))


@pytest.mark.parametrize(
    ("outcome", "label", "detection"),
    [
        ("matched", "matched", "matched"),
        ("confused", "missed", "extra"),
        ("missed", "missed", None),
        ("extra", None, "extra"),
        ("ignored", "matched", "matched"),
    ],
)
def test_every_outcome_is_said_on_both_sides(outcome: str, label: str | None, detection: str | None):
    dataset = make_dataset(frames=2, size=(64, 48))
    one, other = (0 if label else None), (1 if detection else None)
    found = detections(dataset, (0, outcome, one, other, None))
    assert found.kinds_of_labels(dataset.annotations).to_list() == [label or "drawn", "drawn"]
    assert found.kinds_of_detections().to_list() == ["drawn", detection or "drawn"]


@pytest.mark.parametrize(
    ("rows", "share", "missed", "extra"),
    [
        pytest.param([("matched", 0, 0, 0.8), ("matched", 1, 1, 0.6)], 0.7, 0, 0, id="all matched"),
        pytest.param([("matched", 0, 0, 0.8), ("missed", 1, None, None)], 0.4, 1, 0, id="one missed"),
        pytest.param([("matched", 0, 0, 0.9), *[("extra", None, n, None) for n in (1, 2)]], 0.3, 0, 2, id="extra"),
        pytest.param([("confused", 0, 0, 0.9)], 0.0, 1, 1, id="one object, two names"),
        pytest.param([("ignored", 0, 0, 0.9)], math.nan, 0, 0, id="a region of several"),
        pytest.param([("missed", 0, None, None)], 0.0, 1, 0, id="nothing found"),
    ],
)
def test_agreement_is_the_mean_overlap_of_all_objects(
    rows: list[tuple[str, int | None, int | None, float | None]], share: float, missed: int, extra: int
):
    found = detections(make_dataset(), *((1, *row) for row in rows))
    agreement = Agreement.of(found, 3)
    assert agreement.share[1] == pytest.approx(share, nan_ok=True)
    assert (agreement.missed.tolist(), agreement.extra.tolist()) == ([0, missed, 0], [0, extra, 0])
    assert all(math.isnan(agreement.share[frame]) for frame in (0, 2))
