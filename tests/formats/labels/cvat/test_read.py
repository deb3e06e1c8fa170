"""CVAT XML: images and tracks, every shape, and what cannot be read."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.cli import main
from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.labels.by_name import Shape
from loopviz.formats.labels.cvat.tracks import Keyed, along
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet
from loopviz.geometry import mask_from_rle, rle_from_string, rotated_box
from loopviz.schema import EDGES

Write = Callable[..., Path]
LABELS = "<labels><label><name>wheel</name></label><label><name>body</name></label></labels>"


def meta(inner: str = "", size: str = "<original_size><width>64</width><height>48</height></original_size>") -> str:
    owner = "<owner><username>somebody</username><email>somebody@example.org</email></owner>"
    return f"<version>1.1</version><meta><task>{inner}{LABELS}{owner}{size}</task></meta>"


def image(*shapes: str, name: str = "a.png", more: str = "") -> str:
    return f'<image id="0" name="{name}" width="64" height="48" {more}>{"".join(shapes)}</image>'


def box(*edges: float, label: str = "body", more: str = "") -> str:
    x, y, right, bottom = edges
    return f'<box label="{label}" xtl="{x}" ytl="{y}" xbr="{right}" ybr="{bottom}" {more}/>'


def keyed(frame: int, *edges: float, outside: int = 0, keyframe: int = 1) -> str:
    return box(*edges, more=f'frame="{frame}" outside="{outside}" keyframe="{keyframe}"').replace('label="body" ', "")


def track(*shapes: str, number: int = 7, label: str = "body", more: str = "") -> str:
    return f'<track id="{number}" label="{label}" {more}>{"".join(shapes)}</track>'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a document, and returns its file."""

    def written(*parts: str, name: str = "annotations.xml", head: str = '<?xml version="1.0"?>') -> Path:
        file = tmp_path / "set" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{head}<annotations>{''.join(parts)}</annotations>", "utf-8")
        return file

    return written


def rows(labels: LabelSet, *columns: str) -> list[tuple[object, ...]]:
    return labels.dataset.annotations.select(*columns, *EDGES).rows()


def codes(labels: LabelSet) -> list[str]:
    return [problem.code for problem in labels.problems]


def test_images(write: Write):
    file = write(
        meta(),
        image(box(1, 2, 30.5, 40), box(0, 0, 8, 8, label="wheel", more='source="auto"'), name="f_10.png"),
        image(name="f_9.png"),
    )
    for place in (file, file.parent):
        labels = read_labels(place)
        assert (detect_format(place), labels.format) == ("cvat", "cvat")
        assert labels.dataset.frames.select("file", "width", "height").rows() == [
            ("f_9.png", 64, 48), ("f_10.png", 64, 48)
        ]  # fmt: skip
        assert labels.dataset.categories["name"].to_list() == ["wheel", "body"]
        assert rows(labels, "frame", "class_id", "origin") == [
            (1, 1, None, 1, 2, 30.5, 40), (1, 0, "model", 0, 0, 8, 8)
        ]  # fmt: skip
    assert not labels.dataset.workers.height
    assert "somebody" not in repr(labels.dataset.frames.rows())


def test_every_shape_is_read_and_what_is_none_is_counted(write: Write):
    shapes = [
        box(10, 10, 20, 14, more='rotation="90"'),
        '<polygon label="body" points="1,2;9.5,2;9,8"/>',
        '<ellipse label="body" cx="20" cy="10" rx="8" ry="4"/>',
        '<mask label="body" rle="1,2,1,2" left="3" top="4" width="3" height="2"/>',
        '<points label="body" points="1,2"/>',
        '<polyline label="body" points="1,2;3,4"/>',
        '<tag label="body"/>',
        '<cuboid label="body" xtl1="1" ytl1="2"/>',
    ]
    labels = read_labels(write(meta(), image(*shapes)))
    found = labels.dataset.annotations
    assert found["shape"].to_list() == ["rotated_box", None, None, None, "points", "line"]
    assert found.select(EDGES).row(0) == pytest.approx((13, 7, 17, 17))
    assert found["polygons"][0][0].to_list() == pytest.approx([17, 7, 17, 17, 13, 17, 13, 7])
    assert rotated_box(found["polygons"][0][0].to_list()) == pytest.approx((15, 12, 10, 4, math.pi / 2))
    assert found["polygons"][1].to_list() == [[1, 2, 9.5, 2, 9, 8]]
    assert found.select(EDGES).row(2) == pytest.approx((12, 6, 28, 14))
    mask = mask_from_rle(rle_from_string(found["mask_rle"][3]), 48, 64)
    assert np.argwhere(mask).tolist() == [[4, 4], [4, 5], [5, 4], [5, 5]]
    assert found.select(EDGES).row(3) == (4, 4, 6, 6)
    assert found["keypoints"].to_list()[4:] == [[1, 2, None], [1, 2, None, 3, 4, None]]
    assert found.select(EDGES).rows()[4:] == [(1, 2, 1, 2), (1, 2, 3, 4)]
    (left,) = [problem for problem in labels.problems if problem.code == "no-area"]
    assert left.values["shapes"] == "1 cuboid, 1 tag"


