"""Themes and profiles are found by name or path, and follow what they extend, in one way."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import ConfigError, LoopvizError
from loopviz.named_files import MOST, NamedFiles

KINDS = [NamedFiles("theme", "themes", "an example"), NamedFiles("profile", "profiles", "an example")]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.word)
def kind(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NamedFiles:
    monkeypatch.chdir(tmp_path)
    found: NamedFiles = request.param
    return found


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_what_is_said_closest_wins(kind: NamedFiles, tmp_path: Path):
    ours = kind.names[0]
    write(tmp_path / "a.yaml", f"extends: {ours}\nmine: {{a: 1, b: 2}}\nother: 1\n")
    last = write(tmp_path / "below" / "b.yaml", "extends: ../a.yaml\nmine: {b: 3}\n")
    file, said = kind.read(last)
    assert file == last
    assert (said["mine"], said["other"]) == ({"a": 1, "b": 3}, 1)
    assert "description" in said
    assert "extends" not in said


def test_paths_count_from_the_file_that_names_them(kind: NamedFiles, tmp_path: Path):
    write(tmp_path / "a.yaml", "x: 1\n")
    file = write(tmp_path / "below" / "b.yaml", "extends: ../a.yaml\ny: 1\n")
    _, said = kind.read(file, lambda said, file: dict.fromkeys(said, file.name))
    assert said == {"x": "a.yaml", "y": "b.yaml"}


@pytest.mark.parametrize(
    ("text", "at"),
    [("extends: nobody\n", "extends"), ("extends: [a]\n", "extends"), ("extends: me.yaml\n", None), ("- a\n", None)],
)
def test_what_leads_nowhere_is_refused(kind: NamedFiles, tmp_path: Path, text: str, at: str | None):
    file = write(tmp_path / "me.yaml", text)
    with pytest.raises(ConfigError) as raised:
        kind.read(file)
    assert (raised.value.file, raised.value.at) == (str(file), at)


def test_so_many_may_extend_each_other(kind: NamedFiles, tmp_path: Path):
    write(tmp_path / "0.yaml", "x: 0\n")
    for number in range(1, MOST + 1):
        write(tmp_path / f"{number}.yaml", f"extends: {number - 1}.yaml\n")
    assert kind.read(tmp_path / f"{MOST - 1}.yaml")[1] == {"x": 0}
    with pytest.raises(ConfigError):
        kind.read(tmp_path / f"{MOST}.yaml")


@pytest.mark.parametrize("place", ["", "{}/", "configs/", "configs/{}/"])
def test_a_file_that_lies_near_is_named(kind: NamedFiles, tmp_path: Path, place: str):
    file = write(tmp_path / place.format(kind.folder) / "mine.yaml", "x: 1\n")
    with pytest.raises(ConfigError) as raised:
        kind.find("mine")
    assert str(file.relative_to(tmp_path)) in str(raised.value.remedy)


def test_a_name_that_is_nearly_one_is_named(kind: NamedFiles):
    name = kind.names[-1]
    with pytest.raises(ConfigError) as raised:
        kind.find(name + "x")
    assert repr(name) in str(raised.value.remedy)


@pytest.mark.parametrize("name", ["", "\0", "a" * 5000, "/nowhere/at/all.yaml", "."])
def test_a_name_that_can_be_none_is_refused(kind: NamedFiles, name: str):
    with pytest.raises(LoopvizError):
        kind.find(name)
