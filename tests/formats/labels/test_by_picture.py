"""What is written picture by picture comes back: boxes, outlines, masks, rotated boxes, points, tracks, work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import box, codes

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.formats.detect import detect_format
from loopviz.formats.format import use
from loopviz.formats.labels.by_picture import KINDS, PEOPLE
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import BY_NAME
from loopviz.formats.writing import write_labels
from loopviz.geometry import (
    RotatedBox,
    mask_from_rle,
    polygons_to_mask,
    rle_from_mask,
    rle_from_string,
    rle_to_string,
    rotated_corners,
)
from loopviz.schema import EDGES, table

FORMS = ("labelme", "voc", "cvat", "label-studio", "fiftyone")
WIDTH, HEIGHT = 64, 48
SQUARE = [10.0, 8.0, 30.25, 8.0, 30.25, 24.5, 10.0, 24.5]
OTHER = [40.0, 30.0, 50.0, 30.0, 50.0, 40.0]
TURNED = rotated_corners(RotatedBox(30.0, 20.0, 24.0, 10.0, 0.5))
BLOB = np.zeros((HEIGHT, WIDTH), bool)
BLOB[10:20, 12:40] = True
BLOB[14:17, 20:30] = False


def made(*rows: dict[str, Any], names: tuple[str, ...] = ("body", "wheel & <b>"), files: bool = True) -> Dataset:
    """Two pictures and labels on them; each row is on the first unless it says its ``frame``."""
    frames = {"frame": [0, 1], "file": ["train/a.jpg", "b.png"] if files else [None, None]}
    frames |= {"width": [WIDTH] * 2, "height": [HEIGHT] * 2}
    said = [{"annotation_id": n, "frame": 0, "class_id": 0, "is_crowd": False} | row for n, row in enumerate(rows)]
    categories = table("categories", {"class_id": range(len(names)), "name": names})
    return Dataset(frames=table("frames", frames), categories=categories, annotations=table("annotations", said))


def around(outline: list[float], **more: Any) -> dict[str, Any]:
    edges = min(outline[::2]), min(outline[1::2]), max(outline[::2]), max(outline[1::2])
    return box(*edges, polygons=[outline], **more)


def back(dataset: Dataset, folder: Path, form: str, **options: Any) -> Dataset:
    """What is read of what is written."""
    out = folder / (BY_NAME[form].file_name or "out")
    write_labels(dataset, out, form, **options)
    assert detect_format(out) == form
    return read_labels(out).dataset


def lost(dataset: Dataset, form: str) -> dict[str, int]:
    found = [note for note in use(BY_NAME[form].losses)(dataset, False) if note.code == "no-place"]  # type: ignore[misc]
    return {str(dict(note.values)["what"]): int(dict(note.values)["count"]) for note in found}  # type: ignore[call-overload]


class TestBoxes:
    @pytest.mark.parametrize("form", FORMS)
    def test_boxes_names_and_sizes(self, form: str, tmp_path: Path):
        dataset = made(box(1.5, 2, 30, 40.25), box(0, 0, 64, 48, class_id=1), box(3, 4, 5, 6, frame=1))
        again = back(dataset, tmp_path, form)
        sizes = again.frames.select("width", "height").rows()
        assert (pictures_of(again), sizes) == (["b.png", "train/a.jpg"], [(64, 48)] * 2)
        assert sorted(again.categories["name"].to_list()) == ["body", "wheel & <b>"]
        assert np.array(named(again)) == pytest.approx(np.array(named(dataset)))

    @pytest.mark.parametrize("form", FORMS)
    def test_a_picture_without_a_label_is_there(self, form: str, tmp_path: Path):
        again = back(made(), tmp_path, form)
        assert pictures_of(again) == ["b.png", "train/a.jpg"]
        assert again.annotations.height == 0

    @pytest.mark.parametrize("form", FORMS)
    @settings(max_examples=12)
    @given(data=st.data())
    def test_any_box_comes_back(self, form: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory):
        whole = st.lists(st.floats(0, 1, allow_nan=False), min_size=4, max_size=4)
        x0, y0, x1, y1 = data.draw(whole)
        edges = min(x0, x1) * WIDTH, min(y0, y1) * HEIGHT, max(x0, x1) * WIDTH, max(y0, y1) * HEIGHT
        again = back(made(box(*edges)), tmp_path_factory.mktemp("set"), form)
        assert again.annotations.select(EDGES).row(0) == pytest.approx(edges, abs=1e-9)

    @pytest.mark.parametrize("form", FORMS)
    def test_what_a_name_may_hold(self, form: str, tmp_path: Path):
        names = ('a "quoted" <name> & more', "größe: 1 # two", "漢字\u202e", "\x01 rings")
        dataset = made(*(box(0, 0, 9, 9, class_id=n) for n in range(4)), names=names)
        again = back(dataset, tmp_path, form)
        said = {name.replace("\x01", "\ufffd") if form in {"voc", "cvat"} else name for name in names}
        assert set(again.categories["name"].to_list()) == said


def pictures_of(dataset: Dataset) -> list[str]:
    """The names of the pictures; FiftyOne has them in a folder of its own."""
    return sorted(name.removeprefix("data/") for name in dataset.frames["file"])


def named(dataset: Dataset) -> list[tuple[float, ...]]:
    """Each label's picture, category and box, as numbers that do not depend on the order of the sets."""
    rows = dataset.annotations.join(dataset.frames.select("frame", "file"), on="frame").join(
        dataset.categories.select("class_id", "name"), on="class_id"
    )
    files, names = sorted(set(rows["file"])), sorted(set(rows["name"]))
    found = rows.select("file", "name", *EDGES).sort(pl.all()).rows()
    return [(files.index(file), names.index(name), *edges) for file, name, *edges in found]  # type: ignore[misc]


