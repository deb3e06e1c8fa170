"""Exports: what is read, who is in it under what name, what is left out, and what is never replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import WORKERS, make_dataset, with_worker

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.people.read import read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import EXPORTS
from loopviz.notes import note
from loopviz.outputs import Origin
from loopviz.project.config import ProjectConfig
from loopviz.project.export import ExportOptions, ExportPlace, export, export_dataset
from loopviz.schema import SCHEMAS

FORMS = tuple(EXPORTS)
SIZE = (320, 240)
ALIAS = r"Worker \d{4}"


@pytest.fixture(autouse=True)
def _own_salt(user_config: Path) -> None:
    pass


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    make_dataset().save(tmp_path / "dataset")
    return tmp_path / "dataset"


def change(saved: Path, **columns: Any) -> Dataset:
    """Give the saved dataset's work other columns."""
    dataset = Dataset.load(saved)
    dataset = dataset.replace(assignments=dataset.assignments.with_columns(**columns))
    dataset.save(saved)
    return dataset


def read(path: Path, to: str) -> Dataset:
    """Read an export back, its people too."""
    labels = read_labels(path, format={"parquet": "dataset"}.get(to, to), frame_size=SIZE).dataset
    return read_people(path / "metadata.json", labels) if to == "yolo" else labels


@pytest.mark.parametrize("to", ["coco", "yolo", "thesis", "parquet"])
def test_what_is_exported_reads_back(saved: Path, tmp_path: Path, to: str):
    made = export(saved, to, tmp_path / "out")
    again, dataset = read(made.path, to), Dataset.load(saved)
    assert (made.frames, made.annotations, made.assignments, made.workers) == (6, 10, 5, 3)
    edges = ["frame", "class_id", "x_min", "y_min", "x_max", "y_max"]
    ours, theirs = again.annotations.select(edges), dataset.annotations.select(edges)
    assert (ours - theirs).max_horizontal().abs().max() < 1e-9
    names = dict(zip(Dataset.load(saved).workers["worker_id"], _names(saved, tmp_path), strict=True))
    whose = with_worker(dataset)["worker_id"].replace_strict(names)
    assert with_worker(again)["worker_id"].equals(whose)
    assert again.answers["worker_id"].str.contains(f"^{ALIAS}$").all()
    assert sorted(again.answers["answer"]) == sorted(dataset.answers["answer"])


def _names(saved: Path, tmp_path: Path) -> pl.Series:
    """The aliases of the user's salt, as another export has them."""
    return Dataset.load(export(saved, "parquet", tmp_path / "names").path).workers["worker_id"]


def test_aliases_are_the_same_in_every_export_of_one_salt(saved: Path, tmp_path: Path):
    salts = [tmp_path / "one", tmp_path / "other"]
    for number, file in enumerate(salts):
        file.write_bytes(bytes([65 + number]) * 32)
    found = []
    for number, file in enumerate([salts[0], salts[0], salts[1]]):
        made = export(saved, "parquet", tmp_path / f"out{number}", ExportOptions(salt_file=file))
        found.append(Dataset.load(made.path).workers["worker_id"].to_list())
    assert found[0] == found[1] != found[2]


def test_hidden_people_are_numbered_by_lot(tmp_path: Path):
    many = make_dataset().workers.clear()
    many = pl.concat([many, pl.DataFrame({"worker_id": [f"A{i:09}" for i in range(60)]}).select(
        "worker_id", *(pl.lit(None, kind).alias(name) for name, kind in many.schema.items() if name != "worker_id")
    )])  # fmt: skip
    Dataset(workers=many).save(tmp_path / "dataset")
    found = []
    for number in range(2):
        made = export(tmp_path / "dataset", "parquet", tmp_path / str(number), ExportOptions(identity="hidden"))
        found.append(Dataset.load(made.path).workers["worker_id"].to_list())
    assert {*found[0]} == {*found[1]} == {f"Somebody {number}" for number in range(1, 61)}
    assert found[0] != found[1]


def test_the_full_ids_if_they_are_asked_for(saved: Path, tmp_path: Path):
    made = export(saved, "parquet", tmp_path / "out", ExportOptions(identity="full"))
    again = Dataset.load(made.path)
    assert again.workers["alias"].to_list() == list(WORKERS)
    assert again.assignments.equals(Dataset.load(saved).assignments)


def test_traceable_coco_has_exactly_the_keys_of_the_thesis(saved: Path, tmp_path: Path):
    made = export(saved, "coco", tmp_path / "a.json")
    assert made.path == tmp_path / "a.json"
    document = json.loads(made.path.read_text())
    assert {key for entry in document["annotations"] for key in entry["attributes"]} == {"worker_id", "form_responses"}
    assert {key for e in document["annotations"] for key in e["attributes"]["form_responses"]} == {"Q1", "Q2", "Q3"}
    assert set(document["annotations"][0]) == {
        "id", "image_id", "category_id", "bbox", "area", "segmentation", "iscrowd", "attributes",
    }  # fmt: skip


