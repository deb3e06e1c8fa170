from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support import make_clip, make_dataset, samples

from loopviz.errors import ConfigError
from loopviz.media import EncoderSettings, Source, open_source, to_rgb
from loopviz.render import render_still
from loopviz.render.compositor import composed, compositor_of
from loopviz.render.plan import RenderOptions, plan_render
from loopviz.scene import Scene, View, build_scene, load_theme
from loopviz.timeline import Shown

SIZE = (64, 48)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    with open_source(make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", 8, SIZE)) as opened:
        yield opened


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    theme = tmp_path_factory.mktemp("themes") / "three.yaml"
    theme.write_text("extends: contact\ncanvas: {size: 640x360}\nwidgets: {cells: {cells: 3, paled: 0.4}}\n")
    return build_scene(make_dataset(size=SIZE), load_theme(theme), SIZE)


def drawn(source: Source, scene: Scene, rows: list[Shown]) -> list[list[np.ndarray]]:
    return [samples(picture) for picture in composed(source, compositor_of(source, scene), rows)]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 2, 0], [3, 3, 4]])
def test_a_moment_looks_the_same_whatever_was_drawn_before(source: Source, scene: Scene, order: list[int]):
    rows = [Shown(frame, frame, so_far=frame + 1) for frame in order]
    together = drawn(source, scene, rows)
    for row, there in zip(rows, together, strict=True):
        (alone,) = drawn(source, scene, [row])
        assert all(np.array_equal(one, other) for one, other in zip(alone, there, strict=True))


def test_each_cell_shows_its_own_frame_and_rejected_ones_are_paled(source: Source, scene: Scene):
    rows = [Shown(frame, frame, so_far=3) for frame in range(3)]
    planes = drawn(source, scene, rows)[0]
    pictures = {frame.index: samples(frame.picture) for frame in source.read(0, 3)}
    for place in scene.frame_pictures(View(0, so_far=3)):
        luma = planes[0][place.y : place.y + place.height, place.x : place.x + place.width].astype(float)
        own = [abs(luma.mean() - pictures[frame][0].mean()) for frame in pictures]
        chroma = planes[1][place.y // 2 : (place.y + place.height) // 2, place.x // 2 : (place.x + place.width) // 2]
        if place.paled:
            assert np.median(np.abs(chroma.astype(int) - 128)) <= 4
        else:
            assert min(own) == own[place.frame] or own[place.frame] < 3


def test_a_still_has_the_pictures_of_the_cells_before_it(source: Source, scene: Scene):
    (film,) = composed(source, compositor_of(source, scene), [Shown(4, 4, so_far=5)])
    assert np.array_equal(render_still(source, scene, 4), to_rgb(film))


def test_such_a_drawing_cannot_stand_alone(source: Source, scene: Scene):
    with pytest.raises(ConfigError, match="pictures of other frames"):
        plan_render(source, scene, RenderOptions(EncoderSettings("png"), alpha=True))


def test_a_scene_without_the_picture_is_paper(source: Source, tmp_path: Path):
    (tmp_path / "bare.yaml").write_text("extends: one-number\nwidgets: {picture: null, marks: null}\n")
    bare = build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "bare.yaml"), SIZE)
    assert bare.pictures == ()
    corner = render_still(source, bare, 0)[:40, :40].reshape(-1, 3)
    paper = [int(bare.theme.colors.paper[i : i + 2], 16) for i in (1, 3, 5)]
    assert np.abs(corner - np.array(paper)).max() <= 2