@pytest.mark.parametrize("form", FORMS)
def test_a_set_of_very_many_files_is_told(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("loopviz.formats.unsupported.MOST_FILES", 0)  # so many are looked at where a folder is foreign
    assert back(made(box(0, 0, 5, 5)), tmp_path, form).annotations.height == 1


class TestShapes:
    @pytest.mark.parametrize("form", FORMS)
    def test_an_outline(self, form: str, tmp_path: Path):
        again = back(made(around(SQUARE)), tmp_path, form)
        assert again.annotations["polygons"][0].to_list()[0] == pytest.approx(SQUARE)

    @pytest.mark.parametrize("form", ["labelme", "cvat", "label-studio"])
    @pytest.mark.parametrize("kind", ["mask", "two parts"])
    def test_masks_pixel_by_pixel(self, form: str, kind: str, tmp_path: Path):
        mask = BLOB if kind == "mask" else polygons_to_mask([SQUARE, OTHER], HEIGHT, WIDTH)
        rows = {
            "mask": box(12, 10, 40, 20, mask_rle=rle_to_string(rle_from_mask(BLOB))),
            "two parts": box(10, 8, 50, 40, polygons=[SQUARE, OTHER]),
        }
        again = back(made(rows[kind]), tmp_path, form)
        (text,) = again.annotations["mask_rle"].to_list()
        assert (mask_from_rle(rle_from_string(text), HEIGHT, WIDTH) == mask).all()

    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("angle", [0.5, -2.0, 3.0])
    def test_a_rotated_box(self, form: str, angle: float, tmp_path: Path):
        corners = rotated_corners(RotatedBox(30.0, 20.0, 24.0, 10.0, angle))
        again = back(made(around(corners, shape="rotated_box")), tmp_path, form).annotations
        (outline,) = again["polygons"][0].to_list()
        pairs = {(round(x, 6), round(y, 6)) for x, y in zip(outline[::2], outline[1::2], strict=True)}
        assert pairs == {(round(x, 6), round(y, 6)) for x, y in zip(corners[::2], corners[1::2], strict=True)}
        assert again["shape"].to_list() == ([None] if form in {"labelme", "fiftyone"} else ["rotated_box"])

    @pytest.mark.parametrize(("form", "several"), [("labelme", True), ("cvat", True), ("label-studio", False)])
    def test_points_and_lines(self, form: str, several: bool, tmp_path: Path):
        one, many = [5.0, 6.0, None], [5.0, 6.0, None, 20.0, 9.5, None, 7.0, 8.0, None]
        rows = [
            box(5, 6, 5, 6, keypoints=one, shape="points"),
            box(5, 6, 20, 9.5, keypoints=many, shape="points", frame=1),
            box(5, 6, 20, 9.5, keypoints=many, shape="line", frame=1),
        ]
        dataset = made(*rows)
        again = back(dataset, tmp_path, form).annotations.sort("frame", "shape", descending=[True, False])
        expected = [("points", many), ("line", many), ("points", one)] if several else [("points", one)]
        found = {(shape, tuple(points)) for shape, points in again.select("shape", "keypoints").rows()}
        assert {(s, tuple(map(repr, p))) for s, p in found} == {(s, tuple(map(repr, p))) for s, p in expected}
        assert lost(dataset, form) == ({} if several else {"points and lines of several points": 2})

    def test_a_skeleton_is_cvats(self, tmp_path: Path):
        points = [5.0, 6.0, 2.0, 0.0, 0.0, 0.0, 7.0, 8.0, 1.0]
        dataset = made(box(5, 6, 7, 8, keypoints=points, shape="points"))
        skeleton = pl.Series("skeleton", [[[0, 1], [1, 2]], None], dtype=dataset.categories.schema["skeleton"])
        names = pl.Series(
            "keypoint_names", [["nose", 'ear "l"', "tail"], None], dtype=dataset.categories.schema["keypoint_names"]
        )
        dataset = dataset.replace(categories=dataset.categories.with_columns(skeleton, names))
        again = back(dataset, tmp_path, "cvat")
        assert again.annotations["keypoints"][0].to_list() == points
        assert again.categories["keypoint_names"][0].to_list() == ["nose", 'ear "l"', "tail"]
        assert again.categories["skeleton"][0].to_list() == [[0, 1], [1, 2]]


class TestVoc:
    def test_the_pictures_of_each_part_are_listed(self, tmp_path: Path):
        dataset = made(box(0, 0, 5, 5))
        parts = pl.Series("split", ["train", None], dtype=dataset.frames.schema["split"])
        write_labels(dataset.replace(frames=dataset.frames.with_columns(parts)), tmp_path / "out", "voc")
        lists = {file.stem: file.read_text() for file in (tmp_path / "out" / "ImageSets" / "Main").iterdir()}
        assert lists == {"train": "train/a\n", "default": "b\n"}
        assert (tmp_path / "out" / "Annotations" / "train" / "a.xml").is_file()


class TestTracks:
    def dataset(self, **more: Any) -> Dataset:
        rows = [
            box(1, 1, 9, 9, track_id=7),
            box(2, 1, 10, 9, track_id=7, frame=1, origin="interpolated"),
            box(4, 1, 12, 9, track_id=7, frame=4),
            box(1, 1, 5, 5, track_id=8, frame=2, class_id=1),
        ]
        dataset = made(files=False)
        frames = table("frames", {"frame": range(6), "width": [WIDTH] * 6, "height": [HEIGHT] * 6, **more})
        said = [{"annotation_id": n, "frame": 0, "class_id": 0, "is_crowd": False} | row for n, row in enumerate(rows)]
        return dataset.replace(frames=frames, annotations=table("annotations", said))

    @pytest.mark.parametrize("form", ["cvat", "label-studio"])
    def test_those_of_a_video_come_back_with_their_gaps(self, form: str, tmp_path: Path):
        dataset = self.dataset()
        again = back(dataset, tmp_path, form)
        assert _followed(again) == pytest.approx(_followed(dataset))
        origins = dataset.annotations["origin"].to_list()
        assert again.annotations.sort("frame")["origin"].to_list() == [origins[n] for n in (0, 1, 3, 2)]
        assert again.frames.height == 6
        assert lost(dataset, form) == {}
        again = back(again, tmp_path / "again", form)  # frames that a reader named are a video's as well
        assert _followed(again) == pytest.approx(_followed(dataset))

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param({"file": [f"{n}.png" for n in range(6)]}, id="frames that have names"),
            pytest.param({"width": [WIDTH] * 5 + [9]}, id="two sizes"),
        ],
    )
    @pytest.mark.parametrize("form", ["cvat", "label-studio"])
    def test_what_is_no_video_has_images(self, form: str, other: dict[str, Any], tmp_path: Path):
        dataset = self.dataset(**other)
        again = back(dataset, tmp_path, form)
        assert again.annotations["track_id"].to_list() == [None] * 4
        assert lost(dataset, form) == {"track ids": 4}


