"""An answer passes few modules on its way from its file to a caption.

A module hands an answer on where one of its functions returns its text: alone, in a list, a dictionary or a dataclass,
in bytes, or in a column of a table. A Dataset that is passed along unopened does not count, nor does who only looks.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import polars as pl
import pytest
from crowds import FIRST, PEOPLE, write_batches, write_survey

import loopviz
from loopviz.dataset import Dataset
from loopviz.project.config import ProjectConfig
from loopviz.project.load import load
from loopviz.scene.caption import CaptionWriter

ANSWER = "Zanzibarville"
MOST = 10
CALLS = 400  # of one function that are looked at
ROOT = f"{Path(loopviz.__file__).parent}/"
SURVEY = {
    "formats.untrusted_files", "formats.survey.rows", "formats.survey.cells", "formats.survey.read",
    "crowd.answers.join", "crowd.answers.choices", "pseudonyms", "scene.templates", "scene.caption",
}  # fmt: skip
PEOPLE_FILE = {
    "formats.untrusted_files", "formats.strict_json", "formats.people.entries", "formats.people.answers",
    "formats.people.persons", "formats.people.tables", "schema", "pseudonyms", "scene.templates", "scene.caption",
}  # fmt: skip
# What comes after a caption, and what only compares words: is it a yes, an id?
ASIDE = {"scene.scene", "scene.stage", "scene.panel", "scene.typography", "scene.caption_shapes", "scene.rows"}
ASIDE |= {"crowd.consent.meaning", "formats.people.yes_no", "paths"}


def holds(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str | bytes):
        return (ANSWER if isinstance(value, str) else ANSWER.encode()) in value
    if isinstance(value, pl.DataFrame):
        return any(map(holds, value.get_columns()))
    if isinstance(value, pl.Series):
        return value.dtype == pl.String and bool(value.str.contains(ANSWER, literal=True).any())
    if depth > 5 or isinstance(value, Dataset | type):
        return False
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
    return any(holds(part, depth + 1) for part in parts)


def modules_that_hand_on(work: Callable[[], object]) -> set[str]:
    calls: dict[Any, int] = defaultdict(int)
    found: set[str] = set()

    def look(frame: FrameType, event: str, value: Any) -> None:
        code = frame.f_code
        if event != "return" or value is None or not code.co_filename.startswith(ROOT) or code.co_name.startswith("<"):
            return
        calls[code] += 1
        module = code.co_filename.removeprefix(ROOT).removesuffix(".py").replace("/", ".")
        if module not in found and calls[code] <= CALLS:
            sys.setprofile(None)
            if holds(value):
                found.add(module)
            sys.setprofile(look)

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


def caption_of(config: ProjectConfig) -> None:
    """Read a project, and write its captions, as far as the answer."""
    with load(config, dry_run=True) as project:
        theme = loopviz.load_theme("margin")
        writer = CaptionWriter(project.dataset, theme.caption, {})
        assert any(ANSWER in str(writer.write(frame)) for frame in project.dataset.frames["frame"])


@pytest.mark.usefixtures("user_config")
def test_from_a_survey(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    crowd = {
        "batches": write_batches(tmp_path, FIRST),
        "survey": write_survey(tmp_path, [(worker, "25", ANSWER) for worker in PEOPLE]),
    }
    clip = make_clip(tmp_path / "clip.mp4")
    config = ProjectConfig.checked({"source": clip, "crowd": crowd, "align": {"first_number": 1, "rescale": True}})
    found = modules_that_hand_on(lambda: caption_of(config))
    assert MOST >= len(SURVEY) >= len(found - ASIDE) >= 8
    assert found - ASIDE <= SURVEY


@pytest.mark.usefixtures("user_config")
def test_from_a_file_about_people(tmp_path: Path, project_folder: Path) -> None:
    folder = tmp_path / "mouse"
    shutil.copytree(project_folder, folder)
    people = {f"RAWID{n}XYZ": {"Q1": "25 - 34", "Q4": ANSWER, "simulated": True} for n in range(3)}
    (folder / "metadata.json").write_text(json.dumps(people))
    config = ProjectConfig.checked(
        {
            "source": folder / "clip.mp4",
            "labels": folder,
            "people": folder / "metadata.json",
            "align": {"first_number": 1},
        }
    )
    found = modules_that_hand_on(lambda: caption_of(config))
    assert MOST >= len(PEOPLE_FILE) >= len(found - ASIDE) >= 8
    assert found - ASIDE <= PEOPLE_FILE
