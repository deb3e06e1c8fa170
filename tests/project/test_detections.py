"""A model's detections beside a project's labels."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support import make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.project.check.checkup import check
from loopviz.project.config_file import load_config
from loopviz.project.detections import with_detections
from loopviz.project.film_time import timeline_of
from loopviz.project.load import load
from loopviz.project.model_config import ModelConfig
from loopviz.scene import View
from loopviz.scene.versus.outcomes import of_one_person
from loopviz.schema import SPLITS, table

FRAMES = 12
SIZE = (64, 48)
MOUSE = Path(__file__).resolve().parents[2] / "configs" / "mouse.yaml"


def labelled() -> Dataset:
    return make_dataset(FRAMES, SIZE, simulated=True)


def saved(folder: Path, dataset: Dataset, **columns: object) -> Path:
    """Save a dataset's labels as a model's: nobody's, with a confidence."""
    told = {"confidence": 0.9, "origin": "model", "assignment_id": None, **columns}
    kinds = dataset.annotations.schema
    found = dataset.annotations.with_columns(pl.lit(value, kinds[name]).alias(name) for name, value in told.items())
    folder.mkdir()
    Dataset(frames=dataset.frames, categories=dataset.categories, annotations=found).save(folder)
    return folder


def joined(dataset: Dataset, config: ModelConfig) -> tuple[Dataset, pl.DataFrame, frozenset[int]]:
    both, found = with_detections(config, dataset)
    assert found is not None
    return both, found.matches, found.judged


def test_without_a_model_nothing_is_read():
    dataset = labelled()
    assert with_detections(ModelConfig(), dataset) == (dataset, None)


def test_what_is_sure_enough_is_compared(tmp_path: Path):
    folder = saved(tmp_path / "predicted", labelled())
    _, matches, judged = joined(labelled(), ModelConfig(labels=folder))
    assert set(matches["outcome"]) == {"matched"}
    assert judged == frozenset(range(FRAMES - 1))  # nobody worked on the last one
    _, matches, _ = joined(labelled(), ModelConfig(labels=folder, confidence=0.95))
    assert set(matches["outcome"]) == {"missed"}


def test_on_frames_of_nobody_nothing_is_judged(tmp_path: Path):
    folder = saved(tmp_path / "predicted", labelled(), frame=FRAMES - 1)
    _, matches, _ = joined(labelled(), ModelConfig(labels=folder))
    assert set(matches["outcome"]) == {"missed"}


def test_of_several_people_the_one_who_is_named_is_compared():
    dataset = labelled()
    more = table("assignments", [{"assignment_id": "second", "worker_id": dataset.workers["worker_id"][2], "frame": 0}])
    theirs = dataset.annotations.filter(pl.col("frame") == 0).with_columns(
        annotation_id=pl.col("annotation_id") + 1000, assignment_id=pl.lit("second")
    )
    both = dataset.replace(assignments=pl.concat([dataset.assignments, more])).replace(
        annotations=pl.concat([dataset.annotations, theirs])
    )
    assert of_one_person(both).equals(dataset.annotations)


def test_other_categories_only_are_refused(tmp_path: Path):
    dataset = labelled()
    other = dataset.replace(categories=dataset.categories.with_columns(name=pl.lit("x") + pl.col("name")))
    folder = saved(tmp_path / "predicted", other)
    with pytest.raises(InputError, match="no category stands on both sides"):
        with_detections(ModelConfig(labels=folder), labelled())


def test_frames_that_the_model_had_not_seen_are_known_from_the_files(tmp_path: Path):
    dataset = labelled()
    parts = ["val" if frame in (3, 4) else None if frame == 5 else "train" for frame in range(FRAMES)]
    split = dataset.replace(frames=dataset.frames.with_columns(split=pl.Series(parts, dtype=pl.Enum(SPLITS))))
    _, found = with_detections(ModelConfig(labels=saved(tmp_path / "predicted", split)), dataset)
    assert found is not None
    assert found.held_out == {3, 4}


def test_a_project_names_its_model(tmp_path: Path):
    (tmp_path / "p.yaml").write_text("source: a.mp4\nlabels: labels\nmodel: {labels: predicted}\n")
    assert load_config(tmp_path / "p.yaml").model.labels == tmp_path / "predicted"


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's own labels as a model's."""
    with load(load_config(MOUSE), dry_run=True) as project:
        return saved(tmp_path_factory.mktemp("truth") / "predicted", project.dataset)


def test_a_line_that_moves_closes_its_loop(truth: Path):
    changes = {"theme": "versus", "model.labels": truth, "model.view": "moving line", "timeline": {}}
    with load(load_config(MOUSE).changed(changes), dry_run=True) as project:
        film = timeline_of(project)
        line = film.frames["line"]
        assert len(project.scene.pictures) == 1
    assert len(film) == 296
    assert (line.min() >= 0, line.max() <= 1, line[0]) == (True, True, 0.5)
    steps = line.diff().drop_nulls()
    assert abs((line[0] - line[-1]) - steps[0]) < 0.002  # the end leads on to the start as its beginning goes on
    assert steps.abs().max() < 0.02


def test_side_by_side_the_film_is_as_it_was(truth: Path):
    changes = {"theme": "versus", "model.labels": truth, "model.name": "yolo11n"}
    with load(load_config(MOUSE).changed(changes), dry_run=True) as project:
        assert timeline_of(project).frames["line"].unique().to_list() == [0.5]
        assert project.scene.caption(View(10)).name.startswith("Worker")
        assert project.scene.card_pages  # title and credits stand as in any theme


def test_check_says_that_a_models_folder_is_missing(tmp_path: Path):
    config = load_config(MOUSE).changed({"theme": "versus", "model.labels": tmp_path / "no"})
    found = {each.code for each in check(config).findings}
    assert "model-unusable" in found
    assert not found & {"theme-unusable", "timeline-unusable"}