def _followed(dataset: Dataset) -> Any:
    """Where each object is on each frame; Label Studio's reader numbers tracks as they stand, from 1."""
    rows = dataset.annotations.select("frame", pl.col("track_id").rank("dense"), "class_id", *EDGES)
    return np.array(rows.sort("frame", "track_id").rows())


class TestWork:
    def dataset(self) -> Dataset:
        work = table(
            "assignments",
            [
                {"assignment_id": "a1", "worker_id": "w1", "frame": 0, "work_seconds": 12.5},
                {"assignment_id": "a2", "worker_id": "w2", "frame": 0},
                {"assignment_id": "a3", "worker_id": "w1", "frame": 1, "work_seconds": 3.0},
                {"assignment_id": "a4", "worker_id": "w2", "frame": 1, "labels_read": False},
            ],
        )
        people = table("workers", [{"worker_id": f"w{n}", "alias": f"Worker {n}"} for n in (1, 2)])
        rows = [
            box(0, 0, 5, 5, assignment_id="a1", origin="worker"),
            box(1, 1, 6, 6, assignment_id="a2", origin="worker"),
            box(2, 2, 7, 7, origin="model", confidence=0.75),
        ]
        empty = made()
        drawn = [{"annotation_id": n, "frame": 0, "class_id": 0, "is_crowd": False} | row for n, row in enumerate(rows)]
        return Dataset(empty.frames, empty.categories, table("annotations", drawn), work, people)

    def test_each_persons_is_an_annotation_and_a_models_a_prediction(self, tmp_path: Path):
        write_labels(self.dataset(), tmp_path / "out", "label-studio")
        first, second = json.loads((tmp_path / "out" / "tasks.json").read_text())
        assert [len(made["result"]) for made in first["annotations"]] == [1, 1]
        assert [made.get("lead_time") for made in first["annotations"]] == [12.5, None]
        assert [made["result"][0]["score"] for made in first["predictions"]] == [0.75]
        assert [made.get("lead_time") for made in second["annotations"]] == [3.0]  # nothing drawn; unread is not said
        assert "completed_by" not in (tmp_path / "out" / "tasks.json").read_text()

    def test_all_are_predictions_where_that_is_asked_for(self, tmp_path: Path):
        write_labels(self.dataset(), tmp_path / "out", "label-studio-predictions")
        first, second = json.loads((tmp_path / "out" / "tasks.json").read_text())
        assert (first["annotations"], second["annotations"], second["predictions"]) == ([], [], [])
        assert [len(made["result"]) for made in first["predictions"]] == [3]
        again = read_labels(tmp_path / "out").dataset.annotations
        assert again["origin"].to_list() == ["model"] * 3
        found = lost(self.dataset(), "label-studio-predictions")
        assert found == {PEOPLE: 2, "which labels people drew": 2}

    @pytest.mark.parametrize("form", FORMS)
    def test_what_has_no_place_is_said(self, form: str):
        found = lost(self.dataset(), form)
        assert found.pop("the answers, pay and times of people" if form == "fiftyone" else PEOPLE) == 2
        expected = {"confidences": 1} if form not in {"label-studio", "fiftyone"} else {}
        expected |= {"which labels a model drew": 1} if form in {"labelme", "voc"} else {}
        assert found == expected

    @pytest.mark.parametrize("form", FORMS)
    def test_every_kind_of_loss_is_one_that_is_counted(self, form: str):
        everything = made(
            box(12, 10, 40, 20, mask_rle=rle_to_string(rle_from_mask(BLOB))),
            box(10, 8, 50, 40, polygons=[SQUARE, OTHER], track_id=3, confidence=0.5, is_crowd=True),
            around(TURNED, shape="rotated_box"),
            box(5, 6, 7, 8, keypoints=[5.0, 6.0, 2.0], keypoint_confidence=[0.5]),
        )
        found = lost(everything, form)
        assert found
        assert set(found) <= {*KINDS, PEOPLE}


