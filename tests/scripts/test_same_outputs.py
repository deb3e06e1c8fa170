"""How two revisions' outputs are compared."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from yaml import safe_load

from loopviz.project.config import ProjectConfig

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "same_outputs"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("same_outputs", str(SCRIPT))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param({"a": "1", "say": "x\ny\n"}, {"say": "x\ny\n", "a": "1"}, [], id="same"),
        pytest.param({"a": "1"}, {"a": "2"}, ["== a: other bytes"], id="bytes"),
        pytest.param({"a": "1"}, {"b": "1"}, ["== a: only before", "== b: only after"], id="files"),
        pytest.param({"say": "x\ny\n"}, {"say": "x\nz\n"}, ["== say", "@@ -2 +2 @@", "-y", "+z"], id="words"),
        pytest.param({}, {"say": "x\n"}, ["== say", "@@ -0,0 +1 @@", "+x"], id="new-words"),
    ],
)
def test_what_differs_is_named(script: ModuleType, before: dict[str, str], after: dict[str, str], found: list[str]):
    assert list(script.differences(before, after)) == found


def test_every_command_has_its_own_output(script: ModuleType):
    outputs = [words.partition(" -o ")[2].split()[0] for words in script.COMMANDS.values() if " -o " in words]
    assert len(outputs) > 20 and len(outputs) == len(set(outputs))


def test_projects_are_rendered_at_their_sources_time(script: ModuleType):
    project = "source: a.mp4\n\ntimeline:  # slow\n  pace: reading\n  end: {}\n\nquestions:\n  Q1: Age\nerrors: [x]\n"
    assert script.at_source_time(project) == "source: a.mp4\n\n\nquestions:\n  Q1: Age\n"


@pytest.mark.parametrize("name", ["mouse", "house"])
def test_what_is_rendered_of_the_sample_has_no_time_of_its_own(script: ModuleType, name: str):
    text = (SCRIPT.parents[1] / "configs" / f"{name}.yaml").read_text(encoding="utf-8")
    assert ProjectConfig.checked(safe_load(script.at_source_time(text))).timeline.is_the_sources