PARTS = ["nose", "left &amp; up", "right"]
EDGE, NODE = '<line data-node-from="{}" data-node-to="{}"></line>', '<circle data-node-id="{}" data-label-name="{}"/>'
DRAWING = EDGE.format(1, 3) + EDGE.format(3, 2) + "".join(NODE.format(*each) for each in enumerate(PARTS, 1))
SKELETON = (
    f"<labels><label><name>body</name><svg>{html.escape(DRAWING)}</svg></label>"
    + "".join(f"<label><name>{n}</name><parent>body</parent></label>" for n in PARTS)
    + "</labels>"
)


def point(label: str, at: str, more: str = "") -> str:
    return f'<points label="{label}" points="{at}" {more}/>'


def skeleton(*points: str, more: str = "") -> str:
    return f'<skeleton label="body" {more}>{"".join(points)}</skeleton>'


def test_a_skeleton_has_names_edges_and_what_is_hidden(write: Write):
    points = point("right", "5,6", 'occluded="1"'), point("nose", "1,2"), point("left &amp; up", "9,9", 'outside="1"')
    labels = read_labels(write(f"<meta><task>{SKELETON}</task></meta>", image(skeleton(*points))))
    (body,) = labels.dataset.categories.rows(named=True)
    assert body["keypoint_names"] == ["nose", "left & up", "right"]
    assert body["skeleton"] == [[0, 2], [2, 1]]
    (row,) = labels.dataset.annotations.rows(named=True)
    assert row["keypoints"] == [1, 2, 2, 0, 0, 0, 5, 6, 1]
    assert (row["shape"], *(row[edge] for edge in EDGES)) == ("points", 1, 2, 5, 6)
    assert not labels.problems


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([point("tail", "1,2")], id="a point that it does not have"),
        pytest.param([point("nose", "1,2"), point("nose", "1,2")], id="a point twice"),
        pytest.param([point("nose", "1,2", 'outside="1"')], id="none there"),
        pytest.param([], id="none at all"),
        pytest.param([point("nose", "1")], id="half a point"),
    ],
)
def test_a_skeleton_that_is_none_is_refused_with_its_place(write: Write, points: list[str]):
    with pytest.raises(InputError, match="image 0, skeleton 1"):
        read_labels(write(f"<meta><task>{SKELETON}</task></meta>", image(skeleton(*points))))


def test_a_skeleton_moves_point_by_point_and_a_turned_box_the_shorter_way(write: Write):
    first = skeleton(point("nose", "0,0"), point("right", "8,8", 'occluded="1"'), more='frame="0"')
    last = skeleton(point("nose", "4,8"), point("right", "8,8", 'outside="1"'), more='frame="2"')
    gone = skeleton(point("nose", "4,8", 'outside="1"'), point("right", "8,8", 'outside="1"'), more='frame="4"')
    boxes = [keyed(0, 10, 10, 20, 14), keyed(2, 10, 10, 20, 14)]
    boxes = [text.replace("/>", f' rotation="{turn}"/>') for text, turn in zip(boxes, (350, 30), strict=True)]
    labels = read_labels(write(f"<meta><task>{SKELETON}</task></meta>", track(first, last, gone), track(*boxes)))
    found = labels.dataset.annotations
    assert found.filter(pl.col("shape") == "points")["keypoints"].to_list() == [
        [0, 0, 2, 0, 0, 0, 8, 8, 1],
        [2, 4, 2, 0, 0, 0, 8, 8, 1],
        [4, 8, 2, 0, 0, 0, 0, 0, 0],
        [4, 8, 2, 0, 0, 0, 0, 0, 0],
    ]
    turns = [rotated_box(row[0]) for row in found.filter(pl.col("shape") == "rotated_box")["polygons"].to_list()]
    assert [box[:4] for box in turns] == [pytest.approx((15, 12, 10, 4))] * 3
    assert [math.degrees(box.angle) for box in turns] == pytest.approx([-10, 10, 30])


