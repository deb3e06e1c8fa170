"""Films that do not play as their source does: what is shown when, through plan, segments and joining."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from unittest import mock

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import codes, make_clip, make_dataset, samples

from loopviz.errors import ConfigError
from loopviz.media import EncoderSettings, Source, open_source
from loopviz.render import RenderOptions, SegmentCache, begin_render, compositor_of, plan_render, render_video
from loopviz.render.compositor import Compositor
from loopviz.render.keys import segment_key
from loopviz.scene import Scene, build_scene, load_theme
from loopviz.timeline import Timeline, identity_timeline, part
from loopviz.timeline.table import rows

SIZE, COUNT = (64, 48), 12
EXACT = EncoderSettings(crf=0, preset="ultrafast")  # loses nothing
BASE = Fraction(1, 50)
TWICE = [frame for frame in range(COUNT) for _ in range(2)]
ORDERS = {
    "each frame twice": TWICE,
    "every third": [0, 3, 6, 9],
    "there and back": [0, 1, 2, 3, 4, 3, 2, 1, 0],
    "one frame": [5] * 9,
    "no order": [7, 2, 2, 11, 0, 5, 5, 5, 1],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    with open_source(make_clip(tmp_path_factory.mktemp("timelines") / "clip.mp4", COUNT, SIZE, sound=True)) as opened:
        yield opened


@pytest.fixture(scope="module")
def scene() -> Scene:
    return build_scene(make_dataset(COUNT, SIZE), load_theme("house"), SIZE)


def film_of(sources: Sequence[int], labels: Sequence[int] | None = None, step: int = 3) -> Timeline:
    """A film of some frames, which stand 3/50 of a second each."""
    pts = range(7, 7 + step * len(sources), step)
    columns = {"pts": pts, "source_frame": sources, "label_frame": labels or sources}
    return Timeline(rows(columns), BASE, 1 / (BASE * step), 7 + step * len(sources))


def options(film: Timeline, **more: object) -> RenderOptions:
    return RenderOptions(EXACT, segment_seconds=0.24, timeline=film, **more)  # type: ignore[arg-type]


def expected(source: Source, scene: Scene | None, shown: Iterable[tuple[int, int]]) -> Iterator[list[np.ndarray]]:
    """What is drawn for one label frame over the picture of one source frame, each made by itself."""
    compositor = Compositor(scene, SIZE, source.info.color)
    for source_frame, label_frame in shown:
        for frame in source.read(source_frame, source_frame + 1):
            yield [plane.copy() for plane in samples(compositor.compose(frame.picture, label_frame))]


def assert_shows(path: Path, source: Source, scene: Scene | None, film: Timeline) -> None:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    shown = film.frames.select("source_frame", "label_frame").iter_rows()
    assert [frame.pts * frame.time_base for frame in frames] == [(pts - film.pts[0]) * BASE for pts in film.pts]
    for index, (frame, planes) in enumerate(zip(frames, expected(source, scene, shown), strict=True)):
        for plane, old in zip(samples(frame), planes, strict=True):
            np.testing.assert_array_equal(plane, old, err_msg=f"frame {index} of the film")


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_film_shows_its_frames_at_its_times(source: Source, scene: Scene, tmp_path: Path, order: list[int]):
    film = film_of(order)
    result = render_video(source, scene, tmp_path / "film.mp4", options(film))
    assert (result.frames, result.segments) == (len(order), -(-len(order) // 4))
    assert result.duration_seconds == pytest.approx(len(order) * 0.06)
    assert_shows(result.path, source, scene, film)


def test_labels_of_other_frames(source: Source, scene: Scene, tmp_path: Path):
    film = film_of([3, 3, 3, 4, 5, 5], [0, 0, 1, 1, 9, 2])
    assert_shows(render_video(source, scene, tmp_path / "film.mp4", options(film)).path, source, scene, film)


def test_a_part_counts_in_frames_of_the_film(source: Source, scene: Scene, tmp_path: Path):
    film = film_of(TWICE)
    result = render_video(source, scene, tmp_path / "film.mp4", options(film, frames=range(3, 18)))
    assert_shows(result.path, source, scene, part(film, range(3, 18)))
    assert [(s.start, s.stop) for s in plan_render(source, scene, options(film, frames=range(3, 18))).segments] == [
        (3, 4), (4, 8), (8, 12), (12, 16), (16, 18)
    ]  # fmt: skip


def test_a_part_of_the_source_is_what_its_frames_are(source: Source, scene: Scene, tmp_path: Path):
    """Picture and sound: the bytes are the same."""
    ways = {"a": {"frames": range(3, 9)}, "b": {"timeline": part(identity_timeline(source), range(3, 9))}}
    files = [
        render_video(source, scene, tmp_path / f"{name}.mp4", RenderOptions(EXACT, **how)).path.read_bytes()
        for name, how in ways.items()
    ]
    assert files[0] == files[1]


def test_sound_goes_along_only_at_the_sources_times(source: Source, tmp_path: Path):
    def sounds(**how: object) -> tuple[int, list[str]]:
        made = render_video(source, None, tmp_path / "film.mp4", RenderOptions(EXACT, overwrite=True, **how))
        with av.open(str(made.path)) as container:
            return len(container.streams.audio), codes(made.notes)

    assert sounds() == sounds(timeline=identity_timeline(source)) == sounds(frames=range(3, 9)) == (1, [])
    assert sounds(timeline=film_of(TWICE)) == (0, ["sound-other-times"])
    assert sounds(timeline=film_of(TWICE), sound=False) == (0, [])


@given(st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), min_size=1, max_size=20))
def test_every_picture_is_what_its_frames_give_whatever_comes_before(
    source: Source, scene: Scene, rows: list[tuple[int, int]]
):
    seen: list[tuple[int | None, list[np.ndarray]]] = []

    def encode(pictures: Iterable[av.VideoFrame], *_: object) -> None:
        seen.extend((picture.pts, [plane.copy() for plane in samples(picture)]) for picture in pictures)

    film = film_of([row[0] for row in rows], [row[1] for row in rows])
    plan = plan_render(source, scene, RenderOptions(timeline=film, segment_seconds=60))
    with mock.patch("loopviz.render.segment.begin_segment", encode):
        begin_render(source, compositor_of(source, scene), plan, plan.segments[0], Path("unused.nut"))
    assert [pts for pts, _ in seen] == film.pts.tolist()
    for (_, planes), other in zip(seen, expected(source, scene, rows), strict=True):
        for plane, old in zip(planes, other, strict=True):
            np.testing.assert_array_equal(plane, old)


@given(st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=30).map(sorted))
def test_forward_every_frame_is_decoded_and_drawn_once(source: Source, scene: Scene, order: list[int]):
    film = film_of(order)
    plan = plan_render(source, scene, RenderOptions(timeline=film, segment_seconds=60))
    compositor = compositor_of(source, scene)
    decoded, drawn = mock.Mock(wraps=source.read), mock.Mock(wraps=compositor.compose)
    with (
        mock.patch.object(source, "read", decoded),
        mock.patch.object(compositor, "compose", drawn),
        mock.patch("loopviz.render.segment.begin_segment", lambda pictures, *_: list(pictures)),
    ):
        assert len(begin_render(source, compositor, plan, plan.segments[0], Path("unused.nut"))) == len(order)
    assert [call.args for call in decoded.call_args_list] == [(frame, frame + 1) for frame in dict.fromkeys(order)]
    assert [call.args[1].frame for call in drawn.call_args_list] == list(dict.fromkeys(order))


def test_one_picture_with_other_labels_is_decoded_once(source: Source, scene: Scene):
    plan = plan_render(source, scene, RenderOptions(timeline=film_of([4] * 6, [0, 0, 1, 2, 2, 0])))
    decoded = mock.Mock(wraps=source.read)
    with (
        mock.patch.object(source, "read", decoded),
        mock.patch("loopviz.render.segment.begin_segment", lambda pictures, *_: list(pictures)),
    ):
        begin_render(source, compositor_of(source, scene), plan, plan.segments[0], Path("unused.nut"))
    decoded.assert_called_once_with(4, 5)


class TestKeys:
    def keys(self, source: Source, scene: Scene, film: Timeline) -> list[str]:
        plan = plan_render(source, scene, options(film))
        return [segment_key("f", scene, plan, segment) for segment in plan.segments]

    @pytest.mark.parametrize(
        ("sources", "labels"),
        [
            pytest.param([0, 1, 2, 3, 4, 4, 6, 7], None, id="another picture"),
            pytest.param([0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 8], id="other labels"),
        ],
    )
    def test_a_change_touches_the_segment_that_shows_it(
        self, source: Source, scene: Scene, sources: list[int], labels: list[int] | None
    ):
        before, after = self.keys(source, scene, film_of(range(8))), self.keys(source, scene, film_of(sources, labels))
        assert (before[0], len(before)) == (after[0], 2)
        assert before[1] != after[1]

    def test_how_long_what_stands_is_part_of_a_key(self, source: Source, scene: Scene):
        films = [film_of([0, 0, 0, 1]), film_of([0, 0, 1, 1]), film_of([0, 1, 1, 1]), film_of([0, 0, 0, 1], step=4)]
        assert len({self.keys(source, scene, film)[0] for film in films}) == len(films)

    def test_a_film_that_was_kept_is_not_rendered_again(self, source: Source, scene: Scene, tmp_path: Path):
        cache, film = SegmentCache(tmp_path / "cache"), film_of(TWICE)
        first = render_video(source, scene, tmp_path / "a.mp4", options(film), cache=cache)
        again = render_video(source, scene, tmp_path / "b.mp4", options(film), cache=cache)
        piece = render_video(source, scene, tmp_path / "c.mp4", options(film, frames=range(4, 16)), cache=cache)
        assert (first.rendered, again.rendered, piece.rendered) == (6, 0, 0)
        assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_frame_that_the_source_lacks_is_refused(source: Source):
    with pytest.raises(ConfigError, match=r"the source lacks.*found 12;.*0 to 11"):
        plan_render(source, None, options(film_of([0, 12])))
