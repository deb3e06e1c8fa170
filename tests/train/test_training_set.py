"""A training set on the disk: what trainers read, read back, and nobody named in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from PIL import Image
from planted import HEIGHT, NAMES, WIDTH, Planted, planted
from support import codes, make_clip

from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.reading import read_labels
from loopviz.media import ReadOptions, Source, open_source
from loopviz.schema import table
from loopviz.train import TrainingSet, TrainingSetOptions, build_training_set

FRAMES = 30
EDGES = ["frame", "class_id", "x_min", "y_min", "x_max", "y_max"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", FRAMES, (WIDTH, HEIGHT))


@pytest.fixture
def source(clip: Path) -> Any:
    with open_source(clip) as opened:
        yield opened


@pytest.fixture(scope="module")
def crowd() -> Planted:
    return planted(FRAMES, 8, each=2)


def build(dataset: Dataset, source: Source, folder: Path, **options: Any) -> TrainingSet:
    return build_training_set(dataset, source, folder, TrainingSetOptions(**options))


def read_back(made: TrainingSet) -> pl.DataFrame:
    """The labels of the written set with the frames' own numbers."""
    labels = read_labels(made.path.parent).dataset
    numbers = labels.frames.select("frame", number=pl.col("file").str.extract(r"(\d+)\.\w+$").cast(pl.Int64))
    drawn = labels.annotations.join(numbers, on="frame").with_columns(frame="number")
    return drawn.select(EDGES).sort(EDGES)


@pytest.mark.parametrize("whose", ["all", "accepted", "consensus", "weighted"])
@pytest.mark.parametrize("split", ["blocks", "worker", "random"])
def test_what_is_written_reads_back(crowd: Planted, source: Source, tmp_path: Path, whose: str, split: str):
    made = build(crowd.dataset, source, tmp_path / "set", whose=whose, split=split)
    again = read_back(made)
    ours = made.objects.select(EDGES).sort(EDGES)
    assert again.height == ours.height > 30
    assert again.select("frame", "class_id").equals(ours.select("frame", "class_id"))
    assert np.abs((again - ours).to_numpy()).max() < 1e-6
    labels = read_labels(made.path.parent).dataset
    assert labels.categories["name"].to_list() == list(NAMES) == list(made.names)
    assert sorted(labels.frames.select("file", "split").rows()) == sorted(made.images.select("file", "split").rows())
    sizes = labels.frames.select("width", "height").unique().rows()
    assert sizes == [(WIDTH, HEIGHT)]


def test_the_folder_is_what_trainers_expect(crowd: Planted, source: Source, tmp_path: Path):
    made = build(crowd.dataset, source, tmp_path / "set", whose="accepted")
    root = made.path.parent
    spec = yaml.safe_load(made.path.read_text())
    assert spec == {
        "train": "images/train",
        "val": "images/val",
        "task": "detect",
        "nc": 3,
        "names": dict(enumerate(NAMES)),
    }
    for part in ("train", "val"):
        images = {file.stem for file in (root / "images" / part).iterdir()}
        assert images == {file.stem for file in (root / "labels" / part).iterdir()}
        assert images
    assert not (root / "train.txt").exists()


def test_heavier_images_are_listed_more_often(crowd: Planted, source: Source, tmp_path: Path):
    work = crowd.dataset.assignments
    one_each = work.filter(
        pl.col("assignment_id").is_in(
            work.group_by("frame").agg(pl.col("assignment_id").last())["assignment_id"].implode()
        )
        | (pl.col("frame") % 3 == 0)
    )
    drawn = crowd.dataset.annotations.join(one_each, on="assignment_id", how="semi")
    dataset = crowd.dataset.replace(annotations=drawn).replace(assignments=one_each)
    made = build(dataset, source, tmp_path / "set", whose="weighted", listed=4)
    lines = (made.path.parent / "train.txt").read_text().splitlines()
    listed = made.images.filter(pl.col("split") == "train")
    assert {f"./{file}": often for file, often in listed.select("file", "listed").iter_rows()} == {
        line: lines.count(line) for line in lines
    }
    assert listed["listed"].n_unique() > 1
    assert all((made.path.parent / line).is_file() for line in lines)
    assert yaml.safe_load(made.path.read_text())["train"] == "train.txt"
    assert set(made.images.filter(pl.col("split") == "val")["listed"]) == {1}
    heavy = listed.sort("weight")
    assert heavy["listed"].is_sorted()