def test_tracks_stand_between_keyframes_and_end_where_they_are_outside(write: Write):
    file = write(
        meta("<start_frame>0</start_frame><stop_frame>9</stop_frame>"),
        track(keyed(1, 0, 0, 10, 10), keyed(3, 4, 2, 14, 12, keyframe=0), keyed(5, 8, 4, 18, 14, outside=1)),
        track(keyed(6, 1, 1, 2, 2), keyed(7, 1, 1, 2, 2, outside=1), number=8, label="wheel", more='source="auto"'),
    )
    labels = read_labels(file)
    assert labels.dataset.frames["file"].to_list() == [f"frame_{number:06}" for number in range(10)]
    assert rows(labels, "frame", "class_id", "track_id", "origin") == [
        (1, 1, 7, None, 0, 0, 10, 10),
        (2, 1, 7, "interpolated", 2, 1, 12, 11),
        (3, 1, 7, "interpolated", 4, 2, 14, 12),
        (4, 1, 7, "interpolated", 6, 3, 16, 13),
        (6, 0, 8, "model", 1, 1, 2, 2),
    ]


def test_a_task_of_every_third_frame_has_the_sources_numbers(write: Write):
    task = "<start_frame>10</start_frame><stop_frame>19</stop_frame><frame_filter>step=3</frame_filter>"
    labels = read_labels(write(meta(task), track(keyed(10, 0, 0, 6, 6), keyed(16, 6, 6, 12, 12))))
    assert labels.dataset.frames.height == 20
    assert rows(labels, "frame") == [(10, 0, 0, 6, 6), (13, 3, 3, 9, 9), (16, 6, 6, 12, 12)]


edges = st.tuples(*[st.integers(0, 20)] * 4).map(
    lambda e: (float(e[0]), float(e[1]), float(e[0] + e[2]), float(e[1] + e[3]))
)


@given(st.dictionaries(st.integers(0, 30), st.tuples(edges, st.booleans()), max_size=6), st.sampled_from([1, 2]))
def test_along_a_track_each_frame_comes_once_and_shapes_pass_through_their_keyframes(
    keys: dict[int, tuple[tuple[float, float, float, float], bool]], step: int
):
    shapes = [
        Keyed(frame * step, Shape("x", box_), seen, set_by_hand=True) for frame, (box_, seen) in sorted(keys.items())
    ]
    found = list(along(shapes, step))
    frames = [frame for frame, _, _ in found]
    assert frames == sorted(set(frames))
    assert {frame: shape.box for frame, shape, by_hand in found if by_hand} == {
        each.frame: each.shape.box for each in shapes if each.seen
    }
    for _, shape, _ in found:
        assert all(math.isfinite(edge) for edge in shape.box)
        assert 0 <= shape.box[0] <= shape.box[2]


def test_a_project_of_subsets_keeps_its_folders(write: Write):
    project = f"<meta><project><tasks><task><id>1</id></task><task><id>2</id></task></tasks>{LABELS}</project></meta>"
    labels = read_labels(write(project, *(image(name="a.png", more=f'subset="{part}"') for part in ("Train", "Test"))))
    assert labels.dataset.frames["file"].to_list() == ["Test/a.png", "Train/a.png"]
    assert labels.dataset.categories["name"].to_list() == ["wheel", "body"]


def test_a_shape_without_a_label_has_a_name_that_is_said(write: Write):
    labels = read_labels(write(meta(), image(box(1, 1, 2, 2, label=""))))
    assert labels.dataset.categories["name"].to_list() == ["wheel", "body", "object"]
    assert "rows-without-class" in codes(labels)


BAD = {
    "a box without an edge": (image('<box label="body" xtl="1" ytl="1" xbr="2"/>'), "not a box"),
    "an edge that is no number": (image(box(1, 1, 2, math.nan)), "not a box"),
    "a box far away": (image(box(1, 1, 1e9, 2)), "not a box"),
    "swapped": (image(box(9, 1, 2, 2)), "ends before it begins"),
    "an outline of two points": (image('<polygon label="body" points="1,2;3,4"/>'), "not an outline"),
    "half a point": (image('<polygon label="body" points="1,2;3,4;5"/>'), "not an outline"),
    "a mask that is too short": (
        image('<mask label="body" rle="1,2" left="0" top="0" width="3" height="2"/>'), "do not fill"
    ),
    "a mask beyond its picture": (
        image('<mask label="body" rle="0,6" left="63" top="0" width="3" height="2"/>'), "beyond its picture"
    ),
    "a mask without a pixel": (
        image('<mask label="body" rle="6" left="0" top="0" width="3" height="2"/>'), "without a pixel"
    ),
    "a turn that is no number": (image(box(1, 1, 2, 2, more='rotation="east"')), "not an angle"),
    "a frame that is none": (track(keyed(0, 1, 1, 2, 2).replace('frame="0"', 'frame="-1"')), "number of a frame"),
    "a frame of the next century": (
        track(keyed(0, 1, 1, 2, 2).replace('frame="0"', 'frame="99999999"')), "number of a frame"
    ),
    "an image without a name": (image(name=""), "no file name"),
}  # fmt: skip


