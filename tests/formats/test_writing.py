"""Writers: what they write comes back the same, names nobody unless asked, and is there whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from support import that_can_be_written, with_worker

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, OutputError
from loopviz.formats.people.read import read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import BY_NAME, WRITABLE
from loopviz.formats.writing import write_labels
from loopviz.geometry import polygon_area, polygons_to_mask, rle_from_mask
from loopviz.schema import SCHEMAS

Make = Callable[..., Path]
NAMELESS = {"motchallenge"}  # has no place for names, not even in those of files
SIZE = (64, 48)


@pytest.fixture
def people(thesis: Path) -> Dataset:
    dataset = read_labels(thesis).dataset
    aliases = pl.Series("alias", ["Ada", "Bela", "Cy"], dtype=pl.String)
    return dataset.replace(workers=dataset.workers.with_columns(aliases))


def everything(path: Path) -> str:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return "\n".join(f"{file.name}\n{file.read_bytes()!r}" for file in files if file.is_file())


@pytest.mark.parametrize("kind", that_can_be_written(WRITABLE))
def test_nobodys_id_is_written_unless_asked(people: Dataset, tmp_path: Path, kind: str) -> None:
    write_labels(people, tmp_path / "alias", kind)
    assert "INVENTED" not in everything(tmp_path / "alias")
    assert "A3SILENT" not in everything(tmp_path / "alias")
    write_labels(people, tmp_path / "full", kind, full=True)
    assert ("A1INVENTED" in everything(tmp_path / "full")) == (kind not in NAMELESS)


@pytest.mark.parametrize("kind", that_can_be_written(WRITABLE))
def test_people_without_aliases_are_not_written(thesis: Path, tmp_path: Path, kind: str) -> None:
    with pytest.raises(OutputError) as caught:
        write_labels(read_labels(thesis).dataset, tmp_path / "out", kind)
    assert str(caught.value) == (
        "a worker has no alias, or two share one. Name the people first with apply_identity, or ask for the full ids."
    )
    assert not (tmp_path / "out").exists()


TASK, HIT = "3TESTASSIGNMENT00000000000001A", "3TESTHIT0000000000000000000001"


def test_nothing_of_the_platform_is_written_unless_asked(people: Dataset, tmp_path: Path) -> None:
    work = people.assignments.with_columns(
        assignment_id=pl.Series([f"{TASK}/1", f"{TASK}/2", "short"]),
        hit_id=pl.lit(HIT),
        batch=pl.Series(["Batch_4012345_batch_results", "pilot", "Batch_4012346_batch_results"]),
        reason=pl.lit(f"see {HIT.lower()} of A1INVENTED"),
    )
    known = dict(zip(people.assignments["assignment_id"], work["assignment_id"], strict=True))
    tables = {
        "annotations": people.annotations.with_columns(pl.col("assignment_id").replace(known)),
        "answers": people.answers.with_columns(answer=pl.lit(f"({TASK})")),
        "frames": people.frames.with_columns(file=pl.format(f"{HIT}_{{}}.png", "frame")),
    }
    platform = Dataset(**{name: getattr(people, name) for name in SCHEMAS} | tables | {"assignments": work})
    write_labels(platform, tmp_path / "out", "dataset")
    again = Dataset.load(tmp_path / "out")
    assert again.assignments["assignment_id"].to_list() == [
        "assignment-000001/1",
        "assignment-000001/2",
        "assignment-000002",
    ]
    assert again.assignments["hit_id"].unique().to_list() == ["hit-000001"]
    assert again.assignments["batch"].to_list() == ["batch-1", "pilot", "batch-2"]
    assert again.assignments["reason"].unique().to_list() == ["see hit-000001 of Ada"]
    assert again.answers["answer"].unique().to_list() == ["(assignment-000001)"]
    assert again.frames["file"].to_list() == ["hit-000001_0.png", "hit-000001_1.png", "hit-000001_2.png"]
    assert again.annotations["assignment_id"].is_in(again.assignments["assignment_id"].implode()).all()
    write_labels(platform, tmp_path / "full", "dataset", full=True)
    assert Dataset.load(tmp_path / "full").equals(platform)


def test_a_task_that_is_called_like_its_image_leaves_the_image_its_name(people: Dataset, tmp_path: Path) -> None:
    named = people.replace(assignments=people.assignments.with_columns(hit_id=pl.lit("mouse_0001_front")))
    named = named.replace(frames=named.frames.with_columns(file=pl.format("mouse_0001_front_{}.png", "frame")))
    write_labels(named, tmp_path / "out", "dataset")
    again = Dataset.load(tmp_path / "out")
    assert again.frames.equals(named.frames)
    assert again.assignments["hit_id"].unique().to_list() == ["hit-000001"]


def test_traceable_yolo_comes_back_with_its_people(people: Dataset, tmp_path: Path) -> None:
    write_labels(people, tmp_path / "out", "yolo-traceable", full=True)
    labels = read_labels(tmp_path / "out", format="yolo", frame_size=SIZE).dataset
    again = read_people(tmp_path / "out" / "metadata.json", labels)
    for name in ("categories", "annotations", "answers"):
        assert getattr(again, name).sort(pl.all()).equals(getattr(people, name).sort(pl.all())), name
    theirs = people.assignments.select("frame", "worker_id")
    assert again.assignments.select("frame", "worker_id").equals(theirs)
    assert set(again.workers["worker_id"]) == set(people.workers["worker_id"])


def test_yolo_of_several_people_a_frame_names_them_by_worker(people: Dataset, tmp_path: Path) -> None:
    more = people.assignments.with_columns(frame=pl.lit(0, pl.Int64))
    write_labels(people.replace(assignments=more), tmp_path / "out", "yolo-traceable")
    assert list(json.loads((tmp_path / "out" / "metadata.json").read_text())) == ["Ada", "Bela", "Cy"]


def test_a_mask_wins_over_its_polygons(coco: Make, tmp_path: Path) -> None:
    mask = {"size": [48, 64], "counts": [48 * 10 + 8, 16, 32, 16, 48 * 53 - 24]}
    dataset = read_labels(coco({"annotations": {0: {"segmentation": mask}}})).dataset
    rough = pl.Series(
        "polygons", [[[10.0, 8.0, 12.0, 8.0, 12.0, 24.0]], None], dtype=SCHEMAS["annotations"]["polygons"]
    )
    both = dataset.replace(annotations=dataset.annotations.with_columns(rough))
    write_labels(both, tmp_path / "out.json", "coco")
    entry = json.loads((tmp_path / "out.json").read_text())["annotations"][0]
    assert (entry["area"], entry["segmentation"]["size"]) == (32, [48, 64])
    assert read_labels(tmp_path / "out.json").dataset.annotations.equals(dataset.annotations)


def test_an_image_of_unknown_size_is_written_without_one(people: Dataset, tmp_path: Path) -> None:
    unsized = people.replace(
        frames=people.frames.with_columns(width=pl.lit(None, pl.Int64), height=pl.lit(None, pl.Int64))
    )
    write_labels(unsized, tmp_path / "out.json", "coco")
    again = read_labels(tmp_path / "out.json", frame_size=SIZE).dataset
    assert again.frames["width"].to_list() == [64] * 3


def test_the_thesis_folder_comes_back(people: Dataset, tmp_path: Path) -> None:
    write_labels(people, tmp_path / "out", "thesis", full=True)
    assert sorted(file.name for file in (tmp_path / "out" / "labels").iterdir()) == [
        "mouse_0001_A1INVENTED.txt",
        "mouse_0010_A1INVENTED.txt",
        "mouse_0202_A2INVENTED.txt",
    ]
    again = read_labels(tmp_path / "out", frame_size=SIZE).dataset
    for name in ("categories", "annotations", "assignments", "questions", "answers"):
        assert getattr(again, name).equals(getattr(people, name)), name
    assert again.workers["worker_id"].to_list() == people.workers["worker_id"].to_list()


def test_a_video_without_names_becomes_a_thesis_folder(people: Dataset, tmp_path: Path) -> None:
    video = people.replace(frames=people.frames.with_columns(file=pl.lit(None, pl.String)))
    write_labels(video, tmp_path / "out", "thesis")
    names = sorted(file.name for file in (tmp_path / "out" / "labels").iterdir())
    assert names == ["frame_0001_Ada.txt", "frame_0002_Ada.txt", "frame_0003_Bela.txt"]


def test_frames_that_nobody_labelled_come_back_too(yolo: Make, tmp_path: Path) -> None:
    dataset = read_labels(yolo({"m_0001_W1": "0 .5 .5 .1 .1", "m_0002": ""})).dataset
    write_labels(dataset, tmp_path / "out", "thesis")
    assert (tmp_path / "out" / "labels" / "m_0002.txt").read_text() == ""
    assert read_labels(tmp_path / "out", format="yolo", frame_size=SIZE).dataset.frames.height == 2


def test_traceable_coco_has_the_keys_of_the_thesis(people: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    write_labels(people, file, "coco-traceable", full=True)
    attributes = [entry["attributes"] for entry in json.loads(file.read_text())["annotations"]]
    assert attributes[0] == {
        "worker_id": "A1INVENTED",
        "form_responses": {"Q1": "18- 24", "Q4": "illinois", "Q9": "", "Q10": None},
    }
    again = read_labels(file).dataset
    assert with_worker(again)["worker_id"].to_list() == ["A1INVENTED", "A2INVENTED"]
    theirs = people.answers.filter(pl.col("worker_id") != "A3SILENT")
    assert again.answers.equals(theirs)


@pytest.mark.parametrize(("ids", "written"), [((0, 1), [1, 2]), ((1, 2), [1, 2]), ((7, 9), [7, 9])])
def test_no_label_is_number_0_of_coco(coco: Make, tmp_path: Path, ids: tuple[int, int], written: list[int]) -> None:
    """COCOeval takes a match with annotation 0 for none; other ids stay."""
    boxes = [{"id": i, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4]} for i in ids]
    write_labels(read_labels(coco(annotations=boxes)).dataset, tmp_path / "out.json", "coco")
    document = json.loads((tmp_path / "out.json").read_text())
    assert [entry["id"] for entry in document["annotations"]] == written


def test_plain_coco_says_nothing_of_people(people: Dataset, tmp_path: Path) -> None:
    write_labels(people, tmp_path / "out.json", "coco")
    assert all("attributes" not in entry for entry in json.loads((tmp_path / "out.json").read_text())["annotations"])


def test_a_saved_dataset_comes_back(people: Dataset, tmp_path: Path) -> None:
    write_labels(people, tmp_path / "out", "dataset", full=True)
    labels = read_labels(tmp_path / "out")
    assert labels.format == "dataset"
    assert labels.dataset.equals(people)


def test_data_yaml_is_always_there(yolo: Make, tmp_path: Path) -> None:
    write_labels(read_labels(yolo({"a": "0 .1 .1 .9 .1 .5 .9"})).dataset, tmp_path / "out", "yolo")
    spec = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())
    assert spec == {
        "train": "images",
        "val": "images",
        "task": "segment",
        "nc": 3,
        "names": {0: "wheel", 1: "button", 2: "cable"},
    }


@pytest.mark.parametrize(
    ("row", "task", "expected"),
    [
        pytest.param(
            "0 .5 .5 .25 .5", "segment", "0 0.375 0.25 0.625 0.25 0.625 0.75 0.375 0.75\n", id="a box as its corners"
        ),
        pytest.param("0 .25 .25 .75 .25 .5 .75", "detect", "0 0.5 0.5 0.5 0.5\n", id="a polygon as its box"),
        pytest.param("0 .5 .5 .25 .5 7", None, "0 0.5 0.5 0.25 0.5\n", id="a track id"),
        pytest.param("0 .5 .5 .25 .5 0.75", None, "0 0.5 0.5 0.25 0.5\n", id="a confidence"),
        pytest.param(
            "0 .25 .25 .75 .25 .5 .75 1 9", None, "0 0.25 0.25 0.75 0.25 0.5 0.75\n", id="a polygon with both"
        ),
    ],
)
def test_yolo_rows(yolo: Make, tmp_path: Path, row: str, task: str | None, expected: str) -> None:
    write_labels(read_labels(yolo({"a": row})).dataset, tmp_path / "out", "yolo", task=task)
    assert (tmp_path / "out" / "labels" / "a.txt").read_text() == expected


BOTH = "0 .5 .5 .25 .5 0.75 7\n0 .5 .5 .5 .5 1 8"


@pytest.mark.parametrize(
    ("extras", "ends"),
    [
        ((), ["", ""]),
        (("confidence",), [" 0.75", " 1.0"]),
        (("track_id",), [" 7", " 8"]),
        (("track_id", "confidence"), [" 0.75 7", " 1.0 8"]),
    ],
)
@pytest.mark.parametrize("kind", ["yolo", "thesis"])
def test_confidence_and_track_are_written_on_request(
    yolo: Make, tmp_path: Path, kind: str, extras: tuple[str, ...], ends: list[str]
) -> None:
    dataset = read_labels(yolo({"a_0001": BOTH})).dataset
    write_labels(dataset, tmp_path / "out", kind, extras=extras)
    rows = (tmp_path / "out" / "labels" / "a_0001.txt").read_text().splitlines()
    assert rows == ["0 0.5 0.5 0.25 0.5" + ends[0], "0 0.5 0.5 0.5 0.5" + ends[1]]
    again = read_labels(tmp_path / "out", format="yolo", frame_size=SIZE).dataset.annotations
    for column in ("confidence", "track_id"):
        expected = dataset.annotations[column] if column in extras else pl.Series([None, None])
        assert again[column].to_list() == expected.to_list()


@pytest.mark.parametrize(
    ("segmentation", "area"),
    [
        pytest.param([[8, 8, 16, 8, 16, 24, 8, 24], [32, 8, 40, 8, 40, 24, 32, 24]], 256, id="two parts in one row"),
        pytest.param(
            {"size": [48, 64], "counts": [48 * 10 + 8, 16, 32, 16, 48 * 53 - 24]}, 32, id="a mask along its edges"
        ),
    ],
)
def test_what_yolo_cannot_say_keeps_its_area(coco: Make, tmp_path: Path, segmentation: object, area: float) -> None:
    write_labels(
        read_labels(coco({"annotations": {0: {"segmentation": segmentation}}})).dataset, tmp_path / "out", "yolo"
    )
    again = read_labels(tmp_path / "out", frame_size=SIZE).dataset.annotations
    assert polygon_area(again["polygons"][0][0]) == pytest.approx(area)


def test_a_mask_of_parts_with_a_hole_is_one_row_of_yolo(coco: Make, tmp_path: Path) -> None:
    y, x = np.mgrid[:48, :64]
    distance = np.hypot(y - 24, x - 20)
    mask = ((distance < 16) & (distance > 7)) | ((x > 44) & (y > 30))
    runs = {"size": [48, 64], "counts": rle_from_mask(mask).tolist()}
    dataset = read_labels(coco({"annotations": {0: {"segmentation": runs}}})).dataset
    write_labels(dataset, tmp_path / "out", "yolo")
    again = read_labels(tmp_path / "out", frame_size=SIZE).dataset.annotations
    assert polygon_area(again["polygons"][0][0]) == pytest.approx(mask.sum(), rel=0.01)
    drawn = polygons_to_mask(again["polygons"][0], 48, 64)
    assert (drawn & mask).sum() / (drawn | mask).sum() > 0.95


def test_a_box_over_the_edge_is_cut_for_yolo(coco: Make, tmp_path: Path) -> None:
    dataset = read_labels(coco({"annotations": {0: {"bbox": [-10, 0, 20, 10]}}})).dataset
    write_labels(dataset, tmp_path / "out", "yolo")
    again = read_labels(tmp_path / "out", frame_size=SIZE).dataset.annotations
    assert again.select("x_min", "x_max").row(0) == (0.0, 10.0)


@pytest.mark.parametrize("kind", that_can_be_written(WRITABLE))
def test_what_exists_is_kept_unless_told(coco: Make, tmp_path: Path, kind: str) -> None:
    dataset = read_labels(coco()).dataset
    write_labels(dataset, tmp_path / "out", kind)
    before = everything(tmp_path / "out")
    with pytest.raises(OutputError) as caught:
        write_labels(dataset.filter(frames=[0]), tmp_path / "out", kind)
    what = "folder" if BY_NAME[kind].file_name is None else "output"
    said = f"{tmp_path}/out: the {what} exists and was kept. Pass --overwrite, or choose another name."
    assert str(caught.value) == said
    assert everything(tmp_path / "out") == before
    write_labels(dataset.filter(frames=[0]), tmp_path / "out", kind, overwrite=True)
    assert everything(tmp_path / "out") != before
    assert sorted(file.name for file in tmp_path.iterdir() if "out" in file.name) == ["out"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_failure_leaves_what_stood_there(
    coco: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    dataset = read_labels(coco()).dataset
    if overwrite:
        write_labels(dataset, tmp_path / "out", "yolo")
    before = everything(tmp_path / "out") if overwrite else None

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("loopviz.formats.labels.yolo.write.write_rows", full_disk)
    with pytest.raises(OutputError) as caught:
        write_labels(dataset, tmp_path / "out", "yolo", overwrite=overwrite)
    assert caught.value.problem == "cannot be written: No space left on device"
    assert caught.value.file == str(tmp_path / "out")
    assert (everything(tmp_path / "out") if overwrite else None) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == (["coco.json", "out"] if overwrite else ["coco.json"])


def test_impossible_requests_are_refused(coco: Make, tmp_path: Path) -> None:
    dataset = read_labels(coco()).dataset
    with pytest.raises(ConfigError, match="there is no such label format"):
        write_labels(dataset, tmp_path / "out", "labelbox")
    with pytest.raises(ConfigError, match="there is no such task"):
        write_labels(dataset, tmp_path / "out", "yolo", task="classify")
    unsized = dataset.replace(frames=dataset.frames.with_columns(width=pl.lit(None, pl.Int64)))
    with pytest.raises(OutputError, match="need the size of every labelled frame"):
        write_labels(unsized, tmp_path / "out", "yolo")
    same = dataset.replace(frames=dataset.frames.with_columns(file=pl.lit("a.png")))
    with pytest.raises(OutputError, match="two frames have the same name"):
        write_labels(same, tmp_path / "out", "yolo")
    outside = dataset.replace(frames=dataset.frames.with_columns(file=pl.format("../{}.png", "frame")))
    with pytest.raises(OutputError, match=r"frame 0: a frame's file name leads outside \(found '\.\./0\.png'\)"):
        write_labels(outside, tmp_path / "out", "yolo")
    assert not (tmp_path / "out").exists()


def test_a_hostile_worker_id_stays_out_of_file_names(coco: Make, tmp_path: Path) -> None:
    attributes = {"worker_id": "x/../../../../escaped"}
    dataset = read_labels(coco({"annotations": {0: {"attributes": attributes}}})).dataset
    with pytest.raises(OutputError, match="a worker's id cannot stand in a file name"):
        write_labels(dataset, tmp_path / "out", "thesis", full=True)
    assert [file.name for file in tmp_path.iterdir()] == ["coco.json"]
