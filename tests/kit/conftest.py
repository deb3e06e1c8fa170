"""A clip, a plan in which every text attacks, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from loopviz.dataset import Dataset
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.kit import KitPlan, Question, SurveyQuestions
from loopviz.media import Source, open_source
from loopviz.schema import table

# What a browser, Mechanical Turk, Liquid or a widget's loose parser could take for something to do.
HOSTILE = "</script><img src=x onerror=boom()>'\"`&${image_url} {{ task }} {% raw %} \\u0022]"


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture
def source(clip: Path) -> Iterator[Source]:
    with open_source(clip) as opened:
        yield opened


@pytest.fixture(scope="session")
def hostile_plan() -> KitPlan:
    questions = (
        Question(id="Q1", heading=HOSTILE[:50], text=HOSTILE, kind="choice", choices=(HOSTILE, "25 - 34")),
        Question(id="Q2", heading="b", text=HOSTILE, kind="several", choices=(HOSTILE, "plain")),
        Question(id="Q3", heading="c", text=HOSTILE, kind="text"),
    )
    return KitPlan(
        categories=(HOSTILE[:56], "it's {{ x }} ${y}", "القاهرة"),
        title=HOSTILE,
        requester=HOSTILE,
        contact=HOSTILE,
        consent=f"{HOSTILE}\n\n{HOSTILE}",
        survey=SurveyQuestions(questions=questions),
        pilot_seconds=47,
        base_url="https://example.org/a%20b",
    )


@pytest.fixture
def make_labels() -> Callable[..., Dataset]:
    """A function that labels some frames of a picture size."""

    def make(size: tuple[int, int] = (64, 48)) -> Dataset:
        """Frame 2: a box only; 4: one polygon; 8: a polygon and a mask; 9: the same, and a category nobody asks for."""
        mask = np.zeros((48, 64), dtype=np.bool_)
        mask[10:20, 30:50] = True
        square = [[4.0, 4.0, 24.0, 4.0, 24.0, 24.0, 4.0, 24.0]]
        rows = [(2, 0, None, None), (4, 0, square, None), (8, 0, square, None), (8, 1, None, mask)]
        rows += [(9, 0, square, None), (9, 1, None, mask), (9, 2, square, None)]
        return Dataset(
            frames=table("frames", {"frame": range(12), "width": [size[0]] * 12, "height": [size[1]] * 12}),
            categories=table("categories", {"class_id": [0, 1, 2], "name": ["body", "cable", "table"]}),
            annotations=table(
                "annotations",
                [
                    {
                        "annotation_id": number,
                        "frame": frame,
                        "class_id": class_id,
                        **dict.fromkeys(("x_min", "y_min"), 4.0),
                        **dict.fromkeys(("x_max", "y_max"), 24.0),
                        "polygons": polygons,
                        "mask_rle": None if cells is None else rle_to_string(rle_from_mask(cells)),
                    }
                    for number, (frame, class_id, polygons, cells) in enumerate(rows)
                ],
            ),
        )

    return make