def test_a_track_that_goes_back_in_time_is_refused_or_its_later_shapes_left_out(write: Write):
    file = write(meta(), track(keyed(5, 1, 1, 2, 2), keyed(2, 1, 1, 2, 2)))
    with pytest.raises(InputError, match="goes back in time") as refused:
        read_labels(file)
    assert (refused.value.at, refused.value.found) == ("track 7", "'2 after 5'")
    assert read_labels(file, skip_bad=True).dataset.annotations["frame"].to_list() == [5]


@pytest.mark.parametrize("bad", BAD)
def test_what_is_malformed_is_refused_with_its_place_or_left_out(write: Write, bad: str):
    part, what = BAD[bad]
    good = track(keyed(0, 1, 1, 2, 2), number=3) if "<track" in part else image(box(1, 1, 2, 2), name="good.png")
    file = write(meta(), good, part)
    with pytest.raises(InputError, match=what) as refused:
        read_labels(file)
    assert refused.value.file == str(file)
    assert refused.value.at
    labels = read_labels(file, skip_bad=True)
    assert labels.dataset.annotations.height == 1
    assert any(problem.severity == "error" for problem in labels.problems)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        pytest.param((meta(), image(), track()), "both images and tracks", id="images and tracks"),
        pytest.param((meta(), "<image"), "not valid XML", id="cut off"),
        pytest.param((meta("<stop_frame>soon</stop_frame>"), track()), "number of a frame", id="no number"),
        pytest.param(
            ("<meta><project><task/><task/></project></meta>", track(more='task_id="1"')), "several videos", id="videos"
        ),
    ],
)
def test_documents_that_are_refused(write: Write, parts: tuple[str, ...], what: str):
    with pytest.raises(InputError, match=what):
        read_labels(write(*parts), skip_bad=True)


@pytest.mark.parametrize(
    "entity", ['<!ENTITY a "b">', '<!ENTITY a SYSTEM "file:///etc/passwd">', '<!ENTITY % a SYSTEM "http://x/y">']
)
def test_entities_are_refused(write: Write, entity: str):
    file = write(meta(), image(name="&a;"), head=f"<!DOCTYPE x [{entity}]>")
    with pytest.raises(InputError, match="entities"):
        read_labels(file)


def test_two_documents_in_a_folder_are_asked_about(write: Write):
    write(meta(), image())
    file = write(meta(), image(), name="b.xml")
    with pytest.raises(InputError, match="several documents of CVAT"):
        read_labels(file.parent)


def test_a_video_with_such_labels_is_rendered(write: Write, tmp_path: Path, make_clip: Callable[..., Path]):
    task = meta("<start_frame>0</start_frame><stop_frame>11</stop_frame>")
    file = write(task, track(keyed(0, 1, 1, 30, 30), keyed(11, 5, 5, 34, 34)))
    clip = make_clip(tmp_path / "clip.mp4")
    assert main(["render", str(clip), "--labels", str(file), "-o", str(tmp_path / "v.mp4"), "-q"]) == 0
    assert main(["inspect", str(file)]) == 0


ANN = "<assignee><username>ann</username><email>ann@example.org</email></assignee>"


def test_the_assignee_drew_what_was_drawn_by_hand(write: Write):
    drawn = (box(1, 1, 2, 2), box(1, 1, 3, 3, more='source="auto"'), box(1, 1, 4, 4, more='source="file"'))
    labels = read_labels(write(meta(ANN), image(*drawn), image(name="b.png")))
    found = labels.dataset
    assert found.assignments.select("worker_id", "frame").rows() == [("ann", 0)]
    assert found.annotations["origin"].to_list() == ["worker", "model", None]
    assert found.annotations["assignment_id"].is_null().to_list() == [False, True, True]
    assert "assignee-taken" in codes(labels) and "example.org" not in str(labels.dataset)


def test_of_a_video_the_assignee_set_the_key_frames(write: Write):
    found = read_labels(write(meta(ANN), track(keyed(0, 1, 1, 2, 2), keyed(2, 3, 3, 4, 4, outside=1)))).dataset
    assert found.assignments.select("worker_id", "frame").rows() == [("ann", 0)]
    assert found.annotations["origin"].to_list() == ["worker", "interpolated"]


def test_each_task_of_a_project_has_its_assignee(write: Write):
    tasks = "".join(f"<task><id>{n}</id>{ANN.replace('ann<', f'{who}<')}</task>" for n, who in ((3, "ann"), (4, "bob")))
    images = [image(box(1, 1, 2, 2), name=f"{n}.png", more=f'task_id="{n}"') for n in (3, 4, 5)]
    found = read_labels(write(f"<meta><project><tasks>{tasks}</tasks></project></meta>", *images)).dataset
    assert found.assignments.select("worker_id", "frame").rows() == [("ann", 0), ("bob", 1)]
