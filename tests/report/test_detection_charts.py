from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from loopviz.evaluation.coco_metrics import CURVES
from loopviz.report.detection_charts import (
    CELL,
    MARGIN,
    MOST,
    NAMES,
    SIDE,
    TOP,
    confusion_chart,
    precision_recall_chart,
)
from loopviz.scene import load_theme
from loopviz.scene.contrast import channels

PALETTE = load_theme("margin").colors.palette


def curve(class_id: int, precision: float, until: float = 1.0) -> pl.DataFrame:
    recall = np.linspace(0, 1, 101)
    rows = {"class_id": [class_id] * 101, "recall": recall, "precision": np.where(recall <= until, precision, 0.0)}
    return pl.DataFrame({**rows, "confidence": [0.5] * 101}, schema=dict(CURVES))


def where(picture: np.ndarray, color: str) -> tuple[np.ndarray, np.ndarray]:
    return np.nonzero((picture == channels(color)).all(axis=2))


def categories(*names: str, score: float | None = 0.5) -> pl.DataFrame:
    return pl.DataFrame({"name": names, "map50": [score] * len(names)}, schema={"name": pl.String, "map50": pl.Float64})


def test_a_curve_stands_as_high_as_the_precision_is() -> None:
    picture = precision_recall_chart(categories("a", "b"), pl.concat([curve(0, 1.0), curve(1, 0.25)]))
    heights = []
    for color in PALETTE[:2]:
        y, x = where(picture, color)
        plot = x < 160 + SIDE
        assert x[plot].max() - x[plot].min() > SIDE * 0.98
        heights.append(np.median(y[plot]))
    assert heights[1] - heights[0] == pytest.approx(SIDE * 0.75, abs=2)


def test_a_curve_falls_where_its_labels_are_not_found() -> None:
    y, x = where(precision_recall_chart(categories("a"), curve(0, 1.0, until=0.5)), PALETTE[0])
    plot = x < 160 + SIDE
    top = x[plot][y[plot] < np.median(y[plot])]
    assert top.max() - x[plot].min() == pytest.approx(SIDE / 2, abs=SIDE * 0.02)


@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 9])
def test_any_number_of_categories_has_room(count: int) -> None:
    names = [f"a category of a very long name, number {i}" for i in range(count)]
    shape = precision_recall_chart(categories(*names, score=None), pl.DataFrame(schema=dict(CURVES))).shape
    assert shape == precision_recall_chart(categories("a"), curve(0, 1.0)).shape
    rows = pl.DataFrame({"reference": names, "predicted": names, "count": [3] * count}, schema=CONFUSION)
    assert confusion_chart(rows).shape[0] > 300


CONFUSION = {"reference": pl.String, "predicted": pl.String, "count": pl.Int64}


def test_what_is_right_has_another_colour_than_what_is_not() -> None:
    colors = load_theme("margin").colors
    rows = [("a", "a", 4), ("b", "a", 4)]
    picture = confusion_chart(pl.DataFrame(rows, schema=CONFUSION, orient="row"))[TOP + 152 :, MARGIN + NAMES :]
    (y_ink, x_ink), (y_accent, x_accent) = where(picture, colors.ink), where(picture, colors.accent)
    wide = 5000  # pixels: more than type has
    assert len(y_accent) > wide < len(y_ink)
    assert np.median(y_accent) - np.median(y_ink) == pytest.approx(CELL, abs=4)
    assert np.median(x_accent) == pytest.approx(np.median(x_ink), abs=4)
