"""What is said of a training set before an hour is spent on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import planted
from support import codes

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.schema import table
from loopviz.train.set_checks import check_set, check_twins, cut_to_pictures, sided

SIDED = {
    "underscores": (["Body", "Left_Button", "Right_Button"], ["Left_Button", "Right_Button"]),
    "words": (["left eye", "RIGHT EYE", "nose"], ["left eye", "RIGHT EYE"]),
    "humps": (["leftHand", "rightHand"], ["leftHand", "rightHand"]),
    "capitals": (["LeftHand", "RIGHTHand"], ["LeftHand", "RIGHTHand"]),
    "one-side-alone": (["left arm", "body"], ["left arm"]),
    "letters": (["hand_L", "hand_R"], ["hand_L", "hand_R"]),
    "a-letter-alone": (["hand_L", "foot"], []),
    "sizes": (["shirt L", "shirt XL"], []),
    "german": (["Auge links", "Auge rechts"], ["Auge links", "Auge rechts"]),
    "german-alone": (["links"], []),
    "french": (["main gauche", "main droite"], ["main gauche", "main droite"]),
    "spanish": (["izquierda", "derecha"], ["izquierda", "derecha"]),
    "inside-a-word": (["bright", "cleft", "upright"], []),
    "numbers": (["left1", "right1"], ["left1", "right1"]),
    "none": (["cat", "dog"], []),
    "no-names": ([], []),
}


@pytest.mark.parametrize(("names", "wanted"), SIDED.values(), ids=SIDED)
def test_left_and_right_are_found_by_their_words(names: list[str], wanted: list[str]):
    assert sided(names) == wanted


def images(dataset: Dataset, *held: int) -> pl.DataFrame:
    frames = dataset.frames.select("frame")
    return frames.with_columns(
        split=pl.when(pl.col("frame").is_in(held)).then(pl.lit("val")).otherwise(pl.lit("train"))
    )


def test_a_sound_set_has_nothing_but_its_sides_said():
    dataset = planted().dataset
    notes = check_set(dataset, dataset.annotations, images(dataset, *range(12)))
    assert codes(notes) == ["sides-told-apart"]


def test_categories_without_an_example_and_parts_without_a_category():
    dataset = planted().dataset
    first = pl.col("frame") < 12
    drawn = dataset.annotations.filter((pl.col("class_id") != 2) & ~(first & (pl.col("class_id") == 1)))
    notes = check_set(dataset, drawn, images(dataset, *range(12)))
    assert [(each.code, each.values) for each in notes[:2]] == [
        ("category-untaught", {"names": ["Right_Button"]}),
        ("category-unjudged", {"part": "val", "names": ["Left_Button"]}),
    ]


SENSELESS: dict[str, tuple[Any, tuple[int, ...], str]] = {
    "nothing-taught": (pl.col("frame") < 0, (1,), "no label teaches"),
    "nothing-held-out": (pl.col("frame") >= 0, (), "judge by"),
    "all-held-out": (pl.col("frame") >= 0, tuple(range(60)), "learn from"),
    "held-out-without-a-label": (pl.col("frame") > 3, (0, 1, 2), "judge by"),
}


@pytest.mark.parametrize(("kept", "held", "said"), SENSELESS.values(), ids=SENSELESS)
def test_a_senseless_set_is_refused(kept: pl.Expr, held: tuple[int, ...], said: str):
    dataset = planted().dataset
    with pytest.raises(InputError, match=said):
        check_set(dataset, dataset.annotations.filter(kept), images(dataset, *held))


def test_a_single_image_is_refused():
    dataset = planted(frames=1).dataset
    with pytest.raises(InputError, match="single image"):
        check_set(dataset, dataset.annotations, images(dataset))


EDGES = {
    "inside": ((0, 0, 320, 240), (0, 0)),
    "beyond-the-right": ((300, 10, 330, 20), (1, 0)),
    "beyond-the-top": ((30, -10, 40, 20), (1, 0)),
    "outside": ((330, 10, 340, 20), (0, 1)),
    "below": ((10, 250, 20, 260), (0, 1)),
    "no-area": ((10, 10, 10, 20), (0, 1)),
}


@pytest.mark.parametrize(("edges", "counted"), EDGES.values(), ids=EDGES)
def test_labels_outside_are_counted_and_left_out(edges: tuple[float, ...], counted: tuple[int, int]):
    sides = dict(zip(("x_min", "y_min", "x_max", "y_max"), edges, strict=True))
    drawn = table("annotations", [{"annotation_id": 0, "frame": 0, "class_id": 0, **sides}])
    kept, notes = cut_to_pictures(drawn, planted(1).dataset.frames)
    assert kept.height == 1 - counted[1]
    assert [(each.values["count"], each.values["gone"]) for each in notes] == ([counted] if any(counted) else [])


def test_where_a_size_is_not_known_nothing_is_left_out():
    drawn = table(
        "annotations", [{"annotation_id": 0, "frame": 0, "class_id": 0, "x_min": 5, "y_min": 5, "x_max": 6, "y_max": 6}]
    )
    kept, notes = cut_to_pictures(drawn, table("frames", {"frame": [0]}))
    assert (kept.height, notes) == (1, [])


@pytest.mark.parametrize(("alike", "severity"), [(1, "note"), (5, "warning")])
def test_the_same_picture_on_both_sides(alike: int, severity: str):
    draw = np.random.default_rng(1)
    hashes = {frame: draw.integers(0, 256, 32, dtype=np.uint8) for frame in range(60)}
    for frame in range(alike):
        hashes[frame] = hashes[30 + frame] ^ np.uint8(1) * (np.arange(32) < 3)
    dataset = planted().dataset
    (said,) = check_twins(hashes, images(dataset, *range(12)))
    assert (said.code, said.severity, said.values) == (
        "twins",
        severity,
        {"count": alike, "of": 12, "frame": 0, "other": 30},
    )
    assert check_twins(hashes, images(dataset)) == []
    assert check_twins(hashes, images(dataset, *range(6, 12))) == []
