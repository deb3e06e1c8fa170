"""Frames in MoviePy are those of our own render, at any time of any clip."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import loopviz
from loopviz.errors import ConfigError, InputError
from loopviz.media import to_rgb

moviepy = pytest.importorskip(
    "moviepy", reason="MoviePy is not installed: pip install --no-deps moviepy, and what it needs"
)
lv = pytest.importorskip("loopviz.moviepy")
# MoviePy leaves the pipes of an ffmpeg that it starts again to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
RATE, COUNT = 24, 12


@pytest.fixture(autouse=True)
def _no_history(user_config: Path) -> Iterator[None]:  # noqa: ARG001
    yield
    gc.collect()  # here, and not in whatever test comes next


@pytest.fixture
def clip(project_folder: Path) -> Iterator[Any]:
    opened = moviepy.VideoFileClip(str(project_folder / "clip.mp4"))
    yield opened
    opened.close()


@pytest.fixture
def ours(project_folder: Path) -> Callable[[int], Any]:
    with loopviz.open(project_folder) as project:
        stills = [still.rgb for still in project.frames()]
    return lambda frame: stills[frame]


def shown(clip: Any, ours: Callable[[int], Any], time: float) -> int:
    """The frame whose pixels a clip shows at a time, of which there is one."""
    picture = clip.get_frame(time)
    found = [frame for frame in range(COUNT) if np.array_equal(picture, ours(frame))]
    assert len(found) == 1
    return found[0]


WAYS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[float], float]]] = {
    "as it is": (lambda clip, lv: clip.with_effects([lv]), lambda t: t),
    "cut after": (lambda clip, lv: clip.with_effects([lv]).subclipped(0.125, 0.4), lambda t: t + 0.125),
    "cut before": (lambda clip, lv: clip.subclipped(0.125, 0.4).with_effects([lv]), lambda t: t + 0.125),
    "faster after": (lambda clip, lv: clip.with_effects([lv]).with_speed_scaled(2), lambda t: 2 * t),
    "slower before": (lambda clip, lv: clip.with_speed_scaled(0.5).with_effects([lv]), lambda t: t / 2),
    "another rate": (lambda clip, lv: clip.with_fps(10).with_effects([lv]), lambda t: t),
    "another rate after": (lambda clip, lv: clip.with_effects([lv]).with_fps(60), lambda t: t),
    "later": (lambda clip, lv: clip.with_start(3).with_effects([lv]), lambda t: t),
    "cut of what is faster": (
        lambda clip, lv: clip.with_speed_scaled(2).with_effects([lv]).subclipped(0.05, 0.2),
        lambda t: 2 * (t + 0.05),
    ),
    "backwards": (
        lambda clip, lv: clip.with_duration(0.5).with_effects([moviepy.vfx.TimeMirror(), lv]),
        lambda t: 0.5 - t - 1 / RATE,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_frame_is_the_right_one_at_any_time(
    clip: Any, ours: Callable[[int], Any], project_folder: Path, way: str
) -> None:
    make, when = WAYS[way]
    made = make(clip, lv.Annotations(project_folder))
    assert made.size == ours(0).shape[1::-1]
    times = [t for t in np.arange(0.0, 0.14, 1 / 97).tolist() if t < made.duration]
    for time in [*times, *reversed(times), *times[::3]]:
        wanted = min(COUNT - 1, int((when(time) + 1e-5) * RATE))
        found = shown(made, ours, time)
        assert found == wanted or (way == "backwards" and abs(found - wanted) <= 1)


def test_frames_follow_each_other_as_moviepy_asks_for_them(
    clip: Any, ours: Callable[[int], Any], project_folder: Path
) -> None:
    made = clip.with_effects([lv.Annotations(project_folder)])
    frames = list(made.iter_frames())
    assert len(frames) == COUNT
    assert all(np.array_equal(frame, ours(place)) for place, frame in enumerate(frames))


def test_a_clip_is_joined_and_laid_over_others(clip: Any, ours: Callable[[int], Any], project_folder: Path) -> None:
    made = clip.with_effects([lv.Annotations(project_folder)])
    title = moviepy.ColorClip(made.size, (10, 20, 30), duration=0.5)
    joined = moviepy.concatenate_videoclips([title, made, made.subclipped(0.25)])
    assert joined.get_frame(0.1)[0, 0].tolist() == [10, 20, 30]
    assert shown(joined, ours, 0.5 + 2.5 / RATE) == 2
    assert shown(joined, ours, 1.0 + 1.5 / RATE) == 7
    over = moviepy.CompositeVideoClip([title.with_duration(1), made.with_start(0.25)])
    assert shown(over, ours, 0.25 + 4.5 / RATE) == 4


def test_a_range_makes_the_clip_as_long_as_its_frames(
    clip: Any, ours: Callable[[int], Any], project_folder: Path
) -> None:
    made = clip.with_effects([lv.Annotations(project_folder, range="3:7")])
    assert made.duration == pytest.approx(4 / RATE)
    assert [shown(made, ours, (place + 0.5) / RATE) for place in range(4)] == [3, 4, 5, 6]
    whole = clip.with_effects([lv.Annotations(project_folder, range="8:")])
    assert whole.duration == pytest.approx(4 / RATE)


def test_a_theme_may_be_another(clip: Any, project_folder: Path) -> None:
    made = clip.with_effects([lv.Annotations(project_folder, theme="house")])
    with loopviz.open(project_folder).changed({"theme": "house"}) as project:
        assert np.array_equal(made.get_frame(0.1), project.still(2).rgb)


def test_one_effect_serves_several_clips(clip: Any, ours: Callable[[int], Any], project_folder: Path) -> None:
    effect = lv.Annotations(project_folder)
    one, two = clip.subclipped(0, 0.2).with_effects([effect]), clip.subclipped(0.25, 0.5).with_effects([effect])
    for place in range(4):
        time = (place + 0.5) / RATE
        assert (shown(one, ours, time), shown(two, ours, time)) == (place, 6 + place)


def test_what_is_no_clip_of_the_video_is_refused(clip: Any, project_folder: Path, tmp_path: Path) -> None:
    effect = lv.Annotations(project_folder)
    shutil.copy(project_folder / "clip.mp4", tmp_path / "other.mp4")
    other = moviepy.VideoFileClip(str(tmp_path / "other.mp4"))
    with pytest.raises(ConfigError, match="another video"):
        other.with_effects([effect])
    other.close()
    joined = moviepy.concatenate_videoclips([clip, clip])
    for wrong in (joined, moviepy.ColorClip((64, 48), (1, 2, 3), duration=1)):
        with pytest.raises(ConfigError, match="not a clip of a video file"):
            wrong.with_effects([effect])
    for changed in (moviepy.vfx.BlackAndWhite(), moviepy.vfx.Resize(0.5), moviepy.vfx.MirrorX()):
        with pytest.raises(ConfigError, match="changed before"):
            clip.with_effects([changed, effect])
    assert clip.with_effects([effect, moviepy.vfx.BlackAndWhite()]).get_frame(0).ndim == 3


@pytest.mark.parametrize("text", ["5:500", "x", "7:3", ""])
def test_a_range_that_is_none_is_refused(clip: Any, project_folder: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        clip.with_effects([lv.Annotations(project_folder, range=text)])


def test_a_range_of_a_clip_in_another_time_is_refused(clip: Any, project_folder: Path) -> None:
    with pytest.raises(ConfigError, match="time is not the video's"):
        clip.subclipped(0.1, 0.3).with_effects([lv.Annotations(project_folder, range="3:7")])


def test_a_project_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        lv.Annotations(tmp_path)


def test_who_refused_is_in_no_frame(clip: Any, project_folder: Path) -> None:
    config = loopviz.open(project_folder).changed({"identity": "hidden"}).config
    made = clip.with_effects([lv.Annotations(config)])
    with loopviz.Project(config) as hidden:
        assert np.array_equal(made.get_frame(0.2), hidden.still(4).rgb)


def test_a_film_is_a_clip_with_the_frames_of_our_own_render(project_folder: Path, tmp_path: Path) -> None:
    config = loopviz.open(project_folder).config.changed({"output": tmp_path / "film.mkv", "encoder.codec": "ffv1"})
    edit = {"between": "dissolve 2 frames", "clips": [{"range": ":5"}, {"theme": "night", "range": "6:"}]}
    for asked, count in ((config, COUNT), (config.changed({"edit": edit}), 5 + 6 - 2)):
        loopviz.run(asked, overwrite=True)
        made = lv.film(asked)
        assert (made.duration, made.fps) == (pytest.approx(count / RATE), RATE)
        with av.open(str(tmp_path / "film.mkv")) as container:
            wanted = [to_rgb(frame) for frame in container.decode(video=0)]
        assert len(wanted) == count
        for frame in (0, 1, 2, count - 1, 4, 3, 3, count - 2):
            assert np.array_equal(made.get_frame((frame + 0.5) / RATE), wanted[frame]), frame
        assert np.array_equal(made.subclipped(2 / RATE).with_speed_scaled(2).get_frame(0.5 / RATE), wanted[3])
        assert len(list(made.iter_frames())) == count


def test_a_film_that_cannot_be_is_said(project_folder: Path) -> None:
    config = loopviz.open(project_folder).config
    with pytest.raises(ConfigError):
        lv.film(config.changed({"edit": {"clips": [{"range": "5:500"}]}}))


def test_without_moviepy_it_is_said_how_to_get_it() -> None:
    code = "import sys; sys.modules['moviepy'] = None; import loopviz.moviepy"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingPartError" in done.stderr.splitlines()[-1]
    assert "pip install 'loopviz[moviepy]'" in done.stderr
