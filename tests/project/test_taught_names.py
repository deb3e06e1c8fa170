"""Captions that name those whose labels a model's detections resemble: aliases, and only of who may be named."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from support import codes

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.predict.similar import SIMILAR, SIMILAR_TABLE
from loopviz.project.check.checkup import check
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.load import load

LINE = "{% if taught_by %}resembles what {{ taught_by }} drew{% else %}nobody{% endif %}"
RAW = [f"RAWID{number}XYZ" for number in range(3)]


@pytest.fixture
def aliases(project_folder: Path, user_config: Path) -> list[str]:  # noqa: ARG001  (no salt of anybody's)
    with load(configure(project_folder, {})[0]) as project:
        known = dict(project.dataset.workers.select("worker_id", "alias").iter_rows())
    return [known[worker] for worker in RAW]


@pytest.fixture
def predicted(project_folder: Path, tmp_path: Path, aliases: list[str]) -> Path:
    """Two detections on each of three frames: of two people, of one and of nobody's labels."""
    with load(configure(project_folder, {})[0]) as project:
        shown = project.dataset
    rows = shown.annotations.filter(pl.col("frame").is_in([1, 2, 3])).with_columns(
        assignment_id=pl.lit(None, pl.String), confidence=pl.lit(0.9), origin=pl.lit("model", pl.Enum(["model"]))
    )
    rows = rows.cast(dict(shown.annotations.schema))
    Dataset(frames=shown.frames, categories=shown.categories, annotations=rows).save(tmp_path / "predicted")
    first, second, third = aliases
    nearest = {1: [[second], [first, second]], 2: [[third], [third]], 3: [[], []]}
    ids = rows.sort("frame").select("annotation_id", "frame").rows()
    table = [
        {"annotation_id": each, "frame": frame, "rank": 1, "similarity": 0.9, "training_frame": 0}
        | {"workers": nearest[frame][place % 2]}
        for place, (each, frame) in enumerate(ids)
    ]
    table += [{**table[2], "rank": 2, "workers": [first]}]  # which is not the nearest
    pl.DataFrame(table, schema=SIMILAR).write_parquet(tmp_path / "predicted" / SIMILAR_TABLE)
    return tmp_path / "predicted"


def project(folder: Path, predicted: Path | None, **changes: object) -> ProjectConfig:
    model = {"model.labels": predicted} if predicted else {}
    return configure(folder, {"caption": {"line": LINE, "nobody_line": LINE}, **model, **changes})[0]


def lines(config: ProjectConfig) -> list[str]:
    with load(config) as project:
        return [project.scene.caption(frame).line for frame in (1, 2, 3, 4)]


def test_the_most_often_named_stands_first(project_folder: Path, predicted: Path, aliases: list[str]) -> None:
    first, second, third = aliases
    said = [f"resembles what {second}, {first} drew", f"resembles what {third} drew", "nobody", "nobody"]
    assert lines(project(project_folder, predicted)) == said
    assert lines(project(project_folder, predicted, identity="full")) == said  # aliases, where ids are shown elsewhere


def test_hidden_people_are_nobody(project_folder: Path, predicted: Path) -> None:
    assert lines(project(project_folder, predicted, identity="hidden")) == ["nobody"] * 4


@pytest.mark.parametrize("identity", ["alias", "full"])
def test_who_refused_since_is_nobody(
    project_folder: Path, predicted: Path, aliases: list[str], tmp_path: Path, identity: str
) -> None:
    people = json.loads((project_folder / "metadata.json").read_text())
    people[RAW[1]]["consent"] = False
    (tmp_path / "people.json").write_text(json.dumps(people))
    config = project(project_folder, predicted, identity=identity, people=tmp_path / "people.json")
    assert lines(config)[:2] == [f"resembles what {aliases[0]} drew", f"resembles what {aliases[2]} drew"]


def test_detections_that_are_not_sure_enough_name_nobody(project_folder: Path, predicted: Path) -> None:
    assert lines(project(project_folder, predicted, **{"model.confidence": 0.95})) == ["nobody"] * 4