@pytest.mark.parametrize("to", ["coco", "yolo"])
def test_plain_says_nothing_of_people(saved: Path, tmp_path: Path, to: str):
    made = export(saved, to, tmp_path / "out", ExportOptions(plain=True))
    texts = "".join(file.read_text() for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert "Worker" not in texts
    assert "India" not in texts
    assert made.workers == 0
    assert not (tmp_path / "out" / "metadata.json").exists()


@pytest.mark.parametrize("to", FORMS)
def test_only_accepted_work(saved: Path, tmp_path: Path, to: str):
    # frame: 0 accepted, 1 refused, 2 accepted but rejected since, 3 nobody decided, 4 accepted without a status
    states = ["approved", "approved", "rejected", "approved", None]
    decided = pl.Series([True, False, True, None, True])
    change(saved, accepted=decided, status=pl.Series(states, dtype=SCHEMAS["assignments"]["status"]))
    made = export(saved, to, tmp_path / "out", ExportOptions(accepted=True))
    assert (made.assignments, made.annotations, made.left_out) == (2, 4, 3)
    assert made.frames == 3  # the two, and the one that nobody worked on
    assert note("not-accepted", assignments=3, frames=3) in made.notes
    if to == "parquet":
        again = Dataset.load(made.path)
        assert again.frames["frame"].to_list() == [0, 4, 5]
        assert set(again.annotations["frame"]) == {0, 4}
        assert again.workers.height == 3  # people stay, and what they answered
        assert again.answers.height == 4


def test_labels_that_are_nobodys_work_stay(saved: Path, tmp_path: Path):
    dataset = change(saved, accepted=pl.Series([True, False, False, False, False]))
    model = dataset.annotations.with_columns(
        assignment_id=pl.when(pl.col("annotation_id") == 3).then(None).otherwise("assignment_id")
    )
    dataset.replace(annotations=model).save(saved)
    made = export(saved, "parquet", tmp_path / "out", ExportOptions(accepted=True))
    assert Dataset.load(made.path).annotations["annotation_id"].to_list() == [0, 1, 3]
    assert Dataset.load(made.path).frames["frame"].to_list() == [0, 1, 5]


@pytest.mark.parametrize("to", FORMS)
def test_where_nobody_decided_what_the_platform_approved_counts(saved: Path, tmp_path: Path, to: str):
    states = pl.Series(["approved", "submitted", "rejected", "approved", None], dtype=SCHEMAS["assignments"]["status"])
    change(saved, accepted=pl.lit(None, pl.Boolean), status=states)
    made = export(saved, to, tmp_path / "out", ExportOptions(accepted=True))
    assert (made.assignments, made.annotations, made.left_out) == (2, 4, 3)
    assert note("platform-decides") in made.notes


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        pytest.param(None, "submitted", id="nobody decided, nothing is approved"),
        pytest.param(None, None, id="nobody decided, no status"),
        pytest.param(False, "approved", id="all refused"),
    ],
)
def test_nothing_accepted_is_an_error(saved: Path, tmp_path: Path, accepted: bool | None, status: str | None):
    state = pl.lit(status, pl.String).cast(SCHEMAS["assignments"]["status"])
    change(saved, accepted=pl.lit(accepted, pl.Boolean), status=state)
    with pytest.raises(InputError, match=r"no work here is accepted \(found '5 assignments'\)\. Review"):
        export(saved, "coco", tmp_path / "out", ExportOptions(accepted=True))
    assert not (tmp_path / "out").exists()


def test_who_refused_consent_is_not_exported(saved: Path, tmp_path: Path):
    dataset = Dataset.load(saved)
    dataset.replace(workers=dataset.workers.with_columns(consent=pl.Series([False, True, None]))).save(saved)
    made = export(saved, "parquet", tmp_path / "out")
    again = Dataset.load(made.path)
    assert (again.workers.height, again.answers["answer"].to_list()) == (2, ["Kenya"])
    assert again.assignments["worker_id"].null_count() == 2
    assert "Consent: 1 person agreed, 1 refused, 1 not asked." in map(str, made.notes)


def test_a_projects_labels_have_the_videos_frames(project_folder: Path, tmp_path: Path):
    made = export(project_folder, "parquet", tmp_path / "out")
    again = Dataset.load(made.path)
    assert again.frames.height == 12  # of the clip; ten are labelled
    assert again.frames["pts_seconds"].null_count() == 0
    assert again.assignments["reward_usd"].null_count() == 0
    assert again.answers.height > 0
    assert "video: clip.mp4" in map(str, made.notes)


def test_a_projects_own_identity_is_that_of_its_video(project_folder: Path, tmp_path: Path):
    config = ProjectConfig(source=project_folder / "clip.mp4", labels=project_folder, identity="full")
    made = export(config, "parquet", tmp_path / "out")
    assert made.identity == "alias"
    assert Dataset.load(made.path).workers["worker_id"].str.contains(f"^{ALIAS}$").all()


