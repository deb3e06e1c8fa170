from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path

import av
import numpy as np
import pytest
from support import make_dataset

from loopviz.errors import InputError, OutputError
from loopviz.media import EncoderSettings, Source, open_source, to_rgb
from loopviz.render import EncoderThread, RenderOptions, plan_render, render_segment, render_still
from loopviz.render.compositor import CANVASES
from loopviz.render.plan import RenderPlan
from loopviz.render.segment import compositor_of
from loopviz.scene import Scene, build_scene, load_theme

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


def begin(source: Source, folder: Path, encoder: EncoderThread, done: Callable[[], None]) -> Future[int]:
    """All of the clip as one segment."""
    scene, plan = planned(source)
    compositor, target = compositor_of(source, scene, plan), folder / "a.nut"
    return render_segment(source, compositor, plan, plan.segments[0], target, encoder=encoder, done=done)


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

    monkeypatch.setattr("loopviz.render.segment.encode_segment", slowly)
    compositor = compositor_of(source, scene, plan)
    with EncoderThread() as encoder:
        for segment in plan.segments:
            render_segment(source, compositor, plan, segment, tmp_path / "a.nut", encoder=encoder)
    assert len(plan.segments) == segments
    assert len(seen) == FRAMES > 2 * CANVASES
    for index, picture in enumerate(seen):
        np.testing.assert_array_equal(picture, render_still(source, scene, index), err_msg=f"frame {index}")


def test_an_encoder_that_fails_holds_nobody_up(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    composed: list[int] = []

    def full(pictures: Iterable[av.VideoFrame], target: Path, _: object) -> int:
        next(iter(pictures))
        raise OutputError("cannot be written: No space left on device", file=target)

    monkeypatch.setattr("loopviz.render.segment.encode_segment", full)
    with EncoderThread() as encoder:
        written = begin(source, tmp_path, encoder, lambda: composed.append(1))
        with pytest.raises(OutputError, match="No space left"):
            written.result(timeout=10)
    assert len(composed) == FRAMES


@pytest.mark.parametrize("error", [InputError("the frame is damaged"), KeyboardInterrupt()], ids=["damage", "Ctrl-C"])
def test_a_segment_that_is_not_composed_whole_leaves_nothing(source: Source, tmp_path: Path, error: BaseException):
    composed: list[int] = []

    def done() -> None:
        composed.append(1)
        if len(composed) == 6:
            raise error

    with EncoderThread() as encoder, pytest.raises(type(error)) as caught:
        begin(source, tmp_path, encoder, done)
    assert caught.value is error
    assert list(tmp_path.iterdir()) == []