def test_without_a_model_nobody_is_named(project_folder: Path, aliases: list[str]) -> None:  # noqa: ARG001
    assert lines(project(project_folder, None)) == ["nobody"] * 4


def test_a_prediction_that_did_not_look_is_refused(project_folder: Path, predicted: Path) -> None:
    (predicted / SIMILAR_TABLE).unlink()
    with pytest.raises(ConfigError), load(project(project_folder, predicted)):
        pass
    assert "theme-unusable" in {each.code for each in check(project(project_folder, predicted)).findings}
    with load(configure(project_folder, {"model.labels": predicted})[0]):
        pass  # where no caption asks, nothing is lacking


def test_a_damaged_table_is_said(project_folder: Path, predicted: Path) -> None:
    (predicted / SIMILAR_TABLE).write_bytes(b"PAR1")
    with pytest.raises(InputError), load(project(project_folder, predicted)):
        pass


def test_names_made_with_another_secret_are_refused(project_folder: Path, predicted: Path, tmp_path: Path) -> None:
    (tmp_path / "salt").write_text("another secret, of some length")
    with pytest.raises(ConfigError), load(project(project_folder, predicted, salt_file=tmp_path / "salt")):
        pass


def test_the_models_own_line_names_them_too(project_folder: Path, predicted: Path, aliases: list[str]) -> None:
    plain = configure(project_folder, {"model.labels": predicted})[0]
    with load(plain.changed({"theme": "versus", "model.line": "like {{ taught_by }}"})) as loaded:
        said = [loaded.scene.caption(frame).model for frame in (1, 2, 3)]
    assert said == [f"like {aliases[1]}, {aliases[0]}", f"like {aliases[2]}", ""]


def test_a_models_line_without_room_is_said(project_folder: Path, predicted: Path) -> None:
    plain = configure(project_folder, {"model.labels": predicted})[0]
    with load(plain.changed({"theme": "versus", "model.line": "learned " * 60})) as loaded:
        assert "no-room" in codes(loaded.notes)
    with load(plain.changed({"theme": "versus", "model.line": "learned"})) as loaded:
        assert "no-room" not in codes(loaded.notes)


def credits(folder: Path, predicted: Path | None, **changes: object) -> list[str]:
    timeline = {"pace": "1s", "end": {"credits": "roll", "order": "taught_by"}}
    with load(project(folder, predicted, timeline=timeline, **changes)) as loaded:
        return [person.name for page in loaded.scene._cards.pages for person in page.people]


def test_credits_begin_with_those_whose_labels_are_resembled_most(
    project_folder: Path, predicted: Path, aliases: list[str], tmp_path: Path
) -> None:
    assert credits(project_folder, predicted) == [*sorted(aliases[1:]), aliases[0]]  # two detections each, and one
    table = pl.read_parquet(predicted / SIMILAR_TABLE)
    table.filter(pl.col("frame") != 2).write_parquet(predicted / SIMILAR_TABLE)
    assert credits(project_folder, predicted) == [aliases[1], aliases[0], aliases[2]]
    assert credits(project_folder, predicted, identity="full") == [RAW[1], RAW[0], RAW[2]]
    assert credits(project_folder, predicted, identity="hidden") == []
    people = json.loads((project_folder / "metadata.json").read_text())
    people[RAW[1]]["consent"] = False
    (tmp_path / "people.json").write_text(json.dumps(people))
    assert credits(project_folder, predicted, people=tmp_path / "people.json") == [aliases[0], aliases[2]]


def test_credits_that_cannot_be_ordered_are_refused(project_folder: Path, predicted: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no model") as caught:
        credits(project_folder, None)
    assert caught.value.at == "timeline.end.order"
    (tmp_path / "salt").write_text("another secret, of some length")
    with pytest.raises(ConfigError):
        credits(project_folder, predicted, salt_file=tmp_path / "salt")
    (predicted / SIMILAR_TABLE).unlink()
    with pytest.raises(ConfigError):
        credits(project_folder, predicted)
