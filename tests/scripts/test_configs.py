"""The project files of the sample fit it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from loopviz.project.config_file import load_config
from loopviz.project.detections import with_detections
from loopviz.project.load import load
from loopviz.project.plan import plan_of

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.mark.parametrize("theme", [pytest.param("margin", id="mouse"), pytest.param("house", id="house")])
def test_a_sample_project_names_what_is_there(theme: str, sample: Path):
    config = load_config(CONFIGS / {"margin": "mouse.yaml", "house": "house.yaml"}[theme])
    assert config.theme == theme
    assert config.identity == "alias"
    assert config.source.is_file()
    assert config.labels.resolve() == sample
    assert config.people is not None
    people = json.loads(config.people.read_text(encoding="utf-8"))
    assert set(config.questions) == set(next(iter(people.values()))) - {"simulated"}
    assert set(config.categories) == set(yaml.safe_load((sample / "data.yaml").read_text())["names"].values())


@pytest.mark.parametrize(
    ("name", "people", "longest"), [("mouse", 16, 120), ("house", 16, 120), ("everyone", 112, 600), ("wall", 112, 600)]
)
def test_everybody_whom_a_sample_film_shows_can_be_read(name: str, people: int, longest: float):
    with load(load_config(CONFIGS / f"{name}.yaml"), dry_run=True) as loaded:
        plan = plan_of(loaded)
        shown = {stand.who for stand in plan.stands if not stand.is_card}
        pages = loaded.scene.card_pages
        named = [person.name for page in range(sum(pages)) for person in loaded.scene.card_page(page).people]
    assert len(shown) == people
    assert plan.timeline.duration_seconds <= longest
    assert not plan.unreadable
    assert len(set(named)) == len(named) == 112
    assert {stand.who for stand in plan.stands if not stand.is_card} <= set(named)


def test_the_film_of_what_was_rejected_shows_ghosts_and_says_why():
    with load(load_config(CONFIGS / "rejected.yaml"), dry_run=True) as loaded:
        plan = plan_of(loaded)
        work = loaded.dataset.assignments.filter(pl.col("status") == "rejected").drop_nulls("reason")
        shown = [row for row in work.iter_rows(named=True) if row["frame"] in set(plan.timeline.frames["label_frame"])]
        assert shown
        for row in shown:
            assert loaded.scene.caption(row["frame"]).line == f"rejected: {row['reason']}"
            assert {mark.kind for mark in loaded.scene.marks(row["frame"])} <= {"ghost"}
    assert not plan.unreadable


def test_the_film_of_a_model_beside_the_crowd_can_be_read_and_says_what_was_held_out():
    with load(load_config(CONFIGS / "model-vs-crowd.yaml"), dry_run=True) as loaded:
        plan = plan_of(loaded)
        labelled, found = with_detections(loaded.config.model, loaded.dataset)
        assert len(loaded.scene.pictures) == 2
    assert found is not None
    assert found.held_out == {*range(120, 150), *range(270, 296)}
    assert len(labelled.categories) == 5
    assert found.matches.filter(pl.col("outcome") == "matched").height > 900
    assert len({stand.who for stand in plan.stands if not stand.is_card}) == 24
    assert not plan.unreadable


def test_the_sample_projects_differ_only_in_how_they_look():
    mouse, house = (yaml.safe_load((CONFIGS / name).read_text()) for name in ("mouse.yaml", "house.yaml"))
    assert {key for key in mouse.keys() | house.keys() if mouse.get(key) != house.get(key)} == {"theme", "output"}


def test_who_sides_with_whom_can_be_read():
    with load(load_config(CONFIGS / "disagreement.yaml"), dry_run=True) as loaded:
        plan = plan_of(loaded)
    assert len(plan.stands) == loaded.dataset.assignments["frame"].n_unique()
    assert any(" not " in text for stand in plan.stands for text in stand.texts)
    assert not [stand for stand in plan.stands if not stand.is_readable]
