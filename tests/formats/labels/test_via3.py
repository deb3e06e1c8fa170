"""Projects of VIA 3: regions of pictures by the numbers of their shapes, attributes, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.schema import EDGES

Write = Callable[..., Path]
SIZE = (64, 48)


def project(*regions: Any, kind: int = 4, **parts: Any) -> dict[str, Any]:
    attribute = {"aname": "kind", "anchor_id": "FILE1_Z0_XY1", "type": kind, "options": {"0": "snail", "1": "shell"}}
    files = {"1": {"fid": 1, "fname": "a.png", "type": 2, "loc": 1, "src": ""}, "2": {"fname": "v.mp4", "type": 4}}
    return {
        "project": {"pid": "x", "pname": "p"},
        "attribute": {"1": attribute},
        "file": files,
        "view": {"1": {"fid_list": [1]}, "2": {"fid_list": ["2"]}},
        "metadata": {f"1_{number}": region for number, region in enumerate(regions)},
        **parts,
    }


def region(*xy: Any, view: str = "1", **changed: Any) -> dict[str, Any]:
    return {"vid": view, "flg": 0, "z": [], "xy": list(xy) or [2, 1, 2, 3, 4], "av": {"1": "0"}, **changed}


@pytest.mark.parametrize(
    ("xy", "kind", "edges"),
    [
        pytest.param([2, 1, 2, 3, 4], None, (1, 2, 4, 6), id="rectangle"),
        pytest.param([8, 1, 4, 3, 2, 4, 3, 2, 6], None, (1, 2, 4, 6), id="rectangle by four points"),
        pytest.param([3, 5, 6, 2], None, (3, 4, 7, 8), id="circle"),
        pytest.param([4, 5, 6, 2, 1], None, (3, 5, 7, 7), id="ellipse"),
        pytest.param([7, 1, 1, 5, 1, 1, 9], None, (1, 1, 5, 9), id="polygon"),
        pytest.param([6, 1, 1, 5, 9, 3, 3], "line", (1, 1, 5, 9), id="polyline"),
        pytest.param([5, 1, 1, 5, 9], "line", (1, 1, 5, 9), id="line"),
        pytest.param([1, 3, 4], "points", (3, 4, 3, 4), id="point"),
    ],
)
def test_shapes_have_numbers(lay: Write, xy: list[float], kind: str | None, edges: tuple[float, ...]):
    folder = lay("p.json", project(region(*xy)))
    labels = read_labels(folder, frame_size=SIZE)
    assert detect_format(folder) == labels.format == "via"
    assert labels.dataset.frames["file"].to_list() == ["a.png"]
    assert labels.dataset.categories["name"].to_list() == ["snail"]
    (row,) = labels.dataset.annotations.select("shape", *EDGES).rows()
    assert row[0] == kind and row[1:] == pytest.approx(edges)


def test_options_that_are_ticked_are_all_there(lay: Write):
    labels = read_labels(lay("p.json", project(region(av={"1": "0,1"}), kind=2)), frame_size=SIZE)
    assert labels.dataset.categories["name"].to_list() == ["snail, shell"]


def test_what_is_of_videos_or_whole_pictures_is_counted(lay: Write):
    others = (region(view="2", z=[1.5]), region(xy=[]), region(z=[1, 2]))
    labels = read_labels(lay("p.json", project(region(), *others)), frame_size=SIZE)
    assert labels.dataset.annotations.height == 1
    (left,) = (problem for problem in labels.problems if problem.code == "no-area")
    assert left.values == {"shapes": "3 entries of videos, of sound or of whole pictures"}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(region(8, 1, 2), id="a shape that there is not"),
        pytest.param(region(2, 1, 2, 3), id="three numbers"),
        pytest.param(region(7, 1, 1, 2, 2), id="an outline of two points"),
        pytest.param(region(2, 1, "2", 3, 4), id="a text for a number"),
        pytest.param(region(xy="2,1"), id="a text"),
    ],
)
def test_a_malformed_region_is_refused_or_left_out(lay: Write, bad: Any):
    folder = lay("p.json", project(region(), bad))
    with pytest.raises(InputError) as caught:
        read_labels(folder, frame_size=SIZE)
    assert caught.value.at == "1_1"
    assert read_labels(folder, frame_size=SIZE, skip_bad=True).dataset.annotations.height == 1


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(project(7), id="a region that is a number"),
        pytest.param(project(region(), file={"1": {"type": 2}}), id="a picture without a name"),
        pytest.param(project(region(), view=[]), id="views that are no object"),
    ],
)
def test_what_is_none_is_refused(lay: Write, said: Any):
    with pytest.raises(InputError):
        read_labels(lay("p.json", said), format="via", frame_size=SIZE)
