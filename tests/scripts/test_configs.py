"""The project files of the sample fit it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from loopviz.project.config import load_config

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


def test_the_sample_projects_differ_only_in_how_they_look():
    mouse, house = (yaml.safe_load((CONFIGS / name).read_text()) for name in ("mouse.yaml", "house.yaml"))
    assert {key for key in mouse.keys() | house.keys() if mouse.get(key) != house.get(key)} == {"theme", "output"}
