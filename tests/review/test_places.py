"""Places that nobody labelled: which are offered, with what they would stand as, and what decisions on them do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import make_dataset, with_boxes

from loopviz.crowd.quality.suspects import Evidence, suspects
from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.review.columns import revision
from loopviz.review.decisions import Applied, DecisionFile, apply_decisions, read_decisions
from loopviz.review.places import PLACES, offered, place_columns, places_of
from loopviz.schema import EDGES, table

AT = (40.0, 40.0, 100.0, 120.0)
SEEN = {"class_id": 0, **dict(zip(EDGES, AT, strict=True)), "origin": "model", "confidence": 0.9}
DRAWN = {"class_id": 0, "x_min": 200.0, "y_min": 100.0, "x_max": 260.0, "y_max": 180.0}


def found(dataset: Dataset, *detections: dict[str, Any]) -> pl.DataFrame:
    """Return the places that a model's detections offer; frames are ten less in the dataset itself."""
    theirs = table("annotations", [{"annotation_id": number, **row} for number, row in enumerate(detections)])
    own = dataset.frames.select("frame", own_frame=pl.col("frame") - 10)
    return places_of(suspects(dataset, Evidence(theirs)).with_columns(why=pl.lit("so")), dataset, own, theirs)


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ([], 1),
        ([{**DRAWN, **dict(zip(EDGES, AT, strict=True)), "class_id": 1}], 0),  # the suspect is that label's name
        ([{**DRAWN, **dict(zip(EDGES, AT, strict=True)), "origin": "interpolated"}], 0),
    ],
)
def test_what_a_model_saw_and_nobody_labelled(more: list[dict[str, Any]], count: int):
    dataset = with_boxes(make_dataset(), {**DRAWN, "frame": 2}, *({**each, "frame": 2} for each in more))
    places = found(dataset, {**SEEN, "frame": 2})
    assert dict(places.schema) == {
        name: kind if isinstance(kind, pl.DataType) else kind() for name, kind in PLACES.items()
    }
    assert places.height == count
    if count:
        expected = {"frame": -8, "category": "button", "box": list(AT), "origin": "model", "confidence": 0.9}
        assert offered(places) == [expected]
        columns = place_columns(places, dataset, (640, 480))
        assert [columns[name].tolist() for name in ("frame", "x", "w", "h")] == [[2], [80.0], [120.0], [160.0]]


@pytest.mark.parametrize(
    ("confidence", "said"), [(0.9, 0.9), (1.0, 1.0), (87.0, None), (float("nan"), None), (None, None)]
)
@pytest.mark.parametrize("name", ["button", "", "</script>\u2028" * 1000])
def test_what_the_page_offers_can_be_brought_back(confidence: float | None, said: float | None, name: str):
    made = with_boxes(make_dataset(), {**DRAWN, "frame": 2})
    dataset = made.replace(categories=made.categories.with_columns(name=pl.Series([name, "wheel"])))
    row = {
        "frame": 2,
        "own_frame": 2,
        "category": name,
        "class_id": 0,
        **dict(zip(EDGES, AT, strict=True)),
        "origin": "model",
    }
    (given,) = offered(pl.DataFrame([{**row, "confidence": confidence}], schema=PLACES))
    assert given["confidence"] == said
    file = {"loopviz": "decisions", "version": 1, "revision": revision(dataset), "decisions": []}
    decided = DecisionFile.model_validate({**file, "places": [{**given, "decision": "add"}]})
    after = apply_decisions(dataset, decided, revision(dataset), Path("decisions.json")).dataset
    assert after.annotations.row(-1, named=True)["class_id"] == 0
    assert after.categories.equals(dataset.categories)


def test_where_people_labelled_it_before_and_after_it_would_be_carried():
    drawn = [{**DRAWN, "frame": frame} for frame in range(12) if frame != 6]
    other = [{**SEEN, "origin": "worker", "confidence": None, "class_id": 1, "frame": frame} for frame in range(12)]
    places = found(with_boxes(make_dataset(12), *drawn, *other))
    assert [(each["frame"], each["origin"], each["confidence"]) for each in offered(places)] == [
        (-4, "interpolated", None)
    ]
    assert offered(places)[0]["box"] == pytest.approx([DRAWN[edge] for edge in EDGES], abs=0.01)


def test_what_reaches_over_the_picture_is_cut_off_there():
    dataset = with_boxes(make_dataset(), {**DRAWN, "frame": 0})
    outside = {**SEEN, "x_min": -20.0, "x_max": 20.0, "frame": 0}
    assert offered(found(dataset, outside))[0]["box"] == [0.0, 40.0, 20.0, 120.0]
    assert found(dataset, {**outside, "x_max": -5.0}).height == 0


PLACE = {"frame": 1, "category": "wheel", "box": [1.0, 2.0, 30.0, 40.0], "origin": "model", "confidence": 0.5}


def given(*places: dict[str, Any]) -> dict[str, Any]:
    listed = [{**PLACE, "decision": "add", "comment": "", **each} for each in places]
    about = revision(make_dataset())
    return {"loopviz": "decisions", "version": 1, "revision": about, "decisions": [], "places": listed}


def applied(*places: dict[str, Any]) -> Applied:
    dataset = make_dataset()
    file = DecisionFile.model_validate(given(*places))
    return apply_decisions(dataset, file, revision(dataset), Path("decisions.json"))


class TestDecisions:
    def test_a_label_comes_in_that_is_nobodys_work(self):
        done = applied({}, {"box": [5.0, 5.0, 9.0, 9.0], "decision": "nothing"}, {"frame": 2, "decision": None})
        new = done.dataset.annotations.tail(-10)
        assert new.select(
            "annotation_id", "frame", "class_id", *EDGES, "origin", "confidence", "assignment_id"
        ).rows() == [(10, 1, 1, 1.0, 2.0, 30.0, 40.0, "model", 0.5, None)]
        assert done.dataset.assignments.equals(make_dataset().assignments)
        assert (done.added, done.nothing, done.removed) == (1, 1, 0)

    def test_of_a_category_that_was_not_there(self):
        done = applied({"category": "lamp", "origin": "interpolated", "confidence": None})
        assert done.dataset.categories["name"].to_list() == ["button", "wheel", "lamp"]
        assert done.dataset.annotations["class_id"][-1] == 2
        assert done.dataset.annotations["confidence"][-1] is None

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"frame": 77}, "no such frame"),
            ({"box": [30.0, 2.0, 1.0, 40.0]}, "no box on its frame"),
            ({"box": [1.0, 2.0, 321.0, 40.0]}, "no box on its frame.*320x240"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, change: dict[str, Any], expected: str):
        with pytest.raises(InputError, match=expected):
            applied(change)

    @pytest.mark.parametrize(
        ("places", "expected"),
        [
            ([{"origin": "worker"}], "origin"),
            ([{"box": [1.0, 2.0, 3.0]}], "box"),
            ([{"box": [1.0, 2.0, float("inf"), 4.0]}], "Infinity"),
            ([{"frame": 10**30}], "frame"),
            ([{"confidence": 2.0}], "confidence"),
            ([{"decision": "accept"}], "decision"),
            ([{}, {}], "decided twice"),
        ],
    )
    def test_what_is_no_decision_on_a_place(self, places: list[dict[str, Any]], expected: str, tmp_path: Path):
        file = tmp_path / "decisions.json"
        file.write_text(json.dumps(given(*places)))
        with pytest.raises(InputError, match=expected):
            read_decisions(file)
