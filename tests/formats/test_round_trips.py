"""Whatever is written comes back the same; whatever comes in raises only our own errors."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from loopviz.dataset import Dataset
from loopviz.errors import LoopvizError
from loopviz.formats.people.assignments import read_assignments
from loopviz.formats.people.read import read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.writing import write_labels
from loopviz.geometry import rle_from_mask, rle_to_string
from loopviz.schema import table

WIDTH, HEIGHT = 64, 48
QUICK = settings(max_examples=25, deadline=None)
EDGES = ["x_min", "y_min", "x_max", "y_max"]
x = st.floats(0, WIDTH, allow_nan=False)
y = st.floats(0, HEIGHT, allow_nan=False)
outline = st.lists(st.tuples(x, y), min_size=3, max_size=6).map(lambda points: [v for point in points for v in point])
names = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1),
    min_size=1,
    max_size=4,
)


@st.composite
def datasets(draw: st.DrawFn, *, shapes: bool, masks: bool = False) -> Dataset:
    """Sets of frames, categories with any names, and boxes with or without outlines, masks, tracks and confidences."""
    frames = draw(st.integers(1, 4))
    categories = draw(names)
    rows: list[dict[str, Any]] = []
    tracked = draw(st.booleans())
    for _ in range(draw(st.integers(0, 6))):
        left, right = sorted((draw(x), draw(x)))
        top, bottom = sorted((draw(y), draw(y)))
        row: dict[str, Any] = {
            "frame": draw(st.integers(0, frames - 1)),
            "class_id": draw(st.integers(0, len(categories) - 1)),
        }
        row |= {"x_min": left, "y_min": top, "x_max": right, "y_max": bottom, "is_crowd": draw(st.booleans()) and masks}
        if shapes:
            parts = draw(st.lists(outline, min_size=1, max_size=3 if masks else 1))
            row["polygons"] = parts
            points = np.concatenate([np.reshape(part, (-1, 2)) for part in parts])
            row |= dict(zip(EDGES, [*points.min(0).tolist(), *points.max(0).tolist()], strict=True))
        elif masks:
            bits = np.frombuffer(draw(st.binary(min_size=HEIGHT, max_size=HEIGHT)), np.uint8) > 127
            row["mask_rle"] = rle_to_string(rle_from_mask(np.tile(bits[:, None], (1, WIDTH))))
        if tracked:
            row["track_id"] = draw(st.integers(0, 2**50))
        rows.append(row)
    rows.sort(key=lambda row: row["frame"])
    rows = [{"annotation_id": i, **row} for i, row in enumerate(rows)]
    listed = {"frame": range(frames), "file": [f"f_{i:03d}" for i in range(frames)]}
    return Dataset(
        frames=table("frames", {**listed, "width": [WIDTH] * frames, "height": [HEIGHT] * frames}),
        categories=table(
            "categories", {"class_id": range(len(categories)), "name": [name.strip() or "x" for name in categories]}
        ),
        annotations=table("annotations", rows),
    )


def same(again: Dataset, dataset: Dataset) -> None:
    assert again.categories.equals(dataset.categories)
    assert again.frames.select("frame", "width", "height").equals(dataset.frames.select("frame", "width", "height"))
    ours, theirs = again.annotations, dataset.annotations
    assert ours.drop(*EDGES, "polygons", "is_crowd").equals(theirs.drop(*EDGES, "polygons", "is_crowd"))
    assert ours["is_crowd"].to_list() == [bool(crowd) for crowd in theirs["is_crowd"]]
    np.testing.assert_allclose(ours.select(EDGES).to_numpy(), theirs.select(EDGES).to_numpy(), atol=1e-9)
    assert ours["polygons"].is_null().equals(theirs["polygons"].is_null())
    deep = [
        frame["polygons"].drop_nulls().explode(empty_as_null=True).explode(empty_as_null=True)
        for frame in (ours, theirs)
    ]
    np.testing.assert_allclose(deep[0].to_numpy(), deep[1].to_numpy(), atol=1e-9)


def distinct(dataset: Dataset) -> Dataset:
    """Without repeated rows, which YOLO drops by its rules."""
    keys = ["frame", "class_id", *EDGES, "track_id"]
    kept = dataset.annotations.unique([*keys, "polygons"], keep="first", maintain_order=True)
    return dataset.replace(annotations=kept.with_columns(annotation_id=pl.int_range(pl.len())))


@QUICK
@given(st.one_of(datasets(shapes=False), datasets(shapes=True)).map(distinct))
def test_yolo_comes_back(dataset: Dataset) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_labels(dataset, Path(folder) / "out", "yolo", extras=("track_id",))
        again = read_labels(Path(folder) / "out", frame_size=(WIDTH, HEIGHT))
    if not any(problem.code == "duplicate-row" for problem in again.problems):  # equal once divided by the size
        same(again.dataset, dataset)


def from_one(dataset: Dataset) -> Dataset:
    """With the ids that COCO gives labels counted from 0: evaluators take a 0 for no label."""
    return dataset.replace(annotations=dataset.annotations.with_columns(annotation_id=pl.col("annotation_id") + 1))


@QUICK
@given(st.one_of(datasets(shapes=False), datasets(shapes=True, masks=True), datasets(shapes=False, masks=True)))
def test_coco_comes_back(dataset: Dataset) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_labels(dataset, Path(folder) / "out.json", "coco")
        labels = read_labels(Path(folder) / "out.json")
    assert labels.problems == ()
    same(labels.dataset, from_one(dataset))


@QUICK
@given(datasets(shapes=False, masks=True), st.booleans())
def test_masks_come_back_exactly_with_polygons_beside_them(dataset: Dataset, traceable: bool) -> None:
    """A crowd's labels have both: what is read again is the mask, to the last pixel."""
    box = pl.concat_list("x_min", "y_min", "x_max", "y_min", "x_max", "y_max")
    both = dataset.replace(
        annotations=dataset.annotations.with_columns(
            polygons=box.map_elements(lambda points: [points.to_list()], return_dtype=pl.List(pl.List(pl.Float64)))
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        write_labels(both, Path(folder) / "out.json", "coco-traceable" if traceable else "coco")
        again = read_labels(Path(folder) / "out.json").dataset
    same(again, from_one(dataset))
    assert again.annotations["mask_rle"].equals(dataset.annotations["mask_rle"])


numbers = st.one_of(st.floats(), st.integers(-5, 10**20))
tokens = st.one_of(numbers.map(str), st.sampled_from(["0", "1", "0.5", ".25", "x", "\ufeff", "\0"]))
texts = st.lists(st.lists(tokens, max_size=12).map(" ".join), max_size=6).map("\n".join).map(str.encode)


@QUICK
@given(st.one_of(st.binary(), texts), st.one_of(st.none(), st.binary()), st.booleans())
def test_any_yolo_bytes(text: bytes, spec: bytes | None, skip: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "labels").mkdir()
        (root / "labels" / "a.txt").write_bytes(text)
        if spec is not None:
            (root / "data.yaml").write_bytes(b"names: " + spec)
        try:
            read_labels(root, frame_size=(9, 9), skip_bad=skip)
        except LoopvizError as error:
            assert str(error).isprintable()


leaves = st.one_of(st.none(), st.booleans(), numbers, st.sampled_from([0, 1, 5]), st.text(max_size=5))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(st.text(max_size=3), inner)),
    max_leaves=8,
)
sane = {
    "id": st.integers(0, 3),
    "image_id": st.just(1),
    "category_id": st.just(1),
    "width": st.just(9),
    "height": st.just(9),
}
runs = st.fixed_dictionaries({"size": st.just([9, 9]), "counts": values})
fields = {
    **{key: st.one_of(good, values) for key, good in sane.items()},
    "bbox": st.one_of(st.lists(numbers, min_size=4, max_size=4), st.just([1, 1, 2, 2]), values),
    "segmentation": st.one_of(values, st.lists(st.lists(numbers, max_size=7), max_size=3), runs),
    **dict.fromkeys(("iscrowd", "score", "track_id"), values),
    "file_name": st.one_of(st.just("a.png"), values),
    "name": st.one_of(st.just("a"), values),
    "attributes": st.one_of(values, st.fixed_dictionaries({"worker_id": values, "form_responses": values})),
}
entry = st.fixed_dictionaries({}, optional=fields)
document = st.fixed_dictionaries(
    {},
    optional={key: st.one_of(st.lists(entry, max_size=3), values) for key in ("images", "annotations", "categories")},
)


@settings(max_examples=100, deadline=None)
@given(document, st.booleans())
def test_any_coco_document(content: Any, skip: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.json"
        file.write_text(json.dumps(content))
        try:
            read_labels(file, format="coco", skip_bad=skip)
        except LoopvizError as error:
            assert str(error).isprintable()


@QUICK
@given(st.binary(), st.sampled_from(["coco", "people", "assignments", "parquet"]))
def test_any_bytes_at_all(data: bytes, kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.json"
        file.write_bytes(data)
        try:
            if kind == "people":
                read_people(file, Dataset())
            elif kind == "assignments":
                read_assignments(file, Dataset())
            else:
                read_labels(file if kind == "coco" else folder, format="coco" if kind == "coco" else "dataset")
        except LoopvizError as error:
            assert str(error).isprintable()


@QUICK
@given(values)
def test_any_document_about_people(content: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.json"
        file.write_text(json.dumps(content))
        try:
            read_people(file, Dataset())
        except LoopvizError as error:
            assert str(error).isprintable()