class TestRefused:
    @pytest.mark.parametrize("form", ["cvat", "label-studio"])
    def test_a_frame_without_a_size(self, form: str, tmp_path: Path):
        dataset = made(box(0, 0, 5, 5))
        unsized = dataset.replace(frames=dataset.frames.with_columns(width=pl.lit(None, pl.Int64)))
        with pytest.raises(OutputError, match="no size"):
            write_labels(unsized, tmp_path / "out", form)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("form", ["labelme", "voc"])
    def test_a_size_is_left_out_where_nobody_needs_it(self, form: str, tmp_path: Path):
        dataset = made(box(0, 0, 5, 5))
        unsized = dataset.replace(frames=dataset.frames.with_columns(width=pl.lit(None, pl.Int64)))
        assert back(unsized, tmp_path, form).frames["width"].to_list() == [None, None]

    @pytest.mark.parametrize("form", FORMS)
    def test_two_pictures_of_one_name(self, form: str, tmp_path: Path):
        dataset = made(box(0, 0, 5, 5))
        twice = dataset.replace(frames=dataset.frames.with_columns(file=pl.lit("a.png")))
        with pytest.raises(OutputError, match="same name"):
            write_labels(twice, tmp_path / "out", form)

    @pytest.mark.parametrize("form", ["labelme", "label-studio"])
    def test_a_number_that_json_does_not_have(self, form: str, tmp_path: Path):
        with pytest.raises(OutputError, match="JSON"):
            row = box(0, 0, 5, 5, confidence=float("inf"), polygons=[[0.0, 0.0, float("inf"), 5.0, 5.0, 5.0]])
            write_labels(made(row), tmp_path / "out", form)

    def test_parts_that_become_masks_are_said(self):
        dataset = made(box(10, 8, 50, 40, polygons=[SQUARE, OTHER]))
        for form in ("labelme", "cvat", "label-studio"):
            assert codes(use(BY_NAME[form].losses)(dataset, False)) == ["written-as-masks"]  # type: ignore[misc]
