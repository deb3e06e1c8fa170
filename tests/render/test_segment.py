from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from support import make_dataset

from loopviz.errors import InputError, OutputError
from loopviz.media import EncoderSettings, Source, open_source, to_rgb
from loopviz.render import RenderOptions, begin_render, plan_render, render_still
from loopviz.render.compositor import CANVASES, Compositor, compositor_of
from loopviz.render.plan import RenderPlan
from loopviz.scene import Scene, View, build_scene, load_theme

FRAMES = 12
QUICK = EncoderSettings(preset="ultrafast")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("segment") / "clip.mp4")


@pytest.fixture
def source(clip: Path) -> Iterator[Source]:
    with open_source(clip) as source:
        yield source


def planned(source: Source, segment_seconds: float = 10) -> tuple[Scene, RenderPlan]:
    size = source.info.width, source.info.height
    scene = build_scene(make_dataset(size=size), load_theme("house"), size)
    return scene, plan_render(source, scene, RenderOptions(QUICK, segment_seconds=segment_seconds))


def rendered(source: Source, folder: Path, done: Callable[[], None] | None = None) -> int:
    """All of the clip as one segment."""
    scene, plan = planned(source)
    return begin_render(source, compositor_of(source, scene), plan, plan.segments[0], folder / "a.nut", done=done)()


@pytest.mark.parametrize(("segment_seconds", "segments"), [(10, 1), (0.125, 4)])
def test_a_slow_encoder_gets_every_picture_as_it_was_composed(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, segment_seconds: float, segments: int
):
    """Canvases go round: none may be drawn on before the encoder has let go of it."""
    scene, plan = planned(source, segment_seconds)
    seen: list[np.ndarray] = []

    def slowly(pictures: Iterable[av.VideoFrame], *_: object) -> int:
        for picture in pictures:
            time.sleep(0.02)
            seen.append(to_rgb(picture))
        return len(seen)

    monkeypatch.setattr("loopviz.render.segment.begin_segment", slowly)
    compositor = compositor_of(source, scene)
    for segment in plan.segments:
        begin_render(source, compositor, plan, segment, tmp_path / "a.nut")
    assert len(plan.segments) == segments
    assert len(seen) == FRAMES > 2 * CANVASES
    for index, picture in enumerate(seen):
        np.testing.assert_array_equal(picture, render_still(source, scene, index), err_msg=f"frame {index}")


def test_an_encoder_that_fails_ends_the_composing(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    composed: list[View | int] = []
    compose = Compositor.compose

    def full(pictures: Iterable[av.VideoFrame], target: Path, _: object) -> int:
        next(iter(pictures))
        raise OutputError("cannot be written: No space left on device", file=target)

    def counted(compositor: Compositor, picture: av.VideoFrame, view: View | int, *mixed: Any) -> av.VideoFrame:
        composed.append(view)
        return compose(compositor, picture, view, *mixed)

    monkeypatch.setattr("loopviz.render.segment.begin_segment", full)
    monkeypatch.setattr(Compositor, "compose", counted)
    with pytest.raises(OutputError, match="No space left"):
        rendered(source, tmp_path)
    assert len(composed) <= CANVASES


@pytest.mark.parametrize("error", [InputError("the frame is damaged"), KeyboardInterrupt()], ids=["damage", "Ctrl-C"])
@pytest.mark.parametrize("where", ["composing", "told"])
def test_a_segment_that_is_not_whole_leaves_nothing(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, where: str
):
    count = 0

    def sixth(*_: object) -> None:
        nonlocal count
        count += 1
        if count == 6:
            raise error

    if where == "composing":
        monkeypatch.setattr(Compositor, "_draw", sixth)
    with pytest.raises(type(error)) as caught:
        rendered(source, tmp_path, sixth if where == "told" else None)
    assert caught.value is error
    assert list(tmp_path.iterdir()) == []
