"""A project whose files may be changed, and what shows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopviz.preview.site import Site
from loopviz.preview.studio import Studio

THEME = """
extends: margin
colors: {paper: "#f4f1ea"}
"""
PROJECT = """
source: clip.mp4
labels: .
people: metadata.json
assignments: assignments.csv
theme: THEME
align: {how: number, first_number: 1}
"""


@pytest.fixture(autouse=True)
def _no_history(user_config: Path) -> None:
    pass


@pytest.fixture
def project(project_folder: Path, tmp_path: Path) -> Path:
    """A project file beside its parts, with a theme of its own; the outputs of a film would lie elsewhere."""
    folder = tmp_path / "project"
    shutil.copytree(project_folder, folder)
    theme = tmp_path / "own.yaml"
    theme.write_text(THEME)
    file = folder / "loopviz.yaml"
    file.write_text(PROJECT.replace("THEME", str(theme)))
    return file


@pytest.fixture
def theme(project: Path) -> Path:
    """The project's theme."""
    return project.parents[1] / "own.yaml"


@pytest.fixture
def studio(project: Path) -> Iterator[Studio]:
    opened = Studio(project)
    yield opened
    opened.close()


@pytest.fixture
def site(studio: Studio) -> Iterator[Site]:
    with Site(studio) as served:
        yield served