def test_what_a_form_cannot_hold_is_said(saved: Path, tmp_path: Path):
    change(saved, frame=pl.lit(0, pl.Int64))
    yolo = export(saved, "yolo", tmp_path / "yolo")
    assert yolo.notes == (note("several-on-a-frame", frames=1),)
    dataset = Dataset.load(saved)
    dataset.replace(annotations=dataset.annotations.filter(pl.col("assignment_id") == "T0")).save(saved)
    coco = export(saved, "coco", tmp_path / "coco")
    assert coco.notes == (note("no-place-in-coco", assignments=4, workers=2),)


@pytest.mark.parametrize(
    ("to", "options", "message"),
    [
        pytest.param("labelbox", ExportOptions(), "there is no such export", id="another form"),
        pytest.param("csv", ExportOptions(plain=True), "only COCO and YOLO can be plain", id="plain tables"),
        pytest.param(
            "csv", ExportOptions(identity="hidden", salt_file=Path("s")), "a salt makes aliases", id="a salt for nobody"
        ),
    ],
)
def test_impossible_options(saved: Path, tmp_path: Path, to: Any, options: ExportOptions, message: str):
    with pytest.raises(ConfigError, match=message):
        export(saved, to, tmp_path / "out", options)


@pytest.mark.parametrize("to", FORMS)
def test_only_an_earlier_export_is_replaced(saved: Path, tmp_path: Path, to: str):
    out = tmp_path / "out"
    export(saved, to, out)
    export(saved, to, out)  # the same again
    with pytest.raises(OutputError, match="exists and was kept: it was made of something else"):
        export(saved, to, out, ExportOptions(identity="hidden"))
    export(saved, to, out, ExportOptions(overwrite=True))
    (out / "thoughts.txt").write_text("mine")
    if EXPORTS[to].file_name is not None:  # the file is replaced, not the folder
        export(saved, to, out, ExportOptions(overwrite=True))
    else:
        with pytest.raises(OutputError, match=r"was added since loopviz made it.*\(found 'thoughts\.txt'\)"):
            export(saved, to, out, ExportOptions(overwrite=True))
    assert (out / "thoughts.txt").read_text() == "mine"


def test_pictures_among_the_labels_are_kept(saved: Path, tmp_path: Path):
    export(saved, "yolo", tmp_path / "out")
    (tmp_path / "out" / "labels" / "mine.png").write_bytes(b"")
    with pytest.raises(OutputError, match=r"found 'labels/mine\.png'"):
        export(saved, "yolo", tmp_path / "out", ExportOptions(overwrite=True))


@pytest.mark.parametrize("target", [".", "dataset"])
def test_what_is_read_is_never_replaced(saved: Path, tmp_path: Path, target: str):
    with pytest.raises(OutputError, match="the output would replace what is read"):
        export(saved, "parquet", tmp_path / target, ExportOptions(overwrite=True))
    assert Dataset.load(saved).workers["worker_id"].to_list() == list(WORKERS)


def test_a_folder_within_what_is_read_is_fine(saved: Path):
    assert export(saved, "csv", saved / "out").path == saved / "out"


def test_what_is_no_labels_is_refused(tmp_path: Path, make_clip: Callable[..., Path]):
    with pytest.raises(InputError, match="there is no such file or folder"):
        export(tmp_path / "nothing", "coco", tmp_path / "out")
    with pytest.raises(InputError, match="no label set that loopviz knows"):
        export(make_clip(tmp_path / "clip.mp4"), "coco", tmp_path / "out")


def test_a_dataset_that_is_named_already(tmp_path: Path):
    place = ExportPlace.of(tmp_path / "out", "thesis", Origin("export"), overwrite=False)
    export_dataset(make_dataset(), place)
    assert "frame_0001_Worker 0000.txt" in {file.name for file in (tmp_path / "out" / "labels").iterdir()}


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("to", ["coco", "yolo", "thesis", "parquet", "csv", "motchallenge"])
def test_that_nobody_drew_a_label_is_kept_or_said(tmp_path: Path, to: str, plain: bool):
    if plain and to not in ("coco", "yolo"):
        return
    dataset = make_dataset(people=False)
    kind = dataset.annotations.schema["origin"]
    some = pl.when(pl.col("frame") == 1).then(pl.lit("interpolated").cast(kind)).otherwise("origin")
    dataset.replace(annotations=dataset.annotations.with_columns(origin=some)).save(tmp_path / "given")
    made = export(tmp_path / "given", to, tmp_path / "out", ExportOptions(plain=plain))
    lost = [note for note in made.notes if note.code == "origin-lost"]
    if to in ("coco", "parquet"):
        found = read_labels(made.path).dataset if to == "coco" else Dataset.load(made.path)
        assert found.annotations.filter(pl.col("origin") == "interpolated").height == 2
    assert [note.values["count"] for note in lost] == ([] if to in ("coco", "parquet", "csv") else [2])
