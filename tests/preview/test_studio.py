"""What is shown is what would be rendered, of the files as they are; what is not otherwise is not read again."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import polars as pl
import pytest
from PIL import Image

import loopviz
from loopviz.errors import ConfigError, InputError
from loopviz.preview import studio as studio_module
from loopviz.preview.studio import Studio, SupersededError
from loopviz.project.config import ProjectConfig
from loopviz.project.load import LOOK


def pixels(png: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_a_still_has_the_pixels_of_a_render(studio: Studio, project: Path) -> None:
    with loopviz.open(project) as opened:
        for place in (0, 5, 11, 3):
            assert np.array_equal(pixels(studio.still(place)), opened.still(place).rgb)


def test_the_film_s_own_time_is_followed(project: Path) -> None:
    project.write_text(project.read_text() + "timeline: {pace: 0.5s, show: everyone}\n")
    studio = Studio(project)
    assert studio.board.state.frames > 12
    last = studio.board.state.frames - 1
    with loopviz.open(project) as opened:
        assert np.array_equal(pixels(studio.still(last)), opened.still(studio.plan().stands[-1].source_frames[1]).rgb)
    studio.close()


def test_a_second_is_a_second_from_there(studio: Studio) -> None:
    for place, frames in ((0, 12), (9, 3)):
        with av.open(io.BytesIO(studio.second(place))) as film:
            assert sum(1 for _ in film.decode(video=0)) == frames


@pytest.mark.parametrize("place", [-1, 12, 10**9])
def test_a_place_outside_the_film_is_refused(studio: Studio, place: int) -> None:
    for asked in (studio.still, studio.second, studio.words):
        with pytest.raises(ConfigError, match="no such frame"):
            asked(place)


def test_every_setting_of_the_look_is_one() -> None:
    assert set(ProjectConfig.model_fields) >= LOOK


CHANGES = {
    "theme": ("theme", "extends: margin\ncolors: {ink: '#102030'}\n", False),
    "another heading": ("project", "caption: {simulated: Invented}\n", False),
    "a category's colour": ("project", "categories: {Body: {color: '#00ff00'}}\n", False),
    "a pace": ("project", "timeline: {pace: 1s}\n", False),
    "whose names": ("project", "identity: hidden\n", True),
    "carried labels": ("project", "carry: {how: track}\n", True),
    "answers": ("metadata.json", "{}", True),
    "a label": ("labels/clip_0003_RAWID0XYZ.txt", "0 0.2 0.2 0.1 0.1\n", True),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_is_otherwise_is_read_again_and_nothing_else(
    studio: Studio, project: Path, theme: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, text, again = CHANGES[case]
    file = {"project": project, "theme": theme}.get(where, project.parent / where)
    file.write_text(project.read_text() + text if where == "project" else text)
    read: list[object] = []
    plain = studio_module.open_inputs
    monkeypatch.setattr(studio_module, "open_inputs", lambda *a, **k: read.append(a) or plain(*a, **k))
    before = studio.board.state.look
    studio.refresh()
    assert bool(read) == again
    assert studio.board.state.look == before + 1
    with loopviz.open(project) as opened:
        place = 2 if case == "a label" else 0
        assert np.array_equal(pixels(studio.still(place)), opened.still(place).rgb)


BROKEN = {
    "half saved": ("project", "source: clip.mp4\nlabels: .\nthe", ConfigError),
    "empty": ("project", "", ConfigError),
    "an unknown key": ("project", "source: clip.mp4\nlabels: .\nthene: margin\n", ConfigError),
    "no such theme": ("project", "source: clip.mp4\nlabels: .\ntheme: nowhere\n", ConfigError),
    "a theme that has no room": ("theme", "extends: margin\ncanvas: {size: 0x0}\n", ConfigError),
    "a theme that is no YAML": ("theme", "a: [", ConfigError),
    "labels of another video": ("labels/clip_0999_RAWID0XYZ.txt", "0 0.2 0.2 0.1 0.1\n", InputError),
    "no source": ("project", "source: gone.mp4\nlabels: .\n", InputError),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_leaves_the_last_picture(studio: Studio, project: Path, theme: Path, case: str) -> None:
    where, text, kind = BROKEN[case]
    file = {"project": project, "theme": theme}.get(where, project.parent / where)
    good = studio.still(4), file.read_text() if file.exists() else None
    file.write_text(text)
    with pytest.raises(kind):
        studio.refresh()
    assert studio.still(4) == good[0]
    if good[1] is None:
        file.unlink()
    else:
        file.write_text(good[1])
    studio.refresh()
    assert studio.still(4) == good[0]


def test_who_refused_and_whose_name_is_hidden_is_nowhere(studio: Studio, project: Path) -> None:
    names = {stand.who for stand in studio.plan().stands} - {"Nobody"}
    assert len(names) == 3
    assert not any("RAWID" in name for name in names)
    project.write_text(project.read_text() + "identity: hidden\n")
    studio.refresh()
    said = str(studio.plan().as_json()) + str([studio.words(place) for place in range(12)])
    assert not any(name in said for name in names)
    people = loopviz.open(project).dataset.workers
    assert people.filter(pl.col("alias").is_not_null()).height == 0


def test_a_second_gives_way_to_whoever_comes_next(studio: Studio) -> None:
    still: list[bytes] = []
    waiting = threading.Thread(target=lambda: still.append(studio.still(3)))
    plain = studio._give_way

    def slow(done: int, of: int) -> None:
        if not waiting.ident:
            waiting.start()
            while not studio._waiting:
                pass
        plain(done, of)

    studio._give_way = slow  # type: ignore[method-assign]
    with pytest.raises(SupersededError):
        studio.second(0)
    studio._give_way = plain  # type: ignore[method-assign]
    waiting.join()
    assert studio.second(0)
    assert len(still) == 1


def test_a_damaged_source_shows_what_can_be_read_of_it(project: Path) -> None:
    clip = project.parent / "clip.mp4"
    data = bytearray(clip.read_bytes())
    place = data.index(b"mdat") + len(data[data.index(b"mdat") :]) // 2
    data[place : place + 120] = bytes(120)
    clip.write_bytes(data)
    studio = Studio(project)
    for place in range(12):
        try:
            studio.still(place)
        except SupersededError:
            assert studio.still(place)
    studio.close()