def test_nobody_is_named(crowd: Planted, source: Source, tmp_path: Path):
    """Neither in a file's name nor in a text: not by an id, not by an alias, not in a category's name."""
    first = crowd.dataset.workers["worker_id"][0]
    dataset = crowd.dataset.replace(
        workers=crowd.dataset.workers.with_columns(alias=pl.format("Worker {}", pl.col("worker_id").str.slice(-3))),
        categories=crowd.dataset.categories.with_columns(
            name=pl.when(pl.col("class_id") == 0).then(pl.lit(f"by {first}")).otherwise("name")
        ),
        frames=crowd.dataset.frames.with_columns(file=pl.format("{}_{}.png", pl.lit(first), "frame")),
    )
    made = build(dataset, source, tmp_path / "set", whose="weighted", split="worker")
    told = [
        str(file.relative_to(tmp_path)).encode() + (b"" if file.suffix == ".jpg" else file.read_bytes())
        for file in made.path.parent.rglob("*")
        if file.is_file()
    ]
    for word in (b"SIMPLANTED", b"Worker", b"T000"):
        assert not [text for text in told if word in text]


def test_who_refused_is_nobody_and_their_work_stays(crowd: Planted, source: Source, tmp_path: Path):
    first = crowd.dataset.workers["worker_id"][-1]
    refused = pl.when(pl.col("worker_id") == first).then(pl.lit(value=False))
    dataset = crowd.dataset.replace(workers=crowd.dataset.workers.with_columns(consent=refused))
    made = build(dataset, source, tmp_path / "set", whose="all")
    assert made.objects.height == build(crowd.dataset, source, tmp_path / "other", whose="all").objects.height


def test_it_is_the_same_set_when_it_is_made_again(crowd: Planted, source: Source, tmp_path: Path):
    one, other = (build(crowd.dataset, source, tmp_path / name, whose="weighted") for name in ("a", "b"))
    assert one.digest == other.digest
    files = [
        sorted(f for f in (tmp_path / name).rglob("*") if f.is_file() and f.name != ".loopviz") for name in ("a", "b")
    ]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]
    assert build(crowd.dataset, source, tmp_path / "a", whose="weighted").digest == one.digest  # gives way to itself
    with pytest.raises(OutputError):
        build(crowd.dataset, source, tmp_path / "a", whose="all")
    assert build(crowd.dataset, source, tmp_path / "c", whose="all").digest != one.digest


def test_nothing_is_left_of_a_set_that_cannot_be(crowd: Planted, source: Source, tmp_path: Path):
    bare = crowd.dataset.replace(annotations=crowd.dataset.annotations.clear())
    with pytest.raises(InputError):
        build(bare, source, tmp_path / "set")
    assert not list(tmp_path.iterdir())


def silent(crowd: Planted) -> Dataset:
    """On frame 1 everybody drew nothing, on frame 2 nobody worked, on frame 3 dismissed work drew nothing."""
    gone = pl.col("frame").is_in([1, 2, 3])
    work = crowd.dataset.assignments.filter(pl.col("frame") != 2)
    work = work.with_columns(accepted=pl.col("frame") != 3)
    drawn = crowd.dataset.annotations.filter(~gone)
    return crowd.dataset.replace(annotations=drawn).replace(assignments=work)


BACKGROUND = {"none": (set(), 3), "worked": ({1}, 2), "all": ({1, 2}, 1)}


@pytest.mark.parametrize(("which", "wanted", "left"), [(k, *v) for k, v in BACKGROUND.items()], ids=BACKGROUND)
def test_frames_without_a_label(
    crowd: Planted, source: Source, tmp_path: Path, which: str, wanted: set[int], left: int
):
    made = build(silent(crowd), source, tmp_path / "set", background=which)
    empty = made.images.filter(pl.col("objects") == 0)
    assert set(empty["frame"]) == wanted
    assert all(
        (made.path.parent / "labels" / file.removeprefix("images/")).with_suffix(".txt").read_text() == ""
        for file in empty["file"]
    )
    assert [each.values["count"] for each in made.notes if each.code == "unlabelled-left-out"] == [left]


def test_what_a_dismissed_person_drew_is_no_background(crowd: Planted, source: Source, tmp_path: Path):
    refused = crowd.dataset.assignments.with_columns(accepted=pl.col("frame") > 4)
    made = build(crowd.dataset.replace(assignments=refused), source, tmp_path / "set", background="all")
    assert set(made.images["frame"]) == set(range(5, FRAMES))


def test_polygons_where_they_are_asked_for(crowd: Planted, source: Source, tmp_path: Path):
    made = build(crowd.dataset, source, tmp_path / "set", task="segment")
    row = next((made.path.parent / "labels" / "train").iterdir()).read_text().splitlines()[0]
    assert len(row.split()) == 9
    assert yaml.safe_load(made.path.read_text())["task"] == "segment"


def outlined(dataset: Dataset, short: int = 0) -> Dataset:
    """Give every label a diamond that fills its box; the first ``short`` of them do not reach its right edge."""
    polygons = [
        [[(a + b) / 2, c, b - (5 if n < short else 0), (c + d) / 2, (a + b) / 2, d, a, (c + d) / 2]]
        for n, (a, c, b, d) in enumerate(dataset.annotations.select("x_min", "y_min", "x_max", "y_max").iter_rows())
    ]
    column = pl.Series("polygons", polygons, dtype=pl.List(pl.List(pl.Float64)))
    return dataset.replace(annotations=dataset.annotations.with_columns(column))


