"""What is saved is met; what is half saved is not cried over; the last of several saves wins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loopviz.errors import ConfigError
from loopviz.preview.files import inputs_of, looks_of, marks
from loopviz.preview.follow import SETTLED, Follower, said_of
from loopviz.preview.studio import Studio
from loopviz.project.discover import configure


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def checked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The looks that were checked."""
    looks: list[int] = []
    monkeypatch.setattr(studio, "check", lambda: looks.append(studio.board.state.look))
    return looks


def test_a_save_is_laid_out_at_once_and_checked_when_it_is_quiet(
    studio: Studio, theme: Path, clock: Clock, checked: list[int]
) -> None:
    follower = Follower(studio, clock)
    follower.look()
    assert (studio.board.state.look, checked) == (1, [])
    clock.now = SETTLED
    follower.look()
    assert checked == [1]
    theme.write_text("extends: house\n")
    follower.look()
    assert (studio.board.state.look, studio.board.state.title[1], checked) == (2, "own", [1])
    clock.now += SETTLED
    follower.look()
    follower.look()
    assert (studio.board.state.look, checked) == (2, [1, 2])


def test_an_error_is_said_when_it_stays(studio: Studio, project: Path, clock: Clock, checked: list[int]) -> None:
    follower, good = Follower(studio, clock), project.read_text()
    project.write_text(good[:20])
    follower.look()
    assert studio.board.state.error is None  # half a file, for a moment
    project.write_text(good)
    follower.look()
    clock.now = 1.0
    follower.look()
    assert (studio.board.state.error, checked) == (None, [2])
    project.write_text(good + "thene: margin\n")
    follower.look()
    clock.now = 2.0
    follower.look()
    said = studio.board.state.error
    assert said is not None
    assert "thene" in said
    assert "theme" in said
    assert (studio.board.state.look, checked) == (2, [2])  # what is wrong is not checked
    project.write_text(good)
    follower.look()
    assert (studio.board.state.error, studio.board.state.look) == (None, 3)


def test_a_theme_that_is_named_before_it_is_there_is_waited_for(studio: Studio, project: Path, clock: Clock) -> None:
    later = project.parent / "later.yaml"
    follower = Follower(studio, clock)
    project.write_text(project.read_text().replace(str(project.parents[1] / "own.yaml"), str(later)))
    follower.look()
    assert studio.board.state.look == 1
    later.write_text("extends: house\n")
    follower.look()
    assert (studio.board.state.look, studio.board.state.title[1]) == (2, "later")


@pytest.mark.parametrize("way", ["written", "put in its place", "touched"])
def test_every_way_to_save_is_met(studio: Studio, theme: Path, clock: Clock, way: str) -> None:
    follower = Follower(studio, clock)
    if way == "written":
        theme.write_text("extends: house\n")
    elif way == "put in its place":
        new = theme.with_name("new")
        new.write_text(theme.read_text())
        new.replace(theme)
    else:
        os.utime(theme, ns=(1, 1))
    follower.look()
    assert studio.board.state.look == 2


def test_what_belongs_to_a_film_is_watched_and_nothing_else(project: Path, theme: Path) -> None:
    base = theme.with_name("base.yaml")
    base.write_text("extends: margin\nfonts: {files: [A.ttf], sans: B.ttf}\n")
    theme.write_text("extends: base.yaml\n")
    config, _ = configure(project)
    folder = project.parent
    assert looks_of(project, config) == {project, theme, base, theme.with_name("A.ttf"), theme.with_name("B.ttf")}
    assert inputs_of(config) == {folder / "clip.mp4", folder, folder / "metadata.json", folder / "assignments.csv"}
    files = {Path(name).name for each in marks([folder]).values() for name, *_ in each}
    assert {"clip.mp4", "clip_0003_RAWID0XYZ.txt", "loopviz.yaml"} <= files
    (folder / ".clip.mp4-loopviz-abcdefgh").mkdir()
    (folder / ".clip.mp4-loopviz-abcdefgh" / "part").write_text("x")
    assert not any("part" in name for each in marks([folder]).values() for name, *_ in each)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConfigError("no", file="a.yaml"), "a.yaml: no."),
        (PermissionError(13, "Permission denied", "a.yaml"), "a.yaml: permission denied."),
        (ValueError("odd"), "This is a bug in loopviz (ValueError: odd); please report it."),
    ],
)
def test_an_error_is_said_in_words(error: Exception, said: str) -> None:
    assert said_of(error) == said