def test_boxes_are_written_by_the_outlines_that_fill_them(crowd: Planted, source: Source, tmp_path: Path):
    def made(name: str, dataset: Dataset, *, outlines: bool) -> tuple[TrainingSet, set[int]]:
        options = TrainingSetOptions(whose="all")
        built = build_training_set(dataset, source, tmp_path / name, options, outlines=outlines)
        files = (tmp_path / name / "labels").rglob("*.txt")
        return built, {len(row.split()) for file in files for row in file.read_text().splitlines()}

    whole, columns = made("outlines", outlined(crowd.dataset), outlines=True)
    assert columns == {9}
    assert (whole.task, whole.outlined) == ("detect", True)
    np.testing.assert_allclose(read_back(whole), whole.objects.select(EDGES).sort(EDGES), atol=1e-6)
    assert made("plain", outlined(crowd.dataset), outlines=False)[1] == {5}
    assert made("some without", crowd.dataset, outlines=True)[1] == {5}

    count = crowd.dataset.annotations.height
    few, columns = made("a few not filled", outlined(crowd.dataset, short=count // 20), outlines=True)
    assert (few.outlined, columns) == (True, {9})
    np.testing.assert_allclose(read_back(few), few.objects.select(EDGES).sort(EDGES), atol=1e-6)
    assert made("many not filled", outlined(crowd.dataset, short=count // 10), outlines=True)[1] == {5}


def test_what_boxes_cannot_teach_is_counted(crowd: Planted, source: Source, tmp_path: Path):
    rows = crowd.dataset.annotations.with_row_index("row")
    points = pl.lit([5.0, 5.0, 2.0], dtype=rows.schema["keypoints"])
    posed = rows.with_columns(
        keypoints=pl.when(pl.col("row") < 5).then(points),
        shape=pl.when(pl.col("row") < 2).then(pl.lit("points")).otherwise("shape"),
    ).drop("row")
    made = build(crowd.dataset.replace(annotations=posed), source, tmp_path / "set", whose="all")
    counts = {each.code: dict(each.values)["count"] for each in made.notes if "count" in dict(each.values)}
    assert (counts["without-area"], counts["keypoints-untaught"]) == (2, 3)


def test_it_says_what_the_trainer_must_know(crowd: Planted, source: Source, tmp_path: Path):
    made = build(crowd.dataset, source, tmp_path / "set", whose="all")
    assert not made.flips
    assert {"split-blocks", "several-teach", "sides-told-apart"} <= set(codes(made.notes))
    named = crowd.dataset.categories.with_columns(name=pl.Series(["a", "b", "c"]))
    assert build(crowd.dataset.replace(categories=named), source, tmp_path / "other", whose="all").flips


def test_counts_are_by_part_and_category(crowd: Planted, source: Source, tmp_path: Path):
    made = build(crowd.dataset, source, tmp_path / "set", whose="consensus")
    counts = made.counts()
    assert counts["objects"].sum() == made.objects.height
    assert counts.filter(pl.col("category") == "Body")["split"].to_list() == ["train", "val"]
    assert made.images["objects"].sum() == made.objects.height


def test_damaged_frames_are_left_out(crowd: Planted, clip: Path, tmp_path: Path):
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    (tmp_path / "bad.mp4").write_bytes(data)
    with open_source(tmp_path / "bad.mp4", options=ReadOptions(damage="mend")) as source:
        damaged = set(source.damaged)
        assert damaged
        frames = source.info.frames
        made = build(crowd.dataset.filter(frames=range(frames)), source, tmp_path / "set")
    assert not damaged & set(made.images["frame"])
    assert "frames-damaged" in codes(made.notes)


def test_a_folder_of_images_of_several_sizes(tmp_path: Path):
    """Labels are fractions of each image's own size, whichever it is."""
    (tmp_path / "in").mkdir()
    draw = np.random.default_rng(1)
    for number in range(10):
        size = (64, 48) if number % 2 else (48, 64)
        Image.fromarray(draw.integers(0, 255, (*size[::-1], 3), dtype=np.uint8)).save(tmp_path / "in" / f"{number}.png")
    with open_source(tmp_path / "in") as source:
        frames = source.table()
        rows = [
            {"annotation_id": n, "frame": n, "class_id": 0, "x_min": 8.0, "y_min": 6.0, "x_max": 40.0, "y_max": 42.0}
            for n in range(10)
        ]
        dataset = Dataset(
            frames=frames,
            categories=table("categories", {"class_id": [0], "name": ["a"]}),
            annotations=table("annotations", rows),
        )
        made = build(dataset, source, tmp_path / "set", link=True)
    again = read_back(made)
    assert np.allclose(again.select("x_min", "y_min", "x_max", "y_max").to_numpy(), [8, 6, 40, 42])
    assert again.height == 10
